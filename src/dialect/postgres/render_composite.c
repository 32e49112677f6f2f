/*
 * Composite types and their attributes.  Attributes come, go and get other types in place, the last only while no table has
 * a column of the type (effects.c).
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void attribute_text(struct buf *out, const struct attribute *attribute)
{
    pg_ident_add(out, attribute->object.name);
    buf_addf(out, " %s", attribute->type);
    if (!attribute->collation)
        return;
    buf_add(out, " COLLATE ");
    pg_collation_add(out, attribute->collation);
}

static void attribute_comment(struct render *render, const struct attribute *attribute)
{
    struct buf name = pg_begin(render, "");
    pg_top(&name, attribute->object.parent);
    buf_add_c(&name, '.');
    pg_ident_add(&name, attribute->object.name);
    pg_comment(render, "COLUMN", &name, attribute->comment);
}

static const struct attribute *attribute_at(const struct object *type, int i)
{
    return (const struct attribute *)type->children.item[i];
}

int pg_composite_create(struct render *render, const struct change *change)
{
    const struct object *type = change->after;
    const char *comment = ((const struct composite_type *)type)->comment;
    struct buf out = pg_begin(render, "CREATE TYPE ");
    pg_top(&out, type);
    buf_add(&out, " AS (");
    for (int i = 0; i < type->children.n; i++) {
        buf_add(&out, i ? ",\n    " : "\n    ");
        attribute_text(&out, attribute_at(type, i));
    }
    buf_add(&out, type->children.n ? "\n)" : ")");
    render_statement(render, &out);
    for (int i = 0; i < type->children.n; i++)
        if (attribute_at(type, i)->comment)
            attribute_comment(render, attribute_at(type, i));
    if (comment)
        pg_type_comment(render, type, comment);
    return 0;
}

int pg_composite_alter(struct render *render, const struct change *change)
{
    if (change_has(change, COMPOSITE_comment))
        pg_type_comment(render, change->after, ((const struct composite_type *)change->after)->comment);
    return 0;
}

int pg_attribute_create(struct render *render, const struct change *change)
{
    const struct attribute *attribute = (const struct attribute *)change->after;
    struct buf out = pg_alter_top(render, change->after->parent);
    buf_add(&out, "ADD ATTRIBUTE ");
    attribute_text(&out, attribute);
    render_statement(render, &out);
    if (attribute->comment)
        attribute_comment(render, attribute);
    return 0;
}

int pg_attribute_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_alter_top(render, change->before->parent);
    buf_add(&out, "DROP ATTRIBUTE ");
    pg_ident_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

int pg_attribute_alter(struct render *render, const struct change *change)
{
    const struct attribute *attribute = (const struct attribute *)change->after;
    if (change_has(change, ATTRIBUTE_type) || change_has(change, ATTRIBUTE_collation)) {
        struct buf out = pg_alter_top(render, change->after->parent);
        buf_add(&out, "ALTER ATTRIBUTE ");
        pg_ident_add(&out, attribute->object.name);
        buf_addf(&out, " TYPE %s", attribute->type);
        if (attribute->collation) {
            buf_add(&out, " COLLATE ");
            pg_collation_add(&out, attribute->collation);
        }
        render_statement(render, &out);
    }
    if (change_has(change, ATTRIBUTE_comment))
        attribute_comment(render, attribute);
    return 0;
}

int pg_attribute_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_alter_top(render, change->after->parent);
    buf_add(&out, "RENAME ATTRIBUTE ");
    pg_ident_add(&out, change->before->name);
    buf_add(&out, " TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
