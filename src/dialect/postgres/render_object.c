/*
 * Schemas and sequences: objects of their own, with no table around them.
 *
 * A sequence is made before the tables, so that defaults can use it; that it belongs to a column is said once the
 * column is there.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

int pg_schema_create(struct render *render, const struct change *change)
{
    const struct schema *schema = (const struct schema *)change->after;
    struct buf out = pg_begin(render, "CREATE SCHEMA "), name = pg_begin(render, "");

    pg_ident_add(&name, schema->object.name);
    buf_add(&out, name.data);
    render_statement(render, &out);
    if (schema->comment)
        pg_comment(render, "SCHEMA", &name, schema->comment);
    return 0;
}

int pg_schema_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP SCHEMA ");

    pg_ident_add(&out, change->before->name);
    render_statement(render, &out);
    return 0;
}

int pg_schema_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER SCHEMA ");

    pg_ident_add(&out, change->before->name);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

/* Where nobody says anything about the schema public, initdb has. */
int pg_schema_alter(struct render *render, const struct change *change)
{
    const struct schema *schema = (const struct schema *)change->after;
    const char *called = *schema->object.name ? schema->object.name : target_usual(render->target);
    bool initial = !schema->comment && text_equal(called, "public");
    struct buf name = pg_begin(render, "");

    if (!change_has(change, SCHEMA_comment))
        return 0;
    pg_ident_add(&name, called);
    pg_comment(render, "SCHEMA", &name, initial ? "standard public schema" : schema->comment);
    return 0;
}

static void owned_by(struct render *render, const struct sequence *sequence)
{
    struct buf out = pg_begin(render, "ALTER SEQUENCE ");

    pg_top(&out, &sequence->object);
    buf_add(&out, " OWNED BY ");
    if (sequence->owned_by.name)
        pg_ref(&out, &sequence->owned_by);
    else
        buf_add(&out, "NONE");
    render_statement(render, &out);
}

/* What differs from what the server would choose, or from what stands there. */
static void sequence_options(struct buf *out, const struct sequence *sequence, const struct sequence *before)
{
    struct pg_counter counter = pg_counter_of_sequence(sequence);
    struct pg_counter other =
        before ? pg_counter_of_sequence(before) : pg_counter_usual(out->mem, sequence->type, &counter);

    if (!text_equal(sequence->type, before ? before->type : "bigint"))
        buf_addf(out, " AS %s", sequence->type);
    pg_counter_add(out, " ", &counter, &other);
    if (before && pg_counter_apart(&counter, &other))
        buf_addf(out, " RESTART WITH %" PRId64, counter.start);
}

static void sequence_return(struct render *render, const struct sequence *sequence, const struct sequence *before)
{
    struct pg_counter counter = pg_counter_of_sequence(sequence), other = pg_counter_of_sequence(before);
    struct buf out = pg_begin(render, ""), name = pg_begin(render, ""), literal = pg_begin(render, "");
    pg_top(&name, &sequence->object);
    pg_literal(&literal, name.data);
    if (pg_counter_return(&out, (const char *const[]){literal.data, name.data}, &counter, &other))
        render_statement(render, &out);
}

static void sequence_comment(struct render *render, const struct sequence *sequence)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &sequence->object);
    pg_comment(render, "SEQUENCE", &name, sequence->comment);
}

static bool is_sequence_of(struct arena *mem, const struct object *column, const struct object *sequence)
{
    return column->kind == KIND_COLUMN && ((const struct column *)column)->autoincrement && column->peer &&
           !((const struct column *)column->peer)->autoincrement &&
           text_equal(pg_sequence_name(mem, (const struct column *)column), sequence->name);
}

/* The column of the other tree whose serial has, or gets, this very sequence, and that is not serial in this one. */
static const struct column *serial_of(struct arena *mem, const struct tree *tree, const struct object *sequence)
{
    const struct object *schema = object_child(tree->root, KIND_SCHEMA, object_schema(sequence));
    for (const struct object *o = schema; o; o = object_next(schema, o))
        if (is_sequence_of(mem, o, sequence))
            return (const struct column *)o;
    return NULL;
}

/* As SERIAL makes it. */
static struct sequence sequence_of_serial(struct arena *mem, const struct column *column)
{
    struct sequence sequence = {.type = pg_type_plain(mem, column->type), .increment = 1, .min = 1};
    struct pg_counter counter = pg_counter_of_sequence(&sequence);
    struct pg_counter usual = pg_counter_usual(mem, sequence.type, &counter);
    sequence.start = usual.min;
    sequence.max = usual.max;
    sequence.cache = usual.cache;
    return sequence;
}

