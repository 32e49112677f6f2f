/*
 * diff: what differs, without writing anything.  `models` holds the models against the database, `migrations` holds
 * the latest snapshot against it (drift: changes that no migration made), `all` does both.
 */
#include "base/text.h"
#include "command/between.h"
#include "command/comparison.h"
#include "diff/describe.h"
#include "run/partitions.h"
#include "schema/unmodelled.h"

static int diff_models(struct ctx *ctx, struct session *session, const struct request *request, struct reply *reply,
                       int *found)
{
    struct comparison comparison;
    TRY(comparison_make(ctx, session, request, false, &comparison));
    int differences = comparison.changes->list.n;
    int events = comparison.events.before.n + comparison.events.after.n;
    *found += differences + comparison.open.n + events;
    json_set_int(ctx->mem, reply->json, "ddl_elements", events);
    comparison_tell(ctx, request, &comparison, differences, reply->json);
    for (int i = 0; i < comparison.dangling.n; i++)
        emit_warning(ctx, "%s", dangling_text(ctx->mem, comparison.dangling.item[i]));
    json_set(ctx->mem, reply->json, "models",
             changes_report(ctx->mem, comparison.changes, "Models against the database", &reply->report));
    json_set(ctx->mem, reply->json, "possible_renames", guesses_json(ctx->mem, &comparison.guesses));
    json_set(ctx->mem, reply->json, "unmanaged", json_names(ctx->mem, &comparison.changes->unmanaged));
    if (events)
        report_line(&reply->report, TONE_WARN, "DDL elements of the models that no migration holds yet: %d", events);
    else if (!differences && comparison.open.n)
        report_line(&reply->report, TONE_WARN,
                    "Models and database agree in everything that is compared; not compared: %s",
                    names_join(ctx->mem, &comparison.open, ", "));
    else if (!differences)
        report_line(&reply->report, TONE_GOOD, "Models and database agree.");
    return 0;
}

/* A project of hand-written files needs no models: the other half of `all` is then the whole answer. */
static void models_absent(struct ctx *ctx, struct reply *reply)
{
    ctx->error = (struct error){0};
    json_set(ctx->mem, reply->json, "models", json_null(ctx->mem));
    report_line(&reply->report, TONE_DIM, "There are no models to compare the database with.");
}

/*
 * What no kind models, then and now.  It is told, but is not a difference: partitions and grants come and go without
 * migrations.  False if something is gone or changed.
 */
static bool unmodelled_drift(struct arena *mem, const struct tree *then, const struct tree *now, struct reply *reply)
{
    const struct names gone = unmodelled_open(mem, then, now);
    const struct list new = unmodelled_extra(mem, then, now);
    const struct names texts = unmodelled_texts(mem, &new);
    struct json *json = json_object(mem);
    json_set(mem, json, "gone", json_names(mem, &gone));
    json_set(mem, json, "new", json_names(mem, &texts));
    json_set(mem, reply->json, "unmodelled_drift", json);
    if (gone.n)
        report_line(&reply->report, TONE_WARN, "Not managed yet, and gone or changed since: %s",
                    names_join(mem, &gone, ", "));
    if (new.n)
        report_line(&reply->report, TONE_DIM, "Not managed yet, and new since: %s", unmodelled_counts(mem, &new));
    return !gone.n;
}

