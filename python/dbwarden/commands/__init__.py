"""Commands as functions, under 0.8.2's names, for scripts that call them; what is new has ``dbwarden`` on PATH.

Each runs the native program, prints what that prints, and raises what failed. Questions are not asked.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from dbwarden import _gone, config
from dbwarden.cli.main import program
from dbwarden.exceptions import DatabaseUnreachableError, DBWardenError, LockError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CLASSES: dict[int, type[DBWardenError]] = {2: UsageError, 4: LockError, 5: DatabaseUnreachableError}
_gone.explain_modules()


def _error(status: int, said: str) -> DBWardenError:
    """What the program wrote last: an error, and perhaps what to do about it."""
    message, _, hint = said.rpartition("dbwarden: error: ")[2].strip().partition("\nhint: ")
    return _CLASSES.get(status, DBWardenError)(message, hint=hint or None)


def _run(words: Sequence[str]) -> None:
    flags = ["--dev"] * config.is_dev_mode() + ["--strict-translation"] * config.is_strict_translation()
    environment = {"DBWARDEN_PYTHON": sys.executable, **os.environ}
    done = subprocess.run(
        [program(), *flags, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    if done.returncode:
        raise _error(done.returncode, done.stderr)


def _option(name: str, value: object) -> list[str]:
    word = "--" + name.replace("_", "-")
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in (word, str(one))]
    return [word] if value is True else [word, str(value)]


def command(words: str, parameters: str = "") -> Callable[..., None]:
    """The function for a command; a parameter is called as its option, ``name=option``, or ``<name>`` if it stands alone."""
    alone = {name.strip("<>") for name in parameters.split() if name.startswith("<")}
    option_of: dict[str, str] = {}
    for parameter in parameters.split():
        name, _, option = parameter.strip("<>").partition("=")
        option_of[name] = option or name
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, kind, default=None) for name in option_of])

    def call(*args: object, **kwargs: object) -> None:
        given = signature.bind(*args, **kwargs).arguments
        said = {name: value for name, value in given.items() if value is not None and value is not False}
        options = [text for name in said if name not in alone for text in _option(option_of[name], said[name])]
        _run([*words.split(), *options, *(str(said[name]) for name in said if name in alone)])

    call.__name__ = call.__qualname__ = words.replace(" ", "_").replace("-", "_") + "_cmd"
    call.__doc__ = f"``dbwarden {words}``"
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call
