/*
 * Random schemas of ClickHouse: tables of several engines with all that stands in them, views, materialized views,
 * dictionaries.  The first column of a table is a number of its own, which tells rows apart, so that no engine folds them.
 * Left out: functions, which are of the whole server, and what needs somebody else (Kafka, S3, replicas).
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

struct sample {
    const char *type;
    unsigned is; /* what may be done with it */
    const char *value[2];
    const char *wider; /* that takes all its values; NULL: none is tried */
};

enum { NUMBER = 1, TEXT = 2, CLOCK = 4, WHOLE = 8, STATS = 16, KEY = 32, LOOSE = 64 };

/* clang-format off */
static const struct sample samples[] = {
    {"UInt8", NUMBER | WHOLE | STATS | KEY, {"7", "1 + 2"}, "UInt32"},
    {"Int32", NUMBER | WHOLE | STATS | KEY, {"-5", "toInt32(4)"}, "Int64"},
    {"UInt64", NUMBER | WHOLE | STATS | KEY, {"0", "length('abc')"}, "UInt128"},
    {"Nullable(Int16)", NUMBER | WHOLE | STATS, {"NULL", "3"}, "Nullable(Int64)"},
    {"Int128", NUMBER | KEY, {"1", "-7"}, "Int256"},
    {"Float64", NUMBER | STATS, {"1.5", "-2"}, NULL},
    {"Float32", NUMBER | STATS, {"0.5", "2.25"}, "Float64"},
    {"Decimal(10, 2)", NUMBER | KEY, {"1.25", "toDecimal32(1, 2)"}, "Decimal(14, 2)"},
    {"String", TEXT | KEY, {"'x'", "concat('it''s', 'y')"}, "Nullable(String)"},
    {"String", TEXT | KEY, {"''", "'a\\nb'"}, "LowCardinality(String)"},
    {"LowCardinality(String)", TEXT | KEY, {"'none'", "upper('q')"}, "String"},
    {"Nullable(String)", TEXT, {"NULL", "'n'"}, NULL},
    {"LowCardinality(Nullable(String))", TEXT, {"NULL", "'n'"}, "Nullable(String)"},
    {"FixedString(4)", TEXT | KEY, {"'abcd'", "'q'"}, "String"},
    {"Date", CLOCK | KEY, {"today()", "'2020-01-01'"}, "DateTime"},
    {"Date32", CLOCK | KEY, {"toDate32('2020-01-01')", "'2020-01-01'"}, NULL},
    {"DateTime", CLOCK | KEY, {"now()", "toDateTime('2020-01-01 00:00:00')"}, "DateTime64(3)"},
    {"DateTime('UTC')", CLOCK | KEY, {"now('UTC')", "'2020-01-01 00:00:00'"}, NULL},
    {"DateTime64(3)", CLOCK | KEY, {"now64(3)", "now()"}, "DateTime64(6)"},
    {"DateTime64(6, 'Europe/Berlin')", CLOCK, {"now64(6)", "now()"}, NULL},
    {"Nullable(DateTime)", 0, {"NULL", "now()"}, NULL},
    {"Enum8('a' = 1, 'b' = 2)", KEY, {"'a'", "'b'"}, "Enum8('a' = 1, 'b' = 2, 'c' = 3)"},
    {"Enum16('x' = 1, 'y' = 1000)", KEY, {"'x'", "1000"}, "Enum16('x' = 1, 'y' = 1000, 'z' = 1001)"},
    {"Enum('it''s', 'b')", 0, {"'b'", "'b'"}, NULL},
    {"Bool", KEY, {"true", "0"}, NULL},
    {"UUID", KEY, {"generateUUIDv4()", "'61f0c404-5cb3-11e7-907b-a6006ad3dba0'"}, "String"},
    {"IPv4", KEY, {"'10.0.0.1'", "toIPv4('127.0.0.1')"}, NULL},
    {"IPv6", 0, {"'::1'", "'::2'"}, NULL},
    {"Array(String)", 0, {"[]", "['a', 'b']"}, NULL},
    {"Array(Array(UInt8))", 0, {"[[1], []]", "[]"}, "Array(Array(UInt16))"},
    {"Array(Nullable(Int32))", 0, {"[NULL, 1]", "emptyArrayInt32()"}, NULL},
    {"Map(String, UInt64)", 0, {"map('a', 1)", "map()"}, NULL},
    {"Map(LowCardinality(String), Array(String))", 0, {"map()", "map('k', ['v'])"}, NULL},
    {"Tuple(a UInt8, b String)", 0, {"(1, 'x')", "tuple(2, 'y')"}, NULL},
    {"Tuple(UInt8, String)", 0, {"(1, 'x')", "tuple(2, 'y')"}, NULL},
    {"Nested(a UInt8, b String)", LOOSE, {NULL, NULL}, NULL},
    {"SimpleAggregateFunction(sum, UInt64)", 0, {"1", "2"}, NULL},
    {"AggregateFunction(uniq, String)", LOOSE, {NULL, NULL}, NULL},
    {"AggregateFunction(quantiles(0.5, 0.9), Float64)", LOOSE, {NULL, NULL}, NULL},
    {"JSON", LOOSE, {NULL, NULL}, NULL},
    {"JSON(max_dynamic_paths=8, a.b UInt32, SKIP c)", LOOSE, {NULL, NULL}, NULL},
    {"Dynamic", LOOSE, {NULL, NULL}, NULL},
    {"Variant(String, UInt64)", LOOSE, {NULL, NULL}, NULL},
    {"Point", LOOSE, {NULL, NULL}, NULL},
};
/* clang-format on */

