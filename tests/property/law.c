/* The steps between two schemas on a real database: compare, plan, parse (PostgreSQL's own grammar), run, load. */
#include "law.h"

#include <string.h>

#include "base/text.h"
#include "dialect/common.h"

#ifdef HAVE_PG_QUERY
#include <pg_query.h>
#endif

int law_broken(struct law *law, const char *text)
{
    return fail(law->ctx, ERR_FAILED, "%s: %s", law->doing, text);
}

int law_open(struct law *law, const struct url *url)
{
    TRY(law->dialect->driver->scratch(law->ctx, &(struct scratch_spec){.near = url}, &law->conn));
    return target_read(law->ctx, law->conn, &law->target);
}

struct tree *law_settled(struct law *law, const struct tree *tree)
{
    struct tree *copy = tree_copy(law->ctx->mem, tree);
    tree_settle(law->ctx->mem, &law->target, copy);
    return copy;
}

static void field_clear(struct arena *mem, struct object *object, int field)
{
    const struct object *blank = object_new(mem, object->kind, NULL, NULL);
    field_copy(mem, object, blank, field);
    object_unsay(object, field);
}

/* A body in SQL's own words as a text, which the server reads when it is made. */
static void body_quote(struct arena *mem, struct function *function)
{
    static const char begin[] = "\nBEGIN ATOMIC\n", end[] = ";\nEND";
    const char *text = function->definition.written, *body = text ? strstr(text, begin) : NULL;
    if (!body || !text_ends(text, end))
        return;
    size_t head = (size_t)(body - text), from = head + strlen(begin);
    body = text_slice(mem, text, from, strlen(text) - strlen(end));
    SAY(function, FUNCTION, body, ((struct expr){body, NULL}));
    function->definition.written = arena_printf(mem, "%.*s\nAS $$%s$$", (int)head, text, body);
}

static void object_suit(struct law *law, const struct since *row, struct object *object)
{
    bool asked = row->when ? row->when(law->ctx->mem, NULL, object)
                           : object_says(object, row->field) && !field_is_none(object, row->field);
    if (!asked)
        return;
    if (object->kind == KIND_STATISTICS)
        object_remove(object);
    else if (object->kind == KIND_FUNCTION)
        body_quote(law->ctx->mem, (struct function *)object);
    else
        field_clear(law->ctx->mem, object, row->field);
}

void law_suit(struct law *law, struct tree *tree)
{
    for (const struct since *row = law->dialect->since; row && row->version; row++) {
        struct object *next = target_lacks(&law->target, row->version) ? tree->root : NULL;
        for (struct object *o = next; o; o = next) {
            next = object_next(tree->root, o);
            if (o->kind == row->kind)
                object_suit(law, row, o);
        }
    }
}

static const struct object *twin_of(const struct object *object, const struct tree *built)
{
    if (!object->parent)
        return built->root;
    const struct object *parent = twin_of(object->parent, built);
    return parent && object->name ? object_child(parent, object->kind, object->name) : NULL;
}

void law_learn(const struct tree *tree, const struct tree *built)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        bool spells = tree->engine & (ENGINE_MY | ENGINE_MARIA); /* in its own words, whatever it is */
        const struct object *same = spells || kind_is(o->kind, KIND_IS_TEXT) ? twin_of(o, built) : NULL;
        for (int i = 0; same && i < kind_table[o->kind].fields; i++)
            if (kind_table[o->kind].field[i].type == FIELD_EXPR)
                ((struct expr *)object_field(o, i))->printed = expr_text(object_field(same, i));
    }
}

int law_changes(struct law *law, const struct tree *a, const struct tree *b, struct changes **changes)
{
    const struct diff_input input = {
        .target = &law->target, .before = law_settled(law, a), .after = law_settled(law, b), .renames = law->renames};
    return diff_trees(law->ctx, &input, changes);
}

static const char *value_text(const struct object *object, int field)
{
    const void *value = object_field(object, field);
    const char *text = NULL;
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_EXPR: text = expr_text(value); break;
    case FIELD_TEXT:
    case FIELD_TYPE: text = *(const char *const *)value; break;
    default: break;
    }
    return text ? text : "-";
}

