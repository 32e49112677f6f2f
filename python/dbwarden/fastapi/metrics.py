"""MetricsRouter and MetricsMiddleware: the metrics of dbwarden and how long requests take."""

import asyncio
import functools
import time
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from dbwarden import _native
from dbwarden.config import list_databases
from dbwarden.exceptions import DBWardenError, DBWardenNotInitializedError
from dbwarden.fastapi.runtime import read_status
from dbwarden.metrics import generate_metrics, metrics_enabled, note_status, observe_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

DISABLED = "# Metrics disabled (set DBWARDEN_METRICS=true to enable)\n"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
FRESH_SECONDS = 1.0  # scrapes within it share one look at the databases
_looked: dict[str, float] = {}  # database: when


def _look(name: str) -> None:
    """A database that is down keeps its last values, and keeps nobody else from being looked at."""
    try:
        note_status(name, read_status(name, lock=False))
    except DBWardenError:
        pass
    _looked[name] = time.monotonic()


async def _refresh() -> None:
    now = time.monotonic()
    try:
        names = list_databases()
    except DBWardenNotInitializedError:
        return  # an application that only has metrics of its own
    old = [name for name in names if now - _looked.get(name, -FRESH_SECONDS) >= FRESH_SECONDS]
    looks = [_native.share(("metrics", name), functools.partial(_native.in_thread, _look, name)) for name in old]
    if looks:
        await asyncio.wait([asyncio.ensure_future(look) for look in looks], timeout=FRESH_SECONDS)


def MetricsRouter() -> APIRouter:
    """GET /metrics in the text format of Prometheus."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        if not metrics_enabled():
            return PlainTextResponse(DISABLED, media_type=CONTENT_TYPE)
        await _refresh()
        return PlainTextResponse(generate_metrics(), media_type=CONTENT_TYPE)

    return router


def _template_of(scope: "Scope") -> str:
    """The path of the route as the application has it, with the prefixes of the routers that it was included by."""
    route = scope.get("route")
    included = scope.get("fastapi", {}).get("effective_route_context")
    if included is not None and getattr(included, "original_route", None) is route:
        route = included  # newer versions of FastAPI leave the route itself as its own router has it
    return getattr(route, "path", None) or "unmatched"


def _method_of(scope: "Scope") -> str:
    """Clients may call a method what they like, and each name would be a series of its own."""
    return scope["method"] if scope["method"] in METHODS else "other"


class MetricsMiddleware:
    """Measures each request by its method, the template of its route and its status."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or not metrics_enabled():
            await self.app(scope, receive, send)
            return
        since, status = time.perf_counter(), 500

        async def watch(message: "Message") -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            observe_request(_method_of(scope), _template_of(scope), status, time.perf_counter() - since)
