/*
 * Constants as the server prints them: the parts of its output functions that a text alone tells.  Two texts that become the
 * same here are the same value of that type; two that do not may be, and then a server has to say so.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

static bool is_plain_number(const char *digits)
{
    size_t before = strspn(digits, "0123456789"), after = 0;

    if (digits[before] == '.')
        after = 1 + strspn(digits + before + 1, "0123456789");
    return digits[before + after] == '\0' && before + after > 0;
}

/* 1.5e3 as 1500; texts without an exponent, or with a large one, stay. */
static const char *exponent_apply(struct arena *mem, const char *text)
{
    enum { EXPONENT_LIMIT = 400 };
    const char *mark = strpbrk(text, "eE");
    const char *mantissa = mark ? arena_copy(mem, text, (size_t)(mark - text)) : NULL;
    int64_t exponent;
    struct buf out;

    if (!mark || !is_plain_number(mantissa) || !text_to_int(mark + 1 + (mark[1] == '+'), &exponent) ||
        exponent > EXPONENT_LIMIT || exponent < -EXPONENT_LIMIT)
        return text;
    const char *digits = text_replace(mem, mantissa, ".", "");
    int64_t point = (int64_t)strcspn(mantissa, ".") + exponent, n = (int64_t)strlen(digits);
    buf_init(&out, mem);
    for (int64_t i = point < 0 ? point : 0; i < (n > point ? n : point); i++) {
        if (i == point)
            buf_add_c(&out, '.');
        buf_add_c(&out, i >= 0 && i < n ? digits[i] : '0');
    }
    return out.data;
}

/* -007.50 as -7.5; texts that are not a plain number stay. */
const char *pg_number_value(struct arena *mem, const char *text)
{
    const char *p = text_trim(mem, text), *point;
    bool minus = *p == '-';
    size_t length;

    p = exponent_apply(mem, p + (*p == '-' || *p == '+'));
    if (!is_plain_number(p))
        return arena_printf(mem, "%s%s", minus ? "-" : "", text_lower(mem, p));
    p += strspn(p, "0");
    point = strchr(p, '.');
    length = strlen(p);
    while (point && length > 0 && (p[length - 1] == '0' || p + length - 1 == point)) {
        point = p + length - 1 == point ? NULL : point;
        length--;
    }
    if (length == 0)
        return "0";
    return arena_printf(mem, "%s%s%.*s", minus ? "-" : "", *p == '.' ? "0" : "", (int)length, p);
}

static const char *boolean_value(struct arena *mem, const char *text)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "on", "1", NULL};
    static const char *const no[] = {"f", "false", "n", "no", "off", "0", NULL};
    const char *said = text_lower(mem, text_trim(mem, text));

    for (int i = 0; yes[i]; i++)
        if (text_equal(said, yes[i]))
            return "true";
    for (int i = 0; no[i]; i++)
        if (text_equal(said, no[i]))
            return "false";
    return said;
}

/* 10.0.0.1/32 and ::1/128 are single addresses. */
static const char *address_value(struct arena *mem, const char *text)
{
    const char *said = text_lower(mem, text_trim(mem, text));
    const char *whole = strchr(said, ':') ? "/128" : "/32";

    return text_ends(said, whole) ? text_slice(mem, said, 0, strlen(said) - strlen(whole)) : said;
}

static const char *hardware_value(struct arena *mem, const char *text)
{
    return text_replace(mem, text_lower(mem, text_trim(mem, text)), "-", ":");
}

static const char *uuid_value(struct arena *mem, const char *text)
{
    const char *said = text_lower(mem, text_trim(mem, text));

    said = text_replace(mem, text_replace(mem, said, "{", ""), "}", "");
    return text_replace(mem, said, "-", "");
}

static const char *bytes_value(struct arena *mem, const char *text)
{
    return text_starts(text, "\\x") ? text_lower(mem, text) : text;
}

