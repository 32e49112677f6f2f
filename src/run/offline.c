/*
 * Files are run by execute.c as ever, over a connection that writes what it is sent into a text instead: so what is printed is what
 * would run, rows of state and journal included.  What has to ask the database on the way cannot be printed, and says so.
 */
#include "run/offline.h"

#include "base/text.h"
#include "run/parts.h"

struct paper {
    struct conn conn; /* first */
    struct dialect dialect;
    struct buf *out; /* in memory of its own, because what a file needs is given back after it */
};

/* ---- one statement */

/* A parameter as a literal; they are numbered, or come in turn. */
static void param_add(const struct dialect *dialect, const struct token *token, const struct names *params, int *turn,
                      struct buf *out)
{
    int64_t at = ++*turn;
    if (token->length > 1)
        at = strtol(token->text + 1, NULL, 10);
    const char *value = at >= 1 && at <= params->n ? params->item[at - 1] : NULL;
    if (value)
        literal_add(out, dialect->ident, value);
    else
        buf_add(out, "NULL");
}

static const char *step_text(struct arena *mem, const struct dialect *dialect, const struct batch_step *step)
{
    struct lexer lexer;
    struct buf text;
    size_t from = 0;
    int turn = 0;
    const char *sql = arena_copy(mem, step->sql, step->length);
    if (!step->params)
        return sql;
    buf_init(&text, mem);
    lex_open(&lexer, dialect->lex, sql, step->length);
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        bool mark = token.kind == TOKEN_PARAMETER || (token.length == 1 && *token.text == '?');
        if (!mark)
            continue;
        buf_add_n(&text, sql + from, token.offset - from);
        param_add(dialect, &token, step->params, &turn, &text);
        from = token.offset + token.length;
    }
    buf_add(&text, sql + from);
    return text.data;
}

/* Does a client take a ";" in it for its end, and does it end itself, with rows? */
static void ends_find(const struct dialect *dialect, const char *sql, bool *within, bool *rows)
{
    struct lexer lexer;
    *within = *rows = false;
    lex_open(&lexer, dialect->lex, sql, strlen(sql));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        *within = *within || token_is(&token, ";");
        *rows = token.kind == TOKEN_ROWS;
    }
}

static void statement_add(struct paper *paper, const char *sql)
{
    static const char *const marks[] = {"//", "$$", "@@@", NULL};
    bool within, rows;
    int mark = 0;
    ends_find(paper->conn.dialect, sql, &within, &rows);
    while (marks[mark + 1] && text_has(sql, marks[mark]))
        mark++;
    if (rows)
        buf_addf(paper->out, "%s\n\n", sql);
    else if (within && paper->conn.dialect->lex->delimiter_command)
        buf_addf(paper->out, "DELIMITER %s\n%s%s\nDELIMITER ;\n\n", marks[mark], sql, marks[mark]);
    else
        buf_addf(paper->out, "%s;\n\n", sql);
}

/* ---- the connection */

static void follow_transaction(struct conn *conn, const char *sql)
{
    static const struct {
        const char *word;
        bool within;
    } words[] = {{"begin", true}, {"start", true}, {"commit", false}, {"end", false}, {"rollback", false}};
    struct lexer lexer;
    lex_open(&lexer, conn->dialect->lex, sql, strlen(sql));
    struct token first = lex_next_code(&lexer), second = lex_next_code(&lexer);
    if (token_is(&first, "rollback") && (token_is(&second, "to") || token_is(&second, "prepared")))
        return;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is(&first, words[i].word))
            conn->in_transaction = words[i].within;
}

static int paper_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    (void)ctx;
    statement_add((struct paper *)conn, sql);
    follow_transaction(conn, sql);
    return 0;
}

static int paper_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params,
                       struct rows *rows)
{
    (void)conn, (void)params, (void)rows;
    fail(ctx, ERR_UNSUPPORTED, "a run would ask the database here, so what it does then cannot be printed");
    ctx->error.detail = arena_dup(ctx->mem, sql);
    return fail_hint(ctx, "Run it: `dbwarden migrate`.");
}

static int paper_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct paper *paper = (struct paper *)conn;
    const struct offline_words *words = conn->dialect->offline;
    bool own = batch->transaction && !conn->in_transaction && words->begin;
    batch->failed = -1;
    if (own)
        buf_addf(paper->out, "%s;\n\n", words->begin);
    for (int i = 0; i < batch->n; i++) {
        const char *sql = step_text(ctx->mem, conn->dialect, &batch->step[i]);
        statement_add(paper, sql);
        if (!batch->transaction)
            follow_transaction(conn, sql);
    }
    if (own && words->check)
        buf_addf(paper->out, "%s;\n\n", words->check);
    if (own)
        buf_add(paper->out, "COMMIT;\n\n");
    return 0;
}

