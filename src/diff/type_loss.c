/*
 * What a change of type may do to values, by the tables of the dialect: nothing, values that do not fit stop it, or they become
 * others in silence.
 */
#include "diff/type_loss.h"

#include "base/text.h"

/* The numbers in parentheses of a type: 2 for NUMERIC(10, 2). */
static int type_numbers(struct arena *mem, const char *type, int64_t number[2])
{
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return 0;
    struct names parts = text_split(mem, arena_copy(mem, open + 1, (size_t)(close - open - 1)), ',');
    int n = 0;
    while (n < parts.n && n < 2 && text_to_int(text_trim(mem, parts.item[n]), &number[n]))
        n++;
    return n;
}

/* Without its numbers: "timestamp with time zone" of "timestamp(3) with time zone". */
const char *type_base(struct arena *mem, const struct type_rules *rules, const char *type)
{
    const char *open = strchr(type, '('), *close = open ? strrchr(open, ')') : NULL;
    const char *bare = close ? arena_printf(mem, "%.*s%s", (int)(open - type), type, close + 1) : type;
    bare = text_lower(mem, text_trim(mem, bare));
    return rules->rung ? rules->rung(mem, bare) : bare;
}

static int ladder_step(const struct type_ladder *ladder, const char *type)
{
    for (int i = 0; ladder->type[i]; i++)
        if (text_equal(ladder->type[i], type))
            return i;
    return -1;
}

static bool rounds_digits(const struct type_rules *rules, const char *type)
{
    for (int i = 0; rules->rounded[i]; i++)
        if (text_starts(type, rules->rounded[i]))
            return true;
    return false;
}

static bool is_any(const char *const *types, const char *type)
{
    while (types && *types && !text_equal(*types, type))
        types++;
    return types && *types;
}

/* Of a type that lists its values: 'a','b'. */
static struct names type_members(struct arena *mem, const char *type)
{
    const char *open = strchr(type, '('), *close = open ? strrchr(open, ')') : NULL;
    const char *list = close ? text_slice(mem, open, 1, (size_t)(close - open)) : "";
    struct names members = {0};
    for (const char *at = list; *at == '\'';) {
        const char *end = at + 1;
        while (*end && (*end != '\'' || end[1] == '\''))
            end += *end == '\'' ? 2 : 1;
        names_add(mem, &members, text_slice(mem, at, 1, (size_t)(end - at)));
        at = *end ? end + 1 + (end[1] == ',') : end;
    }
    return members;
}

static bool members_stay(const struct names *before, const struct names *after)
{
    for (int i = 0; i < before->n; i++)
        if (!names_have(after, before->item[i]))
            return false;
    return true;
}

static enum loss loss_same_type(struct arena *mem, const struct type_rules *rules, const char *from, const char *to)
{
    int64_t a[2] = {0}, b[2] = {0};
    int n = type_numbers(mem, from, a), m = type_numbers(mem, to, b);
    const struct names before = type_members(mem, from), after = type_members(mem, to);
    if (before.n)
        return members_stay(&before, &after) ? LOSS_NONE : LOSS_STOPS;
    if (is_any(rules->exact, type_base(mem, rules, to)) && a[0] != b[0])
        return LOSS_STOPS;
    if (!m || (n && b[0] >= a[0] && b[1] >= a[1]))
        return LOSS_NONE;
    bool rounds = rounds_digits(rules, to) || (m == 2 && (!n || b[1] < a[1]));
    return rounds ? LOSS_ROUNDS : LOSS_STOPS;
}

/* A type that holds more may have been given room for less. */
static enum loss loss_of_numbers(struct arena *mem, const struct type_rules *rules, const char *from, const char *to)
{
    int64_t numbers[2];
    if (type_numbers(mem, from, numbers))
        return loss_same_type(mem, rules, from, to);
    if (!type_numbers(mem, to, numbers))
        return LOSS_NONE;
    return !rounds_digits(rules, to) ? LOSS_STOPS : rounds_digits(rules, from) ? LOSS_ROUNDS : LOSS_NONE;
}

const struct type_caution *type_caution_of(const struct type_rules *rules, const char *from, const char *to)
{
    for (const struct type_caution *caution = rules->cautions; caution && caution->from; caution++)
        if (text_equal(from, caution->from) && text_equal(to, caution->to))
            return caution;
    return NULL;
}

/* A number with a known count of digits. */
static bool digits_known(struct arena *mem, const struct type_rules *rules, const char *from, const char *to,
                         enum loss *loss)
{
    int64_t numbers[2];
    const struct type_digits *room = rules->digits;
    while (room && room->type && !text_equal(room->type, to))
        room++;
    if (!room || !room->type || type_numbers(mem, from, numbers) < 2 || (room->whole && numbers[1] > 0))
        return false;
    *loss = numbers[0] <= room->digits ? LOSS_NONE : room->whole ? LOSS_STOPS : LOSS_ROUNDS;
    return true;
}

/* Both have a length, which values may be shorter than, and the new one is not less. */
static bool has_room(struct arena *mem, const struct type_rules *rules, const char *from, const char *to)
{
    int64_t a[2], b[2];
    return !is_any(rules->exact, type_base(mem, rules, to)) && type_numbers(mem, from, a) == 1 &&
           type_numbers(mem, to, b) == 1 && b[0] >= a[0];
}

/* The worst that a step to the left on a ladder of both means; false: none has both. */
static bool on_ladder(struct arena *mem, const struct type_rules *rules, const char *from, const char *to,
                      enum loss *worst)
{
    const char *a = type_base(mem, rules, from), *b = type_base(mem, rules, to);
    bool found = false;
    *worst = LOSS_NONE;
    for (const struct type_ladder *ladder = rules->ladders; ladder->type[0]; ladder++) {
        int at = ladder_step(ladder, a), wanted = ladder_step(ladder, b);
        if (at < 0 || wanted < 0)
            continue;
        found = true;
        enum loss loss = ladder->wraps ? LOSS_WRAPS : ladder->rounds ? LOSS_ROUNDS : LOSS_STOPS;
        if (wanted < at && *worst < LOSS_ROUNDS && (loss != LOSS_STOPS || !has_room(mem, rules, from, to)))
            *worst = loss;
    }
    return found;
}

enum loss type_loss(struct arena *mem, const struct type_rules *rules, const char *from, const char *to)
{
    enum loss loss;
    if (text_equal(type_base(mem, rules, from), type_base(mem, rules, to)))
        return loss_same_type(mem, rules, from, to);
    if (is_any(rules->unlimited, to))
        return LOSS_NONE;
    if (digits_known(mem, rules, from, to, &loss))
        return loss;
    if (!on_ladder(mem, rules, from, to, &loss))
        return type_caution_of(rules, type_base(mem, rules, from), type_base(mem, rules, to)) ? LOSS_NONE : LOSS_STOPS;
    return loss == LOSS_NONE ? loss_of_numbers(mem, rules, from, to) : loss;
}

/* Two arrays are as their elements, and a type within another as that one. */
void type_unwrap(struct arena *mem, const struct type_rules *rules, const char **from, const char **to)
{
    if (rules->inside && *from && *to) {
        *from = rules->inside(mem, *from);
        *to = rules->inside(mem, *to);
    }
    if (!*from || !*to || !text_ends(*from, "[]") || !text_ends(*to, "[]"))
        return;
    *from = text_slice(mem, *from, 0, strlen(*from) - 2);
    *to = text_slice(mem, *to, 0, strlen(*to) - 2);
}
