"""What has changed of a schema text is tried out in the database itself, as temporary objects, where that is sure to mean the same:
without a scratch database, without reaching anything, and without leaving anything behind."""

import shutil
import sys

import psycopg2
import pytest
from support.project import Project
from support.scratch import left_over
from support.trace import rounds, traced

TEXT = "CREATE TABLE t (id int PRIMARY KEY, a text);\nCREATE INDEX i ON t (a);\nCREATE TABLE u (t int REFERENCES t);\n"
CATALOG = ("SELECT nspname::text, coalesce(relname::text, ''), coalesce(relfilenode, 0) FROM pg_namespace n"
           " LEFT JOIN pg_class c ON relnamespace = n.oid WHERE nspname <> 'pg_catalog' AND nspname !~ 'toast'"
           " AND nspname <> 'information_schema' AND NOT (nspname ~ '^pg_temp' AND relname IS NULL) ORDER BY 1, 2")
CALLS = "sendto,recvfrom,poll"


@pytest.fixture
def project(tmp_path, postgres):
    project = Project(tmp_path / "project", postgres, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", TEXT)
    project.ok("make-migrations", "first")
    project.ok("migrate")
    project.ok("diff")
    return project


def rows(url, *statements):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def refused(project, text):
    """Why it was not tried out in the database; None if it was. Nothing stays either way."""
    before = rows(project.url, CATALOG)
    project.write("schema.sql", text)
    said = project.run("-v", "diff").err
    assert rows(project.url, CATALOG) == before
    start = "not tried out beside the database: "
    reasons = [line[len(start):] for line in said.splitlines() if line.startswith(start)]
    assert reasons or "statements are run, the rest is known" in said, said
    return reasons[0] if reasons else None


def test_a_user_who_may_make_no_database(tmp_path, postgres):
    """Nobody misses it, once the text is known."""
    role = "draft_" + postgres.rsplit("_", 1)[1]
    rows(postgres, f"CREATE ROLE {role} LOGIN CREATEDB")
    user = Project(tmp_path / "user", postgres.replace("postgres@", f"{role}@"), sys.executable, schema_files=["schema.sql"])
    try:
        user.write("schema.sql", TEXT)
        user.ok("diff")
        rows(postgres, f"ALTER ROLE {role} NOCREATEDB")
        user.write("schema.sql", TEXT.replace("a text", "a text, b int DEFAULT 7"))
        outcome = user.run("-v", "diff")
        assert "3 of 3 statements are run" in outcome.err and "b" in outcome.out
        assert "private" not in outcome.err and "not tried out" not in outcome.err
    finally:
        rows(postgres, f"DROP ROLE {role}")


def test_it_says_what_a_scratch_database_says(project):
    text = TEXT.replace("a text", "a varchar(20) DEFAULT 'x.'::varchar CHECK (a <> 'y' AND length(a) > 1.5), k serial,"
                        " g bigint GENERATED ALWAYS AS IDENTITY, l int GENERATED ALWAYS AS (id + 1) STORED, UNIQUE (k, a)")
    text += ("CREATE TYPE mood AS ENUM ('a', 'b');\nCREATE TABLE m (id mood DEFAULT 'b', t int REFERENCES t ON DELETE SET NULL);\n"
             "CREATE INDEX ON m (t DESC NULLS LAST) WHERE id = 'a';\nCREATE SEQUENCE s START 5;\nCOMMENT ON COLUMN m.t IS 'of public.t';\n"
             "CREATE VIEW v AS SELECT t.id, count(*) AS n FROM t JOIN m ON m.t = t.id GROUP BY t.id;\n")
    assert refused(project, text) is None
    project.ok("make-migrations", "second")
    project.ok("migrate")
    shutil.rmtree(project.folder.parent / "cache")
    assert project.run("diff", "--exit-code").status == 0, "as a scratch database reads all of it"


@pytest.mark.parametrize("more", [
    "CREATE TABLE n (a int DEFAULT nextval('app.counter'));", "CREATE TABLE n (a int DEFAULT nextval('app . counter'::regclass));",
    "COMMENT ON TABLE app.x IS 'seen';", "CREATE INDEX ON app.x (id);", "ALTER TABLE app.x ADD b int;",
    "CREATE TABLE n (a int REFERENCES app.x);", "CREATE VIEW n AS SELECT * FROM app.x;", 'CREATE VIEW n AS SELECT * FROM "app".x;',
    "CREATE TABLE app.n (id int);", "CREATE VIEW n AS SELECT * FROM pg_class;", "COMMENT ON TABLE pg_class IS 'seen';",
    "CREATE MATERIALIZED VIEW n AS SELECT 1 AS one;", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"])
def test_what_might_reach_something_is_not_run_there(project, more):
    rows(project.url, "CREATE SCHEMA app", "CREATE TABLE app.x (id int PRIMARY KEY)", "CREATE SEQUENCE app.counter")
    project.ok("diff")
    before = rows(project.url, CATALOG)
    project.write("schema.sql", TEXT + more + "\n")
    said = project.run("-v", "diff").err
    assert "not tried out beside" in said or "statements are run" not in said, said
    assert rows(project.url, CATALOG) == before
    assert rows(project.url, "SELECT obj_description('app.x'::regclass), count(*) FROM pg_attribute WHERE attrelid = 'app.x'::regclass"
                " AND attnum > 0") == [(None, 1)]


@pytest.mark.parametrize("there, obstacle", [
    (["CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
      "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION seen()"], "event trigger watch"),
    (["CREATE EXTENSION citext"], "the database has"),
    (["CREATE FUNCTION own(text) RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE CAST (text AS int) WITH FUNCTION own(text)"], "a cast"),
    (["ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor"], "default privileges"),
    (["DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET DateStyle = German', current_database()); END $$"], "setting DateStyle"),
    (["CREATE FUNCTION pg_catalog.own(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'"], "a statement that may mean"),
])
def test_what_would_mean_something_else_there(project, there, obstacle):
    rows(project.url, "SET allow_system_table_mods = on", *there)
    text = TEXT.replace("a text", "a text CHECK (own(1) = 1)") if "own(int)" in there[0] else TEXT
    project.ok("diff")
    reason = refused(project, text.replace("CREATE TABLE u (", "CREATE TABLE u (n int, "))
    assert reason and obstacle in reason, reason


def test_killed_anywhere(project, dice):
    cache, kept = project.folder.parent / "cache", project.folder.parent / "kept"
    shutil.copytree(cache, kept)
    before = rows(project.url, CATALOG)
    project.write("schema.sql", TEXT.replace("a text", "a text, b int"))

    def again(inject):
        shutil.rmtree(cache)
        shutil.copytree(kept, cache)
        return traced(project, inject, "-v", "diff", calls=CALLS)

    whole, calls = again(None)
    assert "3 of 3 statements are run" in whole.err and "not tried out" not in whole.err
    for _ in range(rounds(5)):
        call = dice.randint(1, calls)
        print(f"killed at system call {call} of {calls}")
        assert again(f"signal=KILL:when={call}")[0].status in (-9, 0)
        assert rows(project.url, CATALOG) == before
    assert again(None)[0].out == whole.out
    assert not left_over(project.url)
