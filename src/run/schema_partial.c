/*
 * What of a changed schema text a server has to see again.  Statements are taken in groups, one for each name of a table,
 * view, type or sequence.  A group is read back again if its statements are not the same as before, or if it names one that
 * is; what such groups name has to be there, but without its foreign keys, so that this does not go on for ever.  A foreign
 * key rests on the other table and hands nothing on.  All keeps its order, so that what a server would refuse it refuses.
 */
#include "run/schema_partial.h"

#include "base/text.h"
#include "schema/unmodelled.h"

enum need { NOT_NEEDED, NEEDED, READ_AGAIN };

struct group {
    const char *name;
    struct names now, before; /* hashes of its statements; no `now`: it is gone */
    enum need need;
    bool spreads;      /* what names it is read again too */
    struct list needs; /* struct use *: what it names */
    struct list users; /* struct use *: what names it */
};
struct use {
    struct group *group;
    bool in_key; /* only in foreign keys */
};

static struct group *group_of(struct partial *partial, const char *owner)
{
    struct group *group = map_get(&partial->groups, owner);
    if (group)
        return group;
    group = NEW(partial->ctx->mem, struct group);
    group->name = owner;
    map_set(&partial->groups, owner, group);
    return group;
}

static bool groups_read(struct partial *partial, const struct list *before, const struct list *now)
{
    for (int i = 0; i < before->n + now->n; i++) {
        const struct said *said = i < before->n ? before->item[i] : now->item[i - before->n];
        if (!said->owner)
            return false;
        struct group *group = group_of(partial, said->owner);
        names_add(partial->ctx->mem, i < before->n ? &group->before : &group->now, said->hash);
    }
    return true;
}

static struct group *group_at(const struct partial *partial, int i)
{
    return partial->groups.entry[i].value;
}

static bool is_changed(const struct group *group)
{
    return !names_equal(&group->before, &group->now);
}

static int skip_changed(const struct partial *partial, const struct list *all, int at)
{
    while (at < all->n && is_changed(map_get(&partial->groups, ((const struct said *)all->item[at])->owner)))
        at++;
    return at;
}

/* What stays the same stands in the same order, so that it still works and is called the same. */
static bool order_stays(const struct partial *partial, const struct list *before, const struct list *now)
{
    int a = skip_changed(partial, before, 0), b = skip_changed(partial, now, 0);
    while (a < before->n && b < now->n) {
        if (!text_equal(((const struct said *)before->item[a])->hash, ((const struct said *)now->item[b])->hash))
            return false;
        a = skip_changed(partial, before, a + 1);
        b = skip_changed(partial, now, b + 1);
    }
    return a == before->n && b == now->n;
}

/* ---- who names whom */

struct reading {
    struct partial *partial;
    struct group *group;
    bool unsure;
};

static void use_take(void *sink, const char *name, bool in_key)
{
    struct reading *reading = sink;
    struct arena *mem = reading->partial->ctx->mem;
    struct group *to = name ? map_get(&reading->partial->groups, name) : NULL;
    reading->unsure |= !name;
    if (!to || to == reading->group || !*to->name)
        return;
    for (int i = 0; i < reading->group->needs.n; i++) {
        struct use *use = reading->group->needs.item[i];
        if (use->group != to)
            continue;
        use->in_key &= in_key;
        return;
    }
    struct use *use = NEW(mem, struct use);
    *use = (struct use){to, in_key};
    list_add(mem, &reading->group->needs, use);
}

static bool uses_read(struct partial *partial, const struct list *now)
{
    struct reading reading = {.partial = partial};
    const struct said_taker taker = {use_take, &reading};
    struct arena *mem = arena_open(0);
    for (int i = 0; i < now->n && !reading.unsure; i++) {
        const struct said *said = now->item[i];
        reading.group = map_get(&partial->groups, said->owner);
        said_names(mem, partial->dialect, said, &taker);
    }
    arena_close(mem);
    for (int i = 0; i < partial->groups.n; i++) {
        struct group *from = group_at(partial, i);
        for (int k = 0; k < from->needs.n; k++) {
            const struct use *need = from->needs.item[k];
            struct use *user = NEW(partial->ctx->mem, struct use);
            *user = (struct use){from, need->in_key};
            list_add(partial->ctx->mem, &need->group->users, user);
        }
    }
    return !reading.unsure;
}

