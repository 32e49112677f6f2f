"""The logger ``dbwarden``: text or JSON, with the database as context of a call.

Nothing is done to the root logger, and what its handlers show is not shown a second time.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TextIO

from dbwarden.constants import LOG_FORMAT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Stream = logging.StreamHandler[TextIO]
else:
    Stream = logging.StreamHandler

TRUE = ("true", "1", "yes")
NAME = "dbwarden"
_TAKEN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime"}
_COLOURS = {"DEBUG": 36, "INFO": 32, "WARNING": 33, "ERROR": 31, "CRITICAL": 35}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_singleton: DBWardenLogger | None = None
_own_level: int | None = None  # what set_verbose() gave the logger


def _use_json_logging() -> bool:
    return os.environ.get("DBWARDEN_LOG_JSON", "").lower() in TRUE


class JSONFormatter(logging.Formatter):
    """One object per line; the time is UTC with microseconds."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, Any] = {
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

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        colour = _COLOURS.get(record.levelname)
        if colour is None or not sys.stdout.isatty():
            return text
        return text.replace(record.levelname, f"\x1b[{colour}m{record.levelname}\x1b[0m", 1)


class _Handler(Stream):
    """Standard output as it is now, not as it was when the handler was made; silent where the application logs itself."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(self.formatter, JSONFormatter) or not logging.getLogger().handlers:
            super().emit(record)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, value: TextIO) -> None:
        pass


class DBWardenLogger:
    """``logger.info("text", db_name=...)``; extra fields become attributes of the record."""

    def __init__(self, verbose: bool = False, db_name: str | None = None, db_type: str | None = None) -> None:
        self.logger: logging.Logger = logging.getLogger(NAME)
        self.db_name = db_name
        self.db_type = db_type
        if not self.logger.handlers:
            handler, as_json = _Handler(), _use_json_logging()
            handler.setFormatter(JSONFormatter() if as_json else ColoredFormatter(LOG_FORMAT))
            self.logger.addHandler(handler)
            self.logger.propagate = not as_json
        self.set_verbose(verbose)

    def set_verbose(self, verbose: bool) -> None:
        """A level that the application has set stays."""
        global _own_level
        self.verbose: bool = bool(verbose)
        if self.logger.level in (logging.NOTSET, _own_level):
            _own_level = logging.DEBUG if verbose else logging.INFO
            self.logger.setLevel(_own_level)

    def log(self, level: int, message: str, exc_info: Any = None, **extra: Any) -> None:
        fields = {"db_name": self.db_name, "db_type": self.db_type, **extra}
        safe = {f"{key}_" if key in _TAKEN else key: value for key, value in fields.items()}
        self.logger.log(level, message, extra=safe, exc_info=exc_info)

    def debug(self, message: str, **extra: Any) -> None:
        self.log(logging.DEBUG, message, **extra)

    def info(self, message: str, **extra: Any) -> None:
        self.log(logging.INFO, message, **extra)

    def warning(self, message: str, **extra: Any) -> None:
        self.log(logging.WARNING, message, **extra)

    def error(self, message: str, **extra: Any) -> None:
        self.log(logging.ERROR, message, **extra)

    def critical(self, message: str, **extra: Any) -> None:
        self.log(logging.CRITICAL, message, **extra)

    def log_sql_statement(self, statement: str) -> None:
        self.debug(f"SQL: {statement}")

    def log_connection_init(self, db_type: str) -> None:
        self.info(f"Connected to {db_type}")

    def log_pending_migrations(self, files: Collection[str]) -> None:
        self.info(f"Pending migrations ({len(files)}):")
        for file in files:
            self.info(f"  [PENDING] {file}")

    def log_migration_start(self, version: str, file: str) -> None:
        self.info(f"Starting migration: {file} (version: {version})")

    def log_migration_end(self, version: str, file: str, seconds: float) -> None:
        self.info(f"[APPLIED] Completed migration: {file} (version: {version}) in {seconds:.2f}s")

    def log_rollback_start(self, version: str, file: str) -> None:
        self.info(f"Starting rollback: {file} (version: {version})")

    def log_rollback_end(self, version: str, file: str, seconds: float) -> None:
        self.info(f"[ROLLED BACK] Completed rollback: {file} (version: {version}) in {seconds:.2f}s")

    def log_backup_created(self, path: str) -> None:
        self.info(f"Backup created: {path}")

    def log_baseline_set(self, version: str) -> None:
        self.info(f"Baseline set: {version}")

    def event(self, event: Mapping[str, Any]) -> None:
        """An event of the native library."""
        level = _LEVELS.get(event["kind"])
        if level is not None:
            self.log(level, event["text"], **({"db_name": event["database"]} if event.get("database") else {}))


def get_logger(verbose: bool = False, db_name: str | None = None, db_type: str | None = None) -> DBWardenLogger:
    """The logger; with a database, one of its own for that context."""
    global _singleton
    if db_name is not None or db_type is not None:
        return DBWardenLogger(verbose, db_name, db_type)
    if _singleton is None:
        _singleton = DBWardenLogger(verbose)
    return _singleton


def reset_logger() -> None:
    """Forgets the logger and the handler that was added for it."""
    global _singleton
    _singleton = None
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.NOTSET)
    logger.propagate = True
    for handler in list(logger.handlers):
        if isinstance(handler, _Handler):
            logger.removeHandler(handler)
