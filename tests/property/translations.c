/*
 * Translations: SQL of one engine, what another runs in its place, and the rows it has then.  A file has comments, then cases:
 *   == TITLE     what follows is SQL of ENGINE
 *   ~~           what stands above ran in an earlier process
 *   >>           what follows is the statements of the other engine, and "! KIND LINE: TEXT" for each note; both are compared
 *                "error LINE: TEXT" if they are refused
 *   % QUERY      is asked afterwards; what follows are its rows
 * What is made is written into the file with --update.
 * usage: translations ENGINE [--update] FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dialect/dialect.h"
#include "script.h"
#include "translate/translate.h"

#define CONN       __attribute__((cleanup(conn_close))) struct conn *
#define TRANSLATOR __attribute__((cleanup(translator_close))) struct translator *

struct translated {
    struct ctx *ctx;
    const struct dialect *source;
    struct target target;
    struct conn *conn;
    struct buf *out;
};

static const char *const kinds[] = {[NOTE_CHANGED] = "changed", [NOTE_LEFT_OUT] = "left out", [NOTE_CANNOT] = "cannot"};

static int pieces_of(const struct translated *translated, const char *sql, struct split *split)
{
    const struct sql_piece section = {.text = sql, .length = strlen(sql), .line = 1, .column = 1};
    return split_section(translated->ctx, translated->source->lex, "case", &section, split);
}

static int translator_now(const struct translated *translated, struct translator **translator)
{
    static const struct filter everything = {0};
    struct tree *tree;
    TRY(translated->target.dialect->load(translated->ctx, translated->conn, &everything, &tree));
    return translator_open(translated->ctx, translated->source, &translated->target, tree, translator);
}

static int translate_and_run(const struct translated *translated, struct translator *translator, const char *sql,
                             struct split *out)
{
    struct split pieces;
    TRY(pieces_of(translated, sql, &pieces));
    TRY(translate_split(translator, "case", &pieces, out));
    for (int i = 0; i < out->n; i++) {
        const char *text = arena_copy(translated->ctx->mem, out->piece[i].text, out->piece[i].length);
        TRY(conn_exec(translated->ctx, translated->conn, text));
    }
    return 0;
}

static int run_earlier(const struct translated *translated, const char *sql)
{
    TRANSLATOR translator = NULL;
    struct split ignored;
    TRY(translator_now(translated, &translator));
    return translate_and_run(translated, translator, sql, &ignored);
}

static int run_now(const struct translated *translated, const char *earlier, const char *sql)
{
    TRANSLATOR translator = NULL;
    struct split before, made;
    TRY(translator_now(translated, &translator));
    TRY(pieces_of(translated, earlier, &before));
    TRY(translator_follow(translator, "earlier", &before));
    TRY(translate_and_run(translated, translator, sql, &made));
    for (int i = 0; i < made.n; i++)
        buf_addf(translated->out, "%.*s;\n", (int)made.piece[i].length, made.piece[i].text);
    const struct list *notes = translator_notes(translator);
    for (int i = 0; i < notes->n; i++) {
        const struct translation_note *note = notes->item[i];
        buf_addf(translated->out, "! %s %d: %s\n", kinds[note->kind], note->place.line, note->text);
    }
    return 0;
}

static void ask(const struct translated *translated, const char *query)
{
    struct rows rows;
    buf_addf(translated->out, "%% %s\n", query);
    if (conn_query(translated->ctx, translated->conn, query, NULL, &rows) < 0) {
        buf_addf(translated->out, "error: %s\n", translated->ctx->error.message);
        return;
    }
    for (int i = 0; i < rows.row.n; i++)
        for (int k = 0; k < rows.columns.n; k++) {
            const char *cell = ((const char **)rows.row.item[i])[k];
            buf_addf(translated->out, "%s%s", cell ? cell : "NULL", k + 1 < rows.columns.n ? " | " : "\n");
        }
}

static int scratch_open(struct translated *translated)
{
    const struct scratch_spec spec = {0};
    return translated->target.dialect->driver->scratch(translated->ctx, &spec, &translated->conn);
}

/* The case again, as it is written but for what came out of it. */
static int case_run(struct translated *translated, const char *text)
{
    struct ctx *ctx = translated->ctx;
    CONN conn = NULL;
    const char *arrow = strstr(text, ">>\n"), *tilde = strstr(text, "~~\n");
    const char *sql = arena_copy(ctx->mem, text, arrow ? (size_t)(arrow - text) : strlen(text)), *earlier = "";
    buf_add(translated->out, sql);
    buf_add(translated->out, ">>\n");
    TRY(scratch_open(translated));
    conn = translated->conn;
    if (tilde) {
        earlier = arena_copy(ctx->mem, text, (size_t)(tilde - text));
        sql = arena_dup(ctx->mem, sql + (tilde - text) + strlen("~~\n"));
        TRY(run_earlier(translated, earlier));
    }
    TRY(run_now(translated, earlier, sql));
    struct names lines = text_lines(ctx->mem, arrow ? arrow : "");
    for (int i = 0; i < lines.n; i++)
        if (text_starts(lines.item[i], "% "))
            ask(translated, lines.item[i] + 2);
    return 0;
}

static bool case_compare(const struct dialect *source, const struct script_part *part, struct script *script)
{
    struct ctx ctx;
    struct buf made;
    ctx_open(&ctx, 0);
    buf_init(&made, ctx.mem);
    struct translated translated = {
        .ctx = &ctx, .source = source, .target = target_offline(dialect_find("sqlite"), NULL), .out = &made};
    if (case_run(&translated, part->body) < 0)
        buf_addf(&made, "error %d: %s\n", ctx.error.place.line, ctx.error.message);
    bool same = text_equal(made.data, part->body);
    if (!same)
        fprintf(stderr, "%s\n---- expected\n%s---- made\n%s\n", part->head, part->body, made.data);
    script_add(script, part->head, made.data);
    ctx_close(&ctx);
    return same;
}

static int file_run(struct ctx *ctx, const struct dialect *source, const char *path, bool update, int *wrong)
{
    static const char *const marks[] = {"== ", NULL};
    struct script script;
    TRY(script_read(ctx, path, marks, &script));
    for (int i = 0; i < script.parts.n; i++)
        *wrong += !case_compare(source, script.parts.item[i], &script);
    return update ? script_write(ctx, &script) : 0;
}

int main(int argc, char **argv)
{
    const struct dialect *source = argc > 1 ? dialect_find(argv[1]) : NULL;
    bool update = argc > 2 && text_equal(argv[2], "--update");
    int wrong = 0, files = 0;
    struct ctx ctx;
    if (!source) {
        fprintf(stderr, "usage: translations ENGINE [--update] FILE...\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    for (int i = update ? 3 : 2; i < argc; i++, files++)
        if (file_run(&ctx, source, argv[i], update, &wrong) < 0) {
            fprintf(stderr, "%s: %s\n", argv[i], ctx.error.message);
            wrong++;
        }
    ctx_close(&ctx);
    printf("translations: %d files, %d cases are not as written\n", files, wrong);
    return files && (update || !wrong) ? 0 : 1;
}
