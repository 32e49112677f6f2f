/* 0.8.2's canonical types. */
#include "unit.h"

#include "base/json.h"
#include "legacy/parts.h"

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

/* "canonical storage pg_type", the last as JSON or "-". */
static const char *stored(struct ctx *ctx, const struct tree *tree, const char *type)
{
    struct legacy_column_type out = legacy_type_write(ctx->mem, tree, type);
    return arena_printf(ctx->mem, "%s%s %s %s", out.type.raw ? "raw " : "", out.type.type,
                        out.storage ? out.storage : "-",
                        out.pg_type ? json_text(ctx->mem, out.pg_type, JSON_PYTHON) : "-");
}

static void types_of_postgresql_have_a_storage_and_a_kind(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_new(ctx->mem, ENGINE_PG);
    struct enum_type *mood =
        (struct enum_type *)object_new(ctx->mem, KIND_ENUM, tree_schema(ctx->mem, tree, NULL), "Mood");
    names_add(ctx->mem, &mood->labels, "sad");
    names_add(ctx->mem, &mood->labels,
              "gl\xC3\xA4"
              "d");
    static const struct {
        const char *type, *stored;
    } cases[] = {
        {"integer", "integer PLAIN -"},
        {"serial", "integer PLAIN -"},
        {"double precision", "float PLAIN -"},
        {"float8", "float PLAIN -"},
        {"float", "float PLAIN -"},
        {"float(24)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"DOUBLE PRECISION\", \"dimensions\": 1}"},
        {"timestamp(3)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"TIMESTAMP\", \"dimensions\": 1}"},
        {"time(3)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"TIME\", \"dimensions\": 1}"},
        {"interval(3)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"INTERVAL\", \"dimensions\": 1}"},
        {"bit(3)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"BIT(3)\", \"dimensions\": 1}"},
        {"numeric(10,2)", "numeric MAIN -"},
        {"money", "raw MONEY PLAIN -"},
        {"text", "text EXTENDED -"},
        {"jsonb", "json EXTENDED {\"kind\": \"jsonb\"}"},
        {"timestamp with time zone", "timestamp PLAIN {\"kind\": \"timestamptz\"}"},
        {"timestamp", "timestamp PLAIN -"},
        {"inet", "raw INET MAIN -"},
        {"oid", "raw OID PLAIN -"},
        {"tsvector", "tsvector EXTENDED {\"kind\": \"tsvector\"}"},
        {"point", "raw point EXTENDED -"},
        {"text[][]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"TEXT\", \"dimensions\": 2}"},
        {"numeric(5)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"NUMERIC(5, 0)\", \"dimensions\": 1}"},
        {"numeric(5,1)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"NUMERIC(5, 1)\", \"dimensions\": 1}"},
        {"numeric[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"NUMERIC\", \"dimensions\": 1}"},
        {"varchar(9)[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"VARCHAR(9)\", \"dimensions\": 1}"},
        {"odd][]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"odd]\", \"dimensions\": 1}"},
        {"point[]", "array EXTENDED {\"kind\": \"array\", \"inner\": \"point\", \"dimensions\": 1}"},
        {"\"Mood\"", "enum PLAIN {\"kind\": \"enum\", \"type_name\": \"Mood\", \"values\": [\"sad\", \"gl\xC3\xA4"
                     "d\"]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(stored(ctx, tree, cases[i].type), cases[i].stored);
    assert_int_equal(legacy_type_write(ctx->mem, tree, "\"Mood\"").type.length, 4);
    assert_string_equal(legacy_type_write(ctx->mem, tree, "\"Mood\"").enum_name, "Mood");
    assert_int_equal(legacy_type_write(ctx->mem, tree, "numeric(10,2)").type.precision, 10);
    assert_int_equal(legacy_type_write(ctx->mem, tree, "varchar(9)").type.length, 9);
}

static void elsewhere_types_lose_character_set_and_collation(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = tree_new(ctx->mem, ENGINE_MARIA);
    assert_string_equal(stored(ctx, tree, "varchar(20) character set utf8mb4 collate x"), "varchar - -");
    assert_string_equal(stored(ctx, tree, "enum('a character set b','c')"), "enum - -");
    assert_string_equal(stored(ctx, tree, "char(2) COLLATE x"), "raw CHAR(2) - -");
    assert_string_equal(stored(ctx, tree, "foo('a collate b')"), "raw FOO('a collate b') - -");
    assert_string_equal(stored(ctx, tree, ""), "raw NULL - -");
    assert_string_equal(stored(ctx, tree, NULL), "raw NULL - -");
}

UNIT_TESTS(UNIT(canonical_types_follow_the_three_look_ups), UNIT(types_of_postgresql_have_a_storage_and_a_kind),
           UNIT(elsewhere_types_lose_character_set_and_collation))
