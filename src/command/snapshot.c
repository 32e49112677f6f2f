/*
 * snapshot: one table of the live database as the SQL that creates it, with its constraints and indexes.
 * (The snapshot files below dbwarden/schemas are written by migrate, not here.)
 */
#include "command/inspect.h"

#include "base/text.h"

static struct object *table_find(struct arena *mem, const struct tree *tree, const char *desired, struct names *titles)
{
    struct object *found = NULL;
    for (struct object *object = tree->root; object; object = object_next(tree->root, object)) {
        if (object->kind != KIND_TABLE)
            continue;
        const char *title = table_title(mem, object);
        names_add(mem, titles, title);
        if (text_equal(title, desired) || (!found && text_equal(object->name, desired)))
            found = object;
    }
    return found;
}

/* A tree with nothing but that table: what it refers to is not written out. */
static struct tree *table_alone(struct arena *mem, const struct tree *tree, struct object *table)
{
    struct tree *alone = tree_new(mem, tree->engine);
    const struct object *schema = object_ancestor(table, KIND_SCHEMA);
    alone->version = tree->version;
    alone->kinds = tree->kinds;
    kind_set_remove(&alone->kinds, KIND_SCHEMA);
    struct object *home = tree_schema(mem, alone, schema ? schema->name : "");
    list_add(mem, &home->children, table);
    table->parent = home;
    return alone;
}

static int snapshot_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    struct tree *tree;
    struct names titles = {0};
    const char *desired = request_text(request, "table_name"), *sql;
    TRY(project_open(ctx, request, &project));
    TRY(inspect_live(ctx, &project.session, &tree));
    struct object *table = table_find(ctx->mem, tree, desired, &titles);
    if (!table) {
        const char *near = text_nearest(&titles, desired);
        fail(ctx, ERR_FAILED, "there is no table \"%s\" in %s", desired, project.session.conn->target);
        return near ? fail_hint(ctx, "Did you mean \"%s\"?", near)
                    : fail_hint(ctx, "`dbwarden check-db` lists the tables.");
    }
    const char *title = table_title(ctx->mem, table);
    TRY(inspect_sql(ctx, &project.session, table_alone(ctx->mem, tree, table), &sql));
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set_text(ctx->mem, reply->json, "table", title);
    json_set_text(ctx->mem, reply->json, "sql", sql);
    report_raw(&reply->report, sql);
    return 0;
}

static const struct option_info snapshot_options[] = {
    {"TABLE_NAME", 0, OPTION_TEXT, OPTION_POSITIONAL | OPTION_REQUIRED, NULL, NULL, NULL,
     "the table, with its schema if that is not the default one", 0},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command snapshot_command = {
    .name = "snapshot",
    .summary = "Show one table as the SQL that creates it",
    .description =
        "Reads the live database and prints the CREATE TABLE of one table, complete with its constraints, and "
        "its indexes.\n"
        "\n"
        "Examples:\n"
        "  dbwarden snapshot users",
    .option = snapshot_options,
    .run = snapshot_run,
    .topic = TOPIC_LOOK,
};
