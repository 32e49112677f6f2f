/* The driver on real databases: opening, batches, foreign keys, cancelling, and the lock. */
#include "lite.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* A folder of the test's own, gone when the test ends. */
static void folder_close(char **folder)
{
    struct ctx ctx;
    struct names names = {0};
    ctx_open(&ctx, 0);
    folder_list(&ctx, *folder, &names);
    for (int i = 0; i < names.n; i++)
        unlink(path_join(ctx.mem, *folder, names.item[i]));
    rmdir(*folder);
    ctx_close(&ctx);
}

#define FOLDER __attribute__((cleanup(folder_close))) char *

static char *folder_new(struct ctx *ctx)
{
    char *folder = arena_dup(ctx->mem, "/tmp/dbwarden-lite-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static int open_url(struct ctx *ctx, const char *text, const struct conn_options *options, struct conn **conn)
{
    struct url url = {0};
    assert_works(ctx, url_read(ctx, text, &url));
    int result = conn_open(ctx, &lite_dialect, &url, options, conn);
    url_close(&url);
    return result;
}

static struct conn *open_file(struct ctx *ctx, const char *folder)
{
    struct conn_options options = {.app_folder = folder};
    struct conn *conn = NULL;
    assert_works(ctx, open_url(ctx, "sqlite:///./app.db?timeout=0.2", &options, &conn));
    return conn;
}

static int run_batch(struct ctx *ctx, struct conn *conn, struct batch *batch, const char *const *sql)
{
    static struct batch_step step[16];
    for (batch->n = 0; sql[batch->n]; batch->n++)
        step[batch->n] = (struct batch_step){.sql = sql[batch->n], .length = strlen(sql[batch->n])};
    batch->step = step;
    return conn_batch(ctx, conn, batch);
}

#define BATCH(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static void a_relative_path_starts_at_the_applications_folder(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    CONN conn = open_file(ctx, folder);
    assert_string_equal(conn->target, "app.db");
    assert_int_equal(conn->version, lite_version_number());
    assert_true(file_exists(path_join(ctx->mem, folder, "app.db")));
}

static void reading_only_creates_nothing(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    struct conn_options options = {.app_folder = folder, .read_only = true};
    CONN conn = NULL;
    assert_works(ctx, open_url(ctx, "sqlite:///app.db", &options, &conn));
    assert_answer(ctx, conn, "SELECT count(*) FROM sqlite_master", "0");
    assert_false(file_exists(path_join(ctx->mem, folder, "app.db")));
    conn_close(&conn);
    conn = open_file(ctx, folder);
    lite_run(ctx, conn, "CREATE TABLE t (a)");
    conn_close(&conn);
    assert_works(ctx, open_url(ctx, "sqlite:///app.db", &options, &conn));
    assert_fails(ctx, conn_exec(ctx, conn, "CREATE TABLE u (a)"), ERR_SQL, "attempt to write a readonly database");
    assert_string_equal(ctx->error.sqlstate, "SQLITE_READONLY");
}

static void what_cannot_be_opened_says_why(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    struct conn_options options = {.app_folder = folder};
    CONN conn = NULL;
    assert_works(ctx, file_write(ctx, path_join(ctx->mem, folder, "text.db"),
                                 "this is not a database, but it is long enough", 42, 0600));
    assert_fails(ctx, open_url(ctx, "sqlite:///text.db", &options, &conn), ERR_CONNECT,
                 "cannot open database text.db: the file is not an SQLite database, or it is damaged");
    assert_fails(ctx, open_url(ctx, "sqlite:///no/such/app.db", &options, &conn), ERR_CONNECT,
                 "cannot create database no/such/app.db: its folder does not exist");
    assert_fails(ctx, open_url(ctx, "sqlite:////tmp", &options, &conn), ERR_CONNECT,
                 "cannot open database /tmp: it is a folder");
    assert_fails(ctx, open_url(ctx, "sqlite:///a.db?mode=x", &options, &conn), ERR_CONFIG,
                 "mode=x in the database URL is unknown");
    assert_fails(ctx, open_url(ctx, "sqlite:///a.db?timeout=soon", &options, &conn), ERR_CONFIG,
                 "timeout=soon in the database URL is not a number of seconds");
    assert_fails(ctx, open_url(ctx, "sqlite:///a.db?mode=rw", &options, &conn), ERR_CONNECT,
                 "cannot open database a.db: No such file or directory");
}

static void urls_of_sqlalchemy_open(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    struct conn_options options = {.app_folder = folder};
    static const char *const urls[] = {"sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///b.db",
                                       "sqlite:///file:c%20d.db?uri=true&mode=rwc&timeout=1.5",
                                       "sqlite:///file:m?mode=memory&cache=shared&uri=true"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CONN conn = NULL;
        if (open_url(ctx, urls[i], &options, &conn) < 0)
            fail_msg("%s: %s", urls[i], ctx->error.message);
        lite_run(ctx, conn, "CREATE TABLE t (a)");
    }
    struct names names = {0};
    assert_works(ctx, folder_list(ctx, folder, &names));
    assert_string_equal(names_join(ctx->mem, &names, " "), "b.db c d.db");
}

static void a_uri_is_taken_from_any_folder(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    const char *odd = path_join(ctx->mem, folder, "a%41?b=1#c&d \xc3\xa9");
    struct conn_options options = {.app_folder = odd};
    struct names names = {0};
    assert_int_equal(mkdir(odd, 0777), 0);
    CONN conn = NULL;
    assert_works(ctx, open_url(ctx, "sqlite:///file:e.db?uri=true", &options, &conn));
    lite_run(ctx, conn, "CREATE TABLE t (a)");
    assert_works(ctx, folder_list(ctx, odd, &names));
    assert_string_equal(names_join(ctx->mem, &names, " "), "e.db");
    unlink(path_join(ctx->mem, odd, "e.db"));
    rmdir(odd);
}

static void a_locked_database_is_waited_for(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    CONN first = open_file(ctx, folder);
    CONN second = open_file(ctx, folder);
    struct batch batch = {.transaction = true};
    lite_run(ctx, first, "CREATE TABLE t (a); BEGIN IMMEDIATE");
    double began = clock_monotonic();
    assert_fails(ctx, run_batch(ctx, second, &batch, BATCH("INSERT INTO t VALUES (1)")), ERR_SQL, "database is locked");
    assert_string_equal(ctx->error.sqlstate, "SQLITE_BUSY");
    assert_true(clock_monotonic() - began >= 0.2);
    lite_run(ctx, first, "COMMIT");
    assert_works(ctx, run_batch(ctx, second, &batch, BATCH("INSERT INTO t VALUES (1)")));
}

static void parameters_are_texts_or_null(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct names params = {0};
    struct rows rows;
    names_add(ctx->mem, &params, "it's");
    names_add(ctx->mem, &params, NULL);
    assert_works(ctx, conn_query(ctx, conn, "SELECT ?1 AS a, ?2 AS b", &params, &rows));
    assert_string_equal(rows_cell(&rows, 0, "a"), "it's");
    assert_null(rows_cell(&rows, 0, "b"));
    assert_null(rows_cell(&rows, 0, "c"));
}

static void a_failed_batch_leaves_nothing(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    assert_fails(ctx,
                 run_batch(ctx, conn, &batch,
                           BATCH("CREATE TABLE t (a UNIQUE)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)")),
                 ERR_SQL, "UNIQUE constraint failed: t.a");
    assert_int_equal(batch.failed, 2);
    assert_int_equal(batch.position, -1);
    assert_string_equal(ctx->error.sqlstate, "SQLITE_CONSTRAINT_UNIQUE");
    assert_answer(ctx, conn, "SELECT count(*) FROM sqlite_master", "0");
    assert_false(conn->in_transaction);
}

static void an_error_has_its_position(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("SELECT 1", "SELECT a,\n  absent FROM (SELECT 1 AS a)")),
                 ERR_SQL, "no such column: absent");
    assert_int_equal(batch.failed, 1);
    assert_int_equal(batch.position, 12);
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("SELECT 1; SELECT 2")), ERR_SQL,
                 "more than one statement where one was expected");
    assert_int_equal(batch.position, 9);
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("SELECT 1; -- and\n /* nothing */ ;", "-- nothing at all")));
}

