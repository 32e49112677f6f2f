-- Operator classes, with the members that only they hold. The family is always said: one that the server made along is there too.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       format('%s using %I', c.opcname, m.amname) AS name,
       c.opcname AS called,
       json_build_array(format_type(c.opcintype, NULL)) AS arguments,
       concat(format('CREATE OPERATOR CLASS %s%I ', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, c.opcname),
           CASE WHEN c.opcdefault THEN 'DEFAULT ' END, format('FOR TYPE %s USING %I FAMILY ', format_type(c.opcintype, NULL), m.amname),
           CASE WHEN NOT pg_opfamily_is_visible(f.oid) AND fn.nspname <> current_schema() THEN quote_ident(fn.nspname) || '.' END, quote_ident(f.opfname), ' AS ',
           COALESCE(NULLIF(concat_ws(', ',
               (SELECT string_agg(concat('OPERATOR ', o.amopstrategy, ' ', o.amopopr::regoperator, ' FOR ORDER BY ' || (
                    SELECT concat(CASE WHEN NOT pg_opfamily_is_visible(s.oid) THEN quote_ident(h.nspname) || '.' END, quote_ident(s.opfname))
                    FROM pg_opfamily s JOIN pg_namespace h ON h.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily)), ', '
                    ORDER BY o.amopstrategy, o.amopopr::regoperator::text COLLATE "C")
                FROM pg_amop o JOIN pg_depend e ON e.classid = 'pg_amop'::regclass AND e.objid = o.oid
                WHERE o.amopfamily = c.opcfamily AND e.refclassid = 'pg_opclass'::regclass AND e.refobjid = c.oid),
               (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure), ', '
                    ORDER BY p.amprocnum, p.amproc::regprocedure::text COLLATE "C")
                FROM pg_amproc p JOIN pg_depend e ON e.classid = 'pg_amproc'::regclass AND e.objid = p.oid
                WHERE p.amprocfamily = c.opcfamily AND e.refclassid = 'pg_opclass'::regclass AND e.refobjid = c.oid),
               'STORAGE ' || format_type(NULLIF(c.opckeytype, 0), NULL)), ''), 'STORAGE ' || format_type(c.opcintype, NULL))) AS definition,
       c.opcdefault AS is_default,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(c.opcowner) <> current_user THEN c.opcowner::regrole::text END AS owner
FROM pg_opclass c
JOIN pg_namespace n ON n.oid = c.opcnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_opclass'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_opclass'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_opclass'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
