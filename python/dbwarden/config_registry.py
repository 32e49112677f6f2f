"""``database_config(...)``: what a project's dbwarden.py calls for each of its databases."""

import os
import re
import sys

from dbwarden.db_handle import DatabaseHandle
from dbwarden.exceptions import ConfigurationError

DATABASE_TYPES = ("sqlite", "postgresql", "mysql", "mariadb", "clickhouse")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*\Z")
_TABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_entries = []
_hooks = []
_generation = 0  # another number whenever something was registered or forgotten


class Entry(dict):
    """The values of one call; ``file`` and ``line`` say where it stands, ``folder`` where the process worked then."""

    def __init__(self, values, file, line):
        super().__init__(values)
        self.file = os.path.abspath(file)
        self.line = line
        self.folder = os.getcwd()


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
    engine_options=None,
):
    """Registers a database and returns its handle.

    ``engine_options`` go to SQLAlchemy's ``create_engine()`` for the sessions of the handle: ``{"pool_size": 20}``.

    Raises ConfigurationError for a value that cannot be right, TypeError for an unknown or missing key. What only the
    whole configuration can tell (one default, no duplicates) is checked when it is first used.
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
    frame = sys._getframe(1)
    _entries.append(Entry(values, frame.f_code.co_filename, frame.f_lineno))
    _changed()
    return DatabaseHandle(str(database_name), database_type)


def _changed():
    global _generation
    _generation += 1


def generation():
    """A number that is another one after every registration and reset."""
    return _generation


def registered_entries():
    """What has been registered in this process, as a copy."""
    return list(_entries)


def register_reset_hook(hook):
    """``hook()`` is called by every ``reset_registry()``."""
    _hooks.append(hook)


def reset_registry():
    """Forgets everything that was registered."""
    _entries.clear()
    _changed()
    for hook in _hooks:
        hook()
