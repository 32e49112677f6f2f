/*
 * What a person should know before a plan runs: rows that are lost, values that may not fit, tables that must be empty
 * or filled.  Judged on changes, never on SQL text, so every engine is judged alike.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/graph.h"
#include "diff/spaces.h"
#include "diff/step.h"
#include "diff/type_loss.h"

struct finder {
    struct arena *mem;
    const struct target *target;
    const struct changes *changes;
    const struct changes *source;
    struct list *found;
};

static struct hazard *hazard_add(const struct finder *finder, const struct change *change, const char *code,
                                 bool irreversible, const char *text)
{
    struct hazard *hazard = NEW(finder->mem, struct hazard);
    *hazard = (struct hazard){.code = code, .text = text, .irreversible = irreversible, .change = change};
    hazard->expected = finder->changes->reversed && text_starts(code, "drops-");
    list_add(finder->mem, finder->found, hazard);
    return hazard;
}

static bool is_computed(const struct object *column)
{
    return expr_text(&((const struct column *)column)->computed);
}

/* Each row gets another number. */
static bool is_counted(const struct column *column)
{
    return column->autoincrement || column->identity;
}

static bool has_value(const struct column *column)
{
    return expr_text(&column->default_value) || is_counted(column) || expr_text(&column->computed);
}

static void caution_add(const struct finder *finder, const struct change *change, const struct type_caution *caution,
                        const char *text)
{
    const char *code = caution->alters ? "alters-values" : caution->stops ? "narrows-type" : "reads-session";
    hazard_add(finder, change, code, caution->alters, arena_printf(finder->mem, "%s: %s", text, caution->text));
}

/* Where types are only names for what becomes of values. */
static void class_judge(const struct finder *finder, const struct change *change, const struct column *before,
                        const struct column *after)
{
    const struct type_rules *rules = finder->target->dialect->types;
    const char *from = rules->class(finder->mem, before, after), *to = rules->class(finder->mem, after, before);
    const struct type_caution *caution = type_caution_of(rules, from, to);
    const char *path = object_path(finder->mem, &after->object);
    bool same = compare_field(finder->mem, finder->target, &before->object, &after->object, COLUMN_type);
    if (caution && same)
        caution_add(finder, change, caution,
                    arena_printf(finder->mem, "%s stays %s, which means something else then", path, after->type));
    else if (caution)
        caution_add(finder, change, caution,
                    arena_printf(finder->mem, "%s changes from %s to %s", path, before->type ? before->type : "no type",
                                 after->type ? after->type : "no type"));
}

/* Of a column, or of what columns may be of. */
static void types_judge(const struct finder *finder, const struct change *change, const struct object *object,
                        const char *was, const char *is)
{
    const struct type_rules *rules = finder->target->dialect->types;
    const char *from = type_normal(finder->mem, finder->target, was),
               *to = type_normal(finder->mem, finder->target, is);
    type_unwrap(finder->mem, rules, &from, &to);
    const struct type_caution *caution =
        type_caution_of(rules, type_base(finder->mem, rules, from), type_base(finder->mem, rules, to));
    enum loss loss = type_loss(finder->mem, rules, from, to);
    const char *text = arena_printf(finder->mem, "%s changes from %s to %s", object_path(finder->mem, object), was, is);
    if (loss == LOSS_STOPS)
        hazard_add(finder, change, "narrows-type", false,
                   arena_printf(finder->mem, "%s: values that do not fit stop it", text));
    else if (loss != LOSS_NONE && !(caution && caution->alters))
        hazard_add(finder, change, "rounds-values", true,
                   arena_printf(finder->mem, "%s: %s", text,
                                loss == LOSS_WRAPS ? "numbers that do not fit become others" : "values are rounded"));
    if (caution)
        caution_add(finder, change, caution, text);
}

static void type_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    const struct column *before = (const struct column *)column->peer, *after = (const struct column *)column;
    const struct type_rules *rules = finder->target->dialect->types;
    if (rules && rules->class)
        class_judge(finder, change, before, after);
    if (rules && !rules->class && before->type && after->type &&
        !compare_field(finder->mem, finder->target, column->peer, column, COLUMN_type))
        types_judge(finder, change, column, before->type, after->type);
}

