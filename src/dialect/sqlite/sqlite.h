/* What the files of the SQLite dialect share. Nothing outside this folder but dialects.c and its tests includes it. */
#ifndef DIALECT_SQLITE_SQLITE_H
#define DIALECT_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "base/map.h"
#include "dialect/common.h"
#include "dialect/target.h"

extern const struct dialect lite_dialect;
extern const struct driver lite_driver;
extern const struct state_sql lite_state;
extern const struct lex_rules lite_lex;
extern const struct python_words lite_python; /* python.c */
extern const struct ident_rules lite_ident;
extern const struct normal_rules lite_normal;
extern const struct infix lite_infix[]; /* infix.c */
extern const struct render_kind lite_render[KIND_COUNT];

enum { LITE_SETTINGS = 16 };

/* A table as it was before the transaction at hand. */
struct lite_known {
    struct object *table;
    const char *name;
    struct list children;
};

struct lite_conn {
    struct conn conn;
    struct arena *mem; /* its own: a connection outlives operations */
    sqlite3 *db;
    struct ctx *ctx;     /* of the call that is running: for cancelling; NULL between calls */
    double busy_seconds; /* how long to wait for another writer */
    double busy_since;
    double url_seconds;     /* what the URL says of it; -1 */
    double opened_with;     /* the limit for locks */
    double statement_limit; /* seconds; 0: none */
    double statement_since;
    int lock_fd;             /* -1: not held */
    const char *lock_path;   /* NULL: in memory, where nobody else can be */
    struct map *touched;     /* tables that the running batch has written to or changed; NULL outside one */
    bool has_foreign_keys;   /* some table may have a foreign key; meaningful while data_version stands */
    bool schema_replaces;    /* some table resolves a conflict by deleting the other row; as has_foreign_keys */
    bool replaces;           /* so does some statement of the running batch, perhaps */
    struct list known;       /* struct lite_known *, of conn.strangers */
    struct object *remade;   /* a table that is being made again, with its strangers marked; NULL */
    struct names sound;      /* what can be compiled before the transaction at hand (sound.c) */
    struct names belongings; /* texts of indexes and triggers that a rebuild has to make again, beside its file's */
    struct list orphans;     /* of lite_whole_begin(), if it looked: rows that had no parent before */
    bool looked;
    bool enforced;                  /* foreign keys were, before lite_whole_begin() */
    bool legacy;                    /* likewise, PRAGMA legacy_alter_table */
    int64_t data_version;           /* -1: not looked yet */
    int64_t setting[LITE_SETTINGS]; /* those of the session before the file at hand; -1: has no number (reset.c) */
};

/* driver.c: records what SQLite says about its last call; `position` may be NULL. */
int lite_fail(struct lite_conn *lite, struct ctx *ctx, int rc);
int lite_version_number(void); /* of the library at hand: 34001 */
int lite_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
int lite_exec(struct ctx *ctx, struct conn *conn, const char *sql);
const char *lite_code_name(int code); /* "SQLITE_CONSTRAINT_UNIQUE" */
void lite_enter(struct lite_conn *lite, struct ctx *ctx);
int lite_leave(struct lite_conn *lite, int result);

/* open.c */
void lite_own_process(void);
int lite_url_options(struct ctx *ctx, struct names *known);
int lite_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn);
void lite_close(struct conn *conn);
int lite_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits);
void lite_watch(struct lite_conn *lite); /* installs what looks after waiting and long statements */
int lite_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);

/* batch.c and keys.c */
int lite_batch(struct ctx *ctx, struct conn *conn, struct batch *batch);
int lite_whole_begin(struct ctx *ctx, struct conn *conn, bool look);
int lite_whole_commit(struct ctx *ctx, struct conn *conn, bool *again);
void lite_whole_undo(struct ctx *ctx, struct conn *conn);
int lite_step(struct ctx *ctx, struct lite_conn *lite, const struct batch_step *step, long *position);

