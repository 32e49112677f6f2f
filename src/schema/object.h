/*
 * Database objects as a tree.  kinds.def has a block per kind with its fields; from these blocks come a typed struct per
 * kind (for renderers) and a table of descriptors (for everything generic: copying, comparing, JSON, catalog loading,
 * documentation, random generation, and what the models' reader knows).
 *
 * A field is *said* or not.  An unsaid field is unknown and never a difference; a text that is said and NULL
 * is known to be absent.  settle() of an engine makes its defaults said on both sides, so the diff knows none.
 */
#ifndef SCHEMA_OBJECT_H
#define SCHEMA_OBJECT_H

#include "base/ctx.h"
#include "base/list.h"
#include "schema/ref.h"

/* Engines, as a bit set; the dialects' own tables use the same bits. */
enum engine { ENGINE_LITE = 1, ENGINE_PG = 2, ENGINE_MY = 4, ENGINE_MARIA = 8, ENGINE_CH = 16, ENGINE_ALL = 31 };

enum kind {
#define KIND(constant, tag, name, ...) KIND_##constant,
#include "schema/kinds.def"
    KIND_COUNT
};

/* What they mean is said in kinds.def. */
enum kind_mark {
    KIND_INLINE = 1,
    KIND_PART = 1 << 1,
    KIND_SINGLE = 1 << 2,
    KIND_CONTENT = 1 << 3,
    KIND_IS_CALLED = 1 << 4,
    KIND_NAME_MADE = 1 << 5,
    KIND_ORDERED = 1 << 6,
    KIND_OWNED = 1 << 7,
    KIND_NAMESPACE = 1 << 8,
    KIND_HOLDS_ROWS = 1 << 9,
    KIND_HAS_COLUMNS = 1 << 10,
    KIND_IS_COLUMN = 1 << 11,
    KIND_IS_KEY = 1 << 12,
    KIND_NEEDS_KEY = 1 << 13,
    KIND_IS_TYPE = 1 << 14,
    KIND_COUNTER = 1 << 15,
    KIND_RELATION = 1 << 16,
    KIND_IS_TEXT = 1 << 17,
    KIND_BINDS_ROWS = 1 << 18,
    KIND_IS_COLLATION = 1 << 19,
    KIND_IS_DEFINED = 1 << 20,
    KIND_WIDE = 1 << 21,
    KIND_IS_OPERATOR = 1 << 22,
    KIND_SERVES = 1 << 23,
    KIND_LISTED = 1 << 24,
    KIND_PROMISED = 1 << 25,
    KIND_IS_ACCESS = 1 << 26
};

enum { KIND_WORDS = 2, KIND_PARENTS = 3 };

/* A set of kinds; {0} is the empty one. */
struct kind_set {
    uint64_t word[KIND_WORDS];
};

enum field_type {
    FIELD_TEXT,  /* const char *; said and NULL: none */
    FIELD_TYPE,  /* const char *, a type; compared by the dialect's type_normal() */
    FIELD_EXPR,  /* struct expr; compared by the dialect's expr_normal() */
    FIELD_NAMES, /* struct names; said and empty: none */
    FIELD_REF,   /* struct ref; said and without a name: none */
    FIELD_REFS,  /* struct refs; said and empty: none */
    FIELD_FLAG,  /* bool */
    FIELD_INT    /* int64_t; "none" is not said */
};

