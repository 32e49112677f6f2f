/*
 * Its one idea: a change in steps is a list of schemas.  The tree that is desired is copied for each stage and made easier in the
 * copies: a constraint is NOT VALID in the early ones, an index is not there yet.  What leads from each to the next is found, planned
 * and undone as any difference is, so nothing here writes a statement that a tree can say.
 * Not here: columns that get another type (gradual_type.c), and the engine's own words (dialect->gradual).
 */
#include "run/gradual_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "dialect/common.h"
#include "diff/graph.h"

/* ---- the same object in other trees ---- */

static struct list walk_of(struct arena *mem, const struct tree *tree)
{
    struct list walk = {0};
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        list_add(mem, &walk, o);
    return walk;
}

static int numbered_compare(const void *a, const void *b)
{
    uintptr_t first = (uintptr_t)((const struct numbered *)a)->object,
              second = (uintptr_t)((const struct numbered *)b)->object;
    return first < second ? -1 : first > second;
}

static struct numbering numbering_of(struct arena *mem, const struct tree *tree)
{
    const struct list walk = walk_of(mem, tree);
    struct numbering numbering = {NEW_ARRAY(mem, struct numbered, walk.n), walk.n};
    for (int i = 0; i < walk.n; i++)
        numbering.item[i] = (struct numbered){walk.item[i], i};
    qsort(numbering.item, (size_t)numbering.n, sizeof *numbering.item, numbered_compare);
    return numbering;
}

int number_in(const struct numbering *numbering, const struct object *object)
{
    const struct numbered meant = {.object = object};
    const struct numbered *found =
        bsearch(&meant, numbering->item, (size_t)numbering->n, sizeof *numbering->item, numbered_compare);
    return found ? found->number : -1;
}

struct object *easing_twin(const struct easing *easing, int stage, const struct object *object)
{
    int number = number_in(&easing->after, object);
    return number < 0 ? NULL : easing->twins[stage].item[number];
}

void easing_remove(const struct easing *easing, int stage, const struct object *object)
{
    int number = number_in(&easing->after, object);
    if (number < 0 || !easing->twins[stage].item[number])
        return;
    object_remove(easing->twins[stage].item[number]);
    easing->twins[stage].item[number] = NULL;
}

/* ---- names ---- */

static bool is_taken(const struct tree *tree, const char *name)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (text_equal(o->name, name))
            return true;
    return false;
}

const char *easing_name(const struct easing *easing, const char *table, const char *column, const char *suffix)
{
    size_t limit = easing->target->dialect->name_bytes;
    const char *head = column ? arena_printf(easing->mem, "%s_%s", table, column) : table;
    for (int number = 1;; number++) {
        const char *tail = number == 1 ? suffix : arena_printf(easing->mem, "%s%d", suffix, number);
        size_t room = limit ? limit - strlen(tail) : strlen(head);
        size_t length = strlen(head) < room ? strlen(head) : utf8_cut(head, room);
        const char *name = arena_printf(easing->mem, "%.*s%s", (int)length, head, tail);
        const char *other = map_get(easing->heads, name); /* the same words may name a thing of another table */
        if (is_taken(easing->changes->before, name) || is_taken(easing->changes->after, name) ||
            (other && !text_equal(other, head)))
            continue;
        map_set(easing->heads, name, (void *)(uintptr_t)head);
        return name;
    }
}

const char *easing_own_name(const struct easing *easing, const char *table, const char *column, const char *suffix)
{
    const char *name = easing_name(easing, table, column, suffix);
    for (int number = 2; names_have(&easing->given, name); number++)
        name = easing_name(easing, table, column, arena_printf(easing->mem, "%s%d", suffix, number));
    names_add(easing->mem, &((struct easing *)(uintptr_t)easing)->given, name);
    return name;
}

/* ---- what cannot be eased ---- */

void easing_direct(const struct easing *easing, const struct object *object, const char *reason)
{
    names_add(easing->mem, &easing->gradual->direct,
              arena_printf(easing->mem, "%s: %s", object_path(easing->mem, object), reason));
}

static bool is_partitioned(const struct object *table)
{
    return table->kind == KIND_TABLE && expr_text(&((const struct table *)table)->partition_by);
}

/* Partitions aside: what is said of a table holds for them too, and the server carries it on. */
static const char *inherits_reason(const struct object *object)
{
    const struct table *table = (const struct table *)object;
    if (object->kind != KIND_TABLE)
        return NULL;
    bool parent = false;
    for (const struct edge *edge = object->needed; edge; edge = edge->next_needed)
        parent = parent ||
                 (edge->from->kind == KIND_TABLE && edge->field == TABLE_inherits && !object_is_partition(edge->from));
    bool child = table->inherits.n && !object_is_partition(object);
    return parent || child ? "its table inherits, or is inherited from" : NULL;
}

