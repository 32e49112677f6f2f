/*
 * What the SQL of other engines is on SQLite, which stands in for them while an application is developed.  Types keep their names
 * where their affinity fits; what SQLite stores as text is text.  Rows only; src/translate/ reads them.
 * docs/dev-mode.md is held against these tables by a test.
 */
#include "dialect/translation.h"
#include "dialect/sqlite/sqlite.h"

enum {
    PG = ENGINE_PG,
    MYSQL = ENGINE_MY | ENGINE_MARIA,
    MARIA = ENGINE_MARIA,
    ANY = ENGINE_PG | ENGINE_MY | ENGINE_MARIA,
    ARGS = TRANSLATE_ARGUMENTS,
    TOLD = TRANSLATE_TOLD,
    SERIAL = TRANSLATE_SERIAL,
    LABELS = TRANSLATE_LABELS,
    NO_CASE = TRANSLATE_NO_CASE,
    DOCUMENT = TRANSLATE_DOCUMENT
};

/* A text that is not an integer is an error there; malformed JSON is one here. */
#define IS_INTEGER(x) x " GLOB '[-+0-9]*' AND " x " GLOB '*[0-9]' AND substr(" x ", 2) NOT GLOB '*[^0-9]*'"
#define FROM_TEXT \
    "CASE WHEN " IS_INTEGER("trim($1)") " THEN CAST($1 AS INTEGER) ELSE json($1 || ' is not an integer') END"
#define FROM_NUMBER "CASE typeof($1) WHEN 'text' THEN json(trim($1)) ELSE $1 END"

static const char
    rounded
        [] = "CASE typeof($1) WHEN 'real' THEN CAST(round($1) AS INTEGER) ELSE CAST($1 AS INTEGER) END",
 rounded_even[] =
     "CAST(CASE WHEN $1 - CAST($1 AS INTEGER) IN (0.5, -0.5) THEN 2 * round($1 / 2.0) ELSE round($1) END AS INTEGER)",
 truth[] = "CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END",
 document_text[] = "CASE json_type($1) WHEN 'text' THEN $1 ->> '$' WHEN 'null' THEN NULL ELSE $1 || '' END",
 as_truth[] =
     "CASE WHEN typeof($1) <> 'text' THEN $1 <> 0 WHEN lower(trim($1)) IN ('t', 'true', 'y', 'yes', 'on', '1') THEN 1 "
     "WHEN lower(trim($1)) IN ('f', 'false', 'n', 'no', 'off', '0') THEN 0 ELSE json($1 || ' is not a boolean') END",
 cut[] = "substr(CAST($1 AS TEXT), 1, $2)", scaled[] = "round(CAST($1 AS NUMERIC), $3)",
 pattern[] =
     "replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace("
     "$1, '\\\\', char(1)), '\\%', char(2)), '\\_', char(3)), '[', '[[]'), '*', '[*]'), '?', '[?]'), '%', '*'), "
     "'_', '?'), char(1), '\\'), char(2), '%'), char(3), '_')";
static const char pg_integer[] =
    "CASE typeof($1) WHEN 'real' THEN CAST(round($1) AS INTEGER) WHEN 'text' THEN " FROM_TEXT
    " ELSE CAST($1 AS INTEGER) END",
                  pg_real[] = "CAST(" FROM_NUMBER " AS REAL)", pg_number[] = "CAST(" FROM_NUMBER " AS NUMERIC)",
                  pg_scaled[] = "round(CAST(" FROM_NUMBER " AS NUMERIC), $3)",
                  pg_date[] = "coalesce(date($1), json($1 || ' is not a date'))",
                  pg_moment[] = "coalesce(datetime($1), json($1 || ' is not a timestamp'))",
                  pg_time[] = "coalesce(time($1), json($1 || ' is no time'))", as_real[] = "CAST($1 AS REAL)",
                  as_text[] = "CAST($1 AS TEXT)", as_number[] = "CAST($1 AS NUMERIC)", as_blob[] = "CAST($1 AS BLOB)",
                  as_date[] = "date($1)", as_moment[] = "datetime($1)", as_time[] = "time($1)";

