/*
 * Schemas that get another name: before names stand in texts, types and lists.  "a.b" says a schema if something of that name is in
 * it, or if nothing else in the text is called a: an alias, a table of that name, and the OLD and NEW of triggers are not it.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename_carry.h"

struct qualifying {
    const struct carrier *carrier;
    const char *text;
    const struct list *known; /* struct mention *: what the names in it mean, as far as that is clear */
    bool rows;                /* OLD and NEW are rows */
    struct token *token;
    int n;
};

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

static const char *name_of(const struct carrier *carrier, const struct token *token)
{
    const char *name = token_name(carrier->mem, token);
    bool folds = token->kind == TOKEN_WORD && carrier->target->dialect->ident->upper_needs_quotes;
    return folds ? text_lower(carrier->mem, name) : name;
}

static struct object *schema_named(const struct carrier *carrier, const char *name)
{
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (kind_is(renamed->object->kind, KIND_NAMESPACE) &&
            compare_name(carrier->mem, carrier->target, renamed->object->name, name))
            return renamed->object;
    }
    return NULL;
}

static bool is_there(const struct carrier *carrier, const char *schema, const char *name)
{
    const struct directory *directory = &carrier->directory;
    return directory_relation(directory, schema, name) || directory_type(directory, schema, name) ||
           directory_called(directory, schema, name) || directory_collation(directory, schema, name) ||
           directory_defined(directory, schema, name);
}

/* What it is known to mean; NULL. */
static const struct object *meaning_of(const struct qualifying *qualifying, const struct token *token)
{
    for (int i = 0; qualifying->known && i < qualifying->known->n; i++) {
        const struct mention *mention = qualifying->known->item[i];
        if (mention->offset == token->offset)
            return mention->to;
    }
    return NULL;
}

/* Does it stand alone somewhere, as an alias does? */
static bool stands_alone(const struct qualifying *qualifying, const char *name)
{
    for (int i = 0; i < qualifying->n; i++) {
        const struct token *token = &qualifying->token[i];
        bool alone = is_name(token) && !token_is(token + 1, ".") && (!i || !token_is(token - 1, "."));
        if (alone && text_equal(name_of(qualifying->carrier, token), name))
            return true;
    }
    return false;
}

/* Does something else in the text have that name? */
static bool is_other(const struct qualifying *qualifying, int at, const char *name)
{
    const struct token *after = &qualifying->token[at + 2];
    const struct object *meaning = meaning_of(qualifying, after);
    if (meaning_of(qualifying, &qualifying->token[at]) || (meaning && kind_is(meaning->kind, KIND_IS_COLUMN)))
        return true;
    if (!is_name(after) || is_there(qualifying->carrier, name, name_of(qualifying->carrier, after)))
        return false; /* an operator, or what stands in the schema */
    bool row = qualifying->rows && (text_equal_nocase(name, "old") || text_equal_nocase(name, "new"));
    return row || stands_alone(qualifying, name);
}

static void schema_add(const struct carrier *carrier, struct list *found, struct object *schema, size_t offset,
                       size_t length)
{
    struct mention *mention = NEW(carrier->mem, struct mention);
    *mention = (struct mention){schema, offset, length, false};
    list_add(carrier->mem, found, mention);
}

/* 'a.b'::regclass, where that is known to be a name: what stands before the dot. */
static void string_qualifier(const struct qualifying *qualifying, const struct token *token, struct list *found)
{
    const struct carrier *carrier = qualifying->carrier;
    struct lexer lexer;
    bool named = false;
    for (int i = 0; qualifying->known && i < qualifying->known->n && !named; i++) {
        size_t offset = ((const struct mention *)qualifying->known->item[i])->offset;
        named = offset > token->offset && offset < token->offset + token->length;
    }
    if (!named || token->length < 2)
        return;
    lex_open(&lexer, carrier->target->dialect->lex, token->text + 1, token->length - 2);
    const struct token first = lex_next_code(&lexer), dot = lex_next_code(&lexer);
    struct object *schema =
        is_name(&first) && token_is(&dot, ".") ? schema_named(carrier, name_of(carrier, &first)) : NULL;
    if (schema)
        schema_add(carrier, found, schema, token->offset + 1 + first.offset, first.length);
}

