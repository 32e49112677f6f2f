"""Times without a zone in the database, and transactions that are tried again."""

from __future__ import annotations

import asyncio
import functools
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, overload

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


@overload
def datetime_from_db(time: datetime) -> datetime: ...
@overload
def datetime_from_db(time: None) -> None: ...
def datetime_from_db(time: datetime | None) -> datetime | None:
    """A time of the database, which has no zone, in UTC; ValueError if it has another zone."""
    if time is None:
        return None
    if time.utcoffset() not in (None, timedelta(0)):
        raise ValueError(f"datetime {time} not in UTC")
    return time.replace(tzinfo=timezone.utc)


@overload
def datetime_to_db(time: datetime) -> datetime: ...
@overload
def datetime_to_db(time: None) -> None: ...
def datetime_to_db(time: datetime | None) -> datetime | None:
    """A time in UTC without its zone, as the database holds it; ValueError if it is in another zone, or in none."""
    if time is None:
        return None
    if time.utcoffset() != timedelta(0):
        raise ValueError(f"datetime {time} not in UTC")
    return time.replace(tzinfo=None)


@overload
def retry_async_transaction(function: Callable[P, Coroutine[None, None, T]], /) -> Callable[P, Coroutine[None, None, T]]: ...
@overload
def retry_async_transaction(
    *, delay: float = 0.5, max_tries: int = 3
) -> Callable[[Callable[P, Coroutine[None, None, T]]], Callable[P, Coroutine[None, None, T]]]: ...
def retry_async_transaction(function: Any = None, /, *, delay: float = 0.5, max_tries: int = 3) -> Any:
    """Calls the function again when the database refused something (DBAPIError), such as a transaction among many."""

    def decorated(wrapped: Any) -> Any:
        @functools.wraps(wrapped)
        async def tried(*args: Any, **kwargs: Any) -> Any:
            for _ in range(1, max_tries):
                try:
                    return await wrapped(*args, **kwargs)
                except DBAPIError:
                    await asyncio.sleep(delay)
            return await wrapped(*args, **kwargs)

        return tried

    return decorated(function) if function else decorated
