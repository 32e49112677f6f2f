/*
 * Other tools' migrations: which formats there are, whose a folder is, and one of theirs as a file of ours.
 */
#include "migration/format_parts.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "sql/split.h"

/* Plain files last: they are what is left. */
const struct format *const format_table[] = {&format_alembic,
                                             &format_django,
                                             &format_liquibase,
                                             &format_dbmate,
                                             &format_goose,
                                             &format_golang_migrate,
                                             &format_flyway,
                                             &format_drizzle,
                                             &format_prisma,
                                             &format_fastmigrate,
                                             &format_yoyo,
                                             &format_plain,
                                             NULL};

static struct names formats_known(struct arena *mem)
{
    struct names names = {0};
    for (int i = 0; format_table[i]; i++)
        names_add(mem, &names, format_table[i]->name);
    return names;
}

int format_find(struct ctx *ctx, const char *name, const struct format **format)
{
    for (int i = 0; format_table[i]; i++)
        if (text_equal_nocase(format_table[i]->name, name)) {
            *format = format_table[i];
            return 0;
        }
    const struct names known = formats_known(ctx->mem);
    fail(ctx, ERR_USAGE, "there is no tool called %s whose migrations are known", name);
    return fail_hint(ctx, "Known are %s.", names_join(ctx->mem, &known, ", "));
}

/* ---- whose a folder is ---- */

/* Of what these hold the beginning says whose it is, if a tool has such files. */
static const char *const read_ends[] = {".sql", ".toml", ".xml", ".yaml", ".yml", ".json", ".py", NULL};

int format_owns_file(struct ctx *ctx, const struct format *format, const char *path, bool *owned)
{
    enum { READ_SHORT = 2, BEGINNING = 16384 };
    const char *text = "";
    bool whole = false, some = false;
    for (int i = 0; read_ends[i] && !some; i++) {
        some = text_ends(path, read_ends[i]);
        whole = some && i < READ_SHORT;
    }
    if (some && !folder_exists(path)) {
        char *read = arena_copy(ctx->mem, "", 0);
        size_t length;
        if (whole)
            TRY(file_read(ctx, path, 0, &read, &length));
        else {
            read = NEW_ARRAY(ctx->mem, char, BEGINNING + 1);
            TRY(file_head(ctx, path, read, BEGINNING, &length));
            read[length] = 0;
        }
        text = read;
    }
    *owned = format->owns(path_name(path), text);
    return 0;
}

int format_owns(struct ctx *ctx, const struct format *format, const char *folder, bool *owned)
{
    struct names names;
    *owned = false;
    TRY(folder_list(ctx, folder, &names));
    if (format->mark && file_exists(path_join(ctx->mem, folder, format->mark)))
        *owned = format->owns(format->mark, "");
    for (int i = 0; i < names.n && !*owned; i++)
        TRY(format_owns_file(ctx, format, path_join(ctx->mem, folder, names.item[i]), owned));
    return 0;
}

/* The first format of the table that owns something there; NULL: none. */
static int folder_format(struct ctx *ctx, const char *folder, const struct format *wanted, const struct format **found)
{
    *found = NULL;
    for (int i = 0; format_table[i] && !*found; i++) {
        bool owned = false;
        if (!wanted || wanted == format_table[i])
            TRY(format_owns(ctx, format_table[i], folder, &owned));
        if (owned)
            *found = format_table[i];
    }
    return 0;
}

static int fail_nobody(struct ctx *ctx, const char *where, const struct format *wanted)
{
    const struct names known = formats_known(ctx->mem);
    if (wanted)
        fail(ctx, ERR_FILE, "no migrations of %s were found in %s", wanted->title, where);
    else
        fail(ctx, ERR_FILE, "no migrations of a known tool were found in %s", where);
    return fail_hint(ctx, "Name their folder: dbwarden adopt FOLDER. Known are %s.",
                     names_join(ctx->mem, &known, ", "));
}

int format_recognise(struct ctx *ctx, const char *root, const char **folder, const struct format **format)
{
    const struct format *found = NULL, *wanted = *format;
    struct names places = {0};
    if (*folder) {
        TRY(folder_format(ctx, *folder, wanted, &found));
        *format = found;
        return found ? 0 : fail_nobody(ctx, *folder, wanted);
    }
    for (int i = 0; format_table[i]; i++)
        for (const char *const *usual = format_table[i]->folders; *usual; usual++) {
            const char *path = path_join(ctx->mem, root, *usual);
            if (names_have(&places, path) || !folder_exists(path))
                continue;
            TRY(folder_format(ctx, path, wanted, &found));
            if (!found)
                continue;
            names_add(ctx->mem, &places, path);
            *format = found;
        }
    if (!places.n)
        return fail_nobody(ctx, root, wanted);
    *folder = places.item[0];
    if (places.n == 1)
        return 0;
    fail(ctx, ERR_USAGE, "migrations of another tool were found in %s", names_join(ctx->mem, &places, " and in "));
    return fail_hint(ctx, "Say which are meant: dbwarden adopt %s", places.item[0]);
}

