-- What no kind models and rests on something that is modelled, as the server itself notes it: the function that takes an
-- enum, the domain over one.  The server refuses to drop that, or to change the column's type, under it.
-- Where the dependent is a part of the relation (`goes_along`), dropping that as a whole drops both.
-- Extended statistics do not refuse: they go with any of their columns (`falls`).
WITH ns AS (
    SELECT oid, CASE WHEN nspname = current_schema() THEN '' ELSE nspname::text END AS schema
    FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
), secret AS (
    -- Foreign tables with an option that looks like a secret, also one of a column.
    SELECT f.ftrelid FROM pg_foreign_table f, LATERAL (SELECT unnest(f.ftoptions)
        UNION ALL SELECT unnest(a.attfdwoptions) FROM pg_attribute a WHERE a.attrelid = f.ftrelid) AS r(o)
    WHERE r.o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@'
), holder AS (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype = 'a' AS falls
    FROM pg_depend d
    WHERE d.deptype = CASE d.classid WHEN 'pg_statistic_ext'::regclass THEN 'a' ELSE 'n' END::"char" AND d.objid >= 16384 AND d.refobjid >= 16384
      -- What was copied into a scratch database is not of it.
      AND concat(d.classid::oid, ':', d.objid) <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
      AND d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_foreign_server'::regclass,
          'pg_foreign_data_wrapper'::regclass)
      AND CASE d.classid
          WHEN 'pg_rewrite'::regclass THEN EXISTS (SELECT FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
                                                   WHERE w.oid = d.objid AND w.rulename <> '_RETURN'
                                                     AND c.relkind NOT IN ('r', 'p', 'v'))
          WHEN 'pg_class'::regclass THEN d.objid IN (SELECT ftrelid FROM secret)
          WHEN 'pg_statistic_ext'::regclass THEN EXISTS (
              SELECT FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
              WHERE s.oid = d.objid AND (c.oid IN (SELECT ftrelid FROM secret) OR c.relnamespace <> s.stxnamespace))
          -- One with an option that looks like a secret (server.sql).
          WHEN 'pg_foreign_server'::regclass THEN EXISTS (
              SELECT FROM pg_foreign_server s CROSS JOIN unnest(s.srvoptions) AS o WHERE s.oid = d.objid
                AND o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
          -- One that user_mapping.sql leaves out.
          WHEN 'pg_user_mapping'::regclass THEN EXISTS (
              SELECT FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid WHERE m.umid = d.objid
                AND (NOT ((m.umuser <> 0 AND m.usename = current_user
                  AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))
                OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
                OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))
                  OR EXISTS (SELECT FROM unnest(m.umoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')))
          ELSE false
          END
), resting AS (
    SELECT h.*, COALESCE(e.oid, t.oid) AS type, COALESCE(NULLIF(COALESCE(e.typrelid, t.typrelid), 0), c.oid) AS relation
    FROM holder h
    LEFT JOIN pg_class c ON h.refclassid = 'pg_class'::regclass AND c.oid = h.refobjid
    LEFT JOIN pg_type t ON h.refclassid = 'pg_type'::regclass AND t.oid = h.refobjid
    LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
)
SELECT DISTINCT
       pg_describe_object(h.classid, h.objid, 0) AS holder,
       COALESCE(n.schema, '') AS schema,
       COALESCE(r.relname, t.typname, s.srvname, w.fdwname) AS name,
       a.attname AS part,
       EXISTS (SELECT FROM pg_depend o
               WHERE o.classid = h.classid AND o.objid = h.objid AND o.deptype IN ('a', 'i')
                 AND o.refclassid = 'pg_class'::regclass AND o.refobjid = h.relation) AS goes_along,
       h.falls
FROM resting h
LEFT JOIN pg_class r ON r.oid = h.relation
LEFT JOIN pg_type t ON t.oid = h.type
LEFT JOIN ns n ON n.oid = COALESCE(r.relnamespace, t.typnamespace)
LEFT JOIN pg_foreign_server s ON h.refclassid = 'pg_foreign_server'::regclass AND s.oid = h.refobjid
LEFT JOIN pg_foreign_data_wrapper w ON h.refclassid = 'pg_foreign_data_wrapper'::regclass AND w.oid = h.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = h.refobjsubid AND h.refobjsubid > 0
WHERE s.oid IS NOT NULL OR w.oid IS NOT NULL
    OR (n.oid IS NOT NULL AND (r.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f') OR (r.oid IS NULL AND t.typtype IN ('b', 'd', 'e', 'r'))))
ORDER BY 1, 2, 3, 4
