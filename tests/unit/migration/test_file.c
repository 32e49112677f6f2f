/* One migration file: sections and their markers, headers, both checksums, and faults that wait until the file is used. */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "migration/migration.h"

#define EMPTY_SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct dialect *lite(void)
{
    return dialect_find("sqlite");
}

static struct migration *read_for(struct ctx *ctx, const char *engine, const char *text, size_t length)
{
    char folder[] = "/tmp/dbwarden-unit-XXXXXX";
    struct migration *migration;
    assert_non_null(mkdtemp(folder));
    const char *path = path_join(ctx->mem, folder, "primary__0001_x.sql");
    assert_works(ctx, file_write(ctx, path, text, length, 0644));
    assert_works(ctx, migration_read(ctx, dialect_find(engine), path, &migration));
    unlink(path);
    rmdir(folder);
    return migration;
}

static struct migration *read_bytes(struct ctx *ctx, const char *text, size_t length)
{
    return read_for(ctx, "sqlite", text, length);
}

static struct migration *read_one(struct ctx *ctx, const char *text)
{
    return read_bytes(ctx, text, strlen(text));
}

static const char *piece(struct ctx *ctx, const struct split *split, int i)
{
    assert_true(i < split->n);
    return arena_copy(ctx->mem, split->piece[i].text, split->piece[i].length);
}

static void reads_both_sections(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m =
        read_one(ctx, "-- upgrade\n\nCREATE TABLE a (id INTEGER);\n\n-- a note\nINSERT INTO a\n-- dropped line\n"
                      "VALUES (1);  \n\n-- rollback\n\nDROP TABLE a;\n");
    assert_works(ctx, migration_check(ctx, m, false));
    assert_int_equal(m->up.n, 2);
    assert_string_equal(piece(ctx, &m->up, 0), "CREATE TABLE a (id INTEGER)");
    assert_int_equal(m->up.piece[1].line, 6);
    assert_int_equal(m->down.n, 1);
    assert_string_equal(piece(ctx, &m->down, 0), "DROP TABLE a");
    assert_string_equal(m->checksum, "da715b880ce5dbcd31e633436bb589839d3c24e8c487ba0291767bcd0bc81190");
    assert_string_equal(m->version, "0001");
    assert_string_equal(m->description, "0001 x");
}

struct marker_case {
    const char *text;
    bool seen_by_old; /* did 0.8.2 find the section? */
};

static void accepts_markers_that_082_missed(void **state)
{
    static const struct marker_case cases[] = {
        {"-- upgrade\n\nCREATE TABLE e (id INTEGER)\n", true},
        {"   -- upgrade   \n\nCREATE TABLE e (id INTEGER)\n", true},
        {"-- upgrade\r\n\r\nCREATE TABLE e (id INTEGER)\r\n", true},
        {"--upgrade\n\nCREATE TABLE e (id INTEGER)\n", false},
        {"-- UPGRADE\n\nCREATE TABLE e (id INTEGER)\n", false},
        {"\xEF\xBB\xBF-- upgrade\n\nCREATE TABLE e (id INTEGER)\n", false},
    };
    struct ctx *ctx = *state;
    const char *seen = read_one(ctx, cases[0].text)->checksum;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct migration *m = read_one(ctx, cases[i].text);
        assert_works(ctx, migration_check(ctx, m, false));
        assert_int_equal(m->up.n, 1);
        assert_string_equal(piece(ctx, &m->up, 0), "CREATE TABLE e (id INTEGER)");
        assert_string_equal(m->checksum, cases[i].seen_by_old ? seen : EMPTY_SUM);
    }
}

static void a_later_upgrade_ends_a_rollback(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m = read_one(ctx, "-- upgrade\nCREATE TABLE h (id INTEGER);\n-- rollback\nDROP TABLE h;\n"
                                        "-- upgrade\nCREATE TABLE i (id INTEGER);\n-- rollback\nDROP TABLE i;\n");
    assert_int_equal(m->up.n, 2);
    assert_int_equal(m->down.n, 2);
    /* Undone from the end. */
    assert_string_equal(piece(ctx, &m->down, 0), "DROP TABLE i");
    assert_string_equal(piece(ctx, &m->down, 1), "DROP TABLE h");
}

static void only_comments_are_markers(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m = read_one(ctx, "-- upgrade\nSELECT 1\n-x rollback\n+ -- rollback\n--- rollback\n;\n");
    assert_false(m->has_down);
    assert_int_equal(m->up.n, 1);
    m = read_one(ctx, "-- upgrade\nSELECT 1;\n--rollbacks\n-- roll back\n--\n-- ROLLBACK\nSELECT 2;\n");
    assert_true(m->has_down);
    assert_int_equal(m->up.n, 1);
}

