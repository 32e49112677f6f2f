/*
 * Columns: the definition, the same in CREATE TABLE and ADD COLUMN, and one ALTER per difference, in the order in which
 * the server accepts them: what hangs on the old type goes first, what needs the new one comes last.
 *
 * A serial column is its type, a sequence of its own and a default; changing into or out of it is written out.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static bool is_computed(const struct column *column)
{
    return pg_expr_said(&column->computed);
}

static bool has_default(const struct column *column)
{
    return pg_expr_said(&column->default_value) && !is_computed(column);
}

/* A default in a column definition may not be any expression: one with AND, IN, AT TIME ZONE ... wants parentheses. */
void pg_default_text(struct buf *out, const char *expr)
{
    static const char *const words[] = {"and",     "or", "not",    "in",      "like", "ilike",   "similar",
                                        "between", "is", "isnull", "notnull", "at",   "collate", "overlaps"};
    struct lexer lexer;
    int depth = 0;

    lex_open(&lexer, &pg_lex, expr, strlen(expr));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        for (size_t i = 0; depth == 0 && i < sizeof words / sizeof *words; i++)
            if (token_is(&token, words[i])) {
                pg_wrapped(out, expr);
                return;
            }
    }
    buf_add(out, expr);
}

/* Options that are not the server's own choice. */
static void identity_options(struct buf *out, const struct column *column)
{
    struct pg_counter counter = pg_counter_of_column(column),
                      usual = pg_counter_usual(out->mem, column->type, &counter);
    struct buf options;

    buf_init(&options, out->mem);
    pg_counter_add(&options, " ", &counter, &usual);
    if (options.len > 0)
        buf_addf(out, " (%s)", options.data + 1);
}

static const char *identity_word(const struct column *column)
{
    return text_equal(column->identity, "always") ? "ALWAYS" : "BY DEFAULT";
}

static const char *definition_type(struct arena *mem, const struct column *column)
{
    const char *serial = column->autoincrement ? pg_serial_name(mem, column->type) : NULL;

    return serial ? serial : column->type;
}

/* A child without the default that a parent has: what its CREATE does not say comes down to it. */
static bool hides_default(const struct column *column)
{
    for (const struct edge *edge = column->object.needs; edge; edge = edge->next_need) {
        const struct column *parent = (const struct column *)edge->to;
        if (edge->how == EDGE_INHERITS && !is_computed(parent) && (has_default(parent) || parent->autoincrement))
            return true;
    }
    return false;
}

void pg_column_definition(struct render *render, struct buf *out, const struct column *column)
{
    pg_ident_add(out, column->object.name);
    buf_addf(out, " %s", definition_type(render->mem, column));
    if (column->compression)
        buf_addf(out, " COMPRESSION %s", column->compression);
    pg_foreign_options(out, &column->server_options);
    if (column->collation) {
        buf_add(out, " COLLATE ");
        pg_collation_add(out, column->collation);
    }
    if (is_computed(column)) {
        buf_add(out, " GENERATED ALWAYS AS ");
        pg_wrapped(out, expr_text(&column->computed));
        buf_add(out, column->computed_stored ? " STORED" : " VIRTUAL");
    } else if (column->identity) {
        buf_addf(out, " GENERATED %s AS IDENTITY", identity_word(column));
        identity_options(out, column);
    } else if (has_default(column) && !column->autoincrement) {
        buf_add(out, " DEFAULT ");
        pg_default_text(out, expr_text(&column->default_value));
    } else if (!column->autoincrement && hides_default(column)) {
        buf_add(out, " DEFAULT NULL");
    }
    if (column->nullable || column->not_null_not_valid)
        return;
    if (column->not_null_name) {
        buf_add(out, " CONSTRAINT ");
        pg_ident_add(out, column->not_null_name);
    }
    buf_add(out, column->not_null_no_inherit ? " NOT NULL NO INHERIT" : " NOT NULL");
}

