/*
 * From one tree, or two with their changes, to boxes and lines.  Lines are found in both trees alike and joined by their ends:
 * one that is found in one alone came or went.  Linear in objects and references; nothing here knows a format.
 */
#include "base/map.h"
#include "base/text.h"
#include "diagram/parts.h"
#include "diff/describe.h"
#include "diff/graph.h"
#include "schema/filter.h"

enum { LABELS_SHOWN = 20 };

struct noted {
    const struct object *object;
    const struct change *change;
    int at; /* of the change in its list */
};

struct drawer {
    struct ctx *ctx;
    struct arena *mem;
    const struct diagram_input *input;
    struct diagram *diagram;
    struct map boxes[2]; /* struct box * by key, of the tree before and of the one after */
    struct map lines;    /* struct line * by their ends */
    int side;            /* the tree that is looked at */
};

/* ---- what became of an object ---- */

static int noted_compare(const void *a, const void *b)
{
    const struct noted *x = a, *y = b;
    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return x->at - y->at;
}

static void changes_note(struct drawer *drawer)
{
    const struct changes *changes = drawer->input->changes;
    struct diagram *diagram = drawer->diagram;
    struct noted *notes = NEW_ARRAY(drawer->mem, struct noted, changes->list.n * 2 + 1);
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const struct object *object = change->op == CHANGE_RENAME ? change->renamed : change_object(change);
        const struct object *both[] = {object, object ? object->peer : NULL};
        for (int side = 0; side < 2; side++)
            if (both[side])
                notes[diagram->notes++] = (struct noted){both[side], change, i};
    }
    qsort(notes, (size_t)diagram->notes, sizeof *notes, noted_compare);
    diagram->noted = notes;
}

/* The first that is about it, of several in a row; NULL. */
static const struct noted *noted_find(const struct diagram *diagram, const struct object *object)
{
    int from = 0, to = diagram->notes;
    while (from < to) {
        int middle = (from + to) / 2;
        if (diagram->noted[middle].object < object)
            from = middle + 1;
        else
            to = middle;
    }
    bool found = from < diagram->notes && diagram->noted[from].object == object;
    return found ? &diagram->noted[from] : NULL;
}

enum shade shade_of(const struct diagram *diagram, const struct object *object)
{
    for (const struct object *o = object; o; o = o->parent) {
        const struct noted *noted = noted_find(diagram, o);
        if (!noted)
            continue;
        if (o->peer)
            return o == object ? SHADE_CHANGED : SHADE_SAME; /* of something that is there on both sides */
        return noted->change->op == CHANGE_DROP ? SHADE_REMOVED : SHADE_ADDED;
    }
    return SHADE_SAME;
}

/* A table is changed by what is changed on it. */
static enum shade shade_whole(const struct diagram *diagram, const struct object *object)
{
    enum shade shade = shade_of(diagram, object);
    for (const struct object *side = object; side && !shade; side = side == object ? object->peer : NULL)
        for (struct object *o = object_next(side, side); o && !shade; o = object_next(side, o))
            if (shade_of(diagram, o))
                shade = SHADE_CHANGED;
    return shade;
}

const char *details_of(struct arena *mem, const struct diagram *diagram, const struct object *object)
{
    const struct noted *noted = noted_find(diagram, object), *end = diagram->noted + diagram->notes;
    struct names found = {0};
    for (; noted && noted < end && noted->object == object; noted++) {
        const char *details = change_details(mem, noted->change);
        if (*details)
            names_add(mem, &found, details);
    }
    return text_shown(mem, names_join(mem, &found, ", "), false);
}

struct list children_of(struct arena *mem, const struct diagram *diagram, const struct object *object)
{
    struct list found = {0};
    for (int i = 0; i < object->children.n; i++)
        if (!kind_is(((struct object *)object->children.item[i])->kind, KIND_PART))
            list_add(mem, &found, object->children.item[i]);
    for (int i = 0; object->peer && i < object->peer->children.n; i++)
        if (shade_of(diagram, object->peer->children.item[i]) == SHADE_REMOVED)
            list_add(mem, &found, object->peer->children.item[i]);
    return found;
}

