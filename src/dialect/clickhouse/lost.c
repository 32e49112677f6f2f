/* Queries that count the rows whose values a change would lose without a word. */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"
#include "dialect/clickhouse/render.h"

/* "'a', 'b'" of an Enum; NULL: it is none. */
static const char *members_of(struct arena *mem, const char *type)
{
    const char *inside = ch_type_inside(mem, type, "Enum8");
    inside = inside ? inside : ch_type_inside(mem, type, "Enum16");
    if (!inside)
        return NULL;
    struct names members = ch_list_parts(mem, inside);
    for (int i = 0; i < members.n; i++) {
        struct lexer lexer;
        lex_open(&lexer, &ch_lex, members.item[i], strlen(members.item[i]));
        const struct token member = lex_next_code(&lexer);
        members.item[i] = token_copy(mem, &member);
    }
    return names_join(mem, &members, ", ");
}

/*
 * accurateCastOrNull gives NULL where the value does not fit.  Of a number an ALTER takes what is left; a text that cannot be read
 * stops it halfway, and the table cannot be read any more.
 */
static const char *values_lost(struct arena *mem, const struct changes *changes, const struct change *change,
                               const char **what)
{
    const struct column *before = (const struct column *)change->before, *after = (const struct column *)change->after;
    struct buf name, table, type, sql;
    buf_init(&name, mem);
    buf_init(&table, mem);
    buf_init(&type, mem);
    buf_init(&sql, mem);
    ch_ident_add(&name, change_name_before(changes, &before->object));
    ch_ident_add(&table, change_name_before(changes, before->object.parent));
    ch_literal_add(&type, ch_types.inside(mem, after->type));
    *what = arena_printf(mem, "values that do not fit into %s", after->type);
    const char *members = members_of(mem, ch_types.inside(mem, after->type));
    buf_addf(&sql, "SELECT count() AS n FROM %s WHERE isNotNull(%s) AND ", table.data, name.data);
    if (members)
        buf_addf(&sql, "toString(%s) NOT IN (%s)", name.data, members);
    else
        buf_addf(&sql, "isNull(accurateCastOrNull(%s, %s))", name.data, type.data);
    return sql.data;
}

static bool is_plain(const char *type)
{
    static const char *const plain[] = {"Int", "UInt", "Float", "Decimal", "Date", "DateTime", NULL};
    for (int i = 0; plain[i]; i++)
        if (text_starts(type, plain[i]))
            return true;
    return false;
}

static bool is_read_from_text(const char *type)
{
    static const char *const read[] = {"UUID", "IPv4", "IPv6", "Bool", "Enum", NULL};
    for (int i = 0; read[i]; i++)
        if (text_starts(type, read[i]))
            return true;
    return is_plain(type);
}

static bool is_countable(struct arena *mem, const struct column *before, const struct column *after)
{
    const char *was = ch_types.inside(mem, before->type), *is = ch_types.inside(mem, after->type);
    return (is_plain(was) && is_plain(is)) || (ch_type_is_text(was) && is_read_from_text(is));
}

/* The rows that a materialized view keeps by itself. */
static bool storage_goes(const struct change *change)
{
    const struct view *before = (const struct view *)change->before, *after = (const struct view *)change->after;
    bool had = before && expr_text(&before->storage);
    return had && (change->op == CHANGE_DROP || (change->op == CHANGE_ALTER && !expr_text(&after->storage)));
}

/* A refresh puts its rows in the place of all that are there, unless it appends; NULL: there is no such table yet. */
static const struct object *refreshed(const struct changes *changes, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    bool replaces = change->op == CHANGE_CREATE && view->refresh && !text_has(view->refresh, "APPEND");
    return replaces && view->to_table.name
               ? tree_find(changes->before, KIND_TABLE, view->to_table.schema ? view->to_table.schema : "",
                           view->to_table.name)
               : NULL;
}

/* What of it lets rows go: neither moves them nor keeps sums of them. "at + INTERVAL 1 DAY WHERE k = 1" as "(at + ...) <= now() AND (k = 1)". */
static const char *item_condition(struct arena *mem, const char *item)
{
    static const char *const keeps[] = {"TO", "RECOMPRESS", "GROUP", NULL};
    struct lexer lexer;
    size_t end = strlen(item), where = 0, after = 0;
    int depth = 0;
    lex_open(&lexer, &ch_lex, item, end);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && token.offset && token_is_one_of(&token, keeps))
            return NULL;
        if (!depth && token_is(&token, "where") && !where)
            where = token.offset, after = lexer.offset;
        if (!depth && token_is(&token, "delete") && end == strlen(item))
            end = token.offset;
    }
    end = where && where < end ? where : end;
    const char *late = arena_printf(mem, "(%.*s) <= now()", (int)end, item);
    return where ? arena_printf(mem, "(%s AND (%s))", late, item + after) : late;
}

/* Rows that are older than a new TTL of their table: the ALTER itself writes its parts anew without them. */
static const char *rows_expired(struct arena *mem, const struct changes *changes, const struct change *change,
                                const char **what)
{
    const struct table *table = (const struct table *)change->after;
    struct names items = ch_list_parts(mem, expr_text(&table->ttl) ? expr_text(&table->ttl) : ""), late = {0};
    struct buf sql;
    for (int i = 0; i < items.n; i++) {
        const char *condition = *items.item[i] ? item_condition(mem, items.item[i]) : NULL;
        if (condition)
            names_add(mem, &late, condition);
    }
    if (!late.n)
        return NULL;
    buf_init(&sql, mem);
    buf_add(&sql, "SELECT count() AS n FROM ");
    ch_ident_add(&sql, change_name_before(changes, change->before));
    buf_addf(&sql, " WHERE %s", names_join(mem, &late, " OR "));
    *what = "its new TTL";
    return sql.data;
}

const char *ch_lost_rows(struct arena *mem, const struct changes *changes, const struct change *change,
                         const char **what)
{
    const struct object *before = change->before;
    const struct object *filled = change->kind == KIND_VIEW ? refreshed(changes, change) : NULL;
    *what = NULL;
    if (filled) {
        struct buf sql;
        buf_init(&sql, mem);
        buf_add(&sql, "SELECT count() AS n FROM ");
        ch_ident_add(&sql, change_name_before(changes, filled));
        *what = arena_printf(mem, "all that %s holds at its first refresh", object_path(mem, filled));
        return sql.data;
    }
    if (change->kind == KIND_VIEW && storage_goes(change)) {
        struct buf sql;
        buf_init(&sql, mem);
        buf_add(&sql, "SELECT count() AS n FROM ");
        ch_ident_add(&sql, change_name_before(changes, before));
        return sql.data;
    }
    if (change->op == CHANGE_ALTER && change->kind == KIND_TABLE && change_has(change, TABLE_ttl))
        return rows_expired(mem, changes, change, what);
    bool type = change->op == CHANGE_ALTER && change->kind == KIND_COLUMN && change_has(change, COLUMN_type);
    if (!type || !is_countable(mem, (const struct column *)before, (const struct column *)change->after) ||
        ch_type_widens(mem, ((const struct column *)before)->type, ((const struct column *)change->after)->type))
        return NULL;
    return values_lost(mem, changes, change, what);
}
