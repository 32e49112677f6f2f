-- What a database holds and no kind models.
SELECT 'partitioning' AS kind, '' AS `schema`, NULL AS name, 'table' AS on_kind, '' AS on_schema, p.table_name AS on_name,
       CONCAT_WS(' ', p.partition_method, GROUP_CONCAT(p.partition_name ORDER BY p.partition_ordinal_position)) AS definition
FROM information_schema.partitions p
WHERE p.table_schema = DATABASE() AND p.partition_name IS NOT NULL AND p.partition_method = 'SYSTEM_TIME'
GROUP BY p.table_name, p.partition_method
UNION ALL
SELECT LOWER(r.routine_type), '', r.routine_name, NULL, NULL, NULL, NULL
FROM information_schema.routines r
WHERE r.routine_schema = DATABASE() AND r.routine_type NOT IN ('FUNCTION', 'PROCEDURE')
