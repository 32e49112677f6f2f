-- A spatial index is over the whole of its column, whatever length is shown.
SELECT '' AS `schema`,
       s.table_name AS `table`,
       s.index_name AS parent,
       s.column_name AS `column`,
       s.expression AS expr,
       s.collation = 'D' AS descending,
       CASE WHEN s.index_type <> 'SPATIAL' THEN s.sub_part END AS length
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE() AND s.index_name <> 'PRIMARY'
ORDER BY s.table_name, s.index_name, s.seq_in_index
