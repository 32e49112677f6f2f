/*
 * Whether ways back lead back: a file is run, undone and run again in a scratch database, and each time the schema is what it was.
 */
#ifndef RUN_PROOF_H
#define RUN_PROOF_H

#include "run/run.h"

enum proof_outcome {
    PROOF_HOLDS,
    PROOF_NONE,         /* the file has no SQL for it, */
    PROOF_IRREVERSIBLE, /* and says why */
    PROOF_DIFFERS,      /* the schema, or rows of it, */
    PROOF_FAILS         /* the server refuses it */
};
const char *proof_outcome_name(enum proof_outcome outcome); /* "holds", "none", ... */

struct proof_file {
    const char *version, *filename;
    enum proof_outcome outcome;
    struct names details; /* what differs, or why not */
    const char *rows;     /* why nothing is known about rows; NULL: they were looked at */
};

struct proof {
    int64_t since;    /* the first version whose way back is tried; 0: the first of all */
    struct list file; /* out: struct proof_file * of those */
};
int proof_faults(const struct proof *proof); /* how many do not hold: they differ or fail */

#endif
