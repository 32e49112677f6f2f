"""Names and words that are fixed; the values are 0.8.2's."""

from dbwarden._core import version

MIGRATIONS_DIR = "migrations"
SEEDS_DIR = "seeds"
SEEDS_TABLE = "_dbwarden_seeds"
TOML_FILE = "warden.toml"
RUNS_ALWAYS_FILE_PREFIX = "RA__"
RUNS_ON_CHANGE_FILE_PREFIX = "ROC__"
VERSION_FILE_PREFIX = "V"
DEFAULT_DELIMITER = ";"
DBWARDEN_VERSION = version()
LOG_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
