"""What migrations in Python are helped with: a table made anew, with its rows and all that hangs on it."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

ORDER = ("table", "view", "index", "trigger")
_MADE = re.compile(r"^(CREATE\s+(?:VIRTUAL\s+TABLE|TABLE|(?:UNIQUE\s+)?INDEX))\s+(?!IF\s)", re.IGNORECASE)


def _rows(db_path: Path) -> list[tuple[str, str, str]]:
    """Type, name and text of what is there, without what belongs to SQLite and to virtual tables."""
    with contextlib.closing(sqlite3.connect(db_path)) as connection:
        found = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        with contextlib.suppress(sqlite3.OperationalError):  # a library that is too old to tell
            shadows = {name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
            found = [row for row in found if row[1] not in shadows]
    return sorted(found, key=lambda row: (ORDER.index(row[0]), row[1]))


def statements(db_path: Path) -> list[str]:
    return [sql for _, _, sql in _rows(db_path)]


def if_not_exists(statement: str) -> str:
    return _MADE.sub(r"\1 IF NOT EXISTS ", statement, count=1)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _steps(db_path: Path, wanted: str) -> str:
    """The SQL that makes the database what `wanted` describes."""
    from dbwarden import _native

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wanted.sql"
        path.write_text(wanted)
        url = "sqlite:///" + quote(os.path.abspath(db_path), safe="/")
        reply = _native.call("diff", {"from": url, "to": str(path), "format": "json", "dialect": "sqlite"})
    if "error" in reply:
        raise _native.error_of(reply["error"])
    if reply["upgrade_refused"]:
        raise sqlite3.OperationalError(f"the table cannot be made like this: {reply['upgrade_refused']}")
    return reply["upgrade"] or ""


def recreate_table(db_path: Path, table_name: str, new_column_defs: str) -> None:
    """Gives a table other columns. Rows, indexes, triggers and what refers to it stay. sqlite3.Error: nothing was changed."""
    old = [row for row in _rows(db_path) if row[0] == "table" and row[1].lower() == table_name.lower()]
    if not old:
        raise sqlite3.OperationalError(f"no such table: {table_name}")
    name = old[0][1]
    made = f"CREATE TABLE {_identifier(name)} ({new_column_defs})"
    wanted = "".join((made if row == old[0] else row[2]) + ";\n" for row in _rows(db_path))
    with contextlib.closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        before = len(connection.execute("PRAGMA foreign_key_check").fetchall())
        try:
            connection.executescript("BEGIN IMMEDIATE;\n" + _steps(db_path, wanted))
            lost = len(connection.execute("PRAGMA foreign_key_check").fetchall()) - before
            if lost > 0:
                raise sqlite3.IntegrityError(f"FOREIGN KEY constraint failed: {lost} rows would refer to nothing")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
