/* Trees into pictures, in every format: what is drawn, in which colors, and that no name breaks out of its place. */
#include "diagram/diagram.h"

#include "diff/planned.h"

#define SHOP                                                                                                           \
    "'enums': [{'name': 'mood', 'labels': ['sad', 'ok']}],"                                                            \
    "'domains': [{'name': 'price', 'type': 'numeric(10,2)'}],"                                                         \
    "'sequences': [{'name': 'counter'}],"                                                                              \
    "'tables': ["                                                                                                      \
    " {'name': 'teams', 'comment': 'who <works>', 'columns': [{'name': 'id', 'type': 'integer', 'nullable': false},"   \
    "   {'name': 'org', 'type': 'integer', 'nullable': false}],"                                                       \
    "  'primary_keys': [{'name': 'teams_pkey', 'columns': ['id', 'org']}]},"                                           \
    " {'name': 'users', 'columns': [{'name': 'id', 'type': 'integer', 'nullable': false},"                             \
    "   {'name': 'team', 'type': 'integer'}, {'name': 'org', 'type': 'integer'}, {'name': 'boss', 'type': 'integer'}," \
    "   {'name': 'mood', 'type': 'mood'}, {'name': 'pay', 'type': 'price', 'nullable': false}],"                       \
    "  'primary_keys': [{'name': 'users_pkey', 'columns': ['id']}],"                                                   \
    "  'foreign_keys': [{'name': 'users_team', 'columns': ['team', 'org'], 'ref_table': ['', 'teams']},"               \
    "   {'name': 'users_boss', 'columns': ['boss'], 'ref_table': ['', 'users'], 'ref_columns': ['id']}]},"             \
    " {'name': 'log', 'columns': [{'name': 'day', 'type': 'date'}], 'partition_by': 'RANGE (day)'},"                   \
    " {'name': 'log_old', 'columns': [{'name': 'day', 'type': 'date'}], 'inherits': [['', 'log']],"                    \
    "  'partition_bound': 'DEFAULT'}],"                                                                                \
    "'views': [{'name': 'happy', 'query': 'SELECT u.id FROM users u WHERE mood = 1'}]"

static struct tree *tree_of(struct ctx *ctx, const char *objects)
{
    return tree_read(ctx, "postgresql", arena_printf(ctx->mem, "{'name': '', %s}", objects));
}

static struct target target_of(struct tree *tree)
{
    return target_offline(dialect_of_engine(tree->engine), NULL);
}

static const char *drawn(struct ctx *ctx, const struct diagram_input *input, const char *format)
{
    struct diagram *diagram;
    const char *text;
    assert_works(ctx, diagram_draw(ctx, input, &diagram));
    assert_works(ctx, diagram_format_find(format)->render(ctx, diagram, &text));
    assert_true(text_ends(text, "\n"));
    return text;
}

static const char *schema_drawn(struct ctx *ctx, const char *objects, const char *format)
{
    struct tree *tree = tree_of(ctx, objects);
    const struct target target = target_of(tree);
    return drawn(ctx, &(struct diagram_input){.target = &target, .tree = tree, .title = "shop"}, format);
}

static const char *change_drawn(struct ctx *ctx, const char *before, const char *after, const char *format)
{
    struct tree *from = tree_of(ctx, before), *to = tree_of(ctx, after);
    const struct target target = target_of(from);
    struct changes *changes;
    const struct diff_input compared = {.target = &target, .before = from, .after = to};
    assert_works(ctx, diff_trees(ctx, &compared, &changes));
    return drawn(ctx, &(struct diagram_input){.target = &target, .changes = changes, .title = "a change"}, format);
}

#define assert_has(text, part)                                  \
    do {                                                        \
        if (!text_has((text), (part)))                          \
            fail_msg("there is no %s in:\n%s", (part), (text)); \
    } while (0)

static void a_schema_has_boxes_and_lines(void **state)
{
    assert_string_equal(
        schema_drawn(*state, SHOP, "mermaid"),
        "erDiagram\n"
        "    t1[\"mood (enum)\"] {\n        _ sad\n        _ ok\n    }\n"
        "    t2[\"price (domain)\"] {\n        _ _ \"numeric(10,2)\"\n    }\n"
        "    t3[\"teams\"] {\n        integer id PK\n        integer org PK\n    }\n"
        "    t4[\"users\"] {\n        integer id PK\n        integer team FK \"null\"\n"
        "        integer org FK \"null\"\n        integer boss FK \"null\"\n        mood mood \"null\"\n"
        "        price pay\n    }\n"
        "    t5[\"log\"] {\n        date day \"null\"\n    }\n"
        "    t6[\"log_old (partition)\"] {\n        _ DEFAULT\n    }\n"
        "    t7[\"happy (view)\"]\n"
        "    t4 }o..|| t1 : \"mood\"\n"
        "    t4 }o..|| t2 : \"pay\"\n"
        "    t4 }o--o| t3 : \"team, org\"\n"
        "    t4 }o--o| t4 : \"boss\"\n"
        "    t6 }o..|| t5 : \"partition of\"\n"
        "    t7 }o..|| t4 : \"reads\"\n");
}

