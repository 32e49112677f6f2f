/*
 * Random functions and procedures: of plain values, of a label, of a table's rows, for triggers, and with a body that the
 * server keeps parsed.  Bodies in quotes name nothing: the server would not rewrite them when that is renamed.
 */
#include "base/text.h"
#include "random.h"

/* Written as the server prints it. */
static struct function *function_new(struct dice *dice, struct object *schema, const char *called, const char *type)
{
    const char *name = arena_printf(dice->mem, "%s(%s)", called, type ? type : "");
    struct function *function = (struct function *)object_new(dice->mem, KIND_FUNCTION, schema, name);
    SAY(function, FUNCTION, called, called);
    if (type)
        SAY(function, FUNCTION, arguments, one_name(dice->mem, type));
    return function;
}

static void define(struct dice *dice, struct function *function, const char *argument, const char *rest)
{
    struct object *schema = function->object.parent;
    const char *home = *schema->name ? arena_printf(dice->mem, "%s.", quoted(dice, schema->name)) : "";
    SAY(function, FUNCTION, definition,
        written(arena_printf(dice->mem, "CREATE FUNCTION %s%s(%s)\n %s", home, quoted(dice, function->called), argument,
                             rest)));
}

static void define_number(struct dice *dice, struct function *function)
{
    static const char *const results[] = {"integer", "bigint"};
    const char *body = arena_printf(dice->mem, "SELECT x + %d", dice_below(dice, 9));
    SAY(function, FUNCTION, body, written(body));
    define(dice, function, "x integer",
           arena_printf(dice->mem, "RETURNS %s\n LANGUAGE sql\n IMMUTABLE\nAS $function$%s$function$",
                        PICK(dice, results), body));
}

/* Of an enum or of a table's rows. */
static void define_of_type(struct dice *dice, struct function *function, const char *type)
{
    SAY(function, FUNCTION, body, written("SELECT 1"));
    define(dice, function, arena_printf(dice->mem, "given %s", type),
           "RETURNS integer\n LANGUAGE sql\nAS $function$SELECT 1$function$");
}

static void define_bound(struct dice *dice, struct function *function, const struct object *table)
{
    const struct column *column = pick_column(dice, table, ~0u, false);
    define(dice, function, "",
           arena_printf(dice->mem,
                        "RETURNS bigint\n LANGUAGE sql\nBEGIN ATOMIC\n SELECT count(%s.%s) AS count FROM %s;\nEND",
                        quoted(dice, table->name), quoted(dice, column->object.name), qualified(dice, table)));
}

static void define_for_trigger(struct dice *dice, struct function *function)
{
    const char *body = arena_printf(dice->mem, " BEGIN /* %d */ RETURN NEW; END ", dice_below(dice, 9));
    SAY(function, FUNCTION, script, written(body));
    define(dice, function, "",
           arena_printf(dice->mem, "RETURNS trigger\n LANGUAGE plpgsql\nAS $function$%s$function$", body));
}

static bool has_type(const struct function *function, const char *type)
{
    return function->arguments.n == 1 && text_equal(function->arguments.item[0], type);
}

struct object *random_function(struct dice *dice)
{
    struct object *schema = object_child(dice->tree->root, KIND_SCHEMA, "");
    struct object *type = random_of_kind(dice, KIND_ENUM), *table = random_of_kind(dice, KIND_TABLE);
    const char *called = random_name(dice);
    struct function *function;
    switch (dice_below(dice, 5)) {
    case 0:
        if (!type)
            return NULL;
        function = function_new(dice, schema, called, qualified(dice, type));
        define_of_type(dice, function, qualified(dice, type));
        break;
    case 1:
        if (!table)
            return NULL;
        function = function_new(dice, schema, called, qualified(dice, table));
        define_of_type(dice, function, qualified(dice, table));
        break;
    case 2:
        if (!table || !pick_column(dice, table, ~0u, false))
            return NULL;
        function = function_new(dice, schema, called, NULL);
        define_bound(dice, function, table);
        break;
    case 3:
        function = function_new(dice, schema, called, NULL);
        define_for_trigger(dice, function);
        break;
    default: function = function_new(dice, schema, called, "integer"); define_number(dice, function);
    }
    if (dice_chance(dice, 20))
        SAY(function, FUNCTION, comment, random_comment(dice));
    return &function->object;
}

