/*
 * A cluster: a statement with ON CLUSTER is put into a queue, which each replica works off in its order.  So one more of ours,
 * done by all, tells that all before it have ended.  What a replica looks like is asked of each for itself, by way of the
 * server that we speak to (remote()).
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

#define TIMED_OUT "159"

static int fail_no_cluster(struct ctx *ctx, struct ch_conn *ch)
{
    struct rows rows;
    struct names known = {0};
    TRY(ch_query(ctx, &ch->conn, "SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster", NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, &known, ((const char **)rows.row.item[i])[0]);
    fail(ctx, ERR_CONFIG, "%s knows no cluster %s", ch->conn.target, ch->cluster);
    return known.n ? fail_hint(ctx, "There are: %s.", names_join(ctx->mem, &known, ", "))
                   : fail_hint(ctx, "Clusters are what <remote_servers> of the server's configuration says.");
}

/* What each replica calls itself: of all shards, because our tables are the same on all. */
static int own_name(struct ctx *ctx, struct ch_conn *ch, const char **name)
{
    struct rows rows;
    bool shard = false, replica = false;
    TRY(ch_query(ctx, &ch->conn, "SELECT macro FROM system.macros", NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        shard |= text_equal(((const char **)rows.row.item[i])[0], "shard");
        replica |= text_equal(((const char **)rows.row.item[i])[0], "replica");
    }
    *name = shard ? "{shard}-{replica}" : "{replica}";
    if (replica)
        return 0;
    fail(ctx, ERR_CONFIG, "%s has no macro {replica}, so it cannot have a part in replicated tables of dbwarden",
         ch->conn.target);
    return fail_hint(ctx, "Give each server of the cluster its own <replica>, and its <shard>, in <macros>.");
}

static const char *consistency_of(const struct ch_conn *ch)
{
    int n = ch->replicas.n, majority = n / 2 + 1;
    return n < 2 ? ""
                 : arena_printf(ch->mem, "&insert_quorum=%d&select_sequential_consistency=1%s", majority,
                                ch->conn.version >= 201000 ? "&insert_quorum_parallel=0" : "");
}

int ch_cluster_find(struct ctx *ctx, struct ch_conn *ch)
{
    struct rows rows;
    struct names cluster = {0};
    const char *name = NULL;
    names_add(ctx->mem, &cluster, ch->cluster);
    TRY(ch_query(ctx, &ch->conn,
                 "SELECT host_name, port FROM system.clusters WHERE cluster = ? ORDER BY shard_num, replica_num",
                 &cluster, &rows));
    if (!rows.row.n)
        return fail_no_cluster(ctx, ch);
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        struct ch_replica *replica = NEW(ch->mem, struct ch_replica);
        replica->name = arena_printf(ch->mem, "%s:%s", cell[0], cell[1]);
        list_add(ch->mem, &ch->replicas, replica);
    }
    TRY(own_name(ctx, ch, &name));
    ch->consistency = consistency_of(ch);
    struct state_sql *state = NEW(ch->mem, struct state_sql);
    ch_state_of_cluster(ch, name, state);
    ch->conn.state = state;
    return 0;
}

/* ---- each for itself */

/* As we are known to the server that asks; a server without users of its own needs none. */
static void credentials_add(struct buf *out, const struct ch_conn *ch)
{
    const char *password = ch->url.password.text;
    if (!password && (!ch->url.user || text_equal(ch->url.user, "default")))
        return;
    buf_add(out, ", ");
    literal_add(out, &ch_ident, ch->url.user ? ch->url.user : "default");
    if (!password)
        return;
    buf_add(out, ", ");
    literal_add(out, &ch_ident, password);
}

/* "FROM system.tables" of the replica's. */
static const char *aimed(struct arena *mem, const struct ch_conn *ch, const struct ch_replica *replica, const char *sql)
{
    static const char from[] = "FROM system.";
    const char *at = strstr(sql, from), *table = at + strlen(from);
    size_t length = strspn(table, "abcdefghijklmnopqrstuvwxyz_");
    struct buf out;
    buf_init(&out, mem);
    buf_add_n(&out, sql, (size_t)(at - sql));
    buf_add(&out, text_starts(ch->base, "https") ? "FROM remoteSecure(" : "FROM remote(");
    literal_add(&out, &ch_ident, replica->name);
    buf_add(&out, ", system, ");
    buf_add_n(&out, table, length);
    credentials_add(&out, ch);
    buf_addf(&out, ")%s", table + length);
    return out.data;
}

/* The last of what was said: "... DB::NetException: Connection refused (10.0.0.2:9000)". */
static const char *reason_of(const char *message)
{
    static const char word[] = "Exception: ";
    const char *reason = message;
    for (const char *at = message; (at = strstr(at, word)); reason = at)
        at += strlen(word);
    return reason;
}

