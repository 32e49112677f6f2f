-- The columns of SET NULL (a, b) are kept as part of the action.
-- `older` stands in for columns of pg_constraint that this server does not have yet: confdelsetcols came with 15, the others with 18.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       k.conname AS name,
       (SELECT json_agg((SELECT ka.attname FROM pg_attribute ka WHERE ka.attrelid = k.conrelid AND ka.attnum = p.number)
                        ORDER BY p.place)
        FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)) AS columns,
       json_build_array(CASE WHEN rn.nspname = current_schema() THEN '' ELSE rn.nspname END, r.relname) AS ref_table,
       (SELECT json_agg((SELECT ka.attname FROM pg_attribute ka WHERE ka.attrelid = k.confrelid AND ka.attnum = p.number)
                        ORDER BY p.place)
        FROM unnest(k.confkey) WITH ORDINALITY AS p(number, place)) AS ref_columns,
       CASE k.confdeltype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
                          WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END ||
       CASE WHEN cardinality(k.delete_columns) > 0 THEN
           (SELECT ' (' || string_agg(quote_ident(ka.attname), ', ' ORDER BY p.place) || ')'
            FROM unnest(k.delete_columns) WITH ORDINALITY AS p(number, place)
            JOIN pg_attribute ka ON ka.attrelid = k.conrelid AND ka.attnum = p.number)
       ELSE '' END AS on_delete,
       CASE k.confupdtype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
                          WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END AS on_update,
       CASE k.confmatchtype WHEN 'f' THEN 'FULL' ELSE 'SIMPLE' END AS match,
       k.condeferrable AS deferrable,
       k.condeferred AS initially_deferred,
       NOT k.convalidated AND k.enforced AS not_valid,
       NOT k.enforced AS not_enforced,
       k.period,
       d.description AS comment
FROM (VALUES (NULL::int2[], true, false)) AS older(confdelsetcols, conenforced, conperiod)
CROSS JOIN LATERAL (SELECT *, confdelsetcols AS delete_columns, conenforced AS enforced, conperiod AS period
                    FROM pg_constraint) k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype = 'f' AND k.conparentid = 0 AND c.relkind IN ('r', 'p')
ORDER BY 1, 2, 3
