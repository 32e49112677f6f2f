/*
 * The journal: a row per file that was started, with how many of its statements are done.  Where a file is one
 * transaction, its row is written with it; elsewhere it is what lets an interrupted file go on at the right place.
 * The checksum of an unfinished file is over the statements done alone, so that what follows may be fixed.
 * Not here: what to do about an unfinished file (run/execute.c).
 */
#include "state/parts.h"

#include <limits.h>

#include "base/text.h"

static const char *number(struct arena *mem, int64_t value)
{
    return arena_printf(mem, "%lld", (long long)value);
}

static const char *milliseconds(struct arena *mem, double seconds)
{
    return seconds < 0 ? NULL : number(mem, (int64_t)(seconds * 1000 + 0.5));
}

static int fail_damaged(struct ctx *ctx, const struct rows *rows, int i, const char *column)
{
    state_damaged(ctx, JOURNAL_TABLE, rows_cell(rows, i, "filename"), column, rows_cell(rows, i, column));
    return fail_hint(ctx, "Restore that row from a backup: what it says decides which statements run.");
}

static int number_read(struct ctx *ctx, const struct rows *rows, int i, const char *column, int *number)
{
    const char *text = rows_cell(rows, i, column);
    int64_t value = -1;
    if (!text || !text_to_int(text, &value) || value < 0 || value > INT_MAX)
        return fail_damaged(ctx, rows, i, column);
    *number = (int)value;
    return 0;
}

/* Seeds have no version here, because those are migrations': it is in the name, "seeds/V0001__users.sql". */
static void version_read_into(struct arena *mem, struct journal_row *row)
{
    const char *text = row->version;
    row->number = -1;
    row->seed = text_starts(row->filename, "seeds/");
    if (row->seed) {
        const char *digits = row->filename + strlen("seeds/");
        digits += *digits == 'V';
        text = arena_copy(mem, digits, strspn(digits, "0123456789"));
    }
    if (text && !text_to_int(text, &row->number))
        row->number = -1;
}

/* By name: a journal of an earlier version has fewer columns. */
static int row_read(struct ctx *ctx, const struct rows *rows, int i, struct journal_row *row)
{
    *row = (struct journal_row){
        .filename = rows_cell(rows, i, "filename"),
        .direction = rows_cell(rows, i, "direction"),
        .checksum = rows_cell(rows, i, "checksum"),
        .version = rows_cell(rows, i, "version"),
        .outcome = rows_cell(rows, i, "outcome"),
        .started_at = rows_cell(rows, i, "started"),
        .evidence = rows_cell(rows, i, "evidence"),
        .tool = rows_cell(rows, i, "tool"),
        .who = rows_cell(rows, i, "who"),
        .db_user = rows_cell(rows, i, "db_user"),
        .times = rows_cell(rows, i, "times"),
    };
    const char *duration = rows_cell(rows, i, "duration_ms");
    if (!duration || !text_to_int(duration, &row->duration_ms) || row->duration_ms < 0)
        row->duration_ms = -1; /* decides nothing */
    TRY(number_read(ctx, rows, i, "done", &row->done));
    TRY(number_read(ctx, rows, i, "total", &row->total));
    const char *const needed[] = {"filename", "direction", "checksum", "outcome"};
    for (int n = 0; n < 4; n++)
        if (!rows_cell(rows, i, needed[n]))
            return fail_damaged(ctx, rows, i, needed[n]);
    if (!text_equal(row->direction, "up") && !text_equal(row->direction, "down"))
        return fail_damaged(ctx, rows, i, "direction");
    version_read_into(ctx->mem, row);
    return row->done > row->total ? fail_damaged(ctx, rows, i, "done") : 0;
}

int state_journal(struct ctx *ctx, struct state *state, struct list *rows)
{
    *rows = (struct list){0};
    struct conn *conn = state->conn;
    bool exists;
    TRY(state_has(ctx, state, JOURNAL_TABLE, &exists));
    if (!exists)
        return 0;
    struct rows found;
    const char *sql = state_sql(ctx, state, conn_state(conn)->journal_select, JOURNAL_TABLE);
    TRY(conn_query(ctx, conn, sql, NULL, &found));
    for (int i = 0; i < found.row.n; i++) {
        struct journal_row *row = NEW(ctx->mem, struct journal_row);
        TRY(row_read(ctx, &found, i, row));
        list_add(ctx->mem, rows, row);
    }
    return 0;
}

