/*
 * One table as a class of SQLAlchemy, or as a Table where it has no primary key.  What SQLAlchemy has a word for is said in
 * its words, the rest goes to class Meta.
 */
#include "base/text.h"
#include "models/parts.h"

/* The fields that SQLAlchemy has words for, beside the columns; of more it says nothing. */
static const struct {
    enum kind kind;
    const char *fields[9];
} sayable[] = {
    {KIND_PRIMARY_KEY, {"columns", "deferrable", "initially_deferred", "comment"}},
    {KIND_UNIQUE, {"columns", "deferrable", "initially_deferred", "comment", "nulls_not_distinct"}},
    {KIND_CHECK, {"expr", "comment"}},
    {KIND_INDEX, {"is_unique", "method", "predicate", "include", "nulls_not_distinct", "options", "tablespace"}},
    {KIND_FOREIGN_KEY,
     {"columns", "ref_table", "ref_columns", "on_delete", "on_update", "match", "deferrable", "initially_deferred",
      "comment"}},
    {KIND_INDEX_PART, {"column", "expr", "descending", "nulls_first", "opclass", "length"}},
};

static bool is_sayable(const struct object *object)
{
    for (size_t i = 0; i < sizeof sayable / sizeof *sayable; i++) {
        if (sayable[i].kind != object->kind)
            continue;
        for (int field = 0; field < kind_table[object->kind].fields; field++) {
            bool found = !field_speaks(object, field);
            for (size_t k = 0; k < sizeof sayable[i].fields / sizeof *sayable[i].fields; k++)
                found |= text_equal(sayable[i].fields[k], kind_table[object->kind].field[field].name);
            if (!found)
                return false;
        }
        return true;
    }
    return false;
}

static const char *key_ending(const struct generator *generator, const struct object *object, struct names *columns)
{
    switch (object->kind) {
    case KIND_PRIMARY_KEY: return generator->words->primary_name;
    case KIND_UNIQUE: *columns = ((const struct unique *)object)->columns; return generator->words->unique_name;
    case KIND_FOREIGN_KEY:
        *columns = ((const struct foreign_key *)object)->columns;
        return generator->words->foreign_name;
    default: return NULL;
    }
}

/* Is it called as the server would call it? Of two alike only one is. */
static bool is_nameless(const struct generator *generator, const struct object *object)
{
    struct names columns = {0}, other = {0};
    if (!object->name || object->name_invented)
        return true;
    const char *ending = key_ending(generator, object, &columns);
    if (!ending)
        return false;
    const struct object *table = object->parent;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child != object && child->kind == object->kind && key_ending(generator, child, &other) &&
            names_equal(&columns, &other))
            return false;
    }
    const char *joined =
        columns.n ? arena_printf(generator->mem, "_%s", names_join(generator->mem, &columns, "_")) : "";
    return text_equal(object->name, arena_printf(generator->mem, "%s%s%s", table->name, joined, ending));
}

static struct python_doc *text_call(struct generator *generator, struct python_module *module, const char *sql)
{
    struct arena *mem = generator->mem;
    return python_add(mem, python_call(mem, python_use(module, "sqlalchemy", "text")), NULL,
                      python_atom(mem, python_sql(mem, sql)));
}

static struct python_doc *names_doc(struct arena *mem, const struct names *names)
{
    return python_value(mem, json_names(mem, names));
}

static const char *option_word(struct generator *generator, const char *name)
{
    return arena_printf(generator->mem, "%s%s", generator->words->option, name);
}

/* ---- constraints ---- */

static void add_true(struct arena *mem, struct python_doc *doc, const char *name, bool value)
{
    if (value)
        python_add(mem, doc, name, python_atom(mem, "True"));
}

static void add_text(struct arena *mem, struct python_doc *doc, const char *name, const char *text)
{
    if (text)
        python_add_text(mem, doc, name, text);
}

static void add_name(struct generator *generator, struct python_doc *doc, const struct object *object)
{
    add_text(generator->mem, doc, "name", is_nameless(generator, object) ? NULL : object->name);
}

static void add_deferral(struct arena *mem, struct python_doc *doc, bool deferrable, bool deferred)
{
    add_true(mem, doc, "deferrable", deferrable);
    add_text(mem, doc, "initially", deferred ? "DEFERRED" : NULL);
}

