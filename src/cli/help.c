/*
 * help and completion: commands of the command line itself, which show what the table of commands holds.
 */
#include "base/file.h"
#include "base/text.h"
#include "cli/argv.h"
#include "cli/manual.h"

static int command_wanted(struct ctx *ctx, const struct names *words, const struct command **found)
{
    const struct command *command;
    const char *title = names_join(ctx->mem, words, " ");
    for (int i = 0; (command = command_at(i)); i++)
        if (text_equal(command_title(ctx->mem, command), title)) {
            *found = command;
            return 0;
        }
    fail(ctx, ERR_USAGE, "there is no command \"%s\"", title);
    return fail_hint(ctx, "`dbwarden help` lists the commands.");
}

static bool group_wanted(const struct names *words)
{
    const struct command *command;
    for (int i = 0; words->n == 1 && (command = command_at(i)); i++)
        if (text_equal(command->group, words->item[0]))
            return true;
    return false;
}

static int pages_write(struct ctx *ctx, const char *folder, struct reply *reply)
{
    TRY(folder_make(ctx, folder));
    for (int i = -1; i < 0 || command_at(i); i++) {
        const struct command *command = i < 0 ? NULL : command_at(i);
        char *text = manual_page(ctx->mem, command);
        char *name = arena_printf(ctx->mem, "%s.1", manual_page_name(ctx->mem, command));
        char *path = path_join(ctx->mem, folder, name);
        TRY(file_write(ctx, path, text, strlen(text), FILE_SHARED));
        report_line(&reply->report, TONE_PLAIN, "%s", path);
    }
    return 0;
}

static int help_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    const char *folder = request_text(request, "man_dir");
    if (folder)
        return pages_write(ctx, folder, reply);
    if (request_flag(request, "markdown")) {
        report_raw(&reply->report, manual_markdown(ctx->mem));
        return 0;
    }
    struct names words = request_list(ctx->mem, request, "command");
    const struct command *command = NULL;
    bool man = request_flag(request, "man");
    reply->json = commands_json(ctx->mem);
    if (words.n && !(group_wanted(&words) && !man))
        TRY(command_wanted(ctx, &words, &command));
    if (man)
        report_raw(&reply->report, manual_page(ctx->mem, command));
    else if (command)
        manual_command(&reply->report, command);
    else if (words.n)
        manual_group(&reply->report, words.item[0]);
    else
        manual_overview(&reply->report, true);
    return 0;
}

static int completion_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    char *script = completion_script(ctx->mem, request_text(request, "shell"));
    json_set_text(ctx->mem, reply->json, "script", script);
    report_raw(&reply->report, script);
    return 0;
}

static const struct option_info help_options[] = {
    {.name = "COMMAND",
     .type = OPTION_LIST,
     .marks = OPTION_POSITIONAL,
     .help = "what to explain; without it everything is listed"},
    {.name = "man", .type = OPTION_FLAG, .help = "as the source of a man page"},
    {.name = "markdown", .type = OPTION_FLAG, .help = "print the reference of all commands as Markdown"},
    {.name = "man-dir", .type = OPTION_TEXT, .value = "DIR", .help = "write the man pages of all commands to DIR"},
    NO_MORE_OPTIONS,
};
static const struct option_info completion_options[] = {
    {.name = "SHELL",
     .type = OPTION_CHOICE,
     .marks = OPTION_POSITIONAL | OPTION_REQUIRED,
     .choices = "bash|zsh|fish",
     .help = "which shell"},
    NO_MORE_OPTIONS,
};

const struct command help_command = {
    .name = "help",
    .summary = "Explain a command",
    .description =
        "Prints the same as --help. With --man it prints a man page; with --json, every command and option as "
        "data.\n"
        "\n"
        "Examples:\n"
        "  dbwarden help settings show\n"
        "  dbwarden help migrate --man | man -l -",
    .option = help_options,
    .run = help_run,
    .topic = TOPIC_OTHER,
};

const struct command completion_command = {
    .name = "completion",
    .summary = "Print a completion script for a shell",
    .description = "The script completes commands and options.\n"
                   "\n"
                   "Examples:\n"
                   "  source <(dbwarden completion bash)\n"
                   "  dbwarden completion fish > ~/.config/fish/completions/dbwarden.fish",
    .option = completion_options,
    .run = completion_run,
    .topic = TOPIC_OTHER,
};
