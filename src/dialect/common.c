/*
 * What engines share: catalog rows into objects, the clauses that every engine spells alike, and settling.
 * Its one idea is that a catalog query names fields by its column aliases, so that loading needs no code per
 * kind.  Whatever only one engine spells in its own way stays in that engine's folder.
 */
#include "dialect/common.h"

#include "base/json.h"
#include "base/map.h"
#include "base/text.h"

/* What a column of a catalog query is, instead of a field's number. */
enum cell_role {
    CELL_SCHEMA = -1,
    CELL_TABLE = -2,
    CELL_PARENT = -3,
    CELL_NAME = -4,
    CELL_INVENTED = -5,
    CELL_NONE = -6
};

struct catalog_shape {
    enum kind kind;
    const struct rows *rows;
    int *role;                       /* per column: a field's number or an enum cell_role */
    int schema, table, parent, name; /* columns, -1 if absent */
};

static int cell_role_find(const char *column)
{
    static const struct {
        const char *column;
        int role;
    } known[] = {
        {"schema", CELL_SCHEMA},          {"table", CELL_TABLE}, {"parent", CELL_PARENT}, {"name", CELL_NAME},
        {"name_invented", CELL_INVENTED},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_equal(known[i].column, column))
            return known[i].role;
    return CELL_NONE;
}

static int shape_make(struct ctx *ctx, struct catalog_shape *shape, enum kind kind, const struct rows *rows)
{
    *shape = (struct catalog_shape){.kind = kind, .rows = rows, .schema = -1, .table = -1, .parent = -1, .name = -1};
    shape->role = NEW_ARRAY(ctx->mem, int, rows->columns.n + 1);
    for (int i = 0; i < rows->columns.n; i++) {
        const char *column = rows->columns.item[i];
        int field = field_find(kind, column);
        shape->role[i] = field >= 0 ? field : cell_role_find(column);
        if (shape->role[i] == CELL_SCHEMA)
            shape->schema = i;
        else if (shape->role[i] == CELL_TABLE)
            shape->table = i;
        else if (shape->role[i] == CELL_PARENT)
            shape->parent = i;
        else if (shape->role[i] == CELL_NAME)
            shape->name = i;
        else if (shape->role[i] == CELL_NONE)
            return fail(ctx, ERR_FAILED, "the catalog query for kind %s names an unknown field \"%s\"",
                        kind_table[kind].name, column);
    }
    return 0;
}

static bool cell_true(const char *cell)
{
    return cell && (text_equal_nocase(cell, "t") || text_equal(cell, "1") || text_equal_nocase(cell, "true"));
}

static int cell_names(struct ctx *ctx, const char *cell, struct names *names)
{
    struct json *array;
    *names = (struct names){0};
    if (!cell)
        return 0;
    TRY(json_read(ctx, "catalog", cell, strlen(cell), &array));
    for (int i = 0; array->type == JSON_ARRAY && i < array->n; i++)
        names_add(ctx->mem, names, array->item[i]->text);
    return 0;
}

/* [schema, name] or [schema, name, part]. */
static int cell_ref(struct ctx *ctx, const char *cell, struct ref *ref)
{
    struct json *json;
    *ref = (struct ref){0};
    if (!cell)
        return 0;
    TRY(json_read(ctx, "catalog", cell, strlen(cell), &json));
    if (!ref_from_json(ctx->mem, json, ref))
        return fail(ctx, ERR_FAILED, "the catalog gave %s, which is not a reference", cell);
    return 0;
}

static int cell_refs(struct ctx *ctx, const char *cell, struct refs *refs)
{
    struct json *array;
    *refs = (struct refs){0};
    if (!cell)
        return 0;
    TRY(json_read(ctx, "catalog", cell, strlen(cell), &array));
    for (int i = 0; array->type == JSON_ARRAY && i < array->n; i++) {
        struct ref ref;
        if (!ref_from_json(ctx->mem, array->item[i], &ref))
            return fail(ctx, ERR_FAILED, "the catalog gave %s, which is not a list of references", cell);
        refs_add(ctx->mem, refs, &ref);
    }
    return 0;
}

static int cell_int(struct ctx *ctx, struct object *object, int field, const char *cell)
{
    if (!cell)
        return 0;
    if (!text_to_int(cell, object_field(object, field)))
        return fail(ctx, ERR_FAILED, "the catalog gave \"%s\" for %s.%s, which is not an integer", cell,
                    kind_table[object->kind].name, kind_table[object->kind].field[field].name);
    object_say(object, field);
    return 0;
}

static int cell_assign(struct ctx *ctx, struct object *object, int field, const char *cell)
{
    void *member = object_field(object, field);
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: *(const char **)member = cell; break;
    case FIELD_EXPR: *(struct expr *)member = (struct expr){.printed = cell}; break;
    case FIELD_NAMES: TRY(cell_names(ctx, cell, member)); break;
    case FIELD_REF: TRY(cell_ref(ctx, cell, member)); break;
    case FIELD_REFS: TRY(cell_refs(ctx, cell, member)); break;
    case FIELD_FLAG:
        if (!cell)
            return 0;
        *(bool *)member = cell_true(cell);
        break;
    case FIELD_INT: return cell_int(ctx, object, field, cell);
    }
    object_say(object, field);
    return 0;
}