/* "ALTER TABLE t ALTER COLUMN c ", to be continued. */
static struct buf alter_column(struct render *render, const struct column *column)
{
    struct buf out = pg_begin(render, "");

    pg_alter_table(&out, &column->object);
    buf_add(&out, "ALTER COLUMN ");
    pg_ident_add(&out, column->object.name);
    buf_add_c(&out, ' ');
    return out;
}

static void alter_simple(struct render *render, const struct column *column, const char *what)
{
    struct buf out = alter_column(render, column);

    buf_add(&out, what);
    render_statement(render, &out);
}

static void set_storage(struct render *render, const struct column *column)
{
    const char *storage = column->storage ? column->storage : pg_type_storage(render->mem, column->type);

    alter_simple(render, column,
                 arena_printf(render->mem, "SET STORAGE %s", storage ? text_upper(render->mem, storage) : "DEFAULT"));
}

static void set_compression(struct render *render, const struct column *column)
{
    alter_simple(
        render, column,
        arena_printf(render->mem, "SET COMPRESSION %s", column->compression ? column->compression : "default"));
}

/* ONLY: children have their own, and the server would change theirs too. */
static struct buf alter_only(struct render *render, const struct column *column)
{
    struct buf out = pg_begin(render, "ALTER TABLE ONLY ");
    pg_table(&out, &column->object);
    buf_add(&out, " ALTER COLUMN ");
    pg_ident_add(&out, column->object.name);
    buf_add_c(&out, ' ');
    return out;
}

static void set_statistics(struct render *render, const struct column *column)
{
    struct buf out = alter_only(render, column);
    buf_addf(&out, "SET STATISTICS %s", column->statistics_target ? column->statistics_target : "-1");
    render_statement(render, &out);
}

static void set_options(struct render *render, const struct names *before, const struct column *column)
{
    pg_options_alter(render, alter_only(render, column).data, before, &column->options);
}

static void set_comment(struct render *render, const struct column *column)
{
    struct buf name = pg_begin(render, "");

    pg_table(&name, &column->object);
    buf_add_c(&name, '.');
    pg_ident_add(&name, column->object.name);
    pg_comment(render, "COLUMN", &name, column->comment);
}

/* `made`: the server has just made the counter, and called it after the names of now. */
static void set_counter_comment(struct render *render, const struct column *column, bool made)
{
    struct buf name = pg_begin(render, "");
    const char *table = column->object.parent->name;
    const char *counter =
        made ? pg_object_name(render->mem, table, column->object.name, "seq") : pg_sequence_name(render->mem, column);

    pg_sibling(&name, column->object.parent, counter);
    pg_comment(render, "SEQUENCE", &name, column->counter_comment);
}

/* As a constraint of the table: under its name, or without asking the rows that are there. */
static void add_not_null(struct render *render, const struct column *column)
{
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, &column->object);
    buf_add(&out, "ADD ");
    if (column->not_null_name) {
        buf_add(&out, "CONSTRAINT ");
        pg_ident_add(&out, column->not_null_name);
        buf_add_c(&out, ' ');
    }
    buf_add(&out, "NOT NULL ");
    pg_ident_add(&out, column->object.name);
    buf_add(&out, column->not_null_no_inherit ? " NO INHERIT" : "");
    buf_add(&out, column->not_null_not_valid ? " NOT VALID" : "");
    render_statement(render, &out);
}

void pg_column_after(struct render *render, const struct object *object)
{
    const struct column *column = (const struct column *)object;

    if (!column->nullable && column->not_null_not_valid)
        add_not_null(render, column);
    if (column->storage) /* a clause of the definition only since 16 */
        set_storage(render, column);
    if (column->autoincrement && column->nullable && pg_serial_name(render->mem, column->type))
        alter_simple(render, column, "DROP NOT NULL");
    if (column->statistics_target)
        set_statistics(render, column);
    if (column->options.n)
        set_options(render, &(struct names){0}, column);
    if (column->counter_comment)
        set_counter_comment(render, column, true);
    if (column->comment)
        set_comment(render, column);
}

