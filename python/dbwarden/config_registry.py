"""``database_config(...)``: what a project's dbwarden.py calls for each of its databases."""

from __future__ import annotations

import os
import re
import sys

from dbwarden.db_handle import DatabaseHandle
from dbwarden.exceptions import ConfigurationError

TYPE_CHECKING = False  # as checkers understand it: importing typing would take longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any, Literal, Protocol, TypedDict, overload

    from clickhouse_connect.driver.asyncclient import AsyncClient
    from clickhouse_connect.driver.client import Client
    from sqlalchemy import URL
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session
    from typing_extensions import Unpack

    SQLType = Literal["sqlite", "postgresql", "mysql", "mariadb"]
    class PydanticURL(Protocol):
        """PostgresDsn and its like."""

        def unicode_string(self) -> str: ...

    Address = str | URL | PydanticURL | None
    Texts = list[str] | tuple[str, ...] | set[str] | None  # not Sequence[str], which a text is too
    Paths = Texts | Collection[os.PathLike[str]]
    Command = str | list[str] | tuple[str, ...] | None
    Duration = str | float | None

    class Keys(TypedDict, total=False):
        """What the arguments of ``database_config()`` may be, beside name and type."""

        database_url_sync: Address
        database_url_async: Address
        secure_values: bool
        default: bool
        migrations_dir: str | os.PathLike[str] | None
        migration_table: str | None
        model_paths: Paths
        dev_database_type: SQLType | Literal["clickhouse"] | None
        dev_database_url: Address
        overlap_models: bool
        seed_table: str | None
        schema_files: Paths
        include: Texts
        exclude: Texts
        manage: Texts
        format: Literal["dbwarden", "fastmigrate"] | None
        keep_in_step: Literal["alembic"] | None
        snapshots: Literal["last", "each"] | None
        lock_timeout: Duration
        statement_timeout: Duration
        retry_for: Duration
        wait_for_db: Duration
        wait_for_runner: Duration
        before_run: Command
        after_run: Command
        before_file: Command
        after_file: Command
        on_failure: Command
        hook_timeout: Duration
        check_severity: Mapping[str, str] | None
        check_names: Mapping[str, str] | None
        normalise: Literal["auto", "server", "offline"] | None
        online: bool
        cluster: str | None
        targets: Mapping[str, str | list[str]] | None
        engine_options: Mapping[str, Any] | None


DATABASE_TYPES = ("sqlite", "postgresql", "mysql", "mariadb", "clickhouse")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*\Z")
_TABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_entries: list[Entry] = []
_hooks: list[Callable[[], object]] = []
_generation = 0  # another number whenever something was registered or forgotten


class Entry(dict[str, "Any"]):
    """The values of one call; ``file`` and ``line`` say where it stands, ``folder`` where the process worked then."""

    def __init__(self, values: dict[str, Any], file: str, line: int) -> None:
        super().__init__(values)
        self.file: str = os.path.abspath(file)
        self.line = line
        self.folder: str = os.getcwd()


def _choice(key: str, value: object) -> None:
    if value is not None and value not in DATABASE_TYPES:
        raise ConfigurationError(f"{key} is {value!r}: it must be one of {', '.join(DATABASE_TYPES)}")


def type_of(url: object) -> str:
    """The engine by the URL's scheme, where no type is said; what is no URL is told when the configuration is used."""
    scheme = str(url).partition(":")[0].partition("+")[0]
    found = {"postgres": "postgresql", "clickhouses": "clickhouse"}.get(scheme, scheme)
    return found if found in DATABASE_TYPES else "sqlite"


def _pattern(key: str, value: object, pattern: re.Pattern[str], words: str) -> None:
    if value is not None and not pattern.match(str(value)):
        raise ConfigurationError(f"{key} is {value!r}: it must be {words}")


if TYPE_CHECKING:

    @overload
    def database_config(
        *, database_name: str, database_type: SQLType | None = None, **keys: Unpack[Keys]
    ) -> DatabaseHandle[AsyncSession, Session]: ...
    @overload
    def database_config(
        *, database_name: str, database_type: Literal["clickhouse"], **keys: Unpack[Keys]
    ) -> DatabaseHandle[AsyncClient, Client]: ...


def database_config(
    *,
    database_name: str,
    database_type: str | None = None,
    database_url_sync: object = None,
    database_url_async: object = None,
    secure_values: bool = False,
    default: bool = False,
    migrations_dir: object = None,
    migration_table: object = None,
    model_paths: object = None,
    dev_database_type: object = None,
    dev_database_url: object = None,
    overlap_models: bool = False,
    seed_table: object = None,
    schema_files: object = None,
    include: object = None,
    exclude: object = None,
    manage: object = None,
    format: object = None,
    keep_in_step: object = None,
    snapshots: object = None,
    lock_timeout: object = None,
    statement_timeout: object = None,
    retry_for: object = None,
    wait_for_db: object = None,
    wait_for_runner: object = None,
    before_run: object = None,
    after_run: object = None,
    before_file: object = None,
    after_file: object = None,
    on_failure: object = None,
    hook_timeout: object = None,
    check_severity: object = None,
    check_names: object = None,
    normalise: object = None,
    online: object = None,
    cluster: object = None,
    targets: object = None,
    engine_options: object = None,
) -> DatabaseHandle[Any, Any]:
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
    if not (database_url_sync or database_url_async or (isinstance(targets, dict) and "files" in targets)):
        raise ConfigurationError("At least one of database_url_sync or database_url_async must be provided.")
    if isinstance(model_paths, str):
        raise ConfigurationError(f"model_paths is {model_paths!r}: it must be a list, [{model_paths!r}]")
    frame = sys._getframe(1)
    _entries.append(Entry(values, frame.f_code.co_filename, frame.f_lineno))
    _changed()
    return DatabaseHandle(str(database_name), database_type or type_of(database_url_sync or database_url_async))


def _changed() -> None:
    global _generation
    _generation += 1


def generation() -> int:
    """A number that is another one after every registration and reset."""
    return _generation


def registered_entries() -> list[Entry]:
    """What has been registered in this process, as a copy."""
    return list(_entries)


def register_reset_hook(hook: Callable[[], object]) -> None:
    """``hook()`` is called by every ``reset_registry()``."""
    _hooks.append(hook)


def reset_registry() -> None:
    """Forgets everything that was registered."""
    _entries.clear()
    _changed()
    for hook in _hooks:
        hook()
