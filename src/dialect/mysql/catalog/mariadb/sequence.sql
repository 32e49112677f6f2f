-- What each one counts by it tells itself (sequences.c).
SELECT '' AS `schema`,
       t.table_name AS name,
       c.column_type AS type,
       NULLIF(t.table_comment, '') AS comment
FROM information_schema.tables t
LEFT JOIN (SELECT DISTINCT c.table_name, c.column_type
      FROM information_schema.columns c
      WHERE c.table_schema = DATABASE() AND c.column_name = 'next_not_cached_value') c ON c.table_name = t.table_name
WHERE t.table_schema = DATABASE() AND t.table_type = 'SEQUENCE'
ORDER BY 2
