/*
 * The order of a plan: one topological sort of all steps.  Arcs come from the dependency graphs (what is named is made
 * before what names it, and goes after it), from parents, and from names that one step frees and another takes; phases
 * decide where nothing else does, then the place in which diff found a change.  A circle is broken by giving up what only
 * reads well and taking foreign keys and triggers out of their table's CREATE or DROP, then by dropping what holds a name
 * before its table goes, then by a rename that makes room; one that nothing breaks is an error.
 */
#include <string.h>

#include "base/text.h"
#include "diff/graph.h"
#include "diff/match.h"
#include "diff/order.h"

enum { RENAME_FIRST = 1, ALONE_FIRST = 2, ALONE_LAST = 999, RENAME_LAST = 1000 };

/* May it be run outside of a transaction? Whatever stands before it is committed by then, and stays if the rest fails. */
static bool stands_alone(const struct planner *planner, const struct change *step)
{
    int field = step->op == CHANGE_CREATE || step->op == CHANGE_DROP ? field_find(step->kind, "concurrently") : -1;
    bool can = field >= 0 && kind_table[step->kind].field[field].engines & planner->target->dialect->engine;
    return planner->concurrently && can && !step->makes_room;
}

/* Is it one of those that go and come back in one transaction? */
static bool makes_room(const struct planner *planner, const struct change *step)
{
    return step->replaced && !stands_alone(planner, step);
}

static bool any_makes_room(const struct planner *planner)
{
    for (int i = 0; i < planner->out->list.n; i++)
        if (makes_room(planner, planner->out->list.item[i]))
            return true;
    return false;
}

static int phase_of(const struct orderer *orderer, const struct change *step)
{
    const struct planner *planner = orderer->planner;
    const struct kind_info *info = &kind_table[step->kind];
    bool reversed = planner->out->reversed;
    if (step->phase)
        return step->phase;
    if (orderer->room && stands_alone(planner, step))
        return step->op == CHANGE_DROP ? ALONE_FIRST : ALONE_LAST;
    switch (step->op) {
    case CHANGE_RENAME: return reversed ? RENAME_LAST : RENAME_FIRST;
    case CHANGE_CREATE: return info->create_phase;
    case CHANGE_DROP:
        return step->replaced && info->drop_phase > info->create_phase ? info->create_phase - 1 : info->drop_phase;
    case CHANGE_ALTER:
    case CHANGE_REBUILD:
    case CHANGE_FINISH: break;
    }
    return info->alter_phase;
}

/* ---- a heap by phase and place ---- */

enum { CLAUSES = 50 }; /* the phase of all of them together */

static int phase_among(const struct node *node)
{
    return node->table && node->phase != RENAME_FIRST ? CLAUSES : node->phase;
}

static bool comes_first(const struct node *a, const struct node *b)
{
    int x = phase_among(a), y = phase_among(b), order = a->table && b->table ? strcmp(a->table, b->table) : 0;
    if (x != y)
        return x < y;
    if (order)
        return order < 0;
    return a->phase != b->phase ? a->phase < b->phase : a->place < b->place;
}

static void heap_swap(struct list *heap, int a, int b)
{
    void *item = heap->item[a];
    heap->item[a] = heap->item[b];
    heap->item[b] = item;
}

static void ready_add(struct orderer *orderer, struct node *node)
{
    struct list *heap = &orderer->ready;
    list_add(orderer->mem, heap, node);
    for (int at = heap->n - 1; at && comes_first(heap->item[at], heap->item[(at - 1) / 2]); at = (at - 1) / 2)
        heap_swap(heap, at, (at - 1) / 2);
}

static struct node *ready_take(struct orderer *orderer)
{
    struct list *heap = &orderer->ready;
    struct node *first = heap->item[0];
    heap->item[0] = heap->item[--heap->n];
    for (int at = 0;;) {
        int child = 2 * at + 1;
        if (child + 1 < heap->n && comes_first(heap->item[child + 1], heap->item[child]))
            child++;
        if (child >= heap->n || !comes_first(heap->item[child], heap->item[at]))
            return first;
        heap_swap(heap, at, child);
        at = child;
    }
}

