-- Tables, partitioned ones, partitions and foreign tables. UNLOGGED means nothing to a partitioned table: it has
-- no rows, SET LOGGED leaves it as it is, and 18 refuses the word.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS name,
       d.description AS comment,
       c.relpersistence = 'u' AND c.relkind = 'r' AS unlogged,
       ts.spcname AS tablespace,
       h.parents AS inherits,
       CASE WHEN c.reloptions IS NOT NULL OR tc.reloptions IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C")
            FROM (SELECT unnest(c.reloptions) UNION ALL SELECT 'toast.' || unnest(tc.reloptions)) AS r(x))
       END AS options,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       made.copies AS partition_copies,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       CASE CASE WHEN c.relkind <> 'f' THEN c.relreplident END WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END AS replica_identity,
       CASE WHEN c.reloftype <> 0 THEN
           (SELECT json_build_array(CASE WHEN tn.nspname = current_schema() THEN '' ELSE tn.nspname END, t.typname)
            FROM pg_type t JOIN pg_namespace tn ON tn.oid = t.typnamespace WHERE t.oid = c.reloftype)
       END AS of_type,
       srv.srvname AS server,
       (SELECT json_agg(o ORDER BY o COLLATE "C") FROM unnest(ft.ftoptions) AS o) AS server_options,
       CASE WHEN pg_get_userbyid(c.relowner) <> current_user THEN c.relowner::regrole::text END AS owner,
       CASE WHEN c.relacl IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(c.relacl) AS g WHERE g.grantee <> c.relowner) AS r(x)) END AS grants
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid
LEFT JOIN (SELECT i.inhrelid,
                  json_agg(json_build_array(CASE WHEN pn.nspname = current_schema() THEN '' ELSE pn.nspname END,
                                            p.relname) ORDER BY i.inhseqno) AS parents
           FROM pg_inherits i
           JOIN pg_class p ON p.oid = i.inhparent
           JOIN pg_namespace pn ON pn.oid = p.relnamespace
           GROUP BY 1) h
  ON h.inhrelid = c.oid
LEFT JOIN (SELECT one.relation, json_agg(one.name ORDER BY one.name COLLATE "C") AS copies
           FROM (SELECT k.conrelid AS relation, 'constraint ' || k.conname AS name
                 FROM pg_constraint k JOIN pg_constraint pk ON pk.oid = k.conparentid AND pk.conrelid <> k.conrelid
                 WHERE k.contype IN ('p', 'u', 'x', 'f')
                 UNION ALL
                 SELECT x.indrelid, 'index ' || ic.relname
                 FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid AND ic.relispartition
                 WHERE NOT EXISTS (SELECT FROM pg_constraint k
                                   WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))) one
           GROUP BY 1) made
  ON made.relation = c.oid AND c.relispartition
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
LEFT JOIN pg_foreign_table ft ON c.relkind = 'f' AND ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server srv ON srv.oid = ft.ftserver
WHERE c.relkind IN ('r', 'p', 'f')
  -- One with an option that looks like a secret, also one of a column, is left out.
  AND NOT (c.relkind = 'f' AND EXISTS (
      SELECT FROM (SELECT unnest(ft.ftoptions)
                   UNION ALL SELECT unnest(fa.attfdwoptions) FROM pg_attribute fa WHERE fa.attrelid = c.oid) AS r(o)
      WHERE r.o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@'))
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY 1, 2
