/*
 * What a person should know before a plan runs: rows that are lost, values that may not fit, tables that must be empty
 * or filled.  Judged on changes, never on SQL text, so every engine is judged alike.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/step.h"

struct finder {
    struct arena *mem;
    const struct dialect *dialect;
    struct list *found;
};

static void hazard_add(const struct finder *finder, const struct change *change, const char *code, bool irreversible,
                       const char *text)
{
    struct hazard *hazard = NEW(finder->mem, struct hazard);
    *hazard = (struct hazard){.code = code, .text = text, .irreversible = irreversible, .change = change};
    list_add(finder->mem, finder->found, hazard);
}

static bool is_computed(const struct object *column)
{
    const struct column *c = (const struct column *)column;
    return c->computed.written || c->computed.printed;
}

static bool has_value_when_added(const struct column *column)
{
    return column->nullable || column->default_value.written || column->default_value.printed ||
           column->autoincrement || column->identity || column->computed.written || column->computed.printed;
}

/* The numbers in parentheses of a type: 2 for NUMERIC(10, 2). */
static int type_numbers(struct arena *mem, const char *type, int64_t number[2])
{
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return 0;
    struct names parts = text_split(mem, arena_copy(mem, open + 1, (size_t)(close - open - 1)), ',');
    int n = 0;
    while (n < parts.n && n < 2 && text_to_int(text_trim(mem, parts.item[n]), &number[n]))
        n++;
    return n;
}

static char *type_base(struct arena *mem, const char *type)
{
    const char *open = strchr(type, '(');
    return text_lower(mem, text_trim(mem, open ? arena_copy(mem, type, (size_t)(open - type)) : type));
}

/* Types ordered by what they can hold; a step to the left may lose something. */
static bool is_narrower(struct arena *mem, const char *from, const char *to)
{
    static const char *const ladders[][6] = {
        {"smallint", "integer", "bigint", "numeric", NULL},
        {"real", "double precision", NULL},
        {"date", "timestamp without time zone", NULL},
        {"character varying", "text", NULL},
    };
    const char *a = type_base(mem, from), *b = type_base(mem, to);
    int64_t x[2] = {0}, y[2] = {0};
    int n = type_numbers(mem, from, x), m = type_numbers(mem, to, y);
    if (text_equal(a, b))
        return m && (!n || y[0] < x[0] || y[1] < x[1]);
    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
        int at = -1, wanted = -1;
        for (int k = 0; ladders[i][k]; k++) {
            at = text_equal(ladders[i][k], a) ? k : at;
            wanted = text_equal(ladders[i][k], b) ? k : wanted;
        }
        if (at >= 0 && wanted >= 0)
            return wanted < at;
    }
    return true;
}

/* A column that stays, of an ALTER or within a rebuilt table. */
static void column_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    const struct column *before = (const struct column *)column->peer, *after = (const struct column *)column;
    const char *path = object_path(finder->mem, column);
    struct arena *mem = finder->mem;
    if (!finder->dialect->loose_types && !compare_field(mem, finder->dialect, column->peer, column, COLUMN_type) &&
        before->type && after->type &&
        is_narrower(mem, finder->dialect->type_normal(mem, before->type),
                    finder->dialect->type_normal(mem, after->type)))
        hazard_add(finder, change, "narrows-type", false,
                   arena_printf(mem, "%s changes from %s to %s: values that do not fit stop it", path, before->type,
                                after->type));
    if (!compare_field(mem, finder->dialect, column->peer, column, COLUMN_nullable) && !after->nullable)
        hazard_add(finder, change, "needs-values", false,
                   arena_printf(mem, "%s becomes NOT NULL: rows that hold NULL stop it", path));
}

static void column_added_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    if (!has_value_when_added((const struct column *)column))
        hazard_add(finder, change, "needs-values", false,
                   arena_printf(finder->mem, "%s is NOT NULL without a default: only an empty table takes it",
                                object_path(finder->mem, column)));
}

static void column_dropped_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    if (!is_computed(column))
        hazard_add(finder, change, "drops-data", true,
                   arena_printf(finder->mem, "the values of %s are lost", object_path(finder->mem, column)));
}

static void rebuild_judge(const struct finder *finder, const struct change *change)
{
    for (int i = 0; i < change->before->children.n; i++) {
        const struct object *column = change->before->children.item[i];
        if (column->kind == KIND_COLUMN && !column->peer)
            column_dropped_judge(finder, change, column);
    }
    for (int i = 0; i < change->after->children.n; i++) {
        const struct object *column = change->after->children.item[i];
        if (column->kind == KIND_COLUMN && column->peer)
            column_judge(finder, change, column);
        else if (column->kind == KIND_COLUMN)
            column_added_judge(finder, change, column);
    }
}

static void change_judge(const struct finder *finder, const struct change *change)
{
    const struct object *object = change_object(change);
    bool column = change->kind == KIND_COLUMN;
    if (change->op == CHANGE_DROP && change->kind == KIND_TABLE)
        hazard_add(finder, change, "drops-data", true,
                   arena_printf(finder->mem, "the rows of %s are lost", object_path(finder->mem, object)));
    else if (change->op == CHANGE_DROP && column && object->parent->peer)
        column_dropped_judge(finder, change, object);
    else if (change->op == CHANGE_CREATE && column)
        column_added_judge(finder, change, object);
    else if (change->op == CHANGE_ALTER && column)
        column_judge(finder, change, object);
    else if (change->op == CHANGE_REBUILD)
        rebuild_judge(finder, change);
}

void hazards_find(struct arena *mem, const struct dialect *dialect, const struct changes *changes, struct list *hazards)
{
    struct finder finder = {mem, dialect, hazards};
    for (int i = 0; i < changes->list.n; i++)
        change_judge(&finder, changes->list.item[i]);
}
