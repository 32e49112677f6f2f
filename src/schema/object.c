/*
 * Objects: the descriptor tables, made from kinds.def and kind_*.def, and the walking and asking that every
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

/* The words of the .def files. */
enum {
    LITE = ENGINE_LITE,
    PG = ENGINE_PG,
    MY = ENGINE_MY,
    MARIA = ENGINE_MARIA,
    CH = ENGINE_CH,
    ALL = ENGINE_ALL,
    IDENTITY = FIELD_IDENTITY,
    COLUMN_REF = FIELD_COLUMN_REF,
    TABLE_REF = FIELD_TABLE_REF,
    INLINE = KIND_INLINE,
    PART = KIND_PART,
    SINGLE = KIND_SINGLE,
    CONTENT = KIND_CONTENT,
    ORDERED = KIND_ORDERED,
    OWNED = KIND_OWNED
};

#define FIELD(member, type, engines, apply, marks, doc) \
    {#member, FIELD_##type, offsetof(struct OWNER, member), engines, APPLY_##apply, marks, doc},

static const struct field fields_of_DATABASE[1]; /* has none, and C has no empty arrays */
#define OWNER schema
static const struct field fields_of_SCHEMA[] = {
#include "schema/kind_schema.def"
};
#undef OWNER
#define OWNER enum_type
static const struct field fields_of_ENUM[] = {
#include "schema/kind_enum.def"
};
#undef OWNER
#define OWNER sequence
static const struct field fields_of_SEQUENCE[] = {
#include "schema/kind_sequence.def"
};
#undef OWNER
#define OWNER table
static const struct field fields_of_TABLE[] = {
#include "schema/kind_table.def"
};
#undef OWNER
#define OWNER column
static const struct field fields_of_COLUMN[] = {
#include "schema/kind_column.def"
};
#undef OWNER
#define OWNER primary_key
static const struct field fields_of_PRIMARY_KEY[] = {
#include "schema/kind_primary_key.def"
};
#undef OWNER
#define OWNER unique
static const struct field fields_of_UNIQUE[] = {
#include "schema/kind_unique.def"
};
#undef OWNER
#define OWNER check
static const struct field fields_of_CHECK[] = {
#include "schema/kind_check.def"
};
#undef OWNER
#define OWNER exclude
static const struct field fields_of_EXCLUDE[] = {
#include "schema/kind_exclude.def"
};
#undef OWNER
#define OWNER foreign_key
static const struct field fields_of_FOREIGN_KEY[] = {
#include "schema/kind_foreign_key.def"
};
#undef OWNER
#define OWNER index
static const struct field fields_of_INDEX[] = {
#include "schema/kind_index.def"
};
#undef OWNER
#define OWNER index_part
static const struct field fields_of_INDEX_PART[] = {
#include "schema/kind_index_part.def"
};
#undef OWNER
#define OWNER view
static const struct field fields_of_VIEW[] = {
#include "schema/kind_view.def"
};
#undef OWNER
#define OWNER trigger
static const struct field fields_of_TRIGGER[] = {
#include "schema/kind_trigger.def"
};
#undef OWNER
#undef FIELD

enum { DATABASE_FIELDS = 0 };

#define struct_of_DATABASE    database
#define struct_of_SCHEMA      schema
#define struct_of_ENUM        enum_type
#define struct_of_SEQUENCE    sequence
#define struct_of_TABLE       table
#define struct_of_COLUMN      column
#define struct_of_PRIMARY_KEY primary_key
#define struct_of_UNIQUE      unique
#define struct_of_CHECK       check
#define struct_of_EXCLUDE     exclude
#define struct_of_FOREIGN_KEY foreign_key
#define struct_of_INDEX       index
#define struct_of_INDEX_PART  index_part
#define struct_of_VIEW        view
#define struct_of_TRIGGER     trigger

#define KIND(constant, name, plural, parent, marks, create, alter, drop) \
    [KIND_##constant] = {KIND_##constant,                                \
                         #name,                                          \
                         #plural,                                        \
                         KIND_##parent,                                  \
                         marks,                                          \
                         create,                                         \
                         alter,                                          \
                         drop,                                           \
                         sizeof(struct struct_of_##constant),            \
                         fields_of_##constant,                           \
                         constant##_FIELDS},
const struct kind_info kind_table[KIND_COUNT] = {
#include "schema/kinds.def"
};
#undef KIND

#define KIND(constant, name, plural, parent, marks, create, alter, drop) \
    _Static_assert((int)constant##_FIELDS < (int)FIELD_LIMIT, "kind " #name " has more fields than said[] has bits");
#include "schema/kinds.def"
#undef KIND
_Static_assert(KIND_COUNT <= 32, "tree.kinds has one bit for a kind");

/* ---- the tree of objects ---- */

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

/* Notes the places of all children anew, so that a walk over a changed list does not search at every step. */
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
        [FIELD_NAMES] = sizeof(struct names), [FIELD_FLAG] = sizeof(bool),         [FIELD_INT] = sizeof(int64_t),
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
    return kind_table[kind].parent == parent || (kind == KIND_TRIGGER && parent == KIND_VIEW);
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
