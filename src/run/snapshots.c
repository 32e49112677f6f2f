/*
 * The snapshots of a project: where they lie, which one counts, and taking one after a run.
 * A snapshot counts only if the version that it was taken after is applied, so the newest file is not always the one; it
 * is a memory and no truth, and where the live schema can be read, only its spellings and its owners are taken from it.
 */
#include "run/events.h"
#include "run/parts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "models/models.h"

/* With --dev another database has the same versions, so it has a memory of its own. */
static const char *folder_of(struct arena *mem, const struct session *session)
{
    bool dev = session->config->dev && !session->as_source;
    return path_join(mem, session->config->folder, dev ? "dbwarden/schemas/dev" : "dbwarden/schemas");
}

char *snapshot_path(struct arena *mem, const struct session *session, const char *stem)
{
    return path_join(mem, folder_of(mem, session), arena_printf(mem, "%s.schema.json", stem));
}

static const char *stem_of(struct arena *mem, const char *filename)
{
    for (int kind = 0; kind < SCRIPTS; kind++)
        if (text_ends(filename, script_kinds[kind].suffix))
            return arena_copy(mem, filename, strlen(filename) - strlen(script_kinds[kind].suffix));
    return filename;
}

/*
 * Files of several databases may have one name; then the database's is put before it, as it is in the names that are made
 * here.  Without several, and in older files, the stem alone is the name.
 */
static const char *own_stem(struct arena *mem, const struct session *session, const char *stem)
{
    const char *prefix = arena_printf(mem, "%s__", session->database->name);
    bool alone = session->config->databases.n + session->config->left_out.n < 2;
    return alone || text_starts(stem, prefix) ? stem : arena_printf(mem, "%s%s", prefix, stem);
}

/* The snapshot after an applied version, under its file's name or as 0.8.2's baseline; NULL. */
static const char *file_behind(struct arena *mem, const struct session *session, const struct applied *row)
{
    const char *stem = stem_of(mem, row->filename ? row->filename : "");
    const char *stems[] = {own_stem(mem, session, stem), stem, arena_printf(mem, "baseline-%s", row->version)};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        const char *path = snapshot_path(mem, session, stems[i]);
        if (file_exists(path))
            return path;
    }
    return NULL;
}

static const char *newest_applied(struct arena *mem, const struct session *session, const struct list *applied)
{
    const char *found = NULL;
    for (int i = applied->n - 1; i >= 0 && !found; i--) {
        const struct applied *row = applied->item[i];
        struct arena_mark mark = arena_save(mem);
        if (row->number >= 0)
            found = file_behind(mem, session, row);
        if (!found)
            arena_rewind(mem, mark);
    }
    return found;
}

/* Does a file of the snapshot folder belong to this database, and after which version? -1 if not. */
static int64_t number_of(struct arena *mem, const struct session *session, const char *name)
{
    static const char end[] = ".schema.json";
    if (!text_ends(name, end) || *name == '.')
        return -1;
    const char *stem = arena_copy(mem, name, strlen(name) - (sizeof end - 1));
    struct snapshot named = {.migration_id = stem};
    if (session->folder) {
        const char *prefix = arena_printf(mem, "%s__", session->database->name);
        const char *filename = arena_printf(mem, "%s.sql", stem);
        const char *bare = text_starts(filename, prefix) ? filename + strlen(prefix) : filename;
        for (int i = 0; i < session->folder->versioned.n; i++) {
            const struct migration *migration = session->folder->versioned.item[i];
            if (text_equal(migration->filename, filename) || text_equal(migration->filename, bare))
                return migration->number;
        }
    }
    const char *own = arena_printf(mem, "%s__", session->database->name);
    bool ours = text_starts(stem, own) || (session->database->is_default && text_starts(stem, "default__"));
    if (ours)
        named.migration_id = strstr(stem, "__") + 2;
    return ours || (session->database->is_default && text_starts(stem, "baseline-")) ? snapshot_number(&named) : -1;
}

static int newest_of_all(struct ctx *ctx, const struct session *session, const char **found)
{
    const char *folder = folder_of(ctx->mem, session);
    struct names names;
    int64_t highest = -1;
    *found = NULL;
    if (!folder_exists(folder))
        return 0;
    TRY(folder_list(ctx, folder, &names));
    for (int i = 0; i < names.n; i++) {
        int64_t number = number_of(ctx->mem, session, names.item[i]);
        if (number <= highest)
            continue;
        highest = number;
        *found = path_join(ctx->mem, folder, names.item[i]);
    }
    return 0;
}

/* From when two databases wrote files of one name. */
static bool is_of_another(const struct session *session, const struct snapshot *snapshot)
{
    const struct list *databases = &session->config->databases;
    for (int i = 0; i < databases->n; i++) {
        const struct database_config *database = databases->item[i];
        if (!text_equal(database->name, session->database->name) && text_equal(snapshot->database_name, database->name))
            return true;
    }
    return false;
}

int snapshot_latest(struct ctx *ctx, const struct session *session, const struct list *applied,
                    struct snapshot **snapshot)
{
    const char *path = NULL;
    *snapshot = NULL;
    if (applied)
        path = newest_applied(ctx->mem, session, applied);
    else
        TRY(newest_of_all(ctx, session, &path));
    if (!path)
        return 0;
    TRY(snapshot_read(ctx, path, snapshot));
    if (is_of_another(session, *snapshot)) {
        *snapshot = NULL;
        return 0;
    }
    const char *type = (*snapshot)->database_type;
    if (!type || text_equal(type, session->database->dialect->name))
        return 0;
    emit_warning_at(ctx, (struct place){.file = path}, "is of a %s database and is not used for this one", type);
    *snapshot = NULL;
    return 0;
}

