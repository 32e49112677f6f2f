/* 0.8.2's canonical types. */
#include "unit.h"

#include "legacy/legacy.h"

static void canonical_types_follow_the_three_look_ups(void **state)
{
    static const struct {
        const char *raw, *type;
        bool is_raw;
        int64_t length, precision, scale;
    } cases[] = {
        {"VARCHAR(255)", "varchar", false, 255, -1, -1},
        {"character  varying ( 20 )", "varchar", false, 20, -1, -1},
        {"VARCHAR", "varchar", false, -1, -1, -1},
        {"VARCHAR(5) COLLATE \"de_DE\"", "varchar", false, 5, -1, -1},
        {"NUMERIC(10, 2)", "numeric", false, -1, 10, 2},
        {"DECIMAL(10)", "numeric", false, -1, -1, -1},
        {"TIMESTAMP WITH TIME ZONE", "timestamp", false, -1, -1, -1},
        {"TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP WITHOUT TIME ZONE", true, -1, -1, -1},
        {"INT64", "integer", false, -1, -1, -1},
        {"Float64", "float", false, -1, -1, -1},
        {"TINYINT(1)", "integer", false, -1, -1, -1},
        {"INTEGER UNSIGNED", "INTEGER UNSIGNED", true, -1, -1, -1},
        {" CHAR(32) ", "CHAR(32)", true, -1, -1, -1},
        {"DOUBLE PRECISION", "float", false, -1, -1, -1},
        {"REAL", "float", false, -1, -1, -1},
        {"ENUM('a','b')", "enum", false, -1, -1, -1},
        {"jsonb", "json", false, -1, -1, -1},
        {"INT4RANGE", "int4range", false, -1, -1, -1},
        {"bytea", "bytes", false, -1, -1, -1},
        {"LONGTEXT", "text", false, -1, -1, -1},
        {"UUID", "uuid", false, -1, -1, -1},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct legacy_type type = legacy_type_of(ctx->mem, cases[i].raw);
        assert_string_equal(type.type, cases[i].type);
        assert_int_equal(type.raw, cases[i].is_raw);
        assert_true(type.length == cases[i].length && type.precision == cases[i].precision &&
                    type.scale == cases[i].scale);
        /* What is stored is asked again, and must answer the same. */
        if (!type.raw)
            assert_string_equal(legacy_type_of(ctx->mem, type.type).type, type.type);
    }
}

UNIT_TESTS(UNIT(canonical_types_follow_the_three_look_ups))
