-- Event triggers, which are of the whole database.
SELECT '' AS schema,
       e.evtname AS name,
       e.evtname AS called,
       format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
           (SELECT ' WHEN TAG IN (' || string_agg(quote_literal(t), ', ' ORDER BY t) || ')' FROM unnest(e.evttags) AS t),
           e.evtfoid::regproc) AS definition,
       CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled,
       d.description AS comment,
       CASE WHEN pg_get_userbyid(e.evtowner) <> current_user THEN e.evtowner::regrole::text END AS owner
FROM pg_event_trigger e
LEFT JOIN pg_description d ON d.classoid = 'pg_event_trigger'::regclass AND d.objoid = e.oid
WHERE NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_event_trigger'::regclass AND x.objid = e.oid AND x.deptype = 'e')
ORDER BY 1, 2
