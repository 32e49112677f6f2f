/*
 * A project in a temporary folder, for the tests of this folder: SQLite file, migrations, and a session that is opened
 * again for every command, as the commands do.
 */
#ifndef UNIT_RUN_PROJECT_H
#define UNIT_RUN_PROJECT_H

#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/run.h"

struct project {
    struct ctx ctx;
    struct arena *heard; /* apart from the context's, which is rewound between files */
    char folder[40];
    struct config config;
    struct database_config database;
    struct names said; /* info lines and warnings */
    struct names warnings;
    struct json *report; /* of the last command */
};

static inline void project_hear(void *sink, const struct event *event)
{
    struct project *project = sink;
    if (event->kind == EVENT_PROGRESS || event->kind == EVENT_DEBUG)
        return;
    const char *text = arena_dup(project->heard, event->text);
    names_add(project->heard, event->kind == EVENT_WARNING ? &project->warnings : &project->said, text);
}

static inline void project_remove(const char *path)
{
    struct ctx ctx;
    struct names names;
    ctx_open(&ctx, 0);
    if (folder_list(&ctx, path, &names) >= 0)
        for (int i = 0; i < names.n; i++) {
            const char *inner = path_join(ctx.mem, path, names.item[i]);
            if (folder_exists(inner))
                project_remove(inner);
            else
                unlink(inner);
        }
    rmdir(path);
    ctx_close(&ctx);
}

static inline int project_open(void **state)
{
    struct project *project = arena_outside(sizeof *project);
    struct ctx *ctx = &project->ctx;
    ctx_open(ctx, 0);
    ctx->on_event = project_hear;
    ctx->sink = project;
    project->heard = arena_open(0);
    *state = project;
    snprintf(project->folder, sizeof project->folder, "/tmp/dbwarden-unit-XXXXXX");
    if (!mkdtemp(project->folder) || url_read(ctx, "sqlite:///app.db", &project->database.url) < 0)
        return -1;
    project->database.name = "primary";
    project->database.dialect = dialect_find("sqlite");
    project->database.source = project->database.dialect;
    project->database.migrations_dir = "migrations/primary";
    project->database.migration_table = "_dbwarden_migrations";
    project->database.seed_table = "_dbwarden_seeds";
    project->database.is_default = true;
    static const char *const own[] = {"_dbwarden_migrations", "_dbwarden_seeds", "_dbwarden_journal", "_dbwarden_lock"};
    for (int i = 0; i < 4; i++)
        names_add(ctx->mem, &project->database.filter.own, own[i]);
    project->config.folder = project->folder;
    project->config.fallback = &project->database;
    list_add(ctx->mem, &project->config.databases, &project->database);
    return folder_make(ctx, path_join(ctx->mem, project->folder, "migrations/primary"));
}

static inline int project_close(void **state)
{
    struct project *project = *state;
    project_remove(project->folder);
    url_close(&project->database.url);
    ctx_close(&project->ctx);
    arena_close(project->heard);
    free(project);
    return 0;
}

static inline void project_put(struct project *project, const char *name, const char *text)
{
    struct ctx *ctx = &project->ctx;
    const char *path = path_join(ctx->mem, path_join(ctx->mem, project->folder, "migrations/primary"), name);
    assert_works(ctx, file_write(ctx, path, text, strlen(text), 0644));
}

static inline void project_take(struct project *project, const char *name)
{
    struct ctx *ctx = &project->ctx;
    unlink(path_join(ctx->mem, path_join(ctx->mem, project->folder, "migrations/primary"), name));
}

static inline int project_migrate_with(struct project *project, const struct migrate_options *options)
{
    __attribute__((cleanup(session_close))) struct session session = {0};
    struct ctx *ctx = &project->ctx;
    ctx->error = (struct error){0};
    project->said = project->warnings = (struct names){0};
    project->report = json_object(ctx->mem);
    TRY(session_open(ctx, &project->config, NULL, &session));
    session.wait_for_runner = 0;
    return migrate_run(ctx, &session, options, project->report);
}

static inline int project_migrate(struct project *project)
{
    const struct migrate_options options = {0};
    return project_migrate_with(project, &options);
}

static inline int project_rollback_with(struct project *project, const struct rollback_options *options)
{
    __attribute__((cleanup(session_close))) struct session session = {0};
    struct ctx *ctx = &project->ctx;
    ctx->error = (struct error){0};
    project->said = project->warnings = (struct names){0};
    project->report = json_object(ctx->mem);
    TRY(session_open(ctx, &project->config, NULL, &session));
    session.wait_for_runner = 0;
    return rollback_run(ctx, &session, options, project->report);
}

static inline struct json *project_status(struct project *project)
{
    __attribute__((cleanup(session_close))) struct session session = {0};
    struct ctx *ctx = &project->ctx;
    struct json *report = json_object(ctx->mem);
    assert_works(ctx, session_open(ctx, &project->config, NULL, &session));
    assert_works(ctx, status_run(ctx, &session, report));
    return report;
}

/* The first column of the rows, joined by spaces; "-" is NULL. */
static inline const char *project_query(struct project *project, const char *sql)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct ctx *ctx = &project->ctx;
    const struct conn_options options = {.app_folder = project->folder};
    struct rows rows;
    struct names texts = {0};
    assert_works(ctx, conn_open(ctx, project->database.dialect, &project->database.url, &options, &conn));
    assert_works(ctx, conn_query(ctx, conn, sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *cell = ((const char **)rows.row.item[i])[0];
        names_add(ctx->mem, &texts, cell ? cell : "-");
    }
    return names_join(ctx->mem, &texts, " ");
}

static inline void project_run(struct project *project, const char *sql)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct ctx *ctx = &project->ctx;
    const struct conn_options options = {.app_folder = project->folder};
    assert_works(ctx, conn_open(ctx, project->database.dialect, &project->database.url, &options, &conn));
    assert_works(ctx, conn_exec(ctx, conn, sql));
}

#define APPLIED "SELECT version FROM _dbwarden_migrations WHERE version IS NOT NULL ORDER BY version"
#define TABLES \
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_dbwarden%' ESCAPE '\\' ORDER BY 1"
#define OUTCOME \
    "SELECT filename || ' ' || direction || ' ' || done || '/' || total || ' ' || outcome FROM _dbwarden_journal"

#define assert_query(project, sql, expected) assert_string_equal(project_query((project), (sql)), (expected))
#define PROJECT(test)                        cmocka_unit_test_setup_teardown(test, project_open, project_close)

#endif
