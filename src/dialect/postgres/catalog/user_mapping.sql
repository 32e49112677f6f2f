-- User mappings, which are of the whole database.  One with an option that looks like a secret is left out, and so is one whose
-- options are not shown: the server shows them to superusers, and to whom they are about.
SELECT '' AS schema,
       concat(CASE m.umuser WHEN 0 THEN 'public' ELSE quote_ident(m.usename) END, ' on ', quote_ident(m.srvname)) AS name,
       concat('FOR ', CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, ' SERVER ', quote_ident(m.srvname)) AS called,
       concat('CREATE USER MAPPING FOR ', CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, ' SERVER ',
           quote_ident(m.srvname)) AS definition,
       (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(m.umoptions) AS o) AS options
FROM pg_user_mappings m
JOIN pg_foreign_server s ON s.oid = m.srvid
WHERE ((m.umuser <> 0 AND m.usename = current_user
        AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))
      OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
      OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))
  AND NOT EXISTS (SELECT FROM unnest(m.umoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
ORDER BY 1, 2
