/*
 * Patterns of LIKE.  Where the target's LIKE takes "A" for "a" and the source's does not, they are those of the target's exact operator.
 * A backslash makes what follows plain on the sources, and nothing on the target unless it is told.
 */
#include "translate/parts.h"

#include "base/text.h"

static bool is_joined(const struct token *token)
{
    return token->length == 2 && !strncmp(token->text, "||", 2);
}

/* What stands between the operators of comparison: operands that || joins. */
static int pattern_end(const struct scan *scan, int from, int to)
{
    int at = operand_after(scan, from, to);
    while (at > from && at + 1 < to && is_joined(&scan->token[at]))
        at = operand_after(scan, at + 1, to);
    return at;
}

/* % and _ are * and ?; what is plain there and is not here stands in brackets; `escape` makes what follows plain, 0: nothing. */
static const char *exact_pattern(struct arena *mem, const char *pattern, char escape)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *c = pattern; *c; c++) {
        bool plain = *c == escape && c[1];
        c += plain;
        if (!plain && (*c == '%' || *c == '_'))
            buf_add_c(&out, *c == '%' ? '*' : '?');
        else if (strchr("*?[", *c))
            buf_addf(&out, "[%c]", *c);
        else
            buf_add_c(&out, *c);
    }
    return out.data;
}

struct pattern {
    struct scan *scan;
    int from, to;       /* of the pattern itself */
    const char *value;  /* NULL: not written out */
    const char *escape; /* as it is written; NULL: none is */
};

static int pattern_read(struct pattern *pattern)
{
    struct scan *scan = pattern->scan;
    scan->at = pattern->to = pattern_end(scan, pattern->from, scan->n);
    if (pattern->to == pattern->from)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "the pattern of LIKE is not understood");
    if (pattern->to == pattern->from + 1 && scan->token[pattern->from].kind == TOKEN_STRING)
        pattern->value = scan_string(scan, &scan->token[pattern->from]);
    if (!scan_accept(scan, "escape"))
        return 0;
    const struct token *escape = scan_peek(scan, 0);
    pattern->escape = escape->kind == TOKEN_STRING ? scan_string(scan, escape) : NULL;
    scan->at++;
    return pattern->escape && strlen(pattern->escape) <= 1
               ? 0
               : fail(scan->t->ctx, ERR_UNSUPPORTED, "the ESCAPE of LIKE is not written out");
}

static int exact_say(const struct pattern *pattern, struct buf *out)
{
    struct translator *t = pattern->scan->t;
    struct names one = {0};
    const char *text;
    if (pattern->value) {
        char escape = pattern->escape ? *pattern->escape : '\\';
        literal_add(out, t->target->dialect->ident, exact_pattern(t->mem, pattern->value, escape));
        return 0;
    }
    if (pattern->escape)
        return fail(t->ctx, ERR_UNSUPPORTED, "ESCAPE stands only after a pattern that is written out here");
    TRY(text_translate(pattern->scan, pattern->from, pattern->to, &text));
    names_add(t->mem, &one, text);
    buf_add(out, fill_in(t->mem, t->rules->like.pattern, &one));
    return 0;
}

static int other_say(const struct pattern *pattern, struct buf *out)
{
    struct translator *t = pattern->scan->t;
    TRY(text_add(pattern->scan, pattern->from, pattern->to, out));
    if (pattern->escape && *pattern->escape) {
        buf_add(out, " ESCAPE ");
        literal_add(out, t->target->dialect->ident, pattern->escape);
    } else if (!pattern->escape && (!pattern->value || strchr(pattern->value, '\\')))
        buf_add(out, t->rules->like.escape);
    return 0;
}

int pattern_add(struct scan *scan, bool exact, struct buf *out)
{
    struct pattern pattern = {.scan = scan, .from = scan->at};
    TRY(pattern_read(&pattern));
    buf_add_c(out, ' ');
    return exact ? exact_say(&pattern, out) : other_say(&pattern, out);
}
