/* From one SQLite schema to another and back, with rows in it: what is compared is what SQLite itself then has. */
#include "lite.h"

static const char users[] = "CREATE TABLE users (id INTEGER NOT NULL, email VARCHAR(255) NOT NULL, PRIMARY KEY (id), "
                            "CONSTRAINT uq UNIQUE (email));";

#define TRAVEL(test, ...)                          \
    static void test(void **state)                 \
    {                                              \
        struct lite_journey journey = __VA_ARGS__; \
        lite_travel(*state, &journey);             \
    }

TRAVEL(new_tables_in_any_order,
       {.before = "",
        .after = "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b (id));"
                 "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a (id));"
                 "CREATE UNIQUE INDEX i ON b (a DESC, lower(id)) WHERE a > 3;"
                 "CREATE VIEW v (x) AS SELECT a FROM b;"
                 "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET a = NEW.id; DELETE FROM b WHERE id = 0; END;"})

TRAVEL(a_column_comes_and_goes,
       {.before = "CREATE TABLE t (a INT);",
        .rows = "INSERT INTO t VALUES (1), (2);",
        .after = "CREATE TABLE t (a INT, b VARCHAR(10) NOT NULL DEFAULT 'x', c INT, d INT AS (a + 1));",
        .ask = "SELECT a FROM t",
        .answer = "1\n2"})

TRAVEL(a_column_with_a_moving_default,
       {.before = "CREATE TABLE t (a INT);",
        .rows = "INSERT INTO t VALUES (1), (2);",
        .after = "CREATE TABLE t (a INT, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, r INT DEFAULT (abs(-1)));",
        .ask = "SELECT rowid, a FROM t",
        .answer = "1|1\n2|2"})

TRAVEL(a_column_that_refers,
       {.before = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT);",
        .rows = "INSERT INTO t VALUES (1), (2);",
        .after = "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                 "CREATE TABLE t (a INT, p INT CONSTRAINT fk REFERENCES p (id) ON DELETE SET NULL);",
        .ask = "SELECT a FROM t",
        .answer = "1\n2"})

TRAVEL(types_and_nullability_keep_rows_and_rowids,
       {.before = "CREATE TABLE t (a VARCHAR(10), b INT); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT a FROM t;"
                  "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END;",
        .rows = "INSERT INTO t VALUES ('1', 1), ('2', 2), ('3', 3); DELETE FROM t WHERE b = 2;",
        .after = "CREATE TABLE t (a VARCHAR(20) NOT NULL, b BIGINT); CREATE INDEX i ON t (b);"
                 "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END;",
        .ask = "SELECT rowid, a, b FROM t",
        .answer = "1|1|1\n3|3|3"})

TRAVEL(the_counter_of_autoincrement_goes_on,
       {.before = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT);",
        .rows = "INSERT INTO t (a) VALUES (1), (2), (3); DELETE FROM t WHERE id > 1;",
        .after = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL);",
        .ask = "SELECT name, seq FROM sqlite_sequence",
        .answer = "t|3"})

TRAVEL(constraints_come_and_go,
       {.before = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT); CREATE TABLE t (a INT, b INT);",
        .rows = "INSERT INTO p VALUES (1, 'x'); INSERT INTO t VALUES (1, 1);",
        .after = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE);"
                 "CREATE TABLE t (a INT CHECK (a > 0), b INT, CONSTRAINT u UNIQUE (a, b), PRIMARY KEY (b), "
                 "FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);",
        .ask = "SELECT a, b FROM t",
        .answer = "1|1"})

TRAVEL(options_of_a_table, {.before = "CREATE TABLE t (a INT NOT NULL PRIMARY KEY, b TEXT);",
                            .rows = "INSERT INTO t VALUES (5, 'x');",
                            .after = "CREATE TABLE t (a INT NOT NULL PRIMARY KEY, b TEXT) STRICT, WITHOUT ROWID;",
                            .ask = "SELECT a, b FROM t",
                            .answer = "5|x"})

TRAVEL(what_models_cannot_say_survives,
       {.before = "CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE, b TEXT COLLATE NOCASE, c TEXT, "
                  "UNIQUE (c COLLATE NOCASE DESC, a), PRIMARY KEY (b) ON CONFLICT REPLACE);",
        .after = "CREATE TABLE t (a BIGINT NOT NULL ON CONFLICT IGNORE, b TEXT COLLATE NOCASE, c TEXT, "
                 "UNIQUE (c COLLATE NOCASE DESC, a), PRIMARY KEY (b) ON CONFLICT REPLACE);"})

