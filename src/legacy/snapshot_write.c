/*
 * 0.8.2's part of a snapshot file, written from our tree.
 * The one idea: it holds what 0.8.2 would have reflected from the same database, key by key in its order, so that
 * a project can go back to it; whatever has no place there is in our own key anyway.
 * Only tables of the default schema are in it: 0.8.2 saw no others.
 */
#include "base/hash.h"
#include "base/text.h"
#include "legacy/parts.h"

struct filling {
    struct arena *mem;
    const struct json *document;
    const struct tree *tree;
    struct json *indexes;
    struct json *constraints;
};

static const char *expr_legacy(const struct expr *expr)
{
    return expr->printed ? expr->printed : expr->written;
}

const struct json *legacy_column(const struct json *document, const char *table, const char *column)
{
    const struct json *tables = json_get(document, "tables");
    return json_get(json_get(json_get(tables, table), "columns"), column);
}

char *legacy_fk_name(struct arena *mem, const char *table, const struct names *columns)
{
    return arena_printf(mem, "fk_%s_%s", table, names_join(mem, columns, "_"));
}

/* "name=value" */
static const char *option_value(struct arena *mem, const char *option, char **name)
{
    const char *equals = strchr(option, '=');
    *name = equals ? arena_copy(mem, option, (size_t)(equals - option)) : arena_dup(mem, option);
    return equals ? equals + 1 : "";
}

/* ---- columns ---- */

static void copy_key(struct arena *mem, struct json *to, const struct json *from, const char *key)
{
    struct json *value = json_get(from, key);
    if (value)
        json_set(mem, to, key, value);
}

static void set_number(struct arena *mem, struct json *json, const char *key, int64_t number)
{
    if (number >= 0)
        json_set_int(mem, json, key, number);
}

/* A serial column's default, which our trees keep as autoincrement. */
static const char *default_text(struct arena *mem, const struct tree *tree, const struct column *column)
{
    const char *text = expr_legacy(&column->default_value);
    if (!text && tree->engine == ENGINE_PG && column->autoincrement)
        return arena_printf(mem, "nextval('%s_%s_seq'::regclass)", column->object.parent->name, column->object.name);
    return text;
}

static bool counts_itself(const struct tree *tree, const struct column *column, bool is_key, const char *canonical)
{
    if (tree->engine != ENGINE_LITE)
        return column->autoincrement || column->identity;
    return is_key && text_equal(canonical, "integer");
}

static const char *upper_or_null(struct arena *mem, const char *text)
{
    return text ? text_upper(mem, text) : NULL;
}

