/*
 * The statements of a plan, run on copies of the tables, views and types that they are about (dialect->judge): first what makes
 * the copies, from the tree that is, then the way up and the way back.
 *
 * Only where it is certain that nothing else is touched, and that a refusal means what it would mean there: all of it in the
 * schema "", whose name no text has, and nothing that no kind models (a function over an enum) rests on it.  Where a refusal would
 * undo the whole file, only for plans that give something another type, because that is where operators and values come in that
 * the program does not know; where each statement stays done, for all.
 */
#include "run/rehearsal.h"

#include "base/map.h"
#include "base/text.h"
#include "diff/graph.h"

struct rehearsal {
    struct ctx *ctx;
    struct session *session;
    struct map depth;   /* by the path of what is copied: whether that is true of its dependents too */
    struct list chosen; /* struct object *, of the tree that is */
    struct list added;  /* struct statement_out *: as the server gets them */
    struct list meant;  /* const struct statement_out *: what each is, of a plan; NULL: of the copies */
    int up_end;         /* of them, up to where the way up goes */
    bool online;
};

/* ---- is it worth it, and is it safe ---- */

static bool is_retyped(const struct change *step)
{
    const struct kind_info *info = &kind_table[step->kind];
    if (step->op != CHANGE_ALTER)
        return false;
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].type == FIELD_TYPE && change_has(step, i))
            return true;
    return kind_is(step->kind, KIND_IS_TYPE);
}

/* What a foreign key refers to; NULL. */
static const struct ref *key_of(const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; kind_is(object->kind, KIND_NEEDS_KEY) && i < info->fields; i++)
        if (info->field[i].type == FIELD_REF && object_says(object, i))
            return object_field(object, i);
    return NULL;
}

static bool reaches_elsewhere(const struct change *step)
{
    const struct object *object = change_object(step);
    if (kind_is(step->kind, KIND_WIDE) || *object_schema(object))
        return true;
    for (int side = 0; side < 2; side++) {
        const struct object *root = side ? step->after : step->before;
        for (const struct object *o = root; o; o = object_next(root, o)) {
            const struct ref *ref = key_of(o);
            if (ref && ref->schema && *ref->schema)
                return true;
        }
    }
    return false;
}

static bool is_worth_it(const struct dialect *dialect, const struct plan *plan)
{
    bool retyped = !dialect->transactional_ddl;
    for (int i = 0; i < plan->changes->list.n; i++) {
        const struct change *step = plan->changes->list.item[i];
        if (reaches_elsewhere(step))
            return false;
        retyped = retyped || is_retyped(step);
    }
    return retyped;
}

static bool is_held(const struct rehearsal *rehearsal, const struct tree *live)
{
    for (int i = 0; i < live->held.n; i++) {
        const struct held *held = live->held.item[i];
        for (int k = 0; k < rehearsal->chosen.n; k++) {
            const struct object *top = rehearsal->chosen.item[k];
            if (!held->falls && text_equal(held->what.name, top->name) && !(held->what.schema && *held->what.schema))
                return true;
        }
    }
    return false;
}

/* ---- what is copied ---- */

static struct object *top_of(const struct object *object)
{
    const struct object *top = object;
    while (top->parent && !kind_is(top->parent->kind, KIND_NAMESPACE))
        top = top->parent;
    return (struct object *)(uintptr_t)top;
}

/* All that it needs; and all that needs it, for that may stand in the way.  Foreign keys would lead to every table. */
static void choose(struct rehearsal *rehearsal, const struct object *object, bool dependents)
{
    struct arena *mem = rehearsal->ctx->mem;
    struct object *top = top_of(object);
    if (!top->parent || *object_schema(top) || kind_is(top->kind, KIND_WIDE))
        return;
    const char *path = object_path(mem, top);
    static bool with = true, without = false;
    const bool *chosen = map_get(&rehearsal->depth, path);
    if (chosen && (*chosen || !dependents))
        return;
    if (!chosen)
        list_add(mem, &rehearsal->chosen, top);
    map_set(&rehearsal->depth, path, dependents ? &with : &without);
    for (struct object *o = top; o; o = object_next(top, o)) {
        for (const struct edge *edge = o->needs; edge; edge = edge->next_need)
            if (!kind_is(o->kind, KIND_NEEDS_KEY))
                choose(rehearsal, edge->to, false);
        for (const struct edge *edge = o->needed; edge && dependents; edge = edge->next_needed)
            if (!kind_is(edge->from->kind, KIND_NEEDS_KEY))
                choose(rehearsal, edge->from, true);
    }
}