/* ---- rows ---- */

static bool is_key_alone(const struct object *key, const char *column)
{
    if (key->kind == KIND_UNIQUE) {
        const struct names *columns = &((const struct unique *)key)->columns;
        return columns->n == 1 && text_equal(columns->item[0], column);
    }
    bool of_one = key->kind == KIND_INDEX && ((const struct index *)key)->is_unique && key->children.n == 1;
    return of_one && text_equal(((const struct index_part *)key->children.item[0])->column, column);
}

static const char *keys_of(struct arena *mem, const struct object *column)
{
    bool primary = false, foreign = false, unique = false;
    const struct list *all = &column->parent->children;
    for (int i = 0; i < all->n; i++) {
        const struct object *key = all->item[i];
        if (key->kind == KIND_PRIMARY_KEY)
            primary |= names_have(&((const struct primary_key *)key)->columns, column->name);
        else if (key->kind == KIND_FOREIGN_KEY)
            foreign |= names_have(&((const struct foreign_key *)key)->columns, column->name);
        else
            unique |= is_key_alone(key, column->name);
    }
    return text_trim(mem, arena_printf(mem, "%s%s%s", primary ? "PK " : "", foreign ? "FK " : "", unique ? "U" : ""));
}

static struct row *row_add(const struct drawer *drawer, struct box *box, const struct object *object, const char *name)
{
    struct row *row = NEW(drawer->mem, struct row);
    *row = (struct row){.object = object, .name = name_shown(drawer->mem, name), .type = "", .keys = "", .details = ""};
    list_add(drawer->mem, &box->rows, row);
    return row;
}

static void columns_add(const struct drawer *drawer, struct box *box)
{
    const struct list all = children_of(drawer->mem, drawer->diagram, box->object);
    for (int i = 0; i < all.n; i++) {
        const struct object *o = all.item[i];
        if (o->kind != KIND_COLUMN && o->kind != KIND_ATTRIBUTE)
            continue;
        bool is_column = o->kind == KIND_COLUMN;
        struct row *row = row_add(drawer, box, o, o->name);
        row->type = text_shown(
            drawer->mem, is_column ? ((const struct column *)o)->type : ((const struct attribute *)o)->type, false);
        row->nullable = is_column && ((const struct column *)o)->nullable;
        row->keys = is_column ? keys_of(drawer->mem, o) : "";
        row->shade = shade_of(drawer->diagram, o);
        row->details = details_of(drawer->mem, drawer->diagram, o);
    }
}

/* Of what has no changes of its own: it comes and goes with its box. */
static enum shade shade_within(const struct box *box)
{
    return box->shade == SHADE_CHANGED ? SHADE_SAME : box->shade;
}

static void label_add(const struct drawer *drawer, struct box *box, const char *label, enum shade shade)
{
    if (box->rows.n < LABELS_SHOWN)
        row_add(drawer, box, NULL, label)->shade = shade;
}

/* Of an enum with thousands of labels the first ones, and how many more there are. */
static void labels_add(const struct drawer *drawer, struct box *box)
{
    const struct names *labels = &((const struct enum_type *)box->object)->labels;
    const struct names *before = box->object->peer ? &((const struct enum_type *)box->object->peer)->labels : labels;
    int n = labels->n;
    for (int i = 0; i < labels->n && i < LABELS_SHOWN; i++) {
        bool new = box->shade == SHADE_CHANGED && !names_have(before, labels->item[i]);
        label_add(drawer, box, labels->item[i], new ? SHADE_ADDED : shade_within(box));
    }
    for (int i = 0; box->shade == SHADE_CHANGED && i < before->n; i++)
        if (!names_have(labels, before->item[i])) {
            label_add(drawer, box, before->item[i], SHADE_REMOVED);
            n++;
        }
    if (n > box->rows.n)
        row_add(drawer, box, NULL, arena_printf(drawer->mem, "… %d more", n - box->rows.n));
}

/* ---- boxes ---- */