static void set_identity(struct arena *mem, struct json *json, const struct column *column)
{
    static const struct {
        const char *key;
        int field;
    } numbers[] = {
        {"identity_start", COLUMN_identity_start},
        {"identity_increment", COLUMN_identity_increment},
        {"identity_min", COLUMN_identity_min},
        {"identity_max", COLUMN_identity_max},
    };
    json_set_text(mem, json, "identity", text_replace(mem, text_lower(mem, column->identity), " ", "_"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (object_says(&column->object, numbers[i].field))
            json_set_int(mem, json, numbers[i].key, *(const int64_t *)object_field(&column->object, numbers[i].field));
}

static struct json *pg_column(struct arena *mem, const struct column *column, const char *type_storage)
{
    struct json *json = json_object(mem);
    if (column->identity)
        set_identity(mem, json, column);
    if (column->collation)
        json_set_text(mem, json, "collation", column->collation);
    if (expr_legacy(&column->computed))
        json_set_text(mem, json, "generated", expr_legacy(&column->computed));
    const char *storage = upper_or_null(mem, column->storage);
    json_set_text(mem, json, "storage", storage ? storage : type_storage);
    if (column->compression) /* the letter of pg_attribute */
        json_set_text(mem, json, "compression", text_slice(mem, column->compression, 0, 1));
    return json;
}

static struct json *column_json(struct filling *fill, const struct column *column, const struct names *key)
{
    struct arena *mem = fill->mem;
    const char *table = column->object.parent->name;
    const struct json *old = legacy_column(fill->document, table, column->object.name);
    bool typed = object_says(&column->object, COLUMN_type) || !old;
    struct legacy_column_type type = legacy_type_write(mem, fill->tree, column->type);
    const char *canonical = typed ? type.type.type : json_get_text(old, "type");
    bool is_key = names_have(key, column->object.name);

    struct json *json = json_object(mem);
    json_set_text(mem, json, "type", canonical);
    json_set_bool(mem, json, "nullable", column->nullable);
    json_set_bool(mem, json, "primary_key", is_key);
    json_set_text(mem, json, "default", default_text(mem, fill->tree, column));
    json_set_bool(mem, json, "autoincrement", counts_itself(fill->tree, column, is_key, canonical));
    if (typed) {
        if (type.type.raw)
            json_set_bool(mem, json, "raw", true);
        set_number(mem, json, "length", type.type.length);
        set_number(mem, json, "precision", type.type.precision);
        set_number(mem, json, "scale", type.type.scale);
    } else {
        static const char *const keys[] = {"raw", "length", "precision", "scale"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            copy_key(mem, json, old, keys[i]);
    }
    if (column->comment)
        json_set_text(mem, json, "comment", column->comment);
    if (typed && type.enum_name)
        json_set_text(mem, json, "enum_name", type.enum_name);
    if (typed && type.pg_type)
        json_set(mem, json, "pg_type", type.pg_type);
    if (!typed) {
        copy_key(mem, json, old, "enum_name");
        copy_key(mem, json, old, "pg_type");
    }
    if (fill->tree->engine == ENGINE_PG) {
        const char *seen = typed ? NULL : json_get_text(json_get(old, "pg_column"), "storage");
        json_set(mem, json, "pg_column", pg_column(mem, column, seen ? seen : type.storage));
    }
    return json;
}

/* ---- tables ---- */

/* The columns of the primary key; of a legacy snapshot's composite one, whose order is unknown, as they stood. */
static struct names key_columns(struct filling *fill, const struct object *table)
{
    const struct primary_key *key = (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
    if (key && object_says(&key->object, PRIMARY_KEY_columns))
        return key->columns;
    if (!key)
        return (struct names){0};
    const struct json *old = json_get(json_get(fill->document, "tables"), table->name);
    return json_get_names(fill->mem, old, "primary_key");
}

/* A number if it is one, for that is how 0.8.2 kept fillfactor. */
static struct json *option_json(struct arena *mem, const char *value)
{
    int64_t number;
    bool digits = *value != 0;
    for (const char *c = value; *c; c++)
        digits = digits && char_is_digit(*c);
    return digits && text_to_int(value, &number) ? json_int(mem, number) : json_string(mem, value);
}

/* "RANGE (a, b)" as {"strategy": "RANGE", "columns": ["a", "b"]} */
static struct json *partition_json(struct arena *mem, const char *text)
{
    struct json *json = json_object(mem);
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');
    struct json *columns = json_array(mem);
    json_set_text(mem, json, "strategy",
                  text_upper(mem, text_trim(mem, open ? text_slice(mem, text, 0, (size_t)(open - text)) : text)));
    if (open && close && close > open) {
        struct names parts = text_split(mem, arena_copy(mem, open + 1, (size_t)(close - open - 1)), ',');
        for (int i = 0; i < parts.n; i++)
            json_add(mem, columns, json_string(mem, text_trim(mem, parts.item[i])));
    }
    json_set(mem, json, "columns", columns);
    return json;
}

static struct json *excludes_json(struct arena *mem, const struct object *table)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < table->children.n; i++) {
        const struct exclude *exclude = table->children.item[i];
        if (exclude->object.kind != KIND_EXCLUDE)
            continue;
        struct json *item = json_object(mem);
        json_set_text(mem, item, "name", exclude->object.name);
        json_set_text(mem, item, "expression", arena_printf(mem, "EXCLUDE %s", expr_legacy(&exclude->definition)));
        json_add(mem, list, item);
    }
    return list;
}

static struct json *pg_table(struct arena *mem, const struct table *table)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < table->options.n; i++) {
        char *name;
        const char *value = option_value(mem, table->options.item[i], &name);
        json_set(mem, json, arena_printf(mem, "pg_%s", name), option_json(mem, value));
    }
    if (table->unlogged)
        json_set_bool(mem, json, "pg_unlogged", true);
    if (table->tablespace)
        json_set_text(mem, json, "pg_tablespace", table->tablespace);
    struct names parents = {0};
    for (int i = 0; i < table->inherits.n; i++)
        names_add(mem, &parents, ref_text(mem, &table->inherits.item[i]));
    if (parents.n)
        json_set(mem, json, "pg_inherits",
                 parents.n == 1 ? json_string(mem, parents.item[0]) : json_names(mem, &parents));
    if (expr_legacy(&table->partition_by))
        json_set(mem, json, "pg_partition", partition_json(mem, expr_legacy(&table->partition_by)));
    struct json *excludes = excludes_json(mem, &table->object);
    if (excludes->n)
        json_set(mem, json, "pg_excludes", excludes);
    return json;
}