static struct python_doc *constraint_call(struct generator *generator, struct model *model, const char *class,
                                          const struct names *columns)
{
    struct arena *mem = generator->mem;
    struct python_doc *doc = python_call(mem, python_use(model->module, "sqlalchemy", class));
    for (int i = 0; i < columns->n; i++)
        python_add_text(mem, doc, NULL, columns->item[i]);
    return doc;
}

static struct python_doc *primary_key_doc(struct generator *generator, struct model *model,
                                          const struct primary_key *key)
{
    struct python_doc *doc = constraint_call(generator, model, "PrimaryKeyConstraint", &key->columns);
    add_name(generator, doc, &key->object);
    add_deferral(generator->mem, doc, key->deferrable, key->initially_deferred);
    add_text(generator->mem, doc, "comment", key->comment);
    return doc;
}

static struct python_doc *unique_doc(struct generator *generator, struct model *model, const struct unique *unique)
{
    struct arena *mem = generator->mem;
    struct python_doc *doc = constraint_call(generator, model, "UniqueConstraint", &unique->columns);
    add_name(generator, doc, &unique->object);
    add_deferral(mem, doc, unique->deferrable, unique->initially_deferred);
    add_true(mem, doc, option_word(generator, "nulls_not_distinct"), unique->nulls_not_distinct);
    add_text(mem, doc, "comment", unique->comment);
    return doc;
}

static struct python_doc *check_doc(struct generator *generator, struct model *model, const struct check *check)
{
    struct arena *mem = generator->mem;
    struct python_doc *doc = constraint_call(generator, model, "CheckConstraint", &(struct names){0});
    python_add(mem, doc, NULL, python_atom(mem, python_sql(mem, expr_text(&check->expr))));
    add_name(generator, doc, &check->object);
    add_text(mem, doc, "comment", check->comment);
    return doc;
}

static void add_actions(struct generator *generator, struct python_doc *doc, const struct foreign_key *key)
{
    struct arena *mem = generator->mem;
    static const char none[] = "NO ACTION", simple[] = "SIMPLE";
    add_name(generator, doc, &key->object);
    add_text(mem, doc, "ondelete", text_equal(key->on_delete, none) ? NULL : key->on_delete);
    add_text(mem, doc, "onupdate", text_equal(key->on_update, none) ? NULL : key->on_update);
    add_text(mem, doc, "match", text_equal(key->match, simple) ? NULL : key->match);
    add_deferral(mem, doc, key->deferrable, key->initially_deferred);
    add_text(mem, doc, "comment", key->comment);
}

/* SQLAlchemy writes the place that is referred to as one text with dots; NULL where that does not tell. */
static const char *far_column(struct arena *mem, const struct foreign_key *key, int i)
{
    const char *schema = key->ref_table.schema, *table = key->ref_table.name;
    bool in_schema = schema && *schema;
    if (strchr(table, '.') || strchr(key->ref_columns.item[i], '.') || (in_schema && strchr(schema, '.')))
        return NULL;
    return arena_printf(mem, "%s%s%s.%s", in_schema ? schema : "", in_schema ? "." : "", table,
                        key->ref_columns.item[i]);
}

bool key_is_plain(struct arena *mem, const struct foreign_key *key)
{
    for (int i = 0; i < key->ref_columns.n; i++)
        if (!far_column(mem, key, i))
            return false;
    return key->ref_columns.n == key->columns.n && key->columns.n > 0 && is_sayable(&key->object);
}

static struct python_doc *foreign_key_doc(struct generator *generator, struct model *model,
                                          const struct foreign_key *key)
{
    struct arena *mem = generator->mem;
    struct names far = {0};
    for (int i = 0; i < key->ref_columns.n; i++)
        names_add(mem, &far, far_column(mem, key, i));
    struct python_doc *doc = constraint_call(generator, model, "ForeignKeyConstraint", &(struct names){0});
    python_add(mem, doc, NULL, names_doc(mem, &key->columns));
    python_add(mem, doc, NULL, names_doc(mem, &far));
    add_actions(generator, doc, key);
    return doc;
}

/* ---- indexes ---- */

static bool index_sayable(const struct object *index)
{
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        bool turned = part->descending || part->nulls_first;
        if (!is_sayable(&part->object) || (part->opclass && (turned || !part->column)) || (!part->column && turned))
            return false;
    }
    return is_sayable(index) && index->name;
}

