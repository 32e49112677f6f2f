/*
 * Was a statement done before an interruption?  What the system tables say of all that it names is one thing before it and
 * another after it.  The sum over that is written into the journal before the statement, and compared when a run is taken up.
 *
 * A mutation goes on without us: that it was begun is as good as done, once it has ended.  An INSERT that is made of several
 * blocks may be there in part, and rows of others look like ours: if anything came into its table, nobody can tell.
 */
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/common.h"

enum { NAMES_LIMIT = 256, UUID_SINCE = 200100, FUNCTIONS_SINCE = 211100 };

/* "(database, name) IN (...)" of all that a statement names; NULL: it names nothing. */
static const char *named_in(struct arena *mem, const struct classified *statement)
{
    struct list names = {0};
    struct buf out;
    statement_names(mem, &ch_lex, &statement->piece, NAMES_LIMIT, &names);
    buf_init(&out, mem);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        buf_add(&out, i ? ", (" : "(");
        if (named->schema)
            literal_add(&out, &ch_ident, named->schema);
        else
            buf_add(&out, "currentDatabase()");
        buf_add(&out, ", ");
        literal_add(&out, &ch_ident, named->name);
        buf_add(&out, ")");
    }
    return names.n ? out.data : NULL;
}

static int ask(struct ctx *ctx, struct conn *conn, const char *sql, const char *named, struct buf *said)
{
    struct rows rows;
    TRY(ch_look(ctx, conn, text_replace(ctx->mem, sql, "@n", named), &rows));
    buf_add(said, "\n");
    for (int i = 0; i < rows.row.n; i++)
        for (int c = 0; c < rows.columns.n; c++)
            buf_addf(said, "%s\t",
                     ((const char **)rows.row.item[i])[c] ? ((const char **)rows.row.item[i])[c] : "NULL");
    return 0;
}

/* Users, roles, quotas, named collections: none of the tables that are asked has them. */
static bool is_elsewhere(const struct classified *statement)
{
    static const char *const words[] = {"user",    "role",  "quota",    "row",      "policy", "settings",
                                        "profile", "named", "resource", "workload", NULL};
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, statement->piece.text, statement->piece.length);
    struct token first = lex_next_bare(&lexer), second = lex_next_bare(&lexer);
    if (token_is(&second, "or")) {
        lex_next_bare(&lexer);
        second = lex_next_bare(&lexer);
    }
    return token_is(&first, "grant") || token_is(&first, "revoke") || token_is_one_of(&second, words);
}

int ch_rows_stay(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay)
{
    *stay = true;
    return 0;
}

static int catalog_said(struct ctx *ctx, struct conn *conn, const char *named, struct buf *said)
{
    bool known = conn->version >= UUID_SINCE;
    TRY(ask(
        ctx, conn,
        known
            ? "SELECT database, name, uuid, create_table_query FROM system.tables WHERE (database, name) IN (@n) ORDER BY "
              "database, name"
            : "SELECT database, name, engine, create_table_query FROM system.tables WHERE (database, name) IN (@n) ORDER "
              "BY database, name",
        named, said));
    TRY(ask(
        ctx, conn,
        "SELECT database, table, max(toUInt64OrZero(replaceRegexpAll(mutation_id, '[^0-9]', ''))) FROM system.mutations "
        "WHERE (database, table) IN (@n) GROUP BY database, table ORDER BY database, table",
        named, said));
    TRY(ask(ctx, conn,
            "SELECT name, engine FROM system.databases WHERE (currentDatabase(), name) IN (@n) ORDER BY name", named,
            said));
    if (conn->version < FUNCTIONS_SINCE)
        return 0;
    return ask(
        ctx, conn,
        "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined' AND (currentDatabase(), name) "
        "IN (@n) ORDER BY name",
        named, said);
}

int ch_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **evidence)
{
    struct buf said;
    const char *named = named_in(ctx->mem, statement);
    *evidence = NULL;
    bool rows = statement->touches == TOUCHES_ROWS;
    if (!named || is_elsewhere(statement) || (!rows && statement->touches != TOUCHES_CATALOG))
        return 0;
    buf_init(&said, ctx->mem);
    TRY(catalog_said(ctx, conn, named, &said));
    if (rows)
        TRY(ask(
            ctx, conn,
            "SELECT database, table, max(max_block_number), sum(rows) FROM system.parts WHERE active AND (database, table) "
            "IN (@n) GROUP BY database, table ORDER BY database, table",
            named, &said));
    *evidence = hash_sha256(ctx->mem, said.data, said.len);
    return 0;
}

/* Until all mutations of what it names have ended. */
static int mutations_wait(struct ctx *ctx, struct conn *conn, const char *named)
{
    for (;;) {
        struct rows rows;
        const char *sql =
            text_replace(ctx->mem,
                         "SELECT table, command, latest_fail_reason FROM system.mutations WHERE is_done = 0 AND "
                         "(database, table) IN (@n)",
                         "@n", named);
        TRY(ch_look(ctx, conn, sql, &rows));
        if (!rows.row.n)
            return 0;
        const char *const *cell = rows.row.item[0];
        if (cell[2] && *cell[2]) {
            fail(ctx, ERR_SQL, "a mutation of %s (%s) fails: %s", cell[0], cell[1], cell[2]);
            return fail_hint(ctx,
                             "Put its rows in order, or end it with KILL MUTATION, and run the same command again.");
        }
        TRY(ctx_check(ctx));
        ctx_sleep(ctx, 0.5);
    }
}

/* Of several tables some may be gone: neither "done" nor "not done". */
static int drop_doubt(struct ctx *ctx, struct conn *conn, const char *named, enum doubt *doubt)
{
    struct buf said;
    buf_init(&said, ctx->mem);
    TRY(ask(ctx, conn, "SELECT name FROM system.tables WHERE (database, name) IN (@n)", named, &said));
    *doubt = said.len > 1 ? DOUBT_OPEN : DOUBT_DONE;
    return 0;
}

int ch_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt)
{
    const char *now, *named = named_in(ctx->mem, statement);
    *doubt = DOUBT_OPEN;
    if (!before || !named)
        return 0;
    TRY(ch_statement_evidence(ctx, conn, statement, &now));
    if (!now)
        return 0;
    bool same = text_equal(before, now);
    if (statement->touches == TOUCHES_ROWS && statement->verb == VERB_INSERT) {
        *doubt = same ? DOUBT_NOT_DONE : DOUBT_OPEN;
        return 0;
    }
    *doubt = same ? DOUBT_NOT_DONE : DOUBT_DONE;
    if (same)
        return 0;
    if (statement->verb == VERB_DROP)
        return drop_doubt(ctx, conn, named, doubt);
    return mutations_wait(ctx, conn, named);
}
