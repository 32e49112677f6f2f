/*
 * A database to try files out in: another one on the same server, with the same tables under the same names.  No file may name
 * a database there, nor what belongs to none, because that would be the real one.  What speaks to somebody else (Kafka, S3,
 * another server) is a table that swallows its rows, so that nothing is taken away or written there.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"

enum { ROWS_LIMIT = 64 << 20 };

#define UNKNOWN_TABLE "60"

/* ---- what may be run there */

static const char *reaches_out(struct arena *mem, const struct sql_piece *piece, const struct rows *databases)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, piece->text, piece->length);
    struct token first = lex_next_code(&lexer), token = first, next = lex_next_code(&lexer);
    for (; token.kind != TOKEN_END; token = next, next = lex_next_code(&lexer)) {
        if (!token_is(&next, ".") || (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED))
            continue;
        const char *name = token_name(mem, &token);
        for (int i = 0; i < databases->row.n; i++)
            if (text_equal(name, ((const char **)databases->row.item[i])[0]))
                return arena_printf(mem, "names the database %s", name);
    }
    if (ch_on_cluster(mem, piece->text, piece->length))
        return "has ON CLUSTER";
    return ch_reaches_beyond(piece) ? arena_printf(mem, "has a statement %.*s that reaches beyond its database",
                                                   (int)first.length, first.text)
                                    : NULL;
}

static int pieces_check(struct ctx *ctx, const struct sandbox_spec *spec, struct conn *near)
{
    struct rows databases;
    TRY(ch_query(ctx, near,
                 "SELECT name FROM system.databases WHERE lower(name) NOT IN ('system', 'information_schema')", NULL,
                 &databases));
    for (int i = 0; i < spec->piece->n; i++) {
        const char *why = reaches_out(ctx->mem, spec->piece->item[i], &databases);
        if (!why)
            continue;
        fail(ctx, ERR_UNSUPPORTED, "a file %s: in a copy on the same server that would be the real thing", why);
        return fail_hint(
            ctx, "Names of tables without a database are those of the copy; take the rest out to try the file.");
    }
    return 0;
}

/* ---- the copy */

size_t ch_replica_prefix(const char *engine)
{
    static const char *const prefixes[] = {"Replicated", "Shared", NULL};
    for (int i = 0; prefixes[i]; i++)
        if (text_starts(engine, prefixes[i]) && strstr(engine, "MergeTree"))
            return strlen(prefixes[i]);
    return 0;
}

/* The text of a table of `from` as one of `to`, with no replicas. */
const char *ch_moved(struct arena *mem, const char *sql, const char *from, const char *to)
{
    struct lexer lexer;
    struct buf out;
    size_t at = 0;
    bool paths = false; /* within the engine's arguments, before the first that is not a path or a replica */
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    struct token token = lex_next_code(&lexer);
    while (token.kind != TOKEN_END) {
        struct token next = lex_next_code(&lexer);
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        size_t prefix = token.kind == TOKEN_WORD ? ch_replica_prefix(arena_copy(mem, token.text, token.length)) : 0;
        bool dropped = paths && (token.kind == TOKEN_STRING || token_is(&token, ","));
        buf_add_n(&out, sql + at, token.offset - at);
        paths = prefix || (paths && (dropped || token_is(&token, "(")));
        if (name && token_is(&next, ".") && text_equal(token_name(mem, &token), from))
            ident_add(&out, &ch_ident, to);
        else if (!dropped)
            buf_add_n(&out, token.text + prefix, token.length - prefix);
        at = token.offset + token.length;
        token = next;
    }
    buf_add(&out, sql + at);
    return out.data;
}

struct copied {
    struct ch_conn *near;
    struct conn *made;
    const char *to;
    bool rows;
    const struct names *own;
};

static bool is_ours_alone(const char *engine)
{
    static const char *const known[] = {"Memory", "Log", "TinyLog", "StripeLog", "Set", "Join", "Null", NULL};
    for (int i = 0; known[i]; i++)
        if (text_equal(known[i], engine))
            return true;
    return text_ends(engine, "MergeTree");
}

static bool is_derived(const char *engine)
{
    return text_equal(engine, "View") || text_equal(engine, "MaterializedView") || text_equal(engine, "LiveView") ||
           text_equal(engine, "Dictionary") || text_equal(engine, "Merge");
}

static const char *within(struct arena *mem, const char *database, const char *table)
{
    struct buf out;
    buf_init(&out, mem);
    ident_add_qualified(&out, &ch_ident, database, table);
    return out.data;
}

