/*
 * Python defaults that are computed when the models are imported (a date, a random number) look like literals, but are
 * others at every reading: as defaults of a database they would change with every migration.  Only where such a default
 * is about to be written are the models looked at again; what differs then is not a default of the database.
 */
#include "command/comparison.h"

#include "base/json.h"
#include "base/text.h"

static struct object *column_in(const struct tree *tree, const struct object *column)
{
    const struct object *table = column->parent;
    struct object *found = tree_find(tree, KIND_TABLE, table->parent->name, table->name);
    return found ? object_child(found, KIND_COLUMN, column->name) : NULL;
}

static bool default_differs(struct arena *mem, const struct target *target, const struct object *before,
                            const struct object *after)
{
    uint64_t fields[SAID_WORDS] = {0};
    diff_equal(mem, target, before, after, fields);
    return fields[COLUMN_default_value / 64] >> (COLUMN_default_value % 64) & 1;
}

/* A column that has no default is as good without it, and stays so when its table is rebuilt for another reason. */
static bool is_left_out(const struct object *before, struct column *column)
{
    const struct column *current = (const struct column *)before;
    if (!before || !object_says(before, COLUMN_default_value) || current->default_value.written ||
        current->default_value.printed)
        return false;
    column->default_value = (struct expr){0};
    return true;
}

/* The columns whose default comes from Python and is new or another than in the database. */
static struct json *doubts_find(struct arena *mem, const struct target *target, const struct comparison *comparison,
                                struct list *doubts)
{
    struct json *columns = json_array(mem);
    struct object *root = comparison->desired->root;
    for (struct object *o = object_next(root, root); o; o = object_next(root, o)) {
        struct column *column = (struct column *)o;
        if (o->kind != KIND_COLUMN || !column->default_soft || !column->default_value.written)
            continue;
        const struct object *before = column_in(comparison->current, o);
        if (is_left_out(before, column) || (before && !default_differs(mem, target, before, o)))
            continue;
        struct json *json = json_object(mem);
        json_set_text(mem, json, "literal", column->default_value.written);
        json_set_bool(mem, json, "changed", before);
        json_add(mem, columns, json);
        list_add(mem, doubts, o);
    }
    return columns;
}

static void default_forget(struct ctx *ctx, const struct tree *again, struct column *column)
{
    const struct column *other = (const struct column *)column_in(again, &column->object);
    if (!other || text_equal(other->default_value.written, column->default_value.written))
        return;
    emit_warning(ctx,
                 "%s.%s: the default of the models is computed when they are imported (%s now), so it does not become "
                 "a default of the database; default=lambda: ... computes one for each row",
                 column->object.parent->name, column->object.name, column->default_value.written);
    column->default_value = (struct expr){0};
    column->default_soft = false;
}

int defaults_settle(struct ctx *ctx, struct session *session, struct comparison *comparison)
{
    const struct database_config *database = session->database;
    struct list doubts = {0};
    struct tree *again;
    if (database->schema_files.n && !database->model_paths.n)
        return 0;
    struct json *columns = doubts_find(ctx->mem, session->target, comparison, &doubts);
    if (!doubts.n)
        return 0;
    if (config_models_again(ctx, session->config, database, columns, &again)) {
        TRY(ctx_check(ctx));
        emit_debug(ctx, "the models cannot be read a second time: %s", ctx->error.message);
        ctx->error = (struct error){0};
        return 0;
    }
    if (!again)
        return 0;
    tree_settle(ctx->mem, session->target, again);
    for (int i = 0; i < doubts.n; i++)
        default_forget(ctx, again, doubts.item[i]);
    return 0;
}
