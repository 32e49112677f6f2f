/*
 * MySQL and MariaDB as dialects, and TiDB as a flavour of the first: facts about their language, and the table of what this
 * folder does. What differs between them is here, or in a table beside it.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

const struct lex_rules my_lex = {
    .backslash_escapes = true,
    .hash_comments = true,
    .dash_needs_space = true,
    .backtick_names = true,
    .double_quote_strings = true,
    .conditional_comments = true,
    .delimiter_command = true,
    .begin_end_bodies = true,
};

/*
 * Words that MySQL 9.7 or MariaDB 10.11 does not take unquoted as the name of a table, a column, an index or an alias: each of those in
 * information_schema.keywords was tried in all of these places.
 */
/* clang-format off */
static const char *const reserved[] = {
    "accessible", "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive", "before", "between", "bigint",
    "binary", "blob", "both", "by", "call", "cascade", "case", "change", "char", "character", "check", "collate",
    "column", "condition", "constraint", "continue", "convert", "create", "cross", "cube", "cume_dist",
    "current_date", "current_role", "current_time", "current_timestamp", "current_user", "cursor", "database",
    "databases", "day_hour", "day_microsecond", "day_minute", "day_second", "dec", "decimal", "declare", "default",
    "delayed", "delete", "delete_domain_id", "dense_rank", "desc", "describe", "deterministic", "distinct",
    "distinctrow", "div", "do_domain_ids", "double", "drop", "dual", "each", "else", "elseif", "empty", "enclosed",
    "escaped", "except", "exists", "exit", "explain", "external", "false", "fetch", "first_value", "float",
    "float4", "float8", "for", "force", "foreign", "from", "fulltext", "function", "generated", "get", "grant",
    "group", "grouping", "groups", "having", "high_priority", "hour_microsecond", "hour_minute", "hour_second",
    "if", "ignore", "ignore_domain_ids", "in", "index", "infile", "inner", "inout", "insensitive", "insert", "int",
    "int1", "int2", "int3", "int4", "int8", "integer", "intersect", "interval", "into", "io_after_gtids",
    "io_before_gtids", "is", "iterate", "join", "json_table", "key", "keys", "kill", "lag", "last_value", "lateral",
    "lead", "leading", "leave", "left", "library", "like", "limit", "linear", "lines", "load", "localtime",
    "localtimestamp", "lock", "long", "longblob", "longtext", "loop", "low_priority", "master_demote_to_replica",
    "master_demote_to_slave", "master_ssl_verify_server_cert", "match", "maxvalue", "mediumblob", "mediumint",
    "mediumtext", "middleint", "minute_microsecond", "minute_second", "mod", "modifies", "natural",
    "no_write_to_binlog", "not", "nth_value", "ntile", "null", "numeric", "of", "offset", "on", "optimize",
    "optimizer_costs", "option", "optionally", "or", "order", "out", "outer", "outfile", "over", "page_checksum",
    "parse_vcol_expr", "partition", "percent_rank", "portion", "precision", "primary", "procedure", "purge",
    "qualify", "range", "rank", "read", "read_write", "reads", "real", "recursive", "ref_system_id", "references",
    "regexp", "release", "rename", "repeat", "replace", "require", "resignal", "restrict", "return", "returning",
    "revoke", "right", "rlike", "row", "row_number", "rows", "schema", "schemas", "second_microsecond", "select",
    "sensitive", "separator", "set", "show", "signal", "smallint", "spatial", "specific", "sql", "sql_big_result",
    "sql_calc_found_rows", "sql_small_result", "sqlexception", "sqlstate", "sqlwarning", "ssl", "starting",
    "stats_auto_recalc", "stats_persistent", "stats_sample_pages", "stored", "straight_join", "system", "table",
    "tablesample", "terminated", "then", "tinyblob", "tinyint", "tinytext", "to", "trailing", "trigger", "true",
    "undo", "union", "unique", "unlock", "unsigned", "update", "usage", "use", "using", "utc_date", "utc_time",
    "utc_timestamp", "values", "varbinary", "varchar", "varcharacter", "varying", "virtual", "when", "where",
    "while", "window", "with", "write", "xor", "year_month", "zerofill",
};
/* clang-format on */

const struct ident_rules my_ident = {
    .style = QUOTE_BACKTICK,
    .reserved = reserved,
    .n_reserved = sizeof reserved / sizeof *reserved,
    .backslash_escapes = true,
};

