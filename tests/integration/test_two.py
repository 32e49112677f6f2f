"""Eight runners at once, in round after round, with CONCURRENTLY in the files: each file is applied exactly once, and nobody says more than
that he waits.  Through a pooler in transaction mode too, with clients of an application beside them that lose no session.

DBWARDEN_TEST_ROUNDS says how many rounds there are; `make soak` takes 200.
"""

import contextlib
import os
import threading
import time

import psycopg2
import pytest
from support.engines import TRANSACTIONAL, Database, EngineProject, ended
from support.pooler import pooler

ROUNDS = int(os.environ.get("DBWARDEN_TEST_ROUNDS", "2"))
RUNNERS = 8
FILES = 4


def write_round(project, round_number):
    """Files of which each leaves a row for every time that it is run."""
    concurrently = "CONCURRENTLY " if project.engine == "postgresql" else ""
    for number in range(1, FILES + 1):
        version = f"{round_number * FILES + number:04d}"
        more = f"CREATE INDEX {concurrently}i{version} ON t{version} (n);\n" if number % 2 else ""
        head = "-- transaction: none\n\n" if number == FILES else ""
        project.migration(version, f"t{version}", f"CREATE TABLE t{version} (n integer);\n{more}"
                          f"INSERT INTO t{version} VALUES (1);\nINSERT INTO runs VALUES ('{version}');", f"DROP TABLE t{version};", head)


def run_together(projects, wanted):
    processes = [project.start("migrate") for project in projects]
    outcomes = [ended(process, 120) for process in processes]
    for outcome in outcomes:
        assert outcome.status == 0 and "error" not in outcome.err, str(outcome)
    database = projects[0].database
    assert database.query("SELECT file, count(*) FROM runs GROUP BY file HAVING count(*) > 1") == []
    assert database.value("SELECT count(*) FROM runs") == wanted == len(database.versions())
    assert database.unfinished() == []


def rounds(projects, count):
    projects[0].database.run("CREATE TABLE runs (file varchar(10))")
    for number in range(count):
        write_round(projects[0], number)
        run_together(projects, (number + 1) * FILES)


def test_eight_at_once(any_project):
    rounds([any_project] * RUNNERS, ROUNDS)


class Application:
    """Clients that work through a pool all the time; `failed` is what went wrong for any of them."""

    def __init__(self, url, clients=3):
        self.failed, self.done, self.end = [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(url,)) for _ in range(clients)]

    def work(self, url):
        try:
            connection = psycopg2.connect(url)
            while not self.end.is_set():
                with connection, connection.cursor() as cursor:
                    cursor.execute("INSERT INTO visits DEFAULT VALUES")
                    cursor.execute("SELECT count(*) FROM visits")
                self.done += 1
                time.sleep(0.01)
        except psycopg2.Error as error:
            self.failed.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()


@contextlib.contextmanager
def pooled(tmp_path, postgres, mode="transaction", **options):
    """A project that reaches its database through a pooler, and one that reaches it directly, over the same files."""
    alchemy = postgres.replace("postgresql://", "postgresql+psycopg2://")
    with pooler(postgres, mode, **options) as url:
        through = EngineProject(tmp_path / "pooled", Database("postgresql", url, alchemy))
        direct = EngineProject(tmp_path / "direct", Database("postgresql", postgres, alchemy))
        direct.migrations.rmdir()
        direct.migrations.symlink_to(through.migrations)
        yield through, direct


def advisory_locks(project):
    return project.database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                                  " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")


@pytest.mark.parametrize("beside", [0, 3], ids=["pooled", "some direct"])
def test_eight_at_once_through_a_pooler(tmp_path, postgres, beside):
    with pooled(tmp_path, postgres, size=6) as (through, direct):
        through.database.run("CREATE TABLE visits (id serial)")
        with Application(through.url) as application:
            rounds([through] * (RUNNERS - beside) + [direct] * beside, ROUNDS)
        assert application.failed == [] and application.done > RUNNERS
        assert advisory_locks(through) == 0, "nothing stays on a backend that others get"
