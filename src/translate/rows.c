/* Statements that change rows: what their heads and clauses are here; the expressions in them are runs of tokens. */
#include "dialect/common.h"
#include "translate/parts.h"

#include <limits.h>

#include "base/text.h"

struct insert {
    struct scan *scan;
    struct translator *t;
    const char *table;
    const char *alias;
    struct names columns;
    const struct object *known; /* the table as it stands; NULL */
    bool ignore;
    bool replace;
    struct buf out;
    int rows;     /* of VALUES */
    int body;     /* tokens: where VALUES, SELECT ... begin, */
    int conflict; /* ON CONFLICT or ON DUPLICATE KEY; -1 */
    int returning;
    int end; /* of the body */
};

/* A parenthesis may be that of a query, and () is MySQL's for no columns. */
static int columns_read(struct insert *insert)
{
    const struct token *inside = scan_peek(insert->scan, 1);
    if (scan_accept(insert->scan, "( )") || !scan_is(insert->scan, "(") || token_is(inside, "select") ||
        token_is(inside, "with"))
        return 0;
    return scan_names(insert->scan, &insert->columns);
}

static int insert_head(struct insert *insert)
{
    struct scan *scan = insert->scan;
    insert->replace = scan_accept(scan, "replace");
    if (!insert->replace)
        TRY(scan_expect(scan, "insert"));
    for (bool more = true; more;) {
        insert->ignore = scan_is(scan, "ignore") || insert->ignore;
        more = scan_accept(scan, "ignore") || scan_accept(scan, "low_priority") || scan_accept(scan, "delayed") ||
               scan_accept(scan, "high_priority");
    }
    if (!scan_accept(scan, "into") && !(insert->t->rules->loose & insert->t->source->engine))
        return scan_fail(scan);
    TRY(scan_qualified(scan, &insert->table));
    if (scan_accept(scan, "as"))
        TRY(scan_name(scan, &insert->alias));
    TRY(columns_read(insert));
    if (scan_accept(scan, "overriding"))
        scan->at += 2;
    if (insert->ignore)
        note_once(insert->t, NOTE_CHANGED, "IGNORE leaves rows out that %s would change to fit",
                  insert->t->source->title);
    buf_addf(&insert->out, "%s INTO ", insert->replace ? "REPLACE" : insert->ignore ? "INSERT OR IGNORE" : "INSERT");
    say_name(&insert->out, insert->t, insert->table);
    if (insert->alias) {
        buf_add(&insert->out, " AS ");
        say_name(&insert->out, insert->t, insert->alias);
    }
    return 0;
}

static bool is_generated(const struct column *column)
{
    return column && expr_text(&column->computed);
}

/* Nothing can be put into generated columns here, not even DEFAULT. */
static void columns_add(struct insert *insert)
{
    struct names columns = {0};
    for (int i = 0; i < insert->columns.n; i++)
        if (!is_generated(insert->known ? column_find(insert->known, insert->columns.item[i]) : NULL))
            names_add(insert->t->mem, &columns, insert->columns.item[i]);
    if (!columns.n)
        return;
    buf_add(&insert->out, " (");
    ident_add_names(&insert->out, insert->t->target->dialect->ident, &columns);
    buf_add(&insert->out, ")");
}

/* The nth column that a row without names of columns has. */
static const struct column *column_at(const struct insert *insert, int at)
{
    const struct object *table = insert->known;
    if (at < insert->columns.n)
        return table ? column_find(table, insert->columns.item[at]) : NULL;
    for (int i = 0; table && !insert->columns.n && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && !expr_text(&((const struct column *)child)->computed) && at-- == 0)
            return (const struct column *)child;
    }
    return NULL;
}

/* DEFAULT as a value: the default itself, and NULL numbers a key. */
static void default_add(struct insert *insert, int at)
{
    const struct column *column = column_at(insert, at);
    const char *value = column ? expr_text(&column->default_value) : NULL;
    buf_addf(&insert->out, value ? "(%s)" : "NULL", value);
}

