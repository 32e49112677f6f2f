/*
 * Sessions: commands of the program, one after the other in a new folder, and what they print.  A session file has comments,
 * then its steps:
 *   == NAME      what follows is written into that file
 *   $ COMMAND    is run by the shell; what follows is what it prints, and [N] if it ends with that status
 *   % SQL        is run on app.db, or on the server; what follows are its rows
 * What is printed is compared with the file, or written into it with --update.  Times, sizes and places are masked.
 * With --server the session has a private server of local programs, and its URL in DATABASE.
 * usage: sessions PROGRAM [--update] [--server postgresql|mariadb] FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "dialect/mysql/parts.h"
#include "dialect/postgres/pg.h"
#include "dialect/scratch_server.h"
#include "script.h"

enum { COMMAND_SECONDS = 60 };

static const struct home {
    const char *name;
    const struct scratch_server_spec *server;
    const char *url;      /* %s is the folder of the session, or of the server */
    const char *database; /* in the URL, stands for one that has to be made; NULL: it can be used as it is */
} homes[] = {{"sqlite", NULL, "sqlite:///%s/app.db"},
             {"postgresql", &pg_server_spec, "postgresql://postgres@/postgres?host=%s"},
             {"mariadb", &maria_server, "mariadb://root@/mysql?unix_socket=%s/s.sock", "/mysql?"}};

struct session {
    struct ctx *ctx;
    const struct home *home;
    struct scratch_server *server;
    const char *program;
    const char *url;
    char folder[40];
};

/* ---- what differs from run to run ---- */

/* '#' is a digit, '+' one or more of them, '*' all up to a quotation mark, all else itself. */
static const struct {
    const char *pattern;
    const char *with;
} masks[] = {{"####-##-## ##:##:##", "TIME"},
             {"####-##-##T##:##:##.###Z", "TIME"},
             {"####-##-##T##:##:##", "TIME"},
             {"########_######_#", "STAMP"}, /* the second backup of one second */
             {"########_######", "STAMP"},
             {"+.##s", "0.01s"},
             {"+.###s", "0.001s"},
             {"\"seconds\": +.+e-##", "\"seconds\": 0.01"},
             {"\"seconds\": +.+", "\"seconds\": 0.01"},
             {"\"seconds\": +e-##", "\"seconds\": 0.01"},
             {"+ ms", "1 ms"},
             {"+ bytes", "N bytes"},
             {"\"version\": +,", "\"version\": N,"},
             {"3.+.+", "3.N"}, /* of SQLite */
             {"10.11.+", "10.11.N"},
             {"15.+", "15.N"},
             {"\"who\": \"*\"", "\"who\": \"USER@HOST\""},
             {"\"tool\": \"dbwarden *\"", "\"tool\": \"dbwarden N\""},
             {"pid +", "pid N"}};

/* How much of `text` the pattern takes; 0: it does not fit. */
static size_t pattern_fits(const char *pattern, const char *text)
{
    const char *at = text;
    for (; *pattern; pattern++) {
        if (*pattern == '*') {
            at += strcspn(at, "\"");
            continue;
        }
        bool digit = char_is_digit((unsigned char)*at);
        if ((*pattern == '#' || *pattern == '+') ? !digit : *pattern != *at)
            return 0;
        at++;
        while (*pattern == '+' && char_is_digit((unsigned char)*at))
            at++;
    }
    return (size_t)(at - text);
}

static const char *masked(const struct session *session, const char *text)
{
    struct buf out;
    buf_init(&out, session->ctx->mem);
    text = text_replace(session->ctx->mem, text, session->folder, "/project");
    if (session->server)
        text = text_replace(session->ctx->mem, text, scratch_server_folder(session->server), "/server");
    for (bool begins = true; *text; begins = !char_is_digit((unsigned char)text[-1])) {
        size_t length = 0;
        for (size_t i = 0; begins && !length && i < sizeof masks / sizeof *masks; i++)
            if ((length = pattern_fits(masks[i].pattern, text)) > 0)
                buf_add(&out, masks[i].with);
        if (!length)
            buf_add_c(&out, *text);
        text += length ? length : 1;
    }
    return text_trim(session->ctx->mem, out.data);
}

/* ---- steps ---- */

static int step_write(struct session *session, const char *name, const char *body)
{
    struct ctx *ctx = session->ctx;
    const char *path = path_join(ctx->mem, session->folder, name);
    TRY(folder_make(ctx, path_folder(ctx->mem, path)));
    return file_write(ctx, path, body, strlen(body), 0644);
}

