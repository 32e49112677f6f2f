"""The logger ``dbwarden``: text or JSON, with the database as context of a call.

Nothing is done to the root logger, and a handler is added only where nobody else listens.
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
    """Standard output as it is now, not as it was when the handler was made."""

    def __init__(self):
        super().__init__(sys.stdout)

    @property
    def stream(self):
        return sys.stdout

    @stream.setter
    def stream(self, value):
        pass


def _listened():
    """Whether what the logger says is heard without us."""
    return logging.getLogger(NAME).hasHandlers()


class DBWardenLogger:
    """``logger.info("text", db_name=...)``; extra fields become attributes of the record."""

    def __init__(self, verbose=False, db_name=None, db_type=None):
        self.logger = logging.getLogger(NAME)
        self.db_name = db_name
        self.db_type = db_type
        if not _listened():
            handler = _Handler()
            handler.setFormatter(JSONFormatter() if _use_json_logging() else ColoredFormatter(LOG_FORMAT))
            self.logger.addHandler(handler)
        if self.logger.level == logging.NOTSET:
            self.logger.setLevel(logging.DEBUG if verbose else logging.INFO)

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
    for handler in list(logger.handlers):
        if isinstance(handler, _Handler):
            logger.removeHandler(handler)
