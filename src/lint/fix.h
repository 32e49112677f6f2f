/* The safe form of what a rule speaks of, where one can be written without asking. */
#ifndef LINT_FIX_H
#define LINT_FIX_H

#include "lint/lint.h"

struct fix {
    size_t offset;      /* in the text of the file */
    const char *insert; /* what comes in there */
    const char *later;  /* a statement that has to run in another transaction, after this file; NULL: none */
};

/* False where there is no safe form, or it depends on more than the words. */
bool fix_of(struct arena *mem, const struct dialect *dialect, const struct migration *migration,
            const struct finding *finding, struct fix *fix);

#endif
