"""Sessions on MySQL, MariaDB and ClickHouse: against servers, with each driver that can be had."""

import subprocess
import urllib.request
import uuid

import pytest
from support.engines import created
from support.own_server import own_server
from support.project import ROOT

SERVERS = ("mariadb", "mysql")
CONFIG = """
from dbwarden import database_config

primary = database_config(
    database_name="primary", default=True, database_type="{type}", database_url_sync="{url}",
    database_url_async="{async_url}", engine_options=dict(pool_size=3),
)
"""
DRIVERS = {"async": ("asyncmy", "aiomysql"), "sync": ("pymysql",)}
OPTIONS = "connect_timeout=5&init_command=SET%20%40ours%20%3D%207&sql_mode=STRICT_ALL_TABLES"


class Sessions:
    """A project on such a server, and what is open in its database."""

    def __init__(self, package, folder, servers, engine):
        self.package, self.folder, self.engine = package, folder, engine
        self.database, self.drop = created(engine, servers, folder)

    def python(self, text, driver=None, options="", **more):
        rest = self.database.url.partition(":")[2] + "?" + options
        names = [f"{self.engine}+{driver}" if driver in DRIVERS[kind] else self.engine for kind in ("sync", "async")]
        self.folder.mkdir(exist_ok=True)
        (self.folder / "dbwarden.py").write_text(
            CONFIG.format(type=self.engine, url=f"{names[0]}:{rest}", async_url=f"{names[1]}:{rest}"))
        return self.package.python(text, folder=self.folder, **more)


@pytest.fixture(params=SERVERS)
def sessions(package, tmp_path, servers, request):
    made = Sessions(package, tmp_path / "project", servers, request.param)
    made.database.run("CREATE TABLE users (name VARCHAR(50))")
    yield made
    made.drop()


# MariaDB of Debian has no TLS, and MySQL takes a password over nothing else.
TLS = {"mariadb": "ssl_mode=PREFERRED", "mysql": "ssl-mode=REQUIRED"}
ASYNC = """
    import asyncio
    from dbwarden import primary
    from dbwarden.fastapi import dispose_engines
    from sqlalchemy import text
    ADD, COUNT = text("INSERT INTO users VALUES (:name)"), text("SELECT count(*) FROM users")
    OPEN = text("SELECT count(*) FROM information_schema.processlist WHERE db = database() AND id <> connection_id()")
    SAID = text("SELECT @ours, @@sql_mode, @@character_set_client")

    async def main():
        told = []
        open_session = primary.async_dependency
        given = open_session()
        session = await anext(given)
        await session.execute(ADD, {"name": "kept"})
        await session.commit()
        await session.execute(ADD, {"name": "lost"})
        try:
            await given.athrow(KeyError("the route failed"))
        except KeyError:
            told.append("raised")
        several = [open_session() for _ in range(3)]
        for session in [await anext(one) for one in several]:
            told.append((await session.execute(COUNT)).scalar_one())
        told += [session.sync_session.expire_on_commit, session.bind.pool.size(), session.bind.driver]
        told.append(list((await session.execute(SAID)).one()))
        for one in several:
            await one.aclose()
        await dispose_engines()
        given = open_session()
        session = await anext(given)
        for _ in range(200):  # a server takes a moment to see it
            left = (await session.execute(OPEN)).scalar_one()
            if left == 0:
                break
            await asyncio.sleep(0.05)
        told.append(left)
        await given.aclose()
        await dispose_engines()
        return told
    print(json.dumps(asyncio.run(main())))
"""
SYNC = """
    import time
    from dbwarden import primary
    from dbwarden.fastapi import dispose_engines
    from sqlalchemy import text
    ADD, COUNT = text("INSERT INTO users VALUES (:name)"), text("SELECT count(*) FROM users")
    OPEN = text("SELECT count(*) FROM information_schema.processlist WHERE db = database() AND id <> connection_id()")
    SAID = text("SELECT @ours, @@sql_mode, @@character_set_client")
    told = []
    open_session = primary.sync_dependency
    given = open_session()
    session = next(given)
    session.execute(ADD, {"name": "kept"})
    session.commit()
    session.execute(ADD, {"name": "lost"})
    try:
        given.throw(KeyError("the route failed"))
    except KeyError:
        told.append("raised")
    several = [open_session() for _ in range(3)]
    for session in [next(one) for one in several]:
        told.append(session.execute(COUNT).scalar_one())
    told += [session.expire_on_commit, session.bind.pool.size(), session.bind.driver, list(session.execute(SAID).one())]
    for one in several:
        one.close()
    dispose_engines()
    given = open_session()
    session = next(given)
    for _ in range(200):
        left = session.execute(OPEN).scalar_one()
        if left == 0:
            break
        time.sleep(0.05)
    told.append(left)
    given.close()
    dispose_engines()
    print(json.dumps(told))
"""


