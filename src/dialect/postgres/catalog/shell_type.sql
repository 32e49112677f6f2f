-- Types that are only promised (CREATE TYPE name): nothing can be of them yet but what functions take and return.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       t.typname AS name,
       t.typname AS called,
       format('CREATE TYPE %s%I', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, t.typname) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(t.typowner) <> current_user THEN t.typowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(a.privilege_type, ' TO ',
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) AS a WHERE a.grantee <> t.typowner) AS r(x)) AS grants
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.oid >= 16384 AND NOT t.typisdefined
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_type'::regclass::oid, ':', t.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
