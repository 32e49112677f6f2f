/*
 * lock-status and unlock: who is changing this database right now.  The lock belongs to a running process or
 * session and goes with it (a lease a while later), so unlock never takes it from anybody; it clears what a dead one
 * left on display.
 */
#include "command/commands.h"

static const char *or_unknown(const char *text)
{
    return text && *text ? text : "unknown";
}

void lock_holder_json(struct arena *mem, const struct lock_holder *holder, struct json *json)
{
    json_set_bool(mem, json, "held", holder->held);
    if (holder->owner) {
        struct json *who = json_object(mem);
        json_set_text(mem, who, "owner", holder->owner);
        json_set_text(mem, who, "host", holder->host);
        json_set_text(mem, who, "pid", holder->pid);
        json_set_text(mem, who, "since", holder->since);
        json_set_text(mem, who, "file", holder->file);
        json_set(mem, who, "statement", holder->file ? json_int(mem, holder->statement) : json_null(mem));
        json_set(mem, who, "statements", holder->file ? json_int(mem, holder->statements) : json_null(mem));
        json_set_text(mem, who, "lease_seconds", holder->left);
        json_set(mem, json, "holder", who);
    }
    json_set_bool(mem, json, "legacy_lock", holder->legacy);
}

static void holder_show(const struct lock_holder *holder, struct report *report)
{
    report_line(report, TONE_PLAIN, "  Owner: %s", or_unknown(holder->owner));
    report_line(report, TONE_PLAIN, "  Host: %s", or_unknown(holder->host));
    report_line(report, TONE_PLAIN, "  Process: %s", or_unknown(holder->pid));
    report_line(report, TONE_PLAIN, "  Since: %s", or_unknown(holder->since));
    if (holder->file)
        report_line(report, TONE_PLAIN, "  File: %s", holder->file);
    if (holder->file && holder->statements)
        report_line(report, TONE_PLAIN, "  Statement: %" PRId64 " of %" PRId64, holder->statement, holder->statements);
    if (holder->left)
        report_line(report, TONE_PLAIN, "  Lease: %s seconds left, if it is not extended", holder->left);
}

static void legacy_show(const struct lock_holder *holder, struct report *report)
{
    if (!holder->legacy)
        return;
    report_line(report, TONE_WARN, "The table dbwarden_lock of DBWarden 0.8.2 says that the lock is held.");
    report_line(report, TONE_DIM,
                "That row is not obeyed; `dbwarden unlock` clears it, and the table can be dropped once 0.8.2 is "
                "no longer used.");
}

static void stale_show(const struct lock_holder *holder, struct report *report)
{
    report_line(report, TONE_WARN, "A runner that ended without saying goodbye is still shown:");
    holder_show(holder, report);
    report_line(report, TONE_DIM, "Its lock went with it. `dbwarden unlock` or the next migrate clears the entry.");
}

static int lock_status_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    (void)request;
    TRY(session_connect(ctx, session, true));
    struct lock_holder holder = {0};
    TRY(lock_read(ctx, &session->state, &holder));
    json_set_text(ctx->mem, reply->json, "database", session->database->name);
    lock_holder_json(ctx->mem, &holder, reply->json);
    report_line(&reply->report, holder.held ? TONE_WARN : TONE_GOOD, "Migration lock: %s",
                holder.held ? "ACTIVE" : "INACTIVE");
    if (holder.held)
        holder_show(&holder, &reply->report);
    else if (holder.owner)
        stale_show(&holder, &reply->report);
    legacy_show(&holder, &reply->report);
    return 0;
}

static int lock_status_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, lock_status_one, reply);
}

/* Without state tables there is nothing to unlock, and unlock must not create them. */
static int look(struct ctx *ctx, const struct request *request, const struct config *config, struct lock_holder *holder,
                bool *nothing)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    bool exists;
    TRY(session_begin(ctx, request, config, request_text(request, "database"), &session));
    TRY(session_connect(ctx, &session, true));
    TRY(state_exists(ctx, &session.state, &exists));
    TRY(lock_read(ctx, &session.state, holder));
    *nothing = !exists && !holder->owner && !holder->legacy;
    return 0;
}

static int held_elsewhere(struct ctx *ctx, const struct lock_holder *holder)
{
    fail(ctx, ERR_LOCKED, "the lock is held by %s on %s, process %s, since %s", or_unknown(holder->owner),
         or_unknown(holder->host), or_unknown(holder->pid), or_unknown(holder->since));
    if (holder->left)
        return fail_hint(ctx, "Its lease runs out %s seconds after that process has ended; end it if it is stuck.",
                         holder->left);
    return fail_hint(ctx, "It is released when that process ends; end it if it is stuck.");
}

static int forget(struct ctx *ctx, const struct request *request, const struct config *config,
                  const struct lock_holder *holder)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    TRY(session_begin(ctx, request, config, request_text(request, "database"), &session));
    TRY(session_connect(ctx, &session, false));
    int result = lock_forget(ctx, &session.state);
    return result == ERR_LOCKED ? held_elsewhere(ctx, holder) : result;
}

static int unlock_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    struct lock_holder holder = {0};
    bool nothing = true;
    TRY(config_open(ctx, request->where, &config));
    TRY(look(ctx, request, config, &holder, &nothing));
    if (!nothing)
        TRY(forget(ctx, request, config, &holder));
    json_set_text(ctx->mem, reply->json, "database", ctx->database);
    json_set_bool(ctx->mem, reply->json, "cleared", holder.owner);
    json_set_bool(ctx->mem, reply->json, "legacy_lock", holder.legacy);
    report_line(&reply->report, TONE_GOOD, "%s",
                holder.owner ? "Migration lock released successfully."
                             : "The lock is free: it is released when the process that holds it ends.");
    if (holder.legacy)
        report_line(&reply->report, TONE_PLAIN, "%s",
                    "What the table dbwarden_lock of DBWarden 0.8.2 said is cleared as well.");
    return 0;
}

static const struct option_info status_options[] = {DATABASE_OPTION, ALL_OPTION("look at"), NO_MORE_OPTIONS};
static const struct option_info unlock_options[] = {DATABASE_OPTION, NO_MORE_OPTIONS};

const struct command lock_status_command = {
    .name = "lock-status",
    .summary = "Show who is changing the database right now",
    .description = "Prints whether a runner holds the migration lock, and which one: owner, host, process, since when "
                   "and at which file and statement it is; that is a second old at most.",
    .option = status_options,
    .run = lock_status_run,
    .topic = TOPIC_LOOK,
};

const struct command unlock_command = {
    .name = "unlock",
    .summary = "Clear what a runner that died left on display",
    .description =
        "The lock itself is released when the process that holds it ends, however it ends; behind a connection pooler "
        "it is a lease, which runs out a minute later. If it is free, "
        "unlock clears a leftover entry, 0.8.2's included; if somebody holds it, it says who, and ends with status 4.",
    .option = unlock_options,
    .run = unlock_run,
    .topic = TOPIC_RUN,
};
