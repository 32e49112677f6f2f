SELECT '' AS `schema`,
       v.table_name AS name,
       v.view_definition AS query,
       CONCAT('[', CONCAT_WS(',', CASE WHEN v.algorithm <> 'UNDEFINED' THEN JSON_QUOTE(CONCAT('algorithm=', LOWER(v.algorithm))) END,
                                  CASE WHEN v.check_option <> 'NONE' THEN JSON_QUOTE(CONCAT('check_option=', LOWER(v.check_option))) END,
                                  CASE WHEN v.definer <> CURRENT_USER() THEN JSON_QUOTE(CONCAT('definer=', v.definer)) END,
                                  CASE WHEN v.security_type = 'INVOKER' THEN '"security=invoker"' END), ']') AS options
FROM information_schema.views v
WHERE v.table_schema = DATABASE()
ORDER BY 1, 2
