/* migrate and status on a real SQLite database: what is chosen, what is refused, and what is remembered. */
#include "project.h"

#include "base/text.h"

static const char create_a[] = "-- upgrade\n\nCREATE TABLE a (id INTEGER);\n\n-- rollback\n\nDROP TABLE a;\n";
static const char create_b[] = "-- upgrade\n\nCREATE TABLE b (id INTEGER);\n\n-- rollback\n\nDROP TABLE b;\n";
static const char create_c[] = "-- upgrade\n\nCREATE TABLE c (id INTEGER);\n\n-- rollback\n\nDROP TABLE c;\n";

static void put_three(struct project *project)
{
    project_put(project, "primary__0001_a.sql", create_a);
    project_put(project, "primary__0002_b.sql", create_b);
    project_put(project, "primary__0003_c.sql", create_c);
}

static void applies_once_and_says_so(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    put_three(project);
    assert_works(ctx, project_migrate(project));
    assert_query(project, APPLIED, "0001 0002 0003");
    assert_query(project, "SELECT description FROM _dbwarden_migrations WHERE version = '0001'", "0001 a");
    assert_int_equal(json_get(project->report, "applied")->n, 3);
    assert_string_equal(project->said.item[0], "Pending migrations (3):");
    assert_string_equal(project->said.item[1], "  [PENDING] 0001");
    assert_string_equal(project->said.item[4], "Starting migration: primary__0001_a.sql (version: 0001)");
    assert_true(
        text_starts(project->said.item[5], "[APPLIED] Completed migration: primary__0001_a.sql (version: 0001) in "));
    assert_works(ctx, project_migrate(project));
    assert_true(json_get_bool(project->report, "up_to_date", false));
    assert_int_equal(json_get_int(project->report, "skipped", 0), 3);
    assert_int_equal(project->said.n, 0);
}

static void count_counts_pending_ones(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options one = {.count = 1}, both = {.count = 1, .to_version = "1"}, less = {.count = -1};
    put_three(project);
    assert_works(ctx, project_migrate_with(project, &one));
    assert_int_equal(json_get(project->report, "pending")->n, 2);
    assert_works(ctx, project_migrate_with(project, &one));
    assert_query(project, APPLIED, "0001 0002");
    assert_fails(ctx, project_migrate_with(project, &both), ERR_USAGE, "cannot specify both 'count' and 'to-version'");
    assert_fails(ctx, project_migrate_with(project, &less), ERR_USAGE, "'count' must be a positive integer");
}

static void goes_to_a_known_version_only(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options to_two = {.to_version = "2"}, unknown = {.to_version = "0033"};
    put_three(project);
    assert_fails(ctx, project_migrate_with(project, &unknown), ERR_USAGE, "there is no version 0033");
    assert_true(text_has(ctx->error.hint, "0003"));
    assert_query(project, TABLES, "");
    assert_works(ctx, project_migrate_with(project, &to_two));
    assert_query(project, APPLIED, "0001 0002");
}

static void a_baseline_marks_and_runs_nothing(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options all = {.baseline = true}, two = {.baseline = true, .to_version = "0002"};
    put_three(project);
    project_run(project, "CREATE TABLE a (id INTEGER); CREATE TABLE b (id INTEGER)");
    assert_works(ctx, project_migrate_with(project, &two));
    assert_query(project, APPLIED, "0001 0002");
    assert_query(project, TABLES, "a b");
    assert_works(ctx, project_migrate_with(project, &two));
    assert_works(ctx, project_migrate(project));
    assert_query(project, TABLES, "a b c");
    project_put(project, "primary__0004_d.sql", "-- upgrade\nCREATE TABLE d (id INTEGER);\n");
    assert_works(ctx, project_migrate_with(project, &all));
    assert_query(project, APPLIED, "0001 0002 0003 0004");
    assert_query(project, TABLES, "a b c");
}

