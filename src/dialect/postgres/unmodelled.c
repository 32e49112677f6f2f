/*
 * What no kind models, asked in two steps.  catalog/unmodelled.sql is one query of many parts; a database has something for
 * few of them, and planning all of them costs the server more than it does to read a hundred tables.  So above each part
 * stands where there would have to be something, one look goes to all of these places, and only what may find something is
 * asked.
 *
 *     -- if pg_class WHERE oid >= 16384; relrowsecurity
 *
 * names rows and, where not any row will do, what must hold of one.  Of several such lines one is enough.
 */
#include "base/map.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

struct inventory {
    struct arena *mem;
    const struct rows *found; /* numbers of the parts that may find something; NULL: not known yet */
    struct buf query;
    struct map places; /* struct buf *, by the rows to look at: a column for each part */
    int parts;         /* that were begun */
    int wanted;        /* of them */
    bool conditions;   /* the line before was one */
    bool takes;        /* lines belong to the query */
};

static bool is_found(const struct inventory *inventory, int part)
{
    int64_t number;
    for (int i = 0; inventory->found && i < inventory->found->row.n; i++)
        if (text_to_int(rows_cell(inventory->found, i, "part"), &number) && number == part)
            return true;
    return false;
}

static void part_begin(struct inventory *inventory)
{
    inventory->takes = is_found(inventory, ++inventory->parts);
    if (!inventory->takes)
        return;
    if (inventory->wanted++)
        buf_add(&inventory->query, "UNION ALL\n");
}

static void condition_take(struct inventory *inventory, const char *line)
{
    const char *semicolon = strstr(line, "; "), *holds = semicolon ? semicolon + 2 : "true";
    const char *rows = semicolon ? arena_copy(inventory->mem, line, (size_t)(semicolon - line)) : line;
    struct buf *place = map_get(&inventory->places, rows);
    if (!place) {
        place = NEW(inventory->mem, struct buf);
        buf_init(place, inventory->mem);
        map_set(&inventory->places, rows, place);
    }
    buf_addf(place, "%sCASE WHEN bool_or(%s) THEN %d END", place->len ? ", " : "", holds, inventory->parts);
}

static void line_take(struct inventory *inventory, const char *line)
{
    static const char condition[] = "-- if ";
    const bool is_condition = text_starts(line, condition);
    if (is_condition && !inventory->conditions)
        part_begin(inventory);
    inventory->conditions = is_condition;
    if (is_condition)
        condition_take(inventory, line + strlen(condition));
    else if (text_starts(line, ") AS found"))
        inventory->takes = true; /* the end is for all */
    else if (inventory->parts && (text_equal(line, "UNION ALL") || text_starts(line, "--")))
        return;
    if (!is_condition && inventory->takes)
        buf_addf(&inventory->query, "%s\n", line);
}

static struct inventory inventory_read(struct arena *mem, const char *sql, const struct rows *found)
{
    struct inventory inventory = {.mem = mem, .found = found, .takes = true};
    const struct names lines = text_lines(mem, sql);
    buf_init(&inventory.query, mem);
    map_init(&inventory.places, mem);
    for (int i = 0; i < lines.n; i++)
        line_take(&inventory, lines.item[i]);
    return inventory;
}

const char *pg_unmodelled_look(struct arena *mem, const char *sql)
{
    const struct inventory inventory = inventory_read(mem, sql, NULL);
    struct buf look;
    buf_init(&look, mem);
    buf_add(&look, "SELECT part FROM (");
    for (int i = 0; i < inventory.places.n; i++) {
        const struct map_entry *place = &inventory.places.entry[i];
        buf_addf(&look, "%sSELECT unnest(ARRAY[%s]) AS part FROM %s", i ? "\nUNION ALL " : "",
                 ((const struct buf *)place->value)->data, place->key);
    }
    buf_add(&look, ") AS look WHERE part IS NOT NULL");
    return look.data;
}

const char *pg_unmodelled_query(struct arena *mem, const char *sql, const struct rows *found)
{
    const struct inventory inventory = inventory_read(mem, sql, found);
    return inventory.wanted ? inventory.query.data : NULL;
}
