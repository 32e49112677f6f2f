"""Pairs of models against what SQLAlchemy builds from them: up reaches it, a second diff is empty, down comes back.

Rows are in the tables wherever they can survive.  Cases whose change filled tables forbid must fail there, with
nothing changed, and work on empty ones.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from support import legacy, oracle
from support.engines import started
from support.project import ROOT, Project
from support.turns import by_turns

CACHE = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test"))
CASES = ROOT / "tests" / "golden" / "schema"
SERVERS = {"postgresql": ["pg15", "pg18"], "sqlite": [None, "sqlite-3.53"], "mariadb": ["mariadb", "mysql", *started("mariadb114", "tidb")]}
DRIVERS = {"postgresql": "postgresql+psycopg2", "mariadb": "mariadb+pymysql", "mysql": "mysql+pymysql"}

REFUSED = {"postgresql-diff-meta-info-conflict": "non-empty .info", "mariadb-flow-create-string-no-length": "VARCHAR requires a length"}
LACKED = {  # by TiDB
    "mariadb-diff-computed-change": "not supported for generated columns",
    "mariadb-diff-index-desc": "TiDB has no indexes that are sorted downwards",
}
FILLED_IN_PART = {"mariadb-diff-big30-nochange"}  # it has conditions that rows made for tests do not fulfil
NEEDS_EMPTY = {
    "postgresql-diff-add-column-notnull-nodefault": "contains null values",
    "postgresql-diff-check-meta-change": "is violated by some row",
}


def cases(*modes):
    found = []
    for path in sorted(CASES.iterdir()):
        case = json.loads((path / "case.json").read_text())
        if case["mode"] in modes:
            found += [pytest.param(path, case, name, id=f"{path.name}{'' if name in (None, 'pg15') else '-' + name}")
                      for name in SERVERS[case["engine"]]]
    return found


@pytest.fixture
def database(request, tmp_path, servers, monkeypatch):
    """An engine on an empty database of the case's kind, and the URL for the project."""
    server = request.node.callspec.params["server"]
    if server == "sqlite-3.53":
        monkeypatch.setenv("DBWARDEN_TEST_LIBRARIES", str(CACHE / server))
    if server is None or server.startswith("sqlite"):
        engine = sa.create_engine(f"sqlite:///{tmp_path}/project/app.db")
        (tmp_path / "project").mkdir()
        yield engine, "sqlite:///./app.db"
        engine.dispose()
        return
    name = f"g_{abs(hash((request.node.name, os.getpid()))):x}"
    engine_name = "postgresql" if server.startswith("pg") else "mysql" if server == "tidb" else server.rstrip("0123456789")
    address = servers[f"{server.upper()}_TCP_URL" if engine_name == "postgresql" else f"{server.upper()}_URL"].split("://")[1]
    drop = "DROP DATABASE {} WITH (FORCE)" if engine_name == "postgresql" else "DROP DATABASE {}"
    admin = sa.create_engine(f"{DRIVERS[engine_name]}://{address}", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for each in (name, name + "_oracle"):
            connection.exec_driver_sql(f"CREATE DATABASE {each}")
    ours = address.rsplit("/", 1)[0] + "/" + name
    engine = sa.create_engine(f"{DRIVERS[engine_name]}://{ours}")
    yield engine, f"{engine_name}://{ours}"
    engine.dispose()
    with admin.connect() as connection:
        for each in (name, name + "_oracle"):
            connection.exec_driver_sql(drop.format(each))
    admin.dispose()


def models_put(project, path, step):
    """The models of a step as the project's `models`."""
    target = project.folder / "models"
    shutil.rmtree(target, ignore_errors=True)
    single = path / f"{step}.py"
    if single.exists():
        target.mkdir()
        shutil.copy(single, target / "models.py")
    else:
        shutil.copytree(path / step, target)


def oracle_schema(engine, path, step, tmp_path, before_sql):
    """What create_all builds from the models of a step, in a database of its own."""
    folder = tmp_path / f"oracle_{step}"
    single = path / f"{step}.py"
    if single.exists():
        folder.mkdir()
        shutil.copy(single, folder / "models.py")
    else:
        shutil.copytree(path / step, folder / "models")
    if engine.dialect.name == "sqlite":
        other = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    else:
        other = sa.create_engine(engine.url.set(database=engine.url.database + "_oracle"))
        name = "public" if engine.dialect.name == "postgresql" else other.url.database
        with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name}" + (" CASCADE" if name == "public" else ""))
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        other.dispose()
    run_sql(other, before_sql)
    oracle.create_all(other, folder)
    soft = oracle.soft_defaults(folder)
    schema = oracle.reflect(other, soft)
    other.dispose()
    return schema, soft


def run_sql(engine, text):
    with engine.begin() as connection:
        for statement in filter(str.strip, text.split(";")):
            connection.exec_driver_sql(statement)


