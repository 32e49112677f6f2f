/*
 * CREATE INDEX and CREATE VIEW as SQLite keeps them.  The one difficulty is where the expression of an index part
 * ends and its COLLATE and DESC begin: "a || b COLLATE nocase" collates only b.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

/* Tokens from .. to - 1 are one operand: a name, a group, or a call. */
static bool is_operand(const struct cursor *p, int from, int to)
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

static bool is_group(const struct cursor *p, int from, int to)
{
    return to - from > 2 && token_is(&p->token[from], "(") && is_operand(p, from, to);
}

/* A single name is a column, also in quotes and parentheses. */
static int part_value(struct cursor *p, struct index_part *part, int from, int to)
{
    int at = p->at;
    while (is_group(p, from, to)) {
        from++;
        to--;
    }
    const struct token *token = &p->token[from];
    bool named = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING;
    if (to - from != 1 || !named) {
        part->expr.printed = cursor_slice(p, from, to);
        return 0;
    }
    p->at = from;
    TRY(cursor_name(p, &part->column));
    p->at = at;
    return 0;
}

/* From here to the comma or parenthesis that ends the part. */
static int part_end(struct cursor *p)
{
    while (!cursor_is(p, ",") && !cursor_is(p, ")")) {
        if (cursor_peek(p, 0)->kind == TOKEN_END)
            return cursor_fail(p);
        if (cursor_is(p, "("))
            TRY(cursor_skip_group(p));
        else
            p->at++;
    }
    return 0;
}

static int part_read(struct cursor *p, struct object *index)
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
        TRY(cursor_name(p, &part->collation));
        TRY(part_end(p));
        to -= 2;
    }
    return from < to ? part_value(p, part, from, to) : cursor_fail(p);
}

static int index_head(struct cursor *p, struct index *index)
{
    const char *ignored;
    TRY(cursor_expect(p, "CREATE"));
    index->is_unique = cursor_accept(p, "UNIQUE");
    TRY(cursor_expect(p, "INDEX"));
    if (cursor_accept_words(p, "IF", "NOT"))
        TRY(cursor_expect(p, "EXISTS"));
    TRY(cursor_name(p, &ignored));
    if (cursor_accept(p, "."))
        TRY(cursor_name(p, &ignored));
    TRY(cursor_expect(p, "ON"));
    return cursor_name(p, &ignored);
}

int lite_parse_index(struct ctx *ctx, struct object *table, const struct lite_text *text)
{
    struct cursor p;
    struct index *index = (struct index *)object_new(ctx->mem, KIND_INDEX, table, text->name);
    lite_cursor_open(&p, ctx, text, "index");
    lite_say_all(&index->object);
    TRY(index_head(&p, index));
    TRY(cursor_expect(&p, "("));
    do {
        TRY(part_read(&p, &index->object));
    } while (cursor_accept(&p, ","));
    TRY(cursor_expect(&p, ")"));
    if (cursor_accept(&p, "WHERE"))
        index->predicate.printed = cursor_slice(&p, p.at, p.n);
    return 0;
}

/*
 * The query; with a list of column names, these and AS in front, "(a, b) AS SELECT ...": a query never begins with a
 * parenthesis, so the two cannot be mistaken for each other.
 */
int lite_parse_view(struct ctx *ctx, struct object *schema, const struct lite_text *text)
{
    struct cursor p;
    const char *ignored;
    struct view *view = (struct view *)object_new(ctx->mem, KIND_VIEW, schema, text->name);
    lite_cursor_open(&p, ctx, text, "view");
    lite_say_all(&view->object);
    TRY(cursor_expect(&p, "CREATE"));
    if (!cursor_accept(&p, "TEMP"))
        cursor_accept(&p, "TEMPORARY");
    TRY(cursor_expect(&p, "VIEW"));
    if (cursor_accept_words(&p, "IF", "NOT"))
        TRY(cursor_expect(&p, "EXISTS"));
    TRY(cursor_name(&p, &ignored));
    if (cursor_accept(&p, "."))
        TRY(cursor_name(&p, &ignored));
    if (!cursor_is(&p, "("))
        TRY(cursor_expect(&p, "AS"));
    view->query.printed = cursor_slice(&p, p.at, p.n);
    return 0;
}

int lite_parse_virtual_table(struct ctx *ctx, struct object *schema, const struct lite_text *text)
{
    struct cursor p;
    const char *ignored;
    struct virtual_table *table = (struct virtual_table *)object_new(ctx->mem, KIND_VIRTUAL_TABLE, schema, text->name);
    lite_cursor_open(&p, ctx, text, "virtual table");
    lite_say_all(&table->object);
    TRY(cursor_expect(&p, "CREATE"));
    TRY(cursor_expect(&p, "VIRTUAL"));
    TRY(cursor_expect(&p, "TABLE"));
    if (cursor_accept_words(&p, "IF", "NOT"))
        TRY(cursor_expect(&p, "EXISTS"));
    TRY(cursor_name(&p, &ignored));
    if (cursor_accept(&p, "."))
        TRY(cursor_name(&p, &ignored));
    TRY(cursor_expect(&p, "USING"));
    table->module.printed = cursor_slice(&p, p.at, p.n);
    return 0;
}
