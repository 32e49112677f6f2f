/*
 * What PostgreSQL can change in place, what it carries along by itself, and what must make room and come back.
 * Each row that is not plain from the documentation was seen on a server; versions are in the comments.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

/* ---- columns ---- */

/* The server does not ask conditions, nor who subscribed, again; the expression is the children's, too. */
static bool is_watched(const struct object *table)
{
    if (table && object_only(table, KIND_CHECK))
        return true;
    for (const struct edge *edge = table ? table->needed : NULL; edge; edge = edge->next_needed) {
        bool child = edge->from->kind == KIND_TABLE && edge->field == TABLE_inherits;
        if (edge->from->kind == KIND_PUBLICATION || (child && is_watched(edge->from)))
            return true;
    }
    return false;
}

/* Expressions of virtual columns change in place only where nothing watches their values. */
static bool is_kept_virtual(const struct column *before, const struct column *after)
{
    return !before->computed_stored && !after->computed_stored &&
           (is_watched(before->object.parent) || is_watched(after->object.parent));
}

/* A generated column's expression could not be changed before 17, and cannot be made of an ordinary column at all. */
static bool column_is_remade(const struct effect_case *effect)
{
    const struct change *change = effect->change;
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    bool was = pg_expr_said(&before->computed), is = pg_expr_said(&after->computed);
    if (!was && !is)
        return false;
    if (!was || change_has(change, COLUMN_type) || change_has(change, COLUMN_collation))
        return true;
    if (is && change_has(change, COLUMN_computed_stored))
        return true;
    if (!is) /* the values stay only if they were stored; DROP EXPRESSION came with 13 */
        return !before->computed_stored || effect->target->version < 130000;
    return change_has(change, COLUMN_computed) && (effect->target->version < 170000 || is_kept_virtual(before, after));
}

/* Conditions and expressions are parsed again under the new type, which may have no such operators. */
static bool leaves_family(const struct effect_case *effect)
{
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    return !pg_same_family(effect->mem, before->type, after->type);
}

static bool has_targets(const struct effect_case *effect)
{
    const struct object *dependent = object_whole((struct object *)(uintptr_t)effect->dependent);
    if (dependent->kind == KIND_STATISTICS)
        return ((const struct statistics *)dependent)->statistics_target;
    return ((const struct index *)dependent)->statistics_targets.n;
}

/* The server looks at no row of the other table: it refuses whatever the new type is. */
static bool is_row_type(const struct effect_case *effect)
{
    const struct object *table = effect->change->before->parent;
    for (const struct edge *edge = table->needed; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_COLUMN && edge->field == COLUMN_type && edge->from->peer)
            return true;
    return false;
}

/* The server tells rows apart by it; what stands before the parentheses is not a name. */
static bool is_in_partition_key(const struct effect_case *effect)
{
    const struct object *column = effect->change->before;
    const char *key = expr_text(&((const struct table *)column->parent)->partition_by);
    return key && pg_expr_mentions(effect->mem, strchr(key, '('), column->name);
}

static bool has_children(const struct object *table)
{
    for (const struct edge *edge = table ? table->needed : NULL; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_TABLE && edge->field == TABLE_inherits)
            return true;
    return false;
}

/* "cannot recursively add identity column", nor may the children be left out; since 17 partitions share that of their parent. */
static bool is_identity_for_children(const struct effect_case *effect)
{
    const struct column *column = (const struct column *)effect->change->after;
    const struct table *table = (const struct table *)column->object.parent;
    bool shared = pg_expr_said(&table->partition_by) && effect->target->version >= 170000;
    return column->identity && table->object.peer && has_children(&table->object) && !shared;
}

static bool is_made_again(const struct effect_case *effect)
{
    return effect->change->replaced;
}

static bool gives_name(const struct effect_case *effect)
{
    return effect->change->succession;
}

static bool is_replaced(const struct effect_case *effect)
{
    return is_made_again(effect) || gives_name(effect);
}

static const char *type_of(const struct object *object)
{
    switch ((int)object->kind) {
    case KIND_COLUMN: return ((const struct column *)object)->type;
    case KIND_DOMAIN: return ((const struct domain *)object)->type;
    case KIND_ATTRIBUTE: return ((const struct attribute *)object)->type;
    default: return NULL;
    }
}

/* The type has another kind from then on, and what is of it is of that. */
static bool takes_values(const struct effect_case *effect)
{
    const struct object *after = effect->dependent->peer;
    return gives_name(effect) && after && text_equal(type_of(effect->dependent), type_of(after));
}

/* What a child has of its own, the server overwrites with what the parent gets. */
static bool default_is_own(const struct effect_case *effect)
{
    const struct column *parent = (const struct column *)effect->change->after;
    const struct column *child = (const struct column *)effect->dependent->peer;
    return child && !text_equal(expr_text(&parent->default_value), expr_text(&child->default_value));
}

/* NO INHERIT: NOT NULL came to, or went from, this table only. */
static bool null_is_alone(const struct effect_case *effect)
{
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    return (before->nullable ? after : before)->not_null_no_inherit;
}

static bool null_is_own(const struct effect_case *effect)
{
    const struct column *parent = (const struct column *)effect->change->after;
    const struct column *child = (const struct column *)effect->dependent->peer;
    return child && parent->nullable != child->nullable;
}

/* The first of those from which it inherits, that has no parent itself; `other` than that one, if not NULL. */
static const struct object *root_of(const struct object *column, const struct object *other)
{
    const struct object *found = NULL;
    bool inherits = false;
    for (const struct edge *edge = column->needs; edge && !found; edge = edge->next_need) {
        if (edge->how != EDGE_INHERITS)
            continue;
        inherits = true;
        found = root_of(edge->to, other);
    }
    return inherits || column == other ? found : column;
}

/* Does the child leave its parents in this plan, or join others? */
static bool moves(const struct object *table)
{
    return table->unmade && (table->unmade->op != CHANGE_ALTER || change_has(table->unmade, TABLE_inherits));
}

/* The server changes a column together with those that inherit it, and refuses if one has a second origin. */
static bool has_two_roots(const struct effect_case *effect)
{
    const struct object *child = effect->dependent;
    return !moves(child->parent) && root_of(child, root_of(child, NULL));
}

