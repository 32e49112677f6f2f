/* What the files of this folder share with each other and nobody else. */
#ifndef STATE_PARTS_H
#define STATE_PARTS_H

#include "state/state.h"

#define JOURNAL_TABLE     "_dbwarden_journal"
#define LEGACY_LOCK_TABLE "dbwarden_lock"

struct look {
    bool table;  /* is it there, */
    bool column; /* and has it that column? */
};
int state_look(struct ctx *ctx, struct state *state, const char *table, const char *column, struct look *look);
/* Creates it unless it is there; two runners at once are no failure. */
int state_create(struct ctx *ctx, struct state *state, const char *text, const char *table);
/* Parameters of a statement; a NULL item is SQL NULL. */
struct names *params_of(struct arena *mem, const char *const *item, int n);
#define PARAMS(mem, ...)                                 \
    params_of((mem), (const char *const[]){__VA_ARGS__}, \
              (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))
/* A row that makes no sense, where that decides what runs: ERR_STATE. `file`, `value`: NULL is SQL's. */
int state_damaged(struct ctx *ctx, const char *table, const char *file, const char *column, const char *value);
struct batch_step state_step(const char *sql, const struct names *params);

/* meta.c: what state_prepare() and the like do for files of fastmigrate's. */
int meta_prepare(struct ctx *ctx, struct state *state);
int meta_applied(struct ctx *ctx, struct state *state, struct list *rows);
struct batch_step meta_record(struct ctx *ctx, const struct state *state, const struct migration *migration);
struct batch_step meta_unrecord(struct ctx *ctx, const struct state *state, const struct applied *applied);

/* lease.c. A lease is held until it is released; meanwhile state->conn has its fence. */
struct lease;
int lease_prepare(struct ctx *ctx, struct state *state);                   /* its table and columns */
int lease_try(struct ctx *ctx, struct state *state, struct lease **lease); /* *lease stays NULL if somebody has it */
void lease_release(struct ctx *ctx, struct state *state, struct lease *lease);
int lease_end(struct ctx *ctx, struct state *state,
              bool *live); /* with the session lock: is there one that did not run out? */

const char *state_user(struct arena *mem);
const char *state_host(struct arena *mem);

#endif
