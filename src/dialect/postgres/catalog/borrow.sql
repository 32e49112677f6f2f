-- What no kind models and a text may need, as the statements that make it elsewhere; read with an empty search path, so that
-- all names are qualified.  What extensions own, and what the server makes for something else, is left out.
WITH hidden AS MATERIALIZED (
    SELECT DISTINCT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i') AND objsubid = 0
), ns AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
), promise AS (
    -- What a type is made of and takes it: the shell, which the server has made with the first function that returns it, then these.
    SELECT t.oid, format('DO %L; %s; ', format('BEGIN CREATE TYPE %I.%I; EXCEPTION WHEN duplicate_object THEN NULL; END', n.nspname, t.typname),
        string_agg(pg_get_functiondef(p.oid), '; ' ORDER BY p.oid)) AS parts
    FROM pg_type t JOIN ns n ON n.oid = t.typnamespace
        JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_proc'::regclass
        JOIN pg_proc p ON p.oid = d.refobjid
        JOIN pg_depend b ON b.classid = d.refclassid AND b.objid = p.oid AND b.refclassid = d.classid AND b.refobjid = t.oid
    WHERE t.typtype IN ('b', 'r')
    GROUP BY t.oid, n.nspname, t.typname
)
SELECT n.nspname AS schema, c.collname AS name, format('CREATE COLLATION %I.%I (%s)', n.nspname, c.collname, concat_ws(', ',
    'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
    CASE WHEN c.collprovider = 'c' THEN format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
        ELSE format('locale = %L', COALESCE(j.c->>'colllocale', j.c->>'colliculocale', c.collcollate)) END,
    CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
    'rules = ' || quote_literal(j.c->>'collicurules'))) AS definition
FROM pg_collation c JOIN ns n ON n.oid = c.collnamespace CROSS JOIN LATERAL (SELECT to_jsonb(c) AS c) j
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_collation'::regclass AND h.objid = c.oid)
UNION ALL
SELECT n.nspname, r.relname, format('CREATE TYPE %I.%I AS (%s)', n.nspname, r.relname,
    (SELECT string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation END), ', ' ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class r JOIN ns n ON n.oid = r.relnamespace
WHERE r.relkind = 'c'
    AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_type'::regclass AND h.objid = r.reltype)
UNION ALL
SELECT n.nspname, t.typname, concat(format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname,
        format_type(t.typbasetype, t.typtypmod)),
    CASE WHEN t.typcollation <> b.typcollation THEN ' COLLATE ' || t.typcollation::regcollation END,
    ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), CASE WHEN t.typnotnull THEN ' NOT NULL' END,
    (SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
        FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
FROM pg_type t JOIN ns n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd' AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_type'::regclass AND h.objid = t.oid)
UNION ALL
SELECT n.nspname, t.typname, concat((SELECT parts FROM promise p WHERE p.oid = t.oid),
    format('CREATE TYPE %I.%I AS RANGE (%s)', n.nspname, t.typname, concat_ws(', ',
    'subtype = ' || format_type(g.rngsubtype, NULL), format('subtype_opclass = %I.%I', s.nspname, o.opcname),
    'collation = ' || NULLIF(g.rngcollation, 0)::regcollation,
    'canonical = ' || NULLIF(g.rngcanonical, 0)::regproc, 'subtype_diff = ' || NULLIF(g.rngsubdiff, 0)::regproc,
    'multirange_type_name = ' || format_type((to_jsonb(g)->>'rngmultitypid')::oid, NULL))))
