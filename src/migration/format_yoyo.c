/*
 * yoyo: words.sql and words.rollback.sql, with "-- depends: other" above; _yoyo_migration has a row for each, by name and the SHA-256 of
 * that.  Its steps in Python are refused.
 */
#include "migration/format_parts.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"

static const char *const folders[] = {"migrations", "db/migrations", NULL};
static const char *const tables[] = {"_yoyo_log", "_yoyo_version", "yoyo_lock", NULL};
static const struct marker_row markers[] = {{"-- depends:", MARKER_LEFT_OUT, NULL}, {0}};

static bool owns(const char *name, const char *text)
{
    return text_ends(name, ".rollback.sql") || has_marker(text, markers);
}

/* "-- transactional: false" and "-- depends: a b", among the comments that the file begins with. */
static void head_read(struct arena *mem, const char *text, struct foreign *foreign)
{
    const struct names lines = text_lines(mem, text);
    for (int i = 0; i < lines.n && (text_starts(lines.item[i], "--") || !*lines.item[i]); i++) {
        const char *at = lines.item[i] + strspn(lines.item[i], "- ");
        if (text_starts(at, "transactional:"))
            foreign->no_transaction = text_equal(text_trim(mem, strchr(at, ':') + 1), "false");
        if (!text_starts(at, "depends:"))
            continue;
        const struct names words = text_split(mem, text_trim(mem, strchr(at, ':') + 1), ' ');
        for (int k = 0; k < words.n; k++)
            if (*words.item[k])
                names_add(mem, &foreign->needs, words.item[k]);
    }
}

static int file_take(struct format_reading *reading, const char *name, struct list *found)
{
    struct ctx *ctx = reading->ctx;
    struct foreign *foreign = NEW(ctx->mem, struct foreign);
    const char *stem = path_stem(ctx->mem, name), *back = arena_printf(ctx->mem, "%s.rollback.sql", stem);
    const char *words = stem + strspn(stem, "0123456789_-.");
    char *up, *down = NULL;
    TRY(foreign_file(reading, name, &up));
    if (names_have(&reading->names, back))
        TRY(foreign_file(reading, back, &down));
    *foreign = (struct foreign){.id = stem, .title = *words ? words : stem, .up = up, .down = down};
    foreign->path = path_join(ctx->mem, reading->folder, name);
    foreign->checksum = hash_sha256(ctx->mem, stem, strlen(stem));
    head_read(ctx->mem, up, foreign);
    list_add(ctx->mem, found, foreign);
    return 0;
}

/* Each after those that it depends on, by name among these. */
static int order(struct ctx *ctx, struct list *left, struct list *ordered)
{
    struct map done;
    map_init(&done, ctx->mem);
    while (left->n) {
        int next = -1;
        for (int i = 0; i < left->n && next < 0; i++) {
            const struct foreign *foreign = left->item[i];
            bool ready = true;
            for (int k = 0; k < foreign->needs.n; k++)
                ready = ready && map_get(&done, foreign->needs.item[k]);
            next = ready ? i : -1;
        }
        struct foreign *foreign = left->item[next < 0 ? 0 : next];
        if (next < 0)
            return fail_foreign(ctx, foreign->path, "it depends on what is not there, or on itself by way of others");
        list_remove(left, next);
        map_set(&done, foreign->id, foreign);
        list_add(ctx->mem, ordered, foreign);
    }
    return 0;
}

static int read_all(struct format_reading *reading)
{
    struct list found = {0};
    for (int i = 0; i < reading->names.n; i++) {
        const char *name = reading->names.item[i];
        if (text_ends(name, ".py") && !text_starts(name, "_"))
            return fail_foreign(reading->ctx, path_join(reading->ctx->mem, reading->folder, name), "it is Python");
        if (text_ends(name, ".sql") && !text_ends(name, ".rollback.sql"))
            TRY(file_take(reading, name, &found));
    }
    return order(reading->ctx, &found, reading->foreign);
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    const struct split *sides[] = {&ejected->migration->up, &ejected->migration->down};
    if (ejected->number)
        ejected->id = arena_printf(ctx->mem, "%s_%s", ejected->number, ejected->slug);
    ejected->script = arena_printf(ctx->mem, "%s.sql", ejected->id);
    ejected->checksum = hash_sha256(ctx->mem, ejected->id, strlen(ejected->id));
    for (int side = 0; side < 2; side++) {
        struct buf text;
        buf_init(&text, ctx->mem);
        if (ejected->alone)
            buf_add(&text, "-- transactional: false\n");
        statements_add(&text, sides[side], NULL);
        const char *name = side ? arena_printf(ctx->mem, "%s.rollback.sql", ejected->id) : ejected->script;
        if (!side || sides[side]->n)
            file_new_add(ctx, files, name, text.data);
    }
    return 0;
}

const struct format format_yoyo = {
    .name = "yoyo",
    .title = "yoyo",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "_yoyo_migration",
    .tables = tables,
    .query = "SELECT migration_id, 1, 0, NULL FROM _yoyo_migration ORDER BY applied_at_utc",
    .insert = "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES (@checksum, @id, "
              "CURRENT_TIMESTAMP)",
    .remove = "DELETE FROM _yoyo_migration WHERE migration_id = @id",
    .digits = 4,
    .write = write_one,
};
