/*
 * Random objects that are one statement each, written as the catalog queries print them.
 */
#include "base/text.h"
#include "random.h"

static const char *home_of(struct dice *dice, const struct object *object)
{
    const char *schema = object_schema(object);
    return *schema ? arena_printf(dice->mem, "%s.", quoted(dice, schema)) : "";
}

static void aggregate_define(struct dice *dice, struct aggregate *aggregate)
{
    const char *type = aggregate->arguments.item[0], *start = "", *how = "enum_larger";
    if (text_equal(type, "integer")) {
        how = dice_chance(dice, 50) ? "int4pl" : "int4larger";
        start = arena_printf(dice->mem, ", initcond = '%d'", dice_below(dice, 9));
    } else if (dice_chance(dice, 50))
        how = "enum_smaller";
    const char *text =
        arena_printf(dice->mem, "CREATE AGGREGATE %s%s(%s) (sfunc = %s, stype = %s%s)",
                     home_of(dice, &aggregate->object), quoted(dice, aggregate->called), type, how, type, start);
    SAY(aggregate, AGGREGATE, definition, written(text));
}

static struct object *random_aggregate(struct dice *dice, struct object *schema, const char *called)
{
    const struct object *type = dice_chance(dice, 50) ? random_of_kind(dice, KIND_ENUM) : NULL;
    const char *of = type ? qualified(dice, type) : "integer";
    struct aggregate *aggregate = (struct aggregate *)object_new(dice->mem, KIND_AGGREGATE, schema,
                                                                 arena_printf(dice->mem, "%s(%s)", called, of));
    SAY(aggregate, AGGREGATE, called, called);
    SAY(aggregate, AGGREGATE, arguments, one_name(dice->mem, of));
    aggregate_define(dice, aggregate);
    if (dice_chance(dice, 20))
        SAY(aggregate, AGGREGATE, comment, random_comment(dice));
    return &aggregate->object;
}

static void collation_define(struct dice *dice, struct collation *collation)
{
    SAY(collation, COLLATION, definition,
        written(arena_printf(dice->mem, "CREATE COLLATION %s%s (provider = libc, locale = '%s')",
                             home_of(dice, &collation->object), quoted(dice, collation->called),
                             dice_chance(dice, 50) ? "C" : "POSIX")));
}

static struct object *random_collation(struct dice *dice, struct object *schema, const char *called)
{
    struct collation *collation = (struct collation *)object_new(dice->mem, KIND_COLLATION, schema, called);
    SAY(collation, COLLATION, called, called);
    collation_define(dice, collation);
    if (dice_chance(dice, 20))
        SAY(collation, COLLATION, comment, random_comment(dice));
    return &collation->object;
}

static void range_define(struct dice *dice, struct range_type *range)
{
    const char *of = range->definition.written ? strstr(range->definition.written, "subtype = ") : NULL;
    const struct object *type = of ? NULL : random_of_kind(dice, KIND_ENUM);
    const char *subtype = type ? qualified(dice, type) : dice_chance(dice, 50) ? "bigint" : "text";
    bool text = !type && text_equal(subtype, "text");
    const char *more = text && dice_chance(dice, 50) ? ", subtype_opclass = text_pattern_ops" : "";
    const char *sorted = text && dice_chance(dice, 50) ? ", collation = \"C\"" : "";
    SAY(range, RANGE, definition,
        written(arena_printf(dice->mem, "CREATE TYPE %s%s AS RANGE (subtype = %s%s%s)", home_of(dice, &range->object),
                             quoted(dice, range->called), subtype, more, sorted)));
}

static struct object *random_range(struct dice *dice, struct object *schema)
{
    const char *called = random_type_name(dice, KIND_RANGE, schema);
    struct range_type *range = (struct range_type *)object_new(dice->mem, KIND_RANGE, schema, called);
    SAY(range, RANGE, called, called);
    range_define(dice, range);
    if (dice_chance(dice, 20))
        SAY(range, RANGE, comment, random_comment(dice));
    return &range->object;
}

static const enum kind kinds[] = {KIND_AGGREGATE, KIND_COLLATION, KIND_RANGE};

bool add_defined(struct dice *dice)
{
    struct object *schema = random_of_kind(dice, KIND_SCHEMA);
    if (dice->engine != ENGINE_PG || !schema)
        return false;
    const char *called = random_name(dice);
    switch (PICK(dice, kinds)) {
    case KIND_AGGREGATE: return random_aggregate(dice, schema, called);
    case KIND_RANGE: return random_range(dice, schema);
    default: return random_collation(dice, schema, called);
    }
}

bool drop_defined(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    return object && remove_with_dependents(dice, object);
}

bool alter_defined(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    if (object && object->kind == KIND_AGGREGATE)
        aggregate_define(dice, (struct aggregate *)object);
    else if (object && object->kind == KIND_RANGE)
        range_define(dice, (struct range_type *)object);
    else if (object)
        collation_define(dice, (struct collation *)object);
    return object;
}
