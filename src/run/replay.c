/*
 * The session as the statements done have left it: SET, USE, PREPARE, temporary tables of a file that goes on after an
 * interruption.  They are run again, in their order, as far as their outcome does not depend on rows: what was computed
 * from those may come out differently now, and is refused if a later statement needs it.
 * After steps of our own, which run with the settings of the connection, only settings are set again.
 */
#include "run/execution.h"

#include "base/text.h"

static bool is_setting(const struct classified *what)
{
    return what->verb == VERB_SET || what->verb == VERB_SELECT || what->verb == VERB_PRAGMA;
}

/* A value that comes from a function or from rows; set_config() and PREPARE only say what they say. */
static bool is_computed(const struct dialect *dialect, const struct sql_piece *piece, const struct classified *what)
{
    struct lexer lexer;
    if (what->verb == VERB_OTHER)
        return false;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    lex_next_bare(&lexer);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (token_is(&token, "select") || (what->verb == VERB_SET && token_is(&token, "(")))
            return true;
    return false;
}

/* The names that a later statement would use: @variables, and the temporary table, by its new name too. */
static void results_add(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece,
                        const struct classified *what, struct names *results)
{
    struct lexer lexer;
    if (what->name)
        names_add(mem, results, text_lower(mem, what->name));
    if (what->new_name)
        names_add(mem, results, text_lower(mem, what->new_name));
    for (int i = 0; i < what->destroyed.n; i++)
        names_add(mem, results, text_lower(mem, what->destroyed.item[i]));
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (token.kind == TOKEN_PARAMETER)
            names_add(mem, results, text_lower(mem, token_copy(mem, &token)));
}

static bool is_needed(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece,
                      const struct names *results)
{
    struct lexer lexer;
    struct arena_mark mark = arena_save(mem);
    bool found = false;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); !found && token.kind != TOKEN_END; token = lex_next_bare(&lexer)) {
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED)
            found = names_find(results, text_lower(mem, token_name(mem, &token))) >= 0;
        else if (token.kind == TOKEN_PARAMETER)
            found = names_find(results, text_lower(mem, token_copy(mem, &token))) >= 0;
    }
    arena_rewind(mem, mark);
    return found;
}

#define LOST_HINT "What follows the statements done may be changed: write the value itself there, and run it again."

static int fail_lost(const struct execution *execution, int at, int needs)
{
    struct ctx *ctx = execution->ctx;
    const struct sql_piece *piece = &execution->split->piece[needs];
    fail(
        ctx, ERR_STATE,
        "%s was interrupted after statement %d, and this one needs what statement %d computed in the session that is gone",
        execution->migration->filename, execution->kept, at + 1);
    fail_hint(ctx, LOST_HINT);
    return fail_at(ctx, execution->migration->path, piece->line, piece->column);
}

/* Statement `at` cannot be run again for the same result: does one that is still to run need it? */
static int check_unneeded(const struct execution *execution, int at, const struct classified *what)
{
    struct arena *mem = execution->ctx->mem;
    const struct dialect *dialect = execution->conn->dialect;
    struct names results = {0};
    results_add(mem, dialect, &execution->split->piece[at], what, &results);
    for (int i = execution->done; results.n && i < execution->split->n; i++)
        if (is_needed(mem, dialect, &execution->split->piece[i], &results))
            return fail_lost(execution, at, i);
    return 0;
}

/* Temporary tables that the statements done have made, as far as a bare name still means the one made again. */
struct replay {
    struct names temporary;
    struct names made;  /* of these, those that are there again */
    struct names plain; /* of these, those whose rows are what was written into them */
    struct names lost;  /* @variables whose values are not there again */
    bool moved;         /* names may mean something else by now, and rows may have been undone */
};

/* What makes values of its own, be it in a CREATE or an ALTER. */
static const char *const computed[] = {"default", "as", "like", "timestamp", "generated", "using", NULL};

static bool has_word(const struct dialect *dialect, const struct sql_piece *piece, const char *const *words)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (token_is_one_of(&token, words))
            return true;
    return false;
}

/* A value that says only what it says: PostgreSQL computes 'now' and 'today'. */
static bool is_literal(struct arena *mem, const struct token *token)
{
    static const char *const parts[] = {"(", ")", ",", "+", "-", "null", "true", "false", NULL};
    static const char *const passing[] = {"now", "today", "tomorrow", "yesterday", NULL};
    if (token->kind != TOKEN_STRING)
        return token->kind == TOKEN_NUMBER || token_is_one_of(token, parts);
    const char *text = text_lower(mem, token_copy(mem, token));
    for (int i = 0; passing[i]; i++)
        if (strstr(text, passing[i]))
            return false;
    return true;
}

