/*
 * Shell completion for bash, zsh and fish, written out from the table: first word the commands, then each
 * command's options and choices.  The scripts carry the words with them and never start dbwarden.
 */
#include "base/text.h"
#include "cli/argv.h"
#include "cli/manual.h"

static bool takes_value(const struct option_info *option)
{
    return option->type != OPTION_FLAG && option->type != OPTION_SWITCH;
}

/* "--a --b -c" of one table. */
static void option_words(struct buf *out, const struct option_info *table)
{
    for (const struct option_info *option = table; option->name; option++) {
        if (option->marks & OPTION_POSITIONAL)
            continue;
        buf_addf(out, " --%s", option->name);
        if (option->type == OPTION_SWITCH)
            buf_addf(out, " --no-%s", option->name);
        if (option->letter)
            buf_addf(out, " -%c", option->letter);
    }
}

static void positional_choices(struct buf *out, const struct option_info *table)
{
    for (const struct option_info *option = table; option->name; option++)
        if ((option->marks & OPTION_POSITIONAL) && option->choices)
            buf_addf(out, " %s", text_replace(out->mem, option->choices, "|", " "));
}

static void first_words(struct buf *out, const char *group)
{
    struct names seen = {0};
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++) {
        const char *word = text_equal(command->group, group) ? command->name : group ? NULL : command->group;
        if (!word || names_have(&seen, word))
            continue;
        names_add(out->mem, &seen, word);
        buf_addf(out, " %s", word);
    }
}

static void groups_find(struct arena *mem, struct names *groups)
{
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++)
        if (command->group && !names_have(groups, command->group))
            names_add(mem, groups, command->group);
}

static void valued_find(struct arena *mem, const struct option_info *table, struct names *valued)
{
    for (const struct option_info *option = table; option->name; option++) {
        if (!takes_value(option) || (option->marks & OPTION_POSITIONAL))
            continue;
        char *name = arena_printf(mem, "--%s", option->name);
        if (!names_have(valued, name))
            names_add(mem, valued, name);
        char *letter = option->letter ? arena_printf(mem, "-%c", option->letter) : NULL;
        if (letter && !names_have(valued, letter))
            names_add(mem, valued, letter);
    }
}

/* "--folder|-C|...": options whose next word is not a command. */
static char *valued_pattern(struct arena *mem)
{
    struct names valued = {0};
    const struct command *command;
    valued_find(mem, global_options, &valued);
    for (int i = 0; (command = command_at(i)); i++)
        valued_find(mem, command->option, &valued);
    return names_join(mem, &valued, "|");
}

/* What may follow each command: words, and options once a dash is typed. */
static void bash_cases(struct buf *out)
{
    struct names groups = {0};
    const struct command *command;
    groups_find(out->mem, &groups);
    for (int i = 0; i < groups.n; i++) {
        buf_addf(out, "        \"%s\") words=\"", groups.item[i]);
        first_words(out, groups.item[i]);
        buf_add(out, "\" ;;\n");
    }
    for (int i = 0; (command = command_at(i)); i++) {
        buf_addf(out, "        \"%s\") words=\"", command_title(out->mem, command));
        positional_choices(out, command->option);
        buf_add(out, "\" options=\"$options");
        option_words(out, command->option);
        buf_add(out, "\" ;;\n");
    }
}

static void bash_choices(struct buf *out)
{
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++)
        for (const struct option_info *option = command->option; option->name; option++)
            if (option->choices && !(option->marks & OPTION_POSITIONAL)) {
                const char *title = command_title(out->mem, command);
                const char *words = text_replace(out->mem, option->choices, "|", " ");
                buf_addf(out, "        \"%s --%s\"", title, option->name);
                if (option->letter)
                    buf_addf(out, "|\"%s -%c\"", title, option->letter);
                buf_addf(out, ") COMPREPLY=($(compgen -W \"%s\" -- \"$current\")); return ;;\n", words);
            }
}