static void step_choose(struct rehearsal *rehearsal, const struct change *step)
{
    const struct object *const sides[] = {step->before, step->after};
    if (step->op == CHANGE_RENAME)
        return;
    for (int i = 0; i < 2; i++) {
        const struct object *root = sides[i];
        if (!root)
            continue;
        struct object *top = i ? top_of(root)->peer : top_of(root);
        if (top)
            choose(rehearsal, top, true);
        for (const struct object *o = root; o; o = object_next(root, o))
            for (const struct edge *edge = o->needs; edge; edge = edge->next_need) {
                struct object *needed = i ? top_of(edge->to)->peer : top_of(edge->to);
                if (needed)
                    choose(rehearsal, needed, false);
            }
    }
}

static struct tree *tree_of_copies(struct rehearsal *rehearsal)
{
    struct arena *mem = rehearsal->ctx->mem;
    struct tree *tree = tree_new(mem, rehearsal->session->target->dialect->engine);
    struct object *home = tree_schema(mem, tree, "");
    struct list out = {0};
    tree->kinds = kind_set_all();
    for (int i = 0; i < rehearsal->chosen.n; i++)
        object_copy(mem, rehearsal->chosen.item[i], home);
    for (struct object *o = home; o; o = object_next(home, o)) {
        o->stranger = o->by_element = false;
        const struct ref *ref = key_of(o);
        if (ref && !tree_find(tree, KIND_TABLE, ref->schema, ref->name))
            list_add(mem, &out, o);
    }
    for (int i = 0; i < out.n; i++)
        object_remove(out.item[i]);
    return tree;
}

/* ---- what the server is asked to do ---- */

/* CONCURRENTLY needs a transaction of its own; what it does is the same. */
static const char *within_transaction(const struct rehearsal *rehearsal, const char *sql)
{
    struct lexer lexer;
    lex_open(&lexer, rehearsal->session->target->dialect->lex, sql, strlen(sql));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, "concurrently"))
            return arena_printf(rehearsal->ctx->mem, "%.*s%s", (int)(token.text - sql), sql, token.text + token.length);
    return sql;
}

static void plan_add(struct rehearsal *rehearsal, const struct plan *plan, bool of_copies)
{
    struct arena *mem = rehearsal->ctx->mem;
    for (int i = 0; i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        struct statement_out *tried = NEW(mem, struct statement_out);
        if (statement->change && statement->change->op == CHANGE_RENAME)
            continue; /* the copies have the new names */
        *tried = *statement;
        if (statement->refuses_transaction)
            tried->sql = within_transaction(rehearsal, statement->sql);
        list_add(mem, &rehearsal->added, tried);
        list_add(mem, &rehearsal->meant, of_copies ? NULL : (void *)(uintptr_t)statement);
    }
}

static int copies_add(struct rehearsal *rehearsal)
{
    struct ctx *ctx = rehearsal->ctx;
    struct tree *before = tree_new(ctx->mem, rehearsal->session->target->dialect->engine);
    const struct plan_options options = {0};
    struct changes *changes;
    struct plan *plan;
    before->kinds = kind_set_all();
    tree_schema(ctx->mem, before, "");
    const struct diff_input input = {
        .target = rehearsal->session->target, .before = before, .after = tree_of_copies(rehearsal)};
    TRY(diff_trees(ctx, &input, &changes));
    TRY(plan_make(ctx, input.target, changes, &options, &plan));
    plan_add(rehearsal, plan, true);
    return 0;
}

/* "public.t" would be the table itself. */
static bool names_the_schema(const struct rehearsal *rehearsal)
{
    const char *usual = target_usual(rehearsal->session->target);
    for (int i = 0; i < rehearsal->added.n; i++) {
        const char *sql = ((const struct statement_out *)rehearsal->added.item[i])->sql;
        for (const char *at = sql; (at = strstr(at, usual)); at++) {
            const char *end = at + strlen(usual);
            bool whole = at == sql || !char_is_word((unsigned char)at[-1]);
            if (whole && (*end == '.' || (*end && strchr("\"`", *end) && end[1] == '.')))
                return true;
        }
    }
    return false;
}

/* ---- what it says ---- */