struct object *easing_whole(const struct object *table)
{
    for (const struct edge *edge = object_is_partition(table) ? table->needs : NULL; edge; edge = edge->next_need)
        if (edge->to->kind == KIND_TABLE && edge->field == TABLE_inherits)
            return edge->to;
    return NULL;
}

const char *easing_table_reason(const struct object *table)
{
    return is_partitioned(table) || object_is_partition(table) ? "its table is partitioned, or a partition"
                                                               : inherits_reason(table);
}

static bool is_never_null(const struct object *table, const char *name)
{
    const struct column *column = name ? (const struct column *)object_child(table, KIND_COLUMN, name) : NULL;
    return column && !column->nullable && !column->not_null_not_valid;
}

/* Of a unique index over all rows, the columns; NULL for an expression. */
static struct names columns_of(struct arena *mem, const struct index *index)
{
    struct names columns = {0};
    for (int i = 0; index->is_unique && !expr_text(&index->predicate) && i < index->object.children.n; i++)
        names_add(mem, &columns, ((const struct index_part *)index->object.children.item[i])->column);
    return columns;
}

/* Of a table that is: rows are told apart by it at any time, and each has it. */
static bool orders_rows(struct arena *mem, const struct object *key)
{
    const struct unique *unique = (const struct unique *)key;
    struct names columns = {0};
    if (key->kind == KIND_UNIQUE && !unique->deferrable)
        columns = unique->columns;
    if (key->kind == KIND_INDEX)
        columns = columns_of(mem, (const struct index *)key);
    for (int i = 0; i < columns.n; i++)
        if (!is_never_null(key->parent, columns.item[i]))
            return false;
    return key->kind == KIND_PRIMARY_KEY || columns.n;
}

const char *easing_key_reason(const struct easing *easing, const struct object *table)
{
    for (int i = 0; table->peer && i < table->children.n; i++) {
        const struct object *key = table->children.item[i];
        bool stays = key->peer && !key->made && !key->peer->unmade;
        if (stays && orders_rows(easing->mem, key->peer))
            return NULL;
    }
    return "its table has no primary key, nor another one over columns that are NOT NULL, to go by in batches";
}

static bool any_rests(const struct object *key)
{
    for (const struct edge *edge = key->needed; edge; edge = edge->next_needed)
        if (edge->how == EDGE_RESTS)
            return true;
    return false;
}

/* ---- constraints that rows are asked about later ---- */

static bool flag_of(const struct object *object, const char *name)
{
    int field = field_find(object->kind, name);
    return field >= 0 && *(const bool *)object_field(object, field);
}

static void flag_set(struct object *object, const char *name)
{
    int field = field_find(object->kind, name);
    *(bool *)object_field(object, field) = true;
    object_say(object, field);
}

static bool is_made_again(const struct change *change)
{
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; i < info->fields; i++)
        if (change_has(change, i) && info->field[i].marks & FIELD_REPLACE)
            return true;
    return false;
}

static void ease_constraint(const struct easing *easing, const struct change *change)
{
    const struct object *constraint = change->after;
    bool made = change->op == CHANGE_CREATE || (change->op == CHANGE_ALTER && is_made_again(change));
    if (!made || flag_of(constraint, "not_valid") || flag_of(constraint, "not_enforced"))
        return;
    const char *reason = inherits_reason(constraint->parent);
    if (!reason && constraint->kind == KIND_FOREIGN_KEY && is_partitioned(constraint->parent))
        reason = easing->target->dialect->gradual->no_late_reference(easing->target);
    if (reason) {
        easing_direct(easing, constraint, reason);
        return;
    }
    for (int stage = 0; stage < GRADUAL_CHECK; stage++)
        flag_set(easing_twin(easing, stage, constraint), "not_valid");
    easing->gradual->eased++;
}

/* ---- NOT NULL ---- */

static void check_add(const struct easing *easing, int stage, const struct object *column, const char *called,
                      const char *name)
{
    struct object *table = easing_twin(easing, stage, column->parent);
    struct check *check = (struct check *)object_new(easing->mem, KIND_CHECK, table, name);
    const char *quoted = ident_text(easing->mem, easing->target->dialect->ident, called);
    SAY(check, CHECK, expr, ((struct expr){.written = arena_printf(easing->mem, "%s IS NOT NULL", quoted)}));
    SAY(check, CHECK, not_valid, stage < GRADUAL_CHECK);
}

