/*
 * Extensions: made where they are missing, because others may have made them, and updated in place.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

int pg_extension_create(struct render *render, const struct change *change)
{
    const struct extension *extension = (const struct extension *)change->after;
    const char *schema = extension->object.parent->name;
    struct buf out = pg_begin(render, "CREATE EXTENSION IF NOT EXISTS ");

    pg_ident_add(&out, extension->object.name);
    if (schema && *schema && !text_equal(schema, "pg_catalog")) {
        buf_add(&out, " SCHEMA ");
        pg_ident_add(&out, schema);
    }
    if (extension->version) {
        buf_add(&out, " VERSION ");
        pg_literal(&out, extension->version);
    }
    render_statement(render, &out);
    return 0;
}

int pg_extension_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP EXTENSION ");

    pg_ident_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

int pg_extension_alter(struct render *render, const struct change *change)
{
    const struct extension *before = (const struct extension *)change->before;
    const struct extension *extension = (const struct extension *)change->after;
    struct buf out = pg_begin(render, "ALTER EXTENSION ");

    if (!extension->version) /* any will do */
        return 0;
    if (before->version && pg_version_older(render->mem, extension->version, before->version))
        return 0; /* extensions have no way back; what rested on the older one works with the newer */
    pg_ident_add(&out, extension->object.name);
    buf_add(&out, " UPDATE TO ");
    pg_literal(&out, extension->version);
    render_statement(render, &out);
    return 0;
}
