"""What 0.8.2 left is picked up as it is: its rows, its lock, its snapshots; nobody has to do anything first."""

import sys

import pytest
import sqlalchemy as sa
from support import legacy, oracle
from support.engines import created
from support.project import ROOT, Project

GOLDEN = ROOT / "tests" / "golden" / "schema"
LOCKS = {"sqlite": "1", "postgresql": "TRUE", "mariadb": "TRUE", "mysql": "TRUE"}


def left_behind(project, held=True):
    """Two migrations that 0.8.2 has applied, its lock taken and never given back, and no table of ours."""
    database = project.database
    paths = [project.table("0001", "one", "\nINSERT INTO one\n-- a comment line\nVALUES (1);"),
             project.migration("0002", "two", "CREATE TABLE two (id integer)\n\nCREATE TABLE more (id integer)", "DROP TABLE more\n\nDROP TABLE two")]
    for path in paths:
        for statement in legacy.statements(path.read_text()):
            for piece in filter(str.strip, statement.split(";")):
                database.run(piece)
        legacy.record(database.alchemy, path)
    if held:
        database.run(f"INSERT INTO dbwarden_lock (id, locked, acquired_at) VALUES (1, {LOCKS[project.engine]}, CURRENT_TIMESTAMP)")
    return project


def everything(project):
    rows = {name: project.database.query(f"SELECT * FROM {name} ORDER BY 1") for name in project.database.tables()}
    state = project.database.query("SELECT version, description, filename, migration_type, checksum FROM _dbwarden_migrations ORDER BY 1")
    return rows, state, project.database.query("SELECT id, locked FROM dbwarden_lock")


def test_looking(any_project):
    before = everything(left_behind(any_project))
    assert any_project.statuses() == {"0001": "applied", "0002": "applied"}
    assert "0002 two" in any_project.ok("history").out
    assert "up to date" in any_project.ok("migrate").out
    shown = any_project.ok("lock-status")
    assert "INACTIVE" in shown.out and "dbwarden_lock" in shown.out, "it is told of, and means nothing"
    assert everything(any_project) == before, "nothing of 0.8.2's is changed"


def test_recorded_twice(lite):
    """Under two names of a file, which only PostgreSQL's table forbids: it is said, and a way back does not undo it a second time."""
    left_behind(lite)
    lite.database.run("INSERT INTO _dbwarden_migrations (version, description, filename, migration_type, checksum) SELECT version, description,"
                             " 'primary__0002_2.sql', migration_type, checksum FROM _dbwarden_migrations WHERE version = '0002'")
    for command in (("migrate",), ("status",), ("rollback", "--count", "2")):
        shown = lite.ok(*command)
        assert "warning: recorded as applied more than once: 0002 (primary__0002_" in shown.err, shown
    assert lite.database.tables() == [] and lite.database.versions() == []
    assert "more than once" not in lite.ok("migrate").err


def test_migrate_and_back(any_project):
    left_behind(any_project)
    any_project.table("0003", "three")
    assert "1 migration applied" in any_project.ok("migrate").out
    assert any_project.database.tables() == ["more", "one", "three", "two"]
    assert any_project.database.versions() == ["0001", "0002", "0003"]
    any_project.ok("rollback")
    any_project.ok("rollback")
    assert any_project.database.tables() == ["one"], "0.8.2's own migrations go back too"
    any_project.ok("migrate")
    assert any_project.database.tables() == ["more", "one", "three", "two"]
    any_project.ok("downgrade", "--to", "base")
    assert any_project.database.tables() == []


def test_row_as_0_8_2_writes_it(any_project):
    """The old tool can be used again: it finds the rows that it would have written."""
    left_behind(any_project)
    path = any_project.table("0003", "three")
    any_project.ok("migrate")
    row = any_project.database.query("SELECT version, description, filename, migration_type, checksum FROM _dbwarden_migrations WHERE version = '0003'")
    assert row == [("0003", "0003 three", path.name, "versioned", legacy.checksum(path.read_text()))]


def test_edited(any_project):
    """By 0.8.2's own checksum, as there is no other."""
    left_behind(any_project)
    text = (any_project.migrations / "primary__0001_one.sql").read_text()
    any_project.write("migrations/primary/primary__0001_one.sql", text.replace("-- a comment line", "-- another one"))
    assert any_project.statuses()["0001"] == "applied"
    any_project.write("migrations/primary/primary__0001_one.sql", text.replace("VALUES (1)", "VALUES (2)"))
    assert any_project.statuses()["0001"] == "edited"
    assert any_project.run("migrate").status == 1


def test_unlock_clears_its_lock(any_project):
    left_behind(any_project)
    any_project.ok("unlock")
    assert not any_project.database.value("SELECT locked FROM dbwarden_lock")


def test_never_made(any_project):
    """Without 0.8.2's lock table there is none afterwards either."""
    any_project.table("0001", "one")
    any_project.ok("migrate")
    assert not any_project.database.has("dbwarden_lock")


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_table_without_a_row(any_project):
    """0.8.2 lost the row of every migration with DDL there: the refusal says what is there, and a baseline takes it over."""
    left_behind(any_project)
    any_project.table("0003", "three")
    any_project.database.run("CREATE TABLE three (id integer PRIMARY KEY)")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "three" in shown.err and "exists" in shown.err and "0003_three.sql:3:" in shown.err
    any_project.ok("migrate", "--baseline", "--to-version", "3")
    assert any_project.database.versions() == ["0001", "0002", "0003"]
    assert any_project.database.unfinished() == []
    assert any_project.statuses()["0003"] == "applied"


