/*
 * What SQLAlchemy cannot say of tables, columns, constraints and indexes, in the words of class Meta: the name of the field
 * after the engine's prefix.  A field that kinds.def gains is said here without a line of its own.
 */
#include "base/text.h"
#include "models/parts.h"

/* Fields that an entry calls as 0.8.2 did. */
static const struct {
    enum kind kind;
    const char *field, *word;
} words[] = {
    {KIND_CHECK, "expr", "expression"}, {KIND_EXCLUDE, "definition", "expression"}, {KIND_INDEX, "is_unique", "unique"},
    {KIND_INDEX, "method", "using"},    {KIND_INDEX, "predicate", "where"},
};

/* What SQLAlchemy says of a table and of a column. */
static const char *const table_fields[] = {"comment", "partition_by", "without_rowid", "strict", NULL};
static const char *const column_fields[] = {"type",           "nullable",
                                            "default_value",  "identity",
                                            "identity_start", "identity_increment",
                                            "identity_min",   "identity_max",
                                            "identity_cache", "identity_cycle",
                                            "computed",       "computed_stored",
                                            "comment",        NULL};

static bool is_among(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (text_equal(*list, name))
            return true;
    return false;
}

static const char *word_of(enum kind kind, const char *field)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].kind == kind && text_equal(words[i].field, field))
            return words[i].word;
    return field;
}

static bool is_as_unsaid(const struct object *object, int number)
{
    const struct field *field = &kind_table[object->kind].field[number];
    const void *value = object_field(object, number);
    int64_t unsaid;
    if (!field->unsaid || !*field->unsaid)
        return field_is_none(object, number);
    if (field->type == FIELD_FLAG)
        return *(const bool *)value == text_equal(field->unsaid, "yes");
    if (field->type == FIELD_INT)
        return text_to_int(field->unsaid, &unsaid) && unsaid == *(const int64_t *)value;
    return field->type == FIELD_TEXT && text_equal(*(const char *const *)value, field->unsaid);
}

bool field_speaks(const struct object *object, int field)
{
    return object_says(object, field) && !(kind_table[object->kind].field[field].marks & FIELD_SILENT) &&
           !is_as_unsaid(object, field) && !(field_is_none(object, field));
}

/* "app.users", or the pair where a name has a dot of its own. */
static struct json *ref_value(struct arena *mem, const struct ref *ref)
{
    bool plain = !strchr(ref->name, '.') && !(ref->schema && strchr(ref->schema, '.')) && !ref->part;
    return plain ? json_string(mem, ref_text(mem, ref)) : ref_to_json(mem, ref);
}

static struct json *field_value(struct arena *mem, const struct object *object, int field)
{
    const void *value = object_field(object, field);
    const struct refs *refs = value;
    struct json *list = json_array(mem);
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return json_string(mem, *(const char *const *)value);
    case FIELD_EXPR: return json_string(mem, expr_text(value));
    case FIELD_NAMES: return json_names(mem, value);
    case FIELD_REF: return ref_to_json(mem, value);
    case FIELD_FLAG: return json_bool(mem, *(const bool *)value);
    case FIELD_INT: return json_int(mem, *(const int64_t *)value);
    case FIELD_REFS:
        for (int i = 0; i < refs->n; i++)
            json_add(mem, list, ref_value(mem, &refs->item[i]));
    }
    return list;
}

static const char *meta_word(struct generator *generator, const char *name)
{
    return arena_printf(generator->mem, "%s%s", generator->words->meta, name);
}

/* The most usual storage parameter has a word of its own. */
static void options_take(struct generator *generator, const struct names *options, struct json *meta)
{
    static const char fill[] = "fillfactor=";
    struct names rest = {0};
    for (int i = 0; i < options->n; i++) {
        int64_t number;
        if (text_starts(options->item[i], fill) && text_to_int(options->item[i] + strlen(fill), &number))
            json_set_int(generator->mem, meta, meta_word(generator, "fillfactor"), number);
        else
            names_add(generator->mem, &rest, options->item[i]);
    }
    if (rest.n)
        json_set(generator->mem, meta, meta_word(generator, "options"), json_names(generator->mem, &rest));
}

