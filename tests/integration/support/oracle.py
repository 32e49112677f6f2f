"""What SQLAlchemy itself makes of models: the schema that migrations must reach, and rows to carry through them.

Nothing here uses dbwarden: it is the second opinion.
"""

import datetime
import decimal
import importlib
import sys
import uuid
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable


@contextmanager
def imported(folder, name="models"):
    """The models of `folder` as a module or package, forgotten again afterwards."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
        parts = [module]
        for path in sorted((folder / name).glob("*.py")) if (folder / name).is_dir() else []:
            if path.stem != "__init__":
                parts.append(importlib.import_module(f"{name}.{path.stem}"))
        yield parts
    finally:
        sys.path.remove(str(folder))
        for loaded in [key for key in sys.modules if key == name or key.startswith(name + ".")]:
            del sys.modules[loaded]


def metadata_of(modules):
    found = []
    for module in modules:
        for value in vars(module).values():
            metadata = value if isinstance(value, sa.MetaData) else getattr(value, "metadata", None)
            if isinstance(metadata, sa.MetaData) and metadata.tables and metadata not in found:
                found.append(metadata)
    return found


def classes_with_meta(modules):
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and hasattr(value, "__table__") and "Meta" in vars(value):
                yield value.__table__, value.Meta


def meta_apply(modules, dialect):
    """What `class Meta` asks for, as SQLAlchemy constructs before create_all; what it cannot say comes back as SQL."""
    after = []
    for table, meta in classes_with_meta(modules):
        options = {key: value for key, value in vars(meta).items() if not key.startswith("__")}
        if options.get("comment"):
            table.comment = options["comment"]
        for at, check in enumerate(options.get("pg_checks") or options.get("checks") or []):
            table.append_constraint(sa.CheckConstraint(check["expression"], name=check.get("name", f"ck_{table.name}_{at}")))
        for unique in options.get("pg_uniques") or options.get("uniques") or []:
            name = unique.get("name") or f"uq_{table.name}_{'_'.join(unique['columns'])}"
            table.append_constraint(sa.UniqueConstraint(
                *unique["columns"], name=name, deferrable=unique.get("deferrable"),
                initially="DEFERRED" if unique.get("initially_deferred") else None))
        for index in options.get("pg_indexes") or options.get("indexes") or []:
            sa.Index(index["name"], *[table.c[name] for name in index["columns"]], unique=index.get("unique", False))
        if dialect == "postgresql":
            after += meta_sql(table, options)
        for column, inner in options.items():
            if isinstance(inner, type) and column in table.c and getattr(inner, "comment", None):
                table.c[column].comment = inner.comment
    return after


def meta_sql(table, options):
    out = []
    if options.get("pg_unlogged"):
        out.append(f"ALTER TABLE {table.name} SET UNLOGGED")
    if options.get("pg_inherits"):
        parents = options["pg_inherits"]
        out += [f"ALTER TABLE {table.name} INHERIT {parent}" for parent in ([parents] if isinstance(parents, str) else parents)]
    for column, inner in options.items():
        if not isinstance(inner, type):
            continue
        values = {key: value for key, value in vars(inner).items() if key.startswith("pg_")}
        where = f"ALTER TABLE {table.name} ALTER COLUMN {column}"
        if "pg_identity" in values:
            kind = values["pg_identity"].replace("_", " ")
            start = f" (START WITH {values['pg_identity_start']})" if "pg_identity_start" in values else ""
            out += [f"{where} DROP DEFAULT", f"DROP SEQUENCE IF EXISTS {table.name}_{column}_seq",
                    f"{where} SET NOT NULL", f"{where} ADD GENERATED {kind} AS IDENTITY{start}"]
        if "pg_storage" in values:
            out.append(f"{where} SET STORAGE {values['pg_storage']}")
        if "pg_compression" in values:
            out.append(f"{where} SET COMPRESSION {values['pg_compression']}")
    return out


def create_all(engine, folder, name="models", with_meta=True):
    """Builds the database as the models' authors would."""
    with imported(folder, name) as modules:
        after = meta_apply(modules, engine.dialect.name) if with_meta else []
        for metadata in metadata_of(modules):
            metadata.create_all(engine)
        with engine.begin() as connection:
            for statement in after:
                connection.exec_driver_sql(statement)


