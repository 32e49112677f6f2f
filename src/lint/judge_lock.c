/* Tests of rules about locks, scans and rewrites: who waits for whom, and how long. */
#include <string.h>

#include "base/text.h"
#include "dialect/common.h"
#include "lint/rules.h"

static bool has(const struct act *act, unsigned marks)
{
    return act->marks & marks;
}

/* ---- indexes ---- */

static bool is_partitioned(const struct lint *lint, const struct act *act)
{
    const struct table *table = known_table(lint, act->table);
    return table && expr_text(&table->partition_by);
}

bool is_blocking_index(const struct lint *lint, const struct act *act)
{
    return !has(act, MARK_CONCURRENTLY | MARK_ONLY) && !on_new_table(lint, act) && !is_partitioned(lint, act);
}

bool is_partitioned_index(const struct lint *lint, const struct act *act)
{
    return !has(act, MARK_ONLY) && !on_new_table(lint, act) && is_partitioned(lint, act);
}

/* The table of an index that this change made; NULL: it did not. */
static const struct act *index_made(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->name);
    const struct act *made = NULL;
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index >= act->index)
            break;
        if (before->kind == ACT_CREATE_INDEX)
            made = before;
    }
    return made;
}

bool is_blocking_index_drop(const struct lint *lint, const struct act *act)
{
    const struct act *made = index_made(lint, act);
    return !has(act, MARK_CONCURRENTLY) && !(made && on_new_table(lint, made));
}

bool is_concurrent_in_transaction(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_CONCURRENTLY) && (act->controlled || act->in_block);
}

bool is_concurrent_if_absent(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_CONCURRENTLY) && has(act, MARK_IF_EXISTS);
}

bool is_not_concurrent(const struct lint *lint, const struct act *act)
{
    bool system = text_equal(act->other, "system"); /* it cannot be, and locks no table of programs */
    return !has(act, MARK_CONCURRENTLY) && !system && !is_new(lint, act, act->table ? act->table : act->name);
}

/* ---- partitions ---- */

bool is_blocking_detach(const struct lint *lint, const struct act *act)
{
    return !has(act, MARK_CONCURRENTLY | MARK_PLACED) && !on_new_table(lint, act) &&
           !target_lacks(lint->input->target, 140000);
}

static bool has_check(const struct lint *lint, const struct act *act, const char *table)
{
    const struct table *known = known_table(lint, table);
    const struct list *acts = acts_of(lint, table);
    for (int i = 0; known && i < known->object.children.n; i++)
        if (((const struct object *)known->object.children.item[i])->kind == KIND_CHECK)
            return true;
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_CONSTRAINT && has(before, MARK_CHECK))
            return true;
    }
    return false;
}

static bool is_filled_before(const struct lint *lint, const struct act *act, const char *table)
{
    const struct list *acts = acts_of(lint, table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_INSERT && has(before, MARK_SELECT))
            return true;
    }
    return false;
}

bool is_scanning_attach(const struct lint *lint, const struct act *act)
{
    return (!is_new(lint, act, act->name) || is_filled_before(lint, act, act->name)) &&
           !has_check(lint, act, act->name);
}

/* ---- constraints ---- */

static bool is_added(const struct lint *lint, const struct act *act, unsigned mark)
{
    return has(act, mark) && !has(act, MARK_USING_INDEX | MARK_NOT_VALID) && !on_new_table(lint, act);
}

bool is_blocking_unique(const struct lint *lint, const struct act *act)
{
    return is_added(lint, act, MARK_UNIQUE);
}

bool is_blocking_key(const struct lint *lint, const struct act *act)
{
    return is_added(lint, act, MARK_PRIMARY);
}

bool is_exclusion(const struct lint *lint, const struct act *act)
{
    return is_added(lint, act, MARK_EXCLUDE);
}

bool is_validating_reference(const struct lint *lint, const struct act *act)
{
    return is_added(lint, act, MARK_REFERENCES);
}

bool is_validating_check(const struct lint *lint, const struct act *act)
{
    return is_added(lint, act, MARK_CHECK);
}

static const struct act *added_before(const struct lint *lint, const struct act *act, const char *name)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = acts->n - 1; i >= 0; i--) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_CONSTRAINT && text_equal(before->name, name))
            return before;
    }
    return NULL;
}

bool is_validated_at_once(const struct lint *lint, const struct act *act)
{
    const struct act *added = added_before(lint, act, act->name);
    return added && has(added, MARK_NOT_VALID) && added->transaction == act->transaction && !on_new_table(lint, act);
}

