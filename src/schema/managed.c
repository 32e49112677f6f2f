/*
 * The keys under which ownership is recorded, and what becomes of settings that nobody spoke of.
 * The one idea: an object is recorded as it is matched, by its name or, nameless, by its content; so records survive
 * whatever the engine prints, and a hand-made object that only resembles one of the project's is not taken for it.
 * Not here: who owns what (run/owned.c), and what that means for a plan (diff/).
 */
#include "schema/managed.h"

#include "base/buf.h"
#include "base/text.h"

static const char *name_form(struct arena *mem, const struct key_forms *forms, const char *name)
{
    return forms->name ? forms->name(mem, forms->target, name) : name;
}

static const char *expr_form(struct arena *mem, const struct key_forms *forms, const char *expr)
{
    return forms->expr ? forms->expr(mem, forms->target, expr) : expr;
}

static const char *type_form(struct arena *mem, const struct key_forms *forms, const char *type)
{
    return forms->type ? forms->type(mem, forms->target, type) : type;
}

const struct object *managed_top(const struct object *object)
{
    while (object && object->parent && !kind_is(object->kind, KIND_NAMESPACE) &&
           !kind_is(object->parent->kind, KIND_NAMESPACE))
        object = object->parent;
    return object && object->parent ? object : NULL;
}

char *managed_top_key_of(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *schema,
                         const char *name)
{
    if (kind_is(kind, KIND_NAMESPACE))
        return arena_printf(mem, "%s:%s", kind_table[kind].name, name);
    return arena_printf(mem, "%s:%s.%s", kind_table[kind].name, schema ? schema : "", name_form(mem, forms, name));
}

char *managed_top_key(struct arena *mem, const struct key_forms *forms, const struct object *top)
{
    return managed_top_key_of(mem, forms, top->kind, object_schema(top), top->name ? top->name : "");
}

char *managed_name_key(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *name)
{
    if (kind_is(kind, KIND_SINGLE))
        return arena_dup(mem, kind_table[kind].name);
    return arena_printf(mem, "%s:%s", kind_table[kind].name, name_form(mem, forms, name));
}

char *managed_columns_key(struct arena *mem, const struct key_forms *forms, enum kind kind, const struct names *columns)
{
    struct names folded = {0};
    for (int i = 0; i < columns->n; i++)
        names_add(mem, &folded, name_form(mem, forms, columns->item[i]));
    return arena_printf(mem, "%s(%s)", kind_table[kind].name, names_join(mem, &folded, ", "));
}

char *managed_expr_key(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *expr)
{
    return arena_printf(mem, "%s(%s)", kind_table[kind].name, expr_form(mem, forms, expr));
}

char *managed_key(struct arena *mem, const struct key_forms *forms, const struct object *object)
{
    if (managed_top(object) == object)
        return arena_dup(mem, "");
    if (!object->name && !kind_is(object->kind, KIND_SINGLE))
        return NULL;
    return managed_name_key(mem, forms, object->kind, object->name);
}

int managed_content_keys(struct arena *mem, const struct key_forms *forms, const struct object *object, char *keys[2])
{
    const struct kind_info *info = &kind_table[object->kind];
    int field = 0, n = 0;
    while (field < info->fields && !(info->field[field].marks & FIELD_IDENTITY && object_says(object, field)))
        field++;
    if (!kind_is(object->kind, KIND_CONTENT) || field == info->fields)
        return 0;
    const void *value = object_field(object, field);
    const struct expr *expr = value;
    if (info->field[field].type == FIELD_NAMES)
        keys[n++] = managed_columns_key(mem, forms, object->kind, value);
    else if (info->field[field].type == FIELD_EXPR) {
        if (expr->written)
            keys[n++] = managed_expr_key(mem, forms, object->kind, expr->written);
        if (expr->printed)
            keys[n++] = managed_expr_key(mem, forms, object->kind, expr->printed);
    }
    return n;
}

char *managed_any_key(struct arena *mem, const struct key_forms *forms, const struct object *object)
{
    char *contents[2], *key = managed_key(mem, forms, object);
    return key ? key : managed_content_keys(mem, forms, object, contents) ? contents[0] : NULL;
}

