/*
 * Random changes of a schema, as people make them: something is added, dropped or altered, one to four times.
 * The one idea: a change that would leave the schema invalid (a column that a view names, a key that something
 * references) is not made; another one is tried instead.
 */
#include "base/text.h"
#include "random.h"

/* ---- what depends on what ---- */

static bool references(const struct object *object, const struct object *table, const char *column)
{
    const struct foreign_key *key = (const struct foreign_key *)object;
    const struct ref whole = ref_to(table);
    return object->kind == KIND_FOREIGN_KEY && ref_same(&key->ref_table, &whole) &&
           (!column || names_have(&key->ref_columns, column));
}

/* By a foreign key from anywhere; `column` NULL: any of its columns. */
static bool is_referenced(struct dice *dice, const struct object *table, const char *column)
{
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (references(o, table, column))
            return true;
    return false;
}

static bool key_is_referenced(struct dice *dice, const struct object *table, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++)
        if (is_referenced(dice, table, columns->item[i]))
            return true;
    return false;
}

/* Does a list of columns, or a part of an index, name this column? */
static bool object_names(const struct object *object, const char *column)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const void *value = object_field(object, i);
        if (!(info->field[i].marks & FIELD_COLUMN_REF))
            continue;
        if (info->field[i].type == FIELD_NAMES ? names_have(value, column)
                                               : text_equal(*(const char *const *)value, column))
            return true;
    }
    for (int i = 0; i < object->children.n; i++)
        if (object_names(object->children.item[i], column))
            return true;
    return false;
}

static bool in_key(const struct object *table, const char *column)
{
    const struct object *key = object_only(table, KIND_PRIMARY_KEY);
    return key && object_names(key, column);
}

static bool is_special(const struct column *column)
{
    return column->identity || column->autoincrement || column->computed.written;
}

/* ---- columns ---- */

static bool is_parent(const struct dice *dice, const struct object *table)
{
    const struct ref ref = ref_to(table);
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (o->kind == KIND_TABLE && refs_have(&((const struct table *)o)->inherits, &ref))
            return true;
    return false;
}

static bool add_column(struct dice *dice)
{
    struct object *table = random_of_kind(dice, KIND_TABLE);
    struct column *column = random_column(dice, table);
    /* PostgreSQL adds no identity column to a table with children; see the refusal among its effects. */
    if (dice_chance(dice, 15) && !is_parent(dice, table))
        specialise_column(dice, column);
    say_some_absences(dice, &column->object);
    return true;
}

static bool drop_column(struct dice *dice)
{
    struct object *column = random_of_kind(dice, KIND_COLUMN);
    if (((const struct column *)column)->identity && is_parent(dice, column->parent))
        return false; /* there would be no way back */
    return remove_with_dependents(dice, column);
}

static bool alter_nullable(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (is_special(column) || in_key(column->object.parent, column->object.name) || column->invisible)
        return false;
    const struct names names = one_name(dice->mem, column->object.name);
    if (speaks_mysql(dice) && (may_be_set_null(column->object.parent, &names) || my_is_shape_indexed(column)))
        return false;
    if (speaks_mysql(dice) && column->nullable && my_is_acted_on(column)) /* values that come from there may be NULL */
        return false;
    SAY(column, COLUMN, nullable, !column->nullable);
    if (column->nullable && dice->engine == ENGINE_LITE)
        SAY(column, COLUMN, not_null_conflict, NULL);
    return true;
}

static bool alter_default(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (is_special(column))
        return false;
    const char *value = column->default_value.written && dice_chance(dice, 50) ? NULL : random_default(dice, column);
    SAY(column, COLUMN, default_value, written(value));
    return true;
}

static bool has_opclass(const struct object *index)
{
    for (int i = 0; i < index->children.n; i++)
        if (((const struct index_part *)index->children.item[i])->opclass)
            return true;
    return false;
}

static bool can_retype(struct dice *dice, const struct column *column)
{
    const struct object *table = column->object.parent;
    const char *name = column->object.name;
    if (is_special(column) || (in_key(table, name) && dice->engine == ENGINE_LITE))
        return false;
    for (int i = 0; i < table->children.n; i++) { /* an operator class goes with a type */
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_INDEX && has_opclass(child) && object_names(child, name))
            return false;
    }
    return true;
}