static bool is_drawn(const struct object *object)
{
    return kind_is(object->kind, KIND_HAS_COLUMNS | KIND_IS_TYPE);
}

static const char *key_of(struct arena *mem, const char *schema, const char *name, bool type)
{
    return arena_printf(mem, "%c%s\x1f%s", type ? 't' : 'r', schema ? schema : "", name);
}

static const char *object_key(struct arena *mem, const struct object *object)
{
    return key_of(mem, object->parent->name, object->name, kind_is(object->kind, KIND_IS_TYPE));
}

static const char *title_of(struct arena *mem, const struct object *object)
{
    const char *schema = object->parent->name, *name = name_shown(mem, object->name);
    return schema && *schema ? arena_printf(mem, "%s.%s", name_shown(mem, schema), name) : name;
}

static const char *word_of(struct arena *mem, const struct object *object)
{
    if (object->kind == KIND_VIEW && ((const struct view *)object)->materialized)
        return "materialized view";
    if (object_is_partition(object))
        return "partition";
    return text_replace(mem, kind_table[object->kind].name, "_", " ");
}

static bool is_wanted(const struct drawer *drawer, const struct object *object)
{
    const struct names *tables = drawer->input->tables;
    const char *usual = drawer->input->target->facts.usual_schema;
    if (!tables || !tables->n)
        return true;
    bool pattern = !kind_is(object->kind, KIND_IS_TYPE);
    const struct filter filter = {.include = *tables};
    return pattern && filter_takes(&filter, usual, object->parent->name, object->name);
}

static struct box *box_make(const struct drawer *drawer, const struct object *object)
{
    struct box *box = NEW(drawer->mem, struct box);
    *box = (struct box){.object = object,
                        .title = title_of(drawer->mem, object),
                        .word = word_of(drawer->mem, object),
                        .shade = shade_whole(drawer->diagram, object),
                        .details = details_of(drawer->mem, drawer->diagram, object),
                        .drawn = is_wanted(drawer, object),
                        .number = drawer->diagram->boxes.n};
    list_add(drawer->mem, &drawer->diagram->boxes, box);
    if (object->kind == KIND_ENUM)
        labels_add(drawer, box);
    else if (object->kind == KIND_DOMAIN)
        row_add(drawer, box, NULL, ((const struct domain *)object)->type)->shade = shade_within(box);
    else if (object_is_partition(object))
        row_add(drawer, box, NULL, expr_text(&((const struct table *)object)->partition_bound))->shade =
            shade_within(box);
    else
        columns_add(drawer, box);
    return box;
}

/* Both trees find a box by their own names. */
static void top_add(struct drawer *drawer, struct object *object)
{
    bool known = !drawer->side && object->peer;
    if (is_drawn(object)) {
        struct box *box =
            known ? map_get(&drawer->boxes[1], object_key(drawer->mem, object->peer)) : box_make(drawer, object);
        map_set(&drawer->boxes[drawer->side], object_key(drawer->mem, object), box);
    } else if (!known)
        list_add(drawer->mem, &drawer->diagram->others, object);
}

/* Those of the tree after, then what only the tree before has. */
static void boxes_make(struct drawer *drawer, const struct tree *tree)
{
    for (int i = 0; i < tree->root->children.n; i++) {
        struct object *schema = tree->root->children.item[i];
        if (!kind_is(schema->kind, KIND_NAMESPACE))
            top_add(drawer, schema); /* of the whole database */
        for (int j = 0; kind_is(schema->kind, KIND_NAMESPACE) && j < schema->children.n; j++)
            top_add(drawer, schema->children.item[j]);
    }
}

/* ---- lines ---- */

static struct box *box_of(const struct drawer *drawer, const struct object *object)
{
    const struct object *top = object_top(object);
    return top->parent ? map_get(&drawer->boxes[drawer->side], object_key(drawer->mem, top)) : NULL;
}

static struct box *box_of_ref(const struct drawer *drawer, const struct ref *ref)
{
    return ref->name ? map_get(&drawer->boxes[drawer->side], key_of(drawer->mem, ref->schema, ref->name, false)) : NULL;
}

