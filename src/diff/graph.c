/*
 * Building the dependency graph of a tree.  Edges come from reference fields, from types, from expressions and bodies by
 * resolving their names (mention.c), and from what a server noted itself.  Beside them stand two that no field spells out:
 * a foreign key rests on the key of the other table that has its columns, and an inherited column on its parent's.  An
 * edge too many only fixes an order; none is ever left out for a name that resolves.
 */
#include "diff/graph.h"

#include "base/text.h"
#include "diff/compare.h"

struct builder {
    struct arena *mem;
    struct directory directory;
    struct list found; /* struct mention *, of the text at hand */
};

void edge_add(struct arena *mem, struct object *from, struct object *to, int field, enum edge_how how)
{
    for (const struct edge *edge = from->needs; edge; edge = edge->next_need)
        if (edge->to == to && edge->field == field && edge->how == how)
            return;
    struct edge *edge = NEW(mem, struct edge);
    *edge = (struct edge){.from = from, .to = to, .field = field, .how = how};
    *(from->needs ? &from->last_need->next_need : &from->needs) = edge;
    *(to->needed ? &to->last_needed->next_needed : &to->needed) = edge;
    from->last_need = edge;
    to->last_needed = edge;
}

static void column_edge(struct builder *builder, struct object *object, int field, const struct object *relation,
                        const char *name)
{
    struct object *column = relation && name ? directory_column(&builder->directory, relation, name) : NULL;
    if (column && column != object)
        edge_add(builder->mem, object, column, field, EDGE_NAMES);
}

static void column_edges(struct builder *builder, struct object *object, int field, const struct object *relation)
{
    const struct names *names = object_field(object, field);
    for (int i = 0; i < names->n; i++)
        column_edge(builder, object, field, relation, names->item[i]);
}

/* What the reference of `object` leads to; NULL if it has none or its target is not in the tree. */
static struct object *target_of(const struct builder *builder, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const struct ref *ref = object_field(object, i);
        if (info->field[i].type == FIELD_REF && ref->name)
            return directory_relation(&builder->directory, ref->schema, ref->name);
    }
    return NULL;
}

static void ref_edge(struct builder *builder, struct object *object, int field, const struct ref *ref)
{
    struct object *relation = ref->name ? directory_relation(&builder->directory, ref->schema, ref->name) : NULL;
    if (!relation)
        return;
    if (relation != object->parent)
        edge_add(builder->mem, object, relation, field, EDGE_NAMES);
    if (ref->part)
        column_edge(builder, object, field, relation, ref->part);
}

/* The parents of parents too: what changes there comes down all the way. */
static void inherited_edges(struct builder *builder, struct object *table, int field, const struct ref *ref)
{
    struct object *parent = directory_relation(&builder->directory, ref->schema, ref->name);
    for (const struct edge *edge = table->needs; edge; edge = edge->next_need)
        if (edge->to == parent)
            return; /* by another way */
    ref_edge(builder, table, field, ref);
    for (int i = 0; parent && parent != table && i < table->children.n; i++) {
        struct object *column = table->children.item[i], *own = NULL;
        if (kind_table[column->kind].marks & KIND_IS_COLUMN)
            own = directory_column(&builder->directory, parent, column->name);
        if (own)
            edge_add(builder->mem, column, own, field, EDGE_INHERITS);
    }
    const struct refs *further =
        parent && parent != table && parent->kind == table->kind ? object_field(parent, field) : NULL;
    for (int i = 0; further && i < further->n; i++)
        inherited_edges(builder, table, field, &further->item[i]);
}

/* Of its own table a text need not say more, where the server follows its renames. */
static bool is_own_home(const struct builder *builder, const struct object *object, const struct object *named)
{
    bool follows = !builder->directory.target->dialect->texts_keep_names || !kind_is(object->kind, KIND_IS_TEXT);
    return named == object->parent && follows;
}

/* "SELECT *" of what hangs on a table: all columns, which no name in it says. */
static bool reads_all(const struct builder *builder, const char *text)
{
    struct lexer lexer;
    bool begins = false;
    lex_open(&lexer, builder->directory.target->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (begins && token_is(&token, "*"))
            return true;
        begins = token_is(&token, "select") || token_is(&token, ",");
    }
    return false;
}

