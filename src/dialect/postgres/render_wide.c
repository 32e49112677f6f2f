/*
 * What stands in no schema and can change in place at least in part: each begins as one statement (render_defined.c), and has
 * fields of its own for what ALTER can say.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static struct buf alter_begin(struct render *render, const struct object *object)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", kind_table[object->kind].sql);
    pg_defined_name(&out, object);
    return out;
}

/* ---- event triggers ---- */

static void event_trigger_enable(struct render *render, const struct event_trigger *trigger)
{
    struct buf out = alter_begin(render, &trigger->object);
    buf_add(&out, !trigger->enabled                          ? " ENABLE"
                  : text_equal(trigger->enabled, "disabled") ? " DISABLE"
                  : text_equal(trigger->enabled, "replica")  ? " ENABLE REPLICA"
                                                             : " ENABLE ALWAYS");
    render_statement(render, &out);
}

int pg_event_trigger_create(struct render *render, const struct change *change)
{
    const struct event_trigger *trigger = (const struct event_trigger *)change->after;
    pg_defined_create(render, change);
    if (trigger->enabled)
        event_trigger_enable(render, trigger);
    return 0;
}

int pg_event_trigger_alter(struct render *render, const struct change *change)
{
    if (change_has(change, EVENT_TRIGGER_enabled))
        event_trigger_enable(render, (const struct event_trigger *)change->after);
    return pg_defined_alter(render, change);
}
