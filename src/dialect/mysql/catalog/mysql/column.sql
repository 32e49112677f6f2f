-- A default that is a value stands there without quotes, of bytes as a number; an expression, and every other text that is SQL, with its quotes escaped. They are sorted here (statistics.c), where that costs less.
SELECT c.table_name AS `table`,
       '' AS within,
       c.ordinal_position AS place,
       c.column_name AS name,
       c.column_type AS type,
       c.is_nullable = 'YES' AS nullable,
       CASE WHEN c.extra LIKE '%DEFAULT_GENERATED%' OR c.numeric_precision IS NOT NULL OR c.data_type IN ('year', 'binary', 'varbinary')
                THEN c.column_default
            WHEN c.column_default IS NOT NULL THEN QUOTE(c.column_default) END AS default_value,
       c.extra LIKE '%auto_increment%' AS autoincrement,
       NULLIF(c.generation_expression, '') AS computed,
       CASE WHEN c.generation_expression <> '' THEN c.extra LIKE '%STORED GENERATED%' END AS computed_stored,
       c.collation_name AS collation,
       CASE WHEN c.extra LIKE '%on update %' THEN SUBSTRING_INDEX(SUBSTRING(c.extra, LOCATE('on update ', c.extra) + 10), ' ', 1) END AS on_update,
       c.extra LIKE '%INVISIBLE%' AS invisible,
       c.srs_id AS srid,
       NULLIF(c.column_comment, '') AS comment
FROM information_schema.columns c
WHERE c.table_schema = DATABASE()