/* Nobody there, or nobody who answers. */
static bool is_away(const char *code)
{
    static const char *const known[] = {"209", "210", "279", NULL}; /* a time-out, a network error, all tries in vain */
    for (int i = 0; known[i]; i++)
        if (text_equal(code, known[i]))
            return true;
    return false;
}

int ch_replica_ask(struct ctx *ctx, struct ch_conn *ch, struct ch_replica *replica, const char *sql, struct rows *rows)
{
    int code = ch_query(ctx, &ch->conn, aimed(ctx->mem, ch, replica, sql), NULL, rows);
    if (code != ERR_SQL || !is_away(ctx->error.sqlstate))
        return code;
    const char *reason = reason_of(ctx->error.message);
    fail(ctx, ERR_CONNECT, "of the cluster %s, %s does not answer: %s", ch->cluster, replica->name, reason);
    replica->down = arena_dup(ch->mem, reason);
    return fail_hint(ctx, "Start it, and run the same command again.");
}

/* Notes of each whether it answers. */
static int all_asked(struct ctx *ctx, struct ch_conn *ch, struct names *down)
{
    for (int i = 0; i < ch->replicas.n; i++) {
        struct ch_replica *replica = ch->replicas.item[i];
        struct rows rows;
        struct error error = ctx->error;
        replica->down = NULL;
        int code = ch_replica_ask(ctx, ch, replica, "SELECT 1 FROM system.one", &rows);
        if (replica->down)
            names_add(ctx->mem, down, arena_printf(ctx->mem, "%s (%s)", replica->name, replica->down));
        else
            TRY(code);
        ctx->error = error;
    }
    return 0;
}

int ch_cluster_whole(struct ctx *ctx, struct ch_conn *ch)
{
    struct names down = {0};
    TRY(all_asked(ctx, ch, &down));
    if (!down.n)
        return 0;
    fail(ctx, ERR_CONNECT, "cluster %s: no answer from %s; nothing was begun", ch->cluster,
         names_join(ctx->mem, &down, ", "));
    return fail_hint(ctx, "A change is done when every replica has it. Start what is down, or take it out of the "
                          "cluster, and run the same command again.");
}

/* Not everybody has said so in time. */
static bool is_late(const struct ctx *ctx, int code)
{
    const struct error *error = &ctx->error;
    return code == ERR_SQL && ((text_equal(error->sqlstate, CH_UNFINISHED) && !text_has(error->message, "mutation")) ||
                               (text_equal(error->sqlstate, TIMED_OUT) && text_has(error->message, "nfinished")));
}

/* It goes on there as soon as it can. */
static int fail_late(struct ctx *ctx, struct ch_conn *ch)
{
    struct names down = {0};
    struct error error = ctx->error;
    TRY(all_asked(ctx, ch, &down));
    ctx->error = error;
    if (down.n)
        ctx->error.message =
            arena_printf(ctx->mem, "it is not done on %s, which does not answer; the cluster does it there later",
                         names_join(ctx->mem, &down, ", "));
    return fail_hint(ctx, "%s, and run the same command again: what is done by then is not done twice.",
                     down.n ? "Start what is down" : "Wait until every replica has done it");
}

int ch_cluster_settle(struct ctx *ctx, struct ch_conn *ch)
{
    struct buf table;
    struct ch_answer answer;
    buf_init(&table, ctx->mem);
    ident_add_qualified(&table, &ch_ident, ch->home, LOCK_TABLE);
    const char *sql = text_replace(ctx->mem, ch->conn.state->create_lock, "@t", table.data);
    int code = ch_request(ctx, ch, &(struct ch_statement){sql, strlen(sql), false}, &answer);
    return is_late(ctx, code) ? fail_late(ctx, ch) : code;
}

/* ---- statements that are done on all */

bool ch_on_cluster(struct arena *mem, const char *sql, size_t length)
{
    struct lexer lexer;
    struct token token, before = {0};
    if (!text_has_word(arena_copy(mem, sql, length), "cluster"))
        return false;
    lex_open(&lexer, &ch_lex, sql, length);
    for (token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (before.text && token_is(&before, "on") && token_is(&token, "cluster"))
            return true;
        before = token;
    }
    return false;
}

/* A row for each replica, where the settings of who asks keep the server from failing: those that are not done. */
static int rows_check(struct ctx *ctx, struct ch_conn *ch, const struct ch_answer *answer)
{
    struct rows rows;
    ch_answer_rows(ctx->mem, answer, &rows);
    for (int i = 0; i < rows.row.n; i++) {
        const char *host = rows_cell(&rows, i, "host"), *port = rows_cell(&rows, i, "port"),
                   *status = rows_cell(&rows, i, "status"), *error = rows_cell(&rows, i, "error");
        if (!host || !rows_cell(&rows, i, "num_hosts_remaining") || text_equal(status, "0") || text_equal(status, "OK"))
            continue;
        fail(ctx, ERR_SQL, "%s:%s of the cluster %s: %s", host, port ? port : "", ch->cluster ? ch->cluster : "",
             error && *error ? error : "it is not done there yet");
        ctx->error.partly = true;
        return ERR_SQL;
    }
    return 0;
}

