"""migrate --dry-run: what will be run, to the letter, and nothing touched; --verbose: what was run, and how long it took."""

import re
import sys

import pytest
from support.project import Project
from support.shapes import NONE


def files(project):
    return {path: path.stat().st_mtime_ns for path in project.folder.rglob("*") if path.is_file()}


def test_nothing_is_touched(any_project):
    project = any_project
    project.table("0001", "a", "INSERT INTO a VALUES (1);")
    before = files(project)
    outcome = project.ok("migrate", "--dry-run")
    assert "    CREATE TABLE a (id integer PRIMARY KEY);\n" in outcome.out and "    INSERT INTO a VALUES (1);\n" in outcome.out
    assert files(project) == before, "no database, no lock, no snapshot"
    assert project.database.tables() == [] and not project.database.has("_dbwarden_migrations")
    project.ok("migrate")
    project.table("0002", "b")
    reply = project.ok("migrate", "--dry-run", "--json").json
    assert [row["version"] for row in reply["pending"]] == ["0002"] and project.database.tables() == ["a"]
    transactional = project.engine in ("sqlite", "postgresql")
    assert reply["pending"][0]["outside"] == ([] if transactional else [1])


@pytest.mark.parametrize("any_project, head", [("mariadb", ""), ("postgresql", NONE), ("sqlite", NONE)], indirect=["any_project"])
def test_what_an_interrupted_run_has_done_is_not_run_again(any_project, head):
    project = any_project
    project.migration("0001", "a", "CREATE TABLE a (id int);\nCREATE TABLE nowhere.b (id int);", "", head=head)
    assert project.run("migrate").status == 1
    project.migration("0001", "a", "CREATE TABLE a (id int);\nCREATE TABLE b (id int);", "", head=head)
    shown = project.ok("migrate", "--dry-run").out
    assert "goes on after statement 1 of 2" in shown and "CREATE TABLE b" in shown and "CREATE TABLE a" not in shown, shown
    assert project.ok("migrate", "--dry-run", "--json").json["pending"][0]["done"] == 1
    project.ok("migrate")
    assert project.database.tables() == ["a", "b"]


def test_whole_statements_and_what_is_outside(pg_project):
    project = pg_project
    project.migration("0001", "a", "CREATE TABLE a (\n  id int\n);\nCREATE INDEX CONCURRENTLY i ON a (id);\nSELECT 1;", "")
    outcome = project.ok("migrate", "--dry-run")
    assert ("    CREATE TABLE a (\n      id int\n    );\n    -- outside of a transaction:\n"
            "    CREATE INDEX CONCURRENTLY i ON a (id);\n    SELECT 1;\n") in outcome.out, outcome
    assert project.ok("migrate", "--dry-run", "--json").json["pending"][0]["outside"] == [2]


def test_verbose(any_project):
    project = any_project
    project.table("0001", "a", "INSERT INTO a\nVALUES (1);")
    told = project.ok("migrate", "--verbose").err
    assert re.search(r"statement 1 of 2 \(\d+\.\d{3}s\): CREATE TABLE a \(id integer PRIMARY KEY\)", told), told
    assert re.search(r"statement 2 of 2 \(\d+\.\d{3}s\): INSERT INTO a\nVALUES \(1\)", told), told
    assert "statement 1 of 1" in project.ok("rollback", "--verbose").err


def hazards(reply):
    return [(row["statement"], row["code"], row["text"]) for row in reply["pending"][0]["hazards"]]


def test_hazards_of_a_file_by_hand(any_project):
    """What its words say; a table that the file itself made holds nothing of anybody's."""
    project = any_project
    project.table("0001", "a")
    project.table("0002", "b")
    project.ok("migrate")
    project.migration("0003", "c", "CREATE TABLE own (id int); DROP TABLE own; UPDATE b SET id = 2; DELETE FROM b; DELETE FROM b WHERE id = 1;"
                      "CREATE TABLE a_new (id int); DROP TABLE a; ALTER TABLE a_new RENAME TO a; DROP TABLE b;", "")
    outcome = project.ok("migrate", "--dry-run")
    assert "    Hazard: statement 4: every row of table b is deleted\n" in outcome.out
    assert hazards(project.ok("migrate", "--dry-run", "--json").json) == [
        (3, "changes-data", "every row of table b is changed"),
        (4, "drops-data", "every row of table b is deleted"),
        (7, "drops-data", "a_new takes the place of a: what was not copied into it is lost"),
        (9, "drops-data", "the rows of table b are lost")]


@pytest.mark.parametrize("edited", [False, True])
def test_hazards_of_a_planned_file(tmp_path, edited):
    """The plan knows better than the words of a rebuild; but not of a file that was edited since."""
    project = Project(tmp_path / "project", "sqlite:///./app.db", sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY, b text, c text CHECK (b <> ''));")
    project.ok("make-migrations")
    project.ok("migrate")
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY, b text NOT NULL);")
    project.ok("make-migrations")
    path = sorted(project.migrations.glob("*.sql"))[-1]
    if edited:
        path.write_text(path.read_text().replace("-- rollback", "DROP TABLE a;\n\n-- rollback", 1))
    told = [row["text"] for row in project.ok("migrate", "--dry-run", "--json").json["pending"][0]["hazards"]]
    planned = ["table a / column b becomes NOT NULL: rows that hold NULL stop it, so fill them first",
               "the values of table a / column c are lost"]
    assert (sorted(told) == planned) != edited, told
    assert ("the rows of table a are lost" in told) == edited
