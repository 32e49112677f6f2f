"""Calls of the native library: a request and a reply as dictionaries, failures as exceptions.

Nothing here is public. A call blocks its thread, without the GIL; ``in_thread()`` keeps it away from an event loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dbwarden import _core, exceptions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Mapping
    from typing import TypeVar

    Result = TypeVar("Result")

Reply = dict[str, Any]
_CLASSES: dict[str, type[exceptions.DBWardenError]] = {
    "usage": exceptions.UsageError,
    "config": exceptions.ConfigurationError,
    "directory": exceptions.DirectoryNotFoundError,
    "models": exceptions.ConfigurationError,
    "locked": exceptions.LockError,
    "connect": exceptions.DatabaseUnreachableError,
    "sql": exceptions.DatabaseError,
}
THREADS = 32  # each waits for a server most of its time
_executor: ThreadPoolExecutor | None = None
_executor_lock = threading.Lock()
_shared: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, asyncio.Task[Any]]] = weakref.WeakKeyDictionary()


def error_of(told: Mapping[str, Any]) -> exceptions.DBWardenError:
    """The exception for a failure as the library tells it."""
    cls = _CLASSES.get(told.get("code", ""), exceptions.DBWardenError)
    fields = {key: told.get(key) for key in ("code", "hint", "file", "line", "sqlstate")}
    return cls(told.get("message") or "failed without a reason", **fields)


def call(
    command: str,
    request: Mapping[str, Any] | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    on_event: Callable[[dict[str, Any]], object] | None = None,
) -> Reply:
    """The reply, also of a failure: then it has "error"."""
    handle = _core.Handle(json.dumps(options or {}))
    try:
        listen = (lambda text: on_event(json.loads(text))) if on_event else None
        reply: Reply = json.loads(handle.call(command, json.dumps(request or {}), listen)[1])
    finally:
        handle.close()
    return reply


def run(
    command: str,
    request: Mapping[str, Any] | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    on_event: Callable[[dict[str, Any]], object] | None = None,
) -> Reply:
    """The reply of a call that went well; a failure is raised, with what the reply says in its ``reply``."""
    reply = call(command, request, options=options, on_event=on_event)
    if reply.get("error"):
        error = error_of(reply["error"])
        error.reply = reply
        raise error
    return reply


PENDING = ("pending", "broken", "unfinished")


def pending_in(counts: Mapping[str, Any]) -> int:
    """How many migrations of a status reply would run, or seeds of its "seed_counts"."""
    return sum(counts[state] for state in PENDING)


def _threads() -> ThreadPoolExecutor:
    global _executor
    with _executor_lock:
        if _executor is None:
            _executor = ThreadPoolExecutor(THREADS, thread_name_prefix="dbwarden")
        return _executor


async def in_thread(function: Callable[..., Result], *args: object) -> Result:
    """Awaits a blocking call, in the flags of this task. Whoever waits may be cancelled; the call goes on to its end."""
    context = contextvars.copy_context()
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(_threads(), context.run, function, *args))


async def share(key: Hashable, start: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Awaits ``start()``; those who ask for the same meanwhile, on the same loop, share it, and it goes on without them."""
    running = _shared.setdefault(asyncio.get_running_loop(), {})
    task = running.get(key)
    if task is None:
        task = running[key] = asyncio.ensure_future(start())
        task.add_done_callback(lambda ended: running.pop(key) if running.get(key) is ended else None)
    return await asyncio.shield(task)


def stop_sharing() -> None:
    """Something was changed: whoever asks from now on, on this loop, gets an answer that knows it."""
    _shared.pop(asyncio.get_running_loop(), None)


def _forget_threads() -> None:
    """After a fork the threads are the parent's."""
    global _executor, _executor_lock
    _executor, _executor_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_threads)
