/*
 * Asking the server how it spells what is desired.
 *
 * What is in question is known from the changes: an expression or a type that differs and that no server has printed yet.
 * Of each table that holds one a copy is made, columns only; onto that come the expressions, one statement each, so that a
 * refusal has a name.  A view is made over copies of what it reads.  The statements come from the same planner and renderers as
 * those of a migration.  Where they are run, and that nothing stays of them, is up to the dialect.
 * Not here: comparing.  The answers are put into the desired tree, and diff starts again.
 */
#include "run/judge.h"

#include "base/text.h"
#include "diff/graph.h"
#include "diff/plan.h"

/* ---- what is in question ---- */

static bool has_text(const struct object *object)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct expr *expr = object_field(object, i);
        if (kind_table[object->kind].field[i].type == FIELD_EXPR && (expr->written || expr->printed))
            return true;
    }
    for (int i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.item[i];
        if (kind_is(child->kind, KIND_PART) && has_text(child))
            return true;
    }
    return false;
}

static bool spelling_differs(const struct change *change)
{
    for (int i = 0; i < kind_table[change->kind].fields; i++) {
        enum field_type type = kind_table[change->kind].field[i].type;
        if (change_has(change, i) && (type == FIELD_EXPR || type == FIELD_TYPE))
            return true;
    }
    return change_has(change, FIELD_PARTS) && has_text(change->after);
}

/* Does the same table have one more of that kind, which may be the same? */
static bool has_twin(const struct object *object)
{
    bool nameable = kind_is(object->kind, KIND_CONTENT | KIND_NAME_MADE);
    return nameable && object->parent->peer && object_only(object->parent->peer, object->kind) && has_text(object);
}

static bool is_question(const struct change *change)
{
    if (change->op == CHANGE_ALTER)
        return spelling_differs(change);
    return change->op == CHANGE_CREATE && has_twin(change->after);
}

static bool can_ask(const struct object *object)
{
    switch (object->kind) {
    case KIND_COLUMN:
    case KIND_EXCLUDE: return object->parent->kind == KIND_TABLE;
    case KIND_CHECK:
    case KIND_DOMAIN: return true;
    case KIND_TABLE: return has_text(object);
    case KIND_INDEX: /* also of a materialised view */
    case KIND_VIEW:
    case KIND_TRIGGER:
    case KIND_POLICY:
    case KIND_STATISTICS:
    case KIND_PARTITIONING:
    case KIND_PROJECTION:
    case KIND_KEYED:
    case KIND_RULE: return true;
    default: return false;
    }
}

/* Of one of its own in a single thing: that is asked about as a whole. */
static struct object *question_of(const struct change *change)
{
    struct object *object = change->after;
    return object->parent && kind_is(object->parent->kind, KIND_SINGLE) ? object->parent : object;
}

/* A schema.sql was printed by a server of this version already. */
static bool is_printed(const struct changes *changes, const struct conn *conn)
{
    return changes->after->version / 10000 == conn->version / 10000;
}

/* struct object * of the desired tree. */
static struct list questions_find(struct ctx *ctx, const struct judge_case *judged, const struct conn *conn)
{
    const struct changes *changes = judged->changes;
    struct list found = {0};
    struct object *root = changes->after->root;
    if (judged->mode == NORMALISE_SERVER) {
        for (struct object *o = root; o; o = object_next(root, o))
            if (can_ask(o) && (o->kind == KIND_COLUMN || has_text(o)))
                list_add(ctx->mem, &found, o);
        return found;
    }
    for (int i = 0; i < changes->list.n && !is_printed(changes, conn); i++) {
        const struct change *change = changes->list.item[i];
        struct object *object = is_question(change) ? question_of(change) : NULL;
        if (object && can_ask(object) && !list_has(&found, object))
            list_add(ctx->mem, &found, object);
    }
    return found;
}

/* ---- what the server is asked to make ---- */

struct trial {
    struct ctx *ctx;
    struct arena *mem;
    const struct target *target;
    const struct changes *changes;
    const char *schema;  /* whose objects they are */
    bool beside;         /* in the database itself: what does not change is there */
    struct tree *tree;   /* of copies, in the schema "" */
    struct list objects; /* struct object *: in question */
    struct list copies;  /* struct object *: the copy of each */
};

