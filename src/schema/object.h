/*
 * Database objects as a tree.  kinds.def says which kinds there are, kind_X.def which fields a kind has;
 * from these lines come a typed struct per kind (for renderers) and a table of descriptors (for everything
 * generic: copying, comparing, JSON, catalog loading, documentation, random generation).
 *
 * A field is *said* or not.  An unsaid field is unknown and never a difference; a text that is said and NULL
 * is known to be absent.  settle() of an engine makes its defaults said on both sides, so the diff knows none.
 */
#ifndef SCHEMA_OBJECT_H
#define SCHEMA_OBJECT_H

#include "base/ctx.h"
#include "base/list.h"

/* Engines, as a bit set; the dialects' own tables use the same bits. */
enum engine { ENGINE_LITE = 1, ENGINE_PG = 2, ENGINE_MY = 4, ENGINE_MARIA = 8, ENGINE_CH = 16, ENGINE_ALL = 31 };

enum kind {
#define KIND(constant, name, plural, parent, marks, create, alter, drop) KIND_##constant,
#include "schema/kinds.def"
#undef KIND
    KIND_COUNT
};

enum kind_mark {
    KIND_INLINE = 1,
    KIND_PART = 2,
    KIND_SINGLE = 4,
    KIND_CONTENT = 8,
    KIND_ORDERED = 16,
    KIND_OWNED = 32
};

enum field_type {
    FIELD_TEXT,  /* const char *; said and NULL: none */
    FIELD_TYPE,  /* const char *, a type; compared by the dialect's type_normal() */
    FIELD_EXPR,  /* struct expr; compared by the dialect's expr_normal() */
    FIELD_NAMES, /* struct names; said and empty: none */
    FIELD_FLAG,  /* bool */
    FIELD_INT    /* int64_t; "none" is not said */
};

/* How a difference in a field is applied where the engine can; what it cannot, its dialect widens. */
enum apply {
    APPLY_IGNORE,  /* is no difference */
    APPLY_ALTER,   /* in place */
    APPLY_REPLACE, /* drop and create the object */
    APPLY_REBUILD  /* rebuild the table that holds it */
};

enum field_mark {
    FIELD_IDENTITY = 1,   /* part of what identifies an unnamed object of a CONTENT kind */
    FIELD_COLUMN_REF = 2, /* names columns of the table that holds it: follows their renames */
    FIELD_TABLE_REF = 4   /* names tables: follows their renames, and orders steps */
};

/*
 * An SQL expression in up to two spellings: as the models or a file have it, and as a server printed it back.
 * Two expressions are equal if any spelling of one equals any of the other after normalisation.
 * Both NULL: known to be absent.
 */
struct expr {
    const char *written;
    const char *printed;
};

enum { SAID_WORDS = 2, FIELD_LIMIT = 64 * SAID_WORDS };

struct object {
    enum kind kind;
    const char *name;   /* unquoted; NULL if it has none (or the engine keeps none) */
    bool name_invented; /* the name was made by settle(), not given: another name is no difference */
    struct object *parent;
    struct list children; /* struct object *, in order */
    uint64_t said[SAID_WORDS];
    struct object *peer; /* the same object on the other side of a comparison; set by diff */
    int place;           /* where it was among its siblings when last looked at: only a hint, for object_next() */
};

struct field {
    const char *name;
    enum field_type type;
    unsigned offset; /* in the struct of the kind */
    unsigned engines;
    enum apply apply;
    unsigned marks;
    const char *doc;
};

struct kind_info {
    enum kind kind;
    const char *name;
    const char *plural;
    enum kind parent;
    unsigned marks;
    int create_phase;
    int alter_phase;
    int drop_phase;
    unsigned size; /* of its struct */
    const struct field *field;
    int fields;
};

extern const struct kind_info kind_table[KIND_COUNT];

#define FIELD_C_TEXT                                    const char *
#define FIELD_C_TYPE                                    const char *
#define FIELD_C_EXPR                                    struct expr
#define FIELD_C_NAMES                                   struct names
#define FIELD_C_FLAG                                    bool
#define FIELD_C_INT                                     int64_t
#define FIELD(member, type, engines, apply, marks, doc) FIELD_C_##type member;