static void not_null_add(const struct easing *easing, const struct object *column, const char *name_before_swap,
                         int first)
{
    const char *name = easing_name(easing, column->parent->name, column->name, "_is_set");
    for (int stage = first; stage < GRADUAL_CLEAN; stage++)
        check_add(easing, stage, column, stage < GRADUAL_SWAP ? name_before_swap : column->name, name);
}

void easing_not_null_add(const struct easing *easing, const struct object *column, const char *name_before_swap)
{
    not_null_add(easing, column, name_before_swap, GRADUAL_PREPARE);
}

/*
 * Before there is a check, which would stop every change of a row that holds NULL; and once more after it, for what came in between.
 * False: rows get nothing.
 */
static bool fill_add(const struct easing *easing, const struct object *column)
{
    struct arena *mem = easing->mem;
    const char *value = fill_of(easing->wish->fills, column);
    struct gradual_step *step = &easing->gradual->step[GRADUAL_FILL];
    if (!value)
        return false;
    const char *sql = easing->target->dialect->gradual->fill(mem, column, value);
    names_add(mem, &step->before, sql);
    names_add(mem, &step->after, sql);
    names_add(mem, &step->stays,
              arena_printf(mem, "data (rows of %s that were NULL keep %s)", object_path(mem, column), value));
    list_add(mem, &((struct easing *)(uintptr_t)easing)->filled, (void *)(uintptr_t)column);
    return true;
}

/* What rows get in columns that come, or change, with the first step. */
static void fills_keep(const struct easing *easing)
{
    const struct list *fills = easing->wish->fills;
    for (int i = 0; fills && i < fills->n; i++) {
        const struct fill *fill = fills->item[i];
        struct fill *kept = NEW(easing->mem, struct fill);
        *kept = (struct fill){easing_twin(easing, GRADUAL_PREPARE, fill->column), fill->value};
        if (!list_has(&easing->filled, fill->column) && kept->column)
            list_add(easing->mem, &easing->gradual->fills, kept);
    }
}

static bool becomes_not_null(const struct change *change)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    return before->nullable && !after->nullable && !after->not_null_not_valid;
}

static bool changes_likewise(const struct easing *easing, const struct object *column)
{
    for (int i = 0; column && i < easing->changes->list.n; i++) {
        const struct change *change = easing->changes->list.item[i];
        if (change->after == column && change->op == CHANGE_ALTER && becomes_not_null(change))
            return true;
    }
    return false;
}

/* The same column of what the table is a partition of, as far up as it changes likewise: the server carries a check on from there. */
static const struct object *carrier_of(const struct easing *easing, const struct object *column)
{
    for (;;) {
        const struct object *whole = easing_whole(column->parent);
        const struct object *above = whole ? object_child(whole, KIND_COLUMN, column->name) : NULL;
        if (!changes_likewise(easing, above))
            return column;
        column = above;
    }
}

static void ease_not_null(const struct easing *easing, const struct change *change)
{
    const struct object *column = change->after, *carrier = carrier_of(easing, column);
    const char *reason = inherits_reason(carrier->parent);
    if (!reason && fill_of(easing->wish->fills, carrier))
        reason = easing_key_reason(easing, carrier->parent);
    if (reason) {
        if (carrier == column)
            easing_direct(easing, column, reason);
        return;
    }
    for (int stage = 0; stage < GRADUAL_SWAP; stage++) {
        struct column *twin = (struct column *)easing_twin(easing, stage, column);
        SAY(twin, COLUMN, nullable, true);
        SAY(twin, COLUMN, not_null_no_inherit, false);
        object_unsay(&twin->object, COLUMN_not_null_name);
    }
    if (carrier != column)
        return;
    not_null_add(easing, column, column->name, fill_add(easing, column) ? GRADUAL_FILL : GRADUAL_PREPARE);
    easing->gradual->eased++;
}

static void ease_column(const struct easing *easing, const struct change *change)
{
    if (change->op != CHANGE_ALTER)
        return;
    if (easing_is_retype(easing, change))
        easing_retype(easing, change);
    else if (!easing->wish->types_only && becomes_not_null(change))
        ease_not_null(easing, change);
}

/* ---- indexes and keys ---- */

static void part_add(struct arena *mem, struct object *index, const char *column)
{
    struct index_part *part = (struct index_part *)object_new(mem, KIND_INDEX_PART, index, NULL);
    SAY(part, INDEX_PART, column, column);
}

