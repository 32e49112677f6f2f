-- All of it as after PARTITION BY. Of those by system time only SHOW CREATE says all (show.c). A comment is shown of each subpartition.
SELECT /*+ SET_VAR(group_concat_max_len = 16777216) */ '' AS `schema`,
       p.table_name AS `table`,
       CONCAT(MAX(p.method),
              GROUP_CONCAT(CONCAT('PARTITION `', REPLACE(p.partition_name, '`', '``'), '`', p.bound, p.comment, p.subpartitions)
                           ORDER BY p.place SEPARATOR ', '),
              ')') AS definition
FROM (SELECT q.table_name,
             q.partition_name,
             MAX(q.partition_ordinal_position) AS place,
             MAX(CONCAT(q.partition_method, ' (', COALESCE(q.partition_expression, ''), ')',
                        COALESCE(CONCAT(' SUBPARTITION BY ', q.subpartition_method, ' (', COALESCE(q.subpartition_expression, ''), ')'), ''),
                        ' (')) AS method,
             MAX(CASE WHEN q.partition_method LIKE 'RANGE%' THEN CONCAT(' VALUES LESS THAN (', q.partition_description, ')')
                      WHEN q.partition_method LIKE 'LIST%' AND q.partition_description REGEXP '^[(]?MAXVALUE(,MAXVALUE)*[)]?$' THEN ' DEFAULT'
                      WHEN q.partition_method LIKE 'LIST%' THEN CONCAT(' VALUES IN (', q.partition_description, ')')
                      ELSE '' END) AS bound,
             CASE WHEN MAX(q.partition_comment) <> '' AND MIN(HEX(q.partition_comment)) = MAX(HEX(q.partition_comment))
                  THEN CONCAT(' COMMENT = ', QUOTE(MAX(q.partition_comment))) ELSE '' END AS comment,
             COALESCE(CONCAT(' (', GROUP_CONCAT(CONCAT('SUBPARTITION `', REPLACE(q.subpartition_name, '`', '``'), '`')
                                                ORDER BY q.subpartition_ordinal_position SEPARATOR ', '), ')'), '') AS subpartitions
      FROM information_schema.partitions q
      WHERE q.table_schema = DATABASE() AND q.partition_name IS NOT NULL
      GROUP BY q.table_name, q.partition_name) p
GROUP BY p.table_name
ORDER BY 2
