/* On a private server, which is what scratch() gives without another; left out where no PostgreSQL is installed. */
#include "postgres.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

static struct ctx server_ctx;
static struct conn *server; /* one for all tests; each makes what it needs */

static int server_start(void **state)
{
    (void)state;
    ctx_open(&server_ctx, 0);
    if (pg_scratch(&server_ctx, &(struct scratch_spec){.near = NULL}, &server) < 0 &&
        server_ctx.error.code != ERR_UNSUPPORTED)
        print_error("%s\n", server_ctx.error.message);
    return 0;
}

static int server_stop(void **state)
{
    char folder[128] = "";
    (void)state;
    if (server)
        snprintf(folder, sizeof folder, "%s", ((struct pg_conn *)server)->url.host);
    conn_close(&server);
    ctx_close(&server_ctx);
    return folder[0] != '\0' && folder_exists(folder);
}

/* A second connection to the same server. */
static struct conn *second(struct ctx *ctx)
{
    struct conn *conn = NULL;
    assert_works(ctx, pg_open(ctx, &((struct pg_conn *)server)->url, NULL, &conn));
    return conn;
}

#define CONN __attribute__((cleanup(conn_close))) struct conn *
#define NEEDS_SERVER \
    if (!server)     \
    fail_msg("no PostgreSQL could be started: tests/servers/testservers.sh install pg15 installs one")

static const char *ask(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct rows rows;
    assert_works(ctx, pg_query(ctx, conn, sql, NULL, &rows));
    return rows.row.n > 0 ? ((const char **)rows.row.item[0])[0] : "(no rows)";
}

static struct batch_step step(const char *sql)
{
    return (struct batch_step){.sql = sql, .length = strlen(sql)};
}

static void parameters_are_texts_and_nulls(void **state)
{
    struct ctx *ctx = *state;
    struct names params = {0};
    struct rows rows;
    NEEDS_SERVER;
    names_add(ctx->mem, &params, "it's");
    names_add(ctx->mem, &params, NULL);
    assert_works(ctx, pg_query(ctx, server, "SELECT $1::text AS a, $2::int AS b", &params, &rows));
    assert_string_equal(rows_cell(&rows, 0, "a"), "it's");
    assert_null(rows_cell(&rows, 0, "b"));
    assert_true(server->version >= 120000);
}

static void refusals_carry_what_the_server_said(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    assert_works(ctx, pg_exec(ctx, server, "CREATE TABLE said (a int UNIQUE); INSERT INTO said VALUES (1)"));
    assert_int_equal(pg_exec(ctx, server, "INSERT INTO said VALUES (1)"), ERR_SQL);
    assert_string_equal(ctx->error.sqlstate, "23505");
    assert_string_equal(ctx->error.detail, "Key (a)=(1) already exists.");
    assert_int_equal(pg_exec(ctx, server, "SELECT nothere('x')"), ERR_SQL);
    assert_non_null(ctx->error.hint);
}

static void a_failed_transaction_leaves_nothing(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    struct batch_step steps[] = {step("CREATE TABLE undone (a int)"), step("INSERT INTO undone VALUES (1)"),
                                 step("SELECT 'ä', nothere FROM undone"), step("INSERT INTO undone VALUES (2)")};
    struct batch batch = {.step = steps, .n = 4, .transaction = true};
    assert_int_equal(pg_batch(ctx, server, &batch), ERR_SQL);
    assert_int_equal(batch.failed, 2);
    assert_int_equal(batch.position, strlen("SELECT 'ä', "));
    assert_false(server->in_transaction);
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('undone') IS NULL"), "t");
}

static void a_commit_can_fail(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    struct batch_step steps[] = {
        step("CREATE TABLE late (a int PRIMARY KEY, b int REFERENCES late DEFERRABLE INITIALLY DEFERRED)"),
        step("INSERT INTO late VALUES (1, 2)")};
    struct batch batch = {.step = steps, .n = 2, .transaction = true};
    assert_int_equal(pg_batch(ctx, server, &batch), ERR_SQL);
    assert_int_equal(batch.failed, 2);
    assert_string_equal(ctx->error.sqlstate, "23503");
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('late') IS NULL"), "t");
}

static void count_done(void *sink, int at)
{
    assert_int_equal(*(int *)sink, at);
    ++*(int *)sink;
}

