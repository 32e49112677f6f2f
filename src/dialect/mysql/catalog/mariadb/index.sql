-- All but the primary key; their keys are in index_part.sql.
SELECT '' AS `schema`,
       s.table_name AS `table`,
       s.index_name AS name,
       s.non_unique = 0 AS is_unique,
       LOWER(s.index_type) AS method,
       s.ignored = 'YES' AS invisible,
       NULLIF(s.index_comment, '') AS comment
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE() AND s.index_name <> 'PRIMARY' AND s.seq_in_index = 1
ORDER BY 2, 3
