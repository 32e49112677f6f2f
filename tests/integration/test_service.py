"""What a service has to hold: replicas that start together, and requests while a migration runs.

DBWARDEN_TEST_STARTS  how often ten replicas are started (1)
DBWARDEN_TEST_LOAD    requests of one round of load, of which there are four (400)
"""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from support.application import Application
from support.engines import wait_until

REPLICAS = 10
STARTS = int(os.environ.get("DBWARDEN_TEST_STARTS", "1"))
LOAD = int(os.environ.get("DBWARDEN_TEST_LOAD", "400"))
PATHS = ("/health/", "/db/status", "/counts", "/sync", "/ping")
POOL = 5  # SQLAlchemy's default; what overflows it is closed again
MARGIN_MB = 24  # of what an allocator keeps; a leak of a kilobyte for each request would be above it in a soak


@pytest.fixture
def pg(package, tmp_path, postgres):
    return Application(package, tmp_path, postgres)


def ask(pg, query):
    connection = psycopg2.connect(pg.url)
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("start", range(STARTS))
def test_replicas_that_start_together_apply_everything_once(pg, start):
    """Each file says that it ran, in a table that has no key; one takes a while, one runs outside of a transaction."""
    pg.migration("0003", "ran", "CREATE TABLE ran (version TEXT);")
    pg.migration("0004", "slow", "INSERT INTO ran VALUES ('0004'); SELECT pg_sleep(1);")
    pg.migration("0005", "index", "CREATE INDEX CONCURRENTLY users_name ON users (name);\nINSERT INTO ran VALUES ('0005');")
    pg.migration("0006", "more", "INSERT INTO ran VALUES ('0006');")
    with ThreadPoolExecutor(REPLICAS) as pool:
        apps = list(pool.map(lambda i: pg.serve(log=f"{i}.log"), range(REPLICAS)))
        said = [app.said() for app in apps]
        try:
            assert [app.process.poll() for app in apps] == [None] * REPLICAS, said
            for answer in pool.map(lambda app: app.get("/health/primary"), apps):
                assert answer.status == 200 and answer.json["databases"][0]["pending_migrations"] == 0, answer
        finally:
            list(pool.map(lambda app: app.stop(), apps))
    assert sorted(ask(pg, "SELECT version FROM ran")) == [("0004",), ("0005",), ("0006",)]
    versions = [(f"000{number}",) for number in range(1, 7)]
    assert sorted(ask(pg, "SELECT version FROM _dbwarden_migrations")) == versions
    started = re.findall(r"Starting migration: primary__(\d+)_", "".join(said))
    assert sorted(started) == [version for version, in versions]


def test_a_database_that_comes_later_and_one_whose_connections_are_cut(pg):
    """No start anew is needed. asyncpg may fail once, when it is asked in the moment in which it learns of the end."""
    base, _, name = pg.url.rpartition("/")

    def admin(query):
        connection = psycopg2.connect(f"{base}/postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
        connection.close()

    admin(f"ALTER DATABASE {name} RENAME TO {name}_later")
    with pg.serve(OPTIONS="dict(mode='none')") as app:
        assert app.get("/health/primary").status == 503 and app.get("/counts").status == 500
        admin(f"ALTER DATABASE {name}_later RENAME TO {name}")
        assert app.post("/db/migrate", {"database": "primary"}).status == 200
        for _ in range(2):
            wait_until(lambda: app.get("/counts").status == 200)
            assert app.get("/sync").status == app.get("/health/primary").status == 200
            admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def held(pg, app):
    """(connections, those in a transaction, file descriptors, MB)"""
    mine = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    opened, busy = ask(pg, f"SELECT count(*), count(*) FILTER (WHERE state <> 'idle') {mine}")[0]
    status = Path(f"/proc/{app.process.pid}/status").read_text()
    files = len(os.listdir(f"/proc/{app.process.pid}/fd"))
    return opened, busy, files, int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


def test_nothing_is_left_of_requests_beside_a_migration(pg):
    """Forty clients at once; after each round as much is open as after the first."""
    with pg.serve(DBWARDEN_METRICS="1") as app, ThreadPoolExecutor(40) as pool:
        def round_of_load():
            answers = list(pool.map(app.get, PATHS * (LOAD // len(PATHS))))
            assert {answer.status for answer in answers} == {200}, [answer for answer in answers if answer.status != 200][:3]

        round_of_load()
        round_of_load()
        first = held(pg, app)
        pg.slow(3)
        answers = []
        migrating = threading.Thread(target=lambda: answers.append(app.post("/db/migrate", {"database": "primary"})))
        migrating.start()
        round_of_load()
        migrating.join()
        assert answers[0].status == 200, answers
        round_of_load()

        def is_as_before():  # what overflowed a pool takes a moment to close
            opened, busy, files, resident = held(pg, app)
            return opened <= 2 * POOL and busy == 0 and files <= first[2] and resident <= first[3] + MARGIN_MB

        try:
            wait_until(is_as_before)
        except AssertionError:
            raise AssertionError(f"connections, busy ones, files, MB: first {first}, at the end {held(pg, app)}") from None
