/* What the rules say of files before they run: which files, what is known of the database, and what their plans know. */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include "lint/lint.h"
#include "run/run.h"

struct check_options {
    const struct names *files; /* by name or version; NULL or none: those that wait */
    bool all;                  /* applied ones too */
    bool files_none;           /* only what is pending beside files */
    struct migration *pending; /* the change that no file holds yet, after them; NULL */
};

/* struct migration *, in order: those that wait, or those that are named. Needs session_folder(). */
int check_choose(struct ctx *ctx, struct session *session, const struct check_options *options, struct list *chosen);
/* struct finding *. Those of `pending` have no file. Reads the schema where it can. */
int check_files(struct ctx *ctx, struct session *session, const struct check_options *options, struct list *findings);

#endif
