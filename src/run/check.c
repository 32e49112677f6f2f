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

/* A file of another place: a migration, or SQL without sections. */
static int file_open(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration)
{
    struct sql_piece text = {.line = 1, .column = 1};
    char *bytes;
    TRY(file_read(ctx, path, 0, &bytes, &text.length));
    text.text = bytes;
    if (strcasestr(bytes, "-- upgrade"))
        return migration_of_text(ctx, dialect, path, &text, migration);
    return lint_text(ctx, dialect, path, &text, migration);
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
            list_add(ctx->mem, chosen, migration);
            return 0;
        }
    }
    if (file_exists(word)) {
        TRY(file_open(ctx, session->database->dialect, word, &migration));
        list_add(ctx->mem, chosen, migration);
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

int check_files(struct ctx *ctx, struct session *session, const struct check_options *options, struct list *findings)
{
    struct list files = {0};
    struct map sizes, severities;
    map_init(&sizes, ctx->mem);
    map_init(&severities, ctx->mem);
    struct lint_input input = {.sizes = &sizes, .severities = &severities};
    TRY(severities_read(ctx, session, &severities));
    TRY(tree_find_out(ctx, session, &input.tree));
    TRY(check_choose(ctx, session, options, &files));
    for (int i = 0; i < files.n; i++)
        TRY(migration_check(ctx, files.item[i], false));
    if (options->pending)
        list_add(ctx->mem, &files, options->pending);
    sizes_read(ctx, session, &sizes);
    input.target = session->target;
    input.waits_for_locks = session->limits.lock <= 0;
    TRY(lint_files(ctx, &input, &files, findings));
    unplace(ctx->mem, options->pending, findings);
    return 0;
}
