/*
 * Copies of a database before it is changed, and bringing one back.  A copy is one file that the engine's own programs can
 * read, and a small JSON file beside it that says whose it is, so that it does not come into another database by mistake.
 * What is not whole never has a backup's name: it is written beside it, synced and then given the name.
 * Not here: how an engine copies (dialect/<engine>/backup.c).
 */
#include "run/run.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "models/models.h"
#include "run/patience.h"
#include "run/watch.h"

#define NOTE_FORMAT 1

static int no_backup(struct ctx *ctx, const struct session *session)
{
    return fail(ctx, ERR_UNSUPPORTED, "backups of %s databases are not there yet", session->database->dialect->title);
}

/* ---- where they lie */

/* Whoever may write into the folder could put another file in a backup's place. */
static int folder_check(struct ctx *ctx, const char *folder)
{
    struct stat status;
    if (stat(folder, &status) != 0)
        return fail(ctx, ERR_FILE, "cannot use the backup folder %s: %s", folder, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return fail(ctx, ERR_FILE, "cannot use the backup folder %s: it is not a folder", folder);
    if (status.st_mode & S_IWOTH) {
        fail(ctx, ERR_FILE, "the backup folder %s can be written by everybody", folder);
        return fail_hint(ctx, "Take that away (chmod o-w %s), or name another with --backup-dir.", folder);
    }
    if (access(folder, W_OK | X_OK) != 0)
        return fail(ctx, ERR_FILE, "cannot write into the backup folder %s: %s", folder, strerror(errno));
    return 0;
}

/* A new one is for us alone; its parents are as any folder. */
static int folder_prepare(struct ctx *ctx, const char *folder)
{
    if (folder_exists(folder))
        return folder_check(ctx, folder);
    TRY(folder_make(ctx, path_folder(ctx->mem, folder)));
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(ctx, ERR_FILE, "cannot make the backup folder %s: %s", folder, strerror(errno));
    return folder_check(ctx, folder);
}

static char *note_path(struct arena *mem, const char *path)
{
    return arena_printf(mem, "%s.json", path);
}

/* backup_primary_20261121_032533.db: 0.8.2's name with the database in it. */
static char *new_path(struct ctx *ctx, const struct session *session, const char *folder)
{
    const char *ending = session->database->dialect->driver->backup->ending;
    const char *stamp = text_replace(ctx->mem, clock_iso(ctx->mem, clock_now_ms()), "-", "");
    stamp = text_replace(ctx->mem, text_replace(ctx->mem, stamp, ":", ""), "T", "_");
    stamp = text_replace(ctx->mem, stamp, "Z", "");
    const char *stem = arena_printf(ctx->mem, "backup_%s_%s", session->database->name, stamp);
    char *path = path_join(ctx->mem, folder, arena_printf(ctx->mem, "%s.%s", stem, ending));
    for (int i = 2; file_exists(path) || file_exists(note_path(ctx->mem, path)); i++)
        path = path_join(ctx->mem, folder, arena_printf(ctx->mem, "%s_%d.%s", stem, i, ending));
    return path;
}

/* ---- whose they are */

static const char *last_version(const struct session *session)
{
    const char *version = NULL;
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        if (row->number >= 0)
            version = row->version;
    }
    return version;
}

static struct json *note_make(struct ctx *ctx, const struct session *session)
{
    struct json *note = json_object(ctx->mem);
    json_set_int(ctx->mem, note, "format", NOTE_FORMAT);
    json_set_text(ctx->mem, note, "database", session->database->name);
    json_set_text(ctx->mem, note, "type", session->database->dialect->name);
    json_set_text(ctx->mem, note, "target", session->conn->target);
    json_set_text(ctx->mem, note, "server", session->conn->version_text);
    json_set_text(ctx->mem, note, "version", last_version(session));
    json_set_text(ctx->mem, note, "taken_at", clock_iso(ctx->mem, clock_now_ms()));
    json_set_text(ctx->mem, note, "tool", DBW_VERSION);
    return note;
}

static int note_read(struct ctx *ctx, const char *path, struct json **note)
{
    char *text;
    size_t length;
    *note = NULL;
    if (!file_exists(path))
        return 0;
    TRY(file_read(ctx, path, 1 << 20, &text, &length));
    TRY(json_read(ctx, path, text, length, note));
    if ((*note)->type == JSON_OBJECT && json_get_text(*note, "type") && json_get_text(*note, "target"))
        return 0;
    return fail(ctx, ERR_FILE, "%s does not say which database the backup beside it is of", path);
}