TRAVEL(odd_names,
       {.before = "CREATE TABLE \"order\" (\"a \"\"b\" INT, [select] TEXT, `c``d` INT);",
        .rows = "INSERT INTO \"order\" VALUES (1, 'two', 3);",
        .after = "CREATE TABLE \"order\" (\"a \"\"b\" BIGINT NOT NULL, [select] TEXT, `c``d` INT, \"x y\" INT);"
                 "CREATE INDEX \"i-j\" ON \"order\" (\"select\");",
        .ask = "SELECT \"a \"\"b\", \"select\", \"c`d\" FROM \"order\"",
        .answer = "1|two|3"})

TRAVEL(views_and_triggers_change, {.before = "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;"
                                             "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
                                   .after = "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a, b FROM t;"
                                            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 2; END;"})

TRAVEL(triggers_of_a_view_come_back_with_it,
       {.before = "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;"
                  "CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (NEW.a); END;"
                  "CREATE TRIGGER h INSTEAD OF DELETE ON v BEGIN SELECT 1; END;",
        .after = "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a, b FROM t;"
                 "CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (NEW.a); END;"
                 "CREATE TRIGGER h INSTEAD OF DELETE ON v BEGIN SELECT 2; END;"})

TRAVEL(a_column_that_things_name_goes,
       {.before = "CREATE TABLE t (a INT, b INT, c INT CHECK (c > b)); CREATE INDEX i ON t (a, b);",
        .rows = "INSERT INTO t VALUES (1, 2, 3);",
        .after = "CREATE TABLE t (a INT, c INT); CREATE INDEX i ON t (a);",
        .ask = "SELECT a, c FROM t",
        .answer = "1|3"})

TRAVEL(
    names_of_constraints_and_indexes,
    {.before =
         "CREATE TABLE t (a INT, CONSTRAINT old UNIQUE (a), CONSTRAINT oldc CHECK (a > 0)); CREATE INDEX i ON t (a);",
     .rows = "INSERT INTO t VALUES (1);",
     .after =
         "CREATE TABLE t (a INT, CONSTRAINT new UNIQUE (a), CONSTRAINT newc CHECK (a > 0)); CREATE INDEX k ON t (a);",
     .ask = "SELECT a FROM t",
     .answer = "1"})

TRAVEL(generated_columns,
       {.before = "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED);",
        .rows = "INSERT INTO t (a) VALUES (4);",
        .after = "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 3) STORED, c INT AS (a + b));",
        .ask = "SELECT a FROM t",
        .answer = "4"})

static void renames_go_with_a_rebuild_both_ways(void **state)
{
    struct ctx *ctx = *state;
    struct rename table = {.schema = "", .from = "users", .to = "people", .resolved_from = "rename_flag"};
    struct rename column = {.schema = "", .table = "people", .from = "email", .to = "mail"};
    struct list renames = {0};
    list_add(ctx->mem, &renames, &table);
    list_add(ctx->mem, &renames, &column);
    struct lite_journey journey = {
        .before = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT CHECK (email <> ''));"
                  "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE);"
                  "CREATE INDEX i ON users (lower(email)) WHERE email IS NOT NULL;"
                  "CREATE TRIGGER g AFTER UPDATE OF email ON users BEGIN UPDATE posts SET author = NEW.id; END;"
                  "CREATE VIEW v AS SELECT email FROM users;",
        .rows = "INSERT INTO users VALUES (1, 'a@b'); INSERT INTO posts VALUES (1, 1);",
        .after = "CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(99) NOT NULL CHECK (mail <> ''));"
                 "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES people (id) ON DELETE CASCADE);"
                 "CREATE INDEX i ON people (lower(mail)) WHERE mail IS NOT NULL;"
                 "CREATE TRIGGER g AFTER UPDATE OF mail ON people BEGIN UPDATE posts SET author = NEW.id; END;"
                 "CREATE VIEW v AS SELECT mail FROM people;",
        .ask = "SELECT mail, author FROM people JOIN posts ON author = people.id",
        .answer = "a@b|1",
        .renames = &renames,
    };
    lite_travel(ctx, &journey);
}

static void children_survive_the_rebuild_of_their_parent(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    lite_run(
        ctx, conn,
        "PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY, up INT REFERENCES p (id) ON DELETE CASCADE, a INT);"
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE CASCADE);"
        "INSERT INTO p VALUES (1, NULL, 1), (2, 1, 1); INSERT INTO c VALUES (1, 1), (2, 2);");
    struct tree *after = lite_tree_of(
        ctx, "CREATE TABLE p (id INTEGER PRIMARY KEY, up INT REFERENCES p (id) ON DELETE CASCADE, a TEXT NOT NULL);"
             "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE CASCADE);");
    lite_apply_well(ctx, conn, lite_plan(ctx, lite_diff(ctx, lite_tree(ctx, conn), after, NULL), 0));
    assert_answer(ctx, conn, "SELECT count(*) FROM p UNION ALL SELECT count(*) FROM c", "2\n2");
    assert_answer(ctx, conn, "PRAGMA foreign_keys", "1");
    assert_answer(ctx, conn, "PRAGMA legacy_alter_table", "0");
    lite_run(ctx, conn, "DELETE FROM p WHERE id = 1");
    assert_answer(ctx, conn, "SELECT count(*) FROM c", "0");
}

