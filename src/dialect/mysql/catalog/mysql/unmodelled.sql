-- What a database holds and no kind models.
SELECT 'partitioning' AS kind, '' AS `schema`, NULL AS name, 'table' AS on_kind, '' AS on_schema, p.table_name AS on_name,
       CONCAT_WS(' ', p.partition_method, p.partition_expression, p.subpartition_method, p.subpartition_expression,
                 GROUP_CONCAT(CONCAT_WS(' ', p.partition_name, p.partition_description) ORDER BY p.partition_ordinal_position)) AS definition
FROM information_schema.partitions p
WHERE p.table_schema = DATABASE() AND p.partition_name IS NOT NULL
GROUP BY p.table_name, p.partition_method, p.partition_expression, p.subpartition_method, p.subpartition_expression
