"""``main()`` runs the native program in the place of this process; ``app`` is the same under its old name."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from typing import NoReturn


def program() -> str:
    """The native program of this installation."""
    beside = os.path.join(sysconfig.get_path("scripts"), "dbwarden")
    found = beside if os.access(beside, os.X_OK) else shutil.which("dbwarden")
    if not found:
        raise SystemExit("dbwarden: the native program is neither in this environment nor on PATH; reinstall the package")
    return found


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Does not return: the process becomes the program."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    environment = {"DBWARDEN_PYTHON": sys.executable, **os.environ}
    path = program()
    os.execve(path, [path, *words], environment)


app = main
