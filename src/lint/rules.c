/* The table of rules, made of rules.def, and what the hazards of plans (diff/hazard.c) are among them. */
#include "lint/rules.h"

#include "base/text.h"

enum {
    PG = ENGINE_PG,
    LITE = ENGINE_LITE,
    MYSQL = ENGINE_MY,
    MY = ENGINE_MY | ENGINE_MARIA,
    CH = ENGINE_CH,
    ALL = ENGINE_ALL
};
#undef ON
#define ON(kind) ACT_BIT(kind)
#define ON_ALL   (ACT_BIT(KINDS) - 1)

const struct lint_rule rule_table[] = {
#define RULE(code, name, severity, engines, on, test, lock, scale, says, why, safe) \
    {code, name, SEVERITY_##severity, engines, on, test, lock, SCALE_##scale, says, why, safe},
#include "lint/rules.def"
    {0},
};

const struct lint_rule *rule_find(const char *word)
{
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        if (text_equal_nocase(rule->code, word) || text_equal_nocase(rule->name, word))
            return rule;
    return NULL;
}

/* A hazard knows more than words do: both trees.  The first row that fits counts. */
static const struct {
    const char *hazard;
    unsigned marks; /* that its kind has; 0: any kind */
    const char *code;
} hazards[] = {
    {"drops-data", KIND_HOLDS_ROWS, "DS102"},
    {"drops-data", 0, "DS103"},
    {"changes-data", 0, "DS105"},
    {"narrows-type", KIND_IS_TYPE, "PG134"},
    {"narrows-type", 0, "DS109"},
    {"rounds-values", 0, "DS113"},
    {"alters-values", 0, "DS113"},
    {"reads-session", 0, "DS113"},
    {"needs-values", 0, "MF102"},
    {"needs-values", 0, "PG122"}, /* these three are the same thing, told from words */
    {"needs-values", 0, "SL102"},
    {"needs-values", 0, "MY113"},
    {"binds-rows", KIND_IS_KEY, "MF101"},
    {"binds-rows", 0, "MF103"},
    {"drops-default", 0, "DS110"},
    {"drops-counter", 0, "DS112"},
    {"restarts-counter", 0, "DS112"},
    {"not-filled", 0, "DS114"},
    {"names-other", 0, "OW101"},
    {"replaces-other", 0, "OW101"},
    {"loses-attached", 0, "OW102"},
    {"names-old", 0, "BC108"},
    {"fails", 0, "PR103"},
    {"blocks-writers", 0, "MY101"},
    {"rebuilds-table", 0, "CH111"},
};

const struct lint_rule *rule_of_hazard(const char *hazard, const struct change *change)
{
    for (size_t i = 0; i < sizeof hazards / sizeof *hazards; i++) {
        bool fits =
            !hazards[i].marks || (change && change->op != CHANGE_REBUILD && kind_is(change->kind, hazards[i].marks));
        if (text_equal(hazards[i].hazard, hazard) && fits)
            return rule_find(hazards[i].code);
    }
    return NULL;
}

bool rule_has_hazard(const struct lint_rule *rule, const char *hazard)
{
    for (size_t i = 0; i < sizeof hazards / sizeof *hazards; i++)
        if (text_equal(hazards[i].hazard, hazard) && text_equal(hazards[i].code, rule->code))
            return true;
    return false;
}

const char *rule_lock(const struct lint_rule *rule, const struct dialect *dialect)
{
    return dialect->engine == ENGINE_PG ? rule->lock : NULL;
}
