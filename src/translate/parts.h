/* What the files of this folder share with each other and nobody else. */
#ifndef TRANSLATE_PARTS_H
#define TRANSLATE_PARTS_H

#include "base/map.h"
#include "dialect/translation.h"
#include "translate/translate.h"

/* CREATE TYPE ... AS ENUM, CREATE DOMAIN */
struct made_type {
    const char *name;
    struct names labels;              /* of an enum */
    const char *base;                 /* of a domain: its type here; NULL: an enum, or nothing known */
    const struct translate_type *row; /* likewise */
    const char *fits, *limit;         /* as in struct read_type */
    bool composite;                   /* something else */
};

/* A table that a foreign key names. */
struct reference {
    const char *table;
    const struct sql_piece *piece;
};

struct translator {
    struct ctx *ctx;
    struct arena *mem;
    const struct dialect *source;
    const struct target *target;
    const struct translation *rules;
    struct conn *shadow;  /* the schema as it stands after what was translated, without rows */
    struct tree *tree;    /* of it, settled; NULL: has to be read */
    struct map types;     /* struct made_type *; NULL: dropped */
    struct names schemas; /* of the source, beside its usual ones */
    struct list notes;
    struct list references;         /* struct reference *, of this file */
    struct list left_out, followed; /* struct left_out *: what may have made something; now, and in earlier runs */
    struct map told;                /* what needs to be told only once */
    struct map constants;           /* const char *: literals that were asked about */
    struct map variables, prepared; /* of MySQL's sessions, where what they hold is known */
    struct map documents;           /* "table.column" that holds them: t, or NULL again */
    bool asked_order, orders;       /* of the rows within an aggregate: was the shadow asked, and can it */
    bool following;                 /* only what is remembered counts */
    bool unchecked;                 /* foreign keys, as the session is set */
    int numbered; /* rows whose keys the last INSERT of this file has made, if it was the last to put rows anywhere; 0 */
    /* of the statement at hand */
    const char *path;
    const struct sql_piece *piece;
    const char *with;         /* what stands before the statement; NULL */
    struct list made;         /* struct sql_piece *, of this statement */
    const struct scan *whole; /* its tokens, if it is the one of `whole_of`, */
    const struct sql_piece *whole_of;
    struct list named; /* and the tables of `named_in` that it names: struct object * */
    const struct tree *named_in;
};

/* ---- absent.c: what is named and is not there */
void absent_left_out(struct translator *t); /* the statement at hand, or something of it */
void absent_followed(struct translator *t, const char *path, const struct sql_piece *piece);
/* ERR_SQL, or ERR_UNSUPPORTED where what would have made it was left out. */
int absent(struct translator *t, const char *name, const char *message);
int absent_said(struct translator *t, const char *message);               /* 0: the target says no to something else */
int mistake(struct translator *t, const char *message);                   /* ERR_SQL: the source refuses it too */
int present(struct translator *t, const char *name, const char *message); /* likewise, unless it may be gone there */
int mistaken(struct translator *t, const char *message); /* 0: the target says no, but the source may not */
/* Likewise, where what is named is there and keeps the statement from what it does. */
int depended_on(struct translator *t, const char *name, const char *message);

/* ---- scan.c: code tokens of a statement, with a place in them */
struct scan {
    struct translator *t;
    struct token *token; /* n of them and a TOKEN_END */
    int n;
    int at;
};
void scan_open(struct scan *scan, struct translator *t, const char *text, size_t length);
/* MySQL's words between CREATE and the kind: who defines it (true), as whom it runs, how a view is computed. */
bool scan_drop_clauses(struct scan *scan);
const struct token *scan_peek(const struct scan *scan, int ahead);
bool scan_is(const struct scan *scan, const char *word);
bool scan_are(const struct scan *scan, const char *words); /* several, with single spaces */
bool scan_accept(struct scan *scan, const char *words);
int scan_expect(struct scan *scan, const char *words);
bool scan_at_name(const struct scan *scan);
int scan_name(struct scan *scan, const char **name);
int scan_qualified(struct scan *scan, const char **name); /* without its schema */
int scan_names(struct scan *scan, struct names *names);   /* (a, b) */
int scan_skip_group(struct scan *scan);                   /* from "(" to after its ")" */
int scan_group(struct scan *scan, int *from, int *to);    /* the same; what is inside */
bool scan_at_end(const struct scan *scan);
int scan_end(struct scan *scan);                                     /* ERR_UNSUPPORTED unless it is there */
int scan_fail(struct scan *scan);                                    /* "cannot be read at ..." */
int scan_find(const struct scan *scan, int from, const char *words); /* outside of parentheses; -1 */
const char *scan_text(const struct scan *scan, int from, int to);    /* as it is written */
const char *scan_string(struct scan *scan,
                        const struct token *token); /* the value of a literal; NULL: cannot be told */
const char *name_of(struct translator *t, const struct token *token);

