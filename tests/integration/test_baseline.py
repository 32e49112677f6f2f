"""Taking over a database that was filled before there were migrations."""

import json
import sys

import pytest
import sqlalchemy as sa
from support.project import Project

MODELS = """
CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(100) NOT NULL, extra INTEGER);
CREATE INDEX ix_mail ON users (mail);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));
CREATE TABLE later (id INTEGER PRIMARY KEY);
"""
THERE = """
CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(50), byhand INTEGER);
CREATE INDEX ix_mail ON users (mail);
CREATE INDEX ix_hand ON users (byhand);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));
CREATE TABLE alien (x INTEGER);
"""


def run(url, folder, sql):
    url = url.replace("sqlite:///./", f"sqlite:///{folder}/").replace("postgresql://", "postgresql+psycopg2://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in filter(str.strip, sql.split(";")):
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def begun(request, tmp_path):
    """A project with a schema file over an empty database, and how to run SQL in that."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else "sqlite:///./app.db"
    project = Project(tmp_path / "project", url, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", MODELS)
    project.sql = lambda text: run(url, project.folder, text)
    return project


def test_what_is_there_and_described_becomes_the_first_migration(begun):
    begun.sql(THERE)
    assert "--baseline" in begun.ok("make-migrations", "--plan").err
    begun.ok("make-migrations", "--baseline")
    assert begun.files() == ["primary__0001_baseline.sql"]
    text = (begun.migrations / begun.files()[0]).read_text()
    assert "CREATE INDEX ix_mail" in text and "REFERENCES users" in text
    assert not any(word in text for word in ("byhand", "ix_hand", "alien", "later", "extra"))
    assert json.loads(begun.ok("status", "--json").out)["applied"] == 1
    assert "as primary__0001_baseline left it" in begun.ok("diff", "migrations", "--exit-code").out
    refused = begun.run("rollback")
    assert refused.status == 1 and "was there before dbwarden" in refused.err
    begun.sql("INSERT INTO users (id, mail) VALUES (1, 'there')")
    changes = json.loads(begun.ok("diff", "models", "--json").out)["models"]
    assert {change["object"] for change in changes} >= {
        "table later", "table users / column extra", "table users / column mail"}


def test_a_type_that_a_column_needs_comes_with_it(tmp_path, postgres):
    project = Project(tmp_path / "project", postgres, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, m text)")
    run(postgres, project.folder, "CREATE TYPE mood AS ENUM ('sad', 'ok');"
        "CREATE TYPE unused AS ENUM ('x'); CREATE TABLE t (id int PRIMARY KEY, m mood)")
    project.ok("make-migrations", "--baseline")
    text = (project.migrations / project.files()[0]).read_text()
    assert text.index("CREATE TYPE mood") < text.index("CREATE TABLE t") and "unused" not in text


def test_the_first_migration_makes_the_same_again(begun, tmp_path):
    begun.sql(THERE.replace("VARCHAR(50)", "VARCHAR(100) NOT NULL").replace("byhand", "extra"))
    begun.sql("CREATE TABLE later (id INTEGER PRIMARY KEY)")
    begun.ok("make-migrations", "--baseline")
    begun.ok("diff", "models", "--exit-code")
    begun.sql("DROP TABLE posts; DROP TABLE users; DROP TABLE later; DROP TABLE _dbwarden_migrations;"
              "DROP TABLE _dbwarden_journal")
    begun.ok("migrate")
    begun.ok("diff", "models", "--exit-code")


def test_it_says_so_when_no_migration_describes_what_is_there(begun):
    begun.sql(MODELS)
    outcome = begun.ok("make-migrations")
    assert "no migration describes it yet" in outcome.out and "make-migrations --baseline" in outcome.out
    assert json.loads(begun.ok("make-migrations", "--json").out)["needs_baseline"] is True
    begun.ok("make-migrations", "--baseline")
    assert "already covered" in begun.ok("make-migrations").out


def test_it_is_refused_where_there_is_no_sense_in_it(begun):
    outcome = begun.run("make-migrations", "--baseline")
    assert outcome.status == 1 and "has nothing of what the models describe" in outcome.err
    begun.sql(MODELS)
    begun.ok("make-migrations", "--baseline")
    outcome = begun.run("make-migrations", "--baseline")
    assert outcome.status == 1 and "migrate --baseline --to-version 0001" in outcome.err


def test_already_exists_points_to_it(begun):
    begun.sql("CREATE TABLE users (id INTEGER)")
    begun.migration("0001", "users", "CREATE TABLE users (id INTEGER)")
    outcome = begun.run("migrate")
    assert outcome.status == 1 and "migrate --baseline --to-version 0001" in outcome.err
    assert "make-migrations --baseline" in outcome.err
