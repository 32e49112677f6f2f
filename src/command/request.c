/*
 * Requests against the option table: every key must be an option of the command (or a global one that
 * commands see), every value of the option's type, every required one there; defaults are filled in.
 * The command line, the C API and others all come through here, so they cannot differ.
 */
#include "command/request.h"

#include "base/clock.h"
#include "base/text.h"

static char *key_of(struct arena *mem, const char *name)
{
    return name ? text_lower(mem, text_replace(mem, name, "-", "_")) : NULL;
}

char *option_key(struct arena *mem, const struct option_info *option)
{
    return key_of(mem, option->name);
}

const struct option_info *option_by_key(struct arena *mem, const struct option_info *table, const char *key)
{
    for (const struct option_info *option = table; option && option->name; option++)
        if (text_equal(option_key(mem, option), key) || text_equal(key_of(mem, option->also), key))
            return option;
    return NULL;
}

char *option_shown(struct arena *mem, const struct option_info *option)
{
    if (option->marks & OPTION_POSITIONAL)
        return arena_dup(mem, option->name);
    return arena_printf(mem, "--%s", option->name);
}

struct names option_choices(struct arena *mem, const struct option_info *option)
{
    struct names none = {0};
    return option->choices ? text_split(mem, option->choices, '|') : none;
}

char *command_title(struct arena *mem, const struct command *command)
{
    return command->group ? arena_printf(mem, "%s %s", command->group, command->name) : arena_dup(mem, command->name);
}

static int wrong_type(struct ctx *ctx, const struct option_info *option, const char *wanted, const struct json *value)
{
    return fail(ctx, ERR_USAGE, "%s needs %s, not %s", option_shown(ctx->mem, option), wanted,
                json_text(ctx->mem, value, JSON_PYTHON));
}

static int check_int(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    if (value->type != JSON_INT)
        return wrong_type(ctx, option, "a whole number", value);
    if (value->number < option->least)
        return fail(ctx, ERR_USAGE, "%s must be at least %" PRId64 ", not %" PRId64, option_shown(ctx->mem, option),
                    option->least, value->number);
    return 0;
}

static int check_choice(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    struct names choices = option_choices(ctx->mem, option);
    if (value->type == JSON_TEXT && names_have(&choices, value->text))
        return 0;
    wrong_type(ctx, option, arena_printf(ctx->mem, "one of %s", names_join(ctx->mem, &choices, ", ")), value);
    const char *near = value->type == JSON_TEXT ? text_nearest(&choices, value->text) : NULL;
    return near ? fail_hint(ctx, "Did you mean %s?", near) : ERR_USAGE;
}

static int check_list(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    if (value->type != JSON_ARRAY)
        return wrong_type(ctx, option, "a list of texts", value);
    for (int i = 0; i < value->n; i++)
        if (value->item[i]->type != JSON_TEXT)
            return wrong_type(ctx, option, "a list of texts", value);
    return 0;
}

static int check_text(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    if (value->type != JSON_TEXT)
        return wrong_type(ctx, option, "a text", value);
    if (!*value->text)
        return fail(ctx, ERR_USAGE, "%s is empty", option_shown(ctx->mem, option));
    return 0;
}

static int check_truth(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    return value->type == JSON_BOOL ? 0 : wrong_type(ctx, option, "true or false", value);
}

static int check_value(struct ctx *ctx, const struct option_info *option, const struct json *value)
{
    static int (*const check[])(struct ctx *, const struct option_info *, const struct json *) = {
        [OPTION_FLAG] = check_truth, [OPTION_SWITCH] = check_truth, [OPTION_TEXT] = check_text,
        [OPTION_INT] = check_int,    [OPTION_LIST] = check_list,    [OPTION_CHOICE] = check_choice,
    };
    return check[option->type](ctx, option, value);
}

static void known_keys(struct arena *mem, const struct option_info *table, unsigned without, struct names *keys)
{
    for (const struct option_info *option = table; option && option->name; option++)
        if (!(option->marks & without))
            names_add(mem, keys, option_key(mem, option));
}

static int unknown_key(struct ctx *ctx, const char *who, const struct names *keys, const char *key)
{
    fail(ctx, ERR_USAGE, "%s has no option \"%s\"", who, key);
    const char *near = text_nearest(keys, key);
    return near ? fail_hint(ctx, "Did you mean \"%s\"?", near) : ERR_USAGE;
}

/* Global options that a command sees. */
static const struct option_info *global_by_key(struct arena *mem, const char *key)
{
    const struct option_info *option = option_by_key(mem, global_options, key);
    return option && !(option->marks & (OPTION_WHERE | OPTION_SHOW)) ? option : NULL;
}

static int check_keys(struct ctx *ctx, const struct command *command, const struct json *values, struct json *checked)
{
    for (int i = 0; values && i < values->n; i++) {
        const char *key = values->key[i];
        if (values->item[i]->type == JSON_NULL)
            continue;
        const struct option_info *option = option_by_key(ctx->mem, command->option, key);
        if (!option)
            option = global_by_key(ctx->mem, key);
        if (!option) {
            struct names keys = {0};
            known_keys(ctx->mem, command->option, 0, &keys);
            known_keys(ctx->mem, global_options, OPTION_WHERE | OPTION_SHOW, &keys);
            return unknown_key(ctx, command_title(ctx->mem, command), &keys, key);
        }
        TRY(check_value(ctx, option, values->item[i]));
        json_set(ctx->mem, checked, option_key(ctx->mem, option), values->item[i]);
    }
    return 0;
}

