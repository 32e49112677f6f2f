-- Collations.  The version of the library that sorted by one is not of it: that is what a server has.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.collname AS name,
       c.collname AS called,
       format('CREATE COLLATION %s%I (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, c.collname, concat_ws(', ',
           'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
           CASE WHEN c.collprovider = 'c' AND c.collcollate = c.collctype THEN format('locale = %L', c.collcollate)
               WHEN c.collprovider = 'c' THEN format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
               ELSE format('locale = %L', COALESCE(j.c->>'colllocale', j.c->>'colliculocale', c.collcollate)) END,
           CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
           'rules = ' || quote_literal(j.c->>'collicurules'))) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(c.collowner) <> current_user THEN c.collowner::regrole::text END AS owner
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
CROSS JOIN LATERAL (SELECT to_jsonb(c) AS c) j
LEFT JOIN pg_description d ON d.classoid = 'pg_collation'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_collation'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