static void a_key_of_two_columns_is_two_lines_between_columns(void **state)
{
    const char *dot = schema_drawn(*state, SHOP, "dot");
    assert_has(dot, "t4:r2:e -> t3:l1:w [");
    assert_has(dot, "t4:r3:e -> t3:l2:w [");
    assert_has(dot, "t4:r4:e -> t4:r1:e ["); /* of itself */
    assert_has(dot, "t4:r5:e -> t1:h:w [color=\"#8a94a0\", style=\"dotted\"");
    assert_has(dot, "t7:h:e -> t4:h:w [color=\"#8a94a0\", style=\"dashed\"");
}

static void a_change_has_signs_and_colors(void **state)
{
    static const char before[] =
        "'enums': [{'name': 'mood', 'labels': ['sad', 'ok']}], 'tables': ["
        "{'name': 'old', 'columns': [{'name': 'x', 'type': 'integer'}]},"
        "{'name': 'stays', 'columns': [{'name': 'id', 'type': 'integer'}, {'name': 'gone', 'type': 'text'}]},"
        "{'name': 'same', 'columns': [{'name': 'id', 'type': 'integer'}]}]";
    static const char after[] =
        "'enums': [{'name': 'mood', 'labels': ['sad', 'ok', 'glad']}], 'tables': ["
        "{'name': 'stays', 'columns': [{'name': 'id', 'type': 'bigint'}, {'name': 'next', 'type': 'integer'}],"
        " 'foreign_keys': [{'name': 'f', 'columns': ['next'], 'ref_table': ['', 'new'], 'ref_columns': ['id']}]},"
        "{'name': 'same', 'columns': [{'name': 'id', 'type': 'integer'}]},"
        "{'name': 'new', 'columns': [{'name': 'id', 'type': 'integer'}]}]";
    struct ctx *ctx = *state;
    assert_string_equal(
        change_drawn(ctx, before, after, "mermaid"),
        "erDiagram\n"
        "    t1[\"~ mood (enum, labels sad, ok → sad, ok, glad)\"]:::changed {\n        _ sad\n        _ ok\n        _ glad \"added\"\n    }\n"
        "    t2[\"~ stays\"]:::changed {\n"
        "        bigint id \"changed, integer → bigint, null\"\n"
        "        integer next FK \"added, null\"\n"
        "        text gone \"removed, null\"\n    }\n"
        "    t3[\"same\"] {\n        integer id \"null\"\n    }\n"
        "    t4[\"+ new\"]:::added {\n        integer id \"added, null\"\n    }\n"
        "    t5[\"− old\"]:::removed {\n        integer x \"removed, null\"\n    }\n"
        "    t2 }o--o| t4 : \"+ next\"\n"
        "    classDef added fill:#c9f0d0,stroke:#1a7f37,color:#1b1f24\n"
        "    classDef changed fill:#ffe8b0,stroke:#9a6700,color:#1b1f24\n"
        "    classDef removed fill:#ffd2d2,stroke:#cf222e,color:#1b1f24\n");
    const char *dot = change_drawn(ctx, before, after, "dot");
    assert_has(dot, "BGCOLOR=\"#ffd2d2\">− gone");
    assert_has(dot, "[color=\"#1a7f37\", style=\"solid\", arrowhead=\"teeodot\"");
    const char *html = change_drawn(ctx, before, after, "html");
    assert_has(html, "<section id=\"t5\" class=\"object removed\">\n<h2>− old <small>table</small>");
    assert_has(html, "5 objects, 1 added, 2 changed, 1 removed");
    assert_has(html, "<tr class=\"added\"><td>foreign key</td><td>+ f</td><td><code>(next) → new (id)</code>");
}

static void no_name_breaks_out(void **state)
{
    static const char odd[] =
        "'tables': [{'name': 'a\\'b<i>&amp;\\n{}]|\\\\N%#;*x*_y_', 'columns': ["
        "{'name': 'PK', 'type': 'integer'}, {'name': '1 é—x', 'type': '(\\'t\\')[]'},"
        "{'name': '</script><b>', 'type': 'text', 'comment': '--><script>alert(1)</script>\\nnext'},"
        "{'name': '', 'type': 'text'}, {'name': ' ', 'type': ''}]}]";
    struct ctx *ctx = *state;
    const char *mermaid = schema_drawn(ctx, odd, "mermaid");
    assert_has(mermaid, "t1[\"a#34;b#60;i#62;#38;amp#59;␊#123;#125;#93;#124;#92;N#37;#35;#59;#42;x#42;#95;y#95;\"]");
    assert_has(mermaid, "integer _PK \"PK, null\"\n");
    assert_has(mermaid, "_(_t_)[] _1_é_x \"1 é—x, (#34;t#34;)#91;#93;, null\"\n");
    assert_has(mermaid, "text __script__b_ \"#60;#47;script#62;#60;b#62;, null\"\n");
    assert_has(mermaid, "text __ \"#34;#34;, null\"\n");
    const char *dot = schema_drawn(ctx, odd, "dot");
    assert_has(dot, "tooltip=\"table a&quot;b&lt;i&gt;&amp;amp;␊{}]|\\\\N%#;*x*_y_\"");
    assert_has(dot, "<B>a&quot;b&lt;i&gt;&amp;amp;␊{}]|\\\\N%#;*x*_y_</B>");
    const char *html = schema_drawn(ctx, odd, "html");
    assert_has(html, "<td>&lt;/script&gt;&lt;b&gt;</td>");
    assert_has(html, "<td>--&gt;&lt;script&gt;alert(1)&lt;/script&gt;\nnext</td>");
    assert_false(text_has(html, "<script>alert"));
}

