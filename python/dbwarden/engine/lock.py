"""Whether somebody migrates."""

from __future__ import annotations

from dbwarden import _gone
from dbwarden.repositories import check_lock


def is_locked() -> bool:
    """Whether somebody changes the default database now."""
    return check_lock()


def __getattr__(name: str) -> object:
    _gone.refuse(__name__, name, "the lock is the native program's")