bool is_checked_domain(const struct lint *lint, const struct act *act)
{
    return !has(act, MARK_NOT_VALID) && !is_new(lint, act, act->name);
}

bool is_domain_with_check(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_CHECK);
}

static bool is_not_null(const struct lint *lint, const struct token *token, int n, const char *column)
{
    return n == 4 && text_equal_nocase(token_name(lint->mem, &token[0]), column) && token_is(&token[1], "is") &&
           token_is(&token[2], "not") && token_is(&token[3], "null");
}

/* "c IS NOT NULL", with quotes and parentheses about it, or one of several that AND joins. */
static bool says_not_null(const struct lint *lint, const char *expr, const char *column)
{
    struct lexer lexer;
    struct token token[6] = {{0}}, next;
    int n = 0;
    bool found = false;
    if (!expr || !column)
        return false;
    lex_open(&lexer, lint->dialect->lex, expr, strlen(expr));
    for (lex_take_code(&lexer, &next); next.kind != TOKEN_END; lex_take_code(&lexer, &next)) {
        if (token_is(&next, "or") || token_is(&next, "case"))
            return false;
        if (token_is(&next, "(") || token_is(&next, ")"))
            continue;
        bool joins = token_is(&next, "and");
        found = found || (joins && is_not_null(lint, token, n, column));
        n = joins ? 0 : n;
        if (!joins && n < 5)
            token[n++] = next;
    }
    return found || is_not_null(lint, token, n, column);
}

static bool is_validated(const struct lint *lint, const struct act *act, const struct act *added)
{
    const struct list *acts = acts_of(lint, act->table);
    if (!has(added, MARK_NOT_VALID))
        return true;
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_VALIDATE && text_equal(before->name, added->name))
            return true;
    }
    return false;
}

/* What the column of `act` was called when `before` ran. */
static const char *name_then(const struct lint *lint, const struct act *act, const struct act *before)
{
    const struct list *acts = acts_of(lint, act->table);
    const char *name = act->name;
    for (int i = acts->n - 1; i >= 0; i--) {
        const struct act *rename = acts->item[i];
        bool between = rename->index > before->index && rename->index < act->index;
        if (between && rename->kind == ACT_RENAME_COLUMN && text_equal(rename->other, name))
            name = rename->name;
    }
    return name;
}

/* A constraint, of before or of this change, proves that no row holds NULL there: nothing has to be read. */
static bool is_proven(const struct lint *lint, const struct act *act)
{
    const struct table *known = known_table(lint, act->table);
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; known && i < known->object.children.n; i++) {
        const struct object *child = known->object.children.item[i];
        if (child->kind == KIND_CHECK && !((const struct check *)child)->not_valid &&
            says_not_null(lint, expr_text(&((const struct check *)child)->expr), act->name))
            return true;
    }
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index >= act->index)
            break;
        const char *name = name_then(lint, act, before);
        bool says = before->kind == ACT_CONSTRAINT &&
                    (says_not_null(lint, before->text, name) ||
                     (has(before, MARK_NOT_NULL) && before->columns.n && text_equal(before->columns.item[0], name)));
        if (says && is_validated(lint, act, before))
            return true;
    }
    return false;
}

bool is_scanning_not_null(const struct lint *lint, const struct act *act)
{
    if (act->kind == ACT_CONSTRAINT)
        return is_added(lint, act, MARK_NOT_NULL);
    return !on_new_table(lint, act) && !is_proven(lint, act);
}

/* ---- a key from an index ---- */

static bool may_be_null(const struct lint *lint, const struct act *act, const char *column)
{
    const struct column *known = known_column(lint, act->table, column);
    const struct list *acts = acts_of(lint, act->table);
    bool null = known && known->nullable;
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index >= act->index || !text_equal(before->name, column))
            continue;
        if (before->kind == ACT_COLUMN || before->kind == ACT_ADD_COLUMN)
            null = !has(before, MARK_NOT_NULL | MARK_IDENTITY);
        null = null && before->kind != ACT_SET_NOT_NULL;
    }
    const struct act about = {.kind = ACT_SET_NOT_NULL, .table = act->table, .name = column, .index = act->index};
    return null && !is_proven(lint, &about);
}

static bool any_may_be_null(const struct lint *lint, const struct act *act, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++)
        if (columns->item[i] && may_be_null(lint, act, columns->item[i]))
            return true;
    return false;
}

