"""migrate --dry-run: what will be run, to the letter, and nothing touched; --verbose: what was run, and how long it took."""

import re


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