static struct python_doc *part_doc(struct generator *generator, struct model *model, const struct index_part *part)
{
    struct arena *mem = generator->mem;
    if (!part->column)
        return text_call(generator, model->module, arena_printf(mem, "(%s)", expr_text(&part->expr)));
    bool nulls = part_turns_nulls(part);
    if (!part->descending && !nulls)
        return python_atom(mem, python_string(mem, part->column));
    const char *quoted = ident_text(mem, generator->target->dialect->ident, part->column);
    return text_call(generator, model->module,
                     arena_printf(mem, "%s%s%s", quoted, part->descending ? " DESC" : "",
                                  !nulls              ? ""
                                  : part->nulls_first ? " NULLS FIRST"
                                                      : " NULLS LAST"));
}

static struct json *options_json(struct arena *mem, const struct names *options)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < options->n; i++) {
        const char *is = strchr(options->item[i], '=');
        size_t length = is ? (size_t)(is - options->item[i]) : strlen(options->item[i]);
        json_set_text(mem, json, text_slice(mem, options->item[i], 0, length), is ? is + 1 : "");
    }
    return json;
}

/* A parser has a word of its own. */
static void add_index_options(struct generator *generator, struct python_doc *doc, const struct index *index)
{
    struct arena *mem = generator->mem;
    struct names others = {0};
    for (int i = 0; i < index->options.n; i++)
        if (text_starts(index->options.item[i], "parser="))
            add_text(mem, doc, option_word(generator, "with_parser"), index->options.item[i] + strlen("parser="));
        else
            names_add(mem, &others, index->options.item[i]);
    if (others.n)
        python_add(mem, doc, option_word(generator, "with"), python_value(mem, options_json(mem, &others)));
}

static struct json *classes_json(struct arena *mem, const struct object *index)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (part->opclass && part->column)
            json_set_text(mem, json, part->column, part->opclass);
    }
    return json;
}

static struct json *lengths_json(struct arena *mem, const struct object *index)
{
    struct json *json = json_object(mem);
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (part->length && part->column)
            json_set_int(mem, json, part->column, part->length);
    }
    return json;
}

/* FULLTEXT stands before the word, BTREE after the columns. */
static void add_method(struct generator *generator, struct python_doc *doc, const char *method)
{
    const char *const *prefixes = generator->words->index_prefixes;
    bool before = false;
    for (int i = 0; prefixes && prefixes[i]; i++)
        before = before || text_equal(prefixes[i], method);
    if (before)
        add_text(generator->mem, doc, option_word(generator, "prefix"), text_upper(generator->mem, method));
    else
        add_text(generator->mem, doc, option_word(generator, "using"), method);
}

static struct python_doc *index_doc(struct generator *generator, struct model *model, const struct index *index)
{
    struct arena *mem = generator->mem;
    struct python_doc *doc = constraint_call(generator, model, "Index", &(struct names){0});
    python_add_text(mem, doc, NULL, index->object.name);
    for (int i = 0; i < index->object.children.n; i++)
        python_add(mem, doc, NULL, part_doc(generator, model, index->object.children.item[i]));
    add_true(mem, doc, "unique", index->is_unique);
    if (field_speaks(&index->object, INDEX_method))
        add_method(generator, doc, index->method);
    if (expr_text(&index->predicate))
        python_add(mem, doc, option_word(generator, "where"),
                   text_call(generator, model->module, expr_text(&index->predicate)));
    if (index->include.n)
        python_add(mem, doc, option_word(generator, "include"), names_doc(mem, &index->include));
    struct json *classes = classes_json(mem, &index->object);
    if (classes->n)
        python_add(mem, doc, option_word(generator, "ops"), python_value(mem, classes));
    struct json *lengths = lengths_json(mem, &index->object);
    if (lengths->n)
        python_add(mem, doc, option_word(generator, "length"), python_value(mem, lengths));
    add_true(mem, doc, option_word(generator, "nulls_not_distinct"), index->nulls_not_distinct);
    add_index_options(generator, doc, index);
    add_text(mem, doc, option_word(generator, "tablespace"), index->tablespace);
    return doc;
}

/* ---- columns ---- */

