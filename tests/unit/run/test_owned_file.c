/* What files say they make: the keys of what a project owns after them (schema/managed.h). */
#include "unit.h"

#include "base/buf.h"
#include "base/text.h"
#include "run/parts.h"

/* "table:.users! column:id column:id#comment", one line for a top; "!" where it is the project's itself. */
static const char *owned_text(struct arena *mem, const struct owned *owned)
{
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < owned->tops.n; i++) {
        const struct owned_top *top = owned->tops.entry[i].value;
        if (!top)
            continue;
        buf_addf(&out, "%s%s%s", out.len ? "\n" : "", owned->tops.entry[i].key, top->itself ? "!" : "");
        for (int j = 0; j < top->parts.n; j++)
            if (top->parts.entry[j].value)
                buf_addf(&out, " %s", top->parts.entry[j].key);
    }
    return out.data;
}

struct owned_case {
    const char *sql;
    const char *keys; /* after it */
};

static void case_is(struct ctx *ctx, const char *engine, const struct owned_case *is, enum owned_words words)
{
    const struct dialect *dialect = dialect_find(engine);
    const struct target target = target_offline(dialect, NULL);
    struct tree *tree = tree_new(ctx->mem, dialect->engine);
    object_new(ctx->mem, KIND_SCHEMA, tree->root, "app");
    const char *text = arena_printf(ctx->mem, "-- upgrade\n%s", is->sql);
    struct migration *migration;
    struct owned owned;
    assert_works(ctx, migration_of_text(ctx, dialect, "primary__0001_x.sql",
                                        &(struct sql_piece){.text = text, .length = strlen(text)}, &migration));
    owned_open(ctx, &target, tree, &owned);
    owned_file(&owned, migration, words);
    assert_string_equal(owned_text(ctx->mem, &owned), is->keys);
}

static void cases_are(struct ctx *ctx, const char *engine, const struct owned_case *cases, enum owned_words words)
{
    for (int i = 0; cases[i].sql; i++)
        case_is(ctx, engine, &cases[i], words);
}

#define USERS "CREATE TABLE users (id int, age int);\n"

static void tables_own_their_columns_and_constraints(void **state)
{
    static const struct owned_case cases[] = {
        {"CREATE TABLE IF NOT EXISTS users (id int DEFAULT 1, n numeric(3, 2) COMPRESSION pglz);",
         "table:.users! column:id column:id#default_value column:n column:n#compression"},
        {"CREATE TABLE users (LIKE other INCLUDING ALL, id int);", "table:.users! column:id"},
        {"CREATE TABLE users (id int PRIMARY KEY, a int UNIQUE, b int REFERENCES t (x, y) ON DELETE SET DEFAULT, c int);",
         "table:.users! column:id primary_key column:a unique(a) unique:users_a_key column:b foreign_key(b) foreign_key:users_b_fkey column:c"},
        {"CREATE TABLE users (a int CONSTRAINT a_key UNIQUE UNIQUE, b int CHECK (b > (0)) DEFAULT 1);",
         "table:.users! column:a unique:a_key unique(a) unique:users_a_key column:b check(b > 0) check:users_check check:users_b_check column:b#default_value"},
        {"CREATE TABLE users (a int, b int, PRIMARY KEY (a, b), CONSTRAINT named CHECK (a > 0), CHECK (a < b), c int);",
         "table:.users! column:a column:b primary_key check:named check(a < b) check:users_check check:users_a_check check:users_b_check column:c"},
        {"CREATE TABLE users (a int, FOREIGN KEY (a, b) REFERENCES t (x, y), EXCLUDE USING gist (a WITH =, \"B\" ops WITH &&));",
         "table:.users! column:a foreign_key(a, b) foreign_key:users_a_b_fkey exclude(a, B) exclude:users_a_B_excl"},
        {"CREATE TABLE users (\"Id\" int, B int) WITH (fillfactor = 70, toast.autovacuum_enabled = off) TABLESPACE fast;",
         "table:.users! column:Id column:b #options.fillfactor #options.toast.autovacuum_enabled #tablespace"},
        {"CREATE TABLE users WITH (fillfactor = 70) AS SELECT 1;", "table:.users! #options.fillfactor"},
        {"CREATE TABLE app.users (id int); CREATE TABLE public.users (id int); CREATE SCHEMA other;",
         "table:app.users! column:id\n"
         "table:.users! column:id\n"
         "schema:other!"},
        {NULL, NULL},
    };
    cases_are(*state, "postgresql", cases, OWNED_ALL);
}

