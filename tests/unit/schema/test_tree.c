#include "unit.h"

#include "schema/tree_flat.h"
#include "schema/unmodelled.h"

static int read_tree(struct ctx *ctx, const char *text, struct tree **tree)
{
    struct json *json;
    TRY(json_read(ctx, "test", text, strlen(text), &json));
    return tree_from_json(ctx, "models", json, tree);
}

static const char rich[] =
    "{\"engine\": \"postgresql\", \"version\": 150004, \"kinds\": [\"schema\", \"enum\", \"table\", \"column\", "
    "\"primary_key\", \"check\", \"index\", \"index_part\"], \"usual_schema\": \"app\", \"name\": \"shop\", "
    "\"schemas\": [{\"name\": \"\", \"comment\": null, "
    "\"enums\": [{\"name\": \"mood\", \"labels\": [\"sad\", \"glad\"]}], "
    "\"tables\": [{\"name\": \"users\", \"unlogged\": false, \"options\": [], "
    "\"columns\": [{\"name\": \"id\", \"type\": \"integer\", \"nullable\": false, \"identity\": \"always\", "
    "\"identity_start\": -5}, {\"name\": \"größe\", \"type\": \"text\", \"default_value\": "
    "{\"written\": \"'x'\", \"printed\": \"'x'::text\"}, \"computed\": null}], "
    "\"primary_keys\": [{\"name\": null, \"columns\": [\"id\"]}], "
    "\"checks\": [{\"name\": \"users_check\", \"name_invented\": true, \"expr\": \"id > 0\"}], "
    "\"indexes\": [{\"name\": \"ix\", \"parts\": [{\"name\": null, \"column\": null, \"expr\": {\"printed\": "
    "\"lower(x)\"}}]}]}]}]}";

static void json_round_trip_is_exact(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    assert_works(ctx, read_tree(ctx, rich, &tree));
    assert_string_equal(json_text(ctx->mem, tree_to_json(ctx->mem, tree), JSON_PYTHON), rich);
    struct tree *copy = tree_copy(ctx->mem, tree);
    assert_string_equal(json_text(ctx->mem, tree_to_json(ctx->mem, copy), JSON_PYTHON), rich);
    char *where = NULL;
    assert_true(tree_same(ctx->mem, tree, copy, &where));
}

/* What a server noted beside the tree is flat only. */
static void note(struct arena *mem, struct tree *tree)
{
    static const struct unmodelled function = {.kind = "function", .schema = "", .name = "f()", .definition = "x"};
    static const struct dependency dependency = {{"", "v", NULL}, {"s", "users", "id"}};
    static const struct held held = {{"", "mood", NULL}, "function f(mood)", true};
    struct unmodelled *first = NEW(mem, struct unmodelled);
    struct dependency *second = NEW(mem, struct dependency);
    struct held *third = NEW(mem, struct held);
    tree->names_unmodelled = true;
    list_add(mem, &tree->unmodelled, memcpy(first, &function, sizeof function));
    list_add(mem, &tree->dependencies, memcpy(second, &dependency, sizeof dependency));
    list_add(mem, &tree->held, memcpy(third, &held, sizeof held));
}

static bool flat_copy(struct arena *mem, const char *data, size_t length, struct tree **copy)
{
    struct flat flat;
    *copy = tree_new(mem, ENGINE_PG);
    flat_read(&flat, mem, data, length);
    tree_flat(&flat, *copy);
    return flat_ended(&flat);
}

static void flat_round_trip_is_exact(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree, *copy;
    struct flat flat, again;
    assert_works(ctx, read_tree(ctx, rich, &tree));
    note(ctx->mem, tree);
    flat_write(&flat, ctx->mem);
    tree_flat(&flat, tree);
    assert_true(flat_copy(ctx->mem, flat.out.data, flat.out.len, &copy));
    assert_string_equal(json_text(ctx->mem, tree_to_json(ctx->mem, copy), JSON_PYTHON),
                        json_text(ctx->mem, tree_to_json(ctx->mem, tree), JSON_PYTHON));
    assert_string_equal(((const struct dependency *)copy->dependencies.item[0])->to.part, "id");
    assert_true(((const struct held *)copy->held.item[0])->goes_along);
    flat_write(&again, ctx->mem);
    tree_flat(&again, copy);
    assert_int_equal(again.out.len, flat.out.len);
    assert_memory_equal(again.out.data, flat.out.data, flat.out.len);
}