static const struct sample *sample_of(const char *type)
{
    for (size_t i = 0; type && i < sizeof samples / sizeof *samples; i++)
        if (text_equal(samples[i].type, type))
            return &samples[i];
    return NULL;
}

static bool is(const struct column *column, unsigned what)
{
    const struct sample *sample = sample_of(column->type);
    return sample && sample->is & what;
}

static const char *name_of(struct dice *dice, const struct column *column)
{
    return quoted(dice, column->object.name);
}

static struct object *pick(struct dice *dice, enum kind kind)
{
    struct object *found = NULL;
    int seen = 0;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (o->kind == kind && !dice_below(dice, ++seen))
            found = o;
    return found;
}

static bool holds_values(const struct column *column)
{
    return !column->ephemeral && (!column->computed.written || column->computed_stored);
}

/* A column that keeps values of that kind and is not itself computed; of any if `what` is 0. */
static struct column *pick_stored(struct dice *dice, const struct object *table, unsigned what)
{
    struct column *found = NULL;
    int seen = 0;
    for (int i = 0; table && i < table->children.n; i++) {
        struct column *column = table->children.item[i];
        bool fits = column->object.kind == KIND_COLUMN && !column->computed.written && !column->ephemeral &&
                    (what ? is(column, what) : !is(column, LOOSE));
        if (fits && !dice_below(dice, ++seen))
            found = column;
    }
    return found;
}

static struct column *first_column(const struct object *table)
{
    return table->children.item[0];
}

static bool is_merge_tree(const struct object *table)
{
    const char *engine = table ? ((const struct table *)table)->engine : NULL;
    return engine && text_has(engine, "MergeTree");
}

/* Is its table sorted or divided by it, or do rows go by it? */
static bool has_key_part(struct dice *dice, const struct column *column)
{
    const struct table *table = (const struct table *)column->object.parent;
    const struct expr *keys[] = {&table->order_by, &table->primary_by, &table->partition_by, &table->sample_by,
                                 &table->ttl};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i]->written && text_has(keys[i]->written, name_of(dice, column)))
            return true;
    return column == first_column(&table->object);
}

/* ---- columns ---- */

static const char *codec_for(struct dice *dice, const struct column *column)
{
    static const char *const any[] = {"ZSTD(3)", "LZ4", "NONE", "LZ4HC(9)", "ZSTD"};
    static const char *const whole[] = {"Delta, ZSTD", "DoubleDelta, LZ4", "T64, ZSTD(1)", "Delta(4), LZ4"};
    bool narrow = text_starts(column->type, "UInt8");
    return is(column, WHOLE) && !narrow && dice_chance(dice, 50) ? PICK(dice, whole) : PICK(dice, any);
}

static const char *computed_from(struct dice *dice, const struct column *column)
{
    const char *name = name_of(dice, column);
    const char *const numbers[] = {
        "%s + 1", "%s * 2 - 1", "toString(%s)", "if(%s > 3, 1, 0)", "%s NOT BETWEEN 2 AND 3", "%s BETWEEN 1 AND 4"};
    const char *const texts[] = {"lower(%s)", "concat(%s, 'x')", "%s || '-' || upper(%s)", "length(%s)",
                                 "%s IN ('a', 'b')"};
    const char *const clocks[] = {"toYYYYMM(%s)", "%s + INTERVAL 1 DAY", "toDate(%s)", "toStartOfMonth(%s)"};
    const char *shape = is(column, NUMBER) ? PICK(dice, numbers)
                        : is(column, TEXT) ? PICK(dice, texts)
                                           : PICK(dice, clocks);
    return text_replace(dice->mem, shape, "%s", name);
}