/* "cannot create not-null constraint": the server makes that of a child again, and then finds the parent's in its way. */
static bool has_null_apart(const struct object *column)
{
    bool found = false;
    for (const struct edge *edge = column->needed; edge && !found; edge = edge->next_needed)
        found = edge->how == EDGE_INHERITS && !moves(edge->from->parent) &&
                (((const struct column *)edge->from)->not_null_apart || has_null_apart(edge->from));
    return found;
}

static bool is_null_apart(const struct effect_case *effect)
{
    return has_null_apart(effect->change->before);
}

/* ---- enums ---- */

/* Labels that go or change places: a new type under the old name, to which everything has to change over. */
static bool labels_go(const struct effect_case *effect)
{
    const struct names *before = &((const struct enum_type *)effect->change->before)->labels;
    const struct names *after = &((const struct enum_type *)effect->change->after)->labels;
    return !pg_only_adds(before, after);
}

static bool labels_only_come(const struct effect_case *effect)
{
    return !labels_go(effect);
}

/* ---- domains ---- */

static bool is_array(const char *type)
{
    return type && text_ends(type, "[]");
}

/* Has a table a column with an array of it, or of a domain of it? */
static bool is_in_arrays(const struct object *domain)
{
    for (const struct edge *edge = domain->needed; edge; edge = edge->next_needed) {
        const struct object *from = edge->from;
        if (from->kind == KIND_COLUMN && is_array(((const struct column *)from)->type))
            return true;
        if (from->kind == KIND_DOMAIN && (is_array(((const struct domain *)from)->type) || is_in_arrays(from)))
            return true;
    }
    return false;
}

static bool becomes_not_null(const struct effect_case *effect)
{
    return !((const struct domain *)effect->change->after)->nullable && is_in_arrays(effect->change->before);
}

static bool binds_arrays(const struct effect_case *effect)
{
    const struct object *domain = effect->change->after->parent;
    return domain->kind == KIND_DOMAIN && domain->peer && is_in_arrays(domain->peer);
}

/* Has a table a column of it, or of what is made of it? */
static bool is_in_rows(const struct object *type)
{
    for (const struct edge *edge = type->needed; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_COLUMN || (edge->from->kind == KIND_DOMAIN && is_in_rows(edge->from)) ||
            (edge->from->kind == KIND_ATTRIBUTE && is_in_rows(edge->from->parent)))
            return true;
    return false;
}

static bool is_stored(const struct effect_case *effect)
{
    return is_in_rows(effect->change->before->parent);
}

/* Of an attribute: has its type a table? The attributes of a type that is new, or goes, are no step of their own. */
static bool has_typed_table(const struct effect_case *effect)
{
    const struct change *change = effect->change;
    const struct object *type = (change->before ? change->before : change->after)->parent;
    const struct object *current = change->before ? type : type->peer;
    for (const struct edge *edge = current ? current->needed : NULL; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_TABLE && edge->field == TABLE_of_type && edge->from->peer &&
            ((const struct table *)edge->from->peer)->of_type.name)
            return true;
    return false;
}

/* ---- constraints ---- */

static bool flag_comes(const struct effect_case *effect, int field)
{
    return *(const bool *)object_field(effect->change->after, field);
}

/* All rows can be asked; that rows were asked cannot be taken back. */
static bool check_is_doubted(const struct effect_case *effect)
{
    return flag_comes(effect, CHECK_not_valid);
}

static bool foreign_key_is_doubted(const struct effect_case *effect)
{
    return flag_comes(effect, FOREIGN_KEY_not_valid);
}

/* ---- tables ---- */

static bool becomes_unlogged(const struct effect_case *effect)
{
    return ((const struct table *)effect->change->after)->unlogged;
}

/* Do references lead from the one table to the other? */
static bool table_reaches(struct arena *mem, const struct object *from, const struct object *to, struct list *seen)
{
    for (int i = 0; i < seen->n; i++)
        if (seen->item[i] == from)
            return false;
    list_add(mem, seen, (void *)(uintptr_t)from);
    for (int i = 0; i < from->children.n; i++) {
        const struct object *key = from->children.item[i];
        for (const struct edge *edge = key->kind == KIND_FOREIGN_KEY ? key->needs : NULL; edge; edge = edge->next_need)
            if (edge->to->kind == KIND_TABLE && (edge->to == to || table_reaches(mem, edge->to, to, seen)))
                return true;
    }
    return false;
}

/* Tables that refer to each other have no first one to change; one that refers to itself may. */
static bool in_circle(const struct effect_case *effect)
{
    const struct object *table = effect->change->before, *other = effect->dependent->parent;
    struct list seen = {0};
    return table != other && table_reaches(effect->mem, table, other, &seen);
}

static bool becomes_logged(const struct effect_case *effect)
{
    return !becomes_unlogged(effect);
}

static bool was_partition(const struct effect_case *effect)
{
    return object_is_partition(effect->change->before) || object_is_partition(effect->change->after);
}

/* Of its own columns it is asked when its parent has them, too. */
static bool comes_late(const struct effect_case *effect)
{
    const struct table *partition = (const struct table *)effect->change->after;
    const struct tree *tree = effect->changes->after;
    if (!object_is_partition(&partition->object))
        return false;
    const struct object *parent = pg_parent(tree, partition, 0);
    return parent && parent->peer &&
           (pg_comes_late(&partition->object) || !pg_is_written_as_part(effect->mem, effect->target, tree, partition));
}

static bool is_owned(const struct effect_case *effect)
{
    const struct change *change = effect->change;
    return change->op == CHANGE_ALTER || ((const struct sequence *)change->after)->owned_by.name;
}

/* ---- schemas ---- */

static bool gives_defaults(const struct effect_case *effect)
{
    const struct change *change = effect->change;
    return change->op == CHANGE_ALTER || ((const struct schema *)change->after)->default_grants.n;
}

/* ---- views ---- */

/* Everything before the first FROM that stands outside parentheses; NULL if a star hides the columns. */
static char *select_list(struct arena *mem, const char *query)
{
    struct lexer lexer;
    struct buf out;
    int depth = 0;
    buf_init(&out, mem);
    lex_open(&lexer, &pg_lex, query, strlen(query));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && token_is(&token, "from"))
            break;
        if (token.kind == TOKEN_OPERATOR && token.length == 1 && *token.text == '*')
            return NULL;
        buf_addf(&out, "%s ", token_copy(mem, &token));
    }
    return out.data;
}

