"""The configuration of this process: read once, judged by the native library, given out as plain objects.

It is what ``database_config()`` registered here; where nothing was registered, the project's file is found by the
rules of the command line and executed once.
"""

from __future__ import annotations

import contextlib
import contextvars
import enum
import importlib.util
import math
import os
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dbwarden import _core, _native, config_registry
from dbwarden.config_registry import type_of
from dbwarden.constants import TOML_FILE
from dbwarden.exceptions import ConfigurationError, DBWardenDatabaseNotFoundError, DBWardenNotInitializedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_MIGRATION_TABLE = "_dbwarden_migrations"
DEFAULT_SEEDS_TABLE = "_dbwarden_seeds"
LIBRARIES = {"site-packages", "dist-packages"}
_MODULE = "dbwarden_project_config"


@dataclass(frozen=True)
class DatabaseConfig:
    """One database. In dev mode URLs and type are already the development ones."""

    database_type: str
    sqlalchemy_url_sync: str = ""
    sqlalchemy_url_async: str = ""
    secure_values: bool = False
    secure_display_values: dict[str, str] = field(default_factory=dict)
    model_paths: list[str] | None = None
    migrations_dir: str = ""
    migration_table: str = DEFAULT_MIGRATION_TABLE
    seed_table: str = DEFAULT_SEEDS_TABLE
    postgres_schema: str | None = None
    dev_database_url: str | None = None
    dev_database_type: str | None = None
    overlap_models: bool = False
    engine_options: dict[str, Any] = field(default_factory=dict)
    folder: str = ""  # what relative paths are relative to

    def __repr__(self) -> str:
        return f"DatabaseConfig({self.database_type!r}, migrations_dir={self.migrations_dir!r})"

    @property
    def sqlalchemy_url(self) -> str:
        return self.sqlalchemy_url_sync or self.sqlalchemy_url_async or ""


@dataclass(frozen=True)
class MultiDbConfig:
    databases: dict[str, DatabaseConfig | None]  # None: there is no development database
    default: str


class _Loaded:
    """What was read, for one state of the registry."""

    def __init__(self, generation: int, document: dict[str, Any], real: MultiDbConfig, dev: MultiDbConfig) -> None:
        self.generation = generation
        self.document = document  # as the native library takes it
        self.real = real
        self.dev = dev


# ---- development mode: of the process, or of one task and what it calls

_process_flags = {"dev": False, "strict": False}
_Flags = dict[str, bool]
_task_flags: contextvars.ContextVar[_Flags | None] = contextvars.ContextVar("dbwarden_flags", default=None)


def _flag(name: str) -> bool:
    return (_task_flags.get() or _process_flags)[name]


def is_dev_mode() -> bool:
    return _flag("dev")


def is_strict_translation() -> bool:
    return _flag("strict")


def set_dev_mode(enabled: bool) -> None:
    """For the whole process."""
    _process_flags["dev"] = bool(enabled)


def set_strict_translation(enabled: bool) -> None:
    """For the whole process."""
    _process_flags["strict"] = bool(enabled)


@contextlib.contextmanager
def flags(dev: bool = False, strict_translation: bool = False) -> Iterator[None]:
    """For what this task or thread does meanwhile; others do not see it."""
    token = _task_flags.set({"dev": bool(dev), "strict": bool(strict_translation)})
    try:
        yield
    finally:
        _task_flags.reset(token)


# ---- reading

_lock = threading.RLock()
_loaded: _Loaded | None = None
# (working folder, path, time of change) of the file that was executed because nothing was registered
_file: tuple[str, str, int | None] | None = None


def _forget() -> None:
    global _loaded, _file
    _loaded = _file = None


config_registry.register_reset_hook(_forget)


def _find_file() -> str:
    """The project's configuration file, by the rules of the command line."""
    try:
        return str(_native.run("config", options={"folder": os.getcwd()})["source"])
    except ConfigurationError as error:
        if error.message.startswith("No configuration found"):
            raise DBWardenNotInitializedError(error.message, code=error.code, hint=error.hint) from None
        raise