static struct names strangers_on(struct arena *mem, const struct change *step)
{
    struct object *top = top_of(change_object(step));
    struct names found = {0};
    for (struct object *o = top; o; o = object_next(top, o))
        if (o->stranger && !kind_is(o->kind, KIND_PART | KIND_IS_COLUMN))
            names_add(mem, &found, object_path(mem, o));
    return found;
}

static int refusal_tell(struct rehearsal *rehearsal, const struct declined *declined, int at, struct plan *down)
{
    struct ctx *ctx = rehearsal->ctx;
    const struct statement_out *statement = rehearsal->meant.item[at];
    const char *path = object_path(ctx->mem, change_object(statement->change));
    if (at < rehearsal->up_end) {
        const struct names strangers = strangers_on(ctx->mem, statement->change);
        fail(ctx, ERR_UNSUPPORTED, "%s: %s: %s",
             declined->useless ? "nobody could use what this migration makes"
                               : "the server would refuse this migration",
             path, declined->error.message);
        ctx->error.sqlstate = declined->error.sqlstate;
        ctx->error.detail = arena_printf(ctx->mem, "tried on empty copies: %s", statement->sql);
        if (strangers.n)
            return fail_hint(ctx, "It may be for what was made by hand: %s. Change or drop that first.",
                             names_join(ctx->mem, &strangers, "; "));
        return fail_hint(ctx, "%s",
                         declined->error.hint ? declined->error.hint
                                              : "With --normalise offline it is written without having been tried.");
    }
    struct hazard *hazard = NEW(ctx->mem, struct hazard);
    *hazard = (struct hazard){
        .code = "fails",
        .wants_empty = true,
        .change = statement->change,
        .text = arena_printf(ctx->mem, "%s: the server would refuse this: %s", path, declined->error.message)};
    list_add(ctx->mem, &down->hazards, hazard);
    return 0;
}

/* Nothing is lost by it, unless the server was to say something. */
static int not_tried(const struct rehearsal *rehearsal, const char *why)
{
    struct ctx *ctx = rehearsal->ctx;
    if (rehearsal->online)
        emit_warning(ctx, "the server did not say which ALGORITHM and LOCK it takes, so none is written: %s", why);
    else
        emit_debug(ctx, "the migration was not tried out: %s", why);
    ctx->error = (struct error){0};
    return 0;
}

static int place_of(const struct rehearsal *rehearsal, const struct declined *declined)
{
    int at = 0;
    while (rehearsal->added.item[at] != declined->statement)
        at++;
    return at;
}

static void offline_tell(const struct rehearsal *rehearsal, const struct statement_out *statement, struct plan *plan)
{
    struct arena *mem = rehearsal->ctx->mem;
    struct hazard *hazard = NEW(mem, struct hazard);
    *hazard = (struct hazard){
        .code = "blocks-writers",
        .change = statement->change,
        .text = arena_printf(mem, "%s cannot be changed online, so nobody writes while it is done: %s",
                             object_path(mem, top_of(change_object(statement->change))), statement->offline)};
    list_add(mem, &plan->hazards, hazard);
}

static struct statement_out *tried_of(const struct rehearsal *rehearsal, const struct statement_out *statement)
{
    for (int i = 0; i < rehearsal->meant.n; i++)
        if (rehearsal->meant.item[i] == statement)
            return rehearsal->added.item[i];
    return NULL;
}

/* What the server took takes the places of the plan's statements; what it only does while nobody may write is a hazard. */
static void online_take(const struct rehearsal *rehearsal, struct plan *plan, bool up)
{
    const struct list written = plan->statements;
    plan->statements = (struct list){0};
    for (int i = 0; i < written.n; i++) {
        struct statement_out *tried = tried_of(rehearsal, written.item[i]);
        for (int k = 0; tried && k < tried->instead.n; k++) {
            struct statement_out *statement = tried->instead.item[k];
            list_add(rehearsal->ctx->mem, &plan->statements, statement);
            if (up && statement->offline)
                offline_tell(rehearsal, statement, plan);
        }
        if (!tried || !tried->instead.n)
            list_add(rehearsal->ctx->mem, &plan->statements, tried ? tried : written.item[i]);
    }
}

static bool makes_room(const struct plan *plan, const char *path, struct arena *mem)
{
    for (int i = 0; i < plan->changes->list.n; i++) {
        const struct change *step = plan->changes->list.item[i];
        if (step->op == CHANGE_DROP && step->replaced && text_equal(object_path(mem, step->before), path))
            return true;
    }
    return false;
}

