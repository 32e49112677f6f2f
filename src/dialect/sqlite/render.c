/*
 * SQLite's statements: CREATE in a form that people read, and the few ALTERs that there are.  Foreign keys always stand
 * inside CREATE TABLE, which SQLite takes in any order.  What needs a rebuild is in rebuild.c.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

static void name_add(struct buf *out, const char *name)
{
    ident_add(out, &lite_ident, name);
}

static bool is_current(const char *text)
{
    return text_equal_nocase(text, "CURRENT_TIMESTAMP") || text_equal_nocase(text, "CURRENT_DATE") ||
           text_equal_nocase(text, "CURRENT_TIME");
}

/* The first parenthesis is closed by the last token, and not before. */
static bool is_parenthesised(const char *text)
{
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (token_is(&token, ")") && --depth == 0)
            return lex_next_code(&lexer).kind == TOKEN_END;
        depth += token_is(&token, "(");
        if (depth == 0)
            return false;
    }
    return false;
}

void lite_default_add(struct buf *out, const char *text)
{
    if (lite_is_constant(text) || is_current(text) || is_parenthesised(text))
        buf_add(out, text);
    else
        buf_addf(out, "(%s)", text);
}

/* "INTEGER PRIMARY KEY AUTOINCREMENT" and "INTEGER PRIMARY KEY DESC" mean what they mean only at the column. */
static bool key_at_column(const struct object *table)
{
    const struct primary_key *key = (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
    if (!key || key->columns.n != 1)
        return false;
    const struct column *column = lite_column(table, key->columns.item[0]);
    bool descending = key->orders.n == 1 && text_equal(key->orders.item[0], "DESC");
    return descending || (column && column->autoincrement && lite_is_rowid(column));
}

static void conflict_add(struct buf *out, const char *action)
{
    if (action)
        buf_addf(out, " ON CONFLICT %s", action);
}

static void column_key_add(struct buf *out, const struct column *column)
{
    const struct primary_key *key = (const struct primary_key *)object_only(column->object.parent, KIND_PRIMARY_KEY);
    if (!key_at_column(column->object.parent) || !text_equal_nocase(key->columns.item[0], column->object.name))
        return;
    buf_add(out, " ");
    ansi_constraint_name(out, &lite_dialect, &key->object);
    buf_add(out, "PRIMARY KEY");
    if (key->orders.n > 0)
        buf_addf(out, " %s", key->orders.item[0]);
    conflict_add(out, key->on_conflict);
    if (column->autoincrement)
        buf_add(out, " AUTOINCREMENT");
}

static void clause_add(struct buf *out, const char *name, const char *clause)
{
    if (name) {
        buf_add(out, " CONSTRAINT ");
        name_add(out, name);
    }
    buf_addf(out, " %s", clause);
}

static void column_add(struct buf *out, const struct column *column)
{
    const char *computed = expr_text(&column->computed);
    const char *value = expr_text(&column->default_value);
    name_add(out, column->object.name);
    if (column->type)
        buf_addf(out, " %s", column->type);
    if (!column->nullable) {
        clause_add(out, column->not_null_name, "NOT NULL");
        conflict_add(out, column->not_null_conflict);
    }
    column_key_add(out, column);
    if (value && !computed) {
        clause_add(out, column->default_name, "DEFAULT ");
        lite_default_add(out, value);
    }
    if (column->collation) {
        clause_add(out, column->collation_name, "COLLATE ");
        name_add(out, column->collation);
    }
    if (computed) {
        clause_add(out, column->computed_name, "GENERATED ALWAYS AS ");
        buf_addf(out, "(%s) %s", computed, column->computed_stored ? "STORED" : "VIRTUAL");
    }
}

/* (a COLLATE nocase, b DESC) where the catalog had such orders; else the plain list stands already. */
static void key_list_add(struct buf *out, const struct names *columns, const struct names *orders)
{
    buf_add(out, "(");
    for (int i = 0; i < columns->n; i++) {
        buf_add(out, i > 0 ? ", " : "");
        name_add(out, columns->item[i]);
        if (i < orders->n && orders->item[i][0] != '\0')
            buf_addf(out, " %s", orders->item[i]);
    }
    buf_add(out, ")");
}

static void primary_key_add(struct buf *out, const struct object *object)
{
    const struct primary_key *key = (const struct primary_key *)object;
    buf_add(out, "PRIMARY KEY ");
    key_list_add(out, &key->columns, &key->orders);
    conflict_add(out, key->on_conflict);
}

static void unique_add(struct buf *out, const struct object *object)
{
    const struct unique *unique = (const struct unique *)object;
    buf_add(out, "UNIQUE ");
    key_list_add(out, &unique->columns, &unique->orders);
    conflict_add(out, unique->on_conflict);
}

static void check_add(struct buf *out, const struct object *object)
{
    buf_addf(out, "CHECK (%s)", expr_text(&((const struct check *)object)->expr));
}

static void foreign_key_add(struct buf *out, const struct object *object)
{
    const struct foreign_key *key = (const struct foreign_key *)object;
    buf_add(out, "FOREIGN KEY ");
    ansi_column_list(out, &lite_dialect, &key->columns);
    buf_add(out, " ");
    ansi_references(out, &lite_dialect, key);
}

static void line_begin(struct buf *out, bool *first)
{
    buf_add(out, *first ? "\n    " : ",\n    ");
    *first = false;
}

typedef void constraint_fn(struct buf *out, const struct object *object);

static const struct {
    enum kind kind;
    constraint_fn *add;
} constraint_order[] = {
    {KIND_PRIMARY_KEY, primary_key_add},
    {KIND_UNIQUE, unique_add},
    {KIND_CHECK, check_add},
    {KIND_FOREIGN_KEY, foreign_key_add},
};
enum { CONSTRAINT_KINDS = sizeof constraint_order / sizeof constraint_order[0] };

void lite_constraint_add(struct buf *out, const struct object *constraint)
{
    ansi_constraint_name(out, &lite_dialect, constraint);
    for (size_t k = 0; k < CONSTRAINT_KINDS; k++)
        if (constraint_order[k].kind == constraint->kind)
            constraint_order[k].add(out, constraint);
}

static void constraints_add(struct buf *out, const struct object *table, bool *first)
{
    for (size_t k = 0; k < CONSTRAINT_KINDS; k++) {
        for (int i = 0; i < table->children.n; i++) {
            const struct object *child = table->children.item[i];
            bool written = child->kind == KIND_PRIMARY_KEY && key_at_column(table);
            if (child->kind != constraint_order[k].kind || written || lite_is_beyond(child))
                continue;
            line_begin(out, first);
            lite_constraint_add(out, child);
        }
    }
}

void lite_table_body(struct buf *out, const struct object *table)
{
    const struct table *options = (const struct table *)table;
    bool first = true;
    buf_add(out, "(");
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN || lite_is_beyond(child))
            continue;
        line_begin(out, &first);
        column_add(out, table->children.item[i]);
    }
    constraints_add(out, table, &first);
    buf_add(out, "\n)");
    if (options->without_rowid)
        buf_add(out, " WITHOUT ROWID");
    if (options->strict)
        buf_add(out, options->without_rowid ? ", STRICT" : " STRICT");
}