static struct json *table_json(struct filling *fill, const struct table *table)
{
    struct arena *mem = fill->mem;
    struct json *json = json_object(mem);
    struct json *columns = json_object(mem);
    struct names key = key_columns(fill, &table->object);
    for (int i = 0; i < table->object.children.n; i++) {
        const struct column *column = table->object.children.item[i];
        if (column->object.kind == KIND_COLUMN)
            json_set(mem, columns, column->object.name, column_json(fill, column, &key));
    }
    json_set(mem, json, "columns", columns);
    json_set(mem, json, "primary_key", json_names(mem, &key));
    json_set_text(mem, json, "comment", fill->tree->engine == ENGINE_PG ? table->comment : NULL);
    if (fill->tree->engine == ENGINE_PG) {
        struct json *more = pg_table(mem, table);
        if (more->n)
            json_set(mem, json, "pg_table", more);
    }
    return json;
}

/* ---- indexes ---- */

static struct json *index_base(struct filling *fill, const struct object *object, struct json *columns, bool unique,
                               const char *method)
{
    struct json *json = json_object(fill->mem);
    json_set_text(fill->mem, json, "table", object->parent->name);
    json_set(fill->mem, json, "columns", columns);
    json_set_bool(fill->mem, json, "unique", unique);
    json_set_text(fill->mem, json, "using", method ? text_lower(fill->mem, method) : "btree");
    return json;
}

/* "DESC NULLS LAST"; NULL where it is sorted as by default. */
static const char *sorting_text(const struct index_part *part)
{
    bool nulls_said = object_says(&part->object, INDEX_PART_nulls_first);
    bool unusual = nulls_said && part->nulls_first != part->descending;
    if (!part->descending)
        return unusual ? "ASC NULLS FIRST" : NULL;
    return unusual ? "DESC NULLS LAST" : "DESC";
}

static void set_index_options(struct arena *mem, struct json *json, const struct index *index)
{
    struct json *params = json_object(mem);
    for (int i = 0; i < index->options.n; i++) {
        char *name;
        const char *value = option_value(mem, index->options.item[i], &name);
        json_set_text(mem, params, name, value);
    }
    if (expr_legacy(&index->predicate))
        json_set_text(mem, json, "where", expr_legacy(&index->predicate));
    if (index->include.n)
        json_set(mem, json, "include", json_names(mem, &index->include));
    if (params->n)
        json_set(mem, json, "with_params", params);
    if (index->tablespace)
        json_set_text(mem, json, "tablespace", index->tablespace);
    if (index->nulls_not_distinct)
        json_set_bool(mem, json, "nulls_not_distinct", true);
}

static void add_index(struct filling *fill, const struct index *index)
{
    struct arena *mem = fill->mem;
    struct json *columns = json_array(mem);
    struct json *sorting = json_object(mem);
    for (int i = 0; i < index->object.children.n; i++) {
        const struct index_part *part = index->object.children.item[i];
        if (part->object.kind != KIND_INDEX_PART || !part->column)
            continue;
        json_add(mem, columns, json_string(mem, part->column));
        if (sorting_text(part))
            json_set_text(mem, sorting, part->column, sorting_text(part));
    }
    struct json *json = index_base(fill, &index->object, columns, index->is_unique, index->method);
    set_index_options(mem, json, index);
    if (sorting->n)
        json_set(mem, json, "column_sorting", sorting);
    if (index->object.name)
        json_set(mem, fill->indexes, index->object.name, json);
}

/* ---- constraints ---- */

static struct json *constraint_base(struct arena *mem, const char *type, const char *name, const char *table,
                                    const struct names *columns)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "type", type);
    json_set_text(mem, json, "name", name);
    json_set_text(mem, json, "table", table);
    json_set(mem, json, "columns", json_names(mem, columns));
    return json;
}

