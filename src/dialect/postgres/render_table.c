/*
 * Tables: CREATE with everything that belongs inside, and the properties of the table itself.
 *
 * Indexes and comments follow as statements of their own; so does a foreign key that was taken out because of a cycle.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void item_begin(struct buf *out, bool *first)
{
    buf_add(out, *first ? "\n    " : ",\n    ");
    *first = false;
}

static int columns_text(struct render *render, struct buf *out, const struct object *table, bool *first)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN)
            continue;
        TRY(pg_column_check(render, (const struct column *)child));
        item_begin(out, first);
        pg_column_definition(render, out, (const struct column *)child);
    }
    return 0;
}

static int constraints_text(struct render *render, struct buf *out, const struct object *table, bool *first)
{
    static const enum kind kinds[] = {KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_EXCLUDE, KIND_FOREIGN_KEY};

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int i = 0; i < table->children.n; i++) {
            struct object *child = table->children.item[i];
            if (child->kind != kinds[k] || !pg_is_inline(render, child))
                continue;
            item_begin(out, first);
            TRY(pg_constraint_text(render, out, child));
        }
    return 0;
}

static void inherits_text(struct buf *out, const struct table *table)
{
    if (table->inherits.n == 0)
        return;
    buf_add(out, " INHERITS (");
    for (int i = 0; i < table->inherits.n; i++) {
        buf_add(out, i > 0 ? ", " : "");
        pg_ref(out, &table->inherits.item[i]);
    }
    buf_add_c(out, ')');
}

static void table_suffix(struct buf *out, const struct table *table)
{
    inherits_text(out, table);
    if (table->partition_by != NULL)
        buf_addf(out, " PARTITION BY %s", table->partition_by);
    if (table->options.n > 0)
        buf_addf(out, " WITH (%s)", names_join(out->mem, &table->options, ", "));
    if (table->tablespace != NULL) {
        buf_add(out, " TABLESPACE ");
        pg_ident_add(out, table->tablespace);
    }
}

static void table_comment(struct render *render, const struct table *table)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &table->object);
    pg_comment(render, "TABLE", &name, table->comment);
}

static bool changes_persistence(const struct change *change)
{
    return change->op == CHANGE_ALTER && change->kind == KIND_TABLE && change_has(change, TABLE_unlogged);
}

/* Does a foreign key lead from one table to the other, now and still then? */
static bool refers(const struct render *render, const struct object *from, const struct object *to)
{
    for (int i = 0; from != to && i < from->children.n; i++) {
        const struct foreign_key *key = from->children.item[i];
        if (key->object.kind == KIND_FOREIGN_KEY && !pg_has_change(render, CHANGE_DROP, &key->object) &&
            tree_find_ref(render->changes->before, KIND_TABLE, &key->ref_table) == to)
            return true;
    }
    return false;
}

/*
 * A logged table may not refer to an unlogged one, at no time: on the way to unlogged those that refer go first, on the
 * way back those that are referred to.
 */
static void set_persistence(struct render *render, const struct change *change, struct list *done)
{
    const struct table *after = (const struct table *)change->after;
    struct buf out;

    for (int i = 0; i < done->n; i++)
        if (done->item[i] == change->before)
            return;
    list_add(render->mem, done, change->before);
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *other = render->changes->list.item[i];
        if (!changes_persistence(other) || ((const struct table *)other->after)->unlogged != after->unlogged)
            continue;
        if (after->unlogged ? refers(render, other->before, change->before)
                            : refers(render, change->before, other->before))
            set_persistence(render, other, done);
    }
    out = pg_begin(render, "");
    pg_alter_table(&out, change->after);
    buf_add(&out, after->unlogged ? "SET UNLOGGED" : "SET LOGGED");
    render_statement(render, &out);
}

/* Tables that will be dropped refer until then. */
static void release_from_dropped(struct render *render, const struct object *table)
{
    struct object *root = render->changes->before->root;

    for (struct object *object = root; object != NULL; object = object_next(root, object)) {
        struct change drop = {.op = CHANGE_DROP, .kind = KIND_FOREIGN_KEY, .before = object};
        if (object->kind == KIND_FOREIGN_KEY && object->parent->peer == NULL && refers(render, object->parent, table) &&
            ref_is(&((struct foreign_key *)object)->ref_table, table) && !pg_has_change(render, CHANGE_DROP, object))
            pg_constraint_drop(render, &drop);
    }
}

