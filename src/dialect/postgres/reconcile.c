/*
 * What is not a difference.  Of a description that no server has printed, what it cannot say as the server does: that a serial's
 * sequence counts in its own way, and that a UNIQUE which says a key again makes no second index.  And whether a materialised
 * view is filled: that is said where it is made, as a dump says WITH NO DATA of every one, and is then up to whoever refreshes it.  And the
 * version of an extension, if it is newer than the one asked for.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

static struct object *sequence_drawn(const struct tree *tree, const struct column *column)
{
    const struct object *table = column->object.parent;
    for (int i = 0; i < table->parent->children.n; i++) {
        struct object *object = table->parent->children.item[i];
        const struct ref *owner = &((const struct sequence *)object)->owned_by;
        if (object->kind == KIND_SEQUENCE && !object->peer && owner->part &&
            text_equal(owner->part, column->object.name) && tree_find_ref(tree, KIND_TABLE, owner) == &column->object)
            return object;
    }
    return NULL;
}

/* A serial is desired, and the column draws from a sequence of its own: that is one. */
static void serial_fold(struct arena *mem, const struct target *target, const struct tree *before,
                        const struct column *desired)
{
    struct column *column = (struct column *)desired->object.peer;
    if (!desired->autoincrement || !column || column->autoincrement)
        return;
    struct object *sequence = sequence_drawn(before, column);
    if (!sequence)
        return;
    const char *text = pg_nextval(mem, object_schema(sequence), sequence->name);
    if (!pg_default_same(mem, target, column->type, expr_text(&column->default_value), text))
        return;
    SAY(column, COLUMN, autoincrement, true);
    SAY(column, COLUMN, default_value, ((struct expr){0}));
    object_remove(sequence);
}

bool pg_same_key(const struct unique *unique, const struct object *key)
{
    if (key->kind == KIND_PRIMARY_KEY) {
        const struct primary_key *primary = (const struct primary_key *)key;
        return names_equal(&primary->columns, &unique->columns) && names_equal(&primary->include, &unique->include) &&
               primary->deferrable == unique->deferrable && !unique->nulls_not_distinct &&
               primary->without_overlaps == unique->without_overlaps &&
               primary->initially_deferred == unique->initially_deferred;
    }
    const struct unique *other = (const struct unique *)key;
    return key->kind == KIND_UNIQUE && other != unique && names_equal(&other->columns, &unique->columns) &&
           names_equal(&other->include, &unique->include) && other->nulls_not_distinct == unique->nulls_not_distinct &&
           other->without_overlaps == unique->without_overlaps && other->deferrable == unique->deferrable &&
           other->initially_deferred == unique->initially_deferred;
}

static bool says_again(const struct unique *unique, const struct object *key)
{
    bool better = key->kind != KIND_UNIQUE || key->peer || unique->object.name_invented || !key->name_invented;
    return better && pg_same_key(unique, key);
}

/* Of those that are the same, the one that stands, or has a name, is kept. */
static void uniques_merge(struct object *table)
{
    for (int i = table->children.n - 1; i >= 0; i--) {
        struct object *unique = table->children.item[i];
        bool again = false;
        for (int k = 0; !again && unique->kind == KIND_UNIQUE && !unique->peer && k < table->children.n; k++)
            again = says_again((const struct unique *)unique, table->children.item[k]);
        if (again)
            object_remove(unique);
    }
}

/* What comes in the place of a filled one is filled. */
static void filled_keep(struct view *view)
{
    const struct view *current = (const struct view *)view->object.peer;
    if (current && current->materialized && view->materialized)
        SAY(view, VIEW, no_data, current->no_data);
}

/* An identity has a sequence of its own, and not that of the serial which it was. */
static void sequence_settle(struct arena *mem, struct column *after)
{
    const struct column *before = (const struct column *)after->object.peer;
    if (before && before->sequence && !after->sequence && !before->identity != !after->identity)
        SAY(after, COLUMN, sequence, pg_sequence_name(mem, after));
}