static void long_batches_are_one_transaction(void **state)
{
    struct ctx *ctx = *state;
    int n = 2501, done = 0;
    struct batch_step *steps = NEW_ARRAY(ctx->mem, struct batch_step, n);
    NEEDS_SERVER;
    steps[0] = step("CREATE TABLE many (a int, t bigint DEFAULT txid_current())");
    for (int i = 1; i < n; i++)
        steps[i] = step(arena_printf(ctx->mem, "INSERT INTO many VALUES (%d)", i));
    struct batch batch = {.step = steps, .n = n, .transaction = true, .done = count_done, .sink = &done};
    assert_works(ctx, pg_batch(ctx, server, &batch));
    assert_int_equal(done, n);
    assert_string_equal(ask(ctx, server, "SELECT count(*) || ' ' || count(DISTINCT t) FROM many"), "2500 1");
    steps[n - 1] = step("INSERT INTO many VALUES ('x')");
    steps[0] = step("DELETE FROM many");
    batch.done = NULL;
    assert_int_equal(pg_batch(ctx, server, &batch), ERR_SQL);
    assert_int_equal(batch.failed, n - 1);
    assert_string_equal(ask(ctx, server, "SELECT count(*) FROM many"), "2500");
}

/* Long runs of plain statements go another way than those with parameters: both ways, and both places of a failure. */
static void a_failure_is_found_among_many(void **state)
{
    struct ctx *ctx = *state;
    int n = 1500;
    struct batch_step *steps = NEW_ARRAY(ctx->mem, struct batch_step, n);
    struct names params = {0};
    NEEDS_SERVER;
    names_add(ctx->mem, &params, "0");
    assert_works(ctx, pg_exec(ctx, server, "CREATE TABLE among (a int CHECK (a < 9000))"));
    for (int i = 0; i < n; i++)
        steps[i] = step(arena_printf(ctx->mem, "INSERT INTO among VALUES (%d) -- ä", i));
    steps[700] = (struct batch_step){"INSERT INTO among VALUES ($1)", strlen("INSERT INTO among VALUES ($1)"), &params};
    static const struct {
        int at;
        const char *sql;
        long position;
    } wrong[] = {{3, "INSERT INTO among VALUES (9001)", -1},
                 {3, "INSERT INTO nowhere VALUES (1)", 12},
                 {650, "INSERT INTO among VALUES (1 1)", 28},
                 {650, "SELECT 'ä' FROM among WHERE b", 29},
                 {698, "INSERT INTO among VALUES (9001)", -1},
                 {1499, "INSERT INTO among VALUES (9001)", -1},
                 {1499, "INSERT INTO nowhere VALUES (1)", 12},
                 {0, "INSERT INTO nowhere VALUES (1)", 12},
                 {700, "COPY among FROM STDIN", -1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct batch_step kept = steps[wrong[i].at];
        struct batch batch = {.step = steps, .n = n, .transaction = true};
        steps[wrong[i].at] = step(wrong[i].sql);
        assert_true(pg_batch(ctx, server, &batch) < 0);
        assert_int_equal(batch.failed, wrong[i].at);
        assert_int_equal(batch.position, wrong[i].position);
        assert_string_equal(ask(ctx, server, "SELECT count(*) FROM among"), "0");
        steps[wrong[i].at] = kept;
    }
    struct batch batch = {.step = steps, .n = n, .transaction = true};
    assert_works(ctx, pg_batch(ctx, server, &batch));
    assert_string_equal(ask(ctx, server, "SELECT count(*) FROM among"), "1500");
    assert_int_equal(pg_exec(ctx, server, "COPY among FROM STDIN"), ERR_UNSUPPORTED);
    assert_int_equal(pg_exec(ctx, server, "COPY among TO STDOUT"), ERR_UNSUPPORTED);
    assert_string_equal(ask(ctx, server, "SELECT 1"), "1");
}

static void without_a_transaction_concurrently_works(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    struct batch_step steps[] = {step("CREATE TABLE alone (a int)"),
                                 step("CREATE INDEX CONCURRENTLY alone_ix ON alone (a)"),
                                 step("CREATE INDEX CONCURRENTLY alone_ix ON alone (a)")};
    struct batch batch = {.step = steps, .n = 3};
    assert_int_equal(pg_batch(ctx, server, &batch), ERR_SQL);
    assert_int_equal(batch.failed, 2);
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('alone_ix')"), "alone_ix");
}

static enum doubt doubt_of(struct ctx *ctx, const char *sql, const char *before)
{
    struct classified statement;
    enum doubt doubt = DOUBT_OPEN;
    struct sql_piece piece = {.text = sql, .length = strlen(sql), .line = 1};
    classify(ctx->mem, &pg_classify, &piece, &statement);
    assert_works(ctx, pg_statement_doubt(ctx, server, &statement, before, &doubt));
    return doubt;
}

static const char *evidence_of(struct ctx *ctx, const char *sql)
{
    struct classified statement;
    const char *evidence = NULL;
    struct sql_piece piece = {.text = sql, .length = strlen(sql), .line = 1};
    classify(ctx->mem, &pg_classify, &piece, &statement);
    assert_works(ctx, pg_statement_evidence(ctx, server, &statement, &evidence));
    return evidence;
}

static void what_a_failed_build_left_is_removed(void **state)
{
    struct ctx *ctx = *state;
    const char *sql = "CREATE UNIQUE INDEX CONCURRENTLY twice_ix ON twice (a)";
    NEEDS_SERVER;
    assert_works(ctx, pg_exec(ctx, server, "CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)"));
    const char *before = evidence_of(ctx, sql);
    assert_int_equal(doubt_of(ctx, sql, before), DOUBT_NOT_DONE);
    assert_int_equal(pg_exec(ctx, server, sql), ERR_SQL);
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('twice_ix')"), "twice_ix");
    assert_int_equal(doubt_of(ctx, sql, before), DOUBT_NOT_DONE);
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('twice_ix') IS NULL"), "t");
    assert_works(ctx, pg_exec(ctx, server, "DELETE FROM twice"));
    assert_works(ctx, pg_exec(ctx, server, sql));
    assert_int_equal(doubt_of(ctx, sql, before), DOUBT_DONE);
}

static void an_index_without_a_name_is_known_by_its_table(void **state)
{
    struct ctx *ctx = *state;
    const char *sql = "CREATE INDEX CONCURRENTLY ON nameless (a)";
    NEEDS_SERVER;
    assert_works(ctx, pg_exec(ctx, server, "CREATE TABLE nameless (a int, b int); CREATE INDEX ON nameless (b)"));
    const char *before = evidence_of(ctx, sql);
    assert_int_equal(doubt_of(ctx, sql, before), DOUBT_NOT_DONE);
    assert_works(ctx, pg_exec(ctx, server, sql));
    assert_int_equal(doubt_of(ctx, sql, before), DOUBT_DONE);
}

static void what_somebody_else_did_proves_nothing(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        const char *before, *sql, *other;
    } cases[] = {
        {"CREATE TABLE s1 (a int, b int)", "CREATE INDEX CONCURRENTLY s1_ix ON s1 (a)",
         "CREATE INDEX s1_other ON s1 (b)"},
        {"CREATE TABLE s2 (a int, b int)", "CREATE INDEX CONCURRENTLY ON s2 (a)", "CREATE INDEX ON s2 (b)"},
        {"CREATE TABLE s3 (a int); CREATE INDEX s3_k ON s3 (a)", "CREATE INDEX CONCURRENTLY s3_ix ON s3 (a)",
         "REINDEX TABLE s3"},
        {"CREATE TABLE s4 (a int); CREATE INDEX s4_ix ON s4 (a)", "DROP INDEX CONCURRENTLY s4_ix", "REINDEX TABLE s4"},
        {"CREATE TABLE s5 (a int) PARTITION BY RANGE (a); CREATE TABLE s5_1 PARTITION OF s5 FOR VALUES FROM (1) TO (2)",
         "ALTER TABLE s5 DETACH PARTITION s5_1 CONCURRENTLY",
         "CREATE TABLE s5_2 PARTITION OF s5 FOR VALUES FROM (2) TO (3)"},
        {"CREATE SCHEMA tenant; CREATE TABLE tenant.s6 (a int); CREATE TABLE s6 (a int)",
         "CREATE INDEX CONCURRENTLY s6_ix ON s6 (a)", "CREATE INDEX s6_ix ON tenant.s6 (a)"},
        {"CREATE TABLE tenant.s7 (a int)", "CREATE INDEX CONCURRENTLY s7_ix ON tenant.s7 (a)",
         "CREATE TABLE s7 (a int); CREATE INDEX s7_ix ON s7 (a)"},
        {"SELECT 1", "CREATE SUBSCRIPTION s8 CONNECTION '' PUBLICATION p WITH (connect = false, slot_name = NONE)",
         "CREATE TABLE s8 (a int)"},
        {"SELECT 1", "DROP SUBSCRIPTION s8", "DROP TABLE s8"},
    };
    NEEDS_SERVER;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_works(ctx, pg_exec(ctx, server, cases[i].before));
        const char *before = evidence_of(ctx, cases[i].sql);
        assert_int_equal(doubt_of(ctx, cases[i].sql, before), DOUBT_NOT_DONE);
        assert_works(ctx, pg_exec(ctx, server, cases[i].other));
        assert_int_equal(doubt_of(ctx, cases[i].sql, before), DOUBT_NOT_DONE);
        assert_works(ctx, pg_exec(ctx, server, cases[i].sql));
        assert_int_equal(doubt_of(ctx, cases[i].sql, before), DOUBT_DONE);
    }
}