/* Of another engine it is no use; of another database it may be meant. */
static int note_check(struct ctx *ctx, const struct session *session, const struct restore_options *options,
                      const struct json *note)
{
    const char *title = session->database->name, *type = json_get_text(note, "type");
    if (type && !text_equal(type, session->database->dialect->name))
        return fail(ctx, ERR_USAGE, "%s is of a %s database, and '%s' is %s", options->file, type, title,
                    session->database->dialect->title);
    if (options->force)
        return 0;
    if (!note) {
        fail(ctx, ERR_USAGE, "nothing says which database %s is of: %s is missing", options->file,
             note_path(ctx->mem, options->file));
        return fail_hint(ctx, "Give --force if it is of the database '%s' (%s).", title, session->conn->target);
    }
    if (text_equal(json_get_text(note, "target"), session->conn->target) &&
        text_equal(json_get_text(note, "database"), title))
        return 0;
    fail(ctx, ERR_USAGE, "%s is a backup of the database '%s' (%s), not of '%s' (%s)", options->file,
         json_get_text(note, "database"), json_get_text(note, "target"), title, session->conn->target);
    return fail_hint(ctx, "Choose the database with -d, or give --force to bring it into this one all the same.");
}

/* ---- taking one */

static int save(struct ctx *ctx, struct session *session, const char *path)
{
    char *temporary;
    const char *note = note_path(ctx->mem, path);
    TRY(file_begin(ctx, path, &temporary));
    int code = session->database->dialect->driver->backup->save(ctx, session->conn, temporary);
    if (code == 0) {
        const char *text = json_text(ctx->mem, note_make(ctx, session), JSON_INDENTED);
        code = file_write(ctx, note, text, strlen(text), 0600);
    }
    if (code == 0)
        code = file_finish(ctx, temporary, path);
    if (code == 0)
        return 0;
    struct error error = ctx->error;
    file_drop(temporary);
    file_remove(ctx, note);
    ctx->error = error;
    return code;
}

static const char *folder_of(struct ctx *ctx, const struct session *session, const char *folder)
{
    return folder ? folder : path_join(ctx->mem, session->config->folder, "backups");
}

int backup_check(struct ctx *ctx, const struct session *session, const char *folder)
{
    if (!session->database->dialect->driver->backup)
        return no_backup(ctx, session);
    folder = folder_of(ctx, session, folder);
    return access(folder, F_OK) == 0 ? folder_check(ctx, folder) : 0;
}

int backup_take(struct ctx *ctx, struct session *session, const char *folder, const char **path)
{
    struct stat status;
    double began = clock_monotonic();
    TRY(backup_check(ctx, session, folder));
    folder = folder_of(ctx, session, folder);
    TRY(folder_prepare(ctx, folder));
    *path = new_path(ctx, session, folder);
    emit_info(ctx, "Backing up %s ...", session->conn->target);
    int code = save(ctx, session, *path);
    if (code < 0) {
        if (code != ERR_CANCELLED && !ctx->error.hint)
            fail_hint(ctx, "Nothing was run: there is no migration without the backup that was asked for.");
        return code;
    }
    long long bytes = stat(*path, &status) ? 0 : (long long)status.st_size;
    emit_info(ctx, "Backup created: %s (%lld bytes, %.2fs)", path_near(ctx, *path), bytes, clock_monotonic() - began);
    return 0;
}

/* ---- bringing one back */

static int confirm(struct ctx *ctx, const struct session *session, const struct restore_options *options,
                   const struct json *note)
{
    const char *version = note ? json_get_text(note, "version") : NULL;
    if (options->yes)
        return 0;
    if (!ctx->ask) {
        fail(ctx, ERR_USAGE, "restore replaces everything in '%s' (%s), and nobody is here to ask",
             session->database->name, session->conn->target);
        return fail_hint(ctx, "Give --yes if that is meant.");
    }
    const char *of = note ? json_get_text(note, "taken_at") : NULL;
    const char *answer =
        ctx->ask(ctx->sink, arena_printf(ctx->mem, "Replace everything in '%s' (%s) by the backup%s%s%s%s? [y/N] ",
                                         session->database->name, session->conn->target, of ? " of " : "", of ? of : "",
                                         version ? ", version " : "", version ? version : ""));
    if (answer && (text_equal_nocase(answer, "y") || text_equal_nocase(answer, "yes")))
        return 0;
    return fail(ctx, ERR_CANCELLED, "nothing was restored");
}

