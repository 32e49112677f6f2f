-- Rules of tables and views, but for the one that is a view's query; those of foreign tables are not modelled.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       w.rulename AS name,
       rtrim(pg_get_ruledef(w.oid, true), ';') AS definition,
       CASE w.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled,
       d.description AS comment
FROM pg_rewrite w
JOIN pg_class c ON c.oid = w.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_rewrite'::regclass AND d.objoid = w.oid
WHERE w.rulename <> '_RETURN' AND c.relkind IN ('r', 'p', 'v')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid AND e.deptype = 'e')
ORDER BY 1, 2, 3
