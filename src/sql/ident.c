/*
 * Quoting: the one place where a name becomes an identifier and a text a literal.  A name is left bare only
 * if every engine version would read it back as the same name; in doubt it is quoted.
 *
 * A name with a zero byte cannot come here: names are zero-terminated, and no engine allows it.
 */
#include "sql/ident.h"

#include "base/text.h"

static int compare_word(const void *word, const void *entry)
{
    return strcasecmp(word, *(const char *const *)entry);
}

static bool is_reserved(const struct ident_rules *rules, const char *name)
{
    size_t n = (size_t)rules->n_reserved;
    return n > 0 && bsearch(name, rules->reserved, n, sizeof *rules->reserved, compare_word);
}

static bool needs_quotes(const struct ident_rules *rules, const char *name)
{
    if (char_is_digit((unsigned char)name[0]) || name[0] == '\0')
        return true;
    for (const char *at = name; *at; at++) {
        bool upper = *at >= 'A' && *at <= 'Z';
        if (!char_is_word((unsigned char)*at) || (upper && rules->upper_needs_quotes))
            return true;
    }
    return is_reserved(rules, name);
}

void ident_add(struct buf *out, const struct ident_rules *rules, const char *name)
{
    char quote = rules->style == QUOTE_BACKTICK ? '`' : '"';
    if (!needs_quotes(rules, name)) {
        buf_add(out, name);
        return;
    }
    buf_add_c(out, quote);
    for (const char *at = name; *at; at++) {
        if (*at == quote || (*at == '\\' && rules->names_escape))
            buf_add_c(out, *at);
        buf_add_c(out, *at);
    }
    buf_add_c(out, quote);
}

void ident_add_names(struct buf *out, const struct ident_rules *rules, const struct names *names)
{
    for (int i = 0; i < names->n; i++) {
        if (i > 0)
            buf_add(out, ", ");
        ident_add(out, rules, names->item[i]);
    }
}

void ident_add_qualified(struct buf *out, const struct ident_rules *rules, const char *schema, const char *name)
{
    if (schema && *schema) {
        ident_add(out, rules, schema);
        buf_add_c(out, '.');
    }
    ident_add(out, rules, name);
}

void literal_add(struct buf *out, const struct ident_rules *rules, const char *text)
{
    buf_add_c(out, '\'');
    for (const char *at = text; *at; at++) {
        if (*at == '\'' || (*at == '\\' && rules->backslash_escapes))
            buf_add_c(out, *at);
        buf_add_c(out, *at);
    }
    buf_add_c(out, '\'');
}

char *ident_text(struct arena *mem, const struct ident_rules *rules, const char *name)
{
    struct buf out;
    buf_init(&out, mem);
    ident_add(&out, rules, name);
    return out.data;
}