/* What the key takes over as it stands: ADD CONSTRAINT ... USING INDEX. */
struct object *easing_unique_index(const struct easing *easing, struct object *table, const struct object *key,
                                   const char *name)
{
    static const char *const shared[] = {"include", "nulls_not_distinct", "options", "tablespace"};
    struct arena *mem = easing->mem;
    struct object *index = object_new(mem, KIND_INDEX, table, name);
    const struct names *columns = object_field(key, field_find(key->kind, "columns"));
    SAY((struct index *)index, INDEX, is_unique, true);
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        int from = field_find(key->kind, shared[i]), to = field_find(KIND_INDEX, shared[i]);
        if (from < 0 || !object_says(key, from))
            continue;
        memcpy(object_field(index, to), object_field(key, from),
               text_equal(shared[i], "nulls_not_distinct") ? sizeof(bool)
               : text_equal(shared[i], "tablespace")       ? sizeof(char *)
                                                           : sizeof(struct names));
        object_say(index, to);
    }
    for (int i = 0; i < columns->n; i++)
        part_add(mem, index, columns->item[i]);
    return index;
}

/* ---- what is built on each partition first ---- */

struct leaves {
    struct list item; /* struct object *: partitions with rows of their own */
    const char *reason;
};

static void leaves_find(const struct easing *easing, const struct object *table, struct leaves *leaves)
{
    for (const struct edge *edge = table->needed; edge; edge = edge->next_needed) {
        struct object *part = edge->from;
        if (part->kind != KIND_TABLE || edge->field != TABLE_inherits || !object_is_partition(part))
            continue;
        if (part->stranger)
            leaves->reason = arena_printf(easing->mem,
                                          "its partition %s is not described, and nobody knows which "
                                          "others there are where this runs",
                                          part->name);
        else if (is_partitioned(part))
            leaves_find(easing, part, leaves);
        else if (part->peer && !object_is_foreign(part) && !list_has(&leaves->item, part))
            list_add(easing->mem, &leaves->item, part);
    }
}

/* What the server has made in a partition after its parent stands in no tree but for its name. */
static bool is_given(const struct easing *easing, const struct object *leaf, const char *name)
{
    const struct names *copies = &((const struct table *)leaf->peer)->partition_copies;
    for (int i = 0; i < copies->n; i++)
        if (text_equal(strchr(copies->item[i], ' ') + 1, name))
            return true;
    return names_have(&easing->given, name);
}

static const char *leaf_name(const struct easing *easing, const struct object *leaf, const struct object *whole)
{
    const char *name = easing_name(easing, leaf->name, whole->name, "");
    for (int number = 2; is_given(easing, leaf, name); number++)
        name = easing_name(easing, leaf->name, whole->name, arena_printf(easing->mem, "_%d", number));
    names_add(easing->mem, &((struct easing *)(uintptr_t)easing)->given, name);
    return name;
}

/* The server takes them for its own when the parent gets its one, instead of building others. */
static const char *built_on_leaves(const struct easing *easing, const struct object *whole)
{
    static const int spoken[] = {INDEX_clustered, INDEX_replica_identity, INDEX_comment, INDEX_statistics_targets};
    struct leaves leaves = {0};
    bool key = whole->kind != KIND_INDEX;
    leaves_find(easing, whole->parent, &leaves);
    if (leaves.reason || !leaves.item.n)
        return leaves.reason ? leaves.reason : "none of its partitions is described";
    for (int i = 0; i < leaves.item.n; i++) {
        const struct object *leaf = leaves.item.item[i];
        const char *name = leaf_name(easing, leaf, whole);
        for (int stage = GRADUAL_BUILD; stage < (key ? GRADUAL_SWAP : GRADUAL_ATTACH); stage++) {
            struct object *table = easing_twin(easing, stage, leaf);
            if (key) {
                easing_unique_index(easing, table, whole, name);
                continue;
            }
            struct object *copy = object_copy(easing->mem, whole, table);
            copy->name = name;
            copy->peer = NULL;
            for (size_t k = 0; k < sizeof spoken / sizeof *spoken; k++)
                object_unsay(copy, spoken[k]);
        }
    }
    return NULL;
}

static const char *key_reason(const struct object *key)
{
    const char *reason = inherits_reason(key->parent);
    if (reason)
        return reason;
    if (flag_of(key, "without_overlaps"))
        return "WITHOUT OVERLAPS has no index that is built beforehand";
    return any_rests(key) ? "a foreign key of the same change rests on it" : NULL;
}