static void values_lost(const struct finder *finder, const struct change *change, const struct object *column)
{
    hazard_add(finder, change, "drops-data", true,
               arena_printf(finder->mem, "the values of %s are lost", object_path(finder->mem, column)));
}

/* A column that stays, of an ALTER or within a rebuilt table. */
static const char *default_of(const struct object *column)
{
    return expr_text(&((const struct column *)column)->default_value);
}

/* Nobody asked for it to go, but the column has no place for it any more. */
static void default_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    const char *text = default_of(column->peer);
    if (!text || default_of(column) || !names_have(&column->peer->unspoken, "default_value"))
        return;
    hazard_add(finder, change, "drops-default", false,
               arena_printf(finder->mem,
                            "%s loses its default %s, which nobody of this project set: what it becomes has none",
                            object_path(finder->mem, column), text));
}

static bool flag_of(const struct object *object, const char *name)
{
    int field = field_find(object->kind, name);
    return field >= 0 && *(const bool *)object_field(object, field);
}

/* Does it ask the rows that are there for a value? */
static bool wants_values(const struct object *column)
{
    return !((const struct column *)column)->nullable && !flag_of(column, "not_null_not_valid");
}

static void column_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    type_judge(finder, change, column);
    default_judge(finder, change, column);
    if (is_computed(column) && !is_computed(column->peer) && !finder->target->dialect->computes_new_rows_only)
        values_lost(finder, change, column);
    if (wants_values(column) && !wants_values(column->peer))
        hazard_add(finder, change, "needs-values", false,
                   arena_printf(finder->mem, "%s becomes NOT NULL: rows that hold NULL stop it, so fill them first",
                                object_path(finder->mem, column)))
            ->column = column;
}

/* A key of the table to rows of others, over this column; NULL: there is none. */
static const struct object *reference_over(const struct finder *finder, const struct object *column)
{
    const struct list *children = &column->parent->children;
    for (int i = 0; i < children->n; i++) {
        const struct object *key = children->item[i];
        if (!kind_is(key->kind, KIND_NEEDS_KEY))
            continue;
        const struct names columns = key_columns(finder->mem, key);
        if (names_have(&columns, column->name))
            return key;
    }
    return NULL;
}

/* What becomes of rows that are there in a column that wants a value and has none. */
static const char *filled_text(const struct finder *finder, const struct object *column)
{
    const struct object *key = reference_over(finder, column);
    if (!finder->target->dialect->fills_new_columns)
        return "only an empty table takes it";
    if (!key)
        return "its rows get 0 or an empty text, and a date stops it";
    return arena_printf(finder->mem,
                        "its rows get 0 or an empty text, which refers to nothing, so that foreign key %s "
                        "stops the file halfway",
                        key->name);
}

static void column_added_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    bool fills = finder->target->dialect->fills_new_columns;
    if (!wants_values(column) || has_value((const struct column *)column) ||
        finder->target->dialect->types_have_defaults)
        return;
    const char *comes = finder->changes->reversed ? "comes back as" : "is";
    const char *instead = finder->changes->reversed ? "write what its rows are to hold into the rollback"
                                                    : "give it a server default, or add it as nullable, fill it, and "
                                                      "make it NOT NULL then";
    struct hazard *hazard =
        hazard_add(finder, change, "needs-values", false,
                   arena_printf(finder->mem, "%s %s NOT NULL without a default: %s; %s",
                                object_path(finder->mem, column), comes, filled_text(finder, column), instead));
    hazard->column = column;
    hazard->wants_empty = !fills || reference_over(finder, column);
}

static void column_dropped_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    if (column->peer)
        default_judge(finder, change, column->peer);
    if (!is_computed(column))
        values_lost(finder, change, column);
}

