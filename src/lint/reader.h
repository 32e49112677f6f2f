/* A statement as an array of its code tokens, and the questions that readers of clauses ask; private to lint/. */
#ifndef LINT_READER_H
#define LINT_READER_H

#include "lint/parts.h"

struct reader {
    struct lint *lint;
    struct arena *mem;
    const struct classify_rules *rules;
    const struct token *token; /* the last one is TOKEN_END */
    int n;                     /* without that */
    int at;
    struct act base;
};

/* Of INSERT with many rows in VALUES only the first tokens are kept. */
void reader_open(struct reader *reader, const struct sql_piece *piece, bool values);
bool reader_is(const struct reader *reader, int at, const char *word);
bool reader_take(struct reader *reader, const char *words); /* "if exists": all of them or none */
const char *reader_name(struct reader *reader);             /* NULL if none stands here */
const char *reader_path(struct reader *reader);             /* "app.users"; NULL */
const char *reader_word(struct reader *reader);             /* whatever stands here, in lower case; "" at the end */
int reader_end(const struct reader *reader);                /* of the clause: where a comma stands, or the end */
int reader_close(const struct reader *reader, int open);    /* the parenthesis that closes that one, or the end */
/* Where that word stands outside of parentheses in [from, to); -1. */
int reader_find(const struct reader *reader, int from, int to, const char *word);
const char *reader_source(const struct reader *reader, int from, int to); /* in one line; NULL if there is none */
struct act *reader_add(struct reader *reader, enum act_kind kind, int at);
/* The list that opens here: names of columns, NULL for what is more than a name. */
struct names reader_keys(struct reader *reader);

/* read_table.c: what stands after CREATE TABLE and ALTER TABLE. */
void table_created(struct reader *reader, unsigned marks);
void table_altered(struct reader *reader);
/* A constraint with its name, if one stands here; false if none does. */
bool table_constraint(struct reader *reader, int end, unsigned marks);

/* block.c: a DO block's statements, each with acts of its own; false, and none: nothing in it could be read. */
bool block_read(const struct reader *statement);

#endif
