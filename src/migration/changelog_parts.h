/* What the files about the changes of a changelog share. */
#ifndef MIGRATION_CHANGELOG_PARTS_H
#define MIGRATION_CHANGELOG_PARTS_H

#include <string.h>

#include "migration/changelog.h"

enum { SPELLINGS = 4 }; /* PostgreSQL, MySQL, MariaDB, SQLite */

int spelling_of(const struct dialect *dialect); /* -1: the tool does not know the engine */
const char *type_spelled(struct arena *mem, const struct dialect *dialect, const char *type);
/* What `stem` and the words that may follow it ("valueNumeric") say; NULL: none of them is there. */
const char *value_spelled(struct change_sql *sql, const struct node *node, const char *stem, const char *type);

/* changelog_table.c: changes that are about columns, one by one. */
int change_create_table(struct change_sql *sql, const struct node *change);
int change_add_column(struct change_sql *sql, const struct node *change);
int change_drop_column(struct change_sql *sql, const struct node *change);
int change_insert(struct change_sql *sql, const struct node *change);
int change_update(struct change_sql *sql, const struct node *change);
/* Attributes and children other than these are an error; both lists are of words between blanks, "" for none. */
int known_only(struct change_sql *sql, const struct node *node, const char *attributes, const char *children);
int known_attributes(struct change_sql *sql, const struct node *node, const char *list, const char *text);
/* The words of `list`, "a b=c": 1 if `key` is one of them, 0 if it is one of another value, -1 if not. */
int word_allows(struct arena *mem, const char *list, const char *key, const char *value);
void statement_end(struct buf *out);                     /* with one ";", if there is one */
void back_add(struct change_sql *sql, const char *text); /* before what is there: what is done last is undone first */

#endif