/* Of a type with labels (an enum), those that are gone. */
static void labels_judge(const struct finder *finder, const struct change *change)
{
    int field = field_find(change->kind, "labels");
    struct names gone = {0}, come = {0};
    if (field < 0 || !change_has(change, field))
        return;
    const struct names *before = object_field(change->before, field), *after = object_field(change->after, field);
    for (int i = 0; i < before->n; i++)
        if (!names_have(after, before->item[i]))
            names_add(finder->mem, &gone, arena_printf(finder->mem, "'%s'", before->item[i]));
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            names_add(finder->mem, &come, arena_printf(finder->mem, "'%s'", after->item[i]));
    if (!gone.n)
        return;
    const char *text = arena_printf(finder->mem, "%s loses %s: rows that hold %s stop it, so change them first",
                                    object_path(finder->mem, change->after), names_join(finder->mem, &gone, ", "),
                                    gone.n == 1 ? "it" : "one of them");
    if (gone.n == come.n)
        text = arena_printf(
            finder->mem, "%s; if %s was renamed to %s, say so by --rename-object \"enum value %s.old:new\"", text,
            names_join(finder->mem, &gone, ", "), names_join(finder->mem, &come, ", "), change->after->name);
    hazard_add(finder, change, "narrows-type", false, text);
}

/* What rests on other types (a domain): its values are those of a column. */
static void base_judge(const struct finder *finder, const struct change *change)
{
    int type = field_find(change->kind, "type"), nullable = field_find(change->kind, "nullable");
    if (!kind_is(change->kind, KIND_IS_TYPE) || type < 0)
        return;
    const char *was = *(const char *const *)object_field(change->before, type);
    const char *is = *(const char *const *)object_field(change->after, type);
    if (was && is && !compare_field(finder->mem, finder->target, change->before, change->after, type))
        types_judge(finder, change, change->after, was, is);
    if (nullable >= 0 && change_has(change, nullable) && !*(const bool *)object_field(change->after, nullable))
        hazard_add(
            finder, change, "binds-rows", false,
            arena_printf(finder->mem,
                         "%s becomes NOT NULL: rows that hold NULL in a column of it stop it, so fill them first",
                         object_path(finder->mem, change->after)));
}

/* It holds what a query gives, and nothing yet. */
static void empty_judge(const struct finder *finder, const struct change *change)
{
    const struct object *object = change->after;
    int field = field_find(change->kind, "no_data");
    if (field < 0 || !*(const bool *)object_field(object, field) ||
        (object->peer && *(const bool *)object_field(object->peer, field)))
        return;
    hazard_add(finder, change, "not-filled", false,
               arena_printf(finder->mem, "%s is made WITH NO DATA: until it is refreshed it cannot be read",
                            object_path(finder->mem, object)));
}

/* Does a column draw from it from now on as from a sequence of its own? */
static bool is_taken_over(const struct finder *finder, const struct object *sequence)
{
    struct object *root = finder->changes->after->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        const struct list implied = o->peer ? implied_by(finder->mem, finder->target, o) : (struct list){0};
        for (int i = 0; i < implied.n; i++) {
            const struct object *made = implied.item[i];
            if (made->kind == sequence->kind && text_equal(made->name, sequence->name) &&
                text_equal(object_schema(made), object_schema(sequence)))
                return true;
        }
    }
    return false;
}

static void counter_judge(const struct finder *finder, const struct change *change)
{
    if (!is_taken_over(finder, change->before))
        hazard_add(
            finder, change, "drops-counter", true,
            arena_printf(finder->mem, "how far %s has counted is lost", object_path(finder->mem, change->before)));
}

static int64_t number_of(const struct object *object, int field)
{
    return *(const int64_t *)object_field(object, field);
}

/* A counter that is past a bound which comes nearer begins again. */
static void bounds_judge(const struct finder *finder, const struct change *change)
{
    static const struct {
        const char *field;
        int nearer; /* which way is nearer */
    } bounds[] = {{"min", 1}, {"max", -1}, {"identity_min", 1}, {"identity_max", -1}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        int field = field_find(change->kind, bounds[i].field);
        if (field < 0 || !object_says(change->before, field) || !object_says(change->after, field))
            continue;
        int64_t before = number_of(change->before, field), after = number_of(change->after, field);
        if (bounds[i].nearer > 0 ? after <= before : after >= before)
            continue;
        hazard_add(
            finder, change, "restarts-counter", true,
            arena_printf(finder->mem,
                         "%s starts again if it has counted past its new bounds, and may give values that are taken",
                         object_path(finder->mem, change->after)));
        return;
    }
}

