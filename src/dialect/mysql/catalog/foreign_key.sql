-- RESTRICT and NO ACTION are one to these servers. DISTINCT has MariaDB make a table with an index; without it each row is compared with each.
SELECT /*+ SET_VAR(group_concat_max_len = 1048576) */ '' AS `schema`,
       k.table_name AS `table`,
       k.constraint_name AS name,
       CONCAT('[', GROUP_CONCAT(JSON_QUOTE(k.column_name) ORDER BY k.ordinal_position SEPARATOR ','), ']') AS columns,
       JSON_ARRAY(CASE WHEN MAX(k.referenced_table_schema) = DATABASE() THEN '' ELSE MAX(k.referenced_table_schema) END,
                  MAX(k.referenced_table_name)) AS ref_table,
       CONCAT('[', GROUP_CONCAT(JSON_QUOTE(k.referenced_column_name) ORDER BY k.ordinal_position SEPARATOR ','), ']') AS ref_columns,
       MAX(r.delete_rule) AS on_delete,
       MAX(r.update_rule) AS on_update
FROM information_schema.key_column_usage k
JOIN (SELECT DISTINCT r.table_name, r.constraint_name, r.delete_rule, r.update_rule
      FROM information_schema.referential_constraints r
      WHERE r.constraint_schema = DATABASE()) r ON r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.constraint_schema = DATABASE() AND k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
GROUP BY k.table_name, k.constraint_name
ORDER BY 2, 3
