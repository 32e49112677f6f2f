/*
 * Carrying decided renames out in the current tree, as the engine will carry them out in the database: the objects get
 * their new names, and so does every field and text that names one of them, where the name resolves to it.  A name in quotes,
 * a function or another object of the same name stays as it is.
 */
#include "diff/match.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "diff/compare.h"
#include "diff/graph.h"
#include "diff/rename.h"
#include "diff/rename_carry.h"
#include "diff/rename_object.h"
#include "diff/spaces.h"

static const struct renamed *renamed_find(const struct carrier *carrier, const struct object *object)
{
    for (int i = 0; object && i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (renamed->object == object)
            return renamed;
    }
    return NULL;
}

/* ---- finding what is renamed ---- */

/* Names are spelled as one of the two trees has them: the current one may have them in another case. */
static struct object *child_of_class(const struct carrier *carrier, const struct object *parent, unsigned mark,
                                     const char *name)
{
    for (int i = 0; parent && i < parent->children.n; i++) {
        struct object *child = parent->children.item[i];
        if (kind_is(child->kind, mark) && compare_name(carrier->mem, carrier->target, child->name, name))
            return child;
    }
    return NULL;
}

static struct object *object_of(const struct carrier *carrier, const struct diff_input *input,
                                const struct rename *rename)
{
    const char *name = rename->schema ? rename->schema : "";
    if (rename->kind && kind_is(rename->kind, KIND_NAMESPACE)) /* rename_check() has carried it out */
        return child_of_class(carrier, input->before->root, KIND_NAMESPACE, rename->to);
    const struct object *schema = child_of_class(carrier, input->before->root, KIND_NAMESPACE, name);
    if (!rename->table)
        return rename->kind ? object_child(schema, rename->kind, rename->from)
                            : child_of_class(carrier, schema, KIND_HOLDS_ROWS, rename->from);
    name = rename_table_before(input->renames, rename);
    if (rename->kind) {
        struct object *holder = rename_holder(carrier->mem, carrier->target, schema, rename->kind, name);
        if (holder && kind_is(rename->kind, KIND_LISTED))
            return object_entry(carrier->mem, holder, rename->kind, rename->from);
        return holder ? object_child(holder, rename->kind, rename->from) : NULL;
    }
    struct object *table = child_of_class(carrier, schema, KIND_HOLDS_ROWS, name);
    return child_of_class(carrier, table, KIND_IS_COLUMN, rename->from);
}

/* ---- texts ---- */

