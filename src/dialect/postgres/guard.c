/*
 * Statements about what somebody made by hand in one database: a file runs in others too, and there they must do nothing.
 *
 * Whoever drops notes in a setting of the transaction that there is nothing to drop, and whoever makes it again looks there.
 * Where nothing was noted it is made: a file that runs without a transaction loses nothing for it.
 */
#include "base/hash.h"
#include "base/text.h"
#include "dialect/postgres/render.h"

static const char *literal(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    pg_literal(&out, text);
    return out.data;
}

/* The table of a part, or the relation itself. */
static const char *relation(struct arena *mem, const struct object *object)
{
    struct buf name;
    buf_init(&name, mem);
    pg_top(&name, object);
    return literal(mem, name.data);
}

/* Something else may have the name in another database. */
static const char *relation_is(struct arena *mem, const struct object *object, const char *kinds, bool there)
{
    return arena_printf(mem, "%sEXISTS (SELECT FROM pg_class WHERE oid = to_regclass(%s) AND relkind IN (%s))",
                        there ? "" : "NOT ", relation(mem, object), kinds);
}

static const char *view_is(struct arena *mem, const struct view *view, bool there)
{
    return relation_is(mem, &view->object, view->materialized ? "'m'" : "'v'", there);
}

static const char *index_is(struct arena *mem, const struct object *index, bool there)
{
    return arena_printf(
        mem, "%sEXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indrelid = to_regclass(%s))",
        there ? "" : "NOT ", relation(mem, index), relation(mem, index->parent));
}

static const char *part_is(struct arena *mem, const struct object *part, const char *catalog, bool there)
{
    const char *prefix = text_equal(catalog, "trigger")     ? "tg"
                         : text_equal(catalog, "policy")    ? "pol"
                         : text_equal(catalog, "attribute") ? "att"
                                                            : "con";
    if (part->kind == KIND_CHECK && kind_is(part->parent->kind, KIND_IS_TYPE))
        return arena_printf(mem,
                            "%sEXISTS (SELECT FROM pg_constraint WHERE contypid = to_regtype(%s) AND conname = %s)",
                            there ? "" : "NOT ", relation(mem, part->parent), literal(mem, part->name));
    return arena_printf(mem, "%sEXISTS (SELECT FROM pg_%s WHERE %srelid = to_regclass(%s) AND %sname = %s)",
                        there ? "" : "NOT ", catalog, prefix, relation(mem, part->parent), prefix,
                        literal(mem, part->name));
}

static const char *rule_is(struct arena *mem, const struct object *rule, bool there)
{
    return arena_printf(mem, "%sEXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(%s) AND rulename = %s)",
                        there ? "" : "NOT ", relation(mem, rule->parent), literal(mem, rule->name));
}

static const char *statistics_is(struct arena *mem, const struct object *statistics, bool there)
{
    return arena_printf(mem,
                        "%sEXISTS (SELECT FROM pg_statistic_ext WHERE stxrelid = to_regclass(%s) AND stxname = %s)",
                        there ? "" : "NOT ", relation(mem, statistics->parent), literal(mem, statistics->name));
}

static const char *routine(struct arena *mem, const struct function *function)
{
    struct buf name;
    buf_init(&name, mem);
    pg_call(&name, function, function->called);
    return literal(mem, name.data);
}

/* NULL: nobody makes such a thing by hand so that it would have to make room. */
static const char *presence(struct arena *mem, const struct object *object, bool there)
{
    switch (object->kind) {
    case KIND_DOMAIN:
    case KIND_COMPOSITE:
    case KIND_ENUM: return arena_printf(mem, "to_regtype(%s) IS %sNULL", relation(mem, object), there ? "NOT " : "");
    case KIND_FUNCTION:
        return arena_printf(mem, "to_regprocedure(%s) IS %sNULL", routine(mem, (const struct function *)object),
                            there ? "NOT " : "");
    case KIND_TABLE: return relation_is(mem, object, "'r', 'p'", there);
    case KIND_SEQUENCE: return relation_is(mem, object, "'S'", there);
    case KIND_VIEW: return view_is(mem, (const struct view *)object, there);
    case KIND_INDEX: return index_is(mem, object, there);
    case KIND_TRIGGER: return part_is(mem, object, "trigger", there);
    case KIND_STATISTICS: return statistics_is(mem, object, there);
    case KIND_RULE: return rule_is(mem, object, there);
    case KIND_POLICY: return part_is(mem, object, "policy", there);
    case KIND_ATTRIBUTE:
    case KIND_COLUMN: return part_is(mem, object, "attribute", there);
    case KIND_PRIMARY_KEY:
    case KIND_UNIQUE:
    case KIND_CHECK:
    case KIND_EXCLUDE:
    case KIND_FOREIGN_KEY: return part_is(mem, object, "constraint", there);
    default: return pg_defined_presence(mem, object, there);
    }
}

