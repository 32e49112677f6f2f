-- Aggregates, told apart by the types of what they are given; the statement says only what is not as usual.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) AS name,
       p.proname AS called,
       (SELECT json_agg(format_type(a.type, NULL) ORDER BY a.place)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, place)) AS arguments,
       format('CREATE AGGREGATE %s%I(%s) (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, p.proname,
           COALESCE(NULLIF(pg_get_function_arguments(p.oid), ''), '*'), concat_ws(', ',
           'sfunc = ' || a.aggtransfn::regproc, 'stype = ' || format_type(a.aggtranstype, NULL),
           'sspace = ' || NULLIF(a.aggtransspace, 0), 'finalfunc = ' || NULLIF(a.aggfinalfn, 0)::regproc,
           CASE WHEN a.aggfinalextra THEN 'finalfunc_extra' END,
           'finalfunc_modify = ' || CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> m.usual THEN m.word[1] END,
           'combinefunc = ' || NULLIF(a.aggcombinefn, 0)::regproc, 'serialfunc = ' || NULLIF(a.aggserialfn, 0)::regproc,
           'deserialfunc = ' || NULLIF(a.aggdeserialfn, 0)::regproc, 'initcond = ' || quote_literal(a.agginitval),
           'msfunc = ' || NULLIF(a.aggmtransfn, 0)::regproc, 'minvfunc = ' || NULLIF(a.aggminvtransfn, 0)::regproc,
           'mstype = ' || format_type(NULLIF(a.aggmtranstype, 0), NULL), 'msspace = ' || NULLIF(a.aggmtransspace, 0),
           'mfinalfunc = ' || NULLIF(a.aggmfinalfn, 0)::regproc, CASE WHEN a.aggmfinalextra THEN 'mfinalfunc_extra' END,
           'mfinalfunc_modify = ' || CASE WHEN a.aggmfinalfn <> 0 AND a.aggmfinalmodify <> m.usual THEN m.word[2] END,
           'minitcond = ' || quote_literal(a.aggminitval),
           (SELECT format('sortop = OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_operator o
               JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
           'parallel = ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END,
           CASE WHEN a.aggkind = 'h' THEN 'hypothetical' END)) AS definition,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(p.proowner) <> current_user THEN p.proowner::regrole::text END AS owner
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
CROSS JOIN LATERAL (
    SELECT array_agg(CASE x WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END ORDER BY i) AS word,
        CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::"char" AS usual
    FROM unnest(ARRAY[a.aggfinalmodify, a.aggmfinalmodify]) WITH ORDINALITY AS u(x, i)) m
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_proc'::regclass::oid, ':', p.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
