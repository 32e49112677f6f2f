"""stamp, unstamp, current and init-db: what is recorded, and a database begun from the models, on every engine."""

import pytest
from support.engines import TRANSACTIONAL

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(100) NOT NULL);
CREATE INDEX ix_mail ON users (mail);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER, FOREIGN KEY (author) REFERENCES users (id));
"""


@pytest.fixture
def begun(any_project):
    """Three files and a schema file that describes what they make, over an empty database."""
    users, index, posts = SCHEMA.strip().split(";\n")
    any_project.migration("0001", "users", users + ";", "DROP TABLE users;")
    any_project.migration("0002", "mail", index + ";", "SELECT 1;")
    any_project.migration("0003", "posts", posts, "DROP TABLE posts;")
    any_project.write("schema.sql", SCHEMA)
    path = any_project.folder / "dbwarden.yaml"
    path.write_text(path.read_text() + "    schema_files: [schema.sql]\n")
    return any_project


def current(project, *args):
    return project.run("current", "--check", *args)


def test_what_is_stamped_is_not_run(begun):
    outcome = current(begun)
    assert outcome.status == 3 and "nothing applied (3 pending)" in outcome.out
    shown = begun.ok("stamp", "--dry-run", "--json").json
    assert [row["version"] for row in shown["pending"]] == ["0001", "0002", "0003"] and not begun.database.versions()
    begun.ok("stamp", "0002")
    assert begun.database.versions() == ["0001", "0002"] and begun.database.tables() == []
    assert current(begun).out == "primary: 0002 (1 pending)\n"
    begun.ok("stamp")
    outcome = current(begun)
    assert outcome.status == 0 and outcome.out == "primary: 0003 (current)\n"
    assert "beyond version 0001: 0002, 0003" in begun.ok("stamp", "0001").err
    assert begun.database.versions() == ["0001", "0002", "0003"]
    assert begun.run("stamp", "0009").status == 2 and begun.run("unstamp", "--to", "9").status == 2


def test_what_is_forgotten_stays_in_the_database(begun):
    begun.migration("0004", "note", "SELECT 1;")
    begun.write("migrations/primary/ROC__names.sql", "-- upgrade\nCREATE TABLE IF NOT EXISTS names (id INTEGER);\n")
    begun.ok("migrate")
    tables = begun.database.tables()
    forgotten = begun.ok("unstamp", "--to", "0002", "--dry-run", "--json").json["forgotten"]
    assert [row["version"] for row in forgotten] == ["0003", "0004"] and len(begun.database.versions()) == 4
    begun.ok("unstamp", "--to", "0002")
    assert begun.database.versions() == ["0001", "0002"]
    assert "the file" not in begun.ok("stamp").err  # nothing of the journal speaks against it
    begun.ok("unstamp")
    assert begun.database.query("SELECT * FROM _dbwarden_migrations") == [] and begun.database.tables() == tables
    begun.ok("stamp")
    assert current(begun).out == "primary: 0004 (a repeatable file that changed)\n"
    begun.ok("migrate")
    assert current(begun).status == 0


def test_unstamp_leaves_what_was_interrupted(begun):
    begun.migration("0004", "broken", "CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);",
                    head="-- transaction: none\n")
    assert begun.run("migrate").status == 1
    outcome = begun.run("unstamp")
    assert outcome.status == 1 and "0004_broken.sql was interrupted after statement 1 of 2" in outcome.err
    assert begun.database.versions() == ["0001", "0002", "0003"]
    assert current(begun).out == "primary: 0003 (1 unfinished)\n"


def test_current_sees_more_than_numbers(begun):
    begun.ok("migrate")
    begun.migration("0003", "posts", "SELECT 2;")
    assert current(begun).out == "primary: 0003 (1 edited)\n"
    (begun.migrations / "primary__0003_posts.sql").unlink()
    assert current(begun).out == "primary: 0003 (1 missing)\n"
    told = begun.ok("current", "--files", "--json").json
    assert told["versions"] == ["0001", "0002"] and told["table"] == "_dbwarden_migrations" and told["on_change"] == []


def test_a_database_is_begun_from_its_description(begun):
    begun.write("schema.sql", SCHEMA + "CREATE TABLE names (id INTEGER);\n")
    begun.write("migrations/primary/ROC__names.sql", "-- upgrade\nCREATE TABLE IF NOT EXISTS names (id INTEGER);\n")
    begun.ok("init-db")
    assert begun.database.tables() == ["names", "posts", "users"] and len(begun.database.versions()) == 3
    assert current(begun).status == 0
    again = begun.ok("init-db", "--json").json
    assert again["already"] is True
    begun.ok("diff", "models", "--exit-code")
    begun.migration("0004", "more", "CREATE TABLE more (id INTEGER PRIMARY KEY);", "DROP TABLE more;")
    assert "has migrations applied" in begun.run("init-db").err
    begun.ok("migrate")
    assert "more" in begun.database.tables()


def test_a_reset_takes_what_is_the_projects_and_leaves_the_rest(begun):
    begun.ok("migrate")
    begun.database.run("INSERT INTO users VALUES (1, 'x')")
    begun.database.run("CREATE TABLE alien (id INTEGER)")
    assert begun.run("init-db", "--reset").status == 2 and begun.database.value("SELECT count(*) FROM users") == 1
    begun.ok("unstamp", "--to", "2")
    begun.ok("init-db", "--reset", "--yes")
    assert begun.database.value("SELECT count(*) FROM users") == 0
    assert begun.database.tables() == ["alien", "posts", "users"] and len(begun.database.versions()) == 3
    begun.ok("unstamp")
    outcome = begun.run("init-db")
    assert outcome.status == 1 and "is not empty: it has table" in outcome.err
    begun.ok("init-db", "--reset", "--yes")
    assert current(begun).status == 0 and "alien" in begun.database.tables()


def test_what_fails_is_nothing_or_is_said(begun):
    begun.database.run("CREATE TABLE alien (id INTEGER)")
    begun.database.run("CREATE INDEX ix_alien ON alien (id)")
    begun.write("schema.sql", SCHEMA.replace("posts", "zz") + "CREATE TABLE ix_alien (id INTEGER PRIMARY KEY);\n")
    if begun.engine not in TRANSACTIONAL:
        return  # there names of tables and indexes are not in each other's way
    outcome = begun.run("init-db")
    assert outcome.status == 1 and "ix_alien" in outcome.err, outcome
    assert begun.database.tables() == ["alien"] and not begun.database.versions()