static void value_give(struct dice *dice, struct column *column)
{
    const struct sample *sample = sample_of(column->type);
    SAY(column, COLUMN, default_value, written(sample && sample->value[0] ? sample->value[dice_below(dice, 2)] : NULL));
}

/* MATERIALIZED or ALIAS: of a type that takes what it is computed from. */
static bool computed_give(struct dice *dice, struct column *column)
{
    struct column *of = pick_stored(dice, column->object.parent, NUMBER | TEXT | CLOCK);
    if (!of || of == column)
        return false;
    SAY(column, COLUMN, type, text_has(of->type, "Nullable") ? "Nullable(String)" : "String");
    SAY(column, COLUMN, default_value, written(NULL));
    SAY(column, COLUMN, computed, written(arena_printf(dice->mem, "toString(%s)", computed_from(dice, of))));
    SAY(column, COLUMN, computed_stored, dice_chance(dice, 60));
    return true;
}

/* In 1900, if nothing is said, so that a row has always outlived its time. */
static bool begins_early(const struct column *clock)
{
    return text_equal(clock->type, "Date32");
}

static void ttl_give(struct dice *dice, struct column *column)
{
    struct column *clock = pick_stored(dice, column->object.parent, CLOCK);
    if (clock && clock != column && !begins_early(clock))
        SAY(column, COLUMN, ttl,
            written(arena_printf(dice->mem, "%s + INTERVAL %d YEAR", name_of(dice, clock), 60 + dice_below(dice, 9))));
}

static void stored_settings(struct dice *dice, struct column *column)
{
    static const char *const kinds[] = {"uniq", "minmax", "tdigest"};
    bool merge_tree = is_merge_tree(column->object.parent), loose = is(column, LOOSE);
    if (!loose && dice_chance(dice, 25))
        SAY(column, COLUMN, codec, written(codec_for(dice, column)));
    if (merge_tree && !loose && dice_chance(dice, 10))
        ttl_give(dice, column);
    if (merge_tree && is(column, STATS) && dice_chance(dice, 15))
        SAY(column, COLUMN, statistics, written(PICK(dice, kinds)));
    if (merge_tree && !loose && dice_chance(dice, 8))
        SAY(column, COLUMN, options, one_name(dice->mem, "min_compress_block_size=100"));
}

static struct column *column_make(struct dice *dice, struct object *table)
{
    struct column *column =
        (struct column *)object_new(dice->mem, KIND_COLUMN, table, random_name_in(dice, KIND_COLUMN, table));
    const struct sample *sample = &PICK(dice, samples);
    if (!is_merge_tree(table) && sample->is & LOOSE)
        sample = &samples[0];
    SAY(column, COLUMN, type, sample->type);
    if (sample->value[0] && dice_chance(dice, 30))
        value_give(dice, column);
    else if (!(sample->is & LOOSE) && dice_chance(dice, 15))
        computed_give(dice, column);
    else if (sample->value[1] && dice_chance(dice, 5)) {
        value_give(dice, column);
        SAY(column, COLUMN, ephemeral, true);
    }
    if (holds_values(column))
        stored_settings(dice, column);
    if (dice_chance(dice, 15))
        SAY(column, COLUMN, comment, random_comment(dice));
    return column;
}

/* ---- what stands in a table ---- */

static struct object *index_make(struct dice *dice, struct object *table)
{
    static const char *const any[] = {"minmax", "set(100)", "bloom_filter(0.01)", "bloom_filter"};
    static const char *const texts[] = {"ngrambf_v1(3, 256, 2, 0)", "tokenbf_v1(256, 2, 0)", "set(0)"};
    struct column *column = pick_stored(dice, table, NUMBER | TEXT | CLOCK);
    struct index *index;
    struct index_part *part;
    bool text = column && (text_equal(column->type, "String") || text_equal(column->type, "LowCardinality(String)"));
    if (!column || text_starts(column->type, "Decimal") || text_has(column->type, "128") || !is_merge_tree(table))
        return NULL;
    index = (struct index *)object_new(dice->mem, KIND_INDEX, table, random_name_in(dice, KIND_INDEX, table));
    part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(index, INDEX, method, text && dice_chance(dice, 50) ? PICK(dice, texts) : PICK(dice, any));
    SAY(index, INDEX, granularity, 1 + dice_below(dice, 4));
    if (text_equal(column->type, "Date32") || text_equal(column->type, "Time"))
        SAY(index, INDEX, method, "minmax");
    if (text && dice_chance(dice, 40))
        SAY(part, INDEX_PART, expr, written(arena_printf(dice->mem, "lower(%s)", name_of(dice, column))));
    else
        SAY(part, INDEX_PART, column, column->object.name);
    return &index->object;
}

