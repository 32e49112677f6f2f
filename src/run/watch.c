/*
 * Looking after a statement while it runs: who holds the lock that it waits for is told, also without --verbose, and on a
 * terminal how far it is.  The connection is busy meanwhile, so a second one asks, and only if the statement takes longer than most:
 * a run of short statements costs nothing.  What goes wrong here disturbs nothing.
 */
#include "run/watch.h"

#include "base/clock.h"
#include "base/text.h"

#define LOOK_FIRST   0.8 /* before the usual limit for locks is over */
#define LOOK_AGAIN   5.0
#define TELL_AGAIN   1.0
#define NOTE_AGAIN   1.0
#define BLOCKERS     3
#define QUERY_LENGTH 160

/* Literals may hold what is nobody's business. */
static const char *query_shown(struct arena *mem, const struct dialect *dialect, const char *query)
{
    struct lexer lexer;
    struct buf shown;
    size_t from = 0;
    buf_init(&shown, mem);
    lex_open(&lexer, dialect->lex, query, strlen(query));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END && shown.len < QUERY_LENGTH;
         token = lex_next_code(&lexer)) {
        if (shown.len && token.offset > from)
            buf_add_c(&shown, ' ');
        if (token.kind == TOKEN_STRING)
            buf_add(&shown, "'***'");
        else
            buf_add_n(&shown, token.text, token.length);
        from = token.offset + token.length;
    }
    if (shown.len > QUERY_LENGTH)
        return arena_printf(mem, "%s ...", text_slice(mem, shown.data, 0, QUERY_LENGTH));
    return shown.data;
}

static const char *cell(const struct rows *rows, int row, const char *column)
{
    const char *text = rows_cell(rows, row, column);
    return text && *text ? text : NULL;
}

static const char *what(struct arena *mem, const struct watcher *watcher)
{
    return watcher->of ? arena_printf(mem, "statement %d of %d of %s", watcher->at, watcher->of, watcher->file)
                       : watcher->file;
}

static void blocker_tell(struct ctx *ctx, const struct watcher *watcher, const struct rows *rows, int row)
{
    struct arena *mem = ctx->mem;
    const char *query = cell(rows, row, "query"), *application = cell(rows, row, "application");
    const char *user = cell(rows, row, "user"), *state = cell(rows, row, "state"),
               *seconds = cell(rows, row, "seconds");
    emit_info(ctx, "%s waits for process %s (%s%s%s, %s, for %s s): %s", what(mem, watcher), cell(rows, row, "pid"),
              user ? user : "?", application ? ", " : "", application ? application : "", state ? state : "?",
              seconds ? seconds : "?",
              query ? query_shown(mem, watcher->session->conn->dialect, query) : "it runs no statement now");
}

/* The rows of the first query that gives some. */
static void ask(struct ctx *ctx, const struct watcher *watcher, const char *const *queries, struct rows *rows)
{
    struct names params = {0};
    *rows = (struct rows){0};
    names_add(ctx->mem, &params, watcher->session->conn->session);
    for (; queries && *queries && !rows->row.n; queries++)
        if (conn_query(ctx, watcher->other, *queries, &params, rows) < 0) {
            emit_debug(ctx, "the server does not tell: %s", ctx->error.message);
            *rows = (struct rows){0};
        }
}

static void progress_take(struct watcher *watcher, const struct rows *rows)
{
    int64_t done, total;
    const char *what = rows->row.n ? cell(rows, 0, "what") : NULL;
    const char *of = what ? cell(rows, 0, "done") : NULL, *all = what ? cell(rows, 0, "total") : NULL;
    *watcher->progress = 0;
    if (!what)
        return;
    if (of && all && text_to_int(of, &done) && text_to_int(all, &total) && total > 0)
        snprintf(watcher->progress, sizeof watcher->progress, ", %s %d %%", what, (int)(done * 100 / total));
    else
        snprintf(watcher->progress, sizeof watcher->progress, ", %s", what);
}

