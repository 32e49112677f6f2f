/*
 * Where schemas are described: what is desired (models, schema files, or both) and what is (the live database, else the last
 * snapshot).  For making migrations, what is is carried forward past those that are written and not applied
 * yet, so that making them twice does not make them twice.
 */
#include "run/beside.h"
#include "run/events.h"
#include "run/partitions.h"
#include "run/parts.h"

#include "base/text.h"
#include "models/models.h"

static int files_read(struct ctx *ctx, struct session *session, struct tree **tree)
{
    const struct database_config *database = session->database;
    const struct url *server = session->as_source ? NULL : &database->url; /* which is not asked with --dev */
    const struct schema_files source = {.dialect = database->dialect,
                                        .filter = &database->filter,
                                        .server = server,
                                        .folder = session->config->folder,
                                        .names = &database->schema_files,
                                        .near = session->conn,
                                        .target = session->target,
                                        .described = &session->described,
                                        .renames = &session->renames};
    session->described = session->renames = (struct list){0};
    return schema_files_read(ctx, &source, tree);
}

static int models_and_more_read(struct ctx *ctx, struct session *session, struct tree **tree)
{
    struct models_said said;
    TRY(config_models(ctx, session->config, session->database, &said));
    *tree = said.tree;
    session->events = events_read(ctx->mem, said.events);
    for (int i = 0; i < session->events.n; i++) {
        struct ddl_event *event = session->events.item[i];
        if (text_equal(event->schema, target_usual(session->target)))
            event->schema = ""; /* as settling does with the tree's */
    }
    tree_settle(ctx->mem, session->target, *tree);
    session->renames = (struct list){0};
    TRY(renames_of_models(ctx, session->database->dialect, &said, &session->renames));
    return beside_read(ctx, session, &said);
}

int desired_read(struct ctx *ctx, struct session *session, struct tree **tree)
{
    const struct database_config *database = session->database;
    if (!database->dialect->load) {
        fail(ctx, ERR_UNSUPPORTED, "%s schemas cannot be compared yet, so migrations cannot be made from them",
             database->dialect->title);
        return fail_hint(ctx, "Write the migration by hand: \"dbwarden new\" makes the file.");
    }
    TRY(session_target(ctx, session)); /* what is meant by a name may depend on the database */
    if (database->schema_files.n && !database->model_paths.n)
        TRY(files_read(ctx, session, tree));
    else
        TRY(models_and_more_read(ctx, session, tree));
    session->desired = *tree;
    return 0;
}

/* What is compared with, and how far it reaches. */
struct standing {
    struct current *current;
    int64_t number; /* of a snapshot: the version after which it stands; -1 before all */
    bool live;      /* then the session's rows say what is applied */
};

