-- Access methods: how tables or indexes are stored, which functions in C do.
SELECT '' AS schema,
       m.amname AS name,
       m.amname AS called,
       format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', m.amname, CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, m.amhandler) AS definition,
       d.description AS comment
FROM pg_am m
LEFT JOIN pg_description d ON d.classoid = 'pg_am'::regclass AND d.objoid = m.oid
WHERE m.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_am'::regclass AND e.objid = m.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_am'::regclass::oid, ':', m.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 2