static int table_create(struct render *render, const struct change *change)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, "CREATE TABLE ");
    name_add(&out, change->after->name);
    buf_add(&out, " ");
    lite_table_body(&out, change->after);
    render_statement(render, &out);
    return 0;
}

/* What somebody made by hand is not there in other databases. */
static int drop_simply(struct render *render, const char *what, const struct object *object)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_addf(&out, "DROP %s %s", what, object->stranger ? "IF EXISTS " : "");
    name_add(&out, object->name);
    render_statement(render, &out);
    return 0;
}

static int table_drop(struct render *render, const struct change *change)
{
    return drop_simply(render, "TABLE", change->before);
}

static void alter_begin(struct buf *out, const struct render *render, const struct object *below)
{
    buf_init(out, render->mem);
    buf_add(out, "ALTER TABLE ");
    name_add(out, object_ancestor(below, KIND_TABLE)->name);
    buf_add(out, " ");
}

static int table_rename(struct render *render, const struct change *change)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, "ALTER TABLE ");
    name_add(&out, change->before->name);
    buf_add(&out, " RENAME TO ");
    name_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

static int column_create(struct render *render, const struct change *change)
{
    const struct object *table = change->after->parent;
    struct buf out;
    alter_begin(&out, render, change->after);
    buf_add(&out, "ADD COLUMN ");
    column_add(&out, (const struct column *)change->after);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        const struct foreign_key *key = (const struct foreign_key *)child;
        if (child->kind == KIND_CHECK && !child->peer && lite_adds_check((const struct check *)child, change->after)) {
            buf_add(&out, " ");
            ansi_check(&out, &lite_dialect, (const struct check *)child);
        }
        if (child->kind != KIND_FOREIGN_KEY || child->peer || !lite_adds_inline(key) ||
            !text_equal_nocase(key->columns.item[0], change->after->name))
            continue;
        buf_add(&out, " ");
        ansi_constraint_name(&out, &lite_dialect, child);
        ansi_references(&out, &lite_dialect, key);
    }
    render_statement(render, &out);
    return 0;
}

