/*
 * Finds the configuration file.  One in the working folder or above it, up to the workspace root (the nearest
 * ancestor with .git), wins; only where there is none, the tree below the root is walked, and must then hold
 * exactly one.  So a vendored project with a configuration of its own does no harm.
 * Which Python file calls database_config() is the reader's question; here only files with that word are listed.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"

#define MOST_ENTRIES  200000
#define LARGEST_FILE  ((size_t)4 << 20)
#define DEEPEST_LEVEL 64

static const char *const file_names[] = {"dbwarden.py", "dbwarden.yaml", "dbwarden.yml"};

static const char *const skipped[] = {".git",          ".venv", "venv", "node_modules", "dist",
                                      "build",         "site",  "env",  "__pycache__",  ".mypy_cache",
                                      ".pytest_cache", ".tox",  ".nox", "site-packages"};

struct walk {
    struct ctx *ctx;
    struct names files;   /* configuration files */
    struct names sources; /* other Python files */
    int64_t seen;
};

bool path_is_yaml(const char *path)
{
    return text_ends(path, ".yaml") || text_ends(path, ".yml");
}

static bool is_skipped(const char *name)
{
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (text_equal(name, skipped[i]))
            return true;
    return false;
}

static bool is_config_name(const char *name)
{
    for (size_t i = 0; i < sizeof file_names / sizeof *file_names; i++)
        if (text_equal(name, file_names[i]))
            return true;
    return false;
}

static int fail_several(struct ctx *ctx, const char *root, const struct names *files)
{
    struct names shown = {0};
    bool all_python = true;
    for (int i = 0; i < files->n; i++) {
        const char *path = files->item[i];
        names_add(ctx->mem, &shown, text_starts(path, root) ? path + strlen(root) + 1 : path);
        all_python = all_python && text_ends(path, ".py");
    }
    fail(ctx, ERR_CONFIG, "Multiple %s files found: %s", all_python ? "dbwarden.py" : "configuration",
         names_join(ctx->mem, &shown, ", "));
    return fail_hint(ctx, "Keep exactly one, run in the folder of the one that is meant, or name it with --config.");
}

/* The configuration file directly in a folder; *path NULL if there is none. */
static int look_in(struct ctx *ctx, const char *folder, const char **path)
{
    struct names found = {0};
    for (size_t i = 0; i < sizeof file_names / sizeof *file_names; i++) {
        const char *candidate = path_join(ctx->mem, folder, file_names[i]);
        if (file_exists(candidate))
            names_add(ctx->mem, &found, candidate);
    }
    *path = found.n ? found.item[0] : NULL;
    return found.n > 1 ? fail_several(ctx, folder, &found) : 0;
}

static bool is_top(const char *folder)
{
    return text_equal(folder, "/");
}

static const char *workspace_root(struct ctx *ctx, const char *start)
{
    for (const char *folder = start; !is_top(folder); folder = path_folder(ctx->mem, folder)) {
        struct stat status;
        if (!stat(path_join(ctx->mem, folder, ".git"), &status))
            return folder;
    }
    return start;
}

static int look_upwards(struct ctx *ctx, const char *start, const char *root, const char **path)
{
    for (const char *folder = start;; folder = path_folder(ctx->mem, folder)) {
        TRY(look_in(ctx, folder, path));
        if (*path || text_equal(folder, root) || is_top(folder))
            return 0;
    }
}

static int walk_folder(struct walk *walk, const char *folder, int level);

static int walk_entry(struct walk *walk, const char *folder, const struct dirent *entry, int level)
{
    const char *path = path_join(walk->ctx->mem, folder, entry->d_name);
    bool is_folder = entry->d_type == DT_DIR;
    bool is_file = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) { /* some file systems do not say */
        struct stat status;
        if (lstat(path, &status))
            return 0;
        is_folder = S_ISDIR(status.st_mode);
        is_file = S_ISREG(status.st_mode);
    }
    if (is_folder && !is_skipped(entry->d_name))
        return walk_folder(walk, path, level + 1);
    if (is_file && is_config_name(entry->d_name))
        names_add(walk->ctx->mem, &walk->files, path);
    else if (is_file && text_ends(entry->d_name, ".py"))
        names_add(walk->ctx->mem, &walk->sources, path);
    return 0;
}

