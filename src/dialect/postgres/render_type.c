/*
 * What enum types and domains have in common: how they go and are renamed, and how one that cannot be changed in place
 * is made again.  The old one steps aside under another name, everything changes over to the new one (see effects.c), and the
 * old one goes last.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

void pg_type_comment(struct render *render, const struct object *type, const char *comment)
{
    struct buf name = pg_begin(render, "");
    pg_top(&name, type);
    pg_comment(render, kind_table[type->kind].sql, &name, comment);
}

/* "ALTER DOMAIN d " */
struct buf pg_alter_top(struct render *render, const struct object *top)
{
    bool materialized = top->kind == KIND_VIEW && ((const struct view *)top)->materialized;
    struct buf out = pg_begin(render, materialized ? "ALTER MATERIALIZED " : "ALTER ");
    buf_addf(&out, "%s ", kind_table[top->kind].sql);
    pg_top(&out, top);
    buf_add_c(&out, ' ');
    return out;
}

static void drop_type(struct render *render, const struct object *type, const char *name)
{
    struct buf out = pg_begin(render, "DROP ");
    buf_addf(&out, "%s ", kind_table[type->kind].sql);
    pg_sibling(&out, type, name);
    render_statement(render, &out);
}

static void rename_type(struct render *render, const struct object *type, const char *from, const char *to)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", kind_table[type->kind].sql);
    pg_sibling(&out, type, from);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, to);
    render_statement(render, &out);
}

static const char *old_name(struct arena *mem, const struct object *type)
{
    return pg_object_name(mem, type->name, NULL, "_old");
}

int pg_type_drop(struct render *render, const struct change *change)
{
    drop_type(render, change->before, change->before->name);
    return 0;
}

int pg_type_rename(struct render *render, const struct change *change)
{
    rename_type(render, change->after, change->before->name, change->after->name);
    return 0;
}

void pg_type_step_aside(struct render *render, const struct object *type)
{
    rename_type(render, type, type->name, old_name(render->mem, type));
}

/* Everything has changed over to the new type. */
int pg_type_finish(struct render *render, const struct change *change)
{
    drop_type(render, change->after, old_name(render->mem, change->after));
    return 0;
}

/* What values of the type are made of, whatever domains stand in between. */
const char *pg_type_under(struct arena *mem, const struct tree *tree, const char *type)
{
    enum { DEEPEST = 100 };
    struct pg_type read;
    for (int i = 0; i < DEEPEST && type && pg_type_read(mem, type, &read) && !read.known && !read.array; i++) {
        const struct object *domain = tree_find(tree, KIND_DOMAIN, read.schema, read.name);
        if (!domain || !((const struct domain *)domain)->type)
            break;
        type = ((const struct domain *)domain)->type;
    }
    return type;
}
