/*
 * Statements, one after the other: which reader takes each, what is left out and what cannot be said.  A shadow of the schema, an
 * empty database of the target, takes every outcome first, so that the next statement is read against what the ones before
 * have made, and what the target would refuse is known here.
 */
#include "translate/translate.h"

#include "base/text.h"
#include "diff/plan.h"
#include "translate/objects.h"

bool translate_needed(const struct dialect *source, const struct dialect *target)
{
    return source && source->engine != target->engine && target->translation && source->lex != target->lex;
}

const struct list *translator_notes(const struct translator *translator)
{
    return &translator->notes;
}

/* ---- notes */

static void note_add(struct translator *t, enum note_kind kind, const char *text)
{
    struct translation_note *added = NEW(t->mem, struct translation_note);
    struct place place = {.file = t->path};
    if (t->piece) {
        place.line = t->piece->line;
        place.column = t->piece->column;
    }
    *added = (struct translation_note){kind, place, text};
    list_add(t->mem, &t->notes, added);
    if (kind != NOTE_CHANGED)
        absent_left_out(t);
}

void note(struct translator *t, enum note_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!t->following)
        note_add(t, kind, arena_vprintf(t->mem, format, args));
    va_end(args);
}

void note_once(struct translator *t, enum note_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(t->mem, format, args);
    va_end(args);
    if (t->following || map_get(&t->told, text))
        return;
    map_set(&t->told, text, t);
    note_add(t, kind, text);
}

/* ---- the shadow */

int shadow_tree(struct translator *t, struct tree **tree)
{
    static const struct filter everything = {0};
    if (!t->tree) {
        TRY(t->target->dialect->load(t->ctx, t->shadow, &everything, &t->tree));
        tree_settle(t->mem, t->target, t->tree);
    }
    *tree = t->tree;
    return 0;
}

static int refused(struct translator *t)
{
    const char *message = t->ctx->error.message;
    if (t->ctx->error.code != ERR_SQL)
        return t->ctx->error.code;
    TRY(absent_said(t, message));
    TRY(mistaken(t, message));
    return fail(t->ctx, ERR_UNSUPPORTED, "%s does not take it: %s", t->target->dialect->title, message);
}

static void made_add(struct translator *t, const char *sql)
{
    struct sql_piece *piece = NEW(t->mem, struct sql_piece);
    *piece = (struct sql_piece){arena_dup(t->mem, sql), strlen(sql), t->piece->line, t->piece->column};
    list_add(t->mem, &t->made, piece);
}

int emit(struct translator *t, const char *sql)
{
    if (conn_exec(t->ctx, t->shadow, sql) < 0)
        return refused(t);
    t->numbered = 0; /* tables that are made again get their rows again */
    t->tree = NULL;
    made_add(t, sql);
    return 0;
}

int try_out(struct translator *t, const char *sql)
{
    return conn_exec(t->ctx, t->shadow, arena_printf(t->mem, "EXPLAIN %s", sql)) < 0 ? refused(t) : 0;
}

bool orders_aggregates(struct translator *t)
{
    if (!t->asked_order) {
        t->asked_order = true;
        t->orders = conn_exec(t->ctx, t->shadow, t->rules->ordered) == 0;
        t->ctx->error = (struct error){0};
    }
    return t->orders;
}

int emit_rows(struct translator *t, const char *sql)
{
    if (t->with)
        sql = arena_printf(t->mem, "%s %s", t->with, sql);
    TRY(try_out(t, sql));
    made_add(t, sql);
    return 0;
}

/* `anew`: the tables are made again. */
static int changes_plan(struct translator *t, struct tree *before, struct tree *after, bool anew, struct plan **plan)
{
    const struct diff_input input = {.target = t->target, .before = before, .after = after};
    const struct plan_options options = {.lose_attached = true};
    struct changes *changes;
    tree_settle(t->mem, t->target, before);
    tree_settle(t->mem, t->target, after);
    TRY(diff_trees(t->ctx, &input, &changes));
    for (struct object *o = after->root; anew && o; o = object_next(after->root, o))
        if (o->kind == KIND_TABLE && o->peer)
            change_add(t->mem, changes, CHANGE_REBUILD, o->peer, o);
    return plan_make(t->ctx, t->target, changes, &options, plan);
}

