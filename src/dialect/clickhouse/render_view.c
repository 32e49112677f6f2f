/* Views, dictionaries and functions: OR REPLACE makes an ALTER of a CREATE, but for materialized views. */
#include "base/text.h"
#include "dialect/clickhouse/render.h"

static void security_add(struct buf *out, const struct view *view)
{
    const char *definer = view_option(out->mem, view, "definer"), *security = view_option(out->mem, view, "security");
    if (definer) {
        buf_add(out, " DEFINER = ");
        ch_ident_add(out, definer);
    }
    if (security)
        buf_addf(out, " SQL SECURITY %s", text_upper(out->mem, security));
}

static void target_add(struct buf *out, const struct view *view)
{
    if (!view->to_table.name)
        return;
    buf_add(out, " TO ");
    ident_add_qualified(out, &ch_ident, view->to_table.schema ? view->to_table.schema : "", view->to_table.name);
}

static void view_statement(struct render *render, const struct view *view, const char *begin)
{
    struct buf out = ch_begin(render, begin);
    if (view->materialized)
        buf_add(&out, "MATERIALIZED ");
    buf_add(&out, "VIEW ");
    ch_top(&out, &view->object);
    if (view->refresh)
        buf_addf(&out, " REFRESH %s", view->refresh);
    target_add(&out, view);
    if (expr_text(&view->storage))
        buf_addf(&out, " %s", expr_text(&view->storage));
    if (view->populate)
        buf_add(&out, " POPULATE");
    security_add(&out, view);
    buf_addf(&out, " AS %s", expr_text(&view->query));
    if (view->comment) {
        buf_add(&out, " COMMENT ");
        ch_literal_add(&out, view->comment);
    }
    render_statement(render, &out);
}

int ch_view_create(struct render *render, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    TRY(ch_secret_check(render, change->after, expr_text(&view->storage)));
    view_statement(render, view, "CREATE ");
    return 0;
}

static void said(struct render *render, const struct object *view, const char *words, const char *text)
{
    struct buf out = ch_begin(render, "ALTER TABLE ");
    ch_top(&out, view);
    buf_addf(&out, " MODIFY %s%s", words, text);
    render_statement(render, &out);
}

/* What an older server has no other word for: a view is one of its tables. */
enum { VIEWS_HAVE_WORDS = 200100 };

int ch_view_alter(struct render *render, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    struct buf text = ch_begin(render, "");
    if (!view->materialized) {
        bool old = target_lacks(render->target, VIEWS_HAVE_WORDS);
        if (old)
            TRY(ch_view_drop(render, change));
        view_statement(render, view, old ? "CREATE " : "CREATE OR REPLACE ");
        return 0;
    }
    if (change_has(change, VIEW_query))
        said(render, &view->object, "QUERY ", expr_text(&view->query));
    if (change_has(change, VIEW_refresh))
        said(render, &view->object, "REFRESH ", view->refresh);
    if (change_has(change, VIEW_options)) {
        security_add(&text, view);
        said(render, &view->object, "", text_trim(render->mem, text.data));
    }
    if (change_has(change, VIEW_comment)) {
        text = ch_begin(render, "");
        ch_literal_add(&text, view->comment ? view->comment : "");
        said(render, &view->object, "COMMENT ", text.data);
    }
    return 0;
}

int ch_view_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, target_lacks(render->target, VIEWS_HAVE_WORDS) ? "DROP TABLE " : "DROP VIEW ");
    ch_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

static int dictionary_statement(struct render *render, const struct object *object, const char *begin)
{
    const struct keyed_dictionary *dictionary = (const struct keyed_dictionary *)object;
    struct buf out = ch_begin(render, begin);
    TRY(ch_secret_check(render, object, expr_text(&dictionary->source)));
    buf_add(&out, "DICTIONARY ");
    ch_top(&out, object);
    buf_addf(&out, " (%s)\nPRIMARY KEY %s\nSOURCE(%s)", expr_text(&dictionary->structure),
             expr_text(&dictionary->primary_key), expr_text(&dictionary->source));
    if (dictionary->lifetime)
        buf_addf(&out, "\nLIFETIME(%s)", dictionary->lifetime);
    buf_addf(&out, "\nLAYOUT(%s)", expr_text(&dictionary->layout));
    if (dictionary->range)
        buf_addf(&out, "\nRANGE(%s)", dictionary->range);
    if (dictionary->options.n) {
        buf_add(&out, "\nSETTINGS(");
        ch_settings_add(&out, &dictionary->options);
        buf_add_c(&out, ')');
    }
    if (dictionary->comment) {
        buf_add(&out, "\nCOMMENT ");
        ch_literal_add(&out, dictionary->comment);
    }
    render_statement(render, &out);
    return 0;
}

int ch_dictionary_create(struct render *render, const struct change *change)
{
    return dictionary_statement(render, change->after, "CREATE ");
}

int ch_dictionary_alter(struct render *render, const struct change *change)
{
    return dictionary_statement(render, change->after, "CREATE OR REPLACE ");
}

int ch_dictionary_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "DROP DICTIONARY ");
    ch_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* As they are said, but for the first words. */
static int function_statement(struct render *render, const struct object *function, const char *begin)
{
    const char *text = expr_text(&((const struct function *)function)->definition);
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, text, strlen(text));
    struct token token = lex_next_code(&lexer);
    while (token.kind != TOKEN_END && !token_is(&token, "as"))
        token = lex_next_code(&lexer);
    struct buf out = ch_begin(render, begin);
    ch_ident_add(&out, function->name);
    buf_addf(&out, " AS %s", text_trim(render->mem, text + lexer.offset));
    render_statement(render, &out);
    return 0;
}

int ch_function_create(struct render *render, const struct change *change)
{
    return function_statement(render, change->after, "CREATE FUNCTION ");
}

int ch_function_alter(struct render *render, const struct change *change)
{
    return function_statement(render, change->after, "CREATE OR REPLACE FUNCTION ");
}

int ch_function_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "DROP FUNCTION ");
    ch_ident_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}
