/*
 * Random schemas: enums, sequences, tables with everything that stands in them, views.
 * The one idea: tables are made first and foreign keys last, each with columns of its own that copy their target's
 * types; so every reference fits, cycles and references to oneself included.
 * Left out: what an offline comparison cannot know (PostgreSQL prints views again), and what needs more than the
 * database (tablespaces).
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

/* Partitioned tables and their partitions limit keys, references and what columns may be: they have mutations of their own. */
bool in_partitioning(const struct object *object)
{
    const struct object *top = object_top(object);
    const struct table *table = (const struct table *)top;
    return top && top->kind == KIND_TABLE &&
           ((table->partition_by.written && !table->engine) || table->partition_bound.written ||
            my_is_partitioned(top));
}

/* Foreign tables have mutations of their own, too. */
struct object *random_of_kind(struct dice *dice, enum kind kind)
{
    struct object *found = NULL;
    int seen = 0;
    for (struct object *object = dice->tree->root; object; object = object_next(dice->tree->root, object))
        if (object->kind == kind && !in_partitioning(object) && !object_is_foreign(object_top(object)) &&
            !dice_below(dice, ++seen))
            found = object;
    return found;
}

/* ---- partitions ---- */

struct object *random_of_partitioning(struct dice *dice, bool partition)
{
    struct object *found = NULL;
    int seen = 0;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        const struct table *table = (const struct table *)o;
        bool fits = o->kind == KIND_TABLE && (partition ? table->partition_bound.written : table->partition_by.written);
        if (fits && !dice_below(dice, ++seen))
            found = o;
    }
    return found;
}

static bool is_bound_taken(const struct dice *dice, const struct object *parent, const char *bound)
{
    const struct ref ref = ref_to(parent);
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        const struct table *table = (const struct table *)o;
        if (o->kind == KIND_TABLE && refs_have(&table->inherits, &ref) &&
            text_equal(table->partition_bound.written, bound))
            return true;
    }
    return false;
}

bool give_bound(struct dice *dice, struct table *table, const struct object *parent)
{
    static const char *const ranges[] = {"FOR VALUES FROM (MINVALUE) TO (2)", "FOR VALUES FROM (2) TO (4)",
                                         "FOR VALUES FROM (4) TO (6)", "DEFAULT"};
    const char *bound = PICK(dice, ranges);
    if (is_bound_taken(dice, parent, bound))
        return false;
    SAY(table, TABLE, partition_bound, written(bound));
    return true;
}

struct object *random_partition(struct dice *dice, const struct object *parent)
{
    struct object *schema = parent->parent;
    struct refs refs = {.item = NEW_ARRAY(dice->mem, struct ref, 1), .n = 1, .room = 1};
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    refs.item[0] = ref_to(parent);
    if (!give_bound(dice, table, parent)) {
        object_remove(&table->object);
        return NULL;
    }
    SAY(table, TABLE, inherits, refs);
    if (dice_chance(dice, 20))
        SAY(table, TABLE, comment, random_comment(dice));
    return &table->object;
}

static struct object *key_of(struct dice *dice, struct object *table, const char *column)
{
    struct primary_key *key =
        (struct primary_key *)object_new(dice->mem, KIND_PRIMARY_KEY, table,
                                         dice_chance(dice, 50) ? random_name_in(dice, KIND_PRIMARY_KEY, table) : NULL);
    SAY(key, PRIMARY_KEY, columns, one_name(dice->mem, column));
    SAY((struct column *)object_child(table, KIND_COLUMN, column), COLUMN, nullable, false);
    return &key->object;
}

/* A unique index would need the partition key, and a check has to hold for partitions too. */
bool random_part_of_partitioned(struct dice *dice, struct object *table)
{
    struct object *object = dice_chance(dice, 50) ? random_index(dice, table) : random_check(dice, table);
    if (object && object->kind == KIND_INDEX) {
        SAY((struct index *)object, INDEX, is_unique, false);
        SAY((struct index *)object, INDEX, nulls_not_distinct, false);
    } else if (object)
        SAY((struct check *)object, CHECK, no_inherit, false);
    return object;
}

/* By an integer, with a few columns, perhaps a key, a check, an index. */
struct object *random_partitioned(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    struct column *column = (struct column *)object_new(dice->mem, KIND_COLUMN, &table->object, "part_of");
    SAY(column, COLUMN, type, "integer");
    SAY(column, COLUMN, nullable, true);
    for (int i = 1 + dice_below(dice, 3); i > 0; i--)
        random_column(dice, &table->object);
    if (dice_chance(dice, 50))
        key_of(dice, &table->object, "part_of");
    SAY(table, TABLE, partition_by, written("RANGE (part_of)"));
    if (dice_chance(dice, 50))
        random_part_of_partitioned(dice, &table->object);
    for (int i = 1 + dice_below(dice, 3); i > 0; i--)
        random_partition(dice, &table->object);
    return &table->object;
}

