/* The types of ClickHouse that SQLAlchemy has classes for, and the options of a table in 0.8.2's words. */
#include "dialect/python.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/clickhouse/parse.h"

/* What else there is is named as it is: Nullable(String), Array(UInt8). */
static const struct python_type types[] = {
    {"Int16", "SmallInteger", .python = "int"},
    {"Int32", "Integer", .python = "int"},
    {"Int64", "BigInteger", .python = "int"},
    {"Float32", "Float", .python = "float"},
    {"Decimal", "Numeric", .python = "decimal.Decimal", .numbers = "precision,scale"},
    {"Bool", "Boolean", .python = "bool"},
    {"String", "String", .python = "str"},
    {"Date", "Date", .python = "datetime.date"},
    {"DateTime", "DateTime", .python = "datetime.datetime"},
    {"JSON", "JSON", .python = "Any"},
    {0},
};

/* The columns of a list that is nothing but columns. */
static struct names plain_columns(struct arena *mem, const struct object *table, const char *list)
{
    struct names columns = {0}, parts = ch_list_parts(mem, list);
    for (int i = 0; i < parts.n; i++) {
        struct lexer lexer;
        lex_open(&lexer, &ch_lex, parts.item[i], strlen(parts.item[i]));
        struct token token = lex_next_code(&lexer);
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        const char *column = name && lex_next_code(&lexer).kind == TOKEN_END ? token_name(mem, &token) : NULL;
        if (!column || !object_child(table, KIND_COLUMN, column))
            return (struct names){0};
        names_add(mem, &columns, column);
    }
    return columns;
}

/* SQLAlchemy maps no class without a primary key: what the table is sorted by is one to it, which the server never hears of. */
static void leave_out(struct arena *mem, const struct target *target, struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const char *order = o->kind == KIND_TABLE ? expr_text(&((struct table *)o)->order_by) : NULL;
        struct names columns = order ? plain_columns(mem, o, order) : (struct names){0};
        if (!columns.n)
            continue;
        struct primary_key *key = (struct primary_key *)object_new(mem, KIND_PRIMARY_KEY, o, NULL);
        SAY(key, PRIMARY_KEY, columns, columns);
    }
}

static struct json *list_json(struct arena *mem, const char *list)
{
    struct names parts = ch_list_parts(mem, list);
    return json_names(mem, &parts);
}

/* Numbers as they are, texts without their quotes. */
static struct json *settings_json(struct arena *mem, const struct names *settings)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < settings->n; i++) {
        const char *setting = settings->item[i], *value = strchr(setting, '=') + 1;
        const char *name = text_slice(mem, setting, 0, (size_t)(value - setting - 1));
        int64_t number;
        if (text_to_int(value, &number))
            json_set_int(mem, json, name, number);
        else
            json_set_text(mem, json, name, *value == '\'' ? text_slice(mem, value, 1, strlen(value) - 1) : value);
    }
    return json;
}

static void table_options(struct arena *mem, const struct object *object, struct json *words)
{
    const struct table *table = (const struct table *)object;
    json_set_text(mem, words, "engine", table->engine);
    if (expr_text(&table->order_by))
        json_set(mem, words, "order_by", list_json(mem, expr_text(&table->order_by)));
    if (expr_text(&table->primary_by))
        json_set(mem, words, "primary_key", list_json(mem, expr_text(&table->primary_by)));
    if (expr_text(&table->sample_by))
        json_set_text(mem, words, "sample_by", expr_text(&table->sample_by));
    if (expr_text(&table->ttl))
        json_set(mem, words, "ttl", list_json(mem, expr_text(&table->ttl)));
    if (table->options.n)
        json_set(mem, words, "settings", settings_json(mem, &table->options));
}

static const char *const table_fields[] = {"engine", "order_by", "primary_by", "sample_by", "ttl", "options", NULL};

const struct python_words ch_python = {
    .module = "sqlalchemy",
    .option = "clickhouse_",
    .meta = "ch_",
    .leave_out = leave_out,
    .table_options = table_options,
    .table_fields = table_fields,
    .type = types,
};
