/*
 * Values of types that get another name (ALTER TYPE ... RENAME VALUE): in the list of the type, and in texts wherever such a value
 * is written, as a server prints it then.  A text in quotes is one where a cast to the type, or to an array of it, follows; one
 * without a cast if the text is about columns of the type, as sources write it.
 */
#include <string.h>

#include "base/text.h"
#include "diff/rename_carry.h"

static bool is_entry(const struct renamed *renamed)
{
    return kind_is(renamed->object->kind, KIND_LISTED);
}

/* What this entry of `holder` is called now; NULL: as it was. */
static const char *entry_after(const struct carrier *carrier, const struct object *holder, const char *name)
{
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (is_entry(renamed) && renamed->object->parent == holder && text_equal(renamed->object->name, name))
            return renamed->to;
    }
    return NULL;
}

static bool has_entries(const struct carrier *carrier, const struct object *holder)
{
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (is_entry(renamed) && renamed->object->parent == holder)
            return true;
    }
    return false;
}

void entries_rename(const struct carrier *carrier)
{
    struct list done = {0};
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        struct object *holder = renamed->object->parent;
        bool known = !is_entry(renamed);
        for (int k = 0; k < done.n && !known; k++)
            known = done.item[k] == holder;
        if (known)
            continue;
        list_add(carrier->mem, &done, holder);
        struct names *entries = object_entries(holder), after = {0};
        for (int k = 0; k < entries->n; k++) {
            const char *to = entry_after(carrier, holder, entries->item[k]);
            names_add(carrier->mem, &after, to ? to : entries->item[k]);
        }
        *entries = after;
    }
}

/* ---- which type a value is of ---- */

/* Of a type's text: what its values are made of, whatever domains stand in between; NULL: nothing that gets other names. */
static const struct object *holder_of(const struct carrier *carrier, const char *text)
{
    enum { DEEPEST = 100 };
    const struct object *type = NULL;
    for (int i = 0; i < DEEPEST && text && (type = mention_type(&carrier->directory, text)); i++) {
        int base = field_find(type->kind, "type");
        if (base < 0)
            break;
        text = *(const char *const *)object_field(type, base);
    }
    return type && has_entries(carrier, type) ? type : NULL;
}

static void holder_add(const struct carrier *carrier, struct list *holders, const struct object *object)
{
    int type = field_find(object->kind, "type");
    bool values = type >= 0 && object_says(object, type) && kind_table[object->kind].field[type].type == FIELD_TYPE;
    const struct object *holder = values ? holder_of(carrier, *(const char *const *)object_field(object, type))
                                  : has_entries(carrier, object) ? object
                                                                 : NULL;
    if (holder)
        list_add(carrier->mem, holders, (void *)(uintptr_t)holder);
}

/* Those that a value without a cast in this text may be of: its own type, or those of what it names. */
static struct list holders_in(const struct carrier *carrier, const struct object *object, int field, const char *text)
{
    struct list holders = {0}, found = {0};
    bool constant = reads_nothing(carrier->target, object->kind, field);
    holder_add(carrier, &holders, object);
    if (!constant)
        mentions_find(&carrier->directory, object, constant, text, &found);
    for (int i = 0; i < found.n; i++)
        holder_add(carrier, &holders, ((const struct mention *)found.item[i])->to);
    bool whole = kind_is(object->kind, KIND_HOLDS_ROWS); /* a bound of a partition: values of a key's columns */
    for (int i = 0; whole && i < object->children.n; i++)
        holder_add(carrier, &holders, object->children.item[i]);
    return holders;
}

/* ---- texts ---- */

static bool is_cast(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && token->length == 2 && !memcmp(token->text, "::", 2);
}

/* The plain text in quotes that a token is; NULL: it is none. */
static const char *value_of(struct arena *mem, const struct token *token)
{
    if (token->kind != TOKEN_STRING || token->length < 2 || *token->text != '\'')
        return NULL;
    return text_replace(mem, arena_copy(mem, token->text + 1, token->length - 2), "''", "'");
}

/* In quotes where it has to be, as a server prints it. */
static void element_add(struct buf *out, const char *value)
{
    bool plain = *value && !strpbrk(value, "{}\",\\ \t\n\r\v\f") && !text_equal_nocase(value, "null");
    const char *escaped = text_replace(out->mem, text_replace(out->mem, value, "\\", "\\\\"), "\"", "\\\"");
    buf_addf(out, plain ? "%s" : "\"%s\"", escaped);
}

