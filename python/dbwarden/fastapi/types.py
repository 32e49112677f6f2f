"""What the health router answers."""

from typing import Literal

from pydantic import BaseModel

Status = Literal["ok", "degraded", "error"]


class DatabaseHealth(BaseModel):
    database: str
    status: Status
    connected: bool
    pending_migrations: int
    lock_active: bool
    error: str | None = None


class HealthResponse(BaseModel):
    status: Status
    databases: list[DatabaseHealth]