int format_read(struct format_reading *reading, const struct format *format)
{
    struct ctx *ctx = reading->ctx;
    struct list *foreign = reading->foreign;
    struct map seen;
    map_init(&seen, ctx->mem);
    TRY(folder_list(ctx, reading->folder, &reading->names));
    TRY(format->read(reading));
    for (int i = 0; i < foreign->n; i++) {
        struct foreign *each = foreign->item[i], *before = map_get(&seen, each->id);
        if (before) {
            fail(ctx, ERR_STATE, "two files have the version %s: %s and %s", each->id, before->path, each->path);
            return fail_hint(ctx, "Give one of them a number of its own.");
        }
        map_set(&seen, each->id, each);
    }
    return foreign->n ? 0 : fail_nobody(ctx, reading->folder, format);
}

char *id_of_cells(struct arena *mem, const struct rows *rows, const char **cell)
{
    enum { CELLS = 4 };
    char *id = arena_dup(mem, cell[0] ? cell[0] : "NULL");
    for (int i = CELLS; i < rows->columns.n; i++)
        id = arena_printf(mem, "%s::%s", id, cell[i] ? cell[i] : "");
    return id;
}

bool id_is_said(const char *id, const char *said, size_t *before)
{
    size_t length = strlen(said), own = strlen(id);
    *before = length > own ? length - own : 0;
    return text_ends(said, id) && (!*before || (text_has(id, "::") && strchr("/:", said[*before - 1])));
}

/* ---- as a file of ours ---- */

static void section_add(struct buf *text, const char *sql)
{
    buf_addf(text, "\n%s", sql);
    if (text->data[text->len - 1] != '\n')
        buf_add_c(text, '\n');
}

/* What stands above the first line of the migration itself, whatever language it is in. */
static void header_add(struct buf *text, const char *comment, const char *said, const struct names *depends_on)
{
    buf_addf(text, "%s adopted: %s\n", comment, said);
    if (depends_on->n)
        buf_addf(text, "%s depends_on: [\"%s\"]\n", comment, names_join(text->mem, depends_on, "\", \""));
}

char *foreign_text(struct arena *mem, const struct format *format, const struct foreign *foreign,
                   const struct names *depends_on)
{
    struct buf text;
    buf_init(&text, mem);
    header_add(&text, "--", arena_printf(mem, "%s %s", format->name, foreign->id), depends_on);
    if (foreign->no_transaction)
        buf_add(&text, "-- transaction: none\n");
    buf_add(&text, "\n-- upgrade\n");
    section_add(&text, text_trim(mem, foreign->up ? foreign->up : ""));
    buf_add(&text, "\n-- rollback\n");
    if (foreign->down)
        section_add(&text, text_trim(mem, foreign->down));
    else
        section_add(&text, foreign->no_way_back
                               ? arena_printf(mem, "-- irreversible: %s", foreign->no_way_back)
                               : arena_printf(mem, "-- irreversible: %s has no way back for it", format->title));
    return text.data;
}

char *foreign_program(struct arena *mem, const struct format *format, const struct foreign *foreign,
                      const struct names *depends_on)
{
    struct buf text;
    buf_init(&text, mem);
    header_add(&text, "#", arena_printf(mem, "%s %s", format->name, foreign->id), depends_on);
    buf_add(&text, foreign->source);
    return text.data;
}

/* BEGIN and COMMIT around a section are not kept, because a file is a transaction anyway. */
static bool same_statements(struct arena *mem, const struct lex_rules *lex, const struct split *before,
                            const struct split *after)
{
    int frame = before->n - after->n;
    if (frame != 0 && frame != 2)
        return false;
    const char *then = lex_checksum(mem, lex, before->piece + frame / 2, before->n - frame);
    return text_equal(then, lex_checksum(mem, lex, after->piece, after->n));
}

static int side_check(struct ctx *ctx, const struct dialect *dialect, const struct foreign *foreign, const char *sql,
                      const struct split *after)
{
    const struct sql_piece section = {.text = sql, .length = strlen(sql), .line = 1, .column = 1};
    struct split before = {0};
    TRY(split_section(ctx, dialect->lex, foreign->path, &section, &before));
    if (same_statements(ctx->mem, dialect->lex, &before, after))
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "%s would be read as something else once it is converted", foreign->path);
    return fail_hint(ctx, "A comment of it says something to dbwarden, such as \"-- rollback\": write it otherwise.");
}

int foreign_check(struct ctx *ctx, const struct dialect *dialect, const struct foreign *foreign, const char *path,
                  const char *text)
{
    const struct sql_piece whole = {.text = text, .length = strlen(text), .line = 1, .column = 1};
    struct migration *migration;
    TRY(migration_of_text(ctx, dialect, path, &whole, &migration));
    TRY(migration_check(ctx, migration, false));
    TRY(side_check(ctx, dialect, foreign, foreign->up ? foreign->up : "", &migration->up));
    return foreign->down ? side_check(ctx, dialect, foreign, foreign->down, &migration->down) : 0;
}

bool cell_says_yes(const char *cell)
{
    return cell && (text_equal(cell, "1") || text_equal_nocase(cell, "t") || text_equal_nocase(cell, "true"));
}

const char *adopted_id(const struct migration *migration, const struct format *format)
{
    size_t length = strlen(format->name);
    const char *adopted = migration->adopted;
    return adopted && text_starts(adopted, format->name) && adopted[length] == ' ' ? adopted + length + 1 : NULL;
}
