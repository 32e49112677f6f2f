/*
 * Random keys, constraints, indexes and triggers of a table.  Each maker looks at what the table has and gives NULL
 * where nothing fits, so that whatever it gives is accepted.
 */
#include "base/text.h"
#include "random.h"

static bool is_text_type(const char *type, const char *word)
{
    return text_starts_nocase(type, word);
}

/* One or two different columns that can be compared. */
static struct names key_columns(struct dice *dice, const struct object *table, bool plain)
{
    struct names columns = {0};
    int n = dice_chance(dice, 30) ? 2 : 1;
    for (int i = 0; i < n; i++) {
        const struct column *column = pick_column(dice, table, FAMILY_ORDERED, plain);
        if (column && !(plain && column->invisible) && !names_have(&columns, column->object.name))
            names_add(dice->mem, &columns, column->object.name);
    }
    return columns;
}

static const struct names *columns_of(const struct object *object)
{
    if (object->kind == KIND_PRIMARY_KEY)
        return &((const struct primary_key *)object)->columns;
    return object->kind == KIND_UNIQUE ? &((const struct unique *)object)->columns : NULL;
}

static bool same_columns(const struct names *a, const struct names *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (!names_have(b, a->item[i]))
            return false;
    return true;
}

static bool has_key_of(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct names *other = columns_of(table->children.item[i]);
        if (other && same_columns(other, columns))
            return true;
    }
    return false;
}

static const char *maybe_name(struct dice *dice, enum kind kind, const struct object *table)
{
    return dice_chance(dice, 50) ? random_name_in(dice, kind, table) : NULL;
}

static const char *random_conflict(struct dice *dice)
{
    static const char *const conflicts[] = {"IGNORE", "REPLACE", "FAIL", "ROLLBACK"};
    return PICK(dice, conflicts);
}

/* "" or "DESC" after each. Of one column alone it means nothing. */
static struct names random_orders(struct dice *dice, int n)
{
    struct names orders = {0};
    bool any = false;
    for (int i = 0; i < n; i++) {
        bool descending = dice_chance(dice, 50);
        any = any || descending;
        names_add(dice->mem, &orders, descending ? "DESC" : "");
    }
    return any && n > 1 ? orders : (struct names){0};
}

static void include_something(struct dice *dice, const struct object *table, const struct names *key,
                              struct names *include)
{
    const struct column *column = pick_column(dice, table, ~0u, true);
    if (column && !names_have(key, column->object.name))
        *include = one_name(dice->mem, column->object.name);
}

/* ---- what a table says of an index ---- */

bool is_marked(const struct object *table, const char *mark)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        int field = field_find(child->kind, mark);
        if (field >= 0 && *(const bool *)object_field(child, field))
            return true;
    }
    return false;
}

/* One index of a table at most has each mark; rows are told apart by one that is checked at once. */
bool mark_index(struct dice *dice, struct object *index, const char *mark)
{
    int field = field_find(index->kind, mark);
    if (dice->engine != ENGINE_PG || field < 0 || index->parent->kind != KIND_TABLE || in_partitioning(index))
        return false;
    bool *is = object_field(index, field);
    bool key = index->kind == KIND_PRIMARY_KEY && !((const struct primary_key *)index)->deferrable;
    bool plain = index->kind != KIND_INDEX || (text_equal(((const struct index *)index)->method, "btree") &&
                                               !((const struct index *)index)->predicate.written);
    bool said = is_marked(index->parent, mark) ||
                (!text_equal(mark, "clustered") && ((const struct table *)index->parent)->replica_identity);
    if (!*is && (said || (text_equal(mark, "clustered") ? !plain : !key)))
        return false;
    *is = !*is;
    object_say(index, field);
    return true;
}

/* ---- primary keys ---- */

/* Nothing may be made of a number that the server gives. */
static bool is_mentioned(struct dice *dice, const struct column *column)
{
    const char *name = quoted(dice, column->object.name);
    struct object *table = column->object.parent;
    for (const struct object *o = table; o; o = object_next(table, o)) {
        const char *text = o->kind == KIND_COLUMN       ? ((const struct column *)o)->computed.written
                           : o->kind == KIND_CHECK      ? ((const struct check *)o)->expr.written
                           : o->kind == KIND_INDEX_PART ? ((const struct index_part *)o)->expr.written
                                                        : NULL;
        if (text && text_has(text, name))
            return true;
    }
    return false;
}

