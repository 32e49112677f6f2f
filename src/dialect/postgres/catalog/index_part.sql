-- The keys of indexes, in order.  An operator class is said when it is not the default, or has parameters (from 13 on).
-- An expression has a collation of its own, which only the printed definition tells from one that is said; 100 is the
-- database's.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       ic.relname AS parent,
       a.attname AS column,
       CASE WHEN p.number = 0 THEN pg_get_indexdef(x.indexrelid, p.place::integer, true) END AS expr,
       CASE WHEN NOT oc.opcdefault OR ia.attoptions IS NOT NULL THEN
           CASE WHEN pg_opclass_is_visible(oc.oid) THEN '' ELSE oc.opcnamespace::regnamespace || '.' END ||
           quote_ident(oc.opcname) || COALESCE('(' || array_to_string(ia.attoptions, ', ') || ')', '')
       END AS opclass,
       CASE WHEN p.number > 0 AND p.collated <> a.attcollation OR
                 p.number = 0 AND p.collated NOT IN (0, 100) AND
                 strpos(pg_get_indexdef(x.indexrelid, 0, true),
                        pg_get_indexdef(x.indexrelid, p.place::integer, true) || ' COLLATE ' ||
                        quote_ident((SELECT co.collname FROM pg_collation co WHERE co.oid = p.collated))) > 0 THEN
           (SELECT CASE WHEN pg_collation_is_visible(co.oid) THEN co.collname::text
                ELSE concat('"', replace(cn.nspname, '"', '""'), '"."', replace(co.collname, '"', '""'), '"') END
            FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = p.collated)
       END AS collation,
       p.option & 1 = 1 AS descending,
       p.option & 2 = 2 AS nulls_first
FROM pg_index x
JOIN pg_class ic ON ic.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
CROSS JOIN LATERAL unnest(x.indkey::int2[], x.indclass::oid[], x.indcollation::oid[], x.indoption::int2[])
           WITH ORDINALITY AS p(number, class, collated, option, place)
JOIN pg_opclass oc ON oc.oid = p.class
LEFT JOIN pg_attribute ia ON ia.attrelid = x.indexrelid AND ia.attnum = p.place AND ia.attoptions IS NOT NULL
LEFT JOIN LATERAL (SELECT * FROM pg_attribute k WHERE k.attrelid = x.indrelid AND k.attnum = p.number LIMIT 1) a
  ON p.number > 0
WHERE c.relkind IN ('r', 'p', 'm') AND NOT ic.relispartition AND x.indislive
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND p.place <= x.indnkeyatts
ORDER BY 1, 2, p.place