static int paper_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n)
{
    (void)piece, (void)n;
    const char *reset = conn->dialect->offline->reset;
    if (reset)
        return paper_exec(ctx, conn, reset);
    emit_warning(ctx,
                 "a file changes the session, and in one client that holds for the files after it, too; a run would "
                 "begin each with a session as new");
    return 0;
}

static void paper_close(struct conn *conn)
{
    (void)conn;
}

static void paper_open(struct ctx *ctx, struct session *session, struct buf *out, struct driver *driver,
                       struct paper *paper)
{
    const struct dialect *dialect = session->database->dialect;
    *driver = (struct driver){.query = paper_query,
                              .exec = paper_exec,
                              .batch = paper_batch,
                              .close = paper_close,
                              .session_reset = paper_reset,
                              .session_steps = dialect->driver->session_steps};
    *paper = (struct paper){.dialect = *dialect, .out = out};
    paper->dialect.driver = driver;
    paper->dialect.statement_evidence = NULL;
    paper->dialect.rows_stay = NULL;
    paper->conn = (struct conn){.dialect = &paper->dialect, .target = arena_dup(ctx->mem, "the output")};
    session->conn = session->state.conn = &paper->conn;
}

/* ---- which files */

int offline_range(struct ctx *ctx, const char *text, struct offline_options *options)
{
    const char *colon = text ? strchr(text, ':') : NULL;
    if (options->down && !colon) {
        fail(ctx, ERR_USAGE, "rollback --sql needs FROM:TO");
        return fail_hint(ctx,
                         "FROM is the last version that is applied, TO the one that stays; nothing after the colon "
                         "undoes all.");
    }
    if (!colon) {
        options->to = text;
        return 0;
    }
    options->from = colon > text ? arena_copy(ctx->mem, text, (size_t)(colon - text)) : NULL;
    options->to = colon[1] ? arena_dup(ctx->mem, colon + 1) : NULL;
    return 0;
}

static int version_number(struct ctx *ctx, const struct session *session, const char *text, int64_t *number)
{
    if (!text)
        return 0;
    *number = 0;
    if (text_equal_nocase(text, "base"))
        return 0;
    TRY(version_read(ctx, text, number));
    return !*number || folder_version(session->folder, *number) ? 0 : version_unknown(ctx, session, text);
}

/* As if the files up to there had been applied. */
static void applied_assume(struct ctx *ctx, struct session *session, int64_t up_to)
{
    session->applied = session->journal = session->unfinished = (struct list){0};
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        struct applied *row = NEW(ctx->mem, struct applied);
        *row = (struct applied){.version = migration->version,
                                .number = migration->number,
                                .filename = migration->filename,
                                .checksum = migration->checksum};
        int at = session->applied.n;
        while (at && ((struct applied *)session->applied.item[at - 1])->number > row->number)
            at--;
        if (migration->number <= up_to)
            list_insert(ctx->mem, &session->applied, at, row);
    }
}

static void repeatables_add(struct arena *mem, const struct folder *folder, struct list *files)
{
    for (int i = 0; i < folder->always.n; i++)
        list_add(mem, files, folder->always.item[i]);
    for (int i = 0; i < folder->on_change.n; i++)
        list_add(mem, files, folder->on_change.item[i]);
}

/* From the first to beyond the last one of a way back, or the other way round. */
static int files_choose(struct ctx *ctx, struct session *session, const struct offline_options *options,
                        struct list *files)
{
    const struct list *all = &session->folder->versioned;
    int64_t from = options->down ? INT64_MAX : 0, to = options->down ? 0 : INT64_MAX;
    TRY(version_number(ctx, session, options->from, &from));
    TRY(version_number(ctx, session, options->to, &to));
    if (options->down ? from < to : to < from)
        return fail(ctx, ERR_USAGE, "%s comes after %s", options->down ? options->to : options->from,
                    options->down ? options->from : options->to);
    applied_assume(ctx, session, from);
    const int64_t low = options->down ? to : from, high = options->down ? from : to;
    for (int i = 0; i < all->n; i++) {
        struct migration *migration = all->item[options->down ? all->n - 1 - i : i];
        if (migration->number > low && migration->number <= high)
            list_add(ctx->mem, files, migration);
    }
    if (!options->down)
        repeatables_add(ctx->mem, session->folder, files);
    return 0;
}