/* False: it reaches what is meant for all that follows. */
static bool changes_spread(struct partial *partial)
{
    struct list waiting = {0};
    for (int i = 0; i < partial->groups.n; i++) {
        struct group *group = group_at(partial, i);
        if (!is_changed(group))
            continue;
        if (!*group->name)
            return false;
        group->need = READ_AGAIN;
        group->spreads = true;
        list_add(partial->ctx->mem, &waiting, group);
    }
    for (int at = 0; at < waiting.n; at++) {
        const struct group *group = waiting.item[at];
        for (int i = 0; i < group->users.n; i++) {
            const struct use *user = group->users.item[i];
            if (!*user->group->name)
                return false;
            user->group->need = READ_AGAIN;
            if (user->in_key || user->group->spreads)
                continue;
            user->group->spreads = true;
            list_add(partial->ctx->mem, &waiting, user->group);
        }
    }
    return true;
}

static void needs_spread(struct partial *partial)
{
    struct list waiting = {0};
    for (int i = 0; i < partial->groups.n; i++) {
        struct group *group = group_at(partial, i);
        if (group->need == READ_AGAIN || !*group->name)
            list_add(partial->ctx->mem, &waiting, group);
    }
    for (int at = 0; at < waiting.n; at++) {
        const struct group *group = waiting.item[at];
        for (int i = 0; i < group->needs.n; i++) {
            const struct use *use = group->needs.item[i];
            if (use->group->need != NOT_NEEDED || (use->in_key && group->need == NEEDED))
                continue;
            use->group->need = NEEDED;
            list_add(partial->ctx->mem, &waiting, use->group);
        }
    }
}

static void statements_choose(struct partial *partial, const struct list *now)
{
    struct arena *mem = partial->ctx->mem;
    for (int i = 0; i < now->n; i++) {
        const struct said *said = now->item[i];
        const struct group *group = map_get(&partial->groups, said->owner);
        struct sql_piece *piece = NEW(mem, struct sql_piece);
        *piece = said->statement->piece;
        if (*group->name && group->need == NOT_NEEDED)
            continue;
        if (*group->name && group->need == NEEDED) {
            piece->text = said_without_keys(mem, partial->dialect, said);
            if (!piece->text)
                continue;
            piece->length = strlen(piece->text);
        }
        list_add(mem, &partial->statements, piece);
    }
}

bool partial_choose(struct partial *partial, const struct list *before, const struct list *now)
{
    map_init(&partial->groups, partial->ctx->mem);
    if (!groups_read(partial, before, now) || !order_stays(partial, before, now) || !uses_read(partial, now) ||
        !changes_spread(partial))
        return false;
    needs_spread(partial);
    statements_choose(partial, now);
    return true;
}

/* ---- the two trees put together */

static const struct group *group_named(const struct partial *partial, const char *name)
{
    return name ? map_get(&partial->groups, said_fold(partial->ctx->mem, name)) : NULL;
}

/* A sequence that nobody made by name came with its column. */
static const struct group *group_of_object(const struct partial *partial, const struct object *top)
{
    const struct group *group = group_named(partial, top->name);
    if (!group && top->kind == KIND_SEQUENCE)
        group = group_named(partial, ((const struct sequence *)top)->owned_by.name);
    return group;
}

static bool is_read_again(const struct group *group)
{
    return group && group->need == READ_AGAIN;
}

static bool all_have_groups(const struct partial *partial, const struct tree *tree)
{
    for (int i = 0; i < tree->root->children.n; i++) {
        const struct object *schema = tree->root->children.item[i];
        for (int k = 0; k < schema->children.n; k++) {
            const struct object *top = schema->children.item[k];
            if (said_has_owner(top->kind) && !group_of_object(partial, top))
                return false;
        }
    }
    return true;
}

/* May a server have chosen this name, and another one if it was taken? */
static bool may_be_chosen(const struct object *object)
{
    enum { SURE = 20 }; /* of a long table name it takes no more */
    if (!object->name || kind_is(object->kind, KIND_IS_COLUMN | KIND_PART) || object->kind == KIND_TRIGGER ||
        object->kind == KIND_POLICY || object->kind == KIND_RULE)
        return false;
    if (kind_is(object->kind, KIND_RELATION) || object->kind == KIND_INDEX || object->parent->kind == KIND_SCHEMA)
        return true;
    const char *table = object->parent->name;
    return !strncmp(object->name, table, strnlen(table, SURE));
}