static void a_damaged_flat_tree_is_refused_or_another_tree(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree, *copy;
    struct flat flat;
    assert_works(ctx, read_tree(ctx, rich, &tree));
    note(ctx->mem, tree);
    flat_write(&flat, ctx->mem);
    tree_flat(&flat, tree);
    char *data = arena_outside(flat.out.len);
    for (size_t i = 0; i < flat.out.len; i++) {
        struct arena_mark mark = arena_save(ctx->mem);
        memcpy(data, flat.out.data, flat.out.len);
        assert_false(flat_copy(ctx->mem, data, i, &copy));
        for (int flip = 1; flip < 256; flip += 42) {
            data[i] = (char)(flat.out.data[i] ^ flip);
            if (flat_copy(ctx->mem, data, flat.out.len, &copy))
                assert_non_null(tree_to_json(ctx->mem, copy));
        }
        arena_rewind(ctx->mem, mark);
    }
    free(data);
}

static void json_keeps_said_none_and_unsaid_apart(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    assert_works(ctx, read_tree(ctx, rich, &tree));
    assert_int_equal(tree->version, 150004);
    assert_true(tree_speaks(tree, KIND_ENUM));
    assert_false(tree_speaks(tree, KIND_TRIGGER));
    struct object *users = tree_find(tree, KIND_TABLE, NULL, "users");
    assert_non_null(users);
    assert_true(field_is_none(users, TABLE_options));
    assert_true(field_is_none(users, TABLE_unlogged));
    assert_false(object_says(users, TABLE_comment));
    struct column *column = (struct column *)object_child(users, KIND_COLUMN, "größe");
    assert_true(field_is_none(&column->object, COLUMN_computed));
    assert_string_equal(column->default_value.printed, "'x'::text");
    struct column *id = (struct column *)object_child(users, KIND_COLUMN, "id");
    assert_int_equal(id->identity_start, -5);
    assert_true(object_only(users, KIND_CHECK)->name_invented);
    assert_null(tree_find(tree, KIND_TABLE, "app", "users"));
    assert_ptr_equal(tree_schema(ctx->mem, tree, NULL), users->parent);
}

static void without_kinds_a_source_speaks_of_all(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    assert_works(ctx, read_tree(ctx, "{\"engine\": \"sqlite\"}", &tree));
    for (int kind = 0; kind < KIND_COUNT; kind++)
        assert_true(tree_speaks(tree, (enum kind)kind));
    assert_false(tree_speaks(tree_new(ctx->mem, ENGINE_LITE), KIND_TABLE));
}

#define IN_COLUMN(engine, text)                                                                                      \
    "{\"engine\": \"" engine "\", \"schemas\": [{\"name\": \"\", \"tables\": [{\"name\": \"t\"}, {\"name\": \"u\", " \
    "\"columns\": [{\"name\": \"c\", " text "}]}]}]}"

static void wrong_json_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"[]", "models: a schema must be a JSON object"},
        {"{}", "models: engine: is missing, or no text"},
        {"{\"engine\": \"oracle\"}", "models: engine: there is no engine called \"oracle\""},
        {"{\"engine\": \"sqlite\", \"version\": -1}",
         "models: version: must be a server version as a number, such as 150004"},
        {"{\"engine\": \"sqlite\", \"kinds\": [\"table\", \"tabel\"]}",
         "models: kinds[1]: there is no kind of object called \"tabel\""},
        {"{\"engine\": \"sqlite\", \"tables\": []}", "models: tables: a database has no \"tables\""},
        {"{\"engine\": \"sqlite\", \"schemas\": {}}", "models: schemas: must be a list"},
        {"{\"engine\": \"sqlite\", \"schemas\": [1]}", "models: schemas[0]: must be an object"},
        {"{\"engine\": \"sqlite\", \"schemas\": [{\"name\": \"\", \"tables\": [{}]}]}",
         "models: schemas[0].tables[0]: a table needs a name"},
        {IN_COLUMN("sqlite", "\"storage\": \"main\""),
         "models: schemas[0].tables[1].columns[0].storage: sqlite has no storage of a column"},
        {IN_COLUMN("sqlite", "\"typ\": \"text\""),
         "models: schemas[0].tables[1].columns[0].typ: a column has no \"typ\""},
        {IN_COLUMN("sqlite", "\"columns\": []"),
         "models: schemas[0].tables[1].columns[0].columns: a column has no \"columns\""},
        {IN_COLUMN("sqlite", "\"type\": 5"), "models: schemas[0].tables[1].columns[0].type: must be a text or null"},
        {IN_COLUMN("sqlite", "\"nullable\": null"),
         "models: schemas[0].tables[1].columns[0].nullable: must be true or false"},
        {IN_COLUMN("postgresql", "\"identity_start\": null"),
         "models: schemas[0].tables[1].columns[0].identity_start: must be a whole number"},
        {IN_COLUMN("sqlite", "\"default_value\": {\"said\": \"1\"}"),
         "models: schemas[0].tables[1].columns[0].default_value.said: an expression has \"written\" and \"printed\", or \"both\", only"},
        {IN_COLUMN("sqlite", "\"default_value\": 1"),
         "models: schemas[0].tables[1].columns[0].default_value: must be a text, null or an object with \"written\" and "
         "\"printed\""},
        {"{\"engine\": \"postgresql\", \"schemas\": [{\"name\": \"\", \"enums\": [{\"name\": \"e\", \"labels\": [\"a\", "
         "2]}]}]}",
         "models: schemas[0].enums[0].labels[1]: must be a text"},
    };
    struct ctx *ctx = *state;
    struct tree *tree;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fails(ctx, read_tree(ctx, cases[i].json, &tree), ERR_SYNTAX, cases[i].message);
    assert_int_equal(read_tree(ctx, IN_COLUMN("sqlite", "\"nulable\": true"), &tree), ERR_SYNTAX);
    assert_string_equal(ctx->error.hint, "Did you mean \"nullable\"?");
}

