/*
 * What stands in no schema and can change in place at least in part: each begins as one statement (render_defined.c), and has
 * fields of its own for what ALTER can say.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/postgres/render.h"

/* ---- event triggers ---- */

static void event_trigger_enable(struct render *render, const struct event_trigger *trigger)
{
    struct buf out = pg_defined_alter_begin(render, &trigger->object);
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

/* ---- publications ---- */

/* What is not as usual, and what is another than it was. */
static void publication_settings(struct buf *out, const struct publication *before, const struct publication *after)
{
    static const char usual[] = "insert, update, delete, truncate";
    const char *was = before && before->publish ? before->publish : usual,
               *is = after->publish ? after->publish : usual;
    struct names settings = {0};
    if (!text_equal(was, is))
        names_add(out->mem, &settings, arena_printf(out->mem, "publish = '%s'", is));
    if (after->via_root != (before && before->via_root))
        names_add(out->mem, &settings,
                  arena_printf(out->mem, "publish_via_partition_root = %s", after->via_root ? "true" : "false"));
    if (!text_equal(before ? before->generated_columns : NULL, after->generated_columns))
        names_add(out->mem, &settings,
                  arena_printf(out->mem, "publish_generated_columns = %s",
                               after->generated_columns ? after->generated_columns : "none"));
    if (settings.n)
        buf_addf(out, "%s (%s)", before ? " SET" : " WITH", names_join(out->mem, &settings, ", "));
}

int pg_publication_create(struct render *render, const struct change *change)
{
    const struct publication *after = (const struct publication *)change->after;
    struct buf out = pg_begin(render, text_trim(render->mem, expr_text(&after->definition)));
    if (pg_expr_said(&after->members))
        buf_addf(&out, " FOR %s", expr_text(&after->members));
    publication_settings(&out, NULL, after);
    render_statement(render, &out);
    if (after->comment)
        pg_defined_comment(render, &after->object);
    return 0;
}

int pg_publication_alter(struct render *render, const struct change *change)
{
    const struct publication *after = (const struct publication *)change->after;
    if (change_has(change, PUBLICATION_members)) {
        struct buf out = pg_defined_alter_begin(render, &after->object);
        buf_addf(&out, " SET %s", expr_text(&after->members));
        render_statement(render, &out);
    }
    if (change_has(change, PUBLICATION_publish) || change_has(change, PUBLICATION_via_root) ||
        change_has(change, PUBLICATION_generated_columns)) {
        struct buf out = pg_defined_alter_begin(render, &after->object);
        publication_settings(&out, (const struct publication *)change->before, after);
        render_statement(render, &out);
    }
    return pg_defined_alter(render, change);
}

/* ---- foreign data wrappers and their servers ---- */

static const struct names *options_of(const struct object *object)
{
    return object_field(object, field_find(object->kind, "options"));
}

static const char *version_of(const struct object *object)
{
    return object->kind == KIND_SERVER ? ((const struct server *)object)->version : NULL;
}

int pg_server_create(struct render *render, const struct change *change)
{
    static const char of[] = " FOREIGN DATA WRAPPER ";
    const struct object *after = change->after;
    const char *text = text_trim(render->mem, expr_text(object_field(after, field_find(after->kind, "definition"))));
    const char *version = version_of(after), *rest = strstr(text, of);
    struct buf out = pg_begin(render, version && rest ? arena_copy(render->mem, text, (size_t)(rest - text)) : text);
    if (version && rest) {
        buf_add(&out, " VERSION ");
        pg_literal(&out, version);
        buf_add(&out, rest);
    }
    pg_foreign_options(&out, options_of(after));
    render_statement(render, &out);
    if (((const struct server *)after)->comment)
        pg_defined_comment(render, after);
    return 0;
}

int pg_server_alter(struct render *render, const struct change *change)
{
    const char *version = version_of(change->after);
    if (!text_equal(version_of(change->before), version)) {
        struct buf out = pg_defined_alter_begin(render, change->after);
        buf_add(&out, " VERSION ");
        if (version)
            pg_literal(&out, version);
        else
            buf_add(&out, "NULL");
        render_statement(render, &out);
    }
    const struct buf head = pg_defined_alter_begin(render, change->after);
    pg_foreign_options_alter(render, arena_printf(render->mem, "%s ", head.data), options_of(change->before),
                             options_of(change->after));
    return pg_defined_alter(render, change);
}

/* ---- languages ---- */

int pg_language_alter(struct render *render, const struct change *change)
{
    static const char create[] = "CREATE ";
    const struct language *after = (const struct language *)change->after;
    if (change_has(change, LANGUAGE_definition)) {
        struct buf out = pg_begin(render, "CREATE OR REPLACE ");
        buf_add(&out, text_trim(render->mem, expr_text(&after->definition)) + strlen(create));
        render_statement(render, &out);
    }
    return pg_defined_alter(render, change);
}