/* Where clauses become one statement, those of a table are kept together. */
static const char *table_of(const struct orderer *orderer, const struct change *step)
{
    const struct object *object = step->before ? step->before : step->after;
    bool part = kind_is(step->kind, KIND_INLINE | KIND_NAME_MADE) && object->parent;
    const struct object *table = part ? object->parent : step->op == CHANGE_ALTER ? object : NULL;
    if (!orderer->planner->target->dialect->joins || step->op == CHANGE_RENAME || step->op == CHANGE_FINISH || !table ||
        !kind_is(table->kind, KIND_HOLDS_ROWS))
        return NULL;
    return arena_printf(orderer->mem, "%s.%s", object_schema(table), table->name);
}

/* ---- arcs ---- */

static struct node *node_add(struct orderer *orderer, struct change *step)
{
    struct node *node = NEW(orderer->mem, struct node);
    *node = (struct node){
        .step = step, .phase = phase_of(orderer, step), .table = table_of(orderer, step), .place = orderer->node.n};
    step->at = orderer->node.n;
    list_add(orderer->mem, &orderer->node, node);
    return node;
}

static struct node *node_of(const struct orderer *orderer, const struct change *step)
{
    return orderer->node.item[step->at];
}

struct arc *arc_add(struct orderer *orderer, const struct change *first, const struct change *then,
                    const struct object *cause)
{
    if (!first || !then || first == then)
        return NULL;
    struct arc *arc = NEW(orderer->mem, struct arc);
    *arc = (struct arc){.first = node_of(orderer, first), .then = node_of(orderer, then), .cause = cause};
    list_add(orderer->mem, &arc->first->arc, arc);
    list_add(orderer->mem, &arc->then->into, arc);
    arc->then->waits++;
    return arc;
}

struct change *step_at(const struct orderer *orderer, int i)
{
    return ((const struct node *)orderer->node.item[i])->step;
}

/* The step of `object` in which the field of this edge is dealt with. */
static const struct change *step_of_field(const struct change *step, const struct edge *edge)
{
    bool finishes = step && step->finish && change_has(step->finish, edge->field) && edge->how == EDGE_NAMES &&
                    (step->before == edge->from || step->after == edge->from);
    return finishes ? step->finish : step;
}

/* By this edge; `free` is the mark of fields that do not hold what they name, or do not need it. */
static bool is_loose(const struct orderer *orderer, const struct change *step, const struct edge *edge,
                     enum field_mark free)
{
    const struct effect_row *row = effect_on(orderer->planner, step, edge);
    bool said = edge->how == EDGE_NAMES || edge->how == EDGE_USES;
    bool marked = said && kind_table[edge->from->kind].field[edge->field].marks & free;
    return marked || (row && row->effect == EFFECT_LOOSE);
}

/* A step about a whole table is about what others have to do with it, not about what its parts name of each other. */
static bool is_inner(const struct change *step, const struct object *other)
{
    return step->whole && (object_within(other, step->before) || object_within(other, step->after));
}

/* Of two keys with its columns a server takes either for a foreign key: the one that goes is gone by then. */
static void arcs_of_old_keys(struct orderer *orderer, const struct edge *edge, const struct change *then)
{
    const struct object *key = edge->to, *table = key->parent->peer;
    bool makes = edge->how == EDGE_RESTS && then && then->op == CHANGE_CREATE;
    for (int i = 0; makes && table && i < table->children.n; i++) {
        const struct object *old = table->children.item[i];
        bool goes = old->unmade && old->unmade->op == CHANGE_DROP && is_unique_key(old) && !is_inner(then, old);
        if (!goes || !same_key(orderer->mem, orderer->planner->target, old, key))
            continue;
        struct arc *arc = arc_add(orderer, old->unmade, then, edge->from);
        if (arc)
            arc->loose = is_loose(orderer, old->unmade, edge, FIELD_UNHELD);
    }
}

/* Does it name a type that is made of it? */
static bool is_made_of(const struct edge *edge)
{
    return object_promise(edge->from) == edge->to;
}

/* The step after which what names it can be made: of a type that is only promised until then, the last. */
static const struct change *step_made(const struct edge *edge)
{
    const struct change *step = step_making(edge->to);
    bool promised = step && step->finish && kind_is(edge->to->kind, KIND_PROMISED);
    if (is_made_of(edge))
        return promised ? step : NULL; /* which is there, if it is not made */
    return promised ? step->finish : step;
}

