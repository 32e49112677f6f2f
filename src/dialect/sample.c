/*
 * Rows made up.  The one idea: the same few texts in all columns of all tables, so that whatever refers to a key finds it; of these
 * the first that the column's type takes.  What a check, or a type that takes none of them, refuses stays without rows and is named.
 */
#include "dialect/sample.h"

#include "base/map.h"
#include "base/text.h"

/* They differ.  Large enough for no migration to have used them, small enough for most types. */
static const struct pair {
    const char *one, *other;
} pairs[] =
    {
        {"31001", "31002"},
        {"7", "8"},
        {"t", "f"},
        {"2031-05-17", "2032-06-18"},
        {"11:12:13", "12:13:14"},
        {"5a5a31d2-0000-4000-8000-000000000001", "5a5a31d2-0000-4000-8000-000000000002"},
        {"{}", "{}"},
        {"10.31.0.1", "10.31.0.2"},
        {"08:00:2b:01:02:03", "08:00:2b:01:02:04"},
        {"(1,2)", "(3,4)"},
        {"101", "010"},
        {"1", "0"},
        {"[1,2]", "[3,4]"},
        {"empty", "empty"},
},
  no_pair = {NULL, NULL};
enum { PAIRS = sizeof pairs / sizeof *pairs };

struct sampling {
    struct ctx *ctx;
    struct conn *conn;
    const struct sample_rules *rules;
    struct map known; /* by type: const struct pair * that it takes, or no_pair */
    struct sample *sample;
};

/* What the server refuses is an answer. */
static int answer(struct ctx *ctx, int code, bool *yes)
{
    *yes = code == 0;
    if (code != ERR_SQL)
        return code;
    ctx->error = (struct error){0};
    return 0;
}

static int value_fits(const struct sampling *sampling, const char *type, const char *value, bool *fits)
{
    struct ctx *ctx = sampling->ctx;
    const char *sql = arena_printf(ctx->mem, "%s%s%s", sampling->rules->fits, type, sampling->rules->fits_end);
    struct names params = {0};
    struct rows rows;
    names_add(ctx->mem, &params, value);
    TRY(answer(ctx, conn_query(ctx, sampling->conn, sql, &params, &rows), fits));
    if (!*fits)
        return 0;
    const char *taken = rows.row.n ? ((const char *const *)rows.row.item[0])[0] : NULL;
    *fits = taken && strlen(taken) >= strlen(value); /* else it was cut off */
    return 0;
}

static int pair_find(struct sampling *sampling, const char *type, const struct pair **found)
{
    const struct pair *pair = sampling->rules->fits ? map_get(&sampling->known, type) : &pairs[0];
    for (int i = 0; !pair && i < PAIRS; i++) {
        bool one, other;
        TRY(value_fits(sampling, type, pairs[i].one, &one));
        if (!one)
            continue;
        TRY(value_fits(sampling, type, pairs[i].other, &other));
        pair = other ? &pairs[i] : NULL;
    }
    pair = pair ? pair : &no_pair;
    map_set(&sampling->known, type, (void *)(uintptr_t)pair);
    *found = pair;
    return 0;
}

static int row_add(struct sampling *sampling, const struct object *table, const char *name, bool whole, bool *added)
{
    struct ctx *ctx = sampling->ctx;
    const struct ident_rules *ident = sampling->conn->dialect->ident;
    struct buf columns, cells;
    buf_init(&columns, ctx->mem);
    buf_init(&cells, ctx->mem);
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        const struct pair *pair;
        if (column->object.kind != KIND_COLUMN || expr_text(&column->computed))
            continue;
        TRY(pair_find(sampling, column->type ? column->type : "", &pair));
        const char *value = !whole && column->nullable ? NULL : whole ? pair->one : pair->other;
        buf_add(&columns, columns.len ? ", " : "");
        ident_add(&columns, ident, column->object.name);
        buf_add(&cells, cells.len ? ", " : "");
        if (value)
            literal_add(&cells, ident, value);
        else
            buf_add(&cells, "NULL");
    }
    *added = false;
    if (!columns.len)
        return 0;
    const char *overriding = sampling->rules->overriding ? sampling->rules->overriding : "";
    const char *sql =
        arena_printf(ctx->mem, "INSERT INTO %s (%s)%s VALUES (%s)", name, columns.data, overriding, cells.data);
    return answer(ctx, conn_exec(ctx, sampling->conn, sql), added);
}

/* Where something else would happen with them, or stay of them, they are not made. */
static bool is_left_alone(const struct sampling *sampling, const struct object *table)
{
    for (int i = 0; !sampling->rules->begin && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_TRIGGER ||
            (child->kind == KIND_COLUMN && ((const struct column *)child)->autoincrement))
            return true;
    }
    return false;
}

static int table_fill(struct sampling *sampling, const struct object *table)
{
    struct ctx *ctx = sampling->ctx;
    struct rows rows;
    struct buf name;
    bool whole = false, bare = false;
    buf_init(&name, ctx->mem);
    ident_add_qualified(&name, sampling->conn->dialect->ident, object_schema(table), table->name);
    TRY(conn_query(ctx, sampling->conn, arena_printf(ctx->mem, "SELECT 1 FROM %s LIMIT 1", name.data), NULL, &rows));
    if (rows.row.n)
        return 0;
    if (!is_left_alone(sampling, table)) {
        TRY(row_add(sampling, table, name.data, true, &whole));
        TRY(row_add(sampling, table, name.data, false, &bare));
    }
    if (whole || bare)
        names_add(ctx->mem, &sampling->sample->table, name.data);
    else
        names_add(ctx->mem, &sampling->sample->none, object_path(ctx->mem, table));
    return 0;
}

/* The first label and the last. */
static void enum_know(struct sampling *sampling, const struct object *object)
{
    struct arena *mem = sampling->ctx->mem;
    const struct names *labels = &((const struct enum_type *)object)->labels;
    struct buf name;
    if (!labels->n)
        return;
    struct pair *pair = NEW(mem, struct pair);
    *pair = (struct pair){labels->item[0], labels->item[labels->n - 1]};
    buf_init(&name, mem);
    ident_add_qualified(&name, sampling->conn->dialect->ident, object_schema(object), object->name);
    map_set(&sampling->known, arena_dup(mem, name.data), pair);
}

int sample_rows(struct ctx *ctx, struct conn *conn, const struct tree *tree, struct sample *sample)
{
    struct sampling sampling = {.ctx = ctx, .conn = conn, .rules = conn->dialect->sample, .sample = sample};
    *sample = (struct sample){0};
    map_init(&sampling.known, ctx->mem);
    if (sampling.rules->begin)
        TRY(conn_exec(ctx, conn, sampling.rules->begin));
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_ENUM)
            enum_know(&sampling, o);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_TABLE)
            TRY(table_fill(&sampling, o));
    return sampling.rules->end ? conn_exec(ctx, conn, sampling.rules->end) : 0;
}

int sample_remove(struct ctx *ctx, struct conn *conn, const struct sample *sample)
{
    const struct sample_rules *rules = conn->dialect->sample;
    if (rules->begin)
        TRY(conn_exec(ctx, conn, rules->begin));
    const char *empty = rules->empty ? rules->empty : "DELETE FROM ";
    for (int i = 0; i < sample->table.n; i++)
        TRY(conn_exec(ctx, conn, arena_printf(ctx->mem, "%s%s", empty, sample->table.item[i])));
    return rules->end ? conn_exec(ctx, conn, rules->end) : 0;
}
