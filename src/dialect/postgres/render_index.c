/*
 * Indexes that no constraint stands behind.  On a table that was there before, one may be built CONCURRENTLY, which
 * refuses a transaction; a table that the same plan makes has no rows to wait for.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

/* lower(name) may stand bare; any other expression needs parentheses. */
static bool is_call(const char *expr)
{
    struct lexer lexer;
    struct token token;
    int depth = 0;

    lex_open(&lexer, &pg_lex, expr, strlen(expr));
    token = lex_next_code(&lexer);
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED)
        return false;
    token = lex_next_code(&lexer);
    if (!token_is(&token, "("))
        return false;
    for (; token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0) {
            token = lex_next_code(&lexer);
            return token.kind == TOKEN_END;
        }
    }
    return false;
}

static void part_text(struct buf *out, const struct index_part *part)
{
    const char *expr = expr_text(&part->expr);

    if (part->column)
        pg_ident_add(out, part->column);
    else if (is_call(expr))
        buf_add(out, expr);
    else
        pg_wrapped(out, expr);
    if (part->collation) {
        buf_add(out, " COLLATE ");
        pg_collation_add(out, part->collation);
    }
    if (part->opclass)
        buf_addf(out, " %s", part->opclass);
    if (part->descending)
        buf_add(out, part->nulls_first ? " DESC" : " DESC NULLS LAST");
    else if (part->nulls_first)
        buf_add(out, " NULLS FIRST");
}

static void parts_text(struct buf *out, const struct index *index)
{
    const char *comma = "";

    buf_add(out, " (");
    for (int i = 0; i < index->object.children.n; i++) {
        const struct object *child = index->object.children.item[i];
        if (child->kind != KIND_INDEX_PART)
            continue;
        buf_add(out, comma);
        part_text(out, (const struct index_part *)child);
        comma = ", ";
    }
    buf_add_c(out, ')');
}

/* The order of the clauses is the grammar's: NULLS NOT DISTINCT, WITH, TABLESPACE, WHERE. */
static void clauses_text(struct buf *out, const struct index *index)
{
    if (index->include.n > 0) {
        buf_add(out, " INCLUDE ");
        ansi_column_list(out, &pg_dialect, &index->include);
    }
    if (index->nulls_not_distinct)
        buf_add(out, " NULLS NOT DISTINCT");
    if (index->options.n > 0)
        buf_addf(out, " WITH (%s)", names_join(out->mem, &index->options, ", "));
    if (index->tablespace) {
        buf_add(out, " TABLESPACE ");
        pg_ident_add(out, index->tablespace);
    }
    if (pg_expr_said(&index->predicate))
        buf_addf(out, " WHERE %s", expr_text(&index->predicate));
}

const char *pg_index_shape(struct arena *mem, const struct index *index)
{
    struct buf out;
    buf_init(&out, mem);
    buf_addf(&out, "%s %s", index->is_unique ? "unique" : "", index->method ? index->method : "btree");
    parts_text(&out, index);
    clauses_text(&out, index);
    return out.data;
}

void pg_index_text(struct buf *out, const struct index *index, bool concurrently)
{
    buf_addf(out, "CREATE %sINDEX %s", index->is_unique ? "UNIQUE " : "", concurrently ? "CONCURRENTLY " : "");
    if (index->object.named || concurrently) { /* a run that is repeated has to find what it made */
        pg_ident_add(out, index->object.name);
        buf_add_c(out, ' ');
    }
    buf_add(out, "ON ");
    pg_table(out, &index->object);
    if (index->method && !text_equal(index->method, "btree"))
        buf_addf(out, " USING %s", index->method);
    parts_text(out, index);
    clauses_text(out, index);
}

static void index_comment(struct render *render, const struct index *index)
{
    struct buf name = pg_begin(render, "");

    pg_sibling(&name, &index->object, index->object.name);
    pg_comment(render, "INDEX", &name, index->comment);
}

static void targets_set(struct render *render, const struct index *index, const struct names *targets, bool reset)
{
    for (int i = 0; i < targets->n; i++) {
        struct buf out = pg_begin(render, "ALTER INDEX ");
        const char *value = strchr(targets->item[i], '=');
        pg_sibling(&out, &index->object, index->object.name);
        buf_addf(&out, " ALTER COLUMN %.*s SET STATISTICS %s", (int)strcspn(targets->item[i], "="), targets->item[i],
                 reset || !value ? "-1" : value + 1);
        render_statement(render, &out);
    }
}

static bool has_target(const struct names *targets, const char *target)
{
    size_t place = strcspn(target, "=") + 1;
    for (int i = 0; i < targets->n; i++)
        if (!strncmp(targets->item[i], target, place))
            return true;
    return false;
}

static void targets_alter(struct render *render, const struct index *before, const struct index *after)
{
    const struct names *was = &before->statistics_targets, *is = &after->statistics_targets;
    struct names come = {0}, go = {0};
    for (int i = 0; i < is->n; i++)
        if (!names_have(was, is->item[i]))
            names_add(render->mem, &come, is->item[i]);
    for (int i = 0; i < was->n; i++)
        if (!has_target(is, was->item[i]))
            names_add(render->mem, &go, was->item[i]);
    targets_set(render, after, &go, true);
    targets_set(render, after, &come, false);
}

/*
 * A unique key of the same name stands on the other side: that has to go before this comes, and only one transaction for both
 * keeps the rows from being without either.
 */
