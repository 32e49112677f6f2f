/*
 * Every text that an engine with a judge has is put to it: a table with a field of expression class per line, held against
 * kinds.def.  The server is played: it says "told" of everything that it is asked to make.
 */
#include "trees.h"

#include "diff/diff.h"
#include "run/judge.h"

static const struct judged {
    enum kind kind;
    int field;
    const char *schema; /* %s is an expression */
} judged[] = {
    {KIND_DOMAIN, DOMAIN_default_value, "'domains': [{'name': 'd', 'type': 'integer', 'default_value': '%s'}]"},
    {KIND_TABLE, TABLE_partition_by,
     "'tables': [{'name': 't', 'partition_by': 'RANGE ((%s))', 'columns': [{'name': 'a', 'type': 'integer'}]}]"},
    {KIND_COLUMN, COLUMN_default_value,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer', 'default_value': '%s'}]}]"},
    {KIND_COLUMN, COLUMN_computed,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer', 'computed': '%s'}]}]"},
    {KIND_CHECK, CHECK_expr, "'tables': [{'name': 't', 'checks': [{'name': 'c', 'expr': '%s > 0'}]}]"},
    {KIND_EXCLUDE, EXCLUDE_definition,
     "'tables': [{'name': 't', 'excludes': [{'name': 'e', 'definition': 'USING gist ((%s) WITH =)'}]}]"},
    {KIND_INDEX, INDEX_predicate,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}], "
     "'indexes': [{'name': 'i', 'predicate': '%s > 0', 'parts': [{'column': 'a'}]}]}]"},
    {KIND_INDEX_PART, INDEX_PART_expr,
     "'tables': [{'name': 't', 'indexes': [{'name': 'i', 'parts': [{'expr': '%s'}]}]}]"},
    {KIND_POLICY, POLICY_using, "'tables': [{'name': 't', 'policies': [{'name': 'p', 'using': '%s > 0'}]}]"},
    {KIND_POLICY, POLICY_with_check, "'tables': [{'name': 't', 'policies': [{'name': 'p', 'with_check': '%s > 0'}]}]"},
    {KIND_VIEW, VIEW_query, "'views': [{'name': 'v', 'query': 'SELECT %s AS a'}]"},
    {KIND_TRIGGER, TRIGGER_definition,
     "'tables': [{'name': 't', 'triggers': [{'name': 'r', 'definition': "
     "'CREATE TRIGGER r AFTER INSERT ON app.t FOR EACH ROW WHEN (%s > 0) EXECUTE FUNCTION f()'}]}]"},
    {KIND_PARTITIONING, PARTITIONING_expr,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}], "
     "'partitionings': [{'method': 'HASH', 'expr': '%s', 'number': 2}]}]"},
    {KIND_PARTITIONING, PARTITIONING_sub_expr,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}], "
     "'partitionings': [{'method': 'HASH', 'expr': 'a', 'number': 2, 'sub_method': 'HASH', 'sub_expr': '%s'}]}]"},
    {KIND_PARTITION, PARTITION_bound,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}], 'partitionings': "
     "[{'method': 'RANGE', 'expr': 'a', 'partitions': [{'name': 'p', 'bound': '%s'}]}]}]"},
    {KIND_STATISTICS, STATISTICS_expressions,
     "'tables': [{'name': 't', 'statistics': [{'name': 's', 'expressions': '(%s + 1)'}]}]"},
    {KIND_TABLE, TABLE_order_by,
     "'tables': [{'name': 't', 'order_by': '%s', 'columns': [{'name': 'a', 'type': 'integer'}]}]"},
    {KIND_TABLE, TABLE_primary_by,
     "'tables': [{'name': 't', 'order_by': 'a, b', 'primary_by': '%s', 'columns': [{'name': 'a', 'type': 'integer'}]}]"},
    {KIND_TABLE, TABLE_sample_by,
     "'tables': [{'name': 't', 'sample_by': '%s', 'columns': [{'name': 'a', 'type': 'integer'}]}]"},
    {KIND_TABLE, TABLE_ttl, "'tables': [{'name': 't', 'ttl': '%s', 'columns': [{'name': 'a', 'type': 'integer'}]}]"},
    {KIND_COLUMN, COLUMN_codec,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer', 'codec': '%s'}]}]"},
    {KIND_COLUMN, COLUMN_ttl, "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer', 'ttl': '%s'}]}]"},
    {KIND_COLUMN, COLUMN_statistics,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer', 'statistics': '%s'}]}]"},
    {KIND_PROJECTION, PROJECTION_query,
     "'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}], "
     "'projections': [{'name': 'p', 'query': 'SELECT %s'}]}]"},
    {KIND_VIEW, VIEW_storage, "'views': [{'name': 'v', 'query': 'SELECT 1 AS a', 'storage': 'ENGINE = Log %s'}]"},
    {KIND_KEYED, KEYED_structure,
     "'dictionaries': [{'name': 'd', 'structure': '%s', 'primary_key': 'a', 'source': 'NULL()', 'layout': 'FLAT()'}]"},
    {KIND_KEYED, KEYED_primary_key,
     "'dictionaries': [{'name': 'd', 'structure': 'a UInt8', 'primary_key': '%s', 'source': 'NULL()', 'layout': 'FLAT()'}]"},
    {KIND_KEYED, KEYED_source,
     "'dictionaries': [{'name': 'd', 'structure': 'a UInt8', 'primary_key': 'a', 'source': '%s', 'layout': 'FLAT()'}]"},
    {KIND_KEYED, KEYED_layout,
     "'dictionaries': [{'name': 'd', 'structure': 'a UInt8', 'primary_key': 'a', 'source': 'NULL()', 'layout': '%s'}]"},
    {KIND_RULE, RULE_definition,
     "'tables': [{'name': 't', 'rules': [{'name': 'r', 'definition': "
     "'CREATE RULE r AS ON INSERT TO app.t WHERE (%s > 0) DO NOTHING'}]}]"},
};

static struct dialect played; /* an engine with a judge, and ours in its place */
static struct buf asked;

/* What is made, as it was said, but for the texts. */
static int judge_play(struct ctx *ctx, struct conn *conn, struct judgement *judgement)
{
    const struct list *statements = judgement->statements;
    const struct object *root = NULL;
    for (int i = 0; i < statements->n; i++) {
        const struct statement_out *statement = statements->item[i];
        buf_addf(&asked, "%s;\n", statement->sql);
        root = statement->change->after;
    }
    while (root && root->parent)
        root = root->parent;
    judgement->tree = tree_new(ctx->mem, conn->dialect->engine);
    for (int i = 0; root && i < root->children.n; i++)
        object_copy(ctx->mem, root->children.item[i], judgement->tree->root);
    for (struct object *o = judgement->tree->root; o; o = object_next(judgement->tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++)
            if (kind_table[o->kind].field[i].type == FIELD_EXPR && object_says(o, i))
                ((struct expr *)object_field(o, i))->printed = o->kind == KIND_TRIGGER ? "CREATE TRIGGER r told ON t"
                                                               : o->kind == KIND_RULE
                                                                   ? "CREATE RULE r AS ON INSERT TO t told"
                                                                   : "told";
    return 0;
}

static struct tree *tree_with(struct ctx *ctx, const struct target *target, const char *schema, const char *text)
{
    return tree_said(ctx, target, text_replace(ctx->mem, schema, "%s", text));
}

static const struct object *object_of_kind(const struct tree *tree, enum kind kind)
{
    struct object *found = tree->root;
    while (found && found->kind != kind)
        found = object_next(tree->root, found);
    return found;
}

/* However it was spelled: an engine may quote the 1 where a name is meant. */
static bool was_asked(struct arena *mem)
{
    return strstr(text_replace(mem, text_replace(mem, asked.data, " ", ""), "`", ""), "1+1");
}

/* What the server says of the desired text; NULL if it was not asked. */
static const char *told(struct ctx *ctx, const struct judged *one)
{
    struct target target = target_offline(&played, NULL);
    struct tree *desired = tree_with(ctx, &target, one->schema, "1 + 1");
    struct diff_input input = {.target = &target,
                               .before = tree_with(ctx, &target, one->schema, "1 + 2"),
                               .after = tree_copy(ctx->mem, desired)};
    struct conn conn = {.dialect = &played, .version = played.minimum_version};
    struct session session = {.conn = &conn, .target = &target};
    struct changes *changes = NULL;
    bool answered = false;
    buf_init(&asked, ctx->mem);
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    const struct judge_case judge_case = {NORMALISE_AUTO, changes, desired, tree_copy(ctx->mem, desired)};
    assert_works(ctx, judge_ask(ctx, &session, &judge_case, &answered));
    assert_true(answered == was_asked(ctx->mem));
    return ((const struct expr *)object_field(object_of_kind(desired, one->kind), one->field))->printed;
}

/* No models describe these: both sides were printed by a server; or there is one way to say them. */
static const struct {
    enum kind kind;
    const char *field; /* NULL: any */
} printed_always[] = {{KIND_FUNCTION, NULL},
                      {KIND_AGGREGATE, NULL},
                      {KIND_COLLATION, NULL},
                      {KIND_RANGE, NULL},
                      {KIND_BASE, NULL},
                      {KIND_SHELL, NULL},
                      {KIND_EVENT_TRIGGER, NULL},
                      {KIND_PUBLICATION, NULL},
                      {KIND_WRAPPER, NULL},
                      {KIND_SERVER, NULL},
                      {KIND_OPERATOR, NULL},
                      {KIND_CAST, NULL},
                      {KIND_FAMILY, NULL},
                      {KIND_CLASS, NULL},
                      {KIND_CONVERSION, NULL},
                      {KIND_LANGUAGE, NULL},
                      {KIND_TRANSFORM, NULL},
                      {KIND_METHOD, NULL},
                      {KIND_MAPPING, NULL},
                      {KIND_TEXT_PARSER, NULL},
                      {KIND_TEXT_TEMPLATE, NULL},
                      {KIND_DICTIONARY, NULL},
                      {KIND_CONFIGURATION, NULL},
                      {KIND_TABLE, "partition_bound"},
                      {KIND_PARTITIONING, "definition"},
                      {KIND_PARTITIONING, "starts"},
                      {KIND_VIEW, "column_defaults"},
                      {KIND_VIEW, "structure"},
                      {KIND_EVENT, NULL},
                      {KIND_ROW_POLICY, NULL},
                      {KIND_COLUMN, "on_update"}};

static bool is_printed_always(enum kind kind, const char *field)
{
    for (size_t i = 0; i < sizeof printed_always / sizeof *printed_always; i++)
        if (printed_always[i].kind == kind && (!printed_always[i].field || text_equal(printed_always[i].field, field)))
            return true;
    return false;
}

static const struct judged *judged_find(enum kind kind, int field)
{
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++)
        if (judged[i].kind == kind && judged[i].field == field)
            return &judged[i];
    return NULL;
}

static void every_text_is_put_to_the_judge(void **state)
{
    struct ctx *ctx = *state;
    for (int d = 0; dialect_list[d]; d++) {
        if (!dialect_list[d]->judge)
            continue;
        played = *dialect_list[d];
        played.judge = judge_play;
        for (int kind = 0; kind < KIND_COUNT; kind++)
            for (int i = 0; i < kind_table[kind].fields; i++) {
                const struct field *field = &kind_table[kind].field[i];
                if (field->type != FIELD_EXPR || !(field->engines & played.engine) ||
                    is_printed_always((enum kind)kind, field->name))
                    continue;
                if (played.engine == ENGINE_MARIA && kind == KIND_INDEX_PART) /* it has no indexes on expressions */
                    continue;
                const struct judged *one = judged_find((enum kind)kind, i);
                if (!one)
                    fail_msg("%s of a %s is not a line of `judged`", field->name, kind_table[kind].name);
                const char *text = told(ctx, one);
                if (!text || !strstr(text, "told"))
                    fail_msg("%s of a %s is not put to the server of %s", field->name, kind_table[kind].name,
                             played.title);
            }
    }
}

/* The copy stands in a schema of its own, so that no table of the user is locked; the answer is about the table itself. */
static void a_trigger_is_asked_about_on_a_copy_of_its_table(void **state)
{
    played = *dialect_of_engine(ENGINE_PG);
    played.judge = judge_play;
    const struct judged *trigger = judged_find(KIND_TRIGGER, TRIGGER_definition);
    assert_string_equal(told(*state, trigger), "CREATE TRIGGER r told ON app.t");
    assert_null(strstr(asked.data, "app.t"));
    assert_non_null(strstr(asked.data, "CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW WHEN (1 + 1 > 0)"));
}

UNIT_TESTS(UNIT(every_text_is_put_to_the_judge), UNIT(a_trigger_is_asked_about_on_a_copy_of_its_table))
