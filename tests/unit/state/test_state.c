/* What a database remembers, on a real SQLite file: 0.8.2's table, the journal, the lock and who holds it. */
#include "unit.h"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "state/parts.h"

struct fixture {
    struct ctx ctx;
    char folder[40];
    struct url url;
    struct conn *conn;
    struct state state;
    struct names said;
};

static void hear(void *sink, const struct event *event)
{
    struct fixture *fixture = sink;
    names_add(fixture->ctx.mem, &fixture->said, event->text);
}

static struct conn *connect_to(struct fixture *fixture, bool read_only)
{
    struct conn *conn = NULL;
    const struct conn_options options = {.read_only = read_only, .app_folder = fixture->folder};
    assert_works(&fixture->ctx, conn_open(&fixture->ctx, dialect_find("sqlite"), &fixture->url, &options, &conn));
    return conn;
}

static int state_open(void **state)
{
    struct fixture *fixture = arena_outside(sizeof *fixture);
    ctx_open(&fixture->ctx, 0);
    fixture->ctx.on_event = hear;
    fixture->ctx.sink = fixture;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dbwarden-unit-XXXXXX");
    *state = fixture;
    if (!mkdtemp(fixture->folder) || url_read(&fixture->ctx, "sqlite:///app.db", &fixture->url) < 0)
        return -1;
    fixture->conn = connect_to(fixture, false);
    fixture->state = (struct state){fixture->conn, "_dbwarden_migrations", "_dbwarden_seeds"};
    return 0;
}

static int state_close(void **state)
{
    struct fixture *fixture = *state;
    struct names names;
    conn_close(&fixture->conn);
    folder_list(&fixture->ctx, fixture->folder, &names);
    for (int i = 0; i < names.n; i++)
        unlink(path_join(fixture->ctx.mem, fixture->folder, names.item[i]));
    rmdir(fixture->folder);
    url_close(&fixture->url);
    ctx_close(&fixture->ctx);
    free(fixture);
    return 0;
}

static struct migration versioned(const char *version, int64_t number)
{
    return (struct migration){.type = MIGRATION_VERSIONED,
                              .version = version,
                              .number = number,
                              .description = "it's \"odd\"",
                              .filename = version,
                              .journal_name = version,
                              .checksum = "sum",
                              .token_checksum = "tokens"};
}

static void run(struct fixture *fixture, struct batch_step step)
{
    struct batch batch = {.step = &step, .n = 1, .transaction = true};
    assert_works(&fixture->ctx, conn_batch(&fixture->ctx, fixture->conn, &batch));
}

static void an_untouched_database_has_no_rows(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct list rows;
    bool exists = true;
    assert_works(ctx, state_exists(ctx, &fixture->state, &exists));
    assert_false(exists);
    assert_works(ctx, state_applied(ctx, &fixture->state, &rows));
    assert_int_equal(rows.n, 0);
    assert_works(ctx, state_journal(ctx, &fixture->state, &rows));
    assert_int_equal(rows.n, 0);
}

static void remembers_by_number(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct migration ten = versioned("0010", 10), two = versioned("0002", 2), big = versioned("10000", 10000);
    struct migration always = {
        .type = MIGRATION_RUNS_ALWAYS, .number = -1, .description = "RA  x", .filename = "ra", .checksum = "1"};
    struct list rows;
    assert_works(ctx, state_prepare(ctx, &fixture->state));
    assert_works(ctx, state_prepare(ctx, &fixture->state));
    run(fixture, state_record(ctx, &fixture->state, &always));
    run(fixture, state_record(ctx, &fixture->state, &big));
    run(fixture, state_record(ctx, &fixture->state, &ten));
    run(fixture, state_record(ctx, &fixture->state, &two));
    always.checksum = "2";
    run(fixture, state_record(ctx, &fixture->state, &always));
    assert_works(ctx, state_applied(ctx, &fixture->state, &rows));
    assert_int_equal(rows.n, 4);
    assert_string_equal(((struct applied *)rows.item[0])->version, "0002");
    assert_string_equal(((struct applied *)rows.item[2])->version, "10000");
    assert_string_equal(applied_version(&rows, 10)->description, "it's \"odd\"");
    assert_string_equal(applied_file(&rows, "ra")->checksum, "2");
    assert_null(applied_file(&rows, "ra")->version);
    assert_null(applied_version(&rows, 3));
    run(fixture, state_unrecord(ctx, &fixture->state, applied_version(&rows, 10)));
    assert_works(ctx, state_applied(ctx, &fixture->state, &rows));
    assert_null(applied_version(&rows, 10));
    assert_non_null(applied_version(&rows, 10000));
}

