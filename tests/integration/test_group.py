"""Files that go to PostgreSQL together: each is a transaction of its own all the same, whatever happens in between."""

import signal
import time

import pytest
from support.engines import EngineProject, created, ended, slow, wait_line
from support.trace import TALKS, rounds, traced

FILES = 150  # more than go together


@pytest.fixture
def project(tmp_path, servers):
    database, drop = created("postgresql", servers, tmp_path / "project")
    yield EngineProject(tmp_path / "project", database)
    drop()


def many(project, n=FILES):
    for i in range(1, n + 1):
        project.table(f"{i:04d}", f"t{i}", f"INSERT INTO t{i} VALUES ({i});")


def versions(n):
    return [f"{i:04d}" for i in range(1, n + 1)]


def test_each_is_a_transaction(project):
    many(project)
    project.migration("0070", "t70", "CREATE TABLE t70 (id integer PRIMARY KEY);\nCREATE INDEX CONCURRENTLY ON t70 (id);",
                      "DROP TABLE t70;")
    project.migration("0090", "t90", "SET search_path TO nowhere;\nCREATE TABLE public.t90 (id integer);", "DROP TABLE t90;")
    reply = project.ok("migrate", "--json").json
    assert [row["version"] for row in reply["applied"]] == versions(FILES)
    assert project.database.versions() == versions(FILES) and project.database.unfinished() == []
    assert project.database.value("SELECT count(DISTINCT xmin::text) FROM _dbwarden_migrations") == FILES
    assert len(project.ok("rollback", "--count", "3", "--json").json["reverted"]) == 3
    shown = project.ok("migrate", "--verbose").err
    assert shown.count("Starting migration") == 3 and "statement 2 of 2" in shown, shown
    project.ok("downgrade", "--to", "base")
    project.ok("migrate", "--atomic", "--to-version", "0069")
    assert project.database.value("SELECT count(DISTINCT xmin::text) FROM _dbwarden_migrations") == 1
    durations = [row[0] for row in project.database.query("SELECT duration_ms FROM _dbwarden_journal")]
    assert len(durations) == FILES and max(durations) < 1000, durations


@pytest.mark.parametrize("bad, told", [
    ("CREATE TABLE x (id integer);\nINSERT INTO nowhere VALUES (1);", ":4:13"),
    ("CREATE TABLE x (id integer);\nCREATE TABLE t3 (id integer);", ":4:1"),
    ("CREATE TABLE x (id integer REFERENCES t1 (id) DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO x VALUES (99);", "foreign key"),
], ids=["name", "exists", "commit"])
def test_a_failure_in_the_middle(project, bad, told):
    many(project, 30)
    good = (project.migrations / "primary__0020_t20.sql").read_text()
    project.migration("0020", "t20", bad, "DROP TABLE x;")
    failed = project.run("migrate", "--json")
    assert failed.status == 1 and [row["version"] for row in failed.json["applied"]] == versions(19), failed
    told_by = project.run("migrate").err
    assert "primary__0020_t20.sql" in told_by and told in told_by, told_by
    assert not project.database.has("x") and not project.database.has("t21")
    assert project.database.versions() == versions(19) and project.database.unfinished() == []
    (project.migrations / "primary__0020_t20.sql").write_text(good)
    project.ok("migrate")
    assert project.database.versions() == versions(30)


def test_a_lock_that_comes_late(project):
    project.table("0001", "held")
    project.ok("migrate")
    for i in range(2, 12):
        project.table(f"{i:04d}", f"t{i}")
    project.migration("0006", "t6", "CREATE TABLE t6 (id integer);\nALTER TABLE held ADD COLUMN x integer;", "DROP TABLE t6;")
    holder = project.database.alchemy.connect()
    holder.exec_driver_sql("BEGIN")
    holder.exec_driver_sql("INSERT INTO held VALUES (5)")
    process = project.start("migrate")
    shown = wait_line(process, "; try 2 in ")
    assert "waits for process" in shown and "statement 2 of primary__0006_t6.sql" in shown, shown
    assert project.database.versions() == versions(5)
    holder.exec_driver_sql("COMMIT")
    holder.close()
    assert ended(process).status == 0
    assert project.database.versions() == versions(11)


def test_interrupted(project):
    many(project, 10)
    project.migration("0005", "t5", "CREATE TABLE t5 (id integer);\n" + slow("postgresql", 30, "t5"), "DROP TABLE t5;")
    process = project.start("migrate")
    wait_line(process, "Starting migration: primary__0005_t5.sql")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    assert outcome.status == 130 and "4 files done before, nothing of primary__0005_t5.sql is kept" in outcome.err, outcome
    assert project.database.versions() == versions(4) and not project.database.has("t5")


def test_killed_anywhere(project, dice):
    many(project, 20)
    calls = traced(project, None, "migrate", calls=TALKS)[1]
    assert project.database.versions() == versions(20)
    project.ok("downgrade", "--to", "base")
    for _ in range(rounds(4)):
        traced(project, f"signal=KILL:when={dice.randrange(1, calls)}", "migrate")
        done = project.database.versions()
        assert done == versions(len(done)) and len(project.database.tables()) >= len(done)
        project.ok("migrate")
        assert project.database.versions() == versions(20) and project.database.unfinished() == []
        assert all(project.database.query(f"SELECT id FROM t{i}") == [(i,)] for i in (1, 7, 20))
        project.ok("downgrade", "--to", "base")
