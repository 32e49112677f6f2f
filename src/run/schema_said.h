/*
 * What each statement of schema files is about: the object that it makes or says something of, and the names in it.
 * Only plain statements are understood; of all others nothing is claimed.  Private to run/.
 */
#ifndef RUN_SCHEMA_SAID_H
#define RUN_SCHEMA_SAID_H

#include "base/map.h"
#include "run/run.h"

struct said {
    const struct classified *statement;
    /*
     * The table, view, type or sequence, as said_fold() has it; "" for what is meant for all that follows (SET, a
     * function); NULL: not understood.  Objects of one name in several schemas are taken for one.
     */
    const char *owner;
    const char *hash; /* of the text and of how many of those for all stand before it */
};

/* struct said *, one per statement, in order. */
struct list said_read(struct ctx *ctx, const struct dialect *dialect, const struct list *statements);
bool said_has_owner(enum kind kind); /* of the top objects of a schema: those whose statements have an owner */
/* A name as names are compared here: more are taken for equal than are. */
char *said_fold(struct arena *mem, const char *name);

/*
 * Gives `take` every name that a statement may mean (folded, valid during the call), more often rather than not, and whether
 * it stands only in a foreign key that can be left out; NULL where it cannot be told what is meant. What `mem` holds by then
 * is gone at the end.
 */
struct said_taker {
    void (*take)(void *sink, const char *name, bool in_key);
    void *sink;
};
void said_names(struct arena *mem, const struct dialect *dialect, const struct said *said,
                const struct said_taker *taker);
/* The statement without such foreign keys; NULL: nothing is left of it. */
const char *said_without_keys(struct arena *mem, const struct dialect *dialect, const struct said *said);

#endif
