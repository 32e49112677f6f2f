/* ORDER BY: where NULLs stand, which engines see in two ways. */
#include "translate/parts.h"

#include "base/text.h"

static int items_end(const struct scan *scan, int from, int end)
{
    static const char *const tails[] = {"limit", "offset", "fetch",  "for",       "rows",      "range", "groups",
                                        "union", "except", "window", "intersect", "returning", NULL};
    int depth = 0;
    for (int i = from; i < end; i++) {
        const struct token *token = &scan->token[i];
        if (!depth && (token_is(token, ")") || (token->kind == TOKEN_WORD && token_is_one_of(token, tails))))
            return i;
        depth += token_is(token, "(") + token_is(token, "[") - token_is(token, ")") - token_is(token, "]");
    }
    return end;
}

static bool says_nulls(const struct scan *scan, int from, int to)
{
    return to - from > 2 && token_is(&scan->token[to - 2], "nulls");
}

/* Where the item itself ends, before DESC and NULLS FIRST. */
static int item_end(const struct scan *scan, int from, int to)
{
    static const char *const ways[] = {"asc", "desc", NULL};
    to -= says_nulls(scan, from, to) ? 2 : 0;
    return to - 1 > from && token_is_one_of(&scan->token[to - 1], ways) ? to - 1 : to;
}

/* An enum's labels are in the order that its type says. */
static int item_translate(struct scan *scan, int from, int to, const char **text)
{
    int end = item_end(scan, from, to);
    const char *place = choice_place(scan, from, end);
    struct names one = {0};
    TRY(text_translate(scan, from, place ? end : to, text));
    if (!place)
        return 0;
    names_add(scan->t->mem, &one, *text);
    *text = fill_in(scan->t->mem, place, &one);
    if (end < to)
        *text = arena_printf(scan->t->mem, "%s %s", *text, scan_text(scan, end, to));
    return 0;
}

int order_items_add(struct scan *scan, struct buf *out)
{
    struct scan items = *scan;
    bool last = scan->t->rules->nulls_last & scan->t->source->engine;
    items.n = items_end(scan, scan->at, scan->n);
    for (int at = scan->at; at < items.n;) {
        int comma = scan_find(&items, at, ","), to = comma < 0 ? items.n : comma;
        const char *text;
        TRY(item_translate(scan, at, to, &text));
        buf_addf(out, " %s", text);
        if (last && !says_nulls(scan, at, to))
            buf_addf(out, " NULLS %s", token_is(&scan->token[to - 1], "desc") ? "FIRST" : "LAST");
        buf_add(out, comma < 0 ? "" : ",");
        at = to + 1;
    }
    scan->at = items.n;
    return 0;
}
