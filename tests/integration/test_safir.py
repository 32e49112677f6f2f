"""dbwarden.safir beside Safir itself: the same calls on the same project give the same answers, but for what is a defect there."""

import json
import textwrap

import pytest
from support.engines import EngineProject, created

ENGINES = ("sqlite", "postgresql")
MODELS = """
from sqlalchemy import Column, Integer, MetaData, String, Table
metadata = MetaData()
users = Table("users", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)))
"""
ENV = """
import os
from alembic import context
from models import metadata
import importlib
library = importlib.import_module(os.environ["LIBRARY"])
if context.is_offline_mode():
    library.run_migrations_offline(metadata, os.environ["URL"])
else:
    library.run_migrations_online(metadata, os.environ["URL"], os.environ["PASSWORD"])
"""
REVISION = """
revision = {id!r}
down_revision = {down!r}
depends_on = {needs!r}
branch_labels = {labels!r}
from alembic import op
import sqlalchemy as sa
def upgrade():
    {up}
def downgrade():
    pass
"""
USERS = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))'
# One observation after another, by whatever library is named.
SCRIPT = """
import asyncio, datetime, importlib, os, sys
name = os.environ["LIBRARY"]
library = importlib.import_module(name)
dependency = importlib.import_module("safir.dependencies.db_session" if name == "safir.database" else name).db_session_dependency
from pathlib import Path
from sqlalchemy import event, inspect, text, select
from models import metadata, users
seen = []
class Log:
    def info(self, said, **more): seen.append(["info", said])
    def error(self, said, **more): seen.append(["error", said, sorted(map(repr, more.items()))])
def see(what, value): seen.append([what, value])
def tried(call, *args, **named):
    try: return repr(call(*args, **named))
    except Exception as error: return f"{type(error).__name__}: {error}"
async def awaited(coroutine):
    try: return await coroutine
    except Exception as error: return type(error).__name__
URL, PASSWORD = os.environ["URL"], os.environ["PASSWORD"]
utc = datetime.timezone.utc
for zone in (utc, None, datetime.timezone(datetime.timedelta(hours=1))):
    time = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=zone)
    see("to", tried(library.datetime_to_db, time))
    see("from", tried(library.datetime_from_db, time))
see("none", [library.datetime_to_db(None), library.datetime_from_db(None)])
for url, password in (("postgresql://u@h:5/d?a=b", "p@ss/w:rd %"), ("postgresql://u:old@h/d", "new"), ("postgresql+asyncpg://u@h/d", None),
                      ("postgresql://u:kept@h/d", ""), ("postgresql://h/d", None)):
    engine = library.create_database_engine(url, password)
    see("url", engine.url.render_as_string(hide_password=False))
see("no user", tried(library.create_database_engine, "postgresql://h/d", "p").partition(":")[0])
calls = []
@library.retry_async_transaction(delay=0.01, max_tries=3)
async def fails():
    calls.append(1)
    from sqlalchemy.exc import DBAPIError
    raise DBAPIError("x", {}, Exception("y"))
@library.retry_async_transaction
async def works(a, b=0): return a + b
async def rows(engine):
    async with engine.connect() as connection:
        try: return sorted(row[0] for row in await connection.execute(text("SELECT version_num FROM alembic_version")))
        except Exception: return None
async def tables(engine):
    async with engine.connect() as connection:
        return sorted(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
async def execute(engine, sql):
    async with engine.begin() as connection: await connection.execute(text(sql))
async def main():
    see("fails", [await awaited(fails()), len(calls)])
    see("works", await works(1, b=2))
    engine = library.create_database_engine(URL, PASSWORD)
    config = Path("alembic.ini")
    see("current", await library.is_database_current(engine))
    see("current, logged", await library.is_database_current(engine, Log(), config))
    await library.unstamp_database(engine)
    await library.initialize_database(engine, Log(), schema=metadata)
    see("made", [await tables(engine), await rows(engine)])
    see("current", await library.is_database_current(engine))
    await library.stamp_database_async(engine, config)
    see("stamped", [await rows(engine), await library.is_database_current(engine)])
    await execute(engine, "INSERT INTO users VALUES (1, 'x')")
    await library.initialize_database(engine, Log(), schema=metadata)
    session = await library.create_async_session(engine, Log(), statement=select(users))
    async with session.begin(): see("kept", [tuple(row) for row in await session.execute(select(users))])
    await session.remove()
    await execute(engine, "UPDATE alembic_version SET version_num = 'r1'")
    see("older", await library.is_database_current(engine, Log(), config))
    await execute(engine, "UPDATE alembic_version SET version_num = 'nobody'")
    see("unknown", await library.is_database_current(engine, Log(), config))
    await library.stamp_database_async(engine)
    see("repaired", await rows(engine))
    await library.initialize_database(engine, Log(), schema=metadata, reset=True)
    await library.stamp_database_async(engine)
    async with engine.connect() as connection: see("empty", (await connection.execute(select(users))).all())
    see("no generator", await awaited(anext(dependency())))
    await dependency.initialize(URL, PASSWORD)
    async for session in dependency():
        async with session.begin(): see("session", (await session.execute(text("SELECT 1"))).scalar_one())
    await dependency.aclose()
    await library.drop_database(engine, metadata)
    see("dropped", [name for name in await tables(engine) if "alembic" in name or name == "users"])
    await library.unstamp_database(engine)
    await engine.dispose()
asyncio.run(main())
print(json.dumps(seen, default=str))
"""


