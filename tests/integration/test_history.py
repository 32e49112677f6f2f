"""Who applied what, when, how long it took, and where a running migration is."""

import getpass
import hashlib
import os
import socket
import time

import pytest
from support.engines import ended, slow, wait_line

WHO = f"{getpass.getuser()}@{socket.gethostname()}"
USERS = {"sqlite": None, "postgresql": "postgres", "mariadb": "test@%", "mysql": "test@%"}


def row(project, name="migrations"):
    return project.ok("history", "--json").json[name][-1]


def test_who_and_how_long(any_project):
    engine = any_project.database.engine
    any_project.table("0001", "one", "CREATE TABLE a (id integer);\n" + slow(engine, 0.4, "a") + "\nINSERT INTO a VALUES (2);")
    any_project.ok("migrate")
    found = row(any_project)
    assert (found["who"], found["db_user"]) == (WHO, USERS[engine]) and found["tool"].startswith("dbwarden ")
    times = found["statement_seconds"]
    assert [entry["statement"] for entry in times] == [1, 2, 3, 4] and found["statements"] == 4
    slowest = max(times, key=lambda entry: entry["seconds"])
    assert slowest["statement"] == 3 and slowest["seconds"] > 0.1
    assert slowest["seconds"] <= found["seconds"] + 0.01 and found["started_at"]
    shown = any_project.ok("history").out
    assert "Duration" in shown and f"{found['seconds']:.2f}s" in shown


def test_one_statement_and_repeatables(any_project):
    any_project.table("0001", "one")
    any_project.write("migrations/primary/primary__RA__count.sql", "-- upgrade\n\nDELETE FROM one;\nDELETE FROM one;\n")
    any_project.ok("migrate")
    any_project.ok("migrate")
    rows = any_project.ok("history", "--json").json["migrations"]
    assert rows[0]["statement_seconds"] == [{"statement": 1, "seconds": rows[0]["seconds"]}]
    assert rows[1]["version"] is None and len(rows[1]["statement_seconds"]) == 2 and rows[1]["who"] == WHO


def test_long_file_keeps_its_slowest(any_project):
    any_project.table("0001", "one", "".join(f"INSERT INTO one VALUES ({i});\n" for i in range(400)))
    any_project.ok("migrate")
    times = row(any_project)["statement_seconds"]
    numbers = [entry["statement"] for entry in times]
    assert len(times) == 100 and numbers == sorted(set(numbers)) and 1 <= numbers[0] and numbers[-1] <= 401


def test_seeds(lite):
    lite.table("0001", "one")
    lite.ok("migrate")
    lite.write("seeds/V0001__x.sql", "INSERT INTO one VALUES (1);\nINSERT INTO one VALUES (2);\n\n-- rollback\n\nDELETE FROM one;\n")
    lite.ok("seed", "apply")
    found = row(lite, "seeds")
    assert found["who"] == WHO and len(found["statement_seconds"]) == 2 and "Seed History" in lite.ok("history").out


LEGACY = {
    "sqlite": "version VARCHAR(255)", "postgresql": "version VARCHAR(255) UNIQUE", "mariadb": "version VARCHAR(255)", "mysql": "version VARCHAR(255)",
}


def test_table_of_082(any_project):
    """Rows that 0.8.2 wrote: nobody knows who. Its table stays as it made it, and it can still write there."""
    database = any_project.database
    database.run(f"CREATE TABLE _dbwarden_migrations ({LEGACY[database.engine]}, description VARCHAR(500), filename VARCHAR(500) UNIQUE, "
                 "migration_type VARCHAR(50), applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))")
    insert = ("INSERT INTO _dbwarden_migrations (version, description, filename, migration_type, checksum) VALUES "
              "('{0}', '{0} x', 'primary__{0}_x.sql', 'versioned', '{1}')")
    sums = [hashlib.sha256(text.encode()).hexdigest() for text in ("CREATE TABLE x (id integer PRIMARY KEY);", "later")]
    database.run(insert.format("0001", sums[0]))
    found = row(any_project)
    assert [found[key] for key in ("who", "db_user", "tool", "seconds", "started_at", "statements")] == [None] * 6
    assert found["statement_seconds"] == [] and " -  " in any_project.ok("history").out
    any_project.table("0001", "x")
    any_project.table("0002", "y")
    any_project.ok("migrate")
    database.run(insert.format("0003", sums[1]))
    rows = any_project.ok("history", "--json").json["migrations"]
    assert [entry["version"] for entry in rows] == ["0001", "0002", "0003"]
    assert [entry["who"] for entry in rows] == [None, WHO, None]
    columns = database.query("SELECT * FROM _dbwarden_migrations")
    assert all(len(entry) == 6 for entry in columns)


