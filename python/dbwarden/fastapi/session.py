"""``get_session()``: the dependency for those who name a database instead of having its handle."""

from dbwarden.fastapi import engines


def _session_factory(database, dev):
    return engines.async_factory(database, dev or None)


def get_session(database=None, *, dev=False):
    """A dependency that gives a request its AsyncSession; None means the default database.

    Each call makes another dependency: an override for tests replaces the very object that the route has.
    """

    async def session_dependency():
        async with _session_factory(database, dev)() as session:
            yield session

    return session_dependency
