"""What can go wrong, under the names that 0.8.2 gave it.

Every error says in ``message`` what happened and, where it is known, in ``hint`` what to do, in ``file`` and ``line``
where, and in ``sqlstate`` what the server called it. ``code`` is the word that ``--json`` has for the kind of failure.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DBWardenError(Exception):
    """The base of all errors of this package."""

    # Set where a run of several databases or migrations failed: what the library replied, and where it was.
    reply: dict[str, Any]
    replies: dict[str, dict[str, Any]]
    database: str

    def __init__(
        self,
        message: object = "",
        *,
        code: str | None = None,
        hint: str | None = None,
        file: str | None = None,
        line: int | None = None,
        sqlstate: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message: str = str(message)
        self.code = code
        self.hint = hint
        self.file = file
        self.line = line
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}" + (f" ({self.hint})" if self.hint else "")


class DirectoryNotFoundError(DBWardenError):
    """The folder of migrations is not there."""


class ConfigurationError(DBWardenError):
    """The configuration is wrong or missing."""


class VersionNotFoundError(DBWardenError):
    """No migration has that version."""


class PendingMigrationsError(DBWardenError):
    """There are migrations that have not run."""


class LockError(DBWardenError):
    """Another runner holds the lock."""


class DatabaseError(DBWardenError):
    """The database refused something."""


class DatabaseUnreachableError(DatabaseError):
    """There is no connection to the database."""


class NoMigrationsError(DBWardenError):
    """There is no migration to work on."""


class SeedError(DBWardenError):
    """A seed failed."""


class NoSeedsError(DBWardenError):
    """There is no seed to work on."""


class UsageError(DBWardenError, ValueError):
    """What was asked for makes no sense: an unknown option, a count below one."""


class DBWardenConfigError(ConfigurationError):
    """Model metadata contradicts itself."""


class DBWardenNotInitializedError(ConfigurationError):
    """There is no configuration."""


class DBWardenDatabaseNotFoundError(ConfigurationError):
    """The configuration has no database of that name."""


MigrationLockError = LockError
