"""The five scripts, each also a function: what is given on the command line wins over the file, unless it equals the default."""

from __future__ import annotations

import argparse
import configparser
import sys
from pathlib import Path

from fastmigrate import __version__, core

DB, MIGRATIONS, CONFIG = Path("data/database.db"), Path("migrations"), Path(".fastmigrate")
NOTE = " Note: command line arguments take precedence over values from a config file, unless they are equal to default values."


class _Arguments:
    """What a script was given, on the command line or, called as a function, by its caller."""

    def __init__(self, name: str, help: str, given: dict[str, object], argv: list[str] | None) -> None:
        parser = argparse.ArgumentParser(prog=f"fastmigrate_{name}", description=help + NOTE)
        parser.add_argument("--db", type=Path, default=given["db"])
        if "migrations" in given:
            parser.add_argument("--migrations", type=Path, default=given["migrations"])
        parser.add_argument("--config_path", type=Path, default=given["config_path"])
        if "verbose" in given:
            parser.add_argument("-v", "--verbose", action="store_true", default=given["verbose"])
        found = parser.parse_args(argv)
        self.verbose = getattr(found, "verbose", False)
        self.db, self.migrations = found.db, getattr(found, "migrations", MIGRATIONS)
        self._take_file(found.config_path)

    def _take_file(self, path: Path) -> None:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            text = path.read_text()
        except FileNotFoundError:
            return
        try:
            parser.read_string(text, source=str(path))
        except configparser.Error as error:
            sys.exit(f"Error: {path} cannot be read: {error}")
        if not parser.has_section("paths"):
            sys.exit(f"Error: {path} has no section [paths], below which db and migrations are")
        paths = parser["paths"]
        if "db" in paths and self.db == DB:
            self.db = Path(paths["db"])
        if "migrations" in paths and self.migrations == MIGRATIONS:
            self.migrations = Path(paths["migrations"])


def backup_db(db: Path = DB, config_path: Path = CONFIG, argv: list[str] | None = None) -> None:
    given = {"db": db, "config_path": config_path}
    arguments = _Arguments("backup_db", "Create a backup of the SQLite database.", given, argv)
    if core.create_db_backup(arguments.db) is None:
        sys.exit(1)


def check_version(db: Path = DB, config_path: Path = CONFIG, argv: list[str] | None = None) -> None:
    given = {"db": db, "config_path": config_path}
    arguments = _Arguments("check_version", "Show the current version of fastmigrate and the SQLite database.", given, argv)
    print(f"FastMigrate version: {__version__}")
    if not arguments.db.exists():
        print(f"Database file does not exist: {arguments.db}")
        sys.exit(1)
    try:
        print(f"Database version: {core.get_db_version(arguments.db)}")
    except core.sqlite3.Error as error:
        if "locked" in str(error):
            print(f"Error: {error}")
            sys.exit(1)
        print("Database is unversioned (no _meta table)")


def create_db(db: Path = DB, config_path: Path = CONFIG, argv: list[str] | None = None) -> None:
    given = {"db": db, "config_path": config_path}
    help = "Create a new SQLite database, with versioning built-in; one that is there is left as it is."
    path = _Arguments("create_db", help, given, argv).db
    print(f"Creating database at {path}")
    there = path.exists()
    try:
        version = core.create_db(path)
    except core.sqlite3.Error as error:
        print(f"An unversioned db already exists at {path}, or there was some other write error.\nError: {error}")
        sys.exit(1)
    except Exception as error:
        print(f"Unexpected error: {error}")
        sys.exit(1)
    if there:
        print(f"A versioned database (version: {version}) already exists at: {path}")
    else:
        print(f"Created new versioned SQLite database with version=0 at: {path}")


def enroll_db(
    db: Path = DB, migrations: Path = MIGRATIONS, config_path: Path = CONFIG, argv: list[str] | None = None
) -> None:
    given = {"db": db, "migrations": migrations, "config_path": config_path}
    help = "Enroll an existing SQLite database for versioning, and generate a draft initial migration."
    arguments = _Arguments("enroll_db", help, given, argv)
    if not _enrolled(arguments.db, arguments.migrations):
        sys.exit(1)


def _enrolled(db: Path, folder: Path) -> bool:
    try:
        version = core.get_db_version(db)
    except core.sqlite3.Error as error:
        if "_meta table does not exist" not in str(error):
            sys.exit(f"Error: {error}")
    else:
        print("Cannot enroll, since this database is already managed.")
        print(f"It is marked as version {version}")
        return False
    first = folder / "0001-initialize.sql"
    if first.exists():
        sys.exit(f"Error: {first} is there already, and is left as it is: move it away, or stamp the database by hand")
    folder.mkdir(parents=True, exist_ok=True)
    first.write_text(core.get_db_schema(db))
    core._ensure_meta_table(db)
    core._set_db_version(db, 1)
    return True


def run_migrations(
    db: Path = DB, migrations: Path = MIGRATIONS, config_path: Path = CONFIG, verbose: bool = False, argv: list[str] | None = None
) -> None:
    given = {"db": db, "migrations": migrations, "config_path": config_path, "verbose": verbose}
    arguments = _Arguments("run_migrations", "Run SQLite database migrations.", given, argv)
    if not core.run_migrations(arguments.db, arguments.migrations, verbose=arguments.verbose):
        sys.exit(1)
