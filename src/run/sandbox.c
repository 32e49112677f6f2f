/*
 * A run on a copy: the session gets another connection, to a copy of its database with its schema, the rows of our tables
 * and, where they are few, all rows.  Everything after that is an ordinary run, which so finds what an ordinary run would
 * find.  Only what lies outside the database is left alone: snapshots are neither written nor looked after.
 * Not here: how an engine makes the copy (driver->sandbox).
 */
#include "run/parts.h"

#include "base/text.h"

static void add_pieces(struct arena *mem, const struct list *migrations, struct list *pieces)
{
    for (int i = 0; i < migrations->n; i++) {
        const struct migration *migration = migrations->item[i];
        const struct split *sides[] = {&migration->up, &migration->down}; /* an interrupted rollback is ended first */
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < sides[side]->n; k++)
                list_add(mem, pieces, &sides[side]->piece[k]);
    }
}

static int copy(struct ctx *ctx, struct session *session, const struct sandbox_options *options,
                struct sandbox_spec *spec, struct conn **conn)
{
    const struct driver *driver = session->database->dialect->driver;
    struct list pieces = {0};
    struct url given __attribute__((cleanup(url_close))) = {0};
    add_pieces(ctx->mem, &session->folder->versioned, &pieces);
    add_pieces(ctx->mem, &session->folder->always, &pieces);
    add_pieces(ctx->mem, &session->folder->on_change, &pieces);
    *spec = (struct sandbox_spec){.near = &session->database->url, .piece = &pieces, .keep = options->keep};
    if (options->url) {
        TRY(url_read(ctx, options->url, &given));
        spec->given = &given;
    }
    TRY(session_connect(ctx, session, true));
    TRY(state_tables(ctx, &session->state, &spec->own));
    return driver->sandbox(ctx, spec, session->conn, conn);
}

int sandbox_enter(struct ctx *ctx, struct session *session, const struct sandbox_options *options, struct json *report)
{
    const struct dialect *dialect = session->database->dialect;
    struct sandbox_spec spec;
    struct conn *conn = NULL;
    if (!dialect->driver->sandbox)
        return fail(ctx, ERR_UNSUPPORTED, "--sandbox is not there yet for %s", dialect->title);
    TRY(session_folder(ctx, session));
    int code = copy(ctx, session, options, &spec, &conn);
    if (code < 0)
        return code == ERR_CANCELLED ? stop_in_sandbox(ctx, session) : code;
    const char *of = arena_dup(ctx->mem, session->conn->target), *with = spec.rows ? "rows included" : "without rows";
    conn_close(&session->conn);
    session->conn = session->state.conn = conn;
    session->state.home = NULL;
    session->read_only = false;
    session->sandbox = true;
    emit_info(ctx, "Sandbox: a copy of %s, %s, in %s", of, with, conn->target);
    struct json *said = json_object(ctx->mem);
    json_set_text(ctx->mem, said, "copy_of", of);
    json_set_text(ctx->mem, said, "place", arena_dup(ctx->mem, conn->target)); /* outlives the connection */
    json_set_bool(ctx->mem, said, "rows", spec.rows);
    json_set_bool(ctx->mem, said, "kept", options->keep);
    json_set(ctx->mem, report, "sandbox", said);
    return 0;
}
