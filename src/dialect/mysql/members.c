/* Members of ENUM and SET that a column loses: outside of strict mode the server empties the rows that hold one. */
#include "base/text.h"
#include "dialect/mysql/schema.h"

/* The literals of "enum('a','b')", as they are written. */
static struct names members_of(struct arena *mem, const char *type)
{
    struct names members = {0};
    struct lexer lexer;
    lex_open(&lexer, &my_lex, type, strlen(type));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_STRING)
            names_add(mem, &members, arena_copy(mem, token.text, token.length));
    return members;
}

static bool is_list(struct arena *mem, const char *type)
{
    return type && (my_type_is(mem, type, "enum") || my_type_is(mem, type, "set"));
}

const char *my_lost_rows(struct arena *mem, const struct change *change, const char **what)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    if (change->op != CHANGE_ALTER || change->kind != KIND_COLUMN || !is_list(mem, before->type) ||
        !is_list(mem, after->type))
        return NULL;
    const struct names was = members_of(mem, before->type), is = members_of(mem, after->type);
    bool set = my_type_is(mem, before->type, "set");
    struct names lost = {0};
    struct buf sql;
    for (int i = 0; i < was.n; i++)
        if (names_find(&is, was.item[i]) < 0)
            names_add(mem, &lost, was.item[i]);
    buf_init(&sql, mem);
    buf_add(&sql, "SELECT count(*) AS n FROM ");
    ident_add(&sql, &my_ident, before->object.parent->name);
    for (int i = 0; i < lost.n; i++) {
        buf_add(&sql, i ? " OR " : " WHERE ");
        if (set)
            buf_addf(&sql, "FIND_IN_SET(%s, ", lost.item[i]);
        ident_add(&sql, &my_ident, before->object.name);
        if (set)
            buf_add_c(&sql, ')');
        else
            buf_addf(&sql, " = %s", lost.item[i]);
    }
    *what = names_join(mem, &lost, ", ");
    return lost.n ? sql.data : NULL;
}
