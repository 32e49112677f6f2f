/*
 * How PostgreSQL spells things: which words cannot be names without quotes, how texts are cut into tokens, and
 * which of the server's own spellings mean the same.  Tables only.
 *
 * Words of the server's keyword list that are reserved (also as function or type names) up to version 18; the
 * ones that are only ever column names may stand bare and are left out.
 */
#include "dialect/postgres/pg.h"

static const char *const pg_reserved[] = {
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "binary", "both",
    "case", "cast", "check", "collate", "collation", "column", "concurrently", "constraint", "create", "cross",
    "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for",
    "foreign", "freeze", "from", "full", "grant", "group", "having", "ilike", "in", "initially", "inner", "intersect",
    "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp",
    "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing", "primary",
    "references", "returning", "right", "select", "session_user", "similar", "some", "symmetric", "system_user", "table",
    "tablesample", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose", "when",
    "where", "window", "with"};

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
    .begin_atomic_bodies = true,
};

const struct normal_rules pg_normal = {
    .lex = &pg_lex,
    .ident = &pg_ident,
    .strip_casts = true,
    .any_array_to_in = true,
    .like_operators = true,
    .fold_names = true,
};