class Alembic:
    """A project in a folder, over a new database."""

    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        (folder / "alembic" / "versions").mkdir(parents=True)
        self.write("models.py", MODELS)
        self.write("alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\nfile_template = %%(rev)s_x\n")
        self.write("alembic/env.py", ENV)
        self.revision("r1", None, USERS)
        self.revision("r2", "r1", 'op.create_index("ix", "users", ["name"]); op.drop_index("ix")')

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def revision(self, name, down, up="pass", needs=None, labels=None):
        self.write(f"alembic/versions/{name}_x.py", REVISION.format(id=name, down=down, up=up, needs=needs, labels=labels))

    def environment(self, library):
        url = self.database.alchemy.url
        if url.get_backend_name() == "sqlite":
            slashes = "///" if library.startswith("dbwarden") else "/////"  # it takes two away
            text, password = f"sqlite+aiosqlite:{slashes}{self.folder}/app.db", ""
        else:
            text, password = url.set(drivername="postgresql", password=None).render_as_string(), url.password or "none"
        return {"LIBRARY": library, "URL": text, "PASSWORD": password, "PYTHONPATH": str(self.folder)}

    def python(self, package, library, text):
        return package.python(text, folder=self.folder, **self.environment(library))

    def alembic(self, package, library, *args, status=0):
        return package.run(package.bin / "alembic", *args, folder=self.folder, status=status, **self.environment(library))


@pytest.fixture(params=ENGINES)
def alembic(request, tmp_path, servers):
    database, drop = created(request.param, servers, tmp_path / "project")
    yield Alembic(tmp_path / "project", database)
    drop()


def told(observations):
    return [[str(part) for part in seen] for seen in observations]


def test_the_same_calls_have_the_same_answers(alembic, package):
    ours = alembic.python(package, "dbwarden.safir", SCRIPT)
    if alembic.database.engine == "postgresql":  # theirs cannot stamp a new SQLite database
        assert told(ours) == told(alembic.python(package, "safir.database", SCRIPT))
    assert ["stamped", [["r2"], True]] in ours and ["repaired", ["r2"]] in ours and ["current", False] in ours


def test_alembic_runs_by_either(alembic, package):
    printed = {}
    for library in ("safir.database", "dbwarden.safir"):
        printed[library] = alembic.alembic(package, library, "upgrade", "head", "--sql")
        alembic.alembic(package, library, "upgrade", "head")
        alembic.alembic(package, library, "check")
        alembic.alembic(package, library, "stamp", "--purge", "base")
        alembic.database.run("DROP TABLE users")
    assert printed["safir.database"] == printed["dbwarden.safir"] and "CREATE TABLE users" in printed["dbwarden.safir"]


HEADS = """
import asyncio, os
from pathlib import Path
import dbwarden.safir as library
from sqlalchemy import event
async def main():
    engine = library.create_database_engine(os.environ["URL"], os.environ["PASSWORD"])
    asked = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    {body}
    await engine.dispose()
asyncio.run(main())
"""


def ask(alembic, package, body):
    return alembic.python(package, "dbwarden.safir", HEADS.replace("{body}", textwrap.indent(textwrap.dedent(body), "    ").lstrip()))


CURRENT = """
before = len(asked)
answer = await library.is_database_current(engine)
print(json.dumps([answer, len([sql for sql in asked[before:] if "pg_catalog" not in sql])]))
"""


def test_heads_that_depend_on_each_other_are_current(alembic, package):
    alembic.revision("s1", None, needs="r2", labels=("other",))
    alembic.alembic(package, "dbwarden.safir", "upgrade", "heads")
    assert alembic.database.query("SELECT version_num FROM alembic_version") == [("s1",)]
    answer, queries = ask(alembic, package, CURRENT)
    assert answer is True and queries == 1
    alembic.revision("s2", "s1")
    assert ask(alembic, package, CURRENT) == [False, 1]
    ask(alembic, package, "library.stamp_database(Path('alembic.ini')); print('null')")  # within a loop
    assert alembic.database.query("SELECT version_num FROM alembic_version") == [("s2",)]
    assert ask(alembic, package, CURRENT) == [True, 1]
    alembic.database.run("UPDATE alembic_version SET version_num = 'nobody'")
    ask(alembic, package, "await library.unstamp_database(engine); await library.stamp_database_async(engine); print('null')")
    assert "s2 (head)" in alembic.alembic(package, "dbwarden.safir", "current")


