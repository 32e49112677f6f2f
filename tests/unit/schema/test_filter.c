#include "unit.h"

#include "schema/filter.h"

static void patterns_know_star_and_question_mark(void **state)
{
    assert_true(filter_match("users", "users"));
    assert_false(filter_match("users", "users2"));
    assert_false(filter_match("users2", "users"));
    assert_true(filter_match("*", ""));
    assert_true(filter_match("tmp_*", "tmp_a"));
    assert_false(filter_match("tmp_*", "atmp_a"));
    assert_true(filter_match("*_a*b", "x_a_ab_ab"));
    assert_false(filter_match("*_a*b", "x_a_ab_abc"));
    assert_true(filter_match("t?", "tx"));
    assert_true(filter_match("t?", "tü"));
    assert_false(filter_match("t?", "t"));
    assert_false(filter_match("T", "t"));
    assert_true(filter_match("**", "anything"));
}

static struct tree *make_tree(struct arena *mem)
{
    struct tree *tree = tree_new(mem, ENGINE_PG);
    struct object *home = tree_schema(mem, tree, NULL);
    struct object *app = tree_schema(mem, tree, "app");
    object_new(mem, KIND_TABLE, home, "users");
    object_new(mem, KIND_INDEX, object_new(mem, KIND_TABLE, home, "_dbwarden_migrations"), "ix");
    struct sequence *sequence = (struct sequence *)object_new(mem, KIND_SEQUENCE, home, "m_seq");
    SAY(sequence, SEQUENCE, owned_by, ((struct ref){"", "_dbwarden_migrations", "id"}));
    object_new(mem, KIND_SEQUENCE, home, "free_seq");
    object_new(mem, KIND_VIEW, home, "tmp_view");
    object_new(mem, KIND_TABLE, app, "tmp_users");
    object_new(mem, KIND_TABLE, app, "events");
    return tree;
}

static char *what_is_left(struct arena *mem, const struct tree *tree)
{
    struct buf out;
    buf_init(&out, mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->name && o->kind != KIND_SCHEMA)
            buf_addf(&out, "%s%s", out.len ? " " : "", o->name);
    return out.data;
}

static struct filter filter_of(struct arena *mem, const char *include, const char *exclude, const char *own)
{
    struct filter filter = {0};
    if (include)
        names_add(mem, &filter.include, include);
    if (exclude)
        names_add(mem, &filter.exclude, exclude);
    if (own)
        names_add(mem, &filter.own, own);
    return filter;
}

static void what_is_left_out_takes_along_what_hangs_on_it(void **state)
{
    static const struct {
        const char *include, *exclude, *own, *left;
    } cases[] = {
        {NULL, NULL, NULL, "users _dbwarden_migrations ix m_seq free_seq tmp_view tmp_users events"},
        {NULL, NULL, "_dbwarden_migrations", "users free_seq tmp_view tmp_users events"},
        {NULL, NULL, "public._dbwarden_migrations", "users free_seq tmp_view tmp_users events"},
        {NULL, "tmp_*", NULL, "users _dbwarden_migrations ix m_seq free_seq events"},
        {NULL, "app.tmp_*", NULL, "users _dbwarden_migrations ix m_seq free_seq tmp_view events"},
        {"users", NULL, NULL, "users free_seq"},
        {"public.*", "*_view", "_dbwarden_migrations", "users free_seq"},
        {"*users", "app.*", NULL, "users free_seq"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tree *tree = make_tree(ctx->mem);
        struct filter filter = filter_of(ctx->mem, cases[i].include, cases[i].exclude, cases[i].own);
        filter_apply(&filter, "public", tree);
        assert_string_equal(what_is_left(ctx->mem, tree), cases[i].left);
    }
}

static void a_schema_of_which_nothing_is_left_goes_too(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = make_tree(ctx->mem);
    struct filter filter = filter_of(ctx->mem, NULL, "app.*", NULL);
    filter_apply(&filter, "public", tree);
    assert_null(object_child(tree->root, KIND_SCHEMA, "app"));
    assert_non_null(object_child(tree->root, KIND_SCHEMA, ""));
}

UNIT_TESTS(UNIT(patterns_know_star_and_question_mark), UNIT(what_is_left_out_takes_along_what_hangs_on_it),
           UNIT(a_schema_of_which_nothing_is_left_goes_too))
