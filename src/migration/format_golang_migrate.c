/* golang-migrate: 000001_words.up.sql and .down.sql; schema_migrations has one row, the last version and whether it failed. */
#include "migration/format_parts.h"

#include "base/text.h"

static const char *const folders[] = {"migrations", "db/migrations", "database/migrations", NULL};

static bool owns(const char *name, const char *text)
{
    (void)text;
    return char_is_digit((unsigned char)*name) && text_ends(name, ".up.sql");
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        const char *digits, *words, *name = reading->names.item[i];
        if (!numbered_name(ctx->mem, name, ".up.sql", &digits, &words))
            continue;
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        char *up, *down = NULL;
        const char *back = arena_printf(ctx->mem, "%.*s.down.sql", (int)(strlen(name) - strlen(".up.sql")), name);
        TRY(foreign_file(reading, name, &up));
        if (names_have(&reading->names, back))
            TRY(foreign_file(reading, back, &down));
        *foreign = (struct foreign){.id = digits_bare(digits), .title = words, .up = up};
        foreign->path = path_join(ctx->mem, reading->folder, name);
        foreign->down = down && *text_trim(ctx->mem, down) ? down : NULL;
        list_add(ctx->mem, reading->foreign, foreign);
    }
    list_sort(reading->foreign, foreign_by_number);
    return 0;
}

/* A file is one message to the server there, and so a transaction of its own. */
static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    const struct migration *migration = ejected->migration;
    const struct split *sides[] = {&migration->up, &migration->down};
    for (int side = 0; side < 2; side++) {
        struct buf text;
        buf_init(&text, ctx->mem);
        if (ejected->alone && sides[side]->n > 1)
            return fail(
                ctx, ERR_UNSUPPORTED,
                "golang-migrate cannot run %s: it has several statements, and one of them refuses a transaction",
                migration->filename);
        statements_add(&text, sides[side], NULL);
        const char *name = arena_printf(ctx->mem, "%s_%s.%s.sql", ejected->number, ejected->slug, side ? "down" : "up");
        if (!side)
            ejected->script = name;
        if (!side || text.len)
            file_new_add(ctx, files, name, text.data);
    }
    return 0;
}

const struct format format_golang_migrate = {
    .name = "golang-migrate",
    .title = "golang-migrate",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_LAST,
    .table = "schema_migrations",
    .query = "SELECT version, 1, CASE WHEN dirty THEN 1 ELSE 0 END, NULL FROM schema_migrations",
    .create = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
    .insert = "INSERT INTO schema_migrations (version, dirty) VALUES (@id, false)",
    .remove = "DELETE FROM schema_migrations",
    .digits = 6,
    .bare = true,
    .write = write_one,
};
