/*
 * A plan into a migration file and the plan beside it.  Composing writes nothing, so that of several files all are known to be
 * sound before the first is there.
 */
#include "command/generation.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "command/fill.h"
#include "command/read_back.h"
#include "diff/describe.h"

void statements_frame(struct ctx *ctx, struct plan *plan, const struct names *before, const struct names *after)
{
    struct list framed = {0};
    int i = 0;
    for (; i < plan->statements.n; i++) {
        struct statement_out *statement = plan->statements.item[i];
        if (!statement->change || !kind_is(statement->change->kind, KIND_NAMESPACE))
            break;
        list_add(ctx->mem, &framed, statement);
    }
    const struct names *texts[] = {before, after};
    for (int t = 0; t < 2; t++) {
        for (int k = 0; k < texts[t]->n; k++) {
            struct statement_out *statement = NEW(ctx->mem, struct statement_out);
            statement->sql = texts[t]->item[k];
            list_add(ctx->mem, &framed, statement);
        }
        for (; i < plan->statements.n; i++)
            list_add(ctx->mem, &framed, plan->statements.item[i]);
    }
    plan->statements = framed;
}

static void events_frame(struct generation *generation)
{
    const struct event_plan *events = &generation->comparison.events;
    statements_frame(generation->ctx, generation->up, &events->before, &events->after);
    if (generation->down)
        statements_frame(generation->ctx, generation->down, &events->down_before, &events->down_after);
}

/* Before all else: what changes of it is changed afterwards.  Where it was there before it stays on the way back. */
static void adoption_frame(struct generation *generation)
{
    struct arena *mem = generation->ctx->mem;
    const struct adoption *adoption = &generation->adoption;
    const struct names none = {0};
    struct names nothing = {0};
    if (!adoption->statements.n)
        return;
    emit_info(generation->ctx, "made by hand so far, and made by this file where it is not there: %s",
              names_join(mem, &adoption->objects, "; "));
    statements_frame(generation->ctx, generation->up, &adoption->statements, &none);
    names_add(mem, &nothing, "SELECT 1");
    if (generation->down && !generation->down->statements.n)
        statements_frame(generation->ctx, generation->down, &nothing, &none);
}

void frames_add(struct generation *generation)
{
    events_frame(generation);
    adoption_frame(generation);
}

/* The way back is part of a migration; where an engine has none, the file says so and why. */
int way_back_plan(struct generation *generation, const struct plan_options *options)
{
    struct ctx *ctx = generation->ctx;
    int code = plan_reverse(ctx, generation->session->target, generation->up, options, &generation->down);
    if (code == ERR_UNSUPPORTED) {
        generation->no_way_back = ctx->error.message;
        generation->down = NULL;
        ctx->error = (struct error){0};
        code = 0;
    }
    return code;
}

static void name_choose(struct generation *generation, const struct list *words)
{
    struct arena *mem = generation->ctx->mem;
    const char *description = request_text(generation->request, "description");
    const struct names *tables = &generation->comparison.events.tables;
    const char *automatic = request_flag(generation->request, "baseline") ? "baseline"
                            : words->n                                    ? name_auto(mem, words)
                            : generation->adoption.first
                                ? name_slug(mem, arena_printf(mem, "adopt_%s", generation->adoption.first))
                            : tables->n ? name_slug(mem, arena_printf(mem, "ddl_of_%s", tables->item[0]))
                                        : "ddl_of_metadata";
    const char *slug = description && *description ? name_slug(mem, description) : automatic;
    if (generation->slug)
        slug = name_slug(mem, arena_printf(mem, "%s_%s", slug, generation->slug));
    const char *file = name_file(mem, generation->session->database->name,
                                 name_next(generation->session->folder) + generation->later, slug);
    generation->stem = path_stem(mem, file);
}

static struct json *plan_json(struct generation *generation, struct json *operations)
{
    struct arena *mem = generation->ctx->mem;
    const struct comparison *comparison = &generation->comparison;
    struct json *plan = json_object(mem);
    json_set_text(mem, plan, "migration_id", generation->stem);
    json_set(mem, plan, "operations", operations);
    json_set(mem, plan, "required_flags", json_array(mem));
    json_set_text(mem, plan, "checksum", hash_sha256(mem, generation->up_text, strlen(generation->up_text)));
    struct json *note = plan_note_json(mem, generation->session->target, comparison->written, comparison->changes);
    if (comparison->events.changed || comparison->events.known.n)
        json_set(mem, note, "events", events_json(mem, &comparison->events.known));
    json_set(mem, note, "hazards", hazards_json(mem, generation->up));
    if (generation->session->declared.n || generation->session->declared_was)
        json_set(mem, note, "declared", json_names(mem, &generation->session->declared));
    json_set(mem, plan, "dbwarden", note);
    return plan;
}

/* A column that is new goes, with the values that it was given; one that was there keeps them. */
static void fills_add(const struct generation *generation, struct buf *out)
{
    struct arena *mem = generation->ctx->mem;
    for (int i = 0; i < generation->fills.n; i++) {
        const struct fill *fill = generation->fills.item[i];
        if (fill->column->peer)
            buf_addf(out, "-- irreversible: data (rows of %s that were NULL keep %s)\n",
                     comment_line(mem, object_path(mem, fill->column)), comment_line(mem, fill->value));
    }
}

