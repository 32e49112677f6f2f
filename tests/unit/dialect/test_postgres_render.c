#include "postgres.h"

#define NOTHING pg_tree(*state, "'tables': []")

static void a_table_is_written_one_item_per_line(void **state)
{
    struct tree *tree =
        pg_tree(*state, "'tables': [{'name': 'users', 'comment': 'it`s', 'options': ['fillfactor=70'], 'columns': ["
                        "{'name': 'id', 'type': 'INTEGER', 'autoincrement': true, 'nullable': false},"
                        "{'name': 'email', 'type': 'VARCHAR(255)', 'nullable': false, 'default_value': '`x`'},"
                        "{'name': 'Order', 'type': 'TEXT', 'collation': 'C', 'storage': 'external', 'comment': 'odd'},"
                        "{'name': 'ident', 'type': 'BIGINT', 'identity': 'always', 'identity_start': 5},"
                        "{'name': 'up', 'type': 'TEXT', 'computed': 'upper(email)'}],"
                        "'primary_keys': [{'columns': ['id']}], 'uniques': [{'name': 'uq', 'columns': ['email']}],"
                        "'checks': [{'expr': 'id > 0'}]}]");
    assert_plan(NOTHING, tree,
                "CREATE TABLE users (\n"
                "    id SERIAL NOT NULL,\n"
                "    email VARCHAR(255) DEFAULT 'x' NOT NULL,\n"
                "    \"Order\" TEXT COLLATE \"C\",\n"
                "    ident BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5) NOT NULL,\n"
                "    up TEXT GENERATED ALWAYS AS (upper(email)) STORED,\n"
                "    PRIMARY KEY (id),\n"
                "    CONSTRAINT uq UNIQUE (email),\n"
                "    CHECK (id > 0)\n"
                ") WITH (fillfactor=70);\n\n"
                "ALTER TABLE users ALTER COLUMN \"Order\" SET STORAGE EXTERNAL;\n\n"
                "COMMENT ON COLUMN users.\"Order\" IS 'odd';\n\n"
                "COMMENT ON TABLE users IS 'it''s';");
    assert_plan(tree, NOTHING, "DROP TABLE users;");
}

static void tables_that_refer_to_each_other_get_their_keys_later(void **state)
{
    struct tree *tree = pg_tree(
        *state, "'tables': [{'name': 'egg', 'columns': [{'name': 'id', 'type': 'int'}, {'name': 'hen', 'type': 'int'}],"
                "'primary_keys': [{'columns': ['id']}],"
                "'foreign_keys': [{'columns': ['hen'], 'ref_table': 'hen', 'ref_columns': ['id']}]},"
                "{'name': 'hen', 'columns': [{'name': 'id', 'type': 'int'}, {'name': 'egg', 'type': 'int'}],"
                "'primary_keys': [{'columns': ['id']}],"
                "'foreign_keys': [{'columns': ['egg'], 'ref_table': 'egg', 'ref_columns': ['id']}]}]");
    const char *text = pg_statements(*state, NOTHING, tree, 150004);
    assert_true(text_ends(text, "ADD FOREIGN KEY (egg) REFERENCES egg (id);") ||
                text_ends(text, "ADD FOREIGN KEY (hen) REFERENCES hen (id);"));
}

static void a_type_changes_with_its_default_out_of_the_way(void **state)
{
    assert_plan(pg_columns(*state, "{'name': 'c', 'type': 'varchar', 'default_value': '`1`'}"),
                pg_columns(*state, "{'name': 'c', 'type': 'integer', 'default_value': '2', 'nullable': false}"),
                "ALTER TABLE t ALTER COLUMN c DROP DEFAULT;\n\n"
                "ALTER TABLE t ALTER COLUMN c TYPE integer USING c::integer;\n\n"
                "ALTER TABLE t ALTER COLUMN c SET DEFAULT 2;\n\n"
                "ALTER TABLE t ALTER COLUMN c SET NOT NULL;");
    assert_plan(pg_columns(*state, "{'name': 'c', 'type': 'integer', 'default_value': '1'}"),
                pg_columns(*state, "{'name': 'c', 'type': 'bigint', 'default_value': '1'}"),
                "ALTER TABLE t ALTER COLUMN c TYPE bigint;");
}

