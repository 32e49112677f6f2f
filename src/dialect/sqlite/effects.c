/*
 * What SQLite's ALTER TABLE can do, by version; everything else is a rebuild of the table.
 * It adds and drops simple columns (3.35), renames tables and columns, and from 3.53 on sets and drops NOT NULL and adds
 * and drops CHECK.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

enum { VERSION_DROP_COLUMN = 33500, VERSION_ALTER_COLUMN = 35300 };

bool lite_is_constant(const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, &lite_lex, text, strlen(text));
    struct token token = lex_next_code(&lexer);
    if (token.kind == TOKEN_OPERATOR && token.length == 1 && (*token.text == '-' || *token.text == '+'))
        token = lex_next_code(&lexer);
    bool word = token_is(&token, "NULL") || token_is(&token, "TRUE") || token_is(&token, "FALSE");
    bool constant = word || token.kind == TOKEN_NUMBER || token.kind == TOKEN_STRING;
    return constant && lex_next_code(&lexer).kind == TOKEN_END;
}

/* The columns that a key, unique or foreign key is over; NULL for other kinds. */
static const struct names *constraint_columns(const struct object *object)
{
    switch (object->kind) {
    case KIND_PRIMARY_KEY: return &((const struct primary_key *)object)->columns;
    case KIND_UNIQUE: return &((const struct unique *)object)->columns;
    case KIND_FOREIGN_KEY: return &((const struct foreign_key *)object)->columns;
    default: return NULL;
    }
}

static bool in_key_or_unique(const struct column *column)
{
    const struct object *table = column->object.parent;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        bool key = child->kind == KIND_PRIMARY_KEY || child->kind == KIND_UNIQUE;
        if (key && names_have_nocase(constraint_columns(child), column->object.name))
            return true;
    }
    return false;
}

/* TRUE in a text column: rows that are there would show the number 1, where new ones get the text (seen in 3.40 and 3.53). */
static bool is_truth_in_text(const struct column *column, const char *value)
{
    struct arena *scratch = arena_open(0);
    bool numeric = lite_is_numeric(scratch, column->type);
    arena_close(scratch);
    return !numeric && (text_equal_nocase(value, "TRUE") || text_equal_nocase(value, "FALSE"));
}

/*
 * Can ALTER TABLE add it?  A NOT NULL column without default is left to it too: it says clearly that the table
 * is not empty.
 */
bool lite_can_add(const struct column *column)
{
    const char *value = expr_text(&column->default_value);
    if (column->autoincrement || in_key_or_unique(column))
        return false;
    if (expr_text(&column->computed))
        return !column->computed_stored;
    return !value || (lite_is_constant(value) && !is_truth_in_text(column, value));
}

bool lite_adds_inline(const struct foreign_key *key)
{
    const struct object *table = key->object.parent;
    if (key->columns.n != 1 || !table->peer)
        return false;
    const struct column *column = lite_column(table, key->columns.item[0]);
    return column && !column->object.peer && lite_can_add(column);
}

bool lite_names_word(struct arena *mem, const char *text, const char *name)
{
    struct lexer lexer;
    if (!text)
        return false;
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (named && text_equal_nocase(token_name(mem, &token), name))
            return true;
    }
    return false;
}

/* The new column that ADD COLUMN can write the check with: the only one of the table that it names. */
static const struct column *checked_alone(struct arena *mem, const struct check *check)
{
    const struct object *table = check->object.parent;
    const struct column *only = NULL;
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind != KIND_COLUMN || !lite_names_word(mem, expr_text(&check->expr), column->object.name))
            continue;
        if (only || column->object.peer || !lite_can_add(column))
            return NULL;
        only = column;
    }
    return only;
}

bool lite_adds_check(const struct check *check, const struct object *column)
{
    struct arena *scratch = arena_open(0);
    const struct column *only = check->object.parent->peer ? checked_alone(scratch, check) : NULL;
    arena_close(scratch);
    return only && (!column || &only->object == column);
}

static bool index_names(struct arena *mem, const struct object *index, const char *column)
{
    if (lite_names_word(mem, expr_text(&((const struct index *)index)->predicate), column))
        return true;
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (part->column && text_equal_nocase(part->column, column))
            return true;
        if (lite_names_word(mem, expr_text(&part->expr), column))
            return true;
    }
    return false;
}

/* The expression in which an object may name columns; NULL for kinds without one. */
static const char *object_text(const struct object *object)
{
    switch (object->kind) {
    case KIND_CHECK: return expr_text(&((const struct check *)object)->expr);
    case KIND_COLUMN: return expr_text(&((const struct column *)object)->computed);
    case KIND_VIEW: return expr_text(&((const struct view *)object)->query);
    case KIND_TRIGGER: return expr_text(&((const struct trigger *)object)->definition);
    default: return NULL;
    }
}