@pytest.mark.parametrize("columns", ["", ", evidence TEXT", ", evidence TEXT, db_user VARCHAR(255)"], ids=["oldest", "older", "halfway"])
def test_journals_of_earlier_versions(any_project, columns):
    if columns.endswith("(255)") and any_project.database.engine not in ("sqlite", "postgresql"):
        columns = ", evidence TEXT"  # there both come with one statement
    any_project.database.run(
        "CREATE TABLE _dbwarden_journal (filename VARCHAR(500) NOT NULL PRIMARY KEY, direction VARCHAR(4) NOT NULL, checksum VARCHAR(64) NOT NULL,"
        " version VARCHAR(255), tool VARCHAR(50), who VARCHAR(255), total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0,"
        " outcome VARCHAR(20) NOT NULL DEFAULT 'running', started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,"
        f" duration_ms BIGINT{columns})")
    any_project.ok("history")
    any_project.table("0001", "one", "CREATE TABLE a (id integer);")
    any_project.ok("migrate")
    assert len(row(any_project)["statement_seconds"]) == 2


@pytest.mark.parametrize("times", ["", "[", "[[1]]", "{}", "[[\"1\",2]]", "x" * 10_000, "[[1,2],3]"])
def test_times_that_make_no_sense(lite, times):
    """They are for show: nothing depends on them."""
    lite.table("0001", "one", "CREATE TABLE a (id integer);")
    lite.ok("migrate")
    lite.database.run(f"UPDATE _dbwarden_journal SET times = '{times}', duration_ms = -5")
    found = row(lite)
    assert found["seconds"] is None and found["statement_seconds"] in ([], [{"statement": 1, "seconds": 0.000002}])
    assert lite.ok("migrate", "--json").json["up_to_date"]


def holder(project):
    return project.ok("lock-status", "--json").json


def test_lock_status_says_where(any_project):
    """Within one transaction too: the file, and the statement that runs."""
    any_project.table("0001", "one")
    any_project.ok("migrate")
    any_project.migration("0002", "slow", f"CREATE TABLE slow (id integer);\nINSERT INTO slow VALUES (1);\n{slow(any_project.database.engine, 5)}",
                          "DROP TABLE slow;")
    process = any_project.start("migrate")
    wait_line(process, "Starting migration")
    end = time.time() + 6
    found = holder(any_project)
    while time.time() < end and found.get("holder", {}).get("statement") != 3:
        time.sleep(0.3)
        found = holder(any_project)
    shown = any_project.ok("lock-status").out
    ended(process)
    who = found["holder"]
    assert found["held"] and (who["file"], who["statement"], who["statements"]) == ("primary__0002_slow.sql", 3, 3)
    assert who["pid"] == str(process.pid) and who["host"] == socket.gethostname()
    assert "  File: primary__0002_slow.sql\n  Statement: 3 of 3\n" in shown
    assert holder(any_project)["held"] is False and "holder" not in holder(any_project)


@pytest.mark.parametrize("at", ["x", "3/2 f", "-1/2 f", "1/ f", "/ ", "1/2", "99999999999999999999/1 f", "1/2 " + "f" * 100_000, ""])
def test_rows_that_make_no_sense(any_project, at):
    if any_project.database.engine == "sqlite":
        any_project.table("0001", "one")
        any_project.ok("migrate")
        (any_project.folder / "app.db-dbwarden.lock").write_bytes(at.encode() + b"\xff\n")
        assert holder(any_project)["held"] is False
        os.unlink(any_project.folder / "app.db-dbwarden.lock")
        return
    any_project.database.run("CREATE TABLE _dbwarden_lock (id INTEGER PRIMARY KEY, owner VARCHAR(255), host VARCHAR(255), pid VARCHAR(20),"
                             " since TIMESTAMP DEFAULT CURRENT_TIMESTAMP, version VARCHAR(255), statement TEXT)")
    any_project.database.run(f"INSERT INTO _dbwarden_lock (id, owner, statement) VALUES (1, 'x', '{at[:60_000]}')")
    found = holder(any_project)
    assert found["held"] is False and bool(found["holder"]["file"]) == at.startswith("1/2 ")
