"""Schema files of PostgreSQL: what their statements say, and where they may never be run."""

import subprocess
import sys
from urllib.parse import urlsplit

import psycopg2
import pytest
from support.pooler import pooler
from support.project import Project
from support.scratch import left_over


def project_of(folder, url):
    return Project(folder / "project", url, sys.executable, schema_files=["schema.sql"])


@pytest.fixture
def project(tmp_path, postgres):
    return project_of(tmp_path, postgres)


def rows(url, sql):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def relations(url):
    """schema.name of all tables of the user, without our own."""
    return [name for (name,) in rows(
        url, "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
             " AND tablename NOT LIKE '%dbwarden%' ORDER BY 1")]


def reach(project, text, name="step"):
    """Writes the schema, makes and applies the migration; what it says. There is no difference left."""
    project.write("schema.sql", text)
    before = project.files()
    project.ok("make-migrations", name)
    written = "".join((project.migrations / file).read_text() for file in project.files() if file not in before)
    project.ok("migrate")
    left = project.run("diff", "--exit-code")
    assert left.status == 0, str(left)
    return written


def test_a_search_path_in_the_file_moves_nothing(project):
    start = "CREATE SCHEMA s1;\nCREATE SCHEMA s2;\nSET search_path = s1;\nCREATE TABLE t (id int);\n"
    reach(project, start)
    rows(project.url, "INSERT INTO s1.t VALUES (1)")
    written = reach(project, start + "SET search_path = s2;\nCREATE TABLE u (id int);\n", "more")
    assert "DROP" not in written.split("-- rollback")[0]
    assert relations(project.url) == ["s1.t", "s2.u"]
    assert rows(project.url, "SELECT id FROM s1.t") == [(1,)]


@pytest.mark.parametrize("setting", [
    "SELECT pg_catalog.set_config('search_path', '', false);", "SET search_path = '';", "SET search_path TO pg_catalog;",
    "SET SESSION search_path = nowhere, pg_temp;"])
def test_a_dump_without_a_search_path_is_about_the_default_schema(project, setting):
    written = reach(project, f"{setting}\nCREATE TABLE public.p (id integer NOT NULL);\nCREATE TYPE public.mood AS ENUM ('a');\n"
                             "ALTER TABLE public.p ADD COLUMN m public.mood;\n")
    assert "public" not in written
    assert relations(project.url) == ["public.p"]


def test_what_a_dump_sets_besides_does_not_reach_the_reading(project):
    reach(project, "SET statement_timeout = 0;\nSET quote_all_identifiers = on;\nSET standard_conforming_strings = on;\n"
                   "SET DateStyle = 'German';\nCREATE TABLE t (d date DEFAULT '2020-02-01', n int CHECK (n > 0));\n"
                   "CREATE TEMPORARY TABLE gone (id int);\n")
    assert relations(project.url) == ["public.t"]


def test_an_open_transaction_is_an_error(project):
    project.write("schema.sql", "BEGIN;\nCREATE TABLE t (id int);\n")
    outcome = project.run("make-migrations", "a")
    assert outcome.status != 0 and "transaction is still open" in outcome.err


@pytest.mark.parametrize("creates", [False, True])
def test_the_default_schema_is_the_url_s(tmp_path, postgres, creates):
    rows(postgres, "CREATE SCHEMA app")
    project = project_of(tmp_path, postgres + "?options=-csearch_path%3Dapp")
    text = "CREATE TABLE t (id int PRIMARY KEY);\nCREATE TYPE mood AS ENUM ('a');\nCREATE TABLE u (m mood, t_id int REFERENCES t);\n"
    reach(project, ("CREATE SCHEMA app;\n" if creates else "") + text)
    assert relations(postgres) == ["app.t", "app.u"]
    qualified = text.replace("TABLE ", "TABLE app.").replace("TYPE ", "TYPE app.").replace("(m ", "(m app.")
    project.write("schema.sql", qualified.replace("REFERENCES t", "REFERENCES app.t"))
    assert project.run("diff", "--exit-code").status == 0


@pytest.mark.parametrize("path, schema", [("app,public", "app"), ("app", "app"), ("%22$user%22,public", "postgres")])
def test_a_default_schema_that_is_still_to_be_made(tmp_path, postgres, path, schema):
    project = project_of(tmp_path, f"{postgres}?options=-csearch_path%3D{path}")
    text = f"CREATE SCHEMA {schema};\nCREATE TABLE t (id int);\n"
    project.write("schema.sql", text)
    outcome = project.run("make-migrations", "a")
    assert outcome.status != 0 and f'new schema "{schema}" would come first' in outcome.err
    rows(postgres, f"CREATE SCHEMA {schema}")
    reach(project, text + "CREATE TABLE public.u (id int PRIMARY KEY);\nCREATE TABLE v (u_id int REFERENCES public.u);\n")
    assert relations(postgres) == sorted([f"{schema}.t", f"{schema}.v", "public.u"])


MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Usual(Base):
    __tablename__ = "usual"
    id = Column(Integer, primary_key=True)


class Named(Base):
    __tablename__ = "named"
    __table_args__ = {"schema": "app"}
    id = Column(Integer, primary_key=True)


class Public(Base):
    __tablename__ = "usual"
    __table_args__ = {"schema": "public"}
    id = Column(Integer, primary_key=True)
    other = Column(ForeignKey("app.named.id"))
"""


def test_models_mean_the_same_schemas_as_the_url(tmp_path, postgres):
    rows(postgres, "CREATE SCHEMA app")
    project = Project(tmp_path / "project", postgres + "?options=-csearch_path%3Dapp,public", sys.executable,
                      model_paths=["models"])
    project.write("models.py", MODELS)
    project.ok("make-migrations", "a")
    project.ok("migrate")
    assert relations(postgres) == ["app.named", "app.usual", "public.usual"]
    left = project.run("diff", "--exit-code")
    assert left.status == 0, str(left)


def test_lines_for_psql_are_passed_over(project):
    reach(project, "\\restrict abcDEF123\n\nCREATE TABLE t (id int);\n\n\\unrestrict abcDEF123\n")
    project.write("schema.sql", "\\connect another\nCREATE TABLE t (id int);\n\\set ON_ERROR_STOP on\n")
    outcome = project.ok("diff", "--exit-code")
    assert "\\connect is passed over" in outcome.err
    project.write("schema.sql", "CREATE TABLE t (id int);\n\\i more.sql\n")
    outcome = project.run("diff")
    assert outcome.status != 0 and "command of psql" in outcome.err and "schema.sql:2:1" in outcome.err


def test_what_reaches_beyond_the_database_is_left_out(project):
    database = urlsplit(project.url).path[1:]
    role = f"r_{database}"
    project.write("schema.sql", f"CREATE DATABASE {role};\nDROP DATABASE IF EXISTS {database} WITH (FORCE);\n"
                                f"CREATE ROLE {role} PASSWORD 'hush-hush';\nGRANT pg_monitor TO postgres;\n"
                                f"COMMENT ON DATABASE {database} IS 'changed';\nALTER SYSTEM SET work_mem = '7MB';\n"
                                "CREATE TABLE t (id int);\nGRANT SELECT ON t TO PUBLIC;\n")
    outcome = project.ok("make-migrations", "a")
    assert outcome.err.count("reaches beyond") == 6 and "hush" not in outcome.err
    assert rows(project.url, f"SELECT 1 FROM pg_database WHERE datname = '{role}'") == []
    assert rows(project.url, f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'") == []
    assert rows(project.url, "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                             " WHERE datname = current_database()") == [(None,)]


def test_extensions_of_the_database_are_there(project):
    rows(project.url, "CREATE SCHEMA ext")
    rows(project.url, "CREATE EXTENSION citext SCHEMA ext")
    rows(project.url, "CREATE EXTENSION cube")
    rows(project.url, "CREATE EXTENSION earthdistance")
    reach(project, "CREATE EXTENSION IF NOT EXISTS cube;\nCREATE TABLE t (a ext.citext, b cube DEFAULT '(1,2)', c text);\n"
                   "CREATE INDEX ON t USING gist (b);\n")


def test_nothing_is_run_where_a_pooler_leads_elsewhere(tmp_path, postgres):
    with pooler(postgres, fixed=True) as through:
        project = project_of(tmp_path, through)
        project.write("schema.sql", "CREATE TABLE t (id int);\nCREATE TABLE u (id int);\n")
        outcome = project.ok("make-migrations", "a")
    assert "ignores the name" in outcome.err and "private server" in outcome.err
    assert relations(postgres) == [] and not left_over(postgres)
    assert "CREATE TABLE" in (project.migrations / project.files()[0]).read_text()


def test_a_pooler_that_passes_names_on_is_good_enough(tmp_path, postgres):
    with pooler(postgres) as through:
        project = project_of(tmp_path, through)
        project.write("schema.sql", "CREATE TABLE t (id int);\n")
        outcome = project.ok("make-migrations", "a")
    assert "private server" not in outcome.err
    assert relations(postgres) == [] and not left_over(postgres)


def test_what_a_killed_process_left_is_dropped_by_the_next_one(project):
    rows(project.url, "CREATE TABLE kept (id int)")
    server = project.url.rsplit("/", 1)[0]
    admin = psycopg2.connect(server + "/postgres")
    admin.autocommit = True
    dead, used = (f"dbwarden_scratch_99999999{n}_0123456789abcde{n}" for n in (1, 2))
    with admin.cursor() as cursor:
        for name in (dead, used):
            cursor.execute(f"CREATE DATABASE {name}")
        inside = psycopg2.connect(f"{server}/{used}")
        project.write("schema.sql", "CREATE TABLE t (id int);\n")
        project.ok("make-migrations", "a")
        cursor.execute("SELECT datname FROM pg_database WHERE datname IN (%s, %s)", (dead, used))
        assert cursor.fetchall() == [(used,)]
        inside.close()
        cursor.execute(f"DROP DATABASE IF EXISTS {used} WITH (FORCE)")
    admin.close()
    assert not left_over(project.url)


def cached(project):
    return sorted((project.folder.parent / "cache" / "dbwarden").glob("schema-*"))


def test_what_the_server_made_of_the_same_text_is_remembered(project):
    text = "CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2) DEFAULT 1.50 CHECK (n > 0));\n"
    reach(project, text)
    assert len(cached(project)) == 1 and cached(project)[0].stat().st_mode & 0o777 == 0o600
    rows(project.url, "ALTER TABLE t ADD COLUMN hand int")
    assert "hand" in str(project.run("diff"))
    project.write("schema.sql", text + "CREATE TABLE u (id int);\n")
    assert "table u" in project.run("diff").out
    assert len(cached(project)) == 2


def test_only_what_changed_is_run_again(project):
    text = "CREATE TABLE t (id int PRIMARY KEY);\nCREATE TABLE u (t int REFERENCES t);\nCREATE TABLE v (id int);\n"
    reach(project, text)
    text = text.replace("REFERENCES t", "REFERENCES t, n int")
    project.write("schema.sql", text)
    outcome = project.run("-v", "diff")
    assert "2 of 3 statements are run" in outcome.err and "u" in outcome.out, "u, and t which it names"
    project.write("schema.sql", text.replace("(id int PRIMARY KEY)", "(id int)"))
    assert "no primary key for" in project.run("diff").err, "what the server refuses it refuses"


def test_the_memory_depends_on_what_the_outcome_depends_on(project):
    text = "CREATE TABLE t (d date DEFAULT '2020-02-01');\n"
    project.write("schema.sql", text)
    project.ok("make-migrations", "a")
    database = urlsplit(project.url).path[1:]
    rows(project.url, f"ALTER DATABASE {database} SET DateStyle = 'German'")
    project.ok("diff")
    assert len(cached(project)) == 2
    rows(project.url, "CREATE EXTENSION citext")
    project.ok("diff")
    assert len(cached(project)) == 3


@pytest.mark.parametrize("damage", ["nothing", "cut", "longer", "another", "noise"])
def test_a_damaged_memory_is_as_if_it_were_not_there(project, damage):
    reach(project, "CREATE TABLE t (id int);\n")
    good = cached(project)[0].read_bytes()
    cached(project)[0].write_bytes({"nothing": b"", "cut": good[:-1], "longer": good + b"\0", "another": b"A" + b"0" * 64 + good[65:],
                                    "noise": bytes(range(256)) * 40}[damage])
    assert project.run("diff", "--exit-code").status == 0
    assert len(cached(project)[0].read_bytes()) > 100


def test_a_memory_that_others_may_write_or_nobody_wants_is_not_used(project):
    reach(project, "CREATE TABLE t (id int);\n")
    file = cached(project)[0]
    other = file.read_bytes().replace(b"\x02t\0", b"\x02o\0")
    assert other != file.read_bytes()
    file.write_bytes(other)
    file.chmod(0o666)
    assert project.run("diff", "--exit-code").status == 0
    file.write_bytes(other)
    file.chmod(0o600)
    assert project.run("diff", "--exit-code").status == 3, "it is believed"
    assert project.run("diff", "--exit-code", env={"DBWARDEN_CACHE": "off"}).status == 0


def test_the_memory_stays_small(tmp_path):
    project = project_of(tmp_path, "sqlite:///./app.db")
    for number in range(45):
        project.write("schema.sql", f"CREATE TABLE t{number} (id int);\n")
        project.ok("diff")
    assert len(cached(project)) == 40


def test_extensions_of_a_file_are_part_of_the_migration(project):
    text = "CREATE TABLE t (a citext, b text);\n"
    project.write("schema.sql", text)
    assert '"citext" does not exist' in project.run("make-migrations", "a").err
    written = reach(project, "CREATE SCHEMA ext;\nCREATE EXTENSION citext;\nCREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA ext;\n"
                             + text + "CREATE INDEX ON t USING gin (b ext.gin_trgm_ops);\n")
    assert written.index("CREATE EXTENSION IF NOT EXISTS citext;") < written.index("CREATE TABLE t")
    assert "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;" in written and "VERSION" not in written
    project.ok("rollback")
    assert rows(project.url, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'") == []
    project.ok("migrate")
    written = reach(project, "CREATE SCHEMA ext;\nCREATE EXTENSION citext;\n" + text, "less")
    assert "DROP EXTENSION pg_trgm;" in written.split("-- rollback")[0]


def test_the_schema_of_an_extension_goes_with_it(project):
    reach(project, "CREATE SCHEMA ext;\nCREATE EXTENSION pg_trgm SCHEMA ext;\n")
    written = reach(project, "CREATE TABLE t (id int);\n", "none")
    assert written.index("DROP EXTENSION pg_trgm;") < written.index("DROP SCHEMA ext;") < written.index("-- rollback")


def test_extensions_that_the_file_does_not_name_stay(project):
    rows(project.url, "CREATE EXTENSION cube")
    written = reach(project, "CREATE EXTENSION IF NOT EXISTS citext;\nCREATE TABLE t (a citext, b cube);\n")
    assert "cube" not in written.replace("b cube", "")
    assert "EXTENSION" not in reach(project, "CREATE EXTENSION citext;\nCREATE TABLE t (a citext, b cube, c int);\n", "more")


def test_versions_count_where_the_file_names_them(project):
    rows(project.url, "CREATE EXTENSION citext VERSION '1.4'")
    assert "EXTENSION" not in reach(project, "CREATE EXTENSION citext;\nCREATE TABLE t (a citext);\n")
    written = reach(project, "CREATE EXTENSION citext VERSION '1.6';\nCREATE TABLE t (a citext);\n", "newer")
    assert "ALTER EXTENSION citext UPDATE TO '1.6';" in written
    assert "irreversible: what this file does has no way back" in written
    project.write("schema.sql", "CREATE EXTENSION citext VERSION '1.4';\nCREATE TABLE t (a citext);\n")
    assert "No new migrations" in project.ok("make-migrations").out  # a newer one does, and there is no way back


def test_an_extension_that_is_not_to_be_had_is_named(project):
    project.write("schema.sql", "CREATE EXTENSION no_such_thing;\n")
    outcome = project.run("make-migrations", "a")
    assert outcome.status != 0 and '"no_such_thing"' in outcome.err


def test_a_dump_makes_views_without_data_and_what_is_filled_stays_so(project):
    def filled():
        return dict(rows(project.url, "SELECT matviewname::text, ispopulated FROM pg_matviews"))

    body = "CREATE TABLE t (id int, n int);\nCREATE MATERIALIZED VIEW m AS SELECT n FROM t WITH NO DATA;\n" \
           "CREATE MATERIALIZED VIEW o AS SELECT n FROM t WITH NO DATA;\n"
    project.write("schema.sql", body)
    assert "view m is made WITH NO DATA" in project.ok("make-migrations").err
    project.ok("migrate")
    assert filled() == {"m": False, "o": False}
    rows(project.url, "REFRESH MATERIALIZED VIEW m")
    assert project.run("diff", "--exit-code").status == 0
    written = reach(project, body.replace("n int", "n bigint"), "retype")
    assert written.count("WITH NO DATA") == 2, "one of them, up and down"
    assert filled() == {"m": True, "o": False}
    project.ok("rollback")
    assert filled() == {"m": True, "o": False}
    dumped = subprocess.run(["pg_dump", "-s", "--exclude-table=_dbwarden*", project.url], capture_output=True, text=True, check=True)
    assert dumped.stdout.count("WITH NO DATA") == 2
    project.write("schema.sql", dumped.stdout)
    assert project.run("diff", "models", "--exit-code").status == 0


def test_a_schema_of_a_hand_written_migration_is_not_made_again(project):
    project.migration("0001", "own", "CREATE SCHEMA IF NOT EXISTS app;\nCREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
                      "DROP FUNCTION app.f();")
    project.ok("migrate")
    written = reach(project, "CREATE TABLE app.t (id int DEFAULT app.f());\n", "one")
    assert "CREATE SCHEMA" not in written
    project.write("schema.sql", "CREATE SCHEMA app;\nCREATE TABLE app.t (id int DEFAULT app.f());\n")
    assert project.run("diff", "models", "--exit-code").status == 0


def test_an_identity_column_of_a_parent(project):
    """The server adds none to a table with children: said before anything is written, and on the way back in the file."""
    with_it = "CREATE TABLE p (id int, k int GENERATED ALWAYS AS IDENTITY);\nCREATE TABLE c (more int) INHERITS (p);\n"
    without = "CREATE TABLE p (id int);\nCREATE TABLE c (more int) INHERITS (p);\n"
    reach(project, with_it)
    reach(project, without)
    assert "-- irreversible: table p / column k: an identity column cannot be added" in (
        project.migrations / project.files()[-1]).read_text()
    before = project.files()
    project.write("schema.sql", with_it)
    refused = project.run("make-migrations", "b")
    assert refused.status != 0 and "that others inherit from" in refused.err and "hint:" in refused.err, refused
    assert project.files() == before