/* A text becomes an enum, an enum a text, a domain what it is of: what belongs to the one alone goes. */
static const char *other_family(struct dice *dice, struct column *column)
{
    enum family family = column_family(dice, column);
    const struct object *labels = family == FAMILY_TEXT ? random_of_kind(dice, KIND_ENUM) : NULL;
    const struct domain *domain = domain_of(dice, column->type);
    bool fits = (labels || family == FAMILY_ENUM || domain) && reads_any_type(dice, column);
    return !fits ? NULL : labels ? qualified(dice, labels) : domain ? domain->type : "text";
}

static void change_family(struct dice *dice, struct column *column, const char *type)
{
    SAY(column, COLUMN, type, type);
    SAY(column, COLUMN, collation, NULL);
    SAY(column, COLUMN, storage, NULL);
    SAY(column, COLUMN, compression, NULL);
    SAY(column, COLUMN, default_value, written(column->default_value.written ? random_default(dice, column) : NULL));
}

/* A time with digits goes with the type. */
static void clock_forget(struct dice *dice, struct column *column)
{
    if (!speaks_mysql(dice))
        return;
    if (text_has(column->default_value.written ? column->default_value.written : "", "CURRENT_TIMESTAMP"))
        SAY(column, COLUMN, default_value, written(NULL));
    if (column->on_update.written)
        SAY(column, COLUMN, on_update, written(NULL));
}

/* With the columns that foreign keys tie to it. */
static bool alter_type(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    bool other = dice->engine == ENGINE_PG && dice_chance(dice, 40);
    const char *type = other ? other_family(dice, column) : wider_type(dice, column);
    struct list tied = tied_columns(dice, column);
    for (int i = 0; i < tied.n; i++)
        if (!type || !can_retype(dice, tied.item[i]) || (other && !reads_any_type(dice, tied.item[i])) ||
            ((struct table *)((struct object *)tied.item[i])->parent)->strict)
            return false;
    for (int i = 0; i < tied.n; i++) {
        if (other)
            change_family(dice, tied.item[i], type);
        else
            SAY((struct column *)tied.item[i], COLUMN, type, type);
        clock_forget(dice, tied.item[i]);
    }
    return true;
}

static bool alter_generation(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    const char *text = column->computed.written;
    if (!text || !text_has(text, " * 2"))
        return false;
    SAY(column, COLUMN, computed, written(text_replace(dice->mem, text, " * 2", " * 3")));
    return true;
}

static bool alter_identity(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (!column->identity)
        return false;
    if (dice_chance(dice, 30))
        SAY(column, COLUMN, counter_comment, column->counter_comment ? NULL : random_comment(dice));
    else if (dice_chance(dice, 50))
        SAY(column, COLUMN, identity, text_equal(column->identity, "always") ? "by default" : "always");
    else
        SAY(column, COLUMN, identity_increment, 2 + dice_below(dice, 5));
    return true;
}

static bool alter_storage(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (dice->engine != ENGINE_PG || column_family(dice, column) != FAMILY_TEXT)
        return false;
    if (dice_chance(dice, 50))
        SAY(column, COLUMN, storage, column->storage ? NULL : "external");
    else
        SAY(column, COLUMN, compression, column->compression ? NULL : "pglz");
    return true;
}

/* ---- tables ---- */

static bool add_table(struct dice *dice)
{
    struct object *table = random_table(dice);
    if (dice_chance(dice, 50))
        random_foreign_key(dice, table);
    if (dice_chance(dice, 50))
        random_index(dice, table);
    return true;
}

static bool drop_table(struct dice *dice)
{
    struct object *table = random_of_kind(dice, KIND_TABLE), *schema = table->parent;
    if (!remove_with_dependents(dice, table))
        return false;
    if (*schema->name && !schema->children.n)
        object_remove(schema);
    return true;
}

/* With the tables that foreign keys tie to it. */
static bool alter_logging(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (dice->engine != ENGINE_PG)
        return false;
    struct list tied = tied_tables(dice, table);
    bool unlogged = !table->unlogged;
    for (int i = 0; i < tied.n; i++)
        SAY((struct table *)tied.item[i], TABLE, unlogged, unlogged);
    return true;
}

