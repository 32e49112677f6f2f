-- Publications, which are of the whole database. ONLY where others inherit from the table: without it they would join.
SELECT '' AS schema,
       p.pubname AS name,
       p.pubname AS called,
       concat('CREATE PUBLICATION ', quote_ident(p.pubname), CASE WHEN p.puballtables THEN ' FOR ALL TABLES' END) AS definition,
       NULLIF(concat_ws(', ', 'TABLE ' || t.list, 'TABLES IN SCHEMA ' || s.list), '') AS members,
       concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
           CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish,
       COALESCE((j.p->>'pubviaroot')::boolean, false) AS via_root,
       CASE j.p->>'pubgencols' WHEN 's' THEN 'stored' END AS generated_columns,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(p.pubowner) <> current_user THEN p.pubowner::regrole::text END AS owner
FROM pg_publication p
CROSS JOIN LATERAL (SELECT to_jsonb(p) AS p) j
LEFT JOIN (
    SELECT r.prpubid, string_agg(concat(
        CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) THEN 'ONLY ' END, r.prrelid::regclass,
        (SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (r.attributes::int2[]) HAVING count(*) > 0),
        ' WHERE (' || pg_get_expr(r.condition, r.prrelid) || ')'), ', ' ORDER BY r.prrelid::regclass::text) AS list
    FROM (SELECT NULL::int2vector AS prattrs, NULL::pg_node_tree AS prqual) AS older
    CROSS JOIN LATERAL (SELECT prpubid, prrelid, prattrs AS attributes, prqual AS condition FROM pg_publication_rel) AS r
    JOIN pg_class c ON c.oid = r.prrelid
    GROUP BY r.prpubid) AS t ON t.prpubid = p.oid
LEFT JOIN LATERAL (
    SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname) AS list
    FROM pg_depend m JOIN pg_depend w ON w.classid = m.classid AND w.objid = m.objid AND w.refclassid = 'pg_namespace'::regclass
        JOIN pg_namespace n ON n.oid = w.refobjid
    WHERE m.classid = to_regclass('pg_catalog.pg_publication_namespace')
        AND m.refclassid = 'pg_publication'::regclass AND m.refobjid = p.oid) AS s ON true
LEFT JOIN pg_description d ON d.classoid = 'pg_publication'::regclass AND d.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY 1, 2
