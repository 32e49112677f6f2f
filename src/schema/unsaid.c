/*
 * What silence means, said: the column "unsaid" of kinds.def, for the fields that the tree's engine has.
 * Not here: what depends on other fields or on the server; the engine's own settle() says that before or after.
 */
#include "base/text.h"
#include "schema/tree.h"

/* The member is zero, which is false and absent, until something is put into it. */
static void member_set(void *member, const struct field *field)
{
    if (field->type == FIELD_FLAG)
        *(bool *)member = *field->unsaid;
    else if (field->type == FIELD_INT)
        text_to_int(field->unsaid, member);
    else if (field->type == FIELD_EXPR && *field->unsaid)
        ((struct expr *)member)->written = field->unsaid;
    else if ((field->type == FIELD_TEXT || field->type == FIELD_TYPE) && *field->unsaid)
        *(const char **)member = field->unsaid;
}

void settle_unsaid(struct tree *tree)
{
    for (struct object *object = tree->root; object; object = object_next(tree->root, object)) {
        const struct kind_info *info = &kind_table[object->kind];
        for (int i = 0; i < info->fields; i++) {
            const struct field *field = &info->field[i];
            if (!field->unsaid || !(field->engines & tree->engine) || object_says(object, i))
                continue;
            object_unsay(object, i); /* clears the member */
            member_set(object_field(object, i), field);
            object_say(object, i);
        }
    }
}
