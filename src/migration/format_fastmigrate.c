/*
 * fastmigrate's files: NNNN-what.sql, .py or .sh, each run once in the order of its number, with no way back.  The whole file is
 * what runs; one of Python is a program that gets the database's path, as a shell script does.
 * They run as they are (`format: fastmigrate`), or `adopt` makes files of ours of them.  Not here: its table _meta (state/meta.c).
 */
#include "migration/format_parts.h"
#include "migration/parts.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

enum { DIGITS = 4 };

static bool is_numbered(const char *name)
{
    enum script kind = script_of_name(name);
    return strspn(name, "0123456789") == DIGITS && name[DIGITS] == '-' && kind < SCRIPTS &&
           text_ends(name, script_kinds[kind].suffix);
}

/* Nearly one: a number, and an end that would run. */
static bool is_nearly_numbered(const char *name)
{
    return char_is_digit((unsigned char)*name) && script_of_name(name) < SCRIPTS;
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
    enum script script = script_of_name(name);
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
    list_sort(&(*folder)->versioned, migration_by_number);
    return folder_check(ctx, *folder);
}

/* ---- as another tool's, to be taken over ---- */

static const char *const folders[] = {"migrations", NULL};

static bool owns(const char *name, const char *text)
{
    (void)text;
    return is_numbered(name);
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        const char *digits, *words, *name = reading->names.item[i];
        char *text;
        if (!is_numbered(name))
            continue;
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        *foreign = (struct foreign){.path = path_join(ctx->mem, reading->folder, name)};
        if (!numbered_name(ctx->mem, name, ".sql", &digits, &words))
            return fail_foreign(ctx, foreign->path,
                                "it is a program that gets the path of the database; `format: fastmigrate` runs it");
        TRY(foreign_file(reading, name, &text));
        foreign->id = digits_bare(digits);
        foreign->title = words;
        foreign->up = text;
        if (!text_equal(foreign->id, "0"))
            list_add(ctx->mem, reading->foreign, foreign);
    }
    list_sort(reading->foreign, foreign_by_number);
    return 0;
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    statements_add(&text, &ejected->migration->up, NULL);
    ejected->script =
        arena_printf(ctx->mem, "%s-%s.sql", ejected->number, text_replace(ctx->mem, ejected->slug, "_", "-"));
    file_new_add(ctx, files, ejected->script, text.data);
    return 0;
}

const struct format format_fastmigrate = {
    .name = "fastmigrate",
    .title = "fastmigrate",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_LAST,
    .table = FASTMIGRATE_TABLE,
    .query = "SELECT version, 1, 0, NULL FROM _meta WHERE id = 1 AND version > 0",
    .create = FASTMIGRATE_META,
    .insert = "INSERT OR REPLACE INTO _meta (id, version) VALUES (1, @id)",
    .remove = "DELETE FROM _meta WHERE id = 1",
    .digits = DIGITS,
    .bare = true,
    .write = write_one,
};
