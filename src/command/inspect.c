/*
 * Reading a live schema for check-db and snapshot, and spelling it as SQL: the plan from nothing to it, so
 * that the same renderers are used that write migrations.
 */
#include "command/inspect.h"

#include "diff/plan.h"

int inspect_live(struct ctx *ctx, struct session *session, struct tree **tree)
{
    const struct database_config *database = session->database;
    if (!database->dialect->load)
        return fail(ctx, ERR_UNSUPPORTED, "reading the schema of %s is not there yet", database->dialect->title);
    TRY(session_connect(ctx, session, true));
    TRY(database->dialect->load(ctx, session->conn, &database->filter, tree));
    database->dialect->settle(ctx->mem, *tree);
    return 0;
}

int inspect_sql(struct ctx *ctx, const struct session *session, struct tree *tree, const char **sql)
{
    const struct dialect *dialect = session->database->dialect;
    const struct plan_options options = {.version = session->conn->version};
    struct changes *changes;
    struct plan *plan;
    struct tree *nothing = tree_new(ctx->mem, dialect->engine);
    nothing->version = tree->version;
    nothing->kinds = tree->kinds;
    dialect->settle(ctx->mem, nothing);
    TRY(diff_trees(ctx, &(struct diff_input){.dialect = dialect, .before = nothing, .after = tree}, &changes));
    TRY(plan_make(ctx, dialect, changes, &options, &plan));
    *sql = plan_text(ctx->mem, plan);
    return 0;
}

const char *table_title(struct arena *mem, const struct object *table)
{
    const struct object *schema = object_ancestor(table, KIND_SCHEMA);
    if (!schema || !schema->name || !*schema->name)
        return table->name;
    return arena_printf(mem, "%s.%s", schema->name, table->name);
}
