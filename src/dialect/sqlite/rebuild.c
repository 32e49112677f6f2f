/*
 * What ALTER TABLE cannot do: a new table, the rows copied, the old one dropped, the new one renamed, its indexes and
 * triggers made again.  Rowids, the AUTOINCREMENT counter and everything of other tables that names it stay.
 * It runs inside a transaction with foreign keys off (batch.c), so that dropping the old table deletes no children.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

struct rebuild {
    struct render *render;
    struct object *before;
    struct object *after;
    const char *name; /* of the table while the rebuild runs */
    const char *new_name;
};

static void say(struct rebuild *rebuild, const char *sql)
{
    struct buf out;
    buf_init(&out, rebuild->render->mem);
    buf_add(&out, sql);
    render_statement(rebuild->render, &out);
}

/* Somebody else's on both sides: no file says a word of it, because other databases do not have it (see keep.c). */
bool lite_is_beyond(const struct object *object)
{
    return object->stranger && object->peer && object->peer->stranger;
}

static bool has_rowid_column(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && lite_is_rowid((const struct column *)child))
            return true;
    }
    return false;
}

/* The word that means the rowid in both tables, or NULL if there is none to copy: references to it must survive. */
static const char *rowid_word(const struct rebuild *rebuild)
{
    static const char *const words[] = {"rowid", "_rowid_", "oid"};
    if (((const struct table *)rebuild->before)->without_rowid || ((const struct table *)rebuild->after)->without_rowid)
        return NULL;
    if (has_rowid_column(rebuild->after))
        return NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!lite_column(rebuild->before, words[i]) && !lite_column(rebuild->after, words[i]))
            return words[i];
    return NULL;
}

/* In quotes an unknown column would silently be a text; after the name of its table it never is. */
static void source_name_add(struct buf *out, const struct rebuild *rebuild, const char *name)
{
    const char *ident = ident_text(rebuild->render->mem, &lite_ident, name);
    if (*ident == '"') {
        ident_add(out, &lite_ident, rebuild->name);
        buf_add(out, ".");
    }
    buf_add(out, ident);
}

static bool is_copied(const struct rebuild *rebuild, const struct object *child)
{
    return child->kind == KIND_COLUMN && !lite_is_beyond(child) &&
           !expr_text(&((const struct column *)child)->computed) &&
           (child->peer || fill_of(rebuild->render->fills, child));
}

/* What a row had, or the value that it is given because NULL is not allowed any more. */
static void source_add(struct buf *out, const struct rebuild *rebuild, const struct object *column)
{
    const char *fill = fill_of(rebuild->render->fills, column);
    if (fill && !column->peer) {
        buf_addf(out, "(%s)", fill);
        return;
    }
    buf_add(out, fill ? "coalesce(" : "");
    source_name_add(out, rebuild, column->name);
    if (fill)
        buf_addf(out, ", (%s))", fill);
}

static void columns_add(struct buf *target, struct buf *source, const struct rebuild *rebuild)
{
    const char *rowid = rowid_word(rebuild);
    const char *separator = "";
    if (rowid) {
        buf_add(target, rowid);
        buf_add(source, rowid);
        separator = ", ";
    }
    for (int i = 0; i < rebuild->after->children.n; i++) {
        const struct object *child = rebuild->after->children.item[i];
        if (!is_copied(rebuild, child))
            continue;
        buf_add(target, separator);
        buf_add(source, separator);
        ident_add(target, &lite_ident, child->name);
        source_add(source, rebuild, child);
        separator = ", ";
    }
}

/* Not one column is left: as many rows, of defaults. */
static void defaults_add(struct buf *target, struct buf *source, const struct rebuild *rebuild)
{
    for (int i = 0; i < rebuild->after->children.n && source->len == 0; i++) {
        const struct column *column = rebuild->after->children.item[i];
        if (column->object.kind != KIND_COLUMN || lite_is_beyond(&column->object) || expr_text(&column->computed))
            continue;
        const char *value = expr_text(&column->default_value);
        ident_add(target, &lite_ident, column->object.name);
        lite_default_add(source, value ? value : "NULL");
    }
}

static bool resolves_conflicts(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if ((child->kind == KIND_COLUMN && ((const struct column *)child)->not_null_conflict) ||
            (child->kind == KIND_PRIMARY_KEY && ((const struct primary_key *)child)->on_conflict) ||
            (child->kind == KIND_UNIQUE && ((const struct unique *)child)->on_conflict))
            return true;
    }
    return false;
}