FROM pg_range g JOIN pg_type t ON t.oid = g.rngtypid JOIN ns n ON n.oid = t.typnamespace
    JOIN pg_opclass o ON o.oid = g.rngsubopc JOIN pg_namespace s ON s.oid = o.opcnamespace
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_type'::regclass AND h.objid = t.oid)
UNION ALL
SELECT n.nspname, t.typname, concat((SELECT parts FROM promise p WHERE p.oid = t.oid),
    format('CREATE TYPE %I.%I (%s)', n.nspname, t.typname, concat_ws(', ',
    'input = ' || t.typinput::regproc, 'output = ' || t.typoutput::regproc,
    'receive = ' || NULLIF(t.typreceive, 0)::regproc, 'send = ' || NULLIF(t.typsend, 0)::regproc,
    'typmod_in = ' || NULLIF(t.typmodin, 0)::regproc, 'typmod_out = ' || NULLIF(t.typmodout, 0)::regproc,
    'analyze = ' || NULLIF(t.typanalyze, 0)::regproc,
    CASE WHEN t.typelem = 0 OR t.subscript::text NOT IN ('raw_array_subscript_handler', '-') THEN 'subscript = ' || NULLIF(t.subscript, 0)::regproc END,
    'internallength = ' || CASE WHEN t.typlen < 0 THEN 'variable' ELSE t.typlen::text END, CASE WHEN t.typbyval THEN 'passedbyvalue' END,
    'alignment = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' ELSE 'int4' END,
    'storage = ' || CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main' ELSE 'plain' END,
    format('category = %L', t.typcategory), 'preferred = ' || t.typispreferred::text, 'default = ' || quote_literal(t.typdefault),
    CASE WHEN t.typelem <> 0 THEN 'element = ' || format_type(t.typelem, NULL) END, format('delimiter = %L', t.typdelim),
    'collatable = ' || (t.typcollation <> 0)::text)))
