/*
 * The journal: a row per file that was started, with how many of its statements are done.  Where a file is one
 * transaction, its row is written with it; elsewhere it is what lets an interrupted file go on at the right place.
 * The checksum of an unfinished file is over the statements done alone, so that what follows may be fixed.
 * Not here: what to do about an unfinished file (run/execute.c).
 */
#include "state/parts.h"

#include "base/text.h"

static const char *number(struct arena *mem, int64_t value)
{
    return arena_printf(mem, "%lld", (long long)value);
}

static const char *milliseconds(struct arena *mem, double seconds)
{
    return seconds < 0 ? NULL : number(mem, (int64_t)(seconds * 1000 + 0.5));
}

static int to_int(const char *text)
{
    int64_t value = 0;
    return text && text_to_int(text, &value) ? (int)value : 0;
}

int state_journal(struct ctx *ctx, struct state *state, struct list *rows)
{
    *rows = (struct list){0};
    struct conn *conn = state->conn;
    bool exists;
    TRY(state_has(ctx, conn, JOURNAL_TABLE, &exists));
    if (!exists)
        return 0;
    struct rows found;
    TRY(conn_query(ctx, conn, state_sql(ctx, conn, conn->dialect->state->journal_select, JOURNAL_TABLE), NULL, &found));
    for (int i = 0; i < found.row.n; i++) {
        const char **cell = found.row.item[i];
        struct journal_row *row = NEW(ctx->mem, struct journal_row);
        *row = (struct journal_row){cell[0],         cell[1],         cell[2], cell[3],
                                    to_int(cell[4]), to_int(cell[5]), cell[6], cell[7]};
        list_add(ctx->mem, rows, row);
    }
    return 0;
}

static struct batch_step step_of(struct ctx *ctx, struct state *state, const char *text, const struct names *params)
{
    return state_step(state_sql(ctx, state->conn, text, JOURNAL_TABLE), params);
}

/* What both ways to begin have in common; a duration of its own is the eighth parameter of the longer one. */
static struct names *begin_params(struct ctx *ctx, const struct migration *migration, bool down, const char *checksum)
{
    const char *who = arena_printf(ctx->mem, "%s@%s", state_user(ctx->mem), state_host(ctx->mem));
    const char *total = number(ctx->mem, down ? migration->down.n : migration->up.n);
    return PARAMS(ctx->mem, migration->filename, down ? "down" : "up", checksum, migration->version,
                  "dbwarden " DBW_VERSION, who, total);
}

struct batch_step journal_begin(struct ctx *ctx, struct state *state, const struct migration *migration, bool down)
{
    return step_of(ctx, state, state->conn->dialect->state->journal_begin, begin_params(ctx, migration, down, ""));
}

struct batch_step journal_step(struct ctx *ctx, struct state *state, const struct migration *migration, int done,
                               const char *checksum)
{
    const struct names *params = PARAMS(ctx->mem, number(ctx->mem, done), checksum, migration->filename);
    return step_of(ctx, state, state->conn->dialect->state->journal_step, params);
}

struct batch_step journal_end(struct ctx *ctx, struct state *state, const struct migration *migration,
                              const char *outcome, double seconds)
{
    const struct names *params = PARAMS(ctx->mem, outcome, milliseconds(ctx->mem, seconds), migration->filename);
    return step_of(ctx, state, state->conn->dialect->state->journal_end, params);
}

struct batch_step journal_whole(struct ctx *ctx, struct state *state, const struct migration *migration, bool down,
                                double seconds)
{
    struct names *params = begin_params(ctx, migration, down, migration->token_checksum);
    names_add(ctx->mem, params, milliseconds(ctx->mem, seconds));
    return step_of(ctx, state, state->conn->dialect->state->journal_whole, params);
}
