/* Views, schemas, and everything that is only dropped or renamed. */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

#include "translate/objects.h"

/* Its query is compiled too: a view that nothing can be read from is refused here, not by who reads it. */
static int emit_view(struct translator *t, const char *sql, const char *name)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "SELECT * FROM ");
    say_name(&out, t, name);
    TRY(emit(t, sql));
    return try_out(t, out.data);
}

static void query_end(struct scan *scan, int *end)
{
    static const char *const tails[] = {"with check option",
                                        "with local check option",
                                        "with cascaded check option",
                                        "with no data",
                                        "with data",
                                        NULL};
    *end = scan->n;
    for (int i = 0; tails[i]; i++) {
        int at = scan_find(scan, scan->at, tails[i]);
        if (at >= 0)
            *end = at;
    }
}

/* The names of a view's columns; none: there is no such view. */
static int view_columns(struct translator *t, const char *name, struct names *columns)
{
    struct buf out;
    struct tree *tree;
    struct rows rows;
    *columns = (struct names){0};
    TRY(shadow_tree(t, &tree));
    if (!object_named(t, tree, KIND_VIEW, name))
        return 0;
    buf_init(&out, t->mem);
    buf_add(&out, "SELECT * FROM ");
    say_name(&out, t, name);
    TRY(conn_query(t->ctx, t->shadow, out.data, NULL, &rows));
    *columns = names_copy(t->mem, &rows.columns);
    return 0;
}

/* What replaces a view has its columns, and perhaps more after them. */
static int view_check(struct translator *t, const char *name, const struct names *before)
{
    struct names now;
    TRY(view_columns(t, name, &now));
    for (int i = 0; i < before->n; i++)
        if (i >= now.n || !text_equal_nocase(now.item[i], before->item[i]))
            return mistake(
                t, arena_printf(t->mem, "CREATE OR REPLACE cannot take column %s from view %s", before->item[i], name));
    return 0;
}

static int drop_if_there(struct translator *t, const char *what, const char *name)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_addf(&out, "DROP %s IF EXISTS ", what);
    say_name(&out, t, name);
    return emit(t, out.data);
}

/* CREATE RECURSIVE VIEW: the query names itself, not the view. */
static void recursive_begin(struct translator *t, struct buf *out, const char *name, const struct names *columns)
{
    buf_add(out, "WITH RECURSIVE ");
    say_name(out, t, name);
    buf_add_c(out, ' ');
    ansi_column_list(out, t->target->dialect, columns);
    buf_add(out, " AS (");
}

/* What is between CREATE and VIEW says who may do what, and what it costs. */
int view_create(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name;
    struct buf out;
    struct names columns = {0}, before = {0};
    int end, view = scan_find(scan, scan->at, "view");
    if (view < 0)
        return scan_fail(scan);
    bool replaces = token_is(scan_peek(scan, 1), "or"), recursive = token_is(&scan->token[view - 1], "recursive");
    if (token_is(&scan->token[view - 1], "materialized"))
        note_once(t, NOTE_CHANGED, "materialized views are plain views here");
    scan->at = view + 1;
    bool careful = scan_accept(scan, "if not exists");
    TRY(scan_qualified(scan, &name));
    if (replaces && t->rules->holds_dependants & t->source->engine)
        TRY(view_columns(t, name, &before));
    if (replaces)
        TRY(drop_if_there(t, "VIEW", name));
    buf_init(&out, t->mem);
    buf_add(&out, careful ? "CREATE VIEW IF NOT EXISTS " : "CREATE VIEW ");
    say_name(&out, t, name);
    if (scan_is(scan, "(")) {
        TRY(scan_names(scan, &columns));
        buf_add_c(&out, ' ');
        ansi_column_list(&out, t->target->dialect, &columns);
    }
    while (!scan_at_end(scan) && !scan_is(scan, "as"))
        scan->at++;
    TRY(scan_expect(scan, "as"));
    query_end(scan, &end);
    buf_add(&out, " AS ");
    if (recursive)
        recursive_begin(t, &out, name, &columns);
    TRY(text_add(scan, scan->at, end, &out));
    if (recursive) {
        buf_add(&out, ") SELECT * FROM ");
        say_name(&out, t, name);
    }
    TRY(emit_view(t, out.data, name));
    return view_check(t, name, &before);
}