/* A reference follows the renames of what it names, and orders steps. */
enum field_mark {
    FIELD_IDENTITY = 1,            /* part of what identifies an object that its name does not (CONTENT) */
    FIELD_COLUMN_REF = 1 << 1,     /* names columns of the table that holds it: follows their renames */
    FIELD_FAR_COLUMN_REF = 1 << 2, /* names columns of what the object's REF names: likewise */
    FIELD_LATER = 1 << 3,          /* said by a statement of its own, once what it names is there */
    FIELD_REPLACE = 1 << 4,        /* a difference drops and creates the object */
    FIELD_SILENT = 1 << 5,         /* is not a difference */
    FIELD_CONSTANT = 1 << 6,       /* an expression that reads no columns */
    FIELD_SETTING = 1 << 7, /* may be set by whoever runs the server: silence about it resets only what was said */
    FIELD_IMPLIED =
        1 << 8,            /* what the engine makes along with it is called so; unsaid: as the engine names it itself */
    FIELD_BINDS = 1 << 9,  /* says which rows hold to it (BINDS_ROWS), and those that were there may not */
    FIELD_MAKES = 1 << 10, /* while it is set the engine makes something along, which goes with it */
    FIELD_TYPE_REF = 1 << 11,      /* names types */
    FIELD_UNHELD = 1 << 12,        /* what it names may go: nothing notices before it is used */
    FIELD_LOOSE = 1 << 13,         /* what it names need not be there when it is made */
    FIELD_GRANTS = 1 << 14,        /* who may do what with it: said where the project manages that */
    FIELD_OWNER = 1 << 15,         /* whose it is: likewise */
    FIELD_COLLATION_REF = 1 << 16, /* names a collation, as it is spelled where it needs its schema */
    FIELD_DEFINED_REF = 1 << 17,   /* texts with names of objects that are one statement each */
    FIELD_ENTRIES = 1 << 18,       /* each of its names may get another one (LISTED) */
    FIELD_SIBLING_REF = 1 << 19,   /* names another of its kind with the same parent */
    FIELD_RULE_REF = 1 << 22,      /* names what rows of the same table hold to, and is not a key */
    FIELD_SECRET = 1 << 21,        /* may hold PASSWORD 'x', which is neither shown nor kept */
    FIELD_UNTOLD = 1 << 23,        /* is a secret as a whole: neither shown, kept nor compared */
    FIELD_VALUE = 1 << 20          /* reads columns where the dialect lets it (defaults_read_columns), else none */
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

const char *expr_text(const struct expr *expr); /* the spelling to render: written, else printed; NULL */

enum { SAID_WORDS = 2, FIELD_LIMIT = 64 * SAID_WORDS };

struct object {
    enum kind kind;
    const char *name;      /* unquoted; NULL if it has none (or the engine keeps none) */
    bool name_invented;    /* the name was made by settle(), not given: another name is not a difference */
    const char *set_aside; /* the name that people know it by, where a plan gives that to another; NULL: `name` */
    struct object *parent;
    struct list children; /* struct object *, in order */
    uint64_t said[SAID_WORDS];
    struct object *peer; /* the same object on the other side of a comparison; set by diff */
    int place;           /* where it was among its siblings when last looked at: only a hint, for object_next() */

    /* Ownership in the tree that is (schema/managed.h); what is carried over from there into the other keeps it. */
    bool stranger;         /* the project did not make it and does not describe it: it stays */
    bool by_element;       /* a DDL element of the models made it (run/events.h), and no tree of theirs describes it */
    struct names unspoken; /* its settings ("comment", "options.fillfactor") that the project never spoke of */

