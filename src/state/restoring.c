/*
 * The mark of a restore that is not all or nothing: a table of its own, which neither the copy nor emptying the database takes
 * away. It is there before the first thing is dropped and goes last, so whoever finds it after the lock is theirs knows that
 * a restore was interrupted. The table says so, its row only of which file.
 */
#include "state/parts.h"

#include "base/text.h"

int restoring_begin(struct ctx *ctx, struct state *state, const char *file)
{
    const struct state_sql *sql = conn_state(state->conn);
    if (!sql->create_restoring)
        return 0;
    TRY(state_create(ctx, state, sql->create_restoring, RESTORING_TABLE));
    struct batch_step step =
        state_step(state_sql(ctx, state, sql->restoring_show, RESTORING_TABLE), PARAMS(ctx->mem, file));
    struct batch batch = {.step = &step, .n = 1};
    return conn_batch(ctx, state->conn, &batch);
}

int restoring_end(struct ctx *ctx, struct state *state)
{
    bool exists;
    if (!conn_state(state->conn)->create_restoring)
        return 0;
    TRY(state_has(ctx, state, RESTORING_TABLE, &exists));
    return exists ? conn_exec(ctx, state->conn, state_sql(ctx, state, "DROP TABLE @t", RESTORING_TABLE)) : 0;
}

int restoring_refuse(struct ctx *ctx, struct state *state, bool locked)
{
    bool exists;
    struct rows rows;
    if (!conn_state(state->conn)->create_restoring)
        return 0;
    TRY(state_has(ctx, state, RESTORING_TABLE, &exists));
    if (!exists)
        return 0;
    const char *select = state_sql(ctx, state, "SELECT file FROM @t", RESTORING_TABLE);
    TRY(conn_query(ctx, state->conn, select, NULL, &rows));
    const char *file = rows.row.n ? ((const char **)rows.row.item[0])[0] : "FILE"; /* killed between table and row */
    return fail(ctx, ERR_STATE, "a restore of %s into this database %s: run `dbwarden restore %s` again", file,
                locked ? "was interrupted" : "was interrupted, or still runs", file);
}
