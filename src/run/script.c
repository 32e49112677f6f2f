/*
 * A migration that is a program.  One in Python runs in the project's own interpreter (models/program.c), in a transaction with
 * its rows of state, so that it is done with them or not at all.  Where DDL commits by itself, and for a shell script,
 * nobody can tie the two together: the journal says before it that it runs, and a run that finds that again asks the user.
 */
#include "run/execution.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

#define SCRIPT_EVIDENCE "program"

bool script_began(const struct journal_row *row)
{
    return text_equal(row->evidence, SCRIPT_EVIDENCE);
}

/* Is it done with its rows of state or not at all? */
static bool is_tied(const struct session *session, const struct migration *migration)
{
    return migration->script == SCRIPT_PYTHON && !migration->takes_file &&
           session->database->dialect->transactional_ddl;
}

static int steps_run(struct ctx *ctx, struct session *session, struct batch_step *step, int n)
{
    struct batch batch = {.step = step, .n = n, .transaction = true};
    return conn_batch(ctx, session->conn, &batch);
}

static int record_step(struct ctx *ctx, struct session *session, const struct migration *migration, bool down,
                       struct batch_step *step)
{
    if (!down) {
        *step = state_record(ctx, &session->state, migration);
        return 0;
    }
    const struct applied *row = applied_version(&session->applied, migration->number);
    if (!row)
        return fail(ctx, ERR_STATE, "%s is not applied", migration->filename);
    *step = state_unrecord(ctx, &session->state, row);
    return 0;
}

/* A run that did not come back: what it did, nobody knows. *skip: it counts as done. */
static int interrupted_check(struct ctx *ctx, const struct session *session, const struct migration *migration,
                             bool down, bool *skip)
{
    const struct journal_row *row = journal_unfinished(session, migration);
    *skip = false;
    if (!row || !unfinished_holds(row) || down != text_equal(row->direction, "down"))
        return 0;
    *skip = text_equal(session->interrupted, "done");
    if (session->interrupted)
        return 0;
    fail(ctx, ERR_STATE, "this was interrupted while it ran, and nobody can tell how far it came");
    interrupted_ask(ctx, down);
    return fail_at(ctx, migration->path, 0, 0);
}

static int copy_refuse(struct ctx *ctx, const struct migration *migration)
{
    fail(ctx, ERR_UNSUPPORTED, "a script is not run on a copy of the database: it could reach the database itself");
    fail_hint(ctx, "Try it on a database of its own, with --url.");
    return fail_at(ctx, migration->path, 0, 0);
}

static int python_run(struct ctx *ctx, struct session *session, const struct migration *migration, bool down,
                      const struct url *url)
{
    struct state *state = &session->state;
    bool tied = is_tied(session, migration), ran;
    struct batch_step record[2 + IN_STEP_STEPS];
    int extra = in_step_add(ctx, session, migration, down, &record[2]);
    TRY(record_step(ctx, session, migration, down, &record[0]));
    record[1] = tied ? journal_whole(ctx, state, migration, down, -1) : journal_done(ctx, state, migration, -1);
    const struct applied made = {.version = migration->version};
    const struct batch_step withdraw = state_unrecord(ctx, state, &made);
    struct program_source source = {
        .path = path_absolute(ctx, migration->path),
        .url = url,
        .what = "migration",
        .function = down ? "rollback" : "upgrade",
        .arguments = 1,
        .record = record,
        .records = 2 + extra,
        .record_last = !tied,
        .withdraw = down || !migration->version ? NULL : &withdraw,
        .limits = session->limits,
        .seconds = session->time_limit,
    };
    return config_program(ctx, session->config, session->database, &source, &ran);
}

