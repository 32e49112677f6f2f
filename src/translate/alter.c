/*
 * ALTER TABLE: every action changes a copy of the table, and what came of it is planned as any change is, with a rebuild where
 * the target needs one.  Renames are left to the target itself, which knows who names what.
 */
#include "dialect/common.h"
#include "translate/objects.h"
#include "translate/parts.h"

#include "base/text.h"

struct alter {
    struct table_scan ts; /* table: the copy that is changed */
    struct translator *t;
    struct scan *scan;
    const char *name;   /* of the table */
    struct tree *after; /* NULL: not begun */
    bool changed;
    struct list moves; /* struct move *, in turn */
};

struct move {
    const char *column;
    const char *follows; /* NULL: the first one */
};

typedef int action_fn(struct alter *alter);
struct action {
    const char *words;
    action_fn *read;
};

static int begin(struct alter *alter)
{
    struct tree *tree;
    struct object *table;
    struct translator *t = alter->t;
    TRY(shadow_tree(t, &tree));
    TRY(table_known(t, tree, alter->name, &table));
    alter->after = tree_new(t->mem, tree->engine);
    alter->after->kinds = tree->kinds;
    alter->ts = (struct table_scan){.scan = alter->scan};
    alter->ts.table = object_copy(t->mem, table, tree_schema(t->mem, alter->after, ""));
    alter->changed = false;
    return 0;
}

static int column_known(struct alter *alter, const char *name, struct column **column);

/* FIRST and AFTER of the column that was just read. */
static void move_note(struct alter *alter, const char *column)
{
    if (!alter->ts.moved)
        return;
    struct move *move = NEW(alter->t->mem, struct move);
    *move = (struct move){.column = column, .follows = alter->ts.follows};
    list_add(alter->t->mem, &alter->moves, move);
}

static int place_of(const struct object *table, const struct column *column)
{
    int at = 0;
    while (table->children.item[at] != &column->object)
        at++;
    return at;
}

static int first_place(const struct object *table)
{
    int at = 0;
    while (((const struct object *)table->children.item[at])->kind != KIND_COLUMN)
        at++;
    return at;
}

static int move_column(struct alter *alter, const struct move *move, bool *moved)
{
    struct column *column, *follows = NULL;
    struct object *table = alter->ts.table;
    TRY(column_known(alter, move->column, &column));
    if (move->follows)
        TRY(column_known(alter, move->follows, &follows));
    int from = place_of(table, column);
    list_remove(&table->children, from);
    int to = follows ? place_of(table, follows) + 1 : first_place(table);
    list_insert(alter->t->mem, &table->children, to, &column->object);
    *moved = *moved || from != to;
    return 0;
}

/* Rows without names of columns go by their order, which only another table has otherwise. */
static int moves_make(struct alter *alter)
{
    bool moved = false;
    for (int i = 0; i < alter->moves.n; i++)
        TRY(move_column(alter, alter->moves.item[i], &moved));
    alter->moves = (struct list){0};
    if (!moved)
        return 0;
    TRY(emit_rebuild(alter->t, alter->after));
    return begin(alter);
}

/* What rows have in a new column that must not be NULL and says no default; NULL: the source refuses it. */
static const char *implied_value(struct translator *t, const struct column *column)
{
    struct names arguments = {0};
    const struct names labels = choice_labels(t, column);
    const char *type = type_split(t->mem, column->type, &arguments);
    for (const struct translate_implied *row = t->rules->implied; row->types; row++)
        if ((row->engines & t->source->engine) && is_choice(row->types, type))
            return labels.n ? labels.item[0] : row->value;
    return NULL;
}

/* It is a default as long as the rows get it. */
static int implied_give(struct alter *alter, struct names *given)
{
    struct tree *tree;
    TRY(shadow_tree(alter->t, &tree));
    const struct object *now = table_find(alter->t, tree, alter->name);
    for (int i = 0; i < alter->ts.table->children.n; i++) {
        struct column *column = alter->ts.table->children.item[i];
        bool required = object_says(&column->object, COLUMN_nullable) && !column->nullable;
        if (column->object.kind != KIND_COLUMN || !required || column->autoincrement ||
            expr_text(&column->default_value) || expr_text(&column->computed) || column_find(now, column->object.name))
            continue;
        const char *value = implied_value(alter->t, column);
        if (!value)
            continue;
        SAY(column, COLUMN, default_value, ((struct expr){.written = value}));
        names_add(alter->t->mem, given, column->object.name);
    }
    return 0;
}