def base_make(project, engine, path):
    """The database and project before the change, as 0.8.2 left them."""
    models_put(project, path, "before")
    folder = project.folder / "models" if (path / "before.py").exists() else project.folder
    extra = (path / "before.sql").read_text() if (path / "before.sql").exists() else ""
    run_sql(engine, extra)
    ddl = oracle.ddl_of(engine, folder)
    oracle.create_all(engine, folder)
    file = project.migration("0001", "base", "\n\n".join(ddl))
    legacy.record(engine, file)
    snapshots = project.folder / "dbwarden" / "schemas"
    snapshots.mkdir(parents=True)
    shutil.copy(path / "base.schema.json", snapshots / "primary__0001_base.schema.json")
    return extra


def survivors(rows, now):
    """Of the rows from before, the values of columns that are still there."""
    return {table: [{key: value for key, value in row.items() if now[table] and key in now[table][0]} for row in old]
            for table, old in rows.items() if table in now}


def make(project, case):
    args = ["make-migrations", "-d", "primary", *case["options"]]
    if case["mode"] == "nod":
        args = ["make-migrations", *case["options"]]
    return project.answer(args, case["answers"]) if case["answers"] else project.run(*args)


def nothing_to_generate(project):
    again = project.ok("make-migrations", "-d", "primary")
    assert "No new migrations to generate" in again.out, again


def no_more_changes(project):
    shown = project.run("diff", "--exit-code", "models")
    assert shown.status == 0, shown


@by_turns("server")
@pytest.mark.parametrize("path,case,server", cases("diff"))
def test_change(path, case, server, database, tmp_path):
    engine, url = database
    project = Project(tmp_path / "project", url, sys.executable, model_paths=["models"])
    extra = base_make(project, engine, path)
    if path.name in FILLED_IN_PART:
        oracle.fill_some(engine)
    elif path.name not in NEEDS_EMPTY:
        oracle.fill(engine)
    wanted_rows = oracle.contents(engine)
    before = oracle.reflect(engine)
    models_put(project, path, "after")

    made = make(project, case)
    refused = {**REFUSED, **(LACKED if server == "tidb" else {})}
    if path.name in refused:
        assert made.status == 1 and refused[path.name] in made.err, made
        return
    assert made.status == 0, made
    wanted, soft = oracle_schema(engine, path, "after", tmp_path, extra)
    if project.files() == ["primary__0001_base.sql"]:
        assert not oracle.differences(oracle.reflect(engine, soft), wanted)
        nothing_to_generate(project)
        no_more_changes(project)
        return

    project.ok("migrate")
    assert not oracle.differences(oracle.reflect(engine, soft), wanted)
    after_rows = oracle.contents(engine)
    no_more_changes(project)
    text = (project.migrations / project.files()[-1]).read_text()
    project.ok("rollback")
    assert not oracle.differences(oracle.reflect(engine), before)
    if "irreversible: data" not in text:
        assert oracle.contents(engine) == wanted_rows
        for table, rows in survivors(wanted_rows, after_rows).items():
            assert len(rows) <= len(after_rows[table])
    project.ok("migrate")
    assert not oracle.differences(oracle.reflect(engine, soft), wanted)


@by_turns("server")
@pytest.mark.parametrize("path,case,server", [item for item in cases("diff") if item.values[0].name in NEEDS_EMPTY])
def test_change_that_rows_forbid(path, case, server, database, tmp_path):
    engine, url = database
    project = Project(tmp_path / "project", url, sys.executable, model_paths=["models"])
    base_make(project, engine, path)
    rows, before = oracle.fill(engine), oracle.reflect(engine)
    models_put(project, path, "after")
    made = make(project, case)
    assert made.status == 0, made
    failed = project.run("migrate")
    assert failed.status == 1 and NEEDS_EMPTY[path.name] in failed.err, failed
    assert oracle.reflect(engine) == before and oracle.contents(engine) == rows


@by_turns("server")
@pytest.mark.parametrize("path,case,server", cases("flow", "nod"))
def test_life_cycle(path, case, server, database, tmp_path):
    """From an empty database through every step of the models, and all the way down again."""
    engine, url = database
    project = Project(tmp_path / "project", url, sys.executable, model_paths=["models"])
    empty = oracle.reflect(engine)
    for at, step in enumerate(case["steps"]):
        models_put(project, path, step)
        options = case["options"] if at == len(case["steps"]) - 1 else []
        made = make(project, {**case, "options": options})
        if path.name in REFUSED:
            assert made.status == 1 and REFUSED[path.name] in made.err, made
            return
        assert made.status == 0, made
        project.ok("migrate")
        wanted, soft = oracle_schema(engine, path, step, tmp_path, "")
        assert not oracle.differences(oracle.reflect(engine, soft), wanted)
        no_more_changes(project)
    nothing_to_generate(project)
    project.ok("downgrade", "--to", "0")
    assert not oracle.differences(oracle.reflect(engine), empty)
    project.ok("migrate")
    assert not oracle.differences(oracle.reflect(engine, soft), wanted)
