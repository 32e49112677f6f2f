"""`class Meta` of a model: what a project of 0.8.2 says of tables and columns beside SQLAlchemy.

Plain inner classes, merged from the most basic class to the most derived; only what a Meta says itself counts.
Lists are joined, everything else is replaced.  A class inside Meta speaks of the column of its name.
"""
import difflib
import functools

from . import FIELDS, PLURALS
from .protocol import Refusal

LISTS = {"indexes", "checks", "uniques", "pg_indexes", "pg_checks", "pg_uniques", "pg_excludes", "ch_indexes",
         "my_indexes", "sq_indexes", "pg_inherits", "ch_order_by"}
TABLE_WORDS = {"renamed_from", "comment", "indexes", "checks", "uniques", "pg_indexes", "pg_checks", "pg_uniques", "pg_excludes",
               "pg_fillfactor", "pg_tablespace", "pg_unlogged", "pg_inherits", "pg_partition"}
OLD_NAME = "renamed_from"
OLD_VALUES = "values_renamed_from"  # of an Enum: {new: old}
OLD_TYPE = "type_renamed_from"      # of the type of an Enum or a domain
COLUMN_WORDS = {OLD_NAME, OLD_VALUES, OLD_TYPE, "comment", "public", "pg_collation", "pg_storage", "pg_compression", "pg_generated", "pg_identity",
                "pg_identity_start", "pg_identity_increment", "pg_identity_min", "pg_identity_max"}
PREFIXES = {"postgresql": ("pg_",), "sqlite": ("sq_",), "mysql": ("my_",), "mariadb": ("mdb_", "my_"), "clickhouse": ("ch_",)}
# Of ClickHouse, beside its fields: a table may be a view or a dictionary.
CLICKHOUSE_TABLE_WORDS = ("engine", "order_by", "primary_key", "partition_by", "sample_by", "ttl", "settings", "projections",
                          "constraints", "zookeeper_path", "replica_name", "object_type", "select_statement", "to_table", "populate", "refresh",
                          "mv", "mv_query", "mv_engine", "mv_order_by", "mv_populate", "dictionary", "dict_layout", "dict_source",
                          "dict_lifetime", "dict_primary_key", "dict_range", "dict_settings")
CLICKHOUSE_COLUMN_WORDS = ("type", "nullable", "low_cardinality", "codec", "ttl", "statistics", "settings", "materialized", "alias",
                           "ephemeral", "default_expression")
# Of MySQL and MariaDB, beside their fields: partitions, and what 0.8.2 declared and did not read.
PARTITION_WORDS = (("partition_by", "%s"), ("partitions", "PARTITIONS %s"), ("subpartition_by", "SUBPARTITION BY %s"),
                   ("subpartitions", "SUBPARTITIONS %s"))
MYSQL_TABLE_WORDS = {prefix + word for prefix in ("my_", "mdb_") for word in ("collate", *(word for word, _ in PARTITION_WORDS))}
MYSQL_COLUMN_WORDS = {prefix + word for prefix in ("my_", "mdb_") for word in ("charset", "collate", "unsigned")}
NOT_YET = ("mdb_without_overlaps", "mdb_sequence")
HELD = ("uniques", "checks", "excludes", "foreign_keys", "indexes", "projections", "primary_key")  # that a table's words list
STORAGE_PARAMETERS = ("autovacuum_", "toast_", "log_autovacuum", "parallel_workers", "user_catalog_table",
                      "vacuum_index_cleanup", "vacuum_truncate")


def is_storage_parameter(word):
    return word.startswith("pg_") and word[3:].startswith(STORAGE_PARAMETERS)


@functools.cache
def engine_words(kind, engine):
    """{word: field} of what the engine has: pg_row_security speaks of the field row_security."""
    return {prefix + field: field for prefix in PREFIXES[engine] for field, engines in FIELDS[kind].items() if engine in engines}


def without_prefix(attributes, engine):
    """{"partition_by": ...} of my_partition_by, for what no single field is called like."""
    return {word[len(prefix):]: value for prefix in reversed(PREFIXES[engine]) for word, value in attributes.items()
            if word.startswith(prefix)}


def all_words(kind):
    """Every word that some engine has for a kind, so that models of several engines may say all of them."""
    return {prefix + field for engine, prefixes in PREFIXES.items() for prefix in prefixes
            for field, engines in FIELDS[kind].items() if engine in engines}


def nearest(word, known):
    """A hint that names what is most like it."""
    near = difflib.get_close_matches(word, sorted(known), 1, 0.6)
    return "Did you mean %s?" % near[0] if near else "It may say %s." % ", ".join(sorted(known)[:40])


class Meta:
    """Merged: `table` holds attributes, `columns` attributes by column name."""

    def __init__(self):
        self.said = False
        self.table = {}
        self.columns = {}

    def merge(self, source):
        self.said = True
        for word, value in vars(source).items():
            if word.startswith("__"):
                continue
            if isinstance(value, type):
                attributes = {key: item for key, item in vars(value).items() if not key.startswith("__")}
                self.columns.setdefault(word, {}).update(attributes)
            elif not callable(value) and not isinstance(value, (property, classmethod, staticmethod)):
                self.merge_word(word, value)

    def merge_word(self, word, value):
        before = self.table.get(word)
        if word in LISTS and isinstance(value, (list, tuple)) and isinstance(before, (list, tuple)):
            value = list(before) + list(value)
        self.table[word] = value


