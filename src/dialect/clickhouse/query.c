/* Statements of ours, with parameters: the literals are put in here, because a parameter of the server's has a type. */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

enum { MUTATIONS_SYNC_SINCE = 200100 };

/* An older server cannot be told to answer only when a mutation has ended. */
static int mutations_end(struct ctx *ctx, struct ch_conn *ch, const char *sql)
{
    static const char open[] =
        "SELECT count() FROM system.mutations WHERE is_done = 0 AND database = currentDatabase()";
    const struct ch_statement statement = {open, sizeof open - 1, false};
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    struct token first = lex_next_code(&lexer);
    while (ch->conn.version && ch->conn.version < MUTATIONS_SYNC_SINCE && token_is(&first, "alter")) {
        struct ch_answer answer;
        struct rows rows;
        TRY(ch_request(ctx, ch, &statement, &answer));
        ch_answer_rows(ctx->mem, &answer, &rows);
        if (text_equal(((const char **)rows.row.item[0])[0], "0"))
            return 0;
        ctx_sleep(ctx, 0.05);
    }
    return 0;
}

int ch_send(struct ctx *ctx, struct ch_conn *ch, const char *sql, size_t length)
{
    struct ch_answer answer;
    int code = ch_request(ctx, ch, &(struct ch_statement){sql, length, true}, &answer);
    TRY(ch_on_cluster(ctx->mem, sql, length) ? ch_cluster_answered(ctx, ch, code, &answer) : code);
    return mutations_end(ctx, ch, arena_copy(ctx->mem, sql, length));
}

const char *ch_filled(struct arena *mem, const char *sql, const struct names *params)
{
    struct buf out;
    bool quoted = false;
    int n = 0;
    buf_init(&out, mem);
    for (const char *at = sql; *at; at++) {
        quoted ^= *at == '\'';
        if (*at != '?' || quoted || !params || n >= params->n)
            buf_add_c(&out, *at);
        else if (params->item[n++])
            literal_add(&out, &ch_ident, params->item[n - 1]);
        else
            buf_add(&out, "NULL");
    }
    return out.data;
}

int ch_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct ch_answer answer;
    const char *text = params ? ch_filled(ctx->mem, sql, params) : sql;
    *rows = (struct rows){0};
    TRY(ch_request(ctx, ch, &(struct ch_statement){text, strlen(text), false}, &answer));
    ch_answer_rows(ctx->mem, &answer, rows);
    return mutations_end(ctx, ch, text);
}

int ch_look(struct ctx *ctx, struct conn *conn, const char *sql, struct rows *rows)
{
    struct ch_answer answer;
    TRY(ch_request(ctx, (struct ch_conn *)conn, &(struct ch_statement){sql, strlen(sql), true}, &answer));
    ch_answer_rows(ctx->mem, &answer, rows);
    return 0;
}

int ch_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct rows rows;
    return ch_query(ctx, conn, sql, NULL, &rows);
}
