#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "migration/snapshot.h"
#include "schema/managed.h"

#include "samples.h"

static struct snapshot *read_sample(struct ctx *ctx, const char *text)
{
    struct snapshot *snapshot = NULL;
    assert_works(ctx, snapshot_from_text(ctx, "sample", text, strlen(text), &snapshot));
    return snapshot;
}

/* The sample with one text of it changed, and without its checksum. */
static struct snapshot *read_changed(struct ctx *ctx, const char *sample, const char *what, const char *with)
{
    const char *end = strstr(sample, ", \"checksum\"");
    char *text = arena_printf(ctx->mem, "%.*s}", (int)(end - sample), sample);
    assert_non_null(strstr(text, what));
    return read_sample(ctx, text_replace(ctx->mem, text, what, with));
}

static struct object *find_in(const struct snapshot *snapshot, const char *table, enum kind kind, const char *name)
{
    struct object *holder = tree_find(snapshot->tree, KIND_TABLE, NULL, table);
    assert_non_null(holder);
    return kind == KIND_TABLE ? holder : object_child(holder, kind, name);
}

static struct column *column_of(const struct snapshot *snapshot, const char *table, const char *name)
{
    struct column *column = (struct column *)find_in(snapshot, table, KIND_COLUMN, name);
    assert_non_null(column);
    return column;
}

static void checksums_are_those_of_python(void **state)
{
    struct ctx *ctx = *state;
    static const char *const samples[] = {postgresql_sample, sqlite_sample, mariadb_sample,
                                          odd_sample,        own_text,      first_text};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct snapshot *snapshot = read_sample(ctx, samples[i]);
        assert_int_equal(snapshot->legacy, samples[i] != own_text && samples[i] != first_text);
        char *changed = text_replace(ctx->mem, samples[i], "\"primary\"", "\"primary2\"");
        assert_fails(ctx, snapshot_from_text(ctx, "x.schema.json", changed, strlen(changed), &snapshot), ERR_SYNTAX,
                     "snapshot x.schema.json was changed after it was written (checksum does not match)");
        assert_non_null(ctx->error.hint);
        assert_string_equal(ctx->error.place.file, "x.schema.json");
    }
}

/* All but the table users, without its index. */
static void strangers_mark(struct tree *tree)
{
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        o->stranger = *object_schema(o) || o->kind == KIND_ENUM || o->kind == KIND_INDEX;
}

static void what_we_write_is_exact(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot snapshot = {
        .migration_id = "primary__0007_x", .database_name = "primary", .applied_at = "2026-11-21T03:25:33Z"};
    struct json *json;
    assert_works(ctx, json_read(ctx, "tree", own_tree, strlen(own_tree), &json));
    assert_works(ctx, tree_from_json(ctx, "tree", json, &snapshot.tree));
    strangers_mark(snapshot.tree);
    assert_string_equal(snapshot_to_text(ctx->mem, &snapshot), own_text);
    struct snapshot *back = read_sample(ctx, own_text);
    assert_false(back->legacy);
    assert_string_equal(back->migration_id, "primary__0007_x");
    assert_true(back->recorded);
    assert_string_equal(snapshot_to_text(ctx->mem, back), own_text);
}

#define STRANGERS "enum:.mood table:.users/index:ix_n schema:app table:app.hidden"

static char *strangers_of(struct arena *mem, const struct tree *tree)
{
    struct names found = {0};
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (o->stranger && !kind_is(o->kind, KIND_PART))
            names_add(mem, &found, managed_path(mem, o));
    return names_join(mem, &found, " ");
}

static void the_first_format_is_read(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, first_text), *own = read_sample(ctx, own_text);
    char *where = NULL;
    if (!tree_same(ctx->mem, snapshot->tree, own->tree, &where))
        fail_msg("%s", where);
    assert_false(snapshot->recorded);
    assert_true(own->recorded);
    assert_string_equal(strangers_of(ctx->mem, snapshot->tree), STRANGERS);
    assert_string_equal(strangers_of(ctx->mem, own->tree), STRANGERS);
}

