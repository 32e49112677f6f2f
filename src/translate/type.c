/* The name of a type, of as many words as it has, and what it is here. */
#include "translate/parts.h"

#include "base/text.h"

static bool word_more(struct scan *scan, struct buf *name)
{
    static const char *const words[] = {"varying", "precision", "without time zone", "with time zone", NULL};
    for (int i = 0; words[i]; i++) {
        if (!scan_accept(scan, words[i]))
            continue;
        buf_addf(name, " %s", words[i]);
        return true;
    }
    return false;
}

/* Is it without a sign, as ZEROFILL is? A text's character set says nothing of what fits. */
static bool trailing_read(struct scan *scan)
{
    bool without = false;
    for (bool more = true; more;) {
        more = scan_accept(scan, "unsigned") || scan_accept(scan, "zerofill");
        without = without || more;
        more = scan_accept(scan, "signed") || scan_accept(scan, "binary") || more;
        if (scan_accept(scan, "character set") || scan_accept(scan, "charset")) {
            scan->at++;
            more = true;
        }
    }
    return without;
}

static bool array_skip(struct scan *scan)
{
    bool array = scan_accept(scan, "array");
    while (scan_accept(scan, "[")) {
        array = true;
        while (!scan_at_end(scan) && !scan_accept(scan, "]"))
            scan->at++;
    }
    return array;
}

static const struct translate_type *row_find(const struct translator *t, const char *name)
{
    for (const struct translate_type *row = t->rules->types; row->from; row++)
        if ((row->engines & t->source->engine) && text_equal(row->from, name))
            return row;
    return NULL;
}

static int labels_read(struct scan *scan, int from, int to, struct names *labels)
{
    for (int i = from; i < to; i++) {
        const struct token *token = &scan->token[i];
        if (token_is(token, ","))
            continue;
        const char *value = token->kind == TOKEN_STRING ? scan_string(scan, token) : NULL;
        if (!value)
            return scan_fail(scan);
        names_add(scan->t->mem, labels, value);
    }
    return 0;
}

static void made_take(struct read_type *type, const struct made_type *made)
{
    const struct translate_type *row = made->row;
    type->made = made;
    type->labels = made->labels;
    if (!row)
        return;
    type->name = made->base;
    type->cast = row->cast;
    type->marks = row->marks & ~(unsigned)TRANSLATE_TOLD;
    type->fits = made->fits;
    type->limit = made->limit;
}

/* $1 stays; the arguments are "(10,2)". */
static const char *sized_cast(struct arena *mem, const char *sized, const char *arguments)
{
    struct names values = {0};
    size_t first = strcspn(arguments + 1, ",)");
    const char *second = arguments + 1 + first;
    names_add(mem, &values, "$1");
    names_add(mem, &values, arena_copy(mem, arguments + 1, first));
    names_add(mem, &values, *second == ',' ? arena_copy(mem, second + 1, strcspn(second + 1, ")")) : "0");
    return fill_in(mem, sized, &values);
}

/* Is it one of those that the table's types become? */
bool type_is_integer(const struct translator *t, const char *name)
{
    for (const struct translate_type *row = t->rules->types; row->from; row++)
        if (text_equal_nocase(row->to, name) && row->cast && text_has(row->cast, "INTEGER"))
            return true;
    return false;
}

static void row_take(struct read_type *type, const struct translate_type *row, struct arena *mem, const char *arguments)
{
    bool keeps = (row->marks & TRANSLATE_ARGUMENTS) && arguments;
    type->name = keeps ? arena_printf(mem, "%s%s", row->to, arguments) : row->to;
    type->sized = row->sized && arguments;
    type->cast = type->sized ? sized_cast(mem, row->sized, arguments) : row->cast;
    type->marks = row->marks;
    type->is_integer = row->cast && text_has(row->cast, "INTEGER");
    type->is_text = row->cast && text_has(row->cast, "TEXT");
}

/* As it is written, with its arguments, which are the tokens from `from` to `to`. */
struct type_name {
    const char *name, *arguments;
    int from, to;
    bool without_sign;
};

static int name_read(struct scan *scan, struct type_name *read)
{
    const char *first;
    struct buf words;
    buf_init(&words, scan->t->mem);
    if (!scan_accept(scan, "national"))
        scan_accept(scan, "setof");
    TRY(scan_qualified(scan, &first));
    buf_add(&words, first);
    while (word_more(scan, &words))
        ;
    if (scan_is(scan, "(")) {
        int begin = scan->at;
        TRY(scan_group(scan, &read->from, &read->to));
        read->arguments = text_replace(scan->t->mem, scan_text(scan, begin, scan->at), " ", "");
    }
    word_more(scan, &words);
    read->without_sign = trailing_read(scan);
    read->name = words.data;
    return 0;
}

static const char *written_of(struct scan *scan, int from)
{
    struct arena *mem = scan->t->mem;
    struct buf out;
    buf_init(&out, mem);
    for (int i = from; i < scan->at; i++) {
        const struct token *token = &scan->token[i];
        const struct token *before = i > from ? &scan->token[i - 1] : NULL;
        bool word = token->kind == TOKEN_WORD && before && (before->kind == TOKEN_WORD || token_is(before, ")"));
        buf_addf(&out, "%s%s", word ? " " : "",
                 token->kind == TOKEN_WORD ? text_upper(mem, token_copy(mem, token)) : token_copy(mem, token));
    }
    return out.data;
}

int type_read(struct scan *scan, struct read_type *type)
{
    struct translator *t = scan->t;
    struct type_name read = {0};
    int from = scan->at;
    *type = (struct read_type){0};
    TRY(name_read(scan, &read));
    const char *arguments = read.arguments;
    type->array = array_skip(scan);
    type->written = written_of(scan, from);
    const char *upper = text_upper(t->mem, read.name);
    const struct made_type *made = map_get(&t->types, read.name);
    const struct translate_type *row = row_find(t, arguments ? arena_printf(t->mem, "%s%s", upper, arguments) : upper);
    if (!row)
        row = row_find(t, upper);
    if (made && !type->array && !made->composite)
        made_take(type, made);
    else if (row && !type->array) {
        row_take(type, row, t->mem, arguments);
        limit_read(t, upper, arguments, read.without_sign, type);
    }
    if (row && (row->marks & TRANSLATE_LABELS) && !type->array)
        TRY(labels_read(scan, read.from, read.to, &type->labels));
    type->fallback = !type->name && !(made && made->labels.n && !type->array);
    if (!type->name)
        type->name = t->rules->fallback;
    return 0;
}

void type_tell(struct translator *t, const struct read_type *type)
{
    if (type->fallback)
        note_once(t, NOTE_CANNOT, "Type '%s' is not supported by %s. Falling back to %s.", type->written,
                  t->target->dialect->title, type->name);
    else if ((type->marks & TRANSLATE_TOLD) && !text_equal(type->written, type->name))
        note_once(t, NOTE_CHANGED, "Translated type '%s' to '%s' for %s compatibility.", type->written, type->name,
                  t->target->dialect->title);
}
