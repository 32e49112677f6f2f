/*
 * SQLAlchemy models as a tree: reader.py (embedded in the program) runs in the project's own Python, writes JSON to
 * a pipe of its own, and import reads it into objects.  The user's prints go to our standard error.
 */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include "config/config.h"

/* Runs reader.py in `mode` ("config", "models", "edit") with a JSON request; its JSON answer or its error as ours. */
int reader_run(struct ctx *ctx, const char *python, const char *folder, const char *mode, const struct json *request,
               struct json **reply);

/* ERR_MODELS with the model's file and line. Warnings of the reader are emitted. */
int models_read(struct ctx *ctx, const struct config *config, const struct database_config *database, struct tree **tree);

#endif
