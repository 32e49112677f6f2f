/* A folder of its own with a real SQLite database, and commands called in it as every request is. */
#ifndef UNIT_COMMAND_SPOT_H
#define UNIT_COMMAND_SPOT_H

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "command/request.h"
#include "unit.h"

struct spot {
    struct ctx *ctx;
    struct config_options where;
    struct reply reply;
};

static inline void spot_open(struct spot *spot, struct ctx *ctx)
{
    char *folder = arena_dup(ctx->mem, "/tmp/dbwarden-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    *spot = (struct spot){.ctx = ctx, .where = {.folder = folder, .url = "sqlite:///./app.db"}};
    assert_works(ctx, folder_make(ctx, path_join(ctx->mem, folder, "migrations/primary")));
}

static inline void folder_empty(struct ctx *ctx, const char *folder)
{
    struct names names;
    assert_works(ctx, folder_list(ctx, folder, &names));
    for (int i = 0; i < names.n; i++) {
        char *path = path_join(ctx->mem, folder, names.item[i]);
        if (folder_exists(path))
            folder_empty(ctx, path);
        else
            unlink(path);
    }
    rmdir(folder);
}

static inline void spot_close(struct spot *spot)
{
    folder_empty(spot->ctx, spot->where.folder);
}

static inline int call(struct spot *spot, const char *name, const char *request)
{
    struct ctx *ctx = spot->ctx;
    struct json *values;
    memset(&ctx->error, 0, sizeof ctx->error);
    assert_works(ctx, json_read(ctx, "request", request, strlen(request), &values));
    return command_run(ctx, command_find(NULL, name), &spot->where, values, &spot->reply);
}

static inline char *path_in(struct spot *spot, const char *name)
{
    return path_join(spot->ctx->mem, spot->where.folder, name);
}

static inline void file_put(struct spot *spot, const char *name, const char *text)
{
    assert_works(spot->ctx, file_write(spot->ctx, path_in(spot, name), text, strlen(text), 0644));
}

static inline char *file_get(struct spot *spot, const char *name)
{
    char *text;
    size_t length;
    assert_works(spot->ctx, file_read(spot->ctx, path_in(spot, name), 0, &text, &length));
    return text;
}

#endif