static const char *of_c(struct dice *dice, const char *result, const char *symbol)
{
    return arena_printf(dice->mem, "RETURNS %s\n LANGUAGE internal\n IMMUTABLE STRICT\nAS $function$%s$function$",
                        result, symbol);
}

/* With the two functions that it cannot be without, which the server has in C. */
struct object *random_base(struct dice *dice)
{
    struct object *schema = object_child(dice->tree->root, KIND_SCHEMA, "");
    const char *name = random_type_name(dice, KIND_BASE, schema);
    const char *in = arena_printf(dice->mem, "%s_in", name), *out = arena_printf(dice->mem, "%s_out", name);
    struct base_type *type = (struct base_type *)object_new(dice->mem, KIND_BASE, schema, name);
    const char *spelled = qualified(dice, &type->object);
    define(dice, function_new(dice, schema, in, "cstring"), "cstring", of_c(dice, spelled, "textin"));
    define(dice, function_new(dice, schema, out, spelled), spelled, of_c(dice, "cstring", "textout"));
    SAY(type, BASE, called, name);
    SAY(type, BASE, definition,
        written(arena_printf(dice->mem, "CREATE TYPE %s (input = %s, output = %s, storage = extended, category = 'S')",
                             spelled, quoted(dice, in), quoted(dice, out))));
    if (dice_chance(dice, 20))
        SAY(type, BASE, comment, random_comment(dice));
    return &type->object;
}

/* A type that is only promised, and perhaps a function that takes it. */
struct object *random_shell(struct dice *dice)
{
    struct object *schema = random_home(dice);
    const char *name = random_type_name(dice, KIND_SHELL, schema);
    struct shell_type *type = (struct shell_type *)object_new(dice->mem, KIND_SHELL, schema, name);
    const char *spelled = qualified(dice, &type->object), *takes = arena_printf(dice->mem, "%s_takes", name);
    SAY(type, SHELL, called, name);
    SAY(type, SHELL, definition, written(arena_printf(dice->mem, "CREATE TYPE %s", spelled)));
    if (dice_chance(dice, 30))
        SAY(type, SHELL, comment, random_comment(dice));
    if (dice_chance(dice, 30))
        define(dice, function_new(dice, schema, takes, spelled), spelled, of_c(dice, "integer", "textlen"));
    return &type->object;
}

bool alter_base(struct dice *dice)
{
    struct base_type *type = (struct base_type *)random_of_kind(dice, KIND_BASE);
    if (!type)
        return false;
    const char *text = type->definition.written;
    bool extended = text_has(text, "extended");
    SAY(type, BASE, definition,
        written(text_replace(dice->mem, text, extended ? "extended" : "external", extended ? "external" : "extended")));
    return true;
}

bool function_reshape(struct dice *dice)
{
    struct function *function = (struct function *)random_of_kind(dice, KIND_FUNCTION);
    if (!function)
        return false;
    if (has_type(function, "integer"))
        define_number(dice, function);
    else if (expr_text(&function->script))
        define_for_trigger(dice, function);
    else
        return false;
    return true;
}

const char *random_trigger_function(struct dice *dice)
{
    struct function *function = (struct function *)random_of_kind(dice, KIND_FUNCTION);
    if (!function || !expr_text(&function->script))
        return "suppress_redundant_updates_trigger()";
    return arena_printf(dice->mem, "%s()", quoted(dice, function->called));
}

/* A column that calls one where it is not told a value. */
bool call_in_default(struct dice *dice)
{
    struct function *function = (struct function *)random_of_kind(dice, KIND_FUNCTION);
    struct object *table = random_of_kind(dice, KIND_TABLE);
    struct column *column = table ? pick_column(dice, table, 1u << FAMILY_INT, true) : NULL;
    if (!function || !column || !has_type(function, "integer") || column->autoincrement || column->identity)
        return false;
    const char *call = arena_printf(dice->mem, "%s(%d)", quoted(dice, function->called), dice_below(dice, 100));
    SAY(column, COLUMN, default_value, written(call));
    return true;
}
