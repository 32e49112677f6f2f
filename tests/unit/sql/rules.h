/* Rules of the engines as these tests need them; the dialects have their own. Their operators are too many to repeat. */
#ifndef SQL_RULES_H
#define SQL_RULES_H

#include "sql/ident.h"
#include "sql/lex.h"
#include "sql/normal.h"

static const struct lex_rules pg_lex = {.escape_strings = true,
                                        .dollar_quotes = true,
                                        .nested_comments = true,
                                        .begin_atomic_bodies = true,
                                        .client_lines = true};
static const struct lex_rules lite_lex = {.backtick_names = true, .bracket_names = true, .begin_end_bodies = true};
static const struct lex_rules my_lex = {.backslash_escapes = true,
                                        .hash_comments = true,
                                        .dash_needs_space = true,
                                        .backtick_names = true,
                                        .double_quote_strings = true,
                                        .conditional_comments = true,
                                        .delimiter_command = true,
                                        .begin_end_bodies = true};

static const char *const few_reserved[] = {"order", "select", "table", "user"};
static const struct ident_rules pg_ident = {
    .style = QUOTE_DOUBLE, .reserved = few_reserved, .n_reserved = 4, .upper_needs_quotes = true};
static const struct ident_rules lite_ident = {.style = QUOTE_DOUBLE, .reserved = few_reserved, .n_reserved = 4};
static const struct ident_rules my_ident = {
    .style = QUOTE_BACKTICK, .reserved = few_reserved, .n_reserved = 4, .backslash_escapes = true};

extern const struct infix pg_infix[], lite_infix[], my_infix[];

static const struct normal_rules pg_rules = {.lex = &pg_lex,
                                             .ident = &pg_ident,
                                             .infix = pg_infix,
                                             .strip_casts = true,
                                             .any_array_to_in = true,
                                             .like_operators = true,
                                             .fold_names = true};
static const struct normal_rules lite_rules = {
    .lex = &lite_lex, .ident = &lite_ident, .infix = lite_infix, .is_compares = true, .fold_names = true};
static const struct normal_rules my_rules = {
    .lex = &my_lex, .ident = &my_ident, .infix = my_infix, .strip_charset = true};

#endif