/* What is named in the desired tree is made first. */
static void arc_making(struct orderer *orderer, const struct edge *edge)
{
    const struct change *first = step_made(edge), *then = step_making(edge->from);
    /* a type begins with its new form, and finishes the old one */
    if (!kind_is(edge->from->kind, KIND_IS_TYPE) || kind_is(edge->from->kind, KIND_PROMISED))
        then = step_of_field(then, edge);
    arcs_of_old_keys(orderer, edge, then);
    if (!first || !then || (first->backwards && then->backwards) || is_inner(first, edge->from) ||
        is_inner(then, edge->to))
        return;
    struct arc *arc = arc_add(orderer, first, then, edge->from);
    if (arc) {
        arc->loose = is_loose(orderer, first, edge, FIELD_LOOSE);
        arc->perhaps = edge->how == EDGE_USES;
    }
}

/* A text that stays may be broken until what it names is made again (a view over a view on MySQL), and what names that has to wait, too. */
static void arcs_through(struct orderer *orderer, const struct object *stays, const struct change *then, int depth)
{
    enum { DEEPEST = 8 };
    for (const struct edge *edge = stays->needs; edge; edge = edge->next_need) {
        const struct change *first = step_made(edge);
        struct arc *arc = arc_add(orderer, first, then, stays);
        if (arc)
            arc->perhaps = true;
        if (!first && kind_is(edge->to->kind, KIND_IS_TEXT) && depth < DEEPEST)
            arcs_through(orderer, edge->to, then, depth + 1);
    }
}

/* What is dropped along with its owner (a sequence with a column) is let go of by all others before that. */
static void arcs_of_owned(struct orderer *orderer, const struct object *owned, const struct change *with)
{
    for (const struct edge *edge = owned->needed; edge; edge = edge->next_needed)
        arc_add(orderer, step_unmaking(edge->from), with, edge->from);
}

/* The old form of a type stays until its FINISH. */
static bool is_set_aside(const struct change *step)
{
    return step->finish && kind_is(step->kind, KIND_IS_TYPE);
}

/* DROP CAST (mood AS text) is about the new form once that has the name. */
static bool is_called_by_types(const struct change *step)
{
    return step->op == CHANGE_DROP && kind_is(step->kind, KIND_SERVES | KIND_IS_OPERATOR);
}

static void arc_away(struct orderer *orderer, const struct change *first, const struct change *then,
                     const struct edge *edge)
{
    struct arc *arc = arc_add(orderer, first, then, edge->from);
    if (arc) {
        arc->loose = is_loose(orderer, then, edge, FIELD_UNHELD) || (is_set_aside(then) && !is_called_by_types(first));
        arc->perhaps = edge->how == EDGE_USES;
    }
}

/* What a type is made of goes together with it. */
static const struct change *step_gone(const struct edge *edge)
{
    const struct object *type = object_promise(edge->to);
    const struct change *with = type ? step_unmaking(type) : NULL;
    if (is_made_of(edge))
        return NULL;
    return with && with->op == CHANGE_DROP ? with : step_unmaking(edge->to);
}

/* What names goes first: away, or to its new form where what is named goes away or has to wait for it. */
static void arc_unmaking(struct orderer *orderer, const struct edge *edge)
{
    const struct change *then = step_gone(edge), *own = step_unmaking(edge->from);
    const struct change *first = step_of_field(own, edge);
    bool later = kind_table[edge->from->kind].field[edge->field].marks & FIELD_LATER;
    if (!first || !then || is_inner(first, edge->to) || is_inner(then, edge->from))
        return;
    if (later && own->op == CHANGE_DROP) {
        if (then->op == CHANGE_DROP)
            arcs_of_owned(orderer, edge->from, then);
        return;
    }
    bool both_stay = first->op != CHANGE_DROP && then->op != CHANGE_DROP;
    if (!both_stay || (first->backwards && then->backwards))
        arc_away(orderer, first, then, edge);
    struct arc *arc = then->finish && first != then ? arc_add(orderer, first, then->finish, edge->from) : NULL;
    if (arc)
        arc->perhaps = edge->how == EDGE_USES;
}

