"""What an application does with its schema when it starts."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dbwarden import _native, config, metrics
from dbwarden.exceptions import DBWardenError, UsageError
from dbwarden.fastapi.runtime import HealthResult, check_startup, names_of, runtime_flags
from dbwarden.logging import get_logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import TypedDict

    from typing_extensions import Unpack

    Mode = Literal["check", "migrate"]
    Replies = dict[str, dict[str, Any]]

    class CheckOptions(TypedDict, total=False):
        """What a check takes; a start that migrates takes more."""

        database: str | None
        all_databases: bool
        dev: bool
        strict_translation: bool
        only_dev: bool
        fail_fast: bool
        verbose: bool

    class Options(CheckOptions, total=False):
        """What a start takes."""

        with_backup: bool
        backup_dir: str | os.PathLike[str] | None
        allow_in_production: bool

PRODUCTION = ("prod", "production")
DEVELOPMENT = ("dev", "development", "local", "test", "testing")
MODES = ("check", "migrate")


def _environment() -> str:
    return os.environ.get("ENVIRONMENT", "").strip().lower()


def migrate_cmd(*, database: str | None = None, all_databases: bool = False, **request: object) -> Replies:
    """`dbwarden migrate` in this process, under the database's lock: the replies by database.

    Every failure is raised, with ``replies`` of what ran before and beside it and ``database`` of where it was.
    """
    said = {key: value for key, value in request.items() if value is not None}
    replies: Replies = {}
    failed: list[tuple[str, DBWardenError]] = []
    for name in names_of(database, all_databases):
        replies[name] = _migrate_one(name, said)
        if replies[name].get("error"):
            failed.append((name, _failure(name, replies)))
            if isinstance(failed[-1][1], UsageError):
                break  # wrong for every database
    if len(failed) > 1:
        kinds = {type(error) for _, error in failed}
        cls = kinds.pop() if len(kinds) == 1 else DBWardenError  # all of them are locked, or out of reach
        every = cls("; ".join(f"{name}: {error}" for name, error in failed))
        every.replies = replies
        raise every
    if failed:
        raise failed[0][1]
    return replies


def _failure(name: str, replies: Replies) -> DBWardenError:
    error = _native.error_of(replies[name]["error"])
    error.database, error.replies = name, replies
    return error


def _missing_folder(name: str) -> dict[str, str] | None:
    """The failure, in 0.8.2's words, where there is no folder of migrations."""
    database = config.get_database(name)
    if os.path.isdir(os.path.join(database.folder, database.migrations_dir)):
        return None
    words = f"Migrations directory '{database.migrations_dir}' not found. Please run 'dbwarden init --database {name}' first."
    return {"code": "directory", "message": words}


def _migrate_one(name: str, request: Mapping[str, object]) -> dict[str, Any]:
    missing = _missing_folder(name)
    if missing:
        return {"error": missing}
    options = config.native_options()
    asked = {"database": name, "legacy_lock": True, **request}  # applications of 0.8.2 look at that table
    reply = _native.call("migrate", asked, options=options, on_event=get_logger().event)
    metrics.note_run(name, reply)
    return reply


def _trouble(result: HealthResult) -> str | None:
    """Why a database is not as the files want it; None if it is."""
    if result.status == "error":
        return getattr(result, "reason", None) or result.error or "not reachable"
    if result.pending_migrations:
        return f"{result.pending_migrations} pending migrations"
    if getattr(result, "drifted", 0):
        return f"{result.drifted} applied migrations were edited or are missing"
    return None


def check_schema_on_startup(
    *,
    database: str | None = None,
    all_databases: bool = False,
    dev: bool = False,
    strict_translation: bool = False,
    only_dev: bool = False,
    fail_fast: bool = True,
    verbose: bool = False,
) -> list[HealthResult]:
    """How the databases stand. Raises RuntimeError when one is unreachable, has pending migrations or has drifted.

    With ``only_dev`` nothing is looked at unless ENVIRONMENT is dev, development, local, test or testing.
    """
    if only_dev and _environment() not in DEVELOPMENT:
        return []
    results = check_startup(
        database=database, all_databases=all_databases, dev=dev, strict_translation=strict_translation
    )
    troubles = [f"{result.database}: {_trouble(result)}" for result in results if _trouble(result)]
    if troubles:
        message = "Startup check failed: " + "; ".join(troubles)
        if fail_fast:
            raise RuntimeError(message)
        get_logger(verbose=verbose).warning(message)
    return results


def _backup_folder(backup_dir: str | os.PathLike[str] | None) -> str:
    """Below the working folder, as 0.8.2 demands."""
    here = Path.cwd().resolve()
    folder = (here / (backup_dir or "backups")).resolve()
    if here != folder and here not in folder.parents:
        raise ValueError(f"backup_dir is {str(backup_dir)!r}: it must lie below {here}")
    return str(folder)


def migrate_on_startup(
    *,
    database: str | None = None,
    all_databases: bool = False,
    dev: bool = False,
    strict_translation: bool = False,
    with_backup: bool = False,
    backup_dir: str | os.PathLike[str] | None = None,
    verbose: bool = False,
    allow_in_production: bool = False,
    fail_fast: bool = True,
    only_dev: bool = False,
) -> None:
    """Applies what is pending, under the lock: of replicas that start together one does it and the others wait.

    Refused where ENVIRONMENT is production, unless ``allow_in_production`` says so; ``only_dev`` as in check_schema_on_startup().
    """
    environment = _environment()
    if only_dev and environment not in DEVELOPMENT:
        return
    if environment in PRODUCTION and not allow_in_production:
        message = "migrate_on_startup is blocked in production unless allow_in_production=True"
        if fail_fast:
            raise RuntimeError(message)
        get_logger(verbose=verbose).warning(message)
        return
    folder = _backup_folder(backup_dir)
    request = {"with_backup": True, "backup_dir": folder} if with_backup else {}
    with runtime_flags(dev=dev or config.is_dev_mode(), strict_translation=strict_translation):
        try:
            migrate_cmd(database=database, all_databases=all_databases, **request)
        except Exception as error:
            if fail_fast:
                raise
            get_logger(verbose=verbose).warning(f"migrate_on_startup failed: {error}")


# The signatures above say what there is; Options says it once more, for checkers, who hold it against them.
CHECKED = tuple(check_schema_on_startup.__kwdefaults__ or ())
KNOWN = tuple(migrate_on_startup.__kwdefaults__ or ())


def _start(mode: Mode, options: Options) -> None:
    if mode == "migrate":
        migrate_on_startup(**options)
    else:
        checked: Any = {key: value for key, value in options.items() if key in CHECKED}
        check_schema_on_startup(**checked)


@contextlib.asynccontextmanager
async def migration_context(*, mode: Mode = "check", **options: Unpack[Options]) -> AsyncIterator[None]:
    """Checks or migrates before the body runs, in a thread; see check_schema_on_startup() and migrate_on_startup()."""
    unknown = [name for name in options if name not in KNOWN]
    if unknown:
        raise TypeError(f"migration_context() got an unexpected keyword argument {unknown[0]!r}")
    if mode not in MODES:
        raise ValueError("mode must be either 'migrate' or 'check'")
    since, outcome = time.monotonic(), "error"
    logger = get_logger(verbose=options.get("verbose", False))
    try:
        await _native.in_thread(_start, mode, options)
        outcome = "ok"
    except Exception as error:
        if options.get("fail_fast", True):
            raise
        logger.warning(f"migration_context: {error}")
    finally:
        took = int((time.monotonic() - since) * 1000)
        logger.info(f"migration_context mode={mode} outcome={outcome} duration_ms={took}")
    yield