/* TABLES IN SCHEMA a, b */
static void listed_schemas(const struct qualifying *qualifying, int at, struct list *found)
{
    for (; at < qualifying->n && is_name(&qualifying->token[at]); at += 2) {
        const struct token *token = &qualifying->token[at];
        struct object *schema = schema_named(qualifying->carrier, name_of(qualifying->carrier, token));
        if (schema)
            schema_add(qualifying->carrier, found, schema, token->offset, token->length);
        if (!token_is(&qualifying->token[at + 1], ","))
            return;
    }
}

static void tokens_read(struct qualifying *qualifying)
{
    const struct carrier *carrier = qualifying->carrier;
    const struct lex_rules *rules = carrier->target->dialect->lex;
    enum { BEYOND = 3 }; /* whoever looks ahead finds the end */
    struct lexer lexer;
    lex_open(&lexer, rules, qualifying->text, strlen(qualifying->text));
    while (lex_next_code(&lexer).kind != TOKEN_END)
        qualifying->n++;
    qualifying->token = NEW_ARRAY(carrier->mem, struct token, qualifying->n + BEYOND);
    lex_open(&lexer, rules, qualifying->text, strlen(qualifying->text));
    for (int i = 0; i < qualifying->n + BEYOND; i++)
        qualifying->token[i] = lex_next_code(&lexer);
}

void schemas_find(const struct carrier *carrier, const struct object *object, const char *text,
                  const struct list *known, struct list *found)
{
    struct qualifying qualifying = {.carrier = carrier, .text = text, .known = known};
    qualifying.rows = object && kind_is(object->kind, KIND_IS_TEXT) && object_relation(object->parent);
    tokens_read(&qualifying);
    for (int i = 0; i < qualifying.n; i++) {
        const struct token *token = &qualifying.token[i];
        bool first = is_name(token) && token_is(token + 1, ".") && (!i || !token_is(token - 1, "."));
        struct object *schema = first ? schema_named(carrier, name_of(carrier, token)) : NULL;
        if (schema && !is_other(&qualifying, i, schema->name))
            schema_add(carrier, found, schema, token->offset, token->length);
        if (token->kind == TOKEN_STRING)
            string_qualifier(&qualifying, token, found);
        if (i > 1 && token_is(token - 2, "tables") && token_is(token - 1, "in") && token_is(token, "schema"))
            listed_schemas(&qualifying, i + 1, found);
    }
}

const char *schemas_carry(const struct carrier *carrier, const char *text)
{
    struct list found = {0};
    struct buf out;
    size_t at = 0;
    if (!carrier->schemas || !text || !strchr(text, '.'))
        return text;
    schemas_find(carrier, NULL, text, NULL, &found);
    buf_init(&out, carrier->mem);
    for (int i = 0; i < found.n; i++) {
        const struct mention *mention = found.item[i];
        buf_add_n(&out, text + at, mention->offset - at);
        if (text[mention->offset] == '"') /* as it is spelled there, if in quotes */
            buf_addf(&out, "\"%s\"",
                     text_replace(carrier->mem, schema_after(carrier, mention->to->name), "\"", "\"\""));
        else
            ident_add(&out, carrier->target->dialect->ident, schema_after(carrier, mention->to->name));
        at = mention->offset + mention->length;
    }
    buf_add(&out, text + at);
    return found.n ? out.data : text;
}

const char *schema_after(const struct carrier *carrier, const char *name)
{
    for (int i = 0; name && i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (kind_is(renamed->object->kind, KIND_NAMESPACE) && text_equal(renamed->object->name, name))
            return renamed->to;
    }
    return name;
}
