"""DBWardenHealthRouter: do the databases answer, and are their schemas up to date?"""

import functools
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response

from dbwarden import _native
from dbwarden.config import get_multi_db_config
from dbwarden.fastapi.auth import AuthMode, Keys, accepted_keys, key_dependency
from dbwarden.fastapi.runtime import HealthResult, check_startup
from dbwarden.fastapi.types import HealthResponse, Status

WORST: tuple[Status, ...] = ("error", "degraded", "ok")


def _answer(results: Sequence[HealthResult]) -> tuple[str, int]:
    found = {result.status for result in results}
    status: Status = next((word for word in WORST if word in found), "ok")
    body = HealthResponse(status=status, databases=[result.to_database_health() for result in results])
    return body.model_dump_json(), 503 if status == "error" else 200


async def _look(database: str | None = None) -> Response:
    """Those who ask at once share one look, and the text that is made of it."""
    options: dict[str, Any] = {"database": database} if database else {"all_databases": True}
    look = functools.partial(_native.in_thread, lambda: _answer(check_startup(**options)))
    return Response(*await _native.share(("health", database), look), media_type="application/json")


def DBWardenHealthRouter(auth_mode: AuthMode | None = None, api_key: Keys | None = None) -> APIRouter:
    """GET / for all databases, GET /{database_name} for one; 503 when one does not answer.

    For probes GET /ready is the same as GET /, and GET /live says that the process answers, whatever the databases do, unless a
    database is called so.

    Open unless an ``api_key`` (or a list of them) is given, ``auth_mode="authenticated"``, or DBWARDEN_HEALTH_AUTH asks for one.
    """
    keys = accepted_keys(auth_mode, api_key, "DBWARDEN_HEALTH_AUTH")
    router = APIRouter(dependencies=[Depends(key_dependency(keys))] if keys else [])

    @router.get("/", response_model=HealthResponse)
    async def overall_health() -> Response:
        return await _look()

    @router.get("/{database_name}", response_model=HealthResponse)
    async def one_database_health(database_name: str) -> Response:
        if database_name in get_multi_db_config().databases:
            return await _look(database_name)
        if database_name == "ready":
            return await _look()
        if database_name == "live":
            return Response(*_answer([]), media_type="application/json")
        raise HTTPException(404, "Database not found")

    return router