void meta_table(struct generator *generator, struct model *model)
{
    const struct object *table = model->table;
    const struct kind_info *info = &kind_table[table->kind];
    for (int i = 0; i < info->fields; i++) {
        const char *const *said = generator->words->table_fields;
        if (!field_speaks(table, i) || is_among(table_fields, info->field[i].name) ||
            (said && is_among(said, info->field[i].name)))
            continue;
        if (text_equal(info->field[i].name, "options"))
            options_take(generator, object_field(table, i), model->meta);
        else
            json_set(generator->mem, model->meta, meta_word(generator, info->field[i].name),
                     field_value(generator->mem, table, i));
    }
}

void meta_column(struct generator *generator, struct model *model, const struct column *column)
{
    struct arena *mem = generator->mem;
    const struct kind_info *info = &kind_table[KIND_COLUMN];
    const char *attribute = map_get(&model->attribute, column->object.name);
    struct json *meta = map_get(&model->column_meta, attribute);
    for (int i = 0; i < info->fields; i++) {
        const char *name = info->field[i].name;
        if (!field_speaks(&column->object, i) || is_among(column_fields, name) || text_equal(name, "autoincrement") ||
            text_equal(name, "collation"))
            continue;
        json_set(mem, meta, meta_word(generator, name), field_value(mem, &column->object, i));
    }
}

bool part_turns_nulls(const struct index_part *part)
{
    return object_says(&part->object, INDEX_PART_nulls_first) && part->nulls_first != part->descending;
}

static bool entry_speaks(const struct object *object, int field)
{
    if (object->kind == KIND_INDEX_PART && field == INDEX_PART_nulls_first)
        return part_turns_nulls((const struct index_part *)object);
    return field_speaks(object, field);
}

static struct json *entry_json(struct arena *mem, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    struct json *json = json_object(mem), *parts = json_array(mem);
    if (!(info->marks & (KIND_PART | KIND_SINGLE)))
        json_set_text(mem, json, "name", object->name_invented ? NULL : object->name);
    for (int i = 0; i < info->fields; i++)
        if (entry_speaks(object, i))
            json_set(mem, json, word_of(object->kind, info->field[i].name), field_value(mem, object, i));
    for (int i = 0; i < object->children.n; i++)
        json_add(mem, parts, entry_json(mem, object->children.item[i]));
    if (parts->n)
        json_set(mem, json, "parts", parts);
    return json;
}

void meta_entry(struct generator *generator, struct model *model, const struct object *object)
{
    struct arena *mem = generator->mem;
    const struct kind_info *info = &kind_table[object->kind];
    struct json *entry = entry_json(mem, object);
    if (info->marks & KIND_SINGLE) {
        json_set(mem, model->meta, meta_word(generator, info->name), entry);
        return;
    }
    const char *word = meta_word(generator, info->plural);
    struct json *list = json_get(model->meta, word);
    if (!list)
        json_set(mem, model->meta, word, list = json_array(mem));
    json_add(mem, list, entry);
}

/* A class holds nothing that can be changed by accident: its lists are tuples, and a dict stands in one. */
static struct python_doc *class_value(struct arena *mem, const struct json *value)
{
    struct python_doc *doc = python_tuple(mem);
    for (int i = 0; value->type == JSON_ARRAY && i < value->n; i++)
        python_add(mem, doc, NULL, python_value(mem, value->item[i]));
    if (value->type == JSON_OBJECT)
        python_add(mem, doc, NULL, python_value(mem, value));
    return doc->items.n ? doc : python_value(mem, value);
}

static void assignments_write(struct generator *generator, struct buf *out, int indent, const struct json *values)
{
    for (int i = 0; i < values->n; i++)
        python_line(out, indent, arena_printf(generator->mem, "%s = ", values->key[i]),
                    class_value(generator->mem, values->item[i]));
}

void meta_write(struct generator *generator, struct model *model)
{
    struct buf *out = &model->module->body;
    bool any = model->meta->n, begun = any;
    for (int i = 0; i < model->column_meta.n; i++)
        any |= ((const struct json *)model->column_meta.entry[i].value)->n > 0;
    if (!any)
        return;
    buf_add(out, "\n    class Meta:\n");
    assignments_write(generator, out, 8, model->meta);
    for (int i = 0; i < model->column_meta.n; i++) {
        const struct map_entry *entry = &model->column_meta.entry[i];
        if (!((const struct json *)entry->value)->n)
            continue;
        buf_addf(out, "%s        class %s:\n", begun ? "\n" : "", entry->key);
        assignments_write(generator, out, 12, entry->value);
        begun = true;
    }
}
