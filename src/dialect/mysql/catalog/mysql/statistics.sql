-- All keys, a row for each part (statistics.c). A spatial index is over the whole of its column, whatever length is shown.
SELECT s.table_name AS `table`,
       s.index_name AS name,
       s.seq_in_index AS place,
       s.column_name AS `column`,
       s.expression AS expr,
       s.collation = 'D' AS descending,
       CASE WHEN s.index_type <> 'SPATIAL' THEN s.sub_part END AS length,
       s.non_unique = 0 AS is_unique,
       LOWER(s.index_type) AS method,
       s.is_visible = 'NO' AS invisible,
       NULLIF(s.index_comment, '') AS comment
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE()
