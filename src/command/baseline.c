/*
 * Taking over a database that was there before its migrations: what it has of what the models describe becomes the
 * first migration, as it is in the database, and is marked as applied.  What differs from the models stays a difference
 * for the next make-migrations; what no model describes is not written, because what a migration creates is ours to drop.
 */
#include "command/baseline.h"

#include "base/text.h"
#include "command/comparison.h"
#include "diff/diff.h"
#include "schema/unmodelled.h"

static int check_untouched(struct ctx *ctx, struct session *session)
{
    const struct list *files = &session->folder->versioned;
    if (files->n) {
        const struct migration *last = files->item[files->n - 1];
        fail(ctx, ERR_STATE, "--baseline writes the first migration, but there is %s already", last->filename);
        return fail_hint(ctx, "`dbwarden migrate --baseline --to-version %s` marks it as applied without running it.",
                         last->version);
    }
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        if (row->number < 0)
            continue;
        fail(ctx, ERR_STATE, "--baseline writes the first migration, but %s has applied version %s, whose file is gone",
             session->conn->target, row->version);
        return fail_hint(ctx, "Bring the migration files back.");
    }
    return 0;
}

static void columns_needed(struct arena *mem, const struct object *object, struct names *needed)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct field *field = &kind_table[object->kind].field[i];
        const void *value = object_field(object, i);
        if (!(field->marks & FIELD_COLUMN_REF))
            continue;
        if (field->type == FIELD_NAMES)
            for (int k = 0; k < ((const struct names *)value)->n; k++)
                names_add(mem, needed, ((const struct names *)value)->item[k]);
        else if (field->type == FIELD_TEXT && *(const char *const *)value)
            names_add(mem, needed, *(const char *const *)value);
    }
    for (int i = 0; i < object->children.n; i++)
        columns_needed(mem, object->children.item[i], needed);
}

/* A key of both sides may be over columns that only the database has: they are written with it. */
static void columns_of_keys(struct arena *mem, const struct object *twin, struct names *needed)
{
    for (int i = 0; i < twin->children.n; i++) {
        const struct object *child = twin->children.item[i];
        if (child->peer && child->kind != KIND_COLUMN)
            columns_needed(mem, child, needed);
    }
}

/* The models may say VARCHAR where the database has a type of its own: the column cannot be made without that. */
static bool type_needed(const struct object *type)
{
    const struct object *root = type;
    while (root->parent)
        root = root->parent;
    for (const struct object *o = root; kind_is(type->kind, KIND_IS_TYPE) && o; o = object_next(root, o)) {
        const char *of = o->kind == KIND_COLUMN && o->peer ? ((const struct column *)o)->type : NULL;
        if (of && text_has(of, type->name))
            return true;
    }
    return false;
}

/* Takes out of `live` what the models do not describe; `twin` is a copy of it whose peers they are. */
static void undescribed_remove(struct arena *mem, struct object *live, const struct object *twin,
                               const struct kind_set *described)
{
    struct names needed = {0};
    columns_of_keys(mem, twin, &needed);
    for (int i = live->children.n - 1; i >= 0; i--) {
        struct object *child = live->children.item[i];
        const struct object *other = twin->children.item[i];
        bool spoken = kind_set_has(described, child->kind) || kind_is(child->kind, KIND_NAMESPACE);
        bool kept = (other->peer && spoken) || kind_is(child->kind, KIND_PART) || type_needed(other) ||
                    (child->kind == KIND_COLUMN && names_have(&needed, child->name));
        if (kept)
            undescribed_remove(mem, child, other, described);
        else
            list_remove(&live->children, i);
    }
}

static int count_described(const struct tree *tree)
{
    int n = 0;
    for (int i = 0; i < tree->root->children.n; i++)
        n += ((const struct object *)tree->root->children.item[i])->children.n;
    return n;
}

int baseline_compare(struct ctx *ctx, struct session *session, struct comparison *comparison)
{
    struct tree *desired, *live;
    struct changes *differences;
    TRY(desired_read(ctx, session, &desired));
    const struct target *target = session->target;
    filter_apply(&session->database->filter, target_usual(target), desired);
    TRY(session_connect(ctx, session, true));
    TRY(session_reload(ctx, session));
    TRY(check_untouched(ctx, session));
    TRY(target->dialect->load(ctx, session->conn, &session->database->filter, &live));
    tree_settle(ctx->mem, target, live);
    const struct kind_set described = kind_set_both(&desired->kinds, &live->kinds);
    const struct diff_input both = {.target = target, .before = tree_copy(ctx->mem, live), .after = desired};
    TRY(diff_trees(ctx, &both, &differences));
    const struct list run = events_run(ctx, target, &session->events, both.before), none = {0};
    undescribed_remove(ctx->mem, live->root, both.before->root, &described);
    if (!count_described(live)) {
        fail(ctx, ERR_STATE, "%s has nothing of what the models describe", session->conn->target);
        return fail_hint(ctx, "`dbwarden make-migrations` writes the migration that creates it.");
    }
    live->kinds = described;
    struct tree *nothing = tree_new(ctx->mem, live->engine);
    nothing->kinds = described;
    nothing->version = live->version;
    *comparison = (struct comparison){.current = nothing, .desired = live, .written = tree_copy(ctx->mem, live)};
    comparison->open = unmodelled_open(ctx->mem, live, nothing); /* what the file cannot hold */
    const struct diff_input input = {.target = target, .before = nothing, .after = live};
    TRY(diff_trees(ctx, &input, &comparison->changes));
    const struct event_sides sides = {&run, &none};
    events_plan(ctx, target, &sides, comparison->changes, &comparison->events);
    return 0;
}

int baseline_mark(struct ctx *ctx, const struct session *session, const char *version, struct json *report)
{
    __attribute__((cleanup(session_close))) struct session marking = {0};
    const struct migrate_options options = {.baseline = true, .to_version = version};
    TRY(session_open(ctx, session->config, session->database->name, &marking));
    return migrate_run(ctx, &marking, &options, report);
}
