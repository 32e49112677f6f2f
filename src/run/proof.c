/*
 * The proof of a way back: up, down and up again, in a scratch database that all files before have been run in.  What a file led
 * to and what it started from are read as the server has them, so both sides are spelled by the same server and every difference
 * is one.  What fails is not the end: the database is made anew up to that file, and the next one is tried.
 * Not here: how files are run there (replayed.c).
 */
#include "run/proof.h"

#include "base/text.h"
#include "dialect/sample.h"
#include "diff/describe.h"
#include "diff/diff.h"
#include "run/parts.h"
#include "run/replayed.h"
#include "schema/unmodelled.h"

struct proving {
    struct ctx *ctx;
    struct session *replay;
    const struct replay_options *options;
    struct list repeatable[2]; /* put aside: they are about the end */
};

static const char *const outcome_names[] = {
    [PROOF_HOLDS] = "holds",     [PROOF_NONE] = "none",   [PROOF_IRREVERSIBLE] = "irreversible",
    [PROOF_DIFFERS] = "differs", [PROOF_FAILS] = "fails",
};

const char *proof_outcome_name(enum proof_outcome outcome)
{
    return outcome_names[outcome];
}

int proof_faults(const struct proof *proof)
{
    int n = 0;
    for (int i = 0; i < proof->file.n; i++) {
        const struct proof_file *file = proof->file.item[i];
        n += file->outcome == PROOF_DIFFERS || file->outcome == PROOF_FAILS;
    }
    return n;
}

/* ---- running ---- */

/* Nobody is told how scratch databases come along. */
static int step(struct proving *proving, const struct migration *migration, bool down)
{
    struct ctx *ctx = proving->ctx;
    struct session *replay = proving->replay;
    struct arena_mark mark = arena_save(ctx->mem);
    event_fn *on_event = ctx->on_event;
    ctx->on_event = NULL;
    int code = session_lock(ctx, replay);
    if (!code)
        code = session_reload(ctx, replay);
    if (!code)
        code = execute_file(ctx, replay, migration, down);
    lock_release(&replay->lock);
    ctx->on_event = on_event;
    if (!code)
        arena_rewind(ctx->mem, mark);
    return code;
}

static void repeatables_aside(struct proving *proving)
{
    struct folder *folder = proving->replay->folder;
    proving->repeatable[0] = folder->always;
    proving->repeatable[1] = folder->on_change;
    folder->always = folder->on_change = (struct list){0};
}

static void repeatables_back(struct proving *proving)
{
    proving->replay->folder->always = proving->repeatable[0];
    proving->replay->folder->on_change = proving->repeatable[1];
}

/* After a failure nobody knows what is there. */
static int begin_again(struct proving *proving, const char *version)
{
    struct session old = *proving->replay, fresh = {0};
    int code = replay_open(proving->ctx, &old, proving->options, &fresh);
    session_close(&old);
    *proving->replay = fresh;
    TRY(code);
    repeatables_aside(proving);
    return replay_run(proving->ctx, proving->replay, version);
}

/* What the session finds out about its own tables outlives the memory of steps. */
static int tables_prepare(struct proving *proving)
{
    int code = session_lock(proving->ctx, proving->replay);
    lock_release(&proving->replay->lock);
    return code;
}

/* ---- comparing ---- */

static int shape_read(struct ctx *look, struct proving *proving, struct target *target, struct tree **tree)
{
    struct session *replay = proving->replay;
    TRY(replay_read(look, replay, tree));
    TRY(target_read(look, replay->conn, target));
    filter_apply(&replay->database->filter, target_usual(target), *tree);
    tree_settle(look->mem, target, *tree);
    return 0;
}

static void change_tell(struct arena *mem, const struct change *change, struct names *details)
{
    const char *how = change_details(mem, change), *path = object_path(mem, change_object(change));
    const char *const words[] = {
        [CHANGE_CREATE] = "was not there before", [CHANGE_DROP] = "does not come back", [CHANGE_ALTER] = "is another",
        [CHANGE_RENAME] = "has another name",     [CHANGE_REBUILD] = "is another",      [CHANGE_FINISH] = "is another"};
    names_add(mem, details, arena_printf(mem, "%s %s%s%s", path, words[change->op], how && *how ? ": " : "", how));
}

