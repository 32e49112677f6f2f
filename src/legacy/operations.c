/*
 * Changes in the words of 0.8.2: for the names of files and for .plan.json, both of which its users' tools read. An
 * alteration of several fields is several operations there.
 */
#include "base/text.h"
#include "legacy/legacy.h"

/* Words that do not follow from that for creation. */
static const struct {
    enum kind kind;
    enum change_op op;
    const char *word;
} other_words[] = {
    {KIND_TABLE, CHANGE_ALTER, "alter_pg_table"},       {KIND_COLUMN, CHANGE_ALTER, "alter_pg_column_meta"},
    {KIND_UNIQUE, CHANGE_ALTER, "alter_constraint"},    {KIND_CHECK, CHANGE_ALTER, "alter_constraint"},
    {KIND_EXCLUDE, CHANGE_ALTER, "alter_constraint"},   {KIND_CHECK, CHANGE_RENAME, "rename_constraint"},
    {KIND_EXCLUDE, CHANGE_RENAME, "rename_constraint"},
};

static const struct {
    enum kind kind;
    int field;
    const char *word;
} field_words[] = {
    {KIND_TABLE, TABLE_comment, "alter_table_comment"},
    {KIND_COLUMN, COLUMN_type, "alter_column_type"},
    {KIND_COLUMN, COLUMN_nullable, "alter_column_nullable"},
    {KIND_COLUMN, COLUMN_default_value, "alter_column_default"},
    {KIND_COLUMN, COLUMN_comment, "alter_column_comment"},
};

struct writer {
    struct arena *mem;
    struct list *words;
    struct json *operations;
};

/* add_index, drop_index: another verb before what kinds.def has. */
static const char *word_of(struct arena *mem, const struct change *change)
{
    static const char *const verb[] = {[CHANGE_DROP] = "drop", [CHANGE_RENAME] = "rename", [CHANGE_ALTER] = "alter"};
    enum change_op op = change->op == CHANGE_REBUILD || change->op == CHANGE_FINISH ? CHANGE_ALTER : change->op;
    const char *created = kind_table[change->kind].legacy;
    for (size_t i = 0; i < sizeof other_words / sizeof *other_words; i++)
        if (other_words[i].kind == change->kind && other_words[i].op == op)
            return other_words[i].word;
    if (!*created)
        return "alter";
    return op == CHANGE_CREATE ? created : arena_printf(mem, "%s%s", verb[op], strchr(created, '_'));
}

static const char *field_word(const struct writer *writer, const struct change *change, int field)
{
    for (size_t i = 0; i < sizeof field_words / sizeof *field_words; i++)
        if (field_words[i].kind == change->kind && field_words[i].field == field)
            return field_words[i].word;
    if (change->kind == KIND_TABLE)
        return arena_printf(writer->mem, "alter_pg_table_%s", kind_table[KIND_TABLE].field[field].name);
    return word_of(writer->mem, change);
}

static char *index_columns(struct arena *mem, const struct object *index)
{
    struct names columns = {0};
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (part->object.kind == KIND_INDEX_PART && part->column)
            names_add(mem, &columns, part->column);
    }
    return columns.n ? names_join(mem, &columns, ",") : NULL;
}

/* What 0.8.2 calls the target: a column, the columns of a key, the name of a constraint. */
static const char *target_of(const struct writer *writer, const struct change *change, const struct object *object)
{
    bool renamed = change->op == CHANGE_RENAME; /* then the object is a card with a name, and nothing else is known */
    const struct foreign_key *key = (const struct foreign_key *)object;
    switch (object->kind) {
    case KIND_SCHEMA: return NULL;
    case KIND_INDEX: {
        const char *columns = renamed ? NULL : index_columns(writer->mem, object);
        return columns ? columns : object->name;
    }
    case KIND_FOREIGN_KEY:
        if (renamed)
            return object->name;
        return arena_printf(writer->mem, "%s(%s)", key->ref_table.name,
                            names_join(writer->mem, &key->ref_columns, ","));
    default: return kind_fits(object->kind, KIND_SCHEMA) ? NULL : object->name;
    }
}

/* Its table, or the view or whatever else it hangs on; of what hangs on nothing itself. */
static const char *table_of(const struct object *object)
{
    while (object->parent && object->parent->parent && !kind_is(object->parent->kind, KIND_NAMESPACE))
        object = object->parent;
    return object->name ? object->name : "";
}

static const char *suffix_of(const struct object *object)
{
    const struct index *index = (const struct index *)object;
    bool other = object->kind == KIND_INDEX && index->method && !text_equal_nocase(index->method, "btree");
    return other ? index->method : NULL;
}

static void operation_add(const struct writer *writer, const struct change *change, const char *word)
{
    const struct object *object = change_object(change);
    const char *target = target_of(writer, change, object);
    struct legacy_operation *operation = NEW(writer->mem, struct legacy_operation);
    *operation = (struct legacy_operation){word, table_of(object), target, suffix_of(object)};
    list_add(writer->mem, writer->words, operation);

    struct json *json = json_object(writer->mem);
    json_set_text(writer->mem, json, "type", word);
    json_set_text(writer->mem, json, "table", table_of(object));
    json_set_text(writer->mem, json, "severity", "INFO");
    if (change->resolved_from)
        json_set_text(writer->mem, json, "resolved_from", change->resolved_from);
    if (change->op == CHANGE_RENAME) {
        const char *key = change->kind == KIND_TABLE ? "old_table" : "column";
        json_set_text(writer->mem, json, "new_name", change->after->name);
        json_set_text(writer->mem, json, key, change->before->name);
    } else if (target)
        json_set_text(writer->mem, json, "column", target);
    json_add(writer->mem, writer->operations, json);
}

static void change_write(const struct writer *writer, const struct change *change)
{
    if (change->op != CHANGE_ALTER) {
        operation_add(writer, change, word_of(writer->mem, change));
        return;
    }
    const char *last = "";
    for (int i = 0; i < kind_table[change->kind].fields; i++) {
        const char *word = change_has(change, i) ? field_word(writer, change, i) : NULL;
        if (!word || text_equal(word, last))
            continue;
        operation_add(writer, change, word);
        last = word;
    }
    if (change_has(change, FIELD_PARTS) && !*last)
        operation_add(writer, change, word_of(writer->mem, change));
}

/* What lies in a new or dropped table is not told apart from it: 0.8.2 names the table alone. */
static bool is_told(const struct change *change)
{
    const struct object *object = change_object(change), *table = object_ancestor(object, KIND_TABLE);
    return change->op == CHANGE_RENAME || object->kind == KIND_TABLE || !table || table->peer;
}

void legacy_operations(struct arena *mem, const struct changes *changes, struct list *words, struct json *json)
{
    struct writer writer = {mem, words, json};
    for (int i = 0; i < changes->list.n; i++)
        if (is_told(changes->list.item[i]))
            change_write(&writer, changes->list.item[i]);
}
