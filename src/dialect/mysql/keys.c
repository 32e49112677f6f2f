/*
 * Keys as both servers have them: a UNIQUE is an index and nothing beside it, and behind each foreign key stands an index,
 * made by the server where nobody made one.  Both are said here as what they become, with the names that the server gives,
 * so that they are compared, dropped and brought back like all others.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

static bool takes_name(const struct object *child, enum kind kind, const char *name)
{
    return child->kind == kind && child->name && text_equal_nocase(child->name, name);
}

static bool is_taken(const struct object *table, enum kind kind, const char *name)
{
    for (int i = 0; i < table->children.n; i++)
        if (takes_name(table->children.item[i], kind, name))
            return true;
    return false;
}

/* "a", "a_2", "a_3": as the servers call an index after its first column. */
static const char *index_name(struct arena *mem, const struct object *table, const char *column)
{
    const char *name = column;
    for (int number = 2; is_taken(table, KIND_INDEX, name) || text_equal_nocase(name, "PRIMARY"); number++)
        name = arena_printf(mem, "%s_%d", column, number);
    return name;
}

static struct index *index_make(struct arena *mem, struct object *table, const char *name, const struct names *columns)
{
    struct index *index =
        (struct index *)object_new(mem, KIND_INDEX, table, name ? name : index_name(mem, table, columns->item[0]));
    index->object.name_invented = !name;
    SAY(index, INDEX, is_unique, false);
    SAY(index, INDEX, method, "btree");
    for (int i = 0; i < columns->n; i++) {
        struct index_part *part = (struct index_part *)object_new(mem, KIND_INDEX_PART, &index->object, NULL);
        SAY(part, INDEX_PART, column, columns->item[i]);
    }
    return index;
}

static void unique_fold(struct arena *mem, struct unique *unique)
{
    const char *name = unique->object.name_invented ? NULL : unique->object.name;
    struct index *index = index_make(mem, unique->object.parent, name, &unique->columns);
    SAY(index, INDEX, is_unique, true);
    index->object.stranger = unique->object.stranger;
    object_remove(&unique->object);
}

static bool is_btree(const struct index *index)
{
    return !index->method || text_equal_nocase(index->method, "btree");
}

/* MySQL takes no index that is sorted downwards for a foreign key. */
static const char *covering_column(const struct target *target, const struct object *object, int at)
{
    if (object->kind == KIND_PRIMARY_KEY) {
        const struct primary_key *key = (const struct primary_key *)object;
        bool whole = at >= key->orders.n || !*key->orders.item[at];
        return at < key->columns.n && whole ? key->columns.item[at] : NULL;
    }
    if (object->kind != KIND_INDEX || !is_btree((const struct index *)object))
        return NULL;
    for (int i = 0, seen = 0; i < object->children.n; i++) {
        const struct index_part *part = object->children.item[i];
        if (part->object.kind != KIND_INDEX_PART || seen++ != at)
            continue;
        bool sorted = part->descending && target->dialect->engine == ENGINE_MY;
        return part->length || sorted ? NULL : part->column;
    }
    return NULL;
}

bool my_covers(const struct target *target, const struct object *index, const struct foreign_key *key)
{
    for (int i = 0; i < key->columns.n; i++) {
        const char *column = covering_column(target, index, i);
        if (!column || !text_equal_nocase(column, key->columns.item[i]))
            return false;
    }
    return true;
}

static bool is_covered(const struct target *target, const struct foreign_key *key)
{
    const struct object *table = key->object.parent;
    for (int i = 0; i < table->children.n; i++)
        if (my_covers(target, table->children.item[i], key))
            return true;
    return false;
}

/* Called like the key, or like its first column if that was given no name. */
static void key_back(struct arena *mem, const struct target *target, struct foreign_key *key)
{
    if (is_covered(target, key) || !key->columns.n)
        return;
    bool named =
        key->object.name && !key->object.name_invented && !is_taken(key->object.parent, KIND_INDEX, key->object.name);
    struct index *index = index_make(mem, key->object.parent, named ? key->object.name : NULL, &key->columns);
    index->object.name_invented = true;
    index->object.stranger = key->object.stranger;
}

