-- Triggers of tables and views, constraint triggers among them; not those of foreign keys, nor what partitions have from their
-- parent: `older` stands in for tgparentid, which came with 13; and not ours (function.sql).
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       t.tgname AS name,
       pg_get_triggerdef(t.oid, true) AS definition,
       CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled,
       d.description AS comment
FROM (VALUES (0)) AS older(tgparentid)
CROSS JOIN LATERAL (SELECT oid, tgrelid, tgname, tgenabled FROM pg_trigger
                    WHERE NOT tgisinternal AND tgparentid = 0 AND tgname NOT LIKE 'zz\_dbwarden\_%') AS t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid
WHERE c.relkind IN ('r', 'p', 'v', 'f')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_trigger'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY 1, 2, 3
