/*
 * Guesses at renames.  A table was probably renamed if at least 60 % of its columns are there under another table's
 * name with the same types; columns pair up by type where as many went as came.  These are 0.8.2's rules, so that its
 * users are asked the same questions.  A guess is only ever a question: the command asks, or names the flag.
 */
#include "diff/rename.h"

#include <string.h>

#include "base/text.h"
#include "diff/compare.h"

enum { TABLE_LIKENESS = 60 };

struct guesser {
    struct arena *mem;
    const struct diff_input *input;
    struct list *guesses;
};

static struct object *twin(const struct guesser *guesser, const struct object *in, const struct object *object)
{
    for (int i = 0; in && i < in->children.n; i++) {
        struct object *child = in->children.item[i];
        if (child->kind == object->kind && child->name &&
            compare_name(guesser->mem, guesser->input->dialect, child->name, object->name))
            return child;
    }
    return NULL;
}

static bool is_decided(const struct guesser *guesser, enum kind kind, const char *table, const char *from,
                       const char *to)
{
    for (int i = 0; guesser->input->renames && i < guesser->input->renames->n; i++) {
        const struct rename *rename = guesser->input->renames->item[i];
        if (rename->kind == kind && (!table || text_equal(rename->table, table)) &&
            ((from && text_equal(rename->from, from)) || (to && text_equal(rename->to, to))))
            return true;
    }
    return false;
}

static bool types_equal(const struct guesser *guesser, const struct object *a, const struct object *b)
{
    const char *x = ((const struct column *)a)->type, *y = ((const struct column *)b)->type;
    return text_equal(guesser->input->dialect->type_normal(guesser->mem, x),
                      guesser->input->dialect->type_normal(guesser->mem, y));
}

static int likeness(const struct guesser *guesser, const struct object *old, const struct object *new)
{
    int same = 0, columns = object_count(old, KIND_COLUMN), most = object_count(new, KIND_COLUMN);
    for (int i = 0; i < new->children.n; i++) {
        const struct object *column = new->children.item[i];
        const struct object *other = column->kind == KIND_COLUMN ? twin(guesser, old, column) : NULL;
        same += other && types_equal(guesser, other, column);
    }
    if (columns > most)
        most = columns;
    return most ? same * 100 / most : 0;
}

static void guess_add(const struct guesser *guesser, const struct object *old, const struct object *new, int percent)
{
    struct rename *rename = NEW(guesser->mem, struct rename);
    rename->kind = old->kind;
    rename->from = old->name;
    rename->to = new->name;
    rename->percent = percent;
    rename->schema = object_ancestor(new, KIND_SCHEMA)->name;
    rename->table = new->kind == KIND_COLUMN ? new->parent->name : NULL;
    list_add(guesser->mem, guesser->guesses, rename);
}

/* Tables of `old_schema` that are gone against tables of `new_schema` that are new. */
static void tables_guess(const struct guesser *guesser, const struct object *old_schema,
                         const struct object *new_schema)
{
    for (int i = 0; i < old_schema->children.n; i++) {
        const struct object *old = old_schema->children.item[i];
        if (old->kind != KIND_TABLE || twin(guesser, new_schema, old) ||
            is_decided(guesser, KIND_TABLE, NULL, old->name, NULL) ||
            (guesser->input->managed && !managed_has(guesser->mem, guesser->input->managed, old)))
            continue;
        for (int k = 0; k < new_schema->children.n; k++) {
            const struct object *new = new_schema->children.item[k];
            if (new->kind != KIND_TABLE || twin(guesser, old_schema, new) ||
                is_decided(guesser, KIND_TABLE, NULL, NULL, new->name))
                continue;
            int percent = likeness(guesser, old, new);
            if (percent >= TABLE_LIKENESS)
                guess_add(guesser, old, new, percent);
        }
    }
}

static bool is_managed(const struct guesser *guesser, const struct object *object)
{
    return !guesser->input->managed || managed_has(guesser->mem, guesser->input->managed, object);
}

