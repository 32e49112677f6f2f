/*
 * The road that make-migrations and diff share: what is desired, what is there, which renames are meant, what differs.
 * Renames are never guessed where nobody can be asked: then the two steps stay, and a warning names the flag.
 */
#include "command/comparison.h"

#include "base/text.h"
#include "command/renames.h"
#include "diff/describe.h"
#include "diff/rename.h"
#include "run/partitions.h"
#include "schema/unmodelled.h"

static int flags_read(struct ctx *ctx, const struct request *request, struct list *renames)
{
    struct names columns = request_list(ctx->mem, request, "rename");
    struct names tables = request_list(ctx->mem, request, "rename_table");
    struct names objects = request_list(ctx->mem, request, "rename_object");
    for (int i = 0; i < tables.n; i++)
        TRY(rename_read_table(ctx, tables.item[i], renames));
    for (int i = 0; i < columns.n; i++)
        TRY(rename_read_column(ctx, columns.item[i], renames));
    for (int i = 0; i < objects.n; i++)
        TRY(rename_read_object(ctx, objects.item[i], renames));
    return 0;
}

enum { SCHEMAS, TABLES, COLUMNS, OTHERS, SORTS };

static struct list guesses_about(struct arena *mem, const struct list *guesses, int sort)
{
    struct list found = {0};
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        int own = guess->kind ? OTHERS : guess->table ? COLUMNS : TABLES;
        if (guess->kind && kind_is(guess->kind, KIND_NAMESPACE))
            own = SCHEMAS;
        if (own == sort)
            list_add(mem, &found, guesses->item[i]);
    }
    return found;
}

static struct diff_input comparison_input(const struct target *target, const struct comparison *comparison)
{
    return (struct diff_input){
        .target = target, .before = comparison->current, .after = comparison->desired, .renames = &comparison->renames};
}

/* From the outside inwards: whether a table was renamed decides which columns there are to compare. */
static int renames_settle(struct ctx *ctx, const struct target *target, struct comparison *comparison)
{
    const struct diff_input input = comparison_input(target, comparison);
    TRY(rename_check(ctx, &input, &comparison->renames));
    rename_cases(ctx, &input, &comparison->renames);
    struct list all = {0};
    int known = -1; /* renames when they were guessed */
    for (int sort = 0; sort < SORTS; sort++) {
        if (known != comparison->renames.n) {
            all = (struct list){0};
            TRY(rename_guess(ctx, &input, &all));
            known = comparison->renames.n;
        }
        const struct list guesses = guesses_about(ctx->mem, &all, sort);
        if (!guesses.n)
            continue;
        if (ctx->ask) {
            TRY(guesses_ask(ctx, &guesses, &comparison->renames));
            TRY(rename_schemas(ctx, &input, &comparison->renames));
            continue;
        }
        guesses_warn(ctx, &guesses);
        for (int k = 0; k < guesses.n; k++)
            list_add(ctx->mem, &comparison->guesses, guesses.item[k]);
    }
    return 0;
}

static void unmodelled_compare(struct arena *mem, struct comparison *comparison)
{
    const struct list was = list_duplicate(mem, &comparison->current->unmodelled);
    for (int i = 0; i < comparison->renames.n; i++) {
        const struct rename *rename = comparison->renames.item[i];
        bool column = rename->table;
        if (rename->kind && column)
            continue;
        if (rename->kind && kind_is(rename->kind, KIND_NAMESPACE)) {
            unmodelled_move(mem, comparison->current, &was, rename->from, rename->to);
            continue;
        }
        const struct unmodelled from = {.schema = rename->schema,
                                        .on = column ? rename_table_before(&comparison->renames, rename) : rename->from,
                                        .column = column ? rename->from : NULL};
        unmodelled_rename(mem, comparison->current, &was, &from, rename->to);
    }
    comparison->open = unmodelled_open(mem, comparison->desired, comparison->current);
    comparison->extra = unmodelled_extra(mem, comparison->desired, comparison->current);
}

