/*
 * A statement as a request.  Whatever may change something goes over a connection of its own: the library sends a request
 * again when a connection that it kept turns out to be dead, and nobody could tell whether the first one arrived.  An answer
 * is wanted whole (wait_end_of_query), so that the status tells of what went wrong at the end, too.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"

enum { WAIT_MS = 200, WAIT_FOR_KILL = 10 };

/* Until all of it is done on every replica. Older servers do not know some of them; what the URL says comes first. */
static const struct {
    int since, before;
    const char *key;
} ends[] = {
    {200100, 0, "mutations_sync"},
    {210600, 0, "alter_sync"},
    {181600, 210600, "replication_alter_partitions_sync"},
};

static bool is_ours(const struct ch_conn *ch, const char *key, int since, int before)
{
    return ch->conn.version >= since && (!before || ch->conn.version < before) && !url_option(&ch->url, key);
}

static void limit_add(struct buf *out, const struct ch_conn *ch, const char *key, double seconds)
{
    if (seconds > 0 && !url_option(&ch->url, key))
        buf_addf(out, "&%s=%.0f", key, seconds < 1 ? 1 : seconds);
}

/* Who may only read may not set anything either. */
static void settings_add(struct buf *out, const struct ch_conn *ch)
{
    if (ch->reads)
        return;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (is_ours(ch, ends[i].key, ends[i].since, ends[i].before))
            buf_addf(out, "&%s=2", ends[i].key);
    limit_add(out, ch, "max_execution_time", ch->limits.statement);
    limit_add(out, ch, "lock_acquire_timeout", ch->conn.version >= 200100 ? ch->limits.lock : 0);
}

static size_t body_add(char *text, size_t size, size_t n, void *sink)
{
    struct ch_answer *answer = sink;
    buf_add_n(&answer->body, text, size * n);
    return size * n;
}

static const char *address(struct arena *mem, const struct ch_conn *ch, bool within)
{
    struct buf out;
    buf_init(&out, mem);
    buf_addf(&out, "%s?default_format=TabSeparatedWithNames&wait_end_of_query=1&query_id=%s%s", ch->base, ch->query,
             ch->settings);
    settings_add(&out, ch);
    if (within)
        buf_addf(&out, "&session_id=%s&session_timeout=3600", ch->session);
    else
        buf_addf(&out, "%s%s", ch->database, ch->consistency);
    return out.data;
}

static const char *hint_for(CURLcode code)
{
    switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
        return "It seems to be no port for TLS: leave secure=true out of the database URL, or take the other port (8443).";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2: return "It speaks something else there: HTTP is at port 8123, HTTPS at 8443 (?secure=true).";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "Give its authority as ?ca_cert=FILE in the database URL; ?verify=false trusts anybody.";
    default: return "Is the server running, and are host and port in the database URL right?";
    }
}

static bool not_up_yet(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_OPERATION_TIMEDOUT;
}

static int fail_transport(struct ctx *ctx, const struct ch_conn *ch, CURLcode code)
{
    if (ctx_must_stop(ctx))
        return fail(ctx, ERR_CANCELLED, "interrupted");
    if (ch->conn.version) {
        fail(ctx, ERR_CONNECT, "the connection was lost: %s", curl_easy_strerror(code));
        return fail_hint(ctx, "Run the same command again once the server answers; it goes on where this one stopped.");
    }
    fail(ctx, ERR_CONNECT, "cannot connect to %s: %s", ch->conn.target, curl_easy_strerror(code));
    fail_hint(ctx, "%s", hint_for(code));
    ctx->error.passing = not_up_yet(code);
    return ERR_CONNECT;
}

/* Told once to end what runs; what does not end by itself soon after is left to the server. */
struct waiting {
    double told; /* 0: not yet */
};

static bool must_leave(struct ctx *ctx, struct ch_conn *ch, struct waiting *waiting)
{
    if (!ctx_must_stop(ctx))
        return false;
    if (!waiting->told) {
        waiting->told = clock_monotonic();
        ch_cancel(&ch->conn);
    }
    return clock_monotonic() - waiting->told > WAIT_FOR_KILL;
}

static CURLcode perform(struct ctx *ctx, struct ch_conn *ch)
{
    int running = 1, left;
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    struct waiting waiting = {0};
    curl_multi_add_handle(ch->multi, ch->easy);
    while (curl_multi_perform(ch->multi, &running) == CURLM_OK && running && !must_leave(ctx, ch, &waiting)) {
        int ready = 0;
        curl_multi_poll(ch->multi, NULL, 0, WAIT_MS, &ready);
        if (!ready)
            conn_tick(ctx, &ch->conn);
    }
    for (CURLMsg *message; (message = curl_multi_info_read(ch->multi, &left));)
        if (message->msg == CURLMSG_DONE)
            code = message->data.result;
    curl_multi_remove_handle(ch->multi, ch->easy);
    return code;
}

/* What changes nothing may be sent twice, and what is a row of our own (state_sql.c). */
static bool may_come_twice(const struct ch_statement *statement)
{
    return text_starts(statement->sql, "SELECT ") || (!statement->within && text_starts(statement->sql, "INSERT "));
}