static int values_row(struct insert *insert)
{
    struct scan *scan = insert->scan;
    int from, to, column = 0;
    TRY(scan_group(scan, &from, &to));
    buf_add(&insert->out, "(");
    const size_t begin = insert->out.len;
    for (int at = from; at < to; column++) {
        struct scan inside = *scan;
        inside.n = to;
        int comma = scan_find(&inside, at, ","), end = comma < 0 ? to : comma;
        bool fallback = end == at + 1 && token_is(&scan->token[at], "default");
        const bool skipped = fallback && is_generated(column_at(insert, column));
        if (!skipped)
            buf_add(&insert->out, insert->out.len > begin ? ", " : "");
        if (fallback && !skipped)
            default_add(insert, column);
        else if (!fallback)
            TRY(assigned_add(scan, at, end, column_at(insert, column), &insert->out));
        at = end + 1;
    }
    buf_add(&insert->out, ")");
    return 0;
}

static int count_items(const struct scan *scan, int from, int to)
{
    struct scan list = *scan;
    int n = 1;
    list.n = to;
    for (int comma = scan_find(&list, from, ","); comma >= 0; comma = scan_find(&list, comma + 1, ","))
        n++;
    return n;
}

/* Without names of columns, the first ones: the target wants all. */
static void columns_first(struct insert *insert, int n)
{
    const struct object *table = insert->columns.n ? NULL : insert->known;
    struct names first = {0};
    struct names every = {0};
    int writable = 0;
    for (int i = 0; table && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN)
            continue;
        names_add(insert->t->mem, &every, child->name);
        if (!is_generated((const struct column *)child) && writable++ < n)
            names_add(insert->t->mem, &first, child->name);
    }
    if (n < writable && insert->t->rules->first_columns & insert->t->source->engine)
        insert->columns = first;
    if (n == every.n && writable < n)
        insert->columns = every;
}

static int values_add(struct insert *insert)
{
    struct scan row = *insert->scan;
    int from, to;
    scan_accept(&row, "row");
    TRY(scan_group(&row, &from, &to));
    columns_first(insert, count_items(insert->scan, from, to));
    columns_add(insert);
    buf_add(&insert->out, " VALUES ");
    for (;;) {
        scan_accept(insert->scan, "row");
        TRY(values_row(insert));
        insert->rows++;
        insert->t->numbered = 0; /* for the next row it is the one before */
        if (!scan_accept(insert->scan, ","))
            return insert->scan->at == insert->end ? 0 : scan_fail(insert->scan);
        buf_add(&insert->out, ", ");
    }
}

/* INSERT INTO t SET a = 1, b = 2 */
static int assignments_add(struct insert *insert)
{
    struct scan *scan = insert->scan;
    struct buf values;
    buf_init(&values, insert->t->mem);
    do {
        const char *name;
        TRY(scan_name(scan, &name));
        TRY(scan_expect(scan, "="));
        names_add(insert->t->mem, &insert->columns, name);
        int comma = scan_find(scan, scan->at, ","), end = comma < 0 || comma > insert->end ? insert->end : comma;
        buf_add(&values, values.len ? ", " : "");
        TRY(assigned_add(scan, scan->at, end, insert->known ? column_find(insert->known, name) : NULL, &values));
        scan->at = end;
    } while (scan_accept(scan, ","));
    columns_add(insert);
    insert->rows = 1;
    buf_addf(&insert->out, " VALUES (%s)", values.data);
    return 0;
}

/* "*" or "t.*", and not a product. */
static bool is_everything(const struct scan *scan, int from, int at)
{
    const struct token *before = &scan->token[at - 1];
    return token_is(&scan->token[at], "*") && at > from &&
           (token_is(before, "select") || token_is(before, ",") || token_is(before, "."));
}

