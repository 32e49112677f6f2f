#include "unit.h"

#include "schema/tree.h"

static int read_tree(struct ctx *ctx, const char *text, struct tree **tree)
{
    struct json *json;
    TRY(json_read(ctx, "test", text, strlen(text), &json));
    return tree_from_json(ctx, "models", json, tree);
}

/* One name in two schemas, and everything that refers. */
#define TWO(inherits, owned_by, ref)                                                                              \
    "{\"engine\": \"postgresql\", \"version\": 0, \"kinds\": [], \"schemas\": [{\"name\": \"\", \"sequences\": [" \
    "{\"name\": \"s\", \"owned_by\": " owned_by                                                                   \
    "}], \"tables\": [{\"name\": \"users\", \"columns\": [{\"name\": \"id\"}]}]}, "                               \
    "{\"name\": \"app\", \"tables\": [{\"name\": \"users\", \"columns\": [{\"name\": \"id\"}]}, "                 \
    "{\"name\": \"t\", \"inherits\": " inherits ", \"foreign_keys\": [{\"name\": \"f\", " ref "}]}]}]}"
static const char two[] =
    TWO("[[\"app\", \"users\"]]", "[\"\", \"users\", \"id\"]", "\"ref_table\": [\"app\", \"users\"]");

static const struct foreign_key *key_of(const struct tree *tree)
{
    return (struct foreign_key *)object_only(tree_find(tree, KIND_TABLE, "app", "t"), KIND_FOREIGN_KEY);
}

static bool names(const struct ref *ref, const struct object *object)
{
    const struct ref whole = ref_to(object);
    return ref_same(ref, &whole);
}

static void a_reference_names_schema_and_object(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    assert_works(ctx, read_tree(ctx, two, &tree));
    assert_string_equal(json_text(ctx->mem, tree_to_json(ctx->mem, tree), JSON_PYTHON), two);
    struct object *near = tree_find(tree, KIND_TABLE, "", "users"), *far = tree_find(tree, KIND_TABLE, "app", "users");
    const struct ref *ref = &key_of(tree)->ref_table;
    assert_true(names(ref, far));
    assert_false(names(ref, near));
    assert_ptr_equal(tree_find_ref(tree, KIND_TABLE, ref), far);
    const struct sequence *sequence = (struct sequence *)tree_find(tree, KIND_SEQUENCE, "", "s");
    struct object *id = object_child(near, KIND_COLUMN, "id");
    assert_true(names(&sequence->owned_by, id));
    assert_false(names(&sequence->owned_by, near));
    assert_ptr_equal(tree_find_ref(tree, KIND_TABLE, &sequence->owned_by), id);
    assert_string_equal(ref_text(ctx->mem, ref), "app.users");
    assert_string_equal(ref_text(ctx->mem, &sequence->owned_by), "users.id");
    assert_null(ref_text(ctx->mem, &(struct ref){0}));
    assert_false(names(&(struct ref){0}, near));
}

static void a_copy_has_references_of_its_own(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    char *where;
    assert_works(ctx, read_tree(ctx, two, &tree));
    tree->kinds = kind_set_all();
    struct tree *copy = tree_copy(ctx->mem, tree);
    assert_true(tree_same(ctx->mem, tree, copy, &where));
    struct table *t = (struct table *)tree_find(copy, KIND_TABLE, "app", "t");
    t->inherits.item[0].schema = "";
    assert_false(tree_same(ctx->mem, tree, copy, &where));
    assert_string_equal(where, "table app.t: inherits differs");
}

static void older_trees_had_texts(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree, *old;
    char *where = NULL;
    assert_works(ctx, read_tree(ctx, two, &tree));
    assert_works(
        ctx, read_tree(ctx, TWO("[\"app.users\"]", "\"users.id\"", "\"ref_schema\": \"app\", \"ref_table\": \"users\""),
                       &old));
    tree->kinds = old->kinds = kind_set_all();
    assert_true(tree_same(ctx->mem, tree, old, &where));
    assert_works(ctx, read_tree(ctx, TWO("[]", "null", "\"ref_table\": \"a.b\", \"ref_schema\": null"), &old));
    assert_string_equal(key_of(old)->ref_table.name, "a.b");
    const struct object *sequence = tree_find(old, KIND_SEQUENCE, "", "s");
    assert_true(field_is_none(sequence, SEQUENCE_owned_by));
}

static void what_is_not_a_reference_is_refused(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    static const char *const wrong[] = {TWO("[]", "null", "\"ref_table\": [\"users\"]"),
                                        TWO("[]", "null", "\"ref_table\": 5"),
                                        TWO("[]", "null", "\"ref_table\": [\"\", null]"),
                                        TWO("[[\"a\", \"b\", \"c\", \"d\"]]", "null", "\"columns\": []")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(read_tree(ctx, wrong[i], &tree), ERR_SYNTAX);
    assert_string_equal(ctx->error.message,
                        "models: schemas[1].tables[1].inherits[0]: must be a name, a list of schema "
                        "and name, or null");
}

static void a_folded_schema_is_the_default_one(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree;
    assert_works(
        ctx,
        read_tree(ctx, TWO("[[\"app\", \"users\"]]", "[\"app\", \"t\", \"id\"]", "\"ref_table\": [\"app\", \"users\"]"),
                  &tree));
    object_remove(tree_find(tree, KIND_TABLE, "", "users"));
    tree_fold_schema(ctx->mem, tree, "app");
    assert_int_equal(tree->root->children.n, 1);
    const struct object *t = tree_find(tree, KIND_TABLE, "", "t");
    assert_string_equal(((const struct table *)t)->inherits.item[0].schema, "");
    assert_string_equal(((const struct foreign_key *)object_only(t, KIND_FOREIGN_KEY))->ref_table.schema, "");
    const struct sequence *sequence = (struct sequence *)tree_find(tree, KIND_SEQUENCE, "", "s");
    assert_string_equal(sequence->owned_by.schema, "");
}

static void silence_means_what_the_block_says(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_new(ctx->mem, ENGINE_PG);
    struct object *schema = tree_schema(ctx->mem, tree, "");
    struct table *table = (struct table *)object_new(ctx->mem, KIND_TABLE, schema, "t");
    struct column *column = (struct column *)object_new(ctx->mem, KIND_COLUMN, &table->object, "c");
    struct index *index = (struct index *)object_new(ctx->mem, KIND_INDEX, &table->object, "i");
    struct sequence *sequence = (struct sequence *)object_new(ctx->mem, KIND_SEQUENCE, schema, "s");
    SAY(index, INDEX, is_unique, true);
    settle_unsaid(tree);
    assert_true(field_is_none(&table->object, TABLE_comment));
    assert_true(field_is_none(&table->object, TABLE_inherits));
    assert_false(object_says(&table->object, TABLE_strict)); /* SQLite's */
    assert_true(object_says(&column->object, COLUMN_nullable) && column->nullable);
    assert_false(object_says(&column->object, COLUMN_type));
    assert_string_equal(index->method, "btree");
    assert_true(index->is_unique);
    assert_int_equal(sequence->increment, 1);
    assert_false(object_says(&sequence->object, SEQUENCE_max));
    assert_true(field_is_none(&sequence->object, SEQUENCE_owned_by));
}

UNIT_TESTS(UNIT(a_reference_names_schema_and_object), UNIT(a_copy_has_references_of_its_own),
           UNIT(older_trees_had_texts), UNIT(what_is_not_a_reference_is_refused),
           UNIT(a_folded_schema_is_the_default_one), UNIT(silence_means_what_the_block_says))
