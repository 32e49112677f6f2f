/*
 * Another name for a column on MySQL, which refuses it while a check, a generated column or an index over an expression names
 * the column.  It takes a column and an index with the new name in the same statement, and a check that goes in it and comes after it.
 */
#include "base/text.h"
#include "dialect/mysql/render.h"

struct renaming {
    struct render *render;
    const struct change *change;
    const struct object *table; /* as it is when the statement is run, but for names that are still to come */
    struct buf out;             /* clauses */
    struct buf later; /* those of a statement after it: checks, which a table with a renamed key takes no sooner */
};

static bool is_of(const struct change *rename, const struct object *object)
{
    return rename->op == CHANGE_RENAME && (rename->renamed == object || rename->renamed == object->peer);
}

/* What it is called once this statement is done: other renames of the plan come before it, or after. */
static const char *name_then(const struct renaming *renaming, const struct object *object)
{
    const struct list *steps = renaming->render->steps;
    const char *name = NULL;
    bool done = true;
    for (int i = 0; i < steps->n; i++) {
        const struct change *step = steps->item[i];
        if (is_of(step, object) && (done || !name))
            name = done ? step->after->name : step->before->name;
        done = done && step != renaming->change;
    }
    return name ? name : object->name;
}

static const struct object *column_of(const struct renaming *renaming, const char *name)
{
    for (int i = 0; i < renaming->table->children.n; i++) {
        const struct object *column = renaming->table->children.item[i];
        if (column->kind == KIND_COLUMN && text_equal_nocase(column->name, name))
            return column;
    }
    return NULL;
}

/* Is it generated from the column, at once or by way of another? */
static bool rests_on(const struct renaming *renaming, const struct object *column);

/* The text with the names from then; `names` becomes true if it names the column, or what is generated from it if that counts. */
static struct expr expr_then(const struct renaming *renaming, const struct expr *expr, bool through, bool *names)
{
    struct arena *mem = renaming->render->mem;
    const char *text = expr_text(expr);
    struct lexer lexer;
    struct buf out;
    if (!text)
        return (struct expr){0};
    buf_init(&out, mem);
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END;) {
        struct token next = lex_next(&lexer);
        bool call = token_is(&next, "(") || token_is(&next, ".");
        bool name = !call && (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED);
        const struct object *column = name ? column_of(renaming, token_name(mem, &token)) : NULL;
        *names = *names || (column && (is_of(renaming->change, column) || (through && rests_on(renaming, column))));
        if (column)
            my_ident_add(&out, name_then(renaming, column));
        else
            buf_add_n(&out, token.text, token.length);
        token = next;
    }
    return (struct expr){.written = out.data};
}

static bool rests_on(const struct renaming *renaming, const struct object *column)
{
    bool names = false;
    expr_then(renaming, &((const struct column *)column)->computed, true, &names);
    return names;
}

static void clause_begin(struct buf *out)
{
    if (out->len)
        buf_add(out, ",\n    ");
}

static void check_follows(struct renaming *renaming, const struct check *check)
{
    struct check after = *check;
    bool names = false;
    after.expr = expr_then(renaming, &check->expr, false, &names);
    if (!names)
        return;
    clause_begin(&renaming->out);
    buf_add(&renaming->out, "DROP CHECK ");
    after.object.name = name_then(renaming, &check->object);
    after.object.named = true;
    my_ident_add(&renaming->out, after.object.name);
    clause_begin(&renaming->later);
    buf_add(&renaming->later, "ADD ");
    my_constraint_text(&renaming->later, &after.object);
}

static void column_follows(struct renaming *renaming, const struct column *column)
{
    struct column after = *column;
    bool names = false;
    after.computed = expr_then(renaming, &column->computed, false, &names);
    after.default_value = expr_then(renaming, &column->default_value, false, &names);
    if (!names)
        return;
    after.object.name = name_then(renaming, &column->object);
    clause_begin(&renaming->out);
    buf_add(&renaming->out, "MODIFY COLUMN ");
    my_column_definition(renaming->render, &renaming->out, &after);
}

