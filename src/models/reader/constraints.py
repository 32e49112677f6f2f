"""Constraints of a table: primary key, unique, check, foreign key and exclusion, with those of class Meta."""
from sqlalchemy import schema

from . import FIELDS
from .meta import PREFIXES, nearest
from .protocol import Refusal


def in_order(table):
    """A table keeps its constraints in a set, and a column its checks; this is the order in which they were made."""
    found = set(table.constraints).union(*(column.constraints for column in table.columns))
    return sorted(found, key=lambda constraint: constraint._creation_order)


def column_names(columns, target):
    return [target.clip(column.name) for column in columns]


def add_deferral(found, constraint):
    if constraint.deferrable is not None:
        found["deferrable"] = bool(constraint.deferrable)
    if constraint.initially:
        found["initially_deferred"] = constraint.initially.upper() == "DEFERRED"
        found["deferrable"] = found.get("deferrable") or found["initially_deferred"]


def add_comment(found, constraint, target):
    comment = getattr(constraint, "comment", None)  # SQLAlchemy 2
    if comment and target.name == "postgresql":
        found["comment"] = comment


def include_names(item, target):
    include = target.option(item, "include") or []
    return [target.clip(getattr(column, "name", column)) for column in include]


def add_index_behind(found, constraint, target):
    """What a primary key and a unique constraint share, since an index stands behind them."""
    include = include_names(constraint, target)
    if include:
        found["include"] = include
    conflict = target.option(constraint, "on_conflict")
    if conflict:
        found["on_conflict"] = str(conflict).upper()


def primary_key(table, target):
    key = table.primary_key
    columns = key.columns_autoinc_first if getattr(key, "_implicit_generated", False) else key.columns
    if not len(key.columns):
        return None
    found = {"name": target.constraint_name(key), "columns": column_names(columns, target)}
    if target.name == "sqlite" and any(target.is_automatic(column) for column in columns):
        found["name"] = None  # written inside the column, where SQLAlchemy gives it no name
    add_deferral(found, key)
    add_comment(found, key, target)
    add_index_behind(found, key, target)
    conflict = [target.option(column, "on_conflict_primary_key") for column in key.columns]
    if len(conflict) == 1 and conflict[0]:
        found["on_conflict"] = str(conflict[0]).upper()
    return found


def unique(constraint, target):
    found = {"name": target.constraint_name(constraint), "columns": column_names(constraint.columns, target)}
    add_deferral(found, constraint)
    add_comment(found, constraint, target)
    add_index_behind(found, constraint, target)
    distinct = target.option(constraint, "nulls_not_distinct")
    if distinct is not None:
        found["nulls_not_distinct"] = bool(distinct)
    columns = list(constraint.columns)
    conflict = target.option(columns[0], "on_conflict_unique") if len(columns) == 1 else None
    if conflict and columns[0].unique:
        found["on_conflict"] = str(conflict).upper()
    return found


def check(constraint, target):
    found = {"name": target.constraint_name(constraint), "expr": target.expression(constraint.sqltext)}
    add_comment(found, constraint, target)
    return found


def referred(key):
    """(schema, table, column) of one referenced column, even if its table is not among the models."""
    try:
        column = key.column
        return column.table.schema, column.table.name, column.name
    except Exception:
        schema_name, table, column = key._column_tokens
        return schema_name, table, column


def foreign_key(constraint, target, schema_name):
    places = [referred(key) for key in constraint.elements]
    found = {
        "name": target.constraint_name(constraint),
        "columns": column_names(constraint.columns, target),
        "ref_table": [schema_name(places[0][0]), target.clip(places[0][1])],
        "ref_columns": [target.clip(place[2]) for place in places if place[2]],
    }
    for field, value in (("on_delete", constraint.ondelete), ("on_update", constraint.onupdate),
                         ("match", constraint.match)):
        if value:
            found[field] = value.upper()
    add_deferral(found, constraint)
    add_comment(found, constraint, target)
    return found


def exclude(constraint, target):
    text = target.ddl.process(constraint)
    prefix = ""
    if constraint.name is not None:
        prefix = "CONSTRAINT %s " % target.preparer.format_constraint(constraint)
    definition = text[len(prefix):] if text.startswith(prefix) else text
    found = {"name": target.constraint_name(constraint), "definition": definition.partition("EXCLUDE ")[2].strip()}
    add_comment(found, constraint, target)
    return found


def bad_entry(word, table, models, what):
    file, line = models.place(table)
    return Refusal("class Meta of table %s: an entry of %s %s" % (table.name, word, what), None, file, line)


def entries(attributes, words, table, models):
    """The dicts of the first of these lists that is there."""
    word = next((word for word in words if attributes.get(word)), None)
    for entry in attributes.get(word) or []:
        if not isinstance(entry, (dict, str, list, tuple)):
            raise bad_entry(word, table, models, "must be a dict, not %s" % type(entry).__name__)
        yield word, entry


ALIASES = {"expression": "expr", "unique": "is_unique", "using": "method", "where": "predicate"}


def generic(kind, entry, target, aliases):
    """The fields of a kind that an entry says by their own names, or by those that 0.8.2 gave them."""
    named = {aliases.get(key, key): value for key, value in entry.items()}
    return {key: value for key, value in named.items() if key in FIELDS[kind]}


