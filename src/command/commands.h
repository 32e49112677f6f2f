/*
 * What the command files share: their names for table.c, the options that many have, and the way from a
 * request to an opened project.
 */
#ifndef COMMAND_COMMANDS_H
#define COMMAND_COMMANDS_H

#include "command/request.h"

extern const struct command init_command, config_command, settings_show_command, settings_default_command,
    settings_add_command, settings_remove_command, settings_rename_command, settings_set_dev_command,
    settings_clear_dev_command, database_list_command, database_add_command, database_remove_command,
    make_migrations_command, new_command, diff_command, diagram_command, make_rollback_command, migrate_command,
    rollback_command, downgrade_command, unlock_command, status_command, history_command, check_command,
    check_db_command, dump_command, squash_command, verify_command, generate_models_command, snapshot_command,
    lock_status_command, restore_command, version_command, seed_create_command, seed_apply_command, seed_list_command,
    seed_rollback_command, stamp_command, unstamp_command, current_command, init_db_command, adopt_command,
    eject_command;

/* Who holds the lock, as lock-status says it. */
void lock_holder_json(struct arena *mem, const struct lock_holder *holder, struct json *json);

#define DATABASE_OPTION                                                                     \
    {                                                                                       \
        .name = "database", .letter = 'd', .type = OPTION_TEXT, .value = "NAME",            \
        .help = "which database of the configuration; without it the one marked as default" \
    }
#define ALL_OPTION(what)                                                                                      \
    {.name = "all", .letter = 'a', .type = OPTION_FLAG, .help = what " every database of the configuration"}, \
    {                                                                                                         \
        .name = "jobs", .letter = 'j', .type = OPTION_INT, .value = "N", .otherwise = "1",                    \
        .help = "with several databases: work on that many at a time, each over one connection", .least = 1   \
    }

/* Of commands that change databases; those that look go on in any case. */
#define FLEET_OPTIONS                                                                                             \
    {.name = "keep-going",                                                                                        \
     .type = OPTION_FLAG,                                                                                         \
     .help = "with many targets: go on with the others after one failed; without it nothing more is begun then"}, \
        {.name = "canary",                                                                                        \
         .type = OPTION_INT,                                                                                      \
         .value = "N",                                                                                            \
         .help = "with many targets: begin with N of them, and with the others only if these succeeded",          \
         .least = 1},                                                                                             \
    {                                                                                                             \
        .name = "wave", .type = OPTION_INT, .value = "N",                                                         \
        .help = "with many targets: N of them, and only if these succeeded the next N", .least = 1                \
    }

#define SQL_OPTIONS                                                                                                  \
    {.name = "RANGE",                                                                                                \
     .type = OPTION_TEXT,                                                                                            \
     .marks = OPTION_POSITIONAL,                                                                                     \
     .value = "FROM:TO",                                                                                             \
     .with = "sql",                                                                                                  \
     .help = "with --sql: the version at which a database is, and the one to which it is to come, as in 0003:0005"}, \
    {                                                                                                                \
        .name = "sql", .type = OPTION_FLAG,                                                                          \
        .help = "print what would run as SQL for the engine's own client, rows of state included, without a "        \
                "connection"                                                                                         \
    }

#define INTERRUPTED_OPTION                                                                                      \
    {                                                                                                           \
        .name = "interrupted", .type = OPTION_CHOICE, .value = "ANSWER", .choices = "done|again",               \
        .help = "what became of the statement at which an earlier run ended, where the database itself cannot " \
                "tell: it is done, or it has to run again"                                                      \
    }

#define BACKUP_OPTIONS                                                                                  \
    {.name = "with-backup",                                                                             \
     .letter = 'b',                                                                                     \
     .type = OPTION_FLAG,                                                                               \
     .help = "copy the whole database into a file before anything is run; \"restore\" brings it back"}, \
    {                                                                                                   \
        .name = "backup-dir", .type = OPTION_TEXT, .value = "DIR",                                      \
        .help = "folder for that file; without it backups/ in the project"                              \
    }

#define SANDBOX_OPTION                                                                                                 \
    {                                                                                                                  \
        .name = "sandbox-url", .type = OPTION_TEXT, .marks = OPTION_SECRET, .value = "URL",                            \
        .help = "a server on which scratch databases may be made; without it private ones are started where that can " \
                "be done"                                                                                              \
    }

#define TIME_LIMIT_OPTION                                                                                             \
    {                                                                                                                 \
        .name = "time-limit", .type = OPTION_INT, .value = "SECONDS", .least = 1,                                     \
        .help = "how long each file in Python or shell may take before it is stopped; a seed 600 seconds if not said" \
    }

/* A configuration and a session on one of its databases; the owner closes both. */
struct project {
    struct config *config;
    struct session session;
};
void project_close(struct project *project); /* for cleanup; accepts one that was never opened */
/* The configuration and a session of the database that --database names. */
int project_open(struct ctx *ctx, const struct request *request, struct project *project);

/* Opens a session on a database of an open configuration (NULL: the one that is default), for each command alike. */
int session_begin(struct ctx *ctx, const struct request *request, const struct config *config, const char *database,
                  struct session *session);

/* ERR_FILE where a database is a file and that is not there, for commands to which it is not the same as an empty one. */
int database_there(struct ctx *ctx, const struct session *session);

/* sql_text.c: --sql of migrate and rollback; and ERR_USAGE for a range that is given without it. */
int sql_text_run(struct ctx *ctx, const struct request *request, bool down, struct reply *reply);
int sql_range_check(struct ctx *ctx, const struct request *request);

/* Of what status_run() reports: a file that runs on change has changed. */
bool repeatable_due(const struct json *status);

/* What seed_apply_run() reports. */
void seeds_applied_show(const struct json *json, struct report *report);

/* A path as a person in the working folder would write it. */
char *path_shown(struct ctx *ctx, const char *path);
/* What a list of texts looks like in a report: "a, b"; "none". */
const char *names_shown(struct arena *mem, const struct names *names);

/*
 * One database, or several: with --all each one, and where an entry has targets each of them, as --jobs, --keep-going, --canary
 * and --wave say. The reply is that of the one; {"database", "targets": [...], "summary"} of an entry with targets; or
 * {"databases": [...]} of these, with an "error" in those that failed.
 */
typedef int one_database_fn(struct ctx *ctx, const struct request *request, struct session *session,
                            struct reply *reply);
int each_database(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply);
/* The same where the targets of an entry are alike for what is done, so that the first stands for all of them. */
int each_entry(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply);

#endif
