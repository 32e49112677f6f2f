/*
 * What the server forgets of an object that is dropped and created again, or that steps aside for a new one of its name: its
 * owner, and who may do what with it. Nobody here manages these, so they stay as each database has them: the statements that bring them back are made before the object goes, out of what the catalog says
 * there and then, and wait in a temporary table.
 *
 * A right that somebody passed on comes back as given by the owner.
 */
#include "base/hash.h"
#include "base/text.h"
#include "dialect/postgres/render.h"
#include "schema/unmodelled.h"

struct keeping {
    const char *catalog; /* "pg_class": has PREFIXacl, PREFIXowner, PREFIXnamespace */
    const char *prefix;
    const char *find;    /* to_regclass: of the name as a literal */
    const char *type;    /* as acldefault() calls it */
    const char *granted; /* before the name in GRANT */
};

static const struct keeping of_views = {"pg_class", "rel", "to_regclass", "r", ""};
static const struct keeping of_functions = {"pg_proc", "pro", "to_regprocedure", "f", "FUNCTION "};
static const struct keeping of_procedures = {"pg_proc", "pro", "to_regprocedure", "f", "PROCEDURE "};
static const struct keeping of_types = {"pg_type", "typ", "to_regtype", "T", "TYPE "};

static const struct keeping *keeping_of(const struct object *object)
{
    if (object->kind == KIND_VIEW)
        return &of_views;
    if (object->kind == KIND_FUNCTION)
        return pg_is_procedure((const struct function *)object) ? &of_procedures : &of_functions;
    return kind_is(object->kind, KIND_IS_TYPE) ? &of_types : NULL;
}

bool pg_keeps(const struct object *object, const struct unmodelled *one)
{
    bool grants = text_equal(one->kind, "grant") || text_equal(one->kind, "revoke");
    if (object->kind == KIND_COLUMN)
        return grants;
    return keeping_of(object) && (grants || text_equal(one->kind, "owner"));
}

/* ---- before ---- */

#define WHO                                                                                                          \
    "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END || CASE WHEN a.is_grantable THEN ' WITH " \
    "GRANT OPTION' ELSE '' END"

/* @g what stands before the name in GRANT, @n the name, @a the word of ALTER; as the text of a literal. */
static const char object_sql[] =
    "    SELECT 1, NULL::name, format('ALTER @a@n OWNER TO %s', owner::regrole) FROM kept\n"
    "    WHERE pg_get_userbyid(owner) <> current_user\n"
    "    UNION ALL SELECT 2, NULL, format('REVOKE ALL ON @g@n FROM %s', CASE a.grantee WHEN 0 THEN 'PUBLIC'\n"
    "        ELSE a.grantee::regrole::text END)\n"
    "    FROM kept, LATERAL (SELECT x.grantee FROM aclexplode(acldefault('@t', owner)) AS x UNION SELECT x.grantee\n"
    "        FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS x WHERE pg_get_userbyid(d.defaclrole) = current_user\n"
    "            AND d.defaclobjtype = '@t' AND d.defaclnamespace IN (0, space)) AS a\n"
    "    WHERE a.grantee <> owner AND pg_get_userbyid(a.grantee) <> current_user OR (a.grantee = owner AND acl IS NOT NULL)\n"
    "    UNION ALL SELECT 3, NULL, format('GRANT %s ON @g@n TO ', string_agg(a.privilege_type, ', ')) || " WHO "\n"
    "    FROM kept, aclexplode(COALESCE(acl, acldefault('@t', owner))) AS a WHERE a.grantee <> owner OR acl IS NOT NULL\n"
    "    GROUP BY a.grantee, a.is_grantable\n";

static const char parts_sql[] =
    "    UNION ALL SELECT 4, c.attname, format('GRANT %s (%I) ON @n TO ', string_agg(a.privilege_type, format(' (%I), ', "
    "c.attname)), c.attname) || " WHO "\n"
    "    FROM kept, pg_attribute AS c, aclexplode(c.attacl) AS a WHERE c.attrelid = kept.oid\n"
    "    GROUP BY c.attname, a.grantee, a.is_grantable\n";

