/*
 * SQLite as a dialect: the table of what the other files of this folder do, and the facts about its language.
 */
#include "dialect/sqlite/sqlite.h"

#include "dialect/rows_sql.h"
#include "dialect/sample.h"

const struct lex_rules lite_lex = {
    .backtick_names = true,
    .bracket_names = true,
    .begin_end_bodies = true,
};

/*
 * Keywords that fail unquoted somewhere in the statements that we write.  SQLite takes the rest (key, plan, view ...) as
 * names wherever a name may stand, and everyday columns stay readable.  true and false are no keywords, but
 * mean the values in an expression.
 */
/* clang-format off */
static const char *const lite_reserved[] = {
    "abort", "add", "all", "alter", "analyze", "and", "as", "asc", "attach", "autoincrement", "begin",
    "between", "by", "cascade", "case", "cast", "check", "collate", "column", "commit", "conflict",
    "constraint", "create", "cross", "current_date", "current_time", "current_timestamp", "default",
    "deferrable", "deferred", "delete", "desc", "detach", "distinct", "drop", "else", "end", "escape",
    "except", "exclusive", "exists", "explain", "fail", "false", "for", "foreign", "from", "full",
    "generated", "glob", "group", "having", "if", "ignore", "immediate", "in", "index", "indexed",
    "initially", "inner", "insert", "instead", "intersect", "into", "is", "isnull", "join", "left", "like",
    "limit", "materialized", "natural", "not", "nothing", "notnull", "null", "nulls", "on", "or", "order",
    "outer", "pragma", "primary", "raise", "recursive", "references", "regexp", "reindex", "rename",
    "replace", "restrict", "returning", "right", "rollback", "savepoint", "select", "set", "table",
    "temporary", "then", "to", "transaction", "trigger", "true", "unbounded", "union", "unique", "update",
    "using", "vacuum", "values", "virtual", "when", "where", "with", "without"
};
/* clang-format on */

const struct ident_rules lite_ident = {
    .style = QUOTE_DOUBLE,
    .reserved = lite_reserved,
    .n_reserved = (int)(sizeof lite_reserved / sizeof lite_reserved[0]),
};

const struct normal_rules lite_normal = {
    .lex = &lite_lex,
    .ident = &lite_ident,
    .infix = lite_infix,
    .is_compares = true,
    .fold_names = true,
};

static const struct refusal lite_refusals[] = {{.first = "vacuum"}, {.first = "attach"}, {.first = "detach"}, {0}};

/* Without foreign_keys, which is the runner's own. */
static const char *const lite_refused_pragmas[] = {"journal_mode", "synchronous", "wal_checkpoint", "temp_store", NULL};

static const struct touch_words touches[] = {
    {"create", "temp", TOUCHES_SESSION},  {"create", "temporary", TOUCHES_SESSION}, {"attach", NULL, TOUCHES_SESSION},
    {"detach", NULL, TOUCHES_SESSION},    {"analyze", NULL, TOUCHES_NOTHING},       {"reindex", NULL, TOUCHES_NOTHING},
    {"vacuum", "into", TOUCHES_ANYTHING}, /* the file that it writes may not be there yet */
    {NULL, NULL, TOUCHES_ANYTHING},
};

static const struct classify_rules lite_classify = {
    .touches = touches,
    .lex = &lite_lex,
    .refusals = lite_refusals,
    .refused_pragmas = lite_refused_pragmas,
};

static const char *const lite_schemes[] = {"sqlite", "sqlite3", NULL};

/* There are no codes for it. */
static const char *const exists[] = {"already exists", "duplicate column name", NULL};

static const struct sample_rules sample_rules = {0};
static const struct rows_sql rows_sql = {.literal = "quote(", .literal_end = ")"};

static const char *const read_only[] = {"query_only", NULL};
static const char *const about_last[] = {"changes", NULL};
static const char *const about_session[] = {"last_insert_rowid", "total_changes", NULL};
static const struct session_words session_words = {
    .read_only = read_only,
    .about_last = {.functions = about_last},
    .about_last_hint = "Nothing was run. Write the number itself, or leave out \"-- transaction: none\".",
    .about_session = {.functions = about_session},
};

static const struct offline_words offline_words = {
    .begin = "BEGIN IMMEDIATE",
    .head = "PRAGMA foreign_keys = OFF;\n\n"
            "CREATE TEMP TABLE _dbwarden_keys (was INTEGER, now INTEGER CHECK (now <= was));\n\n"
            "INSERT INTO _dbwarden_keys SELECT count(*), 0 FROM pragma_foreign_key_check",
    .lock = "PRAGMA busy_timeout = @ms",
    .limits_back = "PRAGMA busy_timeout = 0",
    .check = "UPDATE _dbwarden_keys SET now = (SELECT count(*) FROM pragma_foreign_key_check)",
};

const struct dialect lite_dialect = {
    .sample = &sample_rules,
    .rows_sql = &rows_sql,
    .engine = ENGINE_LITE,
    .name = "sqlite",
    .title = "SQLite",
    .usual_name = "main",
    .begin_plain = "BEGIN IMMEDIATE",
    .schemes = lite_schemes,
    .minimum_version = 34001,
    .lock_seconds = 5,
    .transactional_ddl = true,
    .is_file = true,
    .writer_is_alone = "SELECT journal_mode <> 'wal' FROM pragma_journal_mode",
    .create_reads_all = true,
    .exists = exists,
    .python = &lite_python,
    .lex = &lite_lex,
    .ident = &lite_ident,
    .normal = &lite_normal,
    .classify = &lite_classify,
    .types = &lite_types,
    .driver = &lite_driver,
    .state = &lite_state,
    .offline = &offline_words,
    .load = lite_load,
    .settle = lite_settle,
    .type_normal = lite_type_normal,
    .expr_normal = lite_expr_normal,
    .default_same = lite_default_same,
    .name_fold = lite_name_fold,
    .effects = lite_effects,
    .name_spaces = lite_name_spaces,
    .render = lite_render,
    .text_load = lite_text_load,
    .rebuilt = lite_rebuilt,
    .translation = &lite_translation,
    .session_words = &session_words,
};
