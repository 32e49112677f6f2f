/*
 * A map from text to pointer: entries in the order of their insertion, found through a table of their
 * numbers (open addressing, at most half full).
 */
#include "base/map.h"

#define FIRST_SLOTS 16

static uint32_t text_hash(const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash;
}

/* The slot that holds the key, or the free one where it belongs; slots hold the entry's number plus one. */
static int *find_slot(const struct map *map, const char *key)
{
    uint32_t mask = (uint32_t)map->slots - 1;
    uint32_t at = text_hash(key) & mask;
    while (map->slot[at] && strcmp(map->entry[map->slot[at] - 1].key, key))
        at = (at + 1) & mask;
    return &map->slot[at];
}

static void widen(struct map *map)
{
    map->slots = map->slots ? map->slots * 2 : FIRST_SLOTS;
    map->slot = NEW_ARRAY(map->mem, int, map->slots);
    for (int i = 0; i < map->n; i++)
        *find_slot(map, map->entry[i].key) = i + 1;
    size_t size = sizeof *map->entry;
    map->room = map->slots / 2;
    map->entry = arena_grow(map->mem, map->entry, size * (size_t)map->n, size * (size_t)map->room);
}

void map_init(struct map *map, struct arena *mem)
{
    *map = (struct map){.mem = mem};
}

void *map_get(const struct map *map, const char *key)
{
    if (!map->n)
        return NULL;
    int number = *find_slot(map, key);
    return number ? map->entry[number - 1].value : NULL;
}

void map_set(struct map *map, const char *key, void *value)
{
    if (map->n == map->room)
        widen(map);
    int *slot = find_slot(map, key);
    if (*slot) {
        map->entry[*slot - 1].value = value;
        return;
    }
    map->entry[map->n++] = (struct map_entry){key, value};
    *slot = map->n;
}
