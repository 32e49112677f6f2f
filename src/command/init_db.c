/*
 * init-db: an empty database gets what the models or schema files describe at once, and all migration files count as applied; with
 * --reset it is emptied before, of what is the project's.  What is a transaction, is one.  Reads from top to bottom.
 */
#include "base/text.h"
#include "command/commands.h"
#include "command/generation.h"
#include "diff/describe.h"
#include "run/stamp.h"
#include "schema/unmodelled.h"

struct beginning {
    struct ctx *ctx;
    const struct request *request;
    struct session *session;
    struct comparison comparison; /* what is left, and what is desired */
    struct list dropped;          /* struct statement_out * */
    struct plan *up;
    bool reset;
};

/* ---- may it */

static int confirm(const struct beginning *beginning)
{
    struct ctx *ctx = beginning->ctx;
    const struct session *session = beginning->session;
    if (!beginning->reset || request_flag(beginning->request, "yes"))
        return 0;
    if (!ctx->ask) {
        fail(ctx, ERR_USAGE, "--reset drops all that this project has in '%s' (%s), and nobody is here to ask",
             session->database->name, session->conn->target);
        return fail_hint(ctx, "Give --yes if that is meant.");
    }
    const char *answer =
        ctx->ask(ctx->sink, arena_printf(ctx->mem, "Drop all that this project has in '%s' (%s)? [y/N] ",
                                         session->database->name, session->conn->target));
    if (answer && (text_equal_nocase(answer, "y") || text_equal_nocase(answer, "yes")))
        return 0;
    return fail(ctx, ERR_CANCELLED, "nothing was dropped");
}

static int applied_count(const struct session *session)
{
    int n = 0;
    for (int i = 0; i < session->applied.n; i++)
        n += ((const struct applied *)session->applied.item[i])->number >= 0;
    return n;
}

/* What the sources describe and is there already, in the current tree. */
static struct list described_there(struct arena *mem, const struct tree *desired, const struct tree *current)
{
    struct list there = {0};
    for (const struct object *o = desired->root; o; o = object_next(desired->root, o)) {
        bool top = o->parent && kind_is(o->parent->kind, KIND_NAMESPACE) && o->name;
        struct object *twin = top ? tree_find(current, o->kind, o->parent->name, o->name) : NULL;
        if (twin)
            list_add(mem, &there, twin);
    }
    return there;
}

static int check_empty(const struct beginning *beginning, const struct list *there)
{
    struct ctx *ctx = beginning->ctx;
    const struct session *session = beginning->session;
    if (applied_count(session)) {
        fail(ctx, ERR_STATE, "%s has migrations applied, so init-db does not begin it", session->conn->target);
        return fail_hint(ctx, "`dbwarden migrate` applies the others; `dbwarden init-db --reset` begins anew.");
    }
    if (!there->n)
        return 0;
    fail(ctx, ERR_STATE, "%s is not empty: it has %s", session->conn->target, object_path(ctx->mem, there->item[0]));
    return fail_hint(ctx,
                     "`dbwarden init-db --reset` drops what the project describes, and begins anew; `dbwarden stamp` "
                     "takes the database as it is.");
}

/* They run at the end, so what is wrong with them is said before anything is done. */
static int check_repeatables(struct ctx *ctx, const struct folder *folder)
{
    const struct list *const lists[] = {&folder->always, &folder->on_change};
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < lists[l]->n; i++)
            TRY(migration_check(ctx, lists[l]->item[i], false));
    return 0;
}

/* ---- what is to be done */

/* What the project owns goes, and what it describes, whoever made that. */
static int reset_plan(struct beginning *beginning, struct tree *current, const struct list *there, struct tree **left)
{
    struct ctx *ctx = beginning->ctx;
    const struct target *target = beginning->session->target;
    const struct plan_options options = {.lose_attached = true};
    struct changes *changes;
    struct plan *plan;
    for (int i = 0; i < there->n; i++)
        for (struct object *o = there->item[i]; o; o = object_next(there->item[i], o))
            o->stranger = false;
    struct tree *nothing = tree_new(ctx->mem, current->engine);
    nothing->kinds = kind_set_all();
    nothing->version = current->version;
    const struct diff_input input = {.target = target, .before = current, .after = nothing};
    TRY(diff_trees(ctx, &input, &changes));
    TRY(plan_make(ctx, target, changes, &options, &plan));
    struct list dangling = {0};
    dangling_find(ctx->mem, target, changes, &dangling);
    if (dangling.n) {
        fail(ctx, ERR_STATE, "%s", dangling_text(ctx->mem, dangling.item[0]));
        return fail_hint(ctx, "It is not the project's: drop it first.");
    }
    beginning->dropped = plan->statements;
    *left = tree_copy(ctx->mem, nothing);
    return 0;
}

