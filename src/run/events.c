/*
 * What listens to create_all() in the models, against what migrations hold already.  A new element is written into the
 * migration that creates its table, or into the next one if the table is there.  One that is gone is undone by the
 * elements that listen to drop_all(), where there are any; else it is reported, and what it made stays.
 */
#include "run/events.h"

#include "base/text.h"
#include "run/parts.h"
#include "sql/split.h"

enum { TEXT_SHOWN = 60 };

/* ---- as JSON ---- */

struct list events_read(struct arena *mem, const struct json *json)
{
    struct list events = {0};
    for (int i = 0; json && i < json->n; i++) {
        const struct json *item = json->item[i];
        struct ddl_event *event = NEW(mem, struct ddl_event);
        *event = (struct ddl_event){.schema = json_get_text(item, "schema"),
                                    .table = json_get_text(item, "table"),
                                    .moment = json_get_text(item, "moment"),
                                    .definition = json_get_text(item, "definition"),
                                    .template = json_get_text(item, "template"),
                                    .gone = json_get_bool(item, "gone", false)};
        if (event->schema && event->moment && event->definition && event->template)
            list_add(mem, &events, event);
    }
    return events;
}

struct json *events_json(struct arena *mem, const struct list *events)
{
    struct json *json = json_array(mem);
    for (int i = 0; i < events->n; i++) {
        const struct ddl_event *event = events->item[i];
        struct json *item = json_object(mem);
        json_set_text(mem, item, "schema", event->schema);
        json_set_text(mem, item, "table", event->table);
        json_set_text(mem, item, "moment", event->moment);
        json_set_text(mem, item, "definition", event->definition);
        json_set_text(mem, item, "template", event->template);
        if (event->gone)
            json_set_bool(mem, item, "gone", true);
        json_add(mem, json, item);
    }
    return json;
}

/* ---- what migrations hold ---- */

int events_known(struct ctx *ctx, struct session *session, struct list *known)
{
    const struct folder *folder = session->folder;
    bool all = session->forward || !session->conn;
    struct snapshot *snapshot = NULL;
    *known = (struct list){0};
    if (snapshot_latest(ctx, session, all ? NULL : &session->applied, &snapshot) < 0) {
        TRY(ctx_check(ctx));
        ctx->error = (struct error){0}; /* a damaged one is reported where it is compared with */
    }
    int64_t since = snapshot && snapshot->events ? snapshot_number(snapshot) : -1;
    for (int i = folder->versioned.n - 1; i >= 0; i--) {
        const struct migration *migration = folder->versioned.item[i];
        struct plan_note *note;
        if (migration->number <= since || !(all || applied_version(&session->applied, migration->number)))
            continue;
        TRY(plan_note_read(ctx, migration, &note));
        if (!note || !note->events)
            continue;
        *known = events_read(ctx->mem, note->events);
        return 0;
    }
    if (snapshot)
        *known = events_read(ctx->mem, snapshot->events);
    return 0;
}

static bool is_same(const struct ddl_event *a, const struct ddl_event *b)
{
    return text_equal(a->schema, b->schema) && text_equal(a->table, b->table) && text_equal(a->moment, b->moment) &&
           text_equal(a->template, b->template);
}

static struct ddl_event *event_find(const struct list *events, const struct ddl_event *event)
{
    for (int i = 0; i < events->n; i++)
        if (is_same(events->item[i], event))
            return events->item[i];
    return NULL;
}

static bool is_moment(const struct ddl_event *event, const char *moment)
{
    return text_equal(event->moment, moment);
}

static bool is_drop(const struct ddl_event *event)
{
    return text_ends(event->moment, "_drop");
}

/* ---- what they make ---- */

static void pieces_of(struct ctx *ctx, const struct dialect *dialect, const struct ddl_event *event,
                      struct split *split)
{
    struct sql_piece whole = {.text = event->definition, .length = strlen(event->definition), .line = 1};
    *split = (struct split){0};
    if (split_section(ctx, dialect->lex, event->moment, &whole, split))
        ctx->error = (struct error){0}; /* the runner will say where */
}

/* ALTER TABLE ... ADD [COLUMN] [IF NOT EXISTS] name, ADD CONSTRAINT name. */
static bool adds(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece, const char *name)
{
    struct lexer lexer;
    bool after = false;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (token_is(&token, "add") || token_is(&token, "constraint")) {
            after = true;
            continue;
        }
        if (token_is(&token, "column") || token_is(&token, "if") || token_is(&token, "not") ||
            token_is(&token, "exists"))
            continue;
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (after && named && text_equal_nocase(token_name(mem, &token), name))
            return true;
        after = false;
    }
    return false;
}

static bool piece_makes(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece,
                        const struct object *object)
{
    struct classified what;
    classify(mem, dialect->classify, piece, &what);
    if (!what.name)
        return false;
    const struct object *table = object_ancestor(object, KIND_TABLE);
    if (what.verb == VERB_ALTER && table && table != object && text_equal_nocase(what.name, table->name))
        return adds(mem, dialect, piece, object->name);
    return what.verb == VERB_CREATE && what.kind == object->kind && text_equal_nocase(what.name, object->name);
}