/* A marker is a line of code; the one at the end of each text is. */
static void markers_within_something_are_none(void **state)
{
    static const struct {
        const char *engine;
        const char *up;
    } cases[] = {
        {"sqlite", "INSERT INTO a VALUES ('x\n-- rollback\n-- upgrade\ny');"},
        {"sqlite", "SELECT 1 AS \"x\n-- rollback\ny\", [x\n-- rollback\n];"},
        {"sqlite", "/* x\n-- rollback\n*/ SELECT 1;"},
        {"postgresql", "DO $x$\n-- rollback\n$x$;"},
        {"postgresql", "SELECT E'\\'\n-- rollback\n';"},
        {"postgresql", "/* /* */\n--rollback\n*/ SELECT 1;"},
        {"postgresql", "COPY a FROM stdin;\nit's\n-- rollback\n\\."},
        {"postgresql", "\\restrict it's\nSELECT 1;"},
        {"mysql", "SELECT \"\\\"\n-- rollback\n\";"},
        {"sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n-- rollback\nDELETE FROM b; END\n;"},
        {"postgresql", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n-- rollback\nSELECT 1; END;"},
        {"mysql", "CREATE PROCEDURE p() BEGIN\nIF 1 THEN\n--rollback\nSELECT 1;\n-- rollback\nEND IF; END;"},
        {"mysql", "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1;\n-- rollback\nEND//\n"},
        {"mysql", "DELIMITER //\n//\nCREATE PROCEDURE p() BEGIN\n-- rollback\nSELECT 1;\nEND//\nDELIMITER ;"},
        {"mysql", "/*!50003 SELECT 1\n-- rollback\n */;"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = arena_printf(ctx->mem, "-- upgrade\n%s\n-- rollback\nSELECT 2;\n", cases[i].up);
        struct migration *m = read_for(ctx, cases[i].engine, text, strlen(text));
        assert_works(ctx, migration_check(ctx, m, false));
        assert_int_equal(m->up.n, 1);
        assert_int_equal(m->down.n, 1);
        assert_string_equal(piece(ctx, &m->down, 0), "SELECT 2");
    }
}

static void old_checksums_stay_where_markers_were_mistaken(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m = read_one(ctx, "-- upgrade\nINSERT INTO a VALUES ('x\n-- rollback\ny');\n");
    struct migration *seen = read_one(ctx, "-- upgrade\nINSERT INTO a VALUES ('x\n");
    assert_string_equal(m->checksum, seen->checksum);
}

static void what_is_never_closed_spoils_its_own_section(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m = read_one(ctx, "-- upgrade\nSELECT 'x;\n-- rollback\nSELECT 1;\n");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "this string is never closed");
    assert_int_equal(m->down.n, 1);
    m = read_one(ctx, "-- upgrade\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\nDELETE FROM b;\n-- rollback\nSELECT 1;\n");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "the body that begins here has no END");
    assert_int_equal(m->down.n, 1);
}

static void directives_within_comments_are_none(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m =
        read_one(ctx, "/*\n-- transaction: none\n-- upgrade\n-- rollback\n*/\n-- seed\n-- upgrade\nSELECT 1;\n");
    assert_works(ctx, migration_check(ctx, m, false));
    assert_false(m->no_transaction);
    assert_true(m->seed);
    assert_int_equal(m->up.n, 1);
    assert_false(m->has_down);
    m = read_one(ctx, "-- upgrade\nSELECT '\n-- irreversible: no\n';\n-- rollback\n-- irreversible: yes: it is\n");
    assert_string_equal(m->irreversible, "yes: it is");
}

static void reads_headers(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m =
        read_one(ctx, "-- Depends_On: [\"0002\", \"primary__0003_x\"]\n-- SEED\n-- description: Users table\n"
                      "-- transaction: none\n-- upgrade\nSELECT 1;\n");
    assert_works(ctx, migration_check(ctx, m, false));
    assert_int_equal(m->depends_on.n, 2);
    assert_string_equal(m->depends_on.item[1], "primary__0003_x");
    assert_true(m->seed);
    assert_true(m->no_transaction);
    assert_string_equal(m->title, "Users table");
    assert_string_equal(m->description, "0001 x");
}

