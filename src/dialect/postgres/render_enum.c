/*
 * Enum types.  Labels can be added in place; anything else needs a new type under the old name, to which every column
 * changes over by way of text: steps of their own, which the table of effects brings along.  A row with a label that is
 * gone makes the server refuse, with that label in its message.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void labels_text(struct buf *out, const struct names *labels)
{
    for (int i = 0; i < labels->n; i++) {
        buf_add(out, i > 0 ? ", " : "");
        pg_literal(out, labels->item[i]);
    }
}

static void create_type(struct render *render, const struct enum_type *type)
{
    struct buf out = pg_begin(render, "CREATE TYPE ");

    pg_top(&out, &type->object);
    buf_add(&out, " AS ENUM (");
    labels_text(&out, &type->labels);
    buf_add_c(&out, ')');
    render_statement(render, &out);
    if (type->comment)
        pg_type_comment(render, &type->object, type->comment);
}

int pg_enum_create(struct render *render, const struct change *change)
{
    create_type(render, (const struct enum_type *)change->after);
    return 0;
}

bool pg_only_adds(const struct names *before, const struct names *after)
{
    int at = 0;

    for (int i = 0; i < after->n && at < before->n; i++)
        at += text_equal(after->item[i], before->item[at]);
    return at == before->n;
}

/* The first label that was there before, from `from` on; NULL: the rest is all new. */
static const char *next_old(const struct names *before, const struct names *after, int from)
{
    for (int i = from; i < after->n; i++)
        if (names_have(before, after->item[i]))
            return after->item[i];
    return NULL;
}

static void add_labels(struct render *render, const struct enum_type *before, const struct enum_type *after)
{
    for (int i = 0; i < after->labels.n; i++) {
        struct buf out;
        const char *next;
        if (names_have(&before->labels, after->labels.item[i]))
            continue;
        out = pg_begin(render, "ALTER TYPE ");
        pg_top(&out, &after->object);
        buf_add(&out, " ADD VALUE ");
        pg_literal(&out, after->labels.item[i]);
        next = next_old(&before->labels, &after->labels, i + 1);
        if (next) {
            buf_add(&out, " BEFORE ");
            pg_literal(&out, next);
        }
        render_statement(render, &out);
    }
}

int pg_enum_alter(struct render *render, const struct change *change)
{
    const struct enum_type *before = (const struct enum_type *)change->before;
    const struct enum_type *after = (const struct enum_type *)change->after;
    bool labels = change_has(change, ENUM_labels);
    if (labels && !pg_only_adds(&before->labels, &after->labels)) {
        pg_type_step_aside(render, change->after);
        create_type(render, after);
        return 0;
    }
    if (labels)
        add_labels(render, before, after);
    if (change_has(change, ENUM_comment))
        pg_type_comment(render, change->after, after->comment);
    return 0;
}

int pg_label_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER TYPE ");
    pg_top(&out, change->before->parent);
    buf_add(&out, " RENAME VALUE ");
    pg_literal(&out, change->before->name);
    buf_add(&out, " TO ");
    pg_literal(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