/* What is there now (`after`) and was not so `before`. */
static int shape_compare(struct ctx *look, const struct target *target, struct tree *before, struct tree *after,
                         struct names *details)
{
    const struct names gone = unmodelled_open(look->mem, before, after);
    const struct list extra = unmodelled_extra(look->mem, before, after);
    const struct names new = unmodelled_texts(look->mem, &extra);
    const struct diff_input input = {.target = target, .before = before, .after = after};
    struct changes *changes;
    TRY(diff_trees(look, &input, &changes));
    for (int i = 0; i < changes->list.n; i++)
        change_tell(look->mem, changes->list.item[i], details);
    for (int i = 0; i < gone.n; i++)
        names_add(look->mem, details, arena_printf(look->mem, "%s does not come back", gone.item[i]));
    for (int i = 0; i < new.n; i++)
        names_add(look->mem, details, arena_printf(look->mem, "%s was not there before", new.item[i]));
    return 0;
}

/* ---- rows ---- */

/* Where a file leads to, and from where. */
struct journey {
    struct tree *start, *end;
    bool drops; /* it takes something away, and says so */
};

enum { MOST_ROWS = 5000 }; /* of a table; of more only their number is looked at */

/* Rows of a table as one text, whatever their order: of all columns, and of those that the file leaves in it. */
struct rows_seen {
    const struct object *table;
    const char *all, *kept; /* NULL of `kept`: the file drops the table, or calls it otherwise */
};

static const char *cells_text(struct arena *mem, const struct rows *rows, const bool *counts)
{
    struct names lines = {0};
    for (int row = 0; row < rows->row.n; row++) {
        const char *const *cell = rows->row.item[row];
        struct buf line;
        buf_init(&line, mem);
        for (int i = 0; i < rows->columns.n; i++)
            if (!counts || counts[i])
                buf_addf(&line, "%s|", cell[i] ? text_replace(mem, cell[i], "|", "||") : "|NULL");
        names_add(mem, &lines, line.data);
    }
    names_sort(&lines);
    return names_join(mem, &lines, "\n");
}

/* One that is there for the defaults of others alone has no values. */
static bool is_unseen(const struct object *column)
{
    return column->kind == KIND_COLUMN && ((const struct column *)column)->ephemeral;
}

static int table_look(struct ctx *look, struct conn *conn, const struct object *table, const struct object *then,
                      struct rows_seen *seen)
{
    const struct ident_rules *ident = conn->dialect->ident;
    bool *counts = NEW_ARRAY(look->mem, bool, table->children.n + 1);
    struct names columns = {0};
    struct buf sql;
    struct rows rows;
    buf_init(&sql, look->mem);
    buf_add(&sql, "SELECT ");
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        if (!kind_is(column->kind, KIND_IS_COLUMN) || is_unseen(column))
            continue;
        counts[columns.n] = then && object_child(then, column->kind, column->name);
        names_add(look->mem, &columns, column->name);
    }
    *seen = (struct rows_seen){.table = table, .all = ""};
    if (!columns.n)
        return 0;
    ident_add_names(&sql, ident, &columns);
    buf_add(&sql, " FROM ");
    ident_add_qualified(&sql, ident, object_schema(table), table->name);
    buf_addf(&sql, " LIMIT %d", MOST_ROWS);
    TRY(conn_query(look, conn, sql.data, NULL, &rows));
    bool few = rows.row.n < MOST_ROWS;
    seen->all = few ? cells_text(look->mem, &rows, NULL) : "many";
    seen->kept = !then ? NULL : few ? cells_text(look->mem, &rows, counts) : "many";
    return 0;
}

static bool holds_rows(const struct object *object)
{
    return kind_is(object->kind, KIND_HOLDS_ROWS) && !object_is_foreign(object) &&
           !kind_is(object->kind, KIND_NAMESPACE);
}

static bool has_tables(const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (holds_rows(o))
            return true;
    return false;
}

/* All rows of the schema at its start, as far as it has tables. */
static int rows_look(struct ctx *look, struct conn *conn, const struct tree *start, const struct tree *end,
                     struct list *seen)
{
    for (struct object *o = start->root; o; o = object_next(start->root, o)) {
        if (!holds_rows(o))
            continue;
        struct rows_seen *one = NEW(look->mem, struct rows_seen);
        TRY(table_look(look, conn, o, tree_find(end, o->kind, object_schema(o), o->name), one));
        list_add(look->mem, seen, one);
    }
    return 0;
}