/* What a query reads keeps the types of its columns? */
static bool sources_stay(const struct object *view)
{
    for (const struct edge *edge = view->needs; edge; edge = edge->next_need) {
        const struct change *step = edge->to->unmade ? edge->to->unmade : edge->to->made;
        bool names = edge->to->kind == KIND_TABLE && step && step->op == CHANGE_ALTER;
        if (step && !names)
            return false;
    }
    return true;
}

/* CREATE OR REPLACE keeps a view's columns: it is tried only where the list of columns is the same text. */
static bool columns_may_change(const struct effect_case *effect)
{
    const struct view *before = (const struct view *)effect->change->before;
    const struct view *after = (const struct view *)effect->change->after;
    const char *old = expr_text(&before->query), *new = expr_text(&after->query);
    if (after->materialized || !old || !new)
        return true;
    const char *x = select_list(effect->mem, old), *y = select_list(effect->mem, new);
    return !x || !y || !text_equal(x, y) || !sources_stay(&before->object) || !sources_stay(&after->object);
}

/* The index of a partitioned table is none that could be set: its partitions have theirs. */
static bool is_partitioned(const struct effect_case *effect)
{
    const struct object *table = effect->change->before->parent;
    return table->kind == KIND_TABLE && expr_text(&((const struct table *)table)->partition_by);
}

/* ---- policies ---- */

static bool condition_goes(const struct effect_case *effect)
{
    const struct policy *before = (const struct policy *)effect->change->before;
    const struct policy *after = (const struct policy *)effect->change->after;
    return (pg_expr_said(&before->using) && !pg_expr_said(&after->using)) ||
           (pg_expr_said(&before->with_check) && !pg_expr_said(&after->with_check));
}

/* ---- functions ---- */

static bool is_function_remade(const struct effect_case *effect)
{
    return pg_function_is_remade(effect->mem, (const struct function *)effect->change->before,
                                 (const struct function *)effect->change->after);
}

static bool has_parts(const struct effect_case *effect)
{
    const struct object *before = effect->change->before, *after = effect->change->after;
    return (before && pg_has_parts(before)) || (after && pg_has_parts(after));
}

static bool of_range_remade(const struct effect_case *effect)
{
    return pg_has_parts(effect->dependent) && is_function_remade(effect);
}

static bool of_range_replaced(const struct effect_case *effect)
{
    return pg_has_parts(effect->dependent) && is_replaced(effect);
}

static bool is_bound(const struct effect_case *effect)
{
    return pg_function_is_bound((const struct function *)effect->dependent);
}

static bool is_bound_to_remade(const struct effect_case *effect)
{
    return is_bound(effect) && is_function_remade(effect);
}

static bool is_bound_to_replaced(const struct effect_case *effect)
{
    return is_bound(effect) && is_replaced(effect);
}

/*
 * Texts rest on what a cast or an operator class is made of, not on itself: they make room where it is made again because of
 * that, and not because it is another.
 */
static bool goes_along(const struct effect_case *effect)
{
    const struct object *before = effect->change->before;
    return is_replaced(effect) && before->peer &&
           text_equal(expr_text(&((const struct cast *)before)->definition),
                      expr_text(&((const struct cast *)before->peer)->definition));
}

static bool goes_along_bound(const struct effect_case *effect)
{
    return is_bound(effect) && goes_along(effect);
}

/* ---- publications ---- */

/* ALTER has no words for that. */
static bool members_go(const struct effect_case *effect)
{
    return !pg_expr_said(&((const struct publication *)effect->change->after)->members);
}

static bool has_conditions(const struct effect_case *effect)
{
    const char *members = expr_text(&((const struct publication *)effect->dependent)->members);
    return members && strstr(members, " WHERE (");
}

/* ---- the table ---- */

#define REPLACED(kind, on, field, dependent, by, when)                 \
    {                                                                  \
        kind, on, field, dependent, by, when, .effect = EFFECT_REPLACE \
    }
#define OF_TYPE(dependent, by, when)                                    \
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_type, dependent, by, when), \
        REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_collation, dependent, by, when)
#define WITH_COLUMN(dependent, by) REPLACED(KIND_COLUMN, ON(DROP), ANY_FIELD, dependent, by, is_replaced)
#define CHANGES_OVER(kind, field, dependent, by, when)                       \
    {                                                                        \
        kind, ON(ALTER), field, dependent, by, when, .effect = EFFECT_FOLLOW \
    }
/* What only names an object that is made again is dropped first and comes back; a function only if it is `bound`. */
#define MAKES_ROOM(kind, op, field, when, bound)                     \
    REPLACED(kind, op, field, KIND_COLUMN, COLUMN_computed, when),   \
        REPLACED(kind, op, field, KIND_CHECK, ANY_FIELD, when),      \
        REPLACED(kind, op, field, KIND_EXCLUDE, ANY_FIELD, when),    \
        REPLACED(kind, op, field, KIND_INDEX, ANY_FIELD, when),      \
        REPLACED(kind, op, field, KIND_INDEX_PART, ANY_FIELD, when), \
        REPLACED(kind, op, field, KIND_VIEW, ANY_FIELD, when),       \
        REPLACED(kind, op, field, KIND_TRIGGER, ANY_FIELD, when),    \
        REPLACED(kind, op, field, KIND_POLICY, ANY_FIELD, when),     \
        REPLACED(kind, op, field, KIND_RULE, ANY_FIELD, when),       \
        REPLACED(kind, op, field, KIND_STATISTICS, ANY_FIELD, when), \
        REPLACED(kind, op, field, KIND_AGGREGATE, ANY_FIELD, when),  \
        REPLACED(kind, op, field, KIND_RANGE, ANY_FIELD, when),      \
        REPLACED(kind, op, field, KIND_OPERATOR, ANY_FIELD, when),   \
        REPLACED(kind, op, field, KIND_CAST, ANY_FIELD, when),       \
        REPLACED(kind, op, field, KIND_FAMILY, ANY_FIELD, when),     \
        REPLACED(kind, op, field, KIND_CLASS, ANY_FIELD, when),      \
        REPLACED(kind, op, field, KIND_TRANSFORM, ANY_FIELD, when),  \
        REPLACED(kind, op, field, KIND_FUNCTION, FUNCTION_definition, bound)
