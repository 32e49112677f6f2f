/*
 * A column that gets another type in steps: a new column beside it, kept equal by a trigger and filled in batches; what hangs on
 * the old one is made for the new one too, beside writers; then the two change names in one short transaction, and the old one goes.
 * Until the swap the column and what names it are as they were, so every change of them comes with it.
 * What names the column without holding rows (views, policies) is made again in the swap, as any rename and its diff want it, and so
 * is a foreign key to it, which is NOT VALID from then on until it is confirmed.
 */
#include "run/gradual_parts.h"

#include <string.h>

#include "base/text.h"
#include "dialect/common.h"
#include "diff/graph.h"

struct retype {
    const struct easing *easing;
    struct object *before, *after; /* the column */
    struct object *table;          /* of the desired tree */
    const char *new, *old;         /* names of the one that comes and of the one that went */
    struct list dependents;        /* struct object *, whole ones, each once */
};

enum manner { MANNER_REFUSE, MANNER_CONSTRAINT, MANNER_INDEX, MANNER_KEY, MANNER_TEXT };

static const enum manner manners[KIND_COUNT] = {
    [KIND_CHECK] = MANNER_CONSTRAINT, [KIND_FOREIGN_KEY] = MANNER_CONSTRAINT,
    [KIND_INDEX] = MANNER_INDEX,      [KIND_PRIMARY_KEY] = MANNER_KEY,
    [KIND_UNIQUE] = MANNER_KEY,       [KIND_VIEW] = MANNER_TEXT,
    [KIND_TRIGGER] = MANNER_TEXT,     [KIND_POLICY] = MANNER_TEXT,
    [KIND_RULE] = MANNER_TEXT,        [KIND_STATISTICS] = MANNER_TEXT,
    [KIND_FUNCTION] = MANNER_TEXT};

static bool is_altered(const struct easing *easing, const struct object *object)
{
    for (int i = 0; i < easing->changes->list.n; i++) {
        const struct change *change = easing->changes->list.item[i];
        if (change->op == CHANGE_ALTER && object_within(change->after, object))
            return true;
    }
    return false;
}

/* ---- may it be done in steps? ---- */

bool easing_is_retype(const struct easing *easing, const struct change *change)
{
    struct arena *mem = easing->mem;
    if (change->kind != KIND_COLUMN || change->op != CHANGE_ALTER)
        return false;
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    if (expr_text(&before->computed) || expr_text(&after->computed))
        return false;
    if (change_has(change, COLUMN_collation) && !change_has(change, COLUMN_type))
        return false;
    return change_has(change, COLUMN_type) && !types_stored_alike(mem, type_normal(mem, easing->target, before->type),
                                                                  type_normal(mem, easing->target, after->type));
}

/* It is made again in the swap, as NOT VALID, for until then there is no key that it could refer to; and confirmed after it. */
static const char *reference_reason(const struct easing *easing, const struct object *key)
{
    const char *path = object_path(easing->mem, key), *reason = easing_table_reason(key->parent);
    if (reason)
        return arena_printf(easing->mem, "%s refers to it, and %s", path, reason);
    return is_altered(easing, key) ? arena_printf(easing->mem, "%s changes too", path) : NULL;
}

static const char *rests_reason(const struct retype *retype, const struct object *key)
{
    const struct easing *easing = retype->easing;
    for (const struct edge *rests = key->needed; rests; rests = rests->next_needed) {
        if (rests->how != EDGE_RESTS)
            continue;
        if (rests->from->kind != KIND_FOREIGN_KEY)
            return arena_printf(easing->mem, "%s rests on %s", object_path(easing->mem, rests->from),
                                object_path(easing->mem, key));
        const char *reason = reference_reason(easing, rests->from);
        if (reason)
            return reason;
    }
    return NULL;
}

static const char *dependent_reason(const struct retype *retype, const struct edge *edge)
{
    const struct easing *easing = retype->easing;
    struct object *whole = object_whole(edge->from);
    const char *path = object_path(easing->mem, whole), *reason = NULL;
    enum manner manner = manners[whole->kind];
    if (manner == MANNER_REFUSE)
        return arena_printf(easing->mem, "%s rests on it", path);
    if (whole->kind == KIND_FOREIGN_KEY)
        return reference_reason(easing, whole);
    if (manner == MANNER_KEY && is_altered(easing, whole))
        return arena_printf(easing->mem, "%s changes too", path);
    if (manner == MANNER_KEY || manner == MANNER_INDEX)
        reason = rests_reason(retype, whole);
    return reason;
}

