/*
 * Flyway: V1.2__words.sql, and U1.2__words.sql, which undoes it; flyway_schema_history has a row for each with a CRC32 over its lines.
 * Repeatable files, baselines and placeholders are refused: they mean nothing here.
 */
#include "migration/format_parts.h"

#include "base/text.h"

static const char *const folders[] = {"src/main/resources/db/migration", "sql", "migrations", "db/migration", NULL};

/* "V1.2__add_x.sql" */
static bool name_read(struct arena *mem, const char *name, char letter, const char **version, const char **words)
{
    const char *end = strstr(name, "__");
    if (*name != letter || !end || !text_ends(name, ".sql") || strspn(name + 1, "0123456789._") < 1)
        return false;
    *version = text_replace(mem, arena_copy(mem, name + 1, (size_t)(end - name - 1)), "_", ".");
    *words = arena_copy(mem, end + 2, strlen(end + 2) - strlen(".sql"));
    return **version && strspn(*version, "0123456789.") == strlen(*version);
}

static bool owns(const char *name, const char *text)
{
    (void)text;
    return *name == 'V' && char_is_digit((unsigned char)name[1]) && strstr(name, "__") && text_ends(name, ".sql");
}

/* Of the bytes of all lines, without what ends them. */
static uint32_t crc_add(uint32_t crc, const char *text)
{
    for (; *text; text++) {
        crc ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return crc;
}

static const char *checksum_of(struct arena *mem, const char *text)
{
    const struct names lines = text_lines(mem, text_starts(text, "\xEF\xBB\xBF") ? text + 3 : text);
    uint32_t crc = 0xFFFFFFFFu;
    for (int i = 0; i < lines.n; i++)
        crc = crc_add(crc, lines.item[i]);
    return arena_printf(mem, "%d", (int)(int32_t)(crc ^ 0xFFFFFFFFu));
}

/* 1.10 comes after 1.9. */
static int by_version(const void *a, const void *b)
{
    const char *x = ((const struct foreign *)a)->id, *y = ((const struct foreign *)b)->id;
    while (*x || *y) {
        size_t m = strspn(x, "0"), n = strspn(y, "0");
        x += m, y += n;
        m = strspn(x, "0123456789"), n = strspn(y, "0123456789");
        int less = m != n ? (m > n) - (m < n) : strncmp(x, y, m);
        if (less)
            return less;
        x += m + (x[m] == '.'), y += n + (y[n] == '.');
    }
    return 0;
}

static int back_find(struct format_reading *reading, struct foreign *foreign)
{
    const char *version, *words;
    char *text;
    for (int i = 0; i < reading->names.n; i++) {
        const char *name = reading->names.item[i];
        if (!name_read(reading->ctx->mem, name, 'U', &version, &words) || !text_equal(version, foreign->id))
            continue;
        TRY(foreign_file(reading, name, &text));
        foreign->down = text;
    }
    return 0;
}

static int file_take(struct format_reading *reading, const char *name, struct foreign *foreign)
{
    struct ctx *ctx = reading->ctx;
    char *text;
    foreign->path = path_join(ctx->mem, reading->folder, name);
    TRY(foreign_file(reading, name, &text));
    if (text_has(text, "${"))
        return fail_foreign(ctx, foreign->path, "it has placeholders, ${...}");
    if (names_have(&reading->names, arena_printf(ctx->mem, "%s.conf", name)))
        return fail_foreign(ctx, foreign->path, "there are settings for it in a file .conf");
    foreign->up = text_starts(text, "\xEF\xBB\xBF") ? text + 3 : text;
    foreign->checksum = checksum_of(ctx->mem, text);
    TRY(back_find(reading, foreign));
    list_add(ctx->mem, reading->foreign, foreign);
    return 0;
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        const char *name = reading->names.item[i];
        if (text_starts(name, "R__") && text_ends(name, ".sql"))
            return fail_foreign(ctx, path_join(ctx->mem, reading->folder, name), "it runs again and again");
        if (name_read(ctx->mem, name, 'V', &foreign->id, &foreign->title))
            TRY(file_take(reading, name, foreign));
    }
    list_sort(reading->foreign, by_version);
    return 0;
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    statements_add(&text, &ejected->migration->up, NULL);
    ejected->script = arena_printf(ctx->mem, "V%s__%s.sql", ejected->id, ejected->slug);
    ejected->checksum = checksum_of(ctx->mem, text.data);
    file_new_add(ctx, files, ejected->script, text.data);
    if (!ejected->migration->down.n)
        return 0;
    buf_init(&text, ctx->mem);
    statements_add(&text, &ejected->migration->down, NULL);
    file_new_add(ctx, files, arena_printf(ctx->mem, "U%s__%s.sql", ejected->id, ejected->slug), text.data);
    return 0;
}

const struct format format_flyway = {
    .name = "flyway",
    .title = "Flyway",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "flyway_schema_history",
    .query = "SELECT version, CASE WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 0 ELSE 1 END, "
             "CASE WHEN success THEN 0 ELSE 1 END, checksum FROM flyway_schema_history WHERE version IS NOT NULL "
             "ORDER BY installed_rank",
    .insert =
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, "
        "installed_by, execution_time, success) VALUES (@rank, @id, @title, 'SQL', @script, @checksum, 'dbwarden', 0, true)",
    .remove = "DELETE FROM flyway_schema_history WHERE version = @id",
    .digits = 1,
    .bare = true,
    .write = write_one,
};
