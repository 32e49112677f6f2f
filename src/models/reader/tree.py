"""The schema tree in JSON: schemas with tables, enum types, domains, sequences and views, as tree_from_json() reads it.

Fields and kinds that an engine does not have (by kinds.def) are taken out at the end, in one place.
"""
from sqlalchemy.exc import UnsupportedCompilationError
from sqlalchemy.types import SchemaType, TypeEngine

from . import FIELDS, PLURALS, clickhouse, clickhouse_packages as packages, columns, constraints, events, former, indexes, meta, objects
from .find import text_of
from .indexes import storage_options
from .protocol import Refusal
from .target import Target

MYSQL_TOLD = {"engine", "default_charset", "charset", "character_set", "collate", "default_collate", "comment",
              "data_directory", "index_directory"}
STRATEGIES = ("RANGE", "LIST", "HASH")
NO_SCHEMAS = ("sqlite", "clickhouse")
SPOKEN = ("table", "column", "primary_key", "unique", "check", "exclude", "foreign_key", "index", "index_part", "enum",
          "sequence", "partitioning", "partition", "schema")


# What shares one list of names with the tables of a schema.
INDEX = ("indexes", "index")
NAMED_TOGETHER = {
    "postgresql": (INDEX, ("uniques", "unique constraint"), ("primary_keys", "primary key"),
                   ("excludes", "exclusion constraint")),
    "sqlite": (INDEX,),
}
NAMES_HINT = {
    "postgresql": "PostgreSQL keeps tables, indexes and the constraints that have an index in one list of names per "
                  "schema: rename one of them.",
    "sqlite": "SQLite keeps tables and indexes in one list of names for the whole database: rename one of them.",
}


SPECIAL_OPTIONS = ("comment", "unlogged", "options", "tablespace", "inherits")  # that table_options() takes itself


