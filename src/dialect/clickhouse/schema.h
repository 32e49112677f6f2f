/* What the files of this folder share that read and write schemas: they know texts and trees, and no connection. */
#ifndef DIALECT_CLICKHOUSE_SCHEMA_H
#define DIALECT_CLICKHOUSE_SCHEMA_H

#include "dialect/clickhouse/clickhouse.h"
#include "dialect/common.h"
#include "dialect/target.h"

/* Before the name of a table that is made again: the new one until it takes the name, and the old one from then on. */
#define CH_NEW "_dbwarden_new_"
#define CH_OLD "_dbwarden_old_"

extern const struct lex_rules ch_lex;
extern const struct ident_rules ch_ident;
extern const struct normal_rules ch_normal;

/* types.c */
char *ch_type_normal(struct arena *mem, const struct target *target, const char *type);
/* "String" of Nullable(String), for "Nullable"; NULL: it is none. */
const char *ch_type_inside(struct arena *mem, const char *type, const char *outer);
bool ch_type_widens(struct arena *mem, const char *from, const char *to); /* does it hold all values, and more? */
bool ch_type_is_nullable(const char *type);                               /* as ch_type_normal() spells it; NULL: no */
bool ch_type_is_text(const char *type);                                   /* String or FixedString */
extern const struct type_rules ch_types;

/* settle.c */
char *ch_expr_normal(struct arena *mem, const struct target *target, const char *expr);
void ch_settle(struct arena *mem, const struct target *target, struct tree *tree);
void ch_reconcile(struct arena *mem, const struct target *target, struct changes *changes);
bool ch_has_secret(const char *text); /* that the server does not tell */
bool ch_is_merge_tree(const struct table *table);
bool ch_keeps_rows(const char *engine); /* of its own, for anybody to copy */

extern const struct python_words ch_python; /* python.c */

/* effects.c */
extern const struct effect_row ch_effects[];
extern const char *const ch_name_spaces[];
extern const struct since ch_since[]; /* since.c */

extern const struct render_kind ch_render[];                                   /* render.c */
const char *ch_rebuild_hazard(struct arena *mem, const struct change *change); /* render_rebuild.c */
bool ch_joins(unsigned clauses, unsigned clause);

const char *ch_on_every_server(struct arena *mem, const char *sql, const char *cluster); /* on_cluster.c */

/* catalog.c, judge.c */
int ch_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree);
int ch_text_load(struct ctx *ctx, const struct classified *what, struct tree *tree, struct object **made);
void ch_text_complete(struct ctx *ctx, const struct classified *statement, struct tree *tree);
int ch_facts(struct ctx *ctx, struct conn *conn, struct facts *facts);
int ch_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement);
/* lost.c */
const char *ch_lost_rows(struct arena *mem, const struct changes *changes, const struct change *change,
                         const char **what);

/* scratch.c: does a statement change more than its own database? */
bool ch_reaches_beyond(const struct sql_piece *statement);

#endif
