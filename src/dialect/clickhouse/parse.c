/*
 * What the files that read definitions share.  The server tells of each table, view and dictionary the statement that makes it,
 * spelled by itself; its other tables tell only parts of that.  Clauses may stand in any order, and hardly a word is reserved, so a
 * clause begins only where an expression can end and what follows its word fits.
 */
#include "dialect/clickhouse/parse.h"

#include "base/text.h"

static const struct cursor_rules rules = {.lex = &ch_lex, .hint = "SELECT create_table_query FROM system.tables"};

void ch_cursor_open(struct cursor *cursor, struct ctx *ctx, const struct ch_text *text)
{
    cursor->rules = &rules;
    cursor->what = arena_printf(ctx->mem, "%s %s", text->kind, text->name);
    cursor_open(cursor, ctx, text->tokens, text->sql);
}

int ch_head_read(struct cursor *cursor)
{
    static const char *const words[] = {"CREATE", "OR",  "REPLACE", "TABLE",     "MATERIALIZED", "VIEW", "DICTIONARY",
                                        "IF",     "NOT", "EXISTS",  "TEMPORARY", "ATTACH",       NULL};
    const char *name;
    while (cursor_is_one_of(cursor, words) && !token_is(cursor_peek(cursor, 1), "("))
        cursor->at++;
    TRY(cursor_name(cursor, &name));
    if (cursor_accept(cursor, "."))
        TRY(cursor_name(cursor, &name));
    if (cursor_accept(cursor, "UUID"))
        cursor->at++;
    if (cursor_accept_words(cursor, "ON", "CLUSTER"))
        TRY(cursor_name(cursor, &name));
    return 0;
}

/* Can an expression end with it? */
static bool ends_operand(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING ||
           token->kind == TOKEN_NUMBER || token_is(token, ")") || token_is(token, "]");
}

static bool begins_operand(const struct token *token)
{
    static const char *const openers[] = {"(", "[", "{", "-", NULL};
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING ||
           token->kind == TOKEN_NUMBER || token_is_one_of(token, openers);
}

static bool follows(const struct token *token, const char *next)
{
    if (!next)
        return begins_operand(token);
    return *next ? token_is(token, next) : token->kind == TOKEN_STRING;
}

static bool begins_clause(struct cursor *cursor, const struct ch_clause *clauses)
{
    const struct token *token = cursor_peek(cursor, 0);
    for (; token->kind == TOKEN_WORD && clauses->word; clauses++)
        if (token_is(token, clauses->word) && follows(cursor_peek(cursor, 1), clauses->next))
            return true;
    return false;
}

/* What is within "(" or "[", up to after its end. */
static int group_skip(struct cursor *cursor)
{
    static const struct ch_clause none[] = {{NULL, NULL}};
    const char *close = cursor_is(cursor, "(") ? ")" : "]", *ignored;
    cursor->at++;
    if (!cursor_is(cursor, close))
        TRY(ch_expression(cursor, none, true, &ignored));
    return cursor_expect(cursor, close);
}

static bool ends_here(struct cursor *cursor, bool list)
{
    return cursor_peek(cursor, 0)->kind == TOKEN_END || cursor_is(cursor, ")") || cursor_is(cursor, "]") ||
           cursor_is(cursor, ";") || (!list && cursor_is(cursor, ","));
}

int ch_expression(struct cursor *cursor, const struct ch_clause *clauses, bool list, const char **text)
{
    int from = cursor->at;
    while (!ends_here(cursor, list)) {
        bool within = cursor->at > from && ends_operand(cursor_peek(cursor, -1));
        if (within && begins_clause(cursor, clauses))
            break;
        if (cursor_is(cursor, "(") || cursor_is(cursor, "["))
            TRY(group_skip(cursor));
        else
            cursor->at++;
    }
    *text = cursor_slice(cursor, from, cursor->at);
    return cursor->at > from ? 0 : cursor_fail(cursor);
}

const char *ch_string_value(struct arena *mem, const struct token *token)
{
    struct buf out;
    buf_init(&out, mem);
    for (size_t i = 1; i + 1 < token->length; i++) {
        static const char plain[] = "nrt0abfv", meant[] = "\n\r\t\0\a\b\f\v";
        char c = token->text[i], next = token->text[i + 1];
        const char *escape = c == '\\' ? strchr(plain, next) : NULL;
        if (c == '\\' || (c == '\'' && next == '\''))
            i++;
        buf_add_c(&out, c == '\\' ? (escape && *escape ? meant[escape - plain] : next) : c);
    }
    return out.data;
}

int ch_string(struct cursor *cursor, const char **value)
{
    const struct token *token = cursor_peek(cursor, 0);
    if (token->kind != TOKEN_STRING)
        return cursor_fail(cursor);
    *value = ch_string_value(cursor->mem, token);
    cursor->at++;
    return 0;
}

int ch_settings(struct cursor *cursor, struct names *settings)
{
    do {
        static const struct ch_clause ends[] = {{"COMMENT", ""}, {"AS", NULL}, {NULL, NULL}};
        const char *name, *value;
        TRY(cursor_name(cursor, &name));
        TRY(cursor_expect(cursor, "="));
        TRY(ch_expression(cursor, ends, false, &value));
        names_add(cursor->mem, settings, arena_printf(cursor->mem, "%s=%s", name, value));
    } while (cursor_accept(cursor, ","));
    names_sort(settings);
    return 0;
}

void ch_say_all(struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        bool soft = object->kind == KIND_COLUMN && i == COLUMN_default_soft;
        if ((info->field[i].engines & ENGINE_CH) && !soft)
            settle_none(object, i);
    }
}

/* Up to the parenthesis that closes what is open; NULL: there is text after that. */
static const char *inside(struct arena *mem, const char *text)
{
    struct lexer lexer;
    int depth = 1;
    lex_open(&lexer, &ch_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0)
            return lex_next_code(&lexer).kind == TOKEN_END ? text_trim(mem, text_slice(mem, text, 0, token.offset))
                                                           : NULL;
    }
    return NULL;
}

const char *ch_key_list(struct arena *mem, const char *text)
{
    if (!text)
        return NULL;
    text = text_trim(mem, text);
    const char *list = text_starts(text, "tuple(") ? inside(mem, text + 6)
                       : *text == '('              ? inside(mem, text + 1)
                                                   : NULL;
    return !list ? text : *list ? list : "tuple()";
}

struct names ch_list_parts(struct arena *mem, const char *list)
{
    struct names parts = {0};
    struct lexer lexer;
    size_t from = 0;
    int depth = 0;
    lex_open(&lexer, &ch_lex, list, strlen(list));
    for (struct token token = lex_next_code(&lexer);; token = lex_next_code(&lexer)) {
        bool end = token.kind == TOKEN_END;
        depth += token_is(&token, "(") + token_is(&token, "[") - token_is(&token, ")") - token_is(&token, "]");
        if (end || (!depth && token_is(&token, ","))) {
            names_add(mem, &parts, text_trim(mem, text_slice(mem, list, from, end ? strlen(list) : token.offset)));
            from = token.offset + 1;
        }
        if (end)
            return parts;
    }
}
