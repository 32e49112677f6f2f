"""Engines and sessions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker, create_async_engine

from dbwarden import _address

if TYPE_CHECKING:
    from sqlalchemy import URL, Select
    from sqlalchemy.ext.asyncio import AsyncEngine

TRIES, PAUSE = 5, 2.0  # a server or a proxy that starts at the same moment


def text_of(value: Any) -> str:
    """A secret's or a URL object's text."""
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)


def database_url(url: Any, password: Any) -> URL:
    """The URL with that password in it, whatever stood there."""
    read = _address.read(text_of(url), "the database URL")
    if not password:
        return read
    if not read.username:
        raise ValueError(f"No username in database URL {read.render_as_string()}")
    return read.set(password=text_of(password))


def address_of(url: Any, password: Any) -> _address.Address:
    """For an async engine: where the URL names no driver, the one that is installed."""
    read = database_url(url, password)
    backend = read.get_backend_name()
    if "+" not in read.drivername and backend in _address.ASYNC_DRIVERS:
        driver = "asyncpg" if backend == "postgresql" else _address._choose_driver(backend, _address.ASYNC_DRIVERS, "async")
        read = read.set(drivername=f"{backend}+{driver}")
    return _address._asyncpg(read) if read.drivername == "postgresql+asyncpg" else _address.Address(read, {})


def create_database_engine(url: Any, password: Any, *, isolation_level: str | None = None) -> AsyncEngine:
    """An async engine. ``postgresql:`` means asyncpg; the password, which may be a pydantic secret, is put into the URL."""
    address = address_of(url, password)
    options: dict[str, Any] = {"isolation_level": isolation_level} if isolation_level else {}
    return create_async_engine(address.url, connect_args=address.arguments, **options)


async def create_async_session(
    engine: AsyncEngine, logger: Any = None, *, statement: Select[Any] | None = None
) -> async_scoped_session[AsyncSession]:
    """A session for each task. With a statement it is run first, up to five times two seconds apart, to wait for the server."""
    factory = async_sessionmaker(engine, expire_on_commit=False)
    session = async_scoped_session(factory, scopefunc=asyncio.current_task)
    if statement is None:
        return session
    for _ in range(TRIES):
        try:
            await _try(session, statement)
            return session
        except (ConnectionRefusedError, OperationalError, OSError):
            if logger:
                logger.info("database not ready, waiting two seconds")
            await asyncio.sleep(PAUSE)
    await _try(session, statement)
    return session


async def _try(session: async_scoped_session[AsyncSession], statement: Select[Any]) -> None:
    try:
        async with session.begin():
            await session.execute(statement.limit(1))
    finally:
        await session.remove()
