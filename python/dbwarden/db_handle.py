"""DatabaseHandle: what ``database_config()`` returns; its sessions are dependencies for FastAPI.

A session property works as an annotation, as a default value and inside ``Annotated``::

    async def a(session: primary.async_session): ...
    async def b(session=primary.async_session): ...
    async def c(session: Annotated[AsyncSession, primary.async_session]): ...

Type checkers see the session itself: ``session: AsyncSession = primary.async_session`` is right for them, and so is the third
form; the first is not, since to them a property is not a type.
"""

from __future__ import annotations

from functools import cached_property

TYPE_CHECKING = False  # as checkers understand it: importing typing would take longer than all the rest
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Any, Generic, Literal

    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session
    from typing_extensions import TypeVar

    Async = TypeVar("Async", default=AsyncSession)
    Sync = TypeVar("Sync", default=Session)
else:

    class Generic:
        """What a subscript says is for checkers alone."""

        def __class_getitem__(cls, _):
            return cls

    Async = Sync = None

SQL_TYPES = ("sqlite", "postgresql", "mysql", "mariadb")


def _dependency(cls: type, function: Callable[[], object]) -> Any:
    """``Annotated[cls, Depends(function)]`` that is a ``Depends`` itself, so that FastAPI takes it as a default value too."""
    import typing

    from fastapi import Depends, params

    depends = Depends(function)
    alias: Any = typing.Annotated[cls, depends]

    class SessionDependency(type(alias), params.Depends, _root=True):  # type: ignore[misc, call-arg]
        def __init__(self) -> None:
            type(alias).__init__(self, cls, alias.__metadata__)
            for name, value in vars(depends).items():
                self.__dict__[name] = value
            for name in getattr(params.Depends, "__dataclass_fields__", ()):
                self.__dict__[name] = getattr(depends, name)

        def __setattr__(self, name: str, value: object) -> None:
            self.__dict__[name] = value

        def __eq__(self, other: object) -> bool:
            return self is other

        def __hash__(self) -> int:
            return id(self)

        def __repr__(self) -> str:
            return repr(alias)

    return SessionDependency()


class DatabaseHandle(Generic[Async, Sync]):
    """One configured database."""

    def __init__(self, name: str, db_type: str) -> None:
        self._name = name
        self._db_type = db_type

    def __repr__(self) -> str:
        return f"DatabaseHandle({self._name!r}, {self._db_type!r})"

    def _session(self, kind: Literal["async", "sync"]) -> Any:
        from dbwarden.fastapi import engines

        if self._db_type in SQL_TYPES:
            if kind == "async":
                from sqlalchemy.ext.asyncio import AsyncSession

                return _dependency(AsyncSession, engines._make_session_dep(self._name))
            from sqlalchemy.orm import Session

            return _dependency(Session, engines._make_sync_session_dep(self._name))
        if self._db_type == "clickhouse":
            if kind == "async":
                return _dependency(engines.clickhouse_class("async"), engines._make_clickhouse_dep(self._name))
            return _dependency(engines.clickhouse_class("sync"), engines._make_sync_clickhouse_dep(self._name))
        raise ValueError(
            f"Unsupported database_type: '{self._db_type}'. Expected one of: {', '.join(SQL_TYPES)}, clickhouse."
        )

    @cached_property
    def async_session(self) -> Async:
        """An AsyncSession for each request (ClickHouse: the shared AsyncClient). Nothing is committed by itself."""
        session: Async = self._session("async")
        return session

    @cached_property
    def sync_session(self) -> Sync:
        """A Session for each request (ClickHouse: the shared Client). Nothing is committed by itself."""
        session: Sync = self._session("sync")
        return session

    @property
    def async_dependency(self) -> Callable[[], AsyncIterator[Async]]:
        """What gives async_session: a key of ``app.dependency_overrides``, or for ``Depends(...)``."""
        session: Any = self.async_session
        return session.dependency  # type: ignore[no-any-return]

    @property
    def sync_dependency(self) -> Callable[[], Iterator[Sync]]:
        """What gives sync_session."""
        session: Any = self.sync_session
        return session.dependency  # type: ignore[no-any-return]

    @property
    def session(self) -> Async:
        """async_session under its old name."""
        import warnings

        warnings.warn("handle.session is now handle.async_session", DeprecationWarning, stacklevel=2)
        return self.async_session
