/*
 * One thing done to several databases: --all, each in a thread of its own as far as --jobs allows.  A database that
 * fails keeps none of the others from running; in the end it is said which failed, and the worst of the reasons decides
 * the exit status.
 */
#include "command/commands.h"

#include "base/crew.h"

/* What is done, and with which request. */
struct round {
    struct ctx *ctx; /* of the command, whose memory keeps the replies */
    const struct request *request;
    const struct config *config;
    one_database_fn *one;
    const char **name;  /* of the databases */
    struct reply *part; /* what each of them replied; json NULL: it was not begun */
    bool *failed;
    enum err worst;
};

/* One database, while a thread works on it. */
struct attempt {
    struct reply reply;
    int code;
};

static int run_one(struct ctx *ctx, const struct round *round, const char *database, struct reply *reply)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    TRY(session_begin(ctx, round->request, round->config, database, &session));
    return round->one(ctx, round->request, &session, reply);
}

static void failure_show(struct ctx *ctx, const char *database, struct reply *reply)
{
    json_set(ctx->mem, reply->json, "error", error_json(ctx->mem, &ctx->error));
    report_line(&reply->report, TONE_BAD, "%s failed: %s", database, ctx->error.message);
    if (ctx->error.hint)
        report_line(&reply->report, TONE_DIM, "hint: %s", ctx->error.hint);
}

static void *attempt_make(struct ctx *own, void *sink, int item)
{
    const struct round *round = sink;
    struct attempt *attempt = NEW(own->mem, struct attempt);
    struct reply *reply = &attempt->reply;
    *reply = (struct reply){.json = json_object(own->mem), .report.mem = own->mem};
    own->database = round->name[item]; /* also where it is not known */
    report_line(&reply->report, TONE_TITLE, "=== %s ===", round->name[item]);
    json_set_text(own->mem, reply->json, "database", round->name[item]);
    attempt->code = run_one(own, round, round->name[item], reply);
    if (attempt->code < 0)
        failure_show(own, round->name[item], reply);
    return attempt;
}

/* What a person can do least about by waiting comes first. */
static int severity(enum err code)
{
    switch (exit_status(code)) {
    case 0: return 0;
    case 4: return 1;
    case 5: return 2;
    case 2: return 3;
    default: return 4;
    }
}

static bool attempt_keep(struct ctx *own, void *sink, int item, void *result)
{
    struct round *round = sink;
    const struct attempt *attempt = result;
    struct reply *part = &round->part[item];
    (void)own;
    part->json = json_clone(round->ctx->mem, attempt->reply.json);
    part->report.mem = round->ctx->mem;
    report_add(&part->report, &attempt->reply.report);
    part->status = attempt->reply.status;
    round->failed[item] = attempt->code < 0;
    if (severity((enum err)attempt->code) > severity(round->worst))
        round->worst = (enum err)attempt->code;
    return true;
}

static int names_of(struct ctx *ctx, const struct config *config, struct round *round)
{
    const struct list *databases = &config->databases, *left_out = &config->left_out;
    int n = 0;
    round->name = NEW_ARRAY(ctx->mem, const char *, databases->n + left_out->n);
    round->part = NEW_ARRAY(ctx->mem, struct reply, databases->n + left_out->n);
    round->failed = NEW_ARRAY(ctx->mem, bool, databases->n + left_out->n);
    for (int i = 0; i < databases->n; i++)
        round->name[n++] = ((const struct database_config *)databases->item[i])->name;
    for (int i = 0; i < left_out->n; i++)
        round->name[n++] = ((const struct left_out *)left_out->item[i])->name;
    return n;
}

static void replies_join(const struct round *round, int n, struct reply *reply, struct names *failed)
{
    struct arena *mem = round->ctx->mem;
    struct json *databases = json_array(mem);
    json_set(mem, reply->json, "databases", databases);
    for (int i = 0; i < n; i++) {
        const struct reply *part = &round->part[i];
        if (!part->json)
            continue;
        if (reply->report.block.n)
            report_line(&reply->report, TONE_PLAIN, "%s", "");
        report_add(&reply->report, &part->report);
        json_add(mem, databases, part->json);
        reply->status = part->status > reply->status ? part->status : reply->status;
        if (round->failed[i])
            names_add(mem, failed, round->name[i]);
    }
}

static int every_database(struct ctx *ctx, struct round *round, struct reply *reply)
{
    struct names failed = {0};
    int n = names_of(ctx, round->config, round);
    const struct crew crew = {
        .jobs = (int)request_int(round->request, "jobs", 1), .sink = round, .work = attempt_make, .end = attempt_keep};
    ctx->grace = GRACE_SECONDS; /* the second signal cuts off a statement, wherever one runs */
    int code = crew_run(ctx, &crew, 0, n);
    ctx->grace = 0;
    replies_join(round, n, reply, &failed);
    TRY(code);
    if (!failed.n)
        return 0;
    return fail(ctx, round->worst, "%d of %d databases failed: %s", failed.n, n, names_join(ctx->mem, &failed, ", "));
}

int each_database(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    TRY(config_open(ctx, request->where, &config));
    struct round round = {.ctx = ctx, .request = request, .config = config, .one = one};
    if (request_flag(request, "all"))
        return every_database(ctx, &round, reply);
    return run_one(ctx, &round, request_text(request, "database"), reply);
}
