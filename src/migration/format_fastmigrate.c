/*
 * fastmigrate's files: NNNN-what.sql, .py or .sh, each run once in the order of its number, with no way back.  The whole file is
 * what runs; one of Python is a program that gets the database's path, as a shell script does.
 * Not here: its table _meta (state/meta.c).
 */
#include "migration/parts.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

enum { DIGITS = 4 };

static enum script kind_of(const char *name)
{
    enum script kind = SCRIPT_NONE;
    while (kind < SCRIPTS && !text_ends(name, script_kinds[kind].suffix))
        kind++;
    return kind;
}

static bool is_numbered(const char *name)
{
    return strspn(name, "0123456789") == DIGITS && name[DIGITS] == '-' && kind_of(name) < SCRIPTS;
}

/* Nearly one: a number, and an end that would run. */
static bool is_nearly_numbered(const char *name)
{
    for (int kind = 0; kind < SCRIPTS; kind++) {
        size_t length = strlen(name), suffix = strlen(script_kinds[kind].suffix);
        if (char_is_digit((unsigned char)*name) && length > suffix &&
            text_equal_nocase(name + length - suffix, script_kinds[kind].suffix))
            return true;
    }
    return false;
}

bool fastmigrate_is_like(const struct names *files)
{
    for (int i = 0; i < files->n; i++)
        if (is_numbered(files->item[i]))
            return true;
    return false;
}

char *fastmigrate_file(struct arena *mem, int64_t number, const char *slug)
{
    return arena_printf(mem, "%04lld-%s.sql", (long long)number, text_replace(mem, slug, "_", "-"));
}

static int text_take(struct ctx *ctx, const struct dialect *dialect, struct migration *migration)
{
    char *text;
    TRY(file_read(ctx, migration->path, 0, &text, &migration->length));
    migration->text = text;
    migration->checksum = hash_sha256(ctx->mem, text, migration->length);
    migration->token_checksum = migration->script ? migration->checksum : NULL;
    return migration->script ? 0 : migration_whole(ctx, dialect, migration);
}

static int add_file(struct ctx *ctx, const struct dialect *dialect, const char *name, struct folder *folder)
{
    const char *path = path_join(ctx->mem, folder->path, name);
    enum script script = kind_of(name);
    struct migration *migration = NEW(ctx->mem, struct migration);
    size_t length = strlen(name) - DIGITS - 1 - strlen(script_kinds[script].suffix);
    if (folder_exists(path))
        return 0;
    *migration = (struct migration){
        .path = path,
        .filename = arena_dup(ctx->mem, name),
        .journal_name = arena_dup(ctx->mem, name),
        .version = arena_copy(ctx->mem, name, DIGITS),
        .description = text_replace(ctx->mem, arena_copy(ctx->mem, name + DIGITS + 1, length), "-", " "),
        .script = script,
        .takes_file = true,
        .irreversible = "files of fastmigrate have no way back",
        .lex = dialect->lex,
        .limits = {-1, -1},
    };
    text_to_int(migration->version, &migration->number);
    if (!migration->number) {
        emit_warning_at(ctx, (struct place){.file = path}, "is never run: the versions of fastmigrate begin with 0001");
        return 0;
    }
    list_add(ctx->mem, &folder->versioned, migration);
    if (text_take(ctx, dialect, migration) == 0)
        return 0;
    migration->up_error = migration->down_error = error_keep(ctx);
    return 0;
}

static int refuse_adapter(struct ctx *ctx, const char *path)
{
    fail(ctx, ERR_UNSUPPORTED, "an adapter of fastmigrate is code that runs in the application's Python");
    fail_hint(ctx, "Run these migrations with fastmigrate_run_migrations, of dbwarden's own fastmigrate package.");
    return fail_at(ctx, path, 0, 0);
}

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

int fastmigrate_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct folder **folder)
{
    struct names names;
    const char *adapter = path_join(ctx->mem, path, "config.py");
    *folder = NEW(ctx->mem, struct folder);
    (*folder)->path = arena_dup(ctx->mem, path);
    if (file_exists(adapter))
        return refuse_adapter(ctx, adapter);
    TRY(folder_list(ctx, path, &names));
    for (int i = 0; i < names.n; i++) {
        if (is_numbered(names.item[i]))
            TRY(add_file(ctx, dialect, names.item[i], *folder));
        else if (is_nearly_numbered(names.item[i]))
            emit_warning_at(ctx, (struct place){.file = path_join(ctx->mem, path, names.item[i])},
                            "is not run, because its name is not one of fastmigrate, like 0001-users.sql");
    }
    list_sort(&(*folder)->versioned, by_number);
    return folder_check(ctx, *folder);
}
