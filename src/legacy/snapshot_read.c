/*
 * 0.8.2's part of a snapshot file, read into a tree.
 * The one idea: a key that is not there is not known.  0.8.2 wrote no lengths of raw types, no order of composite
 * keys, no operator classes; all of that stays unsaid, so that it can never look like a change.
 * Its own bookkeeping tables, which it took for the user's, are left out.
 */
#include "legacy/parts.h"

#include "base/map.h"
#include "base/text.h"

struct reading {
    struct ctx *ctx;
    struct arena *mem;
    const char *name;
    const struct json *json;
    struct tree *tree;
    struct object *home;
    struct map tables; /* struct table * by name */
};

static int wrong(struct reading *reading, const char *what, const char *key)
{
    fail(reading->ctx, ERR_SYNTAX, "%s: %s%s%s", reading->name, what, key ? " " : "", key ? key : "");
    return fail_at(reading->ctx, reading->name, 0, 0);
}

/* The section of that key, which may be absent (an empty one then) but must be an object of objects. */
static int section(struct reading *reading, const char *key, const struct json **out)
{
    static const struct json nothing = {.type = JSON_OBJECT};
    const struct json *json = json_get(reading->json, key);
    *out = json ? json : &nothing;
    if (json && json->type != JSON_OBJECT)
        return wrong(reading, "must be an object:", key);
    return 0;
}

static struct expr printed(const char *text)
{
    return (struct expr){NULL, text};
}

/* A text that may be null; false if it is not there, and then it is not said. */
static bool get_text(const struct json *json, const char *key, const char **text)
{
    const struct json *value = json_get(json, key);
    *text = value && value->type == JSON_TEXT ? value->text : NULL;
    return value && (value->type == JSON_TEXT || value->type == JSON_NULL);
}

static bool get_bool(const struct json *json, const char *key, bool *truth)
{
    const struct json *value = json_get(json, key);
    *truth = value && value->truth;
    return value && value->type == JSON_BOOL;
}

static bool is_named(const struct json *json, const char *key, const char *text)
{
    return text_equal(json_get_text(json, key), text);
}

/* ---- which tables are bookkeeping ---- */

static bool has_columns(const struct json *columns, const char *const *names, int n)
{
    if (!columns || columns->n != n)
        return false;
    for (int i = 0; i < n; i++)
        if (!json_get(columns, names[i]))
            return false;
    return true;
}

/* By name, or by shape where the configuration gave it another name. */
static bool is_bookkeeping(const char *name, const struct json *columns)
{
    static const char *const migrations[] = {"version",        "description", "filename",
                                             "migration_type", "applied_at",  "checksum"};
    static const char *const seeds[] = {"version", "description", "filename", "seed_type", "applied_at", "checksum"};
    static const char *const lock[] = {"id", "locked", "acquired_at"};
    return text_starts(name, "_dbwarden_") || (text_equal(name, "dbwarden_lock") && has_columns(columns, lock, 3)) ||
           has_columns(columns, migrations, 6) || has_columns(columns, seeds, 6);
}

/* ---- columns ---- */

/* "nextval('users_id_seq'::regclass)": a sequence that came with the column. */
static bool is_serial(struct arena *mem, const struct column *column, const char *text)
{
    const char *table = column->object.parent->name;
    return text && text_starts(text, "nextval(") &&
           text_has(text, arena_printf(mem, "%s_%s_seq", table, column->object.name));
}

static void read_default(struct reading *reading, struct column *column, const struct json *json)
{
    enum engine engine = reading->tree->engine;
    const char *text;
    bool own;
    bool said = get_text(json, "default", &text);
    bool counts = get_bool(json, "autoincrement", &own);
    if (engine == ENGINE_PG && said) { /* 0.8.2 also called identity columns so */
        own = is_serial(reading->mem, column, text);
        SAY(column, COLUMN, autoincrement, own);
        if (own)
            text = NULL;
    } else if (counts && engine & (ENGINE_MY | ENGINE_MARIA))
        SAY(column, COLUMN, autoincrement, own);
    if (said)
        SAY(column, COLUMN, default_value, printed(text));
}