@pytest.mark.parametrize("kind, driver", [(kind, driver) for kind, drivers in DRIVERS.items() for driver in drivers])
def test_sessions_roll_back_and_their_pools_close(sessions, kind, driver):
    told = sessions.python({"async": ASYNC, "sync": SYNC}[kind], driver, f"{TLS[sessions.engine]}&{OPTIONS}")
    assert told == ["raised", 1, 1, 1, False, 3, driver, [7, "STRICT_ALL_TABLES", "utf8mb4"], 0]


def test_a_driver_is_found_where_none_is_said(sessions):
    assert sessions.python("""
        from dbwarden import _address
        from dbwarden.config import get_database
        print(json.dumps([_address.resolve(get_database(), kind).url.drivername for kind in ("async", "sync")]))
    """) == [f"{sessions.engine}+asyncmy", f"{sessions.engine}+pymysql"]


REFUSED = """
    import asyncio
    from dbwarden.exceptions import DatabaseUnreachableError
    from dbwarden.fastapi.engines import async_factory, sync_factory
    from sqlalchemy import text

    async def ask():
        async with async_factory("primary")() as session:
            return (await session.execute(text("SHOW SESSION STATUS LIKE 'Ssl_cipher'"))).one()[1] != ""

    def ask_sync():
        with sync_factory("primary")() as session:
            return session.execute(text("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).one()[1] != ""
    told = []
    for call in (lambda: asyncio.run(ask()), ask_sync):
        try:
            told.append(call())
        except Exception as error:
            told.append(type(error).__name__ + ": " + str(error).partition("\\n")[0])
    print(json.dumps(told))
"""


@pytest.mark.parametrize("driver", [None, "aiomysql"])
def test_tls_that_is_asked_for_is_used_or_nothing_is(sessions, driver):
    """A server without TLS is not spoken to in clear, and a certificate that nobody signed is not taken where one is wanted."""
    required = sessions.python(REFUSED, driver, "ssl=true" if driver else "ssl_mode=REQUIRED")
    verified = sessions.python(REFUSED, driver, "ssl_mode=VERIFY_IDENTITY")
    if sessions.engine == "mysql":
        assert required == [True, True]
        assert all("Can't connect" in text for text in verified), verified  # aiomysql keeps the reason to itself
    else:
        assert all("offers no TLS" in text or "SSL: WRONG" in text for text in required + verified), (required, verified)


def test_every_word_about_tls_in_a_url_of_mysql(package, tmp_path):
    assert package.python("""
        import ssl
        from dbwarden import _address
        from dbwarden.exceptions import ConfigurationError
        from pip._vendor import certifi
        ca = "&ssl_ca=" + certifi.where()
        def told(options):
            try:
                address = _address._mysql(_address.read("mysql://u@h/d?" + options, "x"))
            except ConfigurationError as error:
                return str(error)
            context = address.arguments.get("ssl")
            return [dict(address.url.query), context and [context.verify_mode == ssl.CERT_REQUIRED, context.check_hostname],
                    address.must_encrypt]
        print(json.dumps([told(options) for options in (
            "charset=utf8mb4", "ssl_mode=preferred", "ssl-mode=REQUIRED&socket=s", "a=1" + ca, "ssl_check_hostname=false" + ca,
            "ssl_verify_cert=true" + ca, "ssl_disabled=true" + ca, "ssl=true&ssl_mode=DISABLED", "tls_version=TLSv1.2,TLSv1.3",
            "ssl_mode=NEVER", "ssl=perhaps", "tls_version=TLS9")]))
    """, folder=tmp_path) == [
        [{"charset": "utf8mb4"}, None, False], [{}, [False, False], False], [{"unix_socket": "s"}, [False, False], True],
        [{"a": "1"}, [True, True], True], [{}, [True, False], True], [{}, [True, False], True], [{}, None, False],
        [{}, [False, False], True], [{}, [False, False], False],
        "ssl_mode=NEVER in the database URL: it must be one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY",
        "ssl=perhaps in the database URL: it must be true or false",
        "tls_version=TLS9 in the database URL: it must be such as TLSv1.2",
    ]


