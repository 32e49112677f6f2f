-- Range types. A canonical function takes the type before there is one (render_base.c).
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       t.typname AS name,
       t.typname AS called,
       CASE WHEN m.typname IS NOT NULL THEN json_build_array(m.typname) END AS along,
       format('CREATE TYPE %s%I AS RANGE (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, t.typname, concat_ws(', ',
           'subtype = ' || format_type(g.rngsubtype, NULL),
           CASE WHEN NOT o.opcdefault OR EXISTS (SELECT FROM pg_opclass x WHERE x.opcmethod = o.opcmethod AND x.opcdefault
                   AND x.opcintype = g.rngsubtype AND x.oid <> o.oid) THEN concat('subtype_opclass = ', CASE WHEN NOT pg_opclass_is_visible(o.oid) THEN quote_ident(s.nspname) || '.' END, quote_ident(o.opcname)) END,
           CASE WHEN g.rngcollation <> b.typcollation THEN 'collation = ' || g.rngcollation::regcollation END,
           'canonical = ' || NULLIF(g.rngcanonical, 0)::regproc,
           'subtype_diff = ' || NULLIF(g.rngsubdiff, 0)::regproc,
           CASE WHEN m.typnamespace <> t.typnamespace OR m.typname <> CASE WHEN strpos(t.typname, 'range') > 0
               THEN overlay(t.typname PLACING 'multirange' FROM strpos(t.typname, 'range') FOR 5) ELSE t.typname || '_multirange' END
               THEN 'multirange_type_name = ' || format_type(m.oid, NULL) END)) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(t.typowner) <> current_user THEN t.typowner::regrole::text END AS owner,
       (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(a.privilege_type, ' TO ',
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(COALESCE(t.typacl, acldefault('T', t.typowner))) AS a WHERE a.grantee <> t.typowner) AS r(x)) AS grants
FROM pg_range g
JOIN pg_type t ON t.oid = g.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_type b ON b.oid = g.rngsubtype
JOIN pg_opclass o ON o.oid = g.rngsubopc
JOIN pg_namespace s ON s.oid = o.opcnamespace
LEFT JOIN pg_type m ON m.oid = (to_jsonb(g)->>'rngmultitypid')::oid
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_type'::regclass::oid, ':', t.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