static const struct primary_key *key_of(const struct object *table)
{
    return (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
}

static bool in_key(const struct object *table, const char *column)
{
    const struct primary_key *key = key_of(table);
    return key && names_have(&key->columns, column);
}

static bool is_only(const struct names *columns, const char *column)
{
    return columns->n == 1 && text_equal(columns->item[0], column);
}

/* What is said in the column itself: a foreign key of one column, and a unique constraint without anything to say. */
static void inline_add(struct generator *generator, struct model *model, const struct column *column,
                       struct python_doc *doc, bool *unique)
{
    struct arena *mem = generator->mem;
    for (int i = 0; i < model->table->children.n; i++) {
        const struct object *child = model->table->children.item[i];
        const struct foreign_key *key = (const struct foreign_key *)child;
        const struct unique *other = (const struct unique *)child;
        const char *mark = arena_printf(mem, "%d", i);
        if (child->kind == KIND_FOREIGN_KEY && is_only(&key->columns, column->object.name) && key_is_plain(mem, key)) {
            struct python_doc *call = python_call(mem, python_use(model->module, "sqlalchemy", "ForeignKey"));
            python_add_text(mem, call, NULL, far_column(mem, key, 0));
            add_actions(generator, call, key);
            python_add(mem, doc, NULL, call);
            map_set(&model->inlined, mark, model);
        } else if (child->kind == KIND_UNIQUE && is_only(&other->columns, column->object.name) && is_sayable(child) &&
                   is_nameless(generator, child) && !other->deferrable && !other->comment &&
                   !other->nulls_not_distinct && !*unique) {
            *unique = true;
            map_set(&model->inlined, mark, model);
        }
    }
}

static void identity_add(struct generator *generator, struct model *model, const struct column *column,
                         struct python_doc *doc)
{
    static const char *const words[] = {"start", "increment", "minvalue", "maxvalue", "cache"};
    static const int64_t most[] = {INT16_MAX, INT32_MAX, INT64_MAX};
    struct arena *mem = generator->mem;
    const int64_t values[] = {column->identity_start, column->identity_increment, column->identity_min,
                              column->identity_max, column->identity_cache};
    struct python_doc *call = python_call(mem, python_use(model->module, "sqlalchemy", "Identity"));
    add_true(mem, call, "always", text_equal(column->identity, "always"));
    for (int i = 0; i < 5; i++) {
        bool usual = values[i] == 1;
        for (int k = 0; i == 3 && k < 3; k++)
            usual |= values[i] == most[k];
        if (object_says(&column->object, COLUMN_identity_start + i) && !usual)
            python_add(mem, call, words[i], python_atom(mem, arena_printf(mem, "%" PRId64, values[i])));
    }
    add_true(mem, call, "cycle", object_says(&column->object, COLUMN_identity_cycle) && column->identity_cycle);
    python_add(mem, doc, NULL, call);
}

static void computed_add(struct generator *generator, struct model *model, const struct column *column,
                         struct python_doc *doc)
{
    struct arena *mem = generator->mem;
    struct python_doc *call = python_call(mem, python_use(model->module, "sqlalchemy", "Computed"));
    python_add(mem, call, NULL, python_atom(mem, python_sql(mem, expr_text(&column->computed))));
    if (object_says(&column->object, COLUMN_computed_stored))
        python_add(mem, call, "persisted", python_atom(mem, column->computed_stored ? "True" : "False"));
    python_add(mem, doc, NULL, call);
}

static bool has_foreign_key(struct arena *mem, const struct object *table, const char *column)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct foreign_key *key = table->children.item[i];
        if (key->object.kind == KIND_FOREIGN_KEY && key_is_plain(mem, key) && names_have(&key->columns, column))
            return true;
    }
    return false;
}

/* SQLAlchemy numbers a lone whole number of the key, where nothing else gives it a value. */
static void numbering_add(struct generator *generator, struct model *model, const struct column *column, bool counts,
                          struct python_doc *doc)
{
    struct arena *mem = generator->mem;
    const struct object *table = model->table;
    const char *name = column->object.name, *attribute = map_get(&model->attribute, name);
    bool key = in_key(table, name);
    bool alone = key && is_only(&key_of(table)->columns, name);
    bool given = expr_text(&column->default_value) || column->identity || expr_text(&column->computed);
    bool by_itself = counts && alone && !given && !has_foreign_key(mem, table, name);
    if (!generator->words->numbers_keys || by_itself == column->autoincrement)
        return;
    if (!column->autoincrement)
        python_add(mem, doc, "autoincrement", python_atom(mem, "False"));
    else if (key && counts)
        add_true(mem, doc, "autoincrement", true);
    else
        json_set_bool(mem, map_get(&model->column_meta, attribute),
                      arena_printf(mem, "%sautoincrement", generator->words->meta), true);
}

