#include "unit.h"

#include "base/buf.h"
#include "schema/object.h"

static struct table *make_users(struct arena *mem)
{
    struct object *database = object_new(mem, KIND_DATABASE, NULL, NULL);
    struct object *schema = object_new(mem, KIND_SCHEMA, database, "");
    struct table *users = (struct table *)object_new(mem, KIND_TABLE, schema, "users");
    SAY(users, TABLE, comment, NULL);
    struct column *id = (struct column *)object_new(mem, KIND_COLUMN, &users->object, "id");
    SAY(id, COLUMN, type, "integer");
    SAY(id, COLUMN, nullable, false);
    SAY(id, COLUMN, default_value, ((struct expr){"1", "1::integer"}));
    struct column *email = (struct column *)object_new(mem, KIND_COLUMN, &users->object, "email");
    SAY(email, COLUMN, type, "text");
    struct index *index = (struct index *)object_new(mem, KIND_INDEX, &users->object, "ix");
    struct index_part *part = (struct index_part *)object_new(mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(part, INDEX_PART, column, "email");
    return users;
}

static void every_key_of_a_kind_is_its_own(void **state)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        const struct kind_info *info = &kind_table[kind];
        assert_int_equal(info->kind, kind);
        assert_int_equal(kind_find(info->name), kind);
        assert_int_equal(kind_find_plural(info->plural), kind);
        assert_true(info->size >= sizeof(struct object));
        for (int i = 0; i < info->fields; i++) {
            const struct field *field = &info->field[i];
            assert_int_equal(field_find((enum kind)kind, field->name), i);
            assert_true(field->offset >= sizeof(struct object) && field->offset < info->size);
            assert_true(field->engines && field->engines <= ENGINE_ALL);
            assert_true(*field->doc);
            /* In JSON a field, a name and the children of an object stand side by side. */
            assert_string_not_equal(field->name, "name");
            assert_string_not_equal(field->name, "name_invented");
            enum kind clash = kind_find_plural(field->name);
            assert_true(clash == KIND_COUNT || !kind_fits(clash, (enum kind)kind));
        }
    }
    assert_int_equal(kind_find("tables"), KIND_COUNT);
    assert_int_equal(field_find(KIND_COLUMN, "typ"), -1);
}

static void a_copy_is_deep_and_equal(void **state)
{
    struct ctx *ctx = *state;
    struct table *users = make_users(ctx->mem);
    struct object *copy = object_copy(ctx->mem, &users->object, NULL);
    assert_null(copy->parent);
    struct column *id = (struct column *)object_child(copy, KIND_COLUMN, "id");
    assert_non_null(id);
    assert_ptr_equal(id->object.parent, copy);
    struct column *original = (struct column *)object_child(&users->object, KIND_COLUMN, "id");
    assert_string_equal(id->type, "integer");
    assert_ptr_not_equal(id->type, original->type);
    assert_string_equal(id->default_value.printed, "1::integer");
    assert_true(object_says(&id->object, COLUMN_nullable));
    assert_false(object_says(&id->object, COLUMN_comment));
    struct object *index = object_child(copy, KIND_INDEX, "ix");
    assert_string_equal(((struct index_part *)object_only(index, KIND_INDEX_PART))->column, "email");
}

static void a_walk_meets_parents_first_and_everything_once(void **state)
{
    struct ctx *ctx = *state;
    struct table *users = make_users(ctx->mem);
    struct buf seen;
    buf_init(&seen, ctx->mem);
    for (struct object *o = &users->object; o; o = object_next(&users->object, o))
        buf_addf(&seen, "%s ", o->name ? o->name : "-");
    assert_string_equal(seen.data, "users id email ix - ");
    object_remove(object_child(&users->object, KIND_COLUMN, "id"));
    buf_cut(&seen, 0);
    for (struct object *o = &users->object; o; o = object_next(&users->object, o))
        buf_addf(&seen, "%s ", o->name ? o->name : "-");
    assert_string_equal(seen.data, "users email ix - ");
    assert_int_equal(object_count(&users->object, KIND_COLUMN), 1);
    struct object *email = object_child(&users->object, KIND_COLUMN, "email");
    assert_null(object_next(email, email));
}

static void paths_tell_objects_apart(void **state)
{
    struct ctx *ctx = *state;
    struct table *users = make_users(ctx->mem);
    struct object *email = object_child(&users->object, KIND_COLUMN, "email");
    assert_string_equal(object_path(ctx->mem, email), "table users / column email");
    struct object *part = object_only(object_child(&users->object, KIND_INDEX, "ix"), KIND_INDEX_PART);
    assert_string_equal(object_path(ctx->mem, part), "table users / index ix / index part 1");
    struct object *key = object_new(ctx->mem, KIND_PRIMARY_KEY, &users->object, NULL);
    assert_string_equal(object_path(ctx->mem, key), "table users / primary key");
    struct foreign_key *fk = (struct foreign_key *)object_new(ctx->mem, KIND_FOREIGN_KEY, &users->object, NULL);
    struct names columns = {0};
    names_add(ctx->mem, &columns, "team_id");
    names_add(ctx->mem, &columns, "org_id");
    SAY(fk, FOREIGN_KEY, columns, columns);
    assert_string_equal(object_path(ctx->mem, &fk->object), "table users / foreign key (team_id, org_id)");
    struct object *schema = object_new(ctx->mem, KIND_SCHEMA, users->object.parent->parent, "app");
    struct object *table = object_new(ctx->mem, KIND_TABLE, schema, "t");
    assert_string_equal(object_path(ctx->mem, table), "table app.t");
    assert_string_equal(object_path(ctx->mem, schema), "schema app");
    assert_ptr_equal(object_ancestor(part, KIND_TABLE), users);
    assert_ptr_equal(object_ancestor(part, KIND_INDEX_PART), part);
    assert_null(object_ancestor(&users->object, KIND_COLUMN));
}

