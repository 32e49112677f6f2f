/* What two looks at a table prove of a statement between them: its own names that come and go, and nothing of what others change. */
#include "unit.h"

#include "dialect/common.h"
#include "dialect/mysql/parts.h"

static enum doubt doubt_of(struct ctx *ctx, const char *sql, const char *before, const char *now)
{
    struct classified statement;
    const struct sql_piece piece = {.text = sql, .length = strlen(sql)};
    const char *said[2] = {before, now}, *evidence[2];
    classify(ctx->mem, my_dialect.classify, &piece, &statement);
    assert_true(my_changes_parts(&statement));
    for (int i = 0; i < 2; i++)
        evidence[i] = my_parts_evidence(ctx->mem, my_lines_about(ctx->mem, said[i], &statement));
    return my_parts_doubt(ctx->mem, &statement, evidence[0], evidence[1]);
}

#define TABLE(rest) "CREATE TABLE `a` (\n  `x` int(11),\n  `y` int(11),\n" rest ")"
#define WIDER(rest) "CREATE TABLE `a` (\n  `x` bigint(20),\n  `y` bigint(20),\n" rest ")"

/* A foreign key, and the index of the same name that it may have and leaves behind. */
#define KEY_F  "  CONSTRAINT `f` FOREIGN KEY (`y`) REFERENCES `b` (`id`),\n"
#define KEPT_F "  KEY `f` (`y`),\n"