static struct tree *tree_empty(struct trial *trial)
{
    struct tree *tree = tree_new(trial->mem, trial->target->dialect->engine);
    tree->kinds = kind_set_all();
    tree_schema(trial->mem, tree, "");
    return tree;
}

static void column_copy(struct trial *trial, struct object *table, const struct object *object)
{
    const struct column *column = (const struct column *)object;
    struct column *copy = (struct column *)object_new(trial->mem, KIND_COLUMN, table, object->name);
    SAY(copy, COLUMN, type, column->type);
    SAY(copy, COLUMN, collation, column->collation);
    SAY(copy, COLUMN, nullable, true);
}

/* Columns as the table has them and in that order, because "*" of a view asks for it; then the new ones. */
static struct object *table_copy(struct trial *trial, const struct object *table)
{
    struct object *home = tree_schema(trial->mem, trial->tree, "");
    struct object *copy = object_child(home, KIND_TABLE, table->name);
    if (copy)
        return copy;
    copy = object_new(trial->mem, KIND_TABLE, home, table->name);
    for (int i = 0; table->peer && i < table->peer->children.n; i++) {
        const struct object *child = table->peer->children.item[i];
        if (child->kind == KIND_COLUMN && child->peer)
            column_copy(trial, copy, child->peer);
    }
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && !child->peer)
            column_copy(trial, copy, child);
        else if (child->kind == KIND_PRIMARY_KEY) /* a view may group by it alone */
            object_copy(trial->mem, child, copy)->name_invented = true;
    }
    return copy;
}

static struct object *view_copy(struct trial *trial, const struct object *object)
{
    struct object *home = tree_schema(trial->mem, trial->tree, "");
    struct object *found = object_child(home, KIND_VIEW, object->name);
    if (found)
        return found;
    struct view *copy = (struct view *)object_new(trial->mem, KIND_VIEW, home, object->name);
    SAY(copy, VIEW, query, ((const struct view *)object)->query);
    SAY(copy, VIEW, no_data, true);
    if (expr_text(&((const struct view *)object)->storage)) {
        SAY(copy, VIEW, materialized, true);
        SAY(copy, VIEW, storage, ((const struct view *)object)->storage);
    }
    for (const struct edge *edge = object->needs; edge && !*trial->schema; edge = edge->next_need) {
        const struct object *top = edge->to;
        while (top->parent && !kind_is(top->parent->kind, KIND_NAMESPACE))
            top = top->parent;
        if (*object_schema(top))
            continue;
        if (top->kind == KIND_TABLE)
            table_copy(trial, top);
        else if (top->kind == KIND_VIEW)
            view_copy(trial, top);
    }
    return &copy->object;
}

/* All but what says which rows are in it. */
static void texts_copy(struct trial *trial, struct object *copy, const struct object *object)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct field *field = &kind_table[object->kind].field[i];
        if (field->type == FIELD_EXPR && !(field->marks & FIELD_BINDS) && object_says(object, i))
            field_copy(trial->mem, copy, object, i);
    }
}

static struct object *column_fill(struct trial *trial, struct object *copy, const struct object *object)
{
    static const int with_texts[] = {COLUMN_computed_stored, COLUMN_ephemeral};
    texts_copy(trial, copy, object);
    for (size_t i = 0; i < sizeof with_texts / sizeof *with_texts; i++)
        if (object_says(object, with_texts[i]))
            field_copy(trial->mem, copy, object, with_texts[i]);
    return copy;
}

/* Of the text of a trigger or rule: the table that it is on. */
static struct sql_piece table_in(const struct trial *trial, const char *text)
{
    const struct sql_piece whole = {.text = text, .length = strlen(text), .line = 1};
    struct classified found;
    classify(trial->mem, trial->target->dialect->classify, &whole, &found);
    return found.on;
}

static const char *text_on(const struct trial *trial, const char *text, const char *table)
{
    const struct sql_piece on = table_in(trial, text);
    return on.text ? arena_printf(trial->mem, "%.*s%s%s", (int)(on.text - text), text, table, on.text + on.length)
                   : text;
}

/* Its text has its own name and that of its table. */
static bool is_attached(const struct object *object)
{
    return object->kind == KIND_TRIGGER || object->kind == KIND_RULE;
}

