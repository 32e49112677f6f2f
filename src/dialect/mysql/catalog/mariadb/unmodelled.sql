-- What a database holds and no kind models.
SELECT 'partitioning' AS kind, '' AS `schema`, NULL AS name, 'table' AS on_kind, '' AS on_schema, p.table_name AS on_name,
       CONCAT_WS(' ', p.partition_method, p.partition_expression, p.subpartition_method, p.subpartition_expression,
                 GROUP_CONCAT(CONCAT_WS(' ', p.partition_name, p.partition_description) ORDER BY p.partition_ordinal_position)) AS definition
FROM information_schema.partitions p
WHERE p.table_schema = DATABASE() AND p.partition_name IS NOT NULL
GROUP BY p.table_name, p.partition_method, p.partition_expression, p.subpartition_method, p.subpartition_expression
UNION ALL
SELECT LOWER(t.table_type), '', t.table_name, NULL, NULL, NULL, NULL
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type = 'SEQUENCE'
UNION ALL
SELECT 'system versioning', '', NULL, 'table', '', t.table_name, NULL
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type = 'SYSTEM VERSIONED'
UNION ALL
SELECT LOWER(r.routine_type), '', r.routine_name, NULL, NULL, NULL, NULL
FROM information_schema.routines r
WHERE r.routine_schema = DATABASE() AND r.routine_type NOT IN ('FUNCTION', 'PROCEDURE')
