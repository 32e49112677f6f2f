/*
 * check-db: the live schema as text, JSON, YAML or SQL.  JSON and YAML have 0.8.2's keys (and a few more);
 * nothing is written before or after them, so that they can be piped into a parser.
 */
#include "command/inspect.h"

#include "base/text.h"
#include "dialect/common.h"
#include "schema/unmodelled.h"

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

static struct json *unique_json(struct arena *mem, const struct unique *unique)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "name", unique->object.name_invented ? NULL : unique->object.name);
    json_set(mem, json, "columns", json_names(mem, &unique->columns));
    return json;
}

static struct json *check_json(struct arena *mem, const struct check *check)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "name", check->object.name_invented ? NULL : check->object.name);
    json_set_text(mem, json, "expression", expr_text(&check->expr));
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
    struct json *uniques = json_array(mem), *checks = json_array(mem);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *object = table->children.item[i];
        if (object->kind == KIND_COLUMN)
            json_add(mem, columns, column_json(mem, (const struct column *)object));
        else if (object->kind == KIND_INDEX)
            json_add(mem, indexes, index_json(mem, (const struct index *)object));
        else if (object->kind == KIND_FOREIGN_KEY)
            json_add(mem, keys, foreign_key_json(mem, (const struct foreign_key *)object));
        else if (object->kind == KIND_UNIQUE)
            json_add(mem, uniques, unique_json(mem, (const struct unique *)object));
        else if (object->kind == KIND_CHECK)
            json_add(mem, checks, check_json(mem, (const struct check *)object));
    }
    struct json *json = json_object(mem);
    json_set(mem, json, "columns", columns);
    json_set(mem, json, "indexes", indexes);
    json_set(mem, json, "foreign_keys", keys);
    json_set(mem, json, "primary_key", primary_key_json(mem, table));
    json_set(mem, json, "uniques", uniques);
    json_set(mem, json, "checks", checks);
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

/* What 0.8.2 did not show, after what it did. */
static void constraints_text(const struct object *table, struct report *report)
{
    struct arena *mem = report->mem;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *object = table->children.item[i];
        const char *name = object->name && !object->name_invented ? arena_printf(mem, " %s", object->name) : "";
        if (object->kind == KIND_PRIMARY_KEY)
            report_line(report, TONE_PLAIN, "  Primary key (%s)",
                        names_join(mem, &((const struct primary_key *)object)->columns, ", "));
        else if (object->kind == KIND_UNIQUE)
            report_line(report, TONE_PLAIN, "  Unique%s (%s)", name,
                        names_join(mem, &((const struct unique *)object)->columns, ", "));
        else if (object->kind == KIND_CHECK)
            report_line(report, TONE_PLAIN, "  Check%s: %s", name, expr_text(&((const struct check *)object)->expr));
        else if (!kind_is(object->kind, KIND_IS_COLUMN | KIND_PART) && object->kind != KIND_INDEX &&
                 object->kind != KIND_FOREIGN_KEY)
            report_line(report, TONE_PLAIN, "  Also: %s %s", kind_table[object->kind].name, object_title(mem, object));
    }
}

/* All that is not a table, each by its name. */
static void others_text(const struct tree *tree, struct report *report)
{
    struct arena *mem = report->mem;
    const struct object *root = tree->root;
    const struct names unmodelled = unmodelled_texts(mem, &tree->unmodelled);
    struct names others = {0};
    for (const struct object *o = root; o; o = object_next(root, o))
        if (o->parent && kind_is(o->parent->kind, KIND_NAMESPACE) && o->kind != KIND_TABLE)
            names_add(mem, &others, object_path(mem, o));
    names_sort(&others);
    if (others.n)
        report_line(report, TONE_PLAIN, "%s", "");
    for (int i = 0; i < others.n; i++)
        report_line(report, TONE_PLAIN, "Also: %s", others.item[i]);
    for (int i = 0; i < unmodelled.n; i++)
        report_line(report, TONE_DIM, "Not managed yet: %s", unmodelled.item[i]);
}

static void tables_text(const struct tree *tree, const struct list *tables, const char *database, struct report *report)
{
    report_line(report, TONE_TITLE, "=== Database Schema: %s ===", database);
    for (int i = 0; i < tables->n; i++) {
        report_line(report, TONE_PLAIN, "%s", "");
        table_text(tables->item[i], report);
        parts_text(tables->item[i], report);
        constraints_text(tables->item[i], report);
    }
    if (!tables->n)
        report_line(report, TONE_PLAIN, "There are no tables.");
    others_text(tree, report);
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
    json_set(ctx->mem, reply->json, "schema", tree_to_json(ctx->mem, tree));
    json_set(ctx->mem, reply->json, "unmodelled", inspect_unmodelled(ctx->mem, tree));
    if (text_equal(format, "json"))
        report_raw(&reply->report, json_text(ctx->mem, json, JSON_INDENTED));
    else if (text_equal(format, "yaml"))
        return yaml_report(ctx, json, &reply->report);
    else if (text_equal(format, "txt"))
        tables_text(tree, &tables, project.session.database->name, &reply->report);
    else {
        const char *sql;
        TRY(inspect_dump(ctx, &project.session, tree, &sql));
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
