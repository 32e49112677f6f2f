/*
 * Rows that no transaction ties to anything: those of MyISAM, Aria, MEMORY and their like stay when it is undone, and so would be
 * written twice by whoever runs it again.  A statement that writes such rows is run by itself, and before it is written down what
 * the tables hold: the number of rows where a statement can only add some, else a sum over all of them.  If that is the same
 * afterwards, nothing was done; if it is not, nobody can tell how far the statement came.
 */
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "dialect/common.h"
#include "dialect/mysql/parts.h"

enum { NAMES_LIMIT = 32 };

static const char of_engine[] =
    "SELECT e.TRANSACTIONS FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE "
    "t.TABLE_SCHEMA = COALESCE(?, DATABASE()) AND t.TABLE_NAME = ? AND t.TABLE_TYPE = 'BASE TABLE'";

static bool only_adds(const struct classified *statement)
{
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    struct token token = lex_next_code(&lexer);
    if (!token_is(&token, "insert"))
        return false;
    for (; token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, "duplicate"))
            return false;
    return true;
}

/* INSERT and REPLACE write one table and read the others; what changes rows may change those of all that it names. */
static void written_names(struct arena *mem, const struct classified *statement, struct list *names)
{
    if (statement->verb != VERB_INSERT || !statement->name) {
        statement_names(mem, my_dialect.lex, &statement->piece, NAMES_LIMIT, names);
        return;
    }
    struct named *named = NEW(mem, struct named);
    *named = (struct named){statement->schema, statement->name, false};
    list_add(mem, names, named);
}

void my_untied_forget(struct my_conn *my)
{
    arena_close(my->engines);
    my->engines = NULL;
}

/* "YES", "NO", or "" where no table has that name: whether transactions hold its rows, asked once for each. */
static int ask_engine(struct ctx *ctx, struct my_conn *my, const struct named *named, const char **transactions)
{
    struct names params = {0};
    struct rows rows;
    if (!my->engines) {
        my->engines = arena_open(0);
        map_init(&my->tied, my->engines);
    }
    const char *schema = named->schema ? named->schema : "";
    const char *key = arena_printf(ctx->mem, "%zu.%s.%s", strlen(schema), schema, named->name);
    *transactions = map_get(&my->tied, key);
    if (*transactions)
        return 0;
    names_add(ctx->mem, &params, named->schema);
    names_add(ctx->mem, &params, named->name);
    TRY(my_query(ctx, &my->conn, of_engine, &params, &rows));
    const char *found = rows.row.n ? ((const char **)rows.row.item[0])[0] : NULL;
    char *kept = arena_dup(my->engines, found ? found : "");
    map_set(&my->tied, arena_dup(my->engines, key), kept);
    *transactions = kept;
    return 0;
}

int my_rows_stay(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay)
{
    struct list names = {0};
    written_names(ctx->mem, statement, &names);
    *stay = false;
    for (int i = 0; i < names.n && !*stay; i++) {
        const char *transactions;
        TRY(ask_engine(ctx, (struct my_conn *)conn, names.item[i], &transactions));
        *stay = text_equal(transactions, "NO");
    }
    return 0;
}

int my_rows_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **text)
{
    struct list names = {0};
    struct buf said, sql;
    const char *ask = only_adds(statement) ? "SELECT COUNT(*) FROM " : "CHECKSUM TABLE ";
    buf_init(&said, ctx->mem);
    buf_init(&sql, ctx->mem);
    written_names(ctx->mem, statement, &names);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        const char *transactions;
        TRY(ask_engine(ctx, (struct my_conn *)conn, named, &transactions));
        if (!*transactions)
            continue;
        buf_cut(&sql, 0);
        buf_add(&sql, ask);
        ident_add_qualified(&sql, my_dialect.ident, named->schema, named->name);
        TRY(my_show(ctx, (struct my_conn *)conn, sql.data, &said));
    }
    *text = said.data;
    return 0;
}
