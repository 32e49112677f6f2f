-- Of tables, and of domains.
-- `older` stands in for a column of pg_constraint that this server does not have yet: conenforced came with 18.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       COALESCE(c.relname, t.typname) AS table,
       k.conname AS name,
       pg_get_expr(k.conbin, k.conrelid, true) AS expr,
       k.connoinherit AND c.oid IS NOT NULL AS no_inherit,
       NOT k.convalidated AND k.enforced AS not_valid,
       NOT k.enforced AS not_enforced,
       d.description AS comment
FROM (VALUES (true)) AS older(conenforced)
CROSS JOIN LATERAL (SELECT *, conenforced AS enforced FROM pg_constraint) k
LEFT JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_type t ON t.oid = k.contypid
JOIN pg_namespace n ON n.oid = COALESCE(c.relnamespace, t.typnamespace) AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype = 'c' AND k.conislocal AND (t.oid IS NOT NULL OR c.relkind IN ('r', 'p', 'f'))
ORDER BY 1, 2, 3
