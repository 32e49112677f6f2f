"""PGlite: a PostgreSQL of which all connections are one session, so that a lock of the session keeps nobody out.  The lease row does."""

import contextlib
import subprocess
import time

import pytest
from support.engines import Database, EngineProject, ended, killed, wait_until
from support.own_server import own_server
from support.project import ROOT

SHORT = {"DBWARDEN_LEASE_SECONDS": "2"}
# The socket server may put messages of two clients in between each other, and the one that asks last does not find its own.
MIXED_UP = ("portal", "prepared statement", "bind message")
SLEEP = "    before_file: [sh, -c, touch {}; exec sleep {}]\n"


@pytest.fixture(scope="module")
def server():
    subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", "install", "pglite"], check=True, capture_output=True)
    with own_server("pglite") as server:
        yield server


@pytest.fixture
def project(tmp_path, server):
    url = server.urls["PGLITE_URL"]
    made = EngineProject(tmp_path / "app", Database("postgresql", url, url.replace("postgresql://", "postgresql+psycopg2://")))
    made.database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE runs (file varchar(10))")
    for version in ("0001", "0002"):
        made.migration(version, "one", f"CREATE TABLE t{version} (n int);\nINSERT INTO runs VALUES ('{version}');", f"DROP TABLE t{version};")
    return made


def ran(project):
    return project.database.query("SELECT file, count(*) FROM runs GROUP BY file ORDER BY 1")


def asked(project, *args):
    """Again, where the socket server mixed up who asked what; with all that was said."""
    said = ""
    for _ in range(20):
        shown = project.run(*args, env=SHORT)
        said += shown.err
        if shown.status != 1 or not any(text in shown.err for text in MIXED_UP):
            break
    shown.err = said
    return shown


@contextlib.contextmanager
def asleep(project, seconds):
    """A runner that holds the lock while the server has nothing to do."""
    configuration = project.folder / "dbwarden.yaml"
    text = configuration.read_text()
    mark = project.folder / "asleep"
    configuration.write_text(text + SLEEP.format(mark, seconds))
    process = project.start("migrate", env=SHORT)
    wait_until(mark.exists)
    configuration.write_text(text)
    yield process


def test_there_and_back(project):
    assert "2 migrations applied" in asked(project, "migrate").out
    assert asked(project, "downgrade", "--to", "base").status == 0
    assert project.database.versions() == [] and project.database.tables() == ["runs"]
    assert project.ok("lock-status", "--json").json["held"] is False


def test_the_second_waits_for_the_lease(project):
    """Two files, of which each takes a while: for longer than the lease lasts, because its holder extends it."""
    with asleep(project, 1.5) as process:
        shown = asked(project, "migrate", "--wait-for-runner", "0")
        assert shown.status == 4 and f"process {process.pid}" in shown.err
        shown = asked(project, "migrate")
        assert shown.status == 0 and "it is a lease, because all connections to it are one session" in shown.err
        ended(process)
    assert asked(project, "migrate").status == 0
    assert ran(project) == [("0001", 1), ("0002", 1)] and project.database.unfinished() == []


def test_a_killed_runner_keeps_nobody_out_for_long(project):
    with asleep(project, 60) as process:
        killed(process)
    began = time.monotonic()
    assert asked(project, "migrate").status == 0
    assert time.monotonic() - began < 60
    assert ran(project) == [("0001", 1), ("0002", 1)] and project.database.unfinished() == []
