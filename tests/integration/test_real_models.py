"""Models of real applications, as their authors wrote them: from each release to the next and back, with rows."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pymysql
import pytest
import sqlalchemy as sa
from support import oracle
from support.engines import created
from support.project import ROOT, Project
from support.turns import EVERYWHERE, by_turns

APPS = {
    "optuna": ("optuna.storages._rdb.models:BaseModel", ["2.10.1", "3.6.2", "5.0.0"]),
    "jupyterhub": ("jupyterhub.orm:Base", ["2.3.1", "4.1.6", "6.1.1"]),
    "arize-phoenix": ("phoenix.db.models:Base", ["8.32.1", "11.38.0", "20.26.1"]),
}
# Those that support it: texts of arize-phoenix have no length.  MySQL gives old rows a value in what buildbot makes NOT NULL.
MYSQL_APPS = {"optuna": APPS["optuna"], "jupyterhub": APPS["jupyterhub"],
              "buildbot": ("buildbot.db.model:Model", ["3.5.0", "3.11.9", "4.3.0"])}
if EVERYWHERE:  # they take minutes; later releases of zenml make columns NOT NULL that refer to what old rows have none of
    MYSQL_APPS |= {"zenml": ("zenml.zen_stores.schemas.base_schemas:SQLModel", ["0.55.5", "0.70.0"]),
                   "ironic": ("ironic.db.sqlalchemy.models:Base", ["21.4.4", "26.1.6", "39.0.0"]),
                   "openstack-heat": ("heat.db.models:BASE", ["23.0.0", "27.0.1"])}
# Tables that get a NOT NULL column without a default: the applications' own migrations compute its values.
NEEDS_EMPTY = re.compile(r"table (\S+) / column \S+ is NOT NULL without a default")
CACHE = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test")) / "apps"


def interpreter(app, version):
    """The Python of a virtual environment with that release and what it needs, pinned; made once."""
    wanted = ROOT / "tests" / "apps" / f"{app}-{version}.txt"
    folder = CACHE / wanted.stem
    python = folder / "bin" / "python"
    if not (folder / "ready").exists() or (folder / "ready").read_text() != wanted.read_text():
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "-r", str(wanted)], check=True)
        (folder / "ready").write_text(wanted.read_text())
    return python


@pytest.fixture
def databases(request, servers, tmp_path):
    """Engines on two empty databases, the project's and the oracle's, with their URLs."""
    if request.param in ("mariadb", "mysql"):
        two = [created(request.param, servers, tmp_path) for _ in range(2)]
        yield [(database.alchemy, database.url) for database, _ in two]
        for _, drop in two:
            drop()
        return
    if request.param == "sqlite":
        (tmp_path / "project").mkdir()
        urls = [f"sqlite:///{tmp_path}/project/app.db", f"sqlite:///{tmp_path}/oracle.db"]
        yield [(sa.create_engine(url), url) for url in urls]
        return
    url = request.getfixturevalue("postgres")
    admin = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT",
                             poolclass=sa.pool.NullPool)
    name = admin.url.database + "_oracle"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    urls = [url, url.rsplit("/", 1)[0] + "/" + name]
    yield [(sa.create_engine(each.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool), each)
           for each in urls]
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def mysql_driver():
    """A folder with PyMySQL alone, which no application brings with it."""
    folder = CACHE / "driver"
    if not (folder / "pymysql").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pymysql").unlink(missing_ok=True)
        (folder / "pymysql").symlink_to(Path(pymysql.__file__).parent)
    return folder


def their_schema(python, models, engine, url):
    """What their own create_all makes, and the columns whose default is Python's."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        Path(engine.url.database).unlink(missing_ok=True)
        address = url
    elif engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        address = url.replace("postgresql://", "postgresql+psycopg2://")
    else:
        with engine.connect() as connection:
            for words in ("DROP", "CREATE"):
                connection.exec_driver_sql(f"{words} DATABASE {engine.url.database}")
        address = engine.url.render_as_string(hide_password=False)
    script = Path(__file__).parent / "support" / "build_schema.py"
    done = subprocess.run([str(python), str(script), models, address], capture_output=True, text=True, cwd="/",
                          env={**os.environ, "PYTHONPATH": str(mysql_driver())})
    assert done.returncode == 0, done.stderr
    soft = set(ast.literal_eval(done.stdout.strip().splitlines()[-1]))
    return oracle.reflect(engine, soft), soft


def rows_of(engine):
    return {table: len(rows) for table, rows in oracle.contents(engine).items()}


@by_turns("databases")
@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("app", APPS)
def test_releases(app, databases, tmp_path):
    releases(app, APPS[app], databases, tmp_path)


@by_turns("databases")
@pytest.mark.parametrize("databases", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize("app", MYSQL_APPS)
def test_releases_on_mysql(app, databases, tmp_path):
    releases(app, MYSQL_APPS[app], databases, tmp_path)


def releases(app, described, databases, tmp_path):
    models, versions = described
    (engine, url), (other, other_url) = databases
    project = Project(tmp_path / "project", url, sys.executable, model_paths=[models])
    before = oracle.reflect(engine)
    for at, version in enumerate(versions):
        project.python = interpreter(app, version)
        made = project.ok("make-migrations", f"release {version}", "-d", "primary")
        if at:
            oracle.fill_some(engine, skip=set(NEEDS_EMPTY.findall(made.err)))
        rows = rows_of(engine)
        project.ok("migrate")
        wanted, soft = their_schema(project.python, models, other, other_url)
        assert not oracle.differences(oracle.reflect(engine, soft), wanted)
        again = project.ok("make-migrations", "-d", "primary")
        assert "No new migrations to generate" in again.out, again
        if at:
            there = rows_of(engine)
            assert {table: n for table, n in rows.items() if table in there} == {
                table: there[table] for table in rows if table in there}
        if at and "No new migrations" not in made.out:
            project.ok("rollback")
            assert not oracle.differences(oracle.reflect(engine), before)
            project.ok("migrate")
        before = oracle.reflect(engine)
