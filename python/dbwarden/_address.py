"""Which driver a URL needs for async and for sync sessions, and how its options are said to that driver."""

import importlib.util
import os

from dbwarden.exceptions import ConfigurationError

# In the order in which they are looked for; "extra" is what to install when there is none.
ASYNC_DRIVERS = {
    "postgresql": ("asyncpg", "psycopg"),
    "sqlite": ("aiosqlite",),
    "mysql": ("asyncmy", "aiomysql"),
    "mariadb": ("asyncmy", "aiomysql"),
}
SYNC_DRIVERS = {
    "postgresql": ("psycopg2", "psycopg", "pg8000"),
    "sqlite": ("pysqlite",),
    "mysql": ("pymysql", "mysqldb", "mysqlconnector"),
    "mariadb": ("pymysql", "mysqldb", "mariadbconnector"),
}
MODULES = {"pysqlite": "sqlite3", "mysqldb": "MySQLdb", "mysqlconnector": "mysql.connector", "mariadbconnector": "mariadb"}
EXTRAS = {"postgresql": "postgres", "sqlite": "sqlalchemy", "mysql": "mysql", "mariadb": "mysql"}
BOTH = ("psycopg",)


def _installed(driver):
    try:
        return importlib.util.find_spec(MODULES.get(driver, driver)) is not None
    except ImportError:
        return False


def _serves(driver, drivers):
    return driver in drivers or (driver not in set().union(*ASYNC_DRIVERS.values(), *SYNC_DRIVERS.values()))


def _choose_driver(backend, drivers, what):
    for driver in drivers[backend]:
        if _installed(driver):
            return driver
    names = " or ".join(drivers[backend])
    raise ConfigurationError(
        f"{what} sessions on {backend} need {names}, which is not installed",
        hint=f"pip install 'dbwarden[{EXTRAS[backend]}]'",
    )


def _file_url(url, folder):
    """A SQLite file as the command line finds it: relative to the project, wherever the process works."""
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:") or os.path.isabs(name):
        return url
    return url.set(database=os.path.normpath(os.path.join(folder, name)))


# libpq's words in asyncpg's: keyword of connect(), or a setting of the server.
ASYNCPG_WORDS = {"sslmode": "ssl", "connect_timeout": "timeout", "host": "host", "port": "port"}
ASYNCPG_SETTINGS = ("application_name", "client_encoding")


def _settings_of(options):
    """-c a=b -csearch_path=x as a dictionary."""
    words, settings = iter(options.split()), {}
    for word in words:
        text = next(words, "") if word == "-c" else word[2:] if word.startswith(("-c", "--")) else ""
        name, _, value = text.partition("=")
        if name:
            settings[name] = value
    return settings


def _asyncpg(url):
    """asyncpg refuses libpq's options; what it can do is said in its own words."""
    query, kept, arguments, settings = dict(url.query), {}, {}, {}
    for key, value in query.items():
        if key == "options":
            settings.update(_settings_of(value))
        elif key in ASYNCPG_SETTINGS:
            settings[key] = value
        elif key == "connect_timeout":
            arguments["timeout"] = float(value)
        elif key == "sslmode" and query.get("sslrootcert"):
            arguments["ssl"] = _tls(value, query)
        elif key in ("sslrootcert", "sslcert", "sslkey"):
            continue
        else:
            kept[ASYNCPG_WORDS.get(key, key)] = value
    if settings:
        arguments["server_settings"] = settings
    return url.set(query=kept), arguments


def _tls(mode, query):
    import ssl

    context = ssl.create_default_context(cafile=query["sslrootcert"])
    context.check_hostname = mode == "verify-full"
    if mode not in ("verify-ca", "verify-full"):
        context.verify_mode = ssl.CERT_NONE
    if query.get("sslcert"):
        context.load_cert_chain(query["sslcert"], query.get("sslkey"))
    return context


def read(text, key):
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


def resolve(database, kind):
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
