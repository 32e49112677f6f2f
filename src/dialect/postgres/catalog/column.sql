-- Column by column of all tables, inherited ones too; storage and collation only where they are not the type's own.
-- A collation that the search path does not lead to is spelled with its schema, in quotes.
-- A serial column's default (f) is nextval() of a sequence that belongs to it (o) and is as SERIAL makes it for its type.
-- That sequence is compared as text, of those rows alone for which the rest holds: CASE keeps it out of the key of a join.
-- `older` stands in for columns of pg_attribute that this server does not have yet: attcompression came with 14.
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END AS schema,
       c.relname AS table,
       a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable,
       CASE WHEN o.objid IS NULL AND a.attgenerated = '' THEN pg_get_expr(f.adbin, f.adrelid) END AS default_value,
       o.objid IS NOT NULL AS autoincrement,
       CASE CASE WHEN NOT c.relispartition THEN a.attidentity END WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
       q.seqstart AS identity_start,
       q.seqincrement AS identity_increment,
       q.seqmin AS identity_min,
       q.seqmax AS identity_max,
       q.seqcache AS identity_cache,
       q.seqcycle AS identity_cycle,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(f.adbin, f.adrelid, true) END AS computed,
       CASE WHEN a.attgenerated <> '' THEN a.attgenerated = 's' END AS computed_stored,
       CASE WHEN a.attcollation <> t.typcollation THEN
           (SELECT CASE WHEN pg_collation_is_visible(co.oid) THEN co.collname::text
                ELSE concat('"', replace(cn.nspname, '"', '""'), '"."', replace(co.collname, '"', '""'), '"') END
            FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
       END AS collation,
       d.description AS comment,
       CASE WHEN a.attstorage <> t.typstorage THEN
           CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END
       END AS storage,
       CASE a.compression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       CASE WHEN o.objid IS NOT NULL OR i.objid IS NOT NULL THEN
           (SELECT s.relname FROM pg_class s WHERE s.oid IN (o.objid, i.objid) AND s.relnamespace = c.relnamespace)
       END AS sequence,
       CASE WHEN o.objid IS NOT NULL OR i.objid IS NOT NULL THEN
           obj_description(COALESCE(o.objid, i.objid), 'pg_class')
       END AS counter_comment,
       NULLIF(a.attstattarget, -1)::text AS statistics_target,
       CASE WHEN a.attoptions IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM unnest(a.attoptions) AS o(x)) END AS options,
       CASE WHEN a.attfdwoptions IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM unnest(a.attfdwoptions) AS o(x)) END AS server_options,
       CASE WHEN apart.attnum IS NOT NULL THEN true END AS not_null_apart,
       CASE WHEN nn.conname !~ '_not_null[0-9]*$' THEN nn.conname END AS not_null_name,
       nn.convalidated IS FALSE AS not_null_not_valid,
       nn.connoinherit IS TRUE AS not_null_no_inherit,
       CASE WHEN a.attacl IS NOT NULL THEN
           (SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT DISTINCT concat(g.privilege_type, ' TO ',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
           FROM aclexplode(a.attacl) AS g WHERE g.grantee <> c.relowner) AS r(x)) END AS grants
FROM (VALUES (NULL::"char")) AS older(attcompression)
CROSS JOIN pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
JOIN LATERAL (SELECT *, attcompression AS compression FROM pg_attribute) a
  ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN (SELECT DISTINCT k.conrelid, k.conkey[1] AS attnum
           FROM pg_constraint k
           JOIN pg_attribute ka ON ka.attrelid = k.conrelid AND ka.attnum = k.conkey[1]
           JOIN pg_inherits h ON h.inhrelid = k.conrelid
           JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = ka.attname
           JOIN pg_constraint pk ON pk.conrelid = p.attrelid AND pk.contype = 'n' AND pk.conkey[1] = p.attnum AND NOT pk.connoinherit
           WHERE k.contype = 'n' AND k.conislocal AND k.conname <> pk.conname) apart
  ON apart.conrelid = c.oid AND apart.attnum = a.attnum AND a.attnotnull AND a.attinhcount > 0
LEFT JOIN pg_constraint nn
  ON a.attnotnull AND nn.contype = 'n' AND nn.conrelid = c.oid AND nn.conkey[1] = a.attnum
 AND (nn.conname !~ '_not_null[0-9]*$' OR NOT nn.convalidated OR nn.connoinherit)
LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
LEFT JOIN pg_depend o
  ON o.classid = 'pg_class'::regclass AND o.objsubid = 0
 AND o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'a'
 AND a.atttypid IN (20, 21, 23)
 AND CASE WHEN pg_get_expr(f.adbin, f.adrelid) = 'nextval(' || quote_literal(o.objid::regclass) || '::regclass)' THEN true END
 AND EXISTS (SELECT FROM pg_sequence s
             WHERE s.seqrelid = o.objid AND s.seqtypid = a.atttypid AND s.seqstart = 1 AND s.seqincrement = 1
               AND s.seqmin = 1 AND s.seqcache = 1 AND NOT s.seqcycle
               AND s.seqmax = (1::numeric * 2 ^ (8 * t.typlen - 1) - 1))
LEFT JOIN pg_depend i
  ON a.attidentity <> '' AND i.classid = 'pg_class'::regclass AND i.deptype = 'i'
 AND i.refclassid = 'pg_class'::regclass AND i.refobjid = c.oid AND i.refobjsubid = a.attnum
LEFT JOIN pg_sequence q ON q.seqrelid = i.objid
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'f')
ORDER BY 1, 2, a.attnum
