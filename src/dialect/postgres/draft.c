/*
 * Statements of schema files, tried out in the database that they are for: as temporary objects, inside one transaction that is
 * rolled back whatever happens.  A scratch database takes a hundred times as long to make, and what is temporary needs no disk.
 *
 * Only what means here what it would mean there, and cannot reach anything but what it makes:
 * - Plain tables, indexes, enums, sequences, views and comments.  None of them runs what it holds.
 * - The schema of temporary objects alone is on the search path, no name stands before a dot that leads elsewhere, and none
 *   begins with pg_.  So a name is the server's own or leads to what the statements themselves made; else it is not found, and
 *   they fail.
 * - What is found without being named, or under a name from a text, is in a scratch database as well: catalog/draft.sql.
 * Every doubt is ERR_UNSUPPORTED, and costs only time.  Each is one message, which takes a single statement.
 */
#include "base/map.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum { DRAFT_STATEMENTS = 300 }; /* rows of the catalog that have to be vacuumed away, and locks */

struct draft {
    struct ctx *ctx;
    struct map schemas; /* not to be named before a dot */
    struct map names;   /* not to be named at all */
};

/* ---- what a statement may be ---- */

static char *name_of(struct arena *mem, const struct token *token)
{
    char *name = token_name(mem, token);
    return token->kind == TOKEN_WORD ? text_lower(mem, name) : name;
}

static bool word_is_one_of(const struct token *token, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (token_is(token, words[i]))
            return true;
    return false;
}

/* By its first words: CREATE OR REPLACE VIEW, COMMENT ON COLUMN. */
static bool is_harmless(const struct classified *statement)
{
    static const char *const made[] = {"table", "unlogged", "index", "unique", "type", "sequence", "view", NULL};
    static const char *const altered[] = {"table", "sequence", NULL};
    static const char *const spoken[] = {"table", "column", "index", "type", "sequence", "view", "constraint", NULL};
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, statement->piece.text, statement->piece.length);
    lex_next_code(&lexer);
    struct token word = lex_next_code(&lexer);
    switch (statement->verb) {
    case VERB_CREATE:
        if (token_is(&word, "or") && (word = lex_next_code(&lexer), token_is(&word, "replace")))
            word = lex_next_code(&lexer);
        return statement->kind != KIND_COUNT && statement->kind != KIND_COMPOSITE && word_is_one_of(&word, made) &&
               !statement->concurrently;
    case VERB_ALTER: return word_is_one_of(&word, altered);
    case VERB_COMMENT: return word = lex_next_code(&lexer), word_is_one_of(&word, spoken);
    default: return false;
    }
}

static bool is_name_char(char c)
{
    return char_is_word((unsigned char)c) || c == '$' || c == '"' || (unsigned char)c >= 0x80;
}

/* 'app.t' may become the name of a relation; '1.5' and 'the end.' cannot. */
static bool text_has_path(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        size_t end = i, start, after = i + 1;
        if (text[i] != '.')
            continue;
        while (end > 0 && char_is_space((unsigned char)text[end - 1]))
            end--;
        while (after < length && char_is_space((unsigned char)text[after]))
            after++;
        for (start = end; start > 0 && is_name_char(text[start - 1]);)
            start--;
        if (start < end && !char_is_digit((unsigned char)text[start]) && after < length && is_name_char(text[after]))
            return true;
    }
    return false;
}

static bool name_is_clear(const struct draft *draft, const char *name, bool before_dot)
{
    if (before_dot && map_get(&draft->schemas, name))
        return false;
    if (text_starts(name, "pg_"))
        return before_dot && text_equal(name, "pg_catalog");
    return !map_get(&draft->names, name);
}

/* Every word of a text may be the name of something too. */
static bool text_is_clear(const struct draft *draft, const struct token *token)
{
    struct lexer lexer;
    if (token->length < 2 || text_has_path(token->text, token->length))
        return false;
    lex_open(&lexer, &pg_lex, token->text + 1, token->length - 2);
    for (struct token word; (word = lex_next_code(&lexer)).kind != TOKEN_END;)
        if ((word.kind == TOKEN_WORD || word.kind == TOKEN_QUOTED) &&
            !name_is_clear(draft, name_of(draft->ctx->mem, &word), false))
            return false;
    return true;
}