const char *state_journal_name(struct ctx *ctx, const struct state *state)
{
    return state_sql(ctx, state, "@t", JOURNAL_TABLE);
}

static struct batch_step step_of(struct ctx *ctx, struct state *state, const char *text, const struct names *params)
{
    return state_step(state_sql(ctx, state, text, JOURNAL_TABLE), params);
}

/* What both ways to begin have in common; the eighth parameter is their own. */
static struct names *begin_params(struct ctx *ctx, const struct migration *migration, bool down, const char *checksum)
{
    const char *who = arena_printf(ctx->mem, "%s@%s", state_user(ctx->mem), state_host(ctx->mem));
    const char *total = number(ctx->mem, down ? migration->down.n : migration->up.n);
    const char *version = migration->type == MIGRATION_SEED ? NULL : migration->version; /* those are migrations' */
    return PARAMS(ctx->mem, migration->journal_name, down ? "down" : "up", checksum, version, "dbwarden " DBW_VERSION,
                  who, total);
}

struct batch_step journal_begin(struct ctx *ctx, struct state *state, const struct migration *migration, bool down,
                                const char *evidence)
{
    struct names *params = begin_params(ctx, migration, down, "");
    names_add(ctx->mem, params, evidence);
    return step_of(ctx, state, conn_state(state->conn)->journal_begin, params);
}

struct batch_step journal_step(struct ctx *ctx, struct state *state, const struct migration *migration, int done,
                               const char *checksum)
{
    const struct names *params = PARAMS(ctx->mem, number(ctx->mem, done), checksum, migration->journal_name);
    return step_of(ctx, state, conn_state(state->conn)->journal_step, params);
}

struct batch_step journal_evidence(struct ctx *ctx, struct state *state, const struct migration *migration,
                                   const char *evidence)
{
    const struct names *params = PARAMS(ctx->mem, evidence, migration->journal_name);
    return step_of(ctx, state, conn_state(state->conn)->journal_evidence, params);
}

struct batch_step journal_total(struct ctx *ctx, struct state *state, const struct migration *migration, int total)
{
    const struct names *params = PARAMS(ctx->mem, number(ctx->mem, total), migration->journal_name);
    return step_of(ctx, state, conn_state(state->conn)->journal_total, params);
}

struct batch_step journal_rename(struct ctx *ctx, struct state *state, const char *from, const char *to)
{
    return step_of(ctx, state, conn_state(state->conn)->journal_rename, PARAMS(ctx->mem, to, from));
}

struct batch_step journal_delete(struct ctx *ctx, struct state *state, const char *journal_name)
{
    return step_of(ctx, state, conn_state(state->conn)->journal_delete, PARAMS(ctx->mem, journal_name));
}

struct batch_step journal_done(struct ctx *ctx, struct state *state, const struct migration *migration, double seconds)
{
    const struct names *params =
        PARAMS(ctx->mem, migration->token_checksum, milliseconds(ctx->mem, seconds), migration->journal_name);
    return step_of(ctx, state, conn_state(state->conn)->journal_done, params);
}

struct batch_step journal_end(struct ctx *ctx, struct state *state, const struct migration *migration,
                              const char *outcome, double seconds)
{
    const struct names *params = PARAMS(ctx->mem, outcome, milliseconds(ctx->mem, seconds), migration->journal_name);
    return step_of(ctx, state, conn_state(state->conn)->journal_end, params);
}

struct batch_step journal_whole(struct ctx *ctx, struct state *state, const struct migration *migration, bool down,
                                double seconds)
{
    struct names *params = begin_params(ctx, migration, down, migration->token_checksum);
    names_add(ctx->mem, params, milliseconds(ctx->mem, seconds));
    return step_of(ctx, state, conn_state(state->conn)->journal_whole, params);
}

struct batch_step journal_times(struct ctx *ctx, struct state *state, const char *journal_name, const char *times)
{
    return step_of(ctx, state, conn_state(state->conn)->journal_times, PARAMS(ctx->mem, times, journal_name));
}
