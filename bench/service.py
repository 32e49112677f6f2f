"""Applications with FastAPI under load: whether a migration in one of its threads is felt, and what ours costs beside 0.8.2.

`measure()` is the load while a migration runs, `beside()` takes turns with 0.8.2.  Both return rows of (what, value, aim).
"""

import asyncio
import http.client
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

SETTINGS = """
from dbwarden import database_config

primary = database_config(database_name="primary", default=True, database_type="{type}", database_url_sync="{url}", model_paths=["models"])
other = database_config(database_name="other", database_url_sync="sqlite:///./other.db", model_paths=["others"])
"""
MAIN = """
import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import text

app = FastAPI()
ONE = text("SELECT count(*) FROM users")


@app.get("/ping")
async def ping():
    return "pong"

"""
WITH_US = """
from dbwarden.fastapi import DBWardenHealthRouter, DBWardenRouter, MetricsRouter
from dbwarden.fastapi.metrics import MetricsMiddleware
from settings import primary

app.include_router(DBWardenHealthRouter(), prefix="/health")
app.include_router(DBWardenRouter(auth_mode="open"), prefix="/db")
app.include_router(MetricsRouter())
if os.environ.get("MIDDLEWARE"):
    app.add_middleware(MetricsMiddleware)


@app.get("/async")
async def through_async(session: primary.async_session):
    return (await session.execute(ONE)).scalar_one()


@app.get("/sync")
def through_sync(session: primary.sync_session):
    return session.execute(ONE).scalar_one()
"""
WITHOUT_US = """
from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

factory = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///./app.db"), expire_on_commit=False)
sync_factory = sessionmaker(create_engine("sqlite:///./app.db"))


async def open_async():
    async with factory() as session:
        yield session


def open_sync():
    with sync_factory() as session:
        yield session


@app.get("/async")
async def through_async(session=Depends(open_async)):
    return (await session.execute(ONE)).scalar_one()


@app.get("/sync")
def through_sync(session=Depends(open_sync)):
    return session.execute(ONE).scalar_one()
"""
USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50));"
PATHS = ("/health/", "/db/status", "/async", "/sync")  # what the clients ask for in turn


def migration(folder, number, name, sql):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{folder.name}__{number:04d}_{name}.sql").write_text(f"-- upgrade\n\n{sql}\n\n-- rollback\n\nSELECT 1;\n")


def project(folder, url, extra=WITH_US):
    folder.mkdir(parents=True)
    engine = "sqlite" if url.startswith("sqlite") else "postgresql"
    (folder / "settings.py").write_text(SETTINGS.format(type=engine, url=url))
    (folder / "main.py").write_text(MAIN + extra)
    migration(folder / "migrations" / "primary", 1, "users", USERS)
    migration(folder / "migrations" / "other", 1, "users", USERS)