/* Tables of all schemas stand side by side. */
int schema_create(struct scan *scan)
{
    const char *name;
    scan->at += 2;
    scan_accept(scan, "if not exists");
    if (!scan_is(scan, "authorization")) {
        TRY(scan_name(scan, &name));
        names_add(scan->t->mem, &scan->t->schemas, name);
        note(scan->t, NOTE_LEFT_OUT, "schema %s is left out: tables of all schemas stand side by side here", name);
    }
    return 0;
}

int schema_drop(struct scan *scan)
{
    int cascade = scan_find(scan, scan->at, "cascade");
    if (cascade >= 0)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "which tables were in the schema is not known here");
    note(scan->t, NOTE_LEFT_OUT, "schemas are left out: tables of all of them stand side by side here");
    return 0;
}

const struct object *object_named(struct translator *t, const struct tree *tree, enum kind kind, const char *name)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == kind && text_equal_nocase(o->name, name))
            return o;
    return NULL;
}

/* ---- DROP */

static int drop_one(struct translator *t, const char *what, const char *name)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_addf(&out, "DROP %s ", what);
    say_name(&out, t, name);
    return emit(t, out.data);
}

/* One of the source's that was left out is no loss; any other is one that stands here under another name, or a mistake. */
static int drop_no_index(struct translator *t, const char *name, bool careful)
{
    const char *message = arena_printf(t->mem, "DROP INDEX %s is left out: it is not there", name);
    int code = careful ? ERR_UNSUPPORTED : absent(t, name, message);
    t->ctx->error = (struct error){0};
    note(t, code == ERR_UNSUPPORTED ? NOTE_LEFT_OUT : NOTE_CANNOT, "%s", message);
    return 0;
}

/* `careful`: it does not have to be there. */
static int drop_absent(struct translator *t, const char *what, const char *name, bool careful)
{
    const char *message = arena_printf(t->mem, "DROP %s %s is left out: it is not there", what, name);
    if (!careful) {
        int code = absent(t, name, arena_printf(t->mem, "DROP %s %s: it is not there", what, name));
        if (code != ERR_UNSUPPORTED)
            return code;
        message = t->ctx->error.message;
        t->ctx->error = (struct error){0};
    }
    note(t, careful ? NOTE_LEFT_OUT : NOTE_CANNOT, "%s", message);
    return 0;
}

static int drop_list(struct scan *scan, const char *what, enum kind kind)
{
    struct translator *t = scan->t;
    bool careful = scan_accept(scan, "if exists"), cascade = scan_find(scan, scan->at, "cascade") >= 0;
    struct names names = {0};
    do {
        const char *name;
        TRY(scan_qualified(scan, &name));
        names_add(t->mem, &names, name);
    } while (scan_accept(scan, ","));
    for (int i = 0; i < names.n; i++) {
        const char *name = names.item[i];
        struct tree *tree;
        TRY(shadow_tree(t, &tree));
        if (kind == KIND_INDEX && object_named(t, tree, KIND_UNIQUE, name))
            return depended_on(t, name, arena_printf(t->mem, "cannot drop index %s: a constraint requires it", name));
        if (!object_named(t, tree, kind, name)) {
            TRY(kind == KIND_INDEX ? drop_no_index(t, name, careful) : drop_absent(t, what, name, careful));
            continue;
        }
        if (kind != KIND_INDEX)
            TRY(relation_settle(t, what, name, &names, cascade));
        TRY(drop_one(t, what, name));
    }
    return 0;
}

int table_drop(struct scan *scan)
{
    scan->at++;
    scan_accept(scan, "temporary");
    TRY(scan_expect(scan, "table"));
    return drop_list(scan, "TABLE", KIND_TABLE);
}

int view_drop(struct scan *scan)
{
    scan->at++;
    scan_accept(scan, "materialized");
    TRY(scan_expect(scan, "view"));
    return drop_list(scan, "VIEW", KIND_VIEW);
}

