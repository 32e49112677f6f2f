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
    TRY(session_target(ctx, session));
    TRY(database->dialect->load(ctx, session->conn, &database->filter, tree));
    tree_settle(ctx->mem, session->target, *tree);
    return 0;
}

int inspect_sql(struct ctx *ctx, const struct session *session, struct tree *tree, const char **sql)
{
    const struct target *target = session->target;
    const struct plan_options options = {0};
    struct changes *changes;
    struct plan *plan;
    struct tree *nothing = tree_new(ctx->mem, target->dialect->engine);
    nothing->kinds = tree->kinds;
    tree_settle(ctx->mem, target, nothing);
    TRY(diff_trees(ctx, &(struct diff_input){.target = target, .before = nothing, .after = tree}, &changes));
    TRY(plan_make(ctx, target, changes, &options, &plan));
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
