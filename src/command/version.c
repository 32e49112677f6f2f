/*
 * version: which dbwarden this is, and the libraries it talks to servers with.  It reads no
 * configuration and opens nothing.
 */
#include "command/commands.h"

static int version_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    json_set_text(ctx->mem, reply->json, "version", DBW_VERSION);
    struct json *engines = json_array(ctx->mem);
    for (int i = 0; dialect_list[i]; i++)
        json_add(ctx->mem, engines, json_string(ctx->mem, dialect_list[i]->name));
    json_set(ctx->mem, reply->json, "databases", engines);
    report_line(&reply->report, TONE_PLAIN, "%s", DBW_VERSION);
    return 0;
}

static const struct option_info version_options[] = {NO_MORE_OPTIONS};

const struct command version_command = {
    .name = "version",
    .summary = "Show the version",
    .description = "Prints the version of dbwarden. With --json also the kinds of databases it knows.",
    .option = version_options,
    .run = version_run,
    .topic = TOPIC_LOOK,
};