/* Before records per part, "unmanaged" named whole objects; and what was set counted as the project's own. */
static void records_before_parts_are_read(void **state)
{
    struct ctx *ctx = *state;
    char *text = text_replace(ctx->mem, own_text, "left_alone", "unmanaged");
    text = text_replace(ctx->mem, text, "table:.users/index:ix_n", "index:.users.ix_n");
    text = text_replace(ctx->mem, text, "\"checksum\": ", "\"was\": ");
    struct snapshot *snapshot = read_sample(ctx, text);
    assert_false(snapshot->recorded);
    assert_string_equal(strangers_of(ctx->mem, snapshot->tree), STRANGERS);
}

static void legacy_postgresql_says_what_it_knows(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, postgresql_sample);
    assert_int_equal(snapshot->tree->engine, ENGINE_PG);
    assert_string_equal(snapshot->database_name, "primary");
    struct column *id = column_of(snapshot, "users", "id");
    assert_false(object_says(&id->object, COLUMN_type)); /* integer or smallint */
    assert_true(id->autoincrement);
    assert_true(field_is_none(&id->object, COLUMN_default_value));
    assert_true(field_is_none(&id->object, COLUMN_storage));
    assert_false(object_says(&id->object, COLUMN_identity));
    struct column *size = column_of(snapshot, "users", "größe");
    assert_string_equal(size->type, "NUMERIC(10, 2)");
    assert_string_equal(size->default_value.printed, "1.5");
    assert_null(size->default_value.written);
    assert_string_equal(column_of(snapshot, "users", "email")->type, "VARCHAR(255)");
    assert_string_equal(column_of(snapshot, "users", "email")->comment, "Wie \"man\" schreibt\n");
    assert_string_equal(column_of(snapshot, "users", "mood")->type, "mood");
    assert_string_equal(column_of(snapshot, "users", "tags")->type, "TEXT[]");
    assert_string_equal(column_of(snapshot, "users", "tags")->storage, "main");
    assert_string_equal(column_of(snapshot, "users", "doc")->type, "JSONB");
    assert_false(object_says(&column_of(snapshot, "users", "at")->object, COLUMN_type)); /* with or without zone */
    assert_string_equal(column_of(snapshot, "users", "twice")->computed.printed, "(id * 2)");
    struct column *a = column_of(snapshot, "posts", "a");
    assert_string_equal(a->type, "BIGINT");
    assert_string_equal(a->identity, "by default");
    assert_false(a->autoincrement);
    assert_true(a->identity_max == INT64_MAX);
    assert_string_equal(column_of(snapshot, "posts", "b")->type, "CHAR(32)");
    struct table *users = (struct table *)find_in(snapshot, "users", KIND_TABLE, NULL);
    assert_string_equal(users->options.item[0], "fillfactor=70");
    assert_string_equal(users->comment, "people");
    assert_true(users->unlogged);
    struct enum_type *mood = (struct enum_type *)tree_find(snapshot->tree, KIND_ENUM, NULL, "mood");
    assert_int_equal(mood->labels.n, 2);
}

static void legacy_constraints_and_indexes_are_told_apart(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, postgresql_sample);
    assert_null(find_in(snapshot, "users", KIND_INDEX, "users_email_key"));
    struct unique *unique = (struct unique *)find_in(snapshot, "users", KIND_UNIQUE, "users_email_key");
    assert_true(unique->deferrable);
    assert_true(unique->nulls_not_distinct);
    struct index *index = (struct index *)find_in(snapshot, "users", KIND_INDEX, "ix_mood");
    assert_string_equal(index->method, "gin");
    assert_string_equal(index->predicate.printed, "(id > 0)");
    assert_string_equal(index->options.item[0], "fastupdate=off");
    assert_int_equal(object_count(&index->object, KIND_INDEX_PART), 2);
    struct index_part *at = index->object.children.item[1];
    assert_true(at->descending);
    assert_false(at->nulls_first);
    assert_false(object_says(index->object.children.item[0], INDEX_PART_descending));
    struct foreign_key *key = (struct foreign_key *)find_in(snapshot, "posts", KIND_FOREIGN_KEY, "posts_user_id_fkey");
    assert_string_equal(key->on_delete, "CASCADE");
    assert_null(key->ref_table.schema);
    assert_true(((struct check *)find_in(snapshot, "users", KIND_CHECK, "ck_age"))->no_inherit);
}

