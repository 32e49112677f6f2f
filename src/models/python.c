/*
 * Expressions of Python as small trees, and their text.  A comma after the last item keeps a formatter from folding what
 * stands on several lines, so that only the question of one line or not has to be answered as they answer it.
 */
#include "models/python.h"

#include <stdio.h>

#include "base/text.h"
#include "base/utf8.h"

enum { LINE = 88, STEP = 4 };

struct python_doc *python_atom(struct arena *mem, const char *text)
{
    struct python_doc *doc = NEW(mem, struct python_doc);
    doc->head = text;
    return doc;
}

struct python_doc *python_call(struct arena *mem, const char *head)
{
    struct python_doc *doc = python_atom(mem, head);
    doc->open = '(';
    return doc;
}

struct python_doc *python_tuple(struct arena *mem)
{
    struct python_doc *doc = python_call(mem, "");
    doc->tuple = true;
    return doc;
}

struct python_doc *python_add(struct arena *mem, struct python_doc *doc, const char *name, struct python_doc *item)
{
    if (name)
        item->head = arena_printf(mem, "%s=%s", name, item->head);
    list_add(mem, &doc->items, item);
    return doc;
}

void python_add_text(struct arena *mem, struct python_doc *doc, const char *name, const char *text)
{
    python_add(mem, doc, name, python_atom(mem, python_string(mem, text)));
}

static struct python_doc *dict_value(struct arena *mem, const struct json *value)
{
    struct python_doc *doc = python_atom(mem, "");
    doc->open = '{';
    for (int i = 0; i < value->n; i++) {
        struct python_doc *item = python_value(mem, value->item[i]);
        item->head = arena_printf(mem, "%s: %s", python_string(mem, value->key[i]), item->head);
        list_add(mem, &doc->items, item);
    }
    return doc;
}

static struct python_doc *list_value(struct arena *mem, const struct json *value)
{
    struct python_doc *doc = python_atom(mem, "");
    doc->open = '[';
    for (int i = 0; i < value->n; i++)
        list_add(mem, &doc->items, python_value(mem, value->item[i]));
    return doc;
}

struct python_doc *python_value(struct arena *mem, const struct json *value)
{
    switch (value->type) {
    case JSON_NULL: return python_atom(mem, "None");
    case JSON_BOOL: return python_atom(mem, value->truth ? "True" : "False");
    case JSON_TEXT: return python_atom(mem, python_string(mem, value->text));
    case JSON_ARRAY: return list_value(mem, value);
    case JSON_OBJECT: return dict_value(mem, value);
    default: return python_atom(mem, json_text(mem, value, JSON_TIGHT));
    }
}

/* ---- literals ---- */

static void char_add(struct buf *out, unsigned char c, char quote)
{
    if (c == (unsigned char)quote || c == '\\')
        buf_addf(out, "\\%c", c);
    else if (c == '\n' || c == '\t' || c == '\r')
        buf_add(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
    else if (c < ' ' || c == 0x7f)
        buf_addf(out, "\\x%02x", c);
    else
        buf_add_c(out, (char)c);
}

/* With the quotes that need fewer backslashes. */
char *python_string(struct arena *mem, const char *text)
{
    int doubles = 0, singles = 0;
    struct buf out;
    for (const char *c = text; *c; c++) {
        doubles += *c == '"';
        singles += *c == '\'';
    }
    char quote = doubles > singles ? '\'' : '"';
    buf_init(&out, mem);
    buf_add_c(&out, quote);
    for (const char *c = text; *c; c++)
        char_add(&out, (unsigned char)*c, quote);
    buf_add_c(&out, quote);
    return out.data;
}

static bool is_name_part(char c)
{
    return char_is_word(c) || c == '$' || (unsigned char)c >= 0x80;
}

/*
 * A colon before a name is a parameter, unless another colon, a name or a backslash is next to it; and a backslash before a
 * colon is taken away.
 */
char *python_sql(struct arena *mem, const char *sql)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *c = sql; *c; c++) {
        size_t word = 1;
        while (*c == ':' && is_name_part(c[word]))
            word++;
        char before = c > sql ? c[-1] : ' ';
        bool taken = before == '\\' ? *c == ':' : word > 1 && before != ':' && !is_name_part(before);
        if (taken && c[word] != ':')
            buf_add_c(&out, '\\');
        buf_add_c(&out, *c);
    }
    return python_string(mem, out.data);
}

