/*
 * A project of another tool becomes one of ours, with its history, and goes back.  Everything is tried first: the files are
 * converted beside the project, run in a scratch database, and what they lead to is compared with the live one at its version.
 */
#ifndef RUN_TAKEOVER_H
#define RUN_TAKEOVER_H

#include "migration/format.h"
#include "run/run.h"

/* Where files of a tool are read from. */
struct foreign_source {
    const struct format *format; /* out: with the names that its history has here */
    const char *folder;
    const struct url *server; /* that may be asked what code does; NULL */
    bool graph;               /* only which files there are, not what is in them */
    const char *written;      /* out: where new files go, if not into that folder; NULL */
    const char *home;         /* out: as in format_reading */
};
/* alembic.c: whatever they are written in. */
int foreign_read(struct ctx *ctx, const struct session *session, struct foreign_source *source, struct list *foreign);

struct takeover {
    struct session *session;
    struct database_config *database; /* of the session; its folder is another one for a while */
    const struct format *format;
    const char *folder;       /* the tool's */
    const struct url *server; /* for scratch databases; NULL */
    const char *up_to;        /* the last file that has run, for those without a history; NULL */
    bool dry_run;
    bool as_it_stands;        /* one file out of the live schema, in place of all that has run */
    bool force;               /* differences are told and no more */
    struct list foreign;      /* out: struct foreign * */
    struct names files;       /* out: their new names */
    const char *target;       /* out: where these are */
    int applied;              /* out: how many of them are recorded as applied */
    bool there;               /* out: the files were converted before, for another database */
    struct names differences; /* out: of the live schema from what the files lead to */
};

/* ERR_STATE where history, files and database contradict each other. After a failure everything is as it was. */
int takeover_run(struct ctx *ctx, struct takeover *takeover);

int history_there(struct ctx *ctx, struct session *session, const struct format *format, bool *exists);
/* takeover_history.c: marks those that the tool's history says are applied. */
int history_read(struct ctx *ctx, struct takeover *takeover);

struct leaving {
    struct session *session;
    const struct format *format;
    const char *folder;
    bool dry_run;
    bool drop;              /* our own tables, in the end */
    struct names written;   /* out: files */
    int kept;               /* out: files that the tool has already */
    struct names recorded;  /* out: ids that its history got */
    struct names forgotten; /* out: and lost */
};
/* Files for the tool, and its history as ours is. ERR_UNSUPPORTED where it has no words for something. */
int leaving_run(struct ctx *ctx, struct leaving *leaving);

#endif
