/* Tests of rules about rows and clients: what is lost, what rows that are there may stop, what running programs miss. */
#include <string.h>

#include "base/text.h"
#include "lint/rules.h"

static bool has(const struct act *act, unsigned marks)
{
    return act->marks & marks;
}

/* Is there an act of that kind on the same table, after this one? `name` NULL: any. */
static const struct act *later(const struct lint *lint, const struct act *act, enum act_kind kind, const char *name)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *after = acts->item[i];
        if (after->index > act->index && after->kind == kind && (!name || text_equal(after->name, name)))
            return after;
    }
    return NULL;
}

/* Another table takes its place: it is rebuilt, which rules of its own judge. */
bool is_dropped_for_good(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *after = acts->item[i];
        if (after->index > act->index && after->kind == ACT_RENAME_TABLE && !text_equal(after->table, act->table))
            return false;
    }
    return !on_new_table(lint, act);
}

bool is_dropped_partition(const struct lint *lint, const struct act *act)
{
    if (act->kind == ACT_DROP_PARTITION)
        return true;
    for (int i = act->index - 1; i >= 0; i--) {
        const struct act *before = lint->acts.item[i];
        if (before->kind == ACT_DETACH && text_equal(before->name, act->name))
            return true;
    }
    return false;
}

static bool is_own_column(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_ADD_COLUMN && is_same_column(before, act))
            return true;
    }
    return on_new_table(lint, act);
}

bool is_old_column(const struct lint *lint, const struct act *act)
{
    return !is_own_column(lint, act);
}

/* ---- objects that programs name ---- */

static bool is_named_by_programs(const char *what)
{
    static const char *const kinds[] = {"view",      "materialized view", "function", "procedure", "routine",
                                        "aggregate", "sequence",          "type",     "domain",    "extension"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(what, kinds[i]))
            return true;
    return false;
}

/* The function of a trigger that this file drops too is nobody's to call. */
static bool is_trigger_function(const struct lint *lint, const struct act *act)
{
    for (int i = act->index - 1; text_equal(act->other, "function") && i >= 0; i--) {
        const struct act *before = lint->acts.item[i];
        if (before->migration == act->migration && before->kind == ACT_DROP && text_equal(before->other, "trigger"))
            return true;
    }
    return false;
}

static bool gives_name(const struct act *act, const char *name)
{
    static const uint64_t makes = ACT_BIT(VIEW) | ACT_BIT(FUNCTION) | ACT_BIT(CREATE_TYPE) | ACT_BIT(CREATE_DOMAIN) |
                                  ACT_BIT(SEQUENCE) | ACT_BIT(EXTENSION) | ACT_BIT(CREATE_TABLE);
    bool renames = act->kind == ACT_RENAME_OBJECT || act->kind == ACT_RENAME_TABLE;
    return renames ? text_equal(act->other, name) : (makes >> act->kind & 1) && text_equal(act->name, name);
}

/* Something has the name again when this change is done. */
static bool is_named_again(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->name);
    for (int i = 0; i < acts->n; i++) {
        const struct act *after = acts->item[i];
        if (after->index > act->index && gives_name(after, act->name))
            return true;
    }
    return false;
}

/* The sequence of a column that this change makes. */
static bool is_own_counter(const struct lint *lint, const struct act *act)
{
    for (int i = 0; act->name && text_ends(act->name, "_seq") && i < act->index; i++) {
        const struct act *before = lint->acts.item[i];
        if ((before->kind == ACT_COLUMN || before->kind == ACT_ADD_COLUMN) && has(before, MARK_IDENTITY) &&
            before->name && text_equal(act->name, arena_printf(lint->mem, "%s_%s_seq", before->table, before->name)))
            return true;
    }
    return false;
}

/* Its name is of this change, so that nobody uses it yet. */
static bool is_own_name(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->name);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_RENAME_OBJECT && text_equal(before->other, act->name))
            return true;
    }
    return is_new(lint, act, act->name) || is_own_counter(lint, act);
}

bool is_dropped_object(const struct lint *lint, const struct act *act)
{
    return is_named_by_programs(act->other) && !is_own_name(lint, act) && !is_trigger_function(lint, act) &&
           !is_named_again(lint, act);
}

bool is_renamed_object(const struct lint *lint, const struct act *act)
{
    return is_named_by_programs(act->type) && !is_own_name(lint, act) && !is_named_again(lint, act);
}

