/*
 * What rests on what is dropped.  The source refuses such a drop, or with CASCADE takes along what rests on it; the target does neither:
 * it lets views stand that nothing can be read from.  Which views those are is asked of the shadow, by dropping and looking.
 */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

struct dropped {
    struct translator *t;
    const char *what;          /* as messages name it */
    const struct names *along; /* that the statement drops too; NULL */
    bool cascade;
};

/* ---- views */

static bool reads(struct translator *t, const char *view)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "EXPLAIN SELECT * FROM ");
    say_name(&out, t, view);
    bool done = conn_exec(t->ctx, t->shadow, out.data) == 0;
    t->ctx->error = (struct error){0};
    return done;
}

/* A quoted name that is gone would be taken for a text by SQLite; with its table in front of it it is not. */
static bool says_column(struct translator *t, const char *query, const char *column)
{
    struct lexer lexer;
    struct token before = {0};
    lex_open(&lexer, t->target->dialect->lex, query, strlen(query));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool star = token_is(&token, "*") && (token_is(&before, "select") || token_is(&before, "distinct") ||
                                              token_is(&before, ",") || token_is(&before, "."));
        if (star || (token.kind == TOKEN_QUOTED && !token_is(&before, ".") &&
                     text_equal_nocase(token_name(t->mem, &token), column)))
            return true;
        before = token;
    }
    return false;
}

/* Those of `all` that nothing can be read from after `changes`, which are undone again. */
static int views_lost(struct translator *t, const struct names *all, const struct names *changes, struct names *lost)
{
    TRY(conn_exec(t->ctx, t->shadow, "SAVEPOINT probe"));
    for (int i = 0; i < changes->n; i++)
        TRY(conn_exec(t->ctx, t->shadow, changes->item[i]));
    for (int i = 0; i < all->n; i++)
        if (!reads(t, all->item[i]))
            names_add(t->mem, lost, all->item[i]);
    TRY(conn_exec(t->ctx, t->shadow, "ROLLBACK TO probe"));
    return conn_exec(t->ctx, t->shadow, "RELEASE probe");
}

static int views_whole(struct translator *t, const char *except, struct names *whole)
{
    struct tree *tree;
    TRY(shadow_tree(t, &tree));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_VIEW && !text_equal_nocase(o->name, except) && reads(t, o->name))
            names_add(t->mem, whole, o->name);
    return 0;
}

static const char *drop_text(struct translator *t, const char *what, const char *name)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_addf(&out, "DROP %s ", what);
    say_name(&out, t, name);
    return out.data;
}

static int held(const struct dropped *dropped, const char *kind, const char *name)
{
    struct translator *t = dropped->t;
    return depended_on(t, name, arena_printf(t->mem, "cannot drop %s: %s %s depends on it", dropped->what, kind, name));
}

static bool goes_along(const struct dropped *dropped, const char *name)
{
    for (int i = 0; dropped->along && i < dropped->along->n; i++)
        if (text_equal_nocase(dropped->along->item[i], name))
            return true;
    return false;
}

static int views_settle(const struct dropped *dropped, const struct names *lost)
{
    for (int i = 0; i < lost->n; i++) {
        if (goes_along(dropped, lost->item[i]))
            continue;
        if (!dropped->cascade)
            return held(dropped, "view", lost->item[i]);
        TRY(emit(dropped->t, drop_text(dropped->t, "VIEW", lost->item[i])));
    }
    return 0;
}

/* ---- foreign keys */

static const struct names *key_columns(const struct object *o)
{
    return o->kind == KIND_PRIMARY_KEY ? &((const struct primary_key *)o)->columns
           : o->kind == KIND_UNIQUE    ? &((const struct unique *)o)->columns
                                       : NULL;
}

static bool same_columns(const struct names *a, const struct names *b)
{
    for (int i = 0; i < a->n; i++)
        if (!names_have_nocase(b, a->item[i]))
            return false;
    return a->n == b->n;
}

/* `key`: the columns that it refers to have to be these; `column`: this one is among them. NULL: any. */
static bool refers(const struct object *o, const struct object *table, const struct names *key, const char *column)
{
    const struct foreign_key *foreign = (const struct foreign_key *)o;
    if (o->kind != KIND_FOREIGN_KEY || !text_equal_nocase(foreign->ref_table.name, table->name))
        return false;
    const struct names *to = &foreign->ref_columns;
    const struct object *primary = object_only(table, KIND_PRIMARY_KEY);
    if (!to->n && primary)
        to = key_columns(primary);
    return (!key || same_columns(to, key)) && (!column || names_have_nocase(to, column));
}