/* A conflict clause of the new table must not throw rows away while they move: OR ABORT overrules it. */
static void rows_copy(struct rebuild *rebuild)
{
    struct buf out, source;
    buf_init(&out, rebuild->render->mem);
    buf_init(&source, rebuild->render->mem);
    buf_add(&out, resolves_conflicts(rebuild->after) ? "INSERT OR ABORT INTO " : "INSERT INTO ");
    ident_add(&out, &lite_ident, rebuild->new_name);
    buf_add(&out, " (");
    columns_add(&out, &source, rebuild);
    if (source.len == 0)
        defaults_add(&out, &source, rebuild);
    buf_addf(&out, ")\nSELECT %s\nFROM ", source.data);
    ident_add(&out, &lite_ident, rebuild->name);
    render_statement(rebuild->render, &out);
}

static bool has_autoincrement(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && ((const struct column *)child)->autoincrement)
            return true;
    }
    return false;
}

/* Numbers that were given away once are not given again, even if their rows are gone. */
static void counter_copy(struct rebuild *rebuild)
{
    struct buf out;
    if (!has_autoincrement(rebuild->before) || !has_autoincrement(rebuild->after))
        return;
    buf_init(&out, rebuild->render->mem);
    buf_add(&out, "DELETE FROM sqlite_sequence WHERE name = ");
    literal_add(&out, &lite_ident, rebuild->new_name);
    render_statement(rebuild->render, &out);
    buf_add(&out, "INSERT INTO sqlite_sequence (name, seq) SELECT ");
    literal_add(&out, &lite_ident, rebuild->new_name);
    buf_add(&out, ", seq FROM sqlite_sequence WHERE name = ");
    literal_add(&out, &lite_ident, rebuild->name);
    render_statement(rebuild->render, &out);
}

static void table_make(struct rebuild *rebuild)
{
    struct buf out;
    buf_init(&out, rebuild->render->mem);
    buf_add(&out, "CREATE TABLE ");
    ident_add(&out, &lite_ident, rebuild->new_name);
    buf_add(&out, " ");
    lite_table_body(&out, rebuild->after);
    render_statement(rebuild->render, &out);
}

static void table_swap(struct rebuild *rebuild)
{
    struct buf out;
    buf_init(&out, rebuild->render->mem);
    buf_add(&out, "DROP TABLE ");
    ident_add(&out, &lite_ident, rebuild->name);
    render_statement(rebuild->render, &out);
    buf_add(&out, "ALTER TABLE ");
    ident_add(&out, &lite_ident, rebuild->new_name);
    buf_add(&out, " RENAME TO ");
    ident_add(&out, &lite_ident, rebuild->name);
    render_statement(rebuild->render, &out);
}

/* Indexes, then triggers. */
static void belongings_make(struct rebuild *rebuild, enum kind kind,
                            void (*create)(struct render *, const struct object *))
{
    for (int i = 0; i < rebuild->after->children.n; i++) {
        const struct object *child = rebuild->after->children.item[i];
        if (child->kind == kind && !lite_is_beyond(child))
            create(rebuild->render, child);
    }
}

/* Of somebody else's what goes, or has one of the project in its place: the rest is kept while the table is made again. */
static void strangers_drop(struct rebuild *rebuild, enum kind kind,
                           void (*drop)(struct render *, const struct object *))
{
    for (int i = 0; i < rebuild->before->children.n; i++) {
        const struct object *child = rebuild->before->children.item[i];
        if (child->kind == kind && child->stranger && !lite_is_beyond(child))
            drop(rebuild->render, child);
    }
}

static const char legacy_on[] = "PRAGMA legacy_alter_table = ON", legacy_off[] = "PRAGMA legacy_alter_table = OFF";

/* A rebuild right after another goes on with the pragma of that one. */
static void legacy_begin(struct rebuild *rebuild)
{
    struct list *out = &rebuild->render->out;
    const struct statement_out *last = out->n ? out->item[out->n - 1] : NULL;
    if (last && text_equal(last->sql, legacy_off))
        list_remove(out, out->n - 1);
    else
        say(rebuild, legacy_on);
}

/*
 * legacy_alter_table: the RENAME changes nothing but the name.  Otherwise it would refuse because of every view and trigger
 * that names the table, which is not there at that moment, and turn the references of others to another name.
 */
int lite_rebuild(struct render *render, const struct change *change)
{
    struct rebuild rebuild = {.render = render, .before = change->before, .after = change->after};
    rebuild.name = change->after->name;
    rebuild.new_name = arena_printf(render->mem, LITE_REBUILD "%s", rebuild.name);
    legacy_begin(&rebuild);
    strangers_drop(&rebuild, KIND_TRIGGER, lite_trigger_drop);
    strangers_drop(&rebuild, KIND_INDEX, lite_index_drop);
    table_make(&rebuild);
    rows_copy(&rebuild);
    counter_copy(&rebuild);
    table_swap(&rebuild);
    belongings_make(&rebuild, KIND_INDEX, lite_index_create);
    belongings_make(&rebuild, KIND_TRIGGER, lite_trigger_create);
    say(&rebuild, legacy_off);
    return 0;
}
