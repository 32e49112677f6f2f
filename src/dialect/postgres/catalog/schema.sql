-- Schemas; the current one is "". What initdb says about the schema public is no comment of anybody's.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS name,
       NULLIF(NULLIF(d.description, ''), 'standard public schema') AS comment,
       CASE WHEN pg_get_userbyid(n.nspowner) NOT IN (current_user, 'pg_database_owner') AND n.nspowner <> 10
           THEN n.nspowner::regrole::text END AS owner,
       CASE WHEN n.nspacl IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(n.nspacl) AS g WHERE g.grantee <> n.nspowner) AS r(x)) END AS grants,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(
           CASE WHEN pg_get_userbyid(a.defaclrole) <> current_user THEN 'FOR ROLE ' || a.defaclrole::regrole || ' ' END, 'GRANT ', g.privilege_type,
           ' ON ', CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM pg_default_acl AS a, aclexplode(a.defaclacl) AS g WHERE a.defaclnamespace = n.oid) AS r(x)) AS default_grants
FROM pg_namespace n
LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
ORDER BY 1
