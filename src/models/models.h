/*
 * SQLAlchemy models as a tree: the reader (reader/, embedded in the program) runs in the project's own Python, writes
 * JSON to a pipe of its own, and import reads it into objects.  The user's prints become debug events.
 */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include "base/json.h"
#include "base/url.h"
#include "dialect/dialect.h"
#include "schema/tree.h"

struct reader_call {
    const char *python;          /* interpreter */
    const char *folder;          /* working folder of the project */
    const char *mode;            /* "config", "edit", "models", "again", "seed", "migration", "revisions" or "xml" */
    const struct json *request;  /* overwritten copies only, so it may hold a URL */
    const struct secret *secret; /* a password that goes beside it; NULL: none */
    double seconds;              /* time limit; 0: the usual one */
};

/* The reader's JSON answer, or its error as ours, with the user's file and line. */
int reader_run(struct ctx *ctx, const struct reader_call *call, struct json **reply);

/*
 * A file in Python: a function of it, in one transaction with the statements of `record`. *ran is false if it does not have that
 * function and need not; then only the record is written. ERR_FAILED with the place in the project where an exception arose: nothing is
 * kept, but for what a statement of MySQL's has committed on its way.
 */
struct program_source {
    const char *python;
    const char *folder; /* of the project */
    const char *path;   /* of the file; absolute */
    const struct url *url;
    const char *what;                /* "seed" or "migration" */
    const char *function;            /* in it */
    int arguments;                   /* that it gets: a connection, and a session where there are two */
    bool optional;                   /* it need not be there */
    const struct batch_step *record; /* statements that belong to it, in its transaction */
    int records;
    bool record_last; /* a statement may commit on its way, so that the record must not be there before the end */
    const struct batch_step *withdraw; /* takes the record away again; NULL: on the way back */
    struct limits limits;
    double seconds; /* 0: any time */
};
int models_program(struct ctx *ctx, const struct program_source *source, bool *ran);

/* The revisions of a project of Alembic or Django in `folder`: ids, needs, and, unless only the graph is wanted, what they do. */
struct revisions_source {
    const char *python;
    const char *tool;
    const char *folder; /* where its configuration is; absolute */
    const char *dialect;
    const struct url *server; /* on which a scratch database may be made; NULL */
    bool graph;
};
/* [{"id", "needs", "path", "title", "up", "down", "python": why, "source"}] and more; ERR_FAILED with the place. */
int models_revisions(struct ctx *ctx, const struct revisions_source *source, struct json **reply);

/* {"name", "line", "attributes", "text", "children"} of the root of a file of XML; ERR_FAILED with the place. */
int models_xml(struct ctx *ctx, const char *python, const char *path, struct json **root);

/* `path` as the user would write it: relative to the working folder if it lies below it. NULL gives NULL. */
const char *path_near(struct ctx *ctx, const char *path);

struct models_source {
    const char *python;
    const char *folder;
    const char *dialect;    /* "postgresql" */
    const char *database;   /* name on the server, which some engines call a schema; NULL unknown */
    const char *name;       /* in the configuration; a bind of that name (Flask-SQLAlchemy) is this database */
    struct names databases; /* all names in the configuration */
    struct names paths;     /* files, folders, modules, "module:Base"; empty: the usual places */
    bool places;            /* where tables are described is asked for */
};

/* What the models say. */
struct models_said {
    struct tree *tree;
    /* The DDL elements that listen to create_all, in the order in which it would come to them: [{"schema", "table" or null,
     * "moment", "definition", "template"}]. */
    const struct json *events;
    const struct json *declared; /* beside the tables: [{"class", "sql", "file", "line"}] */
    const struct json
        *renames; /* what tables, columns and values were called: [{"kind", "schema", "table", "from", "to",
                                    "file", "line"}] */
    const struct json
        *places; /* {"schema.table": [file, line]}, where that is asked for or something is declared; NULL */
};

/* ERR_MODELS with the model's file and line. Warnings of the reader are emitted. */
int models_read(struct ctx *ctx, const struct models_source *source, struct models_said *said);

/*
 * The models once more, in another process and as if it were another day, where a default of `columns` may have been computed
 * at import: [{"literal", "changed"}]. NULL: all of them stand in the project's files, so there was no need.
 */
int models_read_again(struct ctx *ctx, const struct models_source *source, struct json *columns, struct tree **tree);

#endif