/* Of the tables in `after`. */
static int emit_planned(struct translator *t, const struct tree *after, bool anew)
{
    struct tree *now, *before = tree_new(t->mem, after->engine), *then = tree_copy(t->mem, after);
    struct plan *plan;
    TRY(shadow_tree(t, &now));
    before->kinds = after->kinds;
    for (const struct object *o = after->root; o; o = object_next(after->root, o)) {
        struct object *table = o->kind == KIND_TABLE ? table_find(t, now, o->name) : NULL;
        if (table)
            object_copy(t->mem, table, tree_schema(t->mem, before, ""));
    }
    TRY(changes_plan(t, before, then, anew, &plan));
    for (int i = 0; i < plan->statements.n; i++)
        TRY(emit(t, ((const struct statement_out *)plan->statements.item[i])->sql));
    return 0;
}

int emit_changes(struct translator *t, const struct tree *after)
{
    return emit_planned(t, after, false);
}

int emit_rebuild(struct translator *t, const struct tree *after)
{
    return emit_planned(t, after, true);
}

static int shadow_fill(struct translator *t, const struct tree *like)
{
    struct tree *before = tree_new(t->mem, like->engine);
    struct plan *plan;
    before->kinds = kind_set_all();
    TRY(changes_plan(t, before, tree_copy(t->mem, like), false, &plan));
    for (int i = 0; i < plan->statements.n; i++)
        TRY(conn_exec(t->ctx, t->shadow, ((const struct statement_out *)plan->statements.item[i])->sql));
    return 0;
}

int translator_open(struct ctx *ctx, const struct dialect *source, const struct target *target, const struct tree *like,
                    struct translator **translator)
{
    struct translator *t = *translator = NEW(ctx->mem, struct translator);
    const struct scratch_spec spec = {0};
    *t = (struct translator){.ctx = ctx, .mem = ctx->mem, .source = source, .target = target};
    t->rules = target->dialect->translation;
    map_init(&t->types, ctx->mem);
    map_init(&t->told, ctx->mem);
    map_init(&t->constants, ctx->mem);
    map_init(&t->variables, ctx->mem);
    map_init(&t->prepared, ctx->mem);
    map_init(&t->documents, ctx->mem);
    if (source->usual_name)
        names_add(ctx->mem, &t->schemas, source->usual_name);
    TRY(target->dialect->driver->scratch(ctx, &spec, &t->shadow));
    return shadow_fill(t, like);
}

void translator_close(struct translator **translator)
{
    if (*translator)
        conn_close(&(*translator)->shadow);
    *translator = NULL;
}

/* ---- statements */

/* A query that only asks; what it calls might do more. */
static int query(struct scan *scan)
{
    const char *text;
    TRY(text_translate(scan, scan->at, scan->n, &text));
    note(scan->t, NOTE_LEFT_OUT, "a query changes nothing");
    return 0;
}

/* After WITH a AS (...), b AS (...): as such a statement without it, with that in front. */
static int rows_with(struct scan *scan)
{
    static const char *const mains[] = {"insert", "replace", "update", "delete", NULL};
    struct translator *t = scan->t;
    const char *text;
    int depth = 0, main = scan->at;
    while (main < scan->n && (depth || !token_is_one_of(&scan->token[main], mains))) {
        depth += token_is(&scan->token[main], "(") - token_is(&scan->token[main], ")");
        main++;
    }
    TRY(text_translate(scan, scan->at, main, &text));
    if (main == scan->n)
        return emit_rows(t, text);
    t->with = text;
    scan->at = main;
    int code = scan_is(scan, "update")   ? rows_update(scan)
               : scan_is(scan, "delete") ? rows_delete(scan)
                                         : rows_insert(scan);
    t->with = NULL;
    return code;
}

