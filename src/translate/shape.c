/* Which row of a table of shapes the words at hand fit. */
#include "translate/parts.h"

#include "base/text.h"

static bool word_fits(const struct token *token, const char *choices, size_t length)
{
    if (length == 1 && *choices == '*')
        return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
    if (token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING)
        return false;
    while (length) {
        const char *bar = memchr(choices, '|', length);
        size_t n = bar ? (size_t)(bar - choices) : length;
        if (token->length == n && !strncasecmp(token->text, choices, n))
            return true;
        choices += bar ? n + 1 : n;
        length -= bar ? n + 1 : n;
    }
    return false;
}

/* "*" takes a name with its schema. */
static int taken(const struct scan *scan, int at, bool any)
{
    int n = 1;
    while (any && token_is(scan_peek(scan, at + n), "."))
        n += 2;
    return n;
}

bool shape_fits(const struct scan *scan, const char *words)
{
    int at = 0;
    for (const char *word = words; *word;) {
        size_t length = strcspn(word, " ");
        bool optional = length > 1 && word[length - 1] == '?';
        const struct token *token = scan_peek(scan, at);
        if (word_fits(token, word, length - optional))
            at += taken(scan, at, length == 1 && *word == '*');
        else if (!optional)
            return false;
        word += length + (word[length] == ' ');
    }
    return true;
}

const struct translate_shape *shape_find(const struct scan *scan, const struct translate_shape *shapes)
{
    for (const struct translate_shape *shape = shapes; shape->words; shape++)
        if ((shape->engines & scan->t->source->engine) && shape_fits(scan, shape->words))
            return shape;
    return NULL;
}