static void unsaid_and_none_are_two_things(void **state)
{
    struct ctx *ctx = *state;
    struct table *users = make_users(ctx->mem);
    assert_true(field_is_none(&users->object, TABLE_comment));
    assert_false(field_is_none(&users->object, TABLE_unlogged));
    SAY(users, TABLE, unlogged, false);
    assert_true(field_is_none(&users->object, TABLE_unlogged));
    SAY(users, TABLE, comment, "people");
    assert_false(field_is_none(&users->object, TABLE_comment));
    object_unsay(&users->object, TABLE_comment);
    assert_false(object_says(&users->object, TABLE_comment));
    assert_null(users->comment);

    struct table *other = (struct table *)object_new(ctx->mem, KIND_TABLE, NULL, "other");
    SAY(other, TABLE, comment, "gone after copying what is not said");
    field_copy(ctx->mem, &other->object, &users->object, TABLE_comment);
    assert_false(object_says(&other->object, TABLE_comment));
    field_copy(ctx->mem, &other->object, &users->object, TABLE_unlogged);
    assert_true(object_says(&other->object, TABLE_unlogged));
}

static void sets_hold_any_kind(void **state)
{
    struct kind_set none = {0}, all = kind_set_all(), some = kind_set_of(KIND_DATABASE, KIND_TABLE, KIND_COUNT - 1);
    assert_true(kind_set_empty(&none));
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        bool in = kind == KIND_DATABASE || kind == KIND_TABLE || kind == KIND_COUNT - 1;
        struct kind_set one = {0};
        kind_set_add(&one, (enum kind)kind);
        assert_false(kind_set_empty(&one));
        assert_true(kind_set_has(&all, (enum kind)kind));
        assert_int_equal(kind_set_has(&some, (enum kind)kind), in);
        struct kind_set both = kind_set_both(&some, &one);
        assert_int_equal(kind_set_empty(&both), !in);
        kind_set_remove(&one, (enum kind)kind);
        assert_true(kind_set_empty(&one));
    }
    struct kind_set both = kind_set_both(&all, &some);
    assert_memory_equal(&both, &some, sizeof both);
}

static void engines_have_the_names_users_write(void **state)
{
    static const char *const names[] = {"sqlite", "postgresql", "mysql", "mariadb", "clickhouse"};
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(engine_find(names[i]), 1u << i);
        assert_string_equal(engine_name((enum engine)(1u << i)), names[i]);
    }
    assert_int_equal(engine_find("oracle"), 0);
}

static void a_kind_may_have_several_parents(void **state)
{
    assert_true(kind_fits(KIND_TRIGGER, KIND_TABLE) && kind_fits(KIND_TRIGGER, KIND_VIEW));
    assert_true(kind_fits(KIND_INDEX, KIND_VIEW));
    assert_false(kind_fits(KIND_COLUMN, KIND_VIEW));
    assert_false(kind_fits(KIND_DATABASE, KIND_DATABASE));
    assert_true(kind_is(KIND_TABLE, KIND_HOLDS_ROWS));
    assert_false(kind_is(KIND_VIEW, KIND_HOLDS_ROWS | KIND_IS_KEY));
}

static void secrets_of_engines_are_hidden(void **state)
{
    struct arena *mem = arena_open(0);
    static const char *const cases[][2] = {
        {"S3('http://h/b', 'key', 'x\\'y', 'CSV')", "S3('http://h/b', 'key', '[HIDDEN]', 'CSV')"},
        {"S3('http://h/b', 'CSV', 'gzip')", "S3('http://h/b', 'CSV', 'gzip')"},
        {"MyS3('a', 'b', 'c')", "MyS3('a', 'b', 'c')"},
        {"PostgreSQL('h:1', 'd', 't', 'u', 'x', 's')", "PostgreSQL('h:1', 'd', 't', 'u', '[HIDDEN]', 's')"},
        {"PostgreSQL(named, table = 't', password = 'x')", "PostgreSQL(named, table = 't', password = '[HIDDEN]')"},
        {"URL('http://u:x@h/p', 'CSV')", "URL('http://u:[HIDDEN]@h/p', 'CSV')"},
        {"URL('http://h:80/p', 'CSV')", "URL('http://h:80/p', 'CSV')"},
        {"AzureBlobStorage('AccountName=a;AccountKey=x==;E=f', 'c', 'p')",
         "AzureBlobStorage('AccountName=a;AccountKey=[HIDDEN];E=f', 'c', 'p')"},
        {"rabbitmq_password='x'", "rabbitmq_password='[HIDDEN]'"},
        {"MYSQL(USER 'u' PASSWORD 'x' DB 'd')", "MYSQL(USER 'u' PASSWORD '[HIDDEN]' DB 'd')"},
        {"S3('a', ('b', 'c'), 'x", "S3('a', ('b', 'c'), '[HIDDEN]'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(secrets_hidden(mem, cases[i][0]), cases[i][1]);
    assert_null(secrets_hidden(mem, NULL));
    arena_close(mem);
}

UNIT_TESTS(UNIT(every_key_of_a_kind_is_its_own), UNIT(a_copy_is_deep_and_equal),
           UNIT(a_walk_meets_parents_first_and_everything_once), UNIT(paths_tell_objects_apart),
           UNIT(unsaid_and_none_are_two_things), UNIT(sets_hold_any_kind), UNIT(engines_have_the_names_users_write),
           UNIT(a_kind_may_have_several_parents), UNIT(secrets_of_engines_are_hidden))
