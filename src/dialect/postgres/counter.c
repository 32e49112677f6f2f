/*
 * How a sequence counts, whether it stands alone or behind an identity column: what the server chooses by itself, and
 * the clauses for what is different.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

struct pg_counter pg_counter_of_sequence(const struct sequence *sequence)
{
    return (struct pg_counter){sequence->start, sequence->increment, sequence->min,
                               sequence->max,   sequence->cache,     sequence->cycle};
}

struct pg_counter pg_counter_of_column(const struct column *column)
{
    return (struct pg_counter){column->identity_start, column->identity_increment, column->identity_min,
                               column->identity_max,   column->identity_cache,     column->identity_cycle};
}

static int64_t type_top(struct arena *mem, const char *type)
{
    const char *normal = pg_type_plain(mem, type);

    if (text_equal(normal, "smallint"))
        return INT16_MAX;
    return text_equal(normal, "integer") ? INT32_MAX : INT64_MAX;
}

struct pg_counter pg_counter_usual(struct arena *mem, const char *type, const struct pg_counter *counter)
{
    int64_t top = type_top(mem, type);

    if (counter->increment >= 0)
        return (struct pg_counter){counter->min, 1, 1, top, 1, false};
    return (struct pg_counter){counter->max, 1, -top - 1, -1, 1, false};
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

bool pg_counter_apart(const struct pg_counter *counter, const struct pg_counter *before)
{
    return counter->min > before->max || counter->max < before->min;
}

bool pg_counter_return(struct buf *out, const char *const *sequence, const struct pg_counter *counter,
                       const struct pg_counter *before)
{
    bool up = counter->min > before->min, down = counter->max < before->max;
    int64_t low = up ? counter->min : before->min, high = down ? counter->max : before->max;
    if ((!up && !down) || pg_counter_apart(counter, before))
        return false;
    buf_addf(out, "SELECT setval(%s, %" PRId64 ", false) FROM %s WHERE last_value", sequence[0],
             within(counter->start, low, high), sequence[1]);
    if (up && down)
        buf_addf(out, " NOT BETWEEN %" PRId64 " AND %" PRId64, low, high);
    else
        buf_addf(out, up ? " < %" PRId64 : " > %" PRId64, up ? low : high);
    return true;
}

void pg_counter_add(struct buf *out, const char *prefix, const struct pg_counter *counter,
                    const struct pg_counter *other)
{
    const struct {
        const char *word;
        int64_t value;
        int64_t known;
    } clauses[] = {{"START WITH", counter->start, other->start},
                   {"INCREMENT BY", counter->increment, other->increment},
                   {"MINVALUE", counter->min, other->min},
                   {"MAXVALUE", counter->max, other->max},
                   {"CACHE", counter->cache, other->cache}};

    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++)
        if (clauses[i].value != clauses[i].known)
            buf_addf(out, "%s%s %" PRId64, prefix, clauses[i].word, clauses[i].value);
    if (counter->cycle != other->cycle)
        buf_addf(out, "%s%s", prefix, counter->cycle ? "CYCLE" : "NO CYCLE");
}
