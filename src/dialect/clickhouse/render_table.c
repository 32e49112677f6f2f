/* Tables: CREATE with everything that belongs inside, and what ALTER can say of the table itself. */
#include "base/text.h"
#include "dialect/clickhouse/render.h"

static void item_begin(struct buf *out, bool *first)
{
    buf_add(out, *first ? "\n    " : ",\n    ");
    *first = false;
}

static void items_add(struct buf *out, const struct object *table, enum kind kind, bool *first)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != kind || (kind != KIND_COLUMN && child->apart))
            continue;
        item_begin(out, first);
        if (kind == KIND_COLUMN)
            ch_column_definition(out, (const struct column *)child);
        else
            ch_part_text(out, child);
    }
}

static void clause_add(struct buf *out, const char *words, const struct expr *expr)
{
    if (!expr_text(expr))
        return;
    buf_addf(out, "\n%s ", words);
    ch_key_add(out, expr_text(expr));
}

static void clauses_add(struct buf *out, const struct table *table)
{
    buf_addf(out, "\nENGINE = %s", table->engine);
    clause_add(out, "PARTITION BY", &table->partition_by);
    clause_add(out, "PRIMARY KEY", &table->primary_by);
    clause_add(out, "ORDER BY", &table->order_by);
    clause_add(out, "SAMPLE BY", &table->sample_by);
    if (expr_text(&table->ttl))
        buf_addf(out, "\nTTL %s", expr_text(&table->ttl));
    if (table->options.n) {
        buf_add(out, "\nSETTINGS ");
        ch_settings_add(out, &table->options);
    }
    if (table->comment) {
        buf_add(out, "\nCOMMENT ");
        ch_literal_add(out, table->comment);
    }
}

int ch_table_create_as(struct render *render, const struct object *table, const char *name)
{
    static const enum kind parts[] = {KIND_COLUMN, KIND_INDEX, KIND_CHECK, KIND_PROJECTION};
    struct buf out = ch_begin(render, "CREATE TABLE ");
    bool first = true;
    const struct names *options = &((const struct table *)table)->options;
    TRY(ch_secret_check(render, table, ((const struct table *)table)->engine));
    TRY(ch_secret_check(render, table, options->n ? names_join(render->mem, options, ", ") : NULL));
    ident_add_qualified(&out, &ch_ident, object_schema(table), name);
    buf_add(&out, " (");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        items_add(&out, table, parts[i], &first);
    buf_add(&out, "\n)");
    clauses_add(&out, (const struct table *)table);
    render_statement(render, &out);
    return 0;
}

int ch_table_create(struct render *render, const struct change *change)
{
    return ch_table_create_as(render, change->after, change->after->name);
}

int ch_table_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "DROP TABLE ");
    ch_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* A comma after a list of settings, or of what a TTL does, goes on with that list. */
static void said(struct render *render, const struct change *change, const char *words, const char *text)
{
    struct buf out = ch_begin(render, words);
    if (text)
        buf_addf(&out, " %s", text);
    bool list = text_ends(words, "SETTING") || text_ends(words, "TTL");
    ch_clause(render, change->after, list ? CLAUSE_ALONE : CLAUSE_PLAIN, &out);
}

/* A new column may come into the key along with its own ADD, and in no other way. */
static void order_change(struct render *render, const struct change *change)
{
    const struct table *table = (const struct table *)change->after;
    struct buf key = ch_begin(render, "MODIFY ORDER BY ");
    enum clause clause = CLAUSE_ALONE; /* of a shorter key an old server minds what else is done to its columns */
    if (!change_has(change, TABLE_order_by))
        return;
    for (int i = 0; i < table->object.children.n; i++) {
        const struct object *column = table->object.children.item[i];
        if (column->kind != KIND_COLUMN || !ch_joins_key(render->mem, column))
            continue;
        ch_column_add(render, (const struct column *)column);
        clause = CLAUSE_PLAIN;
    }
    ch_key_add(&key, expr_text(&table->order_by));
    ch_clause(render, change->after, clause, &key);
}

static void expr_change(struct render *render, const struct change *change, int field, const char *what)
{
    const struct expr *expr = object_field(change->after, field);
    if (!change_has(change, field))
        return;
    if (expr_text(expr))
        said(render, change, arena_printf(render->mem, "MODIFY %s", what), expr_text(expr));
    else
        said(render, change, arena_printf(render->mem, "REMOVE %s", what), NULL);
}

static void options_change(struct render *render, const struct change *change)
{
    const struct names *before = &((const struct table *)change->before)->options;
    const struct names *after = &((const struct table *)change->after)->options;
    struct names set = {0};
    if (!change_has(change, TABLE_options))
        return;
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            names_add(render->mem, &set, after->item[i]);
    struct buf text = ch_begin(render, "");
    ch_settings_add(&text, &set);
    if (set.n)
        said(render, change, "MODIFY SETTING", text.data);
    for (int i = 0; i < before->n; i++) {
        if (!ch_settings_have(after, before->item[i]))
            said(render, change, "RESET SETTING",
                 text_slice(render->mem, before->item[i], 0, strcspn(before->item[i], "=")));
    }
}

int ch_table_alter(struct render *render, const struct change *change)
{
    const struct table *table = (const struct table *)change->after;
    order_change(render, change);
    expr_change(render, change, TABLE_sample_by, "SAMPLE BY");
    expr_change(render, change, TABLE_ttl, "TTL");
    options_change(render, change);
    if (change_has(change, TABLE_comment)) {
        struct buf comment = ch_begin(render, "");
        ch_literal_add(&comment, table->comment ? table->comment : "");
        said(render, change, "MODIFY COMMENT", comment.data);
    }
    return 0;
}

int ch_top_rename(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, change->kind == KIND_KEYED ? "RENAME DICTIONARY " : "RENAME TABLE ");
    ch_top(&out, change->before);
    buf_add(&out, " TO ");
    ch_top(&out, change->after);
    render_statement(render, &out);
    return 0;
}