static void changes_of_tables_are_followed(void **state)
{
    static const struct owned_case cases[] = {
        {USERS "ALTER TABLE IF EXISTS ONLY public.users * ADD COLUMN IF NOT EXISTS b int, ADD c int CHECK (c > 0);",
         "table:.users! column:id column:age column:b column:c check(c > 0) check:users_check check:users_c_check"},
        {USERS "ALTER TABLE users ADD CONSTRAINT one UNIQUE (id), ADD UNIQUE (age, id);",
         "table:.users! column:id column:age unique:one unique(age, id) unique:users_age_id_key"},
        {USERS "ALTER TABLE users SET (fillfactor = 70, autovacuum_enabled), SET TABLESPACE fast;",
         "table:.users! column:id column:age #options.fillfactor #options.autovacuum_enabled #tablespace"},
        {USERS "ALTER TABLE users ALTER COLUMN id SET DEFAULT 1, ALTER age SET STORAGE plain;",
         "table:.users! column:id column:age column:id#default_value column:age#storage"},
        {USERS "ALTER TABLE users ALTER id SET DEFAULT 1; ALTER TABLE users ALTER id DROP DEFAULT;",
         "table:.users! column:id column:age"},
        {USERS "ALTER TABLE users ALTER id SET DEFAULT 1; ALTER TABLE users RENAME COLUMN id TO \"Key\";",
         "table:.users! column:age column:Key column:Key#default_value"},
        {USERS "ALTER TABLE users RENAME id TO key; ALTER TABLE users RENAME TO people;",
         "table:.people! column:age column:key"},
        {USERS "ALTER TABLE users ADD CONSTRAINT id UNIQUE (id); ALTER TABLE users RENAME CONSTRAINT id TO two;",
         "table:.users! column:id column:age unique:two"},
        {USERS "ALTER TABLE users ADD CONSTRAINT id UNIQUE (id); ALTER TABLE users DROP CONSTRAINT IF EXISTS id;",
         "table:.users! column:id column:age"},
        {USERS "ALTER TABLE users ADD CONSTRAINT id UNIQUE (id); ALTER TABLE users DROP COLUMN id, ADD b int;",
         "table:.users! column:age unique:id column:b"},
        {USERS "ALTER TABLE users DROP IF EXISTS age CASCADE;", "table:.users! column:id"},
        {"ALTER TABLE others ADD a int; ALTER TABLE app.others DROP a;", "table:.others column:a\n"
                                                                         "table:app.others"},
        {USERS "DROP TABLE users;", ""},
        {USERS "DROP TABLE app.users; DROP TABLE others;", "table:.users! column:id column:age"},
        {NULL, NULL},
    };
    cases_are(*state, "postgresql", cases, OWNED_ALL);
}

