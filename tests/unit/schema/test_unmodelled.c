#include "unit.h"

#include "schema/filter.h"
#include "schema/unmodelled.h"

static const char many[] =
    "{\"engine\": \"postgresql\", \"version\": 150004, \"kinds\": [\"schema\", \"table\", \"column\", \"check\"],"
    " \"schemas\": [{\"name\": \"\", \"tables\": ["
    "   {\"name\": \"t\", \"columns\": [{\"name\": \"a\"}], \"checks\": [{\"name\": \"c\", \"expr\": \"a > 0\"}]},"
    "   {\"name\": \"d\"}]}],"
    " \"unmodelled\": [{\"kind\": \"function\", \"schema\": \"\", \"name\": \"f()\", \"definition\": \"one\"},"
    "  {\"kind\": \"function\", \"schema\": \"s\", \"name\": \"f()\", \"definition\": \"one\"},"
    "  {\"kind\": \"domain\", \"schema\": \"\", \"name\": \"d\"},"
    "  {\"kind\": \"partition\", \"schema\": \"s\", \"name\": \"p\", \"on_kind\": \"table\", \"on_schema\": \"\", \"on\": \"t\"},"
    "  {\"kind\": \"grant\", \"schema\": \"\", \"name\": \"SELECT to bob\", \"on_kind\": \"table\", \"on\": \"t\","
    "   \"column\": \"a\"},"
    "  {\"kind\": \"not valid constraint\", \"schema\": \"\", \"name\": \"c\", \"on_kind\": \"table\", \"on\": \"t\"},"
    "  {\"kind\": \"comment\", \"schema\": \"\", \"name\": \"of constraint c\", \"on_kind\": \"table\", \"on\": \"t\"},"
    "  {\"kind\": \"grant\", \"schema\": \"s\", \"name\": \"USAGE to bob\", \"on_kind\": \"schema\", \"on\": \"s\"},"
    "  {\"kind\": \"policy\", \"schema\": \"\", \"name\": \"q\", \"on_kind\": \"table\", \"on\": \"other\"}]}";

static struct tree *tree_of(struct ctx *ctx, const char *text)
{
    struct json *json;
    struct tree *tree;
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    return tree;
}

static char *texts(struct arena *mem, const struct list *list)
{
    const struct names names = unmodelled_texts(mem, list);
    return names_join(mem, &names, "; ");
}

static void a_person_reads_the_names(void **state)
{
    struct ctx *ctx = *state;
    const struct tree *tree = tree_of(ctx, many);
    assert_string_equal(texts(ctx->mem, &tree->unmodelled),
                        "function f(); function s.f(); domain d; partition s.p of table t; "
                        "grant SELECT to bob on column t.a; not valid constraint c on table t; "
                        "comment of constraint c on table t; grant USAGE to bob on schema s; policy q on table other");
    assert_string_equal(unmodelled_counts(ctx->mem, &tree->unmodelled),
                        "2 functions, 1 domain, 1 partition, 2 grants, 1 not valid constraint, 1 comment, 1 policy");
    struct unmodelled one = {.kind = "policy"};
    struct list list = {0};
    list_add(ctx->mem, &list, &one);
    list_add(ctx->mem, &list, &one);
    assert_string_equal(unmodelled_counts(ctx->mem, &list), "2 policies");
}

static void what_has_secrets_says_so_and_keeps_its_name(void **state)
{
    struct ctx *ctx = *state;
    const struct tree *tree = tree_of(
        ctx,
        "{\"engine\": \"postgresql\", \"kinds\": [\"schema\", \"server\"], \"schemas\": [{\"name\": \"\","
        " \"servers\": [{\"name\": \"far\"}, {\"name\": \"near\"}]}],"
        " \"unmodelled\": [{\"kind\": \"server with secrets\", \"name\": \"near\"},"
        "  {\"kind\": \"user mapping with secrets\", \"name\": \"for bob\", \"on_kind\": \"server\", \"on\": \"near\"},"
        "  {\"kind\": \"server with secrets\", \"name\": \"other\"}]}");
    assert_string_equal(texts(ctx->mem, &tree->unmodelled),
                        "server near with secrets; user mapping for bob on server near with secrets; "
                        "server other with secrets");
    assert_string_equal(unmodelled_counts(ctx->mem, &tree->unmodelled),
                        "2 servers with secrets, 1 user mapping with secrets");
    assert_null(unmodelled_instead(tree, tree_find(tree, KIND_SERVER, "", "far")));
    assert_ptr_equal(unmodelled_instead(tree, tree_find(tree, KIND_SERVER, "", "near")), tree->unmodelled.item[0]);
}

