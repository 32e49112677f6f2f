-- Extended statistics of tables and materialised views that stand in the schema of those.  All kinds are what none means.
-- A definition is "CREATE STATISTICS schema.name (kinds) ON columns, expressions FROM table"; expressions came with 14.
-- `older` stands in for columns of pg_statistic_ext that this server does not have yet: stxstattarget came with 13.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       s.stxname AS name,
       CASE WHEN NOT s.stxkind::text[] @> '{d,f,m}' THEN
           (SELECT json_agg(w.word ORDER BY w.word)
            FROM (VALUES ('d', 'ndistinct'), ('f', 'dependencies'), ('m', 'mcv')) AS w(letter, word)
            WHERE w.letter = ANY (s.stxkind::text[]))
       END AS kinds,
       k.columns,
       CASE WHEN s.expressions IS NOT NULL THEN
           substr(regexp_replace(substr(pg_get_statisticsobjdef(s.oid), 20 + length(quote_ident(n.nspname))
                                                                         + length(quote_ident(s.stxname))),
                                 '^( \([a-z, ]*\))? ON (.*) FROM .*$', '\2'), k.length + 1)
       END AS expressions,
       NULLIF(s.target, -1)::text AS statistics_target,
       d.description AS comment
FROM (VALUES (NULL::pg_node_tree, NULL::int)) AS older(stxexprs, stxstattarget)
CROSS JOIN LATERAL (SELECT oid, stxrelid, stxname, stxnamespace, stxkind, stxkeys, stxexprs AS expressions,
                           stxstattarget AS target FROM pg_statistic_ext) s
JOIN pg_class c ON c.oid = s.stxrelid AND c.relnamespace = s.stxnamespace
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
CROSS JOIN LATERAL (SELECT json_agg(a.attname ORDER BY a.attname COLLATE "C") AS columns,
                           COALESCE(sum(length(quote_ident(a.attname)) + 2), 0)::int AS length
                    FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])) k
LEFT JOIN pg_description d ON d.classoid = 'pg_statistic_ext'::regclass AND d.objoid = s.oid
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_statistic_ext'::regclass AND e.objid = s.oid AND e.deptype = 'e')
ORDER BY 1, 2, 3
