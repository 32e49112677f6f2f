/*
 * Scratch databases: a new one on the server of the database that it is for, dropped when it is closed.  No statement that
 * reaches another database, a user or the server is run in one.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"

/* What a killed run left: its name says when it was made, and none is needed for a day.  Of those that drop one at once all are right. */
static int leftovers_drop(struct ctx *ctx, struct conn *conn)
{
    struct rows rows;
    TRY(ch_query(ctx, conn,
                 "SELECT name FROM system.databases WHERE match(name, '^" CH_SCRATCH_NAME
                 "_[0-9]+_[0-9]+_[0-9]+$') AND "
                 "toInt64OrZero(splitByChar('_', name)[4]) < (toInt64(toUInt32(now())) - 86400) * 1000",
                 NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(ch_exec(ctx, conn,
                    arena_printf(ctx->mem, "DROP DATABASE IF EXISTS %s", ((const char **)rows.row.item[i])[0])));
    return 0;
}

static int database_make(struct ctx *ctx, const struct url *near, const char *name)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    TRY(ch_open(ctx, near, &(struct conn_options){0}, &conn));
    TRY(leftovers_drop(ctx, conn));
    return ch_exec(ctx, conn, arena_printf(ctx->mem, "CREATE DATABASE %s", name));
}

int ch_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    static int count;
    *conn = NULL;
    if (!spec->near) {
        fail(ctx, ERR_UNSUPPORTED, "there is no private server for ClickHouse");
        return fail_hint(ctx, "Give a database on a server on which another one may be created.");
    }
    const char *name =
        arena_printf(ctx->mem, CH_SCRATCH_NAME "_%d_%lld_%d", (int)getpid(), (long long)clock_now_ms(), count++);
    struct url url = *spec->near;
    TRY(database_make(ctx, spec->near, name));
    url.database = name;
    TRY(ch_open(ctx, &url, &(struct conn_options){0}, conn));
    ((struct ch_conn *)*conn)->drop = ((struct ch_conn *)*conn)->harmless = true;
    return 0;
}

void ch_scratch_drop(struct ch_conn *ch)
{
    struct ctx ctx = {.mem = ch->mem};
    ch_session_new(ch);
    ch_exec(&ctx, &ch->conn, arena_printf(ch->mem, "DROP DATABASE IF EXISTS %s", ch->url.database));
}

/* The first words of what is about more than one database; NULL: any. */
static const char *const beyond[][2] = {
    {"use", NULL},    {"grant", NULL},    {"revoke", NULL},   {"system", NULL},   {"kill", NULL},
    {"backup", NULL}, {"restore", NULL},  {NULL, "database"}, {NULL, "user"},     {NULL, "role"},
    {NULL, "quota"},  {NULL, "settings"}, {NULL, "row"},      {NULL, "policy"},   {NULL, "profile"},
    {NULL, "named"},  {NULL, "function"}, {NULL, "workload"}, {NULL, "resource"}, {"set", "default"},
};

/* Words after which a statement names what it makes, changes or writes into. */
static const char *const writes[] = {"table", "view", "into", "dictionary", "exists", "to", "and", NULL};

/* Does it write into another database? What it only reads may stand anywhere. */
bool ch_reaches_beyond(const struct sql_piece *statement)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, statement->text, statement->length);
    struct token first = lex_next_code(&lexer), token = first, next = lex_next_code(&lexer);
    bool after = false, whole = false;
    if (token_is(&next, "or")) /* REPLACE */
        lex_next_code(&lexer), next = lex_next_code(&lexer);
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if ((!beyond[i][0] || token_is(&first, beyond[i][0])) && (!beyond[i][1] || token_is(&next, beyond[i][1])))
            return true;
    for (; token.kind != TOKEN_END && !whole; token = next, next = lex_next_code(&lexer)) {
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (after && name && token_is(&next, "."))
            return true;
        whole = token_is(&token, "as") || token_is(&token, "select") || token_is(&token, "(");
        after = token_is_one_of(&token, writes);
    }
    return false;
}
