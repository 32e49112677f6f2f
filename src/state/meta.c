/*
 * fastmigrate's record: one row of one table, `_meta`, with the number of the last file that was run.  Which files those are, and
 * what they held, the folder and our journal say.
 */
#include "state/parts.h"

#include "base/text.h"

static const char begin[] = "INSERT INTO @t (id, version) VALUES (1, 0)";
static const char record[] = "INSERT OR REPLACE INTO @t (id, version) VALUES (1, ?1)";
static const char unrecord[] = "UPDATE @t SET version = min(version, CAST(?1 AS INTEGER)) WHERE id = 1";

static int fail_unmanaged(struct ctx *ctx)
{
    fail(ctx, ERR_STATE, "the database has tables, but no table _meta: fastmigrate does not manage it yet");
    return fail_hint(ctx, "`dbwarden stamp VERSION` makes it one that has the files up to that version.");
}

/* Is there anything in it that is not ours? */
static int is_empty(struct ctx *ctx, const struct state *state, bool *empty)
{
    struct rows rows;
    TRY(conn_query(
        ctx, state->conn,
        "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE '\\_dbwarden%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\'",
        NULL, &rows));
    *empty = text_equal(((const char **)rows.row.item[0])[0], "0");
    return 0;
}

int meta_prepare(struct ctx *ctx, struct state *state)
{
    bool exists, empty = false;
    TRY(state_has(ctx, state, FASTMIGRATE_TABLE, &exists));
    if (exists)
        return 0;
    TRY(is_empty(ctx, state, &empty));
    if (!empty && !state->stamps)
        return fail_unmanaged(ctx);
    struct batch_step step[] = {state_step(FASTMIGRATE_META, NULL),
                                state_step(state_sql(ctx, state, begin, FASTMIGRATE_TABLE), NULL)};
    struct batch batch = {.step = step, .n = 2, .transaction = true};
    return conn_batch(ctx, state->conn, &batch);
}

static int fail_meta(struct ctx *ctx, const char *what)
{
    fail(ctx, ERR_STATE, "the table _meta %s", what);
    return fail_hint(ctx, "It holds one row, id 1 and the number of the last file that was run.");
}

/* The number of the last file; 0: none, or there is no such table. */
static int version_read_meta(struct ctx *ctx, struct state *state, int64_t *version)
{
    bool exists;
    struct rows rows;
    *version = 0;
    TRY(state_has(ctx, state, FASTMIGRATE_TABLE, &exists));
    if (!exists)
        return 0;
    TRY(conn_query(ctx, state->conn, state_sql(ctx, state, "SELECT version FROM @t WHERE id = 1", FASTMIGRATE_TABLE),
                   NULL, &rows));
    if (!rows.row.n)
        return fail_meta(ctx, "has no row of a version");
    const char *text = ((const char **)rows.row.item[0])[0];
    return text && text_to_int(text, version) ? 0 : fail_meta(ctx, "has a version that is no number");
}

static const struct journal_row *journal_row_of(const struct list *journal, const char *name)
{
    for (int i = 0; i < journal->n; i++) {
        const struct journal_row *row = journal->item[i];
        if (text_equal(row->filename, name) && text_equal(row->outcome, "done"))
            return row;
    }
    return NULL;
}

/* What the journal has of a file says when it ran and what it held then; of others nothing is known. */
static struct applied *applied_of(struct arena *mem, const struct migration *migration, const struct list *journal)
{
    const struct journal_row *row = journal_row_of(journal, migration->journal_name);
    struct applied *applied = NEW(mem, struct applied);
    *applied = (struct applied){.version = migration->version,
                                .number = migration->number,
                                .description = migration->description,
                                .filename = migration->filename,
                                .type = migration_type_name(MIGRATION_VERSIONED),
                                .applied_at = row ? row->started_at : NULL,
                                .checksum = row ? row->checksum : NULL};
    return applied;
}

/* Files below the number that came later than others: fastmigrate never runs them, and does not say so. */
static void late_warn(struct ctx *ctx, const struct list *rows, const struct list *journal)
{
    bool ours = false;
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        bool known = journal_row_of(journal, row->filename);
        if (ours && !known)
            emit_warning(ctx, "%s has never been run: a later version was reached before it was there", row->filename);
        ours = ours || known;
    }
}

int meta_applied(struct ctx *ctx, struct state *state, struct list *rows)
{
    int64_t version;
    struct list journal;
    TRY(version_read_meta(ctx, state, &version));
    TRY(state_journal(ctx, state, &journal));
    *rows = (struct list){0};
    for (int i = 0; state->files && i < state->files->versioned.n; i++) {
        const struct migration *migration = state->files->versioned.item[i];
        if (migration->number <= version)
            list_add(ctx->mem, rows, applied_of(ctx->mem, migration, &journal));
    }
    late_warn(ctx, rows, &journal);
    return 0;
}

static struct batch_step version_step(struct ctx *ctx, const struct state *state, const char *text, int64_t version)
{
    return state_step(state_sql(ctx, state, text, FASTMIGRATE_TABLE),
                      PARAMS(ctx->mem, arena_printf(ctx->mem, "%lld", (long long)version)));
}

struct batch_step meta_record(struct ctx *ctx, const struct state *state, const struct migration *migration)
{
    return version_step(ctx, state, record, migration->number);
}

struct batch_step meta_unrecord(struct ctx *ctx, const struct state *state, const struct applied *applied)
{
    int64_t before = 0;
    for (int i = 0; state->files && i < state->files->versioned.n; i++) {
        const struct migration *migration = state->files->versioned.item[i];
        if (migration->number < applied->number && migration->number > before)
            before = migration->number;
    }
    return version_step(ctx, state, unrecord, before);
}
