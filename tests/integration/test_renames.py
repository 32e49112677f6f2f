"""Questions about renames on a terminal, and the flags that answer them elsewhere."""

import sys

import pytest
from support.engines import TRANSACTIONAL
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


PLACES = """
CREATE TABLE cats (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT UNIQUE);
CREATE TABLE dogs (id INTEGER PRIMARY KEY, name TEXT, cat INTEGER REFERENCES cats (id));
CREATE INDEX by_name ON cats (name) WHERE nick IS NOT NULL;
CREATE TABLE one (a INTEGER, b INTEGER, c INTEGER);
"""
CHANGED = """
CREATE TABLE dogs (id INTEGER PRIMARY KEY, nick TEXT NOT NULL, name TEXT UNIQUE, age INTEGER);
CREATE TABLE cats (id INTEGER PRIMARY KEY, name VARCHAR(50), cat INTEGER REFERENCES dogs (id));
CREATE INDEX by_name ON dogs (nick) WHERE name IS NOT NULL;
CREATE TABLE one (b BIGINT, c INTEGER, d INTEGER, a VARCHAR(5));
"""
FLAGS = ["--rename-table", "cats:dogs", "--rename-table", "dogs:cats", "--rename", "cats.name:nick",
         "--rename", "cats.nick:name", "--rename", "one.a:b", "--rename", "one.b:c", "--rename", "one.c:d"]
HELD = [("SELECT id, name, nick FROM cats", [(1, "tom", "t"), (2, "eve", None)]),
        ("SELECT id, name, cat FROM dogs", [(7, "rex", 2)]), ("SELECT a, b, c FROM one", [(1, 2, 3)])]


def moving(project, before, after):
    """With rows, and a column that somebody added by hand."""
    config = project.folder / "dbwarden.yaml"
    config.write_text(config.read_text() + "    schema_files: [schema.sql]\n")
    filled(project, before, after)
    project.database.run("ALTER TABLE cats ADD COLUMN hand INTEGER")
    for row in ["cats (id, name, nick) VALUES (1, 'tom', 't'), (2, 'eve', NULL)", "dogs VALUES (7, 'rex', 2)",
                "one VALUES (1, 2, 3)"]:
        project.database.run(f"INSERT INTO {row}")


@pytest.mark.parametrize("any_project", TRANSACTIONAL, indirect=True)
def test_names_change_places_and_rows_stay(any_project):
    project, database = any_project, any_project.database
    moving(project, PLACES, CHANGED)
    project.ok("make-migrations", "second", *FLAGS)
    project.ok("migrate")
    assert database.query("SELECT id, nick, name, age, hand FROM dogs") == [(1, "tom", "t", None, None), (2, "eve", None, None, None)]
    assert database.query("SELECT id, name, cat FROM cats") == [(7, "rex", 2)]
    assert database.query("SELECT b, c, d, a FROM one") == [(1, 2, 3, None)]
    outcome = project.ok("diff", "--exit-code")
    assert "left alone: table dogs / column hand" in outcome.out + outcome.err, outcome
    assert "No new migrations" in project.ok("make-migrations", "third").out
    project.ok("rollback")
    assert [(sql, database.query(sql)) for sql, _ in HELD] == HELD
    project.write("schema.sql", PLACES)
    outcome = project.ok("diff", "--exit-code")
    assert "left alone: table cats / column hand" in outcome.out + outcome.err, outcome


@pytest.mark.parametrize("any_project", TRANSACTIONAL, indirect=True)
def test_names_that_change_places_are_known_before_they_do(any_project):
    project = any_project
    moving(project, PLACES, CHANGED)
    project.ok("make-migrations", "second", *FLAGS)
    project.write("schema.sql", CHANGED.replace("age INTEGER", "age BIGINT"))
    project.ok("make-migrations", "third", "--offline")
    text = (project.migrations / "primary__0003_third.sql").read_text()
    assert "age" in text and "RENAME COLUMN" not in text and "one" not in text.split("-- rollback")[0]
    project.ok("migrate")
    project.ok("diff", "--exit-code")
    project.ok("rollback", "--count", "2")
    assert [(sql, project.database.query(sql)) for sql, _ in HELD] == HELD


@pytest.mark.parametrize("any_project", TRANSACTIONAL, indirect=True)
def test_a_name_is_taken_over_from_what_is_dropped(any_project):
    project, database = any_project, any_project.database
    moving(project, PLACES, PLACES.replace("CREATE TABLE one (a INTEGER, b INTEGER, c INTEGER);",
                                           "CREATE TABLE one (b INTEGER, c INTEGER);"))
    project.ok("make-migrations", "second", "--rename", "one.a:b")
    project.ok("migrate")
    assert database.query("SELECT b, c FROM one") == [(1, 3)]
    project.ok("diff", "--exit-code")
    project.ok("rollback")
    assert database.query("SELECT a, b, c FROM one") == [(1, None, 3)]
