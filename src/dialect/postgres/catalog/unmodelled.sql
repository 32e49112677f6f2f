-- What a database holds and no kind models: whole objects, what hangs on others, and properties of modelled objects.
-- The current schema is called "".  What extensions own, and what the server makes for something else (array types,
-- the indexes of constraints), is left out; so are temporary objects.  `definition` is compared, never run.

-- One text serves all versions: a column that only some have is found in the sub-select `older` outside by the others.
-- Above each part stands where there is something if it finds anything (unmodelled.c): rows, and after a semicolon what one
-- of them fulfils. What this says too often costs time only.
WITH ns AS (
    SELECT oid, CASE WHEN nspname = current_schema() THEN '' ELSE nspname::text END AS schema
    FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
), hidden AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i') AND objsubid = 0
    UNION
    -- What was copied into a scratch database.
    SELECT split_part(c, ':', 1)::oid, split_part(c, ':', 2)::oid
    FROM unnest(string_to_array(NULLIF(current_setting('dbwarden.borrowed', true), ''), ' ')) AS c
), secret AS MATERIALIZED (
    -- Foreign tables with an option that looks like a secret, also one of a column.
    SELECT f.ftrelid FROM pg_foreign_table f, LATERAL (SELECT unnest(f.ftoptions)
        UNION ALL SELECT unnest(a.attfdwoptions) FROM pg_attribute a WHERE a.attrelid = f.ftrelid) AS r(o)
    WHERE r.o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@'
), rel AS MATERIALIZED (
    SELECT c.oid, n.schema, c.relname::text AS name, c.relkind, c.relacl, c.relowner,
        CASE WHEN c.relkind IN ('r', 'p') THEN 'table'
            WHEN c.relkind = 'v' THEN 'view' WHEN c.relkind = 'm' THEN 'materialized view'
            WHEN c.relkind = 'f' THEN CASE WHEN c.oid IN (SELECT ftrelid FROM secret) THEN 'foreign table with secrets' ELSE 'table' END
            WHEN c.relkind = 'S' THEN 'sequence'
            WHEN c.relkind = 'c' THEN 'composite type' END AS word
    FROM pg_class c JOIN ns n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
        -- The sequence of an identity column is hidden, but what hangs on it is not.
        AND NOT EXISTS (SELECT FROM hidden h WHERE c.relkind <> 'c' AND h.classid = 'pg_class'::regclass
            AND h.objid = c.oid AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = h.classid AND d.objid = h.objid AND d.objsubid = 0 AND d.deptype = 'i')))
        AND NOT EXISTS (SELECT FROM hidden h WHERE c.relkind = 'c' AND h.classid = 'pg_type'::regclass
            AND h.objid = c.reltype)
), proc AS MATERIALIZED (
    SELECT p.oid, n.schema, p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name, p.prokind,
        p.proacl, p.proowner, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
            ELSE 'function' END AS word
    FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace
    -- Not ours (function.sql).
    WHERE p.proname NOT LIKE 'zz\_dbwarden\_%'
        AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_proc'::regclass AND h.objid = p.oid)
), typ AS MATERIALIZED (
    SELECT t.oid, n.schema, t.typname::text AS name, t.typtype, t.typacl, t.typowner,
        CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type'
            WHEN 'p' THEN 'shell type' ELSE 'base type' END AS word
    FROM pg_type t JOIN ns n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'd', 'e', 'p', 'r')
        AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_type'::regclass AND h.objid = t.oid)
), att AS MATERIALIZED (
    SELECT attrelid, attname, attacl, attoptions, attstattarget FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND (attacl IS NOT NULL OR attoptions IS NOT NULL OR attstattarget >= 0)
), con AS MATERIALIZED (
    SELECT oid, conrelid, conname, contype, conkey, conindid, conparentid, conislocal, connoinherit
    FROM pg_constraint WHERE conrelid <> 0 AND oid >= 16384
), attached AS (
    -- What carries a comment of its own and hangs on a relation.
    SELECT 'pg_constraint'::regclass AS class, oid, conrelid AS relation, 'constraint ' || conname AS name,
        (contype = 'c' AND conislocal) OR (contype IN ('p', 'u', 'x', 'f') AND conparentid = 0) AS modelled
    FROM con
    UNION ALL SELECT 'pg_trigger'::regclass, oid, tgrelid, 'trigger ' || tgname, true FROM pg_trigger
    UNION ALL SELECT 'pg_policy'::regclass, oid, polrelid, 'policy ' || polname, true FROM pg_policy
    UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, s.stxrelid, 'statistics ' || s.stxname,
        s.stxnamespace = c.relnamespace AND c.relkind IN ('r', 'p', 'm')
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
    UNION ALL SELECT 'pg_rewrite'::regclass, oid, ev_class, 'rule ' || rulename, true FROM pg_rewrite WHERE oid >= 16384
), acl AS (
    SELECT word AS on_kind, schema, name AS on_name, NULL AS column_name, relacl AS acl, relowner AS owner,
        acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) AS base
    FROM rel WHERE relacl IS NOT NULL
    UNION ALL SELECT r.word, r.schema, r.name, a.attname, a.attacl, r.relowner, NULL
    FROM rel r JOIN att a ON a.attrelid = r.oid AND a.attacl IS NOT NULL
    UNION ALL SELECT word, schema, name, NULL, proacl, proowner, acldefault('f', proowner) FROM proc
        WHERE proacl IS NOT NULL
    UNION ALL SELECT word, schema, name, NULL, typacl, typowner, acldefault('T', typowner) FROM typ
        WHERE typacl IS NOT NULL
    UNION ALL SELECT 'schema', n.schema, s.nspname, NULL, s.nspacl, s.nspowner,
        COALESCE((SELECT initprivs FROM pg_init_privs i WHERE i.classoid = 'pg_namespace'::regclass
            AND i.objoid = s.oid),
            acldefault('n', s.nspowner))
    FROM pg_namespace s JOIN ns n ON n.oid = s.oid WHERE s.nspacl IS NOT NULL
    UNION ALL SELECT 'language', NULL, lanname, NULL, lanacl, lanowner, acldefault('l', lanowner)
    FROM pg_language WHERE lanacl IS NOT NULL AND oid >= 16384
    UNION ALL SELECT 'foreign data wrapper', NULL, fdwname, NULL, fdwacl, fdwowner, acldefault('F', fdwowner)
    FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL SELECT 'server', NULL, srvname, NULL, srvacl, srvowner, acldefault('S', srvowner)
    FROM pg_foreign_server WHERE srvacl IS NOT NULL
), privilege AS (
    SELECT a.on_kind, a.schema, a.on_name, a.column_name, 'grant' AS kind, x.grantee, ' to ' AS joint,
        x.privilege_type || CASE WHEN x.is_grantable THEN ' with grant option' ELSE '' END AS privilege
    FROM acl a CROSS JOIN LATERAL (SELECT grantee, privilege_type, is_grantable FROM aclexplode(a.acl)
        EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(a.base)) x WHERE x.grantee <> a.owner
    UNION ALL
    SELECT a.on_kind, a.schema, a.on_name, a.column_name, 'revoke', x.grantee, ' from ', x.privilege_type
    FROM acl a CROSS JOIN LATERAL (SELECT grantee, privilege_type FROM aclexplode(a.base)
        EXCEPT SELECT grantee, privilege_type FROM aclexplode(a.acl)) x
)
SELECT kind, schema, name, on_kind, on_schema, on_name, column_name, definition FROM (
-- Relations that no kind models.  A partition may be in another schema than what it is a part of.
-- if pg_foreign_table
SELECT pn.schema AS on_schema, r.word AS kind, r.schema, r.name, CASE WHEN p.oid IS NOT NULL THEN 'table' END AS on_kind,
    p.relname::text AS on_name, NULL::text AS column_name,
    NULL::text AS definition
FROM rel r JOIN pg_class c ON c.oid = r.oid LEFT JOIN pg_inherits i ON i.inhrelid = r.oid AND c.relispartition
    LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN ns pn ON pn.oid = p.relnamespace
WHERE r.word = 'foreign table with secrets'
UNION ALL
-- if pg_foreign_table
SELECT NULL, 'constraint', r.schema, k.conname, r.word, r.name, NULL, pg_get_constraintdef(k.oid)
FROM con k JOIN rel r ON r.oid = k.conrelid AND r.word = 'foreign table with secrets'
WHERE k.conparentid = 0 AND k.conislocal AND k.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
-- if pg_trigger; NOT tgisinternal
SELECT NULL, CASE WHEN t.tgconstraint <> 0 THEN 'constraint trigger' ELSE 'trigger' END, r.schema, t.tgname, r.word,
    r.name, NULL,
    pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' ' || t.tgenabled::text END
FROM (SELECT 0 AS tgparentid) AS older CROSS JOIN LATERAL
    (SELECT oid, tgrelid, tgname, tgconstraint, tgenabled FROM pg_trigger WHERE NOT tgisinternal
        AND tgparentid = 0) AS t
    JOIN rel r ON r.oid = t.tgrelid AND r.word NOT IN ('table', 'view')
UNION ALL
-- if pg_trigger; tgisinternal AND tgenabled <> 'O'
SELECT NULL, 'disabled trigger', r.schema, k.conname, r.word, r.name, NULL, min(t.tgenabled::text)
FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid JOIN con k ON k.oid = t.tgconstraint
WHERE t.tgisinternal AND t.tgenabled <> 'O' GROUP BY 2, 3, 4, 5, 6
UNION ALL
-- if pg_rewrite WHERE oid >= 16384; rulename <> '_RETURN'
SELECT NULL, 'rule', r.schema, w.rulename, r.word, r.name, NULL,
    pg_get_ruledef(w.oid) || CASE w.ev_enabled WHEN 'O' THEN '' ELSE ' ' || w.ev_enabled::text END
FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class
WHERE w.rulename <> '_RETURN' AND r.word NOT IN ('table', 'view')
UNION ALL
-- What others name and nobody has made.
-- if pg_operator WHERE oid >= 16384; oprcode = 0
SELECT NULL, 'shell operator', n.schema, o.oprname || ' (' || concat_ws(', ', CASE WHEN o.oprleft = 0 THEN 'none'
    ELSE format_type(o.oprleft, NULL) END,
    CASE WHEN o.oprright = 0 THEN 'none' ELSE format_type(o.oprright, NULL) END) || ')', NULL, NULL, NULL, NULL
FROM pg_operator o JOIN ns n ON n.oid = o.oprnamespace
WHERE o.oprcode = 0 AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_operator'::regclass AND h.objid = o.oid)
UNION ALL
-- if pg_statistic_ext
SELECT NULL, 'statistics', r.schema, CASE WHEN n.schema = r.schema THEN ''
    WHEN n.schema = '' THEN current_schema() || '.' ELSE n.schema || '.' END
    || s.stxname, r.word, r.name, NULL, concat_ws('; ', pg_get_statisticsobjdef(s.oid),
        NULLIF(to_jsonb(s) ->> 'stxstattarget', '-1'))
FROM pg_statistic_ext s JOIN ns n ON n.oid = s.stxnamespace JOIN rel r ON r.oid = s.stxrelid
WHERE n.schema <> r.schema OR r.word NOT IN ('table', 'materialized view')
UNION ALL
-- if pg_subscription
SELECT NULL, 'subscription', NULL, s.subname, NULL, NULL, NULL, s.subpublications::text
FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
UNION ALL
-- Those with an option that looks like a secret: that is read from nowhere, so they cannot be made.
-- if pg_foreign_data_wrapper; fdwoptions IS NOT NULL
SELECT NULL, 'foreign data wrapper with secrets', NULL, w.fdwname, NULL, NULL, NULL, NULL
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_foreign_data_wrapper'::regclass AND h.objid = w.oid)
    AND EXISTS (SELECT FROM unnest(w.fdwoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
UNION ALL
-- if pg_foreign_server; srvoptions IS NOT NULL
SELECT NULL, 'server with secrets', NULL, s.srvname, NULL, NULL, NULL, NULL
FROM pg_foreign_server s
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_foreign_server'::regclass AND h.objid = s.oid)
    AND EXISTS (SELECT FROM unnest(s.srvoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
UNION ALL
-- Those that user_mapping.sql leaves out.
-- if pg_foreign_server
SELECT NULL, 'user mapping with secrets', NULL,
    concat(CASE m.umuser WHEN 0 THEN 'public' ELSE quote_ident(m.usename) END, ' on ', quote_ident(m.srvname)), NULL, NULL, NULL, NULL
FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid
WHERE NOT ((m.umuser <> 0 AND m.usename = current_user
        AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))
      OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
      OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))
    OR EXISTS (SELECT FROM unnest(m.umoptions) AS o WHERE o ~* '(pass|pwd|secret|token|credential|key)[a-z_]*"?\s*[=:]|://[^/@]*:[^/@]*@')
UNION ALL
-- if pg_default_acl
SELECT NULL, 'default privileges', n.schema, CASE WHEN pg_get_userbyid(d.defaclrole) = current_user THEN '' ELSE 'of '
    || pg_get_userbyid(d.defaclrole) || ' ' END
    || 'on ' || CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
        WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
        WHEN 'n' THEN 'schemas' ELSE 'large objects' END, NULL, NULL, NULL,
    (SELECT string_agg(o.text, ', ' ORDER BY o.text) FROM (
        SELECT x.privilege_type || ' to ' || CASE x.grantee WHEN 0 THEN 'public'
            ELSE pg_get_userbyid(x.grantee)::text END AS text
        FROM aclexplode(d.defaclacl) x WHERE x.grantee <> d.defaclrole) AS o)
FROM pg_default_acl d LEFT JOIN ns n ON n.oid = d.defaclnamespace
UNION ALL
-- if pg_class WHERE oid >= 16384; relacl IS NOT NULL
-- if pg_attribute WHERE attrelid >= 16384 AND attnum > 0; attacl IS NOT NULL
-- if pg_proc WHERE oid >= 16384; proacl IS NOT NULL
-- if pg_type WHERE oid >= 16384; typacl IS NOT NULL
-- if pg_namespace AS s LEFT JOIN pg_init_privs AS i ON i.classoid = 'pg_namespace'::regclass AND i.objoid = s.oid; nspname <> 'information_schema' AND nspacl IS NOT NULL AND nspacl IS DISTINCT FROM initprivs
-- if pg_language WHERE oid >= 16384; lanacl IS NOT NULL
-- if pg_foreign_data_wrapper; fdwacl IS NOT NULL
-- if pg_foreign_server; srvacl IS NOT NULL
SELECT NULL, p.kind, p.schema, string_agg(p.privilege, ', ' ORDER BY p.privilege) || p.joint
    || CASE p.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(p.grantee)::text END, p.on_kind, p.on_name,
        p.column_name, NULL
FROM privilege p GROUP BY p.kind, p.schema, p.joint, p.grantee, p.on_kind, p.on_name, p.column_name
UNION ALL
-- Comments on relations that are not modelled;
-- of constraints, triggers, policies, rules; on the rest.
-- if pg_description WHERE objoid >= 16384; classoid = 'pg_class'::regclass
SELECT NULL, 'comment', r.schema, NULL, r.word, r.name, a.attname, d.description
FROM pg_description d JOIN rel r ON d.classoid = 'pg_class'::regclass AND r.oid = d.objoid
    LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE r.word NOT IN ('table', 'view', 'materialized view', 'composite type', 'sequence')
UNION ALL
-- if pg_description WHERE objoid >= 16384; classoid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_statistic_ext'::regclass)
SELECT NULL, 'comment', r.schema, 'of ' || a.name, r.word, r.name, NULL, d.description
FROM pg_description d JOIN attached a ON a.class = d.classoid AND a.oid = d.objoid JOIN rel r ON r.oid = a.relation
WHERE NOT (a.modelled AND (r.word IN ('table', 'view') OR a.class = 'pg_statistic_ext'::regclass))
UNION ALL
-- if pg_description WHERE objoid >= 16384; classoid NOT IN ('pg_class'::regclass, 'pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_proc'::regclass, 'pg_collation'::regclass, 'pg_event_trigger'::regclass, 'pg_publication'::regclass, 'pg_operator'::regclass, 'pg_cast'::regclass, 'pg_opfamily'::regclass, 'pg_opclass'::regclass, 'pg_conversion'::regclass, 'pg_language'::regclass, 'pg_transform'::regclass, 'pg_am'::regclass, 'pg_ts_config'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass, 'pg_foreign_data_wrapper'::regclass, 'pg_foreign_server'::regclass)
SELECT NULL, 'comment', n.schema, NULL, i.type, CASE WHEN i.schema = current_schema()
    THEN replace(i.identity, quote_ident(current_schema()) || '.', '') ELSE i.identity END, NULL, d.description
FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    LEFT JOIN pg_namespace s ON s.nspname = i.schema LEFT JOIN ns n ON n.oid = s.oid
WHERE d.objoid >= 16384 AND (n.oid IS NOT NULL OR i.schema IS NULL)
    AND d.classoid NOT IN ('pg_class'::regclass, 'pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_proc'::regclass,
        'pg_collation'::regclass, 'pg_event_trigger'::regclass, 'pg_publication'::regclass, 'pg_operator'::regclass, 'pg_cast'::regclass, 'pg_opfamily'::regclass, 'pg_opclass'::regclass, 'pg_conversion'::regclass, 'pg_language'::regclass, 'pg_transform'::regclass, 'pg_am'::regclass,
        'pg_ts_config'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass, 'pg_foreign_data_wrapper'::regclass, 'pg_foreign_server'::regclass)
    AND NOT EXISTS (SELECT FROM attached a WHERE a.class = d.classoid AND a.oid = d.objoid)
    AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classoid = 'pg_type'::regclass AND t.oid = d.objoid
        AND (t.typtype IN ('b', 'd', 'e', 'p', 'r') OR EXISTS (SELECT FROM rel r WHERE r.oid = t.typrelid AND r.relkind = 'c')))
    AND NOT EXISTS (SELECT FROM pg_constraint k JOIN typ y ON y.oid = k.contypid
        WHERE d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid AND k.contype = 'c')
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')
UNION ALL
-- Of the indexes that no kind models: those of constraints, and those that a partition has from its parent.
-- if pg_description WHERE objoid >= 16384; classoid = 'pg_class'::regclass
SELECT NULL, 'comment', r.schema, 'of index ' || ic.relname, r.word, r.name, NULL, d.description
FROM pg_description d JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND d.objoid = x.indexrelid
    JOIN pg_class ic ON ic.oid = x.indexrelid JOIN rel r ON r.oid = x.indrelid
WHERE ic.relispartition OR EXISTS (SELECT FROM con k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
-- An extension brings a comment of its own.
-- if pg_description JOIN pg_extension AS e ON classoid = 'pg_extension'::regclass AND objoid = e.oid; extname <> 'plpgsql' OR description <> 'PL/pgSQL procedural language'
SELECT NULL, 'comment', NULL, NULL, 'extension', e.extname, NULL, d.description
FROM pg_description d JOIN pg_extension e ON d.classoid = 'pg_extension'::regclass AND d.objoid = e.oid
WHERE d.description IS DISTINCT FROM (SELECT a.comment FROM pg_available_extensions() a WHERE a.name = e.extname)
UNION ALL
-- if pg_seclabel
SELECT NULL, 'security label', n.schema, l.provider, i.type, CASE WHEN i.schema = current_schema()
    THEN replace(i.identity, quote_ident(current_schema()) || '.', '') ELSE i.identity END, NULL, l.label
FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
    LEFT JOIN pg_namespace s ON s.nspname = i.schema LEFT JOIN ns n ON n.oid = s.oid
UNION ALL
-- Properties of modelled objects.
-- Of a materialised view; of tables it is a field, and of an index where it is one that says so.
-- if pg_class WHERE oid >= 16384; relkind = 'm' AND relreplident <> 'd'
SELECT NULL, 'replica identity', r.schema, CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'
    ELSE 'using index' END, r.word, r.name, NULL, NULL
FROM rel r JOIN pg_class c ON c.oid = r.oid AND c.relkind = 'm' AND c.relreplident <> 'd'
UNION ALL
-- if pg_class WHERE oid >= 16384; relkind IN ('r', 'm') AND relam <> 2
SELECT NULL, 'access method', r.schema, m.amname, r.word, r.name, NULL, NULL
FROM rel r JOIN pg_class c ON c.oid = r.oid AND c.relkind IN ('r', 'm') JOIN pg_am m ON m.oid = c.relam
    AND m.amname <> 'heap'
UNION ALL
-- Whoever makes one of these again owns it from then on.
-- if pg_class WHERE oid >= 16384; relkind IN ('v', 'm') AND pg_get_userbyid(relowner) <> current_user
-- if pg_proc WHERE oid >= 16384; pg_get_userbyid(proowner) <> current_user
-- if pg_type WHERE oid >= 16384 AND typtype IN ('b', 'd', 'e', 'r'); pg_get_userbyid(typowner) <> current_user
-- if pg_collation WHERE oid >= 16384; pg_get_userbyid(collowner) <> current_user
-- if pg_operator WHERE oid >= 16384; pg_get_userbyid(oprowner) <> current_user
-- if pg_opfamily WHERE oid >= 16384; pg_get_userbyid(opfowner) <> current_user
-- if pg_opclass WHERE oid >= 16384; pg_get_userbyid(opcowner) <> current_user
-- if pg_conversion WHERE oid >= 16384; pg_get_userbyid(conowner) <> current_user
-- if pg_language WHERE oid >= 16384; pg_get_userbyid(lanowner) <> current_user
-- if pg_event_trigger; pg_get_userbyid(evtowner) <> current_user
-- if pg_publication; pg_get_userbyid(pubowner) <> current_user
-- if pg_foreign_data_wrapper; pg_get_userbyid(fdwowner) <> current_user
-- if pg_foreign_server; pg_get_userbyid(srvowner) <> current_user
-- if pg_ts_dict WHERE oid >= 16384; pg_get_userbyid(dictowner) <> current_user
-- if pg_ts_config WHERE oid >= 16384; pg_get_userbyid(cfgowner) <> current_user
SELECT NULL, 'owner', o.schema, o.owner, o.word, o.name, NULL, NULL FROM (
    SELECT word, schema, name, pg_get_userbyid(relowner)::text AS owner FROM rel WHERE word IN ('view', 'materialized view')
    UNION ALL SELECT word, schema, name, pg_get_userbyid(proowner) FROM proc
    UNION ALL SELECT word, schema, name, pg_get_userbyid(typowner) FROM typ WHERE typtype IN ('b', 'd', 'e', 'r')
    UNION ALL SELECT 'collation', n.schema, c.collname, pg_get_userbyid(c.collowner)
    FROM pg_collation c JOIN ns n ON n.oid = c.collnamespace WHERE c.oid >= 16384
    UNION ALL SELECT 'operator', n.schema, format('%s(%s, %s)', o.oprname, COALESCE(format_type(NULLIF(o.oprleft, 0), NULL), 'NONE'),
        COALESCE(format_type(NULLIF(o.oprright, 0), NULL), 'NONE')), pg_get_userbyid(o.oprowner)
    FROM pg_operator o JOIN ns n ON n.oid = o.oprnamespace WHERE o.oid >= 16384
    UNION ALL SELECT 'operator family', n.schema, concat(f.opfname, ' using ', quote_ident(m.amname)), pg_get_userbyid(f.opfowner)
    FROM pg_opfamily f JOIN ns n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod WHERE f.oid >= 16384
    UNION ALL SELECT 'operator class', n.schema, concat(c.opcname, ' using ', quote_ident(m.amname)), pg_get_userbyid(c.opcowner)
    FROM pg_opclass c JOIN ns n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod WHERE c.oid >= 16384
    UNION ALL SELECT 'conversion', n.schema, c.conname, pg_get_userbyid(c.conowner)
    FROM pg_conversion c JOIN ns n ON n.oid = c.connamespace WHERE c.oid >= 16384
    UNION ALL SELECT 'language', '', lanname, pg_get_userbyid(lanowner) FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'event trigger', '', evtname, pg_get_userbyid(evtowner) FROM pg_event_trigger
    UNION ALL SELECT 'publication', '', pubname, pg_get_userbyid(pubowner) FROM pg_publication
    UNION ALL SELECT 'text search dictionary', n.schema, d.dictname, pg_get_userbyid(d.dictowner)
    FROM pg_ts_dict d JOIN ns n ON n.oid = d.dictnamespace WHERE d.oid >= 16384
    UNION ALL SELECT 'text search configuration', n.schema, c.cfgname, pg_get_userbyid(c.cfgowner)
    FROM pg_ts_config c JOIN ns n ON n.oid = c.cfgnamespace WHERE c.oid >= 16384
    UNION ALL SELECT 'foreign data wrapper', '', fdwname, pg_get_userbyid(fdwowner) FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'server', '', srvname, pg_get_userbyid(srvowner) FROM pg_foreign_server) AS o
WHERE o.owner <> current_user
UNION ALL
-- Of domains: NOT NULL is a constraint with a name since 17.
-- if pg_constraint WHERE oid >= 16384; contypid <> 0 AND contype = 'n' AND conname !~ '_not_null[0-9]*$'
SELECT NULL, 'not null constraint', y.schema, k.conname, y.word, y.name, NULL, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN typ y ON y.oid = k.contypid
WHERE k.contype = 'n' AND k.conname !~ '_not_null[0-9]*$'
UNION ALL
-- if pg_attribute WHERE attrelid >= 16384 AND attnum > 0; attstattarget >= 0
SELECT NULL, 'statistics target', r.schema, a.attstattarget::text, r.word, r.name, a.attname, NULL
FROM rel r JOIN att a ON a.attrelid = r.oid AND a.attstattarget >= 0 AND r.word NOT IN ('table', 'materialized view')
UNION ALL
-- if pg_attribute WHERE attrelid >= 16384 AND attnum > 0; attstattarget >= 0
SELECT NULL, 'statistics target', r.schema, a.attstattarget || ' of index ' || ic.relname, r.word, r.name, NULL, NULL
FROM att a JOIN pg_class ic ON ic.oid = a.attrelid AND a.attstattarget >= 0 JOIN pg_index x ON x.indexrelid = ic.oid
    JOIN rel r ON r.oid = x.indrelid AND r.word NOT IN ('table', 'materialized view')
UNION ALL
-- What a serial or identity column's sequence has beside what the column says. One that is not as SERIAL makes it is a
-- sequence of its own.
-- if pg_sequence
SELECT NULL, * FROM (
    SELECT 'sequence setting', r.schema, concat_ws(', ', CASE WHEN s.relname !~ '_seq[0-9]*$' THEN 'named ' || s.relname END,
        CASE WHEN d.description IS NOT NULL AND r.word <> 'table' THEN 'comment' END) AS settings, r.word, r.name, a.attname, d.description
    FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid
        JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = q.seqrelid AND o.objsubid = 0
            AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
        JOIN rel r ON r.oid = o.refobjid
        JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
        LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
        LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = q.seqrelid AND d.objsubid = 0
    WHERE o.deptype = 'i' OR (a.atttypid IN (20, 21, 23) AND a.atttypid = q.seqtypid AND q.seqstart = 1
        AND q.seqincrement = 1 AND q.seqmin = 1 AND q.seqcache = 1 AND NOT q.seqcycle
        AND q.seqmax = (1::numeric * 2 ^ (8 * a.attlen - 1) - 1)
        AND pg_get_expr(f.adbin, f.adrelid) = 'nextval(' || quote_literal(q.seqrelid::regclass) || '::regclass)')
) AS counter WHERE settings <> ''
UNION ALL
-- if pg_attribute WHERE attrelid >= 16384 AND attnum > 0; attoptions IS NOT NULL
SELECT NULL, 'column option', r.schema, array_to_string(a.attoptions, ', '), r.word, r.name, a.attname, NULL
FROM rel r JOIN att a ON a.attrelid = r.oid AND a.attoptions IS NOT NULL AND r.word NOT IN ('table', 'materialized view')
) AS found (on_schema, kind, schema, name, on_kind, on_name, column_name, definition)
ORDER BY kind, schema, on_name, name, column_name
