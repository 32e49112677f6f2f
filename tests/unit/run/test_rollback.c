/* rollback and the snapshots that runs leave behind, on a real SQLite database. */
#include "project.h"

#include "base/hash.h"
#include "schema/managed.h"

static void put(struct project *project, int number, const char *table)
{
    struct arena *mem = project->ctx.mem;
    project_put(project, arena_printf(mem, "primary__%04d_%s.sql", number, table),
                arena_printf(mem, "-- upgrade\n\nCREATE TABLE %s (id INTEGER);\n\n-- rollback\n\nDROP TABLE %s;\n",
                             table, table));
}

static void apply_three(struct project *project)
{
    put(project, 1, "a");
    put(project, 2, "b");
    put(project, 3, "c");
    assert_works(&project->ctx, project_migrate(project));
}

static int rollback(struct project *project, int64_t count, const char *to_version, bool to_nothing)
{
    const struct rollback_options options = {count, to_version, to_nothing};
    return project_rollback_with(project, &options);
}

static void undoes_the_newest_first(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    apply_three(project);
    assert_works(ctx, rollback(project, 0, NULL, false));
    assert_query(project, APPLIED, "0001 0002");
    assert_query(project, TABLES, "a b");
    assert_string_equal(json_get_text(project->report, "version"), "0002");
    assert_works(ctx, project_migrate(project));
    assert_works(ctx, rollback(project, 2, NULL, false));
    assert_query(project, APPLIED, "0001");
    assert_works(ctx, project_migrate(project));
    assert_works(ctx, rollback(project, 0, "1", false));
    assert_query(project, APPLIED, "0001");
    assert_works(ctx, project_migrate(project));
    assert_works(ctx, rollback(project, 0, NULL, true));
    assert_query(project, APPLIED, "");
    assert_query(project, TABLES, "");
    assert_works(ctx, rollback(project, 0, NULL, false));
    assert_int_equal(json_get(project->report, "reverted")->n, 0);
    assert_works(ctx, project_migrate(project));
    assert_works(ctx, rollback(project, 0, "base", false));
    assert_query(project, APPLIED, "");
}

static void touches_nothing_unless_all_can_go(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    apply_three(project);
    assert_fails(ctx, rollback(project, 0, "0099", false), ERR_USAGE, "there is no version 0099");
    assert_fails(ctx, rollback(project, 1, "0001", false), ERR_USAGE, "cannot specify both 'count' and 'to-version'");
    project_put(project, "primary__0002_b.sql",
                "-- upgrade\n\nCREATE TABLE b (id INTEGER);\n\n-- rollback\n\n-- todo\n");
    assert_fails(ctx, rollback(project, 2, NULL, false), ERR_STATE,
                 "primary__0002_b.sql has no SQL in a \"-- rollback\" section");
    project_put(project, "primary__0002_b.sql",
                "-- upgrade\n\nCREATE TABLE b (id INTEGER);\n\n-- rollback\n\n-- irreversible: the rows are gone\n");
    assert_fails(ctx, rollback(project, 2, NULL, false), ERR_STATE,
                 "primary__0002_b.sql cannot be rolled back: the rows are gone");
    project_take(project, "primary__0002_b.sql");
    assert_fails(ctx, rollback(project, 2, NULL, false), ERR_STATE,
                 "the file of version 0002 is gone: primary__0002_b.sql");
    assert_query(project, APPLIED, "0001 0002 0003");
    assert_query(project, TABLES, "a b c");
}

static void a_version_without_a_file_keeps_its_place(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    apply_three(project);
    project_take(project, "primary__0001_a.sql");
    assert_works(ctx, rollback(project, 1, NULL, false));
    assert_query(project, APPLIED, "0001 0002");
    project_take(project, "primary__0002_b.sql");
    put(project, 3, "c");
    assert_works(ctx, project_migrate(project));
    assert_works(ctx, rollback(project, 1, NULL, false));
    assert_query(project, APPLIED, "0001 0002");
    int code = rollback(project, 1, NULL, false);
    assert_true(code < 0);
    assert_non_null(strstr(ctx->error.message, "0002"));
    assert_query(project, APPLIED, "0001 0002");
}

static void a_failing_rollback_undoes_itself(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    apply_three(project);
    project_put(project, "primary__0003_c.sql",
                "-- upgrade\n\nCREATE TABLE c (id INTEGER);\n\n-- rollback\n\nDROP TABLE c;\nDROP TABLE nope;\n");
    assert_int_equal(rollback(project, 0, NULL, false), ERR_SQL);
    assert_int_equal(ctx->error.place.line, 8);
    assert_query(project, APPLIED, "0001 0002 0003");
    assert_query(project, TABLES, "a b c");
}

static void what_is_needed_stays(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_put(project, "primary__0001_x.sql",
                "-- depends_on: [\"0002\"]\n-- upgrade\nINSERT INTO b VALUES (1);\n-- rollback\nDELETE FROM b;\n");
    put(project, 2, "b");
    assert_works(ctx, project_migrate(project));
    assert_fails(ctx, rollback(project, 0, "1", false), ERR_STATE,
                 "primary__0001_x.sql depends on primary__0002_b.sql, which would be rolled back");
    assert_works(ctx, rollback(project, 1, NULL, false));
    assert_query(project, APPLIED, "0002");
}

