/*
 * Tables: CREATE with everything that belongs inside, indexes too, because the server would make one of its own behind a
 * foreign key that finds none; and what is said of the table itself.
 */
#include "base/text.h"
#include "dialect/mysql/render.h"

static void item_begin(struct buf *out, bool *first)
{
    buf_add(out, *first ? "\n    " : ",\n    ");
    *first = false;
}

static void columns_add(const struct render *render, struct buf *out, const struct object *table, bool *first)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN)
            continue;
        item_begin(out, first);
        my_column_definition(render, out, (const struct column *)child);
    }
}

static void parts_add(const struct render *render, struct buf *out, const struct object *table, bool *first)
{
    static const enum kind kinds[] = {KIND_PRIMARY_KEY, KIND_INDEX, KIND_CHECK, KIND_FOREIGN_KEY};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int i = 0; i < table->children.n; i++) {
            const struct object *child = table->children.item[i];
            if (child->kind != kinds[k] || child->apart)
                continue;
            item_begin(out, first);
            if (child->kind == KIND_INDEX)
                my_index_text(render, out, (const struct index *)child);
            else
                my_constraint_text(out, child);
        }
}

/* The two columns that say since when and until when a row was so. */
static void system_period_add(struct buf *out, const struct object *table, bool *first)
{
    const struct column *bounds[2] = {NULL, NULL};
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && my_is_row_bound(column))
            bounds[text_ends(text_upper(out->mem, expr_text(&column->computed)), "END")] = column;
    }
    if (!bounds[0] || !bounds[1])
        return;
    item_begin(out, first);
    buf_add(out, "PERIOD FOR SYSTEM_TIME (");
    my_ident_add(out, bounds[0]->object.name);
    buf_add(out, ", ");
    my_ident_add(out, bounds[1]->object.name);
    buf_add_c(out, ')');
}

static const char *option_value(struct arena *mem, const char *option)
{
    const char *value = strchr(option, '=');
    const char *name = value ? text_slice(mem, option, 0, (size_t)(value - option)) : option;
    return value ? arena_printf(mem, "%s=%s", text_upper(mem, name), text_upper(mem, value + 1))
                 : text_upper(mem, name);
}

static void word_add(struct buf *out, const char *separator, const char *text)
{
    buf_addf(out, "%s%s", out->len ? separator : "", text);
}

static void options_add(const struct render *render, struct buf *out, const struct table *table, const char *separator)
{
    struct arena *mem = out->mem;
    if (table->engine)
        word_add(out, separator, arena_printf(mem, "ENGINE=%s", table->engine));
    if (table->collation)
        word_add(
            out, separator,
            arena_printf(mem, "DEFAULT CHARSET=%s COLLATE=%s", my_charset_of(mem, table->collation), table->collation));
    for (int i = 0; i < table->options.n; i++)
        word_add(out, separator, option_value(mem, table->options.item[i]));
    if (object_says(&table->object, TABLE_autoincrement_start))
        word_add(out, separator, arena_printf(mem, "AUTO_INCREMENT=%lld", (long long)table->autoincrement_start));
    if (table->comment) {
        word_add(out, separator, "COMMENT=");
        my_literal_add(render, out, table->comment);
    }
}

static void partitioning_add(struct buf *out, const struct object *table)
{
    const struct object *partitioning = object_only(table, KIND_PARTITIONING);
    if (!partitioning)
        return;
    buf_add(out, "\nPARTITION BY ");
    my_partitioning_text(out, (const struct partitioning *)partitioning, "\n    ");
}

static int sibling_check(struct render *render, const struct object *table)
{
    for (int i = 0; i < table->parent->children.n; i++) {
        const struct object *other = table->parent->children.item[i];
        if (other != table && kind_is(other->kind, KIND_HAS_COLUMNS) && text_equal_nocase(other->name, table->name))
            return my_cases_fail(render->ctx, other, table);
    }
    return 0;
}

int my_table_create(struct render *render, const struct change *change)
{
    TRY(sibling_check(render, change->after));
    struct buf out = my_begin(render, "CREATE TABLE "), options = my_begin(render, "");
    bool first = true;
    my_top(&out, change->after);
    buf_add(&out, " (");
    columns_add(render, &out, change->after, &first);
    parts_add(render, &out, change->after, &first);
    system_period_add(&out, change->after, &first);
    buf_add(&out, "\n)");
    options_add(render, &options, (const struct table *)change->after, " ");
    if (options.len)
        buf_addf(&out, " %s", options.data);
    if (((const struct table *)change->after)->versioned)
        buf_add(&out, " WITH SYSTEM VERSIONING");
    partitioning_add(&out, change->after);
    render_statement(render, &out);
    return 0;
}

int my_table_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP TABLE ");
    my_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* What goes back to what the server does where nothing is said; NULL: it has no word for that. */
static const char *option_usual(struct arena *mem, const char *option)
{
    static const char *const usual[][2] = {{"row_format", "DEFAULT"},
                                           {"key_block_size", "0"},
                                           {"stats_persistent", "DEFAULT"},
                                           {"stats_auto_recalc", "DEFAULT"},
                                           {"stats_sample_pages", "DEFAULT"},
                                           {"pack_keys", "DEFAULT"},
                                           {"checksum", "0"},
                                           {"delay_key_write", "0"},
                                           {"max_rows", "0"},
                                           {"min_rows", "0"},
                                           {"avg_row_length", "0"},
                                           {"compression", "''"}};
    const char *name = text_slice(mem, option, 0, strcspn(option, "="));
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (text_equal(usual[i][0], name))
            return arena_printf(mem, "%s=%s", text_upper(mem, name), usual[i][1]);
    return arena_printf(mem, "%s=DEFAULT", text_upper(mem, name));
}

static bool has_option(struct arena *mem, const struct names *options, const char *option)
{
    size_t length = strcspn(option, "=");
    for (int i = 0; i < options->n; i++)
        if (strcspn(options->item[i], "=") == length && strncmp(options->item[i], option, length) == 0)
            return true;
    return false;
}

static void options_differ(struct buf *out, const struct names *before, const struct names *after)
{
    for (int i = 0; i < before->n; i++)
        if (!has_option(out->mem, after, before->item[i]))
            word_add(out, " ", option_usual(out->mem, before->item[i]));
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            word_add(out, " ", option_value(out->mem, after->item[i]));
}

int my_table_alter(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    struct buf out = my_begin(render, "");
    if (change_has(change, TABLE_engine) && after->engine)
        word_add(&out, " ", arena_printf(render->mem, "ENGINE=%s", after->engine));
    if (change_has(change, TABLE_collation) && after->collation)
        word_add(&out, " ",
                 arena_printf(render->mem, "DEFAULT CHARSET=%s COLLATE=%s",
                              my_charset_of(render->mem, after->collation), after->collation));
    if (change_has(change, TABLE_options))
        options_differ(&out, &before->options, &after->options);
    if (change_has(change, TABLE_comment)) {
        word_add(&out, " ", "COMMENT=");
        my_literal_add(render, &out, after->comment ? after->comment : "");
    }
    if (out.len)
        my_clause(render, change->after, CLAUSE_PLAIN, &out);
    if (change_has(change, TABLE_versioned)) {
        buf_addf(&out, "%s SYSTEM VERSIONING", after->versioned ? "ADD" : "DROP");
        my_clause(render, change->after, CLAUSE_ALONE, &out);
    }
    return 0;
}

int my_table_rename(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "RENAME TABLE ");
    my_top(&out, change->before);
    buf_add(&out, " TO ");
    my_top(&out, change->after);
    render_statement(render, &out);
    return 0;
}