/* ---- what every row has to hold to ---- */

static bool binds_rows(const struct object *object)
{
    return kind_is(object->kind, KIND_BINDS_ROWS) || is_unique_key(object);
}

/* Not of the rows that are there. */
static bool asks_no_rows(const struct object *object)
{
    return flag_of(object, "not_valid") || flag_of(object, "not_enforced");
}

/* What its rows are a part of; NULL: nothing. */
static const struct object *whole_of(const struct object *object)
{
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (kind_is(object->kind, KIND_HOLDS_ROWS) && edge->to->kind == object->kind)
            return edge->to;
    return NULL;
}

/* The field that says which rows are in it; -1: none says it. */
static int place_field(const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; kind_is(object->kind, KIND_HOLDS_ROWS) && i < info->fields; i++)
        if (info->field[i].type == FIELD_EXPR && info->field[i].marks & FIELD_BINDS && !field_is_none(object, i))
            return i;
    return -1;
}

static const char *place_text(const struct object *object)
{
    int field = place_field(object);
    return field < 0 ? NULL : expr_text(object_field(object, field));
}

/* The part that takes what belongs nowhere else was there before, and its rows stay in it. */
static const struct object *rest_of(const struct object *part)
{
    const struct object *whole = whole_of(part);
    for (const struct edge *edge = whole && whole->peer ? whole->peer->needed : NULL; edge; edge = edge->next_needed)
        if (edge->from->kind == part->kind && edge->from->peer && edge->from->peer != part &&
            text_equal(place_text(edge->from), "DEFAULT") && text_equal(place_text(edge->from->peer), "DEFAULT"))
            return edge->from;
    return NULL;
}

static void rest_judge(const struct finder *finder, const struct change *change)
{
    const struct object *rest = place_field(change->after) >= 0 ? rest_of(change->after) : NULL;
    if (rest)
        hazard_add(finder, change, "binds-rows", false,
                   arena_printf(
                       finder->mem,
                       "rows of %s that belong into %s stop it: put them into a table apart before, and back after it",
                       object_path(finder->mem, rest), object_path(finder->mem, change->after)));
}

/* A part may go from its whole only while nobody refers to rows in it, be it that it comes back. */
static void leaving_judge(const struct finder *finder, const struct change *change)
{
    const struct object *part = change->before, *whole = place_field(part) >= 0 ? whole_of(part) : NULL;
    for (; whole && whole->peer; whole = whole_of(whole))
        for (const struct edge *edge = whole->needed; edge; edge = edge->next_needed)
            if (kind_is(edge->from->kind, KIND_NEEDS_KEY) && edge->from->peer)
                hazard_add(
                    finder, change, "binds-rows", false,
                    arena_printf(finder->mem,
                                 "rows that refer to those in %s stop it: drop %s before, and add it again after it",
                                 object_path(finder->mem, part), object_path(finder->mem, edge->from)));
}

static bool changes_place(const struct change *change)
{
    int before = place_field(change->before), after = place_field(change->after);
    bool moves = before >= 0 && after >= 0 && whole_of(change->before) && whole_of(change->after) &&
                 whole_of(change->before)->peer != whole_of(change->after);
    return moves || (before >= 0 && change_has(change, before)) || (after >= 0 && change_has(change, after));
}

/* Of a table: which rows are in it. */
static void place_judge(const struct finder *finder, const struct change *change)
{
    if (!changes_place(change))
        return;
    int field = place_field(change->after);
    if (field >= 0)
        hazard_add(finder, change, "binds-rows", false,
                   arena_printf(finder->mem, "%s gets another %s: rows that do not fit stop it",
                                object_path(finder->mem, change->after),
                                text_replace(finder->mem, kind_table[change->kind].field[field].name, "_", " ")));
    rest_judge(finder, change);
    leaving_judge(finder, change);
}