static void serial_comes_and_goes(void **state)
{
    struct tree *plain = pg_columns(*state, "{'name': 'id', 'type': 'int', 'nullable': false}");
    struct tree *serial = pg_columns(*state, "{'name': 'id', 'type': 'serial'}");
    struct tree *big = pg_columns(*state, "{'name': 'id', 'type': 'bigserial'}");
    assert_plan(plain, serial,
                "CREATE SEQUENCE t_id_seq AS integer OWNED BY t.id;\n\n"
                "ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq');\n\n"
                "SELECT setval(pg_get_serial_sequence('t', 'id'), max(id)) FROM t HAVING max(id) > 0;");
    assert_plan(serial, plain,
                "ALTER TABLE t ALTER COLUMN id DROP DEFAULT;\n\n"
                "DO $$ BEGIN EXECUTE format('DROP SEQUENCE %s', pg_get_serial_sequence('t', 'id')); END $$;");
    assert_plan(
        serial, big,
        "ALTER TABLE t ALTER COLUMN id TYPE BIGINT;\n\n"
        "DO $$ BEGIN EXECUTE format('ALTER SEQUENCE %s AS bigint', pg_get_serial_sequence('t', 'id')); END $$;");
}

#define KEYED(uniques)                                                                                        \
    pg_tree(*state, "'tables': [{'name': 't', 'columns': [{'name': 'id', 'type': 'int', 'nullable': false}]," \
                    "'primary_keys': [{'columns': ['id']}], 'uniques': [" uniques "]}]")

static void a_unique_that_says_a_key_again_is_satisfied(void **state)
{
    assert_plan(KEYED(""), KEYED("{'columns': ['id']}"), "");
    assert_plan(KEYED(""), KEYED("{'name': 'uq', 'columns': ['id']}"), "");
    assert_plan(KEYED(""), KEYED("{'columns': ['id'], 'deferrable': true}"),
                "ALTER TABLE t ADD UNIQUE (id) DEFERRABLE;");
    assert_plan(KEYED("{'name': 'uq', 'columns': ['id']}"), KEYED("{'name': 'uq', 'columns': ['id']}"), "");
    assert_plan(NOTHING, KEYED("{'columns': ['id']}"),
                "CREATE TABLE t (\n    id int NOT NULL,\n    PRIMARY KEY (id)\n);");
}

#define UNIQUES(uniques)                                                                  \
    pg_tree(*state, "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}]," \
                    "'uniques': [" uniques "]}]")

static void of_two_equal_uniques_the_named_one_is_made(void **state)
{
    assert_plan(NOTHING, UNIQUES("{'columns': ['a']}, {'name': 'uq', 'columns': ['a']}"),
                "CREATE TABLE t (\n    a int,\n    CONSTRAINT uq UNIQUE (a)\n);");
    assert_plan(UNIQUES("{'name': 't_a_key', 'columns': ['a']}"),
                UNIQUES("{'columns': ['a']}, {'name': 'uq', 'columns': ['a']}"), "");
}

/* Neither what somebody else has there, nor what comes in this plan. */
static void a_name_of_ours_is_one_that_nobody_has(void **state)
{
    static const char table[] = "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}, {'name': 'b', "
                                "'type': 'int'}], %s}]";
    struct ctx *ctx = *state;
    const char *before = "'checks': [{'name': 't_a_check', 'expr': 'a > 0'}], "
                         "'uniques': [{'name': 't_a_check1', 'columns': ['b']}]";
    const char *after =
        "'checks': [{'expr': 'a < 9'}], 'indexes': [{'name': 't_a_check2', 'parts': [{'column': 'b'}]}]";
    struct tree *tree = pg_tree(ctx, arena_printf(ctx->mem, table, before));
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        o->stranger = o->kind == KIND_UNIQUE || o->kind == KIND_CHECK;
    assert_plan(tree, pg_tree(ctx, arena_printf(ctx->mem, table, after)),
                "ALTER TABLE t ADD CONSTRAINT t_a_check3 CHECK (a < 9);\n\nCREATE INDEX t_a_check2 ON t (b);");
}