/* A copy that only our connection knows, as a file for the time that the program runs. */
static int python_run_carried(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    const struct backup_way *way = session->conn->dialect->driver->backup;
    char path[] = "/tmp/dbwarden-program-XXXXXX.db";
    __attribute__((cleanup(fd_close))) int fd = mkostemps(path, 3, O_CLOEXEC);
    if (fd < 0)
        return fail(ctx, ERR_FILE, "cannot make a file in /tmp: %s", strerror(errno));
    const struct url url = {.dialect = session->conn->dialect->name, .database = path};
    int code = way->save(ctx, session->conn, path);
    code = code < 0 ? code : python_run(ctx, session, migration, down, &url);
    code = code < 0 ? code : way->load(ctx, session->conn, path);
    unlink(path);
    return code;
}

/* In a sandbox or a scratch database the program gets that one. */
static int python_run_there(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    const struct driver *driver = session->conn->dialect->driver;
    if (!session->sandbox)
        return python_run(ctx, session, migration, down, NULL);
    if (!driver->reached)
        return python_run_carried(ctx, session, migration, down);
    return python_run(ctx, session, migration, down, driver->reached(session->conn));
}

/* ---- shell */

/* What a script is told, in its environment; never a password, which it reads from a file that only it has. */
static const char *const *environment(struct ctx *ctx, const struct session *session, bool down, int secret)
{
    struct names env = {0};
    struct arena *mem = ctx->mem;
    names_add(mem, &env, arena_printf(mem, "DBWARDEN_URL=%s", url_bare(mem, &session->database->url)));
    names_add(mem, &env, arena_printf(mem, "DBWARDEN_DATABASE=%s", session->database->name));
    names_add(mem, &env, arena_printf(mem, "DBWARDEN_DIRECTION=%s", down ? "rollback" : "upgrade"));
    if (secret)
        names_add(mem, &env, arena_printf(mem, "DBWARDEN_PASSWORD_FILE=/dev/fd/%d", secret));
    names_add(mem, &env, NULL);
    return (const char *const *)env.item;
}

/* Of a database that is a file: where it is. */
static const char *file_of(struct ctx *ctx, const struct session *session)
{
    const char *file = session->database->url.database;
    if (!session->database->dialect->is_file || !file || strchr(file, ':'))
        return NULL;
    return path_absolute(ctx, session_path(ctx, session, file));
}

static int judge(struct ctx *ctx, const struct session *session, const struct migration *migration,
                 const struct process_result *result)
{
    const char *what = NULL;
    if (result->timed_out)
        what = arena_printf(ctx->mem, "the script took longer than %g s and was ended", session->time_limit);
    else if (result->status)
        what = arena_printf(ctx->mem, "the script ended with status %d", result->status);
    const struct names lines = text_lines(ctx->mem, result->errors ? url_mask(ctx->mem, result->errors) : "");
    const char *last = NULL;
    for (int i = 0; i < lines.n; i++) {
        if (!*text_trim(ctx->mem, lines.item[i]))
            continue;
        last = lines.item[i];
        emit_info(ctx, "%s: %s", migration->filename, last);
    }
    if (!what)
        return 0;
    fail(ctx, ERR_FAILED, "%s%s%s", what, last ? ": " : "", last ? last : "");
    fail_hint(ctx, "What it did until then stays. Fix it, and see to it that it can run again, from its beginning.");
    return fail_at(ctx, migration->path, 0, 0);
}

/*
 * The script does not outlive us, because then nobody holds the lock: what reads from a pipe of ours, and gets its end where we
 * are gone, ends the whole group, whose leader becomes the script.
 */
static const char *leash(struct arena *mem, int pipe)
{
    return arena_printf(mem, "{ read _ <&%d; kill -9 -$$; } >/dev/null 2>&1 & exec \"$@\" %d<&-", pipe, pipe);
}

struct leashed {
    const struct migration *migration;
    bool down;
    const char *program; /* that reads it */
    int pipe;
    int secret; /* 0: none */
};

