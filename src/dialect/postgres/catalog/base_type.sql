-- Base types, written in C: what is not as usual. One that is only promised is a shell_type; a true array of fixed length says its
-- handler by ELEMENT. `older` stands in for typsubscript, which came with 14.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       t.typname AS name,
       t.typname AS called,
       format('CREATE TYPE %s%I (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, t.typname, concat_ws(', ',
           'input = ' || t.typinput::regproc, 'output = ' || t.typoutput::regproc,
           'receive = ' || NULLIF(t.typreceive, 0)::regproc, 'send = ' || NULLIF(t.typsend, 0)::regproc,
           'typmod_in = ' || NULLIF(t.typmodin, 0)::regproc, 'typmod_out = ' || NULLIF(t.typmodout, 0)::regproc,
           'analyze = ' || NULLIF(t.typanalyze, 0)::regproc,
           CASE WHEN t.typelem = 0 OR t.subscript::text NOT IN ('raw_array_subscript_handler', '-') THEN 'subscript = ' || NULLIF(t.subscript, 0)::regproc END,
           CASE WHEN t.typlen >= 0 THEN 'internallength = ' || t.typlen END,
           CASE WHEN t.typbyval THEN 'passedbyvalue' END,
           'alignment = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' END,
           'storage = ' || CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main' END,
           CASE WHEN t.typcategory <> 'U' THEN format('category = %L', t.typcategory) END,
           CASE WHEN t.typispreferred THEN 'preferred = true' END,
           'default = ' || quote_literal(t.typdefault),
           CASE WHEN t.typelem <> 0 THEN 'element = ' || format_type(t.typelem, NULL) END,
           CASE WHEN t.typdelim <> ',' THEN format('delimiter = %L', t.typdelim) END,
           CASE WHEN t.typcollation <> 0 THEN 'collatable = true' END)) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(t.typowner) <> current_user THEN t.typowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(a.privilege_type, ' TO ',
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) AS a WHERE a.grantee <> t.typowner) AS r(x)) AS grants
FROM (VALUES (0::oid::regproc)) AS older(typsubscript)
CROSS JOIN LATERAL (SELECT *, typsubscript AS subscript FROM pg_type WHERE oid >= 16384 AND typtype = 'b' AND typisdefined) t
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_type'::regclass::oid, ':', t.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
