-- A default that is a value stands there without quotes, also of bytes; not all that are expressions are called so.
SELECT '' AS `schema`,
       c.table_name AS `table`,
       c.column_name AS name,
       c.column_type AS type,
       c.is_nullable = 'YES' AS nullable,
       CASE WHEN c.extra LIKE '%DEFAULT_GENERATED%' OR c.numeric_precision IS NOT NULL OR c.data_type = 'year' OR c.column_default LIKE 'CURRENT%' AND c.data_type IN ('date', 'datetime', 'timestamp')
                THEN c.column_default
            WHEN c.column_default IS NOT NULL THEN QUOTE(c.column_default) END AS default_value,
       c.extra LIKE '%auto_increment%' AS autoincrement,
       NULLIF(c.generation_expression, '') AS computed,
       CASE WHEN c.generation_expression <> '' THEN c.extra LIKE '%STORED GENERATED%' END AS computed_stored,
       CASE WHEN c.collation_name <> t.table_collation THEN c.collation_name END AS collation,
       CASE WHEN c.extra LIKE '%on update %' THEN SUBSTRING_INDEX(SUBSTRING(c.extra, LOCATE('on update ', c.extra) + 10), ' ', 1) END AS on_update,
       NULLIF(c.column_comment, '') AS comment
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
WHERE c.table_schema = DATABASE()
ORDER BY 1, 2, c.ordinal_position
