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

static void columns_text(struct render *render, struct buf *out, const struct object *table, bool *first)
{
    bool all = object_is_partition(table); /* it is attached afterwards */
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN || (!all && pg_only_inherited(render->mem, render->target, child)))
            continue;
        item_begin(out, first);
        pg_column_definition(render, out, (const struct column *)child);
    }
}

static void constraints_text(struct buf *out, const struct object *table, bool *first)
{
    static const enum kind kinds[] = {KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_EXCLUDE, KIND_FOREIGN_KEY};

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int i = 0; i < table->children.n; i++) {
            const struct object *child = table->children.item[i];
            if (child->kind != kinds[k] || child->apart || pg_comes_after_table(child))
                continue;
            item_begin(out, first);
            pg_constraint_text(out, child);
        }
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
    if (!object_is_partition(&table->object))
        inherits_text(out, table);
    if (expr_text(&table->partition_by))
        buf_addf(out, " PARTITION BY %s", expr_text(&table->partition_by));
    if (table->server) {
        buf_add(out, " SERVER ");
        pg_ident_add(out, table->server);
        pg_foreign_options(out, &table->server_options);
    }
    if (table->options.n > 0)
        buf_addf(out, " WITH (%s)", names_join(out->mem, &table->options, ", "));
    if (table->tablespace) {
        buf_add(out, " TABLESPACE ");
        pg_ident_add(out, table->tablespace);
    }
}

static void table_comment(struct render *render, const struct table *table)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &table->object);
    pg_comment(render, table->server ? "FOREIGN TABLE" : "TABLE", &name, table->comment);
}

static void security_statement(struct render *render, const struct table *table, bool before, bool after,
                               const char *words)
{
    struct buf out = pg_begin(render, "");
    if (before == after)
        return;
    pg_alter_table(&out, &table->object);
    buf_addf(&out, "%s ROW LEVEL SECURITY", words);
    render_statement(render, &out);
}

static void table_security(struct render *render, const struct table *before, const struct table *after)
{
    security_statement(render, after, before && before->row_security, after->row_security,
                       after->row_security ? "ENABLE" : "DISABLE");
    security_statement(render, after, before && before->force_row_security, after->force_row_security,
                       after->force_row_security ? "FORCE" : "NO FORCE");
}

static void replica_identity(struct render *render, const struct table *table)
{
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, &table->object);
    buf_addf(&out, "REPLICA IDENTITY %s",
             !table->replica_identity ? "DEFAULT" : text_upper(render->mem, table->replica_identity));
    render_statement(render, &out);
}

static void type_joins(struct render *render, const struct table *table, bool comes)
{
    struct buf out = pg_begin(render, "");
    if (!table->of_type.name)
        return;
    pg_alter_table(&out, &table->object);
    buf_add(&out, comes ? "OF " : "NOT OF");
    if (comes)
        pg_ref(&out, &table->of_type);
    render_statement(render, &out);
}

/* INHERIT wants the parent's checks in the child, NO INHERIT leaves them there: they come and go with it. */
static void checks_differ(struct render *render, const struct object *table, const struct tree *tree,
                          const struct ref *parent, bool come)
{
    struct list checks = {0};
    const struct object *from = tree_find_ref(tree, KIND_TABLE, parent);
    if (from)
        pg_inherited_checks(render->mem, tree, from, &checks);
    for (int i = 0; i < checks.n; i++) {
        const struct object *check = checks.item[i];
        struct buf out = pg_begin(render, "");
        pg_alter_table(&out, table);
        buf_add(&out, come ? "ADD " : "DROP CONSTRAINT IF EXISTS ");
        if (come)
            pg_constraint_text(&out, check);
        else
            pg_ident_add(&out, check->name);
        render_statement(render, &out);
    }
}

