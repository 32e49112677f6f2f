/*
 * What an engine answers, and what stands in for it answers to the same, translated: never another thing in silence.  A file has lines:
 *   # TEXT        a comment
 *   + STATEMENT   is run on both
 *   ? QUERY       or only what stands after SELECT: is asked on both; a statement or query may go on in lines that begin with blanks
 *   = ROW         what ENGINE says, as it was recorded: cells with " | " between them; "= error" if it refuses
 *   ! NOTE        what is told of it, beyond what is left out without loss
 *   ~ ROW         what is said here, where it is not the same; stands only with a note, or
 *   - TEXT        the reason why nothing is told, by hand: docs/dev-mode.md says it of all such things
 * With --url URL the engine itself is asked and held against the file; with --update too, the file is written.
 * usage: answers ENGINE [--update] [--url URL] FILE...
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/url.h"
#include "dialect/dialect.h"
#include "translate/translate.h"

#define CONN       __attribute__((cleanup(conn_close))) struct conn *
#define TRANSLATOR __attribute__((cleanup(translator_close))) struct translator *

struct answers {
    struct ctx *ctx;
    const struct dialect *source;
    struct target target;
    struct conn *conn;   /* what stands in */
    struct conn *engine; /* NULL: the file says what it answers */
    struct buf earlier;  /* statements that were run */
    struct buf out;
    int silent;
};

/* ---- one answer */

static const char *row_text(struct arena *mem, const char *const *cell, int n)
{
    struct names cells = {0};
    for (int i = 0; i < n; i++)
        names_add(mem, &cells, cell[i] ? text_replace(mem, cell[i], "\n", "\\n") : "NULL");
    return names_join(mem, &cells, " | ");
}

static void ask(struct ctx *ctx, struct conn *conn, const char *query, struct names *answer)
{
    struct rows rows;
    if (conn_query(ctx, conn, query, NULL, &rows) < 0) {
        ctx->error = (struct error){0};
        names_add(ctx->mem, answer, "error");
        return;
    }
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, answer, row_text(ctx->mem, rows.row.item[i], rows.columns.n));
}

static void do_it(struct ctx *ctx, struct conn *conn, const char *sql, struct names *answer)
{
    if (conn_exec(ctx, conn, sql) == 0)
        return;
    ctx->error = (struct error){0};
    names_add(ctx->mem, answer, "error");
}

/* ---- the same answer: truth is 1 here, numbers are numbers, documents and moments have fewer blanks and zones */

static bool number_of(const char *text, double *number)
{
    *number = read_back_double(text);
    return strpbrk(text, "0123456789") && !text[strspn(text, "+-.0123456789e")];
}

static const char *plain(struct arena *mem, const char *text)
{
    if (text_equal(text, "t") || text_equal(text, "f"))
        return *text == 't' ? "1" : "0";
    if (*text == '{' || *text == '[')
        return text_replace(mem, text, " ", "");
    const char *zone = strstr(text, "+00");
    return zone && zone > text && !zone[3] ? arena_copy(mem, text, (size_t)(zone - text)) : text;
}

static bool cells_agree(struct arena *mem, const char *a, const char *b)
{
    double x, y;
    a = plain(mem, a);
    b = plain(mem, b);
    return text_equal(a, b) || (number_of(a, &x) && number_of(b, &y) && fabs(x - y) <= 1e-9 * fabs(x));
}

static bool rows_agree(struct arena *mem, const char *a, const char *b)
{
    for (;;) {
        const char *end_a = strstr(a, " | "), *end_b = strstr(b, " | ");
        if (!end_a || !end_b)
            return !end_a && !end_b && cells_agree(mem, a, b);
        if (!cells_agree(mem, arena_copy(mem, a, (size_t)(end_a - a)), arena_copy(mem, b, (size_t)(end_b - b))))
            return false;
        a = end_a + strlen(" | ");
        b = end_b + strlen(" | ");
    }
}

static bool answers_agree(struct arena *mem, const struct names *a, const struct names *b)
{
    for (int i = 0; i < a->n && i < b->n; i++)
        if (!rows_agree(mem, a->item[i], b->item[i]))
            return false;
    return a->n == b->n;
}

/* ---- what stands in */

