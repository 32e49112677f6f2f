/*
 * After an interruption: did the statement that was running take effect?  DDL is atomic on every engine, so the
 * catalog can tell for what creates, drops or renames something.  Engines give the look-ups, and this reads the statement.
 * Where the catalog cannot tell, the answer is no certainty.
 */
#include "dialect/common.h"

#include "base/text.h"

struct looking {
    struct ctx *ctx;
    struct conn *conn;
    const struct classified *statement;
    const struct done_sql *sql;
};

static int is_there(const struct looking *looking, const char *sql, const char *table, const char *name, bool *there)
{
    struct arena *mem = looking->ctx->mem;
    struct names params = {0};
    struct rows rows;
    names_add(mem, &params, looking->statement->schema);
    if (table)
        names_add(mem, &params, table);
    names_add(mem, &params, name);
    TRY(conn_query(looking->ctx, looking->conn, sql, &params, &rows));
    *there = rows.row.n > 0;
    return 0;
}

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

/* One token after ALTER TABLE name: the verb, then what it is done to, then its name. */
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

static struct clause clause_read(struct arena *mem, const struct lex_rules *rules, const char *sql, size_t length)
{
    struct clause clause = {.single = true};
    struct lexer lexer;
    int words = 0, depth = 0;
    lex_open(&lexer, rules, sql, length);
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
    static const char *const others[] = {"constraint", "primary", "unique", "foreign",   "fulltext", "spatial",
                                         "check",      "exclude", "if",     "partition", NULL};
    for (int i = 0; others[i]; i++)
        if (text_equal_nocase(name, others[i]))
            return false;
    return true;
}

static int alter_done(const struct looking *looking, const struct clause *clause, bool *done)
{
    const struct classified *statement = looking->statement;
    const struct done_sql *sql = looking->sql;
    bool there, index = text_equal(clause->what, "index");
    if (statement->new_name)
        return is_there(looking, sql->relation, NULL, statement->new_name, done);
    if (!clause->verb || !clause->name || !clause->single || (!clause->what && !is_column_name(clause->name)))
        return 0;
    if (index && !sql->index_of)
        return 0;
    TRY(is_there(looking, index ? sql->index_of : sql->column, statement->name, clause->name, &there));
    *done = text_equal(clause->verb, "add") ? there : !there;
    return 0;
}

static const char *sql_for(const struct done_sql *sql, enum kind kind)
{
    switch (kind) {
    case KIND_TABLE:
    case KIND_VIEW:
    case KIND_SEQUENCE: return sql->relation;
    case KIND_INDEX: return sql->index;
    case KIND_TRIGGER: return sql->trigger;
    default: return NULL;
    }
}

int catalog_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, const struct done_sql *sql,
                 bool *done)
{
    const struct looking looking = {ctx, conn, statement, sql};
    const char *look = sql_for(sql, statement->kind);
    bool there, creates = statement->verb == VERB_CREATE;
    *done = false;
    if (!look || !statement->name)
        return 0;
    if (statement->verb == VERB_ALTER || statement->verb == VERB_RENAME) {
        struct clause clause =
            clause_read(ctx->mem, conn->dialect->lex, statement->piece.text, statement->piece.length);
        return alter_done(&looking, &clause, done);
    }
    if (!creates && statement->verb != VERB_DROP)
        return 0;
    TRY(is_there(&looking, look, NULL, statement->name, &there));
    *done = creates ? there : !there;
    return 0;
}