static bool says_only(const struct object *object, int field)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        if (i != field && field_speaks(object, i))
            return false;
    return true;
}

/* What index=True makes: of the column alone, with nothing to say, and called as SQLAlchemy calls it. */
static bool is_plain_index(struct arena *mem, const struct object *object, const struct object *table,
                           const char *column)
{
    if (object->kind != KIND_INDEX || object->children.n != 1 || *object_schema(table))
        return false;
    const struct index_part *part = object->children.item[0];
    return text_equal(part->column, column) && says_only(&part->object, INDEX_PART_column) && says_only(object, -1) &&
           text_equal(object->name, arena_printf(mem, "ix_%s_%s", table->name, column));
}

static bool take_plain_index(struct generator *generator, struct model *model, const char *column)
{
    const struct object *table = model->table;
    for (int i = 0; i < table->children.n; i++)
        if (is_plain_index(generator->mem, table->children.item[i], table, column)) {
            map_set(&model->inlined, arena_printf(generator->mem, "%d", i), model);
            return true;
        }
    return false;
}

/* Of classes, the words after the type; `explicit` where no annotation says whether NULL is allowed. */
static void column_words_add(struct generator *generator, struct model *model, const struct column *column,
                             struct python_doc *doc, bool explicit)
{
    struct arena *mem = generator->mem;
    bool key = in_key(model->table, column->object.name), unique = false;
    inline_add(generator, model, column, doc, &unique);
    if (expr_text(&column->computed))
        computed_add(generator, model, column, doc);
    else if (column->identity)
        identity_add(generator, model, column, doc);
    add_true(mem, doc, "primary_key", key);
    if (key ? column->nullable : explicit && !column->nullable)
        python_add(mem, doc, "nullable", python_atom(mem, column->nullable ? "True" : "False"));
    add_true(mem, doc, "unique", unique);
    add_true(mem, doc, "index", take_plain_index(generator, model, column->object.name));
    if (expr_text(&column->default_value) && !column->identity)
        python_add(mem, doc, "server_default", text_call(generator, model->module, expr_text(&column->default_value)));
    add_text(mem, doc, "comment", column->comment);
}

/* SQLAlchemy says the collation of texts, by one name. */
static void collation_add(struct generator *generator, struct model *model, const struct column *column,
                          const struct model_type *type)
{
    if (column->collation && !type->collates)
        json_set_text(generator->mem, map_get(&model->column_meta, map_get(&model->attribute, column->object.name)),
                      arena_printf(generator->mem, "%scollation", generator->words->meta), column->collation);
}

static struct python_doc *column_doc(struct generator *generator, struct model *model, const struct column *column,
                                     const char *head, struct model_type *type)
{
    struct arena *mem = generator->mem;
    const char *name = column->object.name, *attribute = map_get(&model->attribute, name);
    bool mapped = model->is_class && generator->options->style == MODELS_MAPPED;
    struct python_doc *doc = python_call(mem, head);
    const char *collation = column->collation && !strpbrk(column->collation, "\".") ? column->collation : NULL;
    *type = model_type_of(generator, model->module, column, collation);
    collation_add(generator, model, column, type);
    if (!mapped || !text_equal(name, attribute))
        python_add_text(mem, doc, NULL, name);
    python_add(mem, doc, NULL, type->doc);
    column_words_add(generator, model, column, doc, !mapped || text_ends(type->annotation, "Any"));
    numbering_add(generator, model, column, type->counts, doc);
    meta_column(generator, model, column);
    return doc;
}

