/*
 * check: what a person should know before it runs, of the change that no file holds yet and of the files that wait.  A change
 * has a line of its own, as 0.8.2 printed it, and the rules (lint/) say what is dangerous about it.
 */
#include "run/check.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/comparison.h"
#include "lint/report.h"

struct checking {
    struct ctx *ctx;
    const struct request *request;
    struct session *session;
    struct comparison comparison;
    struct plan *plan;
    struct migration *pending; /* the SQL of the change; NULL: there is none */
    struct list findings;      /* struct finding * */
    const struct tree *tree;   /* the schema before what is judged; NULL: unknown */
    bool compared;             /* with models or schema_files */
};

/* ---- the change that no file holds yet ---- */

static int pending_plan(struct checking *checking)
{
    struct ctx *ctx = checking->ctx;
    const struct plan_options options = {.lose_attached = true};
    const struct dialect *dialect = checking->session->target->dialect;
    TRY(plan_make(ctx, checking->session->target, checking->comparison.changes, &options, &checking->plan));
    const char *text = plan_text(ctx->mem, checking->plan);
    const struct sql_piece whole = {.text = text, .length = strlen(text), .line = 1, .column = 1};
    return lint_text(ctx, dialect, "the pending change", &whole, &checking->pending);
}

static int change_find(struct checking *checking)
{
    struct ctx *ctx = checking->ctx;
    struct session *session = checking->session;
    const struct database_config *database = session->database;
    if (!database->model_paths.n && !database->schema_files.n)
        return 0;
    session->forward = true;
    int code = comparison_make(ctx, session, checking->request, false, &checking->comparison);
    session->forward = false;
    TRY(code);
    checking->compared = true;
    return checking->comparison.changes->list.n ? pending_plan(checking) : 0;
}

/* ---- as 0.8.2 listed changes ---- */

/* "users.email", "users" */
static const char *path_of(struct arena *mem, const struct object *object)
{
    const char *table = check_table(mem, object);
    return object_top(object) == object ? table : arena_printf(mem, "%s.%s", table, object->name ? object->name : "?");
}

static struct finding *row_add(struct checking *checking, const struct change *change, const char *type,
                               const char *message)
{
    struct arena *mem = checking->ctx->mem;
    const struct object *object = change_object(change);
    struct finding *row = NEW(mem, struct finding);
    *row = (struct finding){.severity = SEVERITY_INFO,
                            .change_type = type,
                            .message = message,
                            .table = check_table(mem, object),
                            .column = object_top(object) == object ? NULL : object->name};
    list_add(mem, &checking->findings, row);
    return row;
}

/* "Add column 'c' to 'T'", "Create table 'T'" */
static void whole_row(struct checking *checking, const struct change *change)
{
    static const char *const verbs[] = {"Add", "Drop", "", "Rename"}, *const words[] = {"add", "drop", "", "rename"},
                             *const to[] = {"to", "from", "", "of"};
    struct arena *mem = checking->ctx->mem;
    const struct object *object = change_object(change);
    bool top = object_top(object) == object, create = top && change->op == CHANGE_CREATE;
    const char *kind = kind_table[change->kind].name, *said = text_replace(mem, kind, "_", " ");
    const char *type = arena_printf(mem, "%s_%s", create ? "create" : words[change->op], kind);
    const char *name = change->op == CHANGE_RENAME
                           ? arena_printf(mem, "'%s' to '%s'", change->before->name, change->after->name)
                           : arena_printf(mem, "'%s'",
                                          top            ? check_table(mem, object)
                                          : object->name ? object->name
                                                         : "?");
    const char *message = arena_printf(mem, "%s %s %s", create ? "Create" : verbs[change->op], said, name);
    if (!top)
        message = arena_printf(mem, "%s %s '%s'", message, to[change->op], check_table(mem, object));
    struct finding *row = row_add(checking, change, type, message);
    if (change->op == CHANGE_DROP || change->op == CHANGE_RENAME)
        row->severity = SEVERITY_WARNING;
}

/* Where the rules do not know which changes of a type are harmless, none is taken for it. */
static bool rules_know_types(const struct checking *checking)
{
    return rule_find("PG126")->engines & checking->session->target->dialect->engine;
}