/* The statement itself; `within`: as PARTITION OF, which brings the columns. */
static void table_text(struct render *render, const struct table *table, bool within)
{
    struct buf out = pg_begin(render, table->server     ? "CREATE FOREIGN TABLE "
                                      : table->unlogged ? "CREATE UNLOGGED TABLE "
                                                        : "CREATE TABLE ");
    bool first = true;

    pg_top(&out, &table->object);
    if (within)
        pg_partition_of(&out, table);
    size_t head = out.len;
    buf_add(&out, " (");
    if (!within)
        columns_text(render, &out, &table->object, &first);
    constraints_text(&out, &table->object, &first);
    buf_add(&out, first ? ")" : "\n)");
    if (within && first)
        buf_cut(&out, head);
    if (within)
        buf_addf(&out, " %s", pg_partition_bound(table));
    table_suffix(&out, table);
    render_statement(render, &out);
}

/* One that has to wait is attached when the plan ends. */
static void table_or_part(struct render *render, const struct table *table, bool waits)
{
    bool part = object_is_partition(&table->object);
    bool within = part && !waits && pg_is_written_as_part(render->mem, render->target, render->after, table);
    table_text(render, table, within);
    if (part && !within)
        checks_differ(render, &table->object, render->after, &table->inherits.item[0], true);
    if (part && !within && !waits)
        pg_partition_attach(render, table);
}

static void children_after(struct render *render, const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN)
            pg_column_after(render, child);
        else if (kind_is(child->kind, KIND_INLINE) && !child->apart && pg_comes_after_table(child))
            pg_constraint_create(render, &(struct change){.op = CHANGE_CREATE, .kind = child->kind, .after = child});
        else if (kind_is(child->kind, KIND_INLINE) && !child->apart)
            pg_constraint_after(render, child);
    }
}

int pg_table_create(struct render *render, const struct change *change)
{
    const struct table *table = (const struct table *)change->after;
    table_or_part(render, table, change->finish);
    children_after(render, change->after);
    type_joins(render, table, true);
    table_security(render, NULL, table);
    if (table->replica_identity)
        replica_identity(render, table);
    if (table->comment)
        table_comment(render, table);
    return 0;
}

/* Does something of a table that stays refer to the rows of a partition by way of its parent? */
static bool is_referenced_above(const struct render *render, const struct table *partition)
{
    const struct object *parent = pg_parent(render->before, partition, 0);
    if (!parent || !parent->peer)
        return false;
    for (const struct edge *edge = parent->needed; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_FOREIGN_KEY && edge->from->peer)
            return true;
    return ((const struct table *)parent)->inherits.n && is_referenced_above(render, (const struct table *)parent);
}