/* A row that refers to a parent that is not there. */
struct lite_orphan {
    const char *table;
    const char *row; /* rowid; NULL in a table without */
    const char *parent;
    const char *key; /* number of the foreign key within its table */
};
void lite_keys_watch(struct arena *mem, struct lite_conn *lite); /* from here on, `touched` is filled */
void lite_keys_ignore(struct lite_conn *lite);
int lite_keys_note(struct ctx *ctx, struct lite_conn *lite, const struct batch *batch);
int lite_keys_orphans(struct ctx *ctx, struct lite_conn *lite, bool all, struct list *orphans);
int lite_keys_compare(struct ctx *ctx, const struct list *before, const struct list *after);

/* keep.c: around a step; `step` becomes one that loses nothing of conn.strangers */
int lite_keep_before(struct ctx *ctx, struct lite_conn *lite, struct batch_step *step);
int lite_keep_after(struct ctx *ctx, struct lite_conn *lite, const struct batch_step *step);
void lite_keep_begin(struct lite_conn *lite);
void lite_keep_undo(struct lite_conn *lite); /* what was noted since lite_keep_begin() */
const char *lite_rebuilt(struct arena *mem, const struct sql_piece *piece);
#define LITE_REBUILD "_dbwarden_new_" /* and the table's name: what it is called while it is made again */

/* sound.c: around a transaction; nothing without conn.strangers */
int lite_sound_begin(struct ctx *ctx, struct lite_conn *lite);
int lite_sound_check(struct ctx *ctx, struct lite_conn *lite);

/* backup.c */
int lite_backup_save(struct ctx *ctx, struct conn *conn, const char *path);
int lite_backup_load(struct ctx *ctx, struct conn *conn, const char *path);
int lite_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn);

/* reset.c */
int lite_session_save(struct ctx *ctx, struct conn *conn);
int lite_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n);

/* lock.c */
int lite_lock_try(struct ctx *ctx, struct conn *conn, bool *taken);
enum { LITE_LOCK_LINE = 1024 };
void lite_lock_note(struct conn *conn, const char *text);
int lite_lock_said(struct ctx *ctx, struct conn *conn, const char **text);
int lite_lock_release(struct ctx *ctx, struct conn *conn);
int lite_lock_look(struct ctx *ctx, struct conn *conn, bool *held);

/* render.c and rebuild.c */
void lite_table_body(struct buf *out, const struct object *table); /* "(...) STRICT" */
void lite_default_add(struct buf *out, const char *text); /* a literal as it is, everything else in parentheses */
void lite_constraint_add(struct buf *out, const struct object *constraint); /* with its name */
void lite_index_create(struct render *render, const struct object *index);
void lite_index_drop(struct render *render, const struct object *index);
void lite_trigger_create(struct render *render, const struct object *trigger);
void lite_trigger_drop(struct render *render, const struct object *trigger);
int lite_rebuild(struct render *render, const struct change *change);
bool lite_is_beyond(const struct object *object); /* the project's files know nothing of it */
bool lite_names_word(struct arena *mem, const char *text, const char *name); /* as a whole word */
bool lite_is_constant(const char *text);                                     /* a literal; CURRENT_TIMESTAMP is none */
bool lite_adds_inline(const struct foreign_key *key); /* written with ADD COLUMN of its only column */
bool lite_adds_check(const struct check *check, const struct object *column); /* likewise; NULL: of any one */
bool lite_can_add(const struct column *column);

/* catalog.c, settle.c, type.c, effects.c */
int lite_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree);
int lite_text_load(struct ctx *ctx, const struct classified *what, struct tree *tree, struct object **made);
void lite_settle(struct arena *mem, const struct target *target, struct tree *tree);
bool lite_is_rowid(const struct column *column); /* INTEGER PRIMARY KEY: the rowid by another name */
char *lite_type_normal(struct arena *mem, const struct target *target, const char *type);
char *lite_expr_normal(struct arena *mem, const struct target *target, const char *expr);
bool lite_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b);
extern const struct type_rules lite_types;
bool lite_is_numeric(struct arena *mem, const char *type); /* has an affinity that turns '1' into 1 */
char *lite_name_fold(struct arena *mem, const struct target *target, const char *name);
extern const struct translation lite_translation;
extern const struct effect_row lite_effects[];
extern const char *const lite_name_spaces[];

#endif
