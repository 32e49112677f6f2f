/*
 * Growing lists in an arena.  `struct list` holds pointers of any type, `struct names` holds texts.
 * Items stay where they are in memory; only the array of pointers moves.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>

#include "base/arena.h"

struct list {
    void **item;
    int n;
    int room;
};

struct names {
    const char **item;
    int n;
    int room;
};

void list_add(struct arena *mem, struct list *list, void *item);
void list_insert(struct arena *mem, struct list *list, int at, void *item);
void list_remove(struct list *list, int at);                                     /* keeps the order of the rest */
bool list_has(const struct list *list, const void *item);                        /* that very one */
void list_sort(struct list *list, int (*compare)(const void *a, const void *b)); /* stable; gets the items themselves */
struct list list_duplicate(struct arena *mem, const struct list *list);          /* of the same items */

void names_add(struct arena *mem, struct names *names, const char *name); /* keeps the pointer */
bool names_have(const struct names *names, const char *name);
bool names_have_nocase(const struct names *names, const char *name);
int names_find(const struct names *names, const char *name);           /* -1 if absent */
bool names_equal(const struct names *a, const struct names *b);        /* same texts in the same order */
void names_sort(struct names *names);                                  /* by bytes */
struct names names_copy(struct arena *mem, const struct names *names); /* texts too */
char *names_join(struct arena *mem, const struct names *names, const char *separator);

#endif
