/* CREATE TABLE as the server spells it: columns and what hangs on them, indexes, projections, constraints, and the clauses after. */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"

const struct ch_clause ch_table_clauses[] = {
    {"ENGINE", "="},    {"PARTITION", "BY"}, {"PRIMARY", "KEY"}, {"ORDER", "BY"}, {"SAMPLE", "BY"}, {"TTL", NULL},
    {"SETTINGS", NULL}, {"COMMENT", ""},     {"AS", NULL},       {"EMPTY", "AS"}, {NULL, NULL},
};

/* What may follow the type of a column, or its default. */
static const struct ch_clause column_clauses[] = {
    {"DEFAULT", NULL}, {"MATERIALIZED", NULL}, {"EPHEMERAL", NULL}, {"ALIAS", NULL},   {"COMMENT", ""},
    {"CODEC", "("},    {"STATISTICS", "("},    {"TTL", NULL},       {"SETTINGS", "("}, {"PRIMARY", "KEY"},
    {"NOT", "NULL"},   {"NULL", NULL},         {"COLLATE", NULL},   {NULL, NULL},
};

struct table_parser {
    struct cursor p;
    struct object *table;
};

static struct object *part_new(struct table_parser *t, enum kind kind, const char *name)
{
    struct object *object = object_new(t->p.mem, kind, t->table, name);
    ch_say_all(object);
    return object;
}

/* DEFAULT e, MATERIALIZED e, ALIAS e, EPHEMERAL [e] */
static int value_read(struct table_parser *t, struct column *column, bool *found)
{
    struct cursor *p = &t->p;
    *found = true;
    if (cursor_accept(p, "DEFAULT"))
        return ch_expression(p, column_clauses, false, &column->default_value.printed);
    if (cursor_accept(p, "MATERIALIZED")) {
        column->computed_stored = true;
        return ch_expression(p, column_clauses, false, &column->computed.printed);
    }
    if (cursor_accept(p, "ALIAS"))
        return ch_expression(p, column_clauses, false, &column->computed.printed);
    if (cursor_accept(p, "EPHEMERAL")) {
        column->ephemeral = true;
        bool bare = cursor_is(p, ",") || cursor_is(p, ")") || cursor_is(p, "COMMENT") || cursor_is(p, "CODEC");
        return bare ? 0 : ch_expression(p, column_clauses, false, &column->default_value.printed);
    }
    *found = false;
    return 0;
}

static int column_clause(struct table_parser *t, struct column *column)
{
    struct cursor *p = &t->p;
    bool found;
    TRY(value_read(t, column, &found));
    if (found)
        return 0;
    if (cursor_accept(p, "COMMENT"))
        return ch_string(p, &column->comment);
    if (cursor_accept(p, "CODEC"))
        return cursor_group(p, &column->codec.printed);
    if (cursor_accept(p, "STATISTICS"))
        return cursor_group(p, &column->statistics.printed);
    if (cursor_accept(p, "TTL"))
        return ch_expression(p, column_clauses, false, &column->ttl.printed);
    if (!cursor_accept(p, "SETTINGS"))
        return cursor_fail(p);
    TRY(cursor_expect(p, "("));
    TRY(ch_settings(p, &column->options));
    return cursor_expect(p, ")");
}

static int column_read(struct table_parser *t)
{
    struct cursor *p = &t->p;
    const char *name;
    TRY(cursor_name(p, &name));
    while (cursor_accept(p, ".")) { /* n.a of an older server */
        const char *more;
        TRY(cursor_name(p, &more));
        name = arena_printf(p->mem, "%s.%s", name, more);
    }
    struct column *column = (struct column *)part_new(t, KIND_COLUMN, name);
    TRY(ch_expression(p, column_clauses, false, &column->type));
    SAY(column, COLUMN, nullable, ch_type_is_nullable(column->type));
    while (!cursor_is(p, ",") && !cursor_is(p, ")"))
        TRY(column_clause(t, column));
    if (!column->computed.printed)
        object_unsay(&column->object, COLUMN_computed_stored);
    return 0;
}

/* A single name is a column. */
static void index_part_new(struct table_parser *t, struct object *index, const char *text)
{
    struct lexer lexer;
    struct index_part *part = (struct index_part *)object_new(t->p.mem, KIND_INDEX_PART, index, NULL);
    ch_say_all(&part->object);
    lex_open(&lexer, &ch_lex, text, strlen(text));
    struct token token = lex_next_code(&lexer);
    bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
    if (name && lex_next_code(&lexer).kind == TOKEN_END)
        part->column = token_name(t->p.mem, &token);
    else
        part->expr.printed = text;
}

