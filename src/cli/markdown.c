/*
 * The reference of all commands as one page of Markdown, docs/commands.md, from the table of commands: what the
 * program takes and what the page says are the same data, and a test holds the page in the repository against it.
 */
#include "base/text.h"
#include "cli/argv.h"
#include "cli/manual.h"

/* Text outside of `code`: what Markdown or HTML would take for itself is escaped. */
static void md_text(struct buf *out, const char *text)
{
    bool code = false;
    for (; *text; text++) {
        code ^= *text == '`';
        if (*text == '|' || (!code && strchr("\\*_<>[]", *text)))
            buf_add_c(out, '\\');
        buf_add_c(out, *text);
    }
}

static void md_options(struct buf *out, const struct option_info *table)
{
    if (!table->name)
        return;
    buf_add(out, "\n| | |\n|---|---|\n");
    for (const struct option_info *option = table; option->name; option++) {
        buf_addf(out, "| `%s` | ", text_trim(out->mem, option_usage(out->mem, option)));
        md_text(out, option_help(out->mem, option));
        buf_add(out, " |\n");
    }
}

/* Indented lines are examples; "Examples:" itself is not needed above a block. */
static void md_description(struct buf *out, const char *text)
{
    struct names lines = text_lines(out->mem, text);
    bool example = false;
    buf_add_c(out, '\n');
    for (int i = 0; i < lines.n; i++) {
        bool indented = text_starts(lines.item[i], "  ");
        if (indented != example)
            buf_add(out, indented ? "```sh\n" : "```\n");
        example = indented;
        if (indented)
            buf_add(out, lines.item[i] + 2);
        else if (!text_equal(lines.item[i], "Examples:"))
            md_text(out, lines.item[i]);
        else
            continue;
        buf_add_c(out, '\n');
    }
    if (example)
        buf_add(out, "```\n");
}

static void md_command(struct buf *out, const struct command *command)
{
    char *usage = command_usage(out->mem, command);
    buf_addf(out, "\n### %s\n\n", command_title(out->mem, command));
    md_text(out, command->summary);
    buf_addf(out, ".\n\n`%s`\n", usage + strlen("usage: "));
    if (command->description)
        md_description(out, command->description);
    md_options(out, command->option);
}

static void md_topics(struct buf *out)
{
    struct names topics = manual_topics(out->mem);
    const struct command *command;
    for (int t = 0; t < topics.n; t++) {
        buf_addf(out, "\n## %s\n", topics.item[t]);
        for (int i = 0; (command = command_at(i)); i++)
            if (text_equal(command->topic ? command->topic : TOPIC_OTHER, topics.item[t]))
                md_command(out, command);
    }
}

char *manual_markdown(struct arena *mem)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(
        &out,
        "# Commands\n\n"
        "`dbwarden [OPTIONS] COMMAND [OPTIONS]`\n\n"
        "Written by `dbwarden help --markdown`. The same text is in `dbwarden COMMAND --help` and in the man pages; "
        "`dbwarden help --json` has it as data.\n\n"
        "Results are on standard output, messages on standard error. With `--json` standard output is one JSON "
        "document, also when the command fails.\n\n"
        "## Exit status\n\n"
        "| | |\n|---|---|\n"
        "| 0 | done |\n"
        "| 1 | failed; the message says why |\n"
        "| 2 | wrong usage: an option or a command that is not there, a value that is none |\n"
        "| 3 | something is pending or differs; only with `--exit-code` |\n"
        "| 4 | locked: another runner worked on the database for longer than `--wait-for-runner` |\n"
        "| 5 | no connection to the database |\n"
        "| 6 | a [hook](observability.md#hooks) said no, or failed |\n"
        "| 130 | interrupted; the next `dbwarden migrate` goes on |\n\n"
        "## Options of every command\n\n"
        "They may stand before or after the command. Options cannot be abbreviated.\n");
    md_options(&out, global_options);
    md_topics(&out);
    return out.data;
}
