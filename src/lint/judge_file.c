/* Tests of rules about files: what commits together, what waits for whom, what a file should not hold. */
#include <string.h>

#include "base/text.h"
#include "lint/rules.h"

static bool has(const struct act *act, unsigned marks)
{
    return act->marks & marks;
}

/* Kinds of acts that make others wait for the table until the transaction ends. */
static const uint64_t strong = ACT_BIT(ADD_COLUMN) | ACT_BIT(DROP_COLUMN) | ACT_BIT(RENAME_COLUMN) |
                               ACT_BIT(COLUMN_TYPE) | ACT_BIT(SET_NOT_NULL) | ACT_BIT(DROP_NOT_NULL) |
                               ACT_BIT(SET_DEFAULT) | ACT_BIT(DROP_DEFAULT) | ACT_BIT(CONSTRAINT) |
                               ACT_BIT(DROP_CONSTRAINT) | ACT_BIT(DETACH) | ACT_BIT(STORAGE) | ACT_BIT(ROW_SECURITY) |
                               ACT_BIT(RENAME_TABLE) | ACT_BIT(DROP_TABLE) | ACT_BIT(TRUNCATE) | ACT_BIT(CLUSTER) |
                               ACT_BIT(TRIGGER) | ACT_BIT(TRIGGER_STATE) | ACT_BIT(ALTER_TABLE) | ACT_BIT(CREATE_INDEX);

static bool is_strong(const struct lint *lint, const struct act *act)
{
    return strong >> act->kind & 1 && act->table && !has(act, MARK_CONCURRENTLY) && !on_new_table(lint, act);
}

static const struct act *act_at(const struct lint *lint, int index)
{
    return index >= 0 && index < lint->acts.n ? lint->acts.item[index] : NULL;
}

/* Acts of the same transaction before it, the nearest first: *at is where the last one was found. */
static const struct act *together(const struct lint *lint, const struct act *act, int *at)
{
    const struct act *before = act_at(lint, --*at);
    return before && before->transaction == act->transaction && before->kind != ACT_FILE ? before : NULL;
}

static bool limits_waiting(const struct act *act)
{
    return act->kind == ACT_SET && text_equal_nocase(act->name, "lock_timeout");
}

/* The first statement of a file that waits, where nothing limits how long. */
bool is_waiting_forever(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    bool limited = migration->limits.lock > 0 || (migration->limits.lock < 0 && !lint->input->waits_for_locks);
    for (int i = act->index + 1; !limited && i < lint->acts.n; i++) {
        const struct act *after = lint->acts.item[i];
        if (after->migration != migration || limits_waiting(after))
            return false;
        if (is_strong(lint, after))
            return true;
    }
    return false;
}

/* What a rule says reads or rewrites a table, where nothing limits how long. */
bool is_unlimited_scan(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    bool limited =
        migration->limits.statement > 0 || (migration->limits.statement < 0 && !lint->input->runs_without_limit);
    for (const struct lint_rule *rule = rule_table; rule->code && !limited && act->table; rule++)
        if (rule->scale && rule->engines & lint->dialect->engine && rule->on >> act->kind & 1 &&
            (!rule->test || rule->test(lint, act)))
            return true;
    return false;
}

/* The first one on another table than those that are locked already. */
bool is_second_lock(const struct lint *lint, const struct act *act)
{
    const char *table = NULL;
    bool other = false;
    if (!is_strong(lint, act))
        return false;
    for (int at = act->index;;) {
        const struct act *before = together(lint, act, &at);
        if (!before)
            return other;
        if (!is_strong(lint, before))
            continue;
        if (text_equal(before->table, act->table) || (table && !text_equal(before->table, table)))
            return false;
        table = before->table;
        other = true;
    }
}

bool is_data_under_lock(const struct lint *lint, const struct act *act)
{
    if ((act->kind == ACT_INSERT && !has(act, MARK_SELECT)) || (act->kind == ACT_SELECT && !act->table))
        return false;
    for (int at = act->index;;) {
        const struct act *before = together(lint, act, &at);
        if (!before)
            return false;
        if (is_strong(lint, before))
            return true;
    }
}