/* DROP INDEX i ON t is an action of ALTER TABLE t in other words. */
int index_drop(struct scan *scan)
{
    scan->at += 2;
    scan_accept(scan, "concurrently");
    int on = scan_find(scan, scan->at, "on");
    if (on < 0)
        return drop_list(scan, "INDEX", KIND_INDEX);
    struct translator *t = scan->t;
    struct scan other;
    const char *name = scan_text(scan, scan->at, on);
    scan->at = on + 1;
    int end = scan->at + 1;
    while (end < scan->n && token_is(&scan->token[end], "."))
        end += 2;
    const char *text = arena_printf(t->mem, "ALTER TABLE %s DROP INDEX %s", scan_text(scan, scan->at, end), name);
    scan_open(&other, t, text, strlen(text));
    return table_alter(&other);
}

/* ---- RENAME */

static int rename_one(struct translator *t, const char *from, const char *to)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "ALTER TABLE ");
    say_name(&out, t, from);
    buf_add(&out, " RENAME TO ");
    say_name(&out, t, to);
    documents_copy(t, from, to);
    return emit(t, out.data);
}

/* RENAME TABLE a TO b, c TO d */
int tables_rename(struct scan *scan)
{
    scan->at += 2;
    do {
        const char *from, *to;
        TRY(scan_qualified(scan, &from));
        TRY(scan_expect(scan, "to"));
        TRY(scan_qualified(scan, &to));
        TRY(rename_one(scan->t, from, to));
    } while (scan_accept(scan, ","));
    return scan_end(scan);
}

/* ALTER INDEX a RENAME TO b: made again under the other name. A key's index is the constraint itself. */
int index_rename(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *from, *to;
    struct tree *tree;
    scan->at += 2;
    bool careful = scan_accept(scan, "if exists");
    TRY(scan_qualified(scan, &from));
    TRY(scan_expect(scan, "rename to"));
    TRY(scan_name(scan, &to));
    TRY(shadow_tree(t, &tree));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if ((o->kind != KIND_INDEX && o->kind != KIND_UNIQUE) || !text_equal_nocase(o->name, from))
            continue;
        struct tree *after = tree_new(t->mem, tree->engine);
        after->kinds = tree->kinds;
        struct object *table = object_copy(t->mem, o->parent, tree_schema(t->mem, after, ""));
        object_child(table, o->kind, o->name)->name = to;
        return emit_changes(t, after);
    }
    note(t, careful || text_ends(from, "_pkey") ? NOTE_LEFT_OUT : NOTE_CANNOT, "the index %s is not there", from);
    return 0;
}

/* At the new name: the view is made again under it. */
int view_rename_to(struct scan *scan, const char *from)
{
    struct translator *t = scan->t;
    const char *to;
    struct tree *tree;
    struct buf out;
    TRY(scan_name(scan, &to));
    TRY(shadow_tree(t, &tree));
    const struct view *view = (const struct view *)object_named(t, tree, KIND_VIEW, from);
    if (!view)
        return absent(t, from, arena_printf(t->mem, "there is no view %s", from));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_VIEW && o != &view->object &&
            translate_names(t, expr_text(&((const struct view *)o)->query), from))
            return fail(t->ctx, ERR_UNSUPPORTED, "view %s reads it, and would not follow", o->name);
    const char *query = expr_text(&view->query);
    TRY(drop_one(t, "VIEW", from));
    buf_init(&out, t->mem);
    buf_add(&out, "CREATE VIEW ");
    say_name(&out, t, to);
    buf_addf(&out, *query == '(' ? " %s" : " AS %s", query);
    return emit_view(t, out.data, to);
}

/* ALTER VIEW v RENAME TO w */
int view_rename(struct scan *scan)
{
    const char *from;
    scan->at++;
    scan_accept(scan, "materialized");
    scan->at++;
    scan_accept(scan, "if exists");
    TRY(scan_qualified(scan, &from));
    TRY(scan_expect(scan, "rename to"));
    return view_rename_to(scan, from);
}