static int implied_take(struct alter *alter, const struct names *given)
{
    for (int i = 0; i < given->n; i++) {
        struct column *column = column_find(alter->ts.table, given->item[i]);
        if (column)
            SAY(column, COLUMN, default_value, ((struct expr){0}));
    }
    if (!given->n)
        return 0;
    TRY(emit_changes(alter->t, alter->after));
    return begin(alter);
}

static int flush(struct alter *alter)
{
    struct names given = {0};
    const bool lenient = alter->ts.not_valid;
    if (!alter->changed)
        return 0;
    table_finish(alter->t, alter->ts.table);
    TRY(implied_give(alter, &given));
    if (lenient)
        TRY(emit(alter->t, alter->t->rules->lenient));
    TRY(emit_changes(alter->t, alter->after));
    if (lenient)
        TRY(emit(alter->t, alter->t->rules->strict));
    TRY(begin(alter));
    TRY(implied_take(alter, &given));
    return moves_make(alter);
}

static int column_known(struct alter *alter, const char *name, struct column **column)
{
    *column = column_find(alter->ts.table, name);
    if (*column)
        return 0;
    return absent(alter->t, name, arena_printf(alter->t->mem, "table %s has no column %s", alter->name, name));
}

/* ---- ADD */

static int add_columns(struct alter *alter)
{
    alter->changed = true;
    if (scan_accept(alter->scan, "if not exists") &&
        column_find(alter->ts.table, name_of(alter->t, scan_peek(alter->scan, 0)))) {
        int end = scan_find(alter->scan, alter->scan->at, ",");
        note(alter->t, NOTE_LEFT_OUT, "the column is there already");
        alter->scan->at = end < 0 ? alter->scan->n : end;
        return 0;
    }
    bool several = scan_accept(alter->scan, "(");
    do {
        const char *name = name_of(alter->t, scan_peek(alter->scan, 0));
        TRY(column_read(&alter->ts));
        move_note(alter, name);
    } while (several && scan_accept(alter->scan, ","));
    return several ? scan_expect(alter->scan, ")") : 0;
}

static int add(struct alter *alter)
{
    bool constraint;
    TRY(constraint_read(&alter->ts, &constraint));
    alter->changed = true;
    return constraint ? 0 : add_columns(alter);
}

/* ---- DROP */

static bool mentions(struct translator *t, const struct expr *expr, const char *name)
{
    const char *text = expr_text(expr);
    return text && translate_names(t, text, name);
}

/* Goes with the column, as it does in the source. */
static bool rests_on(struct translator *t, const struct object *object, const char *column)
{
    switch (object->kind) {
    case KIND_PRIMARY_KEY: return names_have_nocase(&((const struct primary_key *)object)->columns, column);
    case KIND_UNIQUE: return names_have_nocase(&((const struct unique *)object)->columns, column);
    case KIND_FOREIGN_KEY: return names_have_nocase(&((const struct foreign_key *)object)->columns, column);
    case KIND_CHECK: return mentions(t, &((const struct check *)object)->expr, column);
    case KIND_INDEX: break;
    default: return false;
    }
    for (int i = 0; i < object->children.n; i++) {
        const struct index_part *part = object->children.item[i];
        if (text_equal_nocase(part->column, column) || mentions(t, &part->expr, column))
            return true;
    }
    return mentions(t, &((const struct index *)object)->predicate, column);
}

static bool cascade_read(struct scan *scan)
{
    return scan_accept(scan, "cascade") || (scan_accept(scan, "restrict") && false);
}

static int column_remove(struct alter *alter, const char *name, bool cascade)
{
    struct column *column;
    struct object *table = alter->ts.table;
    TRY(column_known(alter, name, &column));
    TRY(column_settle(alter->t, alter->name, name, cascade));
    for (int i = table->children.n - 1; i >= 0; i--) {
        struct object *child = table->children.item[i];
        if (rests_on(alter->t, child, name))
            object_remove(child);
    }
    object_remove(&column->object);
    alter->changed = true;
    return 0;
}

