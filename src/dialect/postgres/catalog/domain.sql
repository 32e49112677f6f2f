-- A collation only where it is not that of the base type; one that the search path does not lead to with its schema, in quotes.
-- DEFAULT NULL, which a domain of a domain with a default may need, is none.
-- What was copied into a scratch database is not of it.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       t.typname AS name,
       format_type(t.typbasetype, t.typtypmod) AS type,
       NOT t.typnotnull AS nullable,
       CASE WHEN pg_get_expr(t.typdefaultbin, 0) !~ '^NULL(::|$)' THEN pg_get_expr(t.typdefaultbin, 0) END AS default_value,
       CASE WHEN t.typcollation <> b.typcollation THEN
           (SELECT CASE WHEN pg_collation_is_visible(co.oid) THEN co.collname::text
                ELSE concat('"', replace(cn.nspname, '"', '""'), '"."', replace(co.collname, '"', '""'), '"') END
            FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = t.typcollation)
       END AS collation,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(t.typowner) <> current_user THEN t.typowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) AS g WHERE g.grantee <> t.typowner) AS r(x)) AS grants
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.typtype = 'd'
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
  AND concat('pg_type'::regclass::oid, ':', t.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
