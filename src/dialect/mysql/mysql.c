/*
 * MySQL and MariaDB as dialects: facts about their language, and the table of what this folder does. So far they run
 * hand-written migrations; load and render are absent, and whoever needs them says so.
 */
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

/* Words that neither server takes as a name unquoted, among those that name tables in practice. */
static const char *const reserved[] = {
    "add",       "all",        "alter",    "and",        "as",        "asc",          "before",   "between",
    "both",      "by",         "call",     "case",       "change",    "check",        "collate",  "column",
    "condition", "constraint", "convert",  "create",     "cross",     "current_user", "cursor",   "database",
    "default",   "delete",     "desc",     "describe",   "distinct",  "div",          "drop",     "dual",
    "each",      "else",       "exists",   "exit",       "explain",   "false",        "fetch",    "for",
    "force",     "foreign",    "from",     "fulltext",   "generated", "grant",        "group",    "groups",
    "having",    "if",         "ignore",   "in",         "index",     "inner",        "insert",   "interval",
    "into",      "is",         "join",     "key",        "keys",      "kill",         "lag",      "lead",
    "leading",   "left",       "like",     "limit",      "lines",     "load",         "lock",     "loop",
    "match",     "mod",        "natural",  "not",        "null",      "of",           "on",       "optimize",
    "option",    "or",         "order",    "outer",      "over",      "partition",    "primary",  "procedure",
    "range",     "rank",       "read",     "references", "release",   "rename",       "repeat",   "replace",
    "require",   "return",     "revoke",   "right",      "row",       "row_number",   "rows",     "schema",
    "select",    "set",        "show",     "signal",     "spatial",   "sql",          "starting", "system",
    "table",     "then",       "to",       "trailing",   "trigger",   "true",         "undo",     "union",
    "unique",    "unlock",     "unsigned", "update",     "usage",     "use",          "using",    "values",
    "when",      "where",      "while",    "window",     "with",      "write",        "xor",      "zerofill",
};

const struct ident_rules my_ident = {
    .style = QUOTE_BACKTICK,
    .reserved = reserved,
    .n_reserved = sizeof reserved / sizeof *reserved,
    .backslash_escapes = true,
};

const struct normal_rules my_normal = {.lex = &my_lex, .ident = &my_ident, .infix = my_infix, .strip_charset = true};

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

/* A UNIQUE is an index. */
static const enum kind folds[] = {KIND_UNIQUE, KIND_COUNT};

const struct dialect my_dialect = {
    .engine = ENGINE_MY,
    .name = "mysql",
    .title = "MySQL",
    .schemes = mysql_schemes,
    .minimum_version = 80000, /* DDL is atomic since then */
    .lock_seconds = 2,
    .databases_like = databases_like,
    .database_words = database_words,
    .enters_database = "use",
    .whole_dump = "--databases",
    .drops_index_on_table = true,
    .drops_index_bare = true,
    .exists = exists,
    .lex = &my_lex,
    .ident = &my_ident,
    .normal = &my_normal,
    .classify = &classify_words,
    .driver = &my_driver,
    .state = &my_state,
    .facts = my_facts,
    .types = &my_types,
    .python = &my_python,
    .load = my_load,
    .settle = my_settle,
    .folds = folds,
    .type_normal = my_type_normal,
    .expr_normal = my_expr_normal,
    .default_same = my_default_same,
    .name_fold = my_name_fold,
    .reconcile = my_reconcile,
    .effects = my_effects,
    .reaches_beyond = my_reaches_beyond,
    .name_spaces = my_name_spaces,
    .choose_name = my_choose_name,
    .render = my_render,
    .joins = my_joins,
    .blockers = my_blockers,
    .frees_locks = frees_locks,
    .session_words = &session_words,
    .rows_stay = my_rows_stay,
    .statement_evidence = my_statement_evidence,
    .statement_doubt = my_statement_doubt,
};

const struct dialect my_mariadb_dialect = {
    .engine = ENGINE_MARIA,
    .name = "mariadb",
    .title = "MariaDB",
    .schemes = mariadb_schemes,
    .minimum_version = 100600, /* DDL is atomic since then */
    .lock_seconds = 2,
    .databases_like = databases_like,
    .database_words = database_words,
    .enters_database = "use",
    .whole_dump = "--databases",
    .drops_index_on_table = true,
    .exists = exists,
    .lex = &my_lex,
    .ident = &my_ident,
    .normal = &my_normal,
    .classify = &classify_words,
    .driver = &my_mariadb_driver,
    .state = &my_state,
    .facts = my_facts,
    .types = &my_types,
    .python = &my_mariadb_python,
    .load = my_load,
    .settle = my_settle,
    .folds = folds,
    .type_normal = my_type_normal,
    .expr_normal = my_expr_normal,
    .default_same = my_default_same,
    .name_fold = my_name_fold,
    .reconcile = my_reconcile,
    .effects = my_effects,
    .reaches_beyond = my_reaches_beyond,
    .name_spaces = my_mariadb_name_spaces,
    .choose_name = my_choose_name,
    .render = my_mariadb_render,
    .joins = my_joins,
    .blockers = my_mariadb_blockers,
    .progress = my_mariadb_progress,
    .frees_locks = frees_locks,
    .session_words = &session_words,
    .rows_stay = my_rows_stay,
    .statement_evidence = my_statement_evidence,
    .statement_doubt = my_statement_doubt,
};