/* INSERT ... VALUES and nothing but literals. */
static bool says_its_rows(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct arena_mark mark = arena_save(mem);
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token token = lex_next_bare(&lexer);
    while (token.kind != TOKEN_END && !token_is(&token, "values"))
        token = lex_next_bare(&lexer);
    bool says = token.kind != TOKEN_END;
    while (says && (token = lex_next_bare(&lexer)).kind != TOKEN_END)
        says = is_literal(mem, &token);
    arena_rewind(mem, mark);
    return says;
}

static bool is_replayed_insert(const struct execution *execution, int i, const struct classified *what,
                               const struct replay *replay)
{
    struct arena *mem = execution->ctx->mem;
    if (replay->moved || what->verb != VERB_INSERT || what->schema || !what->name)
        return false;
    return names_find(&replay->plain, text_lower(mem, what->name)) >= 0 &&
           says_its_rows(mem, execution->conn->dialect, &execution->split->piece[i]);
}

/* What another statement does to it is not known here. */
static void forget_plain(struct arena *mem, const char *name, struct replay *replay)
{
    int at = name ? names_find(&replay->plain, text_lower(mem, name)) : -1;
    if (at >= 0)
        replay->plain.item[at] = "";
}

static void table_made(const struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    struct arena *mem = execution->ctx->mem;
    const char *name = text_lower(mem, what->name);
    names_add(mem, &replay->temporary, name);
    if (!what->schema && !has_word(execution->conn->dialect, &execution->split->piece[i], computed))
        names_add(mem, &replay->plain, name);
}

/* USE, DROP TEMPORARY TABLE, SET search_path, BEGIN. */
static bool moves_names(const struct execution *execution, int i, const struct classified *what)
{
    static const char *const words[] = {"search_path", "schema", "autocommit", "role", "authorization", NULL};
    if (what->touches == TOUCHES_TRANSACTION)
        return true;
    if (what->touches != TOUCHES_SESSION || what->verb == VERB_CREATE)
        return false;
    return what->verb != VERB_SET || has_word(execution->conn->dialect, &execution->split->piece[i], words);
}

/* INSERT into a temporary table, SELECT ... INTO @variable: rows that only the session had. */
static bool fills_session(const struct execution *execution, const struct classified *what,
                          const struct names *temporary)
{
    if (what->touches != TOUCHES_ROWS)
        return false;
    if (what->name && names_find(temporary, text_lower(execution->ctx->mem, what->name)) >= 0)
        return true;
    return what->verb == VERB_SELECT && memmem(what->piece.text, what->piece.length, "@", 1);
}

static int replay_one(struct execution *execution, int i)
{
    const struct sql_piece *piece = &execution->split->piece[i];
    execution_begin_batch(execution, i, 1, false);
    TRY(execution_add_statements(execution, i, 1));
    emit_debug(execution->ctx, "again, for the session: %.*s", (int)(piece->length < 100 ? piece->length : 100),
               piece->text);
    return execution_run_batch(execution);
}

static int index_of(struct arena *mem, const struct names *names, const char *name)
{
    return name ? names_find(names, text_lower(mem, name)) : -1;
}

/* ALTER TABLE, CREATE INDEX, DROP TABLE of nothing but temporary tables that are there again. */
static bool changes_made(struct arena *mem, const struct classified *what, const struct replay *replay)
{
    const struct names *made = &replay->made;
    if (replay->moved || what->schema || what->touches == TOUCHES_SESSION)
        return false;
    if (what->verb == VERB_CREATE)
        return what->kind == KIND_INDEX && index_of(mem, made, what->table) >= 0;
    if (what->kind != KIND_TABLE || (what->verb != VERB_ALTER && what->verb != VERB_RENAME && what->verb != VERB_DROP))
        return false;
    bool all = index_of(mem, made, what->name) >= 0;
    for (int i = 0; what->verb == VERB_DROP && all && i < what->destroyed.n; i++)
        all = index_of(mem, made, what->destroyed.item[i]) >= 0;
    return all;
}

static void names_change(struct arena *mem, struct names *names, const char *from, const char *to)
{
    int at = index_of(mem, names, from);
    if (at >= 0)
        names->item[at] = to ? text_lower(mem, to) : "";
}

static int replay_change(struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    struct arena *mem = execution->ctx->mem;
    bool drops = what->verb == VERB_DROP;
    struct names *const lists[] = {&replay->temporary, &replay->made, &replay->plain};
    if (what->verb == VERB_ALTER && has_word(execution->conn->dialect, &execution->split->piece[i], computed))
        forget_plain(mem, what->name, replay);
    for (int l = 0; l < 3; l++) {
        if (drops || what->new_name)
            names_change(mem, lists[l], what->name, what->new_name);
        for (int k = 0; drops && k < what->destroyed.n; k++)
            names_change(mem, lists[l], what->destroyed.item[k], NULL);
    }
    return replay_one(execution, i);
}

