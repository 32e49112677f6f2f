/*
 * Columns.  MODIFY COLUMN keeps what it does not mention, so it says what changes, and REMOVE takes away what is gone.
 */
#include "base/text.h"
#include "dialect/clickhouse/render.h"

enum value { VALUE_NONE, VALUE_DEFAULT, VALUE_MATERIALIZED, VALUE_ALIAS, VALUE_EPHEMERAL };
static const char *const value_words[] = {NULL, "DEFAULT", "MATERIALIZED", "ALIAS", "EPHEMERAL"};

static enum value value_of(const struct column *column)
{
    if (expr_text(&column->computed))
        return column->computed_stored ? VALUE_MATERIALIZED : VALUE_ALIAS;
    if (column->ephemeral)
        return VALUE_EPHEMERAL;
    return expr_text(&column->default_value) ? VALUE_DEFAULT : VALUE_NONE;
}

static void value_add(struct buf *out, const struct column *column)
{
    enum value value = value_of(column);
    const char *text =
        expr_text(value == VALUE_MATERIALIZED || value == VALUE_ALIAS ? &column->computed : &column->default_value);
    if (value != VALUE_NONE)
        buf_addf(out, " %s", value_words[value]);
    if (value != VALUE_NONE && text)
        buf_addf(out, " %s", text);
}

static void comment_add(struct buf *out, const struct column *column)
{
    if (!column->comment)
        return;
    buf_add(out, " COMMENT ");
    ch_literal_add(out, column->comment);
}

static void wrapped_add(struct buf *out, const char *word, const struct expr *expr)
{
    if (expr_text(expr))
        buf_addf(out, " %s(%s)", word, expr_text(expr));
}

static void ttl_add(struct buf *out, const struct column *column)
{
    if (expr_text(&column->ttl))
        buf_addf(out, " TTL %s", expr_text(&column->ttl));
}

static void options_add(struct buf *out, const struct column *column)
{
    if (!column->options.n)
        return;
    buf_add(out, " SETTINGS (");
    ch_settings_add(out, &column->options);
    buf_add_c(out, ')');
}

/* What ADD COLUMN keeps, and what it takes and forgets. */
static void definition_add(struct buf *out, const struct column *column, bool adding)
{
    ch_ident_add(out, column->object.name);
    buf_addf(out, " %s", column->type);
    value_add(out, column);
    comment_add(out, column);
    wrapped_add(out, "CODEC", &column->codec);
    if (!adding)
        wrapped_add(out, "STATISTICS", &column->statistics);
    ttl_add(out, column);
    if (!adding)
        options_add(out, column);
}

void ch_column_definition(struct buf *out, const struct column *column)
{
    definition_add(out, column, false);
}

bool ch_names(struct arena *mem, const char *text, const char *name)
{
    struct lexer lexer;
    if (!text || !name)
        return false;
    lex_open(&lexer, &ch_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if ((token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) && text_equal(token_name(mem, &token), name))
            return true;
    return false;
}

bool ch_joins_key(struct arena *mem, const struct object *column)
{
    const struct table *table = (const struct table *)column->parent,
                       *before = (const struct table *)table->object.peer;
    return !column->peer && before && ch_names(mem, expr_text(&table->order_by), column->name);
}

static void modify_clause(struct render *render, const struct object *column, enum clause clause, const char *what)
{
    struct buf out = ch_begin(render, "MODIFY COLUMN ");
    ch_ident_add(&out, column->name);
    buf_addf(&out, " %s", what);
    ch_clause(render, column, clause, &out);
}

void ch_column_add(struct render *render, const struct column *column)
{
    struct buf out = ch_begin(render, "ADD COLUMN ");
    definition_add(&out, column, true);
    ch_clause(render, &column->object, CLAUSE_PLAIN, &out);
}

static void statistics_say(struct render *render, const struct column *column)
{
    struct buf out = ch_begin(render, expr_text(&column->statistics) ? "MODIFY STATISTICS " : "DROP STATISTICS ");
    ch_ident_add(&out, column->object.name);
    if (expr_text(&column->statistics))
        buf_addf(&out, " TYPE %s", expr_text(&column->statistics));
    ch_clause(render, &column->object, CLAUSE_ALONE, &out);
}

/* One that joins the key is added by the table along with that. */
int ch_column_create(struct render *render, const struct change *change)
{
    const struct column *column = (const struct column *)change->after;
    struct buf settings = ch_begin(render, "MODIFY SETTING ");
    if (!ch_joins_key(render->mem, change->after))
        ch_column_add(render, column);
    if (expr_text(&column->statistics))
        statistics_say(render, column);
    ch_settings_add(&settings, &column->options);
    if (column->options.n)
        modify_clause(render, change->after, CLAUSE_ALONE, settings.data);
    return 0;
}

int ch_column_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "DROP COLUMN ");
    ch_ident_add(&out, change->before->name);
    ch_clause(render, change->before, CLAUSE_PLAIN, &out);
    return 0;
}