/* What a plain query selects goes into columns as other values do; `end` of its list, or -1: it cannot be told. */
static int list_end(const struct scan *scan, int from, int to)
{
    static const char *const sets[] = {"union", "except", "intersect", "distinct", NULL};
    int depth = 0, end = to;
    for (int i = from; i < to; i++) {
        const struct token *token = &scan->token[i];
        if (!depth && (token_is_one_of(token, sets) || (end == to && is_everything(scan, from, i))))
            return -1;
        if (!depth && end == to && token_is(token, "from"))
            end = i;
        depth += token_is(token, "(") - token_is(token, ")");
    }
    return token_is(&scan->token[from], "select") ? end : -1;
}

static int item_add(struct insert *insert, int from, int to, int column, struct buf *out)
{
    struct scan item = *insert->scan;
    item.n = to;
    int as = scan_find(&item, from, "as");
    TRY(assigned_add(insert->scan, from, as < 0 ? to : as, column_at(insert, column), out));
    if (as < 0)
        return 0;
    buf_add_c(out, ' ');
    return text_add(insert->scan, as, to, out);
}

static int query_translate(struct insert *insert, int from, int to, const char **query)
{
    struct scan list = *insert->scan;
    struct buf out;
    int column = 0;
    list.n = list_end(insert->scan, from, to);
    if (list.n < 0)
        return text_translate(insert->scan, from, to, query);
    buf_init(&out, insert->t->mem);
    buf_add(&out, "SELECT ");
    for (int at = from + 1; at < list.n; column++) {
        int comma = scan_find(&list, at, ","), end = comma < 0 ? list.n : comma;
        TRY(item_add(insert, at, end, column, &out));
        buf_add(&out, comma < 0 ? "" : ", ");
        at = end + 1;
    }
    buf_add(&out, list.n < to ? " " : "");
    TRY(text_add(insert->scan, list.n, to, &out));
    *query = out.data;
    return 0;
}

/* Parentheses around all of it are not taken; before a conflict clause it needs an end that is not a join's. */
static int query_add(struct insert *insert)
{
    const char *query;
    int from = insert->body, to = insert->end;
    if (scan_is(insert->scan, "(")) {
        TRY(scan_group(insert->scan, &from, &to));
        if (insert->scan->at != insert->end)
            return scan_fail(insert->scan);
    }
    int end = list_end(insert->scan, from, to);
    if (end < 0) /* of several queries, the first may have changed it for the second */
        insert->t->numbered = 0;
    columns_first(insert, end < 0 ? INT_MAX : count_items(insert->scan, from + 1, end));
    columns_add(insert);
    TRY(query_translate(insert, from, to, &query));
    buf_addf(&insert->out, insert->conflict >= 0 ? " SELECT * FROM (%s) WHERE true" : " %s", query);
    return 0;
}

static int body_add(struct insert *insert)
{
    struct scan *scan = insert->scan;
    scan->at = insert->body;
    if (scan_accept(scan, "default values") || scan_accept(scan, "values ( )")) {
        buf_add(&insert->out, " DEFAULT VALUES");
        return 0;
    }
    if (scan_accept(scan, "values") || scan_accept(scan, "value"))
        return values_add(insert);
    return scan_accept(scan, "set") ? assignments_add(insert) : query_add(insert);
}

static const struct names *constraint_columns(const struct object *table, const char *name)
{
    for (int i = 0; table && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_UNIQUE && text_equal_nocase(child->name, name))
            return &((const struct unique *)child)->columns;
        if (child->kind == KIND_PRIMARY_KEY && (text_equal_nocase(child->name, name) || text_ends(name, "_pkey")))
            return &((const struct primary_key *)child)->columns;
    }
    return NULL;
}

