-- Transforms: how values of a type come into a language, and out of it.
SELECT '' AS schema,
       format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname) AS name,
       json_build_array(format_type(t.trftype, NULL)) AS arguments,
       format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(t.trftype, NULL), l.lanname, concat_ws(', ',
           'FROM SQL WITH FUNCTION ' || NULLIF(t.trffromsql, 0)::regprocedure, 'TO SQL WITH FUNCTION ' || NULLIF(t.trftosql, 0)::regprocedure)) AS definition,
       d.description AS comment
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang
LEFT JOIN pg_description d ON d.classoid = 'pg_transform'::regclass AND d.objoid = t.oid
WHERE t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_transform'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_transform'::regclass::oid, ':', t.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 2