/* CREATE TABLE ... AS runs a query, SET SCHEMA leads elsewhere: where it is not a column's name. */
static bool word_is_clear(const struct classified *statement, const struct token *token, int depth)
{
    bool table = statement->kind == KIND_TABLE && statement->verb == VERB_CREATE && depth == 0;
    if (table && (token_is(token, "as") || token_is(token, "temp") || token_is(token, "temporary")))
        return false;
    return !(statement->verb == VERB_ALTER && token_is(token, "schema"));
}

static bool is_clear(const struct draft *draft, const struct sql_piece *piece)
{
    struct classified statement;
    struct lexer lexer;
    int depth = 0;
    classify(draft->ctx->mem, &pg_classify, piece, &statement);
    if (!is_harmless(&statement))
        return false;
    lex_open(&lexer, &pg_lex, piece->text, piece->length);
    for (struct token token = lex_next_code(&lexer), next; token.kind != TOKEN_END; token = next) {
        next = lex_next_code(&lexer);
        depth += token_is(&token, "(") - token_is(&token, ")");
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (named && (!word_is_clear(&statement, &token, depth) ||
                      !name_is_clear(draft, name_of(draft->ctx->mem, &token), token_is(&next, "."))))
            return false;
        if (token.kind == TOKEN_STRING && statement.verb != VERB_COMMENT && !text_is_clear(draft, &token))
            return false;
    }
    return true;
}

/* ---- what the database has ---- */

static int obstacles_read(struct draft *draft, struct conn *conn)
{
    struct rows rows;
    map_init(&draft->schemas, draft->ctx->mem);
    map_init(&draft->names, draft->ctx->mem);
    TRY(pg_query(draft->ctx, conn, pg_draft_sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *what = rows_cell(&rows, i, "what"), *name = rows_cell(&rows, i, "name");
        if (text_equal(what, "obstacle"))
            return fail(draft->ctx, ERR_UNSUPPORTED, "the database has %s", name);
        map_set(text_equal(what, "schema") ? &draft->schemas : &draft->names, name, draft);
    }
    return 0;
}

static int pieces_check(const struct draft *draft, const struct list *pieces)
{
    struct arena_mark mark = arena_save(draft->ctx->mem);
    bool clear = true;
    for (int i = 0; i < pieces->n && clear; i++)
        clear = is_clear(draft, pieces->item[i]);
    arena_rewind(draft->ctx->mem, mark);
    return clear ? 0 : fail(draft->ctx, ERR_UNSUPPORTED, "a statement that may mean something else here");
}

/* From here on what is made is temporary, and nothing else is seen; it has proved to be so before anything is made. */
static int path_narrow(struct ctx *ctx, struct conn *conn)
{
    struct rows rows;
    TRY(pg_exec(ctx, conn, "SET LOCAL search_path = pg_temp; SET LOCAL temp_tablespaces = ''"));
    TRY(pg_query(ctx, conn, "SELECT current_schemas(false)::text ~ '^{pg_temp_[0-9]+}$' AS temporary", NULL, &rows));
    if (conn->in_transaction && text_equal(rows_cell(&rows, 0, "temporary"), "t"))
        return 0;
    return fail(ctx, ERR_UNSUPPORTED, "a search path is not what it was set to");
}

static int make_and_read(struct draft *draft, struct conn *conn, const struct list *pieces, struct tree **tree)
{
    struct ctx *ctx = draft->ctx;
    struct names statements = {0};

    TRY(obstacles_read(draft, conn));
    TRY(pieces_check(draft, pieces));
    TRY(path_narrow(ctx, conn));
    for (int i = 0; i < pieces->n; i++) {
        const struct sql_piece *piece = pieces->item[i];
        names_add(ctx->mem, &statements, arena_copy(ctx->mem, piece->text, piece->length));
    }
    *tree = tree_new(ctx->mem, ENGINE_PG);
    (*tree)->version = conn->version;
    tree_schema(ctx->mem, *tree, "");
    return pg_make_and_load(ctx, conn, &statements, *tree);
}

int pg_draft(struct ctx *ctx, struct conn *conn, const struct list *pieces, struct tree **tree)
{
    struct draft draft = {.ctx = ctx};

    if (conn->in_transaction || pieces->n > DRAFT_STATEMENTS)
        return fail(ctx, ERR_UNSUPPORTED, "too much for one transaction beside others");
    int result = pg_aside_begin(ctx, conn);
    if (result == 0)
        result = make_and_read(&draft, conn, pieces, tree);
    return pg_aside_end(ctx, conn, result);
}
