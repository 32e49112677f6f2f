/*
 * Random foreign tables: columns with options of theirs, and checks.  Their server's wrapper has no handler, so nothing reads them,
 * and nobody does: they have no rows, keys, indexes or policies.
 */
#include "base/text.h"
#include "random.h"

static struct object *random_of_foreign(struct dice *dice, enum kind kind)
{
    struct object *found = NULL;
    int seen = 0;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (o->kind == kind && object_is_foreign(object_top(o)) && !dice_below(dice, ++seen))
            found = o;
    return found;
}

static struct names random_options(struct dice *dice)
{
    static const char *const options[] = {"column_name=far", "fetch_size=5", "odd name=it's = \"odd\""};
    struct names chosen = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (dice_chance(dice, 40))
            names_add(dice->mem, &chosen, options[i]);
    return chosen;
}

/* The server keeps its values elsewhere. */
static struct column *foreign_column(struct dice *dice, struct object *table)
{
    struct column *column = random_column(dice, table);
    column->storage = column->compression = NULL;
    object_unsay(&column->object, COLUMN_storage);
    object_unsay(&column->object, COLUMN_compression);
    if (dice_chance(dice, 40))
        SAY(column, COLUMN, server_options, random_options(dice));
    return column;
}

bool add_foreign(struct dice *dice)
{
    struct object *server = dice->engine == ENGINE_PG ? random_server(dice) : NULL;
    if (!server)
        return false;
    struct object *schema = random_home(dice);
    struct table *table =
        (struct table *)object_new(dice->mem, KIND_TABLE, schema, random_name_in(dice, KIND_TABLE, schema));
    SAY(table, TABLE, server, server->name);
    SAY(table, TABLE, server_options, random_options(dice));
    if (dice_chance(dice, 20))
        SAY(table, TABLE, comment, random_comment(dice));
    for (int i = 2 + dice_below(dice, 3); i > 0; i--)
        foreign_column(dice, &table->object);
    if (dice_chance(dice, 40))
        random_check(dice, &table->object);
    return true;
}

bool drop_foreign(struct dice *dice)
{
    struct object *table = random_of_foreign(dice, KIND_TABLE);
    return table && remove_with_dependents(dice, table);
}

static bool column_alter(struct dice *dice, struct column *column)
{
    const char *type = wider_type(dice, column);
    if (dice_chance(dice, 30)) {
        SAY(column, COLUMN, nullable, !column->nullable);
        return true;
    }
    if (dice_chance(dice, 50)) {
        SAY(column, COLUMN, server_options, random_options(dice));
        return true;
    }
    if (type)
        SAY(column, COLUMN, type, type);
    return type;
}

bool alter_foreign(struct dice *dice)
{
    struct object *table = random_of_foreign(dice, KIND_TABLE), *column = random_of_foreign(dice, KIND_COLUMN),
                  *check = random_of_foreign(dice, KIND_CHECK);
    if (!table)
        return false;
    switch (dice_below(dice, 6)) {
    case 0: SAY((struct table *)table, TABLE, server_options, random_options(dice)); return true;
    case 1: return foreign_column(dice, table);
    case 2: return remove_with_dependents(dice, column);
    case 3: return random_check(dice, table);
    case 4: return check && remove_with_dependents(dice, check);
    default: return column_alter(dice, (struct column *)column);
    }
}
