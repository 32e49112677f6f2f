/*
 * Rows of state without anything being run: files are marked as applied, or what was applied is forgotten.  What is in the
 * database stays as it is.  Reads from top to bottom.
 */
#include "run/stamp.h"

#include "base/text.h"
#include "run/parts.h"

_Static_assert(3 + IN_STEP_STEPS <= STAMP_STEPS, "room for what is kept in step");

/* ---- marked */

void stamp_steps(struct ctx *ctx, struct session *session, const struct list *versioned, struct batch *batch)
{
    for (int i = 0; i < versioned->n; i++) {
        struct migration *migration = versioned->item[i];
        if (!migration->token_checksum)
            migration->token_checksum = migration_tokens(ctx->mem, migration);
        const struct journal_row *begun = journal_unfinished(session, migration);
        if (begun) /* perhaps under another name */
            batch->step[batch->n++] = journal_delete(ctx, &session->state, begun->filename);
        batch->step[batch->n++] = state_record(ctx, &session->state, migration);
        batch->step[batch->n++] = journal_whole(ctx, &session->state, migration, false, 0);
        batch->n += in_step_add(ctx, session, migration, false, &batch->step[batch->n]);
    }
}

/* What is recorded beyond the version that was asked for stays: who wants it gone says so. */
static void beyond_tell(struct ctx *ctx, const struct session *session, const char *version)
{
    struct names beyond = {0};
    int64_t number;
    if (!version || version_read(ctx, version, &number) < 0)
        return;
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        if (row->number > number)
            names_add(ctx->mem, &beyond, row->version);
    }
    if (beyond.n)
        emit_warning(ctx, "recorded as applied beyond version %s: %s; `dbwarden unstamp --to %s` forgets that", version,
                     names_join(ctx->mem, &beyond, ", "), version);
}

int stamp_run(struct ctx *ctx, struct session *session, const struct stamp_options *options, struct json *report)
{
    const struct migrate_options migrate = {
        .baseline = true, .to_version = options->version, .dry_run = options->dry_run};
    session->state.stamps = true;
    TRY(migrate_run(ctx, session, &migrate, report));
    beyond_tell(ctx, session, options->version);
    return 0;
}

/* ---- forgotten */

void forget_steps(struct ctx *ctx, struct session *session, const struct list *rows, struct batch *batch)
{
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        batch->step[batch->n++] = state_unrecord(ctx, &session->state, row);
        batch->step[batch->n++] = journal_delete(ctx, &session->state, row->filename);
        const struct migration *migration = folder_version(session->folder, row->number);
        if (row->number >= 0 && migration)
            batch->n += in_step_add(ctx, session, migration, true, &batch->step[batch->n]);
    }
}

/* It would be forgotten that something of it is done. */
static int refuse_unfinished(struct ctx *ctx, const struct session *session)
{
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (row->seed || !unfinished_holds(row))
            continue;
        fail(ctx, ERR_STATE, "%s was interrupted after statement %d of %d", row->filename, row->done, row->total);
        return fail_hint(ctx, "Run migrate first, which finishes it.");
    }
    return 0;
}

static int rows_choose(struct ctx *ctx, const struct session *session, const char *version, struct list *rows)
{
    int64_t stays = -1;
    if (version)
        TRY(version_read(ctx, version, &stays));
    if (stays > 0 && !folder_version(session->folder, stays) && !applied_version(&session->applied, stays))
        return version_unknown(ctx, session, version);
    for (int i = 0; i < session->applied.n; i++) {
        struct applied *row = session->applied.item[i];
        if (!version || row->number > stays)
            list_add(ctx->mem, rows, row);
    }
    return 0;
}

static void report_rows(struct ctx *ctx, const struct list *rows, struct json *report)
{
    struct json *list = json_array(ctx->mem);
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        struct json *entry = json_object(ctx->mem);
        json_set_text(ctx->mem, entry, "version", row->version);
        json_set_text(ctx->mem, entry, "filename", row->filename);
        json_add(ctx->mem, list, entry);
    }
    json_set(ctx->mem, report, "forgotten", list);
}

static int forget(struct ctx *ctx, struct session *session, const struct list *rows)
{
    struct batch batch = {.transaction = true};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, rows->n * STAMP_STEPS + 1);
    forget_steps(ctx, session, rows, &batch);
    return batch.n ? conn_batch(ctx, session->conn, &batch) : 0;
}

int unstamp_run(struct ctx *ctx, struct session *session, const struct stamp_options *options, struct json *report)
{
    struct list rows = {0};
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set_bool(ctx->mem, report, "dry_run", options->dry_run);
    TRY(session_folder(ctx, session));
    TRY(options->dry_run ? session_connect(ctx, session, true) : session_lock(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(refuse_unfinished(ctx, session));
    if (!options->dry_run)
        TRY(squashed_record(ctx, session));
    TRY(rows_choose(ctx, session, options->version, &rows));
    report_rows(ctx, &rows, report);
    return options->dry_run ? 0 : forget(ctx, session, &rows);
}
