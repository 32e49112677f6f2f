/*
 * What stands in the body of a DO block in PL/pgSQL: each statement of SQL in it is judged as it would be outside.  Control words,
 * declarations and assignments are passed over by their tokens, and nothing is evaluated, so both branches of an IF count.
 * Where a body has no such shape, no rule has read it, and that is said; so is EXECUTE of a text that is put together.
 * Not here: bodies of functions, which run when somebody calls them.
 */
#include <string.h>

#include "base/text.h"
#include "lint/reader.h"

struct block {
    struct lint *lint;
    const struct act *base; /* of the DO statement */
    struct reader reader;   /* of the body */
    const struct sql_piece *body;
    int open; /* BEGIN, IF, CASE and loops */
};

/* ---- literals ---- */

/* What stands in a literal, where it stands if nothing in it is escaped; false: backslashes, or none that is whole. */
static bool literal_read(struct arena *mem, const struct sql_piece *within, const struct token *token,
                         struct sql_piece *piece)
{
    const char *second = token->length > 1 ? memchr(token->text + 1, '$', token->length - 1) : NULL;
    size_t tag = *token->text == '$' && second ? (size_t)(second + 1 - token->text) : *token->text == '\'';
    if (token->kind != TOKEN_STRING || token->unfinished || !tag || token->length < 2 * tag)
        return false;
    *piece = (struct sql_piece){.text = token->text + tag, .length = token->length - 2 * tag};
    piece_place(within, (long)(token->offset + tag), &piece->line, &piece->column);
    if (tag == 1 && memchr(piece->text, '\'', piece->length)) {
        const char *text = text_replace(mem, arena_copy(mem, piece->text, piece->length), "''", "'");
        piece->text = text;
        piece->length = strlen(text);
    }
    return true;
}

/* ---- statements ---- */

/* In the body of a routine BEGIN ATOMIC and CASE have an END, and ";" ends nothing before it. */
static int statement_end(const struct reader *reader)
{
    static const char *const openings[] = {"atomic", "case", NULL};
    int depth = 0, inner = 0, at = reader->at;
    bool creates = reader_is(reader, at, "create");
    for (; at < reader->n && (depth || inner || !reader_is(reader, at, ";")); at++) {
        depth += reader_is(reader, at, "(") - reader_is(reader, at, ")");
        if (creates)
            inner += token_is_one_of(&reader->token[at], openings) - (inner && reader_is(reader, at, "end"));
    }
    return at;
}

static void statement_judge(struct block *block, const struct reader *reader, const struct sql_piece *within, int end)
{
    const struct token *first = &reader->token[reader->at], *last = &reader->token[end - 1];
    struct sql_piece *piece = NEW(block->lint->mem, struct sql_piece);
    struct act base = *block->base;
    struct classified what;
    *piece = (struct sql_piece){.text = first->text, .length = last->offset + last->length - first->offset};
    piece_place(within, (long)first->offset, &piece->line, &piece->column);
    classify(block->lint->mem, block->lint->dialect->classify, piece, &what);
    base.piece = piece;
    base.in_block = true;
    acts_read(block->lint, &base, &what);
}

static void statements_judge(struct block *block, const struct sql_piece *text)
{
    struct reader reader = block->reader;
    reader_open(&reader, text, false);
    for (reader.at = 0; reader.at < reader.n; reader.at++) {
        int end = statement_end(&reader);
        if (end > reader.at)
            statement_judge(block, &reader, text, end);
        reader.at = end;
    }
}

/* ---- EXECUTE ---- */

/* format('SELECT ...'), 'SET ' || name: it begins with what changes no schema, whatever follows. */
static bool is_harmless(const struct block *block, int at)
{
    static const char *const verbs[] = {"select", "set", "reset", "comment", "analyze", "notify", NULL};
    const struct reader *reader = &block->reader;
    struct sql_piece text;
    struct lexer lexer;
    if (reader_is(reader, at, "format") && reader_is(reader, at + 1, "("))
        at += 2;
    if (at >= reader->n || !literal_read(block->lint->mem, block->body, &reader->token[at], &text))
        return false;
    lex_open(&lexer, reader->rules->lex, text.text, text.length);
    const struct token verb = lex_next_code(&lexer);
    return token_is_one_of(&verb, verbs);
}

/* From after EXECUTE up to `end`. */
static void execute_judge(struct block *block, int from, int end)
{
    static const char *const tails[] = {"into", "using", ";", "loop", NULL};
    struct reader *reader = &block->reader;
    struct sql_piece *text = NEW(block->lint->mem, struct sql_piece);
    bool whole = from + 1 >= end || token_is_one_of(&reader->token[from + 1], tails);
    if (whole && from < end && literal_read(block->lint->mem, block->body, &reader->token[from], text)) {
        statements_judge(block, text);
        return;
    }
    if (is_harmless(block, from))
        return;
    struct act *act = reader_add(reader, ACT_OTHER, from - 1);
    act->piece = block->body;
    act->in_block = true;
    act->other = "execute";
    act->text = reader_source(reader, from - 1, end);
}

/* ---- control ---- */

/* The next such word outside of parentheses and of CASE expressions; -1 if the statement ends before it. */
static int word_find(const struct reader *reader, const char *word)
{
    int depth = 0, cases = 0;
    for (int at = reader->at; at < reader->n && !reader_is(reader, at, ";"); at++) {
        depth += reader_is(reader, at, "(") - reader_is(reader, at, ")");
        if (!depth && !cases && reader_is(reader, at, word))
            return at;
        cases += reader_is(reader, at, "case") - (cases && reader_is(reader, at, "end"));
    }
    return -1;
}

