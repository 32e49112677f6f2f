-- Dictionaries of text search.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.dictname AS name,
       c.dictname AS called,
       format('CREATE TEXT SEARCH DICTIONARY %s%I (template = %s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, c.dictname,
           concat(CASE WHEN NOT pg_ts_template_is_visible(t.oid) THEN quote_ident(s.nspname) || '.' END, quote_ident(t.tmplname))) AS definition,
       (SELECT json_agg(concat(o[1], ' = ', o[2]) ORDER BY o[1] COLLATE "C") FROM regexp_matches(c.dictinitoption,
           '("(?:[^"]|"")*"|[^ =,]+) = (E?''(?:[^'']|'''')*''|[^,]+)', 'g') AS o) AS options,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(c.dictowner) <> current_user THEN c.dictowner::regrole::text END AS owner
FROM pg_ts_dict c
JOIN pg_namespace n ON n.oid = c.dictnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_ts_template t ON t.oid = c.dicttemplate
JOIN pg_namespace s ON s.oid = t.tmplnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_ts_dict'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_dict'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_ts_dict'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
