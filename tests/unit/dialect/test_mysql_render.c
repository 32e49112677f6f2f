/* What MySQL and MariaDB are asked to do, and what is not asked of one that lacks it. */
#include "trees.h"

#include "dialect/mysql/schema.h"
#include "diff/plan.h"

static struct target target_of(const struct dialect *dialect, int version)
{
    struct target target = target_offline(dialect, NULL);
    target.version = version ? version : dialect->minimum_version;
    target.version_known = version;
    return target;
}

/* A table of one column `a` and whatever `more` says. */
static struct tree *table(struct ctx *ctx, const struct target *target, const char *more)
{
    return tree_said(
        ctx, target,
        arena_printf(ctx->mem, "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}%s}]", more));
}

static int plan_of(struct ctx *ctx, const struct target *target, const char *more, struct plan **plan)
{
    struct diff_input input = {.target = target, .before = table(ctx, target, "]"), .after = table(ctx, target, more)};
    const struct plan_options options = {0};
    struct changes *changes = NULL;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    return plan_make(ctx, target, changes, &options, plan);
}

/* Versions: one that lacks it (0: all do), one that has it (0: none does). */
static void an_old_server_is_not_asked_for_what_it_lacks(void **state)
{
#define A_COLUMN(fields) ", {'name': 'b', " fields "}]"
#define AN_INDEX(fields) "], 'indexes': [{'name': 'i', " fields "}]"
#define A_KEY                                                                                                 \
    "], 'primary_keys': [{'columns': ['a']}], 'foreign_keys': [{'name': 'k', 'columns': ['a'], 'ref_table': " \
    "['', 't'], 'ref_columns': ['a']}]"
#define A_CHECK "], 'checks': [{'name': 'c', 'expr': 'a > 0'}]"
    static const struct {
        const struct dialect *dialect;
        int lacks, has;
        const char *more, *refusal, *statement;
    } cases[] = {
        {&my_dialect, 80012, 80013, AN_INDEX("'parts': [{'expr': 'a + 1'}]"),
         "MySQL 8.0.12 has no indexes on expressions, which came with 8.0.13", "INDEX i ((a + 1))"},
        {&my_mariadb_dialect, 100600, 0, AN_INDEX("'parts': [{'expr': 'a + 1'}]"),
         "MariaDB has no indexes on expressions", NULL},
        {&my_dialect, 80012, 80013, A_COLUMN("'type': 'int', 'default_value': '(a + 1)'"),
         "MySQL 8.0.12 has no expressions as defaults, which came with 8.0.13", "DEFAULT (a + 1)"},
        {&my_dialect, 80015, 80016, A_CHECK,
         "MySQL 8.0.15 has no CHECK constraints that it keeps, which came with 8.0.16", "CHECK (a > 0)"},
        {&my_dialect, 80022, 80023, A_COLUMN("'type': 'int', 'invisible': true"),
         "MySQL 8.0.22 has no invisible columns, which came with 8.0.23", "INVISIBLE"},
        {&my_dialect, 80400, 90000, A_COLUMN("'type': 'vector(3)'"),
         "MySQL 8.4.0 has no type VECTOR, which came with 9.0.0", "vector(3)"},
        {&my_mariadb_dialect, 101106, 110701, A_COLUMN("'type': 'vector(3)'"),
         "MariaDB 10.11.6 has no type VECTOR, which came with 11.7.1", "vector(3)"},
        {&my_dialect, 90000, 0, A_COLUMN("'type': 'uuid'"), "MySQL has no type UUID", NULL},
        {&my_mariadb_dialect, 100605, 100700, A_COLUMN("'type': 'uuid'"),
         "MariaDB 10.6.5 has no type UUID, which came with 10.7.0", "b uuid"},
        {&my_mariadb_dialect, 100700, 100800, AN_INDEX("'parts': [{'column': 'a', 'descending': true}]"),
         "MariaDB 10.7.0 has no indexes that are sorted downwards, which came with 10.8.0", "(a DESC)"},
        {&my_mariadb_dialect, 100900, 101000, A_COLUMN("'type': 'inet4'"),
         "MariaDB 10.9.0 has no type INET4, which came with 10.10.0", "b inet4"},
        {&my_tidb_dialect, 80400, 0, A_CHECK,
         "TiDB has no CHECK constraints that it keeps while tidb_enable_check_constraint is off", NULL},
        {&my_tidb_checked_dialect, 80400, 0, A_COLUMN("'type': 'point'"), "TiDB has no spatial types", NULL},
        {&my_tidb_checked_dialect, 80400, 0, A_COLUMN("'type': 'int', 'invisible': true"),
         "TiDB has no invisible columns", NULL},
        {&my_tidb_checked_dialect, 80400, 0, AN_INDEX("'parts': [{'column': 'a', 'descending': true}]"),
         "TiDB has no indexes that are sorted downwards", NULL},
        {&my_tidb_checked_dialect, 80400, 0, AN_INDEX("'method': 'fulltext', 'parts': [{'column': 'a'}]"),
         "TiDB has no FULLTEXT indexes", NULL},
        {&my_tidb_checked_dialect, 60500, 60600, A_KEY,
         "TiDB 6.5.0 has no foreign keys that it looks after, which came with 6.6.0", "FOREIGN KEY (a)"},
        {&my_tidb_checked_dialect, 80300, 80400, A_COLUMN("'type': 'vector(3)'"),
         "TiDB 8.3.0 has no type VECTOR, which came with 8.4.0", "vector(3)"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan *plan = NULL;
        const struct target lacks = target_of(cases[i].dialect, cases[i].lacks);
        assert_fails(ctx, plan_of(ctx, &lacks, cases[i].more, &plan), ERR_UNSUPPORTED, cases[i].refusal);
        const int versions[] = {cases[i].has, 0}; /* of one that nobody knows it is not said */
        for (int k = 0; cases[i].has && k < 2; k++) {
            const struct target has = target_of(cases[i].dialect, versions[k]);
            assert_works(ctx, plan_of(ctx, &has, cases[i].more, &plan));
            if (!text_has(plan_text(ctx->mem, plan), cases[i].statement))
                fail_msg("case %d: %s", (int)i, plan_text(ctx->mem, plan));
        }
    }
}

/* Which changes stand together differs from version to version: none do. */
static void tidb_changes_one_thing_in_a_statement(void **state)
{
    struct ctx *ctx = *state;
    struct plan *plan = NULL;
    const struct target tidb = target_of(&my_tidb_checked_dialect, 80400);
    assert_works(ctx, plan_of(ctx, &tidb, ", {'name': 'b', 'type': 'int'}, {'name': 'c', 'type': 'int'}]", &plan));
    const char *text = plan_text(ctx->mem, plan);
    if (!text_has(text, "ALTER TABLE t ADD COLUMN b int;") || !text_has(text, "ALTER TABLE t ADD COLUMN c int;"))
        fail_msg("%s", text);
}

UNIT_TESTS(UNIT(an_old_server_is_not_asked_for_what_it_lacks), UNIT(tidb_changes_one_thing_in_a_statement))
