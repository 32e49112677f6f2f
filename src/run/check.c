/*
 * The rules (lint/) held against files of a project.  What they ask of a database is read first, and nothing is run: the
 * schema before those files, sizes of tables as its statistics estimate them, and how long statements wait for locks.
 */
#include "run/check.h"

#include "base/file.h"
#include "base/text.h"
#include "run/parts.h"

/* ---- which files ---- */

static bool is_named(struct arena *mem, const struct migration *migration, const char *word)
{
    int64_t number;
    const char *slash = strrchr(word, '/');
    const char *base = slash ? slash + 1 : word;
    return text_equal(migration->filename, base) || (text_to_int(word, &number) && number == migration->number) ||
           text_equal(path_stem(mem, migration->filename), base);
}

static void all_of(struct ctx *ctx, const struct folder *folder, struct list *all)
{
    const struct list *const lists[] = {&folder->versioned, &folder->always, &folder->on_change};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            list_add(ctx->mem, all, lists[l]->item[i]);
}

/* A file of another place. */
static int file_open(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration)
{
    struct sql_piece text = {.line = 1, .column = 1};
    char *bytes;
    TRY(file_read(ctx, path, 0, &bytes, &text.length));
    text.text = bytes;
    return migration_of_sql(ctx, dialect, path, &text, migration);
}

static void once_add(struct arena *mem, struct list *chosen, struct migration *migration)
{
    for (int i = 0; i < chosen->n; i++)
        if (text_equal(((const struct migration *)chosen->item[i])->path, migration->path))
            return;
    list_add(mem, chosen, migration);
}

static int named_find(struct ctx *ctx, struct session *session, const struct list *all, const char *word,
                      struct list *chosen)
{
    struct migration *migration;
    struct names known = {0};
    for (int i = 0; i < all->n; i++) {
        migration = all->item[i];
        names_add(ctx->mem, &known, migration->filename);
        if (is_named(ctx->mem, migration, word)) {
            once_add(ctx->mem, chosen, migration);
            return 0;
        }
    }
    if (file_exists(word)) {
        TRY(file_open(ctx, session->database->dialect, word, &migration));
        once_add(ctx->mem, chosen, migration);
        return 0;
    }
    const char *near = text_nearest(&known, word);
    fail(ctx, ERR_USAGE, "there is no migration or file %s", word);
    return near ? fail_hint(ctx, "Did you mean %s?", near) : fail_hint(ctx, "\"dbwarden status\" lists the files.");
}

/* Of a repeatable one: it runs again, or it does not. */
static bool is_waiting(struct ctx *ctx, const struct session *session, const struct migration *migration,
                       int64_t snapshot)
{
    if (!session->conn)
        return migration->number < 0 || migration->number > snapshot;
    if (migration->number >= 0)
        return !applied_version(&session->applied, migration->number);
    return migration->type == MIGRATION_RUNS_ALWAYS || repeatable_changed(ctx->mem, session, migration);
}

int check_choose(struct ctx *ctx, struct session *session, const struct check_options *options, struct list *chosen)
{
    struct list all = {0};
    int64_t snapshot = -1;
    all_of(ctx, session->folder, &all);
    if (options->files && options->files->n) {
        for (int i = 0; i < options->files->n; i++)
            TRY(named_find(ctx, session, &all, options->files->item[i], chosen));
        return 0;
    }
    if (session->conn)
        TRY(session_reload(ctx, session));
    else if (session->newest)
        snapshot = snapshot_number(session->newest);
    for (int i = 0; i < all.n; i++)
        if (options->all || is_waiting(ctx, session, all.item[i], snapshot))
            list_add(ctx->mem, chosen, all.item[i]);
    return 0;
}

/* ---- what is known ---- */

/* Best effort: without the right to look, severities stay as they are. */
static void sizes_read(struct ctx *ctx, struct session *session, struct map *sizes)
{
    struct rows rows = {0};
    const char *sql = session->database->dialect->table_sizes;
    if (!session->conn || !sql)
        return;
    struct error error = ctx->error;
    if (conn_query(ctx, session->conn, sql, NULL, &rows) < 0) {
        ctx->error = error;
        return;
    }
    const char *usual = target_usual(session->target);
    for (int i = 0; i < rows.row.n; i++) {
        const char **cell = rows.row.item[i];
        struct table_size *size = NEW(ctx->mem, struct table_size);
        if (!cell[2] || !text_to_int(cell[2], &size->rows) || !cell[3] || !text_to_int(cell[3], &size->bytes))
            continue;
        bool bare = !cell[0] || text_equal(cell[0], usual);
        map_set(sizes, bare ? cell[1] : arena_printf(ctx->mem, "%s.%s", cell[0], cell[1]), size);
    }
}

