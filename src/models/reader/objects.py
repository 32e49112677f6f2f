"""Objects beside the tables that the models declare (dbwarden.schema) as their SQL, with the place where each stands.

What they mean a server says: nothing of their SQL is understood here.
"""
import difflib
import os
import sys

from . import find, foreign, recorder
from .find import text_of
from .protocol import Refusal

VIEWS = {"View": "VIEW", "MaterializedView": "MATERIALIZED VIEW"}
KNOWN = ("DatabaseObject", "View", "MaterializedView", "Schema", "Extension", "EnumType", "Domain", "CompositeType",
         "Sequence", "Function", "Trigger", "Policy", "Rule", "Statistics", "Aggregate", "Collation", "Operator",
         "Cast", "OperatorFamily", "OperatorClass", "Conversion", "Language", "Transform", "AccessMethod",
         "RangeType", "BaseType", "ShellType", "Event", "EventTrigger", "Publication", "ForeignDataWrapper", "Server", "ForeignTable",
         "UserMapping", "Dictionary",
         "TextSearchConfiguration", "TextSearchDictionary", "TextSearchParser", "TextSearchTemplate",
         "VirtualTable")


def quoted(target, name, schema):
    name = target.preparer.quote(str(name))
    return "%s.%s" % (target.preparer.quote_schema(str(schema)), name) if schema else name


def view_sql(name, target, sql, query=None, schema=None):
    """A view by its name and a query, which may be a select; without a query `sql` is the statement."""
    if query is None:
        return sql
    text = query if isinstance(query, str) else target.sql.process(query, literal_binds=True)
    return "CREATE %s %s AS\n%s" % (VIEWS[name], quoted(target, sql, schema), text.strip())


def statement_of(name, arguments, keywords, target):
    if name in VIEWS:
        return view_sql(name, target, *arguments, **keywords)
    (sql,) = tuple(arguments) + tuple(keywords.values())
    return sql


def former_name(name, old, place):
    if not isinstance(old, str) or not old:
        raise Refusal("a %s: renamed_from is not a name: %r" % (name, old), None, *place)
    return old


def is_meant(models, file, alone):
    """A declaration counts where it was written: in a module that model_paths names; where only one database is
    configured, anywhere in the project."""
    named = {os.path.realpath(module.__file__) for module in models.modules if getattr(module, "__file__", None)}
    return os.path.realpath(file) in named or alone and find.in_project(file, models.folder)


def described(models, target, alone, warnings):
    """[{"class", "sql", "file", "line"}] in the order in which they were declared."""
    found = []
    for name, arguments, keywords, file, line in recorder.declared:
        if not is_meant(models, file, alone):
            continue
        place = os.path.abspath(file), line
        if name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, 1)
            warnings.add("left out: dbwarden.schema has no class %s%s" % (name, near and "; did you mean %s?" % near[0] or ""),
                         *place)
            continue
        keywords = dict(keywords)
        old = keywords.pop("renamed_from", None)
        try:
            sql = statement_of(name, arguments, keywords, target)
        except Exception as error:
            raise Refusal("a %s: %s" % (name, text_of(error)),
                          "It takes its SQL; a view may be its name and a query instead.", *place) from error
        if not isinstance(sql, str) or not sql.strip():
            raise Refusal("a %s: its SQL is %s" % (name, "empty" if isinstance(sql, str) else "not a text"), None, *place)
        if name in VIEWS and len(sql.split()) == 1:
            raise Refusal("the %s %s has no query" % (name, sql.strip()),
                          "Give its query as the second argument, or the whole statement as the first.", *place)
        found.append({"class": name, "sql": sql, "file": place[0], "line": line})
        if old is not None:
            found[-1]["renamed_from"] = former_name(name, old, place)
    for name, sql, file, line in foreign.described(models, target, alone):
        file = file or next((module.__file__ for module in models.modules if getattr(module, "__file__", None)), "the models")
        found.append({"class": name, "sql": sql, "file": file, "line": line})
    return found


def table_places(models, builder):
    """{"schema.table": [file, line]} of the classes that describe the tables; "table" in the default schema."""
    found = {}
    for table in models.tables():
        file, line = models.place(table)
        schema = builder.schema_name(table.schema)
        if file is None and models.origins.get(table.metadata):
            module = sys.modules.get(models.origins[table.metadata][1].partition(":")[0])
            file = getattr(module, "__file__", None)
        if file is not None:
            found[(schema + "." if schema else "") + builder.target.clip(table.name)] = [file, line]
    return found