static int step_command(struct session *session, const char *command, const char **printed)
{
    struct ctx *ctx = session->ctx;
    static const char *const keep[] = {"HOME", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", NULL};
    const char *path = arena_printf(ctx->mem, "PATH=%s:%s", path_folder(ctx->mem, session->program), getenv("PATH"));
    const char *cache = arena_printf(ctx->mem, "XDG_CACHE_HOME=%s/.cache", session->folder);
    const char *url = arena_printf(ctx->mem, "DATABASE=%s", session->url);
    const char *const add[] = {path, cache, url, "LC_ALL=C.UTF-8", "TZ=UTC", NULL};
    const char *const argv[] = {"sh", "-c", arena_printf(ctx->mem, "exec 2>&1; %s", command), NULL};
    const struct process_spec spec = {
        .argv = argv, .folder = session->folder, .keep_env = keep, .add_env = add, .seconds = COMMAND_SECONDS};
    struct process_result result;
    TRY(process_run(ctx, &spec, &result));
    *printed = masked(session, result.reply);
    if (result.status != 0)
        *printed = arena_printf(ctx->mem, "%s%s[%d]", *printed, **printed ? "\n" : "", result.status);
    return 0;
}

static const char *rows_text(struct arena *mem, const struct rows *rows)
{
    struct names lines = {0};
    for (int i = 0; i < rows->row.n; i++) {
        struct names cells = {0};
        for (int j = 0; j < rows->columns.n; j++) {
            const char *cell = ((const char **)rows->row.item[i])[j];
            names_add(mem, &cells, cell ? cell : "NULL");
        }
        names_add(mem, &lines, names_join(mem, &cells, " | "));
    }
    return names_join(mem, &lines, "\n");
}

static int step_sql(struct session *session, const char *sql, const char **printed)
{
    __attribute__((cleanup(url_close))) struct url url = {0};
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct ctx *ctx = session->ctx;
    struct rows rows;
    TRY(url_read(ctx, session->url, &url));
    TRY(conn_open(ctx, dialect_find(session->home->name), &url, &(struct conn_options){0}, &conn));
    if (conn_query(ctx, conn, sql, NULL, &rows) < 0)
        *printed = ctx->error.message;
    else
        *printed = masked(session, rows_text(ctx->mem, &rows));
    return 0;
}

/* ---- a file ---- */

static int step_run(struct session *session, const char *head, const char *expected, const char **printed)
{
    *printed = expected;
    if (*head == '=')
        return step_write(session, head + 3, expected);
    TRY(*head == '$' ? step_command(session, head + 2, printed) : step_sql(session, head + 2, printed));
    *printed = arena_printf(session->ctx->mem, "%s\n", *printed);
    return 0;
}

/* All steps are run, whatever the earlier ones printed; *wrong counts those that are not as written. */
static int file_run(struct session *session, const char *path, bool update, int *wrong)
{
    static const char *const marks[] = {"== ", "$ ", "% ", NULL};
    struct script script;
    TRY(script_read(session->ctx, path, marks, &script));
    for (int i = 0; i < script.parts.n; i++) {
        const struct script_part *step = script.parts.item[i];
        const char *printed;
        TRY(step_run(session, step->head, step->body, &printed));
        script_add(&script, step->head, text_equal(printed, "\n") ? "" : printed);
        if (text_equal(printed, step->body))
            continue;
        (*wrong)++;
        fprintf(stderr, "%s\n---- expected\n%s---- printed\n%s\n", step->head, step->body, printed);
    }
    return update ? script_write(session->ctx, &script) : 0;
}

static int folder_drop(struct ctx *ctx, const char *folder)
{
    const char *const argv[] = {"rm", "-rf", folder, NULL};
    struct process_result result;
    return process_run(ctx, &(struct process_spec){.argv = argv}, &result);
}

static int session_start(struct session *session)
{
    struct ctx *ctx = session->ctx;
    const char *place = session->folder;
    if (!mkdtemp(session->folder))
        return fail(ctx, ERR_FILE, "cannot make the folder %s", session->folder);
    if (session->home->server) {
        TRY(scratch_server_start(ctx, session->home->server, 0, &session->server));
        place = scratch_server_folder(session->server);
    }
    session->url = text_replace(ctx->mem, session->home->url, "%s", place);
    if (!session->home->database)
        return 0;
    const char *none;
    TRY(step_sql(session, "CREATE DATABASE app", &none));
    session->url = text_replace(ctx->mem, session->url, session->home->database, "/app?");
    return 0;
}

static bool session_run(const struct home *home, const char *program, const char *path, bool update)
{
    struct session session = {.home = home, .folder = "/tmp/dbwarden-session-XXXXXX"};
    struct ctx ctx;
    int wrong = 0;
    ctx_open(&ctx, 0);
    session.ctx = &ctx;
    session.program = path_absolute(&ctx, program);
    int code = session_start(&session);
    if (code == 0)
        code = file_run(&session, path, update, &wrong);
    if (code < 0 || (wrong && !update))
        fprintf(stderr, "%s: %s\n", path, code < 0 ? ctx.error.message : "is not as written");
    scratch_server_stop(session.server);
    folder_drop(&ctx, session.folder);
    ctx_close(&ctx);
    return code == 0 && (update || !wrong);
}

static const struct home *home_find(const char *name)
{
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (text_equal(homes[i].name, name))
            return &homes[i];
    fprintf(stderr, "sessions: no engine \"%s\"\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    const struct home *home = homes;
    int good = 0, bad = 0;
    bool update = false;
    for (int i = 2; i < argc; i++) {
        if (text_equal(argv[i], "--update"))
            update = true;
        else if (text_equal(argv[i], "--server") && i + 1 < argc)
            home = home_find(argv[++i]);
        else if (session_run(home, argv[1], argv[i], update))
            good++;
        else
            bad++;
    }
    printf("sessions: %d passed, %d failed\n", good, bad);
    return bad || !good ? 1 : 0;
}