static void legacy_primary_keys_have_no_order(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, postgresql_sample);
    struct primary_key *one =
        (struct primary_key *)object_only(find_in(snapshot, "users", KIND_TABLE, NULL), KIND_PRIMARY_KEY);
    assert_string_equal(one->columns.item[0], "id");
    struct object *two = object_only(find_in(snapshot, "posts", KIND_TABLE, NULL), KIND_PRIMARY_KEY);
    assert_non_null(two);
    assert_false(object_says(two, PRIMARY_KEY_columns));
}

static void bookkeeping_is_no_table_of_the_user(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, postgresql_sample);
    assert_null(tree_find(snapshot->tree, KIND_TABLE, NULL, "_dbwarden_migrations"));
    assert_null(tree_find(snapshot->tree, KIND_TABLE, NULL, "history"));
    snapshot = read_sample(ctx, sqlite_sample);
    assert_null(tree_find(snapshot->tree, KIND_TABLE, NULL, "dbwarden_lock"));
    assert_non_null(tree_find(snapshot->tree, KIND_TABLE, NULL, "t"));
}

static void legacy_sqlite_has_unnamed_constraints(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, sqlite_sample);
    struct object *table = find_in(snapshot, "t", KIND_TABLE, NULL);
    assert_null(object_only(table, KIND_FOREIGN_KEY)->name);
    assert_non_null(object_child(table, KIND_CHECK, "ck_t_1"));
    struct check *check = (struct check *)object_only(table, KIND_CHECK);
    assert_null(check->object.name);
    assert_string_equal(check->expr.printed, "id > 0");
    assert_false(tree_speaks(snapshot->tree, KIND_UNIQUE));
    assert_true(((struct index *)object_child(table, KIND_INDEX, "ix_n"))->is_unique);
    assert_false(object_says(&column_of(snapshot, "t", "id")->object, COLUMN_autoincrement));
    assert_string_equal(column_of(snapshot, "t", "n")->type, "VARCHAR(20)");
}

static void only_random_numbers_are_no_names_of_checks(void **state)
{
    static const struct {
        const char *name;
        bool random;
    } cases[] = {{"ck_t_123456", true},  {"ck_t_-123456", true}, {"ck_t_12345", false}, {"ck_t_123456x", false},
                 {"ck_u_123456", false}, {"cx_t_123456", false}, {"ck_t123456", false}, {"ck_t_--123456", false}};
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *snapshot =
            read_changed(ctx, sqlite_sample, "ck_t_1\"", arena_printf(ctx->mem, "%s\"", cases[i].name));
        assert_int_equal(!find_in(snapshot, "t", KIND_CHECK, cases[i].name), cases[i].random);
    }
}

static void legacy_mariadb_hides_indexes_of_foreign_keys(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, mariadb_sample);
    assert_null(find_in(snapshot, "t", KIND_INDEX, "u"));
    assert_non_null(find_in(snapshot, "t", KIND_INDEX, "u_by_hand"));
    assert_true(column_of(snapshot, "t", "id")->autoincrement);
    assert_string_equal(column_of(snapshot, "t", "price")->type, "NUMERIC(10, 2)");
    assert_false(object_says(&column_of(snapshot, "t", "s")->object, COLUMN_type));
}

static void only_the_index_of_the_very_columns_is_behind_a_foreign_key(void **state)
{
    static const struct {
        const char *was, *is, *index;
        bool hidden;
    } cases[] = {
        {"u_by_hand", "u_2", "u_2", true},
        {"u_by_hand", "u_12", "u_12", true},
        {"u_by_hand", "t_ibfk_1", "t_ibfk_1", true},
        {"u_by_hand", "u_", "u_", false},
        {"u_by_hand", "u_2x", "u_2x", false},
        {"u_by_hand", "u2", "u2", false},
        {"[\"u\"], \"unique\": false", "[\"price\"], \"unique\": false", "u", false},
        {"[\"u\"], \"unique\": false", "[\"u\", \"price\"], \"unique\": false", "u", false},
        {"[\"u\"], \"unique\": false", "[\"u\"], \"unique\": true", "u", false},
        {"\"type\": \"foreign_key\"", "\"type\": \"check\", \"expression\": \"u > 0\"", "u", false},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *snapshot = read_changed(ctx, mariadb_sample, cases[i].was, cases[i].is);
        assert_int_equal(!find_in(snapshot, "t", KIND_INDEX, cases[i].index), cases[i].hidden);
    }
}

