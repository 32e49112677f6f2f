/*
 * Reading a live schema for check-db, dump and snapshot, and spelling it as SQL: the plan from nothing to it, so
 * that the same renderers are used that write migrations.
 */
#include "command/inspect.h"

#include "diff/describe.h"
#include "schema/unmodelled.h"

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
    struct plan *plan;
    TRY(plan_from_nothing(ctx, session->target, tree, &plan));
    *sql = plan_text(ctx->mem, plan);
    return 0;
}

/* What no kind models, by name: whoever uses the dump has to make it by other means. */
static void unmodelled_add(struct ctx *ctx, const struct tree *tree, struct buf *out)
{
    const struct names texts = unmodelled_texts(ctx->mem, &tree->unmodelled);
    for (int i = 0; i < texts.n; i++)
        buf_addf(out, "-- not managed yet, so not in here: %s\n", comment_line(ctx->mem, texts.item[i]));
    if (texts.n)
        emit_warning(ctx, "not in the SQL, because it is not managed yet: %s",
                     unmodelled_counts(ctx->mem, &tree->unmodelled));
}

int inspect_dump(struct ctx *ctx, const struct session *session, struct tree *tree, const char **text)
{
    const struct dialect *dialect = session->target->dialect;
    const char *enter = dialect->enter ? dialect->enter(ctx->mem, session->target) : NULL, *sql;
    struct buf out;
    buf_init(&out, ctx->mem);
    buf_addf(&out, "-- schema of %s, %s\n", comment_line(ctx->mem, session->conn->target), dialect->title);
    unmodelled_add(ctx, tree, &out);
    if (enter)
        buf_addf(&out, "\n%s;\n", enter);
    TRY(inspect_sql(ctx, session, tree, &sql));
    if (*sql)
        buf_addf(&out, "\n%s", sql);
    *text = out.data;
    return 0;
}

struct json *inspect_unmodelled(struct arena *mem, const struct tree *tree)
{
    const struct names texts = unmodelled_texts(mem, &tree->unmodelled);
    return json_names(mem, &texts);
}

const char *table_title(struct arena *mem, const struct object *table)
{
    const struct object *schema = object_ancestor(table, KIND_SCHEMA);
    if (!schema || !schema->name || !*schema->name)
        return table->name;
    return arena_printf(mem, "%s.%s", schema->name, table->name);
}