static void field_row(struct checking *checking, const struct change *change, int field)
{
    struct arena *mem = checking->ctx->mem;
    const struct field *info = &kind_table[change->kind].field[field];
    const char *type = arena_printf(mem, "change_%s_%s", kind_table[change->kind].name, info->name);
    const char *path = path_of(mem, change->after);
    const char *message = arena_printf(mem, "Change %s of '%s'", text_replace(mem, info->name, "_", " "), path);
    bool is_type = kind_is(change->kind, KIND_IS_COLUMN) && text_equal(info->name, "type");
    if (is_type)
        message = arena_printf(mem, "%s from %s to %s", message, ((const struct column *)change->before)->type,
                               ((const struct column *)change->after)->type);
    struct finding *row = row_add(checking, change, type, message);
    if (is_type && !rules_know_types(checking))
        row->severity = SEVERITY_WARNING;
}

static void rows_add(struct checking *checking)
{
    const struct changes *changes = checking->comparison.changes;
    for (int i = 0; changes && i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op != CHANGE_ALTER)
            whole_row(checking, change);
        for (int f = 0; change->op == CHANGE_ALTER && f < kind_table[change->kind].fields; f++)
            if (change_has(change, f))
                field_row(checking, change, f);
    }
}

/* ---- what the rules say of the same ---- */

/* Changes that a rule is about as a whole: one line says both. */
static const struct {
    const char *code, *change_type;
} same_things[] = {
    {"DS102", "drop_table"},    {"DS103", "drop_column"},        {"BC101", "rename_table"},
    {"BC102", "rename_column"}, {"PG126", "change_column_type"},
};

static struct finding *row_of(const struct checking *checking, const struct finding *finding)
{
    for (size_t i = 0; i < sizeof same_things / sizeof *same_things; i++) {
        if (!text_equal(same_things[i].code, finding->rule->code))
            continue;
        for (int k = 0; k < checking->findings.n; k++) {
            struct finding *row = checking->findings.item[k];
            bool named = row->column && !finding->column && text_has(finding->message, row->column);
            bool same = text_equal(row->table, finding->table) &&
                        (!row->column || text_equal(row->column, finding->column) || named);
            if (!row->rule && same && text_equal(row->change_type, same_things[i].change_type))
                return row;
        }
    }
    return NULL;
}

static void found_add(struct checking *checking, struct finding *finding)
{
    struct finding *row = finding->file ? NULL : row_of(checking, finding);
    if (!row) {
        list_add(checking->ctx->mem, &checking->findings, finding);
        return;
    }
    row->rule = finding->rule;
    row->lock = finding->lock;
    row->severity = finding->severity;
    row->size = finding->size;
    row->sql = finding->sql;
}

static int findings_collect(struct checking *checking)
{
    const struct request *request = checking->request;
    const struct names files = request_list(checking->ctx->mem, request, "files");
    struct check_options options = {
        .files = &files, .all = request_flag(request, "all_files"), .pending = checking->pending};
    if (checking->plan)
        options.hazards = &checking->plan->hazards;
    struct check_found found = {0};
    rows_add(checking);
    TRY(check_files(checking->ctx, checking->session, &options, &found));
    checking->tree = found.tree;
    for (int i = 0; i < found.findings.n; i++)
        found_add(checking, found.findings.item[i]);
    return 0;
}

/* ---- showing it ---- */

/* Says no more than was looked at. */
static const char *nothing_found(const struct checking *checking)
{
    if (checking->compared)
        return "No schema changes detected.";
    if (request_list(checking->ctx->mem, checking->request, "files").n)
        return "No rule says anything of these files.";
    return "No rule says anything of the files that wait. No change was looked for: the configuration names no models "
           "(model_paths) and no schema_files.";
}

