"""fastmigrate's projects as they are: its files and its one row, with our lock, journal and exit statuses."""

import os
import sqlite3
import sys

import pytest
from support.engines import killed, wait_until
from support.project import Project

META = ("CREATE TABLE _meta (\n                            id INTEGER PRIMARY KEY CHECK (id = 1),\n"
        "                            version INTEGER NOT NULL DEFAULT 0\n                        )")
INSERT = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute(\"INSERT INTO t VALUES (2, 'py')\")\nc.commit()\n"
URL = ("--url", "sqlite:///data/app.db")


@pytest.fixture
def theirs(tmp_path):
    project = Project(tmp_path / "project", "sqlite:///data/app.db", sys.executable)
    (project.folder / "dbwarden.py").unlink()
    (project.folder / "data").mkdir()
    project.migrations.rmdir()
    project.write("migrations/0001-t.sql", "CREATE TABLE t (a int, b text);\nINSERT INTO t VALUES (1, 'sql');\n")
    project.write("migrations/0002-add.py", INSERT)
    project.write("migrations/0004-more.sh", 'python3 -c "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);'
                  "c.execute('INSERT INTO t VALUES (3, ?)', ('sh',)); c.commit()\" \"$1\"\n")
    return project


def query(project, sql):
    with sqlite3.connect(project.folder / "data" / "app.db") as connection:
        return connection.execute(sql).fetchall()


def statuses(project):
    rows = project.ok(*URL, "status", "--json").json["migrations"]
    return [(row["version"], row["status"]) for row in rows]


def test_files_run_once_and_their_row_says_so(theirs):
    assert statuses(theirs) == [("0001", "pending"), ("0002", "pending"), ("0004", "pending")]
    theirs.ok(*URL, "migrate")
    assert query(theirs, "SELECT * FROM t") == [(1, "sql"), (2, "py"), (3, "sh")]
    assert query(theirs, "SELECT * FROM _meta") == [(1, 4)]
    assert query(theirs, "SELECT sql FROM sqlite_master WHERE name = '_meta'") == [(META,)]
    assert not query(theirs, "SELECT 1 FROM sqlite_master WHERE name = '_dbwarden_migrations'")
    assert "up to date" in theirs.ok(*URL, "migrate").out
    assert [row["version"] for row in theirs.ok(*URL, "history", "--json").json["migrations"]] == ["0001", "0002", "0004"]
    assert sorted(os.listdir(theirs.folder)) == ["data", "migrations"]
    outcome = theirs.run(*URL, "rollback")
    assert outcome.status == 1 and "files of fastmigrate have no way back" in outcome.err


def test_what_the_other_tool_has_run_is_not_run_again(theirs):
    with sqlite3.connect(theirs.folder / "data" / "app.db") as connection:
        connection.executescript(f"{META}; INSERT INTO _meta VALUES (1, 2); CREATE TABLE t (a int, b text)")
    assert statuses(theirs) == [("0001", "applied"), ("0002", "applied"), ("0004", "pending")]
    theirs.ok(*URL, "migrate")
    assert query(theirs, "SELECT * FROM t") == [(3, "sh")]


def test_where_the_configuration_may_stand(theirs):
    theirs.write(".fastmigrate", "# where\n[paths]\ndb = data/app.db\n")
    theirs.ok("migrate", "--to-version", "0001")
    assert query(theirs, "SELECT version FROM _meta") == [(1,)]
    (theirs.folder / ".fastmigrate").unlink()
    theirs.write("dbwarden.yaml", "databases:\n  app:\n    default: true\n    database_type: sqlite\n    format: fastmigrate\n"
                 "    migrations_dir: migrations\n    database_url_sync: sqlite:///data/app.db\n")
    theirs.ok("migrate")
    assert query(theirs, "SELECT version FROM _meta") == [(4,)]
    path = theirs.ok("new", "late one", "--json").json["path"]
    assert path == "migrations/0005-late-one.sql"
    outcome = theirs.run("make-migrations", "x")
    assert outcome.status == 1 and "are fastmigrate's, and those are written by hand" in outcome.err


FAULTS = {
    "0005-open.sql": ("BEGIN; INSERT INTO t VALUES (9, 'x');", "0005-open.sql: the file leaves a transaction open"),
    "0005-bad.sql": ("INSERT INTO t VALUES (9, 'x'); INSERT INTO nowhere VALUES (1);", "0005-bad.sql:1:32: no such table: nowhere"),
    "0005-bad.py": ("import sys; sys.exit('no room')", "0005-bad.py: the script ended with status 1: no room"),
    "0005-bad.sh": ("echo no room >&2; exit 7", "0005-bad.sh: the script ended with status 7: no room"),
    "0004-twice.sql": ("SELECT 1;", "two files have version 0004: 0004-more.sh and 0004-twice.sql"),
    "config.py": ("", "config.py: an adapter of fastmigrate is code that runs in the application's Python"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failure_leaves_the_version(theirs, name):
    theirs.ok(*URL, "migrate")
    text, sentence = FAULTS[name]
    theirs.write(f"migrations/{name}", text)
    outcome = theirs.run(*URL, "migrate")
    assert outcome.status == 1 and sentence in outcome.err, outcome
    assert query(theirs, "SELECT version FROM _meta") == [(4,)]
    assert query(theirs, "SELECT count(*) FROM t") == [(3,)]


def test_what_was_silent_is_said(theirs):
    theirs.ok(*URL, "migrate")
    theirs.write("migrations/0003-late.sql", "SELECT 1;")
    theirs.write("migrations/00005-long.sql", "SELECT 1;")
    said = theirs.ok(*URL, "migrate").err
    assert "0003-late.sql has never been run: a later version was reached before it was there" in said
    assert "00005-long.sql: is not run, because its name is not one of fastmigrate, like 0001-users.sql" in said
    theirs.write("migrations/0001-t.sql", "CREATE TABLE t (a int, b text, c text);\n")
    outcome = theirs.run(*URL, "migrate")
    assert outcome.status == 1 and "0001-t.sql was changed after it was applied" in outcome.err


def test_a_database_that_is_not_theirs(theirs):
    with sqlite3.connect(theirs.folder / "data" / "app.db") as connection:
        connection.execute("CREATE TABLE users (id)")
    outcome = theirs.run(*URL, "migrate")
    assert outcome.status == 1 and "the database has tables, but no table _meta" in outcome.err
    theirs.ok(*URL, "stamp", "0002")
    assert query(theirs, "SELECT version FROM _meta") == [(2,)]
    theirs.ok(*URL, "unstamp", "--to", "0001")
    assert query(theirs, "SELECT version FROM _meta") == [(1,)]


def test_files_of_both_kinds(theirs):
    theirs.write("migrations/primary__0005_ours.sql", "-- upgrade\nSELECT 1;\n")
    outcome = theirs.run(*URL, "migrate")
    assert outcome.status == 1 and "some files in migrations are named as ours and some as fastmigrate's" in outcome.err


def test_a_program_that_did_not_come_back(theirs):
    theirs.write("migrations/0005-slow.py", "import os, sqlite3, sys, time\nopen('pid', 'w').write(str(os.getpid()))\n"
                 "time.sleep(0 if os.path.exists('go') else 60)\n")
    with theirs.start(*URL, "migrate") as process:
        wait_until(lambda: (theirs.folder / "pid").exists())
        killed(process)
    outcome = theirs.run(*URL, "migrate")
    assert outcome.status == 1 and "nobody can tell how far it came" in outcome.err
    assert query(theirs, "SELECT version FROM _meta") == [(4,)]
    (theirs.folder / "go").touch()
    theirs.ok(*URL, "migrate", "--interrupted", "again")
    assert query(theirs, "SELECT version FROM _meta") == [(5,)]


def test_taken_over_and_given_back(theirs):
    """As migrations of our own, and then as fastmigrate's again."""
    (theirs.folder / "migrations" / "0002-add.py").unlink()
    (theirs.folder / "migrations" / "0004-more.sh").unlink()
    theirs.write("migrations/0003-c.sql", "ALTER TABLE t ADD COLUMN c text;\n")
    theirs.ok(*URL, "migrate", "--to-version", "0001")
    theirs.write("dbwarden.yaml", "databases:\n  app:\n    default: true\n    database_type: sqlite\n    migrations_dir: ours\n"
                 "    database_url_sync: sqlite:///data/app.db\n")
    files = theirs.ok("adopt", "--json").json["files"]
    assert [(each["id"], each["status"]) for each in files] == [("1", "applied"), ("3", "pending")]
    theirs.write("ours/app__0003_d.sql", "-- upgrade\nCREATE TABLE d (x);\n-- rollback\nDROP TABLE d;\n")
    theirs.ok("migrate")
    theirs.ok("rollback")
    theirs.ok("migrate")
    theirs.ok("eject", "migrations", "--to", "fastmigrate", "--drop-records")
    assert query(theirs, "SELECT * FROM _meta") == [(1, 4)]
    assert sorted(os.listdir(theirs.folder / "migrations")) == ["0001-t.sql", "0003-c.sql", "0004-d.sql"]
    (theirs.folder / "dbwarden.yaml").unlink()
    assert statuses(theirs) == [("0001", "applied"), ("0003", "applied"), ("0004", "applied")]


def test_programs_are_not_taken_over(theirs):
    theirs.write("dbwarden.yaml", "databases:\n  app:\n    default: true\n    database_type: sqlite\n    migrations_dir: ours\n"
                 "    database_url_sync: sqlite:///data/app.db\n")
    theirs.ok(*URL, "migrate")
    outcome = theirs.run("adopt", "--from", "fastmigrate")
    assert outcome.status == 1 and "0002-add.py cannot be converted: it is a program" in outcome.err
    assert not (theirs.folder / "ours").exists()