/* ---- text.c: expressions, queries, and whatever else is a run of tokens */
bool translate_names(struct translator *t, const char *text, const char *name); /* does it stand in it, as a name? */
int text_translate(struct scan *scan, int from, int to, const char **text);
int text_add(struct scan *scan, int from, int to, struct buf *out);
void decimals_note(struct translator *t); /* one becomes a text */
/* What a value becomes where a column of that type takes it. */
bool assigned_fits(struct translator *t, const struct translate_argument *row, const char *type, const char *value,
                   const char **text);
int assignment_cast(struct scan *scan, int from, int to, const char *type, const char **text);
void say_name(struct buf *out, const struct translator *t, const char *name);

bool is_syntax(const struct token *token); /* before a parenthesis it is not a function */

/* ---- operand.c: what stands between the operators of arithmetic */
/* After the arithmetic that begins at `at` and has this operator at one of its ends; `at`: there is none. */
int arithmetic_beside(const struct scan *scan, int from, int at, int end, const char *operator);
/* Is one of the operands before and after the operator at `at` of this kind, those before from `from` on? */
bool term_is(const struct scan *scan, int from, int at, int end, enum value_kind kind);
bool type_is(const char *type, enum value_kind kind); /* by its name, there or here */
bool value_is(const struct scan *scan, int from, int to, enum value_kind kind);
struct names choice_labels(struct translator *t, const struct column *column); /* as literals; none: it is no enum's */
const char *choice_place(const struct scan *scan, int from,
                         int to); /* of an enum's column: the place of its label; NULL */
int operand_after(const struct scan *scan, int at,
                  int end); /* the one that begins at `at`, with its sign and casts; `at`: none does */
/* Of that name in the tables of the statement; NULL: none, or of several types. */
const struct column *column_named(const struct scan *scan, const char *name);
bool holds_document(const struct scan *scan,
                    const char *name); /* a column of that name, in the tables of the statement */
/* After "a -> b ->> c" that begins at `at`; `last` is at its last arrow; `at`: there is no arrow. */
int arrows_after(const struct scan *scan, int from, int at, int end, int *last);

/* ---- document.c: JSON */
void document_set(struct translator *t, const char *table, const char *column, bool holds);
bool document_is(struct translator *t, const char *table, const char *column);
bool document_anywhere(struct translator *t, const char *column); /* in a table of any name */
void documents_copy(struct translator *t, const char *from, const char *to);
bool documents_follow(struct scan *statement); /* one that was run before; does it say anything of them? */
/* After the chain of operands and operators of documents that begins at `at`; `last` is at its last operator; `at`: there is none. */
int document_after(const struct scan *scan, int from, int at, int end, int *last);
int document_translate(struct scan *scan, int at, int last, int to, const char **text);

/* ---- compare.c: what a literal is held against */
const char *compared_type(const struct scan *scan, int at); /* as constant_value() takes it; NULL: nothing is known */
bool compares_texts(const struct scan *scan, int at);       /* the literal at `at` with something that is no column */
int comparison_check(const struct scan *scan, int at, int end, int term); /* ERR_UNSUPPORTED: in another way here */

/* ---- constant.c */
const char *type_split(struct arena *mem, const char *type, struct names *arguments); /* VARCHAR(3): its name */
int constant_value(struct translator *t, const char *type, const char *literal, bool stored, const char **text);
int assigned_add(struct scan *scan, int from, int to, const struct column *column, struct buf *out);

/* ---- order.c */
int order_items_add(struct scan *scan, struct buf *out); /* after ORDER BY, to the end of its items */

/* ---- pattern.c */
int pattern_add(struct scan *scan, bool exact, struct buf *out); /* after LIKE, to the end of its pattern */

/* ---- call.c: function calls */
int call_translate(struct scan *scan, const char *name, int open, int close, const char **text);
bool call_known(const struct translator *t, const char *name);
const char *fill_in(struct arena *mem, const char *pattern, const struct names *arguments);

/* ---- type.c */
struct read_type {
    const char *written; /* upper case, as messages show it */
    const char *name;    /* here */
    const char *cast;    /* see struct translate_type */
    unsigned marks;
    bool array;
    bool fallback;       /* it has none here */
    struct names labels; /* of an enum */
    const struct made_type *made;
    const char *fits;  /* the check of what it takes, with $1 for the column; NULL: all that its kind has */
    const char *limit; /* what that check is called after */
    bool is_integer, is_text, sized;
};
int type_read(struct scan *scan, struct read_type *type);
bool type_is_integer(const struct translator *t, const char *name);
void type_tell(struct translator *t, const struct read_type *type);

/* ---- column.c and table.c: CREATE TABLE and what ALTER TABLE shares with it */
struct table_scan {
    struct scan *scan;
    struct object *table;
    struct column *column; /* NULL: at the table itself */
    const char *name;      /* CONSTRAINT name; NULL */
    struct read_type type; /* of the column */
    bool key_said;         /* PRIMARY KEY at the column */
    struct names collated; /* columns that say how they compare */
    bool not_valid;        /* a check that rows which are there need not hold to */
    bool moved;            /* MySQL's AFTER and FIRST */
    const char *follows;   /* of AFTER; NULL */
    struct list indexes;   /* struct object *: KIND_INDEX */
};
int column_read(struct table_scan *ts);
int column_clauses(struct table_scan *ts, const char *name);
int constraint_read(struct table_scan *ts, bool *found);
void table_finish(struct translator *t, struct object *table); /* what a key makes of its columns */
const char *constraint_name(struct translator *t, const struct object *table, enum kind kind,
                            const struct names *columns);
