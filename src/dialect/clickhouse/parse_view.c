/* CREATE VIEW, CREATE MATERIALIZED VIEW and CREATE DICTIONARY as the server spells them. */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"

/* ... COMMENT 'x' at the end of the query. */
static int query_read(struct cursor *p, const char *database, struct view *view)
{
    static const struct ch_clause ends[] = {{"COMMENT", ""}, {NULL, NULL}};
    TRY(ch_expression(p, ends, true, &view->query.printed));
    view->query.printed = ch_unqualified(p->mem, database, view->query.printed);
    return cursor_accept(p, "COMMENT") ? ch_string(p, &view->comment) : 0;
}

static int destination_read(struct cursor *p, const char *database, struct view *view)
{
    const char *schema = "", *name;
    TRY(cursor_name(p, &name));
    if (cursor_accept(p, ".")) {
        schema = text_equal(name, database) ? "" : name;
        TRY(cursor_name(p, &name));
    }
    view->to_table = (struct ref){.schema = schema, .name = name};
    return 0;
}

static int definer_read(struct cursor *p, struct view *view)
{
    const char *definer;
    TRY(cursor_expect(p, "="));
    TRY(cursor_name(p, &definer));
    names_add(p->mem, &view->options, arena_printf(p->mem, "definer=%s", definer));
    return 0;
}

static int security_read(struct cursor *p, struct view *view)
{
    const char *security;
    TRY(cursor_expect(p, "SECURITY"));
    TRY(cursor_name(p, &security));
    names_add(p->mem, &view->options, arena_printf(p->mem, "security=%s", text_lower(p->mem, security)));
    return 0;
}

/* One clause between the name and AS. */
static int view_clause(struct cursor *p, const char *database, struct view *view)
{
    static const struct ch_clause ends[] = {{"TO", NULL}, {"ENGINE", "="}, {"DEFINER", "="}, {"SQL", "SECURITY"},
                                            {"AS", NULL}, {"COMMENT", ""}, {"APPEND", NULL}, {NULL, NULL}};
    static const struct ch_clause storage_ends[] = {{"DEFINER", "="}, {"SQL", "SECURITY"}, {"POPULATE", "AS"},
                                                    {"AS", NULL},     {"COMMENT", ""},     {NULL, NULL}};
    if (cursor_accept(p, "REFRESH"))
        return ch_expression(p, ends, true, &view->refresh);
    if (cursor_accept(p, "APPEND")) {
        view->refresh = arena_printf(p->mem, "%s APPEND", view->refresh ? view->refresh : "");
        return 0;
    }
    if (cursor_accept(p, "TO"))
        return destination_read(p, database, view);
    if (cursor_is(p, "("))
        return cursor_group(p, &view->structure.printed);
    if (cursor_is(p, "ENGINE"))
        return ch_expression(p, storage_ends, true, &view->storage.printed);
    if (cursor_accept(p, "DEFINER"))
        return definer_read(p, view);
    if (cursor_accept(p, "SQL"))
        return security_read(p, view);
    if (cursor_accept(p, "POPULATE")) {
        view->populate = true;
        return 0;
    }
    return cursor_accept(p, "COMMENT") ? ch_string(p, &view->comment) : cursor_fail(p);
}

/* A definer who is the one that reads it is what comes of saying nothing. */
static void options_tidy(struct arena *mem, struct names *options, const char *user)
{
    const struct names usual = {0};
    const char *definer = arena_printf(mem, "definer=%s", user);
    bool mine = names_have(options, definer) && names_have(options, "security=definer");
    if (mine)
        *options = usual;
    names_sort(options);
}

int ch_parse_view(struct ctx *ctx, struct object *schema, const struct ch_text *text)
{
    struct cursor p = {0};
    ch_cursor_open(&p, ctx, text);
    TRY(ch_head_read(&p));
    struct view *view = (struct view *)object_new(ctx->mem, KIND_VIEW, schema, text->name);
    ch_say_all(&view->object);
    view->materialized = token_is(&p.token[1], "MATERIALIZED");
    while (!cursor_accept(&p, "AS"))
        TRY(view_clause(&p, text->database, view));
    options_tidy(ctx->mem, &view->options, text->user);
    return query_read(&p, text->database, view);
}

static int dictionary_clause(struct cursor *p, struct keyed_dictionary *dictionary)
{
    static const struct ch_clause ends[] = {{"SOURCE", "("},   {"LAYOUT", "("}, {"LIFETIME", "("}, {"RANGE", "("},
                                            {"SETTINGS", "("}, {"COMMENT", ""}, {NULL, NULL}};
    if (cursor_accept_words(p, "PRIMARY", "KEY"))
        return ch_expression(p, ends, true, &dictionary->primary_key.printed);
    if (cursor_accept(p, "SOURCE"))
        return cursor_group(p, &dictionary->source.printed);
    if (cursor_accept(p, "LAYOUT"))
        return cursor_group(p, &dictionary->layout.printed);
    if (cursor_accept(p, "LIFETIME"))
        return cursor_group(p, &dictionary->lifetime);
    if (cursor_accept(p, "RANGE"))
        return cursor_group(p, &dictionary->range);
    if (cursor_accept(p, "COMMENT"))
        return ch_string(p, &dictionary->comment);
    TRY(cursor_expect(p, "SETTINGS"));
    TRY(cursor_expect(p, "("));
    TRY(ch_settings(p, &dictionary->options));
    return cursor_expect(p, ")");
}

int ch_parse_dictionary(struct ctx *ctx, struct object *schema, const struct ch_text *text)
{
    struct cursor p = {0};
    ch_cursor_open(&p, ctx, text);
    TRY(ch_head_read(&p));
    struct keyed_dictionary *dictionary =
        (struct keyed_dictionary *)object_new(ctx->mem, KIND_KEYED, schema, text->name);
    ch_say_all(&dictionary->object);
    TRY(cursor_group(&p, &dictionary->structure.printed));
    while (cursor_peek(&p, 0)->kind != TOKEN_END)
        TRY(dictionary_clause(&p, dictionary));
    dictionary->primary_key.printed = ch_key_list(ctx->mem, dictionary->primary_key.printed);
    dictionary->source.printed = ch_own_database(ctx->mem, text->database, dictionary->source.printed);
    return 0;
}
