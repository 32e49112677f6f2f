-- Operators, told apart by the types of their sides. One that only others name (a shell) is none, and no link leads to it.
-- A link is one for both: an operator that was made with one may have been forgotten by the other.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       format('%s(%s, %s)', o.oprname, s.sides[1], s.sides[2]) AS name,
       o.oprname AS called,
       array_to_json(s.sides) AS arguments,
       format('CREATE OPERATOR %s%s (%s)', CASE WHEN n.nspname = current_schema() THEN '' ELSE quote_ident(n.nspname) || '.' END, o.oprname, concat_ws(', ',
           'function = ' || o.oprcode::regproc, 'leftarg = ' || format_type(NULLIF(o.oprleft, 0), NULL),
           'rightarg = ' || format_type(NULLIF(o.oprright, 0), NULL))) AS definition,
       l.names[1] AS commutator,
       l.names[2] AS negator,
       NULLIF(o.oprrest, 0)::regproc::text AS restrict_estimator,
       NULLIF(o.oprjoin, 0)::regproc::text AS join_estimator,
       o.oprcanhash AS hashes,
       o.oprcanmerge AS merges,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(o.oprowner) <> current_user THEN o.oprowner::regrole::text END AS owner
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
CROSS JOIN LATERAL (SELECT ARRAY[COALESCE(format_type(NULLIF(o.oprleft, 0), NULL), 'NONE'), COALESCE(format_type(NULLIF(o.oprright, 0), NULL), 'NONE')] AS sides) s
CROSS JOIN LATERAL (
    SELECT array_agg((SELECT CASE WHEN pg_operator_is_visible(x.oid) OR h.nspname = current_schema() THEN x.oprname ELSE format('OPERATOR(%I.%s)', h.nspname, x.oprname) END
           FROM pg_operator x JOIN pg_namespace h ON h.oid = x.oprnamespace WHERE x.oid = u.link AND x.oprcode <> 0) ORDER BY u.place) AS names
    FROM unnest(ARRAY[
        COALESCE(NULLIF(o.oprcom, 0), (SELECT min(y.oid) FROM pg_operator y WHERE y.oprcom = o.oid)),
        COALESCE(NULLIF(o.oprnegate, 0), (SELECT min(y.oid) FROM pg_operator y WHERE y.oprnegate = o.oid))]) WITH ORDINALITY AS u(link, place)) l
LEFT JOIN pg_description d ON d.classoid = 'pg_operator'::regclass AND d.objoid = o.oid
WHERE o.oid >= 16384 AND o.oprcode <> 0
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid AND e.deptype IN ('e', 'i'))
  AND concat('pg_operator'::regclass::oid, ':', o.oid)
      <> ALL (string_to_array(COALESCE(current_setting('dbwarden.borrowed', true), ''), ' '))
ORDER BY 1, 2
