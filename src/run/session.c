/*
 * A session is one database of the configuration while a command works on it: its connection, its lock, the files of
 * its folder and the rows of its tables.  Everything is opened when it is first asked for, and files always before
 * the database, so that what is wrong with them is said without touching it.
 */
#include "run/parts.h"
#include "run/patience.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define WAIT_TOLD_SECONDS 10.0

/* A limit that nobody set is the engine's. */
static struct limits limits_of(const struct database_config *database)
{
    double lock = database->lock_timeout;
    return (struct limits){lock < 0 ? database->dialect->lock_seconds : lock, database->statement_timeout};
}

/* "tenants:tenant_7": the names of databases have no colon. */
static int open_named(struct ctx *ctx, const struct config *config, const char *database, struct session *session)
{
    const char *colon = database ? strchr(database, ':') : NULL;
    struct database_config *found;
    TRY(config_database(ctx, config, colon ? arena_copy(ctx->mem, database, (size_t)(colon - database)) : database,
                        &found));
    session->wanted = colon ? arena_dup(ctx->mem, colon + 1) : NULL;
    session->database = found;
    if (!colon || found->targets.kind)
        return 0;
    fail(ctx, ERR_USAGE, "%s has no targets, so none of them can be %s", found->name, colon + 1);
    return fail_hint(ctx, "A database with targets is many that are alike; see docs/fleets.md.");
}

int session_open(struct ctx *ctx, const struct config *config, const char *database, struct session *session)
{
    *session = (struct session){.config = config};
    TRY(open_named(ctx, config, database, session));
    const struct database_config *found = session->database;
    session->wait_for_runner = found->wait_for_runner;
    session->wait_for_db = found->wait_for_db;
    session->retry_for = found->retry_for;
    session->limits = limits_of(found);
    session->state = (struct state){NULL, found->migration_table, found->seed_table, found->layout};
    session->no_snapshot = found->layout != LAYOUT_DBWARDEN;
    ctx->database = found->name;
    ctx->engine = found->dialect->name;
    return 0;
}

/* Containers start together: what means that the server is not up yet is tried again, if the user is willing to wait. */
static int connect_patiently(struct ctx *ctx, struct session *session, const struct conn_options *options)
{
    const struct database_config *database = session->database;
    double began = clock_monotonic(), told = -WAIT_TOLD_SECONDS, pause = 0.1;
    for (;;) {
        int code = conn_open(ctx, database->dialect, &database->url, options, &session->conn);
        double waited = clock_monotonic() - began, left = session->wait_for_db - waited;
        if (code != ERR_CONNECT || !ctx->error.passing || session->wait_for_db <= 0)
            return code;
        if (left <= 0) {
            ctx->error.message = arena_printf(ctx->mem, "%s, for %.0f seconds", ctx->error.message, waited);
            return code;
        }
        if (waited - told >= WAIT_TOLD_SECONDS) {
            emit_info(ctx, "waiting for the database, up to %.0f seconds more: %s", left, ctx->error.message);
            told = waited;
        }
        ctx_sleep(ctx, pause < left ? pause : left);
        TRY(ctx_check(ctx));
        pause = pause * 2 < 1 ? pause * 2 : 1;
    }
}

static int choose_target(struct ctx *ctx, struct session *session)
{
    TRY(targets_find(ctx, session, &session->chosen));
    const struct list *all = &session->chosen.item;
    const struct target_place *place = session->wanted ? NULL : all->item[0];
    struct names known = {0};
    for (int i = 0; i < all->n && !place; i++) {
        const struct target_place *each = all->item[i];
        names_add(ctx->mem, &known, each->label);
        if (text_equal(each->label, session->wanted))
            place = each;
    }
    if (!place) {
        const char *near = text_nearest(&known, session->wanted);
        fail(ctx, ERR_USAGE, "%s has no target %s", session->database->name, session->wanted);
        return near ? fail_hint(ctx, "Did you mean %s?", near) : ERR_USAGE;
    }
    session_aim(ctx, session, place);
    if (!session->wanted && all->n > 1)
        emit_debug(ctx, "%s stands for all %d targets", place->label, all->n);
    return 0;
}

static int options_check(struct ctx *ctx, const struct session *session)
{
    const struct database_config *database = session->database;
    struct names known = {0};
    if (!database->url.keys.n || !database->dialect->driver->url_options)
        return 0;
    TRY(database->dialect->driver->url_options(ctx, &known));
    return url_check_options(ctx, &database->url, &known, database->dialect->title);
}

int session_connect(struct ctx *ctx, struct session *session, bool read_only)
{
    if (session->conn && (!session->read_only || read_only))
        return 0;
    if (session->offline) {
        fail(ctx, ERR_USAGE, "this cannot be done without the database, and --offline leaves it alone");
        return fail_hint(ctx, "Say it without --offline.");
    }
    if (session->unreachable.code) {
        ctx->error = session->unreachable;
        return ctx->error.code;
    }
    if (!session->conn)
        TRY(options_check(ctx, session));
    conn_close(&session->conn);
    if (session->database->targets.kind && !session->place && !session->lookout)
        TRY(choose_target(ctx, session));
    const struct database_config *database = session->database;
    struct conn_options options = {.read_only = read_only, .app_folder = session->config->folder};
    options.cluster = database->cluster;
    if (session->path.n)
        options.path = &session->path;
    if (!read_only) /* who only reads stops nobody, and may wait for what is being changed */
        options.limits = &session->limits;
    int code = connect_patiently(ctx, session, &options);
    if (code == ERR_CONNECT)
        session->unreachable = ctx->error;
    TRY(code);
    session->read_only = read_only;
    session->state.conn = session->conn;
    emit_debug(ctx, "connected to %s, %s %s", session->conn->target, database->dialect->title,
               session->conn->version_text ? session->conn->version_text : "");
    return 0;
}

