"""Which version a database is at, and what is recorded about it: of an Alembic project, or of one of dbwarden."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, text
from sqlalchemy.exc import DBAPIError

from dbwarden.safir import _revisions
from dbwarden.safir._revisions import AlembicConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = [
    "AlembicConfigError",
    "is_database_current",
    "run_migrations_offline",
    "run_migrations_online",
    "stamp_database",
    "stamp_database_async",
    "unstamp_database",
]

DEFAULT = Path("alembic.ini")
NO_TABLE = ("42P01", "1146", "no such table", "doesn't exist", "UNKNOWN_TABLE")


def _lacks_table(error: DBAPIError) -> bool:
    """Did the server say that the table is not there, and nothing else?"""
    original = error.orig
    code = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return code == "42P01" if code else any(sign in str(original) for sign in NO_TABLE)


async def _rows(engine: AsyncEngine, sql: str) -> list[tuple[Any, ...]] | None:
    """None: a table of these is not there."""
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]
    except DBAPIError as error:
        if not _lacks_table(error):
            raise
        return None


class _Alembic:
    """``alembic_version`` in step with the graph of the version files."""

    def __init__(self, config_path: Path) -> None:
        self.config_path = config_path
        self.revisions = _revisions.read(config_path)

    def _table(self) -> Table:
        revisions = self.revisions
        return Table(
            revisions.table,
            MetaData(schema=revisions.schema),
            Column("version_num", String(32), nullable=False),
            PrimaryKeyConstraint("version_num", name=f"{revisions.table}_pkc"),
        )

    async def difference(self, engine: AsyncEngine) -> tuple[set[str], set[str]] | None:
        table = self._table()
        name = engine.dialect.identifier_preparer.format_table(table)
        rows = await _rows(engine, f"SELECT version_num FROM {name}")
        current = {str(row[0]) for row in rows or ()}
        expected = self.revisions.rows()
        return None if current in (expected, self.revisions.heads()) else (current, expected)

    async def stamp(self, engine: AsyncEngine) -> None:
        table, rows = self._table(), sorted(self.revisions.rows())
        if not rows:
            raise AlembicConfigError("Unable to find head of Alembic migrations")

        def write(connection: Connection) -> None:
            table.create(connection, checkfirst=True)
            connection.execute(table.delete())
            connection.execute(table.insert(), [{"version_num": row} for row in rows])

        async with engine.begin() as connection:
            await connection.run_sync(write)

    async def unstamp(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: self._table().drop(sync, checkfirst=True))

    def stamp_through_env(self) -> None:
        """As ``alembic stamp heads``, with the connection that the project's env.py makes."""
        from alembic import command
        from alembic.config import Config

        if not self.revisions.by_id:
            raise AlembicConfigError("Unable to find head of Alembic migrations")
        command.stamp(Config(str(self.config_path)), "heads", purge=True)


class _Dbwarden:
    """Our own tables, by the native library."""

    def __init__(self, config_path: Path) -> None:
        from dbwarden import _native

        self.options = _options(config_path)
        self.told = _native.run("current", {"files": True}, options=self.options)

    def _elsewhere(self, url: URL) -> dict[str, Any]:
        """The same project with the database of an engine."""
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            raise AlembicConfigError("a database in memory cannot be stamped, because only its own connection sees it")
        query = {"sslmode" if key == "ssl" else key: value for key, value in url.query.items()}
        database = os.path.abspath(url.database) if url.get_backend_name() == "sqlite" and url.database else url.database
        plain = url.set(drivername=url.get_backend_name(), query=query, database=database)
        keys = {
            "database_name": self.told["database"],
            "default": True,
            "database_type": "mariadb" if self.told["engine"] == "mariadb" else url.get_backend_name(),
            "database_url_sync": plain.render_as_string(hide_password=False),
            "migrations_dir": self.told["migrations_dir"],
            "migration_table": self.told["table"],
            "format": self.told["format"],
        }
        source = os.path.join(self.told["folder"], "dbwarden.py")
        entry = {"file": source, "line": 1, "keys": {key: {"value": value, "line": 1} for key, value in keys.items()}}
        return {"configuration": {"source": source, "folder": self.told["folder"], "entries": [entry]}}

    async def _call(self, engine: AsyncEngine, command: str, request: dict[str, Any]) -> dict[str, Any]:
        from dbwarden import _native

        options = self._elsewhere(engine.url)
        reply: dict[str, Any] = await _native.in_thread(lambda: _native.run(command, request, options=options))
        return reply

    async def difference(self, engine: AsyncEngine) -> tuple[set[str], set[str]] | None:
        """One query; where it does not say that all is well, the library looks into it: a file may stand for others."""
        expected = set(self.told["versions"])
        if self.told["format"] != "dbwarden":  # its own table, which the library reads
            reply = await self._call(engine, "current", {})
            return None if reply["current"] else ({reply["version"]} - {None}, expected)
        quoted = engine.dialect.identifier_preparer.quote(self.told["table"])
        rows = await _rows(
            engine,
            f"SELECT version, filename, checksum, 1 FROM {quoted} UNION ALL SELECT version, filename, checksum, 0"
            " FROM _dbwarden_journal WHERE outcome <> 'done' AND filename NOT LIKE 'seeds/%'",
        )
        applied = {row[0] for row in rows or () if row[3] == 1 and row[0]}
        files = {(row[1], row[2]) for row in rows or () if row[3] == 1 and not row[0]}
        on_change = {(file["filename"], file["checksum"]) for file in self.told["on_change"]}
        halfway = any(row[3] == 0 for row in rows or ())
        if rows is not None and applied == expected and on_change <= files and not halfway:
            return None
        if rows is not None and (await self._call(engine, "current", {}))["current"]:
            return None
        return applied, expected

    async def stamp(self, engine: AsyncEngine) -> None:
        if not self.told["versions"]:
            raise AlembicConfigError(f"there are no migrations in {self.told['migrations_dir']}")
        await self._call(engine, "unstamp", {})
        await self._call(engine, "stamp", {})

    async def unstamp(self, engine: AsyncEngine) -> None:
        await self._call(engine, "unstamp", {})

    def stamp_through_env(self) -> None:
        from dbwarden import _native

        for command in ("unstamp", "stamp"):
            _native.run(command, {}, options=self.options)


