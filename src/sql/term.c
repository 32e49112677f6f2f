/*
 * Terms: making and printing them.  Every compound operand is printed in parentheses, so how tightly an operator
 * binds matters only when reading (term_parse.c).
 */
#include "sql/term.h"

#include "base/buf.h"

struct term *term_new(struct arena *mem, enum term_kind kind, const char *text)
{
    struct term *term = NEW(mem, struct term);
    term->kind = kind;
    term->text = text;
    term->textual = kind == TERM_STRING;
    return term;
}

struct term *term_compound(struct arena *mem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct term *term = term_new(mem, TERM_OTHER, arena_vprintf(mem, format, args));
    va_end(args);
    term->compound = true;
    return term;
}

static const char *join(struct arena *mem, const struct list *items, const char *separator, bool operands)
{
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < items->n; i++) {
        if (i > 0)
            buf_add(&out, separator);
        buf_add(&out, operands ? term_operand(mem, items->item[i]) : term_text(mem, items->item[i]));
    }
    return out.data;
}

const char *term_list(struct arena *mem, const struct list *items)
{
    return join(mem, items, ", ", false);
}

const char *term_text(struct arena *mem, const struct term *term)
{
    switch (term->kind) {
    case TERM_CAST: return arena_printf(mem, "%s::%s", term_operand(mem, term->inner), term->type);
    case TERM_ARRAY: return arena_printf(mem, "ARRAY[%s]", term_list(mem, &term->items));
    case TERM_ROW: return arena_printf(mem, "(%s)", term_list(mem, &term->items));
    case TERM_AND: return join(mem, &term->items, " AND ", true);
    case TERM_OR: return join(mem, &term->items, " OR ", true);
    default: return term->text;
    }
}

const char *term_operand(struct arena *mem, const struct term *term)
{
    bool compound = term->compound || term->kind == TERM_AND || term->kind == TERM_OR;
    return compound ? arena_printf(mem, "(%s)", term_text(mem, term)) : term_text(mem, term);
}

static void add_parts(struct arena *mem, struct term *to, struct term *part)
{
    if (part->kind != to->kind)
        list_add(mem, &to->items, part);
    for (int i = 0; part->kind == to->kind && i < part->items.n; i++)
        list_add(mem, &to->items, part->items.item[i]);
}

struct term *term_join(struct arena *mem, enum term_kind kind, struct term *left, struct term *right)
{
    struct term *term = term_new(mem, kind, NULL);
    add_parts(mem, term, left);
    add_parts(mem, term, right);
    return term;
}
