"""Objects of a database that are not tables, declared next to the models.

Each is its SQL: the statement that makes it, and others about it (COMMENT ON, GRANT) after semicolons. Declaring one does nothing
to a database; ``dbwarden`` reads them along with the models.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DatabaseObject:
    """What all of them have: the SQL that was given, and the name that the object had before, if it is to be renamed."""

    def __init__(self, sql: str, *, renamed_from: str | None = None) -> None:
        self.sql = sql
        self.renamed_from = renamed_from

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if cls.__module__ != __name__:
            base = cls.__mro__[1].__name__
            raise TypeError(f'class {cls.__name__}: a {base} is declared by calling it, {base}("..."), not by a class of its own')

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.sql!r})"


class View(DatabaseObject):
    """A view: its SQL, or its name and a query, as text or as a select of SQLAlchemy."""

    def __init__(self, sql: str, query: Any = None, schema: str | None = None, *, renamed_from: str | None = None) -> None:
        super().__init__(sql, renamed_from=renamed_from)
        self.query = query
        self.schema = schema


class MaterializedView(View):
    """A materialized view of PostgreSQL, declared as a view is."""


class Schema(DatabaseObject):
    """A schema and what is said of it."""


class Extension(DatabaseObject):
    """An extension of PostgreSQL."""


class EnumType(DatabaseObject):
    """An enum type of PostgreSQL that no column's Enum describes."""


class Domain(DatabaseObject):
    """A domain of PostgreSQL."""


class CompositeType(DatabaseObject):
    """A composite type of PostgreSQL."""


class Sequence(DatabaseObject):
    """A sequence."""


class Function(DatabaseObject):
    """A function or procedure."""


class Aggregate(DatabaseObject):
    """An aggregate of PostgreSQL."""


class Collation(DatabaseObject):
    """A collation of PostgreSQL."""


class RangeType(DatabaseObject):
    """A range type of PostgreSQL."""


class Event(DatabaseObject):
    """An event of MySQL or MariaDB, which runs by the clock."""


class BaseType(DatabaseObject):
    """A base type of PostgreSQL: once with its name alone, and once with what it is made of."""


class ShellType(DatabaseObject):
    """A type of PostgreSQL that is only promised: its name alone."""


class EventTrigger(DatabaseObject):
    """An event trigger of PostgreSQL."""


class Trigger(DatabaseObject):
    """A trigger."""


class VirtualTable(DatabaseObject):
    """A virtual table of SQLite."""


class Policy(DatabaseObject):
    """A policy of row-level security."""


class Operator(DatabaseObject):
    """An operator of PostgreSQL."""


class Cast(DatabaseObject):
    """A cast between types of PostgreSQL."""


class OperatorFamily(DatabaseObject):
    """A family of operator classes in PostgreSQL."""


class OperatorClass(DatabaseObject):
    """An operator class of PostgreSQL."""


class Conversion(DatabaseObject):
    """A conversion between encodings in PostgreSQL."""


class Language(DatabaseObject):
    """A language of functions in PostgreSQL."""


class Transform(DatabaseObject):
    """A transform of PostgreSQL."""


class AccessMethod(DatabaseObject):
    """An access method of PostgreSQL."""


class Publication(DatabaseObject):
    """A publication of PostgreSQL."""


class TextSearchConfiguration(DatabaseObject):
    """A configuration of text search in PostgreSQL."""


class TextSearchDictionary(DatabaseObject):
    """A dictionary of text search in PostgreSQL."""


class Dictionary(DatabaseObject):
    """A dictionary of ClickHouse."""


class TextSearchParser(DatabaseObject):
    """A parser of text search in PostgreSQL."""


class TextSearchTemplate(DatabaseObject):
    """A template of text search in PostgreSQL."""


class ForeignDataWrapper(DatabaseObject):
    """A foreign data wrapper of PostgreSQL."""


class Server(DatabaseObject):
    """A foreign server of PostgreSQL."""


class UserMapping(DatabaseObject):
    """A user mapping of a foreign server in PostgreSQL. Leave passwords to whoever runs the database."""


class ForeignTable(DatabaseObject):
    """A foreign table of PostgreSQL."""


class Rule(DatabaseObject):
    """A rule of PostgreSQL."""


class Statistics(DatabaseObject):
    """Extended statistics of PostgreSQL."""