/* What a foreign key refers to may suit only one form of its own table: it goes before that changes, and comes after it. */
static bool is_held_by(const struct change *step, const struct change *around)
{
    bool comes_or_goes = step->op == CHANGE_CREATE || step->op == CHANGE_DROP;
    return around->op != CHANGE_ALTER || (around->whole && comes_or_goes && kind_is(step->kind, KIND_NEEDS_KEY));
}

/* A field of a table that is a step of its own is one before some of its clauses, whatever that waits for. */
static void arc_of_phase(struct orderer *orderer, const struct change *around, const struct change *step)
{
    bool apart = around->op == CHANGE_ALTER && around->phase && !around->whole;
    bool later = apart && orderer->planner->target->dialect->joins && phase_of(orderer, step) > around->phase;
    struct arc *arc = later ? arc_add(orderer, around, step, NULL) : NULL;
    if (arc)
        arc->loose = true;
}

static void arcs_of_tree(struct orderer *orderer, const struct tree *tree, bool making)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct change *step = making ? step_making(o) : step_unmaking(o);
        for (const struct edge *edge = o->needs; step && edge; edge = edge->next_need) {
            if (making) {
                arc_making(orderer, edge);
                if (kind_is(edge->to->kind, KIND_IS_TEXT) && !step_making(edge->to))
                    arcs_through(orderer, edge->to, step, 0);
            } else
                arc_unmaking(orderer, edge);
        }
        struct change *around = o->parent ? (making ? step_making(o->parent) : step_unmaking(o->parent)) : NULL;
        if (!step || !around)
            continue;
        arc_of_phase(orderer, around, step);
        if (!is_held_by(step, around))
            continue;
        arc_add(orderer, making ? around : step, making ? step : around, NULL);
    }
}

/* ---- steps of one object ---- */

/* What a RENAME would break is away by then. */
static void arcs_of_rename(struct orderer *orderer, const struct change *rename)
{
    const struct object *object = step_renamed(orderer->planner, rename);
    for (const struct edge *edge = object ? object->needed : NULL; edge; edge = edge->next_needed) {
        const struct effect_row *row = effect_on(orderer->planner, rename, edge);
        const struct change *drop = row && row->effect == EFFECT_REPLACE ? step_unmaking(edge->from) : NULL;
        if (drop && drop->op == CHANGE_DROP)
            arc_add(orderer, drop, rename, NULL);
    }
}

/* A body in quotes keeps the names that things had: on the way back it is made when they have them again. */
static void arcs_of_quoted(struct orderer *orderer, struct change *step)
{
    const struct list renames = quoted_awaits(orderer->planner, step);
    for (int i = 0; i < renames.n; i++)
        arc_add(orderer, renames.item[i], step, step->after); /* not about a name that gets free */
    if (renames.n)
        quoted_turn_back(orderer->planner, step, &renames);
}

/* On the way back what changes in it does so under the name that it still has. */
static void arcs_of_itself(struct orderer *orderer, const struct change *rename)
{
    const struct change *making = rename->renamed ? step_making(rename->renamed) : NULL;
    if (making && making->op == CHANGE_ALTER)
        arc_add(orderer, making, rename, NULL);
}

/* And so does what changes of its parts. */
static void arcs_of_parts(struct orderer *orderer, const struct change *rename)
{
    for (int i = 0; rename->renamed && i < orderer->node.n; i++) {
        const struct change *step = step_at(orderer, i);
        const struct object *part = change_object(step), *holder = part->parent;
        if (step->op != CHANGE_RENAME && holder && !kind_is(part->kind, KIND_IS_TEXT) &&
            (rename->renamed == holder || rename->renamed == holder->peer))
            arc_add(orderer, step, rename, part);
    }
}

/* A part is renamed under the new name of what holds it: after that is renamed, or on the way back before. */
static void arcs_of_holder(struct orderer *orderer, const struct change *rename)
{
    const struct object *object = rename->renamed, *holder = object ? object->parent : NULL;
    for (int i = 0; holder && holder->renamed && i < orderer->node.n; i++) {
        const struct change *other = step_at(orderer, i);
        if (other->op != CHANGE_RENAME || !other->renamed ||
            (other->renamed != holder && other->renamed != holder->peer))
            continue;
        bool back = orderer->planner->out->reversed;
        arc_add(orderer, back ? rename : other, back ? other : rename, object);
    }
}