static void removed(struct render *render, const struct change *change, int field, const char *word)
{
    if (change_has(change, field) && field_is_none(change->after, field) && !field_is_none(change->before, field))
        modify_clause(render, change->after, CLAUSE_PLAIN, arena_printf(render->mem, "REMOVE %s", word));
}

/* The server wants a value for NULL, even where there is none: that there is none it is asked before. */
static bool loses_null(struct render *render, const struct change *change, const char **value)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    *value = fill_of(render->fills, change->after);
    if (!change_has(change, COLUMN_type) || !before->nullable || after->nullable || value_of(after) != VALUE_NONE)
        return false;
    if (!*value) {
        struct buf out = ch_begin(render, "SELECT throwIf(count() > 0, "), name = ch_begin(render, "");
        ch_literal_add(
            &out, arena_printf(render->mem, "%s holds NULL: fill it first", object_path(render->mem, change->before)));
        ch_ident_add(&name, change->before->name);
        buf_add(&out, ") FROM ");
        ch_top(&out, change->before->parent);
        buf_addf(&out, " WHERE isNull(%s)", name.data);
        render_statement(render, &out);
        out = ch_begin(render, "defaultValueOfTypeName(");
        ch_literal_add(&out, after->type);
        buf_add_c(&out, ')');
        *value = out.data;
    }
    return true;
}

/* What has another value now is said with the type, which an older server wants to hear again. */
static void modified(struct render *render, const struct change *change)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    struct buf out = ch_begin(render, after->type);
    size_t bare = out.len;
    const char *instead;
    bool anew = loses_null(render, change, &instead);
    if (anew) {
        modify_clause(render, change->after, CLAUSE_ALONE,
                      arena_printf(render->mem, "%s DEFAULT %s", after->type, instead));
        modify_clause(render, change->after, CLAUSE_ALONE, "REMOVE DEFAULT");
    }
    bool value = value_of(before) != value_of(after) || change_has(change, COLUMN_default_value) ||
                 change_has(change, COLUMN_computed);
    if (value)
        value_add(&out, after);
    if (change_has(change, COLUMN_comment))
        comment_add(&out, after);
    if (change_has(change, COLUMN_codec))
        wrapped_add(&out, "CODEC", &after->codec);
    if (change_has(change, COLUMN_ttl))
        ttl_add(&out, after);
    if (out.len > bare || (!anew && change_has(change, COLUMN_type)))
        modify_clause(render, change->after, CLAUSE_PLAIN, out.data);
}

static void options_change(struct render *render, const struct change *change)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    struct buf out = ch_begin(render, "MODIFY SETTING ");
    if (!change_has(change, COLUMN_options))
        return;
    ch_settings_add(&out, &after->options);
    if (after->options.n)
        modify_clause(render, change->after, CLAUSE_ALONE, out.data);
    for (int i = 0; i < before->options.n; i++)
        if (!ch_settings_have(&after->options, before->options.item[i]))
            modify_clause(render, change->after, CLAUSE_ALONE,
                          arena_printf(render->mem, "RESET SETTING %.*s", (int)strcspn(before->options.item[i], "="),
                                       before->options.item[i]));
}

/* In words that any engine takes. */
static void comment_alone(struct render *render, const struct change *change)
{
    const struct column *after = (const struct column *)change->after;
    struct buf out = ch_begin(render, "COMMENT COLUMN ");
    ch_ident_add(&out, after->object.name);
    buf_add_c(&out, ' ');
    ch_literal_add(&out, after->comment ? after->comment : "");
    ch_clause(render, change->after, CLAUSE_PLAIN, &out);
}

static bool is_comment_alone(const struct change *change)
{
    for (int i = 0; i < kind_table[KIND_COLUMN].fields; i++)
        if (change_has(change, i) != (i == COLUMN_comment))
            return false;
    return true;
}

int ch_column_alter(struct render *render, const struct change *change)
{
    enum value was = value_of((const struct column *)change->before);
    if (is_comment_alone(change)) {
        comment_alone(render, change);
        return 0;
    }
    modified(render, change);
    if (was != VALUE_NONE && value_of((const struct column *)change->after) == VALUE_NONE)
        modify_clause(render, change->after, CLAUSE_PLAIN, arena_printf(render->mem, "REMOVE %s", value_words[was]));
    removed(render, change, COLUMN_comment, "COMMENT");
    removed(render, change, COLUMN_codec, "CODEC");
    removed(render, change, COLUMN_ttl, "TTL");
    if (change_has(change, COLUMN_statistics))
        statistics_say(render, (const struct column *)change->after);
    options_change(render, change);
    return 0;
}

int ch_column_rename(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "RENAME COLUMN ");
    ch_ident_add(&out, change->before->name);
    buf_add(&out, " TO ");
    ch_ident_add(&out, change->after->name);
    ch_clause(render, change->renamed, CLAUSE_RENAME, &out);
    return 0;
}