static const char *projection_query(struct dice *dice, const struct object *table)
{
    struct column *key = pick_stored(dice, table, KEY), *other = pick_stored(dice, table, NUMBER);
    if (!key)
        return NULL;
    const char *name = name_of(dice, key);
    switch (dice_below(dice, 3)) {
    case 0: return arena_printf(dice->mem, "SELECT %s, toString(%s) ORDER BY %s", name, name, name);
    case 1: return arena_printf(dice->mem, "SELECT %s, count() GROUP BY %s", name, name);
    default:
        return other && other != key
                   ? arena_printf(dice->mem, "SELECT %s, max(%s) GROUP BY %s", name, name_of(dice, other), name)
                   : arena_printf(dice->mem, "SELECT %s ORDER BY %s", name, name);
    }
}

static bool folds_rows(const struct object *table)
{
    return !text_starts(((const struct table *)table)->engine, "MergeTree");
}

static struct object *projection_make(struct dice *dice, struct object *table)
{
    const char *query = is_merge_tree(table) && !folds_rows(table) ? projection_query(dice, table) : NULL;
    struct projection *projection;
    if (!query)
        return NULL;
    projection = (struct projection *)object_new(dice->mem, KIND_PROJECTION, table,
                                                 random_name_in(dice, KIND_PROJECTION, table));
    SAY(projection, PROJECTION, query, written(query));
    return &projection->object;
}

static const char *condition_of(struct dice *dice, const struct object *table)
{
    struct column *column = pick_stored(dice, table, NUMBER | TEXT);
    if (!column)
        return NULL;
    const char *const numbers[] = {"%s > -100", "%s >= 0 AND %s < 100000", "%s != 77", "NOT %s = 55",
                                   "%s + 1 > 0 OR %s = 3"};
    const char *const texts[] = {"%s != 'never'", "length(%s) < 100", "%s NOT IN ('p', 'q')",
                                 "%s LIKE '%' OR %s = 'x'"};
    return text_replace(dice->mem, is(column, NUMBER) ? PICK(dice, numbers) : PICK(dice, texts), "%s",
                        name_of(dice, column));
}

static struct object *check_make(struct dice *dice, struct object *table)
{
    const char *condition = is_merge_tree(table) ? condition_of(dice, table) : NULL;
    struct check *check;
    if (!condition)
        return NULL;
    check = (struct check *)object_new(dice->mem, KIND_CHECK, table, random_name_in(dice, KIND_CHECK, table));
    SAY(check, CHECK, expr, written(condition));
    if (dice_chance(dice, 25))
        SAY(check, CHECK, assume, true);
    return &check->object;
}

static struct object *(*const parts[])(struct dice *, struct object *) = {index_make, projection_make, check_make};

/* ---- tables ---- */

static const char *engine_of(struct dice *dice)
{
    static const char *const engines[] = {
        "MergeTree",        "MergeTree",           "MergeTree", "MergeTree()", "ReplacingMergeTree",
        "SummingMergeTree", "CoalescingMergeTree", "Log",       "Memory",      "Null"};
    return PICK(dice, engines);
}

static void keys_give(struct dice *dice, struct table *table)
{
    struct column *first = first_column(&table->object), *more = pick_stored(dice, &table->object, KEY);
    struct column *clock = pick_stored(dice, &table->object, CLOCK);
    const char *name = name_of(dice, first);
    bool second = more && more != first && !more->ttl.written && dice_chance(dice, 40), sampled = dice_chance(dice, 10);
    const char *key = sampled ? arena_printf(dice->mem, "%s, intHash32(%s)", name, name) : name;
    SAY(table, TABLE, order_by, written(second ? arena_printf(dice->mem, "%s, %s", key, name_of(dice, more)) : key));
    if (sampled)
        SAY(table, TABLE, sample_by, written(arena_printf(dice->mem, "intHash32(%s)", name)));
    if (second && dice_chance(dice, 40))
        SAY(table, TABLE, primary_by, written(key));
    if (clock && !clock->ttl.written && dice_chance(dice, 30))
        SAY(table, TABLE, partition_by, written(arena_printf(dice->mem, "toYYYYMM(%s)", name_of(dice, clock))));
    else if (dice_chance(dice, 15))
        SAY(table, TABLE, partition_by, written(arena_printf(dice->mem, "%s %% 3", name)));
}

