/* The reader's text, embedded by embed.py, and how its places are shown. Private to models and config. */
#ifndef MODELS_READER_H
#define MODELS_READER_H

#include "base/ctx.h"

extern const unsigned char reader_text[];
extern const size_t reader_length;

/* `path` as the user would write it: relative to the working folder if it lies below it. NULL gives NULL. */
const char *path_near(struct ctx *ctx, const char *path);

#endif
