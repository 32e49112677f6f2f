#include "unit.h"

#include "rules.h"

static void quotes_only_where_needed(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "users"), "users");
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "_a1"), "_a1");
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "1a"), "\"1a\"");
    assert_string_equal(ident_text(ctx->mem, &pg_ident, ""), "\"\"");
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "two words"), "\"two words\"");
    assert_string_equal(ident_text(ctx->mem, &pg_ident,
                                   "gr\xC3\xB6\xC3\x9F"
                                   "e"),
                        "\"gr\xC3\xB6\xC3\x9F"
                        "e\"");
}

static void quotes_reserved_words_in_any_case(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "user"), "\"user\"");
    assert_string_equal(ident_text(ctx->mem, &my_ident, "Order"), "`Order`");
}

static void quotes_capitals_where_names_fold(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "Users"), "\"Users\"");
    assert_string_equal(ident_text(ctx->mem, &lite_ident, "Users"), "Users");
}

static void doubles_the_quote_in_a_name(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(ident_text(ctx->mem, &pg_ident, "a\"; DROP"), "\"a\"\"; DROP\"");
    assert_string_equal(ident_text(ctx->mem, &my_ident, "a`b"), "`a``b`");
}

static void joins_and_qualifies(void **state)
{
    struct ctx *ctx = *state;
    struct names names = {0};
    struct buf out;
    buf_init(&out, ctx->mem);
    names_add(ctx->mem, &names, "a");
    names_add(ctx->mem, &names, "B c");
    ident_add_names(&out, &pg_ident, &names);
    buf_add(&out, " | ");
    ident_add_qualified(&out, &pg_ident, "Shop", "t");
    buf_add(&out, " | ");
    ident_add_qualified(&out, &pg_ident, NULL, "t");
    assert_string_equal(out.data, "a, \"B c\" | \"Shop\".t | t");
}

static void literals_survive_quotes_and_backslashes(void **state)
{
    struct ctx *ctx = *state;
    struct buf pg, my;
    buf_init(&pg, ctx->mem);
    buf_init(&my, ctx->mem);
    literal_add(&pg, &pg_ident, "it's \\ ok");
    literal_add(&my, &my_ident, "it's \\ ok");
    assert_string_equal(pg.data, "'it''s \\ ok'");
    assert_string_equal(my.data, "'it''s \\\\ ok'");
}

UNIT_TESTS(UNIT(quotes_only_where_needed), UNIT(quotes_reserved_words_in_any_case),
           UNIT(quotes_capitals_where_names_fold), UNIT(doubles_the_quote_in_a_name), UNIT(joins_and_qualifies),
           UNIT(literals_survive_quotes_and_backslashes))
