"""What the servers say of themselves, and what hangs on it: names without a schema mean what they mean in that database."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.project import PROGRAM, Project

TARGET = Path(PROGRAM).parent / "tests" / "property" / "target"
PATH = "?options=-csearch_path%3D"


def facts(engine, url):
    """(of the server, offline), each with its first line under "target"."""
    done = subprocess.run([TARGET, engine, url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = []
    for line in done.stdout.splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            found[-1][name] = value
        else:
            found.append({"target": line})
    return found


def ask(url, sql, driver):
    engine = sa.create_engine(sa.engine.make_url(url).set(drivername=driver), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.text(sql)).one()


@pytest.mark.parametrize("server", ["PG15", "PG18"])
def test_postgresql_says_its_facts(servers, server):
    url = servers[f"{server}_TCP_URL"]
    live, offline = facts("postgresql", url + PATH + "%22%24user%22%2Cpg_catalog -cTimeZone=Asia/Tokyo".replace(" ", "%20"))
    number = ask(url, "SHOW server_version_num", "postgresql+psycopg2")[0]
    assert live["target"] == f"postgresql {number} known"
    assert live["search path"] == '"$user",pg_catalog'
    assert live["usual schema"] == "pg_catalog"
    assert live["time zone"] == "Asia/Tokyo"
    assert (live["charset"], live["collation"]) == tuple(
        ask(url, "SELECT current_setting('server_encoding'), datcollate FROM pg_database "
                 "WHERE datname = current_database()", "postgresql+psycopg2"))
    assert "usual schema" not in facts("postgresql", url + PATH + "nowhere")[0]
    assert offline == {"target": "postgresql 120000 unknown", "usual schema": "public"}


@pytest.mark.parametrize("engine", ["mariadb", "mysql"])
def test_mysql_and_mariadb_say_their_facts(servers, engine):
    url = servers[f"{engine.upper()}_URL"]
    live, offline = facts(engine, url)
    version, mode, fold, charset, collation, name = ask(
        url, "SELECT VERSION(), @@sql_mode, @@lower_case_table_names, @@character_set_database, @@collation_database, "
             "DATABASE()", "mysql+pymysql")
    major, minor, patch = (int(part) for part in version.split("-")[0].split("."))
    assert live["target"] == f"{engine} {major * 10000 + minor * 100 + patch} known"
    assert live["usual schema"] == name
    assert live["sql mode"] == mode
    assert live["lower case table names"] == str(fold)
    assert (live["charset"], live["collation"]) == (charset, collation)
    assert live["time zone"]
    assert offline["target"].endswith(" unknown") and len(offline) == 1


def test_sqlite_has_a_version_and_a_name_for_its_schema(tmp_path):
    live, offline = facts("sqlite", f"sqlite:///{tmp_path}/a.db")
    assert live["target"].endswith(" known")
    assert live["usual schema"] == offline["usual schema"] == "main"


MODELS = """
import enum

from sqlalchemy import Column, Enum, Integer, Sequence, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Mood(enum.Enum):
    good = 1
    bad = 2


class Thing(Base):
    __tablename__ = "thing"
    __table_args__ = {"schema": SCHEMA}
    id = Column(Integer, Sequence("thing_ids", schema=SCHEMA), server_default=text("nextval('app.thing_ids')"),
                primary_key=True)
    mood = Column(Enum(Mood, name="mood", schema=SCHEMA), server_default=text("'good'::app.mood"), nullable=False)
    other = Column(Enum(Mood, name="mood", schema="public"), server_default=text("'bad'::public.mood"))
    moods = Column(ARRAY(Enum(Mood, name="mood", schema=SCHEMA)))
    note = Column(Text)
"""
SCHEMA_SQL = """
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE TYPE public.mood AS ENUM ('good', 'bad');
CREATE SEQUENCE app.thing_ids AS bigint;
CREATE TABLE app.thing (id int DEFAULT nextval('app.thing_ids') PRIMARY KEY, mood app.mood DEFAULT 'good'::app.mood NOT NULL,
    other public.mood DEFAULT 'bad'::public.mood, moods app.mood[], note text);
"""


def run(url, *statements):
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def settles(project):
    """The migration is applied, and nothing is left, with the server's help and without it."""
    project.ok("make-migrations", "a")
    project.ok("migrate")
    for mode in ("auto", "offline"):
        left = project.run("diff", "--exit-code", f"--normalise={mode}")
        assert left.status == 0, str(left)


@pytest.mark.parametrize("source", ["None", "'app'", "schema.sql"])
@pytest.mark.parametrize("path", ["app,public", "app"])
def test_names_with_the_usual_schema_and_without_are_the_same(tmp_path, postgres, path, source):
    run(postgres, "CREATE SCHEMA app")
    there = {"schema_files": ["schema.sql"]} if source == "schema.sql" else {"model_paths": ["models"]}
    project = Project(tmp_path / "project", f"{postgres}{PATH}{path}", sys.executable, **there)
    project.write("schema.sql", SCHEMA_SQL)
    project.write("models.py", MODELS.replace("SCHEMA", source))
    settles(project)
    run(postgres, "SET search_path = app; INSERT INTO thing (note) VALUES ('one')")


def test_a_snapshot_remembers_the_usual_schema(tmp_path, postgres):
    """Without the database, and with a URL that does not say it, names mean what they meant there."""
    run(postgres, "CREATE SCHEMA app")
    project = Project(tmp_path / "project", f"{postgres}{PATH}app", sys.executable, model_paths=["models"])
    project.write("models.py", MODELS.replace("SCHEMA", "None"))
    settles(project)
    project.write("models.py", MODELS.replace("SCHEMA", "'app'"))
    Project(project.folder, "postgresql://postgres@127.0.0.1:1/gone", sys.executable, model_paths=["models"])
    nothing = project.ok("make-migrations", "b")
    assert "comparing with the snapshot" in nothing.err and len(project.files()) == 1, str(nothing)


def test_a_scratch_database_says_the_usual_schema_where_nothing_else_does(tmp_path):
    project = Project(tmp_path / "project", f"postgresql://postgres@127.0.0.1:1/gone{PATH}app", sys.executable,
                      schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE app.t (id int PRIMARY KEY);\n"
                                "CREATE TABLE public.u (id int PRIMARY KEY, t_id int REFERENCES t);\n")
    project.ok("make-migrations", "a", "--offline")
    text = (project.migrations / project.files()[0]).read_text()
    assert "CREATE TABLE t (" in text and "CREATE TABLE public.u (" in text and "REFERENCES t (id)" in text
    assert "SCHEMA" not in text  # every database has a schema public, and what comes first on the path is there


def test_patterns_speak_of_the_usual_schema_by_its_name(tmp_path, postgres):
    run(postgres, "CREATE SCHEMA app", "CREATE TABLE app.left_alone (id int)", "CREATE TABLE public.kept (id int)")
    project = Project(tmp_path / "project", f"{postgres}{PATH}app,public", sys.executable, schema_files=["schema.sql"],
                      exclude=["app.left_*"])
    project.write("schema.sql", "CREATE TABLE public.kept (id int); CREATE TABLE left_over (id int);")
    assert project.run("diff", "--exit-code").status == 0
