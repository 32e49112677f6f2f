/*
 * diff --from --to: any two schemas held against each other, and the SQL that makes one the other.  They are compared whole:
 * who owns what is for make-migrations to know.  Reads from top to bottom, and changes nothing.
 */
#include "command/between.h"

#include "base/text.h"
#include "command/comparison.h"
#include "command/sides.h"
#include "diff/describe.h"
#include "schema/unmodelled.h"

struct between {
    struct ctx *ctx;
    const struct request *request;
    struct sides sides;
    struct comparison comparison;
    struct plan *up, *down; /* NULL: cannot be written, */
    const char *refused[2]; /* for that reason */
};

/* ---- what is given ---- */

static int check_options(struct ctx *ctx, const struct request *request)
{
    const char *format = request_text(request, "format");
    if (!request_text(request, "from") || !request_text(request, "to")) {
        fail(ctx, ERR_USAGE, "--from and --to go together");
        return fail_hint(ctx, "For example: dbwarden diff --from db --to models");
    }
    if (request_flag(request, "all"))
        return fail(ctx, ERR_USAGE, "--all cannot be given with --from and --to");
    if (!text_equal(request_text(request, "diff_type"), "all"))
        return fail(ctx, ERR_USAGE, "%s says what to compare, and so do --from and --to",
                    request_text(request, "diff_type"));
    if (request_flag(request, "reverse") && !text_equal(format, "sql"))
        return fail(ctx, ERR_USAGE, "--reverse goes with --format sql");
    return 0;
}

/* What a database gives new tables of which nothing is said is nobody's to change here, but it is a difference. */
static void collation_add(struct between *between)
{
    struct arena *mem = between->ctx->mem;
    const struct source *side = between->sides.sources.side;
    struct comparison *comparison = &between->comparison;
    const char *from = comparison->current->usual_collation, *to = comparison->desired->usual_collation;
    if (side[0].kind == SOURCE_DATABASE && side[1].kind == SOURCE_DATABASE && from && to && !text_equal(from, to))
        names_add(mem, &comparison->open, arena_printf(mem, "default collation %s of the database, for %s", to, from));
}

/* ---- what comes of it ---- */

/* What cannot be written is a fault only where SQL was asked for. */
static int plan_take(struct between *between, int way, struct plan **plan, int code)
{
    struct ctx *ctx = between->ctx;
    bool sql = text_equal(request_text(between->request, "format"), "sql");
    bool asked = sql && request_flag(between->request, "reverse") == way;
    if (code != ERR_UNSUPPORTED || asked)
        return code;
    between->refused[way] = ctx->error.message;
    *plan = NULL;
    ctx->error = (struct error){0};
    return 0;
}

static int plans_make(struct between *between)
{
    const struct plan_options options = {.lose_attached = true}; /* nothing is run: it is told as a hazard */
    const struct target *target = &between->sides.sources.target;
    struct changes *changes = between->comparison.changes;
    TRY(plan_take(between, 0, &between->up, plan_make(between->ctx, target, changes, &options, &between->up)));
    if (!between->up)
        return 0;
    return plan_take(between, 1, &between->down,
                     plan_reverse(between->ctx, target, between->up, &options, &between->down));
}

static const char *sql_of(const struct between *between, const struct plan *plan)
{
    return plan ? plan_commented(between->ctx->mem, &between->sides.sources.target, plan) : NULL;
}

/* Models speak of nothing that no kind models, so it is not a difference from them. */
static int count_differences(const struct comparison *comparison)
{
    int n = comparison->changes->list.n;
    if (comparison->current->names_unmodelled && comparison->desired->names_unmodelled)
        n += comparison->open.n + comparison->extra.n;
    return n;
}

static void lines_add(struct arena *mem, struct buf *out, const char *what, const struct names *texts)
{
    for (int i = 0; i < texts->n; i++)
        buf_addf(out, "-- %s: %s\n", what, comment_line(mem, texts->item[i]));
}

