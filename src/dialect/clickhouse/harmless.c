/*
 * Statements as a scratch database may run them: on this server alone, without replicas, whose paths would be those of the real
 * tables, and without what takes rows from a queue as soon as a view reads it.
 */
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"

static const char *const queues[] = {
    "Kafka", "RabbitMQ", "NATS", "S3Queue", "AzureQueue", "FileLog", "MaterializedPostgreSQL", NULL};

bool ch_is_queue(const char *engine)
{
    for (int i = 0; queues[i]; i++) {
        size_t length = strlen(queues[i]);
        if (text_starts(engine, queues[i]) &&
            (engine[length] == '\0' || engine[length] == '(' || engine[length] == ' '))
            return true;
    }
    return false;
}

/* ENGINE = Kafka and all after it, but for a comment, as ENGINE = Null. */
static const char *without_queue(struct arena *mem, const char *sql)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        struct lexer ahead = lexer;
        struct token is = lex_next_code(&ahead), engine = lex_next_code(&ahead);
        if (token_is(&token, "engine") && token_is(&is, "=") && engine.kind == TOKEN_WORD &&
            ch_is_queue(token_copy(mem, &engine)))
            return arena_printf(mem, "%.*sENGINE = Null", (int)token.offset, sql);
    }
    return sql;
}

static const char *without_cluster(struct arena *mem, const char *sql)
{
    struct lexer lexer;
    struct buf out;
    size_t at = 0;
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        struct lexer ahead = lexer;
        struct token cluster = lex_next_code(&ahead);
        if (!token_is(&token, "on") || !token_is(&cluster, "cluster"))
            continue;
        lex_next_code(&ahead);
        buf_add_n(&out, sql + at, token.offset - at);
        lexer = ahead;
        at = lexer.offset;
    }
    buf_add(&out, sql + at);
    return out.data;
}

const char *ch_harmless(struct arena *mem, const char *sql)
{
    return ch_moved(mem, without_queue(mem, without_cluster(mem, sql)), "", "");
}
