-- Foreign data wrappers, which are of the whole database. One with an option that looks like a secret is left out.
SELECT '' AS schema,
       w.fdwname AS name,
       w.fdwname AS called,
       concat('CREATE FOREIGN DATA WRAPPER ', quote_ident(w.fdwname), ' HANDLER ' || NULLIF(w.fdwhandler, 0)::regproc,
           ' VALIDATOR ' || NULLIF(w.fdwvalidator, 0)::regproc) AS definition,
       (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(w.fdwoptions) AS o) AS options,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(w.fdwowner) <> current_user THEN w.fdwowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(w.fdwacl, acldefault('F', w.fdwowner))) AS g WHERE g.grantee <> w.fdwowner) AS r(x)) AS grants
FROM pg_foreign_data_wrapper w
LEFT JOIN pg_description d ON d.classoid = 'pg_foreign_data_wrapper'::regclass AND d.objoid = w.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_foreign_data_wrapper'::regclass AND e.objid = w.oid AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM unnest(w.fdwoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
ORDER BY 1, 2
