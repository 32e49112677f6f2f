/*
 * DDL elements that listen to create_all() and drop_all() in the models.  They are statements, not objects: nothing in
 * a database tells whether one was run, so a project remembers which ones its migrations hold.
 */
#ifndef RUN_EVENTS_H
#define RUN_EVENTS_H

#include "diff/diff.h"
#include "run/run.h"

struct ddl_event {
    const char *schema; /* as trees name it; "" */
    const char *table;  /* NULL: of the metadata */
    const char *moment; /* before_create, after_create, before_drop, after_drop */
    const char *definition;
    const char *template; /* the same with the names of its table left open: its identity, so that a rename keeps it */
    bool gone;            /* no longer in the models, and reported: what it made is still ours */
};

/* What a migration has to do about them; texts of SQL, and struct ddl_event * in `known`. */
struct event_plan {
    struct names before; /* the other statements of the upgrade */
    struct names after;
    struct names down_before;
    struct names down_after;
    struct names stays;  /* what the rollback cannot undo */
    struct names tables; /* that it is about, for the file's name */
    struct list known;   /* after the migration */
    bool changed;        /* `known` is not what it was */
};

struct list events_read(struct arena *mem, const struct json *json); /* struct ddl_event *; NULL json: none */
struct json *events_json(struct arena *mem, const struct list *events);

/* What migrations hold so far: written ones if the session looks forward, else applied ones. Needs session_folder(). */
int events_known(struct ctx *ctx, struct session *session, struct list *known);

/* Those of applied files. */
int events_applied(struct ctx *ctx, struct session *session, struct list *known);
/* In the tree after a file that waits: what the elements that come with it make, where their texts say that; what others made is gone. */
void events_carry(struct ctx *ctx, const struct target *target, const struct list *was, const struct list *now,
                  struct tree *tree);
/* Those of written ones, with tables under the names that the desired tree has for them. */
int events_before(struct ctx *ctx, struct session *session, const struct diff_input *input, struct list *known);

/* What is there because of these is not a stranger; of a tree that owned_read() has marked. */
void events_claim(struct ctx *ctx, const struct dialect *dialect, const struct list *events, struct tree *tree);

/* Those that a database was made with, as far as it can tell: of what they make and kinds model, all is there. */
struct list events_run(struct ctx *ctx, const struct target *target, const struct list *events,
                       const struct tree *tree);

struct event_sides {
    const struct list *desired;
    const struct list *known; /* of events_before() */
};

/* What somebody hung on what elements made (grants, settings, indexes), and that goes with it: sentences. */
struct event_losses {
    struct names again; /* another comes in its place */
    struct names gone;
};

/*
 * What is there because of these, an index, a trigger, a constraint that the models do not describe themselves, is copied into
 * the desired tree: so it is neither dropped nor a stranger.  Where its table goes, or elements undo it, it is left to them.
 */
void events_spare(struct ctx *ctx, const struct diff_input *input, const struct event_sides *sides,
                  struct event_losses *losses);

/* Warns of elements that are gone and cannot be undone. */
void events_plan(struct ctx *ctx, const struct target *target, const struct event_sides *sides,
                 const struct changes *changes, struct event_plan *plan);

#endif
