"""The logger ``dbwarden``: text or JSON, with the database as context of a call.

Nothing is done to the root logger, and what its handlers show is not shown a second time.
"""

import json
import logging
import os
import sys
from datetime import datetime, timezone

from dbwarden.constants import LOG_FORMAT

TRUE = ("true", "1", "yes")
NAME = "dbwarden"
_COLOURS = {"DEBUG": 36, "INFO": 32, "WARNING": 33, "ERROR": 31, "CRITICAL": 35}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_singleton = None
_own_level = None  # what set_verbose() gave the logger


def _use_json_logging():
    return os.environ.get("DBWARDEN_LOG_JSON", "").lower() in TRUE


class JSONFormatter(logging.Formatter):
    """One object per line; the time is UTC with microseconds."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key in ("db_name", "db_type"):
            value = getattr(record, key, None)
            if value is not None:
                line[key] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class ColoredFormatter(logging.Formatter):
    """The level in colour, on a terminal."""

    def format(self, record):
        text = super().format(record)
        colour = _COLOURS.get(record.levelname)
        if colour is None or not sys.stdout.isatty():
            return text
        return text.replace(record.levelname, f"\x1b[{colour}m{record.levelname}\x1b[0m", 1)


class _Handler(logging.StreamHandler):
    """Standard output as it is now, not as it was when the handler was made; silent where the application logs itself."""

    def __init__(self):
        super().__init__(sys.stdout)

    def emit(self, record):
        if isinstance(self.formatter, JSONFormatter) or not logging.getLogger().handlers:
            super().emit(record)

    @property
    def stream(self):
        return sys.stdout

    @stream.setter
    def stream(self, value):
        pass


class DBWardenLogger:
    """``logger.info("text", db_name=...)``; extra fields become attributes of the record."""

    def __init__(self, verbose=False, db_name=None, db_type=None):
        self.logger = logging.getLogger(NAME)
        self.db_name = db_name
        self.db_type = db_type
        if not self.logger.handlers:
            handler, as_json = _Handler(), _use_json_logging()
            handler.setFormatter(JSONFormatter() if as_json else ColoredFormatter(LOG_FORMAT))
            self.logger.addHandler(handler)
            self.logger.propagate = not as_json
        self.set_verbose(verbose)

    def set_verbose(self, verbose):
        """A level that the application has set stays."""
        global _own_level
        self.verbose = bool(verbose)
        if self.logger.level in (logging.NOTSET, _own_level):
            _own_level = logging.DEBUG if verbose else logging.INFO
            self.logger.setLevel(_own_level)

    def log(self, level, message, exc_info=None, **extra):
        fields = {"db_name": self.db_name, "db_type": self.db_type, **extra}
        taken = vars(logging.LogRecord("", 0, "", 0, "", (), None))
        safe = {f"{key}_" if key in taken or key in ("message", "asctime") else key: value for key, value in fields.items()}
        self.logger.log(level, message, extra=safe, exc_info=exc_info)

    def debug(self, message, **extra):
        self.log(logging.DEBUG, message, **extra)

    def info(self, message, **extra):
        self.log(logging.INFO, message, **extra)

    def warning(self, message, **extra):
        self.log(logging.WARNING, message, **extra)

    def error(self, message, **extra):
        self.log(logging.ERROR, message, **extra)

    def critical(self, message, **extra):
        self.log(logging.CRITICAL, message, **extra)

    def log_sql_statement(self, statement):
        self.debug(f"SQL: {statement}")

    def log_connection_init(self, db_type):
        self.info(f"Connected to {db_type}")

    def log_pending_migrations(self, files):
        self.info(f"Pending migrations ({len(files)}):")
        for file in files:
            self.info(f"  [PENDING] {file}")

    def log_migration_start(self, version, file):
        self.info(f"Starting migration: {file} (version: {version})")

    def log_migration_end(self, version, file, seconds):
        self.info(f"[APPLIED] Completed migration: {file} (version: {version}) in {seconds:.2f}s")

    def log_rollback_start(self, version, file):
        self.info(f"Starting rollback: {file} (version: {version})")

    def log_rollback_end(self, version, file, seconds):
        self.info(f"[ROLLED BACK] Completed rollback: {file} (version: {version}) in {seconds:.2f}s")

    def log_backup_created(self, path):
        self.info(f"Backup created: {path}")

    def log_baseline_set(self, version):
        self.info(f"Baseline set: {version}")

    def event(self, event):
        """An event of the native library."""
        level = _LEVELS.get(event["kind"])
        if level is not None:
            self.log(level, event["text"], **({"db_name": event["database"]} if event.get("database") else {}))


def get_logger(verbose=False, db_name=None, db_type=None):
    """The logger; with a database, one of its own for that context."""
    global _singleton
    if db_name is not None or db_type is not None:
        return DBWardenLogger(verbose, db_name, db_type)
    if _singleton is None:
        _singleton = DBWardenLogger(verbose)
    return _singleton


def reset_logger():
    """Forgets the logger and the handler that was added for it."""
    global _singleton
    _singleton = None
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.NOTSET)
    logger.propagate = True
    for handler in list(logger.handlers):
        if isinstance(handler, _Handler):
            logger.removeHandler(handler)