static int drop_column(struct alter *alter)
{
    const char *name;
    bool careful = scan_accept(alter->scan, "if exists");
    TRY(scan_name(alter->scan, &name));
    bool cascade = cascade_read(alter->scan);
    if (careful && !column_find(alter->ts.table, name)) {
        note(alter->t, NOTE_LEFT_OUT, "column %s is not there", name);
        return 0;
    }
    return column_remove(alter, name, cascade);
}

static struct object *constraint_find(const struct object *table, const char *name, enum kind kind)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        bool constraint = child->kind == KIND_UNIQUE || child->kind == KIND_CHECK || child->kind == KIND_FOREIGN_KEY ||
                          child->kind == KIND_PRIMARY_KEY;
        if (constraint && (kind == KIND_COUNT || child->kind == kind) && text_equal_nocase(child->name, name))
            return child;
    }
    return text_ends(name, "_pkey") ? object_only(table, KIND_PRIMARY_KEY) : NULL;
}

static int drop_named(struct alter *alter, enum kind kind)
{
    const char *name;
    bool careful = scan_accept(alter->scan, "if exists");
    TRY(scan_name(alter->scan, &name));
    bool cascade = cascade_read(alter->scan);
    struct object *object = constraint_find(alter->ts.table, name, kind);
    if (!object) {
        note(alter->t, careful ? NOTE_LEFT_OUT : NOTE_CANNOT, "table %s has no constraint %s", alter->name, name);
        return 0;
    }
    TRY(key_settle(alter->t, alter->name, name, object, cascade));
    object_remove(object);
    alter->changed = true;
    return 0;
}

static int drop_constraint(struct alter *alter)
{
    return drop_named(alter, KIND_COUNT);
}

static int drop_foreign_key(struct alter *alter)
{
    return drop_named(alter, KIND_FOREIGN_KEY);
}

static int drop_check(struct alter *alter)
{
    return drop_named(alter, KIND_CHECK);
}

static int drop_primary_key(struct alter *alter)
{
    struct object *key = object_only(alter->ts.table, KIND_PRIMARY_KEY);
    if (!key)
        return fail(alter->t->ctx, ERR_UNSUPPORTED, "table %s has no primary key", alter->name);
    object_remove(key);
    alter->changed = true;
    return 0;
}

/* An index, or the unique constraint that the source calls one; its name may have had to give way to another's. */
static struct object *index_find(struct translator *t, const struct object *table, const char *name)
{
    const char *longer = arena_printf(t->mem, "%s_%s", table->name, name);
    const char *const names[] = {name, longer};
    for (int n = 0; n < 2; n++)
        for (int i = 0; i < table->children.n; i++) {
            struct object *child = table->children.item[i];
            if ((child->kind == KIND_INDEX || child->kind == KIND_UNIQUE) && text_equal_nocase(child->name, names[n]))
                return child;
        }
    return NULL;
}

static int drop_index(struct alter *alter)
{
    const char *name;
    bool careful = scan_accept(alter->scan, "if exists");
    TRY(scan_name(alter->scan, &name));
    struct object *index = index_find(alter->t, alter->ts.table, name);
    if (!index) {
        note(alter->t, careful ? NOTE_LEFT_OUT : NOTE_CANNOT, "table %s has no index %s", alter->name, name);
        return 0;
    }
    object_remove(index);
    alter->changed = true;
    return 0;
}

int column_drop(struct translator *t, const char *table, const char *column)
{
    struct alter alter = {.t = t, .name = table};
    TRY(begin(&alter));
    TRY(column_remove(&alter, column, true));
    return flush(&alter);
}

/* ---- ALTER COLUMN */

static int clause_end(const struct scan *scan)
{
    int end = scan_find(scan, scan->at, ",");
    return end < 0 ? scan->n : end;
}

/* USING c::type says what is done anyway. */
static bool is_plain_using(struct scan *scan, int from, int to, const char *column)
{
    while (from < to && token_is(&scan->token[from], "("))
        from++;
    if (from >= to || !text_equal_nocase(name_of(scan->t, &scan->token[from]), column))
        return false;
    for (int i = from + 1; i < to; i++)
        if (scan->token[i].kind == TOKEN_STRING ||
            (scan->token[i].kind == TOKEN_OPERATOR && !token_is(&scan->token[i], "::")))
            return false;
    return from + 1 == to || token_is(&scan->token[from + 1], "::") || token_is(&scan->token[from + 1], ")");
}