def _options(config_path: Path) -> dict[str, Any]:
    """Options of the native library for the project that the path lies in, or names."""
    from dbwarden import config
    from dbwarden.exceptions import ConfigurationError

    if config_path.is_file():
        return {"config": str(config_path)}
    folder = os.path.abspath(config_path.parent)
    if folder != os.getcwd():
        return {"folder": folder}
    try:
        return config.native_options()
    except ConfigurationError as error:
        if not (error.file or "").endswith((".yaml", ".yml")):
            raise
        return {"folder": folder}


def _project(config_path: Path | str) -> _Alembic | _Dbwarden:
    from dbwarden.exceptions import DBWardenNotInitializedError

    path = Path(config_path)
    if path.suffix in (".ini", ".cfg") and (path.is_file() or path != DEFAULT):
        return _Alembic(path)  # which says what is wrong with it
    if _revisions.is_project(path):
        return _Alembic(path)
    try:
        return _Dbwarden(path)
    except DBWardenNotInitializedError as error:
        raise AlembicConfigError(f"there is neither {path} nor a configuration of dbwarden") from error


async def is_database_current(engine: AsyncEngine, logger: Any = None, config_path: Path = DEFAULT) -> bool:
    """Whether the database has exactly what the files say, by one query. For the start of an application, which stops if not."""
    differs = await _project(config_path).difference(engine)
    if differs and logger:
        current, expected = differs
        logger.error(f"Schema mismatch: {current} != {expected}", current_schema=sorted(current), expected_schema=sorted(expected))
    return differs is None


def stamp_database(config_path: Path) -> None:
    """Records every revision as applied, in the database that the project itself names (an Alembic project's env.py)."""
    _outside_of_loop(_project(config_path).stamp_through_env)


async def stamp_database_async(engine: AsyncEngine, config_path: Path = DEFAULT) -> None:
    """Records every revision as applied, whatever was recorded before; nothing is run."""
    await _project(config_path).stamp(engine)


async def unstamp_database(engine: AsyncEngine, config_path: Path = DEFAULT) -> None:
    """Forgets what was recorded as applied. Nothing of it is undone."""
    try:
        project: Any = _project(config_path)
    except AlembicConfigError:  # no project is here: Alembic's own table goes
        table = Table("alembic_version", MetaData())
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: table.drop(sync, checkfirst=True))
    else:
        await project.unstamp(engine)


def _outside_of_loop(function: Callable[[], None]) -> None:
    """env.py calls asyncio.run(), which a thread with a loop of its own refuses."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        function()
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as threads:
        threads.submit(function).result()


def run_migrations_offline(metadata: MetaData, url: Any, **options: Any) -> None:
    """For env.py: prints the migrations. More options of ``context.configure()`` may be given; no driver has to be installed."""
    from alembic import context

    from dbwarden.safir._engine import database_url

    said = {"literal_binds": True, "dialect_opts": {"paramstyle": "named"}, **options}
    plain = database_url(url, None).render_as_string(hide_password=False)
    context.configure(url=plain, target_metadata=metadata, **said)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online(metadata: MetaData, url: Any, password: Any, **options: Any) -> None:
    """For env.py: runs the migrations over one connection. More options of ``context.configure()`` may be given."""
    from alembic import context

    from dbwarden.safir._engine import create_database_engine

    def migrate(connection: Connection) -> None:
        context.configure(connection=connection, target_metadata=metadata, **options)
        with context.begin_transaction():
            context.run_migrations()

    async def run() -> None:
        engine = create_database_engine(url, password)
        try:
            async with engine.connect() as connection:
                await connection.run_sync(migrate)
        finally:
            await engine.dispose()

    _outside_of_loop(lambda: asyncio.run(run()))
