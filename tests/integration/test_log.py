"""The log for machines: whatever happens, standard error is one JSON object a line and nothing else."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys

import pytest
from support.engines import ended, slow, wait_line
from support.project import PROGRAM, fork_on_terminal
from test_output import BAD, COMMANDS, FAILING, filled, spoil

FIRST = ["timestamp", "level", "logger", "message"]
MORE = {"db_name": str, "db_type": str, "file": str, "line": int, "column": int, "code": str, "hint": str, "sqlstate": str,
        "detail": str, "done": int, "total": int, "seconds": (int, float)}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FAILED = {1, 2, 4, 5, 6, 130}


def refuse(text):
    raise ValueError(text)


def one_object(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def lines_of(err):
    """The lines of a log as a strict reader takes them."""
    if isinstance(err, str):
        err = err.encode()
    assert not err or err.endswith(b"\n"), err
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", err), err
    lines = [json.loads(line.decode("utf-8"), parse_constant=refuse, object_pairs_hook=one_object) for line in err.split(b"\n")[:-1]]
    for line in lines:
        assert list(line)[:4] == FIRST, line
        assert line["logger"] == "dbwarden" and line["level"] in ("DEBUG", "INFO", "WARNING", "ERROR"), line
        assert TIME.fullmatch(line["timestamp"]) and isinstance(line["message"], str) and line["message"], line
        datetime.datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))
        for key in list(line)[4:]:
            assert isinstance(line[key], MORE[key]) and not isinstance(line[key], bool), line
    times = [line["timestamp"] for line in lines]
    assert times == sorted(times)
    return lines


def logged(project, *args, env=None, **options):
    """Runs, and holds the log against the exit status: a failure is one ERROR line, the last."""
    with project.start(*args, env={"DBWARDEN_LOG_JSON": "1", "DBWARDEN_PYTHON": sys.executable, **(env or {})}, **options) as process:
        out, err = process.communicate(timeout=120)
    lines = lines_of(err)
    errors = [line for line in lines if line["level"] == "ERROR"]
    assert len(errors) == (process.returncode in FAILED), err
    assert not errors or (lines[-1] is errors[0] and errors[0]["code"]), err
    return process.returncode, lines, out


@pytest.mark.parametrize("args", COMMANDS + FAILING, ids=" ".join)
def test_commands(lite, args):
    filled(lite)
    lite.table("0002", "two")
    for more in ([], ["-v"], ["--json"]):
        status, lines, _ = logged(lite, *args, *more)
        assert status in (0, 1, 2, 5)
        logged(lite, "migrate", "--count", "1")


@pytest.mark.parametrize("files, args, status, wanted", BAD.values(), ids=BAD)
def test_bad_input(lite, files, args, status, wanted):
    spoil(lite, files)
    assert logged(lite, *args, "-v")[0] == status


def test_run(any_project):
    """What is said of a run, on each engine: database, progress, place and reason."""
    filled(any_project)
    any_project.migration("0002", "bad", "CREATE TABLE b (id integer);\nINSERT INTO nowhere VALUES (1);", "SELECT 1;")
    status, lines, out = logged(any_project, "migrate", "-v", env={"TZ": "Asia/Tokyo"})
    assert status == 1 and lines[-1]["line"] == 4 and lines[-1]["file"].endswith("0002_bad.sql") and lines[-1]["hint"]
    assert lines[-1]["sqlstate"] and lines[-1]["code"] == "sql"
    assert all(line["db_name"] == "primary" and line["db_type"] == any_project.database.engine for line in lines[1:])
    progress = [line for line in lines if "done" in line]
    assert (progress[0]["done"], progress[0]["total"]) == (0, 2) and all(line["seconds"] >= 0 for line in progress)
    now = datetime.datetime.now(datetime.timezone.utc)
    at = datetime.datetime.fromisoformat(lines[0]["timestamp"].replace("Z", "+00:00"))
    assert abs((now - at).total_seconds()) < 120
    any_project.migration("0002", "bad", "CREATE TABLE b (id integer);\nINSERT INTO b VALUES (1);", "DROP TABLE b;")
    assert any_project.run("migrate", "--quiet", env={"DBWARDEN_LOG_JSON": "yes"}).err == ""


def test_warnings_and_seeds(lite):
    """Files with warnings, a seed that prints, one that raises."""
    filled(lite)
    lite.migration("0002", "empty", "", "")
    status, lines, _ = logged(lite, "migrate")
    assert status == 0 and [line["file"] for line in lines if line["level"] == "WARNING"]
    for version, text in (("0001", "import sys\n\ndef seed(connection, session):\n    print('out\\x1b[1m')\n    print('err', file=sys.stderr)\n"),
                          ("0002", "def seed(connection, session):\n    raise ValueError('not\\ttoday\\n')\n")):
        lite.write(f"seeds/V{version}__x.py", text)
    status, lines, _ = logged(lite, "seed", "apply", "-v")
    assert status == 1 and "today" in lines[-1]["message"]


def test_not_utf8(lite):
    """A file's name may be anything; a line of the log may not."""
    filled(lite)
    path = os.fsencode(lite.migrations) + b"/primary__0002_\xff\xc3.sql"
    with open(path, "wb") as file:
        file.write(b"-- upgrade\n\nSELECT nonsense;\n\n-- rollback\n\nSELECT 1;\n")
    process = lite.start("migrate", "-v", "--json", env={"DBWARDEN_LOG_JSON": "1"})
    out, err = process.stdout.buffer.read(), process.stderr.buffer.read()
    process.wait(60)
    assert "\ufffd" in lines_of(err)[-1]["file"] and "\ufffd" in json.loads(out.decode("utf-8"))["error"]["file"]


def test_no_command_and_no_room(lite):
    status, lines, out = logged(lite)
    assert status == 2 and out == "" and lines[0]["code"] == "usage"
    with open("/dev/full", "w") as full:
        shown = subprocess.run([PROGRAM, "version"], stdout=full, stderr=subprocess.PIPE, check=False,
                               env=lite.environment({"DBWARDEN_LOG_JSON": "1"}))
    assert shown.returncode == 1 and "cannot be written" in lines_of(shown.stderr)[-1]["message"]


def test_stopped_on_a_terminal(lite):
    """Nothing is drawn and nothing asked, although a terminal is there."""
    lite.migration("0001", "slow", f"CREATE TABLE slow (id integer);\n{slow('sqlite', 60)}", "DROP TABLE slow;")
    process = lite.start("migrate", env={"DBWARDEN_LOG_JSON": "1"})
    first = wait_line(process, "Starting migration")
    process.send_signal(signal.SIGINT)
    ended(process, 20)
    pid, terminal = fork_on_terminal()
    if pid == 0:
        os.chdir(lite.folder)
        os.execve(PROGRAM, [PROGRAM, "-v", "migrate"], lite.environment({"DBWARDEN_LOG_JSON": "1"}))
    shown, sent = b"", False
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        shown += chunk
        if b"Starting migration" in shown and not sent:
            os.kill(pid, signal.SIGINT)
            sent = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    lines = lines_of(shown.replace(b"\r\n", b"\n"))
    assert os.waitstatus_to_exitcode(status) == 130 and lines[-1]["code"] == "cancelled", first