static void a_file_may_ask_for_batches(void **state)
{
    struct ctx *ctx = *state;
    static const char *const wrong[] = {
        "0 rows", "10", "rows", "10 rows, wait 1s", "10 rows, pause x", "10 rows, pause 1s, 2"};
    struct migration *m = read_one(ctx, "-- batches: 500 rows, pause 50ms\n-- upgrade\nUPDATE t SET a = 1;\n");
    const unsigned char *marks;
    assert_works(ctx, migration_check(ctx, m, false));
    assert_int_equal(m->batches.rows, 500);
    assert_true(m->batches.pause > 0.04 && m->batches.pause < 0.06);
    assert_fails(ctx, migration_marks(ctx, dialect_find("sqlite"), m, false, &marks), ERR_UNSUPPORTED,
                 arena_printf(ctx->mem, "%s: files cannot run in batches on SQLite yet", m->path));
    assert_works(ctx, migration_marks(ctx, dialect_find("postgresql"), m, false, &marks));
    assert_int_equal(marks[0] & (STATEMENT_BATCHES | STATEMENT_ALONE), STATEMENT_BATCHES | STATEMENT_ALONE);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        m = read_one(ctx, arena_printf(ctx->mem, "-- batches: %s\n-- upgrade\nUPDATE t SET a = 1;\n", wrong[i]));
        assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX,
                     arena_printf(ctx->mem, "unknown value of the header \"batches\": %s", wrong[i]));
    }
    m = read_one(ctx, "-- batch: 500 rows\n-- upgrade\nUPDATE t SET a = 1;\n");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX,
                 "this line of the header says nothing: -- batch: 500 rows");
}

static void faults_wait_until_the_side_is_used(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m = read_one(ctx, "CREATE TABLE e (id INTEGER);\n");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "no line says \"-- upgrade\"");
    assert_string_equal(m->checksum, EMPTY_SUM);
    m = read_one(ctx, "");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "the file is empty");
    m = read_one(ctx, "-- upgrade\nSELECT 1;\n-- rollback\nSELECT 'x\n");
    assert_works(ctx, migration_check(ctx, m, false));
    assert_int_equal(migration_check(ctx, m, true), ERR_SYNTAX);
    assert_int_equal(ctx->error.place.line, 4);
    m = read_bytes(ctx, "-- upgrade\nSELECT '\0';\n", 22);
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "the file holds a zero byte");
    assert_int_equal(ctx->error.place.line, 2);
    m = read_one(ctx, "-- upgrade\nSELECT '\xFF';\n");
    assert_fails(ctx, migration_check(ctx, m, true), ERR_SYNTAX, "the file is not UTF-8");
    m = read_one(ctx, "-- depends_on: 0002\n-- upgrade\nSELECT 1;\n");
    assert_fails(ctx, migration_check(ctx, m, false), ERR_SYNTAX, "depends_on is not a list of versions: 0002");
    m = read_one(ctx, "-- transaction: off\n-- upgrade\nSELECT 1;\n");
    assert_int_equal(migration_check(ctx, m, false), ERR_SYNTAX);
}

static int warnings;

static void count_warnings(void *sink, const struct event *event)
{
    warnings += event->kind == EVENT_WARNING;
}

static void what_stands_above_the_sections_is_told(void **state)
{
    static const struct {
        const char *text;
        int warnings;
    } cases[] = {{"SELECT 1;\n-- upgrade\nSELECT 2;\n", 1},
                 {"-- a note\n\n-- upgrade\nSELECT 2;\n", 0},
                 {"\xEF\xBB\xBF-- upgrade\nSELECT 2;\n", 0},
                 {"\xEF\xBB\xBF-- a note\nSELECT 1;\n-- upgrade\nSELECT 2;\n", 1}};
    struct ctx *ctx = *state;
    ctx->on_event = count_warnings;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        warnings = 0;
        struct migration *m = read_one(ctx, cases[i].text);
        assert_works(ctx, migration_check(ctx, m, false));
        assert_int_equal(warnings, cases[i].warnings);
        assert_int_equal(m->up.n, 1);
    }
}

static void warns_only_when_used(void **state)
{
    struct ctx *ctx = *state;
    ctx->on_event = count_warnings;
    warnings = 0;
    struct migration *m = read_one(ctx, "CREATE TABLE lost (id INTEGER);\n-- upgrade\nSELECT 1;\n");
    assert_int_equal(warnings, 0);
    assert_works(ctx, migration_check(ctx, m, false));
    assert_int_equal(warnings, 1);
    m = read_one(ctx, "CREATE TABLE lost (id INTEGER);\n");
    assert_int_equal(m->up_warnings.n, 0); /* that there is no section says it all */
    m = read_one(ctx, "-- a note\n\n-- upgrade\nSELECT 1;\n");
    assert_int_equal(m->up_warnings.n, 0);
}