static void a_serial_may_count_in_its_own_way(void **state)
{
    assert_plan(pg_tree(*state, "'sequences': [{'name': 'nr', 'increment': 5, 'owned_by': 't.id'}],"
                                "'tables': [{'name': 't', 'columns': [{'name': 'id', 'type': 'integer',"
                                "'nullable': false, 'default_value': 'nextval(`nr`::regclass)'}]}]"),
                pg_columns(*state, "{'name': 'id', 'type': 'serial'}"), "");
}

static void identity_options_are_set_one_by_one(void **state)
{
    assert_plan(pg_columns(*state, "{'name': 'id', 'type': 'int', 'identity': 'always'}"),
                pg_columns(*state, "{'name': 'id', 'type': 'int', 'identity': 'by default', 'identity_increment': 5}"),
                "ALTER TABLE t ALTER COLUMN id SET GENERATED BY DEFAULT SET INCREMENT BY 5;");
}

static void a_generated_column_is_altered_where_the_server_can(void **state)
{
    struct tree *before =
        pg_columns(*state, "{'name': 'a', 'type': 'int'}, {'name': 'b', 'type': 'int', 'computed': 'a + 1'}");
    struct tree *after =
        pg_columns(*state, "{'name': 'a', 'type': 'int'}, {'name': 'b', 'type': 'int', 'computed': 'a + 2'}");
    assert_string_equal(pg_statements(*state, before, after, 170000),
                        "ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a + 2);");
    assert_string_equal(pg_statements(*state, before, after, 150000),
                        "ALTER TABLE t DROP COLUMN b;\n\n"
                        "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a + 2) STORED;");
}

static struct tree *with_enum(void **state, const char *labels)
{
    return pg_tree(*state, arena_printf(((struct ctx *)*state)->mem,
                                        "'enums': [{'name': 'mood', 'labels': [%s]}], 'tables': [{'name': 't',"
                                        "'columns': [{'name': 'm', 'type': 'mood', 'default_value': '`ok`::mood'},"
                                        "{'name': 'ms', 'type': 'mood[]'}],"
                                        "'checks': [{'name': 'ck', 'expr': 'm <> `sad`::mood'}]}]",
                                        labels));
}

static void labels_are_added_in_place(void **state)
{
    assert_plan(with_enum(state, "'sad', 'ok'"), with_enum(state, "'zero', 'sad', 'so-so', 'ok', 'happy'"),
                "ALTER TYPE mood ADD VALUE 'zero' BEFORE 'sad';\n\n"
                "ALTER TYPE mood ADD VALUE 'so-so' BEFORE 'ok';\n\n"
                "ALTER TYPE mood ADD VALUE 'happy';");
}

static void labels_go_by_way_of_a_new_type(void **state)
{
    assert_plan(with_enum(state, "'sad', 'ok', 'happy'"), with_enum(state, "'ok', 'sad'"),
                "ALTER TABLE t DROP CONSTRAINT ck;\n\n"
                "ALTER TYPE mood RENAME TO mood__old;\n\n"
                "CREATE TYPE mood AS ENUM ('ok', 'sad');\n\n"
                "ALTER TABLE t ALTER COLUMN m DROP DEFAULT;\n\n"
                "ALTER TABLE t ALTER COLUMN m TYPE mood USING m::text::mood;\n\n"
                "ALTER TABLE t ALTER COLUMN m SET DEFAULT 'ok'::mood;\n\n"
                "ALTER TABLE t ALTER COLUMN ms TYPE mood[] USING ms::text[]::mood[];\n\n"
                "DROP TYPE mood__old;\n\n"
                "ALTER TABLE t ADD CONSTRAINT ck CHECK (m <> 'sad'::mood);");
}

static struct tree *with_index(void **state, const char *index)
{
    return pg_tree(*state, arena_printf(((struct ctx *)*state)->mem,
                                        "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'text'},"
                                        "{'name': 'b', 'type': 'int'}], 'indexes': [%s]}]",
                                        index));
}

static void clauses_of_an_index_have_the_servers_order(void **state)
{
    assert_plan(
        with_index(state, ""),
        with_index(state, "{'name': 'ix', 'is_unique': true, 'predicate': 'b > 0', 'include': ['b'],"
                          "'nulls_not_distinct': true, 'options': ['fillfactor=50'], 'tablespace': 'fast',"
                          "'parts': [{'expr': 'lower(a)'}, {'expr': 'b + 1', 'descending': true, 'nulls_first': false},"
                          "{'column': 'a', 'collation': 'C', 'opclass': 'text_pattern_ops', 'nulls_first': true}]}"),
        "CREATE UNIQUE INDEX ix ON t (lower(a), (b + 1) DESC NULLS LAST, a COLLATE \"C\" text_pattern_ops "
        "NULLS FIRST) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor=50) TABLESPACE fast WHERE b > 0;");
}

