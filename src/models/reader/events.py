"""Listeners of create_all() and drop_all(): the DDL elements among them with their text, as SQLAlchemy would run it.

What a Python function does cannot be written into a migration: it is named in a warning.
"""
import functools

import sqlalchemy
from sqlalchemy.schema import CreateSchema, DDLElement

from . import foreign
from .find import text_of
from .protocol import Refusal

MOMENTS = ("before_create", "after_create", "before_drop", "after_drop")


class NoConnection:
    """What a condition may ask of its connection: the dialect, and nothing that needs a database."""

    def __init__(self, dialect):
        self.dialect = dialect
        self.engine = self


def is_wanted(ddl, owner, tables, target):
    """Its execute_if(), answered for the dialect."""
    condition = getattr(ddl, "_ddl_if", None) or ddl
    names = getattr(condition, "dialect", None)
    if names and not set(target.prefixes).intersection([names] if isinstance(names, str) else names):
        return False
    ask = getattr(condition, "callable_", None)
    return ask is None or ask(ddl, owner, NoConnection(target.dialect), tables=tables, checkfirst=False, compiler=None,
                              dialect=target.dialect, state=getattr(condition, "state", None))


def without_end(text):
    """Without its last semicolon, and so that one can follow."""
    text = text.strip().rstrip(";").rstrip()
    return text + "\n" if "--" in text.rpartition("\n")[2] else text


def statements(ddl, table, schema, target):
    """(the text, the text with the names of its table left open).  The default schema is not written."""
    if not isinstance(ddl, sqlalchemy.DDL):
        text = str(ddl.compile(dialect=target.dialect)).strip()
        return text, text
    names = {}
    if table is not None:
        quoted = target.preparer.quote(table.name)
        prefix = target.preparer.quote_schema(schema) if schema else ""
        names = {"table": quoted, "schema": prefix, "fullname": prefix + "." + quoted if prefix else quoted}
    return tuple(without_end(ddl.statement % {**filled, **(ddl.context or {})})
                 for filled in (names, {name: "%%(%s)s" % name for name in names}))


def function_name(listener):
    while isinstance(listener, functools.partial):
        listener = listener.func
    named = listener if hasattr(listener, "__qualname__") else type(listener)
    return "%s.%s" % (named.__module__, named.__qualname__)


class Reader:
    def __init__(self, models, builder, warnings):
        self.models = models
        self.builder = builder
        self.warnings = warnings
        self.found = []
        self.functions = {}  # name -> what it listens to

    def add_element(self, ddl, owner, table, moment):
        target = self.builder.target
        schema = self.builder.schema_name(table.schema) if table is not None else ""
        what = "table %s" % table.name if table is not None else "the metadata"
        tables = [table] if table is not None else list(owner.tables.values())
        place = self.models.place(table) if table is not None else (None, 0)
        try:
            wanted = is_wanted(ddl, owner, tables, target)
        except Exception as error:
            self.warnings.add("left out a DDL element (%s of %s): its condition cannot be answered without a database "
                              "(%s)" % (moment, what, text_of(error)), *place)
            return
        if not wanted:
            return
        if isinstance(ddl, CreateSchema) and target.name == "postgresql":
            self.builder.add_schema(ddl.element)
            return
        try:
            text, template = statements(ddl, table, schema, target)
        except Exception as error:
            raise Refusal("a DDL element (%s of %s): %s" % (moment, what, text_of(error)), None, *place) from error
        item = {"schema": schema, "table": target.clip(table.name) if table is not None else None, "moment": moment,
                "definition": text, "template": template}
        if text and item not in self.found:
            self.found.append(item)

    def add(self, owner, table, moments):
        for moment in moments:
            for listener in list(getattr(owner.dispatch, moment)):
                if foreign.is_of_views(listener):
                    continue
                if isinstance(listener, DDLElement):
                    self.add_element(listener, owner, table, moment)
                elif not function_name(listener).startswith("sqlalchemy."):
                    what = "table %s" % table.name if table is not None else "the metadata"
                    self.functions.setdefault((function_name(listener), moment), []).append(what)

    def report(self):
        for (name, moment), owners in sorted(self.functions.items()):
            shown = ", ".join(owners[:5]) + (" and %d more" % (len(owners) - 5) if len(owners) > 5 else "")
            self.warnings.add("%s() listens to %s of %s: what it does is not part of the migrations; DDL(...) would be"
                              % (name, moment, shown))


def described(models, builder, warnings):
    """[{schema, table, moment, definition, template}] in the order in which create_all() would come to them."""
    reader = Reader(models, builder, warnings)
    metadata = models.own_metadata()
    for one in metadata:
        reader.add(one, None, ("before_create", "before_drop"))
    for table in models.tables():
        if not builder.is_temporary(table):
            reader.add(table, table, MOMENTS)
    for one in metadata:
        reader.add(one, None, ("after_create", "after_drop"))
    reader.report()
    return reader.found