/* A child that leaves a parent keeps the parent's columns as its own, or loses them. */
static bool leave_parent(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (!table->inherits.n)
        return false;
    struct refs *parents = &table->inherits;
    int which = dice_below(dice, parents->n);
    const struct object *parent = tree_find_ref(dice->tree, KIND_TABLE, &parents->item[which]);
    for (int i = 0; i < parent->children.n; i++)
        if (((struct object *)parent->children.item[i])->kind == KIND_COLUMN && is_special(parent->children.item[i]))
            return false;
    if (dice_chance(dice, 50))
        for (int i = 0; i < parent->children.n; i++) {
            const struct object *child = parent->children.item[i];
            if (child->kind == KIND_COLUMN)
                object_copy(dice->mem, child, &table->object);
        }
    struct refs left = {.item = NEW_ARRAY(dice->mem, struct ref, parents->n), .room = parents->n};
    for (int i = 0; i < parents->n; i++)
        if (i != which)
            left.item[left.n++] = parents->item[i];
    SAY(table, TABLE, inherits, left);
    return true;
}

static bool alter_options(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (dice->engine != ENGINE_PG)
        return false;
    SAY(table, TABLE, options, table->options.n ? (struct names){0} : one_name(dice->mem, "fillfactor=80"));
    return true;
}

static bool alter_rowid(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    const struct primary_key *key = (const struct primary_key *)object_only(&table->object, KIND_PRIMARY_KEY);
    if (dice->engine != ENGINE_LITE)
        return false;
    if (table->strict && dice_chance(dice, 50)) {
        SAY(table, TABLE, strict, false);
        return true;
    }
    for (int i = 0; key && i < key->columns.n; i++)
        if (((struct column *)object_child(&table->object, KIND_COLUMN, key->columns.item[i]))->autoincrement)
            return false;
    if (!key)
        return false;
    SAY(table, TABLE, without_rowid, !table->without_rowid);
    return true;
}

/* ---- keys, constraints, indexes ---- */

