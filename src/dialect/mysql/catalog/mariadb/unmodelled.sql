-- What a database holds and no kind models.
SELECT LOWER(r.routine_type) AS kind, '' AS `schema`, r.routine_name AS name, NULL AS on_kind, NULL AS on_schema, NULL AS on_name,
       NULL AS definition
FROM information_schema.routines r
WHERE r.routine_schema = DATABASE() AND r.routine_type NOT IN ('FUNCTION', 'PROCEDURE')
