-- Schemas; the current one is "". What initdb says about the schema public is no comment of anybody's.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS name,
       NULLIF(NULLIF(d.description, ''), 'standard public schema') AS comment
FROM pg_namespace n
LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
ORDER BY 1
