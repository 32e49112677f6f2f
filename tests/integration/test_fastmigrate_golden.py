"""The drop-in package `fastmigrate`, held against what the original said and left in recorded scenarios.

Where the original ended in a traceback, only the exit status and what is left are compared; where it lost something, the step stands in
DIFFERENT with the reason and with what comes out instead.
"""

import base64
import json
import os
import re
import sqlite3
import subprocess

import pytest
from support.engines import wait_until
from support.project import PROGRAM, ROOT

CASES = ROOT / "tests" / "golden" / "fastmigrate"
STATUS_ONLY = {("04", 2), ("10", 1), ("13", 5), ("17", 1), ("20", 2), ("20", 3), ("20", 4), ("20", 5), ("24", 2), ("24", 3), ("24", 4),
               ("25", 3), ("27", 1)}
# scenario, step: exit status and a part of what is said
DIFFERENT = {
    ("04", 1): (1, "x.ini has no section [paths]"),  # was a traceback
    ("07", 1): (1, "it leaves a transaction open"),  # the work was lost, and the version went up
    ("16", 1): (1, "0001-initialize.sql is there already, and is left as it is"),  # it was overwritten
    ("16", 3): (0, ""),
    ("17", 2): (1, "file is not a database"),
    ("17", 3): (0, ""),  # no folder is made for what cannot be enrolled
    ("21", 1): (0, "usage: fastmigrate_backup_db [-h] [--db DB]"),
    ("21", 2): (0, "usage: fastmigrate_check_version [-h] [--db DB]"),
    ("21", 3): (0, "usage: fastmigrate_create_db [-h] [--db DB]"),
    ("28", 1): (0, "None"),  # a table that others refer to could not be made anew
}
FINAL_DIFFERENT = {
    "07": lambda final: final["dbs"]["app.db"]["rows"]["_meta"] == [[1, 0]],
    "16": lambda final: final["texts"]["migrations/0001-initialize.sql"] == "-- precious hand-written file\n",
    "27": lambda final: final["dbs"]["u.db"]["rows"]["_meta"] == [[1, 1]],  # the original left files of its WAL
    "28": lambda final: final["dbs"]["app.db"]["rows"] == {"t": [[1, "one", 9]], "ch": [[1]]}
    and ["index", "it", "t"] in [row[:3] for row in final["dbs"]["app.db"]["schema"]],
}


@pytest.fixture(scope="module")
def home(package, tmp_path_factory):
    """Environment with the five scripts of the wheel that `pip` makes of python/fastmigrate."""
    target = tmp_path_factory.mktemp("fastmigrate")
    package.run(package.bin / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", target,
                copied(tmp_path_factory))
    for script in (target / "bin").iterdir():  # pip gives them the interpreter that it runs in
        script.write_text(re.sub(r"^#!.*", f"#!{package.bin}/python", script.read_text(), count=1))
    return {**package.environment(), "PATH": f"{target}/bin:{package.bin}:/usr/bin:/bin", "PYTHONPATH": str(target), "COLUMNS": "200"}


def copied(tmp_path_factory):
    """Its sources elsewhere: setuptools builds beside them."""
    folder = tmp_path_factory.mktemp("sources") / "fastmigrate"
    subprocess.run(["cp", "-r", ROOT / "python" / "fastmigrate", folder], check=True)
    return folder


def shown(text, folder, python):
    """Without what differs from run to run; of a traceback its last line."""
    text = re.sub(r"\b\d{8}_\d{6}\b", "@TS@", text.replace(str(folder), "@WORK@").replace(str(python), "@PYTHON@"))
    return re.sub(r"Traceback \(most recent call last\):\n(?:[ \n].*\n)*?(?=\S)", "@TRACEBACK@ ", text)


