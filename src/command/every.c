/*
 * One thing done to several databases, each in a thread of its own as far as --jobs allows.  With --all it is every
 * database of the configuration; one that fails keeps none of the others from running, since they are unlike each other.
 * An entry with targets is many databases that are alike: what fails in one would fail in the others, so nothing more is
 * begun then, unless --keep-going says otherwise.  In the end it is said which failed, and the worst of the reasons is the
 * exit status.
 */
#include "command/commands.h"

#include "base/crew.h"
#include "command/fleet.h"
#include "command/metrics.h"

enum { MOST_JOBS = 1000, MOST_NAMED = 5 };

/* Databases that are worked on together. */
struct group {
    struct ctx *ctx; /* of the command, whose memory keeps what they replied */
    const struct request *request;
    const struct config *config;
    one_database_fn *one;
    const char *const *name;      /* of the databases; NULL: */
    const struct session *shared; /* of targets: the entry, with its files read */
    const struct target_places *places;
    int n, done, failed;
    bool keep_going;
    bool entries; /* an entry with targets is one database, by its first target */
    enum outcome *outcome;
    struct reply *reply; /* of databases; their json is NULL as long as they are not begun */
    struct json **row;   /* of targets */
    struct metrics_sum *metrics;
    enum err worst;
};

/* One of them, while a thread works on it. */
struct attempt {
    struct reply reply;
    struct metrics_part metrics;
    const char *version; /* of a target: the last that is applied */
    int code;
    int number; /* of those that ended, this is the how manieth */
};

static int run_one(struct ctx *ctx, const struct group *group, const char *database, struct reply *reply)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    TRY(session_begin(ctx, group->request, group->config, database, &session));
    return group->one(ctx, group->request, &session, reply);
}

static void failure_show(struct ctx *ctx, const char *database, struct reply *reply)
{
    json_set(ctx->mem, reply->json, "error", error_json(ctx->mem, &ctx->error));
    report_line(&reply->report, TONE_BAD, "%s failed: %s", database, ctx->error.message);
    if (ctx->error.hint)
        report_line(&reply->report, TONE_DIM, "hint: %s", ctx->error.hint);
}

static struct attempt *attempt_begin(struct ctx *own)
{
    struct attempt *attempt = NEW(own->mem, struct attempt);
    attempt->reply = (struct reply){.json = json_object(own->mem), .report.mem = own->mem};
    return attempt;
}

static void *database_attempt(struct ctx *own, void *sink, int item)
{
    const struct group *group = sink;
    const char *name = group->name[item];
    struct attempt *attempt = attempt_begin(own);
    struct reply *reply = &attempt->reply;
    own->database = name; /* also where it is not known */
    report_line(&reply->report, TONE_TITLE, "=== %s ===", name);
    json_set_text(own->mem, reply->json, "database", name);
    attempt->code = run_one(own, group, name, reply);
    if (attempt->code < 0)
        failure_show(own, name, reply);
    return attempt;
}

/* As the run knows it: what it applied itself came after what it found. */
static const char *version_last(struct ctx *ctx, const struct session *session, const struct json *reply)
{
    const struct json *applied = json_get(reply, "applied"), *now = json_get(reply, "version");
    const struct json *history = json_get(reply, "migrations");
    const char *version = NULL;
    if (now)
        return now->text;
    for (int i = 0; history && i < history->n && !session->applied.n; i++) {
        bool plain = !json_get(history->item[i], "status"); /* else it may be pending */
        const char *each = plain ? json_get_text(history->item[i], "version") : NULL;
        version = each ? each : version;
    }
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        version = row->number >= 0 ? row->version : version;
    }
    if (applied && applied->type == JSON_ARRAY && applied->n)
        version = json_get_text(applied->item[applied->n - 1], "version");
    return arena_dup(ctx->mem, version);
}

static int run_target(struct ctx *own, const struct group *group, int item, struct attempt *attempt)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    TRY(session_begin(own, group->request, group->config, group->shared->database->name, &session));
    session_aim(own, &session, group->places->item.item[item]);
    session.folder = group->shared->folder;
    session.many = item > 0; /* snapshots are those of the first one */
    session.metrics = &attempt->metrics;
    int code = group->one(own, group->request, &session, &attempt->reply);
    attempt->version = version_last(own, &session, attempt->reply.json);
    return code;
}

