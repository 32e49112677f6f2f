/*
 * Partitioned tables of MySQL and MariaDB, and random changes of them.  Keys, references and renames that partitions would
 * refuse are left out, so these tables have mutations of their own.
 */
#include "base/text.h"
#include "random.h"

#define PART_COLUMN "part_of"

struct method {
    const char *name, *expr;
    enum shape { RANGES, LISTS, COUNTED, TIMES } shape;
};

static const struct method methods[] = {
    {"RANGE", "`part_of`", RANGES},        {"RANGE", "`part_of` * 2", RANGES}, {"RANGE COLUMNS", "part_of", RANGES},
    {"LIST", "`part_of`", LISTS},          {"LIST COLUMNS", "part_of", LISTS}, {"HASH", "`part_of`", COUNTED},
    {"LINEAR HASH", "`part_of`", COUNTED}, {"HASH", "`part_of` + 1", COUNTED}, {"KEY", "part_of", COUNTED},
    {"LINEAR KEY", "part_of", COUNTED},
};

static const struct method by_time = {"SYSTEM_TIME", NULL, TIMES};

static const struct method *method_of(const struct partitioning *partitioning)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (text_equal(methods[i].name, partitioning->method))
            return &methods[i];
    return &by_time;
}

bool my_is_partitioned(const struct object *table)
{
    return table && object_only(table, KIND_PARTITIONING);
}

static struct partitioning *random_partitioning(struct dice *dice)
{
    struct partitioning *found = NULL;
    int seen = 0;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (o->kind == KIND_PARTITIONING && !dice_below(dice, ++seen))
            found = (struct partitioning *)o;
    return found;
}

/* ---- partitions ---- */

static void partition_make(struct dice *dice, struct partitioning *partitioning, const char *name, const char *bound)
{
    struct partition *partition =
        (struct partition *)object_new(dice->mem, KIND_PARTITION, &partitioning->object, name);
    SAY(partition, PARTITION, bound, written(bound));
    if (dice_chance(dice, 10))
        SAY(partition, PARTITION, comment, random_comment(dice));
    if (dice_chance(dice, 10))
        SAY(partition, PARTITION, settings, one_name(dice->mem, "MAX_ROWS = 1000"));
}

/* All of them have names of their own, or none. */
static void subpartitions_name(struct dice *dice, const struct partitioning *partitioning)
{
    bool named = partitioning->sub_number && dice_chance(dice, 30);
    for (int i = 0; named && i < partitioning->object.children.n; i++) {
        struct names names = {0};
        for (int64_t k = 0; k < partitioning->sub_number; k++)
            names_add(dice->mem, &names, random_name(dice));
        SAY((struct partition *)partitioning->object.children.item[i], PARTITION, subpartitions, names);
    }
}

/* Called by their end, so that those of two rolls are often the same; or by any name. */
static const char *partition_name(struct dice *dice, const char *stem, int number)
{
    return dice_chance(dice, 85) ? arena_printf(dice->mem, "%s%d", stem, number) : random_name(dice);
}

static void ranges_roll(struct dice *dice, struct partitioning *partitioning)
{
    enum { LAST = 6 };
    bool most = dice_chance(dice, 60);
    for (int i = 1; i <= LAST; i++)
        if (dice_chance(dice, 50) || (i == LAST && !most && !partitioning->object.children.n))
            partition_make(dice, partitioning, partition_name(dice, "p", 2 * i), arena_printf(dice->mem, "%d", 2 * i));
    if (most)
        partition_make(dice, partitioning, partition_name(dice, "most", 0), "MAXVALUE");
}

/* Which partition each value is in, or none. */
static void lists_roll(struct dice *dice, struct partitioning *partitioning)
{
    enum { VALUES = 9, LISTS_MOST = 3 };
    struct buf lists[LISTS_MOST];
    bool rest = dice->engine == ENGINE_MARIA && dice_chance(dice, 40);
    for (int i = 0; i < LISTS_MOST; i++)
        buf_init(&lists[i], dice->mem);
    for (int value = 1; value <= VALUES; value++) {
        int at = dice_chance(dice, 70) ? value % LISTS_MOST : dice_below(dice, LISTS_MOST + 1);
        if (at < LISTS_MOST)
            buf_addf(&lists[at], "%s%d", lists[at].len ? ", " : "", value);
    }
    for (int i = 0; i < LISTS_MOST; i++)
        if (lists[i].len && (i == 0 || dice_chance(dice, 70)))
            partition_make(dice, partitioning, partition_name(dice, "list", i), lists[i].data);
    if (rest || !partitioning->object.children.n)
        partition_make(dice, partitioning, partition_name(dice, "rest", 0), rest ? "DEFAULT" : "1");
}