def _execute(path: str) -> ModuleType:
    """Runs the file once, under a name of ours: a dbwarden.py is not the package."""
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    assert spec and spec.loader  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.append(folder)
    spec.loader.exec_module(module)
    return module


def _changed_at(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _read_project() -> None:
    """Registers what the project's file says, unless that was done already."""
    global _file
    if config_registry.registered_entries() and _file is None:
        return
    if _file and _file[0] == os.getcwd() and _file[2] == _changed_at(_file[1]):
        return
    config_registry.reset_registry()
    path = os.path.abspath(_find_file())
    if not path.endswith(".py"):
        raise ConfigurationError(
            "sessions and routers take their databases from database_config(...)",
            file=path,
            hint="Call it in a Python module for each database; commands go on to read this file.",
        )
    try:
        _execute(path)
    except BaseException:
        config_registry.reset_registry()  # half a configuration is none
        raise
    if not config_registry.registered_entries():
        raise ConfigurationError("No database_config(...) call found", file=path)
    _file = (os.getcwd(), path, _changed_at(path))


_executing = threading.local()


def project_name(name: str) -> Any:
    """What the project's configuration file calls so; None if there is neither."""
    if getattr(_executing, "now", False):
        return None  # the file, or what it imports, asks for what it has yet to define
    _executing.now = True
    try:
        if not config_registry.registered_entries():
            with _lock:
                _read_project()
    except DBWardenNotInitializedError:
        return None
    finally:
        _executing.now = False
    return getattr(sys.modules.get(_MODULE), name, None)


def _project_folder(entry: config_registry.Entry) -> str:
    """As the command line has it: the folder of the file, or the one above that was worked in.

    A file that is elsewhere is a module that several projects may share: where it is installed no project lies.
    """
    beside = os.path.dirname(entry.file)
    worked = entry.folder
    if _is_in(worked, beside):
        return beside
    has = [os.path.isdir(os.path.join(folder, "migrations")) for folder in (beside, worked)]
    if _is_in(beside, worked):
        return beside if has == [True, False] else worked
    is_installed = not LIBRARIES.isdisjoint(beside.split(os.sep))
    return worked if is_installed or has == [False, True] else beside


def _is_in(folder: str, other: str) -> bool:
    """Whether a folder is the other one, or below it."""
    return (folder.rstrip("/") + "/").startswith(other.rstrip("/") + "/")


def _plain(value: Any) -> Any:
    """As the reader of the command line has it: what JSON cannot say is named by its type."""
    if isinstance(value, enum.Enum):
        value = value.value
    if hasattr(value, "render_as_string"):  # SQLAlchemy's URL, a tuple too
        return value.render_as_string(hide_password=False)
    if hasattr(value, "unicode_string"):  # a URL of pydantic, which hides no password either
        return value.unicode_string()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [_plain(item) for item in sorted(value, key=str)]
    if isinstance(value, dict):
        return {"type": "dict", "keys": {str(key): _plain(item) for key, item in value.items()}}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    is_plain = value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value))
    return value if is_plain else {"type": type(value).__name__}


def _document(entries: Sequence[config_registry.Entry]) -> dict[str, Any]:
    """What was registered, as the native library takes it."""

    def entry_json(entry: config_registry.Entry) -> dict[str, Any]:
        said = {key: value for key, value in entry.items() if value is not None and key != "engine_options"}
        keys = {key: {"value": _plain(value), "line": entry.line} for key, value in said.items()}
        return {"file": entry.file, "line": entry.line, "keys": keys}

    first = entries[0]
    return {"source": first.file, "folder": _project_folder(first), "entries": [entry_json(entry) for entry in entries]}


