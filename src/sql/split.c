/*
 * Splitting.  Tokens are read one by one; a statement is open from its first code token to the ";" (or the
 * DELIMITER of the moment) that ends it.  What may hold a ";" of its own, a body or a conditional comment, is
 * known by the few words that open and close it: see body.c.
 *
 * A section is read as if it had ";" first.  If it turns out to have none, it is one of 0.8.2's that ends
 * statements by blank lines only, and is read again that way.  No statement is parsed here, and none is changed.
 */
#include "sql/split.h"

#include "base/list.h"
#include "sql/body.h"

/* Which blank lines end a statement. */
enum blank_rule { BLANK_BEFORE_DDL, BLANK_ALWAYS };

enum { FIRST_ROOM = 16 };

struct splitter {
    struct ctx *ctx;
    const char *file;
    int first_line;
    struct lexer lexer;
    enum blank_rule blank_rule;
    const char *delimiter; /* NULL: ";" */
    size_t delimiter_length;
    struct token delimiter_at; /* the word DELIMITER that set it */
    struct statement now;
    bool blank;      /* a blank line has passed since the last code token */
    int conditional; /* conditional comments open before the token at hand */
    struct token conditional_at;
    int delimited;         /* statements that a delimiter ended */
    struct list blank_end; /* struct token *: the last tokens of statements that a blank line ended */
    struct split *split;
    int room;
};

static int fail_token(struct splitter *splitter, const struct token *at, const char *message, const char *hint)
{
    fail(splitter->ctx, ERR_SYNTAX, "%s", message);
    fail_hint(splitter->ctx, "%s", hint);
    return fail_at(splitter->ctx, splitter->file, splitter->first_line + at->line - 1, at->column);
}

static int check_finished(struct splitter *splitter, const struct token *token)
{
    if (!token->unfinished)
        return 0;
    if (token->kind == TOKEN_COMMENT)
        return fail_token(splitter, token, "this comment is never closed", "Close it with */.");
    if (token->kind == TOKEN_ROWS)
        return fail_token(splitter, token, "the rows of this COPY have no end",
                          "Put the rows below it, and a line \\. at their end.");
    if (token->kind == TOKEN_QUOTED)
        return fail_token(splitter, token, "this quoted name is never closed",
                          "Close it, and double a quote that is part of the name.");
    if (token->text[0] == '$')
        return fail_token(splitter, token, "this dollar-quoted text is never closed",
                          "Close it with the same tag that opens it.");
    return fail_token(splitter, token, "this string is never closed",
                      "Close it, and double a quote that is part of the text.");
}

static void add_piece(struct splitter *splitter)
{
    struct split *split = splitter->split;
    const struct statement *now = &splitter->now;
    bool noise = splitter->delimiter && token_is(&now->end, ";") && now->tokens > 1;
    const struct token *end = noise ? &now->previous : &now->end;
    if (split->n == splitter->room) {
        int room = 2 * splitter->room;
        split->piece = arena_grow(splitter->ctx->mem, split->piece, sizeof *split->piece * (size_t)splitter->room,
                                  sizeof *split->piece * (size_t)room);
        splitter->room = room;
    }
    split->piece[split->n++] = (struct sql_piece){
        .text = now->first.text,
        .length = end->offset + end->length - now->first.offset,
        .line = splitter->first_line + now->first.line - 1,
        .column = now->first.column,
    };
}

static void end_statement(struct splitter *splitter)
{
    if (splitter->now.tokens > 0)
        add_piece(splitter);
    splitter->now = (struct statement){0};
    splitter->blank = false;
}

static void end_at_blank(struct splitter *splitter)
{
    struct token *last = NEW(splitter->ctx->mem, struct token);
    *last = splitter->now.end;
    list_add(splitter->ctx->mem, &splitter->blank_end, last);
    end_statement(splitter);
}

static struct token peek_code(const struct splitter *splitter)
{
    struct lexer ahead = splitter->lexer;
    return lex_next_code(&ahead);
}

