"""``config.py`` in the migrations folder: functions of the application's that reach its own kind of database."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import inspect
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import ModuleType

REQUIRED = ("get_connection", "ensure_meta_table", "get_version", "set_version", "execute_sql")


def load(folder: Path) -> ModuleType | None:
    """The module, executed anew; None if there is none."""
    path = folder / "config.py"
    if not path.is_file():
        return None
    name = "fastmigrate_config_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = [name for name in REQUIRED if not hasattr(module, name)]
    if missing:
        raise AttributeError(f"config.py is missing required function(s): {', '.join(missing)}")
    for name in (*REQUIRED, "close_connection"):
        if not callable(getattr(module, name, load)):
            raise TypeError(f"config.py function '{name}' is not callable")
    return module


def in_a_loop(work: Coroutine[Any, Any, bool]) -> bool:
    """In a loop of its own: in another thread where this one has one that runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    result: list[bool] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(work))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


async def _got(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def _executed(adapter: ModuleType, connection: Any, db_path: Any, script: Path) -> bool:
    from fastmigrate import core

    if script.suffix != ".sql":
        return core.execute_migration_script(db_path, script)
    answer = await _got(adapter.execute_sql(connection, script.read_text(encoding="utf-8-sig")))
    return answer is None or bool(answer)


async def run(adapter: ModuleType, db_path: Any, folder: Path) -> bool:
    from fastmigrate import core

    core.logger.debug("mode=adapter db=%s migrations_dir=%s", db_path, folder)
    try:
        scripts = core.get_migration_scripts(folder)
    except ValueError as error:
        print(f"Error: {error}", file=sys.stderr)
        return False
    connection = await _got(adapter.get_connection(db_path))
    try:
        await _got(adapter.ensure_meta_table(connection))
        current = await _got(adapter.get_version(connection))
        pending = sorted(version for version in scripts if version > current)
        for applied, version in enumerate(pending):
            if not await _executed(adapter, connection, db_path, scripts[version]):
                return core._failed(scripts[version], applied)
            await _got(adapter.set_version(connection, version))
        return True
    finally:
        if hasattr(adapter, "close_connection"):
            await _got(adapter.close_connection(connection))