static void count_itself(struct dice *dice, struct column *column)
{
    bool rowid = ((const struct table *)column->object.parent)->without_rowid;
    if (speaks_mysql(dice) && is_mentioned(dice, column))
        return;
    if (column->identity || (dice->engine == ENGINE_LITE && (rowid || !text_equal(column->type, "INTEGER"))))
        return;
    if (dice->engine != ENGINE_LITE) /* a serial column has the default that this means */
        SAY(column, COLUMN, default_value, ((struct expr){0}));
    SAY(column, COLUMN, autoincrement, true);
}

static void random_lite_key(struct dice *dice, struct primary_key *key, bool counts)
{
    if (!counts && dice_chance(dice, 10))
        SAY(key, PRIMARY_KEY, orders, random_orders(dice, key->columns.n));
    if (dice_chance(dice, 5))
        SAY(key, PRIMARY_KEY, on_conflict, random_conflict(dice));
}

static void random_pg_key(struct dice *dice, struct primary_key *key)
{
    if (dice_chance(dice, 10))
        include_something(dice, key->object.parent, &key->columns, &key->include);
    if (key->include.n)
        object_say(&key->object, PRIMARY_KEY_include);
    if (dice_chance(dice, 10))
        SAY(key, PRIMARY_KEY, deferrable, true);
    if (key->deferrable && dice_chance(dice, 50))
        SAY(key, PRIMARY_KEY, initially_deferred, true);
    if (dice_chance(dice, 10))
        SAY(key, PRIMARY_KEY, options, one_name(dice->mem, "fillfactor=60"));
    if (dice_chance(dice, 8))
        mark_index(dice, &key->object, dice_chance(dice, 50) ? "clustered" : "replica_identity");
}

/* A key has no NULL, so it cannot hold what a foreign key sets to that. */
bool may_be_set_null(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct foreign_key *key = table->children.item[i];
        for (int k = 0; key->object.kind == KIND_FOREIGN_KEY && k < key->columns.n; k++)
            if (names_have(columns, key->columns.item[k]) &&
                (text_equal(key->on_delete, "SET NULL") || text_equal(key->on_update, "SET NULL")))
                return true;
    }
    return false;
}

struct object *random_primary_key(struct dice *dice, struct object *table)
{
    struct names columns = key_columns(dice, table, true);
    if (speaks_mysql(dice) && may_be_set_null(table, &columns))
        return NULL;
    if (!columns.n || object_only(table, KIND_PRIMARY_KEY) || has_key_of(table, &columns))
        return NULL;
    for (int i = 0; i < columns.n; i++) {
        struct column *column = (struct column *)object_child(table, KIND_COLUMN, columns.item[i]);
        SAY(column, COLUMN, nullable, false);
    }
    struct primary_key *key =
        (struct primary_key *)object_new(dice->mem, KIND_PRIMARY_KEY, table, maybe_name(dice, KIND_PRIMARY_KEY, table));
    SAY(key, PRIMARY_KEY, columns, columns);
    struct column *first = (struct column *)object_child(table, KIND_COLUMN, columns.item[0]);
    bool counts = columns.n == 1 && column_family(dice, first) == FAMILY_INT && dice_chance(dice, 50);
    if (counts)
        count_itself(dice, first);
    if (dice->engine == ENGINE_LITE)
        random_lite_key(dice, key, counts);
    else if (dice->engine == ENGINE_PG)
        random_pg_key(dice, key);
    else if (dice_chance(dice, 15))
        SAY(key, PRIMARY_KEY, orders, random_orders(dice, columns.n));
    say_some_absences(dice, &key->object);
    return &key->object;
}

/* ---- unique, check, exclude ---- */

static void random_pg_unique(struct dice *dice, struct unique *unique)
{
    if (dice_chance(dice, 15))
        include_something(dice, unique->object.parent, &unique->columns, &unique->include);
    if (unique->include.n)
        object_say(&unique->object, UNIQUE_include);
    if (dice_chance(dice, 15))
        SAY(unique, UNIQUE, nulls_not_distinct, true);
    if (dice_chance(dice, 15))
        SAY(unique, UNIQUE, deferrable, true);
    if (unique->deferrable && dice_chance(dice, 50))
        SAY(unique, UNIQUE, initially_deferred, true);
    if (dice_chance(dice, 10))
        SAY(unique, UNIQUE, options, one_name(dice->mem, "fillfactor=60"));
    if (dice_chance(dice, 10))
        SAY(unique, UNIQUE, comment, random_comment(dice));
}

