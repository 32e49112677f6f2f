/*
 * Random row-level security: policies of a table, with conditions on its columns and sometimes on those of another table; and
 * extended statistics.
 */
#include "base/text.h"
#include "random.h"

/* Printed, it has the column with its table. */
static const char *condition_on_another(struct dice *dice)
{
    const struct object *table = random_of_kind(dice, KIND_TABLE);
    const struct column *column = table ? pick_column(dice, table, ~0u, true) : NULL;
    if (!column)
        return NULL;
    return arena_printf(dice->mem, "EXISTS (SELECT 1 FROM %s WHERE %s.%s IS NOT NULL)", qualified(dice, table),
                        quoted(dice, table->name), quoted(dice, column->object.name));
}

static struct expr policy_condition(struct dice *dice, const struct object *table)
{
    const char *condition = dice_chance(dice, 25) ? condition_on_another(dice) : random_condition(dice, table);
    return written(condition ? condition : "true");
}

static struct names random_roles(struct dice *dice)
{
    static const char *const roles[] = {"pg_monitor", "pg_signal_backend", "pg_stat_scan_tables"};
    struct names chosen = {0};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (dice_chance(dice, 30))
            names_add(dice->mem, &chosen, roles[i]);
    return chosen;
}

static bool has_using(const struct policy *policy)
{
    return !text_equal(policy->command, "INSERT");
}

static bool has_check(const struct policy *policy)
{
    return !text_equal(policy->command, "SELECT") && !text_equal(policy->command, "DELETE");
}

static void conditions_choose(struct dice *dice, struct policy *policy)
{
    const struct object *table = policy->object.parent;
    if (has_using(policy) && dice_chance(dice, 70))
        SAY(policy, POLICY, using, policy_condition(dice, table));
    if (has_check(policy) && dice_chance(dice, 50))
        SAY(policy, POLICY, with_check, policy_condition(dice, table));
}

struct object *random_policy(struct dice *dice, struct object *table)
{
    static const char *const commands[] = {"ALL", "SELECT", "INSERT", "UPDATE", "DELETE"};
    if (dice->engine != ENGINE_PG || !table)
        return NULL;
    struct policy *policy =
        (struct policy *)object_new(dice->mem, KIND_POLICY, table, random_name_in(dice, KIND_POLICY, table));
    if (dice_chance(dice, 70))
        SAY(policy, POLICY, command, PICK(dice, commands));
    if (dice_chance(dice, 30))
        SAY(policy, POLICY, restrictive, true);
    if (dice_chance(dice, 40))
        SAY(policy, POLICY, roles, random_roles(dice));
    conditions_choose(dice, policy);
    if (dice_chance(dice, 20))
        SAY(policy, POLICY, comment, random_comment(dice));
    say_some_absences(dice, &policy->object);
    return &policy->object;
}

bool change_policy(struct dice *dice, struct object *object)
{
    struct policy *policy = (struct policy *)object;
    switch (dice_below(dice, 4)) {
    case 0: SAY(policy, POLICY, roles, random_roles(dice)); break;
    case 1: SAY(policy, POLICY, restrictive, !policy->restrictive); break;
    case 2:
        SAY(policy, POLICY, using, ((struct expr){0}));
        SAY(policy, POLICY, with_check, ((struct expr){0}));
        break;
    default: conditions_choose(dice, policy);
    }
    return true;
}

/* ---- statistics ---- */

static struct names random_kinds(struct dice *dice)
{
    static const char *const kinds[] = {"dependencies", "mcv", "ndistinct"};
    struct names chosen = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (dice_chance(dice, 40))
            names_add(dice->mem, &chosen, kinds[i]);
    return chosen;
}

static struct expr random_expression(struct dice *dice, const struct object *table)
{
    const struct column *column = pick_column(dice, table, 1 << FAMILY_INT, true);
    if (!column)
        return (struct expr){0};
    return written(arena_printf(dice->mem, "(%s + 1)", quoted(dice, column->object.name)));
}

struct object *random_statistics(struct dice *dice, struct object *table)
{
    struct names columns = {0};
    for (int i = 0; table && i < 3; i++) {
        const struct column *column = pick_column(dice, table, FAMILY_ORDERED, true);
        if (column && !names_have(&columns, column->object.name))
            names_add(dice->mem, &columns, column->object.name);
    }
    if (dice->engine != ENGINE_PG || columns.n < 2)
        return NULL;
    struct statistics *made = (struct statistics *)object_new(dice->mem, KIND_STATISTICS, table,
                                                              random_name_in(dice, KIND_STATISTICS, table));
    SAY(made, STATISTICS, columns, columns);
    if (dice_chance(dice, 30))
        SAY(made, STATISTICS, kinds, random_kinds(dice));
    if (dice_chance(dice, 30))
        SAY(made, STATISTICS, expressions, random_expression(dice, table));
    if (dice_chance(dice, 20))
        SAY(made, STATISTICS, statistics_target, "50");
    if (dice_chance(dice, 20))
        SAY(made, STATISTICS, comment, random_comment(dice));
    say_some_absences(dice, &made->object);
    return &made->object;
}

bool change_statistics(struct dice *dice, struct object *object)
{
    struct statistics *made = (struct statistics *)object;
    if (dice_chance(dice, 50))
        SAY(made, STATISTICS, statistics_target, made->statistics_target ? NULL : "200");
    else
        SAY(made, STATISTICS, kinds, random_kinds(dice));
    return true;
}
