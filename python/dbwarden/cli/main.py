"""``main()`` runs the native program in the place of this process; ``app()`` beside it, for those who called 0.8.2's and go on."""

from __future__ import annotations

import os
import shutil
import subprocess
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


def _call(arguments: Sequence[str] | None) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of the program."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    return [program(), *words], {"DBWARDEN_PYTHON": sys.executable, **os.environ}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Does not return: the process becomes the program."""
    words, environment = _call(arguments)
    os.execve(words[0], words, environment)


def app(args: Sequence[str] | None = None) -> NoReturn:
    """Ends with SystemExit, as the application of typer did that 0.8.2 had: an entry point may catch it and start a server."""
    words, environment = _call(args)
    status = subprocess.run(words, env=environment).returncode
    raise SystemExit(128 - status if status < 0 else status)
