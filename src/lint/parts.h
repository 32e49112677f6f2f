/* What the files of this folder share with each other and nobody else. */
#ifndef LINT_PARTS_H
#define LINT_PARTS_H

#include "lint/lint.h"

/* What a statement does to one object: a statement has as many as it has clauses. */
enum act_kind {
    ACT_FILE, /* one for each file, before all others of it */
    ACT_CREATE_TABLE,
    ACT_DROP_TABLE,
    ACT_RENAME_TABLE,
    ACT_COLUMN, /* of a table that is created */
    ACT_ADD_COLUMN,
    ACT_DROP_COLUMN,
    ACT_RENAME_COLUMN,
    ACT_COLUMN_TYPE,
    ACT_SET_NOT_NULL,
    ACT_DROP_NOT_NULL,
    ACT_SET_DEFAULT,
    ACT_DROP_DEFAULT,
    ACT_CONSTRAINT, /* of a table, created with it or added */
    ACT_DROP_CONSTRAINT,
    ACT_VALIDATE,
    ACT_RENAME_CONSTRAINT,
    ACT_ATTACH,
    ACT_DETACH,
    ACT_DROP_PARTITION,
    ACT_STORAGE,       /* SET TABLESPACE, LOGGED, UNLOGGED, ACCESS METHOD */
    ACT_ROW_SECURITY,  /* ENABLE, DISABLE, FORCE, NO FORCE */
    ACT_TRIGGER_STATE, /* ENABLE, DISABLE */
    ACT_OWNER,
    ACT_ALTER_TABLE, /* any other clause, with its words as text */
    ACT_CREATE_INDEX,
    ACT_DROP_INDEX,
    ACT_REINDEX,
    ACT_REFRESH,
    ACT_VACUUM,
    ACT_CLUSTER,
    ACT_CREATE_DOMAIN,
    ACT_DOMAIN_CONSTRAINT,
    ACT_CREATE_TYPE,
    ACT_ENUM_ADD,
    ACT_ENUM_RENAME,
    ACT_TRIGGER,
    ACT_POLICY,
    ACT_GRANT, /* and REVOKE */
    ACT_FUNCTION,
    ACT_VIEW,
    ACT_EXTENSION,
    ACT_RENAME_SCHEMA,
    ACT_RENAME_OBJECT, /* a view, a function, a type, a sequence; SET SCHEMA too */
    ACT_SEQUENCE,
    ACT_DROP_SPACE, /* a schema, a database */
    ACT_DROP,       /* anything else */
    ACT_TRUNCATE,
    ACT_UPDATE,
    ACT_DELETE,
    ACT_INSERT,
    ACT_SELECT,
    ACT_LOCK, /* LOCK TABLE, with its mode as text */
    ACT_BEGIN,
    ACT_COMMIT,
    ACT_SET,
    ACT_OTHER, /* with its word as name */
    ACT_KINDS
};
_Static_assert(ACT_KINDS <= 64, "kinds of acts are bits of a number");
#define ACT_BIT(kind) (UINT64_C(1) << ACT_##kind)

enum act_mark {
    MARK_CONCURRENTLY = 1 << 0,
    MARK_IF_EXISTS = 1 << 1, /* or IF NOT EXISTS, OR REPLACE */
    MARK_CASCADE = 1 << 2,
    MARK_NOT_VALID = 1 << 3,
    MARK_NOT_NULL = 1 << 4,
    MARK_PRIMARY = 1 << 5,
    MARK_UNIQUE = 1 << 6,
    MARK_REFERENCES = 1 << 7,
    MARK_CHECK = 1 << 8,
    MARK_EXCLUDE = 1 << 9,
    MARK_STORED = 1 << 10,
    MARK_VIRTUAL = 1 << 11,
    MARK_IDENTITY = 1 << 12, /* or serial */
    MARK_SERIAL = 1 << 13,
    MARK_USING_INDEX = 1 << 14,
    MARK_USING = 1 << 15, /* an expression gives the new values */
    MARK_TEMPORARY = 1 << 16,
    MARK_ONLY = 1 << 17,
    MARK_WHERE = 1 << 18,
    MARK_PLACED = 1 << 19, /* BEFORE, AFTER, FIRST */
    MARK_FULL = 1 << 20,
    MARK_AS = 1 << 21, /* CREATE TABLE ... AS, LIKE, PARTITION OF, INHERITS: columns are not all written */
    MARK_DEFINER = 1 << 22,
    MARK_INVOKER = 1 << 23,
    MARK_PARTITION_OF = 1 << 24,
    MARK_SELECT = 1 << 25, /* INSERT ... SELECT */
    MARK_REVOKE = 1 << 26,
    MARK_MATERIALISED = 1 << 27,
    MARK_ROLLBACK = 1 << 28,
    MARK_PARTITIONED = 1 << 29,
    MARK_COMPUTED_KEY = 1 << 30 /* an index with a key that is an expression */
};