static const char *literal(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    pg_literal(&out, text);
    return out.data;
}

static const char *name_of(struct arena *mem, const struct object *object)
{
    struct buf out;
    buf_init(&out, mem);
    if (object->kind == KIND_FUNCTION)
        pg_call(&out, (const struct function *)object, ((const struct function *)object)->called);
    else
        pg_top(&out, object);
    return out.data;
}

/* A temporary table: what a transaction has set is gone in the next one, and not all files run in one. */
static const char *notes(struct arena *mem, const struct object *object)
{
    const char *path = object_path(mem, object);
    return arena_printf(mem, "pg_temp.dbwarden_kept_%.8s", hash_sha256(mem, path, strlen(path)));
}

/* The name within a format's text within a literal. */
static const char *name_in_format(struct arena *mem, const char *name)
{
    return text_replace(mem, text_replace(mem, name, "%", "%%"), "'", "''");
}

static const char *alter_word(const struct object *object)
{
    if (object->kind == KIND_VIEW)
        return ((const struct view *)object)->materialized ? "MATERIALIZED VIEW " : "VIEW ";
    if (object->kind == KIND_FUNCTION)
        return keeping_of(object)->granted;
    return object->kind == KIND_DOMAIN ? "DOMAIN " : "TYPE ";
}

static const char *filled(struct arena *mem, const char *sql, const struct object *object, const char *name)
{
    const struct keeping *keeping = keeping_of(object);
    if (keeping) {
        sql = text_replace(mem, sql, "@a", alter_word(object));
        sql = text_replace(mem, sql, "@g", keeping->granted);
        sql = text_replace(mem, sql, "@t", keeping->type);
    }
    return text_replace(mem, sql, "@n", name_in_format(mem, name));
}

static const char *keep(struct arena *mem, const struct object *object)
{
    struct buf out;
    const struct object *top = object_top(object);
    const struct keeping *keeping = keeping_of(object);
    const char *name = name_of(mem, top);
    buf_init(&out, mem);
    buf_addf(&out, "BEGIN\nCREATE TABLE %s AS\n", notes(mem, object));
    if (keeping)
        buf_addf(
            &out,
            "    WITH kept AS (SELECT oid, %sacl AS acl, %sowner AS owner, %snamespace AS space FROM %s WHERE oid = "
            "%s(%s))\n",
            keeping->prefix, keeping->prefix, keeping->prefix, keeping->catalog, keeping->find, literal(mem, name));
    else
        buf_addf(&out, "    WITH kept AS (SELECT to_regclass(%s) AS oid)\n", literal(mem, name));
    buf_add(&out,
            "    SELECT COALESCE(json_agg(json_build_array(part, said) ORDER BY place, said), '[]') AS said FROM (\n");
    if (keeping)
        buf_add(&out, filled(mem, object_sql, object, name));
    if (keeping == &of_views)
        buf_add(&out, filled(mem, parts_sql, object, name));
    if (!keeping) {
        buf_add(&out, filled(mem, parts_sql + strlen("    UNION ALL"), object, name));
        buf_addf(&out, "    HAVING c.attname = %s\n", literal(mem, object->name));
    }
    buf_add(&out, ") AS back (place, part, said);\nEND");
    return pg_do(mem, out.data);
}

/* ---- after ---- */

static const char *bring_back(struct arena *mem, const struct object *object)
{
    const char *name = literal(mem, name_of(mem, object_top(object)));
    const char *there = arena_printf(
        mem,
        " WHERE one->>0 IS NULL OR EXISTS (\n    SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = one->>0)",
        name);
    return pg_do(mem, arena_printf(mem,
                                   "DECLARE line text; BEGIN\nFOR line IN SELECT one->>1 FROM "
                                   "%s AS kept, json_array_elements(kept.said) AS one%s LOOP\n"
                                   "    EXECUTE line;\nEND LOOP;\nDROP TABLE %s;\nEND",
                                   notes(mem, object), object->kind == KIND_VIEW ? there : "", notes(mem, object)));
}

const char *pg_keep(struct arena *mem, const struct object *object, bool again)
{
    return again ? bring_back(mem, object) : keep(mem, object);
}