/* The index is built, but its columns become NOT NULL with the key. */
bool is_key_over_null(const struct lint *lint, const struct act *act)
{
    const struct table *table = known_table(lint, act->table);
    const struct list *acts = acts_of(lint, act->other);
    if (!has(act, MARK_PRIMARY) || !has(act, MARK_USING_INDEX) || on_new_table(lint, act))
        return false;
    for (int i = 0; i < acts->n; i++) {
        const struct act *made = acts->item[i];
        if (made->kind == ACT_CREATE_INDEX && made->index < act->index)
            return any_may_be_null(lint, act, &made->columns);
    }
    for (int i = 0; table && i < table->object.children.n; i++) {
        const struct object *child = table->object.children.item[i];
        if (child->kind == KIND_INDEX && text_equal(child->name, act->other)) {
            const struct names keys = known_keys(lint->mem, child);
            return any_may_be_null(lint, act, &keys);
        }
    }
    return false;
}

/* ---- columns ---- */

static bool has_default(const struct act *act)
{
    return act->text && !text_equal_nocase(act->text, "null");
}

bool is_required_column(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_NOT_NULL) && !has_default(act) &&
           !has(act, MARK_IDENTITY | MARK_STORED | MARK_VIRTUAL | MARK_PRIMARY) && !on_new_table(lint, act);
}

/* Functions of the server whose result is the same for all rows of a statement, or follows from their arguments. */
static const char *const steady[] = {"now",
                                     "current_timestamp",
                                     "current_date",
                                     "current_time",
                                     "localtime",
                                     "localtimestamp",
                                     "transaction_timestamp",
                                     "statement_timestamp",
                                     "current_user",
                                     "session_user",
                                     "current_setting",
                                     "current_schema",
                                     "lower",
                                     "upper",
                                     "coalesce",
                                     "concat",
                                     "length",
                                     "md5",
                                     "to_json",
                                     "to_jsonb",
                                     "json_build_object",
                                     "jsonb_build_object",
                                     "json_build_array",
                                     "jsonb_build_array",
                                     "array",
                                     "row",
                                     "make_interval",
                                     "make_date",
                                     "date_trunc",
                                     "timezone",
                                     "to_timestamp",
                                     "to_date",
                                     "cast",
                                     "date",
                                     "interval",
                                     "numeric",
                                     "decimal",
                                     "varchar",
                                     "char",
                                     "character",
                                     "timestamp",
                                     "timestamptz",
                                     "time",
                                     "bit",
                                     "float",
                                     "nullif",
                                     "greatest",
                                     "least",
                                     "abs",
                                     "extract",
                                     "trim",
                                     "replace",
                                     "substring",
                                     "position",
                                     "decode",
                                     "encode",
                                     "point",
                                     "box",
                                     "int4range",
                                     "int8range",
                                     "numrange",
                                     "tsrange",
                                     "tstzrange",
                                     "daterange",
                                     "to_tsvector",
                                     "pg_catalog",
                                     NULL};

/* A call of anything else may give each row another value. */
static bool is_volatile(const struct lint *lint, const char *expr)
{
    struct lexer lexer;
    struct token token, before = {0};
    lex_open(&lexer, lint->dialect->lex, expr, strlen(expr));
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        bool called = token_is(&token, "(") && (before.kind == TOKEN_WORD || before.kind == TOKEN_QUOTED);
        if (called && !token_is_one_of(&before, steady))
            return true;
        before = token;
    }
    return false;
}

bool is_volatile_default(const struct lint *lint, const struct act *act)
{
    return has_default(act) && !on_new_table(lint, act) && is_volatile(lint, act->text);
}

bool is_stored_column(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_STORED) && !on_new_table(lint, act);
}

bool is_counted_column(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_IDENTITY) && !on_new_table(lint, act);
}

/* A reference is checked only where rows have a value in the new column. */
bool is_column_with_constraint(const struct lint *lint, const struct act *act)
{
    bool reference = has(act, MARK_REFERENCES) && has_default(act);
    return (has(act, MARK_PRIMARY | MARK_UNIQUE | MARK_CHECK) || reference) && !on_new_table(lint, act);
}