/* Where the next one goes: names are the same in all of them. */
struct object *random_home(struct dice *dice)
{
    static const char *const others[] = {"app", "two"};
    bool here = dice->engine != ENGINE_PG || dice_chance(dice, 60);
    struct schema *schema = (struct schema *)tree_schema(dice->mem, dice->tree, here ? "" : PICK(dice, others));
    if (!here && !dice->old && dice_chance(dice, 20))
        SAY(schema, SCHEMA, comment, random_comment(dice));
    return &schema->object;
}

/* PostgreSQL prints the name of a type quoted where it must be; a type in a column is compared as text. */
const char *random_type_name(struct dice *dice, enum kind kind, const struct object *schema)
{
    const char *name = random_name_in(dice, kind, schema);
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789")]
               ? arena_printf(dice->mem, "mood%d", ++dice->serial)
               : name;
}

struct object *random_enum(struct dice *dice)
{
    static const char *const labels[] = {"new", "open", "it's", "Done", "wartend", "größer", "two words"};
    struct object *schema = random_home(dice);
    struct enum_type *type =
        (struct enum_type *)object_new(dice->mem, KIND_ENUM, schema, random_type_name(dice, KIND_ENUM, schema));
    struct names names = {0};
    int n = 2 + dice_below(dice, 3);
    for (int i = 0; i < n; i++) {
        const char *label = PICK(dice, labels);
        if (!names_have(&names, label))
            names_add(dice->mem, &names, label);
    }
    SAY(type, ENUM, labels, names);
    if (dice_chance(dice, 20))
        SAY(type, ENUM, comment, random_comment(dice));
    say_some_absences(dice, &type->object);
    return &type->object;
}

struct object *random_sequence(struct dice *dice)
{
    static const char *const integers[] = {"integer", "bigint", "smallint"};
    struct object *schema = random_home(dice);
    struct sequence *sequence =
        (struct sequence *)object_new(dice->mem, KIND_SEQUENCE, schema, random_name_in(dice, KIND_SEQUENCE, schema));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 60))
        SAY(sequence, SEQUENCE, type, PICK(dice, integers));
    if (dice_chance(dice, 40))
        SAY(sequence, SEQUENCE, start, 10 + dice_below(dice, 90));
    if (dice_chance(dice, 40))
        SAY(sequence, SEQUENCE, increment, 1 + dice_below(dice, 5));
    if (dice_chance(dice, 30))
        SAY(sequence, SEQUENCE, min, 1 + dice_below(dice, 9));
    if (object_says(&sequence->object, SEQUENCE_min) && !object_says(&sequence->object, SEQUENCE_start))
        SAY(sequence, SEQUENCE, start, 10);
    if (dice_chance(dice, 30))
        SAY(sequence, SEQUENCE, max, 1000 + dice_below(dice, 100));
    if (dice_chance(dice, 30))
        SAY(sequence, SEQUENCE, cache, 1 + dice_below(dice, 20));
    if (dice_chance(dice, 30))
        SAY(sequence, SEQUENCE, cycle, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 15))
        SAY(sequence, SEQUENCE, unlogged, true);
    if (dice_chance(dice, 20))
        SAY(sequence, SEQUENCE, comment, random_comment(dice));
    say_some_absences(dice, &sequence->object);
    return &sequence->object;
}

bool give_owner(struct dice *dice, struct sequence *sequence)
{
    const struct object *column = random_of_kind(dice, KIND_COLUMN);
    if (!column || !text_equal(object_schema(column), object_schema(&sequence->object)))
        return false;
    SAY(sequence, SEQUENCE, owned_by, ref_to(column));
    return true;
}

static void random_parents(struct dice *dice, struct table *table)
{
    struct refs parents = {.item = NEW_ARRAY(dice->mem, struct ref, 2), .room = 2};
    for (int wanted = dice_chance(dice, 40) ? 2 : 1; wanted > 0; wanted--) {
        const struct object *parent = random_of_kind(dice, KIND_TABLE);
        const struct ref ref = ref_to(parent);
        bool fits =
            parent != &table->object && !refs_have(&parents, &ref) &&
            (!parents.n || !lines_share_names(dice, parent, tree_find_ref(dice->tree, KIND_TABLE, parents.item)));
        if (fits)
            parents.item[parents.n++] = ref;
    }
    if (parents.n)
        SAY(table, TABLE, inherits, parents);
}

