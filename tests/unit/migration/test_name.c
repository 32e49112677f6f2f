/* Names of migration files: made from descriptions and changes, read, and fixed. */
#include "unit.h"

#include "base/text.h"
#include "migration/parts.h"

struct case_name {
    const char *changes; /* "operation table target suffix", separated by commas */
    const char *expected;
};

static const struct case_name auto_cases[] = {
    {"", "auto_generated"},
    {"create_table users", "create_table_users"},
    {"create_view orders", "create_view_orders"},
    {"create_table a,create_table b", "create_tables_a_b"},
    {"create_table a,create_table b,create_table c", "create_tables_a_and_2_more_tables"},
    {"create_view a,create_view b,create_view c", "create_views_a_and_2_more_views"},
    {"add_column users a", "add_column_users_a"},
    {"add_column users a,add_column users b", "add_columns_users_a_b"},
    {"add_column users a,add_column users b,add_column users c,add_column users d", "add_columns_users_a_b_and_2_more"},
    {"add_column users a,drop_column users b", "alter_users_add_a_drop_b"},
    {"add_column users a,add_column posts b", "add_column_users_a_add_column_posts_b"},
    {"create_table a,add_column b x", "create_table_a_add_column_b_x"},
    {"create_table a,drop_table b", "create_table_a_drop_table_b"},
    {"drop_view v,create_table v", "drop_view_v_create_table_v"},
    {"add_index orders total gin", "add_index_orders_total_gin"},
    {"add_index orders total gin,add_index orders x", "add_indexes_orders_total_x"},
    {"add_column u a,add_column u b,add_column u c,drop_table p,drop_table q",
     "add_columns_u_a_b_and_1_more_drop_tables_p_q"},
    {"add_foreign_key u a,drop_column u c", "alter_u_add_a_drop_c"},
    {"drop_foreign_key u a,drop_foreign_key u b", "drop_foreign_keys_u_a_b"},
    {"alter_column_type u a,alter_column_type u b", "alter_column_types_u_a_b"},
    {"alter_pg_column_meta u a", "alter_column_u_a"},
    {"alter_column_type u a,alter_pg_column_meta u a", "alter_u_alter_a"},
    {"alter_column_type u a,alter_column_default u a,alter_column_default u b", "alter_u_alter_a_alter_a_b"},
    {"create_extension a,create_extension b,drop_extension c", "create_extensions_a_b_drop_extension_c"},
    {"alter_pg_table_options u", "alter_table_u"},
    {"create_table _odd,create_table B,create_table c", "create_tables_odd_and_2_more_tables"},
    {"create_table orders,add_column customers last_order_id,add_foreign_key customers orders,drop_table invoices,"
     "drop_table receipts",
     "create_table_orders_add_column_customers_and_3_more_changes"},
    {"add_column some_quite_long_table_name_here column_number_0_with_a_long_name,"
     "add_column some_quite_long_table_name_here column_number_1_with_a_long_name",
     "add_columns_some_quite_long_table_name_here"},
    {"add_column xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_ab cccc",
     "add_column_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
};

static struct list read_changes(struct arena *mem, const char *text)
{
    struct list changes = {0};
    struct names parts = text_split(mem, text, ',');
    for (int i = 0; i < parts.n && *text; i++) {
        struct names words = text_split(mem, parts.item[i], ' ');
        struct legacy_operation *change = NEW(mem, struct legacy_operation);
        change->word = words.item[0];
        change->table = words.item[1];
        change->target = words.n > 2 ? words.item[2] : NULL;
        change->suffix = words.n > 3 ? words.item[3] : NULL;
        list_add(mem, &changes, change);
    }
    return changes;
}

static void summarises_changes(void **state)
{
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof auto_cases / sizeof *auto_cases; i++) {
        struct list changes = read_changes(ctx->mem, auto_cases[i].changes);
        assert_string_equal(name_auto(ctx->mem, &changes), auto_cases[i].expected);
    }
}

static void makes_slugs(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(name_slug(ctx->mem, "Add the  Users-table!"), "add_the_users_table");
    assert_string_equal(name_slug(ctx->mem, "__a__b__"), "a_b");
    assert_string_equal(name_slug(ctx->mem, "\xC3\xA9t\xC3\xA9"), "t");
    assert_string_equal(name_slug(ctx->mem, "!"), "");
    assert_string_equal(name_file(ctx->mem, "primary", 7, "x"), "primary__0007_x.sql");
    assert_string_equal(name_file(ctx->mem, "primary", 12345, "x"), "primary__12345_x.sql");
}

struct case_file {
    const char *name;
    enum name_verdict verdict;
    const char *version; /* or "RA", "ROC" */
    const char *description;
};

