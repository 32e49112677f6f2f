/*
 * How the server spells things: they are made in a scratch database beside the one that is looked at, read back, and go with
 * that database.  Nothing of the user's is touched.
 */
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"

static bool is_one_of(const char *code, const char *const *codes)
{
    while (*codes && !text_equal(*codes, code))
        codes++;
    return *codes;
}

static int statement_try(struct ctx *ctx, struct conn *scratch, const struct statement_out *statement,
                         struct judgement *judgement)
{
    /* A table, a database, a function, a dictionary, a collection, a macro: it may be there when the migration runs. */
    static const char *const missing[] = {"60", "81", "46", "36", "482", "668", "139", NULL};
    /* Rights, quotas, memory, disk, time: of the server and not of the statement. */
    static const char *const passing[] = {"497", "164", "201", "241", "243", "159", "202", "242", "999", NULL};
    int code = ch_exec(ctx, scratch, statement->sql);
    if (code != ERR_SQL)
        return code;
    struct declined *declined = NEW(ctx->mem, struct declined);
    *declined = (struct declined){
        .statement = statement, .error = ctx->error, .missing = is_one_of(ctx->error.sqlstate, missing)};
    declined->telling = !declined->missing && !is_one_of(ctx->error.sqlstate, passing);
    list_add(ctx->mem, &judgement->refused, declined);
    ctx->error = (struct error){0};
    return 0;
}

/* What is of the whole server is not made for a trial. */
static bool reaches_beyond(const struct statement_out *statement)
{
    return ch_reaches_beyond(&(struct sql_piece){.text = statement->sql, .length = strlen(statement->sql)});
}

static int make_and_read(struct ctx *ctx, struct conn *scratch, struct judgement *judgement)
{
    for (int i = 0; i < judgement->statements->n && !(judgement->until_refused && judgement->refused.n); i++)
        if (!reaches_beyond(judgement->statements->item[i]))
            TRY(statement_try(ctx, scratch, judgement->statements->item[i], judgement));
    return judgement->until_refused ? 0 : ch_load(ctx, scratch, NULL, &judgement->tree);
}

int ch_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement)
{
    const struct scratch_spec spec = {.near = &((struct ch_conn *)conn)->url};
    __attribute__((cleanup(conn_close))) struct conn *scratch = NULL;
    TRY(ch_scratch(ctx, &spec, &scratch));
    int code = make_and_read(ctx, scratch, judgement);
    struct error error = ctx->error;
    conn_close(&scratch);
    ctx->error = error;
    return code;
}
