/*
 * What engines share: generic loading of catalog rows into objects, and the ANSI renderers.
 */
#ifndef DIALECT_COMMON_H
#define DIALECT_COMMON_H

#include "dialect/dialect.h"

/*
 * A catalog query per kind.  Its column aliases are field names, plus these: "schema", "table" (or "parent"
 * for parts: the index), "name"; "name_invented" ('t').  A cell that is NULL says "none" for TEXT, TYPE, EXPR and
 * NAMES and leaves INT and FLAG unsaid.  FLAG: t/f, 1/0; NAMES: a JSON array of texts; EXPR sets `printed`.
 * Rows come in parent and position order.
 */
struct catalog_query {
    enum kind kind;
    const char *sql; /* several kinds may have the same one: it is asked once */
    void (*take)(struct arena *mem, const struct rows *all,
                 struct rows *own); /* what of its rows they have; NULL: all */
};
int catalog_load(struct ctx *ctx, struct conn *conn, const struct catalog_query *query, int n, struct tree *tree);

/* lack.c: after ERR_SQL, whether a later version has what the statement that failed asks for: the hint says which. */
void lack_find(struct ctx *ctx, const struct conn *conn, const struct batch *batch, int code);

/* name ( a, b ) pieces and clauses that every engine spells alike. */
void ansi_column_list(struct buf *out, const struct dialect *dialect, const struct names *columns); /* (a, b) */
void ansi_constraint_name(struct buf *out, const struct dialect *dialect,
                          const struct object *object); /* CONSTRAINT x */
void ansi_primary_key(struct buf *out, const struct dialect *dialect, const struct primary_key *key);
void ansi_unique(struct buf *out, const struct dialect *dialect, const struct unique *unique);
void ansi_check(struct buf *out, const struct dialect *dialect, const struct check *check);
void ansi_foreign_key(struct buf *out, const struct dialect *dialect, const struct foreign_key *key);
void ansi_ref(struct buf *out, const struct dialect *dialect, const struct ref *ref);
void ansi_references(struct buf *out, const struct dialect *dialect,
                     const struct foreign_key *key); /* REFERENCES ... */

/* Types as type_normal() spells them (type_width.c). Is their change one of the catalog alone? */
bool types_stored_alike(struct arena *mem, const char *from, const char *to);
bool type_is_wider(const char *from, const char *to); /* of one name: the limit grows, or goes */
const char *type_without_numbers(struct arena *mem, const char *type);

const char *view_option(struct arena *mem, const struct view *view,
                        const char *name); /* "merge" of algorithm=merge; NULL */

/* Actions and match as said, NULL and "NO ACTION"/"SIMPLE" alike: "" or " ON DELETE CASCADE". */
const char *ansi_action(const char *action); /* NULL for NO ACTION */

/* Settling that every engine needs: FK actions NO ACTION, flags false where unsaid is the default. */
void settle_flag(struct object *object, int field, bool value); /* if not said */
void settle_none(struct object *object, int field);             /* if not said: known to be absent */

/* Names in a statement outside parentheses, "schema.name" as two, unquoted, each once and at most `limit`: objects and others. */
struct named {
    const char *schema; /* NULL */
    const char *name;
    bool
        bare; /* it is written without quotes and schema wherever it stands, so a word that is reserved is not a name */
};
void statement_names(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece, int limit,
                     struct list *names); /* struct named * */

/* ERR_UNSUPPORTED for a server that is older than what is worked with; `text` is its version as it says it. */
int version_check(struct ctx *ctx, const struct dialect *dialect, int version, const char *text);

#endif