static struct object *attached_copy(struct trial *trial, const struct object *object, struct object *table)
{
    struct object *copy = object_new(trial->mem, object->kind, table, object->name);
    const char *name = ident_text(trial->mem, trial->target->dialect->ident, table->name);
    int field = field_find(object->kind, "definition");
    const struct expr *from = object_field(object, field);
    const char *text = text_on(trial, from->written ? from->written : from->printed, name);
    *(struct expr *)object_field(copy, field) = (struct expr){.written = text};
    object_say(copy, field);
    return copy;
}

/* With its columns as they are, which its own texts may need so. */
static struct object *whole_copy(struct trial *trial, const struct object *object)
{
    struct object *copy = table_copy(trial, object);
    texts_copy(trial, copy, object);
    if (expr_text(&((const struct table *)object)->ttl)) /* where rows go to is a matter of settings */
        field_copy(trial->mem, copy, object, TABLE_options);
    for (int i = 0; i < object->children.n; i++) {
        const struct object *column = object->children.item[i];
        if (column->kind == KIND_COLUMN)
            column_fill(trial, object_child(copy, KIND_COLUMN, column->name), column);
    }
    return copy;
}

/* Without its conditions. */
static struct object *domain_copy(struct trial *trial, const struct object *object)
{
    const struct domain *domain = (const struct domain *)object;
    struct object *home = tree_schema(trial->mem, trial->tree, "");
    struct domain *copy = (struct domain *)object_child(home, KIND_DOMAIN, object->name);
    if (copy)
        return &copy->object;
    copy = (struct domain *)object_new(trial->mem, KIND_DOMAIN, home, object->name);
    SAY(copy, DOMAIN, type, domain->type);
    SAY(copy, DOMAIN, collation, domain->collation);
    SAY(copy, DOMAIN, nullable, true);
    SAY(copy, DOMAIN, default_value, domain->default_value);
    return &copy->object;
}

/* What a part of `holder` is tried on. */
static struct object *holder_copy(struct trial *trial, const struct object *holder)
{
    if (holder->kind == KIND_VIEW)
        return view_copy(trial, holder);
    return holder->kind == KIND_DOMAIN ? domain_copy(trial, holder) : table_copy(trial, holder);
}

static struct object *copy_of(struct trial *trial, const struct object *object)
{
    if (object->kind == KIND_VIEW)
        return view_copy(trial, object);
    if (object->kind == KIND_DOMAIN)
        return domain_copy(trial, object);
    if (object->kind == KIND_TABLE)
        return whole_copy(trial, object);
    if (object->kind == KIND_KEYED)
        return object_copy(trial->mem, object, tree_schema(trial->mem, trial->tree, ""));
    bool on_view = object->parent->kind == KIND_VIEW;
    struct object *table = holder_copy(trial, object->parent);
    if (on_view && (object->kind == KIND_INDEX || object->kind == KIND_STATISTICS))
        SAY((struct view *)table, VIEW, materialized, true);
    if (is_attached(object))
        return attached_copy(trial, object, table);
    if (object->kind == KIND_COLUMN)
        return column_fill(trial, object_child(table, KIND_COLUMN, object->name), object);
    struct object *copy = object_copy(trial->mem, object, table);
    if (kind_is(copy->kind, KIND_SINGLE))
        return copy;
    copy->name = arena_printf(trial->mem, "asked_%d", trial->copies.n);
    copy->name_invented = false;
    if (copy->kind == KIND_INDEX) {
        struct index *index = (struct index *)copy;
        SAY(index, INDEX, tablespace, NULL);
        SAY(index, INDEX, comment, NULL);
        SAY(index, INDEX, concurrently, false);
    }
    if (copy->kind == KIND_POLICY) {
        SAY((struct policy *)copy, POLICY, roles, (struct names){0});
        SAY((struct policy *)copy, POLICY, comment, NULL);
    }
    return copy;
}

static bool is_changed(const struct changes *changes, const struct object *object)
{
    for (int i = 0; i < changes->list.n; i++)
        if (((const struct change *)changes->list.item[i])->after == object)
            return true;
    return !object->peer;
}

/* Types that are not there, or not like that. */
static void types_copy(struct trial *trial)
{
    const struct object *from = object_child(trial->changes->after->root, KIND_SCHEMA, "");
    struct object *home = tree_schema(trial->mem, trial->tree, "");
    for (int i = 0; from && i < from->children.n; i++) {
        const struct object *child = from->children.item[i];
        if (kind_is(child->kind, KIND_IS_TYPE) && (!trial->beside || is_changed(trial->changes, child)) &&
            !object_child(home, KIND_TABLE, child->name) && !object_child(home, child->kind, child->name))
            object_copy(trial->mem, child, home);
    }
}

