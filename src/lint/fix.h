/* The safe form of what a rule speaks of, where one can be written without asking. */
#ifndef LINT_FIX_H
#define LINT_FIX_H

#include "lint/lint.h"

struct edit {
    size_t offset, removes; /* bytes of the file's text */
    const char *insert;     /* what comes in there instead */
};

struct fix {
    struct edit edit[2];
    int n;
    const char *later; /* statements that have to run in another transaction, after this file; NULL: none */
    const char *undo;  /* and what undoes them */
};

/* False where there is no safe form, or where it depends on what nobody knows here. */
bool fix_of(struct arena *mem, const struct lint_input *input, const struct migration *migration,
            const struct finding *finding, struct fix *fix);

#endif
