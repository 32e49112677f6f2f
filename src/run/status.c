/*
 * Files against rows, for people and scripts that only look: nothing is changed, no lock is taken, and what would make
 * migrate fail is a status here.
 */
#include "run/parts.h"

#include "base/text.h"

enum { APPLIED, PENDING, MISSING, EDITED, UNFINISHED, BROKEN, STATUSES };
static const char *const status_name[STATUSES] = {"applied", "pending", "missing", "edited", "unfinished", "broken"};

struct counting {
    struct ctx *ctx;
    struct session *session;
    struct json *list;
    int n[STATUSES];
};

static struct json *add(struct counting *counting, int status, const char *version, const char *filename)
{
    struct arena *mem = counting->ctx->mem;
    struct json *entry = json_object(mem);
    json_set_text(mem, entry, "status", status_name[status]);
    json_set_text(mem, entry, "version", version);
    json_set_text(mem, entry, "filename", filename);
    json_add(mem, counting->list, entry);
    counting->n[status]++;
    return entry;
}

static int status_of(const struct counting *counting, const struct migration *migration, const struct applied *row)
{
    if (journal_unfinished(counting->session, migration))
        return UNFINISHED;
    if (row)
        return migration_edited(counting->ctx->mem, counting->session, migration, row) ? EDITED : APPLIED;
    return migration->up_error ? BROKEN : PENDING;
}

static void add_row(struct counting *counting, int status, const struct migration *migration, const struct applied *row)
{
    struct arena *mem = counting->ctx->mem;
    struct json *entry = add(counting, status, migration ? migration->version : row->version,
                             migration ? migration->filename : row->filename);
    json_set_text(mem, entry, "applied_at", row ? row->applied_at : NULL);
    if (status == BROKEN)
        json_set_text(mem, entry, "error", migration->up_error->message);
}

/* Of a file that is gone. */
static const struct journal_row *unfinished_version(const struct session *session, int64_t number)
{
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (!row->seed && row->number == number && unfinished_holds(row))
            return row;
    }
    return NULL;
}

/* Interrupted files without a row and a file, from this number to below that one. */
static void add_gone(struct counting *counting, int64_t from, int64_t below)
{
    const struct session *session = counting->session;
    for (int64_t number = from; number < below; number++) {
        const struct journal_row *next = NULL;
        for (int i = 0; i < session->unfinished.n; i++) {
            const struct journal_row *row = session->unfinished.item[i];
            if (!row->seed && row->number >= number && row->number < below && (!next || row->number < next->number) &&
                unfinished_holds(row) && unfinished_gone(session, row) && text_equal(row->direction, "up"))
                next = row;
        }
        if (!next)
            return;
        json_set_text(counting->ctx->mem, add(counting, UNFINISHED, next->version, next->filename), "applied_at", NULL);
        number = next->number;
    }
}

/* What has no file and comes from this number to below that one: rows of state and, among them, of the journal. */
static int add_missing(struct counting *counting, int from, int64_t number, int64_t below)
{
    const struct list *applied = &counting->session->applied;
    for (; from < applied->n; from++) {
        const struct applied *row = applied->item[from];
        if (row->number < 0 || row->number >= below)
            break;
        add_gone(counting, number, row->number);
        number = row->number + 1;
        if (!folder_version(counting->session->folder, row->number))
            add_row(counting, unfinished_version(counting->session, row->number) ? UNFINISHED : MISSING, NULL, row);
    }
    add_gone(counting, number, below);
    return from;
}

static void add_repeatables(struct counting *counting, const struct list *files, struct json *list)
{
    struct arena *mem = counting->ctx->mem;
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        const struct applied *row = applied_file(&counting->session->applied, migration->filename);
        bool due = migration->type == MIGRATION_RUNS_ALWAYS ||
                   repeatable_changed(counting->ctx->mem, counting->session, migration);
        struct json *entry = json_object(mem);
        json_set_text(mem, entry, "status", due ? "pending" : "applied");
        json_set_text(mem, entry, "type", migration_type_name(migration->type));
        json_set_text(mem, entry, "filename", migration->filename);
        json_set_text(mem, entry, "applied_at", row ? row->applied_at : NULL);
        json_add(mem, list, entry);
    }
}

/* What is wrong with them is not a reason to say nothing of migrations. */
static int warn_about_seeds(struct ctx *ctx)
{
    TRY(ctx_check(ctx));
    emit_warning_at(ctx, ctx->error.place, "%s", ctx->error.message);
    ctx->error = (struct error){0};
    return 0;
}

/* Of a cluster: whatever is not on all of its servers alike. */
static int replicas_report(struct ctx *ctx, struct session *session, struct json *report)
{
    const struct dialect *dialect = session->conn->dialect;
    struct names found = {0};
    if (!dialect->replicas_differ || !session->database->cluster)
        return 0;
    TRY(dialect->replicas_differ(ctx, session->conn, &found));
    struct json *list = json_array(ctx->mem);
    for (int i = 0; i < found.n; i++) {
        json_add(ctx->mem, list, json_string(ctx->mem, found.item[i]));
        emit_warning(ctx, "of the cluster %s, %s", session->database->cluster, found.item[i]);
    }
    json_set(ctx->mem, report, "replicas_differ", list);
    return 0;
}

int status_run(struct ctx *ctx, struct session *session, struct json *report)
{
    struct counting counting = {.ctx = ctx, .session = session, .list = json_array(ctx->mem)};
    json_set_text(ctx->mem, report, "database", session->database->name);
    TRY(session_folder(ctx, session));
    if (session_seeds(ctx, session) < 0)
        TRY(warn_about_seeds(ctx));
    TRY(session_connect(ctx, session, true));
    TRY(session_seed_rows(ctx, session));
    twice_warn(ctx, session);
    int row = 0;
    int64_t number = 0;
    const struct list *files = &session->folder->versioned;
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        row = add_missing(&counting, row, number, migration->number);
        number = migration->number;
        const struct applied *applied = applied_version(&session->applied, migration->number);
        add_row(&counting, status_of(&counting, migration, applied), migration, applied);
    }
    add_missing(&counting, row, number, INT64_MAX);
    struct json *repeatables = json_array(ctx->mem);
    add_repeatables(&counting, &session->folder->always, repeatables);
    add_repeatables(&counting, &session->folder->on_change, repeatables);
    json_set(ctx->mem, report, "migrations", counting.list);
    json_set(ctx->mem, report, "repeatables", repeatables);
    for (int i = 0; i < STATUSES; i++)
        json_set_int(ctx->mem, report, status_name[i], counting.n[i]);
    json_set_int(ctx->mem, report, "total", files->n);
    TRY(replicas_report(ctx, session, report));
    return seeds_report(ctx, session, report);
}
