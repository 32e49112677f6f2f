-- Conversions between encodings, which functions in C do.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.conname AS name,
       c.conname AS called,
       concat('CREATE ', CASE WHEN c.condefault THEN 'DEFAULT ' END, 'CONVERSION ',
           CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, quote_ident(c.conname),
           format(' FOR %L TO %L FROM ', pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding)), c.conproc) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(c.conowner) <> current_user THEN c.conowner::regrole::text END AS owner
FROM pg_conversion c
JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_conversion'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_conversion'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_conversion'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
