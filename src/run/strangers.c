/*
 * What one database has beyond the project, on tables that the files about to run make again: files are written for every
 * database, so it is in none of them.  Whose is what is known before the first file runs, and goes to the connection, whose batches
 * keep it; nothing is read where no file makes a table again.
 */
#include "run/parts.h"

#include "base/text.h"

static void tables_find(struct ctx *ctx, const struct session *session, const struct list *files, bool down,
                        struct names *tables)
{
    const struct dialect *dialect = session->conn->dialect;
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        const struct split *split = down ? &migration->down : &migration->up;
        for (int k = 0; k < split->n; k++) {
            const char *table = dialect->rebuilt(ctx->mem, &split->piece[k]);
            if (table && !names_have(tables, table))
                names_add(ctx->mem, tables, table);
        }
    }
}

static bool is_among(const struct names *tables, const char *name)
{
    for (int i = 0; i < tables->n; i++)
        if (text_equal_nocase(tables->item[i], name))
            return true;
    return false;
}

/* A table that is somebody else's as a whole is as its file says that it is. */
static bool strangers_mark(struct ctx *ctx, struct tree *tree, const struct names *tables, struct names *paths)
{
    bool any = false;
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        const struct object *top = managed_top(o);
        if (!top || top == o || kind_is(o->kind, KIND_PART))
            continue;
        o->stranger = o->stranger && !top->stranger;
        any = any || o->stranger;
        if (o->stranger && is_among(tables, top->name))
            names_add(ctx->mem, paths, object_path(ctx->mem, o));
    }
    return any;
}

int strangers_keep(struct ctx *ctx, struct session *session, const struct list *files, bool down)
{
    const struct dialect *dialect = session->conn->dialect;
    struct names tables = {0}, paths = {0};
    struct snapshot *snapshot;
    struct tree *tree;
    if (!dialect->rebuilt || session_translates(session))
        return 0;
    tables_find(ctx, session, files, down, &tables);
    if (!tables.n)
        return 0;
    TRY(snapshot_latest(ctx, session, &session->applied, &snapshot));
    TRY(dialect->load(ctx, session->conn, &session->database->filter, &tree));
    TRY(owned_read(ctx, session, snapshot, tree));
    if (strangers_mark(ctx, tree, &tables, &paths))
        session->conn->strangers = tree;
    if (paths.n)
        emit_info(ctx, "not managed by this project, kept while its table is made again: %s",
                  names_join(ctx->mem, &paths, "; "));
    return 0;
}
