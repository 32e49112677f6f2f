-- An index that an interrupted CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY left looks like any other, but serves no query.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       ic.relname AS name,
       c.relname AS table,
       ic.relname ~ '_cc(new|old)[0-9]*$' AS rebuilt
FROM pg_index x
JOIN pg_class ic ON ic.oid = x.indexrelid AND ic.relkind = 'i'
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%'
WHERE NOT x.indisvalid
ORDER BY 1, 2
