-- Configurations of text search, with the dictionaries of each type of token.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.cfgname AS name,
       c.cfgname AS called,
       format('CREATE TEXT SEARCH CONFIGURATION %s%I (parser = %s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, c.cfgname,
           concat(CASE WHEN NOT pg_ts_parser_is_visible(p.oid) THEN quote_ident(s.nspname) || '.' END, quote_ident(p.prsname))) AS definition,
       (SELECT json_agg(concat(quote_ident(w.alias), ' WITH ', m.dictionaries) ORDER BY w.alias COLLATE "C")
        FROM (SELECT maptokentype AS token, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries
            FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) AS m
        JOIN ts_token_type(c.cfgparser) AS w ON w.tokid = m.token) AS mappings,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(c.cfgowner) <> current_user THEN c.cfgowner::regrole::text END AS owner
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace s ON s.oid = p.prsnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_ts_config'::regclass AND d.objoid = c.oid
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_ts_config'::regclass::oid, ':', c.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
