/*
 * How PostgreSQL spells things: which words cannot be names without quotes, how texts are cut into tokens, and
 * which of the server's own spellings mean the same, which types hold more than others, which statements refuse a
 * transaction.  Tables only.
 *
 * Words of the server's keyword list that are reserved (also as function or type names) up to version 18; the
 * ones that are only ever column names may stand bare and are left out.
 */
#include "base/text.h"
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
    {{"daterange", "tsrange"}, true},
    {{"daterange", "tstzrange"}, true},
    {{"jsonb", "json"}, false},
    {{"interval year", "interval month", "interval day", "interval hour", "interval minute", "interval"}, true},
    {{"time without time zone", "interval"}, true},
    {{"boolean", "smallint"}, true},
    {{"boolean", "integer"}, true},
    {{"boolean", "bigint"}, true},
    {{"boolean", "numeric"}, true},
    {{"cidr", "inet"}, true},
    {{"macaddr", "macaddr8"}, false},
    {{"polygon", "path"}, false},
    {{NULL}, false},
};

static const char *const pg_rounded[] = {"timestamp", "time", "interval", NULL};

#define AS_ZONE   "values are taken to be in the TimeZone of the session that runs it"
#define TO_ZONE   AS_ZONE ": if they are in another, write USING ... AT TIME ZONE 'UTC'"
#define FROM_ZONE "values are written down in the TimeZone of the session that runs it; the zone is lost"

#define TO_TEXT           "values are written as the TimeZone and DateStyle of the session that runs it say"
#define TO_JSONB          "how documents are written is lost: spaces, the order of keys, all but the last of equal keys"
#define TO_TIME           "the days are lost"
#define TO_REAL           "numbers of more than 6 digits are rounded"
#define TO_DOUBLE         "numbers of more than 15 digits are rounded"
#define REAL_TO_NUMERIC   "numbers are rounded to 6 digits"
#define DOUBLE_TO_NUMERIC "numbers are rounded to 15 digits"
#define TO_NUMBER         "what is not a number stops it, and how the others are written is lost: '01234' becomes 1234"
#define TO_ROUNDED        TO_NUMBER ", and digits that have no room are rounded"
#define TO_FLAG           "every number but 0 becomes true"
#define TO_PADDED         "short values are filled up with spaces, and spaces at the end no longer count"
#define TO_BITS           "bits that have no room are cut off in silence"
#define BY_STYLE          "stops it, and 01/02/2003 is read by the DateStyle of the session that runs it"
#define TO_DATE           "what is not a date " BY_STYLE "; times of day are lost"
#define TO_PLAIN          "what is not a time " BY_STYLE "; the zones in texts are lost"
#define TO_MOMENT         "what is not a time " BY_STYLE ", what names no zone by its TimeZone"
#define NO_TIMES          "times of day are lost"

