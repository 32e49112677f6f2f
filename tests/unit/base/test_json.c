/*
 * JSON to the byte as Python's json.dumps(ensure_ascii=False) prints it (the expected texts are its output), what
 * is refused and where, and that asking never trips over missing or other values.
 */
#include "unit.h"

#include "base/json.h"

static struct json *parsed(struct ctx *ctx, const char *text)
{
    struct json *value = NULL;
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &value));
    return value;
}

static void assert_rewrites(struct ctx *ctx, const char *text, enum json_style style, const char *expected)
{
    assert_string_equal(json_text(ctx->mem, parsed(ctx, text), style), expected);
}

static void writes_texts_as_python(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(
        ctx, "\"\\u0001\\u001f\\u007f\\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e9 \\u20ac \\ud83d\\ude00 \\u2028\"", JSON_PYTHON,
        "\"\\u0001\\u001f\x7F\\\"\\\\/\\b\\f\\n\\r\\t \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x80\xA8\"");
}

static void writes_integers_as_python(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(ctx, "[0,-0,-1,9223372036854775807,-9223372036854775808]", JSON_PYTHON,
                    "[0, 0, -1, 9223372036854775807, -9223372036854775808]");
}

static void writes_floats_as_python(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(ctx, "[0.0,-0.0,1.0,0.1,100.0,1e15,1e16,123456789012345680.0,0.0001,0.00001,1e-7,1.5e300]",
                    JSON_PYTHON,
                    "[0.0, -0.0, 1.0, 0.1, 100.0, 1000000000000000.0, 1e+16, 1.2345678901234568e+17, 0.0001, 1e-05, "
                    "1e-07, 1.5e+300]");
    assert_rewrites(ctx, "[5e-324,1.7976931348623157e308,7.120236347223045e-307,3.141592653589793,9.5,99.4]",
                    JSON_PYTHON,
                    "[5e-324, 1.7976931348623157e+308, 7.120236347223045e-307, 3.141592653589793, 9.5, 99.4]");
}

static void writes_what_is_no_number_as_python(void **state)
{
    struct ctx *ctx = *state;
    double zero = 0;
    assert_string_equal(json_text(ctx->mem, json_real(ctx->mem, 1 / zero), JSON_PYTHON), "Infinity");
    assert_string_equal(json_text(ctx->mem, json_real(ctx->mem, -1 / zero), JSON_PYTHON), "-Infinity");
    assert_string_equal(json_text(ctx->mem, json_real(ctx->mem, zero / zero), JSON_PYTHON), "NaN");
}

static void writes_the_rest_as_python(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(ctx, "[{},[],\"\",null,true,false,[[]],{\"\":{}}]", JSON_PYTHON,
                    "[{}, [], \"\", null, true, false, [[]], {\"\": {}}]");
}

static void sorts_keys_by_code_point_at_every_level(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(
        ctx,
        "{\"b\":{\"z\":1,\"a\":[2,{\"y\":3,\"x\":4}]},\"B\":0,\"\xC3\xA9\":5,\"\xF0\x9F\x98\x80\":6,"
        "\"\xEF\xBF\xAE\":7,\"a_\":8,\"a\":9}",
        JSON_PYTHON_SORTED,
        "{\"B\": 0, \"a\": 9, \"a_\": 8, \"b\": {\"a\": [2, {\"x\": 4, \"y\": 3}], \"z\": 1}, \"\xC3\xA9\": 5, "
        "\"\xEF\xBF\xAE\": 7, \"\xF0\x9F\x98\x80\": 6}");
}

static void indents_as_python(void **state)
{
    struct ctx *ctx = *state;
    assert_rewrites(
        ctx, "{\"a\":[1,{\"b\":[],\"c\":{}},[[2]]],\"d\":{},\"e\":{\"f\":null}}", JSON_INDENTED,
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": [],\n      \"c\": {}\n    },\n    [\n      [\n        2\n"
        "      ]\n    ]\n  ],\n  \"d\": {},\n  \"e\": {\n    \"f\": null\n  }\n}");
    assert_rewrites(ctx, "[]", JSON_INDENTED, "[]");
}

