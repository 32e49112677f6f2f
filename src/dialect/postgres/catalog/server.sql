-- Foreign servers, which are of the whole database. One with an option that looks like a secret is left out.
SELECT '' AS schema,
       s.srvname AS name,
       s.srvname AS called,
       concat('CREATE SERVER ', quote_ident(s.srvname), ' TYPE ' || quote_literal(s.srvtype), ' FOREIGN DATA WRAPPER ',
           quote_ident(w.fdwname)) AS definition,
       s.srvversion AS version,
       (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(s.srvoptions) AS o) AS options,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(s.srvowner) <> current_user THEN s.srvowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(s.srvacl, acldefault('S', s.srvowner))) AS g WHERE g.grantee <> s.srvowner) AS r(x)) AS grants
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
LEFT JOIN pg_description d ON d.classoid = 'pg_foreign_server'::regclass AND d.objoid = s.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_foreign_server'::regclass AND e.objid = s.oid AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM unnest(s.srvoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
ORDER BY 1, 2
