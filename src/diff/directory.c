/*
 * Finding an object by the name that a text has for it.  Relations (whatever has columns or takes a relation's name),
 * types and what is called are name spaces; a name without a schema means the default schema, as it does in the trees.
 */
#include "diff/directory.h"

#include <string.h>

#include "diff/compare.h"

static const char *key_of(const struct directory *directory, const char *schema, const char *name)
{
    const struct target *target = directory->target;
    bool usual = !schema || (directory->usual && compare_name(directory->mem, target, schema, directory->usual));
    char *key = arena_printf(directory->mem, "%s\1%s", usual ? "" : schema, name);
    return name_fold(directory->mem, target, key);
}

/* An engine may have a type of whole rows for whatever has columns. */
static bool names_type(const struct dialect *dialect, enum kind kind)
{
    const char *spaces = dialect->name_spaces ? dialect->name_spaces[kind] : NULL;
    return spaces && strchr(spaces, NAME_SPACE_OF_TYPES);
}

static void listed_add(struct directory *directory, struct map *map, const char *key, struct object *object)
{
    struct list *all = map_get(map, key);
    if (!all) {
        all = NEW(directory->mem, struct list);
        map_set(map, key, all);
    }
    list_add(directory->mem, all, object);
}

static void called_add(struct directory *directory, const char *schema, const char *name, struct object *object)
{
    if (name)
        listed_add(directory, &directory->called, key_of(directory, schema, name), object);
}

/* A type of its own kind brings functions of its name, and perhaps another type with functions of that name. */
static void along_add(struct directory *directory, const char *schema, struct object *object)
{
    const struct names *along = object_field(object, field_find(object->kind, "along"));
    called_add(directory, schema, object_called(object), object);
    for (int i = 0; i < along->n; i++) {
        map_set(&directory->type, key_of(directory, schema, along->item[i]), object);
        called_add(directory, schema, along->item[i], object);
    }
}

void directory_open(struct directory *directory, struct arena *mem, const struct target *target,
                    const struct tree *tree)
{
    *directory = (struct directory){.mem = mem, .target = target, .usual = target_usual(target)};
    map_init(&directory->relation, mem);
    map_init(&directory->type, mem);
    map_init(&directory->collation, mem);
    map_init(&directory->called, mem);
    map_init(&directory->defined, mem);
    for (int i = 0; i < tree->root->children.n; i++) {
        const struct object *schema = tree->root->children.item[i];
        for (int k = 0; k < schema->children.n; k++) {
            struct object *object = schema->children.item[k];
            unsigned marks = kind_table[object->kind].marks;
            if (object->name && marks & (KIND_RELATION | KIND_HAS_COLUMNS))
                map_set(&directory->relation, key_of(directory, schema->name, object->name), object);
            if (object->name && (marks & KIND_IS_TYPE || names_type(target->dialect, object->kind)))
                map_set(&directory->type, key_of(directory, schema->name, object->name), object);
            if (marks & KIND_IS_COLLATION)
                map_set(&directory->collation, key_of(directory, schema->name, object->name), object);
            if (marks & KIND_IS_CALLED)
                called_add(directory, schema->name, object_called(object), object);
            if (marks & KIND_IS_DEFINED && object_called(object))
                listed_add(directory, &directory->defined, key_of(directory, schema->name, object_called(object)),
                           object);
            if (marks & KIND_IS_TYPE && marks & KIND_IS_DEFINED)
                along_add(directory, schema->name, object);
        }
    }
}

static void *find(const struct directory *directory, const struct map *map, const char *schema, const char *name)
{
    struct arena_mark mark = arena_save(directory->mem);
    void *found = map_get(map, key_of(directory, schema, name));
    arena_rewind(directory->mem, mark);
    return found;
}

struct object *directory_relation(const struct directory *directory, const char *schema, const char *name)
{
    return find(directory, &directory->relation, schema, name);
}

struct object *directory_type(const struct directory *directory, const char *schema, const char *name)
{
    return find(directory, &directory->type, schema, name);
}

struct object *directory_collation(const struct directory *directory, const char *schema, const char *name)
{
    return find(directory, &directory->collation, schema, name);
}

const struct list *directory_called(const struct directory *directory, const char *schema, const char *name)
{
    return find(directory, &directory->called, schema, name);
}

const struct list *directory_defined(const struct directory *directory, const char *schema, const char *name)
{
    return find(directory, &directory->defined, schema, name);
}

struct object *directory_column(const struct directory *directory, const struct object *relation, const char *name)
{
    for (int i = 0; i < relation->children.n; i++) {
        struct object *child = relation->children.item[i];
        if (kind_table[child->kind].marks & KIND_IS_COLUMN &&
            compare_name(directory->mem, directory->target, child->name, name))
            return child;
    }
    return NULL;
}
