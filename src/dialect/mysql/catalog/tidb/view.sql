-- CHECK OPTION is taken, shown of every view, and does nothing.
SELECT '' AS `schema`,
       v.table_name AS name,
       v.view_definition AS query,
       CONCAT('[', COALESCE(c.list, ''), ']') AS columns,
       CONCAT('[', CONCAT_WS(',', CASE WHEN v.definer <> CURRENT_USER() THEN JSON_QUOTE(CONCAT('definer=', v.definer)) END,
                                  CASE WHEN v.security_type = 'INVOKER' THEN '"security=invoker"' END), ']') AS options
FROM information_schema.views v
LEFT JOIN (SELECT c.table_name, GROUP_CONCAT(JSON_QUOTE(c.column_name) ORDER BY c.ordinal_position SEPARATOR ',') AS list
      FROM information_schema.columns c
      WHERE c.table_schema = DATABASE()
      GROUP BY c.table_name) c ON c.table_name = v.table_name
WHERE v.table_schema = DATABASE()
ORDER BY 1, 2
