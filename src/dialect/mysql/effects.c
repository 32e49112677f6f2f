/*
 * What both servers can change in place, and what must make room and come back.  Each row that is not plain from the
 * documentation was seen on a server.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

static bool is_computed(const struct column *column)
{
    return expr_text(&column->computed);
}

/* A virtual column has no values to keep, and an ordinary one cannot become virtual; MODIFY does the rest. */
static bool column_is_remade(const struct effect_case *effect)
{
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    bool was = is_computed(before), is = is_computed(after);
    if (!was && !is)
        return false;
    if (was && is)
        return before->computed_stored != after->computed_stored;
    return !(was ? before : after)->computed_stored;
}

static bool is_row_bound(const struct effect_case *effect)
{
    return my_is_row_bound((const struct column *)change_object(effect->change));
}

static bool is_replaced(const struct effect_case *effect)
{
    return effect->change->replaced;
}

/* What is said again of a view needs what it reads, which is away for a while. */
static bool is_said_again(const struct effect_case *effect)
{
    const struct list *list = &effect->changes->list;
    for (int i = 0; is_replaced(effect) && i < list->n; i++) {
        const struct change *change = list->item[i];
        if (change->op == CHANGE_ALTER && (change->before == effect->dependent || change->after == effect->dependent))
            return true;
    }
    return false;
}

/* A key has to hold the columns that partitions go by: it changes while there are none. */
static bool keys_change(const struct effect_case *effect)
{
    const struct list *list = &effect->changes->list;
    for (int i = 0; i < list->n; i++) {
        const struct change *change = list->item[i];
        const struct object *object = change->op == CHANGE_RENAME ? change->renamed : change_object(change);
        bool key = object->kind == KIND_PRIMARY_KEY ||
                   (object->kind == KIND_INDEX && ((const struct index *)object)->is_unique);
        if (key &&
            (object->parent == effect->change->before->parent || object->parent == effect->change->after->parent))
            return true;
    }
    return false;
}

/* By system time only what keeps its rows is partitioned: while that changes, there are no partitions. */
static bool history_changes(const struct effect_case *effect)
{
    const struct table *before = (const struct table *)effect->change->before->parent;
    const struct table *after = (const struct table *)effect->change->after->parent;
    return before->versioned != after->versioned || keys_change(effect);
}

/*
 * A table takes its triggers along when it gets another name, which stands in their heads; what they do says the old one.
 * Everything else that is a text stays as it was made, whatever it names.
 */
static bool says_old_name(const struct effect_case *effect)
{
    const struct change *rename = effect->change;
    const struct object *trigger = effect->dependent;
    const char *table = trigger->parent->name;
    struct lexer lexer;
    bool own = trigger->parent == rename->renamed || trigger->parent == rename->renamed->peer;
    const char *text = expr_text(&((const struct trigger *)trigger)->definition);
    if (rename->kind != KIND_TABLE || !own || !text)
        return true;
    lex_open(&lexer, &my_lex, text, strlen(text));
    struct token token = lex_next_code(&lexer);
    while (token.kind != TOKEN_END && !token_is(&token, "each"))
        token = lex_next_code(&lexer);
    for (; token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if ((token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) &&
            text_equal_nocase(token_name(effect->mem, &token), table))
            return true;
    return false;
}

/* Then MariaDB copies the table whatever changes. */
static bool has_overlaps_key(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if ((child->kind == KIND_INDEX && ((const struct index *)child)->period) ||
            (child->kind == KIND_PRIMARY_KEY && ((const struct primary_key *)child)->period))
            return true;
    }
    return false;
}

/*
 * Both servers rename what a foreign key names in place alone, and copy where a key has no overlaps (MariaDB), or say again what is
 * generated from the column or indexed as an expression (MySQL): "Columns participating in a foreign key are renamed".
 */
static bool renames_by_copy(const struct effect_case *effect)
{
    bool copies = false;
    if (effect->target->dialect->engine == ENGINE_MARIA)
        return has_overlaps_key(effect->change->renamed->parent);
    for (const struct edge *edge = effect->change->renamed->needed; edge; edge = edge->next_needed)
        copies = copies || (edge->from->kind == KIND_COLUMN && edge->field == COLUMN_computed) ||
                 (edge->from->kind == KIND_INDEX_PART && edge->field == INDEX_PART_expr);
    return copies;
}

