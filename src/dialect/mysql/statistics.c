/*
 * Rows of the catalog queries as one kind has them.  The query over information_schema.statistics, for which MariaDB opens every
 * table, is asked once for primary keys, indexes and their parts; columns are sorted here, because MySQL takes as long for that as for
 * all else of them.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "dialect/mysql/schema.h"

typedef const char *const *cells;

enum { CELLS_MOST = 24 };

struct pick {
    const char *from, *as;
};

/* The cells that are picked, of the rows that are wanted. */
static void rows_pick(struct arena *mem, const struct rows *all, const struct pick *picks,
                      bool (*wanted)(const struct rows *rows, int row), struct rows *own)
{
    int place[CELLS_MOST], n = 0;
    *own = (struct rows){0};
    for (; picks->from; picks++) {
        int at = names_find(&all->columns, picks->from);
        if (at < 0)
            continue;
        names_add(mem, &own->columns, picks->as);
        place[n++] = at;
    }
    for (int i = 0; i < all->row.n; i++) {
        if (wanted && !wanted(all, i))
            continue;
        const char **row = NEW_ARRAY(mem, const char *, n);
        for (int k = 0; k < n; k++)
            row[k] = ((cells)all->row.item[i])[place[k]];
        list_add(mem, &own->row, row);
    }
}

/* As the queries begin: a table, in it what the rows are of, and a place in that. */
enum { TABLE_CELL, OF_CELL, PLACE_CELL };

static int by_place(const void *a, const void *b)
{
    cells x = a, y = b;
    int table = strcmp(x[TABLE_CELL], y[TABLE_CELL]), of = strcmp(x[OF_CELL], y[OF_CELL]);
    size_t digits = strlen(x[PLACE_CELL]), others = strlen(y[PLACE_CELL]);
    int place = digits == others ? strcmp(x[PLACE_CELL], y[PLACE_CELL]) : digits < others ? -1 : 1;
    return table ? table : of ? of : place;
}

static struct rows sorted(struct arena *mem, const struct rows *all)
{
    struct rows rows = {.columns = all->columns, .row = list_duplicate(mem, &all->row)};
    list_sort(&rows.row, by_place);
    return rows;
}

void my_columns_take(struct arena *mem, const struct rows *all, struct rows *own)
{
    struct pick picks[CELLS_MOST] = {{"table", "table"}};
    const struct rows rows = sorted(mem, all);
    for (int i = PLACE_CELL + 1; i < all->columns.n; i++)
        picks[i - PLACE_CELL] = (struct pick){all->columns.item[i], all->columns.item[i]};
    rows_pick(mem, &rows, picks, NULL, own);
}

/* ---- keys ---- */

static bool is_primary(const struct rows *rows, int row)
{
    return text_equal(rows_cell(rows, row, "name"), "PRIMARY");
}

static bool is_part(const struct rows *rows, int row)
{
    return !is_primary(rows, row);
}

static bool is_first(const struct rows *rows, int row)
{
    return !is_primary(rows, row) && text_equal(rows_cell(rows, row, "place"), "1");
}

void my_indexes_take(struct arena *mem, const struct rows *all, struct rows *own)
{
    static const struct pick picks[] = {{"table", "table"},
                                        {"name", "name"},
                                        {"is_unique", "is_unique"},
                                        {"method", "method"},
                                        {"invisible", "invisible"},
                                        {"comment", "comment"},
                                        {0}};
    const struct rows rows = sorted(mem, all);
    rows_pick(mem, &rows, picks, is_first, own);
}

void my_index_parts_take(struct arena *mem, const struct rows *all, struct rows *own)
{
    static const struct pick picks[] = {{"table", "table"},
                                        {"name", "parent"},
                                        {"column", "column"},
                                        {"expr", "expr"},
                                        {"descending", "descending"},
                                        {"length", "length"},
                                        {0}};
    const struct rows rows = sorted(mem, all);
    rows_pick(mem, &rows, picks, is_part, own);
}

/* The length of its prefix, and DESC. */
static const char *order_of(struct arena *mem, const struct rows *all, int row)
{
    const char *length = rows_cell(all, row, "length");
    bool descending = names_have(&all->columns, "descending") && text_equal(rows_cell(all, row, "descending"), "1");
    return text_trim(mem, arena_printf(mem, "%s%s%s%s", length ? "(" : "", length ? length : "", length ? ")" : "",
                                       descending ? " DESC" : ""));
}

static const char *array_text(struct arena *mem, const struct names *texts)
{
    struct json *array = json_array(mem);
    for (int i = 0; i < texts->n; i++)
        json_add(mem, array, json_string(mem, texts->item[i]));
    return json_text(mem, array, JSON_TIGHT);
}

/* A row for each, with its columns in order; after each that says so what order_of() tells. */
void my_primary_keys_take(struct arena *mem, const struct rows *all, struct rows *own)
{
    static const char *const names[] = {"table", "columns", "orders"};
    enum { CELLS = sizeof names / sizeof *names };
    const struct rows rows = sorted(mem, all);
    *own = (struct rows){0};
    for (int i = 0; i < CELLS; i++)
        names_add(mem, &own->columns, names[i]);
    for (int i = 0, next; i < rows.row.n; i = next) {
        struct names columns = {0}, orders = {0};
        bool any = false;
        const char *table = rows_cell(&rows, i, "table");
        for (next = i;
             next < rows.row.n && is_primary(&rows, next) && text_equal(rows_cell(&rows, next, "table"), table);
             next++) {
            names_add(mem, &columns, rows_cell(&rows, next, "column"));
            names_add(mem, &orders, order_of(mem, &rows, next));
            any = any || *orders.item[orders.n - 1];
        }
        if (next == i) {
            next++;
            continue;
        }
        const char **row = NEW_ARRAY(mem, const char *, CELLS);
        row[0] = table;
        row[1] = array_text(mem, &columns);
        row[2] = any ? array_text(mem, &orders) : NULL;
        list_add(mem, &own->row, row);
    }
}
