/*
 * What stays, and names something that goes: a view that reads a dropped column, a hand-made index on it, a trigger.  The
 * engine would refuse it, drop it along without a word, or keep it and fail at every later use.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/graph.h"
#include "diff/plan.h"

/* Does a foreign key refer to another table by then, whose columns may be called as those of this one? */
static bool refers_elsewhere(struct arena *mem, const struct target *target, const struct edge *edge)
{
    const struct object *key = edge->from;
    const struct kind_info *info = &kind_table[key->kind];
    if (!kind_is(key->kind, KIND_NEEDS_KEY) || info->field[edge->field].type != FIELD_NAMES ||
        edge->to->parent == key->parent)
        return false;
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].type == FIELD_REF && !compare_field(mem, target, key, key->peer, i))
            return true;
    return false;
}

/* Will the object name it as it does now? */
static bool still_names(struct arena *mem, const struct target *target, const struct edge *edge)
{
    const struct object *whole = object_whole(edge->from);
    if (refers_elsewhere(mem, target, edge))
        return false;
    return edge->from == whole ? compare_field(mem, target, whole, whole->peer, edge->field)
                               : diff_equal(mem, target, whole, whole->peer, NULL);
}

/* A value is spelled in the type of its column ('ok'::mood), and goes over to another type with it. */
static bool type_leaves(struct arena *mem, const struct target *target, const struct edge *edge)
{
    const struct object *whole = object_whole(edge->from);
    for (const struct edge *other = edge->from->needs; other && edge->from == whole; other = other->next_need)
        if (other->to == edge->to && kind_table[whole->kind].field[other->field].type == FIELD_TYPE)
            return kind_table[whole->kind].field[edge->field].type == FIELD_EXPR &&
                   !compare_field(mem, target, whole, whole->peer, other->field);
    return false;
}

/* The part of the desired object that stands where `part` does in the current one. */
static const struct object *counterpart(const struct object *part)
{
    const struct object *whole = object_whole(part);
    if (part == whole)
        return whole->peer;
    for (int i = 0; i < whole->children.n && i < whole->peer->children.n; i++)
        if (whole->children.item[i] == part)
            return whole->peer->children.item[i];
    return NULL;
}

/* "'a'::role", "CAST(x AS app.role)": a column may be called like its type. */
static bool casts_to(struct arena *mem, const struct target *target, const char *text, const char *type)
{
    static const char *const words[] = {"as", ".", NULL};
    struct lexer lexer;
    struct token before = {.text = ""};
    lex_open(&lexer, target->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool cast = token_is_one_of(&before, words) || (before.length == 2 && memcmp(before.text, "::", 2) == 0);
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (cast && named && text_equal_nocase(token_name(mem, &token), type))
            return true;
        before = token;
    }
    return false;
}

/*
 * Equal but for the types that a server printed beside constants: those of the desired side are what it has.  A source that no server
 * has printed does not say them, and is what the object is made from when its column has changed.
 */
static bool is_spelled_anew(struct arena *mem, const struct target *target, const struct edge *edge)
{
    const struct object *other = counterpart(edge->from);
    if (!kind_is(edge->to->kind, KIND_IS_TYPE) || !other || other->kind != edge->from->kind ||
        kind_table[other->kind].field[edge->field].type != FIELD_EXPR)
        return false;
    const struct expr *is = object_field(edge->from, edge->field), *wanted = object_field(other, edge->field);
    if (is->printed && wanted->printed)
        return !text_equal(is->printed, wanted->printed);
    return is->printed && wanted->written && !casts_to(mem, target, wanted->written, edge->to->name);
}

/* Another of its name may be the one that is called. */
static bool other_stays(const struct object *called)
{
    for (int i = 0; i < called->parent->children.n; i++) {
        const struct object *other = called->parent->children.item[i];
        if (other->kind == called->kind && other->peer && text_equal(object_called(other), object_called(called)))
            return true;
    }
    return false;
}

/* Is there another of that name from then on? A foreign key needs the key of the one that goes. */
static bool has_successor(const struct changes *changes, const struct edge *edge)
{
    for (int i = 0; i < changes->list.n && !kind_is(edge->from->kind, KIND_NEEDS_KEY); i++) {
        const struct change *change = changes->list.item[i];
        if (change->succession && change->op == CHANGE_DROP && object_within(edge->to, change->before))
            return true;
    }
    return false;
}

static bool is_dangling(struct arena *mem, const struct target *target, const struct edge *edge)
{
    bool free = kind_table[edge->from->kind].field[edge->field].marks & (FIELD_LATER | FIELD_UNHELD);
    const struct object *whole = object_whole(edge->from);
    return !edge->to->peer && whole->peer && whole != edge->to && edge->how == EDGE_NAMES && !free &&
           !(kind_is(edge->to->kind, KIND_IS_CALLED) && other_stays(edge->to)) && still_names(mem, target, edge) &&
           !type_leaves(mem, target, edge) && !is_spelled_anew(mem, target, edge);
}

/* Parts have no peers of their own. */
static bool anything_goes(const struct tree *before)
{
    for (struct object *o = object_next(before->root, before->root); o; o = object_next(before->root, o))
        if (!o->peer && !kind_is(o->kind, KIND_PART))
            return true;
    return false;
}

void dangling_find(struct arena *mem, const struct target *target, const struct changes *changes, struct list *found)
{
    const struct object *last = NULL;
    if (!anything_goes(changes->before))
        return;
    graph_build(mem, target, changes->before);
    for (struct object *o = changes->before->root; o; o = object_next(changes->before->root, o))
        for (struct edge *edge = o->needs; edge && object_whole(o) != last; edge = edge->next_need)
            if (is_dangling(mem, target, edge) && !has_successor(changes, edge)) {
                list_add(mem, found, edge);
                last = object_whole(o);
            }
}

char *dangling_text(struct arena *mem, const struct edge *edge)
{
    return arena_printf(mem, "%s still names %s, which is dropped", object_path(mem, object_whole(edge->from)),
                        object_path(mem, edge->to));
}

static void peers_forget(struct object *object)
{
    for (struct object *o = object; o; o = object_next(object, o))
        o->peer = NULL;
}

static void changes_forget(struct changes *changes, const struct object *object)
{
    for (int i = changes->list.n - 1; i >= 0; i--) {
        const struct change *change = changes->list.item[i];
        const struct object *o = change->op == CHANGE_RENAME ? change->renamed : change->before;
        while (o && o != object)
            o = o->parent;
        if (o)
            list_remove(&changes->list, i);
    }
}

/* Not left alone any more. */
static void unmanaged_forget(struct names *unmanaged, const char *path)
{
    int n = 0;
    for (int i = 0; i < unmanaged->n; i++)
        if (!text_equal(unmanaged->item[i], path))
            unmanaged->item[n++] = unmanaged->item[i];
    unmanaged->n = n;
}

/* Found again after each round: what names a dropped view is left in its turn. */
void dangling_drop(struct arena *mem, const struct target *target, struct changes *changes)
{
    for (;;) {
        struct list found = {0};
        dangling_find(mem, target, changes, &found);
        for (int i = 0; i < found.n; i++) {
            struct object *object = object_whole(((const struct edge *)found.item[i])->from);
            if (!object->peer)
                continue;
            changes_forget(changes, object);
            unmanaged_forget(&changes->unmanaged, object_path(mem, object));
            object_remove(object->peer);
            peers_forget(object);
            change_add(mem, changes, CHANGE_DROP, object, NULL);
        }
        if (!found.n)
            return;
    }
}
