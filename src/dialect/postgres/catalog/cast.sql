-- Casts. They stand in no schema, and have no owner; one that no function does is by the types' texts or by nothing.
SELECT '' AS schema,
       format('(%s AS %s)', s.types[1], s.types[2]) AS name,
       array_to_json(s.types) AS arguments,
       concat(format('CREATE CAST (%s AS %s) ', s.types[1], s.types[2]),
           CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
           CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END) AS definition,
       d.description AS comment
FROM pg_cast c
CROSS JOIN LATERAL (SELECT ARRAY[format_type(c.castsource, NULL), format_type(c.casttarget, NULL)] AS types) s
LEFT JOIN pg_description d ON d.classoid = 'pg_cast'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_cast'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_cast'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 2
