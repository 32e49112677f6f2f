"""migration_lock() and sync_migration_lock() with a real Redis."""

import uuid

import pytest

BEGIN = """
    import asyncio, threading, time, redis, redis.asyncio
    from dbwarden.exceptions import LockError
    from dbwarden.fastapi import migration_lock, sync_migration_lock
    url, key = {url!r}, {key!r}
    plain = redis.Redis.from_url(url)

    async def in_async(body, ttl=60, key=key):
        client = redis.asyncio.Redis.from_url(url)
        try:
            async with migration_lock(client, key=key, ttl=ttl):
                return await body()
        except LockError as error:
            return str(error)
        finally:
            await client.aclose()

    def in_sync(body, ttl=60):
        try:
            with sync_migration_lock(redis.Redis.from_url(url), key=key, ttl=ttl):
                return body()
        except LockError as error:
            return str(error)
"""


@pytest.fixture
def ask(package, servers):
    """Runs lines with the lock at hand, on a key of their own."""
    key = f"t_{uuid.uuid4().hex}"
    return lambda lines: package.python(BEGIN.format(url=servers["REDIS_URL"], key=key) + lines)


def test_the_key_has_a_token_and_a_time(ask):
    assert ask("""
    def look():
        return [len(plain.get(key)), 50_000 < plain.pttl(key) <= 60_000]
    async def a_look():
        return look()
    print(json.dumps([in_sync(look), asyncio.run(in_async(a_look)), plain.exists(key)]))
    """) == [[32, True], [32, True], 0]


def test_messages_and_keys(ask):
    inside, outside, after = ask("""
    def body():
        return [in_sync(lambda: "ran"), asyncio.run(in_async(None))]
    print(json.dumps([in_sync(body), in_sync(lambda: "ran"), plain.exists(key)]))
    """)
    assert outside == "ran" and after == 0
    assert all("already held" in message for message in inside)


def test_extended_while_the_body_runs(ask):
    assert ask("""
    async def a_body():
        await asyncio.sleep(1.2)
        return plain.pttl(key) > 0
    def body():
        time.sleep(1.2)
        return plain.pttl(key) > 0
    print(json.dumps([asyncio.run(in_async(a_body, ttl=0.5)), in_sync(body, ttl=0.5), plain.exists(key)]))
    """) == [True, True, 0]


def test_a_lock_of_somebody_else_is_left_alone(ask):
    told, theirs = ask("""
    async def a_body():
        plain.set(key, "theirs", px=30_000)
        for _ in range(100):
            await asyncio.sleep(0.1)
        return "went on"
    def body():
        plain.set(key, "theirs", px=30_000)
        for _ in range(100):
            time.sleep(0.1)
        return "went on"
    told = [asyncio.run(in_async(a_body, ttl=0.6))]
    theirs = [plain.get(key).decode()]
    plain.delete(key)
    told.append(in_sync(body, ttl=0.6))
    theirs.append(plain.get(key).decode())
    plain.delete(key)
    print(json.dumps([told, theirs]))
    """)
    assert all("was lost" in message for message in told) and theirs == ["theirs", "theirs"]


def test_without_redis_nothing_runs(package):
    assert package.python("""
        import asyncio, redis, redis.asyncio
        from dbwarden.fastapi import migration_lock, sync_migration_lock
        ran = []
        async def main():
            async with migration_lock(redis.asyncio.Redis(port=1)):
                ran.append(1)
        for body in (lambda: asyncio.run(main()), lambda: sync_migration_lock(redis.Redis(port=1)).__enter__()):
            try:
                body()
            except redis.exceptions.ConnectionError:
                pass
        print(json.dumps(ran))
    """) == []


def test_a_time_to_live_that_makes_no_sense(ask):
    assert ask("""
    refused = []
    for ttl in (0, -1, "60", True, float("nan"), float("inf")):
        try:
            in_sync(lambda: 1, ttl=ttl)
        except ValueError as error:
            refused.append(str(error))
    print(json.dumps([len(refused), plain.exists(key)]))
    """) == [6, 0]


def test_the_bodys_own_error_comes_out(ask):
    assert ask("""
    async def a_body():
        raise KeyError("mine")
    def body():
        raise LockError("mine")
    try:
        asyncio.run(in_async(a_body))
    except KeyError as error:
        told = str(error)
    print(json.dumps([told, in_sync(body), plain.exists(key)]))
    """) == ["'mine'", "mine", 0]


def test_a_loss_that_the_body_does_not_notice_is_told_at_its_end(ask):
    """A loop that stands still, and a body that takes every exception for its own."""
    told = ask("""
    async def a_body():
        plain.set(key, "theirs", px=30_000)
        time.sleep(0.1)
    def body():
        plain.set(key, "theirs", px=30_000)
        for _ in range(100):
            try:
                time.sleep(0.1)
            except Exception:
                break
    said = [asyncio.run(in_async(a_body, ttl=30))]
    plain.delete(key)
    said.append(in_sync(body, ttl=0.5))
    print(json.dumps([*said, plain.get(key).decode()]))
    """)
    assert all("was lost" in text for text in told[:2]) and told[2] == "theirs"


def test_a_client_of_the_other_kind_is_refused(ask):
    """What is not awaited is not done: without a lock nothing runs, and none is left."""
    ran, told, left = ask("""
    ran, told = [], []
    async def main():
        async with migration_lock(plain, key=key):
            ran.append(1)
    def wrong():
        with sync_migration_lock(redis.asyncio.Redis.from_url(url), key=key):
            ran.append(2)
    for body in (lambda: asyncio.run(main()), wrong):
        try:
            body()
        except TypeError as error:
            told.append(str(error))
    print(json.dumps([ran, told, plain.exists(key)]))
    """)
    assert ran == [] and left == 0
    assert "needs a client of redis.asyncio" in told[0] and "use migration_lock()" in told[1]


def test_a_redis_that_does_not_answer_is_a_lost_lock(ask):
    """Its clients wait for ever unless they are told not to."""
    told = ask("""
    class Frozen(redis.Redis):
        def set(self, *words, **more):
            return time.sleep(600) if frozen else super().set(*words, **more)
        def eval(self, *words):
            if frozen:
                time.sleep(600)
            return super().eval(*words)
    class AsyncFrozen(redis.asyncio.Redis):
        async def set(self, *words, **more):
            return await asyncio.sleep(600) if frozen else await super().set(*words, **more)
        async def eval(self, *words):
            if frozen:
                await asyncio.sleep(600)
            return await super().eval(*words)
    frozen, went_on = [], []
    def body():
        with sync_migration_lock(Frozen.from_url(url), key=key, ttl=0.5):
            frozen.append(1)
            for _ in range(100):
                time.sleep(0.1)
            went_on.append(1)
    async def main():
        async with migration_lock(AsyncFrozen.from_url(url), key=key, ttl=0.5):
            frozen.append(1)
            await asyncio.sleep(10)
            went_on.append(2)
    told = []
    for run in (body, lambda: asyncio.run(main())):
        frozen.clear()
        try:
            run()
        except LockError as error:
            told.append(str(error))
        time.sleep(0.6)
        try:
            run()
        except TimeoutError as error:
            told.append(str(error))
    print(json.dumps([told, went_on]))
    """)
    assert [text.split(" (")[0] for text in told[0]] == ["Migration lock was lost", "Redis does not answer"] * 2 and told[1] == []
