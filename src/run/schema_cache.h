/*
 * What a server made of schema files, remembered from run to run: a file per key in $XDG_CACHE_HOME/dbwarden.
 * It is only ever an aid: what cannot be read or written is as if it were not there.
 */
#ifndef RUN_SCHEMA_CACHE_H
#define RUN_SCHEMA_CACHE_H

#include "run/run.h"

/* The key of these texts for that database; NULL: nothing is remembered. */
char *schema_cache_key(struct ctx *ctx, struct conn *near, const struct list *statements);
bool schema_cache_get(struct ctx *ctx, const char *key, struct tree **tree); /* accepts NULL as key */
void schema_cache_put(struct ctx *ctx, const char *key, const struct tree *tree);

#endif