static void read_pg_number(struct column *column, int field, const struct json *json, const char *key)
{
    const struct json *value = json_get(json, key);
    if (!value || value->type != JSON_INT)
        return;
    *(int64_t *)object_field(&column->object, field) = value->number;
    object_say(&column->object, field);
}

static const char *compression_name(const char *letter)
{
    if (text_equal(letter, "p"))
        return "pglz";
    return text_equal(letter, "l") ? "lz4" : letter;
}

static void read_pg_column(struct arena *mem, struct column *column, const struct json *json)
{
    const struct json *pg = json_get(json, "pg_column");
    const char *text;
    if (get_text(pg, "identity", &text) && text)
        SAY(column, COLUMN, identity, text_replace(mem, text, "_", " "));
    read_pg_number(column, COLUMN_identity_start, pg, "identity_start");
    read_pg_number(column, COLUMN_identity_increment, pg, "identity_increment");
    read_pg_number(column, COLUMN_identity_min, pg, "identity_min");
    read_pg_number(column, COLUMN_identity_max, pg, "identity_max");
    if (get_text(pg, "collation", &text))
        SAY(column, COLUMN, collation, text);
    if (get_text(pg, "generated", &text) && text)
        SAY(column, COLUMN, computed, printed(text));
    if (get_text(pg, "storage", &text) && text)
        SAY(column, COLUMN, storage, legacy_storage_is_default(json, text) ? NULL : text_lower(mem, text));
    if (get_text(pg, "compression", &text))
        SAY(column, COLUMN, compression, compression_name(text));
}

static int read_column(struct reading *reading, struct object *table, const char *name, const struct json *json)
{
    if (json->type != JSON_OBJECT || !json_get_text(json, "type"))
        return wrong(reading, "must be an object with a type: column", name);
    struct column *column = (struct column *)object_new(reading->mem, KIND_COLUMN, table, name);
    char *type = legacy_type_read(reading->mem, reading->tree->engine, json);
    const char *text;
    bool truth;
    if (type)
        SAY(column, COLUMN, type, type);
    if (get_bool(json, "nullable", &truth))
        SAY(column, COLUMN, nullable, truth);
    read_default(reading, column, json);
    if (reading->tree->engine != ENGINE_LITE && get_text(json, "comment", &text))
        SAY(column, COLUMN, comment, text);
    if (reading->tree->engine == ENGINE_PG)
        read_pg_column(reading->mem, column, json);
    return 0;
}

/* ---- tables ---- */

/* Its order was that of a Python set: with more than one column it is not known. */
static void read_primary_key(struct reading *reading, struct object *table, const struct json *json)
{
    struct names columns = json_get_names(reading->mem, json, "primary_key");
    if (!columns.n)
        return;
    struct primary_key *key = (struct primary_key *)object_new(reading->mem, KIND_PRIMARY_KEY, table, NULL);
    if (columns.n == 1)
        SAY(key, PRIMARY_KEY, columns, columns);
}

static char *value_text(struct arena *mem, const struct json *value)
{
    if (value->type == JSON_INT)
        return arena_printf(mem, "%" PRId64, value->number);
    if (value->type == JSON_BOOL)
        return arena_dup(mem, value->truth ? "true" : "false");
    return arena_dup(mem, value->type == JSON_TEXT ? value->text : "");
}

/* Everything that is none of 0.8.2's own words is a storage parameter. */
static void read_pg_options(struct arena *mem, struct table *table, const struct json *pg)
{
    static const char *const words[] = {"pg_unlogged", "pg_tablespace", "pg_inherits", "pg_partition", "pg_excludes"};
    struct names options = {0};
    for (int i = 0; i < pg->n; i++) {
        bool own = !text_starts(pg->key[i], "pg_");
        for (size_t j = 0; j < sizeof words / sizeof *words; j++)
            own = own || text_equal(pg->key[i], words[j]);
        if (!own)
            names_add(mem, &options, arena_printf(mem, "%s=%s", pg->key[i] + 3, value_text(mem, pg->item[i])));
    }
    names_sort(&options);
    if (options.n)
        SAY(table, TABLE, options, options);
}

