#include "unit.h"

#include "base/buf.h"
#include "dialect/dialect.h"

static struct classified of(struct ctx *ctx, enum engine engine, const char *text)
{
    struct classified result;
    classify(ctx->mem, dialect_of_engine(engine)->classify, &(struct sql_piece){.text = text, .length = strlen(text)},
             &result);
    return result;
}

/* Kind, and then what is known of schema, name, table and new name: "index app.i on t", "table a > b". */
static const char *object(struct ctx *ctx, enum engine engine, enum verb verb, const char *text)
{
    static const char *const kinds[] = {
#define KIND(constant, tag, name, ...) name,
#include "schema/kinds.def"
        "other"};
    struct classified result = of(ctx, engine, text);
    struct buf out;
    buf_init(&out, ctx->mem);
    assert_int_equal(result.verb, verb);
    buf_addf(&out, "%s %s%s%s", kinds[result.kind], result.schema ? result.schema : "", result.schema ? "." : "",
             result.name ? result.name : "-");
    if (result.table)
        buf_addf(&out, " on %s", result.table);
    if (result.new_name)
        buf_addf(&out, " > %s", result.new_name);
    return out.data;
}

#define assert_object(engine, verb, text, expected) assert_string_equal(object(ctx, engine, verb, text), expected)

static void created_tables(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE TABLE Users (id int)", "table users");
    assert_object(ENGINE_PG, VERB_CREATE, "create unlogged table if not exists \"App\".\"Us er\" ()",
                  "table App.Us er");
    assert_object(ENGINE_LITE, VERB_CREATE, "CREATE TEMP TABLE [Us er] AS SELECT 1", "table Us er");
    assert_object(ENGINE_LITE, VERB_CREATE, "CREATE VIRTUAL TABLE t USING fts5(a)", "table t");
    assert_object(ENGINE_MY, VERB_CREATE, "CREATE /*!32312 IF NOT EXISTS*/ TABLE `a`.`b` (c int)", "table a.b");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE FOREIGN TABLE f (a int) SERVER s", "table f");
}

static void created_indexes_know_their_table(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY s.t (a)", "index s.i on t");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE INDEX ON t (a)", "index - on t");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE INDEX CONCURRENTLY i ON t (a)", "index i on t");
    assert_object(ENGINE_LITE, VERB_CREATE, "CREATE INDEX aux.i ON t (a)", "index aux.i on t");
    assert_object(ENGINE_LITE, VERB_CREATE, "CREATE INDEX concurrently ON t (a)", "index concurrently on t");
    assert_object(ENGINE_MY, VERB_CREATE, "CREATE FULLTEXT INDEX i USING BTREE ON t (a)", "index i on t");
}

static void other_created_objects(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_MY, VERB_CREATE, "CREATE DEFINER = CURRENT_USER() VIEW v AS SELECT 1", "view v");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE TYPE s.mood AS ENUM ('a')", "enum s.mood");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE TYPE pair AS (a int)", "composite_type pair");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE OR REPLACE TEMP RECURSIVE VIEW v AS SELECT 1", "view v");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE MATERIALIZED VIEW v AS SELECT 1", "view v");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE SEQUENCE q START 1", "sequence q");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE SCHEMA IF NOT EXISTS x AUTHORIZATION y", "schema x");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE SCHEMA AUTHORIZATION y", "schema y");
    assert_object(ENGINE_MY, VERB_CREATE, "CREATE SCHEMA x", "database x");
    assert_object(ENGINE_PG, VERB_CREATE,
                  "CREATE CONSTRAINT TRIGGER r AFTER UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION f()",
                  "trigger s.r on t");
    assert_object(ENGINE_MY, VERB_CREATE,
                  "CREATE DEFINER=`table`@`%` TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET @a=1", "trigger r on t");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE FUNCTION f(a int) RETURNS int AS $$ $$", "other f");
    assert_object(ENGINE_PG, VERB_CREATE, "CREATE CAST (a AS b) WITH FUNCTION f(a)", "other -");
}

static void dropped_objects(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_PG, VERB_DROP, "DROP TABLE IF EXISTS s.T CASCADE", "table s.t");
    assert_object(ENGINE_PG, VERB_DROP, "DROP INDEX CONCURRENTLY IF EXISTS i", "index i");
    assert_object(ENGINE_MY, VERB_DROP, "DROP INDEX i ON t", "index i on t");
    assert_object(ENGINE_PG, VERB_DROP, "DROP TRIGGER r ON s.t", "trigger s.r on t");
    assert_object(ENGINE_PG, VERB_DROP, "DROP TYPE mood", "enum mood");
}

