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

/* Two numbers, or after it what a function of one argument takes. */
static void operation_define(struct dice *dice, struct operation *operation)
{
    const char *type = operation->arguments.item[1];
    bool prefix = text_equal(operation->arguments.item[0], "NONE");
    const char *left = prefix ? "" : "leftarg = integer, ", *how = dice_chance(dice, 50) ? "int4eq" : "int4le";
    if (prefix) {
        const struct function *function = NULL;
        for (const struct object *o = dice->tree->root; o && !function; o = object_next(dice->tree->root, o)) {
            const struct function *one = (const struct function *)o;
            if (o->kind == KIND_FUNCTION && one->arguments.n == 1 && text_equal(one->arguments.item[0], type))
                function = one;
        }
        how = quoted(dice, function->called);
    }
    SAY(operation, OPERATOR, definition,
        written(arena_printf(dice->mem, "CREATE OPERATOR %s%s (function = %s, %srightarg = %s)",
                             home_of(dice, &operation->object), operation->called, how, left, type)));
}

/* "===", "OPERATOR(app.===)" */
const char *random_symbol(struct dice *dice, const struct operation *operation)
{
    const char *home = home_of(dice, &operation->object);
    return *home ? arena_printf(dice->mem, "OPERATOR(%s%s)", home, operation->called) : operation->called;
}

/* Two that are not linked yet, each being what the other is not. */
static void give_negator(struct dice *dice, struct operation *operation)
{
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        struct operation *other = (struct operation *)o;
        if (o->kind != KIND_OPERATOR || other == operation || other->negator ||
            !text_equal(other->arguments.item[0], "integer"))
            continue;
        SAY(operation, OPERATOR, negator, random_symbol(dice, other));
        SAY(other, OPERATOR, negator, random_symbol(dice, operation));
        return;
    }
}

static void take_negator(struct dice *dice, const struct operation *operation)
{
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        struct operation *other = (struct operation *)o;
        if (o->kind == KIND_OPERATOR && text_equal(other->negator, random_symbol(dice, operation)))
            SAY(other, OPERATOR, negator, NULL);
    }
}

static struct object *random_operator(struct dice *dice, struct object *schema)
{
    static const char *const symbols[] = {"===", "~==~", "<#>", "%%", "@-@"};
    static const char *const estimators[][2] = {{"eqsel", "eqjoinsel"}, {"neqsel", "neqjoinsel"}};
    const struct function *function = (const struct function *)random_of_kind(dice, KIND_FUNCTION);
    bool prefix = function && function->arguments.n == 1 && !expr_text(&function->script) && dice_chance(dice, 60);
    const char *right = prefix ? function->arguments.item[0] : "integer", *called = PICK(dice, symbols);
    struct names sides = one_name(dice->mem, prefix ? "NONE" : "integer");
    names_add(dice->mem, &sides, right);
    const char *name = arena_printf(dice->mem, "%s(%s)", called, names_join(dice->mem, &sides, ", "));
    if (object_child(schema, KIND_OPERATOR, name))
        return NULL;
    struct operation *operation = (struct operation *)object_new(dice->mem, KIND_OPERATOR, schema, name);
    SAY(operation, OPERATOR, called, called);
    SAY(operation, OPERATOR, arguments, sides);
    operation_define(dice, operation);
    if (!prefix && dice_chance(dice, 50)) {
        int i = dice_below(dice, 2);
        SAY(operation, OPERATOR, commutator, random_symbol(dice, operation));
        SAY(operation, OPERATOR, restrict_estimator, estimators[i][0]);
        SAY(operation, OPERATOR, join_estimator, estimators[i][1]);
        SAY(operation, OPERATOR, hashes, dice_chance(dice, 50));
        SAY(operation, OPERATOR, merges, dice_chance(dice, 50));
    }
    if (!prefix && dice_chance(dice, 50))
        give_negator(dice, operation);
    if (dice_chance(dice, 20))
        SAY(operation, OPERATOR, comment, random_comment(dice));
    return &operation->object;
}

static void cast_define(struct dice *dice, struct cast *cast)
{
    SAY(cast, CAST, definition,
        written(arena_printf(dice->mem, "CREATE CAST %s WITH INOUT%s", cast->object.name,
                             dice_chance(dice, 50) ? " AS ASSIGNMENT" : "")));
}

/* Casts stand in no schema. */
static struct object *random_cast(struct dice *dice)
{
    static const char *const others[] = {"integer", "date", "point"};
    const struct object *type = random_of_kind(dice, dice_chance(dice, 70) ? KIND_ENUM : KIND_COMPOSITE);
    struct object *schema = object_child(dice->tree->root, KIND_SCHEMA, "");
    if (!type || !schema)
        return NULL;
    bool into = dice_chance(dice, 50);
    const char *of = qualified(dice, type), *other = PICK(dice, others);
    struct names types = one_name(dice->mem, into ? other : of);
    names_add(dice->mem, &types, into ? of : other);
    const char *name = arena_printf(dice->mem, "(%s)", names_join(dice->mem, &types, " AS "));
    if (object_child(schema, KIND_CAST, name))
        return NULL;
    struct cast *cast = (struct cast *)object_new(dice->mem, KIND_CAST, schema, name);
    SAY(cast, CAST, arguments, types);
    cast_define(dice, cast);
    if (dice_chance(dice, 20))
        SAY(cast, CAST, comment, random_comment(dice));
    return &cast->object;
}

