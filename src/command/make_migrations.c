/*
 * make-migrations: from what is desired and what is there to a migration file and its plan.  Reads from top to bottom;
 * writes nothing unless everything before it worked, and nothing at all with --plan.
 */
#include <unistd.h>

#include "base/text.h"
#include "command/baseline.h"
#include "command/commands.h"
#include "command/fill.h"
#include "command/generation.h"
#include "command/verify.h"
#include "diff/describe.h"
#include "run/lost_rows.h"
#include "run/missing.h"
#include "run/rehearsal.h"
#include "run/twice.h"

static bool is_baseline(const struct generation *generation)
{
    return request_flag(generation->request, "baseline");
}

/* The way back is part of a migration; where an engine has none, the file says so and why. */
static int plans_make(struct generation *generation)
{
    struct ctx *ctx = generation->ctx;
    const struct target *target = generation->session->target;
    struct plan_options options = {.concurrently = request_flag(generation->request, "concurrent"),
                                   .rebuild = request_flag(generation->request, "rebuild"),
                                   .lose_attached = request_flag(generation->request, "lose_attached")};
    struct list *fills = &generation->fills;
    TRY(plan_make(ctx, target, generation->comparison.changes, &options, &generation->up));
    TRY(fills_settle(ctx, generation->request, target->dialect, generation->up, fills));
    options.fills = fills;
    if (fills->n)
        TRY(plan_make(ctx, target, generation->comparison.changes, &options, &generation->up));
    options.fills = NULL;
    if (is_baseline(generation)) {
        generation->no_way_back = "what it would drop was there before dbwarden, with its rows";
        return 0;
    }
    return way_back_plan(generation, &options);
}

/* All servers of a cluster are to do what was tried on one. */
static void cluster_say(const struct generation *generation, struct plan *plan)
{
    const struct database_config *database = generation->session->database;
    for (int i = 0; plan && database->cluster && database->dialect->on_every_server && i < plan->statements.n; i++) {
        struct statement_out *statement = plan->statements.item[i];
        statement->sql = database->dialect->on_every_server(generation->ctx->mem, statement->sql, database->cluster);
    }
}

static int dangling_refuse(struct ctx *ctx, const struct list *dangling)
{
    struct names texts = {0};
    for (int i = 0; i < dangling->n; i++)
        names_add(ctx->mem, &texts, dangling_text(ctx->mem, dangling->item[i]));
    if (!texts.n)
        return 0;
    fail(ctx, ERR_FAILED, "%s", names_join(ctx->mem, &texts, "; "));
    return fail_hint(ctx, "Change or drop it in the same step, or let --drop-dependents drop it too.");
}

/* As attached_check() of what a plan drops itself. */
static int losses_check(struct generation *generation)
{
    struct ctx *ctx = generation->ctx;
    const struct event_losses *losses = &generation->comparison.losses;
    if (losses->again.n && !request_flag(generation->request, "lose_attached")) {
        fail(ctx, ERR_UNSUPPORTED, "%s", losses->again.item[0]);
        return fail_hint(ctx, "%s", lose_attached_hint);
    }
    const struct names *const sentences[] = {&losses->again, &losses->gone};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < sentences[i]->n; k++) {
            struct hazard *hazard = NEW(ctx->mem, struct hazard);
            *hazard = (struct hazard){.code = "loses-attached", .text = sentences[i]->item[k]};
            list_add(ctx->mem, &generation->up->hazards, hazard);
        }
    return 0;
}

/* The file that was just written, after all others, in a scratch database; its status becomes that of the command. */
static int prove(struct generation *generation, struct reply *reply)
{
    struct ctx *ctx = generation->ctx;
    struct reply proof = {.json = json_object(ctx->mem), .report = reply->report};
    TRY(verification_run(ctx, generation->request, generation->session, name_next(generation->session->folder),
                         &proof));
    json_set(ctx->mem, reply->json, "proof", proof.json);
    reply->report = proof.report;
    reply->status = proof.status;
    return 0;
}

