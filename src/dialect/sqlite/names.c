/*
 * What objects are called when a statement of a plan runs.  A plan begins with its renames, and the way back ends with
 * them; so columns, tables and the expressions that name them are spelled as the live database has them then.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

const char *lite_now(const struct render *render, const struct object *object)
{
    const struct object *root = object_ancestor(object, KIND_DATABASE);
    const struct tree *live = render->changes->reversed ? render->changes->before : render->changes->after;
    if (object->peer == NULL || root == live->root)
        return object->name;
    return object->peer->name;
}

const char *lite_column_now(const struct render *render, const struct object *table, const char *column)
{
    const struct column *found = lite_column(table, column);
    return found != NULL ? lite_now(render, &found->object) : column;
}

struct names lite_columns_now(const struct render *render, const struct object *table, const struct names *columns)
{
    struct names now = {0};
    for (int i = 0; i < columns->n; i++)
        names_add(render->mem, &now, lite_column_now(render, table, columns->item[i]));
    return now;
}

bool lite_names_word(struct arena *mem, const char *text, const char *name)
{
    struct lexer lexer;
    if (text == NULL)
        return false;
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (named && text_equal_nocase(token_name(mem, &token), name))
            return true;
    }
    return false;
}

/* From one name to the other, for a table and its columns. */
struct renamed {
    struct names from;
    struct names to;
};

static void renamed_add(const struct render *render, struct renamed *renamed, const struct object *object)
{
    if (object->peer == NULL || text_equal(object->name, object->peer->name))
        return;
    const char *now = lite_now(render, object);
    names_add(render->mem, &renamed->from, now == object->name ? object->peer->name : object->name);
    names_add(render->mem, &renamed->to, now);
}

static struct renamed renamed_in(const struct render *render, const struct object *table)
{
    struct renamed renamed = {0};
    renamed_add(render, &renamed, table);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN)
            renamed_add(render, &renamed, child);
    }
    return renamed;
}

static const char *token_now(struct arena *mem, const struct renamed *renamed, const struct token *token)
{
    const char *name = token_name(mem, token);
    for (int i = 0; i < renamed->from.n; i++)
        if (text_equal_nocase(renamed->from.item[i], name))
            return ident_text(mem, &lite_ident, renamed->to.item[i]);
    return NULL;
}

static const char *text_now(struct arena *mem, const struct renamed *renamed, const char *text)
{
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &lite_lex, text, strlen(text));
    struct token token = lex_next(&lexer);
    while (token.kind != TOKEN_END) {
        struct token next = lex_next(&lexer);
        bool name = (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) && !token_is(&next, "(");
        const char *other = name ? token_now(mem, renamed, &token) : NULL;
        if (other != NULL)
            buf_add(&out, other);
        else
            buf_add_n(&out, token.text, token.length);
        token = next;
    }
    return out.data;
}

/*
 * Forwards, what the wanted side wrote has the new names already; only what was carried over from the live side, and so
 * is the same text there, has the old ones.
 */
static bool is_carried(const struct object *object, const struct expr *expr)
{
    if (object->peer == NULL)
        return false;
    size_t offset = (size_t)((const char *)expr - (const char *)object);
    const struct expr *other = (const struct expr *)((const char *)object->peer + offset);
    return text_equal(expr_text(expr), expr_text(other));
}

const char *lite_expr_now(const struct render *render, const struct object *object, const struct expr *expr)
{
    const struct object *table = object_ancestor(object, KIND_TABLE);
    const char *text = expr_text(expr);
    if (table == NULL || table->peer == NULL || text == NULL)
        return text;
    if (!render->changes->reversed && !is_carried(object, expr))
        return text;
    struct renamed renamed = renamed_in(render, table);
    return renamed.from.n > 0 ? text_now(render->mem, &renamed, text) : text;
}