/* What begins a statement of 0.8.2's generator, and not a table option ("COMMENT = 'x'") or a privilege. */
static bool starts_ddl(const struct splitter *splitter, const struct token *token)
{
    static const char *const verbs[] = {"create", "alter", "drop", NULL};
    struct token next = peek_code(splitter);
    if (token_is(token, "comment"))
        return token_is(&next, "on");
    return token_is_one_of(token, verbs) && next.kind == TOKEN_WORD && !token_is(&next, "on");
}

/* A statement begins with a word, and with none of these. */
static bool continues_statement(const struct splitter *splitter, const struct token *token)
{
    static const char *const words[] = {
        "from", "where",  "and",   "or",     "group",     "order",   "having", "limit",    "union",     "join",
        "left", "right",  "inner", "cross",  "on",        "using",   "as",     "for",      "values",    "then",
        "else", "offset", "when",  "except", "returning", "natural", "engine", "language", "intersect", NULL};
    bool body = splitter->now.head == HEAD_ROUTINE && token_is(token, "begin");
    return body || (token->kind != TOKEN_WORD && !token_is_conditional(token)) || token_is_one_of(token, words);
}

/* What stands before the blank line cannot be a whole statement. */
static bool is_incomplete(const struct splitter *splitter)
{
    static const char *const words[] = {"as",      "and",   "or",    "not",     "to",   "in",   "into",
                                        "set",     "add",   "where", "by",      "from", "then", "select",
                                        "returns", "table", "do",    "explain", NULL};
    const struct statement *now = &splitter->now;
    const struct token *last = &now->last;
    return token_is(last, "=") || token_is(last, ",") || token_is(last, ".") || token_is_one_of(last, words) ||
           statement_is_bare_alter(now, splitter->lexer.rules);
}

static bool ends_at_blank(const struct splitter *splitter, const struct token *next)
{
    const struct statement *now = &splitter->now;
    if (!splitter->blank || splitter->delimiter || now->tokens == 0)
        return false;
    if (now->parens > 0 || statement_in_body(now) || splitter->conditional > 0 || is_incomplete(splitter))
        return false;
    if (splitter->blank_rule == BLANK_BEFORE_DDL)
        return starts_ddl(splitter, next);
    return !continues_statement(splitter, next);
}

static bool ends_at_semicolon(const struct splitter *splitter, const struct token *token)
{
    const struct statement *now = &splitter->now;
    if (splitter->delimiter || splitter->lexer.conditional > 0 || !token_is(token, ";"))
        return false;
    return !statement_in_body(now);
}

static bool begins_body(const struct splitter *splitter, const struct token *token)
{
    return token_is(token, "create") || (splitter->lexer.rules->delimiter_command && token_is(token, "begin"));
}

static void take_code(struct splitter *splitter, const struct token *token)
{
    if (ends_at_blank(splitter, token))
        end_at_blank(splitter);
    splitter->blank = false;
    if (splitter->now.tokens > 0 && begins_body(splitter, token) && !begins_body(splitter, &splitter->now.first))
        splitter->split->doubtful = true;
    if (ends_at_semicolon(splitter, token)) {
        splitter->delimited++;
        end_statement(splitter);
        return;
    }
    /* With a delimiter of the user's own, a last ";" of a statement is noise, and all before it is body. */
    if (splitter->delimiter && token_is(token, ";") && splitter->now.tokens == 0)
        return;
    statement_take(&splitter->now, &splitter->lexer, token);
}

/* Continues reading after `length` bytes of the token, on its line: what the whole token opened or closed is undone. */
static void read_on_behind(struct splitter *splitter, const struct token *token, size_t length)
{
    splitter->lexer.conditional = splitter->conditional;
    splitter->lexer.offset = token->offset + length;
    splitter->lexer.line = token->line;
    splitter->lexer.column = token->column + (int)length;
}

/* The line "DELIMITER //", of which `token` is the first word. */
static int take_delimiter_command(struct splitter *splitter, const struct token *token)
{
    const char *at = token->text + token->length, *end = splitter->lexer.text + splitter->lexer.length;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    const char *from = at;
    while (at < end && *at != ' ' && !(*at >= '\t' && *at <= '\r'))
        at++;
    size_t length = (size_t)(at - from);
    if (!splitter->lexer.rules->delimiter_command)
        return fail_token(splitter, token, "DELIMITER is a command of MySQL's client, which does not read this file",
                          "Leave it out, and end each statement with \";\": the ones within a body do not end it.");
    if (length == 0)
        return fail_token(splitter, token, "DELIMITER without a delimiter", "Write DELIMITER // or the like.");
    read_on_behind(splitter, token, (size_t)(at - token->text));
    bool semicolon = length == 1 && *from == ';';
    splitter->delimiter = semicolon ? NULL : from;
    splitter->delimiter_length = length;
    splitter->delimiter_at = *token;
    splitter->split->doubtful = true;
    splitter->delimited++;
    return 0;
}

