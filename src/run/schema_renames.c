/*
 * Notes in schema files of what things were called: "-- renamed from: old" above the statement that makes an object, or in a
 * CREATE TABLE above a column or after it on its line.  A note may stay in the file: it counts as long as the old name is
 * there and the new one is not.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "diff/rename.h"
#include "run/parts.h"

static const char words[] = "renamed from:";

struct noting {
    struct ctx *ctx;
    const struct dialect *dialect;
    const char *file;
    const struct list *described; /* struct schema_statement * */
    struct list tokens;           /* struct token *, of the file, comments too */
    struct list *renames;
};

static const struct token *token_at(const struct noting *noting, int i)
{
    return noting->tokens.item[i];
}

static bool is_code(const struct token *token)
{
    return token->kind != TOKEN_COMMENT && token->kind != TOKEN_SPACE;
}

/* The name in a note, the last of several with dots; NULL: it is no note. */
static const char *note_name(const struct noting *noting, const struct token *token)
{
    struct arena *mem = noting->ctx->mem;
    const char *text = arena_copy(mem, token->text, token->length), *at = text + strspn(text, "-/*# \t");
    const char *name = NULL;
    if (token->kind != TOKEN_COMMENT || !text_starts(at, words))
        return NULL;
    struct lexer lexer;
    at += strlen(words);
    lex_open(&lexer, noting->dialect->lex, at, strlen(at));
    for (struct token part = lex_next_code(&lexer); part.kind == TOKEN_WORD || part.kind == TOKEN_QUOTED;
         part = lex_next_code(&lexer)) {
        name = token_name(mem, &part);
        if (part.kind == TOKEN_WORD && noting->dialect->ident->upper_needs_quotes)
            name = text_lower(mem, name);
        part = lex_next_code(&lexer);
        if (!token_is(&part, "."))
            break;
    }
    return name;
}

static bool is_before(const struct sql_piece *piece, const struct token *token)
{
    return piece->line < token->line || (piece->line == token->line && piece->column <= token->column);
}

/* The statement in which a note stands, or the one below it. */
static const struct classified *statement_of(const struct noting *noting, int at, bool *within)
{
    const struct token *note = token_at(noting, at);
    const struct classified *last = NULL, *next = NULL;
    for (int i = 0; i < noting->described->n && !next; i++) {
        const struct schema_statement *one = noting->described->item[i];
        if (!text_equal(one->file, noting->file))
            continue;
        if (is_before(&one->what.piece, note))
            last = &one->what;
        else
            next = &one->what;
    }
    *within = last;
    for (int i = at - 1; i >= 0 && *within; i--) {
        if (is_code(token_at(noting, i))) {
            *within = !token_is(token_at(noting, i), ";");
            break;
        }
    }
    return *within ? last : next;
}

/* Of what stands on the line of the note, or else of what follows. */
static const char *column_of(const struct noting *noting, int at)
{
    const struct token *note = token_at(noting, at), *first = NULL;
    for (int i = at - 1; i >= 0 && token_at(noting, i)->line == note->line; i--)
        if (is_code(token_at(noting, i)))
            first = token_at(noting, i);
    for (int i = at + 1; i < noting->tokens.n && !first; i++)
        if (is_code(token_at(noting, i)))
            first = token_at(noting, i);
    if (!first || (first->kind != TOKEN_WORD && first->kind != TOKEN_QUOTED))
        return NULL;
    const char *name = token_name(noting->ctx->mem, first);
    bool fold = first->kind == TOKEN_WORD && noting->dialect->ident->upper_needs_quotes;
    return fold ? text_lower(noting->ctx->mem, name) : name;
}

/* A range type says neither AS ENUM nor AS (...). */
static enum kind kind_of(const struct classified *what)
{
    static const char *const called[][2] = {{"function", "function"},   {"procedure", "function"},
                                            {"aggregate", "aggregate"}, {"collation", "collation"},
                                            {"server", "server"},       {"publication", "publication"},
                                            {"type", "range_type"},     {"event", "event_trigger"}};
    if (what->kind != KIND_COUNT)
        return what->kind;
    for (size_t i = 0; i < sizeof called / sizeof *called; i++)
        if (text_equal(what->word, called[i][0]))
            return kind_find(called[i][1]);
    return KIND_COUNT;
}

static int note_take(struct noting *noting, int at, const char *from)
{
    bool within;
    const struct classified *what = statement_of(noting, at, &within);
    const char *column = within && what ? column_of(noting, at) : NULL;
    enum kind kind = what && what->verb == VERB_CREATE ? kind_of(what) : KIND_COUNT;
    if (kind == KIND_COUNT || !what->name || (within && (kind != KIND_TABLE || !column))) {
        fail(noting->ctx, ERR_SYNTAX, "\"%s %s\" is about nothing that can be renamed", words, from);
        fail_hint(noting->ctx,
                  "It stands above the statement that creates an object, or at a column of a CREATE TABLE.");
        return fail_at(noting->ctx, noting->file, token_at(noting, at)->line, token_at(noting, at)->column);
    }
    struct rename *rename = NEW(noting->ctx->mem, struct rename);
    *rename = (struct rename){.kind = kind == KIND_TABLE ? 0 : kind,
                              .title = what->schema,
                              .table = column ? what->name : what->table,
                              .from = from,
                              .to = column ? column : what->name,
                              .resolved_from = "note"};
    list_add(noting->ctx->mem, noting->renames, rename);
    return 0;
}

static int file_read_notes(struct noting *noting, const char *path)
{
    struct ctx *ctx = noting->ctx;
    struct lexer lexer;
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    if (!strstr(text, words))
        return 0;
    noting->tokens = (struct list){0};
    lex_open(&lexer, noting->dialect->lex, text, length);
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        struct token *copy = NEW(ctx->mem, struct token);
        *copy = token;
        list_add(ctx->mem, &noting->tokens, copy);
    }
    for (int i = 0; i < noting->tokens.n; i++) {
        const char *from = note_name(noting, token_at(noting, i));
        if (from)
            TRY(note_take(noting, i, from));
    }
    return 0;
}

int schema_renames_read(struct ctx *ctx, const struct session *session, struct list *renames)
{
    const struct database_config *database = session->database;
    struct noting noting = {
        .ctx = ctx, .dialect = database->dialect, .described = &session->described, .renames = renames};
    for (int i = 0; i < database->schema_files.n; i++) {
        noting.file = database->schema_files.item[i];
        TRY(file_read_notes(&noting, path_join(ctx->mem, session->config->folder, noting.file)));
    }
    return 0;
}