static int column_drop(struct render *render, const struct change *change)
{
    struct buf out;
    alter_begin(&out, render, change->before);
    buf_add(&out, "DROP COLUMN ");
    name_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

/* Only NULL and NOT NULL come here, from 3.53 on. */
static int column_alter(struct render *render, const struct change *change)
{
    const struct column *column = (const struct column *)change->after;
    struct buf out;
    alter_begin(&out, render, change->after);
    buf_add(&out, "ALTER COLUMN ");
    name_add(&out, change->after->name);
    buf_add(&out, column->nullable ? " DROP NOT NULL" : " SET NOT NULL");
    if (!column->nullable)
        conflict_add(&out, column->not_null_conflict);
    render_statement(render, &out);
    return 0;
}

static int column_rename(struct render *render, const struct change *change)
{
    struct buf out;
    alter_begin(&out, render, change->after);
    buf_add(&out, "RENAME COLUMN ");
    name_add(&out, change->before->name);
    buf_add(&out, " TO ");
    name_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

/* Written with ADD COLUMN of its column, or in CREATE TABLE; everything else is a rebuild. */
static int foreign_key_create(struct render *render, const struct change *change)
{
    if (!change->after->parent->peer || lite_adds_inline((const struct foreign_key *)change->after))
        return 0;
    return fail(render->ctx, ERR_UNSUPPORTED, "SQLite cannot add %s without a rebuild of its table",
                object_path(render->mem, change->after));
}

static int check_create(struct render *render, const struct change *change)
{
    struct buf out;
    if (lite_adds_check((const struct check *)change->after, NULL))
        return 0;
    alter_begin(&out, render, change->after);
    buf_add(&out, "ADD ");
    ansi_check(&out, &lite_dialect, (const struct check *)change->after);
    render_statement(render, &out);
    return 0;
}

static int check_drop(struct render *render, const struct change *change)
{
    struct buf out;
    alter_begin(&out, render, change->before);
    buf_add(&out, "DROP CONSTRAINT ");
    name_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

static void part_add(struct buf *out, const struct index_part *part)
{
    const char *expr = expr_text(&part->expr);
    if (part->column)
        name_add(out, part->column);
    else
        buf_addf(out, part->collation ? "(%s)" : "%s", expr);
    if (part->collation) {
        buf_add(out, " COLLATE ");
        name_add(out, part->collation);
    }
    if (part->descending)
        buf_add(out, " DESC");
}

void lite_index_create(struct render *render, const struct object *object)
{
    const struct index *index = (const struct index *)object;
    const char *predicate = expr_text(&index->predicate);
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, index->is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    name_add(&out, object->name);
    buf_add(&out, " ON ");
    name_add(&out, object->parent->name);
    buf_add(&out, " (");
    for (int i = 0; i < object->children.n; i++) {
        buf_add(&out, i > 0 ? ", " : "");
        part_add(&out, object->children.item[i]);
    }
    buf_add(&out, ")");
    if (predicate)
        buf_addf(&out, " WHERE %s", predicate);
    render_statement(render, &out);
}

static int index_create(struct render *render, const struct change *change)
{
    lite_index_create(render, change->after);
    return 0;
}

void lite_index_drop(struct render *render, const struct object *object)
{
    drop_simply(render, "INDEX", object);
}

static int index_drop(struct render *render, const struct change *change)
{
    lite_index_drop(render, change->before);
    return 0;
}

void lite_trigger_create(struct render *render, const struct object *object)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, expr_text(&((const struct trigger *)object)->definition));
    while (out.len > 0 && (out.data[out.len - 1] == ';' || char_is_space(out.data[out.len - 1])))
        buf_cut(&out, out.len - 1);
    render_statement(render, &out);
}

static int trigger_create(struct render *render, const struct change *change)
{
    lite_trigger_create(render, change->after);
    return 0;
}

void lite_trigger_drop(struct render *render, const struct object *object)
{
    drop_simply(render, "TRIGGER", object);
}

static int trigger_drop(struct render *render, const struct change *change)
{
    lite_trigger_drop(render, change->before);
    return 0;
}

/* With a list of column names the text begins with it and holds AS too: see lite_parse_view(). */
static int view_create(struct render *render, const struct change *change)
{
    const char *query = expr_text(&((const struct view *)change->after)->query);
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, "CREATE VIEW ");
    name_add(&out, change->after->name);
    buf_addf(&out, *query == '(' ? " %s" : " AS %s", query);
    render_statement(render, &out);
    return 0;
}

static int view_drop(struct render *render, const struct change *change)
{
    return drop_simply(render, "VIEW", change->before);
}

static int virtual_table_create(struct render *render, const struct change *change)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, "CREATE VIRTUAL TABLE ");
    name_add(&out, change->after->name);
    buf_addf(&out, " USING %s", expr_text(&((const struct virtual_table *)change->after)->module));
    render_statement(render, &out);
    return 0;
}

static int virtual_table_drop(struct render *render, const struct change *change)
{
    return drop_simply(render, "TABLE", change->before);
}

const struct render_kind lite_render[KIND_COUNT] = {
    [KIND_TABLE] = {.create = table_create, .drop = table_drop, .rename = table_rename, .rebuild = lite_rebuild},
    [KIND_COLUMN] = {.create = column_create, .drop = column_drop, .alter = column_alter, .rename = column_rename},
    [KIND_CHECK] = {.create = check_create, .drop = check_drop},
    [KIND_FOREIGN_KEY] = {.create = foreign_key_create},
    [KIND_INDEX] = {.create = index_create, .drop = index_drop},
    [KIND_VIEW] = {.create = view_create, .drop = view_drop},
    [KIND_VIRTUAL_TABLE] = {.create = virtual_table_create, .drop = virtual_table_drop, .rename = table_rename},
    [KIND_TRIGGER] = {.create = trigger_create, .drop = trigger_drop},
};