static int mention_compare(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Does the engine give the view's column the name that it had, or does what reads the view or hangs on it need it to? */
static bool keeps_shown_name(const struct carrier *carrier, const struct object *view)
{
    return carrier->target->dialect->views_keep_names || view->needed || view->children.n;
}

/* "f" of f(integer) */
static const char *bare(struct arena *mem, enum kind kind, const char *name)
{
    return kind_is(kind, KIND_IS_CALLED) ? arena_copy(mem, name, strcspn(name, "(")) : name;
}

static const char *text_carry(const struct carrier *carrier, const struct object *object, int field, const char *text)
{
    struct list found = {0};
    struct buf out;
    size_t at = 0;
    bool constant = reads_nothing(carrier->target, object->kind, field);
    if (!text)
        return NULL;
    mentions_find(&carrier->directory, object, constant, text, &found);
    if (carrier->schemas) {
        const struct list known = list_duplicate(carrier->mem, &found);
        schemas_find(carrier, object, text, &known, &found);
    }
    list_sort(&found, mention_compare);
    buf_init(&out, carrier->mem);
    for (int i = 0; i < found.n; i++) {
        const struct mention *mention = found.item[i];
        const struct renamed *renamed = renamed_find(carrier, mention->to);
        if (!renamed || mention->offset < at)
            continue;
        buf_add_n(&out, text + at, mention->offset - at);
        const char *name = bare(carrier->mem, renamed->object->kind, renamed->to);
        (mention->literal ? literal_add : ident_add)(&out, carrier->target->dialect->ident, name);
        if (mention->shown && keeps_shown_name(carrier, object)) {
            buf_add(&out, " AS ");
            ident_add(&out, carrier->target->dialect->ident, renamed->object->name);
        }
        at = mention->offset + mention->length;
    }
    if (!at)
        return text;
    buf_add(&out, text + at);
    return out.data;
}

/* ---- fields ---- */

static void name_carry(const struct carrier *carrier, const struct object *relation, const char **name)
{
    const struct object *column = relation && *name ? directory_column(&carrier->directory, relation, *name) : NULL;
    const struct renamed *renamed = renamed_find(carrier, column);
    if (renamed)
        *name = renamed->to;
}

static void names_carry(const struct carrier *carrier, const struct object *relation, struct names *names)
{
    for (int i = 0; i < names->n; i++)
        name_carry(carrier, relation, &names->item[i]);
}

static bool type_carry(const struct carrier *carrier, const char **text)
{
    const struct object *type = *text ? mention_type(&carrier->directory, *text) : NULL;
    const struct renamed *renamed = renamed_find(carrier, type);
    if (!renamed) {
        const char *before = *text;
        *text = schemas_carry(carrier, before);
        return *text != before;
    }
    struct buf out;
    buf_init(&out, carrier->mem);
    const char *schema = schema_after(carrier, object_schema(type));
    ident_add_qualified(&out, carrier->target->dialect->ident, *schema ? schema : NULL, renamed->to);
    const char *array = strchr(*text, '[');
    buf_add(&out, array ? array : "");
    *text = out.data;
    return true;
}

/* "orders[]" names a table: what takes its rows is called after it too. */
static void types_carry(const struct carrier *carrier, struct object *object, struct names *types)
{
    bool any = false;
    for (int i = 0; i < types->n; i++)
        any = type_carry(carrier, &types->item[i]) || any;
    if (any && kind_is(object->kind, KIND_IS_CALLED | KIND_IS_OPERATOR))
        object->name =
            arena_printf(carrier->mem, "%s(%s)", object_called(object), names_join(carrier->mem, types, ", "));
    else if (any && kind_is(object->kind, KIND_IS_DEFINED) && !object_called(object) && types->n > 1) /* a cast */
        object->name = arena_printf(carrier->mem, "(%s)", names_join(carrier->mem, types, " AS "));
}

static void ref_carry(const struct carrier *carrier, struct ref *ref)
{
    const struct object *relation = ref->name ? directory_relation(&carrier->directory, ref->schema, ref->name) : NULL;
    const struct renamed *renamed = renamed_find(carrier, relation);
    name_carry(carrier, relation, &ref->part);
    if (renamed)
        ref->name = renamed->to;
    ref->schema = schema_after(carrier, ref->schema);
}

/* The columns of the far side, before the reference itself changes its name. */
static void far_names_carry(const struct carrier *carrier, struct object *object, int field)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const struct ref *ref = object_field(object, i);
        if (info->field[i].type == FIELD_REF && ref->name)
            names_carry(carrier, directory_relation(&carrier->directory, ref->schema, ref->name),
                        object_field(object, field));
    }
}

/* Names that are not quoted in the field: of a server, or of a collation where no schema is said. */
static void plain_carry(const struct carrier *carrier, unsigned marks, const char **name)
{
    const struct object *collation =
        marks & FIELD_COLLATION_REF && *name ? mention_collation(&carrier->directory, *name) : NULL;
    const struct list *all =
        marks & FIELD_DEFINED_REF && *name ? directory_defined(&carrier->directory, NULL, *name) : NULL;
    const struct renamed *renamed = renamed_find(carrier, collation);
    for (int i = 0; all && i < all->n && !renamed; i++)
        renamed = renamed_find(carrier, all->item[i]);
    if (!renamed) {
        if (marks & (FIELD_COLLATION_REF | FIELD_DEFINED_REF))
            *name = schemas_carry(carrier, *name);
        return;
    }
    const char *dot = collation ? strstr(*name, "\".\"") : NULL;
    *name = dot ? arena_printf(carrier->mem, "%.*s\"%s\"", (int)(dot + 2 - *name), *name,
                               text_replace(carrier->mem, renamed->to, "\"", "\"\""))
                : renamed->to;
}