/* Written but not marked, it would be run, and fail at its first statement. */
static int baseline_finish(struct generation *generation, struct reply *reply)
{
    struct ctx *ctx = generation->ctx;
    const char *version = arena_printf(ctx->mem, "%04" PRId64, name_next(generation->session->folder));
    struct json *marked = json_object(ctx->mem);
    json_set(ctx->mem, reply->json, "baseline", marked);
    int code = baseline_mark(ctx, generation->session, version, marked);
    if (code < 0) {
        unlink(json_get_text(reply->json, "file"));
        unlink(json_get_text(reply->json, "plan_file"));
        reply->report.block = (struct list){0};
        return code;
    }
    report_line(
        &reply->report, TONE_GOOD,
        "Marked as applied: version %s describes what %s already has. `dbwarden diff` shows what still differs.",
        version, generation->session->conn->target);
    return 0;
}

static int finish(struct generation *generation, struct reply *reply)
{
    if (is_baseline(generation))
        TRY(baseline_finish(generation, reply));
    return request_flag(generation->request, "prove") ? prove(generation, reply) : 0;
}

/* How much is there of what the models describe, while no migration describes it. */
static int count_undescribed(const struct generation *generation)
{
    const struct comparison *comparison = &generation->comparison;
    const struct object *root = comparison->written->root;
    int n = 0;
    if (generation->session->folder->versioned.n || is_baseline(generation))
        return 0;
    for (const struct object *o = root; o; o = object_next(root, o))
        n += o->parent && kind_is(o->parent->kind, KIND_NAMESPACE) && o->name &&
             tree_find(comparison->current, o->kind, o->parent->name, o->name);
    return n;
}

static int nothing_report(struct generation *generation, struct reply *reply)
{
    const char *text = "No new migrations to generate - all models already covered by existing migrations.";
    bool undescribed = count_undescribed(generation) > 0;
    json_set_bool(generation->ctx->mem, reply->json, "needs_baseline", undescribed);
    if (undescribed)
        text = "The database already has everything that the models describe; no migration describes it yet.";
    else if (generation->comparison.open.n)
        text = "No new migrations to generate: models and database agree in everything that is compared.";
    else if (!generation->session->folder->versioned.n)
        text = "Nothing to do: the models describe nothing, and there are no migrations.";
    report_line(&reply->report, TONE_GOOD, "%s", text);
    if (undescribed)
        report_line(&reply->report, TONE_PLAIN,
                    "`dbwarden make-migrations --baseline` writes it as the first migration and marks it as applied.");
    return 0;
}

static bool is_replaced(const struct plan *plan, const struct object *object)
{
    for (int i = 0; plan && i < plan->changes->list.n; i++) {
        const struct change *step = plan->changes->list.item[i];
        bool with_table = step->op == CHANGE_REBUILD && step->before == object->parent &&
                          !kind_is(object->kind, KIND_INLINE | KIND_IS_COLUMN);
        if (with_table || (step->op == CHANGE_DROP && step->before == object))
            return true;
    }
    return false;
}

/* For engines whose files cannot make what is not there: what of it this file has no other for. */
static struct names described_by_now(const struct generation *generation)
{
    const struct object *root = generation->comparison.changes->after->root;
    struct arena *mem = generation->ctx->mem;
    struct names paths = {0};
    for (const struct object *o = object_next(root, root); o; o = object_next(root, o)) {
        bool adopted = o->peer && o->peer->stranger && !o->stranger && !kind_is(o->kind, KIND_PART);
        bool above = o->parent->peer && o->parent->peer->stranger;
        if (adopted && !above && !is_replaced(generation->up, o->peer))
            names_add(mem, &paths, object_path(mem, o));
    }
    return paths;
}

/* What somebody made by hand and the models describe by now is there only where somebody made it, unless a file makes it. */
static void adopted_warn(const struct generation *generation)
{
    bool guarded = generation->session->target->dialect->guarded;
    const struct names paths = guarded ? generation->adoption.left : described_by_now(generation);
    if (!paths.n || !generation->session->folder->versioned.n || is_baseline(generation))
        return;
    emit_warning(generation->ctx,
                 "made by hand and described by now, but no migration makes it, so another database will not have it: "
                 "%s; write one by hand (`dbwarden new`), and mark it as applied where it is there (`dbwarden migrate "
                 "--baseline --to-version N`)",
                 names_join(generation->ctx->mem, &paths, "; "));
}

