"""What type checkers and linters say: of the package itself, and of a project that uses it."""

import json
import re

import pytest
from support.project import ROOT

DATABASES = '''
from pathlib import Path

from dbwarden import database_config
from dbwarden.db_handle import DatabaseHandle
from pydantic import PostgresDsn
from sqlalchemy import URL

primary = database_config(
    database_name="primary",
    database_type="postgresql",
    database_url_sync=URL.create("postgresql", host="localhost", database="app"),
    database_url_async=None,
    secure_values=True,
    default=True,
    migrations_dir=Path("migrations/app"),
    migration_table="applied",
    seed_table="seeded",
    model_paths=["app/models"],
    schema_files=[Path("schema.sql")],
    include=("public.*",),
    exclude={"spatial_ref_sys"},
    manage=["grants", "ownership"],
    format="dbwarden",
    keep_in_step="alembic",
    snapshots="each",
    normalise="server",
    lock_timeout="2s",
    statement_timeout=1.5,
    retry_for=30,
    wait_for_db="off",
    wait_for_runner="5min",
    before_run=["make", "ready"],
    after_run="notify",
    before_file=None,
    after_file=("notify", "file"),
    on_failure="notify",
    hook_timeout=5,
    check_severity={"PG101": "error", "DG103": "off"},
    check_names={"table": "^[a-z_]+$"},
    dev_database_type="sqlite",
    dev_database_url="sqlite:///dev.db",
    overlap_models=True,
    online=True,
    cluster="main",
    targets={"schemas": "tenant_%", "search_path": ["public"]},
    engine_options={"pool_size": 20},
)
other: DatabaseHandle = database_config(database_name="other", database_url_sync="mariadb://localhost/other")
third = database_config(database_name="third", database_url_sync=PostgresDsn("postgresql://localhost/third"))
events = database_config(database_name="events", database_type="clickhouse", database_url_sync="clickhouse://localhost/events")
'''
RIGHT = '''
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import dbwarden
import redis
import redis.asyncio
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.client import Client
from dbwarden import Base, metrics
from dbwarden.config import DatabaseConfig, get_database
from dbwarden.db_handle import DatabaseHandle
from dbwarden.exceptions import ConfigurationError, DBWardenError
from dbwarden.fastapi import (
    DBWardenHealthRouter,
    DBWardenRouter,
    MetricsMiddleware,
    MetricsRouter,
    check_schema_on_startup,
    dbwarden_lifespan,
    dispose_engines,
    get_session,
    migrate_on_startup,
    migration_context,
    migration_lock,
    sync_migration_lock,
)
from dbwarden.logging import DBWardenLogger, get_logger
from dbwarden.pytest_plugin import MigratedDatabase
from dbwarden.schema import read_meta
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column
from typing_extensions import assert_type

from app.databases import events, other, primary

assert_type(primary, DatabaseHandle[AsyncSession, Session])
assert_type(other, DatabaseHandle[AsyncSession, Session])
assert_type(events, DatabaseHandle[AsyncClient, Client])
assert_type(primary.async_session, AsyncSession)
assert_type(primary.sync_session, Session)
assert_type(events.async_session, AsyncClient)
assert_type(events.sync_session, Client)
assert_type(get_database("primary"), DatabaseConfig)
assert_type(metrics.generate_metrics(), str)
assert_type(get_logger(), DBWardenLogger)
assert_type(dbwarden.__version__, str)
assert_type(DBWardenHealthRouter(), APIRouter)


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)

    class Meta(dbwarden.PGTableMeta):
        comment = "what is sold"
        pg_fillfactor = 70
        pg_checks = [{"name": "positive", "expression": "id > 0"}]

        class id(dbwarden.PGColumnMeta):
            comment = "its number"


meta = read_meta(Item)
comment = meta.fields["id"].comment if meta else None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with dbwarden_lifespan(mode="check", all_databases=True, fail_fast=False):
        yield


app = FastAPI(lifespan=lifespan)
app.include_router(DBWardenHealthRouter(), prefix="/health")
app.include_router(DBWardenRouter(api_key=["old", "new"], redis_client=redis.asyncio.Redis()), prefix="/db")
app.include_router(MetricsRouter())
app.add_middleware(MetricsMiddleware)


@app.get("/default")
async def as_default(session: AsyncSession = primary.async_session) -> int:
    return (await session.scalars(select(Item.id))).one()


@app.get("/annotated")
async def annotated(
    session: Annotated[AsyncSession, primary.async_session],
    named: Annotated[AsyncSession, Depends(get_session("other"))],
    own: Annotated[AsyncSession, Depends(primary.async_dependency)],
) -> int:
    return len([session, named, own])


@app.get("/sync")
def sync(session: Session = primary.sync_session) -> int:
    return session.scalars(select(Item.id)).one()


@app.get("/events")
async def from_clickhouse(client: AsyncClient = events.async_session) -> None:
    await client.command("SELECT 1")


async def in_tests() -> AsyncIterator[AsyncSession]:
    yield AsyncSession()


app.dependency_overrides[primary.async_dependency] = in_tests


async def work() -> None:
    async with migration_context(mode="migrate", database="primary"), migration_lock(redis.asyncio.Redis(), ttl=0.5):
        await dispose_engines()
    with sync_migration_lock(redis.Redis()):
        migrate_on_startup(with_backup=True)
    assert_type([result.pending_migrations for result in check_schema_on_startup()], list[int])
    try:
        dispose_engines()
    except ConfigurationError as error:
        assert_type(error.hint, str | None)
        assert_type(error.line, int | None)
        assert isinstance(error, DBWardenError)


def test_items(dbwarden_database: MigratedDatabase, dbwarden_agree: Callable[[], None]) -> None:
    assert dbwarden_database.url.startswith("sqlite")
    dbwarden_agree()
'''
# Every line that ends in "wrong" has to be refused, and no other.
WRONG = '''
from dbwarden import database_config, databse_config
from dbwarden.db_handle import DatabaseHandle
from dbwarden.fastapi import DBWardenRouter, dbwarden_lifespan, get_session, migrate_on_startup, migration_context
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.databases import events, primary

database_config(database_name="a", database_type="postgres", database_url_sync="x")  # wrong
database_config(database_name="a", database_url_sync="x", model_paths="models")  # wrong
database_config(database_name="a", database_url_sync="x", snapshots="all")  # wrong
database_config(database_name="a", database_url="x")  # wrong
database_config(database_url_sync="x")  # wrong
database_config("a", database_url_sync="x")  # wrong
databse_config(database_name="a", database_url_sync="x")  # wrong
a: Session = primary.async_session  # wrong
b: AsyncSession = events.async_session  # wrong
c: DatabaseHandle = events  # wrong
DBWardenRouter(auth_mode="closed")  # wrong
DBWardenRouter(api_key=3)  # wrong
dbwarden_lifespan(mode="apply")  # wrong
dbwarden_lifespan(all_database=True)  # wrong
migration_context(mode="none")  # wrong
migrate_on_startup("primary")  # wrong
get_session(database=primary)  # wrong


def as_annotation(session: primary.async_session) -> None: ...  # wrong
'''


