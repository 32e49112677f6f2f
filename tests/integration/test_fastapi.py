"""Applications of FastAPI over the installed package, served by uvicorn, on SQLite and PostgreSQL."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.application import Application
from support.engines import wait_until


@pytest.fixture
def lite(package, tmp_path):
    return Application(package, tmp_path, "sqlite:///./app.db")


@pytest.fixture
def pg(package, tmp_path, postgres):
    return Application(package, tmp_path, postgres)


@pytest.fixture(params=["lite", "pg"])
def project(request):
    return request.getfixturevalue(request.param)


def test_sessions_as_annotation_and_as_default(project):
    """dbwarden.py lies in the folder that uvicorn was started in, and would hide the package."""
    with project.serve() as app:
        assert app.post("/kept/ann").status == 200
        assert app.post("/lost/bob").status == 200
        assert app.get("/counts").json == [1, 1, 1, False, True], app.said()
        assert app.get("/sync").json == [1, 1, False]
        assert app.get("/named").json == str(project.folder / "other.db")
        assert app.stop() in (0, -15)


def test_pools_are_closed_at_the_end(pg):
    opened, left = pg.python("""
        import asyncio
        from dbwarden import primary
        from dbwarden.fastapi import dbwarden_lifespan
        from dbwarden.fastapi.engines import async_factory, sync_factory
        from sqlalchemy import text
        MINE = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

        async def main():
            async with dbwarden_lifespan(mode="none"):
                async with async_factory("primary")() as a, async_factory("primary")() as b:
                    await a.execute(MINE)
                    with sync_factory("primary")() as c:
                        opened = (await b.execute(MINE)).scalar_one() if c.execute(MINE) else None
            with sync_factory("primary")() as c:
                return opened, c.execute(MINE).scalar_one()
        print(json.dumps(asyncio.run(main())))
    """)
    assert opened == 2 and left == 0


def test_pools_of_loops_and_processes(lite):
    assert lite.python("""
        import asyncio, os
        from dbwarden import primary
        from dbwarden.fastapi import dispose_engines
        from dbwarden.fastapi.engines import async_factory, sync_factory, _ASYNC_SESSION_FACTORIES
        from sqlalchemy import text

        async def one():
            async with async_factory("primary")() as session:
                return (await session.execute(text("SELECT 1"))).scalar_one(), id(session.bind)
        first, second = asyncio.run(one()), asyncio.run(one())
        assert len(_ASYNC_SESSION_FACTORIES) == 1
        with sync_factory("primary")() as session:
            session.execute(text("SELECT 1"))
        assert sync_factory("primary") is sync_factory("primary") is sync_factory(None)
        if os.fork() == 0:
            os._exit(3 if _ASYNC_SESSION_FACTORIES else 0)
        child = os.waitstatus_to_exitcode(os.wait()[1])
        dispose_engines()
        print(json.dumps([first[0], second[0], first[1] != second[1], child, len(_ASYNC_SESSION_FACTORIES)]))
    """) == [1, 1, True, 0, 0]


def test_what_is_asked_at_the_same_time_runs_once_on_each_loop(lite):
    assert lite.python("""
        import asyncio, threading
        from dbwarden import _native, metrics
        ran = []

        async def look():
            ran.append(1)
            await asyncio.sleep(0.05)
            return len(ran)

        async def some():
            gone = asyncio.ensure_future(_native.share("a", look))
            others = [asyncio.ensure_future(_native.share(key, look)) for key in ("a", "a", "b")]
            await asyncio.sleep(0)
            gone.cancel()
            return await asyncio.gather(*others)

        async def left():
            asyncio.ensure_future(_native.share("a", look))
            await asyncio.sleep(0)
        told = [asyncio.run(some()), asyncio.run(left()), asyncio.run(some())]
        threads = [threading.Thread(target=metrics.increment_migration_errors, args=("a",)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 'errors_total{database="a"} 16.0' in metrics.generate_metrics()
        print(json.dumps(told))
    """) == [[2, 2, 2], None, [5, 5, 5]]


def test_everything_that_a_url_of_clickhouse_says(lite):
    """TLS is said in three ways; whichever it is, none of the words is left over."""
    assert lite.python("""
        from dbwarden.config import DatabaseConfig
        from dbwarden.fastapi.engines import _client_arguments
        told = []
        for url in ("clickhouses://bob:x@h/d?secure=1", "clickhouse://h:9/d?protocol=https&compress=lz4", "clickhouse://h"):
            found = _client_arguments(DatabaseConfig("clickhouse", url))
            told.append([found["secure"], found["port"], found["database"], found["generic_args"]])
        print(json.dumps(told))
    """) == [
        [True, 8443, "d", {}],
        [True, 9, "d", {"compress": "lz4"}],
        [False, 8123, "default", {}],
    ]


def test_certificates_of_a_url_reach_asyncpg(lite):
    """None is dropped, and a root certificate is verified against whatever the mode, as libpq does."""
    assert lite.python("""
        import ssl
        from dbwarden import _address
        from pip._vendor import certifi
        root = "&sslrootcert=" + certifi.where()
        def told(options):
            address = _address._asyncpg(_address.read("postgresql://u@h/d?" + options, "x"))
            context = address.arguments.get("ssl")
            return [dict(address.url.query), context and [context.verify_mode == ssl.CERT_REQUIRED, context.check_hostname]]
        print(json.dumps([told("sslmode=require" + root), told("sslmode=verify-full" + root), told("a=1" + root),
                          told("sslmode=require"), told("sslmode=disable" + root)]))
    """) == [[{}, [True, False]], [{}, [True, True]], [{"a": "1"}, [True, False]], [{"ssl": "require"}, None],
             [{"ssl": "disable"}, None]]


def test_development_is_for_that_call_only(pg):
    assert pg.python("""
        import asyncio
        from dbwarden import config, primary
        from dbwarden.fastapi import get_session, migrate_on_startup
        from dbwarden.fastapi.engines import async_factory
        migrate_on_startup(database="primary", dev=True)

        async def main():
            names = []
            for dependency in (get_session("primary", dev=True), get_session("primary")):
                async for session in dependency():
                    names.append(session.bind.dialect.name)
            return names
        print(json.dumps([config.is_dev_mode(), *asyncio.run(main())]))
    """) == [False, "sqlite", "postgresql"]
    assert (pg.folder / "dev.db").exists()


@pytest.mark.parametrize("options, environment, refused", [
    ("dict(mode='check')", None, "1 pending migrations"),
    ("dict(mode='check', fail_fast=False)", None, None),
    ("dict(mode='check', only_dev=True)", "staging", None),
    ("dict(mode='check', only_dev=True)", " Testing ", "1 pending migrations"),
    ("dict(mode='migrate')", "production", "allow_in_production=True"),
    ("dict(mode='migrate', allow_in_production=True)", "production", None),
    ("dict(mode='bogus')", None, "'migrate' or 'check'"),
])
def test_start(lite, options, environment, refused):
    app = lite.serve(OPTIONS=options, **({"ENVIRONMENT": environment} if environment else {}))
    assert (app.process.poll() is None) == (refused is None), app.said()
    app.stop()
    assert (refused or "") in app.said()


def test_an_application_does_not_start_on_a_failed_migration(lite):
    lite.migration("0002", "broken", "INSERT INTO nowhere (a) VALUES ('hunter2');")
    app = lite.serve()
    assert app.stop() != 0 and "nowhere" in app.said()


def test_drift_is_seen_by_check(lite):
    lite.package.run("dbwarden", "migrate", folder=lite.folder)
    lite.serve(OPTIONS="dict(mode='check')").__enter__().stop()
    lite.migration("0001", "users", "CREATE TABLE users (id INTEGER);")
    app = lite.serve(OPTIONS="dict(mode='check')")
    assert app.stop() != 0 and "edited or are missing" in app.said()


def test_processes_that_start_together_apply_everything_once(lite):
    lite.slow(0.5)
    code = """
        from dbwarden import primary
        from dbwarden.fastapi import migrate_on_startup
        migrate_on_startup(database="primary")
        print(json.dumps(True))
    """
    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(lambda _: lite.python(code), range(10)))
    rows = lite.package.run("dbwarden", "history", "--json", folder=lite.folder)
    assert rows.count("0009_slow") == 1


def test_who_may_do_what(lite):
    with lite.serve(ROUTER="dict()") as app:
        assert app.get("/db/status").status == 200
        closed = app.post("/db/migrate", {})
        assert closed.status == 403 and "api_key" in closed.json["detail"]
    with lite.serve(ROUTER="dict(api_key=['old', 'new'])") as app:
        assert [app.post("/db/migrate", {}, key=key).status for key in (None, "x", "old", "new")] == [401, 403, 200, 200]
        assert app.get("/db/status").status == 401
    with lite.serve(ROUTER="dict(api_key='schlüssel')") as app:
        ways = ("schlüssel", "schlüssel".encode().decode("latin-1"), "schlussel")  # http.client says Latin-1
        assert [app.get("/db/status", key=key).status for key in ways] == [200, 200, 403]
    with lite.serve(ROUTER="dict(auth_mode='authenticated')", DBWARDEN_MIGRATE_AUTH="the-key") as app:
        assert [app.get("/db/status", key=key).status for key in ("x", "the-key")] == [403, 200]
    for wrong in ("dict(auth_mode='authenticated')", "dict(api_key='')", "dict(auth_mode='closed')", "dict(api_key='key\\n')",
                  "dict(api_key=[])"):
        app = lite.serve(ROUTER=wrong)
        assert app.stop() != 0, wrong


def test_migrate_answers_what_ran_and_what_failed(lite):
    lite.migration("0002", "pets", "CREATE TABLE pets (id INTEGER);")
    with lite.serve(OPTIONS="dict(mode='none')") as app:
        assert app.post("/db/migrate", {"dry_run": True}).json == {
            "success": True, "message": "Migration completed successfully", "database": None}
        one = app.post("/db/migrate", {"database": "primary", "count": 1})
        assert one.json["applied"] == {"primary": ["0001"]}
        lite.migration("0003", "broken", "INSERT INTO nowhere (a) VALUES ('hunter2');")
        failed = app.post("/db/migrate", {})
        assert failed.status == 500 and failed.json["applied"] == {"primary": ["0002"]}
        assert "primary__0003_broken.sql" in failed.json["message"] and "hunter2" not in failed.text
        assert [app.post("/db/migrate", body).status for body in (
            {"count": 0}, {"database": "primary", "count": 1, "to_version": "0001"}, {"database": "nobody"})] == [422, 422, 404]
        assert app.get("/health/primary").json["databases"][0]["pending_migrations"] == 1


def test_status_counts_seeds(lite):
    """A seed that lies in seeds/ is one of every database, and is applied in each."""
    (lite.folder / "seeds").mkdir()
    (lite.folder / "seeds" / "V0001__first.sql").write_text("INSERT INTO users (name) VALUES ('ann');\n")
    with lite.serve() as app:
        def seeds():
            found = app.get("/db/status").json["databases"]
            return [[found[name][key] for key in ("status", "pending_seeds", "applied_seeds")] for name in ("primary", "other")]

        assert seeds() == [["degraded", 1, 0], ["degraded", 1, 0]]
        lite.package.run("dbwarden", "seed", "apply", "-d", "primary", folder=lite.folder)
        assert seeds() == [["ok", 0, 1], ["degraded", 1, 0]]


def test_the_loop_goes_on_and_a_second_request_is_told_who_migrates(project):
    project.slow(3)
    with project.serve(OPTIONS="dict(mode='none')") as app:
        first = threading.Thread(target=lambda: answers.append(app.post("/db/migrate", {"database": "primary"})))
        answers, pings = [], 0
        first.start()
        wait_until(lambda: app.get("/db/status").json["databases"]["primary"]["lock_active"])
        second = app.post("/db/migrate", {"database": "primary"})
        while not answers and pings < 500:
            pings += app.get("/ping").status == 200
            time.sleep(0.01)
        first.join()
        assert second.status == 409 and second.json["holder"]["pid"] == str(app.process.pid), second
        assert pings > 5 and answers[0].status == 200, answers


def test_the_router_holds_the_lock_in_redis_too(lite, servers):
    url = servers["REDIS_URL"]
    client = f"__import__('redis.asyncio').asyncio.Redis.from_url({url!r})"
    with lite.serve(OPTIONS="dict(mode='none')", ROUTER=f"dict(auth_mode='open', redis_client={client})") as app:
        tell = f"import redis\nclient = redis.Redis.from_url({url!r})\n"
        lite.python(tell + "print(json.dumps(client.set('dbwarden_migrate', 'somebody', px=60_000)))")
        assert app.post("/db/migrate", {}).status == 409
        lite.python(tell + "print(json.dumps(client.delete('dbwarden_migrate')))")
        assert app.post("/db/migrate", {}).json["applied"] == {"primary": ["0001"]}
        assert lite.python(tell + "print(json.dumps(client.exists('dbwarden_migrate')))") == 0


def test_a_client_that_goes_away_stops_nothing(project):
    import socket

    project.slow(2)
    with project.serve(OPTIONS="dict(mode='none')") as app:
        body = b'{"database": "primary"}'
        with socket.create_connection(("127.0.0.1", app.port)) as client:
            client.sendall(b"POST /db/migrate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                           % (len(body), body))
            wait_until(lambda: app.get("/db/status").json["databases"]["primary"]["lock_active"])
        wait_until(lambda: app.get("/health/primary").json["databases"][0]["pending_migrations"] == 0)


def test_a_database_that_is_down(package, tmp_path):
    project = Application(package, tmp_path, "postgresql://bob:hunter2@127.0.0.1:1/none")
    with project.serve(OPTIONS="dict(mode='none')", DBWARDEN_METRICS="1") as app:
        health = app.get("/health/")
        assert health.status == 503
        assert [database["status"] for database in health.json["databases"]] == ["error", "ok"]
        assert [app.get(f"/health/{probe}").status for probe in ("live", "ready", "nobody")] == [200, 503, 404]
        status = app.get("/db/status")
        assert status.status == 200 and status.json["databases"]["other"]["status"] == "ok"
        assert app.post("/db/migrate", {"database": "primary"}).status == 503
        refused = [app.post("/db/migrate", body).status for body in ({"dryrun": True}, {"count": 2**40})]
        assert refused == [422, 422]
        metrics = app.get("/metrics").text
        assert 'dbwarden_migrations_pending{database="other"} 0.0' in metrics
        told = health.text + status.text + metrics + app.said()
        assert "hunter2" not in told and "127.0.0.1:1" not in health.text + status.text


def test_several_databases_that_are_down(package, tmp_path):
    """What failed in the same way for each of them is answered like that of one."""
    assert package.python("""
        import os
        from dbwarden import database_config
        from dbwarden.fastapi.routes import MigrateRequest, _migrate
        for name in ("a", "b"):
            os.makedirs(f"migrations/{name}")
            database_config(database_name=name, default=name == "a", database_url_sync=f"postgresql://127.0.0.1:1/{name}")
        answer = _migrate(MigrateRequest())
        print(json.dumps([answer.status_code, json.loads(answer.body)["message"]]))
    """, folder=tmp_path) == [503, "The database cannot be reached"]


def test_labels_of_request_metrics_are_few(package):
    """Prefixes of included routers belong to a route; what a client calls its method does not. Loaded anew, it goes on counting."""
    assert package.python("""
        import importlib, re
        import dbwarden.metrics
        from fastapi import APIRouter, FastAPI
        from fastapi.testclient import TestClient
        from dbwarden.fastapi import MetricsMiddleware, MetricsRouter
        app, outer, inner = FastAPI(), APIRouter(prefix="/v1"), APIRouter(prefix="/users")
        inner.add_api_route("/{name}", lambda name: name)
        outer.include_router(inner)
        app.include_router(outer, prefix="/api")
        app.include_router(MetricsRouter(), prefix="/internal")
        app.add_middleware(MetricsMiddleware)
        client = TestClient(app)
        for method in ("GET", "GET", "SECRET", "HIDDEN"):
            client.request(method, "/api/v1/users/ann")
        importlib.reload(dbwarden.metrics)
        text = client.get("/internal/metrics").text
        print(json.dumps(sorted(re.findall(r'_seconds_count{(method=.*)} (.*)', text))))
    """, DBWARDEN_METRICS="1", PYTHONWARNINGS="ignore") == [
        ['method="GET",route="/api/v1/users/{name}",status="200"', "2.0"],
        ['method="other",route="/api/v1/users/{name}",status="405"', "2.0"],
    ]


def test_metrics_are_what_the_databases_say(lite):
    with lite.serve(DBWARDEN_METRICS="true") as app:
        for path in ("/kept/a", "/kept/b", "/nowhere/1", "/nowhere/2"):
            app.post(path)
        text = app.get("/metrics").text
        assert 'dbwarden_migrations_total{database="primary",success="True",version="0001"} 1.0' in text
        assert 'dbwarden_http_request_duration_seconds_count{method="POST",route="/kept/{name}",status="200"} 2.0' in text
        assert 'route="unmatched",status="404"} 2.0' in text and "/nowhere" not in text
    lite.migration("0002", "pets", "CREATE TABLE pets (id INTEGER);")
    with lite.serve(DBWARDEN_METRICS="true", OPTIONS="dict(mode='none')") as app:
        text = app.get("/metrics").text
        assert 'dbwarden_schema_version{database="primary"} 1.0' in text
        assert 'dbwarden_migrations_pending{database="primary"} 1.0' in text
    with lite.serve() as app:
        assert app.get("/metrics").text == "# Metrics disabled (set DBWARDEN_METRICS=true to enable)\n"


def test_metrics_of_several_processes(lite, tmp_path):
    folder = tmp_path / "prometheus"
    folder.mkdir()
    code = """
        from dbwarden import metrics
        metrics.increment_migrations_total("primary", "0001")
        metrics.set_pending_migrations("primary", 3)
        print(json.dumps(metrics.generate_metrics()))
    """
    for _ in range(2):
        text = lite.python(code, PROMETHEUS_MULTIPROC_DIR=str(folder))
    assert 'dbwarden_migrations_total{database="primary",success="True",version="0001"} 2.0' in text
    assert 'dbwarden_migrations_pending{database="primary"} 3.0' in text


def test_the_log_is_json_with_real_times(lite):
    with lite.serve(DBWARDEN_LOG_JSON="1") as app:
        import json

        lines = [json.loads(line) for line in app.said().splitlines() if line.startswith("{")]
    assert any("Starting migration" in line["message"] and line["db_name"] == "primary" for line in lines)
    assert all(line["timestamp"].endswith("Z") and "%" not in line["timestamp"] for line in lines)
    assert "\x1b" not in app.said().replace("\x1b[32mINFO\x1b[0m", "")