/* Is a text of the table itself in question? Then it is made with its columns as they are. */
static bool is_whole(const struct trial *trial, const struct object *table)
{
    for (int i = 0; i < trial->objects.n; i++) {
        const struct object *object = trial->objects.item[i];
        if (object->kind == KIND_TABLE && text_equal(object->name, table->name))
            return true;
    }
    return false;
}

/* Without what is in question: that is put onto it. */
static struct tree *tree_bare(struct trial *trial)
{
    struct tree *bare = tree_copy(trial->mem, trial->tree);
    struct list out = {0};
    for (struct object *o = bare->root; o; o = object_next(bare->root, o)) {
        struct column *column = (struct column *)o;
        bool loose = o->kind == KIND_COLUMN && !is_whole(trial, o->parent);
        bool computed = loose && (column->computed.written || column->computed.printed);
        if (loose)
            column->default_value = (struct expr){0};
        if (o->kind == KIND_DOMAIN)
            ((struct domain *)o)->default_value = (struct expr){0};
        if (computed || (!kind_is(o->kind, KIND_IS_COLUMN | KIND_HOLDS_ROWS | KIND_IS_TYPE) && can_ask(o)))
            list_add(trial->mem, &out, o);
    }
    for (int i = 0; i < out.n; i++)
        object_remove(out.item[i]);
    return bare;
}

static int statements_add(struct trial *trial, struct tree *before, struct tree *after, struct list *statements)
{
    const struct diff_input input = {.target = trial->target, .before = before, .after = after};
    const struct plan_options options = {.apart = true};
    struct changes *changes;
    struct plan *plan;
    TRY(diff_trees(trial->ctx, &input, &changes));
    TRY(plan_make(trial->ctx, trial->target, changes, &options, &plan));
    for (int i = 0; i < plan->statements.n; i++)
        list_add(trial->mem, statements, plan->statements.item[i]);
    return 0;
}

static int trial_make(struct trial *trial, struct list *statements)
{
    trial->tree = tree_empty(trial);
    for (int i = 0; i < trial->objects.n; i++)
        list_add(trial->mem, &trial->copies, copy_of(trial, trial->objects.item[i]));
    types_copy(trial);
    tree_settle(trial->mem, trial->target, trial->tree);
    struct tree *bare = tree_bare(trial);
    TRY(statements_add(trial, tree_empty(trial), tree_copy(trial->mem, bare), statements));
    return statements_add(trial, bare, tree_copy(trial->mem, trial->tree), statements);
}

/* ---- what it says ---- */

static const struct object *found_in(const struct tree *tree, const struct object *copy)
{
    if (kind_is(copy->parent->kind, KIND_NAMESPACE))
        return tree_find(tree, copy->kind, "", copy->name);
    const struct object *parent = tree_find(tree, copy->parent->kind, "", copy->parent->name);
    if (parent && kind_is(copy->kind, KIND_SINGLE))
        return object_only(parent, copy->kind);
    return parent ? object_child(parent, copy->kind, copy->name) : NULL;
}

/* A trigger or rule of a copy names the copy. */
static const char *answer_of(const struct trial *trial, const struct object *to, const struct expr *mine,
                             const char *printed)
{
    if (!is_attached(to))
        return printed;
    const struct sql_piece on = table_in(trial, mine->written ? mine->written : mine->printed);
    return on.text ? text_on(trial, printed, arena_copy(trial->mem, on.text, on.length)) : printed;
}

static bool spelling_take(const struct trial *trial, struct object *to, const struct object *from)
{
    bool any = false;
    for (int i = 0; i < kind_table[to->kind].fields; i++) {
        struct expr *mine = object_field(to, i);
        const struct expr *theirs = object_field(from, i);
        if (kind_table[to->kind].field[i].type != FIELD_EXPR || !theirs->printed || !(mine->written || mine->printed))
            continue;
        const char *printed = answer_of(trial, to, mine, theirs->printed);
        any |= !text_equal(mine->printed, printed);
        mine->printed = printed;
    }
    for (int i = 0; i < to->children.n && i < from->children.n; i++) {
        struct object *part = to->children.item[i];
        const struct object *same = part->name ? object_child(from, part->kind, part->name) : from->children.item[i];
        if (same && (kind_is(part->kind, KIND_PART) || kind_is(to->kind, KIND_SINGLE)))
            any |= spelling_take(trial, part, same);
    }
    return any;
}

