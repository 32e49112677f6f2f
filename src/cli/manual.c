/*
 * Help for people, from the table of commands: the overview, a group, one command.  Man pages and completion
 * are in files of their own; nothing here knows a command by name.
 */
#include "cli/manual.h"

#include "base/text.h"
#include "cli/argv.h"

enum { HELP_WIDTH = 80, OPTION_COLUMN = 30 };

char *option_usage(struct arena *mem, const struct option_info *option)
{
    struct buf text;
    buf_init(&text, mem);
    if (option->marks & OPTION_POSITIONAL) {
        buf_add(&text, option->name);
        return text.data;
    }
    if (option->letter)
        buf_addf(&text, "-%c, ", option->letter);
    else
        buf_add(&text, "    ");
    buf_addf(&text, "--%s", option->name);
    if (option->type == OPTION_SWITCH)
        buf_addf(&text, ", --no-%s", option->name);
    else if (option->type != OPTION_FLAG)
        buf_addf(&text, " %s", option->value ? option->value : "VALUE");
    return text.data;
}

char *option_help(struct arena *mem, const struct option_info *option)
{
    struct buf text;
    buf_init(&text, mem);
    buf_add(&text, option->help);
    if (option->choices) {
        struct names choices = text_split(mem, option->choices, '|');
        buf_addf(&text, ": %s", names_join(mem, &choices, ", "));
    }
    if (option->otherwise && option->type != OPTION_FLAG)
        buf_addf(&text, " [default: %s]", option->type == OPTION_SWITCH ? "on" : option->otherwise);
    if (option->marks & OPTION_REQUIRED && !(option->marks & OPTION_POSITIONAL))
        buf_add(&text, " [required]");
    return text.data;
}

/* Options that stand in `without` too are left out: the command's own goes before the global one. */
static bool option_in(const struct option_info *table, const struct option_info *wanted)
{
    for (const struct option_info *option = table; option && option->name; option++)
        if (text_equal(option->name, wanted->name))
            return true;
    return false;
}

static char *sentence(struct arena *mem, const char *text)
{
    char *copy = arena_dup(mem, text);
    *copy = (char)char_upper(*copy);
    return copy;
}

/* Words from `text` until `width` is full; at least one. Returns what is left. */
static const char *take_line(struct buf *line, const char *text, size_t width)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        if (line->len && line->len + 1 + word > width)
            break;
        if (line->len)
            buf_add_c(line, ' ');
        buf_add_n(line, text, word);
        text += word;
        text += strspn(text, " ");
    }
    return text;
}

static void wrapped(struct report *report, const char *text)
{
    do {
        struct buf line;
        buf_init(&line, report->mem);
        text = take_line(&line, text, HELP_WIDTH);
        report_line(report, TONE_PLAIN, "%s", line.data);
    } while (*text);
}

/* Indented lines (examples) stay as they are, the others are filled. */
static void paragraphs(struct report *report, const char *text)
{
    struct names lines = text_lines(report->mem, text);
    for (int i = 0; i < lines.n; i++) {
        if (text_starts(lines.item[i], "  "))
            report_line(report, TONE_PLAIN, "%s", lines.item[i]);
        else
            wrapped(report, lines.item[i]);
    }
}

static void two_columns(struct report *report, const char *left, const char *right, size_t column)
{
    struct buf line;
    buf_init(&line, report->mem);
    right = take_line(&line, right, HELP_WIDTH - column);
    if (strlen(left) + 4 > column) {
        report_line(report, TONE_PLAIN, "  %s", left);
        left = "";
    }
    report_line(report, TONE_PLAIN, "  %-*s%s", (int)column - 2, left, line.data);
    while (*right) {
        buf_init(&line, report->mem);
        right = take_line(&line, right, HELP_WIDTH - column);
        report_line(report, TONE_PLAIN, "%*s%s", (int)column, "", line.data);
    }
}

static void heading(struct report *report, const char *text)
{
    report_line(report, TONE_PLAIN, "%s", "");
    report_line(report, TONE_TITLE, "%s:", text);
}

static void global_list(struct report *report, const struct command *command)
{
    heading(report, "Options of every command");
    for (const struct option_info *option = global_options; option->name; option++)
        if (!command || !option_in(command->option, option))
            two_columns(report, option_usage(report->mem, option), option_help(report->mem, option), OPTION_COLUMN);
}