static void keeps_the_order_of_keys(void **state)
{
    struct ctx *ctx = *state;
    struct json *object = parsed(ctx, "{\"z\":1,\"a\":2,\"m\":3}");
    assert_string_equal(json_text(ctx->mem, object, JSON_PYTHON), "{\"z\": 1, \"a\": 2, \"m\": 3}");
    assert_string_equal(object->key[1], "a");
    assert_int_equal(object->item[1]->number, 2);
}

static void assert_refused(struct ctx *ctx, const char *text, const char *message, int line, int column)
{
    struct json *value;
    assert_fails(ctx, json_read(ctx, "a.json", text, strlen(text), &value), ERR_SYNTAX, message);
    assert_string_equal(ctx->error.place.file, "a.json");
    assert_int_equal(ctx->error.place.line, line);
    assert_int_equal(ctx->error.place.column, column);
}

static void refuses_with_the_place(void **state)
{
    struct ctx *ctx = *state;
    assert_refused(ctx, "{\"a\":1,\n \"a\":2}", "a.json is not valid JSON: duplicate object key", 2, 4);
    assert_refused(ctx, "[1,]", "a.json is not valid JSON: unexpected token", 1, 4);
    assert_refused(ctx, "[\"\xC3\xA9\xC3\xA9\",x]", "a.json is not valid JSON: invalid token", 1, 9);
    assert_refused(ctx, "", "a.json is not valid JSON: unexpected token near end of file", 1, 0);
    assert_refused(ctx, "1 2", "a.json is not valid JSON: end of file expected", 1, 3);
}

static void never_repeats_the_text_that_it_refuses(void **state)
{
    struct ctx *ctx = *state;
    const char *text = "{\"password\": canary}";
    struct json *value;
    assert_int_equal(json_read(ctx, "a.json", text, strlen(text), &value), ERR_SYNTAX);
    assert_null(strstr(ctx->error.message, "canary"));
}