/* A type is kept as it was said, unless it proves to be the one that is there. */
static bool type_take(struct object *object, const struct object *found)
{
    struct column *column = (struct column *)object;
    const struct column *made = (const struct column *)found, *current = (const struct column *)object->peer;
    if (object->kind != KIND_COLUMN || !current || !text_equal(made->type, current->type) ||
        text_equal(column->type, made->type))
        return false;
    column->type = made->type;
    return true;
}

static bool answers_take(struct trial *trial, const struct tree *made)
{
    bool any = false;
    for (int i = 0; i < trial->objects.n; i++) {
        struct object *object = trial->objects.item[i];
        const struct object *found = found_in(made, trial->copies.item[i]);
        if (!found)
            continue;
        any |= spelling_take(trial, object, found);
        any |= type_take(object, found);
    }
    return any;
}

/* The object of the desired schema that a statement was about; the copy's table where it was about that as a whole. */
static const struct object *object_of(const struct trial *trial, const struct object *made)
{
    for (int i = 0; i < trial->copies.n; i++) {
        const struct object *copy = trial->copies.item[i];
        if (copy->kind == made->kind && text_equal(copy->name, made->name) &&
            text_equal(copy->parent->name, made->parent->name))
            return trial->objects.item[i];
    }
    return made;
}

/* What is only missing may come with the migration: then the question stays open. A query may name what a copy does not have. */
static int refusals_report(struct trial *trial, const struct list *refused)
{
    struct ctx *ctx = trial->ctx;
    for (int i = 0; i < refused->n; i++) {
        const struct declined *declined = refused->item[i];
        const struct object *object = object_of(trial, change_object(declined->statement->change));
        const char *path = object_path(ctx->mem, object);
        if (declined->missing || object->kind == KIND_VIEW || object->kind == KIND_POLICY ||
            object->kind == KIND_RULE) {
            emit_debug(ctx, "the server cannot say yet how it spells %s: %s", path, declined->error.message);
            continue;
        }
        fail(ctx, ERR_SQL, "the server refuses %s: %s", path, declined->error.message);
        ctx->error.sqlstate = declined->error.sqlstate;
        ctx->error.detail = declined->error.detail;
        return fail_hint(
            ctx, "%s", declined->error.hint ? declined->error.hint : "Correct its text in the models or schema files.");
    }
    return 0;
}

static int trial_run(struct trial *trial, struct conn *conn, bool *answered)
{
    struct list statements = {0};
    struct judgement judgement = {.statements = &statements};
    int code = trial_make(trial, &statements);
    if (code == ERR_UNSUPPORTED) { /* the plan itself will say so */
        trial->ctx->error = (struct error){0};
        return 0;
    }
    TRY(code);
    code = trial->target->dialect->judge(trial->ctx, conn, &judgement);
    if (code == ERR_SQL)
        return ERR_UNSUPPORTED; /* with what the server said */
    TRY(code);
    TRY(refusals_report(trial, &judgement.refused));
    *answered |= answers_take(trial, judgement.tree);
    return 0;
}

/* ERR_UNSUPPORTED where this database does not let us. Schema by schema: copies stand in one, and names without a schema mean the same in all. */
static int questions_put(struct trial *trial, struct conn *conn, const struct list *questions, bool *answered)
{
    const struct object *root = trial->changes->after->root;
    for (int i = 0; i < root->children.n; i++) {
        struct trial one = *trial;
        one.schema = ((const struct object *)root->children.item[i])->name;
        for (int k = 0; k < questions->n; k++)
            if (text_equal(object_schema(questions->item[k]), one.schema))
                list_add(trial->mem, &one.objects, questions->item[k]);
        if (one.objects.n)
            TRY(trial_run(&one, conn, answered));
    }
    return 0;
}