/* A type that is made again under its name: what is of it changes over, and what only names it makes room. */
#define TYPE_AGAIN(kind, field, when)                                       \
    CHANGES_OVER(kind, field, KIND_COLUMN, COLUMN_type, when),              \
        CHANGES_OVER(kind, field, KIND_COLUMN, COLUMN_default_value, when), \
        CHANGES_OVER(kind, field, KIND_ATTRIBUTE, ATTRIBUTE_type, when),    \
        CHANGES_OVER(kind, field, KIND_DOMAIN, DOMAIN_type, when),          \
        CHANGES_OVER(kind, field, KIND_DOMAIN, DOMAIN_default_value, when), \
        MAKES_ROOM(kind, ON(ALTER), field, when, when)
#define SORTS(dependent)      REPLACED(KIND_CLASS, ON(DROP), ANY_FIELD, dependent, ANY_FIELD, is_replaced)
#define WITH_KEY(kind)        REPLACED(kind, ON(DROP), ANY_FIELD, KIND_FOREIGN_KEY, ANY_FIELD, NULL)
#define REMADE(dependent, by) REPLACED(KIND_FUNCTION, ON(ALTER), FUNCTION_definition, dependent, by, is_function_remade)
#define CALLS(dependent, by)  REPLACED(KIND_FUNCTION, ON(DROP), ANY_FIELD, dependent, by, is_replaced)
/* Whatever may name what goes and comes back by itself. */
#define AGAIN(kind) MAKES_ROOM(kind, ON(DROP), ANY_FIELD, is_replaced, is_bound_to_replaced)
#define ANOTHER_BY_HAND \
    "Write the migration by hand: make another under a new name, change over to it, and drop this one."
/* What holds values of it, or gives it to them, cannot make room. */
#define HELD_BY(kind, dependent, by, what)                                                                \
    {                                                                                                     \
        kind, ON(DROP), ANY_FIELD, dependent, by, is_made_again, .effect = EFFECT_REFUSE, .reason = what, \
                                                                 .hint = ANOTHER_BY_HAND                  \
    }
#define VALUES_TAKEN(kind, dependent, by)                                                                      \
    {                                                                                                          \
        kind, ON(DROP), ANY_FIELD, dependent, by, takes_values,                                                \
            .effect = EFFECT_REFUSE, .reason = "it is of a type whose name goes to something of another kind", \
            .hint = ANOTHER_BY_HAND                                                                            \
    }
/* What names one of these makes room where the name goes to something of another kind. */
#define GIVES_NAME(kind)                                                                        \
    VALUES_TAKEN(kind, KIND_COLUMN, COLUMN_type), VALUES_TAKEN(kind, KIND_DOMAIN, DOMAIN_type), \
        VALUES_TAKEN(kind, KIND_ATTRIBUTE, ATTRIBUTE_type),                                     \
        MAKES_ROOM(kind, ON(DROP), ANY_FIELD, gives_name, gives_name)
#define KEY_REMADE(kind, include)                                                         \
    {                                                                                     \
        KIND_COLUMN, ON(ALTER), COLUMN_type, kind, include, NULL, .effect = EFFECT_REMADE \
    }
#define OWN(field, by, when)                                                                              \
    {                                                                                                     \
        KIND_COLUMN, ON(ALTER), field, KIND_COLUMN, by, when, .effect = EFFECT_FOLLOW, .on_inherit = true \
    }

#define FROM_TWO(field)                                                                                 \
    {                                                                                                   \
        KIND_COLUMN, ON(ALTER), field, KIND_COLUMN, ANY_FIELD, has_two_roots,                           \
            .effect = EFFECT_TOGETHER, .on_inherit = true,                                              \
            .reason = "a child has this column from two parents, and they cannot have different types", \
            .hint = "Give all of its parents the same type in one step."                                \
    }
#define NULL_APART(field)                                                                                           \
    {                                                                                                               \
        KIND_COLUMN, ON(ALTER), field, ITSELF, ANY_FIELD, is_null_apart,                                            \
            .effect = EFFECT_REFUSE,                                                                                \
            .reason = "the server refuses another type while a child has a NOT NULL of its own beside it",          \
            .hint = "Write the migration by hand: ALTER TABLE child NO INHERIT parent, change the column of both, " \
                    "then INHERIT again."                                                                           \
    }
#define PARTITION_KEY(field)                                                                            \
    {                                                                                                   \
        KIND_COLUMN, ON(ALTER), field, ITSELF, ANY_FIELD, is_in_partition_key,                          \
            .effect = EFFECT_REFUSE,                                                                    \
            .reason = "the server refuses another type for a column by which its table is partitioned", \
            .hint = "Write the migration by hand: make a new table, copy the rows, swap the names."     \
    }

#define IN_ARRAYS                                                                                                   \
    .effect = EFFECT_REFUSE,                                                                                        \
    .reason = "the server looks at no arrays, and refuses a new condition of a domain under them",                  \
    .hint =                                                                                                         \
        "Write the migration by hand: change the columns with arrays of it to arrays of its base type, change the " \
        "domain, and change the columns back."
#define STORED(field)                                                                                                \
    {                                                                                                                \
        KIND_ATTRIBUTE, ON(ALTER), field, ITSELF, ANY_FIELD, is_stored,                                              \
            .effect = EFFECT_REFUSE,                                                                                 \
            .reason = "the server refuses another type for it while a column of a table holds values of its type",   \
            .hint = "Write the migration by hand: make a type of another name, change the columns over to it, then " \
                    "drop the old one and rename the new."                                                           \
    }

#define NOT_UNDER_TYPE                                                                                            \
    .effect = EFFECT_REFUSE, .reason = "a type is made of it, and the server can change neither under the other", \
    .hint = "Write the migration by hand: make both under new names, change over to them, and drop the old ones."
#define MADE_OF(dependent, remade, replaced)                                                       \
    {KIND_FUNCTION, ON(ALTER), FUNCTION_definition, dependent, ANY_FIELD, remade, NOT_UNDER_TYPE}, \
    {                                                                                              \
        KIND_FUNCTION, ON(DROP), ANY_FIELD, dependent, ANY_FIELD, replaced, NOT_UNDER_TYPE         \
    }