static void column_write(struct generator *generator, struct model *model, const struct column *column)
{
    struct arena *mem = generator->mem;
    struct python_module *module = model->module;
    const char *attribute = map_get(&model->attribute, column->object.name), *start;
    bool mapped = generator->options->style == MODELS_MAPPED, sqlmodel = generator->options->style == MODELS_SQLMODEL;
    struct model_type type;
    struct python_doc *doc = column_doc(generator, model, column,
                                        mapped ? python_use(module, "sqlalchemy.orm", "mapped_column")
                                               : python_use(module, "sqlalchemy", "Column"),
                                        &type);
    bool empty = column->nullable || (sqlmodel && (expr_text(&column->default_value) || column->autoincrement ||
                                                   column->identity || in_key(model->table, column->object.name)));
    const char *annotation =
        empty && type.annotation ? arena_printf(mem, "%s | None", type.annotation) : type.annotation;
    if (mapped)
        start =
            arena_printf(mem, "%s: %s[%s] = ", attribute, python_use(module, "sqlalchemy.orm", "Mapped"), annotation);
    else if (sqlmodel) {
        struct python_doc *field = python_call(mem, python_use(module, "sqlmodel", "Field"));
        if (empty)
            python_add(mem, field, "default", python_atom(mem, "None"));
        doc = python_add(mem, field, "sa_column", doc);
        start = arena_printf(mem, "%s: %s = ", attribute, annotation);
    } else
        start = arena_printf(mem, "%s = ", attribute);
    python_line(&module->body, 4, start, doc);
}

/* ---- the table ---- */

static bool key_needs_words(const struct generator *generator, const struct model *model, const struct primary_key *key)
{
    int at = 0;
    for (int i = 0; i < model->table->children.n; i++) {
        const struct object *child = model->table->children.item[i];
        if (child->kind == KIND_COLUMN && names_have(&key->columns, child->name) &&
            !text_equal(child->name, key->columns.item[at++]))
            return true;
    }
    return !is_nameless(generator, &key->object) || key->deferrable || key->comment;
}

/* One of the table's own, as an argument; NULL: it is said elsewhere. */
static struct python_doc *argument_of(struct generator *generator, struct model *model, const struct object *object)
{
    const struct primary_key *key = (const struct primary_key *)object;
    bool sayable_here = is_sayable(object);
    switch (object->kind) {
    case KIND_PRIMARY_KEY:
        if (!sayable_here)
            meta_entry(generator, model, object);
        return key_needs_words(generator, model, key) ? primary_key_doc(generator, model, key) : NULL;
    case KIND_UNIQUE:
        if (sayable_here)
            return unique_doc(generator, model, (const struct unique *)object);
        break;
    case KIND_CHECK:
        if (sayable_here)
            return check_doc(generator, model, (const struct check *)object);
        break;
    case KIND_FOREIGN_KEY:
        if (key_is_plain(generator->mem, (const struct foreign_key *)object))
            return foreign_key_doc(generator, model, (const struct foreign_key *)object);
        break;
    case KIND_INDEX:
        if (index_sayable(object))
            return index_doc(generator, model, (const struct index *)object);
        break;
    case KIND_EXCLUDE:
    case KIND_PROJECTION: break;
    default: return NULL;
    }
    meta_entry(generator, model, object);
    return NULL;
}

static void arguments_add(struct generator *generator, struct model *model, struct python_doc *doc)
{
    const struct object *table = model->table;
    for (int i = 0; i < table->children.n; i++) {
        if (map_get(&model->inlined, arena_printf(generator->mem, "%d", i)))
            continue;
        struct python_doc *argument = argument_of(generator, model, table->children.item[i]);
        if (argument)
            python_add(generator->mem, doc, NULL, argument);
    }
}

static void engine_options_add(struct generator *generator, const struct object *table, struct json *words)
{
    struct json *options = json_object(generator->mem);
    if (generator->words->table_options)
        generator->words->table_options(generator->mem, table, options);
    for (int i = 0; i < options->n; i++)
        json_set(generator->mem, words, option_word(generator, options->key[i]), options->item[i]);
}