static void the_first_difference_is_told(void **state)
{
    static const struct {
        const char *a, *b, *where;
    } cases[] = {
        {IN_COLUMN("sqlite", "\"type\": \"int\""), IN_COLUMN("sqlite", "\"nullable\": true"), NULL},
        {IN_COLUMN("sqlite", "\"type\": \"int\""), IN_COLUMN("sqlite", "\"type\": \"INT\""),
         "table u / column c: type differs"},
        {IN_COLUMN("sqlite", "\"default_value\": null"), IN_COLUMN("sqlite", "\"default_value\": \"1\""),
         "table u / column c: default_value differs"},
        {IN_COLUMN("sqlite", "\"default_value\": {\"written\": \"1\", \"printed\": \"(1)\"}"),
         IN_COLUMN("sqlite", "\"default_value\": {\"printed\": \"(1)\"}"), NULL},
        {IN_COLUMN("sqlite", "\"type\": null"),
         "{\"engine\": \"sqlite\", \"schemas\": [{\"name\": \"\", \"tables\": "
         "[{\"name\": \"t\"}]}]}",
         "table u: only in the first"},
        {IN_COLUMN("sqlite", "\"type\": null"), IN_COLUMN("postgresql", "\"type\": null"),
         "database: the engines differ"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tree *a, *b;
        char *where = NULL;
        assert_works(ctx, read_tree(ctx, cases[i].a, &a));
        assert_works(ctx, read_tree(ctx, cases[i].b, &b));
        assert_int_equal(tree_same(ctx->mem, a, b, &where), !cases[i].where);
        if (cases[i].where)
            assert_string_equal(where, cases[i].where);
    }
}

#define IN_TABLE(text) \
    "{\"engine\": \"postgresql\", \"schemas\": [{\"name\": \"\", \"tables\": [{\"name\": \"t\", " text "}]}]}"

static void unnamed_constraints_are_told_apart_by_content(void **state)
{
    struct ctx *ctx = *state;
    struct tree *a, *b;
    char *where = NULL;
    assert_works(ctx, read_tree(ctx,
                                IN_TABLE("\"checks\": [{\"name\": null, \"expr\": \"a > 0\"}, {\"name\": \"k\", "
                                         "\"name_invented\": true, \"expr\": \"b > 0\"}]"),
                                &a));
    assert_works(ctx,
                 read_tree(ctx,
                           IN_TABLE("\"checks\": [{\"name\": \"given\", \"expr\": \"b > 0\"}, {\"name\": \"other\", "
                                    "\"expr\": \"a > 0\"}]"),
                           &b));
    assert_true(tree_same(ctx->mem, a, b, &where));
    assert_works(ctx, read_tree(ctx, IN_TABLE("\"checks\": [{\"name\": null, \"expr\": \"a > 1\"}]"), &b));
    assert_false(tree_same(ctx->mem, a, b, &where));
    assert_string_equal(where, "table t / check (a > 0): only in the first");
    a->kinds = b->kinds = kind_set_of(KIND_SCHEMA, KIND_TABLE);
    assert_true(tree_same(ctx->mem, a, b, &where));
}

UNIT_TESTS(UNIT(json_round_trip_is_exact), UNIT(flat_round_trip_is_exact),
           UNIT(a_damaged_flat_tree_is_refused_or_another_tree), UNIT(json_keeps_said_none_and_unsaid_apart),
           UNIT(without_kinds_a_source_speaks_of_all), UNIT(wrong_json_is_refused_with_its_place),
           UNIT(the_first_difference_is_told), UNIT(unnamed_constraints_are_told_apart_by_content))
