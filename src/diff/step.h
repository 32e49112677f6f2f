/* The stages of planning between diff and rendering; private to diff/. */
#ifndef DIFF_STEP_H
#define DIFF_STEP_H

#include "diff/plan.h"

/*
 * A copy of `source` in which every change is one that the engine can apply: replaces, rebuilds, what depends on them.
 */
struct changes *widen(struct arena *mem, const struct dialect *dialect, const struct changes *source, int version);

/* Orders `changes` in place by phase and reference; foreign keys of a cycle become changes of their own. */
void order(struct arena *mem, const struct dialect *dialect, struct changes *changes);

/* What a person should know before running it. */
void hazards_find(struct arena *mem, const struct dialect *dialect, const struct changes *changes,
                  struct list *hazards);

/* Does `object` name `other` in a field, or in an expression as a word? */
bool references(struct arena *mem, const struct dialect *dialect, const struct object *object,
                const struct object *other);

#endif
