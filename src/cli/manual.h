/* Help, man pages and completion, all from the table of commands. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "command/request.h"

extern const struct command help_command, completion_command;

/* All commands by topic; the whole of it has the global options too. */
void manual_overview(struct report *report, bool whole);
void manual_group(struct report *report, const char *group);
void manual_command(struct report *report, const struct command *command);
/* The page dbwarden(1), or dbwarden-NAME(1), in roff. */
char *manual_page(struct arena *mem, const struct command *command);
const char *manual_page_name(struct arena *mem, const struct command *command); /* "dbwarden-settings-show" */
/* The page docs/commands.md. */
char *manual_markdown(struct arena *mem);
/* NULL: the shell is not known. */
char *completion_script(struct arena *mem, const char *shell);

/* "-t, --to-version VERSION" */
char *option_usage(struct arena *mem, const struct option_info *option);
/* What it does, with its choices and its default. */
char *option_help(struct arena *mem, const struct option_info *option);
/* "usage: dbwarden new [OPTIONS] DESCRIPTION" */
char *command_usage(struct arena *mem, const struct command *command);
/* The headings of the overview, in order. */
struct names manual_topics(struct arena *mem);

#endif
