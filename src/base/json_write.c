/*
 * Writing JSON to the byte as Python's json.dumps(ensure_ascii=False) does: its separators, its escapes,
 * its spelling of floating-point numbers.  Checksums are taken over this text.
 */
#include <math.h>

#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"

#define INDENT 2

static void write_value(struct buf *out, const struct json *value, enum json_style style, int depth);

/* Behind the backslash, or 0 where there is no short spelling. */
static char short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void write_escaped(struct buf *out, char c)
{
    const char letter = short_escape(c);
    if (letter)
        buf_addf(out, "\\%c", letter);
    else
        buf_addf(out, "\\u%04x", (unsigned)c);
}

/* What is not UTF-8, from a file's name or a server, would make the whole document unreadable. */
static void write_text(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length;
    buf_add_c(out, '"');
    while (text < end) {
        size_t wrong = (size_t)(end - text);
        utf8_valid(text, wrong, &wrong);
        for (const char *stop = text + wrong; text < stop;) {
            const char *start = text;
            while (text < stop && is_plain(*text))
                text++;
            buf_add_n(out, start, (size_t)(text - start));
            if (text < stop)
                write_escaped(out, *text++);
        }
        if (text < end) {
            buf_add(out, "\xEF\xBF\xBD"); /* U+FFFD */
            text++;
        }
    }
    buf_add_c(out, '"');
}

/* A number as its decimal digits; the first of them counts 10 to the power of `power`. */
struct decimal {
    char digits[24];
    int n;
    int power;
};

static struct decimal round_to(double real, int digits)
{
    struct decimal decimal = {0};
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, real);
    const char *at = text;
    for (; *at != 'e'; at++) /* over the decimal separator, whatever the locale has */
        if (char_is_digit(*at))
            decimal.digits[decimal.n++] = *at;
    int64_t power = 0;
    text_to_int(at + 1, &power);
    decimal.power = (int)power;
    return decimal;
}

static bool reads_back(const struct decimal *decimal, double real)
{
    char text[40];
    snprintf(text, sizeof text, "%se%d", decimal->digits, decimal->power - decimal->n + 1);
    return read_back_double(text) == real;
}

/* To the next larger number of as many digits.  All nines give none, and need not: fewer digits were tried before. */
static void step_up(struct decimal *decimal)
{
    int at = decimal->n - 1;
    while (at > 0 && decimal->digits[at] == '9')
        decimal->digits[at--] = '0';
    decimal->digits[at]++;
}

/*
 * The fewest digits that read back as the same number.  Above a power of two the next number is twice as far
 * away as below it, so that there the nearest decimal may be taken for another number and the next one not.
 */
static struct decimal shortest(double real)
{
    struct decimal decimal;
    for (int digits = 1; digits < 17; digits++) {
        decimal = round_to(real, digits);
        if (reads_back(&decimal, real))
            return decimal;
        step_up(&decimal);
        if (reads_back(&decimal, real))
            return decimal;
    }
    return round_to(real, 17);
}

static void write_scientific(struct buf *out, const struct decimal *decimal)
{
    buf_add_c(out, decimal->digits[0]);
    if (decimal->n > 1)
        buf_add_c(out, '.');
    buf_add(out, decimal->digits + 1);
    buf_addf(out, "e%c%02d", decimal->power < 0 ? '-' : '+', abs(decimal->power));
}

static void write_positional(struct buf *out, const struct decimal *decimal)
{
    int n = decimal->n, power = decimal->power;
    buf_add(out, power < 0 ? "0." : "");
    for (int i = power + 1; i < 0; i++)
        buf_add_c(out, '0');
    for (int i = 0; i < n; i++) {
        if (i == power + 1 && i)
            buf_add_c(out, '.');
        buf_add_c(out, decimal->digits[i]);
    }
    for (int i = n; i <= power; i++)
        buf_add_c(out, '0');
    if (n <= power + 1)
        buf_add(out, ".0");
}

/* Not numbers in JSON, but Python writes them, and nothing else is to be written for them. */
static bool write_special(struct buf *out, double real)
{
    if (isnan(real))
        buf_add(out, "NaN");
    else if (isinf(real))
        buf_add(out, real < 0 ? "-Infinity" : "Infinity");
    return !isfinite(real);
}