static const struct case_file file_cases[] = {
    {"primary__0001_users.sql", NAME_MIGRATION, "0001", "0001 users"},
    {"0001_users.sql", NAME_MIGRATION, "0001", "0001 users"},
    {"primary__12345_x.sql", NAME_MIGRATION, "12345", "12345 x"},
    {"p__20240101120000_x.sql", NAME_MIGRATION, "20240101120000", "20240101120000 x"},
    {"a__0001_b__0002_c.sql", NAME_MIGRATION, "0002", "0001 b  0002 c"},
    {"a_b__0003_x.sql", NAME_MIGRATION, "0003", "0003 x"},
    {"primary__RA__b.sql", NAME_MIGRATION, "RA", "RA  b"},
    {"RA__b.sql", NAME_MIGRATION, "RA", "RA  b"},
    {"primary__ROC__views.sql", NAME_MIGRATION, "ROC", "ROC  views"},
    {"ROC__views.sql", NAME_MIGRATION, "ROC", "ROC  views"},
    {"primary__RA__0001_x.sql", NAME_MIGRATION, "RA", "RA  0001 x"},
    {"primary__0001_users.rollback.sql", NAME_OTHER, NULL, NULL},
    {"primary__0001_users.plan.json", NAME_OTHER, NULL, NULL},
    {"README.md", NAME_OTHER, NULL, NULL},
    {".hidden.sql", NAME_OTHER, NULL, NULL},
    {"primary__002_c.sql", NAME_MISTAKEN, NULL, NULL},
    {"primary__0006_g.SQL", NAME_MISTAKEN, NULL, NULL},
    {"a-b__0007_h.sql", NAME_MISTAKEN, NULL, NULL},
    {"primary__0009_.sql", NAME_MISTAKEN, NULL, NULL},
    {"RA__.sql", NAME_MISTAKEN, NULL, NULL},
    {"users.sql", NAME_MISTAKEN, NULL, NULL},
    {"0001.sql", NAME_MISTAKEN, NULL, NULL},
    {"p__0000000000000000001_x.sql", NAME_MISTAKEN, NULL, NULL},
};

static void reads_file_names(void **state)
{
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof file_cases / sizeof *file_cases; i++) {
        const struct case_file *this = &file_cases[i];
        struct file_name name;
        assert_int_equal(file_name_read(ctx->mem, this->name, &name), this->verdict);
        if (this->verdict != NAME_MIGRATION)
            continue;
        bool versioned = char_is_digit((unsigned char)*this->version);
        assert_true(versioned ? name.number == strtoll(this->version, NULL, 10) : name.number == -1);
        static const char *const mark[] = {NULL, "RA", "ROC"};
        assert_string_equal(name.type ? mark[name.type] : name.version, this->version);
        assert_string_equal(name.description, this->description);
    }
}

static void suggests_names(void **state)
{
    static const char *const cases[][2] = {
        {"primary__002_c.sql", "primary__0002_c.sql"},
        {"primary__0006_g.SQL", "primary__0006_g.sql"},
        {"a-b__0007_h.sql", "a_b__0007_h.sql"},
        {"primary__0009_.sql", "primary__0009_change.sql"},
        {"V3__add users.sql", "primary__0003_add_users.sql"},
        {"users.sql", "primary__0042_users.sql"},
        {"0001.sql", "primary__0001_change.sql"},
        {"primary__ra__x.sql", "primary__RA__x.sql"},
        {"ROC__.sql", "ROC__change.sql"},
        {"primary_0004_x.sql", "primary__0004_x.sql"},
        {"1_a.sql", "primary__0001_a.sql"},
        {"v12_a.sql", "primary__0012_a.sql"},
        {"__0003_a.sql", "primary__0003_a.sql"},
        {"(x)__0008_y!.sql", "x__0008_y.sql"},
        {"V12345678901234567890_x.sql", "primary__0042_V12345678901234567890_x.sql"},
        {"x_roc__.SQL", "x__ROC__change.sql"},
        {"xroc__7.sql", "xroc__0007_change.sql"},
        {"!.sql", "primary__0042_change.sql"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *better = file_name_suggest(ctx->mem, cases[i][0], "primary", 42);
        struct file_name name;
        assert_string_equal(better, cases[i][1]);
        assert_int_equal(file_name_read(ctx->mem, better, &name), NAME_MIGRATION);
    }
}

static void reads_versions(void **state)
{
    struct ctx *ctx = *state;
    int64_t number;
    assert_works(ctx, version_read(ctx, "0002", &number));
    assert_int_equal(number, 2);
    assert_works(ctx, version_read(ctx, "20240101120000", &number));
    assert_int_equal(number, 20240101120000);
    assert_fails(ctx, version_read(ctx, "-1", &number), ERR_USAGE, "\"-1\" is not a version");
    assert_fails(ctx, version_read(ctx, "", &number), ERR_USAGE, "\"\" is not a version");
    assert_fails(ctx, version_read(ctx, "1x", &number), ERR_USAGE, "\"1x\" is not a version");
    assert_works(ctx, version_read(ctx, "999999999999999999", &number));
    assert_true(number == 999999999999999999);
    assert_fails(ctx, version_read(ctx, "1000000000000000000", &number), ERR_USAGE,
                 "\"1000000000000000000\" is not a version");
}

UNIT_TESTS(UNIT(summarises_changes), UNIT(makes_slugs), UNIT(reads_file_names), UNIT(suggests_names),
           UNIT(reads_versions))
