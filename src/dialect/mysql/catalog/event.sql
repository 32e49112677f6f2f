-- One that began when it was made was given no time to begin at.
SELECT '' AS `schema`,
       e.event_name AS name,
       CONCAT('CREATE ',
              CASE WHEN e.definer <> CURRENT_USER()
                  THEN CONCAT('DEFINER=`', REPLACE(SUBSTRING_INDEX(e.definer, '@', 1), '`', '``'), '`@`', REPLACE(SUBSTRING_INDEX(e.definer, '@', -1), '`', '``'), '` ')
                  ELSE '' END,
              'EVENT `', REPLACE(e.event_name, '`', '``'), '` ON SCHEDULE ',
              CASE WHEN e.event_type = 'ONE TIME' THEN CONCAT('AT ', QUOTE(e.execute_at))
                  ELSE CONCAT('EVERY ', CASE WHEN e.interval_value REGEXP '^[0-9]+$' THEN e.interval_value ELSE QUOTE(TRIM(BOTH '''' FROM e.interval_value)) END,
                              ' ', e.interval_field,
                              CASE WHEN e.starts <> e.created THEN CONCAT(' STARTS ', QUOTE(e.starts)) ELSE '' END,
                              CASE WHEN e.ends IS NOT NULL THEN CONCAT(' ENDS ', QUOTE(e.ends)) ELSE '' END) END,
              CASE WHEN e.on_completion = 'PRESERVE' THEN ' ON COMPLETION PRESERVE' ELSE '' END,
              CASE WHEN e.status = 'DISABLED' THEN ' DISABLE' WHEN e.status = 'ENABLED' THEN '' ELSE ' DISABLE ON SLAVE' END,
              CASE WHEN e.event_comment <> '' THEN CONCAT(' COMMENT ', CONCAT('''', REPLACE(REPLACE(e.event_comment, CHAR(92), CONCAT(CHAR(92), CHAR(92))), '''', ''''''), '''')) ELSE '' END,
              CHAR(10), 'DO ', e.event_definition) AS definition
FROM information_schema.events e
WHERE e.event_schema = DATABASE()
ORDER BY 2