static bool takes_turns(const struct index *index)
{
    static const enum kind keys[] = {KIND_UNIQUE, KIND_PRIMARY_KEY, KIND_INDEX};
    const struct object *other = index->object.parent->peer;
    for (size_t i = 0; other && index->is_unique && i < sizeof keys / sizeof *keys; i++) {
        const struct object *key = object_child(other, keys[i], index->object.name);
        if (key && (key->kind != KIND_INDEX || ((const struct index *)key)->is_unique))
            return true;
    }
    return false;
}

static bool may_be_concurrent(const struct render *render, const struct change *change)
{
    const struct index *index = (const struct index *)change_object(change);
    const struct object *parent = index->object.parent;
    bool is_new = !parent->peer || (parent->made && parent->made->op == CHANGE_CREATE);
    bool partitioned = parent->kind == KIND_TABLE && expr_text(&((const struct table *)parent)->partition_by);

    if (!render->concurrently || change->makes_room || is_new || partitioned || takes_turns(index))
        return false;
    return !object_says(&index->object, INDEX_concurrently) || index->concurrently;
}

static bool is_marked(const struct object *object, const char *mark)
{
    int field = object ? field_find(object->kind, mark) : -1;
    return field >= 0 && *(const bool *)object_field(object, field);
}

/* Does one of the indexes of a table have the mark? A table has each at most once. */
static bool any_is_marked(const struct object *table, const char *mark)
{
    for (int i = 0; i < table->children.n; i++)
        if (is_marked(table->children.item[i], mark))
            return true;
    return false;
}

static void mark_set(struct render *render, const struct object *index, const char *words)
{
    struct buf out = pg_alter_top(render, index->parent);
    buf_add(&out, words);
    pg_ident_add(&out, index->name);
    render_statement(render, &out);
}

static void mark_end(struct render *render, const struct object *table, const char *words)
{
    struct buf out = pg_alter_top(render, table);
    buf_add(&out, words);
    render_statement(render, &out);
}

static bool mark_differs(const struct change *change, const struct object *index, const char *mark)
{
    return change ? change_has(change, field_find(index->kind, mark)) : is_marked(index, mark);
}

bool pg_has_identity(const struct object *top)
{
    return any_is_marked(top, "replica_identity") ||
           (top->kind == KIND_TABLE && ((const struct table *)top)->replica_identity);
}

void pg_index_marks(struct render *render, const struct change *change, const struct object *index)
{
    static const char clustered[] = "clustered", identity[] = "replica_identity";
    if (field_find(index->kind, clustered) >= 0 && mark_differs(change, index, clustered)) {
        if (is_marked(index, clustered))
            mark_set(render, index, "CLUSTER ON ");
        else if (!any_is_marked(index->parent, clustered))
            mark_end(render, index->parent, "SET WITHOUT CLUSTER");
    }
    if (field_find(index->kind, identity) >= 0 && mark_differs(change, index, identity)) {
        if (is_marked(index, identity))
            mark_set(render, index, "REPLICA IDENTITY USING INDEX ");
        else if (!pg_has_identity(index->parent))
            mark_end(render, index->parent, "REPLICA IDENTITY DEFAULT");
    }
}

/* The server forgets what a table is sorted by along with the index, but not that rows are told apart by it. */
void pg_index_marks_drop(struct render *render, const struct object *index)
{
    const struct object *table = index->parent->peer;
    if (is_marked(index, "replica_identity") && table && !pg_has_identity(table))
        mark_end(render, index->parent, "REPLICA IDENTITY DEFAULT");
}

int pg_index_create(struct render *render, const struct change *change)
{
    const struct index *index = (const struct index *)change->after;
    bool concurrently = may_be_concurrent(render, change);
    struct buf out = pg_begin(render, "");

    pg_index_text(&out, index, concurrently);
    if (concurrently)
        render_alone(render, &out);
    else
        render_statement(render, &out);
    targets_set(render, index, &index->statistics_targets, false);
    pg_index_marks(render, NULL, change->after);
    if (index->comment)
        index_comment(render, index);
    return 0;
}

int pg_index_drop(struct render *render, const struct change *change)
{
    if (pg_index_is_taken(change->before) || pg_index_is_attached(render, change->before))
        return 0;
    bool concurrently = may_be_concurrent(render, change);
    struct buf out = pg_begin_drop(render, concurrently ? "DROP INDEX CONCURRENTLY " : "DROP INDEX ", change->before);
    pg_sibling(&out, change->before, change->before->name);
    if (concurrently)
        render_alone(render, &out);
    else
        render_statement(render, &out);
    pg_index_marks_drop(render, change->before);
    return 0;
}

int pg_index_alter(struct render *render, const struct change *change)
{
    const struct index *before = (const struct index *)change->before, *after = (const struct index *)change->after;
    struct buf out = pg_begin(render, "ALTER INDEX ");

    pg_sibling(&out, change->after, change->after->name);
    buf_add_c(&out, ' ');
    if (change_has(change, INDEX_options))
        pg_options_alter(render, out.data, &before->options, &after->options);
    if (change_has(change, INDEX_tablespace))
        pg_tablespace_alter(render, out.data, after->tablespace);
    if (change_has(change, INDEX_statistics_targets))
        targets_alter(render, before, after);
    pg_index_marks(render, change, change->after);
    if (change_has(change, INDEX_comment))
        index_comment(render, after);
    return 0;
}

int pg_index_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER INDEX ");

    pg_sibling(&out, change->before, change->before->name);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
