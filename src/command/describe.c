/*
 * The table of commands as JSON: what documentation, HTTP routes and Python bindings are made of.
 */
#include "base/text.h"
#include "command/commands.h"

static const char *const type_names[] = {
    [OPTION_FLAG] = "flag", [OPTION_SWITCH] = "switch", [OPTION_TEXT] = "text",
    [OPTION_INT] = "int",   [OPTION_LIST] = "list",     [OPTION_CHOICE] = "choice",
};

static struct json *option_json(struct arena *mem, const struct option_info *option)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "key", option_key(mem, option));
    json_set_text(mem, json, "name", option->name);
    if (option->letter)
        json_set_text(mem, json, "letter", arena_printf(mem, "%c", option->letter));
    json_set_text(mem, json, "type", type_names[option->type]);
    json_set_bool(mem, json, "required", option->marks & OPTION_REQUIRED);
    json_set_bool(mem, json, "positional", option->marks & OPTION_POSITIONAL);
    json_set_bool(mem, json, "secret", option->marks & OPTION_SECRET);
    json_set_text(mem, json, "default", option->otherwise);
    if (option->choices) {
        struct names choices = option_choices(mem, option);
        json_set(mem, json, "choices", json_names(mem, &choices));
    }
    json_set_text(mem, json, "help", option->help);
    return json;
}

static struct json *options_json(struct arena *mem, const struct option_info *table, unsigned without)
{
    struct json *json = json_array(mem);
    for (const struct option_info *option = table; option->name; option++)
        if (!(option->marks & without))
            json_add(mem, json, option_json(mem, option));
    return json;
}

struct json *command_json(struct arena *mem, const struct command *command)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "command", command_title(mem, command));
    json_set_text(mem, json, "topic", command->topic ? command->topic : TOPIC_OTHER);
    json_set_text(mem, json, "summary", command->summary);
    json_set_text(mem, json, "description", command->description);
    json_set(mem, json, "options", options_json(mem, command->option, 0));
    return json;
}

struct json *commands_json(struct arena *mem)
{
    struct json *json = json_object(mem), *commands = json_array(mem);
    for (int i = 0; command_table[i]; i++)
        json_add(mem, commands, command_json(mem, command_table[i]));
    json_set_text(mem, json, "version", DBW_VERSION);
    json_set(mem, json, "commands", commands);
    json_set(mem, json, "options", options_json(mem, global_options, OPTION_SHOW));
    return json;
}