static void options(struct report *report, const struct option_info *table, bool positional, const char *title)
{
    bool any = false;
    for (const struct option_info *option = table; option->name; option++) {
        if (((option->marks & OPTION_POSITIONAL) != 0) != positional)
            continue;
        if (!any)
            heading(report, title);
        any = true;
        two_columns(report, option_usage(report->mem, option), option_help(report->mem, option), OPTION_COLUMN);
    }
}

char *command_usage(struct arena *mem, const struct command *command)
{
    struct buf text;
    buf_init(&text, mem);
    buf_addf(&text, "usage: dbwarden %s [OPTIONS]", command_title(mem, command));
    for (const struct option_info *option = command->option; option->name; option++) {
        bool required = option->marks & OPTION_REQUIRED;
        if (option->marks & OPTION_POSITIONAL)
            buf_addf(&text, required ? " %s%s" : " [%s%s]", option->name, option->type == OPTION_LIST ? "..." : "");
        else if (required)
            buf_addf(&text, " --%s %s", option->name, option->value ? option->value : "VALUE");
    }
    return text.data;
}

void manual_command(struct report *report, const struct command *command)
{
    report_line(report, TONE_PLAIN, "%s", command_usage(report->mem, command));
    report_line(report, TONE_PLAIN, "%s", "");
    report_line(report, TONE_TITLE, "%s.", sentence(report->mem, command->summary));
    if (command->description) {
        report_line(report, TONE_PLAIN, "%s", "");
        paragraphs(report, command->description);
    }
    options(report, command->option, true, "Arguments");
    options(report, command->option, false, "Options");
    global_list(report, command);
}

/* "show, default-database, ..." */
static char *group_commands(struct arena *mem, const char *group)
{
    const struct command *command;
    struct names names = {0};
    for (int i = 0; (command = command_at(i)); i++)
        if (text_equal(command->group, group))
            names_add(mem, &names, command->name);
    return names_join(mem, &names, ", ");
}

/* A group stands in the overview once, where its first command is. */
static void overview_topic(struct report *report, const char *topic)
{
    const struct command *command;
    struct names groups = {0};
    heading(report, topic);
    for (int i = 0; (command = command_at(i)); i++) {
        if (!text_equal(command->topic ? command->topic : TOPIC_OTHER, topic))
            continue;
        if (!command->group)
            two_columns(report, command->name, sentence(report->mem, command->summary), 20);
        else if (!names_have(&groups, command->group)) {
            names_add(report->mem, &groups, command->group);
            two_columns(report, command->group, group_commands(report->mem, command->group), 20);
        }
    }
}

struct names manual_topics(struct arena *mem)
{
    const struct command *command;
    struct names names = {0};
    for (int i = 0; (command = command_at(i)); i++) {
        const char *topic = command->topic ? command->topic : TOPIC_OTHER;
        if (!names_have(&names, topic))
            names_add(mem, &names, topic);
    }
    return names;
}

void manual_overview(struct report *report, bool whole)
{
    report_line(report, TONE_PLAIN, "usage: dbwarden [OPTIONS] COMMAND [OPTIONS]");
    report_line(report, TONE_PLAIN, "%s", "");
    report_line(report, TONE_TITLE, "Versions, plans, applies and undoes changes of database schemas.");
    struct names names = manual_topics(report->mem);
    for (int i = 0; i < names.n; i++)
        overview_topic(report, names.item[i]);
    if (whole)
        global_list(report, NULL);
    report_line(report, TONE_PLAIN, "%s", "");
    if (!whole) {
        wrapped(report, "\"dbwarden --help\" shows the options, \"dbwarden COMMAND --help\" explains a command.");
        return;
    }
    wrapped(
        report,
        "\"dbwarden COMMAND --help\" explains a command. Exit status: 0 done, 1 failed, 2 wrong usage, 3 pending "
        "or drift (only with --exit-code), 4 locked by another runner, 5 no connection, 6 stopped by a hook, 130 interrupted.");
}

void manual_group(struct report *report, const char *group)
{
    const struct command *command;
    report_line(report, TONE_PLAIN, "usage: dbwarden %s COMMAND [OPTIONS]", group);
    heading(report, "Commands");
    for (int i = 0; (command = command_at(i)); i++)
        if (text_equal(command->group, group))
            two_columns(report, command->name, sentence(report->mem, command->summary), 24);
}