static void text_show(const struct checking *checking, struct report *report)
{
    static const char *const columns[] = {"Severity", "Change", "Table", "Column", "Message", "Required Flag", NULL};
    static const enum tone tones[] = {TONE_DIM, TONE_PLAIN, TONE_WARN, TONE_BAD};
    struct arena *mem = checking->ctx->mem;
    const struct list *findings = &checking->findings;
    const char *title = arena_printf(mem, "Safety Check - %s", checking->session->database->name);
    struct report_block *table = findings->n ? report_table(report, title, columns) : NULL;
    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = findings->item[i];
        const char *change = finding->change_type;
        if (finding->rule)
            change = arena_printf(mem, "%s %s", finding->rule->code, change ? change : finding->rule->name);
        const char *message = finding->file ? arena_printf(mem, "%s:%d:%d: %s", finding->file, finding->line,
                                                           finding->column_at, finding->message)
                                            : finding->message;
        const char *cells[] = {text_upper(mem, severity_names[finding->severity]),
                               change,
                               finding->table ? finding->table : "",
                               finding->column ? finding->column : "",
                               message,
                               finding->severity == SEVERITY_WARNING ? "--force" : "",
                               NULL};
        report_row(report, table, tones[finding->severity], cells);
    }
    if (!findings->n)
        report_line(report, TONE_GOOD, "%s", nothing_found(checking));
}

/* Each rule once, below the table: why, and what to do instead. */
static void advice_show(const struct checking *checking, struct report *report)
{
    struct names told = {0};
    for (int i = 0; i < checking->findings.n; i++) {
        const struct finding *finding = checking->findings.item[i];
        if (!finding->rule || names_have(&told, finding->rule->code))
            continue;
        names_add(checking->ctx->mem, &told, finding->rule->code);
        report_line(report, TONE_PLAIN, "%s %s%s%s%s", finding->rule->code, finding->rule->name,
                    finding->lock ? " (lock: " : "", finding->lock ? finding->lock : "", finding->lock ? ")" : "");
        report_line(report, TONE_PLAIN, "  %s", finding->rule->why);
        report_line(report, TONE_PLAIN, "  Instead: %s", finding->rule->safe);
    }
}

static void show(const struct checking *checking, struct reply *reply)
{
    struct arena *mem = checking->ctx->mem;
    json_set_text(mem, reply->json, "database", checking->session->database->name);
    json_set_text(mem, reply->json, "configuration", checking->session->config->source);
    json_set(mem, reply->json, "findings", findings_json(mem, &checking->findings));
    text_show(checking, &reply->report);
    advice_show(checking, &reply->report);
}

/* ---- for other programs: one document, of however many databases ---- */

static void database_add(struct ctx *ctx, const struct json *reply, struct json *all)
{
    const struct json *findings = json_get(reply, "findings");
    const char *database = json_get_text(reply, "database");
    for (int i = 0; findings && i < findings->n; i++) {
        json_set_text(ctx->mem, findings->item[i], "database", database);
        json_add(ctx->mem, all, findings->item[i]);
    }
    if (!findings)
        emit_warning(ctx, "%s could not be checked: %s", database, json_get_text(json_get(reply, "error"), "message"));
}

/* NULL: nothing could be looked at. */
static const struct json *findings_of(struct ctx *ctx, const struct json *reply)
{
    const struct json *databases = json_get(reply, "databases");
    struct json *all = databases ? json_array(ctx->mem) : NULL;
    for (int i = 0; databases && i < databases->n; i++)
        database_add(ctx, databases->item[i], all);
    return all ? all : json_get(reply, "findings");
}

static const char *source_of(const struct json *reply)
{
    const struct json *databases = json_get(reply, "databases");
    const char *source = json_get_text(databases && databases->n ? databases->item[0] : reply, "configuration");
    return text_equal(source, "options") ? NULL : source;
}

static void document_show(struct ctx *ctx, const char *format, struct reply *reply)
{
    struct arena *mem = ctx->mem;
    const struct json *findings = findings_of(ctx, reply->json);
    reply->report = (struct report){.mem = mem};
    if (!findings)
        return;
    const char *text =
        text_equal(format, "json") ? json_text(mem, findings, JSON_INDENTED)
        : text_equal(format, "sarif")
            ? json_text(mem, findings_sarif(mem, findings, source_of(reply->json), DBW_VERSION), JSON_INDENTED)
            : findings_github(mem, findings);
    report_raw(&reply->report, text);
}

