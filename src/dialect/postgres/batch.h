/* What the two ways of sending a part of a batch share. */
#ifndef DIALECT_POSTGRES_BATCH_H
#define DIALECT_POSTGRES_BATCH_H

#include "dialect/postgres/pg.h"

enum { CHUNK_STEPS = 1000, CHUNK_BYTES = 4 << 20, BULK_STEPS = 100 };

/* Steps `first` to `end` - 1 of a transaction, after one another and with one wait. */
struct chunk {
    const char *limits; /* sent after BEGIN; NULL */
    struct ctx *ctx;
    struct pg_conn *conn;
    struct batch *batch;
    int first;
    int end;
};

/* "BEGIN" goes before the first step, "COMMIT" after the last; they are steps -1 and batch->n. */
bool chunk_opens(const struct chunk *chunk);
bool chunk_closes(const struct chunk *chunk);
void chunk_failed(struct chunk *chunk, int step, const PGresult *result);
void chunk_done(struct chunk *chunk, int step);

/* bulk.c: does a long run of plain statements begin at this step? */
bool bulk_begins(const struct batch *batch, int step);
int bulk_run(struct chunk *chunk); /* sets `end` */

/* copy.c: a COPY from or to the client. One that brings its rows (in its text, as the lexer gives them) is run alone. */
bool copy_is(const struct batch_step *step);
int copy_check(struct ctx *ctx, const struct batch_step *step);
int copy_run(struct chunk *chunk); /* sets `end` */
int copy_alone(struct chunk *chunk);

#endif
