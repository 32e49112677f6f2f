/*
 * What making and changing random schemas share: the dice, names, types and expressions.  A maker takes the dice and
 * the place and gives an object that the engine accepts there, or NULL if there is nothing to make it of.
 */
#ifndef PROPERTY_RANDOM_H
#define PROPERTY_RANDOM_H

#include "dialect/dialect.h"
#include "generate.h"

struct dice {
    struct arena *mem;
    struct tree *tree;
    const struct tree *old; /* what a mutation began with: its names are handed on; NULL: nothing */
    enum engine engine;
    uint64_t state;
    int serial;          /* of the last name */
    struct list renames; /* struct rename *, decided by a mutation */
    bool plain;          /* nothing that takes an ALTER beside its CREATE: such texts are read in slices */
};

enum family {
    FAMILY_INT,
    FAMILY_NUMBER,
    FAMILY_TEXT,
    FAMILY_BOOL,
    FAMILY_TIME,
    FAMILY_JSON,
    FAMILY_ARRAY,
    FAMILY_RANGE,
    FAMILY_ENUM,
    FAMILY_DOMAIN,
    FAMILY_OTHER
};

enum {
    FAMILY_ORDERED = 1 << FAMILY_INT | 1 << FAMILY_NUMBER | 1 << FAMILY_TEXT | 1 << FAMILY_TIME | 1 << FAMILY_ENUM |
                     1 << FAMILY_DOMAIN
};

/* Both dialects of MySQL's. */
bool speaks_mysql(const struct dice *dice);

/* ---- dice.c ---- */

uint64_t dice_next(struct dice *dice);
int dice_below(struct dice *dice, int n);
bool dice_chance(struct dice *dice, int percent);
#define PICK(dice, array) ((array)[dice_below((dice), (int)(sizeof(array) / sizeof *(array)))])

/* Words for names, some of which must be quoted; no other name of this schema is the same. */
const char *random_name(struct dice *dice);
/* One that is free there, and often that of something elsewhere: what is told apart by its place must not be by its name. */
const char *random_name_in(struct dice *dice, enum kind kind, const struct object *parent);
bool name_is_free(const struct dice *dice, enum kind kind, const struct object *parent, const char *name);
bool lines_share_names(const struct dice *dice, const struct object *a, const struct object *b);
const char *quoted(struct dice *dice, const char *name); /* as it must stand in an expression */
const char *random_comment(struct dice *dice);
struct expr written(const char *text);
struct names one_name(struct arena *mem, const char *name);

/* Any field that is not said and whose absence is the engine's default is sometimes said to be absent. */
void say_some_absences(struct dice *dice, struct object *object);
/* One that has this field on this engine; NULL: there is none. */
struct object *random_with_field(struct dice *dice, const char *name, int *field);
const char *qualified(struct dice *dice, const struct object *object);      /* as it must stand in an expression */
const struct enum_type *enum_of(const struct dice *dice, const char *type); /* NULL: the type is none */

/* ---- types and columns: columns.c ---- */

enum family column_family(const struct dice *dice, const struct column *column);
void random_type(struct dice *dice, struct column *column);
const char *random_default(struct dice *dice, const struct column *column); /* NULL: none fits */
/* A type that values of this one can become without loss, or NULL. */
const char *wider_type(struct dice *dice, const struct column *column);
struct column *random_column(struct dice *dice, struct object *table);
void specialise_column(struct dice *dice, struct column *column); /* into a generated or identity column, perhaps */
/* A column of one of these families (bits), or NULL; `plain`: none that is generated. */
struct column *pick_column(struct dice *dice, const struct object *table, unsigned families, bool plain);
char *random_condition(struct dice *dice, const struct object *table); /* NULL: there is no column for one */

/* ---- what stands in a table: parts.c ---- */

struct object *random_primary_key(struct dice *dice, struct object *table);
bool mark_index(struct dice *dice, struct object *index, const char *mark); /* puts it on, or takes it off */
bool in_partitioning(const struct object *object);
struct object *random_of_partitioning(struct dice *dice, bool partition); /* a partition, or what is partitioned */
bool give_bound(struct dice *dice, struct table *table, const struct object *parent); /* false: it is taken */
struct object *random_partition(struct dice *dice, const struct object *parent);
struct object *random_partitioned(struct dice *dice);
bool random_part_of_partitioned(struct dice *dice, struct object *table); /* an index or a check */
bool is_marked(const struct object *table, const char *mark);
bool may_be_set_null(const struct object *table, const struct names *columns); /* by a foreign key */
struct object *random_unique(struct dice *dice, struct object *table);
struct object *random_check(struct dice *dice, struct object *table);
struct object *random_exclude(struct dice *dice, struct object *table);
struct object *random_foreign_key(struct dice *dice, struct object *table); /* with columns of its own */
struct object *random_index(struct dice *dice, struct object *relation);    /* a table or a materialised view */
bool change_key(struct dice *dice, struct object *key); /* it stays one of the same columns, in another form */

/* ---- who sees which rows, and statistics: guards.c ---- */

struct object *random_policy(struct dice *dice, struct object *table);
struct object *random_statistics(struct dice *dice, struct object *table);
bool change_statistics(struct dice *dice, struct object *statistics);
bool change_policy(struct dice *dice, struct object *policy);

/* ---- what reads others: views.c ---- */

