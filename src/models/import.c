/*
 * The models of a database as a tree: asks the reader for its description in the tree's own JSON form and
 * reads that with the same strictness as any other.  Nothing about SQLAlchemy is known here.
 */
#include "base/json.h"
#include "base/text.h"
#include "models/models.h"

static struct json *request_for(struct ctx *ctx, const struct models_source *source)
{
    struct arena *mem = ctx->mem;
    struct json *request = json_object(mem);
    json_set_text(mem, request, "folder", source->folder);
    json_set_text(mem, request, "dialect", source->dialect);
    json_set_int(mem, request, "version", 0);
    json_set(mem, request, "paths", source->paths.n ? json_names(mem, &source->paths) : json_null(mem));
    json_set_text(mem, request, "database", source->database);
    json_set_text(mem, request, "name", source->name);
    json_set(mem, request, "databases", json_names(mem, &source->databases));
    if (source->places)
        json_set_bool(mem, request, "places", true);
    return request;
}

static void emit_warnings(struct ctx *ctx, const struct json *warnings)
{
    for (int i = 0; warnings && i < warnings->n; i++) {
        const struct json *warning = warnings->item[i];
        struct place place = {path_near(ctx, json_get_text(warning, "file")), (int)json_get_int(warning, "line", 0), 0};
        const char *text = json_get_text(warning, "text");
        if (text)
            emit_warning_at(ctx, place, "%s", text);
    }
}

int models_read(struct ctx *ctx, const struct models_source *source, struct models_said *said)
{
    struct reader_call call = {source->python, source->folder, "models", request_for(ctx, source)};
    struct json *reply;
    TRY(reader_run(ctx, &call, &reply));
    emit_warnings(ctx, json_get(reply, "warnings"));
    emit_debug(ctx, "read %" PRId64 " modules with SQLAlchemy %s", json_get_int(reply, "modules", 0),
               json_get_text(reply, "sqlalchemy"));
    said->events = json_get(reply, "events");
    said->declared = json_get(reply, "declared");
    said->renames = json_get(reply, "renames");
    said->places = json_get(reply, "places");
    return tree_from_json(ctx, "the models", json_get(reply, "tree"), &said->tree);
}

/* Code that does not bear another date is read again without one. */
int models_read_again(struct ctx *ctx, const struct models_source *source, struct json *columns, struct tree **tree)
{
    struct json *request = request_for(ctx, source), *reply = NULL;
    struct reader_call call = {source->python, source->folder, "again", request};
    json_set(ctx->mem, request, "columns", columns);
    json_set_bool(ctx->mem, request, "shift", true);
    if (reader_run(ctx, &call, &reply)) {
        TRY(ctx_check(ctx));
        ctx->error = (struct error){0};
        json_set_bool(ctx->mem, request, "shift", false);
        TRY(reader_run(ctx, &call, &reply));
    }
    const struct json *answer = json_get(reply, "tree");
    *tree = NULL;
    return answer && answer->type == JSON_OBJECT ? tree_from_json(ctx, "the models", answer, tree) : 0;
}