struct object *random_unique(struct dice *dice, struct object *table)
{
    struct names columns = key_columns(dice, table, false);
    if (!columns.n || has_key_of(table, &columns))
        return NULL;
    struct unique *unique =
        (struct unique *)object_new(dice->mem, KIND_UNIQUE, table, maybe_name(dice, KIND_UNIQUE, table));
    SAY(unique, UNIQUE, columns, columns);
    if (dice->engine == ENGINE_PG)
        random_pg_unique(dice, unique);
    else if (dice->engine == ENGINE_LITE && dice_chance(dice, 10))
        SAY(unique, UNIQUE, on_conflict, random_conflict(dice));
    if (dice->engine == ENGINE_LITE && dice_chance(dice, 10))
        SAY(unique, UNIQUE, orders, random_orders(dice, columns.n));
    say_some_absences(dice, &unique->object);
    return &unique->object;
}

struct object *random_check(struct dice *dice, struct object *table)
{
    const char *condition = random_condition(dice, table);
    if (!condition)
        return NULL;
    for (int i = 0; i < table->children.n; i++) { /* the same condition twice, nameless, is one that nobody has */
        const struct check *other = table->children.item[i];
        if (other->object.kind == KIND_CHECK && text_equal(other->expr.written, condition))
            return NULL;
    }
    struct check *check = (struct check *)object_new(
        dice->mem, KIND_CHECK, table, speaks_mysql(dice) ? random_name(dice) : maybe_name(dice, KIND_CHECK, table));
    SAY(check, CHECK, expr, written(condition));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(check, CHECK, no_inherit, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(check, CHECK, not_valid, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 15))
        SAY(check, CHECK, comment, random_comment(dice));
    if (dice->engine == ENGINE_MY && dice_chance(dice, 10))
        SAY(check, CHECK, not_enforced, true);
    say_some_absences(dice, &check->object);
    return &check->object;
}

struct object *random_exclude(struct dice *dice, struct object *table)
{
    const struct column *column = dice->engine == ENGINE_PG ? pick_column(dice, table, 1 << FAMILY_RANGE, true) : NULL;
    if (!column || object_only(table, KIND_EXCLUDE))
        return NULL;
    struct exclude *exclude =
        (struct exclude *)object_new(dice->mem, KIND_EXCLUDE, table, random_name_in(dice, KIND_EXCLUDE, table));
    const char *name = quoted(dice, column->object.name);
    SAY(exclude, EXCLUDE, definition, written(arena_printf(dice->mem, "USING gist (%s WITH &&)", name)));
    if (dice_chance(dice, 30))
        SAY(exclude, EXCLUDE, comment, random_comment(dice));
    if (dice_chance(dice, 20))
        mark_index(dice, &exclude->object, "clustered");
    return &exclude->object;
}

/* ---- foreign keys ---- */

/* The columns of a unique index of nothing but columns as they are. */
static struct names index_columns(struct dice *dice, const struct index *index)
{
    struct names columns = {0};
    if (!index->is_unique || index->predicate.written || index->period)
        return columns;
    for (int i = 0; i < index->object.children.n; i++) {
        const struct index_part *part = index->object.children.item[i];
        if (!part->column || part->opclass || part->collation || part->length)
            return (struct names){0};
        names_add(dice->mem, &columns, part->column);
    }
    return columns;
}

static bool has_computed(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++)
        if (((const struct column *)object_child(table, KIND_COLUMN, columns->item[i]))->computed.written)
            return true;
    return false;
}

/* What a foreign key can point to: a primary key or unique constraint that is checked at once, or a plain unique index. */
static struct names target_key(struct dice *dice, const struct object *table)
{
    struct names found = {0};
    int seen = 0;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *object = table->children.item[i];
        const struct names *key = columns_of(object);
        struct names columns = key ? *key : (struct names){0};
        if (object->kind == KIND_INDEX)
            columns = index_columns(dice, (const struct index *)object);
        if (!columns.n || (speaks_mysql(dice) && has_computed(table, &columns)) ||
            (object->kind == KIND_UNIQUE && ((const struct unique *)object)->deferrable) ||
            (object->kind == KIND_PRIMARY_KEY &&
             (((const struct primary_key *)object)->deferrable || ((const struct primary_key *)object)->period)))
            continue;
        if (!dice_below(dice, ++seen))
            found = columns;
    }
    return found;
}