static int table_copy(struct ctx *ctx, const struct copied *copied, const char *const *table)
{
    const char *name = table[0], *engine = table[1];
    const char *there = within(ctx->mem, copied->to, name), *here = within(ctx->mem, copied->near->home, name);
    if (!is_ours_alone(engine) && !is_derived(engine))
        return ch_exec(ctx, copied->made, arena_printf(ctx->mem, "CREATE TABLE %s AS %s ENGINE = Null", there, here));
    TRY(ch_exec(ctx, copied->made, ch_moved(ctx->mem, table[2], copied->near->home, copied->to)));
    if (is_derived(engine) || text_equal(engine, "Null") || !(copied->rows || names_have(copied->own, name)))
        return 0;
    return ch_exec(ctx, copied->made, arena_printf(ctx->mem, "INSERT INTO %s SELECT * FROM %s", there, here));
}

/* Tables with their rows first; then what reads them, in as many rounds as it takes. */
static int tables_copy(struct ctx *ctx, const struct copied *copied, const struct rows *tables)
{
    struct list left = {0};
    for (int i = 0; i < tables->row.n; i++)
        list_add(ctx->mem, &left, tables->row.item[i]);
    for (int before = left.n + 1; left.n && left.n < before;) {
        before = left.n;
        for (int i = 0; i < left.n;) {
            struct error error = ctx->error;
            int code = table_copy(ctx, copied, left.item[i]);
            if (code == 0)
                list_remove(&left, i);
            else if (code != ERR_SQL || !text_equal(ctx->error.sqlstate, UNKNOWN_TABLE) ||
                     (i + 1 == left.n && left.n == before))
                return code;
            else
                i++;
            ctx->error = error;
        }
    }
    return 0;
}

static int fill(struct ctx *ctx, struct sandbox_spec *spec, struct ch_conn *near, struct conn *made, const char *to)
{
    static const char tables[] =
        "SELECT name, engine, create_table_query FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE "
        "'.inner%' AND name NOT LIKE '\\\\_dbwarden\\\\_lock%' ORDER BY engine IN ('View', 'MaterializedView', 'LiveView', "
        "'Dictionary', 'Merge'), name";
    struct rows rows, size;
    TRY(ch_query(ctx, &near->conn, tables, NULL, &rows));
    TRY(ch_query(ctx, &near->conn, "SELECT sum(bytes) FROM system.parts WHERE active AND database = currentDatabase()",
                 NULL, &size));
    int64_t bytes = 0;
    if (!text_to_int(((const char **)size.row.item[0])[0], &bytes))
        bytes = ROWS_LIMIT + 1;
    spec->rows = bytes <= ROWS_LIMIT;
    return tables_copy(ctx, &(struct copied){near, made, to, spec->rows, &spec->own}, &rows);
}

int ch_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn)
{
    struct ch_conn *ch = (struct ch_conn *)near;
    if (ch->cluster)
        return fail(ctx, ERR_UNSUPPORTED,
                    "--sandbox is not there for a cluster: a copy would have to be on all of its servers");
    if (spec->given) {
        fail(ctx, ERR_UNSUPPORTED, "--sandbox-url is not there for ClickHouse");
        return fail_hint(ctx, "Leave it out: the copy is another database on the same server.");
    }
    TRY(pieces_check(ctx, spec, near));
    struct url url = ch->url;
    url.database = arena_printf(ctx->mem, "dbwarden_sandbox_%d_%lld", (int)getpid(), (long long)clock_now_ms());
    TRY(ch_exec(ctx, near, arena_printf(ctx->mem, "CREATE DATABASE %s", url.database)));
    int code = ch_open(ctx, &url, &(struct conn_options){.limits = &ch->limits}, conn);
    if (code < 0) {
        struct error error = ctx->error;
        ch_exec(ctx, near, arena_printf(ctx->mem, "DROP DATABASE %s", url.database));
        ctx->error = error;
        return code;
    }
    struct ch_conn *made = (struct ch_conn *)*conn;
    made->harmless = true;
    made->drop = true; /* until all of it is there, in any case */
    code = fill(ctx, spec, ch, *conn, url.database);
    if (code == 0) {
        made->drop = !spec->keep;
        return 0;
    }
    struct error error = ctx->error;
    ch_close(*conn);
    *conn = NULL;
    ctx->error = error;
    return code;
}
