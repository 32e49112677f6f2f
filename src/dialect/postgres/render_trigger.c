/*
 * Triggers: the whole statement as it was written or printed; whether it fires, and its comment, stand beside it.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void trigger_enable(struct render *render, const struct trigger *trigger)
{
    const char *enabled = trigger->enabled ? trigger->enabled : "";
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, &trigger->object);
    buf_add(&out, text_equal(enabled, "disabled")  ? "DISABLE TRIGGER "
                  : text_equal(enabled, "replica") ? "ENABLE REPLICA TRIGGER "
                  : text_equal(enabled, "always")  ? "ENABLE ALWAYS TRIGGER "
                                                   : "ENABLE TRIGGER ");
    pg_ident_add(&out, trigger->object.name);
    render_statement(render, &out);
}

/* "name ON table" */
static struct buf name_on(struct render *render, const struct object *object)
{
    struct buf out = pg_begin(render, "");
    pg_ident_add(&out, object->name);
    buf_add(&out, " ON ");
    pg_table(&out, object);
    return out;
}

static void trigger_comment(struct render *render, const struct trigger *trigger)
{
    struct buf name = name_on(render, &trigger->object);
    pg_comment(render, "TRIGGER", &name, trigger->comment);
}

int pg_trigger_create(struct render *render, const struct change *change)
{
    const struct trigger *trigger = (const struct trigger *)change->after;
    struct buf out = pg_begin(render, text_trim(render->mem, expr_text(&trigger->definition)));
    render_statement(render, &out);
    if (trigger->enabled)
        trigger_enable(render, trigger);
    if (trigger->comment)
        trigger_comment(render, trigger);
    return 0;
}

int pg_trigger_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin_drop(render, "DROP TRIGGER ", change->before);
    buf_add(&out, name_on(render, change->before).data);
    render_statement(render, &out);
    return 0;
}

int pg_trigger_alter(struct render *render, const struct change *change)
{
    const struct trigger *trigger = (const struct trigger *)change->after;
    if (change_has(change, TRIGGER_enabled))
        trigger_enable(render, trigger);
    if (change_has(change, TRIGGER_comment))
        trigger_comment(render, trigger);
    return 0;
}