static void a_frame_of_begin_and_commit_is_what_a_file_is_anyway(void **state)
{
    struct ctx *ctx = *state;
    const unsigned char *marks;
    struct migration *m =
        read_one(ctx, "-- upgrade\nPRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nSELECT 1;\nSELECT 2;\n"
                      "COMMIT;\nPRAGMA foreign_keys=ON;\n-- rollback\nBEGIN;\nEND;\n");
    assert_int_equal(m->up.n, 4);
    assert_string_equal(piece(ctx, &m->up, 0), "PRAGMA foreign_keys=OFF");
    assert_string_equal(piece(ctx, &m->up, 2), "SELECT 2");
    assert_string_equal(piece(ctx, &m->up, 3), "PRAGMA foreign_keys=ON");
    assert_int_equal(m->down.n, 0);
    assert_works(ctx, migration_marks(ctx, lite(), m, false, &marks));
    static const char *const kept[] = {"BEGIN;\nSELECT 1;\nROLLBACK;", "BEGIN;\nSELECT 1;\nCOMMIT;\nSELECT 2;",
                                       "SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;", "BEGIN;\nCOMMIT;\nBEGIN;\nCOMMIT;",
                                       "BEGIN;"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        m = read_one(ctx, arena_printf(ctx->mem, "-- upgrade\n%s\n", kept[i]));
        assert_int_equal(migration_marks(ctx, lite(), m, false, &marks), ERR_SYNTAX);
    }
}

static void marks_statements(void **state)
{
    struct ctx *ctx = *state;
    const unsigned char *marks;
    struct migration *m = read_one(ctx, "-- upgrade\nCREATE TABLE a (b);\nINSERT INTO a VALUES (1);\nVACUUM;\n");
    assert_works(ctx, migration_marks(ctx, lite(), m, false, &marks));
    assert_int_equal(marks[0], 0);
    assert_int_equal(marks[1], STATEMENT_DATA);
    assert_int_equal(marks[2], STATEMENT_ALONE);
    m = read_one(ctx, "-- upgrade\nCREATE TABLE a (b);\nbegin;\nINSERT INTO a VALUES (1);\nCOMMIT;\n");
    assert_fails(ctx, migration_marks(ctx, lite(), m, false, &marks), ERR_SYNTAX,
                 "begin in a migration that is a transaction itself");
    assert_int_equal(ctx->error.place.line, 3);
    m = read_one(ctx, "-- transaction: none\n-- upgrade\nbegin;\nINSERT INTO a VALUES (1);\nCOMMIT;\n");
    assert_works(ctx, migration_marks(ctx, lite(), m, false, &marks));
    assert_int_equal(marks[0], STATEMENT_CONTROL);
}

static int any_read(struct ctx *ctx, const char *name, const char *text, struct migration **migration)
{
    const struct sql_piece whole = {.text = text, .length = strlen(text), .line = 1, .column = 1};
    return migration_of_sql(ctx, lite(), name, &whole, migration);
}

static void a_file_of_any_name_is_sql(void **state)
{
    struct ctx *ctx = *state;
    struct migration *m;
    assert_works(ctx, any_read(ctx, "draft.sql",
                               "\xEF\xBB\xBF"
                               "DROP TABLE a;\nDROP TABLE b;",
                               &m));
    assert_int_equal(m->up.n, 2);
    assert_string_equal(piece(ctx, &m->up, 0), "DROP TABLE a");
    assert_false(m->no_transaction);
    assert_works(ctx, any_read(ctx, "d/draft.sql", "-- upgrade\nDROP TABLE a;\n-- rollback\nDROP TABLE b;", &m));
    assert_int_equal(m->up.n, 1);
    assert_int_equal(m->down.n, 1);
    assert_true(m->number < 0);
    assert_works(ctx, any_read(ctx, "primary__0007_x.sql", "-- upgrade\nDROP TABLE a;", &m));
    assert_int_equal(m->number, 7);
    assert_works(ctx, any_read(ctx, "draft.sql", "BEGIN;\nDROP TABLE a;\nCOMMIT;", &m));
    assert_true(m->no_transaction);
    assert_fails(ctx, any_read(ctx, "draft.sql", "SELECT '\xFF';", &m), ERR_SYNTAX, "the file is not UTF-8");
    assert_int_equal(ctx->error.place.column, 9);
}

UNIT_TESTS(UNIT(reads_both_sections), UNIT(accepts_markers_that_082_missed), UNIT(a_later_upgrade_ends_a_rollback),
           UNIT(only_comments_are_markers), UNIT(markers_within_something_are_none),
           UNIT(old_checksums_stay_where_markers_were_mistaken), UNIT(what_is_never_closed_spoils_its_own_section),
           UNIT(directives_within_comments_are_none), UNIT(reads_headers), UNIT(a_file_may_ask_for_batches),
           UNIT(faults_wait_until_the_side_is_used), UNIT(what_stands_above_the_sections_is_told),
           UNIT(warns_only_when_used), UNIT(marks_statements),
           UNIT(a_frame_of_begin_and_commit_is_what_a_file_is_anyway), UNIT(a_file_of_any_name_is_sql))