static void only_old_tables_get_indexes_concurrently(void **state)
{
    struct ctx *ctx = *state;
    struct tree *with = with_index(state, "{'name': 'ix', 'parts': [{'column': 'b'}]}");
    struct tree *without[] = {with_index(state, ""), NOTHING};
    for (int i = 0; i < 2; i++) {
        const struct target target = pg_target_of(150000);
        struct diff_input input = {.target = &target, .before = without[i], .after = tree_copy(ctx->mem, with)};
        struct plan_options options = {.concurrently = true};
        struct changes *changes = NULL;
        struct plan *plan = NULL;
        const struct statement_out *last;
        assert_works(ctx, diff_trees(ctx, &input, &changes));
        assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan));
        last = plan->statements.item[plan->statements.n - 1];
        assert_string_equal(last->sql, i == 0 ? "CREATE INDEX CONCURRENTLY ix ON t (b)" : "CREATE INDEX ix ON t (b)");
        assert_int_equal(last->refuses_transaction, i == 0);
    }
}

/* Where CREATE would lock writers out, DROP would too: on the way there, and on the way back. */
static void old_tables_lose_indexes_concurrently(void **state)
{
    struct ctx *ctx = *state;
    struct tree *with = with_index(state, "{'name': 'ix', 'parts': [{'column': 'b'}]}");
    const struct target target = pg_target_of(150000);
    struct plan_options options = {.concurrently = true};
    for (int up = 0; up < 2; up++) {
        struct tree *without = with_index(state, "");
        struct diff_input input = {.target = &target,
                                   .before = up ? without : tree_copy(ctx->mem, with),
                                   .after = up ? tree_copy(ctx->mem, with) : without};
        struct changes *changes = NULL;
        struct plan *plan[2] = {NULL};
        assert_works(ctx, diff_trees(ctx, &input, &changes));
        assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan[0]));
        assert_works(ctx, plan_reverse(ctx, &target, plan[0], &options, &plan[1]));
        for (int i = 0; i < 2; i++) {
            assert_int_equal(plan[i]->statements.n, 1);
            const struct statement_out *statement = plan[i]->statements.item[0];
            assert_string_equal(statement->sql,
                                i == up ? "DROP INDEX CONCURRENTLY ix" : "CREATE INDEX CONCURRENTLY ix ON t (b)");
            assert_true(statement->refuses_transaction);
        }
    }
    struct diff_input input = {.target = &target, .before = NOTHING, .after = tree_copy(ctx->mem, with)};
    struct changes *changes = NULL;
    struct plan *up = NULL, *down = NULL;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_works(ctx, plan_make(ctx, &target, changes, &options, &up));
    assert_works(ctx, plan_reverse(ctx, &target, up, &options, &down));
    assert_string_equal(plan_text(ctx->mem, down), "DROP TABLE t;");
}

/* Of one name, so neither can be there before the other has gone: all in one transaction, whatever was asked for. */
static void a_key_and_an_index_of_one_name_take_turns_in_a_transaction(void **state)
{
    struct ctx *ctx = *state;
    static const char table[] = "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}], %s}]";
    static const char *const parts[] = {"'uniques': [{'name': 'k', 'columns': ['a']}]",
                                        "'indexes': [{'name': 'k', 'is_unique': true, 'parts': [{'column': 'a'}]}]",
                                        "'indexes': [{'name': 'k', 'is_unique': true, 'nulls_not_distinct': true, "
                                        "'parts': [{'column': 'a'}]}]"};
    const struct target target = pg_target_of(150000);
    const struct plan_options options = {.concurrently = true};
    for (int i = 0; i < 2; i++) {
        struct diff_input input = {.target = &target,
                                   .before = pg_tree(ctx, arena_printf(ctx->mem, table, parts[i])),
                                   .after = pg_tree(ctx, arena_printf(ctx->mem, table, parts[i + 1]))};
        struct changes *changes = NULL;
        struct plan *plan[2] = {NULL};
        assert_works(ctx, diff_trees(ctx, &input, &changes));
        assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan[0]));
        assert_works(ctx, plan_reverse(ctx, &target, plan[0], &options, &plan[1]));
        for (int way = 0; way < 2; way++) {
            /* a key takes over an index that is like it */
            assert_int_equal(plan[way]->statements.n, i == 0 && way == 1 ? 1 : 2);
            for (int k = 0; k < plan[way]->statements.n; k++)
                assert_false(((const struct statement_out *)plan[way]->statements.item[k])->refuses_transaction);
        }
    }
}