/* A file without the word takes nothing away: what has another name than before may still be there. Of a program nobody knows. */
static bool drops_something(const struct migration *migration, const struct dialect *dialect)
{
    if (migration->script)
        return true;
    for (int i = 0; i < migration->up.n; i++) {
        struct lexer lexer;
        lex_open(&lexer, dialect->lex, migration->up.piece[i].text, migration->up.piece[i].length);
        for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
            if (token_is(&token, "drop"))
                return true;
    }
    return false;
}

static void rows_compare(struct arena *mem, const struct journey *journey, const struct list *before,
                         const struct list *after, struct names *details)
{
    for (int i = 0; i < before->n; i++) {
        const struct rows_seen *then = before->item[i], *now = after->item[i];
        bool kept = journey->drops && (!then->kept || text_equal(then->kept, now->kept));
        if (kept || text_equal(then->all, now->all))
            continue;
        names_add(mem, details,
                  arena_printf(mem, "rows of %s are not what they were%s", object_path(mem, then->table),
                               *now->all ? "" : ": all are gone"));
    }
}

int replays_compare(struct ctx *ctx, const struct target *target, const struct replayed *before,
                    const struct replayed *after, struct names *details)
{
    const struct journey journey = {.start = before->tree, .end = before->tree};
    struct list then = {0}, now = {0};
    TRY(rows_look(ctx, before->conn, before->tree, before->tree, &then));
    TRY(shape_compare(ctx, target, before->tree, after->tree, details));
    if (details->n)
        return 0;
    TRY(rows_look(ctx, after->conn, before->tree, before->tree, &now));
    rows_compare(ctx->mem, &journey, &then, &now, details);
    return 0;
}

/* ---- a file ---- */

static void error_keep(struct ctx *ctx, struct proof_file *file, const char *when)
{
    const struct place *place = &ctx->error.place;
    const char *where = place->line > 0 ? arena_printf(ctx->mem, "line %d: ", place->line) : "";
    file->outcome = PROOF_FAILS;
    names_add(ctx->mem, &file->details, arena_printf(ctx->mem, "%s%s%s", when, where, ctx->error.message));
    ctx->error = (struct error){0};
}

static bool ends_the_proof(enum err code)
{
    return code == ERR_CANCELLED || code == ERR_CONNECT || code == ERR_LIMIT;
}

/* A step back, or forth again: what it fails with is what is found. */
static int try(struct proving *proving, const struct migration *migration, bool down, struct proof_file *file)
{
    int code = step(proving, migration, down);
    if (code < 0 && !ends_the_proof(code))
        error_keep(proving->ctx, file, down ? "" : "run again after its rollback: ");
    return code;
}

static void difference_keep(struct arena *mem, const struct names *details, struct proof_file *file)
{
    file->outcome = details->n ? PROOF_DIFFERS : PROOF_HOLDS;
    for (int i = 0; i < details->n; i++)
        names_add(mem, &file->details, arena_dup(mem, details->item[i]));
}

/*
 * Once more with rows in the tables that were there before it.  A file that cannot be run then says nothing of its rollback: it
 * was meant for a database without any.
 */
static int rows_prove(struct ctx *look, struct proving *proving, const struct migration *migration,
                      const struct journey *journey, struct proof_file *file)
{
    struct ctx *ctx = proving->ctx;
    struct conn *conn = proving->replay->conn;
    struct list before = {0}, after = {0};
    struct names details = {0};
    struct sample sample;
    TRY(try(proving, migration, true, file));
    int code = sample_rows(look, conn, journey->start, &sample);
    if (code == ERR_SQL) { /* to whoever is no superuser, say, triggers and foreign keys stay on */
        file->rows = arena_printf(ctx->mem, "none can be made up: %s", look->error.message);
        look->error = (struct error){0};
        return step(proving, migration, false);
    }
    TRY(code);
    TRY(rows_look(look, conn, journey->start, journey->end, &before));
    code = step(proving, migration, false);
    if (code < 0 && !ends_the_proof(code)) {
        file->rows = arena_printf(ctx->mem, "with rows in the tables it cannot be run: %s", ctx->error.message);
        ctx->error = (struct error){0};
        return begin_again(proving, migration->version);
    }
    TRY(code);
    code = step(proving, migration, true);
    if (code < 0 && !ends_the_proof(code))
        error_keep(ctx, file, "with rows in the tables: ");
    TRY(code);
    TRY(rows_look(look, conn, journey->start, journey->end, &after));
    rows_compare(look->mem, journey, &before, &after, &details);
    difference_keep(ctx->mem, &details, file);
    if (details.n)
        return 0;
    TRY(sample_remove(look, conn, &sample));
    return step(proving, migration, false);
}

