"""What scripts and people read: one document, one error line, clean streams, statuses that mean something."""

import datetime
import json
import os
import re
import signal
import sys

import pytest
from support.engines import ended, slow, wait_line

ANSI = "\x1b"
COMMANDS = [["status"], ["history"], ["migrate", "--dry-run"], ["migrate"], ["lock-status"], ["unlock"], ["check-db"], ["diff"],
            ["config"], ["version"], ["settings", "show"], ["database", "list"], ["new", "more"], ["rollback"],
            ["downgrade", "--to", "base"], ["make-rollback", "migrations/primary/primary__0001_one.sql"]]
FAILING = [["status", "-d", "nope"], ["migrate", "--to-version", "99"], ["rollback", "--to-version", "99"], ["downgrade", "--to", "99"],
           ["snapshot", "nope"], ["make-rollback", "nope.sql"], ["settings", "show", "nope"], ["nope"], ["status", "--nope"],
           ["-C", "nope", "status"], ["--config", "nope.yaml", "history"], ["--url", "nope://x", "check-db"],
           ["migrate", "--count", "x"], ["database", "remove", "nope"], ["diff", "--config", "nope.yaml"],
           ["--url", "postgresql://nobody@127.0.0.1:1/x", "--migrations-dir", "migrations/primary", "lock-status"]]


def filled(project):
    project.table("0001", "one")
    return project


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_json_is_one_document(lite, args):
    filled(lite).ok("migrate")
    lite.table("0002", "two")
    shown = lite.ok(*args, "--json", env={"DBWARDEN_PYTHON": sys.executable})
    assert isinstance(json.loads(shown.out), dict) and "error" not in shown.json
    assert shown.out.endswith("}\n") and "{" not in shown.err


@pytest.mark.parametrize("args", FAILING, ids=" ".join)
def test_json_of_a_failure(lite, args):
    filled(lite)
    shown = lite.run(*args, "--json")
    assert shown.status in (1, 2, 5)
    error = json.loads(shown.out)["error"]
    assert error["message"] and error["code"]
    assert shown.err.count("dbwarden: error:") == 1 and error["message"] in shown.err
    assert "migrations" not in lite.run(*args).out, "without --json an error is on standard error only"


def test_json_of_several(lite):
    filled(lite)
    assert [row["database"] for row in lite.ok("status", "--all", "--json").json["databases"]] == ["primary"]


def test_json_log(lite):
    filled(lite)
    lite.migration("0002", "bad", "INSERT INTO nowhere VALUES (1);", "SELECT 1;")
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
    shown = lite.run("migrate", "-v", env={"DBWARDEN_LOG_JSON": "true", "TZ": "Asia/Tokyo"})
    lines = [json.loads(line) for line in shown.err.splitlines()]
    assert len(lines) >= 4
    for line in lines:
        assert line["logger"] == "dbwarden" and line["level"] in ("DEBUG", "INFO", "WARNING", "ERROR")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
        at = datetime.datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))
        assert before <= at <= datetime.datetime.now(datetime.timezone.utc)
    last = lines[-1]
    assert last["level"] == "ERROR" and last["line"] == 3 and last["file"].endswith("0002_bad.sql") and last["hint"]
    for value in ("1", "YES", "True"):
        json.loads(lite.run("migrate", env={"DBWARDEN_LOG_JSON": value}).err.splitlines()[0])


@pytest.mark.parametrize("args", COMMANDS + FAILING, ids=" ".join)
def test_no_colors_in_a_pipe(lite, args):
    filled(lite)
    for env in ({"TERM": "xterm-256color", "FORCE_COLOR": "1"}, {"NO_COLOR": "1"}):
        shown = lite.run(*args, env=env)
        assert ANSI not in shown.out + shown.err and "\r" not in shown.out + shown.err


def test_streams(lite):
    """Results are on one, what is said on the way on the other."""
    shown = filled(lite).ok("migrate")
    assert shown.out == "Migrations completed successfully: 1 migration applied.\n"
    assert "[APPLIED] Completed migration: primary__0001_one.sql" in shown.err
    assert lite.ok("migrate", "--quiet").err == ""
    assert lite.ok("status").err == "" and "Applied  0001" in lite.ok("status").out


def test_long_lines_are_not_folded(lite):
    name = "x" * 120
    lite.table("0001", name)
    assert f"primary__0001_{name}.sql" in lite.ok("status", env={"COLUMNS": "40"}).out


def test_exit_statuses(lite):
    filled(lite)
    assert lite.run("status").status == 0 and lite.run("status", "--exit-code").status == 3
    lite.ok("migrate")
    assert lite.run("status", "--exit-code").status == 0
    assert lite.run("nope").status == 2
    assert lite.run("migrate", "--to-version", "nope").status == 2
    lite.migration("0002", "slow", f"CREATE TABLE slow (id integer);\n{slow('sqlite', 60)}", "DROP TABLE slow;")
    process = lite.start("migrate")
    wait_line(process, "Starting migration")
    assert lite.run("migrate", "--lock-timeout", "0", "--json").json["error"]["code"] == "locked"
    assert lite.run("migrate", "--lock-timeout", "0").status == 4
    process.send_signal(signal.SIGINT)
    assert ended(process, 20).status == 130
    lite.migration("0002", "slow", "INSERT INTO nowhere VALUES (1);")
    assert lite.run("migrate").status == 1