/* The rows, as the new type has them. */
static int using_apply(struct alter *alter, struct column *column, const char *text)
{
    struct buf out;
    buf_init(&out, alter->t->mem);
    buf_add(&out, "UPDATE ");
    say_name(&out, alter->t, alter->name);
    buf_add(&out, " SET ");
    say_name(&out, alter->t, column->object.name);
    buf_addf(&out, " = %s", text);
    return emit_rows(alter->t, out.data);
}

static void checks_replace(struct alter *alter, const struct column *column, const struct read_type *type)
{
    type_checks_drop(alter->t, alter->ts.table, column->object.name);
    type_checks_add(alter->t, alter->ts.table, column->object.name, type);
}

static void retype(struct alter *alter, struct column *column, const struct read_type *type)
{
    type_tell(alter->t, type);
    document_set(alter->t, alter->name, column->object.name, type->marks & TRANSLATE_DOCUMENT);
    SAY(column, COLUMN, type, type->name);
    SAY(column, COLUMN, collation, type->marks & TRANSLATE_NO_CASE ? alter->t->rules->nocase : NULL);
    if (type->marks & TRANSLATE_SERIAL) {
        object_unsay(&column->object, COLUMN_autoincrement);
        column->autoincrement = true;
    }
    alter->changed = true;
}

/* Values that the new type has in another way, rounded or cut; NULL: they stay. */
static const char *retyped(const struct alter *alter, const struct column *column, const struct read_type *type)
{
    struct translator *t = alter->t;
    const char *text;
    struct buf said;
    buf_init(&said, t->mem);
    say_name(&said, t, column->object.name);
    const struct translate_argument *row = t->rules->assigned;
    while (row->name && !(assigned_fits(t, row, type->name, said.data, &text) && type_is(column->type, row->kind)))
        row++;
    return row->name ? text : NULL;
}

static int column_type(struct alter *alter, struct column *column)
{
    struct read_type type;
    const char *text = NULL, *ignored;
    bool late = type_is_checked(alter->t, alter->ts.table, column->object.name);
    TRY(type_read(alter->scan, &type));
    if (scan_accept(alter->scan, "collate"))
        TRY(scan_qualified(alter->scan, &ignored));
    if (scan_accept(alter->scan, "using")) {
        int from = alter->scan->at, to = alter->scan->at = clause_end(alter->scan);
        if (!is_plain_using(alter->scan, from, to, column->object.name))
            TRY(text_translate(alter->scan, from, to, &text));
    }
    if (!text)
        text = retyped(alter, column, &type);
    if (text && !late)
        TRY(using_apply(alter, column, text));
    const char *name = column->object.name;
    if (text && late) { /* neither the old type nor the new one takes all values on the way */
        const struct read_type bare = {.name = type.name};
        checks_replace(alter, column, &bare);
        alter->changed = true;
        TRY(flush(alter));
        TRY(column_known(alter, name, &column));
        TRY(using_apply(alter, column, text));
    }
    checks_replace(alter, column, &type);
    retype(alter, column, &type);
    return 0;
}

static int column_default(struct alter *alter, struct column *column)
{
    struct buf value;
    int from = alter->scan->at, to = alter->scan->at = clause_end(alter->scan);
    alter->changed = true;
    if (token_is(&alter->scan->token[from], "nextval")) {
        note_once(alter->t, NOTE_LEFT_OUT, "defaults by nextval() are left out: a primary key numbers itself");
        SAY(column, COLUMN, default_value, ((struct expr){0}));
        return 0;
    }
    buf_init(&value, alter->t->mem);
    TRY(assigned_add(alter->scan, from, to, column, &value));
    SAY(column, COLUMN, default_value, ((struct expr){.written = value.data}));
    return 0;
}

static int column_not_null(struct alter *alter, struct column *column)
{
    SAY(column, COLUMN, nullable, false);
    alter->changed = true;
    return 0;
}