/* Does this object keep the column from being dropped? Indexes, views and triggers that go as well are gone by then. */
static bool object_holds(struct arena *mem, const struct object *object, const struct column *column)
{
    const char *name = column->object.name;
    bool same_table = object->parent == column->object.parent;
    bool stays = object->peer;
    const struct names *columns = same_table ? constraint_columns(object) : NULL;
    if (columns)
        return names_have_nocase(columns, name);
    if (object->kind == KIND_INDEX)
        return same_table && stays && index_names(mem, object, name);
    bool anywhere = (object->kind == KIND_VIEW || object->kind == KIND_TRIGGER) && stays;
    return (anywhere || same_table) && lite_names_word(mem, object_text(object), name);
}

static bool can_drop(const struct column *column, int version)
{
    const struct object *root = object_ancestor(&column->object, KIND_DATABASE);
    struct arena *scratch = arena_open(0);
    bool held = version < VERSION_DROP_COLUMN;
    for (const struct object *o = root; o && !held; o = object_next(root, o)) {
        struct arena_mark mark = arena_save(scratch);
        held = o != &column->object && object_holds(scratch, o, column);
        arena_rewind(scratch, mark);
    }
    arena_close(scratch);
    return !held;
}

static bool only_field(const struct change *change, int field)
{
    for (int i = 0; i < kind_table[change->kind].fields; i++)
        if (change_has(change, i) != (i == field))
            return false;
    return true;
}

/* SET NOT NULL refuses where a row holds NULL; a default can fill it, in a rebuild. */
static bool can_alter(const struct change *change, int version)
{
    const struct column *after = (const struct column *)change->after;
    if (version < VERSION_ALTER_COLUMN || !only_field(change, COLUMN_nullable))
        return false;
    return after->nullable || !expr_text(&after->default_value);
}

static bool is_plain_word(const struct token *token, const struct object *table, struct arena *mem)
{
    static const char *const keywords[] = {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "TRUE", "FALSE", NULL};
    const struct column *column = lite_column(table, token_name(mem, token));
    for (int i = 0; keywords[i]; i++)
        if (token_is(token, keywords[i]))
            return true;
    return column && !column->nullable;
}

/* Division by zero and a JSON path that leads nowhere give NULL; so do bit operators with NULL, but not without. */
static bool is_plain_operator(const struct token *token)
{
    static const char *const plain[] = {"=", "==", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "||"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (token->length == strlen(plain[i]) && memcmp(token->text, plain[i], token->length) == 0)
            return true;
    return false;
}

/*
 * ADD CHECK of 3.53 refuses rows for which the condition is NULL, which a CHECK in CREATE TABLE lets pass.  So only a
 * condition that cannot be NULL: NOT NULL columns, literals, and operators without functions or division.
 */
static bool never_null(struct arena *mem, const struct object *table, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if ((token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) && !is_plain_word(&token, table, mem))
            return false;
        if (token.kind == TOKEN_OPERATOR && !is_plain_operator(&token))
            return false;
    }
    return true;
}

static bool can_add_check(const struct check *check, int version)
{
    if (version < VERSION_ALTER_COLUMN)
        return false;
    struct arena *scratch = arena_open(0);
    bool can = never_null(scratch, check->object.parent, expr_text(&check->expr));
    arena_close(scratch);
    return can;
}

static bool can_drop_check(const struct object *check, int version)
{
    int n = 0;
    for (int i = 0; check->name && i < check->parent->children.n; i++) {
        const struct object *child = check->parent->children.item[i];
        n += (kind_table[child->kind].marks & KIND_CONTENT || child->kind == KIND_PRIMARY_KEY) &&
             text_equal_nocase(child->name, check->name);
    }
    return version >= VERSION_ALTER_COLUMN && n == 1;
}

/* ---- the table ---- */

/* ADD COLUMN cannot say what the rows that are there get. */
static bool column_not_added(const struct effect_case *effect)
{
    const struct object *column = effect->change->after;
    return !lite_can_add((const struct column *)column) || fill_of(effect->fills, column);
}

static bool column_not_dropped(const struct effect_case *effect)
{
    return !can_drop((const struct column *)effect->change->before, effect->target->version);
}

static bool column_not_altered(const struct effect_case *effect)
{
    return !can_alter(effect->change, effect->target->version);
}

static bool check_not_added(const struct effect_case *effect)
{
    const struct check *check = (const struct check *)effect->change->after;
    return !lite_adds_check(check, NULL) && !can_add_check(check, effect->target->version);
}

static bool check_not_dropped(const struct effect_case *effect)
{
    return !can_drop_check(effect->change->before, effect->target->version);
}

static bool key_not_inline(const struct effect_case *effect)
{
    return !lite_adds_inline((const struct foreign_key *)effect->change->after);
}

static bool is_text(const struct object *object)
{
    return kind_table[object->kind].marks & KIND_IS_TEXT;
}

/*
 * RENAME COLUMN turns the column into another one of a view that shows it under its own name, and is refused when
 * something reads that view.  On the way back an alias stands there.
 */
static bool is_read(const struct effect_case *effect)
{
    bool read = effect->dependent->children.n; /* by a trigger of its own */
    for (const struct edge *edge = effect->dependent->needed; edge; edge = edge->next_needed)
        read = read || is_text(edge->from);
    return read && !effect->changes->reversed;
}