static void a_conflict_clause_throws_no_row_away(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    lite_run(ctx, conn, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (1)");
    struct tree *after = lite_tree_of(ctx, "CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE)");
    struct plan *plan = lite_plan(ctx, lite_diff(ctx, lite_tree(ctx, conn), after, NULL), 0);
    assert_fails(ctx, lite_apply_plan(ctx, conn, plan), ERR_SQL, "UNIQUE constraint failed: t.a");
    assert_answer(ctx, conn, "SELECT count(*) FROM t", "2");
}

static void what_alter_can_do_is_no_rebuild(void **state)
{
    struct ctx *ctx = *state;
    struct tree *before = lite_tree_of(ctx, "CREATE TABLE t (a INT, b INT);");
    struct tree *after =
        lite_tree_of(ctx, "CREATE TABLE t (a INT, c INT NOT NULL DEFAULT -1, d TEXT DEFAULT 'x' REFERENCES t (a));"
                          "CREATE INDEX i ON t (c);");
    char *sql = plan_text(ctx->mem, lite_plan(ctx, lite_diff(ctx, before, after, NULL), 34001));
    assert_string_equal(sql, "ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT -1;\n\n"
                             "ALTER TABLE t ADD COLUMN d TEXT DEFAULT 'x' REFERENCES t (a);\n\n"
                             "CREATE INDEX i ON t (c);\n\n"
                             "ALTER TABLE t DROP COLUMN b;");
}

static void newer_versions_alter_more(void **state)
{
    struct ctx *ctx = *state;
    const char *before = "CREATE TABLE t (a INT, b INT NOT NULL, c INT NOT NULL, CONSTRAINT k CHECK (b > 0))";
    const char *after = "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT, CHECK (b > 1))";
    struct plan *plan =
        lite_plan(ctx, lite_diff(ctx, lite_tree_of(ctx, before), lite_tree_of(ctx, after), NULL), 35302);
    assert_string_equal(plan_text(ctx->mem, plan), "ALTER TABLE t DROP CONSTRAINT k;\n\n"
                                                   "ALTER TABLE t ALTER COLUMN a SET NOT NULL;\n\n"
                                                   "ALTER TABLE t ALTER COLUMN c DROP NOT NULL;\n\n"
                                                   "ALTER TABLE t ADD CHECK (b > 1);");
    plan = lite_plan(ctx, lite_diff(ctx, lite_tree_of(ctx, before), lite_tree_of(ctx, after), NULL), 34001);
    assert_true(text_has(plan_text(ctx->mem, plan), "_dbwarden_new_t"));
}

static void a_create_is_made_for_reading(void **state)
{
    struct ctx *ctx = *state;
    struct tree *none = lite_tree_of(ctx, "");
    char *sql = plan_text(ctx->mem, lite_plan(ctx, lite_diff(ctx, none, lite_tree_of(ctx, users), NULL), 0));
    assert_string_equal(sql, "CREATE TABLE users (\n"
                             "    id INTEGER NOT NULL,\n"
                             "    email VARCHAR(255) NOT NULL,\n"
                             "    PRIMARY KEY (id),\n"
                             "    CONSTRAINT uq UNIQUE (email)\n"
                             ");");
}

UNIT_TESTS(UNIT(new_tables_in_any_order), UNIT(a_column_comes_and_goes), UNIT(a_column_with_a_moving_default),
           UNIT(a_column_that_refers), UNIT(types_and_nullability_keep_rows_and_rowids), UNIT(constraints_come_and_go),
           UNIT(the_counter_of_autoincrement_goes_on), UNIT(options_of_a_table), UNIT(what_models_cannot_say_survives),
           UNIT(odd_names), UNIT(views_and_triggers_change), UNIT(triggers_of_a_view_come_back_with_it),
           UNIT(a_column_that_things_name_goes), UNIT(names_of_constraints_and_indexes), UNIT(generated_columns),
           UNIT(renames_go_with_a_rebuild_both_ways), UNIT(children_survive_the_rebuild_of_their_parent),
           UNIT(a_conflict_clause_throws_no_row_away), UNIT(what_alter_can_do_is_no_rebuild),
           UNIT(newer_versions_alter_more), UNIT(a_create_is_made_for_reading))
