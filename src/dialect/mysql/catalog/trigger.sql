-- Those of one table, event and time run in an order, which each but the first says.
SELECT '' AS `schema`,
       t.event_object_table AS `table`,
       t.trigger_name AS name,
       CONCAT('CREATE ',
              CASE WHEN t.definer <> CURRENT_USER()
                  THEN CONCAT('DEFINER=`', REPLACE(SUBSTRING_INDEX(t.definer, '@', 1), '`', '``'), '`@`', REPLACE(SUBSTRING_INDEX(t.definer, '@', -1), '`', '``'), '` ')
                  ELSE '' END,
              'TRIGGER `', REPLACE(t.trigger_name, '`', '``'), '` ', t.action_timing, ' ', t.event_manipulation, ' ON `',
              REPLACE(t.event_object_table, '`', '``'), '` FOR EACH ROW',
              COALESCE(CONCAT(' FOLLOWS `', REPLACE(LAG(t.trigger_name) OVER (PARTITION BY t.event_object_table, t.event_manipulation, t.action_timing
                                                                               ORDER BY t.action_order), '`', '``'), '`'), ''),
              CHAR(10), t.action_statement) AS definition,
       LAG(t.trigger_name) OVER (PARTITION BY t.event_object_table, t.event_manipulation, t.action_timing ORDER BY t.action_order) AS follows
FROM information_schema.triggers t
WHERE t.trigger_schema = DATABASE()
ORDER BY 2, t.event_manipulation, t.action_timing, t.action_order