/* What the column was before this act: as this change made it last, or as it is known. */
bool is_rewriting_type(const struct lint *lint, const struct act *act)
{
    if (on_new_table(lint, act))
        return false;
    const char *from = type_before(lint, act);
    const char *to = act->type ? normal_type(lint, act->type) : NULL;
    return has(act, MARK_USING) || !from || !to || !types_stored_alike(lint->mem, from, to);
}

static const char *ref_path(const struct lint *lint, const struct ref *ref)
{
    bool bare = !ref->schema || !*ref->schema || text_equal(ref->schema, lint->usual);
    return bare ? ref->name : arena_printf(lint->mem, "%s.%s", ref->schema, ref->name);
}

static bool is_dropped_before(const struct lint *lint, const struct act *act, const char *name)
{
    const struct list *acts = acts_of(lint, name);
    for (int i = 0; i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && (before->kind == ACT_DROP || before->kind == ACT_DROP_TABLE))
            return true;
    }
    return false;
}

/* As the server noted it; without that, by the words of its query. */
static bool rests_on(const struct lint *lint, const struct object *view, const struct act *act)
{
    const struct tree *tree = lint->input->tree;
    for (int i = 0; i < tree->dependencies.n; i++) {
        const struct dependency *dependency = tree->dependencies.item[i];
        if (text_equal(dependency->from.name, view->name) && text_equal(dependency->to.part, act->name) &&
            text_equal(ref_path(lint, &dependency->to), act->table))
            return true;
    }
    const char *query = expr_text(&((const struct view *)view)->query), *dot = strrchr(act->table, '.');
    return !tree->dependencies.n && text_has_word(query, act->name) && text_has_word(query, dot ? dot + 1 : act->table);
}

bool is_type_under_view(const struct lint *lint, const struct act *act)
{
    const struct tree *tree = lint->input->tree;
    for (const struct object *o = tree ? tree->root : NULL; o; o = object_next(tree->root, o)) {
        const struct ref ref = {.schema = o->parent ? object_schema(o) : NULL, .name = o->name};
        if (o->kind == KIND_VIEW && act->name && act->table && rests_on(lint, o, act) &&
            !is_dropped_before(lint, act, ref_path(lint, &ref)))
            return true;
    }
    return false;
}

/* DS109, as far as it is known what the column was. */
bool is_narrowing(const struct lint *lint, const struct act *act)
{
    static const char *const ladders[][4] = {{"smallint", "integer", "bigint", "numeric"},
                                             {"tinyint", "smallint", "int", "bigint"},
                                             {"real", "double precision", "", ""},
                                             {"date", "timestamp without time zone", "", ""},
                                             {"timestamp without time zone", "timestamp with time zone", "", ""},
                                             {"character varying", "text", "", ""},
                                             {"varchar", "text", "", ""}};
    const char *from = type_before(lint, act);
    const char *to = act->type ? normal_type(lint, act->type) : NULL;
    if (!from || !to)
        return false;
    const char *a = type_without_numbers(lint->mem, from), *b = type_without_numbers(lint->mem, to);
    if (text_equal(a, b))
        return strchr(to, '(') && !type_is_wider(from, to);
    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
        int at = -1, wanted = -1;
        for (int k = 0; k < 4; k++) {
            at = text_equal(ladders[i][k], a) ? k : at;
            wanted = text_equal(ladders[i][k], b) ? k : wanted;
        }
        if (at >= 0 && wanted >= 0 && wanted < at && !(strchr(to, '(') == NULL && text_equal(b, "character varying")))
            return true;
    }
    return false;
}

/* ---- the rest ---- */

/* Of all its triggers at once; one by its name is a person's own. */
bool is_all_triggers_off(const struct lint *lint, const struct act *act)
{
    return act->name && text_starts_nocase(act->text, "disable") &&
           (text_equal_nocase(act->name, "all") || text_equal_nocase(act->name, "user")) && !on_new_table(lint, act);
}

/* A mode in which nobody writes, or reads. */
bool is_strong_mode(const struct lint *lint, const struct act *act)
{
    bool shared = text_has_word(act->text, "share") && !text_starts_nocase(act->text, "share mode") &&
                  !text_starts_nocase(act->text, "share row exclusive");
    bool weak = shared || text_starts_nocase(act->text, "row");
    return !weak && !on_new_table(lint, act);
}

bool is_full_vacuum(const struct lint *lint, const struct act *act)
{
    return act->kind == ACT_CLUSTER || has(act, MARK_FULL);
}

bool is_on_old_table(const struct lint *lint, const struct act *act)
{
    return !on_new_table(lint, act);
}
