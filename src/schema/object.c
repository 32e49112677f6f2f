/*
 * Objects: the descriptor tables, made from kinds.def, and the walking and asking that every
 * generic part builds on.
 *
 * The one idea: a kind is data.  Whoever copies, compares, writes or reads objects loops over the fields of
 * kind_table and names no kind.
 * Not here: the JSON form (tree.c), what an object is called to the user (object_path.c), what a difference
 * means (diff/).
 */
#include "schema/object.h"

#include <stddef.h>

#include "base/text.h"

/* The words of kinds.def: its kinds, engines and marks without their prefixes. */
enum {
#define KIND(constant, tag, name, ...) constant = KIND_##constant,
#include "schema/kinds.def"
    LITE = ENGINE_LITE,
    PG = ENGINE_PG,
    MY = ENGINE_MY,
    MARIA = ENGINE_MARIA,
    CH = ENGINE_CH,
    ALL = ENGINE_ALL,
    OLTP = ENGINE_ALL & ~ENGINE_CH,
    IDENTITY = FIELD_IDENTITY,
    COLUMN_REF = FIELD_COLUMN_REF,
    FAR_COLUMN_REF = FIELD_FAR_COLUMN_REF,
    LATER = FIELD_LATER,
    REPLACE = FIELD_REPLACE,
    SILENT = FIELD_SILENT,
    IMPLIED = FIELD_IMPLIED,
    CONSTANT = FIELD_CONSTANT,
    VALUE = FIELD_VALUE,
    SECRET = FIELD_SECRET,
    UNTOLD = FIELD_UNTOLD,
    SETTING = FIELD_SETTING,
    BINDS = FIELD_BINDS,
    MAKES = FIELD_MAKES,
    TYPE_REF = FIELD_TYPE_REF,
    UNHELD = FIELD_UNHELD,
    LOOSE = FIELD_LOOSE,
    GRANTS = FIELD_GRANTS,
    OWNER = FIELD_OWNER,
    COLLATION_REF = FIELD_COLLATION_REF,
    DEFINED_REF = FIELD_DEFINED_REF,
    ENTRIES = FIELD_ENTRIES,
    SIBLING_REF = FIELD_SIBLING_REF,
    RULE_REF = FIELD_RULE_REF,
    INLINE = KIND_INLINE,
    PART = KIND_PART,
    SINGLE = KIND_SINGLE,
    CONTENT = KIND_CONTENT,
    NAME_MADE = KIND_NAME_MADE,
    ORDERED = KIND_ORDERED,
    OWNED = KIND_OWNED,
    NAMESPACE = KIND_NAMESPACE,
    HOLDS_ROWS = KIND_HOLDS_ROWS,
    HAS_COLUMNS = KIND_HAS_COLUMNS,
    IS_COLUMN = KIND_IS_COLUMN,
    IS_KEY = KIND_IS_KEY,
    NEEDS_KEY = KIND_NEEDS_KEY,
    IS_TYPE = KIND_IS_TYPE,
    COUNTER = KIND_COUNTER,
    RELATION = KIND_RELATION,
    IS_TEXT = KIND_IS_TEXT,
    BINDS_ROWS = KIND_BINDS_ROWS,
    IS_CALLED = KIND_IS_CALLED,
    IS_COLLATION = KIND_IS_COLLATION,
    IS_DEFINED = KIND_IS_DEFINED,
    WIDE = KIND_WIDE,
    IS_ACCESS = KIND_IS_ACCESS,
    IS_OPERATOR = KIND_IS_OPERATOR,
    SERVES = KIND_SERVES,
    LISTED = KIND_LISTED,
    PROMISED = KIND_PROMISED
};
/* clang-format off */
#define NO_PARENT    {KIND_COUNT}
#define PARENTS(...) {__VA_ARGS__, KIND_COUNT}
#define KEEP         NULL
#define NONE         ""
#define YES          "yes"

/* The struct of a kind, found by its constant. */
#define KIND(constant, tag, name, ...) union is_##constant { struct tag it; };
#include "schema/kinds.def"

