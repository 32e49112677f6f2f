/*
 * Types that files make.  The target has none: an enum is a check on each column of it, a domain its type and its check; what they are
 * is remembered from file to file by following all that were applied.
 */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

static struct made_type *made_add(struct translator *t, const char *name)
{
    struct made_type *made = NEW(t->mem, struct made_type);
    made->name = name;
    map_set(&t->types, name, made);
    return made;
}

static int label_read(struct scan *scan, const char **label)
{
    const struct token *token = scan_peek(scan, 0);
    *label = token->kind == TOKEN_STRING ? scan_string(scan, token) : NULL;
    if (!*label)
        return scan_fail(scan);
    scan->at++;
    return 0;
}

int type_create(struct scan *scan)
{
    const char *name, *label;
    struct names labels = {0};
    scan->at += 2;
    TRY(scan_qualified(scan, &name));
    if (!scan_accept(scan, "as enum")) {
        made_add(scan->t, name)->composite = true;
        note(scan->t, NOTE_CANNOT, "type %s cannot be made: columns of it are %s", name, scan->t->rules->fallback);
        return 0;
    }
    TRY(scan_expect(scan, "("));
    while (!scan_accept(scan, ")")) {
        TRY(label_read(scan, &label));
        names_add(scan->t->mem, &labels, label);
        if (!scan_accept(scan, ","))
            TRY(scan_is(scan, ")") ? 0 : scan_fail(scan));
    }
    made_add(scan->t, name)->labels = labels;
    return 0;
}

int domain_create(struct scan *scan)
{
    const char *name;
    struct read_type type;
    scan->at += 2;
    TRY(scan_qualified(scan, &name));
    scan_accept(scan, "as");
    TRY(type_read(scan, &type));
    struct made_type *made = made_add(scan->t, name);
    made->base = type.name;
    made->labels = type.labels;
    struct translate_type *row = NEW(scan->t->mem, struct translate_type);
    *row = (struct translate_type){.from = name, .to = type.name, .marks = type.marks, .cast = type.cast};
    made->row = row;
    made->fits = type.fits;
    made->limit = type.limit;
    if (!scan_at_end(scan))
        note(scan->t, NOTE_CANNOT, "domain %s is its type alone: %s", name, scan_text(scan, scan->at, scan->n));
    return 0;
}

/* ---- columns of an enum are known by the name of their check */

static bool is_of(struct translator *t, const struct object *check, const char *type)
{
    return labels_column(t, check) && text_ends(check->name, labels_name(t, "", type));
}

/* Tables with such a column get their checks again; NULL labels: none; `type` is the name they bear then. */
static int checks_replace(struct translator *t, const char *old, const char *type, const struct names *labels)
{
    struct tree *tree;
    struct list tables = {0};
    if (t->following)
        return 0;
    TRY(shadow_tree(t, &tree));
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (is_of(t, o, old) && (!tables.n || tables.item[tables.n - 1] != o->parent))
            list_add(t->mem, &tables, o->parent);
    for (int i = 0; i < tables.n; i++) {
        struct tree *after = tree_new(t->mem, tree->engine);
        after->kinds = tree->kinds;
        struct object *table = object_copy(t->mem, tables.item[i], tree_schema(t->mem, after, ""));
        for (int c = table->children.n - 1; c >= 0; c--) {
            struct object *child = table->children.item[c];
            if (!is_of(t, child, old))
                continue;
            object_remove(child);
            if (labels)
                labels_check(t, table, labels_column(t, child), type, labels);
        }
        TRY(emit_changes(t, after));
    }
    return 0;
}

static int value_update(struct translator *t, const struct object *check, const char *from, const char *to)
{
    const struct ident_rules *ident = t->target->dialect->ident;
    const char *column = labels_column(t, check);
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "UPDATE ");
    say_name(&out, t, check->parent->name);
    buf_add(&out, " SET ");
    say_name(&out, t, column);
    buf_add(&out, " = ");
    literal_add(&out, ident, to);
    buf_add(&out, " WHERE ");
    say_name(&out, t, column);
    buf_add(&out, " = ");
    literal_add(&out, ident, from);
    return emit_rows(t, out.data);
}

