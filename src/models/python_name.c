/* Identifiers of Python for names that may be anything. */
#include "base/text.h"
#include "models/python.h"

/* Keywords, what a class of SQLAlchemy has, what stands in annotations, and letters that look like numbers. */
static const char *const reserved[] = {
    "False",  "I",     "Meta",   "None",    "O",        "True",   "and",      "as",       "assert",
    "async",  "await", "bool",   "break",   "bytes",    "class",  "continue", "def",      "del",
    "elif",   "else",  "except", "finally", "float",    "for",    "from",     "global",   "if",
    "import", "in",    "int",    "is",      "l",        "lambda", "list",     "metadata", "nonlocal",
    "not",    "or",    "pass",   "raise",   "registry", "return", "str",      "try",      "type_annotation_map",
    "while",  "with",  "yield",
};

bool python_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (text_equal(name, reserved[i]))
            return true;
    return false;
}

/* Letters that Python takes in a name as they are; of all others it might make something else. */
static const struct {
    uint32_t first, last;
} letters[] = {
    {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x131},    {0x134, 0x13E}, {0x141, 0x148},   {0x14A, 0x17E},
    {0x386, 0x386},   {0x388, 0x38A},   {0x38E, 0x3A1},   {0x3A3, 0x3CE}, {0x400, 0x481},   {0x48A, 0x52F},
    {0x561, 0x586},   {0x5D0, 0x5EA},   {0x620, 0x64A},   {0x904, 0x939}, {0x10D0, 0x10FA}, {0x3041, 0x3096},
    {0x30A1, 0x30FA}, {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3},
};

static bool is_letter(uint32_t c)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (c >= letters[i].first && c <= letters[i].last)
            return true;
    return false;
}

static size_t point_at(const char *text, uint32_t *point)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t length = *c < 0x80 ? 1 : *c < 0xE0 ? 2 : *c < 0xF0 ? 3 : 4;
    *point = length == 1 ? *c : *c & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length && c[i]; i++)
        *point = *point << 6 | (c[i] & 0x3FU);
    return length;
}

char *python_identifier(struct arena *mem, const char *text)
{
    struct buf out;
    uint32_t point;
    buf_init(&out, mem);
    for (const char *c = text; *c;) {
        size_t length = point_at(c, &point);
        if (point < 0x80 ? char_is_word((int)point) : is_letter(point))
            buf_add_n(&out, c, length);
        else
            buf_add_c(&out, '_');
        c += strnlen(c, length);
    }
    bool empty = strspn(out.data, "_") == out.len;
    if (empty)
        return arena_dup(mem, "");
    return char_is_digit(out.data[0]) ? arena_printf(mem, "_%s", out.data) : out.data;
}

char *python_class_name(struct arena *mem, const char *text)
{
    const char *plain = python_identifier(mem, text);
    struct buf out;
    bool begins = true;
    buf_init(&out, mem);
    for (const char *c = plain; *c; c++) {
        if (*c != '_')
            buf_add_c(&out, (char)(begins ? char_upper(*c) : *c));
        begins = *c == '_';
    }
    const char *name = out.len ? out.data : "Table";
    return char_is_digit(*name) ? arena_printf(mem, "T%s", name) : arena_dup(mem, name);
}

const char *python_unique(struct arena *mem, struct map *taken, const char *name)
{
    const char *unique = name;
    for (int i = 2; map_get(taken, unique); i++)
        unique = arena_printf(mem, "%s%s%d", name, char_is_digit(name[strlen(name) - 1]) ? "_" : "", i);
    map_set(taken, unique, (void *)(uintptr_t)unique);
    return unique;
}
