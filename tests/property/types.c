/*
 * Random domains and composite types, and changes of them.  Each base type has a wider one, a condition that small values hold to, and a default.
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

static const struct base_choice {
    const char *type, *wider, *condition, *value;
    bool collates;
} bases[] = {
    {"integer", "bigint", "VALUE > 0", "7", false},
    {"bigint", "numeric(20,0)", "VALUE < 1000", NULL, false},
    {"numeric(10,2)", "numeric(12,2)", "VALUE >= 0", "1.50", false},
    {"text", NULL, "length(VALUE) < 90", "''", true},
    {"character varying(40)", "text", "VALUE IS NOT NULL", "'x'", true},
    {"date", NULL, "VALUE > '2000-01-01'::date", "CURRENT_DATE", false},
    {"integer[]", "bigint[]", NULL, "'{}'", false},
};

static const struct base_choice *base_of(const struct domain *domain)
{
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (text_equal(bases[i].type, domain->type))
            return &bases[i];
    return NULL;
}

const struct domain *domain_of(const struct dice *dice, const char *type)
{
    struct ref ref = ref_from_text(dice->mem, type);
    bool can = dice->engine == ENGINE_PG && !strchr(type, '(') && !strchr(type, '[');
    return can ? (const struct domain *)tree_find(dice->tree, KIND_DOMAIN, ref.schema, ref.name) : NULL;
}

/* The server has no foreign key over a domain of an enum. */
enum family domain_family(const struct dice *dice, const struct domain *domain)
{
    const struct domain *under = domain;
    while (under) {
        domain = under;
        under = domain_of(dice, domain->type);
    }
    return enum_of(dice, domain->type) || text_ends(domain->type, "[]") ? FAMILY_OTHER : FAMILY_DOMAIN;
}

static void random_domain_check(struct dice *dice, struct domain *domain, const char *condition)
{
    bool named = dice_chance(dice, 60);
    for (int i = 0; i < domain->object.children.n; i++)
        if (text_equal(((const struct check *)domain->object.children.item[i])->expr.written, condition))
            return;
    struct check *check = (struct check *)object_new(dice->mem, KIND_CHECK, &domain->object,
                                                     named ? random_name_in(dice, KIND_CHECK, &domain->object) : NULL);
    SAY(check, CHECK, expr, written(condition));
}

/* An enum, or another domain that this one is not under. */
static const char *other_base(struct dice *dice)
{
    const struct object *other = random_of_kind(dice, dice_chance(dice, 50) ? KIND_ENUM : KIND_DOMAIN);
    return other ? qualified(dice, other) : NULL;
}

struct object *random_domain(struct dice *dice)
{
    const char *base = dice_chance(dice, 30) ? other_base(dice) : NULL;
    struct object *schema = random_home(dice);
    struct domain *domain =
        (struct domain *)object_new(dice->mem, KIND_DOMAIN, schema, random_type_name(dice, KIND_DOMAIN, schema));
    const struct base_choice *choice = &PICK(dice, bases);
    SAY(domain, DOMAIN, type, base ? base : choice->type);
    SAY(domain, DOMAIN, nullable, dice_chance(dice, 80));
    SAY(domain, DOMAIN, default_value, written(!base && dice_chance(dice, 40) ? choice->value : NULL));
    if (!base && choice->collates && dice_chance(dice, 30))
        SAY(domain, DOMAIN, collation, dice_chance(dice, 50) ? "C" : "POSIX");
    if (!base && choice->condition && dice_chance(dice, 50))
        random_domain_check(dice, domain, choice->condition);
    if (dice_chance(dice, 20))
        SAY(domain, DOMAIN, comment, random_comment(dice));
    say_some_absences(dice, &domain->object);
    return &domain->object;
}

const struct object *composite_of(const struct dice *dice, const char *type)
{
    struct ref ref = ref_from_text(dice->mem, type);
    bool can = dice->engine == ENGINE_PG && !strchr(type, '(') && !strchr(type, '[');
    return can ? tree_find(dice->tree, KIND_COMPOSITE, ref.schema, ref.name) : NULL;
}

static void random_attribute(struct dice *dice, struct object *type)
{
    const struct base_choice *choice = &PICK(dice, bases);
    struct attribute *attribute =
        (struct attribute *)object_new(dice->mem, KIND_ATTRIBUTE, type, random_name_in(dice, KIND_ATTRIBUTE, type));
    SAY(attribute, ATTRIBUTE, type, choice->type);
    if (choice->collates && dice_chance(dice, 20))
        SAY(attribute, ATTRIBUTE, collation, "C");
    if (dice_chance(dice, 20))
        SAY(attribute, ATTRIBUTE, comment, random_comment(dice));
    say_some_absences(dice, &attribute->object);
}

struct object *random_composite(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct composite_type *type = (struct composite_type *)object_new(dice->mem, KIND_COMPOSITE, schema,
                                                                      random_type_name(dice, KIND_COMPOSITE, schema));
    for (int i = dice_below(dice, 4); i > 0; i--)
        random_attribute(dice, &type->object);
    if (dice_chance(dice, 20))
        SAY(type, COMPOSITE, comment, random_comment(dice));
    say_some_absences(dice, &type->object);
    return &type->object;
}

/* Another type would be refused for one that a column has. */
bool alter_composite(struct dice *dice)
{
    struct object *type = random_of_kind(dice, KIND_COMPOSITE);
    struct object *attribute = type ? object_only(type, KIND_ATTRIBUTE) : NULL;
    if (attribute && dice_chance(dice, 50))
        object_remove(attribute);
    else if (type)
        random_attribute(dice, type);
    return type;
}

static bool alter_type_under(struct dice *dice, struct domain *domain, const struct base_choice *choice)
{
    if (domain->collation || (choice->collates && dice_chance(dice, 50)))
        SAY(domain, DOMAIN, collation, domain->collation ? NULL : "C");
    else if (choice->wider)
        SAY(domain, DOMAIN, type, choice->wider);
    return true;
}

static bool alter_condition(struct dice *dice, struct domain *domain, const struct base_choice *choice)
{
    struct object *check = object_only(&domain->object, KIND_CHECK);
    if (check)
        object_remove(check);
    else if (choice->condition)
        random_domain_check(dice, domain, choice->condition);
    return true;
}

bool alter_domain(struct dice *dice)
{
    struct domain *domain = (struct domain *)random_of_kind(dice, KIND_DOMAIN);
    const struct base_choice *choice = domain ? base_of(domain) : NULL;
    if (!choice)
        return false;
    switch (dice_below(dice, 4)) {
    case 0: return alter_type_under(dice, domain, choice);
    case 1: return alter_condition(dice, domain, choice);
    case 2: SAY(domain, DOMAIN, nullable, !domain->nullable); return true;
    default:
        SAY(domain, DOMAIN, default_value, written(domain->default_value.written ? NULL : choice->value));
        return true;
    }
}