def test_reader_that_goes_away(lite):
    """A closed pipe does not stop a migration in the middle."""
    filled(lite)
    process = lite.start("migrate")
    process.stdout.close()
    process.stderr.close()
    assert process.wait(60) == 0
    assert lite.database.versions() == ["0001"]


def test_terminal(lite):
    filled(lite)
    shown = lite.answer(["status"], []).out
    assert "Pending" in shown and "\x1b[3" not in shown, "no colors on a dumb terminal"


# ---- bad input

UP = "-- upgrade\n\n{}\n\n-- rollback\n\nSELECT 1;\n"
ONE = "migrations/primary/primary__0001_one.sql"
YAML = "databases:\n  primary:\n    default: true\n    database_type: sqlite\n    database_url_sync: sqlite:///./app.db\n"
PYTHON = "from dbwarden import database_config\n\nprimary = database_config(database_name='primary', default=True, {})\n"
NO_YAML = {"dbwarden.yaml": None}
BAD = {
    "command": ({}, ["migrat"], 2, ['unknown command "migrat"', "hint: Did you mean \"migrate\"?"]),
    "group": ({}, ["settings", "shwo"], 2, ["shwo", "hint: Did you mean", "show"]),
    "option": ({}, ["migrate", "--cuont", "1"], 2, ["no option --cuont", "hint: Did you mean --count?"]),
    "number": ({}, ["migrate", "--count", "many"], 2, ["--count needs a whole number", '"many"']),
    "zero": ({}, ["migrate", "--count", "0"], 2, ["--count must be at least 1"]),
    "value missing": ({}, ["migrate", "--count"], 2, ["--count"]),
    "argument missing": ({}, ["new"], 2, ["new", "hint:"]),
    "argument too many": ({}, ["status", "extra"], 2, ["extra", "hint:"]),
    "required option": ({}, ["downgrade"], 2, ["--to", "hint:"]),
    "both": ({}, ["migrate", "--count", "1", "--to-version", "1"], 2, ["cannot be given together", "hint:"]),
    "baseline": ({}, ["migrate", "--baseline"], 2, ["--baseline needs --to-version", "hint:"]),
    "version": ({}, ["migrate", "--to-version", "x1"], 2, ['"x1" is not a version', "hint:"]),
    "scheme": ({}, ["--url", "postgre://h/d", "status"], 1, ["postgre://h/d", "postgresql"]),
    "port": ({}, ["--url", "postgresql://h:port/d", "status"], 1, ["port"]),
    "unreachable": ({}, ["--url", "postgresql://u@127.0.0.1:1/d", "--migrations-dir", "migrations/primary", "status"], 5,
                    ["cannot connect to d on 127.0.0.1", "hint: Is the server running"]),
    "unreachable mariadb": ({}, ["--url", "mysql://u@127.0.0.1:1/d", "--migrations-dir", "migrations/primary", "status"], 5,
                            ["cannot connect to", "127.0.0.1", "hint:"]),
    "no configuration": (NO_YAML, ["status"], 1, ["no", "configuration", "hint:", "dbwarden init"]),
    "configuration file": ({}, ["--config", "nope.yaml", "status"], 1, ["there is no configuration file nope.yaml", "hint:"]),
    "configuration is a folder": ({"sub/x": ""}, ["--config", "sub", "status"], 1, ["sub"]),
    "yaml": ({"dbwarden.yaml": "databases:\n  primary: [\n"}, ["status"], 1, ["dbwarden.yaml:3:1:", "hint:"]),
    "yaml tab": ({"dbwarden.yaml": "databases:\n\tprimary: 1\n"}, ["status"], 1, ["dbwarden.yaml:2:1:"]),
    "yaml key": ({"dbwarden.yaml": YAML.replace("url_sync", "url_snyc")}, ["status"], 1,
                 ["dbwarden.yaml:5:", "database_url_snyc", "database_url_sync"]),
    "yaml value": ({"dbwarden.yaml": YAML.replace("sqlite\n", "sqlight\n")}, ["status"], 1, ["dbwarden.yaml:4:", "sqlight", "sqlite"]),
    "yaml variable": ({"dbwarden.yaml": YAML.replace("sqlite:///./app.db", "${NOT_SET_HERE}")}, ["status"], 1,
                      ["dbwarden.yaml:5:", "NOT_SET_HERE"]),
    "yaml not utf-8": ({"dbwarden.yaml": b"databases:\n  \xff: 1\n"}, ["status"], 1, ["dbwarden.yaml"]),
    "two configurations": ({"dbwarden.py": PYTHON.format("database_url_sync='sqlite:///./a.db'")}, ["status"], 1, ["dbwarden.py", "dbwarden.yaml"]),
    "python syntax": ({**NO_YAML, "dbwarden.py": "import os\nprimary = (\n"}, ["status"], 1, ["dbwarden.py:2:"]),
    "python raises": ({**NO_YAML, "dbwarden.py": "import os\n\nraise ValueError('not today')\n"}, ["status"], 1, ["dbwarden.py:3", "not today"]),
    "python key": ({**NO_YAML, "dbwarden.py": PYTHON.format("database_urll='sqlite:///./a.db'")}, ["status"], 1,
                   ["dbwarden.py:3", "database_urll"]),
    "python type": ({**NO_YAML, "dbwarden.py": PYTHON.format("database_url_sync=7")}, ["status"], 1, ["dbwarden.py:3", "database_url_sync"]),
    "database": ({}, ["status", "-d", "secondary"], 1, ["'secondary' not found", "primary"]),
    "folder": ({}, ["-C", "nowhere", "status"], 1, ["there is no folder nowhere"]),
    "migrations folder": ({"dbwarden.yaml": YAML + "    migrations_dir: nowhere\n"}, ["migrate"], 1, ["nowhere", "hint:"]),
    "sql": ({ONE: UP.format("CREATE TABEL x (id integer);")}, ["migrate"], 1, [ONE + ":3:8:", "TABEL", "hint:"]),
    "second statement": ({ONE: UP.format("CREATE TABLE x (id integer);\n  INSERT INTO y VALUES (1);")}, ["migrate"], 1, [ONE + ":4:", "no such table: y"]),
    "string": ({ONE: UP.format("INSERT INTO x VALUES ('open);")}, ["migrate"], 1, [ONE + ":3:23:", "hint:"]),
    "comment": ({ONE: UP.format("CREATE TABLE x (id integer); /* open")}, ["migrate"], 1, [ONE + ":3:30:"]),
    "identifier": ({ONE: UP.format('CREATE TABLE "x (id integer);')}, ["migrate"], 1, [ONE + ":3:14:"]),
    "no marker": ({ONE: "CREATE TABLE x (id integer);\n"}, ["migrate"], 1, [ONE, "-- upgrade"]),
    "zero byte": ({ONE: UP.format("INSERT INTO x VALUES ('\0');")}, ["migrate"], 1, [ONE]),
    "not utf-8": ({ONE: UP.format("x").encode().replace(b"x", b"SELECT '\xff';")}, ["migrate"], 1, [ONE + ":3:"]),
    "depends_on": ({ONE: '-- depends_on: ["7"]\n' + UP.format("SELECT 1;")}, ["migrate"], 1, [ONE + ":1:", "hint:"]),
    "database is a folder": ({"app.db/x": ""}, ["status"], 5, ["app.db"]),
    "not a database": ({"app.db": "this is not a database, but it is long enough to look like one" * 20}, ["status"], 5, ["not an SQLite database", "hint:"]),
    "database folder": ({"dbwarden.yaml": YAML.replace("./app.db", "./nowhere/app.db")}, ["migrate"], 5, ["nowhere", "hint:"]),
    "snapshot table": ({}, ["snapshot", "nowhere"], 1, ['no table "nowhere"', "hint:"]),
    "migration file": ({}, ["make-rollback", "nowhere.sql"], 1, ["there is no file nowhere.sql", "hint:"]),
    "seeds": ({}, ["seed", "apply"], 1, ["seeds directory not found", "seed create"]),
}


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith("app.db")}