struct object *random_view(struct dice *dice);
struct object *random_virtual_table(struct dice *dice);
struct object *random_trigger(struct dice *dice, struct object *relation); /* a table or a view */
struct object *random_rule(struct dice *dice, struct object *relation);    /* likewise */
bool change_rule(struct dice *dice, struct object *rule);
struct names relation_columns(struct dice *dice, const struct object *relation);
void view_column_change(struct dice *dice, struct view *view); /* what is said of one */
struct names view_options(struct dice *dice, const struct view *view);
bool view_reshape(struct dice *dice, struct view *view); /* one column more, or one less that nothing reads */

/* ---- one statement each: defined.c ---- */

bool add_wide(struct dice *dice); /* wide.c: likewise of those that most databases have few of */
bool drop_wide(struct dice *dice);
bool alter_wide(struct dice *dice);
struct object *random_server(struct dice *dice); /* one that is there, or a new one; NULL: there is no schema for it */
bool add_defined(struct dice *dice);
bool drop_defined(struct dice *dice);
bool alter_defined(struct dice *dice); /* another definition */
const char *random_symbol(struct dice *dice, const struct operation *operation);

/* ---- tables on other servers: foreign.c ---- */

bool add_foreign(struct dice *dice);
bool drop_foreign(struct dice *dice);
bool alter_foreign(struct dice *dice);

/* ---- what is called: functions.c ---- */

struct object *random_function(struct dice *dice);
struct object *random_base(struct dice *dice); /* a base type, with its functions */
struct object *random_shell(struct dice *dice);
bool alter_base(struct dice *dice);
bool function_reshape(struct dice *dice);               /* another body or result */
const char *random_trigger_function(struct dice *dice); /* "f()" */
bool call_in_default(struct dice *dice);

/* ---- what only MySQL and MariaDB have: mysql.c, mysql_change.c ---- */

void my_table_settings(struct dice *dice, struct table *table);
void my_column_settings(struct dice *dice, struct column *column);
bool my_unversion(struct dice *dice, struct column *column);    /* its history is kept no more, or again */
bool my_random_period(struct dice *dice, struct object *table); /* of an application, on MariaDB */
bool my_drop_period(struct dice *dice, struct object *check);
bool my_change_period(struct dice *dice);
bool my_is_of_period(const struct object *column);
bool my_is_shape(const struct column *column);
bool my_is_shape_indexed(const struct column *column);          /* then it has a value in every row */
bool my_is_acted_on(const struct column *column);               /* by a foreign key: then no check may name it */
const char *my_collation_in_force(const struct column *column); /* NULL: the database's */
bool my_special_index(struct dice *dice, struct index *index);  /* full-text, or a prefix of a large value */
void my_part_settings(struct dice *dice, struct index_part *part, const struct column *column);
void my_index_settings(struct dice *dice, struct index *index);
const char *my_plain_query(struct dice *dice); /* NULL: there is no table */
void my_view_settings(struct dice *dice, struct view *view, bool plain);
struct object *my_random_trigger(struct dice *dice, struct object *table);
void my_triggers_chain(struct dice *dice); /* each says which one it follows */
struct object *my_random_routine(struct dice *dice);
struct object *my_random_event(struct dice *dice);
const char *my_random_call(struct dice *dice); /* NULL: there is no function */
bool my_change_trigger(struct dice *dice, struct object *trigger);
bool my_change_routine(struct dice *dice, struct object *routine);
bool my_change_event(struct dice *dice, struct object *event);
bool my_mutation(struct dice *dice);
/* mysql_parts.c */
bool my_is_partitioned(const struct object *table);
struct object *my_random_partitioned(struct dice *dice);
bool my_change_partitioned(struct dice *dice);

/* ---- ClickHouse: clickhouse.c ---- */

void ch_random_schema(struct dice *dice, int size);
bool ch_mutation(struct dice *dice);

/* ---- what depends on what, by the graph: depend.c ---- */

void find_dependents(struct dice *dice); /* builds the graph: object->needed */
/* Takes it out with all that cannot be without it; false, and nothing is changed, if that would take too much. */
bool remove_with_dependents(struct dice *dice, struct object *object);
/* That column and all that foreign keys tie to it, which have one type. */
struct list tied_columns(struct dice *dice, struct column *column);
/* That table and all that must change its logging with it. */
struct list tied_tables(struct dice *dice, struct table *table);
/* Do expressions of others fit it whether it is a text or an enum? */
bool reads_any_type(struct dice *dice, const struct column *column);
/* Tables and columns get other names, in all that names them; noted in dice->renames. */
void rename_some(struct dice *dice);
void renames_tidy(struct dice *dice); /* those of what is no longer there go */

/* ---- domains and composite types: types.c ---- */

struct object *random_domain(struct dice *dice);
bool alter_domain(struct dice *dice);
const struct domain *domain_of(const struct dice *dice, const char *type); /* NULL: it is none */
enum family domain_family(const struct dice *dice, const struct domain *domain);

struct object *random_composite(struct dice *dice);
bool alter_composite(struct dice *dice);
const struct object *composite_of(const struct dice *dice, const char *type); /* NULL: it is none */

/* ---- generate.c ---- */

struct object *random_home(struct dice *dice); /* a schema */
const char *random_type_name(struct dice *dice, enum kind kind, const struct object *schema);

struct object *random_enum(struct dice *dice);
struct object *random_sequence(struct dice *dice);
bool give_owner(struct dice *dice, struct sequence *sequence); /* a column of its schema */
struct object *random_table(struct dice *dice);
struct object *random_of_kind(struct dice *dice, enum kind kind); /* one of the schema's, or NULL */

#endif
