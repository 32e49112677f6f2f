/*
 * squash: many applied files into one.  What they lead to is read from a scratch database that they were all run in, written as one
 * file that makes it, rows included, and that file is tried in another one: schema and rows have to be the same.  Only then is
 * anything written.  The new file has the version of the last one and stands for all of them ("squashes" in its header), in other
 * databases too (run/squashed.c); the old ones move into a folder beside it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/read_back.h"
#include "dialect/rows_sql.h"
#include "diff/describe.h"
#include "diff/diff.h"
#include "run/replayed.h"
#include "run/scratch_place.h"
#include "run/squashed.h"
#include "schema/unmodelled.h"

#define SQUASHED_FOLDER "squashed"

struct squashing {
    struct ctx *ctx;
    const struct request *request;
    struct session *session;
    struct list old; /* struct migration *, in order */
    struct url sandbox;
    const struct url *server;
    struct source source; /* what the old files lead to */
    struct target target;
    struct tree *written;   /* a copy of that, before diff adds to it */
    struct plan *up, *down; /* NULL of `down`: there is no way back */
    struct names with_rows; /* paths of tables */
    struct conn *trial;
    const char *stem;
    struct names declared; /* as the newest of the old files says it */
};

static void squashing_close(struct squashing *squashing)
{
    conn_close(&squashing->source.scratch);
    conn_close(&squashing->trial);
    url_close(&squashing->sandbox);
}

static const struct migration *last_of(const struct squashing *squashing)
{
    return squashing->old.item[squashing->old.n - 1];
}

/* ---- what they lead to ---- */

static int server_choose(struct squashing *squashing)
{
    const char *url = request_text(squashing->request, "sandbox_url");
    if (!url)
        return 0;
    TRY(url_read(squashing->ctx, url, &squashing->sandbox));
    squashing->server = &squashing->sandbox;
    return 0;
}

static int settle(struct squashing *squashing, struct conn *conn, struct tree *tree)
{
    TRY(target_read(squashing->ctx, conn, &squashing->target));
    filter_apply(&squashing->session->database->filter, target_usual(&squashing->target), tree);
    tree_settle(squashing->ctx->mem, &squashing->target, tree);
    return 0;
}

static int old_replay_on(struct ctx *ctx, const struct url *server, void *sink)
{
    struct squashing *squashing = sink;
    squashing->source =
        (struct source){.kind = SOURCE_MIGRATIONS, .version = last_of(squashing)->version, .once_only = true};
    return migrations_replay(ctx, squashing->session, server, &squashing->source);
}

static int old_replay(struct squashing *squashing)
{
    struct ctx *ctx = squashing->ctx;
    TRY(declared_before(ctx, squashing->session, &squashing->declared));
    TRY(scratch_place_try(ctx, &squashing->server, scratch_place_own(squashing->session), old_replay_on, squashing));
    return settle(squashing, squashing->source.scratch, squashing->source.tree);
}

/* ---- one file for them ---- */

static void statement_add(struct arena *mem, struct list *statements, const char *sql)
{
    struct statement_out *statement = NEW(mem, struct statement_out);
    *statement = (struct statement_out){.sql = sql};
    list_add(mem, statements, statement);
}

/* After the last table, before what looks at rows: foreign keys that are added, triggers, views that are filled. */
static int rows_add(struct squashing *squashing)
{
    struct ctx *ctx = squashing->ctx;
    const struct list all = squashing->up->statements;
    struct names inserts = {0};
    struct list with = {0};
    int last = -1;
    TRY(rows_to_sql(ctx, squashing->source.scratch, squashing->written, &inserts, &squashing->with_rows));
    for (int i = 0; i < all.n; i++) {
        const struct change *change = ((const struct statement_out *)all.item[i])->change;
        if (change && change->op == CHANGE_CREATE && kind_is(change->kind, KIND_HOLDS_ROWS | KIND_IS_COLUMN))
            last = i;
    }
    for (int i = 0; i < all.n; i++) {
        list_add(ctx->mem, &with, all.item[i]);
        for (int k = 0; i == last && k < inserts.n; k++)
            statement_add(ctx->mem, &with, inserts.item[k]);
    }
    squashing->up->statements = with;
    return 0;
}

static int plans_make(struct squashing *squashing)
{
    struct ctx *ctx = squashing->ctx;
    const struct plan_options options = {0};
    if (!squashing->target.dialect->rows_sql)
        return fail(ctx, ERR_UNSUPPORTED, "migrations of %s cannot be squashed yet", squashing->target.dialect->title);
    squashing->written = tree_copy(ctx->mem, squashing->source.tree);
    TRY(plan_from_nothing(ctx, &squashing->target, tree_copy(ctx->mem, squashing->written), &squashing->up));
    int code = plan_reverse(ctx, &squashing->target, squashing->up, &options, &squashing->down);
    if (code == ERR_UNSUPPORTED) {
        squashing->down = NULL;
        ctx->error = (struct error){0};
    } else
        TRY(code);
    return rows_add(squashing);
}

