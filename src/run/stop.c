/*
 * What an interrupted run leaves, and what the next one does. A signal may end a run anywhere: in a statement, in a hook, in a seed's Python,
 * while a copy is made or a lock waited for; whoever notices it only says so (ERR_CANCELLED without a hint), and the road that was taken explains.
 */
#include "run/parts.h"

#include "base/text.h"

static bool unexplained(const struct ctx *ctx)
{
    return ctx->error.code == ERR_CANCELLED && !ctx->error.hint;
}

static const char *command_of(const struct migration *migration, bool down)
{
    bool seed = migration->type == MIGRATION_SEED;
    return down ? (seed ? "seed rollback" : "rollback") : seed ? "seed apply" : "migrate";
}

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

int stop_in_sandbox(struct ctx *ctx, const struct session *session)
{
    if (!unexplained(ctx))
        return ctx->error.code;
    fail(ctx, ERR_CANCELLED, "interrupted in the sandbox: %s itself is as it was", session->database->name);
    return fail_hint(ctx, "`dbwarden migrate --sandbox` begins again, with a new copy.");
}

int stop_in_file(struct ctx *ctx, const struct session *session, const struct stopped_file *at)
{
    const char *command = command_of(at->migration, at->down), *file = at->migration->filename;
    int files = session->finished;
    const char *before = files ? arena_printf(ctx->mem, "%d file%s done before, ", files, plural(files)) : "";
    if (session->sandbox)
        return stop_in_sandbox(ctx, session);
    if (at->kept) {
        fail(ctx, ERR_CANCELLED, "interrupted: %s%d of %d statements of %s are kept", before, at->kept, at->total,
             file);
        return fail_hint(ctx, "`dbwarden %s` goes on at statement %d.", command, at->kept + 1);
    }
    fail(ctx, ERR_CANCELLED, "interrupted: %snothing of %s is kept", before, file);
    return fail_hint(ctx, "`dbwarden %s` begins with that file.", command);
}

int stop_in_run(struct ctx *ctx, const struct session *session, const char *command)
{
    const struct stopped_file at = {.migration = session->hooked_file, .down = session->hooked_down};
    int files = session->finished;
    if (!unexplained(ctx))
        return ctx->error.code;
    if (session->sandbox)
        return stop_in_sandbox(ctx, session);
    if (at.migration && at.migration->script)
        return stop_in_file(ctx, session, &at);
    if (!files) {
        fail(ctx, ERR_CANCELLED, "interrupted before anything was run");
        return fail_hint(ctx, "`dbwarden %s` begins again.", command);
    }
    fail(ctx, ERR_CANCELLED, "interrupted: %d file%s done, and nothing begun after that", files, plural(files));
    return fail_hint(ctx, "`dbwarden %s` goes on with the next one.", command);
}