def laid_out(case, folder):
    for name, text in case["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_bytes(base64.b64decode(text["base64"]) if isinstance(text, dict) else text.encode())
    for name, sql in case["databases"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        with sqlite3.connect(path) as connection:
            connection.executescript(sql)


def dumped(path):
    if not path.exists():
        return None
    try:
        with sqlite3.connect(path) as connection:
            schema = [list(row) for row in connection.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")]
            tables = sorted(row[1] for row in schema if row[0] == "table")
            rows = {table: [list(row) for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')] for table in tables}
            return {"schema": schema, "rows": rows}
    except sqlite3.Error as error:
        return {"error": str(error)}


def left(case, folder):
    files = [re.sub(r"\d{8}_\d{6}", "@TS@", path.relative_to(folder).as_posix())
             for path in folder.rglob("*") if path.is_file() and "__pycache__" not in str(path)]
    return {"files": sorted(files), "dbs": {name: dumped(folder / name) for name in case["final"]["dbs"]},
            "texts": {name: (folder / name).read_text() if (folder / name).exists() else None for name in case["final"]["texts"]}}


def check_step(number, step, done, said):
    name = (number, step["at"])
    if name in DIFFERENT:
        status, part = DIFFERENT[name]
        assert done.returncode == status and part in said[0] + said[1], (name, done)
        return
    assert done.returncode == step["rc"], (name, done)
    if name not in STATUS_ONLY:
        assert said == (step["out"], step["err"]), name


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_recorded(path, home, package, tmp_path):
    case, number, python = json.loads(path.read_text()), path.stem[:2], package.bin / "python"
    laid_out(case, tmp_path)
    for at, step in enumerate(case["steps"], 1):
        argv = [word.replace("@WORK@", str(tmp_path)).replace("@PY@", str(python)) for word in step["argv"]]
        done = subprocess.run(argv, cwd=tmp_path / step.get("cwd", "."), env={**home, **step.get("env", {})}, capture_output=True,
                              timeout=120, check=False)
        said = tuple(shown(text.decode("utf-8", "replace"), tmp_path, python) for text in (done.stdout, done.stderr))
        check_step(number, {**step, "at": at}, done, said)
    final = left(case, tmp_path)
    if number in FINAL_DIFFERENT:
        assert FINAL_DIFFERENT[number](final), final
    else:
        assert final == case["final"]


# ---- what the original lost or doubled


@pytest.fixture
def managed(home, tmp_path):
    (tmp_path / "migrations").mkdir()
    subprocess.run(["fastmigrate_create_db", "--db", "app.db"], cwd=tmp_path, env=home, check=True, capture_output=True)
    return tmp_path


def run(folder, home, **options):
    return subprocess.Popen(["fastmigrate_run_migrations", "--db", "app.db"], cwd=folder, env=home, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **options)


def query(folder, sql):
    with sqlite3.connect(folder / "app.db") as connection:
        return connection.execute(sql).fetchall()


SLOW = ("import sqlite3, sys, time\nc = sqlite3.connect(sys.argv[1])\nc.execute('CREATE TABLE IF NOT EXISTS t (x)')\n"
        "c.execute('INSERT INTO t VALUES (1)')\nc.commit()\nopen('begun', 'a').write('x')\n")


def test_two_runners_run_it_once(managed, home):
    (managed / "migrations" / "0001-slow.py").write_text(SLOW + "time.sleep(0.5)\n")
    runners = [run(managed, home) for _ in range(4)]
    assert [runner.wait(60) for runner in runners] == [0, 0, 0, 0]
    for runner in runners:
        runner.communicate()
    assert query(managed, "SELECT count(*) FROM t") == [(1,)]


def test_a_file_that_did_not_end_is_noticed(managed, home):
    (managed / "migrations" / "0001-slow.py").write_text(SLOW + "time.sleep(60)\n")
    runner = run(managed, home, start_new_session=True)
    wait_until(lambda: (managed / "begun").exists())
    os.killpg(runner.pid, 9)
    runner.communicate()
    again = run(managed, home)
    _, said = again.communicate(timeout=60)
    assert again.returncode == 1 and "0001-slow.py began and did not end, so nobody can tell how far it came" in said
    assert query(managed, "SELECT version FROM _meta") == [(0,)] and (managed / "begun").read_text() == "x"
    with sqlite3.connect(managed / "app.db") as connection:
        connection.executescript("UPDATE _meta SET version = 1; DROP TABLE _fastmigrate_running;")
    assert run(managed, home).wait(60) == 0


def test_the_programs_exclude_each_other(managed, home):
    """The lock of the drop-in is dbwarden's own."""
    (managed / "migrations" / "0001-slow.py").write_text(SLOW + "time.sleep(2)\n")
    runner = run(managed, home)
    wait_until(lambda: (managed / "begun").exists())
    done = subprocess.run([PROGRAM, "--url", "sqlite:///app.db", "migrate", "--wait-for-runner", "0"], cwd=managed, env=home,
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "the migration lock of app.db is held" in done.stderr, done
    runner.communicate()


RECREATE = """
import sqlite3
from fastmigrate import recreate_table
c = sqlite3.connect("app.db")
c.executescript('CREATE TABLE "my table" (id INTEGER PRIMARY KEY, a TEXT, gone INT); CREATE INDEX ia ON "my table" (a);'
                'CREATE TRIGGER tr AFTER INSERT ON "my table" BEGIN SELECT 1; END;'
                'CREATE TABLE other (t INTEGER REFERENCES "my table" (id)); INSERT INTO "my table" VALUES (1, \\'x\\', 2);'
                'INSERT INTO other VALUES (1);')
c.close()
recreate_table("app.db", "my table", "id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT DEFAULT 7")
try:
    recreate_table("app.db", "my table", "id INTEGER PRIMARY KEY, a TEXT CHECK (a <> 'x'), b INT")
except sqlite3.IntegrityError as error:
    print(error)
recreate_table("app.db", "my table", "id INTEGER PRIMARY KEY, a TEXT, b INT")
"""


def test_a_table_keeps_what_hangs_on_it(managed, home, package):
    done = subprocess.run([package.bin / "python", "-c", RECREATE], cwd=managed, env=home, capture_output=True, text=True, check=True)
    assert done.stdout == "CHECK constraint failed: a <> 'x'\n"
    assert query(managed, 'SELECT * FROM "my table"') == [(1, "x", 7)]
    assert query(managed, "SELECT name FROM sqlite_master WHERE tbl_name = 'my table' ORDER BY name") == [("ia",), ("my table",), ("tr",)]
    assert query(managed, "PRAGMA foreign_key_check") == [] and query(managed, "SELECT * FROM other") == [(1,)]
