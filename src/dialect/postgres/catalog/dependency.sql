-- What views name, as the server itself notes it: relations and, where a column is meant, that column.
SELECT DISTINCT
       CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       v.relname AS name,
       CASE WHEN rn.nspname = current_schema() THEN '' ELSE rn.nspname END AS to_schema,
       r.relname AS to_name,
       a.attname AS to_part
FROM pg_depend d
JOIN pg_rewrite w ON w.oid = d.objid AND w.rulename = '_RETURN'
JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
JOIN pg_namespace n ON n.oid = v.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_class r ON r.oid = d.refobjid AND r.oid <> v.oid
JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
ORDER BY 1, 2, 3, 4, 5
