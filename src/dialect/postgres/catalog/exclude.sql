SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       k.conname AS name,
       substr(pg_get_constraintdef(k.oid, true), length('EXCLUDE ') + 1) AS definition,
       x.indisclustered AS clustered,
       d.description AS comment
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_index x ON x.indexrelid = k.conindid
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype = 'x' AND k.conparentid = 0 AND c.relkind IN ('r', 'p')
ORDER BY 1, 2, 3