static int conflict_add(struct insert *insert)
{
    struct scan *scan = insert->scan;
    const char *name;
    if (insert->conflict < 0)
        return 0;
    scan->at = insert->conflict + 2;
    buf_add(&insert->out, " ON CONFLICT");
    if (token_is(&scan->token[insert->conflict + 1], "duplicate")) {
        TRY(scan_expect(scan, "key update"));
        buf_add(&insert->out, " DO UPDATE SET ");
    } else if (scan_accept(scan, "on constraint")) {
        TRY(scan_name(scan, &name));
        const struct names *columns = constraint_columns(insert->known, name);
        if (!columns)
            return fail(insert->t->ctx, ERR_UNSUPPORTED, "table %s has no key %s", insert->table, name);
        ansi_column_list(&insert->out, insert->t->target->dialect, columns);
        buf_add_c(&insert->out, ' ');
    } else
        buf_add_c(&insert->out, ' ');
    return text_add(scan, scan->at, insert->returning < 0 ? scan->n : insert->returning, &insert->out);
}

/* Are the keys of these rows made by the table? */
static bool numbers_itself(const struct insert *insert)
{
    const struct translator *t = insert->t;
    const struct object *key = insert->known ? object_only(insert->known, KIND_PRIMARY_KEY) : NULL;
    const struct names *columns = key ? &((const struct primary_key *)key)->columns : NULL;
    const struct column *column = columns && columns->n == 1 ? column_find(insert->known, columns->item[0]) : NULL;
    return insert->columns.n && insert->conflict < 0 && !insert->ignore && !t->with && column &&
           text_equal_nocase(column->type, t->rules->numbered) &&
           !names_have_nocase(&insert->columns, column->object.name);
}

static int known_find(struct insert *insert)
{
    struct tree *tree;
    TRY(shadow_tree(insert->t, &tree));
    insert->known = table_find(insert->t, tree, insert->table);
    return 0;
}

/* All that may be columns: one too many does no harm. */
static void names_read(const struct scan *scan, int from, int to, struct names *names)
{
    for (int i = from; i < to; i++)
        if (scan->token[i].kind == TOKEN_WORD || scan->token[i].kind == TOKEN_QUOTED)
            names_add(scan->t->mem, names, name_of(scan->t, &scan->token[i]));
}

int rows_insert(struct scan *scan)
{
    struct insert insert = {.scan = scan, .t = scan->t};
    buf_init(&insert.out, scan->t->mem);
    TRY(insert_head(&insert));
    insert.body = scan->at;
    insert.conflict = scan_find(scan, scan->at, "on conflict");
    if (insert.conflict < 0)
        insert.conflict = scan_find(scan, scan->at, "on duplicate");
    insert.returning = scan_find(scan, scan->at, "returning");
    insert.end = insert.conflict >= 0 ? insert.conflict : insert.returning >= 0 ? insert.returning : scan->n;
    TRY(known_find(&insert));
    TRY(body_add(&insert));
    TRY(conflict_add(&insert));
    if (insert.returning >= 0) {
        buf_add_c(&insert.out, ' ');
        TRY(text_add(scan, insert.returning, scan->n, &insert.out));
    }
    if (insert.replace)
        TRY(replace_check(scan->t, insert.table));
    if (insert.conflict >= 0) {
        struct names set = {0};
        names_read(scan, insert.conflict, insert.returning < 0 ? scan->n : insert.returning, &set);
        return update_followed(scan->t, insert.table, &set, insert.out.data);
    }
    TRY(emit_rows(scan->t, insert.out.data));
    scan->t->numbered = numbers_itself(&insert) ? insert.rows : 0;
    return 0;
}

static int refuse_limit(struct scan *scan)
{
    if (scan_find(scan, scan->at, "limit") >= 0 || scan_find(scan, scan->at, "order by") >= 0)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "UPDATE and DELETE with LIMIT or ORDER BY cannot be said here");
    return 0;
}

/* The table of UPDATE and DELETE: ONLY, its schema, an alias with or without AS. Up to `end`. */
static int table_read(struct scan *scan, int end, const char **table, const char **alias)
{
    *alias = NULL;
    scan_accept(scan, "only");
    TRY(scan_qualified(scan, table));
    scan_accept(scan, "*");
    scan_accept(scan, "as");
    if (scan->at < end)
        TRY(scan_name(scan, alias));
    return scan->at == end ? 0 : scan_fail(scan);
}