static bool can_hold(struct dice *dice, const struct table *table, const struct object *target, const char *column)
{
    static const char *const strict[] = {"INTEGER", "REAL", "TEXT", "BLOB", "ANY"};
    const struct column *referenced = (const struct column *)object_child(target, KIND_COLUMN, column);
    bool fits = !table->strict;
    bool text = speaks_mysql(dice) && column_family(dice, referenced) == FAMILY_TEXT;
    if (text && table->collation && !my_collation_in_force(referenced))
        return false; /* it is the database's, which has no name here */
    for (size_t i = 0; i < sizeof strict / sizeof *strict; i++)
        fits = fits || text_equal(strict[i], referenced->type);
    return fits;
}

static const struct object *random_target(struct dice *dice, const struct table *table, struct names *key)
{
    const struct object *target = dice_chance(dice, 15) ? &table->object : random_of_kind(dice, KIND_TABLE);
    *key = target ? target_key(dice, target) : (struct names){0};
    if (!key->n || (((const struct table *)target)->unlogged && !table->unlogged))
        return NULL;
    for (int i = 0; i < key->n; i++)
        if (!can_hold(dice, table, target, key->item[i]))
            return NULL;
    return target;
}

static struct names referencing_columns(struct dice *dice, struct object *table, const struct object *target,
                                        const struct names *key)
{
    struct names columns = {0};
    for (int i = 0; i < key->n; i++) {
        const struct column *referenced = (const struct column *)object_child(target, KIND_COLUMN, key->item[i]);
        struct column *column =
            (struct column *)object_new(dice->mem, KIND_COLUMN, table, random_name_in(dice, KIND_COLUMN, table));
        SAY(column, COLUMN, type, referenced->type);
        SAY(column, COLUMN, nullable, true);
        bool text = column_family(dice, referenced) == FAMILY_TEXT;
        const char *collation = speaks_mysql(dice) && text ? my_collation_in_force(referenced) : referenced->collation;
        if (collation)
            SAY(column, COLUMN, collation, collation);
        say_some_absences(dice, &column->object);
        names_add(dice->mem, &columns, column->object.name);
    }
    return columns;
}

static void random_actions(struct dice *dice, struct foreign_key *key)
{
    static const char *const actions[] = {"NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"};
    static const char *const plain[] = {"NO ACTION", "RESTRICT", "CASCADE", "SET NULL"};
    if (dice_chance(dice, 50))
        SAY(key, FOREIGN_KEY, on_delete, speaks_mysql(dice) ? PICK(dice, plain) : PICK(dice, actions));
    if (dice_chance(dice, 30))
        SAY(key, FOREIGN_KEY, on_update, speaks_mysql(dice) ? PICK(dice, plain) : PICK(dice, actions));
    if (speaks_mysql(dice))
        return;
    if (dice_chance(dice, 10))
        SAY(key, FOREIGN_KEY, match, dice_chance(dice, 50) ? "FULL" : "SIMPLE");
    if (dice_chance(dice, 20))
        SAY(key, FOREIGN_KEY, deferrable, true);
    if (key->deferrable && dice_chance(dice, 50))
        SAY(key, FOREIGN_KEY, initially_deferred, true);
}

struct object *random_foreign_key(struct dice *dice, struct object *table)
{
    struct names target_columns;
    const struct object *target = random_target(dice, (const struct table *)table, &target_columns);
    if (!target)
        return NULL;
    struct names ref_columns = names_copy(dice->mem, &target_columns);
    struct names columns = referencing_columns(dice, table, target, &ref_columns);
    struct foreign_key *key =
        (struct foreign_key *)object_new(dice->mem, KIND_FOREIGN_KEY, table, maybe_name(dice, KIND_FOREIGN_KEY, table));
    SAY(key, FOREIGN_KEY, columns, columns);
    SAY(key, FOREIGN_KEY, ref_table, ref_to(target));
    SAY(key, FOREIGN_KEY, ref_columns, ref_columns);
    random_actions(dice, key);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(key, FOREIGN_KEY, not_valid, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 15))
        SAY(key, FOREIGN_KEY, comment, random_comment(dice));
    say_some_absences(dice, &key->object);
    return &key->object;
}