bool session_reach(struct ctx *ctx, struct session *session)
{
    struct error before = ctx->error;
    if (session_connect(ctx, session, true) == 0)
        return true;
    ctx->error = before;
    return false;
}

int session_target(struct ctx *ctx, struct session *session)
{
    if (session->target)
        return 0;
    struct target *target = NEW(ctx->mem, struct target);
    if (session_reach(ctx, session))
        TRY(target_read(ctx, session->conn, target));
    else {
        TRY(session_folder(ctx, session));
        TRY(snapshot_latest(ctx, session, NULL, &session->newest));
        *target = target_offline(session->database->dialect, session->newest ? session->newest->tree : NULL);
    }
    session->target = target;
    return 0;
}

int session_hold(struct ctx *ctx, struct session *session)
{
    if (session->lock)
        return 0;
    TRY(session_connect(ctx, session, false));
    TRY(lock_acquire(ctx, &session->state, session->wait_for_runner, &session->lock));
    if (restoring_refuse(ctx, &session->state, true) < 0)
        lock_release(&session->lock);
    return session->lock ? 0 : (int)ctx->error.code;
}

static int prepare(struct ctx *ctx, struct session *session, int (*tables)(struct ctx *ctx, struct state *state))
{
    struct patience patience = {0};
    int code = tables(ctx, &session->state);
    while (code < 0 && patience_wait(ctx, session, &patience, "our own tables"))
        code = tables(ctx, &session->state);
    return code < 0 ? (int)ctx->error.code : 0;
}

/* The lock comes first: two runners that create the state tables at once disturb each other. */
int session_lock(struct ctx *ctx, struct session *session)
{
    if (session->lock)
        return 0;
    TRY(session_hold(ctx, session));
    TRY(prepare(ctx, session, state_prepare));
    return in_step_prepare(ctx, session);
}

int session_prepare_seeds(struct ctx *ctx, struct session *session)
{
    return prepare(ctx, session, state_prepare_seeds);
}

int session_show_lock(struct ctx *ctx, struct session *session, const struct migration *first, bool down)
{
    struct patience patience = {0};
    int n = down ? first->down.n : first->up.n;
    const char *at = lock_at(ctx->mem, first->filename, n > 0, n);
    int code = lock_show(session->lock, at);
    while (code < 0 && patience_wait(ctx, session, &patience, "our own tables"))
        code = lock_show(session->lock, at);
    session->noted = clock_monotonic();
    return code < 0 ? (int)ctx->error.code : 0;
}

/* Relative if the project is where he stands. */
const char *session_path(struct ctx *ctx, const struct session *session, const char *configured)
{
    const char *here = path_absolute(ctx, ".");
    if (*configured == '/' || !session->config->folder || text_equal(here, session->config->folder))
        return configured;
    return path_join(ctx->mem, session->config->folder, configured);
}

int session_folder(struct ctx *ctx, struct session *session)
{
    if (session->folder)
        return 0;
    const char *path = session_path(ctx, session, session->database->migrations_dir);
    if (folder_exists(path)) {
        bool foreign = session->database->layout == LAYOUT_FASTMIGRATE;
        TRY((foreign ? fastmigrate_read : folder_read)(ctx, session->database->source, path, &session->folder));
        session->state.files = session->folder;
        return 0;
    }
    fail(ctx, ERR_FILE, "migrations directory not found for database '%s': %s", session->database->name, path);
    const char *usual = arena_printf(ctx->mem, "migrations/%s", session->database->name);
    if (text_equal(session->database->migrations_dir, usual))
        return fail_hint(ctx, "Run 'dbwarden init -d %s' first.", session->database->name);
    return fail_hint(ctx, "Make it first: mkdir -p %s", path);
}

int session_applied(struct ctx *ctx, struct session *session, struct list *rows)
{
    if (session->state.layout != LAYOUT_DBWARDEN) /* what is recorded there has no names */
        TRY(session_folder(ctx, session));
    return state_applied(ctx, &session->state, rows);
}

int session_ours(struct ctx *ctx, const struct session *session)
{
    const char *layout = layout_names[session->database->layout];
    if (session->database->layout == LAYOUT_DBWARDEN)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "the migrations of %s are %s's, and those are written by hand", session->database->name,
         layout);
    return fail_hint(ctx, "`dbwarden new` begins one, and `dbwarden diff` shows what it has to do.");
}

int session_reload(struct ctx *ctx, struct session *session)
{
    if (!session->lock)
        TRY(restoring_refuse(ctx, &session->state, false));
    TRY(session_applied(ctx, session, &session->applied));
    TRY(state_journal(ctx, &session->state, &session->journal));
    squashed_fold(ctx, session);
    unfinished_find(ctx, session);
    return 0;
}

void session_close(struct session *session)
{
    lock_release(&session->lock);
    translator_close(&session->translator);
    conn_close(&session->conn);
    targets_close(&session->chosen);
    session->state.conn = NULL;
    arena_close(session->timed_mem);
    session->timed_mem = NULL;
    session->timed = (struct list){0};
}
