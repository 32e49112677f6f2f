"""DBWardenRouter: which migrations are applied, and applying them."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from dbwarden import _native, config
from dbwarden.config import get_multi_db_config
from dbwarden.exceptions import (
    DatabaseUnreachableError,
    DBWardenError,
    DirectoryNotFoundError,
    LockError,
    UsageError,
)
from dbwarden.fastapi.auth import AuthMode, Keys, accepted_keys, is_open, key_dependency, refuse_changes
from dbwarden.fastapi.context import migrate_cmd
from dbwarden.fastapi.lock import migration_lock
from dbwarden.fastapi.runtime import read_status
from dbwarden.logging import get_logger

if TYPE_CHECKING:
    from redis.asyncio import Redis

Answer = Union["MigrateResponse", JSONResponse]


class DatabaseStatus(BaseModel):
    database: str
    status: str
    connected: bool
    pending_migrations: int
    applied_migrations: int
    pending_seeds: int
    applied_seeds: int
    lock_active: bool
    error: str | None = None


class StatusResponse(BaseModel):
    databases: dict[str, DatabaseStatus]


class MigrateRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")  # who writes "dryrun" does not mean to migrate

    database: str | None = None
    count: int | None = Field(None, lt=2**31)
    to_version: str | None = None
    dry_run: bool = False


class MigrateResponse(BaseModel):
    success: bool
    message: str
    database: str | None = None
    applied: dict[str, list[str]] | None = None  # which versions ran, by database; left out where nothing ran


def _compute_migration_status(name: str) -> DatabaseStatus:
    try:
        reply = read_status(name)
    except DBWardenError as error:
        return DatabaseStatus(
            database=name,
            status="error",
            connected=False,
            pending_migrations=0,
            applied_migrations=0,
            pending_seeds=0,
            applied_seeds=0,
            lock_active=False,
            error=_public_message(error),
        )
    pending, seeds = _native.pending_in(reply), reply["seed_counts"]
    waiting = _native.pending_in(seeds)
    return DatabaseStatus(
        database=name,
        status="degraded" if pending or waiting else "ok",
        connected=True,
        pending_migrations=pending,
        applied_migrations=reply["applied"] + reply["edited"] + reply["missing"],
        pending_seeds=waiting,
        applied_seeds=seeds["applied"] + seeds["edited"] + seeds["missing"],
        lock_active=reply["lock"]["held"] or reply["lock"]["legacy_lock"],
    )


async def _status(name: str) -> DatabaseStatus:
    return await _native.share(("status", name), lambda: _native.in_thread(_compute_migration_status, name))


async def _statuses() -> dict[str, DatabaseStatus]:
    names = list(get_multi_db_config().databases)
    found = await asyncio.gather(*map(_status, names))
    return dict(zip(names, found, strict=True))


def _public_message(error: Exception) -> str:
    """What a stranger may read: no SQL, no data, no address."""
    if isinstance(error, (UsageError, DirectoryNotFoundError)):
        return error.message
    if isinstance(error, LockError):
        return "Another migration is running"
    if isinstance(error, DatabaseUnreachableError):
        return "The database cannot be reached"
    file = getattr(error, "file", None)
    return f"Migration failed in {file.rpartition('/')[2]}" if file else "Migration failed"


def _status_code(error: Exception) -> int:
    if isinstance(error, UsageError):
        return 422
    if isinstance(error, LockError):
        return 409
    return 503 if isinstance(error, DatabaseUnreachableError) else 500


def _holder(name: str | None) -> dict[str, Any] | None:
    """Who migrates now, as far as the database says; None if nobody does any more."""
    with contextlib.suppress(DBWardenError):
        reply = _native.run("lock-status", {"database": name}, options=config.native_options())
        return reply.get("holder")
    return None


def _applied(replies: Mapping[str, Mapping[str, Any]] | None) -> dict[str, list[str]] | None:
    """The versions that ran, by database; None if none did."""
    found = {name: [row["version"] for row in reply.get("applied") or ()] for name, reply in (replies or {}).items()}
    return {name: versions for name, versions in found.items() if versions} or None


def _failure(error: Exception, database: str | None) -> JSONResponse:
    get_logger().error(f"POST /migrate: {error}")
    body: dict[str, Any] = {"success": False, "message": _public_message(error), "database": database}
    applied = _applied(getattr(error, "replies", None))
    if applied:
        body["applied"] = applied
    if isinstance(error, LockError):
        body["holder"] = _holder(getattr(error, "database", None) or database)
    return JSONResponse(body, _status_code(error))


def _migrate(body: MigrateRequest) -> Answer:
    """Does not wait for another runner: whoever asks is told."""
    asked = {"count": body.count, "to_version": body.to_version, "dry_run": body.dry_run, "wait_for_runner": 0}
    try:
        replies = migrate_cmd(database=body.database, all_databases=body.database is None, **asked)
    except Exception as error:
        return _failure(error, body.database)
    answer = MigrateResponse(success=True, message="Migration completed successfully", database=body.database)
    applied = None if body.dry_run else _applied(replies)
    if applied:
        answer.applied = applied
    return answer


async def _migrate_locked(body: MigrateRequest, redis_client: "Redis | None") -> Answer:
    answer: Answer | None = None
    try:
        async with migration_lock(redis_client) if redis_client is not None else contextlib.nullcontext():
            answer = await _native.in_thread(_migrate, body)
        return answer
    except LockError as error:
        if answer is None:
            raise
        get_logger().warning(f"POST /migrate: {error}")  # the database's own lock was held to the end
        return answer
    finally:
        _native.stop_sharing()


def DBWardenRouter(
    auth_mode: AuthMode | None = None, api_key: Keys | None = None, *, redis_client: "Redis | None" = None
) -> APIRouter:
    """GET /status and POST /migrate.

    With an ``api_key`` (or a list of them) both ask for one of the keys. Without, /status is open and /migrate is closed, unless
    ``auth_mode="open"`` or DBWARDEN_MIGRATE_AUTH=open says that everybody may migrate.

    POST /migrate holds the database's lock, and migration_lock() too where a ``redis_client`` (``redis.asyncio``) is given.
    It answers 409 while somebody else migrates, and goes on when the client goes away.
    """
    keys = accepted_keys(auth_mode, api_key, "DBWARDEN_MIGRATE_AUTH")
    router = APIRouter(dependencies=[Depends(key_dependency(keys))])
    is_closed = keys is None and not is_open(auth_mode, "DBWARDEN_MIGRATE_AUTH")

    @router.get("/status", response_model=StatusResponse)
    async def dbwarden_status() -> StatusResponse:
        return StatusResponse(databases=await _statuses())

    @router.post(
        "/migrate",
        response_model=MigrateResponse,
        response_model_exclude_unset=True,
        dependencies=[Depends(refuse_changes)] if is_closed else [],
    )
    async def dbwarden_migrate(body: MigrateRequest) -> Any:
        if body.database is not None and body.database not in get_multi_db_config().databases:
            raise HTTPException(404, f"Database '{body.database}' not found")
        task = asyncio.ensure_future(_migrate_locked(body, redis_client))
        _running.add(task)
        task.add_done_callback(_running.discard)
        try:
            return await asyncio.shield(task)
        except LockError as error:
            return _failure(error, body.database)

    return router


_running: set[asyncio.Task[Answer]] = set()  # migrations whose client may be gone