static int row_of(const struct box *box, const struct object *object)
{
    for (int i = 0; object && i < box->rows.n; i++) {
        const struct object *known = ((const struct row *)box->rows.item[i])->object;
        if (known && (known == object || known == object->peer))
            return i;
    }
    return -1;
}

static int row_named(const struct drawer *drawer, const struct box *box, const char *column)
{
    const struct object *table = box->object;
    const struct object *own = !drawer->side && table->peer ? table->peer : table;
    return row_of(box, object_child(own, KIND_COLUMN, column));
}

/* The line between these ends; one that is there already is the same. */
static struct line *line_put(struct drawer *drawer, const struct line *line)
{
    const char *key = arena_printf(drawer->mem, "%d %d %d %d %d", (int)line->how, line->from->number, line->from_row,
                                   line->to->number, line->to_row);
    struct line *known = map_get(&drawer->lines, key);
    if (!known) {
        known = NEW(drawer->mem, struct line);
        *known = *line;
        map_set(&drawer->lines, key, known);
        list_add(drawer->mem, &drawer->diagram->lines, known);
    }
    known->there[drawer->side] = true;
    if (known->shade == SHADE_SAME && line->shade == SHADE_CHANGED)
        known->shade = SHADE_CHANGED;
    return known;
}

static const struct names *key_columns_of(const struct foreign_key *key, const struct drawer *drawer,
                                          const struct box *to)
{
    const struct object *table = !drawer->side && to->object->peer ? to->object->peer : to->object;
    const struct object *primary = object_only(table, KIND_PRIMARY_KEY);
    return key->ref_columns.n || !primary ? &key->ref_columns : &((const struct primary_key *)primary)->columns;
}

/* Is some key of the table over these columns and no others? */
static bool is_one(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *o = table->children.item[i];
        if (o->kind == KIND_PRIMARY_KEY && names_equal(&((const struct primary_key *)o)->columns, columns))
            return true;
        if (o->kind == KIND_UNIQUE && names_equal(&((const struct unique *)o)->columns, columns))
            return true;
        if (columns->n == 1 && is_key_alone(o, columns->item[0]))
            return true;
    }
    return false;
}

static bool is_optional(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < columns->n; i++) {
        const struct object *column = object_child(table, KIND_COLUMN, columns->item[i]);
        if (column && ((const struct column *)column)->nullable)
            return true;
    }
    return false;
}

static void foreign_key_draw(struct drawer *drawer, struct box *from, const struct object *object)
{
    const struct foreign_key *key = (const struct foreign_key *)object;
    struct box *to = box_of_ref(drawer, &key->ref_table);
    if (!to || !key->columns.n)
        return;
    const struct names *far = key_columns_of(key, drawer, to);
    struct line line = {.how = LINE_KEY,
                        .from = from,
                        .to = to,
                        .one = is_one(object->parent, &key->columns),
                        .optional = is_optional(object->parent, &key->columns),
                        .label = text_shown(drawer->mem, names_join(drawer->mem, &key->columns, ", "), false),
                        .shade = shade_of(drawer->diagram, object)};
    for (int i = 0; i < key->columns.n; i++) {
        line.first = i == 0;
        line.from_row = row_named(drawer, from, key->columns.item[i]);
        line.to_row = i < far->n ? row_named(drawer, to, far->item[i]) : -1;
        line_put(drawer, &line);
    }
}

static void parents_draw(struct drawer *drawer, struct box *from, const struct object *object)
{
    const struct refs *parents = &((const struct table *)object)->inherits;
    bool partition = object_is_partition(object);
    for (int i = 0; i < parents->n; i++) {
        const struct line line = {.how = partition ? LINE_PARTITION : LINE_INHERITS,
                                  .from = from,
                                  .to = box_of_ref(drawer, &parents->item[i]),
                                  .from_row = -1,
                                  .to_row = -1,
                                  .first = true,
                                  .label = partition ? "partition of" : "inherits"};
        if (line.to)
            line_put(drawer, &line);
    }
}

