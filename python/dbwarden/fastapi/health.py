"""DBWardenHealthRouter: do the databases answer, and are their schemas up to date?"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse

from dbwarden import _native
from dbwarden.config import get_multi_db_config
from dbwarden.fastapi.auth import AuthMode, Keys, accepted_keys, key_dependency
from dbwarden.fastapi.runtime import HealthResult, check_startup
from dbwarden.fastapi.types import HealthResponse, Status

WORST: tuple[Status, ...] = ("error", "degraded", "ok")


async def _results(database: str | None = None) -> list[HealthResult]:
    options: dict[str, Any] = {"database": database} if database else {"all_databases": True}
    return await _native.share(("health", database), lambda: _native.in_thread(lambda: check_startup(**options)))


def _answer(results: Sequence[HealthResult]) -> JSONResponse:
    found = {result.status for result in results}
    status: Status = next((word for word in WORST if word in found), "ok")
    body = HealthResponse(status=status, databases=[result.to_database_health() for result in results])
    return JSONResponse(body.model_dump(), 503 if status == "error" else 200)


def DBWardenHealthRouter(auth_mode: AuthMode | None = None, api_key: Keys | None = None) -> APIRouter:
    """GET / for all databases, GET /{database_name} for one; 503 when one does not answer.

    For probes GET /ready is the same as GET /, and GET /live says that the process answers, whatever the databases do, unless a
    database is called so.

    Open unless an ``api_key`` (or a list of them) is given, ``auth_mode="authenticated"``, or DBWARDEN_HEALTH_AUTH asks for one.
    """
    keys = accepted_keys(auth_mode, api_key, "DBWARDEN_HEALTH_AUTH")
    router = APIRouter(dependencies=[Depends(key_dependency(keys))] if keys else [])

    @router.get("/", response_model=HealthResponse)
    async def overall_health() -> JSONResponse:
        return _answer(await _results())

    @router.get("/{database_name}", response_model=HealthResponse)
    async def one_database_health(database_name: str) -> JSONResponse:
        if database_name in get_multi_db_config().databases:
            return _answer(await _results(database_name))
        if database_name in ("live", "ready"):
            return _answer(await _results() if database_name == "ready" else [])
        raise HTTPException(404, "Database not found")

    return router