static void what_hangs_on_a_table_is_found_by_its_name(void **state)
{
    static const struct owned_case cases[] = {
        {USERS
         "CREATE INDEX ix ON users (id) WITH (fillfactor = 70) TABLESPACE fast; CREATE INDEX iy ON users (lower(x));",
         "table:.users! column:id column:age index:ix index:ix#options.fillfactor index:ix#tablespace index:iy"},
        {USERS "CREATE INDEX ix ON users (id) WITH (fillfactor = 70); ALTER INDEX ix RENAME TO iy;",
         "table:.users! column:id column:age index:iy index:iy#options.fillfactor"},
        {USERS "CREATE INDEX ix ON users (id) WITH (fillfactor = 70); CREATE INDEX ixx ON users (id); DROP INDEX ix;",
         "table:.users! column:id column:age index:ixx"},
        {"CREATE TABLE a (x int); CREATE INDEX ix ON a (x); CREATE TABLE b (x int); CREATE INDEX iy ON b (x); DROP TABLE a; DROP INDEX iy; DROP INDEX ix;",
         "table:.b! column:x"},
        {"CREATE TABLE a (x int); CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f(); CREATE TABLE b (y int);\n"
         "CREATE TRIGGER t BEFORE INSERT ON b EXECUTE FUNCTION f(); DROP TRIGGER t ON a;",
         "table:.a! column:x\n"
         "table:.b! column:y trigger:t"},
        {"CREATE TABLE a (x int); CREATE INDEX ix ON a (x); CREATE TABLE app.a (x int); CREATE INDEX ix ON app.a (x);\n"
         "COMMENT ON INDEX app.ix IS 'x'; ALTER INDEX app.ix RENAME TO iy; DROP INDEX ix; DROP INDEX nobodys;",
         "table:.a! column:x\n"
         "table:app.a! column:x index:iy index:iy#comment"},
        {"CREATE MATERIALIZED VIEW v AS SELECT 1; CREATE VIEW w AS SELECT 1; CREATE INDEX ix ON w (a); CREATE INDEX iy ON v (a);",
         "view:.v! index:iy\n"
         "view:.w! index:ix"},
        {NULL, NULL},
    };
    cases_are(*state, "postgresql", cases, OWNED_ALL);
}

static void comments_are_settings(void **state)
{
    static const struct owned_case cases[] = {
        {USERS
         "COMMENT ON TABLE users IS 'x'; COMMENT ON COLUMN users.id IS 'y'; COMMENT ON COLUMN app.other.id IS 'z';",
         "table:.users! column:id column:age #comment column:id#comment\n"
         "table:app.other column:id#comment"},
        {USERS "CREATE INDEX ix ON users (id); COMMENT ON INDEX ix IS 'x'; COMMENT ON TRIGGER t ON users IS 'y';",
         "table:.users! column:id column:age index:ix index:ix#comment trigger:t#comment"},
        {"CREATE TYPE mood AS ENUM ('a'); COMMENT ON TYPE mood IS 'x'; CREATE SEQUENCE s; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
         "enum:.mood! #comment\n"
         "sequence:.s!"},
        {NULL, NULL},
    };
    cases_are(*state, "postgresql", cases, OWNED_ALL);
}

static void a_repeated_file_only_makes(void **state)
{
    static const struct owned_case cases[] = {
        {USERS
         "ALTER TABLE users ADD b int, RENAME id TO key, DROP age; ALTER TABLE users RENAME TO people; DROP TABLE users; CREATE SCHEMA other;",
         "table:.users! column:id column:age column:b\n"
         "schema:other!"},
        {NULL, NULL},
    };
    cases_are(*state, "postgresql", cases, OWNED_CREATED);
    static const struct owned_case schemas[] = {{USERS "CREATE SCHEMA other;", "schema:other!"}, {NULL, NULL}};
    cases_are(*state, "postgresql", schemas, OWNED_SCHEMAS);
}

static void rebuilds_take_nothing_over(void **state)
{
    static const struct owned_case cases[] = {
        {"CREATE TABLE other (b INT CONSTRAINT positive CHECK (b > 0), A TEXT DEFAULT ('x') COLLATE nocase);\n"
         "CREATE TABLE _dbwarden_new_Users (id INTEGER PRIMARY KEY, a TEXT, theirs TEXT);\n"
         "INSERT INTO _dbwarden_new_users SELECT * FROM users;\n"
         "DROP TABLE users;\n"
         "ALTER TABLE _dbwarden_new_users RENAME TO users;\n"
         "CREATE INDEX theirs ON users (theirs);\n"
         "CREATE INDEX ix ON other (b);",
         "table:.other! column:b check:positive column:a column:a#default_value index:ix"},
        {NULL, NULL},
    };
    cases_are(*state, "sqlite", cases, OWNED_ALL);
}

UNIT_TESTS(UNIT(tables_own_their_columns_and_constraints), UNIT(changes_of_tables_are_followed),
           UNIT(what_hangs_on_a_table_is_found_by_its_name), UNIT(comments_are_settings),
           UNIT(a_repeated_file_only_makes), UNIT(rebuilds_take_nothing_over))
