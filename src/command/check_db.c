/*
 * check-db: the live schema as text, JSON, YAML or SQL.  JSON and YAML have 0.8.2's keys (and a few more);
 * nothing is written before or after them, so that they can be piped into a parser.
 */
#include "command/inspect.h"

#include "base/text.h"
#include "dialect/common.h"

static const char *default_text(const struct column *column)
{
    return expr_text(&column->default_value);
}

static struct json *column_json(struct arena *mem, const struct column *column)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "name", column->object.name);
    json_set_text(mem, json, "type", column->type);
    json_set_bool(mem, json, "nullable", column->nullable);
    json_set_text(mem, json, "default", default_text(column));
    if (column->comment)
        json_set_text(mem, json, "comment", column->comment);
    return json;
}

static struct names index_columns(struct arena *mem, const struct object *index)
{
    struct names columns = {0};
    for (int i = 0; i < index->children.n; i++) {
        const struct object *object = index->children.item[i];
        if (object->kind != KIND_INDEX_PART)
            continue;
        const struct index_part *part = (const struct index_part *)object;
        const char *text = part->column ? part->column : expr_text(&part->expr);
        names_add(mem, &columns, text ? text : "");
    }
    return columns;
}

static struct json *index_json(struct arena *mem, const struct index *index)
{
    struct json *json = json_object(mem);
    struct names columns = index_columns(mem, &index->object);
    json_set_text(mem, json, "name", index->object.name);
    json_set(mem, json, "columns", json_names(mem, &columns));
    json_set_bool(mem, json, "unique", index->is_unique);
    return json;
}

static struct json *foreign_key_json(struct arena *mem, const struct foreign_key *key)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "name", key->object.name_invented ? NULL : key->object.name);
    json_set(mem, json, "columns", json_names(mem, &key->columns));
    json_set_text(mem, json, "referred_table", key->ref_table.name);
    json_set(mem, json, "referred_columns", json_names(mem, &key->ref_columns));
    return json;
}

static struct json *primary_key_json(struct arena *mem, const struct object *table)
{
    const struct object *key = object_only(table, KIND_PRIMARY_KEY);
    return key ? json_names(mem, &((const struct primary_key *)key)->columns) : json_array(mem);
}

static struct json *table_json(struct arena *mem, const struct object *table)
{
    struct json *columns = json_array(mem), *indexes = json_array(mem), *keys = json_array(mem);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *object = table->children.item[i];
        if (object->kind == KIND_COLUMN)
            json_add(mem, columns, column_json(mem, (const struct column *)object));
        else if (object->kind == KIND_INDEX)
            json_add(mem, indexes, index_json(mem, (const struct index *)object));
        else if (object->kind == KIND_FOREIGN_KEY)
            json_add(mem, keys, foreign_key_json(mem, (const struct foreign_key *)object));
    }
    struct json *json = json_object(mem);
    json_set(mem, json, "columns", columns);
    json_set(mem, json, "indexes", indexes);
    json_set(mem, json, "foreign_keys", keys);
    json_set(mem, json, "primary_key", primary_key_json(mem, table));
    return json;
}

static int by_title(const void *a, const void *b)
{
    const struct object *x = a, *y = b;
    int order = text_compare(x->parent->name ? x->parent->name : "", y->parent->name ? y->parent->name : "");
    return order ? order : text_compare(x->name, y->name);
}

static void tables_find(struct arena *mem, const struct tree *tree, struct list *tables)
{
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_TABLE)
            list_add(mem, tables, object);
    list_sort(tables, by_title);
}

static struct json *tables_json(struct arena *mem, const struct list *tables)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < tables->n; i++)
        json_set(mem, json, table_title(mem, tables->item[i]), table_json(mem, tables->item[i]));
    return json;
}

static void table_text(const struct object *table, struct report *report)
{
    report_line(report, TONE_TITLE, "Table: %s", table_title(report->mem, table));
    report_line(report, TONE_DIM, "--------------------------------------------------");
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind != KIND_COLUMN)
            continue;
        const char *value = default_text(column);
        report_line(report, TONE_PLAIN, "  %s: %s %s%s%s", column->object.name, column->type ? column->type : "",
                    column->nullable ? "NULL" : "NOT NULL", value ? " DEFAULT " : "", value ? value : "");
    }
}

static void parts_text(const struct object *table, struct report *report)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *object = table->children.item[i];
        if (object->kind == KIND_INDEX) {
            struct names columns = index_columns(report->mem, object);
            report_line(report, TONE_PLAIN, "  %s %s (%s)",
                        ((const struct index *)object)->is_unique ? "Unique index" : "Index", object->name,
                        names_join(report->mem, &columns, ", "));
        }
        if (object->kind == KIND_FOREIGN_KEY) {
            const struct foreign_key *key = (const struct foreign_key *)object;
            report_line(report, TONE_PLAIN, "  Foreign key (%s) -> %s (%s)",
                        names_join(report->mem, &key->columns, ", "), ref_text(report->mem, &key->ref_table),
                        names_join(report->mem, &key->ref_columns, ", "));
        }
    }
}

static void tables_text(const struct list *tables, const char *database, struct report *report)
{
    report_line(report, TONE_TITLE, "=== Database Schema: %s ===", database);
    for (int i = 0; i < tables->n; i++) {
        report_line(report, TONE_PLAIN, "%s", "");
        table_text(tables->item[i], report);
        parts_text(tables->item[i], report);
    }
    if (!tables->n)
        report_line(report, TONE_PLAIN, "There are no tables.");
}

static int check_db_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    struct tree *tree;
    struct list tables = {0};
    const char *format = request_text(request, "out");
    TRY(project_open(ctx, request, &project));
    TRY(inspect_live(ctx, &project.session, &tree));
    tables_find(ctx->mem, tree, &tables);
    if (!tables.n)
        TRY(state_check_home(ctx, &project.session.state));
    struct json *json = tables_json(ctx->mem, &tables);
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set(ctx->mem, reply->json, "tables", json);
    if (text_equal(format, "json"))
        report_raw(&reply->report, json_text(ctx->mem, json, JSON_INDENTED));
    else if (text_equal(format, "yaml"))
        return yaml_report(ctx, json, &reply->report);
    else if (text_equal(format, "txt"))
        tables_text(&tables, project.session.database->name, &reply->report);
    else {
        const char *sql;
        TRY(inspect_sql(ctx, &project.session, tree, &sql));
        json_set_text(ctx->mem, reply->json, "sql", sql);
        report_raw(&reply->report, sql);
    }
    return 0;
}

static const struct option_info check_db_options[] = {
    {.name = "out",
     .letter = 'o',
     .type = OPTION_CHOICE,
     .value = "FORMAT",
     .otherwise = "txt",
     .choices = "json|yaml|txt|sql",
     .help = "how to print it"},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command check_db_command = {
    .name = "check-db",
    .summary = "Show the schema that the database has now",
    .description = "Reads the live database and prints its tables as text, JSON, YAML, or as the SQL that would create "
                   "them. dbwarden's own tables are left out.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden check-db\n"
                   "  dbwarden check-db -o sql > schema.sql\n"
                   "  dbwarden check-db -o json | jq keys",
    .option = check_db_options,
    .run = check_db_run,
    .topic = TOPIC_LOOK,
};