/* The last line of each is empty: a kind without fields has none else, and C has no empty arrays. */
#define KIND(constant, tag, name, ...) static const struct field fields_of_##constant[] = {
#define FIELD(constant, member, type, engines, unsaid, marks, doc) \
    {#member, FIELD_##type, offsetof(union is_##constant, it.member), engines, unsaid, marks, doc},
#define END(constant) {0}};
#include "schema/kinds.def"
/* clang-format on */

#define KIND(constant, tag, name, plural, sql, parents, marks, create, alter, drop, legacy) \
    [KIND_##constant] = {KIND_##constant,                                                   \
                         name,                                                              \
                         plural,                                                            \
                         sql,                                                               \
                         parents,                                                           \
                         marks,                                                             \
                         create,                                                            \
                         alter,                                                             \
                         drop,                                                              \
                         legacy,                                                            \
                         sizeof(struct tag),                                                \
                         fields_of_##constant,                                              \
                         constant##_FIELDS},
const struct kind_info kind_table[KIND_COUNT] = {
#include "schema/kinds.def"
};

#define KIND(constant, tag, name, ...) \
    _Static_assert((int)constant##_FIELDS < (int)FIELD_LIMIT, "kind " name " has more fields than said[] has bits");
#include "schema/kinds.def"
_Static_assert(KIND_COUNT <= 64 * KIND_WORDS, "a set of kinds has one bit for a kind");

/* ---- the tree of objects ---- */

const char *expr_text(const struct expr *expr)
{
    return expr->written ? expr->written : expr->printed;
}

struct object *object_new(struct arena *mem, enum kind kind, struct object *parent, const char *name)
{
    struct object *object = arena_alloc(mem, kind_table[kind].size);
    object->kind = kind;
    object->name = name;
    object->parent = parent;
    if (parent) {
        object->place = parent->children.n;
        list_add(mem, &parent->children, object);
    }
    return object;
}

struct object *object_copy(struct arena *mem, const struct object *object, struct object *parent)
{
    struct object *copy = object_new(mem, object->kind, parent, arena_dup(mem, object->name));
    copy->name_invented = object->name_invented;
    copy->stranger = object->stranger;
    copy->by_element = object->by_element;
    copy->unspoken = names_copy(mem, &object->unspoken);
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        if (object_says(object, i))
            field_copy(mem, copy, object, i);
    for (int i = 0; i < object->children.n; i++)
        object_copy(mem, object->children.item[i], copy);
    return copy;
}

/* Where it is among its siblings.  The place noted when it was made is right unless the list was changed since. */
static int place_of(const struct object *object)
{
    const struct list *siblings = &object->parent->children;
    if (object->place < siblings->n && siblings->item[object->place] == object)
        return object->place;
    for (int i = 0; i < siblings->n; i++)
        if (siblings->item[i] == object)
            return i;
    return -1;
}

/* Notes the places of all children again, so that a walk over a changed list does not search at every step. */
static void note_places(struct object *parent)
{
    for (int i = 0; i < parent->children.n; i++)
        ((struct object *)parent->children.item[i])->place = i;
}

void object_remove(struct object *object)
{
    if (!object->parent)
        return;
    int at = place_of(object);
    if (at >= 0)
        list_remove(&object->parent->children, at);
    object->parent = NULL;
}

struct names *object_entries(const struct object *object)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        if (kind_table[object->kind].field[i].marks & FIELD_ENTRIES && object_says(object, i))
            return object_field(object, i);
    return NULL;
}

struct object *object_entry(struct arena *mem, struct object *parent, enum kind kind, const char *name)
{
    const struct names *entries = object_entries(parent);
    if (!entries || !names_have(entries, name))
        return NULL;
    struct object *entry = arena_alloc(mem, kind_table[kind].size);
    entry->kind = kind;
    entry->parent = parent;
    entry->name = name;
    return entry;
}

const char *object_called(const struct object *object)
{
    return *(const char *const *)object_field(object, field_find(object->kind, "called"));
}

struct object *object_child(const struct object *object, enum kind kind, const char *name)
{
    for (int i = 0; i < object->children.n; i++) {
        struct object *child = object->children.item[i];
        if (child->kind == kind && name && text_equal(child->name, name))
            return child;
    }
    return NULL;
}

struct object *object_only(const struct object *object, enum kind kind)
{
    for (int i = 0; i < object->children.n; i++) {
        struct object *child = object->children.item[i];
        if (child->kind == kind)
            return child;
    }
    return NULL;
}

int object_count(const struct object *object, enum kind kind)
{
    int count = 0;
    for (int i = 0; i < object->children.n; i++)
        count += ((struct object *)object->children.item[i])->kind == kind;
    return count;
}

/* The same object, writable: constness of a walk is about its caller, the tree itself is never read-only. */
static struct object *writable(const struct object *object)
{
    return (struct object *)(uintptr_t)object;
}

struct object *object_ancestor(const struct object *object, enum kind kind)
{
    for (; object; object = object->parent)
        if (object->kind == kind)
            return writable(object);
    return NULL;
}

const char *object_schema(const struct object *object)
{
    while (object && !kind_is(object->kind, KIND_NAMESPACE))
        object = object->parent;
    return object && object->name ? object->name : "";
}

struct object *object_top(const struct object *object)
{
    while (object->parent && !kind_is(object->parent->kind, KIND_NAMESPACE))
        object = object->parent;
    return writable(object);
}

struct object *object_whole(const struct object *object)
{
    while (kind_is(object->kind, KIND_PART))
        object = object->parent;
    return writable(object);
}

bool object_is_partition(const struct object *object)
{
    const struct table *table = (const struct table *)object;
    return object->kind == KIND_TABLE && expr_text(&table->partition_bound) && table->inherits.n;
}

bool object_is_foreign(const struct object *object)
{
    return object->kind == KIND_TABLE && ((const struct table *)object)->server;
}

struct object *object_promise(const struct object *part)
{
    for (const struct edge *edge = part->needs; edge; edge = edge->next_need)
        for (const struct edge *back = kind_is(edge->to->kind, KIND_PROMISED) ? edge->to->needs : NULL; back;
             back = back->next_need)
            if (back->to == part)
                return edge->to;
    return NULL;
}

bool object_within(const struct object *object, const struct object *holder)
{
    while (object && object != holder)
        object = object->parent;
    return object;
}

struct object *object_relation(const struct object *object)
{
    while (object && !kind_is(object->kind, KIND_HAS_COLUMNS))
        object = object->parent;
    return writable(object);
}

struct object *object_next(const struct object *root, const struct object *object)
{
    if (object->children.n)
        return object->children.item[0];
    for (; object != root && object->parent; object = object->parent) {
        struct object *parent = object->parent;
        int at = place_of(object);
        if (at < 0)
            return NULL;
        if (at != object->place)
            note_places(parent);
        if (at + 1 < parent->children.n)
            return parent->children.item[at + 1];
    }
    return NULL;
}

/* ---- what an object says ---- */

bool object_says(const struct object *object, int field)
{
    return object->said[field / 64] >> (field % 64) & 1;
}

void object_say(struct object *object, int field)
{
    object->said[field / 64] |= (uint64_t)1 << (field % 64);
}

static size_t field_size(enum field_type type)
{
    static const size_t size[] = {
        [FIELD_TEXT] = sizeof(const char *),  [FIELD_TYPE] = sizeof(const char *), [FIELD_EXPR] = sizeof(struct expr),
        [FIELD_NAMES] = sizeof(struct names), [FIELD_REF] = sizeof(struct ref),    [FIELD_REFS] = sizeof(struct refs),
        [FIELD_FLAG] = sizeof(bool),          [FIELD_INT] = sizeof(int64_t),
    };
    return size[type];
}

void object_unsay(struct object *object, int field)
{
    object->said[field / 64] &= ~((uint64_t)1 << (field % 64));
    memset(object_field(object, field), 0, field_size(kind_table[object->kind].field[field].type));
}

void *object_field(const struct object *object, int field)
{
    return (char *)writable(object) + kind_table[object->kind].field[field].offset;
}

int field_find(enum kind kind, const char *name)
{
    for (int i = 0; i < kind_table[kind].fields; i++)
        if (text_equal(kind_table[kind].field[i].name, name))
            return i;
    return -1;
}

bool field_is_none(const struct object *object, int field)
{
    if (!object_says(object, field))
        return false;
    const void *value = object_field(object, field);
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return !*(const char *const *)value;
    case FIELD_EXPR: return !((const struct expr *)value)->written && !((const struct expr *)value)->printed;
    case FIELD_NAMES: return !((const struct names *)value)->n;
    case FIELD_REF: return !((const struct ref *)value)->name;
    case FIELD_REFS: return !((const struct refs *)value)->n;
    case FIELD_FLAG: return !*(const bool *)value;
    case FIELD_INT: return false;
    }
    return false;
}

static void value_copy(struct arena *mem, enum field_type type, void *to, const void *from)
{
    memcpy(to, from, field_size(type));
    switch (type) {
    case FIELD_TEXT:
    case FIELD_TYPE: *(const char **)to = arena_dup(mem, *(const char *const *)from); break;
    case FIELD_EXPR: {
        struct expr *expr = to;
        expr->written = arena_dup(mem, expr->written);
        expr->printed = arena_dup(mem, expr->printed);
        break;
    }
    case FIELD_NAMES: *(struct names *)to = names_copy(mem, from); break;
    case FIELD_REF: *(struct ref *)to = ref_copy(mem, from); break;
    case FIELD_REFS: *(struct refs *)to = refs_copy(mem, from); break;
    case FIELD_FLAG:
    case FIELD_INT: break;
    }
}

void field_copy(struct arena *mem, struct object *to, const struct object *from, int field)
{
    if (!object_says(from, field)) {
        object_unsay(to, field);
        return;
    }
    enum field_type type = kind_table[from->kind].field[field].type;
    value_copy(mem, type, object_field(to, field), object_field(from, field));
    object_say(to, field);
}

/* ---- names of kinds and engines ---- */

enum kind kind_find(const char *name)
{
    int kind = 0;
    while (kind < KIND_COUNT && !text_equal(kind_table[kind].name, name))
        kind++;
    return (enum kind)kind;
}

bool kind_fits(enum kind kind, enum kind parent)
{
    const int *fits = kind_table[kind].parent;
    while (*fits != KIND_COUNT && *fits != (int)parent)
        fits++;
    return *fits != KIND_COUNT;
}

bool kind_is(enum kind kind, unsigned marks)
{
    return kind < KIND_COUNT && kind_table[kind].marks & marks;
}

void kind_set_add(struct kind_set *set, enum kind kind)
{
    set->word[kind / 64] |= UINT64_C(1) << (kind % 64);
}

void kind_set_remove(struct kind_set *set, enum kind kind)
{
    set->word[kind / 64] &= ~(UINT64_C(1) << (kind % 64));
}

bool kind_set_has(const struct kind_set *set, enum kind kind)
{
    return set->word[kind / 64] >> (kind % 64) & 1;
}

struct kind_set kind_set_make(const enum kind *kinds)
{
    struct kind_set set = {0};
    for (; *kinds != KIND_COUNT; kinds++)
        kind_set_add(&set, *kinds);
    return set;
}

struct kind_set kind_set_all(void)
{
    struct kind_set set = {0};
    for (int kind = 0; kind < KIND_COUNT; kind++)
        kind_set_add(&set, (enum kind)kind);
    return set;
}

struct kind_set kind_set_both(const struct kind_set *a, const struct kind_set *b)
{
    struct kind_set set;
    for (int i = 0; i < KIND_WORDS; i++)
        set.word[i] = a->word[i] & b->word[i];
    return set;
}

bool kind_set_empty(const struct kind_set *set)
{
    for (int i = 0; i < KIND_WORDS; i++)
        if (set->word[i])
            return false;
    return true;
}

enum kind kind_find_plural(const char *name)
{
    int kind = 0;
    while (kind < KIND_COUNT && !text_equal(kind_table[kind].plural, name))
        kind++;
    return (enum kind)kind;
}

static const struct {
    enum engine engine;
    const char *name;
} engines[] = {
    {ENGINE_LITE, "sqlite"},   {ENGINE_PG, "postgresql"}, {ENGINE_MY, "mysql"},
    {ENGINE_MARIA, "mariadb"}, {ENGINE_CH, "clickhouse"},
};

const char *engine_name(enum engine engine)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (engines[i].engine == engine)
            return engines[i].name;
    return "unknown";
}

unsigned engine_find(const char *name)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (text_equal(engines[i].name, name))
            return engines[i].engine;
    return 0;
}