static void bash_command_loop(struct buf *out)
{
    struct names groups = {0};
    groups_find(out->mem, &groups);
    buf_addf(out,
             "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "        word=\"${COMP_WORDS[i]}\"\n"
             "        case \"$word\" in\n"
             "        %s) ((i++)); continue ;;\n"
             "        -*) continue ;;\n"
             "        esac\n"
             "        case \"$command\" in\n"
             "        \"\") command=\"$word\" ;;\n"
             "        %s) command=\"$command $word\" ;;\n"
             "        esac\n"
             "    done\n",
             valued_pattern(out->mem), names_join(out->mem, &groups, "|"));
}

static void bash_script(struct buf *out)
{
    buf_add(out, "_dbwarden() {\n"
                 "    local current=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                 "    local command=\"\" word words options i\n");
    bash_command_loop(out);
    buf_add(out, "    case \"$command $before\" in\n");
    bash_choices(out);
    buf_add(out, "    esac\n    options=\"");
    option_words(out, global_options);
    buf_add(out, "\"\n    case \"$command\" in\n        \"\") words=\"");
    first_words(out, NULL);
    buf_add(out, "\" ;;\n");
    bash_cases(out);
    buf_add(out, "    esac\n"
                 "    case \"$current\" in -*) words=\"$options\" ;; esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "    [ ${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- \"$current\"))\n"
                 "}\ncomplete -F _dbwarden dbwarden\n");
}

static void zsh_script(struct buf *out)
{
    buf_add(out, "#compdef dbwarden\nautoload -U +X bashcompinit && bashcompinit\n");
    bash_script(out);
}

static char *fish_quoted(struct arena *mem, const char *text)
{
    return text_replace(mem, text_replace(mem, text, "\\", "\\\\"), "'", "\\'");
}

static void fish_options(struct buf *out, const char *when, const struct option_info *table)
{
    for (const struct option_info *option = table; option->name; option++) {
        if (option->marks & OPTION_POSITIONAL)
            continue;
        buf_addf(out, "complete -c dbwarden%s -l %s", when, option->name);
        if (option->letter)
            buf_addf(out, " -s %c", option->letter);
        if (option->choices)
            buf_addf(out, " -x -a '%s'", text_replace(out->mem, option->choices, "|", " "));
        else if (takes_value(option))
            buf_add(out, " -r");
        buf_addf(out, " -d '%s'\n", fish_quoted(out->mem, option->help));
    }
}

static void fish_script(struct buf *out)
{
    const struct command *command;
    struct names groups = {0};
    groups_find(out->mem, &groups);
    for (int i = 0; i < groups.n; i++)
        buf_addf(out, "complete -c dbwarden -n __fish_use_subcommand -f -a %s\n", groups.item[i]);
    for (int i = 0; (command = command_at(i)); i++) {
        const char *help = fish_quoted(out->mem, command->summary);
        char *when;
        if (command->group) {
            when = arena_printf(out->mem, " -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s'",
                                command->group, command->name);
            buf_addf(out, "complete -c dbwarden -n '__fish_seen_subcommand_from %s' -f -a %s -d '%s'\n", command->group,
                     command->name, help);
        } else {
            when = arena_printf(out->mem, " -n '__fish_seen_subcommand_from %s'", command->name);
            buf_addf(out, "complete -c dbwarden -n __fish_use_subcommand -f -a %s -d '%s'\n", command->name, help);
        }
        fish_options(out, when, command->option);
    }
    fish_options(out, "", global_options);
}

char *completion_script(struct arena *mem, const char *shell)
{
    static const struct {
        const char *shell;
        void (*write)(struct buf *out);
    } scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};
    struct buf out;
    buf_init(&out, mem);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (text_equal(scripts[i].shell, shell)) {
            scripts[i].write(&out);
            return out.data;
        }
    return NULL;
}
