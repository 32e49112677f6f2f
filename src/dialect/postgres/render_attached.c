/*
 * Triggers and rules: the whole statement as it was written or printed; whether it fires, and its comment, stand beside it.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

struct fields {
    int definition;
    int enabled;
    int comment;
};

static const struct fields fields_of[KIND_COUNT] = {
    [KIND_TRIGGER] = {TRIGGER_definition, TRIGGER_enabled, TRIGGER_comment},
    [KIND_RULE] = {RULE_definition, RULE_enabled, RULE_comment},
};

static const char *text_of(const struct object *object, int field)
{
    return *(const char *const *)object_field(object, field);
}

static void attached_enable(struct render *render, const struct object *object)
{
    const char *enabled = text_of(object, fields_of[object->kind].enabled);
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, object);
    buf_add(&out, text_equal(enabled, "disabled")  ? "DISABLE"
                  : text_equal(enabled, "replica") ? "ENABLE REPLICA"
                  : text_equal(enabled, "always")  ? "ENABLE ALWAYS"
                                                   : "ENABLE");
    buf_addf(&out, " %s ", kind_table[object->kind].sql);
    pg_ident_add(&out, object->name);
    render_statement(render, &out);
}

static void attached_comment(struct render *render, const struct object *object)
{
    struct buf name = pg_name_on(render, object);
    pg_comment(render, kind_table[object->kind].sql, &name, text_of(object, fields_of[object->kind].comment));
}

static const char *definition_of(const struct render *render, const struct object *object)
{
    return text_trim(render->mem, expr_text(object_field(object, fields_of[object->kind].definition)));
}

int pg_attached_create(struct render *render, const struct change *change)
{
    const struct object *object = change->after;
    struct buf out = pg_begin(render, definition_of(render, object));
    render_statement(render, &out);
    if (text_of(object, fields_of[object->kind].enabled))
        attached_enable(render, object);
    if (text_of(object, fields_of[object->kind].comment))
        attached_comment(render, object);
    return 0;
}

int pg_attached_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s %s RENAME TO ", kind_table[change->kind].sql, pg_name_on(render, change->before).data);
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

int pg_attached_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP ");
    buf_addf(&out, "%s ", kind_table[change->kind].sql);
    buf_add(&out, pg_begin_drop(render, "", change->before).data);
    buf_add(&out, pg_name_on(render, change->before).data);
    render_statement(render, &out);
    return 0;
}

/* Whether it fires, and its comment, stay with the name. */
static void rule_replace(struct render *render, const struct object *rule)
{
    const char *text = definition_of(render, rule);
    struct buf out = pg_begin(render, "");
    bool plain = text_starts_nocase(text, "CREATE RULE ");
    buf_addf(&out, "%s%s", plain ? "CREATE OR REPLACE" : "", plain ? text + strlen("CREATE") : text);
    render_statement(render, &out);
}

int pg_attached_alter(struct render *render, const struct change *change)
{
    const struct fields *fields = &fields_of[change->kind];
    if (change_has(change, fields->definition))
        rule_replace(render, change->after);
    if (change_has(change, fields->enabled))
        attached_enable(render, change->after);
    if (change_has(change, fields->comment))
        attached_comment(render, change->after);
    return 0;
}