def test_a_version_table_of_its_own(alembic, package):
    alembic.write("alembic/env.py", ENV.replace('os.environ["PASSWORD"])', 'os.environ["PASSWORD"], version_table="of_app")'))
    alembic.alembic(package, "dbwarden.safir", "upgrade", "head")
    assert alembic.database.query("SELECT version_num FROM of_app") == [("r2",)] and ask(alembic, package, CURRENT) == [True, 1]
    ask(alembic, package, "await library.unstamp_database(engine); print('null')")
    assert not alembic.database.has("of_app")


def test_a_graph_that_is_wrong_is_said(tmp_path, servers, package):
    alembic = Alembic(tmp_path / "project", created("sqlite", servers, tmp_path / "project")[0])
    said = "\ntry: await library.is_database_current(engine)\nexcept library.AlembicConfigError as error: print(json.dumps(str(error)))"
    alembic.revision("r3", "gone")
    assert "there is no revision gone" in ask(alembic, package, said)
    alembic.revision("r3", "r4")
    alembic.revision("r4", "r3")
    assert "comes before itself" in ask(alembic, package, said)
    alembic.write("alembic/versions/r3_x.py", "revision = 'r1'\ndown_revision = None\n")
    assert "are both revision r1" in ask(alembic, package, said)
    alembic.write("alembic/versions/r3_x.py", "revision = 'r' + str(3)\n")
    assert "revision is computed" in ask(alembic, package, said)
    alembic.write("alembic.ini", "[alembic]\n")
    assert "script_location" in ask(alembic, package, said)


@pytest.fixture(params=ENGINES)
def own(request, tmp_path, servers):
    """A dbwarden project."""
    database, drop = created(request.param, servers, tmp_path / "project")
    project = EngineProject(tmp_path / "project", database)
    for version, name in (("0001", "users"), ("0002", "posts")):
        project.table(version, name)
    project.write("models.py", MODELS)
    yield project
    drop()


OWN = """
from models import metadata
seen = []
class Log:
    def info(self, said, **more): pass
    def error(self, said, **more): seen.append(sorted(map(str, more)))
async def current():
    before = len(asked)
    answer = await library.is_database_current(engine, Log())
    seen.append([answer, len([sql for sql in asked[before:] if "pg_catalog" not in sql])])
await current()
await library.initialize_database(engine, Log(), schema=metadata, reset=True)
await library.stamp_database_async(engine)
await current()
await library.unstamp_database(engine)
await current()
library.stamp_database(Path("alembic.ini"))
await current()
await library.drop_database(engine, metadata)
await current()
print(json.dumps(seen))
"""


def test_on_a_project_of_dbwarden(own, package):
    place = Alembic.environment(own, "dbwarden.safir")

    def ask_own(body):
        return package.python(HEADS.replace("{body}", textwrap.indent(body, "    ").lstrip()), folder=own.folder, **place)

    keys = ["current_schema", "expected_schema"]
    seen = ask_own(OWN)
    assert [entry for entry in seen if entry != keys] == [[False, 1], [True, 1], [False, 1], [True, 1], [False, 1]], seen
    assert seen.count(keys) == 3
    own.ok("migrate")
    one = "print(json.dumps([await library.is_database_current(engine), len(asked)]))"
    assert ask_own(one)[0] is True
    own.table("0003", "more")
    assert ask_own(one)[0] is False
    own.write("migrations/primary/primary__0003_more.sql", "-- upgrade\nSELECT 1;\n")
    own.ok("migrate")
    own.write("migrations/primary/ROC__x.sql", "-- upgrade\nSELECT 2;\n")
    assert ask_own(one)[0] is False
    own.ok("migrate")
    assert ask_own(one)[0] is True
    own.write("migrations/primary/ROC__x.sql", "-- a comment\n-- upgrade\nSELECT 2;\n")
    assert ask_own(one)[0] is True  # nothing that would run


def test_the_import_costs_no_more_than_theirs(package):
    def seconds(library):
        lines = f"import time; t = time.perf_counter(); from {library} import is_database_current, create_database_engine"
        return min(package.python(f"{lines}; print(json.dumps(time.perf_counter() - t))") for _ in range(2))

    assert seconds("dbwarden.safir") < seconds("safir.database")
    assert json.loads(package.run(package.bin / "python", "-c", "import sys, dbwarden.safir; print(int('sqlalchemy' in sys.modules))")) == 0


def test_on_a_project_of_fastmigrate(tmp_path, servers, package):
    project = EngineProject(tmp_path / "project", created("sqlite", servers, tmp_path / "project")[0])
    path = project.folder / "dbwarden.yaml"
    path.write_text(path.read_text() + "    format: fastmigrate\n    migrations_dir: migrations\n")
    project.write("migrations/0001-t.sql", "CREATE TABLE t (id INTEGER);\n")
    body = ["print(json.dumps([await library.is_database_current(engine)", "await library.stamp_database_async(engine)",
            "await library.is_database_current(engine)", "await library.unstamp_database(engine)", "await library.is_database_current(engine)]))"]
    place = Alembic.environment(project, "dbwarden.safir")
    assert package.python(HEADS.replace("{body}", ", ".join(body)), folder=project.folder, **place) == [False, None, True, None, False]