CLICKHOUSE = """
from dbwarden import database_config

events = database_config(
    database_name="events", default=True, database_type="clickhouse", engine_options=dict(headers={{"X-Ours": "1"}}),
    database_url_sync="{url}?max_threads=3&compress=lz4&connect_timeout=4&query_limit=7",
)
"""


@pytest.fixture(scope="module")
def engine():
    """ClickHouse's engine; tests/servers/chshim.py says what of the rest is not the server's."""
    subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", "install", "clickhouse"], check=True, capture_output=True)
    with own_server("clickhouse") as server:
        yield server.urls["CLICKHOUSE_URL"].replace("default@", "")


@pytest.fixture
def clickhouse(package, tmp_path, engine):
    """A project on a new database."""
    name, url = f"t_{uuid.uuid4().hex[:12]}", engine

    def ask(text):
        with urllib.request.urlopen(url, text.encode(), timeout=30) as answer:
            return answer.read().decode()

    def python(text, address=url.replace("http://", "clickhouse://") + name):
        (tmp_path / "dbwarden.py").write_text(CLICKHOUSE.format(url=address))
        return package.python(text, folder=tmp_path)
    ask(f"CREATE DATABASE {name}")
    yield python
    ask(f"DROP DATABASE {name}")


def test_clients_of_clickhouse_are_shared_and_closed(clickhouse):
    """Requests at the same time share one client; what the URL and engine_options say reaches it and the server."""
    assert clickhouse("""
        import asyncio
        from dbwarden import events
        from dbwarden.fastapi import dispose_engines

        async def client():
            return await anext(events.async_dependency())

        async def main():
            first, *others = await asyncio.gather(*(client() for _ in range(5)))
            assert all(one is first for one in others)
            await first.command("CREATE TABLE seen (id Int32) ENGINE = MergeTree ORDER BY id")
            await first.command("INSERT INTO seen VALUES (1), (2)")
            both = await asyncio.gather(*(first.query("SELECT count(), sleep(0.1), getSetting('max_threads') FROM seen") for _ in range(4)))
            told = [one.result_rows[0][::2] for one in both]
            told += [first.query_limit, first.headers.get("X-Ours")]
            await dispose_engines()
            again = await client()
            told += [first._session is None or first._session.closed, again is first, (await again.query("SELECT 1")).result_rows]
            await dispose_engines()
            return told
        print(json.dumps(asyncio.run(main())))
    """) == [[2, 3]] * 4 + [7, "1", True, False, [[1]]]


def test_threads_share_a_client_of_clickhouse(clickhouse):
    assert clickhouse("""
        from concurrent.futures import ThreadPoolExecutor
        from dbwarden import events
        from dbwarden.fastapi import dispose_engines

        def ask(_):
            client = next(events.sync_dependency())
            return client, client.query("SELECT 1, sleep(0.2), getSetting('max_threads')").result_rows[0][::2]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(ask, range(8)))
        clients = {id(client) for client, _ in found}
        first = found[0][0]
        dispose_engines()
        print(json.dumps([len(clients), [rows for _, rows in found], first.headers.get("X-Ours"), ask(0)[0] is first]))
    """) == [1, [[1, 3]] * 8, "1", False]


def test_clickhouse_over_tls_or_not_at_all(clickhouse, engine):
    told = clickhouse("""
        import asyncio
        from dbwarden import events
        told = []
        for call in (lambda: asyncio.run(events.async_dependency().__anext__()), lambda: next(events.sync_dependency())):
            try:
                told.append(call() and "connected")
            except Exception as error:
                told.append(str(error))
        print(json.dumps(told))
    """, engine.replace("http://", "clickhouses://") + "default")
    assert len(told) == 2 and all("SSL" in text for text in told), told