CHANGES = {"sqlite": "sqlite-diff-add-column-notnull-default", "postgresql": "postgresql-diff-add-column-nullable"}


@pytest.mark.parametrize("engine", CHANGES)
def test_make_migrations(engine, tmp_path, servers):
    """From 0.8.2's snapshot and its configuration in Python; a second look finds nothing."""
    case = GOLDEN / CHANGES[engine]
    database, drop = created(engine, servers, tmp_path / "project")
    project = Project(tmp_path / "project", database.url, sys.executable, model_paths=["models"])
    project.database = database
    folder = project.write("models/models.py", (case / "before.py").read_text()).parent
    ddl = oracle.ddl_of(database.alchemy, folder)
    path = project.migration("0001", "base", "\n\n".join(ddl))
    for statement in ddl:
        database.run(statement)
    legacy.record(database.alchemy, path)
    snapshot = project.write("dbwarden/schemas/primary__0001_base.schema.json", (case / "base.schema.json").read_text())
    kept = snapshot.read_text()
    before = set(sa.inspect(database.alchemy).get_table_names())
    assert project.run("make-migrations").out.count("No new migrations to generate") == 1
    (folder / "models.py").write_text((case / "after.py").read_text())
    project.ok("make-migrations")
    made = [name for name in project.files() if "__0002_" in name]
    assert len(made) == 1 and "ADD COLUMN" in (project.migrations / made[0]).read_text()
    assert snapshot.read_text() == kept, "its snapshot stays as it is"
    project.ok("migrate")
    assert "No new migrations to generate" in project.ok("make-migrations").out
    project.ok("rollback")
    assert set(sa.inspect(database.alchemy).get_table_names()) >= before
    drop()


def test_configuration_in_python(tmp_path, servers):
    """dbwarden.py of 0.8.2 as it is, with custom names of the tables."""
    database, drop = created("sqlite", servers, tmp_path / "project")
    project = Project(tmp_path / "project", database.url, sys.executable, migration_table="my_migrations", seed_table="my_seeds")
    path = project.migration("0001", "one", "CREATE TABLE one (id integer)", "DROP TABLE one")
    database.run("CREATE TABLE one (id integer)")
    legacy.record(database.alchemy, path, "my_migrations")
    project.migration("0002", "two", "CREATE TABLE two (id integer)", "DROP TABLE two")
    project.ok("migrate")
    assert database.query("SELECT version FROM my_migrations ORDER BY 1") == [("0001",), ("0002",)]
    assert not database.has("_dbwarden_migrations")
    drop()


NAMELESS = """CREATE TABLE owner (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE t (id INTEGER NOT NULL, a VARCHAR(9), n INTEGER, PRIMARY KEY (id), UNIQUE (a), CHECK (n > 0),
                FOREIGN KEY (n) REFERENCES owner (id));
INSERT INTO owner VALUES (1);
INSERT INTO t VALUES (1, 'one', 1)"""
NAMED = """
from sqlalchemy import *
metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
                                       "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})
Table("owner", metadata, Column("id", Integer, primary_key=True))
Table("t", metadata, Column("id", Integer, primary_key=True), Column("a", String(9), unique=True),
      Column("n", Integer, ForeignKey("owner.id")), CheckConstraint("n > 0", name="positive"))
"""


def test_what_only_models_name_is_made_anew_with_its_table_and_not_before(tmp_path):
    database = created("sqlite", None, tmp_path / "p")[0]
    project = Project(tmp_path / "p", database.url, sys.executable, model_paths=["models.py"])
    for statement in NAMELESS.split(";"):
        database.run(statement)
    project.write("models.py", NAMED)
    for _ in range(2):
        assert "Models and database agree" in project.ok("diff", "models").out
        project.ok("make-migrations", "--baseline") if not project.files() else project.ok("make-migrations")
    assert len(project.files()) == 1
    project.write("models.py", NAMED.replace("String(9)", "Text"))
    project.ok("make-migrations", "text")
    project.ok("migrate")
    table = "SELECT sql FROM sqlite_schema WHERE name = 't'"
    assert all(name in database.value(table) for name in ("pk_t", "uq_t_a", "ck_t_positive", "fk_t_n"))
    assert "Models and database agree" in project.ok("diff", "models").out
    project.ok("rollback")
    assert "CONSTRAINT" not in database.value(table) and database.query("SELECT * FROM t") == [(1, "one", 1)]
    project.ok("migrate")
    project.write("models.py", NAMED.replace("String(9), unique=True", "Text"))
    project.ok("make-migrations", "no_unique")
    project.ok("migrate")
    assert "UNIQUE" not in database.value(table) and database.query("SELECT * FROM t") == [(1, "one", 1)]
    assert "Models and database agree" in project.ok("diff", "models").out
