/*
 * What a file may not do to the session that it shares with the runner, which writes into its journal between the statements.
 * Everything is told by words, before the first statement: what words cannot tell (a setting within a procedure) fails where
 * it happens.  Not here: what a file may set, and how it gets it back (replay.c).
 */
#include "run/execution.h"

#include "base/text.h"

/* One file of a session. */
struct checked {
    struct ctx *ctx;
    const struct session *session;
    const struct dialect *dialect;
    const struct migration *migration;
    const struct split *split;
    const unsigned char *mark;
};

static int fail_piece(const struct checked *checked, int i)
{
    const struct sql_piece *piece = &checked->split->piece[i];
    return fail_at(checked->ctx, checked->migration->path, piece->line, piece->column);
}

static bool is_one_transaction(const struct checked *checked)
{
    bool one = !checked->migration->no_transaction;
    for (int i = 0; one && i < checked->split->n; i++) {
        unsigned char mark = checked->mark[i];
        one = !(mark & STATEMENT_ALONE) && (!(mark & STATEMENT_ENDS_SEGMENT) || i + 1 == checked->split->n);
    }
    return one;
}

/* What a file sets for more than its transaction would reach others there, and not its own next statement. */
static int check_pooled(const struct checked *checked)
{
    const struct dialect *dialect = checked->dialect;
    bool pooled = checked->session->conn->pooled, one = pooled && is_one_transaction(checked);
    for (int i = 0; pooled && i < checked->split->n; i++) {
        const struct sql_piece *piece = &checked->split->piece[i];
        if (!(checked->mark[i] & STATEMENT_SESSION) || dialect->ends_with_transaction(piece) ||
            (one && dialect->within_transaction(checked->ctx->mem, piece)))
            continue;
        fail(checked->ctx, ERR_UNSUPPORTED, "%s changes the session, and the pooler in between has none that lasts",
             checked->migration->filename);
        fail_hint(checked->ctx,
                  "Make it part of a transaction (SET LOCAL, set_config(..., true), ON COMMIT DROP), or give a URL "
                  "that leads to the server itself.");
        return fail_piece(checked, i);
    }
    return 0;
}

static bool says_words(const struct dialect *dialect, const struct sql_piece *piece, const struct said_words *words)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token first = lex_next_bare(&lexer);
    for (const struct said_words *word = words; word && word->first; word++) {
        struct lexer ahead = lexer;
        struct token token = first;
        while (token_is(&first, word->first) && token.kind != TOKEN_END && !token_is(&token, word->later))
            token = lex_next_bare(&ahead);
        if (token_is(&first, word->first) && token_is(&token, word->later))
            return true;
    }
    return false;
}

/* Another run would begin then, beside this one. A lease is not the session's. */
static int check_lock_stays(const struct checked *checked)
{
    for (int i = 0; !checked->session->conn->fence && i < checked->split->n; i++) {
        if (checked->mark[i] & STATEMENT_DATA ||
            !says_words(checked->dialect, &checked->split->piece[i], checked->dialect->frees_locks))
            continue;
        fail(checked->ctx, ERR_UNSUPPORTED,
             "%s gives back all locks of its session, and the one on migrations with them",
             checked->migration->filename);
        fail_hint(checked->ctx,
                  "Nothing was run. Name the locks that it is about, or leave it out: a file's session ends with it.");
        return fail_piece(checked, i);
    }
    return 0;
}

static bool begins_with(const struct dialect *dialect, const struct sql_piece *piece, const char *const *words)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token first = lex_next_bare(&lexer);
    return token_is_one_of(&first, words);
}

/* "@@name": not a variable of the user's own. */
static bool is_of_server(const struct token *token)
{
    return token->kind == TOKEN_PARAMETER && token->length > 2 && token->text[1] == '@';
}

/* "name", "@@name", the last of "@@session.name". */
static bool is_setting_named(const struct token *token, const char *name)
{
    struct token bare = *token;
    if (is_of_server(token))
        bare = (struct token){.kind = TOKEN_WORD, .text = token->text + 2, .length = token->length - 2};
    return token_is(&bare, name);
}

/* "off", 0, 'false', DEFAULT. */
static bool is_off(struct arena *mem, const struct token *token)
{
    bool on;
    struct arena_mark mark = arena_save(mem);
    const char *text = token_copy(mem, token);
    if (token->kind == TOKEN_STRING && token->length >= 2)
        text = text_slice(mem, text, 1, token->length - 1);
    bool off = token_is(token, "default") || (text_to_bool(text, &on) && !on);
    arena_rewind(mem, mark);
    return off;
}

/* After the name of a setting: is it given a value here that is off, or on? Neither where it is only named, or given what a variable holds. */
static int value_after(struct arena *mem, struct lexer lexer)
{
    struct token token = lex_next_bare(&lexer);
    bool given = false;
    while (token_is(&token, "=") || token_is(&token, ":=") || token_is(&token, "to") || token_is(&token, "(")) {
        given = true;
        token = lex_next_bare(&lexer);
    }
    given = given || token.kind == TOKEN_NUMBER || token_is(&token, "default");
    return !given || token.kind == TOKEN_PARAMETER ? -1 : !is_off(mem, &token);
}