static void read_excludes(struct arena *mem, struct table *table, const struct json *list)
{
    static const char prefix[] = "EXCLUDE ";
    for (int i = 0; list && list->type == JSON_ARRAY && i < list->n; i++) {
        const char *text = json_get_text(list->item[i], "expression");
        if (!text)
            continue;
        if (text_starts_nocase(text, prefix))
            text += sizeof prefix - 1;
        struct exclude *exclude =
            (struct exclude *)object_new(mem, KIND_EXCLUDE, &table->object, json_get_text(list->item[i], "name"));
        SAY(exclude, EXCLUDE, definition, printed(text));
    }
}

static void read_pg_table(struct arena *mem, struct table *table, const struct json *pg)
{
    if (!pg || pg->type != JSON_OBJECT)
        return;
    read_pg_options(mem, table, pg);
    bool truth;
    const char *text;
    if (get_bool(pg, "pg_unlogged", &truth))
        SAY(table, TABLE, unlogged, truth);
    if (get_text(pg, "pg_tablespace", &text))
        SAY(table, TABLE, tablespace, text);
    struct names parents = json_get_names(mem, pg, "pg_inherits");
    if (get_text(pg, "pg_inherits", &text) && text)
        names_add(mem, &parents, text);
    for (int i = 0; i < parents.n; i++) {
        struct ref parent = ref_from_text(mem, parents.item[i]);
        refs_add(mem, &table->inherits, &parent);
        object_say(&table->object, TABLE_inherits);
    }
    const struct json *partition = json_get(pg, "pg_partition");
    struct names columns = json_get_names(mem, partition, "columns");
    if (json_get_text(partition, "strategy"))
        SAY(table, TABLE, partition_by,
            ((struct expr){.written = arena_printf(mem, "%s (%s)", json_get_text(partition, "strategy"),
                                                   names_join(mem, &columns, ", "))}));
    read_excludes(mem, table, json_get(pg, "pg_excludes"));
}

static int read_table(struct reading *reading, const char *name, const struct json *json)
{
    const struct json *columns = json_get(json, "columns");
    if (!columns || columns->type != JSON_OBJECT)
        return wrong(reading, "must be an object with columns: table", name);
    if (is_bookkeeping(name, columns))
        return 0;
    struct table *table = (struct table *)object_new(reading->mem, KIND_TABLE, reading->home, name);
    map_set(&reading->tables, name, table);
    for (int i = 0; i < columns->n; i++)
        TRY(read_column(reading, &table->object, columns->key[i], columns->item[i]));
    read_primary_key(reading, &table->object, json);
    const char *comment;
    bool pg = reading->tree->engine == ENGINE_PG;
    if (pg && get_text(json, "comment", &comment)) /* elsewhere it was always null */
        SAY(table, TABLE, comment, comment);
    if (pg)
        read_pg_table(reading->mem, table, json_get(json, "pg_table"));
    return 0;
}

/* ---- indexes ---- */

/* "DESC NULLS LAST" */
static void read_sorting(struct index_part *part, const char *sorting, enum engine engine)
{
    if (!sorting)
        return;
    bool descending = text_starts_nocase(sorting, "desc");
    bool first = text_has(sorting, "NULLS FIRST") || (descending && !text_has(sorting, "NULLS LAST"));
    SAY(part, INDEX_PART, descending, descending);
    if (engine == ENGINE_PG)
        SAY(part, INDEX_PART, nulls_first, first);
}