static struct tree *with_key(void **state, const char *settings)
{
    return pg_tree(*state, arena_printf(((struct ctx *)*state)->mem,
                                        "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}],"
                                        "'primary_keys': [{'name': 'p', 'columns': ['a']%s}]}]",
                                        settings));
}

static void the_index_of_a_key_is_moved_and_tuned_in_place(void **state)
{
    const char *settings = ", 'options': ['fillfactor=50'], 'tablespace': 'fast'";
    assert_plan(NOTHING, with_key(state, settings),
                "CREATE TABLE t (\n    a int NOT NULL,\n"
                "    CONSTRAINT p PRIMARY KEY (a) WITH (fillfactor=50) USING INDEX TABLESPACE fast\n);");
    assert_plan(with_key(state, ""), with_key(state, settings),
                "ALTER INDEX p SET (fillfactor=50);\n\nALTER INDEX p SET TABLESPACE fast;");
    assert_plan(with_key(state, settings), with_key(state, ""),
                "ALTER INDEX p RESET (fillfactor);\n\nALTER INDEX p SET TABLESPACE pg_default;");
}

static struct tree *with_index_on(void **state, const char *table, const char *settings)
{
    return pg_tree(*state, arena_printf(((struct ctx *)*state)->mem,
                                        "'tables': [{'name': 't'%s, 'columns': [{'name': 'a', 'type': 'int'}],"
                                        "'indexes': [{'name': 'i', 'parts': [{'column': 'a'}]%s}]}]",
                                        table, settings));
}

static void an_index_is_moved_and_tuned_in_place_but_not_of_a_partitioned_table(void **state)
{
    const char *settings = ", 'options': ['fillfactor=50'], 'tablespace': 'fast'";
    const char *parted = ", 'partition_by': 'RANGE (a)'";
    assert_plan(with_index_on(state, "", ""), with_index_on(state, "", settings),
                "ALTER INDEX i SET (fillfactor=50);\n\nALTER INDEX i SET TABLESPACE fast;");
    assert_plan(with_index_on(state, "", settings), with_index_on(state, "", ""),
                "ALTER INDEX i RESET (fillfactor);\n\nALTER INDEX i SET TABLESPACE pg_default;");
    assert_plan(with_index_on(state, parted, ""), with_index_on(state, parted, ", 'options': ['fillfactor=50']"),
                "DROP INDEX i;\n\nCREATE INDEX i ON t (a) WITH (fillfactor=50);");
}

