"""``get_session()``: the dependency for those who name a database instead of having its handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbwarden.fastapi import engines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


def _session_factory(database: str | None, dev: bool) -> async_sessionmaker[AsyncSession]:
    return engines.async_factory(database, dev or None)


def get_session(database: str | None = None, *, dev: bool = False) -> Callable[[], AsyncIterator[AsyncSession]]:
    """A dependency that gives a request its AsyncSession; None means the default database.

    Each call makes another dependency: an override for tests replaces the very object that the route has.
    """

    async def session_dependency() -> AsyncIterator[AsyncSession]:
        async with _session_factory(database, dev)() as session:
            yield session

    return session_dependency
