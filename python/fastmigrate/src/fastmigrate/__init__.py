"""fastmigrate's API, kept by dbwarden: numbered migrations of an SQLite database, whose version stands in its table ``_meta``."""

from fastmigrate.core import (
    arun_migrations,
    create_database_backup,
    create_db,
    create_db_backup,
    ensure_versioned_db,
    get_db_version,
    run_migrations,
    setup_logging,
)
from fastmigrate.migrations import recreate_table

__version__ = "0.5.3"  # of the API that this is

__all__ = [  # noqa: RUF022 -- in the order that it has always had
    "run_migrations",
    "arun_migrations",
    "setup_logging",
    "create_db",
    "get_db_version",
    "create_db_backup",
    "recreate_table",
    "ensure_versioned_db",
    "create_database_backup",
]
