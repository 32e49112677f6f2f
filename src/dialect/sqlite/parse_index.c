/*
 * CREATE INDEX and CREATE VIEW as SQLite keeps them.  The one difficulty is where the expression of an index part
 * ends and its COLLATE and DESC begin: "a || b COLLATE nocase" collates only b.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

/* Tokens from .. to - 1 are one operand: a name, a group, or a call. */
static bool is_operand(const struct lite_parser *p, int from, int to)
{
    int depth = 0;
    if (to - from == 1)
        return true;
    if (!token_is(&p->token[from], "(") &&
        (p->token[from].kind == TOKEN_OPERATOR || !token_is(&p->token[from + 1], "(")))
        return false;
    for (int i = from; i < to; i++) {
        depth += token_is(&p->token[i], "(");
        depth -= token_is(&p->token[i], ")");
        if (depth == 0 && i < to - 1 && i > from)
            return false;
        if (depth == 0 && i == from && !token_is(&p->token[i + 1], "("))
            return false;
    }
    return true;
}

static bool is_group(const struct lite_parser *p, int from, int to)
{
    return to - from > 2 && token_is(&p->token[from], "(") && is_operand(p, from, to);
}

/* A single name is a column, also in quotes and parentheses. */
static int part_value(struct lite_parser *p, struct index_part *part, int from, int to)
{
    int at = p->at;
    while (is_group(p, from, to)) {
        from++;
        to--;
    }
    const struct token *token = &p->token[from];
    bool named = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING;
    if (to - from != 1 || !named) {
        part->expr.printed = parse_slice(p, from, to);
        return 0;
    }
    p->at = from;
    TRY(parse_name(p, &part->column));
    p->at = at;
    return 0;
}

/* From here to the comma or parenthesis that ends the part. */
static int part_end(struct lite_parser *p)
{
    while (!parse_is(p, ",") && !parse_is(p, ")")) {
        if (parse_peek(p, 0)->kind == TOKEN_END)
            return parse_fail(p);
        if (parse_is(p, "("))
            TRY(parse_skip_group(p));
        else
            p->at++;
    }
    return 0;
}

static int part_read(struct lite_parser *p, struct object *index)
{
    struct index_part *part = (struct index_part *)object_new(p->mem, KIND_INDEX_PART, index, NULL);
    int from = p->at;
    lite_say_all(&part->object);
    TRY(part_end(p));
    int to = p->at;
    if (to - from > 1 && (token_is(&p->token[to - 1], "DESC") || token_is(&p->token[to - 1], "ASC")))
        part->descending = token_is(&p->token[--to], "DESC");
    if (to - from > 2 && token_is(&p->token[to - 2], "COLLATE") && is_operand(p, from, to - 2)) {
        p->at = to - 1;
        TRY(parse_name(p, &part->collation));
        TRY(part_end(p));
        to -= 2;
    }
    return from < to ? part_value(p, part, from, to) : parse_fail(p);
}

static int index_head(struct lite_parser *p, struct index *index)
{
    const char *ignored;
    TRY(parse_expect(p, "CREATE"));
    index->is_unique = parse_accept(p, "UNIQUE");
    TRY(parse_expect(p, "INDEX"));
    if (parse_accept_words(p, "IF", "NOT"))
        TRY(parse_expect(p, "EXISTS"));
    TRY(parse_name(p, &ignored));
    if (parse_accept(p, "."))
        TRY(parse_name(p, &ignored));
    TRY(parse_expect(p, "ON"));
    return parse_name(p, &ignored);
}

int lite_parse_index(struct ctx *ctx, struct object *table, const struct lite_text *text)
{
    struct lite_parser p;
    struct index *index = (struct index *)object_new(ctx->mem, KIND_INDEX, table, text->name);
    parse_open(&p, ctx, text->tokens, arena_printf(ctx->mem, "index %s", text->name), text->sql);
    lite_say_all(&index->object);
    TRY(index_head(&p, index));
    TRY(parse_expect(&p, "("));
    do {
        TRY(part_read(&p, &index->object));
    } while (parse_accept(&p, ","));
    TRY(parse_expect(&p, ")"));
    if (parse_accept(&p, "WHERE"))
        index->predicate.printed = parse_slice(&p, p.at, p.n);
    return 0;
}

/*
 * The query; with a list of column names, these and AS in front, "(a, b) AS SELECT ...": a query never begins with a
 * parenthesis, so the two cannot be mistaken for each other.
 */
int lite_parse_view(struct ctx *ctx, struct object *schema, const struct lite_text *text)
{
    struct lite_parser p;
    const char *ignored;
    struct view *view = (struct view *)object_new(ctx->mem, KIND_VIEW, schema, text->name);
    parse_open(&p, ctx, text->tokens, arena_printf(ctx->mem, "view %s", text->name), text->sql);
    lite_say_all(&view->object);
    TRY(parse_expect(&p, "CREATE"));
    if (!parse_accept(&p, "TEMP"))
        parse_accept(&p, "TEMPORARY");
    TRY(parse_expect(&p, "VIEW"));
    if (parse_accept_words(&p, "IF", "NOT"))
        TRY(parse_expect(&p, "EXISTS"));
    TRY(parse_name(&p, &ignored));
    if (parse_accept(&p, "."))
        TRY(parse_name(&p, &ignored));
    if (!parse_is(&p, "("))
        TRY(parse_expect(&p, "AS"));
    view->query.printed = parse_slice(&p, p.at, p.n);
    return 0;
}

int lite_parse_virtual_table(struct ctx *ctx, struct object *schema, const struct lite_text *text)
{
    struct lite_parser p;
    const char *ignored;
    struct virtual_table *table = (struct virtual_table *)object_new(ctx->mem, KIND_VIRTUAL_TABLE, schema, text->name);
    parse_open(&p, ctx, text->tokens, arena_printf(ctx->mem, "virtual table %s", text->name), text->sql);
    lite_say_all(&table->object);
    TRY(parse_expect(&p, "CREATE"));
    TRY(parse_expect(&p, "VIRTUAL"));
    TRY(parse_expect(&p, "TABLE"));
    if (parse_accept_words(&p, "IF", "NOT"))
        TRY(parse_expect(&p, "EXISTS"));
    TRY(parse_name(&p, &ignored));
    if (parse_accept(&p, "."))
        TRY(parse_name(&p, &ignored));
    TRY(parse_expect(&p, "USING"));
    table->module.printed = parse_slice(&p, p.at, p.n);
    return 0;
}
