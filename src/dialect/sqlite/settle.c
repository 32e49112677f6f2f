/*
 * SQLite's defaults made explicit, on both sides of a comparison.  Where it treats two spellings alike (INTEGER PRIMARY KEY
 * with and without NOT NULL, COLLATE BINARY, REFERENCES without columns), both come out the same.
 * What the models cannot say and SQLite can (a conflict clause, COLLATE in a key) stays unsaid: no difference.
 */
#include "dialect/sqlite/parse.h"

#include <string.h>

#include "base/text.h"
#include "schema/unmodelled.h"

static const struct primary_key *key_of(const struct object *table)
{
    return (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
}

static bool in_key(const struct primary_key *key, const char *column)
{
    for (int i = 0; key && i < key->columns.n; i++)
        if (text_equal_nocase(key->columns.item[i], column))
            return true;
    return false;
}

/* "INTEGER PRIMARY KEY": the rowid by another name. As a column constraint with DESC it is not, for old times' sake. */
bool lite_is_rowid(const struct column *column)
{
    const struct primary_key *key = key_of(column->object.parent);
    const struct table *table = (const struct table *)column->object.parent;
    if (!key || key->columns.n != 1 || table->without_rowid || !text_equal_nocase(column->type, "INTEGER"))
        return false;
    bool descending = key->orders.n == 1 && text_equal(key->orders.item[0], "DESC");
    return in_key(key, column->object.name) && !descending;
}

static void value_absent(struct expr *expr)
{
    const char *text = expr_text(expr);
    if (text && text_equal_nocase(text, "NULL"))
        *expr = (struct expr){0};
}

/* Names of collations are the same in either case; those that SQLite brings along get one spelling. */
static const char *collation_name(const char *name)
{
    static const char *const own[] = {"BINARY", "NOCASE", "RTRIM"};
    for (size_t i = 0; name && i < sizeof own / sizeof *own; i++)
        if (text_equal_nocase(name, own[i]))
            return own[i];
    return name;
}

/* "COLLATE nocase DESC" of a key's column */
static void orders_settle(struct arena *mem, struct names *orders)
{
    static const char word[] = "COLLATE ";
    for (int i = 0; i < orders->n; i++) {
        if (!text_starts(orders->item[i], word))
            continue;
        const char *rest = orders->item[i] + strlen(word), *space = strchr(rest, ' ');
        const char *name = space ? text_slice(mem, rest, 0, (size_t)(space - rest)) : rest;
        orders->item[i] = arena_printf(mem, "%s%s%s", word, collation_name(name), space ? space : "");
    }
}

static bool is_rowid_name(const char *name)
{
    return text_equal_nocase(name, "rowid") || text_equal_nocase(name, "oid") || text_equal_nocase(name, "_rowid_");
}

static bool is_string(struct arena *mem, const struct object *table, const struct token *token)
{
    char next = token->text[token->length];
    if (token->kind != TOKEN_QUOTED || *token->text != '"' || next == '.' || next == '(')
        return false;
    const char *name = token_name(mem, token);
    return !lite_column(table, name) && !is_rowid_name(name);
}

/* A name in double quotes that is not a column is a text: SQLite itself writes it as one when it changes the table. */
static const char *strings_settle(struct arena *mem, const struct object *table, const char *text)
{
    struct lexer lexer;
    struct buf out;
    bool is_name = false; /* after what only a name can follow */
    if (!text || !strchr(text, '"'))
        return text;
    buf_init(&out, mem);
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        if (!is_name && is_string(mem, table, &token))
            literal_add(&out, &lite_ident, token_name(mem, &token));
        else
            buf_add_n(&out, token.text, token.length);
        if (token.kind != TOKEN_SPACE)
            is_name = token_is(&token, ".") || token_is(&token, "COLLATE") || token_is(&token, "AS");
    }
    return out.data;
}

static void expr_settle(struct arena *mem, const struct object *table, struct expr *expr)
{
    expr->written = strings_settle(mem, table, expr->written);
    expr->printed = strings_settle(mem, table, expr->printed);
}

/* A name is that of its clause. */
static void clause_names_settle(struct column *column)
{
    if (column->nullable)
        column->not_null_name = NULL;
    if (!expr_text(&column->default_value))
        column->default_name = NULL;
    if (!column->collation)
        column->collation_name = NULL;
    if (!expr_text(&column->computed))
        column->computed_name = NULL;
}