static int stopped(struct ctx *ctx, const struct session *session, const char *file, bool begun)
{
    if (ctx->error.hint)
        return ERR_CANCELLED;
    if (begun && session->database->dialect->state->create_restoring) {
        fail(ctx, ERR_CANCELLED, "interrupted: %s is half restored", session->conn->target);
        return fail_hint(ctx, "`dbwarden restore %s` begins again; nothing else is run on the database before that.",
                         file);
    }
    fail(ctx, ERR_CANCELLED, "interrupted: %s is as it was", session->conn->target);
    return fail_hint(ctx, "`dbwarden restore %s` begins again.", file);
}

typedef int backup_step(struct ctx *ctx, struct conn *conn, const char *path);

/* A database is seldom idle: who holds what has to go is told, and it is tried again. */
static int step_patiently(struct ctx *ctx, struct session *session, const char *path, backup_step *step)
{
    __attribute__((cleanup(watcher_close))) struct watcher watcher;
    struct patience patience = {0};
    const char *what = arena_printf(ctx->mem, "restore of %s", path);
    int code;
    watcher_open(&watcher, session);
    watcher_file(&watcher, what, 0);
    do {
        ctx->error = (struct error){0};
        watcher_begin(&watcher, 0);
        code = step(ctx, session->conn, path);
        watcher_end(&watcher);
    } while (code < 0 && patience_wait(ctx, session, &patience, what));
    return code < 0 ? ctx->error.code : code;
}

static int check_patiently(struct ctx *ctx, struct session *session, const char *path, backup_step *check)
{
    static const char busy[] =
        "Nothing was changed: others use the database. Run restore again once they are done, or let it "
        "try for longer: --retry-for SECONDS.";
    int code = step_patiently(ctx, session, path, check);
    if (code == ERR_SQL)
        fail_hint(ctx, "%s", ctx->error.passing ? busy : "Nothing was changed.");
    return code;
}

static int bring_back(struct ctx *ctx, struct session *session, const struct restore_options *options, bool *begun)
{
    const struct backup_way *way = session->database->dialect->driver->backup;
    TRY(lock_acquire(ctx, &session->state, session->wait_for_runner, &session->lock));
    TRY(lock_show(session->lock, lock_at(ctx->mem, arena_printf(ctx->mem, "restore of %s", options->file), 0, 0)));
    emit_info(ctx, "Restoring %s from %s ...", session->conn->target, options->file);
    if (way->check)
        TRY(check_patiently(ctx, session, options->file, way->check));
    *begun = true;
    TRY(restoring_begin(ctx, &session->state, options->file));
    TRY(step_patiently(ctx, session, options->file, way->load));
    session->state.home = NULL;
    return restoring_end(ctx, &session->state);
}

/* What is empty would be a database without anything to SQLite, and whoever reads a pipe waits for its other end. */
static int check_file(struct ctx *ctx, const char *path)
{
    char head[1];
    size_t length = 0;
    if (access(path, R_OK) != 0)
        return errno == ENOENT ? fail(ctx, ERR_FILE, "no such backup: %s", path)
                               : fail(ctx, ERR_FILE, "cannot read the backup %s: %s", path, strerror(errno));
    TRY(file_head(ctx, path, head, sizeof head, &length));
    if (length)
        return 0;
    fail(ctx, ERR_FILE, "%s is empty, which no backup is", path);
    return fail_hint(ctx, "Nothing was changed. Take another backup.");
}

int restore_run(struct ctx *ctx, struct session *session, const struct restore_options *options, struct json *report)
{
    bool begun = false;
    const struct backup_way *way = session->database->dialect->driver->backup;
    struct json *note;
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set_text(ctx->mem, report, "file", options->file);
    json_set_text(ctx->mem, report, "version", NULL);
    if (!way)
        return no_backup(ctx, session);
    TRY(check_file(ctx, options->file));
    TRY(note_read(ctx, note_path(ctx->mem, options->file), &note));
    TRY(session_connect(ctx, session, false));
    TRY(note_check(ctx, session, options, note));
    TRY(confirm(ctx, session, options, note));
    int code = bring_back(ctx, session, options, &begun);
    if (code < 0)
        return code == ERR_CANCELLED ? stopped(ctx, session, options->file, begun) : code;
    TRY(session_reload(ctx, session));
    json_set_text(ctx->mem, report, "version", last_version(session));
    return 0;
}
