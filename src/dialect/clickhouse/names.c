/*
 * Names of the database itself in texts that the server spells: it writes them before what a query reads, and as texts in the
 * arguments of engines and sources.  Without them a text means the same in any database.
 */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"

/* Is the name an alias in this text? */
static bool is_alias(struct arena *mem, const char *name, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, text, strlen(text));
    bool as = false;
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool word = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (as && word && text_equal(token_name(mem, &token), name))
            return true;
        as = token_is(&token, "as");
    }
    return false;
}

const char *ch_unqualified(struct arena *mem, const char *database, const char *text)
{
    static const char *const before_relation[] = {"from", "join", "in", "to", "table", NULL};
    if (!text || !database || !text_has(text, database))
        return text;
    bool alias = is_alias(mem, database, text);
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, text, strlen(text));
    struct token before = {.kind = TOKEN_END};
    for (struct token token = lex_next(&lexer), next; token.kind != TOKEN_END; token = next) {
        next = lex_next(&lexer);
        bool word = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        bool place = !token_is(&before, ".") && (!alias || token_is_one_of(&before, before_relation));
        if (word && place && token_is(&next, ".") && text_equal(token_name(mem, &token), database)) {
            next = lex_next(&lexer);
            continue;
        }
        buf_add_n(&out, token.text, token.length);
        if (token.kind != TOKEN_SPACE && token.kind != TOKEN_COMMENT)
            before = token;
    }
    return out.data;
}

const char *ch_own_database(struct arena *mem, const char *database, const char *text)
{
    if (!text || !database || !text_has(text, database))
        return text;
    struct lexer lexer;
    struct buf out, name;
    buf_init(&name, mem);
    literal_add(&name, &ch_ident, database);
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, text, strlen(text));
    struct token before = {.kind = TOKEN_END};
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        bool own = token.kind == TOKEN_STRING && text_equal(token_copy(mem, &token), name.data);
        if (own &&
            token_is(&before, "DB")) /* of a dictionary: takes no call, and says the own one where nothing is said */
            out.len -= strlen("DB ");
        else if (own)
            buf_add(&out, "currentDatabase()");
        else
            buf_add_n(&out, token.text, token.length);
        out.data[out.len] = '\0';
        if (token.kind != TOKEN_SPACE)
            before = token;
    }
    return text_replace(mem, text_trim(mem, out.data), " )", ")");
}
