"""The pools behind the sessions: one engine per database, kind and event loop.

A key holds names, never a URL. ``dispose_engines()`` really closes what is open, and the next use opens again.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any

from dbwarden import _address, _native
from dbwarden.config import DatabaseConfig, default_database, get_database, is_dev_mode
from dbwarden.exceptions import ConfigurationError, DatabaseUnreachableError
from dbwarden.fastapi.runtime import runtime_flags

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import ModuleType

    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    from sqlalchemy.orm import Session, sessionmaker

    Key = tuple[str, bool, int]  # database, development mode, loop

_ASYNC_SESSION_FACTORIES: dict[Key, _Open] = {}
_SYNC_SESSION_FACTORIES: dict[Key, _Open] = {}
_CLICKHOUSE_ASYNC_CLIENTS: dict[Key, _Open] = {}
_CLICKHOUSE_SYNC_CLIENTS: dict[Key, _Open] = {}
_ALL = (_ASYNC_SESSION_FACTORIES, _SYNC_SESSION_FACTORIES, _CLICKHOUSE_ASYNC_CLIENTS, _CLICKHOUSE_SYNC_CLIENTS)
_lock = threading.RLock()


class _Open:
    """What is open for one key: a factory of sessions or a client, and for which configuration and loop."""

    __slots__ = ("value", "database", "loop", "close")

    def __init__(self, value: Any, database: DatabaseConfig, loop: AbstractEventLoop | None, close: Any) -> None:
        self.value = value
        self.database = database
        self.loop = weakref.ref(loop) if loop else None
        self.close = close

    def is_for(self, database: DatabaseConfig, loop: AbstractEventLoop | None) -> bool:
        return self.database is database and (self.loop is None or self.loop() is loop)


def _get_open(
    kept: dict[Key, _Open],
    name: str | None,
    dev: bool | None,
    make: Callable[[DatabaseConfig], tuple[Any, Any]],
    loop: AbstractEventLoop | None = None,
) -> Any:
    """What is open for this database, opened if need be; of another configuration or a loop that is gone, again."""
    dev = is_dev_mode() if dev is None else dev
    with runtime_flags(dev=dev):
        database = get_database(name)
        key = (name or default_database(), dev, id(loop))
    found = kept.get(key)
    if found is not None and found.is_for(database, loop):
        return found.value
    with _lock:
        found = kept.get(key)
        if found is not None and found.is_for(database, loop):
            return found.value
        if found is not None:
            _dispose_one(kept.pop(key))
        _drop_those_of_dead_loops(kept)
        value, close = make(database)
        kept[key] = _Open(value, database, loop, close)
        return value


def _drop_those_of_dead_loops(kept: dict[Key, _Open]) -> None:
    """Nobody can use them any more; a test run has one loop after the other."""
    for key, found in list(kept.items()):
        loop = found.loop() if found.loop else None
        if found.loop and (loop is None or loop.is_closed()):
            _dispose_one(kept.pop(key))


# ---- SQLAlchemy


def _engine_options(database: DatabaseConfig, address: _address.Address) -> dict[str, Any]:
    options = dict(database.engine_options)
    if address.url.get_backend_name() != "sqlite":
        options.setdefault("pool_pre_ping", True)
    if address.arguments:
        options["connect_args"] = {**address.arguments, **options.get("connect_args", {})}
    return options


def _refuse_plain(connection: Any, _record: object) -> None:
    """MySQL's drivers go on without TLS where the server offers none, whatever was asked for."""
    cursor = connection.cursor()
    cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    row = cursor.fetchone()
    cursor.close()
    if not row or not row[1]:
        connection.close()
        raise DatabaseUnreachableError("the server offers no TLS, which the database's URL asks for")


def _watch(engine: Any, address: _address.Address) -> None:
    if address.must_encrypt:
        from sqlalchemy import event

        event.listen(engine, "connect", _refuse_plain)


def _needs_sqlalchemy() -> None:
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise ConfigurationError("sessions need SQLAlchemy", hint="pip install 'dbwarden[sqlalchemy]'") from None


def _make_async(database: DatabaseConfig) -> tuple[Any, Any]:
    _needs_sqlalchemy()
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    address = _address.resolve(database, "async")
    engine = create_async_engine(address.url, **_engine_options(database, address))
    _watch(engine.sync_engine, address)
    return async_sessionmaker(engine, expire_on_commit=False), engine


def _make_sync(database: DatabaseConfig) -> tuple[Any, Any]:
    _needs_sqlalchemy()
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    address = _address.resolve(database, "sync")
    engine = create_engine(address.url, **_engine_options(database, address))
    _watch(engine, address)
    return sessionmaker(engine, expire_on_commit=False), engine


def async_factory(name: str | None, dev: bool | None = None) -> async_sessionmaker[AsyncSession]:
    """The async_sessionmaker of a database for the running loop."""
    loop = asyncio.get_running_loop()
    found: async_sessionmaker[AsyncSession] = _get_open(_ASYNC_SESSION_FACTORIES, name, dev, _make_async, loop)
    return found


def sync_factory(name: str | None, dev: bool | None = None) -> sessionmaker[Session]:
    """The sessionmaker of a database; threads share it."""
    found: sessionmaker[Session] = _get_open(_SYNC_SESSION_FACTORIES, name, dev, _make_sync)
    return found


def _make_session_dep(name: str) -> Callable[[], AsyncIterator[AsyncSession]]:
    async def session_dependency() -> AsyncIterator[AsyncSession]:
        async with async_factory(name)() as session:
            yield session

    return session_dependency