char *managed_path(struct arena *mem, const struct object *object)
{
    static const struct key_forms exact = {0};
    const char *top = managed_top_key(mem, &exact, managed_top(object)), *key = managed_any_key(mem, &exact, object);
    return arena_printf(mem, "%s%s%s", top, key && !*key ? "" : "/", key ? key : kind_table[object->kind].name);
}

static void add_names(struct buf *out, const struct object *object)
{
    if (object->parent && object->parent->kind != KIND_DATABASE) {
        add_names(out, object->parent);
        buf_add_c(out, '.');
    }
    buf_add(out, object->name);
}

char *managed_old_path(struct arena *mem, const struct object *object)
{
    struct buf out;
    while (kind_is(object->kind, KIND_OWNED) && object->parent)
        object = object->parent;
    buf_init(&out, mem);
    buf_addf(&out, "%s:", kind_table[object->kind].name);
    add_names(&out, object);
    return out.data;
}

/* ---- settings ---- */

/* Of a list, each "name=value" is a setting of its own. */
static char *option_key(struct arena *mem, const struct field *field, const char *option)
{
    return arena_printf(mem, "%s.%.*s", field->name, (int)strcspn(option, "="), option);
}

static bool is_set(const struct object *object, int field)
{
    return kind_table[object->kind].field[field].marks & FIELD_SETTING && object_says(object, field) &&
           !field_is_none(object, field);
}

struct names settings_of(struct arena *mem, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    struct names found = {0};
    for (int i = 0; i < info->fields; i++) {
        if (!is_set(object, i))
            continue;
        const struct names *options = object_field(object, i);
        if (info->field[i].type != FIELD_NAMES)
            names_add(mem, &found, info->field[i].name);
        for (int k = 0; info->field[i].type == FIELD_NAMES && k < options->n; k++)
            names_add(mem, &found, option_key(mem, &info->field[i], options->item[k]));
    }
    return found;
}

static bool has_option(struct arena *mem, const struct field *field, const struct names *options, const char *key)
{
    for (int i = 0; i < options->n; i++)
        if (text_equal(option_key(mem, field, options->item[i]), key))
            return true;
    return false;
}

static void options_keep(struct arena *mem, struct object *to, const struct object *from, int field)
{
    const struct field *info = &kind_table[from->kind].field[field];
    const struct names *theirs = object_field(from, field);
    struct names *mine = object_field(to, field), all = names_copy(mem, mine);
    for (int i = 0; i < theirs->n; i++) {
        const char *key = option_key(mem, info, theirs->item[i]);
        if (!names_have(&from->unspoken, key) || has_option(mem, info, mine, key))
            continue;
        names_add(mem, &all, theirs->item[i]);
        names_add(mem, &to->unspoken, key);
    }
    names_sort(&all);
    *mine = all;
    object_say(to, field);
}

/* Values come from elsewhere now; or the default is an expression of a type that the column no longer has. */
static bool default_is_over(struct arena *mem, const struct key_forms *forms, const struct object *to,
                            const struct object *from)
{
    const struct column *now = (const struct column *)to, *was = (const struct column *)from;
    if (now->autoincrement || now->identity || now->computed.written || now->computed.printed)
        return true;
    const char *text = was->default_value.printed ? was->default_value.printed : was->default_value.written;
    return text && strstr(text, "::") && now->type && was->type &&
           !text_equal(type_form(mem, forms, now->type), type_form(mem, forms, was->type));
}

void settings_keep(struct arena *mem, const struct key_forms *forms, struct object *to, const struct object *from)
{
    const struct kind_info *info = &kind_table[from->kind];
    for (int i = 0; from->unspoken.n && i < info->fields; i++) {
        if (!is_set(from, i))
            continue;
        if (info->field[i].type == FIELD_NAMES) {
            options_keep(mem, to, from, i);
            continue;
        }
        bool over = from->kind == KIND_COLUMN && i == COLUMN_default_value && default_is_over(mem, forms, to, from);
        if (is_set(to, i) || over || !names_have(&from->unspoken, info->field[i].name))
            continue;
        field_copy(mem, to, from, i);
        names_add(mem, &to->unspoken, info->field[i].name);
    }
}
