-- Parsers of text search, which are written in C.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       p.prsname AS name,
       p.prsname AS called,
       format('CREATE TEXT SEARCH PARSER %s%I (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, p.prsname, concat_ws(', ',
           'start = ' || p.prsstart, 'gettoken = ' || p.prstoken, 'end = ' || p.prsend, 'lextypes = ' || p.prslextype,
           'headline = ' || NULLIF(p.prsheadline, 0)::regproc)) AS definition,
       d.description AS comment
FROM pg_ts_parser p
JOIN pg_namespace n ON n.oid = p.prsnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
LEFT JOIN pg_description d ON d.classoid = 'pg_ts_parser'::regclass AND d.objoid = p.oid
WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_parser'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_ts_parser'::regclass::oid, ':', p.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
