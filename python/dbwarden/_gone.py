"""What 0.8.2 had as modules and the native program now does: whoever imports them is told where it went."""

from __future__ import annotations

import sys
from typing import NoReturn

_FILES = "files are read and named by the native program"
_STATE = "state tables belong to the native program; dbwarden.repositories says what is in them"
_YET = "the command is not there yet"
GONE = {
    "dbwarden.commands.check": _YET,
    "dbwarden.commands.generate_models": _YET,
    "dbwarden.commands.extra.squash_cmd": _YET,
    "dbwarden.database.queries": _STATE,
    "dbwarden.engine.checksum": "`dbwarden history --json` has the checksums",
    "dbwarden.engine.file_parser": f"{_FILES}; `dbwarden migrate --dry-run --verbose` shows their statements",
    "dbwarden.engine.lock.migration_lock": "every command that changes a database holds its lock; across servers there is "
    "dbwarden.fastapi.sync_migration_lock",
    "dbwarden.engine.migration_name": f"{_FILES}; `dbwarden make-migrations` names them",
    "dbwarden.engine.model_discovery": "the native program has models read; dbwarden.schema.read_meta() gives a model's metadata",
    "dbwarden.engine.safety": "`dbwarden make-migrations` and `dbwarden migrate --dry-run` name hazards",
    "dbwarden.engine.sandbox": "`dbwarden migrate --sandbox` tries migrations on a copy",
    "dbwarden.engine.seeds": f"{_FILES}; `dbwarden seed list --json` says which there are",
    "dbwarden.engine.snapshot": "`dbwarden check-db --out json` shows the schema of a database",
    "dbwarden.engine.sqlite_translation": "`dbwarden --dev` translates what it runs",
    "dbwarden.repositories.lock_repo": _STATE,
    "dbwarden.repositories.migrations_repo": _STATE,
    "dbwarden.repositories.seeds_repo": _STATE,
}


def refuse(module: str, name: str, instead: str) -> NoReturn:
    """For the ``__getattr__`` of a module that kept only some of its names; dunder names are asked for by Python itself."""
    full = f"{module}.{name}"
    if name.startswith("__"):
        raise AttributeError(full)
    raise ImportError(f"{full} of DBWarden 0.8.2 is gone: {GONE.get(full, instead)}")


class _Finder:
    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name in GONE:
            raise ImportError(f"{name} of DBWarden 0.8.2 is gone: {GONE[name]}")


def explain_modules() -> None:
    """Called by the packages that such a module was in."""
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)
