-- All but the primary key; their keys are in index_part.sql.
SELECT '' AS `schema`,
       s.table_name AS `table`,
       s.index_name AS name,
       MAX(s.non_unique) = 0 AS is_unique,
       LOWER(MAX(s.index_type)) AS method,
       MAX(s.ignored) = 'YES' AS invisible,
       NULLIF(MAX(s.index_comment), '') AS comment
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE() AND s.index_name <> 'PRIMARY'
GROUP BY s.table_name, s.index_name
ORDER BY 2, 3
