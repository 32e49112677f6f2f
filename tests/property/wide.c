/*
 * Random objects that most databases have a few of: conversions, languages with their transforms, access methods, foreign data
 * wrappers with their servers and user mappings.  What they are made of in C the server has already.
 */
#include "base/text.h"
#include "random.h"

/* Their structs, and the numbers of these fields, begin the same. */
typedef struct aggregate defined;

static const enum kind kinds[] = {KIND_CONVERSION, KIND_LANGUAGE, KIND_TRANSFORM, KIND_METHOD,
                                  KIND_WRAPPER,    KIND_SERVER,   KIND_MAPPING};

/* @: its schema and name. */
static const struct {
    enum kind kind;
    const char *one, *other;
} texts[] = {
    {KIND_CONVERSION, "CREATE CONVERSION @ FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
     "CREATE CONVERSION @ FOR 'KOI8R' TO 'UTF8' FROM koi8r_to_utf8"},
    {KIND_LANGUAGE, "CREATE LANGUAGE @ HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator",
     "CREATE TRUSTED LANGUAGE @ HANDLER plpgsql_call_handler"},
    {KIND_METHOD, "CREATE ACCESS METHOD @ TYPE TABLE HANDLER heap_tableam_handler",
     "CREATE ACCESS METHOD @ TYPE INDEX HANDLER bthandler"},
    {KIND_WRAPPER, "CREATE FOREIGN DATA WRAPPER @", "CREATE FOREIGN DATA WRAPPER @"},
};

static void text_choose(struct dice *dice, defined *it)
{
    const char *schema = object_schema(&it->object), *name = quoted(dice, it->called ? it->called : "");
    if (*schema)
        name = arena_printf(dice->mem, "%s.%s", quoted(dice, schema), name);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].kind == it->object.kind)
            SAY(it, AGGREGATE, definition,
                written(text_replace(dice->mem, dice_chance(dice, 50) ? texts[i].one : texts[i].other, "@", name)));
}

static defined *defined_new(struct dice *dice, enum kind kind, struct object *schema, const char *name,
                            const char *called)
{
    if (object_child(schema, kind, name))
        return NULL;
    defined *it = (defined *)object_new(dice->mem, kind, schema, name);
    if (called)
        SAY(it, AGGREGATE, called, called);
    if (kind != KIND_MAPPING && dice_chance(dice, 20))
        SAY(it, AGGREGATE, comment, random_comment(dice));
    return it;
}

static struct names random_options(struct dice *dice)
{
    static const char *const options[] = {"host=near", "note=it's = odd", "port=1"};
    struct names chosen = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (dice_chance(dice, 40))
            names_add(dice->mem, &chosen, options[i]);
    return chosen;
}

static void options_choose(struct dice *dice, struct object *object)
{
    static const char *const versions[] = {"1", "2.5 'beta'"};
    if (object->kind == KIND_WRAPPER)
        SAY((struct foreign_data_wrapper *)object, WRAPPER, options, random_options(dice));
    else if (object->kind == KIND_MAPPING)
        SAY((struct user_mapping *)object, MAPPING, options, random_options(dice));
    else if (object->kind == KIND_SERVER) {
        SAY((struct server *)object, SERVER, options, random_options(dice));
        SAY((struct server *)object, SERVER, version, PICK(dice, versions));
    }
}

/* One that is there, or a new one. */
static const struct object *plain_of(struct dice *dice, enum kind kind, struct object *schema)
{
    const struct object *there = random_of_kind(dice, kind);
    const char *called = random_name(dice);
    if (there)
        return there;
    defined *it = defined_new(dice, kind, schema, called, called);
    text_choose(dice, it);
    options_choose(dice, &it->object);
    return &it->object;
}

static defined *random_transform(struct dice *dice, struct object *schema)
{
    static const char *const types[] = {"integer", "date", "text"};
    const struct object *language = plain_of(dice, KIND_LANGUAGE, schema);
    const char *type = PICK(dice, types);
    const char *name = arena_printf(dice->mem, "FOR %s LANGUAGE %s", type, quoted(dice, language->name));
    defined *it = defined_new(dice, KIND_TRANSFORM, schema, name, NULL);
    if (!it)
        return NULL;
    SAY(it, AGGREGATE, arguments, one_name(dice->mem, type));
    SAY(it, AGGREGATE, definition,
        written(arena_printf(dice->mem, "CREATE TRANSFORM %s (FROM SQL WITH FUNCTION prsd_lextype(internal))", name)));
    return it;
}

static defined *new_server(struct dice *dice, struct object *schema)
{
    const struct object *wrapper = plain_of(dice, KIND_WRAPPER, schema);
    const char *called = random_name(dice), *type = dice_chance(dice, 30) ? " TYPE 'it''s'" : "";
    defined *it = defined_new(dice, KIND_SERVER, schema, called, called);
    SAY(it, AGGREGATE, definition,
        written(arena_printf(dice->mem, "CREATE SERVER %s%s FOREIGN DATA WRAPPER %s", quoted(dice, called), type,
                             quoted(dice, wrapper->name))));
    options_choose(dice, &it->object);
    return it;
}

struct object *random_server(struct dice *dice)
{
    struct object *there = random_of_kind(dice, KIND_SERVER), *usual = object_child(dice->tree->root, KIND_SCHEMA, "");
    return there || !usual ? there : &new_server(dice, usual)->object;
}

static defined *random_mapping(struct dice *dice, struct object *schema)
{
    const struct object *server = random_server(dice);
    const char *on = quoted(dice, server->name), *called = arena_printf(dice->mem, "FOR PUBLIC SERVER %s", on);
    defined *it = defined_new(dice, KIND_MAPPING, schema, arena_printf(dice->mem, "public on %s", on), called);
    if (it)
        SAY(it, AGGREGATE, definition, written(arena_printf(dice->mem, "CREATE USER MAPPING %s", called)));
    return it;
}

bool add_wide(struct dice *dice)
{
    struct object *usual = object_child(dice->tree->root, KIND_SCHEMA, "");
    enum kind kind = PICK(dice, kinds);
    if (dice->engine != ENGINE_PG || !usual)
        return false;
    struct object *schema = kind == KIND_CONVERSION ? random_of_kind(dice, KIND_SCHEMA) : usual;
    const char *called = random_name(dice);
    defined *it = kind == KIND_TRANSFORM ? random_transform(dice, usual)
                  : kind == KIND_SERVER  ? new_server(dice, usual)
                  : kind == KIND_MAPPING ? random_mapping(dice, usual)
                                         : defined_new(dice, kind, schema, called, called);
    if (!it)
        return false;
    text_choose(dice, it);
    options_choose(dice, &it->object);
    return true;
}

bool drop_wide(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    return object && remove_with_dependents(dice, object);
}

bool alter_wide(struct dice *dice)
{
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    if (!object)
        return false;
    text_choose(dice, (defined *)object);
    options_choose(dice, object);
    return true;
}
