/*
 * An expression as a tree of terms, only as fine as is needed to print it canonically: what a cast stands on, and
 * what is in AND, OR and lists.  Everything else is text already.
 */
#ifndef SQL_TERM_H
#define SQL_TERM_H

#include "base/list.h"
#include "sql/normal.h"

enum term_kind {
    TERM_NUMBER,
    TERM_STRING, /* text is a plain '...' literal, without escapes */
    TERM_NAME,
    TERM_NULL,
    TERM_CAST,  /* inner, type */
    TERM_ARRAY, /* items */
    TERM_ROW,   /* items */
    TERM_AND,   /* items, none of which is an AND */
    TERM_OR,
    TERM_OTHER
};

struct term {
    enum term_kind kind;
    const char *text;
    bool compound; /* needs parentheses as an operand */
    bool textual;  /* surely of a string type */
    struct term *inner;
    const char *type;
    struct list items; /* struct term * */
};

struct term *term_new(struct arena *mem, enum term_kind kind, const char *text);
struct term *term_compound(struct arena *mem, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *term_text(struct arena *mem, const struct term *term);
const char *term_operand(struct arena *mem, const struct term *term); /* in parentheses if it needs them */
const char *term_list(struct arena *mem, const struct list *items);   /* a, b, c */
struct term *term_join(struct arena *mem, enum term_kind kind, struct term *left, struct term *right); /* AND, OR */

/* Reads all of the tokens as one expression; NULL if it holds anything not known here. */
struct term *term_parse(struct arena *mem, const struct normal_rules *rules, const char *text, size_t length);

/* PostgreSQL's casts: term_cast.c. */

/* Where a term stands decides which casts on it were only added by the server. */
enum place {
    PLACE_WHOLE,    /* it is the whole expression */
    PLACE_COMPARED, /* an operand of a comparison */
    PLACE_TEXT,     /* what takes strings only */
    PLACE_OPERAND,  /* of an operator or function */
    PLACE_EXACT     /* arithmetic: its type decides the result */
};

char *type_spelling(struct arena *mem, const char *name); /* int4 is integer; NULL if it is not a type of the server */
struct term *term_cast(struct arena *mem, struct term *inner, const char *type);
struct term *term_settle(struct term *term, enum place place);
bool term_is_text_function(const char *name);
/* An operand of "=", "<>" or IN, given all that it is compared with: (status)::text = 'a' is status = 'a'. */
struct term *term_settle_equal(struct term *term, const struct list *others);

#endif
