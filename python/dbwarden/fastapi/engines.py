"""The pools behind the sessions: one engine per database, kind and event loop.

A key holds names, never a URL. ``dispose_engines()`` really closes what is open, and the next use opens again.
"""

import asyncio
import os
import threading
import weakref

from dbwarden import _address
from dbwarden.config import get_database, is_dev_mode
from dbwarden.exceptions import ConfigurationError
from dbwarden.fastapi.runtime import runtime_flags

_ASYNC_SESSION_FACTORIES = {}
_SYNC_SESSION_FACTORIES = {}
_CLICKHOUSE_ASYNC_CLIENTS = {}
_CLICKHOUSE_SYNC_CLIENTS = {}
_ALL = (_ASYNC_SESSION_FACTORIES, _SYNC_SESSION_FACTORIES, _CLICKHOUSE_ASYNC_CLIENTS, _CLICKHOUSE_SYNC_CLIENTS)
_lock = threading.RLock()


class _Open:
    """What is open for one key: a factory of sessions or a client, and for which configuration and loop."""

    __slots__ = ("value", "database", "loop", "close")

    def __init__(self, value, database, loop, close):
        self.value = value
        self.database = database
        self.loop = weakref.ref(loop) if loop else None
        self.close = close

    def is_for(self, database, loop):
        return self.database is database and (self.loop is None or self.loop() is loop)


def _get_open(kept, name, dev, make, loop=None):
    """What is open for this database, opened if need be; of another configuration or a loop that is gone, again."""
    dev = is_dev_mode() if dev is None else dev
    with runtime_flags(dev=dev):
        database = get_database(name)
    key = (name, dev, id(loop))
    found = kept.get(key)
    if found is not None and found.is_for(database, loop):
        return found.value
    with _lock:
        found = kept.get(key)
        if found is not None and found.is_for(database, loop):
            return found.value
        if found is not None:
            _dispose_one(found)
        value, close = make(database)
        kept[key] = _Open(value, database, loop, close)
        return value


# ---- SQLAlchemy


def _engine_options(database, url, arguments):
    options = dict(database.engine_options)
    if url.get_backend_name() != "sqlite":
        options.setdefault("pool_pre_ping", True)
    if arguments:
        options["connect_args"] = {**arguments, **options.get("connect_args", {})}
    return options


def _needs_sqlalchemy():
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise ConfigurationError("sessions need SQLAlchemy", hint="pip install 'dbwarden[sqlalchemy]'") from None


def _make_async(database):
    _needs_sqlalchemy()
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    url, arguments = _address.resolve(database, "async")
    engine = create_async_engine(url, **_engine_options(database, url, arguments))
    return async_sessionmaker(engine, expire_on_commit=False), engine


def _make_sync(database):
    _needs_sqlalchemy()
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    url, arguments = _address.resolve(database, "sync")
    engine = create_engine(url, **_engine_options(database, url, arguments))
    return sessionmaker(engine, expire_on_commit=False), engine


def async_factory(name, dev=None):
    """The async_sessionmaker of a database for the running loop."""
    return _get_open(_ASYNC_SESSION_FACTORIES, name, dev, _make_async, asyncio.get_running_loop())


def sync_factory(name, dev=None):
    """The sessionmaker of a database; threads share it."""
    return _get_open(_SYNC_SESSION_FACTORIES, name, dev, _make_sync)


def _make_session_dep(name):
    async def session_dependency():
        async with async_factory(name)() as session:
            yield session

    return session_dependency


def _make_sync_session_dep(name):
    def session_dependency():
        with sync_factory(name)() as session:
            yield session

    return session_dependency


# ---- ClickHouse: one client, shared


def _needs_clickhouse():
    try:
        import clickhouse_connect
    except ImportError:
        raise ImportError(
            "ClickHouse sessions need clickhouse-connect: pip install 'dbwarden[clickhouse]'"
        ) from None
    return clickhouse_connect