/* One that is asked for is refused to a server that is known to be older, and written for one that has it, or may. */
static void an_old_server_is_not_asked_for_what_it_lacks(void **state)
{
#define A_COLUMN(more) "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'mood'}, {'name': 'b'" more "}]}]"
#define A_KEY(key)     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}], " key "}]"
#define A_FUNCTION(text) \
    "'functions': [{'name': 'f(integer)', 'called': 'f', 'arguments': ['integer'], 'definition': '" text "'}]"
#define A_VIEW(more) "'views': [{'name': 'v', 'query': 'SELECT 1 AS a', 'materialized': true" more "}]"
#define A_VIRTUAL    ", 'type': 'int', 'computed': '1', 'computed_stored': false"
    static const struct {
        const char *before, *after;
        int lacks, has;
        const char *refusal, *statement;
    } cases[] = {
        {A_KEY("'indexes': []"),
         A_KEY("'indexes': [{'name': 'i', 'nulls_not_distinct': true, 'parts': [{'column': 'a'}]}]"), 140010, 150000,
         "PostgreSQL 14 has no NULLS NOT DISTINCT, which came with 15", "NULLS NOT DISTINCT"},
        {A_KEY("'uniques': []"), A_KEY("'uniques': [{'name': 'u', 'nulls_not_distinct': true, 'columns': ['a']}]"),
         140010, 150000, "PostgreSQL 14 has no NULLS NOT DISTINCT, which came with 15", "NULLS NOT DISTINCT"},
        {A_COLUMN(", 'type': 'text'"), A_COLUMN(", 'type': 'text', 'compression': 'lz4'"), 130000, 140000,
         "PostgreSQL 13 has no compression method of a column, which came with 14", "SET COMPRESSION lz4"},
        {"'tables': []", A_COLUMN(A_VIRTUAL), 170004, 180000,
         "PostgreSQL 17 has no virtual generated columns, which came with 18", "GENERATED ALWAYS AS (1) VIRTUAL"},
        {"'functions': []", A_FUNCTION("CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql RETURN a"), 130005,
         140000, "PostgreSQL 13 has no bodies in SQL's own words (BEGIN ATOMIC, RETURN), which came with 14",
         "RETURN a"},
        {"'functions': []", A_FUNCTION("CREATE PROCEDURE f(IN a integer, OUT b integer) LANGUAGE sql AS $$SELECT a$$"),
         130005, 140000, "PostgreSQL 13 has no OUT arguments of procedures, which came with 14", "OUT b"},
        {"'functions': []", A_FUNCTION("CREATE FUNCTION f(a integer, OUT b integer) LANGUAGE sql AS $$SELECT a$$"), 0,
         120000, NULL, "OUT b"},
        {"'tables': []", A_COLUMN(", 'type': 'int4multirange[]'"), 130005, 140000,
         "PostgreSQL 13 has no multirange types, which came with 14", "b int4multirange[]"},
        {"'tables': []", A_COLUMN(", 'type': 'int4multiranges'"), 0, 120000, NULL, "b int4multiranges"},
        {"'range_types': []",
         "'range_types': [{'name': 'r', 'called': 'r', 'definition': 'CREATE TYPE r AS RANGE (subtype = integer, "
         "multirange_type_name = m)'}]",
         130005, 140000, "PostgreSQL 13 has no names of multirange types, which came with 14", "multirange_type_name"},
        {A_KEY("'foreign_keys': []"),
         A_KEY(
             "'primary_keys': [{'columns': ['a']}], 'foreign_keys': [{'name': 'k', 'columns': ['a'], 'ref_table': 't', "
             "'ref_columns': ['a'], 'on_delete': 'SET NULL (a)'}]"),
         140005, 150000, "PostgreSQL 14 has no columns of ON DELETE SET NULL, which came with 15", "SET NULL (a)"},
        {A_COLUMN(", 'type': 'text'"), A_COLUMN(", 'type': 'text', 'nullable': false, 'not_null_no_inherit': true"),
         170004, 180000, "PostgreSQL 17 has no NOT NULL that is NO INHERIT, which came with 18",
         "ADD NOT NULL b NO INHERIT"},
        {A_VIEW(""), A_VIEW(", 'column_settings': ['a.compression=pglz']"), 130005, 140000,
         "PostgreSQL 13 has no compression method of a column, which came with 14",
         "ALTER COLUMN a SET COMPRESSION pglz"},
        {A_VIEW(", 'column_settings': ['a.storage=plain']"), A_VIEW(""), 0, 150000, NULL, "DROP MATERIALIZED VIEW v"},
        {A_COLUMN(", 'type': 'vector', 'storage': 'plain'"), A_COLUMN(", 'type': 'vector', 'storage': null"), 150004,
         160000, "PostgreSQL 15 has no SET STORAGE DEFAULT, which came with 16", "SET STORAGE DEFAULT"},
        {A_COLUMN(", 'type': 'text', 'storage': 'plain'"), A_COLUMN(", 'type': 'text', 'storage': null"), 0, 120000,
         NULL, "SET STORAGE EXTENDED"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int versions[] = {cases[i].has, 0, cases[i].lacks};
        for (int k = 0; k < (cases[i].lacks ? 3 : 2); k++) {
            const struct target target = pg_target_of(versions[k]);
            struct diff_input input = {
                .target = &target, .before = pg_tree(ctx, cases[i].before), .after = pg_tree(ctx, cases[i].after)};
            const struct plan_options options = {0};
            struct changes *changes = NULL;
            struct plan *plan = NULL;
            assert_works(ctx, diff_trees(ctx, &input, &changes));
            if (k == 2) {
                assert_fails(ctx, plan_make(ctx, &target, changes, &options, &plan), ERR_UNSUPPORTED, cases[i].refusal);
                continue;
            }
            assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan));
            if (!text_has(plan_text(ctx->mem, plan), cases[i].statement))
                fail_msg("case %d: %s", (int)i, plan_text(ctx->mem, plan));
        }
    }
}

