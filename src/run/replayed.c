/*
 * What migrations lead to: an ordinary run of their files on a scratch database, of which nobody is told but its failures and
 * warnings.  Statements that reach beyond one database are left out, and named.
 * With a version, files after it are no part of it; and then neither are those that run again whenever they change, because
 * they are about what is there in the end.
 */
#include "run/replayed.h"

#include "base/text.h"
#include "run/parts.h"

/* What the run would tell is about a database that nobody has. */
struct muted {
    event_fn *on_event;
    void *sink;
};

static void warnings_pass(void *sink, const struct event *event)
{
    const struct muted *muted = sink;
    if (muted->on_event && (event->kind == EVENT_WARNING || event->kind == EVENT_DEBUG))
        muted->on_event(muted->sink, event);
}

static bool means_nothing(const char *version)
{
    int64_t number;
    return version && (text_equal_nocase(version, "base") || (text_to_int(version, &number) && number == 0));
}

static int folder_choose(struct ctx *ctx, struct session *session, const struct replay_options *options)
{
    struct list *versioned = &session->folder->versioned;
    const char *version = options->version;
    int64_t number = 0;
    if (options->once_only)
        session->folder->always = session->folder->on_change = (struct list){0};
    if (!version)
        return 0;
    if (!means_nothing(version))
        TRY(version_read(ctx, version, &number));
    if (number && !folder_version(session->folder, number))
        return version_unknown(ctx, session, version);
    int all = versioned->n;
    for (int i = all - 1; i >= 0; i--)
        if (((const struct migration *)versioned->item[i])->number > number)
            list_remove(versioned, i);
    if (versioned->n < all)
        session->folder->always = session->folder->on_change = (struct list){0};
    return 0;
}

/* The statements of one side that may be run, in the memory that it has for those of the file. */
static void beyond_leave(struct ctx *ctx, const struct dialect *dialect, const char *path, struct split *split)
{
    int kept = 0;
    for (int i = 0; i < split->n; i++) {
        const struct sql_piece piece = split->piece[i];
        if (dialect->reaches_beyond && dialect->reaches_beyond(&piece))
            beyond_warn(ctx, dialect, path, &piece);
        else
            split->piece[kept++] = piece;
    }
    split->n = kept;
}

static void file_take(struct ctx *ctx, const struct dialect *dialect, struct migration *migration,
                      const struct replay_options *options, struct list *statements)
{
    beyond_leave(ctx, dialect, migration->path, &migration->up);
    if (options->down)
        beyond_leave(ctx, dialect, migration->path, &migration->down);
    for (int i = 0; i < migration->up.n; i++) {
        struct classified *statement = NEW(ctx->mem, struct classified);
        classify(ctx->mem, dialect->classify, &migration->up.piece[i], statement);
        list_add(ctx->mem, statements, statement);
    }
}

static int scratch_open(struct ctx *ctx, const struct session *session, const struct url *server,
                        const struct list *statements, struct conn **conn)
{
    const struct dialect *dialect = session->database->dialect;
    const struct scratch_spec spec = {.near = server, .like = session->conn, .statements = statements};
    if (!dialect->driver->scratch)
        return fail(ctx, ERR_UNSUPPORTED, "migrations of %s cannot be replayed yet", dialect->title);
    return dialect->driver->scratch(ctx, &spec, conn);
}

int replay_open(struct ctx *ctx, const struct session *session, const struct replay_options *options,
                struct session *replay)
{
    const struct dialect *dialect = session->database->dialect;
    struct list statements = {0};
    TRY(session_open(ctx, session->config, session->database->name, replay));
    TRY(session_folder(ctx, replay));
    TRY(folder_choose(ctx, replay, options));
    const struct list *const lists[] = {&replay->folder->versioned, &replay->folder->always,
                                        &replay->folder->on_change};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            file_take(ctx, dialect, lists[l]->item[i], options, &statements);
    TRY(scratch_open(ctx, session, options->server, &statements, &replay->conn));
    replay->state.conn = replay->conn;
    replay->sandbox = replay->no_snapshot = true;
    return 0;
}

int replay_run(struct ctx *ctx, struct session *replay, const char *version)
{
    const struct migrate_options options = {.to_version = version};
    struct muted muted = {ctx->on_event, ctx->sink};
    if (means_nothing(version))
        return 0;
    ctx->on_event = warnings_pass;
    ctx->sink = &muted;
    int code = migrate_run(ctx, replay, &options, json_object(ctx->mem));
    lock_release(&replay->lock);
    ctx->on_event = muted.on_event;
    ctx->sink = muted.sink;
    return code < 0 ? replay_explain(ctx, replay) : 0;
}

int replay_explain(struct ctx *ctx, const struct session *replay)
{
    if (ctx->error.code == ERR_CANCELLED)
        return fail(ctx, ERR_CANCELLED, "interrupted while the migrations were replayed; %s itself is as it was",
                    replay->database->name);
    if (ctx->error.place.file)
        return fail_hint(ctx,
                         "This happened in a scratch database, in which all files were run from the first one on.");
    return (int)ctx->error.code;
}

int replay_read(struct ctx *ctx, struct session *replay, struct tree **tree)
{
    const struct dialect *dialect = replay->database->dialect;
    if (dialect->driver->scratch_reopen)
        TRY(dialect->driver->scratch_reopen(ctx, replay->conn));
    return dialect->load(ctx, replay->conn, &replay->database->filter, tree);
}

int migrations_replay(struct ctx *ctx, const struct session *session, const struct url *server, struct source *source)
{
    __attribute__((cleanup(session_close))) struct session replay = {0};
    const struct replay_options options = {
        .server = server, .version = source->version, .once_only = source->once_only, .down = source->proof};
    TRY(replay_open(ctx, session, &options, &replay));
    if (source->proof)
        TRY(replay_prove(ctx, &replay, &options, source->proof));
    TRY(replay_run(ctx, &replay, source->version));
    TRY(replay_read(ctx, &replay, &source->tree));
    source->scratch = replay.conn;
    replay.conn = NULL;
    return 0;
}