/* When the next one begins: without that there is one of history alone. */
static void times_roll(struct dice *dice, struct partitioning *partitioning)
{
    static const char *const rotations[] = {"LIMIT 100", "LIMIT 1000", "INTERVAL 1 DAY", "INTERVAL 1 MONTH AUTO", NULL};
    const char *rotation = PICK(dice, rotations);
    int number = rotation ? 1 + dice_below(dice, 3) : 1;
    SAY(partitioning, PARTITIONING, expr, written(rotation));
    object_unsay(&partitioning->object, PARTITIONING_number);
    object_unsay(&partitioning->object, PARTITIONING_starts);
    partitioning->starts = written(NULL);
    if (rotation && text_starts(rotation, "INTERVAL") && dice_chance(dice, 50))
        SAY(partitioning, PARTITIONING, starts, written("TIMESTAMP'2026-01-01 00:00:00'"));
    if (dice_chance(dice, 50)) {
        SAY(partitioning, PARTITIONING, number, number + 1);
        return;
    }
    for (int i = 0; i < number; i++)
        partition_make(dice, partitioning, arena_printf(dice->mem, "old%d", i), "HISTORY");
    partition_make(dice, partitioning, "now", "CURRENT");
}

static void partitions_roll(struct dice *dice, struct partitioning *partitioning)
{
    static void (*const rolls[])(struct dice *, struct partitioning *) = {
        [RANGES] = ranges_roll, [LISTS] = lists_roll, [TIMES] = times_roll};
    const struct method *method = method_of(partitioning);
    partitioning->object.children.n = 0;
    if (method->shape == COUNTED)
        SAY(partitioning, PARTITIONING, number, 1 + dice_below(dice, 5));
    else
        rolls[method->shape](dice, partitioning);
    subpartitions_name(dice, partitioning);
}

static void scheme_roll(struct dice *dice, struct object *table)
{
    struct partitioning *partitioning = (struct partitioning *)object_new(dice->mem, KIND_PARTITIONING, table, NULL);
    bool times = ((const struct table *)table)->versioned && dice_chance(dice, 60);
    const struct method *method = times ? &by_time : &PICK(dice, methods);
    SAY(partitioning, PARTITIONING, method, method->name);
    SAY(partitioning, PARTITIONING, expr, written(method->expr));
    if (method->shape < COUNTED && dice_chance(dice, 20)) {
        bool key = dice_chance(dice, 50);
        SAY(partitioning, PARTITIONING, sub_method, key ? "KEY" : "HASH");
        SAY(partitioning, PARTITIONING, sub_expr, written(key ? PART_COLUMN : "`part_of`"));
        SAY(partitioning, PARTITIONING, sub_number, 1 + dice_below(dice, 3));
    }
    partitions_roll(dice, partitioning);
}

/* ---- tables ---- */

static void key_make(struct dice *dice, struct object *table)
{
    struct primary_key *key = (struct primary_key *)object_new(dice->mem, KIND_PRIMARY_KEY, table, NULL);
    struct column *more = pick_column(dice, table, 1 << FAMILY_INT, true);
    struct names columns = one_name(dice->mem, PART_COLUMN);
    if (more && !more->invisible && dice_chance(dice, 50) && !names_have(&columns, more->object.name))
        names_add(dice->mem, &columns, more->object.name);
    for (int i = 0; i < columns.n; i++)
        SAY((struct column *)object_child(table, KIND_COLUMN, columns.item[i]), COLUMN, nullable, false);
    SAY(key, PRIMARY_KEY, columns, columns);
}

/* Full-text and spatial indexes are not for partitions, and a unique one would need their column. */
static bool part_make(struct dice *dice, struct object *table)
{
    bool made = random_part_of_partitioned(dice, table);
    struct object *object = made ? table->children.item[table->children.n - 1] : NULL;
    bool fits = object && !(object->kind == KIND_INDEX && (text_equal(((struct index *)object)->method, "fulltext") ||
                                                           text_equal(((struct index *)object)->method, "spatial")));
    if (object && !fits)
        object_remove(object);
    return fits;
}

