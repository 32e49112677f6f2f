/* What the rules say of files before they run: which files, what is known of the database, and what their plans know. */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include "diff/plan.h"
#include "lint/lint.h"
#include "run/run.h"

struct check_options {
    const struct names *files;  /* by name or version; NULL or none: those that wait */
    bool all;                   /* applied ones too */
    const struct list *chosen;  /* struct migration *: these, and nothing is looked for; NULL */
    struct migration *pending;  /* the change that no file holds yet, after them; NULL */
    const struct list *hazards; /* struct hazard *: of its plan; NULL */
};

struct check_found {
    struct list findings;    /* struct finding * */
    const struct tree *tree; /* the schema before what was judged; NULL: unknown */
};

/* struct migration *, in order: those that wait, or those that are named. Needs session_folder(). */
int check_choose(struct ctx *ctx, struct session *session, const struct check_options *options, struct list *chosen);
/* Findings of `pending` have no file. Reads the schema where it can. */
int check_files(struct ctx *ctx, struct session *session, const struct check_options *options,
                struct check_found *found);

/*
 * Writes the safe form of what was found into files that wait, where there is one; what has to run in another transaction
 * comes into a new file after all others. `written` gets paths, `left` sentences about what is not touched.
 */
int check_fix(struct ctx *ctx, struct session *session, const struct check_found *found, struct names *written,
              struct names *left);

/* The path of the table, view or the like that an object belongs to, as rules say it: "app.users". */
const char *check_table(struct arena *mem, const struct object *object);

/* ERR_FAILED with the first finding that is worse than `ceiling`, before anything of these files (struct migration *) runs. */
int check_ceiling(struct ctx *ctx, struct session *session, const struct list *files, enum severity ceiling);

#endif
