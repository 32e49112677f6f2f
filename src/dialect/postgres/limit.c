/*
 * How long statements may wait and run.
 *
 * What the configuration says goes along with the connection's start, so that it costs nothing and RESET ALL leads back to
 * it.  A file's own limits are SET LOCAL within its transaction, sent together with BEGIN.  A transaction pooler takes no
 * options: there all limits go that way, and statements outside a transaction have none.
 */
#include <stdlib.h>

#include "base/text.h"
#include "dialect/postgres/pg.h"

static int64_t milliseconds(double seconds)
{
    int64_t ms = (int64_t)(seconds * 1000 + 0.5);
    return seconds > 0 && ms == 0 ? 1 : ms;
}

static bool same(const struct limits *a, const struct limits *b)
{
    return milliseconds(a->lock) == milliseconds(b->lock) && milliseconds(a->statement) == milliseconds(b->statement);
}

static const char *options_said(const struct pg_keywords *keywords)
{
    for (int i = 0; i < keywords->n; i++)
        if (text_equal(keywords->key[i], "options"))
            return keywords->value[i];
    const char *variable = getenv("PGOPTIONS");
    return variable ? variable : "";
}

/* Ours first: what the URL or PGOPTIONS says comes after it, and wins. */
void pg_limits_address(struct ctx *ctx, const struct limits *limits, struct pg_keywords *keywords)
{
    const char *said = options_said(keywords);
    const char *options =
        arena_printf(ctx->mem, "-c lock_timeout=%" PRId64 " -c statement_timeout=%" PRId64 "%s%s",
                     milliseconds(limits->lock), milliseconds(limits->statement), *said ? " " : "", said);
    pg_keyword_set(keywords, "options", options);
}

/* Last, so that it wins; a blank would end the word, a backslash takes that away. */
void pg_path_address(struct ctx *ctx, const struct names *path, struct pg_keywords *keywords)
{
    struct buf names, options;
    buf_init(&names, ctx->mem);
    buf_init(&options, ctx->mem);
    ident_add_names(&names, &pg_ident, path);
    buf_addf(&options, "%s -c search_path=", options_said(keywords));
    for (const char *at = names.data; *at; at++) {
        if (*at == '\\' || *at == ' ')
            buf_add_c(&options, '\\');
        buf_add_c(&options, *at);
    }
    pg_keyword_set(keywords, "options", options.data);
}

static char *limits_sql(struct arena *mem, const struct limits *limits, const char *local)
{
    return arena_printf(mem,
                        "SELECT pg_catalog.set_config('lock_timeout', '%" PRId64
                        "', %s), pg_catalog.set_config('statement_timeout', '%" PRId64 "', %s)",
                        milliseconds(limits->lock), local, milliseconds(limits->statement), local);
}

char *pg_limits_sql(struct arena *mem, const struct pg_conn *conn, const char *local)
{
    return same(&conn->limits, &conn->startup) ? NULL : limits_sql(mem, &conn->limits, local);
}

/* What a file before this one set for itself has to go again, so once that has happened each file says its own. */
int pg_limits_within(struct ctx *ctx, struct pg_conn *conn)
{
    if (same(&conn->limits, &conn->startup) && !conn->limits_within)
        return 0;
    conn->limits_within = true;
    return pg_exec(ctx, &conn->conn, limits_sql(ctx->mem, &conn->limits, "true"));
}

int pg_limits_alone(struct ctx *ctx, struct pg_conn *conn)
{
    char *sql = conn->conn.in_transaction || conn->no_options ? NULL : pg_limits_sql(ctx->mem, conn, "false");
    if (!sql)
        return 0;
    conn->limits_set = true;
    return pg_exec(ctx, &conn->conn, sql);
}

int pg_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    pg->limits = *limits;
    if (!pg->limits_set || !same(limits, &pg->startup))
        return 0;
    pg->limits_set = false;
    return pg_exec(ctx, conn, "RESET lock_timeout; RESET statement_timeout");
}