static void table_say(struct buf *out, const struct translator *t, const char *table, const char *alias)
{
    say_name(out, t, table);
    if (alias) {
        buf_add(out, " AS ");
        say_name(out, t, alias);
    }
}

static int find_end(const struct scan *scan, int from, const char *const *words)
{
    int end = scan->n;
    for (; *words; words++) {
        int at = scan_find(scan, from, *words);
        end = at >= 0 && at < end ? at : end;
    }
    return end;
}

/* SET a = 1, b = a: which a? */
static int in_turn_check(const struct scan *scan, int from, int at, int end)
{
    struct translator *t = scan->t;
    if (!(t->rules->sets_in_turn & t->source->engine))
        return 0;
    for (int set = from; set < at; set++)
        for (int i = at + 2; i < end && token_is(&scan->token[set + 1], "="); i++)
            if (scan->token[i].kind != TOKEN_STRING &&
                text_equal_nocase(name_of(t, &scan->token[i]), name_of(t, &scan->token[set])))
                return fail(t->ctx, ERR_UNSUPPORTED, "%s is used after it is set, and has its old value here",
                            name_of(t, &scan->token[set]));
    return 0;
}

/* (a, b) = (1, 2) is a = 1, b = 2. */
static int row_setting_add(struct scan *scan, const struct object *known, int from, int to, struct buf *out)
{
    struct scan row = *scan;
    struct names columns = {0};
    int begin, end, n = 0;
    row.at = from;
    row.n = to;
    TRY(scan_names(&row, &columns));
    TRY(scan_expect(&row, "="));
    scan_accept(&row, "row");
    TRY(scan_group(&row, &begin, &end));
    if (token_is(&scan->token[begin], "select") || columns.n != count_items(scan, begin, end))
        return text_add(scan, from, to, out);
    for (row.n = end; begin < end; n++) {
        int comma = scan_find(&row, begin, ","), stop = comma < 0 ? end : comma;
        buf_add(out, n ? ", " : "");
        say_name(out, scan->t, columns.item[n]);
        buf_add(out, " = ");
        TRY(assigned_add(scan, begin, stop, known ? column_find(known, columns.item[n]) : NULL, out));
        begin = stop + 1;
    }
    return 0;
}

/* Of a column that is set, only the name: MySQL may say its table too. */
static int settings_add(struct scan *scan, const char *table, int from, int to, struct buf *out)
{
    struct tree *tree;
    static const char *const comma[] = {",", NULL};
    struct scan list = *scan;
    TRY(shadow_tree(scan->t, &tree));
    const struct object *known = table_find(scan->t, tree, table);
    list.n = to;
    for (int at = from; at < to; at++) {
        int end = find_end(&list, at, comma);
        while (token_is(&scan->token[at + 1], ".") && at + 2 < end)
            at += 2;
        if (token_is(&scan->token[at + 1], "=")) {
            const char *name = name_of(scan->t, &scan->token[at]);
            TRY(in_turn_check(scan, from, at, end));
            say_name(out, scan->t, name);
            buf_add(out, " = ");
            TRY(assigned_add(scan, at + 2, end, known ? column_find(known, name) : NULL, out));
        } else if (token_is(&scan->token[at], "("))
            TRY(row_setting_add(scan, known, at, end, out));
        else
            TRY(text_add(scan, at, end, out));
        buf_add(out, end < to ? ", " : "");
        at = end;
    }
    return 0;
}

/* Other tables before SET, as FROM and WHERE have them; all joins are inner ones. */
struct joined {
    struct buf from, where;
    int end; /* of the table that is changed */
};

