/*
 * How PostgreSQL spells things: which words cannot be names without quotes, how texts are cut into tokens, and
 * which of the server's own spellings mean the same, which types hold more than others, which statements refuse a
 * transaction.  Tables only.
 *
 * Words of the server's keyword list that are reserved (also as function or type names) up to version 18; the
 * ones that are only ever column names may stand bare and are left out.
 */
#include "dialect/postgres/pg.h"

static const char *const pg_reserved[] = {"all",
                                          "analyse",
                                          "analyze",
                                          "and",
                                          "any",
                                          "array",
                                          "as",
                                          "asc",
                                          "asymmetric",
                                          "authorization",
                                          "binary",
                                          "both",
                                          "case",
                                          "cast",
                                          "check",
                                          "collate",
                                          "collation",
                                          "column",
                                          "concurrently",
                                          "constraint",
                                          "create",
                                          "cross",
                                          "current_catalog",
                                          "current_date",
                                          "current_role",
                                          "current_schema",
                                          "current_time",
                                          "current_timestamp",
                                          "current_user",
                                          "default",
                                          "deferrable",
                                          "desc",
                                          "distinct",
                                          "do",
                                          "else",
                                          "end",
                                          "except",
                                          "false",
                                          "fetch",
                                          "for",
                                          "foreign",
                                          "freeze",
                                          "from",
                                          "full",
                                          "grant",
                                          "group",
                                          "having",
                                          "ilike",
                                          "in",
                                          "initially",
                                          "inner",
                                          "intersect",
                                          "into",
                                          "is",
                                          "isnull",
                                          "join",
                                          "lateral",
                                          "leading",
                                          "left",
                                          "like",
                                          "limit",
                                          "localtime",
                                          "localtimestamp",
                                          "natural",
                                          "not",
                                          "notnull",
                                          "null",
                                          "offset",
                                          "on",
                                          "only",
                                          "or",
                                          "order",
                                          "outer",
                                          "overlaps",
                                          "placing",
                                          "primary",
                                          "references",
                                          "returning",
                                          "right",
                                          "select",
                                          "session_user",
                                          "similar",
                                          "some",
                                          "symmetric",
                                          "system_user",
                                          "table",
                                          "tablesample",
                                          "then",
                                          "to",
                                          "trailing",
                                          "true",
                                          "union",
                                          "unique",
                                          "user",
                                          "using",
                                          "variadic",
                                          "verbose",
                                          "when",
                                          "where",
                                          "window",
                                          "with"};

const struct ident_rules pg_ident = {
    .style = QUOTE_DOUBLE,
    .reserved = pg_reserved,
    .n_reserved = (int)(sizeof pg_reserved / sizeof *pg_reserved),
    .upper_needs_quotes = true,
};

const struct lex_rules pg_lex = {
    .escape_strings = true,
    .dollar_quotes = true,
    .nested_comments = true,
    .client_lines = true,
    .begin_atomic_bodies = true,
};

const struct normal_rules pg_normal = {
    .lex = &pg_lex,
    .ident = &pg_ident,
    .infix = pg_infix,
    .strip_casts = true,
    .any_array_to_in = true,
    .like_operators = true,
    .fold_names = true,
};

static const struct type_ladder pg_ladders[] = {
    {{"smallint", "integer", "bigint", "numeric"}, false},
    {{"smallint", "real", "double precision", "numeric"}, true},
    {{"integer", "real", "double precision", "numeric"}, true},
    {{"bigint", "real", "double precision", "numeric"}, true},
    {{"date", "timestamp without time zone"}, true},
    {{"date", "timestamp with time zone"}, true},
    {{"character", "character varying", "text"}, false},
    {{"bit", "bit varying"}, false},
    {{"int4range", "int4multirange"}, false},
    {{"int8range", "int8multirange"}, false},
    {{"numrange", "nummultirange"}, false},
    {{"daterange", "datemultirange"}, false},
    {{"tsrange", "tsmultirange"}, false},
    {{"tstzrange", "tstzmultirange"}, false},
    {{"jsonb", "json"}, false},
    {{NULL}, false},
};

static const char *const pg_rounded[] = {"timestamp", "time", "interval", NULL};

#define TO_ZONE                                                                                    \
    "values are taken to be in the TimeZone of the session that runs it: if they are in another, " \
    "write USING ... AT TIME ZONE 'UTC'"
#define FROM_ZONE "values are written down in the TimeZone of the session that runs it; the zone is lost"

#define TO_JSONB          "how documents are written is lost: spaces, the order of keys, all but the last of equal keys"
#define TO_TIME           "the days are lost"
#define TO_REAL           "numbers of more than 6 digits are rounded"
#define TO_DOUBLE         "numbers of more than 15 digits are rounded"
#define REAL_TO_NUMERIC   "numbers are rounded to 6 digits"
#define DOUBLE_TO_NUMERIC "numbers are rounded to 15 digits"
#define TO_NUMBER         "what is not a number stops it, and how the others are written is lost: '01234' becomes 1234"
#define TO_ROUNDED        TO_NUMBER ", and digits that have no room are rounded"