def _make_sync_session_dep(name: str) -> Callable[[], Iterator[Session]]:
    def session_dependency() -> Iterator[Session]:
        with sync_factory(name)() as session:
            yield session

    return session_dependency


# ---- ClickHouse: one client, shared


def _needs_clickhouse() -> ModuleType:
    try:
        import clickhouse_connect
    except ImportError:
        raise ImportError(
            "ClickHouse sessions need clickhouse-connect: pip install 'dbwarden[clickhouse]'"
        ) from None
    return clickhouse_connect


def clickhouse_class(kind: str) -> type:
    _needs_clickhouse()
    if kind == "async":
        from clickhouse_connect.driver.asyncclient import AsyncClient

        return AsyncClient
    from clickhouse_connect.driver.client import Client

    return Client


def _client_arguments(database: DatabaseConfig) -> dict[str, Any]:
    """Everything that the URL says: clickhouses:// and https are TLS, options go to the client or to the server."""
    url = _address.read(database.sqlalchemy_url_sync or database.sqlalchemy_url_async, "the database's URL")
    said = dict(url.query)
    words = (said.pop("secure", ""), said.pop("protocol", ""))
    secure = url.drivername in ("clickhouses", "https") or words[0] in ("1", "true", "True") or words[1] == "https"
    return {
        "host": url.host,
        "port": url.port or (8443 if secure else 8123),
        "database": url.database or "default",
        "username": url.username,
        "password": url.password or "",
        "secure": secure,
        "autogenerate_session_id": False,  # a session takes one query at a time, and the client is shared
        "generic_args": said,  # what is not an argument is a setting of the server
        **database.engine_options,
    }


def _make_clickhouse_client(database: DatabaseConfig) -> tuple[Any, Any]:
    client = _needs_clickhouse().get_client(**_client_arguments(database))
    return client, client


async def _clickhouse_client(name: str) -> Any:
    loop = asyncio.get_running_loop()
    database = get_database(name)
    key = (name, is_dev_mode(), id(loop))
    found = _CLICKHOUSE_ASYNC_CLIENTS.get(key)
    if found is None or not found.is_for(database, loop):
        return await _native.share(("clickhouse", key), lambda: _open_clickhouse(key, database, loop))
    return found.value


async def _open_clickhouse(key: Key, database: DatabaseConfig, loop: AbstractEventLoop) -> Any:
    client = await _needs_clickhouse().get_async_client(**_client_arguments(database))
    before = _CLICKHOUSE_ASYNC_CLIENTS.get(key)
    _CLICKHOUSE_ASYNC_CLIENTS[key] = _Open(client, database, loop, client)
    if before is not None:
        _dispose_one(before)
    return client


def _make_clickhouse_dep(name: str) -> Callable[[], AsyncIterator[Any]]:
    async def client_dependency() -> AsyncIterator[Any]:
        yield await _clickhouse_client(name)

    return client_dependency


def _make_sync_clickhouse_dep(name: str) -> Callable[[], Iterator[Any]]:
    def client_dependency() -> Iterator[Any]:
        yield _get_open(_CLICKHOUSE_SYNC_CLIENTS, name, None, _make_clickhouse_client)

    return client_dependency


# ---- the end


_closing: set[asyncio.Task[None]] = set()  # a loop holds its tasks only weakly


async def _close_async(closable: Any) -> None:
    close = getattr(closable, "dispose", None) or getattr(closable, "close", None)
    result: Any = close() if close else None
    if hasattr(result, "__await__"):
        await result


def _close_without_loop(closable: Any, loop: AbstractEventLoop | None) -> None:
    """From a thread without a running loop: on the pool's own loop if that still lives, else its sockets go with it."""
    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(_close_async(closable), loop).result(10)
    elif loop is not None and not loop.is_closed():
        loop.run_until_complete(_close_async(closable))
    elif hasattr(closable, "sync_engine"):
        closable.sync_engine.dispose(close=False)


def _dispose_one(found: _Open) -> asyncio.Task[None] | None:
    """Closes one entry now; returns what has to be awaited on the running loop, or None."""
    closable, loop = getattr(found, "close", None), getattr(found, "loop", None)
    if closable is None:
        return None
    if loop is None:
        (getattr(closable, "dispose", None) or closable.close)()
        return None
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is not None and loop() is running:
        task = running.create_task(_close_async(closable))
        _closing.add(task)
        task.add_done_callback(_closing.discard)
        return task
    _close_without_loop(closable, loop())
    return None


class _Disposal:
    """What is still closing on this loop; awaiting it is waiting for the end."""

    def __init__(self, tasks: list[asyncio.Task[None]]) -> None:
        self._tasks = tasks

    def __await__(self) -> Generator[Any, None, None]:
        for task in self._tasks:
            yield from task


def dispose_engines() -> Awaitable[None]:
    """Closes every pool and client. Within an event loop the result is awaited; elsewhere all is closed on return."""
    with _lock:
        found = [entry for kept in _ALL for entry in kept.values()]
        for kept in _ALL:
            kept.clear()
    return _Disposal([task for task in map(_dispose_one, found) if task is not None])


def _forget_pools() -> None:
    """After a fork the connections are the parent's: they are neither used nor closed here."""
    global _lock
    _lock = threading.RLock()
    for kept in _ALL:
        for entry in kept.values():
            closable = getattr(entry, "close", None)
            engine: Any = getattr(closable, "sync_engine", closable)
            if hasattr(engine, "dispose"):
                engine.dispose(close=False)
        kept.clear()


os.register_at_fork(after_in_child=_forget_pools)
