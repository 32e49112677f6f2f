/*
 * What came with which version of the server: a plan for one that is known to be older is refused with a sentence.
 *
 * What the server itself made of a text is not asked again: what stands here is what models, snapshots and other servers may say.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static bool is_virtual(struct arena *mem, const struct object *before, const struct object *after)
{
    const struct column *column = (const struct column *)after;
    return pg_expr_said(&column->computed) && !column->computed_stored;
}

/* By name where the type is one of the server's own; of others only the server knows it. */
static bool has_storage_back(struct arena *mem, const struct object *before, const struct object *after)
{
    const struct column *was = (const struct column *)before, *column = (const struct column *)after;
    /* another type comes with its own */
    bool retyped = was && !(text_equal(was->type, column->type) && text_equal(was->collation, column->collation));
    return was && !retyped && !column->storage && !pg_type_storage(mem, column->type);
}

static bool has_parts(struct arena *mem, const struct object *before, const struct object *after)
{
    const char *members = expr_text(&((const struct publication *)after)->members);
    return members && strpbrk(members, "(") ? true : members && strstr(members, "TABLES IN SCHEMA");
}

static bool has_compression(struct arena *mem, const struct object *before, const struct object *after)
{
    const struct names *settings = &((const struct view *)after)->column_settings;
    for (int i = 0; i < settings->n; i++)
        if (strstr(settings->item[i], ".compression="))
            return true;
    return false;
}

static bool has_invoker(struct arena *mem, const struct object *before, const struct object *after)
{
    const struct names *options = &((const struct view *)after)->options;
    for (int i = 0; i < options->n; i++)
        if (text_starts(options->item[i], "security_invoker="))
            return true;
    return false;
}

static bool has_word(const char *text, const char *word)
{
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, text ? text : "", text ? strlen(text) : 0);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, word))
            return true;
    return false;
}

static bool has_sql_body(struct arena *mem, const struct object *before, const struct object *after)
{
    return pg_function_is_bound((const struct function *)after);
}

/* Among the arguments; of a function it was always there. */
static bool has_out(struct arena *mem, const struct object *before, const struct object *after)
{
    const struct function *function = (const struct function *)after;
    const char *text = expr_text(&function->definition);
    struct lexer lexer;
    int depth = 0;
    bool is_first = false;
    lex_open(&lexer, &pg_lex, text ? text : "", pg_is_procedure(function) ? strlen(text) : 0);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (depth == 1 && is_first && token_is(&token, "out"))
            return true;
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && token_is(&token, ")"))
            return false;
        is_first = token_is(&token, "(") || token_is(&token, ",");
    }
    return false;
}

static bool is_multirange(const char *type)
{
    static const char *const own[] = {"int4multirange", "int8multirange", "nummultirange",
                                      "tsmultirange",   "tstzmultirange", "datemultirange"};
    for (size_t i = 0; type && i < sizeof own / sizeof *own; i++)
        if (text_starts(type, own[i]) && !strspn(type + strlen(own[i]), "abcdefghijklmnopqrstuvwxyz0123456789_"))
            return true;
    return false;
}

static bool column_is_multirange(struct arena *mem, const struct object *before, const struct object *after)
{
    return is_multirange(((const struct column *)after)->type);
}

static bool domain_is_multirange(struct arena *mem, const struct object *before, const struct object *after)
{
    return is_multirange(((const struct domain *)after)->type);
}

static bool attribute_is_multirange(struct arena *mem, const struct object *before, const struct object *after)
{
    return is_multirange(((const struct attribute *)after)->type);
}

static bool names_multirange(struct arena *mem, const struct object *before, const struct object *after)
{
    return has_word(expr_text(&((const struct range_type *)after)->definition), "multirange_type_name");
}

/* ON DELETE SET NULL (a) */
static bool sets_columns(struct arena *mem, const struct object *before, const struct object *after)
{
    const char *action = ((const struct foreign_key *)after)->on_delete;
    return action && strchr(action, '(');
}

