"""The six metric families of 0.8.2, through prometheus_client where it is installed; otherwise nothing happens.

Counters say what this process did. Gauges say what the databases say: MetricsRouter asks them, so they are right after a restart.
"""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRUE = ("true", "1", "yes")
BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_families: dict[str, Any] | None = None
_lock = threading.Lock()


def _prometheus() -> Any:
    try:
        import prometheus_client
    except ImportError:
        return None
    return prometheus_client


def metrics_enabled() -> bool:
    """Whether DBWARDEN_METRICS asks for them and prometheus_client is there."""
    return os.environ.get("DBWARDEN_METRICS", "").lower() in TRUE and _prometheus() is not None


def _make_families(client: Any) -> dict[str, Any]:
    newest = {"multiprocess_mode": "mostrecent"}
    return {
        "migrations": client.Counter(
            "dbwarden_migrations_total", "Total number of migrations applied", ["database", "version", "success"]
        ),
        "duration": client.Histogram(
            "dbwarden_migration_duration_seconds",
            "Duration of individual migration steps in seconds",
            ["database", "version"],
            buckets=BUCKETS,
        ),
        "schema": client.Gauge("dbwarden_schema_version", "Applied schema version per database", ["database"], **newest),
        "seed": client.Gauge("dbwarden_seed_version", "Applied seed version per database", ["database"], **newest),
        "pending": client.Gauge(
            "dbwarden_migrations_pending", "Number of pending migrations per database", ["database"], **newest
        ),
        "errors": client.Counter("dbwarden_migration_errors_total", "Total number of migration failures", ["database"]),
        "requests": client.Histogram(
            "dbwarden_http_request_duration_seconds",
            "Duration of HTTP requests in seconds",
            ["method", "route", "status"],
            buckets=BUCKETS,
        ),
    }


def _family(name: str) -> Any:
    """The family of this name, made with the others at the first use; None without prometheus_client."""
    global _families
    if _families is None:
        client = _prometheus()
        if client is None:
            return None
        with _lock:  # a second registration of a name is an error
            if _families is None:
                kept = vars(client.REGISTRY)  # it outlives this module where an application is loaded anew
                _families = kept["dbwarden_families"] = kept.get("dbwarden_families") or _make_families(client)
    return _families[name]


def _with(name: str, *labels: object) -> Any:
    family = _family(name)
    return family.labels(*map(str, labels)) if family is not None else None


def _parse_version(version: object) -> float:
    """The first number in it; 0 if there is none."""
    digits = re.search(r"\d+", str(version))
    return float(digits.group()) if digits else 0.0


def increment_migrations_total(database: str, version: str, success: bool = True) -> None:
    series = _with("migrations", database, version, bool(success))
    if series is not None:
        series.inc()


def observe_migration_duration(database: str, version: str, duration: float) -> None:
    series = _with("duration", database, version)
    if series is not None:
        series.observe(duration)


def set_schema_version(database: str, version: str) -> None:
    series = _with("schema", database)
    if series is not None:
        series.set(_parse_version(version))


def set_seed_version(database: str, version: str) -> None:
    series = _with("seed", database)
    if series is not None:
        series.set(_parse_version(version))


def set_pending_migrations(database: str, count: int) -> None:
    series = _with("pending", database)
    if series is not None:
        series.set(count)


def increment_migration_errors(database: str) -> None:
    series = _with("errors", database)
    if series is not None:
        series.inc()


def observe_request(method: str, route: str, status: int, duration: float) -> None:
    series = _with("requests", method, route, status)
    if series is not None:
        series.observe(duration)


def note_run(database: str, reply: Mapping[str, Any]) -> None:
    """What a run of migrations did, from its reply; of one that failed too."""
    for migration in reply.get("applied") or ():
        increment_migrations_total(database, migration["version"])
        observe_migration_duration(database, migration["version"], migration["seconds"])
    if reply.get("error"):
        increment_migration_errors(database)


def note_status(database: str, reply: Mapping[str, Any]) -> None:
    """How a database stands, from the reply of `status`."""
    from dbwarden._native import pending_in

    set_pending_migrations(database, pending_in(reply))
    set_schema_version(database, _last(reply["migrations"]))
    if reply.get("seeds"):
        set_seed_version(database, _last(reply["seeds"]))


def _last(rows: Sequence[Mapping[str, str]]) -> str:
    applied = [row["version"] for row in rows if row["status"] in ("applied", "edited", "missing")]
    return applied[-1] if applied else ""


def generate_metrics() -> str:
    """The text for a scraper, of all processes where PROMETHEUS_MULTIPROC_DIR is set; "" without prometheus_client."""
    client = _prometheus()
    if client is None:
        return ""
    _family("migrations")
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return str(client.generate_latest().decode())
    from prometheus_client import multiprocess

    registry = client.CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call, unused-ignore]
    return str(client.generate_latest(registry).decode())
