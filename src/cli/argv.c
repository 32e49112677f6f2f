/*
 * Command lines into requests.  Global options may stand before and after the command; "--" ends options.
 * A command's own option goes before a global one of the same name, once the command is known.  No abbreviations:
 * a script that works today must not break when an option is added.  Values are checked in request.c.
 */
#include "cli/argv.h"

#include "base/text.h"
#include "base/utf8.h"
#include "cli/manual.h"

struct reading {
    struct ctx *ctx;
    struct arguments *parsed;
    int argc;
    char *const *argv;
    int at;          /* the next word */
    bool no_options; /* "--" was seen */
    int positional;  /* how many the command got already */
};

const struct command *command_at(int i)
{
    int n = 0;
    while (command_table[n])
        n++;
    if (i < n)
        return command_table[i];
    static const struct command *const own[] = {&help_command, &completion_command};
    return i < n + (int)(sizeof own / sizeof *own) ? own[i - n] : NULL;
}

static bool group_known(const char *word)
{
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++)
        if (text_equal(command->group, word))
            return true;
    return false;
}

static const struct command *command_named(const char *group, const char *name)
{
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++)
        if (text_equal(command->group, group) && text_equal(command->name, name))
            return command;
    return NULL;
}

static void command_names(struct arena *mem, const char *group, struct names *names)
{
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++) {
        if (text_equal(command->group, group))
            names_add(mem, names, command->name);
        else if (!group && !names_have(names, command->group))
            names_add(mem, names, command->group);
    }
}

/* What other tools call it. */
static const struct {
    const char *word, *here;
} elsewhere[] = {
    {"upgrade", "migrate"},
    {"up", "migrate"},
    {"apply", "migrate"},
    {"deploy", "migrate"},
    {"dry-run", "migrate --dry-run"},
    {"sqlmigrate", "migrate --dry-run"},
    {"baseline", "migrate --baseline --to-version VERSION"},
    {"down", "rollback"},
    {"undo", "rollback"},
    {"revert", "rollback"},
    {"revision", "make-migrations (from the models) or new (an empty file)"},
    {"makemigrations", "make-migrations"},
    {"autogenerate", "make-migrations"},
    {"generate", "make-migrations"},
    {"create", "new"},
    {"showmigrations", "status"},
    {"info", "status"},
    {"heads", "status"},
    {"validate", "status --exit-code (files) and diff --exit-code (schema)"},
};

static const char *called_here(const char *word)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (text_equal(elsewhere[i].word, word))
            return elsewhere[i].here;
    return NULL;
}

static int word_unknown(struct reading *reading, const char *word)
{
    struct ctx *ctx = reading->ctx;
    const char *group = reading->parsed->group;
    struct names names = {0};
    command_names(ctx->mem, group, &names);
    fail(ctx, ERR_USAGE, "unknown command \"%s%s%s\"", group ? group : "", group ? " " : "", word);
    if (!group && called_here(word))
        return fail_hint(ctx, "dbwarden calls this %s.", called_here(word));
    const char *near = text_nearest(&names, word);
    if (near)
        return fail_hint(ctx, "Did you mean \"%s%s%s\"?", group ? group : "", group ? " " : "", near);
    return fail_hint(ctx, "`dbwarden %s%s--help` lists the commands.", group ? group : "", group ? " " : "");
}

static int command_word(struct reading *reading, const char *word)
{
    struct arguments *parsed = reading->parsed;
    parsed->command = command_named(parsed->group, word);
    if (parsed->command)
        return 0;
    if (parsed->group || !group_known(word))
        return word_unknown(reading, word);
    parsed->group = word;
    return 0;
}

static const struct option_info *positional_at(const struct command *command, int at)
{
    for (const struct option_info *option = command->option; option->name; option++)
        if ((option->marks & OPTION_POSITIONAL) && (at-- == 0 || option->type == OPTION_LIST))
            return option;
    return NULL;
}

