-- An included column stands in indkey after the key's: indkey counts from 0, so indnkeyatts is the first one's place.
-- `older` stands in for columns that this server does not have yet: indnullsnotdistinct of pg_index came with 15, conperiod of
-- pg_constraint with 18.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       k.conname AS name,
       (SELECT json_agg((SELECT ka.attname FROM pg_attribute ka WHERE ka.attrelid = k.conrelid AND ka.attnum = p.number)
                        ORDER BY p.place)
        FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)) AS columns,
       CASE WHEN x.indnatts > x.indnkeyatts THEN
           (SELECT json_agg((SELECT ka.attname FROM pg_attribute ka WHERE ka.attrelid = x.indrelid AND ka.attnum = p.number)
                            ORDER BY p.place)
            FROM unnest((x.indkey::int2[])[x.indnkeyatts:]) WITH ORDINALITY AS p(number, place))
       END AS include,
       k.condeferrable AS deferrable,
       k.condeferred AS initially_deferred,
       k.without_overlaps,
       x.indisclustered AS clustered,
       x.indisreplident AS replica_identity,
       CASE WHEN ic.reloptions IS NOT NULL THEN
           (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(ic.reloptions) AS o)
       END AS options,
       ts.spcname AS tablespace,
       x.nulls_not_distinct,
       d.description AS comment
FROM (VALUES (NULL::boolean, false)) AS older(indnullsnotdistinct, conperiod)
CROSS JOIN LATERAL (SELECT *, conperiod AS without_overlaps FROM pg_constraint) k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN LATERAL (SELECT *, indnullsnotdistinct AS nulls_not_distinct FROM pg_index) x ON x.indexrelid = k.conindid
JOIN pg_class ic ON ic.oid = k.conindid
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype = 'u' AND k.conparentid = 0 AND c.relkind IN ('r', 'p')
ORDER BY 1, 2, 3