/* Does a primary key with the column come or go? */
static bool is_keyed_anew(const struct object *column)
{
    const struct primary_key *key =
        column ? (const struct primary_key *)object_only(column->parent, KIND_PRIMARY_KEY) : NULL;
    return key && names_have_nocase(&key->columns, column->name) && !key->object.peer;
}

static bool stays(const struct object *object)
{
    return object->peer && !object->unmade && !object->made;
}

/* Does an index with the columns of the key stay, or go? */
static bool is_covered_by(const struct effect_case *effect, const struct foreign_key *key, bool staying)
{
    const struct object *table = key->object.parent;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *index = table->children.item[i];
        if (stays(index) == staying && my_covers(effect->target, index, key))
            return true;
    }
    return false;
}

/*
 * MySQL lets what a foreign key names become NOT NULL in place alone, which no table with a full-text index, or a new key, takes.
 * Neither server lets an index stand in for the one that goes while that is done.
 */
static bool becomes_null_by_copy(const struct effect_case *effect)
{
    const struct object *before = effect->change->before, *after = effect->change->after;
    bool copies = is_keyed_anew(before) || is_keyed_anew(after);
    const struct foreign_key *key = (const struct foreign_key *)effect->dependent;
    if (is_covered_by(effect, key, false) && !is_covered_by(effect, key, true))
        return true;
    for (int i = 0; i < before->parent->children.n; i++) {
        const struct index *index = before->parent->children.item[i];
        copies = copies || (index->object.kind == KIND_INDEX && text_equal(index->method, "fulltext"));
    }
    return copies && effect->target->dialect->engine == ENGINE_MY;
}

/* A foreign key that stays is never without an index: what takes the place of the one that goes comes before that. */
static bool stands_in(const struct effect_case *effect)
{
    const struct object *index = effect->change->after, *table = index->parent;
    for (int i = 0; table->peer && i < table->children.n; i++) {
        const struct foreign_key *key = table->children.item[i];
        if (key->object.kind != KIND_FOREIGN_KEY || !stays(&key->object) || !my_covers(effect->target, index, key))
            continue;
        const struct foreign_key *before = (const struct foreign_key *)key->object.peer;
        if (is_covered_by(effect, before, false) && !is_covered_by(effect, before, true))
            return true;
    }
    return false;
}

#define REPLACED(kind, on, field, dependent, by, when)                 \
    {                                                                  \
        kind, on, field, dependent, by, when, .effect = EFFECT_REPLACE \
    }
#define WITH_COLUMN(dependent, by) REPLACED(KIND_COLUMN, ON(DROP), ANY_FIELD, dependent, by, is_replaced)
#define RENAMED(kind)                                                                  \
    REPLACED(kind, ON(RENAME), ANY_FIELD, KIND_VIEW, ANY_FIELD, NULL),                 \
        REPLACED(kind, ON(RENAME), ANY_FIELD, KIND_TRIGGER, ANY_FIELD, says_old_name), \
        REPLACED(kind, ON(RENAME), ANY_FIELD, KIND_FUNCTION, ANY_FIELD, NULL),         \
        REPLACED(kind, ON(RENAME), ANY_FIELD, KIND_EVENT, ANY_FIELD, NULL)

enum {
    STANDS_IN = 9, /* as a phase: before foreign keys and indexes go, 10 and 11 */
    VERSIONING =
        10 /* it stands alone: after partitions go, 9, and never between an index that goes and the one that comes */
};

