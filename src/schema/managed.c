/*
 * Which objects a project owns: the set of paths that models, schema.sql or migrations of it described before.
 * The one idea: what is part of something (a constraint of its table) is owned with it and needs no entry.  Only a column
 * must also be named by some statement of the project: one that somebody else added holds data that is not ours to drop.
 */
#include "base/buf.h"
#include "base/text.h"
#include "schema/filter.h"

static void add_names(struct buf *out, const struct object *object)
{
    if (object->parent && object->parent->kind != KIND_DATABASE) {
        add_names(out, object->parent);
        buf_add_c(out, '.');
    }
    buf_add(out, object->name);
}

static const struct object *owner_of(const struct object *object)
{
    while (kind_table[object->kind].marks & KIND_OWNED && object->parent)
        object = object->parent;
    return object;
}

char *managed_path(struct arena *mem, const struct object *object)
{
    struct buf out;
    buf_init(&out, mem);
    object = owner_of(object);
    buf_addf(&out, "%s:", kind_table[object->kind].name);
    add_names(&out, object);
    return out.data;
}

/* Where it is, or where it belongs. */
static int find_path(const struct names *paths, const char *path, bool *found)
{
    int low = 0;
    int high = paths->n;
    *found = false;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(paths->item[middle], path);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
        *found = *found || !order;
    }
    return low;
}

void managed_add(struct arena *mem, struct managed *managed, const struct object *object)
{
    bool found;
    char *path = managed_path(mem, object);
    struct names *paths = &managed->paths;
    int at = find_path(paths, path, &found);
    if (found)
        return;
    names_add(mem, paths, path);
    memmove(paths->item + at + 1, paths->item + at, sizeof *paths->item * (size_t)(paths->n - 1 - at));
    paths->item[at] = path;
}

bool managed_has(struct arena *mem, const struct managed *managed, const struct object *object)
{
    bool found;
    if (object->kind == KIND_COLUMN && managed->words && !map_get(managed->words, text_lower(mem, object->name)))
        return false;
    find_path(&managed->paths, managed_path(mem, object), &found);
    return found;
}
