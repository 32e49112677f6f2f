"""migrate --atomic: all pending files or none of them, whatever ends the run; and a refusal before anything where that cannot be."""

import signal
import time

import pytest
from support.engines import TRANSACTIONAL, ended, killed, slow, wait_line
from support.trace import rounds, traced

transactional = pytest.mark.parametrize("any_project", TRANSACTIONAL, indirect=True)
MORE = {  # what one file must not hand on to the next
    "sqlite": "PRAGMA recursive_triggers = ON;\nCREATE TEMP TABLE scratch (id integer);\n",
    "postgresql": "CREATE SCHEMA other;\nSET search_path TO other;\nSET LOCAL lock_timeout TO '7s';\n"
                  "CREATE TEMP TABLE scratch (id integer);\n",
}


def several(project):
    project.table("0001", "a", "INSERT INTO a VALUES (1);")
    project.table("0002", "b", "INSERT INTO b SELECT id + 1 FROM a;")
    project.migration("0003", "c", "ALTER TABLE a ADD COLUMN note varchar(20);\nCREATE VIEW v AS SELECT note FROM a;",
                      "DROP VIEW v;\nALTER TABLE a DROP COLUMN note;")
    project.write("migrations/primary/RA__always.sql", "-- upgrade\n\nINSERT INTO b SELECT 9 WHERE NOT EXISTS (SELECT 1 FROM b WHERE id = 9);\n\n-- rollback\n")


def nothing(project):
    return project.database.tables() == [] and project.database.versions() == [] and project.database.unfinished() == []


def whole(project):
    database = project.database
    return (database.tables() == ["a", "b"] and database.versions() == ["0001", "0002", "0003"]
            and sorted(database.query("SELECT id FROM b")) == [(2,), (9,)] and database.unfinished() == [])


@transactional
def test_all_and_each_alone_back(any_project):
    project = any_project
    several(project)
    reply = project.ok("migrate", "--atomic", "--json").json
    assert [row["version"] for row in reply["applied"]] == ["0001", "0002", "0003"]
    assert [row["filename"] for row in reply["repeatables"]] == ["RA__always.sql"]
    assert whole(project) and reply["snapshot"].endswith("primary__0003_c.schema.json")
    durations = [row[0] for row in project.database.query("SELECT duration_ms FROM _dbwarden_journal")]
    assert len(durations) == 4 and all(0 <= milliseconds < 2000 for milliseconds in durations), durations
    for version in ("0003", "0002", "0001"):
        assert [row["version"] for row in project.ok("rollback", "--json").json["reverted"]] == [version]
    assert nothing(project)
    assert "up to date" not in project.ok("migrate", "--atomic", "--count", "2").out
    assert project.database.versions() == ["0001", "0002"]
    project.ok("migrate", "--atomic", "--to-version", "0003")
    assert project.database.versions() == ["0001", "0002", "0003"]
    (project.migrations / "RA__always.sql").unlink()
    assert "up to date" in project.ok("migrate", "--atomic").out


@transactional
def test_a_failure_leaves_nothing(any_project):
    project = any_project
    several(project)
    project.migration("0004", "broken", "CREATE TABLE d (id integer);\nINSERT INTO nowhere VALUES (1);", "DROP TABLE d;")
    failed = project.run("migrate", "--atomic")
    assert failed.status == 1 and nothing(project), failed
    assert "primary__0004_broken.sql:4:" in failed.err and "Everything is as it was before" in failed.err, failed
    reply = project.run("migrate", "--atomic", "--json")
    assert reply.status == 1 and reply.json["applied"] == [] and reply.json["repeatables"] == [], reply
    assert not list(project.folder.glob("dbwarden/schemas/*"))
    (project.migrations / "primary__0004_broken.sql").unlink()
    project.ok("migrate", "--atomic")
    assert whole(project)