const struct effect_row my_effects[] = {
    {.kind = KIND_COLUMN,
     .on = ON(CREATE) | ON(DROP),
     .field = ANY_FIELD,
     .dependent = ITSELF,
     .when = is_row_bound,
     .effect = EFFECT_REFUSE,
     .reason = "a column of the system period comes and goes with the versioning of its table, in one statement",
     .hint =
         "Write that as a migration of your own: ADD or DROP of both columns, the period and the versioning in one ALTER TABLE."},
    REPLACED(KIND_COLUMN, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, column_is_remade),
    /* What is left out of it can only be said of a column while there is something. */
    {.kind = KIND_TABLE,
     .on = ON(ALTER),
     .field = TABLE_versioned,
     .dependent = ITSELF,
     .effect = EFFECT_NONE,
     .phase = VERSIONING},
    /* "Cannot change column: used in a foreign key constraint" */
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_type, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_collation, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    /* What counts needs its key in the same statement, and a foreign key wants a statement of its own for its column. */
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_autoincrement, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_nullable, KIND_FOREIGN_KEY, ANY_FIELD, becomes_null_by_copy),
    /* "cannot be changed because there is a spatial index on the column" */
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_srid, KIND_INDEX_PART, ANY_FIELD, NULL),
    WITH_COLUMN(KIND_COLUMN, COLUMN_computed),
    WITH_COLUMN(KIND_CHECK, ANY_FIELD),
    REPLACED(KIND_CHECK, ON(DROP), ANY_FIELD, KIND_INDEX, INDEX_period, is_replaced),
    REPLACED(KIND_CHECK, ON(DROP), ANY_FIELD, KIND_PRIMARY_KEY, PRIMARY_KEY_period, is_replaced),
    WITH_COLUMN(KIND_INDEX, ANY_FIELD),
    WITH_COLUMN(KIND_FOREIGN_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PRIMARY_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PARTITIONING, ANY_FIELD),
    REPLACED(KIND_PARTITIONING, ON(ALTER), PARTITIONING_method, ITSELF, ANY_FIELD, history_changes),
    REPLACED(KIND_PARTITIONING, ON(ALTER), PARTITIONING_expr, ITSELF, ANY_FIELD, keys_change),
    {.kind = KIND_INDEX,
     .on = ON(CREATE),
     .field = INDEX_method,
     .dependent = ITSELF,
     .when = stands_in,
     .effect = EFFECT_NONE,
     .phase = STANDS_IN},
    REPLACED(KIND_INDEX, ON(ALTER), INDEX_comment, ITSELF, ANY_FIELD, NULL),
    REPLACED(KIND_INDEX, ON(ALTER), INDEX_options, ITSELF, ANY_FIELD, NULL),
    REPLACED(KIND_FUNCTION, ON(ALTER), FUNCTION_definition, ITSELF, ANY_FIELD, NULL),
    REPLACED(KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_FOREIGN_KEY, ANY_FIELD, renames_by_copy),
    REPLACED(KIND_VIEW, ON(DROP), ANY_FIELD, KIND_VIEW, VIEW_query, is_said_again),
    /* A view that changes beside it names it before and after; meanwhile it may be broken. */
    {KIND_FUNCTION, ON(DROP), ANY_FIELD, KIND_VIEW, ANY_FIELD, is_replaced, .effect = EFFECT_LOOSE},
    RENAMED(KIND_TABLE),
    RENAMED(KIND_COLUMN),
    RENAMED(KIND_VIEW),
    RENAMED(KIND_FUNCTION),
    /* The one that is made again would run last. */
    REPLACED(KIND_TRIGGER, ON(DROP), ANY_FIELD, KIND_TRIGGER, TRIGGER_follows, is_replaced),
    {0},
};

/* r: tables and views, f: foreign keys, k: checks, C: columns, I: indexes */
const char *const my_name_spaces[KIND_COUNT] = {
    [KIND_TABLE] = "r", [KIND_VIEW] = "r",        [KIND_COLUMN] = "C",  [KIND_INDEX] = "I",    [KIND_UNIQUE] = "I",
    [KIND_CHECK] = "k", [KIND_FOREIGN_KEY] = "f", [KIND_TRIGGER] = "t", [KIND_FUNCTION] = "p", [KIND_EVENT] = "e",
};

/* Checks are called as nothing else in their table is, neither a foreign key nor a unique index. */
const char *const my_mariadb_name_spaces[KIND_COUNT] = {
    [KIND_SEQUENCE] = "r", [KIND_TABLE] = "r",    [KIND_VIEW] = "r",  [KIND_COLUMN] = "C",
    [KIND_INDEX] = "IK",   [KIND_UNIQUE] = "IK",  [KIND_CHECK] = "K", [KIND_FOREIGN_KEY] = "fK",
    [KIND_TRIGGER] = "t",  [KIND_FUNCTION] = "p", [KIND_EVENT] = "e",
};