static bool counts(const struct column *column)
{
    return column->identity || column->autoincrement;
}

static const char *retype_reason(struct retype *retype)
{
    const char *reason = easing_table_reason(retype->table);
    if (reason)
        return reason;
    if (fill_of(retype->easing->wish->fills, retype->after))
        return "it comes to be NOT NULL too, and its rows get a value; do that first";
    for (const struct edge *edge = retype->after->needed; edge; edge = edge->next_needed) {
        struct object *whole = object_whole(edge->from);
        if ((reason = dependent_reason(retype, edge)))
            return reason;
        if (!list_has(&retype->dependents, whole))
            list_add(retype->easing->mem, &retype->dependents, whole);
    }
    return easing_key_reason(retype->easing, retype->table);
}

/* ---- what hangs on it ---- */

static struct object *twin_called(const struct retype *retype, bool old, const struct object *object)
{
    const struct easing *easing = retype->easing;
    int number = old ? number_in(&easing->before, object->peer) : number_in(&easing->after, object);
    return number < 0 ? NULL : easing->scratch[old].item[number];
}

static void rename_note(const struct retype *retype, enum kind kind, const char *from, const char *to)
{
    const struct easing *easing = retype->easing;
    struct rename *rename = NEW(easing->mem, struct rename);
    *rename = (struct rename){.kind = kind,
                              .schema = object_schema(retype->table),
                              .table = retype->table->name,
                              .from = from,
                              .to = to,
                              .resolved_from = "safe"};
    list_add(easing->mem, &easing->gradual->step[GRADUAL_SWAP].renames, rename);
}

static struct object *copy_add(const struct retype *retype, int stage, bool old, const struct object *object,
                               const char *name)
{
    static const char *const marks[] = {"clustered", "replica_identity"};
    const struct easing *easing = retype->easing;
    struct object *table = easing_twin(easing, stage, retype->table);
    struct object *copy = object_copy(easing->mem, twin_called(retype, old, object), table);
    copy->name = name;
    copy->name_invented = copy->stranger = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        int field = field_find(copy->kind, marks[i]);
        if (field >= 0)
            *(bool *)object_field(copy, field) = false;
    }
    return copy;
}

static void constraint_copy(const struct retype *retype, const struct object *object, const char *name)
{
    int not_valid = field_find(object->kind, "not_valid");
    bool doubted = *(const bool *)object_field(object, not_valid);
    for (int stage = 0; stage < GRADUAL_SWAP; stage++) {
        struct object *copy = copy_add(retype, stage, false, object, name);
        *(bool *)object_field(copy, not_valid) = doubted || stage < GRADUAL_CHECK;
        object_say(copy, not_valid);
    }
    rename_note(retype, object->kind, name, object->name);
}

/* The old one stays until the old column goes, so that the way back has it. */
static void index_copy(const struct retype *retype, const struct object *object, const char *name)
{
    const struct easing *easing = retype->easing;
    for (int stage = GRADUAL_BUILD; stage < GRADUAL_SWAP; stage++)
        copy_add(retype, stage, false, object, name);
    if (object->peer) {
        const char *kept = easing_name(easing, object->name, NULL, "__old");
        rename_note(retype, KIND_INDEX, object->name, kept);
        for (int stage = GRADUAL_SWAP; stage < GRADUAL_CLEAN; stage++)
            copy_add(retype, stage, true, object, kept);
    }
    rename_note(retype, KIND_INDEX, name, object->name);
}

static void key_copy(const struct retype *retype, const struct object *object, const char *name)
{
    const struct easing *easing = retype->easing;
    for (int stage = GRADUAL_BUILD; stage < GRADUAL_SWAP; stage++)
        easing_unique_index(easing, easing_twin(easing, stage, retype->table), twin_called(retype, false, object),
                            name);
}

/* What is new waits for the swap, with what is new over it. */
static void fresh_wait(const struct retype *retype, struct object *object)
{
    if (object->peer)
        return;
    for (int stage = 0; stage < GRADUAL_SWAP; stage++)
        easing_remove(retype->easing, stage, object);
    for (const struct edge *edge = object->needed; edge; edge = edge->next_needed)
        fresh_wait(retype, object_whole(edge->from));
}