/* struct object * by schema and name: of the groups that are read again, or of the others. */
static struct map names_of(const struct partial *partial, const struct tree *tree, bool again)
{
    struct map names;
    map_init(&names, partial->ctx->mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (!o->parent || o->kind == KIND_SCHEMA || !may_be_chosen(o))
            continue;
        const struct object *top = object_top(o);
        if (said_has_owner(top->kind) && is_read_again(group_of_object(partial, top)) == again)
            map_set(&names, arena_printf(partial->ctx->mem, "%s\1%s", object_schema(top), o->name), o);
    }
    return names;
}

/* "t_a_idx1" of what stays: would it be "t_a_idx" now? */
static bool was_dodging(const struct partial *partial, const char *name, const struct map *before,
                        const struct map *after)
{
    enum { CUT = 56 }; /* from there on what it dodged may have been longer */
    char *base = arena_dup(partial->ctx->mem, name);
    size_t length = strlen(base), whole = length;
    while (length > 0 && char_is_digit((unsigned char)base[length - 1]))
        base[--length] = '\0';
    if (length == whole)
        return false;
    return whole - (size_t)(strchr(name, '\1') - name) > CUT || (map_get(before, base) && !map_get(after, base));
}

/* Names that groups chose without seeing each other must be those that they would choose together. */
static bool names_fit(const struct partial *partial, const struct tree *fresh, const struct tree *tree)
{
    const struct map kept = names_of(partial, tree, false);
    const struct map before = names_of(partial, tree, true), after = names_of(partial, fresh, true);
    for (int i = 0; i < after.n; i++)
        if (map_get(&kept, after.entry[i].key))
            return false;
    for (int i = 0; i < kept.n && before.n; i++)
        if (was_dodging(partial, kept.entry[i].key, &before, &after))
            return false;
    return true;
}

/* In order of kinds, and by name where the server gives them so. */
static int place_for(const struct object *schema, const struct object *object)
{
    int place = 0;
    bool sorted = true;
    const struct object *last = NULL;
    for (int i = 0; i < schema->children.n; i++) {
        const struct object *one = schema->children.item[i];
        if (one->kind != object->kind)
            continue;
        sorted &= !last || strcmp(last->name, one->name) <= 0;
        last = one;
    }
    for (int i = 0; i < schema->children.n; i++) {
        const struct object *one = schema->children.item[i];
        if (one->kind < object->kind || (one->kind == object->kind && (!sorted || strcmp(one->name, object->name) < 0)))
            place = i + 1;
    }
    return place;
}

static void schema_take(const struct partial *partial, const struct object *from, struct object *to)
{
    struct arena *mem = partial->ctx->mem;
    for (int i = 0; i < from->children.n; i++) {
        struct object *top = from->children.item[i];
        if (!said_has_owner(top->kind) || !is_read_again(group_of_object(partial, top)))
            continue;
        const struct object *old = object_child(to, top->kind, top->name);
        int place = 0;
        while (old && to->children.item[place] != old)
            place++;
        if (old)
            list_remove(&to->children, place);
        else
            place = place_for(to, top);
        list_insert(mem, &to->children, place, top);
        top->parent = to;
    }
}

static void schema_clear(const struct partial *partial, struct object *schema, const struct object *fresh)
{
    for (int i = schema->children.n - 1; i >= 0; i--) {
        struct object *top = schema->children.item[i];
        if (said_has_owner(top->kind) && is_read_again(group_of_object(partial, top)) &&
            !(fresh && object_child(fresh, top->kind, top->name)))
            object_remove(top);
    }
}

static void unmodelled_merge(const struct partial *partial, const struct tree *fresh, struct tree *tree)
{
    struct list merged = {0};
    for (int side = 0; side < 2; side++) {
        const struct list *all = side ? &fresh->unmodelled : &tree->unmodelled;
        for (int i = 0; i < all->n; i++) {
            const struct unmodelled *one = all->item[i];
            if (is_read_again(group_named(partial, one->on ? one->on : one->name)) == (side == 1))
                list_add(partial->ctx->mem, &merged, all->item[i]);
        }
    }
    tree->unmodelled = merged;
}

static void dependencies_merge(const struct partial *partial, const struct tree *fresh, struct tree *tree)
{
    struct list merged = {0};
    for (int side = 0; side < 2; side++) {
        const struct list *all = side ? &fresh->dependencies : &tree->dependencies;
        for (int i = 0; i < all->n; i++) {
            const struct dependency *one = all->item[i];
            if (is_read_again(group_named(partial, one->from.name)) == (side == 1))
                list_add(partial->ctx->mem, &merged, all->item[i]);
        }
    }
    tree->dependencies = merged;
}