static void *cancel_soon(void *sink)
{
    clock_sleep(0.3);
    atomic_store(&((struct ctx *)sink)->cancel, 1);
    return NULL;
}

static void an_interrupt_stops_a_statement(void **state)
{
    struct ctx *ctx = *state;
    pthread_t thread;
    double started = clock_monotonic();
    NEEDS_SERVER;
    struct batch_step steps[] = {step("CREATE TABLE stopped (a int)"), step("SELECT pg_sleep(30)")};
    struct batch batch = {.step = steps, .n = 2, .transaction = true};
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, ctx), 0);
    assert_int_equal(pg_batch(ctx, server, &batch), ERR_CANCELLED);
    assert_int_equal(batch.failed, 1);
    pthread_join(thread, NULL);
    assert_true(clock_monotonic() - started < 10);
    atomic_store(&ctx->cancel, 0);
    assert_string_equal(ask(ctx, server, "SELECT to_regclass('stopped') IS NULL"), "t");
}

static void one_at_a_time_holds_the_lock(void **state)
{
    struct ctx *ctx = *state;
    bool taken = false;
    NEEDS_SERVER;
    CONN other = second(ctx);
    assert_works(ctx, pg_lock_try(ctx, server, &taken));
    assert_true(taken);
    assert_works(ctx, pg_lock_try(ctx, other, &taken));
    assert_false(taken);
    assert_works(ctx, pg_lock_release(ctx, server));
    assert_works(ctx, pg_lock_try(ctx, other, &taken));
    assert_true(taken);
    conn_close(&other); /* its end gives the lock back */
    for (int i = 0; i < 100; i++) {
        assert_works(ctx, pg_lock_try(ctx, server, &taken));
        if (taken)
            break;
        clock_sleep(0.02);
    }
    assert_true(taken);
    assert_works(ctx, pg_lock_release(ctx, server));
}

