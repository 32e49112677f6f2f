SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       t.typname AS name,
       COALESCE(l.labels, '[]') AS labels,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(t.typowner) <> current_user THEN t.typowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) AS g WHERE g.grantee <> t.typowner) AS r(x)) AS grants
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1) l
  ON l.enumtypid = t.oid
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.typtype = 'e'
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY 1, 2