static void text_field_carry(const struct carrier *carrier, const struct object *object, unsigned marks,
                             const char **value)
{
    const struct object *relation = marks & FIELD_COLUMN_REF ? object_relation(object->parent) : NULL;
    bool plain = marks & (FIELD_SETTING | FIELD_OWNER | FIELD_SILENT);
    if (relation)
        name_carry(carrier, relation, value);
    else
        plain_carry(carrier, marks, value);
    if (!relation && kind_is(object->kind, KIND_IS_DEFINED) && !plain)
        *value = schemas_carry(carrier, *value);
}

static void names_field_carry(const struct carrier *carrier, struct object *object, unsigned marks, struct names *value)
{
    if (marks & FIELD_TYPE_REF)
        types_carry(carrier, object, value);
    else if (marks & FIELD_DEFINED_REF)
        for (int i = 0; i < value->n; i++)
            value->item[i] = schemas_carry(carrier, value->item[i]);
    else
        names_carry(carrier, marks & FIELD_COLUMN_REF ? object_relation(object->parent) : NULL, value);
}

static void expr_field_carry(const struct carrier *carrier, const struct object *object, int field, struct expr *expr)
{
    expr->written = text_carry(carrier, object, field, expr->written);
    expr->printed = text_carry(carrier, object, field, expr->printed);
}

static void field_carry(const struct carrier *carrier, struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    void *value = object_field(object, field);
    if (info->type == FIELD_NAMES)
        names_field_carry(carrier, object, info->marks, value);
    else if (info->type == FIELD_TEXT)
        text_field_carry(carrier, object, info->marks, value);
    else if (info->type == FIELD_TYPE)
        type_carry(carrier, value);
    else if (info->type == FIELD_REF)
        ref_carry(carrier, value);
    else if (info->type == FIELD_EXPR)
        expr_field_carry(carrier, object, field, value);
    else if (info->type == FIELD_REFS)
        for (int i = 0; i < ((struct refs *)value)->n; i++)
            ref_carry(carrier, &((struct refs *)value)->item[i]);
}

static void object_carry(const struct carrier *carrier, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (object_says(object, i) && info->field[i].marks & FIELD_FAR_COLUMN_REF)
            far_names_carry(carrier, object, i);
    for (int i = 0; i < info->fields; i++)
        if (object_says(object, i) && !(info->field[i].marks & FIELD_FAR_COLUMN_REF))
            field_carry(carrier, object, i);
}

static void renamed_add(struct carrier *carrier, struct object *object, const struct rename *rename, const char *to)
{
    struct renamed *renamed = NEW(carrier->mem, struct renamed);
    *renamed = (struct renamed){object, to, rename};
    list_add(carrier->mem, &carrier->renamed, renamed);
}

/* ---- making room ---- */

static bool has_name(const struct carrier *carrier, const struct tree *tree, const char *name)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (compare_name(carrier->mem, carrier->target, o->name, name))
            return true;
    return false;
}

char *name_aside(struct arena *mem, const struct target *target, const struct changes *changes, const char *name)
{
    const struct carrier carrier = {.mem = mem, .target = target};
    size_t limit = target->dialect->name_bytes;
    for (int number = 1;; number++) {
        const char *head = number == 1 ? "_dbwarden_" : arena_printf(mem, "_dbwarden%d_", number);
        size_t length = strlen(name), room = limit ? limit - strlen(head) : length;
        char *aside = arena_printf(mem, "%s%.*s", head, (int)utf8_cut(name, room < length ? room : length), name);
        if (!has_name(&carrier, changes->before, aside) && !has_name(&carrier, changes->after, aside))
            return aside;
    }
}

