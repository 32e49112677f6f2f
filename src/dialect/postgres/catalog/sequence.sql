-- Sequences but those of identity columns (o.deptype 'i') and of serial columns: a column is serial if its default (f)
-- is nextval() of a sequence that belongs to it (o) and the sequence is as SERIAL makes it for its type.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS name,
       format_type(s.seqtypid, NULL) AS type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS min,
       s.seqmax AS max,
       s.seqcache AS cache,
       s.seqcycle AS cycle,
       c.relpersistence = 'u' AS unlogged,
       CASE WHEN oa.attname IS NOT NULL THEN
           json_build_array(CASE WHEN tn.nspname = current_schema() THEN '' ELSE tn.nspname END, ot.relname, oa.attname)
       END AS owned_by,
       d.description AS comment,
       CASE WHEN ot.oid IS NULL AND pg_get_userbyid(c.relowner) <> current_user THEN c.relowner::regrole::text END AS owner,
       CASE WHEN c.relacl IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(c.relacl) AS g WHERE g.grantee <> c.relowner) AS r(x)) END AS grants
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_depend o
  ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
 AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_class ot ON ot.oid = o.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = ot.relnamespace
LEFT JOIN pg_attribute oa ON oa.attrelid = o.refobjid AND oa.attnum = o.refobjsubid
LEFT JOIN pg_attrdef f ON f.adrelid = o.refobjid AND f.adnum = o.refobjsubid
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE o.deptype IS DISTINCT FROM 'i'
  AND (oa.atttypid = s.seqtypid AND s.seqstart = 1 AND s.seqincrement = 1 AND s.seqmin = 1 AND s.seqcache = 1
       AND NOT s.seqcycle AND s.seqmax = (1::numeric * 2 ^ (8 * oa.attlen - 1) - 1) AND
       pg_get_expr(f.adbin, f.adrelid) = 'nextval(' || quote_literal(o.objid::regclass) || '::regclass)') IS NOT TRUE
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY 1, 2
