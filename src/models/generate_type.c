/*
 * Types of columns: SQLAlchemy's class by the engine's table, an enum with its labels, an array of either.  What SQLAlchemy
 * has no class for is named as it is, through a small class of the generated module.
 */
#include "base/text.h"
#include "models/parts.h"

/* "timestamp(3) with time zone" is "timestamp with time zone" and "3". */
struct type_parts {
    const char *whole;
    char *name;
    char *numbers; /* NULL: none */
    int arrays;
};

static struct type_parts type_take_apart(struct arena *mem, const char *type)
{
    struct type_parts parts = {.whole = type, .name = arena_dup(mem, type)};
    while (text_ends(parts.name, "[]")) {
        parts.name = text_slice(mem, parts.name, 0, strlen(parts.name) - 2);
        parts.arrays++;
    }
    const char *open = strchr(parts.name, '('), *close = open ? strrchr(open, ')') : NULL;
    if (!close || strchr(parts.name, '"'))
        return parts;
    parts.numbers = text_slice(mem, open, 1, (size_t)(close - open));
    const char *before = text_slice(mem, parts.name, 0, (size_t)(open - parts.name));
    parts.name = arena_printf(mem, "%s%s", text_trim(mem, before), close + 1);
    return parts;
}

/* Fewer numbers than there are words for is fine, more is not. */
static const struct python_type *type_find(const struct python_words *words, struct arena *mem,
                                           const struct type_parts *parts)
{
    int given = parts->numbers ? text_split(mem, parts->numbers, ',').n : 0;
    for (const struct python_type *type = words->type; type->name; type++) {
        if (text_equal(type->name, parts->whole) || (type->members && text_equal(type->name, parts->name)))
            return type;
        int taken = type->numbers ? text_split(mem, type->numbers, ',').n : 0;
        if (text_equal(type->name, parts->name) && given <= taken)
            return type;
    }
    return NULL;
}

/* 'a','b''c' */
static void members_add(struct arena *mem, struct python_doc *doc, const struct dialect *dialect, const char *members)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, members, strlen(members));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        const char *text = token.kind == TOKEN_STRING ? token_copy(mem, &token) : NULL;
        if (text)
            python_add_text(mem, doc, NULL, text_replace(mem, text_slice(mem, text, 1, strlen(text) - 1), "''", "'"));
    }
}

static struct python_doc *type_doc(struct generator *generator, struct python_module *module,
                                   const struct python_type *type, const struct type_parts *parts)
{
    struct arena *mem = module->mem;
    const char *class = python_use(module, type->own ? generator->words->module : "sqlalchemy", type->class);
    struct python_doc *doc = python_call(mem, class);
    if (type->members)
        members_add(mem, doc, generator->target->dialect, parts->numbers);
    else if (parts->numbers && type->numbers && text_ends(type->numbers, "="))
        python_add(mem, doc, NULL, python_atom(mem, arena_printf(mem, "%s%s", type->numbers, parts->numbers)));
    else if (parts->numbers && type->numbers) {
        const struct names numbers = text_split(mem, parts->numbers, ',');
        for (int i = 0; i < numbers.n; i++)
            python_add(mem, doc, NULL, python_atom(mem, text_trim(mem, numbers.item[i])));
    }
    if (type->argument)
        python_add(mem, doc, NULL, python_atom(mem, type->argument));
    return doc;
}

/* One with a comment is made by a text of its own, which nothing else may speak of. */
static struct python_doc *enum_doc(struct generator *generator, struct python_module *module,
                                   const struct enum_type *found)
{
    struct arena *mem = module->mem;
    const char *schema = object_schema(&found->object);
    const char *class = found->comment ? python_use(module, generator->words->module, "ENUM")
                                       : python_use(module, "sqlalchemy", "Enum");
    struct python_doc *doc = python_call(mem, class);
    for (int i = 0; i < found->labels.n; i++)
        python_add_text(mem, doc, NULL, found->labels.item[i]);
    python_add_text(mem, doc, "name", found->object.name);
    if (*schema)
        python_add_text(mem, doc, "schema", schema);
    if (found->comment)
        python_add(mem, doc, "create_type", python_atom(mem, "False"));
    return doc;
}

static struct python_doc *raw_doc(struct generator *generator, struct python_module *module, const char *type)
{
    generator->needs_type = true;
    struct python_doc *doc = python_call(
        module->mem, !generator->options->single_file ? python_use(module, ".base", "DatabaseType") : "DatabaseType");
    python_add_text(module->mem, doc, NULL, type ? type : "");
    return doc;
}

static struct python_doc *array_doc(struct python_module *module, struct python_doc *item)
{
    return python_add(module->mem, python_call(module->mem, python_use(module, "sqlalchemy", "ARRAY")), NULL, item);
}

/* NULL where nobody asks, so that nothing is imported for it. */
static const char *annotation_of(const struct generator *generator, struct python_module *module, const char *python)
{
    if (!generator->annotates)
        return NULL;
    struct arena *mem = module->mem;
    const char *dot = strchr(python, '.');
    if (text_equal(python, "Any"))
        return python_use(module, "typing", "Any");
    if (!dot)
        return python;
    const char *home = text_slice(mem, python, 0, (size_t)(dot - python));
    return arena_printf(mem, "%s%s", python_use(module, home, NULL), dot);
}

const struct enum_type *model_enum_of(const struct generator *generator, const struct column *column)
{
    if (!generator->enums.n)
        return NULL;
    const char *normal = type_normal(generator->mem, generator->target, column->type);
    return map_get(&generator->enums, type_take_apart(generator->mem, normal ? normal : "").name);
}

struct model_type model_type_of(struct generator *generator, struct python_module *module, const struct column *column,
                                const char *collation)
{
    struct arena *mem = module->mem;
    const char *normal = type_normal(mem, generator->target, column->type);
    struct type_parts parts = type_take_apart(mem, normal ? normal : "");
    const struct enum_type *found = map_get(&generator->enums, parts.name);
    const struct python_type *type = found ? NULL : type_find(generator->words, mem, &parts);
    if (!found && !type)
        return (struct model_type){raw_doc(generator, module, column->type), annotation_of(generator, module, "Any"),
                                   false};
    struct model_type result = {
        .doc = found ? enum_doc(generator, module, found) : type_doc(generator, module, type, &parts),
        .annotation = found ? annotation_of(generator, module, "str") : annotation_of(generator, module, type->python),
        .counts = type && type->counts && !parts.arrays,
    };
    if (type && type->collates && collation) {
        python_add_text(mem, result.doc, "collation", collation);
        result.collates = true;
    }
    for (int i = 0; i < parts.arrays; i++) {
        result.doc = array_doc(module, result.doc);
        if (result.annotation)
            result.annotation = arena_printf(mem, "list[%s]", result.annotation);
    }
    if (!result.doc->items.n)
        result.doc->open = 0; /* Integer, not Integer() */
    return result;
}