/* All steps say what a schema is called afterwards, and on the way back what it is called before. */
static void arcs_of_schema(struct orderer *orderer, const struct change *rename)
{
    bool back = orderer->planner->out->reversed;
    for (int i = 0; kind_is(rename->kind, KIND_NAMESPACE) && i < orderer->node.n; i++) {
        const struct change *step = step_at(orderer, i);
        bool other = step->op == CHANGE_RENAME && kind_is(step->kind, KIND_NAMESPACE);
        if (!other && !(back && quoted_awaits(orderer->planner, step).n))
            arc_add(orderer, back ? step : rename, back ? rename : step, NULL);
    }
}

static bool leads_to(const struct node *first, const struct node *then)
{
    for (int i = 0; i < first->arc.n; i++)
        if (((const struct arc *)first->arc.item[i])->then == then)
            return true;
    return false;
}

/* What comes before a rename and is said of a table that gets another name too says the new one. */
static void leads_after_holder(struct orderer *orderer, const struct node *first)
{
    const struct object *object = change_object(first->step), *holder = object->parent;
    for (int i = 0; i < orderer->node.n; i++) {
        const struct node *node = orderer->node.item[i];
        const struct change *rename = node->step;
        bool own = rename->op == CHANGE_RENAME && rename->renamed && holder && !kind_is(object->kind, KIND_IS_TEXT) &&
                   (rename->renamed == holder || rename->renamed == holder->peer);
        if (own && !leads_to(first, node))
            arc_add(orderer, rename, first->step, object);
    }
}

/* On the way there all texts have the names from after them: so what they wait for comes first too. */
static void renames_lead(struct orderer *orderer)
{
    struct list lead = {0};
    for (int i = 0; i < orderer->node.n; i++) {
        if (((const struct node *)orderer->node.item[i])->phase == RENAME_FIRST)
            list_add(orderer->mem, &lead, orderer->node.item[i]);
    }
    for (int i = 0; i < lead.n; i++) {
        const struct node *node = lead.item[i];
        for (int k = 0; k < node->into.n; k++) {
            struct node *first = ((const struct arc *)node->into.item[k])->first;
            if (first->phase == RENAME_FIRST)
                continue;
            first->place += first->phase * orderer->node.n; /* among these by their phases */
            first->phase = RENAME_FIRST;
            leads_after_holder(orderer, first);
            list_add(orderer->mem, &lead, first);
        }
    }
}

/* A key that another takes over from (a constraint that becomes an index) stands until that one does. */
static void arcs_of_key(struct orderer *orderer, const struct change *drop)
{
    const struct object *key = drop->before, *table = key->parent ? key->parent->peer : NULL;
    for (int i = 0; table && is_unique_key(key) && i < table->children.n; i++) {
        const struct object *other = table->children.item[i];
        bool comes = other->made && other->made->op == CHANGE_CREATE && is_unique_key(other);
        if (!comes || text_equal(other->name, key->name) ||
            !same_key(orderer->mem, orderer->planner->target, key, other))
            continue;
        struct arc *arc = arc_add(orderer, other->made, drop, NULL);
        if (arc)
            arc->loose = true;
    }
}

/* Is it made again, with what refers to it?  Where an ALTER has many clauses, that stays if another key has these columns. */
static bool comes_again(const struct orderer *orderer, const struct change *drop)
{
    const struct target *target = orderer->planner->target;
    const struct object *key = drop->before, *other = key->peer;
    bool both = other && is_unique_key(key) && is_unique_key(other);
    return drop->replaced && (!target->dialect->joins || !both || same_key(orderer->mem, target, key, other));
}