static bool go_after(struct block *block, const char *word)
{
    int at = word_find(&block->reader, word);
    block->reader.at = at + 1;
    return at >= 0;
}

static bool begin_take(struct block *block)
{
    block->open++;
    return true;
}

static bool condition_take(struct block *block)
{
    return go_after(block, "then");
}

static bool if_take(struct block *block)
{
    block->open++;
    return go_after(block, "then");
}

static bool case_take(struct block *block)
{
    block->open++;
    return go_after(block, "when") && go_after(block, "then");
}

static bool loop_take(struct block *block)
{
    block->open++;
    return go_after(block, "loop");
}

/* FOR row IN EXECUTE text LOOP, FOR row IN DELETE ... RETURNING ... LOOP */
static bool for_take(struct block *block)
{
    static const char *const writes[] = {"insert", "update", "delete", "with", NULL};
    struct reader *reader = &block->reader;
    int loop = word_find(reader, "loop"), in = word_find(reader, "in");
    if (loop < 0)
        return false;
    reader->at = in + 1;
    if (in > 0 && in < loop && reader_is(reader, in + 1, "execute"))
        execute_judge(block, in + 2, loop);
    else if (in > 0 && in < loop && token_is_one_of(&reader->token[in + 1], writes))
        statement_judge(block, reader, block->body, loop);
    reader->at = loop + 1;
    block->open++;
    return true;
}

static bool end_take(struct block *block)
{
    block->open--;
    block->reader.at = statement_end(&block->reader) + 1;
    return block->open >= 0;
}

static bool declare_take(struct block *block)
{
    struct reader *reader = &block->reader;
    while (reader->at < reader->n && !reader_is(reader, reader->at, "begin"))
        reader->at = statement_end(reader) + 1;
    return reader->at < reader->n;
}

static bool execute_take(struct block *block)
{
    int from = block->reader.at, end = statement_end(&block->reader);
    execute_judge(block, from, end);
    block->reader.at = end + 1;
    return true;
}

static bool nothing_take(struct block *block)
{
    return true;
}

static const struct {
    const char *word;
    bool (*take)(struct block *block); /* what stands after the word; false: it has another shape */
} controls[] = {
    {"declare", declare_take},   {"begin", begin_take},     {"end", end_take},
    {"exception", nothing_take}, {"if", if_take},           {"else", nothing_take},
    {"when", condition_take},    {"elsif", condition_take}, {"elseif", condition_take},
    {"case", case_take},         {"loop", begin_take},      {"while", loop_take},
    {"foreach", loop_take},      {"for", for_take},         {"execute", execute_take},
};

/* x := 1, x.y = 1, x[1] := 1: whatever the variable is called. */
static bool is_assigned(const struct reader *reader, int at)
{
    const struct token *next = &reader->token[at + 1];
    bool part = reader_is(reader, at + 1, ".") || reader_is(reader, at + 1, "[");
    return at + 1 < reader->n && (part || (next->kind == TOKEN_OPERATOR && (*next->text == ':' || *next->text == '=')));
}

static bool is_label(const struct reader *reader, int at)
{
    return at + 2 < reader->n && reader->token[at].kind == TOKEN_OPERATOR && text_starts(reader->token[at].text, "<<");
}

static bool part_read(struct block *block)
{
    /* What they do is nothing, or nothing that words can tell; a transaction's end within the block is its own. */
    static const char *const passed[] = {"raise",  "perform",  "return", "null",      "exit",  "continue", "assert",
                                         "get",    "open",     "fetch",  "move",      "close", "call",     "select",
                                         "commit", "rollback", "values", "savepoint", NULL};
    struct reader *reader = &block->reader;
    int at = reader->at;
    if (is_label(reader, at)) {
        reader->at += 3;
        return true;
    }
    bool assigned = is_assigned(reader, at);
    for (size_t i = 0; !assigned && i < sizeof controls / sizeof *controls; i++)
        if (reader_take(reader, controls[i].word))
            return controls[i].take(block);
    int end = statement_end(reader);
    if (end > at && !assigned && !token_is_one_of(&reader->token[at], passed))
        statement_judge(block, reader, block->body, end);
    reader->at = end + 1;
    return end == at || block->open > 0;
}

/* DO [LANGUAGE plpgsql] 'body' [LANGUAGE plpgsql] */
static bool body_find(struct reader reader, const struct sql_piece *within, struct sql_piece *body)
{
    bool found = false;
    while (reader.at < reader.n) {
        if (reader_take(&reader, "language")) {
            if (!reader_take(&reader, "plpgsql"))
                return false;
        } else if (found || !literal_read(reader.mem, within, &reader.token[reader.at++], body)) {
            return false;
        } else {
            found = true;
        }
    }
    return found;
}

bool block_read(const struct reader *statement)
{
    struct block block = {.lint = statement->lint, .base = &statement->base, .reader = *statement};
    int had = block.lint->acts.n;
    struct sql_piece *body = NEW(block.lint->mem, struct sql_piece);
    if (!body_find(*statement, statement->base.piece, body))
        return false;
    block.body = body;
    reader_open(&block.reader, body, false);
    block.reader.at = 0;
    bool good = block.reader.n > 0;
    while (good && block.reader.at < block.reader.n)
        good = part_read(&block);
    if (!good || block.open) {
        block.lint->acts.n = had;
        return false;
    }
    return true;
}
