/*
 * restore: the request for run/backup.c, and what it did told to a person.  The work is not here.
 */
#include "command/commands.h"

static int restore_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    const struct restore_options options = {
        .file = request_text(request, "file"),
        .yes = request_flag(request, "yes"),
        .force = request_flag(request, "force"),
    };
    TRY(project_open(ctx, request, &project));
    TRY(restore_run(ctx, &project.session, &options, reply->json));
    const char *version = json_get_text(reply->json, "version");
    report_line(&reply->report, TONE_GOOD, "Restored from %s: %s%s.", options.file,
                version ? "the last version is " : "no migration is applied", version ? version : "");
    return 0;
}

static const struct option_info restore_options[] = {
    {.name = "FILE",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL | OPTION_REQUIRED,
     .value = "FILE",
     .help = "the backup, as migrate --with-backup named it"},
    DATABASE_OPTION,
    {.name = "yes", .letter = 'y', .type = OPTION_FLAG, .help = "do not ask"},
    {.name = "force",
     .type = OPTION_FLAG,
     .help = "also a backup of another database of the same type, or one that does not say whose it is"},
    NO_MORE_OPTIONS,
};

const struct command restore_command = {
    .name = "restore",
    .summary = "Bring back a backup that migrate --with-backup made",
    .description = "Makes the database what it was when the backup was made: everything in it is replaced, what came "
                   "since is gone. The backup is checked first. SQLite and PostgreSQL databases are replaced in one "
                   "transaction; where a restore of MySQL or MariaDB is interrupted, run it again.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden restore backups/backup_primary_20261121_032533.db\n"
                   "  dbwarden restore backups/backup_primary_20261121_032533.dump --yes",
    .option = restore_options,
    .run = restore_command_run,
    .topic = TOPIC_RUN,
};
