/*
 * Django: migrations in Python, NNNN_words.py in a folder of each app; django_migrations has a row for each, by app and name, which
 * together are its id here.  What they do is asked of the project's own interpreter (run/alembic.c); what we write is SQL in RunSQL.
 */
#include "migration/format_parts.h"

#include <string.h>

#include "base/text.h"

static const char *const folders[] = {".", NULL};

static bool owns(const char *name, const char *text)
{
    if (text_equal(name, "manage.py"))
        return text_has(text, "django");
    return char_is_digit((unsigned char)*name) && text_ends(name, ".py") && text_has(text, "migrations.Migration");
}

static void side_add(struct buf *out, const struct split *split)
{
    buf_add(out, "[\n");
    for (int i = 0; i < split->n; i++) {
        buf_add(out, "            \"\"\"");
        python_sql_add(out, &split->piece[i], false);
        buf_add(out, "\"\"\",\n");
    }
    buf_add(out, "        ]");
}

/* The highest number of the app, and whose it is: what is to be written counts, too. */
static int last_find(struct ctx *ctx, const struct ejected *ejected, const struct list *files, int64_t *last,
                     const char **name)
{
    struct names names = {0};
    *last = 0;
    *name = NULL;
    TRY(folder_list(ctx, ejected->folder, &names));
    for (int i = 0; i < files->n; i++)
        names_add(ctx->mem, &names, ((const struct file_new *)files->item[i])->name);
    for (int i = 0; i < names.n; i++) {
        const char *digits, *words;
        int64_t number;
        if (!numbered_name(ctx->mem, names.item[i], ".py", &digits, &words) || !text_to_int(digits, &number) ||
            number < *last)
            continue;
        *last = number;
        *name = path_stem(ctx->mem, names.item[i]);
    }
    return 0;
}

static int fail_no_app(struct ctx *ctx, const char *folder)
{
    fail(ctx, ERR_USAGE, "%s is not the folder of an app's migrations", folder);
    return fail_hint(ctx, "Name one: dbwarden eject shop/migrations --to django. Nothing has been written.");
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    const char *app = path_name(path_folder(ctx->mem, ejected->folder)), *before;
    int64_t last;
    struct buf text;
    if (!text_equal(path_name(ejected->folder), "migrations"))
        return fail_no_app(ctx, ejected->folder);
    TRY(last_find(ctx, ejected, files, &last, &before));
    const char *name = arena_printf(ctx->mem, "%04lld_%s", (long long)last + 1, ejected->slug);
    buf_init(&text, ctx->mem);
    buf_add(&text, "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n");
    if (ejected->alone)
        buf_add(&text, "    atomic = False\n");
    buf_add(&text, "    dependencies = [");
    if (before)
        buf_addf(&text, "(\"%s\", \"%s\")", app, before);
    buf_add(&text, "]\n    operations = [\n        migrations.RunSQL(");
    side_add(&text, &ejected->migration->up);
    if (ejected->migration->down.n) {
        buf_add(&text, ", ");
        side_add(&text, &ejected->migration->down);
    }
    buf_add(&text, "),\n    ]\n");
    ejected->id = arena_printf(ctx->mem, "%s::%s", app, name);
    ejected->script = arena_printf(ctx->mem, "%s.py", name);
    file_new_add(ctx, files, ejected->script, text.data);
    return 0;
}

const struct format format_django = {
    .name = "django",
    .title = "Django",
    .folders = folders,
    .owns = owns,
    .history = HISTORY_EACH,
    .table = "django_migrations",
    .query = "SELECT app, 1, 0, NULL, name FROM django_migrations ORDER BY id",
    .insert = "INSERT INTO django_migrations (app, name, applied) VALUES (@part1, @part2, CURRENT_TIMESTAMP)",
    .remove = "DELETE FROM django_migrations WHERE app = @part1 AND name = @part2",
    .digits = 4,
    .write = write_one,
};
