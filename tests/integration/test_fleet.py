"""Many databases at once: --all --jobs.  Under ThreadSanitizer in a soak, where a report of it ends the program with 66."""

import shutil
import signal
import sqlite3
import time

JOBS = ("--jobs", "16")
FILES = 5


def table(number):
    return (f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a VARCHAR(20));\nINSERT INTO t{number} VALUES (1, 'x');",
            f"DROP TABLE t{number}")


def named(lite, n, last="SELECT 1"):
    """A project of n databases of SQLite, each with files of its own; the last one has `last` in its second file."""
    entries = []
    for i in range(n):
        name = f"d{i:02}"
        entries.append(f"  {name}:\n    database_type: sqlite\n    database_url_sync: sqlite:///./{name}.db\n"
                       f"    default: {'true' if i == 0 else 'false'}\n")
        for number in range(1, FILES + 1):
            up, down = table(number)
            if i == n - 1 and number == 2:
                up = f"{up}\n{last};"
            lite.write(f"migrations/{name}/{name}__{number:04}_t{number}.sql",
                       f"-- upgrade\n\n{up}\n\n-- rollback\n\n{down};\n")
    lite.write("dbwarden.yaml", "databases:\n" + "".join(entries))
    return [f"d{i:02}" for i in range(n)]


def rows(path):
    """The rows of each of our tables, and what is recorded as applied."""
    with sqlite3.connect(path) as connection:
        names = [name for name, in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 't%' ORDER BY 1")]
        applied = [version for version, in connection.execute("SELECT version FROM _dbwarden_migrations ORDER BY 1")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}, applied


WHOLE = ({f"t{number}": 1 for number in range(1, FILES + 1)}, [f"{number:04}" for number in range(1, FILES + 1)])


def test_databases_at_once(lite):
    """As one after the other: the same replies in the order of the configuration, and every file once."""
    names = named(lite, 32)
    shown = lite.ok("migrate", "--all", *JOBS, "--json").json["databases"]
    assert [part["database"] for part in shown] == names
    assert all(len(part["applied"]) == FILES for part in shown)
    assert [rows(lite.folder / f"{name}.db") for name in names] == [WHOLE] * 32
    assert all(part["up_to_date"] for part in lite.ok("migrate", "--all", *JOBS, "--json").json["databases"])
    assert [part["pending"] for part in lite.ok("status", "--all", *JOBS, "--json").json["databases"]] == [0] * 32
    assert lite.ok("rollback", "--all", *JOBS, "--count", "2").out.count("2 migrations reverted") == 32
    history = lite.ok("history", "--all", *JOBS, "--json").json["databases"]
    assert [len(part["migrations"]) for part in history] == [FILES - 2] * 32


def test_text_is_that_of_one_after_the_other(lite):
    named(lite, 6)
    one = lite.ok("migrate", "--all").out
    for path in lite.folder.glob("*.db"):
        path.unlink()
    assert lite.ok("migrate", "--all", *JOBS).out == one


def test_one_fails(lite):
    """The others are done, it is named, and the next run does the rest of it."""
    names = named(lite, 8, last="INSERT INTO nowhere VALUES (1)")
    shown = lite.run("migrate", "--all", *JOBS)
    assert shown.status == 1 and "1 of 8 databases failed: d07" in shown.err
    assert [rows(lite.folder / f"{name}.db") for name in names[:-1]] == [WHOLE] * 7
    named(lite, 8)
    shown = lite.ok("migrate", "--all", *JOBS, "--json").json["databases"]
    assert [len(part["applied"]) for part in shown] == [0] * 7 + [FILES - 1]


def test_exit_status_is_the_worst(lite):
    """What cannot be reached is 5, what is locked 4; with another failure beside it is 1."""
    names = named(lite, 4)
    lite.ok("migrate", "--all")
    (lite.folder / "d02.db").unlink()
    (lite.folder / "d02.db").mkdir()
    assert lite.run("status", "--all", *JOBS).status == 5
    shutil.rmtree(lite.folder / "migrations" / names[1])
    assert lite.run("status", "--all", *JOBS).status == 1


def test_stop_and_go_on(lite):
    """An interruption stops all threads between statements, a kill anywhere; the next run ends where it should."""
    names = named(lite, 24)
    for number in (signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
        process = lite.start("migrate", "--all", *JOBS)
        time.sleep(0.03)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode in (0, -number, 130)
    lite.ok("migrate", "--all", *JOBS)
    assert [rows(lite.folder / f"{name}.db") for name in names] == [WHOLE] * 24
    assert not list(lite.folder.glob("dbwarden/schemas/.dbwarden-*"))