void comparison_tell(struct ctx *ctx, const struct request *request, const struct comparison *comparison, bool warn,
                     struct json *json)
{
    const struct names extra = unmodelled_texts(ctx->mem, &comparison->extra);
    struct json *both = json_object(ctx->mem);
    json_set(ctx->mem, both, "wanted", json_names(ctx->mem, &comparison->open));
    json_set(ctx->mem, both, "left_alone", json_names(ctx->mem, &extra));
    json_set(ctx->mem, json, "unmodelled", both);
    if (comparison->open.n && warn)
        emit_warning(ctx, "wanted but not managed yet: %s", names_join(ctx->mem, &comparison->open, ", "));
    if (extra.n)
        emit_info(ctx, "not managed yet, left alone: %s",
                  request_flag(request, "verbose") ? names_join(ctx->mem, &extra, ", ")
                                                   : unmodelled_counts(ctx->mem, &comparison->extra));
}

enum normalise normalise_read(const struct request *request, const struct database_config *database)
{
    const char *given = request_text(request, "normalise"), *mode = given ? given : database->normalise;
    return text_equal(mode, "server")    ? NORMALISE_SERVER
           : text_equal(mode, "offline") ? NORMALISE_OFFLINE
                                         : NORMALISE_AUTO;
}

/* Twice where the server has something to say: comparing adds to both trees, so copies of them wait. */
static int changes_find(struct ctx *ctx, struct session *session, enum normalise mode, bool keep,
                        struct comparison *comparison)
{
    const struct target *target = session->target;
    struct diff_input input = comparison_input(target, comparison);
    bool answered = false;
    struct tree *current = NULL, *desired = NULL;
    partitions_spare(ctx->mem, &input);
    if (keep)
        comparison->untouched = tree_copy(ctx->mem, comparison->current);
    if (judge_is_there(session, mode)) {
        current = tree_copy(ctx->mem, comparison->current);
        desired = tree_copy(ctx->mem, comparison->desired);
    }
    TRY(diff_trees(ctx, &input, &comparison->changes));
    if (desired) {
        const struct judge_case judged = {mode, comparison->changes, desired, comparison->written};
        TRY(judge_ask(ctx, session, &judged, &answered));
    }
    if (answered) {
        comparison->current = current;
        comparison->desired = desired;
        input = comparison_input(target, comparison);
        TRY(diff_trees(ctx, &input, &comparison->changes));
    }
    judge_warn(ctx, target->dialect, comparison->changes);
    return 0;
}

/* A table may have thousands of partitions that nobody describes. */
static void unmanaged_tell(struct ctx *ctx, const struct request *request, const struct names *unmanaged)
{
    enum { SHOWN = 20 };
    struct names shown = *unmanaged;
    const char *more = "";
    if (shown.n > SHOWN && !request_flag(request, "verbose")) {
        more = arena_printf(ctx->mem, "; and %d more, which --verbose names", shown.n - SHOWN);
        shown.n = SHOWN;
    }
    if (shown.n)
        emit_info(ctx, "not managed by this project, left alone: %s%s", names_join(ctx->mem, &shown, "; "), more);
}

int comparison_make(struct ctx *ctx, struct session *session, const struct request *request, bool keep,
                    struct comparison *comparison)
{
    *comparison = (struct comparison){0};
    TRY(flags_read(ctx, request, &comparison->renames));
    TRY(desired_read(ctx, session, &comparison->desired));
    const struct target *target = session->target;
    filter_apply(&session->database->filter, target_usual(target), comparison->desired);
    struct current current;
    TRY(current_read(ctx, session, &current));
    comparison->current = current.tree;
    comparison->source = current.source;
    comparison->unseen = current.unseen;
    TRY(defaults_settle(ctx, session, comparison));
    comparison->written = tree_copy(ctx->mem, comparison->desired);
    const struct diff_input input = comparison_input(target, comparison);
    TRY(notes_take(ctx, &session->renames, &input, session->forward && !current.unseen.n, &comparison->renames));
    TRY(renames_settle(ctx, target, comparison));
    struct list known;
    TRY(events_before(ctx, session, &input, &known));
    unmodelled_compare(ctx->mem, comparison);
    const struct event_sides sides = {&session->events, &known};
    events_spare(ctx, &input, &sides, &comparison->losses);
    TRY(changes_find(ctx, session, normalise_read(request, session->database), keep, comparison));
    TRY(unmodelled_check(ctx, comparison->changes));
    TRY(strangers_check(ctx, target, comparison->changes));
    if (request_flag(request, "drop_dependents"))
        dangling_drop(ctx->mem, target, comparison->changes);
    dangling_find(ctx->mem, target, comparison->changes, &comparison->dangling);
    events_plan(ctx, target, &sides, comparison->changes, &comparison->events);
    unmanaged_tell(ctx, request, &comparison->changes->unmanaged);
    return 0;
}

