-- A default is SQL as it was printed; NULL stands there where the column has none. DISTINCT has the server make a table with an index.
SELECT '' AS `schema`,
       c.table_name AS `table`,
       c.column_name AS name,
       c.column_type AS type,
       c.is_nullable = 'YES' AS nullable,
       NULLIF(c.column_default, 'NULL') AS default_value,
       c.extra LIKE '%auto_increment%' AS autoincrement,
       NULLIF(c.generation_expression, '') AS computed,
       CASE WHEN c.generation_expression <> '' THEN c.extra LIKE '%STORED GENERATED%' END AS computed_stored,
       CASE WHEN c.collation_name <> t.table_collation THEN c.collation_name END AS collation,
       CASE WHEN c.extra LIKE '%on update %' THEN SUBSTRING_INDEX(SUBSTRING(c.extra, LOCATE('on update ', c.extra) + 10), ',', 1) END AS on_update,
       c.extra LIKE '%INVISIBLE%' AS invisible,
       c.extra LIKE '%WITHOUT SYSTEM VERSIONING%' AS unversioned,
       NULLIF(c.column_comment, '') AS comment
FROM information_schema.columns c
JOIN (SELECT DISTINCT t.table_name, t.table_collation
      FROM information_schema.tables t
      WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')) t ON t.table_name = c.table_name
WHERE c.table_schema = DATABASE()
ORDER BY 1, 2, c.ordinal_position
