/*
 * A migration file before it is written: does what reads files see in it the statements that were planned?
 */
#include "command/read_back.h"

#include <string.h>

/* Are the pieces the statements, token by token, each ending where a piece ends? */
static bool is_as_meant(const struct lex_rules *rules, const struct plan *plan, const struct split *split)
{
    int at = 0;
    for (int i = 0; plan && i < plan->statements.n; i++) {
        const char *sql = ((const struct statement_out *)plan->statements.item[i])->sql;
        struct lexer meant, read;
        lex_open(&meant, rules, sql, strlen(sql));
        struct token next = lex_next_code(&meant);
        while (next.kind != TOKEN_END && at < split->n) {
            const struct sql_piece *piece = &split->piece[at++];
            lex_open(&read, rules, piece->text, piece->length);
            for (struct token token = lex_next_code(&read); token.kind != TOKEN_END; token = lex_next_code(&read)) {
                if (token.length != next.length || memcmp(token.text, next.text, token.length))
                    return false;
                next = lex_next_code(&meant);
            }
            while (token_is(&next, ";"))
                next = lex_next_code(&meant);
        }
        if (next.kind != TOKEN_END)
            return false;
    }
    return at == split->n;
}

/* Whatever names, defaults and comments hold: a file that would not run as it was planned is not written. */
int read_back(struct ctx *ctx, const struct dialect *dialect, const char *path, const char *text,
              const struct plan *const plans[2])
{
    const struct sql_piece whole = {.text = text, .length = strlen(text)};
    struct migration *migration;
    event_fn *on_event = ctx->on_event;
    ctx->on_event = NULL;
    int code = migration_of_text(ctx, dialect, path, &whole, &migration);
    for (int down = 0; code == 0 && down <= 1; down++)
        code = migration_check(ctx, migration, down);
    ctx->on_event = on_event;
    if (code == 0 && (!is_as_meant(dialect->lex, plans[0], &migration->up) ||
                      !is_as_meant(dialect->lex, plans[1], &migration->down)))
        code = fail(ctx, ERR_FAILED, "its statements would be read in another way than they were planned");
    if (code == 0 || code == ERR_CANCELLED)
        return code;
    fail(ctx, code, "%s is not written: %s", path, ctx->error.message);
    return fail_hint(ctx, "This is a fault of dbwarden: please report it, with what --explain up prints.");
}
