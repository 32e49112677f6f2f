/* What tests of rules ask: what the same change has made before, and what is known of the schema before it. */
#include "lint/parts.h"

#include <strings.h>

#include "base/text.h"

static void name_index(struct lint *lint, const char *name, struct act *act)
{
    if (!name)
        return;
    struct list *list = map_get(&lint->names, name);
    if (!list) {
        list = NEW(lint->mem, struct list);
        map_set(&lint->names, name, list);
    }
    if (!list->n || list->item[list->n - 1] != act)
        list_add(lint->mem, list, act);
}

/* In the schema of what is renamed. */
static const char *renamed_path(const struct lint *lint, const struct act *act)
{
    const char *dot = act->table ? strrchr(act->table, '.') : NULL;
    if (!dot || !act->other || act->type || strchr(act->other, '.'))
        return act->other;
    return arena_printf(lint->mem, "%.*s%s", (int)(dot + 1 - act->table), act->table, act->other);
}

void names_index(struct lint *lint)
{
    static const uint64_t by_name = ACT_BIT(VIEW) | ACT_BIT(CREATE_TYPE) | ACT_BIT(CREATE_DOMAIN) |
                                    ACT_BIT(CREATE_INDEX) | ACT_BIT(DROP_INDEX) | ACT_BIT(ATTACH) | ACT_BIT(DROP) |
                                    ACT_BIT(FUNCTION) | ACT_BIT(SEQUENCE) | ACT_BIT(EXTENSION) | ACT_BIT(RENAME_OBJECT);
    for (int i = 0; i < lint->acts.n; i++) {
        struct act *act = lint->acts.item[i];
        name_index(lint, act->table, act);
        if (by_name >> act->kind & 1)
            name_index(lint, act->name, act);
        if (act->kind == ACT_RENAME_TABLE)
            name_index(lint, renamed_path(lint, act), act);
        if (act->kind == ACT_RENAME_OBJECT)
            name_index(lint, act->other, act);
    }
}

const struct list *acts_of(const struct lint *lint, const char *name)
{
    static const struct list none;
    const struct list *list = name ? map_get(&lint->names, name) : NULL;
    return list ? list : &none;
}

bool is_new(const struct lint *lint, const struct act *act, const char *name)
{
    static const uint64_t makes = ACT_BIT(CREATE_TABLE) | ACT_BIT(VIEW) | ACT_BIT(CREATE_TYPE) |
                                  ACT_BIT(CREATE_DOMAIN) | ACT_BIT(CREATE_INDEX) | ACT_BIT(FUNCTION) |
                                  ACT_BIT(SEQUENCE);
    const struct list *acts = acts_of(lint, name);
    bool made = false;
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index >= act->index)
            break;
        if (makes >> before->kind & 1 && text_equal(before->name, name))
            made = true;
        else if (before->kind == ACT_DROP_TABLE || before->kind == ACT_DROP)
            made = false;
        else if (before->kind == ACT_RENAME_TABLE)
            made = !text_equal(before->table, name) && is_new(lint, before, before->table);
        else if (before->kind == ACT_ATTACH && text_equal(before->name, name))
            made = made && is_new(lint, before, before->table); /* whoever writes the parent may write it */
        else if (before->kind == ACT_RENAME_OBJECT)
            made = !text_equal(before->name, name) && is_new(lint, before, before->name);
    }
    return made;
}

bool on_new_table(const struct lint *lint, const struct act *act)
{
    return is_new(lint, act, act->table);
}

const char *new_name(const struct act *act)
{
    bool renames =
        act->kind == ACT_RENAME_TABLE || act->kind == ACT_RENAME_COLUMN || act->kind == ACT_RENAME_CONSTRAINT;
    const char *name = renames ? act->other : act->name;
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot ? dot + 1 : name;
}

bool is_same_column(const struct act *a, const struct act *b)
{
    return text_equal(a->table, b->table) && text_equal(a->name, b->name);
}

bool knows(const struct lint *lint)
{
    return lint->input->tree;
}

const struct table *known_table(const struct lint *lint, const char *path)
{
    const char *dot = path ? strrchr(path, '.') : NULL;
    if (!path || !lint->input->tree)
        return NULL;
    const char *schema = dot ? arena_copy(lint->mem, path, (size_t)(dot - path)) : "";
    return (const struct table *)tree_find(lint->input->tree, KIND_TABLE, schema, dot ? dot + 1 : path);
}

const struct column *known_column(const struct lint *lint, const char *path, const char *name)
{
    const struct table *table = known_table(lint, path);
    for (int i = 0; table && i < table->object.children.n; i++) {
        const struct object *child = table->object.children.item[i];
        if (child->kind == KIND_COLUMN && text_equal(child->name, name))
            return (const struct column *)child;
    }
    return NULL;
}

char *normal_type(const struct lint *lint, const char *type)
{
    return lint->dialect->type_normal ? type_normal(lint->mem, lint->input->target, type) : text_lower(lint->mem, type);
}

const char *type_before(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    const struct column *known = known_column(lint, act->table, act->name);
    const char *type = known ? known->type : NULL;
    static const uint64_t gives = ACT_BIT(COLUMN) | ACT_BIT(ADD_COLUMN) | ACT_BIT(COLUMN_TYPE);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && gives >> before->kind & 1 && is_same_column(before, act))
            type = before->type;
    }
    return type ? normal_type(lint, type) : NULL;
}
