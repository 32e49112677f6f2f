/* Changes in the words of 0.8.2, as the names of files and .plan.json have them. */
#include "base/buf.h"
#include "base/json.h"
#include "legacy/legacy.h"
#include "unit.h"

struct pair {
    struct arena *mem;
    struct changes changes;
    struct object *before, *after; /* a table that both sides have */
};

static struct pair pair_new(struct ctx *ctx)
{
    struct pair pair = {.mem = ctx->mem};
    pair.changes.before = tree_new(ctx->mem, ENGINE_PG);
    pair.changes.after = tree_new(ctx->mem, ENGINE_PG);
    pair.before = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, pair.changes.before, NULL), "users");
    pair.after = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, pair.changes.after, NULL), "users");
    pair.before->peer = pair.after;
    pair.after->peer = pair.before;
    return pair;
}

/* An object of both sides, of which this field differs. */
static struct change *altered(struct pair *pair, enum kind kind, const char *name, int field)
{
    struct change *change =
        change_add(pair->mem, &pair->changes, CHANGE_ALTER, object_new(pair->mem, kind, pair->before, name),
                   object_new(pair->mem, kind, pair->after, name));
    change->fields[field / 64] |= UINT64_C(1) << field % 64;
    return change;
}

/* "word table target suffix" each, with "; " between them; "-" for what is absent. */
static const char *words_of(struct pair *pair)
{
    struct list words = {0};
    struct buf out;
    buf_init(&out, pair->mem);
    legacy_operations(pair->mem, &pair->changes, &words, json_array(pair->mem));
    for (int i = 0; i < words.n; i++) {
        const struct legacy_operation *word = words.item[i];
        buf_addf(&out, "%s%s %s %s %s", i ? "; " : "", word->word, word->table, word->target ? word->target : "-",
                 word->suffix ? word->suffix : "-");
    }
    return out.data;
}

static const char *plan_of(struct pair *pair)
{
    struct list words = {0};
    struct json *operations = json_array(pair->mem);
    legacy_operations(pair->mem, &pair->changes, &words, operations);
    return json_text(pair->mem, operations, JSON_PYTHON);
}

static void kinds_have_words_of_their_own(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct object *schema = pair.after->parent;
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, object_new(ctx->mem, KIND_ENUM, schema, "mood"));
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, object_new(ctx->mem, KIND_VIEW, schema, "v"));
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, object_new(ctx->mem, KIND_COLUMN, pair.after, "age"));
    change_add(ctx->mem, &pair.changes, CHANGE_DROP, object_new(ctx->mem, KIND_CHECK, pair.before, "c"), NULL);
    change_add(ctx->mem, &pair.changes, CHANGE_DROP, pair.before, NULL);
    assert_string_equal(words_of(&pair), "create_enum mood - -; create_view v - -; add_column users age -; "
                                         "drop_check_constraint users c -; drop_table users - -");
}

static void the_parts_of_a_new_table_go_with_it(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct object *table = object_new(ctx->mem, KIND_TABLE, pair.after->parent, "orders");
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, table);
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, object_new(ctx->mem, KIND_INDEX, table, "ix"));
    assert_string_equal(words_of(&pair), "create_table orders - -");
}

static void an_alteration_is_an_operation_for_each_field(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct change *change = altered(&pair, KIND_COLUMN, "age", COLUMN_type);
    change->fields[COLUMN_nullable / 64] |= UINT64_C(1) << COLUMN_nullable % 64;
    altered(&pair, KIND_COLUMN, "size", COLUMN_collation);
    assert_string_equal(words_of(&pair), "alter_column_type users age -; alter_column_nullable users age -; "
                                         "alter_pg_column_meta users size -");
}

static void fields_of_one_word_are_one_operation(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct change *change = altered(&pair, KIND_UNIQUE, "u", UNIQUE_columns);
    change->fields[0] |= UINT64_C(1) << UNIQUE_deferrable;
    assert_string_equal(words_of(&pair), "alter_constraint users u -");
}

