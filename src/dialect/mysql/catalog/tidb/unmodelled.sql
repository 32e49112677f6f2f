-- What a database holds and no kind models.
SELECT 'sequence' AS kind, '' AS `schema`, t.table_name AS name, NULL AS on_kind, NULL AS on_schema, NULL AS on_name, NULL AS definition
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type = 'SEQUENCE'
UNION ALL
SELECT 'AUTO_RANDOM', '', NULL, 'table', '', t.table_name, t.tidb_row_id_sharding_info
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.tidb_row_id_sharding_info LIKE 'PK_AUTO_RANDOM%'
UNION ALL
SELECT 'placement policy', '', NULL, 'table', '', t.table_name, t.tidb_placement_policy_name
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.tidb_placement_policy_name IS NOT NULL
