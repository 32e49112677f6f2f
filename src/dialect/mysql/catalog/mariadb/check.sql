-- That of a column is called like it, and belongs to its definition.
SELECT '' AS `schema`,
       c.table_name AS `table`,
       c.constraint_name AS name,
       c.check_clause AS expr,
       c.level = 'Column' AS of_column
FROM information_schema.check_constraints c
WHERE c.constraint_schema = DATABASE()
ORDER BY 1, 2, 3
