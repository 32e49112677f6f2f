-- Operator families, with the members that no class of them holds: those of two types, and from 14 on what a class can do without.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       format('%s using %I', f.opfname, m.amname) AS name,
       f.opfname AS called,
       format('CREATE OPERATOR FAMILY %s%I USING %I', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, f.opfname, m.amname) AS definition,
       (SELECT json_agg(i.text ORDER BY i.text COLLATE "C") FROM (
           SELECT concat('OPERATOR ', o.amopstrategy, ' ', o.amopopr::regoperator, ' FOR ORDER BY ' || (
               SELECT concat(CASE WHEN NOT pg_opfamily_is_visible(s.oid) THEN quote_ident(h.nspname) || '.' END, quote_ident(s.opfname))
               FROM pg_opfamily s JOIN pg_namespace h ON h.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily)) AS text
           FROM pg_amop o WHERE o.amopfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend e
               WHERE e.classid = 'pg_amop'::regclass AND e.objid = o.oid AND e.refclassid = 'pg_opclass'::regclass)
           UNION ALL
           SELECT format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
           FROM pg_amproc p WHERE p.amprocfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend e
               WHERE e.classid = 'pg_amproc'::regclass AND e.objid = p.oid AND e.refclassid = 'pg_opclass'::regclass)) AS i) AS members,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(f.opfowner) <> current_user THEN f.opfowner::regrole::text END AS owner
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_am m ON m.oid = f.opfmethod
LEFT JOIN pg_description d ON d.classoid = 'pg_opfamily'::regclass AND d.objoid = f.oid
WHERE f.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_opfamily'::regclass::oid, ':', f.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
