/*
 * Seeds: files of data, V0001__users.sql or .py, which run in the order of their numbers.  A file of SQL is read like a migration
 * whose upgrade section begins at once; of a Python file only its checksum is known here (models/reader/program.py runs it).
 * Names as in 0.8.2's README, 001_users.sql, count too.
 */
#include "migration/parts.h"

#include "base/file.h"
#include "base/text.h"

enum { DIGITS_MARKED = 4, DIGITS_BARE = 3, DIGITS_MOST = 18 };

static int digits_at(const char *text)
{
    int n = 0;
    while (char_is_digit((unsigned char)text[n]))
        n++;
    return n;
}

static bool ends_like_seed(const char *name, bool *python, size_t *length)
{
    *python = text_ends(name, ".py");
    *length = strlen(name) - (*python ? 3 : 4);
    return *name != '.' && (*python || text_ends(name, ".sql"));
}

static enum name_verdict seed_name_read(struct arena *mem, const char *name, struct file_name *result)
{
    size_t length;
    bool python;
    if (!ends_like_seed(name, &python, &length) || text_ends(name, ".rollback.sql"))
        return NAME_OTHER;
    char *stem = arena_copy(mem, name, length);
    bool marked = *stem == 'V';
    const char *digits = stem + marked, *gap = marked ? "__" : "_";
    int n = digits_at(digits);
    if (n < (marked ? DIGITS_MARKED : DIGITS_BARE) || n > DIGITS_MOST || !text_starts(digits + n, gap) ||
        !digits[(size_t)n + strlen(gap)])
        return python && !n ? NAME_OTHER : NAME_MISTAKEN; /* a module that seeds import is none */
    *result = (struct file_name){.type = MIGRATION_SEED,
                                 .script = python ? SCRIPT_PYTHON : SCRIPT_NONE,
                                 .version = arena_copy(mem, digits, (size_t)n)};
    text_to_int(result->version, &result->number);
    result->description = text_replace(mem, digits + n + strlen(gap), "_", " ");
    return NAME_MIGRATION;
}

static void warn_about_name(struct ctx *ctx, const char *path, const char *name)
{
    emit_warning_at(ctx, (struct place){.file = path},
                    "is not run, because its name is not one of a seed; it has to be like V0001__users.%s",
                    text_ends(name, ".py") ? "py" : "sql");
}

static int add_seed(struct ctx *ctx, const struct dialect *dialect, const char *path, struct list *seeds)
{
    struct file_name read;
    const char *name = path_name(path);
    enum name_verdict verdict = seed_name_read(ctx->mem, name, &read);
    if (verdict == NAME_OTHER || folder_exists(path))
        return 0;
    if (verdict == NAME_MISTAKEN) {
        warn_about_name(ctx, path, name);
        return 0;
    }
    struct migration *seed = NEW(ctx->mem, struct migration);
    *seed = (struct migration){
        .path = path,
        .lex = dialect->lex,
        .filename = name,
        .journal_name = arena_printf(ctx->mem, "seeds/%s", name),
        .type = MIGRATION_SEED,
        .version = read.version,
        .number = read.number,
        .description = read.description,
        .script = read.script,
        .limits = {-1, -1},
    };
    list_add(ctx->mem, seeds, seed);
    return migration_fill(ctx, dialect, seed);
}

int seeds_read(struct ctx *ctx, const struct dialect *dialect, const struct names *paths, struct folder **folder)
{
    *folder = NEW(ctx->mem, struct folder);
    struct list *seeds = &(*folder)->versioned;
    for (int i = 0; i < paths->n; i++) {
        struct names names;
        TRY(folder_list(ctx, paths->item[i], &names));
        for (int n = 0; n < names.n; n++)
            TRY(add_seed(ctx, dialect, path_join(ctx->mem, paths->item[i], names.item[n]), seeds));
    }
    list_sort(seeds, migration_by_number);
    return folder_check(ctx, *folder);
}

char *seed_file(struct arena *mem, int64_t number, const char *slug, bool python)
{
    return arena_printf(mem, "V%04lld__%s.%s", (long long)number, slug, python ? "py" : "sql");
}