static int read_live(struct ctx *ctx, struct session *session, struct standing *standing)
{
    const struct dialect *dialect = session->database->dialect;
    struct snapshot *snapshot;
    TRY(session_folder(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(snapshot_latest(ctx, session, &session->applied, &snapshot));
    TRY(dialect->load(ctx, session->conn, &session->database->filter, &standing->current->tree));
    if (snapshot && !snapshot->legacy)
        memory_carry(ctx->mem, standing->current->tree, snapshot->tree);
    TRY(memory_of_plans(ctx, session, snapshot ? snapshot_number(snapshot) : -1, standing->current->tree));
    TRY(owned_read(ctx, session, snapshot, standing->current->tree));
    standing->current->source = session->conn->target;
    standing->live = true;
    return 0;
}

static void legacy_complete(struct ctx *ctx, struct snapshot *snapshot, const struct tree *desired)
{
    emit_warning(ctx,
                 "the snapshot %s was written by DBWarden 0.8.2 and does not say everything; what it leaves open is "
                 "taken to be as wanted",
                 snapshot->migration_id);
    snapshot_assume(ctx->mem, snapshot, desired);
}

void snapshot_complete(struct ctx *ctx, struct snapshot *snapshot, const struct tree *desired)
{
    if (snapshot->legacy)
        legacy_complete(ctx, snapshot, desired);
    struct names assumed = {0};
    if (desired)
        assumed = partitions_assume(ctx->mem, snapshot->tree, desired);
    if (assumed.n)
        emit_warning(ctx, "the snapshot %s does not say how partitions are; they are taken to be as wanted: %s",
                     snapshot->migration_id, names_join(ctx->mem, &assumed, ", "));
}

/* Without a database. `why` is what kept us from it; NULL if it was not asked for. */
static int read_snapshot(struct ctx *ctx, struct session *session, const struct error *why, struct standing *standing)
{
    struct snapshot *snapshot = session->newest;
    TRY(session_folder(ctx, session));
    if (!snapshot)
        TRY(snapshot_latest(ctx, session, NULL, &snapshot));
    if (!snapshot && why) {
        ctx->error = *why;
        fail_hint(ctx, "%s%sThere is no snapshot to go by instead; --offline goes by the plans of the files alone.",
                  why->hint ? why->hint : "", why->hint ? " " : "");
        return why->code;
    }
    if (why)
        emit_warning(ctx, "%s; comparing with the snapshot %s instead", why->message, snapshot->migration_id);
    if (!snapshot) {
        standing->current->tree = tree_of_nothing(ctx->mem, session->database->dialect, session->desired);
        standing->current->source = "nothing";
        standing->number = -1;
        return 0;
    }
    snapshot_complete(ctx, snapshot, session->desired);
    if (!snapshot->recorded)
        TRY(owned_read(ctx, session, snapshot, snapshot->tree));
    const struct list events = events_read(ctx->mem, snapshot->events);
    events_claim(ctx, session->database->dialect, &events, snapshot->tree);
    filter_apply(&session->database->filter, target_usual(session->target), snapshot->tree);
    standing->current->tree = snapshot->tree;
    standing->current->source = snapshot->migration_id;
    standing->number = snapshot_number(snapshot);
    return 0;
}

static bool is_pending(const struct session *session, const struct standing *standing,
                       const struct migration *migration)
{
    return standing->live ? !applied_version(&session->applied, migration->number)
                          : migration->number > standing->number;
}

/* Files that wait to be applied: their plans, one on the other, say what they lead to. */
static int carry_forward(struct ctx *ctx, struct session *session, struct standing *standing)
{
    struct names unplanned = {0};
    const struct folder *folder = session->folder;
    const struct migration *last = NULL;
    struct current *current = standing->current;
    struct owned owned;
    struct list events;
    TRY(events_applied(ctx, session, &events));
    owned_open(ctx, session->target, current->tree, &owned);
    owned_tree(&owned, current->tree);
    tree_settle(ctx->mem, session->target, current->tree); /* names are looked for in it */
    for (int i = 0; i < folder->versioned.n; i++) {
        const struct migration *migration = folder->versioned.item[i];
        struct plan_note *note;
        if (!is_pending(session, standing, migration))
            continue;
        TRY(plan_note_read(ctx, migration, &note));
        if (!note || !note->written) {
            names_add(ctx->mem, &unplanned, migration->filename);
            list_add(ctx->mem, &current->unseen, (void *)(uintptr_t)migration);
            continue;
        }
        plan_note_apply(ctx->mem, session->target, note, &current->tree);
        owned_note(&owned, note);
        if (note->events) {
            const struct list was = events;
            events = events_read(ctx->mem, note->events);
            events_carry(ctx, session->target, &was, &events, current->tree);
        }
        unplanned.n = current->unseen.n = 0; /* what came before a plan was no part of it */
        last = migration;
    }
    if (last) {
        owned_mark(&owned, current->tree);
        emit_info(ctx, "%s%s; comparing with what it leads to", last->filename,
                  standing->live ? " is not applied yet" : " comes after the last snapshot");
    }
    if (unplanned.n)
        emit_warning(ctx, "%s, so its changes are not seen here: %s",
                     standing->live ? "not applied yet" : "after the last snapshot, and without a plan",
                     names_join(ctx->mem, &unplanned, ", "));
    return 0;
}

int current_read(struct ctx *ctx, struct session *session, struct current *current)
{
    *current = (struct current){0};
    TRY(session_target(ctx, session));
    struct standing standing = {.current = current};
    int code = session->offline ? ERR_CONNECT : session_connect(ctx, session, true);
    if (code < 0 && code != ERR_CONNECT)
        return code;
    struct error why = ctx->error;
    ctx->error = (struct error){0};
    if (code == 0)
        TRY(read_live(ctx, session, &standing));
    else
        TRY(read_snapshot(ctx, session, session->offline ? NULL : &why, &standing));
    if (session->forward)
        TRY(carry_forward(ctx, session, &standing));
    tree_settle(ctx->mem, session->target, current->tree);
    return 0;
}