def is_base(one):
    """A declarative base: its Meta is meant for all of its models."""
    return "metadata" in vars(one) or "registry" in vars(one)


def sources(one, table):
    """The classes of the MRO, basic first, whose Meta is meant for this class's own table: without a mapped
    parent that has another table, and what only that parent brings along."""
    hidden = set()
    for other in one.__mro__:
        mapper = vars(other).get("__mapper__")
        if other is not one and mapper is not None and mapper.local_table is not table:
            hidden.update(part for part in other.__mro__ if not is_base(part))
    for base in one.__bases__:
        if base not in hidden:
            hidden.difference_update(base.__mro__)
    return [other for other in reversed(one.__mro__) if other not in hidden and isinstance(vars(other).get("Meta"),
                                                                                           type)]


def read_meta(classes, table):
    meta = Meta()
    seen = []
    for one in classes:
        for source in sources(one, table):
            if source not in seen:
                seen.append(source)
                meta.merge(vars(source)["Meta"])
    return meta


def refuse_info(table, models):
    """0.8.2's rule: a model with Meta leaves info= alone."""
    for column in table.columns:
        if column.info:
            file, line = models.place(table)
            raise Refusal("DBWardenConfigError: Column '%s.%s' has non-empty .info before DBWarden metadata injection. "
                          "Do not use mapped_column(info=...) - declare field metadata in class Meta instead."
                          % (table.name, column.name), None, file, line)


def info_hints(column):
    """A model without Meta may say the same in info=."""
    words = ALL_COLUMN_WORDS | {"dw_comment", OLD_NAME, OLD_VALUES, OLD_TYPE}
    return {key: value for key, value in column.info.items()
            if isinstance(key, str) and (key.startswith("pg_") or key in words)}


def column_of(name, table, models):
    """The column that a class in Meta speaks of: by its own name, or by that of the attribute."""
    column = table.columns.get(name)
    if column is not None:
        return column
    for one in models.mapped.get(table, ()):
        column = one.__mapper__.columns.get(name) if hasattr(one, "__mapper__") else None
        if column is not None and column.table is table:
            return column
    return next((other for other in table.columns if other.name == name), None)


def column_hints(meta, table, models, warnings):
    """Attributes by column name; unknown columns and words are reported."""
    hints = {column.name: info_hints(column) for column in table.columns} if not meta.said else {}
    for name, attributes in meta.columns.items():
        column = column_of(name, table, models)
        if column is None:
            warnings.add("class Meta of table %s speaks of a column %s, which it does not have" % (table.name, name),
                         *models.place(table))
            continue
        known = {key: value for key, value in attributes.items() if value is not None and value is not False}
        if "comment" in known:
            known["dw_comment"] = known.pop("comment")
        hints[column.name] = known
        check_words(known, COLUMN_WORDS | ALL_COLUMN_WORDS | {"dw_comment"}, "column %s.%s" % (table.name, name), table,
                    models)
    return hints


def check_words(attributes, known, what, table, models):
    """A word that nobody knows is a mistake, and would be a setting that is missed in silence."""
    for word in sorted(attributes):
        if word in known or word.startswith("_") or is_storage_parameter(word):
            continue
        file, line = models.place(table)
        raise Refusal("class Meta of %s: there is no attribute %s" % (what, word), nearest(word, known), file, line)


def check_lists(attributes, table, models):
    for word, value in sorted(attributes.items()):
        if word in LISTED and value is not None and not isinstance(value, (list, tuple)):
            file, line = models.place(table)
            raise Refusal("class Meta of table %s: %s is not a list" % (table.name, word), None, file, line)


def table_meta(table, models, warnings):
    """(table attributes, column attributes by name, whether there is a Meta at all)"""
    meta = read_meta(models.mapped.get(table, []), table)
    if meta.said:
        refuse_info(table, models)
        check_words(meta.table, TABLE_WORDS | ALL_TABLE_WORDS, "table %s" % table.name, table, models)
        check_lists(meta.table, table, models)
    elif not models.mapped.get(table):
        meta.table = {key: value for key, value in table.info.items() if isinstance(key, str) and key in ALL_TABLE_WORDS}
    if not meta.said and OLD_NAME in table.info:
        meta.table[OLD_NAME] = table.info[OLD_NAME]
    return meta.table, column_hints(meta, table, models, warnings), meta.said


ALL_COLUMN_WORDS = (all_words("column") | MYSQL_COLUMN_WORDS | {"ch_" + word for word in CLICKHOUSE_COLUMN_WORDS} | set(NOT_YET))
ALL_TABLE_WORDS = all_words("table") | {prefix + word for prefixes in PREFIXES.values() for prefix in prefixes
                                        for word in HELD} | {"pg_fillfactor"} | MYSQL_TABLE_WORDS | {"ch_" + word for word in CLICKHOUSE_TABLE_WORDS}
LISTED = {prefix + word for prefixes in PREFIXES.values() for prefix in (*prefixes, "")
          for word in HELD if word != "primary_key"}
assert set(HELD) - {"primary_key"} <= set(PLURALS)
