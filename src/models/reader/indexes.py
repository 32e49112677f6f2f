"""Indexes: parts with operator class, collation and order; method, predicate, INCLUDE, storage parameters."""
import re

from sqlalchemy.sql import elements, operators

from .constraints import ALIASES, bad_entry, check_keys, entries, generic, include_names
from .meta import PREFIXES
from .target import strip_parentheses

ORDERS = {
    "desc_op": ("descending", True),
    "asc_op": ("descending", False),
    "nulls_first_op": ("nulls_first", True),
    "nulls_last_op": ("nulls_first", False),
}
MODIFIERS = {getattr(operators, name): change for name, change in ORDERS.items()}
# From the right end of a part written as text.
TAILS = (
    (re.compile(r"^(.*\S)\s+NULLS\s+(FIRST|LAST)$", re.I | re.S), "nulls_first", lambda text: text.upper() == "FIRST"),
    (re.compile(r"^(.*\S)\s+(ASC|DESC)$", re.I | re.S), "descending", lambda text: text.upper() == "DESC"),
    (re.compile(r"^(.*\S)\s+(\w+_ops)$", re.S), "opclass", str),
    (re.compile(r'^(.*\S)\s+COLLATE\s+("[^"]+"|\w+)$', re.I | re.S), "collation", lambda text: text.strip('"')),
)


def text_part(text, table, target):
    """A part that was written as SQL: a column or an expression, and what follows it."""
    found = {}
    rest = text.strip()
    for pattern, field, convert in TAILS:
        match = pattern.match(rest)
        if match:
            rest = match.group(1)
            found[field] = convert(match.group(2))
    return {**column_or_expression(strip_parentheses(rest), table, target), **found}


def column_or_expression(text, table, target):
    name = target.unquoted(text)
    names = {column.name for column in table.columns}
    if name not in names and name == text and target.name == "postgresql":
        name = text.lower()
    return {"column": target.clip(name), "expr": None} if name in names else {"column": None, "expr": text}


def collation_of(expression):
    """(inner expression, collation name) of `x COLLATE y`; None if it is something else."""
    if isinstance(expression, elements.BinaryExpression) and expression.operator is operators.collate:
        name = getattr(expression.right, "collation", None) or str(expression.right)
        return expression.left, name.strip('"')
    return expression, None


def unwrap(expression, found):
    """Takes DESC, NULLS FIRST, COLLATE and the like off an expression."""
    while True:
        modifier = MODIFIERS.get(getattr(expression, "modifier", None))
        if isinstance(expression, elements.UnaryExpression) and modifier:
            found.setdefault(*modifier)
            expression = expression.element
        elif isinstance(expression, (elements.Grouping, elements.Label)):
            expression = expression.element
        else:
            inner, collation = collation_of(expression)
            if collation is None:
                return expression
            found["collation"], expression = collation, inner


def part(expression, index, target):
    classes = target.option(index, "ops") or {}
    opclass = classes.get(getattr(expression, "key", None))
    found = {}
    inner = unwrap(expression, found)
    if isinstance(inner, elements.TextClause):
        found = {**text_part(target.expression(inner), index.table, target), **found}
    elif isinstance(inner, elements.ColumnClause) and getattr(inner, "table", None) is index.table:
        found.update(column=target.clip(inner.name), expr=None)
    else:
        found.update(column_or_expression(strip_parentheses(target.expression(inner)), index.table, target))
    if opclass:
        found["opclass"] = str(opclass)
    found.setdefault("descending", False)
    return found


def storage_options(values):
    """name=value, sorted, as the server keeps them."""
    return sorted("%s=%s" % (key, str(value).lower() if isinstance(value, bool) else value)
                  for key, value in dict(values).items())


def add_lengths(found, index, target):
    lengths = target.option(index, "length")
    for item in found["parts"]:
        length = lengths.get(item["column"]) if isinstance(lengths, dict) else lengths
        if length is not None and item["column"]:
            item["length"] = int(length)