/* Where neither a database nor a snapshot says what is there, the words of the files are judged alone. */
static int tree_find_out(struct ctx *ctx, struct session *session, const struct tree **tree)
{
    struct current current;
    int code = current_read(ctx, session, &current);
    if (code == ERR_CONNECT) {
        emit_warning(ctx, "%s; the files are judged by their words alone", ctx->error.message);
        ctx->error = (struct error){0};
        return 0;
    }
    TRY(code);
    if (session->conn || session->newest)
        *tree = current.tree;
    return 0;
}

static int severities_read(struct ctx *ctx, const struct session *session, struct map *severities)
{
    const struct json *given = session->database->severities;
    for (int i = 0; given && i < given->n; i++) {
        const struct lint_rule *rule = rule_find(given->key[i]);
        if (!rule) {
            fail(ctx, ERR_CONFIG, "check_severity: there is no rule %s", given->key[i]);
            return fail_hint(ctx, "The documentation's page of rules lists their codes and names.");
        }
        enum severity *severity = NEW(ctx->mem, enum severity);
        while (!text_equal(severity_names[*severity], given->item[i]->text))
            (*severity)++;
        map_set(severities, rule->code, severity);
    }
    return 0;
}

/* Does who writes keep out who reads?  Where that cannot be asked, the files are judged as if not. */
static bool writer_is_alone(struct ctx *ctx, struct session *session)
{
    struct rows rows = {0};
    const char *sql = session->database->dialect->writer_is_alone;
    if (!session->conn || !sql)
        return false;
    struct error error = ctx->error;
    if (conn_query(ctx, session->conn, sql, NULL, &rows) < 0) {
        ctx->error = error;
        return false;
    }
    return rows.row.n == 1 && text_equal(((const char **)rows.row.item[0])[0], "1");
}

/* What a text without a file found has no place in one. */
static void unplace(struct arena *mem, const struct migration *pending, const struct list *findings)
{
    for (int i = 0; pending && i < findings->n; i++) {
        struct finding *finding = findings->item[i];
        if (finding->file != pending->path)
            continue;
        const struct sql_piece *piece = finding->statement ? &pending->up.piece[finding->statement - 1] : NULL;
        finding->sql = piece ? arena_copy(mem, piece->text, piece->length) : NULL;
        finding->file = NULL;
        finding->line = finding->column_at = finding->statement = 0;
    }
}

/* ---- what plans know ---- */

const char *check_table(struct arena *mem, const struct object *object)
{
    const struct object *top = object_top(object);
    const char *schema = object_schema(top);
    return *schema ? arena_printf(mem, "%s.%s", schema, top->name) : top->name;
}

static bool is_found(const struct list *findings, const char *hazard, const struct finding *finding)
{
    for (int i = 0; i < findings->n; i++) {
        const struct finding *other = findings->item[i];
        if (!other->file && rule_has_hazard(other->rule, hazard) && text_equal(other->table, finding->table) &&
            (!finding->column || text_equal(other->column, finding->column)))
            return true;
    }
    return false;
}

/* Both trees say more than the words of the statements do. */
static void hazards_add(struct ctx *ctx, const struct lint_input *input, const struct list *hazards,
                        struct list *findings)
{
    for (int i = 0; hazards && i < hazards->n; i++) {
        const struct hazard *hazard = hazards->item[i];
        const struct lint_rule *rule = rule_of_hazard(hazard->code, hazard->change);
        const struct object *object = hazard->column   ? hazard->column
                                      : hazard->change ? change_object(hazard->change)
                                                       : NULL;
        if (!rule || hazard->expected)
            continue;
        struct finding *finding = NEW(ctx->mem, struct finding);
        *finding = (struct finding){.rule = rule,
                                    .severity = lint_severity(input, rule),
                                    .lock = rule_lock(rule, input->target->dialect),
                                    .message = hazard->text};
        if (object) {
            finding->table = check_table(ctx->mem, object);
            finding->column = object_top(object) == object ? NULL : object->name;
        }
        if (finding->severity != SEVERITY_OFF && !is_found(findings, hazard->code, finding))
            list_add(ctx->mem, findings, finding);
    }
}

static bool has_hazard(const struct list *findings, const struct migration *migration, const char *hazard)
{
    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = findings->item[i];
        if (text_equal(finding->file, migration->path) && rule_has_hazard(finding->rule, hazard))
            return true;
    }
    return false;
}

