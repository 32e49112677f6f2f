/* What the files of formats share: numbered names, sections between marker comments, and writing them. */
#include "migration/format_parts.h"

#include <string.h>

#include "base/text.h"

bool numbered_name(struct arena *mem, const char *name, const char *suffix, const char **digits, const char **words)
{
    size_t n = strspn(name, "0123456789"), length = strlen(name), ending = strlen(suffix);
    if (!n || n > 18 || length < n + ending || !text_ends(name, suffix))
        return false;
    *digits = arena_copy(mem, name, n);
    n += strspn(name + n, "_-. ");
    *words = n < length - ending ? arena_copy(mem, name + n, length - ending - n) : "";
    return true;
}

const char *digits_bare(const char *digits)
{
    while (*digits == '0' && digits[1])
        digits++;
    return digits;
}

int foreign_file(const struct format_reading *reading, const char *name, char **text)
{
    size_t length;
    return file_read(reading->ctx, path_join(reading->ctx->mem, reading->folder, name), 0, text, &length);
}

int fail_foreign(struct ctx *ctx, const char *path, const char *what)
{
    fail(ctx, ERR_UNSUPPORTED, "%s cannot be converted: %s", path, what);
    return fail_hint(ctx, "Nothing has been written. Say it in another way in that file, or take the file out.");
}

int foreign_by_number(const void *a, const void *b)
{
    int64_t x = 0, y = 0;
    text_to_int(((const struct foreign *)a)->id, &x);
    text_to_int(((const struct foreign *)b)->id, &y);
    return (x > y) - (x < y);
}

/* ---- sections ---- */

static const struct marker_row *marker_find(const char *line, const struct marker_row *rows)
{
    line += strspn(line, " \t");
    for (; rows->text; rows++)
        if (text_starts_nocase(line, rows->text) && (!rows->with || text_has(line, rows->with)))
            return rows;
    return NULL;
}

bool has_marker(const char *text, const struct marker_row *rows)
{
    const struct marker_row *row = marker_find(text, rows);
    while (!row && (text = strchr(text, '\n')))
        row = marker_find(++text, rows);
    return row;
}

static const char *section_text(struct buf *section, bool seen)
{
    return seen ? section->data : NULL;
}

static int sections_read(struct ctx *ctx, const char *text, const struct marker_row *rows, struct foreign *foreign)
{
    const struct names lines = text_lines(ctx->mem, text);
    struct buf section[2];
    bool seen[2] = {false};
    int at = -1;
    buf_init(&section[0], ctx->mem);
    buf_init(&section[1], ctx->mem);
    for (int i = 0; i < lines.n; i++) {
        const struct marker_row *row = marker_find(lines.item[i], rows);
        enum marker marker = row ? row->marker : MARKER_NONE;
        if (marker == MARKER_REFUSED)
            return fail_foreign(ctx, foreign->path,
                                arena_printf(ctx->mem, "\"%s\" (line %d)", text_trim(ctx->mem, lines.item[i]), i + 1));
        if (marker == MARKER_UP || marker == MARKER_DOWN)
            seen[at = marker == MARKER_DOWN] = true;
        if (marker == MARKER_NO_TRANSACTION)
            foreign->no_transaction = true;
        if (at >= 0 && !row)
            buf_addf(&section[at], "%s\n", lines.item[i]);
    }
    foreign->up = section_text(&section[0], seen[0]);
    foreign->down = *text_trim(ctx->mem, section[1].data) ? section[1].data : NULL;
    return 0;
}

/* Of "-- migrate:up transaction:false" both are said: where it begins, and how it runs. */
static bool says_alone(const char *text, const struct marker_row *rows)
{
    for (; rows->text; rows++)
        if (rows->marker == MARKER_NO_TRANSACTION && rows->with)
            for (const char *at = text; (at = strstr(at, rows->text)); at++) {
                const char *end = strchr(at, '\n'), *with = strstr(at, rows->with);
                if (with && (!end || with < end))
                    return true;
            }
    return false;
}

int marked_read(struct format_reading *reading, const struct marker_row *rows, bool bare)
{
    struct ctx *ctx = reading->ctx;
    for (int i = 0; i < reading->names.n; i++) {
        const char *digits, *words, *name = reading->names.item[i];
        char *text;
        if (!numbered_name(ctx->mem, name, ".sql", &digits, &words))
            continue;
        struct foreign *foreign = NEW(ctx->mem, struct foreign);
        *foreign = (struct foreign){.id = bare ? digits_bare(digits) : digits, .title = words};
        foreign->path = path_join(ctx->mem, reading->folder, name);
        TRY(foreign_file(reading, name, &text));
        foreign->no_transaction = says_alone(text, rows);
        TRY(sections_read(ctx, text, rows, foreign));
        if (!foreign->up)
            return fail_foreign(ctx, foreign->path, arena_printf(ctx->mem, "it has no line \"%s\"", rows->text));
        list_add(ctx->mem, reading->foreign, foreign);
    }
    list_sort(reading->foreign, foreign_by_number);
    return 0;
}

/* ---- writing ---- */

void statements_add(struct buf *out, const struct split *split, const char *const *wrap)
{
    for (int i = 0; i < split->n; i++) {
        const struct sql_piece *piece = &split->piece[i];
        bool whole = wrap && memchr(piece->text, ';', piece->length);
        buf_addf(out, "%s%.*s;\n%s", whole ? wrap[0] : "", (int)piece->length, piece->text, whole ? wrap[1] : "");
    }
}

void file_new_add(struct ctx *ctx, struct list *files, const char *name, const char *text)
{
    struct file_new *file = NEW(ctx->mem, struct file_new);
    *file = (struct file_new){name, text};
    list_add(ctx->mem, files, file);
}

void file_new_put(struct ctx *ctx, struct list *files, const char *name, const char *text)
{
    for (int i = 0; i < files->n; i++) {
        struct file_new *file = files->item[i];
        if (text_equal(file->name, name)) {
            file->text = text;
            return;
        }
    }
    file_new_add(ctx, files, name, text);
}

int marked_write(struct ctx *ctx, struct ejected *ejected, const char *const *words, struct list *files)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    const char *const *wrap = words[WORD_BEGIN] ? words + WORD_BEGIN : NULL;
    buf_add(&text, words[ejected->alone ? WORD_UP_ALONE : WORD_UP]);
    statements_add(&text, &ejected->migration->up, wrap);
    buf_addf(&text, "\n%s", words[ejected->alone ? WORD_DOWN_ALONE : WORD_DOWN]);
    statements_add(&text, &ejected->migration->down, wrap);
    ejected->script = arena_printf(ctx->mem, "%s_%s.sql", ejected->number, ejected->slug);
    file_new_add(ctx, files, ejected->script, text.data);
    return 0;
}
