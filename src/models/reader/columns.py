"""Columns: type, default, identity, generation, collation, comment, and the hints of class Meta."""
from sqlalchemy import schema

from . import meta
from .protocol import Refusal

IDENTITY_NUMBERS = (("identity_start", "start"), ("identity_increment", "increment"), ("identity_min", "minvalue"),
                    ("identity_max", "maxvalue"), ("identity_cache", "cache"))


def describe(column, hints, target):
    """The column as the tree's JSON has it."""
    type_, collation = target.column_type(column)
    found = {
        "name": target.clip(column.name),
        "type": type_,
        "nullable": bool(column.nullable) and not (column.primary_key and target.name == "postgresql"),
        "default_value": None,
        "autoincrement": target.is_automatic(column),
        "identity": None,
        "computed": None,
        "collation": None,
        "comment": column.comment or hints.get("dw_comment") or None,
    }
    add_collation(found, column, target)
    found["collation"] = found["collation"] or collation  # MySQL's ENUM does not tell its own otherwise
    if column.computed is not None:
        add_computed(found, column.computed, target)
    elif target.has("column", "identity") and column.identity is not None:
        add_identity(found, column.identity)
    elif not found["autoincrement"]:
        add_default(found, column, target)
    if target.has("column", "identity"):
        add_hints(found, hints)
    add_words(found, hints, target)
    if target.name in ("mysql", "mariadb"):
        add_mysql_words(found, hints, target)
    return found


SPECIAL = ("collation", "storage", "compression", "identity", "comment")  # that add_hints() takes in more than one spelling


def add_words(found, hints, target):
    """Any other field, by its name after the engine's prefix."""
    words = meta.engine_words("column", target.name)
    for word, value in hints.items():
        field = words.get(word)
        if field is None or value is None or field.startswith("identity_") or field in SPECIAL and target.name == "postgresql":
            continue
        if field == "autoincrement":
            forget_default(found)
        found[field] = value


def add_mysql_words(found, hints, target):
    """What 0.8.2 declared: parts of the type, and the collation."""
    for word in meta.NOT_YET:
        if target.name == "mariadb" and hints.get(word):
            raise Refusal("%s of column %s is not there yet" % (word, found["name"]))
    for prefix in meta.PREFIXES[target.name]:
        if hints.get(prefix + "unsigned") and "unsigned" not in found["type"].lower():
            found["type"] += " UNSIGNED"
        if hints.get(prefix + "charset"):
            found["type"] += " CHARACTER SET %s" % hints[prefix + "charset"]
        if hints.get(prefix + "collate"):
            found["collation"] = str(hints[prefix + "collate"])


def add_default(found, column, target):
    if column.server_default is not None:
        found["default_value"] = target.server_default(column)
    elif not isinstance(column.default, schema.Sequence):
        found["default_value"] = target.scalar_default(column)
        if found["default_value"] is not None:
            found["default_soft"] = True


def add_collation(found, column, target):
    for type_ in target.plain_types(column.type):
        found["collation"] = found["collation"] or getattr(type_, "collation", None)


def add_computed(found, computed, target):
    found["computed"] = target.expression(computed.sqltext)
    if computed.persisted is not None:
        found["computed_stored"] = bool(computed.persisted)
    else:
        found["computed_stored"] = target.ddl.process(computed).rstrip().endswith("STORED")


def add_identity(found, identity):
    found["identity"] = "always" if identity.always else "by default"
    for field, attribute in IDENTITY_NUMBERS:
        value = getattr(identity, attribute, None)
        if value is not None:
            found[field] = int(value)
    if identity.cycle is not None:
        found["identity_cycle"] = bool(identity.cycle)


def add_hints(found, hints):
    """pg_* of class Meta or info=."""
    if hints.get("pg_collation"):
        found["collation"] = str(hints["pg_collation"])
    if hints.get("pg_storage"):
        found["storage"] = str(hints["pg_storage"]).lower()
    if hints.get("pg_compression"):
        name = str(hints["pg_compression"]).lower()
        found["compression"] = {"p": "pglz", "l": "lz4"}.get(name, name)
    if hints.get("pg_generated"):
        forget_default(found)
        found.update(computed=str(hints["pg_generated"]), computed_stored=True)
    if hints.get("pg_identity"):
        add_identity_hint(found, hints)


def forget_default(found):
    found.update(default_value=None, autoincrement=False)
    found.pop("default_soft", None)


def add_identity_hint(found, hints):
    forget_default(found)
    found.update(identity=str(hints["pg_identity"]).lower().replace("_", " "), nullable=False)
    for field in ("start", "increment", "min", "max", "cache"):
        value = hints.get("pg_identity_" + field)
        if value is not None:
            found["identity_" + field] = int(value)
    if "pg_identity_cycle" in hints:
        found["identity_cycle"] = bool(hints["pg_identity_cycle"])