static const char rich_tree[] =
    "{\"engine\": \"postgresql\", \"version\": 150004, \"kinds\": [\"schema\", \"table\", \"column\", \"unique\", "
    "\"check\", \"exclude\", \"index\", \"index_part\"], \"schemas\": [{\"name\": \"\", \"tables\": [{\"name\": \"t\", "
    "\"unlogged\": true, \"tablespace\": \"fast\", \"inherits\": [[\"\", \"base\"], [\"app\", \"more\"]], "
    "\"options\": [\"fillfactor=70\"], \"partition_by\": \"RANGE (a, b)\", \"columns\": [{\"name\": \"a\", \"type\": "
    "\"text\", \"nullable\": true, \"collation\": \"C\", \"compression\": \"lz4\", \"storage\": \"main\"}, {\"name\": "
    "\"b\", \"type\": \"bytea\", \"nullable\": true, \"compression\": \"pglz\"}], \"excludes\": [{\"name\": "
    "\"none_alike\", \"definition\": {\"printed\": \"USING gist (a WITH =)\"}}], \"uniques\": [{\"name\": \"u\", "
    "\"columns\": [\"a\"], \"nulls_not_distinct\": true}], \"indexes\": [{\"name\": \"ix\", \"is_unique\": true, "
    "\"method\": \"btree\", \"predicate\": {\"printed\": \"(a > '')\"}, \"include\": [\"b\"], \"options\": "
    "[\"deduplicate_items=off\", \"fillfactor=50\"], \"tablespace\": \"slow\", \"nulls_not_distinct\": true, \"parts\": "
    "[{\"name\": null, \"column\": \"a\"}]}]}]}]}";

/* What 0.8.2 itself would read of a snapshot of ours: all but the key that is ours. */
static struct snapshot *read_as_legacy(struct ctx *ctx, const char *tree)
{
    struct snapshot snapshot = {
        .migration_id = "p__0001_x", .database_name = "p", .applied_at = "2026-11-21T03:25:33Z"};
    struct json *json, *kept = json_object(ctx->mem);
    assert_works(ctx, json_read(ctx, "tree", tree, strlen(tree), &json));
    assert_works(ctx, tree_from_json(ctx, "tree", json, &snapshot.tree));
    char *text = snapshot_to_text(ctx->mem, &snapshot);
    assert_works(ctx, json_read(ctx, "text", text, strlen(text), &json));
    for (int i = 0; i < json->n; i++)
        if (strcmp(json->key[i], "dbwarden") != 0 && strcmp(json->key[i], "checksum") != 0)
            json_set(ctx->mem, kept, json->key[i], json->item[i]);
    return read_sample(ctx, json_text(ctx->mem, kept, JSON_INDENTED));
}

static void options_of_postgresql_reach_the_predecessor(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_as_legacy(ctx, rich_tree);
    assert_true(snapshot->legacy);
    struct table *t = (struct table *)find_in(snapshot, "t", KIND_TABLE, NULL);
    assert_true(t->unlogged);
    assert_string_equal(t->tablespace, "fast");
    assert_string_equal(t->partition_by.written, "RANGE (a, b)");
    assert_string_equal(names_join(ctx->mem, &t->options, " "), "fillfactor=70");
    assert_int_equal(t->inherits.n, 2);
    assert_string_equal(t->inherits.item[0].name, "base");
    assert_string_equal(t->inherits.item[1].schema, "app");
    struct column *a = column_of(snapshot, "t", "a"), *b = column_of(snapshot, "t", "b");
    assert_string_equal(a->collation, "C");
    assert_string_equal(a->storage, "main");
    assert_string_equal(a->compression, "lz4");
    assert_string_equal(b->compression, "pglz");
    assert_false(object_says(&b->object, COLUMN_collation));
    struct exclude *exclude = (struct exclude *)find_in(snapshot, "t", KIND_EXCLUDE, "none_alike");
    assert_string_equal(exclude->definition.printed, "USING gist (a WITH =)");
    assert_true(((struct unique *)find_in(snapshot, "t", KIND_UNIQUE, "u"))->nulls_not_distinct);
    assert_null(find_in(snapshot, "t", KIND_INDEX, "u"));
    struct index *index = (struct index *)find_in(snapshot, "t", KIND_INDEX, "ix");
    assert_true(index->is_unique);
    assert_true(index->nulls_not_distinct);
    assert_string_equal(index->predicate.printed, "(a > '')");
    assert_string_equal(names_join(ctx->mem, &index->include, " "), "b");
    assert_string_equal(names_join(ctx->mem, &index->options, " "), "deduplicate_items=off fillfactor=50");
    assert_string_equal(index->tablespace, "slow");
}