static bool asks_the_same(const struct finder *finder, const struct object *before, const struct object *after)
{
    const struct kind_info *info = &kind_table[after->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & FIELD_BINDS && !compare_field(finder->mem, finder->target, before, after, i))
            return false;
    bool same = before->children.n == after->children.n;
    for (int i = 0; same && i < after->children.n; i++)
        same = asks_the_same(finder, before->children.item[i], after->children.item[i]);
    return same;
}

/* Under another name, or as it was. */
static bool was_asked(const struct finder *finder, const struct object *object)
{
    const struct object *table = object->parent->peer;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *other = table->children.item[i];
        if (other->kind == object->kind && asks_the_same(finder, other, object))
            return true;
    }
    return false;
}

/* A key over some of the same columns told the rows apart already. */
static bool was_unique(const struct finder *finder, const struct object *key)
{
    const struct object *table = key->parent->peer;
    const struct names columns = key_columns(finder->mem, key);
    bool found = false;
    for (int i = 0; is_unique_key(key) && !found && i < table->children.n; i++) {
        const struct object *other = table->children.item[i];
        int predicate = field_find(other->kind, "predicate");
        const struct names fewer = is_unique_key(other) ? key_columns(finder->mem, other) : (struct names){0};
        found = fewer.n && (predicate < 0 || !expr_text(object_field(other, predicate))) &&
                (flag_of(other, "nulls_not_distinct") || !flag_of(key, "nulls_not_distinct"));
        for (int k = 0; found && k < fewer.n; k++)
            found = *fewer.item[k] && names_have(&columns, fewer.item[k]);
    }
    return found;
}

/* No row has a value in it yet. */
static bool is_empty(const struct object *column)
{
    return column && !column->peer && ((const struct column *)column)->nullable &&
           !has_value(((const struct column *)column));
}

static const struct object *column_of(const struct object *table, const char *name)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        if (kind_is(column->kind, KIND_IS_COLUMN) && text_equal(column->name, name))
            return column;
    }
    return NULL;
}

/* Rows that hold NULL where it looks, or a number that each got of its own, hold to it. */
static bool holds_by_new_columns(const struct finder *finder, const struct object *object)
{
    const struct names columns = key_columns(finder->mem, object);
    for (int i = 0; i < columns.n; i++) {
        const struct object *column = column_of(object->parent, columns.item[i]);
        if (is_empty(column) && !flag_of(object, "nulls_not_distinct"))
            return true;
        if (column && !column->peer && is_unique_key(object) && is_counted((const struct column *)column))
            return true;
    }
    return false;
}

/* A condition over nothing but new columns is NULL, unless it speaks of that. */
static bool is_condition_of_nothing(const struct finder *finder, const struct object *object)
{
    int field = field_find(object->kind, "expr");
    const char *text = field < 0 ? NULL : expr_text(object_field(object, field));
    if (!text || strcasestr(text, "null") || strcasestr(text, "coalesce"))
        return false;
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (kind_is(edge->to->kind, KIND_IS_COLUMN) && !is_empty(edge->to))
            return false;
    return object->needs;
}

/* What it refers to is made in the same plan: no row can refer to it yet. */
static const struct object *empty_parent(const struct object *object)
{
    const struct object *found = NULL;
    for (const struct edge *edge = object->needs; edge && !found; edge = edge->next_need)
        if (kind_is(object->kind, KIND_NEEDS_KEY) && kind_is(edge->to->kind, KIND_HOLDS_ROWS) && !edge->to->peer)
            found = edge->to;
    return found;
}

static const char *bound_text(const struct finder *finder, const struct object *object)
{
    const char *path = object_path(finder->mem, object);
    const char *how = object->peer ? "changes" : finder->changes->reversed ? "comes back" : "is new";
    const struct object *parent = empty_parent(object);
    if (parent)
        return arena_printf(finder->mem, "%s %s, and %s has no rows then: whatever refers to one stops it", path, how,
                            object_path(finder->mem, parent));
    const char *which = is_unique_key(object)                   ? "rows that have the same values"
                        : kind_is(object->kind, KIND_NEEDS_KEY) ? "rows that refer to what is not there"
                                                                : "rows that do not hold to it";
    return arena_printf(finder->mem, "%s %s: %s stop it, so change them first", path, how, which);
}

