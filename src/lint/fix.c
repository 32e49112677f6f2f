/*
 * Safe forms: a word that is put into a statement, a clause in the place of another, and perhaps statements that follow in a file
 * of their own.  What cannot be written so (rows that have to be filled) is left to the person.
 */
#include "lint/fix.h"

#include <string.h>

#include "base/text.h"
#include "lint/reader.h"

struct fixer {
    struct lint lint;
    struct reader reader; /* of the statement */
    int from, end;        /* tokens of the clause that is spoken of */
    const struct migration *migration;
    const struct finding *finding;
    const struct sql_piece *piece;
    struct fix *fix;
};

/* ---- edits ---- */

static bool is_within(const struct fixer *fixer, const struct sql_piece *piece)
{
    const struct migration *migration = fixer->migration;
    return piece->text >= migration->text && piece->text < migration->text + migration->length;
}

static size_t token_offset(const struct fixer *fixer, int at)
{
    return (size_t)(fixer->piece->text - fixer->migration->text) + fixer->reader.token[at].offset;
}

static size_t token_end(const struct fixer *fixer, int at)
{
    return token_offset(fixer, at) + fixer->reader.token[at].length;
}

static void edit_add(struct fixer *fixer, size_t offset, size_t removes, const char *insert)
{
    fixer->fix->edit[fixer->fix->n++] = (struct edit){offset, removes, insert};
}

/* What stands in [from, to) gives way. */
static void edit_tokens(struct fixer *fixer, int from, int to, const char *insert)
{
    size_t offset = token_offset(fixer, from);
    edit_add(fixer, offset, token_end(fixer, to - 1) - offset, insert);
}

/* ---- what the statement is about ---- */

/* As it is written after ALTER TABLE. */
static const char *table_words(const struct fixer *fixer)
{
    struct reader reader = fixer->reader;
    reader.at = 0;
    if (!reader_take(&reader, "alter table"))
        return NULL;
    reader_take(&reader, "if exists");
    reader_take(&reader, "only");
    int start = reader.at;
    return reader_path(&reader) ? reader_source(&reader, start, reader.at) : NULL;
}

static const char *name_words(const struct fixer *fixer, const char *name)
{
    struct buf out;
    buf_init(&out, fixer->lint.mem);
    ident_add(&out, fixer->lint.dialect->ident, name);
    return out.data;
}

/* Parents of partitions take neither NOT VALID on keys nor an index that was built before. */
static bool is_plain_table(const struct fixer *fixer)
{
    const struct table *table = known_table(&fixer->lint, fixer->finding->table);
    return table && !expr_text(&table->partition_by);
}

static bool is_only_clause(const struct fixer *fixer)
{
    return reader_find(&fixer->reader, 0, fixer->reader.n, ",") < 0;
}

/* ---- CONCURRENTLY ---- */

static bool add_after_index(struct fixer *fixer)
{
    const struct reader *reader = &fixer->reader;
    for (int i = 0; i < reader->n && !reader_is(reader, i, "("); i++)
        if (reader_is(reader, i, "index")) {
            edit_add(fixer, token_end(fixer, i), 0, " CONCURRENTLY");
            return true;
        }
    return false;
}

/* "DROP INDEX a, b" and CASCADE cannot be CONCURRENTLY. */
static bool is_plain(const struct fixer *fixer)
{
    return is_only_clause(fixer) && reader_find(&fixer->reader, 0, fixer->reader.n, "cascade") < 0;
}

static bool drop_beside(struct fixer *fixer)
{
    return is_plain(fixer) && add_after_index(fixer);
}

static bool reindex_beside(struct fixer *fixer)
{
    if (!is_plain(fixer) || fixer->reader.n < 3 || reader_is(&fixer->reader, 1, "("))
        return false;
    edit_add(fixer, token_end(fixer, 1), 0, " CONCURRENTLY");
    return true;
}

static bool detach_beside(struct fixer *fixer)
{
    if (!is_plain(fixer))
        return false;
    edit_add(fixer, token_end(fixer, fixer->end - 1), 0, " CONCURRENTLY");
    return true;
}

/* ---- constraints ---- */

/* Without looking at rows now; a later file does.  To undo that, the constraint is made again as this file leaves it. */
static bool validate_later(struct fixer *fixer)
{
    struct arena *mem = fixer->lint.mem;
    const char *table = table_words(fixer), *name = fixer->finding->column;
    const char *clause = reader_source(&fixer->reader, fixer->from, fixer->end);
    bool key = reader_find(&fixer->reader, fixer->from, fixer->end, "references") >= 0;
    if (!table || !name || !clause || (key && !is_plain_table(fixer)))
        return false;
    edit_add(fixer, token_end(fixer, fixer->end - 1), 0, " NOT VALID");
    name = name_words(fixer, name);
    fixer->fix->later = arena_printf(mem, "ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name);
    fixer->fix->undo = arena_printf(mem, "ALTER TABLE %s DROP CONSTRAINT %s, ADD %s NOT VALID", table, name, clause);
    return true;
}

static bool accepts_null(const struct fixer *fixer, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++) {
        const struct column *column =
            columns->item[i] ? known_column(&fixer->lint, fixer->finding->table, columns->item[i]) : NULL;
        if (!column || column->nullable)
            return true;
    }
    return false;
}

