/* One file while it runs: what execute.c, alone.c and replay.c share with each other and nobody else. */
#ifndef RUN_EXECUTION_H
#define RUN_EXECUTION_H

#include "run/parts.h"
#include "run/patience.h"
#include "run/watch.h"

/* A statement that ends within that time after the first signal is let to. */
#define GRACE_SECONDS 5.0

struct statement_time {
    int number; /* from 1 */
    double seconds;
};

struct execution {
    struct ctx *ctx;
    struct session *session;
    struct conn *conn;
    const struct migration *migration;
    bool down;
    const struct split *split;
    const unsigned char *mark;
    int done;       /* statements that were run */
    int kept;       /* of these, how many the journal says are done; fewer within a transaction of the user's own */
    char chain[65]; /* checksum over `done` */
    bool begun;     /* there is a journal row */
    int doubtful;   /* the statement at which an earlier run ended; -1 */
    bool in_doubt;  /* and this one still is: the server may be at it yet, for the run that was interrupted */
    const char *evidence;     /* what the journal says of it; NULL */
    const char *said;         /* what the catalog said before the statement at hand; NULL */
    bool blind;               /* the statement in doubt executes a text that nobody knows any more */
    bool refused;             /* the journal says that the server refused it */
    bool finished;            /* state row and end of the journal are written */
    bool session_changed;     /* by a statement of the file that was run */
    bool settings_reset;      /* by steps of our own: what the file set has to be set again */
    bool sliced;              /* the transaction around all is this file's own */
    bool untied;              /* the statement at hand writes rows that no transaction holds */
    bool in_batches;          /* what the server gets is not the text that stands in the file */
    bool once;                /* the batch at hand may have done something although it failed */
    struct watcher *watcher;  /* of it alone, or of the group that it is in */
    struct patience patience; /* with the batch at hand */
    struct names own;         /* our tables that are written between its statements */
    double started;
    double shown;                   /* when the last statement was done */
    struct statement_time *slowest; /* of those run, by number; NULL: a single one */
    int timed;                      /* how many of them */
    /* of the batch at hand */
    struct batch batch;
    int first;  /* the statement that its steps begin with */
    int offset; /* our own steps before that */
    int count;  /* statements in it */
    int whole;  /* the step that wants the duration; -1 */
};

/* execute.c: of one file that is a whole batch, by itself or with others (group.c). */
int execution_open(struct ctx *ctx, struct session *session, const struct migration *migration, bool down,
                   struct execution *execution);
/* With n statements, and what goes with them: a row before them (`begin`), and after them `chain`, NULL if more follow. */
int execution_fill(struct execution *execution, int first, int n, const char *chain, bool begin);
void execution_explain(struct execution *execution); /* a failure of the batch at hand: where it was, what to do */
void execution_step_done(void *sink, int step);
int execution_take_up(struct execution *execution); /* its batch has failed; run by itself if that may help */

/* execute.c: a batch is begun, filled with statements and with steps of our own, and run. */
void execution_begin_batch(struct execution *execution, int first, int room, bool transaction);
void execution_add(struct execution *execution, struct batch_step step);
int execution_add_statements(struct execution *execution, int first, int n);
void execution_add_done(struct execution *execution, int done,
                        const char *chain); /* as ourselves, not as the file's role */
int execution_run_batch(struct execution *execution);
bool execution_refused(const struct execution *execution, enum err code); /* a statement of the file, by the server */
int execution_begin_alone(struct execution *execution); /* the journal row, before a statement that commits by itself */
void execution_advance(struct execution *execution, int n, const char *chain); /* and the journal says so */
void execution_keep_chain(struct execution *execution, const char *chain);
const char *execution_chain(struct execution *execution, int n); /* over n more statements */
void execution_classify(const struct execution *execution, int i, struct classified *what);

/* slice.c: how many of them are run at once, because they are copied from a large file; all of `limit`, if they are not. */
int slice_length(const struct execution *execution, int first, int limit);
/* Where the text of those is that are to run; of the first, and as far from it as in the file the others. */
int slice_take(const struct execution *execution, int first, int n, const char **text);
/* The next n in one transaction, slice by slice. */
bool execution_is_sliced(const struct execution *execution, int n);
int execution_slices(struct execution *execution, int n, const char *chain);

/* times.c: how long statements took, the slowest ones of a long file; execution_times_end() leaves them with the session. */
void execution_times_open(struct execution *execution);
void execution_timed(struct execution *execution, int number, double seconds);
void execution_times_end(struct execution *execution);

/* patience.c: see patience_wait() */
bool execution_retry(struct execution *execution);
const char *execution_retry_hint(struct execution *execution);

/* alone.c: the next statement by itself, so that an interruption at it can be told from one before and one after. */
int execution_alone(struct execution *execution);
/* The hint where nobody can tell what was done. */
int interrupted_ask(struct ctx *ctx, bool down);
bool execution_outside_only(
    const struct execution *execution); /* the server refused it for the transaction around it */

/* "STATEMENT:SUM:", before what the journal says of it */
const char *execution_evidence_head(const struct execution *execution);

/* batches.c: the next statement in transactions of some rows each; the journal knows up to where they are done. */
int execution_batches(struct execution *execution, const char *chain);
/* copy.c: the next statement in parts, where it is a copy of a whole table that the engine makes so; the same. */
int execution_copy(struct execution *execution, const struct classified *what, const char *chain);
bool batches_begun(const char *evidence); /* of a row of the journal: is some of a statement done? */

/* prepared.c: where the next statement is an EXECUTE whose text is known, what that text is. */
int execution_stands_for(struct execution *execution, struct classified *what);
/* Of a SET that is done: may it be run again, because only the catalog decides it, and only PREPARE uses it from here on? */
bool execution_is_decided(struct execution *execution, int at, const struct names *lost);
void execution_lose(struct execution *execution, int at, struct names *lost);          /* its @variables */
bool execution_is_lost(struct execution *execution, int at, const struct names *lost); /* rests on such a one */
/*
 * What prepares any text in the place of one that is not there again, so that DEALLOCATE finds it; NULL if it is no PREPARE.
 * `needed`: the statement that is still to execute it; -1: none.
 */
const char *execution_prepared_anew(struct execution *execution, int at, int *needed);

/* script.c: a file that is a program. */
int script_run(struct ctx *ctx, struct session *session, const struct migration *migration, bool down);

/* replay.c: the session as the statements done have left it. After an interruption also what is not a setting. */
int execution_replay(struct execution *execution, bool resumed);

#endif
