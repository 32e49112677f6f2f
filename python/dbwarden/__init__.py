"""Versioned database schema changes: configuration and model metadata.

The work itself is done by the native ``dbwarden`` program, which this package puts on PATH, and by ``dbwarden._core``.
"""

from __future__ import annotations

from dbwarden._core import version as _version
from dbwarden.config_registry import database_config
from dbwarden.schema import CHColumnMeta, CHTableMeta, PGColumnMeta, PGTableMeta, TableMeta

TYPE_CHECKING = False  # as checkers understand it: importing typing would take longer than all the rest
if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy.orm import DeclarativeBase

    from dbwarden.db_handle import DatabaseHandle

    class Base(DeclarativeBase):
        """A declarative base for models."""


__version__ = _version()

__all__ = [
    "__version__",
    "CHColumnMeta",
    "CHTableMeta",
    "database_config",
    "PGColumnMeta",
    "PGTableMeta",
    "TableMeta",
]


def _is_module(name: str) -> bool:
    """`from dbwarden import config` asks for an attribute before it imports."""
    from importlib.util import find_spec

    return find_spec(f"{__name__}.{name}") is not None


def __getattr__(name: str) -> DatabaseHandle[Any, Any]:
    # SQLAlchemy is imported only by those who ask for a declarative base.
    if name == "Base":
        from sqlalchemy.orm import DeclarativeBase

        base: Any = type("Base", (DeclarativeBase,), {"__doc__": "A declarative base for models.", "__module__": __name__})
        globals()["Base"] = base
        return base  # type: ignore[no-any-return]
    # `from dbwarden import primary`: what the project's dbwarden.py calls its handles.
    if not name.startswith("_") and not _is_module(name):
        import dbwarden.config as config

        found: DatabaseHandle[Any, Any] | None = config.project_name(name)
        if found is not None:
            return found
    raise AttributeError(f"module 'dbwarden' has no attribute {name!r}")