/* What has the name that another gets, and no new one itself, is in its way: it is dropped under a name of ours. */
static void displaced_add(struct carrier *carrier, const struct changes *changes)
{
    for (int i = 0, n = carrier->renamed.n; i < n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        const struct object *parent = renamed->object->parent;
        for (int k = 0; k < parent->children.n; k++) {
            struct object *other = parent->children.item[k];
            if (other->kind == renamed->object->kind && other != renamed->object && !renamed_find(carrier, other) &&
                compare_name(carrier->mem, carrier->target, other->name, renamed->to)) {
                other->set_aside = other->name;
                renamed_add(carrier, other, renamed->rename,
                            name_aside(carrier->mem, carrier->target, changes, other->name));
            }
        }
    }
}

/* The columns that inherit one of those. */
static void heirs_add(struct carrier *carrier)
{
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        for (const struct edge *edge = renamed->object->needed; edge; edge = edge->next_needed)
            if (edge->how == EDGE_INHERITS && !renamed_find(carrier, edge->from))
                renamed_add(carrier, edge->from, NULL, renamed->to);
    }
}

/* What the engine made along with it, or with what hangs on it, keeps the name that it has. */
static void implied_keep(const struct carrier *carrier, struct object *object)
{
    for (struct object *o = object; o; o = object_next(object, o)) {
        int field = implied_field(o->kind);
        const struct list implied =
            field < 0 || object_says(o, field) ? (struct list){0} : implied_by(carrier->mem, carrier->target, o);
        if (!implied.n)
            continue;
        *(const char **)object_field(o, field) = ((const struct object *)implied.item[0])->name;
        object_say(o, field);
    }
}

/* What was asked for and has no effect would lose values in silence: what has the old name would be dropped. */
static int renamed_find_all(struct ctx *ctx, const struct diff_input *input, struct carrier *carrier)
{
    for (int i = 0; input->renames && i < input->renames->n; i++) {
        const struct rename *rename = input->renames->item[i];
        struct object *object = object_of(carrier, input, rename);
        if (!object)
            return fail(ctx, ERR_FAILED, "%s renames nothing: the current schema has no such %s",
                        rename_flag(ctx->mem, rename), rename_what(ctx->mem, rename));
        renamed_add(carrier, object, rename, rename->to);
    }
    return 0;
}

/* ---- the statement that makes it ---- */

/* The first name that is its own, after CREATE and a word. */
static const char *statement_carry(const struct carrier *carrier, const char *text, const char *from, const char *to)
{
    struct lexer lexer;
    if (!text)
        return NULL;
    lex_open(&lexer, carrier->target->dialect->lex, text, strlen(text));
    lex_next_code(&lexer);
    lex_next_code(&lexer);
    struct token token = lex_next_code(&lexer), next = lex_next_code(&lexer);
    for (; token.kind != TOKEN_END; token = next, next = lex_next_code(&lexer)) {
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (!name || token_is(&next, ".") ||
            !compare_name(carrier->mem, carrier->target, token_name(carrier->mem, &token), from))
            continue;
        struct buf out;
        buf_init(&out, carrier->mem);
        buf_add_n(&out, text, token.offset);
        ident_add(&out, carrier->target->dialect->ident, to);
        buf_add(&out, text + token.offset + token.length);
        return out.data;
    }
    return text;
}

void own_name_carry(const struct carrier *carrier, const struct renamed *renamed)
{
    struct object *object = renamed->object;
    const char *from = bare(carrier->mem, object->kind, object->name),
               *to = bare(carrier->mem, object->kind, renamed->to);
    int called = field_find(object->kind, "called"), definition = field_find(object->kind, "definition");
    if (called >= 0)
        *(const char **)object_field(object, called) = to;
    if (definition < 0 || !kind_is(object->kind, KIND_IS_TEXT | KIND_IS_DEFINED))
        return;
    struct expr *expr = object_field(object, definition);
    expr->written = statement_carry(carrier, expr->written, from, to);
    expr->printed = statement_carry(carrier, expr->printed, from, to);
}

static void carrier_mark(struct carrier *carrier)
{
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        bool schema = kind_is(renamed->object->kind, KIND_NAMESPACE);
        carrier->schemas = carrier->schemas || (schema && !text_equal(renamed->object->name, renamed->to));
        carrier->entries = carrier->entries || kind_is(renamed->object->kind, KIND_LISTED);
    }
}

