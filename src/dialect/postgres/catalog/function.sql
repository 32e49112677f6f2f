-- Functions and procedures (aggregates are not among them), told apart by the types of what they are given.
-- `older` stands in for prosqlbody, which came with 14.  What was copied into a scratch database is not of it, and what keeps a
-- column equal to another between two of our files (gradual.c) is ours.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) AS name,
       p.proname AS called,
       (SELECT json_agg(format_type(a.type, NULL) ORDER BY a.place)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, place)) AS arguments,
       'CREATE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END
           || CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END
           || rtrim(substr(pg_get_functiondef(p.oid), length('CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE '
               ELSE 'FUNCTION ' END || quote_ident(n.nspname) || '.') + 1), E'\n') AS definition,
       CASE WHEN l.lanname = 'sql' AND NOT p.bound THEN p.prosrc END AS body,
       CASE WHEN l.lanname = 'plpgsql' THEN p.prosrc END AS script,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(p.proowner) <> current_user THEN p.proowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) AS g WHERE g.grantee <> p.proowner) AS r(x)) AS grants
FROM (VALUES (NULL)) AS older(prosqlbody)
CROSS JOIN LATERAL (SELECT oid, proname, pronamespace, prolang, prokind, proargtypes, prosrc, proowner, proacl,
                           prosqlbody IS NOT NULL AS bound
                    FROM pg_proc WHERE oid >= 16384 AND prokind <> 'a' AND proname NOT LIKE 'zz\_dbwarden\_%') AS p
JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_proc'::regclass::oid, ':', p.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