static const struct {
    const char *words; /* as in struct translate_shape */
    int (*read)(struct scan *scan);
    bool remembered; /* says what later files rest on, beside the schema */
} readers[] = {
    {"CREATE GLOBAL|LOCAL? TEMP|TEMPORARY|UNLOGGED? TABLE", table_create, false},
    {"CREATE UNIQUE|FULLTEXT|SPATIAL? INDEX", index_create, false},
    {"CREATE OR? REPLACE? TEMP|TEMPORARY|MATERIALIZED? RECURSIVE? VIEW", view_create, false},
    {"CREATE TYPE", type_create, true},
    {"CREATE DOMAIN", domain_create, true},
    {"CREATE SCHEMA", schema_create, true},
    {"ALTER TABLE", table_alter, false},
    {"ALTER TYPE", type_alter, true},
    {"ALTER INDEX", index_rename, false},
    {"ALTER MATERIALIZED? VIEW", view_rename, false},
    {"DROP TEMPORARY? TABLE", table_drop, false},
    {"DROP INDEX", index_drop, false},
    {"DROP MATERIALIZED? VIEW", view_drop, false},
    {"DROP TYPE|DOMAIN", type_drop, true},
    {"DROP SCHEMA", schema_drop, false},
    {"RENAME TABLE", tables_rename, false},
    {"INSERT|REPLACE", rows_insert, false},
    {"UPDATE", rows_update, false},
    {"DELETE", rows_delete, false},
    {"TRUNCATE", rows_truncate, false},
    {"COPY", rows_copy, false},
    {"WITH", rows_with, false},
    {"SELECT|VALUES|TABLE", query, false},
    {"PREPARE", prepared_make, false},
    {"EXECUTE", prepared_execute, false},
    {"DEALLOCATE|DROP PREPARE", prepared_drop, false},
    {"DO", block_do, true},
};

static const char *short_text(const struct translator *t)
{
    enum { SHORT = 60 };
    char *text = arena_copy(t->mem, t->piece->text, t->piece->length > SHORT ? SHORT : t->piece->length);
    for (char *c = text; *c; c++)
        if (char_is_space(*c))
            *c = ' ';
    return t->piece->length > SHORT ? arena_printf(t->mem, "%s ...", text) : text;
}

/* COMMENT ON TABLE t and COLUMN t.c: left out, but of what is there. */
static int comment_check(struct scan *scan)
{
    struct scan at = *scan;
    struct translator *t = scan->t;
    struct tree *tree;
    bool column = scan_accept(&at, "comment on column");
    int last = scan_find(&at, at.at, "is"), code = 0;
    if (t->following || last < 6 - 2 * !column || (!column && !scan_accept(&at, "comment on table")))
        return 0;
    const char *name = name_of(t, &scan->token[last - (column ? 3 : 1)]);
    TRY(shadow_tree(t, &tree));
    const struct object *table = table_find(t, tree, name);
    if (!table && (exists_already(t, name, &code) || code))
        return code;
    if (!table)
        return absent(t, name, arena_printf(t->mem, "there is no table %s", name));
    const char *named = name_of(t, &scan->token[last - 1]);
    if (column && !column_find(table, named))
        return absent(t, named, arena_printf(t->mem, "table %s has no column %s", name, named));
    return 0;
}

/* SET FOREIGN_KEY_CHECKS = 0, until it says something else. */
static void session_follow(struct scan *scan)
{
    for (int i = 0; scan_is(scan, "set") && i + 2 < scan->n; i++)
        if (token_is(&scan->token[i], "foreign_key_checks") && token_is(&scan->token[i + 1], "="))
            scan->t->unchecked = *scan->token[i + 2].text == '0' || token_is(&scan->token[i + 2], "off");
}

static int statement_read(struct scan *scan)
{
    struct translator *t = scan->t;
    bool defined = scan_drop_clauses(scan);
    const struct translate_shape *shape = shape_find(scan, t->rules->statements);
    if (shape) {
        t->numbered = shape->cannot ? 0 : t->numbered;
        session_follow(scan);
        variables_follow(scan);
        TRY(comment_check(scan));
        note(t, shape->cannot ? NOTE_CANNOT : NOTE_LEFT_OUT, "%s is left out: %s", short_text(t), shape->reason);
        return 0;
    }
    if (defined)
        note_once(t, NOTE_LEFT_OUT, "DEFINER is left out: nobody owns a view here");
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (shape_fits(scan, readers[i].words))
            return t->following && !readers[i].remembered ? 0 : readers[i].read(scan);
    return scan->n ? fail(t->ctx, ERR_UNSUPPORTED, "nothing is known of such a statement") : 0;
}

