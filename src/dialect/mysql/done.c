/*
 * After an interruption: did the statement that was running take effect?  DDL is atomic here (MySQL 8.0, MariaDB
 * 10.6), so the catalog can tell for what creates, drops or renames something.  Where it cannot, the answer is no
 * certainty.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/mysql/client.h"

static int is_there(struct ctx *ctx, struct conn *conn, const char *sql, const char *const *params, bool *there)
{
    struct names names = {0};
    struct rows rows;
    for (; *params; params++)
        names_add(ctx->mem, &names, *params);
    TRY(my_query(ctx, conn, sql, &names, &rows));
    *there = rows.row.n > 0;
    return 0;
}

static const char *const table_sql = "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() "
                                     "AND table_name = ?";
static const char *const column_sql = "SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() "
                                      "AND table_name = ? AND column_name = ?";
static const char *const index_sql = "SELECT 1 FROM information_schema.statistics WHERE table_schema = "
                                     "DATABASE() AND table_name = ? AND index_name = ?";
static const char *const any_index_sql = "SELECT 1 FROM information_schema.statistics WHERE table_schema = "
                                         "DATABASE() AND index_name = ?";
static const char *const trigger_sql = "SELECT 1 FROM information_schema.triggers WHERE trigger_schema = "
                                       "DATABASE() AND trigger_name = ?";

/* What follows ALTER TABLE name, as far as one clause goes. */
struct clause {
    const char *verb; /* "add", "drop" */
    const char *what; /* "column", "index" */
    const char *name;
    bool single;
};

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

/* One token behind ALTER TABLE name: the verb, then what it is done to, then its name. */
static void clause_take(struct arena *mem, const struct token *token, struct clause *clause)
{
    bool index = token_is(token, "index") || token_is(token, "key"), column = token_is(token, "column");
    if (!clause->verb && (token_is(token, "add") || token_is(token, "drop")))
        clause->verb = text_lower(mem, token_copy(mem, token));
    else if (clause->verb && !clause->what && (index || column))
        clause->what = column ? "column" : "index";
    else if (clause->verb && !clause->name && is_name(token))
        clause->name = token_name(mem, token);
}

static struct clause clause_read(struct arena *mem, const char *sql, size_t length)
{
    struct clause clause = {.single = true};
    struct lexer lexer;
    int words = 0, depth = 0;
    lex_open(&lexer, my_dialect.lex, sql, length);
    for (struct token t = lex_next_code(&lexer); t.kind != TOKEN_END; t = lex_next_code(&lexer)) {
        depth += token_is(&t, "(") - token_is(&t, ")");
        clause.single = clause.single && !(token_is(&t, ",") && depth == 0);
        if (words >= 3)
            clause_take(mem, &t, &clause);
        words += token_is(&t, ".") ? -1 : 1; /* schema.name is one word */
    }
    return clause;
}

/* ADD PRIMARY KEY, ADD CONSTRAINT and the like: the first word is no column's name. */
static bool is_column_name(const char *name)
{
    static const char *const others[] = {"constraint", "primary", "unique", "foreign",   "fulltext",
                                         "spatial",    "check",   "if",     "partition", NULL};
    for (int i = 0; others[i]; i++)
        if (text_equal_nocase(name, others[i]))
            return false;
    return true;
}

static int alter_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, struct clause clause,
                      bool *done)
{
    bool there;
    if (statement->new_name) {
        TRY(is_there(ctx, conn, table_sql, (const char *const[]){statement->new_name, NULL}, &there));
        *done = there;
        return 0;
    }
    if (!clause.verb || !clause.name || !clause.single || (!clause.what && !is_column_name(clause.name)))
        return 0;
    const char *sql = text_equal(clause.what, "index") ? index_sql : column_sql;
    TRY(is_there(ctx, conn, sql, (const char *const[]){statement->name, clause.name, NULL}, &there));
    *done = text_equal(clause.verb, "add") ? there : !there;
    return 0;
}

static const char *sql_for(const struct classified *statement)
{
    switch (statement->kind) {
    case KIND_TABLE:
    case KIND_VIEW:
    case KIND_SEQUENCE: return table_sql;
    case KIND_INDEX: return any_index_sql;
    case KIND_TRIGGER: return trigger_sql;
    default: return NULL;
    }
}

int my_statement_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *sql,
                      size_t length, bool *done)
{
    const char *look = sql_for(statement);
    bool there, creates = statement->verb == VERB_CREATE;
    *done = false;
    if (!look || !statement->name)
        return 0;
    if (statement->verb == VERB_ALTER || statement->verb == VERB_RENAME)
        return alter_done(ctx, conn, statement, clause_read(ctx->mem, sql, length), done);
    if (!creates && statement->verb != VERB_DROP)
        return 0;
    TRY(is_there(ctx, conn, look, (const char *const[]){statement->name, NULL}, &there));
    *done = creates ? there : !there;
    return 0;
}