/* Children of one kind as they are now: the list changes under the loop. */
static struct list children_of(struct arena *mem, const struct object *table, enum kind kind)
{
    struct list found = {0};
    for (int i = 0; i < table->children.n; i++)
        if (((const struct object *)table->children.item[i])->kind == kind)
            list_add(mem, &found, table->children.item[i]);
    return found;
}

/* Indexes that were given no name are called after their first column. */
static void indexes_name(struct arena *mem, struct object *table)
{
    struct list indexes = children_of(mem, table, KIND_INDEX);
    for (int i = 0; i < indexes.n; i++) {
        struct object *index = indexes.item[i];
        const struct index_part *first = (const struct index_part *)object_only(index, KIND_INDEX_PART);
        if (index->name || !first)
            continue;
        index->name = index_name(mem, table, first->column ? first->column : "functional_index");
        index->name_invented = true;
    }
}

/* What was given no name has one all the same. */
static void constraints_name(struct arena *mem, const struct target *target, struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        bool key = child->kind == KIND_FOREIGN_KEY;
        for (int number = 1; !child->name && (key || child->kind == KIND_CHECK); number++) {
            const char *name = my_default_name(mem, target->dialect->engine, child, number);
            if (!is_taken(table, child->kind, name))
                child->name = name;
            child->name_invented = true;
        }
    }
}

/* ---- periods of an application (MariaDB) ---- */

struct names my_period_columns(struct arena *mem, const struct check *period)
{
    struct names columns = {0};
    struct lexer lexer;
    const char *text = expr_text(&period->expr);
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED)
            names_add(mem, &columns, token_name(mem, &token));
    return columns;
}

/* A key without overlaps ends with the end of the period and its begin, whoever leaves that out. */
static void key_lengthen(struct arena *mem, struct object *key, const struct names *period)
{
    for (int i = period->n - 1; i >= 0; i--) {
        if (key->kind == KIND_PRIMARY_KEY) {
            struct names *columns = &((struct primary_key *)key)->columns;
            if (!names_have_nocase(columns, period->item[i]))
                names_add(mem, columns, period->item[i]);
            continue;
        }
        bool there = false;
        for (int k = 0; k < key->children.n; k++)
            there = there || text_equal_nocase(((struct index_part *)key->children.item[k])->column, period->item[i]);
        if (there)
            continue;
        struct index_part *part = (struct index_part *)object_new(mem, KIND_INDEX_PART, key, NULL);
        SAY(part, INDEX_PART, column, period->item[i]);
    }
}

static const char *period_of(const struct object *key)
{
    return key->kind == KIND_PRIMARY_KEY ? ((const struct primary_key *)key)->period
           : key->kind == KIND_INDEX     ? ((const struct index *)key)->period
                                         : NULL;
}

/* Its columns are NOT NULL by being that. */
static void period_settle(struct arena *mem, struct object *table, const struct check *period)
{
    const struct names columns = my_period_columns(mem, period);
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && names_have_nocase(&columns, child->name))
            SAY((struct column *)child, COLUMN, nullable, false);
        else if (text_equal_nocase(period_of(child), period->object.name))
            key_lengthen(mem, child, &columns);
    }
}

static void periods_settle(struct arena *mem, struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct check *check = table->children.item[i];
        if (check->object.kind == KIND_CHECK && check->period)
            period_settle(mem, table, check);
    }
}

static void table_keys(struct arena *mem, const struct target *target, struct object *table)
{
    struct list uniques = children_of(mem, table, KIND_UNIQUE), keys = children_of(mem, table, KIND_FOREIGN_KEY);
    for (int i = 0; i < uniques.n; i++)
        unique_fold(mem, uniques.item[i]);
    periods_settle(mem, table);
    indexes_name(mem, table);
    constraints_name(mem, target, table);
    for (int i = 0; i < keys.n; i++)
        key_back(mem, target, keys.item[i]);
}

void my_settle_keys(struct arena *mem, const struct target *target, struct tree *tree)
{
    struct object *schema;
    for (int i = 0; i < tree->root->children.n; i++) {
        schema = tree->root->children.item[i];
        for (int k = 0; schema->kind == KIND_SCHEMA && k < schema->children.n; k++)
            if (((struct object *)schema->children.item[k])->kind == KIND_TABLE)
                table_keys(mem, target, schema->children.item[k]);
    }
}