static void column_settle(struct arena *mem, struct column *column)
{
    struct object *object = &column->object;
    const struct table *table = (const struct table *)object->parent;
    settle_none(object, COLUMN_computed_stored);
    value_absent(&column->default_value);
    expr_settle(mem, object->parent, &column->computed);
    column->collation = collation_name(column->collation);
    if (text_equal(column->collation, "BINARY"))
        column->collation = NULL;
    bool rowid = lite_is_rowid(column);
    bool tight = table->without_rowid || table->strict;
    if (rowid || (tight && in_key(key_of(object->parent), object->name)))
        column->nullable = false;
    column->autoincrement = column->autoincrement && rowid;
    clause_names_settle(column);
}

static void conflict_settle(const char **action)
{
    if (*action && text_equal_nocase(*action, "ABORT"))
        *action = NULL;
}

/* REFERENCES users means its primary key, unless that table is not in the tree. */
static void reference_settle(struct arena *mem, struct foreign_key *key, const struct map *tables)
{
    const struct object *table = key->ref_table.name ? map_get(tables, text_lower(mem, key->ref_table.name)) : NULL;
    const struct primary_key *target = table ? key_of(table) : NULL;
    if (key->ref_columns.n > 0 || !target)
        return;
    key->ref_columns = names_copy(mem, &target->columns);
    object_say(&key->object, FOREIGN_KEY_ref_columns);
}

static void foreign_key_settle(struct arena *mem, struct foreign_key *key, const struct map *tables)
{
    key->on_delete = key->on_delete ? text_upper(mem, key->on_delete) : "NO ACTION";
    key->on_update = key->on_update ? text_upper(mem, key->on_update) : "NO ACTION";
    key->match = key->match ? text_upper(mem, key->match) : "SIMPLE";
    if (key->initially_deferred)
        key->deferrable = true;
    reference_settle(mem, key, tables);
}

static void part_settle(struct index_part *part)
{
    struct object *object = &part->object;
    const struct column *column = part->column ? lite_column(object->parent->parent, part->column) : NULL;
    const char *own = column && column->collation ? column->collation : "BINARY";
    part->collation = collation_name(part->collation);
    if (part->collation && text_equal_nocase(part->collation, own))
        part->collation = NULL;
}

static void object_settle(struct arena *mem, struct object *object, const struct map *tables)
{
    switch (object->kind) {
    case KIND_COLUMN: column_settle(mem, (struct column *)object); break;
    case KIND_PRIMARY_KEY:
        conflict_settle(&((struct primary_key *)object)->on_conflict);
        orders_settle(mem, &((struct primary_key *)object)->orders);
        break;
    case KIND_UNIQUE:
        conflict_settle(&((struct unique *)object)->on_conflict);
        orders_settle(mem, &((struct unique *)object)->orders);
        break;
    case KIND_CHECK: expr_settle(mem, object->parent, &((struct check *)object)->expr); break;
    case KIND_FOREIGN_KEY: foreign_key_settle(mem, (struct foreign_key *)object, tables); break;
    case KIND_INDEX_PART: part_settle((struct index_part *)object); break;
    default: break;
    }
}

static bool unique_same(const struct unique *a, const struct unique *b)
{
    if (a->object.name || b->object.name || a->columns.n != b->columns.n)
        return false;
    for (int i = 0; i < a->columns.n; i++)
        if (!text_equal_nocase(a->columns.item[i], b->columns.item[i]))
            return false;
    return true;
}

/* UNIQUE said twice (at the column and at the table) is one index to SQLite. */
static void uniques_settle(struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *first = table->children.item[i];
        for (int k = table->children.n - 1; first->kind == KIND_UNIQUE && k > i; k--) {
            struct object *other = table->children.item[k];
            if (other->kind == KIND_UNIQUE && unique_same((struct unique *)first, (struct unique *)other))
                object_remove(other);
        }
    }
}

/* Snapshots of older programs named them: nothing more than the name is known, and their trees do not speak of the kind. */
static void older_take(struct arena *mem, struct tree *tree)
{
    struct list kept = {0};
    for (int i = 0; i < tree->unmodelled.n; i++) {
        const struct unmodelled *one = tree->unmodelled.item[i];
        if (!text_equal(one->kind, "virtual table"))
            list_add(mem, &kept, tree->unmodelled.item[i]);
    }
    tree->unmodelled = kept;
}

void lite_settle(struct arena *mem, const struct target *target, struct tree *tree)
{
    struct map tables;
    older_take(mem, tree);
    settle_unsaid(tree);
    map_init(&tables, mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (o->kind != KIND_TABLE)
            continue;
        map_set(&tables, text_lower(mem, o->name), o);
        uniques_settle(o);
    }
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        object_settle(mem, o, &tables);
}