/* Of two objects never the same, whatever they are called. */
static const char *setting(struct arena *mem, const struct object *object)
{
    const char *path = object_path(mem, object);
    return arena_printf(mem, "dbwarden.absent_%.8s", hash_sha256(mem, path, strlen(path)));
}

static const char *quote_for(struct arena *mem, const char *sql)
{
    const char *quote = "$$";
    for (int i = 1; strstr(sql, quote); i++)
        quote = arena_printf(mem, "$room%d$", i);
    return quote;
}

/* Its lines stay as they are: texts may go over several. */
const char *pg_do(struct arena *mem, const char *body)
{
    const char *quote = quote_for(mem, body);
    return arena_printf(mem, "DO %s %s %s", quote, body, quote);
}

const char *pg_where(struct arena *mem, const char *condition, const char *sql)
{
    return pg_do(mem, arena_printf(mem, "BEGIN\nIF %s THEN\n%s;\nEND IF;\nEND", condition, sql));
}

static const char *condition_of(struct arena *mem, const struct object *object, enum guard guard)
{
    const char *absent = presence(mem, object, false);
    if (guard == GUARD_DROP)
        return arena_printf(mem, "set_config('%s', (%s)::text, true) = 'false'", setting(mem, object), absent);
    if (guard == GUARD_AGAIN)
        return arena_printf(mem, "current_setting('%s', true) IS DISTINCT FROM 'true'", setting(mem, object));
    return guard == GUARD_ABSENT ? absent : presence(mem, object, true);
}

/*
 * Another view of the same name would come back as this one.  Both texts are read and printed by the server at hand: what it
 * prints first is not always what it prints of that.
 */
static const char *only_the_same(struct arena *mem, const struct view *view, const char *sql)
{
    struct buf was, is, out;
    buf_init(&was, mem);
    buf_init(&is, mem);
    buf_init(&out, mem);
    const char *said =
        arena_printf(mem, "%s is another one here than where this file was written", object_path(mem, &view->object));
    pg_sibling(&was, &view->object, "dbwarden_was");
    pg_sibling(&is, &view->object, "dbwarden_is");
    buf_addf(&out, "CREATE VIEW %s AS\n%s;\n", was.data, text_trim(mem, expr_text(&view->query)));
    buf_addf(&out, "EXECUTE %s || pg_get_viewdef(to_regclass(%s));\n",
             literal(mem, arena_printf(mem, "CREATE VIEW %s AS ", is.data)), relation(mem, &view->object));
    buf_addf(&out, "IF pg_get_viewdef(to_regclass(%s)) <> pg_get_viewdef(to_regclass(%s)) THEN\n",
             literal(mem, was.data), literal(mem, is.data));
    buf_addf(&out,
             "RAISE EXCEPTION USING MESSAGE = %s, HINT = 'Drop it before this file runs, and create it again "
             "afterwards.';\nEND IF;\n",
             literal(mem, said));
    buf_addf(&out, "DROP VIEW %s, %s;\n%s", was.data, is.data, sql);
    return out.data;
}

const char *pg_guarded(struct arena *mem, const struct object *object, enum guard guard, const char *sql)
{
    static const char schema[] = "CREATE SCHEMA ";
    if (object->kind == KIND_SCHEMA && guard == GUARD_ABSENT && text_starts(sql, schema)) /* has words for it */
        return arena_printf(mem, "%sIF NOT EXISTS %s", schema, sql + strlen(schema));
    if (!presence(mem, object, true))
        return NULL;
    const char *condition = condition_of(mem, object, guard);
    if (!sql)
        return arena_printf(mem, "DO $$ BEGIN\nPERFORM %s;\nEND $$", condition);
    if (guard == GUARD_DROP && object->kind == KIND_VIEW)
        sql = only_the_same(mem, (const struct view *)object, sql);
    return pg_where(mem, condition, sql);
}