const struct since pg_since[] = {
    {140000, KIND_STATISTICS, STATISTICS_expressions, "statistics on expressions"},
    {130000, KIND_STATISTICS, STATISTICS_statistics_target, "statistics target of extended statistics"},
    {140000, KIND_COLUMN, COLUMN_compression, "compression method of a column",
     .words = "compression pglz|compression lz4|compression default"},
    {140000, KIND_VIEW, VIEW_column_settings, "compression method of a column", NULL, has_compression},
    {140000, KIND_FUNCTION, FUNCTION_definition, "bodies in SQL's own words (BEGIN ATOMIC, RETURN)",
     "write as a text the body of", has_sql_body, .words = "begin atomic"},
    {140000, KIND_FUNCTION, FUNCTION_definition, "OUT arguments of procedures", "use INOUT in", has_out},
    {140000, KIND_COLUMN, COLUMN_type, "multirange types", "change the type of", column_is_multirange},
    {140000, KIND_DOMAIN, DOMAIN_type, "multirange types", "change the type of", domain_is_multirange},
    {140000, KIND_ATTRIBUTE, ATTRIBUTE_type, "multirange types", "change the type of", attribute_is_multirange},
    {140000, KIND_RANGE, RANGE_definition, "names of multirange types", NULL, names_multirange,
     .words = "multirange_type_name"},
    {150000, KIND_FOREIGN_KEY, FOREIGN_KEY_on_delete, "columns of ON DELETE SET NULL", NULL, sets_columns},
    {150000, KIND_UNIQUE, UNIQUE_nulls_not_distinct, "NULLS NOT DISTINCT", .words = "nulls not distinct"},
    {150000, KIND_INDEX, INDEX_nulls_not_distinct, "NULLS NOT DISTINCT"},
    {150000, KIND_SEQUENCE, SEQUENCE_unlogged, "unlogged sequences", .words = "unlogged sequence"},
    {150000, KIND_VIEW, VIEW_options, "security_invoker of a view", NULL, has_invoker, .words = "( security_invoker"},
    {150000, KIND_PUBLICATION, PUBLICATION_members, "columns, conditions and schemas of a publication", NULL, has_parts,
     .words = "tables in schema"},
    {180000, KIND_PUBLICATION, PUBLICATION_generated_columns, "generated columns of a publication",
     .words = "publish_generated_columns"},
    {160000, KIND_COLUMN, COLUMN_storage, "SET STORAGE DEFAULT", "name the storage of", has_storage_back,
     .words = "storage default"},
    {180000, KIND_PRIMARY_KEY, PRIMARY_KEY_without_overlaps, "WITHOUT OVERLAPS", .words = "without overlaps"},
    {180000, KIND_UNIQUE, UNIQUE_without_overlaps, "WITHOUT OVERLAPS"},
    {180000, KIND_FOREIGN_KEY, FOREIGN_KEY_period, "PERIOD in foreign keys"},
    {180000, KIND_FOREIGN_KEY, FOREIGN_KEY_not_enforced, "NOT ENFORCED", .words = "not enforced"},
    {180000, KIND_CHECK, CHECK_not_enforced, "NOT ENFORCED"},
    {180000, KIND_COLUMN, COLUMN_not_null_not_valid, "NOT NULL that is NOT VALID"},
    {180000, KIND_COLUMN, COLUMN_not_null_no_inherit, "NOT NULL that is NO INHERIT"},
    {180000, KIND_COLUMN, COLUMN_computed, "virtual generated columns", NULL, is_virtual, .words = ") virtual"},
    {140000, KIND_COUNT, 0, "CREATE OR REPLACE TRIGGER", .words = "create or replace trigger"},
    {140000, KIND_COUNT, 0, "SEARCH and CYCLE of recursive queries",
     .words = "search depth first|search breadth first"},
    {140000, KIND_COUNT, 0, "SUBSCRIPT of a base type", .words = "subscript ="},
    {150000, KIND_COUNT, 0, "MERGE", .words = "merge into"},
    {160000, KIND_COUNT, 0, "any_value()", .words = "any_value ("},
    {160000, KIND_COUNT, 0, "options of a membership",
     .words = "with inherit true|with inherit false|with set true|with set false"},
    {170000, KIND_COUNT, 0, "JSON_TABLE", .words = "json_table ("},
    {170000, KIND_COUNT, 0, "SET EXPRESSION", .words = "set expression as"},
    {0},
};