/* 2020-1-1 as 2020-01-01; anything else stays. *rest is what follows. */
static const char *day_value(struct arena *mem, const char *text, const char **rest)
{
    size_t year = strspn(text, "0123456789");
    const char *month = text + year + 1;
    size_t month_length = year == 4 && text[4] == '-' ? strspn(month, "0123456789") : 0;
    const char *day = month + month_length + 1;
    size_t day_length = month_length && month[month_length] == '-' ? strspn(day, "0123456789") : 0;

    if (month_length > 2 || day_length < 1 || day_length > 2)
        return NULL;
    *rest = day + day_length;
    return arena_printf(mem, "%.4s-%s%.*s-%s%.*s", text, month_length < 2 ? "0" : "", (int)month_length, month,
                        day_length < 2 ? "0" : "", (int)day_length, day);
}

/* 1:2 as 01:02:00, without a fraction of nothing; NULL if it is not like that. */
static const char *clock_value(struct arena *mem, const char *text)
{
    struct names part = text_split(mem, text, ':');
    const char *two[3] = {"", "", "00"};

    if (part.n < 2 || part.n > 3)
        return NULL;
    for (int i = 0; i < part.n; i++) {
        size_t length = strspn(part.item[i], "0123456789");
        const char *rest = part.item[i] + length;
        if (length < 1 || length > 2 || (*rest && (i < 2 || *rest != '.' || rest[1 + strspn(rest + 1, "0123456789")])))
            return NULL;
        size_t end = strlen(part.item[i]);
        while (*rest && end > length && strchr("0.", part.item[i][end - 1]))
            end--;
        two[i] = arena_printf(mem, "%s%.*s", length < 2 ? "0" : "", (int)end, part.item[i]);
    }
    return arena_printf(mem, "%s:%s:%s", two[0], two[1], two[2]);
}

static const char *date_value(struct arena *mem, const char *text)
{
    const char *said = text_trim(mem, text), *rest = "", *day = day_value(mem, said, &rest);

    return day && !*rest ? day : said;
}

static const char *time_value(struct arena *mem, const char *text)
{
    const char *said = text_trim(mem, text), *clock = clock_value(mem, said);

    return clock ? clock : said;
}

static const char *moment_value(struct arena *mem, const char *text)
{
    const char *said = text_trim(mem, text), *rest = "", *day = day_value(mem, said, &rest);
    const char *clock = day && *rest ? clock_value(mem, rest + 1) : "00:00:00";

    if (!day || !clock || (*rest && *rest != ' ' && *rest != 'T'))
        return said;
    return arena_printf(mem, "%s %s", day, clock);
}

/* Without white space outside quotes: all of it, or what touches one of `marks`. */
static const char *tighten(struct arena *mem, const char *text, const char *marks)
{
    struct buf out;
    bool quoted = false;

    buf_init(&out, mem);
    for (const char *p = text; *p; p++) {
        if (quoted && *p == '\\' && p[1]) {
            buf_add_n(&out, p++, 2);
            continue;
        }
        quoted ^= *p == '"';
        const char *next = p + strspn(p, " \t\r\n");
        bool touches = !marks || !out.len || strchr(marks, out.data[out.len - 1]) || !*next || strchr(marks, *next);
        if (!quoted && next > p && touches)
            p = next - 1;
        else
            buf_add_c(&out, *p);
    }
    return out.data;
}

static const char *json_value(struct arena *mem, const char *text)
{
    return tighten(mem, text, NULL);
}

static const char *array_value(struct arena *mem, const char *text)
{
    return tighten(mem, text, "{},");
}

static const struct {
    const char *type; /* without arguments */
    const char *(*value)(struct arena *mem, const char *text);
} forms[] = {
    {"smallint", pg_number_value}, {"integer", pg_number_value}, {"bigint", pg_number_value},
    {"numeric", pg_number_value},  {"real", pg_number_value},    {"double precision", pg_number_value},
    {"money", pg_number_value},    {"boolean", boolean_value},   {"inet", address_value},
    {"macaddr", hardware_value},   {"uuid", uuid_value},         {"bytea", bytes_value},
    {"date", date_value},          {"jsonb", json_value},
};

const char *pg_value(struct arena *mem, const char *type, const char *text)
{
    struct pg_type read;

    if (!pg_type_read(mem, type, &read) || (!read.known && !read.array))
        return text;
    if (read.array)
        return array_value(mem, text);
    if (text_equal(read.tail, "without time zone"))
        return text_equal(read.name, "timestamp") ? moment_value(mem, text) : time_value(mem, text);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (text_equal(read.name, forms[i].type))
            return forms[i].value(mem, text);
    return text;
}
