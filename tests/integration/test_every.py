"""Commands that plan or look, for every database of the configuration: --all of make-migrations and lock-status."""

import signal
import sqlite3
import sys

import pytest
from support.project import Project
from test_fleet import FILES_OF, fleet, lite_files

BEFORE = "CREATE TABLE {0} (id INTEGER PRIMARY KEY, name TEXT);\n"
AFTER = "CREATE TABLE {0} (id INTEGER PRIMARY KEY, title TEXT);\n"


@pytest.fixture
def shops(tmp_path):
    """Two databases, each with a schema of its own that is applied."""
    project = Project(tmp_path / "project", "sqlite:///./app.db", sys.executable)
    (project.folder / "dbwarden.py").unlink()
    entry = ("  {0}:\n    database_type: sqlite\n    database_url_sync: sqlite:///{0}.db\n    schema_files: [{0}.sql]\n"
             "    default: {1}\n")
    project.write("dbwarden.yaml", "databases:\n" + entry.format("books", "true") + entry.format("films", "false"))
    for name in ("books", "films"):
        project.write(f"{name}.sql", BEFORE.format(name))
        (project.folder / "migrations" / name).mkdir(parents=True, exist_ok=True)
    return project


def files(project, name):
    return sorted(path.name for path in (project.folder / "migrations" / name).glob("*.sql"))


def columns(project, name):
    with sqlite3.connect(project.folder / f"{name}.db") as connection:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]


def test_plan_for_all(shops):
    parts = shops.ok("make-migrations", "first", "--all", "--json").json["databases"]
    assert [part["database"] for part in parts] == ["books", "films"]
    assert files(shops, "books") == ["books__0001_first.sql"] and files(shops, "films") == ["films__0001_first.sql"]
    shops.ok("migrate", "--all")
    shown = shops.ok("make-migrations", "--all", "--jobs", "2").out
    assert shown.count("already covered") == 2 and "=== books ===" in shown and "=== films ===" in shown


def test_questions_of_all(shops):
    """Each database's question is asked, one at a time, and answered for itself."""
    shops.ok("make-migrations", "first", "--all")
    shops.ok("migrate", "--all")
    for name in ("books", "films"):
        shops.write(f"{name}.sql", AFTER.format(name))
    outcome = shops.answer(["make-migrations", "second", "--all", "--jobs", "2"], ["y", "y"])
    assert outcome.status == 0, outcome
    shops.ok("migrate", "--all")
    for name in ("books", "films"):
        assert columns(shops, name) == ["id", "title"]
        text = (shops.folder / "migrations" / name / f"{name}__0002_second.sql").read_text()
        assert "RENAME COLUMN" in text, text


def test_one_cannot_be_planned(shops):
    """The others are planned all the same, and the exit status says that one was not."""
    shops.write("books.sql", "CREATE TABLE books (id INTEGER")
    outcome = shops.run("make-migrations", "--all")
    assert outcome.status == 1 and "1 of 2 databases failed: books" in outcome.err, outcome
    assert files(shops, "books") == [] and len(files(shops, "films")) == 1


@pytest.mark.parametrize("args, said", [
    (("make-migrations", "--all", "--plan"), "--plan and --explain print one document"),
    (("make-migrations", "--all", "--explain", "up"), "--plan and --explain print one document"),
    (("make-migrations", "--all", "-d", "books"), "--all and --database books cannot be given together"),
    (("migrate", "--all", "-d", "books"), "--all and --database books cannot be given together"),
])
def test_what_does_not_go_together(shops, args, said):
    outcome = shops.run(*args)
    assert outcome.status == 2 and said in outcome.err, outcome
    assert files(shops, "books") == files(shops, "films") == []


def test_plan_of_an_entry_with_targets(shops):
    """They are alike: one plan, made from the first."""
    lite_files(shops, 3)
    shops.write("tenants.sql", BEFORE.format("t"))
    shops.write("dbwarden.yaml", "databases:\n  tenants:\n    default: true\n    database_type: sqlite\n"
                                 f"    schema_files: [tenants.sql]\n    targets: {FILES_OF}\n")
    (shops.folder / "migrations" / "tenants").mkdir()
    shops.ok("make-migrations", "first", "--all")
    assert files(shops, "tenants") == ["tenants__0001_first.sql"]
    assert "3 targets: 3 up to date." in shops.ok("migrate", "--jobs", "2").out
    assert shops.ok("make-migrations", "--json").json.get("path") is None
    assert files(shops, "tenants") == ["tenants__0001_first.sql"]


def test_locks_of_all(lite):
    """Who holds which; of many targets those that are locked are named."""
    paths = lite_files(lite, 3)
    fleet(lite, FILES_OF, files=1)
    shown = lite.ok("lock-status", "--all", "--jobs", "3").out
    assert "3 targets: 3 free." in shown and "Version" not in shown, shown
    long = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT count(*) FROM c"
    lite.write("migrations/tenants/tenants__0002_long.sql", f"-- upgrade\n\n{long};\n\n-- rollback\n\nSELECT 1;\n")
    holder = lite.start("migrate", "-d", f"tenants:data/{paths[1].name}")
    try:
        while not lite.ok("lock-status", "-d", f"tenants:data/{paths[1].name}", "--json").json["held"]:
            assert holder.poll() is None
        shown = lite.ok("lock-status", "--jobs", "3").out
        assert f"Locked: data/{paths[1].name}\n" in shown and "3 targets: 2 free, 1 locked." in shown, shown
        held = lite.ok("lock-status", "--jobs", "3", "--json").json["targets"]
        assert [row["held"] for row in held] == [False, True, False]
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
