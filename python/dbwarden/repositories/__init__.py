"""What the state tables of a database hold, for those who look; only the native program writes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dbwarden import _gone, _native, config

_gone.explain_modules()


@dataclass(frozen=True)
class MigrationRecord:
    """A migration that is applied; ``applied_at`` is in UTC."""

    order_executed: int
    version: str | None
    description: str
    filename: str
    migration_type: str
    applied_at: datetime
    checksum: str | None


def _ask(command: str, db_name: str | None) -> dict[str, Any]:
    name = db_name or config.default_database()
    return _native.run(command, {"database": name}, options=config.native_options())


def get_migration_records(db_name: str | None = None) -> list[MigrationRecord]:
    """In the order in which they were applied."""
    return [
        MigrationRecord(
            row["order_executed"],
            row["version"],
            row["description"],
            row["filename"],
            row["type"],
            datetime.fromisoformat(row["applied_at"]),
            row["checksum"],
        )
        for row in _ask("history", db_name)["migrations"]
    ]


def get_migrated_versions(db_name: str | None = None) -> list[str]:
    return [record.version for record in get_migration_records(db_name) if record.version is not None]


def fetch_latest_versioned_migration(db_name: str | None = None) -> MigrationRecord | None:
    """The one that was applied last; None if none was."""
    versioned = [record for record in get_migration_records(db_name) if record.version is not None]
    return versioned[-1] if versioned else None


def check_lock(db_name: str | None = None) -> bool:
    """Whether somebody changes the database now."""
    reply = _ask("lock-status", db_name)
    return bool(reply["held"] or reply["legacy_lock"])


def __getattr__(name: str) -> object:
    _gone.refuse(__name__, name, "state tables belong to the native program, which alone writes there")
