/*
 * Options of foreign data, "host 'a', port '1'": of wrappers, servers, user mappings, foreign tables and their columns.  Kept as
 * name=value; the server changes each of them alone.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/postgres/render.h"

static const char *option_name(struct arena *mem, const char *option)
{
    return arena_copy(mem, option, strcspn(option, "="));
}

static const char *option_of(struct arena *mem, const struct names *options, const char *name)
{
    for (int i = 0; i < options->n; i++)
        if (text_equal(option_name(mem, options->item[i]), name))
            return options->item[i];
    return NULL;
}

static void option_add(struct names *list, struct arena *mem, const char *verb, const char *option)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, verb);
    pg_ident_add(&out, option_name(mem, option));
    if (!text_equal(verb, "DROP ")) {
        buf_add(&out, " ");
        pg_literal(&out, option + strcspn(option, "=") + 1);
    }
    names_add(mem, list, out.data);
}

static struct names options_changed(struct arena *mem, const struct names *before, const struct names *after)
{
    struct names list = {0};
    for (int i = 0; i < after->n; i++) {
        const char *was = option_of(mem, before, option_name(mem, after->item[i]));
        if (!text_equal(was, after->item[i]))
            option_add(&list, mem, was ? "SET " : "ADD ", after->item[i]);
    }
    for (int i = 0; i < before->n; i++)
        if (!option_of(mem, after, option_name(mem, before->item[i])))
            option_add(&list, mem, "DROP ", before->item[i]);
    return list;
}

static void options_add(struct buf *out, const struct names *texts)
{
    buf_addf(out, "OPTIONS (%s)", names_join(out->mem, texts, ", "));
}

void pg_foreign_options(struct buf *out, const struct names *options)
{
    struct names texts = {0};
    for (int i = 0; i < options->n; i++)
        option_add(&texts, out->mem, "", options->item[i]);
    if (!texts.n)
        return;
    buf_add_c(out, ' ');
    options_add(out, &texts);
}

void pg_foreign_options_alter(struct render *render, const char *head, const struct names *before,
                              const struct names *after)
{
    const struct names texts = options_changed(render->mem, before, after);
    struct buf out = pg_begin(render, head);
    if (!texts.n)
        return;
    options_add(&out, &texts);
    render_statement(render, &out);
}