static void takes_up_a_table_of_082(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct list rows;
    assert_works(
        ctx, conn_exec(ctx, fixture->conn,
                       "CREATE TABLE _dbwarden_migrations (version VARCHAR(255), description VARCHAR(500), filename "
                       "VARCHAR(500) UNIQUE, migration_type VARCHAR(50), applied_at TIMESTAMP DEFAULT "
                       "CURRENT_TIMESTAMP, checksum VARCHAR(128));"
                       "INSERT INTO _dbwarden_migrations VALUES ('0001', '0001 a', 'primary__0001_a.sql', 'versioned', "
                       "'2026-11-21 03:03:20', 'abc')"));
    assert_works(ctx, state_applied(ctx, &fixture->state, &rows));
    assert_string_equal(applied_version(&rows, 1)->applied_at, "2026-11-21 03:03:20");
    assert_works(ctx, state_prepare(ctx, &fixture->state));
    assert_works(ctx, state_applied(ctx, &fixture->state, &rows));
    assert_int_equal(rows.n, 1);
}

static struct journal_row *only_row(struct fixture *fixture)
{
    struct list rows;
    assert_works(&fixture->ctx, state_journal(&fixture->ctx, &fixture->state, &rows));
    assert_int_equal(rows.n, 1);
    return rows.item[0];
}

static void the_journal_counts_statements(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct migration one = versioned("0001", 1);
    one.up.n = 3;
    assert_works(ctx, state_prepare(ctx, &fixture->state));
    run(fixture, journal_begin(ctx, &fixture->state, &one, false, "0:seen"));
    assert_string_equal(only_row(fixture)->outcome, "running");
    assert_string_equal(only_row(fixture)->evidence, "0:seen");
    run(fixture, journal_step(ctx, &fixture->state, &one, 2, "chain"));
    assert_int_equal(only_row(fixture)->done, 2);
    assert_int_equal(only_row(fixture)->total, 3);
    assert_string_equal(only_row(fixture)->checksum, "chain");
    assert_null(only_row(fixture)->evidence);
    run(fixture, journal_total(ctx, &fixture->state, &one, 5));
    assert_int_equal(only_row(fixture)->total, 5);
    run(fixture, journal_end(ctx, &fixture->state, &one, "failed", 0.5));
    assert_string_equal(only_row(fixture)->outcome, "failed");
    run(fixture, journal_done(ctx, &fixture->state, &one, 0.5));
    assert_string_equal(only_row(fixture)->outcome, "done");
    assert_int_equal(only_row(fixture)->done, 5);
    assert_string_equal(only_row(fixture)->checksum, "tokens");
    run(fixture, journal_whole(ctx, &fixture->state, &one, true, -1));
    assert_string_equal(only_row(fixture)->outcome, "done");
    assert_string_equal(only_row(fixture)->direction, "down");
    assert_string_equal(only_row(fixture)->checksum, "tokens");
}

static void only_one_holds_the_lock(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct conn *other = connect_to(fixture, false);
    struct state theirs = {other, "_dbwarden_migrations", "_dbwarden_seeds"};
    struct lock *lock = NULL, *second = NULL;
    struct lock_holder holder;
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    assert_works(ctx, lock_show(lock, "1/2 a.sql"));
    assert_int_equal(lock_acquire(ctx, &theirs, 0.3, &second), ERR_LOCKED);
    assert_null(second);
    assert_int_equal(fixture->said.n, 1);
    assert_true(text_starts(fixture->said.item[0], "waiting for the migration lock of app.db, held by "));
    assert_true(text_has(fixture->said.item[0], arena_printf(ctx->mem, "process %d", (int)getpid())));
    lock_note(lock, fixture->conn, "2/2 b c.sql");
    assert_works(ctx, lock_read(ctx, &theirs, &holder));
    assert_true(holder.held);
    assert_string_equal(holder.file, "b c.sql");
    assert_true(holder.statement == 2 && holder.statements == 2);
    assert_int_equal(lock_forget(ctx, &theirs), ERR_LOCKED);
    lock_release(&lock);
    assert_null(lock);
    assert_works(ctx, lock_read(ctx, &theirs, &holder));
    assert_false(holder.held);
    assert_null(holder.file);
    assert_null(holder.owner);
    assert_works(ctx, lock_acquire(ctx, &theirs, 0, &second));
    lock_release(&second);
    conn_close(&other);
}

