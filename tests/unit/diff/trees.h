/* Small trees for the tests of diff/, said in a line per table. */
#ifndef TESTS_DIFF_TREES_H
#define TESTS_DIFF_TREES_H

#include "unit.h"

#include "base/text.h"
#include "dialect/dialect.h"

/* Tables as "schema.table: column type, column type"; the default schema has no name. */
static inline struct tree *tree_of(struct ctx *ctx, enum engine engine, const char *const *tables)
{
    struct tree *tree = tree_new(ctx->mem, engine);
    for (; *tables; tables++) {
        const char *colon = strchr(*tables, ':'), *dot = strchr(*tables, '.');
        struct object *schema = tree_schema(ctx->mem, tree, text_slice(ctx->mem, *tables, 0, (size_t)(dot - *tables)));
        const char *name = arena_copy(ctx->mem, dot + 1, (size_t)(colon - dot - 1));
        struct object *table = object_new(ctx->mem, KIND_TABLE, schema, name);
        struct names columns = text_split(ctx->mem, colon + 1, ',');
        for (int i = 0; i < columns.n; i++) {
            struct names words = text_split(ctx->mem, text_trim(ctx->mem, columns.item[i]), ' ');
            struct column *column = (struct column *)object_new(ctx->mem, KIND_COLUMN, table, words.item[0]);
            SAY(column, COLUMN, type, words.item[1]);
        }
    }
    return tree;
}

#define TABLES(...)       \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

#endif