/* ---- indexes ---- */

static bool names_column(const struct object *index, const char *name)
{
    for (int i = 0; i < index->children.n; i++)
        if (text_equal(((const struct index_part *)index->children.item[i])->column, name))
            return true;
    return false;
}

static void expression_part(struct dice *dice, struct index_part *part, const struct column *column)
{
    bool number = column_family(dice, column) == FAMILY_INT;
    const char *name = quoted(dice, column->object.name);
    SAY(part, INDEX_PART, expr, written(arena_printf(dice->mem, number ? "(%s + 1)" : "lower(%s)", name)));
    SAY(part, INDEX_PART, column, NULL);
}

static void column_part(struct dice *dice, struct index_part *part, const struct column *column)
{
    bool text = column_family(dice, column) == FAMILY_TEXT;
    SAY(part, INDEX_PART, column, column->object.name);
    if (text && !speaks_mysql(dice) && dice_chance(dice, 10))
        SAY(part, INDEX_PART, collation, dice->engine == ENGINE_LITE ? "NOCASE" : "C");
    else if (text && dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(part, INDEX_PART, opclass, is_text_type(column->type, "text") ? "text_pattern_ops" : "varchar_pattern_ops");
}

static void add_part(struct dice *dice, struct object *index, const struct column *column)
{
    if (names_column(index, column->object.name))
        return;
    enum family family = column_family(dice, column);
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, index, NULL);
    bool can = dice->engine != ENGINE_MARIA && !column->autoincrement;
    if (can && (family == FAMILY_INT || family == FAMILY_TEXT) && dice_chance(dice, 15))
        expression_part(dice, part, column);
    else
        column_part(dice, part, column);
    if (speaks_mysql(dice) && part->column)
        my_part_settings(dice, part, column);
    if (dice_chance(dice, 15))
        SAY(part, INDEX_PART, descending, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(part, INDEX_PART, nulls_first, dice_chance(dice, 50));
}

/* Access methods that take one column and no order. */
static bool special_index(struct dice *dice, struct index *index)
{
    static const struct {
        const char *method, *option;
        unsigned families;
    } methods[] = {
        {"hash", "fillfactor=70", 1 << FAMILY_INT | 1 << FAMILY_TEXT},
        {"gin", "fastupdate=off", 1 << FAMILY_JSON | 1 << FAMILY_ARRAY},
        {"brin", "pages_per_range=16", 1 << FAMILY_INT | 1 << FAMILY_TIME},
    };
    int at = dice_below(dice, 3);
    const struct column *column = pick_column(dice, index->object.parent, methods[at].families, false);
    if (!column)
        return false;
    SAY(index, INDEX, method, methods[at].method);
    if (dice_chance(dice, 30))
        SAY(index, INDEX, options, one_name(dice->mem, methods[at].option));
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(part, INDEX_PART, column, column->object.name);
    if (column_family(dice, column) == FAMILY_JSON && dice_chance(dice, 30))
        SAY(part, INDEX_PART, opclass, "jsonb_path_ops");
    return true;
}

static void random_pg_index(struct dice *dice, struct index *index)
{
    struct names none = {0};
    if (dice_chance(dice, 30))
        SAY(index, INDEX, method, "btree");
    if (dice_chance(dice, 10))
        include_something(dice, index->object.parent, &none, &index->include);
    if (index->include.n && names_column(&index->object, index->include.item[0]))
        index->include = none;
    if (index->include.n)
        object_say(&index->object, INDEX_include);
    if (index->is_unique && dice_chance(dice, 20))
        SAY(index, INDEX, nulls_not_distinct, true);
    if (dice_chance(dice, 10))
        SAY(index, INDEX, options, one_name(dice->mem, "fillfactor=70"));
}

static void ordinary_index(struct dice *dice, struct index *index)
{
    SAY(index, INDEX, is_unique, dice_chance(dice, 25));
    int n = 1 + dice_below(dice, 3);
    for (int i = 0; i < n; i++) {
        const struct column *column = pick_column(dice, index->object.parent, FAMILY_ORDERED, false);
        if (column)
            add_part(dice, &index->object, column);
    }
    if (dice->engine == ENGINE_PG)
        random_pg_index(dice, index);
}

/* The types of a view's columns are the server's secret; these can be said of any. */
static void view_index(struct dice *dice, struct index *index)
{
    struct names columns = relation_columns(dice, index->object.parent);
    const char *column = columns.n ? quoted(dice, columns.item[dice_below(dice, columns.n)]) : NULL;
    if (!column)
        return;
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(part, INDEX_PART, expr, written(arena_printf(dice->mem, "(%s IS NULL)", column)));
    if (dice_chance(dice, 30))
        SAY(part, INDEX_PART, descending, true);
}

/* Of a column the server takes the column's own. */
static void random_target_of_expression(struct dice *dice, struct index *index)
{
    for (int i = 0; dice->engine == ENGINE_PG && !dice->plain && i < index->object.children.n; i++)
        if (((const struct index_part *)index->object.children.item[i])->expr.written && dice_chance(dice, 40))
            SAY(index, INDEX, statistics_targets, one_name(dice->mem, arena_printf(dice->mem, "%d=100", i + 1)));
}

static bool special_index_of(struct dice *dice, struct index *index)
{
    return speaks_mysql(dice) ? my_special_index(dice, index) : special_index(dice, index);
}

struct object *random_index(struct dice *dice, struct object *table)
{
    struct index *index =
        (struct index *)object_new(dice->mem, KIND_INDEX, table, random_name_in(dice, KIND_INDEX, table));
    if (table->kind == KIND_VIEW)
        view_index(dice, index);
    else if (dice->engine == ENGINE_LITE || dice_chance(dice, 80) || !special_index_of(dice, index))
        ordinary_index(dice, index);
    if (!index->object.children.n) {
        object_remove(&index->object);
        return NULL;
    }
    const char *condition = !speaks_mysql(dice) && dice_chance(dice, 20) ? random_condition(dice, table) : NULL;
    if (condition)
        SAY(index, INDEX, predicate, written(condition));
    if (dice->engine != ENGINE_LITE && dice_chance(dice, 10))
        SAY(index, INDEX, comment, random_comment(dice));
    random_target_of_expression(dice, index);
    if (speaks_mysql(dice))
        my_index_settings(dice, index);
    for (int i = 0; i < index->object.children.n; i++)
        say_some_absences(dice, index->object.children.item[i]);
    say_some_absences(dice, &index->object);
    if (dice_chance(dice, 12))
        mark_index(dice, &index->object, "clustered");
    return &index->object;
}

/* ---- keys that change while others rest on them ---- */

/* A unique constraint, or an index; a primary key as either. */
static void key_become(struct dice *dice, struct object *key, const struct names *columns)
{
    struct object *table = key->parent;
    object_remove(key);
    if (key->kind == KIND_UNIQUE || dice_chance(dice, 50)) {
        struct index *index =
            (struct index *)object_new(dice->mem, KIND_INDEX, table, random_name_in(dice, KIND_INDEX, table));
        SAY(index, INDEX, is_unique, true);
        for (int i = 0; i < columns->n; i++) {
            struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
            SAY(part, INDEX_PART, column, columns->item[i]);
        }
        return;
    }
    struct unique *unique =
        (struct unique *)object_new(dice->mem, KIND_UNIQUE, table, random_name_in(dice, KIND_UNIQUE, table));
    SAY(unique, UNIQUE, columns, *columns);
}

static bool counts_itself(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++)
        if (((const struct column *)object_child(table, KIND_COLUMN, columns->item[i]))->autoincrement)
            return true;
    return false;
}

bool change_key(struct dice *dice, struct object *key)
{
    struct names columns = names_copy(dice->mem, columns_of(key)), include = {0};
    bool lite = dice->engine == ENGINE_LITE;
    if (lite && (((const struct table *)key->parent)->without_rowid || counts_itself(key->parent, &columns)))
        return false;
    if (lite || speaks_mysql(dice) || dice_chance(dice, 50)) {
        key_become(dice, key, &columns);
        return true;
    }
    include_something(dice, key->parent, &columns, &include);
    if (key->kind == KIND_UNIQUE)
        SAY((struct unique *)key, UNIQUE, include, include);
    else
        SAY((struct primary_key *)key, PRIMARY_KEY, include, include);
    return true;
}
