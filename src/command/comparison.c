/*
 * The road that make-migrations and diff share: what is desired, what is there, which renames are meant, what differs.
 * Renames are never guessed where nobody can be asked: then the two steps stay, and a warning names the flag.
 */
#include "command/comparison.h"

#include <string.h>

#include "base/text.h"
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

static bool is_said(const struct list *renames, const struct rename *note)
{
    for (int i = 0; i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (rename->kind == note->kind && text_equal(rename->from, note->from) && text_equal(rename->to, note->to))
            return true;
    }
    return false;
}

static bool is_named(const struct object *object, const char *name)
{
    return text_equal(kind_is(object->kind, KIND_IS_CALLED) ? object_called(object) : object->name, name);
}

/* Has the current tree what a note is about, under one of the two names?  In a new table it has no column to find. */
static bool is_known(const struct diff_input *input, const struct rename *note)
{
    bool column = !note->kind && note->table, any = false;
    for (const struct object *o = input->before->root; o; o = object_next(input->before->root, o)) {
        any |= !kind_is(o->kind, KIND_NAMESPACE) && o->parent;
        if (note->kind ? o->kind != note->kind : !kind_is(o->kind, KIND_HOLDS_ROWS))
            continue;
        if (column && is_named(o, note->table))
            return object_child(o, KIND_COLUMN, note->to) || object_child(o, KIND_COLUMN, note->from);
        if (!column && (is_named(o, note->to) || is_named(o, note->from)))
            return true;
    }
    return !any || column;
}

/* A note that does nothing may be done, or have another name than was meant, and what had that is dropped. */
static int note_check(struct ctx *ctx, const struct diff_input *input, const struct rename *note)
{
    const struct object *root = input->before->root;
    if (note->kind && kind_is(note->kind, KIND_NAMESPACE) && object_child(root, note->kind, note->from) &&
        !object_child(root, note->kind, note->to)) {
        fail(ctx, ERR_UNSUPPORTED, "\"renamed from: %s\": a schema is not renamed by a plan yet", note->from);
        return fail_hint(ctx, "Write it by hand: \"dbwarden new\", ALTER SCHEMA ... RENAME TO ...");
    }
    if (!is_known(input, note))
        emit_warning(ctx, "\"renamed from: %s\": there is no such thing, so %s is made anew", note->from, note->to);
    return 0;
}

/*
 * Those of the schema files that are still to be done: the new name is free, or gets free by another of them.  Of names that
 * change places nobody can tell whether they did.
 */
static int notes_take(struct ctx *ctx, const struct session *session, const struct diff_input *input,
                      struct list *renames)
{
    struct list notes = {0}, left = {0};
    TRY(schema_renames_read(ctx, session, &notes));
    for (int i = 0; i < notes.n; i++) {
        TRY(note_check(ctx, input, notes.item[i]));
        if (!is_said(renames, notes.item[i]) && rename_is_open(ctx, input, &notes, false, notes.item[i]))
            list_add(ctx->mem, &left, notes.item[i]);
    }
    for (int before = -1; before != renames->n;) {
        before = renames->n;
        for (int i = 0; i < left.n; i++)
            if (!is_said(renames, left.item[i]) && rename_is_open(ctx, input, renames, true, left.item[i]))
                list_add(ctx->mem, renames, left.item[i]);
    }
    for (int i = 0; i < left.n; i++) {
        if (is_said(renames, left.item[i]))
            continue;
        fail(ctx, ERR_FAILED, "names that change places are not said by notes: %s",
             rename_title(ctx->mem, left.item[i]));
        return fail_hint(ctx,
                         "Nobody could tell afterwards whether it is done. Take the note out, and say it once: %s.",
                         rename_flag(ctx->mem, left.item[i]));
    }
    return 0;
}

static const char *retype_text(struct arena *mem, const struct rename *rename)
{
    return rename->retype ? arena_printf(mem, " (%s)", rename->retype) : "";
}

/* What is at stake is said with the question: a No drops rows or values. */
static const char *question_for_one(struct arena *mem, const struct rename *guess)
{
    const char *title = rename_title(mem, guess);
    if (!guess->table)
        return arena_printf(mem,
                            "Possible table rename: %s (%d%% of the columns match)\n"
                            "  If not, %s is dropped with its rows, and %s is created empty.\n"
                            "Rename the table? [y/n]:",
                            title, guess->percent, guess->from, guess->to);
    return arena_printf(mem,
                        "Possible column rename: %s%s\n"
                        "  If not, %s is dropped with its values, and %s is added without any.\n"
                        "Rename the column? [y/n]:",
                        title, retype_text(mem, guess), guess->from, guess->to);
}

static const char *question_for(struct arena *mem, const struct list *guesses)
{
    const struct rename *first = guesses->item[0];
    bool tables = !first->table;
    struct buf out;
    if (guesses->n == 1)
        return question_for_one(mem, first);
    buf_init(&out, mem);
    buf_addf(&out, "Possible %s renames:\n", tables ? "table" : "column");
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        buf_addf(&out, "  [%d] %s%s\n", i + 1, rename_title(mem, guess), retype_text(mem, guess));
    }
    buf_addf(&out, "  What is not renamed is dropped with its %s, and the new %s.\n", tables ? "rows" : "values",
             tables ? "table is created empty" : "column is added without any");
    buf_add(&out, "Which are renames? [numbers as in 1,2; a for all; n for none]:");
    return out.data;
}

