"""A schema made from metadata at once, and taken away again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema

from dbwarden.safir._engine import PAUSE, TRIES
from dbwarden.safir._versions import unstamp_database

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData
    from sqlalchemy.ext.asyncio import AsyncEngine


class DatabaseInitializationError(Exception):
    """The database could not be reached, or refused its schema."""


async def initialize_database(engine: AsyncEngine, logger: Any, *, schema: MetaData, reset: bool = False) -> None:
    """Creates what the metadata describes and is not there, in one transaction; waits for a server that starts.

    With ``reset`` all of that is dropped first, and what was recorded as applied is forgotten: stamp_database_async() follows.
    """

    def make(connection: Connection) -> None:
        if schema.schema is not None:
            connection.execute(CreateSchema(schema.schema, if_not_exists=True))
        if reset:
            schema.drop_all(connection)
        schema.create_all(connection)

    reason: BaseException | None = None
    for _ in range(TRIES):
        try:
            async with engine.begin() as connection:
                await connection.run_sync(make)
        except (ConnectionRefusedError, OperationalError, OSError) as error:
            reason = error
            logger.info("database not ready, waiting two seconds")
            await asyncio.sleep(PAUSE)
        else:
            if reset:
                await unstamp_database(engine)
            logger.info("initialized database schema")
            return
    message = "database schema initialization failed (database not reachable?)"
    logger.error(message)
    await engine.dispose()
    raise DatabaseInitializationError(message) from reason


async def drop_database(engine: AsyncEngine, schema: MetaData) -> None:
    """Drops what the metadata describes, and forgets what was recorded as applied."""
    async with engine.begin() as connection:
        await connection.run_sync(schema.drop_all)
    await unstamp_database(engine)