static void renamed_objects(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_PG, VERB_RENAME, "ALTER TABLE IF EXISTS ONLY s.a RENAME TO \"B\"", "table s.a > B");
    assert_object(ENGINE_PG, VERB_RENAME, "ALTER POLICY p ON s.t RENAME TO q", "policy s.p on t > q");
    assert_object(ENGINE_PG, VERB_ALTER, "ALTER TABLE a RENAME COLUMN x TO y", "table a");
    assert_object(ENGINE_PG, VERB_ALTER, "ALTER TABLE a RENAME x TO y", "table a");
    assert_object(ENGINE_PG, VERB_RENAME, "ALTER INDEX i RENAME TO j", "index i > j");
    assert_object(ENGINE_PG, VERB_ALTER, "ALTER TYPE m RENAME VALUE 'a' TO 'b'", "enum m");
    assert_object(ENGINE_LITE, VERB_RENAME, "ALTER TABLE a RENAME TO b", "table a > b");
    assert_object(ENGINE_MY, VERB_RENAME, "ALTER TABLE a ADD c decimal(1,2), RENAME AS s.b", "table a > b");
    assert_object(ENGINE_MY, VERB_RENAME, "ALTER TABLE a RENAME b", "table a > b");
    assert_object(ENGINE_MY, VERB_ALTER, "ALTER TABLE a RENAME INDEX i TO j", "table a");
    assert_object(ENGINE_MY, VERB_RENAME, "RENAME TABLE a TO b", "table a > b");
}

static void comments_name_what_they_are_on(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_PG, VERB_COMMENT, "COMMENT ON TABLE s.t IS 'x'", "table s.t");
    assert_object(ENGINE_PG, VERB_COMMENT, "COMMENT ON COLUMN s.t.c IS 'x'", "column s.c on t");
    assert_object(ENGINE_PG, VERB_COMMENT, "COMMENT ON CONSTRAINT c ON t IS 'x'", "other c on t");
}

static void data_is_told_from_structure(void **state)
{
    struct ctx *ctx = *state;
    assert_object(ENGINE_LITE, VERB_INSERT, "INSERT OR REPLACE INTO t VALUES (1)", "table t");
    assert_object(ENGINE_MY, VERB_INSERT, "REPLACE t VALUES (1)", "table t");
    assert_object(ENGINE_PG, VERB_DELETE, "WITH a AS (SELECT 1) DELETE FROM ONLY s.t", "table s.t");
    assert_true(of(ctx, ENGINE_PG, "UPDATE t SET a = 1").data_only);
    assert_true(of(ctx, ENGINE_PG, "(SELECT 1)").data_only);
    assert_false(of(ctx, ENGINE_PG, "CREATE TABLE t AS SELECT 1").data_only);
    assert_false(of(ctx, ENGINE_PG, "DO $$ BEGIN END $$").data_only);
}