static void persistence_all(struct render *render, bool unlogged)
{
    struct list done = {0};

    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *change = render->changes->list.item[i];
        if (!changes_persistence(change) || ((const struct table *)change->after)->unlogged != unlogged)
            continue;
        if (unlogged)
            release_from_dropped(render, change->before);
        set_persistence(render, change, &done);
    }
}

static const struct change *first_change(const struct render *render, enum change_op op, bool persistence)
{
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *change = render->changes->list.item[i];
        if (change->op == op && change->kind == KIND_TABLE && (!persistence || changes_persistence(change)))
            return change;
    }
    return NULL;
}

/* All tables at once, in an order of their own: to logged before new tables refer to them, to unlogged in their turn. */
static void alter_persistence(struct render *render, const struct change *change)
{
    if (change != first_change(render, CHANGE_ALTER, true))
        return;
    if (first_change(render, CHANGE_CREATE, false) == NULL)
        persistence_all(render, false);
    persistence_all(render, true);
}

static void persistence_before_create(struct render *render, const struct change *change)
{
    if (change == first_change(render, CHANGE_CREATE, false))
        persistence_all(render, false);
}

int pg_table_create(struct render *render, const struct change *change)
{
    const struct table *table = (const struct table *)change->after;
    struct buf out = pg_begin(render, table->unlogged ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ");
    bool first = true;

    persistence_before_create(render, change);
    pg_top(&out, change->after);
    buf_add(&out, " (");
    TRY(columns_text(render, &out, change->after, &first));
    TRY(constraints_text(render, &out, change->after, &first));
    buf_add(&out, first ? ")" : "\n)");
    table_suffix(&out, table);
    render_statement(render, &out);
    for (int i = 0; i < change->after->children.n; i++) {
        const struct object *child = change->after->children.item[i];
        if (child->kind == KIND_COLUMN)
            pg_column_after(render, child);
    }
    if (table->comment != NULL)
        table_comment(render, table);
    return 0;
}

static int fail_partition(struct render *render, const struct object *table)
{
    fail(render->ctx, ERR_UNSUPPORTED, "the partitioning of table \"%s\" cannot be changed in place", table->name);
    return fail_hint(render->ctx, "Write the migration by hand: make a new table, copy the rows, swap the names.");
}

int pg_table_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP TABLE ");

    if (change->replaced)
        return fail_partition(render, change->before);
    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

static const char *option_name(struct arena *mem, const char *option)
{
    return text_slice(mem, option, 0, strcspn(option, "="));
}

static bool has_option(struct arena *mem, const struct names *options, const char *name)
{
    for (int i = 0; i < options->n; i++)
        if (text_equal(option_name(mem, options->item[i]), name))
            return true;
    return false;
}

/* SET what is new or different, RESET what is gone. */
static void alter_options(struct render *render, const struct table *before, const struct table *after)
{
    struct names set = {0}, reset = {0};
    struct buf out = pg_begin(render, "");

    for (int i = 0; i < after->options.n; i++)
        if (!names_have(&before->options, after->options.item[i]))
            names_add(render->mem, &set, after->options.item[i]);
    for (int i = 0; i < before->options.n; i++) {
        const char *name = option_name(render->mem, before->options.item[i]);
        if (!has_option(render->mem, &after->options, name))
            names_add(render->mem, &reset, name);
    }
    if (reset.n > 0) {
        pg_alter_table(&out, &after->object);
        buf_addf(&out, "RESET (%s)", names_join(render->mem, &reset, ", "));
        render_statement(render, &out);
    }
    if (set.n > 0) {
        pg_alter_table(&out, &after->object);
        buf_addf(&out, "SET (%s)", names_join(render->mem, &set, ", "));
        render_statement(render, &out);
    }
}

int pg_table_alter(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    struct buf out = pg_begin(render, "");

    if (change_has(change, TABLE_unlogged))
        alter_persistence(render, change);
    if (change_has(change, TABLE_inherits))
        pg_alter_inherits(render, change);
    if (change_has(change, TABLE_options))
        alter_options(render, before, after);
    if (change_has(change, TABLE_tablespace)) {
        pg_alter_table(&out, change->after);
        buf_add(&out, "SET TABLESPACE ");
        pg_ident_add(&out, after->tablespace != NULL ? after->tablespace : "pg_default");
        render_statement(render, &out);
    }
    if (change_has(change, TABLE_comment))
        table_comment(render, after);
    return 0;
}

int pg_table_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER TABLE ");

    pg_top(&out, change->before);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