static void ease_key(const struct easing *easing, const struct change *change)
{
    const struct object *key = change->after;
    bool again = change->op == CHANGE_ALTER && is_made_again(change);
    if (change->op != CHANGE_CREATE && !again)
        return;
    const char *reason = again ? "it is made again, and the old one has its name" : key_reason(key);
    bool whole = is_partitioned(key->parent);
    if (!reason && whole)
        reason = built_on_leaves(easing, key);
    if (reason) {
        easing_direct(easing, key, reason);
        return;
    }
    for (int stage = 0; stage < GRADUAL_SWAP; stage++) {
        struct object *table = easing_twin(easing, stage, key->parent);
        easing_remove(easing, stage, key);
        if (stage >= GRADUAL_BUILD && !whole)
            easing_unique_index(easing, table, key, key->name);
    }
    easing->gradual->eased++;
}

static void ease_index(const struct easing *easing, const struct change *change)
{
    const struct object *index = change->after;
    if (change->op != CHANGE_CREATE)
        return;
    const char *reason = inherits_reason(index->parent);
    bool whole = is_partitioned(index->parent);
    if (!reason && any_rests(index))
        reason = "a foreign key of the same change rests on it";
    if (!reason && whole)
        reason = built_on_leaves(easing, index);
    if (reason) {
        easing_direct(easing, index, reason);
        return;
    }
    for (int stage = 0; stage < (whole ? GRADUAL_ATTACH : GRADUAL_BUILD); stage++)
        easing_remove(easing, stage, index);
    easing->gradual->eased++;
}

static void ease_exclude(const struct easing *easing, const struct change *change)
{
    if (change->op == CHANGE_CREATE)
        easing_direct(easing, change->after, "an exclusion has no form that does not lock out writers");
}

/* ---- all of it ---- */

static const struct {
    enum kind kind;
    bool type; /* --safe-type-change is about it too */
    void (*ease)(const struct easing *easing, const struct change *change);
} easings[] = {
    {KIND_COLUMN, true, ease_column},
    {KIND_CHECK, false, ease_constraint},
    {KIND_FOREIGN_KEY, false, ease_constraint},
    {KIND_PRIMARY_KEY, false, ease_key},
    {KIND_UNIQUE, false, ease_key},
    {KIND_INDEX, false, ease_index},
    {KIND_EXCLUDE, false, ease_exclude},
};

/* What hangs on an object that is new itself has no rows to wait for. */
static bool is_on_old(const struct change *change)
{
    return change->after && change->after->parent && change->after->parent->peer && change->op != CHANGE_RENAME;
}

/* Columns first: what hangs on one goes along with it. */
static void changes_ease(const struct easing *easing)
{
    for (size_t i = 0; i < sizeof easings / sizeof *easings; i++)
        for (int k = 0; k < easing->changes->list.n; k++) {
            const struct change *change = easing->changes->list.item[k];
            bool meant = easings[i].kind == change->kind && (easings[i].type || !easing->wish->types_only);
            if (meant && is_on_old(change) && !list_has(&easing->taken, change->after))
                easings[i].ease(easing, change);
        }
}

int gradual_make(struct ctx *ctx, const struct target *target, const struct changes *changes,
                 const struct gradual_wish *wish, struct gradual *gradual)
{
    static const char *const slugs[GRADUAL_STAGES] = {NULL,       "fill", "build",   "attach",
                                                      "validate", "swap", "confirm", "clean_up"};
    struct map heads;
    map_init(&heads, ctx->mem);
    struct easing easing = {.ctx = ctx,
                            .mem = ctx->mem,
                            .target = target,
                            .changes = changes,
                            .wish = wish,
                            .heads = &heads,
                            .gradual = gradual,
                            .before = numbering_of(ctx->mem, changes->before),
                            .after = numbering_of(ctx->mem, changes->after)};
    *gradual = (struct gradual){0};
    for (int stage = 0; stage < GRADUAL_STAGES; stage++) {
        gradual->step[stage] = (struct gradual_step){.slug = slugs[stage], .tree = tree_copy(ctx->mem, changes->after)};
        easing.twins[stage] = walk_of(ctx->mem, gradual->step[stage].tree);
    }
    easing_retypes_find(&easing);
    changes_ease(&easing);
    if (!gradual->step[GRADUAL_SWAP].renames.n)
        gradual->step[GRADUAL_SWAP].slug = "finish";
    fills_keep(&easing);
    if (gradual->step[GRADUAL_SWAP].down_before.n)
        names_add(ctx->mem, &gradual->step[GRADUAL_SWAP].down_before, target->dialect->gradual->settled);
    if (gradual->step[GRADUAL_FILL].before.n)
        names_add(ctx->mem, &gradual->step[GRADUAL_FILL].header, target->dialect->gradual->batches);
    for (int stage = 0; stage < GRADUAL_STAGES; stage++)
        tree_settle(ctx->mem, target, gradual->step[stage].tree);
    return ctx_check(ctx);
}
