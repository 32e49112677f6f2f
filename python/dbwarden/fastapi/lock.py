"""migration_lock(): one body at a time among all processes that share a Redis server.

The key holds a token of ours, so nobody else's lock is ever extended or released; it is extended while the body runs, and a
lock that was lost all the same raises LockError in the body.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from dbwarden.exceptions import LockError
from dbwarden.logging import get_logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from redis import Redis
    from redis.asyncio import Redis as AsyncRedis

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
EXTEND = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end"
YES, NO = (True, "OK", b"OK"), (None, False)


def _milliseconds(ttl: float) -> int:
    if isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or ttl <= 0:
        raise ValueError(f"ttl is {ttl!r}: it must be a number of seconds above zero")
    return max(1, int(ttl * 1000))


def _held(key: str) -> LockError:
    return LockError(f"Migration lock is already held (key='{key}'). Another migration process may be running.")


def _lost(key: str) -> LockError:
    return LockError(f"Migration lock was lost (key='{key}'): it ran out or was deleted, and somebody else may run.")


def _say(what: str, key: str, ttl: float | None = None) -> None:
    get_logger().info(f"Redis migration lock {what} (key='{key}'" + (f", ttl={ttl}s)" if ttl is not None else ")"))


async def _extend_until_lost(
    redis_client: Any, key: str, token: str, ttl_ms: int, lose: Callable[[], None]
) -> None:
    """Every third of its life; an answer that does not come in time is a lock that may be gone."""
    loop = asyncio.get_running_loop()
    good_until = loop.time() + ttl_ms / 1000
    while True:
        await asyncio.sleep(ttl_ms / 3000)
        try:
            left = max(0.001, good_until - loop.time())
            asked = loop.time()
            if not await asyncio.wait_for(redis_client.eval(EXTEND, 1, key, token, ttl_ms), left):
                return lose()
            good_until = asked + ttl_ms / 1000
        except Exception:
            if loop.time() >= good_until:
                return lose()


@contextlib.asynccontextmanager
async def migration_lock(
    redis_client: AsyncRedis, key: str = "dbwarden_migrate", ttl: float = 60
) -> AsyncIterator[None]:
    """For ``redis.asyncio``. LockError at once if it is held; what Redis itself raises is passed on."""
    token, ttl_ms = secrets.token_hex(16), _milliseconds(ttl)
    answer = await redis_client.set(key, token, nx=True, px=ttl_ms)
    if answer not in YES and answer not in NO:  # a stand-in that knows the commands of 0.8.2 only
        async with _plain_lock(redis_client, key, ttl):
            yield
        return
    if answer in NO:
        raise _held(key)
    _say("acquired", key, ttl)
    task = asyncio.current_task()
    assert task is not None
    lost: list[bool] = []

    def lose() -> None:
        lost.append(True)
        task.cancel()

    extending = asyncio.ensure_future(_extend_until_lost(redis_client, key, token, ttl_ms, lose))
    try:
        yield
    except asyncio.CancelledError:
        if not lost or _is_cancelled_by_others(task):
            raise
        raise _lost(key) from None
    finally:
        extending.cancel()
        with contextlib.suppress(Exception):  # what runs out by itself is no reason to hide the body's own error
            await asyncio.wait_for(redis_client.eval(RELEASE, 1, key, token), ttl_ms / 1000)
        _say("released", key)
    if lost:
        raise _lost(key)


def _is_cancelled_by_others(task: asyncio.Task[Any]) -> bool:
    """Takes our own cancel() back; from Python 3.11 on it is known whether there are more."""
    uncancel: Callable[[], int] | None = getattr(task, "uncancel", None)
    return uncancel is not None and uncancel() > 0


@contextlib.asynccontextmanager
async def _plain_lock(redis_client: Any, key: str, ttl: float) -> AsyncIterator[None]:
    if not await redis_client.setnx(key, "1"):
        raise _held(key)
    await redis_client.expire(key, ttl)
    try:
        yield
    finally:
        await redis_client.delete(key)


class _Extender(threading.Thread):
    """Extends the lock of another thread; when it is lost, LockError is raised there."""

    def __init__(self, redis_client: Any, key: str, token: str, ttl_ms: int) -> None:
        super().__init__(daemon=True, name="dbwarden-lock")
        self.client, self.key, self.token, self.ttl_ms = redis_client, key, token, ttl_ms
        self.owner = threading.get_ident()
        self.ended = threading.Event()
        self.guard = threading.Lock()
        self.lost = False

    def run(self) -> None:
        good_until = time.monotonic() + self.ttl_ms / 1000
        while not self.ended.wait(self.ttl_ms / 3000):
            asked = time.monotonic()
            try:
                if not self.client.eval(EXTEND, 1, self.key, self.token, self.ttl_ms):
                    self.lose()
                    return
                good_until = asked + self.ttl_ms / 1000
            except Exception:
                if time.monotonic() >= good_until:
                    self.lose()
                    return

    def lose(self) -> None:
        with self.guard:
            if not self.ended.is_set():
                self.lost = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.owner), ctypes.py_object(LockError))

    def end(self) -> None:
        with self.guard:
            self.ended.set()


@contextlib.contextmanager
def sync_migration_lock(redis_client: Redis, key: str = "dbwarden_migrate", ttl: float = 60) -> Iterator[None]:
    """For ``redis.Redis``; the same as migration_lock()."""
    token, ttl_ms = secrets.token_hex(16), _milliseconds(ttl)
    answer = redis_client.set(key, token, nx=True, px=ttl_ms)
    if answer not in YES and answer not in NO:
        with _plain_sync_lock(redis_client, key, ttl):
            yield
        return
    if answer in NO:
        raise _held(key)
    _say("acquired", key, ttl)
    extender = _Extender(redis_client, key, token, ttl_ms)
    extender.start()
    try:
        try:
            yield
        finally:
            extender.end()  # here too the thread may say that the lock was lost
            with contextlib.suppress(Exception):
                redis_client.eval(RELEASE, 1, key, token)
            _say("released", key)
    except LockError:
        if not extender.lost:
            raise
        raise _lost(key) from None


@contextlib.contextmanager
def _plain_sync_lock(redis_client: Any, key: str, ttl: float) -> Iterator[None]:
    if not redis_client.setnx(key, "1"):
        raise _held(key)
    redis_client.expire(key, ttl)
    try:
        yield
    finally:
        redis_client.delete(key)