static int pieces_of(const struct answers *answers, const char *sql, struct split *split)
{
    const struct sql_piece section = {.text = sql, .length = strlen(sql), .line = 1, .column = 1};
    return split_section(answers->ctx, answers->source->lex, "case", &section, split);
}

static int translate(struct answers *answers, const char *sql, struct split *made, struct names *notes)
{
    static const struct filter everything = {0};
    TRANSLATOR translator = NULL;
    struct ctx *ctx = answers->ctx;
    struct tree *tree;
    struct split pieces, earlier;
    TRY(pieces_of(answers, sql, &pieces));
    TRY(answers->target.dialect->load(ctx, answers->conn, &everything, &tree));
    TRY(translator_open(ctx, answers->source, &answers->target, tree, &translator));
    TRY(pieces_of(answers, answers->earlier.data, &earlier));
    TRY(translator_follow(translator, "earlier", &earlier));
    TRY(translate_split(translator, "case", &pieces, made));
    const struct list *all = translator_notes(translator);
    for (int i = 0; i < all->n; i++) {
        const struct translation_note *note = all->item[i];
        if (note->kind != NOTE_LEFT_OUT)
            names_add(ctx->mem, notes, text_replace(ctx->mem, note->text, "\n", " "));
    }
    return 0;
}

static void stand_in(struct answers *answers, const char *sql, struct names *answer, struct names *notes)
{
    struct ctx *ctx = answers->ctx;
    struct split made;
    if (translate(answers, sql, &made, notes) < 0) {
        ctx->error = (struct error){0};
        names_add(ctx->mem, answer, "error");
        return;
    }
    for (int i = 0; i < made.n && !answer->n; i++)
        do_it(ctx, answers->conn, arena_copy(ctx->mem, made.piece[i].text, made.piece[i].length), answer);
}

/* A query is that of a view, which is gone afterwards. */
static void stand_in_query(struct answers *answers, const char *query, struct names *answer, struct names *notes)
{
    struct ctx *ctx = answers->ctx;
    stand_in(answers, arena_printf(ctx->mem, "CREATE VIEW answer AS %s", query), answer, notes);
    if (!answer->n)
        ask(ctx, answers->conn, "SELECT * FROM answer", answer);
    struct names ignored = {0};
    do_it(ctx, answers->conn, "DROP VIEW IF EXISTS answer", &ignored);
}

/* ---- entries */

struct entry {
    bool query;
    const char *text; /* as it is written */
    const char *sql;
    struct names answer; /* of the engine */
    const char *reason;  /* NULL: none is written */
};

static void lines_add(struct buf *out, const char *mark, const struct names *lines)
{
    for (int i = 0; i < lines->n; i++)
        buf_addf(out, "%s %s\n", mark, lines->item[i]);
}

static const char *query_of(struct arena *mem, const char *text)
{
    static const char *const words[] = {"SELECT", "WITH", "VALUES", NULL};
    for (int i = 0; words[i]; i++)
        if (text_starts_nocase(text, words[i]))
            return text;
    return arena_printf(mem, "SELECT %s", text);
}

static void entry_run(struct answers *answers, struct entry *entry)
{
    struct ctx *ctx = answers->ctx;
    struct names here = {0}, notes = {0};
    if (answers->engine)
        entry->answer = (struct names){0};
    if (entry->query) {
        if (answers->engine)
            ask(ctx, answers->engine, entry->sql, &entry->answer);
        stand_in_query(answers, entry->sql, &here, &notes);
    } else {
        if (answers->engine)
            do_it(ctx, answers->engine, entry->sql, &entry->answer);
        stand_in(answers, entry->sql, &here, &notes);
        buf_addf(&answers->earlier, "%s;\n", entry->sql);
    }
    bool same = answers_agree(ctx->mem, &entry->answer, &here);
    buf_add(&answers->out, entry->text);
    lines_add(&answers->out, "=", &entry->answer);
    lines_add(&answers->out, "!", &notes);
    if (!same)
        lines_add(&answers->out, "~", here.n ? &here : &(struct names){.item = (const char *[]){"nothing"}, .n = 1});
    if (!same && entry->reason)
        buf_addf(&answers->out, "%s\n", entry->reason);
    if (same || notes.n || entry->reason)
        return;
    answers->silent++;
    fprintf(stderr, "silent: %s= %s\n~ %s\n", entry->text, names_join(ctx->mem, &entry->answer, "\n= "),
            names_join(ctx->mem, &here, "\n~ "));
}