static struct list columns_only_in(const struct guesser *guesser, const struct object *table,
                                   const struct object *other, bool old)
{
    struct list found = {0};
    const char *wanted_name = old ? other->name : table->name;
    for (int i = 0; i < table->children.n; i++) {
        struct object *column = table->children.item[i];
        if (column->kind == KIND_COLUMN && !twin(guesser, other, column) && (!old || is_managed(guesser, column)) &&
            !is_decided(guesser, KIND_COLUMN, wanted_name, old ? column->name : NULL, old ? NULL : column->name))
            list_add(guesser->mem, &found, column);
    }
    return found;
}

static struct list same_type(const struct guesser *guesser, const struct list *columns, const struct object *like)
{
    struct list found = {0};
    for (int i = 0; i < columns->n; i++)
        if (types_equal(guesser, columns->item[i], like))
            list_add(guesser->mem, &found, columns->item[i]);
    return found;
}

static void columns_guess(const struct guesser *guesser, const struct object *old, const struct object *new)
{
    struct list gone = columns_only_in(guesser, old, new, true), come = columns_only_in(guesser, new, old, false);
    for (int i = 0; i < gone.n; i++) {
        struct list from = same_type(guesser, &gone, gone.item[i]), to = same_type(guesser, &come, gone.item[i]);
        if (from.n != to.n || from.item[0] != gone.item[i])
            continue;
        for (int k = 0; k < from.n; k++)
            guess_add(guesser, from.item[k], to.item[k], 100);
    }
}

static const struct object *renamed_from(const struct guesser *guesser, const struct object *old_schema,
                                         const struct object *new)
{
    for (int i = 0; guesser->input->renames && i < guesser->input->renames->n; i++) {
        const struct rename *rename = guesser->input->renames->item[i];
        if (rename->kind == KIND_TABLE && text_equal(rename->to, new->name))
            return object_child(old_schema, KIND_TABLE, rename->from);
    }
    return twin(guesser, old_schema, new);
}

int rename_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses)
{
    struct guesser guesser = {ctx->mem, input, guesses};
    for (int i = 0; i < input->after->root->children.n; i++) {
        const struct object *new_schema = input->after->root->children.item[i];
        const struct object *old_schema = object_child(input->before->root, KIND_SCHEMA, new_schema->name);
        if (!old_schema)
            continue;
        tables_guess(&guesser, old_schema, new_schema);
        for (int k = 0; k < new_schema->children.n; k++) {
            const struct object *new = new_schema->children.item[k];
            const struct object *old = new->kind == KIND_TABLE ? renamed_from(&guesser, old_schema, new) : NULL;
            if (old)
                columns_guess(&guesser, old, new);
        }
    }
    return ctx_check(ctx);
}

static int rename_add(struct ctx *ctx, struct list *decided, struct rename rename)
{
    struct rename *copy = NEW(ctx->mem, struct rename);
    *copy = rename;
    copy->resolved_from = "rename_flag";
    list_add(ctx->mem, decided, copy);
    return 0;
}

int rename_read_column(struct ctx *ctx, const char *flag, struct list *decided)
{
    const char *dot = strchr(flag, '.'), *colon = dot ? strchr(dot, ':') : NULL;
    if (!colon || dot == flag || colon == dot + 1 || !colon[1]) {
        fail(ctx, ERR_USAGE, "Invalid --rename format: '%s'. Expected table.old_name:new_name", flag);
        return fail_hint(ctx, "For example: --rename users.mail:email");
    }
    return rename_add(ctx, decided,
                      (struct rename){.kind = KIND_COLUMN,
                                      .table = arena_copy(ctx->mem, flag, (size_t)(dot - flag)),
                                      .from = arena_copy(ctx->mem, dot + 1, (size_t)(colon - dot - 1)),
                                      .to = colon + 1});
}

