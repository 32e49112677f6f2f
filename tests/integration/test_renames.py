"""Questions about renames on a terminal, and the flags that answer them elsewhere."""

import sys

import pytest
from support.project import Project

BEFORE = """
CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(100), nick VARCHAR(20));
CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER, note VARCHAR(10));
"""
AFTER = """
CREATE TABLE users (id INTEGER PRIMARY KEY, nickname VARCHAR(20), email VARCHAR(200), website VARCHAR(20));
CREATE TABLE purchases (id INTEGER PRIMARY KEY, total INTEGER, note VARCHAR(10));
"""


def filled(project, before=BEFORE, after=AFTER):
    project.write("schema.sql", before)
    project.ok("make-migrations", "first")
    project.ok("migrate")
    project.write("schema.sql", after)
    return project


@pytest.fixture
def renamed(tmp_path):
    return filled(Project(tmp_path / "project", "sqlite:///./app.db", sys.executable, schema_files=["schema.sql"]))


@pytest.fixture
def two_schemas(tmp_path, postgres):
    project = Project(tmp_path / "project", postgres, sys.executable, schema_files=["schema.sql"])
    return filled(
        project,
        "CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.users (id int PRIMARY KEY, k text);"
        "CREATE TABLE two.users (id int PRIMARY KEY, k text);"
        "CREATE TABLE one.posts (id int PRIMARY KEY, author int REFERENCES one.users(id));"
        "CREATE TABLE two.posts (id int PRIMARY KEY, author int REFERENCES two.users(id));",
        "CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.people (id int PRIMARY KEY, k text);"
        "CREATE TABLE two.users (id int PRIMARY KEY, kk text);"
        "CREATE TABLE one.posts (id int PRIMARY KEY, author int REFERENCES one.people(id));"
        "CREATE TABLE two.posts (id int PRIMARY KEY, author int REFERENCES two.users(id));")


def test_an_unclear_answer_is_asked_again(renamed):
    outcome = renamed.answer(["make-migrations", "second"], ["", "perhaps", "y", "9", "1,2"])
    assert outcome.status == 0, outcome
    assert "orders is dropped with its rows" in outcome.out and "is dropped with its values" in outcome.out
    assert outcome.out.count("Please answer y") == 2 and outcome.out.count("Please answer with numbers") == 1
    text = (renamed.migrations / "primary__0002_second.sql").read_text().split("-- rollback")[0]
    for statement in ("ALTER TABLE orders RENAME TO purchases", "ALTER TABLE users RENAME COLUMN mail TO email",
                      "ALTER TABLE users RENAME COLUMN nick TO nickname"):
        assert statement in text


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["interrupt", "end of input"])
def test_no_answer_ends_it(renamed, key):
    outcome = renamed.answer(["make-migrations", "second"], [key])
    assert outcome.status == 130 and "nothing was written" in outcome.out, outcome
    assert "current statement" not in outcome.out
    assert renamed.files() == ["primary__0001_first.sql"]


def test_without_a_terminal_the_flags_are_named(renamed):
    outcome = renamed.ok("make-migrations", "--plan")
    flags = [line.rsplit("; use ", 1)[1] for line in outcome.err.splitlines() if "may be a rename" in line]
    assert flags == ["--rename-table orders:purchases", "--rename users.mail:email", "--rename users.nick:nickname"]
    assert "may be a rename" not in renamed.ok("diff", "models", *" ".join(flags).split()).err


def test_a_schema_is_found_or_said(two_schemas):
    two_schemas.ok("make-migrations", "second", "--rename-table", "users:people", "--rename", "two.users.k:kk")
    text = (two_schemas.migrations / "primary__0002_second.sql").read_text()
    up, down = text.split("-- rollback")
    assert "ALTER TABLE one.users RENAME TO people;" in up and "ALTER TABLE two.users RENAME COLUMN k TO kk;" in up
    assert "DROP" not in up and "FOREIGN KEY" not in up and "DROP" not in down
    two_schemas.ok("migrate")
    two_schemas.ok("diff", "--exit-code")
    two_schemas.ok("rollback")
