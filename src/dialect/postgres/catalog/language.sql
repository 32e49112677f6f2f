-- Languages of functions that no extension brought.
SELECT '' AS schema,
       l.lanname AS name,
       l.lanname AS called,
       concat('CREATE ', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' END, 'LANGUAGE ', quote_ident(l.lanname), ' HANDLER ', l.lanplcallfoid::regproc,
           ' INLINE ' || NULLIF(l.laninline, 0)::regproc, ' VALIDATOR ' || NULLIF(l.lanvalidator, 0)::regproc) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(l.lanowner) <> current_user THEN l.lanowner::regrole::text END AS owner
FROM pg_language l
LEFT JOIN pg_description d ON d.classoid = 'pg_language'::regclass AND d.objoid = l.oid
WHERE l.oid >= 16384 AND l.lanispl
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_language'::regclass AND e.objid = l.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_language'::regclass::oid, ':', l.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 2
