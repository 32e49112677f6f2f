-- Functions, and procedures, which have names of their own: they are called as one calls them.
SELECT /*+ SET_VAR(group_concat_max_len = 1048576) */ '' AS `schema`,
       CONCAT(CASE WHEN r.routine_type = 'PROCEDURE' THEN 'CALL ' ELSE '' END, r.routine_name, '()') AS name,
       r.routine_name AS called,
       CONCAT('CREATE ',
              CASE WHEN r.definer <> CURRENT_USER()
                  THEN CONCAT('DEFINER=`', REPLACE(SUBSTRING_INDEX(r.definer, '@', 1), '`', '``'), '`@`', REPLACE(SUBSTRING_INDEX(r.definer, '@', -1), '`', '``'), '` ')
                  ELSE '' END,
              r.routine_type, ' `', REPLACE(r.routine_name, '`', '``'), '`(',
              COALESCE(p.list, ''),
              ')',
              CASE WHEN r.routine_type = 'FUNCTION'
                  THEN CONCAT(' RETURNS ', r.dtd_identifier, COALESCE(CONCAT(' CHARSET ', r.character_set_name), '')) ELSE '' END,
              CASE WHEN r.is_deterministic = 'YES' THEN ' DETERMINISTIC' ELSE '' END,
              CASE WHEN r.sql_data_access <> 'CONTAINS SQL' THEN CONCAT(' ', r.sql_data_access) ELSE '' END,
              CASE WHEN r.security_type = 'INVOKER' THEN ' SQL SECURITY INVOKER' ELSE '' END,
              CASE WHEN r.routine_comment <> '' THEN CONCAT(' COMMENT ', CONCAT('''', REPLACE(REPLACE(r.routine_comment, CHAR(92), CONCAT(CHAR(92), CHAR(92))), '''', ''''''), '''')) ELSE '' END,
              CHAR(10), r.routine_definition) AS definition
FROM information_schema.routines r
LEFT JOIN (SELECT p.specific_name, p.routine_type,
                  GROUP_CONCAT(CONCAT(CASE WHEN p.routine_type = 'PROCEDURE' THEN CONCAT(p.parameter_mode, ' ') ELSE '' END,
                                      '`', REPLACE(p.parameter_name, '`', '``'), '` ', p.dtd_identifier,
                                      COALESCE(CONCAT(' CHARSET ', p.character_set_name), ''))
                               ORDER BY p.ordinal_position SEPARATOR ', ') AS list
           FROM information_schema.parameters p
           WHERE p.specific_schema = DATABASE() AND p.ordinal_position > 0
           GROUP BY p.specific_name, p.routine_type) p
  ON p.specific_name = r.specific_name AND p.routine_type = r.routine_type
WHERE r.routine_schema = DATABASE() AND r.routine_type IN ('FUNCTION', 'PROCEDURE')
ORDER BY 2