/* What the models mean where the other schema is: its server is asked for spellings, and what models cannot say stays. */
static int models_settle(struct ctx *ctx, struct sources *sources, const struct request *request,
                         struct comparison *comparison, struct session *session)
{
    session->conn = sources_conn(sources); /* only lent */
    int code = defaults_settle(ctx, session, comparison);
    if (!code) {
        comparison->written = tree_copy(ctx->mem, comparison->desired);
        code = changes_find(ctx, session, normalise_read(request, session->database), false, comparison);
    }
    session->conn = NULL;
    return code;
}

int comparison_between(struct ctx *ctx, struct sources *sources, const struct request *request,
                       struct comparison *comparison)
{
    struct source *from = &sources->side[0], *to = &sources->side[1];
    const struct target *target = &sources->target;
    *comparison = (struct comparison){0};
    TRY(flags_read(ctx, request, &comparison->renames));
    if (from->kind == SOURCE_MODELS) {
        struct comparison turned = {.current = tree_copy(ctx->mem, to->tree), .desired = from->tree};
        TRY(models_settle(ctx, sources, request, &turned, from->session));
        from->tree = turned.changes->after;
    }
    comparison->current = from->tree;
    comparison->desired = to->tree;
    const struct diff_input noted = comparison_input(target, comparison);
    TRY(notes_take(ctx, &to->renames, &noted, false, &comparison->renames));
    TRY(renames_settle(ctx, target, comparison));
    unmodelled_compare(ctx->mem, comparison);
    if (to->kind == SOURCE_MODELS && from->kind != SOURCE_MODELS) {
        TRY(models_settle(ctx, sources, request, comparison, to->session));
    } else {
        const struct diff_input input = comparison_input(target, comparison);
        TRY(diff_trees(ctx, &input, &comparison->changes));
    }
    dangling_find(ctx->mem, target, comparison->changes, &comparison->dangling);
    return 0;
}

struct json *change_json(struct arena *mem, const struct change *change)
{
    struct json *json = json_object(mem), *fields = json_array(mem);
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; change->op == CHANGE_ALTER && i < info->fields; i++)
        if (change_has(change, i))
            json_add(mem, fields, json_string(mem, info->field[i].name));
    json_set_text(mem, json, "change", change_op_name(change->op));
    json_set_text(mem, json, "kind", info->name);
    json_set_text(mem, json, "object", object_path(mem, change_object(change)));
    json_set_text(mem, json, "was", change->op == CHANGE_RENAME ? change->before->name : NULL);
    json_set_text(mem, json, "details", change_details(mem, change));
    json_set(mem, json, "fields", fields);
    return json;
}

static enum tone tone_of(enum change_op op)
{
    return op == CHANGE_CREATE ? TONE_GOOD : op == CHANGE_DROP ? TONE_BAD : TONE_WARN;
}

struct json *changes_report(struct arena *mem, const struct changes *changes, const char *title, struct report *report)
{
    static const char *const columns[] = {"Change", "Object", "Detail", NULL};
    struct json *list = json_array(mem);
    struct report_block *table = changes->list.n ? report_table(report, title, columns) : NULL;
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const char *cells[] = {change_op_name(change->op), object_path(mem, change_object(change)),
                               change_details(mem, change), NULL};
        report_row(report, table, tone_of(change->op), cells);
        json_add(mem, list, change_json(mem, change));
    }
    return list;
}

struct json *hazards_json(struct arena *mem, const struct plan *plan)
{
    struct json *list = json_array(mem);
    for (int i = 0; plan && i < plan->hazards.n; i++) {
        const struct hazard *hazard = plan->hazards.item[i];
        if (!hazard->expected)
            json_add(mem, list, hazard_json(mem, hazard));
    }
    return list;
}