static int row_assign(struct ctx *ctx, struct object *object, const struct catalog_shape *shape, int row)
{
    const char *const *cell = shape->rows->row.item[row];
    for (int i = 0; i < shape->rows->columns.n; i++) {
        if (shape->role[i] >= 0)
            TRY(cell_assign(ctx, object, shape->role[i], cell[i]));
        else if (shape->role[i] == CELL_INVENTED)
            object->name_invented = cell_true(cell[i]);
    }
    return 0;
}

/*
 * Parents by name, so that loading stays linear in the number of objects: tables, views and types as "schema\1table", indexes as
 * "schema\1index" and, for engines whose index names belong to their table, "schema\1table\1index".
 */
static void parent_remember(struct map *parents, struct object *object)
{
    if (kind_is(object->kind, KIND_HAS_COLUMNS | KIND_IS_TYPE))
        map_set(parents, arena_printf(parents->mem, "%s\1%s", object->parent->name, object->name), object);
    if (object->kind != KIND_INDEX)
        return;
    struct object *table = object->parent;
    map_set(parents, arena_printf(parents->mem, "i\1%s\1%s", table->parent->name, object->name), object);
    map_set(parents, arena_printf(parents->mem, "i\1%s\1%s\1%s", table->parent->name, table->name, object->name),
            object);
}

static const char *shape_cell(const struct catalog_shape *shape, int column, int row)
{
    return column < 0 ? NULL : ((const char *const *)shape->rows->row.item[row])[column];
}

/* NULL: the parent was left out, and its children with it. */
static struct object *parent_find(struct arena *mem, const struct map *parents, struct tree *tree,
                                  const struct catalog_shape *shape, int row)
{
    const char *schema = shape_cell(shape, shape->schema, row);
    const char *table = shape_cell(shape, shape->table, row);
    const char *parent = shape_cell(shape, shape->parent, row);
    if (!schema)
        schema = "";
    switch (kind_table[shape->kind].parent[0]) {
    case KIND_DATABASE: return tree->root;
    case KIND_SCHEMA: return tree_schema(mem, tree, schema);
    case KIND_INDEX:
        return table ? map_get(parents, arena_printf(mem, "i\1%s\1%s\1%s", schema, table, parent))
                     : map_get(parents, arena_printf(mem, "i\1%s\1%s", schema, parent));
    default: return map_get(parents, arena_printf(mem, "%s\1%s", schema, table ? table : parent));
    }
}

static int catalog_rows(struct ctx *ctx, enum kind kind, const struct rows *rows, struct tree *tree,
                        struct map *parents)
{
    struct catalog_shape shape;
    TRY(shape_make(ctx, &shape, kind, rows));
    for (int row = 0; row < rows->row.n; row++) {
        TRY(ctx_check(ctx));
        struct object *object;
        const char *name = shape_cell(&shape, shape.name, row);
        struct object *parent = parent_find(ctx->mem, parents, tree, &shape, row);
        if (!parent)
            continue;
        if (kind == KIND_SCHEMA)
            object = tree_schema(ctx->mem, tree, name);
        else
            object = object_new(ctx->mem, kind, parent, name);
        TRY(row_assign(ctx, object, &shape, row));
        parent_remember(parents, object);
    }
    return 0;
}