def ddl_of(engine, folder, name="models"):
    """The CREATE statements of the models, as a first migration would hold them."""
    out = []
    mock = sa.create_mock_engine(f"{engine.dialect.name}://", lambda sql, *_, **__: out.append(str(sql.compile(dialect=engine.dialect)).strip()))
    with imported(folder, name) as modules:
        for metadata in metadata_of(modules):
            metadata.create_all(mock, checkfirst=False)
    return out


def soft_defaults(folder, name="models"):
    """Columns whose Python-side default may stand in the database although create_all does not put it there."""
    with imported(folder, name) as modules:
        return {(table.name, column.name) for metadata in metadata_of(modules) for table in metadata.tables.values()
                for column in table.columns if column.default is not None and column.default.is_scalar}


OURS = ("_dbwarden", "dbwarden_lock")


def reflect(engine, soft=()):
    """Everything that the inspector sees, in a form that compares; names of constraints and indexes aside."""
    with engine.connect() as connection:
        return reflect_over(connection, soft)


def reflect_over(connection, soft):
    inspector = sa.inspect(connection)
    out = {"enums": {}, "tables": {}, "views": sorted(inspector.get_view_names())}
    if connection.dialect.name == "postgresql":
        out["enums"] = {item["name"]: item["labels"] for item in inspector.get_enums(schema="*")}
    schemas = [None] if connection.dialect.name != "postgresql" else [
        schema for schema in inspector.get_schema_names() if schema != "information_schema"]
    for schema in schemas:
        for table in inspector.get_table_names(schema=schema):
            if not table.startswith(OURS):
                where = table if schema in (None, "public") else f"{schema}.{table}"
                out["tables"][where] = reflect_table(inspector, connection, table, schema, soft)
    return out


def reflect_table(inspector, connection, table, schema, soft):
    columns = {}
    for column in inspector.get_columns(table, schema=schema):
        default = column.get("default")
        columns[column["name"]] = {
            "type": str(column["type"].compile(dialect=connection.dialect)) if not isinstance(column["type"], sa.types.NullType) else "",
            "nullable": column["nullable"],
            "default": None if (table, column["name"]) in soft else sequence_unnamed(default),
            "computed": (column.get("computed") or {}).get("sqltext"),
            "identity": column.get("identity"),
            "comment": column.get("comment"),
        }
    indexes = []
    for index in inspector.get_indexes(table, schema=schema):
        if index.get("duplicates_constraint"):
            continue
        options = {key: str(value) for key, value in (index.get("dialect_options") or {}).items() if str(value) not in ("", "[]", "{}", "None")}
        indexes.append(str((index.get("expressions") or index["column_names"], bool(index["unique"]),
                            sorted(options.items()), sorted((index.get("column_sorting") or {}).items()))))
    return {
        "columns": columns,
        "pk": inspector.get_pk_constraint(table, schema=schema)["constrained_columns"],
        "fks": sorted(str((key["constrained_columns"], key["referred_schema"], key["referred_table"],
                           key["referred_columns"], sorted(key_options(connection, table, key).items())))
                      for key in inspector.get_foreign_keys(table, schema=schema)),
        "uniques": sorted(str((key["column_names"], sorted((key.get("dialect_options") or {}).items())))
                          for key in inspector.get_unique_constraints(table, schema=schema)),
        "checks": sorted(spelling(key["sqltext"]) for key in inspector.get_check_constraints(table, schema=schema)),
        "indexes": sorted(indexes),
        "comment": table_comment(inspector, table, schema),
        "extra": extras(connection, table, schema),
    }


def key_options(connection, table, key):
    """On SQLite the inspector sees no actions of a REFERENCES that stands at its column: the server is asked."""
    options = dict(key.get("options") or {})
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{table}")').mappings().fetchall()
        for row in rows:
            if row["table"] == key["referred_table"] and row["from"] == key["constrained_columns"][0]:
                actions = {"ondelete": row["on_delete"], "onupdate": row["on_update"]}
                options.update({name: action for name, action in actions.items() if action != "NO ACTION"})
    return options


def sequence_unnamed(default):
    """A renamed table keeps the sequence that was named after it, as PostgreSQL's own RENAME does; MySQL prints now() in one of two ways, as it was written."""
    default = "CURRENT_TIMESTAMP" if default == "(now())" else default
    return "nextval" if default and default.startswith("nextval(") else default


def spelling(text):
    return " ".join(text.split()).strip("()")


def table_comment(inspector, table, schema):
    try:
        return inspector.get_table_comment(table, schema=schema)["text"]
    except NotImplementedError:
        return None