static bool word_in(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (text_equal(word, *words))
            return true;
    return false;
}

static bool numbers_read(struct arena *mem, const char *text, bool *accepted, int n)
{
    struct names numbers = text_split(mem, text_replace(mem, text, " ", ","), ',');
    bool any = false;
    for (int i = 0; i < numbers.n; i++) {
        int64_t number;
        if (!*numbers.item[i])
            continue;
        if (!text_to_int(numbers.item[i], &number) || number < 1 || number > n)
            return false;
        accepted[number - 1] = any = true;
    }
    return any;
}

/* False: that was no clear answer. */
static bool answer_read(struct arena *mem, const char *answer, bool *accepted, int n)
{
    static const char *const all[] = {"a", "all", NULL}, *const yes[] = {"y", "yes", NULL};
    static const char *const no[] = {"n", "no", "none", "s", "skip", NULL};
    const char *word = text_lower(mem, text_trim(mem, answer));
    memset(accepted, 0, sizeof *accepted * (size_t)n);
    if (word_in(word, no))
        return true;
    if (!word_in(word, n == 1 ? yes : all))
        return n > 1 && numbers_read(mem, word, accepted, n);
    memset(accepted, true, sizeof *accepted * (size_t)n);
    return true;
}

static int guesses_ask(struct ctx *ctx, const struct list *guesses, struct list *renames)
{
    const char *question = question_for(ctx->mem, guesses);
    bool *accepted = NEW_ARRAY(ctx->mem, bool, guesses->n);
    for (;;) {
        const char *answer = ctx->ask(ctx->sink, question);
        if (!answer || ctx_asked(ctx)) {
            fail(ctx, ERR_CANCELLED, "no answer to the question about renames; nothing was written");
            return fail_hint(ctx, "Without a terminal, say it: %s.", rename_flag(ctx->mem, guesses->item[0]));
        }
        if (answer_read(ctx->mem, answer, accepted, guesses->n))
            break;
        question = guesses->n == 1 ? "Please answer y for yes or n for no:"
                                   : "Please answer with numbers of the list, a for all, or n for none:";
    }
    for (int i = 0; i < guesses->n; i++) {
        struct rename *guess = guesses->item[i];
        if (!accepted[i])
            continue;
        guess->resolved_from = "prompt";
        list_add(ctx->mem, renames, guess);
    }
    return 0;
}

static void guesses_warn(struct ctx *ctx, const struct list *guesses)
{
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        bool table = !guess->table;
        emit_warning(ctx, "%s%s may be a rename: unless you say so, %s %s is dropped with its %s; use %s",
                     rename_title(ctx->mem, guess), retype_text(ctx->mem, guess), table ? "table" : "column",
                     guess->from, table ? "rows" : "values", rename_flag(ctx->mem, guess));
    }
}

struct json *guesses_json(struct arena *mem, const struct list *guesses)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        struct json *json = json_object(mem);
        json_set_text(mem, json, "kind", guess->table ? "column" : "table");
        json_set_text(mem, json, "schema", guess->schema);
        json_set_text(mem, json, "table", guess->table);
        json_set_text(mem, json, "from", guess->from);
        json_set_text(mem, json, "to", guess->to);
        json_set_text(mem, json, "flag", rename_flag(mem, guess));
        json_add(mem, list, json);
    }
    return list;
}

static struct list guesses_about(struct arena *mem, const struct list *guesses, bool columns)
{
    struct list found = {0};
    for (int i = 0; i < guesses->n; i++)
        if ((((const struct rename *)guesses->item[i])->table != NULL) == columns)
            list_add(mem, &found, guesses->item[i]);
    return found;
}

static struct diff_input comparison_input(const struct target *target, const struct comparison *comparison)
{
    return (struct diff_input){
        .target = target, .before = comparison->current, .after = comparison->desired, .renames = &comparison->renames};
}

/* Tables first: whether a table was renamed decides which columns there are to compare. */
static int renames_settle(struct ctx *ctx, const struct target *target, struct comparison *comparison)
{
    const struct diff_input input = comparison_input(target, comparison);
    TRY(rename_check(ctx, &input, &comparison->renames));
    struct list all = {0};
    int known = -1; /* renames when they were guessed */
    for (int columns = 0; columns < 2; columns++) {
        if (known != comparison->renames.n) {
            all = (struct list){0};
            TRY(rename_guess(ctx, &input, &all));
            known = comparison->renames.n;
        }
        const struct list guesses = guesses_about(ctx->mem, &all, columns);
        if (!guesses.n)
            continue;
        if (ctx->ask) {
            TRY(guesses_ask(ctx, &guesses, &comparison->renames));
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
    TRY(notes_take(ctx, session, &input, &comparison->renames));
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