const struct effect_row pg_effects[] = {
    /* of the object itself */
    {KIND_COLUMN, ON(ALTER), COLUMN_type, ITSELF, ANY_FIELD, is_row_type, .effect = EFFECT_REFUSE,
     .reason = "its type cannot change while a column has the type of whole rows of its table",
     .hint = "Write the migration by hand: change that column to another type and back, with its rows."},
    {KIND_DOMAIN, ON(ALTER), DOMAIN_nullable, ITSELF, ANY_FIELD, becomes_not_null, IN_ARRAYS},
    {KIND_CHECK, ON(CREATE), ANY_FIELD, ITSELF, ANY_FIELD, binds_arrays, IN_ARRAYS},
    {KIND_ATTRIBUTE, ON(CREATE) | ON(ALTER) | ON(DROP), ANY_FIELD, ITSELF, ANY_FIELD, has_typed_table,
     .effect = EFFECT_REFUSE,
     .reason = "its type is that of a typed table, whose columns would have to change along with it",
     .hint = "Write the migration by hand: ALTER TYPE ... CASCADE changes the tables of the type, too."},
    REPLACED(KIND_CHECK, ON(ALTER), CHECK_not_valid, ITSELF, ANY_FIELD, check_is_doubted),
    REPLACED(KIND_FOREIGN_KEY, ON(ALTER), FOREIGN_KEY_not_valid, ITSELF, ANY_FIELD, foreign_key_is_doubted),
    STORED(ATTRIBUTE_type),
    STORED(ATTRIBUTE_collation),
    PARTITION_KEY(COLUMN_type),
    PARTITION_KEY(COLUMN_collation),
    NULL_APART(COLUMN_type),
    NULL_APART(COLUMN_collation),
    {KIND_COLUMN, ON(CREATE), ANY_FIELD, ITSELF, ANY_FIELD, is_identity_for_children, .effect = EFFECT_REFUSE,
     .reason = "an identity column cannot be added to a table that others inherit from",
     .hint = "Add it as a plain column in one step, and make it an identity column in the next."},
    REPLACED(KIND_COLUMN, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, column_is_remade),
    REPLACED(KIND_INDEX, ON(ALTER), INDEX_options, ITSELF, ANY_FIELD, is_partitioned),
    REPLACED(KIND_PRIMARY_KEY, ON(ALTER), PRIMARY_KEY_options, ITSELF, ANY_FIELD, is_partitioned),
    REPLACED(KIND_UNIQUE, ON(ALTER), UNIQUE_options, ITSELF, ANY_FIELD, is_partitioned),
    REPLACED(KIND_VIEW, ON(ALTER), VIEW_query, ITSELF, ANY_FIELD, columns_may_change),
    REPLACED(KIND_VIEW, ON(ALTER), VIEW_column_settings, ITSELF, ANY_FIELD, pg_view_is_remade),
    REPLACED(KIND_PUBLICATION, ON(ALTER), PUBLICATION_members, ITSELF, ANY_FIELD, members_go),
    REPLACED(KIND_POLICY, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, condition_goes),
    {KIND_ENUM, ON(ALTER), ENUM_labels, ITSELF, ANY_FIELD, labels_go, .finish = 55},
    /* What uses a new label waits for the COMMIT after it: nothing may be gone by then that is to come again. */
    {KIND_ENUM, ON(ALTER), ENUM_labels, ITSELF, ANY_FIELD, labels_only_come, .phase = 2},
    {KIND_DOMAIN, ON(ALTER), DOMAIN_type, ITSELF, ANY_FIELD, NULL, .finish = 55},
    {KIND_DOMAIN, ON(ALTER), DOMAIN_collation, ITSELF, ANY_FIELD, NULL, .finish = 55},
    {KIND_SCHEMA, ON(CREATE) | ON(ALTER), SCHEMA_default_grants, ITSELF, ANY_FIELD, gives_defaults, .finish = 95},
    {KIND_SEQUENCE, ON(CREATE) | ON(ALTER), SEQUENCE_owned_by, ITSELF, ANY_FIELD, is_owned, .finish = 56},
    {KIND_FUNCTION, ON(ALTER), FUNCTION_definition, ITSELF, ANY_FIELD, is_function_remade, .finish = 77},
    /* A logged table may never refer to an unlogged one. */
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, ITSELF, ANY_FIELD, becomes_logged, .phase = 39, .whole = true},
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, ITSELF, ANY_FIELD, becomes_unlogged, .phase = 58, .whole = true,
     .backwards = true},
    REPLACED(KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_FOREIGN_KEY, ANY_FIELD, in_circle),
    /* A policy, a rule or a trigger may name any table. */
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_POLICY, ANY_FIELD, NULL, .effect = EFFECT_LOOSE},
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_RULE, ANY_FIELD, NULL, .effect = EFFECT_LOOSE},
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_TRIGGER, ANY_FIELD, NULL, .effect = EFFECT_LOOSE},
    /* A logged table may inherit from an unlogged one, and the other way round. */
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_TABLE, TABLE_inherits, NULL, .effect = EFFECT_LOOSE},
    {KIND_TABLE, ON(ALTER), TABLE_unlogged, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_LOOSE, .on_inherit = true},
    /* Columns change while neither the parents that are left nor those that are joined hold them. */
    {KIND_TABLE, ON(ALTER), TABLE_inherits, ITSELF, ANY_FIELD, was_partition, .phase = 15, .finish = 77},
    {KIND_TABLE, ON(ALTER), TABLE_inherits, ITSELF, ANY_FIELD, NULL, .phase = 15, .finish = 73},
    /* Columns change while a partition is one; it comes when those are gone in whose place it is. */
    {KIND_TABLE, ON(ALTER), TABLE_partition_bound, ITSELF, ANY_FIELD, NULL, .phase = 75, .finish = 77},
    {KIND_TABLE, ON(CREATE), TABLE_partition_bound, ITSELF, ANY_FIELD, comes_late, .finish = 77},
    {KIND_TABLE, ON(ALTER), TABLE_of_type, ITSELF, ANY_FIELD, NULL, .phase = 15, .finish = 73},
    {KIND_TABLE, ON(ALTER), TABLE_server, ITSELF, ANY_FIELD, NULL, .effect = EFFECT_REFUSE,
     .reason = "the server cannot move a table to another server, nor make a foreign table of one that holds rows",
     .hint = "Write the migration by hand: drop it and create the other; a foreign table has no rows to lose."},
    {KIND_TABLE, ON(ALTER), TABLE_partition_by, ITSELF, ANY_FIELD, NULL, .effect = EFFECT_REFUSE,
     .reason = "its partitioning cannot be changed in place",
     .hint = "Write the migration by hand: make a new table, copy the rows, swap the names."},

    FROM_TWO(COLUMN_type),
    FROM_TWO(COLUMN_collation),
    {KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_COLUMN, ANY_FIELD, has_two_roots, .effect = EFFECT_TOGETHER,
     .on_inherit = true, .reason = "a child has this column from two parents, and they cannot call it differently",
     .hint = "Rename it in all of its parents in one step."},
    /* inherited columns: the server does the same to the children, but for comments, compression and what is said ONLY of the one */
    {KIND_COLUMN, ON(ALTER), COLUMN_comment, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE, .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_compression, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE,
     .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_statistics_target, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE,
     .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_options, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE, .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_grants, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE, .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_not_null_no_inherit, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_NONE,
     .on_inherit = true},
    {KIND_COLUMN, ON(ALTER), COLUMN_nullable, KIND_COLUMN, ANY_FIELD, null_is_alone, .effect = EFFECT_NONE,
     .on_inherit = true},
    OWN(COLUMN_default_value, COLUMN_default_value, default_is_own),
    OWN(COLUMN_type, COLUMN_default_value, default_is_own),
    OWN(COLUMN_nullable, COLUMN_nullable, null_is_own),
    {KIND_COLUMN, ON(CREATE) | ON(ALTER) | ON(DROP), ANY_FIELD, KIND_COLUMN, ANY_FIELD, NULL, .effect = EFFECT_ABSORB,
     .on_inherit = true},

    /* another type */
    OF_TYPE(KIND_COLUMN, COLUMN_computed, NULL),
    OF_TYPE(KIND_VIEW, ANY_FIELD, NULL),
    OF_TYPE(KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    OF_TYPE(KIND_INDEX, INDEX_predicate, leaves_family),
    OF_TYPE(KIND_INDEX_PART, INDEX_PART_expr, leaves_family),
    OF_TYPE(KIND_STATISTICS, STATISTICS_expressions, leaves_family),
    /* the server makes it again, and forgets how fine its statistics are */
    OF_TYPE(KIND_INDEX, ANY_FIELD, has_targets),
    OF_TYPE(KIND_INDEX_PART, ANY_FIELD, has_targets),
    OF_TYPE(KIND_STATISTICS, ANY_FIELD, has_targets),
    OF_TYPE(KIND_CHECK, ANY_FIELD, leaves_family),
    OF_TYPE(KIND_EXCLUDE, ANY_FIELD, leaves_family),
    OF_TYPE(KIND_TRIGGER, ANY_FIELD, NULL),
    OF_TYPE(KIND_POLICY, ANY_FIELD, NULL),
    OF_TYPE(KIND_RULE, ANY_FIELD, NULL),
    OF_TYPE(KIND_PUBLICATION, PUBLICATION_members, has_conditions),
    OF_TYPE(KIND_FUNCTION, FUNCTION_definition, is_bound),
    /* the server builds a key again if a column that it includes changes, and forgets the foreign keys that rest on it */
    KEY_REMADE(KIND_PRIMARY_KEY, PRIMARY_KEY_include),
    KEY_REMADE(KIND_UNIQUE, UNIQUE_include),
    KEY_REMADE(KIND_INDEX, INDEX_include),

    /* a column that goes and comes back */
    WITH_COLUMN(KIND_COLUMN, COLUMN_computed),
    WITH_COLUMN(KIND_VIEW, ANY_FIELD),
    WITH_COLUMN(KIND_FOREIGN_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PRIMARY_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_UNIQUE, ANY_FIELD),
    WITH_COLUMN(KIND_CHECK, ANY_FIELD),
    WITH_COLUMN(KIND_EXCLUDE, ANY_FIELD),
    WITH_COLUMN(KIND_INDEX, ANY_FIELD),
    WITH_COLUMN(KIND_INDEX_PART, ANY_FIELD),
    WITH_COLUMN(KIND_TRIGGER, ANY_FIELD),
    WITH_COLUMN(KIND_POLICY, ANY_FIELD),
    WITH_COLUMN(KIND_STATISTICS, ANY_FIELD),
    WITH_COLUMN(KIND_RULE, ANY_FIELD),
    WITH_COLUMN(KIND_PUBLICATION, PUBLICATION_members),
    REPLACED(KIND_COLUMN, ON(DROP), ANY_FIELD, KIND_FUNCTION, FUNCTION_definition, is_bound_to_replaced),

    /* a type that is made again under its name */
    TYPE_AGAIN(KIND_ENUM, ENUM_labels, labels_go),
    TYPE_AGAIN(KIND_DOMAIN, DOMAIN_type, NULL),
    TYPE_AGAIN(KIND_DOMAIN, DOMAIN_collation, NULL),

    /* the name goes to something of another kind */
    GIVES_NAME(KIND_TABLE),
    GIVES_NAME(KIND_ENUM),
    GIVES_NAME(KIND_DOMAIN),
    GIVES_NAME(KIND_COMPOSITE),
    GIVES_NAME(KIND_RANGE),
    GIVES_NAME(KIND_BASE),
    GIVES_NAME(KIND_SHELL),
    GIVES_NAME(KIND_VIEW),

    /* a key that goes: whatever rests on it */
    WITH_KEY(KIND_PRIMARY_KEY),
    WITH_KEY(KIND_UNIQUE),
    WITH_KEY(KIND_INDEX),

    REPLACED(KIND_VIEW, ON(DROP), ANY_FIELD, KIND_VIEW, ANY_FIELD, is_replaced),
    REPLACED(KIND_VIEW, ON(DROP), ANY_FIELD, KIND_POLICY, ANY_FIELD, is_replaced),
    REPLACED(KIND_VIEW, ON(DROP), ANY_FIELD, KIND_RULE, ANY_FIELD, is_replaced),

    /* a function that is made again while all that calls it changes over, or goes and comes back */
    {KIND_FUNCTION, ON(ALTER), FUNCTION_definition, KIND_COLUMN, COLUMN_default_value, is_function_remade,
     .effect = EFFECT_FOLLOW},
    {KIND_FUNCTION, ON(ALTER), FUNCTION_definition, KIND_DOMAIN, DOMAIN_default_value, is_function_remade,
     .effect = EFFECT_FOLLOW},
    {KIND_FUNCTION, ON(ALTER), FUNCTION_definition, KIND_FUNCTION, FUNCTION_definition, is_bound_to_remade,
     .effect = EFFECT_FOLLOW},
    REMADE(KIND_COLUMN, COLUMN_computed),
    REMADE(KIND_CHECK, ANY_FIELD),
    REMADE(KIND_EXCLUDE, ANY_FIELD),
    REMADE(KIND_INDEX, ANY_FIELD),
    REMADE(KIND_INDEX_PART, ANY_FIELD),
    REMADE(KIND_VIEW, ANY_FIELD),
    REMADE(KIND_TRIGGER, ANY_FIELD),
    REMADE(KIND_POLICY, ANY_FIELD),
    REMADE(KIND_RULE, ANY_FIELD),
    REMADE(KIND_STATISTICS, ANY_FIELD),
    REMADE(KIND_AGGREGATE, ANY_FIELD),
    MADE_OF(KIND_RANGE, of_range_remade, of_range_replaced),
    MADE_OF(KIND_BASE, is_function_remade, is_replaced),
    REMADE(KIND_RANGE, ANY_FIELD),
    REMADE(KIND_OPERATOR, ANY_FIELD),
    REMADE(KIND_CAST, ANY_FIELD),
    REMADE(KIND_FAMILY, ANY_FIELD),
    REMADE(KIND_CLASS, ANY_FIELD),
    REMADE(KIND_CONVERSION, ANY_FIELD),
    REMADE(KIND_TRANSFORM, ANY_FIELD),
    REMADE(KIND_METHOD, ANY_FIELD),
    REMADE(KIND_EVENT_TRIGGER, ANY_FIELD),
    REMADE(KIND_WRAPPER, ANY_FIELD),
    REMADE(KIND_TEXT_PARSER, ANY_FIELD),
    REMADE(KIND_TEXT_TEMPLATE, ANY_FIELD),
    REMADE(KIND_PUBLICATION, PUBLICATION_members),
    {KIND_FUNCTION, ON(DROP), ANY_FIELD, KIND_COLUMN, COLUMN_default_value, is_replaced, .effect = EFFECT_REFUSE,
     .reason = "a function that has to be dropped and created again is the default of a column",
     .hint = "Write the migration by hand: drop that default first, and set it again afterwards."},
    CALLS(KIND_COLUMN, COLUMN_computed),
    CALLS(KIND_CHECK, ANY_FIELD),
    CALLS(KIND_EXCLUDE, ANY_FIELD),
    CALLS(KIND_INDEX, ANY_FIELD),
    CALLS(KIND_INDEX_PART, ANY_FIELD),
    CALLS(KIND_VIEW, ANY_FIELD),
    CALLS(KIND_TRIGGER, ANY_FIELD),
    CALLS(KIND_POLICY, ANY_FIELD),
    CALLS(KIND_RULE, ANY_FIELD),
    CALLS(KIND_STATISTICS, ANY_FIELD),
    CALLS(KIND_AGGREGATE, ANY_FIELD),
    CALLS(KIND_RANGE, ANY_FIELD),
    CALLS(KIND_OPERATOR, ANY_FIELD),
    CALLS(KIND_CAST, ANY_FIELD),
    CALLS(KIND_FAMILY, ANY_FIELD),
    CALLS(KIND_CLASS, ANY_FIELD),
    CALLS(KIND_CONVERSION, ANY_FIELD),
    CALLS(KIND_TRANSFORM, ANY_FIELD),
    CALLS(KIND_METHOD, ANY_FIELD),
    CALLS(KIND_EVENT_TRIGGER, ANY_FIELD),
    CALLS(KIND_WRAPPER, ANY_FIELD),
    CALLS(KIND_TEXT_PARSER, ANY_FIELD),
    CALLS(KIND_TEXT_TEMPLATE, ANY_FIELD),
    CALLS(KIND_PUBLICATION, PUBLICATION_members),
    REPLACED(KIND_FUNCTION, ON(DROP), ANY_FIELD, KIND_FUNCTION, FUNCTION_definition, is_bound_to_replaced),
    REPLACED(KIND_VIEW, ON(DROP), ANY_FIELD, KIND_FUNCTION, FUNCTION_definition, is_replaced),

    /* kinds that are one statement each */
    AGAIN(KIND_AGGREGATE),
    REPLACED(KIND_OPERATOR, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, pg_operator_is_remade),
    HELD_BY(KIND_OPERATOR, KIND_COLUMN, COLUMN_default_value,
            "a default may use it, and the server can change neither under the other"),
    HELD_BY(KIND_OPERATOR, KIND_DOMAIN, DOMAIN_default_value,
            "the default of a domain may use it, and the server can change neither under the other"),
    HELD_BY(KIND_OPERATOR, KIND_TABLE, TABLE_partition_by, "a table may be partitioned by it"),
    AGAIN(KIND_OPERATOR),
    REPLACED(KIND_OPERATOR, ON(DROP), ANY_FIELD, KIND_PUBLICATION, PUBLICATION_members, is_replaced),
    REPLACED(KIND_FAMILY, ON(DROP), ANY_FIELD, KIND_CLASS, ANY_FIELD, is_replaced),
    HELD_BY(KIND_CLASS, KIND_TABLE, TABLE_partition_by, "a table is partitioned by it"),
    SORTS(KIND_PRIMARY_KEY),
    SORTS(KIND_UNIQUE),
    SORTS(KIND_EXCLUDE),
    SORTS(KIND_INDEX),
    SORTS(KIND_INDEX_PART),
    {KIND_CLASS, ON(DROP), ANY_FIELD, KIND_RANGE, ANY_FIELD, of_range_replaced, .effect = EFFECT_REFUSE,
     .reason = "a range with a canonical function is sorted by it", .hint = ANOTHER_BY_HAND},
    SORTS(KIND_RANGE),
    MAKES_ROOM(KIND_CLASS, ON(DROP), ANY_FIELD, goes_along, goes_along_bound),
    MAKES_ROOM(KIND_CAST, ON(DROP), ANY_FIELD, goes_along, goes_along_bound),
    REPLACED(KIND_METHOD, ON(DROP), ANY_FIELD, KIND_INDEX, INDEX_method, is_replaced),
    REPLACED(KIND_METHOD, ON(DROP), ANY_FIELD, KIND_FAMILY, ANY_FIELD, is_replaced),
    REPLACED(KIND_METHOD, ON(DROP), ANY_FIELD, KIND_CLASS, ANY_FIELD, is_replaced),
    {KIND_LANGUAGE, ON(ALTER), LANGUAGE_definition, ITSELF, ANY_FIELD, NULL, .effect = EFFECT_NONE},
    HELD_BY(KIND_COLLATION, KIND_COLUMN, COLUMN_collation, "columns are sorted by it, and the server cannot change it"),
    HELD_BY(KIND_COLLATION, KIND_COLUMN, COLUMN_default_value, "a default names it, and the server cannot change it"),
    HELD_BY(KIND_COLLATION, KIND_DOMAIN, ANY_FIELD, "a domain is sorted by it, and the server cannot change it"),
    HELD_BY(KIND_COLLATION, KIND_ATTRIBUTE, ANY_FIELD, "a type is sorted by it, and the server cannot change it"),
    AGAIN(KIND_COLLATION),
    {KIND_RANGE, ON(CREATE), RANGE_definition, ITSELF, ANY_FIELD, has_parts, .finish = 66},
    {KIND_RANGE, ON(ALTER), RANGE_definition, ITSELF, ANY_FIELD, has_parts, .effect = EFFECT_REFUSE,
     .reason = "the server cannot change a range, and it goes only together with its canonical function",
     .hint = ANOTHER_BY_HAND},
    HELD_BY(KIND_RANGE, KIND_COLUMN, COLUMN_type, "columns hold values of it, and the server cannot change it"),
    HELD_BY(KIND_RANGE, KIND_COLUMN, COLUMN_default_value,
            "a default gives a value of it, and the server cannot change it"),
    HELD_BY(KIND_RANGE, KIND_DOMAIN, ANY_FIELD, "a domain is over it, and the server cannot change it"),
    HELD_BY(KIND_RANGE, KIND_ATTRIBUTE, ANY_FIELD, "a type has an attribute of it, and the server cannot change it"),
    MAKES_ROOM(KIND_RANGE, ON(DROP), ANY_FIELD, is_replaced, is_replaced),
    {KIND_BASE, ON(CREATE), BASE_definition, ITSELF, ANY_FIELD, NULL, .finish = 66},
    {KIND_BASE, ON(ALTER), BASE_definition, ITSELF, ANY_FIELD, pg_base_is_another, .effect = EFFECT_REFUSE,
     .reason = "the server cannot change how values of a base type are read and kept", .hint = ANOTHER_BY_HAND},
    {KIND_BASE, ON(ALTER), BASE_definition, ITSELF, ANY_FIELD, NULL, .effect = EFFECT_NONE},
    REPLACED(KIND_TEXT_TEMPLATE, ON(DROP), ANY_FIELD, KIND_DICTIONARY, ANY_FIELD, is_replaced),
    REPLACED(KIND_DICTIONARY, ON(DROP), ANY_FIELD, KIND_CONFIGURATION, ANY_FIELD, is_replaced),
    REPLACED(KIND_TEXT_PARSER, ON(DROP), ANY_FIELD, KIND_CONFIGURATION, ANY_FIELD, is_replaced),
    HELD_BY(KIND_CONFIGURATION, KIND_COLUMN, COLUMN_default_value,
            "a default names it, and the server cannot change its parser"),
    AGAIN(KIND_CONFIGURATION),
    HELD_BY(KIND_DICTIONARY, KIND_COLUMN, COLUMN_default_value,
            "a default names it, and the server cannot change its template"),
    AGAIN(KIND_DICTIONARY),
    HELD_BY(KIND_SERVER, KIND_TABLE, TABLE_server, "foreign tables are on it, and the server cannot change it"),
    REPLACED(KIND_SERVER, ON(DROP), ANY_FIELD, KIND_MAPPING, ANY_FIELD, is_replaced),
    REPLACED(KIND_WRAPPER, ON(DROP), ANY_FIELD, KIND_SERVER, ANY_FIELD, is_replaced),
    {0},
};

