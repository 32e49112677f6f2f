"""Calls of the native library: a request and a reply as dictionaries, failures as exceptions.

Nothing here is public. A call blocks its thread, without the GIL; ``in_thread()`` keeps it away from an event loop.
"""

import asyncio
import contextvars
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from dbwarden import _core, exceptions

_CLASSES = {
    "usage": exceptions.UsageError,
    "config": exceptions.ConfigurationError,
    "directory": exceptions.DirectoryNotFoundError,
    "models": exceptions.ConfigurationError,
    "locked": exceptions.LockError,
    "connect": exceptions.DatabaseUnreachableError,
    "sql": exceptions.DatabaseError,
}
THREADS = 32  # each waits for a server most of its time
_executor = None
_executor_lock = threading.Lock()


def error_of(told):
    """The exception for a failure as the library tells it."""
    cls = _CLASSES.get(told.get("code"), exceptions.DBWardenError)
    fields = {key: told.get(key) for key in ("code", "hint", "file", "line", "sqlstate")}
    return cls(told.get("message") or "failed without a reason", **fields)


def call(command, request=None, *, options=None, on_event=None):
    """The reply, also of a failure: then it has "error"."""
    handle = _core.Handle(json.dumps(options or {}))
    try:
        listen = (lambda text: on_event(json.loads(text))) if on_event else None
        reply = json.loads(handle.call(command, json.dumps(request or {}), listen)[1])
    finally:
        handle.close()
    return reply


def run(command, request=None, *, options=None, on_event=None):
    """The reply of a call that went well; a failure is raised, with what the reply says in its ``reply``."""
    reply = call(command, request, options=options, on_event=on_event)
    if reply.get("error"):
        error = error_of(reply["error"])
        error.reply = reply
        raise error
    return reply


def _threads():
    global _executor
    with _executor_lock:
        if _executor is None:
            _executor = ThreadPoolExecutor(THREADS, thread_name_prefix="dbwarden")
        return _executor


async def in_thread(function, *args):
    """Awaits a blocking call, in the flags of this task. Whoever waits may be cancelled; the call goes on to its end."""
    context = contextvars.copy_context()
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(_threads(), context.run, function, *args))


def _forget_threads():
    """After a fork the threads are the parent's."""
    global _executor, _executor_lock
    _executor, _executor_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_threads)