static int walk_folder(struct walk *walk, const char *folder, int level)
{
    if (level > DEEPEST_LEVEL || walk->seen > MOST_ENTRIES)
        return 0;
    DIR *open = opendir(folder);
    if (!open)
        return 0; /* what we may not read holds no configuration of ours */
    int code = ctx_check(walk->ctx);
    for (struct dirent *entry; !code && (entry = readdir(open)) != NULL;) {
        bool is_dots = text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..");
        if (!is_dots && ++walk->seen <= MOST_ENTRIES)
            code = walk_entry(walk, folder, entry, level);
    }
    closedir(open);
    return code;
}

static bool has_call(struct ctx *ctx, const char *path)
{
    struct arena_mark mark = arena_save(ctx->mem);
    struct error before = ctx->error;
    char *text;
    size_t length;
    bool found = !file_read(ctx, path, LARGEST_FILE, &text, &length) &&
                 memmem(text, length, "database_config", strlen("database_config"));
    ctx->error = before;
    arena_rewind(ctx->mem, mark);
    return found;
}

/* The working folder of a file found below the root: where 0.8.2's commands were run, unless migrations lie beside it. */
static const char *project_folder(struct ctx *ctx, const char *path, const char *root)
{
    const char *beside = path_folder(ctx->mem, path);
    bool has_beside = folder_exists(path_join(ctx->mem, beside, "migrations"));
    return has_beside && !folder_exists(path_join(ctx->mem, root, "migrations")) ? beside : root;
}

static int look_below(struct ctx *ctx, struct config_place *place)
{
    struct walk walk = {.ctx = ctx};
    TRY(walk_folder(&walk, place->root, 0));
    if (walk.seen > MOST_ENTRIES)
        emit_debug(ctx, "%s holds more than %d files; only those were searched for a configuration", place->root,
                   MOST_ENTRIES);
    names_sort(&walk.files);
    names_sort(&walk.sources);
    if (walk.files.n > 1)
        return fail_several(ctx, place->root, &walk.files);
    if (walk.files.n) {
        place->path = walk.files.item[0];
        place->folder = project_folder(ctx, place->path, place->root);
        return 0;
    }
    for (int i = 0; i < walk.sources.n; i++)
        if (has_call(ctx, walk.sources.item[i]))
            names_add(ctx->mem, &place->candidates, walk.sources.item[i]);
    return 0;
}

static int take_named(struct ctx *ctx, const char *start, const char *file, struct config_place *place)
{
    const char *path = path_join(ctx->mem, start, file);
    if (!file_exists(path)) {
        fail(ctx, ERR_CONFIG, "there is no configuration file %s", file);
        return fail_hint(ctx, "Run \"dbwarden init\" to make one.");
    }
    if (!text_ends(path, ".py") && !path_is_yaml(path)) {
        fail(ctx, ERR_CONFIG, "the configuration file %s is neither Python nor YAML", file);
        return fail_hint(ctx, "It must end in .py, .yaml or .yml.");
    }
    place->path = path;
    place->folder = path_folder(ctx->mem, path);
    return 0;
}

int place_find(struct ctx *ctx, const struct config_options *options, struct config_place *place)
{
    *place = (struct config_place){0};
    char *real = realpath(options->folder ? options->folder : ".", NULL);
    if (!real || !folder_exists(real)) {
        free(real);
        return fail(ctx, ERR_CONFIG, "there is no folder %s", options->folder ? options->folder : ".");
    }
    const char *start = arena_dup(ctx->mem, real);
    free(real);
    place->root = start;
    if (options->file)
        return take_named(ctx, start, options->file, place);
    if (options->url)
        return 0;
    place->root = workspace_root(ctx, start);
    TRY(look_upwards(ctx, start, place->root, &place->path));
    if (place->path)
        place->folder = path_folder(ctx->mem, place->path);
    else
        TRY(look_below(ctx, place));
    const char *module = getenv("DBWARDEN_CONFIG_MODULE");
    if (!place->path && module && *module)
        place->module = module;
    return 0;
}