static void arcs_of_steps(struct orderer *orderer)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct change *step = step_at(orderer, i);
        if (step->finish)
            arc_add(orderer, step, step->finish, NULL);
        if (step->led)
            arc_add(orderer, step->led, step, NULL);
        if (step->op == CHANGE_CREATE && step->replaced && step->after->peer)
            arc_add(orderer, step_unmaking(step->after->peer), step, NULL);
        if (step->op == CHANGE_RENAME) {
            arcs_of_rename(orderer, step);
            if (orderer->planner->out->reversed) {
                arcs_of_itself(orderer, step);
                arcs_of_parts(orderer, step);
            }
            arcs_of_holder(orderer, step);
            arcs_of_schema(orderer, step);
        }
        if (step->op == CHANGE_DROP && !comes_again(orderer, step))
            arcs_of_key(orderer, step);
    }
    for (int i = 0; i < orderer->node.n; i++)
        arcs_of_quoted(orderer, step_at(orderer, i));
}

/* ---- circles ---- */

/* An arc because of a foreign key that is written in the CREATE of its table, or of what goes with its DROP. */
static bool is_detachable(const struct arc *arc, const struct object *table, bool making)
{
    if (arc->cut || arc->loose || !table || !arc->cause || arc->cause->parent != table)
        return false;
    bool key = kind_is(arc->cause->kind, KIND_NEEDS_KEY) && kind_is(arc->cause->kind, KIND_INLINE);
    return key || (!making && kind_is(arc->cause->kind, KIND_IS_TEXT));
}

static bool arcs_cut(struct node *node, bool perhaps)
{
    bool any = false;
    for (int i = 0; i < node->into.n; i++) {
        struct arc *arc = node->into.item[i];
        if (arc->cut || !(perhaps ? arc->perhaps : arc->loose) || arc->first->done)
            continue;
        arc->cut = any = true;
        node->waits--;
    }
    return any;
}

/* What comes or goes with another, as a step of its own. */
static struct change *detach(struct orderer *orderer, const struct object *cause, struct change *around)
{
    struct planner *planner = orderer->planner;
    struct object *part = (struct object *)(uintptr_t)cause;
    bool making = around->op == CHANGE_CREATE;
    if (part->apart)
        return making ? part->made : part->unmade;
    struct change *step = change_add(planner->mem, planner->out, making ? CHANGE_CREATE : CHANGE_DROP,
                                     making ? NULL : part, making ? part : NULL);
    part->apart = true;
    *(making ? &part->made : &part->unmade) = step;
    node_add(orderer, step);
    arc_add(orderer, making ? around : step, making ? step : around, NULL);
    return step;
}

/* Takes out of the step what it has to wait for, or what others wait for because of it. */
static bool parts_detach(struct orderer *orderer, struct node *node)
{
    bool making = node->step->op == CHANGE_CREATE, any = false;
    const struct list *arcs = making ? &node->into : &node->arc;
    const struct object *table = making ? node->step->after : node->step->before;
    if (!making && node->step->op != CHANGE_DROP)
        return false;
    for (int i = 0, n = arcs->n; i < n; i++) {
        struct arc *arc = arcs->item[i];
        struct node *other = making ? arc->first : arc->then;
        if (other->done || !is_detachable(arc, table, making))
            continue;
        struct change *own = detach(orderer, arc->cause, node->step);
        arc->cut = true;
        arc->then->waits--;
        arc_add(orderer, making ? other->step : own, making ? own : other->step, NULL);
        any = true;
    }
    return any;
}

static bool references_part(struct orderer *orderer, struct node *node)
{
    bool any = arcs_cut(node, false);
    return parts_detach(orderer, node) || any;
}

static bool uses_part(struct orderer *orderer, struct node *node)
{
    return arcs_cut(node, true);
}

/* Can it be dropped before the step with which it goes, and is nothing in the way that goes with that step too? */
static bool goes_alone(const struct orderer *orderer, const struct object *object, const struct change *step)
{
    if (!object || object->unmade == step || !orderer->planner->target->dialect->render[object->kind].drop)
        return false;
    for (const struct edge *edge = object->needed; edge; edge = edge->next_needed)
        if (step_unmaking(edge->from) == step)
            return false;
    return true;
}