static bool other_open(struct ctx *ctx, struct watcher *watcher)
{
    struct conn *conn = watcher->session->conn;
    const struct limits limits = {.lock = 1, .statement = 2}; /* the file may hold a lock that everything waits for */
    const struct conn_options options = {.connect_seconds = 2, .limits = &limits};
    if (watcher->other || watcher->blind || !conn->session)
        return watcher->other;
    watcher->blind = conn_twin(ctx, conn, &options, &watcher->other) < 0;
    return !watcher->blind;
}

static void look(struct ctx *ctx, struct watcher *watcher)
{
    const struct dialect *dialect = watcher->session->conn->dialect;
    struct rows rows;
    if (!other_open(ctx, watcher))
        return;
    ask(ctx, watcher, dialect->blockers, &rows);
    for (int i = 0; i < rows.row.n && i < BLOCKERS; i++)
        blocker_tell(ctx, watcher, &rows, i);
    ask(ctx, watcher, dialect->progress, &rows);
    progress_take(watcher, &rows);
}

static void tell(struct ctx *ctx, const struct watcher *watcher, double seconds)
{
    const struct session *session = watcher->session;
    const char *text = arena_printf(ctx->mem, "%s, %.0f s%s", what(ctx->mem, watcher), seconds, watcher->progress);
    emit_progress(ctx, session->file, session->files, text);
}

/* For lock-status; others see it at once, since it is not written within the file's transaction. */
static void note(struct ctx *ctx, struct watcher *watcher)
{
    struct session *session = watcher->session;
    bool row = session->lock && !session->sandbox && !session->conn->dialect->driver->lock_note;
    if (session->lock && (!row || other_open(ctx, watcher)))
        lock_note(session->lock, watcher->other, lock_at(ctx->mem, watcher->file, watcher->at, watcher->of));
    session->noted = clock_monotonic();
}

static void tick_slow(struct ctx *ctx, struct watcher *watcher, double now)
{
    const struct conn *conn = watcher->session->conn;
    if (conn->session && (conn->dialect->blockers || conn->dialect->progress) && now - watcher->looked >= LOOK_AGAIN) {
        look(ctx, watcher);
        watcher->looked = clock_monotonic();
    }
    if (now - watcher->told >= TELL_AGAIN) {
        tell(ctx, watcher, now - watcher->since);
        watcher->told = now;
    }
}

static void tick(struct ctx *ctx, struct watch *watch)
{
    struct watcher *watcher = (struct watcher *)watch;
    double now = clock_monotonic();
    bool slow = now - watcher->since >= LOOK_FIRST, due = now - watcher->session->noted >= NOTE_AGAIN;
    if (watcher->since <= 0 || (!slow && !due) || ctx_asked(ctx))
        return;
    struct error error = ctx->error;
    struct arena_mark mark = arena_save(ctx->mem);
    if (due)
        note(ctx, watcher);
    if (slow)
        tick_slow(ctx, watcher, now);
    arena_rewind(ctx->mem, mark);
    ctx->error = error;
}

void watcher_open(struct watcher *watcher, struct session *session)
{
    *watcher = (struct watcher){.watch = {tick}, .session = session};
    if (!session->many) /* a second connection for each of them would be too many */
        session->conn->watch = &watcher->watch;
}

void watcher_file(struct watcher *watcher, const char *file, int of)
{
    watcher->file = file;
    watcher->of = of;
    watcher->at = of > 0;
}

void watcher_show(struct ctx *ctx, struct watcher *watcher)
{
    struct session *session = watcher->session;
    struct conn *conn = session->conn->whole ? NULL : session->conn;
    double now = clock_monotonic();
    if (now - session->noted < NOTE_AGAIN)
        return;
    lock_note(session->lock, conn, lock_at(ctx->mem, watcher->file, watcher->at, watcher->of));
    session->noted = now;
}

void watcher_begin(struct watcher *watcher, int at)
{
    watcher->at = at;
    watcher->since = clock_monotonic();
    *watcher->progress = 0;
}

void watcher_end(struct watcher *watcher)
{
    watcher->since = 0;
}

void watcher_close(struct watcher *watcher)
{
    watcher->session->conn->watch = NULL;
    conn_close(&watcher->other);
}
