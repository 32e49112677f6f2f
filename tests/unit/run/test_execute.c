/* One file on a real SQLite database: all of it or nothing, statements that stand alone, and going on after a failure. */
#include "project.h"

static void a_file_is_one_transaction(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql",
                "-- upgrade\nCREATE TABLE a (id INTEGER);\n\nINSERT INTO a VALUES (1);\n");
    project_put(project, "primary__0002_b.sql",
                "-- upgrade\nCREATE TABLE b (id INTEGER);\n\nINSERT INTO b\n  SELECT nope FROM a;\n");
    assert_int_equal(project_migrate(project), ERR_SQL);
    assert_string_equal(ctx->error.message, "no such column: nope");
    assert_true(text_ends(ctx->error.place.file, "migrations/primary/primary__0002_b.sql"));
    assert_int_equal(ctx->error.place.line, 5);
    assert_int_equal(ctx->error.place.column, 10);
    assert_non_null(ctx->error.hint);
    assert_query(project, TABLES, "a");
    assert_query(project, APPLIED, "0001");
    assert_query(project, OUTCOME, "primary__0001_a.sql up 2/2 done");
    project_put(project, "primary__0002_b.sql", "-- upgrade\nCREATE TABLE b (id INTEGER);\n");
    assert_works(ctx, project_migrate(project));
    assert_query(project, TABLES, "a b");
    assert_query(project, "SELECT count(*) FROM _dbwarden_lock", "0");
}

static void a_statement_alone_splits_the_file(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const char *start = "-- upgrade\nCREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\nVACUUM;\n";
    project_put(project, "primary__0001_a.sql",
                arena_printf(ctx->mem, "%sINSERT INTO a VALUES (2); INSERT INTO nope VALUES (3);", start));
    assert_int_equal(project_migrate(project), ERR_SQL);
    assert_int_equal(ctx->error.place.line, 5);
    assert_query(project, "SELECT id FROM a", "1");
    assert_query(project, "SELECT count(*) FROM _dbwarden_migrations", "0");
    assert_query(project, OUTCOME, "primary__0001_a.sql up 3/5 failed");
    assert_int_equal(json_get_int(project_status(project), "unfinished", 0), 1);
    /* What is done may not be changed, what follows may. */
    project_put(project, "primary__0001_a.sql",
                "-- upgrade\nCREATE TABLE a (id TEXT);\nINSERT INTO a VALUES (1);\nVACUUM;\n");
    assert_int_equal(project_migrate(project), ERR_STATE);
    project_put(project, "primary__0001_a.sql", arena_printf(ctx->mem, "%sINSERT INTO a VALUES (4);", start));
    assert_works(ctx, project_migrate(project));
    assert_query(project, "SELECT id FROM a", "1 4");
    assert_query(project, APPLIED, "0001");
    assert_query(project, "SELECT outcome || done FROM _dbwarden_journal", "done4");
    assert_works(ctx, project_migrate(project));
    assert_true(json_get_bool(project->report, "up_to_date", false));
}

static const char three[] =
    "-- transaction: none\n-- upgrade\nCREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\n"
    "INSERT INTO b VALUES (2);\n-- rollback\nDROP TABLE a;\nDROP TABLE c;\n";

/* Its version says which file it is, and the row gets its new name. */
static void goes_on_under_another_name(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const char *other = text_replace(ctx->mem, three, "(1)", "(7)");
    project_put(project, "primary__0001_x.sql", three);
    assert_int_equal(project_migrate(project), ERR_SQL);
    assert_query(project, OUTCOME, "primary__0001_x.sql up 2/3 failed");
    project_take(project, "primary__0001_x.sql");
    project_put(project, "primary__0001_y.sql", other);
    assert_int_equal(json_get_int(project_status(project), "unfinished", 0), 1);
    assert_fails(ctx, project_migrate(project), ERR_STATE,
                 "primary__0001_y.sql was interrupted as primary__0001_x.sql after statement 2, and what comes up to "
                 "there was changed since");
    project_put(project, "primary__0001_y.sql", text_replace(ctx->mem, three, "INTO b", "INTO a"));
    assert_works(ctx, project_migrate(project));
    assert_query(project, "SELECT id FROM a", "1 2");
    assert_query(project, OUTCOME, "primary__0001_y.sql up 3/3 done");
    const struct rollback_options one = {.count = 1};
    assert_int_equal(project_rollback_with(project, &one), ERR_SQL);
    assert_query(project, OUTCOME, "primary__0001_y.sql down 1/2 failed");
    project_take(project, "primary__0001_y.sql");
    assert_fails(ctx, project_migrate(project), ERR_STATE,
                 "the rollback of primary__0001_y.sql was interrupted after statement 1 of 2, and its file is gone");
    assert_int_equal(json_get_int(project_status(project), "unfinished", 0), 1);
    project_put(project, "primary__0001_z.sql",
                "-- transaction: none\n-- upgrade\nCREATE TABLE c (id INTEGER);\n"
                "-- rollback\nDROP TABLE a;\nSELECT 1;\n");
    assert_works(ctx, project_migrate(project));
    assert_query(project, TABLES, "c");
    assert_query(project, OUTCOME, "primary__0001_z.sql up 1/1 done");
}