/* "b AS x ON x.id = a.id", with JOIN or a comma before it. */
static int joined_add(struct scan *scan, int from, int to, struct joined *joined)
{
    struct scan item = *scan;
    item.n = to;
    int on = scan_find(&item, from, "on");
    if (scan_find(&item, from, "using") >= 0)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "UPDATE with a join by USING cannot be said here");
    buf_add(&joined->from, joined->from.len ? ", " : " FROM ");
    TRY(text_add(scan, from, on < 0 ? to : on, &joined->from));
    if (on < 0)
        return 0;
    buf_add(&joined->where, joined->where.len ? " AND (" : " WHERE (");
    TRY(text_add(scan, on + 1, to, &joined->where));
    buf_add_c(&joined->where, ')');
    return 0;
}

static int joined_read(struct scan *scan, int set, struct joined *joined)
{
    static const char *const outer[] = {"left", "right", "natural", "straight_join", "outer", NULL};
    int depth = 0, begin = -1;
    buf_init(&joined->from, scan->t->mem);
    buf_init(&joined->where, scan->t->mem);
    joined->end = set;
    for (int i = scan->at; i < set; i++) {
        const struct token *token = &scan->token[i];
        depth += token_is(token, "(") - token_is(token, ")");
        if (depth || !(token_is(token, ",") || token_is(token, "join") || token_is_one_of(token, outer)))
            continue;
        if (token_is_one_of(token, outer))
            return fail(scan->t->ctx, ERR_UNSUPPORTED, "UPDATE of an outer join cannot be said here");
        int end = token_is(token - 1, "inner") || token_is(token - 1, "cross") ? i - 1 : i;
        if (begin >= 0)
            TRY(joined_add(scan, begin, end, joined));
        else
            joined->end = end;
        begin = i + 1;
    }
    return begin < 0 ? 0 : joined_add(scan, begin, set, joined);
}

/* Only the first table may be changed, and a name without one could be another's. */
static int joined_check(struct scan *scan, const struct joined *joined, const char *table, int from, int to)
{
    int depth = 0;
    for (int i = from; joined->from.len && i < to; i++) {
        const struct token *token = &scan->token[i];
        depth += token_is(token, "(") - token_is(token, ")");
        bool first = !depth && (i == from || token_is(token - 1, ","));
        if (first && (!token_is(token + 1, ".") || !text_equal_nocase(name_of(scan->t, token), table)))
            return fail(scan->t->ctx, ERR_UNSUPPORTED, "UPDATE of several tables cannot be said here");
    }
    return 0;
}

int rows_update(struct scan *scan)
{
    static const char *const tails[] = {"from", "where", "returning", NULL};
    const char *table, *alias;
    int set = scan_find(scan, scan->at, "set"), end;
    struct joined joined;
    struct buf out;
    TRY(refuse_limit(scan));
    for (int i = set; i + 1 < scan->n && i >= 0; i++)
        if (token_is(&scan->token[i], "=") && token_is(&scan->token[i + 1], "default"))
            return fail(scan->t->ctx, ERR_UNSUPPORTED, "DEFAULT cannot be the value of an UPDATE here");
    scan->at++;
    scan_accept(scan, "low_priority");
    bool ignore = scan_accept(scan, "ignore");
    TRY(joined_read(scan, set, &joined));
    TRY(table_read(scan, joined.end, &table, &alias));
    buf_init(&out, scan->t->mem);
    buf_add(&out, ignore ? "UPDATE OR IGNORE " : "UPDATE ");
    table_say(&out, scan->t, table, alias);
    buf_add(&out, " SET ");
    end = find_end(scan, set + 1, tails);
    TRY(joined_check(scan, &joined, alias ? alias : table, set + 1, end));
    TRY(settings_add(scan, table, set + 1, end, &out));
    buf_add(&out, joined.from.data);
    buf_add(&out, joined.where.data);
    bool and = joined.where.len && token_is(&scan->token[end], "where");
    buf_add(&out, and? " AND (" : end < scan->n ? " " : "");
    TRY(text_add(scan, and? end + 1 : end, scan->n, &out));
    buf_add(&out, and? ")" : "");
    struct names names = {0};
    names_read(scan, set + 1, end, &names);
    return update_followed(scan->t, table, &names, out.data);
}

