/*
 * What another tool's history says of its files.  Every contradiction between the two is a failure here, because afterwards
 * nobody could tell any more what has run.
 */
#include "run/takeover.h"

#include "base/map.h"
#include "base/text.h"

static int fail_failed(struct ctx *ctx, const struct takeover *takeover, const char *id)
{
    fail(ctx, ERR_STATE, "%s has noted that %s failed, and that what it did is not known", takeover->format->title, id);
    return fail_hint(ctx, "Set that right with %s first. Nothing has been written.", takeover->format->title);
}

static int fail_changed(struct ctx *ctx, const struct takeover *takeover, const struct foreign *foreign)
{
    fail(ctx, ERR_STATE, "%s was changed after %s had run it", foreign->path, takeover->format->title);
    return fail_hint(ctx, "Restore it as it was. Nothing has been written.");
}

/* The one that the history means; NULL: none. */
static struct foreign *foreign_said(const struct map *by_id, const char *said)
{
    struct foreign *foreign = map_get(by_id, said);
    size_t before;
    for (int i = 0; i < by_id->n && !foreign; i++)
        if (id_is_said(by_id->entry[i].key, said, &before))
            foreign = by_id->entry[i].value;
    return foreign;
}

struct told_history {
    const struct takeover *takeover;
    struct rows rows;
    struct map by_id;   /* struct foreign * */
    struct map unknown; /* ids that no file has; not NULL if the last row says that it is applied */
};

static int row_take(struct ctx *ctx, struct told_history *history, const char **cell)
{
    const struct takeover *takeover = history->takeover;
    const char *said = id_of_cells(ctx->mem, &history->rows, cell);
    struct foreign *foreign = foreign_said(&history->by_id, said);
    bool applied = cell_says_yes(cell[1]);
    if (cell_says_yes(cell[2]))
        return fail_failed(ctx, takeover, said);
    if (!foreign) {
        map_set(&history->unknown, said, applied ? takeover->session : NULL);
        return 0;
    }
    foreign->applied = applied;
    if (applied && cell[3] && foreign->checksum && !text_equal(cell[3], foreign->checksum))
        return fail_changed(ctx, takeover, foreign);
    return 0;
}

static int unknown_check(struct ctx *ctx, const struct takeover *takeover, const struct map *unknown)
{
    struct names ids = {0};
    for (int i = 0; i < unknown->n; i++)
        if (unknown->entry[i].value)
            names_add(ctx->mem, &ids, unknown->entry[i].key);
    if (!ids.n)
        return 0;
    fail(ctx, ERR_STATE, "the history of %s in %s has versions for which there is no file in %s: %s",
         takeover->format->title, takeover->session->conn->target, takeover->folder, names_join(ctx->mem, &ids, ", "));
    return fail_hint(ctx, "Is it the database of another project, or newer than these files? Bring the files back, "
                          "or name the right database. Nothing has been written.");
}

static void parents_mark(const struct map *by_id, struct foreign *foreign)
{
    for (int i = 0; i < foreign->needs.n; i++) {
        struct foreign *parent = map_get(by_id, foreign->needs.item[i]);
        if (parent && !parent->applied) {
            parent->applied = true;
            parents_mark(by_id, parent);
        }
    }
}

static int needs_check(struct ctx *ctx, const struct takeover *takeover, const struct map *by_id,
                       const struct foreign *foreign)
{
    for (int i = 0; i < foreign->needs.n && foreign->applied; i++) {
        const struct foreign *parent = map_get(by_id, foreign->needs.item[i]);
        if (!parent || parent->applied)
            continue;
        fail(ctx, ERR_STATE, "%s has not been run in %s, but %s, which needs it, has", parent->id,
             takeover->session->conn->target, foreign->id);
        return fail_hint(ctx, "Run it with %s first. Nothing has been written.", takeover->format->title);
    }
    return 0;
}

/* What only the tool can run has run, and what it did besides SQL will not be done again. */
static int only_run_check(struct ctx *ctx, const struct takeover *takeover, const struct foreign *foreign)
{
    if (!foreign->only_run)
        return 0;
    if (foreign->applied) {
        emit_warning_at(ctx, (struct place){.file = foreign->path},
                        "is converted without a part: %s, which has run here, and is not in the file",
                        foreign->only_run);
        return 0;
    }
    fail(ctx, ERR_UNSUPPORTED, "%s has not been run in %s, and cannot be converted: %s", foreign->id,
         takeover->session->conn->target, foreign->only_run);
    return fail_hint(ctx, "Run it with %s first. Nothing has been written.", takeover->format->title);
}

/* From what the rows say to what they mean. */
static int rows_complete(struct ctx *ctx, const struct takeover *takeover, const struct map *by_id)
{
    const struct list *foreign = &takeover->foreign;
    bool later = false;
    for (int i = foreign->n - 1; i >= 0; i--) {
        struct foreign *each = foreign->item[i];
        if (takeover->format->history == HISTORY_EACH)
            TRY(needs_check(ctx, takeover, by_id, each));
        if (takeover->format->history == HISTORY_LAST)
            each->applied = each->applied || later;
        if (takeover->format->history == HISTORY_HEADS && each->applied)
            parents_mark(by_id, each);
        else if (takeover->format->history == HISTORY_ROWS && later && !each->applied) {
            fail(ctx, ERR_STATE, "%s has not been run in %s, but a later one has", each->path,
                 takeover->session->conn->target);
            return fail_hint(ctx, "Run it with %s first, or give it the next number. Nothing has been written.",
                             takeover->format->title);
        }
        later = later || each->applied;
    }
    return 0;
}

int history_there(struct ctx *ctx, struct session *session, const struct format *format, bool *exists)
{
    const struct ident_rules *rules = session->conn->dialect->ident;
    struct buf sql;
    struct rows rows;
    if (!format->schema)
        return state_has(ctx, &session->state, format->table, exists);
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "SELECT 1 FROM information_schema.tables WHERE table_schema = ");
    literal_add(&sql, rules, format->schema);
    buf_add(&sql, " AND table_name = ");
    literal_add(&sql, rules, format->table);
    TRY(conn_query(ctx, session->conn, sql.data, NULL, &rows));
    *exists = rows.row.n;
    return 0;
}

static int programs_check(struct ctx *ctx, const struct takeover *takeover)
{
    for (int i = 0; i < takeover->foreign.n; i++)
        TRY(only_run_check(ctx, takeover, takeover->foreign.item[i]));
    return 0;
}

int history_read(struct ctx *ctx, struct takeover *takeover)
{
    const struct format *format = takeover->format;
    struct session *session = takeover->session;
    struct told_history history = {.takeover = takeover};
    bool exists = false;
    if (format->history == HISTORY_NONE)
        return 0;
    TRY(history_there(ctx, session, format, &exists));
    if (!exists)
        return programs_check(ctx, takeover);
    map_init(&history.by_id, ctx->mem);
    map_init(&history.unknown, ctx->mem);
    for (int i = 0; i < takeover->foreign.n; i++) {
        struct foreign *foreign = takeover->foreign.item[i];
        map_set(&history.by_id, foreign->id, foreign);
    }
    TRY(conn_query(ctx, session->conn, format->query, NULL, &history.rows));
    for (int i = 0; i < history.rows.row.n; i++)
        TRY(row_take(ctx, &history, history.rows.row.item[i]));
    TRY(unknown_check(ctx, takeover, &history.unknown));
    TRY(rows_complete(ctx, takeover, &history.by_id));
    return programs_check(ctx, takeover);
}