def describe(index, target):
    where = target.option(index, "where")
    found = {
        "name": target.constraint_name(index),
        "is_unique": bool(index.unique),
        "predicate": None if where is None else target.expression(where),
        "parts": [part(expression, index, target) for expression in index.expressions],
    }
    method = target.option(index, "using")
    if method:
        found["method"] = str(method).lower()
    prefix = str(target.option(index, "prefix") or "").upper()
    if prefix in ("FULLTEXT", "SPATIAL", "VECTOR"):
        found["method"] = prefix.lower()
    elif prefix == "UNIQUE":
        found["is_unique"] = True
    if target.option(index, "with_parser"):
        found["options"] = ["parser=%s" % target.option(index, "with_parser")]
    if target.has("index", "include"):
        found["include"] = include_names(index, target)
        found["options"] = storage_options(target.option(index, "with") or {})
        found["nulls_not_distinct"] = bool(target.option(index, "nulls_not_distinct"))
        if target.option(index, "tablespace"):
            found["tablespace"] = str(target.option(index, "tablespace"))
        if target.option(index, "concurrently"):
            found["concurrently"] = True
    if target.has("index_part", "length"):
        add_lengths(found, index, target)
    if target.has("index", "granularity"):
        add_skip(found, {word: index.info.get("clickhouse_" + word, target.option(index, word)) for word in SKIP_WORDS})
    return found


SKIP_WORDS = ("type", "granularity")


def add_skip(found, words):
    """What kind of skip index it is, and for how many granules."""
    if words.get("type"):
        found["method"] = str(words["type"])
    if words.get("granularity"):
        found["granularity"] = int(words["granularity"])


def meta_part(word, entry, name, table, target, models):
    if not isinstance(name, str):
        raise bad_entry(word, table, models, "must list column names or expressions under \"columns\"")
    sorting = (entry.get("column_sorting") or {}).get(name)
    column = table.columns.get(name)
    text = name if column is None else target.preparer.quote(column.name)
    found = text_part("%s %s" % (text, sorting) if sorting else text, table, target)
    if column is not None:
        found.update(column=target.clip(column.name), expr=None)
    if found["column"] is None and found["expr"].isidentifier():
        raise bad_entry(word, table, models, "names a column %s, which the table does not have" % found["expr"])
    opclass = (entry.get("ops") or {}).get(name)
    if opclass:
        found["opclass"] = opclass
    found.setdefault("descending", False)
    return found


def add_meta_options(found, entry, target):
    if entry.get("using"):
        found["method"] = str(entry["using"]).lower()
    if target.has("index", "granularity"):
        add_skip(found, {word: entry.get(word, entry.get("clickhouse_" + word)) for word in SKIP_WORDS})
    if target.has("index", "period") and entry.get("period"):
        found["period"] = entry["period"]
    if not target.has("index", "include"):
        return
    found["include"] = [target.clip(name) for name in entry.get("include") or []]
    found["nulls_not_distinct"] = bool(entry.get("nulls_not_distinct"))
    found["options"] = storage_options(entry.get("with_params") or entry.get("with") or {})
    for field in ("tablespace", "comment", "concurrently"):
        if entry.get(field):
            found[field] = entry[field]


INDEX_KEYS = ("parts", "columns", "expressions", "column_sorting", "ops", "unique", "using", "where", "with", "with_params",
              "type", "clickhouse_type", "clickhouse_granularity")


def meta_index(word, entry, table, target, models):
    entry = entry if isinstance(entry, dict) else {"columns": [entry] if isinstance(entry, str) else list(entry)}
    check_keys("index", word, entry, table, models, INDEX_KEYS)
    if entry.get("parts"):
        return {"name": target.clip(entry.get("name")), **generic("index", entry, target, ALIASES),
                "parts": [dict(part) for part in entry["parts"]]}
    columns = entry.get("columns") or entry.get("expressions")
    columns = [columns] if isinstance(columns, str) else columns
    if not columns:
        raise bad_entry(word, table, models, "must list column names or expressions under \"columns\"")
    words = re.sub(r"\W+", "_", "_".join(str(name) for name in columns)).strip("_")
    found = {
        "name": target.clip(entry.get("name") or "ix_%s_%s" % (table.name, words)),
        "is_unique": bool(entry.get("unique")),
        "predicate": entry.get("where") or None,
        "parts": [meta_part(word, entry, name, table, target, models) for name in columns],
    }
    add_meta_options(found, entry, target)
    return found


def described(table, attributes, target, models):
    """Every index of a table, by name; those of Meta after SQLAlchemy's own."""
    found = [describe(index, target) for index in table.indexes if target.created(index)]
    found.sort(key=lambda item: (item["name"] is None, item["name"] or ""))
    words = [prefix + "indexes" for prefix in PREFIXES[target.name]] + ["indexes"]
    for word in words:
        for _, entry in entries(attributes, (word,), table, models):
            index = meta_index(word, entry, table, target, models)
            if index["name"] not in {item["name"] for item in found}:
                found.append(index)
    return found
