/*
 * The settings in a Python file: the reader executes it once in the project's interpreter, and what it recorded
 * becomes entries.  Also which interpreter that is.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "config/setting.h"
#include "models/models.h"

static bool is_program(const char *path)
{
    return file_exists(path) && !access(path, X_OK);
}

/* An interpreter, or a virtual environment that has one; NULL if neither. */
static const char *interpreter_at(struct ctx *ctx, const char *path)
{
    if (!strchr(path, '/'))
        return process_find(ctx->mem, path);
    const char *absolute = path_absolute(ctx, path);
    if (absolute && folder_exists(absolute))
        absolute = path_join(ctx->mem, absolute, "bin/python");
    return absolute && is_program(absolute) ? absolute : NULL;
}

static int take_named(struct ctx *ctx, const char *path, const char *by, const char **python)
{
    *python = interpreter_at(ctx, path);
    if (!*python)
        return fail(ctx, ERR_CONFIG, "there is no Python interpreter at %s, which %s names", path, by);
    emit_debug(ctx, "Python: %s (%s)", *python, by);
    return 0;
}

static bool take_found(struct ctx *ctx, const char *path, const char *by, const char **python)
{
    const char *found = path && *path ? interpreter_at(ctx, path) : NULL;
    if (!found)
        return false;
    *python = found;
    emit_debug(ctx, "Python: %s (%s)", found, by);
    return true;
}

/* The virtual environment that the program was installed in: it may be called by its path, active or not. */
static const char *own_environment(struct ctx *ctx)
{
    char *program = realpath("/proc/self/exe", NULL);
    const char *folder = program ? path_folder(ctx->mem, path_folder(ctx->mem, program)) : NULL;
    free(program);
    return folder && file_exists(path_join(ctx->mem, folder, "pyvenv.cfg")) ? folder : NULL;
}

int python_find(struct ctx *ctx, const char *option, const char *folder, const char **python)
{
    const char *variable = getenv("DBWARDEN_PYTHON");
    if (option)
        return take_named(ctx, option, "--python", python);
    if (variable && *variable)
        return take_named(ctx, variable, "DBWARDEN_PYTHON", python);
    if (take_found(ctx, getenv("VIRTUAL_ENV"), "VIRTUAL_ENV", python) ||
        take_found(ctx, path_join(ctx->mem, folder, ".venv"), ".venv beside the configuration", python) ||
        take_found(ctx, own_environment(ctx), "where the program is installed", python) ||
        take_found(ctx, "python3", "on PATH", python))
        return 0;
    fail(ctx, ERR_CONFIG, "there is no python3 on PATH to read the configuration or the models with");
    return fail_hint(ctx,
                     "Name an interpreter with --python, or write dbwarden.yaml with schema_files, which need none.");
}

static void take_value(struct ctx *ctx, struct setting_entry *entry, const char *key, const struct json *json)
{
    struct setting_value *value = NEW(ctx->mem, struct setting_value);
    value->key = key;
    value->value = json_get(json, "value");
    value->expression = json_get_text(json, "source");
    value->line = (int)json_get_int(json, "line", entry->line);
    list_add(ctx->mem, &entry->values, value);
}

static void take_entry(struct ctx *ctx, struct setting_file *file, const struct json *json)
{
    struct setting_entry *entry = NEW(ctx->mem, struct setting_entry);
    const struct json *keys = json_get(json, "keys");
    entry->line = (int)json_get_int(json, "line", 0);
    entry->positional = json_get_int(json, "positional", 0) > 0;
    entry->source = path_near(ctx, json_get_text(json, "file"));
    for (int i = 0; keys && i < keys->n; i++)
        take_value(ctx, entry, keys->key[i], keys->item[i]);
    list_add(ctx->mem, &file->entries, entry);
}

static struct json *request_for(struct ctx *ctx, const struct config_place *place, const char *text)
{
    struct json *request = json_object(ctx->mem);
    json_set_text(ctx->mem, request, "root", place->root);
    json_set_text(ctx->mem, request, "folder", place->folder);
    json_set_text(ctx->mem, request, "file", place->path);
    json_set_text(ctx->mem, request, "module", place->module);
    json_set_text(ctx->mem, request, "text", text);
    json_set(ctx->mem, request, "candidates", json_names(ctx->mem, &place->candidates));
    return request;
}

struct setting_file *answered_settings(struct ctx *ctx, const struct json *answer)
{
    const char *path = json_get_text(answer, "source");
    if (!path)
        return NULL;
    struct setting_file *file = NEW(ctx->mem, struct setting_file);
    file->path = path;
    file->source = path_near(ctx, path);
    file->folder = json_get_text(answer, "folder");
    file->call = "database_config(...)";
    const struct json *entries = json_get(answer, "entries");
    for (int i = 0; entries && i < entries->n; i++)
        take_entry(ctx, file, entries->item[i]);
    return file;
}

int python_settings(struct ctx *ctx, struct config_place *place, const char *text, struct setting_file **file)
{
    const char *folder = place->folder ? place->folder : place->root;
    struct json *reply;
    *file = NULL;
    if (!place->python)
        TRY(python_find(ctx, NULL, folder, &place->python));
    struct reader_call call = {place->python, folder, "config", request_for(ctx, place, text)};
    TRY(reader_run(ctx, &call, &reply));
    *file = answered_settings(ctx, reply);
    return 0;
}