static void text_edges(struct builder *builder, struct object *object, int field, const char *text)
{
    bool constant = reads_nothing(builder->directory.target, object->kind, field);
    builder->found.n = 0;
    mentions_find(&builder->directory, object, constant, text, &builder->found);
    for (int i = 0; i < builder->found.n; i++) {
        const struct mention *mention = builder->found.item[i];
        if (mention->to != object && !is_own_home(builder, object, mention->to) && mention->to->parent != object)
            edge_add(builder->mem, object, mention->to, field, EDGE_NAMES);
    }
    bool hangs = kind_is(object->parent->kind, KIND_HAS_COLUMNS) && !kind_is(object->kind, KIND_IS_TEXT);
    bool all = hangs && strchr(text, '*') && reads_all(builder, text);
    for (int i = 0; all && i < object->parent->children.n; i++) {
        struct object *column = object->parent->children.item[i];
        if (kind_is(column->kind, KIND_IS_COLUMN))
            edge_add(builder->mem, object, column, field, EDGE_NAMES);
    }
}

static void expr_edges(struct builder *builder, struct object *object, int field, const struct expr *expr)
{
    if (expr->printed || expr->written)
        text_edges(builder, object, field, expr->printed ? expr->printed : expr->written);
}

static void type_edge(struct builder *builder, struct object *object, int field, const char *text)
{
    struct object *type = text ? mention_type(&builder->directory, text) : NULL;
    if (type)
        edge_add(builder->mem, object, type, field, EDGE_NAMES);
}

static void type_edges(struct builder *builder, struct object *object, int field)
{
    const struct names *types = object_field(object, field);
    for (int i = 0; i < types->n; i++)
        type_edge(builder, object, field, types->item[i]);
}

static void collation_edge(struct builder *builder, struct object *object, int field, const char *text)
{
    struct object *collation = text ? mention_collation(&builder->directory, text) : NULL;
    if (collation)
        edge_add(builder->mem, object, collation, field, EDGE_NAMES);
}

static void list_edges(struct builder *builder, struct object *object, int field, const struct list *all)
{
    for (int i = 0; all && i < all->n; i++)
        edge_add(builder->mem, object, all->item[i], field, EDGE_NAMES);
}

static void defined_edges_of(struct builder *builder, struct object *object, int field, const char *text)
{
    builder->found.n = 0;
    mentions_of_defined(&builder->directory, text, &builder->found);
    for (int i = 0; i < builder->found.n; i++) {
        const struct mention *mention = builder->found.item[i];
        if (mention->to != object)
            edge_add(builder->mem, object, mention->to, field, EDGE_NAMES);
    }
}

static void sibling_edge(struct builder *builder, struct object *object, int field, const char *name)
{
    struct object *sibling = object_child(object->parent, object->kind, name);
    if (sibling)
        edge_add(builder->mem, object, sibling, field, EDGE_NAMES);
}

static void rule_edge(struct builder *builder, struct object *object, int field, const char *name)
{
    for (int i = 0; i < object->parent->children.n; i++) {
        struct object *other = object->parent->children.item[i];
        if (kind_is(other->kind, KIND_BINDS_ROWS) && !kind_is(other->kind, KIND_IS_KEY | KIND_NEEDS_KEY) &&
            text_equal_nocase(other->name, name))
            edge_add(builder->mem, object, other, field, EDGE_NAMES);
    }
}

static void name_edge(struct builder *builder, struct object *object, int field, const char *text)
{
    unsigned marks = kind_table[object->kind].field[field].marks;
    if (marks & FIELD_COLUMN_REF)
        column_edge(builder, object, field, object_relation(object->parent), text);
    else if (marks & FIELD_COLLATION_REF)
        collation_edge(builder, object, field, text);
    else if (marks & FIELD_SIBLING_REF && text)
        sibling_edge(builder, object, field, text);
    else if (marks & FIELD_RULE_REF && text)
        rule_edge(builder, object, field, text);
    else if (marks & FIELD_DEFINED_REF && text) { /* as it is, or spelled as in SQL */
        list_edges(builder, object, field, directory_defined(&builder->directory, NULL, text));
        defined_edges_of(builder, object, field, text);
    }
}

static void defined_edges(struct builder *builder, struct object *object, int field)
{
    const struct names *texts = object_field(object, field);
    for (int i = 0; i < texts->n; i++)
        defined_edges_of(builder, object, field, texts->item[i]);
}