static int column_null(struct alter *alter, struct column *column)
{
    SAY(column, COLUMN, nullable, true);
    alter->changed = true;
    return 0;
}

static int column_no_default(struct alter *alter, struct column *column)
{
    SAY(column, COLUMN, default_value, ((struct expr){0}));
    alter->changed = true;
    return 0;
}

static int column_expression(struct alter *alter, struct column *column)
{
    int from, to;
    const char *text;
    TRY(scan_group(alter->scan, &from, &to));
    TRY(text_translate(alter->scan, from, to, &text));
    SAY(column, COLUMN, computed, ((struct expr){.written = text}));
    alter->changed = true;
    return 0;
}

static int column_no_expression(struct alter *alter, struct column *column)
{
    scan_accept(alter->scan, "if exists");
    SAY(column, COLUMN, computed, ((struct expr){0}));
    alter->changed = true;
    return 0;
}

static const struct {
    const char *words;
    int (*read)(struct alter *alter, struct column *column);
} column_actions[] = {
    {"set data type", column_type},           {"type", column_type},
    {"set not null", column_not_null},        {"drop not null", column_null},
    {"set default", column_default},          {"drop default", column_no_default},
    {"set expression as", column_expression}, {"drop expression", column_no_expression},
};

static int alter_column(struct alter *alter)
{
    const char *name;
    struct column *column;
    TRY(scan_name(alter->scan, &name));
    TRY(column_known(alter, name, &column));
    for (size_t i = 0; i < sizeof column_actions / sizeof *column_actions; i++)
        if (scan_accept(alter->scan, column_actions[i].words))
            return column_actions[i].read(alter, column);
    return scan_fail(alter->scan);
}

/* ---- MODIFY and CHANGE: the column is written again */

static int rename_column(struct alter *alter, const char *from, const char *to);

static int modify_to(struct alter *alter, const char *name)
{
    struct column *old, *new;
    struct object *table = alter->ts.table;
    TRY(column_known(alter, name, &old));
    type_checks_drop(alter->t, table, name);
    int at = place_of(table, old);
    list_remove(&table->children, at);
    TRY(column_clauses(&alter->ts, name));
    const char *text = retyped(alter, old, &alter->ts.type);
    if (text)
        TRY(using_apply(alter, old, text));
    new = column_find(table, name);
    list_remove(&table->children, place_of(table, new));
    move_note(alter, name);
    list_insert(alter->t->mem, &table->children, at, &new->object);
    alter->changed = true;
    return 0;
}

static int modify(struct alter *alter)
{
    const char *name;
    scan_accept(alter->scan, "if exists");
    TRY(scan_name(alter->scan, &name));
    return modify_to(alter, name);
}

static int change(struct alter *alter)
{
    const char *from, *to;
    scan_accept(alter->scan, "if exists");
    TRY(scan_name(alter->scan, &from));
    TRY(scan_name(alter->scan, &to));
    if (!text_equal(from, to))
        TRY(rename_column(alter, from, to));
    return modify_to(alter, to);
}

/* ---- RENAME */

static int rename_column(struct alter *alter, const char *from, const char *to)
{
    struct buf out;
    TRY(flush(alter));
    buf_init(&out, alter->t->mem);
    buf_add(&out, "ALTER TABLE ");
    say_name(&out, alter->t, alter->name);
    buf_add(&out, " RENAME COLUMN ");
    say_name(&out, alter->t, from);
    buf_add(&out, " TO ");
    say_name(&out, alter->t, to);
    TRY(emit(alter->t, out.data));
    document_set(alter->t, alter->name, to, document_is(alter->t, alter->name, from));
    return begin(alter);
}

static int from_to(struct alter *alter, const char **from, const char **to)
{
    TRY(scan_name(alter->scan, from));
    TRY(scan_expect(alter->scan, "to"));
    return scan_name(alter->scan, to);
}

static int rename_one_column(struct alter *alter)
{
    const char *from, *to;
    TRY(from_to(alter, &from, &to));
    return rename_column(alter, from, to);
}

static int rename_constraint(struct alter *alter)
{
    const char *from, *to;
    TRY(from_to(alter, &from, &to));
    struct object *object = constraint_find(alter->ts.table, from, KIND_COUNT);
    if (!object)
        return fail(alter->t->ctx, ERR_UNSUPPORTED, "table %s has no constraint %s", alter->name, from);
    object->name = to;
    alter->changed = true;
    return 0;
}