static void random_storage(struct dice *dice, struct table *table)
{
    static const char *const options[] = {"autovacuum_enabled=false", "fillfactor=70"};
    struct names chosen = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (dice_chance(dice, 10))
            names_add(dice->mem, &chosen, options[i]);
    if (dice_chance(dice, 20))
        SAY(table, TABLE, comment, random_comment(dice));
    if (dice_chance(dice, 10))
        SAY(table, TABLE, unlogged, true);
    if (!dice->plain && dice_chance(dice, 15))
        SAY(table, TABLE, row_security, true);
    if (!dice->plain && dice_chance(dice, 10))
        SAY(table, TABLE, force_row_security, true);
    if (chosen.n)
        SAY(table, TABLE, options, chosen);
}

static void random_columns(struct dice *dice, struct object *table)
{
    int n = 2 + dice_below(dice, 5);
    for (int i = 0; i < n; i++) {
        struct column *column = random_column(dice, table);
        if (i && dice_chance(dice, 12))
            specialise_column(dice, column);
    }
}

static void random_constraints(struct dice *dice, struct object *table)
{
    struct table *options = (struct table *)table;
    struct object *key = dice_chance(dice, options->without_rowid ? 100 : 85) ? random_primary_key(dice, table) : NULL;
    if (!key && options->without_rowid) /* it cannot be without one */
        SAY(options, TABLE, without_rowid, false);
    if (dice_chance(dice, 35))
        random_unique(dice, table);
    if (dice_chance(dice, 15))
        random_unique(dice, table);
    if (dice_chance(dice, 35))
        random_check(dice, table);
    if (dice_chance(dice, 15))
        random_check(dice, table);
    if (dice_chance(dice, 50))
        random_exclude(dice, table);
}

struct object *random_table(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    if (dice->engine == ENGINE_PG)
        random_storage(dice, table);
    if (speaks_mysql(dice) && dice_chance(dice, 20))
        SAY(table, TABLE, comment, random_comment(dice));
    if (speaks_mysql(dice))
        my_table_settings(dice, table);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 15))
        random_parents(dice, table);
    if (dice->engine == ENGINE_LITE && dice_chance(dice, 12))
        SAY(table, TABLE, strict, true);
    if (dice->engine == ENGINE_LITE && dice_chance(dice, 12))
        SAY(table, TABLE, without_rowid, true);
    random_columns(dice, &table->object);
    random_constraints(dice, &table->object);
    if (dice->engine == ENGINE_MARIA && dice_chance(dice, 12))
        my_random_period(dice, &table->object);
    for (int i = 0; i < table->object.children.n; i++) {
        struct object *child = table->object.children.item[i];
        if (child->kind == KIND_COLUMN)
            say_some_absences(dice, child);
    }
    say_some_absences(dice, &table->object);
    return &table->object;
}

static void random_references(struct dice *dice, struct object *table)
{
    if (dice_chance(dice, 45))
        random_foreign_key(dice, table);
    if (dice_chance(dice, 15))
        random_foreign_key(dice, table);
    while (dice_chance(dice, 45))
        random_index(dice, table);
    if (dice_chance(dice, 12))
        random_trigger(dice, table);
    if (!dice->plain && dice_chance(dice, 12))
        random_rule(dice, table);
    if (!dice->plain && dice_chance(dice, 15))
        random_statistics(dice, table);
    while (dice_chance(dice, 15) && random_policy(dice, table))
        ;
}

static struct kind_set spoken_kinds(enum engine engine)
{
    if (engine == ENGINE_PG)
        return kind_set_of(KIND_SCHEMA, KIND_ENUM, KIND_DOMAIN, KIND_COMPOSITE, KIND_ATTRIBUTE, KIND_SEQUENCE,
                           KIND_TABLE, KIND_COLUMN, KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_EXCLUDE,
                           KIND_FOREIGN_KEY, KIND_INDEX, KIND_INDEX_PART, KIND_VIEW, KIND_TRIGGER, KIND_POLICY,
                           KIND_RULE, KIND_STATISTICS, KIND_FUNCTION, KIND_AGGREGATE, KIND_COLLATION, KIND_RANGE,
                           KIND_BASE, KIND_SHELL, KIND_OPERATOR, KIND_CAST, KIND_FAMILY, KIND_CLASS, KIND_CONVERSION,
                           KIND_LANGUAGE, KIND_TRANSFORM, KIND_METHOD, KIND_WRAPPER, KIND_SERVER, KIND_MAPPING);
    if (engine == ENGINE_CH)
        return kind_set_of(KIND_TABLE, KIND_COLUMN, KIND_CHECK, KIND_INDEX, KIND_INDEX_PART, KIND_PROJECTION, KIND_VIEW,
                           KIND_KEYED);
    if (engine != ENGINE_LITE)
        return kind_set_of(KIND_TABLE, KIND_COLUMN, KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_FOREIGN_KEY,
                           KIND_INDEX, KIND_INDEX_PART, KIND_VIEW, KIND_TRIGGER, KIND_FUNCTION, KIND_EVENT,
                           KIND_PARTITIONING, KIND_PARTITION, engine == ENGINE_MARIA ? KIND_SEQUENCE : KIND_TABLE);
    return kind_set_of(KIND_TABLE, KIND_COLUMN, KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_FOREIGN_KEY, KIND_INDEX,
                       KIND_INDEX_PART, KIND_VIEW, KIND_VIRTUAL_TABLE, KIND_TRIGGER);
}

