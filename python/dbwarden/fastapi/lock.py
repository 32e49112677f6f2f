"""migration_lock(): one body at a time among all processes that share a Redis server.

The key holds a token of ours, so nobody else's lock is ever extended or released; it is extended while the body runs, and a
lock that was lost all the same raises LockError in the body, or at its end where the body kept everybody from noticing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import inspect
import math
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
SILENT = "Redis does not answer"
YES, NO = (True, "OK", b"OK"), (None, False)


def _milliseconds(ttl: float) -> int:
    if isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or not math.isfinite(ttl) or ttl <= 0:
        raise ValueError(f"ttl is {ttl!r}: it must be a number of seconds above zero")
    return max(1, int(ttl * 1000))


def _held(key: str) -> LockError:
    return LockError(
        f"Migration lock is already held (key='{key}'). Another migration process may be running.",
        hint="An application that holds it while it serves keeps others from starting: leave migration_lock() before the yield.",
    )


def _lost(key: str) -> LockError:
    return LockError(f"Migration lock was lost (key='{key}'): it ran out or was deleted, and somebody else may run.")


def _say(what: str, key: str, ttl: float | None = None) -> None:
    get_logger().info(f"Redis migration lock {what} (key='{key}'" + (f", ttl={ttl}s)" if ttl is not None else ")"))


def _answer_within(milliseconds: float, ask: Callable[..., Any], *arguments: object) -> Any:
    """What ``ask()`` answers or raises; TimeoutError where nothing comes: most clients would wait for ever."""
    ended: list[tuple[Any, Exception | None]] = []

    def run() -> None:
        try:
            ended.append((ask(*arguments), None))
        except Exception as error:
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True, name="dbwarden-redis")
    thread.start()
    thread.join(min(max(milliseconds / 1000, 0.001), threading.TIMEOUT_MAX))
    if not ended:
        raise TimeoutError(SILENT)
    answer, error = ended[0]
    if error is not None:
        raise error
    return answer


def _say_released(key: str, answer: Any, error: Exception | None = None) -> bool:
    """Whether the lock was ours to the end, as far as Redis told."""
    if error is not None:
        get_logger().warning(f"Redis migration lock not released (key='{key}'), it runs out by itself: {error}")
    elif answer:
        _say("released", key)
    return error is not None or bool(answer)


def _refuse_async_client(answer: Any) -> None:
    """What is not awaited is not done, and is true for every `if`."""
    if not inspect.isawaitable(answer):
        return
    if inspect.iscoroutine(answer):
        answer.close()
    raise TypeError("sync_migration_lock() was given a client of redis.asyncio: use migration_lock()")


def _refuse_sync_client(answer: Any, redis_client: Any, key: str, token: str) -> None:
    if inspect.isawaitable(answer):
        return
    if answer in YES:
        redis_client.eval(RELEASE, 1, key, token)
    raise TypeError("migration_lock() needs a client of redis.asyncio; for redis.Redis there is sync_migration_lock()")


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
    """For ``redis.asyncio``. LockError at once if it is held; what Redis itself raises is passed on.

    It is held as long as the body runs. Around the start of an application, leave it before the application serves: no other
    replica would start.
    """
    token, ttl_ms = secrets.token_hex(16), _milliseconds(ttl)
    asked: Any = redis_client.set(key, token, nx=True, px=ttl_ms)
    _refuse_sync_client(asked, redis_client, key, token)
    try:
        answer = await asyncio.wait_for(asked, ttl_ms / 1000)
    except asyncio.TimeoutError:
        raise TimeoutError(SILENT) from None
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
        was_ours = await _release(redis_client, key, token, ttl_ms)
    if lost or not was_ours:
        raise _lost(key)


async def _release(redis_client: Any, key: str, token: str, ttl_ms: int) -> bool:
    """A lock that runs out by itself does not hide the body's own error."""
    try:
        return _say_released(key, await asyncio.wait_for(redis_client.eval(RELEASE, 1, key, token), ttl_ms / 1000))
    except Exception as error:
        return _say_released(key, None, error)


def _release_sync(redis_client: Any, key: str, token: str, ttl_ms: int) -> bool:
    try:
        return _say_released(key, _answer_within(ttl_ms, redis_client.eval, RELEASE, 1, key, token))
    except Exception as error:
        return _say_released(key, None, error)


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
    """Extends the lock of another thread; when it is lost, LockError is raised there.

    An answer that does not come in time is a lock that may be gone.
    """

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
            left = (good_until - asked) * 1000
            try:
                if not _answer_within(left, self.client.eval, EXTEND, 1, self.key, self.token, self.ttl_ms):
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
    answer = _answer_within(ttl_ms, lambda: redis_client.set(key, token, nx=True, px=ttl_ms))
    _refuse_async_client(answer)
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
            was_ours = _release_sync(redis_client, key, token, ttl_ms)
    except LockError:
        if not extender.lost:
            raise
        raise _lost(key) from None
    if extender.lost or not was_ours:
        raise _lost(key)


@contextlib.contextmanager
def _plain_sync_lock(redis_client: Any, key: str, ttl: float) -> Iterator[None]:
    if not redis_client.setnx(key, "1"):
        raise _held(key)
    redis_client.expire(key, ttl)
    try:
        yield
    finally:
        redis_client.delete(key)
