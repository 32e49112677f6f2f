"""All that a database holds, as the server shows it: two of them are equal where nobody could tell the databases apart."""

import sqlalchemy as sa

POSTGRES = """
SELECT 'column ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || COALESCE(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
       ' ' || a.attnotnull || ' ' || COALESCE(pg_get_expr(d.adbin, d.adrelid), ''), '') AS line
FROM pg_class c JOIN named n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
UNION ALL SELECT 'index ' || pg_get_indexdef(x.indexrelid) || ' ' || x.indisvalid || x.indisready FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid JOIN named n ON n.oid = c.relnamespace
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(c.oid) || ' ' || convalidated
FROM pg_constraint c JOIN named n ON n.oid = c.connamespace WHERE conrelid <> 0
UNION ALL SELECT 'relation ' || c.oid::regclass || ' ' || COALESCE(reloptions::text, '') || ' ' || COALESCE(relacl::text, '') || ' ' ||
       relrowsecurity || ' ' || COALESCE(obj_description(c.oid, 'pg_class'), '') || ' ' || COALESCE(pg_get_viewdef(
       CASE WHEN relkind IN ('v', 'm') THEN c.oid END), '') FROM pg_class c JOIN named n ON n.oid = c.relnamespace
UNION ALL SELECT 'child ' || i.inhrelid::regclass || ' of ' || i.inhparent::regclass FROM pg_inherits i
UNION ALL SELECT 'value ' || enumtypid::regtype || ' ' || row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder) || ' ' || enumlabel FROM pg_enum
UNION ALL SELECT 'function ' || proname || prosrc FROM pg_proc p JOIN named n ON n.oid = p.pronamespace
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
UNION ALL SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' || COALESCE(pg_get_expr(polqual, polrelid), '') FROM pg_policy
UNION ALL SELECT 'schema ' || nspname FROM named
"""
NAMED = ("WITH named AS (SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema') "
         "SELECT line FROM (")


def rows_of(database, name):
    return sorted(map(repr, database.query(f"SELECT * FROM {name}")))


def postgres(database):
    lines = [line for (line,) in database.query(NAMED + POSTGRES + ") s WHERE line NOT LIKE '%\\_dbwarden\\_%' ORDER BY 1")]
    tables = database.query("SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'm') "
                            "AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' AND relname NOT LIKE '\\_dbwarden%' ORDER BY 1")
    return lines + [(name, rows_of(database, name)) for (name,) in tables]


def mysql(database):
    shown = []
    for name, kind in database.query("SELECT table_name, table_type FROM information_schema.tables "
                                     "WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_dbwarden%' ORDER BY 1"):
        shown.append(database.query(f"SHOW CREATE TABLE `{name}`")[0][1])
        if kind == "BASE TABLE":
            shown.append((name, rows_of(database, f"`{name}`")))
    shown += database.query("SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1")
    shown += database.query("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1")
    return shown + database.query("SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()")


def sqlite(database):
    shown = database.query("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_dbwarden%' ESCAPE '\\' "
                           "AND tbl_name NOT LIKE '\\_dbwarden%' ESCAPE '\\' ORDER BY 1, 2")
    shown += [(name, rows_of(database, f'"{name}"')) for kind, name, _, _ in shown if kind == "table"]
    return shown + [database.query(f"PRAGMA {name}") for name in ("user_version", "journal_mode", "integrity_check")]


def picture(database):
    return {"sqlite": sqlite, "postgresql": postgres}.get(database.engine, mysql)(database)


def remade(database, script):
    """Empty, but for what the script makes."""
    if database.engine == "postgresql":
        database.run("DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA public")
    elif database.engine != "sqlite":
        with database.alchemy.connect() as connection:
            name = connection.exec_driver_sql("SELECT DATABASE()").scalar()
            for statement in (f"DROP DATABASE `{name}`", f"CREATE DATABASE `{name}`"):
                connection.exec_driver_sql(statement)
    with database.alchemy.connect() as connection:
        for statement in script.split(";\n"):
            if statement:
                connection.execute(sa.text(statement.replace(":=", "\\:=")))
