/*
 * What one database has beyond the project, on tables that the files about to run make again: files are written for every
 * database, so it is in none of them.  Whose is what goes to the connection, whose batches keep it: read before the first file runs, and
 * again before each that makes a table again, since those before it may have made something too.  Nothing is read where none does.
 */
#include "run/parts.h"

#include "base/text.h"

/* What the files do, by lower-case names. */
struct deeds {
    struct names rebuilt; /* tables that they make again */
    struct names made;    /* all that they create */
};

static void piece_note(struct ctx *ctx, const struct dialect *dialect, const struct sql_piece *piece,
                       struct deeds *deeds)
{
    const char *table = dialect->rebuilt(ctx->mem, piece);
    struct classified what;
    classify(ctx->mem, dialect->classify, piece, &what);
    if (table)
        names_add(ctx->mem, &deeds->rebuilt, text_lower(ctx->mem, table));
    else if (what.verb == VERB_CREATE && what.name)
        names_add(ctx->mem, &deeds->made, text_lower(ctx->mem, what.name));
}

static void files_note(struct ctx *ctx, const struct session *session, const struct list *files, bool down,
                       struct deeds *deeds)
{
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        const struct split *split = down ? &migration->down : &migration->up;
        const unsigned char *marks = migration->marks[down];
        for (int k = 0; k < split->n; k++)
            if (!marks || !(marks[k] & STATEMENT_DATA))
                piece_note(ctx, session->conn->dialect, &split->piece[k], deeds);
    }
}

/* A file that was written before its element was there does not make it again. */
static bool is_left_out(struct ctx *ctx, const struct object *object, const struct deeds *deeds)
{
    return object->by_element && (object->kind == KIND_INDEX || object->kind == KIND_TRIGGER) &&
           !names_have(&deeds->made, text_lower(ctx->mem, object->name));
}

/* A table that is somebody else's as a whole is as its file says that it is. */
static bool strangers_mark(struct ctx *ctx, struct tree *tree, const struct deeds *deeds, struct names *paths)
{
    bool any = false;
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        const struct object *top = managed_top(o);
        any = any || (top && o->stranger);
        if (!top || top == o || kind_is(o->kind, KIND_PART))
            continue;
        bool told = o->stranger && !top->stranger;
        o->stranger = told || is_left_out(ctx, o, deeds);
        any = any || o->stranger;
        if (told && names_have(&deeds->rebuilt, text_lower(ctx->mem, top->name)))
            names_add(ctx->mem, paths, object_path(ctx->mem, o));
    }
    return any;
}

/* Tells what was not told before the run, and sets conn->strangers: NULL where there are none. */
static int strangers_look(struct ctx *ctx, struct session *session, const struct deeds *deeds, struct names *told)
{
    const struct dialect *dialect = session->conn->dialect;
    struct names paths = {0}, fresh = {0};
    struct snapshot *snapshot;
    struct tree *tree;
    TRY(snapshot_latest(ctx, session, &session->applied, &snapshot));
    TRY(dialect->load(ctx, session->conn, &session->database->filter, &tree));
    TRY(owned_read(ctx, session, snapshot, tree));
    session->conn->strangers = strangers_mark(ctx, tree, deeds, &paths) ? tree : NULL;
    for (int i = 0; i < paths.n; i++)
        if (!names_have(told, paths.item[i]))
            names_add(ctx->mem, &fresh, paths.item[i]);
    if (fresh.n)
        emit_info(ctx, "not managed by this project, kept while its table is made again: %s",
                  names_join(ctx->mem, &fresh, "; "));
    *told = paths;
    return 0;
}

int strangers_keep(struct ctx *ctx, struct session *session, const struct list *files, bool down)
{
    struct deeds deeds = {0};
    session->kept = (struct names){0};
    if (!session->conn->dialect->rebuilt || session_translates(session))
        return 0;
    files_note(ctx, session, files, down, &deeds);
    return deeds.rebuilt.n ? strangers_look(ctx, session, &deeds, &session->kept) : 0;
}

int strangers_again(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    struct deeds deeds = {0};
    const struct list before = session->applied;
    struct list file = {0};
    if (!session->finished || !session->conn->dialect->rebuilt || session_translates(session))
        return 0;
    list_add(ctx->mem, &file, (void *)(uintptr_t)migration);
    files_note(ctx, session, &file, down, &deeds);
    if (!deeds.rebuilt.n)
        return 0;
    struct names told = session->kept;
    TRY(session_applied(ctx, session, &session->applied));
    int code = strangers_look(ctx, session, &deeds, &told);
    session->applied = before;
    return code;
}
