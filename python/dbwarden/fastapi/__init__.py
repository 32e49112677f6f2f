"""The pieces for FastAPI: sessions, lifespan, routers, the Redis lock.

Nothing here blocks the event loop: what the native library does runs in threads.
"""

from dbwarden.fastapi.context import check_schema_on_startup, migrate_on_startup, migration_context
from dbwarden.fastapi.engines import dispose_engines
from dbwarden.fastapi.health import DBWardenHealthRouter
from dbwarden.fastapi.lifespan import dbwarden_lifespan
from dbwarden.fastapi.lock import migration_lock, sync_migration_lock
from dbwarden.fastapi.metrics import MetricsMiddleware, MetricsRouter
from dbwarden.fastapi.routes import DBWardenRouter
from dbwarden.fastapi.session import get_session

__all__ = [
    "check_schema_on_startup",
    "dbwarden_lifespan",
    "dispose_engines",
    "DBWardenHealthRouter",
    "DBWardenRouter",
    "get_session",
    "migrate_on_startup",
    "migration_context",
    "migration_lock",
    "MetricsMiddleware",
    "MetricsRouter",
    "sync_migration_lock",
]