/* ALTER, RENAME and DROP of a temporary table that are not run again: it is not what it was, by its new name neither. */
static bool loses_change(struct arena *mem, const struct classified *what, struct names *temporary)
{
    if (what->touches == TOUCHES_SESSION || what->kind != KIND_TABLE)
        return false;
    if (what->verb != VERB_ALTER && what->verb != VERB_RENAME && what->verb != VERB_DROP)
        return false;
    bool any = index_of(mem, temporary, what->name) >= 0;
    for (int i = 0; !any && i < what->destroyed.n; i++)
        any = index_of(mem, temporary, what->destroyed.item[i]) >= 0;
    if (any && what->new_name)
        names_add(mem, temporary, text_lower(mem, what->new_name));
    return any;
}

static int lose(struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    execution_lose(execution, i, &replay->lost);
    return check_unneeded(execution, i, what);
}

/* What rests on a value that is not there again: a text that was prepared, another value. */
static int replay_lost(struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    int needed;
    const char *anew = execution_prepared_anew(execution, i, &needed);
    if (!anew)
        return lose(execution, i, what, replay);
    execution->blind = needed == execution->done && execution->evidence;
    if (needed >= 0 && !execution->blind)
        return fail_lost(execution, i, needed);
    return conn_exec(execution->ctx, execution->conn, anew);
}

/* What the session alone has: made again as far as it says by itself what it is. */
static int replay_session(struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    if (what->verb == VERB_CREATE && what->name)
        table_made(execution, i, what, replay);
    if (execution_is_lost(execution, i, &replay->lost))
        return replay_lost(execution, i, what, replay);
    if (is_computed(execution->conn->dialect, &execution->split->piece[i], what) &&
        !execution_is_decided(execution, i, &replay->lost))
        return lose(execution, i, what, replay);
    if (what->verb == VERB_CREATE && what->name && !what->schema)
        names_add(execution->ctx->mem, &replay->made, text_lower(execution->ctx->mem, what->name));
    return replay_one(execution, i);
}

static int replay_resumed(struct execution *execution, int i, const struct classified *what, struct replay *replay)
{
    replay->moved = replay->moved || moves_names(execution, i, what);
    if (is_replayed_insert(execution, i, what, replay))
        return replay_one(execution, i);
    if (changes_made(execution->ctx->mem, what, replay))
        return replay_change(execution, i, what, replay);
    if (what->touches != TOUCHES_SESSION) {
        forget_plain(execution->ctx->mem, what->name, replay);
        forget_plain(execution->ctx->mem, what->table, replay);
    }
    if (loses_change(execution->ctx->mem, what, &replay->temporary) ||
        fills_session(execution, what, &replay->temporary))
        return lose(execution, i, what, replay);
    return what->touches == TOUCHES_SESSION ? replay_session(execution, i, what, replay) : 0;
}

/* LAST_INSERT_ID() before something is inserted again. */
static int check_unasked(const struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    const struct dialect *dialect = execution->conn->dialect;
    const unsigned char filling = STATEMENT_DATA | STATEMENT_OPAQUE;
    if (!execution->done || !dialect->session_words)
        return 0;
    for (int i = execution->done; i < execution->split->n; i++) {
        const struct sql_piece *piece = &execution->split->piece[i];
        if (execution->mark[i] & (filling | STATEMENT_SESSION) &&
            asks_before(dialect, piece, &dialect->session_words->about_session)) {
            fail(
                ctx, ERR_STATE,
                "%s was interrupted after statement %d, and this one asks what was inserted in the session that is gone",
                execution->migration->filename, execution->kept);
            fail_hint(ctx, LOST_HINT);
            return fail_at(ctx, execution->migration->path, piece->line, piece->column);
        }
        if (execution->mark[i] & filling)
            return 0;
    }
    return 0;
}

int execution_replay(struct execution *execution, bool resumed)
{
    struct replay replay = {0};
    execution->settings_reset = false;
    for (int i = 0; i < execution->done; i++) {
        struct classified what;
        if (!(execution->mark[i] & STATEMENT_SESSION) && !resumed)
            continue;
        execution_classify(execution, i, &what);
        if (resumed)
            TRY(replay_resumed(execution, i, &what, &replay));
        else if (is_setting(&what))
            TRY(replay_one(execution, i));
        execution->session_changed = execution->session_changed || what.touches == TOUCHES_SESSION;
    }
    return resumed ? check_unasked(execution) : 0;
}
