/*
 * Notes in schema files of what things were called: "-- renamed from: old" above the statement that makes an object, or in a
 * CREATE TABLE or a CREATE TYPE ... AS ENUM above a column or value or after it on its line.  A note may stay in the file: it
 * counts as long as the old name is there and the new one is not.
 */
#include <string.h>

#include "base/text.h"
#include "diff/diff.h"
#include "models/models.h"
#include "run/parts.h"

static const char words[] = "renamed from:";

struct noting {
    struct ctx *ctx;
    const struct dialect *dialect;
    const char *file;
    const struct list *statements; /* struct classified *, of the file */
    struct list tokens;            /* struct token *, of the file, comments too */
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

/* What stands after the words of a note; NULL: it is none. */
static const char *note_text(const struct noting *noting, const struct token *token)
{
    struct arena *mem = noting->ctx->mem;
    const char *text = arena_copy(mem, token->text, token->length), *at = text + strspn(text, "-/*# \t");
    if (token->kind != TOKEN_COMMENT || !text_starts(at, words))
        return NULL;
    const char *end = text_starts(text, "/*") ? strstr(at, "*/") : NULL;
    at += strlen(words);
    return text_trim(mem, end > at ? arena_copy(mem, at, (size_t)(end - at)) : at);
}

/* A value of a type: as it is, or in quotes. */
static const char *note_value(const struct noting *noting, const char *text)
{
    size_t length = strlen(text);
    if (length < 2 || *text != '\'' || text[length - 1] != '\'')
        return text;
    return text_replace(noting->ctx->mem, arena_copy(noting->ctx->mem, text + 1, length - 2), "''", "'");
}

/* The name in a note, the last of several with dots; NULL: there is none. */
static const char *note_name(const struct noting *noting, const char *at)
{
    struct arena *mem = noting->ctx->mem;
    const char *name = NULL;
    struct lexer lexer;
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
    for (int i = 0; i < noting->statements->n && !next; i++) {
        const struct classified *one = noting->statements->item[i];
        if (is_before(&one->piece, note))
            last = one;
        else
            next = one;
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

/* The code before it on its line; NULL: there is none. */
static const struct token *before_on_line(const struct noting *noting, int at)
{
    for (int i = at - 1; i >= 0 && token_at(noting, i)->line == token_at(noting, at)->line; i--)
        if (is_code(token_at(noting, i)))
            return token_at(noting, i);
    return NULL;
}

/* Where the definition begins that the note stands after, with its comma or without; NULL: it stands after none. */
static const struct token *definition_start(const struct noting *noting, int at)
{
    const struct token *first = NULL;
    int depth = 0;
    for (int i = at - 1; i >= 0; i--) {
        const struct token *token = token_at(noting, i);
        if (!is_code(token))
            continue;
        bool ends = depth == 0 && (token_is(token, "(") || token_is(token, ";") || (token_is(token, ",") && first));
        if (ends)
            break;
        depth += token_is(token, ")") - token_is(token, "(");
        if (!token_is(token, ",") || first)
            first = token;
    }
    return first;
}

/* Of the definition that it stands after on its line, or else of what follows. */
static const char *column_of(const struct noting *noting, int at)
{
    bool after = before_on_line(noting, at);
    const struct token *first = after ? definition_start(noting, at) : NULL;
    for (int i = at + 1; i < noting->tokens.n && !after && !first; i++)
        if (is_code(token_at(noting, i)))
            first = token_at(noting, i);
    if (!first || (first->kind != TOKEN_WORD && first->kind != TOKEN_QUOTED))
        return NULL;
    const char *name = token_name(noting->ctx->mem, first);
    bool fold = first->kind == TOKEN_WORD && noting->dialect->ident->upper_needs_quotes;
    return fold ? text_lower(noting->ctx->mem, name) : name;
}

/* The only text in quotes on the line of the note, or else the first that follows; NULL: which is meant cannot be told. */
static const char *value_of(const struct noting *noting, int at)
{
    const struct token *note = token_at(noting, at), *found = NULL;
    int n = 0;
    for (int i = at - 1; i >= 0 && token_at(noting, i)->line == note->line; i--)
        if (token_at(noting, i)->kind == TOKEN_STRING) {
            found = token_at(noting, i);
            n++;
        }
    for (int i = at + 1; i < noting->tokens.n && !n; i++)
        if (is_code(token_at(noting, i))) {
            found = token_at(noting, i)->kind == TOKEN_STRING ? token_at(noting, i) : NULL;
            n = 1;
        }
    return n == 1 && found ? note_value(noting, token_copy(noting->ctx->mem, found)) : NULL;
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

static int note_refuse(struct noting *noting, int at, const char *text)
{
    fail(noting->ctx, ERR_SYNTAX, "\"%s %s\" is about nothing that can be renamed", words, text);
    fail_hint(noting->ctx,
              "It stands above the statement that creates an object, at a column of a CREATE TABLE, or at a "
              "value of an enum that has its line for itself.");
    return fail_at(noting->ctx, noting->file, token_at(noting, at)->line, token_at(noting, at)->column);
}

static struct rename *rename_new(const struct noting *noting, const struct classified *what, enum kind kind)
{
    struct rename *rename = NEW(noting->ctx->mem, struct rename);
    *rename = (struct rename){.kind = kind == KIND_TABLE ? 0 : kind,
                              .title = what->schema,
                              .table = what->table,
                              .to = what->name,
                              .resolved_from = "note",
                              .place = {noting->file, what->piece.line, 0}};
    list_add(noting->ctx->mem, noting->renames, rename);
    return rename;
}

/* What is made by a statement that says a name; KIND_COUNT: nothing that has one. */
static enum kind kind_made(const struct classified *what)
{
    return what && what->verb == VERB_CREATE && what->name ? kind_of(what) : KIND_COUNT;
}

static int note_take(struct noting *noting, int at, const char *text)
{
    bool within;
    const struct classified *what = statement_of(noting, at, &within);
    const enum kind kind = kind_made(what);
    bool value = within && kind == KIND_ENUM;
    const char *part = !within ? NULL : value ? value_of(noting, at) : column_of(noting, at);
    const char *from = value ? note_value(noting, text) : note_name(noting, text);
    bool fits = !within || (part && (value || kind == KIND_TABLE));
    if (!from || !*from || kind == KIND_COUNT || !fits)
        return note_refuse(noting, at, text);
    struct rename *rename = rename_new(noting, what, value ? KIND_LABEL : kind);
    rename->from = from;
    rename->place.line = token_at(noting, at)->line;
    rename->place.column = token_at(noting, at)->column;
    if (part) {
        rename->table = what->name;
        rename->to = part;
    }
    return 0;
}

int renames_of_text(struct ctx *ctx, const struct dialect *dialect, const struct noted_text *text, struct list *renames)
{
    struct noting noting = {
        .ctx = ctx, .dialect = dialect, .file = text->file, .statements = text->statements, .renames = renames};
    struct lexer lexer;
    if (!memmem(text->text, text->length, words, sizeof words - 1))
        return 0;
    lex_open(&lexer, dialect->lex, text->text, text->length);
    lexer.line = text->line;
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        struct token *copy = NEW(ctx->mem, struct token);
        *copy = token;
        list_add(ctx->mem, &noting.tokens, copy);
    }
    for (int i = 0; i < noting.tokens.n; i++) {
        const char *said = note_text(&noting, token_at(&noting, i));
        if (said)
            TRY(note_take(&noting, i, said));
    }
    return 0;
}

/* ---- what models say ---- */

/* Of an object that is declared, by its first statement. */
static int rename_note(const struct noting *noting, const struct classified *what, const char *old)
{
    const enum kind kind = kind_made(what);
    if (kind != KIND_COUNT) {
        rename_new(noting, what, kind)->from = old;
        return 0;
    }
    fail(noting->ctx, ERR_MODELS, "renamed_from=\"%s\": what it is of has no name of its own", old);
    return fail_at(noting->ctx, noting->file, what->piece.line, 0);
}

/* The text of an object that is declared: notes in it, and its own former name. */
static int renames_of_declared(struct ctx *ctx, const struct dialect *dialect, const struct json *one,
                               struct list *renames)
{
    struct list statements = {0};
    const char *sql = json_get_text(one, "sql"), *old = json_get_text(one, "renamed_from");
    const char *file = path_near(ctx, json_get_text(one, "file"));
    const struct sql_piece whole = {.text = sql, .length = strlen(sql), .line = (int)json_get_int(one, "line", 0)};
    const struct noted_text text = {file, sql, whole.length, whole.line, &statements};
    const struct noting noting = {.ctx = ctx, .dialect = dialect, .file = file, .renames = renames};
    struct split split;
    if (!old && !text_has(sql, words))
        return 0;
    TRY(split_section(ctx, dialect->lex, file, &whole, &split));
    for (int i = 0; i < split.n; i++) {
        struct classified *what = NEW(ctx->mem, struct classified);
        classify(ctx->mem, dialect->classify, &split.piece[i], what);
        list_add(ctx->mem, &statements, what);
    }
    if (old && statements.n)
        TRY(rename_note(&noting, statements.item[0], old));
    return renames_of_text(ctx, dialect, &text, renames);
}

/* {kind, schema, table, from, to, file, line}; of the usual schema without one. */
static void rename_of_models(struct ctx *ctx, const struct json *one, struct list *renames)
{
    const char *kind = json_get_text(one, "kind"), *schema = json_get_text(one, "schema");
    const enum kind known = kind ? kind_find(kind) : KIND_COUNT;
    struct rename *rename = NEW(ctx->mem, struct rename);
    *rename =
        (struct rename){.kind = known == KIND_TABLE || known == KIND_COLUMN ? 0 : known,
                        .title = schema && *schema ? schema : NULL,
                        .table = json_get_text(one, "table"),
                        .from = json_get_text(one, "from"),
                        .to = json_get_text(one, "to"),
                        .resolved_from = "note",
                        .place = {path_near(ctx, json_get_text(one, "file")), (int)json_get_int(one, "line", 0), 0}};
    if (known < KIND_COUNT && rename->from && rename->to)
        list_add(ctx->mem, renames, rename);
}

int renames_of_models(struct ctx *ctx, const struct dialect *dialect, const struct models_said *said,
                      struct list *renames)
{
    for (int i = 0; said->renames && i < said->renames->n; i++)
        rename_of_models(ctx, said->renames->item[i], renames);
    for (int i = 0; said->declared && i < said->declared->n; i++)
        TRY(renames_of_declared(ctx, dialect, said->declared->item[i], renames));
    return 0;
}
