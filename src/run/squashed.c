/*
 * A file that stands for others, in a database in which these were applied: their rows become its row.  Whoever only looks has
 * that in memory; who runs something writes it first, in one transaction, under the lock.
 * Not here: making such a file (command/squash.c).
 */
#include "run/squashed.h"

#include "base/text.h"
#include "run/parts.h"

/* Rows of versions that the file stands for, its own included. */
static void rows_find(struct arena *mem, const struct session *session, const struct migration *whole,
                      struct list *rows)
{
    for (int i = 0; i < session->applied.n; i++) {
        struct applied *row = session->applied.item[i];
        if (row->number >= 0 && migration_squashes(whole, row->number))
            list_add(mem, rows, row);
    }
}

static bool is_own(const struct applied *row, const struct migration *whole)
{
    return row->number == whole->number &&
           (text_equal(row->filename, whole->filename) || text_equal(row->checksum, whole->checksum));
}

/* Its row alone: it was run, or was written already. */
static bool is_settled(const struct list *rows, const struct migration *whole)
{
    return !rows->n || (rows->n == 1 && is_own(rows->item[0], whole));
}

static bool has_all(const struct list *rows, const struct migration *whole)
{
    int found = 0;
    for (int i = 0; i < whole->squashes.n; i++) {
        int64_t number;
        if (text_to_int(whole->squashes.item[i], &number))
            found += applied_version(rows, number) != NULL;
    }
    return found == whole->squashes.n;
}

static void fold(struct arena *mem, struct session *session, struct migration *whole, const struct list *rows)
{
    struct squash *squash = NEW(mem, struct squash);
    struct applied *stands = NEW(mem, struct applied);
    struct list applied = {0};
    *squash = (struct squash){.whole = whole, .rows = *rows};
    *stands = *applied_version(rows, whole->number);
    stands->filename = whole->filename;
    stands->checksum = whole->checksum;
    stands->description = whole->description;
    for (int i = 0; i < session->applied.n; i++) {
        struct applied *row = session->applied.item[i];
        if (row->number < 0 || !migration_squashes(whole, row->number))
            list_add(mem, &applied, row);
        else if (row->number == whole->number)
            list_add(mem, &applied, stands);
    }
    session->applied = applied;
    list_add(mem, &session->squashes, squash);
}

void squashed_fold(struct ctx *ctx, struct session *session)
{
    session->squashes = (struct list){0};
    for (int i = 0; session->folder && i < session->folder->versioned.n; i++) {
        struct migration *whole = session->folder->versioned.item[i];
        struct list rows = {0};
        if (!whole->squashes.n)
            continue;
        rows_find(ctx->mem, session, whole, &rows);
        if (!is_settled(&rows, whole) && has_all(&rows, whole))
            fold(ctx->mem, session, whole, &rows);
    }
}

int squashed_check(struct ctx *ctx, const struct session *session)
{
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *whole = session->folder->versioned.item[i];
        struct list rows = {0};
        if (!whole->squashes.n)
            continue;
        rows_find(ctx->mem, session, whole, &rows);
        if (is_settled(&rows, whole))
            continue;
        fail(ctx, ERR_STATE, "%s stands for %d migrations, of which this database has only %d", whole->filename,
             whole->squashes.n, rows.n);
        fail_hint(ctx, "Apply the others with the files of before (without this one), and then run this again.");
        return fail_at(ctx, whole->path, 0, 0);
    }
    return 0;
}

int squashed_record(struct ctx *ctx, struct session *session)
{
    for (int i = 0; i < session->squashes.n; i++) {
        struct squash *squash = session->squashes.item[i];
        struct batch batch = {.transaction = true};
        batch.step = NEW_ARRAY(ctx->mem, struct batch_step, squash->rows.n * 2 + 2);
        for (int k = 0; k < squash->rows.n; k++) {
            const struct applied *row = squash->rows.item[k];
            batch.step[batch.n++] = state_unrecord(ctx, &session->state, row);
            batch.step[batch.n++] = journal_delete(ctx, &session->state, row->filename);
        }
        struct migration whole = *squash->whole; /* the file itself may be shared by many sessions */
        whole.token_checksum = migration_tokens(ctx->mem, &whole);
        batch.step[batch.n++] = state_record(ctx, &session->state, &whole);
        batch.step[batch.n++] = journal_whole(ctx, &session->state, &whole, false, 0);
        TRY(conn_batch(ctx, session->conn, &batch));
        emit_info(ctx, "[SQUASHED] %s stands for %d applied migrations from now on", squash->whole->filename,
                  squash->rows.n);
    }
    if (!session->squashes.n)
        return 0;
    session->squashes = (struct list){0};
    return session_reload(ctx, session);
}

/* ---- for making such a file ---- */

static int refuse(struct ctx *ctx, const struct migration *migration, const char *why, const char *hint)
{
    fail(ctx, ERR_STATE, "%s %s", migration->filename, why);
    fail_hint(ctx, "%s", hint);
    return fail_at(ctx, migration->path, 0, 0);
}

static int file_check(struct ctx *ctx, const struct session *session, const struct migration *migration)
{
    const struct applied *row = applied_version(&session->applied, migration->number);
    if (!row)
        return refuse(ctx, migration, "is not applied yet",
                      "Only what is applied can be squashed: run `dbwarden migrate` first, or say --to VERSION.");
    if (migration_edited(ctx->mem, session, migration, row))
        return refuse(ctx, migration, "was changed after it was applied",
                      "Restore it as it was: what it leads to now is not what the database has.");
    return 0;
}

static int limit_read(struct ctx *ctx, const struct session *session, const char *to, int64_t *limit)
{
    *limit = -1;
    for (int i = 0; !to && i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        *limit = row->number > *limit ? row->number : *limit;
    }
    if (!to)
        return 0;
    TRY(version_read(ctx, to, limit));
    return folder_version(session->folder, *limit) ? 0 : version_unknown(ctx, session, to);
}

int squash_choose(struct ctx *ctx, struct session *session, const char *to, struct list *files)
{
    const struct list *all = &session->folder->versioned;
    int64_t limit;
    TRY(session_reload(ctx, session));
    TRY(unfinished_check(ctx, session, false, false));
    TRY(limit_read(ctx, session, to, &limit));
    for (int i = 0; i < all->n; i++) {
        struct migration *migration = all->item[i];
        if (migration->number > limit)
            continue;
        TRY(file_check(ctx, session, migration));
        list_add(ctx->mem, files, migration);
    }
    if (files->n >= 2)
        return 0;
    fail(ctx, ERR_STATE, "there are not two applied migrations to squash");
    return fail_hint(ctx, "squash makes one file of several; nothing has been changed.");
}

int squash_follow(struct ctx *ctx, struct session *session)
{
    session->folder = NULL;
    TRY(session_folder(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(squashed_record(ctx, session));
    return snapshot_catch_up(ctx, session);
}