struct act {
    enum act_kind kind;
    unsigned marks;
    int index;       /* among all */
    int statement;   /* from 1 */
    int transaction; /* those of one number commit together */
    bool controlled; /* within a BEGIN of the file's own */
    bool in_block;   /* within a DO block, and `piece` is only that statement of it */
    const struct migration *migration;
    const struct sql_piece *piece;
    size_t offset;        /* of the clause, within the piece */
    const char *table;    /* path: "app.users"; NULL */
    const char *name;     /* of a column, constraint, index, ...; NULL */
    const char *other;    /* new name, table that is referred to, value */
    const char *type;     /* of a column, as written */
    const char *text;     /* expression of a default or a CHECK; body of a function */
    struct names columns; /* keys of an index or constraint; NULL items: expressions */
};

/* What happens to one table in all that is judged. */
struct table_acts {
    struct list act; /* struct act *, in order */
};

/* A comment "-- dbwarden: allow CODE reason". */
struct allow {
    const char *code;   /* as written */
    const char *reason; /* NULL: none is given, so it allows nothing */
    int statement;      /* that it is about; 0: the whole file */
    int line, column;
    bool used;
};

struct lint {
    struct ctx *ctx;
    struct arena *mem;
    const struct lint_input *input;
    const struct dialect *dialect;
    const char *usual;  /* the schema that paths leave out; NULL */
    struct list acts;   /* struct act *, of all files */
    struct map names;   /* path -> struct list *: what happens to that table, view, type or index, in order */
    struct list *found; /* struct finding * */
    const struct migration *migration; /* whose comments these are: */
    struct list allows;                /* struct allow * */
};

/* read.c: the acts of a statement; nothing of one that only handles rows with values. */
void acts_read(struct lint *lint, const struct act *base, const struct classified *what);
struct act *act_add(struct lint *lint, const struct act *act);

/* allow.c: what the comments of a file allow, and what of it was of no use. */
void allows_read(struct lint *lint, const struct migration *migration);
bool is_allowed(struct lint *lint, const struct finding *finding);
void allows_judge(struct lint *lint);
struct finding *finding_add(struct lint *lint, const struct lint_rule *rule, const struct migration *migration);

/* facts.c: what tests of rules ask. */
void names_index(struct lint *lint);
const struct list *acts_of(const struct lint *lint, const char *name);         /* struct act *; never NULL */
bool is_new(const struct lint *lint, const struct act *act, const char *name); /* made by the same change, before */
bool on_new_table(const struct lint *lint, const struct act *act);
const char *new_name(const struct act *act); /* what it makes, or makes of what was there, without its schema */
bool is_same_column(const struct act *a, const struct act *b);
const struct table *known_table(const struct lint *lint, const char *path);
const struct column *known_column(const struct lint *lint, const char *path, const char *name);
struct names known_keys(struct arena *mem, const struct object *object); /* of an index or a key; none: it is partial */
bool knows(const struct lint *lint);                                     /* is the schema before known? */
const char *type_before(const struct lint *lint, const struct act *act); /* of its column; NULL: nobody knows it */
char *normal_type(const struct lint *lint, const char *type); /* as the engine spells it, where that is known */

#endif