/* A column's type, and what a view reads: what the graph knows of it. */
static void needs_draw(struct drawer *drawer, struct box *from, const struct object *object)
{
    bool text = object == object_top(object) && kind_is(object->kind, KIND_IS_TEXT);
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need) {
        const struct object *to = object_top(edge->to);
        bool type = kind_is(to->kind, KIND_IS_TYPE);
        struct line line = {.how = type ? LINE_TYPE : LINE_BASE,
                            .from = from,
                            .to = is_drawn(to) ? box_of(drawer, to) : NULL,
                            .from_row = type ? row_of(from, object) : -1,
                            .to_row = -1,
                            .first = true,
                            .label = type ? "type" : "reads"};
        if (line.from_row >= 0)
            line.label = ((const struct row *)from->rows.item[line.from_row])->name;
        bool of_type = type && (line.from_row >= 0 || object->kind == KIND_DOMAIN);
        if (line.to && line.to != from && (of_type || (text && !type)))
            line_put(drawer, &line);
    }
}

static void lines_draw(struct drawer *drawer, const struct tree *tree)
{
    struct box *from = NULL;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (o == object_top(o))
            from = o->parent && o->parent->parent && is_drawn(o) ? box_of(drawer, o) : NULL;
        if (!from)
            continue;
        if (o->kind == KIND_FOREIGN_KEY)
            foreign_key_draw(drawer, from, o);
        else if (o->kind == KIND_TABLE)
            parents_draw(drawer, from, o);
        needs_draw(drawer, from, o);
    }
}

/* ---- the whole ---- */

static int side_draw(struct drawer *drawer, const struct tree *tree, int side)
{
    drawer->side = side;
    map_init(&drawer->boxes[side], drawer->mem);
    graph_build(drawer->mem, drawer->input->target, tree);
    boxes_make(drawer, tree);
    lines_draw(drawer, tree);
    return ctx_check(drawer->ctx);
}

static void lines_shade(struct diagram *diagram)
{
    for (int i = 0; i < diagram->lines.n; i++) {
        struct line *line = diagram->lines.item[i];
        if (!diagram->input->changes || (line->there[0] && line->there[1]))
            continue;
        line->shade = line->there[1] ? SHADE_ADDED : SHADE_REMOVED;
    }
}

/* What was not asked for goes; types that nobody asks for come with the columns that are of them. */
static void boxes_choose(struct arena *mem, struct diagram *diagram)
{
    struct list boxes = {0}, lines = {0};
    for (int i = 0; i < diagram->lines.n; i++) {
        const struct line *line = diagram->lines.item[i];
        line->to->drawn |= line->how == LINE_TYPE && line->from->drawn;
    }
    for (int i = 0; i < diagram->boxes.n; i++) {
        struct box *box = diagram->boxes.item[i];
        if (box->drawn)
            list_add(mem, &boxes, box);
        box->number = boxes.n;
    }
    for (int i = 0; i < diagram->lines.n; i++) {
        const struct line *line = diagram->lines.item[i];
        if (line->from->drawn && line->to->drawn)
            list_add(mem, &lines, diagram->lines.item[i]);
    }
    diagram->boxes = boxes;
    diagram->lines = lines;
}

int diagram_draw(struct ctx *ctx, const struct diagram_input *input, struct diagram **diagram)
{
    *diagram = NEW(ctx->mem, struct diagram);
    (*diagram)->input = input;
    struct drawer drawer = {.ctx = ctx, .mem = ctx->mem, .input = input, .diagram = *diagram};
    map_init(&drawer.lines, ctx->mem);
    if (input->changes)
        changes_note(&drawer);
    TRY(side_draw(&drawer, input->changes ? input->changes->after : input->tree, 1));
    if (input->changes)
        TRY(side_draw(&drawer, input->changes->before, 0));
    lines_shade(*diagram);
    boxes_choose(ctx->mem, *diagram);
    return 0;
}

int diagram_count(const struct diagram *diagram)
{
    return diagram->boxes.n;
}