/* "There was an error on [10.0.0.1:9000]: Code: 57 ...": it is told at once, so others may be at it yet. */
static int fail_on_one(struct ctx *ctx, struct ch_conn *ch)
{
    static const char word[] = "There was an error on [";
    struct error error = ctx->error;
    if (!text_starts(error.message, word))
        return ERR_SQL;
    const char *name = error.message + strlen(word);
    error.message = arena_printf(ctx->mem, "%.*s of the cluster: %s", (int)strcspn(name, "]"), name, reason_of(name));
    error.partly = true;
    if (ch->cluster && ch_cluster_settle(ctx, ch) == ERR_CANCELLED)
        return ERR_CANCELLED;
    ctx->error = error;
    return ERR_SQL;
}

int ch_cluster_answered(struct ctx *ctx, struct ch_conn *ch, int code, const struct ch_answer *answer)
{
    if (code == 0)
        return rows_check(ctx, ch, answer);
    if (is_late(ctx, code)) {
        ctx->error.partly = true;
        return fail_late(ctx, ch);
    }
    return code == ERR_SQL ? fail_on_one(ctx, ch) : code;
}

/* ---- what is not alike */

struct seen {
    const char *table, *text;
    const struct ch_replica *on;
};

static int tables_read(struct ctx *ctx, struct ch_conn *ch, struct ch_replica *replica, struct list *seen)
{
    struct buf sql;
    struct rows rows;
    buf_init(&sql, ctx->mem);
    buf_add(
        &sql,
        "SELECT name, create_table_query FROM system.tables WHERE name NOT LIKE '\\\\_dbwarden\\\\_lock\\\\_%' AND database = ");
    literal_add(&sql, &ch_ident, ch->home);
    TRY(ch_replica_ask(ctx, ch, replica, sql.data, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        struct seen *one = NEW(ctx->mem, struct seen);
        *one = (struct seen){cell[0], cell[1], replica};
        list_add(ctx->mem, seen, one);
    }
    return 0;
}

static const char *text_on(const struct list *seen, const char *table, const struct ch_replica *replica)
{
    for (int i = 0; i < seen->n; i++) {
        const struct seen *one = seen->item[i];
        if (one->on == replica && text_equal(one->table, table))
            return one->text;
    }
    return NULL;
}

/* What most of those that answer have; NULL: none. */
static const char *usual_text(const struct ch_conn *ch, const struct list *seen, const char *table)
{
    const char *usual = NULL;
    int most = 0;
    for (int i = 0; i < ch->replicas.n; i++) {
        const struct ch_replica *replica = ch->replicas.item[i];
        const char *text = text_on(seen, table, replica);
        int alike = 0;
        for (int k = 0; k < ch->replicas.n; k++) {
            const struct ch_replica *other = ch->replicas.item[k];
            alike += !other->down && text_equal(text_on(seen, table, other), text);
        }
        if (!replica->down && alike > most) {
            most = alike;
            usual = text;
        }
    }
    return usual;
}

static void table_compare(struct arena *mem, const struct ch_conn *ch, const struct list *seen, const char *table,
                          struct names *found)
{
    const char *usual = usual_text(ch, seen, table);
    for (int i = 0; i < ch->replicas.n; i++) {
        const struct ch_replica *replica = ch->replicas.item[i];
        const char *text = replica->down ? usual : text_on(seen, table, replica);
        if (!text_equal(text, usual))
            names_add(mem, found,
                      arena_printf(mem, "%s %s %s", replica->name,
                                   !text    ? "has no"
                                   : !usual ? "alone has"
                                            : "has another",
                                   table));
    }
}

int ch_replicas_differ(struct ctx *ctx, struct conn *conn, struct names *found)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct names down = {0}, compared = {0};
    struct list seen = {0};
    TRY(all_asked(ctx, ch, &down));
    for (int i = 0; i < ch->replicas.n; i++) {
        struct ch_replica *replica = ch->replicas.item[i];
        if (!replica->down)
            TRY(tables_read(ctx, ch, replica, &seen));
        else
            names_add(ctx->mem, found, arena_printf(ctx->mem, "%s does not answer: %s", replica->name, replica->down));
    }
    for (int i = 0; i < seen.n; i++) {
        const char *table = ((const struct seen *)seen.item[i])->table;
        if (names_have(&compared, table))
            continue;
        names_add(ctx->mem, &compared, table);
        table_compare(ctx->mem, ch, &seen, table, found);
    }
    return 0;
}
