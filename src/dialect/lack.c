/* An older server calls what it does not know a syntax error: here it is told what that is, and which version has it. */
#include "base/text.h"
#include "dialect/common.h"
#include "dialect/effect.h"
#include "dialect/target.h"

/* These words, one after the other. */
static bool has_words(struct arena *mem, const struct lex_rules *rules, const struct batch_step *step,
                      const char *words)
{
    const struct names word = text_split(mem, words, ' ');
    struct lexer lexer;
    int at = 0;
    lex_open(&lexer, rules, step->sql, step->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (!token_is(&token, word.item[at]))
            at = 0;
        if (token_is(&token, word.item[at]) && ++at == word.n)
            return true;
    }
    return false;
}

static bool says(struct arena *mem, const struct lex_rules *rules, const struct batch_step *step,
                 const struct since *since)
{
    const struct names ways = text_split(mem, since->words ? since->words : "", '|');
    for (int i = 0; since->words && i < ways.n; i++)
        if (has_words(mem, rules, step, ways.item[i]))
            return true;
    return false;
}

static void lack_tell(struct ctx *ctx, const struct conn *conn, const struct batch_step *step)
{
    const struct dialect *dialect = conn->dialect;
    const struct since *row = dialect->since;
    while (row && row->version && !(conn->version < row->version && says(ctx->mem, dialect->lex, step, row)))
        row++;
    if (!row || !row->version)
        return;
    const char *version = version_text(ctx->mem, dialect, conn->version);
    if (row->version == SINCE_NEVER)
        fail_hint(ctx, "%s %s has no %s.", dialect->title, version, row->what);
    else
        fail_hint(ctx, "%s %s has no %s, which came with %s: upgrade the server, or take it out of the statement.",
                  dialect->title, version, row->what, version_text(ctx->mem, dialect, row->version));
}

void lack_find(struct ctx *ctx, const struct conn *conn, const struct batch *batch, int code)
{
    if (code == ERR_SQL && batch->failed >= 0 && batch->failed < batch->n)
        lack_tell(ctx, conn, &batch->step[batch->failed]);
}