static void undescribed_warn(struct generation *generation)
{
    int n = count_undescribed(generation);
    if (n)
        emit_warning(
            generation->ctx,
            "%d of the objects that the models describe %s there already, and no migration creates %s: this one "
            "holds the differences only; `dbwarden make-migrations --baseline` would write the rest first",
            n, n == 1 ? "is" : "are", n == 1 ? "it" : "them");
}

static struct json *statements_json(struct arena *mem, const struct plan *plan)
{
    struct json *list = json_array(mem);
    for (int i = 0; plan && i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        struct json *json = json_object(mem);
        json_set_text(mem, json, "sql", statement->sql);
        json_set_bool(mem, json, "refuses_transaction", statement->refuses_transaction);
        json_set(mem, json, "change", statement->change ? change_json(mem, statement->change) : json_null(mem));
        struct json *also = json_array(mem);
        for (int k = 0; k < statement->also.n; k++)
            json_add(mem, also, change_json(mem, statement->also.item[k]));
        if (also->n)
            json_set(mem, json, "also", also);
        json_add(mem, list, json);
    }
    return list;
}

static struct json *changes_list_json(struct arena *mem, const struct changes *changes)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < changes->list.n; i++)
        json_add(mem, list, change_json(mem, changes->list.item[i]));
    return list;
}

/* The value that stands after one stage of the pipe. */
static struct json *stage_json(const struct generation *generation, const char *stage)
{
    struct arena *mem = generation->ctx->mem;
    if (text_equal(stage, "wanted"))
        return tree_to_json(mem, generation->comparison.written);
    if (text_equal(stage, "current"))
        return tree_to_json(mem, generation->comparison.current);
    if (text_equal(stage, "changes"))
        return changes_list_json(mem, generation->comparison.changes);
    return statements_json(mem, text_equal(stage, "up") ? generation->up : generation->down);
}

/* --plan and --explain: shown, and nothing is written. */
static int document_show(struct reply *reply, struct arena *mem, struct json *json)
{
    reply->json = json;
    report_raw(&reply->report, json_text(mem, json, JSON_INDENTED));
    return 0;
}

static bool is_gradual(const struct generation *generation)
{
    return request_flag(generation->request, "safe") || request_flag(generation->request, "safe_type_change");
}

/* With the plan and everything that can speak against it known. */
static int generation_end(struct generation *generation, const struct list *words, struct json *operations,
                          struct reply *reply)
{
    const char *stage = request_text(generation->request, "explain");
    struct ctx *ctx = generation->ctx;
    bool done = false;
    if (is_gradual(generation) && !stage)
        TRY(gradually(generation, words, reply, &done));
    if (done)
        return request_flag(generation->request, "plan") ? 0 : finish(generation, reply);
    frames_add(generation);
    if (stage)
        return document_show(reply, ctx->mem, stage_json(generation, stage));
    undescribed_warn(generation);
    TRY(file_compose(generation, words, operations));
    hazards_report(generation, reply);
    json_set(ctx->mem, reply->json, "operations", operations);
    json_set_text(ctx->mem, reply->json, "upgrade", generation->up_text);
    json_set_text(ctx->mem, reply->json, "rollback", generation->down_text);
    if (request_flag(generation->request, "plan"))
        return document_show(reply, ctx->mem, generation->plan);
    TRY(file_put(generation, reply));
    return finish(generation, reply);
}

/* By the flag, or for an engine that has it by the configuration. */
static bool is_online(const struct generation *generation)
{
    const struct database_config *database = generation->session->database;
    return request_flag(generation->request, "online") || (database->online && database->dialect->online_forms);
}