/* What the migrations left behind, against what is there now. */
static int diff_migrations(struct ctx *ctx, struct session *session, struct reply *reply, int *found)
{
    struct list applied = {0};
    struct snapshot *snapshot = NULL;
    struct current live;
    struct changes *changes;
    TRY(session_connect(ctx, session, true));
    TRY(session_applied(ctx, session, &applied));
    TRY(snapshot_latest(ctx, session, &applied, &snapshot));
    if (!snapshot) {
        report_line(&reply->report, TONE_DIM, "There is no snapshot yet to compare the database with.");
        json_set(ctx->mem, reply->json, "migrations", json_null(ctx->mem));
        return 0;
    }
    TRY(current_read(ctx, session, &live));
    tree_settle(ctx->mem, session->target, snapshot->tree);
    partitions_assume(ctx->mem, snapshot->tree, live.tree);
    const struct diff_input input = {.target = session->target, .before = snapshot->tree, .after = live.tree};
    TRY(diff_trees(ctx, &input, &changes));
    *found += changes->list.n;
    json_set(ctx->mem, reply->json, "migrations",
             changes_report(ctx->mem, changes, arena_printf(ctx->mem, "Database against %s", snapshot->migration_id),
                            &reply->report));
    bool whole = !snapshot->tree->names_unmodelled || unmodelled_drift(ctx->mem, snapshot->tree, live.tree, reply);
    if (!changes->list.n)
        report_line(&reply->report, TONE_GOOD, "The database is as %s left it%s.", snapshot->migration_id,
                    whole ? "" : " in everything that is managed");
    return 0;
}

/* Where the database stands in for one of another engine, models are held against what the files lead to there. */
static int diff_of_models(struct ctx *ctx, struct session *session, const struct request *request, struct reply *reply,
                          int *found)
{
    __attribute__((cleanup(session_close))) struct session source = {0};
    TRY(session_open(ctx, session->config, session->database->name, &source));
    source.forward = true;
    if (!session_as_source(ctx, &source))
        return diff_models(ctx, session, request, reply, found);
    return diff_models(ctx, &source, request, reply, found);
}

/* Of many targets, models are held against the first one; each of the others against what the migrations left behind. */
static int diff_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    const char *what = request_text(request, "diff_type");
    bool all = text_equal(what, "all");
    int found = 0;
    session->offline = session->forward = request_flag(request, "offline");
    TRY(session_folder(ctx, session));
    if (!text_equal(what, "migrations") && !(all && session->many)) {
        int code = diff_of_models(ctx, session, request, reply, &found);
        if (code == ERR_MODELS && all && !session->database->model_paths.n)
            models_absent(ctx, reply);
        else
            TRY(code);
    }
    if (session->offline && all)
        report_line(&reply->report, TONE_DIM, "The database itself was not looked at (--offline).");
    else if (!text_equal(what, "models"))
        TRY(diff_migrations(ctx, session, reply, &found));
    json_set_int(ctx->mem, reply->json, "differences", found);
    reply->status = found && request->exit_code ? 3 : 0;
    return 0;
}

static int diff_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    ctx->ask = NULL; /* looking never asks */
    if (request_text(request, "from") || request_text(request, "to"))
        return between_run(ctx, request, reply);
    return each_database(ctx, request, diff_one, reply);
}

static const struct option_info options[] = {
    {.name = "DIFF_TYPE",
     .type = OPTION_CHOICE,
     .marks = OPTION_POSITIONAL,
     .otherwise = "all",
     .choices = "models|migrations|all",
     .help = "what to hold against the database"},
    {.name = "verbose", .letter = 'v', .type = OPTION_FLAG, .help = "show details"},
    DATABASE_OPTION,
    ALL_OPTION("compare"),
    BETWEEN_OPTIONS,
    RENAME_OPTIONS,
    NORMALISE_OPTION,
    OFFLINE_OPTION,
    {0},
};

const struct command diff_command = {
    .name = "diff",
    .summary = "Show what differs between models, migrations and database",
    .description =
        "Changes nothing. \"diff models\" shows what make-migrations would write; \"diff migrations\" shows drift, that "
        "is what was changed in the database without a migration; \"diff\" shows both. The exit status is 0 also "
        "where something differs, unless --exit-code asks for 3 then. With --offline models are held against the latest "
        "snapshot and the files after it.\n"
        "\n"
        "Examples:\n"
        "  dbwarden diff\n"
        "  dbwarden diff migrations --exit-code",
    .option = options,
    .run = diff_run,
    .topic = TOPIC_LOOK,
};