static const char *snapshot_text(struct project *project, const char *stem)
{
    struct ctx *ctx = &project->ctx;
    const char *path = snapshot_path(ctx->mem, &(struct session){.config = &project->config}, stem);
    char *text = NULL;
    if (file_exists(path))
        assert_works(ctx, file_read(ctx, path, 0, &text, NULL));
    return text;
}

static struct snapshot *read_snapshot(struct project *project, const char *stem)
{
    struct snapshot *snapshot;
    assert_works(&project->ctx,
                 snapshot_read(&project->ctx,
                               snapshot_path(project->ctx.mem, &(struct session){.config = &project->config}, stem),
                               &snapshot));
    return snapshot;
}

/* Without columns, constraints and the usual schema. */
static char *owned_of(struct arena *mem, const struct tree *tree)
{
    struct names found = {0};
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (!o->stranger && !kind_is(o->kind, KIND_PART | KIND_OWNED | KIND_NAMESPACE))
            names_add(mem, &found, managed_path(mem, o));
    names_sort(&found);
    return names_join(mem, &found, " ");
}

static void one_snapshot_a_run(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    apply_three(project);
    assert_null(snapshot_text(project, "primary__0002_b"));
    struct snapshot *snapshot = read_snapshot(project, "primary__0003_c");
    assert_non_null(tree_find(snapshot->tree, KIND_TABLE, "", "c"));
    assert_null(tree_find(snapshot->tree, KIND_TABLE, "", "_dbwarden_journal"));
    assert_string_equal(owned_of(ctx->mem, snapshot->tree), "table:.a table:.b table:.c");
    assert_string_equal(json_get_text(project->report, "snapshot"),
                        snapshot_path(ctx->mem, &(struct session){.config = &project->config}, "primary__0003_c"));
    assert_works(ctx, rollback(project, 0, NULL, false));
    snapshot = read_snapshot(project, "primary__0002_b");
    assert_null(tree_find(snapshot->tree, KIND_TABLE, "", "c"));
    assert_string_equal(owned_of(ctx->mem, snapshot->tree), "table:.a table:.b");
}

static void only_its_own_is_managed(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    project_run(project, "CREATE TABLE foreign_one (id INTEGER); CREATE TABLE adopted (id INTEGER)");
    project_put(
        project, "primary__0001_a.sql",
        "-- upgrade\nCREATE TABLE a (id INTEGER);\nCREATE INDEX ix_a ON a (id);\nCREATE TABLE gone (id INTEGER);\n"
        "DROP TABLE gone;\nALTER TABLE a RENAME TO A2;\nCREATE VIEW v AS SELECT 1 AS x;\n");
    assert_works(ctx, project_migrate(project));
    assert_string_equal(owned_of(ctx->mem, read_snapshot(project, "primary__0001_a")->tree),
                        "table:.A2 table:.A2/index:ix_a view:.v");
}

/* What make-migrations noted beside its file is believed while the file is unchanged. */
static void remembers_what_was_written(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    const char *up = "CREATE TABLE a (id INTEGER, n INTEGER, CHECK (n>1));";
    struct tree *written = tree_new(ctx->mem, ENGINE_LITE);
    struct object *table = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, written, ""), "a");
    struct check *check = (struct check *)object_new(ctx->mem, KIND_CHECK, table, NULL);
    SAY(check, CHECK, expr, ((struct expr){.written = "n > 1 /* as the models say */"}));
    struct json *plan = json_object(ctx->mem), *own = json_object(ctx->mem);
    json_set_text(ctx->mem, plan, "checksum", hash_sha256(ctx->mem, up, strlen(up)));
    json_set(ctx->mem, own, "written", tree_to_json(ctx->mem, written));
    json_set(ctx->mem, plan, "dbwarden", own);
    project_put(project, "primary__0001_a.sql",
                arena_printf(ctx->mem, "-- upgrade\n\n%s\n\n-- rollback\n\nDROP TABLE a;\n", up));
    project_put(project, "primary__0001_a.plan.json", json_text(ctx->mem, plan, JSON_INDENTED));
    assert_works(ctx, project_migrate(project));
    put(project, 2, "b");
    assert_works(ctx, project_migrate(project));
    struct tree *tree = read_snapshot(project, "primary__0002_b")->tree;
    const struct check *kept = (const struct check *)object_only(tree_find(tree, KIND_TABLE, "", "a"), KIND_CHECK);
    assert_string_equal(kept->expr.written, "n > 1 /* as the models say */");
    assert_non_null(kept->expr.printed);
}

static void a_damaged_snapshot_stops_nothing_here(void **state)
{
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    put(project, 1, "a");
    assert_works(ctx, project_migrate(project));
    const char *path = snapshot_path(ctx->mem, &(struct session){.config = &project->config}, "primary__0001_a");
    assert_works(ctx, file_write(ctx, path, "{", 1, 0600));
    put(project, 2, "b");
    assert_works(ctx, project_migrate(project));
    assert_true(project->warnings.n > 0);
    assert_non_null(snapshot_text(project, "primary__0002_b"));
}

UNIT_TESTS(PROJECT(undoes_the_newest_first), PROJECT(touches_nothing_unless_all_can_go),
           PROJECT(a_version_without_a_file_keeps_its_place), PROJECT(a_failing_rollback_undoes_itself),
           PROJECT(what_is_needed_stays), PROJECT(one_snapshot_a_run), PROJECT(only_its_own_is_managed),
           PROJECT(remembers_what_was_written), PROJECT(a_damaged_snapshot_stops_nothing_here))