static void a_step_cannot_end_the_transaction(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("CREATE TABLE t (a)", "COMMIT", "CREATE TABLE u (a)")),
                 ERR_SQL, "the statement ends the transaction that surrounds it");
    assert_int_equal(batch.failed, 1);
}

static void without_a_transaction_steps_stay(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {0};
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("CREATE TABLE t (a)", "VACUUM", "CREATE TABLE t (a)")),
                 ERR_SQL, "table t already exists");
    assert_int_equal(batch.failed, 2);
    assert_answer(ctx, conn, "SELECT name FROM sqlite_master", "t");
}

static void count_done(void *sink, int step)
{
    *(int *)sink = *(int *)sink * 10 + step;
}

static void done_steps_are_reported(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    int seen = 1;
    struct batch batch = {.transaction = true, .done = count_done, .sink = &seen};
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("SELECT 1", "SELECT 2", "SELECT 3")));
    assert_int_equal(seen, 1012);
    assert_int_equal(batch.failed, -1);
}

static const char family[] = "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                             "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE);"
                             "CREATE TABLE w (a TEXT PRIMARY KEY, p INT REFERENCES p (id)) WITHOUT ROWID;"
                             "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2);";

static void a_child_without_its_parent_fails_the_batch(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    lite_run(ctx, conn, family);
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("DELETE FROM p WHERE id = 2")), ERR_SQL,
                 "foreign key violated: row 2 of table \"c\" refers to a row of \"p\" that is not there");
    assert_int_equal(batch.failed, 1);
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("DROP TABLE p")), ERR_SQL,
                 "foreign key violated: row 1 of table \"c\" refers to a row of \"p\" that is not there, and 1 more");
    assert_fails(ctx, run_batch(ctx, conn, &batch, BATCH("INSERT INTO w VALUES ('x', 9)")), ERR_SQL,
                 "foreign key violated: a row of table \"w\" refers to a row of \"p\" that is not there");
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("UPDATE p SET id = 5 WHERE id = 1")), ERR_SQL);
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("UPDATE OR REPLACE p SET id = 1 WHERE id = 2")), ERR_SQL);
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("DELETE FROM p WHERE id = 2", "DELETE FROM c WHERE p = 2")));
    assert_answer(ctx, conn, "SELECT count(*) FROM c", "1");
}