static void held_merge(const struct partial *partial, const struct tree *fresh, struct tree *tree)
{
    struct list merged = {0};
    for (int side = 0; side < 2; side++) {
        const struct list *all = side ? &fresh->held : &tree->held;
        for (int i = 0; i < all->n; i++) {
            const struct held *one = all->item[i];
            if (is_read_again(group_named(partial, one->what.name)) == (side == 1))
                list_add(partial->ctx->mem, &merged, all->item[i]);
        }
    }
    tree->held = merged;
}

static struct object *schema_named(const struct tree *tree, const char *name)
{
    return object_child(tree->root, KIND_SCHEMA, name);
}

bool partial_merge(const struct partial *partial, struct tree *fresh, struct tree *tree)
{
    if (!all_have_groups(partial, tree) || !all_have_groups(partial, fresh) || !names_fit(partial, fresh, tree))
        return false;
    for (int i = 0; i < tree->root->children.n; i++) {
        struct object *schema = tree->root->children.item[i];
        schema_clear(partial, schema, schema_named(fresh, schema->name));
    }
    for (int i = 0; i < fresh->root->children.n; i++) {
        const struct object *from = fresh->root->children.item[i];
        struct object *to = schema_named(tree, from->name);
        if (!to)
            return false; /* schemas are made by what has not changed */
        schema_take(partial, from, to);
    }
    unmodelled_merge(partial, fresh, tree);
    dependencies_merge(partial, fresh, tree);
    held_merge(partial, fresh, tree);
    return true;
}

/* ---- slices of a new text */

bool partial_slices(struct partial *partial, const struct list *now)
{
    map_init(&partial->groups, partial->ctx->mem);
    partial->now = now;
    partial->next = 0;
    for (int i = 0; i < now->n; i++)
        if (((const struct said *)now->item[i])->statement->verb == VERB_ALTER)
            return false; /* it may look at all that there is */
    return groups_read(partial, &(const struct list){0}, now) && uses_read(partial, now);
}

bool partial_slice_next(struct partial *partial)
{
    int first = partial->next;
    for (int i = 0; i < partial->groups.n; i++)
        group_at(partial, i)->need = NOT_NEEDED;
    while (partial->next < partial->groups.n && partial->next < first + partial->slice)
        group_at(partial, partial->next++)->need = READ_AGAIN;
    partial->statements = (struct list){0};
    needs_spread(partial);
    statements_choose(partial, partial->now);
    return partial->next > first;
}

static int kind_order(const void *a, const void *b)
{
    return (int)((const struct object *)a)->kind - (int)((const struct object *)b)->kind;
}

bool partial_slice_take(const struct partial *partial, struct tree *fresh, struct tree *tree)
{
    struct arena *mem = partial->ctx->mem;
    if (!all_have_groups(partial, fresh))
        return false;
    for (int i = 0; i < fresh->root->children.n; i++) {
        const struct object *from = fresh->root->children.item[i];
        struct object *to = tree_schema(mem, tree, from->name);
        for (int k = 0; k < from->children.n; k++) {
            struct object *top = from->children.item[k];
            if (!is_read_again(group_of_object(partial, top)))
                continue;
            top->parent = to;
            list_add(mem, &to->children, top);
        }
    }
    tree->version = fresh->version;
    tree->kinds = fresh->kinds;
    tree->usual_schema = fresh->usual_schema;
    tree->names_unmodelled = fresh->names_unmodelled;
    return !fresh->unmodelled.n && !fresh->dependencies.n && !fresh->held.n;
}

/* Names that one database would not have twice. */
bool partial_slices_end(const struct partial *partial, struct tree *tree)
{
    struct map names;
    map_init(&names, partial->ctx->mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (!o->parent || o->kind == KIND_SCHEMA || !(may_be_chosen(o) || o->kind == KIND_TRIGGER) ||
            kind_is(o->kind, KIND_INLINE))
            continue;
        const char *key = arena_printf(partial->ctx->mem, "%s\1%s\1%s", object_schema(object_top(o)),
                                       o->kind == KIND_TRIGGER ? "trigger" : "", said_fold(partial->ctx->mem, o->name));
        if (map_get(&names, key))
            return false;
        map_set(&names, key, o);
    }
    for (int i = 0; i < tree->root->children.n; i++)
        list_sort(&((struct object *)tree->root->children.item[i])->children, kind_order);
    return true;
}