/* After "... ALTER COLUMN c ". */
static void set_default(struct render *render, const struct column *column, struct buf *out)
{
    if (has_default(column))
        buf_addf(out, "SET DEFAULT %s", expr_text(&column->default_value));
    else
        buf_add(out, "DROP DEFAULT");
    render_statement(render, out);
}

/* A child has the column by now, as its parent has it. */
static void inherited_after(struct render *render, const struct column *parent, const struct column *child)
{
    if (!child->autoincrement && !child->identity &&
        !text_equal(expr_text(&parent->default_value), expr_text(&child->default_value))) {
        struct buf out = alter_only(render, child); /* its own children are looked at themselves */
        set_default(render, child, &out);
    }
    if (parent->nullable != child->nullable)
        alter_simple(render, child, child->nullable ? "DROP NOT NULL" : "SET NOT NULL");
    pg_column_after(render, &child->object);
}

int pg_column_create(struct render *render, const struct change *change)
{
    const struct column *column = (const struct column *)change->after;
    const char *fill = fill_of(render->fills, change->after);
    struct column filled = *column;
    struct buf out = pg_begin(render, "");
    if (fill)
        filled.default_value = (struct expr){.written = fill};
    pg_alter_table(&out, change->after);
    buf_add(&out, "ADD COLUMN ");
    pg_column_definition(render, &out, &filled);
    render_statement(render, &out);
    if (fill)
        alter_simple(render, column, "DROP DEFAULT");
    pg_column_after(render, change->after);
    for (int i = 0; i < change->absorbed.n; i++)
        inherited_after(render, column,
                        (const struct column *)((const struct change *)change->absorbed.item[i])->after);
    return 0;
}

static bool inherits(const struct object *column)
{
    const struct edge *edge = column->needs;
    while (edge && edge->how != EDGE_INHERITS)
        edge = edge->next_need;
    return edge;
}

/* A child keeps it as its own; the server takes it along where a child has not said it itself, unless it is told ONLY. */
static bool stays_below(const struct object *column)
{
    const struct ref parent = ref_to(column->parent);
    for (const struct edge *edge = column->needed; edge; edge = edge->next_needed) {
        const struct object *kept = edge->from->peer;
        if (edge->how != EDGE_INHERITS)
            continue;
        if (kept ? !inherits(kept) && refs_have(&((const struct table *)kept->parent)->inherits, &parent)
                 : stays_below(edge->from))
            return true;
    }
    return false;
}

static void drop_one(struct render *render, const struct object *column, const char *words)
{
    struct buf out = pg_begin(render, object_is_foreign(column->parent) ? "ALTER FOREIGN TABLE " : "ALTER TABLE ");
    buf_add(&out, stays_below(column) ? "ONLY " : "");
    pg_table(&out, column);
    buf_add(&out, words);
    pg_ident_add(&out, column->name);
    render_statement(render, &out);
}

/* A partition has no column of its own, unless it is one no more while it moves. */
static bool stays_partition(const struct object *table)
{
    const struct table *was = (const struct table *)table, *is = (const struct table *)table->peer;
    const char *bound = expr_text(&was->partition_bound);
    return bound && is && text_equal(bound, expr_text(&is->partition_bound)) && was->inherits.n &&
           refs_have(&is->inherits, &was->inherits.item[0]);
}

/* Children keep a column that they have said themselves, beside inheriting it. */
int pg_column_drop(struct render *render, const struct change *change)
{
    drop_one(render, change->before, " DROP COLUMN ");
    for (int i = 0; i < change->absorbed.n; i++) {
        const struct object *below = ((const struct change *)change->absorbed.item[i])->before;
        if (!stays_partition(below->parent))
            drop_one(render, below, " DROP COLUMN IF EXISTS ");
    }
    return 0;
}

