/*
 * Extended statistics: what the server keeps of several columns, or of expressions.  Another definition is another object.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static struct buf name_of(struct render *render, const struct object *object)
{
    struct buf name = pg_begin(render, "");
    pg_sibling(&name, object, object->name);
    return name;
}

static void statistics_target(struct render *render, const struct statistics *statistics)
{
    struct buf out = pg_begin(render, "ALTER STATISTICS ");
    const char *target = statistics->statistics_target;
    buf_addf(&out, "%s SET STATISTICS %s", name_of(render, &statistics->object).data, target ? target : "-1");
    render_statement(render, &out);
}

static void statistics_comment(struct render *render, const struct statistics *statistics)
{
    struct buf name = name_of(render, &statistics->object);
    pg_comment(render, "STATISTICS", &name, statistics->comment);
}

int pg_statistics_create(struct render *render, const struct change *change)
{
    const struct statistics *statistics = (const struct statistics *)change->after;
    const char *expressions = expr_text(&statistics->expressions);
    struct buf out = pg_begin(render, "CREATE STATISTICS ");
    buf_add(&out, name_of(render, change->after).data);
    if (statistics->kinds.n)
        buf_addf(&out, " (%s)", names_join(render->mem, &statistics->kinds, ", "));
    buf_add(&out, " ON ");
    ident_add_names(&out, &pg_ident, &statistics->columns);
    if (expressions)
        buf_addf(&out, "%s%s", statistics->columns.n ? ", " : "", expressions);
    buf_add(&out, " FROM ");
    pg_table(&out, change->after);
    render_statement(render, &out);
    if (statistics->statistics_target)
        statistics_target(render, statistics);
    if (statistics->comment)
        statistics_comment(render, statistics);
    return 0;
}

int pg_statistics_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin_drop(render, "DROP STATISTICS ", change->before);
    buf_add(&out, name_of(render, change->before).data);
    render_statement(render, &out);
    return 0;
}

int pg_statistics_alter(struct render *render, const struct change *change)
{
    const struct statistics *statistics = (const struct statistics *)change->after;
    if (change_has(change, STATISTICS_statistics_target))
        statistics_target(render, statistics);
    if (change_has(change, STATISTICS_comment))
        statistics_comment(render, statistics);
    return 0;
}

int pg_statistics_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER STATISTICS ");
    buf_addf(&out, "%s RENAME TO ", name_of(render, change->before).data);
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