/* What the statement gives the setting: 1, 0, or -1 where it gives it nothing. */
static int gives(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece, const char *name)
{
    int value = -1;
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (is_setting_named(&token, name))
            value = value_after(mem, lexer);
    return value;
}

/* SET TRANSACTION READ ONLY, BEGIN READ ONLY, ALTER DATABASE app READ ONLY = 1. */
static bool says_read_only(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token before = lex_next_bare(&lexer);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer)) {
        if (token_is(&before, "read") && token_is(&token, "only"))
            return value_after(mem, lexer) != 0;
        before = token;
    }
    return false;
}

static bool makes_read_only(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece)
{
    const struct session_words *words = dialect->session_words;
    for (int i = 0; words->read_only[i]; i++)
        if (gives(mem, dialect, piece, words->read_only[i]) > 0)
            return true;
    return says_read_only(mem, dialect, piece);
}

static const char *const altered[] = {"database", "schema", "role", "user", "system", NULL};
static const char *const ourselves[] = {"all", "current_user", "current_role", "session_user", "read", NULL};

/* ALTER DATABASE, ALTER ROLE of what this session uses, and ALTER SYSTEM. */
static bool alters_own(const struct checked *checked, int i)
{
    const struct url *url = &checked->session->database->url;
    struct lexer lexer;
    lex_open(&lexer, checked->dialect->lex, checked->split->piece[i].text, checked->split->piece[i].length);
    struct token first = lex_next_bare(&lexer), what = lex_next_bare(&lexer), name = lex_next_bare(&lexer);
    if (!token_is(&first, "alter") || !token_is_one_of(&what, altered))
        return false;
    if (token_is(&what, "system") || token_is_one_of(&name, ourselves))
        return true;
    bool role = token_is(&what, "role") || token_is(&what, "user");
    return text_equal(token_name(checked->ctx->mem, &name), role ? url->user : url->database);
}

/* Only what comes after it would be read-only, and nothing does: our own steps begin with the settings of the connection. */
static bool is_for_nobody(const struct checked *checked, int i)
{
    const struct sql_piece *piece = &checked->split->piece[i];
    const char *const *words = checked->dialect->session_words->for_later;
    struct lexer lexer;
    if (!words || (i + 1 < checked->split->n && !is_one_transaction(checked)))
        return false;
    lex_open(&lexer, checked->dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (token_is_one_of(&token, words))
            return true;
    return false;
}

/* SET GLOBAL is more than the session's, and not marked as that. */
static bool sets_something(const struct checked *checked, int i)
{
    static const char *const set[] = {"set", NULL};
    return checked->mark[i] & (STATEMENT_SESSION | STATEMENT_CONTROL) || alters_own(checked, i) ||
           begins_with(checked->dialect, &checked->split->piece[i], set);
}

static int check_writable(const struct checked *checked)
{
    for (int i = 0; i < checked->split->n; i++) {
        if (!sets_something(checked, i) ||
            !makes_read_only(checked->ctx->mem, checked->dialect, &checked->split->piece[i]) ||
            is_for_nobody(checked, i))
            continue;
        fail(
            checked->ctx, ERR_UNSUPPORTED,
            "%s makes its session, a transaction or the database read-only, and what is done could not be recorded there",
            checked->migration->filename);
        fail_hint(checked->ctx,
                  "Nothing was run. Leave it out: a file is run as it stands, and its session ends with it.");
        return fail_piece(checked, i);
    }
    return 0;
}

static int check_unlocked(const struct checked *checked)
{
    for (int i = 0; i < checked->split->n; i++) {
        if (checked->mark[i] & STATEMENT_DATA ||
            !says_words(checked->dialect, &checked->split->piece[i], checked->dialect->session_words->locks_all))
            continue;
        fail(checked->ctx, ERR_UNSUPPORTED, "%s takes a lock under which what is done could not be recorded",
             checked->migration->filename);
        fail_hint(checked->ctx, "Nothing was run. Leave it out, or lock the tables that it is about: LOCK TABLES "
                                "name WRITE.");
        return fail_piece(checked, i);
    }
    return 0;
}

bool is_for_next_transaction(const struct dialect *dialect, const struct sql_piece *piece)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token first = lex_next_bare(&lexer), second = lex_next_bare(&lexer);
    return dialect->session_words && dialect->session_words->next_transaction && token_is(&first, "set") &&
           token_is(&second, "transaction");
}

static const char *const beginning[] = {"begin", "start", NULL};
static const char *const undoing[] = {"rollback", NULL};

/* The next transaction would be one of our own. */
static int check_next_transaction(const struct checked *checked)
{
    for (int i = 0; i < checked->split->n; i++) {
        const struct sql_piece *piece = &checked->split->piece[i];
        if (!(checked->mark[i] & STATEMENT_SESSION) || !is_for_next_transaction(checked->dialect, piece) ||
            (i + 1 < checked->split->n && begins_with(checked->dialect, piece + 1, beginning)))
            continue;
        fail(checked->ctx, ERR_UNSUPPORTED,
             "SET TRANSACTION is about the next transaction, which is one of dbwarden's own here");
        fail_hint(checked->ctx,
                  "Nothing was run. Say SET SESSION TRANSACTION, which lasts to the end of the file, or begin the "
                  "transaction right after it, in a file with \"-- transaction: none\".");
        return fail_piece(checked, i);
    }
    return 0;
}