static int rename_index(struct alter *alter)
{
    const char *from, *to;
    TRY(from_to(alter, &from, &to));
    struct object *object = index_find(alter->t, alter->ts.table, from);
    if (!object)
        return fail(alter->t->ctx, ERR_UNSUPPORTED, "table %s has no index %s", alter->name, from);
    object->name = to;
    alter->changed = true;
    return 0;
}

static int rename_table(struct alter *alter)
{
    const char *to;
    struct buf out;
    TRY(scan_qualified(alter->scan, &to));
    TRY(flush(alter));
    buf_init(&out, alter->t->mem);
    buf_add(&out, "ALTER TABLE ");
    say_name(&out, alter->t, alter->name);
    buf_add(&out, " RENAME TO ");
    say_name(&out, alter->t, to);
    TRY(emit(alter->t, out.data));
    documents_copy(alter->t, alter->name, to);
    alter->name = to;
    return begin(alter);
}

/* RENAME a TO b of a column, RENAME b of the table */
static int rename_any(struct alter *alter)
{
    return token_is(scan_peek(alter->scan, 1), "to") ? rename_one_column(alter) : rename_table(alter);
}

static const struct action actions[] = {
    {"add column", add_columns},
    {"add", add},
    {"drop constraint", drop_constraint},
    {"drop primary key", drop_primary_key},
    {"drop foreign key", drop_foreign_key},
    {"drop check", drop_check},
    {"drop index", drop_index},
    {"drop key", drop_index},
    {"drop column", drop_column},
    {"drop", drop_column},
    {"alter column", alter_column},
    {"alter", alter_column},
    {"modify column", modify},
    {"modify", modify},
    {"change column", change},
    {"change", change},
    {"rename column", rename_one_column},
    {"rename constraint", rename_constraint},
    {"rename index", rename_index},
    {"rename key", rename_index},
    {"rename to", rename_table},
    {"rename as", rename_table},
    {"rename", rename_any},
};

/* Views, and what stands for a sequence, are altered as tables too. */
static int exists_check(struct alter *alter)
{
    struct translator *t = alter->t;
    int code = 0;
    if (exists_already(t, alter->name, &code) || code)
        return code;
    code = absent(t, alter->name, arena_printf(t->mem, "there is no table %s", alter->name));
    if (code == ERR_UNSUPPORTED) {
        t->ctx->error = (struct error){0};
        code = 0;
    }
    return code;
}

static int action_read(struct alter *alter)
{
    const struct translate_shape *shape = shape_find(alter->scan, alter->t->rules->actions);
    if (shape) {
        TRY(exists_check(alter));
        int from = alter->scan->at, to = alter->scan->at = clause_end(alter->scan);
        note(alter->t, shape->cannot ? NOTE_CANNOT : NOTE_LEFT_OUT, "%s is left out: %s",
             scan_text(alter->scan, from, to), shape->reason);
        return 0;
    }
    if (!alter->after)
        TRY(begin(alter));
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (scan_accept(alter->scan, actions[i].words))
            return actions[i].read(alter);
    return scan_fail(alter->scan);
}

int table_alter(struct scan *scan)
{
    struct alter alter = {.t = scan->t, .scan = scan};
    struct tree *tree;
    int code = 0;
    scan->at += 2;
    bool careful = scan_accept(scan, "if exists");
    scan_accept(scan, "only");
    TRY(scan_qualified(scan, &alter.name));
    scan_accept(scan, "*");
    TRY(shadow_tree(scan->t, &tree));
    bool table = table_find(scan->t, tree, alter.name) != NULL;
    if (!table && object_named(scan->t, tree, KIND_VIEW, alter.name) && scan_accept(scan, "rename to"))
        return view_rename_to(scan, alter.name);
    if (careful && !table && !exists_already(scan->t, alter.name, &code)) {
        note(scan->t, NOTE_LEFT_OUT, "table %s is not there", alter.name);
        return 0;
    }
    do {
        TRY(action_read(&alter));
    } while (scan_accept(scan, ","));
    TRY(scan_end(scan));
    return flush(&alter);
}