int pg_table_drop(struct render *render, const struct change *change)
{
    if (object_is_partition(change->before) && is_referenced_above(render, (const struct table *)change->before))
        pg_partition_detach(render, (const struct table *)change->before, change->before);
    struct buf out = pg_begin(render, object_is_foreign(change->before) ? "DROP FOREIGN TABLE " : "DROP TABLE ");

    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* Where it comes from, or goes to. */
static bool is_part_of(const struct object *after, bool come)
{
    const struct object *side = come ? after : after->peer;
    return side && object_is_partition(side);
}

static void part_leaves(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    bool stays = object_is_partition(change->after) && refs_have(&after->inherits, &before->inherits.item[0]);
    pg_partition_detach(render, before, change->after);
    if (stays)
        return;
    pg_copies_drop(render, before, change->after);
    checks_differ(render, change->after, render->before, &before->inherits.item[0], false);
}

static void part_comes(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    bool stayed =
        before && object_is_partition(change->before) && refs_have(&after->inherits, &before->inherits.item[0]);
    if (before && !stayed)
        checks_differ(render, change->after, render->after, &after->inherits.item[0], true);
    pg_partition_attach(render, after);
}

/* Both fields may differ: the parent decides. */
static bool moves_part(const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    bool same = before->inherits.n == after->inherits.n && before->inherits.n &&
                refs_have(&after->inherits, &before->inherits.item[0]);
    return change_has(change, TABLE_inherits) || (same && change_has(change, TABLE_partition_bound));
}

/* A statement for each parent of `some` that is not among `others`. */
static void inherits_differ(struct render *render, const struct object *table, const char *verb,
                            const struct refs *some, const struct refs *others)
{
    for (int i = 0; i < some->n; i++) {
        bool come = *verb == 'I';
        if (refs_have(others, &some->item[i]) || is_part_of(table, come))
            continue;
        if (come)
            checks_differ(render, table, render->after, &some->item[i], true);
        struct buf out = pg_begin(render, "");
        pg_alter_table(&out, table);
        buf_add(&out, verb);
        pg_ref(&out, &some->item[i]);
        render_statement(render, &out);
        if (!come)
            checks_differ(render, table, render->before, &some->item[i], false);
    }
}

/* Parents, and the type of a typed table, are left before columns change, and joined after it. */
int pg_table_finish(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    if (!before) { /* a new partition that had to wait */
        part_comes(render, change);
        return 0;
    }
    if (change_has(change, TABLE_of_type))
        type_joins(render, after, true);
    if (object_is_partition(change->after) && moves_part(change))
        part_comes(render, change);
    inherits_differ(render, change->after, "INHERIT ", &after->inherits, &before->inherits);
    return 0;
}

static void table_settings(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;
    struct buf head = pg_begin(render, "");
    pg_alter_table(&head, change->after);
    if (change_has(change, TABLE_options))
        pg_options_alter(render, head.data, &before->options, &after->options);
    pg_foreign_options_alter(render, head.data, &before->server_options, &after->server_options);
    if (change_has(change, TABLE_tablespace))
        pg_tablespace_alter(render, head.data, after->tablespace);
    if (change_has(change, TABLE_row_security) || change_has(change, TABLE_force_row_security))
        table_security(render, before, after);
    if (change_has(change, TABLE_comment))
        table_comment(render, after);
}

static bool owns(const struct render *render, const struct table *table, const struct sequence *sequence)
{
    const struct object *owner = tree_find_ref(render->before, KIND_TABLE, &sequence->owned_by);
    while (owner && owner != &table->object)
        owner = owner->parent;
    return owner;
}

/* Since 15 the server takes the sequences along that the table owns; those that are to be otherwise are set again. */
static void table_logging(struct render *render, const struct table *before, const struct table *after)
{
    const struct object *root = render->before->root;
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, &after->object);
    buf_add(&out, after->unlogged ? "SET UNLOGGED" : "SET LOGGED");
    render_statement(render, &out);
    for (const struct object *o = root; o && render->target->version >= 150000; o = object_next(root, o)) {
        const struct sequence *sequence = (const struct sequence *)o->peer;
        if (o->kind != KIND_SEQUENCE || !sequence || sequence->unlogged == after->unlogged ||
            !owns(render, before, (const struct sequence *)o))
            continue;
        out = pg_alter_top(render, o->peer);
        buf_add(&out, sequence->unlogged ? "SET UNLOGGED" : "SET LOGGED");
        render_statement(render, &out);
    }
}

int pg_table_alter(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;

    if (change_has(change, TABLE_unlogged))
        table_logging(render, before, after);
    if (object_is_partition(change->before) && moves_part(change))
        part_leaves(render, change);
    if (change_has(change, TABLE_inherits))
        inherits_differ(render, change->after, "NO INHERIT ", &before->inherits, &after->inherits);
    if (change_has(change, TABLE_of_type))
        type_joins(render, before, false);
    if (change_has(change, TABLE_replica_identity) && (after->replica_identity || !pg_has_identity(change->after)))
        replica_identity(render, after);
    table_settings(render, change);
    return 0;
}

int pg_table_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, object_is_foreign(change->renamed) ? "ALTER FOREIGN TABLE " : "ALTER TABLE ");

    pg_top(&out, change->before);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