static bool event_makes(struct ctx *ctx, const struct dialect *dialect, const struct ddl_event *event,
                        const struct object *object)
{
    struct split split;
    pieces_of(ctx, dialect, event, &split);
    for (int i = 0; i < split.n; i++)
        if (piece_makes(ctx->mem, dialect, &split.piece[i], object))
            return true;
    return false;
}

/* The name that a table of the tree that is has in the desired one. */
static const char *name_after(const struct list *renames, const struct object *table)
{
    for (int i = 0; renames && i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (!rename->table && text_equal(rename->from, table->name) &&
            text_equal(rename->schema ? rename->schema : "", table->parent->name))
            return rename->to;
    }
    return table->name;
}

/* What holds it in the desired tree; NULL if that is not there. */
static struct object *home_of(const struct diff_input *input, const struct object *object)
{
    const struct object *parent = object->parent;
    if (kind_is(parent->kind, KIND_NAMESPACE))
        return object_child(input->after->root, parent->kind, parent->name);
    return tree_find(input->after, parent->kind, parent->parent->name, name_after(input->renames, parent));
}

/* A table that goes takes along what its elements made, and they make it again on the way back. */
static void spare(struct ctx *ctx, const struct diff_input *input, const struct ddl_event *event, struct object *object)
{
    struct object *home = home_of(input, object);
    if (!home || (event->table && !tree_find(input->after, KIND_TABLE, event->schema, event->table)))
        object_remove(object);
    else
        object_copy(ctx->mem, object, home);
}

void events_spare(struct ctx *ctx, const struct diff_input *input, const struct list *events)
{
    struct list found = {0};
    struct object *root = input->before->root;
    for (struct object *o = object_next(root, root); events->n && o; o = object_next(root, o)) {
        if (!o->name || kind_table[o->kind].marks & KIND_PART || kind_is(o->kind, KIND_NAMESPACE))
            continue;
        const struct object *home = home_of(input, o);
        if (!home || (tree_speaks(input->after, o->kind) && !object_child(home, o->kind, o->name)))
            list_add(ctx->mem, &found, o);
    }
    for (int i = 0; i < found.n; i++)
        for (int k = 0; k < events->n; k++)
            if (event_makes(ctx, input->target->dialect, events->item[k], found.item[i])) {
                spare(ctx, input, events->item[k], found.item[i]);
                break;
            }
}

/* No tree of the project describes what they make, and still it is the project's, with all that hangs on it. */
void events_claim(struct ctx *ctx, const struct dialect *dialect, const struct list *events, struct tree *tree)
{
    for (struct object *o = object_next(tree->root, tree->root); events->n && o; o = object_next(tree->root, o))
        for (int i = 0; i < events->n && o->name && !o->by_element; i++)
            if (event_makes(ctx, dialect, events->item[i], o))
                for (struct object *part = o; part; part = object_next(o, part)) {
                    part->by_element = true;
                    part->stranger = false;
                }
}

/* ---- what to do ---- */

struct planning {
    struct ctx *ctx;
    const struct dialect *dialect;
    const struct list *desired;
    const struct list *known;
    const struct tree *before;
    const struct tree *after;
    struct event_plan *plan;
};

static bool table_is_in(const struct tree *tree, const struct ddl_event *event)
{
    return !event->table || tree_find(tree, KIND_TABLE, event->schema, event->table);
}

static bool same_owner(const struct ddl_event *a, const struct ddl_event *b)
{
    return text_equal(a->schema, b->schema) && text_equal(a->table, b->table);
}

static bool is_there(const struct tree *tree, const struct classified *what)
{
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (o->kind == what->kind && o->name && text_equal_nocase(o->name, what->name))
            return true;
    return false;
}

/* How much of what it makes is in the tree, and how much is not; what no kind models is neither. */
static void made_count(struct ctx *ctx, const struct dialect *dialect, const struct ddl_event *event,
                       const struct tree *tree, int found[2])
{
    struct split split;
    found[0] = found[1] = 0;
    pieces_of(ctx, dialect, event, &split);
    for (int i = 0; i < split.n; i++) {
        struct classified what;
        classify(ctx->mem, dialect->classify, &split.piece[i], &what);
        if (what.verb == VERB_CREATE && what.kind < KIND_COUNT && what.name && tree_speaks(tree, what.kind))
            found[is_there(tree, &what)]++;
    }
}

/* Everything that it makes is there already: create_all() made this database. */
static bool was_run(const struct planning *planning, const struct ddl_event *event)
{
    int found[2];
    made_count(planning->ctx, planning->dialect, event, planning->before, found);
    return found[true] && !found[false];
}