def _database(entry: config_registry.Entry, folder: str) -> DatabaseConfig:
    def text(key: str) -> str:
        value = _plain(entry[key])
        return value if isinstance(value, str) else ""

    return DatabaseConfig(
        database_type=entry["database_type"] or type_of(text("database_url_sync") or text("database_url_async")),
        sqlalchemy_url_sync=text("database_url_sync"),
        sqlalchemy_url_async=text("database_url_async"),
        secure_values=bool(entry["secure_values"]),
        model_paths=_plain(entry["model_paths"]),
        migrations_dir=text("migrations_dir") or f"migrations/{entry['database_name']}",
        migration_table=text("migration_table") or DEFAULT_MIGRATION_TABLE,
        seed_table=text("seed_table") or DEFAULT_SEEDS_TABLE,
        dev_database_url=text("dev_database_url") or None,
        dev_database_type=entry["dev_database_type"],
        overlap_models=bool(entry["overlap_models"]),
        engine_options=dict(entry["engine_options"] or {}),
        folder=folder,
    )


def _in_dev(database: DatabaseConfig) -> DatabaseConfig | None:
    """The development database in the place of the real one, for async sessions too; None where there is none."""
    if not database.dev_database_url:
        return None
    return replace(
        database,
        database_type=database.dev_database_type or type_of(database.dev_database_url),
        sqlalchemy_url_sync=database.dev_database_url,
        sqlalchemy_url_async="",
    )


def _load() -> _Loaded:
    global _loaded
    with _lock:
        _read_project()
        generation = config_registry.generation()
        if _loaded and _loaded.generation == generation:
            return _loaded
        entries = config_registry.registered_entries()
        document = _document(entries)
        judged = _native.run("config", options={"configuration": document})
        real = {entry["database_name"]: _database(entry, document["folder"]) for entry in entries}
        dev = {name: _in_dev(database) for name, database in real.items()}
        default = judged["default"]
        _loaded = _Loaded(generation, document, MultiDbConfig({**real}, default), MultiDbConfig(dev, default))
        return _loaded


def _current() -> _Loaded:
    """What is loaded, without a lock where nothing changed."""
    loaded = _loaded
    if loaded and loaded.generation == config_registry.generation() and _file is None:
        return loaded
    return _load()


def native_options() -> dict[str, Any]:
    """The options of a call of the native library for this configuration and the flags of this task."""
    return {
        "configuration": _current().document,
        "python": sys.executable,
        "dev": is_dev_mode(),
        "strict_translation": is_strict_translation(),
    }


# ---- what others ask


def get_multi_db_config() -> MultiDbConfig:
    """All databases, by name, and which one is the default."""
    loaded = _current()
    return loaded.dev if is_dev_mode() else loaded.real


def get_database(name: str | None = None) -> DatabaseConfig:
    """The database of this name, or the default one."""
    multi = get_multi_db_config()
    name = name or multi.default
    try:
        database = multi.databases[name]
    except KeyError:
        raise DBWardenDatabaseNotFoundError(
            f"Database '{name}' not found in settings config. Available databases: [{', '.join(multi.databases)}]"
        ) from None
    if database is None:
        raise ConfigurationError(f"--dev mode is enabled, but database '{name}' has no dev_database_url configured.")
    return database


def get_settings_source_file() -> Path:
    """Where the configuration stands."""
    return Path(_current().document["source"])


def get_toml_path() -> Path | None:
    """The nearest warden.toml of DBWarden before 0.8, which nothing reads; None if there is none."""
    here = Path.cwd()
    return next((folder / TOML_FILE for folder in (here, *here.parents) if (folder / TOML_FILE).is_file()), None)


def display_value(database: DatabaseConfig, field_name: str, value: Any) -> Any:
    """What may be shown: the source text where ``secure_values`` is set and it is known, else the value without passwords."""
    if database.secure_values and field_name in database.secure_display_values:
        return database.secure_display_values[field_name]
    return _core.mask(value) if isinstance(value, str) else value


def get_config() -> DatabaseConfig:
    """The default database."""
    return get_database()


def list_databases() -> list[str]:
    return list(get_multi_db_config().databases)


def default_database() -> str:
    """The name of the default one."""
    return get_multi_db_config().default
