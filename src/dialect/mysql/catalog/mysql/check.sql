-- Names are those of the whole database.
SELECT '' AS `schema`,
       t.table_name AS `table`,
       c.constraint_name AS name,
       c.check_clause AS expr,
       t.enforced = 'NO' AS not_enforced
FROM information_schema.table_constraints t
JOIN information_schema.check_constraints c
  ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.constraint_schema = DATABASE() AND t.constraint_type = 'CHECK'
ORDER BY 1, 2, 3