/* A null among the columns is an expression that 0.8.2 did not see; no columns at all is nothing but those. */
static void read_parts(struct reading *reading, struct object *index, const struct json *json)
{
    const struct json *columns = json_get(json, "columns");
    const struct json *sorting = json_get(json, "column_sorting");
    for (int i = 0; columns && columns->type == JSON_ARRAY && i < columns->n; i++) {
        const struct json *column = columns->item[i];
        struct index_part *part = (struct index_part *)object_new(reading->mem, KIND_INDEX_PART, index, NULL);
        SAY(part, INDEX_PART, column, column->type == JSON_TEXT ? column->text : NULL);
        if (part->column)
            read_sorting(part, json_get_text(sorting, part->column), reading->tree->engine);
    }
}

static void read_pg_index(struct arena *mem, struct index *index, const struct json *json)
{
    const char *text;
    bool truth;
    struct names include = json_get_names(mem, json, "include");
    if (include.n)
        SAY(index, INDEX, include, include);
    const struct json *params = json_get(json, "with_params");
    struct names options = {0};
    for (int i = 0; params && params->type == JSON_OBJECT && i < params->n; i++)
        names_add(mem, &options, arena_printf(mem, "%s=%s", params->key[i], value_text(mem, params->item[i])));
    names_sort(&options);
    if (options.n)
        SAY(index, INDEX, options, options);
    if (get_text(json, "tablespace", &text))
        SAY(index, INDEX, tablespace, text);
    if (get_bool(json, "nulls_not_distinct", &truth))
        SAY(index, INDEX, nulls_not_distinct, truth);
}

static void read_index_options(struct reading *reading, struct index *index, const struct json *json)
{
    enum engine engine = reading->tree->engine;
    const char *method = json_get_text(json, "using");
    const char *predicate = json_get_text(json, "where");
    /* Elsewhere "btree" was the word for "not known". */
    bool known = engine == ENGINE_PG || (engine & (ENGINE_MY | ENGINE_MARIA) && !text_equal(method, "btree"));
    if (method && known)
        SAY(index, INDEX, method, method);
    if (predicate && engine & (ENGINE_PG | ENGINE_LITE))
        SAY(index, INDEX, predicate, printed(predicate));
    if (engine == ENGINE_PG)
        read_pg_index(reading->mem, index, json);
}

/* Servers keep an index behind every unique constraint, and SQLAlchemy shows it as one more index. */
static bool backs_unique(const struct json *constraints, const char *name, const struct json *index)
{
    const struct json *constraint = json_get(constraints, name);
    return is_named(constraint, "type", "unique") && is_named(constraint, "table", json_get_text(index, "table"));
}

static bool same_columns(const struct json *a, const struct json *b)
{
    const struct json *left = json_get(a, "columns");
    const struct json *right = json_get(b, "columns");
    if (!left || !right || left->type != JSON_ARRAY || right->type != JSON_ARRAY || !left->n || left->n != right->n)
        return false;
    for (int i = 0; i < left->n; i++)
        if (!left->item[i]->text || !text_equal(left->item[i]->text, right->item[i]->text))
            return false;
    return true;
}

/* "user_id", or "user_id_2" where there was another one. */
static bool is_numbered(const char *name, const char *stem)
{
    size_t length = strlen(stem);
    if (!text_starts(name, stem))
        return false;
    if (!name[length])
        return true;
    const char *digit = name + length + 1;
    if (name[length] != '_' || !*digit)
        return false;
    while (char_is_digit(*digit))
        digit++;
    return !*digit;
}

/* MySQL makes an index behind a foreign key, called like the key or like its first column. */
static bool backs_foreign_key(const struct reading *reading, const struct json *constraints, const char *name,
                              const struct json *index)
{
    if (!(reading->tree->engine & (ENGINE_MY | ENGINE_MARIA)) || json_get_bool(index, "unique", false))
        return false;
    for (int i = 0; i < constraints->n; i++) {
        const struct json *key = constraints->item[i];
        if (!is_named(key, "type", "foreign_key") || !is_named(key, "table", json_get_text(index, "table")) ||
            !same_columns(key, index))
            continue;
        if (text_equal(constraints->key[i], name) || is_numbered(name, json_get(key, "columns")->item[0]->text))
            return true;
    }
    return false;
}

