/*
 * Which files run: the folder held against the rows of the database.  The version decides what is applied, never a
 * checksum; checksums only tell whether an applied file was changed since, or a file was given another number.
 * Everything that speaks against running is found here, before the first statement.
 */
#include "run/parts.h"

#include "base/map.h"
#include "base/text.h"

/* What 0.8.2 recorded for a file in which it saw no statement: no sign of anything. */
#define EMPTY_CHECKSUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* The journal's word on the text that was run under this name or version; NULL if it has none. */
static const char *journal_checksum(const struct session *session, const char *filename, const char *version)
{
    for (int i = 0; i < session->journal.n; i++) {
        const struct journal_row *row = session->journal.item[i];
        if (text_equal(row->direction, "up") && text_equal(row->outcome, "done") &&
            (text_equal(row->filename, filename) || (version && text_equal(row->version, version))))
            return row->checksum;
    }
    return NULL;
}

/* By version too: a file may have been renamed, but seeds and repeatables have none in the journal. */
bool migration_edited(struct arena *mem, const struct session *session, const struct migration *migration,
                      const struct applied *row)
{
    if (!row->checksum || text_equal(row->checksum, migration->checksum))
        return false;
    const char *name = row->seed ? migration->journal_name : row->filename;
    const char *ran = journal_checksum(session, name, row->seed ? NULL : row->version);
    return !text_equal(ran, migration_tokens(mem, migration));
}

bool repeatable_changed(struct arena *mem, const struct session *session, const struct migration *migration)
{
    const struct applied *row = applied_file(&session->applied, migration->filename);
    if (!row || journal_unfinished(session, migration))
        return true;
    const char *ran = journal_checksum(session, migration->filename, NULL);
    return ran ? !text_equal(ran, migration_tokens(mem, migration)) : !text_equal(row->checksum, migration->checksum);
}

int version_unknown(struct ctx *ctx, const struct session *session, const char *text)
{
    struct names known = {0};
    for (int i = 0; i < session->folder->versioned.n; i++)
        names_add(ctx->mem, &known, ((const struct migration *)session->folder->versioned.item[i])->version);
    const char *nearest = text_nearest(&known, text);
    fail(ctx, ERR_USAGE, "there is no version %s", text);
    if (nearest)
        return fail_hint(ctx, "Did you mean %s? \"dbwarden status\" lists the versions.", nearest);
    return fail_hint(ctx, "\"dbwarden status\" lists the versions.");
}

static int refuse_edited(struct ctx *ctx, const struct migration *migration)
{
    fail(ctx, ERR_STATE, "%s was changed after it was applied", migration->filename);
    fail_hint(ctx,
              "Restore it as it was and put the change into a new migration; comments and white space may differ.");
    return fail_at(ctx, migration->path, 0, 0);
}

static int refuse_renumbered(struct ctx *ctx, const struct migration *migration, const struct applied *gone)
{
    fail(ctx, ERR_STATE, "%s holds the same SQL as version %s, which is applied and whose file %s is gone",
         migration->filename, gone->version, gone->filename);
    fail_hint(ctx, "If the file was renumbered, give it its old name back: its SQL has run already.");
    return fail_at(ctx, migration->path, 0, 0);
}

/* Applied versions without a file, by checksum. */
static void find_gone(struct ctx *ctx, const struct session *session, struct map *gone)
{
    struct names names = {0};
    map_init(gone, ctx->mem);
    for (int i = 0; i < session->applied.n; i++) {
        struct applied *row = session->applied.item[i];
        if (row->number < 0 || folder_version(session->folder, row->number))
            continue;
        names_add(ctx->mem, &names, row->filename);
        if (row->checksum && !text_equal(row->checksum, EMPTY_CHECKSUM))
            map_set(gone, row->checksum, row);
    }
    if (names.n)
        emit_warning(ctx, "applied, but the file is gone: %s", names_join(ctx->mem, &names, ", "));
}

/* 0.8.2's table keeps names of files apart, and not their versions: a file that was renamed could be applied again. */
void twice_warn(struct ctx *ctx, const struct session *session)
{
    struct names names = {0};
    for (int i = 1; i < session->applied.n; i++) {
        const struct applied *before = session->applied.item[i - 1], *row = session->applied.item[i];
        if (row->number >= 0 && row->number == before->number)
            names_add(ctx->mem, &names, arena_printf(ctx->mem, "%s (%s)", row->version, row->filename));
    }
    if (names.n)
        emit_warning(ctx, "recorded as applied more than once: %s; a rollback undoes it once",
                     names_join(ctx->mem, &names, ", "));
}

