/* The only code that quotes: names as identifiers, texts as literals, per engine. */
#ifndef SQL_IDENT_H
#define SQL_IDENT_H

#include "base/buf.h"
#include "base/list.h"

enum quote_style { QUOTE_DOUBLE, QUOTE_BACKTICK };

struct ident_rules {
    enum quote_style style;
    const char *const *reserved; /* lower case, sorted; words that need quoting */
    int n_reserved;
    bool upper_needs_quotes; /* unquoted names fold to lower case: PostgreSQL */
    bool backslash_escapes;  /* in literals */
    bool names_escape;       /* in quoted names too: ClickHouse */
};

void ident_add(struct buf *out, const struct ident_rules *rules, const char *name); /* quoted only where needed */
void ident_add_names(struct buf *out, const struct ident_rules *rules, const struct names *names); /* a, b, c */
void ident_add_qualified(struct buf *out, const struct ident_rules *rules, const char *schema, const char *name);
void literal_add(struct buf *out, const struct ident_rules *rules, const char *text); /* 'it''s' */
char *ident_text(struct arena *mem, const struct ident_rules *rules, const char *name);

#endif