static void bound_judge(const struct finder *finder, const struct change *change, const struct object *object)
{
    if (!binds_rows(object) || finder->target->dialect->binds_new_rows_only || !object->parent->peer ||
        asks_no_rows(object) || was_asked(finder, object) || was_unique(finder, object) ||
        holds_by_new_columns(finder, object) || is_condition_of_nothing(finder, object))
        return;
    hazard_add(finder, change, "binds-rows", false, bound_text(finder, object))->wants_empty = empty_parent(object);
}

/* It was there, and asks now. */
static void asks_judge(const struct finder *finder, const struct change *change)
{
    if (binds_rows(change->after) && asks_no_rows(change->before) && !asks_no_rows(change->after))
        hazard_add(finder, change, "binds-rows", false, bound_text(finder, change->after));
}

/* What its rows have to hold to from now on. */
static void whole_judge(const struct finder *finder, const struct change *change)
{
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & FIELD_BINDS && !field_is_none(change->after, i) &&
            !compare_field(finder->mem, finder->target, change->before, change->after, i))
            hazard_add(finder, change, "narrows-type", false,
                       arena_printf(finder->mem, "%s becomes a %s: rows that do not fit stop it",
                                    object_path(finder->mem, change->after), info->field[i].doc));
}

static void rebuild_judge(const struct finder *finder, const struct change *change)
{
    const struct dialect *dialect = finder->target->dialect;
    whole_judge(finder, change);
    if (dialect->rebuild_hazard)
        hazard_add(finder, change, "rebuilds-table", false, dialect->rebuild_hazard(finder->mem, change));
    for (int i = 0; i < change->before->children.n; i++) {
        const struct object *column = change->before->children.item[i];
        if (kind_is(column->kind, KIND_IS_COLUMN) && !column->peer)
            column_dropped_judge(finder, change, column);
    }
    for (int i = 0; i < change->after->children.n; i++) {
        const struct object *child = change->after->children.item[i];
        if (kind_is(child->kind, KIND_IS_COLUMN) && child->peer)
            column_judge(finder, change, child);
        else if (kind_is(child->kind, KIND_IS_COLUMN))
            column_added_judge(finder, change, child);
        else if (kind_is(child->kind, KIND_INLINE))
            bound_judge(finder, change, child);
    }
}

static void room_judge(const struct finder *finder, const struct change *change, const struct object *object)
{
    const char *where = finder->target->dialect->guarded ? "where it was" : "also in databases that do not have it";
    hazard_add(finder, change, "names-other", false,
               arena_printf(finder->mem,
                            "%s was not made by this project, and has to make room: the file makes it again, %s",
                            object_path(finder->mem, object), where));
}

/* What goes and comes with what it hangs on: an index of a materialised view. */
static void parts_room_judge(const struct finder *finder, const struct change *change)
{
    struct object *whole = change->before;
    for (struct object *part = object_next(whole, whole); part; part = object_next(whole, part))
        if (part->stranger && part->peer && part->peer->stranger && !kind_is(part->kind, KIND_PART | KIND_IS_COLUMN))
            room_judge(finder, change, part);
}

static void replaced_judge(const struct finder *finder, const struct change *change, const struct object *object)
{
    hazard_add(finder, change, "replaces-other", false,
               arena_printf(finder->mem,
                            "%s was not made by this project, and is replaced by what it has under this name",
                            object_path(finder->mem, object)));
}

/* Indexes and triggers that are made again with their table, as the project has them. */
static void rebuilt_room_judge(const struct finder *finder, const struct change *change)
{
    for (int i = 0; change->op == CHANGE_REBUILD && i < finder->source->list.n; i++) {
        const struct change *part = finder->source->list.item[i];
        bool altered = part->op == CHANGE_ALTER && !kind_is(part->kind, KIND_INLINE | KIND_IS_COLUMN);
        if (altered && part->before->parent == change->before && part->before->stranger && !part->after->stranger)
            replaced_judge(finder, change, part->before);
    }
}