static int generate(struct generation *generation, struct reply *reply)
{
    const char *stage = request_text(generation->request, "explain");
    struct ctx *ctx = generation->ctx;
    struct list words = {0};
    struct json *operations = json_array(ctx->mem);
    TRY(session_folder(ctx, generation->session));
    if (is_baseline(generation))
        TRY(baseline_compare(ctx, generation->session, &generation->comparison));
    else
        TRY(comparison_make(ctx, generation->session, generation->request, is_gradual(generation),
                            &generation->comparison));
    comparison_tell(ctx, generation->request, &generation->comparison, true, reply->json);
    const struct event_plan *events = &generation->comparison.events;
    if (!is_baseline(generation))
        TRY(adoption_plan(ctx, generation->session, generation->comparison.changes, &generation->adoption));
    bool changes = generation->comparison.changes->list.n || events->before.n || events->after.n ||
                   generation->adoption.statements.n;
    json_set_bool(ctx->mem, reply->json, "changes", changes);
    json_set(ctx->mem, reply->json, "possible_renames", guesses_json(ctx->mem, &generation->comparison.guesses));
    if (!changes && !stage) {
        adopted_warn(generation);
        return nothing_report(generation, reply);
    }
    TRY(dangling_refuse(ctx, &generation->comparison.dangling));
    if (!is_baseline(generation))
        TRY(missing_check(ctx, generation->session, generation->comparison.changes, events));
    TRY(twice_check(ctx, generation->session, &generation->comparison.unseen, generation->comparison.changes));
    legacy_operations(ctx->mem, generation->comparison.changes, &words, operations);
    TRY(plans_make(generation));
    adopted_warn(generation);
    TRY(losses_check(generation));
    TRY(lost_rows_check(ctx, generation->session, generation->comparison.changes));
    const struct rehearsal_options options = {
        .offline = normalise_read(generation->request, generation->session->database) == NORMALISE_OFFLINE,
        .online = is_online(generation)};
    if (!is_baseline(generation))
        TRY(rehearse(ctx, generation->session, &options, generation->up, generation->down));
    cluster_say(generation, generation->up);
    cluster_say(generation, generation->down);
    return generation_end(generation, &words, operations, reply);
}

static int make_migrations_one(struct ctx *ctx, const struct request *request, struct session *session,
                               struct reply *reply)
{
    TRY(session_ours(ctx, session));
    session->forward = true;
    session->offline = request_flag(request, "offline");
    bool stands_in = session_as_source(ctx, session);
    if (stands_in && request_flag(request, "prove"))
        return fail(ctx, ERR_USAGE, "--prove is about the %s database itself, so it does not go with --dev",
                    session->database->dialect->title);
    if (stands_in && request_flag(request, "baseline")) {
        fail(ctx, ERR_USAGE, "--baseline describes the %s database itself, and --dev leaves it alone",
             session->database->dialect->title);
        return fail_hint(ctx, "Say it without --dev.");
    }
    struct generation generation = {.ctx = ctx, .request = request, .session = session};
    return generate(&generation, reply);
}

static int make_migrations_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    bool document = request_flag(request, "plan") || request_text(request, "explain");
    if (document && request_flag(request, "all")) {
        fail(ctx, ERR_USAGE, "--plan and --explain print one document, so --all cannot be given with them");
        return fail_hint(ctx, "Name one database: --database NAME.");
    }
    return each_entry(ctx, request, make_migrations_one, reply);
}

