"""The version of a database, the files of a folder, and running one after the other."""

import asyncio
import contextlib
import logging
import re
import sqlite3
import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, Optional  # noqa: UP035 -- the signatures are the API

from fastmigrate import _adapter, _runner, migrations

__all__ = [  # noqa: RUF022 -- in the order that it has always had
    "run_migrations",
    "arun_migrations",
    "setup_logging",
    "create_db",
    "get_db_version",
    "create_db_backup",
    "ensure_versioned_db",
    "create_database_backup",
]

logger = logging.getLogger("fastmigrate")
logger.addHandler(logging.NullHandler())

_NAME = re.compile(r"^(\d{4})-.*\.(py|sql|sh)$")
_NO_TABLE = "_meta table does not exist"
_CREATE = (
    "CREATE TABLE _meta (\n"
    "                            id INTEGER PRIMARY KEY CHECK (id = 1),\n"
    "                            version INTEGER NOT NULL DEFAULT 0\n"
    "                        )"
)
_UNMANAGED = """Error: Cannot migrate the db at {}.

This is because it is not managed by fastmigrate. Please do one of the following:

1. Create a new, managed db using `fastmigrate.create_db()` or
`fastmigrate_create_db`

2. Enroll your existing database, as described in
https://answerdotai.github.io/fastmigrate/enrolling.html"""


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def setup_logging(verbose: bool = False) -> None:
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="%(levelname)s: %(message)s")


# ---- the version


