/*
 * Scratch databases: a new one beside the database that it is for, which has the same character set and is dropped when it
 * is closed; on a private server where that one may not be made, or none is given.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

static const char *scratch_name(struct arena *mem)
{
    static int count;
    return arena_printf(mem, MY_SCRATCH_NAME "_%d_%lld_%d", (int)getpid(), (long long)clock_now_ms(), count++);
}

/* What a killed run left: its name says when it was made, and none is needed for a day.  One that may not be dropped stays. */
static int leftovers_drop(struct ctx *ctx, struct conn *near)
{
    struct rows rows;
    TRY(my_query(
        ctx, near,
        "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name REGEXP '^" MY_SCRATCH_NAME
        "_[0-9]+_[0-9]+_[0-9]+$' AND CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(schema_name, '_', 4), '_', -1) AS "
        "unsigned) < (UNIX_TIMESTAMP() - 86400) * 1000",
        NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        int code =
            my_exec(ctx, near, arena_printf(ctx->mem, "DROP DATABASE IF EXISTS %s", rows_cell(&rows, i, "name")));
        if (code != ERR_SQL)
            TRY(code);
        ctx->error = (struct error){0};
    }
    return 0;
}

static int scratch_near(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    struct conn *near = NULL;
    TRY(my_open(ctx, spec->near, &(struct conn_options){0}, &near));
    const struct dialect *dialect = near->dialect;
    struct conn *like = spec->like && spec->like->dialect == dialect ? spec->like : near;
    int code = leftovers_drop(ctx, near);
    if (code == 0)
        code = my_open_there(ctx, like, *spec->near, scratch_name(ctx->mem), conn);
    if (code == 0)
        ((struct my_conn *)*conn)->drop = true;
    else if (ctx->error.code == ERR_SQL && text_equal(ctx->error.sqlstate, "42000")) {
        ctx->error = (struct error){0};
        code = my_private(ctx, dialect, near, MY_SCRATCH_NAME, conn);
        if (code == ERR_UNSUPPORTED) {
            const char *hint = ctx->error.hint;
            fail(ctx, code, "the user of the database may make no other one there (CREATE), and %s",
                 ctx->error.message);
            fail_hint(ctx, "%s", hint ? hint : "");
        }
    }
    struct error error = ctx->error;
    my_close(near);
    ctx->error = error;
    return code;
}

static int scratch_open(struct ctx *ctx, const struct dialect *dialect, const struct scratch_spec *spec,
                        struct conn **conn)
{
    *conn = NULL;
    return spec->near ? scratch_near(ctx, spec, conn) : my_private(ctx, dialect, NULL, MY_SCRATCH_NAME, conn);
}

int my_mysql_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    return scratch_open(ctx, &my_dialect, spec, conn);
}

int my_mariadb_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    return scratch_open(ctx, &my_mariadb_dialect, spec, conn);
}

/* The first words of what is about more than one database; NULL: any. */
static const char *const beyond[][2] = {
    {"use", NULL},  {"grant", NULL},   {"revoke", NULL},   {NULL, "database"},  {NULL, "schema"},  {NULL, "user"},
    {NULL, "role"}, {"set", "global"}, {"set", "persist"}, {"set", "password"}, {"install", NULL}, {"uninstall", NULL}};

bool my_is_beyond(const struct token *first, const struct token *second)
{
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if ((!beyond[i][0] || token_is(first, beyond[i][0])) && (!beyond[i][1] || token_is(second, beyond[i][1])))
            return true;
    return false;
}

/* Words after which a statement names what it makes, changes or writes into. */
static const char *const writes[] = {"table",   "view",  "into",   "update", "procedure", "function",
                                     "trigger", "event", "exists", "on",     "sequence",  NULL};

/* Does it write into another database? What it only reads may stand anywhere. */
bool my_reaches_beyond(const struct sql_piece *statement)
{
    struct lexer lexer;
    lex_open(&lexer, &my_lex, statement->text, statement->length);
    struct token first = lex_next_bare(&lexer), token = first, next = lex_next_bare(&lexer);
    bool after = false, whole = false;
    if (my_is_beyond(&first, &next))
        return true;
    for (; token.kind != TOKEN_END && !whole; token = next, next = lex_next_bare(&lexer)) {
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (after && name && token_is(&next, "."))
            return true;
        whole = token_is(&token, "as") || token_is(&token, "select") || token_is(&token, "begin");
        after = token_is_one_of(&token, writes) || (token_is(&first, "delete") && token_is(&token, "from"));
    }
    return false;
}
