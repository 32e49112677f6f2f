-- Whether one is enforced stands in no view.
SELECT '' AS `schema`,
       c.table_name AS `table`,
       c.constraint_name AS name,
       c.check_clause AS expr
FROM information_schema.tidb_check_constraints c
WHERE c.constraint_schema = DATABASE()
ORDER BY 1, 2, 3
