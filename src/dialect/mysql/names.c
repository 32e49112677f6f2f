/*
 * The names that the servers give to constraints that were given none.  They are always written, so that the way back
 * knows them, and taken from what is free.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

char *my_name_fold(struct arena *mem, const struct target *target, const char *name)
{
    (void)target;
    return name ? text_lower(mem, name) : NULL;
}

static bool is_held(const struct tree *tree, const struct object *object, const char *name)
{
    const struct object *schema = object_child(tree->root, KIND_SCHEMA, object_schema(object));
    for (const struct object *o = schema; o; o = object_next(schema, o))
        if (o->kind == object->kind && o != object && o->name && text_equal_nocase(o->name, name))
            return true;
    return false;
}

static const char *default_name(struct arena *mem, const struct object *object, int number)
{
    if (object->kind == KIND_FOREIGN_KEY)
        return arena_printf(mem, "%s_ibfk_%d", object->parent->name, number);
    return arena_printf(mem, "%s_chk_%d", object->parent->name, number);
}

void my_choose_name(struct arena *mem, const struct changes *changes, struct object *object)
{
    if (object->named)
        return;
    if (object->kind == KIND_FOREIGN_KEY || object->kind == KIND_CHECK) {
        int number = 1;
        while (!object->name || is_held(changes->before, object, object->name) ||
               is_held(changes->after, object, object->name)) {
            object->name = default_name(mem, object, number++);
            object->name_invented = true;
        }
    }
    object->named = object->name && object->kind != KIND_PRIMARY_KEY;
}