static const struct option_info options[] = {
    {.name = "DESCRIPTION",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL,
     .letter = 'm',
     .also = "message",
     .help = "what the migration does, also with -m before it; without it the file is named after the changes"},
    {.name = "verbose", .letter = 'v', .type = OPTION_FLAG, .help = "show details"},
    {.name = "plan", .type = OPTION_FLAG, .help = "print the plan as JSON and write nothing"},
    {.name = "explain",
     .type = OPTION_CHOICE,
     .value = "STAGE",
     .choices = "wanted|current|changes|up|down",
     .help = "print the value of a stage as JSON and write nothing"},
    {.name = "fill",
     .type = OPTION_LIST,
     .value = "TABLE.COLUMN=VALUE",
     .help = "what the rows that are there get in a column that comes to be NOT NULL, as SQL; may be repeated"},
    {.name = "baseline",
     .type = OPTION_FLAG,
     .help = "write what the database already has of the models as the first migration, and mark it as applied"},
    {.name = "prove",
     .type = OPTION_FLAG,
     .help =
         "run the new file after all others in a scratch database, undo it there and run it again, and compare with the "
         "models, as `verify` does; the exit status is 3 where something differs"},
    DATABASE_OPTION,
    ALL_OPTION("plan"),
    RENAME_OPTIONS,
    NORMALISE_OPTION,
    OFFLINE_OPTION,
    {.name = "drop-dependents",
     .type = OPTION_FLAG,
     .help = "drop views, triggers, indexes and the like too that name something which is dropped"},
    {.name = "lose-attached",
     .type = OPTION_FLAG,
     .help = "write it even if what has to be created again loses something that is not managed yet and that the "
             "migration does not bring back"},
    {.name = "rebuild",
     .type = OPTION_FLAG,
     .help =
         "where no ALTER leads there, make the table again: copy its rows, compare them, exchange the two and keep the "
         "old one (ClickHouse)"},
    {.name = "safe",
     .type = OPTION_FLAG,
     .help =
         "write several migrations, none of which keeps programs waiting for long: constraints are checked after they "
         "are made, indexes are built beside writers, columns are filled in batches (PostgreSQL)"},
    {.name = "safe-type-change",
     .type = OPTION_FLAG,
     .help =
         "the same for columns that get another type alone: a new column, kept equal and filled in batches, takes the "
         "place of the old one (PostgreSQL)"},
    {.name = "online",
     .type = OPTION_FLAG,
     .help =
         "write the gentlest ALGORITHM and LOCK that the server takes into each ALTER TABLE, so that it never locks "
         "more than that (MySQL, MariaDB)"},
    {.name = "concurrent",
     .type = OPTION_SWITCH,
     .otherwise = "true",
     .help = "build indexes on existing tables without locking out writers "
             "(PostgreSQL)"},
    {0},
};

const struct command make_migrations_command = {
    .name = "make-migrations",
    .summary = "Write a migration from the difference between models and database",
    .description =
        "Compares the schema that the models (or schema files) describe with the database as it is, or with the latest "
        "snapshot where no database can be reached, and writes the SQL that leads from one to the other and back. "
        "Nothing is dropped that this project does not manage. Where there is neither, nothing is written; with --offline "
        "the plans beside the files then say what is there.\n"
        "\n"
        "What may be a rename is asked for on a terminal, and what a No would drop is said with the question. Elsewhere a "
        "warning names the flag that says it: --rename users.mail:email, --rename-table user:users, with a schema in front "
        "where several have such a table (shop.users.mail:email).\n"
        "\n"
        "Where a column comes to be NOT NULL and nothing says what the rows that are there hold, a value for them is asked "
        "for on a terminal, or given with --fill users.state=\"'new'\". It is used once and does not become the default.\n"
        "\n"
        "Servers print expressions in their own words. Where these and the words of the models cannot be shown to be "
        "the same, the server is asked: PostgreSQL makes a copy in a transaction that is rolled back, MySQL and MariaDB "
        "make one in a scratch database, and it says how it spells it. Before a file is written for MySQL or MariaDB, "
        "whose DDL nobody can roll back, it is also tried there on empty copies, and so is a change of types on "
        "PostgreSQL: what the server would refuse is an error now. --normalise=offline never asks, --normalise=server asks about all and writes what it says.\n"
        "\n"
        "A database that was there before its migrations is taken over with --baseline: what it has of what the models "
        "describe becomes the first migration, which counts as applied. What differs from the models is left for the "
        "next run, and what the models do not describe is left out.\n"
        "\n"
        "Examples:\n"
        "  dbwarden make-migrations\n"
        "  dbwarden make-migrations --baseline\n"
        "  dbwarden make-migrations \"shorter names\" --rename users.mail:email",
    .option = options,
    .run = make_migrations_run,
    .topic = TOPIC_WRITE,
};
