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
    VERB_SELECT,
    VERB_BEGIN,
    VERB_COMMIT,
    VERB_ROLLBACK,
    VERB_SAVEPOINT,
    VERB_SET,
    VERB_PRAGMA,
    VERB_VACUUM
};

struct classified {
    struct sql_piece piece; /* the statement itself */
    enum verb verb;
    enum kind kind;           /* of the object; KIND_COUNT if it is none of ours */
    const char *schema;       /* as written, unquoted; NULL */
    const char *name;         /* NULL if there is none; PostgreSQL folds unquoted names */
    const char *table;        /* CREATE INDEX and TRIGGER: the table */
    const char *new_name;     /* ALTER TABLE ... RENAME TO, RENAME TABLE */
    bool refuses_transaction; /* CREATE INDEX CONCURRENTLY, VACUUM, ... */
    bool concurrently;
    bool ends_segment; /* ALTER TYPE ... ADD VALUE: the value can be used only after a commit */
    bool data_only;    /* INSERT, UPDATE, DELETE, SELECT */
};

void classify(struct arena *mem, enum engine engine, const struct lex_rules *rules, const struct sql_piece *piece,
              struct classified *result);

#endif