static int creation_plan(struct beginning *beginning)
{
    struct ctx *ctx = beginning->ctx;
    struct session *session = beginning->session;
    struct comparison *comparison = &beginning->comparison;
    const struct plan_options options = {0};
    const struct list none = {0};
    const struct event_sides sides = {&session->events, &none};
    const struct diff_input input = {
        .target = session->target, .before = comparison->current, .after = comparison->desired};
    comparison->open = unmodelled_open(ctx->mem, comparison->desired, comparison->current);
    if (comparison->open.n)
        emit_warning(ctx, "wanted but not managed yet: %s", names_join(ctx->mem, &comparison->open, ", "));
    TRY(diff_trees(ctx, &input, &comparison->changes));
    TRY(strangers_check(ctx, session->target, comparison->changes));
    TRY(plan_make(ctx, session->target, comparison->changes, &options, &beginning->up));
    events_plan(ctx, session->target, &sides, comparison->changes, &comparison->events);
    statements_frame(ctx, beginning->up, &comparison->events.before, &comparison->events.after);
    return 0;
}

static int plans_make(struct beginning *beginning)
{
    struct ctx *ctx = beginning->ctx;
    struct session *session = beginning->session;
    struct comparison *comparison = &beginning->comparison;
    struct current current;
    TRY(desired_read(ctx, session, &comparison->desired));
    filter_apply(&session->database->filter, target_usual(session->target), comparison->desired);
    TRY(current_read(ctx, session, &current));
    comparison->current = current.tree;
    TRY(defaults_settle(ctx, session, comparison));
    const struct list there = described_there(ctx->mem, comparison->desired, comparison->current);
    if (beginning->reset)
        TRY(reset_plan(beginning, current.tree, &there, &comparison->current));
    else
        TRY(check_empty(beginning, &there));
    return creation_plan(beginning);
}

/* ---- doing it */

static bool refuses_transaction(const struct list *statements)
{
    for (int i = 0; i < statements->n; i++)
        if (((const struct statement_out *)statements->item[i])->refuses_transaction)
            return true;
    return false;
}

static void statements_add(struct beginning *beginning, const struct list *statements, struct batch *batch)
{
    const struct database_config *database = beginning->session->database;
    for (int i = 0; i < statements->n; i++) {
        const char *sql = ((const struct statement_out *)statements->item[i])->sql;
        if (database->cluster && database->dialect->on_every_server)
            sql = database->dialect->on_every_server(beginning->ctx->mem, sql, database->cluster);
        batch->step[batch->n++] = (struct batch_step){sql, strlen(sql), NULL};
    }
}

static int batch_run(struct beginning *beginning, struct batch *batch)
{
    struct ctx *ctx = beginning->ctx;
    int code = batch->n ? conn_batch(ctx, beginning->session->conn, batch) : 0;
    if (code == ERR_SQL && batch->failed >= 0 && batch->failed < batch->n)
        ctx->error.detail =
            arena_printf(ctx->mem, "%.*s", (int)batch->step[batch->failed].length, batch->step[batch->failed].sql);
    if (code < 0 && !ctx->error.hint)
        fail_hint(ctx, "%s",
                  batch->transaction ? "Nothing has been changed."
                                     : "`dbwarden init-db --reset` begins anew, once that is put in order.");
    return code;
}

/* Where a change of the schema commits by itself, rows of state come after all of them, so that they never say too much. */
static int execute(struct beginning *beginning)
{
    struct ctx *ctx = beginning->ctx;
    struct session *session = beginning->session;
    const struct list *files = &session->folder->versioned;
    const int room = beginning->dropped.n + beginning->up->statements.n + (session->applied.n + files->n) * STAMP_STEPS;
    const bool whole = session->database->dialect->transactional_ddl && !refuses_transaction(&beginning->dropped) &&
                       !refuses_transaction(&beginning->up->statements);
    struct batch forget = {.transaction = true}, make = {.transaction = whole}, mark = {.transaction = true};
    struct batch *const first = whole ? &make : &forget, *const last = whole ? &make : &mark;
    make.step = NEW_ARRAY(ctx->mem, struct batch_step, room + 1);
    forget.step = NEW_ARRAY(ctx->mem, struct batch_step, room + 1);
    mark.step = NEW_ARRAY(ctx->mem, struct batch_step, room + 1);
    forget_steps(ctx, session, &session->applied, first);
    statements_add(beginning, &beginning->dropped, &make);
    statements_add(beginning, &beginning->up->statements, &make);
    session->unfinished = (struct list){0}; /* what they would go on in is gone */
    stamp_steps(ctx, session, files, last);
    TRY(lock_show(session->lock, "init-db"));
    TRY(batch_run(beginning, &forget));
    TRY(batch_run(beginning, &make));
    return batch_run(beginning, &mark);
}

