/*
 * What the PostgreSQL renderers share.  A renderer makes whole statements of one change; names are qualified with
 * the schema unless it is the default one, and a clause that the server at hand lacks is an error, never a hope.
 */
#ifndef DIALECT_POSTGRES_RENDER_H
#define DIALECT_POSTGRES_RENDER_H

#include "dialect/postgres/pg.h"

/* A buffer that begins with `text`. */
struct buf pg_begin(struct render *render, const char *text);
/* "DROP VIEW ": what somebody made by hand is not in every database that the file is for. */
struct buf pg_begin_drop(struct render *render, const char *text, const struct object *object);
void pg_table(struct buf *out, const struct object *below); /* schema.table of what is below a table or view */
void pg_top(struct buf *out, const struct object *object);  /* schema.name of a top object */
void pg_sibling(struct buf *out, const struct object *below, const char *name); /* schema.name: indexes, sequences */
struct buf pg_alter_top(struct render *render, const struct object *top);       /* "ALTER DOMAIN d " */
struct buf pg_name_on(struct render *render, const struct object *object);      /* "policy ON table" */
void pg_alter_table(struct buf *out, const struct object *below);               /* "ALTER TABLE t " */
/* SET what is new or different, RESET what is gone; `alter` is how the statements begin: "ALTER INDEX i ". */
void pg_options_alter(struct render *render, const char *alter, const struct names *before, const struct names *after);
void pg_tablespace_alter(struct render *render, const char *alter, const char *tablespace); /* NULL: the usual one */
void pg_literal(struct buf *out, const char *text);
void pg_ident_add(struct buf *out, const char *name);
void pg_collation_add(struct buf *out, const char *collation); /* a name, or "schema"."name" as it is spelled */
void pg_wrapped(struct buf *out, const char *expr);            /* in parentheses, if it is not already */
void pg_comment(struct render *render, const char *what, const struct buf *name, const char *comment);
void pg_ref(struct buf *out, const struct ref *ref);
const char *pg_do(struct arena *mem, const char *body); /* guard.c: a DO block, in quotes that do not occur in it */
const char *pg_where(struct arena *mem, const char *condition, const char *sql); /* guard.c: `sql` where that holds */
int pg_rename_top(struct render *render, const struct change *change, const char *what); /* "VIEW" */

bool pg_expr_said(const struct expr *expr);

void pg_choose_name(struct arena *mem, const struct changes *changes, struct object *object); /* see struct dialect */

/* render_index.c: CLUSTER ON and REPLICA IDENTITY, which the table says of an index; `change` NULL: the index is new */
void pg_index_marks(struct render *render, const struct change *change, const struct object *index);
bool pg_has_identity(
    const struct object *top); /* it says by what replication tells rows apart, or an index of it does */
void pg_index_marks_drop(struct render *render, const struct object *index);

/* render_column.c */
void pg_default_text(struct buf *out, const char *expr); /* with parentheses where a definition wants them */
void pg_column_definition(struct render *render, struct buf *out, const struct column *column);
void pg_column_after(struct render *render, const struct object *column); /* statements that follow its creation */
render_fn pg_column_create, pg_column_drop, pg_column_alter, pg_column_rename;

/* counter.c */
struct pg_counter {
    int64_t start;
    int64_t increment;
    int64_t min;
    int64_t max;
    int64_t cache;
    bool cycle;
};
struct pg_counter pg_counter_of_sequence(const struct sequence *sequence);
struct pg_counter pg_counter_of_column(const struct column *column);
/* What the server would choose for one that counts in this direction, between these limits. */
struct pg_counter pg_counter_usual(struct arena *mem, const char *type, const struct pg_counter *counter);
/*
 * A counter that stands outside its new limits is refused, and where it stands only the server knows.  Limits apart from the
 * old ones restart it; else `out` becomes a query that starts it again within both, but only if it has to; false: no need.
 * `sequence`: the sequence as a literal and as a name.
 */
bool pg_counter_apart(const struct pg_counter *counter, const struct pg_counter *before);
bool pg_counter_return(struct buf *out, const char *const *sequence, const struct pg_counter *counter,
                       const struct pg_counter *before);
/* A clause for each option that differs, each with `prefix` before it: " " or " SET ". */
void pg_counter_add(struct buf *out, const char *prefix, const struct pg_counter *counter,
                    const struct pg_counter *other);

/* inherit.c */
/* Nothing of it is the table's own. */
bool pg_only_inherited(struct arena *mem, const struct target *target, const struct object *column);

/* gradual.c */
extern const struct gradual_words pg_gradual;
extern const char pg_batch_key[];

/* render_constraint.c */
void pg_constraint_text(struct buf *out, const struct object *object);
void pg_constraint_after(struct render *render, const struct object *constraint); /* what no CREATE can say */
bool pg_key_comes(const struct object *key);                                      /* one that an index can be for */
bool pg_key_fits(const struct object *key, const struct object *index); /* it goes, and is what the key would build */
void pg_key_take(struct buf *out, const struct object *key, const char *name, const struct object *index);
const char *pg_index_shape(struct arena *mem, const struct index *index); /* all but its name and table */
bool pg_index_is_taken(const struct object *index);         /* a key of the same plan stands on it from then on */
bool pg_comes_after_table(const struct object *constraint); /* its table's CREATE would not make it so */
render_fn pg_constraint_create, pg_constraint_alter, pg_key_alter, pg_constraint_drop, pg_constraint_rename;

/* render_table.c */
render_fn pg_table_create, pg_table_drop, pg_table_alter, pg_table_rename, pg_table_finish;

/* render_partition.c */
/* PARTITION OF says all of its columns. */
bool pg_is_written_as_part(struct arena *mem, const struct target *target, const struct tree *tree,
                           const struct table *partition);