static struct json *default_value(struct arena *mem, const struct option_info *option)
{
    if (option->type == OPTION_FLAG || option->type == OPTION_SWITCH)
        return json_bool(mem, text_equal(option->otherwise, "true"));
    if (option->type == OPTION_LIST)
        return json_array(mem);
    int64_t number;
    if (option->type == OPTION_INT && option->otherwise && text_to_int(option->otherwise, &number))
        return json_int(mem, number);
    return option->otherwise ? json_string(mem, option->otherwise) : NULL;
}

static int fill_defaults(struct ctx *ctx, const struct command *command, const struct option_info *table,
                         struct json *checked)
{
    for (const struct option_info *option = table; option && option->name; option++) {
        if (option->marks & (OPTION_WHERE | OPTION_SHOW))
            continue;
        char *key = option_key(ctx->mem, option);
        if (json_get(checked, key))
            continue;
        if (option->marks & OPTION_REQUIRED) {
            fail(ctx, ERR_USAGE, "%s needs %s", command_title(ctx->mem, command), option_shown(ctx->mem, option));
            return fail_hint(ctx, "%s: %s.", option_shown(ctx->mem, option), option->help);
        }
        struct json *value = default_value(ctx->mem, option);
        if (value)
            json_set(ctx->mem, checked, key, value);
    }
    return 0;
}

int request_check(struct ctx *ctx, const struct command *command, const struct json *values, struct json **checked)
{
    if (values && values->type != JSON_OBJECT)
        return fail(ctx, ERR_USAGE, "a request is a JSON object of options");
    *checked = json_object(ctx->mem);
    TRY(check_keys(ctx, command, values, *checked));
    TRY(fill_defaults(ctx, command, command->option, *checked));
    return fill_defaults(ctx, command, global_options, *checked);
}

int where_read(struct ctx *ctx, const struct json *values, struct config_options *where)
{
    memset(where, 0, sizeof *where);
    if (values && values->type != JSON_OBJECT)
        return fail(ctx, ERR_USAGE, "the global options are a JSON object");
    for (int i = 0; values && i < values->n; i++) {
        const struct option_info *option = option_by_key(ctx->mem, global_options, values->key[i]);
        if (!option || !(option->marks & OPTION_WHERE)) {
            struct names keys = {0};
            known_keys(ctx->mem, global_options, 0, &keys);
            return unknown_key(ctx, "dbwarden", &keys, values->key[i]);
        }
        if (values->item[i]->type != JSON_NULL)
            TRY(check_value(ctx, option, values->item[i]));
    }
    where->folder = json_get_text(values, "folder");
    where->file = json_get_text(values, "config");
    where->url = json_get_text(values, "url");
    where->migrations_dir = json_get_text(values, "migrations_dir");
    where->schema_file = json_get_text(values, "schema_file");
    where->python = json_get_text(values, "python");
    where->dev = json_get_bool(values, "dev", false);
    where->strict_translation = json_get_bool(values, "strict_translation", false);
    return 0;
}

const char *request_text(const struct request *request, const char *key)
{
    return json_get_text(request->values, key);
}

bool request_flag(const struct request *request, const char *key)
{
    return json_get_bool(request->values, key, false);
}

int64_t request_int(const struct request *request, const char *key, int64_t otherwise)
{
    return json_get_int(request->values, key, otherwise);
}

struct names request_list(struct arena *mem, const struct request *request, const char *key)
{
    return json_get_names(mem, request->values, key);
}

/* Where nobody has said yet what a stop leaves. What runs migrations says that by itself. */
static void explain_stop(struct ctx *ctx, const struct command *command)
{
    static const char *const left[][2] = {{TOPIC_SET_UP, "no setting was changed"},
                                          {TOPIC_WRITE, "no file was written"},
                                          {TOPIC_LOOK, "nothing was changed"}};
    bool bare = text_equal(ctx->error.message, "cancelled") || text_equal(ctx->error.message, "interrupted");
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (bare && text_equal(command->topic, left[i][0]))
            fail(ctx, ERR_CANCELLED, "interrupted: %s", left[i][1]);
}

int command_run(struct ctx *ctx, const struct command *command, const struct config_options *where,
                const struct json *values, struct reply *reply)
{
    static const struct config_options nowhere;
    memset(reply, 0, sizeof *reply);
    reply->json = json_object(ctx->mem);
    reply->report.mem = ctx->mem;
    ctx->started = clock_monotonic();
    struct json *checked;
    TRY(request_check(ctx, command, values, &checked));
    struct request request = {.values = checked, .where = where ? where : &nowhere};
    request.exit_code = request_flag(&request, "exit_code");
    int code = command->run(ctx, &request, reply);
    if (code == ERR_CANCELLED)
        explain_stop(ctx, command);
    return code;
}

int exit_status(enum err code)
{
    switch (code) {
    case ERR_NONE: return 0;
    case ERR_USAGE: return 2;
    case ERR_LOCKED: return 4;
    case ERR_CONNECT: return 5;
    case ERR_HOOK: return 6;
    case ERR_CANCELLED: return 130;
    default: return 1;
    }
}