static int request(struct ctx *ctx, struct ch_conn *ch, const struct ch_statement *statement, struct ch_answer *answer)
{
    const char *sql = statement->sql;
    *answer = (struct ch_answer){0};
    buf_init(&answer->body, ctx->mem);
    snprintf(ch->query, sizeof ch->query, "%.31s.%d", ch->session, ++ch->queries);
    curl_easy_reset(ch->easy);
    ch_url_handle(ch, ch->easy);
    ch_set_text(ch->easy, CURLOPT_URL, address(ctx->mem, ch, statement->within));
    ch_set_number(ch->easy, CURLOPT_POST, 1);
    ch_set_number(ch->easy, CURLOPT_POSTFIELDSIZE, (long)statement->length);
    ch_set_text(ch->easy, CURLOPT_POSTFIELDS, sql);
    ch_set_number(ch->easy, CURLOPT_FRESH_CONNECT, !may_come_twice(statement));
    ch_set_call(ch->easy, CURLOPT_WRITEFUNCTION, body_add);
    ch_set_pointer(ch->easy, CURLOPT_WRITEDATA, answer);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=UTF-8");
    headers = curl_slist_append(headers, "Expect:"); /* no round trip of its own before a long statement */
    ch_set_pointer(ch->easy, CURLOPT_HTTPHEADER, headers);
    CURLcode code = perform(ctx, ch);
    answer->status = ch_status(ch->easy);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return fail_transport(ctx, ch, code);
    return ch_answer_check(ctx, answer);
}

/*
 * For how long another try is made after a refusal of what was not done or, of a step of our own, may come twice: a session is
 * given back a moment after its answer, and a replica of our own tables may lag, wait for the quorum of somebody else's row, or
 * come to know of that one's end only by a time-out.
 */
static double patience_for(const struct ctx *ctx, const struct ch_conn *ch, const struct ch_statement *statement)
{
    static const char *const lagging[] = {"242", "285", "286", "289", "319", NULL};
    enum { FOR_SESSION = 8, FOR_REPLICA = 40 };
    const struct error *error = &ctx->error;
    if (text_equal(error->sqlstate, CH_SESSION_IS_LOCKED))
        return FOR_SESSION;
    if (statement->within || !ch->cluster)
        return 0;
    for (int i = 0; lagging[i]; i++)
        if (text_equal(error->sqlstate, lagging[i]))
            return FOR_REPLICA;
    return text_has(error->message, "Replica is not active right now") ? FOR_REPLICA : 0;
}

static int request_again(struct ctx *ctx, struct ch_conn *ch, const struct ch_statement *statement,
                         struct ch_answer *answer)
{
    const double longest = 0.5;
    struct error error = ctx->error;
    double pause = 0.002, began = clock_monotonic();
    for (;; pause = pause * 2 < longest ? pause * 2 : longest) {
        TRY(ctx_check_within(ctx));
        int code = request(ctx, ch, statement, answer);
        double patience = code == ERR_SQL ? patience_for(ctx, ch, statement) : 0;
        if (code != ERR_SQL || clock_monotonic() - began > patience)
            return patience > 0 && ch->cluster
                       ? fail_hint(ctx,
                                   "See what system.replicas says of that table, and run the same command again once "
                                   "its replicas answer.")
                       : code;
        ctx->error = error;
        ctx_sleep(ctx, pause);
    }
}

/* A session keeps the database that it is led to, not the one that an address names. */
static int session_enter(struct ctx *ctx, struct ch_conn *ch)
{
    struct buf sql;
    struct ch_answer answer;
    if (ch->entered || !ch->url.database)
        return 0;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "USE ");
    ident_add(&sql, &ch_ident, ch->url.database);
    TRY(request_again(ctx, ch, &(struct ch_statement){sql.data, sql.len, true}, &answer));
    ch->entered = true;
    return 0;
}

int ch_request(struct ctx *ctx, struct ch_conn *ch, const struct ch_statement *statement, struct ch_answer *answer)
{
    if (statement->within)
        TRY(session_enter(ctx, ch));
    if (!ch->harmless)
        return request_again(ctx, ch, statement, answer);
    const char *sql = ch_harmless(ctx->mem, arena_copy(ctx->mem, statement->sql, statement->length));
    return request_again(ctx, ch, &(struct ch_statement){sql, strlen(sql), statement->within}, answer);
}

/* Over another connection, for this one is waiting; may be called from another thread. */
void ch_cancel(struct conn *conn)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct arena *mem = arena_open(0);
    struct ch_answer answer = {0};
    CURL *easy = curl_easy_init();
    const char *sql = arena_printf(mem, "KILL QUERY WHERE query_id = '%s' ASYNC", ch->query);
    buf_init(&answer.body, mem);
    if (easy) {
        CURLM *multi = curl_multi_init();
        int running = 1;
        ch_url_handle(ch, easy);
        ch_set_text(easy, CURLOPT_URL, ch->base);
        ch_set_number(easy, CURLOPT_POST, 1);
        ch_set_text(easy, CURLOPT_POSTFIELDS, sql);
        ch_set_number(easy, CURLOPT_TIMEOUT, WAIT_FOR_KILL);
        ch_set_call(easy, CURLOPT_WRITEFUNCTION, body_add);
        ch_set_pointer(easy, CURLOPT_WRITEDATA, &answer);
        curl_multi_add_handle(multi, easy);
        while (curl_multi_perform(multi, &running) == CURLM_OK && running)
            curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL);
        curl_multi_remove_handle(multi, easy);
        curl_multi_cleanup(multi);
        curl_easy_cleanup(easy);
    }
    arena_close(mem);
}