static void refuses_what_is_not_utf8_or_not_a_text(void **state)
{
    struct ctx *ctx = *state;
    struct json *value;
    const char *wrong[] = {"\"\xFF\"", "\"\xED\xA0\x80\"", "\"\\u0000\"", "\"a\nb\"", "nan", "01", "'a'", "[1 2]",
                           "{1:2}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(json_read(ctx, "t", wrong[i], strlen(wrong[i]), &value), ERR_SYNTAX);
    assert_fails(ctx, json_read(ctx, "t", "1 \0x", 4, &value), ERR_SYNTAX,
                 "t is not valid JSON: zero byte at offset 2");
}

static void builds_and_replaces(void **state)
{
    struct ctx *ctx = *state;
    struct json *object = json_object(ctx->mem);
    json_set_text(ctx->mem, object, "text", "a");
    json_set_text(ctx->mem, object, "none", NULL);
    json_set_int(ctx->mem, object, "int", -5);
    json_set_bool(ctx->mem, object, "bool", false);
    json_set(ctx->mem, object, "null", json_null(ctx->mem));
    json_set_bool(ctx->mem, object, "bool", true);
    struct names names = {0};
    names_add(ctx->mem, &names, "x");
    json_set(ctx->mem, object, "names", json_names(ctx->mem, &names));
    assert_string_equal(
        json_text(ctx->mem, object, JSON_PYTHON),
        "{\"text\": \"a\", \"none\": null, \"int\": -5, \"bool\": true, \"null\": null, \"names\": [\"x\"]}");
}

static void builds_large_arrays_and_objects(void **state)
{
    struct ctx *ctx = *state;
    struct json *array = json_array(ctx->mem);
    struct json *object = json_object(ctx->mem);
    for (int i = 0; i < 300; i++) {
        json_add(ctx->mem, array, json_int(ctx->mem, i));
        json_set_int(ctx->mem, object, arena_printf(ctx->mem, "k%d", i), i);
    }
    assert_int_equal(array->n, 300);
    assert_int_equal(array->item[299]->number, 299);
    assert_int_equal(json_get_int(object, "k0", -1), 0);
    assert_int_equal(json_get_int(object, "k299", -1), 299);
}

static void asking_gives_values_of_the_right_type_only(void **state)
{
    struct ctx *ctx = *state;
    struct json *object =
        parsed(ctx, "{\"t\":\"x\",\"i\":7,\"r\":1.5,\"b\":true,\"n\":null,\"l\":[\"a\",1,\"b\"],\"o\":{}}");
    assert_string_equal(json_get_text(object, "t"), "x");
    assert_null(json_get_text(object, "i"));
    assert_int_equal(json_get_int(object, "i", 0), 7);
    assert_int_equal(json_get_int(object, "r", -1), -1);
    assert_true(json_get_bool(object, "b", false));
    assert_true(json_get_bool(object, "t", true));
    struct names names = json_get_names(ctx->mem, object, "l");
    assert_string_equal(names_join(ctx->mem, &names, ","), "a,b");
    assert_int_equal(json_get_names(ctx->mem, object, "t").n, 0);
    assert_int_equal((int)json_get(object, "n")->type, JSON_NULL);
    assert_null(json_get(object, "absent"));
}

static void asking_nothing_gives_nothing(void **state)
{
    struct ctx *ctx = *state;
    struct json *array = json_array(ctx->mem);
    assert_null(json_get(NULL, "a"));
    assert_null(json_get(array, "a"));
    assert_null(json_get_text(NULL, "a"));
    assert_int_equal(json_get_int(NULL, "a", 3), 3);
    assert_false(json_get_bool(array, "a", false));
    assert_int_equal(json_get_names(ctx->mem, NULL, "a").n, 0);
}

static void what_is_no_utf8_is_replaced(void **state)
{
    struct ctx *ctx = *state;
    struct json *text = json_string(ctx->mem, "a\xFFz\xE2\x82\xC3\xA4\xC3");
    assert_string_equal(json_text(ctx->mem, text, JSON_TIGHT), "\"a\uFFFDz\uFFFD\uFFFD\u00E4\uFFFD\"");
}

static const char *word_of(const void *of, int i, size_t *length)
{
    *length = 1 + (size_t)i;
    return (const char *)of + i;
}

/* None of them ends with a zero byte. */
static void texts_that_stand_elsewhere_are_written_and_cloned(void **state)
{
    struct ctx *ctx = *state;
    const struct json_source source = {word_of, "ab\"cd"};
    struct json *texts = json_texts(ctx->mem, &source, 3);
    const char *written = "[\"a\",\"b\\\"\",\"\\\"cd\"]";
    assert_string_equal(json_text(ctx->mem, texts, JSON_TIGHT), written);
    struct json *copy = json_clone(ctx->mem, texts);
    assert_int_equal((int)copy->type, JSON_ARRAY);
    assert_string_equal(json_text(ctx->mem, copy, JSON_TIGHT), written);
    for (int i = 0; i < 3; i++) {
        size_t length, again;
        assert_memory_equal(json_item_text(texts, i, &length), json_item_text(copy, i, &again), (size_t)i + 1);
        assert_int_equal(length, again);
    }
}

UNIT_TESTS(UNIT(what_is_no_utf8_is_replaced), UNIT(writes_texts_as_python), UNIT(writes_integers_as_python),
           UNIT(writes_floats_as_python), UNIT(writes_what_is_no_number_as_python), UNIT(writes_the_rest_as_python),
           UNIT(sorts_keys_by_code_point_at_every_level), UNIT(indents_as_python), UNIT(keeps_the_order_of_keys),
           UNIT(refuses_with_the_place), UNIT(never_repeats_the_text_that_it_refuses),
           UNIT(refuses_what_is_not_utf8_or_not_a_text), UNIT(builds_and_replaces),
           UNIT(builds_large_arrays_and_objects), UNIT(asking_gives_values_of_the_right_type_only),
           UNIT(asking_nothing_gives_nothing), UNIT(texts_that_stand_elsewhere_are_written_and_cloned))
