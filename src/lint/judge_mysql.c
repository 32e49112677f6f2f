/* Tests of rules about MySQL and MariaDB: what is copied while nobody writes, and words that do not do what they seem to. */
#include <string.h>

#include "base/text.h"
#include "lint/rules.h"

static bool has(const struct act *act, unsigned marks)
{
    return act->marks & marks;
}

static const char *statement_text(const struct lint *lint, const struct act *act)
{
    return arena_copy(lint->mem, act->piece->text, act->piece->length);
}

/* Whoever states it is told by the server if it cannot be done so. */
static bool states_algorithm(const struct lint *lint, const struct act *act)
{
    return text_has_word(statement_text(lint, act), "algorithm");
}

/* ---- ENUM and SET ---- */

static bool is_list(const char *type)
{
    return text_starts_nocase(type, "enum(") || text_starts_nocase(type, "set(");
}

/* enum('a','b') and enum('a','b','c'): the second only has more. */
static bool goes_on_as(const char *from, const char *to)
{
    size_t length = strlen(from) - 1; /* without its parenthesis */
    return !strncmp(from, to, length) && (to[length] == ')' || to[length] == ',');
}

/* Both are known lists; false where nobody knows the one before. */
static bool lists(const struct lint *lint, const struct act *act, const char **from, const char **to)
{
    *from = type_before(lint, act);
    *to = act->type ? normal_type(lint, act->type) : NULL;
    return *from && *to && is_list(*from) && is_list(*to);
}

bool is_list_reordered(const struct lint *lint, const struct act *act)
{
    const char *from, *to;
    return !on_new_table(lint, act) && lists(lint, act, &from, &to) && !goes_on_as(from, to);
}

/* ---- copies ---- */

/* Members at the end, or a text of at most 255 bytes that stays one: only the definition changes. */
static bool is_type_in_place(const struct lint *lint, const struct act *act)
{
    const char *from, *to;
    enum { SHORT = 63 }; /* characters of four bytes */
    int64_t old = 0, new = 0;
    if (lists(lint, act, &from, &to))
        return goes_on_as(from, to);
    if (!from || !to)
        return false;
    if (text_equal_nocase(from, to))
        return true;
    if (!text_starts_nocase(from, "varchar(") || !text_starts_nocase(to, "varchar("))
        return false;
    text_to_int(text_slice(lint->mem, from, strlen("varchar("), strcspn(from, ")")), &old);
    text_to_int(text_slice(lint->mem, to, strlen("varchar("), strcspn(to, ")")), &new);
    return old <= new && (new <= SHORT || old > 255);
}

static const char *const copying_clauses[] = {"convert to",          "engine",   "partition by",
                                              "remove partitioning", "order by", NULL};

static bool is_copying_clause(const struct act *act)
{
    for (int i = 0; act->text && copying_clauses[i]; i++)
        if (text_starts_nocase(act->text, copying_clauses[i]))
            return true;
    return false;
}

/* With another primary key in the same statement it is that one's affair. */
static bool is_key_dropped_alone(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *other = acts->item[i];
        if (other->piece == act->piece && other->kind == ACT_CONSTRAINT && has(other, MARK_PRIMARY))
            return false;
    }
    return has(act, MARK_PRIMARY);
}

bool is_copied(const struct lint *lint, const struct act *act)
{
    if (on_new_table(lint, act) || states_algorithm(lint, act))
        return false;
    if (act->kind == ACT_COLUMN_TYPE)
        return !is_type_in_place(lint, act);
    return act->kind == ACT_DROP_CONSTRAINT ? is_key_dropped_alone(lint, act) : is_copying_clause(act);
}

bool is_word_index(const struct lint *lint, const struct act *act)
{
    const char *const first[] = {"add fulltext", "add spatial"};
    if (on_new_table(lint, act))
        return false;
    if (act->kind == ACT_CREATE_INDEX)
        return has(act, MARK_FULL);
    return act->text && (text_starts_nocase(act->text, first[0]) || text_starts_nocase(act->text, first[1]));
}

bool is_column_in_the_middle(const struct lint *lint, const struct act *act)
{
    const struct target *target = lint->input->target;
    return has(act, MARK_PLACED) && !on_new_table(lint, act) && (!target->version_known || target_lacks(target, 80029));
}

bool is_new_primary_key(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_PRIMARY) && !on_new_table(lint, act) && !states_algorithm(lint, act);
}

bool is_filled_column(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_STORED | MARK_IDENTITY) && !on_new_table(lint, act);
}

/* Of the time, and of what is in quotes, each server knows one value for all rows. */
bool is_computed_default(const struct lint *lint, const struct act *act)
{
    static const char *const clocks[] = {"current_timestamp", "now", "localtime", "localtimestamp", NULL};
    const char *text = act->text;
    if (!text || has(act, MARK_STORED | MARK_VIRTUAL) || !strpbrk(text, "(") || *text == '\'' ||
        on_new_table(lint, act))
        return false;
    for (int i = 0; clocks[i]; i++)
        if (text_starts_nocase(text, clocks[i]))
            return false;
    return true;
}

bool is_key_on_old_table(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_REFERENCES) && !on_new_table(lint, act) && !states_algorithm(lint, act);
}

/* ---- words ---- */

/* MySQL 9.0 and MariaDB make a foreign key of it. */
bool is_ignored_reference(const struct lint *lint, const struct act *act)
{
    const struct target *target = lint->input->target;
    return has(act, MARK_REFERENCES) && (!target->version_known || target_lacks(target, 90000));
}

static bool has_width(const char *type)
{
    static const char *const integers[] = {"tinyint(", "smallint(", "mediumint(", "int(", "integer(", "bigint(", NULL};
    for (int i = 0; integers[i]; i++)
        if (text_starts_nocase(type, integers[i]))
            return !text_starts_nocase(type, "tinyint(1)");
    return false;
}

bool is_outdated_type(const struct lint *lint, const struct act *act)
{
    const char *text = act->kind == ACT_CREATE_TABLE ? act->text : act->type;
    bool old_text = text && (text_has_word(text, "utf8") || text_has_word(text, "utf8mb3"));
    bool zero_date = act->kind != ACT_CREATE_TABLE && act->text && text_starts(act->text, "'0000-00-00");
    return old_text || zero_date || (act->kind != ACT_CREATE_TABLE && act->type && has_width(act->type)) ||
           (act->type && text_has_word(act->type, "zerofill"));
}

/* ENGINE=MyISAM, with the equals sign or without. */
static bool names_engine(const struct lint *lint, const char *text, const char *const engines[])
{
    struct lexer lexer;
    bool after = false;
    lex_open(&lexer, lint->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (after && token_is_one_of(&token, engines))
            return true;
        after = token_is(&token, "engine") || (after && token_is(&token, "="));
    }
    return false;
}

bool is_without_transactions(const struct lint *lint, const struct act *act)
{
    static const char *const engines[] = {"myisam", "aria", "memory", "csv", "archive", "merge", NULL};
    return act->text && !has(act, MARK_TEMPORARY) && names_engine(lint, act->text, engines);
}