    /* What planning notes about it; see diff/graph.h and diff/step.h. Not copied. */
    struct edge *needs;     /* what it depends on in its tree */
    struct edge *needed;    /* what depends on it */
    struct edge *last_need; /* the ends of these two */
    struct edge *last_needed;
    struct change *made;   /* in the desired tree: the step that brings it about, itself and not with its parent */
    struct change *unmade; /* in the current tree: the step that takes it away or changes it */
    bool renamed;          /* a step of its own changes its name */
    bool apart;            /* not written inside the CREATE of its parent although its kind is */
    bool named;            /* its CREATE has to say its name */
    int walk;              /* the last walk through the graph that came here; see diff/uses.c */
};

enum edge_how {
    EDGE_NAMES,    /* a field of `from` names `to` */
    EDGE_RESTS,    /* `from` is a foreign key, `to` the key of the other table that has its columns */
    EDGE_INHERITS, /* two columns of one name, of a table and its parent */
    EDGE_USES      /* a field of `from` has a symbol of `to` or values that it serves, and perhaps uses it */
};

/* One object depends on another of the same tree. */
struct edge {
    struct object *from;
    struct object *to;
    int field; /* of `from` (for inherited columns: of its table) by which it depends */
    enum edge_how how;
    struct edge *next_need;   /* of from->needs */
    struct edge *next_needed; /* of to->needed */
};

struct field {
    const char *name;
    enum field_type type;
    unsigned offset; /* in the struct of the kind */
    unsigned engines;
    const char *unsaid; /* what silence means: NULL nothing, "" known to be absent, else the value ("yes": true) */
    unsigned marks;
    const char *doc;
};

struct kind_info {
    enum kind kind;
    const char *name;
    const char *plural;
    const char *sql;              /* its word in SQL; "" */
    int parent[KIND_PARENTS + 1]; /* enum kind, the usual one first; KIND_COUNT ends them */
    unsigned marks;
    int create_phase;
    int alter_phase;
    int drop_phase;
    const char *legacy; /* "add_column": its creation in the plans of 0.8.2; "" */
    unsigned size;      /* of its struct */
    const struct field *field;
    int fields;
};

extern const struct kind_info kind_table[KIND_COUNT];

#define FIELD_C_TEXT  const char *
#define FIELD_C_TYPE  const char *
#define FIELD_C_EXPR  struct expr
#define FIELD_C_NAMES struct names
#define FIELD_C_REF   struct ref
#define FIELD_C_REFS  struct refs
#define FIELD_C_FLAG  bool
#define FIELD_C_INT   int64_t

/* clang-format off */
/* struct table { struct object object; const char *comment; ... }; and so on: one per kind. */
#define KIND(constant, tag, name, ...)     struct tag { struct object object;
#define FIELD(constant, member, type, ...) FIELD_C_##type member;
#define END(constant)                      };
#include "schema/kinds.def"

/* Field numbers, for SAY(column, COLUMN, type, ...): enum column_field { COLUMN_type, ..., COLUMN_FIELDS }. */
#define KIND(constant, tag, name, ...) enum tag##_field {
#define FIELD(constant, member, ...)   constant##_##member,
#define END(constant)                  constant##_FIELDS };
#include "schema/kinds.def"
/* clang-format on */

/* A new object as last child of `parent` (NULL: a root). The name is kept, not copied. */
struct object *object_new(struct arena *mem, enum kind kind, struct object *parent, const char *name);
struct object *object_copy(struct arena *mem, const struct object *object, struct object *parent); /* deep */
void object_remove(struct object *object);                                                         /* from its parent */

struct object *object_child(const struct object *object, enum kind kind, const char *name); /* NULL if absent */
const char *object_called(const struct object *object);    /* IS_CALLED: "f" of f(integer) */
struct names *object_entries(const struct object *object); /* its list of LISTED ones; NULL */
/* A LISTED one of `parent` by its name, which stands for the entry and is no child of it; NULL. */
struct object *object_entry(struct arena *mem, struct object *parent, enum kind kind, const char *name);
struct object *object_only(const struct object *object, enum kind kind); /* first of that kind */
int object_count(const struct object *object, enum kind kind);
struct object *object_top(
    const struct object *object); /* what it belongs to right below the schema; itself if it stands there */
struct object *object_whole(const struct object *object); /* what a part is part of; itself if it is none */
bool object_is_partition(const struct object *object);    /* a table that holds some of the rows of another one */
bool object_is_foreign(const struct object *object);      /* a table whose rows are on another server */
bool object_within(const struct object *object, const struct object *holder); /* is it `holder`, or below it? */
/* The type that `part` names and that is made of it (PROMISED); NULL. Needs the graph of the tree. */
struct object *object_promise(const struct object *part);
struct object *object_relation(const struct object *object); /* the nearest with columns, itself included; NULL */
struct object *object_ancestor(const struct object *object, enum kind kind); /* itself included; NULL */
const char *object_schema(const struct object *object); /* name of the namespace that holds it; "" */
/* Walks `object` and everything below it, parents first: for (o = tree; o; o = object_next(tree, o)). */
struct object *object_next(const struct object *root, const struct object *object);
char *object_path(struct arena *mem, const struct object *object); /* "table users / column email", for messages */
/* The value of a field as people read it: "a, b", "yes"; NULL: there is none. */
const char *object_value(struct arena *mem, const struct object *object, int field);
#define PASSWORD_HIDDEN "[HIDDEN]" /* as ClickHouse says it */
/* hidden.c: with that in place of what stands after PASSWORD. NULL gives NULL. */
const char *passwords_hidden(struct arena *mem, const char *text);
/* The same of keys in the arguments of engines, of settings that are called so, and of addresses too. */
const char *secrets_hidden(struct arena *mem, const char *text);
struct names names_hidden(struct arena *mem, const struct names *names);
/* "email", or "email (set aside as _dbwarden_email)"; NULL if it has no name. */
const char *object_title(struct arena *mem, const struct object *object);

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
bool kind_fits(enum kind kind, enum kind parent); /* may be held by it */
bool kind_is(enum kind kind, unsigned marks);     /* has one of these marks */

void kind_set_add(struct kind_set *set, enum kind kind);
void kind_set_remove(struct kind_set *set, enum kind kind);
bool kind_set_has(const struct kind_set *set, enum kind kind);
/* kind_set_of(KIND_TABLE, KIND_COLUMN) */
#define kind_set_of(...) kind_set_make((const enum kind[]){__VA_ARGS__, KIND_COUNT})
struct kind_set kind_set_make(const enum kind *kinds); /* KIND_COUNT ends them */
struct kind_set kind_set_all(void);
struct kind_set kind_set_both(const struct kind_set *a, const struct kind_set *b); /* what is in both */
bool kind_set_empty(const struct kind_set *set);

const char *engine_name(enum engine engine); /* "sqlite", "postgresql", "mysql", "mariadb", "clickhouse" */
unsigned engine_find(const char *name);      /* 0 if unknown */

#endif