def clickhouse_class(kind):
    _needs_clickhouse()
    if kind == "async":
        from clickhouse_connect.driver.asyncclient import AsyncClient

        return AsyncClient
    from clickhouse_connect.driver.client import Client

    return Client


def _client_arguments(database):
    """Everything that the URL says: clickhouses:// and https are TLS, options go to the client by their names."""
    url = _address.read(database.sqlalchemy_url_sync or database.sqlalchemy_url_async, "the database's URL")
    said = dict(url.query)
    secure = url.drivername in ("clickhouses", "https") or said.pop("secure", "") in ("1", "true", "True")
    secure = secure or said.pop("protocol", "") == "https"
    return {
        "host": url.host,
        "port": url.port or (8443 if secure else 8123),
        "database": url.database or "default",
        "username": url.username,
        "password": url.password or "",
        "secure": secure,
        **said,
    }


def _make_clickhouse_client(database):
    client = _needs_clickhouse().get_client(**_client_arguments(database))
    return client, client


_opening = {}  # tasks that open an async client, so that requests at the same time share one


async def _clickhouse_client(name):
    loop = asyncio.get_running_loop()
    with runtime_flags(dev=is_dev_mode()):
        database = get_database(name)
    key = (name, is_dev_mode(), id(loop))
    found = _CLICKHOUSE_ASYNC_CLIENTS.get(key)
    if found is None or not found.is_for(database, loop):
        task = _opening.get(key)
        if task is None:
            task = _opening[key] = loop.create_task(_open_clickhouse(key, database, loop))
            task.add_done_callback(lambda _: _opening.pop(key, None))
        return await asyncio.shield(task)
    return found.value


async def _open_clickhouse(key, database, loop):
    client = await _needs_clickhouse().get_async_client(**_client_arguments(database))
    _CLICKHOUSE_ASYNC_CLIENTS[key] = _Open(client, database, loop, client)
    return client


def _make_clickhouse_dep(name):
    async def client_dependency():
        yield await _clickhouse_client(name)

    return client_dependency


def _make_sync_clickhouse_dep(name):
    def client_dependency():
        yield _get_open(_CLICKHOUSE_SYNC_CLIENTS, name, None, _make_clickhouse_client)

    return client_dependency


# ---- the end


async def _close_async(closable):
    close = getattr(closable, "dispose", None) or getattr(closable, "close", None)
    result = close() if close else None
    if hasattr(result, "__await__"):
        await result


def _close_without_loop(closable, loop):
    """From a thread without a running loop: on the pool's own loop if that still lives, else its sockets go with it."""
    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(_close_async(closable), loop).result(10)
    elif loop is not None and not loop.is_closed():
        loop.run_until_complete(_close_async(closable))
    elif hasattr(closable, "sync_engine"):
        closable.sync_engine.dispose(close=False)


def _dispose_one(found):
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
        return running.create_task(_close_async(closable))
    _close_without_loop(closable, loop())
    return None


class _Disposal:
    """What is still closing on this loop; awaiting it is waiting for the end."""

    def __init__(self, tasks):
        self._tasks = tasks

    def __await__(self):
        return asyncio.gather(*self._tasks).__await__() if self._tasks else iter(())


def dispose_engines():
    """Closes every pool and client. Within an event loop the result is awaited; elsewhere all is closed on return."""
    with _lock:
        found = [entry for kept in _ALL for entry in kept.values()]
        for kept in _ALL:
            kept.clear()
    return _Disposal([task for task in map(_dispose_one, found) if task is not None])


def _forget_pools():
    """After a fork the connections are the parent's: they are neither used nor closed here."""
    global _lock
    _lock = threading.RLock()
    for kept in _ALL:
        for entry in kept.values():
            engine = getattr(entry, "close", None)
            engine = getattr(engine, "sync_engine", engine)
            if hasattr(engine, "dispose"):
                engine.dispose(close=False)
        kept.clear()


os.register_at_fork(after_in_child=_forget_pools)
