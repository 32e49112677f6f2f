/* ClickHouse as a dialect: facts about its language, and the table of what this folder does. */
#include "dialect/clickhouse/clickhouse.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"
#include "dialect/sample.h"

const struct lex_rules ch_lex = {
    .backslash_escapes = true,
    .names_escape = true,
    .hash_comments = true,
    .backtick_names = true,
};

/* Hardly a word is reserved; these are not taken bare as the name of a table, a column or an alias. */
static const char *const reserved[] = {
    "all",     "and",    "anti",      "any",      "array", "as",   "asc",      "asof",   "between",  "by",
    "case",    "cast",   "collate",   "cross",    "date",  "desc", "distinct", "else",   "end",      "except",
    "extract", "final",  "for",       "format",   "from",  "full", "global",   "group",  "having",   "ilike",
    "in",      "inner",  "intersect", "interval", "into",  "is",   "join",     "key",    "left",     "like",
    "limit",   "not",    "null",      "offset",   "on",    "or",   "order",    "outer",  "prewhere", "right",
    "sample",  "select", "semi",      "settings", "table", "then", "to",       "totals", "union",    "using",
    "values",  "when",   "where",     "window",   "with",
};

const struct ident_rules ch_ident = {
    .style = QUOTE_BACKTICK,
    .reserved = reserved,
    .n_reserved = sizeof reserved / sizeof *reserved,
    .backslash_escapes = true,
    .names_escape = true,
};

const struct normal_rules ch_normal = {
    .lex = &ch_lex, .ident = &ch_ident, .infix = ch_infix, .splits_between = true, .unquote = true};

static const struct touch_words touches[] = {
    {"create", "temporary", TOUCHES_SESSION}, {"drop", "temporary", TOUCHES_SESSION},
    {"use", NULL, TOUCHES_SESSION},           {"set", "default", TOUCHES_CATALOG}, /* SET DEFAULT ROLE */
    {"set", "role", TOUCHES_SESSION},         {"exchange", NULL, TOUCHES_CATALOG},
    {"attach", NULL, TOUCHES_CATALOG},        {"detach", NULL, TOUCHES_CATALOG},
    {"undrop", NULL, TOUCHES_CATALOG},        {"grant", NULL, TOUCHES_CATALOG},
    {"revoke", NULL, TOUCHES_CATALOG},        {"truncate", NULL, TOUCHES_NOTHING},
    {"optimize", NULL, TOUCHES_NOTHING},      {"system", NULL, TOUCHES_NOTHING},
    {"check", NULL, TOUCHES_NOTHING},         {"kill", NULL, TOUCHES_NOTHING},
    {"select", NULL, TOUCHES_NOTHING},        {"with", NULL, TOUCHES_NOTHING}, /* no function of it writes */
    {"exists", NULL, TOUCHES_NOTHING},        {"show", NULL, TOUCHES_NOTHING},
    {"describe", NULL, TOUCHES_NOTHING},      {"explain", NULL, TOUCHES_NOTHING},
    {NULL, NULL, TOUCHES_ANYTHING},
};

static const char *const modified[] = {"ttl",     "order", "sample",  "setting",    "comment", "query",
                                       "refresh", "sql",   "definer", "statistics", NULL};
static const struct classify_rules classify_words = {
    .lex = &ch_lex, .touches = touches, .schema_is_database = true, .modified = modified};

static const char *const schemes[] = {"clickhouse", "clickhouses", "clickhousedb", NULL};
static const char *const exists[] = {"57", "44", "82", NULL}; /* a table, a column, a database */
static const char *const gone[] = {"60", "81", NULL};
static const char *const database_words[] = {"database", NULL};

/* A primary key of models is what a table is sorted by. */
static const enum kind folds[] = {KIND_PRIMARY_KEY, KIND_COUNT};

static const enum kind apart[] = {KIND_FUNCTION, KIND_COLLECTION, KIND_USER,       KIND_ROLE,
                                  KIND_QUOTA,    KIND_PROFILE,    KIND_ROW_POLICY, KIND_COUNT};

static const struct offline_words offline_words = {0};

static const struct sample_rules sample_rules = {
    .fits = "SELECT toString(CAST(? AS ", .fits_end = "))", .empty = "TRUNCATE TABLE "};

const struct dialect ch_dialect = {
    .sample = &sample_rules,
    .engine = ENGINE_CH,
    .name = "clickhouse",
    .title = "ClickHouse",
    .schemes = schemes,
    .minimum_version = 181600,
    .lock_seconds = 120,
    .databases_like = "SELECT name FROM system.databases WHERE name LIKE ? AND lower(name) NOT IN ('system', "
                      "'information_schema') ORDER BY name",
    .database_words = database_words,
    .enters_database = "use",
    .exists = exists,
    .gone = gone,
    .lex = &ch_lex,
    .ident = &ch_ident,
    .normal = &ch_normal,
    .classify = &classify_words,
    .driver = &ch_driver,
    .state = &ch_state,
    .offline = &offline_words,
    .progress = ch_progress,
    .table_sizes =
        "SELECT database, table, sum(rows), sum(bytes_on_disk) FROM system.parts WHERE active AND database = "
        "currentDatabase() GROUP BY database, table",
    .replicas_differ = ch_replicas_differ,
    .types_have_defaults = true,
    .texts_keep_names = true,
    .binds_new_rows_only = true,
    .computes_new_rows_only = true,
    .defaults_read_columns = true,
    .types = &ch_types,
    .python = &ch_python,
    .facts = ch_facts,
    .load = ch_load,
    .text_load = ch_text_load,
    .apart = apart,
    .text_complete = ch_text_complete,
    .judge = ch_judge,
    .lost_rows = ch_lost_rows,
    .settle = ch_settle,
    .folds = folds,
    .type_normal = ch_type_normal,
    .expr_normal = ch_expr_normal,
    .reconcile = ch_reconcile,
    .effects = ch_effects,
    .since = ch_since,
    .name_spaces = ch_name_spaces,
    .render = ch_render,
    .joins = ch_joins,
    .rebuild_hazard = ch_rebuild_hazard,
    .copy = &ch_copy,
    .on_every_server = ch_on_every_server,
    .reaches_beyond = ch_reaches_beyond,
    .rows_stay = ch_rows_stay,
    .statement_evidence = ch_statement_evidence,
    .statement_doubt = ch_statement_doubt,
};