/* A name that would be free when its table goes is free before that. */
static bool names_part(struct orderer *orderer, struct node *node)
{
    bool any = false;
    for (int i = 0, n = node->arc.n; i < n; i++) {
        struct arc *arc = node->arc.item[i];
        if (arc->cut || arc->then->done || !goes_alone(orderer, arc->frees, node->step))
            continue;
        struct change *own = detach(orderer, arc->frees, node->step);
        for (const struct edge *edge = arc->frees->needed; edge; edge = edge->next_needed)
            arc_add(orderer, step_unmaking(edge->from), own, NULL);
        arc->cut = true;
        arc->then->waits--;
        arc_add(orderer, own, arc->then->step, NULL);
        any = true;
    }
    return any;
}

static void ready_find(struct orderer *orderer)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct node *node = orderer->node.item[i];
        if (!node->done && !node->waits && !node->ready) {
            node->ready = true;
            ready_add(orderer, node);
        }
    }
}

static void node_do(struct orderer *orderer, struct node *node)
{
    node->done = true;
    list_add(orderer->mem, &orderer->order, node->step);
    for (int i = 0; i < node->arc.n; i++) {
        struct arc *arc = node->arc.item[i];
        if (arc->cut || --arc->then->waits || arc->then->ready)
            continue;
        arc->then->ready = true;
        ready_add(orderer, arc->then);
    }
}

/* The rename of which it needs the name; NULL if it waits for anything else, or for nothing. */
static const struct node *rename_awaited(const struct node *node)
{
    const struct node *found = NULL;
    for (int i = 0; i < node->into.n; i++) {
        const struct arc *arc = node->into.item[i];
        if (arc->cut || arc->first->done)
            continue;
        if (arc->first->step->op != CHANGE_RENAME || arc->cause)
            return NULL;
        found = arc->first;
    }
    return found;
}

/* Is it a rename that waits in a circle of renames? */
static bool changes_places(const struct orderer *orderer, const struct node *node)
{
    const struct node *other = node->step->op == CHANGE_RENAME ? rename_awaited(node) : NULL;
    for (int i = 0; other && other != node && i < orderer->node.n; i++)
        other = rename_awaited(other);
    return other == node;
}

/* Names that change places: one of them makes room under a name that nobody has. */
static void rename_aside(struct orderer *orderer, struct node *node)
{
    struct change *step = node->step, *aside = NEW(orderer->mem, struct change);
    struct object *between = arena_alloc(orderer->mem, kind_table[step->kind].size);
    *between = *step->before;
    between->name = name_aside(orderer->mem, orderer->planner->target, orderer->planner->out, step->before->name);
    *aside = *step;
    aside->after = between;
    step->before = between;
    list_add(orderer->mem, &orderer->planner->out->list, aside);
    node_do(orderer, node_add(orderer, aside));
    for (int i = 0; i < node->arc.n; i++) {
        struct arc *arc = node->arc.item[i];
        if (arc->cut || arc->cause) /* not about the name that is free now */
            continue;
        arc->cut = true;
        arc->then->waits--;
    }
}

static bool renames_part(struct orderer *orderer)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct node *node = orderer->node.item[i];
        if (node->done || !changes_places(orderer, node))
            continue;
        rename_aside(orderer, node);
        ready_find(orderer);
        return true;
    }
    return false;
}

static const struct node *next_ready(const struct orderer *orderer)
{
    return orderer->ready.n ? orderer->ready.item[0] : NULL;
}

/* Renames that wait for each other come first as well; asked until the first step that is not theirs. */
static void renames_go_first(struct orderer *orderer)
{
    const struct node *next = next_ready(orderer);
    if (!orderer->led && next && next->phase != RENAME_FIRST)
        orderer->led = !renames_part(orderer);
}

/*
 * Nothing is ready but renames that come last: all texts have the names from before them.  So whatever does not need their
 * names to be free has to be done by then, and waits in a circle, or for one.
 */
static bool is_stuck(const struct orderer *orderer)
{
    const struct node *next = next_ready(orderer);
    return !next || next->phase == RENAME_LAST;
}

static void held_mark(struct orderer *orderer)
{
    struct list held = {0};
    for (int i = 0; i < orderer->node.n; i++) {
        struct node *node = orderer->node.item[i];
        node->held = !node->done && node->phase == RENAME_LAST;
        if (node->held)
            list_add(orderer->mem, &held, node);
    }
    for (int i = 0; i < held.n; i++) {
        const struct node *node = held.item[i];
        for (int k = 0; k < node->arc.n; k++) {
            struct arc *arc = node->arc.item[k];
            if (arc->cut || arc->loose || arc->then->held)
                continue;
            arc->then->held = true;
            list_add(orderer->mem, &held, arc->then);
        }
    }
}