static void down_add(struct generation *generation, struct buf *out)
{
    size_t start = out->len;
    for (int i = 0; i < generation->up->hazards.n; i++) {
        const struct hazard *hazard = generation->up->hazards.item[i];
        if (hazard->irreversible)
            buf_addf(out, "-- irreversible: data (%s)\n", comment_line(generation->ctx->mem, hazard->text));
    }
    if (generation->down)
        fills_add(generation, out);
    const struct names *stays = &generation->comparison.events.stays;
    for (int i = 0; i < stays->n; i++)
        buf_addf(out, "-- stays, as the models do not say how to undo it: %s\n",
                 comment_line(generation->ctx->mem, stays->item[i]));
    for (int i = 0; i < generation->stays.n; i++)
        buf_addf(out, "-- irreversible: %s\n", comment_line(generation->ctx->mem, generation->stays.item[i]));
    const struct names *adopted = &generation->adoption.objects;
    for (int i = 0; i < adopted->n; i++)
        buf_addf(out, "-- stays, as it may have been there before: %s\n",
                 comment_line(generation->ctx->mem, adopted->item[i]));
    if (generation->down && !generation->down->statements.n)
        buf_addf(out, "-- irreversible: %s\n",
                 generation->comparison.events.changed ? "the models do not say how to undo their DDL elements"
                                                       : "what this file does has no way back");
    if (out->len > start)
        buf_add_c(out, '\n');
    if (generation->down && generation->down->statements.n)
        buf_addf(out, "%s\n", generation->down_text);
    else if (!generation->down)
        buf_addf(out, "-- irreversible: %s\n", comment_line(generation->ctx->mem, generation->no_way_back));
}

static const char *file_text(struct generation *generation)
{
    struct arena *mem = generation->ctx->mem;
    struct buf text;
    buf_init(&text, mem);
    for (int i = 0; i < generation->header.n; i++)
        buf_addf(&text, "-- %s\n", generation->header.item[i]);
    buf_addf(&text, "-- upgrade\n\n%s\n\n-- rollback\n\n", generation->up_text);
    down_add(generation, &text);
    return text.data;
}

int file_compose(struct generation *generation, const struct list *words, struct json *operations)
{
    struct ctx *ctx = generation->ctx;
    const struct session *session = generation->session;
    name_choose(generation, words);
    generation->up_text = plan_commented(ctx->mem, session->target, generation->up);
    if (generation->down)
        generation->down_text = plan_commented(ctx->mem, session->target, generation->down);
    generation->plan = plan_json(generation, operations);
    const char *folder = session->folder->path;
    generation->path = path_join(ctx->mem, folder, arena_printf(ctx->mem, "%s.sql", generation->stem));
    generation->plan_path = path_join(ctx->mem, folder, arena_printf(ctx->mem, "%s.plan.json", generation->stem));
    generation->text = file_text(generation);
    return read_back(ctx, session->target->dialect, generation->path, generation->text,
                     (const struct plan *[]){generation->up, generation->down});
}

int file_put(struct generation *generation, struct reply *reply)
{
    struct ctx *ctx = generation->ctx;
    const char *plan = arena_printf(ctx->mem, "%s\n", json_text(ctx->mem, generation->plan, JSON_INDENTED));
    const char *path = generation->path, *plan_path = generation->plan_path;
    if (generation->session->as_source) {
        const struct sql_piece whole = {.text = generation->text, .length = strlen(generation->text)};
        TRY(translation_try(ctx, generation->session, path, &whole));
    }
    TRY(file_write(ctx, plan_path, plan, strlen(plan), FILE_SHARED));
    TRY(file_write(ctx, path, generation->text, strlen(generation->text), FILE_SHARED));
    if (!generation->later) {
        json_set_text(ctx->mem, reply->json, "file", path);
        json_set_text(ctx->mem, reply->json, "plan_file", plan_path);
    }
    report_line(&reply->report, TONE_GOOD, "Created migration file: %s", path);
    report_line(&reply->report, TONE_DIM, "Created migration plan: %s", plan_path);
    return 0;
}

/* Of those of the way back only what is certain: the others stand in its section of the file. */
void hazards_report(struct generation *generation, struct reply *reply)
{
    struct arena *mem = generation->ctx->mem;
    for (int i = 0; i < generation->up->hazards.n; i++) {
        const struct hazard *hazard = generation->up->hazards.item[i];
        const char *way =
            hazard->column ? arena_printf(mem, "; or --fill %s=VALUE", fill_name(mem, hazard->column)) : "";
        emit_warning(generation->ctx, "%s%s", hazard->text, way);
    }
    for (int i = 0; generation->down && i < generation->down->hazards.n; i++) {
        const struct hazard *hazard = generation->down->hazards.item[i];
        if (hazard->wants_empty)
            emit_warning(generation->ctx, "rollback: %s", hazard->text);
    }
    json_set(mem, reply->json, "hazards", hazards_json(mem, generation->up));
    json_set(mem, reply->json, "rollback_hazards", hazards_json(mem, generation->down));
}
