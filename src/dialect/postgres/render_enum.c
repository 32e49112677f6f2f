/*
 * Enum types.  Labels can be added in place; anything else needs a new type under the old name, to which every column
 * is converted by way of text.  A row with a label that is gone makes the server refuse, with that label in its message.
 *
 * This runs before tables change, so it looks at the tables as they are: their defaults, checks and indexes that name
 * the type are taken off and put on again, views are dropped and made again.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void labels_text(struct buf *out, const struct names *labels)
{
    for (int i = 0; i < labels->n; i++) {
        buf_add(out, i > 0 ? ", " : "");
        pg_literal(out, labels->item[i]);
    }
}

static void enum_comment(struct render *render, const struct enum_type *type)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &type->object);
    pg_comment(render, "TYPE", &name, type->comment);
}

static void create_type(struct render *render, const struct enum_type *type)
{
    struct buf out = pg_begin(render, "CREATE TYPE ");

    pg_top(&out, &type->object);
    buf_add(&out, " AS ENUM (");
    labels_text(&out, &type->labels);
    buf_add_c(&out, ')');
    render_statement(render, &out);
    if (type->comment != NULL)
        enum_comment(render, type);
}

int pg_enum_create(struct render *render, const struct change *change)
{
    create_type(render, (const struct enum_type *)change->after);
    return 0;
}

int pg_enum_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP TYPE ");

    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

static void rename_type(struct render *render, const struct object *type, const char *from, const char *to)
{
    struct buf out = pg_begin(render, "ALTER TYPE ");

    pg_sibling(&out, type, from);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, to);
    render_statement(render, &out);
}

int pg_enum_rename(struct render *render, const struct change *change)
{
    rename_type(render, change->after, change->before->name, change->after->name);
    return 0;
}

/* Are the old labels all there, in the same order? */
static bool only_adds(const struct names *before, const struct names *after)
{
    int at = 0;

    for (int i = 0; i < after->n && at < before->n; i++)
        at += text_equal(after->item[i], before->item[at]);
    return at == before->n;
}

/* The first label that was there before, from `from` on; NULL: the rest is all new. */
static const char *next_old(const struct names *before, const struct names *after, int from)
{
    for (int i = from; i < after->n; i++)
        if (names_have(before, after->item[i]))
            return after->item[i];
    return NULL;
}

static void add_labels(struct render *render, const struct enum_type *before, const struct enum_type *after)
{
    for (int i = 0; i < after->labels.n; i++) {
        struct buf out;
        const char *next;
        if (names_have(&before->labels, after->labels.item[i]))
            continue;
        out = pg_begin(render, "ALTER TYPE ");
        pg_top(&out, &after->object);
        buf_add(&out, " ADD VALUE ");
        pg_literal(&out, after->labels.item[i]);
        next = next_old(&before->labels, &after->labels, i + 1);
        if (next != NULL) {
            buf_add(&out, " BEFORE ");
            pg_literal(&out, next);
        }
        render_statement(render, &out);
    }
}

/* Does a type text mean this enum, or an array of it? */
static bool type_is(struct arena *mem, const char *text, const struct object *type, bool *array)
{
    const char *schema = type->parent->name;
    struct pg_type read;

    if (text == NULL || !pg_type_read(mem, text, &read) || read.known)
        return false;
    *array = read.array;
    return text_equal(read.name, type->name) &&
           text_equal(read.schema != NULL ? read.schema : "", schema != NULL ? schema : "");
}

/* What stands in the way of a new type, collected before anything is said. */
struct recreation {
    struct render *render;
    const struct enum_type *before;
    const struct enum_type *after;
    struct list columns; /* struct column * of the tree that is */
    struct list hanging; /* checks, exclusions and indexes that name one of them */
    struct list views;   /* each behind what it selects from */
};

static bool item_of(const struct list *list, const void *item)
{
    for (int i = 0; i < list->n; i++)
        if (list->item[i] == item)
            return true;
    return false;
}

static void collect_columns(struct recreation *work)
{
    const struct object *root = work->render->changes->before->root;
    bool array;

    for (struct object *object = work->render->changes->before->root; object != NULL;
         object = object_next(root, object))
        if (object->kind == KIND_COLUMN && !pg_has_change(work->render, CHANGE_CREATE, object) &&
            type_is(work->render->mem, ((struct column *)object)->type, &work->before->object, &array))
            list_add(work->render->mem, &work->columns, object);
}

static bool index_mentions(struct arena *mem, const struct object *object, const char *column)
{
    const struct index *index = (const struct index *)object;

    if (pg_expr_said(&index->predicate) && pg_expr_mentions(mem, expr_text(&index->predicate), column))
        return true;
    for (int i = 0; i < object->children.n; i++) {
        const struct index_part *part = object->children.item[i];
        if (part->object.kind == KIND_INDEX_PART && pg_expr_said(&part->expr) &&
            pg_expr_mentions(mem, expr_text(&part->expr), column))
            return true;
    }
    return false;
}