struct database {
    struct object object;
#include "schema/kind_database.def"
};
struct schema {
    struct object object;
#include "schema/kind_schema.def"
};
struct enum_type {
    struct object object;
#include "schema/kind_enum.def"
};
struct sequence {
    struct object object;
#include "schema/kind_sequence.def"
};
struct table {
    struct object object;
#include "schema/kind_table.def"
};
struct column {
    struct object object;
#include "schema/kind_column.def"
};
struct primary_key {
    struct object object;
#include "schema/kind_primary_key.def"
};
struct unique {
    struct object object;
#include "schema/kind_unique.def"
};
struct check {
    struct object object;
#include "schema/kind_check.def"
};
struct exclude {
    struct object object;
#include "schema/kind_exclude.def"
};
struct foreign_key {
    struct object object;
#include "schema/kind_foreign_key.def"
};
struct index {
    struct object object;
#include "schema/kind_index.def"
};
struct index_part {
    struct object object;
#include "schema/kind_index_part.def"
};
struct view {
    struct object object;
#include "schema/kind_view.def"
};
struct trigger {
    struct object object;
#include "schema/kind_trigger.def"
};
#undef FIELD

/* Field numbers, for FIELD_SAY(object, column, type): enum column_field { COLUMN_type, ... } and so on. */
#define FIELD(member, type, engines, apply, marks, doc) SCHEMA_##member,
enum schema_field {
#include "schema/kind_schema.def"
    SCHEMA_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) ENUM_##member,
enum enum_field {
#include "schema/kind_enum.def"
    ENUM_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) SEQUENCE_##member,
enum sequence_field {
#include "schema/kind_sequence.def"
    SEQUENCE_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) TABLE_##member,
enum table_field {
#include "schema/kind_table.def"
    TABLE_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) COLUMN_##member,
enum column_field {
#include "schema/kind_column.def"
    COLUMN_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) PRIMARY_KEY_##member,
enum primary_key_field {
#include "schema/kind_primary_key.def"
    PRIMARY_KEY_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) UNIQUE_##member,
enum unique_field {
#include "schema/kind_unique.def"
    UNIQUE_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) CHECK_##member,
enum check_field {
#include "schema/kind_check.def"
    CHECK_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) EXCLUDE_##member,
enum exclude_field {
#include "schema/kind_exclude.def"
    EXCLUDE_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) FOREIGN_KEY_##member,
enum foreign_key_field {
#include "schema/kind_foreign_key.def"
    FOREIGN_KEY_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) INDEX_##member,
enum index_field {
#include "schema/kind_index.def"
    INDEX_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) INDEX_PART_##member,
enum index_part_field {
#include "schema/kind_index_part.def"
    INDEX_PART_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) VIEW_##member,
enum view_field {
#include "schema/kind_view.def"
    VIEW_FIELDS
};
#undef FIELD
#define FIELD(member, type, engines, apply, marks, doc) TRIGGER_##member,
enum trigger_field {
#include "schema/kind_trigger.def"
    TRIGGER_FIELDS
};
#undef FIELD

/* A new object as last child of `parent` (NULL: a root). The name is kept, not copied. */
struct object *object_new(struct arena *mem, enum kind kind, struct object *parent, const char *name);
struct object *object_copy(struct arena *mem, const struct object *object, struct object *parent); /* deep */
void object_remove(struct object *object);                                                         /* from its parent */

struct object *object_child(const struct object *object, enum kind kind, const char *name); /* NULL if absent */
struct object *object_only(const struct object *object, enum kind kind);                    /* first of that kind */
int object_count(const struct object *object, enum kind kind);
struct object *object_ancestor(const struct object *object, enum kind kind); /* itself included; NULL */
/* Walks `object` and everything below it, parents first: for (o = tree; o; o = object_next(tree, o)). */
struct object *object_next(const struct object *root, const struct object *object);
char *object_path(struct arena *mem, const struct object *object); /* "table users / column email", for messages */

bool object_says(const struct object *object, int field);
void object_say(struct object *object, int field); /* the member has been set */
void object_unsay(struct object *object, int field);
#define SAY(pointer, KIND, member, value) ((pointer)->member = (value), object_say(&(pointer)->object, KIND##_##member))

/* Fields by descriptor. `field` is the index in kind_table[kind].field. */
void *object_field(const struct object *object, int field);
int field_find(enum kind kind, const char *name);           /* -1 */
bool field_is_none(const struct object *object, int field); /* said, and absent: NULL, empty, false */
void field_copy(struct arena *mem, struct object *to, const struct object *from, int field); /* said bit too */

enum kind kind_find(const char *name); /* by name; KIND_COUNT if unknown */
enum kind kind_find_plural(const char *name);
bool kind_fits(enum kind kind, enum kind parent); /* its parent by kinds.def, or a view for a trigger (INSTEAD OF) */

const char *engine_name(enum engine engine); /* "sqlite", "postgresql", "mysql", "mariadb", "clickhouse" */
unsigned engine_find(const char *name);      /* 0 if unknown */

#endif