static void what_is_not_text_is_a_sign(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, "'tables': [{'name': 'x', 'columns': [{'name': 'a', 'type': 'text'}]}]");
    const struct target target = target_of(tree);
    struct object *table = tree_find(tree, KIND_TABLE, "", "x");
    table->name = "\xFF\x01z\xC3\xA9\xA9\xEF\xBF\xBF\x7F";
    const struct diagram_input input = {.target = &target, .tree = tree, .title = "\xE2\x82"};
    assert_has(drawn(ctx, &input, "dot"), "<B>\xEF\xBF\xBD␁zé\xEF\xBF\xBD\xEF\xBF\xBD␡</B>");
    assert_has(drawn(ctx, &input, "svg"), "␁zé");
}

static void only_what_is_asked_for_is_drawn(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, SHOP);
    const struct target target = target_of(tree);
    const char *pattern = "user*";
    const struct names tables = {.item = &pattern, .n = 1};
    const struct diagram_input input = {.target = &target, .tree = tree, .title = "shop", .tables = &tables};
    const char *mermaid = drawn(ctx, &input, "mermaid");
    assert_has(mermaid, "t1[\"mood (enum)\"]"); /* comes with the columns of the type */
    assert_has(mermaid, "t3[\"users\"]");
    assert_has(mermaid, "t3 }o--o| t3 : \"boss\"");
    assert_false(text_has(mermaid, "teams"));
}

static void nothing_is_a_picture_too(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(schema_drawn(ctx, "'tables': []", "mermaid"), "erDiagram\n");
    assert_has(schema_drawn(ctx, "'tables': []", "svg"), ">no tables</text>");
    assert_has(schema_drawn(ctx, "'tables': []", "html"), "0 objects");
}

static void svg_is_the_same_every_time(void **state)
{
    const char *svg = schema_drawn(*state, SHOP, "svg");
    assert_true(text_starts(svg, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "));
    assert_has(svg, "prefers-color-scheme: dark");
    assert_has(svg, ">users</text>");
    assert_has(svg, "<a xlink:title=\"enum mood\">");
    assert_string_equal(svg, schema_drawn(*state, SHOP, "svg"));
}

static void a_page_has_all_that_is_known(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_of(ctx, SHOP);
    const struct target target = target_of(tree);
    struct diagram_migration one = {"0001", "a__0001_x.sql", "first & <last>", "2026-01-02", "applied"};
    struct list history = {0};
    list_add(ctx->mem, &history, &one);
    const struct diagram_input input = {.target = &target, .tree = tree, .title = "shop", .history = &history};
    const char *html = drawn(ctx, &input, "html");
    assert_has(html, "<p class=\"comment\">who &lt;works&gt;</p>");
    assert_has(html, "<tr><td>primary key</td><td>teams_pkey</td><td><code>(id, org)</code></td>");
    assert_has(html, "<code>(team, org) → teams (id, org)</code>");
    assert_has(html, "<dt>labels</dt><dd><pre>sad, ok</pre></dd>");
    assert_has(html, "<tr><td>sequence</td><td>counter</td>");
    assert_has(html, "<td>first &amp; &lt;last&gt;</td><td>a__0001_x.sql</td><td>applied</td><td>2026-01-02</td>");
    assert_has(html, "xlink:href=\"#t4\"");
}

static void a_name_says_its_format(void **state)
{
    (void)state;
    assert_string_equal(diagram_format_of("a/b.SVG")->name, "svg");
    assert_string_equal(diagram_format_of("b.mermaid")->name, "mermaid");
    assert_string_equal(diagram_format_of("x.gv")->name, "dot");
    assert_null(diagram_format_of("x"));
    assert_null(diagram_format_of("x.dot "));
    assert_null(diagram_format_of("x.sv"));
}

UNIT_TESTS(UNIT(a_schema_has_boxes_and_lines), UNIT(a_key_of_two_columns_is_two_lines_between_columns),
           UNIT(a_change_has_signs_and_colors), UNIT(no_name_breaks_out), UNIT(what_is_not_text_is_a_sign),
           UNIT(only_what_is_asked_for_is_drawn), UNIT(nothing_is_a_picture_too), UNIT(svg_is_the_same_every_time),
           UNIT(a_page_has_all_that_is_known), UNIT(a_name_says_its_format))
