/* Skip indexes, projections and constraints: the same words within CREATE TABLE and after ADD. */
#include "base/text.h"
#include "dialect/clickhouse/render.h"

static void index_add(struct buf *out, const struct index *index)
{
    const struct list *parts = &index->object.children;
    struct names items = {0};
    for (int i = 0; i < parts->n; i++) {
        const struct index_part *part = parts->item[i];
        const char *column = part->column ? ident_text(out->mem, &ch_ident, part->column) : NULL;
        names_add(out->mem, &items, column ? column : expr_text(&part->expr));
    }
    ch_key_add(out, names_join(out->mem, &items, ", "));
    buf_addf(out, " TYPE %s GRANULARITY %lld", index->method, (long long)index->granularity);
}

void ch_part_text(struct buf *out, const struct object *part)
{
    buf_addf(out, "%s ", part->kind == KIND_CHECK ? "CONSTRAINT" : kind_table[part->kind].sql);
    ch_ident_add(out, part->name);
    buf_add_c(out, ' ');
    if (part->kind == KIND_INDEX) {
        index_add(out, (const struct index *)part);
    } else if (part->kind == KIND_PROJECTION) {
        buf_addf(out, "(%s)", expr_text(&((const struct projection *)part)->query));
    } else {
        const struct check *check = (const struct check *)part;
        buf_addf(out, "%s (%s)", check->assume ? "ASSUME" : "CHECK", expr_text(&check->expr));
    }
}

/* One of a new table stands in its CREATE. */
int ch_part_create(struct render *render, const struct change *change)
{
    const struct object *table = change->after->parent;
    struct buf out = ch_begin(render, "ADD ");
    if (table->made && table->made->op == CHANGE_CREATE)
        return 0;
    ch_part_text(&out, change->after);
    ch_clause(render, change->after, CLAUSE_PLAIN, &out);
    return 0;
}

int ch_part_drop(struct render *render, const struct change *change)
{
    const struct object *part = change->before;
    struct buf out = ch_begin(render, "DROP ");
    buf_addf(&out, "%s ", part->kind == KIND_CHECK ? "CONSTRAINT" : kind_table[part->kind].sql);
    ch_ident_add(&out, part->name);
    ch_clause(render, part, CLAUSE_PLAIN, &out);
    return 0;
}
