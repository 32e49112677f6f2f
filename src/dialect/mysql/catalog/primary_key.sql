-- Columns in order; after each that says so the length of its prefix, and DESC.
SELECT /*+ SET_VAR(group_concat_max_len = 1048576) */ '' AS `schema`,
       s.table_name AS `table`,
       CONCAT('[', GROUP_CONCAT(JSON_QUOTE(s.column_name) ORDER BY s.seq_in_index SEPARATOR ','), ']') AS columns,
       CASE WHEN MAX(s.sub_part IS NOT NULL OR s.collation = 'D') THEN
           CONCAT('[', GROUP_CONCAT(JSON_QUOTE(TRIM(CONCAT(COALESCE(CONCAT('(', s.sub_part, ')'), ''),
                                                           CASE WHEN s.collation = 'D' THEN ' DESC' ELSE '' END)))
                                    ORDER BY s.seq_in_index SEPARATOR ','), ']')
       END AS orders
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE() AND s.index_name = 'PRIMARY'
GROUP BY s.table_name
ORDER BY 2