static void value_set(struct reading *reading, const struct option_info *option, struct json *value)
{
    struct arguments *parsed = reading->parsed;
    struct arena *mem = reading->ctx->mem;
    struct json *target = option->marks & OPTION_WHERE  ? parsed->where
                          : option->marks & OPTION_SHOW ? parsed->show
                                                        : parsed->values;
    char *key = option_key(mem, option);
    if (option->type != OPTION_LIST) {
        json_set(mem, target, key, value);
        return;
    }
    if (!json_get(target, key))
        json_set(mem, target, key, json_array(mem));
    json_add(mem, json_get(target, key), value);
}

static void text_set(struct reading *reading, const struct option_info *option, const char *text)
{
    int64_t number;
    struct arena *mem = reading->ctx->mem;
    bool is_number = option->type == OPTION_INT && text_to_int(text, &number);
    value_set(reading, option, is_number ? json_int(mem, number) : json_string(mem, text));
}

static bool command_has(const struct command *command, const char *name)
{
    const struct option_info *option = command->option;
    while (option->name && !text_equal(option->name, name))
        option++;
    return option->name;
}

/* `rollback 2`, `migrate 0003` and `migrate head` of other tools; NULL: nothing is known to be meant. */
static const char *word_meant(struct arena *mem, const struct command *command, const char *word)
{
    int64_t number;
    bool is_number = text_to_int(word, &number) && number > 0;
    if (text_equal(word, "head") || text_equal(word, "latest"))
        return command->name;
    if (is_number && *word != '0' && command_has(command, "count"))
        return arena_printf(mem, "%s --count %s", command->name, word);
    return is_number && command_has(command, "to-version")
               ? arena_printf(mem, "%s --to-version %s", command->name, word)
               : NULL;
}

static bool is_for(const struct reading *reading, const struct option_info *option, const char *word)
{
    return !option->with || strchr(word, ':') || json_get(reading->parsed->values, option->with);
}

static int positional_word(struct reading *reading, const char *word)
{
    const struct command *command = reading->parsed->command;
    const struct option_info *option = positional_at(command, reading->positional++);
    if (!option || !is_for(reading, option, word)) {
        const char *title = command_title(reading->ctx->mem, command);
        const char *meant = command->group ? NULL : word_meant(reading->ctx->mem, command, word);
        fail(reading->ctx, ERR_USAGE, "%s does not take \"%s\"", title, word);
        if (meant)
            return fail_hint(reading->ctx, "dbwarden calls this %s.", meant);
        return reading->positional > 1 ? fail_hint(reading->ctx, "Put several words in quotes.")
                                       : fail_hint(reading->ctx, "`dbwarden %s --help` shows what it takes.", title);
    }
    text_set(reading, option, word);
    return 0;
}

/* The table of the command first, so that its own --url is not the global one. */
static const struct option_info *option_where(const struct reading *reading,
                                              bool (*fits)(const struct option_info *, const char *), const char *word)
{
    const struct command *command = reading->parsed->command;
    for (const struct option_info *option = command ? command->option : NULL; option && option->name; option++)
        if (fits(option, word))
            return option;
    for (const struct option_info *option = global_options; option->name; option++)
        if (fits(option, word))
            return option;
    return NULL;
}

static bool fits_name(const struct option_info *option, const char *name)
{
    bool own = !(option->marks & OPTION_POSITIONAL) && text_equal(option->name, name);
    return own || text_equal(option->also, name);
}

static bool fits_no_name(const struct option_info *option, const char *name)
{
    return option->type == OPTION_SWITCH && text_starts(name, "no-") && text_equal(option->name, name + 3);
}

static bool fits_letter(const struct option_info *option, const char *letter)
{
    return option->letter && option->letter == *letter;
}

static void option_names(const struct reading *reading, struct names *names)
{
    struct arena *mem = reading->ctx->mem;
    const struct command *command = reading->parsed->command;
    const struct option_info *table[] = {command ? command->option : NULL, global_options};
    for (int i = 0; i < 2; i++)
        for (const struct option_info *option = table[i]; option && option->name; option++) {
            if (option->marks & OPTION_POSITIONAL)
                continue;
            names_add(mem, names, arena_printf(mem, "--%s", option->name));
            if (option->type == OPTION_SWITCH)
                names_add(mem, names, arena_printf(mem, "--no-%s", option->name));
        }
}

