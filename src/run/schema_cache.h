/*
 * What a server made of schema files, remembered from run to run: a file per key in $XDG_CACHE_HOME/dbwarden, and which of
 * them was the last of these files.  It is only ever an aid: what cannot be read or written is as if it were not there.
 */
#ifndef RUN_SCHEMA_CACHE_H
#define RUN_SCHEMA_CACHE_H

#include "run/schema_said.h"

struct schema_files;

struct schema_cache {
    const char *key;  /* of these very texts; NULL: nothing is remembered */
    const char *last; /* under which the last key of these files is noted */
    enum engine engine;
};

struct schema_cache schema_cache_of(struct ctx *ctx, const struct schema_files *source, const struct list *said);
bool schema_cache_get(struct ctx *ctx, const struct schema_cache *cache, struct tree **tree);
/* What the last texts of these files were about (struct said * without statement), and what came of them. */
bool schema_cache_get_last(struct ctx *ctx, const struct schema_cache *cache, struct list *said, struct tree **tree);
void schema_cache_put(struct ctx *ctx, const struct schema_cache *cache, const struct list *said, struct tree *tree);

#endif