static void an_ambiguous_type_keeps_what_was_said_of_it(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot =
        read_changed(ctx, mariadb_sample, "\"s\": {\"type\": \"text\"",
                     "\"s\": {\"length\": 7, \"precision\": 8, \"scale\": 9, \"type\": \"text\"");
    char *text = snapshot_to_text(ctx->mem, snapshot);
    struct json *json;
    assert_works(ctx, json_read(ctx, "again", text, strlen(text), &json));
    const struct json *column = json_get(json_get(json_get(json_get(json, "tables"), "t"), "columns"), "s");
    assert_int_equal(json_get_int(column, "length", 0), 7);
    assert_int_equal(json_get_int(column, "precision", 0), 8);
    assert_int_equal(json_get_int(column, "scale", 0), 9);
}

static void a_legacy_snapshot_survives_writing(void **state)
{
    struct ctx *ctx = *state;
    static const char *const samples[] = {postgresql_sample, sqlite_sample, mariadb_sample};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct snapshot *snapshot = read_sample(ctx, samples[i]);
        char *text = snapshot_to_text(ctx->mem, snapshot);
        struct snapshot *again = read_sample(ctx, text);
        char *where = NULL;
        if (!tree_same(ctx->mem, snapshot->tree, again->tree, &where))
            fail_msg("%s", where);
        assert_string_equal(snapshot_to_text(ctx->mem, again), text);
    }
}

static void assuming_takes_the_wanted_type_where_it_fits(void **state)
{
    struct ctx *ctx = *state;
    struct snapshot *snapshot = read_sample(ctx, postgresql_sample);
    struct tree *wanted = tree_copy(ctx->mem, snapshot->tree);
    struct snapshot other = *snapshot;
    other.tree = wanted;
    struct column *id = column_of(&other, "users", "id");
    SAY(id, COLUMN, type, "smallint");
    struct column *at = column_of(&other, "users", "at");
    SAY(at, COLUMN, type, "timestamp with time zone");
    struct column *user = column_of(&other, "posts", "user_id");
    SAY(user, COLUMN, type, "bigint");
    struct primary_key *key =
        (struct primary_key *)object_only(find_in(&other, "posts", KIND_TABLE, NULL), KIND_PRIMARY_KEY);
    struct names order = {0};
    names_add(ctx->mem, &order, "a");
    names_add(ctx->mem, &order, "b");
    SAY(key, PRIMARY_KEY, columns, order);
    struct object *lower = find_in(&other, "users", KIND_INDEX, "ix_lower");
    struct index_part *part = (struct index_part *)object_new(ctx->mem, KIND_INDEX_PART, lower, NULL);
    SAY(part, INDEX_PART, expr, ((struct expr){"lower(email)", NULL}));

    snapshot_assume(ctx->mem, snapshot, wanted);
    assert_string_equal(column_of(snapshot, "users", "id")->type, "smallint");
    assert_string_equal(column_of(snapshot, "users", "at")->type, "timestamp with time zone");
    assert_string_equal(column_of(snapshot, "posts", "user_id")->type, "INTEGER"); /* that is a change */
    struct primary_key *own =
        (struct primary_key *)object_only(find_in(snapshot, "posts", KIND_TABLE, NULL), KIND_PRIMARY_KEY);
    assert_string_equal(own->columns.item[0], "a");
    assert_int_equal(find_in(snapshot, "users", KIND_INDEX, "ix_lower")->children.n, 1);
}