static void add_unique(struct filling *fill, const struct unique *unique)
{
    struct arena *mem = fill->mem;
    const char *name = unique->object.name;
    if (!name)
        return;                              /* 0.8.2 left them out */
    if (fill->tree->engine != ENGINE_LITE) { /* SQLAlchemy shows the index behind it as well */
        struct json *index = index_base(fill, &unique->object, json_names(mem, &unique->columns), true, NULL);
        if (unique->include.n)
            json_set(mem, index, "include", json_names(mem, &unique->include));
        if (unique->nulls_not_distinct)
            json_set_bool(mem, index, "nulls_not_distinct", true);
        json_set(mem, fill->indexes, name, index);
    }
    struct json *json = constraint_base(mem, "unique", name, unique->object.parent->name, &unique->columns);
    if (fill->tree->engine == ENGINE_PG) {
        json_set_bool(mem, json, "deferrable", unique->deferrable);
        json_set_bool(mem, json, "initially_deferred", unique->initially_deferred);
    }
    json_set(mem, fill->constraints, name, json);
}

/* 0.8.2 gave it a random number; ours comes from the condition, so that the same schema gives the same file. */
static char *unnamed_check(struct arena *mem, const struct check *check)
{
    const char *text = expr_legacy(&check->expr);
    char *hash = hash_sha256(mem, text ? text : "", text ? strlen(text) : 0);
    uint64_t number = 0;
    for (int i = 0; i < 12; i++)
        number = number * 16 + (uint64_t)(hash[i] <= '9' ? hash[i] - '0' : hash[i] - 'a' + 10);
    return arena_printf(mem, "ck_%s_%015" PRIu64, check->object.parent->name, number);
}

static void add_check(struct filling *fill, const struct check *check)
{
    struct arena *mem = fill->mem;
    const char *name = check->object.name ? check->object.name : unnamed_check(mem, check);
    struct json *json = constraint_base(mem, "check", name, check->object.parent->name, &(struct names){0});
    json_set_text(mem, json, "expression", expr_legacy(&check->expr));
    if (check->no_inherit)
        json_set_bool(mem, json, "no_inherit", true);
    json_set(mem, fill->constraints, name, json);
}

static void add_foreign_key(struct filling *fill, const struct foreign_key *key)
{
    struct arena *mem = fill->mem;
    const char *table = key->object.parent->name;
    const char *name = key->object.name ? key->object.name : legacy_fk_name(mem, table, &key->columns);
    struct json *json = constraint_base(mem, "foreign_key", name, table, &key->columns);
    json_set_text(mem, json, "referenced_table", key->ref_table.name);
    json_set(mem, json, "referenced_columns", json_names(mem, &key->ref_columns));
    json_set_text(mem, json, "on_delete", key->on_delete ? key->on_delete : "NO ACTION");
    json_set_text(mem, json, "on_update", key->on_update ? key->on_update : "NO ACTION");
    json_set_bool(mem, json, "deferrable", key->deferrable);
    json_set(mem, fill->constraints, name, json);
}

static void add_part(struct filling *fill, const struct object *object)
{
    switch (object->kind) {
    case KIND_INDEX: add_index(fill, (const struct index *)object); break;
    case KIND_UNIQUE: add_unique(fill, (const struct unique *)object); break;
    case KIND_CHECK: add_check(fill, (const struct check *)object); break;
    case KIND_FOREIGN_KEY: add_foreign_key(fill, (const struct foreign_key *)object); break;
    default: break;
    }
}

static void add_table(struct filling *fill, struct json *tables, const struct table *table)
{
    json_set(fill->mem, tables, table->object.name, table_json(fill, table));
    for (int i = 0; i < table->object.children.n; i++)
        add_part(fill, table->object.children.item[i]);
}

void legacy_write(struct arena *mem, struct json *json, const struct tree *tree, const struct json *document)
{
    struct filling fill = {mem, document, tree, json_object(mem), json_object(mem)};
    struct json *tables = json_object(mem);
    struct json *enums = json_object(mem);
    const struct object *home = object_child(tree->root, KIND_SCHEMA, "");
    for (int i = 0; home && i < home->children.n; i++) {
        const struct object *object = home->children.item[i];
        if (object->kind == KIND_TABLE)
            add_table(&fill, tables, (const struct table *)object);
        else if (object->kind == KIND_ENUM)
            json_set(mem, enums, object->name, json_names(mem, &((const struct enum_type *)object)->labels));
    }
    json_set(mem, json, "tables", tables);
    json_set(mem, json, "enums", enums);
    json_set(mem, json, "indexes", fill.indexes);
    json_set(mem, json, "constraints", fill.constraints);
}