static bool table_ttl(struct dice *dice, struct object *object)
{
    struct table *table = (struct table *)object;
    struct column *clock = pick_stored(dice, object, CLOCK);
    if (!clock || text_starts(clock->type, "DateTime64") || begins_early(clock) || !is_merge_tree(object))
        return false;
    const char *name = name_of(dice, clock);
    int years = 60 + dice_below(dice, 9);
    static const char *const shapes[] = {"%s + INTERVAL %d YEAR", "%s + toIntervalMonth(%d * 12)",
                                         "%s + INTERVAL %d YEAR DELETE",
                                         "%s + INTERVAL %d YEAR RECOMPRESS CODEC(ZSTD(9))"};
    const char *text = text_replace(dice->mem, PICK(dice, shapes), "%s", name);
    SAY(table, TABLE, ttl, written(text_replace(dice->mem, text, "%d", arena_printf(dice->mem, "%d", years))));
    return true;
}

static void options_give(struct dice *dice, struct table *table)
{
    static const char *const all[] = {"index_granularity=4096", "merge_with_ttl_timeout=7200", "ttl_only_drop_parts=1"};
    struct names options = {0};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (dice_chance(dice, 30) && (i || !dice->old)) /* it is of a new table alone */
            names_add(dice->mem, &options, all[i]);
        else if (!i && dice->old && names_have(&table->options, all[0]))
            names_add(dice->mem, &options, all[0]);
    SAY(table, TABLE, options, options);
}

static struct object *table_make(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    SAY(table, TABLE, engine, engine_of(dice));
    struct column *first = (struct column *)object_new(dice->mem, KIND_COLUMN, &table->object, random_name(dice));
    SAY(first, COLUMN, type, "UInt64");
    for (int i = 1 + dice_below(dice, 6); i > 0; i--)
        column_make(dice, &table->object);
    if (dice_chance(dice, 15))
        SAY(table, TABLE, comment, random_comment(dice));
    if (!is_merge_tree(&table->object))
        return &table->object;
    keys_give(dice, table);
    if (dice_chance(dice, 15))
        table_ttl(dice, &table->object);
    if (dice_chance(dice, 25))
        options_give(dice, table);
    while (dice_chance(dice, 55))
        PICK(dice, parts)(dice, &table->object);
    return &table->object;
}

/* ---- what reads tables ---- */

static const char *query_of(struct dice *dice, const struct object *table)
{
    struct buf out;
    struct names names = {0};
    const char *condition = dice_chance(dice, 50) ? condition_of(dice, table) : NULL;
    for (int i = 1 + dice_below(dice, 3); i > 0; i--) {
        struct column *column = pick_stored(dice, table, 0);
        if (column && !names_have(&names, column->object.name))
            names_add(dice->mem, &names, column->object.name);
    }
    buf_init(&out, dice->mem);
    for (int i = 0; i < names.n; i++)
        buf_addf(&out, "%s%s", i ? ", " : "SELECT ", quoted(dice, names.item[i]));
    buf_addf(&out, " FROM %s", quoted(dice, table->name));
    if (condition)
        buf_addf(&out, " WHERE %s", condition);
    return names.n ? out.data : NULL;
}

static const char *counting_query(struct dice *dice, const struct object *table, const char *as)
{
    const char *name = name_of(dice, first_column(table));
    const char *condition = dice_chance(dice, 50) ? condition_of(dice, table) : NULL;
    return arena_printf(dice->mem, "SELECT %s AS %s, count() AS counted FROM %s%s%s GROUP BY %s", name, as,
                        quoted(dice, table->name), condition ? " WHERE " : "", condition ? condition : "", name);
}

