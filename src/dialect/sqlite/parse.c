/*
 * A cursor over the tokens of a stored definition.  SQLite keeps the text of each CREATE as it was written and its
 * pragmas tell only a part of it (no CHECK, no constraint names, no COLLATE), so the text is the catalog.
 * The statements themselves are read in parse_table.c and parse_index.c.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

void parse_open(struct lite_parser *parser, struct ctx *ctx, struct arena *tokens, const char *what, const char *text)
{
    struct lexer lexer;
    int room = 64;
    *parser = (struct lite_parser){.ctx = ctx, .mem = ctx->mem, .text = text, .what = what};
    parser->token = NEW_ARRAY(tokens, struct token, room);
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (;;) {
        if (parser->n == room) {
            parser->token = arena_grow(tokens, parser->token, sizeof(struct token) * (size_t)room,
                                       sizeof(struct token) * (size_t)room * 2);
            room *= 2;
        }
        parser->token[parser->n] = lex_next_code(&lexer);
        if (parser->token[parser->n].kind == TOKEN_END)
            return;
        parser->n++;
    }
}

struct token *parse_peek(struct lite_parser *parser, int ahead)
{
    int at = parser->at + ahead;
    return &parser->token[at < parser->n ? at : parser->n];
}

bool parse_is(struct lite_parser *parser, const char *word)
{
    return token_is(parse_peek(parser, 0), word);
}

bool parse_accept(struct lite_parser *parser, const char *word)
{
    if (!parse_is(parser, word))
        return false;
    parser->at++;
    return true;
}

bool parse_accept_words(struct lite_parser *parser, const char *first, const char *second)
{
    if (!parse_is(parser, first) || !token_is(parse_peek(parser, 1), second))
        return false;
    parser->at += 2;
    return true;
}

int parse_fail(struct lite_parser *parser)
{
    const struct token *token = parse_peek(parser, 0);
    if (token->kind == TOKEN_END)
        fail(parser->ctx, ERR_FAILED, "cannot understand the stored definition of %s: it ends too early", parser->what);
    else
        fail(parser->ctx, ERR_FAILED, "cannot understand the stored definition of %s at \"%.*s\" in line %d",
             parser->what, token->length < 40 ? (int)token->length : 40, token->text, token->line);
    return fail_hint(parser->ctx, "SELECT sql FROM sqlite_master shows it; please report it as a bug.");
}

int parse_expect(struct lite_parser *parser, const char *word)
{
    return parse_accept(parser, word) ? 0 : parse_fail(parser);
}

/* 'name' is a name to SQLite where only a name can stand. */
static char *string_name(struct arena *mem, const struct token *token)
{
    char *inside = arena_copy(mem, token->text + 1, token->length - 2);
    return text_replace(mem, inside, "''", "'");
}

int parse_name(struct lite_parser *parser, const char **name)
{
    const struct token *token = parse_peek(parser, 0);
    if (token->kind == TOKEN_STRING && token->length >= 2 && *token->text == '\'')
        *name = string_name(parser->mem, token);
    else if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED)
        *name = token_name(parser->mem, token);
    else
        return parse_fail(parser);
    parser->at++;
    return 0;
}

int parse_skip_group(struct lite_parser *parser)
{
    int depth = 0;
    TRY(parse_is(parser, "(") ? 0 : parse_fail(parser));
    do {
        if (parse_is(parser, "("))
            depth++;
        else if (parse_is(parser, ")"))
            depth--;
        else if (parse_peek(parser, 0)->kind == TOKEN_END)
            return parse_fail(parser);
        parser->at++;
    } while (depth > 0);
    return 0;
}

char *parse_slice(struct lite_parser *parser, int from, int to)
{
    if (from >= to)
        return arena_dup(parser->mem, "");
    size_t begin = parser->token[from].offset;
    size_t end = parser->token[to - 1].offset + parser->token[to - 1].length;
    return arena_copy(parser->mem, parser->text + begin, end - begin);
}

int parse_group(struct lite_parser *parser, const char **inside)
{
    int from = parser->at + 1;
    TRY(parse_skip_group(parser));
    *inside = parse_slice(parser, from, parser->at - 1);
    return 0;
}

void lite_say_all(struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        bool soft = object->kind == KIND_COLUMN && i == COLUMN_default_soft;
        if ((info->field[i].engines & ENGINE_LITE) && !soft)
            settle_none(object, i);
    }
}

struct column *lite_column(const struct object *table, const char *name)
{
    for (int i = 0; table && i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && text_equal_nocase(child->name, name))
            return (struct column *)child;
    }
    return NULL;
}
