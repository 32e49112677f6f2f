/*
 * What kept a name that nobody gave it, because what it belongs to was renamed, gives that name to whoever wants it: the key of
 * a table, or the sequence behind a column.  Only for that is it renamed.
 */
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "diff/compare.h"
#include "diff/match.h"
#include "diff/spaces.h"

struct room {
    struct arena *mem;
    const struct target *target;
    struct changes *changes;
    struct map wanted; /* keys of what gets its name in this plan, and has to have that one */
    struct map taken;  /* and of all that has a name, once that is asked for */
};

static void keys_note(const struct room *room, struct map *map, const struct object *object)
{
    const struct names keys = spaces_of(room->mem, room->target, object);
    for (int i = 0; i < keys.n; i++)
        map_set(map, keys.item[i], map);
}

static bool has_key(const struct room *room, const struct map *map, const struct object *object)
{
    const struct names keys = spaces_of(room->mem, room->target, object);
    for (int i = 0; i < keys.n; i++)
        if (map_get(map, keys.item[i]))
            return true;
    return false;
}

/* What an object that stays gets to have made along with it is made by name. */
static void wanted_find(struct room *room)
{
    struct object *root = room->changes->after->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        if (!o->peer && o->name && !o->name_invented)
            keys_note(room, &room->wanted, o);
        if (!o->peer || implied_field(o->kind) < 0 || implied_by(room->mem, room->target, o->peer).n)
            continue;
        const struct list implied = implied_by(room->mem, room->target, o);
        for (int i = 0; i < implied.n; i++)
            keys_note(room, &room->wanted, implied.item[i]);
    }
    for (int i = 0; i < room->changes->list.n; i++) {
        const struct change *change = room->changes->list.item[i];
        if (change->op == CHANGE_RENAME)
            keys_note(room, &room->wanted, change->after);
    }
}

static void taken_find(struct room *room)
{
    struct object *roots[] = {room->changes->before->root, room->changes->after->root};
    if (room->taken.mem)
        return;
    map_init(&room->taken, room->mem);
    for (int side = 0; side < 2; side++)
        for (struct object *o = roots[side]; o; o = object_next(roots[side], o)) {
            bool stays = side && o->peer; /* by the name on the other side, unless that makes room */
            const struct list implied = stays ? (struct list){0} : implied_by(room->mem, room->target, o);
            for (int i = 0; i < implied.n; i++)
                keys_note(room, &room->taken, implied.item[i]);
            if (o->name && !(side && o->name_invented))
                keys_note(room, &room->taken, o);
        }
}

/* The name, or the name with a number, that nothing has or gets. */
static const char *free_name(struct room *room, const struct object *object, const char *name)
{
    struct object card = {.kind = object->kind, .parent = object->parent, .name = name};
    taken_find(room);
    for (int number = 1; has_key(room, &room->taken, &card) || has_key(room, &room->wanted, &card); number++) {
        const char *tail = arena_printf(room->mem, "%d", number);
        size_t length = strlen(name), limit = room->target->dialect->name_bytes - strlen(tail);
        card.name = arena_printf(room->mem, "%.*s%s", (int)utf8_cut(name, length < limit ? length : limit), name, tail);
    }
    keys_note(room, &room->taken, &card);
    return card.name;
}

static void own_name_move(struct room *room, struct object *before)
{
    const struct object *after = before->peer;
    if (!after->name_invented || !before->name || !after->name || !room->target->dialect->render[before->kind].rename ||
        compare_name(room->mem, room->target, before->name, after->name) || !has_key(room, &room->wanted, before))
        return;
    rename_add(room->mem, room->changes, before, free_name(room, before, after->name));
}

static void implied_name_move(struct room *room, struct object *before)
{
    struct object *after = before->peer;
    int field = implied_field(before->kind);
    if (field < 0)
        return;
    const struct list was = implied_by(room->mem, room->target, before),
                      is = implied_by(room->mem, room->target, after);
    struct object *made = was.n ? was.item[0] : NULL;
    if (!made || !is.n || object_says(after, field) || !has_key(room, &room->wanted, made))
        return;
    const char *name = free_name(room, made, ((const struct object *)is.item[0])->name);
    struct object *sides[] = {before, after};
    rename_add(room->mem, room->changes, made, name);
    for (int i = 0; i < 2; i++) {
        *(const char **)object_field(sides[i], field) = name;
        object_say(sides[i], field);
    }
}

void room_make(struct arena *mem, const struct target *target, struct changes *changes)
{
    struct room room = {.mem = mem, .target = target, .changes = changes};
    struct object *root = changes->before->root;
    if (!target->dialect->name_spaces)
        return;
    map_init(&room.wanted, mem);
    wanted_find(&room);
    for (struct object *o = root; o && room.wanted.n; o = object_next(root, o)) {
        if (!o->peer)
            continue;
        own_name_move(&room, o);
        implied_name_move(&room, o);
    }
}