/* ---- tried ---- */

static int trial_run(struct squashing *squashing, struct tree **tree)
{
    struct ctx *ctx = squashing->ctx;
    const struct dialect *dialect = squashing->target.dialect;
    struct list classified = {0};
    for (int i = 0; i < squashing->up->statements.n; i++) {
        const char *sql = ((const struct statement_out *)squashing->up->statements.item[i])->sql;
        const struct sql_piece piece = {.text = sql, .length = strlen(sql)};
        struct classified *statement = NEW(ctx->mem, struct classified);
        classify(ctx->mem, dialect->classify, &piece, statement);
        list_add(ctx->mem, &classified, statement);
    }
    const struct scratch_spec spec = {.near = squashing->server, .statements = &classified};
    TRY(dialect->driver->scratch(ctx, &spec, &squashing->trial));
    for (int i = 0; i < squashing->up->statements.n; i++)
        TRY(conn_exec(ctx, squashing->trial, ((const struct statement_out *)squashing->up->statements.item[i])->sql));
    if (dialect->driver->scratch_reopen)
        TRY(dialect->driver->scratch_reopen(ctx, squashing->trial));
    TRY(dialect->load(ctx, squashing->trial, &squashing->session->database->filter, tree));
    return settle(squashing, squashing->trial, *tree);
}

static int fail_squash(struct ctx *ctx, const char *what)
{
    fail(ctx, ERR_UNSUPPORTED, "one file cannot stand for these migrations: %s", what);
    return fail_hint(ctx, "Nothing has been written. --to VERSION squashes fewer of them.");
}

static int prove(struct squashing *squashing)
{
    struct ctx *ctx = squashing->ctx;
    struct names details = {0};
    struct tree *made;
    int code = trial_run(squashing, &made);
    if (code == ERR_SQL)
        return fail_squash(ctx, ctx->error.message);
    TRY(code);
    const struct replayed before = {squashing->source.scratch, squashing->source.tree},
                          after = {squashing->trial, made};
    TRY(replays_compare(ctx, &squashing->target, &before, &after, &details));
    return details.n ? fail_squash(ctx, names_join(ctx->mem, &details, "; ")) : 0;
}

/* ---- written ---- */

static void text_make(const struct squashing *squashing, struct buf *text)
{
    struct arena *mem = squashing->ctx->mem;
    struct json *versions = json_array(mem);
    for (int i = 0; i < squashing->old.n; i++)
        json_add(mem, versions, json_string(mem, ((const struct migration *)squashing->old.item[i])->version));
    buf_addf(text, "-- squashes: %s\n\n-- upgrade\n\n%s\n\n-- rollback\n\n", json_text(mem, versions, 0),
             plan_commented(mem, &squashing->target, squashing->up));
    if (squashing->down && squashing->down->statements.n)
        buf_addf(text, "%s\n", plan_commented(mem, &squashing->target, squashing->down));
    else
        buf_add(text, "-- irreversible: what these migrations made has no way back\n");
}

static const char *plan_json_text(const struct squashing *squashing)
{
    struct arena *mem = squashing->ctx->mem;
    struct json *plan = json_object(mem);
    struct json *note = plan_note_json(mem, &squashing->target, squashing->written, squashing->up->source);
    if (squashing->declared.n)
        json_set(mem, note, "declared", json_names(mem, &squashing->declared));
    const char *up = plan_commented(mem, &squashing->target, squashing->up);
    json_set_text(mem, plan, "migration_id", squashing->stem);
    json_set(mem, plan, "operations", json_array(mem));
    json_set(mem, plan, "required_flags", json_array(mem));
    json_set_text(mem, plan, "checksum", hash_sha256(mem, up, strlen(up)));
    json_set(mem, plan, "dbwarden", note);
    return arena_printf(mem, "%s\n", json_text(mem, plan, JSON_INDENTED));
}