static void json_keeps_a_digest_of_the_definition(void **state)
{
    struct ctx *ctx = *state;
    const struct tree *tree = tree_of(ctx, many);
    const char *text = json_text(ctx->mem, tree_to_json(ctx->mem, tree), JSON_PYTHON);
    assert_non_null(strstr(text, "\"definition\": \"sha256:"));
    const struct tree *again = tree_of(ctx, text);
    assert_string_equal(json_text(ctx->mem, tree_to_json(ctx->mem, again), JSON_PYTHON), text);
    assert_int_equal(unmodelled_open(ctx->mem, tree, again).n, 0);
    assert_int_equal(unmodelled_open(ctx->mem, again, tree).n, 0);

    struct json *json;
    struct tree *wrong;
    const char *bad = "{\"engine\": \"sqlite\", \"unmodelled\": [{\"name\": \"x\"}]}";
    assert_works(ctx, json_read(ctx, "test", bad, strlen(bad), &json));
    assert_fails(ctx, tree_from_json(ctx, "test", json, &wrong), ERR_SYNTAX,
                 "test: unmodelled[0]: must be an object with a \"kind\"");
}

static void what_is_missing_or_different_is_open(void **state)
{
    struct ctx *ctx = *state;
    const struct tree *desired = tree_of(ctx, many);
    struct tree *current = tree_of(ctx, many);
    ((struct unmodelled *)current->unmodelled.item[0])->definition = "two";
    list_remove(&current->unmodelled, 2);
    struct unmodelled trigger = {.kind = "trigger", .schema = "", .name = "x", .on_kind = "table", .on = "t"};
    list_add(ctx->mem, &current->unmodelled, &trigger);

    struct names open = unmodelled_open(ctx->mem, desired, current);
    assert_string_equal(names_join(ctx->mem, &open, "; "), "function f() (another definition); domain d");
    const struct list extra = unmodelled_extra(ctx->mem, desired, current);
    assert_string_equal(texts(ctx->mem, &extra), "trigger x on table t");
    current->version = 180000; /* another server prints another text */
    open = unmodelled_open(ctx->mem, desired, current);
    assert_string_equal(names_join(ctx->mem, &open, "; "), "domain d");
}

static void an_object_finds_what_concerns_it(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, many);
    const struct object *t = tree_find(tree, KIND_TABLE, "", "t");
    const struct object *d = tree_find(tree, KIND_TABLE, "", "d");
    const struct object *a = object_child(t, KIND_COLUMN, "a"), *c = object_child(t, KIND_CHECK, "c");
    assert_null(unmodelled_instead(tree, t));
    assert_string_equal(unmodelled_instead(tree, d)->kind, "domain");
    assert_null(unmodelled_instead(tree, a));
    assert_string_equal(unmodelled_in_create(tree, t)->kind, "partition");
    assert_string_equal(unmodelled_in_create(tree, c)->kind, "not valid constraint");
    assert_null(unmodelled_in_create(tree, a));
    assert_null(unmodelled_in_create(tree, d));

    struct list list = unmodelled_on(ctx->mem, tree, t);
    assert_int_equal(list.n, 4);
    list = unmodelled_on(ctx->mem, tree, a);
    assert_string_equal(texts(ctx->mem, &list), "grant SELECT to bob on column t.a");
    list = unmodelled_on(ctx->mem, tree, c);
    assert_string_equal(texts(ctx->mem, &list),
                        "not valid constraint c on table t; comment of constraint c on table t");
    list = unmodelled_on(ctx->mem, tree, tree_schema(ctx->mem, tree, "s"));
    assert_string_equal(texts(ctx->mem, &list),
                        "function s.f(); partition s.p of table t; grant USAGE to bob on schema s");
}

static void a_rename_takes_along_what_hangs_on_it(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, many);
    const struct list was = list_duplicate(ctx->mem, &tree->unmodelled);
    unmodelled_rename(ctx->mem, tree, &was, &(struct unmodelled){.schema = "", .on = "t", .column = "a"}, "b");
    unmodelled_rename(ctx->mem, tree, &was, &(struct unmodelled){.schema = "", .on = "t"}, "other");
    unmodelled_rename(ctx->mem, tree, &was, &(struct unmodelled){.schema = "", .on = "other"}, "t");
    assert_string_equal(unmodelled_text(ctx->mem, tree->unmodelled.item[3]), "partition s.p of table other");
    assert_string_equal(unmodelled_text(ctx->mem, tree->unmodelled.item[4]), "grant SELECT to bob on column other.b");
    assert_string_equal(unmodelled_text(ctx->mem, tree->unmodelled.item[8]), "policy q on table t");
}

static void what_a_filter_leaves_out_takes_along_what_hangs_on_it(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, many);
    struct filter filter = {0};
    names_add(ctx->mem, &filter.exclude, "t");
    names_add(ctx->mem, &filter.exclude, "s.*");
    filter_apply(&filter, "public", tree);
    assert_string_equal(texts(ctx->mem, &tree->unmodelled), "function f(); domain d; policy q on table other");
}

UNIT_TESTS(UNIT(a_person_reads_the_names), UNIT(json_keeps_a_digest_of_the_definition),
           UNIT(what_is_missing_or_different_is_open), UNIT(an_object_finds_what_concerns_it),
           UNIT(what_has_secrets_says_so_and_keeps_its_name), UNIT(a_rename_takes_along_what_hangs_on_it),
           UNIT(what_a_filter_leaves_out_takes_along_what_hangs_on_it))