/* The rows of a table that a join finds. */
static int delete_joined(struct scan *scan, const char *table, const char *name, const char *joined, int where)
{
    struct translator *t = scan->t;
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "DELETE FROM ");
    say_name(&out, t, table);
    buf_add(&out, " WHERE rowid IN (SELECT ");
    say_name(&out, t, name);
    buf_addf(&out, ".rowid FROM %s", joined);
    if (where >= 0) {
        buf_add_c(&out, ' ');
        TRY(text_add(scan, where, scan->n, &out));
    }
    buf_add(&out, ")");
    TRY(emit_rows(t, out.data));
    return deletes_follow(t, table);
}

/* DELETE FROM a USING b WHERE ...: of a join of a with b. */
static int delete_using(struct scan *scan, int using)
{
    const char *table, *alias;
    struct buf joined;
    int where = scan_find(scan, using, "where");
    scan->at += 2;
    TRY(table_read(scan, using, &table, &alias));
    buf_init(&joined, scan->t->mem);
    table_say(&joined, scan->t, table, alias);
    buf_add(&joined, ", ");
    TRY(text_add(scan, using + 1, where < 0 ? scan->n : where, &joined));
    return delete_joined(scan, table, alias ? alias : table, joined.data, where);
}

/* Which table is called that in a FROM clause? */
static int table_called(struct scan *scan, int from, int to, const char *name, const char **table)
{
    for (scan->at = from; scan->at < to; scan->at++) {
        const char *alias = NULL;
        struct scan at = *scan;
        if (!scan_at_name(&at))
            continue;
        TRY(scan_qualified(&at, table));
        scan_accept(&at, "as");
        if (at.at < to && scan_at_name(&at))
            alias = name_of(scan->t, scan_peek(&at, 0));
        if (text_equal_nocase(alias, name) || text_equal_nocase(*table, name))
            return 0;
    }
    return fail(scan->t->ctx, ERR_UNSUPPORTED, "which table %s is cannot be told", name);
}

/* MySQL's DELETE a FROM t a JOIN ... */
static int delete_of(struct scan *scan)
{
    const char *name, *table, *joined;
    int from = scan_find(scan, scan->at, "from"), where = scan_find(scan, scan->at, "where");
    scan->at++;
    if (from != scan->at + 1)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "DELETE of several tables cannot be said here");
    TRY(scan_name(scan, &name));
    TRY(table_called(scan, from + 1, where < 0 ? scan->n : where, name, &table));
    TRY(text_translate(scan, from + 1, where < 0 ? scan->n : where, &joined));
    return delete_joined(scan, table, name, joined, where);
}

int rows_delete(struct scan *scan)
{
    static const char *const tails[] = {"where", "returning", NULL};
    const char *table, *alias;
    int using = scan_find(scan, scan->at, "using"), end;
    struct buf out;
    TRY(refuse_limit(scan));
    if (!token_is(scan_peek(scan, 1), "from"))
        return delete_of(scan);
    if (using >= 0)
        return delete_using(scan, using);
    scan->at += 2;
    end = find_end(scan, scan->at, tails);
    TRY(table_read(scan, end, &table, &alias));
    buf_init(&out, scan->t->mem);
    buf_add(&out, "DELETE FROM ");
    table_say(&out, scan->t, table, alias);
    buf_add(&out, end < scan->n ? " " : "");
    TRY(text_add(scan, end, scan->n, &out));
    TRY(emit_rows(scan->t, out.data));
    return deletes_follow(scan->t, table);
}

int rows_truncate(struct scan *scan)
{
    struct names tables = {0};
    scan->at++;
    scan_accept(scan, "table");
    scan_accept(scan, "only");
    do {
        const char *table;
        TRY(scan_qualified(scan, &table));
        scan_accept(scan, "*");
        names_add(scan->t->mem, &tables, table);
    } while (scan_accept(scan, ","));
    return tables_empty(scan->t, &tables, scan_find(scan, scan->at, "cascade") >= 0);
}