EXTRAS = """
SELECT 'deferrable' AS what, contype::text || pg_get_constraintdef(oid) AS value FROM pg_constraint
 WHERE conrelid = to_regclass(:table) AND condeferrable
UNION ALL SELECT 'persistence', relpersistence::text FROM pg_class WHERE oid = to_regclass(:table)
UNION ALL SELECT 'options', array_to_string(reloptions, ',') FROM pg_class WHERE oid = to_regclass(:table)
UNION ALL SELECT 'parent', inhparent::regclass::text FROM pg_inherits WHERE inhrelid = to_regclass(:table)
UNION ALL SELECT 'storage ' || attname, attstorage::text || attcompression::text FROM pg_attribute
 WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
"""


MYSQL_EXTRAS = [
    """SELECT engine, table_collation, create_options FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name = :table""",
    """SELECT column_name, column_type, collation_name, extra FROM information_schema.columns
       WHERE table_schema = DATABASE() AND table_name = :table ORDER BY column_name""",
]


def extras(connection, table, schema):
    """What the inspector does not tell."""
    if connection.dialect.name == "postgresql":
        name = f'"{schema or "public"}"."{table}"'
        rows = connection.execute(sa.text(EXTRAS), {"table": name}).fetchall()
        return sorted(f"{what}: {value}" for what, value in rows if value is not None)
    if connection.dialect.name in ("mysql", "mariadb"):
        return [str(row) for query in MYSQL_EXTRAS for row in connection.execute(sa.text(query), {"table": table}).fetchall()]
    text = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :n"), {"n": table}).scalar()
    words = text.upper().split()
    return sorted(word for word in ("AUTOINCREMENT", "STRICT", "ROWID") if any(word in part for part in words))


def value_for(column, row):
    """A value for a column that tells rows apart and survives a change of type."""
    kind = column.type
    if isinstance(kind, sa.Enum):
        return kind.enums[0]
    python = {
        sa.Boolean: row % 2 == 0, sa.Integer: row, sa.Numeric: decimal.Decimal(row), sa.Float: float(row),
        sa.DateTime: datetime.datetime(2026, 1, row), sa.Date: datetime.date(2026, 1, row),
        sa.Time: datetime.time(row), sa.Interval: datetime.timedelta(row), sa.LargeBinary: b"%d" % row,
        sa.Uuid: uuid.UUID(int=row), sa.JSON: {"row": row}, sa.String: str(row),
    }
    for cls, value in python.items():
        if isinstance(kind, cls):
            return value
    if isinstance(kind, sa.ARRAY):
        return []
    return str(row)


def fill(engine, rows=2):
    """Rows in every table that takes them; returns what was put in."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name.startswith(OURS):
                continue
            for row in range(1, rows + 1):
                values = {column.name: value_for(column, row) for column in table.columns
                          if column.computed is None and not (column.identity and column.identity.always)}
                connection.execute(table.insert().values(values))
    return contents(engine)


def fill_some(engine, rows=2, skip=()):
    """As fill(), but a row that a constraint refuses stays out: for schemas that nobody wrote for tests."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    for table in metadata.sorted_tables:
        if table.name.startswith(OURS) or table.name in skip:
            continue
        for row in range(1, rows + 1):
            values = {column.name: value_for(column, row) for column in table.columns
                      if column.computed is None and not (column.identity and column.identity.always)}
            try:
                with engine.begin() as connection:
                    connection.execute(table.insert().values(values))
            except sa.exc.SQLAlchemyError:
                continue


def contents(engine):
    metadata = sa.MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        return {table.name: sorted((dict(row._mapping) for row in connection.execute(table.select())), key=str)
                for table in metadata.sorted_tables if not table.name.startswith(OURS)}


def differences(got, wanted, path=""):
    """Where two reflections differ, one line each: readable where a whole schema is not."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        found = []
        for key in sorted(set(got) | set(wanted), key=str):
            if key not in got or key not in wanted:
                found.append(f"{path}/{key}: {'missing' if key not in got else 'not wanted'}")
            else:
                found += differences(got[key], wanted[key], f"{path}/{key}")
        return found
    if isinstance(got, list) and isinstance(wanted, list) and got != wanted:
        return [f"{path}: got {[x for x in got if x not in wanted]} wanted {[x for x in wanted if x not in got]}"]
    return [] if got == wanted else [f"{path}: got {got!r} wanted {wanted!r}"]