static void names_edges(struct builder *builder, struct object *object, int field)
{
    unsigned marks = kind_table[object->kind].field[field].marks;
    if (marks & FIELD_COLUMN_REF)
        column_edges(builder, object, field, object_relation(object->parent));
    else if (marks & FIELD_FAR_COLUMN_REF)
        column_edges(builder, object, field, target_of(builder, object));
    else if (marks & FIELD_TYPE_REF)
        type_edges(builder, object, field);
    else if (marks & FIELD_DEFINED_REF)
        defined_edges(builder, object, field);
}

static void field_edges(struct builder *builder, struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    void *value = object_field(object, field);
    switch (info->type) {
    case FIELD_NAMES: names_edges(builder, object, field); break;
    case FIELD_TEXT: name_edge(builder, object, field, *(const char *const *)value); break;
    case FIELD_REF: ref_edge(builder, object, field, value); break;
    case FIELD_REFS:
        for (int i = 0; i < ((const struct refs *)value)->n; i++)
            inherited_edges(builder, object, field, &((const struct refs *)value)->item[i]);
        break;
    case FIELD_TYPE: type_edge(builder, object, field, *(const char *const *)value); break;
    case FIELD_EXPR: expr_edges(builder, object, field, value); break;
    case FIELD_FLAG:
    case FIELD_INT: break;
    }
}

static bool same_names(struct arena *mem, const struct target *target, const struct names *some,
                       const struct names *all)
{
    int found = 0;
    for (int i = 0; i < all->n; i++)
        for (int k = 0; k < some->n; k++)
            found += compare_name(mem, target, some->item[k], all->item[i]);
    return some->n == all->n && found == all->n;
}

struct names key_columns(struct arena *mem, const struct object *key)
{
    const struct kind_info *info = &kind_table[key->kind];
    struct names columns = {0};
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].type == FIELD_NAMES && info->field[i].marks & FIELD_IDENTITY)
            return *(const struct names *)object_field(key, i);
    for (int i = 0; i < key->children.n; i++) {
        const struct object *part = key->children.item[i];
        int column = field_find(part->kind, "column");
        const char *name = column >= 0 ? *(const char *const *)object_field(part, column) : NULL;
        names_add(mem, &columns, name ? name : "");
    }
    return columns;
}

bool is_unique_key(const struct object *object)
{
    int unique = field_find(object->kind, "is_unique");
    return kind_table[object->kind].marks & KIND_IS_KEY || (unique >= 0 && *(const bool *)object_field(object, unique));
}

bool same_key(struct arena *mem, const struct target *target, const struct object *a, const struct object *b)
{
    const struct names of_a = key_columns(mem, a), of_b = key_columns(mem, b);
    return same_names(mem, target, &of_a, &of_b);
}

static void rest_edges(struct builder *builder, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    const struct object *target = target_of(builder, object);
    for (int i = 0; target && i < info->fields; i++) {
        if (!(info->field[i].marks & FIELD_FAR_COLUMN_REF))
            continue;
        for (int k = 0; k < target->children.n; k++) {
            struct object *key = target->children.item[k];
            if (!is_unique_key(key))
                continue;
            const struct names columns = key_columns(builder->mem, key);
            if (same_names(builder->mem, builder->directory.target, object_field(object, i), &columns))
                edge_add(builder->mem, object, key, i, EDGE_RESTS);
        }
    }
}

/* The field of `object` that holds its text. */
static int text_field(const struct object *object)
{
    int field = 0;
    while (field < kind_table[object->kind].fields && kind_table[object->kind].field[field].type != FIELD_EXPR)
        field++;
    return field;
}

static void noted_edges(struct builder *builder, const struct tree *tree)
{
    for (int i = 0; i < tree->dependencies.n; i++) {
        const struct dependency *one = tree->dependencies.item[i];
        struct object *from = directory_relation(&builder->directory, one->from.schema, one->from.name);
        if (from && kind_is(from->kind, KIND_IS_TEXT))
            ref_edge(builder, from, text_field(from), &one->to);
    }
}

void graph_build(struct arena *mem, const struct target *target, const struct tree *tree)
{
    struct builder builder = {.mem = mem};
    directory_open(&builder.directory, mem, target, tree);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        o->needs = o->needed = o->last_need = o->last_needed = NULL;
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        for (int i = 0; i < kind_table[o->kind].fields; i++)
            if (object_says(o, i))
                field_edges(&builder, o, i);
        if (kind_table[o->kind].marks & KIND_NEEDS_KEY)
            rest_edges(&builder, o);
    }
    noted_edges(&builder, tree);
    uses_add(mem, &builder.directory, tree);
}
