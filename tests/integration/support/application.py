"""An application with FastAPI as the tests serve it: two databases, every router, sessions of each kind."""

from support.package import App

CONFIG = """
from dbwarden import database_config

primary = database_config(
    database_name="primary", default=True, database_type="{type}", database_url_sync="{url}",
    dev_database_type="sqlite", dev_database_url="sqlite:///./dev.db",
)
other = database_config(database_name="other", database_url_sync="sqlite:///./other.db")
"""
MAIN = """
import asyncio, os
from contextlib import asynccontextmanager
from typing import Annotated
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from dbwarden.fastapi import *
from dbwarden import primary, other

options = eval(os.environ.get("OPTIONS", "dict(mode='migrate')"))
router = eval(os.environ.get("ROUTER", "dict(auth_mode='open')"))

@asynccontextmanager
async def lifespan(app):
    async with dbwarden_lifespan(all_databases=True, **options):
        yield

app = FastAPI(lifespan=lifespan)
app.include_router(DBWardenHealthRouter(), prefix="/health")
app.include_router(DBWardenRouter(**router), prefix="/db")
app.include_router(MetricsRouter())
if os.environ.get("DBWARDEN_METRICS"):
    app.add_middleware(MetricsMiddleware)

COUNT = text("SELECT count(*) FROM users")

@app.get("/ping")
async def ping():
    return "pong"

@app.post("/kept/{name}")
async def kept(name: str, session: primary.async_session):
    await session.execute(text("INSERT INTO users (name) VALUES (:name)"), {"name": name})
    await session.commit()

@app.post("/lost/{name}")
async def lost(name: str, session=primary.async_session):
    await session.execute(text("INSERT INTO users (name) VALUES (:name)"), {"name": name})

@app.get("/counts")
async def counts(a: primary.async_session, b: Annotated[AsyncSession, primary.async_session], c=primary.async_session):
    same = a is b is c
    return [(await session.execute(COUNT)).scalar_one() for session in (a, b, c)] + [a.sync_session.expire_on_commit, same]

@app.get("/sync")
def sync(a: primary.sync_session, b=primary.sync_session):
    return [session.execute(COUNT).scalar_one() for session in (a, b)] + [a.expire_on_commit]

@app.get("/named")
async def named(a: Annotated[AsyncSession, __import__("fastapi").Depends(get_session("other"))]):
    return a.bind.url.database
"""


class Application:
    """A project with that application in a folder."""

    def __init__(self, package, folder, url):
        self.package, self.folder, self.url = package, folder, url
        self.type = "sqlite" if url.startswith("sqlite") else "postgresql"
        folder.joinpath("dbwarden.py").write_text(CONFIG.format(type=self.type, url=url))
        folder.joinpath("main.py").write_text(MAIN)
        folder.joinpath("migrations/other").mkdir(parents=True)
        self.migration("0001", "users", "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50));")
        if self.type == "postgresql":
            self.migration("0002", "count", "CREATE SEQUENCE s; ALTER TABLE users ALTER id SET DEFAULT nextval('s');")

    def migration(self, version, name, sql):
        folder = self.folder / "migrations" / "primary"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"primary__{version}_{name}.sql").write_text(f"-- upgrade\n\n{sql}\n\n-- rollback\n\nSELECT 1;\n")

    def slow(self, seconds):
        """A migration that takes a while: on SQLite in the engine, on PostgreSQL asleep."""
        rows = int(seconds * 2_000_000)
        sql = {"sqlite": "CREATE TABLE slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                         f"{rows}) SELECT max(i) AS top FROM n;",
               "postgresql": f"CREATE TABLE slow AS SELECT 1 AS top FROM pg_sleep({seconds});"}
        self.migration("0009", "slow", sql[self.type])

    def serve(self, **options):
        return App(self.package, self.folder, **options)

    def python(self, text, **more):
        return self.package.python(text, folder=self.folder, **more)
