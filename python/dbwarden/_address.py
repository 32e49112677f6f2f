"""Which driver a URL needs for async and for sync sessions, and how its options are said to that driver."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Address(NamedTuple):
    """What an engine is made with; ``must_encrypt``: a connection that is not encrypted is not to be used."""

    url: URL
    arguments: dict[str, Any]
    must_encrypt: bool = False


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


def _said(url: URL) -> dict[str, str]:
    """Each option once; the last one counts."""
    return {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}


def _asyncpg(url: URL) -> Address:
    """asyncpg refuses libpq's options; what it can do is said in its own words."""
    query = _said(url)
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
    return Address(url.set(query=kept), arguments)


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


# These take TLS as one context, and go on without it where the server has none; other drivers are told what the URL says.
MYSQL_DRIVERS = ("pymysql", "asyncmy", "aiomysql")
MYSQL_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")  # the weakest first
# What a truth asks for if it is true, and if it is false.
MYSQL_TRUTHS = {
    "ssl": ("REQUIRED", "DISABLED"),
    "ssl_disabled": ("DISABLED", "REQUIRED"),
    "ssl_verify_cert": ("VERIFY_CA", None),
    "ssl_verify_identity": ("VERIFY_IDENTITY", None),
    "ssl_check_hostname": ("VERIFY_IDENTITY", None),
}
MYSQL_TLS = ("ssl_mode", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher", "tls_version", *MYSQL_TRUTHS)
MYSQL_NAMES = {"socket": "unix_socket", "connection_timeout": "connect_timeout"}  # other drivers' words
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _mysql_asked(key: str, value: str) -> str | None:
    """The mode that one option asks for."""
    if key == "ssl_mode":
        if value.upper() not in MYSQL_MODES:
            raise ConfigurationError(f"ssl_mode={value} in the database URL: it must be one of {', '.join(MYSQL_MODES)}")
        return value.upper()
    if value.lower() not in YES + NO:
        raise ConfigurationError(f"{key}={value} in the database URL: it must be true or false")
    return MYSQL_TRUTHS[key][value.lower() in NO]


def _mysql_mode(query: Mapping[str, str]) -> str:
    """The strongest that is asked for; files without a word about it are verified, as SQLAlchemy has it."""
    asked = [_mysql_asked(key, query[key]) for key in ("ssl_mode", *MYSQL_TRUTHS) if key in query]
    found = max((MYSQL_MODES.index(mode) for mode in asked if mode), default=None)
    if found is not None:
        return MYSQL_MODES[found]
    if "ssl_ca" in query or "ssl_capath" in query:
        return "VERIFY_CA" if "ssl_check_hostname" in query else "VERIFY_IDENTITY"
    return "PREFERRED" if any(key in query for key in MYSQL_TLS) else "DISABLED"


def _mysql_tls(mode: str, query: Mapping[str, str]) -> ssl.SSLContext:
    import ssl

    context = ssl.create_default_context(cafile=query.get("ssl_ca"), capath=query.get("ssl_capath"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # certificates that MySQL makes itself lack what it asks for
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if not mode.startswith("VERIFY_"):
        context.verify_mode = ssl.CERT_NONE
    if query.get("ssl_cert"):
        context.load_cert_chain(query["ssl_cert"], query.get("ssl_key"))
    if query.get("ssl_cipher"):
        context.set_ciphers(query["ssl_cipher"])
    if query.get("tls_version"):
        names = [name.strip().replace(".", "_") for name in query["tls_version"].split(",")]
        try:
            versions = [ssl.TLSVersion[name] for name in names]
        except KeyError:
            said = query["tls_version"]
            raise ConfigurationError(f"tls_version={said} in the database URL: it must be such as TLSv1.2") from None
        context.minimum_version, context.maximum_version = min(versions), max(versions)
    return context


async def _asyncmy_preferred(**arguments: Any) -> Any:
    """asyncmy alone does not go on in clear where the server has no TLS."""
    import ssl

    import asyncmy

    try:
        return await asyncmy.connect(**arguments)
    except asyncmy.errors.OperationalError as error:
        if not isinstance(error.__cause__, ssl.SSLError):
            raise
        return await asyncmy.connect(**{**arguments, "ssl": None})


def _mysql(url: URL) -> Address:
    """What the command line takes too, said so that the driver does the same."""
    query = {key.replace("-", "_"): value for key, value in _said(url).items()}
    kept = {MYSQL_NAMES.get(key, key): value for key, value in query.items() if key not in MYSQL_TLS}
    mode = _mysql_mode(query)
    arguments: dict[str, Any] = {} if mode == "DISABLED" else {"ssl": _mysql_tls(mode, query)}
    if mode == "PREFERRED" and url.drivername.endswith("+asyncmy"):
        arguments["async_creator_fn"] = _asyncmy_preferred
    return Address(url.set(query=kept), arguments, MYSQL_MODES.index(mode) >= MYSQL_MODES.index("REQUIRED"))


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


def resolve(database: DatabaseConfig, kind: Kind) -> Address:
    """For an engine of this kind: "async" or "sync"."""
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
        return Address(_file_url(url, database.folder), {})
    if said in MYSQL_DRIVERS:
        return _mysql(url)
    return _asyncpg(url) if said == "asyncpg" else Address(url, {})
