"""``database_config(...)``: what a project's dbwarden.py calls for each of its databases."""

import re

from dbwarden.exceptions import ConfigurationError

DATABASE_TYPES = ("sqlite", "postgresql", "mysql", "mariadb", "clickhouse")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*\Z")
_TABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_entries = []


class DatabaseHandle:
    """One configured database. Sessions for applications are not part of this release yet."""

    def __init__(self, name, db_type):
        self._name = name
        self._db_type = db_type

    def __repr__(self):
        return f"DatabaseHandle({self._name!r}, {self._db_type!r})"


def _choice(key, value):
    if value is not None and value not in DATABASE_TYPES:
        raise ConfigurationError(f"{key} is {value!r}: it must be one of {', '.join(DATABASE_TYPES)}")


def _pattern(key, value, pattern, words):
    if value is not None and not pattern.match(str(value)):
        raise ConfigurationError(f"{key} is {value!r}: it must be {words}")


def database_config(
    *,
    database_name,
    database_type="sqlite",
    database_url_sync=None,
    database_url_async=None,
    secure_values=False,
    default=False,
    migrations_dir=None,
    migration_table=None,
    model_paths=None,
    dev_database_type=None,
    dev_database_url=None,
    overlap_models=False,
    seed_table=None,
    schema_files=None,
    include=None,
    exclude=None,
    snapshots=None,
    lock_timeout=None,
    statement_timeout=None,
    retry_for=None,
    wait_for_db=None,
    wait_for_runner=None,
    before_run=None,
    after_run=None,
    before_file=None,
    after_file=None,
    on_failure=None,
    hook_timeout=None,
    normalise=None,
    targets=None,
):
    """Registers a database and returns its handle.

    Raises ConfigurationError for a value that cannot be right, TypeError for an unknown or missing key. What only the
    whole configuration can tell (one default, no duplicates) is checked when a command reads it.
    """
    values = dict(locals())
    _pattern("database_name", database_name, _NAME, "a letter followed by letters, digits and underscores")
    _choice("database_type", database_type)
    _choice("dev_database_type", dev_database_type)
    for key in ("migration_table", "seed_table"):
        _pattern(key, values[key], _TABLE, "letters, digits and underscores, not beginning with a digit")
    if not (database_url_sync or database_url_async or (targets and "files" in targets)):
        raise ConfigurationError("At least one of database_url_sync or database_url_async must be provided.")
    if isinstance(model_paths, str):
        raise ConfigurationError(f"model_paths is {model_paths!r}: it must be a list, [{model_paths!r}]")
    _entries.append(values)
    return DatabaseHandle(database_name, database_type)


def registered_entries():
    """What has been registered in this process, as a copy."""
    return list(_entries)


def reset_registry():
    """Forgets everything that was registered."""
    _entries.clear()