static void index_follows(struct renaming *renaming, const struct index *index)
{
    struct arena *mem = renaming->render->mem;
    struct object *copy = object_copy(mem, &index->object, NULL);
    bool names = false;
    for (int i = 0; i < copy->children.n; i++) {
        struct index_part *part = copy->children.item[i];
        part->expr = expr_then(renaming, &part->expr, true, &names);
        const struct object *column = part->column ? column_of(renaming, part->column) : NULL;
        if (column)
            part->column = name_then(renaming, column);
    }
    if (!names)
        return;
    copy->name = name_then(renaming, &index->object);
    clause_begin(&renaming->out);
    buf_add(&renaming->out, "DROP INDEX ");
    my_ident_add(&renaming->out, copy->name);
    buf_add(&renaming->out, ", ADD ");
    my_index_text(renaming->render, &renaming->out, (const struct index *)copy);
}

static void others_follow(struct renaming *renaming)
{
    for (int i = 0; i < renaming->table->children.n; i++) {
        const struct object *child = renaming->table->children.item[i];
        switch (child->kind) {
        case KIND_CHECK: check_follows(renaming, (const struct check *)child); break;
        case KIND_COLUMN: column_follows(renaming, (const struct column *)child); break;
        case KIND_INDEX: index_follows(renaming, (const struct index *)child); break;
        default: break;
        }
    }
}

/* What is said of partitions is said again after all clauses, without a comma. */
static void partitioning_follows(struct renaming *renaming)
{
    const struct object *object = object_only(renaming->table, KIND_PARTITIONING);
    if (!object)
        return;
    struct partitioning after = *(const struct partitioning *)object;
    bool names = false;
    after.expr = expr_then(renaming, &after.expr, false, &names);
    after.sub_expr = expr_then(renaming, &after.sub_expr, false, &names);
    if (!names)
        return;
    buf_add(&renaming->out, "\n    PARTITION BY ");
    my_partitioning_text(&renaming->out, &after, "\n    ");
}

/* Renames come first, or on the way back last: then the trees have the name that is given up, be it by way of another one. */
static bool is_last(const struct render *render, const struct change *change)
{
    const struct change *first = change;
    for (int i = render->steps->n - 1; i >= 0; i--) {
        const struct change *step = render->steps->item[i];
        if (step->op == CHANGE_RENAME && step->renamed == change->renamed)
            first = step;
    }
    return text_equal(change->renamed->name, first->before->name);
}

/* As it is when the statement is run. */
static const struct object *object_then(const struct render *render, const struct change *change)
{
    const struct object *object = change->renamed;
    const struct object *root = is_last(render, change) ? render->after->root : render->before->root;
    bool here = object_ancestor(object, KIND_DATABASE) == root;
    return !here && object->peer ? object->peer : object;
}

int my_column_rename_with(struct render *render, const struct change *change)
{
    struct renaming renaming = {.render = render, .change = change, .table = object_then(render, change)->parent};
    buf_init(&renaming.out, render->mem);
    buf_init(&renaming.later, render->mem);
    buf_add(&renaming.out, "RENAME COLUMN ");
    my_ident_add(&renaming.out, change->before->name);
    buf_add(&renaming.out, " TO ");
    my_ident_add(&renaming.out, change->after->name);
    others_follow(&renaming);
    partitioning_follows(&renaming);
    my_clause(render, change->renamed, CLAUSE_RENAME, &renaming.out);
    if (renaming.later.len)
        my_clause(render, change->renamed, CLAUSE_ALONE, &renaming.later);
    return 0;
}

/* A default with the name that its sequence gets, in place of the one that the trees have; NULL: it does not say that. */
static const char *counter_renamed(struct arena *mem, const struct change *rename, const char *text)
{
    struct lexer lexer;
    struct buf out;
    bool names = false;
    if (!text)
        return NULL;
    buf_init(&out, mem);
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        bool own = name && text_equal_nocase(token_name(mem, &token), rename->renamed->name);
        names = names || own;
        if (own)
            my_ident_add(&out, rename->after->name);
        else
            buf_add_n(&out, token.text, token.length);
    }
    return names ? out.data : NULL;
}

/* Defaults keep the name that a sequence had. */
int my_sequence_rename(struct render *render, const struct change *change)
{
    my_table_rename(render, change);
    for (const struct edge *edge = object_then(render, change)->needed; edge; edge = edge->next_needed) {
        const struct column *column = (const struct column *)edge->from;
        const char *text = edge->from->kind == KIND_COLUMN
                               ? counter_renamed(render->mem, change, expr_text(&column->default_value))
                               : NULL;
        if (!text)
            continue;
        struct buf out = my_begin(render, "ALTER COLUMN ");
        my_ident_add(&out, column->object.name);
        buf_addf(&out, " SET DEFAULT (%s)", text);
        my_clause(render, edge->from, CLAUSE_ALONE, &out);
    }
    return 0;
}
