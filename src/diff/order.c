/*
 * The order of a plan: phases from kinds.def, and within new or dropped tables and views, what is referenced comes
 * first (or goes last).  A cycle is broken by taking a foreign key out of its table's CREATE.  Deterministic: ties
 * keep the order in which diff found them.
 */
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "diff/step.h"

enum { RENAME_FIRST = 1, RENAME_LAST = 1000 };

enum visit { VISIT_NOT = 0, VISIT_RUNNING, VISIT_DONE };

struct node {
    struct change *change;
    enum visit visit;
    int phase;
    int rank; /* position among its group after sorting by reference */
    int at;   /* position in the list */
};

struct orderer {
    struct arena *mem;
    const struct dialect *dialect;
    struct changes *changes;
    enum change_op op;
    struct map by_name; /* "schema.name" to struct node *, of the group being sorted */
    struct list node;   /* struct node *, all */
    int next_rank;
};

static int phase_of(const struct change *change, bool reversed)
{
    const struct kind_info *info = &kind_table[change->kind];
    switch (change->op) {
    case CHANGE_RENAME: return reversed ? RENAME_LAST : RENAME_FIRST;
    case CHANGE_CREATE: return info->create_phase;
    case CHANGE_DROP:
        return change->replaced && info->drop_phase > info->create_phase ? info->create_phase - 1 : info->drop_phase;
    case CHANGE_ALTER:
    case CHANGE_REBUILD: break;
    }
    return info->alter_phase;
}

static char *key_of(struct arena *mem, const char *schema, const char *name)
{
    return arena_printf(mem, "%s.%s", schema ? schema : "", name ? name : "");
}

static void detach(struct orderer *orderer, struct object *key)
{
    struct change *change = orderer->op == CHANGE_CREATE
                                ? change_add(orderer->mem, orderer->changes, CHANGE_CREATE, NULL, key)
                                : change_add(orderer->mem, orderer->changes, CHANGE_DROP, key, NULL);
    change->detached = true;
}

static void node_visit(struct orderer *orderer, struct node *node);

static void target_visit(struct orderer *orderer, struct node *from, const struct ref *ref, struct object *key)
{
    struct node *target = map_get(&orderer->by_name, key_of(orderer->mem, ref->schema, ref->name));
    if (!target || target == from)
        return;
    if (target->visit == VISIT_NOT)
        node_visit(orderer, target);
    else if (target->visit == VISIT_RUNNING && key && !orderer->dialect->loose_references)
        detach(orderer, key);
}

static void table_visit(struct orderer *orderer, struct node *node, struct object *object)
{
    const struct table *table = (const struct table *)object;
    for (int i = 0; i < table->inherits.n; i++)
        target_visit(orderer, node, &table->inherits.item[i], NULL);
    for (int i = 0; i < object->children.n; i++) {
        struct object *child = object->children.item[i];
        const struct foreign_key *key = (const struct foreign_key *)child;
        if (child->kind == KIND_FOREIGN_KEY)
            target_visit(orderer, node, &key->ref_table, child);
    }
}

static void view_visit(struct orderer *orderer, struct node *node, struct object *object)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct node *other = orderer->node.item[i];
        struct object *view = change_object(other->change);
        if (other != node && other->change->op == orderer->op && view->kind == KIND_VIEW &&
            references(orderer->mem, orderer->dialect, object, view)) {
            struct ref ref = ref_to(view);
            target_visit(orderer, node, &ref, NULL);
        }
    }
}

/* Depth first: what this one references gets its rank before it. */
static void node_visit(struct orderer *orderer, struct node *node)
{
    struct object *object = change_object(node->change);
    node->visit = VISIT_RUNNING;
    if (object->kind == KIND_TABLE)
        table_visit(orderer, node, object);
    else
        view_visit(orderer, node, object);
    node->visit = VISIT_DONE;
    node->rank = orderer->next_rank++;
}

static bool in_group(const struct node *node, enum change_op op, enum kind kind)
{
    return node->change->op == op && node->change->kind == kind;
}

static void group_rank(struct orderer *orderer, enum change_op op, enum kind kind)
{
    int n = orderer->node.n;
    orderer->op = op;
    orderer->next_rank = 0;
    map_init(&orderer->by_name, orderer->mem);
    for (int i = 0; i < n; i++) {
        struct node *node = orderer->node.item[i];
        const struct object *object = change_object(node->change);
        if (in_group(node, op, kind))
            map_set(&orderer->by_name, key_of(orderer->mem, object->parent->name, object->name), node);
    }
    for (int i = 0; i < n; i++) {
        struct node *node = orderer->node.item[i];
        if (in_group(node, op, kind) && node->visit == VISIT_NOT)
            node_visit(orderer, node);
    }
    for (int i = 0; op == CHANGE_DROP && i < n; i++) {
        struct node *node = orderer->node.item[i];
        if (in_group(node, op, kind))
            node->rank = -node->rank;
    }
}

static void nodes_add(struct orderer *orderer)
{
    for (int i = orderer->node.n; i < orderer->changes->list.n; i++) {
        struct node *node = NEW(orderer->mem, struct node);
        node->change = orderer->changes->list.item[i];
        node->phase = phase_of(node->change, orderer->changes->reversed);
        node->at = i;
        list_add(orderer->mem, &orderer->node, node);
    }
}

static int node_compare(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    if (x->phase != y->phase)
        return x->phase < y->phase ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->at - y->at;
}

void order(struct arena *mem, const struct dialect *dialect, struct changes *changes)
{
    static const enum kind kinds[] = {KIND_TABLE, KIND_VIEW};
    struct orderer orderer = {.mem = mem, .dialect = dialect, .changes = changes};
    nodes_add(&orderer);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        group_rank(&orderer, CHANGE_CREATE, kinds[i]);
        group_rank(&orderer, CHANGE_DROP, kinds[i]);
    }
    nodes_add(&orderer); /* foreign keys that were taken out */
    list_sort(&orderer.node, node_compare);
    for (int i = 0; i < orderer.node.n; i++)
        changes->list.item[i] = ((struct node *)orderer.node.item[i])->change;
}
