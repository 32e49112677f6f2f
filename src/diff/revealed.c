/*
 * Passwords and keys that one side does not tell: a server hides them, and what we keep beside files has none.  Where all else is the
 * same, what is not told is taken for what the other side says.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/revealed.h"

static bool is_hidden(const char *text)
{
    return text && text_has(text, PASSWORD_HIDDEN);
}

static bool same_but_secrets(const struct target *target, const char *told, const char *said)
{
    struct lexer a, b;
    lex_open(&a, target->dialect->lex, told, strlen(told));
    lex_open(&b, target->dialect->lex, said, strlen(said));
    for (;;) {
        struct token x = lex_next_code(&a), y = lex_next_code(&b);
        if (x.kind == TOKEN_END || y.kind == TOKEN_END)
            return x.kind == y.kind;
        bool hidden = x.kind == TOKEN_STRING && y.kind == TOKEN_STRING && x.length >= strlen(PASSWORD_HIDDEN) &&
                      memmem(x.text, x.length, PASSWORD_HIDDEN, strlen(PASSWORD_HIDDEN));
        if (!hidden && (x.length != y.length || memcmp(x.text, y.text, x.length) != 0))
            return false;
    }
}

static const char *revealed(const struct target *target, const char *told, const char *said)
{
    return is_hidden(told) && said && same_but_secrets(target, told, said) ? said : told;
}

/* "a='[HIDDEN]'" by the name before "=". */
static void names_reveal(struct arena *mem, const struct target *target, struct names *before,
                         const struct names *after)
{
    struct names known = {0};
    for (int i = 0; i < before->n; i++) {
        const char *item = before->item[i];
        size_t length = strcspn(item, "=") + 1;
        for (int k = 0; is_hidden(item) && k < after->n; k++)
            if (strncmp(before->item[i], after->item[k], length) == 0)
                item = revealed(target, item, after->item[k]);
        names_add(mem, &known, item);
    }
    *before = known;
}

static void field_reveal(struct arena *mem, const struct target *target, struct object *before, int field)
{
    void *was = object_field(before, field);
    const void *is = object_field(before->peer, field);
    const enum field_type type = kind_table[before->kind].field[field].type;
    if (type == FIELD_NAMES) {
        names_reveal(mem, target, was, is);
    } else if (type == FIELD_TEXT) {
        *(const char **)was = revealed(target, *(const char **)was, *(const char *const *)is);
    } else if (type == FIELD_EXPR) {
        const char *told = expr_normal(mem, target, expr_text(was)), *said = expr_normal(mem, target, expr_text(is));
        if (revealed(target, told, said) != told)
            *(struct expr *)was = *(const struct expr *)is;
    }
}

void secrets_reveal(struct arena *mem, const struct target *target, const struct tree *before)
{
    for (struct object *o = before->root; o; o = object_next(before->root, o))
        for (int i = 0; o->peer && i < kind_table[o->kind].fields; i++)
            if (kind_table[o->kind].field[i].marks & FIELD_SECRET)
                field_reveal(mem, target, o, i);
}