static void transaction_control(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        const char *text;
        enum verb verb;
    } cases[] = {
        {"BEGIN", VERB_BEGIN},
        {"begin immediate", VERB_BEGIN},
        {"START TRANSACTION", VERB_BEGIN},
        {"START REPLICA", VERB_OTHER},
        {"BEGIN NOT ATOMIC SELECT 1; END", VERB_OTHER},
        {"COMMIT", VERB_COMMIT},
        {"END", VERB_COMMIT},
        {"ROLLBACK", VERB_ROLLBACK},
        {"ROLLBACK TO SAVEPOINT a", VERB_SAVEPOINT},
        {"SAVEPOINT a", VERB_SAVEPOINT},
        {"RELEASE a", VERB_RELEASE},
        {"SET x = 1", VERB_SET},
        {"/*! */ SET x = 1", VERB_SET},
        {"/*M!999999\\- on */ SET x = 1", VERB_SET},
        {"/*!50003 SET x = 1 */", VERB_SET},
        {"PRAGMA foreign_keys = ON", VERB_PRAGMA},
        {"/* x */ GRANT ALL ON t TO u", VERB_OTHER},
        {"", VERB_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(of(ctx, ENGINE_MARIA, cases[i].text).verb, cases[i].verb);
}

static void assert_refuses(struct ctx *ctx, enum engine engine, bool expected, const char *const *texts)
{
    for (int i = 0; texts[i]; i++)
        if (of(ctx, engine, texts[i]).refuses_transaction != expected)
            fail_msg("%s: should %srefuse a transaction", texts[i], expected ? "" : "not ");
}

static void postgres_refusals(void **state)
{
    assert_refuses(*state, ENGINE_PG, true,
                   (const char *const[]){
                       "CREATE INDEX CONCURRENTLY i ON t (a)",
                       "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)", "DROP INDEX CONCURRENTLY i",
                       "REINDEX INDEX CONCURRENTLY i", "REINDEX (VERBOSE) TABLE CONCURRENTLY t", "REINDEX DATABASE d",
                       "REINDEX (CONCURRENTLY, VERBOSE) TABLE t", "VACUUM FULL t", "CREATE DATABASE d",
                       "DROP DATABASE IF EXISTS d", "CREATE TABLESPACE s LOCATION '/x'", "ALTER SYSTEM SET a = 1",
                       "CLUSTER", "CLUSTER VERBOSE", "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
                       "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", "ALTER DATABASE d SET TABLESPACE s", NULL});
    assert_refuses(*state, ENGINE_PG, false,
                   (const char *const[]){"CREATE INDEX i ON t (a)", "REINDEX TABLE t", "CLUSTER t",
                                         "CLUSTER VERBOSE t USING i", "ALTER DATABASE d SET a = 1",
                                         "ALTER TABLE t DETACH PARTITION p", "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
                                         "DROP TABLE concurrently", "ALTER TYPE m ADD VALUE 'x'",
                                         "INSERT INTO t VALUES ('VACUUM')", NULL});
}

static void sqlite_refusals(void **state)
{
    assert_refuses(*state, ENGINE_LITE, true,
                   (const char *const[]){"VACUUM", "PRAGMA journal_mode = WAL", "PRAGMA main.journal_mode=wal",
                                         "ATTACH 'x' AS y", "DETACH y", NULL});
    assert_refuses(
        *state, ENGINE_LITE, false,
        (const char *const[]){"PRAGMA foreign_keys = OFF", "PRAGMA user_version = 3", "CREATE TABLE vacuum (a)", NULL});
}

static void new_enum_values_end_a_segment(void **state)
{
    struct ctx *ctx = *state;
    assert_true(of(ctx, ENGINE_PG, "ALTER TYPE s.m ADD VALUE IF NOT EXISTS 'x' BEFORE 'y'").ends_segment);
    assert_false(of(ctx, ENGINE_PG, "ALTER TYPE m ADD ATTRIBUTE a int").ends_segment);
    assert_false(of(ctx, ENGINE_PG, "ALTER TABLE m ADD value int").ends_segment);
}

/* "0 a b": what is destroyed, and its names */
static const char *destroyed(struct ctx *ctx, enum engine engine, const char *text)
{
    struct classified result = of(ctx, engine, text);
    return arena_printf(ctx->mem, "%d %s", result.destroys, names_join(ctx->mem, &result.destroyed, " "));
}

static void what_is_destroyed(void **state)
{
    static const struct {
        const char *text;
        enum destroys destroys;
        const char *names;
    } cases[] = {
        {"DROP TABLE IF EXISTS a, s.b CASCADE", DESTROYS_TABLE, "a s.b"},
        {"DROP SCHEMA s", DESTROYS_SPACE, "s"},
        {"DROP VIEW v", DESTROYS_NOTHING, ""},
        {"DROP INDEX i", DESTROYS_NOTHING, ""},
        {"ALTER TABLE s.a DROP COLUMN IF EXISTS b, ADD c int, DROP d", DESTROYS_COLUMN, "s.a.b s.a.d"},
        {"ALTER TABLE a DROP CONSTRAINT b, ALTER c DROP NOT NULL", DESTROYS_NOTHING, ""},
        {"ALTER TABLE a ALTER b DROP DEFAULT", DESTROYS_NOTHING, ""},
        {"ALTER VIEW a DROP b", DESTROYS_NOTHING, ""},
        {"TRUNCATE ONLY a, b", DESTROYS_ROWS, "a b"},
        {"TRUNCATE TABLE a", DESTROYS_ROWS, "a"},
        {"DELETE FROM s.a", DESTROYS_ROWS, "s.a"},
        {"DELETE FROM a WHERE b", DESTROYS_NOTHING, ""},
        {"DELETE FROM a USING b", DESTROYS_NOTHING, ""},
        {"UPDATE a SET b = (SELECT 1 FROM c WHERE d)", OVERWRITES_ROWS, "a"},
        {"UPDATE a SET b = 1 FROM c", DESTROYS_NOTHING, ""},
        {"INSERT INTO a SELECT 1", DESTROYS_NOTHING, ""},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(destroyed(ctx, ENGINE_PG, cases[i].text),
                            arena_printf(ctx->mem, "%d %s", cases[i].destroys, cases[i].names));
    assert_string_equal(destroyed(ctx, ENGINE_MY, "ALTER TABLE a DROP PARTITION p"),
                        arena_printf(ctx->mem, "%d a.p", DESTROYS_PARTITION));
    assert_string_equal(destroyed(ctx, ENGINE_MY, "ALTER TABLE a DROP FOREIGN KEY f, DROP PRIMARY KEY"),
                        arena_printf(ctx->mem, "%d ", DESTROYS_NOTHING));
    assert_string_equal(destroyed(ctx, ENGINE_MY, "UPDATE a, b SET a.c = 1"),
                        arena_printf(ctx->mem, "%d ", DESTROYS_NOTHING));
    assert_string_equal(destroyed(ctx, ENGINE_LITE, "DELETE FROM a LIMIT 1"),
                        arena_printf(ctx->mem, "%d ", DESTROYS_NOTHING));
}

UNIT_TESTS(UNIT(created_tables), UNIT(created_indexes_know_their_table), UNIT(other_created_objects),
           UNIT(dropped_objects), UNIT(renamed_objects), UNIT(comments_name_what_they_are_on),
           UNIT(data_is_told_from_structure), UNIT(transaction_control), UNIT(postgres_refusals), UNIT(sqlite_refusals),
           UNIT(new_enum_values_end_a_segment), UNIT(what_is_destroyed))