def _ensure_meta_table(db_path: Path) -> None:
    """Makes the table with version 0, unless a table of that name is there."""
    db_path = Path(db_path)
    if not db_path.exists():
        raise FileNotFoundError(f"Database file does not exist: {db_path}")
    try:
        with contextlib.closing(sqlite3.connect(db_path)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_meta'").fetchone():
                return
            connection.execute(_CREATE)
            connection.execute("INSERT INTO _meta (id, version) VALUES (1, 0)")
    except sqlite3.Error as error:
        raise sqlite3.Error(f"Failed to access database: {error}") from error


def get_db_version(db_path: Path) -> int:
    db_path = Path(db_path)
    if not db_path.exists():
        raise FileNotFoundError(f"Database file does not exist: {db_path}")
    try:
        with contextlib.closing(sqlite3.connect(db_path)) as connection:
            row = connection.execute("SELECT version FROM _meta WHERE id = 1").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            raise sqlite3.Error(_NO_TABLE) from error
        raise sqlite3.Error(f"Failed to get database version: {error}") from error
    except sqlite3.Error as error:
        raise sqlite3.Error(f"Failed to get database version: {error}") from error
    if row is None:
        raise sqlite3.Error("Failed to get database version: No version found in _meta table")
    return int(row[0])


def _set_db_version(db_path: Path, version: int) -> None:
    db_path = Path(db_path)
    if not db_path.exists():
        raise FileNotFoundError(f"Database file does not exist: {db_path}")
    try:
        _runner.end(db_path, version)
    except sqlite3.Error as error:
        raise sqlite3.Error(f"Failed to access database: Failed to set version: {error}") from error


def create_db(db_path: Path) -> int:
    """The version: 0 of a file that is made, with its folders, else that of the one that is there."""
    db_path = Path(db_path)
    if db_path.exists():
        return get_db_version(db_path)
    db_path.parent.mkdir(parents=True, exist_ok=True)
    sqlite3.connect(db_path).close()
    db_path.touch()
    _ensure_meta_table(db_path)
    return get_db_version(db_path)


def ensure_versioned_db(db_path: Path) -> int:
    warnings.warn("ensure_versioned_db is deprecated, as it has been renamed to create_db, which is functionally identical",
                  DeprecationWarning, stacklevel=2)
    return create_db(db_path)


# ---- backup


def create_db_backup(db_path: Path) -> Path | None:
    """A copy beside the database, named after the time; None, with the reason told, if there is none."""
    db_path = Path(db_path)
    if not db_path.exists():
        print(f"Warning: Database file does not exist: {db_path}")
        return None
    copy = Path(f"{db_path}.{datetime.now().strftime('%Y%m%d_%H%M%S')}.backup")
    if copy.exists():
        _say(f"Error: Backup file already exists: {copy}")
        return None
    source = target = None
    try:
        source = sqlite3.connect(db_path)
        target = sqlite3.connect(copy)
        source.backup(target)
    except Exception as error:
        print(f"Error during backup: {error}")
        _close(source, target)
        if copy.exists():
            copy.unlink()
            print(f"Removed incomplete backup file: {copy}")
        return None
    _close(source, target)
    print(f"Database backup created: {copy}")
    return copy


def _close(*connections: Any) -> None:
    for connection in connections:
        if connection is not None:
            connection.close()


def create_database_backup(db_path: Path) -> Path | None:
    warnings.warn("create_database_backup is deprecated, as it has been renamed to create_db_backup, which is functionally "
                  "identical",
                  DeprecationWarning, stacklevel=2)
    return create_db_backup(db_path)


# ---- files


def extract_version_from_filename(filename: str) -> Optional[int]:  # noqa: UP045
    match = _NAME.match(filename)
    return int(match[1]) if match else None


def get_migration_scripts(migrations_dir: Path) -> Dict[int, Path]:  # noqa: UP006
    """Number to file; ValueError if two have one number."""
    folder = Path(migrations_dir)
    scripts: dict[int, Path] = {}
    for path in folder.iterdir() if folder.exists() else ():
        version = extract_version_from_filename(path.name) if path.is_file() else None
        if version is None:
            continue
        if version in scripts:
            raise ValueError(f"Duplicate migration version {version}: {scripts[version]} and {path}")
        scripts[version] = path
    return scripts


def _refused(script: Path, text: object) -> bool:
    _say(f"Error executing SQL script {script}:\n  {text}")
    return False


def execute_sql_script(db_path: Path, script_path: Path) -> bool:
    """Each statement by itself, unless the file begins a transaction; it has to end that, too."""
    script = Path(script_path)
    try:
        sql = script.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return _refused(script, f"it is not UTF-8: {error}")
    connection = sqlite3.connect(db_path)
    try:
        connection.executescript(sql)
        if connection.in_transaction:
            return _refused(script, "it leaves a transaction open: end it with COMMIT, else its statements are undone")
    except (sqlite3.Error, ValueError) as error:
        return _refused(script, error)
    finally:
        connection.close()
    return True


def _execute(kind: str, command: list[str], script: Path) -> bool:
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode == 0:
        return True
    _say(f"Error executing {kind} script {script}:")
    _say(result.stderr.decode("utf-8", "replace"))
    return False


def execute_python_script(db: Any, script_path: Path) -> bool:
    script = Path(script_path)
    return _execute("Python", [sys.executable, str(script), str(db)], script)


def execute_shell_script(db: Any, script_path: Path) -> bool:
    script = Path(script_path)
    return _execute("shell", ["sh", str(script), str(db)], script)


_EXECUTORS = {".sql": "execute_sql_script", ".py": "execute_python_script", ".sh": "execute_shell_script"}


def execute_migration_script(db_path: Path, script_path: Path) -> bool:
    executor = _EXECUTORS.get(Path(script_path).suffix)
    if executor is None:
        _say(f"Unsupported script type: {script_path}")
        return None  # type: ignore[return-value]  # as it has always been
    return bool(globals()[executor](db_path, script_path))


def get_db_schema(db_path: Path) -> str:
    """The statements that make what is there, where it is not there yet, in the order in which they can be run."""
    db_path = Path(db_path)
    if not db_path.exists():
        raise FileNotFoundError(f"Database does not exist: {db_path}")
    return "".join(migrations.if_not_exists(statement) + ";\n" for statement in migrations.statements(db_path))


# ---- running


def _failed(script: Path, applied: int) -> bool:
    _say(f"Migration failed: {script}\n  • {applied} migrations applied\n  • 1 migrations failed")
    return False


def _run_one(db_path: Path, version: int, script: Path) -> bool:
    _runner.begin(db_path, version, script)
    ended = False
    try:
        done = execute_migration_script(db_path, script)
        if done:
            _set_db_version(db_path, version)
            ended = True
        return done
    finally:
        if not ended:
            with contextlib.suppress(sqlite3.Error):
                _runner.end(db_path, None)


def _run_pending(db_path: Path, folder: Path) -> bool:
    try:
        current = create_db(db_path)
    except sqlite3.Error as error:
        _say(_UNMANAGED.format(db_path) if "locked" not in str(error) else f"Error: {error}")
        return False
    logger.debug("current_version=%d", current)
    scripts = get_migration_scripts(folder)
    logger.debug("migration_versions=%s", sorted(scripts))
    pending = sorted(version for version in scripts if version > current)
    logger.debug("pending_versions=%s", pending)
    if not pending:
        logger.debug("result=up_to_date current_version=%d", current)
        return True
    try:
        _runner.unfinished(db_path)
    except _runner.Unfinished as error:
        _say(f"Error: {error}")
        return False
    for applied, version in enumerate(pending):
        logger.debug("apply version=%d script=%s", version, scripts[version].name)
        if not _run_one(db_path, version, scripts[version]):
            return _failed(scripts[version], applied)
        logger.debug("updated_version=%d", version)
    logger.debug("result=success applied=%d final_version=%d", len(pending), pending[-1])
    return True


def _run_sqlite(db_path: Any, folder: Path) -> bool:
    db_path = Path(db_path)
    logger.debug("mode=sqlite db=%s migrations_dir=%s", db_path, folder)
    logger.debug("db_exists=%s", db_path.exists())
    if not db_path.exists():
        _say(f"Error: Database file does not exist: {db_path}\nThe database file must exist before running migrations.")
        return False
    try:
        with _runner.alone(db_path):
            return _run_pending(db_path, folder)
    except TimeoutError as error:
        _say(f"Error: {error}")
        return False


def _folder_of(migrations_dir: Path, verbose: bool) -> Path:
    if verbose:
        setup_logging(verbose)
    folder = Path(migrations_dir)
    if not folder.exists():
        raise AssertionError(f"Migrations directory does not exist: {folder}")
    return folder


def run_migrations(db_path: Any, migrations_dir: Path, verbose: bool = False) -> bool:
    """Runs what is pending, in order; False with the reason on standard error when a file fails."""
    folder = _folder_of(migrations_dir, verbose)
    adapter = _adapter.load(folder)
    if adapter is None:
        return _run_sqlite(db_path, folder)
    return _adapter.in_a_loop(_adapter.run(adapter, db_path, folder))


async def arun_migrations(db_path: Any, migrations_dir: Path, verbose: bool = False) -> bool:
    folder = _folder_of(migrations_dir, verbose)
    adapter = _adapter.load(folder)
    if adapter is None:
        return await asyncio.to_thread(_run_sqlite, db_path, folder)
    return await _adapter.run(adapter, db_path, folder)