/* What a table says by a word and a value: in a dict of a class, as keywords of a Table. */
static struct json *table_words(struct generator *generator, const struct model *model)
{
    struct arena *mem = generator->mem;
    const struct table *table = (const struct table *)model->table;
    struct json *words = json_object(mem);
    if (*object_schema(model->table))
        json_set_text(mem, words, "schema", object_schema(model->table));
    if (table->comment)
        json_set_text(mem, words, "comment", table->comment);
    if (expr_text(&table->partition_by))
        json_set_text(mem, words, option_word(generator, "partition_by"), expr_text(&table->partition_by));
    engine_options_add(generator, model->table, words);
    if (table->without_rowid)
        json_set_bool(mem, words, option_word(generator, "with_rowid"), false);
    if (table->strict)
        json_set_bool(mem, words, option_word(generator, "strict"), true);
    for (int i = 0; i < model->table->children.n && !generator->words->numbers_keys; i++) {
        const struct column *column = model->table->children.item[i];
        if (column->object.kind == KIND_COLUMN && column->autoincrement)
            json_set_bool(mem, words, option_word(generator, "autoincrement"), true);
    }
    return words;
}

static void class_write(struct generator *generator, struct model *model)
{
    struct arena *mem = generator->mem;
    struct python_module *module = model->module;
    bool sqlmodel = generator->options->style == MODELS_SQLMODEL;
    struct python_doc *head = python_call(mem, model->name);
    struct python_doc *tuple = python_tuple(mem);
    python_add(mem, head, NULL,
               python_atom(mem, generator->base_from ? python_use(module, generator->base_from, generator->base)
                                                     : generator->base));
    add_true(mem, head, "table", sqlmodel);
    buf_add(&module->body, "\n\n");
    struct buf columns, own = module->body;
    buf_init(&columns, mem);
    module->body = columns;
    for (int i = 0; i < model->table->children.n; i++)
        if (((const struct object *)model->table->children.item[i])->kind == KIND_COLUMN)
            column_write(generator, model, model->table->children.item[i]);
    columns = module->body;
    module->body = own;
    meta_table(generator, model);
    arguments_add(generator, model, tuple);
    struct json *words = table_words(generator, model);
    struct buf line;
    buf_init(&line, mem);
    python_line(&line, 0, "class ", head);
    buf_cut(&line, line.len - 1);
    buf_addf(&module->body, "%s:\n", line.data);
    python_line(&module->body, 4, "__tablename__ = ", python_atom(mem, python_string(mem, model->table->name)));
    if (words->n)
        python_add(mem, tuple, NULL, python_value(mem, words));
    if (tuple->items.n)
        python_line(&module->body, 4, "__table_args__ = ", tuple);
    buf_addf(&module->body, "\n%s", columns.data);
    relations_write(generator, model);
    meta_write(generator, model);
}

/* Without a primary key there is nothing to tell objects apart by, so it is a Table. */
static void table_write(struct generator *generator, struct model *model)
{
    struct arena *mem = generator->mem;
    struct python_module *module = model->module;
    struct python_doc *doc = python_call(mem, python_use(module, "sqlalchemy", "Table"));
    python_add_text(mem, doc, NULL, model->table->name);
    const char *base =
        generator->base_from ? python_use(module, generator->base_from, generator->base) : generator->base;
    python_add(mem, doc, NULL, python_atom(mem, arena_printf(mem, "%s.metadata", base)));
    for (int i = 0; i < model->table->children.n; i++) {
        const struct column *column = model->table->children.item[i];
        struct model_type type;
        if (column->object.kind != KIND_COLUMN)
            continue;
        struct python_doc *one =
            column_doc(generator, model, column, python_use(module, "sqlalchemy", "Column"), &type);
        const struct json *info = map_get(&model->column_meta, map_get(&model->attribute, column->object.name));
        if (info->n)
            python_add(mem, one, "info", python_value(mem, info));
        python_add(mem, doc, NULL, one);
    }
    meta_table(generator, model);
    arguments_add(generator, model, doc);
    struct json *words = table_words(generator, model);
    for (int i = 0; i < words->n; i++)
        python_add(mem, doc, words->key[i], python_value(mem, words->item[i]));
    if (model->meta->n)
        python_add(mem, doc, "info", python_value(mem, model->meta));
    buf_add(&module->body, module->body.len ? "\n\n" : "\n");
    python_line(&module->body, 0, arena_printf(mem, "%s = ", model->name), doc);
}

void model_write(struct generator *generator, struct model *model)
{
    generator->annotates = model->is_class && generator->options->style != MODELS_COLUMN;
    if (model->is_class)
        class_write(generator, model);
    else
        table_write(generator, model);
}