/* In all that names one of them: fields, texts, and what the server noted. */
static void tree_carry(struct carrier *carrier, struct tree *tree)
{
    carrier_mark(carrier);
    directory_open(&carrier->directory, carrier->mem, carrier->target, tree);
    graph_build(carrier->mem, carrier->target, tree);
    heirs_add(carrier);
    for (int i = 0; i < carrier->renamed.n; i++) {
        const struct renamed *renamed = carrier->renamed.item[i];
        if (!kind_is(renamed->object->kind, KIND_NAMESPACE))
            implied_keep(carrier, renamed->object);
        own_name_carry(carrier, renamed);
    }
    entries_rename(carrier);
    for (struct object *o = carrier->entries ? tree->root : NULL; o; o = object_next(tree->root, o))
        entries_carry(carrier, o);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        object_carry(carrier, o);
    for (int i = 0; i < tree->dependencies.n; i++) {
        struct dependency *one = tree->dependencies.item[i];
        ref_carry(carrier, &one->from);
        ref_carry(carrier, &one->to);
    }
    for (int i = 0; i < tree->held.n; i++)
        ref_carry(carrier, &((struct held *)tree->held.item[i])->what);
}

/* The engine gives what hangs on a renamed object names that follow its own. */
static void name_give(const struct carrier *carrier, struct object *object, const char *name)
{
    const char *from = object->name;
    object->name = name;
    if (carrier->target->dialect->names_follow)
        carrier->target->dialect->names_follow(carrier->mem, object, from);
}

int renames_carry(struct ctx *ctx, const struct diff_input *input, struct changes *changes)
{
    struct carrier carrier = {.mem = ctx->mem, .target = input->target};
    TRY(renamed_find_all(ctx, input, &carrier));
    if (!carrier.renamed.n)
        return 0;
    displaced_add(&carrier, changes);
    tree_carry(&carrier, changes->before);
    for (int i = 0; i < carrier.renamed.n; i++) {
        const struct renamed *renamed = carrier.renamed.item[i];
        if (kind_is(renamed->object->kind, KIND_NAMESPACE))
            renamed->object->name = renamed->rename->from;
        const char *from = renamed->object->name;
        if (renamed->rename)
            rename_add(ctx->mem, changes, renamed->object, renamed->to)->resolved_from = renamed->rename->resolved_from;
        renamed->object->name = from;
        name_give(&carrier, renamed->object, renamed->to);
    }
    return 0;
}

void tree_rename(struct arena *mem, const struct target *target, struct tree *tree, const struct list *renamed)
{
    struct carrier carrier = {.mem = mem, .target = target, .renamed = list_duplicate(mem, renamed)};
    if (!renamed->n)
        return;
    tree_carry(&carrier, tree);
    for (int i = 0; i < carrier.renamed.n; i++) {
        const struct renamed *one = carrier.renamed.item[i];
        name_give(&carrier, one->object, one->to);
    }
}

/* A schema by the name that it gets, for statements to say. */
static struct object *home_turned_back(const struct carrier *carrier, struct object *home)
{
    const struct renamed *renamed = renamed_find(carrier, home);
    if (!renamed)
        return home;
    struct object *copy = arena_alloc(carrier->mem, kind_table[home->kind].size);
    memcpy(copy, home, kind_table[home->kind].size);
    copy->name = renamed->to;
    return copy;
}

struct object *object_turned_back(struct arena *mem, const struct target *target, const struct tree *tree,
                                  struct object *object, const struct list *renamed)
{
    struct carrier carrier = {.mem = mem, .target = target, .renamed = list_duplicate(mem, renamed)};
    struct object *copy = object_copy(mem, object, NULL);
    carrier_mark(&carrier);
    directory_open(&carrier.directory, mem, target, tree);
    copy->parent = home_turned_back(&carrier, object->parent);
    copy->peer = object->peer;
    copy->named = object->named;
    entries_carry(&carrier, copy);
    object_carry(&carrier, copy);
    return copy;
}