static void write_real(struct buf *out, double real)
{
    if (write_special(out, real))
        return;
    if (signbit(real))
        buf_add_c(out, '-');
    struct decimal decimal = shortest(fabs(real));
    if (decimal.power < -4 || decimal.power >= 16)
        write_scientific(out, &decimal);
    else
        write_positional(out, &decimal);
}

static void new_line(struct buf *out, enum json_style style, int depth)
{
    if (style != JSON_INDENTED)
        return;
    buf_add_c(out, '\n');
    for (int i = 0; i < depth * INDENT; i++)
        buf_add_c(out, ' ');
}

/* What stands between two items: with indent Python leaves no space at the end of a line. */
static void write_comma(struct buf *out, enum json_style style)
{
    buf_add(out, style == JSON_INDENTED || style == JSON_TIGHT ? "," : ", ");
}

static void write_item(struct buf *out, const struct json *array, int i, enum json_style style, int depth)
{
    if (array->type == JSON_ARRAY) {
        write_value(out, array->item[i], style, depth);
        return;
    }
    size_t length;
    const char *text = json_item_text(array, i, &length);
    write_text(out, text, length);
}

static void write_array(struct buf *out, const struct json *array, enum json_style style, int depth)
{
    buf_add_c(out, '[');
    for (int i = 0; i < array->n; i++) {
        if (i)
            write_comma(out, style);
        new_line(out, style, depth + 1);
        write_item(out, array, i, style, depth + 1);
    }
    if (array->n)
        new_line(out, style, depth);
    buf_add_c(out, ']');
}

struct member {
    const char *key;
    const struct json *item;
};

/* Python sorts by code points, which for UTF-8 is the order of its bytes. */
static int compare_members(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void write_member(struct buf *out, const struct member *member, bool first, enum json_style style, int depth)
{
    if (!first)
        write_comma(out, style);
    new_line(out, style, depth);
    write_text(out, member->key, strlen(member->key));
    buf_add(out, style == JSON_TIGHT ? ":" : ": ");
    write_value(out, member->item, style, depth);
}

/* Not in the memory of the text, where all of it would stay. */
static void write_sorted(struct buf *out, const struct json *object, enum json_style style, int depth)
{
    enum { FEW = 32 };
    struct member few[FEW];
    struct arena *mem = object->n > FEW ? arena_open(0) : NULL;
    struct member *member = mem ? NEW_ARRAY(mem, struct member, object->n) : few;
    for (int i = 0; i < object->n; i++)
        member[i] = (struct member){object->key[i], object->item[i]};
    qsort(member, (size_t)object->n, sizeof *member, compare_members);
    for (int i = 0; i < object->n; i++)
        write_member(out, &member[i], !i, style, depth);
    arena_close(mem);
}

static void write_object(struct buf *out, const struct json *object, enum json_style style, int depth)
{
    buf_add_c(out, '{');
    if (style == JSON_PYTHON_SORTED && object->n > 1)
        write_sorted(out, object, style, depth + 1);
    else
        for (int i = 0; i < object->n; i++)
            write_member(out, &(struct member){object->key[i], object->item[i]}, !i, style, depth + 1);
    if (object->n)
        new_line(out, style, depth);
    buf_add_c(out, '}');
}

static void write_value(struct buf *out, const struct json *value, enum json_style style, int depth)
{
    if (value->one_line && style == JSON_INDENTED)
        style = JSON_TIGHT;
    switch (value->type) {
    case JSON_NULL: buf_add(out, "null"); break;
    case JSON_BOOL: buf_add(out, value->truth ? "true" : "false"); break;
    case JSON_INT: buf_addf(out, "%" PRId64, value->number); break;
    case JSON_REAL: write_real(out, value->real); break;
    case JSON_TEXT: write_text(out, value->text, strlen(value->text)); break;
    case JSON_ARRAY:
    case JSON_TEXTS: write_array(out, value, style, depth); break;
    case JSON_OBJECT: write_object(out, value, style, depth); break;
    }
}

void json_write(struct buf *out, const struct json *value, enum json_style style)
{
    write_value(out, value, style, 0);
}

char *json_text(struct arena *mem, const struct json *value, enum json_style style)
{
    struct buf out;
    buf_init(&out, mem);
    json_write(&out, value, style);
    return out.data;
}
