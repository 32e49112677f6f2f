/* A map from text to pointer in an arena; keeps the order of insertion for walking. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map_entry {
    const char *key;
    void *value;
};

struct map {
    struct arena *mem;
    struct map_entry *entry; /* 0 .. n-1 in order of insertion; never removed from */
    int n;
    int room;
    int *slot;
    int slots;
};

void map_init(struct map *map, struct arena *mem);
void *map_get(const struct map *map, const char *key);       /* NULL if absent */
void map_set(struct map *map, const char *key, void *value); /* the key is kept, not copied; replaces */

#endif
