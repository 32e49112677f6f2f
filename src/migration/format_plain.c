/* Numbered files of SQL that somebody runs by hand: no tool, no history, and no way back but a file 0001_words.down.sql. */
#include "migration/format_parts.h"

#include "base/text.h"

static const char *const folders[] = {"sql", "migrations", "db/migrations", NULL};

static bool owns(const char *name, const char *text)
{
    (void)text;
    return char_is_digit((unsigned char)*name) && text_ends(name, ".sql");
}

static const char *back_of(struct arena *mem, const char *name)
{
    return arena_printf(mem, "%.*s.down.sql", (int)(strlen(name) - strlen(".sql")), name);
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        const char *digits, *words, *name = reading->names.item[i];
        if (text_ends(name, ".down.sql") || !numbered_name(ctx->mem, name, ".sql", &digits, &words))
            continue;
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        char *up, *down = NULL;
        TRY(foreign_file(reading, name, &up));
        if (names_have(&reading->names, back_of(ctx->mem, name)))
            TRY(foreign_file(reading, back_of(ctx->mem, name), &down));
        *foreign = (struct foreign){.id = digits_bare(digits), .title = words, .up = up, .down = down};
        foreign->path = path_join(ctx->mem, reading->folder, name);
        list_add(ctx->mem, reading->foreign, foreign);
    }
    list_sort(reading->foreign, foreign_by_number);
    return 0;
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    const struct migration *migration = ejected->migration;
    const struct split *sides[] = {&migration->up, &migration->down};
    ejected->script = arena_printf(ctx->mem, "%s_%s.sql", ejected->number, ejected->slug);
    for (int side = 0; side < 2; side++) {
        struct buf text;
        buf_init(&text, ctx->mem);
        statements_add(&text, sides[side], NULL);
        if (!side || text.len)
            file_new_add(ctx, files, side ? back_of(ctx->mem, ejected->script) : ejected->script, text.data);
    }
    return 0;
}

const struct format format_plain = {
    .name = "plain",
    .title = "numbered files of SQL",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_NONE,
    .digits = 4,
    .bare = true,
    .write = write_one,
};
