-- All keys, a row for each part (statistics.c). Beside an expression the name of its column is the word NULL.
SELECT s.table_name AS `table`,
       s.index_name AS name,
       s.seq_in_index AS place,
       CASE WHEN s.expression IS NULL THEN s.column_name END AS `column`,
       s.expression AS expr,
       s.sub_part AS length,
       s.non_unique = 0 AS is_unique,
       LOWER(s.index_type) AS method,
       s.is_visible = 'NO' AS invisible,
       NULLIF(s.index_comment, '') AS comment
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE()
