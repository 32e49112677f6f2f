/* What the tests of the SQLite dialect share: a database in memory, its schema, and the road from one to another. */
#ifndef TESTS_LITE_H
#define TESTS_LITE_H

#include "unit.h"

#include "base/text.h"
#include "dialect/sqlite/parse.h"
#include "diff/plan.h"

/* Of that version; 0: of the library at hand. */
static inline struct target lite_target(int version)
{
    struct target target = target_offline(&lite_dialect, NULL);
    target.version = version ? version : lite_version_number();
    target.version_known = true;
    return target;
}

static inline struct conn *lite_memory(struct ctx *ctx)
{
    struct conn *conn = NULL;
    assert_works(ctx, lite_driver.scratch(ctx, &(struct scratch_spec){.near = NULL}, &conn));
    return conn;
}

#define CONN __attribute__((cleanup(conn_close))) struct conn *

static inline void lite_run(struct ctx *ctx, struct conn *conn, const char *sql)
{
    if (conn_exec(ctx, conn, sql) < 0)
        fail_msg("%s: %s", sql, ctx->error.message);
}

/* Cells of the answer joined by "|", rows by a newline; NULL is "-". */
static inline const char *lite_ask(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct rows rows;
    struct buf out;
    buf_init(&out, ctx->mem);
    if (conn_query(ctx, conn, sql, NULL, &rows) < 0)
        fail_msg("%s: %s", sql, ctx->error.message);
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        buf_add(&out, i > 0 ? "\n" : "");
        for (int k = 0; k < rows.columns.n; k++)
            buf_addf(&out, "%s%s", k > 0 ? "|" : "", cell[k] ? cell[k] : "-");
    }
    return out.data;
}

#define assert_answer(ctx, conn, sql, expected) assert_string_equal(lite_ask(ctx, conn, sql), expected)

static inline struct tree *lite_tree(struct ctx *ctx, struct conn *conn)
{
    struct tree *tree = NULL;
    if (lite_load(ctx, conn, NULL, &tree) < 0)
        fail_msg("load: %s", ctx->error.message);
    const struct target target = lite_target(0);
    lite_settle(ctx->mem, &target, tree);
    return tree;
}

/* The settled schema that these statements make. */
static inline struct tree *lite_tree_of(struct ctx *ctx, const char *sql)
{
    CONN conn = lite_memory(ctx);
    lite_run(ctx, conn, sql);
    return lite_tree(ctx, conn);
}

static inline struct changes *lite_diff(struct ctx *ctx, struct tree *before, struct tree *after,
                                        const struct list *renames)
{
    struct changes *changes = NULL;
    const struct target target = lite_target(0);
    struct diff_input input = {.target = &target, .before = before, .after = after, .renames = renames};
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    return changes;
}

static inline struct plan *lite_plan(struct ctx *ctx, const struct changes *changes, int version)
{
    struct plan *plan = NULL;
    const struct target target = lite_target(version);
    struct plan_options options = {0};
    assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan));
    return plan;
}

static inline int lite_apply_plan(struct ctx *ctx, struct conn *conn, const struct plan *plan)
{
    struct batch batch = {.transaction = true, .n = plan->statements.n};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, batch.n + 1);
    for (int i = 0; i < batch.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        batch.step[i] = (struct batch_step){.sql = statement->sql, .length = strlen(statement->sql)};
    }
    return conn_batch(ctx, conn, &batch);
}

static inline void lite_apply_well(struct ctx *ctx, struct conn *conn, const struct plan *plan)
{
    if (lite_apply_plan(ctx, conn, plan) < 0)
        fail_msg("%s in\n%s", ctx->error.message, plan_text(ctx->mem, plan));
}

static inline void assert_no_difference(struct ctx *ctx, struct tree *a, struct tree *b)
{
    struct changes *changes = lite_diff(ctx, a, b, NULL);
    if (changes->list.n > 0) {
        const struct change *change = changes->list.item[0];
        fail_msg("%d differences, the first: %s %s", changes->list.n, change_op_name(change->op),
                 object_path(ctx->mem, change_object(change)));
    }
}

/*
 * Makes `before`, fills it, goes to `after` and compares with a fresh one, then back and compares again.
 * Gives the connection as it is after the way up; `after_rows` is asked there.
 */
struct lite_journey {
    const char *before;
    const char *rows; /* statements that fill it; NULL */
    const char *after;
    const char *ask; /* NULL: nothing; the same answer is expected before, after and back */
    const char *answer;
    const struct list *renames;
    int version; /* 0: of the library at hand */
};

static inline void lite_travel(struct ctx *ctx, const struct lite_journey *journey)
{
    CONN conn = lite_memory(ctx);
    lite_run(ctx, conn, journey->before);
    if (journey->rows)
        lite_run(ctx, conn, journey->rows);
    struct changes *changes = lite_diff(ctx, lite_tree(ctx, conn), lite_tree_of(ctx, journey->after), journey->renames);
    struct plan *up = lite_plan(ctx, changes, journey->version);
    struct plan *down = lite_plan(ctx, change_reverse(ctx->mem, changes), journey->version);
    lite_apply_well(ctx, conn, up);
    assert_no_difference(ctx, lite_tree(ctx, conn), lite_tree_of(ctx, journey->after));
    if (journey->ask)
        assert_answer(ctx, conn, journey->ask, journey->answer);
    assert_answer(ctx, conn, "PRAGMA integrity_check", "ok");
    lite_apply_well(ctx, conn, down);
    assert_no_difference(ctx, lite_tree(ctx, conn), lite_tree_of(ctx, journey->before));
    if (journey->ask && !journey->renames)
        assert_answer(ctx, conn, journey->ask, journey->answer);
}

#endif
