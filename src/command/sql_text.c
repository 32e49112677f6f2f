/*
 * migrate --sql and rollback --sql: what would run, for a client to run it.  Standard output holds SQL and nothing else.
 */
#include "run/offline.h"

#include "base/text.h"
#include "command/commands.h"

static bool is_given(const struct request *request, const char *key)
{
    return request_flag(request, key) || request_text(request, key) || request_int(request, key, 0);
}

/* What is for a run, or for several databases. */
static int options_check(struct ctx *ctx, const struct request *request)
{
    static const char *const others[] = {"count",        "to_version",  "all",         "baseline", "atomic",
                                         "max_severity", "apply_seeds", "with_backup", "sandbox",  "dry_run"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!is_given(request, others[i]))
            continue;
        fail(ctx, ERR_USAGE, "--sql runs nothing, so --%s cannot be given with it",
             text_replace(ctx->mem, others[i], "_", "-"));
        return fail_hint(ctx, "Which files are printed is said by FROM:TO, as in 0003:0005.");
    }
    return 0;
}

int sql_text_run(struct ctx *ctx, const struct request *request, bool down, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    struct offline_options options = {.down = down};
    const char *sql;
    TRY(options_check(ctx, request));
    TRY(offline_range(ctx, request_text(request, "range"), &options));
    TRY(project_open(ctx, request, &project));
    TRY(offline_text(ctx, &project.session, &options, &sql));
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set_text(ctx->mem, reply->json, "sql", sql);
    report_raw(&reply->report, sql);
    return 0;
}

int sql_range_check(struct ctx *ctx, const struct request *request)
{
    if (!request_text(request, "range"))
        return 0;
    fail(ctx, ERR_USAGE, "%s says which files --sql prints", request_text(request, "range"));
    return fail_hint(ctx, "Add --sql; up to where a run goes is said by --to-version.");
}
