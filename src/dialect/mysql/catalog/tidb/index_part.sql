-- Beside an expression the name of its column is the word NULL.
SELECT '' AS `schema`,
       s.table_name AS `table`,
       s.index_name AS parent,
       CASE WHEN s.expression IS NULL THEN s.column_name END AS `column`,
       s.expression AS expr,
       s.sub_part AS length
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE() AND s.index_name <> 'PRIMARY'
ORDER BY s.table_name, s.index_name, s.seq_in_index