static void serial_sequence(struct buf *out, const struct column *column)
{
    pg_sibling(out, &column->object, pg_sequence_name(out->mem, column));
}

/* pg_get_serial_sequence('t', 'c') */
static void owned_sequence(struct buf *out, const struct column *column)
{
    struct buf table;

    buf_init(&table, out->mem);
    pg_table(&table, &column->object);
    buf_add(out, "pg_get_serial_sequence(");
    pg_literal(out, table.data);
    buf_add(out, ", ");
    pg_literal(out, column->object.name);
    buf_add_c(out, ')');
}

/* For the sequence that the column has: a table that was renamed left its sequences their names. */
static void with_sequence(struct render *render, const struct column *column, const char *statement)
{
    struct buf out = pg_begin(render, "DO $$ BEGIN EXECUTE format(");

    pg_literal(&out, statement);
    buf_add(&out, ", ");
    owned_sequence(&out, column);
    buf_add(&out, "); END $$");
    render_statement(render, &out);
}

static void serial_off(struct render *render, const struct column *column)
{
    alter_simple(render, column, "DROP DEFAULT");
    if (!pg_sequence_leaves(render, column))
        with_sequence(render, column, "DROP SEQUENCE %s");
}

/* Numbers go on after the last that is there of those that it gives: from its start on, within its limits. */
static void sequence_catch_up(struct render *render, const struct column *column)
{
    static const struct pg_counter of_serial = {.start = 1, .increment = 1, .min = 1, .max = INT64_MAX};
    const struct pg_counter counter = column->identity ? pg_counter_of_column(column) : of_serial;
    const struct pg_counter usual = pg_counter_usual(render->mem, column->type, &counter);
    bool up = counter.increment >= 0;
    struct buf out = pg_begin(render, "SELECT setval("), last = pg_begin(render, up ? "max(" : "min(");

    pg_ident_add(&last, column->object.name);
    buf_add_c(&last, ')');
    owned_sequence(&out, column);
    buf_addf(&out, ", %s) FROM ", last.data);
    pg_table(&out, &column->object);
    if (up ? counter.max < usual.max : counter.min > usual.min) {
        buf_add(&out, " WHERE ");
        pg_ident_add(&out, column->object.name);
        buf_addf(&out, up ? " <= %" PRId64 : " >= %" PRId64, up ? counter.max : counter.min);
    }
    if (up)
        buf_addf(&out, " HAVING %s > %" PRId64, last.data, counter.start - (counter.start > INT64_MIN));
    else
        buf_addf(&out, " HAVING %s < %" PRId64, last.data, counter.start + (counter.start < INT64_MAX));
    render_statement(render, &out);
}

static void serial_on(struct render *render, const struct column *column)
{
    struct buf out = pg_begin(render, "CREATE SEQUENCE "), name = pg_begin(render, "");

    serial_sequence(&name, column);
    if (pg_sequence_joins(render, column)) {
        out = alter_column(render, column);
        buf_add(&out, "SET DEFAULT nextval(");
        pg_literal(&out, name.data);
        buf_add_c(&out, ')');
        render_statement(render, &out);
        return;
    }
    buf_addf(&out, "%s AS %s OWNED BY ", name.data, pg_type_plain(render->mem, column->type));
    pg_table(&out, &column->object);
    buf_add_c(&out, '.');
    pg_ident_add(&out, column->object.name);
    render_statement(render, &out);
    out = alter_column(render, column);
    buf_add(&out, "SET DEFAULT nextval(");
    pg_literal(&out, name.data);
    buf_add_c(&out, ')');
    render_statement(render, &out);
    sequence_catch_up(render, column);
}

/* The sequence of a serial column counts in the column's type. */
static void serial_retype(struct render *render, const struct column *column)
{
    const char *type = pg_type_plain(render->mem, column->type);

    with_sequence(render, column, arena_printf(render->mem, "ALTER SEQUENCE %%s AS %s", type));
}

