"""Who runs migrations: one runner at a time, and a file that began is known to have ended or not.

The lock is dbwarden's own, so that its program and this package exclude each other: an open-file-description lock on a file beside
the database, which goes away with its holder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_SECONDS = 300.0
PAUSE_SECONDS = 0.05
WHOLE_FILE = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
RUNNING = "_fastmigrate_running"


class Unfinished(Exception):
    """A file that began and did not end."""


def _stands(descriptor: int, path: str) -> bool:
    """The holder removes the file before it lets go."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _taken(path: str) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, WHOLE_FILE)
        if _stands(descriptor, path):
            return descriptor
    except BlockingIOError:
        pass
    os.close(descriptor)
    return None


@contextlib.contextmanager
def alone(db_path: Any) -> Iterator[None]:
    """Waits for another runner, of this package or dbwarden's. TimeoutError after five minutes."""
    path = f"{db_path}-dbwarden.lock"
    until = time.monotonic() + WAIT_SECONDS
    while (descriptor := _taken(path)) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"another runner has held {path} for {WAIT_SECONDS:.0f} s")
        time.sleep(PAUSE_SECONDS)
    try:
        yield
    finally:
        os.unlink(path)
        os.close(descriptor)


def unfinished(db_path: Path) -> None:
    """Unfinished if an earlier run was ended in a file."""
    with contextlib.closing(sqlite3.connect(db_path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (RUNNING,)).fetchone():
            return
        version, script = connection.execute(f"SELECT version, script FROM {RUNNING}").fetchone()
    raise Unfinished(
        f"{script} began and did not end, so nobody can tell how far it came.\n"
        f"If its effect is there, set the version first: UPDATE _meta SET version = {version};\n"
        f"then, in either case: DROP TABLE {RUNNING}; and run the migrations again."
    )


def begin(db_path: Path, version: int, script: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"CREATE TABLE {RUNNING} (version INTEGER, script TEXT)")
        connection.execute(f"INSERT INTO {RUNNING} VALUES (?, ?)", (version, str(script)))


def end(db_path: Path, version: int | None) -> None:
    """The version and the end of the file in one transaction; None: it failed."""
    with contextlib.closing(sqlite3.connect(db_path)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"DROP TABLE IF EXISTS {RUNNING}")
        if version is not None:
            connection.execute("INSERT OR REPLACE INTO _meta (id, version) VALUES (1, ?)", (version,))
