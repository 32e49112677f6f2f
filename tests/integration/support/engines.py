"""A project without Python on any engine, with a database of its own that the test can look into.

Its one idea: what differs between the engines is a row of a table here, so that a test is written once for all of them.
"""

import contextlib
import functools
import os
import signal
import subprocess
import time
import uuid

import sqlalchemy as sa
from support.project import ROOT, Outcome, Project

ENGINES = ("sqlite", "postgresql", "mariadb", "mysql")
SERVER = {"postgresql": "PG15_TCP_URL", "mariadb": "MARIADB_URL", "mysql": "MYSQL_URL", "tidb": "TIDB_URL"}
FLAVOURS = {"tidb": "mysql"}  # what a project calls them
NAMES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "mysql": "MySQL", "sqlite": "SQLite"}
TRANSACTIONAL = ("sqlite", "postgresql")
SERVERS = ROOT / "tests" / "servers" / "testservers.sh"


@functools.cache
def server_urls():
    """NAME_URL=... lines of the servers that tests/run.sh started."""
    folder = os.environ.get("DBWARDEN_TEST_SERVERS")
    if not folder:
        return {}
    lines = subprocess.run([str(SERVERS), "env", folder], check=True, capture_output=True, text=True).stdout.split()
    return dict(line.split("=", 1) for line in lines)


def started(*names):
    """Those of these servers that run: some are had only where there is time to get them."""
    return [name for name in names if f"{name.upper()}_URL" in server_urls()]


def slow(engine, seconds, table="slow"):
    """A statement that takes about that long and then leaves a row, or a table where that is how it is seen."""
    if engine == "sqlite":
        rows = int(seconds * 2_000_000)
        return (f"INSERT INTO {table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
                " SELECT max(i) FROM n;")
    call = {"postgresql": f"pg_sleep({seconds})"}.get(engine, f"SLEEP({seconds})")
    return f"INSERT INTO {table} SELECT 1 FROM (SELECT {call}) AS s;"


class Database:
    """The tests' own way into a database: never through the program."""

    def __init__(self, engine, url, alchemy):
        self.engine, self.url = engine, url
        self.alchemy = sa.create_engine(alchemy, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        self.kept = None

    @contextlib.contextmanager
    def together(self):
        """What is asked within it is asked over one connection."""
        with self.alchemy.connect() as self.kept:
            try:
                yield
            finally:
                self.kept = None

    def connected(self):
        return contextlib.nullcontext(self.kept) if self.kept else self.alchemy.connect()

    def query(self, sql):
        with self.connected() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql))]

    def run(self, sql):
        with self.connected() as connection:
            connection.execute(sa.text(sql))

    def value(self, sql):
        return self.query(sql)[0][0]

    def tables(self):
        """Those of the user."""
        return sorted(name for name in sa.inspect(self.alchemy).get_table_names() if "dbwarden" not in name)

    def has(self, table):
        with self.connected() as connection:
            return sa.inspect(connection).has_table(table)

    def versions(self):
        if not self.has("_dbwarden_migrations"):
            return []
        return [row[0] for row in self.query(
            "SELECT version FROM _dbwarden_migrations WHERE version IS NOT NULL ORDER BY version")]

    def unfinished(self):
        """Journal rows of files that are not done, as (file, statements done)."""
        if not self.has("_dbwarden_journal"):
            return []
        return self.query("SELECT filename, done FROM _dbwarden_journal WHERE outcome IS NULL OR outcome <> 'done'")


class EngineProject(Project):
    """Configured by dbwarden.yaml, so that no interpreter is started."""

    def __init__(self, folder, database):
        super().__init__(folder, database.url, "/nonexistent/python", engine=database.engine)
        (self.folder / "dbwarden.py").unlink()
        self.database = database
        self.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n"
                   f"    database_type: {database.engine}\n    database_url_sync: \"{database.url}\"\n")

    def table(self, version, name, extra=""):
        """A migration that makes a table of that name and takes it away again."""
        return self.migration(version, name, f"CREATE TABLE {name} (id integer PRIMARY KEY);\n{extra}", f"DROP TABLE {name};")

    def statuses(self):
        return {row["version"]: row["status"] for row in self.ok("status", "--json").json["migrations"]}


def created(engine, servers, folder):
    """A new database and how it is taken away again."""
    if engine == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        return Database(engine, "sqlite:///./app.db", f"sqlite:///{folder}/app.db"), lambda: None
    base = servers[SERVER[engine]].rsplit("/", 1)[0]
    name = f"t_{uuid.uuid4().hex[:12]}"
    driver = alchemy_base(engine, servers)
    admin = sa.create_engine(driver.format("postgres" if engine == "postgresql" else "test"),
                             poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")

    def drop():
        force = " WITH (FORCE)" if engine == "postgresql" else ""
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")

    return Database(FLAVOURS.get(engine, engine), f"{base}/{name}", driver.format(name)), drop


def alchemy_base(engine, servers):
    """Over the socket, if there is one, where MySQL's client in Python needs no encryption."""
    if engine == "postgresql":
        return servers[SERVER[engine]].rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg2://") + "/{}"
    if engine in FLAVOURS:
        return servers[SERVER[engine]].rsplit("/", 1)[0].replace("mysql://", "mysql+pymysql://") + "/{}"
    return f"mysql+pymysql://test:test@/{{}}?unix_socket={servers[engine.upper() + '_SOCKET']}"


def wait_until(what, seconds=30):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def wait_line(process, text):
    """Reads the log up to the line that holds `text`."""
    shown = ""
    for line in process.stderr:
        shown += line
        if text in line:
            return shown
    raise AssertionError(f"{text!r} never came: {shown}")


def ended(process, timeout=60):
    out, err = process.communicate(timeout=timeout)
    assert "AddressSanitizer" not in err and "runtime error:" not in err, err
    return Outcome(process.returncode, out, err)


def killed(process):
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
