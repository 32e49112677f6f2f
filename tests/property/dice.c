/*
 * Dice and names.  The generator is splitmix64, so that a seed means the same schema everywhere.
 */
#include "base/text.h"
#include "random.h"
#include "sql/ident.h"

uint64_t dice_next(struct dice *dice)
{
    dice->state += 0x9E3779B97F4A7C15u;
    uint64_t z = dice->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int dice_below(struct dice *dice, int n)
{
    return n > 0 ? (int)(dice_next(dice) % (uint64_t)n) : 0;
}

bool dice_chance(struct dice *dice, int percent)
{
    return dice_below(dice, 100) < percent;
}

const char *random_name(struct dice *dice)
{
    static const char *const plain[] = {"users", "email", "amount", "created", "team", "note", "kind", "parent"};
    static const char *const odd[] = {"userName", "größe", "two words", "we\"ird", "it's", "Order", "a-b", "select"};
    const char *word = dice_chance(dice, 15) ? PICK(dice, odd) : PICK(dice, plain);
    return arena_printf(dice->mem, "%s%d", word, ++dice->serial);
}

/* Names end in a number, so none is a reserved word. */
const char *quoted(struct dice *dice, const char *name)
{
    static const struct ident_rules rules = {.style = QUOTE_DOUBLE, .upper_needs_quotes = true};
    return ident_text(dice->mem, &rules, name);
}

const char *random_comment(struct dice *dice)
{
    static const char *const comments[] = {"what it is", "it's \"quoted\"", "ein Maß für Größe", "50% of; it -- all",
                                           "two\nlines"};
    return PICK(dice, comments);
}

struct expr written(const char *text)
{
    return (struct expr){text, NULL};
}

struct names one_name(struct arena *mem, const char *name)
{
    struct names names = {0};
    names_add(mem, &names, name);
    return names;
}

/* Fields whose absence is no default but a hole. */
static bool needs_value(enum kind kind, const char *field)
{
    static const struct {
        enum kind kind;
        const char *field;
    } needed[] = {
        {KIND_COLUMN, "nullable"},
        {KIND_ENUM, "labels"},
        {KIND_CHECK, "expr"},
        {KIND_EXCLUDE, "definition"},
        {KIND_INDEX, "method"},
        {KIND_VIEW, "query"},
        {KIND_TRIGGER, "definition"},
        {KIND_FOREIGN_KEY, "ref_columns"},
        {KIND_FOREIGN_KEY, "ref_table"},
        {KIND_COLUMN, "computed_stored"},
        {KIND_SEQUENCE, "type"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].kind == kind && text_equal(needed[i].field, field))
            return true;
    return false;
}

void say_some_absences(struct dice *dice, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const struct field *field = &info->field[i];
        bool can = field->type != FIELD_INT && field->type != FIELD_TYPE && !needs_value(object->kind, field->name);
        if (can && field->engines & dice->engine && !object_says(object, i) && dice_chance(dice, 40))
            object_say(object, i);
    }
}
