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

static const char *part_is_absent(struct arena *mem, const struct object *part, const char *catalog, const char *prefix)
{
    struct buf name;
    buf_init(&name, mem);
    pg_literal(&name, part->name);
    return arena_printf(mem, "NOT EXISTS (SELECT FROM %s WHERE %srelid = to_regclass(%s) AND %sname = %s)", catalog,
                        prefix, relation(mem, part->parent), prefix, name.data);
}

/* NULL: nobody makes such a thing by hand so that it would have to make room. */
static const char *absence(struct arena *mem, const struct object *object)
{
    switch (object->kind) {
    case KIND_VIEW:
    case KIND_INDEX:
    case KIND_SEQUENCE: return arena_printf(mem, "to_regclass(%s) IS NULL", relation(mem, object));
    case KIND_TRIGGER: return part_is_absent(mem, object, "pg_trigger", "tg");
    case KIND_COLUMN: return part_is_absent(mem, object, "pg_attribute", "att");
    case KIND_PRIMARY_KEY:
    case KIND_UNIQUE:
    case KIND_CHECK:
    case KIND_EXCLUDE:
    case KIND_FOREIGN_KEY: return part_is_absent(mem, object, "pg_constraint", "con");
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

const char *pg_guarded(struct arena *mem, const struct object *object, enum change_op op, const char *sql)
{
    const char *absent = absence(mem, object), *noted = setting(mem, object);
    if (!absent)
        return NULL;
    if (!sql)
        return arena_printf(mem, "DO $$ BEGIN\nPERFORM set_config('%s', (%s)::text, true);\nEND $$", noted, absent);
    const char *condition = op == CHANGE_ALTER ? arena_printf(mem, "NOT (%s)", absent)
                            : op == CHANGE_DROP
                                ? arena_printf(mem, "set_config('%s', (%s)::text, true) = 'false'", noted, absent)
                                : arena_printf(mem, "current_setting('%s', true) IS DISTINCT FROM 'true'", noted);
    const char *quote = quote_for(mem, sql); /* its lines stay as they are: texts may go over several */
    return arena_printf(mem, "DO %s BEGIN\nIF %s THEN\n%s;\nEND IF;\nEND %s", quote, condition, sql, quote);
}
