/* Primary keys, checks and foreign keys, as in CREATE TABLE and after ADD. */
#include "base/text.h"
#include "dialect/mysql/render.h"

/* PERIOD FOR app (a, b), which is kept as a < b. */
static void period_text(struct buf *out, const struct check *check)
{
    const struct names columns = my_period_columns(out->mem, check);
    buf_add(out, "PERIOD FOR ");
    my_ident_add(out, check->object.name);
    for (int i = 0; i < columns.n; i++) {
        buf_add(out, i ? ", " : " (");
        my_ident_add(out, columns.item[i]);
    }
    buf_add_c(out, ')');
}

void my_overlaps_add(struct buf *out, const char *period)
{
    buf_add(out, ", ");
    my_ident_add(out, period);
    buf_add(out, " WITHOUT OVERLAPS");
}

static void key_columns(struct buf *out, const struct primary_key *key)
{
    int said = key->columns.n - (key->period ? MY_PERIOD_COLUMNS : 0);
    buf_add(out, "PRIMARY KEY (");
    for (int i = 0; i < said; i++) {
        buf_add(out, i ? ", " : "");
        my_ident_add(out, key->columns.item[i]);
        const char *order = i < key->orders.n ? key->orders.item[i] : "";
        buf_addf(out, "%s%s", *order && *order != '(' ? " " : "", order);
    }
    if (key->period)
        my_overlaps_add(out, key->period);
    buf_add_c(out, ')');
}

void my_constraint_text(struct buf *out, const struct object *object)
{
    if (object->kind == KIND_PRIMARY_KEY) {
        key_columns(out, (const struct primary_key *)object);
        return;
    }
    if (object->kind == KIND_CHECK && ((const struct check *)object)->period)
        period_text(out, (const struct check *)object);
    else if (object->kind == KIND_CHECK)
        ansi_check(out, &my_dialect, (const struct check *)object);
    else
        ansi_foreign_key(out, &my_dialect, (const struct foreign_key *)object);
}

/* MariaDB looks for the name of a check among the foreign keys that are there before the statement. */
static bool takes_name_of_key(const struct object *check)
{
    const struct object *before = check->parent->peer;
    return check->kind == KIND_CHECK && before && object_child(before, KIND_FOREIGN_KEY, check->name);
}

int my_constraint_create(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "ADD ");
    bool refers = change->kind == KIND_FOREIGN_KEY;
    my_constraint_text(&out, change->after);
    enum clause clause = takes_name_of_key(change->after) ? CLAUSE_ALONE
                         : refers                         ? CLAUSE_ADD_FOREIGN_KEY
                                                          : CLAUSE_PLAIN;
    my_clause(render, change->after, clause, &out);
    return 0;
}

/* One in the definition of its column goes when that is said again without it, and with the column. */
static int check_leaves_column(struct render *render, const struct object *check)
{
    const struct object *before = my_check_column(render->mem, (const struct check *)check);
    struct buf out = my_begin(render, "MODIFY COLUMN ");
    if (!before || !before->peer || before->unmade)
        return 0;
    my_column_definition(render, &out, (const struct column *)before->peer);
    my_clause(render, before->peer, CLAUSE_PLAIN, &out);
    return 0;
}

/* Then the key that it refers to cannot go in the same statement. */
static bool refers_to_itself(const struct foreign_key *key)
{
    return !*key->ref_table.schema && text_equal_nocase(key->ref_table.name, key->object.parent->name);
}

/* MySQL has a word for each, and wants it where a foreign key has the same name. */
static bool is_maria(const struct render *render)
{
    return render->target->dialect->engine == ENGINE_MARIA;
}

static const char *drop_word(const struct render *render, const struct object *object)
{
    if (object->kind != KIND_CHECK)
        return "FOREIGN KEY ";
    return ((const struct check *)object)->period ? "PERIOD FOR " : is_maria(render) ? "CONSTRAINT " : "CHECK ";
}

int my_constraint_drop(struct render *render, const struct change *change)
{
    const struct object *object = change->before;
    struct buf out = my_begin(render, "DROP ");
    if (object->kind == KIND_CHECK && ((const struct check *)object)->of_column)
        return check_leaves_column(render, object);
    if (object->kind == KIND_PRIMARY_KEY) {
        buf_add(&out, "PRIMARY KEY");
    } else {
        buf_add(&out, drop_word(render, object));
        my_ident_add(&out, object->name);
    }
    bool itself = object->kind == KIND_FOREIGN_KEY && refers_to_itself((const struct foreign_key *)object);
    my_clause(render, object, itself ? CLAUSE_ALONE : CLAUSE_PLAIN, &out);
    return 0;
}