struct column_change {
    const struct change *change;
    const struct column *before;
    const struct column *after;
    const char *conversion; /* USING; NULL: none */
    bool retype;            /* the type or the collation changes */
    bool default_off;       /* the old default has to go before the type changes */
};

static void type_add(struct buf *out, const struct column *column)
{
    buf_add(out, column->type);
    if (!column->collation)
        return;
    buf_add(out, " COLLATE ");
    pg_collation_add(out, column->collation);
}

/* After "... ALTER COLUMN c ". */
static void set_type(struct render *render, const struct column_change *c, struct buf *out)
{
    buf_add(out, "TYPE ");
    type_add(out, c->after);
    if (c->conversion && !object_is_foreign(c->after->object.parent)) /* it has no rows here */
        buf_addf(out, " USING %s", c->conversion);
    render_statement(render, out);
}

/* The sequence follows, and what a new type brings of its own is not what was said. */
static void retype_settle(struct render *render, const struct column_change *c)
{
    if (c->after->autoincrement && c->before->autoincrement)
        serial_retype(render, c->after);
    if (c->after->storage && !change_has(c->change, COLUMN_storage))
        set_storage(render, c->after);
    if (c->after->compression && !change_has(c->change, COLUMN_compression))
        set_compression(render, c->after);
}

static void column_default(struct render *render, const struct column_change *c)
{
    bool changed = change_has(c->change, COLUMN_default_value) || change_has(c->change, COLUMN_autoincrement);

    if (c->after->autoincrement || c->after->identity || is_computed(c->after))
        return;
    bool off = c->default_off || c->before->autoincrement; /* if not, it may be one that a parent brought */
    if (has_default(c->after) ? changed || c->default_off : changed && !off) {
        struct buf out = alter_column(render, c->after);
        set_default(render, c->after, &out);
    }
}

static void identity_alter(struct render *render, const struct column_change *c)
{
    struct pg_counter counter = pg_counter_of_column(c->after), other = pg_counter_of_column(c->before);
    struct buf out = alter_column(render, c->after), options = pg_begin(render, "");

    if (change_has(c->change, COLUMN_identity))
        buf_addf(&options, " SET GENERATED %s", identity_word(c->after));
    pg_counter_add(&options, " SET ", &counter, &other);
    if (options.len == 0)
        return;
    struct buf query = pg_begin(render, "");
    if (pg_counter_return(&query, (const char *const[]){"%1$L", "%1$s"}, &counter, &other))
        with_sequence(render, c->after, query.data);
    if (pg_counter_apart(&counter, &other))
        buf_addf(&options, " RESTART WITH %" PRId64, counter.start);
    buf_add(&out, options.data + 1);
    render_statement(render, &out);
}

static void column_identity(struct render *render, const struct column_change *c)
{
    struct buf out;

    if (!c->after->identity)
        return;
    if (c->before->identity) {
        identity_alter(render, c);
        return;
    }
    out = alter_column(render, c->after);
    buf_addf(&out, "ADD GENERATED %s AS IDENTITY", identity_word(c->after));
    identity_options(&out, c->after);
    render_statement(render, &out);
    sequence_catch_up(render, c->after);
}

static void column_computed(struct render *render, const struct column_change *c)
{
    struct buf out;

    if (!change_has(c->change, COLUMN_computed))
        return;
    if (!is_computed(c->after)) {
        alter_simple(render, c->after, "DROP EXPRESSION");
        return;
    }
    out = alter_column(render, c->after);
    buf_add(&out, "SET EXPRESSION AS ");
    pg_wrapped(&out, expr_text(&c->after->computed));
    render_statement(render, &out);
}