/* Up, down, up; `look` holds what was seen, as long as it is needed. */
static int there_and_back(struct ctx *look, struct proving *proving, const struct migration *migration,
                          struct proof_file *file)
{
    struct target target;
    struct journey journey = {.drops = drops_something(migration, proving->replay->database->dialect)};
    struct tree *back, *again;
    struct names details = {0};
    TRY(shape_read(look, proving, &target, &journey.start));
    TRY(step(proving, migration, false));
    TRY(shape_read(look, proving, &target, &journey.end));
    TRY(try(proving, migration, true, file));
    TRY(shape_read(look, proving, &target, &back));
    TRY(shape_compare(look, &target, journey.start, back, &details));
    difference_keep(proving->ctx->mem, &details, file);
    if (details.n)
        return 0;
    TRY(try(proving, migration, false, file));
    TRY(shape_read(look, proving, &target, &again));
    TRY(shape_compare(look, &target, journey.end, again, &details));
    difference_keep(proving->ctx->mem, &details, file);
    if (details.n || !has_tables(journey.start))
        return 0;
    if (proving->replay->database->dialect->sample)
        return rows_prove(look, proving, migration, &journey, file);
    file->rows = "no rows are made up for this engine yet";
    return 0;
}

static int file_prove(struct proving *proving, const struct migration *migration, struct proof_file *file)
{
    struct ctx *ctx = proving->ctx, look;
    ctx_open(&look, 0);
    int code = there_and_back(&look, proving, migration, file);
    if (look.error.code) { /* what was seen is forgotten, and with it the texts */
        fail(ctx, look.error.code, "%s", look.error.message);
        if (look.error.hint)
            fail_hint(ctx, "%s", look.error.hint);
    }
    ctx_close(&look);
    return code;
}

/* Without a try: there is nothing to run, or nothing to be undone. */
static bool is_settled(struct ctx *ctx, const struct migration *migration, struct proof_file *file)
{
    bool back = migration->script ? migration->has_down : migration->down.n || !migration->up.n;
    if (back || migration->down_error)
        return false;
    file->outcome = migration->irreversible ? PROOF_IRREVERSIBLE : PROOF_NONE;
    if (migration->irreversible)
        names_add(ctx->mem, &file->details, migration->irreversible);
    return true;
}

static int file_take(struct proving *proving, const struct migration *migration, struct proof *proof)
{
    struct ctx *ctx = proving->ctx;
    struct proof_file *file = NEW(ctx->mem, struct proof_file);
    *file = (struct proof_file){.version = migration->version, .filename = migration->filename};
    list_add(ctx->mem, &proof->file, file);
    if (is_settled(ctx, migration, file))
        return step(proving, migration, false);
    int code = migration_check(ctx, migration, true);
    if (code < 0 && !ends_the_proof(code)) {
        error_keep(ctx, file, "");
        return step(proving, migration, false);
    }
    code = code < 0 ? code : file_prove(proving, migration, file);
    if (code < 0 && file->outcome != PROOF_FAILS)
        return code;
    return file->outcome == PROOF_HOLDS ? 0 : begin_again(proving, migration->version);
}

int replay_prove(struct ctx *ctx, struct session *replay, const struct replay_options *options, struct proof *proof)
{
    struct proving proving = {.ctx = ctx, .replay = replay, .options = options};
    int code = tables_prepare(&proving);
    repeatables_aside(&proving);
    for (int i = 0; !code && i < replay->folder->versioned.n; i++) {
        const struct migration *migration = replay->folder->versioned.item[i];
        emit_progress(ctx, i, replay->folder->versioned.n, migration->filename);
        code = migration_check(ctx, migration, false);
        if (!code)
            code = migration->number < proof->since ? step(&proving, migration, false)
                                                    : file_take(&proving, migration, proof);
    }
    repeatables_back(&proving);
    return code < 0 ? replay_explain(ctx, replay) : 0;
}