bool pg_is_partitioned(const struct object *table);
/* One of a partition that goes, and one of what it is a part of comes that is the same: the server attaches it to that. */
bool pg_index_is_attached(const struct render *render, const struct object *index);
void pg_keys_attach(struct render *render, const struct object *key); /* the like for a key, which wants keys there */
void pg_partition_of(struct buf *out, const struct table *partition);
const char *pg_partition_bound(const struct table *partition);
void pg_partition_attach(struct render *render, const struct table *partition);
/* `called`: the table under the name that it has by then */
void pg_partition_detach(struct render *render, const struct table *partition, const struct object *called);
void pg_copies_drop(struct render *render, const struct table *partition, const struct object *called);

/* render_index.c */
void pg_index_text(struct buf *out, const struct index *index, bool concurrently);
render_fn pg_index_create, pg_index_drop, pg_index_alter, pg_index_rename;

/* render_enum.c */
bool pg_only_adds(const struct names *before,
                  const struct names *after); /* the old labels are all there, in their order */
render_fn pg_enum_create, pg_enum_alter, pg_label_rename;

/* render_base.c */
bool pg_base_is_another(const struct effect_case *effect); /* it differs in more than ALTER can say */
bool pg_has_parts(const struct object *type);              /* functions that take it, and that it is made of */
bool pg_goes_with_type(const struct object *function);     /* along with one that is made of it */
render_fn pg_promised_create, pg_promised_drop, pg_promised_finish, pg_base_alter;

/* render_composite.c */
render_fn pg_composite_create, pg_composite_alter;
render_fn pg_attribute_create, pg_attribute_drop, pg_attribute_alter, pg_attribute_rename;

/* render_domain.c */
render_fn pg_domain_create, pg_domain_alter;

/* render_type.c */
void pg_type_comment(struct render *render, const struct object *type, const char *comment);
void pg_type_step_aside(struct render *render,
                        const struct object *type); /* for one that is made again under its name */
const char *pg_type_under(struct arena *mem, const struct tree *tree, const char *type); /* a domain's base type */
render_fn pg_type_drop, pg_type_rename, pg_type_finish;

/* render_access.c */
void pg_access(struct render *render, const struct change *step);
render_fn pg_schema_finish;

/* render_policy.c */
render_fn pg_policy_create, pg_policy_drop, pg_policy_alter, pg_policy_rename;

/* render_function.c */
void pg_call(struct buf *out, const struct function *function, const char *name); /* schema.name(integer, text) */
bool pg_is_procedure(const struct function *function);
/* Does CREATE OR REPLACE not do? */
bool pg_function_is_remade(struct arena *mem, const struct function *before, const struct function *after);
bool pg_function_is_bound(const struct function *function); /* its body is kept parsed: BEGIN ATOMIC, RETURN */
render_fn pg_function_rename, pg_function_create, pg_function_drop, pg_function_alter, pg_function_finish;

/* render_statistics.c */
render_fn pg_statistics_create, pg_statistics_drop, pg_statistics_alter, pg_statistics_rename;

/* render_defined.c: kinds that are one statement each */
void pg_defined_name(struct buf *out, const struct object *object); /* schema.total(integer) */
const char *pg_defined_presence(struct arena *mem, const struct object *object,
                                bool there); /* a condition; NULL: none */
void pg_defined_comment(struct render *render, const struct object *object);
render_fn pg_defined_rename, pg_defined_create, pg_defined_drop, pg_defined_alter;

struct buf pg_defined_alter_begin(struct render *render, const struct object *object); /* "ALTER SERVER s" */

/* render_operator.c */
void pg_operator_name(struct buf *out, const struct object *object); /* app.=== (integer, integer) */
bool pg_operator_is_remade(const struct effect_case *effect);        /* can ALTER not do it? */
render_fn pg_operator_create, pg_operator_alter;
render_fn pg_family_create, pg_family_alter;

/* render_search.c: text search */
render_fn pg_dictionary_create, pg_dictionary_alter, pg_configuration_create, pg_configuration_alter;

/* render_wide.c: those of the whole database that can change in place */
render_fn pg_language_alter, pg_event_trigger_create, pg_event_trigger_alter, pg_publication_create,
    pg_publication_alter, pg_server_create, pg_server_alter; /* and wrappers, user mappings */

/* render_foreign.c: options as name=value; `head` is "ALTER SERVER s " */
void pg_foreign_options(struct buf *out, const struct names *options);
void pg_foreign_options_alter(struct render *render, const char *head, const struct names *before,
                              const struct names *after);

/* render_attached.c: triggers and rules */
render_fn pg_attached_rename, pg_attached_create, pg_attached_drop, pg_attached_alter;

/* render_object.c: schemas, sequences */
render_fn pg_extension_create, pg_extension_drop, pg_extension_alter;
render_fn pg_schema_create, pg_schema_drop, pg_schema_alter, pg_schema_rename;
render_fn pg_sequence_create, pg_sequence_drop, pg_sequence_alter, pg_sequence_rename, pg_sequence_finish;
/* A column becomes serial: takes over the sequence that stands under the name that it would get; false: there is none. */
bool pg_sequence_joins(struct render *render, const struct column *column);
bool pg_sequence_leaves(struct render *render, const struct column *column); /* the sequence of its serial stays */

/* render_view.c */
void pg_view_columns_settle(struct arena *mem, struct names *settings); /* each column spelled alike */
bool pg_view_is_remade(const struct effect_case *effect); /* a setting of a column goes that ALTER cannot take back */
render_fn pg_view_create, pg_view_drop, pg_view_alter, pg_view_rename;

#endif