static int verdict(const struct checking *checking)
{
    enum severity worst = SEVERITY_OFF;
    for (int i = 0; i < checking->findings.n; i++) {
        const struct finding *finding = checking->findings.item[i];
        worst = finding->severity > worst ? finding->severity : worst;
    }
    if (worst == SEVERITY_ERROR) {
        fail(checking->ctx, ERR_FAILED, "Safety check failed: blocking changes detected.");
        return fail_hint(checking->ctx,
                         "Change them, or write \"-- dbwarden: allow CODE reason\" above the statement.");
    }
    if (worst < SEVERITY_WARNING || request_flag(checking->request, "force"))
        return 0;
    return fail(checking->ctx, ERR_FAILED, "Safety check failed: warning-level changes require --force.");
}

static int look(struct checking *checking)
{
    const struct names files = request_list(checking->ctx->mem, checking->request, "files");
    TRY(session_folder(checking->ctx, checking->session));
    if (!files.n)
        TRY(change_find(checking));
    return findings_collect(checking);
}

/* Writes, and looks again: what is left is shown. */
static int fix(struct checking *checking, struct reply *reply)
{
    struct ctx *ctx = checking->ctx;
    struct names written = {0}, left = {0};
    const struct check_found found = {checking->findings, checking->tree};
    TRY(check_fix(ctx, checking->session, &found, &written, &left));
    json_set(ctx->mem, reply->json, "fixed", json_names(ctx->mem, &written));
    for (int i = 0; i < written.n; i++)
        emit_info(ctx, "Written in its safe form: %s", written.item[i]);
    for (int i = 0; i < left.n; i++)
        emit_warning(ctx, "%s", left.item[i]);
    if (!written.n)
        return 0;
    checking->session->folder = NULL;
    *checking = (struct checking){.ctx = ctx, .request = checking->request, .session = checking->session};
    return look(checking);
}

static int check_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct checking checking = {.ctx = ctx, .request = request, .session = session};
    session->offline = request_flag(request, "offline");
    TRY(look(&checking));
    if (request_flag(request, "fix"))
        TRY(fix(&checking, reply));
    show(&checking, reply);
    return verdict(&checking);
}

static int check_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    const char *format = request_text(request, "out");
    ctx->ask = NULL; /* looking never asks */
    int code = each_entry(ctx, request, check_one, reply);
    if (!text_equal(format, "txt"))
        document_show(ctx, format, reply);
    return code;
}

static const struct option_info options[] = {
    {.name = "FILES",
     .type = OPTION_LIST,
     .marks = OPTION_POSITIONAL,
     .help = "migration files, by name or version, or other files of SQL; without them the pending change and the "
             "files that wait"},
    {.name = "out",
     .letter = 'o',
     .type = OPTION_CHOICE,
     .value = "FORMAT",
     .otherwise = "txt",
     .choices = "txt|json|sarif|github",
     .help = "how to print it"},
    {.name = "force", .type = OPTION_FLAG, .help = "warnings are shown, but are not a failure"},
    {.name = "fix",
     .type = OPTION_FLAG,
     .help =
         "write the safe form into hand-written files that wait, where there is one (CONCURRENTLY; keys from an index that "
         "is built before; NOT VALID, with VALIDATE and SET NOT NULL in a file of its own)"},
    {.name = "all-files", .type = OPTION_FLAG, .help = "check every file of the folder, applied ones too"},
    DATABASE_OPTION,
    ALL_OPTION("check"),
    RENAME_OPTIONS,
    NORMALISE_OPTION,
    OFFLINE_OPTION,
    {0},
};

const struct command check_command = {
    .name = "check",
    .summary = "Say what is dangerous about changes that wait, before they run",
    .description =
        "Looks at the change that no migration holds yet (the models against the database) and at the files that "
        "wait, or at files that are named, and says what takes which lock, rewrites a table, loses rows, fails on rows "
        "that are there, or breaks programs that run: with the place, the reason, and the safe way. Nothing is run. "
        "Errors fail (exit status 1), warnings too unless --force is given. A comment \"-- dbwarden: allow CODE "
        "reason\" above a statement says that it is meant.\n"
        "\n"
        "Examples:\n"
        "  dbwarden check\n"
        "  dbwarden check 0004 -o json\n"
        "  dbwarden check -o sarif > check.sarif",
    .option = options,
    .run = check_run,
    .topic = TOPIC_LOOK,
};