/* ---- layout ---- */

static char closing(char open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

static void flat_add(struct buf *out, const struct python_doc *doc)
{
    buf_add(out, doc->head);
    if (!doc->open)
        return;
    buf_add_c(out, doc->open);
    for (int i = 0; i < doc->items.n; i++) {
        buf_add(out, i ? ", " : "");
        flat_add(out, doc->items.item[i]);
    }
    buf_add(out, doc->tuple && doc->items.n == 1 ? "," : "");
    buf_add_c(out, closing(doc->open));
}

static bool spans_lines(const struct python_doc *doc)
{
    if (strchr(doc->head, '\n'))
        return true;
    for (int i = 0; i < doc->items.n; i++)
        if (spans_lines(doc->items.item[i]))
            return true;
    return false;
}

static void space_add(struct buf *out, int n)
{
    buf_addf(out, "%*s", n, "");
}

static void doc_add(struct buf *out, int indent, size_t used, const struct python_doc *doc)
{
    struct buf flat;
    buf_init(&flat, out->mem);
    flat_add(&flat, doc);
    bool fits = !spans_lines(doc) && used + utf8_count(flat.data) + 1 <= LINE;
    if (!doc->open || !doc->items.n || fits) {
        buf_add(out, flat.data);
        return;
    }
    buf_addf(out, "%s%c\n", doc->head, doc->open);
    for (int i = 0; i < doc->items.n; i++) {
        space_add(out, indent + STEP);
        doc_add(out, indent + STEP, (size_t)(indent + STEP), doc->items.item[i]);
        buf_add(out, ",\n");
    }
    space_add(out, indent);
    buf_add_c(out, closing(doc->open));
}

/* A text that is too long for its line gets parentheses where it fits into the next. */
static bool wants_parentheses(int indent, size_t used, const struct python_doc *doc)
{
    size_t length = utf8_count(doc->head);
    return !doc->open && used + length > LINE && (size_t)indent + STEP + length <= LINE;
}

void python_line(struct buf *out, int indent, const char *start, const struct python_doc *doc)
{
    size_t used = (size_t)indent + utf8_count(start);
    space_add(out, indent);
    buf_add(out, start);
    if (wants_parentheses(indent, used, doc)) {
        buf_add(out, "(\n");
        space_add(out, indent + STEP);
        buf_addf(out, "%s\n", doc->head);
        space_add(out, indent);
        buf_add(out, ")\n");
        return;
    }
    doc_add(out, indent, used - 1, doc); /* no comma follows */
    buf_add_c(out, '\n');
}

/* ---- modules ---- */

void python_open(struct python_module *module, struct arena *mem, const char *name, const struct map *hidden)
{
    *module = (struct python_module){.mem = mem, .name = name, .hidden = hidden};
    map_init(&module->from, mem);
    map_init(&module->imported, mem);
    map_init(&module->later, mem);
    buf_init(&module->body, mem);
}

const char *python_use(struct python_module *module, const char *from, const char *name)
{
    struct arena *mem = module->mem;
    const char *key = arena_printf(mem, "%s %s", from, name ? name : "");
    const char *known = map_get(&module->imported, key), *plain = name ? name : from;
    if (known)
        return known;
    bool clashes = map_get(module->hidden, plain);
    const char *local = clashes ? arena_printf(mem, "%s_%s", name ? "sa" : "py", plain) : plain;
    struct names *names = map_get(&module->from, from);
    if (!names) {
        names = NEW(mem, struct names);
        map_set(&module->from, from, names);
    }
    if (name)
        names_add(mem, names, clashes ? arena_printf(mem, "%s as %s", name, local) : name);
    else
        names_add(mem, names,
                  clashes ? arena_printf(mem, "import %s as %s", from, local) : arena_printf(mem, "import %s", from));
    map_set(&module->imported, key, (void *)(uintptr_t)local);
    return local;
}

void python_later(struct python_module *module, const char *from, const char *name)
{
    struct names *names = map_get(&module->later, from);
    python_use(module, "typing", "TYPE_CHECKING");
    if (!names) {
        names = NEW(module->mem, struct names);
        map_set(&module->later, from, names);
    }
    if (!names_have(names, name))
        names_add(module->mem, names, name);
}

/* The order of import sorters: constants, classes, the rest. */
static int name_rank(const char *name)
{
    bool lower = false;
    for (const char *c = name; *c && *c != ' '; c++)
        lower |= *c >= 'a' && *c <= 'z';
    return !lower && name[1] ? 0 : *name >= 'A' && *name <= 'Z' ? 1 : 2;
}

static int by_rank(const void *a, const void *b)
{
    int order = name_rank(a) - name_rank(b);
    return order ? order : text_compare(a, b);
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (text_starts(name, *names) && strchr(".", name[strlen(*names)]))
            return true;
    return false;
}

/* What comes with Python stands first, and of that what is imported whole; then packages, the project, and these models. */
enum { RANK_WHOLE, RANK_PYTHON, RANK_PACKAGE, RANK_PROJECT, RANK_BESIDE };

static int module_rank(const char *name)
{
    static const char *const whole[] = {"datetime", "decimal", "uuid", NULL};
    static const char *const packages[] = {"sqlalchemy", "sqlmodel", "dbwarden", NULL};
    if (*name == '.')
        return RANK_BESIDE;
    if (is_among(name, whole))
        return RANK_WHOLE;
    return text_equal(name, "typing") ? RANK_PYTHON : is_among(name, packages) ? RANK_PACKAGE : RANK_PROJECT;
}

static int by_module(const void *a, const void *b)
{
    const struct map_entry *x = a, *y = b;
    int order = module_rank(x->key) - module_rank(y->key);
    return order ? order : text_compare(x->key, y->key);
}

static void import_line(struct buf *out, const char *module, const struct names *names)
{
    struct buf line;
    buf_init(&line, out->mem);
    buf_addf(&line, "from %s import %s", module, names_join(out->mem, names, ", "));
    if (line.len <= LINE)
        buf_addf(out, "%s\n", line.data);
    else
        buf_addf(out, "from %s import (\n    %s,\n)\n", module, names_join(out->mem, names, ",\n    "));
}

/* Import sorters give each name that is called otherwise a line of its own. */
static void import_add(struct python_module *module, struct buf *out, const struct map_entry *entry)
{
    const struct names *names = entry->value;
    struct list sorted = {(void **)(uintptr_t)names->item, names->n, names->room};
    struct names plain = {0};
    list_sort(&sorted, by_rank);
    for (int i = 0; i < names->n; i++)
        if (text_starts(names->item[i], "import "))
            buf_addf(out, "%s\n", names->item[i]);
        else if (!text_has(names->item[i], " as "))
            names_add(module->mem, &plain, names->item[i]);
    if (plain.n)
        import_line(out, entry->key, &plain);
    for (int i = 0; i < names->n; i++)
        if (!text_starts(names->item[i], "import ") && text_has(names->item[i], " as "))
            buf_addf(out, "from %s import %s\n", entry->key, names->item[i]);
}

char *python_text(struct python_module *module, const char *intro)
{
    struct buf out;
    struct list order = {0};
    buf_init(&out, module->mem);
    for (int i = 0; i < module->from.n; i++)
        list_add(module->mem, &order, &module->from.entry[i]);
    list_sort(&order, by_module);
    buf_addf(&out, "\"\"\"%s\"\"\"\n", intro);
    int section = RANK_WHOLE;
    for (int i = 0; i < order.n; i++) {
        const struct map_entry *entry = order.item[i];
        int rank = module_rank(entry->key);
        rank = rank == RANK_WHOLE ? RANK_PYTHON : rank;
        buf_add(&out, rank != section ? "\n" : "");
        section = rank;
        import_add(module, &out, entry);
    }
    struct names later = {0};
    for (int i = 0; i < module->later.n; i++)
        names_add(module->mem, &later,
                  arena_printf(module->mem, "    from %s import %s", module->later.entry[i].key,
                               names_join(module->mem, module->later.entry[i].value, ", ")));
    names_sort(&later);
    if (later.n)
        buf_addf(&out, "\nif TYPE_CHECKING:\n%s\n", names_join(module->mem, &later, "\n"));
    buf_add(&out, module->body.data);
    return out.data;
}