struct object *table_find(struct translator *t, const struct tree *tree, const char *name);
struct column *column_find(const struct object *table, const char *name);
int table_known(struct translator *t, struct tree *tree, const char *name, struct object **table);
int table_create(struct scan *scan);
int table_alter(struct scan *scan);
int column_drop(struct translator *t, const char *table, const char *column); /* with what depends on it */
const struct object *object_named(struct translator *t, const struct tree *tree, enum kind kind, const char *name);
bool exists_already(struct translator *t, const char *name, int *code); /* a table, view or index */
int index_create(struct scan *scan);
int index_parts(struct scan *scan, struct object *index);

/* ---- limit.c: what a type takes, as checks of the column */
void labels_check(struct translator *t, struct object *table, const char *column, const char *type,
                  const struct names *labels);
const char *labels_column(struct translator *t,
                          const struct object *check); /* whose labels it has; NULL: it is no such check */
struct object *labels_check_of(struct translator *t, const struct object *table, const char *column);
const char *labels_name(struct translator *t, const char *column, const char *type);
/* Of the type's name, in upper case, its arguments and whether it has no sign. */
void limit_read(struct translator *t, const char *name, const char *arguments, bool without, struct read_type *type);
void type_checks_add(struct translator *t, struct object *table, const char *column, const struct read_type *type);
bool type_checks_drop(struct translator *t, const struct object *table, const char *column); /* were there any? */
int limit_check(struct translator *t, const struct column *column, const char *literal);
bool is_choice(const char *choices, const char *name); /* is it one of "A|B|C"? */
const char *limit_type(struct translator *t, const struct column *column);
bool type_is_checked(struct translator *t, const struct object *table, const char *column);
struct column *column_copy(struct translator *t, const struct object *column, struct object *table); /* with them */

/* ---- dependant.c: what rests on what is dropped: it goes along, or keeps it (ERR_SQL) */
int relation_settle(struct translator *t, const char *what, const char *name, const struct names *along, bool cascade);
int column_settle(struct translator *t, const char *table, const char *column, bool cascade);
int key_settle(struct translator *t, const char *table, const char *name, const struct object *key, bool cascade);

/* ---- type_made.c: the types that files make */
int type_create(struct scan *scan);
int type_alter(struct scan *scan);
int type_drop(struct scan *scan);
int domain_create(struct scan *scan);

/* ---- block.c */
int block_do(struct scan *scan);
/* From SELECT to `to`: how many there are of what a query asks of the catalog. */
int catalog_count(struct scan *scan, int to, long *count);

/* ---- prepared.c: MySQL's variables and statements in texts */
void variables_follow(struct scan *scan);                                /* SET */
const char *variable_text(struct scan *scan, const struct token *token); /* NULL: it is no variable, or not known */
int prepared_make(struct scan *scan);
int prepared_execute(struct scan *scan);
int prepared_drop(struct scan *scan);

/* ---- follow.c: what goes with rows that are deleted */
int deletes_follow(struct translator *t, const char *table); /* after the DELETE */
/* The UPDATE of a table, and ON UPDATE of the keys that refer to it; `set` are names that it may set. */
/* ERR_UNSUPPORTED where the rows that a REPLACE deletes would take others along. */
int replace_check(struct translator *t, const char *table);
int update_followed(struct translator *t, const char *table, const struct names *set, const char *sql);
int tables_empty(struct translator *t, struct names *tables, bool cascade);

/* ---- rows.c */
int rows_insert(struct scan *scan);
int rows_update(struct scan *scan);
int rows_delete(struct scan *scan);
int rows_truncate(struct scan *scan);
int rows_copy(struct scan *scan);

/* ---- translate.c */
int shadow_tree(struct translator *t, struct tree **tree);        /* settled; to be copied, not changed */
bool orders_aggregates(struct translator *t);                     /* can the target? */
int emit(struct translator *t, const char *sql);                  /* changes the schema */
int emit_rows(struct translator *t, const char *sql);             /* changes rows */
int try_out(struct translator *t, const char *sql);               /* compiled, not run: there are no rows */
int emit_changes(struct translator *t, const struct tree *after); /* from the schema as it stands to this one */
int emit_rebuild(struct translator *t, const struct tree *after); /* likewise, if only the order of columns differs */
int statement_try(struct translator *t);                          /* the one at hand: all of it or nothing */
void note(struct translator *t, enum note_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
void note_once(struct translator *t, enum note_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void reference_note(struct translator *t, const char *table); /* has to be there at the end of the file */

/* ---- shape.c */
const struct translate_shape *shape_find(const struct scan *scan, const struct translate_shape *shapes);
bool shape_fits(const struct scan *scan, const char *words);

#endif
