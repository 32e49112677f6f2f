/*
 * Private servers: find the programs, initialise, run, wait until it is ready, as a specification says.
 *
 * Not reachable from elsewhere, without syncing, gone with its folder when stopped or when this process ends, however
 * it does (base/process.h).  Nothing is kept between runs.  Connecting is the engine's own affair.
 */
#include "dialect/scratch_server.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

enum { START_SECONDS = 60 };

struct scratch_server {
    const struct scratch_server_spec *spec;
    struct process_kept *kept;
};

const char *scratch_server_folder(const struct scratch_server *server)
{
    return process_kept_folder(server->kept);
}

void scratch_server_stop(struct scratch_server *server)
{
    if (!server)
        return;
    process_kept_end(server->kept);
    free(server);
}

/* 15 of ".../postgresql/15/bin". */
static int64_t folder_version(struct ctx *ctx, const char *bin)
{
    struct names parts = text_split(ctx->mem, bin, '/');
    int64_t version = 0;

    for (int i = parts.n - 1; i >= 0; i--)
        if (text_to_int(parts.item[i], &version) && version > 0)
            return version;
    return 0;
}

struct programs {
    struct names bin;  /* folders that have them */
    const char *other; /* another engine's server under this one's name, and what it says that it is; NULL */
};

/* Of the first line of `PROGRAM --version`, if that tells of another engine. */
static const char *other_server(struct ctx *ctx, const struct scratch_server_spec *spec, const char *program)
{
    const char *const argv[] = {program, "--version", NULL};
    const struct process_spec asking = {.argv = argv, .seconds = 10, .limit = 4096};
    struct process_result result;
    struct error error = ctx->error;
    const char *said = NULL;
    if (spec->other && process_run(ctx, &asking, &result) == 0 && text_has(result.reply, spec->other)) {
        said = text_lines(ctx->mem, result.reply).item[0];
        said = text_starts(said, program) ? text_trim(ctx->mem, said + strlen(program)) : said;
    }
    ctx->error = error;
    return said;
}

static void bin_add(struct ctx *ctx, const struct scratch_server_spec *spec, const char *bin, struct programs *found)
{
    const char *path = NULL;
    for (const char *const *program = spec->programs; *program; program++) {
        path = path_join(ctx->mem, bin, *program);
        if (access(path, X_OK) != 0)
            return;
    }
    const char *other = other_server(ctx, spec, path);
    if (other)
        found->other = arena_printf(ctx->mem, "%s is \"%s\"", path, other);
    else
        names_add(ctx->mem, &found->bin, bin);
}

static void add_versions(struct ctx *ctx, const struct scratch_server_spec *spec, struct programs *found)
{
    struct names versions;

    if (!spec->versions || !folder_exists(spec->versions) || folder_list(ctx, spec->versions, &versions) < 0)
        return;
    for (int i = 0; i < versions.n; i++)
        bin_add(ctx, spec, arena_printf(ctx->mem, "%s/%s/bin", spec->versions, versions.item[i]), found);
}

/* The words of a command, with NULL at the end. */
static struct names words_of(struct arena *mem, const char *command)
{
    struct names words = text_split(mem, command, ' ');

    names_add(mem, &words, NULL);
    return words;
}

static void add_asked(struct ctx *ctx, const struct scratch_server_spec *spec, struct programs *found)
{
    struct process_spec asking = {.seconds = 10, .limit = 4096};
    struct process_result result;
    struct error error = ctx->error;

    if (!spec->ask)
        return;
    asking.argv = words_of(ctx->mem, spec->ask).item;
    if (process_find(ctx->mem, asking.argv[0]) && process_run(ctx, &asking, &result) == 0 && result.status == 0)
        bin_add(ctx, spec, text_trim(ctx->mem, result.reply), found);
    ctx->error = error;
}

static void add_on_path(struct ctx *ctx, const struct scratch_server_spec *spec, struct programs *found)
{
    const char *const *last = spec->programs;

    while (last[1])
        last++;
    const char *path = process_find(ctx->mem, *last);
    if (path)
        bin_add(ctx, spec, path_folder(ctx->mem, path), found);
}

/* The version that comes nearest; a tie takes the one that was found first. */
static int bin_find(struct ctx *ctx, const struct scratch_server_spec *spec, int version, const char **bin)
{
    struct programs found = {0};
    int64_t wanted = version / spec->version_unit, best = 0;

    *bin = NULL;
    add_versions(ctx, spec, &found);
    add_asked(ctx, spec, &found);
    add_on_path(ctx, spec, &found);
    for (int i = 0; i < found.bin.n; i++) {
        int64_t its = folder_version(ctx, found.bin.item[i]);
        int64_t off = version == 0 ? -its : its > wanted ? its - wanted : wanted - its;
        if (!*bin || off < best) {
            *bin = found.bin.item[i];
            best = off;
        }
    }
    if (*bin)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "no %s server is installed here%s%s, and none was given for a scratch database",
         spec->title, found.other ? ": " : "", found.other ? found.other : "");
    return fail_hint(ctx, "%s", spec->hint);
}

