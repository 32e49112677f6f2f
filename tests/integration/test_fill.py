"""Columns that come to be NOT NULL over rows: a value for them, by flag or on a terminal."""

import sys

import pytest
import sqlalchemy as sa
from support.project import Project

BEFORE = "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20));"
AFTER = "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, state VARCHAR(10) NOT NULL, n INTEGER);"


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request, tmp_path):
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else "sqlite:///./app.db"
    project = Project(tmp_path / "project", url, sys.executable, schema_files=["schema.sql"])
    real = url.replace("sqlite:///./", f"sqlite:///{project.folder}/").replace("postgresql://", "postgresql+psycopg2://")

    def query(text):
        engine = sa.create_engine(real)
        with engine.begin() as connection:
            result = connection.exec_driver_sql(text)
            rows = [tuple(row) for row in result] if result.returns_rows else None
        engine.dispose()
        return rows

    project.query = query
    project.write("schema.sql", BEFORE)
    project.ok("make-migrations", "first")
    project.ok("migrate")
    query("INSERT INTO users VALUES (1, 'Ada'), (2, NULL)")
    project.write("schema.sql", AFTER)
    return project


def check(project):
    project.ok("migrate")
    assert project.query("SELECT id, name, state FROM users ORDER BY id") == [(1, "Ada", "new"), (2, "it's", "new")]
    project.ok("diff", "--exit-code")
    with pytest.raises(sa.exc.IntegrityError):
        project.query("INSERT INTO users (id, name) VALUES (3, 'x')")
    project.ok("rollback")
    assert project.query("SELECT id, name FROM users ORDER BY id") == [(1, "Ada"), (2, "it's")]


def test_values_by_flag(filled):
    outcome = filled.ok("make-migrations", "second", "--fill", "users.state='new'", "--fill", "users.name='it''s'")
    assert "NOT NULL" not in outcome.err
    text = next(filled.migrations.glob("*second.sql")).read_text()
    said = [line for line in text.splitlines() if "irreversible" in line]
    assert said == ["-- irreversible: data (rows of table users / column name that were NULL keep 'it''s')"]  # state goes
    check(filled)


def test_values_by_answer(filled):
    warned = filled.ok("make-migrations", "--plan").err
    answers = [(warned.index("users.name=VALUE"), "'it''s'"), (warned.index("users.state=VALUE"), "'new'")]
    outcome = filled.answer(["make-migrations", "second"], [";", *(answer for _, answer in sorted(answers))])
    assert outcome.status == 0 and "one SQL expression" in outcome.out, outcome
    check(filled)


def test_without_them_the_flag_is_named(filled):
    outcome = filled.ok("make-migrations", "second")
    assert "--fill users.state=VALUE" in outcome.err and "--fill users.name=VALUE" in outcome.err
    assert filled.run("migrate").status == 1


def test_a_flag_that_fits_nothing_is_refused(filled):
    for flag in ("users.n=1", "users.state", "users.state=", "users.state=1; DROP TABLE users"):
        assert filled.run("make-migrations", "--fill", flag).status == 2, flag


def test_a_new_column_alone(filled):
    filled.write("schema.sql", BEFORE.replace(");", ", state VARCHAR(10) NOT NULL);"))
    filled.ok("make-migrations", "second", "--fill", "users.state='new'")
    filled.ok("migrate")
    assert filled.query("SELECT id, name, state FROM users ORDER BY id") == [(1, "Ada", "new"), (2, None, "new")]
    filled.ok("diff", "--exit-code")