static void fields_take(struct arena *mem, struct object *to, const struct object *from)
{
    for (int field = 0; field < kind_table[from->kind].fields; field++) {
        object_unsay(to, field);
        if (object_says(from, field))
            field_copy(mem, to, from, field);
    }
    to->unspoken = names_copy(mem, &from->unspoken);
}

/* What reads otherwise with the other type stays as it is until then. */
static void text_wait(const struct retype *retype, const struct object *object)
{
    const struct easing *easing = retype->easing;
    for (int stage = 0; object->peer && stage < GRADUAL_SWAP; stage++) {
        struct object *twin = easing_twin(easing, stage, object);
        for (int i = twin->children.n - 1; i >= 0; i--)
            if (kind_is(((struct object *)twin->children.item[i])->kind, KIND_PART))
                object_remove(twin->children.item[i]);
        fields_take(easing->mem, twin, object->peer);
        for (int i = 0; i < object->peer->children.n; i++)
            if (kind_is(((struct object *)object->peer->children.item[i])->kind, KIND_PART))
                object_copy(easing->mem, object->peer->children.item[i], twin);
    }
}

static bool is_over_retyped(const struct easing *easing, const struct object *key)
{
    for (const struct edge *edge = key->needs; edge; edge = edge->next_need)
        if (list_has(&easing->retyped, edge->to))
            return true;
    return false;
}

/* Does what the foreign key refers to get another type in steps? */
static bool is_remade(const struct easing *easing, const struct object *key)
{
    for (const struct edge *edge = key->needs; edge; edge = edge->next_need) {
        bool far = edge->to->kind == KIND_COLUMN && edge->field == FOREIGN_KEY_ref_columns;
        if ((far && list_has(&easing->retyped, edge->to)) ||
            (edge->how == EDGE_RESTS && is_over_retyped(easing, edge->to)))
            return true;
    }
    return false;
}

static void reference_remake(const struct retype *retype, struct object *key)
{
    const struct easing *easing = retype->easing;
    struct foreign_key *twin = (struct foreign_key *)easing_twin(easing, GRADUAL_SWAP, key);
    if (list_has(&easing->taken, key))
        return;
    list_add(easing->mem, &((struct easing *)(uintptr_t)easing)->taken, key);
    fresh_wait(retype, key);
    text_wait(retype, key);
    if (!twin->not_enforced)
        SAY(twin, FOREIGN_KEY, not_valid, true);
}

/* Those that name no column, but the key. */
static void references_remake(const struct retype *retype, const struct object *key)
{
    for (const struct edge *edge = key->needed; edge; edge = edge->next_needed)
        if (edge->how == EDGE_RESTS && edge->from->kind == KIND_FOREIGN_KEY)
            reference_remake(retype, edge->from);
}

static void dependent_copy(const struct retype *retype, struct object *object)
{
    const struct easing *easing = retype->easing;
    const char *name = easing_name(easing, object->name ? object->name : object->parent->name, NULL, "__new");
    if (object->kind == KIND_FOREIGN_KEY && is_remade(easing, object)) {
        reference_remake(retype, object);
        return;
    }
    if (list_has(&easing->taken, object))
        return;
    list_add(easing->mem, &((struct easing *)(uintptr_t)easing)->taken, object);
    references_remake(retype, object);
    fresh_wait(retype, object);
    text_wait(retype, object);
    switch (manners[object->kind]) {
    case MANNER_CONSTRAINT: constraint_copy(retype, object, name); break;
    case MANNER_INDEX: index_copy(retype, object, name); break;
    case MANNER_KEY: key_copy(retype, object, name); break;
    case MANNER_TEXT:
    case MANNER_REFUSE: break;
    }
}

/* ---- the two columns ---- */

static void column_add(const struct retype *retype, int stage)
{
    static const int kept[] = {COLUMN_type, COLUMN_collation, COLUMN_storage, COLUMN_compression};
    struct arena *mem = retype->easing->mem;
    struct object *table = easing_twin(retype->easing, stage, retype->table);
    struct object *column = object_new(mem, KIND_COLUMN, table, retype->new);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (object_says(retype->after, kept[i]))
            field_copy(mem, column, retype->after, kept[i]);
}