static bool mentions(struct arena *mem, const struct object *object, const char *column)
{
    switch (object->kind) {
    case KIND_CHECK: return pg_expr_mentions(mem, expr_text(&((const struct check *)object)->expr), column);
    case KIND_EXCLUDE: return pg_expr_mentions(mem, expr_text(&((const struct exclude *)object)->definition), column);
    case KIND_INDEX: return index_mentions(mem, object, column);
    case KIND_COLUMN:
        return pg_expr_said(&((const struct column *)object)->computed) &&
               pg_expr_mentions(mem, expr_text(&((const struct column *)object)->computed), column);
    default: return false;
    }
}

static bool has_all(const struct names *names, const struct names *wanted)
{
    for (int i = 0; i < wanted->n; i++)
        if (!names_have(names, wanted->item[i]))
            return false;
    return true;
}

/* A key that keeps the column beside its own: the server rebuilds it, and forgets the foreign keys that rest on it. */
static bool rests_on_include(const struct foreign_key *key, const struct object *column)
{
    const struct object *table = column->parent;

    for (int i = 0; i < table->children.n; i++) {
        const struct unique *unique = table->children.item[i];
        const struct primary_key *primary = table->children.item[i];
        if (unique->object.kind == KIND_UNIQUE && names_have(&unique->include, column->name) &&
            has_all(&unique->columns, &key->ref_columns))
            return true;
        if (primary->object.kind == KIND_PRIMARY_KEY && names_have(&primary->include, column->name) &&
            has_all(&primary->columns, &key->ref_columns))
            return true;
    }
    return false;
}

/* Foreign keys on either end of a converted column: both ends have to be of one type whenever the key stands. */
static void collect_keys(struct recreation *work, const struct object *column)
{
    struct object *root = work->render->changes->before->root;

    for (struct object *object = root; object != NULL; object = object_next(root, object)) {
        const struct foreign_key *key = (const struct foreign_key *)object;
        bool here, there;
        if (object->kind != KIND_FOREIGN_KEY || item_of(&work->hanging, object) ||
            pg_has_change(work->render, CHANGE_DROP, object))
            continue;
        here = object->parent == column->parent && names_have(&key->columns, column->name);
        there = ref_is(&key->ref_table, column->parent) &&
                (names_have(&key->ref_columns, column->name) || rests_on_include(key, column));
        if (here || there)
            list_add(work->render->mem, &work->hanging, object);
    }
}

/* ERR_UNSUPPORTED for a generated column: what hangs on that one would have to be made again too. */
static int collect_hanging(struct recreation *work)
{
    struct render *render = work->render;

    for (int i = 0; i < work->columns.n; i++) {
        const struct object *column = work->columns.item[i], *table = column->parent;
        for (int k = 0; k < table->children.n; k++) {
            struct object *child = table->children.item[k];
            if (!mentions(render->mem, child, column->name) || item_of(&work->hanging, child))
                continue;
            if (pg_has_change(render, CHANGE_DROP, child) && child->kind != KIND_COLUMN)
                continue; /* gone already: constraints and indexes are dropped first */
            if (child->kind == KIND_COLUMN) {
                fail(render->ctx, ERR_UNSUPPORTED,
                     "enum \"%s\" cannot lose or reorder labels: column \"%s\" of \"%s\" is "
                     "generated from it",
                     work->before->object.name, child->name, table->name);
                return fail_hint(render->ctx, "Drop the generated column in a migration of its own first.");
            }
            list_add(render->mem, &work->hanging, child);
        }
        collect_keys(work, column);
    }
    return 0;
}

static bool view_selects(struct recreation *work, const struct view *view)
{
    struct arena *mem = work->render->mem;
    const char *query = expr_text(&view->query);

    for (int i = 0; i < work->columns.n; i++)
        if (pg_expr_mentions(mem, query, ((struct object *)work->columns.item[i])->parent->name))
            return true;
    for (int i = 0; i < work->views.n; i++)
        if (pg_expr_mentions(mem, query, ((struct object *)work->views.item[i])->name))
            return true;
    return pg_expr_mentions(mem, query, work->before->object.name);
}

static void collect_views(struct recreation *work)
{
    struct object *root = work->render->changes->before->root;
    int found;

    do {
        found = work->views.n;
        for (struct object *object = root; object != NULL; object = object_next(root, object))
            if (object->kind == KIND_VIEW && !item_of(&work->views, object) &&
                !pg_has_change(work->render, CHANGE_DROP, object) && view_selects(work, (struct view *)object))
                list_add(work->render->mem, &work->views, object);
    } while (work->views.n > found);
}