/* What has to go before the type changes. */
static void column_before(struct render *render, const struct column_change *c)
{
    if (c->before->identity && !c->after->identity)
        alter_simple(render, c->after, "DROP IDENTITY");
    if (c->before->autoincrement && !c->after->autoincrement)
        serial_off(render, c->after);
    if (has_default(c->before) && !c->before->autoincrement && c->after->identity)
        alter_simple(render, c->after, "DROP DEFAULT");
    else if (c->default_off)
        alter_simple(render, c->after, "DROP DEFAULT");
    bool doubted = change_has(c->change, COLUMN_not_null_not_valid) && c->after->not_null_not_valid;
    bool accepts = change_has(c->change, COLUMN_nullable) && c->after->nullable;
    if (accepts || (doubted && !c->before->nullable))
        alter_simple(render, c->after, "DROP NOT NULL");
}

/* A default that says 'red'::color would keep the type alive. */
static bool is_users_type(struct arena *mem, const char *type)
{
    struct pg_type read;

    return !pg_type_read(mem, type, &read) || !read.known;
}

static bool default_must_go(struct render *render, const struct column_change *c)
{
    if (!c->retype || !has_default(c->before) || c->before->autoincrement || c->after->identity)
        return false;
    return c->after->autoincrement || c->conversion || change_has(c->change, COLUMN_default_value) ||
           is_users_type(render->mem, c->before->type);
}

static void rows_fill(struct render *render, const struct column *column)
{
    const char *fill = fill_of(render->fills, &column->object);
    struct buf out = pg_begin(render, "UPDATE ");

    if (!fill)
        return;
    pg_top(&out, column->object.parent);
    buf_add(&out, " SET ");
    pg_ident_add(&out, column->object.name);
    buf_addf(&out, " = %s WHERE ", fill);
    pg_ident_add(&out, column->object.name);
    buf_add(&out, " IS NULL");
    render_statement(render, &out);
}

static const char *not_null_name(struct arena *mem, const struct column *column)
{
    if (column->not_null_name)
        return column->not_null_name;
    return pg_object_name(mem, column->object.parent->name, column->object.name, "not_null");
}

/* Whatever its name is by now: the server names it when it is made, and keeps that. `words` have a %I for it. */
static void not_null_alter(struct render *render, const struct column *column, const char *words)
{
    struct buf out = pg_begin(render, "BEGIN\nEXECUTE format("), table = pg_begin(render, "");
    const char *alter = text_replace(render->mem, pg_alter_top(render, column->object.parent).data, "%", "%%");
    pg_literal(&out, arena_printf(render->mem, "%s%s", alter, words));
    buf_add(&out, ", k.conname) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = "
                  "k.conkey[1]\nWHERE k.contype = 'n' AND k.conrelid = ");
    pg_table(&table, &column->object);
    pg_literal(&out, table.data);
    buf_add(&out, "::regclass AND a.attname = ");
    pg_literal(&out, column->object.name);
    buf_add(&out, ";\nEND");
    struct buf block = pg_begin(render, pg_do(render->mem, out.data));
    render_statement(render, &block);
}

/* Is it one that SET NOT NULL cannot make? The constraint has a name since 18: an older server forgets it. */
static bool is_said_whole(const struct render *render, const struct column_change *c)
{
    const struct column *after = c->after;
    bool named = render->target->version >= 180000 && after->not_null_name;
    if (change_has(c->change, COLUMN_not_null_not_valid))
        return after->not_null_not_valid;
    return change_has(c->change, COLUMN_nullable) && (after->not_null_not_valid || after->not_null_no_inherit || named);
}