static void what_only_new_fields_say_has_the_word_of_its_table(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct change *change = change_add(ctx->mem, &pair.changes, CHANGE_ALTER, pair.before, pair.after);
    change->fields[0] |= UINT64_C(1) << TABLE_comment | UINT64_C(1) << TABLE_tablespace;
    assert_string_equal(words_of(&pair), "alter_table_comment users - -; alter_pg_table_tablespace users - -");
}

static void other_parts_of_an_index_alter_it(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    altered(&pair, KIND_INDEX, "ix", FIELD_PARTS);
    assert_string_equal(words_of(&pair), "alter_index users ix -");
}

static struct object *index_on(struct pair *pair, const char *name, const char *column, const char *method)
{
    struct index *index = (struct index *)object_new(pair->mem, KIND_INDEX, pair->after, name);
    struct index_part *part = (struct index_part *)object_new(pair->mem, KIND_INDEX_PART, &index->object, NULL);
    part->column = column;
    index->method = method;
    return &index->object;
}

static void an_index_is_called_by_its_columns_and_its_method(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct object *two = index_on(&pair, "ix_two", "a", "gin");
    struct index_part *second = (struct index_part *)object_new(ctx->mem, KIND_INDEX_PART, two, NULL);
    second->column = "b";
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, two);
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, index_on(&pair, "ix_tree", "a", "BTREE"));
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, index_on(&pair, "ix_expression", NULL, NULL));
    assert_string_equal(words_of(&pair),
                        "add_index users a,b gin; add_index users a -; add_index users ix_expression -");
}

static void a_foreign_key_is_called_by_its_target(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct foreign_key *key = (struct foreign_key *)object_new(ctx->mem, KIND_FOREIGN_KEY, pair.after, "fk");
    key->ref_table.name = "teams";
    names_add(ctx->mem, &key->ref_columns, "id");
    names_add(ctx->mem, &key->ref_columns, "part");
    change_add(ctx->mem, &pair.changes, CHANGE_CREATE, NULL, &key->object);
    assert_string_equal(words_of(&pair), "add_foreign_key users teams(id,part) -");
}

static void the_plan_tells_renames_with_both_names(void **state)
{
    struct ctx *ctx = *state;
    struct pair pair = pair_new(ctx);
    struct change *change =
        change_add(ctx->mem, &pair.changes, CHANGE_RENAME, object_new(ctx->mem, KIND_COLUMN, pair.before, "mail"),
                   object_new(ctx->mem, KIND_COLUMN, pair.after, "email"));
    change->resolved_from = "rename_flag";
    assert_string_equal(plan_of(&pair),
                        "[{\"type\": \"rename_column\", \"table\": \"users\", \"severity\": \"INFO\", "
                        "\"resolved_from\": \"rename_flag\", \"new_name\": \"email\", \"column\": \"mail\"}]");
    struct pair tables = pair_new(ctx);
    change_add(ctx->mem, &tables.changes, CHANGE_RENAME, tables.before,
               object_new(ctx->mem, KIND_TABLE, tables.after->parent, "people"));
    change_add(ctx->mem, &tables.changes, CHANGE_CREATE, NULL, index_on(&tables, "ix", "a", NULL));
    assert_string_equal(plan_of(&tables),
                        "[{\"type\": \"rename_table\", \"table\": \"people\", \"severity\": \"INFO\", "
                        "\"new_name\": \"people\", \"old_table\": \"users\"}, "
                        "{\"type\": \"add_index\", \"table\": \"users\", \"severity\": \"INFO\", "
                        "\"column\": \"a\"}]");
}

UNIT_TESTS(UNIT(kinds_have_words_of_their_own), UNIT(the_parts_of_a_new_table_go_with_it),
           UNIT(an_alteration_is_an_operation_for_each_field), UNIT(fields_of_one_word_are_one_operation),
           UNIT(what_only_new_fields_say_has_the_word_of_its_table), UNIT(other_parts_of_an_index_alter_it),
           UNIT(an_index_is_called_by_its_columns_and_its_method), UNIT(a_foreign_key_is_called_by_its_target),
           UNIT(the_plan_tells_renames_with_both_names))