/* r: relations, t: types (a table or a sequence is one too), f: functions, K: constraints of a table, C: its columns, T: its triggers,
   P: its policies, R: its rules,
   s: extended statistics, c: collations, o: operators, y, z: their families and classes, a: casts, v: conversions, l: languages, x: transforms, h: access methods, e: event triggers, p: publications,
   q, m, d, g: parsers, templates, dictionaries and configurations of text search,
   w, S, U: foreign data wrappers, their servers, and user mappings of these. */
const char *const pg_name_spaces[KIND_COUNT] = {
    [KIND_ENUM] = "t",         [KIND_DOMAIN] = "t",        [KIND_COMPOSITE] = "rt",    [KIND_ATTRIBUTE] = "C",
    [KIND_FUNCTION] = "f",     [KIND_SEQUENCE] = "rt",     [KIND_TABLE] = "rt",        [KIND_COLUMN] = "C",
    [KIND_PRIMARY_KEY] = "rK", [KIND_UNIQUE] = "rK",       [KIND_CHECK] = "K",         [KIND_EXCLUDE] = "rK",
    [KIND_FOREIGN_KEY] = "K",  [KIND_INDEX] = "r",         [KIND_VIEW] = "rt",         [KIND_TRIGGER] = "T",
    [KIND_POLICY] = "P",       [KIND_RULE] = "R",          [KIND_STATISTICS] = "s",    [KIND_AGGREGATE] = "f",
    [KIND_COLLATION] = "c",    [KIND_RANGE] = "t",         [KIND_BASE] = "t",          [KIND_SHELL] = "t",
    [KIND_WRAPPER] = "w",      [KIND_SERVER] = "S",        [KIND_TEXT_PARSER] = "q",   [KIND_TEXT_TEMPLATE] = "m",
    [KIND_DICTIONARY] = "d",   [KIND_CONFIGURATION] = "g", [KIND_EVENT_TRIGGER] = "e", [KIND_PUBLICATION] = "p",
    [KIND_OPERATOR] = "o",     [KIND_MAPPING] = "U",       [KIND_CAST] = "a",          [KIND_FAMILY] = "y",
    [KIND_CLASS] = "z",        [KIND_CONVERSION] = "v",    [KIND_SCHEMA] = "n",        [KIND_LABEL] = "V",
    [KIND_LANGUAGE] = "l",     [KIND_TRANSFORM] = "x",     [KIND_METHOD] = "h",
};