/* Nothing tells that an INSERT deletes the row that it replaces. */
static void replacing_a_parent_fails_the_batch(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    lite_run(ctx, conn,
             "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, x UNIQUE ON CONFLICT REPLACE);"
             "CREATE TABLE c (code TEXT REFERENCES p (id)); INSERT INTO p VALUES (1, 'a', 'b');"
             "INSERT INTO c VALUES (1)");
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("REPLACE INTO p VALUES (2, 'a', 'c')")), ERR_SQL);
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("INSERT INTO p VALUES (2, 'd', 'b')")), ERR_SQL);
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("INSERT INTO p VALUES (2, 'd', 'e')")));
}

static void a_key_that_cannot_be_checked_is_a_warning(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    lite_run(ctx, conn, family);
    lite_run(ctx, conn,
             "CREATE TABLE bad (a REFERENCES w (p)); INSERT INTO w VALUES ('x', 1); INSERT INTO bad VALUES (1)");
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("INSERT INTO bad VALUES (2)", "DELETE FROM w")));
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("INSERT INTO bad VALUES (2)", "DELETE FROM p")), ERR_SQL);
}

static void orphans_from_before_are_no_failure(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    int seen = 0;
    struct batch batch = {.transaction = true, .done = count_done, .sink = &seen};
    lite_run(ctx, conn, family);
    lite_run(ctx, conn, "INSERT INTO c VALUES (7, 70), (8, 80); INSERT INTO w VALUES ('x', 90), ('y', 91)");
    assert_works(ctx,
                 run_batch(ctx, conn, &batch, BATCH("INSERT INTO c VALUES (9, 1)", "DELETE FROM w WHERE a = 'x'")));
    assert_int_equal(seen, 1);
    assert_works(ctx, run_batch(ctx, conn, &batch, BATCH("ALTER TABLE c RENAME TO k", "ALTER TABLE w RENAME TO ww")));
    assert_fails(ctx,
                 run_batch(ctx, conn, &batch, BATCH("INSERT INTO k VALUES (10, 71)", "DELETE FROM k WHERE id = 7")),
                 ERR_SQL, "foreign key violated: row 10 of table \"k\" refers to a row of \"p\" that is not there");
}

static void foreign_keys_stay_as_they_were(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    lite_run(ctx, conn, family);
    lite_run(ctx, conn, "PRAGMA foreign_keys = ON");
    assert_int_equal(run_batch(ctx, conn, &batch, BATCH("PRAGMA legacy_alter_table = ON", "DELETE FROM p", "SELECT x")),
                     ERR_SQL);
    assert_answer(ctx, conn, "PRAGMA foreign_keys", "1");
    assert_answer(ctx, conn, "PRAGMA legacy_alter_table", "0");
    assert_answer(ctx, conn, "SELECT count(*) FROM c", "2");
}

static void keys_that_another_connection_made_are_seen(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    CONN first = open_file(ctx, folder);
    CONN second = open_file(ctx, folder);
    struct batch batch = {.transaction = true};
    assert_works(ctx, run_batch(ctx, first, &batch, BATCH("CREATE TABLE x (a)")));
    lite_run(ctx, second, family);
    assert_int_equal(run_batch(ctx, first, &batch, BATCH("DELETE FROM p")), ERR_SQL);
}

static const char endless[] = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

static void *cancel_soon(void *arg)
{
    struct ctx *ctx = arg;
    clock_sleep(0.05);
    atomic_store(&ctx->cancel, 1);
    return NULL;
}