/* Into a table of plain rows, or with a storage of its own. */
static bool materialized_give(struct dice *dice, struct view *view, const struct object *table)
{
    static const char *const storages[] = {"ENGINE = MergeTree ORDER BY key",
                                           "ENGINE = SummingMergeTree ORDER BY key SETTINGS index_granularity = 1024",
                                           "ENGINE = AggregatingMergeTree PARTITION BY key % 2 ORDER BY key"};
    const struct object *to = pick(dice, KIND_TABLE);
    bool into =
        to && to != table && text_starts(((const struct table *)to)->engine, "MergeTree") && dice_chance(dice, 60);
    SAY(view, VIEW, materialized, true);
    if (into) {
        if (dice_chance(dice, 20)) /* at once when it is made, so it has to find nothing */
            SAY(view, VIEW, refresh, dice_chance(dice, 50) ? "EVERY 1 YEAR APPEND" : "EVERY 11 MONTH APPEND");
        SAY(view, VIEW, to_table, ref_to(to));
        SAY(view, VIEW, query,
            written(arena_printf(dice->mem, "SELECT %s AS %s FROM %s%s", name_of(dice, first_column(table)),
                                 name_of(dice, first_column(to)), quoted(dice, table->name),
                                 view->refresh ? " WHERE 1 = 0" : "")));
        return true;
    }
    SAY(view, VIEW, query, written(counting_query(dice, table, "key")));
    SAY(view, VIEW, storage, written(PICK(dice, storages)));
    return true;
}

static struct object *view_make(struct dice *dice)
{
    struct object *schema = random_home(dice), *table = pick(dice, KIND_TABLE);
    const char *query = table ? query_of(dice, table) : NULL;
    if (!query)
        return NULL;
    struct view *view =
        (struct view *)object_new(dice->mem, KIND_VIEW, schema, random_name_in(dice, KIND_VIEW, schema));
    if (dice_chance(dice, 50))
        materialized_give(dice, view, table);
    else
        SAY(view, VIEW, query, written(query));
    if (!view->materialized && dice_chance(dice, 15))
        SAY(view, VIEW, options, one_name(dice->mem, "security=invoker"));
    if (dice_chance(dice, 15))
        SAY(view, VIEW, comment, random_comment(dice));
    return &view->object;
}

static void dictionary_settings(struct dice *dice, struct keyed_dictionary *dictionary)
{
    static const char *const lifetimes[] = {"MIN 0 MAX 300", "300", "MIN 1 MAX 10"};
    static const char *const layouts[] = {"FLAT()", "HASHED()", "CACHE(SIZE_IN_CELLS 100)", "flat"};
    SAY(dictionary, KEYED, lifetime, PICK(dice, lifetimes));
    SAY(dictionary, KEYED, layout, written(dictionary->range ? "RANGE_HASHED()" : PICK(dice, layouts)));
    if (dice_chance(dice, 20))
        SAY(dictionary, KEYED, comment, random_comment(dice));
}

static struct object *dictionary_make(struct dice *dice)
{
    struct object *schema = random_home(dice), *table = pick(dice, KIND_TABLE);
    struct column *value = table ? pick_stored(dice, table, NUMBER | TEXT) : NULL;
    if (!value || value == first_column(table) || strpbrk(table->name, "\"'"))
        return NULL;
    struct keyed_dictionary *dictionary =
        (struct keyed_dictionary *)object_new(dice->mem, KIND_KEYED, schema, random_name_in(dice, KIND_KEYED, schema));
    const char *key = name_of(dice, first_column(table));
    bool ranged = dice_chance(dice, 20);
    if (ranged)
        SAY(dictionary, KEYED, range, "MIN starts MAX ends");
    if (dice_chance(dice, 20))
        SAY(dictionary, KEYED, options, one_name(dice->mem, "format_csv_allow_single_quotes=1"));
    SAY(dictionary, KEYED, structure,
        written(arena_printf(dice->mem, "%s UInt64, %s%s String%s", key, ranged ? "starts Date, ends Date, " : "",
                             name_of(dice, value), dice_chance(dice, 50) ? " DEFAULT 'q'" : "")));
    SAY(dictionary, KEYED, primary_key, written(key));
    SAY(dictionary, KEYED, source, written(arena_printf(dice->mem, "CLICKHOUSE(TABLE '%s')", table->name)));
    dictionary_settings(dice, dictionary);
    return &dictionary->object;
}

void ch_random_schema(struct dice *dice, int size)
{
    for (int i = 0; i < size; i++)
        table_make(dice);
    while (dice_chance(dice, 50))
        view_make(dice);
    while (dice_chance(dice, 30))
        dictionary_make(dice);
}

/* ---- changes ---- */

static struct object *pick_merge_tree(struct dice *dice)
{
    struct object *table = pick(dice, KIND_TABLE);
    return is_merge_tree(table) ? table : NULL;
}

/* Any but one that its table is sorted or divided by. */
static struct column *pick_free(struct dice *dice)
{
    struct column *column = (struct column *)pick(dice, KIND_COLUMN);
    bool free = column && is_merge_tree(column->object.parent) && !has_key_part(dice, column);
    return free ? column : NULL;
}

