/*
 * Migration files and their folder (spec: dbwarden-engine.md section 3): names, headers, sections,
 * statements, checksums, order.
 */
#ifndef MIGRATION_MIGRATION_H
#define MIGRATION_MIGRATION_H

#include "base/mapping.h"
#include "dialect/dialect.h"
#include "legacy/legacy.h"
#include "sql/split.h"

/* A file that is a program: run as a whole, by a child process; nothing of it is split. */
enum script { SCRIPT_NONE, SCRIPT_PYTHON, SCRIPT_SHELL, SCRIPTS };
struct script_kind {
    const char *word;   /* "python" */
    const char *title;  /* "Python" */
    const char *suffix; /* ".py" */
};
extern const struct script_kind script_kinds[SCRIPTS]; /* SCRIPT_NONE is SQL */

/* Whose files a folder holds: their names, what in them runs, where it is recorded. */
enum layout { LAYOUT_DBWARDEN, LAYOUT_FASTMIGRATE, LAYOUTS };
extern const char *const layout_names[LAYOUTS];

enum migration_type { MIGRATION_VERSIONED, MIGRATION_RUNS_ALWAYS, MIGRATION_RUNS_ON_CHANGE, MIGRATION_SEED };
const char *migration_type_name(enum migration_type type); /* "versioned", "runs_always", "runs_on_change", "seed" */

/* Header "-- batches: 5000 rows, pause 50ms": each UPDATE and DELETE runs in transactions of so many rows, in key order. */
struct batching {
    int rows; /* 0: the file does not ask for it */
    double pause;
};

struct migration {
    const char *path; /* as messages show it */
    const char *filename;
    const char *journal_name; /* what the journal calls it: names of seeds and of migrations may be alike */
    enum migration_type type;
    const char *version;     /* digits as in the name; NULL for repeatables */
    int64_t number;          /* the version as a number; -1 */
    const char *description; /* as 0.8.2 records it: "0001 users" */
    const char *title;       /* header "-- description:"; NULL */
    const char *adopted;     /* header "-- adopted:": tool and id that it was taken over from; NULL */
    struct names depends_on; /* as written: versions or file stems */
    struct list needs;       /* struct migration *: what they are, as far as they are there */
    struct names squashes;   /* header "-- squashes: [...]": versions that this file stands for, its own the last */
    bool seed;               /* header "-- seed": a migration of rows */
    enum script script;
    bool takes_file;      /* a program, also in Python, that gets the path of the database and no more */
    bool no_transaction;  /* header "-- transaction: none" */
    struct limits limits; /* headers "-- set lock_timeout = 2s", "-- set statement_timeout = ..."; -1: not said */
    struct batching batches;
    struct split up;
    struct split down;
    bool has_down;
    const char *back;           /* of a shell script: the file that undoes it; NULL: there is none */
    const char *irreversible;   /* why there is no SQL below "-- rollback", if the file says so; NULL */
    const char *checksum;       /* 0.8.2's */
    const char *token_checksum; /* of a file that runs: what migration_tokens() gives; else NULL */
    const struct lex_rules *lex;
    const char *text; /* the file */
    size_t length;
    struct mapping *mapping;        /* of a large file, which is not read whole; NULL */
    const struct split *written[2]; /* up and down as the file has them, where they are translated; NULL: they are it */
    const unsigned char *marks[2];  /* of up and down, if somebody has kept what migration_marks() gave; NULL */
    const struct error *up_error;   /* what makes a side unusable; NULL. Of an applied file it does no harm */
    const struct error *down_error;
    struct list up_warnings; /* struct event *, told when the side is used */
    struct list down_warnings;
};

/* Reads and splits one file. ERR_FILE, ERR_LIMIT; what is wrong in its text waits for migration_check(). */
int migration_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration);
/* The same of a text that is not written yet. */
int migration_of_text(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
                      struct migration **migration);
/* A file of SQL under any name: a migration, sections, or neither; then its own BEGIN, if it has one, makes its transactions. */
int migration_of_sql(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
                     struct migration **migration);
/* The journal's checksum, over the tokens of the up side; as dear as reading the file, so asked for only where it counts. */
char *migration_tokens(struct arena *mem, const struct migration *migration);
/* To be called before a side is used: tells its warnings, fails with what was found wrong in it while reading. */
int migration_check(struct ctx *ctx, const struct migration *migration, bool down);
/* Fails as well for BEGIN, COMMIT and ROLLBACK of the user's own; `marks` gets a byte per statement: enum statement_mark. */
enum statement_mark {
    STATEMENT_ALONE = 1, /* refuses a transaction */
    STATEMENT_ENDS_SEGMENT = 2,
    STATEMENT_DATA = 4,
    STATEMENT_CONTROL = 8,
    STATEMENT_SESSION = 16, /* changes the session, and nothing else */
    STATEMENT_OPAQUE = 32,  /* may change the session among other things */
    STATEMENT_BATCHES = 64  /* runs in batches, and so alone */
};
int migration_marks(struct ctx *ctx, const struct dialect *dialect, const struct migration *migration, bool down,
                    const unsigned char **marks);

bool file_name_is_ours(const char *name); /* primary__0001_users.sql */

struct folder {
    const char *path;
    struct names
        squashed; /* names of files that are there although another one stands for them: nothing is done with them */
    struct list versioned; /* struct migration *, by number; depends_on already brought into order */
    struct list always;    /* by name */
    struct list on_change; /* by name */
    struct names ignored;  /* names that look like migrations but are not, for one warning each */
    bool absent;           /* of seeds: none of the places for them is there */
};
/*
 * ERR_FILE if the folder is absent, ERR_STATE for two files of one version; a dependency that is missing or
 * circular becomes the up_error of the file; warns about misnamed files with the name they should have.
 */
int folder_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct folder **folder);
#define FASTMIGRATE_TABLE "_meta"
/* It, to the space; its one row is 1 and the number of the last file that was run. */
#define FASTMIGRATE_META                                                   \
    "CREATE TABLE _meta (\n"                                               \
    "                            id INTEGER PRIMARY KEY CHECK (id = 1),\n" \
    "                            version INTEGER NOT NULL DEFAULT 0\n"     \
    "                        )"
/* The same of fastmigrate's files. ERR_UNSUPPORTED for an adapter, which is Python of the application's. */
int fastmigrate_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct folder **folder);
char *fastmigrate_file(struct arena *mem, int64_t number, const char *slug); /* 0001-slug.sql */
bool fastmigrate_is_like(const struct names *files); /* some of the names in a folder are of such files */
struct migration *folder_version(const struct folder *folder, int64_t number); /* NULL */
bool migration_squashes(const struct migration *migration, int64_t number);    /* that version, or its own */

/*
 * Seeds: the files of these folders, which have to be there, by number; ERR_STATE for two of one version. Names that are nearly those of
 * seeds are warned about.
 */
int seeds_read(struct ctx *ctx, const struct dialect *dialect, const struct names *paths, struct folder **folder);
char *seed_file(struct arena *mem, int64_t number, const char *slug, bool python); /* V0001__slug.sql */

/* "0002" or "2" to a number; ERR_USAGE if it is not a version. */
int version_read(struct ctx *ctx, const char *text, int64_t *number);

/* Names (spec sections 3 and 5). */
char *name_slug(struct arena *mem, const char *description);
char *name_auto(struct arena *mem, const struct list *changes); /* struct legacy_operation * */
int64_t name_next(const struct folder *folder);
char *name_file(struct arena *mem, const char *database, int64_t number, const char *slug); /* db__0001_slug.sql */

#endif
