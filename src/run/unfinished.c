/*
 * Files that began and did not end: which of the journal's rows are of such files, and which file a row is of.  As for
 * applied ones the version decides, because a file may have been renamed since; whether it still holds the statements
 * that are done is looked at when it goes on (execute.c).
 */
#include "run/execution.h"

#include "base/text.h"

/*
 * A version that is applied is not half-way up, and one that is not, not half-way down: it got there in another way.  A
 * rollback of which nothing was done, because the server refused its first statement, has not begun: the version is applied.
 */
static bool is_over(const struct session *session, const struct journal_row *row)
{
    if (text_equal(row->outcome, "done") || row->number < 0)
        return text_equal(row->outcome, "done");
    if (text_equal(row->direction, "down") && !unfinished_holds(row))
        return true;
    const struct list *rows = row->seed ? &session->seed_rows : &session->applied;
    return text_equal(row->direction, "down") != (applied_version(rows, row->number) != NULL);
}

void unfinished_find(struct ctx *ctx, struct session *session)
{
    session->unfinished = (struct list){0};
    for (int i = 0; i < session->journal.n; i++)
        if (!is_over(session, session->journal.item[i]))
            list_add(ctx->mem, &session->unfinished, session->journal.item[i]);
}

static bool is_of_version(const struct journal_row *row, const struct migration *migration)
{
    return row->number >= 0 && row->number == migration->number && row->seed == (migration->type == MIGRATION_SEED) &&
           script_began(row) == (migration->script != SCRIPT_NONE);
}

const struct journal_row *journal_unfinished(const struct session *session, const struct migration *migration)
{
    const struct journal_row *renamed = NULL;
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (text_equal(row->filename, migration->journal_name))
            return row;
        if (is_of_version(row, migration))
            renamed = row; /* the last one, as they are by time */
    }
    return renamed;
}

bool unfinished_holds(const struct journal_row *row)
{
    return row->done || batches_begun(row->evidence) || (row->evidence && !text_equal(row->outcome, "failed"));
}

static bool has_name(const struct list *files, const char *filename)
{
    for (int i = 0; i < files->n; i++)
        if (text_equal(((const struct migration *)files->item[i])->filename, filename))
            return true;
    return false;
}

bool unfinished_gone(const struct session *session, const struct journal_row *row)
{
    const struct folder *folder = row->seed ? session->seeds : session->folder;
    if (row->number < 0)
        return !has_name(&folder->always, row->filename) && !has_name(&folder->on_change, row->filename);
    const struct migration *migration = folder_version(folder, row->number);
    return !migration || !is_of_version(row, migration);
}

int unfinished_check(struct ctx *ctx, const struct session *session, bool seeds, bool baseline)
{
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (row->seed != seeds || !unfinished_holds(row) || !unfinished_gone(session, row))
            continue;
        const char *what = text_equal(row->direction, "down") ? "the rollback of " : "";
        const char *text = arena_printf(ctx->mem, "%s%s was interrupted after statement %d of %d, and its file is gone",
                                        what, row->filename, row->done, row->total);
        if (baseline || row->number < 0) { /* without a version, a file of another name is another file */
            emit_warning(ctx, "%s", text);
            continue;
        }
        fail(ctx, ERR_STATE, "%s", text);
        return fail_hint(
            ctx,
            "Restore the file, under any name of its version, and run %s again, which goes on in it. If it "
            "is lost, undo what it did and delete its row from _dbwarden_journal.",
            seeds ? "seed apply" : "migrate");
    }
    return 0;
}

static int fail_baseline(struct ctx *ctx, const struct journal_row *row)
{
    bool down = text_equal(row->direction, "down");
    fail(ctx, ERR_STATE, "%s%s was interrupted after statement %d of %d, and --baseline would leave it at that",
         down ? "the rollback of " : "", row->filename, row->done, row->total);
    return fail_hint(ctx,
                     "Nothing was marked. `dbwarden %s` goes on in it. If what is missing was done by hand, "
                     "`--interrupted done` beside --baseline says so.",
                     down ? "rollback" : arena_printf(ctx->mem, "migrate --to-version %s", row->version));
}

int unfinished_baseline(struct ctx *ctx, const struct session *session, int64_t up_to, struct list *rows)
{
    for (int i = 0; i < session->unfinished.n; i++) {
        struct journal_row *row = session->unfinished.item[i];
        if (row->seed || row->number < 0 || row->number > up_to || !unfinished_holds(row) ||
            unfinished_gone(session, row)) /* it is warned of those */
            continue;
        if (!text_equal(session->interrupted, "done"))
            return fail_baseline(ctx, row);
        emit_warning(ctx, "%s was interrupted after statement %d of %d, and counts as done", row->filename, row->done,
                     row->total);
        list_add(ctx->mem, rows, row);
    }
    return 0;
}
