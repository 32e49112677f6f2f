/*
 * fastmigrate's configuration: a file .fastmigrate whose section [paths] says where the database and the migrations are.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"

#define INI_FILE ".fastmigrate"

static int fail_line(struct ctx *ctx, const char *path, int line, const char *what)
{
    fail(ctx, ERR_CONFIG, "%s", what);
    fail_hint(ctx, "It is like: [paths], and below it db = data/database.db and migrations = migrations.");
    return fail_at(ctx, path, line, 0);
}

/* "sqlite:///" and the path, with what means something in a URL written as %XX. */
static char *url_of(struct arena *mem, const char *path)
{
    struct buf url;
    buf_init(&url, mem);
    buf_add(&url, "sqlite:///");
    for (const char *at = path; *at; at++)
        if (strchr("%?#", *at))
            buf_addf(&url, "%%%02X", (unsigned)*at);
        else
            buf_add_c(&url, *at);
    return url.data;
}

static int pair_take(struct ctx *ctx, const char *path, int number, const char *line, struct config_options *options)
{
    const char *mark = strpbrk(line, "=:");
    if (!mark)
        return fail_line(ctx, path, number, "this line is neither a section nor a value");
    const char *key = text_lower(ctx->mem, text_trim(ctx->mem, arena_copy(ctx->mem, line, (size_t)(mark - line))));
    const char *value = text_trim(ctx->mem, mark + 1);
    if (text_equal(key, "db"))
        options->url = url_of(ctx->mem, value);
    else if (text_equal(key, "migrations"))
        options->migrations_dir = value;
    return 0;
}

int fastmigrate_ini(struct ctx *ctx, const char *folder, struct config_options *options)
{
    const char *path = path_join(ctx->mem, folder, INI_FILE);
    bool paths = false, any = false;
    char *text;
    size_t length;
    if (!file_exists(path))
        return 0;
    TRY(file_read(ctx, path, 0, &text, &length));
    const struct names lines = text_lines(ctx->mem, text);
    const char *given = options->migrations_dir;
    for (int i = 0; i < lines.n; i++) {
        const char *line = text_trim(ctx->mem, lines.item[i]);
        if (!*line || *line == '#' || *line == ';')
            continue;
        if (*line == '[')
            paths = text_equal_nocase(line, "[paths]");
        else if (paths)
            TRY(pair_take(ctx, path, i + 1, line, options));
        any = any || paths;
    }
    if (!any)
        return fail_line(ctx, path, 0, "there is no section [paths] in it");
    if (!options->url)
        options->url = url_of(ctx->mem, "data/database.db");
    if (given || !options->migrations_dir)
        options->migrations_dir = given ? given : "migrations";
    return 0;
}