/* More than some rows, where others wait for the end of it. */
bool is_long_write(const struct lint *lint, const struct act *act)
{
    if (!lint->input->writer_is_alone || !act->table)
        return false;
    if (act->kind == ACT_INSERT)
        return has(act, MARK_SELECT);
    return (act->kind == ACT_CREATE_INDEX || !has(act, MARK_WHERE)) && !on_new_table(lint, act);
}

/* BEGIN that nothing ends, or any where the runner makes the transaction. */
bool is_open_begin(const struct lint *lint, const struct act *act)
{
    if (!act->migration->no_transaction)
        return true;
    for (int i = act->index + 1; i < lint->acts.n; i++) {
        const struct act *after = lint->acts.item[i];
        if (after->migration != act->migration || after->kind == ACT_BEGIN)
            return true;
        if (after->kind == ACT_COMMIT)
            return false;
    }
    return true;
}

/* The statement before is about the same table, and both could be one. */
bool is_second_alter(const struct lint *lint, const struct act *act)
{
    static const uint64_t apart = ACT_BIT(VALIDATE) | ACT_BIT(DROP_CONSTRAINT) | ACT_BIT(RENAME_TABLE) |
                                  ACT_BIT(RENAME_COLUMN) | ACT_BIT(RENAME_CONSTRAINT) | ACT_BIT(ATTACH) |
                                  ACT_BIT(DETACH) | ACT_BIT(CREATE_INDEX) | ACT_BIT(DROP_TABLE) | ACT_BIT(TRUNCATE) |
                                  ACT_BIT(TRIGGER);
    const struct act *before = act_at(lint, act->index - 1);
    return before && before->migration == act->migration && before->transaction == act->transaction &&
           before->statement == act->statement - 1 && text_equal(before->table, act->table) && is_strong(lint, act) &&
           is_strong(lint, before) && !((apart >> act->kind | apart >> before->kind) & 1);
}

bool is_lone_commit(const struct lint *lint, const struct act *act)
{
    return !act->controlled;
}

/* Names the label in a later statement of the same transaction. */
bool is_label_used_at_once(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    for (int i = act->statement; act->controlled && i < migration->up.n; i++) {
        const struct sql_piece *piece = &migration->up.piece[i];
        const char *text = arena_copy(lint->mem, piece->text, piece->length);
        if (text_starts_nocase(text, "commit") || text_starts_nocase(text, "end"))
            return false;
        if (act->other && text_has(text, act->other))
            return true;
    }
    return false;
}

bool is_unplaced(const struct lint *lint, const struct act *act)
{
    return !has(act, MARK_PLACED) && !is_new(lint, act, act->name);
}

/* ---- security ---- */

bool has_no_policy(const struct lint *lint, const struct act *act)
{
    const struct table *known = known_table(lint, act->table);
    const struct list *acts = acts_of(lint, act->table);
    if (!text_starts_nocase(act->text, "enable"))
        return false;
    for (int i = 0; known && i < known->object.children.n; i++)
        if (((const struct object *)known->object.children.item[i])->kind == KIND_POLICY)
            return false;
    for (int i = 0; i < acts->n; i++)
        if (((const struct act *)acts->item[i])->kind == ACT_POLICY)
            return false;
    return true;
}

bool is_access_change(const struct lint *lint, const struct act *act)
{
    if (act->kind == ACT_FUNCTION)
        return has(act, MARK_DEFINER);
    if (act->kind == ACT_ROW_SECURITY && text_starts_nocase(act->text, "enable"))
        return false; /* PG142 */
    return (act->kind != ACT_POLICY && act->kind != ACT_ROW_SECURITY) || !on_new_table(lint, act);
}

bool is_untracked_body(const struct lint *lint, const struct act *act)
{
    return act->other && !text_equal(act->other, "sql") && !text_equal(act->other, "c") &&
           !text_equal(act->other, "internal");
}

