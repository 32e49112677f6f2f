/* Prometheus' text format: what is written reads back, whatever a label holds; what is no such text is refused whole. */
#include "unit.h"

#include "base/text.h"
#include "command/exposition.h"

static const struct family families[] = {
    {"a_total", "counter", "How many"},
    {"b_seconds", "histogram", "How long"},
    {0},
};

static const char *written(struct ctx *ctx, const struct exposition *exposition)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    exposition_write(exposition, &text);
    return text.data;
}

static void labels_are_escaped(void **state)
{
    struct ctx *ctx = *state;
    struct exposition exposition, again;
    const char *const label[] = {"name", "a \"b\"\\c\nd, x=\"y\"}", NULL}, *const none[] = {NULL};
    exposition_open(&exposition, ctx->mem, families);
    *exposition_at(&exposition, 0, "", label) += 3;
    *exposition_at(&exposition, 0, "", none) += 20261128120000;
    *exposition_at(&exposition, 1, "_sum", label) += 0.25;
    *exposition_at(&exposition, 1, "_sum", label) += 0.7499999;
    *exposition_at(&exposition, 1, "_count", label) += 0.000001;
    const char *text = written(ctx, &exposition);
    assert_string_equal(text, "# HELP a_total How many\n# TYPE a_total counter\n"
                              "a_total{name=\"a \\\"b\\\"\\\\c\\nd, x=\\\"y\\\"}\"} 3\na_total 20261128120000\n"
                              "# HELP b_seconds How long\n# TYPE b_seconds histogram\n"
                              "b_seconds_sum{name=\"a \\\"b\\\"\\\\c\\nd, x=\\\"y\\\"}\"} 1\n"
                              "b_seconds_count{name=\"a \\\"b\\\"\\\\c\\nd, x=\\\"y\\\"}\"} 0.000001\n");
    exposition_open(&again, ctx->mem, families);
    assert_true(exposition_read(&again, text));
    assert_string_equal(written(ctx, &again), text);
    assert_true(*exposition_at(&again, 0, "", label) == 3);
}

static void what_is_wrong_is_refused_whole(void **state)
{
    static const char *const wrong[] = {
        "a_total",
        "a_total ",
        "a_total x",
        "a_total -1",
        "a_total 1e5",
        "a_total 1.",
        "a_total .5",
        "a_total 1.1234567",
        "a_total 1 2",
        "a_total  1",
        "a_total{} 1",
        "a_total{x} 1",
        "a_total{x=} 1",
        "a_total{x=\"} 1",
        "a_total{x=\"\\\"} 1",
        "a_total{x=\"1\"",
        "a_total{x=\"1\"}1",
        "a_total{=\"1\"} 1",
        "a_total{x=\"1\",} 1",
        "b_seconds 1",
        "b_seconds_x 1",
        "c 1",
        " a_total 1",
        "a_total 1\na_total 1",
        "a_total 99999999999999999999",
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct exposition exposition;
        exposition_open(&exposition, ctx->mem, families);
        if (exposition_read(&exposition, arena_printf(ctx->mem, "b_seconds_sum 1\n%s\n", wrong[i])))
            fail_msg("taken: %s", wrong[i]);
        assert_string_equal(written(ctx, &exposition), "");
    }
}

UNIT_TESTS(UNIT(labels_are_escaped), UNIT(what_is_wrong_is_refused_whole))
