/*
 * What listens to create_all() in the models, against what migrations hold already.  A new element is written into the
 * migration that creates its table, or into the next one if the table is there.  One that is gone is undone by the
 * elements that listen to drop_all(), where there are any; else it is reported, and what it made stays.
 */
#include "run/events.h"

#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename.h"
#include "run/inverse.h"
#include "run/parts.h"
#include "schema/unmodelled.h"
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

static int held_read(struct ctx *ctx, const struct session *session, bool all, struct list *known)
{
    const struct folder *folder = session->folder;
    struct snapshot *snapshot = NULL;
    *known = (struct list){0};
    if (snapshot_latest(ctx, session, all || !session->conn ? NULL : &session->applied, &snapshot) < 0) {
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

int events_known(struct ctx *ctx, struct session *session, struct list *known)
{
    return held_read(ctx, session, session->forward || !session->conn, known);
}

int events_applied(struct ctx *ctx, struct session *session, struct list *known)
{
    return held_read(ctx, session, false, known);
}

/* By its name as the engine compares names. */
static struct object *top_named(struct arena *mem, const struct target *target, const struct object *schema,
                                enum kind kind, const char *name)
{
    for (int i = 0; schema && i < schema->children.n; i++) {
        struct object *child = schema->children.item[i];
        if (child->kind == kind && compare_name(mem, target, child->name, name))
            return child;
    }
    return NULL;
}

static struct object *table_find(struct arena *mem, const struct target *target, const struct tree *tree,
                                 const struct ddl_event *event)
{
    const struct object *schema = object_child(tree->root, KIND_SCHEMA, event->schema);
    return top_named(mem, target, schema, KIND_TABLE, event->table);
}

static const char *schema_desired(const struct diff_input *input, const char *name)
{
    for (int i = 0; i < input->renames->n; i++) {
        const struct rename *rename = input->renames->item[i];
        if (rename->kind && kind_is(rename->kind, KIND_NAMESPACE) && text_equal(rename->from, name))
            return rename->to;
    }
    return name;
}

static const char *name_desired(struct arena *mem, const struct diff_input *input, const struct ddl_event *event)
{
    for (int i = 0; i < input->renames->n; i++) {
        const struct rename *rename = input->renames->item[i];
        if (!rename->kind && !rename->table && compare_name(mem, input->target, rename->from, event->table) &&
            text_equal(rename->schema ? rename->schema : "", event->schema))
            return rename->to;
    }
    const struct object *table = table_find(mem, input->target, input->after, event);
    return table ? table->name : event->table;
}

int events_before(struct ctx *ctx, struct session *session, const struct diff_input *input, struct list *known)
{
    TRY(session_folder(ctx, session));
    TRY(events_known(ctx, session, known));
    for (int i = 0; i < known->n; i++) {
        struct ddl_event *event = known->item[i];
        event->schema = schema_desired(input, event->schema);
        event->table = name_desired(ctx->mem, input, event);
    }
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

static void names_append(struct arena *mem, struct names *all, const struct names *more)
{
    for (int i = 0; i < more->n; i++)
        names_add(mem, all, more->item[i]);
}

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

/* What holds it in the desired tree; NULL if that is not there. */
static struct object *home_of(struct arena *mem, const struct diff_input *input, const struct object *object)
{
    const struct object *parent = object->parent;
    if (kind_is(parent->kind, KIND_NAMESPACE))
        return object_child(input->after->root, parent->kind, parent->name);
    const struct object *schema = object_child(input->after->root, parent->parent->kind, parent->parent->name);
    return top_named(mem, input->target, schema, parent->kind, rename_after(input->renames, parent));
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
    const struct target *target;
    const struct dialect *dialect; /* its */
    const struct list *desired;
    const struct list *known;
    const struct tree *before;
    const struct tree *after;
    const struct list *renames; /* that `before` is still without; NULL: none */
    struct event_plan *plan;
};

static bool table_was(const struct planning *planning, const struct ddl_event *event)
{
    struct ddl_event earlier = *event;
    for (int i = 0; planning->renames && i < planning->renames->n; i++) {
        const struct rename *rename = planning->renames->item[i];
        if (!rename->kind && !rename->table && text_equal(rename->to, event->table) &&
            text_equal(rename->schema ? rename->schema : "", event->schema))
            earlier.table = rename->from;
    }
    return !event->table || table_find(planning->ctx->mem, planning->target, planning->before, &earlier);
}

static bool table_stays(const struct planning *planning, const struct ddl_event *event)
{
    return !event->table || table_find(planning->ctx->mem, planning->target, planning->after, event);
}

static bool same_owner(const struct ddl_event *a, const struct ddl_event *b)
{
    return text_equal(a->schema, b->schema) && text_equal(a->table, b->table);
}

static bool makes_same(const struct planning *planning, const struct ddl_event *event, const struct sql_piece *piece)
{
    struct arena *mem = planning->ctx->mem;
    struct classified wanted, what;
    struct split split;
    classify(mem, planning->dialect->classify, piece, &wanted);
    if (wanted.verb != VERB_CREATE || !wanted.name)
        return false;
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = 0; i < split.n; i++) {
        classify(mem, planning->dialect->classify, &split.piece[i], &what);
        if (what.verb == VERB_CREATE && what.kind == wanted.kind && text_equal_nocase(what.name, wanted.name) &&
            text_equal(what.schema, wanted.schema))
            return true;
    }
    return false;
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

struct list events_run(struct ctx *ctx, const struct target *target, const struct list *events, const struct tree *tree)
{
    struct list run = {0};
    for (int i = 0; i < events->n; i++) {
        struct ddl_event *event = events->item[i];
        int found[2];
        made_count(ctx, target->dialect, event, tree, found);
        if (!found[false] && (!event->table || table_find(ctx->mem, target, tree, event)))
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

/* ---- those that come under the name of one that is gone ---- */

/* The element of the models that makes under the same name what one makes that is gone from them; NULL. */
static const struct ddl_event *successor(const struct planning *planning, const struct ddl_event *gone)
{
    for (int i = 0; i < planning->desired->n; i++) {
        const struct ddl_event *event = planning->desired->item[i];
        struct split split;
        if (is_drop(event) || event_find(planning->known, event))
            continue;
        pieces_of(planning->ctx, planning->dialect, event, &split);
        for (int k = 0; k < split.n; k++)
            if (makes_same(planning, gone, &split.piece[k]))
                return event;
    }
    return NULL;
}

static const struct ddl_event *predecessor(const struct planning *planning, const struct ddl_event *event)
{
    for (int i = 0; i < planning->known->n; i++) {
        const struct ddl_event *gone = planning->known->item[i];
        if (!is_drop(gone) && !event_find(planning->desired, gone) && successor(planning, gone) == event)
            return gone;
    }
    return NULL;
}

/* All that it makes takes the place of what is there: CREATE OR REPLACE. */
static bool replaces(const struct planning *planning, const struct ddl_event *event)
{
    struct split split;
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = 0; i < split.n; i++)
        if (!create_replaces(planning->dialect, &split.piece[i]))
            return false;
    return true;
}

/* The DROPs of what it makes, the last one first; false: its text does not say. */
static bool inverses_add(const struct planning *planning, const struct ddl_event *event, struct names *texts)
{
    struct arena *mem = planning->ctx->mem;
    struct split split;
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = split.n - 1; i >= 0; i--) {
        struct buf drop;
        buf_init(&drop, mem);
        if (!create_invert(mem, planning->dialect, &split.piece[i], &drop))
            return false;
        names_add(mem, texts, drop.data);
    }
    return true;
}

/* What has to be dropped before another can come in its place; false: its text does not say. */
static bool room_for(const struct planning *planning, const struct ddl_event *other, const struct ddl_event *event,
                     struct names *texts)
{
    return replaces(planning, other) || inverses_add(planning, event, texts);
}

struct succession {
    const struct ddl_event *event;
    struct names up; /* before it comes */
    struct names down;
};

/* What takes the place of one that no element undoes, where the texts of both say how. */
static bool succeeds(const struct planning *planning, const struct ddl_event *gone, struct succession *succession)
{
    *succession = (struct succession){.event = successor(planning, gone)};
    return succession->event && table_was(planning, succession->event) &&
           room_for(planning, succession->event, gone, &succession->up) &&
           room_for(planning, gone, succession->event, &succession->down);
}

static bool is_undone(const struct planning *planning, const struct ddl_event *gone)
{
    struct succession succession;
    return table_stays(planning, gone) &&
           ((!gone->gone && can_undo(planning, gone)) || succeeds(planning, gone, &succession));
}

static bool is_named(const struct object *object)
{
    return object->name && !(kind_table[object->kind].marks & KIND_PART) && !kind_is(object->kind, KIND_NAMESPACE);
}

/* A table that goes takes along what its elements made, and they make it again on the way back. */
static void spare(struct ctx *ctx, const struct diff_input *input, const struct ddl_event *event, struct object *object)
{
    struct object *home = home_of(ctx->mem, input, object);
    if (!home || (event->table && !table_find(ctx->mem, input->target, input->after, event)))
        object_remove(object);
    else
        object_copy(ctx->mem, object, home);
}

/* ---- what goes with what elements made, and no element makes again ---- */

static bool said_by(const struct planning *planning, const char *text)
{
    struct arena *mem = planning->ctx->mem;
    for (int i = 0; i < planning->known->n; i++) {
        const struct ddl_event *event = planning->known->item[i];
        if (strstr(text_lower(mem, event->definition), text_lower(mem, text)))
            return true;
    }
    return false;
}

/* Of a setting what no element's text has: somebody set it by hand. */
static void settings_lost(const struct planning *planning, const struct object *object, struct names *lost)
{
    struct arena *mem = planning->ctx->mem;
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const struct field *field = &info->field[i];
        struct names values = {0};
        if (!(field->marks & FIELD_SETTING) || !object_says(object, i))
            continue;
        if (field->type == FIELD_NAMES)
            values = *(const struct names *)object_field(object, i);
        else if (field->type == FIELD_TEXT && *(const char *const *)object_field(object, i))
            names_add(mem, &values, *(const char *const *)object_field(object, i));
        for (int k = 0; k < values.n; k++) {
            const char *name = text_split(mem, values.item[k], '=').item[0];
            if (!said_by(planning, text_replace(mem, name, "'", "''")))
                names_add(mem, lost, arena_printf(mem, "%s %s", field->name, values.item[k]));
        }
    }
}

static void parts_lost(const struct planning *planning, struct object *object, struct names *lost)
{
    for (struct object *part = object_next(object, object); part; part = object_next(object, part)) {
        bool made = !is_named(part) || kind_is(part->kind, KIND_IS_COLUMN);
        for (int i = 0; i < planning->known->n && !made; i++)
            made = event_makes(planning->ctx, planning->dialect, planning->known->item[i], part);
        if (!made)
            names_add(planning->ctx->mem, lost, object_path(planning->ctx->mem, part));
    }
}

/* CREATE OR REPLACE keeps all but what it sets itself. */
static void losses_note(const struct planning *planning, const struct ddl_event *event, struct object *object,
                        struct event_losses *losses)
{
    struct arena *mem = planning->ctx->mem;
    const struct ddl_event *next = successor(planning, event);
    struct names lost = {0};
    settings_lost(planning, object, &lost);
    if (!next || !replaces(planning, next)) {
        const struct list hanging = unmodelled_on(mem, planning->before, object);
        const struct names texts = unmodelled_texts(mem, &hanging);
        names_append(mem, &lost, &texts);
        parts_lost(planning, object, &lost);
    }
    if (lost.n)
        names_add(mem, next ? &losses->again : &losses->gone,
                  arena_printf(mem,
                               next ? "%s has to be dropped and created again, as its DDL element has another text, "
                                      "which loses %s"
                                    : "%s is dropped, and the rollback does not bring back %s",
                               object_path(mem, object), names_join(mem, &lost, ", ")));
}

/* What the plan drops by its elements is theirs alone: it neither makes room nor comes back on its own. */
static void undone_remove(const struct planning *planning, struct object *root, struct event_losses *losses)
{
    struct list undone = {0}, found = {0};
    for (int i = 0; i < planning->known->n; i++) {
        struct ddl_event *event = planning->known->item[i];
        if (!is_drop(event) && !event_find(planning->desired, event) && is_undone(planning, event))
            list_add(planning->ctx->mem, &undone, event);
    }
    for (struct object *o = object_next(root, root); undone.n && o; o = object_next(root, o))
        for (int i = 0; i < undone.n; i++)
            if (is_named(o) && event_makes(planning->ctx, planning->dialect, undone.item[i], o)) {
                losses_note(planning, undone.item[i], o, losses);
                list_add(planning->ctx->mem, &found, o);
                break;
            }
    for (int i = found.n - 1; i >= 0; i--)
        object_remove(found.item[i]);
}

static bool spare_made(const struct planning *planning, const struct diff_input *input, const struct list *events,
                       struct object *object)
{
    for (int i = 0; i < events->n; i++)
        if (event_makes(planning->ctx, planning->dialect, events->item[i], object)) {
            spare(planning->ctx, input, events->item[i], object);
            return true;
        }
    return false;
}

void events_spare(struct ctx *ctx, const struct diff_input *input, const struct event_sides *sides,
                  struct event_losses *losses)
{
    const struct planning planning = {.ctx = ctx,
                                      .target = input->target,
                                      .dialect = input->target->dialect,
                                      .desired = sides->desired,
                                      .known = sides->known,
                                      .before = input->before,
                                      .after = input->after,
                                      .renames = input->renames};
    struct list found = {0};
    struct object *root = input->before->root;
    undone_remove(&planning, root, losses);
    for (struct object *o = object_next(root, root); (sides->known->n || sides->desired->n) && o;
         o = object_next(root, o)) {
        if (!is_named(o))
            continue;
        const struct object *home = home_of(ctx->mem, input, o);
        if (!home || (tree_speaks(input->after, o->kind) && !object_child(home, o->kind, o->name)))
            list_add(ctx->mem, &found, o);
    }
    for (int i = 0; i < found.n; i++)
        if (!spare_made(&planning, input, sides->known, found.item[i]))
            spare_made(&planning, input, sides->desired, found.item[i]);
}

/* ---- files that wait ---- */

/* Is it among the others, be it that its table has another name there? */
static bool is_among(const struct ddl_event *event, const struct list *others, const struct list *own)
{
    for (int i = 0; i < others->n; i++) {
        const struct ddl_event *other = others->item[i];
        bool alike = is_moment(other, event->moment) && text_equal(other->template, event->template) &&
                     text_equal(other->schema, event->schema);
        if (is_same(event, other) || (alike && !event_find(own, other)))
            return true;
    }
    return false;
}

static void made_remove(struct ctx *ctx, const struct dialect *dialect, const struct ddl_event *event,
                        const struct tree *tree)
{
    struct list found = {0};
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (o->name && o->by_element && event_makes(ctx, dialect, event, o))
            list_add(ctx->mem, &found, o);
    for (int i = found.n - 1; i >= 0; i--)
        object_remove(found.item[i]);
}

static void made_add(struct ctx *ctx, const struct dialect *dialect, const struct ddl_event *event, struct tree *tree)
{
    struct split split;
    pieces_of(ctx, dialect, event, &split);
    for (int i = 0; dialect->text_load && i < split.n; i++) {
        struct object *made = NULL;
        struct classified what;
        classify(ctx->mem, dialect->classify, &split.piece[i], &what);
        if (what.verb != VERB_CREATE || create_tolerates(dialect, &split.piece[i]) || is_there(tree, &what))
            continue;
        if (dialect->text_load(ctx, &what, tree, &made))
            ctx->error = (struct error){0}; /* the database will say where */
        for (struct object *o = made; o; o = object_next(made, o))
            o->by_element = true;
    }
}

void events_carry(struct ctx *ctx, const struct target *target, const struct list *was, const struct list *now,
                  struct tree *tree)
{
    for (int i = 0; i < was->n; i++)
        if (!is_drop(was->item[i]) && !is_among(was->item[i], now, was))
            made_remove(ctx, target->dialect, was->item[i], tree);
    for (int i = 0; i < now->n; i++)
        if (!is_drop(now->item[i]) && !is_among(now->item[i], was, now))
            made_add(ctx, target->dialect, now->item[i], tree);
}

/* ---- the plan ---- */

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

/* What unmakes it; not what unmakes others of its table that were there before and stay. */
static void undo_add(const struct planning *planning, const struct ddl_event *event, const char *moment,
                     struct names *texts)
{
    bool there = table_was(planning, event), stays = false;
    struct list undoing = {0};
    for (int i = 0; i < planning->known->n; i++)
        stays |= !is_drop(planning->known->item[i]) && same_owner(planning->known->item[i], event) &&
                 event_find(planning->desired, planning->known->item[i]);
    for (int i = 0; i < planning->desired->n; i++)
        if (!there || !stays || !event_find(planning->known, planning->desired->item[i]))
            list_add(planning->ctx->mem, &undoing, planning->desired->item[i]);
    texts_add(planning, &undoing, event, moment, texts);
}

/* A view does not go with its table, and stands in its way. */
static void views_drop(const struct planning *planning, const struct ddl_event *event)
{
    struct arena *mem = planning->ctx->mem;
    struct names drops = {0};
    struct split split;
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = split.n - 1; i >= 0; i--) {
        struct classified what;
        struct buf drop;
        buf_init(&drop, mem);
        classify(mem, planning->dialect->classify, &split.piece[i], &what);
        if (what.kind == KIND_VIEW && create_invert(mem, planning->dialect, &split.piece[i], &drop))
            names_add(mem, &drops, drop.data);
    }
    names_append(mem, &drops, &planning->plan->down_before); /* the last one first */
    planning->plan->down_before = drops;
}

/* In the place of one that no element undoes: true if the texts of both say how. */
static bool succession_plan(struct planning *planning, const struct ddl_event *gone)
{
    struct event_plan *plan = planning->plan;
    struct succession succession;
    struct arena *mem = planning->ctx->mem;
    if ((!gone->gone && can_undo(planning, gone)) || !succeeds(planning, gone, &succession))
        return false;
    names_append(mem, &plan->before, &succession.up);
    names_append(mem, &plan->down_before, &succession.down);
    names_add(mem, &plan->down_after, gone->definition);
    return true;
}

/* What its text alone undoes: none of it was there before, and each statement says what it makes. */
static bool inverse_plan(const struct planning *planning, const struct ddl_event *event)
{
    struct names drops = {0};
    struct split split;
    int found[2];
    made_count(planning->ctx, planning->dialect, event, planning->before, found);
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = 0; i < split.n; i++)
        if (create_replaces(planning->dialect, &split.piece[i]) || create_tolerates(planning->dialect, &split.piece[i]))
            return false;
    if (!split.n || found[true] || !inverses_add(planning, event, &drops))
        return false;
    struct names *texts =
        is_moment(event, "before_create") ? &planning->plan->down_after : &planning->plan->down_before;
    names_append(planning->ctx->mem, &drops, texts); /* the last one first */
    *texts = drops;
    return true;
}

