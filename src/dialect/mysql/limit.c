/*
 * How long statements may wait and run: variables of the session, in whole seconds.  Tables and rows are locked in two ways,
 * each with a variable of its own.  MariaDB ends a long statement by itself; MySQL does so for SELECT alone, so there the
 * client ends it (query.c).
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"

/* What both servers take for "as long as it likes". */
#define LOCK_LONGEST 31536000

static int64_t whole_seconds(double seconds)
{
    int64_t whole = (int64_t)seconds;
    if (seconds <= 0 || seconds > LOCK_LONGEST)
        return LOCK_LONGEST;
    return (double)whole < seconds ? whole + 1 : whole;
}

static bool same(const struct limits *a, const struct limits *b)
{
    return whole_seconds(a->lock) == whole_seconds(b->lock) &&
           (int64_t)(a->statement * 1000) == (int64_t)(b->statement * 1000);
}

int my_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits)
{
    struct my_conn *my = (struct my_conn *)conn;
    int64_t seconds = whole_seconds(limits->lock);
    if (same(&my->limits, limits))
        return 0;
    my->limits = *limits;
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_addf(&sql, "SET SESSION lock_wait_timeout = %" PRId64 ", SESSION innodb_lock_wait_timeout = %" PRId64, seconds,
             seconds);
    if (conn->dialect->engine == ENGINE_MARIA) {
        int64_t ms = (int64_t)(limits->statement * 1000);
        buf_addf(&sql, ", SESSION max_statement_time = %" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
    }
    return my_exec(ctx, conn, sql.data);
}
