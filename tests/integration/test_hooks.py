"""Hooks: the user's commands around runs and files, what they are told, and what they can stop."""

import json
import os
import signal
import sys
import time

import pytest
from support.engines import ended, wait_line
from support.project import Project
from test_fleet import FILES_OF, fleet, lite_files

EVENTS = ("before_run", "after_run", "before_file", "after_file", "on_failure")
KEEP = """#!/bin/sh
cat >> "$(dirname "$0")/events.ndjson"
"""


def script(project, name, text):
    path = project.write(name, text)
    path.chmod(0o755)
    return path


def hook(project, **settings):
    """Settings of the one database, as YAML; each event is kept by default."""
    script(project, "keep.sh", KEEP)
    said = {**dict.fromkeys(EVENTS, "./keep.sh"), **settings}
    with open(project.folder / "dbwarden.yaml", "a") as file:
        for key, value in said.items():
            if value is not None:
                file.write(f"    {key}: {json.dumps(value)}\n")
    return project


def events(project):
    path = project.folder / "events.ndjson"
    found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    path.unlink(missing_ok=True)
    for event in found:
        assert event["database"] == "primary" and event["database_type"] == project.engine
        assert event["time"].endswith("Z") and event["tool"].startswith("dbwarden ")
    return found


def names(found):
    return [(event["event"], event.get("file")) for event in found]


def test_around_a_run(any_project):
    any_project.table("0001", "one")
    any_project.table("0002", "two", "CREATE TABLE more (id integer);")
    any_project.write("migrations/primary/primary__RA__count.sql", "-- upgrade\n\nDELETE FROM one;\n")
    hook(any_project).ok("migrate")
    found = events(any_project)
    one, two, count = "primary__0001_one.sql", "primary__0002_two.sql", "primary__RA__count.sql"
    assert names(found) == [("before_run", None), ("before_file", one), ("after_file", one), ("before_file", two), ("after_file", two),
                            ("before_file", count), ("after_file", count), ("after_run", None)]
    assert [file["file"] for file in found[0]["files"]] == [one, two, count] and {event["direction"] for event in found} == {"up"}
    assert (found[3]["version"], found[3]["statements"], found[3]["kind"]) == ("0002", 2, "migration") and found[5]["version"] is None
    assert 0 < found[4]["seconds"] < 60 and found[-1]["seconds"] >= found[4]["seconds"]
    assert [file["filename"] for file in found[-1]["files"]] == [one, two, count]
    any_project.ok("rollback", "--count", "2")
    found = events(any_project)
    assert names(found) == [("before_run", None), ("before_file", two), ("after_file", two), ("before_file", one), ("after_file", one), ("after_run", None)]
    assert {event["direction"] for event in found} == {"down"}
    any_project.ok("rollback")
    for args in (["migrate", "--dry-run"], ["status"], ["rollback"]):
        any_project.ok(*args)
    assert events(any_project) == [], "nothing is to be done"


def test_failure(any_project):
    any_project.table("0001", "one")
    any_project.migration("0002", "bad", "CREATE TABLE b (id integer);\nINSERT INTO nowhere VALUES ('secret row');", "DROP TABLE b;")
    assert hook(any_project).run("migrate").status == 1
    found = events(any_project)
    assert names(found)[-2:] == [("before_file", "primary__0002_bad.sql"), ("on_failure", "primary__0002_bad.sql")]
    error = found[-1]["error"]
    assert error["code"] == "sql" and error["line"] == 4 and error["file"].endswith("0002_bad.sql") and error["sqlstate"] and error["message"]
    assert set(error) == {"code", "message", "hint", "sqlstate", "file", "line"} and len(found[-1]["files"]) == 1