/* A database that does not let us, or cannot: a standby. */
static int questions_put_elsewhere(struct trial *trial, const struct session *session, const struct list *questions,
                                   bool *answered)
{
    struct ctx *ctx = trial->ctx;
    __attribute__((cleanup(conn_close))) struct conn *scratch = NULL;
    const struct scratch_spec spec = {.near = &session->database->url};
    emit_info(ctx, "%s does not let us try how it spells things (%s): a scratch database is asked",
              session->conn->target, ctx->error.message);
    ctx->error = (struct error){0};
    struct trial elsewhere = *trial;
    struct target there;
    int code = trial->target->dialect->driver->scratch(ctx, &spec, &scratch);
    elsewhere.beside = false;
    elsewhere.target = &there;
    if (code == 0)
        code = target_read(ctx, scratch, &there);
    if (code == 0)
        code = questions_put(&elsewhere, scratch, questions, answered);
    if (code != ERR_UNSUPPORTED)
        return code;
    emit_debug(ctx, "no scratch database can be asked either: %s", ctx->error.message);
    ctx->error = (struct error){0};
    return 0;
}

/* ---- into the trees that are compared ---- */

/* `from` is a copy of `to` to whose lists diff has only added. */
static void spellings_copy(struct object *to, const struct object *from, const struct judge_case *judged, bool desired)
{
    for (int i = 0; i < kind_table[to->kind].fields; i++) {
        enum field_type type = kind_table[to->kind].field[i].type;
        struct expr *mine = object_field(to, i);
        const struct expr *theirs = object_field(from, i);
        if (type == FIELD_TYPE && desired && object_says(to, i))
            *(const char **)object_field(to, i) = *(const char *const *)object_field(from, i);
        if (type != FIELD_EXPR || !theirs->printed || !(mine->written || mine->printed))
            continue;
        mine->printed = theirs->printed;
        if (desired && judged->mode == NORMALISE_SERVER)
            mine->written = NULL;
    }
    for (int i = 0; i < to->children.n && i < from->children.n; i++)
        spellings_copy(to->children.item[i], from->children.item[i], judged, desired);
}

bool judge_is_there(const struct session *session, enum normalise mode)
{
    return mode != NORMALISE_OFFLINE && session->conn && session->database->dialect->judge;
}

int judge_ask(struct ctx *ctx, struct session *session, const struct judge_case *judged, bool *answered)
{
    *answered = false;
    const struct list questions = questions_find(ctx, judged, session->conn);
    struct trial trial = {
        .ctx = ctx, .mem = ctx->mem, .target = session->target, .changes = judged->changes, .beside = true};
    if (!questions.n)
        return 0;
    graph_build(ctx->mem, session->target, judged->changes->after);
    int code = questions_put(&trial, session->conn, &questions, answered);
    if (code == ERR_UNSUPPORTED)
        code = questions_put_elsewhere(&trial, session, &questions, answered);
    TRY(code);
    if (!*answered)
        return 0;
    spellings_copy(judged->desired->root, judged->changes->after->root, judged, true);
    spellings_copy(judged->written->root, judged->changes->after->root, judged, false);
    return 0;
}

/* ---- what nobody was asked about ---- */

/* A text that takes the object's place, and that no server has printed as it is desired. */
static bool is_unproved(const struct object *object, const struct change *change)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct field *field = &kind_table[object->kind].field[i];
        const struct expr *expr = object_field(object, i);
        bool differs = change->op == CHANGE_CREATE || kind_is(object->kind, KIND_PART) || change_has(change, i);
        if (field->type == FIELD_EXPR && !(field->marks & (FIELD_CONSTANT | FIELD_VALUE)) && differs && expr->written &&
            !expr->printed)
            return true;
    }
    for (int i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.item[i];
        if (kind_is(child->kind, KIND_PART) && is_unproved(child, change))
            return true;
    }
    return false;
}

/* What a CREATE may only spell in another way goes in the same table. */
static bool replaces(const struct changes *changes, const struct change *change)
{
    for (int i = 0; i < changes->list.n && change->op == CHANGE_CREATE; i++) {
        const struct change *other = changes->list.item[i];
        if (other->op == CHANGE_DROP && other->kind == change->kind && other->before->parent->peer &&
            other->before->parent->peer == change->after->parent)
            return true;
    }
    return change->op == CHANGE_ALTER;
}

void judge_warn(struct ctx *ctx, const struct dialect *dialect, const struct changes *changes)
{
    struct names open = {0};
    for (int i = 0; dialect->judge && i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (is_question(change) && replaces(changes, change) && is_unproved(change->after, change))
            names_add(ctx->mem, &open, object_path(ctx->mem, change->after));
    }
    if (open.n)
        emit_warning(
            ctx, "no server has said whether the text differs in more than its spelling, so it counts as changed: %s",
            names_join(ctx->mem, &open, "; "));
}
