/*
 * The folder of migration files: which names count, which were probably meant to, and the order to run them in.
 * The order is by version as a number, and a file that depends on a later one comes after it.  A dependency that
 * is missing or circular spoils its file, not the folder: 0.8.2 never looked at dependencies, so files that are
 * applied already may name anything.
 */
#include "migration/parts.h"

#include "base/file.h"
#include "base/map.h"
#include "base/text.h"

const char *const layout_names[LAYOUTS] = {"dbwarden", "fastmigrate"};

struct reading {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct folder *folder;
};

int migration_by_number(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void ignore_name(struct reading *reading, const char *name)
{
    names_add(reading->ctx->mem, &reading->folder->ignored, name);
}

static int add_file(struct reading *reading, const char *name)
{
    struct ctx *ctx = reading->ctx;
    struct folder *folder = reading->folder;
    struct arena_mark mark = arena_save(ctx->mem);
    struct file_name read;
    enum name_verdict verdict = file_name_read(ctx->mem, name, &read);
    arena_rewind(ctx->mem, mark);
    if (verdict == NAME_MISTAKEN)
        ignore_name(reading, name);
    if (verdict != NAME_MIGRATION)
        return 0;
    const char *path = path_join(ctx->mem, folder->path, name);
    struct migration *migration;
    int code = migration_read(ctx, reading->dialect, path, &migration);
    if (code == ERR_FILE && folder_exists(path)) {
        ctx->error = (struct error){0};
        emit_warning_at(ctx, (struct place){.file = path}, "is a folder, and is passed over");
        return 0;
    }
    TRY(code);
    struct list *list = migration->type == MIGRATION_VERSIONED     ? &folder->versioned
                        : migration->type == MIGRATION_RUNS_ALWAYS ? &folder->always
                                                                   : &folder->on_change;
    list_add(ctx->mem, list, migration);
    return ctx_check(ctx);
}

bool migration_squashes(const struct migration *migration, int64_t number)
{
    int64_t one;
    for (int i = 0; i < migration->squashes.n; i++)
        if (text_to_int(migration->squashes.item[i], &one) && one == number)
            return true;
    return false;
}

/* Files that another one stands for may stay as long as somebody needs them; they are no part of the folder. */
static int squashed_leave(struct ctx *ctx, struct folder *folder)
{
    for (int i = 0; i < folder->versioned.n; i++) {
        const struct migration *whole = folder->versioned.item[i];
        if (whole->squashes.n && !migration_squashes(whole, whole->number)) {
            fail(ctx, ERR_SYNTAX, "its \"squashes\" line does not name its own version, %s", whole->version);
            fail_hint(ctx, "It names all versions that the file stands for; the last of them is its own.");
            return fail_at(ctx, whole->path, 1, 0);
        }
        for (int k = folder->versioned.n - 1; whole->squashes.n && k >= 0; k--) {
            const struct migration *part = folder->versioned.item[k];
            if (part == whole || part->squashes.n || !migration_squashes(whole, part->number))
                continue;
            emit_warning_at(ctx, (struct place){.file = part->path}, "is passed over, because %s stands for it",
                            whole->filename);
            list_remove(&folder->versioned, k);
            i -= k < i;
        }
    }
    return 0;
}

int folder_check(struct ctx *ctx, const struct folder *folder)
{
    for (int i = 1; i < folder->versioned.n; i++) {
        const struct migration *a = folder->versioned.item[i - 1], *b = folder->versioned.item[i];
        if (a->number != b->number)
            continue;
        fail(ctx, ERR_STATE, "two files have version %s: %s and %s", b->version, a->filename, b->filename);
        fail_hint(ctx, "Give one of them a number of its own; the next free one is %04lld.",
                  (long long)name_next(folder));
        return fail_at(ctx, b->path, 0, 0);
    }
    return 0;
}

/* By version ("0002", "2") or by file name, with or without ".sql"; or the file that stands for that version. NULL: none is. */
static struct migration *find_dependency(const struct folder *folder, const struct map *by_name, const char *reference)
{
    int64_t number;
    struct migration *named = map_get(by_name, reference);
    if (named || !text_to_int(reference, &number) || number < 0)
        return named;
    for (int i = 0; i < folder->versioned.n; i++)
        if (migration_squashes(folder->versioned.item[i], number))
            return folder->versioned.item[i];
    return folder_version(folder, number);
}

struct ordering {
    struct ctx *ctx;
    const struct folder *folder; /* still by number */
    struct map by_name;
    struct map visited; /* file name -> itself while below it, then `done` */
    struct list order;
};
static char visiting, done;

static void spoil(struct ordering *ordering, struct migration *migration, const char *message, const char *hint)
{
    struct ctx *ctx = ordering->ctx;
    fail(ctx, ERR_SYNTAX, "%s", message);
    fail_hint(ctx, "%s", hint);
    fail_at(ctx, migration->path, 1, 0);
    const struct error *kept = error_keep(ctx);
    if (!migration->up_error)
        migration->up_error = kept;
}

/* Behind everything that it depends on. Recursion is as deep as a chain of files that each need a later one. */
static void place(struct ordering *ordering, struct migration *migration)
{
    struct arena *mem = ordering->ctx->mem;
    map_set(&ordering->visited, migration->filename, &visiting);
    for (int i = 0; i < migration->depends_on.n; i++) {
        const char *reference = migration->depends_on.item[i];
        struct migration *needed = find_dependency(ordering->folder, &ordering->by_name, reference);
        if (!needed) {
            spoil(ordering, migration, arena_printf(mem, "depends on %s, which is not there", reference),
                  "Name a version, like \"0002\", or a file of the same folder without \".sql\".");
            continue;
        }
        list_add(mem, &migration->needs, needed);
        const void *state = map_get(&ordering->visited, needed->filename);
        if (state == &visiting)
            spoil(ordering, migration, arena_printf(mem, "depends on %s, which depends on this file", needed->filename),
                  "Take one of the two \"depends_on\" lines out.");
        else if (!state)
            place(ordering, needed);
    }
    map_set(&ordering->visited, migration->filename, &done);
    list_add(mem, &ordering->order, migration);
}

static void order_files(struct ctx *ctx, struct folder *folder)
{
    bool any = false;
    for (int i = 0; i < folder->versioned.n && !any; i++)
        any = ((struct migration *)folder->versioned.item[i])->depends_on.n > 0;
    if (!any)
        return;
    struct ordering ordering = {.ctx = ctx, .folder = folder};
    map_init(&ordering.by_name, ctx->mem);
    map_init(&ordering.visited, ctx->mem);
    for (int i = 0; i < folder->versioned.n; i++) {
        struct migration *migration = folder->versioned.item[i];
        map_set(&ordering.by_name, migration->filename, migration);
        map_set(&ordering.by_name, path_stem(ctx->mem, migration->filename), migration);
    }
    for (int i = 0; i < folder->versioned.n; i++) {
        struct migration *migration = folder->versioned.item[i];
        if (!map_get(&ordering.visited, migration->filename))
            place(&ordering, migration);
    }
    folder->versioned = ordering.order;
}

/* The first number that neither a file nor the suggestion for another one wants. */
static int64_t spare_number(struct ctx *ctx, const struct folder *folder, const char *prefix)
{
    int64_t spare = name_next(folder);
    for (int i = 0; i < folder->ignored.n; i++) {
        struct file_name read = {.number = -1};
        file_name_read(ctx->mem, file_name_suggest(ctx->mem, folder->ignored.item[i], prefix, 0), &read);
        if (read.number >= spare)
            spare = read.number + 1;
    }
    return spare;
}

static void warn_about_names(struct ctx *ctx, const struct folder *folder)
{
    const char *prefix = path_name(folder->path);
    for (const char *c = prefix; *c; c++)
        if (!char_is_word((unsigned char)*c)) {
            prefix = "primary";
            break;
        }
    int64_t spare = folder->ignored.n ? spare_number(ctx, folder, prefix) : 0;
    for (int i = 0; i < folder->ignored.n; i++) {
        const char *name = folder->ignored.item[i];
        const char *better = file_name_suggest(ctx->mem, name, prefix, spare);
        struct file_name read = {.number = -1};
        file_name_read(ctx->mem, better, &read);
        /* A number that is taken would only trade this warning for an error. */
        if (read.number >= 0 && folder_version(folder, read.number)) {
            const char *rest = strstr(better, read.version) + strlen(read.version);
            better = arena_printf(ctx->mem, "%s__%04lld%s", prefix, (long long)spare++, rest);
        } else if (read.number == spare)
            spare++;
        emit_warning_at(ctx, (struct place){.file = path_join(ctx->mem, folder->path, name)},
                        "is not run, because its name is not one of a migration; %s would be", better);
    }
}

int folder_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct folder **folder)
{
    *folder = NEW(ctx->mem, struct folder);
    (*folder)->path = arena_dup(ctx->mem, path);
    struct names names;
    TRY(folder_list(ctx, path, &names));
    struct reading reading = {ctx, dialect, *folder};
    for (int i = 0; i < names.n; i++)
        TRY(add_file(&reading, names.item[i]));
    list_sort(&(*folder)->versioned, migration_by_number);
    TRY(squashed_leave(ctx, *folder));
    TRY(folder_check(ctx, *folder));
    warn_about_names(ctx, *folder);
    order_files(ctx, *folder);
    return 0;
}

/* The list is by number unless dependencies moved something, so a search by halves is tried first. */
struct migration *folder_version(const struct folder *folder, int64_t number)
{
    const struct list *list = &folder->versioned;
    for (int low = 0, high = list->n; low < high;) {
        int middle = low + (high - low) / 2;
        struct migration *migration = list->item[middle];
        if (migration->number == number)
            return migration;
        if (migration->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (int i = 0; i < list->n; i++)
        if (((struct migration *)list->item[i])->number == number)
            return list->item[i];
    return NULL;
}

int version_read(struct ctx *ctx, const char *text, int64_t *number)
{
    size_t length = strlen(text);
    bool digits = length > 0 && length <= 18;
    for (size_t i = 0; i < length; i++)
        digits = digits && char_is_digit((unsigned char)text[i]);
    if (digits && text_to_int(text, number))
        return 0;
    fail(ctx, ERR_USAGE, "\"%s\" is not a version", text);
    return fail_hint(ctx, "A version is the number in a migration's name, like 0002.");
}