static int index_read(struct table_parser *t)
{
    static const struct ch_clause ends[] = {{"TYPE", NULL}, {NULL, NULL}};
    static const struct ch_clause granularity[] = {{"GRANULARITY", NULL}, {NULL, NULL}};
    struct cursor *p = &t->p;
    const char *name, *text;
    TRY(cursor_name(p, &name));
    struct index *index = (struct index *)part_new(t, KIND_INDEX, name);
    TRY(ch_expression(p, ends, false, &text));
    const struct names parts = ch_list_parts(p->mem, ch_key_list(p->mem, text));
    for (int i = 0; i < parts.n; i++)
        index_part_new(t, &index->object, parts.item[i]);
    TRY(cursor_expect(p, "TYPE"));
    TRY(ch_expression(p, granularity, false, &index->method));
    SAY(index, INDEX, granularity, 1);
    if (!cursor_accept(p, "GRANULARITY"))
        return 0;
    TRY(ch_expression(p, granularity, false, &text));
    return text_to_int(text, &index->granularity) ? 0 : cursor_fail(p);
}

static int constraint_read(struct table_parser *t)
{
    static const struct ch_clause none[] = {{NULL, NULL}};
    const char *name;
    TRY(cursor_name(&t->p, &name));
    struct check *check = (struct check *)part_new(t, KIND_CHECK, name);
    check->assume = cursor_accept(&t->p, "ASSUME");
    if (!check->assume)
        TRY(cursor_expect(&t->p, "CHECK"));
    TRY(ch_expression(&t->p, none, false, &check->expr.printed));
    check->expr.printed = ch_key_list(t->p.mem, check->expr.printed);
    return 0;
}

static int item_read(struct table_parser *t)
{
    struct cursor *p = &t->p;
    bool word = cursor_peek(p, 0)->kind == TOKEN_WORD && cursor_peek(p, 2)->kind != TOKEN_END;
    if (word && cursor_accept(p, "INDEX"))
        return index_read(t);
    if (word && cursor_accept(p, "CONSTRAINT"))
        return constraint_read(t);
    if (!word || !cursor_accept(p, "PROJECTION"))
        return column_read(t);
    const char *name;
    TRY(cursor_name(p, &name));
    struct projection *projection = (struct projection *)part_new(t, KIND_PROJECTION, name);
    TRY(cursor_group(p, &projection->query.printed));
    projection->query.printed = text_trim(p->mem, projection->query.printed);
    return 0;
}

static int engine_read(struct table_parser *t, const char *database)
{
    struct table *table = (struct table *)t->table;
    TRY(cursor_expect(&t->p, "="));
    TRY(ch_expression(&t->p, ch_table_clauses, false, &table->engine));
    table->engine = ch_own_database(t->p.mem, database, table->engine);
    return 0;
}

static int key_read(struct table_parser *t, struct expr *key)
{
    t->p.at++; /* BY, KEY */
    TRY(ch_expression(&t->p, ch_table_clauses, true, &key->printed));
    key->printed = ch_key_list(t->p.mem, key->printed);
    return 0;
}

static int clause_read(struct table_parser *t, const char *database)
{
    struct cursor *p = &t->p;
    struct table *table = (struct table *)t->table;
    if (cursor_accept(p, "ENGINE"))
        return engine_read(t, database);
    if (cursor_accept(p, "PARTITION"))
        return key_read(t, &table->partition_by);
    if (cursor_accept(p, "PRIMARY"))
        return key_read(t, &table->primary_by);
    if (cursor_accept(p, "ORDER"))
        return key_read(t, &table->order_by);
    if (cursor_accept(p, "SAMPLE"))
        return key_read(t, &table->sample_by);
    if (cursor_accept(p, "TTL"))
        return ch_expression(p, ch_table_clauses, true, &table->ttl.printed);
    if (cursor_accept(p, "SETTINGS"))
        return ch_settings(p, &table->options);
    if (cursor_accept(p, "COMMENT"))
        return ch_string(p, &table->comment);
    return cursor_fail(p);
}

int ch_parse_table(struct ctx *ctx, struct object *schema, const struct ch_text *text)
{
    struct table_parser t = {0};
    ch_cursor_open(&t.p, ctx, text);
    TRY(ch_head_read(&t.p));
    t.table = object_new(ctx->mem, KIND_TABLE, schema, text->name);
    ch_say_all(t.table);
    if (cursor_accept(&t.p, "(")) {
        do
            TRY(item_read(&t));
        while (cursor_accept(&t.p, ","));
        TRY(cursor_expect(&t.p, ")"));
    }
    while (cursor_peek(&t.p, 0)->kind != TOKEN_END)
        TRY(clause_read(&t, text->database));
    return 0;
}