/* ---- COPY t (a, b) FROM stdin, as dumps have it */

static int unescape(char c)
{
    static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
    const char *found = c ? strchr(from, c) : NULL;
    return found ? to[found - from] : c;
}

static bool is_flag(const struct insert *insert, int at)
{
    const struct column *column = column_at(insert, at);
    return column && text_equal_nocase(column->type, "BOOLEAN");
}

static void cell_add(struct insert *insert, const char *text, size_t length, int at)
{
    struct buf value;
    if (length == 2 && !strncmp(text, "\\N", 2)) {
        buf_add(&insert->out, "NULL");
        return;
    }
    if (length == 1 && is_flag(insert, at)) {
        buf_add(&insert->out, *text == 't' ? "1" : "0");
        return;
    }
    buf_init(&value, insert->t->mem);
    for (size_t i = 0; i < length; i++)
        buf_add_c(&value, text[i] == '\\' && i + 1 < length ? (char)unescape(text[++i]) : text[i]);
    const struct column *column = column_at(insert, at);
    if (column && text_equal_nocase(column->type, "BLOB") && text_starts(value.data, "\\x")) {
        buf_addf(&insert->out, "X'%s'", value.data + 2);
        return;
    }
    if (column && text_equal_nocase(column->type, insert->t->rules->zoned) && text_ends(value.data, "+00"))
        buf_cut(&value, value.len - strlen("+00"));
    literal_add(&insert->out, insert->t->target->dialect->ident, value.data);
}

static void line_add(struct insert *insert, const char *line, size_t length)
{
    int at = 0;
    for (const char *end = line + length;; at++) {
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        buf_add(&insert->out, at ? ", " : "");
        cell_add(insert, line, (size_t)((tab ? tab : end) - line), at);
        if (!tab)
            break;
        line = tab + 1;
    }
}

static int lines_add(struct insert *insert, const char *text, size_t length)
{
    enum { AT_ONCE = 500 };
    const char *end = text + length, *head = insert->out.data;
    size_t begin = insert->out.len;
    int n = 0;
    head = arena_copy(insert->t->mem, head, begin);
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((stop ? stop : end) - text);
        if (line == 2 && !strncmp(text, "\\.", 2))
            break;
        buf_add(&insert->out, n ? ", (" : "(");
        line_add(insert, text, line);
        buf_add(&insert->out, ")");
        text += line + 1;
        if (++n < AT_ONCE)
            continue;
        TRY(emit_rows(insert->t, insert->out.data));
        buf_cut(&insert->out, 0);
        buf_add(&insert->out, head);
        n = 0;
    }
    return n ? emit_rows(insert->t, insert->out.data) : 0;
}

int rows_copy(struct scan *scan)
{
    struct insert insert = {.scan = scan, .t = scan->t};
    const struct token *rows = NULL;
    for (int i = 0; i < scan->n; i++)
        if (scan->token[i].kind == TOKEN_ROWS)
            rows = &scan->token[i];
    scan->at++;
    TRY(scan_qualified(scan, &insert.table));
    if (scan_is(scan, "("))
        TRY(scan_names(scan, &insert.columns));
    TRY(scan_expect(scan, "from stdin"));
    if (!rows || !(token_is(scan_peek(scan, 0), ";") || scan_peek(scan, 0)->kind == TOKEN_ROWS))
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "COPY is translated only with its rows as plain text after it");
    TRY(known_find(&insert));
    buf_init(&insert.out, scan->t->mem);
    buf_add(&insert.out, "INSERT INTO ");
    say_name(&insert.out, scan->t, insert.table);
    columns_add(&insert);
    buf_add(&insert.out, " VALUES ");
    const char *text = rows->text + (*rows->text == '\n');
    return lines_add(&insert, text, rows->length - (size_t)(text - rows->text));
}