static void a_dry_run_touches_nothing(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options dry = {.dry_run = true}, one = {.count = 1};
    put_three(project);
    assert_works(ctx, project_migrate_with(project, &dry));
    assert_false(file_exists(path_join(ctx->mem, project->folder, "app.db")));
    assert_int_equal(json_get(project->report, "pending")->n, 3);
    assert_works(ctx, project_migrate_with(project, &one));
    assert_works(ctx, project_migrate_with(project, &dry));
    const struct json *pending = json_get(project->report, "pending");
    assert_int_equal(pending->n, 2);
    assert_string_equal(json_get_text(pending->item[0], "version"), "0002");
    size_t length;
    const char *statement = json_item_text(json_get(pending->item[0], "statements"), 0, &length);
    assert_int_equal(length, strlen("CREATE TABLE b (id INTEGER)"));
    assert_memory_equal(statement, "CREATE TABLE b (id INTEGER)", length);
    assert_query(project, APPLIED, "0001");
}

static void a_dry_run_refuses_what_a_run_would(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options dry = {.dry_run = true};
    project_put(project, "primary__0001_a.sql", "-- upgrade\nSELECT 1;\n-- rollback\nSELECT 'x\n");
    assert_works(ctx, project_migrate_with(project, &dry));
    project_put(project, "primary__ROC__b.sql", "-- upgrade\nSELECT 'x\n");
    assert_fails(ctx, project_migrate_with(project, &dry), ERR_SYNTAX, "this string is never closed");
    project_put(project, "primary__ROC__b.sql", "-- upgrade\nSELECT 1;\n");
    project_put(project, "primary__RA__c.sql", "-- upgrade\nCOMMIT;\n");
    assert_fails(ctx, project_migrate_with(project, &dry), ERR_SYNTAX,
                 "COMMIT in a migration that is a transaction itself");
}

static void refuses_an_edited_file_but_not_a_note_in_it(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    put_three(project);
    assert_works(ctx, project_migrate(project));
    project_put(project, "primary__0001_a.sql", "-- upgrade\n-- a note\nCREATE   TABLE a\n(id INTEGER);\n");
    assert_works(ctx, project_migrate(project));
    assert_int_equal(json_get_int(project_status(project), "edited", 9), 0);
    project_put(project, "primary__0001_a.sql", "-- upgrade\nCREATE TABLE a (id TEXT);\n");
    assert_fails(ctx, project_migrate(project), ERR_STATE, "primary__0001_a.sql was changed after it was applied");
    assert_int_equal(json_get_int(project_status(project), "edited", 0), 1);
}

/* 0.8.2 left no journal: its own checksum decides alone, and a file in which it saw nothing still counts as applied. */
static void takes_over_what_082_applied(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    put_three(project);
    project_put(project, "primary__0002_b.sql", "CREATE TABLE never_run (id INTEGER)\n");
    project_run(project,
                "CREATE TABLE _dbwarden_migrations (version VARCHAR(255), description VARCHAR(500), filename "
                "VARCHAR(500) UNIQUE, migration_type VARCHAR(50), applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
                "checksum VARCHAR(128)); CREATE TABLE a (id INTEGER);"
                "INSERT INTO _dbwarden_migrations (version, filename, checksum) VALUES ('0001', 'primary__0001_a.sql', "
                "'3b9b3b8f'), ('0002', 'primary__0002_b.sql', "
                "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')");
    assert_fails(ctx, project_migrate(project), ERR_STATE, "primary__0001_a.sql was changed after it was applied");
    struct migration *right;
    const char *path = path_join(ctx->mem, project->folder, "migrations/primary/primary__0001_a.sql");
    assert_works(ctx, migration_read(ctx, project->database.dialect, path, &right));
    project_run(project,
                arena_printf(ctx->mem, "UPDATE _dbwarden_migrations SET checksum = '%s' WHERE version = '0001'",
                             right->checksum));
    assert_works(ctx, project_migrate(project));
    assert_query(project, APPLIED, "0001 0002 0003");
    assert_query(project, TABLES, "a c");
}

static void the_same_sql_again_is_another_migration(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql", create_a);
    project_put(project, "primary__0002_drop.sql", "-- upgrade\n\nDROP TABLE a;\n");
    project_put(project, "primary__0003_again.sql", create_a);
    assert_works(ctx, project_migrate(project));
    assert_query(project, APPLIED, "0001 0002 0003");
    assert_query(project, TABLES, "a");
}

