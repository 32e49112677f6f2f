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