static void the_lock_goes_even_after_an_interrupt(void **state)
{
    struct ctx *ctx = *state;
    bool taken = false;
    NEEDS_SERVER;
    assert_works(ctx, pg_lock_try(ctx, server, &taken));
    atomic_store(&ctx->cancel, 1);
    assert_works(ctx, pg_lock_release(ctx, server));
    atomic_store(&ctx->cancel, 0);
    assert_string_equal(ask(ctx, server, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
}

static void a_lost_connection_is_said(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    CONN other = second(ctx);
    ask(ctx, server,
        arena_printf(ctx->mem, "SELECT pg_terminate_backend(%s)", ask(ctx, other, "SELECT pg_backend_pid()")));
    clock_sleep(0.1);
    assert_int_equal(pg_exec(ctx, other, "SELECT 1"), ERR_CONNECT);
    assert_int_equal(pg_exec(ctx, other, "SELECT 1"), ERR_CONNECT);
}

static void refused_connections_give_reason_and_hint(void **state)
{
    struct ctx *ctx = *state;
    struct url url;
    struct conn *conn = NULL;
    assert_works(ctx, url_read(ctx, "postgresql://u:canary@127.0.0.1:1/db", &url));
    assert_int_equal(pg_open(ctx, &url, NULL, &conn), ERR_CONNECT);
    assert_true(text_has(ctx->error.message, "db on 127.0.0.1"));
    assert_non_null(ctx->error.hint);
    assert_false(text_has(ctx->error.message, "canary"));
    url_close(&url);
    NEEDS_SERVER;
    url = ((struct pg_conn *)server)->url;
    url.database = "nowhere";
    assert_int_equal(pg_open(ctx, &url, NULL, &conn), ERR_CONNECT);
    assert_true(text_has(ctx->error.message, "database \"nowhere\" does not exist"));
}

static void a_scratch_database_beside_goes_with_its_connection(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    const char *count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'dbwarden_scratch%'";
    struct conn *conn = NULL;
    assert_works(ctx, pg_scratch(ctx, &(struct scratch_spec){.near = &((struct pg_conn *)server)->url}, &conn));
    assert_string_equal(ask(ctx, server, count), "1");
    conn_close(&conn);
    assert_string_equal(ask(ctx, server, count), "0");
}

static void our_tables_and_others_are_left_out(void **state)
{
    struct ctx *ctx = *state;
    struct filter filter = {{0}, {0}, {0}};
    struct tree *tree = NULL;
    NEEDS_SERVER;
    names_add(ctx->mem, &filter.own, "_own");
    assert_works(ctx, pg_exec(ctx, server,
                              "CREATE TABLE _own (a int); CREATE TABLE theirs (a serial PRIMARY KEY); "
                              "CREATE TEMP TABLE passing (a int)"));
    assert_works(ctx, pg_load(ctx, server, &filter, &tree));
    assert_non_null(tree_find(tree, KIND_TABLE, "", "theirs"));
    assert_null(tree_find(tree, KIND_TABLE, "", "_own"));
    assert_null(tree_find(tree, KIND_SEQUENCE, "", "theirs_a_seq"));
    for (const struct object *object = tree->root; object; object = object_next(tree->root, object))
        assert_false(text_equal(object->name, "passing"));
    assert_false(server->in_transaction);
}

/* Whatever else is wrong with the statement. */
static void what_came_with_a_later_version_is_said(void **state)
{
    struct ctx *ctx = *state;
    NEEDS_SERVER;
    CONN conn = second(ctx);
    static const char *const asked[] = {
        "CREATE FUNCTION lacks() RETURNS integer LANGUAGE sql BEGIN /* x */ ATOMIC SELEC 1; END",
        "CREATE TABLE lacks (a int4range, UNIQUE NULLS NOT NULLS NOT DISTINCT (a))", "SELECT atomic FROM nowhere"};
    static const char *const said[] = {
        "PostgreSQL 13 has no bodies in SQL's own words (BEGIN ATOMIC, RETURN), which came with 14: upgrade the "
        "server, or take it out of the statement.",
        "PostgreSQL 13 has no NULLS NOT DISTINCT, which came with 15: upgrade the server, or take it out of the "
        "statement.",
        NULL};
    conn->version = 130005;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct batch_step one = step(asked[i]);
        struct batch batch = {.step = &one, .n = 1};
        ctx->error = (struct error){0};
        assert_int_equal(conn_batch(ctx, conn, &batch), ERR_SQL);
        assert_true(text_equal(ctx->error.hint, said[i]));
    }
    ctx->error = (struct error){0};
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(parameters_are_texts_and_nulls),
                                       UNIT(refusals_carry_what_the_server_said),
                                       UNIT(a_failed_transaction_leaves_nothing),
                                       UNIT(a_commit_can_fail),
                                       UNIT(long_batches_are_one_transaction),
                                       UNIT(a_failure_is_found_among_many),
                                       UNIT(without_a_transaction_concurrently_works),
                                       UNIT(what_a_failed_build_left_is_removed),
                                       UNIT(an_index_without_a_name_is_known_by_its_table),
                                       UNIT(what_somebody_else_did_proves_nothing),
                                       UNIT(an_interrupt_stops_a_statement),
                                       UNIT(one_at_a_time_holds_the_lock),
                                       UNIT(the_lock_goes_even_after_an_interrupt),
                                       UNIT(a_lost_connection_is_said),
                                       UNIT(refused_connections_give_reason_and_hint),
                                       UNIT(a_scratch_database_beside_goes_with_its_connection),
                                       UNIT(our_tables_and_others_are_left_out),
                                       UNIT(what_came_with_a_later_version_is_said)};
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