/* Pending files in order, and on the way everything that speaks against running at all. */
static int find_pending(struct ctx *ctx, struct session *session, struct choice *choice, struct list *pending)
{
    struct map gone;
    int64_t last = -1;
    twice_warn(ctx, session);
    TRY(squashed_check(ctx, session));
    find_gone(ctx, session, &gone);
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        choice->applied += row->number >= 0;
        last = row->number > last ? row->number : last;
    }
    for (int i = 0; i < session->folder->versioned.n; i++) {
        struct migration *migration = session->folder->versioned.item[i];
        const struct applied *row = applied_version(&session->applied, migration->number);
        if (row && migration_edited(ctx->mem, session, migration, row))
            return refuse_edited(ctx, migration);
        if (row)
            continue;
        const struct applied *twin = gone.n ? map_get(&gone, migration->checksum) : NULL;
        if (twin)
            return refuse_renumbered(ctx, migration, twin);
        if (migration->number < last && !migration->needs.n)
            emit_warning(ctx, "%s is out of order: version %lld is applied already", migration->filename,
                         (long long)last);
        list_add(ctx->mem, pending, migration);
    }
    return 0;
}

static int check_options(struct ctx *ctx, const struct migrate_options *options)
{
    if (options->count && options->to_version)
        return fail(ctx, ERR_USAGE, "cannot specify both 'count' and 'to-version'");
    if (options->count < 0)
        return fail(ctx, ERR_USAGE, "'count' must be a positive integer");
    return 0;
}

/* A file up to --to-version may need one beyond it. */
static int check_needs(struct ctx *ctx, const struct session *session, const struct migration *migration, int64_t up_to)
{
    for (int i = 0; i < migration->needs.n; i++) {
        const struct migration *needed = migration->needs.item[i];
        if (needed->number <= up_to || applied_version(&session->applied, needed->number))
            continue;
        fail(ctx, ERR_STATE, "%s depends on %s, which is neither applied nor among the versions asked for",
             migration->filename, needed->filename);
        return fail_hint(ctx, "Use --to-version %s.", needed->version);
    }
    return 0;
}

static int read_target(struct ctx *ctx, const struct session *session, const char *text, int64_t *number)
{
    TRY(version_read(ctx, text, number));
    if (folder_version(session->folder, *number) || applied_version(&session->applied, *number))
        return 0;
    return version_unknown(ctx, session, text);
}

static int cut_pending(struct ctx *ctx, struct session *session, const struct migrate_options *options,
                       const struct list *pending, struct choice *choice)
{
    choice->up_to = INT64_MAX;
    if (options->to_version)
        TRY(read_target(ctx, session, options->to_version, &choice->up_to));
    for (int i = 0; i < pending->n; i++) {
        struct migration *migration = pending->item[i];
        bool taken = migration->number <= choice->up_to && (!options->count || choice->versioned.n < options->count);
        choice->left += !taken;
        if (!taken)
            continue;
        if (!options->baseline)
            TRY(check_needs(ctx, session, migration, choice->up_to));
        list_add(ctx->mem, &choice->versioned, migration);
    }
    return 0;
}

int choice_make(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct choice *choice)
{
    struct list pending = {0};
    *choice = (struct choice){0};
    TRY(check_options(ctx, options));
    TRY(find_pending(ctx, session, choice, &pending));
    TRY(cut_pending(ctx, session, options, &pending, choice));
    if (options->baseline)
        return 0;
    choice->always = session->folder->always;
    for (int i = 0; i < session->folder->on_change.n; i++)
        if (repeatable_changed(ctx->mem, session, session->folder->on_change.item[i]))
            list_add(ctx->mem, &choice->on_change, session->folder->on_change.item[i]);
    return 0;
}

/* What the file says of transactions is said for the engine that it was written for. */
static int marks_make(struct ctx *ctx, struct session *session, struct migration *migration, bool down)
{
    const unsigned char *marks;
    TRY(migration_marks(ctx, session->database->source, migration, down, &marks));
    if (session_translates(session)) {
        TRY(translation_make(ctx, session, migration, down));
        TRY(migration_marks(ctx, session->database->dialect, migration, down, &marks));
    }
    migration->marks[down] = marks;
    return 0;
}

int choice_check(struct ctx *ctx, struct session *session, const struct list *migrations, bool down)
{
    for (int i = 0; i < migrations->n; i++) {
        struct migration *migration = migrations->item[i];
        TRY(migration_check(ctx, migration, down));
        if (!session_translates(session))
            TRY(elsewhere_check(ctx, session, migration, down));
        if (!migration->marks[down])
            TRY(marks_make(ctx, session, migration, down));
        TRY(shared_session_check(ctx, session, migration, down));
    }
    return 0;
}

struct json *report_migration(struct arena *mem, const struct migration *migration, double seconds, int statements)
{
    struct json *entry = json_object(mem);
    json_set_text(mem, entry, "version", migration->version);
    json_set_text(mem, entry, "filename", migration->filename);
    json_set(mem, entry, "seconds", json_real(mem, seconds));
    json_set_int(mem, entry, "statements", statements);
    if (migration->seed)
        json_set_bool(mem, entry, "seed", true);
    return entry;
}

const struct migration *choice_first(const struct choice *choice)
{
    const struct list *const lists[] = {&choice->versioned, &choice->always, &choice->on_change};
    for (int i = 0; i < 3; i++)
        if (lists[i]->n)
            return lists[i]->item[0];
    return NULL;
}