int law_agree(struct law *law, const struct tree *a, const struct tree *b)
{
    struct changes *changes;
    TRY(law_changes(law, a, b, &changes));
    if (!changes->list.n)
        return 0;
    const struct change *first = changes->list.item[0];
    const char *path = object_path(law->ctx->mem, change_object(first));
    for (int i = 0; first->op == CHANGE_ALTER && i < kind_table[first->kind].fields; i++)
        if (change_has(first, i))
            path = arena_printf(law->ctx->mem, "%s field %s: %s, %s", path, kind_table[first->kind].field[i].name,
                                value_text(first->before, i), value_text(first->after, i));
    return law_broken(law, arena_printf(law->ctx->mem, "%d changes left, first: %s %s", changes->list.n,
                                        change_op_name(first->op), path));
}

int law_load(struct law *law, struct tree **tree)
{
    TRY(law->dialect->load(law->ctx, law->conn, &law->filter, tree));
    tree_settle(law->ctx->mem, &law->target, *tree);
    return 0;
}

/* The library has the grammar of 15; what a later server can do more, that server itself has to parse. */
static bool is_known_grammar(const struct law *law)
{
    return law->dialect->engine == ENGINE_PG && law->target.version < 160000;
}

static int parses(struct law *law, const struct plan *plan)
{
#ifdef HAVE_PG_QUERY
    for (int i = 0; is_known_grammar(law) && i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        PgQueryParseResult result = pg_query_parse(statement->sql);
        const char *error = result.error ? arena_dup(law->ctx->mem, result.error->message) : NULL;
        pg_query_free_parse_result(result);
        if (error)
            return law_broken(law, arena_printf(law->ctx->mem, "does not parse: %s: %s", statement->sql, error));
    }
#else
    (void)law;
    (void)plan;
#endif
    return 0;
}

/* As the runner does it: one transaction, cut where a statement refuses one or a new enum label must be committed. */
int law_run(struct law *law, const struct plan *plan)
{
    struct ctx *ctx = law->ctx;
    int from = 0, n = plan->statements.n;
    while (from < n) {
        struct batch batch = {.transaction = true};
        batch.step = NEW_ARRAY(ctx->mem, struct batch_step, n);
        while (from + batch.n < n) {
            const struct statement_out *statement = plan->statements.item[from + batch.n];
            struct classified classified;
            size_t length = strlen(statement->sql);
            classify(ctx->mem, law->dialect->classify, &(struct sql_piece){.text = statement->sql, .length = length},
                     &classified);
            if (classified.refuses_transaction && batch.n)
                break;
            batch.step[batch.n++] = (struct batch_step){.sql = statement->sql, .length = length};
            batch.transaction = !classified.refuses_transaction;
            if (classified.refuses_transaction || classified.ends_segment)
                break;
        }
        TRY(conn_batch(ctx, law->conn, &batch));
        from += batch.n;
    }
    return 0;
}

int law_plans(struct law *law, struct changes *changes, struct plan **up, struct plan **down)
{
    struct plan_options options = {.concurrently = law->concurrently};
    TRY(plan_make(law->ctx, &law->target, changes, &options, up));
    TRY(parses(law, *up));
    TRY(plan_reverse(law->ctx, &law->target, *up, &options, down));
    return parses(law, *down);
}

int law_learn_alone(struct law *law, const struct url *url, const struct tree *tree, struct plan **shown)
{
    struct law other = *law;
    struct tree *nothing, *built;
    struct changes *changes;
    struct plan *unused;
    TRY(law_open(&other, url));
    int code = law_load(&other, &nothing);
    code = code < 0 ? code : law_changes(&other, nothing, tree, &changes);
    code = code < 0 ? code : law_plans(&other, changes, shown, &unused);
    code = code < 0 ? code : law_run(&other, *shown);
    code = code < 0 ? code : law_load(&other, &built);
    conn_close(&other.conn);
    if (code == 0)
        law_learn(tree, built);
    return code;
}
