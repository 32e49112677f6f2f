/* A few rows of no meaning in the empty tables of a scratch database, so that what loses rows is noticed. */
#ifndef DIALECT_SAMPLE_H
#define DIALECT_SAMPLE_H

#include "dialect/dialect.h"

/* What an engine needs for it. */
struct sample_rules {
    const char *
        begin; /* from here on nothing happens but that rows come and go: no trigger, no foreign key; NULL: that cannot be had */
    const char *end;
    const char *overriding; /* before VALUES, where counters are given values */
    const char *
        fits; /* a row if $1 is a value of the type that comes after it, as text the second cell; NULL: every text is */
    const char *fits_end;
    const char *empty; /* before the name of a table whose rows go; NULL: DELETE FROM */
};

struct sample {
    struct names table; /* qualified and quoted: those that were empty and have rows now */
    struct names none;  /* paths of those for which none could be made up */
};
/* Up to two rows for each: one with a value in every column, one with NULL wherever that can be. */
int sample_rows(struct ctx *ctx, struct conn *conn, const struct tree *tree, struct sample *sample);
int sample_remove(struct ctx *ctx, struct conn *conn, const struct sample *sample);

#endif
