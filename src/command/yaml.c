/*
 * JSON values as block-style YAML with sorted keys, through libyaml, as 0.8.2's PyYAML printed them.
 */
#include "command/inspect.h"

#include <yaml.h>

#include "base/text.h"

/* libyaml keeps what it is given, frees it itself, and says only "no": its one failure is a lack of memory. */
static bool put(yaml_emitter_t *emitter, int made, yaml_event_t *event)
{
    return made && yaml_emitter_emit(emitter, event);
}

/* Would a reader take this plain text for something else than a text? */
static bool needs_quotes(const char *text)
{
    static const char *const words[] = {"",    "~", "null", "true", "false", "yes", "no", "on",
                                        "off", "y", "n",    ".inf", ".nan",  "=",   "<<"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(text, words[i]))
            return true;
    return char_is_digit(*text) || ((*text == '-' || *text == '+' || *text == '.') && char_is_digit(text[1]));
}

static bool put_scalar(yaml_emitter_t *emitter, const char *text, bool is_text)
{
    yaml_event_t event;
    yaml_scalar_style_t style = is_text && needs_quotes(text) ? YAML_SINGLE_QUOTED_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE;
    yaml_char_t *value = (yaml_char_t *)(uintptr_t)text;
    return put(emitter, yaml_scalar_event_initialize(&event, NULL, NULL, value, (int)strlen(text), 1, 1, style),
               &event);
}

static bool put_value(struct arena *mem, yaml_emitter_t *emitter, const struct json *value);

static bool put_array(struct arena *mem, yaml_emitter_t *emitter, const struct json *array)
{
    yaml_event_t event;
    yaml_sequence_style_t style = array->n ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE;
    if (!put(emitter, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, style), &event))
        return false;
    for (int i = 0; i < array->n; i++)
        if (!put_value(mem, emitter, array->item[i]))
            return false;
    return put(emitter, yaml_sequence_end_event_initialize(&event), &event);
}

static bool put_object(struct arena *mem, yaml_emitter_t *emitter, const struct json *object)
{
    yaml_event_t event;
    struct names keys = {0};
    yaml_mapping_style_t style = object->n ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE;
    for (int i = 0; i < object->n; i++)
        names_add(mem, &keys, object->key[i]);
    names_sort(&keys);
    if (!put(emitter, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, style), &event))
        return false;
    for (int i = 0; i < keys.n; i++)
        if (!put_scalar(emitter, keys.item[i], true) || !put_value(mem, emitter, json_get(object, keys.item[i])))
            return false;
    return put(emitter, yaml_mapping_end_event_initialize(&event), &event);
}

static bool put_value(struct arena *mem, yaml_emitter_t *emitter, const struct json *value)
{
    if (value->type == JSON_OBJECT)
        return put_object(mem, emitter, value);
    if (value->type == JSON_ARRAY)
        return put_array(mem, emitter, value);
    if (value->type == JSON_TEXT)
        return put_scalar(emitter, value->text, true);
    return put_scalar(emitter, json_text(mem, value, JSON_PYTHON), false);
}

static int collect(void *out, unsigned char *text, size_t length)
{
    buf_add_n(out, (const char *)text, length);
    return 1;
}

static bool put_document(struct arena *mem, yaml_emitter_t *emitter, const struct json *value)
{
    yaml_event_t event;
    return put(emitter, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event) &&
           put(emitter, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event) &&
           put_value(mem, emitter, value) && put(emitter, yaml_document_end_event_initialize(&event, 1), &event) &&
           put(emitter, yaml_stream_end_event_initialize(&event), &event) && yaml_emitter_flush(emitter);
}

int yaml_report(struct ctx *ctx, const struct json *value, struct report *report)
{
    yaml_emitter_t emitter;
    struct buf out;
    buf_init(&out, ctx->mem);
    if (!yaml_emitter_initialize(&emitter))
        return fail(ctx, ERR_LIMIT, "there is no memory for YAML");
    yaml_emitter_set_output(&emitter, collect, &out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    bool done = put_document(ctx->mem, &emitter, value);
    const char *problem = emitter.problem ? emitter.problem : "the emitter failed";
    if (!done)
        fail(ctx, ERR_FAILED, "the schema cannot be written as YAML: %s", problem);
    yaml_emitter_delete(&emitter);
    if (!done)
        return ERR_FAILED;
    report_raw(report, out.data);
    return 0;
}
