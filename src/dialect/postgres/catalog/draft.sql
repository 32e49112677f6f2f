-- What stands against trying statements of a text out in this database, as temporary objects, instead of a scratch database,
-- where they must mean the same: 'obstacle', for any text; 'schema', for one that names it before a dot; 'name', for one that holds that word.
-- A scratch database has what extensions made, and nothing else that is not the server's own. Found without being named
-- are operators, casts and operator classes; functions, types and the like are found by their names, and on the path only.
WITH own AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT 'obstacle' AS what, 'event trigger ' || evtname AS name FROM pg_event_trigger WHERE evtenabled <> 'D'
UNION ALL
SELECT 'obstacle', 'a cast' FROM pg_cast WHERE oid >= 16384
UNION ALL
SELECT 'obstacle', 'operator class ' || opcname FROM pg_opclass WHERE oid >= 16384
UNION ALL
SELECT 'obstacle', 'operator ' || o.oprname FROM pg_operator o
WHERE o.oid >= 16384 AND (o.oprnamespace = 'pg_catalog'::regnamespace
    OR EXISTS (SELECT FROM own WHERE own.classid = 'pg_operator'::regclass AND own.objid = o.oid))
UNION ALL
SELECT 'obstacle', 'default privileges' FROM pg_default_acl
WHERE defaclnamespace = 0 AND defaclrole = (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)
UNION ALL
SELECT 'obstacle', 'setting ' || name FROM pg_settings
WHERE source IN ('database', 'database user') AND name NOT LIKE '%timeout' AND name <> 'search_path'
    AND (category LIKE 'Client Connection Defaults%' OR category LIKE 'Version and Platform Compatibility%')
UNION ALL
SELECT 'obstacle', 'default_tablespace, which temporary tables do not heed' FROM pg_settings
WHERE name = 'default_tablespace' AND setting <> ''
UNION ALL
SELECT 'obstacle', 'another encoding or locale than that of template0'
FROM pg_database d JOIN pg_database t ON t.datname = 'template0'
    AND (t.encoding, t.datcollate, t.datctype) IS DISTINCT FROM (d.encoding, d.datcollate, d.datctype)
WHERE d.datname = current_database()
UNION ALL
SELECT 'schema', nspname FROM pg_namespace WHERE nspname <> 'pg_catalog'
UNION ALL
SELECT 'name', o.name FROM (
    SELECT 'pg_proc'::regclass AS class, oid, proname AS name, pronamespace AS schema FROM pg_proc
    UNION ALL SELECT 'pg_class'::regclass, oid, relname, relnamespace FROM pg_class
    UNION ALL SELECT 'pg_type'::regclass, oid, typname, typnamespace FROM pg_type
    UNION ALL SELECT 'pg_collation'::regclass, oid, collname, collnamespace FROM pg_collation
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgname, cfgnamespace FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictname, dictnamespace FROM pg_ts_dict
) AS o
WHERE o.oid >= 16384 AND (o.schema = 'pg_catalog'::regnamespace
    OR EXISTS (SELECT FROM own WHERE own.classid = o.class AND own.objid = o.oid))