static int read_index(struct reading *reading, const char *name, const struct json *json,
                      const struct json *constraints)
{
    if (json->type != JSON_OBJECT || !json_get_text(json, "table"))
        return wrong(reading, "must be an object with a table: index", name);
    struct table *table = map_get(&reading->tables, json_get_text(json, "table"));
    if (!table || backs_unique(constraints, name, json) || backs_foreign_key(reading, constraints, name, json))
        return 0;
    struct index *index = (struct index *)object_new(reading->mem, KIND_INDEX, &table->object, name);
    bool truth;
    if (get_bool(json, "unique", &truth))
        SAY(index, INDEX, is_unique, truth);
    read_index_options(reading, index, json);
    read_parts(reading, &index->object, json);
    return 0;
}

/* ---- constraints ---- */

/* "ck_users_-6930521412": what 0.8.2 called a condition without a name; a few digits are somebody's numbering. */
static bool is_random_name(const char *name, const char *table)
{
    if (!name || !text_starts(name, "ck_") || !text_starts(name + 3, table) || name[3 + strlen(table)] != '_')
        return false;
    const char *number = name + 3 + strlen(table) + 1;
    number += *number == '-';
    size_t digits = 0;
    while (char_is_digit(number[digits]))
        digits++;
    return digits >= 6 && !number[digits];
}

static void read_foreign_key(struct reading *reading, struct object *table, const char *name, const struct json *json)
{
    struct arena *mem = reading->mem;
    enum engine engine = reading->tree->engine;
    struct names columns = json_get_names(mem, json, "columns");
    /* Only SQLite keeps keys without a name; servers invent one, which is then real. */
    if (engine == ENGINE_LITE && text_equal(name, legacy_fk_name(mem, table->name, &columns)))
        name = NULL;
    struct foreign_key *key = (struct foreign_key *)object_new(mem, KIND_FOREIGN_KEY, table, name);
    const char *text;
    bool truth;
    SAY(key, FOREIGN_KEY, columns, columns);
    if (get_text(json, "referenced_table", &text))
        SAY(key, FOREIGN_KEY, ref_table, ((struct ref){.name = text}));
    struct names referenced = json_get_names(mem, json, "referenced_columns");
    if (referenced.n)
        SAY(key, FOREIGN_KEY, ref_columns, referenced);
    if (get_text(json, "on_delete", &text) && text)
        SAY(key, FOREIGN_KEY, on_delete, text);
    if (get_text(json, "on_update", &text) && text)
        SAY(key, FOREIGN_KEY, on_update, text);
    if (engine & (ENGINE_PG | ENGINE_LITE) && get_bool(json, "deferrable", &truth))
        SAY(key, FOREIGN_KEY, deferrable, truth);
}

static void read_unique(struct reading *reading, struct object *table, const char *name, const struct json *json,
                        const struct json *index)
{
    struct unique *unique = (struct unique *)object_new(reading->mem, KIND_UNIQUE, table, name);
    struct names columns = json_get_names(reading->mem, json, "columns");
    bool truth;
    SAY(unique, UNIQUE, columns, columns);
    if (reading->tree->engine != ENGINE_PG)
        return;
    if (get_bool(json, "deferrable", &truth))
        SAY(unique, UNIQUE, deferrable, truth);
    if (get_bool(json, "initially_deferred", &truth))
        SAY(unique, UNIQUE, initially_deferred, truth);
    /* The rest stands in the index behind it. */
    if (get_bool(index, "nulls_not_distinct", &truth))
        SAY(unique, UNIQUE, nulls_not_distinct, truth);
    struct names include = json_get_names(reading->mem, index, "include");
    if (include.n)
        SAY(unique, UNIQUE, include, include);
}