/* With autocommit off a transaction begins by itself, and ends with our step after the statement. */
static int check_undone(const struct checked *checked)
{
    bool off = false, open = false;
    const struct session_words *words = checked->dialect->session_words;
    for (int i = 0; words->autocommit && i < checked->split->n; i++) {
        const struct sql_piece *piece = &checked->split->piece[i];
        if (checked->mark[i] & STATEMENT_SESSION) {
            int on = gives(checked->ctx->mem, checked->dialect, piece, words->autocommit);
            off = on < 0 ? off : !on;
        }
        if (!(checked->mark[i] & STATEMENT_CONTROL))
            continue;
        if (off && !open && begins_with(checked->dialect, piece, undoing)) {
            fail(checked->ctx, ERR_UNSUPPORTED,
                 "ROLLBACK undoes nothing here: without a BEGIN each statement is committed with its step in the "
                 "journal, whatever autocommit is");
            fail_hint(checked->ctx, "Nothing was run. Begin the transaction with START TRANSACTION.");
            return fail_piece(checked, i);
        }
        open = begins_with(checked->dialect, piece, beginning);
    }
    return 0;
}

/* Both in one transaction, without a step of ours between them. */
static bool follows_at_once(const struct checked *checked, int i)
{
    const unsigned char *mark = checked->mark;
    if (i == 0 || checked->migration->no_transaction)
        return false;
    if (checked->dialect->transactional_ddl)
        return !((mark[i] | mark[i - 1]) & STATEMENT_ALONE) && !(mark[i - 1] & STATEMENT_ENDS_SEGMENT);
    return mark[i] & mark[i - 1] & STATEMENT_DATA;
}

static bool is_called(struct lexer after)
{
    struct token open = lex_next_bare(&after), close = lex_next_bare(&after);
    return token_is(&open, "(") && token_is(&close, ")");
}

static bool is_setting_of(const struct token *token, const char *const *names)
{
    for (int i = 0; names && names[i]; i++)
        if (is_setting_named(token, names[i]))
            return true;
    return false;
}

bool asks_before(const struct dialect *dialect, const struct sql_piece *piece, const struct asking *asked)
{
    struct lexer lexer;
    struct token token;
    bool of_server = false; /* within "@@session.name" */
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (lex_take_bare(&lexer, &token); token.kind != TOKEN_END; lex_take_bare(&lexer, &token)) {
        of_server = is_of_server(&token) || (of_server && (token_is(&token, ".") || token.kind == TOKEN_WORD));
        if (of_server && is_setting_of(&token, asked->variables))
            return true;
        if (token.kind == TOKEN_WORD && asked->functions && token_is_one_of(&token, asked->functions) &&
            is_called(lexer))
            return true;
    }
    return says_words(dialect, piece, asked->statements);
}

static const char *const before_table[] = {"or", "replace", "temporary", "temp", NULL};

/* What CREATE TABLE ... AS SELECT asks is answered where it stands, what a body asks is not. */
static bool is_answered(const struct checked *checked, int i)
{
    struct lexer lexer;
    if (checked->mark[i] & (STATEMENT_DATA | STATEMENT_SESSION | STATEMENT_OPAQUE))
        return true;
    lex_open(&lexer, checked->dialect->lex, checked->split->piece[i].text, checked->split->piece[i].length);
    struct token token = lex_next_bare(&lexer);
    if (token_is(&token, "create"))
        for (token = lex_next_bare(&lexer); token_is_one_of(&token, before_table);)
            token = lex_next_bare(&lexer);
    return token_is(&token, "table");
}

static int check_asked(const struct checked *checked)
{
    const struct session_words *words = checked->dialect->session_words;
    for (int i = 0; i < checked->split->n; i++) {
        if (!is_answered(checked, i) || follows_at_once(checked, i) ||
            !asks_before(checked->dialect, &checked->split->piece[i], &words->about_last))
            continue;
        fail(checked->ctx, ERR_UNSUPPORTED,
             "this asks about the statement before it, and between them stands dbwarden's own, which records that");
        fail_hint(checked->ctx, "%s", words->about_last_hint);
        return fail_piece(checked, i);
    }
    return 0;
}

int shared_session_check(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down)
{
    static int (*const check[])(const struct checked *checked) = {check_writable, check_unlocked,
                                                                  check_next_transaction, check_undone, check_asked};
    const struct checked checked = {ctx,
                                    session,
                                    session->conn->dialect,
                                    migration,
                                    down ? &migration->down : &migration->up,
                                    migration->marks[down]};
    TRY(check_pooled(&checked));
    TRY(check_lock_stays(&checked));
    for (size_t i = 0; checked.dialect->session_words && i < sizeof check / sizeof *check; i++)
        TRY(check[i](&checked));
    return 0;
}