/* Nobody writes it any more. */
static void old_column_add(const struct retype *retype, int stage)
{
    struct arena *mem = retype->easing->mem;
    struct object *table = easing_twin(retype->easing, stage, retype->table);
    struct column *old = (struct column *)object_new(mem, KIND_COLUMN, table, retype->old);
    fields_take(mem, &old->object, retype->before);
    SAY(old, COLUMN, nullable, true);
    SAY(old, COLUMN, default_value, ((struct expr){0}));
    SAY(old, COLUMN, default_soft, false);
    SAY(old, COLUMN, autoincrement, false);
    SAY(old, COLUMN, identity, NULL);
    SAY(old, COLUMN, sequence, NULL);
    SAY(old, COLUMN, counter_comment, NULL);
    SAY(old, COLUMN, not_null_not_valid, false);
    SAY(old, COLUMN, not_null_no_inherit, false);
    object_unsay(&old->object, COLUMN_not_null_name);
}

static void columns_make(const struct retype *retype)
{
    const struct easing *easing = retype->easing;
    const struct column *after = (const struct column *)retype->after;
    for (int stage = 0; stage < GRADUAL_SWAP; stage++) {
        fields_take(easing->mem, easing_twin(easing, stage, retype->after), retype->before);
        column_add(retype, stage);
    }
    for (int stage = GRADUAL_SWAP; stage < GRADUAL_CLEAN; stage++)
        old_column_add(retype, stage);
    rename_note(retype, KIND_DATABASE, retype->after->name, retype->old);
    rename_note(retype, KIND_DATABASE, retype->new, retype->after->name);
    if (!after->nullable && !after->not_null_not_valid)
        easing_not_null_add(easing, retype->after, retype->new);
}

/* ---- what no tree says ---- */

static void names_append(struct arena *mem, struct names *to, const struct names *from)
{
    for (int i = 0; i < from->n; i++)
        names_add(mem, to, from->item[i]);
}

static void texts_add(const struct retype *retype)
{
    const struct easing *easing = retype->easing;
    struct arena *mem = easing->mem;
    struct gradual_step *step = easing->gradual->step;
    struct gradual_texts texts = {0};
    const struct gradual_copy copy = {
        .before = (const struct column *)retype->before,
        .after = (const struct column *)retype->after,
        .new = retype->new,
        .old = retype->old,
        .counter = counts((const struct column *)retype->before) && counts((const struct column *)retype->after)
                       ? easing->gradual->eased + 1
                       : 0,
        .sync = easing_own_name(easing, arena_printf(mem, "zz_dbwarden_%s", retype->table->name), retype->after->name,
                                "_sync")};
    easing->target->dialect->gradual->texts(mem, easing->target, &copy, &texts);
    names_append(mem, &step[GRADUAL_PREPARE].after, &texts.sync);
    names_append(mem, &step[GRADUAL_PREPARE].down_before, &texts.unsync);
    names_add(mem, &step[GRADUAL_FILL].before, texts.fill);
    names_append(mem, &step[GRADUAL_CHECK].before, &texts.verify);
    names_append(mem, &step[GRADUAL_SWAP].before, &texts.unsync);
    names_add(mem, &step[GRADUAL_SWAP].before, texts.grants);
    names_add(mem, &step[GRADUAL_SWAP].down_before, texts.refill);
    names_add(mem, &step[GRADUAL_SWAP].down_before, texts.grants_back);
    names_append(mem, &step[GRADUAL_SWAP].down_after, &texts.sync);
    if (texts.count_named)
        names_add(mem, &step[GRADUAL_SWAP].down_after, texts.count_named);
    if (!texts.count_kept)
        return;
    names_add(mem, &step[GRADUAL_SWAP].before, texts.count_kept);
    names_add(mem, &step[GRADUAL_SWAP].after, texts.count_set);
    names_add(mem, &step[GRADUAL_SWAP].down_before, texts.count_kept);
    names_add(mem, &step[GRADUAL_SWAP].down_after, texts.count_set);
}

static void triggers_tell(const struct retype *retype)
{
    struct arena *mem = retype->easing->mem;
    struct names names = {0};
    for (int i = 0; i < retype->table->children.n; i++) {
        const struct object *child = retype->table->children.item[i];
        if (child->kind == KIND_TRIGGER && child->peer)
            names_add(mem, &names, child->name);
    }
    if (names.n)
        names_add(mem, &retype->easing->gradual->told,
                  arena_printf(mem, "each row of %s is updated once to fill %s, which its triggers see: %s",
                               object_path(mem, retype->table), retype->new, names_join(mem, &names, ", ")));
}