def check_keys(kind, word, entry, table, models, more=()):
    """An entry says nothing that nobody reads."""
    known = set(FIELDS[kind]) | {"name"} | set(more)
    for key in entry:
        if key not in known:
            raise Refusal("class Meta of table %s: an entry of %s has no key %s" % (table.name, word, key),
                          nearest(str(key), known), *models.place(table))


def named(entry, otherwise, target):
    """The name of an entry: null if it says so, made where it says nothing."""
    return target.clip(entry["name"] if "name" in entry else otherwise)


def meta_primary_key(found, attributes, target, models, table):
    """What Meta says of the key that SQLAlchemy has described."""
    for prefix in PREFIXES[target.name]:
        entry = attributes.get(prefix + "primary_key")
        entry = entry[0] if isinstance(entry, (list, tuple)) and entry else entry
        if entry:
            check_keys("primary_key", prefix + "primary_key", entry, table, models)
            found.update(generic("primary_key", entry, target, {}))


def meta_foreign_keys(attributes, words, table, target, models):
    for word, entry in entries(attributes, words, table, models):
        if not isinstance(entry, dict) or "columns" not in entry or "ref_table" not in entry:
            raise bad_entry(word, table, models, "must have \"columns\" and \"ref_table\"")
        check_keys("foreign_key", word, entry, table, models)
        yield {"name": target.clip(entry.get("name")), **generic("foreign_key", entry, target, {})}


def meta_uniques(attributes, words, table, target, models):
    for word, entry in entries(attributes, words, table, models):
        entry = entry if isinstance(entry, dict) else {"columns": [entry] if isinstance(entry, str) else list(entry)}
        columns = entry.get("columns")
        if not columns or isinstance(columns, str) or any(name not in table.columns for name in columns):
            raise bad_entry(word, table, models, "must list columns of the table under \"columns\"")
        check_keys("unique", word, entry, table, models, ("using",))
        found = {"name": named(entry, "uq_%s_%s" % (table.name, "_".join(columns)), target),
                 **generic("unique", entry, target, {}),
                 "columns": [target.clip(table.columns[name].name) for name in columns]}
        for field in ("deferrable", "initially_deferred", "nulls_not_distinct"):
            if field in entry:
                found[field] = bool(entry[field])
        if found.get("initially_deferred"):
            found["deferrable"] = True
        if entry.get("include"):
            found["include"] = [target.clip(name) for name in entry["include"]]
        yield found


def meta_checks(attributes, words, table, target, models):
    for number, (word, entry) in enumerate(entries(attributes, words, table, models)):
        entry = {"expression": entry} if isinstance(entry, str) else entry
        expression = entry.get("expression") if isinstance(entry, dict) else None
        if not isinstance(expression, str) or not expression.strip():
            raise bad_entry(word, table, models, "needs an \"expression\"")
        check_keys("check", word, entry, table, models, ("expression",))
        found = {"name": named(entry, "ck_%s_%d" % (table.name, number), target), **generic("check", entry, target, {}),
                 "expr": expression}
        if entry.get("no_inherit"):
            found["no_inherit"] = True
        yield found


def meta_excludes(attributes, table, target, models):
    for word, entry in entries(attributes, ("pg_excludes",), table, models):
        expression = entry.get("expression") if isinstance(entry, dict) else entry
        if not isinstance(expression, str) or not expression.strip():
            raise bad_entry(word, table, models, "needs an \"expression\" that begins with USING")
        expression = expression.strip()
        if expression.upper().startswith("EXCLUDE"):
            expression = expression[len("EXCLUDE"):].strip()
        more = entry if isinstance(entry, dict) else {}
        check_keys("exclude", word, more, table, models, ("expression",))
        yield {"name": target.clip(more.get("name")), **generic("exclude", more, target, {}), "definition": expression}


def add_new(found, more):
    """What Meta adds; a constraint of the same name was written twice and counts once."""
    names = {item["name"] for item in found} - {None}
    found.extend(item for item in more if item["name"] not in names)


def describe(table, attributes, target, models, schema_name):
    """{plural: [constraint, ...]} of a table."""
    found = {"uniques": [], "checks": [], "foreign_keys": [], "excludes": [], "primary_keys": []}
    key = primary_key(table, target)
    if key:
        found["primary_keys"].append(key)
    for constraint in in_order(table):
        if not target.created(constraint):
            continue
        if isinstance(constraint, schema.UniqueConstraint):
            found["uniques"].append(unique(constraint, target))
        elif isinstance(constraint, schema.CheckConstraint):
            found["checks"].append(check(constraint, target))
        elif isinstance(constraint, schema.ForeignKeyConstraint):
            found["foreign_keys"].append(foreign_key(constraint, target, schema_name))
        elif type(constraint).__visit_name__ == "exclude_constraint" and target.speaks("exclude"):
            found["excludes"].append(exclude(constraint, target))
    own = PREFIXES[target.name]
    for key in found["primary_keys"]:
        meta_primary_key(key, attributes, target, models, table)
    add_new(found["foreign_keys"], meta_foreign_keys(attributes, [p + "foreign_keys" for p in own] + ["foreign_keys"], table,
                                                     target, models))
    add_new(found["uniques"], meta_uniques(attributes, [p + "uniques" for p in own] + ["uniques"], table, target,
                                           models))
    add_new(found["checks"], meta_checks(attributes, [p + "checks" for p in own] + ["checks"], table, target, models))
    if target.speaks("exclude"):
        add_new(found["excludes"], meta_excludes(attributes, table, target, models))
    return found
