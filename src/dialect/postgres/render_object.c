/*
 * Schemas, sequences and views: objects of their own, with no table around them.
 *
 * A sequence is made before the tables, so that defaults can use it; that it belongs to a column is said once the
 * column is there.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

int pg_schema_create(struct render *render, const struct change *change)
{
    const struct schema *schema = (const struct schema *)change->after;
    struct buf out = pg_begin(render, "CREATE SCHEMA "), name = pg_begin(render, "");

    pg_ident_add(&name, schema->object.name);
    buf_add(&out, name.data);
    render_statement(render, &out);
    if (schema->comment != NULL)
        pg_comment(render, "SCHEMA", &name, schema->comment);
    return 0;
}

int pg_schema_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP SCHEMA ");

    pg_ident_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

int pg_schema_alter(struct render *render, const struct change *change)
{
    const struct schema *schema = (const struct schema *)change->after;
    struct buf name = pg_begin(render, "");

    const char *usual = render->before->usual_schema ? render->before->usual_schema : render->after->usual_schema;
    pg_ident_add(&name, *schema->object.name ? schema->object.name : usual && *usual ? usual : "public");
    pg_comment(render, "SCHEMA", &name, schema->comment);
    return 0;
}

static void owned_by(struct render *render, const struct sequence *sequence)
{
    struct buf out = pg_begin(render, "ALTER SEQUENCE ");

    pg_top(&out, &sequence->object);
    buf_add(&out, " OWNED BY ");
    if (sequence->owned_by.name)
        pg_ref(&out, &sequence->owned_by);
    else
        buf_add(&out, "NONE");
    render_statement(render, &out);
}

/* What differs from what the server would choose, or from what stands there. */
static void sequence_options(struct buf *out, const struct sequence *sequence, const struct sequence *before)
{
    struct pg_counter counter = pg_counter_of_sequence(sequence);
    struct pg_counter other =
        before != NULL ? pg_counter_of_sequence(before) : pg_counter_usual(out->mem, sequence->type, &counter);

    if (!text_equal(sequence->type, before != NULL ? before->type : "bigint"))
        buf_addf(out, " AS %s", sequence->type);
    pg_counter_add(out, " ", &counter, &other);
    if (before && pg_counter_apart(&counter, &other))
        buf_addf(out, " RESTART WITH %" PRId64, counter.start);
}

static void sequence_return(struct render *render, const struct sequence *sequence, const struct sequence *before)
{
    struct pg_counter counter = pg_counter_of_sequence(sequence), other = pg_counter_of_sequence(before);
    struct buf out = pg_begin(render, ""), name = pg_begin(render, ""), literal = pg_begin(render, "");
    pg_top(&name, &sequence->object);
    pg_literal(&literal, name.data);
    if (pg_counter_return(&out, (const char *const[]){literal.data, name.data}, &counter, &other))
        render_statement(render, &out);
}

static void sequence_comment(struct render *render, const struct sequence *sequence)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &sequence->object);
    pg_comment(render, "SEQUENCE", &name, sequence->comment);
}

int pg_sequence_create(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    struct buf out = pg_begin(render, "CREATE SEQUENCE ");

    pg_top(&out, change->after);
    sequence_options(&out, sequence, NULL);
    render_statement(render, &out);
    if (sequence->comment != NULL)
        sequence_comment(render, sequence);
    return 0;
}

/* One that belongs to a column goes with it. */
int pg_sequence_drop(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->before;
    struct buf out = pg_begin(render, sequence->owned_by.name ? "DROP SEQUENCE IF EXISTS " : "DROP SEQUENCE ");

    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

int pg_sequence_alter(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    struct buf out = pg_begin(render, "ALTER SEQUENCE ");
    size_t bare;

    sequence_return(render, sequence, (const struct sequence *)change->before);
    pg_top(&out, change->after);
    bare = out.len;
    sequence_options(&out, sequence, (const struct sequence *)change->before);
    if (out.len > bare)
        render_statement(render, &out);
    if (change_has(change, SEQUENCE_comment))
        sequence_comment(render, sequence);
    return 0;
}

static int rename_top(struct render *render, const struct change *change, const char *what)
{
    struct buf out = pg_begin(render, "ALTER ");

    buf_addf(&out, "%s ", what);
    pg_top(&out, change->before);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

/* The column that it belongs to stands by now. */
int pg_sequence_finish(struct render *render, const struct change *change)
{
    owned_by(render, (const struct sequence *)change->after);
    return 0;
}

int pg_sequence_rename(struct render *render, const struct change *change)
{
    return rename_top(render, change, "SEQUENCE");
}

static const char *view_word(const struct view *view)
{
    return view->materialized ? "MATERIALIZED VIEW" : "VIEW";
}

/* Options of a view stand before its query: "WITH (security_invoker=true) AS SELECT ..." */
static bool has_options(const char *query)
{
    struct lexer lexer;
    struct token token;

    lex_open(&lexer, &pg_lex, query, strlen(query));
    token = lex_next_code(&lexer);
    if (!token_is(&token, "with"))
        return false;
    token = lex_next_code(&lexer);
    return token_is(&token, "(");
}

void pg_view_text(struct buf *out, const struct view *view, bool replace)
{
    const char *query = text_trim(out->mem, expr_text(&view->query));

    buf_addf(out, "CREATE %s%s ", replace ? "OR REPLACE " : "", view_word(view));
    pg_top(out, &view->object);
    buf_addf(out, has_options(query) ? " %s" : " AS\n%s", query);
}

static void view_comment(struct render *render, const struct view *view)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &view->object);
    pg_comment(render, view_word(view), &name, view->comment);
}

int pg_view_create(struct render *render, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    struct buf out = pg_begin(render, "");

    pg_view_text(&out, view, false);
    render_statement(render, &out);
    if (view->comment != NULL)
        view_comment(render, view);
    return 0;
}

int pg_view_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP ");

    buf_addf(&out, "%s ", view_word((const struct view *)change->before));
    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

int pg_view_alter(struct render *render, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    struct buf out = pg_begin(render, "");

    if (change_has(change, VIEW_query)) {
        pg_view_text(&out, view, true);
        render_statement(render, &out);
    }
    if (change_has(change, VIEW_comment))
        view_comment(render, view);
    return 0;
}

int pg_view_rename(struct render *render, const struct change *change)
{
    return rename_top(render, change, view_word((const struct view *)change->renamed));
}
