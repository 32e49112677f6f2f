/*
 * Finding and running the engines' own client programs.  They know their formats best; what they get from us is a database,
 * the files to read and write, and an environment without our secrets.
 */
#include "dialect/client_program.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static const char *of_version(struct ctx *ctx, const struct client_program *program, int wanted)
{
    struct names versions;
    struct error error = ctx->error;
    int64_t best = 0, version;
    const char *found = NULL;
    if (!program->versions || !folder_exists(program->versions) || folder_list(ctx, program->versions, &versions) < 0) {
        ctx->error = error;
        return NULL;
    }
    for (int i = 0; i < versions.n; i++) {
        const char *bin =
            arena_printf(ctx->mem, "%s/%s/bin/%s", program->versions, versions.item[i], program->names[0]);
        if (!text_to_int(versions.item[i], &version) || version < wanted || access(bin, X_OK) != 0)
            continue;
        if (!found || version < best) {
            found = bin;
            best = version;
        }
    }
    return found;
}

int client_program_find(struct ctx *ctx, const struct client_program *program, int version, const char **path)
{
    *path = of_version(ctx, program, version);
    for (const char *const *name = program->names; *name && !*path; name++)
        *path = process_find(ctx->mem, *name);
    if (*path)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "the program %s is not installed here", program->names[0]);
    return fail_hint(ctx, "Install it (Debian: apt install %s).", program->package);
}

/* The first line that tells of a failure and what follows it, on one line; else the last one. */
static const char *said(struct arena *mem, const char *errors)
{
    static const char *const marks[] = {"error:", "ERROR:", "ERROR ", "Error:", "FATAL:"};
    struct names lines = text_lines(mem, text_trim(mem, errors ? errors : ""));
    for (int i = 0; i < lines.n; i++)
        for (size_t mark = 0; mark < sizeof marks / sizeof *marks; mark++) {
            const char *at = strstr(lines.item[i], marks[mark]);
            if (!at)
                continue;
            const char *first = text_trim(mem, at + strlen(marks[mark]));
            const char *next = i + 1 < lines.n ? strstr(lines.item[i + 1], "detail:") : NULL;
            return next ? arena_printf(mem, "%s (%s)", first, text_trim(mem, next + strlen("detail:"))) : first;
        }
    return lines.n && *lines.item[lines.n - 1] ? lines.item[lines.n - 1] : "it said nothing";
}

int client_program_run(struct ctx *ctx, struct process_spec spec)
{
    static const char *const keep[] = {
        "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "KRB5CCNAME", NULL};
    struct process_result result;
    spec.keep_env = keep;
    TRY(process_run(ctx, &spec, &result));
    if (result.status == 0)
        return 0;
    fail(ctx, ERR_FAILED, "%s failed: %s", path_name(spec.argv[0]), said(ctx->mem, result.errors));
    if (text_has(ctx->error.message, "version mismatch"))
        fail_hint(ctx,
                  "It has to be at least as new as the server: install the client programs of the server's version.");
    return ctx->error.code;
}
