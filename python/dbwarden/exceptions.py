"""What can go wrong, under the names that 0.8.2 gave it."""


class DBWardenError(Exception):
    """The base of all errors of this package."""


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


class NoMigrationsError(DBWardenError):
    """There is no migration to work on."""


class SeedError(DBWardenError):
    """A seed failed."""


class NoSeedsError(DBWardenError):
    """There is no seed to work on."""


class DBWardenConfigError(ConfigurationError):
    """Model metadata contradicts itself."""