class Builder:
    def __init__(self, models, request, warnings):
        self.models = models
        self.target = Target(request["dialect"], request.get("version") or 0)
        self.default_schema = None if self.target.name == "postgresql" else request.get("database")
        self.warnings = warnings
        self.schemas = {"": {"name": ""}}
        self.taken = {}    # (schema, name) -> what has it
        self.dropped = {}  # (kind, field) -> first table or so that lost it
        self.former = former.Former(self)

    def schema_name(self, name):
        """The tree's name of a schema: "" for the default one, and for all where an engine has none."""
        if not name or name == self.default_schema:
            return ""
        if self.target.name in NO_SCHEMAS:
            self.warnings.add("%s has no schemas: the tables of schema %s are described in the database itself"
                              % (self.target.name, name))
            return ""
        return str(name)

    def reference(self, name):
        """[schema, name] of "name" or "schema.name", or of the two as they are."""
        if isinstance(name, (list, tuple)):
            return [self.schema_name(name[0]), str(name[1])]
        schema, _, last = str(name).rpartition(".")
        return [self.schema_name(schema), last]

    def add_schema(self, name):
        name = self.schema_name(name)
        return self.schemas.setdefault(name, {"name": name})

    def add(self, schema, plural, item):
        self.add_schema(schema).setdefault(plural, []).append(item)

    def take_name(self, schema, name, what):
        """Two of one name would be refused by the server, and look like one object to us."""
        folded = name.lower() if self.target.name == "sqlite" else name
        other = self.taken.setdefault((self.schema_name(schema), folded), what)
        if other is not what:
            raise Refusal('the name "%s" is given twice: to %s and to %s' % (name, other, what),
                          NAMES_HINT.get(self.target.name))

    def take_names(self, schema, found, words="table"):
        self.take_name(schema, found["name"], "%s %s" % (words, found["name"]))
        for plural, kind in NAMED_TOGETHER.get(self.target.name, ()):
            for item in found.get(plural, ()):
                if item["name"]:
                    self.take_name(schema, item["name"], "the %s of table %s" % (kind, found["name"]))

    # Tables

    def table_options(self, table, attributes, said):
        """Options of the table itself. What only a hint can say is left unsaid without one."""
        target = self.target
        found = {"comment": attributes.get("comment") or table.comment or None,
                 "unlogged": attributes.get("pg_unlogged") or "UNLOGGED" in self.prefixes(table)}
        options = dict(target.option(table, "with") or {})
        if attributes.get("pg_fillfactor") is not None:
            options["fillfactor"] = attributes["pg_fillfactor"]
        options.update({word[3:]: value for word, value in attributes.items() if meta.is_storage_parameter(word)})
        tablespace = attributes.get("pg_tablespace") or target.option(table, "tablespace")
        inherits = attributes.get("pg_inherits") or target.option(table, "inherits") or []
        partition = attributes.get("pg_partition") or target.option(table, "partition_by")
        if options or said or attributes.get("pg_options"):
            found["options"] = sorted(storage_options(options) + [str(one) for one in attributes.get("pg_options") or []])
        if tablespace or said:
            found["tablespace"] = tablespace or None
        if inherits or said:
            found["inherits"] = [self.reference(name) for name in ([inherits] if isinstance(inherits, str) else inherits)]
        if partition and target.has("table", "partition_by"):
            found["partition_by"] = self.partition(table, partition)
        if target.name == "sqlite":
            found["without_rowid"] = target.option(table, "with_rowid") is False
            found["strict"] = bool(target.option(table, "strict"))
        if target.name != "clickhouse":
            self.add_mysql(found, table, attributes)
        words = meta.engine_words("table", target.name)
        for word, value in attributes.items():
            if word in words and words[word] not in SPECIAL_OPTIONS:
                found[words[word]] = value
        return found

    def partition(self, table, partition):
        if not isinstance(partition, dict):
            return str(partition)
        names, strategy = partition.get("columns") or [], str(partition.get("strategy", "RANGE")).upper()
        if isinstance(names, str):
            raise self.bad_partition(table, "must list columns under \"columns\"")
        if strategy not in STRATEGIES:
            raise self.bad_partition(table, "has a strategy %s, and not range, list or hash" % strategy.lower())
        for name in names:
            if name not in table.columns:
                raise self.bad_partition(table, "names a column %s, which the table does not have" % name)
        return "%s (%s)" % (strategy, ", ".join(self.target.preparer.quote(table.columns[name].name) for name in names))

    def bad_partition(self, table, what):
        return Refusal("class Meta of table %s: pg_partition %s" % (table.name, what), None, *self.models.place(table))

    def add_mysql(self, found, table, attributes):
        for field, keys in (("engine", ("engine",)), ("charset", ("default_charset", "charset", "character_set")),
                            ("collation", ("collate", "default_collate"))):
            if self.target.has("table", field):
                value = next((self.target.option(table, key) for key in keys if self.target.option(table, key)), None)
                if value is not None:
                    found[field] = str(value)
        if self.target.has("table", "engine"):
            words = meta.without_prefix(attributes, self.target.name)
            if words.get("collate"):
                found["collation"] = str(words["collate"])
            self.add_mysql_options(found, table, words)

    def add_mysql_options(self, found, table, attributes):
        """What else is said of it as mysql_row_format and the like; its counter is only where it begins."""
        options = {}
        for word, value in table.dialect_kwargs.items():
            prefix, _, key = word.partition("_")
            if prefix in self.target.prefixes and key not in MYSQL_TOLD:
                options[key] = value
        partitioning = [word % options.pop(key, attributes.get(key)) for key, word in meta.PARTITION_WORDS
                        if key in options or attributes.get(key) is not None]
        if partitioning:
            found["partitionings"] = [{"definition": " ".join(partitioning)}]
        start = options.pop("auto_increment", None)
        if start is not None:
            found["autoincrement_start"] = int(start)
        written = [str(one) for one in attributes.get("options") or []]
        if options or written:
            found["options"] = sorted(["%s=%s" % item for item in options.items()] + written)

    @staticmethod
    def prefixes(table):
        return " ".join(str(prefix) for prefix in getattr(table, "_prefixes", ()) or ()).upper().split()

    def is_temporary(self, table):
        return not {"TEMPORARY", "TEMP"}.isdisjoint(self.prefixes(table))

    def add_table(self, table):
        if getattr(table, "is_view", False):
            return self.add_view(table)
        if self.is_temporary(table):
            return None
        attributes, hints, said = meta.table_meta(table, self.models, self.warnings)
        found = {"name": self.target.clip(table.name)}
        found.update(self.table_options(table, attributes, said))
        found["columns"] = [self.add_column(column, hints.get(column.name, {})) for column in table.columns
                            if not getattr(column, "system", False)]
        found.update(constraints.describe(table, attributes, self.target, self.models, self.schema_name))
        found["indexes"] = indexes.described(table, attributes, self.target, self.models)
        self.take_names(table.schema, found)
        self.former.add_table(table, attributes, hints)
        plural = "tables"
        if self.target.name == "clickhouse":
            plural, found = self.clickhouse_table(table, attributes, hints, found)
        return self.add(table.schema, plural, found)

    def clickhouse_table(self, table, attributes, hints, found):
        """A table, or the view or dictionary that it is there."""
        words = clickhouse.said(table, attributes, self.target)
        for word, what in clickhouse.unknown_words(table):
            self.warnings.add("%s: there is no option %s" % (what, word), *self.models.place(table))
        if found.get("foreign_keys") or found.get("uniques") or any(index.get("is_unique") for index in found["indexes"]):
            self.warnings.add("ClickHouse has neither foreign keys nor unique constraints: those of the models are left out")
        for one, column in zip(found["columns"], table.columns):
            clickhouse.add_column(one, column, hints.get(column.name, {}))
        for view, is_storage in packages.views(table):
            if is_storage:
                return "views", dict(view, comment=found.get("comment"))
            self.add(table.schema, "views", view)
        if words.get("dictionary"):
            return "dictionaries", clickhouse.as_dictionary(found, words, self.target.preparer.quote)
        if words.get("mv"):
            return "views", clickhouse.as_view(found, words)
        clickhouse.add_table(found, words)
        return "tables", found

    def add_column(self, column, hints):
        try:
            found = columns.describe(column, hints, self.target)
            for one in self.add_types(column.type):
                if one.schema and not self.schema_name(one.schema):
                    quoted = self.target.preparer.quote_schema(one.schema) + "."
                    found["type"] = found["type"].replace(quoted, "", 1)
        except Refusal:
            raise
        except UnsupportedCompilationError:
            name = type(column.type).__name__
            raise Refusal("%s.%s: %s has no type %s" % (column.table.name, column.name, self.target.name, name),
                          'Give it a variant: .with_variant(JSON(), "%s"), for example.' % self.target.name) from None
        except Exception as error:
            raise Refusal("%s.%s: %s" % (column.table.name, column.name, text_of(error))) from error
        return found

    def add_view(self, table):
        """SQLAlchemy 2.1 keeps views among the tables."""
        ddl = table._creator_ddl
        found = {"name": self.target.clip(table.name), "query": self.target.expression(ddl.selectable)}
        if getattr(ddl, "materialized", False):
            found["materialized"] = True
        self.take_names(table.schema, found, "view")
        self.add(table.schema, "views", found)

    # Enum types, domains and sequences

    def add_enum(self, enum):
        name, schema = self.target.clip(enum.name), self.schema_name(enum.schema)
        known = self.schemas.get(schema, {}).get("enums", [])
        item = {"name": name, "labels": list(enum.enums), "comment": None}
        same = next((other for other in known if other["name"] == name), None)
        if same is None:
            self.add(enum.schema, "enums", item)
        elif same["labels"] != item["labels"]:
            self.warnings.add("enum type %s is described with different values (%s / %s): the first counts"
                              % (name, ", ".join(same["labels"]), ", ".join(item["labels"])))

    def add_domain(self, domain):
        name, schema = self.target.clip(domain.name), self.schema_name(domain.schema)
        item = {"name": name}
        item.update(self.target.domain(domain))
        known = self.schemas.get(schema, {}).get("domains", [])
        same = next((other for other in known if other["name"] == name), None)
        if same is None:
            self.add(domain.schema, "domains", item)
        elif same != item:
            self.warnings.add("domain %s is described in different ways: the first counts" % name)

    def add_types(self, type_):
        """The enum types and domains that a type is made of; gives them."""
        enums, domains = list(self.target.enums(type_)), list(self.target.domains(type_))
        for enum in enums:
            self.add_enum(enum)
        for domain in domains:
            self.add_domain(domain)
        return enums + domains

    def add_sequences(self, metadata):
        for sequence in metadata._sequences.values():
            if getattr(sequence, "optional", False) and self.target.name == "postgresql":
                continue
            found = {"name": self.target.clip(sequence.name)}
            for field, attribute in (("start", "start"), ("increment", "increment"), ("min", "minvalue"),
                                     ("max", "maxvalue"), ("cache", "cache")):
                value = getattr(sequence, attribute, None)
                if value is not None:
                    found[field] = int(value)
            if getattr(sequence, "cycle", None) is not None:
                found["cycle"] = bool(sequence.cycle)
            if getattr(sequence, "data_type", None) is not None:
                found["type"] = self.target.types.process(sequence.data_type)
            known = self.schemas.get(self.schema_name(sequence.schema), {}).get("sequences", [])
            if found["name"] not in {other["name"] for other in known}:
                self.former.add_sequence(sequence)
                self.add(sequence.schema, "sequences", found)

    def add_metadata_types(self, metadata):
        """Enum types and domains that belong to the MetaData itself: it calls them before create_all()."""
        for listener in metadata.dispatch.before_create:
            owner = getattr(listener, "target", None) or getattr(listener, "__self__", None)
            if isinstance(owner, SchemaType) and isinstance(owner, TypeEngine):
                self.add_types(owner)

    # The end

    def clean(self, kind, item, path):
        """Without what the engine does not have."""
        kept = {}
        for key, value in item.items():
            child = PLURALS.get(key)
            if child and isinstance(value, list) and key not in FIELDS[kind]:
                items = [self.clean(child, one, path + (one.get("name"),)) for one in value] \
                    if self.target.speaks(child) or child == "schema" else []
                if items:
                    kept[key] = items
            elif key == "name" or self.target.name in FIELDS[kind][key]:
                kept[key] = value
            elif value not in (None, False, []):
                self.dropped.setdefault((kind, key), path)
        return kept

    def kinds(self):
        spoken = [kind for kind in SPOKEN if self.target.speaks(kind)]
        for kind, plural in (("view", "views"), ("domain", "domains"), ("dictionary", "dictionaries"), ("projection", "tables")):
            if self.target.speaks(kind) and any(plural in schema for schema in self.schemas.values()):
                spoken.append(kind)
        return spoken

    def result(self, version):
        schemas = [self.clean("schema", schema, ()) for schema in self.schemas.values()]
        if any(key == "comment" for _, key in self.dropped):
            self.warnings.add("%s keeps no comments: those of the models are left out" % self.target.name)
        return {"engine": self.target.name, "version": version, "kinds": self.kinds(), "schemas": schemas}


def describe(models, request, warnings):
    """The tree, the DDL elements that listen to create_all, and what is declared beside the tables; where that, or a
    schema file, may describe a table once more, also where the tables stand."""
    builder = Builder(models, request, warnings)
    for table in models.tables():
        try:
            builder.add_table(table)
        except Refusal as refusal:
            if refusal.file is None:
                refusal.file, refusal.line = models.place(table)
            raise
        except Exception as error:
            file, line = models.place(table)
            raise Refusal("table %s: %s" % (table.name, text_of(error)), None, file, line) from error
    for metadata in models.own_metadata():
        builder.add_sequences(metadata)
        builder.add_metadata_types(metadata)
    found = {"events": events.described(models, builder, warnings),
             "declared": objects.described(models, builder.target, len(request.get("databases") or []) < 2, warnings)}
    if builder.former.found:
        found["renames"] = builder.former.found
    if found["declared"] or request.get("places"):
        found["places"] = objects.table_places(models, builder)
    return {"tree": builder.result(request.get("version") or 0), **found}