static void random_dependents(struct dice *dice)
{
    if (dice->engine == ENGINE_LITE && dice_chance(dice, 15))
        random_virtual_table(dice);
    while (dice_chance(dice, 45)) {
        struct view *view = (struct view *)random_view(dice);
        if (view && view->materialized && dice_chance(dice, 60))
            random_index(dice, &view->object);
    }
    struct object *view = dice_chance(dice, 40) ? random_of_kind(dice, KIND_VIEW) : NULL;
    if (view)
        random_trigger(dice, view);
    if (view && dice_chance(dice, 50))
        random_rule(dice, view);
    struct object *sequence =
        dice->engine == ENGINE_PG && dice_chance(dice, 40) ? random_of_kind(dice, KIND_SEQUENCE) : NULL;
    if (sequence)
        give_owner(dice, (struct sequence *)sequence);
}

static void random_before_tables(struct dice *dice)
{
    for (int i = dice_below(dice, 3); i > 0; i--)
        random_enum(dice);
    for (int i = dice_below(dice, 4); i > 1; i--)
        random_domain(dice);
    if (dice_chance(dice, 30))
        random_composite(dice);
    if (!dice->plain && dice_chance(dice, 30))
        random_base(dice);
    if (!dice->plain && dice_chance(dice, 10))
        random_shell(dice);
    if (dice_chance(dice, 25))
        random_sequence(dice);
}

static void random_beside_tables(struct dice *dice)
{
    if (dice_chance(dice, 25))
        random_partitioned(dice);
    while (dice_chance(dice, 35))
        random_function(dice);
    call_in_default(dice);
    while (dice_chance(dice, 30))
        add_defined(dice);
    while (!dice->plain && dice_chance(dice, 25))
        add_wide(dice);
    while (!dice->plain && dice_chance(dice, 20))
        add_foreign(dice);
}

static const struct {
    enum engine engine;
    int version;
} newest[] = {{ENGINE_PG, 150000}, {ENGINE_LITE, 34001}, {ENGINE_MY, 90700}, {ENGINE_MARIA, 101100}};

static void random_beside_tables_of_mysql(struct dice *dice)
{
    while (dice_chance(dice, 50))
        my_random_trigger(dice, random_of_kind(dice, KIND_TABLE));
    while (dice_chance(dice, 35))
        my_random_routine(dice);
    while (dice_chance(dice, 20))
        my_random_event(dice);
    while (dice_chance(dice, 30))
        my_random_partitioned(dice);
    my_triggers_chain(dice);
}

struct tree *random_tree(struct arena *mem, enum engine engine, uint64_t seed, int size)
{
    struct dice dice = {.mem = mem, .tree = tree_new(mem, engine), .engine = engine, .state = seed};
    dice.tree->kinds = spoken_kinds(engine);
    for (size_t i = 0; i < sizeof newest / sizeof *newest; i++)
        if (newest[i].engine == engine)
            dice.tree->version = newest[i].version;
    dice.plain = dice_chance(&dice, 50);
    tree_schema(mem, dice.tree, "");
    if (engine == ENGINE_CH) {
        ch_random_schema(&dice, size);
        return dice.tree;
    }
    if (engine == ENGINE_PG)
        random_before_tables(&dice);
    while (engine == ENGINE_MARIA && dice_chance(&dice, 30))
        random_sequence(&dice);
    struct list tables = {0};
    for (int i = 0; i < size; i++)
        list_add(mem, &tables, random_table(&dice));
    if (engine == ENGINE_PG)
        random_beside_tables(&dice);
    for (int i = 0; i < tables.n; i++)
        random_references(&dice, tables.item[i]);
    if (speaks_mysql(&dice))
        random_beside_tables_of_mysql(&dice);
    random_dependents(&dice);
    return dice.tree;
}