/* NULL if it cannot be read. */
static char *file_text(struct ctx *ctx, const struct scratch_server *server, const char *name)
{
    const char *path = path_join(ctx->mem, scratch_server_folder(server), name);
    struct error error = ctx->error;
    char *text = NULL;
    size_t length;

    if (!file_exists(path) || file_read(ctx, path, 0, &text, &length) < 0)
        text = NULL;
    ctx->error = error;
    return text;
}

/* What the first line that tells of a failure says, because later ones only follow from it; else the last line. */
static const char *log_fault(struct ctx *ctx, const struct scratch_server *server)
{
    static const char *const marks[] = {"FATAL:", "[ERROR]", "error:"};
    const char *text = file_text(ctx, server, "log");
    struct names lines = text_lines(ctx->mem, text_trim(ctx->mem, text ? text : ""));

    for (int i = 0; i < lines.n; i++)
        for (size_t mark = 0; mark < sizeof marks / sizeof *marks; mark++) {
            const char *at = strstr(lines.item[i], marks[mark]);
            if (at)
                return text_trim(ctx->mem, at + strlen(marks[mark]));
        }
    return lines.n > 0 && lines.item[lines.n - 1][0] ? lines.item[lines.n - 1] : "it said nothing";
}

static int program_start(struct ctx *ctx, struct scratch_server *server, const char *command, const char *bin)
{
    struct names words = words_of(ctx->mem, command);
    const char *folder = scratch_server_folder(server);

    for (int i = 0; words.item[i]; i++)
        words.item[i] = text_replace(ctx->mem, text_replace(ctx->mem, words.item[i], "{bin}", bin), "{folder}", folder);
    const struct process_kept_spec spec = {
        .argv = words.item, .add_env = server->spec->add_env, .drop_env = server->spec->drop_env};
    return process_kept_start(ctx, server->kept, &spec);
}

static int initialise(struct ctx *ctx, struct scratch_server *server, const char *bin)
{
    const char *command = server->spec->initialise;
    double end = clock_monotonic() + START_SECONDS;
    int status = 0;

    if (!command)
        return 0;
    TRY(program_start(ctx, server, command, bin));
    while (!process_kept_ended(server->kept, &status)) {
        TRY(ctx_check(ctx));
        if (clock_monotonic() > end)
            return fail(ctx, ERR_FAILED, "preparing a private %s server did not end within %d seconds",
                        server->spec->title, START_SECONDS);
        clock_sleep(0.005);
    }
    if (status <= 0) /* -1: nobody can tell; then the server will */
        return 0;
    return fail(ctx, ERR_FAILED, "a private %s server cannot be prepared: %s", server->spec->title,
                log_fault(ctx, server));
}

static bool is_ready(struct ctx *ctx, const struct scratch_server *server)
{
    struct arena_mark mark = arena_save(ctx->mem);
    const char *text = file_text(ctx, server, server->spec->ready_file);
    bool ready = text && text_has(text, server->spec->ready_text);

    arena_rewind(ctx->mem, mark);
    return ready;
}

static int run(struct ctx *ctx, struct scratch_server *server, const char *bin)
{
    double end = clock_monotonic() + START_SECONDS;
    const char *title = server->spec->title;
    int status;

    TRY(program_start(ctx, server, server->spec->run, bin));
    while (!is_ready(ctx, server)) {
        TRY(ctx_check(ctx));
        if (process_kept_ended(server->kept, &status))
            return fail(ctx, ERR_FAILED, "the private %s server ended at once: %s", title, log_fault(ctx, server));
        if (clock_monotonic() > end)
            return fail(ctx, ERR_FAILED, "the private %s server did not start within %d seconds", title, START_SECONDS);
        clock_sleep(0.005);
    }
    return 0;
}

int scratch_server_start(struct ctx *ctx, const struct scratch_server_spec *spec, int version,
                         struct scratch_server **server)
{
    const char *bin;

    TRY(bin_find(ctx, spec, version, &bin));
    struct scratch_server *made = arena_outside(sizeof *made);
    made->spec = spec;
    int result = process_keep(ctx, spec->folder, spec->stop, &made->kept);
    if (result == 0)
        result = initialise(ctx, made, bin);
    if (result == 0)
        result = run(ctx, made, bin);
    if (result < 0) {
        struct error error = ctx->error;
        scratch_server_stop(made);
        ctx->error = error;
        return result;
    }
    made->spec = NULL; /* which may be of the caller */
    *server = made;
    return 0;
}