@transactional
def test_what_a_file_sets_ends_with_it(any_project):
    project = any_project
    engine = project.engine
    project.migration("0001", "sets", MORE[engine] + "CREATE TABLE kept (id integer);", "SELECT 1")
    project.migration("0002", "limits", "CREATE TABLE kept2 (id integer);" if engine == "sqlite" else
                      "CREATE TABLE kept2 AS SELECT current_setting('lock_timeout') AS was;", "SELECT 1",
                      head="-- set lock_timeout = 3s\n")
    project.migration("0003", "after", "CREATE TABLE scratch (id integer);\n" + (
        "CREATE TABLE seen AS SELECT recursive_triggers AS was FROM pragma_recursive_triggers;" if engine == "sqlite" else
        "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS was;"), "SELECT 1")
    project.ok("migrate", "--atomic")
    database = project.database
    assert database.query("SELECT was FROM seen") == [(0,) if engine == "sqlite" else ("2s",)]
    if engine == "postgresql":
        assert database.query("SELECT was FROM kept2") == [("3s",)]
        assert database.query("SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                              "WHERE relname = 'scratch'") == [("public",)]


def test_rows_without_a_parent(lite):
    """Of SQLite, which checks at the end: what was wrong before stays allowed, what the files did does not."""
    lite.migration("0001", "keys", "CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p integer REFERENCES p (id));\n"
                   "INSERT INTO p VALUES (1), (2);\nINSERT INTO c VALUES (1);", "DROP TABLE c;\nDROP TABLE p;")
    lite.ok("migrate", "--atomic")
    lite.database.run("INSERT INTO c VALUES (77)")
    lite.migration("0002", "more", "INSERT INTO c VALUES (2);", "DELETE FROM c WHERE p = 2;")
    lite.migration("0003", "moves", "UPDATE c SET p = p + 0;", "SELECT 1;")
    lite.ok("migrate", "--atomic")
    assert lite.database.versions() == ["0001", "0002", "0003"]
    lite.migration("0004", "good", "CREATE TABLE d (id integer);", "DROP TABLE d;")
    lite.migration("0005", "loses", "DELETE FROM p WHERE id = 1;", "SELECT 1;")
    failed = lite.run("migrate", "--atomic")
    assert failed.status == 1 and "foreign key violated" in failed.err and not lite.database.has("d"), failed


REFUSED = {
    "none": ("sqlite", "-- transaction: none\n", "CREATE TABLE x (id integer);", 'it says "-- transaction: none"'),
    "vacuum": ("sqlite", "", "VACUUM;", "outside of any"),
    "concurrently": ("postgresql", "", "CREATE TABLE x (id integer);\nCREATE INDEX CONCURRENTLY ON x (id);", "outside of any"),
    "enum": ("postgresql", "", "CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';\nSELECT 'b'::e;", "committed"),
    "mariadb": ("mariadb", "", "CREATE TABLE x (id integer);", "commit by themselves on MariaDB"),
    "mysql": ("mysql", "", "CREATE TABLE x (id integer);", "commit by themselves on MySQL"),
}


@pytest.mark.parametrize("any_project, head, up, why", REFUSED.values(), ids=REFUSED, indirect=["any_project"])
def test_refused_before_anything(any_project, head, up, why):
    project = any_project
    if project.engine in TRANSACTIONAL:
        project.table("0001", "first")
    project.migration("0002", "second", up, "SELECT 1;", head=head)
    for words in (["--dry-run"], []):
        refused = project.run("migrate", "--atomic", *words)
        assert refused.status not in (0, 130) and "primary__0002_second.sql" in refused.err and why in refused.err, refused
        assert nothing(project)
    project.ok("migrate")
    project.ok("migrate", "--atomic")


def test_not_with_baseline(lite):
    lite.table("0001", "a")
    assert lite.run("migrate", "--baseline", "--to-version", "0001", "--atomic").status == 2


@transactional
def test_killed_anywhere(any_project, dice):
    project = any_project
    several(project)
    calls = traced(project, None, "migrate", "--atomic")[1]
    assert whole(project)
    project.ok("downgrade", "--to", "base")
    for _ in range(rounds(6)):
        traced(project, f"signal=KILL:when={dice.randrange(1, calls)}", "migrate", "--atomic")
        assert nothing(project) or project.database.versions() == ["0001", "0002", "0003"]
        project.ok("migrate", "--atomic")
        assert project.database.tables() == ["a", "b"] and project.database.unfinished() == []
        project.ok("downgrade", "--to", "base")


@transactional
def test_interrupted(any_project):
    project = any_project
    several(project)
    project.migration("0004", "slow", f"CREATE TABLE slow (id integer);\n{slow(project.engine, 20)}", "DROP TABLE slow;")
    process = project.start("migrate", "--atomic")
    wait_line(process, "Starting migration: primary__0004_slow.sql")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)  # the second cuts the statement off; a third would end the process without a word
    outcome = ended(process)
    assert outcome.status == 130 and "nothing is kept, because all files are one transaction" in outcome.err, outcome
    assert nothing(project)


@transactional
def test_tried_again(any_project):
    """A lock that somebody else has for a while: everything is undone, so that nothing is held, and begins again."""
    project = any_project
    project.table("0001", "a")
    project.ok("migrate")
    project.table("0002", "b")
    project.migration("0003", "alters", "ALTER TABLE a ADD COLUMN x integer;", "ALTER TABLE a DROP COLUMN x;")
    holder = project.database.alchemy.connect()
    holder.exec_driver_sql("BEGIN IMMEDIATE" if project.engine == "sqlite" else "BEGIN")
    holder.exec_driver_sql("INSERT INTO a VALUES (5)")
    process = project.start("migrate", "--atomic")
    shown = wait_line(process, "; try 2 in ")
    assert project.engine == "sqlite" or not project.database.has("b"), shown
    holder.exec_driver_sql("COMMIT")
    holder.close()
    assert ended(process).status == 0
    assert project.database.versions() == ["0001", "0002", "0003"]


def test_killed_processes_leave_no_lock(lite):
    several(lite)
    lite.migration("0004", "slow", f"CREATE TABLE slow (id integer);\n{slow('sqlite', 20)}", "DROP TABLE slow;")
    process = lite.start("migrate", "--atomic")
    wait_line(process, "Starting migration: primary__0004_slow.sql")
    killed(process)
    assert nothing(lite)