static bool add_table(struct dice *dice)
{
    return table_make(dice);
}

static bool drop_any(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_TABLE, KIND_VIEW, KIND_KEYED, KIND_INDEX, KIND_PROJECTION, KIND_CHECK};
    struct object *object = pick(dice, PICK(dice, kinds));
    return object && remove_with_dependents(dice, object);
}

static bool add_column(struct dice *dice)
{
    struct object *table = pick_merge_tree(dice);
    return table && column_make(dice, table);
}

static bool drop_column(struct dice *dice)
{
    struct column *column = pick_free(dice);
    return column && remove_with_dependents(dice, &column->object);
}

static bool alter_type(struct dice *dice)
{
    struct column *column = pick_free(dice);
    const struct sample *sample = column ? sample_of(column->type) : NULL;
    find_dependents(dice);
    if (!sample || !sample->wider || column->object.needed || column->computed.written || column->ephemeral ||
        expr_text(&column->statistics))
        return false;
    if (expr_text(&column->codec))
        SAY(column, COLUMN, codec, written(NULL));
    SAY(column, COLUMN, type, sample->wider);
    return true;
}

/* What is computed when it is read has no codec and the like. */
static void stored_or_not(struct column *column)
{
    SAY(column, COLUMN, computed_stored, !column->computed_stored);
    SAY(column, COLUMN, codec, written(NULL));
    SAY(column, COLUMN, ttl, written(NULL));
    SAY(column, COLUMN, statistics, written(NULL));
    SAY(column, COLUMN, options, (struct names){0});
}

static bool alter_value(struct dice *dice)
{
    struct column *column = pick_free(dice);
    if (!column || column->ephemeral || is(column, LOOSE))
        return false;
    if (column->computed.written) {
        struct column *of = pick_stored(dice, column->object.parent, NUMBER | TEXT | CLOCK);
        if (!of)
            return false;
        if (text_has(of->type, "Nullable") != text_has(column->type, "Nullable"))
            return false;
        if (dice_chance(dice, 30))
            stored_or_not(column);
        SAY(column, COLUMN, computed, written(arena_printf(dice->mem, "toString(%s)", computed_from(dice, of))));
        return true;
    }
    if (column->default_value.written && dice_chance(dice, 50))
        SAY(column, COLUMN, default_value, written(NULL));
    else
        value_give(dice, column);
    return true;
}

static bool alter_storage(struct dice *dice)
{
    struct column *column = pick_free(dice);
    if (!column || !holds_values(column) || is(column, LOOSE))
        return false;
    switch (dice_below(dice, 4)) {
    case 0: SAY(column, COLUMN, codec, written(column->codec.written ? NULL : codec_for(dice, column))); break;
    case 1:
        if (column->ttl.written)
            SAY(column, COLUMN, ttl, written(NULL));
        else
            ttl_give(dice, column);
        break;
    case 2:
        if (is(column, STATS))
            SAY(column, COLUMN, statistics, written(column->statistics.written ? NULL : "uniq"));
        break;
    default:
        SAY(column, COLUMN, options,
            column->options.n ? (struct names){0} : one_name(dice->mem, "max_compress_block_size=200000"));
    }
    return true;
}

static bool alter_comment(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_TABLE, KIND_COLUMN, KIND_VIEW, KIND_KEYED};
    int field;
    struct object *object = pick(dice, PICK(dice, kinds));
    if (!object)
        return false;
    field = field_find(object->kind, "comment");
    const char **comment = object_field(object, field);
    *comment = *comment ? NULL : random_comment(dice);
    object_say(object, field);
    return true;
}

static bool alter_table(struct dice *dice)
{
    struct table *table = (struct table *)pick_merge_tree(dice);
    if (!table)
        return false;
    if (dice_chance(dice, 50))
        options_give(dice, table);
    else if (table->ttl.written && dice_chance(dice, 50))
        SAY(table, TABLE, ttl, written(NULL));
    else
        return table_ttl(dice, &table->object);
    return true;
}

/* A key gets a new column at its end, or loses one. */
static bool alter_key(struct dice *dice)
{
    struct table *table = (struct table *)pick_merge_tree(dice);
    if (!table)
        return false;
    const char *was = table->order_by.written, *comma = strrchr(was, ',');
    if (comma && !table->sample_by.written && dice_chance(dice, 40) && table->primary_by.written) {
        SAY(table, TABLE, order_by, written(text_slice(dice->mem, was, 0, (size_t)(comma - was))));
        return true;
    }
    struct column *column = (struct column *)object_new(dice->mem, KIND_COLUMN, &table->object, random_name(dice));
    SAY(column, COLUMN, type, dice_chance(dice, 50) ? "UInt8" : "String");
    if (!table->primary_by.written)
        SAY(table, TABLE, primary_by, table->order_by);
    SAY(table, TABLE, order_by, written(arena_printf(dice->mem, "%s, %s", was, name_of(dice, column))));
    return true;
}