class App:
    """`uvicorn main:app`, one process."""

    def __init__(self, python, folder, **environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DBWARDEN_", "PYTHON"))}
        command = [python, "-m", "uvicorn", "main:app", "--port", str(self.port), "--no-access-log", "--log-level", "warning"]
        self.log = open(folder / "app.log", "w")
        self.process = subprocess.Popen(command, cwd=folder, env={**kept, **environment}, stdout=self.log, stderr=self.log)
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit((folder / "app.log").read_text()[-2000:])
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def resident(self):
        """MB of memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def processor(self):
        """Seconds of processor time."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- clients


async def client(port, paths, until, counts):
    """Asks for one path after the other on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    turn = 0
    while time.monotonic() < until:
        path = paths[turn % len(paths)]
        turn += 1
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        await reader.readexactly(length)
        key = (path, int(head.split(b" ", 2)[1]))
        counts[key] = counts.get(key, 0) + 1
    writer.close()


def crowd(port, paths, n, seconds, pipe):
    """n clients at once; what they were answered, by path and status."""
    counts = {}

    async def all_of_them():
        until = time.monotonic() + seconds
        turns = [paths[i % len(paths):] + paths[:i % len(paths)] for i in range(n)]
        await asyncio.gather(*(client(port, turn, until, counts) for turn in turns))
    asyncio.run(all_of_them())
    pipe.send(counts)


def probe(port, seconds, pipe):
    """How long /ping takes, asked a hundred times a second by somebody who does nothing else."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=120), []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        since = time.monotonic()
        connection.request("GET", "/ping")
        connection.getresponse().read()
        times.append(time.monotonic() - since)
        time.sleep(max(0, 0.01 - times[-1]))
    pipe.send(times)


def together(*calls):
    """What each of the functions sends through its pipe, each in a process of its own."""
    context, running = multiprocessing.get_context("fork"), []
    for function, *arguments in calls:
        ours, theirs = context.Pipe(False)
        process = context.Process(target=function, args=(*arguments, theirs))
        process.start()
        running.append((process, ours))
    results = [ours.recv() for _, ours in running]
    for process, _ in running:
        process.join()
    return results


def under(app, paths, n, seconds):
    """(p99 of /ping in ms, requests a second, answers other than 200) while n clients ask for these paths."""
    times, counts = together((probe, app.port, seconds), (crowd, app.port, paths, n, seconds))
    bad = sum(count for (_, status), count in counts.items() if status != 200)
    return statistics.quantiles(times, n=100)[98] * 1000, sum(counts.values()) / seconds, bad


# ---- a migration under load


def connections(url):
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return int(subprocess.run(["psql", "-qAtX", "-d", url, "-c", query], check=True, capture_output=True, text=True).stdout)


def migrate(app, answers):
    answers.append(app.ask("POST", "/db/migrate", '{"database": "primary"}'))


def measure(python, folder, url, n=200, seconds=30):
    """n requests at once on health, status and sessions, without and with a migration that takes two thirds of that time."""
    project(folder, url)
    with App(python, folder) as app:
        app.ask("POST", "/db/migrate", "{}")
        alone = statistics.quantiles(together((probe, app.port, 5))[0], n=100)[98] * 1000
        trivial, _, _ = under(app, ("/ping",), n, seconds / 3)
        under(app, PATHS, n, seconds / 3)  # pools and caches fill
        opened, before = connections(url), app.resident()
        quiet, rate, refused = under(app, PATHS, n, seconds)
        migration(folder / "migrations" / "primary", 2, "slow", f"SELECT pg_sleep({seconds * 2 / 3:.0f});")
        answers = []
        running = threading.Thread(target=migrate, args=(app, answers))
        running.start()
        busy, busy_rate, busy_refused = under(app, PATHS, n, seconds)
        running.join()
        after, left = app.resident(), connections(url)
        again, rate_again, _ = under(app, PATHS, n, seconds)  # the machine may have had something else to do
        quiet, rate = (quiet + again) / 2, (rate + rate_again) / 2
    if answers[0][0] != 200:
        sys.exit(f"the migration failed: {answers}")
    where = f"{n} requests at once"
    return [
        (f"service: p99 of /ping with {where}, while a migration runs", f"{busy:.0f} ms: {busy / quiet:.2f} x without it", "2 x"),
        (f"service: p99 of /ping with {where}", f"{quiet:.0f} ms: {quiet / trivial:.2f} x that of {n} requests for /ping", None),
        ("service: p99 of /ping alone", f"{alone:.1f} ms", None),
        (f"service: requests a second, {where}", f"{rate:.0f}; while a migration runs {busy_rate:.0f}: {busy_rate / rate:.2f} x", None),
        ("service: answers other than 200", refused + busy_refused, "0"),
        ("service: connections before and after", f"{opened}, {left}", "no more"),
        ("service: MB before and after", f"{before:.1f}, {after:.1f}: {after / before:.2f} x", "1 x"),
    ]


# ---- beside 0.8.2, and beside nothing


def rate(app, path, seconds, clients=1):
    """Requests for each second of the server's processor time, which other work on the machine changes little."""
    before = app.processor()
    counts, = together((crowd, app.port, (path,), clients, seconds))
    if set(counts) != {(path, 200)}:
        sys.exit(f"{path}: {counts}")
    return counts[path, 200] / (app.processor() - before)


def sqlite_project(folder, program, extra=WITH_US):
    project(folder, "sqlite:///./app.db", extra)
    subprocess.run([program, "migrate", "--all"], cwd=folder, check=True, capture_output=True)


def beside(ours, theirs, program, folder, rounds=5, seconds=2):
    """The same application on SQLite with two databases: served by ours, by 0.8.2, and written by hand without either."""
    for name, extra in (("ours", WITH_US), ("theirs", WITH_US), ("neither", WITHOUT_US)):
        sqlite_project(folder / name, program, extra)
    rows = []
    for path, clients, middleware, aim in (
            ("/health/", 1, "", None), ("/health/", 200, "", "100 x"), ("/metrics", 1, "1", "5 x"), ("/metrics", 1, "", None)):
        rates, said = {"ours": [], "theirs": []}, {"DBWARDEN_METRICS": "true", "MIDDLEWARE": middleware}
        with App(ours, folder / "ours", **said) as mine, App(theirs, folder / "theirs", **said) as old:
            for name, app in (("ours", mine), ("theirs", old)) * rounds:
                rates[name].append(rate(app, path, seconds, clients))
        mine, old = (statistics.median(found) for found in rates.values())
        what = f"service: GET {path} a second of processor time, {clients} at once" + (", MetricsMiddleware" if middleware else "")
        rows.append((what, f"{mine:.0f}; 0.8.2 {old:.1f}: {mine / old:.1f} x", aim))
    memory = []
    for name in ("ours", "neither"):
        with App(ours, folder / name) as app:
            for path in ("/async", "/sync"):
                rate(app, path, seconds)
            memory.append(app.resident())
    rows.append(("service: MB of an application", f"{memory[0]:.1f}; without us {memory[1]:.1f}: {memory[0] - memory[1]:+.1f}", "+10"))
    return rows
