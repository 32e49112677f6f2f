/*
 * Prisma: a folder for each migration, 20240101000000_words/migration.sql, none of which has a way back; _prisma_migrations has a row
 * for each attempt, with the SHA-256 of the file.
 */
#include "migration/format_parts.h"

#include "base/hash.h"
#include "base/text.h"

#define FILE_NAME "migration.sql"

static const char *const folders[] = {"prisma/migrations", NULL};

static bool owns(const char *name, const char *text)
{
    (void)text;
    return text_equal(name, "migration_lock.toml");
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        const char *digits, *words, *name = reading->names.item[i];
        const char *file = arena_printf(ctx->mem, "%s/" FILE_NAME, name);
        char *text;
        if (!numbered_name(ctx->mem, name, "", &digits, &words) ||
            !file_exists(path_join(ctx->mem, reading->folder, file)))
            continue;
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        TRY(foreign_file(reading, file, &text));
        *foreign = (struct foreign){.id = name, .title = words, .up = text};
        foreign->path = path_join(ctx->mem, reading->folder, name);
        foreign->checksum = hash_sha256(ctx->mem, text, strlen(text));
        list_add(ctx->mem, reading->foreign, foreign);
    }
    return 0;
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    statements_add(&text, &ejected->migration->up, NULL);
    if (ejected->number)
        ejected->id = arena_printf(ctx->mem, "%s_%s", ejected->number, ejected->slug);
    ejected->script = arena_printf(ctx->mem, "%s/" FILE_NAME, ejected->id);
    ejected->checksum = hash_sha256(ctx->mem, text.data, text.len);
    file_new_add(ctx, files, ejected->script, text.data);
    return 0;
}

const struct format format_prisma = {
    .name = "prisma",
    .title = "Prisma",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "_prisma_migrations",
    .query = "SELECT migration_name, CASE WHEN finished_at IS NOT NULL AND rolled_back_at IS NULL THEN 1 ELSE 0 END, "
             "CASE WHEN finished_at IS NULL AND rolled_back_at IS NULL THEN 1 ELSE 0 END, checksum "
             "FROM _prisma_migrations ORDER BY started_at",
    .insert =
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count) "
        "VALUES (@uuid, @checksum, CURRENT_TIMESTAMP, @id, CURRENT_TIMESTAMP, 1)",
    .remove = "DELETE FROM _prisma_migrations WHERE migration_name = @id",
    .digits = 14,
    .write = write_one,
};
