/* Tests of rules about ClickHouse: what is written again in the background, and what misses rows or loses them without a word. */
#include "base/text.h"
#include "lint/rules.h"

static const char *statement_text(const struct lint *lint, const struct act *act)
{
    return arena_copy(lint->mem, act->piece->text, act->piece->length);
}

static bool begins(const struct act *act, const char *word)
{
    return act->text && text_starts_nocase(act->text, word);
}

bool is_mutation(const struct lint *lint, const struct act *act)
{
    return begins(act, "update ") || begins(act, "delete where ") || begins(act, "materialize ") ||
           begins(act, "clear column ");
}

bool is_new_ttl(const struct lint *lint, const struct act *act)
{
    return begins(act, "modify ttl ") && !on_new_table(lint, act);
}

bool is_new_order(const struct lint *lint, const struct act *act)
{
    return begins(act, "modify order by ") || begins(act, "modify sample by ");
}

bool is_populated(const struct lint *lint, const struct act *act)
{
    return act->marks & MARK_MATERIALISED && text_has_word(statement_text(lint, act), "populate");
}

/* Neither with what is there, nor by a schedule, which takes all. */
bool is_unfilled(const struct lint *lint, const struct act *act)
{
    const char *text = statement_text(lint, act);
    return act->marks & MARK_MATERIALISED && !text_has_word(text, "populate") && !text_has_word(text, "refresh");
}

bool is_new_query(const struct lint *lint, const struct act *act)
{
    return begins(act, "modify query ");
}

bool is_dropped_projection(const struct lint *lint, const struct act *act)
{
    return begins(act, "drop projection ");
}

bool is_replaced_dictionary(const struct lint *lint, const struct act *act)
{
    return begins(act, "create or replace dictionary ");
}

/* Each server of the cluster would have rows of its own. */
bool is_without_replicas(const struct lint *lint, const struct act *act)
{
    const char *text = statement_text(lint, act);
    bool cluster = text_has_word(text, "cluster") && text_has_word(text, "on");
    return cluster && text_has(text, "MergeTree") && !text_has(text, "Replicated") && !text_has(text, "Shared");
}

/* But for the one of a table that is made again, which has a rule of its own. */
bool is_exchange(const struct lint *lint, const struct act *act)
{
    return begins(act, "exchange ") && !text_has(act->text, "_dbwarden_new_");
}

/* ---- what goes on naming a column ---- */

static bool field_names(const struct object *object, int field, const char *name)
{
    const struct field *info = &kind_table[object->kind].field[field];
    const struct expr *expr = object_field(object, field);
    bool text = info->type == FIELD_TEXT && (info->marks & FIELD_COLUMN_REF || text_equal(info->name, "engine"));
    if (text)
        return text_has_word(*(const char *const *)object_field(object, field), name);
    return info->type == FIELD_EXPR && (text_has_word(expr->printed, name) || text_has_word(expr->written, name));
}

static bool object_names(const struct object *object, const char *name)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        if (field_names(object, i, name))
            return true;
    return false;
}

/* Does this deployment do something about it, with a statement or clause of its own? */
static bool is_dealt_with(const struct lint *lint, const struct act *drop, const struct object *object)
{
    if (!object->name)
        return false;
    if (acts_of(lint, object->name)->n)
        return true;
    for (int i = 0; i < lint->acts.n; i++) {
        const struct act *act = lint->acts.item[i];
        bool same = text_equal(act->table, drop->table) && act != drop;
        if (same && (text_equal(act->name, object->name) || (act->text && text_has_word(act->text, object->name))))
            return true;
    }
    return false;
}

/* Views and dictionaries elsewhere have to name the table too. */
bool is_named_column(const struct lint *lint, const struct act *act)
{
    const struct table *table = known_table(lint, act->table);
    if (!table || object_names(&table->object, act->name))
        return table;
    for (const struct object *o = lint->input->tree->root; o; o = object_next(lint->input->tree->root, o)) {
        const struct object *top = o->kind == KIND_VIEW || o->kind == KIND_KEYED ? o : object_ancestor(o, KIND_TABLE);
        bool own = top == &table->object && o != top && !text_equal(o->name, act->name);
        bool reads = o == top && o->kind != KIND_TABLE && object_names(o, table->object.name);
        if ((own || reads) && object_names(o, act->name) && !is_dealt_with(lint, act, o->name ? o : o->parent))
            return true;
    }
    return false;
}
