"""What other packages put beside the tables: views of sqlalchemy-utils, entities of alembic-utils.

They become declared objects (objects.py), so that they are compared like those of dbwarden.schema.
"""
import re
import sys

VIEWS = "sqlalchemy_utils.view"  # its listeners are left out of events.py: they are read here
CLASSES = {"PGView": "View", "PGMaterializedView": "MaterializedView", "PGFunction": "Function", "PGTrigger": "Trigger",
           "PGExtension": "Extension", "PGPolicy": "Policy"}


def is_of_views(listener):
    return getattr(listener, "__module__", None) == VIEWS or type(listener).__module__ == VIEWS


def view_tables(metadata):
    """The tables that stand for views in queries: nothing creates them."""
    from sqlalchemy import Table

    found = []
    for one in metadata:
        for listener in one.dispatch.after_create:
            cells = getattr(listener, "__closure__", None) or () if is_of_views(listener) else ()
            found += [cell.cell_contents for cell in cells if isinstance(cell.cell_contents, Table)]
    return found


def views(models, target):
    """(class, SQL, file, line) of each create_view() and create_materialized_view()."""
    from sqlalchemy.schema import CreateIndex, DDLElement

    places = {table.name: models.place(table) for table in models.views}
    for metadata in models.own_metadata():
        for listener in metadata.dispatch.after_create:
            if not isinstance(listener, DDLElement) or not is_of_views(listener) or not hasattr(listener, "selectable"):
                continue
            word = "MATERIALIZED VIEW" if getattr(listener, "materialized", False) else "VIEW"
            sql = ["CREATE %s %s AS\n%s" % (word, target.preparer.quote(listener.name),
                                            target.sql.process(listener.selectable, literal_binds=True))]
            for table in models.views:
                if table.name == listener.name:
                    sql += [str(CreateIndex(index).compile(dialect=target.dialect)).strip() for index in
                            sorted(table.indexes, key=lambda index: str(index.name))]
            yield ("MaterializedView" if word != "VIEW" else "View", ";\n".join(sql), *places.get(listener.name, (None, 0)))


def line_of(models, module, name):
    try:
        with open(module.__file__, encoding="utf-8", errors="replace") as source:
            lines = source.read().split("\n")
    except OSError:
        return 0
    return next((number for number, text in enumerate(lines, 1) if re.match(r"\s*%s\s*[:=]" % re.escape(name), text)), 0)


def entities(models, alone):
    """(entity, file, line): registered ones where only one database is meant, and those that are named in modules."""
    package = sys.modules.get("alembic_utils.replaceable_entity")
    if package is None:
        return []
    found = []
    for module in list(models.modules):
        for name, value in list(vars(module).items()):
            for one in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(one, package.ReplaceableEntity) and not any(one is other for other, _, _ in found):
                    found.append((one, getattr(module, "__file__", None), line_of(models, module, name)))
    for one in package.registry.entities() if alone else []:
        if not any(one is other for other, _, _ in found):
            found.append((one, None, 0))
    return found


def described(models, target, alone):
    """(class, SQL, file, line) of all of them, as create_all() and Alembic would run them."""
    found = list(views(models, target))
    for one, file, line in entities(models, alone) if target.name == "postgresql" else ():
        sql = target.sql.process(one.to_sql_statement_create())
        found.append((CLASSES.get(type(one).__name__, type(one).__name__), sql, file, line))
    return found
