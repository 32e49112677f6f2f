/* Who may do what on a server: see parse_access.c. */
#ifndef DIALECT_CLICKHOUSE_ACCESS_H
#define DIALECT_CLICKHOUSE_ACCESS_H

#include "dialect/clickhouse/parse.h"

struct access_clause;

/* How statements call them; the first row of a kind is its word. */
struct access_kind {
    enum kind kind; /* KIND_COUNT ends them */
    const char *first, *second;
    const struct access_clause *clauses;
};
extern const struct access_kind ch_access_kinds[];

/*
 * What CREATE makes of these kinds, or whom a GRANT is to: `made`; NULL: it is about something else. One without a parent is
 * named in the statement and was not described before it.
 */
int ch_parse_access(struct ctx *ctx, struct object *schema, const struct ch_text *text, struct object **made);
struct names *ch_grants_of(struct object *object); /* of a user or role; NULL */
void ch_access_settle(struct arena *mem, const char *database, struct object *object);
/* Of a user or role with a peer: ALL is what the server takes it for. */
void ch_access_reconcile(struct arena *mem, struct object *before);

#endif