/* '{a,"b c"}': each element. NULL: none of them has another name. */
static const char *array_after(const struct carrier *carrier, const struct object *holder, const char *value)
{
    struct buf out;
    bool any = false;
    buf_init(&out, carrier->mem);
    while (*value) {
        size_t length = strcspn(value, "{},\"");
        struct buf element;
        buf_init(&element, carrier->mem);
        buf_add_n(&element, value, length);
        const char *start = value;
        value += length;
        bool quoted = !length && *value == '"';
        for (value += quoted; quoted && *value && *value != '"'; value++) {
            value += *value == '\\' && value[1];
            buf_add_c(&element, *value);
        }
        value += quoted && *value;
        const char *to = length || quoted ? entry_after(carrier, holder, element.data) : NULL;
        any = any || to;
        if (to)
            element_add(&out, to);
        else
            buf_add_n(&out, start, (size_t)(value - start));
        if (!quoted && *value) /* a brace or comma */
            buf_add_c(&out, *value++);
    }
    return any ? out.data : NULL;
}

struct reading {
    const struct carrier *carrier;
    struct list bare; /* struct object *: what a value without a cast may be of */
    bool guessed;     /* such a one was found */
    struct lexer lexer;
    struct token next;
};

static struct token token_take(struct reading *reading)
{
    const struct token token = reading->next;
    reading->next = lex_next_code(&reading->lexer);
    return token;
}

/* After ::, the type that is named there. */
static const struct object *cast_read(struct reading *reading, bool *array)
{
    const struct token first = reading->next;
    struct token last = first;
    while (reading->next.kind == TOKEN_WORD || reading->next.kind == TOKEN_QUOTED) {
        last = token_take(reading);
        if (!token_is(&reading->next, "."))
            break;
        token_take(reading);
    }
    *array = token_is(&reading->next, "[");
    if (last.offset == first.offset && first.kind != TOKEN_WORD && first.kind != TOKEN_QUOTED)
        return NULL;
    size_t length = last.offset + last.length - first.offset;
    return holder_of(reading->carrier, arena_copy(reading->carrier->mem, first.text, length));
}

/* Of a text in quotes, what stands there by now; NULL: the same. */
static const char *value_after(struct reading *reading, const char *value)
{
    bool array = false;
    if (is_cast(&reading->next)) {
        token_take(reading);
        const struct object *holder = cast_read(reading, &array);
        if (!holder)
            return NULL;
        return array ? array_after(reading->carrier, holder, value) : entry_after(reading->carrier, holder, value);
    }
    for (int i = 0; i < reading->bare.n; i++) {
        const struct object *holder = reading->bare.item[i];
        const char *to = entry_after(reading->carrier, holder, value);
        to = to || *value != '{' ? to : array_after(reading->carrier, holder, value);
        reading->guessed = reading->guessed || to;
        if (to)
            return to;
    }
    return NULL;
}

static const char *text_after(struct reading *reading, const char *text)
{
    const struct dialect *dialect = reading->carrier->target->dialect;
    struct buf out;
    size_t at = 0;
    buf_init(&out, reading->carrier->mem);
    lex_open(&reading->lexer, dialect->lex, text, strlen(text));
    reading->next = lex_next_code(&reading->lexer);
    while (reading->next.kind != TOKEN_END) {
        const struct token token = token_take(reading);
        const char *value = value_of(reading->carrier->mem, &token), *to = value ? value_after(reading, value) : NULL;
        if (!to)
            continue;
        buf_add_n(&out, text + at, token.offset - at);
        literal_add(&out, dialect->ident, to);
        at = token.offset + token.length;
    }
    buf_add(&out, text + at);
    return at ? out.data : text;
}

static void expr_carry(const struct carrier *carrier, const struct object *object, int field, struct expr *expr)
{
    const char **const texts[] = {&expr->written, &expr->printed};
    for (int i = 0; i < 2; i++) {
        struct reading reading = {.carrier = carrier};
        if (!*texts[i])
            continue;
        if (!i || kind_is(object->kind, KIND_HOLDS_ROWS))
            reading.bare = holders_in(carrier, object, field, *texts[i]);
        const char *after = text_after(&reading, *texts[i]);
        *texts[i] = !i && reading.guessed && expr->printed ? NULL : after;
    }
}

/* Not in what is in quotes, for nobody writes that anew. */
void entries_carry(const struct carrier *carrier, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; carrier->entries && i < info->fields; i++)
        if (info->field[i].type == FIELD_EXPR && !(info->field[i].marks & FIELD_UNHELD) && object_says(object, i))
            expr_carry(carrier, object, i, object_field(object, i));
}