/* Shapes have no place in partitions of MySQL. */
static struct column *column_make(struct dice *dice, struct object *table)
{
    struct column *column = random_column(dice, table);
    if (!my_is_shape(column))
        return column;
    object_remove(&column->object);
    return NULL;
}

struct object *my_random_partitioned(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    struct column *column = (struct column *)object_new(dice->mem, KIND_COLUMN, &table->object, PART_COLUMN);
    SAY(column, COLUMN, type, dice_chance(dice, 50) ? "int" : "bigint");
    SAY(column, COLUMN, nullable, dice_chance(dice, 50));
    for (int i = 1 + dice_below(dice, 3); i > 0; i--)
        column_make(dice, &table->object);
    my_table_settings(dice, table);
    if (dice_chance(dice, 50))
        key_make(dice, &table->object);
    scheme_roll(dice, &table->object);
    while (dice_chance(dice, 50))
        part_make(dice, &table->object);
    while (dice_chance(dice, 20))
        my_random_trigger(dice, &table->object);
    return &table->object;
}

/* ---- changes ---- */

static bool change_partitions(struct dice *dice, struct partitioning *partitioning)
{
    partitions_roll(dice, partitioning);
    return true;
}

static bool change_scheme(struct dice *dice, struct partitioning *partitioning)
{
    struct object *table = partitioning->object.parent;
    object_remove(&partitioning->object);
    if (dice_chance(dice, 75))
        scheme_roll(dice, table);
    return true;
}

static bool change_key_of_parts(struct dice *dice, struct partitioning *partitioning)
{
    struct object *table = partitioning->object.parent, *key = object_only(table, KIND_PRIMARY_KEY);
    if (key)
        object_remove(key);
    if (!key || dice_chance(dice, 50))
        key_make(dice, table);
    return true;
}

static bool add_column_of_parts(struct dice *dice, struct partitioning *partitioning)
{
    return column_make(dice, partitioning->object.parent);
}

static bool drop_column_of_parts(struct dice *dice, struct partitioning *partitioning)
{
    struct column *column = pick_column(dice, partitioning->object.parent, ~0u, true);
    const struct primary_key *key =
        (const struct primary_key *)object_only(partitioning->object.parent, KIND_PRIMARY_KEY);
    bool needed = !column || text_equal(column->object.name, PART_COLUMN) ||
                  (key && names_have(&key->columns, column->object.name));
    return !needed && remove_with_dependents(dice, &column->object);
}

static bool widen_column_of_parts(struct dice *dice, struct partitioning *partitioning)
{
    struct column *column = (struct column *)object_child(partitioning->object.parent, KIND_COLUMN, PART_COLUMN);
    SAY(column, COLUMN, type, text_equal(column->type, "int") ? "bigint" : "int");
    return true;
}

/* By system time only what keeps its rows is partitioned. */
static bool change_history_of_parts(struct dice *dice, struct partitioning *partitioning)
{
    struct table *table = (struct table *)partitioning->object.parent;
    if (dice->engine != ENGINE_MARIA)
        return false;
    SAY(table, TABLE, versioned, !table->versioned);
    for (int i = 0; i < table->object.children.n; i++)
        if (((struct object *)table->object.children.item[i])->kind == KIND_COLUMN)
            SAY((struct column *)table->object.children.item[i], COLUMN, unversioned, false);
    return method_of(partitioning)->shape != TIMES || change_scheme(dice, partitioning);
}

static bool add_part(struct dice *dice, struct partitioning *partitioning)
{
    return part_make(dice, partitioning->object.parent);
}

static bool drop_part(struct dice *dice, struct partitioning *partitioning)
{
    struct object *table = partitioning->object.parent;
    struct object *part = object_only(table, dice_chance(dice, 50) ? KIND_INDEX : KIND_CHECK);
    if (part)
        object_remove(part);
    return part;
}

static bool (*const changes[])(struct dice *, struct partitioning *) = {
    change_partitions,       change_partitions,    change_partitions,     change_scheme, change_key_of_parts,
    add_column_of_parts,     drop_column_of_parts, widen_column_of_parts, add_part,      drop_part,
    change_history_of_parts,
};

bool my_change_partitioned(struct dice *dice)
{
    struct partitioning *partitioning = random_partitioning(dice);
    if (dice_chance(dice, 10))
        return my_random_partitioned(dice);
    if (partitioning && dice_chance(dice, 10))
        return remove_with_dependents(dice, partitioning->object.parent);
    return partitioning && PICK(dice, changes)(dice, partitioning);
}
