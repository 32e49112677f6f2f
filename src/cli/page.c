/*
 * Man pages in roff: dbwarden(1) with every command and the global options, dbwarden-NAME(1) for each command.
 */
#include "base/text.h"
#include "cli/argv.h"
#include "cli/manual.h"

const char *manual_page_name(struct arena *mem, const struct command *command)
{
    if (!command)
        return "dbwarden";
    return arena_printf(mem, "dbwarden-%s", text_replace(mem, command_title(mem, command), " ", "-"));
}

/* A line of text: backslashes and hyphens spelled out, a dot or quote at its beginning made harmless. */
static void roff_text(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_add(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            buf_add(out, "\\e");
        else if (*text == '-')
            buf_add(out, "\\-");
        else
            buf_add_c(out, *text);
    }
}

static void roff_options(struct buf *out, const struct option_info *table)
{
    for (const struct option_info *option = table; option->name; option++) {
        buf_add(out, ".TP\n\\fB");
        roff_text(out, text_trim(out->mem, option_usage(out->mem, option)));
        buf_add(out, "\\fR\n");
        roff_text(out, option->help);
        if (option->choices) {
            buf_add(out, ": ");
            roff_text(out, text_replace(out->mem, option->choices, "|", ", "));
        }
        if (option->otherwise && option->type != OPTION_FLAG) {
            buf_add(out, "; default: ");
            roff_text(out, option->type == OPTION_SWITCH ? "on" : option->otherwise);
        }
        buf_add(out, ".\n");
    }
}

static void roff_description(struct buf *out, const char *text)
{
    struct names lines = text_lines(out->mem, text);
    bool example = false;
    for (int i = 0; i < lines.n; i++) {
        bool indented = text_starts(lines.item[i], "  ");
        if (indented != example)
            buf_add(out, indented ? ".nf\n" : ".fi\n");
        example = indented;
        if (*lines.item[i])
            roff_text(out, lines.item[i]);
        else
            buf_add(out, ".PP");
        buf_add_c(out, '\n');
    }
    if (example)
        buf_add(out, ".fi\n");
}

static void roff_head(struct buf *out, const char *name, const char *summary)
{
    buf_addf(out, ".TH %s 1 \"\" \"dbwarden %s\"\n.SH NAME\n", text_upper(out->mem, name), DBW_VERSION);
    roff_text(out, name);
    buf_add(out, " \\- ");
    roff_text(out, summary);
    buf_add_c(out, '\n');
}

static void roff_exit_status(struct buf *out)
{
    buf_add(out,
            ".SH EXIT STATUS\n"
            "0 done; 1 failed; 2 wrong usage; 3 pending or drift, only with \\-\\-exit\\-code; 4 locked by another "
            "runner; 5 no connection to the database; 6 stopped by a hook; 130 interrupted.\n");
}

static char *main_page(struct arena *mem)
{
    struct buf out;
    const struct command *command;
    buf_init(&out, mem);
    roff_head(&out, "dbwarden", "version, plan, apply and undo changes of database schemas");
    buf_add(&out, ".SH SYNOPSIS\n\\fBdbwarden\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n");
    for (int i = 0; (command = command_at(i)); i++) {
        buf_add(&out, ".TP\n\\fB");
        roff_text(&out, command_title(mem, command));
        buf_add(&out, "\\fR\n");
        roff_text(&out, command->summary);
        buf_addf(&out, "; see ");
        roff_text(&out, manual_page_name(mem, command));
        buf_add(&out, "(1).\n");
    }
    buf_add(&out, ".SH OPTIONS\nThey may stand before or after the command.\n");
    roff_options(&out, global_options);
    roff_exit_status(&out);
    buf_add(&out, ".SH ENVIRONMENT\n"
                  ".TP\n\\fBDATABASE_URL\\fR\nDatabase to work on where no configuration is found.\n"
                  ".TP\n\\fBDBWARDEN_LOG_JSON\\fR\nWith true, 1 or yes, log lines are JSON objects, one per line.\n"
                  ".TP\n\\fBDBWARDEN_PYTHON\\fR\nPython interpreter that reads dbwarden.py and models.\n"
                  ".TP\n\\fBNO_COLOR\\fR\nNo colors.\n");
    return out.data;
}

char *manual_page(struct arena *mem, const struct command *command)
{
    if (!command)
        return main_page(mem);
    struct buf out;
    buf_init(&out, mem);
    roff_head(&out, manual_page_name(mem, command), command->summary);
    buf_add(&out, ".SH SYNOPSIS\n\\fBdbwarden ");
    roff_text(&out, command_title(mem, command));
    buf_add(&out, "\\fR [\\fIOPTIONS\\fR]");
    for (const struct option_info *option = command->option; option->name; option++)
        if (option->marks & OPTION_POSITIONAL)
            buf_addf(&out, option->marks & OPTION_REQUIRED ? " \\fI%s\\fR" : " [\\fI%s\\fR]", option->name);
    buf_add(&out, "\n.SH DESCRIPTION\n");
    roff_description(&out, command->description ? command->description : command->summary);
    if (command->option->name) {
        buf_add(&out, ".SH OPTIONS\n");
        roff_options(&out, command->option);
    }
    buf_add(&out, ".PP\nThe options of every command are in dbwarden(1).\n");
    roff_exit_status(&out);
    buf_add(&out, ".SH SEE ALSO\ndbwarden(1)\n");
    return out.data;
}