/* The column of a parent that has the serial from which this one draws; NULL: none. */
static const struct column *serial_above(struct arena *mem, const struct target *target, const struct tree *tree,
                                         const struct column *column)
{
    const struct table *table = (const struct table *)column->object.parent;
    for (int i = 0; i < table->inherits.n; i++) {
        const struct object *parent = pg_parent(tree, table, i);
        const struct column *above =
            parent ? (const struct column *)object_child(parent, KIND_COLUMN, column->object.name) : NULL;
        if (above && above->autoincrement)
            return above;
        above = above && parent != &table->object ? serial_above(mem, target, tree, above) : NULL;
        if (above)
            return above;
    }
    return NULL;
}

/* What a sequence was called before this plan, if the plan renames it; else its name. */
static const char *sequence_was(const struct changes *changes, const char *schema, const char *name)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op == CHANGE_RENAME && change->kind == KIND_SEQUENCE &&
            text_equal(object_schema(change->after), schema) && text_equal(change->after->name, name))
            return change->before->name;
    }
    return name;
}

static void default_move(struct arena *mem, const struct target *target, struct column *column, const char *from,
                         const char *to)
{
    if (pg_default_same(mem, target, column->type, expr_text(&column->default_value), from))
        SAY(column, COLUMN, default_value, ((struct expr){.printed = to}));
}

/* A child draws from its parent's sequence, whatever that is called: settle() took it for one of the usual name. */
static void default_follow(struct arena *mem, const struct target *target, const struct changes *changes,
                           struct column *after)
{
    const struct column *above = serial_above(mem, target, changes->after, after);
    const struct column *known = above && above->object.peer ? (const struct column *)above->object.peer : above;
    if (!above || !known->sequence || !known->autoincrement)
        return;
    struct column usual = *above;
    const char *schema = object_schema(&above->object), *is = pg_nextval(mem, schema, known->sequence);
    usual.sequence = NULL;
    default_move(mem, target, after, pg_nextval(mem, schema, pg_sequence_name(mem, &usual)), is);
    if (after->object.peer)
        default_move(mem, target, (struct column *)after->object.peer,
                     pg_nextval(mem, schema, sequence_was(changes, schema, known->sequence)), is);
}

/* 1.9 before 1.10; what is not a number is as good as any other. */
bool pg_version_older(struct arena *mem, const char *version, const char *than)
{
    struct names left = text_split(mem, version, '.'), right = text_split(mem, than, '.');

    for (int i = 0; i < left.n && i < right.n; i++) {
        int64_t a, b;
        if (!text_to_int(left.item[i], &a) || !text_to_int(right.item[i], &b))
            return false;
        if (a != b)
            return a < b;
    }
    return left.n < right.n;
}

/* An extension has no way back to an older version, and a newer one does what was asked for too. */
static void newer_keep(struct arena *mem, struct extension *extension)
{
    const struct extension *before = (const struct extension *)extension->object.peer;
    if (before && before->version && extension->version && pg_version_older(mem, extension->version, before->version))
        object_unsay(&extension->object, EXTENSION_version);
}

void pg_reconcile(struct arena *mem, const struct target *target, struct changes *changes)
{
    struct object *root = changes->after->root;
    bool printed = changes->after->names_unmodelled;
    pg_shared_checks_part(mem, changes);
    for (struct object *o = root; o; o = object_next(root, o)) {
        if (o->kind == KIND_COLUMN) {
            sequence_settle(mem, (struct column *)o);
            default_follow(mem, target, changes, (struct column *)o);
        }
        if (o->kind == KIND_EXTENSION)
            newer_keep(mem, (struct extension *)o);
        else if (o->kind == KIND_VIEW)
            filled_keep((struct view *)o);
        else if (printed)
            continue;
        else if (o->kind == KIND_COLUMN)
            serial_fold(mem, target, changes->before, (const struct column *)o);
        else if (o->kind == KIND_TABLE)
            uniques_merge(o);
    }
}
