/*
 * verify: do the files of a project make what its models describe, and does every way back lead back?  Both in scratch databases.
 * Reads from top to bottom, and changes nothing.
 */
#include "command/verify.h"

#include "base/text.h"
#include "command/commands.h"
#include "command/comparison.h"

struct verification {
    struct ctx *ctx;
    const struct request *request;
    struct session models; /* the side that describes */
    struct url sandbox;
    struct sources sources;
    struct proof proof;
    bool described; /* there are models or schema files */
    struct comparison comparison;
    int differences;
};

static void verification_close(struct verification *verification)
{
    sources_close(&verification->sources);
    session_close(&verification->models);
    url_close(&verification->sandbox);
}

/* ---- reading ---- */

static int side_set(struct ctx *ctx, struct source *source, const char *word, struct session *session)
{
    TRY(source_parse(ctx, "verify", word, source));
    source->session = session;
    return 0;
}

static int read_both(struct verification *verification, struct session *session)
{
    struct ctx *ctx = verification->ctx;
    struct sources *sources = &verification->sources;
    const struct database_config *database = session->database;
    const char *sandbox = request_text(verification->request, "sandbox_url");
    TRY(session_begin(ctx, verification->request, session->config, database->name, &verification->models));
    verification->described = database->model_paths.n || database->schema_files.n;
    TRY(side_set(ctx, &sources->side[0], "migrations", session));
    TRY(side_set(ctx, &sources->side[1], verification->described ? "models" : "empty", &verification->models));
    if (!request_flag(verification->request, "no_rollbacks"))
        sources->side[0].proof = &verification->proof;
    sources->filter = &database->filter;
    if (sandbox) {
        TRY(url_read(ctx, sandbox, &verification->sandbox));
        sources->sandbox = &verification->sandbox;
    }
    TRY(sources_match(ctx, sources, NULL));
    return sources_read(ctx, sources);
}

static int compare(struct verification *verification)
{
    struct comparison *comparison = &verification->comparison;
    if (!verification->described)
        return 0;
    TRY(comparison_between(verification->ctx, &verification->sources, verification->request, comparison));
    verification->differences = comparison->changes->list.n + comparison->open.n;
    return 0;
}

/* ---- telling ---- */

static struct json *file_json(struct arena *mem, const struct proof_file *file)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "version", file->version);
    json_set_text(mem, json, "filename", file->filename);
    json_set_text(mem, json, "rollback", proof_outcome_name(file->outcome));
    json_set(mem, json, "details", json_names(mem, &file->details));
    json_set_text(mem, json, "rows", file->rows);
    return json;
}

static const char *outcome_text(struct arena *mem, const struct proof_file *file)
{
    static const char *const text[] = {
        [PROOF_NONE] = "has no SQL in a \"-- rollback\" section",
        [PROOF_IRREVERSIBLE] = "says that there is no way back",
        [PROOF_DIFFERS] = "its rollback does not lead back",
        [PROOF_FAILS] = "its rollback fails",
    };
    return arena_printf(mem, "%s: %s%s", file->filename, text[file->outcome], file->details.n ? ":" : "");
}

static void proofs_show(struct verification *verification, struct reply *reply)
{
    struct arena *mem = verification->ctx->mem;
    struct json *files = json_array(mem);
    int holds = 0;
    for (int i = 0; i < verification->proof.file.n; i++) {
        const struct proof_file *file = verification->proof.file.item[i];
        json_add(mem, files, file_json(mem, file));
        if (file->outcome == PROOF_HOLDS) {
            holds++;
            continue;
        }
        bool wrong = file->outcome == PROOF_DIFFERS || file->outcome == PROOF_FAILS;
        report_line(&reply->report, wrong ? TONE_BAD : TONE_WARN, "%s", outcome_text(mem, file));
        for (int k = 0; k < file->details.n; k++)
            report_line(&reply->report, TONE_PLAIN, "  %s", file->details.item[k]);
    }
    json_set(mem, reply->json, "rollbacks", files);
    if (holds)
        report_line(&reply->report, TONE_GOOD,
                    "Rollbacks that lead back to where their file began, and up again: %d of %d.", holds,
                    verification->proof.file.n);
}

