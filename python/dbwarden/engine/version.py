"""Where migrations are."""

from __future__ import annotations

import os

from dbwarden import _gone, config
from dbwarden.exceptions import DirectoryNotFoundError


def get_migrations_directory(db_name: str | None = None) -> str:
    """The folder of a database's migrations."""
    database = config.get_database(db_name)
    folder = os.path.join(database.folder, database.migrations_dir)
    if not os.path.isdir(folder):
        raise DirectoryNotFoundError(
            f"Migrations directory '{database.migrations_dir}' not found. Please run 'dbwarden init' first."
        )
    return folder


def __getattr__(name: str) -> object:
    _gone.refuse(__name__, name, "`dbwarden status --json` and `dbwarden new` read and name files")