#define FROM_TEXT(type)                                                                                         \
    {type, "smallint", TO_NUMBER, true}, {type, "integer", TO_NUMBER, true}, {type, "bigint", TO_NUMBER, true}, \
        {type, "numeric", TO_ROUNDED, true}, {type, "real", TO_ROUNDED, true}, {type, "date", TO_DATE, true},   \
        {type, "timestamp without time zone", TO_PLAIN, true}, {type, "timestamp with time zone", TO_MOMENT},   \
        {type, "bit", "what is not bits stops it; " TO_BITS, true},                                             \
        {type, "bit varying", "what is not bits stops it; " TO_BITS, true},                                     \
        {type, "boolean", "what is not true or false stops it, and how the others are written is lost", true},  \
        {type, "jsonb", "what is not a document stops it; " TO_JSONB, true},                                    \
        {type, "bytea", "backslashes are read as escapes, and wrong ones stop it", true},                       \
        {type, "name", "what is longer than 63 bytes is cut off in silence", true},                             \
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
    {"timestamp without time zone", "date", NO_TIMES, true},
    {"tsrange", "daterange", NO_TIMES, true},
    {"tstzrange", "daterange", FROM_ZONE "; " NO_TIMES, true},
    {"daterange", "tstzrange", AS_ZONE},
    {"tsrange", "tstzrange", AS_ZONE},
    {"tstzrange", "tsrange", FROM_ZONE},
    {"tsmultirange", "tstzmultirange", AS_ZONE},
    {"tstzmultirange", "tsmultirange", FROM_ZONE},
    {"interval", "time without time zone", TO_TIME, true},
    {"timestamp with time zone", "text", TO_TEXT},
    {"timestamp with time zone", "character varying", TO_TEXT},
    {"bytea", "text", "bytes are written as the bytea_output of the session that runs it says: \\x6162", true},
    {"inet", "cidr", "what is right of the netmask becomes 0", true},
    {"integer", "bit", TO_BITS, true},
    {"bigint", "bit", TO_BITS, true},
    {"smallint", "boolean", TO_FLAG, true},
    {"integer", "boolean", TO_FLAG, true},
    {"bigint", "boolean", TO_FLAG, true},
    {"numeric", "boolean", TO_FLAG, true},
    {"real", "boolean", TO_FLAG, true},
    {"double precision", "boolean", TO_FLAG, true},
    {"text", "character", TO_PADDED, true},
    {"character varying", "character", TO_PADDED, true},
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

/* Of an interval only the fields below the last one that is named are cut off: "interval day to hour" keeps years. */
static const char *rung(struct arena *mem, const char *type)
{
    if (!text_starts(type, "interval "))
        return type;
    const char *last = strrchr(type, ' ') + 1;
    return text_equal(last, "second") ? "interval" : arena_printf(mem, "interval %s", last);
}

static const struct type_digits pg_digits[] = {{"smallint", 4, true},
                                               {"integer", 9, true},
                                               {"bigint", 18, true},
                                               {"real", 6, false},
                                               {"double precision", 15, false},
                                               {NULL}};

const struct type_rules pg_types = {.ladders = pg_ladders,
                                    .rounded = pg_rounded,
                                    .cautions = pg_cautions,
                                    .unlimited = pg_unlimited,
                                    .exact = pg_exact,
                                    .digits = pg_digits,
                                    .rung = rung};

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
    {"reindex", NULL, TOUCHES_CATALOG}, /* harmless, but for what a concurrent one leaves */
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

/* From pg_operator of version 18, but those of text search alone. */
const char *const pg_operators[] = {"=",  "<>",  "<",  "<=",  ">",  ">=",  "+",   "-",   "*",   "/",    "%",
                                    "^",  "||",  "~",  "~*",  "!~", "!~*", "~~",  "~~*", "!~~", "!~~*", "&&",
                                    "@>", "<@",  "->", "->>", "#>", "#-",  "?",   "?|",  "?&",  "|",    "&",
                                    "#",  "<<",  ">>", "&<",  "&>", "<->", "@@",  "@",   "!!",  "-|-",  "#>>",
                                    "|/", "||/", "~=", "@?",  "^@", "<<=", ">>=", "<<|", "|>>", NULL};

/* Grouping and sorting go by the operators of a class, which are called so nearly always. */
const struct word_operator pg_word_operators[] = {
    {"in", "="},       {"any", "="},     {"case", "="},      {"nullif", "="},   {"distinct", "="},
    {"distinct", "<"}, {"using", "="},   {"natural", "="},   {"group", "="},    {"group", "<"},
    {"union", "="},    {"union", "<"},   {"intersect", "="}, {"except", "="},   {"partition", "="},
    {"order", "<"},    {"order", ">"},   {"between", ">="},  {"between", "<="}, {"like", "~~"},
    {"not", "!~~"},    {"ilike", "~~*"}, {"not", "!~~*"},    {"not", "<>"},     {0},
};
