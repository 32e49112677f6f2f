/*
 * The settings mutators.  A new text of the file is made, read and checked like any configuration, and only then
 * replaces the old one, at once; so an edit that would leave the project without a valid configuration changes
 * nothing.  How the text changes is the reader's business for Python and yaml_edit.c's for YAML.
 */
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"
#include "models/models.h"

#define LARGEST_FILE ((size_t)4 << 20)

static const char *const edit_words[] = {
    [EDIT_DATABASE_ADD] = "add", [EDIT_DATABASE_REMOVE] = "remove", [EDIT_DATABASE_RENAME] = "rename",
    [EDIT_DEFAULT] = "default",  [EDIT_DEV_SET] = "dev_set",        [EDIT_DEV_CLEAR] = "dev_clear",
};

static int change_python(struct ctx *ctx, const struct config_place *place, const struct setting_change *change,
                         char **changed)
{
    struct json *request = json_object(ctx->mem), *reply;
    struct reader_call call = {place->python, place->folder, "edit", request};
    json_set_text(ctx->mem, request, "file", place->path);
    json_set_text(ctx->mem, request, "edit", edit_words[change->edit]);
    json_set(ctx->mem, request, "values", (struct json *)(uintptr_t)change->values);
    TRY(reader_run(ctx, &call, &reply));
    *changed = arena_dup(ctx->mem, json_get_text(reply, "text"));
    return *changed ? 0 : fail(ctx, ERR_FAILED, "the reader gave no new text of %s", place->path);
}

static int change_yaml(struct ctx *ctx, const struct config_place *place, const struct setting_change *change,
                       char **changed)
{
    char *text;
    size_t length;
    TRY(file_read(ctx, place->path, LARGEST_FILE, &text, &length));
    return yaml_edit(ctx, path_near(ctx, place->path), text, change, changed);
}

/* Would the new text be a valid configuration? */
static int check(struct ctx *ctx, struct config_place *place, const char *text)
{
    struct config *config __attribute__((cleanup(config_close))) = NEW(ctx->mem, struct config);
    struct setting_file *file;
    if (path_is_yaml(place->path))
        TRY(yaml_settings(ctx, place, text, &file));
    else
        TRY(python_settings(ctx, place, text, &file));
    config->folder = file->folder;
    TRY(settings_take(ctx, file, config));
    return settings_compare(ctx, file, config);
}

/* A failed check speaks of lines of a text that nobody has seen. */
static int fail_unchanged(struct ctx *ctx, const struct config_place *place)
{
    const char *message = ctx->error.message;
    const char *hint = ctx->error.hint;
    int code = ctx->error.code;
    fail(ctx, (enum err)code, "%s would not be valid then, and was left as it is: %s", path_near(ctx, place->path),
         message);
    return hint ? fail_hint(ctx, "%s", hint) : code;
}

static int find_file(struct ctx *ctx, const struct config_options *options, struct config_place *place)
{
    TRY(place_find(ctx, options, place));
    if (place->path)
        return 0;
    if (place->candidates.n == 1) {
        place->path = place->candidates.item[0];
        place->folder = place->root;
        return 0;
    }
    fail(ctx, ERR_CONFIG, "there is no configuration file to change");
    return fail_hint(ctx, "Run \"dbwarden init\" to make one, or name it with --config.");
}

int config_edit(struct ctx *ctx, const struct config_options *options, enum setting_edit edit,
                const struct json *values)
{
    struct setting_change change = {edit, values};
    struct config_place place;
    struct stat status;
    char *changed;
    TRY(find_file(ctx, options, &place));
    if (path_is_yaml(place.path)) {
        TRY(change_yaml(ctx, &place, &change, &changed));
    } else {
        TRY(python_find(ctx, options->python, place.folder, &place.python));
        TRY(change_python(ctx, &place, &change, &changed));
    }
    if (check(ctx, &place, changed) < 0)
        return fail_unchanged(ctx, &place);
    mode_t mode = stat(place.path, &status) ? 0600 : status.st_mode & 0777;
    return file_write(ctx, place.path, changed, strlen(changed), mode);
}
