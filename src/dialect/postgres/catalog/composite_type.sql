-- Types made by CREATE TYPE ... AS (...); the row types of tables and views are left out, and so is what was copied into a
-- scratch database.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS name,
       d.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = c.reltype AND d.objsubid = 0
WHERE c.relkind = 'c'
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = c.reltype AND e.deptype = 'e')
  AND concat('pg_type'::regclass::oid, ':', c.reltype)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
