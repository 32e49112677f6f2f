"""DatabaseHandle: what ``database_config()`` returns; its sessions are dependencies for FastAPI.

A session property works as an annotation, as a default value and inside ``Annotated``::

    async def a(session: primary.async_session): ...
    async def b(session=primary.async_session): ...
    async def c(session: Annotated[AsyncSession, primary.async_session]): ...
"""

from functools import cached_property

SQL_TYPES = ("sqlite", "postgresql", "mysql", "mariadb")


def _dependency(cls, function):
    """``Annotated[cls, Depends(function)]`` that is a ``Depends`` itself, so that FastAPI takes it as a default value too."""
    import typing

    from fastapi import Depends, params

    depends = Depends(function)
    alias = typing.Annotated[cls, depends]

    class SessionDependency(type(alias), params.Depends, _root=True):
        def __init__(self):
            type(alias).__init__(self, cls, alias.__metadata__)
            for name, value in vars(depends).items():
                self.__dict__[name] = value
            for name in getattr(params.Depends, "__dataclass_fields__", ()):
                self.__dict__[name] = getattr(depends, name)

        def __setattr__(self, name, value):
            self.__dict__[name] = value

        def __eq__(self, other):
            return self is other

        def __hash__(self):
            return id(self)

        def __repr__(self):
            return repr(alias)

    return SessionDependency()


class DatabaseHandle:
    """One configured database."""

    def __init__(self, name, db_type):
        self._name = name
        self._db_type = db_type

    def __repr__(self):
        return f"DatabaseHandle({self._name!r}, {self._db_type!r})"

    def _session(self, kind):
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
    def async_session(self):
        """An AsyncSession for each request (ClickHouse: the shared AsyncClient). Nothing is committed by itself."""
        return self._session("async")

    @cached_property
    def sync_session(self):
        """A Session for each request (ClickHouse: the shared Client). Nothing is committed by itself."""
        return self._session("sync")

    @property
    def session(self):
        """async_session under its old name."""
        import warnings

        warnings.warn("handle.session is now handle.async_session", DeprecationWarning, stacklevel=2)
        return self.async_session