static bool add_part(struct dice *dice)
{
    struct object *table = pick_merge_tree(dice);
    return table && PICK(dice, parts)(dice, table);
}

static bool alter_part(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_INDEX, KIND_PROJECTION, KIND_CHECK};
    struct object *object = pick(dice, PICK(dice, kinds));
    if (!object)
        return false;
    if (object->kind == KIND_INDEX) {
        struct index *index = (struct index *)object;
        SAY(index, INDEX, granularity, 1 + (index->granularity + dice_below(dice, 4)) % 5);
        return true;
    }
    const char *text =
        object->kind == KIND_CHECK ? condition_of(dice, object->parent) : projection_query(dice, object->parent);
    if (text && object->kind == KIND_CHECK)
        SAY((struct check *)object, CHECK, expr, written(text));
    else if (text)
        SAY((struct projection *)object, PROJECTION, query, written(text));
    return text;
}

static bool add_view(struct dice *dice)
{
    return dice_chance(dice, 70) ? view_make(dice) : dictionary_make(dice);
}

static const struct object *table_read(struct dice *dice, const struct view *view)
{
    struct object *table;
    for (int tries = 0; tries < 20; tries++) {
        table = pick(dice, KIND_TABLE);
        if (table && text_has(view->query.written, arena_printf(dice->mem, " FROM %s", quoted(dice, table->name))))
            return table;
    }
    return NULL;
}

static bool alter_view(struct dice *dice)
{
    struct view *view = (struct view *)pick(dice, KIND_VIEW);
    const struct object *table = view ? table_read(dice, view) : NULL;
    if (!table)
        return false;
    if (view->refresh) {
        SAY(view, VIEW, refresh,
            text_equal(view->refresh, "EVERY 1 YEAR APPEND") ? "EVERY 2 YEAR APPEND" : "EVERY 1 YEAR APPEND");
        return true;
    }
    if (view->to_table.name)
        return false;
    const char *query = view->materialized ? counting_query(dice, table, "key") : query_of(dice, table);
    if (query)
        SAY(view, VIEW, query, written(query));
    return query;
}

static bool alter_dictionary(struct dice *dice)
{
    struct keyed_dictionary *dictionary = (struct keyed_dictionary *)pick(dice, KIND_KEYED);
    if (dictionary)
        dictionary_settings(dice, dictionary);
    return dictionary;
}

/* What no ALTER does. */
static bool alter_what_cannot(struct dice *dice)
{
    struct table *table = (struct table *)pick(dice, KIND_TABLE);
    if (!table || dice_chance(dice, 70))
        return false;
    if (!is_merge_tree(&table->object))
        return column_make(dice, &table->object);
    switch (dice_below(dice, 4)) {
    case 0:
        if (!folds_rows(&table->object) && object_only(&table->object, KIND_PROJECTION))
            return false;
        SAY(table, TABLE, engine, folds_rows(&table->object) ? "MergeTree" : "ReplacingMergeTree");
        break;
    case 1:
        SAY(table, TABLE, partition_by,
            written(arena_printf(dice->mem, "%s %% 7", name_of(dice, first_column(&table->object)))));
        break;
    case 2: SAY(first_column(&table->object), COLUMN, type, "Int64"); break;
    default:
        SAY(table, TABLE, order_by,
            written(arena_printf(dice->mem, "intHash64(%s)", name_of(dice, first_column(&table->object)))));
        SAY(table, TABLE, primary_by, written(NULL));
        SAY(table, TABLE, sample_by, written(NULL));
    }
    return true;
}

static bool (*const changes[])(struct dice *) = {
    add_table,     drop_any,      drop_any,      add_column,       add_column,        drop_column,
    drop_column,   alter_type,    alter_type,    alter_value,      alter_value,       alter_value,
    alter_storage, alter_storage, alter_storage, alter_comment,    alter_comment,     alter_table,
    alter_table,   alter_key,     add_part,      add_part,         alter_part,        alter_part,
    add_view,      alter_view,    alter_view,    alter_dictionary, alter_what_cannot,
};

bool ch_mutation(struct dice *dice)
{
    return PICK(dice, changes)(dice);
}