static void releases_after_a_failure_and_keeps_it(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct lock *lock = NULL;
    struct lock_holder holder;
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    assert_works(ctx, lock_show(lock, "1/2 a.sql"));
    fail(ctx, ERR_SQL, "the reason");
    atomic_store(&ctx->cancel, 1);
    lock_release(&lock);
    assert_string_equal(ctx->error.message, "the reason");
    assert_int_equal(atomic_load(&ctx->cancel), 1);
    atomic_store(&ctx->cancel, 0);
    assert_works(ctx, lock_read(ctx, &fixture->state, &holder));
    assert_false(holder.held);
}

static void a_row_that_cannot_be_cleared_disturbs_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct lock *lock = NULL;
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    assert_works(ctx, lock_show(lock, "1/2 a.sql"));
    assert_works(ctx, conn_exec(ctx, fixture->conn, "DROP TABLE _dbwarden_lock"));
    lock_note(lock, fixture->conn, "2/2 a.sql");
    assert_int_equal(ctx->error.code, 0);
    fail(ctx, ERR_FAILED, "the reason");
    lock_release(&lock);
    assert_string_equal(ctx->error.message, "the reason");
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    lock_release(&lock);
}

/* A killed holder leaves its row at most, and that holds nobody up. */
static void a_dead_holder_holds_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct lock *lock = NULL;
    struct lock_holder holder;
    conn_close(&fixture->conn);
    pid_t child = fork();
    if (child == 0) {
        struct state own = {connect_to(fixture, false), "_dbwarden_migrations", "_dbwarden_seeds"};
        _exit(lock_acquire(ctx, &own, 0, &lock) < 0 || lock_show(lock, "1/2 a.sql") < 0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    fixture->state.conn = fixture->conn = connect_to(fixture, false);
    assert_works(ctx, lock_read(ctx, &fixture->state, &holder));
    assert_false(holder.held);
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    lock_release(&lock);
}

static void reports_what_082_left_locked(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct lock_holder holder;
    assert_works(
        ctx,
        conn_exec(ctx, fixture->conn,
                  "CREATE TABLE dbwarden_lock (id INTEGER PRIMARY KEY CHECK (id = 1), locked BOOLEAN DEFAULT FALSE, "
                  "acquired_at TIMESTAMP); INSERT INTO dbwarden_lock VALUES (1, TRUE, '2026-11-21')"));
    assert_works(ctx, lock_read(ctx, &fixture->state, &holder));
    assert_false(holder.held);
    assert_true(holder.legacy);
    assert_works(ctx, lock_forget(ctx, &fixture->state));
    assert_works(ctx, lock_read(ctx, &fixture->state, &holder));
    assert_false(holder.legacy);
}

static void knows_who_and_where_it_is(void **state)
{
    struct fixture *fixture = *state;
    struct passwd *entry = getpwuid(geteuid());
    char host[256] = "";
    if (entry)
        assert_string_equal(state_user(fixture->ctx.mem), entry->pw_name);
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    assert_string_equal(state_host(fixture->ctx.mem), host);
}

static void waiting_can_be_cancelled(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct conn *other = connect_to(fixture, false);
    struct state theirs = {other, "_dbwarden_migrations", "_dbwarden_seeds"};
    struct lock *lock = NULL, *second = NULL;
    assert_works(ctx, lock_acquire(ctx, &fixture->state, 0, &lock));
    atomic_store(&ctx->cancel, 1);
    double started = clock_monotonic();
    assert_int_equal(lock_acquire(ctx, &theirs, 60, &second), ERR_CANCELLED);
    assert_true(clock_monotonic() - started < 5);
    atomic_store(&ctx->cancel, 0);
    lock_release(&lock);
    conn_close(&other);
}

#define STATE(test) cmocka_unit_test_setup_teardown(test, state_open, state_close)

UNIT_TESTS(STATE(an_untouched_database_has_no_rows), STATE(remembers_by_number), STATE(takes_up_a_table_of_082),
           STATE(the_journal_counts_statements), STATE(only_one_holds_the_lock),
           STATE(releases_after_a_failure_and_keeps_it), STATE(a_row_that_cannot_be_cleared_disturbs_nobody),
           STATE(a_dead_holder_holds_nothing), STATE(reports_what_082_left_locked), STATE(knows_who_and_where_it_is),
           STATE(waiting_can_be_cancelled))