/* The version that is last now; NULL if none is applied. */
static const struct applied *last_applied(const struct session *session)
{
    const struct applied *last = NULL;
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        if (row->number >= 0)
            last = row;
    }
    return last;
}

/* A damaged one must not keep a new one from being written; make-migrations complains about it. */
static struct snapshot *memory_before(struct ctx *ctx, const struct session *session)
{
    struct snapshot *before = NULL;
    if (snapshot_latest(ctx, session, &session->applied, &before) < 0) {
        emit_warning(ctx, "%s", ctx->error.message);
        ctx->error = (struct error){0};
    }
    return before;
}

/* Of a rolled back version perhaps, whose spellings still hold for what is left. */
static struct snapshot *memory_newest(struct ctx *ctx, const struct session *session)
{
    struct snapshot *newest = NULL;
    const char *path;
    if (newest_of_all(ctx, session, &path) < 0 || !path ||
        text_equal(path, newest_applied(ctx->mem, session, &session->applied)) || snapshot_read(ctx, path, &newest) < 0)
        ctx->error = (struct error){0};
    return newest && text_equal(newest->database_type, session->database->dialect->name) ? newest : NULL;
}

static int fill(struct ctx *ctx, struct session *session, struct snapshot *snapshot)
{
    struct snapshot *before = memory_before(ctx, session);
    struct snapshot *newest = memory_newest(ctx, session);
    /* Newest spellings first: the one that is found first stays. After a rollback, older ones count again. */
    TRY(memory_of_plans(ctx, session, before ? snapshot_number(before) : -1, snapshot->tree));
    if (before && !before->legacy)
        memory_carry(ctx->mem, snapshot->tree, before->tree);
    if (newest && !newest->legacy)
        memory_carry(ctx->mem, snapshot->tree, newest->tree);
    struct list events;
    TRY(events_known(ctx, session, &events));
    snapshot->events = events.n ? events_json(ctx->mem, &events) : NULL;
    return owned_read(ctx, session, before, snapshot->tree);
}

/* Repeatable files run again and again, and mostly make what is there: a file that differs in its time alone is noise. */
static bool is_remembered(struct ctx *ctx, const char *path, const struct snapshot *snapshot)
{
    struct snapshot *there, again = *snapshot;
    char *text;
    size_t length;
    if (!file_exists(path))
        return false;
    if (file_read(ctx, path, 0, &text, &length) < 0 || snapshot_from_text(ctx, path, text, length, &there) < 0) {
        ctx->error = (struct error){0}; /* a damaged one is written anew */
        return false;
    }
    again.applied_at = there->applied_at;
    return text_equal(text, snapshot_to_text(ctx->mem, &again));
}

static int take(struct ctx *ctx, struct session *session, bool if_changed)
{
    TRY(session_folder(ctx, session));
    TRY(session_reload(ctx, session));
    const struct applied *last = last_applied(session);
    if (!last)
        return 0;
    const struct database_config *database = session->database;
    struct snapshot snapshot = {
        .migration_id = stem_of(ctx->mem, last->filename),
        .database_name = database->name,
        .database_type = database->dialect->name,
        .applied_at = clock_iso(ctx->mem, clock_now_ms()),
    };
    TRY(database->dialect->load(ctx, session->conn, &database->filter, &snapshot.tree));
    TRY(fill(ctx, session, &snapshot));
    const char *path = snapshot_path(ctx->mem, session, own_stem(ctx->mem, session, snapshot.migration_id));
    if (if_changed && is_remembered(ctx, path, &snapshot))
        return 0;
    TRY(snapshot_write(ctx, path, &snapshot));
    session->snapshot = path;
    emit_info(ctx, "Schema snapshot written: %s", path_near(ctx, path));
    return 0;
}

/* The one of the last version was never written if the run was killed between its commit and that. */
int snapshot_catch_up(struct ctx *ctx, struct session *session)
{
    const struct applied *last = last_applied(session);
    if (!last || !session->database->dialect->load || session->sandbox || session->many || session->no_snapshot)
        return 0;
    folder_tidy(folder_of(ctx->mem, session));
    struct snapshot *there = NULL;
    if (file_behind(ctx->mem, session, last) &&
        (session->config->databases.n < 2 || (snapshot_latest(ctx, session, &session->applied, &there) == 0 && there)))
        return 0;
    ctx->error = (struct error){0};
    return snapshot_take(ctx, session);
}

static void take_or_warn(struct ctx *ctx, struct session *session, bool if_changed)
{
    if (!session->database->dialect->load || session->sandbox || session->many || session->no_snapshot ||
        take(ctx, session, if_changed) >= 0)
        return;
    emit_warning(ctx, "the schema snapshot was not written: %s", ctx->error.message);
    ctx->error = (struct error){0};
}

int snapshot_take(struct ctx *ctx, struct session *session)
{
    take_or_warn(ctx, session, false);
    return 0;
}

void snapshot_renew(struct ctx *ctx, struct session *session)
{
    folder_tidy(folder_of(ctx->mem, session));
    take_or_warn(ctx, session, true);
}
