/*
 * The table of commands and of the options that all of them share.  Everything that lists commands (help,
 * man pages, completion, documentation, the C API) walks this table and knows no command by name.
 */
#include "command/commands.h"

#include "base/text.h"

const struct command *const command_table[] = {
    &init_command,
    &config_command,
    &settings_show_command,
    &settings_default_command,
    &settings_add_command,
    &settings_remove_command,
    &settings_rename_command,
    &settings_set_dev_command,
    &settings_clear_dev_command,
    &database_list_command,
    &database_add_command,
    &database_remove_command,
    &make_migrations_command,
    &new_command,
    &make_rollback_command,
    &migrate_command,
    &rollback_command,
    &downgrade_command,
    &unlock_command,
    &status_command,
    &history_command,
    &diff_command,
    &check_db_command,
    &snapshot_command,
    &lock_status_command,
    &version_command,
    NULL,
};

const struct option_info global_options[] = {
    {"folder", 'C', OPTION_TEXT, OPTION_WHERE, "DIR", NULL, NULL, "work as if started in DIR", 0},
    {"config", 0, OPTION_TEXT, OPTION_WHERE, "FILE", NULL, NULL,
     "configuration to use, instead of searching for dbwarden.py or dbwarden.yaml", 0},
    {"url", 0, OPTION_TEXT, OPTION_WHERE | OPTION_SECRET, "URL", NULL, NULL,
     "database to work on without a configuration file; DATABASE_URL does the same", 0},
    {"migrations-dir", 0, OPTION_TEXT, OPTION_WHERE, "DIR", NULL, NULL, "where the migration files are", 0},
    {"schema-file", 0, OPTION_TEXT, OPTION_WHERE, "FILE", NULL, NULL, "file with the SQL of the wanted schema", 0},
    {"python", 0, OPTION_TEXT, OPTION_WHERE, "PROGRAM", NULL, NULL,
     "Python interpreter that reads dbwarden.py and models", 0},
    {"dev", 0, OPTION_FLAG, OPTION_WHERE, NULL, NULL, NULL, "work on the development database", 0},
    {"strict-translation", 0, OPTION_FLAG, 0, NULL, NULL, NULL,
     "with --dev: fail where SQL cannot be translated (translation is not there yet)", 0},
    {"lock-timeout", 0, OPTION_INT, 0, "SECONDS", "300", NULL, "how long to wait for another runner to finish", 0},
    {"exit-code", 0, OPTION_FLAG, 0, NULL, NULL, NULL,
     "status and diff: exit with 3 if something is pending or differs", 0},
    {"verbose", 'v', OPTION_FLAG, 0, NULL, NULL, NULL, "show details, such as the SQL that runs", 0},
    {"quiet", 'q', OPTION_FLAG, OPTION_SHOW, NULL, NULL, NULL, "show only results and errors", 0},
    {"json", 0, OPTION_FLAG, OPTION_SHOW, NULL, NULL, NULL, "print the result as one JSON document", 0},
    {"no-color", 0, OPTION_FLAG, OPTION_SHOW, NULL, NULL, NULL, "no colors; NO_COLOR does the same", 0},
    {"version", 0, OPTION_FLAG, OPTION_SHOW, NULL, NULL, NULL, "show the version and exit", 0},
    {"help", 'h', OPTION_FLAG, OPTION_SHOW, NULL, NULL, NULL, "show help and exit", 0},
    NO_MORE_OPTIONS,
};

const struct command *command_find(const char *group, const char *name)
{
    for (int i = 0; command_table[i]; i++)
        if (text_equal(command_table[i]->group, group) && text_equal(command_table[i]->name, name))
            return command_table[i];
    return NULL;
}
