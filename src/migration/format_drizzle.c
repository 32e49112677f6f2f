/*
 * Drizzle: meta/_journal.json lists the files, NNNN_words.sql, none of which has a way back; __drizzle_migrations has a row for each, by its time in the
 * journal, which is its id here, with the SHA-256 of the file.  It runs what is later in the journal than the latest row.
 */
#include "migration/format_parts.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"

#define JOURNAL   "meta/_journal.json"
#define BREAKWORD "--> statement-breakpoint"

static const char *const folders[] = {"drizzle", "migrations", "drizzle/migrations", "src/db/migrations", NULL};

static bool owns(const char *name, const char *text)
{
    (void)text;
    return text_equal(name, JOURNAL);
}

/* Each statement with its ";". */
static char *without_breaks(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *end; text; text = end ? end + strlen(BREAKWORD) : NULL) {
        end = strstr(text, BREAKWORD);
        const char *part = text_trim(mem, end ? arena_copy(mem, text, (size_t)(end - text)) : text);
        buf_addf(&out, "%s%s\n", part, !*part || text_ends(part, ";") ? "" : ";");
    }
    return out.data;
}

static int fail_journal(struct ctx *ctx, const char *folder, const char *what)
{
    fail(ctx, ERR_FILE, "%s %s", path_join(ctx->mem, folder, JOURNAL), what);
    return fail_hint(ctx, "Bring it back to what drizzle-kit wrote. Nothing has been written.");
}

static int entry_take(struct format_reading *reading, const struct json *entry)
{
    struct ctx *ctx = reading->ctx;
    struct foreign *foreign = NEW(ctx->mem, struct foreign);
    const char *tag = json_get_text(entry, "tag"), *digits;
    int64_t when = json_get_int(entry, "when", -1);
    char *text;
    if (!tag || when < 0)
        return fail_journal(ctx, reading->folder, "has an entry without its tag or when");
    const char *file = arena_printf(ctx->mem, "%s.sql", tag);
    foreign->path = path_join(ctx->mem, reading->folder, file);
    if (!file_exists(foreign->path))
        return fail_journal(ctx, reading->folder, arena_printf(ctx->mem, "names %s, which is not there", file));
    TRY(foreign_file(reading, file, &text));
    foreign->id = arena_printf(ctx->mem, "%lld", (long long)when);
    foreign->up = without_breaks(ctx->mem, text);
    foreign->checksum = hash_sha256(ctx->mem, text, strlen(text));
    if (!numbered_name(ctx->mem, tag, "", &digits, &foreign->title))
        foreign->title = tag;
    list_add(ctx->mem, reading->foreign, foreign);
    return 0;
}

static int journal_read(struct ctx *ctx, const char *folder, struct json **journal)
{
    const char *path = path_join(ctx->mem, folder, JOURNAL);
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    TRY(json_read(ctx, path, text, length, journal));
    const struct json *entries = json_get(*journal, "entries");
    return entries && entries->type == JSON_ARRAY ? 0 : fail_journal(ctx, folder, "has no entries");
}

static int read_all(struct format_reading *reading)
{
    struct json *journal;
    TRY(journal_read(reading->ctx, reading->folder, &journal));
    const struct json *entries = json_get(journal, "entries");
    for (int i = 0; i < entries->n; i++)
        TRY(entry_take(reading, entries->item[i]));
    return 0;
}

/* As it is by now. */
static int journal_now(struct ctx *ctx, const struct ejected *ejected, const struct list *files, struct json **journal)
{
    for (int i = 0; i < files->n; i++) {
        const struct file_new *file = files->item[i];
        if (text_equal(file->name, JOURNAL))
            return json_read(ctx, file->name, file->text, strlen(file->text), journal);
    }
    if (file_exists(path_join(ctx->mem, ejected->folder, JOURNAL)))
        return journal_read(ctx, ejected->folder, journal);
    fail(ctx, ERR_FILE, "there is no project of Drizzle in %s", ejected->folder);
    return fail_hint(ctx, "Let drizzle-kit begin one there first (`drizzle-kit generate`). Nothing has been written.");
}

static void entry_add(struct arena *mem, struct json *entries, const char *tag, int64_t when)
{
    const struct json *last = entries->n ? entries->item[entries->n - 1] : NULL;
    struct json *entry = json_object(mem);
    json_set_int(mem, entry, "idx", entries->n);
    json_set_text(mem, entry, "version", last ? json_get_text(last, "version") : "7");
    json_set_int(mem, entry, "when", when);
    json_set_text(mem, entry, "tag", tag);
    json_set_bool(mem, entry, "breakpoints", true);
    json_add(mem, entries, entry);
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct json *journal;
    struct buf text;
    const struct split *up = &ejected->migration->up;
    TRY(journal_now(ctx, ejected, files, &journal));
    struct json *entries = json_get(journal, "entries");
    int64_t when = clock_now_ms(), last = entries->n ? json_get_int(entries->item[entries->n - 1], "when", 0) : 0;
    if (!ejected->number) /* it has its time, and no number */
        text_to_int(ejected->id, &when);
    else if (when <= last)
        when = last + 1;
    const char *tag = arena_printf(ctx->mem, "%04d_%s", entries->n, ejected->slug);
    buf_init(&text, ctx->mem);
    for (int i = 0; i < up->n; i++)
        buf_addf(&text, "%s%.*s;", i ? BREAKWORD "\n" : "", (int)up->piece[i].length, up->piece[i].text);
    ejected->id = arena_printf(ctx->mem, "%lld", (long long)when);
    ejected->script = arena_printf(ctx->mem, "%s.sql", tag);
    ejected->checksum = hash_sha256(ctx->mem, text.data, text.len);
    file_new_add(ctx, files, ejected->script, text.data);
    entry_add(ctx->mem, entries, tag, when);
    file_new_put(ctx, files, JOURNAL, json_text(ctx->mem, journal, JSON_INDENTED));
    return 0;
}

const struct format format_drizzle = {
    .name = "drizzle",
    .title = "Drizzle",
    .folders = folders,
    .mark = JOURNAL,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .schema = "drizzle",
    .table = "__drizzle_migrations",
    .query = "SELECT created_at, 1, 0, hash FROM __drizzle_migrations ORDER BY created_at",
    .insert = "INSERT INTO __drizzle_migrations (hash, created_at) VALUES (@checksum, @id)",
    .remove = "DELETE FROM __drizzle_migrations WHERE created_at = @id",
    .digits = 4,
    .write = write_one,
};