/* What somebody made by hand: the project has another of that name, or it only has to make room. */
static void stranger_judge(const struct finder *finder, const struct change *change)
{
    const struct object *object = change->before;
    bool again = change->op == CHANGE_DROP && change->replaced;
    bool text = change->op == CHANGE_ALTER && kind_is(change->kind, KIND_IS_TEXT);
    if (!object || !object->peer || !(again || text))
        return;
    if (object->stranger && !object->peer->stranger)
        replaced_judge(finder, change, object);
    else if (finder->changes->reversed)
        return;
    else if (object->stranger)
        room_judge(finder, change, object);
    else if (again)
        parts_room_judge(finder, change);
}

/* Of a type that stays: a value in each column of it. */
static bool is_in_type(const struct object *object)
{
    const struct object *type = object->parent;
    return type && type->peer && kind_is(type->kind, KIND_IS_TYPE) && !binds_rows(object);
}

static void history_judge(const struct finder *finder, const struct change *change)
{
    const char *path = object_path(finder->mem, change->after);
    if (flag_of(change->before, "versioned") && !flag_of(change->after, "versioned"))
        hazard_add(finder, change, "drops-data", true,
                   arena_printf(finder->mem, "what the rows of %s were before is lost", path));
}

static void dropped_judge(const struct finder *finder, const struct change *change, const struct object *object)
{
    const struct dialect *dialect = finder->target->dialect;
    if (dialect->rows_move && dialect->rows_move(finder->mem, change, finder->changes->reversed))
        return;
    if (kind_is(change->kind, KIND_HOLDS_ROWS)) {
        hazard_add(finder, change, "drops-data", true,
                   arena_printf(finder->mem, "the rows of %s are lost", object_path(finder->mem, object)));
        leaving_judge(finder, change);
    } else if (kind_is(change->kind, KIND_COUNTER))
        counter_judge(finder, change);
    else if (kind_is(change->kind, KIND_IS_COLUMN) && object->parent->peer)
        column_dropped_judge(finder, change, object);
    else if (is_in_type(object))
        values_lost(finder, change, object);
}

static const char *only_in(struct arena *mem, const struct names *some, const struct names *others)
{
    struct names only = {0};
    for (int i = 0; i < some->n; i++)
        if (!names_have(others, some->item[i]))
            names_add(mem, &only, some->item[i]);
    return only.n ? names_join(mem, &only, ", ") : NULL;
}

static void rights_judge(const struct finder *finder, const struct change *change, const struct change *step, int field)
{
    struct arena *mem = finder->mem;
    const struct names *before = object_field(change->before, field), *after = object_field(change->after, field);
    const char *given = only_in(mem, after, before), *taken = only_in(mem, before, after);
    const char *path = object_path(mem, change->after);
    if (given)
        hazard_add(finder, step, "widens-access", false, arena_printf(mem, "%s is opened to others: %s", path, given));
    if (taken)
        hazard_add(finder, step, "takes-access", false,
                   arena_printf(mem, "%s is closed to who uses it now: %s", path, taken));
}

/* Owner and rights; `step` is what brings the difference about. */
static void access_judge(const struct finder *finder, const struct change *change, const struct change *step)
{
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; i < info->fields; i++) {
        if (!change_has(change, i))
            continue;
        if (info->field[i].marks & FIELD_GRANTS)
            rights_judge(finder, change, step, i);
        else if (info->field[i].marks & FIELD_OWNER) {
            const char *owner = *(const char *const *)object_field(change->after, i);
            hazard_add(finder, step, "changes-owner", false,
                       arena_printf(finder->mem, "%s belongs to %s from then on",
                                    object_path(finder->mem, change->after),
                                    owner ? owner : "whoever runs the migration"));
        }
    }
}

/* What is replaced comes back with other rights. */
static void access_again_judge(const struct finder *finder, const struct change *step)
{
    for (int i = 0; step->replaced && i < finder->source->list.n; i++) {
        const struct change *change = finder->source->list.item[i];
        if (change->op == CHANGE_ALTER && change->after == step->after)
            access_judge(finder, change, step);
    }
}

