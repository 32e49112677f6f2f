"""What models declare beside their tables (dbwarden.schema), and schema files beside models: compared and made like all else."""

import sys

import psycopg2
import pytest
from support.project import Project
from support.turns import both_servers

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from dbwarden.schema import (CompositeType, DatabaseObject, Domain, EnumType, Extension, Function, MaterializedView, Policy, Rule,
                             Schema, Statistics, Trigger, View)

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    active: Mapped[bool] = mapped_column(server_default=text("true"))

class Unrelated(Base):
    __tablename__ = "unrelated"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
SCORED = HEAD.replace("class Unrelated", '    score: Mapped[int] = mapped_column(server_default=text("start_score()"))\n\nclass Unrelated')
ALL = """
View("active_names", "SELECT name FROM active_users")
View("active_users", select(User.id, User.email.label("name")).where(User.active, User.id > 0))
MaterializedView('''CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM users;
CREATE UNIQUE INDEX counted_n ON counted (n); COMMENT ON MATERIALIZED VIEW counted IS 'how many'
''')
Trigger("CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()")
Function("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.score := NEW.score + 1; RETURN NEW; END $$")
Function("CREATE FUNCTION start_score() RETURNS int LANGUAGE sql AS 'SELECT 7'")
Policy("CREATE POLICY own ON users USING (active); ALTER TABLE users ENABLE ROW LEVEL SECURITY")
Domain("CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%')")
Schema("CREATE SCHEMA app; COMMENT ON SCHEMA app IS 'ours'")
CompositeType("CREATE TYPE app.pair AS (a int, b email)")
EnumType("CREATE TYPE app.mood AS ENUM ('sad', 'ok')")
Extension("CREATE EXTENSION IF NOT EXISTS citext")
Statistics("CREATE STATISTICS both_of ON email, active FROM users")
Rule("CREATE RULE nothing AS ON DELETE TO unrelated DO INSTEAD NOTHING")
"""
LITE = """
View("active_names", "SELECT name FROM active_users")
View("active_users", select(User.id, User.email.label("name")).where(User.active, User.id > 0))
Trigger("CREATE TRIGGER touch AFTER UPDATE ON users BEGIN INSERT INTO seen VALUES (NEW.id); UPDATE seen SET id = 1; END")
DatabaseObject("CREATE TABLE seen (id INTEGER)")
"""


FIRST = HEAD.count("\n") + 1  # line of what comes after HEAD
USERS, UNRELATED = (HEAD[:HEAD.index(f"class {name}")].count("\n") + 1 for name in ("User(", "Unrelated("))


def apply(project, models, name):
    """Writes the models, makes and applies the migration; its upgrade. There is no difference left, nor in a file of its own."""
    project.write("models.py", models)
    before = project.files()
    project.ok("make-migrations", name)
    written = "".join((project.migrations / file).read_text() for file in project.files() if file not in before)
    project.ok("migrate")
    agrees(project)
    return written.split("-- rollback")[0]


def agrees(project, *args):
    outcome = project.run("diff", "--exit-code", *args)
    assert outcome.status == 0, str(outcome)
    outcome = project.run("diff", "--from", "db", "--to", "models", "--exit-code", *args)
    assert outcome.status == 0, str(outcome)