int rename_read_table(struct ctx *ctx, const char *flag, struct list *decided)
{
    const char *colon = strchr(flag, ':');
    if (!colon || colon == flag || !colon[1]) {
        fail(ctx, ERR_USAGE, "Invalid --rename-table format: '%s'. Expected: old_table:new_table", flag);
        return fail_hint(ctx, "For example: --rename-table user:users");
    }
    return rename_add(ctx, decided,
                      (struct rename){.kind = KIND_TABLE,
                                      .from = arena_copy(ctx->mem, flag, (size_t)(colon - flag)),
                                      .to = colon + 1});
}

static struct object *table_anywhere(const struct tree *tree, const char *name)
{
    for (int i = 0; i < tree->root->children.n; i++) {
        struct object *table = object_child(tree->root->children.item[i], KIND_TABLE, name);
        if (table)
            return table;
    }
    return NULL;
}

static int rename_check_table(struct ctx *ctx, const struct tree *before, const struct tree *after,
                              const struct rename *rename)
{
    const char *what = arena_printf(ctx->mem, "--rename-table %s:%s", rename->from, rename->to);
    if (!table_anywhere(before, rename->from))
        return fail(ctx, ERR_USAGE, "%s: there is no table \"%s\" in the current schema", what, rename->from);
    if (table_anywhere(before, rename->to))
        return fail(ctx, ERR_USAGE, "%s: the current schema has a table \"%s\" already", what, rename->to);
    if (table_anywhere(after, rename->from))
        return fail(ctx, ERR_USAGE, "%s: the models still have a table \"%s\"", what, rename->from);
    if (!table_anywhere(after, rename->to))
        return fail(ctx, ERR_USAGE, "%s: the models have no table \"%s\"", what, rename->to);
    return 0;
}

/* A column flag may name its table as it was or as it will be; from here on it is the wanted name. */
static int rename_check_column(struct ctx *ctx, const struct tree *before, const struct tree *after,
                               const struct list *decided, struct rename *rename)
{
    const char *old_table = rename->table;
    for (int i = 0; i < decided->n; i++) {
        const struct rename *table = decided->item[i];
        if (table->kind != KIND_TABLE)
            continue;
        if (text_equal(table->from, rename->table))
            rename->table = table->to;
        if (text_equal(table->to, rename->table))
            old_table = table->from;
    }
    const char *what = arena_printf(ctx->mem, "--rename %s.%s:%s", rename->table, rename->from, rename->to);
    const struct object *old = table_anywhere(before, old_table), *new = table_anywhere(after, rename->table);
    if (!old)
        return fail(ctx, ERR_USAGE, "%s: there is no table \"%s\" in the current schema", what, old_table);
    if (!new)
        return fail(ctx, ERR_USAGE, "%s: the models have no table \"%s\"", what, rename->table);
    if (!object_child(old, KIND_COLUMN, rename->from))
        return fail(ctx, ERR_USAGE, "%s: table \"%s\" has no column \"%s\"", what, old_table, rename->from);
    if (object_child(old, KIND_COLUMN, rename->to))
        return fail(ctx, ERR_USAGE, "%s: table \"%s\" has a column \"%s\" already", what, old_table, rename->to);
    if (object_child(new, KIND_COLUMN, rename->from))
        return fail(ctx, ERR_USAGE, "%s: the models still have a column \"%s\"", what, rename->from);
    if (!object_child(new, KIND_COLUMN, rename->to))
        return fail(ctx, ERR_USAGE, "%s: the models have no column \"%s\"", what, rename->to);
    return 0;
}

int rename_check(struct ctx *ctx, const struct tree *before, const struct tree *after, const struct list *decided)
{
    for (int i = 0; i < decided->n; i++) {
        struct rename *rename = decided->item[i];
        if (rename->kind == KIND_TABLE)
            TRY(rename_check_table(ctx, before, after, rename));
        else
            TRY(rename_check_column(ctx, before, after, decided, rename));
    }
    return 0;
}