/* clang-format off */
static const struct translate_type types[] = {
    {PG, "INTEGER", "INTEGER", 0, pg_integer},
    {MYSQL, "INTEGER", "INTEGER", 0, rounded},
    {PG, "INT", "INTEGER", 0, pg_integer},
    {MYSQL, "INT", "INTEGER", 0, rounded},
    {PG, "INT4", "INTEGER", 0, pg_integer},
    {PG, "INT2", "SMALLINT", 0, pg_integer},
    {PG, "INT8", "BIGINT", 0, pg_integer},
    {PG, "SMALLINT", "SMALLINT", 0, pg_integer},
    {MYSQL, "SMALLINT", "SMALLINT", 0, rounded},
    {PG, "BIGINT", "BIGINT", 0, pg_integer},
    {MYSQL, "BIGINT", "BIGINT", 0, rounded},
    {PG, "OID", "INTEGER", TOLD, pg_integer},
    {PG, "SERIAL", "INTEGER", SERIAL, NULL},
    {PG, "SERIAL4", "INTEGER", SERIAL, NULL},
    {PG, "BIGSERIAL", "INTEGER", SERIAL, NULL},
    {PG, "SERIAL8", "INTEGER", SERIAL, NULL},
    {PG, "SMALLSERIAL", "INTEGER", SERIAL, NULL},
    {PG, "SERIAL2", "INTEGER", SERIAL, NULL},
    {MYSQL, "SERIAL", "INTEGER", SERIAL, NULL},
    {MYSQL, "TINYINT(1)", "BOOLEAN", 0, NULL},
    {MYSQL, "BIT(1)", "BOOLEAN", 0, NULL},
    {MYSQL, "TINYINT", "INTEGER", 0, rounded},
    {MYSQL, "MEDIUMINT", "INTEGER", 0, rounded},
    {MYSQL, "SIGNED", "INTEGER", 0, rounded},
    {MYSQL, "UNSIGNED", "INTEGER", 0, rounded},
    {MYSQL, "YEAR", "INTEGER", 0, rounded},
    {MYSQL, "BIT", "INTEGER", TOLD, rounded},
    {PG, "BOOLEAN", "BOOLEAN", 0, as_truth},
    {PG, "BOOL", "BOOLEAN", 0, as_truth},
    {MYSQL, "BOOLEAN", "BOOLEAN", 0, NULL},
    {MYSQL, "BOOL", "BOOLEAN", 0, NULL},
    {PG, "REAL", "REAL", 0, pg_real},
    {MYSQL, "REAL", "REAL", 0, as_real},
    {PG, "FLOAT", "FLOAT", 0, pg_real},
    {MYSQL, "FLOAT", "FLOAT", 0, as_real},
    {PG, "FLOAT4", "REAL", 0, pg_real},
    {PG, "FLOAT8", "DOUBLE PRECISION", 0, pg_real},
    {PG, "DOUBLE", "DOUBLE", 0, pg_real},
    {MYSQL, "DOUBLE", "DOUBLE", 0, as_real},
    {PG, "DOUBLE PRECISION", "DOUBLE PRECISION", 0, pg_real},
    {MYSQL, "DOUBLE PRECISION", "DOUBLE PRECISION", 0, as_real},
    {PG, "NUMERIC", "NUMERIC", ARGS, pg_number, pg_scaled},
    {MYSQL, "NUMERIC", "NUMERIC", ARGS, as_number, scaled},
    {PG, "DECIMAL", "NUMERIC", ARGS, pg_number, pg_scaled},
    {MYSQL, "DECIMAL", "NUMERIC", ARGS, as_number, scaled},
    {PG, "DEC", "NUMERIC", ARGS, pg_number, pg_scaled},
    {MYSQL, "DEC", "NUMERIC", ARGS, as_number, scaled},
    {MYSQL, "FIXED", "NUMERIC", ARGS, as_number, scaled},
    {PG, "VARCHAR", "VARCHAR", ARGS, as_text, cut},
    {MYSQL, "VARCHAR", "VARCHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "CHARACTER VARYING", "VARCHAR", ARGS, as_text, cut},
    {MYSQL, "CHARACTER VARYING", "VARCHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "CHAR VARYING", "VARCHAR", ARGS, as_text, cut},
    {MYSQL, "CHAR VARYING", "VARCHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "CHAR", "CHAR", ARGS, as_text, cut},
    {MYSQL, "CHAR", "CHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "CHARACTER", "CHAR", ARGS, as_text, cut},
    {MYSQL, "CHARACTER", "CHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "BPCHAR", "CHAR", ARGS, as_text, cut},
    {MYSQL, "NVARCHAR", "VARCHAR", ARGS | NO_CASE, as_text, cut},
    {MYSQL, "NCHAR", "CHAR", ARGS | NO_CASE, as_text, cut},
    {PG, "TEXT", "TEXT", 0, as_text},
    {MYSQL, "TEXT", "TEXT", NO_CASE, as_text},
    {PG, "NAME", "TEXT", 0, as_text},
    {PG, "CITEXT", "TEXT", NO_CASE, as_text},
    {MYSQL, "TINYTEXT", "TEXT", NO_CASE, as_text},
    {MYSQL, "MEDIUMTEXT", "TEXT", NO_CASE, as_text},
    {MYSQL, "LONGTEXT", "TEXT", NO_CASE, as_text},
    {MYSQL, "ENUM", "TEXT", LABELS | NO_CASE, NULL},
    {PG, "DATE", "DATE", 0, pg_date},
    {MYSQL, "DATE", "DATE", 0, as_date},
    {PG, "TIMESTAMP", "TIMESTAMP", 0, pg_moment},
    {PG, "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP", 0, pg_moment},
    {PG, "TIMESTAMP WITH TIME ZONE", "DATETIME", TOLD, pg_moment},
    {PG, "TIMESTAMPTZ", "DATETIME", TOLD, pg_moment},
    {MYSQL, "TIMESTAMP", "TIMESTAMP", 0, as_moment},
    {MYSQL, "DATETIME", "DATETIME", 0, as_moment},
    {PG, "UUID", "TEXT", TOLD, NULL},
    {MARIA, "UUID", "TEXT", TOLD, NULL},
    {ANY, "JSON", "TEXT", TOLD | DOCUMENT, NULL},
    {PG, "JSONB", "TEXT", TOLD | DOCUMENT, NULL},
    {PG, "BYTEA", "BLOB", TOLD, as_blob},
    {MYSQL, "BLOB", "BLOB", 0, as_blob},
    {MYSQL, "TINYBLOB", "BLOB", 0, as_blob},
    {MYSQL, "MEDIUMBLOB", "BLOB", 0, as_blob},
    {MYSQL, "LONGBLOB", "BLOB", 0, as_blob},
    {MYSQL, "BINARY", "BLOB", 0, as_blob},
    {MYSQL, "VARBINARY", "BLOB", 0, as_blob},
    {PG, "REGCLASS", "TEXT", 0, NULL},
    {PG, "REGPROC", "TEXT", 0, NULL},
    {PG, "REGTYPE", "TEXT", 0, NULL},
    {PG, "TIME", "TEXT", TOLD, pg_time},
    {PG, "TIME WITHOUT TIME ZONE", "TEXT", TOLD, pg_time},
    {MYSQL, "TIME", "TEXT", TOLD, as_time},
    {0}
};

#define TEXTS   "VARCHAR|CHARACTER VARYING|CHAR VARYING|CHAR|CHARACTER|BPCHAR|NVARCHAR|NCHAR"
#define DECIMALS "NUMERIC|DECIMAL|DEC|FIXED"

/* A text is greater than any number. */
static const struct translate_limit limits[] = {
    {PG, "SMALLINT|INT2", -1, false, "$1 BETWEEN -32768 AND 32767"},
    {PG, "INTEGER|INT|INT4", -1, false, "$1 BETWEEN -2147483648 AND 2147483647"},
    {MYSQL, "TINYINT|BOOLEAN|BOOL", -1, false, "$1 BETWEEN -128 AND 127"},
    {ANY, "BIGINT|INT8", -1, false, "typeof($1) IN ('integer', 'null')"},
    {MYSQL, "SMALLINT", -1, false, "$1 BETWEEN -32768 AND 32767"},
    {MYSQL, "MEDIUMINT", -1, false, "$1 BETWEEN -8388608 AND 8388607"},
    {MYSQL, "INTEGER|INT", -1, false, "$1 BETWEEN -2147483648 AND 2147483647"},
    {MYSQL, "TINYINT", -1, true, "$1 BETWEEN 0 AND 255"},
    {MYSQL, "SMALLINT", -1, true, "$1 BETWEEN 0 AND 65535"},
    {MYSQL, "MEDIUMINT", -1, true, "$1 BETWEEN 0 AND 16777215"},
    {MYSQL, "INTEGER|INT", -1, true, "$1 BETWEEN 0 AND 4294967295"},
    {MYSQL, "BIGINT|FLOAT|DOUBLE|DOUBLE PRECISION|REAL", -1, true, "$1 >= 0"},
    {MYSQL, "YEAR", -1, false, "$1 = 0 OR $1 BETWEEN 1901 AND 2155"},
    {ANY, DECIMALS, 1, false, "$1 > -1e$4 AND $1 < 1e$4"},
    {ANY, DECIMALS, 2, false, "$1 > -1e$4 AND $1 < 1e$4"},
    {MYSQL, DECIMALS, 1, true, "$1 >= 0 AND $1 < 1e$4"},
    {MYSQL, DECIMALS, 2, true, "$1 >= 0 AND $1 < 1e$4"},
    {ANY, TEXTS, 1, false, "length($1) <= $2"},
    {ANY, "CHAR|CHARACTER|NCHAR", 0, false, "length($1) <= 1"},
    {MYSQL, "BINARY|VARBINARY", 1, false, "length($1) <= $2"},
    {0}
};

#define IS_TRUE   "lower(trim($1)) IN ('t', 'true', 'y', 'yes', 'on', '1')"
#define IS_FALSE  "lower(trim($1)) IN ('f', 'false', 'n', 'no', 'off', '0')"
#define WITHIN(low, high) "CASE WHEN typeof($1) = 'real' AND round($1) BETWEEN " low " AND " high " THEN CAST(round($1) AS INTEGER) " \
    "WHEN " IS_INTEGER("trim($1)") " AND length(ltrim(trim($1), '-+0')) < 19 AND CAST(trim($1) AS INTEGER) BETWEEN " low " AND " high " THEN CAST(trim($1) AS INTEGER) END"
#define NUMBER    "CAST(trim($1) AS NUMERIC)"
#define IS_NUMBER "json_valid(trim($1)) AND json_type(trim($1)) IN ('integer', 'real') AND length(ltrim(trim($1), '-0.')) < 17"
#define IS_DAY    "date(substr($1, 1, 10), '+0 days') = substr($1, 1, 10) AND datetime($1) IS NOT NULL"

static const char
    within_two[] = WITHIN("-32768", "32767"), within_four[] = WITHIN("-2147483648", "2147483647"),
    within_eight[] = WITHIN("-9223372036854775807", "9223372036854775807"),
    boolean[] = "CASE WHEN typeof($1) <> 'text' THEN NULL WHEN " IS_TRUE " THEN 1 WHEN " IS_FALSE " THEN 0 END",
    boolean_cast[] = "CASE WHEN typeof($1) <> 'text' THEN $1 <> 0 WHEN " IS_TRUE " THEN 1 WHEN " IS_FALSE " THEN 0 END",
    number[] = "CASE WHEN " IS_NUMBER " THEN " NUMBER " END",
    scaled_number[] = "CASE WHEN " IS_NUMBER " AND abs(round(" NUMBER ", $3)) < CAST('1e' || ($2 - $3) AS REAL) THEN CAST(CAST(round(" NUMBER ", $3) AS TEXT) AS NUMERIC) END",
    real[] = "CASE WHEN json_valid(trim($1)) AND json_type(trim($1)) IN ('integer', 'real') THEN CAST(trim($1) AS REAL) END",
    day[] = "CASE WHEN " IS_DAY " THEN substr($1, 1, 10) END",
    moment[] = "CASE WHEN " IS_DAY " AND substr($1, 11) NOT GLOB '*[-+Zz]*' THEN CASE WHEN $1 GLOB '*.*' THEN replace($1, 'T', ' ') ELSE datetime($1) END END",
    zoned[] = "CASE WHEN date(substr($1, 1, 10), '+0 days') = substr($1, 1, 10) THEN CASE "
              "WHEN $1 GLOB '*.*+00' THEN replace(substr($1, 1, length($1) - 3), 'T', ' ') "
              "WHEN $1 GLOB '*.*' THEN CASE WHEN substr($1, 11) NOT GLOB '*[-+Zz]*' AND datetime($1) IS NOT NULL THEN replace($1, 'T', ' ') END "
              "WHEN substr($1, 11) GLOB '*[-+][0-9][0-9]' THEN datetime($1 || ':00') ELSE datetime($1) END END",
    time_of_day[] = "time($1)",
    id[] = "CASE WHEN length($1) = 36 AND replace(lower($1), '-', '') NOT GLOB '*[^0-9a-f]*' AND length(replace($1, '-', '')) = 32 THEN lower($1) END",
    document[] = "CASE WHEN json_valid($1) THEN $1 END",
    filled_up[] = "CASE WHEN length(CAST($1 AS BLOB)) <= $2 THEN CAST($1 || zeroblob($2 - length(CAST($1 AS BLOB))) AS BLOB) END",
    short_text[] = "CASE WHEN length(rtrim($1, ' ')) <= $2 THEN substr($1, 1, $2) END";

/* An INTEGER of MySQL's may be any of its integers, with a sign or without. */
static const struct translate_constant constants[] = {
    {PG, "SMALLINT", 0, false, within_two},
    {PG, "INTEGER", 0, false, within_four},
    {MYSQL, "SMALLINT", 0, false, within_eight},
    {MYSQL, "INTEGER", 0, false, within_eight},
    {ANY, "BIGINT", 0, false, within_eight},
    {PG, "BOOLEAN", 0, true, boolean},
    {PG, "BOOLEAN", 0, false, boolean_cast},
    {ANY, "NUMERIC", 0, false, number},
    {ANY, "NUMERIC", -1, true, scaled_number},
    {ANY, "REAL", 0, false, real},
    {ANY, "FLOAT", 0, false, real},
    {ANY, "DOUBLE", 0, false, real},
    {ANY, "DOUBLE PRECISION", 0, false, real},
    {ANY, "DATE", 0, false, day},
    {ANY, "TIMESTAMP", 0, false, moment},
    {PG, "DATETIME", 0, false, zoned},
    {MYSQL, "DATETIME", 0, false, moment},
    {ANY, "TIME", 0, false, time_of_day},
    {ANY, "UUID", 0, false, id},
    {ANY, "JSON", 0, false, document},
    {PG, "JSONB", 0, false, document},
    {ANY, "VARCHAR", 1, true, short_text},
    {ANY, "CHAR", 1, true, short_text},
    {MYSQL, "BINARY", 1, true, filled_up},
    {0}
};

static const char uuid[] = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || "
                           "'-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || "
                           "hex(randomblob(6)))";

static const char from_place[] = "substr($1, max($2, 1))",
                  part[] = "CASE WHEN $3 < 0 THEN json('negative substring length') ELSE substr($1, max($2, 1), max(min($2, 1) - 1 + $3, 0)) END",
                  my_from_place[] = "CASE WHEN $2 = 0 OR -($2) > length($1) THEN '' ELSE substr($1, $2) END",
                  my_part[] = "CASE WHEN $2 = 0 OR -($2) > length($1) THEN '' ELSE substr($1, $2, max($3, 0)) END";

/* group_concat(DISTINCT) takes no separator: commas of the texts are written as ~1 until the others are replaced. */
#define SHIELDED(x) "replace(replace(" x ", '~', '~0'), ',', '~1')"
static const char distinct_joined[] = "replace(replace(replace(group_concat(DISTINCT " SHIELDED("$1") "$o), ',', " SHIELDED("$2") "), '~1', ','), '~0', '~')";

/* '{a,b}' or an array of keys, none of which may be a place in an array: the path of the value, and of what it is in. */
#define KEYS    "CASE WHEN $2 GLOB '{*}' AND $2 NOT GLOB '{*[^A-Za-z0-9_,]*}' THEN '[\"' || replace(substr($2, 2, length($2) - 2), ',', '\",\"') || '\"]' WHEN json_valid($2) THEN $2 END"
#define PATH_TO(but) "(SELECT CASE WHEN min(type = 'text' AND value GLOB '[A-Za-z_]*' AND value NOT GLOB '*[\"\\]*' AND lower(value) <> 'null') THEN " \
    "'$' || coalesce(group_concat(CASE WHEN key < n - " but " THEN '.\"' || value || '\"' ELSE '' END, ''), '') END FROM (SELECT *, count(*) OVER () AS n FROM json_each(" KEYS ")))"
static const char *const path_of[] = {PATH_TO("0"), PATH_TO("1"), NULL};
#define CHANGED_AT(path, within, change) "CASE WHEN ($3) IS NULL THEN NULL WHEN json_type($1, " within ") = 'object' THEN " change " ELSE $1 END"

static const struct translate_function functions[] = {
    {ANY, "now", 0, NULL, "CURRENT_TIMESTAMP"},
    {PG, "transaction_timestamp", 0, NULL, "CURRENT_TIMESTAMP"},
    {PG, "statement_timestamp", 0, NULL, "CURRENT_TIMESTAMP"},
    {PG, "clock_timestamp", 0, NULL, "CURRENT_TIMESTAMP"},
    {MYSQL, "now", 1, NULL, "CURRENT_TIMESTAMP"},
    {ANY, "current_timestamp", 0, NULL, "CURRENT_TIMESTAMP"},
    {ANY, "current_timestamp", 1, NULL, "CURRENT_TIMESTAMP"},
    {ANY, "localtimestamp", 0, NULL, "CURRENT_TIMESTAMP"},
    {ANY, "localtimestamp", 1, NULL, "CURRENT_TIMESTAMP"},
    {MYSQL, "sysdate", -1, NULL, "CURRENT_TIMESTAMP"},
    {MYSQL, "utc_timestamp", -1, NULL, "CURRENT_TIMESTAMP"},
    {MYSQL, "current_date", 0, NULL, "CURRENT_DATE"},
    {MYSQL, "curdate", 0, NULL, "CURRENT_DATE"},
    {MYSQL, "utc_date", 0, NULL, "CURRENT_DATE"},
    {ANY, "current_time", -1, NULL, "CURRENT_TIME"},
    {MYSQL, "curtime", -1, NULL, "CURRENT_TIME"},
    {PG, "gen_random_uuid", 0, NULL, uuid},
    {PG, "uuid_generate_v4", 0, NULL, uuid},
    {PG, "uuidv4", 0, NULL, uuid},
    {MYSQL, "uuid", 0, NULL, uuid},
    {PG, "random", 0, NULL, "(abs(random()) / 9223372036854775807.0)"},
    {MYSQL, "rand", 0, NULL, "(abs(random()) / 9223372036854775807.0)"},
    {PG, "extract", 2, "epoch", "CAST(strftime('%s', $2) AS INTEGER)"},
    {ANY, "extract", 2, "year", "CAST(strftime('%Y', $2) AS INTEGER)"},
    {ANY, "extract", 2, "month", "CAST(strftime('%m', $2) AS INTEGER)"},
    {ANY, "extract", 2, "day", "CAST(strftime('%d', $2) AS INTEGER)"},
    {ANY, "extract", 2, "hour", "CAST(strftime('%H', $2) AS INTEGER)"},
    {ANY, "extract", 2, "minute", "CAST(strftime('%M', $2) AS INTEGER)"},
    {PG, "extract", 2, "dow", "CAST(strftime('%w', $2) AS INTEGER)"},
    {PG, "extract", 2, "doy", "CAST(strftime('%j', $2) AS INTEGER)"},
    {PG, "date_part", 2, "'epoch'", "CAST(strftime('%s', $2) AS INTEGER)"},
    {PG, "date_part", 2, "'year'", "CAST(strftime('%Y', $2) AS INTEGER)"},
    {PG, "date_part", 2, "'month'", "CAST(strftime('%m', $2) AS INTEGER)"},
    {PG, "date_part", 2, "'day'", "CAST(strftime('%d', $2) AS INTEGER)"},
    {PG, "date_part", 2, "'hour'", "CAST(strftime('%H', $2) AS INTEGER)"},
    {PG, "date_trunc", 2, "'year'", "strftime('%Y-01-01 00:00:00', $2)"},
    {PG, "date_trunc", 2, "'month'", "strftime('%Y-%m-01 00:00:00', $2)"},
    {PG, "date_trunc", 2, "'day'", "strftime('%Y-%m-%d 00:00:00', $2)"},
    {PG, "date_trunc", 2, "'hour'", "strftime('%Y-%m-%d %H:00:00', $2)"},
    {PG, "date_trunc", 2, "'minute'", "strftime('%Y-%m-%d %H:%M:00', $2)"},
    {PG, "to_timestamp", 1, NULL, "datetime($1, 'unixepoch')"},
    {MYSQL, "from_unixtime", 1, NULL, "datetime($1, 'unixepoch')"},
    {MYSQL, "unix_timestamp", 0, NULL, "CAST(strftime('%s', 'now') AS INTEGER)"},
    {MYSQL, "unix_timestamp", 1, NULL, "CAST(strftime('%s', $1) AS INTEGER)"},
    {MYSQL, "year", 1, NULL, "CAST(strftime('%Y', $1) AS INTEGER)"},
    {MYSQL, "month", 1, NULL, "CAST(strftime('%m', $1) AS INTEGER)"},
    {MYSQL, "day", 1, NULL, "CAST(strftime('%d', $1) AS INTEGER)"},
    {MYSQL, "datediff", 2, NULL, "CAST(julianday(date($1)) - julianday(date($2)) AS INTEGER)"},
    {ANY, "date", 1, NULL, NULL},
    {MYSQL, "time", 1, NULL, NULL},
    {PG, "length", 1, NULL, NULL},
    {MYSQL, "length", 1, NULL, "length(CAST($1 AS BLOB))"},
    {ANY, "char_length", 1, NULL, "length($1)"},
    {ANY, "character_length", 1, NULL, "length($1)"},
    {ANY, "octet_length", 1, NULL, "length(CAST($1 AS BLOB))"},
    {PG, "concat", -1, NULL, "($*)", "coalesce($1, '')", " || "},
    {MYSQL, "concat", -1, NULL, "($*)", "($1)", " || "},
    {ANY, "substring", 2, NULL, "substr($1, $2)", NULL, NULL, 2},
    {ANY, "substring", 3, NULL, "substr($1, $2, $3)", NULL, NULL, 2 | 4},
    {ANY, "substr", 2, NULL, NULL, NULL, NULL, 2},
    {ANY, "substr", 3, NULL, NULL, NULL, NULL, 2 | 4},
    {ANY, "substring for", 2, NULL, "substr($1, 1, $2)", NULL, NULL, 2},
    {ANY, "substring for", 3, NULL, "substr($1, $3, $2)", NULL, NULL, 2 | 4},
    {PG, "substring", 2, NULL, from_place, NULL, NULL, 0, 2},
    {PG, "substring", 3, NULL, part, NULL, NULL, 0, 2 | 4},
    {PG, "substr", 2, NULL, from_place},
    {PG, "substr", 3, NULL, part},
    {MYSQL, "substring", 2, NULL, my_from_place},
    {MYSQL, "substring", 3, NULL, my_part},
    {MYSQL, "substr", 2, NULL, my_from_place},
    {MYSQL, "substr", 3, NULL, my_part},
    {MYSQL, "mid", 3, NULL, "substr($1, $2, $3)", NULL, NULL, 2 | 4},
    {MYSQL, "mid", 3, NULL, my_part},
    {ANY, "left", 2, NULL, "substr($1, 1, $2)", NULL, NULL, 2},
    {PG, "left", 2, NULL, "substr($1, 1, CASE WHEN $2 < 0 THEN max(length($1) + $2, 0) ELSE $2 END)"},
    {MYSQL, "left", 2, NULL, "substr($1, 1, max($2, 0))"},
    {ANY, "right", 2, NULL, "substr($1, -$2)", NULL, NULL, 2},
    {PG, "right", 2, NULL, "CASE WHEN $2 < 0 THEN substr($1, 1 - ($2)) WHEN $2 > 0 THEN substr($1, -($2)) ELSE substr($1, 1, $2) END"},
    {MYSQL, "right", 2, NULL, "CASE WHEN $2 > 0 THEN substr($1, -($2)) ELSE substr($1, 1, 0 * $2) END"},
    {PG, "position", 2, NULL, "instr($2, $1)"},
    {MYSQL, "position", 2, NULL, "instr(lower($2), lower($1))"},
    {PG, "strpos", 2, NULL, "instr($1, $2)"},
    {MYSQL, "instr", 2, NULL, "instr(lower($1), lower($2))"},
    {MYSQL, "locate", 2, NULL, "instr(lower($2), lower($1))"},
    {ANY, "upper", 1, NULL, NULL},
    {ANY, "lower", 1, NULL, NULL},
    {MYSQL, "ucase", 1, NULL, "upper($1)"},
    {MYSQL, "lcase", 1, NULL, "lower($1)"},
    {ANY, "trim", 1, NULL, NULL},
    {PG, "btrim", -1, NULL, "trim($*)"},
    {ANY, "ltrim", -1, NULL, NULL},
    {ANY, "rtrim", -1, NULL, NULL},
    {ANY, "replace", 3, NULL, NULL},
    {PG, "chr", 1, NULL, "char($1)"},
    {ANY, "ascii", 1, NULL, "coalesce(unicode($1), 0 * length($1))"},
    {MYSQL, "hex", 1, NULL, "CASE typeof($1) WHEN 'integer' THEN printf('%X', $1) ELSE hex($1) END"},
    {ANY, "quote", 1, NULL, NULL},
    {ANY, "abs", 1, NULL, NULL},
    {ANY, "round", 1, NULL, "round($1)"},
    {ANY, "round", 2, NULL, "round($1, $2)", NULL, NULL, 2},
    {ANY, "round", 2, NULL, "(round($1 * pow(10, $2)) / pow(10, $2))"},
    {ANY, "ceil", 1, NULL, NULL},
    {ANY, "ceiling", 1, NULL, NULL},
    {ANY, "floor", 1, NULL, NULL},
    {ANY, "sign", 1, NULL, NULL},
    {ANY, "sqrt", 1, NULL, NULL},
    {ANY, "power", 2, NULL, NULL},
    {ANY, "pow", 2, NULL, NULL},
    {ANY, "exp", 1, NULL, NULL},
    {ANY, "ln", 1, NULL, NULL},
    {ANY, "mod", 2, NULL, "(($1) % ($2))"},
    {ANY, "coalesce", -1, NULL, NULL},
    {ANY, "nullif", 2, NULL, NULL},
    {MYSQL, "ifnull", 2, NULL, NULL},
    {MYSQL, "isnull", 1, NULL, "(($1) IS NULL)"},
    {MYSQL, "if", 3, NULL, "iif($1, $2, $3)"},
    {MYSQL, "greatest", -1, NULL, "max($*)"},
    {PG, "greatest", 2, NULL, "coalesce(max($1, $2), $1, $2)"},
    {PG, "greatest", -1, NULL, "max($*)", "coalesce($1, $2)"},
    {MYSQL, "least", -1, NULL, "min($*)"},
    {PG, "least", 2, NULL, "coalesce(min($1, $2), $1, $2)"},
    {PG, "least", -1, NULL, "min($*)", "coalesce($1, $2)"},
    {ANY, "count", -1, NULL, NULL},
    {ANY, "sum", -1, NULL, NULL},
    {ANY, "avg", -1, NULL, NULL},
    {ANY, "min", 1, NULL, NULL},
    {ANY, "max", 1, NULL, NULL},
    {PG, "bool_and", 1, NULL, "min($1)"},
    {PG, "bool_or", 1, NULL, "max($1)"},
    {PG, "every", 1, NULL, "min($1)"},
    {PG, "string_agg", 2, NULL, "group_concat($1, $2)"},
    {PG, "string_agg distinct", 2, NULL, distinct_joined},
    {MYSQL, "group_concat", 1, NULL, NULL},
    {MYSQL, "group_concat", -1, NULL, "group_concat($*)", "($1)", " || "},
    {MYSQL, "group_concat separator", 2, NULL, "group_concat($1, $2)"},
    {PG, "array_agg", 1, NULL, "json_group_array($1)"},
    {PG, "json_agg", 1, NULL, "json_group_array($1)"},
    {PG, "jsonb_agg", 1, NULL, "json_group_array($1)"},
    {MYSQL, "json_arrayagg", 1, NULL, "json_group_array($1)"},
    {PG, "json_object_agg", 2, NULL, "json_group_object($1, $2)"},
    {PG, "jsonb_object_agg", 2, NULL, "json_group_object($1, $2)"},
    {MYSQL, "json_objectagg", 2, NULL, "json_group_object($1, $2)"},
    {PG, "json_build_object", -1, NULL, "json_object($*)"},
    {PG, "jsonb_build_object", -1, NULL, "json_object($*)"},
    {PG, "json_build_array", -1, NULL, "json_array($*)"},
    {PG, "jsonb_build_array", -1, NULL, "json_array($*)"},
    {PG, "json_array_length", 1, NULL, NULL},
    {PG, "jsonb_array_length", 1, NULL, "json_array_length($1)"},
    {PG, "jsonb_set", 3, NULL, CHANGED_AT("$4", "$5", "json_set($1, $4, json($3))"), .asked = path_of},
    {PG, "jsonb_set", 4, NULL, CHANGED_AT("$5", "$6", "CASE WHEN $4 THEN json_set($1, $5, json($3)) ELSE json_replace($1, $5, json($3)) END"), .asked = path_of},
    {PG, "to_jsonb", 1, NULL, "CASE WHEN ($1) IS NOT NULL THEN json_quote($1) END"},
    {PG, "to_json", 1, NULL, "CASE WHEN ($1) IS NOT NULL THEN json_quote($1) END"},
    {MYSQL, "json_length", 1, NULL,
     "CASE json_type($1) WHEN 'array' THEN json_array_length($1) WHEN 'object' THEN (SELECT count(*) FROM json_each($1)) ELSE length($1) * 0 + 1 END"},
    {MYSQL, "json_object", -1, NULL, "json_object($*)"},
    {MYSQL, "json_array", -1, NULL, "json_array($*)"},
    {MYSQL, "json_extract", -1, NULL, NULL},
    {MYSQL, "json_set", -1, NULL, NULL},
    {MYSQL, "json_valid", 1, NULL, "CASE WHEN ($1) IS NOT NULL THEN json_valid($1) END"},
    {MYSQL, "values", 1, NULL, "excluded.$1"},
    {MARIA, "value", 1, NULL, "excluded.$1"},
    {ANY, "row_number", 0, NULL, NULL},
    {ANY, "rank", 0, NULL, NULL},
    {ANY, "dense_rank", 0, NULL, NULL},
    {ANY, "percent_rank", 0, NULL, NULL},
    {ANY, "cume_dist", 0, NULL, NULL},
    {ANY, "ntile", 1, NULL, NULL},
    {ANY, "lag", -1, NULL, NULL},
    {ANY, "lead", -1, NULL, NULL},
    {ANY, "first_value", 1, NULL, NULL},
    {ANY, "last_value", 1, NULL, NULL},
    {ANY, "nth_value", 2, NULL, NULL},
    {ANY, "row", -1, NULL, "($*)"},
    {0}
};

static const char json_truth[] = "json(CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END)", json_itself[] = "json($1)",
                  half_even[] = "CASE WHEN $1 - CAST($1 AS INTEGER) IN (0.5, -0.5) THEN 2 * round($1 / 2.0) ELSE $1 END";

static const struct translate_argument arguments[] = {
    {ANY, "max", VALUE_CHOICE, NULL}, {ANY, "min", VALUE_CHOICE, NULL},
    {ANY, "greatest", VALUE_CHOICE, NULL}, {ANY, "least", VALUE_CHOICE, NULL},
    {ANY, "mod", VALUE_POINT, NULL}, {ANY, "mod", VALUE_DECIMAL, NULL}, {ANY, "mod", VALUE_FLOAT, NULL},
    {PG, "concat", VALUE_BOOLEAN, "CASE WHEN $1 THEN 't' WHEN NOT $1 THEN 'f' END"},
    {ANY, "round", VALUE_FLOAT, half_even},
    {MYSQL, "json_object", VALUE_BOOLEAN, NULL}, {MYSQL, "json_array", VALUE_BOOLEAN, NULL},
    {PG, "json_build_object", VALUE_BOOLEAN, json_truth}, {PG, "json_build_object", VALUE_DOCUMENT, json_itself},
    {PG, "jsonb_build_object", VALUE_BOOLEAN, json_truth}, {PG, "jsonb_build_object", VALUE_DOCUMENT, json_itself},
    {PG, "json_build_array", VALUE_BOOLEAN, json_truth}, {PG, "json_build_array", VALUE_DOCUMENT, json_itself},
    {PG, "jsonb_build_array", VALUE_BOOLEAN, json_truth}, {PG, "jsonb_build_array", VALUE_DOCUMENT, json_itself},
    {PG, "to_jsonb", VALUE_BOOLEAN, json_truth}, {PG, "to_jsonb", VALUE_DOCUMENT, json_itself}, {PG, "to_jsonb", VALUE_MOMENT, NULL},
    {PG, "to_json", VALUE_BOOLEAN, json_truth}, {PG, "to_json", VALUE_DOCUMENT, json_itself}, {PG, "to_json", VALUE_MOMENT, NULL},
    {PG, "json_agg", VALUE_BOOLEAN, json_truth}, {PG, "json_agg", VALUE_DOCUMENT, json_itself},
    {PG, "jsonb_agg", VALUE_BOOLEAN, json_truth}, {PG, "jsonb_agg", VALUE_DOCUMENT, json_itself},
    {PG, "json_object_agg", VALUE_BOOLEAN, json_truth}, {PG, "json_object_agg", VALUE_DOCUMENT, json_itself},
    {PG, "jsonb_object_agg", VALUE_BOOLEAN, json_truth}, {PG, "jsonb_object_agg", VALUE_DOCUMENT, json_itself},
    {0}
};

static const struct translate_argument assigned[] = {
    {ANY, "SMALLINT", VALUE_FLOAT, rounded_even}, {ANY, "SMALLINT", VALUE_DECIMAL, rounded},
    {ANY, "INTEGER", VALUE_FLOAT, rounded_even}, {ANY, "INTEGER", VALUE_DECIMAL, rounded},
    {ANY, "BIGINT", VALUE_FLOAT, rounded_even}, {ANY, "BIGINT", VALUE_DECIMAL, rounded},
    {ANY, "NUMERIC", VALUE_DECIMAL, "round($1, $3)"}, {ANY, "NUMERIC", VALUE_FLOAT, "round($1, $3)"},
    {ANY, "DATE", VALUE_MOMENT, "date($1)"},
    {0}
};

static const struct translate_divider dividers[] = {
    {"extract", "from"}, {"substring", "from"}, {"substring", "for", "substring for"}, {"position", "in"}, {"group_concat", "separator", "group_concat separator"}, {0}
};

/* Words that are not names. */
static const struct translate_word words[] = {
    {PG, "like", "GLOB"},
    {PG, "ilike", "LIKE"},
    {MYSQL, "like", "LIKE"},
    {ANY, "localtimestamp", "CURRENT_TIMESTAMP"},
    {ANY, "localtime", "CURRENT_TIME"},
    {MYSQL, "utc_timestamp", "CURRENT_TIMESTAMP"},
    {MYSQL, "straight_join", "JOIN"},
    {MYSQL, "sql_calc_found_rows", ""},
    {MYSQL, "div", "/"},
    {MYSQL, "mod", "%"},
    {PG, "similar", NULL},
    {PG, "overlaps", NULL},
    {PG, "lateral", NULL},
    {PG, "tablesample", NULL},
    {PG, "grouping", NULL},
    {PG, "rollup", NULL},
    {PG, "cube", NULL},
    {PG, "current_user", NULL},
    {PG, "session_user", NULL},
    {PG, "current_role", NULL},
    {PG, "current_schema", NULL},
    {PG, "interval", NULL},
    {ANY, "information_schema", NULL},
    {MYSQL, "performance_schema", NULL},
    {MYSQL, "interval", NULL},
    {MYSQL, "regexp", NULL},
    {MYSQL, "rlike", NULL},
    {MYSQL, "xor", NULL},
    {MYSQL, "current_user", NULL},
    {0}
};

static const struct translate_word columns[] = {
    {PG, "ctid", "rowid"}, {PG, "tableoid", NULL}, {PG, "xmin", NULL}, {PG, "xmax", NULL}, {PG, "cmin", NULL}, {PG, "cmax", NULL},
    {0}
};

static const char exact_division[] = "* 1.0 /";

static const struct translate_word operators[] = {
    {ANY, "+", "+"}, {ANY, "-", "-"}, {ANY, "*", "*"}, {PG, "/", "/"}, {MYSQL, "/", exact_division}, {ANY, "%", "%"},
    {ANY, "=", "="}, {ANY, "<>", "<>"}, {ANY, "!=", "<>"},
    {ANY, "<", "<"}, {ANY, "<=", "<="}, {ANY, ">", ">"}, {ANY, ">=", ">="},
    {ANY, "->", "->"}, {ANY, "->>", "->>"},
    {ANY, "&", "&"}, {ANY, "|", "|"}, {MYSQL, "~", "~"}, {ANY, "<<", "<<"}, {ANY, ">>", ">>"},
    {PG, "||", "||"},
    {PG, "~~", "GLOB"}, {PG, "~~*", "LIKE"}, {PG, "!~~", "NOT GLOB"}, {PG, "!~~*", "NOT LIKE"},
    {MYSQL, "||", "OR"}, {MYSQL, "&&", "AND"}, {MYSQL, "!", "NOT"}, {MYSQL, "<=>", "IS"},
    {0}
};

#define OF_BOTH(what) "(SELECT CASE WHEN l_ IS NOT NULL AND r_ IS NOT NULL THEN " what " END FROM (SELECT $1 AS l_, $2 AS r_))"
#define WRITTEN "CASE type WHEN 'text' THEN json_quote(value) WHEN 'true' THEN type WHEN 'false' THEN type WHEN 'null' THEN type ELSE value END"
#define OBJECT_OF(rows) "(SELECT json('{' || coalesce(group_concat(json_quote(key) || ':' || " WRITTEN "), '') || '}') FROM (SELECT key, type, value FROM " rows " ORDER BY length(CAST(key AS BLOB)), key))"
#define ARRAY_OF(rows)  "(SELECT json('[' || coalesce(group_concat(" WRITTEN "), '') || ']') FROM " rows ")"
#define ITEMS(x) "SELECT type, value FROM json_each(CASE json_type(" x ") WHEN 'object' THEN json_array(json(" x ")) ELSE " x " END)"
#define HAS(x, text) "EXISTS (SELECT 1 FROM json_each(" x ") WHERE CASE typeof(key) WHEN 'text' THEN key = " text " ELSE type = 'text' AND atom = " text " END)"

/* Members of an object are found by their path, elements of an array anywhere in it: arrays of arrays or objects would need more. */
static const char contains[] = OF_BOTH(
    "NOT EXISTS (SELECT 1 FROM json_tree(r_) AS r WHERE NOT EXISTS (SELECT 1 FROM json_tree(l_) AS l WHERE l.path IS r.path AND "
    "(l.key IS r.key OR typeof(r.key) = 'integer') AND replace(l.type, 'integer', 'real') = replace(r.type, 'integer', 'real') AND l.atom IS r.atom))"),
                  is_flat[] = "json_type($1) IN ('object', 'array') AND NOT EXISTS (SELECT 1 FROM json_tree($1) WHERE typeof(key) = 'integer' AND type IN ('object', 'array'))",
                  joined[] = OF_BOTH(
    "CASE WHEN json_type(l_) = 'object' AND json_type(r_) = 'object' THEN "
    OBJECT_OF("(SELECT key, type, value FROM json_each(l_) WHERE key NOT IN (SELECT key FROM json_each(r_)) UNION ALL SELECT key, type, value FROM json_each(r_))")
    " ELSE " ARRAY_OF("(" ITEMS("l_") " UNION ALL " ITEMS("r_") ")") " END"),
                  without[] = OF_BOTH(
    "CASE json_type(l_) WHEN 'object' THEN " OBJECT_OF("json_each(l_) WHERE key <> r_") " WHEN 'array' THEN "
    ARRAY_OF("json_each(l_) WHERE NOT (type = 'text' AND value = r_)") " ELSE json('nothing can be deleted from ' || l_) END"),
                  has_any[] = OF_BOTH("EXISTS (SELECT 1 FROM json_each(r_) AS one WHERE " HAS("l_", "one.value") ")"),
                  has_all[] = OF_BOTH("NOT EXISTS (SELECT 1 FROM json_each(r_) AS one WHERE NOT " HAS("l_", "one.value") ")");

static const struct translate_document documents[] = {
    {PG, "@>", false, false, is_flat, contains},
    {PG, "?", false, false, NULL, OF_BOTH(HAS("l_", "r_"))},
    {PG, "?|", false, false, "json_type($1) = 'array'", has_any},
    {PG, "?&", false, false, "json_type($1) = 'array'", has_all},
    {PG, "||", true, true, "json_valid($1)", joined},
    {PG, "-", true, false, "typeof($1) = 'text'", without},
    {0}
};

static const struct translate_word collations[] = {
    {ANY, "c", ""}, {ANY, "posix", ""}, {ANY, "default", ""}, {ANY, "ucs_basic", ""},
    {MYSQL, "*_bin", "BINARY"}, {MYSQL, "*_ci", "NOCASE"}, {MYSQL, "binary", "BINARY"},
    {0}
};

static const char no_roles[] = "SQLite has no roles", no_comments[] = "SQLite keeps no comments",
                  no_session[] = "it is a setting of another engine's session", one_transaction[] = "the whole file is one transaction here",
                  no_routines[] = "SQLite has no functions or procedures of its own", no_extensions[] = "SQLite has no extensions",
                  no_sequences[] = "SQLite has no sequences: a primary key numbers itself",
                  no_upkeep[] = "it is upkeep that another engine needs", no_replication[] = "SQLite has no replication",
                  no_tablespaces[] = "SQLite has no tablespaces", no_languages[] = "SQLite has no languages",
                  no_remote[] = "SQLite has no foreign servers", no_search[] = "SQLite has another full-text search",
                  no_schemas[] = "SQLite has no schemas: their tables stand side by side",
                  no_rules[] = "SQLite has no rules", no_policies[] = "SQLite has no policies", no_statistics[] = "SQLite keeps statistics by itself",
                  other_triggers[] = "SQLite writes triggers in another way", no_queries[] = "a query changes nothing",
                  no_operators[] = "SQLite has no operators, casts, aggregates or conversions of its own",
                  no_events[] = "SQLite has no events", no_storage[] = "SQLite stores tables in its own way",
                  no_partitions[] = "SQLite has no partitions", no_inheritance[] = "SQLite has no inheritance",
                  no_locks[] = "nobody else is at work here", no_switch[] = "SQLite cannot turn them off and on",
                  not_made[] = "it was not made here";

static const struct translate_shape statements[] = {
    {ANY, "GRANT", false, no_roles},
    {ANY, "REVOKE", false, no_roles},
    {PG, "ALTER DEFAULT PRIVILEGES", false, no_roles},
    {PG, "REASSIGN OWNED", false, no_roles},
    {PG, "DROP OWNED", false, no_roles},
    {ANY, "CREATE|ALTER|DROP ROLE|USER|GROUP", false, no_roles},
    {PG, "ALTER SCHEMA|TYPE|DOMAIN|VIEW|SEQUENCE|FUNCTION|DATABASE|AGGREGATE|PROCEDURE * OWNER TO", false, no_roles},
    {PG, "COMMENT ON", false, no_comments},
    {PG, "SECURITY LABEL", false, no_comments},
    {PG, "CREATE|ALTER|DROP EXTENSION", false, no_extensions},
    {ANY, "CREATE|ALTER|DROP SEQUENCE", false, no_sequences},
    {PG, "CREATE|ALTER|DROP TABLESPACE", false, no_tablespaces},
    {PG, "CREATE|ALTER|DROP PUBLICATION|SUBSCRIPTION", false, no_replication},
    {PG, "CREATE|ALTER|DROP STATISTICS", false, no_statistics},
    {PG, "CREATE|DROP ACCESS METHOD", false, no_extensions},
    {PG, "CREATE|ALTER|DROP COLLATION", false, "SQLite has no collations of its own"},
    {PG, "ALTER SCHEMA", false, no_schemas},
    {PG, "ALTER INDEX ALL", false, no_tablespaces},
    {PG, "ALTER INDEX IF? EXISTS? * SET|RESET|ATTACH|DEPENDS|NO|ALTER", false, no_storage},
    {PG, "CREATE|DROP DATABASE", false, "a database is a file here"},
    {PG, "SELECT SETVAL|NEXTVAL (", false, no_sequences},
    {PG, "SELECT PG_CATALOG . SETVAL|NEXTVAL (", false, no_sequences},
    {PG, "SELECT SET_CONFIG (", false, no_session},
    {PG, "SELECT PG_CATALOG . SET_CONFIG (", false, no_session},
    {PG, "ALTER DATABASE|SYSTEM", false, no_session},
    {MYSQL, "ALTER DATABASE|SCHEMA", false, no_session},
    {MYSQL, "CREATE|DROP DATABASE|SCHEMA", false, no_schemas},
    {ANY, "SET", false, no_session},
    {PG, "RESET", false, no_session},
    {PG, "DISCARD", false, no_session},
    {PG, "LISTEN|NOTIFY|UNLISTEN", false, no_session},
    {MYSQL, "USE", false, no_session},
    {MYSQL, "FLUSH", false, no_session},
    {ANY, "LOCK", false, no_locks},
    {MYSQL, "UNLOCK", false, no_locks},
    {ANY, "ANALYZE", false, no_upkeep},
    {PG, "VACUUM", false, no_upkeep},
    {PG, "CLUSTER", false, no_upkeep},
    {PG, "REINDEX", false, no_upkeep},
    {PG, "CHECKPOINT", false, no_upkeep},
    {PG, "REFRESH MATERIALIZED VIEW", false, "it is a plain view here, and always fresh"},
    {MYSQL, "OPTIMIZE|CHECK|REPAIR", false, no_upkeep},
    {ANY, "BEGIN", false, one_transaction},
    {ANY, "START TRANSACTION", false, one_transaction},
    {ANY, "COMMIT|END|ROLLBACK|ABORT", false, one_transaction},
    {ANY, "SAVEPOINT|RELEASE", false, one_transaction},
    {ANY, "SHOW|EXPLAIN|DESCRIBE", false, no_queries},
    {ANY, "CREATE|ALTER FUNCTION|PROCEDURE|ROUTINE", true, no_routines},
    {ANY, "DROP FUNCTION|PROCEDURE|ROUTINE", false, not_made},
    {PG, "CREATE OR REPLACE FUNCTION|PROCEDURE", true, no_routines},
    {MYSQL, "CREATE OR REPLACE FUNCTION|PROCEDURE", true, no_routines},
    {MYSQL, "CREATE AGGREGATE", true, no_routines},
    {ANY, "CALL", true, no_routines},
    {ANY, "CREATE TRIGGER", true, other_triggers},
    {ANY, "CREATE OR REPLACE TRIGGER", true, other_triggers},
    {PG, "CREATE CONSTRAINT TRIGGER", true, other_triggers},
    {ANY, "ALTER|DROP TRIGGER", false, not_made},
    {PG, "CREATE|ALTER EVENT TRIGGER", true, other_triggers},
    {PG, "DROP EVENT TRIGGER", false, not_made},
    {MYSQL, "CREATE|ALTER EVENT", true, no_events},
    {MYSQL, "CREATE OR REPLACE EVENT", true, no_events},
    {MYSQL, "DROP EVENT", false, not_made},
    {PG, "CREATE|ALTER RULE", true, no_rules},
    {PG, "DROP RULE", false, not_made},
    {PG, "CREATE OR REPLACE RULE", true, no_rules},
    {PG, "CREATE|ALTER POLICY", true, no_policies},
    {PG, "DROP POLICY", false, not_made},
    {PG, "CREATE|ALTER AGGREGATE|OPERATOR|CAST|CONVERSION|TRANSFORM", true, no_operators},
    {PG, "DROP AGGREGATE|OPERATOR|CAST|CONVERSION|TRANSFORM", false, not_made},
    {PG, "CREATE|ALTER TEXT SEARCH", true, no_search},
    {PG, "DROP TEXT SEARCH", false, not_made},
    {PG, "CREATE|ALTER LANGUAGE", true, no_languages},
    {PG, "DROP LANGUAGE", false, not_made},
    {PG, "CREATE|ALTER SERVER", true, no_remote},
    {PG, "DROP SERVER", false, not_made},
    {PG, "CREATE|ALTER FOREIGN TABLE|DATA", true, no_remote},
    {PG, "DROP FOREIGN TABLE|DATA", false, not_made},
    {PG, "IMPORT FOREIGN SCHEMA", true, no_remote},
    {ANY, "MERGE", true, "SQLite has no MERGE"},
    {PG, "EXECUTE|PREPARE|DEALLOCATE", true, "SQLite prepares statements in another way"},
    {MYSQL, "LOAD DATA|XML", true, "SQLite reads no files"},
    {MYSQL, "HANDLER|SIGNAL|GET", true, no_routines},
    {0}
};

static const struct translate_shape actions[] = {
    {PG, "OWNER TO", false, no_roles},
    {PG, "SET SCHEMA", false, no_schemas},
    {PG, "SET TABLESPACE", false, no_tablespaces},
    {PG, "SET LOGGED|UNLOGGED", false, no_storage},
    {PG, "SET WITHOUT CLUSTER|OIDS", false, no_storage},
    {PG, "SET ACCESS METHOD", false, no_storage},
    {PG, "SET (", false, no_storage},
    {PG, "RESET (", false, no_storage},
    {PG, "CLUSTER ON", false, no_storage},
    {PG, "REPLICA IDENTITY", false, no_replication},
    {PG, "VALIDATE CONSTRAINT", false, "every constraint holds from its beginning here"},
    {PG, "ALTER CONSTRAINT", true, "a constraint is made with its properties here"},
    {PG, "ENABLE|DISABLE|FORCE ROW LEVEL SECURITY", true, no_policies},
    {PG, "NO FORCE ROW LEVEL SECURITY", true, no_policies},
    {PG, "ENABLE|DISABLE TRIGGER|RULE", true, no_switch},
    {PG, "ENABLE ALWAYS|REPLICA TRIGGER|RULE", true, no_switch},
    {PG, "INHERIT", true, no_inheritance},
    {PG, "NO INHERIT", true, no_inheritance},
    {PG, "OF", true, "SQLite has no composite types"},
    {PG, "NOT OF", true, "SQLite has no composite types"},
    {PG, "ATTACH PARTITION", true, "it stays a table of its own here, and its rows are not in the whole"},
    {PG, "DETACH PARTITION", true, "the table itself holds all rows here, and keeps them"},
    {PG, "ALTER COLUMN? * SET STATISTICS|STORAGE|COMPRESSION", false, no_storage},
    {PG, "ALTER COLUMN? * SET (", false, no_storage},
    {PG, "ALTER COLUMN? * RESET (", false, no_storage},
    {PG, "ALTER COLUMN? * ADD GENERATED", false, no_sequences},
    {PG, "ALTER COLUMN? * SET GENERATED", false, no_sequences},
    {PG, "ALTER COLUMN? * SET START|INCREMENT|MINVALUE|MAXVALUE|CACHE|CYCLE|NO", false, no_sequences},
    {PG, "ALTER COLUMN? * RESTART", false, no_sequences},
    {PG, "ALTER COLUMN? * DROP IDENTITY", false, no_sequences},
    {MYSQL, "ENGINE", false, no_storage},
    {MYSQL, "ROW_FORMAT", false, no_storage},
    {MYSQL, "KEY_BLOCK_SIZE", false, no_storage},
    {MYSQL, "AUTO_INCREMENT", false, no_sequences},
    {MYSQL, "COMMENT", false, no_comments},
    {MYSQL, "CHARACTER SET", false, "SQLite stores every text as UTF-8"},
    {MYSQL, "DEFAULT CHARACTER|CHARSET|COLLATE", false, "SQLite stores every text as UTF-8"},
    {MYSQL, "CHARSET|COLLATE", false, "SQLite stores every text as UTF-8"},
    {MYSQL, "CONVERT TO", false, "SQLite stores every text as UTF-8"},
    {MYSQL, "ALGORITHM|LOCK|FORCE", false, no_storage},
    {MYSQL, "ENABLE|DISABLE KEYS", false, no_storage},
    {MYSQL, "ORDER BY", false, no_storage},
    {MYSQL, "DISCARD|IMPORT TABLESPACE", false, no_tablespaces},
    {MYSQL, "ADD FULLTEXT|SPATIAL", false, no_search},
    {MYSQL, "ADD|DROP|TRUNCATE|REORGANIZE|COALESCE|EXCHANGE|REMOVE PARTITION", true, no_partitions},
    {MYSQL, "REMOVE PARTITIONING", true, no_partitions},
    {MYSQL, "PARTITION BY", true, no_partitions},
    {MYSQL, "ALTER INDEX", false, no_storage},
    {0}
};

static const struct translate_name names[] = {
    {PG, KIND_UNIQUE, "$t_$c_key"},
    {PG, KIND_FOREIGN_KEY, "$t_$c_fkey"},
    {PG, KIND_CHECK, "$t_$c_check"},
    {PG, KIND_INDEX, "$t_$c_idx"},
    {MYSQL, KIND_UNIQUE, "$c"},
    {ENGINE_MY | ENGINE_MARIA, KIND_FOREIGN_KEY, "$t_ibfk_$n"},
    {ENGINE_MY, KIND_CHECK, "$t_chk_$n"},
    {ENGINE_MARIA, KIND_CHECK, "CONSTRAINT_$n"},
    {MYSQL, KIND_INDEX, "$c"},
    {0}
};
/* clang-format on */

static const struct translate_word last_key[] = {{MYSQL, "last_insert_id", "(SELECT last_insert_rowid())"}, {0}};

static const struct translate_word catalogs[] = {{PG, "pg_", NULL}, {0}};

static const struct translate_mistake mistakes[] = {
    {ANY, "duplicate column name: *", MISTAKE_THERE},
    {ANY, "table * already exists", MISTAKE_RELATION},
    {ANY, "view * already exists", MISTAKE_RELATION},
    {PG, "index * already exists", MISTAKE_RELATION},
    {ANY, "* values for * columns", MISTAKE_ALWAYS},
    {ANY, "table * has * columns but * values were supplied", MISTAKE_COLUMNS},
    {ANY, "ambiguous column name: *", MISTAKE_ALWAYS},
    {0}};

static const struct translate_implied implied[] = {
    {MYSQL, "INTEGER|SMALLINT|BIGINT|BOOLEAN|NUMERIC|REAL|FLOAT|DOUBLE|DOUBLE PRECISION", "0"},
    {MYSQL, "VARCHAR|CHAR|TEXT", "''"},
    {MYSQL, "BLOB", "X''"},
    {0}};

static const char *const missing[] = {
    "no such table: ", "no such view: ", "no such column: ", "unknown column ", " has no column named ", NULL};

const struct translation lite_translation = {
    .fallback = "TEXT",
    .numbered = "INTEGER",
    .zoned = "DATETIME",
    .filled = "BLOB",
    .array = "json_array($1)",
    .rounded = rounded,
    .rounded_even = rounded_even,
    .document_text = document_text,
    .truth = truth,
    .like = {.exact = "GLOB", .pattern = pattern, .escape = " ESCAPE '\\'"},
    .nulls_last = PG,
    .holds_dependants = PG,
    .first_columns = PG,
    .sets_in_turn = MYSQL,
    .loose = MYSQL,
    .exact_division = exact_division,
    .nocase = "NOCASE",
    .exact = "BINARY",
    .nocase_texts = MYSQL,
    .ordered = "EXPLAIN SELECT group_concat(1, ',' ORDER BY 1)",
    .types = types,
    .limits = limits,
    .constants = constants,
    .functions = functions,
    .arguments = arguments,
    .assigned = assigned,
    .dividers = dividers,
    .words = words,
    .columns = columns,
    .operators = operators,
    .documents = documents,
    .collations = collations,
    .statements = statements,
    .actions = actions,
    .names = names,
    .last_key = last_key,
    .catalogs = catalogs,
    .mistakes = mistakes,
    .implied = implied,
    .lenient = "PRAGMA ignore_check_constraints = ON",
    .strict = "PRAGMA ignore_check_constraints = OFF",
    .missing = missing,
};