static void a_sequence_waits_for_its_column(void **state)
{
    assert_plan(pg_columns(*state, "{'name': 'a', 'type': 'int'}"),
                pg_tree(*state, "'sequences': [{'name': 's', 'owned_by': 't.b', 'type': 'integer', 'max': 9}],"
                                "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'},"
                                "{'name': 'b', 'type': 'int', 'default_value': 'nextval(`s`)'}]}]"),
                "CREATE SEQUENCE s AS integer MAXVALUE 9;\n\n"
                "ALTER TABLE t ADD COLUMN b int DEFAULT nextval('s');\n\n"
                "ALTER SEQUENCE s OWNED BY t.b;");
}

static struct tree *with_view(void **state, const char *query)
{
    return pg_tree(*state, arena_printf(((struct ctx *)*state)->mem,
                                        "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}]}],"
                                        "'views': [{'name': 'v', 'query': '%s'}]",
                                        query));
}

static void a_view_is_replaced_in_place_if_its_columns_stay(void **state)
{
    struct tree *view = with_view(state, "SELECT a FROM t");
    assert_plan(view, with_view(state, "SELECT a FROM t WHERE a > 0"),
                "CREATE OR REPLACE VIEW v AS\nSELECT a FROM t WHERE a > 0;");
    assert_plan(with_view(state, "SELECT a FROM t"), with_view(state, "SELECT a, 1 AS b FROM t"),
                "DROP VIEW v;\n\nCREATE VIEW v AS\nSELECT a, 1 AS b FROM t;");
}

static void partitioning_cannot_change(void **state)
{
    struct ctx *ctx = *state;
    const struct target target = pg_target_of(0);
    struct diff_input input = {.target = &target,
                               .before = pg_columns(ctx, "{'name': 'a', 'type': 'int'}"),
                               .after = pg_tree(ctx, "'tables': [{'name': 't', 'partition_by': 'range (a)',"
                                                     "'columns': [{'name': 'a', 'type': 'int'}]}]")};
    struct plan_options options = {0};
    struct changes *changes = NULL;
    struct plan *plan = NULL;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_fails(ctx, plan_make(ctx, &target, changes, &options, &plan), ERR_UNSUPPORTED,
                 "table t: its partitioning cannot be changed in place");
}

UNIT_TESTS(UNIT(a_table_is_written_one_item_per_line), UNIT(tables_that_refer_to_each_other_get_their_keys_later),
           UNIT(a_type_changes_with_its_default_out_of_the_way), UNIT(serial_comes_and_goes),
           UNIT(a_unique_that_says_a_key_again_is_satisfied), UNIT(of_two_equal_uniques_the_named_one_is_made),
           UNIT(a_name_of_ours_is_one_that_nobody_has), UNIT(a_serial_may_count_in_its_own_way),
           UNIT(identity_options_are_set_one_by_one), UNIT(a_generated_column_is_altered_where_the_server_can),
           UNIT(labels_are_added_in_place), UNIT(labels_go_by_way_of_a_new_type),
           UNIT(clauses_of_an_index_have_the_servers_order), UNIT(only_old_tables_get_indexes_concurrently),
           UNIT(old_tables_lose_indexes_concurrently), UNIT(a_key_and_an_index_of_one_name_take_turns_in_a_transaction),
           UNIT(the_index_of_a_key_is_moved_and_tuned_in_place),
           UNIT(an_index_is_moved_and_tuned_in_place_but_not_of_a_partitioned_table),
           UNIT(an_old_server_is_not_asked_for_what_it_lacks), UNIT(a_sequence_waits_for_its_column),
           UNIT(a_view_is_replaced_in_place_if_its_columns_stay), UNIT(partitioning_cannot_change))