/* Of "(a, b) INCLUDE (c) DEFERRABLE", the columns; -1 where more than that follows. */
static int key_end(struct reader *reader, int end)
{
    static const char *const tail[] = {"not", "deferrable", "initially", "immediate", "deferred", NULL};
    int to = reader_close(reader, reader->at) + 1;
    if (reader_is(reader, to, "include"))
        to = reader_close(reader, to + 1) + 1;
    for (int i = to; i < end; i++)
        if (!token_is_one_of(&reader->token[i], tail))
            return -1;
    return to;
}

/* The index first, beside writers; then the constraint takes it. */
static bool build_before(struct fixer *fixer)
{
    struct reader reader = fixer->reader;
    struct arena *mem = fixer->lint.mem;
    reader.at = fixer->from;
    const char *table = table_words(fixer), *name = reader_take(&reader, "constraint") ? reader_name(&reader) : NULL;
    bool primary = reader_take(&reader, "primary key");
    if (!table || !name || !is_only_clause(fixer) || !is_plain_table(fixer) ||
        (!primary && !reader_take(&reader, "unique")) || !reader_is(&reader, reader.at, "("))
        return false;
    int start = reader.at, to = key_end(&reader, fixer->end);
    const struct names columns = reader_keys(&reader);
    if (to < 0 || (primary && accepts_null(fixer, &columns)))
        return false;
    name = name_words(fixer, name);
    edit_add(fixer, token_offset(fixer, 0), 0,
             arena_printf(mem, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s;\n", name, table,
                          reader_source(&reader, start, to)));
    edit_tokens(fixer, start, to, arena_printf(mem, "USING INDEX %s", name));
    return true;
}

/* ---- NOT NULL ---- */

static const char *check_name(const struct fixer *fixer)
{
    const struct finding *finding = fixer->finding;
    const struct table *table = known_table(&fixer->lint, finding->table);
    const char *dot = strrchr(finding->table, '.');
    const char *name = arena_printf(fixer->lint.mem, "%s_%s_is_set", dot ? dot + 1 : finding->table, finding->column);
    for (int i = 0; table && i < table->object.children.n; i++)
        if (text_equal(((const struct object *)table->object.children.item[i])->name, name))
            return NULL;
    return table && strlen(name) <= fixer->lint.dialect->name_bytes ? name_words(fixer, name) : NULL;
}

/* SET NOT NULL reads no rows where a CHECK proves it: that one is made here and validated later. */
static bool prove_before(struct fixer *fixer)
{
    struct arena *mem = fixer->lint.mem;
    const char *table = table_words(fixer), *check = check_name(fixer);
    const struct split *down = &fixer->migration->down;
    if (reader_is(&fixer->reader, fixer->from, "constraint"))
        return validate_later(fixer);
    if (!table || !check || (down->n && !is_within(fixer, &down->piece[0])))
        return false;
    const char *column = name_words(fixer, fixer->finding->column);
    const char *clause = arena_printf(mem, "ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID", check, column);
    edit_tokens(fixer, fixer->from, fixer->end, clause);
    if (down->n)
        edit_add(fixer, (size_t)(down->piece[0].text - fixer->migration->text), 0,
                 arena_printf(mem, "ALTER TABLE %s DROP CONSTRAINT %s;\n", table, check));
    fixer->fix->later = arena_printf(mem,
                                     "ALTER TABLE %s VALIDATE CONSTRAINT %s;\nALTER TABLE %s ALTER COLUMN %s SET NOT "
                                     "NULL, DROP CONSTRAINT %s",
                                     table, check, table, column, check);
    fixer->fix->undo = arena_printf(mem, "ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL, %s", table, column, clause);
    return true;
}

/* ---- all of them ---- */

static const struct {
    const char *code;
    bool (*write)(struct fixer *fixer);
} fixes[] = {
    {"PG101", add_after_index}, {"PG102", drop_beside},    {"PG105", reindex_beside},
    {"PG107", detach_beside},   {"PG111", build_before},   {"PG112", build_before},
    {"PG114", validate_later},  {"PG116", validate_later}, {"PG121", prove_before},
};

static void clause_find(struct fixer *fixer)
{
    struct reader *reader = &fixer->reader;
    while (fixer->from < reader->n && reader->token[fixer->from].offset < fixer->finding->offset)
        fixer->from++;
    reader->at = fixer->from;
    fixer->end = reader_end(reader);
}

bool fix_of(struct arena *mem, const struct lint_input *input, const struct migration *migration,
            const struct finding *finding, struct fix *fix)
{
    const struct dialect *dialect = input->target->dialect;
    struct fixer fixer = {.lint = {.mem = mem, .dialect = dialect, .input = input},
                          .migration = migration,
                          .finding = finding,
                          .fix = fix};
    *fix = (struct fix){0};
    if (!finding->statement || !finding->rule || finding->in_block)
        return false;
    fixer.piece = &migration->up.piece[finding->statement - 1];
    fixer.reader = (struct reader){.lint = &fixer.lint, .mem = mem, .rules = dialect->classify};
    for (size_t i = 0; is_within(&fixer, fixer.piece) && i < sizeof fixes / sizeof *fixes; i++)
        if (text_equal(fixes[i].code, finding->rule->code)) {
            reader_open(&fixer.reader, fixer.piece, false);
            clause_find(&fixer);
            return fixes[i].write(&fixer);
        }
    return false;
}
