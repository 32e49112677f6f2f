"""MetricsRouter and MetricsMiddleware: the metrics of dbwarden and how long requests take."""

import asyncio
import time

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from dbwarden import _native
from dbwarden.config import list_databases
from dbwarden.exceptions import DBWardenError, DBWardenNotInitializedError
from dbwarden.fastapi.runtime import read_status
from dbwarden.metrics import generate_metrics, metrics_enabled, note_status, observe_request

DISABLED = "# Metrics disabled (set DBWARDEN_METRICS=true to enable)\n"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH_SECONDS = 1.0  # scrapes within it share one look at the databases
_looked = {}  # database: when
_looking = {}  # (database, loop): the look that is going on


def _look(name):
    """A database that is down keeps its last values, and keeps nobody else from being looked at."""
    try:
        note_status(name, read_status(name, lock=False))
    except DBWardenError:
        pass
    _looked[name] = time.monotonic()


async def _refresh():
    now, loop = time.monotonic(), asyncio.get_running_loop()
    try:
        names = list_databases()
    except DBWardenNotInitializedError:
        return  # an application that only has metrics of its own
    for name in names:
        if now - _looked.get(name, -FRESH_SECONDS) >= FRESH_SECONDS and (name, loop) not in _looking:
            task = asyncio.ensure_future(_native.in_thread(_look, name))
            task.add_done_callback(lambda _, key=(name, loop): _looking.pop(key, None))
            _looking[name, loop] = task
    waiting = [task for (_, own), task in _looking.items() if own is loop]
    if waiting:
        await asyncio.wait(waiting, timeout=FRESH_SECONDS)


def MetricsRouter():
    """GET /metrics in the text format of Prometheus."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics():
        if not metrics_enabled():
            return PlainTextResponse(DISABLED, media_type=CONTENT_TYPE)
        await _refresh()
        return PlainTextResponse(generate_metrics(), media_type=CONTENT_TYPE)

    return router


class MetricsMiddleware:
    """Measures each request by its method, the template of its route and its status."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not metrics_enabled():
            await self.app(scope, receive, send)
            return
        since, status = time.perf_counter(), 500

        async def watch(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            observe_request(scope["method"], route, status, time.perf_counter() - since)