const struct normal_rules my_normal = {
    .lex = &my_lex, .ident = &my_ident, .infix = my_infix, .strip_charset = true, .unquote = true};

static const struct touch_words touches[] = {
    {"create", "temporary", TOUCHES_SESSION}, {"drop", "temporary", TOUCHES_SESSION},
    {"use", NULL, TOUCHES_SESSION},           {"prepare", NULL, TOUCHES_SESSION},
    {"deallocate", NULL, TOUCHES_SESSION},    {"lock", NULL, TOUCHES_SESSION},
    {"unlock", NULL, TOUCHES_SESSION},        {"set", "password", TOUCHES_NOTHING},
    {"set", "global", TOUCHES_NOTHING},       {"set", "persist", TOUCHES_NOTHING},
    {"set", "default", TOUCHES_NOTHING}, /* SET DEFAULT ROLE */
    {"grant", NULL, TOUCHES_CATALOG},         {"revoke", NULL, TOUCHES_CATALOG},
    {"truncate", NULL, TOUCHES_NOTHING},      {"analyze", NULL, TOUCHES_NOTHING},
    {"optimize", NULL, TOUCHES_NOTHING},      {"check", NULL, TOUCHES_NOTHING},
    {"repair", NULL, TOUCHES_NOTHING},        {"flush", NULL, TOUCHES_NOTHING},
    {"show", NULL, TOUCHES_NOTHING},          {"describe", NULL, TOUCHES_NOTHING},
    {"explain", NULL, TOUCHES_NOTHING},       {NULL, NULL, TOUCHES_ANYTHING},
};

static const struct classify_rules classify_words = {
    .lex = &my_lex, .touches = touches, .schema_is_database = true, .renames_bare = true};

static const char *const mysql_schemes[] = {"mysql", NULL};
static const char *const mariadb_schemes[] = {"mariadb", "mysql", NULL}; /* whose drivers SQLAlchemy names alike */