/* What make-migrations noted beside a file, as long as that is as it was planned, and words do not say. */
static int notes_add(struct ctx *ctx, const struct lint_input *input, const struct migration *migration,
                     struct list *findings)
{
    struct plan_note *note;
    TRY(plan_note_read(ctx, migration, &note));
    for (int i = 0; note && note->trusted && note->hazards && i < note->hazards->n; i++) {
        const struct json *hazard = note->hazards->item[i];
        const char *code = json_get_text(hazard, "code");
        const struct lint_rule *rule = rule_of_hazard(code, NULL);
        if (!rule || has_hazard(findings, migration, code) || lint_severity(input, rule) == SEVERITY_OFF)
            continue;
        struct finding *finding = NEW(ctx->mem, struct finding);
        *finding = (struct finding){.rule = rule,
                                    .severity = lint_severity(input, rule),
                                    .message = json_get_text(hazard, "text"),
                                    .file = migration->path,
                                    .line = 1,
                                    .column_at = 1};
        list_add(ctx->mem, findings, finding);
    }
    return 0;
}

static int applied_judge(struct ctx *ctx, const struct session *session, const struct lint_input *input,
                         const struct migration *migration, struct list *findings)
{
    const struct applied *row =
        session->conn && migration->number >= 0 ? applied_version(&session->applied, migration->number) : NULL;
    if (!row || !migration_edited(ctx->mem, session, migration, row))
        return 0;
    struct finding *finding = NEW(ctx->mem, struct finding);
    const struct lint_rule *rule = rule_find("PR101");
    *finding = (struct finding){.rule = rule,
                                .severity = lint_severity(input, rule),
                                .message = rule->says,
                                .file = migration->path,
                                .line = 1,
                                .column_at = 1};
    if (finding->severity != SEVERITY_OFF)
        list_add(ctx->mem, findings, finding);
    return 0;
}

static int files_judge(struct ctx *ctx, struct session *session, const struct check_options *options,
                       struct lint_input *input, struct list *findings)
{
    struct list files = {0};
    if (options->chosen)
        files = list_duplicate(ctx->mem, options->chosen);
    else
        TRY(check_choose(ctx, session, options, &files));
    for (int i = 0; i < files.n; i++)
        TRY(migration_check(ctx, files.item[i], false));
    const struct list written = list_duplicate(ctx->mem, &files);
    if (options->pending)
        list_add(ctx->mem, &files, options->pending);
    TRY(lint_files(ctx, input, &files, findings));
    unplace(ctx->mem, options->pending, findings);
    hazards_add(ctx, input, options->hazards, findings);
    for (int i = 0; i < written.n; i++) {
        TRY(notes_add(ctx, input, written.item[i], findings));
        TRY(applied_judge(ctx, session, input, written.item[i], findings));
    }
    return 0;
}

int check_files(struct ctx *ctx, struct session *session, const struct check_options *options,
                struct check_found *found)
{
    struct map sizes, severities;
    struct list naming = {0};
    map_init(&sizes, ctx->mem);
    map_init(&severities, ctx->mem);
    struct lint_input input = {.sizes = &sizes,
                               .severities = &severities,
                               .naming = &naming,
                               .waits_for_locks = session->limits.lock <= 0,
                               .runs_without_limit = session->limits.statement <= 0};
    TRY(severities_read(ctx, session, &severities));
    TRY(tree_find_out(ctx, session, &input.tree));
    found->tree = input.tree;
    sizes_read(ctx, session, &sizes);
    input.target = session->target;
    input.writer_is_alone = writer_is_alone(ctx, session);
    int code = naming_open(ctx, session->database->naming, &naming);
    if (!code)
        code = files_judge(ctx, session, options, &input, &found->findings);
    naming_close(&naming);
    return code;
}

int check_ceiling(struct ctx *ctx, struct session *session, const struct list *files, enum severity ceiling)
{
    const struct check_options options = {.chosen = files};
    struct check_found found = {0};
    TRY(check_files(ctx, session, &options, &found));
    for (int i = 0; i < found.findings.n; i++) {
        const struct finding *finding = found.findings.item[i];
        if (finding->severity <= ceiling)
            continue;
        fail(ctx, ERR_FAILED, "%s %s (%s) is more than --max-severity allows, so nothing is run: %s",
             finding->rule->code, finding->rule->name, severity_names[finding->severity], finding->message);
        fail_hint(ctx, "%s `dbwarden check` shows all of them; \"-- dbwarden: allow %s reason\" says that it is meant.",
                  finding->rule->safe, finding->rule->code);
        return fail_at(ctx, finding->file, finding->line, finding->column_at);
    }
    return 0;
}