/* A statement with its lines, and the answer in those after it. */
static void entry_read(struct answers *answers, const struct names *lines, int *at, struct entry *entry)
{
    struct arena *mem = answers->ctx->mem;
    struct buf text;
    buf_init(&text, mem);
    *entry = (struct entry){.query = *lines->item[*at] == '?'};
    do
        buf_addf(&text, "%s\n", lines->item[(*at)++]);
    while (*at < lines->n && *lines->item[*at] == ' ');
    entry->text = text.data;
    entry->sql = text_trim(mem, text.data + 1);
    if (entry->query)
        entry->sql = query_of(mem, entry->sql);
    for (; *at < lines->n && strchr("=!~-", *lines->item[*at]) && *lines->item[*at]; (*at)++)
        if (*lines->item[*at] == '-')
            entry->reason = lines->item[*at];
        else if (*lines->item[*at] == '=')
            names_add(mem, &entry->answer, lines->item[*at] + (lines->item[*at][1] ? 2 : 1));
}

static int entries_run(struct answers *answers, const char *text)
{
    const struct names lines = text_lines(answers->ctx->mem, text);
    for (int at = 0; at < lines.n;) {
        struct entry entry;
        if (*lines.item[at] != '+' && *lines.item[at] != '?') {
            buf_addf(&answers->out, "%s\n", lines.item[at++]);
            continue;
        }
        entry_read(answers, &lines, &at, &entry);
        entry_run(answers, &entry);
    }
    return 0;
}

/* A database of its own; where the engine's driver makes none, the one that `url` names has to be empty. */
static int engine_open(struct ctx *ctx, const struct dialect *source, const struct url *url, struct conn **engine)
{
    const struct scratch_spec spec = {.near = url};
    const struct conn_options options = {0};
    if (source->driver->scratch)
        return source->driver->scratch(ctx, &spec, engine);
    return conn_open(ctx, source, url, &options, engine);
}

static int file_run(struct ctx *ctx, struct answers *answers, const struct url *url, const char *path, bool update)
{
    CONN conn = NULL, *engine = NULL;
    const struct scratch_spec here = {0};
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    TRY(answers->target.dialect->driver->scratch(ctx, &here, &conn));
    if (url)
        TRY(engine_open(ctx, answers->source, url, &engine));
    answers->conn = conn;
    answers->engine = engine;
    buf_init(&answers->out, ctx->mem);
    buf_init(&answers->earlier, ctx->mem);
    TRY(entries_run(answers, text));
    conn_close(&engine);
    if (update)
        return file_write(ctx, path, answers->out.data, answers->out.len, 0644);
    return text_equal(answers->out.data, text) ? 0 : fail(ctx, ERR_FAILED, "not as written: see --update");
}

static int one_file(const struct dialect *source, const char *address, const char *path, bool update)
{
    struct ctx ctx;
    __attribute__((cleanup(url_close))) struct url url = {0}; /* its password is no arena's */
    ctx_open(&ctx, 0);
    struct answers answers = {.ctx = &ctx, .source = source, .target = target_offline(dialect_find("sqlite"), NULL)};
    int code = address ? url_read(&ctx, address, &url) : 0;
    if (code == 0)
        code = file_run(&ctx, &answers, address ? &url : NULL, path, update);
    if (code < 0)
        fprintf(stderr, "%s: %s\n", path, ctx.error.message);
    int wrong = answers.silent + (code < 0);
    ctx_close(&ctx);
    return wrong;
}

int main(int argc, char **argv)
{
    const struct dialect *source = argc > 1 ? dialect_find(argv[1]) : NULL;
    const char *address = NULL;
    bool update = false;
    int at = 2, wrong = 0;
    for (; at < argc && text_starts(argv[at], "--"); at++) {
        if (text_equal(argv[at], "--url") && at + 1 < argc)
            address = argv[++at];
        else
            update = true;
    }
    if (!source || at == argc) {
        fprintf(stderr, "usage: answers ENGINE [--update] [--url URL] FILE...\n");
        return 2;
    }
    for (int i = at; i < argc; i++)
        wrong += one_file(source, address, argv[i], update);
    printf("answers: %d files, %d are not the same, or not as written\n", argc - at, wrong);
    return wrong ? 1 : 0;
}