#define FROM_TEXT(type)                                                                                         \
    {type, "smallint", TO_NUMBER, true}, {type, "integer", TO_NUMBER, true}, {type, "bigint", TO_NUMBER, true}, \
        {type, "numeric", TO_ROUNDED, true}, {type, "real", TO_ROUNDED, true},                                  \
    {                                                                                                           \
        type, "double precision", TO_ROUNDED, true                                                              \
    }

static const struct type_caution pg_cautions[] = {
    {"timestamp without time zone", "timestamp with time zone", TO_ZONE},
    {"date", "timestamp with time zone", TO_ZONE},
    {"time without time zone", "time with time zone", TO_ZONE},
    {"timestamp with time zone", "timestamp without time zone", FROM_ZONE},
    {"timestamp with time zone", "date", FROM_ZONE},
    {"time with time zone", "time without time zone", FROM_ZONE},
    {"timestamp without time zone", "time without time zone", TO_TIME, true},
    {"timestamp with time zone", "time without time zone", TO_TIME, true},
    {"timestamp with time zone", "time with time zone", TO_TIME, true},
    {"json", "jsonb", TO_JSONB, true},
    {"integer", "real", TO_REAL, true},
    {"bigint", "real", TO_REAL, true},
    {"bigint", "double precision", TO_DOUBLE, true},
    {"real", "numeric", REAL_TO_NUMERIC, true},
    {"double precision", "numeric", DOUBLE_TO_NUMERIC, true},
    FROM_TEXT("text"),
    FROM_TEXT("character varying"),
    FROM_TEXT("character"),
    {NULL, NULL, NULL, false},
};

static const char *const pg_unlimited[] = {"text", "character varying", NULL};

static const char *const pg_exact[] = {"bit", NULL};

const struct type_rules pg_types = {.ladders = pg_ladders,
                                    .rounded = pg_rounded,
                                    .cautions = pg_cautions,
                                    .unlimited = pg_unlimited,
                                    .exact = pg_exact};

static const struct refusal pg_refusals[] = {
    {.first = "vacuum"},
    {.first = "create", .second = "database"},
    {.first = "drop", .second = "database"},
    {.first = "alter", .second = "database", .later = "tablespace"},
    {.first = "create", .second = "tablespace"},
    {.first = "drop", .second = "tablespace"},
    {.first = "alter", .second = "system"},
    {.first = "create", .second = "subscription"},
    {.first = "drop", .second = "subscription"},
    {.first = "alter", .second = "subscription", .later = "publication"},
    {.first = "alter", .second = "subscription", .later = "refresh"},
    {.first = "reindex", .second = "database"},
    {.first = "reindex", .second = "system"},
    {.first = "reindex", .second = "schema"},
    {.first = "reindex", .later = "concurrently"},
    {.first = "cluster", .whole = true}, /* of all tables */
    {.first = "cluster", .second = "verbose", .whole = true},
    {.first = "cluster", .second = "("},
    {.first = "discard", .second = "all"},
    {.first = "commit", .second = "prepared"},
    {.first = "rollback", .second = "prepared"},
    {0},
};

static const struct touch_words pg_touches[] = {
    {"create", "temp", TOUCHES_SESSION},
    {"create", "temporary", TOUCHES_SESSION},
    {"prepare", "transaction", TOUCHES_ANYTHING},
    {"prepare", NULL, TOUCHES_SESSION},
    {"deallocate", NULL, TOUCHES_SESSION},
    {"listen", NULL, TOUCHES_SESSION},
    {"unlisten", NULL, TOUCHES_SESSION},
    {"discard", NULL, TOUCHES_SESSION},
    {"declare", NULL, TOUCHES_SESSION},
    {"close", NULL, TOUCHES_SESSION},
    {"load", NULL, TOUCHES_SESSION},
    {"alter", "system", TOUCHES_NOTHING},
    {"analyze", NULL, TOUCHES_NOTHING},
    {"analyse", NULL, TOUCHES_NOTHING},
    {"reindex", NULL, TOUCHES_NOTHING},
    {"cluster", NULL, TOUCHES_NOTHING},
    {"checkpoint", NULL, TOUCHES_NOTHING},
    {"refresh", NULL, TOUCHES_NOTHING},
    {"select", "set_config", TOUCHES_SESSION},
    {"grant", NULL, TOUCHES_CATALOG},
    {"revoke", NULL, TOUCHES_CATALOG},
    {"truncate", NULL, TOUCHES_CATALOG},
    {"lock", NULL, TOUCHES_NOTHING},
    {NULL, NULL, TOUCHES_ANYTHING},
};

const struct classify_rules pg_classify = {
    .touches = pg_touches,
    .lex = &pg_lex,
    .refusals = pg_refusals,
    .folds_names = true,
    .indexes_concurrently = true,
};
