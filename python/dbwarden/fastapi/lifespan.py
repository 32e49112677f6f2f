"""``dbwarden_lifespan(...)``: the start of an application, and the end of its pools."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

from dbwarden.fastapi import engines
from dbwarden.fastapi.context import migration_context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Literal

    from typing_extensions import Unpack

    from dbwarden.fastapi.context import Options


class Lifespan(contextlib.AbstractAsyncContextManager[None]):
    """What dbwarden_lifespan() returns: to be entered, or given to ``FastAPI(lifespan=...)``, which calls it at each start."""

    def __init__(self, enter: Callable[[], contextlib.AbstractAsyncContextManager[None]]) -> None:
        self._enter = enter
        self._entered: contextlib.AbstractAsyncContextManager[None] | None = None

    def __call__(self, app: object) -> contextlib.AbstractAsyncContextManager[None]:
        return self._enter()

    async def __aenter__(self) -> None:
        self._entered = self._enter()
        await self._entered.__aenter__()

    async def __aexit__(self, *raised: Any) -> bool | None:
        if self._entered is None:
            raise RuntimeError("dbwarden_lifespan() is left before it was entered")
        entered, self._entered = self._entered, None
        return await entered.__aexit__(*raised)


@contextlib.asynccontextmanager
async def _started(mode: Literal["check", "migrate", "none"], options: Options) -> AsyncIterator[None]:
    try:
        if mode == "none":
            yield
        else:
            async with migration_context(mode=mode, **options):
                yield
    finally:
        await engines.dispose_engines()


def dbwarden_lifespan(*, mode: Literal["check", "migrate", "none"] = "check", **options: Unpack[Options]) -> Lifespan:
    """``async with dbwarden_lifespan(...)`` in a lifespan of your own, or ``FastAPI(lifespan=dbwarden_lifespan(...))``.

    ``mode`` is "check", "migrate" or "none"; the options are those of migration_context().  All pools are closed at the end,
    also after a start that failed.
    """
    return Lifespan(functools.partial(_started, mode, options))
