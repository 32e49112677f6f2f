/*
 * PREPARE and EXECUTE of texts: how MySQL's files say "only if it is not there".  What EXECUTE stands for is known once it is
 * prepared, and is looked after as that statement is.  A text that only the catalog decides is decided again where a file goes
 * on, because that is what such a file does whenever it runs: if the question has another answer by now, so has the statement.
 * Not here: values that come from rows, which are never computed again (replay.c).
 */
#include "run/execution.h"

#include "base/text.h"

static bool begins(const struct execution *execution, int i, const char *const *words, struct lexer *lexer)
{
    const struct sql_piece *piece = &execution->split->piece[i];
    lex_open(lexer, execution->conn->dialect->lex, piece->text, piece->length);
    struct token first = lex_next_bare(lexer);
    return token_is_one_of(&first, words);
}

static const char *const set_word[] = {"set", NULL};
static const char *const prepare_word[] = {"prepare", NULL};
static const char *const execute_word[] = {"execute", NULL};
static const char *const using_words[] = {"prepare", "execute", "deallocate", NULL};

/* PREPARE NAME FROM what. */
static bool is_prepare(const struct execution *execution, int i, struct token *name, struct token *what)
{
    struct lexer lexer;
    if (!begins(execution, i, prepare_word, &lexer))
        return false;
    *name = lex_next_bare(&lexer);
    lex_next_bare(&lexer);
    *what = lex_next_bare(&lexer);
    return true;
}

static bool same_name(struct arena *mem, const struct token *a, const struct token *b)
{
    return text_equal_nocase(token_name(mem, a), token_name(mem, b));
}

/* What the statement at `at` executes: a text or a variable. */
static bool find_text(const struct execution *execution, int at, struct token *what)
{
    struct lexer lexer;
    struct token name, of;
    if (!begins(execution, at, execute_word, &lexer))
        return false;
    of = lex_next_bare(&lexer);
    if (token_is(&of, "immediate")) {
        *what = lex_next_bare(&lexer);
        of = lex_next_bare(&lexer);
        return of.kind == TOKEN_END || token_is(&of, "using");
    }
    for (int i = at - 1; i >= 0; i--)
        if (is_prepare(execution, i, &name, what) && same_name(execution->ctx->mem, &name, &of))
            return true;
    return false;
}

int execution_stands_for(struct execution *execution, struct classified *what)
{
    struct ctx *ctx = execution->ctx;
    const struct dialect *dialect = execution->conn->dialect;
    struct token token;
    struct rows rows;
    if (!dialect->session_words || !dialect->session_words->prepares_texts ||
        !find_text(execution, execution->done, &token) || (token.kind != TOKEN_STRING && token.kind != TOKEN_PARAMETER))
        return 0;
    TRY(conn_query(ctx, execution->conn, arena_printf(ctx->mem, "SELECT %s", token_copy(ctx->mem, &token)), NULL,
                   &rows));
    const char *text = rows.row.n ? ((const char **)rows.row.item[0])[0] : NULL;
    if (!text)
        return 0;
    const struct sql_piece piece = {.text = text, .length = strlen(text)};
    classify(ctx->mem, dialect->classify, &piece, what);
    return 0;
}

/* Functions whose result only their arguments and the catalog decide. */
static const char *const plain[] = {
    "if",           "ifnull", "nullif",   "coalesce", "concat", "concat_ws", "count", "exists",  "min",    "max", "sum",
    "group_concat", "quote",  "database", "schema",   "in",     "lower",     "upper", "trim",    "select", "and", "or",
    "not",          "when",   "then",     "else",     "from",   "where",     "set",   "replace", "on",     NULL};

/* Its value comes from nothing but what it says, other variables and information_schema. */
static bool is_of_catalog(const struct execution *execution, int i)
{
    static const char *const sources[] = {"from", "join", NULL}, *const catalog[] = {"information_schema", "(", NULL};
    struct lexer lexer;
    if (!begins(execution, i, set_word, &lexer))
        return false;
    struct token token = lex_next_bare(&lexer);
    for (bool own = token.kind == TOKEN_PARAMETER; own && token.kind != TOKEN_END;) {
        struct token next = lex_next_bare(&lexer);
        bool source = token_is_one_of(&token, sources);
        bool call = token.kind == TOKEN_WORD && token_is(&next, "(");
        if ((source && !token_is_one_of(&next, catalog)) || (call && !token_is_one_of(&token, plain)))
            return false;
        if (next.kind == TOKEN_END)
            return true;
        token = next;
    }
    return false;
}

static void variables_add(struct execution *execution, int i, struct names *names)
{
    struct arena *mem = execution->ctx->mem;
    const struct sql_piece *piece = &execution->split->piece[i];
    struct lexer lexer;
    lex_open(&lexer, execution->conn->dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_bare(&lexer); token.kind != TOKEN_END; token = lex_next_bare(&lexer))
        if (token.kind == TOKEN_PARAMETER)
            names_add(mem, names, text_lower(mem, token_copy(mem, &token)));
}

static bool names_any(struct execution *execution, int i, const struct names *names)
{
    struct names own = {0};
    bool any = false;
    variables_add(execution, i, &own);
    for (int k = 0; k < own.n; k++)
        any = any || names_find(names, own.item[k]) >= 0;
    return any;
}

bool execution_is_decided(struct execution *execution, int at, const struct names *lost)
{
    struct names names = {0};
    struct lexer lexer;
    if (!is_of_catalog(execution, at) || names_any(execution, at, lost))
        return false;
    variables_add(execution, at, &names);
    for (int i = at + 1; i < execution->split->n; i++) {
        if (!names_any(execution, i, &names) || begins(execution, i, using_words, &lexer))
            continue;
        if (is_of_catalog(execution, i))
            variables_add(execution, i, &names);
        else if (i >= execution->done)
            return false;
    }
    return true;
}

void execution_lose(struct execution *execution, int at, struct names *lost)
{
    variables_add(execution, at, lost);
}

bool execution_is_lost(struct execution *execution, int at, const struct names *lost)
{
    struct lexer lexer;
    return (begins(execution, at, prepare_word, &lexer) || begins(execution, at, set_word, &lexer)) &&
           names_any(execution, at, lost);
}

const char *execution_prepared_anew(struct execution *execution, int at, int *needed)
{
    struct arena *mem = execution->ctx->mem;
    struct token name, what, of;
    struct lexer lexer;
    *needed = -1;
    if (!is_prepare(execution, at, &name, &what))
        return NULL;
    for (int i = execution->done; i < execution->split->n && *needed < 0; i++) {
        if (begins(execution, i, execute_word, &lexer)) {
            of = lex_next_bare(&lexer);
            *needed = same_name(mem, &of, &name) ? i : -1;
        }
        if (is_prepare(execution, i, &of, &what) && same_name(mem, &of, &name))
            break;
    }
    return arena_printf(mem, "PREPARE %s FROM 'DO 0'", token_copy(mem, &name));
}
