/*
 * What a statement does, from its first tokens: verb, kind and name of its object, whether it refuses a
 * transaction, whether it opens or ends one.  Enough for segments, ownership, hazards and messages.
 */
#ifndef SQL_CLASSIFY_H
#define SQL_CLASSIFY_H

#include "schema/object.h"
#include "sql/lex.h"

enum verb {
    VERB_OTHER,
    VERB_CREATE,
    VERB_ALTER,
    VERB_DROP,
    VERB_RENAME,
    VERB_COMMENT,
    VERB_INSERT,
    VERB_UPDATE,
    VERB_DELETE,
    VERB_TRUNCATE,
    VERB_SELECT,
    VERB_BEGIN,
    VERB_COMMIT,
    VERB_ROLLBACK,
    VERB_SAVEPOINT,
    VERB_RELEASE,
    VERB_SET,
    VERB_PRAGMA,
    VERB_VACUUM
};

/* What a statement may have changed, and so where to look whether it did; and whether to run it twice is harmless. */
enum touches {
    TOUCHES_ANYTHING,    /* CALL, DO, LOAD DATA: its words do not say */
    TOUCHES_CATALOG,     /* objects: what the catalog says of those it names tells whether it was run */
    TOUCHES_ROWS,        /* rows, which a transaction ties to whatever else is in it */
    TOUCHES_SESSION,     /* the session alone: SET, USE, PRAGMA, temporary tables */
    TOUCHES_TRANSACTION, /* BEGIN, COMMIT, ROLLBACK, SAVEPOINT */
    TOUCHES_NOTHING      /* VACUUM, ANALYZE: to run it twice is harmless */
};

/* Which rows or values a statement takes away whatever they are, as far as its words say. */
enum destroys {
    DESTROYS_NOTHING,
    DESTROYS_TABLE, /* with all its rows */
    DESTROYS_SPACE, /* a schema or a database, with all that is in it */
    DESTROYS_COLUMN,
    DESTROYS_PARTITION,
    DESTROYS_ROWS, /* all of a table, which stays */
    OVERWRITES_ROWS
};

struct classified {
    struct sql_piece piece; /* the statement itself */
    enum verb verb;
    enum touches touches;
    enum kind kind;           /* of the object; KIND_COUNT if it is none of ours */
    const char *word;         /* for its kind: "table", "function"; NULL */
    const char *schema;       /* as written, unquoted; NULL */
    const char *name;         /* NULL if there is none */
    const char *table;        /* CREATE INDEX and TRIGGER: the table */
    struct sql_piece on;      /* that, where it is written, schema and all */
    const char *new_name;     /* ALTER TABLE ... RENAME TO, RENAME TABLE */
    bool refuses_transaction; /* CREATE INDEX CONCURRENTLY, VACUUM, ... */
    bool concurrently;
    bool ends_segment; /* ALTER TYPE ... ADD VALUE: the value can be used only after a commit */
    bool data_only;    /* INSERT, UPDATE, DELETE, SELECT */
    enum destroys destroys;
    struct names destroyed; /* the names of what is destroyed, as far as they are written */
};

/* Statements that begin with these words run only outside a transaction. */
struct refusal {
    const char *first;  /* NULL ends the table */
    const char *second; /* NULL: any */
    const char *later;  /* a word that must also follow, anywhere; NULL */
    bool whole;         /* nothing follows */
};

/* Statements that begin with these words, beside those that are alike everywhere. */
struct touch_words {
    const char *first;  /* NULL ends the table */
    const char *second; /* NULL: any */
    enum touches touches;
};

/* What the statements of an engine have of their own; its dialect fills it in. */
struct classify_rules {
    const struct lex_rules *lex;
    const struct refusal *refusals;     /* NULL: none */
    const struct touch_words *touches;  /* NULL: none */
    const char *const *refused_pragmas; /* settings that do not change within a transaction; NULL-terminated, or NULL */
    bool folds_names;                   /* bare names to lower case: PostgreSQL */
    bool schema_is_database;            /* two words for one thing: MySQL */
    bool renames_bare;                  /* ALTER TABLE a RENAME b, RENAME AS b: MySQL */
    bool indexes_concurrently;          /* CREATE INDEX CONCURRENTLY: PostgreSQL */
    const char *const *modified;        /* after MODIFY in ALTER TABLE, words for what is not a column; NULL: none */
};

void classify(struct arena *mem, const struct classify_rules *rules, const struct sql_piece *piece,
              struct classified *result);
/* "schema.name", as `destroyed` has them; either may be NULL. */
const char *classified_path(struct arena *mem, const char *schema, const char *name);

#endif
