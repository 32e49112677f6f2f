/*
 * Many databases from one entry of the configuration: which ones there are, and a session on one of them.  They are looked
 * for at the beginning of a run, where the entry's own URL leads to, and are alike in all but their place.
 * Not here: working on many at once (command/every.c).
 */
#include "run/run.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"

/* A pattern is about databases, not about what lies beside them. */
static const char *const companions[] = {"-journal", "-wal", "-shm", "-dbwarden.lock"};

static int fail_targets(struct ctx *ctx, const struct session *session, const char *what)
{
    const struct targets_config *targets = &session->database->targets;
    fail(ctx, ERR_CONFIG, "%s: %s", session->database->name, what);
    return fail_at(ctx, targets->source, targets->line, 0);
}

static struct target_place *place_add(struct ctx *ctx, struct target_places *places, const char *label)
{
    struct target_place *place = NEW(ctx->mem, struct target_place);
    place->label = label;
    list_add(ctx->mem, &places->item, place);
    return place;
}

static bool is_companion(const char *path)
{
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        if (text_ends(path, companions[i]))
            return true;
    return false;
}

/* Patterns that match nothing are another matter than folders that nobody may look into. */
static int glob_failed(const char *path, int number)
{
    (void)path;
    return number != ENOENT && number != ENOTDIR;
}

/* The same for two names of one file. */
static const char *identity_of(struct arena *mem, const struct stat *status)
{
    return arena_printf(mem, "%llu:%llu", (unsigned long long)status->st_dev, (unsigned long long)status->st_ino);
}

/*
 * Of what the pattern matches: databases are plain files, or links to them; folders are passed over, like what lies beside a database. What can
 * be none is an error, because a fleet that is smaller than it looks would be told as done.
 */
static int file_take(struct ctx *ctx, const struct session *session, const char *path, const char *label,
                     struct target_places *places)
{
    struct stat status;
    if (is_companion(path))
        return 0;
    if (stat(path, &status) != 0)
        return fail_targets(ctx, session, arena_printf(ctx->mem, "the target %s is a link that leads nowhere", label));
    if (S_ISDIR(status.st_mode))
        return 0;
    if (!S_ISREG(status.st_mode))
        return fail_targets(ctx, session, arena_printf(ctx->mem, "the target %s is not a plain file", label));
    struct target_place *place = place_add(ctx, places, label);
    place->file = identity_of(ctx->mem, &status);
    return 0;
}

static int files_find(struct ctx *ctx, const struct session *session, struct target_places *places)
{
    const char *folder = session->config->folder, *pattern = session->database->targets.pattern;
    const char *whole = path_join(ctx->mem, folder, pattern);
    size_t before = text_equal(whole, pattern) ? 0 : strlen(whole) - strlen(pattern);
    glob_t found;
    int code = glob(whole, 0, glob_failed, &found), taken = 0;
    for (size_t i = 0; code == 0 && taken == 0 && i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        taken = file_take(ctx, session, path, arena_dup(ctx->mem, path + before), places);
    }
    if (code == 0)
        globfree(&found);
    TRY(taken);
    return code == 0 || code == GLOB_NOMATCH
               ? 0
               : fail_targets(ctx, session, arena_printf(ctx->mem, "a folder of %s cannot be read", pattern));
}

/* Its text is forgotten at once, since there may be a password in it. */
static int place_of_url(struct ctx *ctx, const struct session *session, char *text, struct target_places *places)
{
    struct target_place *place = place_add(ctx, places, NULL);
    const struct dialect *dialect = session->database->dialect;
    int code = url_read(ctx, text, &place->url);
    explicit_bzero(text, strlen(text));
    if (code < 0)
        return fail_targets(ctx, session,
                            arena_printf(ctx->mem, "the query gives what is not a URL: %s", ctx->error.message));
    place->label = url_show(ctx->mem, &place->url);
    if (dialect_of_url(&place->url) == dialect)
        return 0;
    return fail_targets(
        ctx, session,
        arena_printf(ctx->mem, "the query gives %s, which is not a URL of %s", place->label, dialect->title));
}

static int rows_take(struct ctx *ctx, const struct session *session, const struct rows *rows,
                     struct target_places *places)
{
    bool urls = session->database->targets.kind == TARGETS_URLS;
    for (int i = 0; i < rows->row.n; i++) {
        const char *const *cell = rows->row.item[i];
        if (!rows->columns.n || !cell[0] || !*cell[0])
            return fail_targets(ctx, session,
                                arena_printf(ctx->mem, "row %d of the query for targets names none", i + 1));
        if (!utf8_valid(cell[0], strlen(cell[0]), NULL))
            return fail_targets(ctx, session,
                                arena_printf(ctx->mem, "row %d of the query for targets is not text", i + 1));
        if (urls)
            TRY(place_of_url(ctx, session, (char *)(uintptr_t)cell[0], places));
        else
            place_add(ctx, places, cell[0]);
    }
    return 0;
}

/* One that is not there yet will be made: its name in a folder that is there. */
static const char *identity_of_new(struct arena *mem, const char *path)
{
    struct stat status;
    if (stat(path_folder(mem, path), &status) != 0)
        return NULL;
    return arena_printf(mem, "%s/%s", identity_of(mem, &status), path_name(path));
}

