/*
 * Statements about what somebody made by hand in one database: a file runs in others too, and there they must do nothing.
 *
 * Whoever drops notes in a setting of the transaction that there is nothing to drop, and whoever makes it again looks there.
 * Where nothing was noted it is made: a file that runs without a transaction loses nothing for it.
 */
#include "base/hash.h"
#include "base/text.h"
#include "dialect/postgres/render.h"

/* The table of a part, or the relation itself. */
static const char *relation(struct arena *mem, const struct object *object)
{
    struct buf name, literal;
    buf_init(&name, mem);
    buf_init(&literal, mem);
    pg_top(&name, object);
    pg_literal(&literal, name.data);
    return literal.data;
}

static const char *relation_is(struct arena *mem, const struct object *object, bool there)
{
    return arena_printf(mem, "to_regclass(%s) IS %sNULL", relation(mem, object), there ? "NOT " : "");
}

static const char *part_is(struct arena *mem, const struct object *part, const char *catalog, bool there)
{
    const char *prefix = text_equal(catalog, "trigger") ? "tg" : text_equal(catalog, "attribute") ? "att" : "con";
    struct buf name;
    buf_init(&name, mem);
    pg_literal(&name, part->name);
    return arena_printf(mem, "%sEXISTS (SELECT FROM pg_%s WHERE %srelid = to_regclass(%s) AND %sname = %s)",
                        there ? "" : "NOT ", catalog, prefix, relation(mem, part->parent), prefix, name.data);
}

/* NULL: nobody makes such a thing by hand so that it would have to make room. */
static const char *presence(struct arena *mem, const struct object *object, bool there)
{
    switch (object->kind) {
    case KIND_TABLE:
    case KIND_VIEW:
    case KIND_INDEX:
    case KIND_SEQUENCE: return relation_is(mem, object, there);
    case KIND_TRIGGER: return part_is(mem, object, "trigger", there);
    case KIND_COLUMN: return part_is(mem, object, "attribute", there);
    case KIND_PRIMARY_KEY:
    case KIND_UNIQUE:
    case KIND_CHECK:
    case KIND_EXCLUDE:
    case KIND_FOREIGN_KEY: return part_is(mem, object, "constraint", there);
    default: return NULL;
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

static const char *condition_of(struct arena *mem, const struct object *object, enum guard guard)
{
    const char *absent = presence(mem, object, false);
    if (guard == GUARD_DROP)
        return arena_printf(mem, "set_config('%s', (%s)::text, true) = 'false'", setting(mem, object), absent);
    if (guard == GUARD_AGAIN)
        return arena_printf(mem, "current_setting('%s', true) IS DISTINCT FROM 'true'", setting(mem, object));
    return guard == GUARD_ABSENT ? absent : presence(mem, object, true);
}

const char *pg_guarded(struct arena *mem, const struct object *object, enum guard guard, const char *sql)
{
    if (!presence(mem, object, true))
        return NULL;
    const char *condition = condition_of(mem, object, guard);
    if (!sql)
        return arena_printf(mem, "DO $$ BEGIN\nPERFORM %s;\nEND $$", condition);
    const char *quote = quote_for(mem, sql); /* its lines stay as they are: texts may go over several */
    return arena_printf(mem, "DO %s BEGIN\nIF %s THEN\n%s;\nEND IF;\nEND %s", quote, condition, sql, quote);
}