static int cannot(struct ctx *ctx, const struct migration *migration, const char *why)
{
    fail(ctx, ERR_UNSUPPORTED, "%s %s, so it cannot be printed", migration->filename, why);
    fail_hint(ctx, "Print the files before it and those after it (FROM:TO), and run this one.");
    return fail_at(ctx, migration->path, 0, 0);
}

static int file_check(struct ctx *ctx, const struct migration *migration, bool down)
{
    if (migration->script)
        return cannot(ctx, migration, "is code");
    if (migration->batches.rows)
        return cannot(ctx, migration, "runs in batches of rows, by keys that it asks for");
    if (down && migration->irreversible) {
        fail(ctx, ERR_STATE, "%s cannot be rolled back: %s", migration->filename, migration->irreversible);
        return fail_at(ctx, migration->path, 0, 0);
    }
    return 0;
}

/* ---- all of it */

static void tables_add(struct ctx *ctx, const struct session *session, struct paper *paper)
{
    const struct names texts = state_texts(ctx, &session->state);
    for (int i = 0; i < texts.n; i++)
        statement_add(paper, texts.item[i]);
}

static int limit_add(struct ctx *ctx, struct paper *paper, const struct migration *migration, const char *words,
                     double seconds)
{
    if (seconds < 0)
        return 0;
    if (!words)
        return cannot(ctx, migration, "says how long a statement may take, for which there are no words here");
    int64_t whole = (int64_t)seconds + ((double)(int64_t)seconds < seconds);
    const char *text = text_replace(ctx->mem, words, "@ms", arena_printf(ctx->mem, "%.0f", seconds * 1000));
    statement_add(paper, text_replace(ctx->mem, text, "@s", arena_printf(ctx->mem, "%" PRId64, whole)));
    return 0;
}

static int file_run(struct ctx *ctx, struct session *session, struct paper *paper, const struct migration *migration,
                    bool down)
{
    const struct limits *limits = &migration->limits;
    const struct offline_words *words = paper->dialect.offline;
    buf_addf(paper->out, "-- %s%s\n\n", down ? "rollback of " : "", migration->filename);
    TRY(limit_add(ctx, paper, migration, words->lock, limits->lock));
    TRY(limit_add(ctx, paper, migration, words->statement, limits->statement));
    TRY(execute_file(ctx, session, migration, down));
    if (limits->lock >= 0 || limits->statement >= 0)
        statement_add(paper, words->limits_back);
    return 0;
}

static int files_run(struct ctx *ctx, struct session *session, const struct offline_options *options,
                     struct paper *paper, const struct list *files)
{
    const struct offline_words *words = paper->dialect.offline;
    TRY(choice_check(ctx, session, files, options->down));
    for (int i = 0; i < files->n; i++)
        TRY(file_check(ctx, files->item[i], options->down));
    if (words->head)
        buf_addf(paper->out, "%s;\n\n", words->head);
    if (!options->from && !options->down)
        tables_add(ctx, session, paper);
    for (int i = 0; i < files->n; i++)
        TRY(file_run(ctx, session, paper, files->item[i], options->down));
    return 0;
}

static int print_all(struct ctx *ctx, struct session *session, const struct offline_options *options, struct buf *out)
{
    struct driver driver;
    struct paper paper;
    struct list files = {0};
    paper_open(ctx, session, out, &driver, &paper);
    int code = files_choose(ctx, session, options, &files);
    if (code == 0)
        code = files_run(ctx, session, options, &paper, &files);
    session->conn = session->state.conn = NULL;
    return code;
}

int offline_text(struct ctx *ctx, struct session *session, const struct offline_options *options, const char **text)
{
    const struct database_config *database = session->database;
    if (session_translates(session) || database->cluster) {
        fail(ctx, ERR_UNSUPPORTED, "--sql cannot say what would run in '%s', because that %s", database->name,
             database->cluster ? "is for the servers of a cluster to say"
                               : "stands in for a database of another engine");
        return fail_hint(ctx, "`dbwarden migrate --dry-run` shows what the files hold.");
    }
    TRY(session_ours(ctx, session));
    TRY(session_folder(ctx, session));
    struct arena *mem = arena_open(0);
    struct buf out;
    buf_init(&out, mem);
    int code = print_all(ctx, session, options, &out);
    if (code == 0)
        *text = arena_dup(ctx->mem, out.data);
    arena_close(mem);
    return code;
}
