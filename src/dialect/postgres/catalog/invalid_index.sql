-- An index that an interrupted CREATE INDEX CONCURRENTLY left looks like any other, but serves no query.
SELECT ic.relname AS name, c.relname AS table
FROM pg_index x
JOIN pg_class ic ON ic.oid = x.indexrelid AND ic.relkind = 'i'
JOIN pg_class c ON c.oid = x.indrelid
WHERE NOT x.indisvalid
ORDER BY 1