/* The plan first: without its file nobody reads it. */
static int file_make(struct squashing *squashing, const char **path)
{
    struct ctx *ctx = squashing->ctx;
    const char *folder = squashing->session->folder->path;
    const char *description = request_text(squashing->request, "description");
    const char *slug = name_slug(ctx->mem, description && *description ? description : "squashed");
    const char *name = name_file(ctx->mem, squashing->session->database->name, last_of(squashing)->number, slug);
    struct buf text;
    squashing->stem = path_stem(ctx->mem, name);
    *path = path_join(ctx->mem, folder, name);
    if (file_exists(*path)) {
        fail(ctx, ERR_STATE, "there is %s already", *path);
        return fail_hint(ctx, "Give a description, which becomes its name: dbwarden squash \"first year\"");
    }
    buf_init(&text, ctx->mem);
    text_make(squashing, &text);
    TRY(read_back(ctx, squashing->target.dialect, *path, text.data,
                  (const struct plan *[]){squashing->up, squashing->down}));
    const char *plan = plan_json_text(squashing);
    const char *plan_path = path_join(ctx->mem, folder, arena_printf(ctx->mem, "%s.plan.json", squashing->stem));
    TRY(file_write(ctx, plan_path, plan, strlen(plan), FILE_SHARED));
    return file_write(ctx, *path, text.data, text.len, FILE_SHARED);
}

/* What cannot be moved may stay: the new file stands for it. */
static void old_move(const struct squashing *squashing)
{
    struct ctx *ctx = squashing->ctx;
    const char *from = squashing->session->folder->path, *to = path_join(ctx->mem, from, SQUASHED_FOLDER);
    if (mkdir(to, 0777) && errno != EEXIST) {
        emit_warning(ctx, "%s cannot be made (%s): the old files stay where they are", to, strerror(errno));
        return;
    }
    for (int i = 0; i < squashing->old.n; i++) {
        const char *name = ((const struct migration *)squashing->old.item[i])->filename;
        const char *plan = arena_printf(ctx->mem, "%s.plan.json", path_stem(ctx->mem, name));
        if (rename(path_join(ctx->mem, from, name), path_join(ctx->mem, to, name)))
            emit_warning(ctx, "%s cannot be moved: %s", name, strerror(errno));
        if (rename(path_join(ctx->mem, from, plan), path_join(ctx->mem, to, plan)) && errno != ENOENT)
            emit_warning(ctx, "%s cannot be moved: %s", plan, strerror(errno));
    }
}

static int squash_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    __attribute__((cleanup(squashing_close))) struct squashing squashing = {
        .ctx = ctx, .request = request, .session = session};
    const char *path;
    TRY(session_ours(ctx, session));
    TRY(session_folder(ctx, session));
    TRY(session_lock(ctx, session));
    TRY(squash_choose(ctx, session, request_text(request, "to"), &squashing.old));
    TRY(server_choose(&squashing));
    TRY(old_replay(&squashing));
    TRY(plans_make(&squashing));
    TRY(prove(&squashing));
    TRY(file_make(&squashing, &path));
    old_move(&squashing);
    TRY(squash_follow(ctx, session));
    json_set_text(ctx->mem, reply->json, "database", session->database->name);
    json_set_text(ctx->mem, reply->json, "file", path);
    json_set_int(ctx->mem, reply->json, "squashed", squashing.old.n);
    json_set(ctx->mem, reply->json, "tables_with_rows", json_names(ctx->mem, &squashing.with_rows));
    report_line(&reply->report, TONE_GOOD, "Squashed %d migrations into one, which makes the same schema and rows: %s",
                squashing.old.n, path);
    report_line(&reply->report, TONE_DIM, "The old files are in %s",
                path_join(ctx->mem, session->folder->path, SQUASHED_FOLDER));
    return 0;
}

static int squash_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_entry(ctx, request, squash_one, reply);
}

static const struct option_info options[] = {
    {.name = "DESCRIPTION",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL,
     .help = "what the new file is called; without it \"squashed\""},
    {.name = "to",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "the last version that goes in; without it the last one that is applied"},
    SANDBOX_OPTION,
    {.name = "verbose", .letter = 'v', .type = OPTION_FLAG, .help = "show details"},
    DATABASE_OPTION,
    {0},
};

const struct command squash_command = {
    .name = "squash",
    .summary = "Make one file of applied migrations",
    .description =
        "Runs the applied migrations in a scratch database, writes one file that makes what they have made, rows included, and "
        "tries that file in another scratch database: where schema or rows are not the same, nothing is written. The new file has "
        "the version of the last one; the old ones move into the folder " SQUASHED_FOLDER
        ". Databases in which all of them were applied, this one "
        "and others, count the new one as applied; one in which only some were has to get the others from the old files "
        "first. Seeds and repeatable files stay as they are.\n"
        "\n"
        "Examples:\n"
        "  dbwarden squash\n"
        "  dbwarden squash \"first year\" --to 0042",
    .option = options,
    .run = squash_run,
    .topic = TOPIC_WRITE,
};