/* Rows too: neither the old labels nor the new ones hold for all of them on the way. */
static int value_rename(struct translator *t, struct made_type *made, const char *from, const char *to)
{
    struct tree *tree;
    struct names both = names_copy(t->mem, &made->labels);
    int at = names_find(&made->labels, from);
    if (at < 0)
        return fail(t->ctx, ERR_UNSUPPORTED, "type %s has no value %s", made->name, from);
    made->labels = names_copy(t->mem, &made->labels);
    made->labels.item[at] = to;
    if (t->following)
        return 0;
    names_add(t->mem, &both, to);
    TRY(checks_replace(t, made->name, made->name, &both));
    TRY(shadow_tree(t, &tree));
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (is_of(t, o, made->name))
            TRY(value_update(t, o, from, to));
    return checks_replace(t, made->name, made->name, &made->labels);
}

static int value_add(struct scan *scan, struct made_type *made)
{
    const char *label, *beside = NULL;
    struct translator *t = scan->t;
    bool careful = scan_accept(scan, "if not exists");
    TRY(label_read(scan, &label));
    bool before = scan_accept(scan, "before");
    if (before || scan_accept(scan, "after"))
        TRY(label_read(scan, &beside));
    if (careful && names_have(&made->labels, label))
        return 0;
    struct names labels = {0};
    int place = beside ? names_find(&made->labels, beside) + !before : made->labels.n;
    for (int i = 0; i <= made->labels.n; i++) {
        if (i == place)
            names_add(t->mem, &labels, label);
        if (i < made->labels.n)
            names_add(t->mem, &labels, made->labels.item[i]);
    }
    made->labels = labels;
    return checks_replace(t, made->name, made->name, &made->labels);
}

static int type_rename(struct scan *scan, struct made_type *made)
{
    const char *to, *old = made->name;
    struct translator *t = scan->t;
    TRY(scan_name(scan, &to));
    struct made_type *renamed = made_add(t, to);
    *renamed = *made;
    renamed->name = to;
    TRY(checks_replace(t, old, to, &renamed->labels));
    map_set(&t->types, old, NULL);
    return 0;
}

int type_alter(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name, *from, *to;
    scan->at += 2;
    TRY(scan_qualified(scan, &name));
    struct made_type *made = map_get(&t->types, name);
    if (scan_accept(scan, "owner to") || scan_accept(scan, "set schema")) {
        note(t, NOTE_LEFT_OUT, "it says nothing of rows");
        return 0;
    }
    if (!made)
        return fail(t->ctx, ERR_UNSUPPORTED, "no file makes a type %s", name);
    if (scan_accept(scan, "add value"))
        return value_add(scan, made);
    if (scan_accept(scan, "rename to"))
        return type_rename(scan, made);
    TRY(scan_expect(scan, "rename value"));
    TRY(label_read(scan, &from));
    TRY(scan_expect(scan, "to"));
    TRY(label_read(scan, &to));
    return value_rename(t, made, from, to);
}

/* Its columns go along with CASCADE, else they keep it. */
static int columns_settle(struct translator *t, const char *type, bool cascade)
{
    struct tree *tree;
    TRY(shadow_tree(t, &tree));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const struct object *table = o->parent;
        if (!is_of(t, o, type))
            continue;
        const char *column = labels_column(t, o);
        if (!cascade)
            return depended_on(t, table->name,
                               arena_printf(t->mem, "cannot drop type %s: column %s of table %s depends on it", type,
                                            column, table->name));
        TRY(column_drop(t, table->name, column));
        TRY(shadow_tree(t, &tree));
        o = tree->root;
    }
    return 0;
}

int type_drop(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name;
    scan->at += 2;
    scan_accept(scan, "if exists");
    bool cascade = scan_find(scan, scan->at, "cascade") >= 0;
    do {
        TRY(scan_qualified(scan, &name));
        if (!t->following)
            TRY(columns_settle(t, name, cascade));
        map_set(&t->types, name, NULL);
    } while (scan_accept(scan, ","));
    return 0;
}
