/* The reader of stored definitions: SQLite's own pragmas are the judge wherever they say something. */
#include "lite.h"

/* What SQLite accepts, one schema each. */
static const char *const schemas[] = {
    "CREATE TABLE t (a, b INT, c VARCHAR(10), d DECIMAL(10, -2), e UNSIGNED BIG INT, f DOUBLE PRECISION, g 'text', h \"my t\")",
    "CREATE TABLE t (a INT DEFAULT -5, b TEXT DEFAULT 'it''s', c BLOB DEFAULT x'00', d DEFAULT (1 + (2)), e DEFAULT + 3.5, "
    "f DEFAULT CURRENT_TIMESTAMP NOT NULL, g DEFAULT NULL, h DEFAULT true, i DEFAULT (datetime('now', '+1 day')))",
    "CREATE TABLE t (a INT NOT NULL ON CONFLICT FAIL UNIQUE ON CONFLICT IGNORE CHECK (a > 0) REFERENCES t ON DELETE SET NULL "
    "MATCH FULL ON UPDATE CASCADE NOT DEFERRABLE INITIALLY DEFERRED COLLATE nocase DEFAULT 3 NULL)",
    "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT ABORT AUTOINCREMENT, b CONSTRAINT n NOT NULL "
    "CONSTRAINT x CHECK (b IN (1, 2)))",
    "CREATE TABLE t (a INT PRIMARY KEY DESC, b)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)",
    "CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a DESC))",
    "CREATE TABLE t (a, b, c, PRIMARY KEY (c, a COLLATE nocase DESC), CONSTRAINT u UNIQUE (b DESC) ON CONFLICT REPLACE)",
    "CREATE TABLE t (a, b, UNIQUE (a) CHECK (a > b) CONSTRAINT f FOREIGN KEY (b) REFERENCES t (a) DEFERRABLE)",
    "CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID",
    "CREATE TABLE t (a INTEGER, b ANY, c TEXT, PRIMARY KEY (a)) STRICT, WITHOUT ROWID",
    "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED, c AS (a || ')') VIRTUAL UNIQUE, d TEXT AS (b) NOT NULL)",
    "CREATE TABLE t (\"a b\" INT, [c d] INT, `e``f` INT, 'g' INT, \"h\"\"i\" INT)",
    "CREATE TABLE \"t x\" (a -- a comment, with a comma and a )\n INT /* and ( one more */ NOT NULL, -- the end\n b INT -- last\n)",
    "CREATE TABLE t(a INT,b INT,CHECK(a<'),--'),CHECK((b)>0))",
    "CREATE TABLE t (key INT, action TEXT, desc_ INT, replace TEXT, generated INT, always INT, \"values\" INT, no INT)",
    "CREATE TABLE t (generated always, b always, c generated always as (b))",
    "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\", 2.5 AS d",
    "CREATE TABLE p (x, y, PRIMARY KEY (x, y)); CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p)",
    "CREATE TABLE t (a, b, c); CREATE UNIQUE INDEX i ON t (a DESC, b COLLATE nocase, c COLLATE rtrim ASC)",
    "CREATE TABLE t (a, b, c); CREATE INDEX IF NOT EXISTS i ON t (lower(a), a || b COLLATE nocase, (b) COLLATE nocase DESC, "
    "(a + b), cast(c AS TEXT) DESC, 'a') WHERE c IS NOT NULL AND a > 1 -- why",
    "CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b INT DEFAULT 7; ALTER TABLE t RENAME TO \"new t\"",
    "CREATE TABLE t (a INT); ALTER TABLE t RENAME COLUMN a TO \"select\"",
    "CREATE TABLE [t] (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w (x, y) AS SELECT 1, 2 /* end */",
    "CREATE TABLE t (a TEXT COLLATE binary, b TEXT COLLATE \"nocase\"); CREATE TRIGGER g BEFORE UPDATE OF a ON t WHEN NEW.a > 1 "
    "BEGIN SELECT 1; SELECT ';'; END",
    "CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    "CREATE TABLE \"\xc3\xa9t\xc3\xa9\" (\xc3\xa0 INT, \"\xe6\x97\xa5\xe6\x9c\xac\" TEXT DEFAULT '\xe2\x82\xac')",
    "CREATE TABLE t (a INT, CONSTRAINT \"odd name\" CHECK (a <> 0), CONSTRAINT b CONSTRAINT c UNIQUE (a))",
};

static const char *sql_text(struct ctx *ctx, const char *text)
{
    struct buf out;
    buf_init(&out, ctx->mem);
    literal_add(&out, &lite_ident, text);
    return out.data;
}