/* Numbers sorted as usual or backwards; what is equal may be an operator of the schema's own. */
static void class_define(struct dice *dice, struct operator_class *class)
{
    bool down = dice_chance(dice, 50);
    const struct operation *equal = (const struct operation *)random_of_kind(dice, KIND_OPERATOR);
    bool own = equal && text_equal(equal->arguments.item[0], "integer") && dice_chance(dice, 60);
    const char *home = own ? home_of(dice, &equal->object) : "";
    SAY(class, CLASS, definition,
        written(arena_printf(dice->mem,
                             "CREATE OPERATOR CLASS %s%s FOR TYPE integer USING btree FAMILY %s%s AS OPERATOR 1 "
                             "%s(integer,integer), OPERATOR 3 %s%s(integer,integer), FUNCTION 1 (integer, integer) "
                             "btint4cmp(integer,integer)",
                             home_of(dice, &class->object), quoted(dice, class->called), home_of(dice, &class->object),
                             quoted(dice, class->called), down ? ">" : "<", home, own ? equal->called : "=")));
}

static void family_define(struct dice *dice, struct operator_family *family)
{
    static const char *const members[] = {"FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint)",
                                          "OPERATOR 1 <(integer,bigint)", "OPERATOR 2 <=(integer,smallint)"};
    struct names some = {0};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (dice_chance(dice, 40))
            names_add(dice->mem, &some, members[i]);
    SAY(family, FAMILY, members, some);
}

/* An index with it too, where a number is. */
static void sort_by(struct dice *dice, const struct operator_class *class)
{
    struct object *table = random_of_kind(dice, KIND_TABLE);
    const struct column *column = table ? pick_column(dice, table, 1u << FAMILY_INT, true) : NULL;
    if (!column || !text_equal(column->type, "integer") || in_partitioning(table))
        return;
    struct object *index = object_new(dice->mem, KIND_INDEX, table, random_name_in(dice, KIND_INDEX, table));
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, index, NULL);
    SAY((struct index *)index, INDEX, method, "btree");
    SAY(part, INDEX_PART, column, column->object.name);
    SAY(part, INDEX_PART, opclass,
        qualified(dice, &(struct object){.kind = KIND_CLASS, .name = class->called, .parent = class->object.parent}));
}

static struct object *random_class(struct dice *dice, struct object *schema, const char *called)
{
    const char *name = arena_printf(dice->mem, "%s using btree", called);
    struct operator_family *family = (struct operator_family *)object_new(dice->mem, KIND_FAMILY, schema, name);
    struct operator_class *class = (struct operator_class *)object_new(dice->mem, KIND_CLASS, schema, name);
    SAY(family, FAMILY, called, called);
    SAY(family, FAMILY, definition,
        written(arena_printf(dice->mem, "CREATE OPERATOR FAMILY %s%s USING btree", home_of(dice, &family->object),
                             quoted(dice, called))));
    family_define(dice, family);
    SAY(class, CLASS, called, called);
    SAY(class, CLASS, arguments, one_name(dice->mem, "integer"));
    class_define(dice, class);
    if (dice_chance(dice, 20))
        SAY(class, CLASS, comment, random_comment(dice));
    if (dice_chance(dice, 20))
        SAY(family, FAMILY, comment, random_comment(dice));
    if (dice_chance(dice, 70))
        sort_by(dice, class);
    return &class->object;
}

static const enum kind kinds[] = {KIND_AGGREGATE, KIND_COLLATION, KIND_RANGE, KIND_OPERATOR,
                                  KIND_CAST,      KIND_CLASS,     KIND_FAMILY};

bool add_defined(struct dice *dice)
{
    struct object *schema = random_of_kind(dice, KIND_SCHEMA);
    if (dice->engine != ENGINE_PG || !schema)
        return false;
    const char *called = random_name(dice);
    switch (PICK(dice, kinds)) {
    case KIND_AGGREGATE: return random_aggregate(dice, schema, called);
    case KIND_RANGE: return random_range(dice, schema);
    case KIND_OPERATOR: return random_operator(dice, schema);
    case KIND_CAST: return random_cast(dice);
    case KIND_CLASS:
    case KIND_FAMILY: return random_class(dice, schema, called);
    default: return random_collation(dice, schema, called);
    }
}

bool drop_defined(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    if (object && object->kind == KIND_OPERATOR)
        take_negator(dice, (const struct operation *)object);
    return object && remove_with_dependents(dice, object);
}

bool alter_defined(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    if (object && object->kind == KIND_AGGREGATE)
        aggregate_define(dice, (struct aggregate *)object);
    else if (object && object->kind == KIND_RANGE)
        range_define(dice, (struct range_type *)object);
    else if (object && object->kind == KIND_OPERATOR)
        operation_define(dice, (struct operation *)object);
    else if (object && object->kind == KIND_CAST)
        cast_define(dice, (struct cast *)object);
    else if (object && object->kind == KIND_CLASS)
        class_define(dice, (struct operator_class *)object);
    else if (object && object->kind == KIND_FAMILY)
        family_define(dice, (struct operator_family *)object);
    else if (object)
        collation_define(dice, (struct collation *)object);
    return object;
}
