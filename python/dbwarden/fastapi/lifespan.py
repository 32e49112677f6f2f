"""``async with dbwarden_lifespan(...)``: the start of an application, and the end of its pools."""

import contextlib

from dbwarden.fastapi import engines
from dbwarden.fastapi.context import migration_context


@contextlib.asynccontextmanager
async def dbwarden_lifespan(*, mode="check", **options):
    """``mode`` is "check", "migrate" or "none"; the options are those of migration_context().

    All pools are closed at the end, also after a start that failed.
    """
    try:
        if mode == "none":
            yield
        else:
            async with migration_context(mode=mode, **options):
                yield
    finally:
        await engines.dispose_engines()