static void *target_attempt(struct ctx *own, void *sink, int item)
{
    struct attempt *attempt = attempt_begin(own);
    attempt->code = run_target(own, sink, item, attempt);
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

static bool attempt_note(struct group *group, int item, struct attempt *attempt)
{
    enum err code = (enum err)attempt->code;
    bool failed = code < 0 && code != ERR_CANCELLED;
    group->outcome[item] = failed ? FAILED : code < 0 ? STOPPED : DONE;
    attempt->number = ++group->done;
    group->failed += failed;
    if (failed && severity(code) > severity(group->worst))
        group->worst = code;
    return !failed || group->keep_going;
}

static bool database_keep(struct ctx *own, void *sink, int item, void *result)
{
    struct group *group = sink;
    struct attempt *attempt = result;
    struct reply *reply = &group->reply[item];
    (void)own;
    *reply = (struct reply){.json = json_clone(group->ctx->mem, attempt->reply.json),
                            .report.mem = group->ctx->mem,
                            .status = attempt->reply.status};
    report_add(&reply->report, &attempt->reply.report);
    return attempt_note(group, item, attempt);
}

static bool target_keep(struct ctx *own, void *sink, int item, void *result)
{
    struct group *group = sink;
    struct attempt *attempt = result;
    const struct target_place *place = group->places->item.item[item];
    const struct error none = {0};
    metrics_add(group->metrics, group->shared->database->name, &attempt->metrics);
    group->row[item] = fleet_row(group->ctx->mem, place->label, attempt->reply.json, attempt->version,
                                 attempt->code < 0 && attempt->code != ERR_CANCELLED ? &own->error : &none);
    group->reply[0].status =
        attempt->reply.status > group->reply[0].status ? attempt->reply.status : group->reply[0].status;
    return attempt_note(group, item, attempt);
}

/* Commands that change nothing have no such option. */
static bool looks(const struct request *request)
{
    return !json_get(request->values, "keep_going");
}

static void attempt_tell(struct ctx *own, void *sink, int item, void *result)
{
    const struct group *group = sink;
    bool text = group->row && !looks(group->request); /* who only looks is told all in the end */
    emit_part(own, ((const struct attempt *)result)->number, group->n,
              text ? fleet_line(own->mem, group->row[item]) : NULL);
}

static int number_of(const struct group *group, const char *key, int otherwise)
{
    int64_t number = request_int(group->request, key, otherwise);
    return number > INT32_MAX ? INT32_MAX : (int)number;
}

static struct crew crew_of(struct group *group)
{
    int jobs = number_of(group, "jobs", 1);
    return (struct crew){
        .jobs = jobs < MOST_JOBS ? jobs : MOST_JOBS,
        .sink = group,
        .work = group->places ? target_attempt : database_attempt,
        .end = group->places ? target_keep : database_keep,
        .tell = group->places || jobs > 1 ? attempt_tell : NULL,
        .quiet = group->places && !request_flag(group->request, "verbose"),
    };
}

/* The canary, then wave after wave; databases that are unlike each other know neither. */
static int group_run(struct group *group)
{
    const struct crew crew = crew_of(group);
    int wave = group->places ? number_of(group, "wave", group->n) : group->n, code = 0;
    int canary = group->places ? number_of(group, "canary", 0) : 0;
    group->ctx->grace = GRACE_SECONDS; /* the second signal cuts off a statement, wherever one runs */
    for (int first = 0, size = 0; first < group->n && !code; first += size) {
        bool is_canary = !first && canary;
        size = is_canary ? canary : wave;
        size = size < group->n - first ? size : group->n - first;
        code = crew_run(group->ctx, &crew, first, size);
        if (group->failed && (is_canary || !group->keep_going))
            break;
    }
    group->ctx->grace = 0;
    return code;
}

static void group_open(struct group *group, int n)
{
    struct arena *mem = group->ctx->mem;
    group->n = n;
    group->outcome = NEW_ARRAY(mem, enum outcome, n);
    group->reply = NEW_ARRAY(mem, struct reply, n);
}

/* "3 of 200 targets of tenants failed: a, b, c; 12 were not begun" */
static int group_fail(const struct group *group, int code)
{
    struct ctx *ctx = group->ctx;
    struct names failed = {0};
    for (int i = 0; i < group->n && failed.n < (group->places ? MOST_NAMED : group->n); i++)
        if (group->outcome[i] == FAILED)
            names_add(ctx->mem, &failed,
                      group->places ? ((const struct target_place *)group->places->item.item[i])->label
                                    : group->name[i]);
    const char *of =
        group->places ? arena_printf(ctx->mem, "targets of %s", group->shared->database->name) : "databases";
    const char *more = failed.n < group->failed ? arena_printf(ctx->mem, " and %d more", group->failed - failed.n) : "";
    int left = group->n - group->done;
    if (code == ERR_CANCELLED) {
        if (left)
            fail(ctx, ERR_CANCELLED, "cancelled: %d of %d %s %s not begun", left, group->n, of,
                 left == 1 ? "was" : "were");
        else
            fail(ctx, ERR_CANCELLED, "cancelled: all %d %s had begun, and not all are done", group->n, of);
        return fail_hint(ctx, looks(group->request)
                                  ? "Nothing was changed, and what is told is that of the others alone."
                                  : "What had begun is recorded as far as it came; the next run goes on there.");
    }
    fail(ctx, group->worst, "%d of %d %s failed: %s%s%s", group->failed, group->n, of,
         names_join(ctx->mem, &failed, ", "), more,
         left ? arena_printf(ctx->mem, "; %d %s not begun", left, left == 1 ? "was" : "were") : "");
    return left ? fail_hint(ctx, "What is done stays done, and the next run does the rest. --keep-going goes on after "
                                 "failures, but not after those of the canary.")
                : (int)group->worst;
}

/* ---- databases of the configuration */

static void replies_join(const struct group *group, struct reply *reply)
{
    struct arena *mem = group->ctx->mem;
    for (int i = 0; i < group->n; i++) {
        const struct reply *part = &group->reply[i];
        if (!part->json)
            continue;
        if (reply->report.block.n)
            report_line(&reply->report, TONE_PLAIN, "%s", "");
        report_add(&reply->report, &part->report);
        json_add(mem, json_get(reply->json, "databases"), part->json);
        reply->status = part->status > reply->status ? part->status : reply->status;
    }
}

static int databases_run(struct group group, struct reply *reply)
{
    const struct list *databases = &group.config->databases, *left_out = &group.config->left_out;
    const char **name = NEW_ARRAY(group.ctx->mem, const char *, databases->n + left_out->n);
    int n = 0;
    for (int i = 0; i < databases->n; i++)
        if (group.entries || !((const struct database_config *)databases->item[i])->targets.kind)
            name[n++] = ((const struct database_config *)databases->item[i])->name;
    for (int i = 0; i < left_out->n; i++)
        name[n++] = ((const struct left_out *)left_out->item[i])->name;
    group_open(&group, n);
    group.name = name;
    group.keep_going = true;
    int code = group_run(&group);
    replies_join(&group, reply);
    if (code < 0 && code != ERR_CANCELLED)
        return code;
    return code < 0 || group.failed ? group_fail(&group, code) : 0;
}

/* ---- targets of one entry */

static int refuse(struct ctx *ctx, const struct session *entry, const char *option)
{
    fail(ctx, ERR_USAGE, "%s cannot be given for all targets of %s", option, entry->database->name);
    return fail_hint(ctx, "Name one of them: --database %s:TARGET.", entry->database->name);
}

static int targets_run_with(struct group group, struct session *entry, const struct target_places *places,
                            struct reply *reply)
{
    const struct request *request = group.request;
    group_open(&group, places->item.n);
    group.shared = entry;
    group.places = places;
    group.row = NEW_ARRAY(group.ctx->mem, struct json *, places->item.n);
    group.metrics = metrics_gather(group.ctx->mem);
    group.keep_going = looks(request) || request_flag(request, "keep_going");
    int code = group_run(&group);
    group.ctx->database = NULL;
    metrics_write(group.ctx, request, entry, group.metrics);
    reply->status = group.reply[0].status > reply->status ? group.reply[0].status : reply->status;
    fleet_show(entry->database->name, places, group.row, group.outcome, reply);
    if (code < 0 && code != ERR_CANCELLED)
        return code;
    return code < 0 || group.failed ? group_fail(&group, code) : 0;
}

static int targets_run(const struct group *group, const char *database, struct reply *reply)
{
    struct ctx *ctx = group->ctx;
    struct session entry __attribute__((cleanup(session_close))) = {0};
    struct target_places places __attribute__((cleanup(targets_close))) = {0};
    TRY(session_begin(ctx, group->request, group->config, database, &entry));
    if (request_flag(group->request, "sandbox"))
        return refuse(ctx, &entry, "--sandbox");
    if (request_flag(group->request, "with_backup") && entry.database->targets.kind == TARGETS_SCHEMAS)
        return refuse(ctx, &entry, "--with-backup");
    TRY(session_share(ctx, &entry));
    TRY(targets_find(ctx, &entry, &places));
    return targets_run_with(*group, &entry, &places, reply);
}

/* ---- */

static int targets_part(const struct group *group, const char *database, struct reply *reply)
{
    struct arena *mem = group->ctx->mem;
    struct reply part = {.json = json_object(mem), .report = reply->report};
    if (part.report.block.n)
        report_line(&part.report, TONE_PLAIN, "%s", "");
    report_line(&part.report, TONE_TITLE, "=== %s ===", database);
    json_set_text(mem, part.json, "database", database);
    int code = targets_run(group, database, &part);
    if (code < 0 && !json_get(part.json, "targets"))
        failure_show(group->ctx, database, &part);
    reply->report = part.report;
    reply->status = part.status > reply->status ? part.status : reply->status;
    json_add(mem, json_get(reply->json, "databases"), part.json);
    return code;
}

/* A failure is told in the end, with what the others did; the worst of them. */
static int every_database(const struct group *group, struct reply *reply)
{
    struct ctx *ctx = group->ctx;
    const struct list *databases = &group->config->databases;
    json_set(ctx->mem, reply->json, "databases", json_array(ctx->mem));
    int code = databases_run(*group, reply);
    struct error worst = ctx->error;
    for (int i = 0; i < databases->n && code != ERR_CANCELLED; i++) {
        const struct database_config *database = databases->item[i];
        if (group->entries || !database->targets.kind)
            continue;
        ctx->error = (struct error){0};
        code = targets_part(group, database->name, reply);
        if (code < 0 && severity((enum err)code) >= severity(worst.code))
            worst = ctx->error;
    }
    ctx->database = ctx->engine = NULL;
    ctx->error = worst;
    return (int)worst.code;
}

static int databases_each(const struct group *group, struct reply *reply)
{
    struct ctx *ctx = group->ctx;
    const char *name = request_text(group->request, "database");
    struct database_config *database;
    if (request_flag(group->request, "all") && name) {
        fail(ctx, ERR_USAGE, "--all and --database %s cannot be given together", name);
        return fail_hint(ctx, "Say every database, or which one.");
    }
    if (request_flag(group->request, "all"))
        return every_database(group, reply);
    if (group->entries || (name && strchr(name, ':')))
        return run_one(ctx, group, name, reply);
    TRY(config_database(ctx, group->config, name, &database));
    return database->targets.kind ? targets_run(group, database->name, reply) : run_one(ctx, group, name, reply);
}

static int each(struct ctx *ctx, const struct request *request, one_database_fn *one, bool entries, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    TRY(config_open(ctx, request->where, &config));
    return databases_each(
        &(struct group){.ctx = ctx, .request = request, .config = config, .one = one, .entries = entries}, reply);
}

int each_database(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply)
{
    return each(ctx, request, one, false, reply);
}

int each_entry(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply)
{
    return each(ctx, request, one, true, reply);
}
