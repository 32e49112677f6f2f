/* Connecting is asking who is there.  A session is a name that we make up and send along. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

const char *ch_target(struct arena *mem, const struct url *url)
{
    return arena_printf(mem, "%s on %s", url->database ? url->database : "default",
                        url->host ? url->host : "localhost");
}

void ch_session_new(struct ch_conn *ch)
{
    unsigned char bytes[8] = {0};
    char *at = ch->session;
    ch->sessions++;
    ch->entered = false;
    if (getentropy(bytes, sizeof bytes) < 0)
        memcpy(bytes, &(int){(int)getpid() + ch->sessions}, sizeof(int));
    at += snprintf(at, sizeof ch->session, "dbwarden.");
    for (size_t i = 0; i < sizeof bytes; i++)
        at += snprintf(at, 3, "%02x", bytes[i]);
}

/* "26.7.2.1" is 260702. */
static int version_of(const char *text)
{
    int part[3] = {0};
    sscanf(text, "%d.%d.%d", &part[0], &part[1], &part[2]);
    return part[0] * 10000 + part[1] * 100 + part[2];
}

static int fail_greeting(struct ctx *ctx, const struct ch_conn *ch)
{
    if (!text_starts(ctx->error.message, "cannot connect to "))
        ctx->error.message = arena_printf(ctx->mem, "cannot connect to %s: %s", ch->conn.target, ctx->error.message);
    ctx->error.code = ERR_CONNECT;
    return ERR_CONNECT;
}

static int greet(struct ctx *ctx, struct ch_conn *ch)
{
    struct rows rows;
    int code = ch_query(ctx, &ch->conn,
                        "SELECT version(), currentDatabase(), any(value) FROM system.settings WHERE name = 'readonly'",
                        NULL, &rows);
    if (code == ERR_CANCELLED)
        return code;
    if (code < 0)
        return fail_greeting(ctx, ch);
    if (rows.row.n != 1 || rows.columns.n != 3)
        return fail(ctx, ERR_CONNECT, "cannot connect to %s: what answers there is not ClickHouse", ch->conn.target);
    const char *const *cell = rows.row.item[0];
    ch->conn.version_text = arena_dup(ch->mem, cell[0]);
    ch->conn.version = version_of(cell[0]);
    ch->conn.session = ch->session;
    ch->reads = text_equal(cell[2], "1");
    ch->home = arena_dup(ch->mem, cell[1]);
    return 0;
}

int ch_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn)
{
    TRY(ch_library_load(ctx));
    struct arena *mem = arena_open(0);
    struct ch_conn *ch = NEW(mem, struct ch_conn);
    ch->mem = mem;
    ch->conn.dialect = &ch_dialect;
    ch->conn.target = ch_target(mem, url);
    ch->multi = curl_multi_init();
    ch->easy = curl_easy_init();
    url_copy(mem, &ch->url, url);
    ch->consistency = "";
    ch->cluster = arena_dup(mem, options->cluster);
    ch_session_new(ch);
    int code = ch->multi && ch->easy ? ch_url_apply(ctx, ch) : fail(ctx, ERR_LIMIT, "no memory for a connection");
    if (code == 0)
        code = greet(ctx, ch);
    if (code == 0 && ch->cluster)
        code = ch_cluster_find(ctx, ch);
    if (code < 0) {
        ch_close(&ch->conn);
        return code;
    }
    if (options->limits)
        ch->limits = *options->limits;
    *conn = &ch->conn;
    return 0;
}

void ch_close(struct conn *conn)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    if (ch->drop)
        ch_scratch_drop(ch);
    if (ch->easy)
        curl_easy_cleanup(ch->easy);
    if (ch->multi)
        curl_multi_cleanup(ch->multi);
    url_close(&ch->url);
    arena_close(ch->mem);
}

int ch_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct conn_options same = *options;
    same.cluster = ch->cluster;
    return ch_open(ctx, &ch->url, &same, twin);
}

static const struct url *reached(const struct conn *conn)
{
    return &((const struct ch_conn *)conn)->url;
}

static int limit(struct ctx *ctx, struct conn *conn, const struct limits *limits)
{
    ((struct ch_conn *)conn)->limits = *limits;
    return 0;
}

static int session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n)
{
    ch_session_new((struct ch_conn *)conn);
    return 0;
}

const struct driver ch_driver = {
    .open = ch_open,
    .close = ch_close,
    .query = ch_query,
    .exec = ch_exec,
    .batch = ch_batch,
    .cancel = ch_cancel,
    .lock_look = ch_lock_look,
    .lock_doubt = ch_lock_doubt,
    .lease_take = ch_lease_take,
    .lease_release = ch_lease_release,
    .twin = ch_twin,
    .reached = reached,
    .scratch = ch_scratch,
    .session_reset = session_reset,
    .limit = limit,
    .sandbox = ch_sandbox,
    .backup = &ch_backup,
};
