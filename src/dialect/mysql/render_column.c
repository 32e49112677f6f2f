/*
 * Columns.  Whatever changes, MODIFY COLUMN says the whole definition again, because what it leaves out is lost: a check
 * that stands in it (MariaDB), a comment, ON UPDATE.
 */
#include "base/text.h"
#include "dialect/mysql/render.h"

/* Values stand bare, and so does the time that it is; anything else is an expression in parentheses. */
static bool is_bare(struct arena *mem, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, &my_lex, text, strlen(text));
    struct token token = lex_next_code(&lexer);
    if (token_is(&token, "-") || token_is(&token, "+"))
        token = lex_next_code(&lexer);
    bool word = token_is(&token, "NULL") || token_is(&token, "TRUE") || token_is(&token, "FALSE");
    bool value = word || token.kind == TOKEN_NUMBER || token.kind == TOKEN_STRING;
    if (value && lex_next_code(&lexer).kind == TOKEN_END)
        return true;
    return text_starts(my_expr_normal(mem, NULL, text), "CURRENT_TIMESTAMP");
}

static void default_add(struct buf *out, const char *text)
{
    buf_add(out, " DEFAULT ");
    if (is_bare(out->mem, text))
        buf_add(out, text);
    else
        my_wrapped(out, text);
}

static bool is_timestamp(struct arena *mem, const struct column *column)
{
    return my_type_is(mem, column->type, "timestamp");
}

static void value_add(const struct render *render, struct buf *out, const struct column *column)
{
    const char *value = expr_text(&column->default_value), *update = expr_text(&column->on_update);
    if (!column->nullable)
        buf_add(out, " NOT NULL");
    else if (is_timestamp(out->mem,
                          column)) /* NOT NULL where nothing is said and explicit_defaults_for_timestamp is off */
        buf_add(out, " NULL");
    bool maria = render->target->dialect->engine == ENGINE_MARIA;
    bool implied = maria && !column->nullable && update && value && text_starts(value, MY_ZERO_TIME);
    if (value && !implied) /* no strict mode lets one say that */
        default_add(out, value);
    else if (column->nullable && is_timestamp(out->mem, column))
        buf_add(out, " DEFAULT NULL");
    if (update)
        buf_addf(out, " ON UPDATE %s", update);
    if (column->autoincrement)
        buf_add(out, " AUTO_INCREMENT");
}

void my_column_definition(const struct render *render, struct buf *out, const struct column *column)
{
    const char *computed = expr_text(&column->computed);
    my_ident_add(out, column->object.name);
    buf_addf(out, " %s", column->type);
    if (column->collation)
        buf_addf(out, " COLLATE %s", column->collation);
    if (my_is_row_bound(column)) {
        buf_addf(out, " GENERATED ALWAYS AS %s", text_upper(out->mem, computed));
    } else if (computed) {
        buf_add(out, " GENERATED ALWAYS AS ");
        my_wrapped(out, computed);
        buf_add(out, column->computed_stored ? " STORED" : " VIRTUAL");
        if (!column->nullable)
            buf_add(out, " NOT NULL");
    } else {
        value_add(render, out, column);
    }
    if (column->srid)
        buf_addf(out, " SRID %s", column->srid);
    if (column->invisible)
        buf_add(out, " INVISIBLE");
    if (column->unversioned)
        buf_add(out, " WITHOUT SYSTEM VERSIONING");
    if (column->comment) {
        buf_add(out, " COMMENT ");
        my_literal_add(render, out, column->comment);
    }
}

/* Those in the definition that stay. `before`: as it is; NULL: it is new. */
static void checks_add(struct buf *out, const struct object *before)
{
    for (int i = 0; before && i < before->parent->children.n; i++) {
        const struct check *check = before->parent->children.item[i];
        if (check->object.kind == KIND_CHECK && check->object.peer && !check->object.unmade &&
            my_check_column(out->mem, check) == before)
            buf_addf(out, " CHECK (%s)", expr_text(&check->expr));
    }
}

int my_column_create(struct render *render, const struct change *change)
{
    const struct column *column = (const struct column *)change->after;
    const char *fill = fill_of(render->fills, change->after);
    struct column filled = *column;
    struct buf out = my_begin(render, "ADD COLUMN ");
    if (fill)
        filled.default_value = (struct expr){.written = fill};
    my_column_definition(render, &out, &filled);
    my_clause(render, change->after, fill ? CLAUSE_ALONE : CLAUSE_PLAIN, &out);
    if (fill) {
        buf_add(&out, "MODIFY COLUMN ");
        my_column_definition(render, &out, column);
        my_clause(render, change->after, CLAUSE_ALONE, &out);
    }
    return 0;
}

int my_column_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP COLUMN ");
    my_ident_add(&out, change->before->name);
    my_clause(render, change->before, CLAUSE_PLAIN, &out);
    return 0;
}

/*
 * What a foreign key names may become NOT NULL in place, and not when the table is copied, as other clauses want it (MySQL: "Cannot
 * change column: used in a foreign key constraint").
 */
static bool is_in_foreign_key(const struct object *column)
{
    for (const struct edge *edge = column->needed; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_FOREIGN_KEY && edge->from->peer && !edge->from->unmade)
            return true;
    return false;
}

int my_column_alter(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "MODIFY COLUMN ");
    my_column_definition(render, &out, (const struct column *)change->after);
    checks_add(&out, change->before);
    bool alone = change_has(change, COLUMN_nullable) && is_in_foreign_key(change->before);
    my_clause(render, change->after, alone ? CLAUSE_ALONE : CLAUSE_PLAIN, &out);
    return 0;
}

int my_column_rename(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "RENAME COLUMN ");
    my_ident_add(&out, change->before->name);
    buf_add(&out, " TO ");
    my_ident_add(&out, change->after->name);
    my_clause(render, change->renamed, CLAUSE_RENAME, &out);
    return 0;
}
