"""``async with dbwarden_lifespan(...)``: the start of an application, and the end of its pools."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dbwarden.fastapi import engines
from dbwarden.fastapi.context import migration_context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Literal

    from typing_extensions import Unpack

    from dbwarden.fastapi.context import Options


@contextlib.asynccontextmanager
async def dbwarden_lifespan(
    *, mode: Literal["check", "migrate", "none"] = "check", **options: Unpack[Options]
) -> AsyncIterator[None]:
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
