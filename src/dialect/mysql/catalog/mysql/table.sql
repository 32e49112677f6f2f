-- Tables. Options that are not said anywhere else stand in create_options, with what is told of partitions beside them.
SELECT '' AS `schema`,
       t.table_name AS name,
       NULLIF(t.table_comment, '') AS comment,
       t.engine AS engine,
       t.table_collation AS collation,
       CASE WHEN NULLIF(t.create_options, '') IS NOT NULL THEN JSON_ARRAY(t.create_options) END AS options
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
ORDER BY 1, 2