struct list events_run(struct ctx *ctx, const struct dialect *dialect, const struct list *events,
                       const struct tree *tree)
{
    struct list run = {0};
    for (int i = 0; i < events->n; i++) {
        struct ddl_event *event = events->item[i];
        int found[2];
        made_count(ctx, dialect, event, tree, found);
        if (!found[false] && table_is_in(tree, event))
            list_add(ctx->mem, &run, event);
    }
    return run;
}

/* Texts of one owner's elements for a moment, into a list. */
static void texts_add(const struct planning *planning, const struct list *events, const struct ddl_event *owner,
                      const char *moment, struct names *texts)
{
    for (int i = 0; i < events->n; i++) {
        const struct ddl_event *event = events->item[i];
        if (same_owner(event, owner) && is_moment(event, moment) && !names_have(texts, event->definition))
            names_add(planning->ctx->mem, texts, event->definition);
    }
}

static bool undoes(const struct list *events, const struct ddl_event *owner)
{
    for (int i = 0; i < events->n; i++)
        if (is_drop(events->item[i]) && same_owner(events->item[i], owner))
            return true;
    return false;
}

static void about(const struct planning *planning, const struct ddl_event *event)
{
    if (event->table && !names_have(&planning->plan->tables, event->table))
        names_add(planning->ctx->mem, &planning->plan->tables, event->table);
}

static const char *shown(struct arena *mem, const struct ddl_event *event)
{
    const char *text = text_replace(mem, event->definition, "\n", " ");
    return arena_printf(mem, "%.*s%s", TEXT_SHOWN, text, strlen(text) > TEXT_SHOWN ? "..." : "");
}

static void new_plan(struct planning *planning, struct ddl_event *event)
{
    struct event_plan *plan = planning->plan;
    struct arena *mem = planning->ctx->mem;
    bool there = table_is_in(planning->before, event);
    if (is_drop(event) || (there && was_run(planning, event)))
        return;
    about(planning, event);
    names_add(mem, is_moment(event, "before_create") ? &plan->before : &plan->after, event->definition);
    if (there && !undoes(planning->desired, event))
        names_add(mem, &plan->stays, shown(mem, event));
    if (there && !event->table && !undoes(planning->desired, event))
        return;
    texts_add(planning, planning->desired, event, "before_drop", &plan->down_before);
    texts_add(planning, planning->desired, event, "after_drop", &plan->down_after);
}

/* The table goes: as drop_all() would do it, and back as create_all() would. */
static void dropped_plan(struct planning *planning, const struct ddl_event *event)
{
    struct event_plan *plan = planning->plan;
    texts_add(planning, planning->known, event, "before_drop", &plan->before);
    texts_add(planning, planning->known, event, "after_drop", &plan->after);
    texts_add(planning, planning->known, event, "before_create", &plan->down_before);
    texts_add(planning, planning->known, event, "after_create", &plan->down_after);
}

/* All that this owner's elements made is unmade by its others; of a part of them nobody can tell. */
static bool can_undo(const struct planning *planning, const struct ddl_event *event)
{
    for (int i = 0; i < planning->known->n; i++) {
        const struct ddl_event *other = planning->known->item[i];
        if (same_owner(other, event) && !is_drop(other) && event_find(planning->desired, other))
            return false;
    }
    return undoes(planning->known, event);
}

static void gone_plan(struct planning *planning, struct ddl_event *event)
{
    struct ctx *ctx = planning->ctx;
    if (!table_is_in(planning->after, event)) {
        if (table_is_in(planning->before, event))
            dropped_plan(planning, event);
        return;
    }
    if (is_drop(event))
        return;
    if (!event->gone && can_undo(planning, event)) {
        about(planning, event);
        dropped_plan(planning, event);
        return;
    }
    if (!event->gone)
        emit_warning(
            ctx,
            "%s%s: a DDL element is gone from the models, and nothing there says how to undo it, so what it made stays: %s",
            event->table ? "table " : "the metadata", event->table ? event->table : "", shown(ctx->mem, event));
    struct ddl_event *copy = NEW(ctx->mem, struct ddl_event);
    *copy = *event;
    copy->gone = true;
    list_add(ctx->mem, &planning->plan->known, copy);
}

void events_plan(struct ctx *ctx, const struct dialect *dialect, const struct event_sides *sides,
                 const struct changes *changes, struct event_plan *plan)
{
    const struct list *desired = sides->desired, *known = sides->known;
    struct planning planning = {ctx, dialect, desired, known, changes->before, changes->after, plan};
    *plan = (struct event_plan){0};
    for (int i = 0; i < known->n; i++)
        if (!event_find(desired, known->item[i]))
            gone_plan(&planning, known->item[i]);
    plan->changed = plan->known.n != known->n;
    for (int i = 0; i < desired->n; i++) {
        const struct ddl_event *before = event_find(known, desired->item[i]);
        if (!before)
            new_plan(&planning, desired->item[i]);
        list_add(ctx->mem, &plan->known, desired->item[i]);
        plan->changed |= !before || before->gone;
    }
    plan->changed |= plan->known.n != known->n;
}