/* A view over what is gone cannot come back after it made room, which would leave the migration halfway. */
static int broken_check(const struct rehearsal *rehearsal, const struct declined *declined, const struct plan *up)
{
    struct ctx *ctx = rehearsal->ctx;
    const struct object *view = declined->statement->change ? change_object(declined->statement->change) : NULL;
    const char *path = view ? object_path(ctx->mem, view) : NULL;
    struct buf sql;
    struct rows rows;
    if (!declined->missing || !view || !kind_is(view->kind, KIND_IS_TEXT) || !kind_is(view->kind, KIND_HAS_COLUMNS) ||
        !makes_room(up, path, ctx->mem))
        return 0;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "SELECT * FROM ");
    ident_add(&sql, rehearsal->session->target->dialect->ident, view->name);
    buf_add(&sql, " LIMIT 0");
    int code = conn_query(ctx, rehearsal->session->conn, sql.data, NULL, &rows);
    if (code != ERR_SQL)
        return code;
    const char *said = ctx->error.message;
    fail(ctx, ERR_UNSUPPORTED, "%s has to be made again and could not be, because it does not work as it is: %s", path,
         said);
    return fail_hint(ctx, "Correct it, or drop it, first.");
}

static int run(struct rehearsal *rehearsal, struct plan *up, struct plan *down)
{
    struct ctx *ctx = rehearsal->ctx;
    struct judgement judgement = {.statements = &rehearsal->added, .until_refused = true, .online = rehearsal->online};
    int code = rehearsal->session->target->dialect->judge(ctx, rehearsal->session->conn, &judgement);
    if (code == ERR_SQL) /* nobody may try things here */
        return not_tried(rehearsal, ctx->error.message);
    TRY(code);
    if (rehearsal->online)
        online_take(rehearsal, up, true);
    if (rehearsal->online && down)
        online_take(rehearsal, down, false);
    const struct declined *declined = judgement.refused.n ? judgement.refused.item[0] : NULL;
    if (!declined)
        return 0;
    int at = place_of(rehearsal, declined);
    if (!rehearsal->meant.item[at])
        TRY(broken_check(rehearsal, declined, up));
    if (rehearsal->meant.item[at] && declined->telling)
        return refusal_tell(rehearsal, declined, at, down);
    return not_tried(rehearsal, declined->error.message);
}

static int prepare(struct rehearsal *rehearsal, struct plan *up, struct plan *down, const char **why)
{
    struct ctx *ctx = rehearsal->ctx;
    struct session *session = rehearsal->session;
    map_init(&rehearsal->depth, ctx->mem);
    graph_build(ctx->mem, session->target, up->changes->before);
    graph_build(ctx->mem, session->target, up->changes->after);
    for (int i = 0; i < up->changes->list.n; i++)
        step_choose(rehearsal, up->changes->list.item[i]);
    if (is_held(rehearsal, up->changes->before)) {
        *why = "what no kind models rests on it";
        return 0;
    }
    int code = copies_add(rehearsal);
    if (code == ERR_UNSUPPORTED) /* of a server that is newer than the program knows */
        *why = ctx->error.message;
    else
        TRY(code);
    plan_add(rehearsal, up, false);
    rehearsal->up_end = rehearsal->added.n;
    if (down)
        plan_add(rehearsal, down, false);
    if (!*why && names_the_schema(rehearsal))
        *why = "its text names the database";
    return 0;
}

int rehearse(struct ctx *ctx, struct session *session, const struct rehearsal_options *options, struct plan *up,
             struct plan *down)
{
    const struct dialect *dialect = session->target->dialect;
    struct rehearsal rehearsal = {.ctx = ctx, .session = session, .online = options->online};
    const char *why = NULL;
    if (options->online && !dialect->online_forms) {
        fail(ctx, ERR_USAGE, "--online is about MySQL and MariaDB; %s has no ALGORITHM and LOCK", dialect->title);
        return fail_hint(ctx, "On PostgreSQL --safe and --concurrent are for that.");
    }
    if (!session->conn || !dialect->judge || options->offline)
        return options->online ? not_tried(&rehearsal, "no server is asked") : 0;
    if (!is_worth_it(dialect, up))
        return options->online ? not_tried(&rehearsal, "it reaches beyond this database") : 0;
    TRY(prepare(&rehearsal, up, down, &why));
    return why ? not_tried(&rehearsal, why) : run(&rehearsal, up, down);
}
