/*
 * What PostgreSQL can change in place.  Nearly everything; the exceptions are generated columns, whose expression
 * could not be changed before 17, and views whose columns would change.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static enum apply apply_column(const struct change *change, int version, struct arena *mem)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    bool was = pg_expr_said(&before->computed), is = pg_expr_said(&after->computed);

    if (!was && !is)
        return APPLY_ALTER;
    if (!was || change_has(change, COLUMN_type) || change_has(change, COLUMN_collation))
        return APPLY_REPLACE;
    if (is && change_has(change, COLUMN_computed_stored))
        return APPLY_REPLACE;
    if (!is) /* the values stay only if they were stored; DROP EXPRESSION came with 13 */
        return before->computed_stored && version >= 130000 ? APPLY_ALTER : APPLY_REPLACE;
    return change_has(change, COLUMN_computed) && version < 170000 ? APPLY_REPLACE : APPLY_ALTER;
}

/* Everything before the first FROM that stands outside parentheses; NULL if a star hides the columns. */
static char *select_list(struct arena *mem, const char *query)
{
    struct lexer lexer;
    struct buf out;
    int depth = 0;

    buf_init(&out, mem);
    lex_open(&lexer, &pg_lex, query, strlen(query));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0 && token_is(&token, "from"))
            break;
        if (token.kind == TOKEN_OPERATOR && token.length == 1 && *token.text == '*')
            return NULL;
        buf_addf(&out, "%s ", token_copy(mem, &token));
    }
    return out.data;
}

/* May a table or view that the query names have changed its columns? */
static bool sources_change(struct arena *mem, const struct changes *changes, const char *query)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const struct object *object = change_object(change);
        const struct object *table = object_ancestor(object, KIND_TABLE);
        bool column = change->kind == KIND_COLUMN && (change->op != CHANGE_ALTER || change_has(change, COLUMN_type) ||
                                                      change_has(change, COLUMN_computed));
        if ((column || change->kind == KIND_TABLE) && table != NULL && pg_expr_mentions(mem, query, table->name))
            return true;
        if (change->kind == KIND_VIEW && pg_expr_mentions(mem, query, object->name))
            return true;
    }
    return false;
}

/* CREATE OR REPLACE keeps a view's columns: it is tried only where the list of columns is the same text. */
static enum apply apply_view(const struct change *change, const struct changes *changes, struct arena *mem)
{
    const struct view *before = (const struct view *)change->before, *after = (const struct view *)change->after;
    const char *old = expr_text(&before->query), *new = expr_text(&after->query);
    char *x, *y;

    if (!change_has(change, VIEW_query))
        return APPLY_ALTER;
    if (after->materialized || old == NULL || new == NULL)
        return APPLY_REPLACE;
    x = select_list(mem, old);
    y = select_list(mem, new);
    if (x == NULL || y == NULL || !text_equal(x, y))
        return APPLY_REPLACE;
    return sources_change(mem, changes, old) || sources_change(mem, changes, new) ? APPLY_REPLACE : APPLY_ALTER;
}

enum apply pg_apply(const struct change *change, const struct changes *changes, int version)
{
    struct arena *mem;
    enum apply apply = APPLY_ALTER;

    if (change->op != CHANGE_ALTER)
        return APPLY_ALTER;
    mem = arena_open(0);
    if (change->kind == KIND_COLUMN)
        apply = apply_column(change, version, mem);
    else if (change->kind == KIND_VIEW)
        apply = apply_view(change, changes, mem);
    else if (change->kind == KIND_INDEX && change_has(change, FIELD_PARTS))
        apply = APPLY_REPLACE;
    arena_close(mem);
    return apply;
}
