"""``get_db_connection()``: a connection in a transaction of its own, for scripts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dbwarden.fastapi.engines import sync_factory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


def get_engine(db_name: str | None = None) -> Engine:
    """The pool that sync sessions of this database have; ``dispose_engines()`` closes it."""
    engine: Engine = sync_factory(db_name).kw["bind"]
    return engine


@contextlib.contextmanager
def get_db_connection(db_name: str | None = None) -> Iterator[Connection]:
    """Committed at the end, rolled back when the body raises."""
    with get_engine(db_name).begin() as connection:
        yield connection
