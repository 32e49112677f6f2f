/* What the files of this folder share that read and write schemas: they know texts and trees, and no connection. */
#ifndef DIALECT_MYSQL_SCHEMA_H
#define DIALECT_MYSQL_SCHEMA_H

#include "dialect/common.h"
#include "dialect/mysql/mysql.h"
#include "dialect/target.h"

extern const struct lex_rules my_lex;
extern const struct ident_rules my_ident;
extern const struct normal_rules my_normal;

/* settle.c: does it say since when, or until when, a row was as it is (MariaDB)? */
bool my_is_row_bound(const struct column *column);

/* types.c */
char *my_type_normal(struct arena *mem, const struct target *target, const char *type);
/*
 * The type as it is written but for its character set and collation, which go there; NULL: it says none. *charset begins as
 * the one of the table, for BINARY; NULL: not known.
 */
const char *my_type_without_charset(struct arena *mem, const char *type, const char **charset, const char **collation);
bool my_type_is_numeric(struct arena *mem, const char *type);
bool my_type_is(struct arena *mem, const char *type, const char *name);            /* without its arguments */
bool my_type_is_of(struct arena *mem, const char *type, const char *const *names); /* one of them; ends with NULL */
extern const struct type_rules my_types;

#define MY_ZERO_TIME "'0000-00-00 00:00:00" /* and further zeros, and the quote */

/* collations.c */
/* Both servers' names for the same: utf8_bin is utf8mb3_bin. */
const char *my_collation_name(struct arena *mem, const char *name);
/* What a character set is sorted by where nothing else is said; NULL: not known. */
const char *my_collation_of(struct arena *mem, const struct target *target, const char *charset);
const char *my_charset_of(struct arena *mem, const char *collation); /* "latin1" of latin1_bin */
const char *my_narrower_charset(struct arena *mem, const struct target *target, const struct column *before,
                                const struct column *after);

/* defaults.c */
char *my_expr_normal(struct arena *mem, const struct target *target, const char *expr);
bool my_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b);

/* settle.c, keys.c, names.c */
void my_settle(struct arena *mem, const struct target *target, struct tree *tree);
void my_settle_keys(struct arena *mem, const struct target *target, struct tree *tree);
/* What the servers call a foreign key or check that was given no name, by its number. */
const char *my_default_name(struct arena *mem, enum engine engine, const struct object *object, int number);
void my_names_follow(struct arena *mem, struct object *object, const char *from);
void my_choose_name(struct arena *mem, const struct changes *changes, struct object *object);
/* Does an index or key begin with the columns of the foreign key, so that the server makes none for it? */
bool my_covers(const struct target *target, const struct object *index, const struct foreign_key *key);
/* The column in whose definition a check of MariaDB stands, which keeps its name when the column gets another; NULL: in none. */
struct object *my_check_column(struct arena *mem, const struct check *check);
int my_cases_fail(struct ctx *ctx, const struct object *a, const struct object *b); /* names that differ only by case */
char *my_name_fold(struct arena *mem, const struct target *target, const char *name);

/* keys.c: the two columns of a period, its begin and its end */
enum { MY_PERIOD_COLUMNS = 2 };
struct names my_period_columns(struct arena *mem, const struct check *period);

/* statistics.c: rows of the catalog as one kind has them */
void my_columns_take(struct arena *mem, const struct rows *all, struct rows *own);
void my_primary_keys_take(struct arena *mem, const struct rows *all, struct rows *own);
void my_indexes_take(struct arena *mem, const struct rows *all, struct rows *own);
void my_index_parts_take(struct arena *mem, const struct rows *all, struct rows *own);

/* partitions.c */
void my_settle_partitions(struct arena *mem, const struct tree *tree); /* before settle_unsaid() */
void my_partitioning_take(struct arena *mem, struct partitioning *partitioning, const char *printed); /* in its place */
struct names my_bound_values(struct arena *mem, const char *bound); /* in one form each */
/* Which is the higher one, where that can be told; else they are equal. */
int my_bound_compare(struct arena *mem, const struct partition *a, const struct partition *b);
/* As the servers want them: those that are carried over from a database stand at the end of what is described. */
struct list my_partitions_sorted(struct arena *mem, const struct partitioning *partitioning);
void my_partition_text(struct buf *out, const struct partition *partition);
/* As after PARTITION BY; before each partition stands the separator. */
void my_partitioning_text(struct buf *out, const struct partitioning *partitioning, const char *separator);

bool my_is_rotated(const struct partitioning *partitioning); /* does the server itself add partitions? */

/* sequences.c: of MariaDB */
void my_sequence_settle(struct arena *mem, const struct target *target, struct sequence *sequence);
int my_sequences_load(struct ctx *ctx, struct conn *conn, const struct tree *tree);

/* repartition.c: partitions that become others together, by one statement. */
enum my_work_way { MY_WORK_ADD, MY_WORK_DROP, MY_WORK_REORGANIZE, MY_WORK_AGAIN };
struct my_work {
    enum my_work_way way;
    struct list from, to; /* struct partition *, of the tree before and of that after it */
};
/* That of a step about a partition; NULL: what is said of the partitioning says it too. */
const struct my_work *my_work_of(struct arena *mem, const struct change *step, bool back);
bool my_scheme_changes(const struct object *partitioning); /* of the tree that comes: is all of it said again? */
bool my_rows_move(struct arena *mem, const struct change *drop, bool back);

/* effects.c */
extern const struct effect_row my_effects[];
extern const char *const my_name_spaces[];
extern const char *const my_mariadb_name_spaces[];

extern const struct since my_since[], my_mariadb_since[], my_tidb_since[], my_tidb_checked_since[]; /* since.c */

/* render.c */
extern const struct render_kind my_render[], my_mariadb_render[];
bool my_joins(unsigned clauses, unsigned clause);

/* scratch.c: does a statement change more than its own database? By its first words, or by what it writes into. */
bool my_is_beyond(const struct token *first, const struct token *second);
bool my_reaches_beyond(const struct sql_piece *statement);

/* reconcile.c */
void my_reconcile(struct arena *mem, const struct target *target, struct changes *changes);

extern const struct python_words my_python, my_mariadb_python; /* python.c */

/* catalog.c */
int my_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree);
int my_show_more(struct ctx *ctx, struct conn *conn, struct tree *tree);         /* show.c */
int my_bodies_load(struct ctx *ctx, struct conn *conn, const struct tree *tree); /* bodies.c */
/* members.c: of the database as it is, where tables and columns have the names from before the renames */
const char *my_lost_rows(struct arena *mem, const struct changes *changes, const struct change *change,
                         const char **what);
int my_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement); /* judge.c */
/* online.c: with the gentlest form of each clause; what of them was joined again is proved in another scratch database. */
int my_online_try(struct ctx *ctx, struct conn *scratch, struct statement_out *statement);
bool my_online_has_joined(const struct judgement *judgement);
int my_online_prove(struct ctx *ctx, struct conn *scratch, struct judgement *judgement);
extern const struct catalog_query my_mysql_queries[], my_mariadb_queries[],
    my_tidb_queries[]; /* parents before children; sql NULL ends them */

extern const char *const my_mysql_unmodelled, *const my_mariadb_unmodelled, *const my_tidb_unmodelled;

#endif
