/*
 * Text search: options of dictionaries and mappings of configurations change in place; another template or parser is another
 * object.  What was indexed before stays as it was: the server does not look at it again.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

/* ---- dictionaries ---- */

/* "stopwords" of stopwords = 'english'. */
static const char *option_of(struct arena *mem, const char *option)
{
    const char *end = strstr(option, " = ");
    return end ? arena_copy(mem, option, (size_t)(end - option)) : option;
}

static bool has_option(struct arena *mem, const struct names *options, const char *name)
{
    for (int i = 0; i < options->n; i++)
        if (text_equal(option_of(mem, options->item[i]), name))
            return true;
    return false;
}

int pg_dictionary_create(struct render *render, const struct change *change)
{
    const struct text_search_dictionary *after = (const struct text_search_dictionary *)change->after;
    const char *text = text_trim(render->mem, expr_text(&after->definition));
    struct buf out = pg_begin(render, arena_copy(render->mem, text, strlen(text) - strlen(")")));
    for (int i = 0; i < after->options.n; i++)
        buf_addf(&out, ", %s", after->options.item[i]);
    buf_add(&out, ")");
    render_statement(render, &out);
    if (after->comment)
        pg_defined_comment(render, &after->object);
    return 0;
}

int pg_dictionary_alter(struct render *render, const struct change *change)
{
    const struct names *before = &((const struct text_search_dictionary *)change->before)->options;
    const struct names *after = &((const struct text_search_dictionary *)change->after)->options;
    struct names said = {0};
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            names_add(render->mem, &said, after->item[i]);
    for (int i = 0; i < before->n; i++)
        if (!has_option(render->mem, after, option_of(render->mem, before->item[i])))
            names_add(render->mem, &said, option_of(render->mem, before->item[i]));
    if (said.n) {
        struct buf out = pg_defined_alter_begin(render, change->after);
        buf_addf(&out, " (%s)", names_join(render->mem, &said, ", "));
        render_statement(render, &out);
    }
    return pg_defined_alter(render, change);
}

/* ---- configurations ---- */

static const char with[] = " WITH ";

static const char *token_of(struct arena *mem, const char *mapping)
{
    return arena_copy(mem, mapping, (size_t)(strstr(mapping, with) - mapping));
}

static const char *mapping_of(struct arena *mem, const struct names *mappings, const char *token)
{
    for (int i = 0; i < mappings->n; i++)
        if (text_equal(token_of(mem, mappings->item[i]), token))
            return mappings->item[i];
    return NULL;
}

/* One statement for all tokens with the same dictionaries; `verb` is ADD or ALTER. */
static void mappings_statements(struct render *render, const struct object *object, const char *verb,
                                const struct names *mappings)
{
    struct names done = {0};
    for (int i = 0; i < mappings->n; i++) {
        const char *dictionaries = strstr(mappings->item[i], with);
        struct names tokens = {0};
        if (names_have(&done, dictionaries))
            continue;
        names_add(render->mem, &done, dictionaries);
        for (int k = i; k < mappings->n; k++)
            if (text_equal(strstr(mappings->item[k], with), dictionaries))
                names_add(render->mem, &tokens, token_of(render->mem, mappings->item[k]));
        struct buf out = pg_defined_alter_begin(render, object);
        buf_addf(&out, " %s MAPPING FOR %s%s", verb, names_join(render->mem, &tokens, ", "), dictionaries);
        render_statement(render, &out);
    }
}

int pg_configuration_create(struct render *render, const struct change *change)
{
    const struct text_search_configuration *after = (const struct text_search_configuration *)change->after;
    pg_defined_create(render, change);
    mappings_statements(render, change->after, "ADD", &after->mappings);
    return 0;
}

int pg_configuration_alter(struct render *render, const struct change *change)
{
    const struct names *before = &((const struct text_search_configuration *)change->before)->mappings;
    const struct names *after = &((const struct text_search_configuration *)change->after)->mappings;
    struct names gone = {0}, added = {0}, changed = {0};
    for (int i = 0; i < before->n; i++) {
        const char *token = token_of(render->mem, before->item[i]);
        if (!mapping_of(render->mem, after, token))
            names_add(render->mem, &gone, token);
    }
    for (int i = 0; i < after->n; i++) {
        const char *was = mapping_of(render->mem, before, token_of(render->mem, after->item[i]));
        if (!text_equal(was, after->item[i]))
            names_add(render->mem, was ? &changed : &added, after->item[i]);
    }
    if (gone.n) {
        struct buf out = pg_defined_alter_begin(render, change->after);
        buf_addf(&out, " DROP MAPPING FOR %s", names_join(render->mem, &gone, ", "));
        render_statement(render, &out);
    }
    mappings_statements(render, change->after, "ALTER", &changed);
    mappings_statements(render, change->after, "ADD", &added);
    return pg_defined_alter(render, change);
}
