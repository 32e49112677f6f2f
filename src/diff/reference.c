/*
 * Who names whom.  Marked fields are exact; types and expressions are searched for the name as a whole word, which may
 * find too much (a column called like a table) but never too little: an edge too many only fixes an order.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/step.h"

static bool text_names(struct arena *mem, const struct dialect *dialect, const char *text, const struct object *other)
{
    const char *name = other->name;
    if (!text || !name || !*name)
        return false;
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool is_name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (is_name && compare_name(mem, dialect, token_name(mem, &token), name))
            return true;
        /* nextval('orders_id_seq'::regclass): a sequence is named in a string */
        if (other->kind == KIND_SEQUENCE && token.kind == TOKEN_STRING &&
            strstr(arena_copy(mem, token.text, token.length), name))
            return true;
    }
    return false;
}

static bool list_names(struct arena *mem, const struct dialect *dialect, const struct names *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (compare_name(mem, dialect, names->item[i], name))
            return true;
    return false;
}

static bool is_ref(const struct field *field)
{
    return (field->type == FIELD_REF || field->type == FIELD_REFS) && !(field->marks & FIELD_LATER);
}

static bool refs_name(struct arena *mem, const struct dialect *dialect, const struct refs *refs,
                      const struct object *other)
{
    for (int i = 0; i < refs->n; i++)
        if (compare_ref_is(mem, dialect, &refs->item[i], other))
            return true;
    return false;
}

static bool is_searched(const struct object *object, const struct field *field, const struct object *other)
{
    /* a default is no expression over columns, and 'ok' in it is no column called ok */
    if (other->kind == KIND_COLUMN && object->kind == KIND_COLUMN)
        return field == &kind_table[KIND_COLUMN].field[COLUMN_computed];
    if (other->kind == KIND_COLUMN)
        return field->marks & FIELD_COLUMN_REF || field->type == FIELD_EXPR;
    if (other->kind == KIND_TABLE || other->kind == KIND_VIEW)
        return is_ref(field) || object->kind == KIND_VIEW || object->kind == KIND_TRIGGER;
    return field->type == FIELD_TYPE || field->type == FIELD_EXPR;
}

static bool field_names(struct arena *mem, const struct dialect *dialect, const struct object *object, int at,
                        const struct object *other)
{
    const char *name = other->name;
    const void *value = object_field(object, at);
    switch (kind_table[object->kind].field[at].type) {
    case FIELD_NAMES: return list_names(mem, dialect, value, name);
    case FIELD_EXPR:
        return text_names(mem, dialect, ((const struct expr *)value)->printed, other) ||
               text_names(mem, dialect, ((const struct expr *)value)->written, other);
    case FIELD_TEXT:
        return *(const char *const *)value && compare_name(mem, dialect, *(const char *const *)value, name);
    case FIELD_REF: return compare_ref_is(mem, dialect, value, other);
    case FIELD_REFS: return refs_name(mem, dialect, value, other);
    case FIELD_TYPE: return text_names(mem, dialect, *(const char *const *)value, other);
    case FIELD_FLAG:
    case FIELD_INT: break;
    }
    return false;
}

bool references(struct arena *mem, const struct dialect *dialect, const struct object *object,
                const struct object *other)
{
    const struct kind_info *info = &kind_table[object->kind];
    struct arena_mark mark = arena_save(mem);
    bool found = false;
    for (int i = 0; i < info->fields && !found; i++)
        if (object_says(object, i) && is_searched(object, &info->field[i], other))
            found = field_names(mem, dialect, object, i, other);
    arena_rewind(mem, mark);
    return found;
}