static void a_file_that_is_not_a_snapshot_says_so(void **state)
{
    static const struct {
        const char *text;
        enum err code;
        const char *message;
    } cases[] = {
        {"[]", ERR_SYNTAX, "s is not a snapshot: it must be a JSON object"},
        {"{}", ERR_SYNTAX,
         "s is not a snapshot: its database_type is none of sqlite, postgresql, mysql, mariadb, clickhouse"},
        {"{\"format_version\": 2}", ERR_UNSUPPORTED, "snapshot s has format 2, which this version cannot read"},
        {"{\"database_type\": \"sqlite\", \"tables\": []}", ERR_SYNTAX, "s: must be an object: tables"},
        {"{\"database_type\": \"sqlite\", \"tables\": {\"t\": {}}}", ERR_SYNTAX,
         "s: must be an object with columns: table t"},
        {"{\"database_type\": \"sqlite\", \"tables\": {\"t\": {\"columns\": {\"c\": {}}}}}", ERR_SYNTAX,
         "s: must be an object with a type: column c"},
        {"{\"dbwarden\": {\"format\": 9}}", ERR_UNSUPPORTED,
         "snapshot s was written by another version of dbwarden, whose format this one cannot read"},
        {"{\"dbwarden\": {\"format\": 1, \"tree\": {\"engine\": \"sqlite\", \"tabels\": []}}}", ERR_SYNTAX,
         "s: dbwarden.tree: tabels: a database has no \"tabels\""},
    };
    struct ctx *ctx = *state;
    struct snapshot *snapshot;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fails(ctx, snapshot_from_text(ctx, "s", cases[i].text, strlen(cases[i].text), &snapshot), cases[i].code,
                     cases[i].message);
    const char *conflict = "{\n<<<<<<< HEAD\n}";
    assert_int_equal(snapshot_from_text(ctx, "s", conflict, strlen(conflict), &snapshot), ERR_SYNTAX);
    assert_string_equal(ctx->error.place.file, "s");
    assert_int_equal(ctx->error.place.line, 2);
    assert_non_null(ctx->error.hint);
}

static void a_written_file_has_the_mode_of_the_umask_and_reads_back(void **state)
{
    struct ctx *ctx = *state;
    char folder[] = "/tmp/dbwarden-unit-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *inner = path_join(ctx->mem, folder, "schemas");
    char *path = path_join(ctx->mem, inner, "primary__0007_x.schema.json");
    struct snapshot *snapshot = read_sample(ctx, own_text);
    mode_t mask = umask(027);
    assert_works(ctx, snapshot_write(ctx, path, snapshot));
    umask(mask);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_works(ctx, snapshot_read(ctx, path, &snapshot));
    assert_string_equal(snapshot_to_text(ctx->mem, snapshot), own_text);
    struct names left;
    assert_works(ctx, folder_list(ctx, inner, &left));
    assert_int_equal(left.n, 1);
    assert_works(ctx, file_remove(ctx, path));
    rmdir(inner);
    rmdir(folder);
    assert_int_equal(snapshot_read(ctx, path, &snapshot), ERR_FILE);
}

UNIT_TESTS(UNIT(checksums_are_those_of_python), UNIT(what_we_write_is_exact), UNIT(the_first_format_is_read),
           UNIT(records_before_parts_are_read), UNIT(legacy_postgresql_says_what_it_knows),
           UNIT(legacy_constraints_and_indexes_are_told_apart), UNIT(legacy_primary_keys_have_no_order),
           UNIT(bookkeeping_is_no_table_of_the_user), UNIT(legacy_sqlite_has_unnamed_constraints),
           UNIT(only_random_numbers_are_no_names_of_checks), UNIT(legacy_mariadb_hides_indexes_of_foreign_keys),
           UNIT(only_the_index_of_the_very_columns_is_behind_a_foreign_key),
           UNIT(options_of_postgresql_reach_the_predecessor), UNIT(an_ambiguous_type_keeps_what_was_said_of_it),
           UNIT(a_legacy_snapshot_survives_writing), UNIT(assuming_takes_the_wanted_type_where_it_fits),
           UNIT(a_file_that_is_not_a_snapshot_says_so), UNIT(a_written_file_has_the_mode_of_the_umask_and_reads_back))