/*
 * A line for psql, as dumps have them.  What does nothing to a schema is passed over, a change of the database is named;
 * the rest would do something that is not done here.
 */
static int take_client_line(struct splitter *splitter, const struct token *token)
{
    static const char *const idle[] = {"restrict", "unrestrict", "echo",   "qecho",    "set", "unset",
                                       "pset",     "timing",     "prompt", "encoding", "x",   NULL};
    static const char *const stays[] = {"connect", "c", NULL};
    struct lexer lexer;
    lex_open(&lexer, splitter->lexer.rules, token->text + 1, token->length - 1);
    struct token word = lex_next(&lexer);
    if (token_is_one_of(&word, idle))
        return 0;
    if (!token_is_one_of(&word, stays)) {
        const char *message =
            arena_printf(splitter->ctx->mem, "\\%.*s is a command of psql, which does not read this file",
                         (int)word.length, word.text);
        return fail_token(splitter, token, message, "Write what it does as SQL, or leave it out.");
    }
    struct place place = {splitter->file, splitter->first_line + token->line - 1, token->column};
    splitter->split->connects = place.line;
    emit_warning_at(splitter->ctx, place, "\\%.*s is passed over: what follows belongs to the same database",
                    (int)word.length, word.text);
    return 0;
}

/* They belong to the statement before them, whose ";" becomes part of its text. */
static int take_rows(struct splitter *splitter, const struct token *token)
{
    struct split *split = splitter->split;
    if (splitter->now.tokens > 0 || split->n == 0)
        return fail_token(splitter, token, "rows for COPY within another statement", "Put the COPY outside of it.");
    struct sql_piece *copy = &split->piece[split->n - 1];
    copy->length = (size_t)(token->text + token->length - copy->text);
    return 0;
}

/* The client looks for its delimiter before it looks for comments: "DELIMITER #". */
static bool is_delimiter(const struct splitter *splitter, const struct token *comment)
{
    return splitter->delimiter && comment->length >= splitter->delimiter_length &&
           !memcmp(comment->text, splitter->delimiter, splitter->delimiter_length);
}

/* Where the user's own delimiter begins within the token; it may reach beyond. NULL: nowhere. */
static const char *find_delimiter(const struct splitter *splitter, const struct token *token)
{
    const char *end = splitter->lexer.text + splitter->lexer.length;
    if (!splitter->delimiter || token->kind == TOKEN_STRING || token->kind == TOKEN_QUOTED)
        return NULL;
    for (const char *at = token->text; at < token->text + token->length; at++)
        if ((size_t)(end - at) >= splitter->delimiter_length &&
            !memcmp(at, splitter->delimiter, splitter->delimiter_length))
            return at;
    return NULL;
}

/* A token that holds or begins the delimiter ends there: "END$$" is one word to the lexer. */
static void take_until_delimiter(struct splitter *splitter, struct token *token, const char *delimiter)
{
    size_t before = (size_t)(delimiter - token->text);
    read_on_behind(splitter, token, before + splitter->delimiter_length);
    token->length = before;
    if (before > 0)
        take_code(splitter, token);
    end_statement(splitter);
}

static int take_token(struct splitter *splitter, struct token *token)
{
    if (splitter->now.tokens == 0 && token_is(token, "delimiter"))
        return take_delimiter_command(splitter, token);
    if (token->kind == TOKEN_CLIENT)
        return take_client_line(splitter, token);
    if (token->kind == TOKEN_ROWS)
        return take_rows(splitter, token);
    const char *delimiter = find_delimiter(splitter, token);
    if (delimiter) {
        take_until_delimiter(splitter, token, delimiter);
        return 0;
    }
    if (splitter->conditional == 0 && splitter->lexer.conditional > 0)
        splitter->conditional_at = *token;
    take_code(splitter, token);
    return 0;
}