static struct list renamed_walk(const struct easing *easing, bool old)
{
    struct arena *mem = easing->mem;
    struct tree *tree = tree_copy(mem, old ? easing->changes->before : easing->changes->after);
    struct list walk = {0}, renamed = {0};
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        list_add(mem, &walk, o);
    for (int i = 0; i < easing->retypes.n; i++) {
        const struct retype *retype = easing->retypes.item[i];
        struct renamed *one = NEW(mem, struct renamed);
        int number = old ? number_in(&easing->before, retype->before) : number_in(&easing->after, retype->after);
        *one = (struct renamed){.object = walk.item[number], .to = old ? retype->old : retype->new};
        list_add(mem, &renamed, one);
    }
    tree_rename(mem, easing->target, tree, &renamed);
    return walk;
}

static void retype_find(struct easing *easing, const struct change *change)
{
    struct retype *retype = NEW(easing->mem, struct retype);
    *retype = (struct retype){
        .easing = easing, .before = change->before, .after = change->after, .table = change->after->parent};
    const char *reason = retype_reason(retype);
    if (reason) {
        easing_direct(easing, change->after, reason);
        return;
    }
    retype->new = easing_name(easing, change->after->name, NULL, "__new");
    retype->old = easing_name(easing, change->after->name, NULL, "__old");
    list_add(easing->mem, &easing->retypes, retype);
    list_add(easing->mem, &easing->retyped, change->after);
}

/* Until the swap the one in steps has the type it had, and the other one has its new type from the first file on. */
static bool parts_ways(const struct easing *easing, const struct object *stepped, const struct object *other)
{
    if (!list_has(&easing->retyped, stepped) || list_has(&easing->retyped, other) || !other->peer)
        return false;
    const char *kept = ((const struct column *)stepped->peer)->type, *given = ((const struct column *)other)->type;
    return !text_equal(((const struct column *)other->peer)->type, given) &&
           !easing->target->dialect->gradual->may_refer(easing->mem, kept, given);
}

static void retype_refuse(struct easing *easing, const struct object *stepped, const struct object *other,
                          const struct object *key)
{
    for (int i = easing->retyped.n - 1; i >= 0; i--)
        if (easing->retyped.item[i] == stepped) {
            list_remove(&easing->retyped, i);
            list_remove(&easing->retypes, i);
        }
    easing_direct(easing, stepped,
                  arena_printf(easing->mem, "%s joins it to %s, which changes in one step",
                               object_path(easing->mem, key), object_path(easing->mem, other)));
}

static bool key_refuses(struct easing *easing, const struct foreign_key *key)
{
    const struct object *table = tree_find_ref(easing->changes->after, KIND_TABLE, &key->ref_table);
    for (int i = 0; table && i < key->columns.n && i < key->ref_columns.n; i++) {
        const struct object *near = object_child(key->object.parent, KIND_COLUMN, key->columns.item[i]);
        const struct object *far = object_child(table, KIND_COLUMN, key->ref_columns.item[i]);
        bool is_near = near && far && parts_ways(easing, near, far);
        if (is_near || (near && far && parts_ways(easing, far, near))) {
            retype_refuse(easing, is_near ? near : far, is_near ? far : near, &key->object);
            return true;
        }
    }
    return false;
}

/* A foreign key that stays wants two types that can be compared; a new one waits for the swap. */
static bool any_key_refuses(struct easing *easing)
{
    const struct object *root = easing->changes->after->root;
    for (const struct object *o = root; o; o = object_next(root, o))
        if (o->kind == KIND_FOREIGN_KEY && o->peer && key_refuses(easing, (const struct foreign_key *)o))
            return true;
    return false;
}

void easing_retypes_find(struct easing *easing)
{
    for (int i = 0; i < easing->changes->list.n; i++) {
        const struct change *change = easing->changes->list.item[i];
        if (easing_is_retype(easing, change))
            retype_find(easing, change);
    }
    while (any_key_refuses(easing)) /* what is refused may stop others */
        continue;
    easing->scratch[false] = renamed_walk(easing, false);
    easing->scratch[true] = renamed_walk(easing, true);
}

void easing_retype(const struct easing *easing, const struct change *change)
{
    const struct retype *retype = NULL;
    for (int i = 0; i < easing->retypes.n && !retype; i++)
        if (easing->retyped.item[i] == change->after)
            retype = easing->retypes.item[i];
    if (!retype)
        return;
    columns_make(retype);
    for (int i = 0; i < retype->dependents.n; i++)
        dependent_copy(retype, retype->dependents.item[i]);
    texts_add(retype);
    triggers_tell(retype);
    easing->gradual->eased++;
}
