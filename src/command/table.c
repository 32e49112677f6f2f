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
    &restore_command,
    &seed_create_command,
    &seed_apply_command,
    &seed_list_command,
    &seed_rollback_command,
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
    {.name = "folder",
     .letter = 'C',
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE,
     .value = "DIR",
     .help = "work as if started in DIR"},
    {.name = "config",
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE,
     .value = "FILE",
     .help = "configuration to use, instead of searching for dbwarden.py or dbwarden.yaml"},
    {.name = "url",
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE | OPTION_SECRET,
     .value = "URL",
     .help = "database to work on without a configuration file; DATABASE_URL does the same"},
    {.name = "migrations-dir",
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE,
     .value = "DIR",
     .help = "where the migration files are"},
    {.name = "schema-file",
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE,
     .value = "FILE",
     .help = "file with the SQL of the wanted schema"},
    {.name = "python",
     .type = OPTION_TEXT,
     .marks = OPTION_WHERE,
     .value = "PROGRAM",
     .help = "Python interpreter that reads dbwarden.py and models"},
    {.name = "dev", .type = OPTION_FLAG, .marks = OPTION_WHERE, .help = "work on the development database"},
    {.name = "strict-translation",
     .type = OPTION_FLAG,
     .marks = OPTION_WHERE,
     .help = "with --dev: fail where SQL cannot be translated, instead of leaving it out"},
    {.name = "wait-for-runner",
     .also = "lock-timeout",
     .type = OPTION_INT,
     .value = "SECONDS",
     .help = "how long to wait for another runner to finish; 300 unless the configuration says otherwise; "
             "--lock-timeout is its old name"},
    {.name = "wait-for-db",
     .type = OPTION_INT,
     .value = "SECONDS",
     .help = "how long to wait for a database server that is not up yet; not at all unless the configuration says so"},
    {.name = "retry-for",
     .type = OPTION_INT,
     .value = "SECONDS",
     .help = "how long in all to try again what a lock of the application's stood in the way of; 300 unless the "
             "configuration says otherwise"},
    {.name = "exit-code",
     .type = OPTION_FLAG,
     .help = "status and diff: exit with 3 if something is pending or differs"},
    {.name = "verbose", .letter = 'v', .type = OPTION_FLAG, .help = "show details, such as the SQL that runs"},
    {.name = "quiet", .letter = 'q', .type = OPTION_FLAG, .marks = OPTION_SHOW, .help = "show only results and errors"},
    {.name = "json", .type = OPTION_FLAG, .marks = OPTION_SHOW, .help = "print the result as one JSON document"},
    {.name = "no-color", .type = OPTION_FLAG, .marks = OPTION_SHOW, .help = "no colors; NO_COLOR does the same"},
    {.name = "version", .type = OPTION_FLAG, .marks = OPTION_SHOW, .help = "show the version and exit"},
    {.name = "help", .letter = 'h', .type = OPTION_FLAG, .marks = OPTION_SHOW, .help = "show help and exit"},
    NO_MORE_OPTIONS,
};

const struct command *command_find(const char *group, const char *name)
{
    for (int i = 0; command_table[i]; i++)
        if (text_equal(command_table[i]->group, group) && text_equal(command_table[i]->name, name))
            return command_table[i];
    return NULL;
}
