/* Questions about texts, in ASCII: databases and files are not to be read differently in another country. */
#include "base/text.h"

#include "base/buf.h"

bool text_equal(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool same_nocase(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (char_lower((unsigned char)a[i]) != char_lower((unsigned char)b[i]))
            return false;
    return true;
}

bool text_equal_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    size_t length = strlen(a);
    return length == strlen(b) && same_nocase(a, b, length);
}

int text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

bool text_starts(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

bool text_starts_nocase(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strnlen(text, length) == length && same_nocase(text, prefix, length);
}

bool text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);
    return end <= length && !strcmp(text + length - end, suffix);
}

bool text_has(const char *text, const char *part)
{
    return strstr(text, part);
}

bool char_is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool char_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

bool char_is_alpha(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool char_is_word(int c)
{
    return char_is_alpha(c) || char_is_digit(c) || c == '_';
}

int char_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int char_upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

char *text_lower(struct arena *mem, const char *text)
{
    char *copy = arena_dup(mem, text);
    for (char *c = copy; *c; c++)
        *c = (char)char_lower(*c);
    return copy;
}

char *text_upper(struct arena *mem, const char *text)
{
    char *copy = arena_dup(mem, text);
    for (char *c = copy; *c; c++)
        *c = (char)char_upper(*c);
    return copy;
}

char *text_trim(struct arena *mem, const char *text)
{
    while (char_is_space(*text))
        text++;
    size_t length = strlen(text);
    while (length && char_is_space(text[length - 1]))
        length--;
    return arena_copy(mem, text, length);
}

char *text_slice(struct arena *mem, const char *text, size_t from, size_t to)
{
    return arena_copy(mem, text + from, to > from ? to - from : 0);
}

char *text_replace(struct arena *mem, const char *text, const char *what, const char *with)
{
    size_t length = strlen(what);
    if (!length)
        return arena_dup(mem, text);
    struct buf out;
    buf_init(&out, mem);
    for (const char *hit; (hit = strstr(text, what)); text = hit + length) {
        buf_add_n(&out, text, (size_t)(hit - text));
        buf_add(&out, with);
    }
    buf_add(&out, text);
    return out.data;
}

struct names text_split(struct arena *mem, const char *text, char separator)
{
    struct names pieces = {0};
    for (const char *end; (end = strchr(text, separator)) && separator; text = end + 1)
        names_add(mem, &pieces, arena_copy(mem, text, (size_t)(end - text)));
    names_add(mem, &pieces, arena_dup(mem, text));
    return pieces;
}

struct names text_lines(struct arena *mem, const char *text)
{
    struct names lines = {0};
    while (*text) {
        const char *end = strchrnul(text, '\n');
        size_t length = (size_t)(end - text);
        if (length && *end && end[-1] == '\r')
            length--;
        names_add(mem, &lines, arena_copy(mem, text, length));
        text = *end ? end + 1 : end;
    }
    return lines;
}

bool text_to_int(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    int64_t sum = 0; /* kept negative, because that side reaches further by one */
    if (!char_is_digit(*text))
        return false;
    for (; char_is_digit(*text); text++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, *text - '0', &sum))
            return false;
    if (*text || (!negative && sum == INT64_MIN))
        return false;
    *value = negative ? sum : -sum;
    return true;
}

/* strtod() follows the locale, so digits and the fraction are read apart. */
static const char *decimal_read(const char *text, double *value)
{
    double sum = 0, scale = 1;
    const char *at = text;
    for (; char_is_digit(*at); at++)
        sum = sum * 10 + (*at - '0');
    if (at == text || at - text > 9)
        return NULL;
    if (*at == '.')
        for (at++; char_is_digit(*at); at++)
            sum += (*at - '0') * (scale /= 10);
    *value = sum;
    return at;
}

bool text_to_bool(const char *text, bool *value)
{
    static const char *const said[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        for (int truth = 0; truth < 2; truth++)
            if (text_equal_nocase(text, said[i][truth])) {
                *value = truth;
                return true;
            }
    return false;
}

bool text_says_yes(const char *text)
{
    bool yes = false;
    return text && text_to_bool(text, &yes) && yes;
}

bool text_to_seconds(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"ms", 0.001}, {"s", 1}, {"min", 60}, {"h", 3600}};
    double value;
    if (text_equal_nocase(text, "off")) {
        *seconds = 0;
        return true;
    }
    const char *unit = decimal_read(text, &value);
    if (!unit)
        return false;
    unit += strspn(unit, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_equal_nocase(unit, units[i].unit)) {
            *seconds = value * units[i].seconds;
            return true;
        }
    return false;
}

#define WORD_LONGEST 64

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance, upper and lower case being equal; both words are at most WORD_LONGEST long. */
static int edit_distance(const char *a, const char *b)
{
    int row[WORD_LONGEST + 1];
    int length = (int)strlen(b);
    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= length; j++) {
            int above = row[j];
            int change = char_lower(a[i - 1]) != char_lower(b[j - 1]);
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + change);
            diagonal = above;
        }
    }
    return row[length];
}

/* A name whose last words are missing, as database_url of database_url_sync, is nearer than one of other words. */
static int distance_of(const char *word, const char *known)
{
    size_t length = strlen(word);
    bool cut = length && !strncmp(word, known, length) && (known[length] == '_' || known[length] == '-');
    return cut ? 1 : edit_distance(word, known);
}

const char *text_nearest(const struct names *known, const char *word)
{
    int length = (int)strnlen(word, WORD_LONGEST + 1);
    int allowed = length / 3 > 2 ? length / 3 : 2;
    const char *nearest = NULL;
    if (length > WORD_LONGEST)
        return NULL;
    if (allowed >= length)
        allowed = length - 1; /* else a short word would be near everything */
    for (int i = 0; i < known->n; i++) {
        if (strlen(known->item[i]) > WORD_LONGEST)
            continue;
        int distance = distance_of(word, known->item[i]);
        if (distance <= allowed) {
            nearest = known->item[i];
            allowed = distance - 1;
        }
    }
    return nearest;
}

/* "name" in "full_name" */
static bool is_word_of(const char *part, const char *whole)
{
    size_t length = strlen(part);
    for (const char *at = whole; length > 2 && *at; at++) {
        bool starts = (at == whole || at[-1] == '_') && text_starts_nocase(at, part);
        if (starts && (!at[length] || at[length] == '_'))
            return true;
    }
    return false;
}

int text_likeness(const char *a, const char *b)
{
    size_t length = strlen(a) > strlen(b) ? strlen(a) : strlen(b);
    if (!length || length > WORD_LONGEST)
        return text_equal(a, b) ? 100 : 0;
    int percent = 100 - edit_distance(a, b) * 100 / (int)length;
    return percent < 75 && (is_word_of(a, b) || is_word_of(b, a)) ? 75 : percent;
}

bool text_has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text ? strcasestr(text, word) : NULL; at; at = strcasestr(at + 1, word))
        if ((at == text || !char_is_word((unsigned char)at[-1])) && !char_is_word((unsigned char)at[length]))
            return true;
    return false;
}