/* Files that a query names, by a path or in a URL of SQLite's. */
static void files_look(struct ctx *ctx, const struct session *session, struct target_places *places)
{
    struct stat status;
    for (int i = 0; i < places->item.n; i++) {
        struct target_place *place = places->item.item[i];
        const char *name = place->url.dialect ? place->url.database : place->label;
        const char *path = name ? path_join(ctx->mem, session->config->folder, name) : NULL;
        if (path && stat(path, &status) == 0)
            place->file = identity_of(ctx->mem, &status);
        else if (path)
            place->file = identity_of_new(ctx->mem, path);
    }
}

static int rows_find(struct ctx *ctx, const struct session *session, struct target_places *places)
{
    const struct targets_config *targets = &session->database->targets;
    const struct dialect *dialect = session->database->dialect;
    struct session lookout __attribute__((cleanup(session_close))) = {
        .config = session->config, .database = session->database, .lookout = true, .wait_for_db = session->wait_for_db};
    struct names params = {0};
    struct rows rows;
    TRY(session_connect(ctx, &lookout, true));
    const char *sql = targets->kind == TARGETS_SCHEMAS ? dialect->schemas_like : dialect->databases_like;
    if (!targets->query)
        names_add(ctx->mem, &params, targets->pattern);
    int code = conn_query(ctx, lookout.conn, targets->query ? targets->query : sql, &params, &rows);
    if (code == ERR_CANCELLED)
        return code;
    if (code < 0)
        return fail_targets(ctx, session,
                            arena_printf(ctx->mem, "the targets cannot be found out: %s", ctx->error.message));
    TRY(rows_take(ctx, session, &rows, places));
    if (targets->kind == TARGETS_FILES || (targets->kind == TARGETS_URLS && dialect->is_file))
        files_look(ctx, session, places);
    return 0;
}

/* Two threads in one database would wait for each other, and count it twice. */
static int check_twice(struct ctx *ctx, const struct session *session, const struct target_places *places)
{
    struct map seen, files;
    map_init(&seen, ctx->mem);
    map_init(&files, ctx->mem);
    for (int i = 0; i < places->item.n; i++) {
        struct target_place *place = places->item.item[i];
        if (map_get(&seen, place->label))
            return fail_targets(ctx, session, arena_printf(ctx->mem, "the target %s is there twice", place->label));
        map_set(&seen, place->label, place);
        const struct target_place *same = place->file ? map_get(&files, place->file) : NULL;
        if (same)
            return fail_targets(
                ctx, session,
                arena_printf(ctx->mem, "the targets %s and %s are the same file", same->label, place->label));
        if (place->file)
            map_set(&files, place->file, place);
    }
    return 0;
}

int targets_find(struct ctx *ctx, const struct session *session, struct target_places *places)
{
    const struct targets_config *targets = &session->database->targets;
    if (targets->kind == TARGETS_FILES && targets->pattern)
        TRY(files_find(ctx, session, places));
    else
        TRY(rows_find(ctx, session, places));
    if (places->item.n)
        return check_twice(ctx, session, places);
    if (targets->query)
        return fail_targets(ctx, session, "the query for targets gives no row");
    return fail_targets(ctx, session, arena_printf(ctx->mem, "there is no target like %s", targets->pattern));
}

void targets_close(struct target_places *places)
{
    for (int i = 0; i < places->item.n; i++)
        url_close(&((struct target_place *)places->item.item[i])->url);
    places->item = (struct list){0};
}

void session_aim(struct ctx *ctx, struct session *session, const struct target_place *place)
{
    struct database_config *database = NEW(ctx->mem, struct database_config);
    *database = *session->database;
    session->place = place;
    session->database = database;
    switch (database->targets.kind) {
    case TARGETS_SCHEMAS:
        names_add(ctx->mem, &session->path, place->label);
        for (int i = 0; i < database->targets.search_path.n; i++)
            names_add(ctx->mem, &session->path, database->targets.search_path.item[i]);
        session->state.home = place->label;
        database->filter.usual_only = true;
        break;
    case TARGETS_URLS: database->url = place->url; break;
    default: database->url.database = place->label;
    }
    ctx->database = arena_printf(ctx->mem, "%s:%s", database->name, place->label);
}

/* What is wrong in a file is said by the target that needs it. */
static void share_side(struct ctx *ctx, const struct session *session, struct migration *migration, bool down)
{
    const unsigned char *marks;
    if (migration_marks(ctx, session->database->dialect, migration, down, &marks) == 0)
        migration->marks[down] = marks;
    ctx->error = (struct error){0};
}

int session_share(struct ctx *ctx, struct session *session)
{
    TRY(session_folder(ctx, session));
    const struct list *lists[] = {&session->folder->versioned, &session->folder->always, &session->folder->on_change};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++) {
            struct migration *migration = lists[l]->item[i];
            migration->token_checksum = migration_tokens(ctx->mem, migration);
            share_side(ctx, session, migration, false);
            share_side(ctx, session, migration, true);
        }
    return 0;
}