/* The way back of a new one. */
static void new_undo(struct planning *planning, const struct ddl_event *event, bool there)
{
    struct event_plan *plan = planning->plan;
    bool undone = undoes(planning->desired, event);
    if (there && !undone && inverse_plan(planning, event))
        return;
    if (there && !undone)
        names_add(planning->ctx->mem, &plan->stays, shown(planning->ctx->mem, event));
    if (there && !event->table && !undone)
        return;
    undo_add(planning, event, "before_drop", &plan->down_before);
    undo_add(planning, event, "after_drop", &plan->down_after);
    if (!there && event->table && !undone)
        views_drop(planning, event);
}

static void new_plan(struct planning *planning, struct ddl_event *event)
{
    struct event_plan *plan = planning->plan;
    bool there = table_was(planning, event);
    const struct ddl_event *gone = there ? predecessor(planning, event) : NULL;
    if (is_drop(event) || (there && !gone && was_run(planning, event)))
        return;
    about(planning, event);
    bool succeeded = gone && succession_plan(planning, gone);
    names_add(planning->ctx->mem, is_moment(event, "before_create") ? &plan->before : &plan->after, event->definition);
    if (!succeeded)
        new_undo(planning, event, there);
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

/* All that one of the metadata made is on tables that go: triggers, indexes. */
static bool goes_with_table(const struct planning *planning, const struct ddl_event *event)
{
    struct arena *mem = planning->ctx->mem;
    struct split split;
    pieces_of(planning->ctx, planning->dialect, event, &split);
    for (int i = 0; i < split.n; i++) {
        struct classified what;
        classify(mem, planning->dialect->classify, &split.piece[i], &what);
        if (what.verb != VERB_CREATE || !what.table || memchr(what.on.text, '.', what.on.length))
            return false;
        const struct ddl_event on = {.schema = event->schema, .table = what.table};
        const struct object *table = table_find(mem, planning->target, planning->before, &on);
        if (!table || table->peer)
            return false;
    }
    return split.n > 0;
}

static void gone_plan(struct planning *planning, struct ddl_event *event)
{
    struct ctx *ctx = planning->ctx;
    if (!table_stays(planning, event)) {
        if (table_was(planning, event))
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
    struct succession succession;
    if (succeeds(planning, event, &succession))
        return;
    if (goes_with_table(planning, event)) {
        names_add(ctx->mem, &planning->plan->down_after, event->definition);
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

void events_plan(struct ctx *ctx, const struct target *target, const struct event_sides *sides,
                 const struct changes *changes, struct event_plan *plan)
{
    const struct list *desired = sides->desired, *known = sides->known;
    struct planning planning = {.ctx = ctx,
                                .target = target,
                                .dialect = target->dialect,
                                .desired = desired,
                                .known = known,
                                .before = changes->before,
                                .after = changes->after,
                                .plan = plan};
    *plan = (struct event_plan){0};
    for (int i = 0; i < known->n; i++)
        if (!event_find(desired, known->item[i]))
            gone_plan(&planning, known->item[i]);
    for (int i = 0; i < desired->n; i++) {
        const struct ddl_event *before = event_find(known, desired->item[i]);
        if (!before)
            new_plan(&planning, desired->item[i]);
        list_add(ctx->mem, &plan->known, desired->item[i]);
        plan->changed |= !before || before->gone;
    }
    plan->changed |= plan->known.n != known->n;
}
