/*
 * Which objects a statement may be about, by its tokens: every name outside parentheses.  Some of them are keywords or
 * columns; whoever looks them up in the catalog finds nothing of that name, or an object that the statement leaves as it
 * is, which does no harm.
 */
#include "dialect/common.h"

#include "base/text.h"

static struct named *known_name(const struct list *names, const struct named *named)
{
    for (int i = 0; i < names->n; i++) {
        struct named *known = names->item[i];
        if (text_equal(known->name, named->name) && text_equal(known->schema, named->schema))
            return known;
    }
    return NULL;
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

static void name_add(struct arena *mem, struct list *names, const struct named *named)
{
    struct named *known = known_name(names, named);
    if (known) {
        known->bare = known->bare && named->bare;
        return;
    }
    struct named *copy = NEW(mem, struct named);
    *copy = *named;
    list_add(mem, names, copy);
}

void statement_names(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece, int limit,
                     struct list *names)
{
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, rules, piece->text, piece->length);
    struct token token = lex_next_code(&lexer);
    while (token.kind != TOKEN_END && names->n < limit) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth || !is_name(&token)) {
            token = lex_next_code(&lexer);
            continue;
        }
        struct named named = {NULL, token_name(mem, &token), token.kind == TOKEN_WORD};
        for (token = lex_next_code(&lexer); token_is(&token, "."); token = lex_next_code(&lexer)) {
            token = lex_next_code(&lexer);
            if (!is_name(&token))
                break;
            named = (struct named){named.name, token_name(mem, &token), false};
        }
        name_add(mem, names, &named);
    }
}