int statement_try(struct translator *t)
{
    struct scan scan;
    const int before = t->made.n;
    scan_open(&scan, t, t->piece->text, t->piece->length);
    TRY(conn_exec(t->ctx, t->shadow, "SAVEPOINT statement"));
    int code = statement_read(&scan);
    if (code == ERR_UNSUPPORTED) {
        struct error error = t->ctx->error;
        t->ctx->error = (struct error){0};
        t->made.n = before;
        t->numbered = 0;
        t->tree = NULL;
        note(t, NOTE_CANNOT, "%s is skipped: %s", short_text(t), error.message);
        TRY(conn_exec(t->ctx, t->shadow, "ROLLBACK TO statement"));
        code = 0;
    }
    TRY(code);
    return conn_exec(t->ctx, t->shadow, "RELEASE statement");
}

int translator_follow(struct translator *t, const char *path, const struct split *split)
{
    t->following = true;
    for (int i = 0; i < split->n; i++) {
        struct scan scan;
        t->piece = &split->piece[i];
        absent_followed(t, path, t->piece);
        struct arena_mark mark = arena_save(t->mem);
        scan_open(&scan, t, t->piece->text, t->piece->length);
        bool documents = documents_follow(&scan);
        if (!token_is(scan_peek(&scan, 1), "type") && !token_is(scan_peek(&scan, 1), "domain") &&
            !token_is(scan_peek(&scan, 1), "schema") && !scan_is(&scan, "do")) {
            if (!documents)
                arena_rewind(t->mem, mark);
            continue;
        }
        if (statement_read(&scan) == ERR_UNSUPPORTED)
            t->ctx->error = (struct error){0};
        TRY(ctx_check(t->ctx));
    }
    t->following = false;
    return 0;
}

void reference_note(struct translator *t, const char *table)
{
    struct reference *reference = NEW(t->mem, struct reference);
    *reference = (struct reference){table, t->piece};
    list_add(t->mem, &t->references, reference);
}

static const struct reference *reference_to(const struct translator *t, const char *table)
{
    for (int i = 0; i < t->references.n; i++) {
        const struct reference *reference = t->references.item[i];
        if (text_equal_nocase(reference->table, table))
            return reference;
    }
    return NULL;
}

/* The target takes a foreign key to a table that is not there; those of this file are told. */
static int references_check(struct translator *t)
{
    struct tree *tree = NULL;
    if (t->references.n)
        TRY(shadow_tree(t, &tree));
    for (const struct object *o = tree ? tree->root : NULL; o; o = object_next(tree->root, o)) {
        const char *to = o->kind == KIND_FOREIGN_KEY ? ((const struct foreign_key *)o)->ref_table.name : NULL;
        const struct reference *reference = to && !table_find(t, tree, to) ? reference_to(t, to) : NULL;
        if (!reference)
            continue;
        t->piece = reference->piece;
        note(t, NOTE_CANNOT, "%s refers to %s, and there is no such table at the end of the file", o->parent->name, to);
    }
    t->references = (struct list){0};
    return 0;
}

int translate_split(struct translator *t, const char *path, const struct split *split, struct split *out)
{
    struct list all = {0};
    t->path = path;
    t->unchecked = false;
    t->numbered = 0;
    for (int i = 0; i < split->n; i++) {
        TRY(ctx_check(t->ctx));
        t->piece = &split->piece[i];
        t->made = (struct list){0};
        TRY(statement_try(t));
        for (int k = 0; k < t->made.n; k++)
            list_add(t->mem, &all, t->made.item[k]);
    }
    TRY(references_check(t));
    t->piece = NULL;
    *out = (struct split){.piece = NEW_ARRAY(t->mem, struct sql_piece, all.n + 1), .n = all.n};
    for (int i = 0; i < all.n; i++)
        out->piece[i] = *(const struct sql_piece *)all.item[i];
    return 0;
}