/* name type hidden pk, as pragma_table_xinfo has them. */
static void columns_agree(struct ctx *ctx, struct conn *conn, const struct object *table)
{
    struct rows rows;
    int at = 0;
    char *sql = arena_printf(ctx->mem, "SELECT name, type, \"notnull\", hidden, pk FROM pragma_table_xinfo(%s)",
                             sql_text(ctx, table->name));
    const struct primary_key *key = (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
    assert_works(ctx, conn_query(ctx, conn, sql, NULL, &rows));
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind != KIND_COLUMN)
            continue;
        const char *hidden = !column->computed.printed ? "0" : column->computed_stored ? "3" : "2";
        int place = 0;
        for (int k = 0; key && k < key->columns.n; k++)
            if (text_equal_nocase(key->columns.item[k], column->object.name))
                place = k + 1;
        assert_string_equal(rows_cell(&rows, at, "name"), column->object.name);
        const char *type = lite_type_normal(ctx->mem, NULL, rows_cell(&rows, at, "type"));
        if (!text_equal(type, lite_type_normal(ctx->mem, NULL, column->type)))
            fail_msg("%s: type %s, not %s", column->object.name, column->type, type);
        if (!key || place == 0)
            assert_string_equal(rows_cell(&rows, at, "notnull"), column->nullable ? "0" : "1");
        assert_string_equal(rows_cell(&rows, at, "hidden"), hidden);
        assert_string_equal(rows_cell(&rows, at, "pk"), arena_printf(ctx->mem, "%d", place));
        at++;
    }
    assert_int_equal(at, rows.row.n);
}

/* SQLite lists foreign keys last one first. */
static void foreign_keys_agree(struct ctx *ctx, struct conn *conn, const struct object *table)
{
    struct rows rows;
    int row = 0;
    char *sql = arena_printf(ctx->mem, "SELECT * FROM pragma_foreign_key_list(%s) ORDER BY id DESC, seq",
                             sql_text(ctx, table->name));
    assert_works(ctx, conn_query(ctx, conn, sql, NULL, &rows));
    for (int i = 0; i < table->children.n; i++) {
        const struct foreign_key *key = table->children.item[i];
        for (int k = 0; key->object.kind == KIND_FOREIGN_KEY && k < key->columns.n; k++, row++) {
            const char *to = rows_cell(&rows, row, "to");
            assert_string_equal(rows_cell(&rows, row, "table"), key->ref_table.name);
            assert_string_equal(rows_cell(&rows, row, "from"), key->columns.item[k]);
            assert_string_equal(rows_cell(&rows, row, "on_delete"), key->on_delete);
            assert_string_equal(rows_cell(&rows, row, "on_update"), key->on_update);
            if (to)
                assert_string_equal(to, key->ref_columns.item[k]);
        }
    }
    assert_int_equal(row, rows.row.n);
}

static void index_agrees(struct ctx *ctx, struct conn *conn, const struct object *index)
{
    struct rows rows;
    char *sql = arena_printf(ctx->mem, "SELECT name, desc, coll FROM pragma_index_xinfo(%s) WHERE key",
                             sql_text(ctx, index->name));
    assert_works(ctx, conn_query(ctx, conn, sql, NULL, &rows));
    assert_int_equal(rows.row.n, index->children.n);
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (!text_equal(rows_cell(&rows, i, "name"), part->column))
            fail_msg("part %d is %s, not %s", i, part->column, rows_cell(&rows, i, "name"));
        assert_string_equal(rows_cell(&rows, i, "desc"), part->descending ? "1" : "0");
        if (part->collation)
            assert_true(text_equal_nocase(rows_cell(&rows, i, "coll"), part->collation));
        else
            assert_string_equal(rows_cell(&rows, i, "coll"), "BINARY");
    }
}

/* As JSON and back it is the same tree. */
static void survives_json(struct ctx *ctx, struct tree *tree, const char *sql)
{
    struct tree *again = NULL;
    char *where = NULL;
    if (tree_from_json(ctx, "test", tree_to_json(ctx->mem, tree), &again) < 0)
        fail_msg("%s: %s", sql, ctx->error.message);
    if (!tree_same(ctx->mem, tree, again, &where))
        fail_msg("%s: %s", sql, where);
}

/* Rendered from what was read, SQLite has the same again. */
static void comes_back(struct ctx *ctx, struct conn *conn, const char *sql)
{
    CONN again = lite_memory(ctx);
    char *where = NULL;
    struct changes *changes = lite_diff(ctx, lite_tree_of(ctx, ""), lite_tree(ctx, conn), NULL);
    lite_apply_well(ctx, again, lite_plan(ctx, changes, 0));
    if (!tree_same(ctx->mem, lite_tree(ctx, conn), lite_tree(ctx, again), &where))
        fail_msg("%s: %s", sql, where);
}

static void the_reader_agrees_with_the_pragmas(void **state)
{
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        CONN conn = lite_memory(ctx);
        struct tree *tree = NULL;
        lite_run(ctx, conn, schemas[i]);
        if (lite_load(ctx, conn, NULL, &tree) < 0)
            fail_msg("%s: %s", schemas[i], ctx->error.message);
        for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
            if (o->kind == KIND_TABLE) {
                columns_agree(ctx, conn, o);
                foreign_keys_agree(ctx, conn, o);
            } else if (o->kind == KIND_INDEX)
                index_agrees(ctx, conn, o);
        }
        survives_json(ctx, tree, schemas[i]);
        comes_back(ctx, conn, schemas[i]);
    }
}