static bool add_primary_key(struct dice *dice)
{
    return random_primary_key(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_primary_key(struct dice *dice)
{
    struct primary_key *key = (struct primary_key *)random_of_kind(dice, KIND_PRIMARY_KEY);
    if (!key || ((struct table *)key->object.parent)->without_rowid ||
        key_is_referenced(dice, key->object.parent, &key->columns))
        return false;
    const struct column *first =
        (const struct column *)object_child(key->object.parent, KIND_COLUMN, key->columns.item[0]);
    if (dice->engine != ENGINE_PG && first->autoincrement)
        return false;
    object_remove(&key->object);
    return true;
}

static bool add_unique(struct dice *dice)
{
    return random_unique(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_unique(struct dice *dice)
{
    struct unique *unique = (struct unique *)random_of_kind(dice, KIND_UNIQUE);
    if (!unique || key_is_referenced(dice, unique->object.parent, &unique->columns))
        return false;
    object_remove(&unique->object);
    return true;
}

static bool alter_unique(struct dice *dice)
{
    struct unique *unique = (struct unique *)random_of_kind(dice, KIND_UNIQUE);
    if (!unique || dice->engine != ENGINE_PG)
        return false;
    if (dice_chance(dice, 40)) {
        SAY(unique, UNIQUE, options, unique->options.n ? (struct names){0} : one_name(dice->mem, "fillfactor=80"));
        return true;
    }
    if (key_is_referenced(dice, unique->object.parent, &unique->columns))
        return false;
    SAY(unique, UNIQUE, deferrable, !unique->deferrable);
    SAY(unique, UNIQUE, initially_deferred, false);
    return true;
}

static bool add_check(struct dice *dice)
{
    return random_check(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_check(struct dice *dice)
{
    struct object *check = random_of_kind(dice, KIND_CHECK);
    if (check && ((struct check *)check)->period)
        return my_drop_period(dice, check);
    if (check)
        object_remove(check);
    return check;
}

static bool alter_check(struct dice *dice)
{
    struct check *check = (struct check *)random_of_kind(dice, KIND_CHECK);
    const char *condition = check ? random_condition(dice, check->object.parent) : NULL;
    if (!condition || !check->object.name || check->period)
        return false;
    SAY(check, CHECK, expr, written(condition));
    return true;
}

static bool add_exclude(struct dice *dice)
{
    return random_exclude(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_exclude(struct dice *dice)
{
    struct object *exclude = random_of_kind(dice, KIND_EXCLUDE);
    if (exclude)
        object_remove(exclude);
    return exclude;
}

static bool add_foreign_key(struct dice *dice)
{
    return random_foreign_key(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_foreign_key(struct dice *dice)
{
    struct object *key = random_of_kind(dice, KIND_FOREIGN_KEY);
    if (key)
        object_remove(key);
    return key;
}

static bool alter_foreign_key(struct dice *dice)
{
    struct foreign_key *key = (struct foreign_key *)random_of_kind(dice, KIND_FOREIGN_KEY);
    if (!key)
        return false;
    SAY(key, FOREIGN_KEY, on_delete, text_equal(key->on_delete, "CASCADE") ? "RESTRICT" : "CASCADE");
    return true;
}

static bool alter_key(struct dice *dice)
{
    struct object *key = random_of_kind(dice, dice_chance(dice, 50) ? KIND_PRIMARY_KEY : KIND_UNIQUE);
    return key && change_key(dice, key);
}

static bool add_index(struct dice *dice)
{
    struct object *view = dice_chance(dice, 30) ? random_of_kind(dice, KIND_VIEW) : NULL;
    bool stored = view && ((const struct view *)view)->materialized;
    return random_index(dice, stored ? view : random_of_kind(dice, KIND_TABLE));
}

static bool drop_one(struct dice *dice, enum kind kind)
{
    struct object *object = random_of_kind(dice, kind);
    return object && remove_with_dependents(dice, object);
}

static bool drop_index(struct dice *dice)
{
    return drop_one(dice, KIND_INDEX);
}

static bool is_depended_on(struct dice *dice, const struct object *object)
{
    find_dependents(dice);
    return object->needed;
}

static bool alter_index(struct dice *dice)
{
    struct index *index = (struct index *)random_of_kind(dice, KIND_INDEX);
    if (!index || (index->method && !text_equal(index->method, "btree")))
        return false;
    struct index_part *part = index->object.children.item[0];
    if (dice_chance(dice, 50) || part->expr.written || index->invisible || index->period ||
        is_depended_on(dice, &index->object))
        SAY(part, INDEX_PART, descending, !part->descending);
    else {
        SAY(index, INDEX, is_unique, !index->is_unique);
        if (dice->engine == ENGINE_PG)
            SAY(index, INDEX, nulls_not_distinct, false);
    }
    return true;
}

/* ---- enums, sequences, views, triggers, functions ---- */

static bool add_enum(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_enum(dice);
}

static bool add_label(struct dice *dice)
{
    struct enum_type *type = (struct enum_type *)random_of_kind(dice, KIND_ENUM);
    if (!type)
        return false;
    struct names labels = {0};
    int at = dice_below(dice, type->labels.n + 1);
    for (int i = 0; i <= type->labels.n; i++) {
        if (i == at)
            names_add(dice->mem, &labels, random_name(dice));
        if (i < type->labels.n)
            names_add(dice->mem, &labels, type->labels.item[i]);
    }
    SAY(type, ENUM, labels, labels);
    return true;
}

static bool move_label(struct dice *dice)
{
    struct enum_type *type = (struct enum_type *)random_of_kind(dice, KIND_ENUM);
    if (!type || type->labels.n < 2)
        return false;
    struct names labels = {0};
    for (int i = 0; i < type->labels.n; i++)
        names_add(dice->mem, &labels, type->labels.item[(i + 1) % type->labels.n]);
    SAY(type, ENUM, labels, labels);
    return true;
}

static bool is_said_somewhere(struct dice *dice, const char *label)
{
    const char *literal = arena_printf(dice->mem, "'%s'", text_replace(dice->mem, label, "'", "''"));
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++) {
            const struct expr *expr = object_field(o, i);
            if (kind_table[o->kind].field[i].type == FIELD_EXPR && expr->written && text_has(expr->written, literal))
                return true;
        }
    return false;
}

static bool drop_label(struct dice *dice)
{
    struct enum_type *type = (struct enum_type *)random_of_kind(dice, KIND_ENUM);
    if (!type || type->labels.n < 3 || is_said_somewhere(dice, type->labels.item[type->labels.n - 1]))
        return false;
    struct names labels = names_copy(dice->mem, &type->labels);
    labels.n--;
    SAY(type, ENUM, labels, labels);
    return true;
}

static bool add_domain(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_domain(dice);
}

/* Or a composite type. */
static bool drop_domain(struct dice *dice)
{
    return drop_one(dice, dice_chance(dice, 60) ? KIND_DOMAIN : KIND_COMPOSITE);
}

static bool add_composite(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_composite(dice);
}

static bool add_sequence(struct dice *dice)
{
    return dice->engine & (ENGINE_PG | ENGINE_MARIA) && random_sequence(dice);
}

static bool drop_sequence(struct dice *dice)
{
    return drop_one(dice, KIND_SEQUENCE);
}

static bool alter_sequence(struct dice *dice)
{
    struct sequence *sequence = (struct sequence *)random_of_kind(dice, KIND_SEQUENCE);
    if (!sequence)
        return false;
    SAY(sequence, SEQUENCE, increment, 1 + dice_below(dice, 9));
    SAY(sequence, SEQUENCE, cycle, !sequence->cycle);
    return true;
}

static bool alter_owner(struct dice *dice)
{
    struct sequence *sequence = (struct sequence *)random_of_kind(dice, KIND_SEQUENCE);
    if (dice->engine != ENGINE_PG)
        return false;
    if (!sequence || !sequence->owned_by.name)
        return sequence && give_owner(dice, sequence);
    SAY(sequence, SEQUENCE, owned_by, ((struct ref){0}));
    return true;
}

static bool alter_view(struct dice *dice)
{
    struct view *view = (struct view *)random_of_kind(dice, KIND_VIEW);
    return view && view_reshape(dice, view);
}

static bool alter_view_options(struct dice *dice)
{
    struct view *view = (struct view *)random_of_kind(dice, KIND_VIEW);
    if (!view || dice->engine != ENGINE_PG)
        return false;
    if (dice_chance(dice, 50))
        view_column_change(dice, view);
    else
        SAY(view, VIEW, options, view->options.n ? (struct names){0} : view_options(dice, view));
    return true;
}

static bool add_view(struct dice *dice)
{
    return dice->engine == ENGINE_LITE && dice_chance(dice, 20) ? random_virtual_table(dice) : random_view(dice);
}

static bool drop_view(struct dice *dice)
{
    bool virtual = dice->engine == ENGINE_LITE && dice_chance(dice, 30);
    return drop_one(dice, virtual ? KIND_VIRTUAL_TABLE : KIND_VIEW);
}

static bool add_trigger(struct dice *dice)
{
    struct object *view = dice_chance(dice, 30) ? random_of_kind(dice, KIND_VIEW) : NULL;
    return random_trigger(dice, view ? view : random_of_kind(dice, KIND_TABLE));
}

static bool drop_trigger(struct dice *dice)
{
    struct object *trigger = random_of_kind(dice, KIND_TRIGGER);
    if (trigger)
        object_remove(trigger);
    return trigger;
}

static bool add_rule(struct dice *dice)
{
    struct object *view = dice_chance(dice, 30) ? random_of_kind(dice, KIND_VIEW) : NULL;
    return random_rule(dice, view ? view : random_of_kind(dice, KIND_TABLE));
}

static bool drop_rule(struct dice *dice)
{
    struct object *rule = random_of_kind(dice, KIND_RULE);
    if (rule)
        object_remove(rule);
    return rule;
}

static bool alter_rule(struct dice *dice)
{
    struct object *rule = random_of_kind(dice, KIND_RULE);
    return rule && change_rule(dice, rule);
}

static bool add_statistics(struct dice *dice)
{
    return random_statistics(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_statistics(struct dice *dice)
{
    struct object *statistics = random_of_kind(dice, KIND_STATISTICS);
    if (statistics)
        object_remove(statistics);
    return statistics;
}

static bool alter_statistics(struct dice *dice)
{
    struct object *statistics = random_of_kind(dice, KIND_STATISTICS);
    return statistics && change_statistics(dice, statistics);
}

static bool alter_target(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (!column || dice->engine != ENGINE_PG)
        return false;
    if (dice_chance(dice, 50))
        SAY(column, COLUMN, statistics_target, column->statistics_target ? NULL : "300");
    else
        SAY(column, COLUMN, options, column->options.n ? (struct names){0} : one_name(dice->mem, "n_distinct=-0.5"));
    return true;
}

/* ---- row-level security ---- */

static bool add_policy(struct dice *dice)
{
    return random_policy(dice, random_of_kind(dice, KIND_TABLE));
}

static bool drop_policy(struct dice *dice)
{
    struct object *policy = random_of_kind(dice, KIND_POLICY);
    if (policy)
        object_remove(policy);
    return policy;
}

static bool alter_policy(struct dice *dice)
{
    struct object *policy = random_of_kind(dice, KIND_POLICY);
    return policy && change_policy(dice, policy);
}

static bool alter_security(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (!table || dice->engine != ENGINE_PG)
        return false;
    if (dice_chance(dice, 60))
        SAY(table, TABLE, row_security, !table->row_security);
    else
        SAY(table, TABLE, force_row_security, !table->force_row_security);
    return true;
}

/* Whether rows were asked, and when they are. */
static bool alter_state(struct dice *dice)
{
    struct foreign_key *key = (struct foreign_key *)random_of_kind(dice, KIND_FOREIGN_KEY);
    struct check *check = (struct check *)random_of_kind(dice, KIND_CHECK);
    if (dice->engine != ENGINE_PG || (!key && !check))
        return false;
    if (!key || (check && dice_chance(dice, 30)))
        SAY(check, CHECK, not_valid, !check->not_valid);
    else if (dice_chance(dice, 50))
        SAY(key, FOREIGN_KEY, not_valid, !key->not_valid);
    else {
        SAY(key, FOREIGN_KEY, deferrable, !key->deferrable);
        SAY(key, FOREIGN_KEY, initially_deferred, key->deferrable && dice_chance(dice, 50));
    }
    return true;
}

static bool alter_mark(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_INDEX};
    struct object *index = random_of_kind(dice, PICK(dice, kinds));
    return index && mark_index(dice, index, dice_chance(dice, 50) ? "clustered" : "replica_identity");
}

static bool alter_replica(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (!table || dice->engine != ENGINE_PG || is_marked(&table->object, "replica_identity"))
        return false;
    SAY(table, TABLE, replica_identity, table->replica_identity ? NULL : dice_chance(dice, 50) ? "full" : "nothing");
    return true;
}

/* ---- partitions ---- */

static bool add_partition(struct dice *dice)
{
    struct object *parent = random_of_partitioning(dice, false);
    return parent ? random_partition(dice, parent) != NULL : dice->engine == ENGINE_PG && random_partitioned(dice);
}

static bool drop_partition(struct dice *dice)
{
    struct object *partition = random_of_partitioning(dice, true);
    if (partition)
        object_remove(partition);
    return partition;
}

static bool move_partition(struct dice *dice)
{
    struct table *partition = (struct table *)random_of_partitioning(dice, true);
    return partition && give_bound(dice, partition, tree_find_ref(dice->tree, KIND_TABLE, partition->inherits.item));
}

/* With the columns that it has, and without the keys that it had from its parent. */
static bool detach_partition(struct dice *dice)
{
    struct table *partition = (struct table *)random_of_partitioning(dice, true);
    if (!partition)
        return false;
    const struct object *parent = tree_find_ref(dice->tree, KIND_TABLE, partition->inherits.item);
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind != KIND_COLUMN || object_child(&partition->object, KIND_COLUMN, child->name))
            continue;
        struct column *column = (struct column *)object_copy(dice->mem, child, &partition->object);
        SAY(column, COLUMN, comment, NULL);
        SAY(column, COLUMN, statistics_target, NULL);
        SAY(column, COLUMN, options, (struct names){0});
    }
    SAY(partition, TABLE, inherits, (struct refs){0});
    SAY(partition, TABLE, partition_bound, (struct expr){0});
    return true;
}

static bool alter_partitioned(struct dice *dice)
{
    struct object *parent = random_of_partitioning(dice, false);
    struct column *column = parent && dice_chance(dice, 60) ? random_column(dice, parent) : NULL;
    return column || (parent && random_part_of_partitioned(dice, parent));
}

static bool add_function(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_function(dice);
}

static bool drop_function(struct dice *dice)
{
    return drop_one(dice, KIND_FUNCTION);
}

/* ---- of any kind ---- */

static bool alter_comment(struct dice *dice)
{
    int field;
    struct object *object = random_with_field(dice, "comment", &field);
    if (!object || (object->kind == KIND_SCHEMA && !*object->name))
        return false;
    const char **comment = object_field(object, field);
    *comment = *comment ? NULL : random_comment(dice);
    object_say(object, field);
    return true;
}

/* A constraint or an index that nothing knows by its name. */
static struct object *random_named(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_PRIMARY_KEY, KIND_UNIQUE,      KIND_CHECK, KIND_EXCLUDE,
                                      KIND_INDEX,       KIND_FOREIGN_KEY, KIND_POLICY};
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    bool period = object && object->kind == KIND_CHECK && ((struct check *)object)->period; /* which keys name */
    return object && object->name && !period ? object : NULL;
}

static bool swap_names(struct dice *dice)
{
    struct object *one = random_named(dice), *other = random_named(dice);
    if (!one || !other || one == other)
        return false;
    const char *was = one->name, *is = other->name;
    one->name = other->name = NULL;
    bool free = name_is_free(dice, one->kind, one->parent, is) && name_is_free(dice, other->kind, other->parent, was);
    one->name = free ? is : was;
    other->name = free ? was : is;
    return free;
}

static bool add_base(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_base(dice);
}

static bool drop_base(struct dice *dice)
{
    return drop_one(dice, KIND_BASE);
}

static bool add_shell(struct dice *dice)
{
    return dice->engine == ENGINE_PG && random_shell(dice);
}

static bool drop_shell(struct dice *dice)
{
    return drop_one(dice, KIND_SHELL);
}

/* Each gives false, and has changed nothing, where it cannot. */
static bool (*const mutations[])(struct dice *) = {
    add_column,       add_column,         drop_column,      drop_column,       alter_nullable,   alter_nullable,
    alter_default,    alter_default,      alter_type,       alter_type,        alter_generation, alter_identity,
    alter_storage,    add_table,          drop_table,       alter_logging,     alter_options,    alter_rowid,
    add_primary_key,  drop_primary_key,   add_unique,       drop_unique,       alter_unique,     add_check,
    drop_check,       alter_check,        add_exclude,      drop_exclude,      add_foreign_key,  drop_foreign_key,
    add_index,        drop_index,         alter_index,      add_enum,          add_label,        drop_label,
    add_sequence,     drop_sequence,      alter_sequence,   add_view,          drop_view,        add_trigger,
    drop_trigger,     alter_foreign_key,  alter_comment,    alter_comment,     leave_parent,     alter_key,
    alter_key,        move_label,         alter_owner,      alter_view,        alter_view,       swap_names,
    swap_names,       alter_view_options, add_policy,       drop_policy,       alter_policy,     alter_security,
    add_domain,       drop_domain,        alter_domain,     alter_domain,      add_statistics,   drop_statistics,
    alter_statistics, alter_target,       add_rule,         drop_rule,         alter_rule,       add_function,
    drop_function,    function_reshape,   call_in_default,  add_composite,     alter_composite,  alter_composite,
    alter_state,      alter_state,        alter_mark,       alter_replica,     add_partition,    add_partition,
    drop_partition,   move_partition,     detach_partition, alter_partitioned, add_defined,      drop_defined,
    alter_defined,    add_wide,           drop_wide,        alter_wide,        add_foreign,      drop_foreign,
    alter_foreign,    alter_foreign,      add_base,         drop_base,         alter_base,       add_shell,
    drop_shell,
};

struct tree *random_mutation(struct arena *mem, const struct tree *tree, uint64_t seed, struct list *renames)
{
    struct dice dice = {.mem = mem, .tree = tree_copy(mem, tree), .old = tree, .engine = tree->engine, .state = seed};
    dice.serial = 1000; /* above every name that the tree has */
    int wanted = 1 + dice_below(&dice, 4);
    if (renames && dice_chance(&dice, 30))
        rename_some(&dice);
    for (int tries = 0; tries < 100 && wanted > 0; tries++)
        wanted -= dice.engine == ENGINE_CH                        ? ch_mutation(&dice)
                  : speaks_mysql(&dice) && dice_chance(&dice, 40) ? my_mutation(&dice)
                                                                  : PICK(&dice, mutations)(&dice);
    if (speaks_mysql(&dice))
        my_triggers_chain(&dice);
    renames_tidy(&dice);
    if (renames)
        *renames = dice.renames;
    return dice.tree;
}
