"""The session of a request, for FastAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbwarden.safir._engine import create_async_session, create_database_engine

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_scoped_session


class DatabaseSessionDependency:
    """To be initialized when the application starts, and closed when it ends; ``Depends(db_session_dependency)`` in between."""

    def __init__(self) -> None:
        self._engine: AsyncEngine | None = None
        self._session: async_scoped_session[AsyncSession] | None = None

    async def __call__(self) -> AsyncGenerator[Any, None]:
        if not self._session:
            raise RuntimeError("db_session_dependency not initialized")
        session = self._session
        try:
            yield session
        finally:
            await session.remove()

    async def initialize(self, url: Any, password: Any, *, isolation_level: str | None = None) -> None:
        """Makes the engine, in the place of an earlier one."""
        await self.aclose()
        self._engine = create_database_engine(url, password, isolation_level=isolation_level)
        self._session = await create_async_session(self._engine)

    async def aclose(self) -> None:
        """Closes all connections."""
        engine, self._engine, self._session = self._engine, None, None
        if engine:
            await engine.dispose()


db_session_dependency = DatabaseSessionDependency()