@pytest.fixture
def project(tmp_path):
    """A user's project, whose configuration is not called dbwarden.py: checkers would take that for the package."""
    folder = tmp_path / "app"
    folder.mkdir()
    for name, text in {"__init__": "", "databases": DATABASES, "right": RIGHT, "wrong": WRONG}.items():
        folder.joinpath(f"{name}.py").write_text(text.lstrip("\n"))
    return tmp_path


def test_types_of_the_package_and_of_a_project(package, project):
    """One run, since most of it is reading FastAPI and SQLAlchemy; the package is seen as it was installed."""
    command = [package.bin / "mypy", "--strict", "--hide-error-context", "--no-error-summary", "--no-color-output"]
    said = package.run(*command, "--cache-dir", package.bin.parent / "mypy", "-p", "dbwarden", "-p", "app", folder=project, status=1)
    errors = [line for line in said.splitlines() if " error: " in line]
    others = [line for line in errors if not line.startswith("app/wrong.py:")]
    assert not others, "\n".join(others)
    refused = {int(re.match(r"app/wrong\.py:(\d+)", line).group(1)) for line in errors}
    wrong = {number for number, line in enumerate(WRONG.strip().splitlines(), 1) if line.endswith("wrong")}
    assert refused == wrong, said


def test_pyright_says_the_same_of_a_project(package, project):
    """It comes with a Node of its own from PyPI."""
    said = package.run(package.bin / "pyright", "--outputjson", "--pythonpath", package.bin / "python", "app", folder=project, status=1)
    errors = [found for found in json.loads(said)["generalDiagnostics"] if found["severity"] == "error"]
    assert {found["file"].rpartition("/")[2] for found in errors} == {"wrong.py"}, said
    refused = {found["range"]["start"]["line"] + 1 for found in errors}
    assert refused == {number for number, line in enumerate(WRONG.strip().splitlines(), 1) if line.endswith("wrong")}, said


def test_a_project_that_is_right_runs(package, project):
    """What checkers are told is what there is."""
    told = package.python("""
        import inspect
        from app import right
        from app.databases import primary
        from dbwarden import config, config_registry, database_config
        from sqlalchemy.ext.asyncio import AsyncSession
        given = {name for entry in config_registry.registered_entries() for name in entry if entry[name] is not None}
        keys = set(inspect.signature(database_config).parameters)
        types = [database.database_type for database in config.get_multi_db_config().databases.values()]
        overridden = primary.async_session.dependency in right.app.dependency_overrides
        print(json.dumps([sorted(keys - given), overridden, primary.async_session.__origin__ is AsyncSession, types]))
    """, folder=project)
    assert told == [["before_file", "database_url_async"], True, True, ["postgresql", "mariadb", "postgresql", "clickhouse"]]


def test_the_package_is_light(package):
    """typing alone would take as long as all the rest."""
    heavy = ("typing", "dataclasses", "asyncio", "sqlalchemy", "fastapi")
    code = "import sys; before = set(sys.modules); import dbwarden, json; print(json.dumps([m for m in {} if m in sys.modules.keys() - before]))"
    assert package.run(package.bin / "python", "-S", "-c", "import sys; sys.path.append(sys.argv[1]);" + code.format(heavy),
                       next(package.bin.parent.glob("lib/python3*/site-packages"))) == "[]\n"


def test_lint(package):
    package.run(package.bin / "ruff", "check", "--no-cache", ROOT / "python", folder=ROOT)
