"""Many databases through one pgbouncer: killed in the middle, two runners at once, with an application's clients beside them."""

import contextlib
import threading
import time

import psycopg2
import pytest
from support.engines import created, ended, killed
from support.pooler import pooler
from support.project import Project

SHORT = {"DBWARDEN_LEASE_SECONDS": "2"}
FILES = {"0001": ("", "CREATE TABLE one (id integer);\nINSERT INTO one VALUES (1);\nSELECT pg_sleep(0.3);"),
         "0002": ("-- transaction: none\n\n", "CREATE INDEX CONCURRENTLY one_ix ON one (id);\nINSERT INTO one VALUES (2);"),
         "0003": ("", "ALTER TABLE one ADD c integer;\nUPDATE one SET id = id + 10;")}
MANY = "databases:\n  many:\n    default: true\n    database_type: postgresql\n    database_url_sync: '{url}'\n" \
       "    migrations_dir: migrations/primary\n    targets: {{{targets}}}\n"


@contextlib.contextmanager
def fleet(tmp_path, servers, mode):
    """Four databases whose names begin alike, and a project that reaches them through a pooler."""
    made = [created("postgresql", servers, tmp_path) for _ in range(4)]
    names = [database.url.rsplit("/", 1)[1] for database, _ in made]
    base = servers["PG15_TCP_URL"].rsplit("/", 1)[0]
    try:
        with pooler(f"{base}/{names[0]}", mode, size=8) as url:
            project = Project(tmp_path / "app", url, "/nonexistent/python", engine="postgresql")
            (project.folder / "dbwarden.py").unlink()
            chosen = ", ".join(f"(''{name}'')" for name in names)
            project.write("dbwarden.yaml", MANY.format(url=url, targets=f"query: 'VALUES {chosen}', of: databases"))
            for version, (head, sql) in FILES.items():
                project.migration(version, "step", sql, "SELECT 1;", head)
            yield project, url.rsplit("/", 1)[0], [database for database, _ in made]
    finally:
        for _, drop in made:
            drop()


@contextlib.contextmanager
def application(url):
    """A client that works all the time; what it could not do is in the list."""
    stop, lost = threading.Event(), []

    def work():
        try:
            connection = psycopg2.connect(url)
            while not stop.is_set():
                with connection, connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.01)")
            connection.close()
        except psycopg2.Error as error:
            lost.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    yield lost
    stop.set()
    thread.join()


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_killed_and_twice_at_once(tmp_path, servers, mode):
    with fleet(tmp_path, servers, mode) as (project, base, databases):
        with application(f"{base}/{databases[0].url.rsplit('/', 1)[1]}") as lost:
            for pause in (0.2, 0.6):
                process = project.start("migrate", "--all", "--jobs", "8", env=SHORT)
                time.sleep(pause)
                killed(process)
            both = [project.start("migrate", "--all", "--jobs", "8", "--wait-for-runner", "120", env=SHORT) for _ in range(2)]
            for process in both:
                outcome = ended(process, 150)
                assert outcome.status == 0, str(outcome)
        assert lost == []
        for database in databases:
            assert database.query("SELECT id FROM one ORDER BY id") == [(11,), (12,)]
            assert database.versions() == ["0001", "0002", "0003"] and database.unfinished() == []
            assert database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'one'::regclass") == [(True,)]


def test_what_a_pooler_cannot_do_is_said_of_each(tmp_path, servers):
    with fleet(tmp_path, servers, "statement") as (project, _, databases):
        shown = project.run("migrate", "--all", "--jobs", "8", "--keep-going")
        assert shown.status != 0 and shown.out.count("reached through a pooler that allows no transactions") == 4, shown
        for database in databases:
            assert database.tables() == []
    with fleet(tmp_path / "schemas", servers, "transaction") as (project, base, databases):
        databases[0].run("CREATE SCHEMA tenant_a")
        name = databases[0].url.rsplit("/", 1)[1]
        project.write("dbwarden.yaml", MANY.format(url=f"{base}/{name}", targets="schemas: tenant_%"))
        shown = project.run("migrate", "--all")
        assert shown.status != 0 and "cannot work in the schema tenant_a" in shown.out + shown.err, shown
        assert databases[0].tables() == []
