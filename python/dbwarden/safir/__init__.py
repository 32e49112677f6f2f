"""What applications that use Safir import from ``safir.database`` and ``safir.dependencies.db_session``, under the same names.

It works on a dbwarden project, and on an Alembic project as it stands: where ``config_path`` (``alembic.ini``) is there,
revisions are read from its version files and ``alembic_version`` is kept; else the project's migrations and dbwarden's own tables
count.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dbwarden.safir._dependency import DatabaseSessionDependency as DatabaseSessionDependency
    from dbwarden.safir._dependency import db_session_dependency as db_session_dependency
    from dbwarden.safir._engine import create_async_session as create_async_session
    from dbwarden.safir._engine import create_database_engine as create_database_engine
    from dbwarden.safir._helpers import datetime_from_db as datetime_from_db
    from dbwarden.safir._helpers import datetime_to_db as datetime_to_db
    from dbwarden.safir._helpers import retry_async_transaction as retry_async_transaction
    from dbwarden.safir._schema import DatabaseInitializationError as DatabaseInitializationError
    from dbwarden.safir._schema import drop_database as drop_database
    from dbwarden.safir._schema import initialize_database as initialize_database
    from dbwarden.safir._versions import AlembicConfigError as AlembicConfigError
    from dbwarden.safir._versions import is_database_current as is_database_current
    from dbwarden.safir._versions import run_migrations_offline as run_migrations_offline
    from dbwarden.safir._versions import run_migrations_online as run_migrations_online
    from dbwarden.safir._versions import stamp_database as stamp_database
    from dbwarden.safir._versions import stamp_database_async as stamp_database_async
    from dbwarden.safir._versions import unstamp_database as unstamp_database

# Imported when they are asked for: an application that only checks its schema does not wait for the rest.
_MODULES = {
    "_dependency": ("DatabaseSessionDependency", "db_session_dependency"),
    "_engine": ("create_async_session", "create_database_engine"),
    "_helpers": ("datetime_from_db", "datetime_to_db", "retry_async_transaction"),
    "_schema": ("DatabaseInitializationError", "drop_database", "initialize_database"),
    "_versions": (
        "AlembicConfigError",
        "is_database_current",
        "run_migrations_offline",
        "run_migrations_online",
        "stamp_database",
        "stamp_database_async",
        "unstamp_database",
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AlembicConfigError",
    "DatabaseInitializationError",
    "DatabaseSessionDependency",
    "create_async_session",
    "create_database_engine",
    "datetime_from_db",
    "datetime_to_db",
    "db_session_dependency",
    "drop_database",
    "initialize_database",
    "is_database_current",
    "retry_async_transaction",
    "run_migrations_offline",
    "run_migrations_online",
    "stamp_database",
    "stamp_database_async",
    "unstamp_database",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