def test_before_stops(any_project):
    """Before the run: nothing is done. Before a file: what came before it stays. The next run goes on."""
    any_project.table("0001", "one")
    any_project.table("0002", "two")
    script(any_project, "no.sh", "#!/bin/sh\ncat >/dev/null\n[ -e agreed ] && exit 0\necho something >&2\nprintf 'not \\033[1mnow\\n\\n' >&2\nexit 3\n")
    hook(any_project, before_run="./no.sh")
    shown = any_project.run("migrate", "--json")
    assert shown.status == 6 and any_project.database.versions() == [] and any_project.database.tables() == []
    assert "dbwarden: error: the hook before_run ended with status 3: not  [1mnow\n" in shown.err and "hint: Nothing was run." in shown.err
    assert shown.json["error"]["code"] == "hook"
    assert names(events(any_project)) == [("on_failure", None)]
    any_project.write("agreed", "")
    any_project.ok("migrate")
    any_project.table("0003", "three")
    any_project.table("0004", "four")
    script(any_project, "four.sh", "#!/bin/sh\ngrep -q 0004_four && exit 1\nexit 0\n")
    text = (any_project.folder / "dbwarden.yaml").read_text()
    any_project.write("dbwarden.yaml", text.replace('before_file: "./keep.sh"', 'before_file: "./four.sh"'))
    shown = any_project.run("migrate")
    assert shown.status == 6 and "hook before_file ended with status 1" in shown.err
    assert any_project.database.versions() == ["0001", "0002", "0003"]
    script(any_project, "four.sh", "#!/bin/sh\nexit 0\n")
    any_project.ok("migrate")
    assert any_project.database.versions()[-1] == "0004"


@pytest.mark.parametrize("event", ["after_run", "after_file"])
@pytest.mark.parametrize("command", ["./wrong.sh", "./nowhere.sh", ["sh", "-c", "kill -9 $$"]], ids=str)
def test_after_is_a_warning(lite, event, command):
    lite.table("0001", "one")
    script(lite, "wrong.sh", "#!/bin/sh\nexit 1\n")
    shown = hook(lite, **{event: command}).ok("migrate")
    assert f"warning: the hook {event} " in shown.err and lite.database.versions() == ["0001"]


def test_wrong_failure_hook(lite):
    lite.migration("0001", "bad", "INSERT INTO nowhere VALUES (1);")
    shown = hook(lite, on_failure=["sh", "-c", "exit 7"]).run("migrate")
    assert shown.status == 1 and "warning: the hook on_failure ended with status 7" in shown.err and "no such table" in shown.err


def test_one_that_hangs(lite):
    """Its time is over, and so is that of all that it started."""
    lite.table("0001", "one")
    script(lite, "hang.sh", "#!/bin/sh\nsleep 321 &\necho $! > child\nsleep 321\n")
    began = time.time()
    shown = hook(lite, before_run="./hang.sh", hook_timeout="1s").run("migrate")
    assert time.time() - began < 30 and shown.status == 6 and "took longer than 1 s and was ended" in shown.err
    child = int((lite.folder / "child").read_text())
    end = time.time() + 10
    while time.time() < end and os.path.exists(f"/proc/{child}") and "sleep" in open(f"/proc/{child}/cmdline").read():
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{child}") or "sleep" not in open(f"/proc/{child}/cmdline").read()
    assert lite.database.versions() == [] and lite.ok("lock-status", "--json").json["held"] is False


def test_interrupted_while_it_runs(lite):
    lite.table("0001", "one")
    hook(lite, before_run=["sh", "-c", "echo waiting for approval; sleep 321"])
    process = lite.start("migrate")
    wait_line(process, "waiting for approval")
    process.send_signal(signal.SIGINT)
    shown = ended(process, 20)
    assert shown.status == 130 and lite.database.versions() == []
    assert "interrupted before anything was run" in shown.err and "`dbwarden migrate` begins again" in shown.err, shown


@pytest.mark.parametrize("event,said,applied", [
    ("before_file", "interrupted before anything was run", []),
    ("after_file", "interrupted: 1 file done, and nothing begun after that", ["0001"]),
    ("after_run", "the hook after_run was interrupted", ["0001", "0002"])])
def test_interrupted_around_a_file(lite, event, said, applied):
    lite.table("0001", "one")
    lite.table("0002", "two")
    hook(lite, **{event: ["sh", "-c", "echo waiting for approval; sleep 321"]})
    process = lite.start("migrate")
    wait_line(process, "waiting for approval")
    process.send_signal(signal.SIGINT)
    shown = ended(process, 20)
    assert said in shown.err and lite.database.versions() == applied, shown
    assert shown.status == (0 if event == "after_run" else 130) and "error: cancelled" not in shown.err, shown