/* "No such column" says RENAME COLUMN of one from which another is generated, if that is UNIQUE in a WITHOUT ROWID table (3.40). */
static bool is_unique_without_rowid(const struct effect_case *effect)
{
    const struct object *column = effect->dependent, *table = column->parent;
    for (int i = 0; ((const struct table *)table)->without_rowid && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_UNIQUE && names_have_nocase(constraint_columns(child), column->name))
            return true;
    }
    return false;
}

/* RENAME and DROP COLUMN look at every view, and at what it reads. */
static bool makes_room(const struct effect_case *effect)
{
    for (int i = 0; effect->change->replaced && i < effect->changes->list.n; i++) {
        const struct change *change = effect->changes->list.item[i];
        if (change->op == CHANGE_RENAME || (change->op == CHANGE_DROP && change->kind == KIND_COLUMN))
            return true;
    }
    return false;
}

#define REBUILT(kind, on, when)                                                \
    {                                                                          \
        kind, on, ANY_FIELD, ITSELF, ANY_FIELD, when, .effect = EFFECT_REBUILD \
    }
#define EVERY (ON(CREATE) | ON(DROP) | ON(ALTER) | ON(REBUILD))
/* A reference is not looked at when it is made, and tables go in any order. */
#define LOOSE(kind)                                                                       \
    {                                                                                     \
        kind, EVERY, ANY_FIELD, KIND_FOREIGN_KEY, ANY_FIELD, NULL, .effect = EFFECT_LOOSE \
    }

const struct effect_row lite_effects[] = {
    REBUILT(KIND_COLUMN, ON(CREATE), column_not_added),
    REBUILT(KIND_COLUMN, ON(DROP), column_not_dropped),
    REBUILT(KIND_COLUMN, ON(ALTER), column_not_altered),
    REBUILT(KIND_CHECK, ON(CREATE), check_not_added),
    REBUILT(KIND_CHECK, ON(DROP), check_not_dropped),
    REBUILT(KIND_CHECK, ON(ALTER), NULL),
    REBUILT(KIND_FOREIGN_KEY, ON(CREATE), key_not_inline),
    REBUILT(KIND_FOREIGN_KEY, ON(DROP) | ON(ALTER), NULL),
    REBUILT(KIND_PRIMARY_KEY, ON(CREATE) | ON(DROP) | ON(ALTER), NULL),
    REBUILT(KIND_UNIQUE, ON(CREATE) | ON(DROP) | ON(ALTER), NULL),
    REBUILT(KIND_TABLE, ON(ALTER), NULL),
    {KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_VIEW, ANY_FIELD, is_read, .effect = EFFECT_REPLACE},
    /* "WHERE f MATCH 'x'": its name is a column too, and a RENAME does not know that. */
    {KIND_VIRTUAL_TABLE, ON(RENAME), ANY_FIELD, KIND_VIEW, ANY_FIELD, NULL, .effect = EFFECT_REPLACE},
    {KIND_VIRTUAL_TABLE, ON(RENAME), ANY_FIELD, KIND_TRIGGER, ANY_FIELD, NULL, .effect = EFFECT_REPLACE},
    {KIND_VIEW, ON(DROP), ANY_FIELD, KIND_VIEW, ANY_FIELD, makes_room, .effect = EFFECT_REPLACE},
    {KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_COLUMN, COLUMN_computed, is_unique_without_rowid, .effect = EFFECT_REFUSE,
     .reason = "SQLite cannot rename what a generated column of a WITHOUT ROWID table reads while that one is UNIQUE",
     .hint = "Take the UNIQUE away in one migration, rename in the next, and put it back after that."},
    {KIND_VIRTUAL_TABLE, ON(ALTER), VIRTUAL_TABLE_module, ITSELF, ANY_FIELD, NULL, .effect = EFFECT_REFUSE,
     .reason = "SQLite cannot change a virtual table, and a new one would be empty",
     .hint = "Drop it and make it again in a hand-written migration (\"dbwarden new\"), which also fills it."},
    /* A trigger may be made before what it names. */
    {KIND_TABLE, ON(REBUILD), ANY_FIELD, KIND_TRIGGER, ANY_FIELD, NULL, .effect = EFFECT_LOOSE},
    LOOSE(KIND_TABLE),
    LOOSE(KIND_COLUMN),
    LOOSE(KIND_PRIMARY_KEY),
    LOOSE(KIND_UNIQUE),
    LOOSE(KIND_INDEX),
    {0},
};

/* r: tables, views and indexes, t: triggers, C: columns of a table. */
const char *const lite_name_spaces[KIND_COUNT] = {
    [KIND_TABLE] = "r", [KIND_COLUMN] = "C",        [KIND_INDEX] = "r",
    [KIND_VIEW] = "r",  [KIND_VIRTUAL_TABLE] = "r", [KIND_TRIGGER] = "t",
};