int catalog_load(struct ctx *ctx, struct conn *conn, const struct catalog_query *query, int n, struct tree *tree)
{
    struct map parents;
    map_init(&parents, ctx->mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        parent_remember(&parents, o);
    struct rows *asked = NEW_ARRAY(ctx->mem, struct rows, n);
    for (int i = 0; i < n; i++) {
        int same = 0;
        while (query[same].sql != query[i].sql)
            same++;
        if (same == i)
            TRY(conn_query(ctx, conn, query[i].sql, NULL, &asked[i]));
        struct rows own = asked[same];
        if (query[i].take)
            query[i].take(ctx->mem, &asked[same], &own);
        TRY(catalog_rows(ctx, query[i].kind, &own, tree, &parents));
        kind_set_add(&tree->kinds, query[i].kind);
    }
    return 0;
}

void ansi_column_list(struct buf *out, const struct dialect *dialect, const struct names *columns)
{
    buf_add(out, "(");
    ident_add_names(out, dialect->ident, columns);
    buf_add(out, ")");
}

void ansi_ref(struct buf *out, const struct dialect *dialect, const struct ref *ref)
{
    const char *schema = ref->schema && *ref->schema != '\0' ? ref->schema : NULL;
    ident_add_qualified(out, dialect->ident, schema, ref->name);
    if (ref->part) {
        buf_add_c(out, '.');
        ident_add(out, dialect->ident, ref->part);
    }
}

void ansi_constraint_name(struct buf *out, const struct dialect *dialect, const struct object *object)
{
    if (!object->named)
        return;
    buf_add(out, "CONSTRAINT ");
    ident_add(out, dialect->ident, object->name);
    buf_add(out, " ");
}

static void ansi_deferrable(struct buf *out, bool deferrable, bool initially_deferred)
{
    if (deferrable || initially_deferred)
        buf_add(out, " DEFERRABLE");
    if (initially_deferred)
        buf_add(out, " INITIALLY DEFERRED");
}

static void ansi_include(struct buf *out, const struct dialect *dialect, const struct names *include)
{
    if (include->n == 0)
        return;
    buf_add(out, " INCLUDE ");
    ansi_column_list(out, dialect, include);
}

/* Of the index behind a key, where the engine has such. */
static void index_settings(struct buf *out, const struct dialect *dialect, const struct names *options,
                           const char *tablespace)
{
    if (options->n)
        buf_addf(out, " WITH (%s)", names_join(out->mem, options, ", "));
    if (tablespace) {
        buf_add(out, " USING INDEX TABLESPACE ");
        ident_add(out, dialect->ident, tablespace);
    }
}

/* (a, b WITHOUT OVERLAPS), (a, PERIOD b): `before` and `after` are said of the last one. */
static void key_columns(struct buf *out, const struct dialect *dialect, const struct names *columns, const char *before,
                        const char *after)
{
    buf_add_c(out, '(');
    for (int i = 0; i < columns->n; i++) {
        bool last = i == columns->n - 1;
        buf_add(out, i ? ", " : "");
        buf_add(out, last ? before : "");
        ident_add(out, dialect->ident, columns->item[i]);
        buf_add(out, last ? after : "");
    }
    buf_add_c(out, ')');
}

void ansi_primary_key(struct buf *out, const struct dialect *dialect, const struct primary_key *key)
{
    ansi_constraint_name(out, dialect, &key->object);
    buf_add(out, "PRIMARY KEY ");
    key_columns(out, dialect, &key->columns, "", key->without_overlaps ? " WITHOUT OVERLAPS" : "");
    ansi_include(out, dialect, &key->include);
    index_settings(out, dialect, &key->options, key->tablespace);
    ansi_deferrable(out, key->deferrable, key->initially_deferred);
}

void ansi_unique(struct buf *out, const struct dialect *dialect, const struct unique *unique)
{
    ansi_constraint_name(out, dialect, &unique->object);
    buf_add(out, unique->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT " : "UNIQUE ");
    key_columns(out, dialect, &unique->columns, "", unique->without_overlaps ? " WITHOUT OVERLAPS" : "");
    ansi_include(out, dialect, &unique->include);
    index_settings(out, dialect, &unique->options, unique->tablespace);
    ansi_deferrable(out, unique->deferrable, unique->initially_deferred);
}

void ansi_check(struct buf *out, const struct dialect *dialect, const struct check *check)
{
    ansi_constraint_name(out, dialect, &check->object);
    buf_addf(out, "CHECK (%s)", expr_text(&check->expr));
    if (check->no_inherit)
        buf_add(out, " NO INHERIT");
    if (check->not_enforced)
        buf_add(out, " NOT ENFORCED");
}

const char *ansi_action(const char *action)
{
    return !action || text_equal_nocase(action, "NO ACTION") ? NULL : action;
}

void ansi_references(struct buf *out, const struct dialect *dialect, const struct foreign_key *key)
{
    buf_add(out, "REFERENCES ");
    ansi_ref(out, dialect, &key->ref_table);
    if (key->ref_columns.n > 0) {
        buf_add(out, " ");
        key_columns(out, dialect, &key->ref_columns, key->period ? "PERIOD " : "", "");
    }
    if (key->match && !text_equal_nocase(key->match, "SIMPLE"))
        buf_addf(out, " MATCH %s", key->match);
    if (ansi_action(key->on_delete))
        buf_addf(out, " ON DELETE %s", key->on_delete);
    if (ansi_action(key->on_update))
        buf_addf(out, " ON UPDATE %s", key->on_update);
    ansi_deferrable(out, key->deferrable, key->initially_deferred);
    if (key->not_enforced)
        buf_add(out, " NOT ENFORCED");
}

void ansi_foreign_key(struct buf *out, const struct dialect *dialect, const struct foreign_key *key)
{
    ansi_constraint_name(out, dialect, &key->object);
    buf_add(out, "FOREIGN KEY ");
    key_columns(out, dialect, &key->columns, key->period ? "PERIOD " : "", "");
    buf_add(out, " ");
    ansi_references(out, dialect, key);
}

void settle_flag(struct object *object, int field, bool value)
{
    if (object_says(object, field))
        return;
    *(bool *)object_field(object, field) = value;
    object_say(object, field);
}

void settle_none(struct object *object, int field)
{
    if (object_says(object, field))
        return;
    object_unsay(object, field); /* clears the member */
    object_say(object, field);
}

const char *view_option(struct arena *mem, const struct view *view, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < view->options.n; i++)
        if (strncmp(view->options.item[i], name, length) == 0 && view->options.item[i][length] == '=')
            return arena_dup(mem, view->options.item[i] + length + 1);
    return NULL;
}