static void not_null_in_place(struct render *render, const struct column_change *c)
{
    const struct column *after = c->after;
    bool asked = change_has(c->change, COLUMN_not_null_not_valid);
    if (change_has(c->change, COLUMN_not_null_no_inherit))
        not_null_alter(render, after,
                       after->not_null_no_inherit ? "ALTER CONSTRAINT %I NO INHERIT" : "ALTER CONSTRAINT %I INHERIT");
    if (asked && after->not_null_no_inherit)
        not_null_alter(render, after, "VALIDATE CONSTRAINT %I");
    else if (asked)
        alter_simple(render, after, "SET NOT NULL");
    if (render->target->version < 180000 || !change_has(c->change, COLUMN_not_null_name))
        return;
    struct buf out = pg_alter_top(render, after->object.parent); /* ALTER FOREIGN TABLE has no words for it */
    buf_add(&out, "RENAME CONSTRAINT ");
    pg_ident_add(&out, not_null_name(render->mem, c->before));
    buf_add(&out, " TO ");
    pg_ident_add(&out, not_null_name(render->mem, after));
    render_statement(render, &out);
}

static void column_not_null(struct render *render, const struct column_change *c)
{
    bool comes = change_has(c->change, COLUMN_nullable);
    if (c->after->nullable)
        return;
    if (comes)
        rows_fill(render, c->after);
    if (is_said_whole(render, c))
        add_not_null(render, c->after);
    else if (comes)
        alter_simple(render, c->after, "SET NOT NULL");
    else
        not_null_in_place(render, c);
}

/* A new counter has no comment; one that leaves has its own (pg_sequence_create()). */
static void column_counter_comment(struct render *render, const struct column_change *c)
{
    bool is = c->after->autoincrement || c->after->identity, was = c->before->autoincrement || c->before->identity;
    bool anew = c->after->autoincrement != c->before->autoincrement || !c->after->identity != !c->before->identity;

    if (is && was && !anew ? change_has(c->change, COLUMN_counter_comment) : is && c->after->counter_comment)
        set_counter_comment(render, c->after, anew && c->after->identity);
}

/* What needs the new type, or has no order. */
static void column_behind(struct render *render, const struct column_change *c)
{
    column_computed(render, c);
    column_default(render, c);
    column_not_null(render, c);
    if (c->after->autoincrement && !c->before->autoincrement)
        serial_on(render, c->after);
    column_identity(render, c);
    if (change_has(c->change, COLUMN_storage) &&
        (c->after->storage || !c->retype)) /* another type comes with its own */
        set_storage(render, c->after);
    if (change_has(c->change, COLUMN_compression))
        set_compression(render, c->after);
    column_counter_comment(render, c);
    if (change_has(c->change, COLUMN_statistics_target))
        set_statistics(render, c->after);
    if (change_has(c->change, COLUMN_options))
        set_options(render, &c->before->options, c->after);
    if (change_has(c->change, COLUMN_server_options)) {
        const struct buf head = alter_column(render, c->after);
        pg_foreign_options_alter(render, head.data, &c->before->server_options, &c->after->server_options);
    }
    if (change_has(c->change, COLUMN_comment))
        set_comment(render, c->after);
}

static struct column_change change_of(struct render *render, const struct change *change)
{
    struct column_change c = {change, (const struct column *)change->before, (const struct column *)change->after};

    c.retype = change_has(change, COLUMN_type) || change_has(change, COLUMN_collation);
    if (change_has(change, COLUMN_type))
        c.conversion = pg_using(render->mem, render->target, c.after->object.name,
                                pg_type_under(render->mem, render->before, c.before->type),
                                pg_type_under(render->mem, render->after, c.after->type));
    c.default_off = default_must_go(render, &c);
    return c;
}

static bool is_taken(const struct tree *tree, const struct object *table, const char *name)
{
    const struct object *schema = object_child(tree->root, KIND_SCHEMA, object_schema(table));
    for (int i = 0; schema && i < schema->children.n; i++)
        if (text_equal(((const struct object *)schema->children.item[i])->name, name))
            return true;
    return false;
}

static void set_parent(struct render *render, const struct change *change, const char *words, const char *above)
{
    struct buf out = pg_begin(render, "");
    pg_alter_table(&out, change->after);
    buf_addf(&out, "%s %s", words, above);
    render_statement(render, &out);
}

/*
 * For a while all those tables inherit this column from one, with which the server changes it everywhere; gives that one's name.
 * The statements are one block for each of the changes where comments tell what they are for.
 */
