SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS name,
       rtrim(pg_get_viewdef(c.oid, true), ';') AS query,
       c.relkind = 'm' AS materialized,
       NOT c.relispopulated AS no_data,
       CASE WHEN c.reloptions IS NOT NULL OR tc.reloptions IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C")
            FROM (SELECT unnest(c.reloptions) UNION ALL SELECT 'toast.' || unnest(tc.reloptions)) AS r(x))
       END AS options,
       ts.spcname AS tablespace,
       d.description AS comment,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT concat(quote_ident(a.attname), '=', cd.description)
           FROM pg_description cd JOIN pg_attribute a ON a.attrelid = cd.objoid AND a.attnum = cd.objsubid
           WHERE cd.classoid = 'pg_class'::regclass AND cd.objoid = c.oid AND cd.objsubid > 0) AS r(x)) AS column_comments,
       CASE WHEN c.relkind = 'v' THEN
           (SELECT string_agg(concat(quote_ident(a.attname), ' = ', pg_get_expr(f.adbin, f.adrelid)), ', ' ORDER BY a.attnum)
            FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.adrelid = c.oid)
       END AS column_defaults,
       CASE WHEN c.relkind = 'm' THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (
               SELECT concat(quote_ident(a.attname), '.', s.setting)
               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid CROSS JOIN LATERAL (
                   SELECT 'statistics=' || NULLIF(a.attstattarget, -1)
                   UNION ALL SELECT CASE WHEN a.attstorage <> t.typstorage THEN 'storage=' || CASE a.attstorage
                       WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END END
                   UNION ALL SELECT 'compression=' || CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END
                   UNION ALL SELECT unnest(a.attoptions)) AS s(setting)
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND s.setting IS NOT NULL) AS r(x))
       END AS column_settings,
       CASE WHEN pg_get_userbyid(c.relowner) <> current_user THEN c.relowner::regrole::text END AS owner,
       CASE WHEN c.relacl IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(c.relacl) AS g WHERE g.grantee <> c.relowner) AS r(x)) END AS grants
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('v', 'm')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY 1, 2
