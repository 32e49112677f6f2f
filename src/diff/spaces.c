/*
 * Which names an object takes: its own, once in each name space of its kind, and those of what the engine makes along with it.
 */
#include "diff/spaces.h"

#include "base/text.h"

struct names spaces_of(struct arena *mem, const struct target *target, const struct object *object)
{
    const struct object *schema = object;
    struct names keys = {0};
    while (schema->parent && !(kind_table[schema->kind].marks & KIND_NAMESPACE))
        schema = schema->parent;
    const char *folded = name_fold(mem, target, object->name);
    for (const char *space = target->dialect->name_spaces[object->kind]; space && folded && *space; space++) {
        bool in_parent = *space >= 'A' && *space <= 'Z';
        const char *holder = in_parent ? object->parent->name : "";
        names_add(mem, &keys, arena_printf(mem, "%c\1%s\1%s\1%s", *space, schema->name, holder, folded));
    }
    return keys;
}

struct list implied_by(struct arena *mem, const struct target *target, const struct object *object)
{
    struct list implied = {0};
    if (target->dialect->implied)
        target->dialect->implied(mem, object, &implied);
    return implied;
}

int implied_field(enum kind kind)
{
    for (int i = 0; i < kind_table[kind].fields; i++)
        if (kind_table[kind].field[i].marks & FIELD_IMPLIED)
            return i;
    return -1;
}