static void sequence_change(struct render *render, const struct object *name, const struct sequence *after,
                            const struct sequence *before)
{
    struct buf out = pg_begin(render, "ALTER SEQUENCE ");
    pg_top(&out, name);
    size_t bare = out.len;
    sequence_options(&out, after, before);
    if (out.len > bare)
        render_statement(render, &out);
}

bool pg_sequence_joins(struct render *render, const struct column *column)
{
    const char *name = pg_sequence_name(render->mem, column);
    const struct object *schema = object_child(render->before->root, KIND_SCHEMA, object_schema(&column->object));
    const struct object *stands = schema ? object_child(schema, KIND_SEQUENCE, name) : NULL;
    if (!stands || !is_sequence_of(render->mem, &column->object, stands))
        return false;
    struct sequence after = sequence_of_serial(render->mem, column);
    after.object = *stands;
    sequence_return(render, &after, (const struct sequence *)stands);
    sequence_change(render, stands, &after, (const struct sequence *)stands);
    after.owned_by =
        (struct ref){.schema = object_schema(stands), .name = column->object.parent->name, .part = column->object.name};
    owned_by(render, &after);
    return true;
}

bool pg_sequence_leaves(struct render *render, const struct column *column)
{
    const char *name = pg_sequence_name(render->mem, column);
    const struct object *schema = object_child(render->after->root, KIND_SCHEMA, object_schema(&column->object));
    return schema && object_child(schema, KIND_SEQUENCE, name);
}

/* The sequence of a serial stays, with its counter, and is one of its own from now on. */
static void sequence_leave(struct render *render, const struct column *serial, const struct sequence *sequence)
{
    struct sequence before = sequence_of_serial(render->mem, serial);
    if (!sequence->owned_by.name)
        owned_by(render, sequence);
    sequence_return(render, sequence, &before);
    sequence_change(render, &sequence->object, sequence, &before);
}

int pg_sequence_create(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    const struct column *serial = serial_of(render->mem, render->before, change->after);
    if (serial) {
        sequence_leave(render, serial, sequence);
        if (!text_equal(sequence->comment, serial->counter_comment))
            sequence_comment(render, sequence);
        return 0;
    }
    struct buf out = pg_begin(render, sequence->unlogged ? "CREATE UNLOGGED SEQUENCE " : "CREATE SEQUENCE ");

    pg_top(&out, change->after);
    sequence_options(&out, sequence, NULL);
    render_statement(render, &out);
    if (sequence->comment)
        sequence_comment(render, sequence);
    return 0;
}

/* One that belongs to a column goes with it; one that a serial took over stays. */
int pg_sequence_drop(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->before;
    const struct column *joined = serial_of(render->mem, render->after, change->before);
    if (joined) {
        struct sequence serial = {.object = *change->before};
        if (sequence->comment && !joined->counter_comment)
            sequence_comment(render, &serial);
        return 0;
    }
    struct buf out = pg_begin(render, sequence->owned_by.name ? "DROP SEQUENCE IF EXISTS " : "DROP SEQUENCE ");

    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* Along with the table that owns it. */
static bool goes_with_table(const struct render *render, const struct sequence *sequence)
{
    const struct object *owner = tree_find_ref(render->before, KIND_TABLE, &sequence->owned_by);
    while (owner && owner->kind != KIND_TABLE)
        owner = owner->parent;
    return owner && owner->peer &&
           ((const struct table *)owner)->unlogged != ((const struct table *)owner->peer)->unlogged;
}

int pg_sequence_alter(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    sequence_return(render, sequence, (const struct sequence *)change->before);
    sequence_change(render, change->after, sequence, (const struct sequence *)change->before);
    if (change_has(change, SEQUENCE_unlogged) && !goes_with_table(render, (const struct sequence *)change->before)) {
        struct buf out = pg_alter_top(render, change->after);
        buf_add(&out, sequence->unlogged ? "SET UNLOGGED" : "SET LOGGED");
        render_statement(render, &out);
    }
    if (change_has(change, SEQUENCE_comment))
        sequence_comment(render, sequence);
    return 0;
}

/* The column that it belongs to stands by now. */
int pg_sequence_finish(struct render *render, const struct change *change)
{
    owned_by(render, (const struct sequence *)change->after);
    return 0;
}

int pg_sequence_rename(struct render *render, const struct change *change)
{
    return pg_rename_top(render, change, "SEQUENCE");
}