def spoil(project, files):
    """Files by name; None takes one away."""
    for name, text in files.items():
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("files, args, status, wanted", BAD.values(), ids=BAD)
def test_bad_input(lite, files, args, status, wanted):
    """One error line that says where and what, the right status, and nothing changed."""
    spoil(lite, files)
    before = contents(lite.folder)
    shown = lite.run(*args, env={"DBWARDEN_PYTHON": sys.executable})
    assert shown.status == status, shown
    assert shown.err.count("dbwarden: error:") == 1 and "Traceback" not in shown.err, shown
    for text in wanted:
        assert text in shown.err, f"{text!r} is missing: {shown}"
    assert contents(lite.folder) == before
    if (lite.folder / "app.db").is_file() and "app.db" not in files:
        assert lite.database.tables() == [] and lite.database.versions() == []


WRONG = {
    "postgresql password": ("PG15_TCP_URL", lambda url: url.rsplit("/", 1)[0] + "/nowhere", "nowhere"),
    "mariadb password": ("MARIADB_URL", lambda url: url.replace(":test@", ":wrong@"), "denied"),
    "mariadb database": ("MARIADB_URL", lambda url: url.rsplit("/", 1)[0] + "/nowhere", "nowhere"),
    "mysql password": ("MYSQL_URL", lambda url: url.replace(":test@", ":wrong@"), "denied"),
    "mysql database": ("MYSQL_URL", lambda url: url.rsplit("/", 1)[0] + "/nowhere", "nowhere"),
}


@pytest.mark.parametrize("name, change, wanted", WRONG.values(), ids=WRONG)
def test_refused_login(lite, servers, name, change, wanted):
    shown = filled(lite).run("--url", change(servers[name]), "--migrations-dir", "migrations/primary", "migrate")
    assert shown.status == 5 and wanted in shown.err and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err, shown