static const char *parent_begin(struct render *render, const struct list *changes, const struct column *column)
{
    const struct object *table = ((const struct change *)changes->item[0])->after->parent;
    const char *name = "_dbwarden_parent";
    for (int n = 2; is_taken(render->before, table, name) || is_taken(render->after, table, name); n++)
        name = arena_printf(render->mem, "_dbwarden%d_parent", n);
    struct buf above = pg_begin(render, ""), out = pg_begin(render, "CREATE TABLE ");
    pg_sibling(&above, table, name);
    buf_addf(&out, "%s (", above.data);
    pg_ident_add(&out, column->object.name);
    buf_add_c(&out, ' ');
    type_add(&out, column);
    buf_add_c(&out, ')');
    render->change = changes->item[changes->n - 1];
    render_statement(render, &out);
    for (int i = changes->n - 1; i >= 0; i--) {
        render->change = changes->item[i];
        set_parent(render, changes->item[i], "INHERIT", above.data);
    }
    return above.data;
}

static void parent_end(struct render *render, const struct list *changes, const char *above)
{
    struct buf out = pg_begin(render, "DROP TABLE ");
    for (int i = 0; i < changes->n; i++)
        set_parent(render, changes->item[i], "NO INHERIT", above);
    buf_add(&out, above);
    render_statement(render, &out);
}

static void retype_together(struct render *render, const struct list *changes)
{
    const struct column_change c = change_of(render, changes->item[0]);
    const char *above = parent_begin(render, changes, c.before);
    struct buf out = pg_begin(render, "ALTER TABLE ");
    buf_addf(&out, "%s ALTER COLUMN ", above);
    pg_ident_add(&out, c.after->object.name);
    buf_add_c(&out, ' ');
    set_type(render, &c, &out);
    parent_end(render, changes, above);
}

/* The change, and those that are done with it. */
static struct list changes_of(struct arena *mem, const struct change *change)
{
    struct list changes = {0};
    list_add(mem, &changes, (void *)(uintptr_t)change);
    for (int i = 0; i < change->absorbed.n; i++)
        list_add(mem, &changes, change->absorbed.item[i]);
    return changes;
}

static void rename_column(struct render *render, const struct change *change, struct buf *out)
{
    buf_add(out, "RENAME COLUMN ");
    pg_ident_add(out, change->before->name);
    buf_add(out, " TO ");
    pg_ident_add(out, change->after->name);
    render_statement(render, out);
}

int pg_column_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "");
    if (change->led)
        return 0;
    if (!change->absorbed.n) {
        pg_alter_table(&out, change->after);
        rename_column(render, change, &out);
        return 0;
    }
    const struct list changes = changes_of(render->mem, change);
    struct column column = *(const struct column *)change->renamed;
    column.object.name = change->before->name;
    const char *above = parent_begin(render, &changes, &column);
    buf_addf(&out, "ALTER TABLE %s ", above);
    rename_column(render, change, &out);
    parent_end(render, &changes, above);
    return 0;
}

int pg_column_alter(struct render *render, const struct change *change)
{
    if (change->led)
        return 0;
    const struct list changes = changes_of(render->mem, change);
    struct column_change *all = NEW_ARRAY(render->mem, struct column_change, changes.n);
    for (int i = 0; i < changes.n; i++) {
        render->change = changes.item[i];
        all[i] = change_of(render, changes.item[i]);
        column_before(render, &all[i]);
    }
    if (changes.n > 1)
        retype_together(render, &changes);
    else if (all[0].retype) {
        struct buf out = alter_column(render, all[0].after);
        set_type(render, &all[0], &out);
    }
    for (int i = 0; i < changes.n; i++) {
        render->change = changes.item[i];
        if (all[i].retype)
            retype_settle(render, &all[i]);
        column_behind(render, &all[i]);
    }
    return 0;
}