/* The renderers of other kinds, for objects of the tree that is. */
static int render_as(struct render *render, enum change_op op, struct object *object)
{
    const struct change *outer = render->change;
    struct change change = {.op = op, .kind = object->kind};
    render_fn *renderer = op == CHANGE_CREATE ? pg_render[object->kind].create : pg_render[object->kind].drop;
    struct render quiet = *render;
    int result;

    if (op == CHANGE_CREATE)
        change.after = object;
    else
        change.before = object;
    quiet.concurrently = false; /* inside the one transaction of this change */
    result = renderer(&quiet, &change);
    render->out = quiet.out;
    render->change = outer;
    return result;
}

static int take_off(struct recreation *work)
{
    for (int i = work->views.n - 1; i >= 0; i--)
        TRY(render_as(work->render, CHANGE_DROP, work->views.item[i]));
    for (int i = 0; i < work->hanging.n; i++)
        TRY(render_as(work->render, CHANGE_DROP, work->hanging.item[i]));
    return 0;
}

static int put_on(struct recreation *work)
{
    for (int i = 0; i < work->hanging.n; i++)
        TRY(render_as(work->render, CHANGE_CREATE, work->hanging.item[i]));
    for (int i = 0; i < work->views.n; i++)
        TRY(render_as(work->render, CHANGE_CREATE, work->views.item[i]));
    return 0;
}

static struct buf alter_column(struct render *render, const struct column *column)
{
    struct buf out = pg_begin(render, "");

    pg_alter_table(&out, &column->object);
    buf_add(&out, "ALTER COLUMN ");
    pg_ident_add(&out, column->object.name);
    buf_add_c(&out, ' ');
    return out;
}

/* A default that is a label which goes away is not set again: what is wanted instead comes with the column's own change. */
static const char *kept_default(struct recreation *work, const struct column *column)
{
    const char *expr = expr_text(&column->default_value), *label;

    if (expr == NULL)
        return NULL;
    label = pg_constant(work->render->mem, expr);
    if (label == NULL)
        return expr;
    if (label[0] != '{' && !names_have(&work->after->labels, label))
        return NULL;
    struct buf literal = pg_begin(work->render, "");
    pg_literal(&literal, label);
    return literal.data;
}

/* A column that leaves the type, or the table, waits for that as text, so that labels which go do not stop it. */
static bool stays(struct recreation *work, const struct column *column)
{
    const struct column *peer = (const struct column *)column->object.peer;
    bool array;

    return peer != NULL && !pg_has_change(work->render, CHANGE_DROP, &column->object) &&
           type_is(work->render->mem, peer->type, &work->before->object, &array);
}

static void convert(struct recreation *work, const struct column *column)
{
    struct render *render = work->render;
    struct buf out = alter_column(render, column), name = pg_begin(render, "");
    const char *kept = kept_default(work, column), *brackets;
    bool array = false;

    type_is(render->mem, column->type, &work->before->object, &array);
    brackets = array ? "[]" : "";
    if (pg_expr_said(&column->default_value)) {
        buf_add(&out, "DROP DEFAULT");
        render_statement(render, &out);
        out = alter_column(render, column);
    }
    pg_top(&name, &work->after->object);
    if (!stays(work, column)) {
        buf_addf(&out, "TYPE text%s", brackets);
    } else {
        buf_addf(&out, "TYPE %s%s USING ", name.data, brackets);
        pg_ident_add(&out, column->object.name);
        buf_addf(&out, "::text%s::%s%s", brackets, name.data, brackets);
    }
    render_statement(render, &out);
    if (kept != NULL) {
        out = alter_column(render, column);
        buf_addf(&out, "SET DEFAULT %s", kept);
        render_statement(render, &out);
    }
}

static int recreate(struct recreation *work)
{
    struct render *render = work->render;
    const char *name = work->after->object.name;
    const char *old = pg_object_name(render->mem, name, NULL, "_old");
    struct buf out = pg_begin(render, "DROP TYPE ");

    collect_columns(work);
    TRY(collect_hanging(work));
    collect_views(work);
    TRY(take_off(work));
    rename_type(render, &work->after->object, name, old);
    create_type(render, work->after);
    for (int i = 0; i < work->columns.n; i++)
        convert(work, work->columns.item[i]);
    pg_sibling(&out, &work->after->object, old);
    render_statement(render, &out);
    return put_on(work);
}

int pg_enum_alter(struct render *render, const struct change *change)
{
    struct recreation work = {.render = render,
                              .before = (const struct enum_type *)change->before,
                              .after = (const struct enum_type *)change->after};
    bool labels = change_has(change, ENUM_labels);

    if (labels && !only_adds(&work.before->labels, &work.after->labels))
        return recreate(&work);
    if (labels)
        add_labels(render, work.before, work.after);
    if (change_has(change, ENUM_comment))
        enum_comment(render, work.after);
    return 0;
}