def value(project, sql):
    with psycopg2.connect(project.url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def settings(**more):
    return {"model_paths": ["models.py"], **more}


@pytest.fixture
def pg(tmp_path, postgres):
    return Project(tmp_path / "project", postgres, sys.executable, **settings())


@pytest.fixture
def lite(tmp_path):
    return Project(tmp_path / "project", "sqlite:///./app.db", sys.executable, **settings())




@both_servers
def test_all_kinds_are_made_changed_and_taken_away(pg):
    written = apply(pg, SCORED + ALL, "first")
    assert written.index("FUNCTION start_score") < written.index("TABLE users") < written.index("FUNCTION touch()")
    pg.ok("migrate")
    changed = ALL.replace("SELECT 7", "SELECT 8").replace("USING (active)", "USING (NOT active)").replace(
        "count(*) AS n FROM users", "count(*) AS n FROM unrelated").replace("'how many'", "'few'")
    written = apply(pg, SCORED + changed, "second")
    assert "OR REPLACE FUNCTION start_score" in written and "POLICY own" in written and "'few'" in written
    for unchanged in ("active_names", "touch", "DOMAIN", "EXTENSION", "both_of", "nothing"):
        assert unchanged not in written, written
    pg.ok("verify")
    written = apply(pg, HEAD, "third")
    assert "DROP POLICY own" in written and "DISABLE ROW LEVEL SECURITY" in written and "DROP SCHEMA app" in written
    assert value(pg, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname ~ 'touch|score'") == 0
    pg.ok("rollback", "--count", "3")
    pg.ok("migrate")
    agrees(pg)


def test_sqlite_has_views_triggers_and_more(lite):
    written = apply(lite, HEAD + LITE, "first")
    assert "CREATE TRIGGER touch" in written and "CREATE VIEW active_users" in written
    written = apply(lite, HEAD + LITE.replace("NEW.id", "OLD.id"), "second")
    assert "DROP TRIGGER touch" in written and "VIEW" not in written
    lite.ok("verify")
    written = apply(lite, HEAD, "third")
    assert "DROP VIEW active_names" in written and "DROP TABLE seen" in written
    lite.ok("rollback", "--count", "3")
    lite.ok("migrate")
    agrees(lite)


def test_what_never_works_is_named_with_its_place(pg):
    pg.write("models.py", HEAD + 'View("v", "SELECT * FROM w")\nView("w", "SELECT nothing FROM users")\n')
    outcome = pg.run("make-migrations", "first")
    assert outcome.status == 1 and "the View w cannot be made" in outcome.err and '"nothing" does not exist' in outcome.err
    assert f"models.py:{FIRST + 1}" in outcome.err and f"the View v (models.py:{FIRST}:" in outcome.err
    assert not pg.files()
    assert pg.run("diff", "--from", "db", "--to", "models").status == 1 and pg.run("verify").status == 1


def test_two_functions_that_call_each_other_need_no_order(pg):
    body = """
Function("CREATE FUNCTION one(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN two($1); END'")
Function("CREATE FUNCTION two(text) RETURNS int LANGUAGE sql AS 'SELECT 2'")
Function("CREATE FUNCTION two(int) RETURNS int LANGUAGE sql AS 'SELECT one($1)'")
"""
    apply(pg, HEAD + body, "first")


@pytest.mark.parametrize("body, words", [
    ('View("v", "SELECT 1 AS a")\nView("CREATE OR REPLACE VIEW public.v AS SELECT 2 AS a")', f"view v is described twice: in models.py:{FIRST} and in models.py:{FIRST + 1}"),
    ('DatabaseObject("CREATE TABLE IF NOT EXISTS users (id int)")', f"table users is described twice: in models.py:{USERS} and in models.py:{FIRST}"),
    ('Function("CREATE FUNCTION f(a int) RETURNS int RETURN 1")\nFunction("CREATE OR REPLACE FUNCTION f(A INT) RETURNS int RETURN 2")',
     f"function f is described twice: in models.py:{FIRST} and in models.py:{FIRST + 1}"),
    ('DatabaseObject("DROP TABLE users")', "described by the models and dropped beside them"),
    ('View("v")', "the View v has no query"), ('Trigger("")', "its SQL is empty"), ("Function(sql=7)", "not a text"),
    ('Trigger("a", "b", "c")', "It takes its SQL"),
    ('Function("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1")', "dollar"),
])
def test_what_cannot_be_meant_is_an_error(pg, body, words):
    pg.write("models.py", HEAD + body + "\n")
    outcome = pg.run("make-migrations", "first")
    assert outcome.status == 1 and words in outcome.err, str(outcome)
    assert not pg.files()


def test_offline_a_private_server_says_what_they_mean(pg):
    apply(pg, HEAD + 'View("v", "SELECT 1 AS a")\n', "first")
    agrees_offline = pg.run("diff", "models", "--offline", "--exit-code")
    assert agrees_offline.status == 0, str(agrees_offline)
    pg.write("models.py", HEAD + 'View("v", "SELECT 2 AS a")\n')
    assert pg.run("diff", "models", "--offline", "--exit-code").status == 3


def test_a_class_that_there_is_not_is_named(lite):
    lite.write("models.py", HEAD + "from dbwarden.schema import Funktion\nFunktion('x')\n")
    outcome = lite.ok("make-migrations", "first")
    assert "dbwarden.schema has no class Funktion; did you mean Function?" in outcome.err


def test_one_that_is_written_as_a_class_is_an_error(lite):
    lite.write("models.py", HEAD + "from dbwarden.schema import View\n\n\nclass V(View):\n    query = 'SELECT 1'\n")
    outcome = lite.run("diff")
    assert outcome.status == 1 and "a View is declared by calling it" in outcome.err


UTILS = HEAD + """
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from sqlalchemy_utils import create_materialized_view, create_view
active = create_view("active", select(User.id).where(User.active), Base.metadata)

class Counted(Base):
    __table__ = create_materialized_view("counted", select(func.count(User.id).label("n")), Base.metadata, indexes=[Index("counted_n", "n")])

entities = [
    PGTrigger("public", "touch", "BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touched()", on_entity="public.users"),
    PGFunction("public", "touched()", "RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql"),
    PGView("public", "of_active", "SELECT id::bigint, '10%' AS ten FROM active"),
]
"""


def test_what_other_packages_declare_counts(pg):
    written = apply(pg, UTILS, "first")
    assert written.count("CREATE TABLE") == 2 and "CREATE TRIGGER touch" in written and "INDEX counted_n" in written
    written = apply(pg, UTILS.replace("'10%'", "'20%'").replace(".where(User.active)", ""), "second")
    assert "'20%'" in written and "VIEW active" in written and "counted" not in written
    pg.ok("verify")


# Schema files beside models


FILE = """
CREATE VIEW active AS SELECT id FROM users WHERE active;
CREATE TABLE log (user_id integer REFERENCES users, what text);
CREATE INDEX users_active ON users (active);
COMMENT ON TABLE users IS 'who is here';
COMMENT ON COLUMN users.email IS 'where';
ALTER TABLE users ADD CONSTRAINT long_enough CHECK (length(email) > 3);
"""


@pytest.fixture
def pg_files(tmp_path, postgres):
    return Project(tmp_path / "project", postgres, sys.executable, **settings(schema_files=["more.sql"]))


@both_servers
def test_schema_files_and_models_are_one_schema(pg_files):
    project = pg_files
    project.write("more.sql", "SET search_path = '';\n" + FILE.replace("users", "public.users").replace(
        "VIEW active", "VIEW public.active").replace("TABLE log", "TABLE public.log").replace("INDEX public.users_", "INDEX users_"))
    written = apply(project, HEAD + 'View("v", "SELECT id FROM active JOIN log ON user_id = id")\n', "first")
    assert "'who is here'" in written and "long_enough" in written and written.count("CREATE TABLE") == 3
    project.ok("verify")
    project.write("more.sql", FILE.replace("COMMENT ON COLUMN users.email IS 'where';\n", ""))
    written = apply(project, HEAD, "second")
    assert "users.email IS NULL" in written and "DROP VIEW v" in written and "users_active" not in written


def test_schema_files_and_models_on_sqlite(tmp_path):
    project = Project(tmp_path / "project", "sqlite:///./app.db", sys.executable, **settings(schema_files=["more.sql"]))
    project.write("more.sql", "CREATE VIEW active AS SELECT id FROM users WHERE active;\nCREATE INDEX users_active ON users (active);\n"
                              "CREATE TABLE log (user_id integer REFERENCES users);\n")
    apply(project, HEAD, "first")
    project.write("more.sql", "CREATE TABLE log (user_id integer REFERENCES users, what text);\n")
    written = apply(project, HEAD, "second")
    assert "DROP VIEW active" in written and "DROP INDEX users_active" in written and "ADD COLUMN what" in written


def test_an_object_in_both_names_both_places(pg_files):
    pg_files.write("models.py", HEAD + 'View("v", "SELECT 1 AS a")\n')
    pg_files.write("more.sql", "\nCREATE TABLE public.unrelated (id int);\n")
    outcome = pg_files.run("make-migrations", "first")
    assert outcome.status == 1 and f"table unrelated is described twice: in models.py:{UNRELATED} and in more.sql:2" in outcome.err
    pg_files.write("more.sql", "\n\nCREATE VIEW v AS SELECT 2 AS a;\n")
    outcome = pg_files.run("make-migrations", "first")
    assert outcome.status == 1 and f"view v is described twice: in models.py:{FIRST} and in more.sql:3" in outcome.err
    assert not pg_files.files()