static void refuses_a_renumbered_file(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    put_three(project);
    assert_works(ctx, project_migrate(project));
    project_take(project, "primary__0003_c.sql");
    assert_works(ctx, project_migrate(project));
    assert_string_equal(project->warnings.item[0], "applied, but the file is gone: primary__0003_c.sql");
    assert_int_equal(json_get_int(project_status(project), "missing", 0), 1);
    project_put(project, "primary__0004_c.sql", create_c);
    assert_fails(ctx, project_migrate(project), ERR_STATE,
                 "primary__0004_c.sql holds the same SQL as version 0003, which is applied and whose file "
                 "primary__0003_c.sql is gone");
}

static void runs_what_came_late_with_a_warning(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0002_b.sql", create_b);
    assert_works(ctx, project_migrate(project));
    project_put(project, "primary__0001_a.sql", create_a);
    assert_works(ctx, project_migrate(project));
    assert_string_equal(project->warnings.item[0], "primary__0001_a.sql is out of order: version 2 is applied already");
    assert_query(project, APPLIED, "0001 0002");
}

static void repeatables_run_as_they_promise(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql", create_a);
    project_put(project, "RA__each.sql", "-- upgrade\nINSERT INTO a VALUES (1);\n");
    project_put(project, "primary__ROC__view.sql",
                "-- upgrade\nDROP VIEW IF EXISTS v;\nCREATE VIEW v AS SELECT id FROM a;\n");
    assert_works(ctx, project_migrate(project));
    assert_int_equal(json_get(project->report, "repeatables")->n, 2);
    assert_works(ctx, project_migrate(project));
    assert_int_equal(json_get(project->report, "repeatables")->n, 1);
    assert_query(project, "SELECT count(*) FROM a", "2");
    project_put(project, "primary__ROC__view.sql",
                "-- upgrade\nDROP VIEW IF EXISTS v;\nCREATE VIEW v AS SELECT id + 1 FROM a;\n");
    assert_works(ctx, project_migrate(project));
    assert_int_equal(json_get(project->report, "repeatables")->n, 2);
    assert_query(project, "SELECT migration_type FROM _dbwarden_migrations WHERE version IS NULL ORDER BY 1",
                 "runs_always runs_on_change");
}

static void dependencies_order_and_bind(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options one = {.to_version = "1"};
    project_put(project, "primary__0001_a.sql", "-- depends_on: [\"0002\"]\n-- upgrade\nINSERT INTO b VALUES (1);\n");
    project_put(project, "primary__0002_b.sql", create_b);
    assert_int_equal(project_migrate_with(project, &one), ERR_STATE);
    assert_works(ctx, project_migrate(project));
    assert_query(project, "SELECT id FROM b", "1");
    project_put(project, "primary__0003_c.sql", "-- depends_on: [\"0099\"]\n-- upgrade\nSELECT 1;\n");
    assert_fails(ctx, project_migrate(project), ERR_SYNTAX, "depends on 0099, which is not there");
}

static void says_what_is_missing_in_the_folder(void **state)
{
    struct project *project = *state;
    project->database.migrations_dir = "elsewhere";
    assert_int_equal(project_migrate(project), ERR_FILE);
    assert_true(text_starts(project->ctx.error.hint, "Make it first: mkdir -p "));
    project->database.migrations_dir = "migrations/other";
    project->database.name = "other";
    assert_int_equal(project_migrate(project), ERR_FILE);
    assert_string_equal(project->ctx.error.hint, "Run 'dbwarden init -d other' first.");
}

UNIT_TESTS(PROJECT(applies_once_and_says_so), PROJECT(count_counts_pending_ones), PROJECT(goes_to_a_known_version_only),
           PROJECT(a_baseline_marks_and_runs_nothing), PROJECT(a_dry_run_touches_nothing),
           PROJECT(a_dry_run_refuses_what_a_run_would), PROJECT(refuses_an_edited_file_but_not_a_note_in_it),
           PROJECT(takes_over_what_082_applied), PROJECT(the_same_sql_again_is_another_migration),
           PROJECT(refuses_a_renumbered_file), PROJECT(runs_what_came_late_with_a_warning),
           PROJECT(repeatables_run_as_they_promise), PROJECT(dependencies_order_and_bind),
           PROJECT(says_what_is_missing_in_the_folder))
