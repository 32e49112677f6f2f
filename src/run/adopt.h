/*
 * What somebody made by hand in the database at hand, and the models or schema files describe from now on.  Nothing differs
 * here, but no migration makes it: another database would never get it.  So a file makes it where it is not there.
 */
#ifndef RUN_ADOPT_H
#define RUN_ADOPT_H

#include "diff/plan.h"
#include "run/run.h"

struct adoption {
    struct names statements; /* as the database has it; what differs from the sources is changed after them */
    struct names objects;    /* paths */
    struct names left;       /* paths of what gets another name in the same file, and is not made */
    const char *first;       /* words for a file's name */
};

/* Finds nothing where no migration describes anything yet (that is a baseline), or the engine has no words for it. */
int adoption_plan(struct ctx *ctx, struct session *session, const struct changes *changes, struct adoption *adoption);

#endif