/* Its words are a string to the server, and to us where it has not the shape of PL/pgSQL. */
bool is_schema_in_block(const struct lint *lint, const struct act *act)
{
    static const char *const words[] = {"create", "alter", "drop", "truncate", "reindex", "execute"};
    for (size_t i = 0; text_equal(act->other, "do") && i < sizeof words / sizeof *words; i++)
        if (text_has_word(act->text, words[i]))
            return true;
    return false;
}

bool is_unread_execute(const struct lint *lint, const struct act *act)
{
    return text_equal(act->other, "execute");
}

/* PASSWORD 'x', IDENTIFIED BY 'x'; not of a hash, nor of NULL. */
bool has_secret(const struct lint *lint, const struct act *act)
{
    struct lexer lexer;
    struct token token, before = {0};
    if (!act->text || !(text_has_word(act->text, "password") || text_has_word(act->text, "identified")))
        return false;
    lex_open(&lexer, lint->dialect->lex, act->text, strlen(act->text));
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        bool asked = token_is(&before, "password") || token_is(&before, "by");
        if (asked && token.kind == TOKEN_STRING && token.length > 2)
            return true;
        before = token;
    }
    return false;
}

/* ---- files ---- */

bool has_no_way_back(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    bool back = migration->script ? migration->has_down : migration->down.n || !migration->up.n;
    return !back && !migration->irreversible && migration->type == MIGRATION_VERSIONED && migration->number >= 0;
}

bool is_program(const struct lint *lint, const struct act *act)
{
    return act->migration->script != SCRIPT_NONE;
}

/* A table of a file that is filled in it, and that its way back drops. */
bool loses_what_it_filled(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    for (int i = 0; i < migration->down.n; i++) {
        struct classified what;
        classify(lint->mem, lint->dialect->classify, &migration->down.piece[i], &what);
        if (what.destroys == DESTROYS_TABLE && names_have(&what.destroyed, act->table))
            return true;
    }
    return false;
}

bool is_mixed_file(const struct lint *lint, const struct act *act)
{
    const struct migration *migration = act->migration;
    bool alone = false, with = false;
    for (int i = act->index + 1; i < lint->acts.n && !migration->no_transaction; i++) {
        const struct act *after = lint->acts.item[i];
        if (after->migration != migration)
            break;
        struct classified what;
        classify(lint->mem, lint->dialect->classify, after->piece, &what);
        alone = alone || what.refuses_transaction;
        with = with || (!what.refuses_transaction && what.touches == TOUCHES_CATALOG);
    }
    return alone && with;
}

/* Rows in values, in a file that also changes the schema. */
bool is_seed_among_schema(const struct lint *lint, const struct act *act)
{
    static const uint64_t rows = ACT_BIT(INSERT) | ACT_BIT(UPDATE) | ACT_BIT(DELETE) | ACT_BIT(SET) | ACT_BIT(FILE);
    if (has(act, MARK_SELECT) || act->migration->seed || act->migration->type != MIGRATION_VERSIONED)
        return false;
    for (int i = 0; i < lint->acts.n; i++) {
        const struct act *other = lint->acts.item[i];
        if (other->migration == act->migration && !(rows >> other->kind & 1))
            return true;
    }
    return false;
}

bool is_not_repeatable(const struct lint *lint, const struct act *act)
{
    return act->migration->no_transaction && !has(act, MARK_IF_EXISTS);
}

bool is_assigned_twice(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; act->kind == ACT_COLUMN && i < acts->n; i++) {
        const struct act *before = acts->item[i];
        if (before->index < act->index && before->kind == ACT_COLUMN && before->statement == act->statement &&
            before->migration == act->migration && text_equal(before->name, act->name))
            return true;
    }
    for (int i = 0; i < act->columns.n; i++)
        for (int k = 0; k < i; k++)
            if (act->columns.item[i] && text_equal(act->columns.item[i], act->columns.item[k]))
                return true;
    return false;
}