static int shell_call(struct ctx *ctx, struct session *session, const struct leashed *script)
{
    const struct migration *migration = script->migration;
    bool down = script->down;
    const int pass[] = {script->pipe, script->secret, 0};
    const char *const argv[] = {"sh",
                                "-c",
                                leash(ctx->mem, script->pipe),
                                "sh",
                                script->program,
                                path_absolute(ctx, down ? migration->back : migration->path),
                                file_of(ctx, session),
                                NULL};
    const struct process_spec spec = {
        .argv = argv,
        .folder = session->config->folder,
        .pass_fds = pass,
        .add_env = environment(ctx, session, down, script->secret),
        .seconds = session->time_limit,
        .tells = true,
    };
    struct process_result result;
    int code = process_run(ctx, &spec, &result);
    if (code == ERR_CANCELLED) {
        fail(ctx, ERR_CANCELLED, "interrupted: %s was ended while it ran", migration->filename);
        return fail_hint(ctx, "What it did until then stays; the next run asks whether it counts as done.");
    }
    return code < 0 ? code : judge(ctx, session, migration, &result);
}

static int shell_run(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    const struct secret *password = &session->database->url.password;
    int end[2];
    struct leashed script = {.migration = migration, .down = down, .program = "sh"};
    if (migration->script == SCRIPT_PYTHON)
        TRY(config_python(ctx, session->config, &script.program));
    if (pipe2(end, O_CLOEXEC))
        return fail(ctx, ERR_FILE, "cannot make a pipe: %s", strerror(errno));
    script.pipe = end[0];
    int code = password->text ? process_secret(ctx, password->text, password->length, &script.secret) : 0;
    if (!code)
        code = shell_call(ctx, session, &script);
    fd_close(&end[0]);
    fd_close(&end[1]);
    if (script.secret)
        fd_close(&script.secret);
    return code;
}

/* ---- around it */

static int begin(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    struct batch_step step = journal_begin(ctx, &session->state, migration, down, SCRIPT_EVIDENCE);
    return steps_run(ctx, session, &step, 1);
}

static int finish(struct ctx *ctx, struct session *session, const struct migration *migration, bool down,
                  double seconds)
{
    struct batch_step step[2 + IN_STEP_STEPS];
    TRY(record_step(ctx, session, migration, down, &step[0]));
    step[1] = journal_done(ctx, &session->state, migration, seconds);
    return steps_run(ctx, session, step, 2 + in_step_add(ctx, session, migration, down, &step[2]));
}

/* How long it took, which its own transaction could not know. */
static int took(struct ctx *ctx, struct session *session, const struct migration *migration, double seconds)
{
    struct batch_step step = journal_end(ctx, &session->state, migration, "done", seconds);
    return steps_run(ctx, session, &step, 1);
}

/* It said no, or was ended by its time limit: the next run begins it again. */
static int settle_failure(struct ctx *ctx, struct session *session, const struct migration *migration, double seconds)
{
    struct error error = ctx->error;
    if (error.code == ERR_CANCELLED || error.code == ERR_CONNECT)
        return error.code;
    struct batch_step step = journal_end(ctx, &session->state, migration, "failed", seconds);
    steps_run(ctx, session, &step, 1);
    ctx->error = error;
    return error.code;
}

int script_run(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    double started = clock_monotonic();
    bool skip, tied = is_tied(session, migration);
    if (session->sandbox && (migration->script != SCRIPT_PYTHON || migration->takes_file))
        return copy_refuse(ctx, migration);
    TRY(interrupted_check(ctx, session, migration, down, &skip));
    if (skip)
        return finish(ctx, session, migration, down, -1);
    if (tied) {
        TRY(python_run_there(ctx, session, migration, down));
        return took(ctx, session, migration, clock_monotonic() - started);
    }
    TRY(begin(ctx, session, migration, down));
    bool shell = migration->script == SCRIPT_SHELL || migration->takes_file;
    int code = shell ? shell_run(ctx, session, migration, down) : python_run_there(ctx, session, migration, down);
    double seconds = clock_monotonic() - started;
    if (code < 0)
        return settle_failure(ctx, session, migration, seconds);
    return shell ? finish(ctx, session, migration, down, seconds) : took(ctx, session, migration, seconds);
}