/* What is left of it is in the way of all that comes after it. */
static void stops_where_its_file_is_gone(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const struct migrate_options baseline = {.baseline = true, .to_version = "2"};
    project_put(project, "primary__0001_x.sql", three);
    assert_int_equal(project_migrate(project), ERR_SQL);
    project_take(project, "primary__0001_x.sql");
    project_put(project, "primary__0002_y.sql", "-- upgrade\nCREATE TABLE a (id INTEGER);\n");
    const struct json *status = project_status(project);
    assert_int_equal(json_get_int(status, "unfinished", 0), 1);
    const struct json *first = json_get(status, "migrations")->item[0];
    assert_string_equal(json_get_text(first, "filename"), "primary__0001_x.sql");
    assert_fails(ctx, project_migrate(project), ERR_STATE,
                 "primary__0001_x.sql was interrupted after statement 2 of 3, and its file is gone");
    assert_true(text_starts(ctx->error.hint, "Restore the file"));
    assert_works(ctx, project_migrate_with(project, &baseline));
    assert_string_equal(project->warnings.item[0],
                        "primary__0001_x.sql was interrupted after statement 2 of 3, and its file is gone");
}

/* A file that failed at once and was taken away has left nothing. */
static void forgets_a_file_that_did_nothing(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_x.sql", "-- transaction: none\n-- upgrade\nINSERT INTO b VALUES (2);\n");
    assert_int_equal(project_migrate(project), ERR_SQL);
    assert_query(project, OUTCOME, "primary__0001_x.sql up 0/1 failed");
    project_take(project, "primary__0001_x.sql");
    project_put(project, "primary__0002_y.sql", "-- upgrade\nCREATE TABLE a (id INTEGER);\n");
    assert_works(ctx, project_migrate(project));
    assert_query(project, APPLIED, "0002");
    assert_int_equal(json_get_int(project_status(project), "unfinished", 0), 0);
}

static void controls_its_own_transactions(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const char *text =
        "-- transaction: none\n-- upgrade\nCREATE TABLE a (id INTEGER);\nBEGIN;\nINSERT INTO a VALUES (1);\n"
        "INSERT INTO a VALUES (%s);\nCOMMIT;\nINSERT INTO a VALUES (3);\n";
    project_put(project, "primary__0001_a.sql", text_replace(ctx->mem, text, "%s", "nope"));
    assert_int_equal(project_migrate(project), ERR_SQL);
    /* The journal went back with the transaction, so it goes on at BEGIN. */
    assert_query(project, OUTCOME, "primary__0001_a.sql up 1/6 failed");
    assert_query(project, "SELECT count(*) FROM a", "0");
    project_put(project, "primary__0001_a.sql", text_replace(ctx->mem, text, "%s", "2"));
    assert_works(ctx, project_migrate(project));
    assert_query(project, "SELECT id FROM a", "1 2 3");
    assert_query(project, APPLIED, "0001");
    project_put(project, "primary__0002_b.sql",
                "-- transaction: none\n-- upgrade\nBEGIN;\nINSERT INTO a VALUES (9);\n");
    assert_int_equal(project_migrate(project), ERR_SYNTAX);
    assert_query(project, "SELECT id FROM a", "1 2 3");
}

static void takes_no_transactions_of_the_users_own(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql", "-- upgrade\nCREATE TABLE a (id INTEGER);\n");
    project_put(project, "primary__0002_b.sql",
                "-- upgrade\nCREATE TABLE b (id INTEGER);\nBEGIN;\nCREATE TABLE c (id INTEGER);\nCOMMIT;\n");
    assert_fails(ctx, project_migrate(project), ERR_SYNTAX, "BEGIN in a migration that is a transaction itself");
    /* It is found before anything runs. */
    assert_query(project, TABLES, "");
}

static void keys_are_checked_at_the_end(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql",
                "-- upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY);\n"
                "CREATE TABLE c (id INTEGER, p INTEGER REFERENCES p (id));\nINSERT INTO c VALUES (1, 7);\n");
    assert_int_equal(project_migrate(project), ERR_SQL);
    assert_true(text_starts(ctx->error.message, "foreign key violated"));
    assert_query(project, TABLES, "");
}

static void stops_between_files_when_asked(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql", "-- upgrade\nCREATE TABLE a (id INTEGER);\n");
    atomic_store(&ctx->cancel, 1);
    assert_int_equal(project_migrate(project), ERR_CANCELLED);
    atomic_store(&ctx->cancel, 0);
    assert_query(project, "SELECT count(*) FROM sqlite_master WHERE name = 'a'", "0");
    assert_works(ctx, project_migrate(project));
    assert_query(project, APPLIED, "0001");
}

static void nothing_to_do_is_recorded_with_a_warning(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_a.sql", "-- upgrade\n\n-- a note\n\n-- rollback\n\n-- a note\n");
    project_put(project, "primary__0002_b.sql", "-- upgrade\n\n-- another\n\n-- rollback\n\n-- another\n");
    assert_works(ctx, project_migrate(project));
    assert_int_equal(project->warnings.n, 2);
    assert_query(project, APPLIED, "0001 0002");
}

UNIT_TESTS(PROJECT(a_file_is_one_transaction), PROJECT(a_statement_alone_splits_the_file),
           PROJECT(goes_on_under_another_name), PROJECT(stops_where_its_file_is_gone),
           PROJECT(forgets_a_file_that_did_nothing), PROJECT(controls_its_own_transactions),
           PROJECT(takes_no_transactions_of_the_users_own), PROJECT(keys_are_checked_at_the_end),
           PROJECT(stops_between_files_when_asked), PROJECT(nothing_to_do_is_recorded_with_a_warning))