static const struct column *column_of(struct ctx *ctx, const char *definition)
{
    struct tree *tree = lite_tree_of(ctx, arena_printf(ctx->mem, "CREATE TABLE t (%s)", definition));
    return (const struct column *)object_only(tree_find(tree, KIND_TABLE, "", "t"), KIND_COLUMN);
}

static void defaults_are_read_as_values(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(column_of(ctx, "a DEFAULT - 5")->default_value.printed, "- 5");
    assert_string_equal(column_of(ctx, "a DEFAULT (1 + (2)) NOT NULL")->default_value.printed, "1 + (2)");
    assert_string_equal(column_of(ctx, "a DEFAULT word")->default_value.printed, "'word'");
    assert_string_equal(column_of(ctx, "a DEFAULT \"it's\"")->default_value.printed, "'it''s'");
    assert_string_equal(column_of(ctx, "a DEFAULT current_date")->default_value.printed, "CURRENT_DATE");
    assert_null(column_of(ctx, "a DEFAULT NULL")->default_value.printed);
}

static void a_constraint_has_the_name_before_it(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree =
        lite_tree_of(ctx, "CREATE TABLE t (a CONSTRAINT x NOT NULL CHECK (a > 1), CONSTRAINT y, CHECK (a > 2), "
                          "CONSTRAINT z CHECK (a > 3))");
    struct object *table = tree_find(tree, KIND_TABLE, "", "t");
    int n = 0;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_CHECK && n++ < 2)
            assert_null(child->name);
        else if (child->kind == KIND_CHECK)
            assert_string_equal(child->name, "z");
    }
    assert_int_equal(n, 3);
}

static void spellings_of_a_key_are_the_same(void **state)
{
    static const char *const same[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b INT REFERENCES t)",
        "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INT, b INT REFERENCES t (id), UNIQUE (a))",
        "create table T (ID integer, A int unique, B int, primary key (ID), unique (A), foreign key (B) references T (ID) "
        "on delete no action match simple)",
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < 9; i++)
        assert_no_difference(ctx, lite_tree_of(ctx, same[i / 3]), lite_tree_of(ctx, same[i % 3]));
}

static void lengths_of_types_differ(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(lite_type_normal(ctx->mem, NULL, "varchar ( 50 )"), "VARCHAR(50)");
    assert_string_equal(lite_type_normal(ctx->mem, NULL, "numeric(10 , 2)"), "NUMERIC(10,2)");
    assert_string_equal(lite_type_normal(ctx->mem, NULL, "unsigned  big\nint"), "UNSIGNED BIG INT");
    assert_null(lite_type_normal(ctx->mem, NULL, NULL));
    struct tree *a = lite_tree_of(ctx, "CREATE TABLE t (a VARCHAR(50))");
    struct tree *b = lite_tree_of(ctx, "CREATE TABLE t (a VARCHAR(100))");
    assert_int_equal(lite_diff(ctx, a, b, NULL)->list.n, 1);
}

static void defaults_are_compared_as_values(void **state)
{
    struct ctx *ctx = *state;
    assert_true(lite_default_same(ctx->mem, NULL, "INTEGER", "'0'", "0"));
    assert_true(lite_default_same(ctx->mem, NULL, "BOOLEAN", "false", "0"));
    assert_true(lite_default_same(ctx->mem, NULL, "NUMERIC(4,2)", "'1.5'", "(1.5)"));
    assert_false(lite_default_same(ctx->mem, NULL, "VARCHAR(5)", "'0'", "0"));
    assert_false(lite_default_same(ctx->mem, NULL, "INTEGER", "'0x'", "0"));
    assert_false(lite_default_same(ctx->mem, NULL, "INTEGER", "1", "0"));
}

static void virtual_tables_and_their_shadows_are_left_out(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree =
        lite_tree_of(ctx, "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE t (id INTEGER PRIMARY KEY "
                          "AUTOINCREMENT); ANALYZE;");
    assert_int_equal(object_count(tree_schema(ctx->mem, tree, ""), KIND_TABLE), 1);
}

static void our_own_tables_are_left_out(void **state)
{
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    struct filter filter = {0};
    struct tree *tree = NULL;
    names_add(ctx->mem, &filter.own, "_dbwarden_migrations");
    lite_run(ctx, conn, text_replace(ctx->mem, lite_state.create_migrations, "@t", "_dbwarden_migrations"));
    lite_run(ctx, conn, "CREATE TABLE t (a)");
    assert_works(ctx, lite_load(ctx, conn, &filter, &tree));
    assert_null(tree_find(tree, KIND_TABLE, "", "_dbwarden_migrations"));
    assert_non_null(tree_find(tree, KIND_TABLE, "", "t"));
}

UNIT_TESTS(UNIT(the_reader_agrees_with_the_pragmas), UNIT(defaults_are_read_as_values),
           UNIT(a_constraint_has_the_name_before_it), UNIT(spellings_of_a_key_are_the_same),
           UNIT(lengths_of_types_differ), UNIT(defaults_are_compared_as_values),
           UNIT(virtual_tables_and_their_shadows_are_left_out), UNIT(our_own_tables_are_left_out))
