/* What engines share, over an SQLite connection: catalog rows into objects, and clauses. */
#include "lite.h"

static struct tree *loaded(struct ctx *ctx, const struct catalog_query *query, int n)
{
    CONN conn = lite_memory(ctx);
    struct tree *tree = tree_new(ctx->mem, ENGINE_PG);
    assert_works(ctx, catalog_load(ctx, conn, query, n, tree));
    return tree;
}

static void aliases_are_fields(void **state)
{
    static const struct catalog_query query[] = {
        {.kind = KIND_TABLE,
         .sql = "SELECT 'app' AS schema, 't' AS name, 'why' AS comment, 1 AS unlogged, NULL AS tablespace"},
        {.kind = KIND_COLUMN,
         .sql = "SELECT 'app' AS schema, 't' AS \"table\", 'c' AS name, 'int' AS type, 'f' AS nullable, "
                "'1 + 1' AS default_value, NULL AS identity_start, 't' AS name_invented"},
        {.kind = KIND_UNIQUE,
         .sql = "SELECT 'app' AS schema, 't' AS \"table\", 'u' AS name, '[\"c\", \"d\"]' AS columns"},
        {.kind = KIND_INDEX, .sql = "SELECT 'app' AS schema, 't' AS \"table\", 'i' AS name, 't' AS is_unique"},
        {.kind = KIND_INDEX_PART, .sql = "SELECT 'app' AS schema, 'i' AS parent, 'c' AS \"column\", NULL AS expr"},
        {.kind = KIND_COLUMN, .sql = "SELECT 'app' AS schema, 'unknown' AS \"table\", 'c' AS name"},
    };
    struct ctx *ctx = *state;
    struct tree *tree = loaded(ctx, query, 6);
    const struct table *table = (const struct table *)tree_find(tree, KIND_TABLE, "app", "t");
    assert_string_equal(table->comment, "why");
    assert_true(table->unlogged);
    assert_true(object_says(&table->object, TABLE_tablespace) && !table->tablespace);
    assert_false(object_says(&table->object, TABLE_inherits));
    const struct column *column = (const struct column *)object_only(&table->object, KIND_COLUMN);
    assert_string_equal(column->type, "int");
    assert_false(column->nullable);
    assert_true(object_says(&column->object, COLUMN_nullable));
    assert_string_equal(column->default_value.printed, "1 + 1");
    assert_false(object_says(&column->object, COLUMN_identity_start));
    assert_true(column->object.name_invented);
    const struct unique *unique = (const struct unique *)object_only(&table->object, KIND_UNIQUE);
    assert_string_equal(names_join(ctx->mem, &unique->columns, "+"), "c+d");
    const struct object *index = object_only(&table->object, KIND_INDEX);
    assert_string_equal(((const struct index_part *)object_only(index, KIND_INDEX_PART))->column, "c");
    assert_true(tree_speaks(tree, KIND_INDEX_PART));
    assert_false(tree_speaks(tree, KIND_VIEW));
}

static void an_alias_that_is_no_field_is_an_error(void **state)
{
    static const struct catalog_query query = {.kind = KIND_TABLE, .sql = "SELECT 't' AS name, 1 AS nonsense"};
    struct ctx *ctx = *state;
    CONN conn = lite_memory(ctx);
    assert_fails(ctx, catalog_load(ctx, conn, &query, 1, tree_new(ctx->mem, ENGINE_PG)), ERR_FAILED,
                 "the catalog query for kind table names an unknown field \"nonsense\"");
}

static void a_foreign_key_is_spelled(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_new(ctx->mem, ENGINE_LITE);
    struct object *table = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, tree, ""), "t");
    struct foreign_key *key = (struct foreign_key *)object_new(ctx->mem, KIND_FOREIGN_KEY, table, "fk");
    struct buf out;
    buf_init(&out, ctx->mem);
    key->object.named = true;
    names_add(ctx->mem, &key->columns, "a b");
    key->ref_table = (struct ref){"", "order", NULL};
    names_add(ctx->mem, &key->ref_columns, "id");
    key->on_delete = "NO ACTION";
    key->on_update = "CASCADE";
    key->match = "SIMPLE";
    key->initially_deferred = true;
    ansi_foreign_key(&out, &lite_dialect, key);
    assert_string_equal(out.data, "CONSTRAINT fk FOREIGN KEY (\"a b\") REFERENCES \"order\" (id) ON UPDATE CASCADE "
                                  "DEFERRABLE INITIALLY DEFERRED");
}

static void settling_only_fills_gaps(void **state)
{
    struct ctx *ctx = *state;
    struct column *column = (struct column *)object_new(ctx->mem, KIND_COLUMN, NULL, "c");
    SAY(column, COLUMN, nullable, false);
    settle_flag(&column->object, COLUMN_nullable, true);
    settle_none(&column->object, COLUMN_default_value);
    assert_false(column->nullable);
    assert_true(field_is_none(&column->object, COLUMN_default_value));
}

static void dialects_are_found(void **state)
{
    struct ctx *ctx = *state;
    struct url url = {0};
    assert_works(ctx, url_read(ctx, "sqlite+aiosqlite:///a.db", &url));
    assert_ptr_equal(dialect_of_url(&url), &lite_dialect);
    url_close(&url);
    assert_ptr_equal(dialect_find("sqlite"), &lite_dialect);
    assert_ptr_equal(dialect_of_engine(ENGINE_LITE), &lite_dialect);
    assert_null(dialect_find("oracle"));
}

static void an_old_server_is_refused_by_its_version(void **state)
{
    static const struct {
        const char *dialect;
        int version;
        const char *text, *refusal; /* NULL: it is taken */
    } cases[] = {
        {"postgresql", 110022, "11.22 (Debian)",
         "PostgreSQL 11.22 (Debian) is too old: 12 is the oldest that works here"},
        {"postgresql", 120000, "12.0", NULL},
        {"postgresql", 190000, "19devel", NULL},
        {"mysql", 50744, "5.7.44-log", "MySQL 5.7.44-log is too old: 8.0.0 is the oldest that works here"},
        {"mysql", 80000, "8.0.0-dmr", NULL},
        {"mysql", 90700, "9.7.0", NULL},
        {"mariadb", 100528, "10.5.28-MariaDB",
         "MariaDB 10.5.28-MariaDB is too old: 10.6.0 is the oldest that works here"},
        {"mariadb", 100600, "10.6.0-MariaDB", NULL},
        {"mariadb", 120002, "12.0.2-MariaDB", NULL},
        {"sqlite", 33900, "3.39.0", "SQLite 3.39.0 is too old: 3.40.1 is the oldest that works here"},
        {"sqlite", 34001, "3.40.1", NULL},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ctx->error = (struct error){0};
        int code = version_check(ctx, dialect_find(cases[i].dialect), cases[i].version, cases[i].text);
        assert_int_equal(code, cases[i].refusal ? ERR_UNSUPPORTED : 0);
        if (!cases[i].refusal)
            continue;
        assert_string_equal(ctx->error.message, cases[i].refusal);
        assert_non_null(ctx->error.hint);
    }
}

UNIT_TESTS(UNIT(an_old_server_is_refused_by_its_version), UNIT(aliases_are_fields),
           UNIT(an_alias_that_is_no_field_is_an_error), UNIT(a_foreign_key_is_spelled), UNIT(settling_only_fills_gaps),
           UNIT(dialects_are_found))