static void sql_show(const struct between *between, struct report *report)
{
    struct arena *mem = between->ctx->mem;
    const bool back = request_flag(between->request, "reverse");
    const struct source *side = between->sides.sources.side, *from = &side[back], *to = &side[!back];
    const struct comparison *comparison = &between->comparison;
    const struct names extra = unmodelled_texts(mem, &comparison->extra), *missing = back ? &extra : &comparison->open;
    const char *sql = sql_of(between, back ? between->down : between->up);
    struct buf out;
    buf_init(&out, mem);
    buf_addf(&out, "-- from %s to %s\n", comment_line(mem, from->title), comment_line(mem, to->title));
    lines_add(mem, &out, "not managed yet, so not made here", missing);
    lines_add(mem, &out, "not managed yet, so left alone here", back ? &comparison->open : &extra);
    if (*sql)
        buf_addf(&out, "\n%s", sql);
    else
        buf_add(&out, "-- nothing to do");
    report_raw(report, out.data);
}

static void text_show(struct between *between, int found, struct reply *reply)
{
    struct ctx *ctx = between->ctx;
    const struct comparison *comparison = &between->comparison;
    const char *from = between->sides.sources.side[0].title, *to = between->sides.sources.side[1].title;
    for (int i = 0; between->up && i < between->up->hazards.n; i++)
        emit_warning(ctx, "%s", ((const struct hazard *)between->up->hazards.item[i])->text);
    if (between->refused[0])
        emit_warning(ctx, "no SQL can be written for this: %s", between->refused[0]);
    if (comparison->changes->list.n)
        return;
    if (found)
        report_line(&reply->report, TONE_WARN, "%s and %s agree in everything that is managed.", from, to);
    else
        report_line(&reply->report, TONE_GOOD, "%s and %s agree.", from, to);
}

static void json_fill(const struct between *between, int found, struct json *json)
{
    struct arena *mem = between->ctx->mem;
    json_set_text(mem, json, "from", between->sides.sources.side[0].title);
    json_set_text(mem, json, "to", between->sides.sources.side[1].title);
    json_set_text(mem, json, "dialect", between->sides.sources.dialect->name);
    json_set_int(mem, json, "differences", found);
    json_set(mem, json, "possible_renames", guesses_json(mem, &between->comparison.guesses));
    json_set_text(mem, json, "upgrade", sql_of(between, between->up));
    json_set_text(mem, json, "upgrade_refused", between->refused[0]);
    json_set_text(mem, json, "rollback", sql_of(between, between->down));
    json_set_text(mem, json, "rollback_refused", between->refused[1]);
    json_set(mem, json, "hazards", hazards_json(mem, between->up));
    json_set(mem, json, "rollback_hazards", hazards_json(mem, between->down));
}

static void elements_warn(const struct between *between)
{
    for (int i = 0; i < 2; i++)
        if (between->sides.sources.side[i].kind == SOURCE_MODELS && between->sides.session[i].events.n) {
            emit_warning(between->ctx,
                         "DDL elements of the models are statements and not compared here: %d; `dbwarden "
                         "diff models` counts those that no migration holds",
                         between->sides.session[i].events.n);
            return;
        }
}

static int between_show(struct between *between, struct reply *reply)
{
    struct ctx *ctx = between->ctx;
    struct comparison *comparison = &between->comparison;
    const char *format = request_text(between->request, "format");
    bool text = !format || text_equal(format, "text");
    int found = count_differences(comparison);
    struct report table = {.mem = ctx->mem};
    const char *title = arena_printf(ctx->mem, "From %s to %s", between->sides.sources.side[0].title,
                                     between->sides.sources.side[1].title);
    json_set(ctx->mem, reply->json, "changes", changes_report(ctx->mem, comparison->changes, title, &table));
    comparison_tell(ctx, between->request, comparison, text, reply->json);
    elements_warn(between);
    for (int i = 0; i < comparison->dangling.n; i++)
        emit_warning(ctx, "%s", dangling_text(ctx->mem, comparison->dangling.item[i]));
    TRY(plans_make(between));
    json_fill(between, found, reply->json);
    if (text) {
        report_add(&reply->report, &table);
        text_show(between, found, reply);
    } else if (text_equal(format, "sql"))
        sql_show(between, &reply->report);
    else
        report_raw(&reply->report, json_text(ctx->mem, reply->json, JSON_INDENTED));
    reply->status = found && between->request->exit_code ? 3 : 0;
    return 0;
}

int between_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct between between = {.ctx = ctx, .request = request};
    __attribute__((cleanup(sides_close))) struct sides *sides = &between.sides;
    TRY(check_options(ctx, request));
    TRY(sides_read(ctx, request, sides));
    TRY(comparison_between(ctx, &between.sides.sources, request, &between.comparison));
    collation_add(&between);
    return between_show(&between, reply);
}