def test_one_that_writes_much(lite):
    """It goes on, and so does the run; what is shown is bounded, and that is said."""
    lite.table("0001", "one")
    hook(lite, before_run=[sys.executable, "-c", "import sys\nfor i in range(300_000): print('line', i)\nsys.stderr.write('x' * 3_000_000)"])
    shown = lite.ok("migrate")
    assert "writes more than 1048576 bytes: the rest of it is not shown" in shown.err and "line 1000\n" in shown.err
    assert 900_000 < len(shown.err) < 1_200_000 and lite.database.versions() == ["0001"]


def test_no_shell(lite):
    """Arguments come as they are written, and the folder is the project's."""
    lite.table("0001", "one")
    script(lite, "args.sh", "#!/bin/sh\ncat > /dev/null\npwd > args\nprintf '%s\\n' \"$@\" >> args\n")
    hook(lite, before_run=["./args.sh", "a b", "$HOME", "*; touch pwned"])
    (lite.folder / "sub").mkdir()
    lite.ok("-C", str(lite.folder), "migrate")
    assert (lite.folder / "args").read_text().splitlines() == [str(lite.folder), "a b", "$HOME", "*; touch pwned"]
    assert not (lite.folder / "pwned").exists()


@pytest.mark.parametrize("value", ["./notify.sh now", "", [], [1], 7, {"a": 1}, ["a", ""]], ids=str)
def test_settings_that_are_wrong(lite, value):
    shown = hook(lite, before_run=value).run("migrate")
    assert shown.status == 1 and "before_run" in shown.err and "it must be a" in shown.err


def test_in_python(tmp_path):
    project = Project(tmp_path / "project", "sqlite:///./app.db", sys.executable, before_run=["./keep.sh"], after_run="./keep.sh", hook_timeout=5)
    script(project, "keep.sh", KEEP)
    project.migration("0001", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;")
    project.ok("migrate")
    assert names(events(project)) == [("before_run", None), ("after_run", None)]


def test_seeds_and_sandbox(lite):
    lite.table("0001", "one")
    hook(lite).ok("migrate", "--sandbox")
    assert events(lite) == []
    lite.write("seeds/V0001__x.sql", "INSERT INTO one VALUES (1);\n\n-- rollback\n\nDELETE FROM one;\n")
    lite.write("seeds/V0002__y.py", "def seed(connection, session):\n    pass\n\ndef rollback(connection, session):\n    pass\n")
    lite.ok("migrate", "--apply-seeds", env={"DBWARDEN_PYTHON": sys.executable})
    found = events(lite)
    assert [event.get("kind") for event in found if event["event"] == "before_file"] == ["migration", "seed", "seed"]
    lite.ok("seed", "rollback", env={"DBWARDEN_PYTHON": sys.executable})
    assert names(events(lite)) == [("before_run", None), ("before_file", "V0002__y.py"), ("after_file", "V0002__y.py"), ("after_run", None)]


def test_server_that_is_not_there(lite):
    text = (lite.folder / "dbwarden.yaml").read_text()
    lite.write("dbwarden.yaml", text.replace("database_type: sqlite", "database_type: postgresql").replace(
        f'"{lite.database.url}"', '"postgresql://u@127.0.0.1:1/d"'))
    lite.table("0001", "one")
    lite.engine = "postgresql"
    assert hook(lite).run("migrate").status == 5
    found = events(lite)
    assert names(found) == [("on_failure", None)] and found[0]["error"]["code"] == "connect" and found[0]["files"] == []


def test_many_targets(lite):
    """Each target's run is one, and says whose it is; a hook that says no stops its target."""
    paths = lite_files(lite, 3)
    hooks = '    after_file: ["sh", "-c", "cat >> events.ndjson"]\n    before_run: ["sh", "-c", "! grep -q t001"]\n'
    fleet(lite, FILES_OF, f"    database_type: sqlite\n{hooks}", files=2)
    shown = lite.run("migrate", "--jobs", "2", "--keep-going")
    assert shown.status == 6 and "1 of 3 targets of tenants failed: data/t001.db" in shown.err, shown
    found = [json.loads(line) for line in (lite.folder / "events.ndjson").read_text().splitlines()]
    assert sorted((event["database"], event["target"], event["version"]) for event in found) == [
        ("tenants", f"data/{paths[i].name}", version) for i in (0, 2) for version in ("0001", "0002")]
