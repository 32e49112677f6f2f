-- Indexes but those that a constraint owns; their keys are in index_part.sql.
-- An included column stands in indkey after the key's: indkey counts from 0, so indnkeyatts is the first one's place.
-- `older` stands in for a column of pg_index that this server does not have yet: indnullsnotdistinct came with 15.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       ic.relname AS name,
       x.indisunique AS is_unique,
       am.amname AS method,
       pg_get_expr(x.indpred, x.indrelid, true) AS predicate,
       CASE WHEN x.indnatts > x.indnkeyatts THEN
           (SELECT json_agg((SELECT ka.attname FROM pg_attribute ka WHERE ka.attrelid = x.indrelid AND ka.attnum = p.number)
                            ORDER BY p.place)
            FROM unnest((x.indkey::int2[])[x.indnkeyatts:]) WITH ORDINALITY AS p(number, place))
       END AS include,
       CASE WHEN ic.reloptions IS NOT NULL THEN
           (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(ic.reloptions) AS o)
       END AS options,
       (SELECT json_agg(a.attnum || '=' || a.attstattarget ORDER BY (a.attnum || '=' || a.attstattarget) COLLATE "C")
        FROM pg_attribute a WHERE a.attrelid = ic.oid AND a.attstattarget >= 0) AS statistics_targets,
       ts.spcname AS tablespace,
       x.indisclustered AS clustered,
       x.indisreplident AND c.relkind <> 'm' AS replica_identity,
       d.description AS comment,
       x.nulls_not_distinct
FROM (VALUES (NULL::boolean)) AS older(indnullsnotdistinct)
CROSS JOIN LATERAL (SELECT *, indnullsnotdistinct AS nulls_not_distinct FROM pg_index) x
JOIN pg_class ic ON ic.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = ic.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'm') AND NOT ic.relispartition AND x.indislive
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY 1, 2, 3