static void what_it_adds_or_takes_away_proves_it(void **state)
{
    static const struct {
        const char *sql, *more, *less;
    } cases[] = {
        {"ALTER TABLE a ADD z int AFTER y", "  `z` int,\n", ""},
        {"ALTER TABLE a ADD COLUMN IF NOT EXISTS (z int, w int)", "  `z` int,\n  `w` int,\n", ""},
        {"ALTER TABLE a DROP COLUMN z, MODIFY x bigint", "", "  `z` int,\n"},
        {"ALTER TABLE a CHANGE COLUMN z w int", "  `w` int,\n", "  `z` int,\n"},
        {"ALTER TABLE a RENAME KEY i TO k", "  KEY `k` (`x`),\n", "  KEY `i` (`x`),\n"},
        {"ALTER TABLE a ADD UNIQUE KEY x (y)", "  UNIQUE KEY `x` (`y`),\n", ""},
        {"ALTER TABLE a ADD CONSTRAINT c CHECK (y > 0)", "  CONSTRAINT `c` CHECK (`y` > 0),\n", ""},
        {"ALTER TABLE a ADD CONSTRAINT CHECK (y > 0)", "  CONSTRAINT `CONSTRAINT_1` CHECK (`y` > 0),\n", ""},
        {"ALTER TABLE a ADD FOREIGN KEY (y) REFERENCES b (id)",
         "  CONSTRAINT `a_ibfk_1` FOREIGN KEY (`y`) REFERENCES `b` (`id`),\n", ""},
        {"ALTER TABLE a ADD FULLTEXT (y)", "  FULLTEXT KEY `y` (`y`),\n", ""},
        {"ALTER TABLE a ADD CONSTRAINT PRIMARY KEY (y)", "  PRIMARY KEY (`y`),\n", ""},
        {"ALTER TABLE a ADD PRIMARY KEY (y), MODIFY x bigint", "  PRIMARY KEY (`y`),\n", ""},
        {"ALTER TABLE a ADD CONSTRAINT pk PRIMARY KEY (y)", "  PRIMARY KEY (`y`),\n", ""},
        {"ALTER TABLE a DROP PRIMARY KEY", "", "  PRIMARY KEY (`y`),\n"},
        {"ALTER TABLE a ADD vector int", "  `vector` int(11),\n", ""},
        {"ALTER TABLE a DROP FOREIGN KEY f", "", "  CONSTRAINT `f` FOREIGN KEY (`y`) REFERENCES `b` (`id`),\n"},
        {"ALTER TABLE s.a DROP CONSTRAINT IF EXISTS c", "", "  CONSTRAINT `c` CHECK (`y` > 0),\n"},
        {"ALTER TABLE a DROP INDEX i, ADD INDEX i (y)", "  KEY `i` (`y`),\n", "  KEY `i` (`x`),\n"},
        {"ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (y) REFERENCES b (id)", KEY_F KEPT_F, KEPT_F},
        {"ALTER TABLE a DROP FOREIGN KEY f", KEPT_F, KEY_F KEPT_F},
        {"ALTER TABLE a ADD CONSTRAINT f CHECK (y > 0)", KEPT_F "  CONSTRAINT `f` CHECK (`y` > 0),\n", KEPT_F},
        {"ALTER TABLE a DROP INDEX f", KEY_F, KEY_F KEPT_F},
        {"DROP INDEX f ON a", KEY_F, KEY_F KEPT_F},
        {"ALTER TABLE a RENAME INDEX f TO g", KEY_F "  KEY `g` (`y`),\n", KEY_F KEPT_F},
        {"ALTER TABLE a DROP CONSTRAINT f, ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (id)",
         KEPT_F "  CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `b` (`id`),\n", KEPT_F KEY_F},
        {"CREATE OR REPLACE INDEX i ON a (x)", "  KEY `i` (`x`),\n", ""},
        {"DROP INDEX i ON a", "", "  KEY `i` (`x`),\n"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *before = arena_printf(ctx->mem, TABLE("%s"), cases[i].less);
        const char *now = arena_printf(ctx->mem, TABLE("%s"), cases[i].more);
        const char *theirs = arena_printf(ctx->mem, WIDER("%s  KEY `theirs` (`x`,`y`),\n"), cases[i].less);
        print_message("# %s\n", cases[i].sql);
        assert_int_equal(doubt_of(ctx, cases[i].sql, before, now), DOUBT_DONE);
        assert_int_equal(doubt_of(ctx, cases[i].sql, before, before), DOUBT_NOT_DONE);
        if (!strstr(cases[i].sql, ", ADD "))
            assert_int_equal(doubt_of(ctx, cases[i].sql, before, theirs), DOUBT_NOT_DONE);
    }
}

static void what_is_changed_in_place_is_run_again(void **state)
{
    static const char *const cases[] = {"ALTER TABLE a MODIFY x bigint", "ALTER TABLE a CHANGE X x bigint FIRST",
                                        "ALTER TABLE a ALTER y SET DEFAULT 5, ALTER COLUMN x DROP DEFAULT"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(doubt_of(*state, cases[i], TABLE(""), WIDER("")), DOUBT_NOT_DONE);
}

static void names_that_change_places_are_seen_by_what_is_said_of_them(void **state)
{
    const char *sql = "ALTER TABLE a RENAME COLUMN x TO y, RENAME COLUMN y TO x";
    const char *before = "CREATE TABLE `a` (\n  `x` int(11),\n  `y` text)",
               *now = "CREATE TABLE `a` (\n  `y` int(11),\n  `x` text)";
    assert_int_equal(doubt_of(*state, sql, before, now), DOUBT_DONE);
    assert_int_equal(doubt_of(*state, sql, before, before), DOUBT_NOT_DONE);
}

static void another_primary_key_is_seen_by_what_is_said_of_it(void **state)
{
    const char *sql = "ALTER TABLE a DROP PRIMARY KEY, ADD PRIMARY KEY (y)";
    const char *before = TABLE("  PRIMARY KEY (`x`)\n"), *now = TABLE("  PRIMARY KEY (`y`)\n");
    assert_int_equal(doubt_of(*state, sql, before, now), DOUBT_DONE);
    assert_int_equal(doubt_of(*state, sql, before, before), DOUBT_NOT_DONE);
}

UNIT_TESTS(UNIT(another_primary_key_is_seen_by_what_is_said_of_it), UNIT(what_it_adds_or_takes_away_proves_it),
           UNIT(what_is_changed_in_place_is_run_again), UNIT(names_that_change_places_are_seen_by_what_is_said_of_them))
