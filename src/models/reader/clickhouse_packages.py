"""Engines, types and views as the classes of clickhouse-sqlalchemy and clickhouse-connect: each package spells its own."""
import re

from .meta import CLICKHOUSE_TABLE_WORDS

CLAUSES = {"PARTITION BY": "partition_by", "ORDER BY": "order_by", "PRIMARY KEY": "primary_key", "SAMPLE BY": "sample_by", "TTL": "ttl",
           "SETTINGS": "options"}
CLAUSE = re.compile(r"\s(%s)\s" % "|".join(name.replace(" ", r"\s+") for name in CLAUSES))


def accept_words():
    """Where clickhouse-sqlalchemy is installed, its dialect refuses what it does not know itself; without it SQLAlchemy takes anything."""
    from sqlalchemy import Index, Table
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.dialects import registry

    try:
        registry.load("clickhouse")
        for construct, words in ((Table, CLICKHOUSE_TABLE_WORDS), (Index, ("type", "granularity", "using", "where", "include"))):
            for word in words:
                construct.argument_for("clickhouse", word, None)
    except (ArgumentError, ImportError, NoSuchModuleError):
        pass


def package_of(one):
    return type(one).__module__.split(".")[0]


def compilers():
    """Those of clickhouse-sqlalchemy, for DDL."""
    from clickhouse_sqlalchemy.drivers.base import ClickHouseDialect

    dialect = ClickHouseDialect()
    return dialect.ddl_compiler(dialect, None)


def type_text(type_):
    """Of a class of clickhouse-sqlalchemy; None: it is none."""
    if package_of(type_) != "clickhouse_sqlalchemy":
        return None
    return re.sub(r"(AggregateFunction\(\w+)\(\)", r"\1", compilers().dialect.type_compiler.process(type_))


def engine_text(table):
    """ENGINE and all that follows; None: the table has no such engine."""
    engine = getattr(table, "engine", None)
    if package_of(engine) == "clickhouse_connect":
        return re.sub(r"^\s*Engine\s+", "", engine.compile())
    return compilers().process(engine).strip() if package_of(engine) == "clickhouse_sqlalchemy" else None


def pieces(text):
    """The text and those of its clauses, without what is in parentheses or quotes being taken for one: (name, text) each."""
    shown = re.sub(r"'(?:[^'\\]|\\.|'')*'", lambda found: "'" * len(found.group()), text)
    depth, flat = 0, []
    for char in shown:
        depth -= char == ")"
        flat.append("." if depth else char)
        depth += char == "("
    found, name, start = [], "engine", 0
    for clause in CLAUSE.finditer("".join(flat)):
        found.append((name, text[start:clause.start()].strip()))
        name, start = CLAUSES[" ".join(clause.group(1).split())], clause.end()
    return found + [(name, text[start:].strip())]


def setting_list(text):
    """["a=1"] of "a = 1, b='x, y'"."""
    return sorted(re.sub(r"\s*=\s*", "=", one.strip(), count=1) for one in re.findall(r"(?:'(?:[^'\\]|\\.)*'|[^,'])+", text))


def engine_words(table):
    """What such an engine says, by the words of models; {}: there is none."""
    text = engine_text(table)
    words = dict(pieces(text)) if text else {}
    if "options" in words:
        words["options"] = setting_list(words["options"])
    return words


def column_words(column):
    """clickhouse_codec="ZSTD(3)" and the like of a Column."""
    words = {}
    for key, value in column.dialect_kwargs.items():
        package, _, word = key.partition("_")
        if package in ("clickhouse", "clickhousedb") and value is not None and word != "after":
            words[word] = ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
    return words


def views(table):
    """(view, whether the table is its storage) for each MaterializedView of clickhouse-sqlalchemy over it."""
    for view in getattr(table.metadata, "mat_views", {}).values():
        if view.inner_table is table:
            query = compilers().sql_compiler.process(view.mv_selectable, literal_binds=True)
            found = {"name": view.name, "query": query, "materialized": True, "populate": bool(view.populate)}
            if view.to:
                found["to_table"] = [table.schema or "", table.name]
            else:
                found["storage"] = "ENGINE = %s" % " ".join(engine_text(table).split())
            yield found, not view.to
