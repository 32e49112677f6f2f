/*
 * Samples in the text format that Prometheus reads: kept by family, read back from the file that the last run left, and
 * written.  Which families there are, and what a run adds to them, is the caller's (metrics.c).
 */
#ifndef COMMAND_EXPOSITION_H
#define COMMAND_EXPOSITION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/map.h"

struct family {
    const char *name;
    const char *type; /* "counter", "gauge", "histogram" */
    const char *help;
};

struct exposition {
    struct arena *mem;
    const struct family *family; /* a NULL name ends them */
    struct map *sample;          /* one map for each: series as it is written -> double */
};

void exposition_open(struct exposition *exposition, struct arena *mem, const struct family *family);
/* False if that is not a text of these families; then nothing of it is taken. */
bool exposition_read(struct exposition *exposition, const char *text);
/* A series' value, 0 if it is new. `ending` is "" or "_sum" ...; `label` has names and values in turn, NULL at the end. */
double *exposition_at(struct exposition *exposition, int family, const char *ending, const char *const *label);
/* Adds every series; both are of the same families, and `from` lives as long as `to`. */
void exposition_add(struct exposition *to, const struct exposition *from);
void exposition_write(const struct exposition *exposition, struct buf *out);

#endif