static void charset_judge(const struct finder *finder, const struct change *change, const struct object *column)
{
    const struct dialect *dialect = finder->target->dialect;
    const struct column *before = (const struct column *)column->peer, *after = (const struct column *)column;
    const char *charset =
        dialect->narrower_charset ? dialect->narrower_charset(finder->mem, finder->target, before, after) : NULL;
    if (charset)
        hazard_add(finder, change, "narrows-type", false,
                   arena_printf(finder->mem,
                                "%s gets the character set %s: texts with characters that it lacks stop it",
                                object_path(finder->mem, column), charset));
}

/* Columns of which nothing is said follow their table. */
static void charsets_judge(const struct finder *finder, const struct change *change)
{
    const struct object *object = change->after;
    int field = field_find(change->kind, "collation");
    if (field < 0 || !change_has(change, field))
        return;
    if (kind_is(change->kind, KIND_IS_COLUMN))
        charset_judge(finder, change, object);
    for (int i = 0; kind_is(change->kind, KIND_HOLDS_ROWS) && i < object->children.n; i++) {
        const struct object *column = object->children.item[i];
        bool follows = kind_is(column->kind, KIND_IS_COLUMN) && column->peer &&
                       !((const struct column *)column)->collation && !((const struct column *)column->peer)->collation;
        if (follows)
            charset_judge(finder, change, column);
    }
}

static void change_judge(const struct finder *finder, const struct change *change)
{
    const struct object *object = change_object(change);
    bool column = kind_is(change->kind, KIND_IS_COLUMN);
    if (object_is_foreign(object_top(object))) { /* nothing is asked of rows that are elsewhere */
        if (change->op == CHANGE_ALTER)
            access_judge(finder, change, change);
        return;
    }
    if (change->op == CHANGE_DROP)
        dropped_judge(finder, change, object);
    else if (change->op == CHANGE_CREATE && column)
        column_added_judge(finder, change, object);
    else if (change->op == CHANGE_CREATE) {
        access_again_judge(finder, change);
        empty_judge(finder, change);
        bound_judge(finder, change, object);
        rest_judge(finder, change);
    } else if (change->op == CHANGE_ALTER) {
        access_judge(finder, change, change);
        bounds_judge(finder, change);
        charsets_judge(finder, change);
        if (column)
            column_judge(finder, change, object);
        else {
            labels_judge(finder, change);
            base_judge(finder, change);
            asks_judge(finder, change);
            place_judge(finder, change);
            history_judge(finder, change);
        }
    } else if (change->op == CHANGE_REBUILD)
        rebuild_judge(finder, change);
}

/* Said once, of the first that is about values. */
static void bending_judge(const struct finder *finder)
{
    const struct dialect *dialect = finder->target->dialect;
    if (!dialect->bends_values || !dialect->bends_values(finder->target))
        return;
    for (int i = 0; i < finder->found->n; i++) {
        const struct hazard *hazard = finder->found->item[i];
        if (!text_equal(hazard->code, "narrows-type") && !text_equal(hazard->code, "needs-values"))
            continue;
        hazard_add(
            finder, hazard->change, "alters-values", true,
            "the server is not in strict mode (sql_mode): it changes values that do not fit, and NULL to 0 or an "
            "empty text, where a warning says that they stop it");
        return;
    }
}

void hazards_find(struct arena *mem, const struct target *target, const struct changes *changes,
                  const struct changes *source, struct list *hazards)
{
    struct finder finder = {mem, target, changes, source, hazards};
    for (int i = 0; i < changes->list.n; i++) {
        stranger_judge(&finder, changes->list.item[i]);
        rebuilt_room_judge(&finder, changes->list.item[i]);
        change_judge(&finder, changes->list.item[i]);
    }
    bending_judge(&finder);
}

struct json *hazard_json(struct arena *mem, const struct hazard *hazard)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "code", hazard->code);
    json_set_text(mem, json, "text", hazard->text);
    json_set_bool(mem, json, "irreversible", hazard->irreversible);
    return json;
}