static void read_check(struct reading *reading, struct object *table, const char *name, const struct json *json)
{
    if (is_random_name(name, table->name))
        name = NULL;
    struct check *check = (struct check *)object_new(reading->mem, KIND_CHECK, table, name);
    const char *text;
    bool truth;
    if (get_text(json, "expression", &text))
        SAY(check, CHECK, expr, printed(text));
    if (reading->tree->engine == ENGINE_PG && get_bool(json, "no_inherit", &truth))
        SAY(check, CHECK, no_inherit, truth);
}

static int read_constraint(struct reading *reading, const char *name, const struct json *json,
                           const struct json *indexes)
{
    if (json->type != JSON_OBJECT || !json_get_text(json, "table"))
        return wrong(reading, "must be an object with a table: constraint", name);
    struct table *table = map_get(&reading->tables, json_get_text(json, "table"));
    if (!table)
        return 0;
    if (is_named(json, "type", "foreign_key"))
        read_foreign_key(reading, &table->object, name, json);
    else if (is_named(json, "type", "unique"))
        read_unique(reading, &table->object, name, json, json_get(indexes, name));
    else if (is_named(json, "type", "check"))
        read_check(reading, &table->object, name, json);
    else
        return wrong(reading, "has an unknown type: constraint", name);
    return 0;
}

/* ---- the whole ---- */

/*
 * What 0.8.2 looked at.  Not unique constraints of SQLite: it left out those without a name, which are most.
 * Exclusion constraints were noted only where there were some.
 */
static struct kind_set spoken_kinds(const struct tree *tree)
{
    if (tree->engine == ENGINE_CH)
        return kind_set_of(KIND_SCHEMA, KIND_TABLE, KIND_COLUMN);
    struct kind_set kinds = kind_set_of(KIND_SCHEMA, KIND_TABLE, KIND_COLUMN, KIND_PRIMARY_KEY, KIND_CHECK,
                                        KIND_FOREIGN_KEY, KIND_INDEX, KIND_INDEX_PART);
    if (tree->engine != ENGINE_LITE)
        kind_set_add(&kinds, KIND_UNIQUE);
    if (tree->engine == ENGINE_PG)
        kind_set_add(&kinds, KIND_ENUM);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_EXCLUDE)
            kind_set_add(&kinds, KIND_EXCLUDE);
    return kinds;
}

static int read_enums(struct reading *reading)
{
    const struct json *enums;
    TRY(section(reading, "enums", &enums));
    for (int i = 0; i < enums->n && reading->tree->engine == ENGINE_PG; i++) {
        struct enum_type *type = (struct enum_type *)object_new(reading->mem, KIND_ENUM, reading->home, enums->key[i]);
        struct names labels = json_get_names(reading->mem, enums, enums->key[i]);
        SAY(type, ENUM, labels, labels);
    }
    return 0;
}

int legacy_read(struct ctx *ctx, const char *name, const struct json *json, enum engine engine, struct tree **tree)
{
    struct reading reading = {.ctx = ctx, .mem = ctx->mem, .name = name, .json = json};
    reading.tree = tree_new(ctx->mem, engine);
    reading.home = tree_schema(ctx->mem, reading.tree, NULL);
    map_init(&reading.tables, ctx->mem);
    const struct json *tables, *indexes, *constraints;
    TRY(section(&reading, "tables", &tables));
    TRY(section(&reading, "indexes", &indexes));
    TRY(section(&reading, "constraints", &constraints));
    TRY(read_enums(&reading));
    for (int i = 0; i < tables->n; i++)
        TRY(read_table(&reading, tables->key[i], tables->item[i]));
    for (int i = 0; i < indexes->n; i++)
        TRY(read_index(&reading, indexes->key[i], indexes->item[i], constraints));
    for (int i = 0; i < constraints->n; i++)
        TRY(read_constraint(&reading, constraints->key[i], constraints->item[i], indexes));
    reading.tree->kinds = spoken_kinds(reading.tree);
    *tree = reading.tree;
    return 0;
}
