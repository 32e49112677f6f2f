/*
 * Migrations as other tools keep them: one table of formats.  A format says how its folder is recognised, reads its files into
 * an ordered list, says how its history is asked, and how files and history are written back.
 * Not here: running anything (run/takeover.c, run/leaving.c), and projects whose migrations are code (run/alembic.c).
 */
#ifndef MIGRATION_FORMAT_H
#define MIGRATION_FORMAT_H

#include "base/file.h"
#include "migration/migration.h"

/* A migration of another tool. */
struct foreign {
    const char *id;       /* as its history has it */
    const char *path;     /* of its file, for messages */
    const char *title;    /* the words of its name */
    const char *up;       /* SQL; of one that stays Python what is known of it; NULL: nothing */
    const char *down;     /* NULL: there is none */
    const char *checksum; /* as the tool's history has it; NULL: it keeps none */
    bool no_transaction;
    const char *source;      /* of one that stays Python: the text of its file; NULL */
    const char *why;         /* it does */
    const char *no_way_back; /* why it cannot be undone, where that is known; NULL */
    const char *only_run;    /* why nobody but the tool can run it; NULL */
    struct names needs;      /* ids of others, where the order alone does not say them */
    bool applied;            /* by the history */
};

/* What the tool's history says. */
enum history {
    HISTORY_NONE, /* it keeps none */
    HISTORY_ROWS, /* a row for each; a later row about the same one counts */
    HISTORY_EACH, /* the same in a graph: each needs only those that it names */
    HISTORY_LAST, /* the last one stands for all up to it */
    HISTORY_HEADS /* those that no other needs; they stand for all that they need */
};

/* One of ours, to be written for the tool. */
struct ejected {
    const struct migration *migration;
    const char *id;     /* as its history is to have it */
    const char *number; /* the same as the file's name has it */
    const char *slug;
    const char *checksum; /* filled by write(); NULL: none */
    const char *script;   /* likewise: the name of the file */
    struct names parents; /* ids of those that it comes after, in a graph */
    bool alone;           /* something in it refuses a transaction */
    const char *folder;   /* the tool's */
    const char *home;     /* of format_reading */
};

struct format_reading {
    struct ctx *ctx;
    const char *folder;
    const struct dialect *dialect;
    int (*tree)(struct ctx *ctx, void *sink, const char *path, struct json **root); /* reads XML */
    void *sink;
    bool names_only;      /* nobody asks what is in them */
    struct names names;   /* in the folder */
    struct list *foreign; /* struct foreign *, in order */
    const char *home;     /* out: the file, or the folder with "/", that says where new ones go; NULL */
};

struct format {
    const char *name;                                 /* "goose" */
    const char *title;                                /* for messages */
    const char *const *folders;                       /* where its files usually are; NULL-terminated */
    const char *mark;                                 /* a file by which the folder is known, below it; NULL */
    bool (*owns)(const char *name, const char *text); /* is it a file of this tool? `text` is "" of what is not SQL */
    int (*read)(struct format_reading *reading);      /* NULL: its files are code (run/alembic.c) */
    enum history history;
    const char *schema;        /* in which that is, where an engine has schemas; NULL: the usual one */
    const char *table;         /* of its history */
    const char *const *tables; /* that it has beside this one; NULL */
    const char *
        query; /* id, 1 if it is applied, 1 if it failed, checksum, further parts of the id; in the order of the events */
    const char *create; /* the table, where it is the same on every engine; NULL: the tool has to make it */
    const char *insert; /* @id, @part1, @part2 ..., @title, @script, @checksum, @uuid and @rank are literals */
    const char *remove;
    int digits; /* of a number that it would give */
    bool bare;  /* its history has numbers without leading zeros */
    int (*write)(struct ctx *ctx, struct ejected *ejected, struct list *files); /* struct file_new * */
};
extern const struct format *const format_table[]; /* NULL-terminated */

/* ERR_USAGE if there is none of that name. */
int format_find(struct ctx *ctx, const char *name, const struct format **format);
/*
 * Whose files are in `folder`, or, if that is NULL, in one of the usual folders below `root`; *format may be given.
 * ERR_FILE: nobody's that is known; ERR_USAGE: those of several.
 */
int format_recognise(struct ctx *ctx, const char *root, const char **folder, const struct format **format);
int format_owns(struct ctx *ctx, const struct format *format, const char *folder, bool *owned); /* any file there */
int format_owns_file(struct ctx *ctx, const struct format *format, const char *path, bool *owned);
/* ERR_STATE for two files of one id. */
int format_read(struct format_reading *reading, const struct format *format);

/* An id of several parts is "part::part". */
char *id_of_cells(struct arena *mem, const struct rows *rows, const char **cell);
/* Does the history mean `id` by `said`, which may name its file from a folder above? *before is what it says more. */
bool id_is_said(const char *id, const char *said, size_t *before);

/* The file of ours that holds it; `depends_on` are versions. */
char *foreign_text(struct arena *mem, const struct format *format, const struct foreign *foreign,
                   const struct names *depends_on);
/* The same of one that stays Python. */
char *foreign_program(struct arena *mem, const struct format *format, const struct foreign *foreign,
                      const struct names *depends_on);
/* ERR_UNSUPPORTED if `text`, which holds it, would be read as something else. */
int foreign_check(struct ctx *ctx, const struct dialect *dialect, const struct foreign *foreign, const char *path,
                  const char *text);
bool cell_says_yes(const char *cell); /* 1, t or true; may be NULL */
/* What the header "adopted" of a file says of a format; NULL: nothing. */
const char *adopted_id(const struct migration *migration, const struct format *format);

#endif