/* Files that run again and again are not marked: they run. */
static int repeatables_run(struct beginning *beginning, struct json *report)
{
    struct session *session = beginning->session;
    const struct migrate_options options = {0};
    if (!session->folder->always.n && !session->folder->on_change.n)
        return snapshot_take(beginning->ctx, session);
    struct json *json = json_object(beginning->ctx->mem);
    json_set(beginning->ctx->mem, report, "migrate", json);
    TRY(migrate_run(beginning->ctx, session, &options, json));
    return snapshot_catch_up(beginning->ctx, session);
}

static int init_db(struct beginning *beginning, struct json *report)
{
    struct ctx *ctx = beginning->ctx;
    struct session *session = beginning->session;
    const struct migration *last = NULL;
    TRY(session_folder(ctx, session));
    TRY(check_repeatables(ctx, session->folder));
    if (session->database->source != session->database->dialect)
        return fail(ctx, ERR_UNSUPPORTED,
                    "init-db cannot begin a database that stands in for one of another engine; "
                    "migrate can");
    TRY(session_lock(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(confirm(beginning));
    TRY(plans_make(beginning));
    TRY(execute(beginning));
    TRY(session_reload(ctx, session));
    if (session->folder->versioned.n)
        last = session->folder->versioned.item[session->folder->versioned.n - 1];
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set_bool(ctx->mem, report, "reset", beginning->reset);
    json_set_int(ctx->mem, report, "statements", beginning->up->statements.n);
    json_set_int(ctx->mem, report, "dropped", beginning->dropped.n);
    json_set_int(ctx->mem, report, "marked", session->folder->versioned.n);
    json_set_text(ctx->mem, report, "version", last ? last->version : NULL);
    return repeatables_run(beginning, report);
}

/* A job that runs again finds its work done. */
static int already(struct ctx *ctx, struct session *session, bool *done)
{
    struct json *status = json_object(ctx->mem);
    *done = false;
    if (!session_reach(ctx, session))
        return 0;
    TRY(status_run(ctx, session, status));
    *done = json_get_int(status, "applied", 0) && !json_get_int(status, "pending", 0) &&
            !json_get_int(status, "unfinished", 0) && !json_get_int(status, "broken", 0);
    return 0;
}

static int init_db_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct beginning beginning = {
        .ctx = ctx, .request = request, .session = session, .reset = request_flag(request, "reset")};
    bool done = false;
    session->no_snapshot = session->no_snapshot || request_flag(request, "no_snapshot");
    if (!beginning.reset)
        TRY(already(ctx, session, &done));
    json_set_bool(ctx->mem, reply->json, "already", done);
    if (done) {
        report_line(&reply->report, TONE_GOOD, "Nothing to do: every migration is recorded as applied.");
        return 0;
    }
    TRY(init_db(&beginning, reply->json));
    int n = session->folder->versioned.n;
    report_line(&reply->report, TONE_GOOD, "Initialized with %d statement%s; %d migration%s marked as applied.",
                beginning.up->statements.n, beginning.up->statements.n == 1 ? "" : "s", n, n == 1 ? "" : "s");
    return 0;
}

static int init_db_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, init_db_one, reply);
}

static const struct option_info init_db_options[] = {
    {.name = "reset", .type = OPTION_FLAG, .help = "drop first what is the project's in it, with all rows"},
    {.name = "yes", .letter = 'y', .type = OPTION_FLAG, .help = "do not ask before --reset drops anything"},
    DATABASE_OPTION,
    ALL_OPTION("begin"),
    FLEET_OPTIONS,
    {.name = "no-snapshot",
     .type = OPTION_FLAG,
     .help = "write no schema snapshot: for databases that come and go, as those of tests"},
    NO_MORE_OPTIONS,
};

const struct command init_db_command = {
    .name = "init-db",
    .summary = "Begin an empty database from the models, and mark all migrations as applied",
    .description =
        "Creates at once what the models or schema files describe, in one transaction where the database can "
        "do that, and records every migration file as applied; repeatable files are run. What only the files "
        "would make, rows above all, is not there then. A database that has every migration already is left "
        "as it is. With --reset all that is the project's is dropped first: for tests and development.\n"
        "\n"
        "Examples:\n"
        "  dbwarden init-db\n"
        "  dbwarden init-db --reset --yes",
    .option = init_db_options,
    .run = init_db_command_run,
    .topic = TOPIC_RUN,
};