static int option_unknown(struct reading *reading, const char *word)
{
    struct ctx *ctx = reading->ctx;
    const struct command *command = reading->parsed->command;
    const char *title = command ? command_title(ctx->mem, command) : NULL;
    if (title)
        fail(ctx, ERR_USAGE, "%s has no option %s", title, word);
    else
        fail(ctx, ERR_USAGE, "unknown option %s before the command", word);
    struct names names = {0};
    option_names(reading, &names);
    const char *near = word[1] == '-' ? text_nearest(&names, word) : NULL;
    if (near)
        return fail_hint(ctx, "Did you mean %s?", near);
    if (!command)
        return fail_hint(ctx, "Options of a command stand after it.");
    return fail_hint(ctx, "`dbwarden %s%s--help` lists the options.", title ? title : "", title ? " " : "");
}

static bool takes_value(const struct option_info *option)
{
    return option->type != OPTION_FLAG && option->type != OPTION_SWITCH;
}

static int value_missing(struct reading *reading, const struct option_info *option)
{
    const char *value = option->value ? option->value : "value";
    return fail(reading->ctx, ERR_USAGE, "--%s needs a %s after it", option->name, value);
}

static int option_value(struct reading *reading, const struct option_info *option, const char *attached)
{
    if (!attached && reading->at >= reading->argc)
        return value_missing(reading, option);
    text_set(reading, option, attached ? attached : reading->argv[reading->at++]);
    return 0;
}

static int long_word(struct reading *reading, const char *word)
{
    struct ctx *ctx = reading->ctx;
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    char *name = arena_copy(ctx->mem, word + 2, length - 2);
    const struct option_info *option = option_where(reading, fits_name, name);
    bool truth = true;
    if (!option) {
        option = option_where(reading, fits_no_name, name);
        truth = false;
    }
    if (!option)
        return option_unknown(reading, arena_printf(ctx->mem, "--%s", name));
    if (takes_value(option))
        return option_value(reading, option, equals ? equals + 1 : NULL);
    if (equals)
        return fail(ctx, ERR_USAGE, "--%s takes no value", name);
    value_set(reading, option, json_bool(ctx->mem, truth));
    return 0;
}

/* -v, -vq, -tVALUE, -t VALUE */
static int short_word(struct reading *reading, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct option_info *option = option_where(reading, fits_letter, letter);
        if (!option)
            return option_unknown(reading, arena_printf(reading->ctx->mem, "-%c", *letter));
        if (takes_value(option)) {
            const char *attached = letter[1] == '=' ? letter + 2 : letter + 1;
            return option_value(reading, option, letter[1] ? attached : NULL);
        }
        value_set(reading, option, json_bool(reading->ctx->mem, true));
    }
    return 0;
}

/* A negative number is a value or a positional, never a group of letters. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] && !char_is_digit(word[1]);
}

static int one_word(struct reading *reading, const char *word)
{
    if (!utf8_valid(word, strlen(word), NULL))
        return fail(reading->ctx, ERR_USAGE, "word %d of the command line is not valid UTF-8", reading->at - 1);
    if (!reading->no_options && text_equal(word, "--")) {
        reading->no_options = true;
        return 0;
    }
    if (!reading->no_options && is_option(word))
        return word[1] == '-' ? long_word(reading, word) : short_word(reading, word);
    return reading->parsed->command ? positional_word(reading, word) : command_word(reading, word);
}

int argv_read(struct ctx *ctx, int argc, char *const *argv, struct arguments *parsed)
{
    memset(parsed, 0, sizeof *parsed);
    parsed->values = json_object(ctx->mem);
    parsed->where = json_object(ctx->mem);
    parsed->show = json_object(ctx->mem);
    struct reading reading = {.ctx = ctx, .parsed = parsed, .argc = argc, .argv = argv, .at = 1};
    while (reading.at < argc) {
        const char *word = argv[reading.at++];
        TRY(one_word(&reading, word));
    }
    return 0;
}