FROM (VALUES (0::oid::regproc)) AS older(typsubscript)
CROSS JOIN LATERAL (SELECT *, typsubscript AS subscript FROM pg_type WHERE oid >= 16384 AND typtype = 'b' AND typisdefined) t
    JOIN ns n ON n.oid = t.typnamespace
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_type'::regclass AND h.objid = t.oid)
UNION ALL
SELECT n.nspname, p.proname, pg_get_functiondef(p.oid)
FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_proc'::regclass AND h.objid = p.oid)
UNION ALL
SELECT n.nspname, p.proname, format('CREATE AGGREGATE %I.%I(%s) (%s)', n.nspname, p.proname,
    COALESCE(NULLIF(pg_get_function_arguments(p.oid), ''), '*'), concat_ws(', ',
    'sfunc = ' || a.aggtransfn::regproc, 'stype = ' || format_type(a.aggtranstype, NULL),
    'sspace = ' || NULLIF(a.aggtransspace, 0), 'finalfunc = ' || NULLIF(a.aggfinalfn, 0)::regproc,
    CASE WHEN a.aggfinalextra THEN 'finalfunc_extra' END, 'finalfunc_modify = ' || m.word[1],
    'combinefunc = ' || NULLIF(a.aggcombinefn, 0)::regproc, 'serialfunc = ' || NULLIF(a.aggserialfn, 0)::regproc,
    'deserialfunc = ' || NULLIF(a.aggdeserialfn, 0)::regproc, 'initcond = ' || quote_literal(a.agginitval),
    'msfunc = ' || NULLIF(a.aggmtransfn, 0)::regproc, 'minvfunc = ' || NULLIF(a.aggminvtransfn, 0)::regproc,
    'mstype = ' || format_type(NULLIF(a.aggmtranstype, 0), NULL), 'msspace = ' || NULLIF(a.aggmtransspace, 0),
    'mfinalfunc = ' || NULLIF(a.aggmfinalfn, 0)::regproc, CASE WHEN a.aggmfinalextra THEN 'mfinalfunc_extra' END,
    'mfinalfunc_modify = ' || CASE WHEN a.aggmfinalfn <> 0 THEN m.word[2] END, 'minitcond = ' || quote_literal(a.aggminitval),
    (SELECT format('sortop = OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_operator o
        JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
    'parallel = ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    CASE WHEN a.aggkind = 'h' THEN 'hypothetical' END))
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN ns n ON n.oid = p.pronamespace CROSS JOIN LATERAL (
    SELECT array_agg(CASE x WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END ORDER BY i) AS word
    FROM unnest(ARRAY[a.aggfinalmodify, a.aggmfinalmodify]) WITH ORDINALITY AS u(x, i)) m
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_proc'::regclass AND h.objid = p.oid)
UNION ALL
SELECT n.nspname, o.oprname, format('CREATE OPERATOR %I.%s (%s)', n.nspname, o.oprname, concat_ws(', ',
    'function = ' || o.oprcode::regproc, 'leftarg = ' || format_type(NULLIF(o.oprleft, 0), NULL),
    'rightarg = ' || format_type(NULLIF(o.oprright, 0), NULL),
    (SELECT format('commutator = OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c
        JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprcom),
    (SELECT format('negator = OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c
        JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
    'restrict = ' || NULLIF(o.oprrest, 0)::regproc, 'join = ' || NULLIF(o.oprjoin, 0)::regproc,
    CASE WHEN o.oprcanhash THEN 'hashes' END, CASE WHEN o.oprcanmerge THEN 'merges' END))
FROM pg_operator o JOIN ns n ON n.oid = o.oprnamespace
WHERE o.oprcode <> 0 AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_operator'::regclass AND h.objid = o.oid)
UNION ALL
SELECT n.nspname, o.opcname, concat(format('CREATE OPERATOR CLASS %I.%I', n.nspname, o.opcname),
    CASE WHEN o.opcdefault THEN ' DEFAULT' END,
    format(' FOR TYPE %s USING %I AS ', format_type(o.opcintype, NULL), m.amname), COALESCE(NULLIF(concat_ws(', ',
    (SELECT string_agg(concat('OPERATOR ', a.amopstrategy, ' ', a.amopopr::regoperator,
            (SELECT format(' FOR ORDER BY %I.%I', s.nspname, f.opfname) FROM pg_opfamily f
                JOIN pg_namespace s ON s.oid = f.opfnamespace WHERE f.oid = a.amopsortfamily)), ', ' ORDER BY a.amopstrategy)
        FROM pg_amop a WHERE a.amopfamily = o.opcfamily AND a.amoplefttype = o.opcintype
            AND a.amoprighttype = o.opcintype),
    (SELECT string_agg(format('FUNCTION %s %s', a.amprocnum, a.amproc::regprocedure), ', ' ORDER BY a.amprocnum)
        FROM pg_amproc a WHERE a.amprocfamily = o.opcfamily AND a.amproclefttype = o.opcintype
            AND a.amprocrighttype = o.opcintype),
    'STORAGE ' || format_type(NULLIF(o.opckeytype, 0), NULL)), ''), 'STORAGE ' || format_type(o.opcintype, NULL)))
FROM pg_opclass o JOIN ns n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_opclass'::regclass AND h.objid = o.oid)
UNION ALL
-- No text names a cast: it comes with its type.
SELECT NULL, t.typname, concat(format('CREATE CAST (%s AS %s) ', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
    CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
        ELSE 'WITHOUT FUNCTION' END,
    CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END)
FROM pg_cast c JOIN pg_type t ON t.oid = CASE WHEN c.castsource >= 16384 THEN c.castsource ELSE c.casttarget END
WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_cast'::regclass AND h.objid = c.oid)
UNION ALL
SELECT n.nspname, d.dictname, format('CREATE TEXT SEARCH DICTIONARY %I.%I (%s)', n.nspname, d.dictname, concat_ws(', ',
    format('template = %I.%I', s.nspname, t.tmplname), d.dictinitoption))
FROM pg_ts_dict d JOIN ns n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_namespace s ON s.oid = t.tmplnamespace
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_ts_dict'::regclass AND h.objid = d.oid)
UNION ALL
SELECT n.nspname, c.cfgname, concat_ws('; ',
    format('CREATE TEXT SEARCH CONFIGURATION %I.%I (parser = %I.%I)', n.nspname, c.cfgname, s.nspname, p.prsname),
    (SELECT string_agg(format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', n.nspname, c.cfgname,
            (SELECT w.alias FROM ts_token_type(c.cfgparser) w WHERE w.tokid = m.token), m.dictionaries), '; ' ORDER BY m.token)
        FROM (SELECT maptokentype AS token, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries
            FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) AS m))
FROM pg_ts_config c JOIN ns n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_namespace s ON s.oid = p.prsnamespace
WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.classid = 'pg_ts_config'::regclass AND h.objid = c.oid)
