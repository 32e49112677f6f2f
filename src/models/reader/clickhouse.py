"""What ClickHouse has of a table beside its columns: clickhouse_* in __table_args__ and info=, ch_* in class Meta.

The spelling is 0.8.2's (clickhouse_order_by and the like), with its promises: a table that is a view or a dictionary is described as
that, settings and column clauses are said.
"""
from . import clickhouse_packages as packages
from .meta import CLICKHOUSE_COLUMN_WORDS, CLICKHOUSE_TABLE_WORDS, without_prefix
from .protocol import Refusal

KEYS = (("order_by", "order_by"), ("primary_by", "primary_key"), ("partition_by", "partition_by"), ("sample_by", "sample_by"))

def said(table, attributes, target):
    """All that is said of the table, without prefixes; class Meta before __table_args__."""
    found = packages.engine_words(table)
    found.update({word: target.option(table, word) for word in CLICKHOUSE_TABLE_WORDS if target.option(table, word) is not None})
    found.update(without_prefix(attributes, target.name))
    if "select_statement" in found:
        found.setdefault("mv_query", found["select_statement"])
    if found.get("object_type") == "materialized_view" or "mv_query" in found:
        found["mv"] = True
    return found


def unknown_words(table):
    """Of __table_args__ and info=, where SQLAlchemy takes any: (word, what says it)."""
    found = [(word, "table %s" % table.name) for word in table.dialect_kwargs
             if word.startswith("clickhouse_") and word[len("clickhouse_"):] not in (*CLICKHOUSE_TABLE_WORDS, "cluster")]
    for column in table.columns:
        found += [(word, "column %s.%s" % (table.name, column.name)) for word in column.info
                  if isinstance(word, str) and word.startswith("clickhouse_") and word[len("clickhouse_"):] not in CLICKHOUSE_COLUMN_WORDS]
    return found


def listed(value):
    """"a, b" of ["a", "b"], and of the text itself."""
    return ", ".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def settings(value):
    """{"a": 1} as ["a=1"]; a text is quoted."""
    def text(one):
        if isinstance(one, bool):
            return str(int(one))
        return str(one) if isinstance(one, (int, float)) else "'%s'" % str(one).replace("\\", "\\\\").replace("'", "\\'")
    return sorted("%s=%s" % (name, text(one)) for name, one in dict(value).items())


def engine(words, key="engine"):
    """("ReplacingMergeTree", "version") as a call; the path in ZooKeeper and the replica's name come first."""
    value = words.get(key) or words.get("engine") or "MergeTree"
    name, *arguments = [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
    places = [str(words[word]) for word in ("zookeeper_path", "replica_name") if words.get(word)]
    if places and not arguments and name.endswith(")"):
        name, rest = name[:-1].split("(", 1)
        arguments = [rest] if rest.strip() else []
    arguments = places + arguments
    return "%s(%s)" % (name, ", ".join(arguments)) if arguments else name


def add_table(found, words):
    found["engine"] = engine(words)
    for field, word in KEYS:
        if words.get(word) is not None:
            found[field] = listed(words[word])
    if words.get("ttl") is not None:
        found["ttl"] = listed(words["ttl"])
    if words.get("settings") or words.get("options"):
        found["options"] = sorted(settings(words.get("settings") or {}) + [str(one) for one in words.get("options") or []])
    for one in words.get("projections") or []:
        found.setdefault("projections", []).append({"name": str(one["name"]), "query": str(one["query"])})
    for one in words.get("constraints") or []:
        found.setdefault("checks", []).append({"name": str(one["name"]), "expr": str(one.get("expression") or one.get("check")),
                                               "assume": bool(one.get("assume"))})


def as_view(found, words):
    """A model of a materialized view."""
    query = words.get("mv_query")
    if not query:
        raise Refusal("table %s: clickhouse_mv needs clickhouse_mv_query" % found["name"])
    view = {"name": found["name"], "query": str(query), "materialized": True, "comment": found.get("comment"),
            "populate": bool(words.get("mv_populate") or words.get("populate")), "refresh": words.get("refresh")}
    if words.get("to_table"):
        view["to_table"] = ["", str(words["to_table"])]
        return view
    clauses = ["ENGINE = %s" % engine(words, "mv_engine")]
    order = words.get("mv_order_by") if words.get("mv_order_by") is not None else words.get("order_by")
    for clause, value in (("PARTITION BY", words.get("partition_by")), ("PRIMARY KEY", words.get("primary_key")),
                          ("ORDER BY", order if order is not None else "tuple()"), ("SAMPLE BY", words.get("sample_by"))):
        if value is not None:
            text = listed(value)
            clauses.append("%s %s" % (clause, "(%s)" % text if isinstance(value, (list, tuple)) and len(value) > 1 else text))
    if words.get("ttl"):
        clauses.append("TTL %s" % listed(words["ttl"]))
    if words.get("settings"):
        clauses.append("SETTINGS %s" % ", ".join(one.replace("=", " = ", 1) for one in settings(words["settings"])))
    view["storage"] = " ".join(clauses)
    return view


def as_dictionary(found, words, quote):
    for word in ("dict_layout", "dict_source"):
        if not words.get(word):
            raise Refusal("table %s: clickhouse_dictionary needs clickhouse_%s" % (found["name"], word))
    columns = found["columns"]
    attributes = ["%s %s%s" % (quote(column["name"]), column["type"],
                               " DEFAULT %s" % column["default_value"] if column.get("default_value") is not None else "")
                  for column in columns]
    lifetime = words.get("dict_lifetime")
    return {"name": found["name"], "structure": ", ".join(attributes), "comment": found.get("comment"),
            "primary_key": listed(words.get("dict_primary_key") or columns[0]["name"]), "source": str(words["dict_source"]),
            "layout": str(words["dict_layout"]), "lifetime": None if lifetime is None else str(lifetime),
            "range": words.get("dict_range"), "options": settings(words.get("dict_settings") or {})}


def add_column(found, column, hints):
    """Of class Meta, or of info=."""
    words = packages.column_words(column)
    words.update({key.split("_", 1)[1]: value for key, value in list(column.info.items()) + list(hints.items())
             if isinstance(key, str) and key.startswith(("clickhouse_", "ch_"))})
    if words.get("type"):
        found["type"] = str(words["type"])
    if words.get("nullable") and not found["type"].startswith("Nullable"):
        found["type"] = "Nullable(%s)" % found["type"]
    if words.get("low_cardinality") and not found["type"].startswith("LowCardinality"):
        found["type"] = "LowCardinality(%s)" % found["type"]
    for field, word in (("codec", "codec"), ("ttl", "ttl"), ("statistics", "statistics")):
        if words.get(word):
            found[field] = str(words[word])
    if words.get("settings"):
        found["options"] = settings(words["settings"])
    value = next((word for word in ("materialized", "alias", "ephemeral", "default_expression") if words.get(word)), None)
    if value in ("materialized", "alias"):
        found.update(computed=str(words[value]), computed_stored=value == "materialized", default_value=None)
        found.pop("default_soft", None)
    elif value:
        found["ephemeral"] = value == "ephemeral"
        if words[value] is not True:
            found["default_value"] = str(words[value])
        found.pop("default_soft", None)