static void what_runs_can_be_cancelled(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct batch batch = {.transaction = true};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, ctx), 0);
    int result = run_batch(ctx, conn, &batch, BATCH("CREATE TABLE t (a)", endless));
    pthread_join(thread, NULL);
    assert_int_equal(result, ERR_CANCELLED);
    assert_int_equal(batch.failed, 1);
    atomic_store(&ctx->cancel, 0);
    assert_answer(ctx, conn, "SELECT count(*) FROM sqlite_master", "0");
}

static void only_one_holds_the_lock(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    CONN first = open_file(ctx, folder);
    CONN second = open_file(ctx, folder);
    char *path = path_join(ctx->mem, folder, "app.db-dbwarden.lock");
    bool taken = false;
    assert_works(ctx, lite_driver.lock_try(ctx, first, &taken));
    assert_true(taken);
    assert_works(ctx, lite_driver.lock_try(ctx, second, &taken));
    assert_false(taken);
    assert_true(file_exists(path));
    assert_works(ctx, lite_driver.lock_release(ctx, first));
    assert_false(file_exists(path));
    assert_works(ctx, lite_driver.lock_try(ctx, second, &taken));
    assert_true(taken);
    conn_close(&second);
    assert_false(file_exists(path));
}

static void a_killed_holder_leaves_no_lock(void **state)
{
    struct ctx *ctx = *state;
    FOLDER folder = folder_new(ctx);
    CONN conn = open_file(ctx, folder);
    bool taken = false;
    pid_t child = fork();
    if (child == 0) {
        struct conn *other = open_file(ctx, folder);
        lite_driver.lock_try(ctx, other, &taken);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_true(file_exists(path_join(ctx->mem, folder, "app.db-dbwarden.lock")));
    assert_works(ctx, lite_driver.lock_try(ctx, conn, &taken));
    assert_true(taken);
    assert_works(ctx, lite_driver.lock_release(ctx, conn));
    assert_false(file_exists(path_join(ctx->mem, folder, "app.db-dbwarden.lock")));
}

static void the_state_tables_work(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    const struct state_sql *sql = &lite_state;
    const char *const all[] = {sql->create_migrations, sql->create_seeds, sql->create_journal, sql->create_lock};
    for (size_t i = 0; i < 4; i++)
        lite_run(ctx, conn, text_replace(ctx->mem, all[i], "@t", arena_printf(ctx->mem, "t%zu", i)));
    struct names params = {0};
    struct rows rows;
    for (int i = 0; i < 8; i++)
        names_add(ctx->mem, &params, i == 6 ? "3" : i == 7 ? NULL : arena_printf(ctx->mem, "p%d", i));
    assert_works(ctx, conn_query(ctx, conn, text_replace(ctx->mem, sql->journal_whole, "@t", "t2"), &params, NULL));
    assert_works(ctx, conn_query(ctx, conn, text_replace(ctx->mem, sql->journal_select, "@t", "t2"), NULL, &rows));
    assert_string_equal(rows_cell(&rows, 0, "done"), "3");
    assert_string_equal(rows_cell(&rows, 0, "outcome"), "done");
    params.n = 5;
    assert_works(ctx, conn_query(ctx, conn, text_replace(ctx->mem, sql->insert_migration, "@t", "t0"), &params, NULL));
    assert_works(ctx, conn_query(ctx, conn, text_replace(ctx->mem, sql->select_migrations, "@t", "t0"), NULL, &rows));
    assert_string_equal(rows_cell(&rows, 0, "filename"), "p2");
    assert_int_equal(strlen(rows_cell(&rows, 0, "applied_at")), 19);
}

UNIT_TESTS(UNIT(a_relative_path_starts_at_the_applications_folder), UNIT(reading_only_creates_nothing),
           UNIT(what_cannot_be_opened_says_why), UNIT(urls_of_sqlalchemy_open), UNIT(a_uri_is_taken_from_any_folder),
           UNIT(a_locked_database_is_waited_for), UNIT(parameters_are_texts_or_null),
           UNIT(a_failed_batch_leaves_nothing), UNIT(an_error_has_its_position),
           UNIT(a_step_cannot_end_the_transaction), UNIT(without_a_transaction_steps_stay),
           UNIT(done_steps_are_reported), UNIT(a_child_without_its_parent_fails_the_batch),
           UNIT(replacing_a_parent_fails_the_batch), UNIT(a_key_that_cannot_be_checked_is_a_warning),
           UNIT(orphans_from_before_are_no_failure), UNIT(foreign_keys_stay_as_they_were),
           UNIT(keys_that_another_connection_made_are_seen), UNIT(what_runs_can_be_cancelled),
           UNIT(only_one_holds_the_lock), UNIT(a_killed_holder_leaves_no_lock), UNIT(the_state_tables_work))