/* A table, a column, a key of that name is there already. */
static const char *const database_words[] = {"database", "schema", NULL};
static const char databases_like[] =
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE ? AND schema_name NOT IN ('mysql', "
    "'sys', 'information_schema', 'performance_schema') ORDER BY 1";
static const char *const exists[] = {"42S01", "42S21", "Duplicate key name", NULL};

static const struct said_words frees_locks[] = {
    {"select", "release_all_locks"}, {"do", "release_all_locks"}, {"set", "release_all_locks"}, {NULL, NULL}};

static const char *const read_only[] = {"tx_read_only", "transaction_read_only", "read_only", "super_read_only", NULL};
/* LOCK TABLES is not among them: ours are locked with those that it names. */
static const struct said_words locks_all[] = {
    {"flush", "lock"}, {"flush", "export"}, {"backup", "stage"}, {"backup", "lock"}, {NULL, NULL}};
static const struct said_words diagnostics[] = {{"get", "diagnostics"}, {NULL, NULL}};
static const char *const last_functions[] = {"row_count", "found_rows", NULL};
static const char *const last_variables[] = {"warning_count", "error_count", NULL};
static const char *const session_functions[] = {"last_insert_id", NULL};
static const char *const session_variables[] = {"last_insert_id", "identity", NULL};
static const struct session_words session_words = {
    .read_only = read_only,
    .locks_all = locks_all,
    .about_last = {last_functions, last_variables, diagnostics},
    .about_last_hint = "Nothing was run. Write the value itself, or put both into one procedure.",
    .about_session = {session_functions, session_variables, NULL},
    .autocommit = "autocommit",
    .prepares_texts = true,
    .next_transaction = true,
};

static const char *const online_forms[] = {"ALGORITHM=INSTANT", "ALGORITHM=INPLACE, LOCK=NONE",
                                           "ALGORITHM=INPLACE, LOCK=SHARED", NULL};
static const char *const mariadb_online_forms[] = {"ALGORITHM=INSTANT",
                                                   "ALGORITHM=NOCOPY, LOCK=NONE",
                                                   "ALGORITHM=INPLACE, LOCK=NONE",
                                                   "ALGORITHM=NOCOPY, LOCK=SHARED",
                                                   "ALGORITHM=INPLACE, LOCK=SHARED",
                                                   NULL};

/* Where nobody has asked a server, it is set as usual. */
static bool bends_values(const struct target *target)
{
    return target->facts.sql_mode && !text_has(target->facts.sql_mode, "STRICT_");
}

/* A UNIQUE is an index. */
static const enum kind folds[] = {KIND_UNIQUE, KIND_COUNT};

/* clang-format off */
#define SHARED                                                       \
    .lock_seconds = 2,                                               \
    .fills_new_columns = true,                                       \
    .narrower_charset = my_narrower_charset,                         \
    .tables_forget_wide = true,                                      \
    .bends_values = bends_values,                                    \
    .databases_like = databases_like,                                \
    .database_words = database_words,                                \
    .enters_database = "use",                                        \
    .whole_dump = "--databases",                                     \
    .drops_index_on_table = true,                                    \
    .texts_keep_names = true,                                        \
    .names_follow = my_names_follow,                                 \
    .exists = exists,                                                \
    .lex = &my_lex,                                                  \
    .ident = &my_ident,                                              \
    .normal = &my_normal,                                            \
    .classify = &classify_words,                                     \
    .state = &my_state,                                              \
    .offline = &offline_words,                                       \
    .facts = my_facts,                                               \
    .types = &my_types,                                              \
    .load = my_load,                                                 \
    .judge = my_judge,                                               \
    .lost_rows = my_lost_rows,                                       \
    .settle = my_settle,                                             \
    .folds = folds,                                                  \
    .type_normal = my_type_normal,                                   \
    .expr_normal = my_expr_normal,                                   \
    .default_same = my_default_same,                                 \
    .name_fold = my_name_fold,                                       \
    .reconcile = my_reconcile,                                       \
    .effects = my_effects,                                           \
    .reaches_beyond = my_reaches_beyond,                             \
    .choose_name = my_choose_name,                                   \
    .rows_move = my_rows_move,                                       \
    .frees_locks = frees_locks,                                      \
    .session_words = &session_words,                                 \
    .rows_stay = my_rows_stay,                                       \
    .statement_evidence = my_statement_evidence,                     \
    .statement_doubt = my_statement_doubt
/* clang-format on */

bool my_is_tidb(const struct dialect *dialect)
{
    return dialect == &my_tidb_dialect || dialect == &my_tidb_checked_dialect;
}

#define MYSQL_LIKE .engine = ENGINE_MY, .name = "mysql", .schemes = mysql_schemes, SHARED

static const struct offline_words offline_words = {
    .begin = "START TRANSACTION",
    .lock = "SET SESSION lock_wait_timeout = @s, SESSION innodb_lock_wait_timeout = @s",
    .limits_back = "SET SESSION lock_wait_timeout = DEFAULT, SESSION innodb_lock_wait_timeout = DEFAULT",
};

const struct dialect my_dialect = {
    MYSQL_LIKE,
    .defaults_read_columns = true,
    .title = "MySQL",
    .minimum_version = 80000, /* DDL is atomic since then */
    .drops_index_bare = true,
    .driver = &my_driver,
    .python = &my_python,
    .online_forms = online_forms,
    .since = my_since,
    .name_spaces = my_name_spaces,
    .render = my_render,
    .joins = my_joins,
    .blockers = my_blockers,
};

/* Each statement changes one thing: what it takes together differs from version to version. */
#define TIDB                                                                                           \
    MYSQL_LIKE, .title = "TiDB", .minimum_version = 60500, .driver = &my_driver, .python = &my_python, \
                .name_spaces = my_name_spaces, .render = my_render, .blockers = my_blockers

const struct dialect my_tidb_dialect = {TIDB, .since = my_tidb_since};
const struct dialect my_tidb_checked_dialect = {TIDB, .since = my_tidb_checked_since};

const struct dialect my_mariadb_dialect = {
    SHARED,
    .defaults_read_columns = true,
    .engine = ENGINE_MARIA,
    .name = "mariadb",
    .title = "MariaDB",
    .schemes = mariadb_schemes,
    .minimum_version = 100600, /* DDL is atomic since then */
    .driver = &my_mariadb_driver,
    .python = &my_mariadb_python,
    .online_forms = mariadb_online_forms,
    .since = my_mariadb_since,
    .name_spaces = my_mariadb_name_spaces,
    .render = my_mariadb_render,
    .joins = my_joins,
    .blockers = my_mariadb_blockers,
    .progress = my_mariadb_progress,
};