/* What the release before this one may meet without an error of its own. */
bool is_met_by_old_programs(const struct lint *lint, const struct act *act)
{
    bool own = is_new(lint, act, act->table ? act->table : act->name);
    if (act->kind == ACT_VIEW || act->kind == ACT_FUNCTION)
        return !own && (has(act, MARK_IF_EXISTS) || act->kind == ACT_FUNCTION);
    if (act->kind == ACT_DROP)
        return text_equal(act->other, "trigger") || text_equal(act->other, "rule");
    if (act->kind == ACT_OTHER)
        return !own && act->text && text_starts_nocase(act->text, "alter");
    if (act->kind == ACT_CREATE_INDEX)
        return !own && has(act, MARK_UNIQUE);
    return !own;
}

/* TRUE, 1 = 1: no condition at all. */
static bool is_constant(const struct lint *lint, const char *expr)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, lint->dialect->lex, expr, strlen(expr));
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token))
        if (token.kind == TOKEN_QUOTED || token.kind == TOKEN_PARAMETER ||
            (token.kind == TOKEN_WORD && !token_is(&token, "true") && !token_is(&token, "not") &&
             !token_is(&token, "false") && !token_is(&token, "and") && !token_is(&token, "or") &&
             !token_is(&token, "null") && !token_is(&token, "is")))
            return false;
    return true;
}

bool is_unbounded(const struct lint *lint, const struct act *act)
{
    return (!has(act, MARK_WHERE) || !act->text || is_constant(lint, act->text)) && !on_new_table(lint, act);
}

bool is_cascade(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_CASCADE);
}

static const struct index *known_index(const struct lint *lint, const char *name)
{
    const struct tree *tree = lint->input->tree;
    for (const struct object *o = tree ? tree->root : NULL; o; o = object_next(tree->root, o))
        if (o->kind == KIND_INDEX && text_equal(o->name, name))
            return (const struct index *)o;
    return NULL;
}

/* Rows were told apart by it, and nothing in this change does from now on. */
bool is_needed_index(const struct lint *lint, const struct act *act)
{
    const struct index *index = known_index(lint, act->name);
    if (!index || !index->is_unique)
        return false;
    for (int i = 0; i < lint->acts.n; i++) {
        const struct act *other = lint->acts.item[i];
        if ((other->kind == ACT_CREATE_INDEX || other->kind == ACT_CONSTRAINT) && has(other, MARK_UNIQUE) &&
            (text_equal(other->name, act->name) || text_equal(other->table, index->object.parent->name)))
            return false;
    }
    return true;
}

/* Not of a constraint that is made again under its name, nor of a crutch of this change. */
bool is_dropped_constraint(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *other = acts->item[i];
        bool same = text_equal(other->name, act->name) || (has(act, MARK_PRIMARY) && has(other, MARK_PRIMARY));
        if (other->kind == ACT_CONSTRAINT && same)
            return false;
    }
    return !on_new_table(lint, act);
}

bool is_unique_on_rows(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_UNIQUE) && !has(act, MARK_USING_INDEX) && !on_new_table(lint, act);
}

bool is_not_null_on_rows(const struct lint *lint, const struct act *act)
{
    if (act->kind == ACT_COLUMN_TYPE && !has(act, MARK_NOT_NULL))
        return false;
    const struct column *known = known_column(lint, act->table, act->name);
    return !on_new_table(lint, act) && !(act->kind == ACT_COLUMN_TYPE && (!known || !known->nullable));
}

/* ---- renames ---- */

/* A view under the old name, or a generated column: whoever uses it goes on. */
static bool is_kept_alive(const struct lint *lint, const struct act *act)
{
    bool table = act->kind == ACT_RENAME_TABLE;
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *after = acts->item[i];
        bool named = after->index > act->index && text_equal(after->name, act->name);
        if (named &&
            ((table && after->kind == ACT_VIEW) || (after->kind == ACT_ADD_COLUMN && has(after, MARK_VIRTUAL))))
            return true;
    }
    return false;
}

/* A new table that gets the name of one that is gone was nobody's before. */
bool is_live_rename(const struct lint *lint, const struct act *act)
{
    return !on_new_table(lint, act) && !is_kept_alive(lint, act);
}

bool is_likely_rename(const struct lint *lint, const struct act *act)
{
    const struct act *added = later(lint, act, ACT_ADD_COLUMN, NULL);
    const struct column *known = known_column(lint, act->table, act->name);
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; !added && i < acts->n; i++)
        if (((const struct act *)acts->item[i])->kind == ACT_ADD_COLUMN)
            added = acts->item[i];
    if (!added || !added->type || text_equal(added->name, act->name) || !known || !known->type)
        return false;
    const char *a = normal_type(lint, known->type);
    const char *b = normal_type(lint, added->type);
    return text_equal(a, b) && !later(lint, added, ACT_UPDATE, NULL);
}

/* ---- SQLite ---- */