static bool has_blank_line(const struct token *space)
{
    const char *newline = memchr(space->text, '\n', space->length);
    return newline && memchr(newline + 1, '\n', space->length - (size_t)(newline + 1 - space->text));
}

static int fail_body(struct splitter *splitter)
{
    if (splitter->now.head == HEAD_RULE)
        return fail_token(splitter, &splitter->now.body, "this parenthesis is never closed", "Close it with \")\".");
    return fail_token(splitter, &splitter->now.body, "the body that begins here has no END",
                      "Close every BEGIN, IF, CASE and loop of it with its END, and end the statement with \";\".");
}

static int fail_delimiter(struct splitter *splitter)
{
    struct arena *mem = splitter->ctx->mem;
    int length = (int)splitter->delimiter_length, line = splitter->first_line + splitter->now.first.line - 1;
    const char *message =
        arena_printf(mem, "the delimiter %.*s, which is set here, does not end the statement that begins in line %d",
                     length, splitter->delimiter, line);
    const char *hint =
        arena_printf(mem, "End it with %.*s and set the delimiter back: DELIMITER ;", length, splitter->delimiter);
    return fail_token(splitter, &splitter->delimiter_at, message, hint);
}

static int read_section(struct splitter *splitter)
{
    for (;;) {
        splitter->conditional = splitter->lexer.conditional;
        struct token token;
        lex_take(&splitter->lexer, &token);
        if (token.kind == TOKEN_END)
            break;
        TRY(check_finished(splitter, &token));
        if (token.kind == TOKEN_SPACE)
            splitter->blank = splitter->blank || has_blank_line(&token);
        else if (token.kind != TOKEN_COMMENT || is_delimiter(splitter, &token))
            TRY(take_token(splitter, &token));
    }
    if (splitter->conditional > 0)
        return fail_token(splitter, &splitter->conditional_at, "this comment is never closed", "Close it with */.");
    if (statement_in_body(&splitter->now) && !splitter->delimiter)
        return fail_body(splitter);
    if (splitter->delimiter && splitter->now.tokens > 0)
        return fail_delimiter(splitter);
    end_statement(splitter);
    return 0;
}

static void warn_blank_ends(const struct splitter *splitter)
{
    const struct list *ends = &splitter->blank_end;
    int warnings = splitter->blank_rule == BLANK_ALWAYS && ends->n > 1 ? 1 : ends->n;
    for (int i = 0; i < warnings; i++) {
        const struct token *last = ends->item[i];
        struct place place = {splitter->file, splitter->first_line + last->line - 1, last->column};
        if (splitter->blank_rule == BLANK_ALWAYS)
            emit_warning_at(splitter->ctx, place, "statements end at blank lines here; end each with \";\"");
        else
            emit_warning_at(splitter->ctx, place, "statement ended at a blank line; end it with \";\"");
    }
}

int split_section(struct ctx *ctx, const struct lex_rules *rules, const char *file, const struct sql_piece *section,
                  struct split *split)
{
    struct splitter splitter;
    for (int rule = BLANK_BEFORE_DDL; rule <= BLANK_ALWAYS; rule++) {
        *split = (struct split){.piece = NEW_ARRAY(ctx->mem, struct sql_piece, FIRST_ROOM)};
        splitter = (struct splitter){.ctx = ctx,
                                     .file = file,
                                     .first_line = section->line,
                                     .blank_rule = rule,
                                     .split = split,
                                     .room = FIRST_ROOM};
        lex_open(&splitter.lexer, rules, section->text, section->length);
        TRY(read_section(&splitter));
        if (splitter.delimited > 0)
            break;
    }
    warn_blank_ends(&splitter);
    return ctx_check(ctx);
}

void piece_place(const struct sql_piece *piece, long position, int *line, int *column)
{
    *line = piece->line;
    *column = piece->column;
    for (long i = 0; i < position && (size_t)i < piece->length; i++) {
        *column = piece->text[i] == '\n' ? 1 : *column + 1;
        *line += piece->text[i] == '\n';
    }
}
