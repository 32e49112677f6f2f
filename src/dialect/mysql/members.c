/*
 * Rows that a change takes values from: those that hold a member which an ENUM or SET loses, which the server empties outside
 * of strict mode, and those of a partition that goes where nothing takes its place.
 */
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
    return my_type_is_of(mem, type, (const char *const[]){"enum", "set", NULL});
}

/* What the server compares the values by when it puts them into the new column. */
static bool tells_case(const struct column *before, const struct column *after)
{
    const struct table *table = (const struct table *)after->object.parent;
    const struct table *was = (const struct table *)before->object.parent;
    const char *collation = after->collation ? after->collation : table->collation ? table->collation : was->collation;
    return !collation || !text_ends(collation, "_ci");
}

static const char *rows_of_members(struct arena *mem, const struct changes *changes, const struct change *change,
                                   const char **what)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    if (change->op != CHANGE_ALTER || !is_list(mem, before->type) || !is_list(mem, after->type))
        return NULL;
    bool cased = tells_case(before, after);
    const struct names was = members_of(mem, before->type), is = members_of(mem, after->type);
    bool set = my_type_is(mem, before->type, "set");
    struct names lost = {0};
    struct buf sql;
    for (int i = 0; i < was.n; i++)
        if (cased ? !names_have(&is, was.item[i]) : !names_have_nocase(&is, was.item[i]))
            names_add(mem, &lost, was.item[i]);
    buf_init(&sql, mem);
    buf_add(&sql, "SELECT count(*) AS n FROM ");
    ident_add(&sql, &my_ident, change_name_before(changes, before->object.parent));
    for (int i = 0; i < lost.n; i++) {
        buf_add(&sql, i ? " OR " : " WHERE ");
        if (set)
            buf_addf(&sql, "FIND_IN_SET(%s, ", lost.item[i]);
        ident_add(&sql, &my_ident, change_name_before(changes, &before->object));
        if (set)
            buf_add_c(&sql, ')');
        else
            buf_addf(&sql, " = %s", lost.item[i]);
    }
    *what = names_join(mem, &lost, ", ");
    return lost.n ? sql.data : NULL;
}

static const char *rows_of_partition(struct arena *mem, const struct changes *changes, const struct change *change)
{
    struct buf sql;
    if (change->op != CHANGE_DROP || my_rows_move(mem, change, false))
        return NULL;
    buf_init(&sql, mem);
    buf_add(&sql, "SELECT count(*) AS n FROM ");
    ident_add(&sql, &my_ident, change_name_before(changes, object_top(change->before)));
    buf_add(&sql, " PARTITION (");
    ident_add(&sql, &my_ident, change->before->name);
    buf_add_c(&sql, ')');
    return sql.data;
}

const char *my_lost_rows(struct arena *mem, const struct changes *changes, const struct change *change,
                         const char **what)
{
    *what = NULL;
    switch (change->kind) {
    case KIND_COLUMN: return rows_of_members(mem, changes, change, what);
    case KIND_PARTITION: return rows_of_partition(mem, changes, change);
    default: return NULL;
    }
}