/* What its ADD COLUMN refuses. */
bool is_refused_column(const struct lint *lint, const struct act *act)
{
    static const char *const moving[] = {"current_time", "current_date", "current_timestamp"};
    bool moves = act->text && *act->text == '(';
    for (size_t i = 0; act->text && i < sizeof moving / sizeof *moving; i++)
        moves = moves || text_has_word(act->text, moving[i]);
    bool empty = !act->text || text_equal_nocase(act->text, "null");
    bool required = has(act, MARK_NOT_NULL) && empty && !has(act, MARK_STORED | MARK_VIRTUAL);
    return has(act, MARK_UNIQUE | MARK_PRIMARY | MARK_STORED) || moves || required;
}

static bool names_column(const struct lint *lint, const struct object *object, const char *name)
{
    if (object->kind == KIND_CHECK)
        return text_has_word(expr_text(&((const struct check *)object)->expr), name);
    if (object->kind == KIND_PRIMARY_KEY)
        return names_have(&((const struct primary_key *)object)->columns, name);
    if (object->kind == KIND_UNIQUE)
        return names_have(&((const struct unique *)object)->columns, name);
    if (object->kind == KIND_FOREIGN_KEY)
        return names_have(&((const struct foreign_key *)object)->columns, name);
    for (int i = 0; object->kind == KIND_INDEX && i < object->children.n; i++) {
        const struct index_part *part = object->children.item[i];
        if (part->object.kind == KIND_INDEX_PART && text_equal(part->column, name))
            return true;
    }
    return false;
}

bool is_used_column(const struct lint *lint, const struct act *act)
{
    const struct table *table = known_table(lint, act->table);
    for (int i = 0; table && i < table->object.children.n; i++) {
        const struct object *child = table->object.children.item[i];
        bool gone = child->kind == KIND_INDEX && acts_of(lint, child->name)->n;
        if (!gone && names_column(lint, child, act->name))
            return true;
    }
    return false;
}

/* The table whose place a new one takes: create, copy, drop, rename. NULL: it is no such thing. */
static const char *rebuilt(const struct lint *lint, const struct act *act)
{
    if (!act->other || text_equal(act->table, act->other) || !on_new_table(lint, act))
        return NULL;
    const struct list *acts = acts_of(lint, act->other);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->kind == ACT_DROP_TABLE && before->index < act->index)
            return act->other;
    }
    return NULL;
}

/* Rows of other tables go with the old table if nobody has told SQLite not to follow foreign keys. */
bool is_rebuild_with_keys(const struct lint *lint, const struct act *act)
{
    if (!act->migration->no_transaction || !rebuilt(lint, act))
        return false;
    for (int i = act->index - 1; i >= 0; i--) {
        const struct act *before = lint->acts.item[i];
        if (before->migration == act->migration && before->kind == ACT_SET &&
            text_equal_nocase(before->name, "foreign_keys"))
            return false;
    }
    return true;
}

/* Indexes and triggers of the old table that nothing makes again. */
bool is_losing_rebuild(const struct lint *lint, const struct act *act)
{
    const char *name = rebuilt(lint, act);
    const struct table *table = known_table(lint, name);
    const struct list *acts = acts_of(lint, name);
    for (int i = 0; table && i < table->object.children.n; i++) {
        const struct object *child = table->object.children.item[i];
        bool again = child->kind != KIND_INDEX && child->kind != KIND_TRIGGER;
        for (int k = 0; !again && k < acts->n; k++) {
            const struct act *after = acts->item[k];
            again = after->index > act->index && text_equal(after->name, child->name);
        }
        if (!again)
            return true;
    }
    return false;
}

/* Before the copy, or by it. */
static bool is_filled(const struct lint *lint, const struct act *act, const char *old)
{
    for (int i = 0; i < lint->acts.n; i++) {
        const struct act *other = lint->acts.item[i];
        bool names = other->text && text_has_word(other->text, act->name);
        if (names && other->kind == ACT_INSERT && text_equal(other->table, act->table) &&
            (text_has_word(other->text, "coalesce") || text_has_word(other->text, "ifnull")))
            return true;
        if (names && other->kind == ACT_UPDATE && other->index < act->index && text_equal(other->table, old) &&
            names_have(&other->columns, act->name) && text_has_word(other->text, "null"))
            return true;
    }
    return false;
}

/* A column that may be NULL so far, and may not in the table that takes the place of its own. */
bool is_rebuilt_not_null(const struct lint *lint, const struct act *act)
{
    const struct act *renamed = later(lint, act, ACT_RENAME_TABLE, NULL);
    const char *name = renamed ? rebuilt(lint, renamed) : NULL;
    const struct column *known = name ? known_column(lint, name, act->name) : NULL;
    return known && known->nullable && has(act, MARK_NOT_NULL) && !is_filled(lint, act, name);
}