static void nodes_part(struct orderer *orderer, bool (*part)(struct orderer *, struct node *))
{
    for (int i = 0, n = orderer->node.n; i < n && is_stuck(orderer); i++) {
        struct node *node = orderer->node.item[i];
        if (!node->done && !node->held && part(orderer, node))
            ready_find(orderer);
    }
}

/* What it waits for, of those that the circle is among. */
static struct node *waited_for(const struct node *node)
{
    for (int i = 0; i < node->into.n; i++) {
        const struct arc *arc = node->into.item[i];
        if (!arc->cut && !arc->first->done && !arc->first->ready)
            return arc->first;
    }
    return NULL;
}

static int circle_refuse(const struct orderer *orderer, struct node *node)
{
    struct ctx *ctx = orderer->planner->ctx;
    struct names steps = {0};
    for (int i = 0; i < orderer->node.n; i++) /* by then it is in the circle */
        node = waited_for(node);
    const struct node *first = node;
    do {
        const char *path = object_path(ctx->mem, change_object(node->step));
        names_add(ctx->mem, &steps, arena_printf(ctx->mem, "%s %s", change_op_name(node->step->op), path));
        node = waited_for(node);
    } while (node != first);
    fail(ctx, ERR_UNSUPPORTED, "each of these steps waits for the next, and the last for the first: %s",
         names_join(ctx->mem, &steps, ", "));
    return fail_hint(ctx, "Make the change in two migrations.");
}

/* A node that waits, `held` or not; NULL: none does. */
static struct node *find_waiting(const struct orderer *orderer, bool held)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct node *node = orderer->node.item[i];
        if (!node->done && !node->ready && node->held == held)
            return node;
    }
    return NULL;
}

static int circle_break(struct orderer *orderer)
{
    held_mark(orderer);
    nodes_part(orderer, references_part);
    nodes_part(orderer, names_part);
    if (is_stuck(orderer))
        nodes_part(orderer, uses_part);
    if (!is_stuck(orderer))
        return 0;
    struct node *waiting = find_waiting(orderer, false);
    if (orderer->ready.n && waiting)
        return circle_refuse(orderer, waiting);
    if (orderer->ready.n || renames_part(orderer))
        return 0;
    return circle_refuse(orderer, waiting ? waiting : find_waiting(orderer, true));
}

/* What has to stand between what goes and what comes back runs in their transaction. */
static void room_close(const struct planner *planner)
{
    const struct list *steps = &planner->out->list;
    int first = steps->n, last = -1;
    for (int i = 0; i < steps->n; i++) {
        const struct change *step = steps->item[i];
        if (!makes_room(planner, step))
            continue;
        first = i < first ? i : first;
        last = i;
    }
    for (int i = first; i < last; i++) {
        struct change *step = steps->item[i];
        step->makes_room = step->makes_room || stands_alone(planner, step);
    }
}

int steps_order(struct planner *planner)
{
    struct orderer orderer = {
        .planner = planner, .mem = planner->mem, .led = planner->out->reversed, .room = any_makes_room(planner)};
    struct changes *steps = planner->out;
    for (int i = 0; i < steps->list.n; i++)
        node_add(&orderer, steps->list.item[i]);
    arcs_of_tree(&orderer, steps->before, false);
    arcs_of_tree(&orderer, steps->after, true);
    arcs_of_names(&orderer);
    arcs_of_steps(&orderer);
    renames_lead(&orderer);
    ready_find(&orderer);
    while (orderer.order.n < orderer.node.n) {
        if (is_stuck(&orderer))
            TRY(circle_break(&orderer));
        renames_go_first(&orderer);
        if (orderer.ready.n)
            node_do(&orderer, ready_take(&orderer));
    }
    steps->list = orderer.order;
    room_close(planner);
    for (int i = 0; i < steps->list.n; i++)
        ((struct change *)steps->list.item[i])->at = i;
    return 0;
}
