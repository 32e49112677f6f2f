/*
 * What an object is called to the user: "table users / column email".
 * An object without a name is called by what identifies it: "table users / foreign key (team_id)".
 * Not for SQL: nothing here is quoted.
 */
#include "base/buf.h"
#include "base/text.h"
#include "schema/object.h"

/* A condition may be long; a message only has to tell it from its neighbours. */
enum { CONTENT_LIMIT = 40 };

static void add_content(struct buf *out, const struct object *object, int field)
{
    const void *value = object_field(object, field);
    struct arena *mem = out->mem;
    const char *text = NULL;
    enum field_type type = kind_table[object->kind].field[field].type;
    if (type == FIELD_NAMES)
        text = names_join(mem, value, ", ");
    else if (type == FIELD_EXPR)
        text = ((const struct expr *)value)->written ? ((const struct expr *)value)->written
                                                     : ((const struct expr *)value)->printed;
    if (!text || !*text)
        return;
    size_t length = strlen(text);
    size_t shown = length;
    if (length > CONTENT_LIMIT) {
        shown = CONTENT_LIMIT;
        while (shown && ((unsigned char)text[shown] & 0xC0) == 0x80) /* never half a character */
            shown--;
    }
    buf_add(out, " (");
    buf_add_n(out, text, shown);
    buf_add(out, shown < length ? "…)" : ")");
}

/* The first said field of its identity. */
static void add_identity(struct buf *out, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & FIELD_IDENTITY && object_says(object, i)) {
            add_content(out, object, i);
            return;
        }
}

static void add_position(struct buf *out, const struct object *object)
{
    int position = 1;
    for (int i = 0; object->parent && i < object->parent->children.n; i++) {
        const struct object *sibling = object->parent->children.item[i];
        if (sibling == object)
            break;
        position += sibling->kind == object->kind;
    }
    buf_addf(out, " %d", position);
}

const char *object_title(struct arena *mem, const struct object *object)
{
    return object->set_aside ? arena_printf(mem, "%s (set aside as %s)", object->set_aside, object->name)
                             : object->name;
}

static void add_step(struct buf *out, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    if (out->len)
        buf_add(out, " / ");
    buf_add(out, text_replace(out->mem, info->name, "_", " "));
    const struct object *schema = object->parent;
    if (object->name) {
        buf_add_c(out, ' ');
        if (schema && schema->kind == KIND_SCHEMA && schema->name && *schema->name)
            buf_addf(out, "%s.", schema->name);
        buf_add(out, object_title(out->mem, object));
    } else if (info->marks & KIND_PART)
        add_position(out, object);
    else if (!(info->marks & KIND_SINGLE))
        add_identity(out, object);
}

static void add_path(struct buf *out, const struct object *object)
{
    const struct object *parent = object->parent;
    if (parent && parent->kind != KIND_SCHEMA && parent->kind != KIND_DATABASE)
        add_path(out, parent);
    add_step(out, object);
}

char *object_path(struct arena *mem, const struct object *object)
{
    struct buf out;
    buf_init(&out, mem);
    add_path(&out, object);
    return out.data;
}

const char *object_value(struct arena *mem, const struct object *object, int field)
{
    const void *value = object_field(object, field);
    const char *text = NULL;
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: text = *(const char *const *)value; break;
    case FIELD_EXPR: text = expr_text(value); break;
    case FIELD_NAMES: text = names_join(mem, value, ", "); break;
    case FIELD_REF: text = ((const struct ref *)value)->name ? ref_text(mem, value) : NULL; break;
    case FIELD_REFS: text = refs_text(mem, value, ", "); break;
    case FIELD_FLAG: text = *(const bool *)value ? "yes" : "no"; break;
    case FIELD_INT: text = arena_printf(mem, "%lld", (long long)*(const int64_t *)value); break;
    }
    if (kind_table[object->kind].field[field].marks & FIELD_SECRET)
        text = secrets_hidden(mem, text);
    if (text && kind_table[object->kind].field[field].marks & FIELD_UNTOLD)
        text = PASSWORD_HIDDEN;
    return text && *text ? text : NULL;
}
