"""How a database stands, for the health router and for the start of an application."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from dbwarden import _native, config
from dbwarden.exceptions import DBWardenError
from dbwarden.fastapi.types import DatabaseHealth, Status

runtime_flags: Callable[..., AbstractContextManager[None]] = config.flags


@dataclass
class HealthResult:
    """``reason`` is for the log of whoever starts the application; ``error`` is what strangers may read."""

    database: str
    status: Status
    connected: bool
    pending_migrations: int
    lock_active: bool
    error: str | None = None
    drifted: int = 0  # applied migrations whose file was edited or is gone
    reason: str | None = None

    def to_database_health(self) -> DatabaseHealth:
        fields = ("database", "status", "connected", "pending_migrations", "lock_active", "error")
        return DatabaseHealth(**{name: getattr(self, name) for name in fields})


def read_status(name: str, *, lock: bool = True) -> dict[str, Any]:
    """The reply of the native `status` for one database; a failure is raised."""
    return _native.run("status", {"database": name, "lock": lock}, options=config.native_options())


def _health(name: str) -> HealthResult:
    try:
        reply = read_status(name)
    except DBWardenError as error:
        return HealthResult(name, "error", False, 0, False, error="", reason=str(error))
    pending = _native.pending_in(reply)
    lock = reply["lock"]
    return HealthResult(
        name,
        "degraded" if pending else "ok",
        True,
        pending,
        lock["held"] or lock["legacy_lock"],
        drifted=reply["edited"] + reply["missing"],
    )


def names_of(database: str | None = None, all_databases: bool = False) -> list[str]:
    """The databases that are meant: one, the default one, or all."""
    return config.list_databases() if all_databases else [database or config.default_database()]


def check_startup(
    *,
    database: str | None = None,
    all_databases: bool = False,
    dev: bool = False,
    strict_translation: bool = False,
    **_unused: object,
) -> list[HealthResult]:
    """How the databases stand now, one result each; none of it raises because a database is down."""
    with runtime_flags(dev=dev or config.is_dev_mode(), strict_translation=strict_translation):
        return [_health(name) for name in names_of(database, all_databases)]
