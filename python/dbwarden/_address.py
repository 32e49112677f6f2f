"""Which driver a URL needs for async and for sync sessions, and how its options are said to that driver."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

from dbwarden.exceptions import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from typing import Literal

    from sqlalchemy import URL

    from dbwarden.config import DatabaseConfig

    Drivers = Mapping[str, tuple[str, ...]]
    Kind = Literal["async", "sync"]

# In the order in which they are looked for; "extra" is what to install when there is none.
ASYNC_DRIVERS: Drivers = {
    "postgresql": ("asyncpg", "psycopg"),
    "sqlite": ("aiosqlite",),
    "mysql": ("asyncmy", "aiomysql"),
    "mariadb": ("asyncmy", "aiomysql"),
}
SYNC_DRIVERS: Drivers = {
    "postgresql": ("psycopg2", "psycopg", "pg8000"),
    "sqlite": ("pysqlite",),
    "mysql": ("pymysql", "mysqldb", "mysqlconnector"),
    "mariadb": ("pymysql", "mysqldb", "mariadbconnector"),
}
MODULES = {"pysqlite": "sqlite3", "mysqldb": "MySQLdb", "mysqlconnector": "mysql.connector", "mariadbconnector": "mariadb"}
EXTRAS = {"postgresql": "postgres", "sqlite": "sqlalchemy", "mysql": "mysql", "mariadb": "mysql"}


def _installed(driver: str) -> bool:
    try:
        return importlib.util.find_spec(MODULES.get(driver, driver)) is not None
    except ImportError:
        return False


def _serves(driver: str, drivers: tuple[str, ...]) -> bool:
    return driver in drivers or (driver not in set().union(*ASYNC_DRIVERS.values(), *SYNC_DRIVERS.values()))


def _choose_driver(backend: str, drivers: Drivers, what: str) -> str:
    for driver in drivers[backend]:
        if _installed(driver):
            return driver
    names = " or ".join(drivers[backend])
    raise ConfigurationError(
        f"{what} sessions on {backend} need {names}, which is not installed",
        hint=f"pip install 'dbwarden[{EXTRAS[backend]}]'",
    )


def _file_url(url: URL, folder: str) -> URL:
    """A SQLite file as the command line finds it: relative to the project, wherever the process works."""
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:") or os.path.isabs(name):
        return url
    return url.set(database=os.path.normpath(os.path.join(folder, name)))


# libpq's words that asyncpg knows as settings of the server, and those that it takes as one TLS context.
ASYNCPG_SETTINGS = ("application_name", "client_encoding")
TLS_FILES = ("sslrootcert", "sslcert", "sslkey")


def _settings_of(options: str) -> dict[str, str]:
    """-c a=b -csearch_path=x as a dictionary."""
    words = iter(options.split())
    settings: dict[str, str] = {}
    for word in words:
        text = next(words, "") if word == "-c" else word[2:] if word.startswith(("-c", "--")) else ""
        name, _, value = text.partition("=")
        if name:
            settings[name] = value
    return settings


def _asyncpg(url: URL) -> tuple[URL, dict[str, Any]]:
    """asyncpg refuses libpq's options; what it can do is said in its own words."""
    query = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
    kept: dict[str, str | tuple[str, ...]] = {}
    arguments: dict[str, Any] = {}
    settings: dict[str, str] = {}
    mode = query.get("sslmode", "prefer")
    has_files = any(key in query for key in TLS_FILES) and mode != "disable"
    if has_files:
        arguments["ssl"] = _tls(mode, query)
    for key, value in query.items():
        if key == "options":
            settings.update(_settings_of(value))
        elif key in ASYNCPG_SETTINGS:
            settings[key] = value
        elif key == "connect_timeout":
            arguments["timeout"] = float(value)
        elif key in TLS_FILES or (key == "sslmode" and has_files):
            continue  # in the context
        else:
            kept["ssl" if key == "sslmode" else key] = url.query[key]  # several hosts stay several
    if settings:
        arguments["server_settings"] = settings
    return url.set(query=kept), arguments


def _tls(mode: str, query: Mapping[str, str]) -> ssl.SSLContext:
    """As libpq: where there is a root certificate the server's is verified, and its name too with verify-full."""
    import ssl

    context = ssl.create_default_context(cafile=query.get("sslrootcert"))
    context.check_hostname = mode == "verify-full"
    if not query.get("sslrootcert") and mode not in ("verify-ca", "verify-full"):
        context.verify_mode = ssl.CERT_NONE
    if query.get("sslcert"):
        context.load_cert_chain(query["sslcert"], query.get("sslkey"))
    return context


def read(text: str, key: str) -> URL:
    """The URL, parsed; its text is in no message, since a password may be in it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigurationError(f"{key} is not a URL such as postgresql://user@host/database") from None
    return url.set(drivername=url.drivername.replace("postgres+", "postgresql+")) if url.drivername != "postgres" else (
        url.set(drivername="postgresql")
    )


def resolve(database: DatabaseConfig, kind: Kind) -> tuple[URL, dict[str, Any]]:
    """(URL, connect arguments) for an engine of this kind: "async" or "sync"."""
    own, other = database.sqlalchemy_url_async, database.sqlalchemy_url_sync
    if kind == "sync":
        own, other = other, own
    key = f"database_url_{kind}"
    url = read(own or other or database.sqlalchemy_url, key if own else "the database's URL")
    backend = url.get_backend_name()
    drivers = ASYNC_DRIVERS if kind == "async" else SYNC_DRIVERS
    if backend not in drivers:
        raise ValueError(f"Unsupported database_type: '{backend}'. Expected one of: {', '.join(drivers)}, clickhouse.")
    said = url.drivername.partition("+")[2]
    if said and own and not _serves(said, drivers[backend]):
        other_kind = "sync" if kind == "async" else "async"
        raise ConfigurationError(
            f"{key} names the driver {said}, which has no {kind} sessions",
            hint=f"Leave it out, or move the URL to database_url_{other_kind}.",
        )
    if not said or not _serves(said, drivers[backend]):
        said = _choose_driver(backend, drivers, kind)
    url = url.set(drivername=f"{backend}+{said}")
    if backend == "sqlite":
        return _file_url(url, database.folder), {}
    return _asyncpg(url) if said == "asyncpg" else (url, {})