static int references_remove(struct translator *t, const struct object *o, const struct object *table,
                             const struct names *key, const char *column)
{
    struct tree *after = tree_new(t->mem, t->target->dialect->engine);
    after->kinds = kind_set_all();
    struct object *copy = object_copy(t->mem, o->parent, tree_schema(t->mem, after, ""));
    for (int i = copy->children.n - 1; i >= 0; i--)
        if (refers(copy->children.item[i], table, key, column))
            object_remove(copy->children.item[i]);
    return emit_changes(t, after);
}

static int references_settle(const struct dropped *dropped, const struct object *table, const struct names *key,
                             const char *column)
{
    struct tree *tree;
    TRY(shadow_tree(dropped->t, &tree));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (!refers(o, table, key, column) || text_equal_nocase(o->parent->name, table->name) ||
            goes_along(dropped, o->parent->name))
            continue;
        if (!dropped->cascade)
            return held(dropped, arena_printf(dropped->t->mem, "the foreign key %s of table", o->name),
                        o->parent->name);
        TRY(references_remove(dropped->t, o, table, key, column));
    }
    return 0;
}

/* ---- what is dropped */

int relation_settle(struct translator *t, const char *what, const char *name, const struct names *along, bool cascade)
{
    struct tree *tree;
    struct names whole = {0}, lost = {0}, change = {0};
    const bool holds = t->rules->holds_dependants & t->source->engine;
    const struct dropped dropped = {t, arena_printf(t->mem, "%s %s", text_lower(t->mem, what), name), along,
                                    cascade && holds};
    if (holds) {
        TRY(views_whole(t, name, &whole));
        names_add(t->mem, &change, drop_text(t, what, name));
        TRY(views_lost(t, &whole, &change, &lost));
        TRY(views_settle(&dropped, &lost));
    }
    TRY(shadow_tree(t, &tree));
    const struct object *table = table_find(t, tree, name);
    return table && !t->unchecked ? references_settle(&dropped, table, NULL, NULL) : 0;
}

/* The table without the column, for views to be tried on. */
static const char *without(struct translator *t, const struct object *table, const char *column)
{
    struct buf out;
    int n = 0;
    buf_init(&out, t->mem);
    buf_add(&out, "CREATE TABLE ");
    say_name(&out, t, table->name);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN || text_equal_nocase(child->name, column))
            continue;
        buf_add(&out, n++ ? ", " : " (");
        say_name(&out, t, child->name);
    }
    buf_add(&out, n ? ")" : " (_)");
    return out.data;
}

static int column_views(struct translator *t, const struct object *table, const char *column, struct names *lost)
{
    struct tree *tree;
    struct names whole = {0}, changes = {0};
    TRY(views_whole(t, "", &whole));
    names_add(t->mem, &changes, drop_text(t, "TABLE", table->name));
    names_add(t->mem, &changes, without(t, table, column));
    if (whole.n)
        TRY(views_lost(t, &whole, &changes, lost));
    TRY(shadow_tree(t, &tree));
    for (int i = 0; i < whole.n; i++) {
        const struct view *view = (const struct view *)object_named(t, tree, KIND_VIEW, whole.item[i]);
        const char *query = view ? expr_text(&view->query) : "";
        if (!names_have(lost, whole.item[i]) && translate_names(t, query, table->name) && says_column(t, query, column))
            names_add(t->mem, lost, whole.item[i]);
    }
    return 0;
}

int column_settle(struct translator *t, const char *name, const char *column, bool cascade)
{
    struct tree *tree;
    struct object *table;
    struct names lost = {0};
    const bool holds = t->rules->holds_dependants & t->source->engine;
    const struct dropped dropped = {t, arena_printf(t->mem, "column %s of table %s", column, name), NULL,
                                    cascade && holds};
    TRY(shadow_tree(t, &tree));
    TRY(table_known(t, tree, name, &table));
    if (!column_find(table, column)) /* of this statement's own making */
        return 0;
    if (holds) {
        TRY(column_views(t, table, column, &lost));
        TRY(views_settle(&dropped, &lost));
    }
    return t->unchecked ? 0 : references_settle(&dropped, table, NULL, column);
}

int key_settle(struct translator *t, const char *name, const char *constraint, const struct object *key, bool cascade)
{
    struct tree *tree;
    struct object *table;
    const struct names *columns = key_columns(key);
    const struct dropped dropped = {t, arena_printf(t->mem, "constraint %s of table %s", constraint, name), NULL,
                                    cascade};
    if (!columns || !(t->rules->holds_dependants & t->source->engine))
        return 0;
    TRY(shadow_tree(t, &tree));
    TRY(table_known(t, tree, name, &table));
    int keys = 0;
    for (int i = 0; i < table->children.n; i++) {
        const struct names *other = key_columns(table->children.item[i]);
        keys += other && same_columns(other, columns);
    }
    return keys > 1 ? 0 : references_settle(&dropped, table, columns, NULL);
}
