/* Statements of ours as ones that every server of a cluster is to do. */
#include "base/text.h"
#include "dialect/clickhouse/schema.h"

/* Where the name that stands here ends. */
static size_t name_end(struct lexer lexer, struct token token)
{
    size_t end = token.offset + token.length;
    for (token = lex_next_code(&lexer); token_is(&token, "."); token = lex_next_code(&lexer)) {
        token = lex_next_code(&lexer);
        end = token.offset + token.length;
    }
    return end;
}

const char *ch_on_every_server(struct arena *mem, const char *sql, const char *cluster)
{
    static const char *const verbs[] = {"create", "alter", "drop", "rename", "exchange", "attach", "detach", NULL};
    static const char *const before[] = {"or", "replace", "materialized", NULL};
    static const char *const kinds[] = {"table", "tables", "view",  "dictionary", "function",
                                        "user",  "role",   "quota", NULL};
    static const char *const first[] = {"named", "settings", "row", NULL}; /* COLLECTION, PROFILE, POLICY */
    static const char *const unless[] = {"if", "not", "exists", NULL};
    const char *words = arena_printf(mem, " ON CLUSTER %s", ident_text(mem, &ch_ident, cluster));
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    struct token verb = lex_next_code(&lexer), token = lex_next_code(&lexer);
    if (token_is(&verb, "grant") || token_is(&verb, "revoke"))
        return arena_printf(mem, "%.*s%s%s", (int)verb.length, sql, words, sql + verb.length);
    while (token_is_one_of(&token, before))
        token = lex_next_code(&lexer);
    bool two = token_is_one_of(&token, first);
    if (two)
        lex_next_code(&lexer);
    if (!token_is_one_of(&verb, verbs) || !(two || token_is_one_of(&token, kinds)))
        return sql;
    do
        token = lex_next_code(&lexer);
    while (token_is_one_of(&token, unless));
    size_t end = token_is(&verb, "rename") || token_is(&verb, "exchange") ? strlen(sql) : name_end(lexer, token);
    return arena_printf(mem, "%.*s%s%s", (int)end, sql, words, sql + end);
}