static void comparison_show(struct verification *verification, struct reply *reply)
{
    struct ctx *ctx = verification->ctx;
    if (!verification->described) {
        json_set(ctx->mem, reply->json, "models", json_null(ctx->mem));
        report_line(&reply->report, TONE_DIM, "There are no models to compare the migrations with.");
        return;
    }
    json_set(ctx->mem, reply->json, "models",
             changes_report(ctx->mem, verification->comparison.changes, "From migrations to models", &reply->report));
    comparison_tell(ctx, verification->request, &verification->comparison, verification->differences, reply->json);
    if (!verification->differences)
        report_line(&reply->report, TONE_GOOD, "Migrations and models agree.");
}

int verification_run(struct ctx *ctx, const struct request *request, struct session *session, int64_t since,
                     struct reply *reply)
{
    __attribute__((cleanup(verification_close))) struct verification verification = {
        .ctx = ctx, .request = request, .proof.since = since};
    TRY(read_both(&verification, session));
    TRY(compare(&verification));
    proofs_show(&verification, reply);
    comparison_show(&verification, reply);
    int faults = proof_faults(&verification.proof);
    json_set_int(ctx->mem, reply->json, "differences", verification.differences);
    json_set_int(ctx->mem, reply->json, "rollback_faults", faults);
    reply->status = verification.differences + faults ? 3 : 0;
    return 0;
}

static int since_read(struct ctx *ctx, const struct request *request, const struct session *session, int64_t *since)
{
    const char *text = request_text(request, "since");
    *since = 0;
    if (!text)
        return 0;
    TRY(version_read(ctx, text, since));
    if (folder_version(session->folder, *since))
        return 0;
    fail(ctx, ERR_USAGE, "--since: there is no version %s", text);
    return fail_hint(ctx, "`dbwarden status` lists the versions.");
}

static int verify_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    int64_t since;
    TRY(session_folder(ctx, session));
    TRY(since_read(ctx, request, session, &since));
    json_set_text(ctx->mem, reply->json, "database", session->database->name);
    json_set_int(ctx->mem, reply->json, "migrations", session->folder->versioned.n);
    report_line(&reply->report, TONE_PLAIN, "Migrations run from the first one on: %d.", session->folder->versioned.n);
    return verification_run(ctx, request, session, since, reply);
}

static int verify_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    ctx->ask = NULL; /* looking never asks */
    return each_entry(ctx, request, verify_one, reply);
}

static const struct option_info options[] = {
    {.name = "no-rollbacks", .type = OPTION_FLAG, .help = "do not try the ways back"},
    {.name = "since",
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "try the ways back of this version and of those after it; without it of all"},
    SANDBOX_OPTION,
    NORMALISE_OPTION,
    RENAME_OPTIONS,
    DATABASE_OPTION,
    ALL_OPTION("verify"),
    NO_MORE_OPTIONS,
};

const struct command verify_command = {
    .name = "verify",
    .summary = "Prove that migrations make what models describe, and that each can be undone",
    .description =
        "Runs all migrations from the first one on in a scratch database, and undoes each of them and runs it again: the "
        "schema has to be what it was before. Then what they have made is compared with the models or schema files. The "
        "project's own database is not touched, and nothing is written. The exit status is 3 where a rollback fails or does "
        "not lead back, or where migrations and models differ, and 0 else: one command for continuous integration.\n"
        "\n"
        "Examples:\n"
        "  dbwarden verify\n"
        "  dbwarden verify --since 0042 --json",
    .option = options,
    .run = verify_run,
    .topic = TOPIC_LOOK,
};
